"""Bank statements in CAMT.053 (ISO 20022): every version by its namespace, with the reports of the day, CAMT.052.

It refuses document types and entities, to hold more of a file than one entry, and to take apart a batch whose details
do not add up to what was booked.

* An entry that was taken back (``RvslInd``) is told in two ways: by ISO 20022 its mark already says where the money
  went, for many banks it is the mark of the entry that was taken back. The balances of the statement decide, and where
  they do not, it is turned.
* Notifications, CAMT.054, tell again what the statement tells; they are not read.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from typing import BinaryIO, NamedTuple
from xml.etree.ElementTree import Element, ParseError

from defusedxml.common import DefusedXmlException
from defusedxml.ElementTree import iterparse

from lifepod.errors import Malformed, TooBig
from lifepod.journal.activity import Activity, Reason, Skipped
from lifepod.journal.importers.accounts import account_slug
from lifepod.journal.importers.entries import encoding_of
from lifepod.journal.importers.transfers import Line, amount_of, transfers
from lifepod.journal.source import Importer, Match, Member
from lifepod.limits import LIMITS
from lifepod.plain import plain

_ROOT = re.compile(
    r"\ufeff?(?>\s+|<\?.*?\?>|<!--.*?-->|<!DOCTYPE[^>\[]*(?:\[.*?\])?\s*>)*+"
    r"<(?:[\w.-]{1,40}:)?Document\s[^>]{0,4000}?\bcamt\.(05[234])\.([0-9]{3}\.[0-9]{2})",
    re.DOTALL,
)
"""Each part is taken once and for all (``(?>``, ``*+``), or a hostile beginning would keep the expression busy."""
_MARKS = {"CRDT": 1, "DBIT": -1}
_BALANCES = {"OPBD": "opening", "PRCD": "opening", "CLBD": "closing"}
_ROLES = ("Cdtr", "Dbtr")
_NAMES = {r: [f"RltdPties/{r}/{path}" for path in ("Nm", "Pty/Nm", "Agt/FinInstnId/Nm")] for r in _ROLES}
_NUMBERS = {r: [f"RltdPties/{r}Acct/Id/{path}" for path in ("IBAN", "Othr/Id")] for r in _ROLES}
_AMOUNTS = ("Amt", "AmtDtls/TxAmt/Amt", "AmtDtls/InstdAmt/Amt")
_MONEY = "@"
"""Stands in front of the name under which the currency of an amount is kept."""
_STATEMENT = frozenset(("Acct/Id/IBAN", "Acct/Id/Othr/Id", "Acct/Ccy", "Acct/Ownr/Nm"))
_DETAIL = frozenset(
    (
        "Refs/AcctSvcrRef", "Refs/EndToEndId", "Refs/TxId", "CdtDbtInd", "RmtInf/Ustrd", "RmtInf/Strd/CdtrRefInf/Ref",
        "RmtInf/Strd/AddtlRmtInf", "AddtlTxInf", "RtrInf/Rsn/Cd", "RtrInf/Rsn/Prtry", *_AMOUNTS,
        *(path for role in _ROLES for path in (*_NAMES[role], *_NUMBERS[role])),
    )
)  # fmt: skip
_WANTED = {
    "Stmt": _STATEMENT,
    "Rpt": _STATEMENT,
    "Bal": frozenset(("Tp/CdOrPrtry/Cd", "Amt", "CdtDbtInd")),
    "Ntry": frozenset(
        (
            "Amt", "CdtDbtInd", "RvslInd", "Sts", "Sts/Cd", "Sts/Prtry", "BookgDt/Dt", "BookgDt/DtTm", "ValDt/Dt",
            "ValDt/DtTm", "AcctSvcrRef", "AddtlNtryInf",
        )
    ),
    "TxDtls": _DETAIL,
}  # fmt: skip
"""Element → paths below it whose text is kept."""
_MORE = frozenset(("RmtInf/Ustrd", "RmtInf/Strd/AddtlRmtInf"))
"""What may be told in several parts."""
_MOST_DETAILS, _MOST_KEPT = 20_000, 50_000
Said = Mapping[str, str]


class Camt:
    """Reads the ``.xml`` that banks call CAMT, XML statement or ISO 20022."""

    name = "camt"
    title = "Bank statements (CAMT.053)"
    version = "1"
    how_to_get = (
        "Online banking: the account, Download or Export, format CAMT, CAMT.053 or XML (ISO 20022); at once, often a "
        "zip with a file per day. --answer bank.LAST4=NAME gives the account a name."
    )

    def recognise(self, member: Member) -> Match | None:
        """By the namespace of its first element."""
        head = member.head()
        root = _ROOT.match(head.decode(encoding_of(head), errors="replace"))
        if root is None:
            return None
        kind, version = root.groups()
        usual = re.search(r"\.(?:xml|camt)$", member.path, re.IGNORECASE)
        shape, why = f"camt.{kind}", f"its namespace is camt.{kind}.{version}"
        if kind == "054":
            problem = Skipped("unsupported-version", member.path)
            hint = "It notifies of single bookings. Download the statement instead: CAMT.053."
            return Match(member, shape, version, 0.7, why, problem, hint)
        return Match(member, shape, version, 0.9 if usual else 0.7, why)

    def activities(self, match: Match, answers: Mapping[str, str]) -> Iterator[Activity | Skipped]:
        """Every entry of every statement in the order of the file, a batch that adds up by its details."""
        if match.problem is not None:
            yield match.problem
            return
        yield from transfers(match.member.path, _Lines(match.member, answers))


@dataclass(slots=True)
class _Statement:
    """What is known of a statement so far."""

    number: int
    said: dict[str, str]
    balances: dict[str, Decimal | None] = field(default_factory=dict)
    moved: Decimal = Decimal(0)
    back: Decimal = Decimal(0)
    """The sum of its reversals, by their marks; :attr:`moved` is that of the other entries."""

    @property
    def account(self) -> str:
        """Number of the account."""
        return self.said.get("Acct/Id/IBAN") or self.said.get("Acct/Id/Othr/Id", "")

    def count(self, entry: _Entry) -> None:
        """Add an entry to the sums."""
        self.back += (entry.value or 0) * entry.reversal
        self.moved += (entry.value or 0) * (not entry.reversal)

    def turned(self) -> bool:
        """Whether its reversals have the mark of what they take back; known when it has ended."""
        opening, closing = self.balances.get("opening"), self.balances.get("closing")
        if opening is None or closing is None:
            return True
        return opening + self.moved + self.back != closing or opening + self.moved - self.back == closing


@dataclass(frozen=True, slots=True)
class _Entry:
    """One ``Ntry`` and its ``TxDtls``."""

    said: Said
    details: list[dict[str, str]]

    @property
    def reversal(self) -> bool:
        """Whether it takes another entry back."""
        return self.said.get("RvslInd", "").lower() in ("true", "1")

    @property
    def value(self) -> Decimal | None:
        """What its amount and its mark say."""
        return _signed(self.said.get("Amt", ""), self.said.get("CdtDbtInd", ""))

    @property
    def skipped(self) -> Reason | None:
        """Why it moved no money, as far as its status says."""
        status = next((self.said[path] for path in ("Sts/Cd", "Sts/Prtry", "Sts") if path in self.said), "").upper()
        if status in ("", "BOOK"):
            return None
        return "not-an-activity" if status == "INFO" else "pending"


def _signed(amount: str, mark: str) -> Decimal | None:
    number, sign = amount_of(amount, decimal="."), _MARKS.get(mark.upper())
    return None if number is None or sign is None else Decimal(number) * sign


class _Feed:
    """The bytes of a file, within the bound on what may come without an element beginning or ending."""

    def __init__(self, inner: BinaryIO, place: str) -> None:
        self._inner, self._place = inner, place
        self.since = 0

    def read(self, size: int = -1) -> bytes:
        """The next part; empty at the end."""
        data = self._inner.read(size)
        self.since += len(data)
        if self.since > LIMITS.field_bytes:
            raise TooBig(f"{self._place} has a text that is too long.", bound=LIMITS.field_bytes, place=self._place)
        return data


def _entries(member: Member) -> Iterator[tuple[_Statement, _Entry]]:
    """Each entry with the statement it stands in; raises :class:`Malformed` where the document goes wrong."""
    place, reader = plain(member.path), _Reader()
    try:
        with member.open() as stream:
            feed = _Feed(stream, place)
            for event, element in iterparse(feed, ("start", "end"), forbid_dtd=True):
                feed.since = 0
                if event == "start":
                    if reader.begin(element) > LIMITS.json_depth:
                        raise TooBig(f"{place} is nested too deeply.", bound=LIMITS.json_depth, place=place)
                elif (found := reader.end(element)) is not None:
                    yield reader.statement, found
    except (ParseError, DefusedXmlException, LookupError, ValueError):  # the last two: its encoding
        raise Malformed(f"{place} is no whole XML document.", place=place) from None


class _Reader:
    """Elements → entries; it looks at one element and forgets it."""

    def __init__(self) -> None:
        self.statement = _Statement(0, {})
        self._open: list[tuple[Element, str, frozenset[str], dict[str, str]]] = []
        """Open elements, each with its path below one of :data:`_WANTED`, what is wanted there, and what it says."""
        self._details: list[dict[str, str]] = []

    def begin(self, element: Element) -> int:
        """An element begins; gives how deep it stands."""
        name = element.tag.rpartition("}")[2]
        if name in _WANTED:
            frame = (element, "", _WANTED[name], dict[str, str]())
            if name in ("Stmt", "Rpt"):
                self.statement = _Statement(self.statement.number + 1, frame[3])
        elif self._open:
            _, path, wanted, said = self._open[-1]
            frame = (element, f"{path}/{name}" if path else name, wanted, said)
        else:
            frame = (element, name, frozenset[str](), {})
        self._open.append(frame)
        return len(self._open)

    def end(self, element: Element) -> _Entry | None:
        """An element ends; gives the entry that ends with it."""
        _, path, wanted, said = self._open.pop()
        if self._open:
            del self._open[-1][0][:]
        if not path:
            return self._close(element.tag.rpartition("}")[2], said)
        if path in wanted and element.text and (text := element.text.strip()):
            if path not in said:
                said[path] = text[: LIMITS.text_chars]
                if "Ccy" in element.attrib:
                    said[_MONEY + path] = element.attrib["Ccy"].strip().upper()
            elif path in _MORE and len(said[path]) < LIMITS.text_chars:
                said[path] += f" {text[: LIMITS.text_chars]}"
        return None

    def _close(self, name: str, said: dict[str, str]) -> _Entry | None:
        if name == "TxDtls" and len(self._details) < _MOST_DETAILS:
            self._details.append(said)
        elif name == "Bal":
            kind = _BALANCES.get(said.get("Tp/CdOrPrtry/Cd", ""))
            if kind is not None:
                self.statement.balances.setdefault(kind, _signed(said.get("Amt", ""), said.get("CdtDbtInd", "")))
        elif name == "Ntry":
            entry, self._details = _Entry(said, self._details), []
            if entry.skipped is None:
                self.statement.count(entry)
            return entry
        return None


class _Lines:
    """The lines of a file, kept while they are few: they are asked for twice."""

    def __init__(self, member: Member, answers: Mapping[str, str]) -> None:
        self._member, self._answers = member, answers
        self._kept: list[tuple[int, Line | Reason]] | None = None

    def __call__(self) -> Iterator[tuple[int, Line | Reason]]:
        """Each line or reason with its number."""
        if self._kept is not None:
            yield from self._kept
            return
        kept = list[tuple[int, Line | Reason]]()
        for numbered in enumerate(_lines(self._member, self._answers), 1):
            if len(kept) < _MOST_KEPT:
                kept.append(numbered)
            yield numbered
        self._kept = kept if len(kept) < _MOST_KEPT else None


def _lines(member: Member, answers: Mapping[str, str]) -> Iterator[Line | Reason]:
    turned, source, number = None, "", -1
    for statement, entry in _entries(member):
        if statement.number != number:
            number, account = statement.number, statement.account
            source = account_slug(account, answers) if account else "bank-camt"
        if entry.reversal and turned is None:
            turned = _turned(member)
        sign = -1 if entry.reversal and turned and number in turned else 1
        yield from _of_entry(statement, entry, sign, (source, answers.get("now", "")))


def _turned(member: Member) -> frozenset[int]:
    """The statements whose reversals are to be turned."""
    statements = {0: _Statement(0, {})}
    try:
        for statement, _ in _entries(member):
            statements[statement.number] = statement
    except Malformed:
        pass  # What can be read is read; the reading itself says where it ends.
    return frozenset(number for number, statement in statements.items() if statement.turned())


class _Part(NamedTuple):
    """What becomes one line: an entry, or one detail of a batch."""

    value: Decimal | None
    native: str
    reference: str
    said: Said


def _of_entry(statement: _Statement, entry: _Entry, sign: int, told: tuple[str, str]) -> Iterator[Line | Reason]:
    money = entry.said.get("@Amt") or statement.said.get("Acct/Ccy", "").upper()
    booked = entry.said.get("BookgDt/Dt") or entry.said.get("BookgDt/DtTm", "")
    counted = _day(entry.said.get("ValDt/Dt") or entry.said.get("ValDt/DtTm", ""))
    day = _day(booked) if booked else counted
    if entry.skipped is not None or (booked and day is None):
        yield entry.skipped or "bad-time"
        return
    for part in _parts(entry, money):
        value = None if part.value is None else part.value * sign
        yield Line(
            source=told[0],
            day=day,
            amount="" if value is None else format(value, "f"),
            currency=money,
            counterparty=_party(statement, entry, part.said, value),
            description=_told(entry.said, part.said),
            native=part.native,
            reference=part.reference,
            value_day=counted,
            number=statement.account,
            read_at=told[1],
        )


def _parts(entry: _Entry, money: str) -> list[_Part]:
    """The details of a batch that adds up, else the entry as one."""
    booked, whole, details = entry.said.get("AcctSvcrRef", ""), entry.value, entry.details
    values = [_value(detail, entry, money) for detail in details]
    known = [value for value in values if value is not None]
    if not 1 < len(values) == len(known) < _MOST_DETAILS or sum(known) != whole:
        same = dict(set.intersection(*(set(detail.items()) for detail in details))) if details else {}
        return [_Part(whole, booked or same.get("Refs/AcctSvcrRef", ""), _reference(same), same)]
    ids = [detail.get("Refs/AcctSvcrRef", "") for detail in details]
    seen = Counter(ids)
    # The id of the batch, or one that several details share, is none of a detail: equal ones would become one record.
    return [
        _Part(value, one if seen[one] == 1 and one != booked else "", _reference(detail) or booked, detail)
        for detail, value, one in zip(details, known, ids, strict=True)
    ]


def _value(detail: Said, entry: _Entry, money: str) -> Decimal | None:
    """What a detail moved, where it says so in the money of the account."""
    for path in _AMOUNTS:
        if path in detail and detail.get(_MONEY + path, money) == money:
            return _signed(detail[path], detail.get("CdtDbtInd") or entry.said.get("CdtDbtInd", ""))
    return None


def _day(text: str) -> date | None:
    """The day as the bank writes it; where there is a time beside it, it is the bank's own."""
    try:
        return date.fromisoformat(text[:10]) if re.match(r"[0-9]{4}-[0-9]{2}-[0-9]{2}(?:[TZ+ -]|\Z)", text) else None
    except ValueError:
        return None


def _party(statement: _Statement, entry: _Entry, detail: Said, value: Decimal | None) -> str:
    """Who is on the other side: the creditor of money that left, the debtor of money that came, the other way round
    where something is given back, because the roles stay those of the first payment."""
    back = entry.reversal or "RtrInf/Rsn/Cd" in detail or "RtrInf/Rsn/Prtry" in detail
    left = value is not None and value < 0
    owner = statement.said.get("Acct/Ownr/Nm", "").casefold()
    for role in _ROLES if left != back else _ROLES[::-1]:
        name, number = (next((detail[p] for p in paths[role] if p in detail), "") for paths in (_NAMES, _NUMBERS))
        own = _bare(number) == _bare(statement.account) if number else name.casefold() == owner
        if name and not own:
            return name
    return ""


def _bare(number: str) -> str:
    return re.sub(r"\W", "", number).upper()


def _told(said: Said, detail: Said) -> str:
    """What for: in the words of who paid, else a reference, else in the words of the bank."""
    structured = [detail.get(f"RmtInf/Strd/{path}", "") for path in ("CdtrRefInf/Ref", "AddtlRmtInf")]
    told = (detail.get("RmtInf/Ustrd"), " ".join(filter(None, structured)), detail.get("AddtlTxInf"))
    return next(filter(None, told), "") or said.get("AddtlNtryInf", "")


def _reference(detail: Said) -> str:
    references = (detail.get("Refs/EndToEndId", ""), detail.get("Refs/TxId", ""))
    return next((one for one in references if one and one.upper() != "NOTPROVIDED"), "")


IMPORTER: Importer = Camt()
"""What the entry point names."""
