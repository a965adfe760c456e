"""CSV of banks: synthetic samples of every profile that ships, a person's own profiles, and drafts of new ones."""

# ruff: noqa: E501  (headers of banks are long, and stand here as they are)

from __future__ import annotations

import random
import re
import tomllib
from collections.abc import Iterable
from datetime import date
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.journal import exports
from tests.journal.damage import mutated, other_digits, survived
from tests.journal.exports import fact, filed, gathered, one, read, reasons, written

from lifepod import names
from lifepod.errors import Malformed
from lifepod.journal import shelf
from lifepod.journal.activity import Activity, Decimal10, Moment, Skipped
from lifepod.journal.importers.bank_csv import IMPORTER, BankCsv
from lifepod.journal.importers.bank_profiles import draft, own, parse, shipped
from lifepod.journal.source import Match

IBAN, OTHER_IBAN = "DE89370400440532013000", "NL91ABNA0417164300"

# Synthetic: two rows each, 12.50 that left for A shop and 1234.50 that came from Work Ltd, on 13 and 14 December 2025.
SAMPLES = {
    "sparkasse": f'''"Auftragskonto";"Buchungstag";"Valutadatum";"Buchungstext";"Verwendungszweck";"Glaeubiger ID";"Mandatsreferenz";"Kundenreferenz (End-to-End)";"Sammlerreferenz";"Lastschrift Ursprungsbetrag";"Auslagenersatz Ruecklastschrift";"Beguenstigter/Zahlungspflichtiger";"Kontonummer/IBAN";"BIC (SWIFT-Code)";"Betrag";"Waehrung";"Info"
"{IBAN}";"13.12.25";"13.12.25";"LASTSCHRIFT";"A lamp";"";"";"";"";"";"";"A shop";"{OTHER_IBAN}";"BIC";"-12,50";"EUR";"Umsatz gebucht"
"{IBAN}";"14.12.25";"14.12.25";"GUTSCHRIFT";"Wages";"";"";"";"";"";"";"Work Ltd";"{OTHER_IBAN}";"BIC";"1.234,50";"EUR";""
''',
    "dkb": f'''"Girokonto";"{IBAN}"
"Zeitraum:";"letzte 30 Tage"
"Kontostand vom 15.12.2025:";"1.222,00 €"
""
"Buchungsdatum";"Wertstellung";"Status";"Zahlungspflichtige*r";"Zahlungsempfänger*in";"Verwendungszweck";"Umsatztyp";"IBAN";"Betrag (€)";"Gläubiger-ID";"Mandatsreferenz";"Kundenreferenz"
"13.12.25";"13.12.25";"Gebucht";"Sam";"A shop";"A lamp";"Ausgang";"{OTHER_IBAN}";"-12,50 €";"";"";""
"14.12.25";"14.12.25";"Gebucht";"Work Ltd";"Sam";"Wages";"Eingang";"{OTHER_IBAN}";"1.234,50 €";"";"";""
''',
    "ing-de": f'''Umsatzanzeige;Datei erstellt am: 15.12.2025 13:18
;Letztes Update: aktuell

IBAN;{IBAN[:4]} {IBAN[4:8]} {IBAN[8:12]} {IBAN[12:16]} {IBAN[16:20]} {IBAN[20:]}
Kontoname;Girokonto
Saldo;1.222,00;EUR

In der CSV-Datei finden Sie alle bereits gebuchten Umsätze.

Buchung;Valuta;Auftraggeber/Empfänger;Buchungstext;Kategorie;Verwendungszweck;Saldo;Währung;Betrag;Währung
13.12.2025;13.12.2025;A shop;Lastschrift;Wohnen;A lamp;-12,50;EUR;-12,50;EUR
14.12.2025;14.12.2025;Work Ltd;Gutschrift;Gehalt;Wages;1.222,00;EUR;1.234,50;EUR
''',
    "ing-de-2025": f'''IBAN;{IBAN}

Buchung;Wertstellungsdatum;Auftraggeber/Empfänger;Buchungstext;Verwendungszweck;Saldo;Währung;Betrag;Währung
13.12.2025;13.12.2025;A shop;Lastschrift;A lamp;-12,50;EUR;-12,50;EUR
14.12.2025;14.12.2025;Work Ltd;Gutschrift;Wages;1.222,00;EUR;1.234,50;EUR
''',
    "deutsche-bank": '''Umsätze Girokonto;;;;;;;;;
Buchungstag;Wert;Umsatzart;Begünstigter / Auftraggeber;Verwendungszweck;IBAN;BIC;Kundenreferenz;Soll;Haben;Währung
13.12.2025;13.12.2025;SEPA;A shop;A lamp;X;Y;;-12,50;;EUR
14.12.2025;14.12.2025;SEPA;Work Ltd;Wages;X;Y;;;1.234,50;EUR
''',
    "n26": '''"Booking Date","Value Date","Partner Name","Partner Iban",Type,"Payment Reference","Account Name","Amount (EUR)","Original Amount","Original Currency","Exchange Rate"
2025-12-13,2025-12-13,"A shop","",Presentment,"A lamp","Main Account",-12.50,,,
2025-12-14,2025-12-14,"Work Ltd","X","Credit Transfer","Wages","Main Account",1234.50,,,
''',
    "n26-older": '''"Date","Payee","Account number","Transaction type","Payment reference","Amount (EUR)","Amount (Foreign Currency)","Type Foreign Currency","Exchange Rate"
"2025-12-13","A shop","","MasterCard Payment","A lamp","-12.50","","",""
"2025-12-14","Work Ltd","X","Income","Wages","1234.50","","",""
''',
    "revolut": '''Type,Product,Started Date,Completed Date,Description,Amount,Fee,Currency,State,Balance
CARD_PAYMENT,Current,2025-12-12 23:01:02,2025-12-13 09:14:00,A lamp,-12.00,0.50,EUR,COMPLETED,1
TOPUP,Current,2025-12-14 08:00:00,2025-12-14 08:00:00,Wages,1234.50,0.00,EUR,COMPLETED,2
''',
    "wise": '''"TransferWise ID",Date,Amount,Currency,Description,"Payment Reference","Running Balance","Exchange From","Exchange To","Exchange Rate","Payer Name","Payee Name","Payee Account Number",Merchant
CARD-1,13-12-2025,-12.50,EUR,A lamp,,1,,,,,,,A shop
TRANSFER-2,14-12-2025,1234.50,EUR,Wages,,2,,,,Work Ltd,,,
''',
    "ing-nl": f'''"Datum";"Naam / Omschrijving";"Rekening";"Tegenrekening";"Code";"Af Bij";"Bedrag (EUR)";"Mutatiesoort";"Mededelingen"
"20251213";"A shop";"{OTHER_IBAN}";"";"BA";"Af";"12,50";"Betaalautomaat";"A lamp"
"20251214";"Work Ltd";"{OTHER_IBAN}";"";"OV";"Bij";"1234,50";"Overschrijving";"Wages"
''',
    "ing-nl-english": f'''"Date";"Name / Description";"Account";"Counterparty";"Code";"Debit/credit";"Amount (EUR)";"Transaction type";"Notifications"
"20251213";"A shop";"{OTHER_IBAN}";"";"BA";"Debit";"12,50";"Payment terminal";"A lamp"
"20251214";"Work Ltd";"{OTHER_IBAN}";"";"OV";"Credit";"1234,50";"Transfer";"Wages"
''',
    "rabobank": f'''"IBAN/BBAN","Munt","BIC","Volgnr","Datum","Rentedatum","Bedrag","Saldo na trn","Tegenrekening IBAN/BBAN","Naam tegenpartij","Naam uiteindelijke partij","Code","Omschrijving-1","Omschrijving-2","Omschrijving-3"
"{OTHER_IBAN}","EUR","RABONL2U","000000000000001234","2025-12-13","2025-12-13","-12,50","+0,00","X","A shop","","bc","A lamp"," ",""
"{OTHER_IBAN}","EUR","RABONL2U","000000000000001235","2025-12-14","2025-12-14","+1234,50","+1,00","X","Work Ltd","","cb","Wages","",""
''',
    "monzo": '''Transaction ID,Date,Time,Type,Name,Emoji,Category,Amount,Currency,Local amount,Local currency,Notes and #tags,Address,Receipt,Description,Category split,Money Out,Money In
tx_1,13/12/2025,11:26:03,Card payment,A shop,🛋,Home,-12.50,EUR,-10.00,GBP,,,,A lamp,,-12.50,
tx_2,14/12/2025,07:09:51,Faster payment,Work Ltd,,Income,"1,234.50",EUR,1,GBP,,,,Wages,,,1234.50
''',
    "barclays": '''Number,Date,Account,Amount,Subcategory,Memo
,13/12/2025,20-00-00 12345678,-12.50,Card,A lamp
,14/12/2025,20-00-00 12345678,1234.50,Bank credit,Wages
''',
    "chase": '''Details,Posting Date,Description,Amount,Type,Balance,Check or Slip #
DEBIT,12/13/2025,"A lamp",-12.50,DEBIT_CARD,0.00,,
CREDIT,12/14/2025,"Wages",1234.50,ACH_CREDIT,1234.50,,
''',
    "chase-card": '''Transaction Date,Post Date,Description,Category,Type,Amount,Memo
12/12/2025,12/13/2025,A lamp,Home,Sale,-12.50,
12/12/2025,12/14/2025,Wages,,Payment,1234.50,
''',
}  # fmt: skip
NAMES_NOBODY = {"revolut", "barclays", "chase", "chase-card"}
CURRENCY = {"barclays": "GBP", "chase": "USD", "chase-card": "USD"}
HAS_IDS = {"wise", "rabobank", "monzo"}


def money(found: Activity) -> tuple[object, object, object]:
    facts = dict(found.things[0].facts)
    return fact(found, "direction"), facts[names.SCHEMA + "value"], facts[names.SCHEMA + "currency"]


def records(items: Iterable[exports.Item]) -> list[Activity]:
    return [item for item in items if isinstance(item, Activity)]


def sample(path: Path, name: str, encoding: str = "utf-8") -> Path:
    return written(path / f"{name}.csv", SAMPLES[name], encoding)


def matched(path: Path, importer: BankCsv, **answers: str) -> Match:
    (member,) = exports.members(path)
    match = importer.recognise(member, answers)
    assert match is not None
    return match


# Profiles that ship


def test_every_profile_that_ships_has_a_sample() -> None:
    assert {profile.name for profile in shipped()} == set(SAMPLES)


@pytest.mark.parametrize("name", SAMPLES)
def test_every_bank_tells_the_same(name: str, tmp_path: Path) -> None:
    path = sample(tmp_path, name)
    assert matched(path, BankCsv()).shape == f"csv-{name}"
    left, came = records(read(path))
    currency = CURRENCY.get(name, "EUR")
    assert money(left) == ("out", Decimal10("12.50"), currency)
    assert money(came) == ("in", Decimal10("1234.50"), currency)
    assert [r.start for r in (left, came)] == [Moment(date(2025, 12, n), "day") for n in (13, 14)]
    parties = [fact(r, "participant") for r in (left, came)]
    assert parties == ([None, None] if name in NAMES_NOBODY else ["A shop", "Work Ltd"])
    assert str(fact(left, "description")).startswith("A lamp")
    assert str(fact(came, "description")).startswith("Wages")
    assert left.native == came.native == (name in HAS_IDS)
    assert left.source == came.source
    assert re.fullmatch(r"bank-[a-z0-9-]{1,24}", left.source)


@pytest.mark.parametrize("name", SAMPLES)
@pytest.mark.parametrize("encoding", ["utf-8-sig", "utf-16", "cp1252"])
def test_every_usual_encoding_is_read(name: str, encoding: str, tmp_path: Path) -> None:
    text = SAMPLES[name].replace("🛋", "").replace("A shop", "Bettwäsche")
    path = written(tmp_path / "a.csv", text, encoding)
    plainly = written(tmp_path / "b.csv", text)
    assert read(path) == read(plainly)


@pytest.mark.parametrize("name", SAMPLES)
def test_line_ends_change_nothing(name: str, tmp_path: Path) -> None:
    windows = written(tmp_path / "a.csv", SAMPLES[name].replace("\n", "\r\n"))
    assert read(windows) == read(sample(tmp_path, name))


@pytest.mark.parametrize("name", sorted(set(SAMPLES) - {"barclays", "chase", "chase-card"}))
def test_no_account_number_is_filed(name: str, tmp_path: Path) -> None:
    shown = str(filed([records(read(sample(tmp_path, name)))]))
    assert [w for w in (IBAN, OTHER_IBAN, IBAN[4:], OTHER_IBAN[8:]) if w in shown] == []


@pytest.mark.parametrize(
    ("name", "answers", "source"),
    [
        ("sparkasse", {"bank.3000": "Household"}, "bank-household"), ("dkb", {"bank.3000": "Dkb!"}, "bank-dkb"),
        ("ing-de", {"bank.3000": "spaces in it"}, "bank-spaces-in-it"), ("ing-nl", {"bank.4300": "nl"}, "bank-nl"),
        ("n26", {}, "bank-n26"), ("n26", {"bank.account": "Space"}, "bank-space"), ("revolut", {}, "bank-revolut"),
        ("barclays", {"bank.5678": "uk"}, "bank-uk"),
    ],
)  # fmt: skip
def test_an_account_is_told_by_its_number_or_by_the_person(
    name: str, answers: dict[str, str], source: str, tmp_path: Path
) -> None:
    assert {r.source for r in records(read(sample(tmp_path, name), **answers))} == {source}


def test_two_accounts_below_each_other_stay_apart(tmp_path: Path) -> None:
    other = SAMPLES["ing-de"].replace(SAMPLES["ing-de"].splitlines()[3], f"IBAN;{OTHER_IBAN}")
    items = read(written(tmp_path / "a.csv", SAMPLES["ing-de"] + "\n" + other), **{"bank.4300": "b", "bank.3000": "a"})
    assert [r.source for r in records(items)] == ["bank-a", "bank-a", "bank-b", "bank-b"]
    assert {i.reason for i in items if isinstance(i, Skipped)} == {"bad-time", "no-time"}


@pytest.mark.parametrize(
    ("name", "old", "new", "reason"),
    [
        ("sparkasse", "Umsatz gebucht", "Umsatz vorgemerkt", "pending"), ("dkb", "Gebucht", "Vorgemerkt", "pending"),
        ("revolut", "COMPLETED", "PENDING", "pending"), ("revolut", "COMPLETED", "REVERTED", "cancelled"),
    ],
)  # fmt: skip
def test_what_is_not_booked_is_counted(name: str, old: str, new: str, reason: str, tmp_path: Path) -> None:
    path = written(tmp_path / "a.csv", SAMPLES[name].replace(old, new, 1))
    items = read(path)
    assert [getattr(item, "reason", "record") for item in items] == [reason, "record"]


def test_of_a_wise_transfer_and_its_fee_both_stay(tmp_path: Path) -> None:
    text = SAMPLES["wise"] + "CARD-1,13-12-2025,-12.50,EUR,Its fee,,1,,,,,,,A shop\n"
    (data,) = filed([records(read(written(tmp_path / "a.csv", text)))]).values()
    assert data.count(b"a schema:MoneyTransfer") == 3


# Rows

CELLS = "Booking Date,Value Date,Partner Name,Partner Iban,Type,Payment Reference,Account Name,Amount (EUR)"


def rows(path: Path, *cells: str) -> Path:
    return written(path / "a.csv", "\n".join((CELLS, *cells)) + "\n")


@pytest.mark.parametrize(
    ("day", "reason"),
    [
        ("", "no-time"), ("13.12.2025", "bad-time"), ("2025-02-30", "bad-time"), ("1601-01-01", "bad-time"),
        ("1970-01-01", "bad-time"), ("2001-01-01", "bad-time"), ("2038-01-19", "bad-time"), ("20251213", "bad-time"),
        ("2025-12-13T10:00:00", "bad-time"), ("٢٠٢٥-12-13", None), ("2025-12-13", None), (" 2025-12-13 ", None),
    ],
)  # fmt: skip
def test_a_date_is_read_as_the_profile_says_or_counted(day: str, reason: str | None, tmp_path: Path) -> None:
    assert reasons(rows(tmp_path, f"{day},,A shop,,x,A lamp,,-1.00")) == ([reason] if reason else [])


@pytest.mark.parametrize(
    ("amount", "expected"),
    [
        ("-1.00", ("out", "1.00")), ("+7", ("in", "7")), ("0.00", (None, "0.00")), ("- 3.10", ("out", "3.10")),
        ("€5", ("in", "5")), ("-5.00 EUR", ("out", "5.00")), ("(4.00)", ("out", "4.00")), ("2.50-", ("out", "2.50")),
        ("\u22122.50", ("out", "2.50")), ("007.50", ("in", "7.50")),
        ("", None), ("abc", None), ('"1,234.50"', None), ("1e3", None), ("1.2.3", None), ("NaN", None), ("€", None),
        ("9" * 40, None),
    ],
)  # fmt: skip
def test_an_amount_is_read_in_its_own_digits_or_counted(
    amount: str, expected: tuple[str | None, str] | None, tmp_path: Path
) -> None:
    (found,) = read(rows(tmp_path, f"2025-12-13,,A shop,,x,A lamp,,{amount}"))
    if expected is None:
        assert isinstance(found, Skipped) and found.reason == "bad-number"
    else:
        assert isinstance(found, Activity)
        assert money(found)[:2] == (expected[0], Decimal10(expected[1]))


@pytest.mark.parametrize(
    ("debit", "credit", "expected"),
    [
        ("-12,50", "", "out"), ("12,50", "", "out"), ("", "12,50", "in"), ("0,00", "12,50", "in"),
        ("12,50", "0,00", "out"), ("0,00", "", None), ("12,50", "12,50", "bad-number"), ("", "", "bad-number"),
        ("x", "12,50", "bad-number"),
    ],
)  # fmt: skip
def test_of_two_columns_one_says_where_the_money_went(
    debit: str, credit: str, expected: str | None, tmp_path: Path
) -> None:
    header = SAMPLES["deutsche-bank"].splitlines()[1]
    row = f"13.12.2025;13.12.2025;SEPA;A shop;A lamp;X;Y;;{debit};{credit};EUR"
    (found,) = read(written(tmp_path / "a.csv", f"{header}\n{row}\n"))
    assert (found.reason if isinstance(found, Skipped) else money(found)[0]) == expected


def test_a_word_that_is_not_known_says_nothing_of_where_the_money_went(tmp_path: Path) -> None:
    path = written(tmp_path / "a.csv", SAMPLES["ing-nl"].replace('"Af"', '"Hm"'))
    assert reasons(path) == ["bad-number"]


@pytest.mark.parametrize("currency", ["BTC", "", "eur", "EURO"])
def test_a_currency_is_one_of_iso_4217(currency: str, tmp_path: Path) -> None:
    path = written(tmp_path / "a.csv", SAMPLES["revolut"].replace(",EUR,", f",{currency},", 1))
    assert reasons(path) == ([] if currency == "eur" else ["bad-currency"])


def test_short_long_and_empty_rows_are_rows_or_nothing(tmp_path: Path) -> None:
    path = rows(tmp_path, "", "2025-12-13", "2025-12-13,,A shop,,x,A lamp,,-1.00,more,and,more", ",,,,,,,")
    assert [getattr(i, "reason", "record") for i in read(path)] == ["bad-number", "record", "no-time"]


def test_texts_are_made_harmless_and_cut(tmp_path: Path) -> None:
    long = "🛋ש" * 150
    found = one(rows(tmp_path, f'2025-12-13,,{long},,x,"a\u202eb ""c"" {OTHER_IBAN} {"x" * 9000}",,-1.00'))
    assert fact(found, "participant") == long
    told = str(fact(found, "description"))
    assert told.startswith('a b "c" …4300 xxx')
    assert len(told) == 4000


def test_of_equal_rows_each_is_kept_and_files_join_by_the_larger_number(tmp_path: Path) -> None:
    row = "2025-12-13,,A shop,,x,A lamp,,-1.00"
    once, twice = (records(read(rows(tmp_path / str(n), *[row] * n))) for n in (1, 2))
    (data,) = filed([twice]).values()
    assert data.count(b"a schema:MoneyTransfer") == 2
    assert filed([twice]) == filed([twice], [once]) == filed([once], [twice]) == filed([twice], [twice])


def test_halves_are_the_whole(tmp_path: Path) -> None:
    lines = [f"2025-12-{n:02},,A shop,,x,A lamp {n},,-{n}.00" for n in range(1, 9)]
    whole, first, second = (
        records(read(rows(tmp_path / str(n), *part))) for n, part in enumerate((lines, lines[:5], lines[4:]))
    )
    assert filed([whole]) == filed([first], [second]) == filed([second], [first])


# Files


@pytest.mark.parametrize(
    "text",
    [
        "", "\n", "a,b\n1,2\n", "Date,Description,Amount\n2025-12-13,x,1\n", "\x00,\x00", '"', ",,,,", "Datum;Betrag",
        "Transaction ID,Date,Amount\n", "{}", "<a/>", ";" * 70_000, '"' * 70_000, "\n" * 70_000,
    ],
)  # fmt: skip
def test_a_table_that_only_looks_like_a_statement_is_not_known(text: str, tmp_path: Path) -> None:
    (member,) = exports.members(written(tmp_path / "Umsatzanzeige.csv", text))
    assert IMPORTER.recognise(member) is None


@pytest.mark.parametrize("name", SAMPLES)
def test_a_missing_column_of_a_profile_is_another_table(name: str, tmp_path: Path) -> None:
    profile = next(one for one in shipped() if one.name == name)
    text = re.sub(re.escape(profile.date.column), "Something", SAMPLES[name], flags=re.IGNORECASE)
    (member,) = exports.members(written(tmp_path / "a.csv", text))
    match = IMPORTER.recognise(member)
    assert match is None or match.shape != f"csv-{name}"


@pytest.mark.parametrize("name", SAMPLES)
def test_no_other_importer_claims_it(name: str, tmp_path: Path) -> None:
    (member,) = exports.members(sample(tmp_path, name))
    assert [importer.name for importer, _ in shelf.recognise(member)] == ["bank-csv"]


@pytest.mark.parametrize(("name", "confidence"), [("a.csv", 0.9), ("a.CSV", 0.9), ("statement", 0.7)])
def test_its_name_makes_it_surer(name: str, confidence: float, tmp_path: Path) -> None:
    assert matched(written(tmp_path / name, SAMPLES["n26"]), BankCsv()).confidence == confidence


def test_a_table_without_rows_is_empty(tmp_path: Path) -> None:
    (report,) = gathered(rows(tmp_path))
    assert (report.importer, report.problem) == ("bank-csv", "empty-export")


@pytest.mark.parametrize(
    ("row", "reason"), [(f"x,{'x' * 1_200_000}", "too-large"), ('x,"' + "x\n" * 700_000, "malformed")]
)
def test_a_file_that_goes_wrong_ends_with_what_was_read(row: str, reason: str, tmp_path: Path) -> None:
    items = read(rows(tmp_path, "2025-12-13,,A shop,,x,A lamp,,-1.00", row))
    assert [getattr(item, "reason", "record") for item in items] == ["record", reason]


# A person's own profiles

OWN = """
title = "My bank"
match = ["when", "how much", "who"]
date = { column = "When", format = "%d/%m/%Y" }
amount = { column = "How  much", decimal = ",", thousands = " ", sign = "inverted" }
currency = { constant = "chf" }
party = ["Who"]
account = { constant = "Piggy Bank" }
"""
THEIRS = "Report\n\nWhen;Who;How much\n13/12/2025;A shop;1 234,50\n14/12/2025;Work Ltd;-3,00\n"


def profiles(path: Path, text: str = OWN, name: str = "mine.toml") -> str:
    return str(written(path / "profiles" / name, text).parent)


def theirs(path: Path, text: str = THEIRS, **answers: str) -> list[exports.Item]:
    match = matched(written(path / "theirs.csv", text), BankCsv(), **answers)
    return list(IMPORTER.activities(match, {"now": exports.NOW, **answers}))


def test_a_profile_of_ones_own_reads_an_unknown_bank(tmp_path: Path) -> None:
    left, came = records(theirs(tmp_path, **{"bank.profiles": profiles(tmp_path)}))
    assert (money(left), money(came)) == (
        ("out", Decimal10("1234.50"), "CHF"),
        ("in", Decimal10("3.00"), "CHF"),
    )
    assert (left.source, fact(left, "participant")) == ("bank-piggy-bank", "A shop")
    (member,) = exports.members(tmp_path / "theirs.csv")
    assert IMPORTER.recognise(member) is None


def test_a_folder_that_is_not_there_is_no_profile(tmp_path: Path) -> None:
    answers = {"bank.profiles": str(tmp_path / "none")}
    assert own(answers["bank.profiles"]) == own("") == ()
    items = read(sample(tmp_path, "n26"), **answers)
    assert len(records(items)) == 2


def test_a_profile_of_ones_own_comes_before_one_that_ships(tmp_path: Path) -> None:
    ours = (
        'match = ["Booking Date", "Value Date", "Partner Name", "Partner Iban", "Payment Reference", "Amount (EUR)"]\n'
        'date = { column = "Value Date", format = "%Y-%m-%d" }\namount = { column = "Amount (EUR)", decimal = "." }\n'
        'currency = { constant = "EUR" }'
    )
    answers = {"bank.profiles": profiles(tmp_path, ours)}
    found = records(read(sample(tmp_path, "n26"), **answers))
    assert [fact(r, "participant") for r in found] == [None, None]
    assert {r.source for r in found} == {"bank-mine"}


def test_a_match_whose_profile_is_gone_is_named(tmp_path: Path) -> None:
    match = matched(written(tmp_path / "a.csv", THEIRS), BankCsv(), **{"bank.profiles": profiles(tmp_path)})
    (found,) = IMPORTER.activities(match, {})
    assert isinstance(found, Skipped) and found.reason == "unsupported-version"


@pytest.mark.parametrize(
    ("old", "new", "key"),
    [
        ('match = ["when", "how much", "who"]', "", "match"), ('["when", "how much", "who"]', "7", "match"),
        ('["when", "how much", "who"]', '["when", 7]', "match"), ("party =", "patry =", "patry"),
        ('format = "%d/%m/%Y"', 'format = "%d/%m"', "date.format"), ('format = "%d/%m/%Y"', 'format = "%"', "date.format"),
        (', format = "%d/%m/%Y"', "", "date.format"), ('column = "When", ', "", "date.column"),
        ('column = "When"', "column = 7", "date.column"), ('column = "When"', 'columm = "When"', "date.columm"),
        ('decimal = ","', 'decimal = ""', "amount.decimal"), ('decimal = ","', 'decimal = " "', "amount.decimal"),
        ('thousands = " "', 'thousands = ","', "amount.decimal"), ('thousands = " "', "thousands = 1", "amount.thousands"),
        ('sign = "inverted"', 'sign = "up"', "amount.sign"), ('sign = "inverted"', "sign = { out = [] }", "amount.sign"),
        ('column = "How  much"', 'debit = "x"', "amount.column"),
        ('column = "How  much"', 'column = "x", debit = "x", credit = "y"', "amount.column"),
        ('constant = "chf"', 'constant = "BTC"', "currency"), ('constant = "chf"', "", "currency"),
        ('constant = "chf"', 'constnt = "chf"', "currency.constnt"), ('title = "My bank"', "title = [", "TOML"),
        ('title = "My bank"', "title = 7", "title"), ('title = "My bank"', 'encoding = "klingon"', "encoding"),
        ('title = "My bank"', 'encoding = "rot13"', "encoding"), ('title = "My bank"', 'delimiter = ";;"', "delimiter"),
        ('title = "My bank"', "skip_lines = -1", "skip_lines"), ('title = "My bank"', "skip_lines = true", "skip_lines"),
        ('title = "My bank"', 'status = "x"', "status"), ('title = "My bank"', "a = " + "[" * 5000, "TOML"),
        ('["Who"]', "{ inn = [] }", "party.inn"), ('["Who"]', "{ in = 7 }", "party.in"),
    ],
)  # fmt: skip
def test_a_mistake_in_a_profile_is_named(old: str, new: str, key: str, tmp_path: Path) -> None:
    assert old in OWN
    folder = profiles(tmp_path, OWN.replace(old, new))
    with pytest.raises(Malformed, match=re.escape(key)) as raised:
        own(folder)
    assert "mine.toml" in str(raised.value)
    with pytest.raises(Malformed):
        read(sample(tmp_path, "n26"), **{"bank.profiles": folder})


def test_a_profile_may_say_encoding_delimiter_lines_and_words(tmp_path: Path) -> None:
    profile = (
        OWN.replace('["Who"]', '{ in = ["Who"], out = ["Shop", "Who"] }')
        .replace('sign = "inverted"', 'sign = { column = "Flow", out = ["raus"] }, fee = "Fee"')
        .replace('title = "My bank"', 'encoding = "iso-8859-15"\ndelimiter = ":"\nskip_lines = 1\nid = "No"')
        .replace('constant = "Piggy Bank"', 'column = "Account"')
    )
    text = (
        "When;Who;How much\nWhen:Who:Shop:How much:Fee:Flow:No:Account\n"
        "13/12/2025:A:Läden € 5:10,00:0,50:raus:N1:123456789\n14/12/2025:B::7,00::rein:N2:123456789\n"
    )
    path = tmp_path / "a.csv"
    path.write_bytes(text.encode("iso-8859-15"))
    answers = {"bank.profiles": profiles(tmp_path, profile), "bank.6789": "x"}
    match = matched(path, BankCsv(), **answers)
    left, came = records(IMPORTER.activities(match, {"now": exports.NOW, **answers}))
    assert (money(left)[:2], money(came)[:2]) == (("out", Decimal10("10.50")), ("in", Decimal10("7.00")))
    assert (fact(left, "participant"), fact(came, "participant")) == ("Läden € 5", "B")
    assert (left.key[0], left.source, came.source) == ("N1", "bank-x", "bank-x")


@pytest.mark.parametrize("data", [b"\xff\xfe\x00", b"\x00" * 70_000, b"title = '\xe9'"])
def test_a_profile_of_other_bytes_is_named_too(data: bytes, tmp_path: Path) -> None:
    folder = profiles(tmp_path)
    Path(folder, "odd.toml").write_bytes(data)
    with pytest.raises(Malformed, match=r"odd\.toml"):
        own(folder)


# Drafts


@pytest.mark.parametrize(
    ("header", "expected"),
    [
        (
            ("Buchungstag", "Wert", "Begünstigter", "Verwendungszweck", "Betrag", "Währung"),
            {"date": "buchungstag", "amount": "betrag", "currency": "währung", "value": "wert"},
        ),
        (("Date", "Description", "Amount (GBP)"), {"date": "date", "amount": "amount (gbp)", "constant": "GBP"}),
        (("Date", "Details", "Money Out", "Money In", "Currency"), {"debit": "money out", "credit": "money in"}),
        (("Datum", "Naam tegenpartij", "Bedrag (€)"), {"date": "datum", "amount": "bedrag (€)", "constant": "EUR"}),
    ],
)  # fmt: skip
def test_a_draft_is_a_profile_filled_in(header: tuple[str, ...], expected: dict[str, str]) -> None:
    profile = parse(draft(header), "draft.toml")
    found = {
        "date": profile.date.column, "amount": profile.amount.column, "debit": profile.amount.debit,
        "credit": profile.amount.credit, "currency": profile.currency[0], "constant": profile.currency[1],
        "value": profile.value.column if profile.value else "",
    }  # fmt: skip
    assert {key: found[key] for key in expected} == expected


def test_what_a_draft_does_not_know_has_to_be_filled_in() -> None:
    with pytest.raises(Malformed, match=r"date\.column"):
        parse(draft(("One", "Amount (EUR)")), "draft.toml")
    with pytest.raises(Malformed, match="currency"):
        parse(draft(("Date", "Amount")), "draft.toml")


@pytest.mark.parametrize("name", SAMPLES)
def test_a_draft_of_a_known_header_finds_date_and_amount(name: str) -> None:
    header = next(line for line in SAMPLES[name].splitlines() if line.count(",") > 4 or line.count(";") > 4)
    if name == "deutsche-bank":
        header = SAMPLES[name].splitlines()[1]
    mark = max(",;", key=header.count)
    values = tomllib.loads(draft([cell.strip('"') for cell in header.split(mark)]))
    assert values["date"]["column"]
    assert values["amount"].get("column") or values["amount"]["debit"]
    # The number of somebody else's account must not become the person's own.
    account = values.get("account", {}).get("column", "")
    assert account in ("", "Auftragskonto", "Rekening", "Account", "IBAN/BBAN")


@given(st.lists(st.text(max_size=30), max_size=12))
def test_any_header_gives_a_draft_that_is_toml_and_harmless(header: list[str]) -> None:
    text = draft(header)
    text.encode()
    assert all(c.isprintable() or c == "\n" for c in text)
    assert tomllib.loads(text)["title"] == "My bank"


# Damage


ODD = [b"\0", b"\xff", b'"', b",", b"\r", b";;;", b"NaN"]


def test_damage_gives_records_and_reasons_and_nothing_else(tmp_path: Path) -> None:
    chance = random.Random(4217)
    for _ in range(200):
        path = tmp_path / "a.csv"
        path.write_bytes(mutated(chance.choice(list(SAMPLES.values())).encode(), chance, ODD, other_digits))
        items = survived(IMPORTER, path)
        assert items is None or items
