"""Lines of bank statements as records: what OFX, QIF, MT940, CAMT, the banks' CSV and PayPal have in common.

It refuses to invent a time of day or a currency, to let an account number through, and to lose one of two lines that
a bank gave the same id.

A format turns each of its lines into a :class:`Line`; :func:`transfer` makes the record of it, or says why it is none.
:func:`transfers` does that for a whole file, and is to be used where lines have ids of the bank.
"""

from __future__ import annotations

import hashlib
import io
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime
from decimal import Decimal
from functools import lru_cache

from lifepod.errors import Malformed, TooBig
from lifepod.journal.activity import Activity, Decimal10, Fact, Moment, Reason, Skipped, Thing
from lifepod.journal.importers.clock import out_of_bounds
from lifepod.journal.importers.entries import encoding_of
from lifepod.journal.redact import clean_text
from lifepod.journal.source import Member
from lifepod.limits import LIMITS
from lifepod.names import LP_ACCOUNT, LP_DIRECTION, LP_VALUE_DATE, SCHEMA
from lifepod.plain import plain

_ISO_4217 = (
    "AED AFN ALL AMD ANG AOA ARS AUD AWG AZN BAM BBD BDT BGN BHD BIF BMD BND BOB BOV BRL BSD BTN BWP BYN BZD CAD CDF "
    "CHE CHF CHW CLF CLP CNY COP COU CRC CUC CUP CVE CZK DJF DKK DOP DZD EGP ERN ETB EUR FJD FKP GBP GEL GHS GIP GMD "
    "GNF GTQ GYD HKD HNL HTG HUF IDR ILS INR IQD IRR ISK JMD JOD JPY KES KGS KHR KMF KPW KRW KWD KYD KZT LAK LBP LKR "
    "LRD LSL LYD MAD MDL MGA MKD MMK MNT MOP MRU MUR MVR MWK MXN MXV MYR MZN NAD NGN NIO NOK NPR NZD OMR PAB PEN PGK "
    "PHP PKR PLN PYG QAR RON RSD RUB RWF SAR SBD SCR SDG SEK SGD SHP SLE SLL SOS SRD SSP STN SVC SYP SZL THB TJS TMT "
    "TND TOP TRY TTD TWD TZS UAH UGX USD USN UYI UYU UYW UZS VED VES VND VUV WST XAF XCD XCG XOF XPF YER ZAR ZMW ZWG "
    "ZWL AON AOR ATS AZM BEF BGL BYB BYR CSD CYP DEM ECS EEK ESP FIM FRF GHC GRD GWP HRK IEP ITL LTL LUF LVL MGF MRO "
    "MTL MXP MZM NLG PLZ PTE ROL RUR SDD SIT SKK SRG STD SUR TMM TPE TRL UAK VEB VEF YUM YUN ZAL ZMK ZRN ZWD"
)
CURRENCIES = frozenset(_ISO_4217.split())
"""ISO 4217: money of today, and what was money since 1990. Metals, test codes and "no currency" are none."""
_THREE_DECIMALS = frozenset(("BHD", "IQD", "JOD", "KWD", "LYD", "OMR", "TND"))
_NO_ID = re.compile(r"(?:NONREF|NOTPROVIDED|NOREF|NONE|NULL|N/?A|[0.-]*)\Z", re.IGNORECASE)
"""What banks write where they have no id."""
_NUMBER = re.compile(r"([+-]?)([0-9]*)(?:\.([0-9]*))?\Z")
_MOST_DIGITS, _REMEMBERED = 18, 1_000_000
_GAP = "[ ./-]?"
_NO_UTF8 = re.compile("[\udc80-\udcff]")


@dataclass(frozen=True, slots=True)
class Line:
    """One line of a statement, in the words of the bank; nothing in it needs to be clean yet."""

    source: str
    """Slug of the account: :func:`~lifepod.journal.importers.accounts.account_slug`."""
    day: date | Moment | None
    """Booking date, or the moment where the source really knows it (PayPal); ``None`` where it says none."""
    amount: str
    """Signed, with a point and no thousands marks (see :func:`amount_of`); money that left is negative."""
    currency: str
    """ISO 4217."""
    counterparty: str = ""
    """Who is on the other side; a name, never an account number."""
    description: str = ""
    native: str = ""
    """The bank's own id of the line; what banks write for "none" (``NONREF``, ``0``) counts as none."""
    reference: str = ""
    """An id that may stand on several lines (of a batch, of the customer); kept where there is no :attr:`native`."""
    value_day: date | None = None
    """The day from which the bank counts the money."""
    number: str = ""
    """Number of the person's account as the file has it, so that it is masked wherever it stands in a text or id."""
    read_at: str = ""
    """The answer ``now``: nothing can have been booked long after it."""
    reused: bool = False
    """The bank gave :attr:`native` to another line of the same day and amount as well; :func:`transfers` sees it."""


Lines = Callable[[], Iterator[tuple[int, Line | Reason]]]
"""Begins a file anew: each line, or why it is none, with its number from 1."""


def transfer(line: Line) -> Activity | Reason:
    """The record of a line, or why it is none: ``no-time``, ``bad-time``, ``bad-number`` or ``bad-currency``."""
    start = _start(line)
    if isinstance(start, str):
        return start
    amount = _canonical(line.amount)
    if amount is None:
        return "bad-number"
    if line.currency not in CURRENCIES:
        return "bad-currency"
    said = (line.counterparty, line.description, line.native, line.reference)
    party, told, native, reference = (_masked(text, line.number) for text in said)
    told = "" if told == party else told
    native, reference = ("" if _NO_ID.match(one) else one for one in (native, reference))
    plain_sum = f"{_plain(amount)} {line.currency}"
    content = (party, told, reference)
    key: tuple[str, ...] = (native, plain_sum) if native else ("", plain_sum, *content)
    if native and line.reused:
        key += (hashlib.sha256("\x1f".join(content).encode()).hexdigest()[:16],)
    return Activity(
        "transfer", line.source, key, start, None, _facts(line, amount, (party, told, native or reference)),
        (_money(amount, line.currency),), (plain_sum, start.value.isoformat()[:10]), bool(native),
    )  # fmt: skip


def transfers(path: str, lines: Lines, ids: bool = True) -> Iterator[Activity | Skipped]:
    """The records of a file; ``lines`` begins it anew and gives each line, or why it is none, with its number.

    Where the bank gives ``ids`` it is read twice, because only the whole file tells which of them stand on several
    lines, and what a record is called must not depend on the order of the lines. Where ``lines`` raises
    :class:`Malformed` the file ends; a file without a line is an empty export.
    """
    reused, number = _reused(lines) if ids else set[int](), 0
    try:
        for number, line in lines():
            found: Activity | Reason
            if isinstance(line, Line):
                found = transfer(replace(line, reused=True) if reused and _same(line) in reused else line)
            else:
                found = line
            yield Skipped(found, f"{path}#{number}") if isinstance(found, str) else found
    except Malformed as error:
        yield Skipped("too-large" if isinstance(error, TooBig) else "malformed", f"{path}#{number + 1}")
        return
    if not number:
        yield Skipped("empty-export", path)


def text_lines(member: Member) -> Iterator[str]:
    """The lines of a text file, without their ends; raises :class:`TooBig` for one that is too long."""
    encoding, most = encoding_of(member.head(4)), LIMITS.field_bytes
    errors = "replace" if encoding == "utf-16" else "surrogateescape"
    with member.open() as stream:
        text = io.TextIOWrapper(stream, encoding=encoding, errors=errors)
        while line := text.readline(most):
            if len(line) == most:
                place = plain(member.path)
                raise TooBig(f"{place} has a line that is too long.", bound=most, place=place)
            yield mended(line.rstrip("\n"))


def mended(text: str, charset: str = "cp1252") -> str:
    """A text read with ``surrogateescape`` that is no UTF-8, as ``charset`` or what banks mean by it."""
    if text.isascii() or not _NO_UTF8.search(text):
        return text
    data = text.encode("utf-8", "surrogateescape")
    try:
        return data.decode(charset)
    except (LookupError, UnicodeError):
        return data.decode("cp1252", "replace")


def amount_of(text: str, currency: str = "", decimal: str = "") -> str | None:
    """An amount with a decimal point and without thousands marks; ``None`` where it is none or could be two.

    ``decimal`` is the decimal mark where the format says it. Else the last mark is, and the other one parts thousands;
    ``1,234`` could be both and is none, but in a currency of three decimals.
    """
    shown = text.strip().replace("\u2212", "-").replace("\u2019", "'")
    shown = re.sub(r"(?<=[0-9])[ \u00a0\u202f'](?=[0-9]{3}(?![0-9]))", "", shown)
    if re.fullmatch(r"\([0-9., ]+\)|[0-9.,']+[+-]", shown):
        shown = ("" if shown.endswith("+") else "-") + shown.strip("()+-")
    if not decimal:
        decimal = max(".,", key=shown.rfind)
        if shown.count(decimal) > 1:
            decimal = ",."[decimal == ","]
        elif decimal == "," and re.fullmatch(r"[+-]?[0-9]{1,3},[0-9]{3}", shown) and currency not in _THREE_DECIMALS:
            return None
    mark = "," if decimal == "." else "."
    if mark in shown:
        whole = shown.partition(decimal)[0]
        if not re.fullmatch(rf"[+-]?[0-9]{{1,3}}(?:{re.escape(mark)}[0-9]{{3}})+", whole):
            return None
        shown = whole.replace(mark, "") + shown[len(whole) :]
    return _canonical(shown.replace(decimal, "."))


def _canonical(text: str) -> str | None:
    """The number in its own digits, without zeros in front: ``-007.50`` as ``-7.50``, ``107.`` as ``107``."""
    found = _NUMBER.match(text) if len(text) <= 2 * _MOST_DIGITS and text.isascii() else None
    if found is None:
        return None
    sign, whole, part = found.group(1), found.group(2).lstrip("0"), found.group(3) or ""
    if not found.group(2) + part or len(whole + part) > _MOST_DIGITS:
        return None
    return f"{'-' if sign == '-' and (whole + part).strip('0') else ''}{whole or '0'}{'.' + part if part else ''}"


def _plain(amount: str) -> str:
    """Equal for equal amounts: ``12.50`` as ``12.5``."""
    return format(Decimal(amount).normalize() + 0, "f")


def _start(line: Line) -> Moment | Reason:
    if line.day is None:
        return "no-time"
    moment = line.day if isinstance(line.day, Moment) else Moment(line.day, "day")
    return moment if _happened(moment.value, line.read_at) else "bad-time"


def _happened(value: date, now: str) -> bool:
    if not isinstance(value, datetime):
        value = datetime(value.year, value.month, value.day)
    return not out_of_bounds(value.replace(tzinfo=UTC), now)


def _facts(line: Line, amount: str, texts: tuple[str, str, str]) -> tuple[Fact, ...]:
    party, told, native = texts
    facts: list[Fact] = [(LP_ACCOUNT, line.source)]
    if amount.strip("0.-"):
        facts.append((LP_DIRECTION, "out" if amount.startswith("-") else "in"))
    named = ((SCHEMA + "participant", party), (SCHEMA + "description", told), (SCHEMA + "identifier", native))
    facts += [(name, text) for name, text in named if text]
    # Money is counted from a day that may still come, but not from one out of all proportion.
    if line.value_day is not None and _happened(line.value_day, "") and line.value_day.year < 2100:
        facts.append((LP_VALUE_DATE, Moment(line.value_day, "day")))
    return tuple(facts)


def _money(amount: str, currency: str) -> Thing:
    value: tuple[Fact, ...] = (
        (SCHEMA + "value", Decimal10(amount.removeprefix("-"))),
        (SCHEMA + "currency", currency),
    )
    return Thing("amount", SCHEMA + "amount", (SCHEMA + "MonetaryAmount",), value)


def _masked(text: str, number: str) -> str:
    """A clean text in which the person's own account shows its last four characters only."""
    cleaned = clean_text(text) if text else ""
    if not number or not cleaned:
        return cleaned
    own, digits = _own(number)
    if own is not None:
        cleaned = own.sub(lambda found: f"…{re.sub(r'[^A-Za-z0-9]', '', found.group())[-4:]}", cleaned)
    if digits:
        cleaned = re.sub(
            r"[0-9]{6,}", lambda run: f"…{run.group()[-4:]}" if run.group() in digits else run.group(), cleaned
        )
    return cleaned


@lru_cache(maxsize=64)
def _own(number: str) -> tuple[re.Pattern[str] | None, str]:
    """What finds the account's number, whole, in parts and without zeros in front; and its digits."""
    number = number[:64]
    parts = {re.sub(r"[^A-Za-z0-9]", "", part) for part in (number, *re.split(r"[^A-Za-z0-9]+", number))}
    parts |= {part.lstrip("0") for part in parts}
    wanted = sorted((p for p in parts if len(p) >= 6 and any(c.isdigit() for c in p)), key=lambda p: (-len(p), p))
    pattern = "|".join(_GAP.join(map(re.escape, part)) for part in wanted)
    return re.compile(pattern, re.IGNORECASE) if wanted else None, re.sub(r"[^0-9]", "", number)


def _same(line: Line) -> int:
    """Equal for lines that would get one name by their id."""
    day = line.day.value.isoformat() if isinstance(line.day, Moment) else line.day
    return hash((line.source, line.native, day, _canonical(line.amount), line.currency))


def _reused(lines: Lines) -> set[int]:
    """The :func:`_same` of lines that differ in what they say."""
    said, reused = dict[int, int](), set[int]()
    try:
        for _, line in lines():
            if not isinstance(line, Line) or not line.native:
                continue
            content = hash((line.counterparty.strip(), line.description.strip(), line.reference.strip()))
            # Beyond so many lines only those are compared that were remembered: memory stays flat.
            same = _same(line)
            first = said.setdefault(same, content) if len(said) < _REMEMBERED else said.get(same, content)
            if first != content:
                reused.add(same)
    except Malformed:
        pass
    return reused
