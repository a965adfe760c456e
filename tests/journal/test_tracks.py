"""Tracks: at most 200 points, the same ones whatever order they come in, in little memory."""

from __future__ import annotations

import random
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from math import cos, pi, sin

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lifepod.journal.activity import Activity
from lifepod.journal.importers.tracks import HELD, Days, Trail, metres, simplified

DAY = datetime(2024, 3, 1, tzinfo=UTC)
PAIRS = st.tuples(st.integers(-900_000_000, 900_000_000), st.integers(-1_800_000_000, 1_800_000_000))


def line(found: Activity) -> list[str]:
    (_, said), *_ = found.things[0].facts
    assert isinstance(said, str)
    return said.split(" ")


def tracks(points: list[tuple[datetime, tuple[int, int]]]) -> list[Activity]:
    with Days() as days:
        for at, point in points:
            days.add(at, point)
        return list(days.tracks("x"))


def walk(count: int, seconds: int = 60) -> list[tuple[datetime, tuple[int, int]]]:
    chance, north, east = random.Random(5), 480_000_000, 110_000_000
    out = []
    for n in range(count):
        north, east = north + chance.randint(-9000, 9000), east + chance.randint(-9000, 9000)
        out.append((DAY + timedelta(seconds=n * seconds), (north, east)))
    return out


def test_a_day_is_one_track_with_all_its_points_counted_and_at_most_200_kept() -> None:
    one, other = tracks(walk(2000))
    assert [dict(t.facts)["https://w3id.org/lifepod#points"] for t in (one, other)] == [1440, 560]
    assert [len(line(t)) for t in (one, other)] == [200, 200]
    assert [t.key for t in (one, other)] == [("2024-03-01",), ("2024-03-02",)]
    assert one.start is not None and one.end is not None
    assert (one.start.value, one.end.value) == (DAY, DAY + timedelta(minutes=1439))


@pytest.mark.parametrize("seed", range(3))
def test_the_order_of_points_changes_nothing(seed: int) -> None:
    points = walk(900, 200)
    mixed = random.Random(seed).sample(points, len(points))
    assert tracks(mixed) == tracks(points) == tracks(points[::-1])


def test_points_of_one_time_are_all_counted_and_all_in_the_track() -> None:
    (found,) = tracks([(DAY, (1, 1)), (DAY, (2, 2)), (DAY, (1, 1)), (DAY, (3, 0))])
    assert dict(found.facts)["https://w3id.org/lifepod#points"] == 4
    assert line(found) == ["0.0000001,0.0000001", "0.0000002,0.0000002", "0.0000003,0.0"]


def test_the_first_and_the_last_point_and_the_corners_stay() -> None:
    there = [(n, 0) for n in range(5000)]
    back = [(5000, n) for n in range(5000)]
    assert simplified([*there, *back]) == [(0, 0), (5000, 0), (5000, 4999)]


def test_a_way_around_stays_round() -> None:
    ring = [(round(sin(n * pi / 500) * 10**6), round(cos(n * pi / 500) * 10**6)) for n in range(1001)]
    kept = simplified(ring)
    assert len(kept) == 200
    assert max(metres(a, b) for a, b in pairwise(kept)) < 1000


def test_the_date_line_is_no_way_around_the_earth() -> None:
    east = [(0, 1_799_000_000 + n * 10_000) for n in range(100)]
    west = [(n % 7, -1_800_000_000 + n * 10_000) for n in range(200)]
    assert max(metres((0, 1_799_999_999), p) for p in simplified([*east, *west])) < 40_000
    assert metres((0, 1_800_000_000), (0, -1_800_000_000)) < 1


@given(st.lists(PAIRS, max_size=400))
def test_any_points_leave_some_of_themselves(points: list[tuple[int, int]]) -> None:
    kept = simplified(points, 20)
    assert len(kept) <= max(20, 0)
    assert set(kept) <= set(points)
    assert points[:1] == kept[:1] and points[-1:] == kept[-1:]


def test_a_long_track_is_held_in_little_memory() -> None:
    trail = Trail()
    for n in range(5 * HELD):
        trail.add((n * n % 1000, n))
    assert trail.count == 5 * HELD
    assert len(trail._held) <= HELD
    kept = trail.line().split(" ")
    assert len(kept) == 200
    assert (kept[0], kept[-1]) == ("0.0,0.0", "0.0000681,0.0040959")


def test_no_points_make_no_track() -> None:
    assert tracks([]) == []
