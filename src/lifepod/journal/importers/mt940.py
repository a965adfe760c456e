"""Bank statements in MT940, the format of SWIFT, with the German and the Dutch way to structure what a line says.

It refuses to keep account numbers, mandates and creditor ids out of the structured fields, and to take a bank's
reference for an id: it may stand on many lines.

The lines are read here and not by the library ``mt-940``, which the tests compare with: it holds whole files, and
writes what it cannot read into the log.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal

from lifepod.errors import Malformed
from lifepod.journal.activity import Activity, Reason, Skipped
from lifepod.journal.importers.accounts import account_slug
from lifepod.journal.importers.entries import encoding_of
from lifepod.journal.importers.transfers import CURRENCIES, Line, amount_of, text_lines, transfers
from lifepod.journal.source import Importer, Match, Member
from lifepod.limits import LIMITS
from lifepod.plain import plain

_TAG = re.compile(r"(?:\{1:[^\r\n]*\{4:)?:(20|21|25P?|28C?|13D?|34F|60[FM]|61|62[FM]|64|65|86|90[CD]|NS):(.*)\Z")
_MOVED = re.compile(
    r"(?P<value>[0-9]{6})(?P<entry>[0-9]{4})?\s?(?P<mark>[RE]?[CD])(?P<funds>[A-Z])?\s?(?P<amount>[0-9.,]+)"
    r"(?P<rest>.*)\Z",
    re.IGNORECASE,
)
_BALANCE = re.compile(r"([CD])[0-9]{6}([A-Z]{3})([0-9.,]+)")
_GERMAN = re.compile(r"[0-9]{3}([^A-Za-z0-9\s/])[0-9]{2}")
_SEPA = re.compile(r"(EREF|KREF|MREF|CRED|DEBT|COAM|OAMT|SVWZ|ABWA|ABWE|IBAN|BIC)\+")
_DUTCH = re.compile(
    r"/(TRTP|IBAN|BIC|NAME|REMI|EREF|MARF|CSID|CNTP|ORDP|BENM|ADDR|ISDT|PURP|RTRN|SVCL|ULTD|ULTB|ULTC|PREF|KREF|TRCD|"
    r"ACCW|OCMT|CHGS|BUSP|INIT|ORIG|RREF|CREF)/"
)
_WRAP, _SUBFIELD = 65, 27
"""Characters after which a line, and a numbered part of one, is broken even inside a word."""
_MOST_LINES = 64
"""Lines of one field that are kept."""


class Mt940:
    """Reads ``.sta``, ``.mt940``, ``.940``, ``.swi``."""

    name = "mt940"
    title = "Bank statements (MT940)"
    version = "1"
    how_to_get = (
        "Online banking: the account, Download or Export, format MT940, SWIFT or STA; at once. "
        "--answer bank.LAST4=NAME gives the account a name."
    )

    def recognise(self, member: Member) -> Match | None:
        """By its tags ``:20:``, ``:25:`` and ``:28:`` in this order, at the beginning of lines."""
        head = member.head()
        lines = head.decode(encoding_of(head), errors="replace").splitlines()[:40]
        tags = [found.group(1)[:2] for found in map(_TAG.match, map(str.strip, lines)) if found]
        if tags[:1] != ["20"] or "25" not in tags[:3] or not {"28", "60"} & set(tags[:5]):
            return None
        interim = "34" in tags and "60" not in tags
        confidence = 0.9 if re.search(r"\.(?:sta|mt940|940|swi|txt)$", member.path, re.IGNORECASE) else 0.7
        why = "its lines begin with the tags :20:, :25: and :28: of SWIFT"
        # Balances are added up where the whole file is at hand; larger ones would have to be read twice for a hint.
        hint = _warning(member) if len(head) < LIMITS.head_bytes and not interim else ""
        return Match(member, "mt942" if interim else "mt940", "", confidence, why, hint=hint)

    def activities(self, match: Match, answers: Mapping[str, str]) -> Iterator[Activity | Skipped]:
        """Every line of every statement in the order of the file; what an interim report says is pending."""
        return transfers(match.member.path, lambda: _lines(match, answers), ids=False)


@dataclass(slots=True)
class _Moved:
    """A ``:61:`` and what belongs to it."""

    first: str
    more: list[str] = field(default_factory=list)
    """Lines that follow it."""
    told: list[str] = field(default_factory=list)
    """Its ``:86:``."""


@dataclass(slots=True)
class _Statement:
    account: str = ""
    source: str = "bank-mt940"
    currency: str = ""
    pending: _Moved | None = None
    """The line that may go on."""


def _lines(match: Match, answers: Mapping[str, str]) -> Iterator[tuple[int, Line | Reason]]:
    """Each ``:61:`` with its number; where the file ends within a statement it is malformed."""
    statement, number, into = _Statement(), 0, list[str]()
    interim = match.shape == "mt942"
    for tag, text in _fields(match.member):
        if tag == "":
            if len(into) < _MOST_LINES:
                into.append(text)
            continue
        # An 86 behind an 86 goes on; one behind a balance speaks of the whole statement.
        if statement.pending is not None and tag not in ("86", "NS"):
            number += 1
            yield number, "pending" if interim else _line(statement, statement.pending, answers)
            statement.pending = None
        into = _step(statement, tag, text)
        if tag in ("25", "25P"):
            statement.source = account_slug(statement.account, answers) if statement.account else "bank-mt940"
    if statement.pending is not None:
        place = plain(match.member.path)
        raise Malformed(f"{place} ends within a statement.", place=place)


def _step(statement: _Statement, tag: str, text: str) -> list[str]:
    """Take a field; gives the list in which its further lines are collected."""
    if tag == "61":
        statement.pending = _Moved(text.strip())
        return statement.pending.more
    if tag == "86" and statement.pending is not None:
        statement.pending.told.append(text)
        return statement.pending.told
    if tag == "20":
        statement.account, statement.source, statement.currency = "", "bank-mt940", ""
    elif tag in ("25", "25P"):
        statement.account, statement.currency = _account(text)
    elif tag in ("60F", "60M"):
        found = _BALANCE.match(text.strip().upper())
        statement.currency = found.group(2) if found else statement.currency
    return []


def _warning(member: Member) -> str:
    """A line for the person where a closing balance is not what opening balance and lines come to."""
    statements, wrong, total = 0, 0, Decimal("NaN")
    for tag, text in _fields(member):
        if tag == "61":
            total += _moved_sum(_MOVED.match(text.strip()))
        elif tag[:2] in ("60", "62"):
            found = _BALANCE.match(text.strip().upper())
            stands = _signed(found.group(1), found.group(3)) if found else Decimal("NaN")
            if tag[:2] == "62":
                statements += 1
                wrong += (total - stands).is_finite() and total != stands
            total = stands
    if not wrong:
        return ""
    return (
        f"In {wrong} of its {statements} statements the lines do not lead from the opening to the closing balance. "
        "Part of it may be missing; compare it with what the bank shows."
    )


def _moved_sum(found: re.Match[str] | None) -> Decimal:
    return _signed(found["mark"].upper(), found["amount"]) if found else Decimal("NaN")


def _signed(mark: str, amount: str) -> Decimal:
    digits = _amount(amount)
    return Decimal(("-" if mark in ("D", "RC") else "") + digits) if digits else Decimal("NaN")


def _fields(member: Member) -> Iterator[tuple[str, str]]:
    """Tags with their first line, then the lines that go on, each without a tag; ``-`` for the end of a statement."""
    inside = False
    for line in text_lines(member):
        line = line.rstrip("\r\x03").removeprefix("\ufeff")
        found = _TAG.match(line)
        if found is not None:
            inside = True
            yield found.group(1), found.group(2)
        elif line.strip() == "-" or line.startswith("-}"):
            inside = False
            yield "-", ""
        elif inside and line.strip():
            yield "", line


def _account(text: str) -> tuple[str, str]:
    """The account's number, and its currency where it stands behind it."""
    shown = text.strip()
    end = re.search(r"(?<=[0-9])[ /]?([A-Z]{3})\Z", shown)
    if end is None or end.group(1) not in CURRENCIES:
        return shown, ""
    return shown[: end.start()], end.group(1)


def _line(statement: _Statement, moved: _Moved, answers: Mapping[str, str]) -> Line | Reason:
    found = _MOVED.match(moved.first)
    if found is None:
        return "bad-number" if re.match("[0-9]{6}", moved.first) else "bad-time"
    mark = found["mark"].upper()
    if mark[0] == "E":
        return "pending"
    value = _day(found["value"])
    day = _beside(value, found["entry"]) if value and found["entry"] else value
    if day is None:
        return "bad-time"
    party, told, theirs = _told(moved)
    # Behind // stands the bank's reference; the customer's own stands before it and is said in :86: again.
    reference = found["rest"].partition("//")[2].strip()[:16]
    # A credit taken back is money that left.
    sign = "-" if mark in ("D", "RC") else ""
    amount = _amount(found["amount"])
    return Line(
        source=statement.source,
        day=day,
        amount=sign + amount if amount else "",
        currency=statement.currency,
        counterparty=party,
        description=told,
        reference=reference or theirs,
        value_day=value,
        number=statement.account,
        read_at=answers.get("now", ""),
    )


def _amount(text: str) -> str | None:
    if "," in text:
        return None if "." in text else amount_of(text, decimal=",")
    return amount_of(text) if re.fullmatch(r"[0-9]+(?:\.[0-9]{1,2})?", text) else None


def _day(text: str) -> date | None:
    year = int(text[:2])
    try:
        return date(year + (1900 if year >= 80 else 2000), int(text[2:4]), int(text[4:6]))
    except ValueError:
        return None


def _beside(value: date, entry: str) -> date | None:
    """The booking date, which has no year: the one that lies nearest to the value date."""
    near = []
    for year in (value.year - 1, value.year, value.year + 1):
        try:
            near.append(date(year, int(entry[:2]), int(entry[2:])))
        except ValueError:
            continue
    return min(near, key=lambda day: abs(day - value), default=None)


def _told(moved: _Moved) -> tuple[str, str, str]:
    """Who was on the other side, what was said, and their own reference."""
    told = moved.told or moved.more
    # Structured text is broken wherever a line is full, and a blank at its end is one.
    joined = "".join(told)
    german = _GERMAN.match(joined)
    if german is not None:
        return _german(joined, german.group(1))
    if _DUTCH.match(joined):
        return _dutch(joined)
    return "", _unwrapped([line.rstrip() for line in told], _WRAP), ""


def _unwrapped(parts: list[str], width: int) -> str:
    """Parts as one text: a part of full width may end inside a word."""
    return "".join(part if len(part) == width else f"{part} " for part in parts).strip()


def _german(text: str, mark: str) -> tuple[str, str, str]:
    """``?20`` to ``?29`` and ``?60`` to ``?63`` say what for, ``?32`` and ``?33`` who, ``?00`` what kind of booking."""
    pieces = re.split(rf"{re.escape(mark)}(?=[0-9]{{2}})", text)[1:]
    fields = [(int(piece[:2]), piece[2:]) for piece in pieces]
    party = _unwrapped([said for code, said in fields if code in (32, 33)], _SUBFIELD)
    purpose = _unwrapped([said for code, said in fields if 20 <= code <= 29 or 60 <= code <= 63], _SUBFIELD)
    kind = " ".join(said for code, said in fields if code == 0)
    parts = _SEPA.split(purpose)
    said = dict(zip(parts[1::2], map(str.strip, parts[2::2]), strict=True))
    told = " ".join(part for part in (parts[0].strip(), said.get("SVWZ", "")) if part)
    return party, told or kind, said.get("EREF", "")


def _dutch(text: str) -> tuple[str, str, str]:
    """``/NAME/`` or ``/CNTP/account/bank/name/`` says who, ``/REMI/`` what for, ``/TRTP/`` what kind of booking."""
    parts = _DUTCH.split(text)
    said: dict[str, str] = {}
    for code, value in zip(parts[1::2], parts[2::2], strict=True):
        said.setdefault(code, value.strip("/ "))
        if code == "CNTP":
            said.setdefault("NAME", "".join(value.split("/")[2:3]).strip())
    told = re.sub(r"\A(?:USTD|STRD/(?:CUR|ISO)?)/*", "", said.get("REMI", ""))
    return said.get("NAME", ""), told or said.get("TRTP", ""), said.get("EREF", "")


IMPORTER: Importer = Mt940()
"""What the entry point names."""
