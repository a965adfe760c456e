"""PayPal's list of activities and its report of the balance, as CSV in the languages of its site.

It refuses to keep e-mail addresses, notes and bank accounts, to count what moved no money, and to guess which number of
a date is the month.

A payment in another currency is three rows: the payment, and both sides of the conversion that refer to it. It becomes
one record, in the currency of the payment, that tells what it came to in the other; the two sides are ``nested``.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta, timezone, tzinfo
from decimal import Decimal
from functools import lru_cache
from zoneinfo import ZoneInfo

from lifepod.errors import Malformed, Undecided
from lifepod.journal.activity import Activity, Moment, Reason, Skipped
from lifepod.journal.importers.tables import Columns, Row, has, header, rows
from lifepod.journal.importers.transfers import Line, amount_of, transfers
from lifepod.journal.redact import clean_text, slug
from lifepod.journal.source import Importer, Match, Member
from lifepod.plain import plain

_NAMES: Columns = {
    "date": ("Date", "Datum", "Data", "Fecha", "Dato"),
    "time": ("Time", "Uhrzeit", "Zeit", "Heure", "Orario", "Ora", "Tijd", "Hora", "Czas"),
    "zone": (
        "TimeZone", "Time Zone", "Zeitzone", "Fuseau horaire", "Fuso orario", "Tijdzone", "Zona horaria",
        "Fuso horário", "Strefa czasowa",
    ),
    "name": ("Name", "Nom", "Nome", "Naam", "Nombre", "Nazwa"),
    "type": (
        "Type", "Description", "Typ", "Beschreibung", "Tipo", "Descrizione", "Omschrijving", "Descripción",
        "Descrição", "Opis",
    ),
    "status": ("Status", "État", "Etat", "Stato", "Estado", "Stan"),
    "currency": ("Currency", "Währung", "Waehrung", "Devise", "Valuta", "Divisa", "Moneda", "Moeda", "Waluta"),
    "gross": ("Gross", "Brutto", "Avant commission", "Brut", "Lordo", "Bruto", "Wartość brutto"),
    "fee": (
        "Fee", "Fees", "Gebühr", "Gebuehr", "Entgelt", "Commission", "Frais", "Tariffa", "Kosten", "Comisión",
        "Tarifa", "Taxa", "Opłata",
    ),
    "net": ("Net", "Netto", "Neto", "Líquido", "Wartość netto"),
    "id": (
        "Transaction ID", "Transaktionscode", "Numéro de transaction", "Codice transazione", "Transactiereferentie",
        "Transactie-ID", "Id. de transacción", "Código de la transacción", "Identificação da transação",
        "Numer transakcji",
    ),
    "title": ("Item Title", "Artikelbezeichnung", "Titre de l'objet", "Titolo oggetto", "Objecttitel"),
    "reference": (
        "Reference Txn ID", "Zugehöriger Transaktionscode", "Txn-Referenzkennung",
        "Numéro de la transaction de référence", "Nº de transaction de référence", "Codice transazione di riferimento",
        "Id. de referencia de trans.",
    ),
    "impact": (
        "Balance Impact", "Auswirkung auf Guthaben", "Impact sur le solde", "Impatto sul saldo", "Effect op saldo",
        "Efecto en el saldo",
    ),
}  # fmt: skip
"""What the columns are called in English, German, French, Italian, Dutch, Spanish, Portuguese and Polish."""


def _as_read(name: str) -> tuple[str, ...]:
    """A name, also as it comes out of a header that a spreadsheet saved in cp1252; only cells are mended."""
    saved = name.encode("cp1252", "ignore")
    return name, saved.decode("utf-8", "surrogateescape"), saved.decode("utf-8", "replace")


_COLUMNS: Columns = {ours: [read for name in names for read in _as_read(name)] for ours, names in _NAMES.items()}
_MUST_HAVE = ("date", "currency", "gross", "fee", "net", "id")
_MEMO = frozenset(("memo", "mémo", "nota"))
_COMPLETED = frozenset(
    (
        "completed", "abgeschlossen", "terminé", "terminée", "effectué", "completata", "completato", "voltooid",
        "completado", "completada", "concluído", "concluída", "zakończono", "ukończona",
    )
)  # fmt: skip
_CANCELLED = re.compile(
    r"cancel|denied|expired|reversed|failed|voided|removed|refus|storniert|abgebrochen|abgelehnt|abgelaufen|annul|"
    r"rifiutat|scadut|geannuleerd|geweigerd|rechazad|vencid|expir|refunded|erstattet|rembours|rimborsat|terugbetaald",
    re.IGNORECASE,
)
_HOURS = {
    "UTC": 0, "GMT": 0, "WET": 0, "WEST": 1, "CET": 1, "MEZ": 1, "CEST": 2, "MESZ": 2, "EET": 2, "EEST": 3, "EST": -5,
    "EDT": -4, "CDT": -5, "MST": -7, "MDT": -6, "PST": -8, "PDT": -7, "JST": 9, "AEST": 10, "AEDT": 11,
}  # fmt: skip
"""Zones by their letters, as far as the letters mean one zone: ``CST`` is Chicago's and China's."""
_OFFSET = re.compile(r"(?:GMT|UTC)?([+-])([0-9]{1,2})(?::?([0-9]{2}))?\Z")
_DATE = re.compile(r"([0-9]{1,4})([./-])([0-9]{1,2})\2([0-9]{2,4})\.?\Z")
_TIME = re.compile(r"([0-9]{1,2})[:.]([0-9]{2})(?:[:.]([0-9]{2}))?(?:\s*([AaPp])\.?[Mm]\.?)?\Z")
_EMAIL = re.compile(r"[^\s@<>()\"',;:]+@[^\s@<>()\"',;:]+")
_ORDERS = ("dmy", "mdy")
_REMEMBERED = 200_000
"""Rows that conversions are looked for among; memory stays flat."""
Sum = tuple[str, Decimal]
"""Currency and signed amount."""
Told = tuple[str, str]
"""The same as it is written."""


class PayPal:
    """Reads ``Download.CSV`` and the statements of the balance."""

    name = "paypal"
    title = "PayPal"
    version = "1"
    how_to_get = (
        "PayPal: Activity, Download (or Statements, Activity report), all transactions, format CSV; after minutes. "
        "--answer paypal.account=NAME where there are several accounts."
    )

    def recognise(self, member: Member) -> Match | None:
        """By the names of its columns, in any order and in any of the languages."""
        names = header(member.head())
        if not has(names, _COLUMNS, _MUST_HAVE):
            return None
        shape = "activity" if has(names, _COLUMNS, ("status",)) else "balance-report"
        usual = re.search(r"\.(?:csv|tsv|txt)$", member.path, re.IGNORECASE)
        why = f"it has PayPal's columns for gross, fee, net and transaction id and {len(names) - 4} more"
        return Match(member, f"paypal-{shape}", "", 0.9 if usual else 0.7, why)

    def activities(self, match: Match, answers: Mapping[str, str]) -> Iterator[Activity | Skipped]:
        """Every row in the order of the file."""
        member = match.member
        reading = _decided(member, answers)
        yield from transfers(member.path, lambda: _lines(member, reading, answers))


@dataclass(frozen=True, slots=True)
class _Reading:
    """How the file is to be read."""

    order: str
    """``dmy`` or ``mdy``; empty where every date says it itself."""
    decimal: str
    """The decimal mark where the file shows it, else empty."""
    paid: Mapping[str, tuple[Sum, Sum]]
    """Id of a payment → the two sides of its conversion, the one in its own currency first."""


@dataclass(slots=True)
class _Seen:
    """What the file shows of itself when it is read for the first time."""

    orders: set[str] = field(default_factory=set)
    marks: set[str] = field(default_factory=set)
    example: str = ""
    payments: dict[str, Told] = field(default_factory=dict)
    sides: dict[str, list[Told]] = field(default_factory=dict)
    """Id that is referred to → the rows without a name that do."""

    def take(self, row: Row) -> None:
        """Look at a row."""
        order = _order(row["date"])
        self.orders.add(order)
        self.example = self.example or (row["date"] if order == "?" else "")
        for cell in (row["gross"], row["fee"], row["net"]):
            cents = re.search(r"([.,])[0-9]{2}\Z", cell)
            self.marks.update(cents.group(1) if cents else "")
        if _skipped(row) is not None or len(self.payments) + len(self.sides) > _REMEMBERED:
            return
        told = (row["currency"].upper(), row["net"] or row["gross"])
        if row["reference"] and not row["name"]:
            sides = self.sides.setdefault(row["reference"], [])
            if len(sides) < 8:
                sides.append(told)
        elif row["id"]:
            self.payments.setdefault(row["id"], told)

    def paid(self, decimal: str) -> dict[str, tuple[Sum, Sum]]:
        """The payments of which both sides of a conversion are there."""
        found: dict[str, tuple[Sum, Sum]] = {}
        for number, sides in self.sides.items():
            currency, told = self.payments.get(number, ("", ""))
            whole = _amount(told, currency, decimal)
            if len(sides) < 2 or not whole:
                continue
            amounts = [(side, _amount(text, side, decimal) or Decimal(0)) for side, text in sides]
            same = [side for side in amounts if side == (currency, -whole)]
            others = [(side, amount) for side, amount in amounts if side != currency and amount * whole > 0]
            if len(same) == 1 and len(others) == 1:
                other, amount = others[0]
                found[number] = ((currency, -whole), (other, amount))
        return found


def _decided(member: Member, answers: Mapping[str, str]) -> _Reading:
    """What the whole file and the person say of dates and decimals; raises :class:`Undecided`."""
    seen = _Seen()
    try:
        for _, row in rows(member, _COLUMNS):
            seen.take(row)
    except Malformed:
        pass  # What can be read is read; the reading itself says where it ends.
    known = seen.orders & set(_ORDERS)
    order = known.pop() if len(known) == 1 else ""
    if not order and "?" in seen.orders:
        order = answers.get("paypal.dates", "").strip().lower()
        if order not in _ORDERS:
            raise Undecided(
                f"{plain(member.path)} has dates such as {plain(seen.example, 20)}, and nothing in it says which "
                "number is the month.",
                choices=_ORDERS,
                advice="Say whether the day or the month comes first: --answer paypal.dates=dmy (or =mdy).",
            )
    decimal = seen.marks.pop() if len(seen.marks) == 1 else ""
    return _Reading(order, decimal, seen.paid(decimal))


def _lines(member: Member, reading: _Reading, answers: Mapping[str, str]) -> Iterator[tuple[int, Line | Reason]]:
    called = slug(answers.get("paypal.account", ""))
    source, now = f"paypal-{called}" if called else "paypal", answers.get("now", "")
    for number, row in rows(member, _COLUMNS):
        yield number, _skipped(row) or _line(row, reading, source, now)


def _skipped(row: Row) -> Reason | None:
    """Why a row moved no money."""
    if row["impact"].casefold() in _MEMO:
        return "balance-memo"
    status = row["status"]
    if not status or status.casefold() in _COMPLETED:
        return None
    return "cancelled" if _CANCELLED.search(status) else "pending"


def _line(row: Row, reading: _Reading, source: str, now: str) -> Line | Reason:
    currency = row["currency"].upper()
    amount = _amount(row["net"] or row["gross"], currency, reading.decimal)
    if not row["name"] and (currency, amount) in reading.paid.get(row["reference"], ()):
        return "nested"
    day = _moment(row, reading.order)
    if isinstance(day, str):
        return day
    told = row["title"] or row["type"]
    if row["id"] in reading.paid:
        other, paid = reading.paid[row["id"]][1]
        told = f"{told} ({abs(paid):f} {other})".strip()
    return Line(
        source=source,
        day=day,
        amount="" if amount is None else format(amount, "f"),
        currency=currency,
        counterparty=_without_email(row["name"]),
        description=_without_email(told),
        native=_without_email(row["id"]),
        reference=_without_email(row["reference"]),
        read_at=now,
    )


def _amount(text: str, currency: str, decimal: str) -> Decimal | None:
    number = amount_of(text, currency, decimal)
    return None if number is None else Decimal(number)


def _without_email(text: str) -> str:
    return _EMAIL.sub("", clean_text(text)).strip() if "@" in text else text


# Times


def _order(text: str) -> str:
    """What a date says of the order of day and month: ``dmy``, ``mdy``, ``?`` or nothing."""
    found = _DATE.match(text)
    if found is None or len(found.group(1)) > 2:
        return ""
    first, second = int(found.group(1)), int(found.group(3))
    if first == second or max(first, second) > 31 or min(first, second) < 1 or min(first, second) > 12:
        return ""
    if found.group(2) == ".":
        return "dmy"
    return "dmy" if first > 12 else "mdy" if second > 12 else "?"


def _moment(row: Row, order: str) -> Moment | Reason:
    if not row["date"]:
        return "no-time"
    found, clock = _DATE.match(row["date"]), _TIME.match(row["time"])
    if found is None or (row["time"] and clock is None):
        return "bad-time"
    one, two, three = int(found.group(1)), int(found.group(3)), int(found.group(4))
    if len(found.group(1)) == 4:
        year, month, day = one, two, three
    else:
        said = _order(row["date"])
        day, month = (two, one) if (order if said == "?" else said) == "mdy" else (one, two)
        year = three if three > 99 else three + 2000
    try:
        if clock is None:
            return Moment(datetime(year, month, day).date(), "day")
        hour, half = int(clock.group(1)), (clock.group(4) or "").lower()
        if half:
            hour = hour % 12 + 12 * (half == "p")
        value = datetime(year, month, day, hour, int(clock.group(2)), int(clock.group(3) or 0))
        zone = _zone(row["zone"])
        value = value if zone is None else value.replace(tzinfo=zone).astimezone(UTC)
    except (ValueError, OverflowError):
        return "bad-time"
    return Moment(value, "instant" if clock.group(3) else "minute")


@lru_cache(maxsize=64)
def _zone(text: str) -> tzinfo | None:
    """A zone by its letters, its distance from UTC or its name; ``None`` where that means no zone, or several."""
    if text.upper() in _HOURS:
        return timezone(timedelta(hours=_HOURS[text.upper()]))
    found = _OFFSET.match(text.upper())
    if found is not None:
        away = timedelta(hours=int(found.group(2)), minutes=int(found.group(3) or 0))
        return timezone(away if found.group(1) == "+" else -away) if away < timedelta(hours=15) else None
    if not re.fullmatch(r"[A-Z][A-Za-z_]{1,30}(?:/[A-Z][A-Za-z_+-]{1,30}){1,2}", text):
        return None
    try:
        return ZoneInfo(text)
    except (OSError, ValueError, LookupError):  # the last: a zone that is not known here
        return None


IMPORTER: Importer = PayPal()
"""What the entry point names."""
