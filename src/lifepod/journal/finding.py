"""Which records a person means, and how records of several sources are shown as what happened once.

It refuses to guess a time: what has none is not found between two days.
"""

from __future__ import annotations

import math
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from urllib.parse import urlsplit

from lifepod.errors import Undecided
from lifepod.journal.activity import CLASSES
from lifepod.journal.reading import Json, Told
from lifepod.plain import plain

_TIMES = ("schema:startTime", "schema:startDate", "schema:dateSent", "schema:datePublished", "schema:endTime",
          "dct:created")  # fmt: skip
_WITH = ("schema:seller", "schema:participant", "schema:sponsor", "schema:agent", "schema:recipient", "schema:sender",
         "schema:provider", "schema:author", "schema:byArtist", "lp:host")  # fmt: skip
"""Who is on the other side of a record, the one a person would name first."""
_LINKS = ("schema:object", "schema:target", "schema:url")
_PLACES = ("schema:location", "schema:fromLocation", "schema:toLocation")
_WHAT = ("schema:name", "schema:query", "vcard:fn", "schema:description", "lp:eventType", "lp:host")
_POINT = re.compile(r"\s*(-?\d{1,2}(?:\.\d+)?)\s*,\s*(-?\d{1,3}(?:\.\d+)?)\s*\Z")
_WHEN = re.compile(r"\d{4}(?:-(?:0[1-9]|1[0-2])(?:-(?:0[1-9]|[12]\d|3[01])(?:T\d\d(?::\d\d){0,2}Z?)?)?)?")
_NEAR_METRES = 500.0


@dataclass(frozen=True, slots=True)
class Found:
    """One record of the journal."""

    url: str
    """Its full address."""
    path: str
    """Its partition below the pod: ``journal/media/netflix/2025/12.ttl``."""
    told: Told
    also: tuple[str, ...] = ()
    """Other sources that tell of the same happening."""

    @property
    def record(self) -> Json:
        """The record as a program reads it."""
        return self.told.record

    @property
    def journal_class(self) -> str:
        """Class it is filed under."""
        return self.path.split("/")[1]

    @property
    def source(self) -> str:
        """Source it came from."""
        return self.path.split("/")[2]

    @property
    def verified(self) -> bool:
        """Whether it came from the person's own exports; what a vendor delivered has been checked by nobody."""
        return not self.source.startswith("from-")

    @property
    def when(self) -> str:
        """Its time as it stands; empty where it has none."""
        return next((said for name in _TIMES for said in texts(self.record, (name,))), "")

    @property
    def what(self) -> str:
        """What a person would call it."""
        own = next((said for name in _WHAT for said in texts(self.record, (name,)) if "://" not in said), "")
        inner = self.record.get("schema:object")
        return own or (_name(inner) if isinstance(inner, dict) else "") or next(iter(texts(self.record, _LINKS)), "")

    @property
    def who(self) -> str:
        """Who was on the other side: a shop, a service, a sender; empty where nobody was."""
        return next((said for name in _WITH for said in _deep(self.record, (name,))), "")


def _name(record: Json) -> str:
    return next(iter(texts(record, ("schema:name", "schema:url"))), "")


def texts(record: Json, properties: Sequence[str]) -> list[str]:
    """The plain values of some properties; parts with a name give their name."""
    found: list[str] = []
    for name in properties:
        value = record.get(name, [])
        for one in value if isinstance(value, list) else [value]:
            said = one if isinstance(one, str) else _name(one)
            found += [said] if said else []
    return found


def _deep(record: Json, properties: Sequence[str]) -> list[str]:
    found = texts(record, properties)
    for part in _parts(record):
        found += texts(part, properties)
    return found


def _parts(record: Json) -> Iterator[Json]:
    for value in record.values():
        for one in value if isinstance(value, list) else [value]:
            if isinstance(one, dict):
                yield one


@dataclass(frozen=True, slots=True)
class Sought:
    """What to look for; everything that is given must fit."""

    classes: tuple[str, ...] = ()
    sources: tuple[str, ...] = ()
    since: str = ""
    """ISO time or the beginning of one: ``2020``, ``2020-05``; itself included."""
    until: str = ""
    """The same; itself included, so that ``2020`` means to the end of that year."""
    text: str = ""
    vendor: str = ""
    """Part of the name or of the host of whoever was on the other side."""
    place: str = ""
    """Part of a place's name, or ``latitude,longitude`` for what was at most 500 m away."""

    def checked(self) -> Sought:
        """Itself; raises :class:`~lifepod.errors.Undecided` where a class or a time is none."""
        for name in self.classes:
            if name not in CLASSES:
                raise Undecided(
                    f"The journal has no class {plain(name)}.", choices=CLASSES, advice=f"One of: {', '.join(CLASSES)}."
                )
        for when in filter(None, (self.since, self.until)):
            if not _WHEN.fullmatch(when):
                raise Undecided(f"{plain(when)} is no time.", advice="Say 2020, 2020-05, 2020-05-17 or 2020-05-17T12.")
        return self

    def may_hold(self, path: str) -> bool:
        """Whether a partition (``journal/<class>/<source>/2025/12.ttl``) can hold such a record."""
        parts = path.split("/")
        if len(parts) < 4 or (self.classes and parts[1] not in self.classes):
            return False
        if self.sources and parts[2] not in self.sources:
            return False
        period = "-".join(parts[3:]).removesuffix(".ttl")
        if not re.fullmatch(r"\d{4}(?:-\d\d){0,2}", period):
            return True
        return self._in_time(period)

    def _in_time(self, when: str) -> bool:
        size = len(when)
        early = when < self.since[:size]
        return not early and (not self.until or when[: len(self.until)] <= self.until[:size])

    def fits(self, found: Found) -> bool:
        """Whether a record is meant."""
        if (self.since or self.until) and not (found.when and self._in_time(found.when)):
            return False
        if self.text and self.text.casefold() not in "\n".join(_all(found.record)).casefold():
            return False
        if self.vendor and self.vendor.casefold() not in "\n".join(_others(found.record)).casefold():
            return False
        return not self.place or _is_at(found.record, self.place)


def _all(record: Json) -> Iterator[str]:
    for name, value in record.items():
        for one in value if isinstance(value, list) else [value]:
            if isinstance(one, dict):
                yield from _all(one)
            elif not name.startswith("@") and name != "lp:matchKey":
                yield one


def _others(record: Json) -> Iterator[str]:
    yield from _deep(record, _WITH)
    for link in _deep(record, _LINKS):
        if "://" in link:
            yield urlsplit(link).netloc


def _is_at(record: Json, place: str) -> bool:
    point = _POINT.match(place)
    parts = [part for name in _PLACES for part in _named_parts(record, name)]
    if point is None:
        said = [*texts(record, (*_PLACES, "lp:semanticType")), *(text for part in parts for text in _all(part))]
        return place.casefold() in "\n".join(said).casefold()
    here = float(point.group(1)), float(point.group(2))
    return any(_metres(here, there) <= _NEAR_METRES for part in parts for there in _points(part))


def _named_parts(record: Json, name: str) -> list[Json]:
    value = record.get(name, [])
    return [one for one in (value if isinstance(value, list) else [value]) if isinstance(one, dict)]


def _points(part: Json) -> Iterator[tuple[float, float]]:
    pairs = zip(texts(part, ("schema:latitude",)), texts(part, ("schema:longitude",)), strict=False)
    for shown in (*map(",".join, pairs), *(p for line in texts(part, ("schema:line",)) for p in line.split())):
        found = _POINT.match(shown)
        if found:
            yield float(found.group(1)), float(found.group(2))


def _metres(one: tuple[float, float], other: tuple[float, float]) -> float:
    """Distance on a sphere of the earth's mean radius (haversine)."""
    (lat1, lon1), (lat2, lon2) = ((math.radians(a), math.radians(b)) for a, b in (one, other))
    half = math.sin((lat2 - lat1) / 2) ** 2 + math.cos(lat1) * math.cos(lat2) * math.sin((lon2 - lon1) / 2) ** 2
    return 2 * 6_371_008.8 * math.asin(min(1.0, math.sqrt(half)))


def once(day: Sequence[Found]) -> list[Found]:
    """Records of one day with each happening shown once, though several sources tell of it.

    Of the sources the one that tells of it most often is shown, then the one that knows the time best.
    """
    told: dict[str, dict[str, list[Found]]] = {}
    for found in day:
        for key in texts(found.record, ("lp:matchKey",))[:1]:
            told.setdefault(f"{found.journal_class} {key}", {}).setdefault(found.source, []).append(found)
    hidden, also = set[str](), dict[str, tuple[str, ...]]()
    for sources in told.values():
        if len(sources) > 1:
            ranked = sorted(sources, key=lambda name: (-len(sources[name]), -len(sources[name][0].when), name))
            best, *others = ranked
            hidden.update(found.url for name in others for found in sources[name])
            also.update((found.url, tuple(others)) for found in sources[best])
    return [replace(found, also=also.get(found.url, ())) for found in day if found.url not in hidden]
