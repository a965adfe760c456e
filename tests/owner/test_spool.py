"""Records on their way: any order in, partitions out, and nothing left on disk."""

from __future__ import annotations

from datetime import UTC, date, datetime
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from lifepod.errors import Malformed
from lifepod.journal.activity import Activity, Iri, Moment
from lifepod.journal.layout import Granularity
from lifepod.names import SCHEMA
from lifepod.owner.spool import Batch, Spool


def visit(url: str, when: datetime | date | None, *, native: bool = False, name: str = "") -> Activity:
    moment = None if when is None else Moment(when, "instant" if isinstance(when, datetime) else "day")
    facts = ((SCHEMA + "object", Iri(url)),)
    return Activity("visit", "firefox-default", (url,), moment, name or None, facts, native=native)


def at(month: int, day: int = 1, year: int = 2025) -> datetime:
    return datetime(year, month, day, 12, tzinfo=UTC)


def batches(spool: Spool, granularity: Granularity = Granularity.MONTH) -> list[Batch]:
    return list(spool.batches("browsing", "firefox-default", granularity))


@pytest.mark.parametrize(
    ("granularity", "paths"),
    [
        (Granularity.YEAR, ["undated.ttl", "2024.ttl", "2025.ttl"]),
        (Granularity.MONTH, ["undated.ttl", "2024/12.ttl", "2025/01.ttl", "2025/02.ttl"]),
        (Granularity.DAY, ["undated.ttl", "2024/12/31.ttl", "2025/01/01.ttl", "2025/01/02.ttl", "2025/02/01.ttl"]),
    ],
)
def test_every_record_lands_in_exactly_the_partition_of_its_day(granularity: Granularity, paths: list[str]) -> None:
    with Spool() as spool:
        for number, when in enumerate((at(2), None, at(1), at(1, 2), date(2024, 12, 31))):
            spool.add(visit(f"https://a.example/{number}", when))
        found = batches(spool, granularity)
        assert [b.path for b in found] == paths
        assert sum(len(b.records) for b in found) == spool.added == 5
        assert all(b.kinds == ("visit",) for b in found)
        assert spool.sources() == (("browsing", "firefox-default"),)
        assert spool.span() == ("2024-12-31", "2025-02-01")


def test_equal_rows_of_one_file_are_two_things_and_of_two_files_the_same_ones() -> None:
    twice = [visit("https://a.example/", at(1))] * 2
    with Spool() as spool:
        for rows in (twice, twice[:1]):
            spool.next_file()
            for activity in rows:
                spool.add(activity)
        (batch,) = batches(spool)
        assert [r.name[-2:] == "-2" for r in batch.records] == [False, True]
        assert (spool.added, spool.classes()) == (3, {"browsing": 2})


def test_a_repeated_native_id_is_one_record() -> None:
    with Spool() as spool:
        for _ in range(3):
            spool.add(visit("https://a.example/", at(1), native=True))
        assert spool.classes() == {"browsing": 1}


def test_of_two_bodies_with_one_name_the_richer_one_stays_in_whatever_order() -> None:
    poor, rich = visit("https://a.example/", at(1)), visit("https://a.example/", at(1), name="A page")
    found = []
    for order in ((poor, rich), (rich, poor)):
        with Spool() as spool:
            for activity in order:
                spool.next_file()
                spool.add(activity)
            found.append(batches(spool)[0].records)
    assert found[0] == found[1]
    assert "A page" in found[0][0].blocks[0]


def test_an_empty_spool_has_no_span() -> None:
    with Spool() as spool:
        assert (spool.span(), spool.sources(), spool.classes()) == (("", ""), (), {})


def test_more_records_than_one_flush_holds_all_come_out_again() -> None:
    with Spool() as spool:
        for number in range(4500):
            spool.add(visit(f"https://a.example/{number}", at(1)))
        assert len(batches(spool)[0].records) == 4500


def test_what_linked_data_cannot_hold_is_refused_and_the_rest_stays() -> None:
    with Spool() as spool:
        spool.add(visit("https://a.example/", at(1)))
        with pytest.raises(Malformed):
            spool.add(visit("https://a.example/<>", at(1)))
        assert spool.classes() == {"browsing": 1}


def test_the_spool_leaves_no_file_behind(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SQLITE_TMPDIR", str(tmp_path))
    with Spool() as spool:
        for number in range(2500):
            spool.add(visit(f"https://a.example/{number}", at(1)))
        assert list(tmp_path.iterdir()) == []


@given(st.lists(st.tuples(st.integers(0, 5), st.integers(1, 12)), max_size=30), st.randoms(use_true_random=False))
@settings(max_examples=40)
def test_the_order_of_records_never_shows(rows: list[tuple[int, int]], random: object) -> None:
    shuffled = list(rows)
    random.shuffle(shuffled)  # type: ignore[attr-defined]
    found = []
    for order in (rows, shuffled):
        with Spool() as spool:
            for number, month in order:
                spool.add(visit(f"https://a.example/{number}", at(month)))
            found.append(batches(spool))
    assert found[0] == found[1]


def test_repetitions_are_counted_beyond_what_is_held_in_memory(monkeypatch: pytest.MonkeyPatch) -> None:
    rows = [visit(f"https://a.example/{number}", at(1)) for number in (1, 2, 3, 1, 3, 3)]
    found = []
    for most in (1000, 2):
        monkeypatch.setattr("lifepod.owner.spool._NAMES", most)
        with Spool() as spool:
            for _ in range(2):
                spool.next_file()
                for activity in rows:
                    spool.add(activity)
            (batch,) = batches(spool)
        found.append(sorted(record.name for record in batch.records))
    assert len(found[0]) == 6
    assert found[0] == found[1]
