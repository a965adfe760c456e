"""Ways as records: however many points a device recorded, a track of at most 200 of them, and how many there were.

It refuses to keep points one by one, to let their order in a file show (the points of a day are put in order of time
first), and to hold them in memory: they wait in a private temporary database that SQLite removes by itself.

* A track keeps the points that its shape needs most: those farthest from the line between the ones kept so far.
* Of more than :data:`HELD` points every second, fourth, eighth … is looked at, so that one track cannot take long.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import closing
from datetime import UTC, datetime, timedelta
from heapq import heappop, heappush
from itertools import groupby
from math import asin, cos, radians, sin, sqrt
from typing import Self

from lifepod.journal.activity import Activity, Moment, Thing
from lifepod.journal.importers.coordinates import E7, shown
from lifepod.names import LP_POINTS, SCHEMA

MOST_POINTS = 200
"""Points of one track in the pod."""
HELD = 8192
"""Points of one track that are looked at to choose them."""
E7Pair = tuple[int, int]
_UNIX, _DAY, _BATCH = datetime(1970, 1, 1, tzinfo=UTC), 86_400_000_000, 2000
_EARTH = 6_371_008.8
"""Mean radius, metres."""


class Trail:
    """The points of one way, in order: what a track needs of them, in little memory."""

    def __init__(self) -> None:
        self.count = 0
        self.first: E7Pair = (0, 0)
        self.last: E7Pair = (0, 0)
        self._held: list[E7Pair] = []
        self._step = 1

    def add(self, point: E7Pair) -> None:
        """Take the next point."""
        if not self.count:
            self.first = point
        if self.count % self._step == 0:
            self._held.append(point)
            if len(self._held) > HELD:
                self._held, self._step = self._held[::2], self._step * 2
        self.count, self.last = self.count + 1, point

    def line(self) -> str:
        """The chosen points as ``lat,lon lat,lon``."""
        points = [p for p, _ in groupby([*self._held, self.last])]
        return " ".join(f"{shown(lat)},{shown(lon)}" for lat, lon in simplified(points))

    def part(self) -> Thing:
        """The line as a part of its record."""
        return Thing("place", SCHEMA + "location", (SCHEMA + "GeoShape",), ((SCHEMA + "line", self.line()),))


class Days:
    """Points with a time, in any order, and the one track they make of each day (UTC)."""

    def __init__(self) -> None:
        # An empty name is a private file that is unlinked at once.
        self._db = sqlite3.connect("", isolation_level=None)
        self._db.executescript(
            "PRAGMA journal_mode=OFF; PRAGMA synchronous=OFF; CREATE TABLE p (at INT, n INT, e INT);"
        )
        self._rows: list[tuple[int, int, int]] = []

    def __enter__(self) -> Self:
        """The points."""
        return self

    def __exit__(self, *exc: object) -> None:
        """Gone."""
        self._db.close()

    def add(self, at: datetime, point: E7Pair) -> None:
        """Take one point."""
        self._rows.append(((at - _UNIX) // timedelta(microseconds=1), *point))
        if len(self._rows) >= _BATCH:
            self._flush()

    def _flush(self) -> None:
        self._db.execute("BEGIN")
        self._db.executemany("INSERT INTO p VALUES (?,?,?)", self._rows)
        self._db.execute("COMMIT")
        self._rows.clear()

    def tracks(self, source: str) -> Iterator[Activity]:
        """One track per day, in order of time."""
        self._flush()
        with closing(self._db.execute("SELECT at, n, e FROM p ORDER BY at, n, e")) as rows:
            for _, points in groupby(rows, lambda row: row[0] // _DAY):
                trail, first, last = Trail(), None, 0
                for at, north, east in points:
                    first, last = at if first is None else first, at
                    trail.add((north, east))
                start, end = (_UNIX + timedelta(microseconds=at) for at in (first or 0, last))
                facts = ((LP_POINTS, trail.count),)
                key = (start.date().isoformat(),)
                yield Activity("track", source, key, Moment(start), None, facts, (trail.part(),), end=Moment(end))


def simplified(points: list[E7Pair], most: int = MOST_POINTS) -> list[E7Pair]:
    """Douglas and Peucker's choice, the farthest point first, until there are enough."""
    if len(points) <= most:
        return points
    kept, heap = {0, len(points) - 1}, list[tuple[float, int, int, int]]()
    _look(points, (0, len(points) - 1), heap)
    while heap and len(kept) < most:
        _, at, first, last = heappop(heap)
        kept.add(at)
        _look(points, (first, at), heap)
        _look(points, (at, last), heap)
    return [points[at] for at in sorted(kept)]


def _look(points: list[E7Pair], ends: tuple[int, int], heap: list[tuple[float, int, int, int]]) -> None:
    """Put the point farthest from the line between two others on the heap, if any is off it."""
    first, last = ends
    # Within one, a centimetre, it is on the line.
    (north, east), farthest, found = points[first], 1.0, -1
    narrow = cos(radians(north / E7))
    to_north, to_east = points[last][0] - north, _turned(points[last][1] - east) * narrow
    length = to_north * to_north + to_east * to_east
    for at in range(first + 1, last):
        y, x = points[at][0] - north, _turned(points[at][1] - east) * narrow
        along = (y * to_north + x * to_east) / length if length else 0.0
        along = 0.0 if along < 0 else 1.0 if along > 1 else along
        aside, beside = y - along * to_north, x - along * to_east
        off = aside * aside + beside * beside
        if off > farthest:
            farthest, found = off, at
    if found > 0:
        heappush(heap, (-farthest, found, first, last))


def _turned(east: int) -> int:
    """The shorter way around the earth."""
    return (east + 180 * E7) % (360 * E7) - 180 * E7


def metres(one: E7Pair, other: E7Pair) -> float:
    """Great-circle distance (haversine)."""
    (south, west), (north, east) = ((radians(lat / E7), radians(lon / E7)) for lat, lon in (one, other))
    half = sin((north - south) / 2) ** 2 + cos(south) * cos(north) * sin((east - west) / 2) ** 2
    return 2 * _EARTH * asin(min(1.0, sqrt(half)))
