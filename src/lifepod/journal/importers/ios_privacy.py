"""The App Privacy Report of iOS: which app contacted which host, and which app opened which sensor or store.

It refuses to say what an app showed while it made a contact (that would be browsing), and to name machines of the
person's own network.

* A line is one thing. The two lines of an interval (begin and end, joined by their identifier) make one record; the
  second of them is counted as a duplicate.
"""

from __future__ import annotations

import io
import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from ipaddress import ip_address
from typing import Any

from lifepod import names
from lifepod.errors import Malformed, TooBig
from lifepod.journal.activity import Activity, Fact, Moment, Reason, Skipped
from lifepod.journal.importers.clock import moment_of
from lifepod.journal.importers.entries import encoding_of
from lifepod.journal.redact import clean_text
from lifepod.journal.source import Importer, Match, Member
from lifepod.limits import LIMITS

_SOURCE = "ios-privacy"
_USUAL = re.compile(r"App[ _-]?Privacy[ _-]?Report[^/]*\.ndjson$|AppActivityReport\.ndjson$", re.IGNORECASE)
_VERSION = re.compile(r"_v([0-9]{1,3})_")
_HOST = re.compile(r"[^\s/@\"<>]{1,253}")
_LINES = 50
"""Lines that are looked at to recognise a file."""
_OPEN = 10_000
"""Intervals that may be open at one time; beyond that the oldest counts as one whose end is not known."""
_MOST_HITS = 10**9


class IosPrivacy:
    """Reads ``App_Privacy_Report_v4_….ndjson``."""

    name = "ios-privacy"
    title = "App Privacy Report (iPhone, iPad)"
    version = "1"
    how_to_get = (
        "On the phone: Settings, Privacy & Security, App Privacy Report, the share button (Save App Activity). "
        "It holds the last seven days, from when the report was turned on; save it every week. At once."
    )

    def recognise(self, member: Member) -> Match | None:
        """By the keys of its lines; the name makes it surer."""
        head, usual = member.head(LIMITS.head_bytes), _USUAL.search(member.path) is not None
        if not head.strip(b"\xef\xbb\xbf\xff\xfe\0 \t\r\n"):
            why = "it has the name of a privacy report, and nothing in it"
            problem = Skipped("empty-export", member.path)
            return Match(member, "app-privacy-report", "", 0.4, why, problem, _TURN_ON) if usual else None
        lines = head.decode(encoding_of(head), errors="replace").splitlines()[:_LINES]
        kinds = {kind for line in lines for kind in [_kind(_parsed(line))] if kind}
        if not kinds:
            return None
        version = _VERSION.search(member.path.rsplit("/", 1)[-1])
        why = f"its lines are of the types {' and '.join(sorted(kinds))}"
        return Match(
            member, "app-privacy-report", version.group(1) if version else "", 0.9 if usual else 0.7, why, label=_SOURCE
        )

    def activities(self, match: Match, answers: Mapping[str, str]) -> Iterator[Activity | Skipped]:
        """Every line in the order of the file, an interval where its second line stands."""
        reader, number = _Reader(match.member.path, answers.get("now", "")), 0
        try:
            for number, line in _lines(match.member):
                yield from reader.items(line, number)
        except TooBig:
            yield Skipped("too-large", f"{match.member.path}#{number + 1}")
        except Malformed:
            yield Skipped("malformed", f"{match.member.path}#{number + 1}")
        yield from reader.rest()


def _lines(member: Member) -> Iterator[tuple[int, str | None]]:
    """Each line that is not empty with its number, from 1; ``None`` for one that is too long."""
    head, number = member.head(), 0
    with member.open() as stream:
        text = io.TextIOWrapper(stream, encoding=encoding_of(head), errors="replace", newline="\n")
        while line := text.readline(LIMITS.field_bytes):
            whole = line.endswith("\n") or len(line) < LIMITS.field_bytes
            while not whole and (more := text.readline(LIMITS.field_bytes)):
                whole = more.endswith("\n")
                line = ""
            if line and not line.strip():
                continue
            number += 1
            yield number, line or None


def _parsed(line: str) -> dict[str, Any] | Reason:
    try:
        found = json.loads(line, strict=False)
    except (ValueError, RecursionError):
        return "malformed"
    return found if isinstance(found, dict) else "not-an-activity"


def _kind(line: dict[str, Any] | Reason) -> str:
    """``networkActivity``, ``access``, or nothing."""
    if isinstance(line, str):
        return ""
    if line.get("type") == "networkActivity" and "bundleID" in line and "domain" in line:
        return "networkActivity"
    # The report of the first betas had no type.
    opened = isinstance(line.get("accessor"), dict) and ("category" in line or "tccService" in line)
    return "access" if opened and line.get("type", "access") == "access" else ""


@dataclass(frozen=True, slots=True)
class _Half:
    """A line of an interval whose other line has not come yet."""

    begins: bool
    when: Moment
    app: str
    opened: str


class _Reader:
    def __init__(self, path: str, now: str) -> None:
        self._path, self._now = path, now
        self._halves: dict[str, _Half] = {}

    def items(self, line: str | None, number: int) -> Iterator[Activity | Skipped]:
        entry = "too-long" if line is None else _parsed(line)
        kind = _kind(entry)
        if isinstance(entry, str):
            # A broken line is one thing; a broken end of the file says that more was there.
            cut_off = entry == "malformed" and line is not None and not line.endswith("\n")
            yield self._skip("not-an-activity" if entry == "malformed" and not cut_off else entry, number)
        elif kind == "networkActivity":
            found = _told(entry, self._now)
            yield self._skip(found, number) if isinstance(found, str) else found
        elif kind == "access":
            yield from self._access(entry, number)
        else:
            yield self._skip("not-an-activity", number)

    def rest(self) -> Iterator[Activity]:
        """The intervals of which only one line is there."""
        for identifier, half in self._halves.items():
            yield _opened(identifier, half, None)

    def _skip(self, reason: Reason, number: int) -> Skipped:
        return Skipped(reason, f"{self._path}#{number}")

    def _access(self, entry: dict[str, Any], number: int) -> Iterator[Activity | Skipped]:
        kind, identifier = entry.get("kind"), entry.get("identifier")
        half = _half(entry, kind != "intervalEnd", self._now)
        if isinstance(half, str):
            yield self._skip(half, number)
        elif not isinstance(identifier, str) or not clean_text(identifier):
            yield self._skip("no-object", number)
        elif kind == "event":
            yield _opened(clean_text(identifier), half, None)
        elif kind not in ("intervalBegin", "intervalEnd"):
            yield self._skip("unknown-verb", number)
        else:
            yield from self._interval(clean_text(identifier), half, number)

    def _interval(self, identifier: str, half: _Half, number: int) -> Iterator[Activity | Skipped]:
        other = self._halves.pop(identifier, None)
        if other is not None and other.begins != half.begins:
            begin, end = (other, half) if other.begins else (half, other)
            if _is_before(end.when, begin.when):
                yield _opened(identifier, begin, None)
                yield self._skip("out-of-range", number)
                return
            yield _opened(identifier, begin, end.when)
            yield self._skip("duplicate", number)
            return
        if other is not None:
            yield _opened(identifier, other, None)
        elif len(self._halves) >= _OPEN:
            oldest = next(iter(self._halves))
            yield _opened(oldest, self._halves.pop(oldest), None)
        self._halves[identifier] = half


def _half(entry: dict[str, Any], begins: bool, now: str) -> _Half | Reason:
    app, opened = _text(entry["accessor"].get("identifier")), _text(entry.get("category"))
    opened = opened or _text(entry.get("tccService")).removeprefix("kTCCService")
    if not app or not opened:
        return "no-object"
    when = moment_of(entry.get("timeStamp") or entry.get("timestamp"), now)
    return when if isinstance(when, str) else _Half(begins, when, app, opened)


def _opened(identifier: str, half: _Half, end: Moment | None) -> Activity:
    start, end = (half.when, end) if half.begins else (None, half.when)
    facts: tuple[Fact, ...] = ((names.SCHEMA + "agent", half.app), (names.SCHEMA + "object", half.opened))
    match = (half.app, half.opened, half.when.value.isoformat()[:16])
    return Activity("opened", _SOURCE, (identifier,), start, None, facts, match=match, native=True, end=end)


def _told(entry: dict[str, Any], now: str) -> Activity | Reason:
    app, host = _text(entry.get("bundleID")), _text(entry.get("domain")).lower().rstrip(".")
    if not app or not _HOST.fullmatch(host):
        return "no-object"
    if _is_own_network(host):
        return "third-party-data"
    last = moment_of(entry.get("timeStamp"), now)
    start = last if entry.get("firstTimeStamp") is None else moment_of(entry.get("firstTimeStamp"), now)
    if isinstance(start, str):
        return start
    if isinstance(last, str):
        return last
    if _is_before(last, start):
        return "out-of-range"
    hits = _hits(entry.get("hits"))
    if hits == 0:
        return "bad-number"
    facts: tuple[Fact, ...] = (
        (names.SCHEMA + "agent", app),
        (names.SCHEMA + "recipient", _text(entry.get("domainOwner")) or host),
        (names.LP_HOST, host),
    )
    if hits is not None:
        facts += ((names.LP_HITS, hits),)
    # The page shown (context) tells two lines apart, and is in no fact.
    key = (app, host, _text(entry.get("initiatedType")), _text(entry.get("context")), start.value.isoformat())
    match = (app, host, start.value.isoformat()[:16])
    # A later report counts on from the same first time: the same record, with a later end and more hits.
    end = None if last == start else last
    return Activity("told", _SOURCE, key, start, None, facts, match=match, native=True, end=end)


def _hits(value: object) -> int | None:
    """How often; ``None`` where nothing is said, 0 where it is no such number."""
    if value is None:
        return None
    if isinstance(value, str) and re.fullmatch(r"[0-9]{1,9}", value):
        value = int(value)
    return value if isinstance(value, int) and not isinstance(value, bool) and 0 < value <= _MOST_HITS else 0


def _text(value: object) -> str:
    return clean_text(value) if isinstance(value, str) else ""


def _is_before(one: Moment, other: Moment) -> bool:
    return one.value.isoformat() < other.value.isoformat()


def _is_own_network(host: str) -> bool:
    """Whether it is an address of no public machine; those of version 6 may hold the number of a network card."""
    try:
        address = ip_address(host.strip("[]").partition("%")[0])
    except ValueError:
        return host.endswith((".local", ".lan", ".home.arpa")) or "." not in host
    return address.version == 6 or not address.is_global


_TURN_ON = "Turn the report on (Settings, Privacy & Security, App Privacy Report) and save it again after some days."
IMPORTER: Importer = IosPrivacy()
"""What the entry point names."""
