"""Where records lie: class, source, time; and a granularity that never changes by itself."""

from __future__ import annotations

import pytest
from tests.journal.exports import NOON, batches

from lifepod import names
from lifepod.errors import Malformed
from lifepod.journal.activity import KINDS, Activity, Moment
from lifepod.journal.layout import (
    Granularity,
    class_of,
    default_granularity,
    granularity_of,
    main_type,
    source_path,
)


@pytest.mark.parametrize(
    ("journal_class", "granularity"),
    [("purchases", "year"), ("calendar", "year"), ("cookies", "year"), ("browsing", "month"), ("searches", "month")],
)
def test_what_is_rare_is_kept_by_the_year(journal_class: str, granularity: str) -> None:
    assert default_granularity(journal_class) == granularity


@pytest.mark.parametrize(
    ("paths", "granularity"),
    [
        (["2025.ttl"], "year"), (["undated.ttl", "2025/12.ttl"], "month"), (["2025/12/01.ttl"], "day"),
        (["undated.ttl"], None), ([], None), (["notes/2025.ttl", "x2025.ttl", "2025.ttl.acl", "2025/1.ttl"], None),
    ],
)  # fmt: skip
def test_what_stands_tells_how_a_source_is_kept(paths: list[str], granularity: str | None) -> None:
    assert granularity_of(paths) == granularity


@pytest.mark.parametrize("source", ["chrome-default", "a", "x" * 40, "1"])
def test_a_source_lies_below_its_class(source: str) -> None:
    assert source_path("browsing", source) == f"journal/browsing/{source}/"


@pytest.mark.parametrize("source", ["", "A", "a/b", "..", "a b", "ü", "x" * 41, "a\n", "from-vendor", "a.b"])
def test_a_source_that_could_leave_its_place_or_be_a_vendors_is_refused(source: str) -> None:
    with pytest.raises(Malformed):
        source_path("browsing", source)


@pytest.mark.parametrize("kind", sorted(KINDS))
def test_every_kind_is_found_through_the_type_index(kind: str) -> None:
    activity = Activity(kind, "x", ("a",), None)
    assert main_type(class_of(activity)).startswith((names.SCHEMA, names.LP, names.ICAL, names.VCARD))


def test_a_record_lies_in_the_partition_of_its_own_day() -> None:
    last = NOON.replace(month=12, day=31, hour=23, minute=59, second=59)
    first = NOON.replace(year=2026, month=1, day=1, hour=0, minute=0, second=0)
    times = (Moment(last), Moment(first), Moment(NOON.date(), "day"), Moment(NOON.replace(tzinfo=None)), None)
    found = batches([[Activity("visit", "x", (str(n),), time) for n, time in enumerate(times)]])
    assert {path: len(batch.records) for (_, path), batch in found.items()} == {
        "2025/12.ttl": 3, "2026/01.ttl": 1, "undated.ttl": 1,
    }  # fmt: skip


def test_granularities_are_said_as_words() -> None:
    assert [str(g) for g in Granularity] == ["year", "month", "day"]
