"""Calendars as iCalendar files (RFC 5545): one record for each event, with the rule by which it repeats.

It refuses to hold a whole file, to unfold a series into its dates, to guess the zone of a local time, and to keep what
other people said or sent: descriptions, attendees and attachments are forgotten while they are read.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, date, datetime, timedelta
from typing import Any
from urllib.parse import unquote

from lifepod.errors import Malformed, TooBig
from lifepod.journal.activity import Activity, Fact, Moment, Precision, Reason, Skipped
from lifepod.journal.importers.clock import out_of_bounds
from lifepod.journal.importers.contentlines import CALENDAR, Block, ContentLine, blocks, unescaped
from lifepod.journal.importers.entries import encoding_of
from lifepod.journal.redact import clean_text, slug
from lifepod.journal.source import Importer, Match, Member
from lifepod.limits import LIMITS
from lifepod.names import DCT_MODIFIED, ICAL_SEQUENCE, LP_RECURRENCE, SCHEMA

_ENTRIES = frozenset({"VEVENT", "VTODO", "VJOURNAL", "VFREEBUSY"})
_TIMES = ("DTSTART", "DTEND", "DURATION", "RECURRENCE-ID", "LAST-MODIFIED")
_WANTED = frozenset({*_TIMES, "UID", "SUMMARY", "LOCATION", "RRULE", "SEQUENCE", "STATUS", "X-WR-CALNAME", "NAME"})
_BEGINNING = re.compile(r"\s*BEGIN:VCALENDAR(?:\s|$)", re.IGNORECASE)
_VERSION = re.compile(r"^VERSION:([0-9.]{1,8})\s*$", re.MULTILINE | re.IGNORECASE)
_TAIL = re.compile(r"\.(?:ics|ical|icalendar|ifb|vcs)$", re.IGNORECASE)
_TIME = re.compile(r"([0-9]{8})(?:T([0-9]{4})([0-9]{2})?(Z?))?")
_RULE = re.compile(r"(?:[A-Z-]+=[A-Z0-9,+-]+;)*FREQ=[A-Z]+(?:;[A-Z-]+=[A-Z0-9,+-]+)*")
_ZONE = re.compile(r"/.*?((?:[A-Z][A-Za-z_]+/)?[A-Z][A-Za-z_-]+/[A-Z][A-Za-z_-]+)$")
_LONGEST_ZONE = 200
_FIRST = datetime(1990, 1, 1)


class Calendar:
    """Reads ``.ics`` files."""

    name = "calendar"
    title = "Calendar (iCalendar, .ics)"
    version = "1"
    how_to_get = (
        "Google: calendar.google.com, Settings, Import & export, Export (a zip of one .ics per calendar). "
        "Apple: Calendar, File, Export, Export. Outlook: File, Save Calendar. Thunderbird: right-click the calendar, "
        "Export. At once."
    )

    def recognise(self, member: Member) -> Match | None:
        """By its first line; the name makes it surer."""
        first = member.head()
        head = first.decode(encoding_of(first), errors="replace").lstrip("\ufeff")
        if not _BEGINNING.match(head):
            return None
        version = _VERSION.search(head)
        shape = "vcalendar" if version and version.group(1).startswith("1") else "icalendar"
        sure = 0.9 if _TAIL.search(member.path) else 0.7
        told = version.group(1) if version else ""
        return Match(member, shape, told, sure, "it begins with BEGIN:VCALENDAR")

    def activities(self, match: Match, answers: Mapping[str, str]) -> Iterator[Activity | Skipped]:
        """Every event in the order of the file; to-dos, journals and free times are counted and left out."""
        path, now, number = match.member.path, answers.get("now", ""), 0
        source, inside = "calendar", False
        try:
            for block in blocks(match.member, _ENTRIES, _WANTED):
                if block.kind:
                    number += 1
                    found = _event(block, source, now)
                    yield Skipped(found, f"{path}#{number}") if isinstance(found, str) else found
                elif block.lines[0].name in ("X-WR-CALNAME", "NAME"):
                    source = _source(unescaped(block.lines[0].text))
                elif block.lines[0].value.strip().upper() == CALENDAR.encode():
                    inside = block.lines[0].name == "BEGIN"
                    source = "calendar" if inside else source
            if inside:
                yield Skipped("malformed", f"{path}#{number + 1}")
        except TooBig:
            yield Skipped("too-large", f"{path}#{number + 1}")
        except Malformed:
            yield Skipped("malformed", f"{path}#{number + 1}")


def _source(called: str) -> str:
    """A calendar's name as a source; without the addresses and numbers that programs put into it."""
    called = unicodedata.normalize("NFKC", unquote(called[:200]))
    words = [word for word in called.split() if "@" not in word]
    named = " ".join(words)
    if sum(c.isdigit() for c in named) > 5:
        named = "".join(" " if c.isdigit() else c for c in named)
    found = slug(named)
    # Sources that begin so are a vendor's.
    return (f"calendar-{found}" if found.startswith("from-") else found) or "calendar"


def _event(block: Block, source: str, now: str) -> Activity | Reason:
    if block.state != "whole":
        return "malformed" if block.state == "broken" else "too-long"
    if block.kind != "VEVENT":
        return "not-an-activity"
    told: dict[str, list[ContentLine]] = {}
    for line in block.lines:
        told.setdefault(line.name, []).append(line)
    if "CANCELLED" in (line.text.strip().upper() for line in told.get("STATUS", ())):
        return "cancelled"
    if not any(line.value.strip() for line in told.get("DTSTART", ())):
        return "no-time"
    read = _parsed(told)
    start = _moment(read.get("DTSTART"), told["DTSTART"][0])
    if start is None:
        return "bad-time"
    name, place = (clean_text(unescaped(_first(told, field))) for field in ("SUMMARY", "LOCATION"))
    facts: tuple[Fact, ...] = ((SCHEMA + "location", place),) if place else ()
    facts += tuple((LP_RECURRENCE, rule) for rule in sorted(_rules(told.get("RRULE", ()))))
    facts += _version(told, read, now)
    uid, when = _first(told, "UID").strip(), start.value.isoformat()
    key = (uid, _recurrence(told, read)) if uid else ("", name, when, place)
    match = (name.casefold(), when[:16]) if name else ()
    end = _end(read, start)
    return Activity("event", source, key, start, name or None, facts, match=match, native=bool(uid), end=end)


def _first(told: Mapping[str, Sequence[ContentLine]], name: str) -> str:
    lines = told.get(name, ())
    return lines[0].text if lines else ""


def _rules(lines: Sequence[ContentLine]) -> set[str]:
    shown = ("".join(line.text.split()).upper().rstrip(";") for line in lines)
    return {rule for rule in shown if len(rule) <= LIMITS.text_chars and _RULE.fullmatch(rule)}


def _version(told: Mapping[str, Sequence[ContentLine]], read: Mapping[str, object], now: str) -> tuple[Fact, ...]:
    """Which telling of the event this is, so that the latest one stands."""
    facts: tuple[Fact, ...] = ()
    digits, changed = _first(told, "SEQUENCE").strip(), read.get("LAST-MODIFIED")
    if re.fullmatch(r"[0-9]{1,9}", digits):
        facts += ((ICAL_SEQUENCE, int(digits)),)
    if isinstance(changed, datetime):
        changed = _utc(changed if changed.tzinfo else changed.replace(tzinfo=UTC))
        if changed and not out_of_bounds(changed, now):
            facts += ((DCT_MODIFIED, Moment(changed)),)
    return facts


def _recurrence(told: Mapping[str, Sequence[ContentLine]], read: Mapping[str, object]) -> str:
    """Which date of a series it is, the same in every zone that it may be told in."""
    found = read.get("RECURRENCE-ID")
    if isinstance(found, datetime) and found.tzinfo:
        found = _utc(found)
    return found.isoformat() if isinstance(found, date) else _first(told, "RECURRENCE-ID").strip()


def _parsed(told: Mapping[str, Sequence[ContentLine]]) -> dict[str, Any]:
    """Times as Python knows them; what cannot be read is not there."""
    # The parser takes long to load, and only who has calendars needs it.
    from icalendar import Event

    lines = [_shown(told[name][0]) for name in _TIMES if name in told]
    read: dict[str, Any] = {}
    try:
        event = Event.from_ical("\r\n".join(("BEGIN:VEVENT", *lines, "END:VEVENT", "")))
    except Exception:  # on damage it raises errors of many kinds
        return read
    for name, value in event.items():
        try:
            read[name] = value.dt
        except Exception:  # a property it could not read raises when it is looked at
            pass
    return read


def _shown(line: ContentLine) -> str:
    """A time for the parser, mended where it stumbles."""
    text = " ".join(line.text.splitlines()).strip()
    found = _TIME.fullmatch(text)
    if found is None:
        return f"{line.name}:{text}"
    day, minute, second, zulu = found.groups()
    if minute is None or line.param("VALUE").upper() == "DATE":
        return f"{line.name};VALUE=DATE:{day}"
    # RFC 5545, section 3.3.12: a leap second is read as the second before it.
    time = f"{day}T{minute}{'59' if second == '60' else second or '00'}{zulu}"
    zone = _ZONE.sub(r"\1", re.sub(r'[\x00-\x1f\x7f";:,]', "", line.param("TZID")[:_LONGEST_ZONE]))
    return f'{line.name};TZID="{zone}":{time}' if zone and not zulu else f"{line.name}:{time}"


def _moment(value: object, line: ContentLine) -> Moment | None:
    """A time of the calendar: it may lie ahead, and a day may be the first of a count of years."""
    if isinstance(value, datetime):
        precision: Precision = "minute" if re.fullmatch(r"\s*[0-9]{8}T[0-9]{4}Z?\s*", line.text) else "instant"
        if value.tzinfo is None:
            return Moment(value, precision) if value >= _FIRST else None
        value = _utc(value)
        return None if value is None or out_of_bounds(value, "") else Moment(value, precision)
    return Moment(value, "day") if isinstance(value, date) and value >= _FIRST.date() else None


def _utc(value: datetime) -> datetime | None:
    try:
        return value.astimezone(UTC)
    except (ValueError, OverflowError):  # the first and the last day of all years
        return None


def _end(read: Mapping[str, Any], start: Moment) -> Moment | None:
    """When it ends: the last day of whole days, because RFC 5545 tells the day after it."""
    first, end, span = read["DTSTART"], read.get("DTEND"), read.get("DURATION")
    try:
        if end is None and isinstance(span, timedelta):
            # Days are days of its own zone, hours are real hours.
            end = first + timedelta(days=span.days)
            if isinstance(end, datetime):
                end = (end.astimezone(UTC) if end.tzinfo else end) + timedelta(seconds=span.seconds)
        if isinstance(first, datetime) is not isinstance(end, datetime) or not isinstance(end, date):
            return None
        if not isinstance(end, datetime):
            return Moment(max(end - timedelta(days=1), first), "day") if end >= first else None
        moment = Moment(end, start.precision)
        return moment if moment.value >= start.value else None
    except (TypeError, ValueError, OverflowError):  # one with a zone and one without, or past the last of all days
        return None


IMPORTER: Importer = Calendar()
"""What the entry point names."""
