"""Stays and trips as records, whoever tells of them.

It refuses to keep an address (coordinates say where), to invent an end, and to take a stay that ends before it begins.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal, InvalidOperation

from lifepod.journal.activity import Activity, Decimal10, Fact, Moment, Reason, Thing
from lifepod.journal.importers.coordinates import Point
from lifepod.journal.importers.tracks import E7Pair, Trail
from lifepod.journal.redact import clean_text
from lifepod.names import LP_MODE, LP_POINTS, LP_PROBABILITY, LP_SEMANTIC_TYPE, SCHEMA

Span = tuple[Moment, Moment | None]
"""When something began, and when it ended as far as that is known."""
_FARTHEST = 50_000_000
"""Metres; a longer way is a mistake."""
_UNKNOWN = re.compile(r"unknown|unknown_activity_type|aliased_location|unspecified")


@dataclass(frozen=True, slots=True)
class Place:
    """Where a stay was."""

    point: Point | None
    identifier: str = ""
    """The source's own id of the place."""
    name: str = ""


def span_of(start: Moment | Reason, end: Moment | Reason) -> Span | Reason:
    """Both times together; an end that is not told is none, one that cannot be is a reason."""
    if not isinstance(start, Moment):
        return start
    if not isinstance(end, Moment):
        return (start, None) if end == "no-time" else end
    if isinstance(start.value, datetime) and isinstance(end.value, datetime):
        return (start, end) if start.value <= end.value else "bad-time"
    return (start, end) if start.value.isoformat()[:10] <= end.value.isoformat()[:10] else "bad-time"


def stay(source: str, span: Span, place: Place, facts: tuple[Fact, ...] = ()) -> Activity | Reason:
    """The record of a stay; a place that nothing is known of is no place."""
    point, identifier, name = place.point, clean_text(place.identifier[:400]), clean_text(place.name)
    about = _about(point)
    about += ((SCHEMA + "identifier", identifier),) if identifier else ()
    about += ((SCHEMA + "name", name),) if name else ()
    if not about:
        return "no-object"
    when = span[0].value.isoformat()
    key = (identifier or (point.rounded(5) if point else name), when)
    match = (point.rounded(4) if point else key[0], when[:16])
    part = Thing("place", SCHEMA + "location", (SCHEMA + "Place",), about)
    return Activity("stay", source, key, span[0], name or None, facts, (part,), match, end=span[1])


def trip(
    source: str,
    span: Span,
    ends: tuple[Point | None, Point | None],
    facts: tuple[Fact, ...],
    between: Sequence[E7Pair] = (),
) -> Activity | Reason:
    """The record of a trip, with the points that are told between its ends; one that says nothing at all is none."""
    told = [
        (Thing(part, SCHEMA + link, (SCHEMA + "Place",), _about(point)), point)
        for (part, link), point in zip((("from", "fromLocation"), ("to", "toLocation")), ends, strict=True)
        if point is not None
    ]
    way = _way(ends, between)
    if not told and not way and not any(name in (SCHEMA + "distance", LP_MODE) for name, _ in facts):
        return "no-object"
    when = span[0].value.isoformat()
    # Its way is no part of what identifies it: one export tells it and another does not.
    key = (*(point.rounded(5) if point else "" for point in ends), when)
    match = (*(point.rounded(4) if point else "" for point in ends), when[:16])
    facts += ((LP_POINTS, len(between)),) if way else ()
    return Activity(
        "trip", source, key, span[0], None, facts, (*(thing for thing, _ in told), *way), match, end=span[1]
    )


def _way(ends: tuple[Point | None, Point | None], between: Sequence[E7Pair]) -> tuple[Thing, ...]:
    """The line from the start over the points between to the end; none where nothing is told between them."""
    if not between:
        return ()
    trail, (start, end) = Trail(), ends
    for pair in (*((start.e7,) if start else ()), *between, *((end.e7,) if end else ())):
        trail.add(pair)
    line = trail.part()
    # One point is no line.
    return (line,) if any(" " in str(value) for _, value in line.facts) else ()


def _about(point: Point | None) -> tuple[Fact, ...]:
    if point is None:
        return ()
    return (SCHEMA + "latitude", Decimal10(point.lat)), (SCHEMA + "longitude", Decimal10(point.lon))


def semantic_type(told: object) -> tuple[Fact, ...]:
    """What a place is to the person: ``TYPE_HOME`` and ``Inferred Home`` as ``home`` and ``inferred_home``."""
    word = _word(told).removeprefix("type_")
    return ((LP_SEMANTIC_TYPE, word),) if word and not _UNKNOWN.fullmatch(word) else ()


def mode(told: object) -> tuple[Fact, ...]:
    """How the person travelled: ``IN_TRAIN`` and ``in train`` as ``in_train``."""
    word = _word(told)
    return ((LP_MODE, word),) if word and not _UNKNOWN.fullmatch(word) else ()


def distance(told: object) -> tuple[Fact, ...]:
    """A distance told in metres, to the metre."""
    number = _number(told)
    if number is None or not 0 <= number <= _FARTHEST:
        return ()
    return ((SCHEMA + "distance", f"{round(number)} m"),)


def probability(told: object, whole: int = 1) -> tuple[Fact, ...]:
    """How sure the source is, told as a part of ``whole`` (1 or 100)."""
    number = _number(told)
    if number is None or not 0 <= number <= whole:
        return ()
    part = round(number / whole, 4)
    return ((LP_PROBABILITY, Decimal10(f"{part.normalize():f}" if part % 1 else f"{int(part)}.0")),)


def _word(told: object) -> str:
    word = told.strip().lower().replace(" ", "_") if isinstance(told, str) and len(told) < 60 else ""
    return word if re.fullmatch(r"[a-z][a-z0-9_]{0,39}", word) else ""


def _number(told: object) -> Decimal | None:
    if isinstance(told, bool) or not isinstance(told, int | float | str):
        return None
    if len(told) > 30 if isinstance(told, str) else abs(told) > _FARTHEST:
        return None
    try:
        number = Decimal(str(told).strip())
    except InvalidOperation:
        return None
    return number if number.is_finite() else None
