"""What Takeout told of places until 2024: single points, and the stays and trips Google made of them.

It refuses to read what stands beside the coordinates: Wi-Fi networks around, device tags, addresses, other guesses.

* A trip keeps its way as one line of at most :data:`~lifepod.journal.importers.tracks.MOST_POINTS` points, from
  ``simplifiedRawPath.points``, which the phone recorded, or ``waypointPath.waypoints``, which Google worked out:
  whichever tells more points. Most of these points have no time of their own, so that they make no track of a day.
* Stops of a train or bus (``transitPath``) are left out.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

from lifepod.journal.activity import Activity, Fact, Moment, Reason
from lifepod.journal.importers.clock import Stamps, moment_of
from lifepod.journal.importers.coordinates import Point, e7_pair, point_of
from lifepod.journal.importers.places import Place, distance, mode, probability, semantic_type, span_of, stay, trip
from lifepod.journal.importers.tracks import Days, E7Pair

SOURCE = "google-location-history"
_WAYS = (("simplifiedRawPath", "points"), ("waypointPath", "waypoints"))
_UNIX = datetime(1970, 1, 1, tzinfo=UTC)


class Takeout:
    """Entries of ``Location History.json``, ``Records.json`` and ``Semantic Location History``."""

    def __init__(self, now: str, days: Days) -> None:
        """``now`` as in :func:`~lifepod.journal.importers.clock.bounds`; single points go to ``days``."""
        self._now, self._days, self._stamps = now, days, Stamps(_UNIX, now)

    def point(self, entry: object) -> Iterator[Reason]:
        """Put a single point to its day, or say why it is none."""
        if not isinstance(entry, dict):
            yield "not-an-activity"
            return
        pair = e7_pair(entry.get("latitudeE7"), entry.get("longitudeE7"))
        if isinstance(pair, str):
            yield pair
            return
        at = self._time(entry, "timestamp")
        if isinstance(at, str):
            yield at
        elif isinstance(at.value, datetime):
            self._days.add(at.value, pair)
        else:
            yield "bad-time"

    def object(self, entry: object) -> Iterator[Activity | Reason]:
        """The record of a timeline object; visits inside a visit are counted and left out."""
        told = entry if isinstance(entry, dict) else {}
        visit, segment = told.get("placeVisit"), told.get("activitySegment")
        if isinstance(visit, dict):
            yield self._visit(visit)
            inside = visit.get("childVisits")
            for _ in inside if isinstance(inside, list) else ():
                yield "nested"
        elif isinstance(segment, dict):
            yield from self._segment(segment)
        else:
            yield "not-an-activity"

    def _time(self, entry: dict[str, Any], field: str) -> Moment | Reason:
        """An ISO text, or milliseconds as a text in older exports."""
        stamp = entry.get(f"{field}Ms")
        if entry.get(field) is None and stamp is not None:
            known = not isinstance(stamp, bool) and re.fullmatch(r"-?[0-9]{1,15}", str(stamp)[:20])
            return self._stamps.moment(int(str(stamp)) * 1000) if known else "bad-time"
        return moment_of(entry.get(field), self._now)

    def _span(self, entry: dict[str, Any]) -> tuple[Moment, Moment | None] | Reason:
        told = entry.get("duration")
        lasted = told if isinstance(told, dict) else {}
        return span_of(self._time(lasted, "startTimestamp"), self._time(lasted, "endTimestamp"))

    def _visit(self, visit: dict[str, Any]) -> Activity | Reason:
        span, told = self._span(visit), visit.get("location")
        where = told if isinstance(told, dict) else {}
        if isinstance(span, str):
            return span
        point = _point(where)
        if point is None:
            point = _point({"latE7": visit.get("centerLatE7"), "lngE7": visit.get("centerLngE7")})
        if isinstance(point, str):
            return point
        sure = probability(where.get("locationConfidence"), 100) or probability(visit.get("visitConfidence"), 100)
        facts = semantic_type(where.get("semanticType")) + sure
        return stay(SOURCE, span, Place(point, _text(where.get("placeId")), _name(where)), facts)

    def _segment(self, segment: dict[str, Any]) -> Iterator[Activity | Reason]:
        span = self._span(segment)
        if isinstance(span, str):
            yield span
            return
        start, end = (_point(segment.get(field)) for field in ("startLocation", "endLocation"))
        if isinstance(start, str):
            yield start
            return
        if isinstance(end, str):
            yield end
            return
        kind = segment.get("activityType")
        facts = mode(kind) + distance(segment.get("distance")) + _sure(segment.get("activities"), kind)
        points, reasons = _way(segment)
        yield trip(SOURCE, span, (start, end), facts, points)
        yield from reasons


def _point(told: object) -> Point | Reason | None:
    """A place; nothing where none is told."""
    found = point_of(told) if isinstance(told, dict) else None
    return None if found == "no-object" else found


def _way(segment: dict[str, Any]) -> tuple[list[E7Pair], list[Reason]]:
    """The points between the ends of a trip, and why others are none; what was recorded where both tell as many."""
    best, reasons = list[E7Pair](), list[Reason]()
    for path, field in _WAYS:
        told = segment.get(path)
        rows = told.get(field) if isinstance(told, dict) else None
        points = list[E7Pair]()
        for row in rows if isinstance(rows, list) else ():
            found = _pair(row) if isinstance(row, dict) else "not-an-activity"
            if isinstance(found, str):
                reasons.append(found)
            else:
                points.append(found)
        best = points if len(points) > len(best) else best
    return best, reasons


def _pair(row: dict[str, Any]) -> E7Pair | Reason:
    """A point of a way; the usual words first, because there are many of them."""
    if "latE7" in row:
        return e7_pair(row["latE7"], row.get("lngE7"))
    found = point_of(row)
    return found if isinstance(found, str) else found.e7


def _name(where: dict[str, Any]) -> str:
    """The name of a place, unless it is only the first line of its address."""
    name, address = _text(where.get("name")), _text(where.get("address"))
    return "" if name and address.startswith(name) else name


def _text(told: object) -> str:
    return told.strip() if isinstance(told, str) else ""


def _sure(guesses: object, kind: object) -> tuple[Fact, ...]:
    """How sure Google was of the means of travel that it settled on."""
    for guess in guesses if isinstance(guesses, list) else ():
        if isinstance(guess, dict) and guess.get("activityType") == kind:
            return probability(guess.get("probability"), 100)
    return ()
