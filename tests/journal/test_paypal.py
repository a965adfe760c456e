"""PayPal's CSV, synthetic, in its languages: what moved no money, dates in either order, conversions as one record."""

from __future__ import annotations

import csv
import io
import random
import re
from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, date, datetime
from pathlib import Path

import pytest
from tests.journal import exports
from tests.journal.damage import mutated, other_digits, survived
from tests.journal.exports import fact, filed, gathered, one, read, reasons, written

from lifepod import names
from lifepod.errors import Undecided
from lifepod.journal import shelf
from lifepod.journal.activity import Activity, Decimal10, Moment, Skipped
from lifepod.journal.importers.paypal import IMPORTER

Row = Mapping[str, str]
ENGLISH = {
    "Date": "13/12/2025", "Time": "13:15:00", "TimeZone": "CET", "Name": "A shop", "Type": "Express Checkout Payment",
    "Status": "Completed", "Currency": "EUR", "Gross": "-12.50", "Fee": "0.00", "Net": "-12.50",
    "From Email Address": "sam@mail.example", "To Email Address": "shop@mail.example",
    "Transaction ID": "1AB23456CD789012E", "Shipping Address": "1 Canary Street", "Item Title": "A lamp",
    "Reference Txn ID": "", "Balance": "100.00", "Subject": "Canary subject", "Note": "Canary note",
    "Balance Impact": "Debit",
}  # fmt: skip
GERMAN = {
    "Datum": "13.12.2025", "Uhrzeit": "13:15:00", "Zeitzone": "CET", "Name": "A shop",
    "Typ": "PayPal Express-Zahlung", "Status": "Abgeschlossen", "Währung": "EUR", "Brutto": "-12,50", "Gebühr": "0,00",
    "Netto": "-12,50", "Absender E-Mail-Adresse": "sam@mail.example", "Transaktionscode": "1AB23456CD789012E",
    "Artikelbezeichnung": "A lamp", "Zugehöriger Transaktionscode": "", "Guthaben": "100,00",
    "Auswirkung auf Guthaben": "Soll",
}  # fmt: skip
REPORT = {
    "Datum": "13.12.2025", "Uhrzeit": "13:15:00", "Zeitzone": "Europe/Berlin", "Beschreibung": "A lamp",
    "Währung": "EUR", "Brutto": "-12,50", "Entgelt": "0,00", "Netto": "-12,50", "Guthaben": "100,00",
    "Transaktionscode": "1AB23456CD789012E", "Absender E-Mail-Adresse": "sam@mail.example", "Name": "A shop",
    "Name der Bank": "", "Bankkonto": "x-5678", "Zugehöriger Transaktionscode": "",
}  # fmt: skip
FRENCH = {
    "Date": "13/12/2025", "Heure": "13:15:00", "Fuseau horaire": "CET", "Nom": "A shop", "Type": "Paiement",
    "État": "Terminé", "Devise": "EUR", "Avant commission": "-12,50", "Commission": "0,00", "Net": "-12,50",
    "De l'adresse email": "sam@mail.example", "Numéro de transaction": "1AB23456CD789012E",
    "Titre de l'objet": "A lamp", "Numéro de la transaction de référence": "", "Impact sur le solde": "Débit",
}  # fmt: skip
ITALIAN = {
    "Data": "13/12/2025", "Orario": "13:15:00", "Fuso orario": "CET", "Nome": "A shop", "Tipo": "Pagamento",
    "Stato": "Completata", "Valuta": "EUR", "Lordo": "-12,50", "Tariffa": "0,00", "Netto": "-12,50",
    "Indirizzo email mittente": "sam@mail.example", "Codice transazione": "1AB23456CD789012E",
    "Titolo oggetto": "A lamp", "Codice transazione di riferimento": "", "Impatto sul saldo": "Addebito",
}  # fmt: skip
DUTCH = {
    "Datum": "13/12/2025", "Tijd": "13:15:00", "Tijdzone": "CET", "Naam": "A shop", "Type": "A lamp",
    "Status": "Voltooid", "Valuta": "EUR", "Bruto": "-12,50", "Kosten": "0,00", "Netto": "-12,50",
    "Transactie-ID": "1AB23456CD789012E",
}  # fmt: skip
LANGUAGES = {"english": ENGLISH, "german": GERMAN, "report": REPORT, "french": FRENCH, "italian": ITALIAN,
    "dutch": DUTCH}  # fmt: skip


def table(usual: Row, *rows: Row, columns: Sequence[str] = (), delimiter: str = ",") -> str:
    out = io.StringIO(newline="")
    found = csv.DictWriter(out, list(columns or usual), extrasaction="ignore", delimiter=delimiter)
    found.writeheader()
    found.writerows({**usual, **row} for row in rows or ({},))
    return out.getvalue()


def file(path: Path, *rows: Row, usual: Row = ENGLISH) -> Path:
    return written(path / "Download.CSV", table(usual, *rows))


def money(found: Activity) -> tuple[object, object, object]:
    facts = dict(found.things[0].facts)
    return fact(found, "direction"), facts[names.SCHEMA + "value"], facts[names.SCHEMA + "currency"]


def records(items: Iterable[exports.Item]) -> list[Activity]:
    return [item for item in items if isinstance(item, Activity)]


@pytest.mark.parametrize("usual", LANGUAGES.values(), ids=LANGUAGES)
def test_in_every_language_a_row_is_the_same_record(usual: Row, tmp_path: Path) -> None:
    found = one(file(tmp_path, usual=usual))
    assert (found.kind, found.source, found.native) == ("transfer", "paypal", True)
    assert found.start == Moment(datetime(2025, 12, 13, 12, 15, tzinfo=UTC))
    assert money(found) == ("out", Decimal10("12.50"), "EUR")
    assert (fact(found, "participant"), fact(found, "identifier")) == ("A shop", "1AB23456CD789012E")
    assert fact(found, "description") == "A lamp"
    assert (found.key, found.match) == (("1AB23456CD789012E", "-12.5 EUR"), ("-12.5 EUR", "2025-12-13"))


def test_all_languages_and_shapes_file_the_same_bytes(tmp_path: Path) -> None:
    files = [file(tmp_path / name, usual=usual) for name, usual in LANGUAGES.items()]
    assert len({str(filed([records(read(path))])) for path in files}) == 1


def test_the_order_of_columns_and_spaces_in_their_names_change_nothing(tmp_path: Path) -> None:
    path = written(tmp_path / "a.csv", table(ENGLISH, columns=sorted(ENGLISH, reverse=True)))
    assert one(path) == one(file(tmp_path / "b"))
    spaced = re.sub(r"(?m)\A(.*)$", lambda m: m[0].replace(",", ", "), table(ENGLISH))
    assert one(written(tmp_path / "c.csv", spaced.replace("TimeZone", "Time Zone"))) == one(path)


# What moved no money


@pytest.mark.parametrize(
    ("usual", "change", "reason"),
    [
        (ENGLISH, {"Balance Impact": "Memo"}, "balance-memo"),
        (GERMAN, {"Auswirkung auf Guthaben": "Memo"}, "balance-memo"),
        (FRENCH, {"Impact sur le solde": "Mémo"}, "balance-memo"),
        (ITALIAN, {"Impatto sul saldo": "Memo"}, "balance-memo"),
        (ENGLISH, {"Status": "Pending"}, "pending"), (GERMAN, {"Status": "Ausstehend"}, "pending"),
        (FRENCH, {"État": "En attente"}, "pending"), (ITALIAN, {"Stato": "In sospeso"}, "pending"),
        (ENGLISH, {"Status": "Denied"}, "cancelled"), (ENGLISH, {"Status": "Canceled"}, "cancelled"),
        (ENGLISH, {"Status": "Expired"}, "cancelled"), (GERMAN, {"Status": "Storniert"}, "cancelled"),
        (ENGLISH, {"Status": "COMPLETED"}, None), (ENGLISH, {"Balance Impact": "Credit"}, None),
        (ENGLISH, {"Balance Impact": ""}, None),
    ],
)  # fmt: skip
def test_only_what_is_completed_and_moved_money_is_a_record(
    usual: Row, change: Row, reason: str | None, tmp_path: Path
) -> None:
    assert reasons(file(tmp_path, change, usual=usual)) == ([reason] if reason else [])


# Conversions

PAYMENT = {"Currency": "USD", "Gross": "-10.00", "Net": "-10.00", "Transaction ID": "PAY"}
SIDES = [
    {"Name": "", "Type": "General Currency Conversion", "Currency": "EUR", "Gross": "-9.20", "Net": "-9.20",
     "Transaction ID": "C1", "Reference Txn ID": "PAY"},
    {"Name": "", "Type": "General Currency Conversion", "Currency": "USD", "Gross": "10.00", "Net": "10.00",
     "Transaction ID": "C2", "Reference Txn ID": "PAY"},
]  # fmt: skip
DEPOSIT = SIDES[0] | {"Type": "Bank Deposit to PP Account", "Gross": "9.20", "Net": "9.20", "Transaction ID": "D"}


@pytest.mark.parametrize(
    "rows", [[PAYMENT, *SIDES, DEPOSIT], [DEPOSIT, *SIDES, PAYMENT], [SIDES[1], PAYMENT, DEPOSIT, SIDES[0]]]
)
def test_a_payment_in_another_currency_is_one_record(rows: list[Row], tmp_path: Path) -> None:
    items = read(file(tmp_path, *rows))
    paid = next(r for r in records(items) if fact(r, "identifier") == "PAY")
    assert money(paid) == ("out", Decimal10("10.00"), "USD")
    assert fact(paid, "description") == "A lamp (9.20 EUR)"
    assert [item.reason for item in items if isinstance(item, Skipped)] == ["nested", "nested"]
    (deposit,) = [r for r in records(items) if r != paid]
    assert money(deposit) == ("in", Decimal10("9.20"), "EUR")


def test_a_refund_in_another_currency_is_one_record_too(tmp_path: Path) -> None:
    turned = [row | {k: str(-float(row[k])) + "0" for k in ("Gross", "Net")} for row in (PAYMENT, *SIDES)]
    (found,) = records(read(file(tmp_path, *turned)))
    assert (money(found)[0], fact(found, "description")) == ("in", "A lamp (9.20 EUR)")


@pytest.mark.parametrize(
    "rows", [[PAYMENT, SIDES[0]], SIDES, [PAYMENT, SIDES[0], SIDES[1] | {"Net": "9.99"}], [PAYMENT, *SIDES, SIDES[1]]]
)
def test_where_a_side_is_missing_each_row_stays_a_record(rows: list[Row], tmp_path: Path) -> None:
    assert len(records(read(file(tmp_path, *rows)))) == len(rows)


def test_an_export_without_the_sides_names_the_same_record(tmp_path: Path) -> None:
    whole, part = (records(read(file(tmp_path / n, *rows))) for n, rows in (("a", [PAYMENT, *SIDES]), ("b", [PAYMENT])))
    assert whole[0].key == part[0].key
    assert len(filed([whole], [part])) == 1
    assert filed([whole], [part]) == filed([part], [whole])


# Dates and times


@pytest.mark.parametrize(
    ("dates", "answer", "expected"),
    [
        (["13/12/2025", "02/03/2025"], "", [date(2025, 12, 13), date(2025, 3, 2)]),
        (["02/03/2025", "12/13/2025"], "", [date(2025, 2, 3), date(2025, 12, 13)]),
        (["02/03/2025"], "dmy", [date(2025, 3, 2)]), (["02/03/2025"], "MDY ", [date(2025, 2, 3)]),
        (["02.03.2025"], "", [date(2025, 3, 2)]), (["2025-02-03"], "", [date(2025, 2, 3)]),
        (["05/05/2025"], "", [date(2025, 5, 5)]), (["13/12/25"], "", [date(2025, 12, 13)]),
        (["1/31/2025"], "", [date(2025, 1, 31)]),
    ],
)  # fmt: skip
def test_the_file_or_the_person_says_which_number_is_the_month(
    dates: list[str], answer: str, expected: list[date], tmp_path: Path
) -> None:
    rows = [{"Date": shown, "Transaction ID": str(n)} for n, shown in enumerate(dates)]
    found = records(read(file(tmp_path, *rows), **({"paypal.dates": answer} if answer else {})))
    assert [r.start.value.date() for r in found if r.start and isinstance(r.start.value, datetime)] == expected


@pytest.mark.parametrize("shown", ["02/03/2025", "2/3/2025", "02-03-2025"])
@pytest.mark.parametrize("answer", ["", "ymd"])
def test_where_nothing_says_it_the_person_is_asked(shown: str, answer: str, tmp_path: Path) -> None:
    path = file(tmp_path, {"Date": shown})
    with pytest.raises(Undecided, match="month") as raised:
        read(path, **{"paypal.dates": answer})
    assert "--answer paypal.dates=dmy" in raised.value.advice
    assert gathered(path)[0].problem == "needs-answer"


LOCAL = datetime(2025, 12, 13, 13, 15)


@pytest.mark.parametrize(
    ("zone", "value"),
    [
        ("CET", datetime(2025, 12, 13, 12, 15, tzinfo=UTC)), ("PST", datetime(2025, 12, 13, 21, 15, tzinfo=UTC)),
        ("pdt", datetime(2025, 12, 13, 20, 15, tzinfo=UTC)), ("GMT+05:30", datetime(2025, 12, 13, 7, 45, tzinfo=UTC)),
        ("UTC", datetime(2025, 12, 13, 13, 15, tzinfo=UTC)), ("-08:00", datetime(2025, 12, 13, 21, 15, tzinfo=UTC)),
        ("Europe/Berlin", datetime(2025, 12, 13, 12, 15, tzinfo=UTC)),
        ("America/Los_Angeles", datetime(2025, 12, 13, 21, 15, tzinfo=UTC)),
        # What means no zone, or several.
        ("CST", LOCAL), ("IST", LOCAL), ("", LOCAL), ("Mars/Olympus", LOCAL), ("../etc/passwd", LOCAL),
        ("GMT+99", LOCAL), ("Europe/" + "x" * 500, LOCAL),
    ],
)  # fmt: skip
def test_a_time_is_an_instant_where_its_zone_is_known(zone: str, value: datetime, tmp_path: Path) -> None:
    assert one(file(tmp_path, {"TimeZone": zone})).start == Moment(value)


@pytest.mark.parametrize(
    ("day", "clock", "expected"),
    [
        ("13/12/2025", "1:15:00 PM", Moment(LOCAL)), ("13/12/2025", "12:00:00 a.m.", Moment(datetime(2025, 12, 13))),
        ("13/12/2025", "13:15", Moment(LOCAL, "minute")), ("13/12/2025", "", Moment(date(2025, 12, 13), "day")),
        ("13/12/2025", "soon", "bad-time"), ("13/12/2025", "25:00:00", "bad-time"),
        ("31/12/2016", "23:59:60", "bad-time"), ("31/02/2025", "", "bad-time"), ("", "13:15:00", "no-time"),
        ("01/01/1970", "", "bad-time"), ("01/01/1601", "", "bad-time"), ("01/01/2001", "00:00:00", "bad-time"),
        ("19/01/2038", "", "bad-time"), ("45999", "", "bad-time"), ("13/12/99999", "", "bad-time"),
    ],
)  # fmt: skip
def test_precision_is_kept_and_what_cannot_be_is_counted(
    day: str, clock: str, expected: Moment | str, tmp_path: Path
) -> None:
    rows = [{"Date": day, "Time": clock, "TimeZone": ""}, {"Date": "13/12/2025", "Transaction ID": "2"}]
    found = read(file(tmp_path, *rows))[0]
    assert (found.reason if isinstance(found, Skipped) else found.start) == expected


def test_a_time_in_the_gap_of_a_changed_clock_is_still_one(tmp_path: Path) -> None:
    rows = [{"Date": "30/03/2025", "Time": "02:30:00", "TimeZone": "Europe/Berlin"}]
    assert isinstance(one(file(tmp_path, *rows)), Activity)


# Amounts


@pytest.mark.parametrize(
    ("net", "currency", "expected"),
    [
        ("1,234.50", "EUR", ("in", Decimal10("1234.50"), "EUR")), ("-1,234", "JPY", ("out", Decimal10("1234"), "JPY")),
        ("0.00", "EUR", (None, Decimal10("0.00"), "EUR")), ("\u22125.00", "EUR", ("out", Decimal10("5.00"), "EUR")),
    ],
)  # fmt: skip
def test_amounts_are_in_their_own_digits(net: str, currency: str, expected: object, tmp_path: Path) -> None:
    assert money(one(file(tmp_path, {"Net": net, "Gross": "0.00", "Currency": currency}))) == expected


@pytest.mark.parametrize(
    ("net", "expected"),
    [("1.234,50", Decimal10("1234.50")), ("-5,00", Decimal10("5.00")), ("1.234", Decimal10("1234"))],
)
def test_the_decimals_of_the_account_are_seen(net: str, expected: Decimal10, tmp_path: Path) -> None:
    assert money(one(file(tmp_path, {"Netto": net}, usual=GERMAN)))[1] == expected


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        ({"Net": "abc"}, "bad-number"), ({"Net": "1e5"}, "bad-number"), ({"Net": "", "Gross": ""}, "bad-number"),
        ({"Net": "9" * 50}, "bad-number"), ({"Net": "1.2.3"}, "bad-number"), ({"Currency": ""}, "bad-currency"),
        ({"Currency": "BTC"}, "bad-currency"), ({"Currency": "Euro"}, "bad-currency"),
    ],
)  # fmt: skip
def test_a_wrong_amount_or_currency_is_counted(change: Row, reason: str, tmp_path: Path) -> None:
    assert reasons(file(tmp_path, change)) == [reason]


def test_what_came_into_the_balance_counts_after_the_fee(tmp_path: Path) -> None:
    assert money(one(file(tmp_path, {"Gross": "100.00", "Fee": "-3.00", "Net": "97.00"})))[1] == Decimal10("97.00")


# Privacy and joins


def test_nothing_of_what_never_comes_in_is_filed(tmp_path: Path) -> None:
    secret = "sekret@mail.example"
    rows = [
        {"Name": secret, "Item Title": f"For {secret}", "Transaction ID": f"A{secret}"},
        {"Name": f"Shop <{secret}>", "Item Title": "", "Type": f"Payment to {secret}", "Net": "x"},
    ]
    items = read(file(tmp_path, *rows, {"Transaction ID": "X", "Name": "x\u202e" * 150 + "🛋ש"}))
    shown = str(filed([records(items)])) + repr(items)
    assert [w for w in (secret, "sekret", "Canary", "sam@mail", "shop@mail", "\u202e") if w in shown] == []


def test_a_second_account_has_a_name_of_its_own(tmp_path: Path) -> None:
    (found,) = read(file(tmp_path), **{"paypal.account": "My Shop!"})
    assert isinstance(found, Activity)
    assert found.source == "paypal-my-shop"


def test_reading_twice_or_in_halves_is_the_same(tmp_path: Path) -> None:
    rows = [{"Transaction ID": f"T{n}" if n else "", "Net": f"-{n}.00"} for n in range(8)]
    whole = records(read(file(tmp_path / "a", *rows)))
    halves = [records(read(file(tmp_path / str(n), *part))) for n, part in enumerate((rows[:5], rows[3:]))]
    assert (
        filed([whole]) == filed([whole], [whole]) == filed([halves[0]], [halves[1]]) == filed([halves[1]], [halves[0]])
    )


# Files


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "cp1252"])
@pytest.mark.parametrize("delimiter", [",", ";", "\t"])
def test_every_usual_form_of_table_is_read(encoding: str, delimiter: str, tmp_path: Path) -> None:
    text = table(GERMAN, {"Name": "Bettwäsche"}, delimiter=delimiter)
    assert fact(one(written(tmp_path / "a.csv", text, encoding)), "participant") == "Bettwäsche"


@pytest.mark.parametrize(
    "header",
    ["", "Date,Currency", "Date,Amount,Currency,Transaction ID", "Gross,Fee,Net", "\x00,Date", "a;b", "Date"],
)
def test_other_tables_are_not_known(header: str, tmp_path: Path) -> None:
    assert shelf.recognise(exports.members(written(tmp_path / "Download.CSV", header))[0]) == ()


@pytest.mark.parametrize(("name", "confidence"), [("Download.CSV", 0.9), ("x.dat", 0.7)])
def test_it_is_known_by_its_columns_alone(name: str, confidence: float, tmp_path: Path) -> None:
    (member,) = exports.members(written(tmp_path / name, table(REPORT)))
    ((importer, match),) = shelf.recognise(member)
    assert (importer.name, match.confidence, match.shape) == ("paypal", confidence, "paypal-balance-report")


def test_a_table_without_rows_is_empty(tmp_path: Path) -> None:
    assert reasons(written(tmp_path / "a.csv", table(ENGLISH).splitlines()[0])) == ["empty-export"]


def test_a_field_past_the_bound_ends_the_file_with_a_reason(tmp_path: Path) -> None:
    items = read(file(tmp_path, {}, {"Note": "x" * 1_100_000, "Transaction ID": "2"}, {"Transaction ID": "3"}))
    assert [getattr(item, "reason", "record") for item in items] == ["record", "malformed"]


def test_short_and_long_rows_are_rows(tmp_path: Path) -> None:
    header, row = table(ENGLISH).splitlines()
    items = read(written(tmp_path / "a.csv", f"{header}\r\n\r\n13/12/2025\r\n{row},x,y\r\n,,,\r\n"))
    assert [getattr(item, "reason", "record") for item in items] == ["bad-number", "record", "no-time"]


ODD = [b"\0", b"\xff", b'"', b",", b"\r", b";;;", b"NaN"]


def test_damage_gives_records_and_reasons_and_nothing_else(tmp_path: Path) -> None:
    chance = random.Random(17)
    samples = [table(usual, {}, {}).encode() for usual in LANGUAGES.values()]
    samples.append(table(ENGLISH, PAYMENT, *SIDES, DEPOSIT).encode())
    for _ in range(200):
        path = tmp_path / "a.csv"
        path.write_bytes(mutated(chance.choice(samples), chance, ODD, other_digits))
        items = survived(IMPORTER, path)
        assert items is None or items
