"""Bank statements in QIF, the old format of Quicken: no ids, no currency, and dates in either order.

It refuses to guess which number is the month and what money it is: a file in which no value above 12 tells, and every
file for its currency, needs an answer of the person. Splits stay one record; trades of securities are counted only.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date
from functools import lru_cache

from lifepod.errors import Malformed, Undecided
from lifepod.journal.activity import Activity, Reason, Skipped
from lifepod.journal.importers.accounts import account_slug
from lifepod.journal.importers.entries import encoding_of
from lifepod.journal.importers.transfers import CURRENCIES, Line, amount_of, text_lines, transfers
from lifepod.journal.redact import slug
from lifepod.journal.source import Importer, Match, Member
from lifepod.plain import plain

_HEADER = re.compile(r"!(Type:[A-Za-z][A-Za-z /]{1,30}|Account|Option:[A-Za-z]+|Clear:[A-Za-z]+)\s*\Z", re.IGNORECASE)
_MONEY = frozenset(("bank", "ccard", "cash", "oth a", "oth l", "oth s"))
_TRADES = frozenset(("invst", "port", "401(k)/403(b)"))
_LISTS = frozenset(
    ("cat", "class", "memorized", "security", "prices", "tag", "budget", "account", "invitem", "template")
)
"""Sections of names and settings, in which nothing happens."""
_DATE = re.compile(r"([0-9]{1,4})[/.-]([0-9]{1,2})[/.'’-]+([0-9]{1,4})\Z")
_OPENING = frozenset(
    (
        "opening balance", "anfangssaldo", "eröffnungssaldo", "solde initial", "solde d'ouverture", "saldo inicial",
        "saldo iniziale", "beginsaldo", "openingssaldo",
    )
)  # fmt: skip
"""What programs call the first line of an account, which moves no money."""
_ORDERS = ("dmy", "mdy")
_LONGEST = 4096
"""Characters of a field that are looked at."""


class Qif:
    """Reads ``.qif``."""

    name = "qif"
    title = "Bank statements (QIF)"
    version = "1"
    how_to_get = (
        "Online banking or the old finance program: Export, format QIF; at once. Say its money with --answer "
        "qif.currency=EUR, and which account it is with --answer qif.account=NAME; OFX or CAMT say more, if offered."
    )

    def recognise(self, member: Member) -> Match | None:
        """By its first line that is no remark."""
        head = member.head()
        lines = (line.strip() for line in head.decode(encoding_of(head), errors="replace").splitlines())
        first = next((line for line in lines if line and not line.startswith(("#", "//"))), "")
        found = _HEADER.match(first)
        if found is None:
            return None
        usual = member.path.lower().endswith(".qif")
        return Match(member, "qif", "", 0.9 if usual else 0.7, f"it begins with the line !{found.group(1)}")

    def activities(self, match: Match, answers: Mapping[str, str]) -> Iterator[Activity | Skipped]:
        """Every line of every account in the order of the file."""
        return transfers(match.member.path, lambda: _lines(match.member, answers), ids=False)


@dataclass(slots=True)
class _Entry:
    """One entry of a section: of the fields of one letter the first counts, because splits repeat them."""

    section: str
    account: str
    said: dict[str, str] = field(default_factory=dict)

    def get(self, *letters: str) -> str:
        """What the first of these fields says."""
        for letter in letters:
            if self.said.get(letter):
                return self.said[letter]
        return ""

    @property
    def skipped(self) -> Reason | None:
        """Why it cannot be a payment whatever its date and amount are."""
        if self.section not in _MONEY:
            return "other-class" if self.section in _TRADES else "not-an-activity"
        party = self.get("P").casefold()
        if party.startswith("**void**"):
            return "cancelled"
        return "balance-memo" if party in _OPENING and self.get("L").startswith("[") else None


@dataclass(frozen=True, slots=True)
class _Reading:
    """How the file is to be read."""

    order: str
    """``dmy`` or ``mdy``; empty where every date says it itself."""
    currency: str
    decimal: str
    """The decimal mark where the file shows it, else empty."""
    read_at: str


def _lines(member: Member, answers: Mapping[str, str]) -> Iterator[tuple[int, Line | Reason]]:
    reading, source = _decided(member, answers), lru_cache(256)(lambda name: _source(name, answers))
    for number, entry in enumerate(_entries(member), 1):
        yield number, entry.skipped or _line(entry, reading, source(entry.account))


def _line(entry: _Entry, reading: _Reading, source: str) -> Line | Reason:
    shown = entry.get("D")
    day = _day(shown, reading.order, reading.read_at)
    if shown and day is None:
        return "bad-time"
    other = entry.get("L").strip()
    # The other account of the person's own, where nobody else is named; not by its number.
    other = other[1:-1] if other.startswith("[") and other.endswith("]") and not re.search("[0-9]{4}", other) else ""
    return Line(
        source=source,
        day=day,
        amount=amount_of(entry.get("T", "U"), reading.currency, reading.decimal) or "",
        currency=reading.currency,
        counterparty=entry.get("P") or other,
        description=entry.get("M"),
        number=entry.account if re.search("[0-9]{4}", entry.account) else "",
        read_at=reading.read_at,
    )


def _source(account: str, answers: Mapping[str, str]) -> str:
    """What the person says, what they called it in their program, or a hash where that is its number."""
    named = slug(answers.get("qif.account", "")) or ("" if re.search("[0-9]{4}", account) else slug(account))
    if named:
        return f"bank-{named}"
    return account_slug(account, answers) if account else "bank-qif"


def _entries(member: Member) -> Iterator[_Entry]:
    """What happened, one entry at a time; an entry that does not end is malformed."""
    section, account, begun = "", "", False
    entry = _Entry(section, account)
    for line in text_lines(member):
        line = line.strip().removeprefix("\ufeff")
        if line.startswith("!"):
            if entry.said and section not in _LISTS:
                yield entry
            section, begun = _section(line, section), True
            entry = _Entry(section, account)
        elif line == "^":
            if section == "account":
                account = entry.get("N").strip()
            elif section not in _LISTS and entry.said:
                yield entry
            entry = _Entry(section, account)
        elif line and begun:
            entry.said.setdefault(line[0].upper(), line[1:_LONGEST].strip())
    if entry.said and section not in _LISTS:
        place = plain(member.path)
        raise Malformed(f"{place} ends within an entry.", place=place)


def _section(line: str, before: str) -> str:
    """What a header says comes now; options leave it as it is."""
    word, _, kind = line[1:].strip().lower().partition(":")
    if word == "account":
        return "account"
    return " ".join(kind.split()) if word == "type" else before


def _decided(member: Member, answers: Mapping[str, str]) -> _Reading:
    """What the whole file and the person say of dates, money and decimals; raises :class:`Undecided`."""
    seen, marks, example = set[str](), set[str](), ""
    payments, now = False, answers.get("now", "")
    try:
        for entry in _entries(member):
            if entry.skipped is not None:
                continue
            payments = True
            order = _order(entry.get("D"))
            seen.add(order)
            example = example or (entry.get("D") if order == "?" else "")
            cents = re.search(r"([.,])[0-9]{2}\Z", entry.get("T", "U"))
            marks.update(cents.group(1) if cents else "")
    except Malformed:
        pass  # What can be read is read; the reading itself says where it ends.
    if not payments:
        return _Reading("", "", "", now)
    known = seen & set(_ORDERS)
    order = known.pop() if len(known) == 1 else ""
    if not order and "?" in seen:
        order = _asked_order(member, example, answers)
    return _Reading(order, _asked_currency(member, answers), marks.pop() if len(marks) == 1 else "", now)


def _asked_order(member: Member, example: str, answers: Mapping[str, str]) -> str:
    said = answers.get("qif.dates", "").strip().lower()
    if said in _ORDERS:
        return said
    raise Undecided(
        f"{plain(member.path)} has dates such as {plain(example, 20)}, and nothing in it says which number is the "
        "month.",
        choices=_ORDERS,
        advice="Say whether the day or the month comes first: --answer qif.dates=dmy (or =mdy).",
    )


def _asked_currency(member: Member, answers: Mapping[str, str]) -> str:
    said = answers.get("qif.currency", "").strip().upper()
    if said in CURRENCIES:
        return said
    raise Undecided(
        f"{plain(member.path)} has amounts and, as every QIF file, no currency.",
        advice="Say its currency by its three letters: --answer qif.currency=EUR (or =USD, =GBP …).",
    )


def _parts(text: str) -> tuple[str, str, str] | None:
    found = _DATE.match(re.sub(r"\s", "", text[:40]))
    return (found.group(1), found.group(2), found.group(3)) if found else None


def _order(text: str) -> str:
    """What a date says of the order of day and month: ``dmy``, ``mdy``, ``?`` or nothing."""
    parts = _parts(text)
    if parts is None or len(parts[0]) > 2 or parts[0] == parts[1]:
        return ""
    first, second = int(parts[0]), int(parts[1])
    if first == second or max(first, second) > 31 or min(first, second) < 1 or min(first, second) > 12:
        return ""
    return "dmy" if first > 12 else "mdy" if second > 12 else "?"


def _day(text: str, order: str, now: str) -> date | None:
    """A date, by what it says itself and then by the order; a year of two digits is the last one that has begun."""
    parts = _parts(text)
    if parts is None:
        return None
    one, two, three = map(int, parts)
    if len(parts[0]) == 4:
        year, month, day = one, two, three
    else:
        said = _order(text)
        day, month = (two, one) if (order if said == "?" else said) == "mdy" else (one, two)
        year = three if len(parts[2]) == 4 else _century(three, now)
    try:
        return date(year, month, day)
    except ValueError:
        return None


def _century(year: int, now: str) -> int:
    this = int(now[:4]) if now[:4].isdigit() else 2069
    return year if year > 99 else year + (2000 if year + 2000 <= this else 1900)


IMPORTER: Importer = Qif()
"""What the entry point names."""
