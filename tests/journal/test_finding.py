"""Which records are meant: places near and by name, vendors in any role, happenings of several sources shown once."""

from __future__ import annotations

import pytest

from lifepod.journal.finding import Found, Sought, once
from lifepod.journal.reading import Json, Told

PLACE: Json = {"@id": "x", "schema:latitude": "48.8583", "schema:longitude": "2.2945", "schema:name": "Eiffel Tower"}


def found(record: Json, source: str = "a", name: str = "1", journal_class: str = "places") -> Found:
    path = f"journal/{journal_class}/{source}/2025.ttl"
    return Found(f"https://pod.example/{path}#{name}", path, Told(record, ()))


@pytest.mark.parametrize(
    ("record", "place", "fits"),
    [
        ({"schema:location": PLACE}, "eiffel", True),
        ({"schema:location": PLACE}, "48.8600,2.2950", True),
        ({"schema:location": PLACE}, "48.8700, 2.2945", False),
        ({"schema:location": "Room 3"}, "room", True),
        ({"schema:toLocation": PLACE}, "tower", True),
        ({"schema:name": "Eiffel Tower"}, "tower", False),
        ({"schema:location": {"@id": "x", "schema:line": "1.0,1.0 48.8583,2.2945"}}, "48.8583,2.2945", True),
        ({"lp:semanticType": "HOME"}, "home", True),
        ({}, "home", False),
    ],
)
def test_a_place_is_found_by_name_or_nearby(record: Json, place: str, fits: bool) -> None:
    assert Sought(place=place).fits(found(record)) is fits


@pytest.mark.parametrize(
    "record",
    [
        {"schema:seller": "Acme GmbH"},
        {"schema:object": {"@id": "x", "schema:sponsor": "https://acme.example/"}},
        {"schema:object": "https://www.acme.example/a"},
        {"lp:host": "t.acme.example"},
        {"schema:participant": ["x", "ACME"]},
    ],
)
def test_a_vendor_is_found_in_any_role(record: Json) -> None:
    assert Sought(vendor="acme").fits(found(record))
    assert not Sought(vendor="bolt").fits(found(record))


def test_what_has_no_time_is_not_between_two_days() -> None:
    assert not Sought(since="2020").fits(found({"schema:name": "x"}))
    assert Sought().fits(found({"schema:name": "x"}))


def of(source: str, name: str, when: str = "2025-01-01T10:00:00Z", key: str = "k") -> Found:
    return found({"schema:startTime": when, "lp:matchKey": key}, source, name, "media")


def test_the_source_that_tells_of_it_most_often_is_shown() -> None:
    day = [of("a", "1"), of("b", "1"), of("b", "2"), of("c", "1", key="other")]
    assert [(f.source, f.also) for f in once(day)] == [("b", ("a",)), ("b", ("a",)), ("c", ())]


def test_else_the_one_that_knows_the_time_best() -> None:
    assert [f.source for f in once([of("a", "1", "2025-01-01"), of("b", "1")])] == ["b"]


def test_equal_keys_of_two_classes_are_two_happenings() -> None:
    other = found({"lp:matchKey": "k"}, "b", "1", "social")
    assert len(once([of("a", "1"), other])) == 2


@pytest.mark.parametrize(
    ("record", "what", "who"),
    [
        ({"schema:name": "Lamp", "schema:seller": "Acme"}, "Lamp", "Acme"),
        ({"schema:query": "tea", "schema:provider": "https://g.example/"}, "tea", "https://g.example/"),
        ({"schema:object": {"@id": "x", "schema:name": "Pilot", "schema:sponsor": "Bolt"}}, "Pilot", "Bolt"),
        ({"schema:object": "https://x.example/"}, "https://x.example/", ""),
        ({"lp:host": "t.example"}, "t.example", "t.example"),
        ({}, "", ""),
    ],
)
def test_a_record_is_told_in_a_persons_words(record: Json, what: str, who: str) -> None:
    assert (found(record).what, found(record).who) == (what, who)
