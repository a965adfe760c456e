"""Contacts as vCards (2.1, 3.0 and 4.0), and the content lines that contacts and calendars are written in.

It refuses to hold a photo, a key or a sound even while it reads, to lose the rest of a card over a line that is broken,
and to keep more than the contacts of other apps have: no postal address, no note, no link to other people.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator, Mapping, Sequence
from datetime import date
from urllib.parse import quote, unquote

from lifepod.errors import Malformed, TooBig
from lifepod.journal.activity import Activity, Fact, Iri, Moment, Reason, Skipped
from lifepod.journal.importers.clock import bounds, moment_of
from lifepod.journal.importers.contentlines import Block, ContentLine, blocks, unescaped
from lifepod.journal.importers.entries import encoding_of
from lifepod.journal.importers.mailaddresses import mailto
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


IMPORTER: Importer = Contacts()
"""What the entry point names."""
