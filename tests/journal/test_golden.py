"""The helper for other people's importers: the example's golden pair holds, and each broken promise is named."""

from __future__ import annotations

import importlib.util
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest

import lifepod
from lifepod import Activity, Importer, Match, Member, Skipped
from lifepod.errors import Malformed
from lifepod.journal.activity import Moment
from lifepod.journal.importers import amazon, facebook, google_activity, google_places, instagram

EXAMPLE = Path(__file__).resolve().parents[2] / "examples" / "importer"


def of_example() -> Importer:
    spec = importlib.util.spec_from_file_location("radio_log", EXAMPLE / "radio_log.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    found: Importer = module.IMPORTER
    return found


def test_the_examples_golden_pair_holds() -> None:
    assert lifepod.golden(of_example(), EXAMPLE / "radio_log.csv") == (EXAMPLE / "radio_log.golden").read_text()
    assert len((EXAMPLE / "radio_log.py").read_text().splitlines()) < 100


class Honest:
    """Reads a list of words; the breakers below break one promise each."""

    name, title, how_to_get, version = "x", "X", "somehow", "1"

    def recognise(self, member: Member) -> Match | None:
        return Match(member, "x", "", 0.7, "it begins with words") if member.head(5) == b"words" else None

    def activities(self, match: Match, answers: Mapping[str, str]) -> Iterator[Any]:
        with match.member.open() as stream:
            for number, line in enumerate(stream.read().split(b"\n")[1:]):
                yield self.item(line, number)

    def item(self, line: bytes, number: int) -> Any:
        if not line:
            return Skipped("no-object", f"x#{number}")
        moment = lifepod.Moment  # as a stranger would name it
        from datetime import UTC, datetime

        return Activity("search", "x", (line.hex(),), moment(datetime(2025, 1, 1, tzinfo=UTC)), line.decode("latin-1"))


class KnowsAll(Honest):
    def recognise(self, member: Member) -> Match | None:
        return Match(member, "x", "", 0.7, "it is a file")


class KnowsTheName(Honest):
    def recognise(self, member: Member) -> Match | None:
        return super().recognise(member) if member.path.endswith("words.txt") else None


class Forgetful(Honest):
    turn = 0

    def item(self, line: bytes, number: int) -> Any:
        self.turn += 1
        return Skipped("no-object", f"x#{self.turn}")


class Fragile(Honest):
    def item(self, line: bytes, number: int) -> Any:
        line.decode("ascii")
        return super().item(line, number)


class OfNoKind(Honest):
    def item(self, line: bytes, number: int) -> Any:
        return Activity("dance", "x", ("a",), None)


class OfNoPlace(Honest):
    def item(self, line: bytes, number: int) -> Any:
        return Activity("search", "../x", ("a",), None)


class Chatty(Honest):
    def item(self, line: bytes, number: int) -> Any:
        return "a record"


@pytest.fixture
def words(tmp_path: Path) -> Path:
    path = tmp_path / "words.txt"
    path.write_bytes(b"words\none\ntwo\none\n")
    return path


def test_an_honest_importer_gives_its_records_and_reasons(words: Path) -> None:
    told = lifepod.golden(Honest(), words)
    assert told.count("a schema:SearchAction") == 3
    assert told.endswith("# left out, no-object: 1\n")


@pytest.mark.parametrize(
    ("importer", "said"),
    [
        (KnowsAll, "none of its own"),
        (KnowsTheName, "another name"),
        (Forgetful, "second time"),
        (Fragile, "damaged"),
        (OfNoKind, "dance"),
        (OfNoPlace, "cannot be an address"),
        (Chatty, "gives a str"),
    ],
)
def test_a_broken_promise_is_named(importer: type[Honest], said: str, words: Path) -> None:
    with pytest.raises(Malformed, match=said):
        lifepod.golden(importer(), words)


def test_the_built_in_importers_keep_the_promises_too(tmp_path: Path) -> None:
    from tests.journal.exports import NEW_ORDER, entry, orders, written

    assert "a schema:BuyAction" in lifepod.golden(amazon.IMPORTER, written(tmp_path / "o.csv", orders(NEW_ORDER)))
    assert lifepod.golden(google_activity.IMPORTER, written(tmp_path / "MyActivity.json", [entry()]))
    assert Moment is lifepod.Moment


FAN = """ a schema:FollowAction , as:Follow ;
    schema:agent <#20251201T120000Z-43d2ba1ad26550d5-agent> ;
    schema:provider <https://www.instagram.com/> ;
    schema:startTime "2025-12-01T12:00:00Z"^^xsd:dateTime ;
    lp:matchKey "41a56c3ea439d5db" .
<#20251201T120000Z-43d2ba1ad26550d5-agent> a schema:ProfilePage ;
    schema:name "a_fan" ;
    schema:url <https://www.instagram.com/a_fan> .
"""
INTEREST = """ a lp:Audience ;
    schema:name "Chess" ;
    schema:provider <https://www.facebook.com/> ;
    lp:listKind "ad interest" .
"""
WAY = """    schema:location <#20240301T120000Z-63b89a49b4716968-place> ;
    schema:startTime "2024-03-01T12:00:00Z"^^xsd:dateTime ;
    schema:toLocation <#20240301T120000Z-63b89a49b4716968-to> ;
    lp:matchKey "4151051118797a48" ;
    lp:mode "in_train" ;
    lp:points "1"^^xsd:integer ;
"""
LINE = """-place> a schema:GeoShape ;
    schema:line "48.850012,2.35 48.855,2.355 48.86,2.36" .
"""


def test_followers_interests_and_ways_are_written_as_they_stand_here(tmp_path: Path) -> None:
    from tests.journal.exports import written
    from tests.journal.places import ride, semantic
    from tests.journal.test_instagram import FOLLOWERS

    fans = written(tmp_path / "instagram" / "followers_1.json", FOLLOWERS["under a key"])
    assert FAN in lifepod.golden(instagram.IMPORTER, fans)
    topics = written(tmp_path / "facebook" / "ads_interests.json", {"topics_v2": ["Chess"]})
    assert INTEREST in lifepod.golden(facebook.IMPORTER, topics)
    ways = semantic(tmp_path, ride(waypointPath={"waypoints": [{"latE7": 488550000, "lngE7": 23550000}]}))
    told = lifepod.golden(google_places.IMPORTER, ways)
    assert WAY in told
    assert LINE in told
