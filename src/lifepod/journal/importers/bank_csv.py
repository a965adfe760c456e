"""Bank statements as CSV, by a profile that says what the columns of a bank mean (:mod:`.bank_profiles`).

It refuses to take a table for a statement because it looks like one, to use column positions, and to guess how dates,
amounts or currencies are written.

A person's own profiles lie in the folder that the answer ``bank.profiles`` names; they come before those that ship.
"""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal
from functools import lru_cache

from lifepod.errors import Malformed, TooBig
from lifepod.journal.activity import Activity, Reason, Skipped
from lifepod.journal.importers.accounts import account_slug
from lifepod.journal.importers.bank_profiles import Columns, Dated, Profile, names_of, own, shipped, small
from lifepod.journal.importers.entries import encoding_of
from lifepod.journal.importers.tables import delimiter_of
from lifepod.journal.importers.transfers import Line, amount_of, mended, transfers
from lifepod.journal.redact import masked, slug
from lifepod.journal.source import Importer, Match, Member
from lifepod.limits import LIMITS
from lifepod.plain import plain

PROFILES = "bank.profiles"
"""Name of the answer that says where the person's own profiles lie."""
_MOST_LINES = 60
"""Lines that may stand before the header."""
_SYMBOL = re.compile(r"[€$£¥₹₺₽₩]|(?<![A-Za-z])[A-Z]{3}(?![A-Za-z])")
_IBAN = re.compile(r"\b[A-Z]{2}[0-9]{2}(?:[ ]?[A-Z0-9]){11,30}")


class BankCsv:
    """Reads the CSV of banks whose columns are known."""

    name = "bank-csv"
    title = "Bank statements (CSV)"
    version = "1"
    takes_answers = True
    how_to_get = (
        "Online banking: the account, Download or Export, format CSV; at once. OFX or CAMT say more, if offered. For a "
        "bank whose columns are not known, write a profile and name its folder: --answer bank.profiles=FOLDER."
    )

    def recognise(self, member: Member, answers: Mapping[str, str] | None = None) -> Match | None:
        """By the names of its columns; with ``answers`` also by those in the person's own profiles."""
        found = _find(_profiles(answers or {}), member.head())
        if found is None:
            return None
        usual = re.search(r"\.(?:csv|tsv|txt)$", member.path, re.IGNORECASE)
        why = f"it has the columns of {plain(found.profile.title, 80)}"
        return Match(member, f"csv-{found.profile.name}", "", 0.9 if usual else 0.7, why)

    def activities(self, match: Match, answers: Mapping[str, str]) -> Iterator[Activity | Skipped]:
        """Every row in the order of the file."""
        member = match.member
        found = _find(_profiles(answers), member.head())
        if found is None:
            yield Skipped("unsupported-version", member.path)
            return
        yield from transfers(member.path, lambda: _lines(member, found, answers), ids=bool(found.profile.id))


def _profiles(answers: Mapping[str, str]) -> Sequence[Profile]:
    return (*own(answers.get(PROFILES, "")), *shipped())


@dataclass(frozen=True, slots=True)
class _Found:
    """A profile that fits a file."""

    profile: Profile
    lines: int
    """Lines before the header."""
    before: str
    """Their text."""


def _find(profiles: Iterable[Profile], head: bytes) -> _Found | None:
    """The profile of which a file has the most columns, the first of equals, with where the header stands."""
    encoding, best = encoding_of(head), None
    text = head.decode(encoding, "replace" if encoding == "utf-16" else "surrogateescape")
    lines = re.split("\r\n|\r|\n", text)[:_MOST_LINES]
    shown: dict[str, list[str]] = {}
    for profile in profiles:
        if best is not None and len(profile.match) <= len(best.profile.match):
            continue
        if profile.encoding not in shown:
            shown[profile.encoding] = [mended(line, profile.encoding or "cp1252") for line in lines]
        for at, line in enumerate(shown[profile.encoding]):
            if profile.skip_lines in (None, at) and profile.match <= set(names_of(line, profile.delimiter)):
                best = _Found(profile, at, "\n".join(shown[profile.encoding][:at]))
                break
    return best


# Rows


def _text(member: Member, encoding: str) -> Iterator[str]:
    """The lines of the file with their ends; raises :class:`TooBig` for one that is too long."""
    seen, most = encoding_of(member.head(4)), LIMITS.field_bytes
    errors = "replace" if seen == "utf-16" else "surrogateescape"
    with member.open() as stream:
        text = io.TextIOWrapper(stream, encoding=seen, errors=errors, newline="")
        while line := text.readline(most):
            if len(line) == most:
                place = plain(member.path)
                raise TooBig(f"{place} has a line that is too long.", bound=most, place=place)
            yield mended(line, encoding or "cp1252")


def _lines(member: Member, found: _Found, answers: Mapping[str, str]) -> Iterator[tuple[int, Line | Reason]]:
    """Each row with its number, and what it says; raises :class:`Malformed` where the table goes wrong."""
    csv.field_size_limit(LIMITS.field_bytes)
    profile, number = found.profile, 0
    text = _text(member, profile.encoding)
    for _ in range(found.lines):
        next(text, "")
    first = next(text, "")
    table = _Table(profile, names_of(first.rstrip("\r\n"), profile.delimiter), answers)
    table.number = _iban(found.before)
    try:
        for row in csv.reader(text, delimiter=profile.delimiter or delimiter_of(first)):
            if not row or table.begins(row):
                continue
            number += 1
            yield number, table.line(row)
    except csv.Error:
        place = plain(member.path)
        raise Malformed(f"{place} goes wrong at row {number + 1}.", place=place, line=number + 1) from None


def _iban(text: str) -> str:
    """The account number that stands in the lines before a header; empty where there is none."""
    for found in _IBAN.finditer(text):
        shown = found.group()
        # What follows the number may look like more of it.
        while len(shown) > 14:
            if re.fullmatch(r"…[A-Z0-9]{4}", masked(shown)):
                return shown
            shown = shown[:-1].rstrip()
    return ""


@dataclass(slots=True)
class _Table:
    """How the rows below a header are read."""

    profile: Profile
    names: Columns
    answers: Mapping[str, str]
    number: str = ""
    """Of the account, where it stands before the header."""
    loose: list[str] = field(default_factory=list)
    """What stood in rows without a date since the last one that had one."""
    places: dict[str, list[int]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        """Of two columns of one name both places are kept."""
        for at, name in enumerate(self.names):
            self.places.setdefault(name, []).append(at)

    def begins(self, row: Sequence[str]) -> bool:
        """Whether a row is the header once more: some banks write one account below the other."""
        if len(row) < len(self.names) or tuple(map(small, row[: len(self.names)])) != self.names:
            return False
        self.number = _iban("\n".join(self.loose)) or self.number
        self.loose.clear()
        return True

    def get(self, row: Sequence[str], *columns: str) -> str:
        """What the first of these columns says that says something; of two of one name as well."""
        for column in columns:
            for at in self.places.get(column, ()) if column else ():
                if at < len(row) and (text := row[at].strip()):
                    return text
        return ""

    def line(self, row: Sequence[str]) -> Line | Reason:
        """What a row says."""
        profile, get = self.profile, self.get
        status = small(get(row, profile.status))
        if status and profile.booked and status not in profile.booked:
            return "cancelled" if status in profile.cancelled else "pending"
        written = get(row, profile.date.column)
        day = _day(written, profile.date.formats)
        if day is None:
            if len(self.loose) < _MOST_LINES:
                self.loose.append(" ; ".join(row)[: LIMITS.text_chars])
            return "bad-time" if written else "no-time"
        self.loose.clear()
        amount = _amount(profile, self, row)
        number = get(row, profile.account[0]) or self.number
        return Line(
            source=self._source(number),
            day=day,
            amount=amount or "",
            currency=profile.currency[1] or get(row, profile.currency[0]).upper(),
            counterparty=get(row, *profile.party[bool(amount and amount.startswith("-"))]),
            description=" ".join(dict.fromkeys(filter(None, (get(row, column) for column in profile.text)))),
            native=get(row, profile.id),
            value_day=_value_day(get(row, profile.value.column), profile.value) if profile.value else None,
            number=number,
            read_at=self.answers.get("now", ""),
        )

    def _source(self, number: str) -> str:
        if number:
            return account_slug(number, self.answers)
        called = slug(self.answers.get("bank.account", "")) or slug(self.profile.account[1]) or self.profile.name
        return f"bank-{called}"


@lru_cache(maxsize=4096)
def _day(text: str, formats: tuple[str, ...]) -> date | None:
    for one in formats:
        try:
            return datetime.strptime(text, one).date()
        except ValueError:
            continue
    return None


def _value_day(text: str, dated: Dated) -> date | None:
    return _day(text, dated.formats)


# Amounts


def _amount(profile: Profile, table: _Table, row: Sequence[str]) -> str | None:
    """What the row moved, signed: money that left is negative."""
    told = profile.amount
    if told.debit:
        found = _of_two(*(_number(table.get(row, column), profile) for column in (told.debit, told.credit)))
    else:
        found = _number(table.get(row, told.column), profile)
    if not found:
        return None
    if told.sign:
        word = small(table.get(row, told.sign))
        if word not in told.out and told.into and word not in told.into:
            return None
        found = found.lstrip("-") if word not in told.out else f"-{found.lstrip('-')}"
    elif told.inverted:
        found = found[1:] if found.startswith("-") else f"-{found}"
    fee = _number(table.get(row, told.fee), profile)
    if fee is None:
        return None
    return format(Decimal(found) - Decimal(fee), "f") if fee.strip("-0.") else found


def _of_two(debit: str | None, credit: str | None) -> str | None:
    """The amount of a row of which one cell is empty or zero, whether what left has a minus or not."""
    if debit is None or credit is None:
        return None
    left, came = (bool(one.strip("-0.")) for one in (debit, credit))
    if left and came:
        return None
    return f"-{debit.lstrip('-')}" if left else credit or debit


def _number(text: str, profile: Profile) -> str | None:
    """A cell as a number with a point; empty for an empty one, ``None`` where it is none."""
    shown = _SYMBOL.sub("", text).strip()
    if not shown:
        return None if text else ""
    told = profile.amount
    parted = "," if told.decimal == "." else "."
    if parted in shown and told.thousands is not None and told.thousands != parted:
        return None
    return amount_of(re.sub(r"\A([+-])\s+", r"\1", shown), decimal=told.decimal)


IMPORTER: Importer = BankCsv()
"""What the entry point names."""
