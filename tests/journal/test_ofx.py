"""OFX and QFX: SGML, XML and mixtures of both, read by tags and not by what the header says."""

from __future__ import annotations

import codecs
import warnings
from collections.abc import Mapping
from decimal import Decimal
from pathlib import Path

import pytest
from tests.journal.exports import Item, fact, filed, gathered, members, one, read, reasons, written, zipped
from tests.journal.test_transfers import damaged, day, fixtures, money, only, shown

from lifepod.journal import shelf
from lifepod.journal.activity import Moment
from lifepod.journal.importers.ofx import IMPORTER
from lifepod.journal.record import name_of

SGML = (
    "OFXHEADER:100\nDATA:OFXSGML\nVERSION:102\nSECURITY:NONE\nENCODING:USASCII\nCHARSET:1252\nCOMPRESSION:NONE\n"
    "OLDFILEUID:NONE\nNEWFILEUID:NONE\n\n"
)
XML = '<?xml version="1.0" encoding="UTF-8" standalone="no"?>\n<?OFX OFXHEADER="200" VERSION="211" SECURITY="NONE"?>\n'
USUAL = {
    "TRNTYPE": "DEBIT", "DTPOSTED": "20251201120000.000[-5:EST]", "TRNAMT": "-12.50", "FITID": "F1", "NAME": "A shop",
    "MEMO": "Thanks",
}  # fmt: skip
ACCOUNT = "<BANKACCTFROM><BANKID>37040044<ACCTID>12345678<ACCTTYPE>CHECKING</BANKACCTFROM>"
FIXTURES = {path.name: path for path in fixtures("jseutter+ofxparse/tests/fixtures/**/*.ofx")}
COUNTS = {"bank_medium.ofx": (3, 0), "anzcc.ofx": (1, 0), "decimal_error.ofx": (0, 1)}


def line(closed: bool = False, **changes: str | None) -> str:
    """One ``STMTTRN``, its fields closed or not."""
    return tagged(changes, closed)


def tagged(changes: Mapping[str, str | None], closed: bool = False) -> str:
    fields = {name: text for name, text in {**USUAL, **changes}.items() if text is not None}
    body = "".join(f"<{name}>{text}" + (f"</{name}>" if closed else "\n") for name, text in fields.items())
    return f"<STMTTRN>{body}</STMTTRN>\n"


def statement(*lines: str, header: str = SGML, account: str = ACCOUNT, currency: str = "EUR") -> str:
    body = "".join(lines or (line(),))
    return (
        f"{header}<OFX><SIGNONMSGSRSV1><SONRS><STATUS><CODE>0<SEVERITY>INFO</STATUS><DTSERVER>20251202\n<LANGUAGE>ENG"
        f"</SONRS></SIGNONMSGSRSV1><BANKMSGSRSV1><STMTTRNRS><TRNUID>1<STMTRS><CURDEF>{currency}\n{account}\n"
        f"<BANKTRANLIST><DTSTART>20251101<DTEND>20251202\n{body}</BANKTRANLIST><LEDGERBAL><BALAMT>382.34<DTASOF>2025"
        "1202</LEDGERBAL></STMTRS></STMTTRNRS></BANKMSGSRSV1></OFX>\n"
    )


def bank(path: Path, *lines: str, name: str = "a.ofx", encoding: str = "utf-8", **how: str) -> Path:
    return written(path / name, statement(*lines, **how), encoding)


def test_a_line_is_a_payment_on_its_booking_date(tmp_path: Path) -> None:
    found = one(bank(tmp_path))
    assert shown([found]) == [("out", "12.50", "EUR", "2025-12-01")]
    assert (fact(found, "participant"), fact(found, "description"), fact(found, "identifier")) == (
        "A shop", "Thanks", "F1",
    )  # fmt: skip
    assert found.source.startswith("bank-")
    assert found.native


FORMS = {
    "SGML": statement(),
    "XML": statement(line(closed=True), header=XML),
    "XML header, open tags": statement(header=XML),
    "SGML header, closed tags": statement(line(closed=True)),
    "no header": statement(header=""),
    "blank lines before it": statement(header="\r\n\r\n"),
    "one line": statement(header=SGML.replace("\n", " ")).replace("\n", ""),
    "CRLF": statement().replace("\n", "\r\n"),
    "small letters": statement(header="").replace("STMTTRN", "stmttrn").replace("TRNAMT", "trnamt"),
    "indented": statement(line(closed=True), header=XML).replace("<", "\n\t  <"),
    "a remark": statement(header=XML + "<!-- made by a bank -->\n"),
    "empty closed fields": statement(line(closed=True, CHECKNUM="", EXTDNAME="", PAYEEID="")),
    "attributes": statement(header="").replace("<STMTTRN>", '<STMTTRN ID="1">'),
    "spaces around": statement(line(TRNAMT=" -12.50 ", NAME="  A shop ", FITID=" F1 ")),
    "another order": statement(line(MEMO=None, NAME=None).replace("<TRN", "<MEMO>Thanks<NAME>A shop<TRN", 1)),
    "line not closed": statement(line().replace("</STMTTRN>", "")),
    "with an image": statement(line().replace("</STMTTRN>", "<IMAGEDATA><IMAGEREF>Y</IMAGEDATA></STMTTRN>")),
    "a byte order mark": "\ufeff" + statement(),
}  # fmt: skip


@pytest.mark.parametrize("text", FORMS.values(), ids=FORMS)
def test_every_form_gives_the_same_record(text: str, tmp_path: Path) -> None:
    assert one(written(tmp_path / "x", text)) == one(bank(tmp_path))


@pytest.mark.parametrize("name", ["a.ofx", "a.QFX", "export", "a.txt", "a.json"])
def test_it_is_known_by_its_first_tag_and_surer_with_its_name(name: str, tmp_path: Path) -> None:
    (member,) = members(bank(tmp_path, name=name))
    ((importer, match), *rest) = shelf.recognise(member)
    assert (importer.name, match.shape, match.version, rest) == ("ofx", "ofx-1", "102", [])
    assert match.confidence == (0.9 if name in ("a.ofx", "a.QFX") else 0.7)


@pytest.mark.parametrize(
    ("header", "shape"), [(SGML, ("ofx-1", "102")), (XML, ("ofx-2", "211")), ("", ("ofx-1", ""))], ids=["1", "2", "-"]
)
def test_the_version_is_told(header: str, shape: tuple[str, str], tmp_path: Path) -> None:
    (member,) = members(bank(tmp_path, header=header))
    match = IMPORTER.recognise(member)
    assert match is not None
    assert (match.shape, match.version) == shape


@pytest.mark.parametrize(
    "text",
    [
        "", "OFX", "{}", '[{"a": "<OFX>"}]', "<html><body><OFX></body></html>", "a,b\n<OFX>,1\n",
        "<?xml version='1.0'?><x/>",
        "From: a\nSubject: OFX\n\n<p><OFX>", '<?xml version="1.0"?><Document xmlns="urn:iso:std:iso:20022:tech:xsd:'
        'camt.053.001.02"/>', "OFXHEADER:100\nDATA:OFXSGML\n", "OFXHEADER:" + "ABC:" * 20_000,
        "Some words <OFX>", ":20:X\n:25:1\n:28C:1\n", "!Type:Bank\n",
    ],
)  # fmt: skip
def test_other_files_are_left_to_others(text: str, tmp_path: Path) -> None:
    assert IMPORTER.recognise(members(written(tmp_path / "a.ofx", text))[0]) is None


@pytest.mark.parametrize(
    ("posted", "day"),
    [
        ("20251201", "2025-12-01"), ("20251201120000", "2025-12-01"), ("20251201235959.999[+14:LINT]", "2025-12-01"),
        ("20251201000000[-3.30:NST]", "2025-12-01"), ("2025-12-01", "2025-12-01"), ("20240229", "2024-02-29"),
        ("20161231235960[0:GMT]", "2016-12-31"), ("20250330023000[+1:CET]", "2025-03-30"),
        ("", "no-time"), ("00000000", "no-time"), ("00000000000000", "no-time"), ("201120000000", "bad-time"),
        ("20250229", "bad-time"), ("01/12/2025", "bad-time"), ("19700101", "bad-time"), ("16010101", "bad-time"),
        ("20010101", "bad-time"), ("20380119", "bad-time"), ("yesterday", "bad-time"), ("2025", "bad-time"),
    ],
)  # fmt: skip
def test_the_booking_date_is_the_day_as_the_bank_wrote_it(posted: str, day: str, tmp_path: Path) -> None:
    (item,) = shown(read(bank(tmp_path, line(DTPOSTED=posted, DTUSER="20251105"))))
    assert (item[3] if isinstance(item, tuple) else item) == day


@pytest.mark.parametrize(
    ("amount", "told"),
    [
        ("-12,50", ("out", "12.50")), ("+12.50", ("in", "12.50")), ("1,234.56", ("in", "1234.56")),
        ("-1.234,56", ("out", "1234.56")), ("0.00", (None, "0.00")), ("5", ("in", "5")), ("-.5", ("out", "0.5")),
        ("$120", None), ("1,234", None), ("", None), ("abc", None), ("1e3", None), ("-" * 3, None), ("9" * 60, None),
    ],
)  # fmt: skip
def test_the_sign_decides_and_not_the_type(amount: str, told: tuple[object, str] | None, tmp_path: Path) -> None:
    for kind in ("CREDIT", "DEBIT", "OTHER", "nonsense"):
        (item,) = shown(read(bank(tmp_path, line(TRNAMT=amount, TRNTYPE=kind))))
        assert item == "bad-number" if told is None else isinstance(item, tuple) and item[:2] == told


@pytest.mark.parametrize(
    ("currency", "told"),
    [("eur", "EUR"), ("CAD", "CAD"), ("", "bad-currency"), ("€", "bad-currency"), ("ZZZ", "bad-currency")],
)  # fmt: skip
def test_the_currency_is_that_of_the_statement(currency: str, told: str, tmp_path: Path) -> None:
    (item,) = shown(read(bank(tmp_path, currency=currency)))
    assert (item[2] if isinstance(item, tuple) else item) == told


@pytest.mark.parametrize(
    ("extra", "currency"),
    [
        ("<CURRENCY><CURRATE>1.1<CURSYM>USD</CURRENCY>", "USD"),
        ("<CURRENCY>USD", "USD"),
        # The amount has been converted already.
        ("<ORIGCURRENCY><CURRATE>1.1<CURSYM>USD</ORIGCURRENCY>", "EUR"),
    ],
)
def test_a_line_in_other_money_says_so(extra: str, currency: str, tmp_path: Path) -> None:
    found = one(bank(tmp_path, line().replace("</STMTTRN>", f"{extra}</STMTTRN>")))
    assert money(found) == ("12.50", currency)


@pytest.mark.parametrize(
    ("changes", "extra", "party"),
    [
        ({"NAME": None}, "<PAYEE><NAME>A firm<ADDR1>1 Street<CITY>Town<PHONE>5551234</PAYEE>", "A firm"),
        ({}, "<PAYEE><NAME>A firm</PAYEE>", "A shop"),
        ({}, "<EXTDNAME>A shop with a long name", "A shop with a long name"),
        ({}, "<BANKACCTTO><BANKID>1<ACCTID>99887766</BANKACCTTO>", "A shop"),
        ({"NAME": ""}, "", None),
        ({"NAME": "AT&amp;T &lt;x&gt; &#233;&#xE9; &bogus; R&D"}, "", "AT&T <x> éé &bogus; R&D"),
        ({"NAME": "A < B"}, "", "A < B"),
        ({"NAME": "<![CDATA[A <b> & B]]>"}, "", "A <b> & B"),
        ({"NAME": "&#0;&#55296;&#9999999;x"}, "", "\ufffd\ufffdx"),
    ],
)
def test_the_other_side_is_a_name_and_nothing_more(
    changes: Mapping[str, str | None], extra: str, party: str | None, tmp_path: Path
) -> None:
    found = one(bank(tmp_path, tagged(changes).replace("</STMTTRN>", f"{extra}</STMTTRN>")))
    assert fact(found, "participant") == party
    assert not any(secret in repr(found) for secret in ("1 Street", "Town", "5551234", "99887766"))


def test_the_day_the_money_counts_from_is_kept(tmp_path: Path) -> None:
    found = one(bank(tmp_path, line(DTAVAIL="20251203")))
    value = fact(found, "valueDate")
    assert isinstance(value, Moment)
    assert value.value.isoformat() == "2025-12-03"


@pytest.mark.parametrize(
    ("encoding", "header"),
    [
        ("utf-8", SGML), ("cp1252", SGML), ("utf-8", XML), ("cp1252", XML), ("utf-16", XML), ("utf-8-sig", SGML),
        ("utf-8", SGML.replace("USASCII", "UTF-8").replace("1252", "NONE")),
        ("iso-8859-1", SGML.replace("1252", "ISO-8859-1")), ("iso-8859-1", SGML.replace("1252", "8859-1")),
        ("cp1252", ""), ("utf-8", ""),
    ],
)  # fmt: skip
def test_texts_are_read_by_their_bytes(encoding: str, header: str, tmp_path: Path) -> None:
    path = bank(tmp_path, line(NAME="Café Müller"), line(FITID="F2", NAME="Zoë"), header=header, encoding=encoding)
    assert [fact(item, "participant") for item in only(read(path))] == ["Café Müller", "Zoë"]


def test_another_charset_is_read_as_the_header_says(tmp_path: Path) -> None:
    path = bank(tmp_path, line(NAME="Привет"), header=SGML.replace("1252", "1251"), encoding="cp1251")
    assert fact(one(path), "participant") == "Привет"


@pytest.mark.parametrize("pad", range(0, 40, 3))
def test_where_a_text_is_cut_by_the_reading_changes_nothing(pad: int, tmp_path: Path) -> None:
    name = "<![CDATA[A <b> ]]>A < B & é"
    lines = [line(FITID=f"F{n}", NAME=name, MEMO="x" * 180 + "é") for n in range(1500)]
    items = only(read(bank(tmp_path, " " * pad, *lines)))
    assert len(items) == 1500
    assert {fact(item, "participant") for item in items} == {"A <b> A < B & é"}


# Ids


@pytest.mark.parametrize("none", ["", "0", "0000", "NONE"])
def test_lines_without_an_id_are_named_by_what_they_say(none: str, tmp_path: Path) -> None:
    items = only(read(bank(tmp_path, line(FITID=none), line(FITID=none, NAME="Other"), line(FITID=none))))
    (data,) = filed([items]).values()
    assert data.count(b"schema:MoneyTransfer") == 3
    assert not any(item.native for item in items)


def test_a_repeated_id_is_one_record_and_a_reused_one_is_two(tmp_path: Path) -> None:
    same = only(read(bank(tmp_path / "a", line(), line())))
    reused = only(read(bank(tmp_path / "b", line(), line(NAME="Another"))))
    assert [len({name_of(item) for item in items}) for items in (same, reused)] == [1, 2]


def test_the_same_id_in_another_account_is_another_record(tmp_path: Path) -> None:
    other = ACCOUNT.replace("12345678", "87654321")
    assert name_of(one(bank(tmp_path / "a"))) != name_of(one(bank(tmp_path / "b", account=other)))


def test_imported_twice_in_halves_and_in_any_order_it_is_the_same(tmp_path: Path) -> None:
    items = only(
        read(bank(tmp_path, *(line(FITID=f"F{n % 4}", TRNAMT=f"-{n}.00", NAME=f"x{n % 3}") for n in range(9))))
    )
    once = filed([items])
    assert once == filed([items, items]) == filed([items], [items]) == filed([items[5:]], [items[:5]])
    assert once == filed([items[::-1]])


# Accounts


ACCOUNTS = {
    "bank": ACCOUNT,
    "card": "<CCACCTFROM><ACCTID>12345678</CCACCTFROM>",
    "securities": "<INVACCTFROM><BROKERID>x.example<ACCTID>12345678</INVACCTFROM>",
    "closed": "<BANKACCTFROM>\n<BANKID>1</BANKID>\n<ACCTID>12345678</ACCTID>\n</BANKACCTFROM>",
    "in groups": "<BANKACCTFROM><ACCTID>1234-5678</BANKACCTFROM>",
}


@pytest.mark.parametrize("account", ACCOUNTS.values(), ids=ACCOUNTS)
def test_an_account_has_a_name_that_tells_nobody_its_number(account: str, tmp_path: Path) -> None:
    path = bank(tmp_path, account=account)
    assert one(path).source == one(bank(tmp_path / "b")).source
    (found,) = only(read(path, **{"bank.5678": "Household"}))
    assert (found.source, fact(found, "account")) == ("bank-household", "bank-household")
    (keyed,) = only(read(path, **{"bank.key": "c0ffee"}))
    assert keyed.source != one(path).source


def test_a_statement_without_an_account_has_a_name_too(tmp_path: Path) -> None:
    assert one(bank(tmp_path, account="")).source == "bank-ofx"


def test_each_statement_of_a_file_has_its_own_account_and_money(tmp_path: Path) -> None:
    second = (
        "<CREDITCARDMSGSRSV1><CCSTMTTRNRS><CCSTMTRS><CURDEF>USD<CCACCTFROM><ACCTID>4111111111111111</CCACCTFROM>"
        f"<BANKTRANLIST>{line()}</BANKTRANLIST></CCSTMTRS></CCSTMTTRNRS></CREDITCARDMSGSRSV1></OFX>"
    )
    items = only(read(written(tmp_path / "a.ofx", statement().replace("</OFX>", second))))
    assert [money(item)[1] for item in items] == ["EUR", "USD"]
    assert len({item.source for item in items}) == 2


def test_no_number_of_an_account_or_card_comes_through(tmp_path: Path) -> None:
    hush = "12345678", "99887766", "41111111", "3704"
    memo = "to 12345678 or 0012345678 card 4111111111111111 iban DE89 3704 0044 0532 0130 00"
    extra = "<BANKACCTTO><BANKID>99887766<ACCTID>99887766</BANKACCTTO><CCACCTTO><ACCTID>99887766</CCACCTTO>"
    first = line(MEMO=memo, NAME="12345678", FITID="2025-12345678-1").replace("</STMTTRN>", f"{extra}</STMTTRN>")
    items = read(bank(tmp_path, first, line(MEMO=memo, TRNAMT="12345678x", FITID="2")))
    pages = b"".join(filed([only(items)]).values()).decode()
    assert len(only(items)) == 1
    for number in hush:
        assert number not in pages
        assert number not in repr(items).replace(str(tmp_path), "")


# What is no payment, and what is broken


def test_what_has_not_happened_yet_or_was_taken_back_is_counted(tmp_path: Path) -> None:
    pending = line(DTPOSTED=None, DTTRAN="20251201").replace("STMTTRN", "STMTTRNP")
    lines = (line(TRNTYPE="HOLD"), pending, line(CORRECTFITID="F0", CORRECTACTION="DELETE"), line(FITID="F9"))
    path = bank(tmp_path, *lines)
    assert reasons(path) == ["pending", "pending", "cancelled"]
    assert len(only(read(path))) == 1


def test_trades_are_counted_and_the_money_of_a_securities_account_is_read(tmp_path: Path) -> None:
    trade = (
        "<BUYSTOCK><INVBUY><INVTRAN><FITID>1<DTTRADE>20251201</INVTRAN><TOTAL>-5</INVBUY><BUYTYPE>BUY</BUYSTOCK>"
        "<INCOME><INVTRAN><FITID>2<DTTRADE>20251201</INVTRAN><TOTAL>5</INCOME>"
    )
    path = bank(tmp_path, trade, f"<INVBANKTRAN>{line()}<SUBACCTFUND>CASH</INVBANKTRAN>")
    assert shown(read(path)) == ["other-class", "other-class", ("out", "12.50", "EUR", "2025-12-01")]


def test_a_statement_without_lines_is_an_empty_export(tmp_path: Path) -> None:
    path = bank(tmp_path, " ")
    assert reasons(path) == ["empty-export"]
    (report,) = gathered(path)
    assert (report.problem, report.seen) == ("empty-export", 0)


def test_a_file_that_was_cut_off_gives_what_was_read_so_far(tmp_path: Path) -> None:
    whole = statement(line(), line(FITID="F2"), line(FITID="F3"))
    for end in range(whole.index("<STMTTRN>") + 1, len(whole) - 7, 5):
        items = read(written(tmp_path / "a.ofx", whole[:end]))
        assert shown(items)[-1] == "malformed"
        assert len(items) == 1 + whole[:end].count("</STMTTRN>")


def test_a_text_without_end_is_too_large(tmp_path: Path) -> None:
    assert reasons(bank(tmp_path, "<STMTTRN><NAME>" + "x" * 3_000_000)) == ["too-large"]


@pytest.mark.parametrize(
    "bomb", ["<" * 600_000, "< " * 600_000, "<![CDATA[" * 60_000, "&amp;" * 100_000, "<A>" * 200_000]
)
def test_files_made_to_hurt_do_not(bomb: str, tmp_path: Path) -> None:
    items = read(bank(tmp_path, line(), line(FITID="F2", MEMO=bomb)))
    assert len(only(items)) in (1, 2)


def test_a_document_type_is_not_read(tmp_path: Path) -> None:
    dtd = '<!DOCTYPE OFX [<!ENTITY x SYSTEM "file:///etc/passwd">]>'
    assert IMPORTER.recognise(members(bank(tmp_path, header=XML + dtd))[0]) is None
    assert fact(one(bank(tmp_path, line(NAME="&x;"))), "participant") == "&x;"


def test_an_odd_name_of_300_characters_is_a_name(tmp_path: Path) -> None:
    assert len(str(fact(one(bank(tmp_path, line(NAME="😀ש\u202e" * 100))), "participant"))) >= 200


def test_statements_in_an_archive_are_read(tmp_path: Path) -> None:
    path = zipped(tmp_path / "a.zip", {"a.ofx": statement(), "b.ofx": statement(line(FITID="F2"))})
    assert sum(report.records for report in gathered(path)) == 2


# Files of others


@pytest.mark.parametrize("name", FIXTURES)
def test_a_file_of_others_has_as_many_lines_as_others_see(name: str) -> None:
    (report,) = gathered(FIXTURES[name])
    assert (report.records, report.seen - report.records) == COUNTS[name]
    assert report.importer == "ofx"


@pytest.mark.parametrize("name", FIXTURES)
def test_every_line_is_as_another_reader_reads_it(name: str) -> None:
    assert ours(read(FIXTURES[name])) == theirs(FIXTURES[name])


SAMPLES = {
    "SGML": statement(line(), line(FITID="F2", TRNAMT="5.00", NAME="Café", MEMO=None), header=SGML),
    "closed": statement(line(closed=True, FITID="F3", NAME="AT&amp;T")),
    "amounts": statement(*(line(FITID=f"F{n}", TRNAMT=a) for n, a in enumerate(["1,234.56", "-0.01", "7", "+3.1"]))),
}


@pytest.mark.parametrize("text", SAMPLES.values(), ids=SAMPLES)
def test_our_own_samples_are_as_another_reader_reads_them(text: str, tmp_path: Path) -> None:
    path = written(tmp_path / "a.ofx", text, "cp1252")
    assert ours(read(path)) == theirs(path)


def ours(items: list[Item]) -> list[tuple[object, ...]]:
    return [
        (
            day(item),
            Decimal(money(item)[0]) * (-1 if fact(item, "direction") == "out" else 1),
            money(item)[1],
            fact(item, "participant") or "",
            fact(item, "description") or "",
            str(fact(item, "identifier"))[-4:],
        )
        for item in only(items)
    ]


def theirs(path: Path) -> list[tuple[object, ...]]:
    from ofxparse import OfxParser

    with path.open("rb") as stream, warnings.catch_warnings():
        warnings.simplefilter("ignore")
        read = OfxParser.parse(stream, fail_fast=False)
    return [
        (
            line.date.date().isoformat(),
            line.amount,
            account.statement.currency.upper(),
            line.payee.replace("&amp;", "&"),
            line.memo,
            line.id[-4:],
        )
        for account in read.accounts
        for line in account.statement.transactions
    ]


def test_damage_of_every_kind_gives_records_and_reasons(tmp_path: Path) -> None:
    samples = [text.encode() for text in (statement(), *FORMS.values(), *SAMPLES.values())]
    samples += [
        codecs.BOM_UTF16_LE + statement().encode("utf-16-le"),
        *(path.read_bytes() for path in FIXTURES.values()),
    ]
    damaged(samples, tmp_path / "a.ofx", 200, {})


def test_the_pod_gets_it_whole_through_the_engine(tmp_path: Path) -> None:
    (report,) = gathered(bank(tmp_path, line(), line(FITID="F2"), line(TRNAMT="x")))
    assert (report.records, report.seen, report.skipped) == (2, 3, (("bad-number", 1),))
