"""The journal as somebody leafs through it: one light line per record, in the clock of this machine; a record in words.

It refuses to hold the records themselves (hundreds of thousands of them would not fit), and to pass over a file that
cannot be read.
"""

from __future__ import annotations

import asyncio
import re
from collections.abc import AsyncGenerator, Awaitable, Callable, Iterator
from contextlib import aclosing
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta, tzinfo
from time import monotonic
from urllib.parse import urlsplit

from lifepod.journal.activity import CLASSES as CLASSES  # what can be chosen
from lifepod.journal.finding import Found as Found
from lifepod.journal.reading import Json
from lifepod.owner.records import Hear as Hear  # who hears how far it has come
from lifepod.owner.records import Reading as Reading
from lifepod.owner.records import Sought as Sought
from lifepod.owner.records import Unread as Unread
from lifepod.owner.records import heard
from lifepod.plain import plain
from lifepod.solid.pod import Pod

_MOST = 400
"""Characters of one text of a line."""
_HANDFUL, _SOON = 200, 0.15
"""Lines, or seconds, after which what came is handed on."""


@dataclass(frozen=True, slots=True)
class Line:
    """One record as a line tells it; every text is safe to show."""

    url: str
    path: str
    when: str
    """In the clock that was asked for: ``2026-03-14T21:05:00``, or as short as a day; empty where it has no time."""
    what: str
    who: str
    journal_class: str
    source: str
    also: tuple[str, ...]
    """Other sources that tell of the same happening."""
    verified: bool
    edited: bool


def line_of(found: Found, zone: tzinfo | None) -> Line:
    """A record as a line."""
    who = found.who
    return Line(
        found.url,
        found.path,
        plain(local(found.when, zone), 40),
        plain(found.what, _MOST),
        plain(urlsplit(who).netloc.removeprefix("www.") or who if "://" in who else who, _MOST),
        plain(found.journal_class, 40),
        plain(found.source, 60),
        found.also,
        found.verified,
        found.record.get("lp:edited") == "true",
    )


def local(when: str, zone: tzinfo | None) -> str:
    """An instant in a clock (``None``: that of this machine); a day, and a time without a zone, as they stand."""
    if not when.endswith("Z"):
        return when
    try:
        return datetime.fromisoformat(when).astimezone(zone).replace(tzinfo=None).isoformat()
    except (ValueError, OverflowError):
        return when


def zone_of(now: datetime) -> tzinfo | None:
    """The clock to show times in: that of this machine with its summers, unless ``now`` is plainly UTC."""
    return UTC if now.tzinfo is UTC else None


async def lines(pod: Pod, sought: Sought, zone: tzinfo | None, hear: Hear) -> AsyncGenerator[Line | Unread, None]:
    """What :func:`lifepod.owner.records.records` finds, the newest first; days are days of that clock."""
    async with aclosing(heard(pod, widened(sought.checked()), hear)) as found:
        async for one in found:
            if isinstance(one, Unread):
                yield one
                continue
            line = line_of(one, zone)
            if is_within(line.when, sought):
                yield line


class Leafing:
    """The journal read page by page; where reading was cut off it goes on from the last line."""

    def __init__(self, pod: Callable[[], Awaitable[Pod]], sought: Sought, zone: tzinfo | None, hear: Hear) -> None:
        self._pod, self._sought, self._zone, self._hear = pod, sought, zone, hear
        self._stream: AsyncGenerator[Line | Unread, None] | None = None
        self._seen: set[str] = set()
        self._last: Line | None = None
        self._lock = asyncio.Lock()
        self.is_done = False
        """Whether all was read."""

    async def page(self, most: float) -> AsyncGenerator[list[Line | Unread], None]:
        """So many more lines, a handful at a time as they come; raises what reading raises."""
        async with self._lock:
            pod, count, at = await self._pod(), 0, monotonic()
            stream = self._stream = self._stream or lines(pod, self._rest(), self._zone, self._hear)
            batch = list[Line | Unread]()
            try:
                async for one in stream:
                    if _name(one) not in self._seen:
                        batch.append(one)
                        count += isinstance(one, Line)
                    if batch and (len(batch) >= _HANDFUL or monotonic() - at > _SOON):
                        yield self._told(batch)
                        batch, at = [], monotonic()
                    if count >= most:
                        break
                else:
                    self.is_done = True
                if batch:
                    yield self._told(batch)
            except BaseException:
                self._stream = None  # what was cut off cannot go on: the next page begins anew, behind the last line
                await stream.aclose()
                raise

    def _told(self, batch: list[Line | Unread]) -> list[Line | Unread]:
        self._seen.update(map(_name, batch))
        self._last = next((one for one in reversed(batch) if isinstance(one, Line)), self._last)
        return batch

    def _rest(self) -> Sought:
        """What was not shown yet, and a day of what was: the order of a day is that of UTC.

        Without days that were asked for it is everything: what has no time lies before no day, and would be lost.
        """
        if not (self._sought.since or self._sought.until):
            return self._sought
        last = self._last.when[:10] if self._last else ""
        until = _moved(last, first=True, by=1) if last else ""
        asked = self._sought.until
        return replace(self._sought, until=until if until and not (asked and asked < until) else asked)

    async def aclose(self) -> None:
        """Read no more."""
        async with self._lock:
            stream, self._stream = self._stream, None
            if stream is not None:
                await stream.aclose()


def _name(one: Line | Unread) -> str:
    return one.url if isinstance(one, Line) else one.path


def is_within(when: str, sought: Sought) -> bool:
    """Whether a time of a line lies between the two that were asked for; what has none lies between no two."""
    if not (sought.since or sought.until):
        return True
    if not when or when[: len(sought.since)] < sought.since[: len(when)]:
        return False
    return not sought.until or when[: len(sought.until)] <= sought.until


def widened(sought: Sought) -> Sought:
    """The same with a day more on both sides: a pod keeps times in UTC, and a day begins elsewhere at another time."""
    since = _moved(sought.since, first=True, by=-1) if sought.since else ""
    return replace(sought, since=since, until=_moved(sought.until, first=False, by=1) if sought.until else "")


def _moved(period: str, *, first: bool, by: int) -> str:
    year, month, day = (int(part) for part in (*period[:10].split("-"), *("0",) * 2)[:3])
    try:
        if first or day:
            at = date(year, month or 1, day or 1)
        else:  # the last day of the month or the year
            at = date(year + (month in (0, 12)), month % 12 + 1 if month else 1, 1) - timedelta(days=1)
        return (at + timedelta(days=by)).isoformat()
    except (ValueError, OverflowError):
        return ""  # at an end of all years: no bound


# One record in words

_LABELS = {
    "@type": "kind", "schema:startTime": "when", "schema:endTime": "until", "schema:startDate": "begins",
    "schema:endDate": "ends", "schema:dateSent": "sent", "schema:datePublished": "published", "dct:created": "made",
    "schema:name": "name", "schema:query": "searched for", "schema:object": "about", "schema:target": "address",
    "schema:url": "address", "schema:priceCurrency": "currency", "schema:instrument": "with", "vcard:fn": "name",
    "lp:transition": "came by", "lp:edited": "edited by you", "lp:matchKey": "matched by", "schema:seller": "seller",
    "schema:fromLocation": "from", "schema:toLocation": "to", "schema:location": "where", "schema:agent": "who",
    "lp:timePrecision": "known to the", "schema:productID": "product number", "schema:identifier": "number",
}  # fmt: skip
_ORDER = ("@type", "schema:startTime", "schema:startDate", "schema:dateSent", "schema:datePublished", "dct:created",
          "schema:endTime", "schema:endDate", "schema:name", "schema:query", "vcard:fn")  # fmt: skip
_LAST = ("lp:edited", "lp:matchKey")
_HUMP = re.compile(r"(?<=[a-z0-9])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])")


@dataclass(frozen=True, slots=True)
class Fact:
    """One property of a record in words; both texts are safe to show."""

    label: str
    value: str
    """Empty where the facts of a part follow."""
    depth: int = 0


def label_of(term: str) -> str:
    """A property as a person says it: ``schema:orderNumber`` is an order number."""
    return _LABELS.get(term) or plain(in_words(term), 60)


def in_words(term: str) -> str:
    """The last part of a name, its words apart: ``schema:WatchAction`` → ``watch action``."""
    return _HUMP.sub(" ", re.split(r"[:/#]", term)[-1] or term).replace("_", " ").lower()


def facts(record: Json, zone: tzinfo | None, depth: int = 0) -> Iterator[Fact]:
    """Every property of a record and of its parts, the most telling first."""
    for term in sorted(record, key=lambda one: (_rank(one), label_of(one))):
        value = record[term]
        for one in value if isinstance(value, list) else [value]:
            if term == "@id":
                continue
            if isinstance(one, dict):
                yield Fact(label_of(term), "", depth)
                yield from facts(one, zone, depth + 1)
            else:
                yield Fact(label_of(term), _said(term, one, zone), depth)


def _rank(term: str) -> int:
    return _ORDER.index(term) if term in _ORDER else len(_ORDER) + (term in _LAST)


def _said(term: str, value: str, zone: tzinfo | None) -> str:
    if term == "@type":
        return plain(in_words(value), 200)
    if re.fullmatch(r"\d{4}-\d\d-\d\dT[\d:.]+Z", value):
        here = local(value, zone).replace("T", " ")
        return here if here == value[:-1].replace("T", " ") else plain(f"{here}  ({value})")
    return plain(value, 8000)
