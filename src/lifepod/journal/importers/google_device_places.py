"""The Timeline as a phone exports it since 2024: Android's segments and raw signals, and the list of iOS.

It refuses to take a part of a visit for a visit of its own, and to read networks that were seen on the way. Both
phones write the same things in different words: ``visit``, ``activity``, ``timelinePath``.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any

from lifepod.journal.activity import Activity, Moment, Reason
from lifepod.journal.importers.clock import moment_of
from lifepod.journal.importers.coordinates import Point, point_of
from lifepod.journal.importers.places import Place, distance, mode, probability, semantic_type, span_of, stay, trip
from lifepod.journal.importers.tracks import Days

SOURCE = "google-timeline"
_LONGEST = 60 * 24 * 366
"""Minutes; an offset beyond them is a mistake."""


class Phone:
    """Entries of ``Timeline.json`` and ``location-history.json``."""

    def __init__(self, now: str, days: Days) -> None:
        """``now`` as in :func:`~lifepod.journal.importers.clock.bounds`; the points of paths go to ``days``."""
        self._now, self._days = now, days

    def segment(self, entry: object) -> Iterator[Activity | Reason]:
        """The record of a visit or a trip; of a path, alone or beside a trip, the reasons why points are none."""
        told = entry if isinstance(entry, dict) else {}
        if isinstance(told.get("visit"), dict):
            yield self._visit(told, told["visit"])
        elif isinstance(told.get("activity"), dict):
            yield self._trip(told, told["activity"])
            if told.get("timelinePath"):
                yield from self._path(told, told["timelinePath"])
        elif "timelinePath" in told:
            yield from self._path(told, told["timelinePath"])
        else:
            yield "not-an-activity"

    def signal(self, entry: object) -> Iterator[Reason]:
        """Put a raw position to its day, or say why it is none."""
        told = entry if isinstance(entry, dict) else {}
        position = told.get("position")
        if isinstance(position, dict):
            yield from self._put(point_of(position), moment_of(position.get("timestamp"), self._now))
        else:
            yield "third-party-data" if "wifiScan" in told else "not-an-activity"

    def _put(self, point: Point | Reason, at: Moment | Reason) -> Iterator[Reason]:
        if isinstance(point, str):
            yield point
        elif isinstance(at, str):
            yield at
        elif isinstance(at.value, datetime):
            self._days.add(at.value, point.e7)
        else:
            yield "bad-time"

    def _times(self, told: dict[str, Any]) -> tuple[Moment | Reason, Moment | Reason]:
        return moment_of(told.get("startTime"), self._now), moment_of(told.get("endTime"), self._now)

    def _visit(self, told: dict[str, Any], visit: dict[str, Any]) -> Activity | Reason:
        if str(visit.get("hierarchyLevel") or "0")[:20].strip() not in ("0", "0.0"):
            return "nested"
        span, best = span_of(*self._times(told)), visit.get("topCandidate")
        guess = best if isinstance(best, dict) else {}
        if isinstance(span, str):
            return span
        point = _place(guess.get("placeLocation"))
        if isinstance(point, str):
            return point
        identifier = guess.get("placeId") or guess.get("placeID")
        facts = semantic_type(guess.get("semanticType"))
        facts += probability(guess.get("probability")) or probability(visit.get("probability"))
        return stay(SOURCE, span, Place(point, identifier if isinstance(identifier, str) else ""), facts)

    def _trip(self, told: dict[str, Any], moved: dict[str, Any]) -> Activity | Reason:
        span, best = span_of(*self._times(told)), moved.get("topCandidate")
        guess = best if isinstance(best, dict) else {}
        if isinstance(span, str):
            return span
        start, end = _place(moved.get("start")), _place(moved.get("end"))
        if isinstance(start, str):
            return start
        if isinstance(end, str):
            return end
        facts = mode(guess.get("type")) + distance(moved.get("distanceMeters")) + probability(guess.get("probability"))
        return trip(SOURCE, span, (start, end), facts)

    def _path(self, told: dict[str, Any], path: object) -> Iterator[Reason]:
        """Points with a time of their own, or with minutes since the start of the path."""
        if not isinstance(path, list) or not path:
            yield "no-object"
            return
        start, end = self._times(told)
        for step in path:
            if not isinstance(step, dict):
                yield "not-an-activity"
                continue
            at = moment_of(step.get("time"), self._now)
            if isinstance(at, str) and step.get("durationMinutesOffsetFromStartTime") is not None:
                at = _after(start, end, step["durationMinutesOffsetFromStartTime"])
            yield from self._put(point_of(step.get("point")), at)


def _place(told: object) -> Point | Reason | None:
    """A place; nothing where none is told."""
    found = point_of(told)
    return None if found == "no-object" else found


def _after(start: Moment | Reason, end: Moment | Reason, minutes: object) -> Moment | Reason:
    """So many minutes after the start, within the path."""
    if not isinstance(start, Moment):
        return start
    try:
        count = float(minutes) if isinstance(minutes, int | float | str) and not isinstance(minutes, bool) else None
    except (ValueError, OverflowError):
        count = None
    if count is None or not isinstance(start.value, datetime):
        return "bad-time"
    if not 0 <= count <= _LONGEST:
        return "out-of-range"
    at = start.value + timedelta(minutes=count)
    if isinstance(end, Moment) and isinstance(end.value, datetime) and at > end.value:
        return "out-of-range"
    return Moment(at)
