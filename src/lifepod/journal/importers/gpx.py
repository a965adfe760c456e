"""Ways that a watch, a phone or a navigation device recorded: GPX 1.0 and 1.1, packed with gzip or not.

It refuses document types and entities, to hold more of a file than one point, and to take what was planned or marked
for what happened: routes and waypoints are counted and left out (the time of a waypoint is when it was put on a map).

* A segment is a track. Points without a usable time count, but set no times.
* A point that is off the map is one thing skipped; the segment stands without it.
"""

from __future__ import annotations

import re
import zlib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import BinaryIO
from xml.etree.ElementTree import Element, ParseError

from defusedxml.common import DefusedXmlException
from defusedxml.ElementTree import iterparse

from lifepod.errors import Malformed, TooBig
from lifepod.journal.activity import Activity, Fact, Moment, Reason, Skipped
from lifepod.journal.importers.clock import moment_of
from lifepod.journal.importers.coordinates import Point, from_degrees, shown
from lifepod.journal.importers.entries import encoding_of
from lifepod.journal.importers.places import distance, mode
from lifepod.journal.importers.tracks import E7Pair, Trail, metres
from lifepod.journal.redact import clean_text
from lifepod.journal.source import Importer, Match, Member
from lifepod.limits import LIMITS
from lifepod.names import LP_POINTS
from lifepod.plain import plain

_GZIP, _WITH_HEADER, _PART = b"\x1f\x8b", 31, 64 * 1024
_ROOT = re.compile(
    r"\ufeff?(?>\s+|<\?.*?\?>|<!--.*?-->|<!DOCTYPE[^>\[]*(?:\[.*?\])?\s*>)*+<(?:[\w-]+:)?gpx(?=[\s>])", re.DOTALL
)
"""Each part is taken once and for all (``(?>``, ``*+``), or a hostile beginning would keep the expression busy."""
_VERSION = re.compile(r"[^>]*?\bversion\s*=\s*[\"']([0-9.]{1,5})")
_ASIDE = frozenset({"wpt", "rte"})


class Gpx:
    """Reads ``.gpx`` and ``.gpx.gz``."""

    name = "gpx"
    title = "Recorded ways (GPX)"
    version = "1"
    how_to_get = (
        "Export as GPX from the watch, the phone app or the navigation device that recorded them; at once. Strava: an "
        "activity's page, Export GPX, or all of them under Settings, My Account, Download your data."
    )

    def recognise(self, member: Member) -> Match | None:
        """By its first element, also inside gzip."""
        head = member.head()
        if head[:2] == _GZIP:
            head = _unpacked(head)
        text = head.decode(encoding_of(head), errors="replace")
        root = _ROOT.match(text)
        if root is None:
            return None
        said = _VERSION.match(text, root.end())
        usual = re.search(r"\.gpx(?:\.gz)?$", member.path, re.IGNORECASE)
        version = said.group(1) if said else ""
        return Match(member, "gpx", version, 0.9 if usual else 0.7, "its first element is gpx", label="gpx")

    def activities(self, match: Match, answers: Mapping[str, str]) -> Iterator[Activity | Skipped]:
        """One track per segment, in the order of the file."""
        reader = _Reader(match.member.path, answers.get("now", ""))
        try:
            with match.member.open() as stream:
                yield from reader.items(_Feed(stream, match.member.path))
        except TooBig:
            yield from reader.rest()
            yield Skipped("too-large", reader.where())
        except (Malformed, ParseError, DefusedXmlException, LookupError, ValueError):  # the last two: its encoding
            yield from reader.rest()
            yield Skipped("malformed", reader.where())


def _unpacked(head: bytes) -> bytes:
    try:
        return zlib.decompressobj(_WITH_HEADER).decompress(head, LIMITS.head_bytes)
    except zlib.error:
        return b""


class _Feed:
    """The text of a file, unpacked where it is packed, within the bounds on unpacking and on one element."""

    def __init__(self, inner: BinaryIO, path: str) -> None:
        self._inner, self._path = inner, plain(path)
        self._waiting = inner.read(_PART)
        self._unzip = zlib.decompressobj(_WITH_HEADER) if self._waiting[:2] == _GZIP else None
        self._packed, self._total = len(self._waiting), 0
        self.since = 0
        """Bytes since the last element began or ended, which the reader sets back."""

    def read(self, size: int = -1) -> bytes:
        """The next part; empty at the end."""
        data = self._plain() if self._unzip is None else self._unzipped(self._unzip)
        self.since, self._total = self.since + len(data), self._total + len(data)
        if self.since > LIMITS.entry_chars:
            raise TooBig(f"{self._path} has an element that is too large.", bound=LIMITS.entry_chars, place=self._path)
        if self._unzip and self._total > max(LIMITS.archive_grace, self._packed * LIMITS.archive_ratio):
            raise TooBig(f"{self._path} unpacks to too much.", bound=LIMITS.archive_ratio, place=self._path)
        return data

    def _plain(self) -> bytes:
        data, self._waiting = self._waiting or self._inner.read(_PART), b""
        return data

    def _more(self) -> bool:
        if not self._waiting:
            self._waiting = self._inner.read(_PART)
            self._packed += len(self._waiting)
        return bool(self._waiting)

    def _unzipped(self, unzip: zlib._Decompress) -> bytes:
        """From one gzip member or several behind each other; what else follows them is padding."""
        while self._more():
            if unzip.eof:
                if self._waiting[:1] != _GZIP[:1]:
                    return b""
                unzip = self._unzip = zlib.decompressobj(_WITH_HEADER)
            try:
                data = unzip.decompress(self._waiting, _PART)
            except zlib.error:
                raise self._damaged() from None
            self._waiting = unzip.unconsumed_tail or unzip.unused_data
            if data:
                return data
        if not unzip.eof:
            raise self._damaged()
        return b""

    def _damaged(self) -> Malformed:
        return Malformed(f"{self._path} cannot be unpacked.", place=self._path)


@dataclass(slots=True)
class _Segment:
    """What is known of a segment so far."""

    trail: Trail = field(default_factory=Trail)
    metres: float = 0.0
    first: Moment | None = None
    last: Moment | None = None
    untimely: bool = False
    """Some point had a time that cannot be."""

    def add(self, point: E7Pair) -> None:
        """The next point."""
        if self.trail.count:
            self.metres += metres(self.trail.last, point)
        self.trail.add(point)

    def at(self, told: Moment | Reason) -> None:
        """The time of a point."""
        if isinstance(told, str):
            self.untimely = self.untimely or told == "bad-time"
        elif isinstance(told.value, datetime):
            self.first = told if self.first is None or told.value < self.first.value else self.first
            self.last = told if self.last is None or told.value > self.last.value else self.last

    def track(self, name: str, means: tuple[Fact, ...]) -> Activity | Reason:
        """The record."""
        if not self.trail.count:
            return "no-object"
        if self.first is None or self.last is None:
            return "bad-time" if self.untimely else "no-time"
        begun = self.first.value.isoformat()
        start = Point(*(shown(e7) for e7 in self.trail.first))
        facts: tuple[Fact, ...] = ((LP_POINTS, self.trail.count), *distance(self.metres), *means)
        key, match = (begun, self.last.value.isoformat(), start.rounded(5)), (start.rounded(4), begun[:16])
        parts = (self.trail.part(),)
        return Activity("track", "gpx", key, self.first, name or None, facts, parts, match, end=self.last)


class _Reader:
    """Elements → tracks; it looks at one element and forgets it."""

    def __init__(self, path: str, now: str) -> None:
        self._path, self._now = path, now
        self._number = 0
        self._segment: _Segment | None = None
        self._point: Point | Reason | None = None
        self._name, self._means = "", tuple[Fact, ...]()
        self._timed = False

    def where(self) -> str:
        """The segment, waypoint or route that is next."""
        return f"{self._path}#{self._number + 1}"

    def items(self, feed: _Feed) -> Iterator[Activity | Skipped]:
        """What comes of the elements of a document."""
        open_: list[Element] = []
        tags: list[str] = []
        for event, element in iterparse(feed, events=("start", "end"), forbid_dtd=True):
            feed.since = 0
            if event == "start":
                open_.append(element)
                tags.append(element.tag.rsplit("}", 1)[-1])
                if len(tags) > LIMITS.json_depth:
                    raise TooBig(f"{plain(self._path)} is nested too deep.", bound=LIMITS.json_depth)
                self._begin(tags, element)
                continue
            yield from self._end(tags, element.text)
            open_.pop()
            tags.pop()
            if open_:
                # What has been read is forgotten at once, or it would all be held until the end.
                del open_[-1][:]

    def rest(self) -> Iterator[Activity | Skipped]:
        """The segment in which the file broke off, as far as it goes."""
        if self._segment is not None and self._segment.trail.count:
            yield self._done(self._segment.track(self._name, self._means))

    def _begin(self, tags: list[str], element: Element) -> None:
        tag = tags[-1]
        if tag == "trk":
            self._name, self._means = "", ()
        elif tag == "trkseg":
            self._segment = _Segment()
        elif tag == "trkpt":
            self._point = from_degrees(element.get("lat"), element.get("lon"))
        elif tag in _ASIDE and len(tags) == 2:
            self._timed = False

    def _end(self, tags: list[str], text: str | None) -> Iterator[Activity | Skipped]:
        tag, above = tags[-1], tags[-2] if len(tags) > 1 else ""
        if tag == "trkpt" and self._segment is not None and above == "trkseg":
            yield from self._put(self._segment)
        elif tag == "time":
            self._time(above, text)
        elif above == "trk" and tag == "name":
            self._name = clean_text(text or "")
        elif above == "trk" and tag == "type":
            self._means = mode(text)
        elif tag == "trkseg" and self._segment is not None:
            yield self._done(self._segment.track(self._name, self._means))
            self._segment = None
        elif tag in _ASIDE and len(tags) == 2:
            yield self._done("not-an-activity" if self._timed else "no-time")

    def _time(self, above: str, text: str | None) -> None:
        at = moment_of((text or "")[:60], self._now)
        if above != "trkpt":
            self._timed = True
        elif self._segment is not None and isinstance(self._point, Point):
            self._segment.at(at)

    def _put(self, segment: _Segment) -> Iterator[Skipped]:
        point, self._point = self._point, None
        if isinstance(point, Point):
            segment.add(point.e7)
        else:
            yield Skipped(point or "no-object", self.where())

    def _done(self, found: Activity | Reason) -> Activity | Skipped:
        self._number += 1
        return Skipped(found, f"{self._path}#{self._number}") if isinstance(found, str) else found


IMPORTER: Importer = Gpx()
"""What the entry point names."""
