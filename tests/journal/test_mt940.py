"""MT940: the fields of SWIFT line by line, what German and Dutch banks put into them, and years of two digits."""

from __future__ import annotations

import logging
from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest
from tests.journal.exports import Item, fact, filed, gathered, members, one, read, reasons, written
from tests.journal.test_transfers import damaged, day, fixtures, money, only, shown

from lifepod.journal import shelf
from lifepod.journal.activity import Moment
from lifepod.journal.importers.mt940 import IMPORTER
from lifepod.journal.record import name_of

MOVED = "2512021201D12,50NTRFNONREF"
FIXTURES = {path.name: path for path in fixtures("wolph+mt940/mt940_tests/jejik/*.sta")}
COUNTS = {"abnamro.sta": 10}


def line(moved: str = MOVED, told: str | None = "A shop, thanks") -> str:
    return f":61:{moved}\n" + ("" if told is None else f":86:{told}\n")


def statement(
    *lines: str, account: str = "37040044/0532013000", opening: str = "C251130EUR100,", closing: str = "C251202EUR87,5"
) -> str:
    body = "".join(lines or (line(),))
    return f":20:STARTUMS\n:25:{account}\n:28C:00001/001\n:60F:{opening}\n{body}:62F:{closing}\n-\n"


def bank(path: Path, *lines: str, name: str = "a.sta", encoding: str = "utf-8", **how: str) -> Path:
    return written(path / name, statement(*lines, **how), encoding)


def test_a_line_is_a_payment_on_its_booking_date(tmp_path: Path) -> None:
    found = one(bank(tmp_path))
    assert shown([found]) == [("out", "12.50", "EUR", "2025-12-01")]
    assert (fact(found, "description"), fact(found, "valueDate")) == (
        "A shop, thanks", Moment(date(2025, 12, 2), "day"),
    )  # fmt: skip
    assert not found.native


WHOLE = statement()
BODY = WHOLE.removesuffix("-\n")
SWIFT = "{1:F01BANKDEFFXXXX0000000000}{2:I940BANKDEFFXXXXN}{4:"
FORMS = {
    "bank lines before": f"ABNANL2A\n940\nABNANL2A\n{WHOLE}",
    "SWIFT blocks": f"{SWIFT}\n{BODY}-}}\n",
    "SWIFT blocks on one line": f"{SWIFT}{BODY}-}}{{5:}}\n",
    "no trailer": WHOLE.removesuffix("-\n"),
    "no last line end": WHOLE.removesuffix("\n-\n"),
    "CRLF": WHOLE.replace("\n", "\r\n"),
    "CR": WHOLE.replace("\n", "\r"),
    "blank lines": WHOLE.replace("\n", "\n\n"),
    "field 28": WHOLE.replace(":28C:", ":28:"),
    "field 21": WHOLE.replace(":25:", ":21:NONREF\n:25:"),
    "interim balances": WHOLE.replace(":60F:", ":60M:").replace(":62F:", ":62M:"),
    "balances ahead": WHOLE.replace("-\n", ":64:C251203EUR87,5\n:65:C251204EUR87,5\n:86:About the statement\n-\n"),
    "a byte order mark": "\ufeff" + WHOLE,
    "no balance behind": WHOLE.replace(":62F:C251202EUR87,5\n", ""),
    "its own fields": WHOLE.replace(":62F:", ":NS:22X\n:62F:"),
    "spaces at the ends": WHOLE.replace("\n", "  \n"),
}  # fmt: skip


@pytest.mark.parametrize("text", FORMS.values(), ids=FORMS)
def test_every_form_gives_the_same_record(text: str, tmp_path: Path) -> None:
    assert one(written(tmp_path / "x", text)) == one(bank(tmp_path))


@pytest.mark.parametrize("name", ["a.sta", "a.STA", "a.940", "a.mt940", "a.swi", "export", "a.csv"])
def test_it_is_known_by_its_tags_and_surer_with_its_name(name: str, tmp_path: Path) -> None:
    (member,) = members(bank(tmp_path, name=name))
    ((importer, match), *rest) = shelf.recognise(member)
    assert (importer.name, match.shape, match.hint, rest) == ("mt940", "mt940", "", [])
    assert match.confidence == (0.7 if name in ("export", "a.csv") else 0.9)


@pytest.mark.parametrize(
    "text",
    ["", ":20:", ":20:X\n:25:Y\n", "see :20:X\nand :25:1\nand :28C:1\n", "{}", "a,b\n:20:,1\n", "!Type:Bank\n", "<OFX>",
     ":25:1\n:20:X\n:28C:1\n", "x\n" * 60 + WHOLE],
)  # fmt: skip
def test_other_files_are_left_to_others(text: str, tmp_path: Path) -> None:
    assert IMPORTER.recognise(members(written(tmp_path / "a.sta", text))[0]) is None


# Field 61


@pytest.mark.parametrize(
    ("dates", "booked", "value"),
    [
        ("2512021201", "2025-12-01", "2025-12-02"), ("251202", "2025-12-02", "2025-12-02"),
        ("2501021231", "2024-12-31", "2025-01-02"), ("2412310102", "2025-01-02", "2024-12-31"),
        ("2403010229", "2024-02-29", "2024-03-01"), ("9912310103", "2000-01-03", "1999-12-31"),
        ("0001030103", "2000-01-03", "2000-01-03"), ("9001020102", "1990-01-02", "1990-01-02"),
        ("2502290301", "bad-time", ""), ("2513020102", "bad-time", ""), ("2512021301", "bad-time", ""),
        ("8901020102", "bad-time", ""), ("3801190119", "bad-time", ""), ("0101010101", "bad-time", ""),
        ("700101", "bad-time", ""), ("xxxxxx", "bad-time", ""), ("2512", "bad-time", ""),
    ],
)  # fmt: skip
def test_the_booking_date_has_the_year_that_lies_nearest(dates: str, booked: str, value: str, tmp_path: Path) -> None:
    (item,) = read(bank(tmp_path, line(f"{dates}D1,00NTRFNONREF")))
    (told,) = shown([item])
    assert (told[3] if isinstance(told, tuple) else told) == booked
    if value:
        (found,) = only([item])
        moment = fact(found, "valueDate")
        assert isinstance(moment, Moment)
        assert moment.value.isoformat() == value


@pytest.mark.parametrize(
    ("moved", "told"),
    [
        ("D12,50NTRF", ("out", "12.50")), ("C12,50NTRF", ("in", "12.50")), ("RC12,50NTRF", ("out", "12.50")),
        ("RD12,50NTRF", ("in", "12.50")), ("DR12,50NTRF", ("out", "12.50")), ("CR12,50NTRF", ("in", "12.50")),
        ("RCR12,50NTRF", ("out", "12.50")), ("d12,50NTRF", ("out", "12.50")), ("C107,NTRF", ("in", "107")),
        ("C107,N426NONREF", ("in", "107")), ("C,50NTRF", ("in", "0.50")), ("C000000000012,50NTRF", ("in", "12.50")),
        ("C0,NTRF", (None, "0")), ("C12NTRF", ("in", "12")), ("C12.50NTRF", ("in", "12.50")),
        ("C 12,50NTRF", ("in", "12.50")),
        ("C12,50", ("in", "12.50")), ("C12,50FMSC", ("in", "12.50")), ("C1234567,89S103", ("in", "1234567.89")),
        ("EC12,50NTRF", "pending"), ("ED12,50NTRF", "pending"),
        ("C1.234,50NTRF", "bad-number"), ("C1.234NTRF", "bad-number"), ("C,NTRF", "bad-number"),
        ("C-5,NTRF", "bad-number"),
        ("X12,50NTRF", "bad-number"), ("", "bad-number"), ("C", "bad-number"), ("C1,2,3NTRF", "bad-number"),
        ("C" + "9" * 60 + "NTRF", "bad-number"),
    ],
)  # fmt: skip
def test_the_mark_decides_and_the_amount_may_end_with_its_comma(moved: str, told: object, tmp_path: Path) -> None:
    (item,) = shown(read(bank(tmp_path, line(f"2512021201{moved}"))))
    assert (item[:2] if isinstance(item, tuple) else item) == told


@pytest.mark.parametrize(
    ("rest", "reference"),
    [
        ("NTRFNONREF//BANK-REF-1", "BANK-REF-1"), ("NTRFMINE//", None), ("NTRFMINE", None),
        ("NTRFNONREF//NONREF", None),
        ("NTRFNONREF//000000", None), ("NTRFa/b//X1", "X1"),
    ],
)  # fmt: skip
def test_the_banks_reference_is_kept_and_is_no_id(rest: str, reference: str | None, tmp_path: Path) -> None:
    path = bank(tmp_path, line(f"2512021201D1,00{rest}", "x"), line(f"2512021201D1,00{rest}", "x"))
    items = only(read(path))
    assert [fact(item, "identifier") for item in items] == [reference, reference]
    (data,) = filed([items]).values()
    assert data.count(b"schema:MoneyTransfer") == 2


# Field 86


@pytest.mark.parametrize(
    ("told", "text"),
    [
        ("A shop\nthanks", "A shop thanks"), ("x" * 65 + "\nyz", "x" * 65 + "yz"),
        ("x" * 64 + "\nyz", "x" * 64 + " yz"), ("x" * 64 + " \nyz", "x" * 64 + " yz"),
        ("one\n:86:two", "one two"), ("a:b\n-c\n:99:d", "a:b -c :99:d"), ("Café Müller", "Café Müller"), ("", None),
        ("/not/structured/", "/not/structured/"), ("123 A street", "123 A street"),
    ],
)  # fmt: skip
def test_free_text_is_one_text(told: str, text: str | None, tmp_path: Path) -> None:
    found = one(bank(tmp_path, line(told=told)))
    assert (fact(found, "description"), fact(found, "participant")) == (text, None)


def test_what_stands_below_a_line_is_its_text_where_it_has_no_other(tmp_path: Path) -> None:
    assert fact(one(bank(tmp_path, line(f"{MOVED}\nA shop", None))), "description") == "A shop"
    assert fact(one(bank(tmp_path, line(f"{MOVED}\n/OCMT/EUR5,/", "A bill"))), "description") == "A bill"


def test_a_text_about_the_statement_is_of_no_line(tmp_path: Path) -> None:
    text = WHOLE.replace(":60F:", ":86:About the account\n:60F:").replace("-\n", ":86:About all\n-\n")
    assert fact(one(written(tmp_path / "a.sta", text)), "description") == "A shop, thanks"


GERMAN = {
    "SEPA": (
        "105?00BASISLASTSCHRIFT?109310?20EREF+E2E-77?21MREF+MANDATE9?22CRED+DE98ZZZ09999999999?23SVWZ+Invoice 2025-1"
        "2 for a?24 lamp?30COBADEFFXXX?31DE89370400440532013000?32A very long name of a very ?33fine shop?34992",
        ("A very long name of a very fine shop", "Invoice 2025-12 for a lamp", "E2E-77"),
    ),
    "without SEPA": (
        "051?00UEBERWEISUNG?109310?20Rent?21December?3037040044?31532013000?32LANDLORD",
        ("LANDLORD", "Rent December", None),
    ),
    "cut inside a word": (
        "105?00X?20SVWZ+1234567890123456789012?213 done?32N", ("N", "12345678901234567890123 done", None),
    ),
    "more of it in 60": ("105?20SVWZ+one?21two?60three?32N", ("N", "one two three", None)),
    "kind only": ("808?00BANK CHARGES?109310?34000", (None, "BANK CHARGES", None)),
    "another mark": ("105>00X>20SVWZ+Text>32N", ("N", "Text", None)),
    "no reference": ("105?20EREF+NOTPROVIDED?21SVWZ+Text?32N", ("N", "Text", None)),
    "text before the tags": ("105?20Hello?21SVWZ+Text?32N", ("N", "Hello Text", None)),
    "empty": ("105?00?20?32", (None, None, None)),
    "wrapped": ("105?00X?20SVWZ+Text?32A shop with a na\nme?34992", ("A shop with a name", "Text", None)),
    "wrapped at a blank": ("105?00X?20SVWZ+Text?32A shop with \na name", ("A shop with a name", "Text", None)),
}  # fmt: skip
DUTCH = {
    "Rabobank": (
        "/ORDP//NAME/J JANSEN/REMI/Rent of December/EREF/E2E-77", ("J JANSEN", "Rent of December", "E2E-77"),
    ),
    "ABN AMRO": (
        "/TRTP/SEPA OVERBOEKING/IBAN/NL91ABNA0417164300/BIC/ABNANL2A/NAME/J JANSEN/REMI/Rent/EREF/NOTPROVIDED",
        ("J JANSEN", "Rent", None),
    ),
    "ING": (
        "/EREF/E2E-77//MARF/M1//CSID/NL98ZZZ999999990000//CNTP/NL91ABNA0417164300/ABNANL2A/J JANSEN/TOWN//REMI/USTD//"
        "Rent/",
        ("J JANSEN", "Rent", "E2E-77"),
    ),
    "wrapped in Dutch": ("/BENM//NAME/A sho\np/REMI/Te\nxt", ("A shop", "Text", None)),
    "Dutch kind only": ("/TRTP/KOSTEN", (None, "KOSTEN", None)),
    "a slash inside": ("/NAME/A/B SHOP/REMI/1/2", ("A/B SHOP", "1/2", None)),
}  # fmt: skip


@pytest.mark.parametrize(("told", "expected"), [*GERMAN.values(), *DUTCH.values()], ids=[*GERMAN, *DUTCH])
def test_structured_text_says_who_and_what_for(
    told: str, expected: tuple[str | None, str | None, str | None], tmp_path: Path
) -> None:
    found = one(bank(tmp_path, line(told=told)))
    assert (fact(found, "participant"), fact(found, "description"), fact(found, "identifier")) == expected
    for secret in ("MANDATE9", "ZZZ", "COBADEFF", "0417164300", "0532013000", "532013000", "ABNANL2A"):
        assert secret not in repr(found)


# Accounts, money, statements


@pytest.mark.parametrize(
    ("account", "same"),
    [("37040044/0532013000", True), ("37040044/0532013000EUR", True), ("37040044/0532013000 EUR", True),
     ("DE89370400440532013000", False), ("517852257", False)],
)  # fmt: skip
def test_an_account_has_a_name_that_tells_nobody_its_number(account: str, same: bool, tmp_path: Path) -> None:
    path = bank(tmp_path, line(told=f"to {account} and 0532013000"), account=account)
    found = one(path)
    assert (found.source == one(bank(tmp_path / "b")).source) is same
    last = account.removesuffix("EUR").strip()[-4:]
    (named,) = only(read(path, **{f"bank.{last}": "Household"}))
    assert (named.source, fact(named, "account")) == ("bank-household", "bank-household")
    assert account.removesuffix("EUR").strip() not in repr(found)


@pytest.mark.parametrize(
    ("opening", "account", "currency"),
    [("C251130USD1,", "1234567", "USD"), ("D251130chf1,", "1234567", "CHF"), ("", "1234567EUR", "EUR"),
     ("", "1234567", "bad-currency"), ("C251130ZZZ1,", "1234567", "bad-currency")],
)  # fmt: skip
def test_the_money_is_that_of_the_opening_balance(opening: str, account: str, currency: str, tmp_path: Path) -> None:
    (item,) = shown(read(bank(tmp_path, opening=opening, account=account)))
    assert (item[2] if isinstance(item, tuple) else item) == currency


def test_each_statement_of_a_file_has_its_own_account_and_money(tmp_path: Path) -> None:
    text = statement() + statement(account="1234567", opening="C251130USD1,")
    items = only(read(written(tmp_path / "a.sta", text)))
    assert [money(item)[1] for item in items] == ["EUR", "USD"]
    assert len({item.source for item in items}) == 2


def test_a_statement_without_an_account_has_a_name_too(tmp_path: Path) -> None:
    assert one(bank(tmp_path, account="")).source == "bank-mt940"


def test_an_interim_report_is_pending(tmp_path: Path) -> None:
    text = f":20:X\n:25:1234567\n:28C:1\n:34F:EURD0,\n:13D:2512011200+0100\n{line()}{line()}:90D:2EUR25,\n-\n"
    (report,) = gathered(written(tmp_path / "a.sta", text))
    assert (report.shape, report.skipped) == ("mt942", (("pending", 2),))


@pytest.mark.parametrize(
    ("how", "wrong"),
    [
        ({}, False), ({"closing": "C251202EUR80,"}, True), ({"closing": "D251202EUR87,5"}, True),
        ({"opening": "D251130EUR1,", "closing": "D251202EUR13,50"}, False), ({"closing": "nonsense"}, False),
        ({"opening": ""}, False),
    ],
)  # fmt: skip
def test_lines_that_do_not_lead_to_the_closing_balance_are_a_warning_and_are_read(
    how: dict[str, str], wrong: bool, tmp_path: Path
) -> None:
    (report,) = gathered(bank(tmp_path, **how))
    assert ("In 1 of its 1 statements" in report.hint) is wrong
    assert report.seen == 1


def test_a_reversal_is_added_up_as_what_it_is(tmp_path: Path) -> None:
    lines = line("251202RC20,NTRF"), line("251202RD5,NTRF"), line("251202C2,50NTRF")
    (report,) = gathered(bank(tmp_path, *lines))
    assert report.hint == ""


# Texts, damage, repetition


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "cp1252"])
def test_texts_are_read_by_their_bytes(encoding: str, tmp_path: Path) -> None:
    assert fact(one(bank(tmp_path, line(told="Café Müller"), encoding=encoding)), "description") == "Café Müller"


def test_an_odd_text_of_300_characters_is_a_text(tmp_path: Path) -> None:
    assert len(str(fact(one(bank(tmp_path, line(told="😀ש\u202e" * 100))), "description"))) >= 200


def test_a_text_of_very_many_lines_is_cut(tmp_path: Path) -> None:
    assert len(str(fact(one(bank(tmp_path, line(told="x\n" * 100_000))), "description"))) < 4000


def test_a_line_without_end_is_too_large(tmp_path: Path) -> None:
    assert shown(read(bank(tmp_path, line(), line(told="x" * 3_000_000))))[-1] == "too-large"


def test_a_statement_without_lines_is_an_empty_export(tmp_path: Path) -> None:
    assert reasons(bank(tmp_path, " ", closing="C251202EUR100,")) == ["empty-export"]


def test_a_file_that_was_cut_off_gives_what_was_read_so_far(tmp_path: Path) -> None:
    whole = statement(line(), line(told="two"), line(told="three"))
    for end in range(whole.index(":61:") + 4, len(whole), 3):
        items = shown(read(written(tmp_path / "a.sta", whole[:end])))
        begun = whole[:end].count(":61:")
        finished = whole[:end].count(":62F:") == 1
        assert len(items) == begun
        assert (items[-1] == "malformed") is not finished
        assert items[: begun - 1] == [("out", "12.50", "EUR", "2025-12-01")] * (begun - 1)


def test_imported_twice_in_halves_and_in_any_order_it_is_the_same(tmp_path: Path) -> None:
    items = only(read(bank(tmp_path, *(line(told=f"x{n % 3}") for n in range(7)))))
    once = filed([items])
    assert once == filed([items], [items]) == filed([items[4:]], [items]) == filed([items[::-1]])
    assert b"".join(once.values()).count(b"schema:MoneyTransfer") == 7
    assert len({name_of(item) for item in items}) == 3


def test_nothing_of_a_line_is_written_into_the_log(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    items = read(bank(tmp_path, line("Canary7Hush", "Canary7Hush"), line("2512021201X5,Canary7Hush")))
    assert shown(items) == ["bad-time", "bad-number"]
    assert "Canary7Hush" not in caplog.text + repr(items)


# Files of others


@pytest.mark.parametrize("name", FIXTURES)
def test_a_file_of_others_has_as_many_lines_as_others_see(name: str) -> None:
    (report,) = gathered(FIXTURES[name])
    assert (report.importer, report.seen, report.records) == ("mt940", COUNTS[name], COUNTS[name])
    assert "closing balance" in report.hint


@pytest.mark.parametrize("name", FIXTURES)
def test_every_line_is_as_another_reader_reads_it(name: str) -> None:
    assert ours(read(FIXTURES[name])) == theirs(FIXTURES[name].read_text("utf-8"))


SAMPLES = {
    "marks": [line(f"2512021201{mark}12,5NTRFNONREF") for mark in ("C", "D", "RC", "RD", "CR", "DR")],
    "years": [line(f"{dates}C1,NTRF") for dates in ("2501021231", "2412310102", "251202", "2403010229")],
    "amounts": [line(f"251202C{amount}NTRF") for amount in ("107,", "0,01", "1234567,89")],
}


@pytest.mark.parametrize("name", SAMPLES)
def test_our_own_samples_are_as_another_reader_reads_them(name: str, tmp_path: Path) -> None:
    path = bank(tmp_path, *SAMPLES[name])
    assert ours(read(path)) == theirs(path.read_text("utf-8"))


def ours(items: list[Item]) -> list[tuple[object, ...]]:
    found = only(items)
    signs = [-1 if fact(item, "direction") == "out" else 1 for item in found]
    return [
        (day(item), Decimal(money(item)[0]) * sign, money(item)[1], value(item))
        for item, sign in zip(found, signs, strict=True)
    ]


def value(item: Item) -> str:
    (found,) = only([item])
    moment = fact(found, "valueDate")
    assert isinstance(moment, Moment)
    return moment.value.isoformat()


def theirs(text: str) -> list[tuple[object, ...]]:
    """By ``mt-940`` with every mistake mended that it keeps for the sake of older programs."""
    import mt940

    out: list[tuple[object, ...]] = []
    for one_ in text.split(":20:")[1:]:
        for found in mt940.parse(":20:" + one_, options=mt940.Options.all()):
            said = found.data
            booked = said.get("guessed_entry_date") or said["date"]
            out.append((booked.isoformat(), said["amount"].amount, said["amount"].currency, said["date"].isoformat()))
    return out


def test_damage_of_every_kind_gives_records_and_reasons(tmp_path: Path) -> None:
    told = [text for text, _ in [*GERMAN.values(), *DUTCH.values()]]
    samples = [WHOLE.encode(), statement(*(line(told=text) for text in told)).encode("cp1252")]
    samples += [text.encode() for text in FORMS.values()] + [path.read_bytes() for path in FIXTURES.values()]
    damaged(samples, tmp_path / "a.sta", 200, {})
