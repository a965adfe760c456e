"""When things happened: counted by day, month, year and hour of the week, without a gap and without a guess."""

from __future__ import annotations

import pytest

from lifepod.owner.rhythm import Rhythm, Span, level_of, levels


def test_times_are_counted_by_what_they_know() -> None:
    rhythm = Rhythm(["2026-03-13T22:00:04", "2026-03-13", "2026-03-09T22:59", "", "no day", "2026-13-40T10:00"])
    assert dict(rhythm.days) == {"2026-03-13": 2, "2026-03-09": 1}
    assert dict(rhythm.hours) == {(4, 22): 1, (0, 22): 1}
    assert (rhythm.unhoured, rhythm.undated, rhythm.dated) == (1, 3, 3)
    assert rhythm.weekdays() == (1, 0, 0, 0, 1, 0, 0)


def test_more_times_add_to_what_was_counted() -> None:
    rhythm = Rhythm(["2026-03-13T22:00"])
    rhythm.add(["2026-03-13T22:59:59"])
    assert rhythm.hours[4, 22] == 2
    assert rhythm.peak() == (4, 22)


def test_nothing_has_no_peak_and_no_spans() -> None:
    assert Rhythm().peak() is None
    assert Rhythm([""]).over_time(10) == ("day", (), 0)


@pytest.mark.parametrize(
    ("most", "grain", "first", "count"),
    [(32, "day", "2025-12-30", 32), (31, "month", "2025-12", 2), (1, "year", "2026", 1), (2, "month", "2025-12", 2)],
)
def test_the_finest_grain_that_fits_is_taken(most: int, grain: str, first: str, count: int) -> None:
    found, spans, _ = Rhythm(["2025-12-30T10:00", "2026-01-30"]).over_time(most)
    assert (found, spans[0].period, len(spans)) == (grain, first, count)


def test_there_is_no_gap_between_two_spans() -> None:
    grain, spans, older = Rhythm(["2025-11-30", "2026-02-01", "2026-02-02"]).over_time(10)
    assert (grain, older) == ("month", 0)
    assert spans == (Span("2025-11", 1), Span("2025-12", 0), Span("2026-01", 0), Span("2026-02", 2))


def test_where_even_years_are_too_many_the_last_are_shown_and_the_others_counted() -> None:
    grain, spans, older = Rhythm(["0001-01-01", "1970-01-01", "2025-01-01", "2026-01-01"]).over_time(3)
    assert (grain, [span.period for span in spans], older) == ("year", ["2024", "2025", "2026"], 2)


@pytest.mark.parametrize(
    ("counts", "bounds"), [([], ()), ([1, 1], (1,)), ([1, 2, 3], (1, 2, 3)), ([10, 1], (3, 5, 8, 10))]
)
def test_levels_end_at_the_largest_count(counts: list[int], bounds: tuple[int, ...]) -> None:
    assert levels(counts) == bounds


def test_nothing_alone_has_no_level() -> None:
    assert [level_of(count, (3, 5, 8, 10)) for count in (0, 1, 3, 4, 10, 11)] == [0, 1, 1, 2, 4, 4]
