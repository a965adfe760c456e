"""What the columns of a bank's CSV mean: profiles as TOML, those that ship and those that a person wrote.

It refuses to guess: a profile says how dates and amounts are written, and a mistake in one is named with its key.

::

    title = "My bank"
    match = ["Buchungstag", "Betrag", "Verwendungszweck"]   # columns that the header must have
    # encoding = "iso-8859-15"   delimiter = ";"   skip_lines = 4     only where they are not seen by themselves
    date     = { column = "Buchungstag", format = "%d.%m.%Y" }          # format may be a list
    value    = { column = "Valuta", format = "%d.%m.%Y" }
    amount   = { column = "Betrag", decimal = ",", thousands = "." }    # or debit = … and credit = …
    # also in amount: fee = a column that is taken off, sign = "inverted", or sign = { column = …, out = [ … ] }
    currency = { column = "Waehrung" }                                  # or { constant = "EUR" }
    party    = ["Name"]                                                 # or { in = [ … ], out = [ … ] }
    text     = ["Verwendungszweck", "Buchungstext"]                     # joined
    id       = "Transaction ID"
    account  = { column = "Auftragskonto" }                             # or { constant = "household" }
    status   = { column = "Info", booked = ["Umsatz gebucht"], cancelled = [] }
"""

from __future__ import annotations

import codecs
import csv
import re
import tomllib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from functools import cache
from importlib.resources import files
from pathlib import Path

from lifepod.errors import Malformed
from lifepod.journal.importers.tables import delimiter_of
from lifepod.journal.importers.transfers import CURRENCIES
from lifepod.journal.redact import slug
from lifepod.plain import plain

_KEYS = frozenset(
    (
        "title", "match", "encoding", "delimiter", "skip_lines", "date", "value", "amount", "currency", "party",
        "text", "id", "account", "status",
    )
)  # fmt: skip
_THOUSANDS = (".", ",", " ", "'", "")
_MOST_BYTES, _MOST_PROFILES = 64 * 1024, 200
Columns = tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Dated:
    """A column of dates and the ways they are written in."""

    column: str
    formats: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Amount:
    """Where the amount stands: in one column, or in two of which one is empty."""

    column: str
    debit: str
    credit: str
    fee: str
    """What is taken off besides."""
    decimal: str
    thousands: str | None
    """The mark that parts thousands; ``None`` where the profile says nothing of it."""
    inverted: bool
    """Money that left has no minus, money that came has one."""
    sign: str
    """The column that says in words where the money went."""
    out: frozenset[str]
    into: frozenset[str]
    """Its words, in small letters; empty where every other word means that money came."""


@dataclass(frozen=True, slots=True)
class Profile:
    """What the columns of one bank's CSV mean; names of columns are in small letters."""

    name: str
    title: str
    match: frozenset[str]
    encoding: str
    delimiter: str
    skip_lines: int | None
    date: Dated
    value: Dated | None
    amount: Amount
    currency: tuple[str, str]
    """Column and constant, one of them empty; so is :attr:`account`."""
    party: tuple[Columns, Columns]
    """Who paid where money came, who was paid where it left; of each the first column that says something."""
    text: Columns
    id: str
    account: tuple[str, str]
    status: str
    booked: frozenset[str]
    cancelled: frozenset[str]


@cache
def shipped() -> tuple[Profile, ...]:
    """The profiles that come with lifepod, in order of name."""
    folder = files("lifepod.journal.importers").joinpath("profiles")
    found = sorted(one.name for one in folder.iterdir() if one.name.endswith(".toml"))
    return tuple(parse(folder.joinpath(name).read_text("utf-8"), name) for name in found)


def own(folder: str) -> tuple[Profile, ...]:
    """The profiles of a person's folder, which may not be there; raises :class:`Malformed` for one that is wrong."""
    if not folder:
        return ()
    try:
        paths = sorted(Path(folder).expanduser().glob("*.toml"))[:_MOST_PROFILES]
        texts = []
        for path in paths:
            with path.open("rb") as stream:
                texts.append((stream.read(_MOST_BYTES).decode("utf-8-sig", "replace"), path.name))
    except (OSError, ValueError, RuntimeError):  # the last: a home folder that is not known
        raise Malformed(
            f"The bank profiles in {plain(folder)} cannot be read.",
            advice="Check the folder in --answer bank.profiles=FOLDER and who may read its files.",
        ) from None
    return tuple(parse(text, name) for text, name in texts)


def names_of(line: str, delimiter: str = "") -> Columns:
    """The columns that a header names."""
    mark = delimiter or delimiter_of(line)
    if "\0" in line or mark not in line:
        return ()
    try:
        cells = next(csv.reader([line], delimiter=mark), [])
    except csv.Error:
        return ()
    return tuple(small(cell) for cell in cells)


def small(name: str) -> str:
    """A name of a column as it is compared: in small letters, whitespace evened."""
    return " ".join(name.split()).casefold()


def parse(text: str, name: str) -> Profile:
    """A profile from its TOML; raises :class:`Malformed` that names the wrong key."""
    try:
        table = _Table(tomllib.loads(text), name)
    except (tomllib.TOMLDecodeError, RecursionError) as error:
        raise _wrong(name, f"it is no TOML ({plain(error, 120)})") from None
    table.only(_KEYS)
    amount, currency, status = _amount(table.table("amount")), table.either("currency"), table.table("status", False)
    if currency == ("", "") or (currency[1] and currency[1].upper() not in CURRENCIES):
        raise _wrong(name, 'currency must be { column = "…" } or { constant = "EUR" }')
    when = _dated(table.table("date"))
    if when is None:
        raise _wrong(name, "date.column must name a column")
    delimiter, encoding = table.text("delimiter"), table.text("encoding")
    if len(delimiter.encode()) > 1 or delimiter in ('"', "\n", "\r"):
        raise _wrong(name, "delimiter must be one character")
    needed = {when.column, *(column for column in (amount.column, amount.debit, amount.credit) if column)}
    return Profile(
        name=slug(name.removesuffix(".toml")) or "csv",
        title=table.text("title") or name.removesuffix(".toml"),
        match=frozenset(map(small, table.texts("match", needed=True))) | needed,
        encoding=_known(encoding, name),
        delimiter=delimiter,
        skip_lines=table.count("skip_lines"),
        date=when,
        value=_dated(table.table("value", False)),
        amount=amount,
        currency=(small(currency[0]), currency[1].upper()),
        party=_party(table),
        text=table.columns("text"),
        id=small(table.text("id")),
        account=(small((account := table.either("account"))[0]), account[1]),
        status=small(status.text("column")),
        booked=status.words("booked"),
        cancelled=status.words("cancelled"),
    )


class _Table:
    """A table of a profile, whose values are checked when they are asked for."""

    def __init__(self, values: Mapping[str, object], name: str, under: str = "") -> None:
        self.values, self.name, self._under = values, name, under

    def wrong(self, key: str, what: str) -> Malformed:
        """What to raise where a value is not what it must be."""
        return _wrong(self.name, f"{plain(self._under + key, 60)} {what}")

    def only(self, keys: Iterable[str]) -> None:
        """Refuse keys that mean nothing, because they are misspelt ones."""
        for key in self.values:
            if key not in keys:
                raise self.wrong(key, "is no key of a profile")

    def text(self, key: str) -> str:
        """A text; empty where there is none."""
        value = self.values.get(key, "")
        if not isinstance(value, str):
            raise self.wrong(key, "must be a text")
        return value

    def texts(self, key: str, needed: bool = False) -> tuple[str, ...]:
        """A list of texts; a text alone is one of them."""
        value = self.values.get(key, [])
        found = [value] if isinstance(value, str) else value
        if not isinstance(found, list) or not all(isinstance(one, str) for one in found) or (needed and not found):
            raise self.wrong(key, "must be a list of texts")
        return tuple(found)

    def columns(self, key: str) -> Columns:
        """A list of names of columns."""
        return tuple(small(one) for one in self.texts(key) if small(one))

    def words(self, key: str) -> frozenset[str]:
        """What may stand in a cell."""
        return frozenset(map(small, self.texts(key)))

    def count(self, key: str) -> int | None:
        """A number of lines."""
        value = self.values.get(key)
        if value is not None and (not isinstance(value, int) or isinstance(value, bool) or not 0 <= value < 60):
            raise self.wrong(key, "must be a number below 60")
        return value

    def table(self, key: str, needed: bool = True) -> _Table:
        """A table in this one."""
        value = self.values.get(key, None if needed else {})
        if not isinstance(value, dict):
            raise self.wrong(key, "must be a table")
        return _Table(value, self.name, f"{self._under}{key}.")

    def either(self, key: str) -> tuple[str, str]:
        """A column or a constant."""
        inner = self.table(key, False)
        inner.only(("column", "constant"))
        return inner.text("column"), inner.text("constant")


def _dated(table: _Table) -> Dated | None:
    table.only(("column", "format"))
    column, formats = small(table.text("column")), table.texts("format")
    if not column:
        return None
    day = date(2021, 11, 23)
    for one in formats or ("",):
        try:
            fits = datetime.strptime(day.strftime(one), one).date() == day
        except (ValueError, re.error):
            fits = False
        if not fits:
            raise table.wrong("format", 'must say day, month and year, as "%d.%m.%Y" does')
    return Dated(column, formats)


def _amount(table: _Table) -> Amount:
    table.only(("column", "debit", "credit", "fee", "decimal", "thousands", "sign"))
    column, debit, credit = (small(table.text(key)) for key in ("column", "debit", "credit"))
    if bool(column) == bool(debit and credit) or bool(debit) != bool(credit):
        raise table.wrong("column", "must name the column, or debit and credit two columns")
    thousands = table.text("thousands") if "thousands" in table.values else None
    decimal = table.text("decimal")
    if decimal not in (".", ",") or thousands == decimal or thousands not in (*_THOUSANDS, None):
        raise table.wrong("decimal", 'must be "." or ",", and thousands another mark')
    sign = table.values.get("sign", "")
    words = _Table(sign, table.name, "amount.sign.") if isinstance(sign, dict) else None
    if words is None and sign not in ("", "normal", "inverted"):
        raise table.wrong("sign", 'must be "normal", "inverted" or { column = "…", out = ["…"] }')
    if words is not None:
        words.only(("column", "out", "in"))
        if not words.text("column") or not words.texts("out"):
            raise words.wrong("out", "must list the words for money that left, beside column")
    return Amount(
        column, debit, credit, small(table.text("fee")), decimal, thousands, sign == "inverted",
        small(words.text("column")) if words else "",
        words.words("out") if words else frozenset(), words.words("in") if words else frozenset(),
    )  # fmt: skip


def _party(table: _Table) -> tuple[Columns, Columns]:
    if not isinstance(table.values.get("party"), dict):
        columns = table.columns("party")
        return columns, columns
    inner = table.table("party")
    inner.only(("in", "out"))
    return inner.columns("in"), inner.columns("out")


def _known(encoding: str, name: str) -> str:
    try:
        # What is no text encoding, such as rot13 and zip, has a name here as well.
        return encoding and (codecs.lookup(encoding).name if "é".encode(encoding, "replace") else "")
    except (LookupError, ValueError, TypeError):
        raise _wrong(name, f"encoding {plain(encoding, 40)} is not known") from None


def _wrong(name: str, what: str) -> Malformed:
    return Malformed(
        f"{plain(name, 80)} is no bank profile: {what}.",
        place=plain(name, 80),
        advice="Mend the profile; the ones in lifepod/journal/importers/profiles show how they are written.",
    )


# Drafts

_GUESSES: Mapping[str, str] = {
    "value": r"value date|valutadatum|wert(?:stellung(?:sdatum)?)?|rentedatum|date (?:de )?valeur|fecha(?: de)? valor",
    "date": r"buchung(?:stag)?|.*(?:date|datum|fecha|data|dato)\b.*",
    "debit": r"(?:money|paid) out.*|d[ée]bit(?: amount)?|soll|uscite|addebiti?|cargo|withdrawals?",
    "credit": r"(?:money|paid) in.*|cr[ée]dit(?: amount)?|haben|entrate|accrediti?|abono|deposits?",
    "amount": r"(?:amount|betrag|umsatz|montant|importe?|bedrag|kwota|belopp)\b.*",
    "currency": r"currency.*|w(?:ä|ae)hrung.*|devise.*|divisa.*|moneda|munt(?:soort)?|waluta",
    "party": r".*(?:payee|partner name|counterparty|beg(?:ü|ue)nstigter|empf(?:ä|ae)nger|auftraggeber|merchant|"
    r"naam tegenpartij|b[ée]n[ée]ficiaire|beneficiari[oa]).*|name|nom|nombre|nome|naam.*",
    "text": r".*(?:description|verwendungszweck|buchungstext|reference|memo|details|libell[ée]|concepto|descripci[oó]n|"
    r"descrizione|causale|omschrijving|mededelingen|narrative).*",
    "id": r"transaction id|transaktions-?(?:id|code|nummer)|transferwise id|id|volgnr",
    "account": r"account|auftragskonto|iban/bban|rekening",
}
"""What columns are called in the languages we know, tried in this order; each column is taken once."""
_CONTINENTAL = re.compile(r"[^\x00-\x7f]|datum|betrag|buchung|konto|bedrag|importe", re.IGNORECASE)


def draft(header: Sequence[str]) -> str:
    """A profile for a header, filled in as far as the names of its columns tell; the person checks and completes it."""
    names = [name for name in dict.fromkeys(" ".join(one.split()) for one in header) if name]
    left, taken = list(names), dict[str, list[str]]()
    for key, pattern in _GUESSES.items():
        fits = [name for name in left if re.fullmatch(pattern, name, re.IGNORECASE)]
        taken[key] = fits if key == "text" else fits[:1]
        left = [name for name in left if name not in taken[key]]
    one = {key: _quoted(found[0]) if found else '""' for key, found in taken.items()}
    continental = any(map(_CONTINENTAL.search, names))
    written, decimal = ("%d.%m.%Y", ",") if continental else ("%Y-%m-%d", ".")
    needed = [name for key in ("date", "amount", "debit", "credit") for name in taken[key]]
    split = not taken["amount"] and taken["debit"] and taken["credit"]
    amount = f"debit = {one['debit']}, credit = {one['credit']}" if split else f"column = {one['amount']}"
    lines = [
        "# Check every line; what is between the quotes must be a column of the file. Then save it as NAME.toml.",
        "# The columns of the file: " + ", ".join(map(_quoted, names)),
        'title = "My bank"',
        f"match = [{', '.join(map(_quoted, needed or names))}]",
        f'date = {{ column = {one["date"]}, format = "{written}" }}  # as the dates in the file are written',
        f'amount = {{ {amount}, decimal = "{decimal}" }}',
        f"currency = {{ column = {one['currency']} }}" if taken["currency"] else _constant(" ".join(needed)),
    ]
    if taken["value"]:
        lines.append(f'value = {{ column = {one["value"]}, format = "{written}" }}')
    lines += [f"{key} = [{', '.join(map(_quoted, taken[key]))}]" for key in ("party", "text") if taken[key]]
    lines += [f"id = {one['id']}"] if taken["id"] else []
    lines += [f"account = {{ column = {one['account']} }}"] if taken["account"] else []
    return "\n".join(lines) + "\n"


def _constant(columns: str) -> str:
    told = [code for code in re.findall(r"\b[A-Z]{3}\b", columns.replace("€", " EUR ")) if code in CURRENCIES]
    return f'currency = {{ constant = "{told[0] if told else ""}" }}  # its three letters, such as EUR'


def _quoted(text: str) -> str:
    """As a TOML text that is harmless to show."""
    return '"' + "".join(c if c.isprintable() and c not in '"\\' else _escaped(c) for c in text) + '"'


def _escaped(char: str) -> str:
    code = ord(char)
    if 0xD800 <= code < 0xE000:
        return "\\ufffd"
    return f"\\{char}" if char in '"\\' else f"\\U{code:08x}" if code > 0xFFFF else f"\\u{code:04x}"
