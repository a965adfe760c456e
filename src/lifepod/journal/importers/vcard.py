"""Contacts as vCards (2.1, 3.0 and 4.0), and the content lines that contacts and calendars are written in.

It refuses to hold a photo, a key or a sound even while it reads, to lose the rest of a card over a line that is broken,
and to keep more than the contacts of other apps have: no postal address, no note, no link to other people.
"""

from __future__ import annotations

import binascii
import io
import re
import unicodedata
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from functools import partial
from typing import Literal
from urllib.parse import quote, unquote

from lifepod.errors import Malformed, TooBig
from lifepod.journal.activity import Activity, Fact, Iri, Moment, Reason, Skipped
from lifepod.journal.importers.clock import bounds, moment_of
from lifepod.journal.importers.entries import encoding_of
from lifepod.journal.importers.mbox import as_text, mailto
from lifepod.journal.redact import clean_text, masked
from lifepod.journal.source import Importer, Match, Member
from lifepod.limits import LIMITS
from lifepod.names import DCT_MODIFIED, VCARD

_WANTED = frozenset(
    {"FN", "N", "NICKNAME", "EMAIL", "TEL", "BDAY", "ORG", "ROLE", "TITLE", "REV", "UID", "KIND", "X-ABSHOWAS"}
    | {"X-ADDRESSBOOKSERVER-KIND"}
)
_BEGINNING = re.compile(r"\s*BEGIN:VCARD(?:\s|$)", re.IGNORECASE)
_VERSION = re.compile(r"^VERSION:([0-9.]{1,8})\s*$", re.MULTILINE | re.IGNORECASE)
_TAIL = re.compile(r"\.(?:vcf|vcard)$", re.IGNORECASE)
_ESCAPE = re.compile(r"\\(.)", re.DOTALL)
_PART = re.compile(r"((?:[^;\\]++|\\.|\\$)*+)(?:;|$)", re.DOTALL)
_BORN = re.compile(
    r"(?:([0-9]{4})(?:-?([0-9]{2})-?([0-9]{2})|-([0-9]{2}))?|--([0-9]{2})-?([0-9]{2}))(?:[T ].*)?", re.DOTALL
)
_REVISED = re.compile(r"([0-9]{4})-?([0-9]{2})-?([0-9]{2})(?:T([0-9]{2}):?([0-9]{2}):?([0-9]{2})[.,0-9]*(.*))?")
_NO_YEAR = 1604
"""What Apple writes where a person told no year."""
_OLDEST = 1850


class Contacts:
    """Reads ``.vcf`` files."""

    name = "contacts"
    title = "Contacts (vCard, .vcf)"
    version = "1"
    how_to_get = (
        "Google: contacts.google.com, Export, vCard. Apple: Contacts, select all, File, Export, Export vCard; or "
        "icloud.com/contacts, Export vCard. Android: Contacts, Fix & manage, Export to file. Outlook: File, Save As, "
        "vCard. At once."
    )

    def recognise(self, member: Member) -> Match | None:
        """By its first line; the name makes it surer."""
        first = member.head()
        head = first.decode(encoding_of(first), errors="replace").lstrip("\ufeff")
        if not _BEGINNING.match(head):
            return None
        version = _VERSION.search(head)
        sure = 0.9 if _TAIL.search(member.path) else 0.7
        told = version.group(1) if version else ""
        return Match(member, "vcard", told, sure, "it begins with BEGIN:VCARD", label="contacts")

    def activities(self, match: Match, answers: Mapping[str, str]) -> Iterator[Activity | Skipped]:
        """Every card in the order of the file."""
        path, now, number = match.member.path, answers.get("now", ""), 0
        try:
            for block in blocks(match.member, frozenset({"VCARD"}), _WANTED):
                if block.kind:
                    number += 1
                    found = _contact(block, now)
                    yield Skipped(found, f"{path}#{number}") if isinstance(found, str) else found
        except TooBig:
            yield Skipped("too-large", f"{path}#{number + 1}")
        except Malformed:
            yield Skipped("malformed", f"{path}#{number + 1}")


_STATES: Mapping[str, Reason] = {"broken": "malformed", "nested": "nested", "too-long": "too-long"}


def _contact(block: Block, now: str) -> Activity | Reason:
    if block.state != "whole":
        return _STATES[block.state]
    told: dict[str, list[ContentLine]] = {}
    for line in block.lines:
        told.setdefault(line.name, []).append(line)
    sort = (_first(told, "KIND") or _first(told, "X-ADDRESSBOOKSERVER-KIND") or "individual").lower()
    if sort not in ("individual", "org", "x-individual"):
        return "not-an-activity"
    mails = list(dict.fromkeys(found for line in told.get("EMAIL", ()) if (found := mailto(_plain(line)))))
    phones = list(dict.fromkeys(found for line in told.get("TEL", ()) if (found := telephone(_plain(line)))))
    firm = clean_text(_parts(told, "ORG")[0])
    reached = (mails or phones or [Iri("")])[0].value
    called = _called(told) or firm or clean_text(_first(told, "NICKNAME")) or unquote(reached.partition(":")[2])
    if not called:
        return "no-object"
    facts: tuple[Fact, ...] = ((VCARD + "fn", called),)
    facts += tuple((VCARD + "hasEmail", found) for found in mails)
    facts += tuple((VCARD + "hasTelephone", found) for found in phones)
    facts += _more(told, firm, now)
    kind = "organisation" if sort == "org" or _first(told, "X-ABSHOWAS").upper() == "COMPANY" else "person"
    uid = _first(told, "UID").removeprefix("urn:uuid:")
    key = (uid,) if uid else (called, reached)
    return Activity(kind, "contacts", key, None, None, facts, match=(called.casefold(), reached), native=bool(uid))


def _more(told: Mapping[str, Sequence[ContentLine]], firm: str, now: str) -> tuple[Fact, ...]:
    facts: tuple[Fact, ...] = ((VCARD + "organization-name", firm),) if firm else ()
    role = clean_text(_first(told, "ROLE")) or clean_text(_first(told, "TITLE"))
    if role:
        facts += ((VCARD + "role", role),)
    for line in told.get("BDAY", ())[:1]:
        born = _born(line, now)
        facts += ((VCARD + "bday", born),) if born else ()
    revised = _revised(_first(told, "REV"), now)
    return facts + (((DCT_MODIFIED, revised),) if revised else ())


def _plain(line: ContentLine) -> str:
    return unescaped(line.text).strip()


def _first(told: Mapping[str, Sequence[ContentLine]], name: str) -> str:
    """What the first line of a name says that says something."""
    return next((text for line in told.get(name, ()) if (text := _plain(line))), "")


def _parts(told: Mapping[str, Sequence[ContentLine]], name: str) -> list[str]:
    """The parts of a structured value; at least one."""
    text = next((line.text for line in told.get(name, ()) if line.value.strip()), "")
    return [unescaped(part).strip() for part in _PART.findall(text[: LIMITS.text_chars])] or [""]


def _called(told: Mapping[str, Sequence[ContentLine]]) -> str:
    """The name as it is shown, else put together from its parts, as vCard 2.1 allows."""
    shown = clean_text(_first(told, "FN"))
    if shown:
        return shown
    family, given, more, *_ = (*_parts(told, "N"), "", "")
    return clean_text(f"{given} {more} {family}")


def telephone(text: str) -> Iri | None:
    """A phone number as an address; words stay, because people write them there, but no number of a card does."""
    number, _, more = re.sub(r"(?i)^tel:", "", unicodedata.normalize("NFKC", text.strip())).partition(";")
    if number.startswith("+"):
        number = number.replace("(0)", "", 1)  # what is dialled within the country only
    marks = (str(int(c)) if c.isdecimal() else c for c in number if c.isalnum() or c in "+*#,")
    number = "".join(marks)
    digits = sum(c.isdigit() for c in number)
    # One in ten of the long numbers of phones would be one of a card as well.
    dialled = number.startswith(("+", "00")) and digits < 18
    if not 0 < len(number) <= 64 or not any(c.isalnum() for c in number) or not (dialled or masked(number) == number):
        return None
    extension = re.match(r"ext=[0-9]{1,8}", more)
    return Iri("tel:" + quote(number, safe="+*,") + (f";{extension.group()}" if extension else ""))


def _born(line: ContentLine, now: str) -> Moment | str | None:
    """A birthday: a date, or what is known of it (``--02-03``, ``1980-05``)."""
    found = _BORN.fullmatch(_plain(line))
    if found is None:
        return None
    year, month, day, only_month, no_month, no_day = found.groups()
    month, day = month or only_month or no_month, day or no_day
    if line.param("X-APPLE-OMIT-YEAR") or (year and int(year) == _NO_YEAR):
        year = None
    try:
        whole = date(int(year or 2000), int(month or 1), int(day or 1))
    except ValueError:
        return None
    if year is None:
        return f"--{month}-{day}" if day else None
    if whole.year < _OLDEST or whole > bounds(now)[1].date():
        return None
    return Moment(whole, "day") if day else "-".join(part for part in (year, month) if part)


def _revised(text: str, now: str) -> Moment | None:
    """When the card was changed, in either way of writing a time."""
    found = _REVISED.fullmatch(text)
    if found is None:
        return None
    year, month, day, hour, minute, second, zone = found.groups()
    moment = moment_of(f"{year}-{month}-{day}" + (f"T{hour}:{minute}:{second}{zone}" if hour else ""), now)
    return None if isinstance(moment, str) else moment


def unescaped(text: str) -> str:
    """A text without the backslashes before commas, semicolons and breaks of lines."""
    return _ESCAPE.sub(lambda m: "\n" if m.group(1) in "nN" else m.group(1), text) if "\\" in text else text


# Content lines: RFC 5545, section 3.1; RFC 6350, section 3.2; and the quoted-printable of vCard 2.1.

_PIECE = 64 * 1024
_NAMED = re.compile(r"(?:[A-Za-z0-9_-]+\.)?([A-Za-z0-9_-]{1,64})[ \t]*(?=[;:])")
_DIVIDED = re.compile(r'((?:[^":]++|"[^"]*+")*+):(.*)', re.DOTALL)
_PARAM = re.compile(r'(?:[^;"]++|"[^"]*+"|")++')
_LINE_COST = 100
"""Bytes that a kept line counts beside its own, because it takes memory however short it is."""


@dataclass(frozen=True, slots=True)
class ContentLine:
    """One property: ``DTSTART;TZID=Europe/Berlin:20260301T090000``."""

    name: str
    """In capitals, without the group before it: ``item1.TEL`` is ``TEL``."""
    params: tuple[str, ...]
    """As they stand: ``TZID=Europe/Berlin``, ``WORK``."""
    value: bytes

    def param(self, name: str) -> str:
        """What a parameter says, without quotes; empty where it is not there."""
        for one in self.params:
            key, _, said = one.partition("=")
            if key.strip().upper() == name:
                return said.strip().strip('"')
        return ""

    @property
    def text(self) -> str:
        """The value as text, whatever it says of its own encoding, because that is often a lie."""
        data = self.value
        if any("QUOTED-PRINTABLE" in one.upper() for one in self.params):
            data = binascii.a2b_qp(data)
        return as_text(data, self.param("CHARSET"))


CALENDAR = "VCALENDAR"
"""What entries lie in; none goes on past its end."""
State = Literal["whole", "broken", "nested", "too-long"]


@dataclass(frozen=True, slots=True)
class Block:
    """One entry of a file, such as an event, or a line that stands outside of all entries (``kind`` is empty)."""

    kind: str
    lines: tuple[ContentLine, ...]
    state: State = "whole"


def blocks(member: Member, kinds: frozenset[str], wanted: frozenset[str]) -> Iterator[Block]:
    """The entries of these kinds, each with its wanted lines; what stands in a part of an entry is left out.

    An entry that begins before the last one ended, and one that never ends, is broken.
    """
    kind, kept, size, depth, last = "", list[ContentLine](), 0, 0, ""
    for line in content_lines(member, wanted | {"BEGIN", "END", "AGENT"}):
        part = line.value.strip().decode("latin-1").upper() if line.name in ("BEGIN", "END") else ""
        if part == CALENDAR and kind:
            yield Block(kind, (), "broken")
            kind, depth = "", 0
        if line.name == "BEGIN" and kind and (part not in kinds or last == "AGENT"):
            depth += 1
            if part in kinds:
                yield Block(part, (), "nested")
        elif line.name == "BEGIN" and part in kinds:
            if kind:
                yield Block(kind, (), "broken")
            kind, kept, size, depth = part, [], 0, 0
        elif line.name == "END" and depth and (part != kind or kind == "VCARD"):
            depth -= 1
        elif line.name == "END" and kind and part == kind:
            yield Block(kind, tuple(kept), "too-long" if size > LIMITS.field_bytes else "whole")
            kind, depth = "", 0
        elif not kind:
            yield Block("", (line,))
        elif not depth and line.name in wanted:
            size += len(line.value) + _LINE_COST
            if size > LIMITS.field_bytes:
                kept.clear()
            else:
                kept.append(line)
        last = line.name
    if kind:
        yield Block(kind, (), "broken")


def content_lines(member: Member, wanted: frozenset[str]) -> Iterator[ContentLine]:
    """The lines with a wanted name, unfolded; the others, however long, are forgotten while they are read."""
    wide = encoding_of(member.head(4)) == "utf-16"
    # Latin-1 keeps every byte as it is, because a fold may stand in the middle of a character.
    encoding, unfolder = ("utf-16" if wide else "latin-1"), _Unfolder(wanted)
    with member.open() as stream:
        text = io.TextIOWrapper(stream, encoding, errors="replace")
        for piece in iter(partial(text.readline, _PIECE), ""):
            done = unfolder.take(piece)
            if done:
                yield _line(done, "utf-8" if wide else "latin-1")
        done = unfolder.finished()
        if done:
            yield _line(done, "utf-8" if wide else "latin-1")


def _line(text: str, encoding: str) -> ContentLine:
    found = _NAMED.match(text)
    name, rest = (found.group(1), text[found.end() :]) if found else ("", text)
    divided = _DIVIDED.match(rest)
    params, value = divided.groups() if divided else rest.split(":", 1)
    return ContentLine(name.upper(), tuple(_PARAM.findall(params)), value.encode(encoding, "replace"))


class _Unfolder:
    """Puts together the pieces of a line that was wrapped, bounded."""

    def __init__(self, wanted: frozenset[str]) -> None:
        self._wanted = wanted
        self._kept: list[str] | None = None
        self._size, self._named, self._inside, self._soft, self._printable = 0, False, False, False, False

    def take(self, piece: str) -> str:
        """Add what was read; the line before it, where that ended."""
        done, body = "", piece.rstrip("\n")
        if self._inside or (self._soft and body[:4].upper() != "END:"):
            pass
        elif body[:1] in (" ", "\t") and self._named:
            body = body[1:]
        else:
            done = self.finished()
            self._start(body)
        self._inside = not piece.endswith("\n")
        self._soft = self._printable and not self._inside and body.endswith("=")
        self._add(body[:-1] if self._soft else body)
        return done

    def finished(self) -> str:
        """The line so far, which ends here; empty where it is not wanted."""
        done = "" if self._kept is None else "".join(self._kept)
        self._kept, self._named = None, False
        return done

    def _start(self, body: str) -> None:
        found = _NAMED.match(body.lstrip("\ufeff").removeprefix("ï»¿"))
        self._named = found is not None and ":" in body
        self._kept = [] if found and self._named and found.group(1).upper() in self._wanted else None
        self._size, self._printable = 0, "QUOTED-PRINTABLE" in body[: body.find(":") + 1].upper()

    def _add(self, body: str) -> None:
        if self._kept is None:
            return
        # One more than an entry may hold is enough to see that it holds too much.
        body = body[: LIMITS.field_bytes + 1 - self._size]
        if not self._kept:
            body = body.lstrip("\ufeff").removeprefix("ï»¿")
        self._size += len(body)
        if body:
            self._kept.append(body)


IMPORTER: Importer = Contacts()
"""What the entry point names."""
