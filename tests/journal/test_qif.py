"""QIF: no ids, no currency and dates in either order, so that what the file does not say is asked and never guessed."""

from __future__ import annotations

import warnings
from decimal import Decimal
from pathlib import Path

import pytest
from tests.journal.exports import Item, fact, filed, gathered, members, read, written
from tests.journal.test_transfers import damaged, day, fixtures, money, only, shown

from lifepod.errors import Undecided
from lifepod.journal import shelf
from lifepod.journal.importers.qif import IMPORTER
from lifepod.journal.record import name_of

EUR = {"qif.currency": "EUR"}
FIXTURES = {path.name: path for path in fixtures("isaacharrisholt+quiffen/tests/test_files/*.qif")}
COUNTS = {"test.qif": {"records": 5, "balance-memo": 1, "other-class": 1}}
"""Six lines of a bank, the first of them the opening balance, and one trade."""


def entry(date: str = "12/24'2025", amount: str = "-12.50", *more: str, party: str = "A shop") -> str:
    """One entry of an account."""
    return "".join(f"{line}\n" for line in (f"D{date}", f"T{amount}", f"P{party}", "MThanks", *more, "^") if line)


def bank(path: Path, *entries: str, kind: str = "Bank", name: str = "a.qif", encoding: str = "utf-8") -> Path:
    return written(path / name, f"!Type:{kind}\n" + "".join(entries or (entry(),)), encoding)


def told(path: Path, **answers: str) -> list[object]:
    return shown(read(path, **{**EUR, **answers}))


def test_an_entry_is_a_payment(tmp_path: Path) -> None:
    (found,) = only(read(bank(tmp_path), **EUR))
    assert shown([found]) == [("out", "12.50", "EUR", "2025-12-24")]
    assert (fact(found, "participant"), fact(found, "description"), found.source) == ("A shop", "Thanks", "bank-qif")
    assert not found.native


@pytest.mark.parametrize("kind", ["Bank", "CCard", "Cash", "Oth A", "Oth L", "bank", "BANK ", "Oth  A"])
@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
def test_every_account_that_holds_money_is_read(kind: str, end: str, tmp_path: Path) -> None:
    path = bank(tmp_path, kind=kind)
    path.write_bytes(path.read_bytes().replace(b"\n", end.encode()))
    assert told(path) == [("out", "12.50", "EUR", "2025-12-24")]


@pytest.mark.parametrize(
    "first",
    ["!Type:Bank", "!Account", "!Option:AutoSwitch", "!Clear:AutoSwitch", "!Type:Cat", "\ufeff!Type:Bank",
     "\n### a remark ###\n\n!Type:Bank", " !Type:CCard "],
)  # fmt: skip
@pytest.mark.parametrize("name", ["a.qif", "a.QIF", "a.txt", "export"])
def test_it_is_known_by_its_first_line_and_surer_with_its_name(first: str, name: str, tmp_path: Path) -> None:
    (member,) = members(written(tmp_path / name, f"{first}\n{entry()}"))
    ((importer, match), *rest) = shelf.recognise(member)
    assert (importer.name, match.shape, rest) == ("qif", "qif", [])
    assert match.confidence == (0.9 if name.lower() == "a.qif" else 0.7)


@pytest.mark.parametrize(
    "text",
    ["", "!", "!Type:", "!important\n", "Type:Bank\n", "a,b\n!Type:Bank,1\n", "{}", "[]", "<OFX>", ":20:X\n:25:1\n",
     "D12/24'2025\nT5\n^\n", "!Type:Bank, Date, Amount\n", "# only a remark\n",
     "# Title\n\nThe line !Type:Bank begins it"],
)  # fmt: skip
def test_other_files_are_left_to_others(text: str, tmp_path: Path) -> None:
    assert IMPORTER.recognise(members(written(tmp_path / "a.qif", text))[0]) is None


# Dates


@pytest.mark.parametrize(
    ("date", "day"),
    [
        ("12/24'2025", "2025-12-24"), ("12/24/2025", "2025-12-24"), ("12/24/25", "2025-12-24"),
        ("12/24'25", "2025-12-24"),
        ("24.12.2025", "2025-12-24"), ("24.12.25", "2025-12-24"), ("24-12-2025", "2025-12-24"),
        ("2025-12-24", "2025-12-24"), ("2025/2/3", "2025-02-03"), ("1/ 1'00", "2000-01-01"), (" 1/ 1' 0", "2000-01-01"),
        ("12/24'05", "2005-12-24"), ("12/24/99", "1999-12-24"), ("12/24/94", "1994-12-24"), ("2/29'2024", "2024-02-29"),
        ("5/5'2025", "2025-05-05"), ("12/24/89", "bad-time"), ("1/ 1/70", "bad-time"), ("1/1/2001", "bad-time"),
        ("1/19'2038", "bad-time"), ("2/29'2025", "bad-time"), ("13/13'2025", "bad-time"), ("0/5'2025", "bad-time"),
        ("12/32'2025", "bad-time"), ("24 Dec 2025", "bad-time"), ("20251224", "bad-time"), ("12/24", "bad-time"),
        ("x", "bad-time"), ("12/24'99999", "bad-time"), ("٣/24'2025", "bad-time"),
        ("1/1/1601", "bad-time"),
    ],
)  # fmt: skip
def test_a_date_that_says_it_itself_is_read(date: str, day: str, tmp_path: Path) -> None:
    (item,) = told(bank(tmp_path, entry(date)))
    assert (item[3] if isinstance(item, tuple) else item) == day


@pytest.mark.parametrize(
    ("others", "day"),
    [(["12/24'2025"], "2025-02-03"), (["24/12/2025"], "2025-03-02"), (["2/3/2025", "13.1.2025"], "2025-03-02")],
)  # fmt: skip
def test_one_value_above_twelve_tells_for_the_whole_file(others: list[str], day: str, tmp_path: Path) -> None:
    items = told(bank(tmp_path, entry("2/3'2025"), *map(entry, others)))
    assert isinstance(items[0], tuple)
    assert items[0][3] == day


@pytest.mark.parametrize(("order", "day"), [("dmy", "2025-03-02"), ("mdy", "2025-02-03"), (" MDY ", "2025-02-03")])
@pytest.mark.parametrize("date", ["2/3'2025", "02.03.2025", "2-3-25"])
def test_what_the_file_does_not_tell_the_person_does(order: str, day: str, date: str, tmp_path: Path) -> None:
    assert told(bank(tmp_path, entry(date)), **{"qif.dates": order}) == [("out", "12.50", "EUR", day)]


def test_a_file_says_itself_what_the_answer_says_of_others(tmp_path: Path) -> None:
    items = told(bank(tmp_path, entry("2/3'2025"), entry()), **{"qif.dates": "dmy"})
    assert isinstance(items[0], tuple)
    assert items[0][3] == "2025-02-03"


@pytest.mark.parametrize("answers", [{}, {"qif.dates": "ymd"}, {"qif.dates": ""}])
def test_dates_that_could_be_two_days_are_asked_for(answers: dict[str, str], tmp_path: Path) -> None:
    with pytest.raises(Undecided) as caught:
        told(bank(tmp_path, entry("2/3'2025"), entry("4/4'2025")), **answers)
    assert "2/3'2025" in str(caught.value)
    assert "--answer qif.dates=dmy (or =mdy)" in caught.value.advice
    assert caught.value.choices == ("dmy", "mdy")


def test_a_file_of_both_orders_is_asked_about_what_is_left(tmp_path: Path) -> None:
    path = bank(tmp_path, entry("12/24'2025"), entry("24/12'2025"), entry("2/3'2025"))
    with pytest.raises(Undecided):
        told(path)
    days = [item[3] for item in told(path, **{"qif.dates": "mdy"}) if isinstance(item, tuple)]
    assert days == ["2025-12-24", "2025-12-24", "2025-02-03"]


def test_nothing_is_asked_that_does_not_matter(tmp_path: Path) -> None:
    assert told(bank(tmp_path, entry("4/4'2025"), entry("x"), entry("2025-02-03")))[1] == "bad-time"


def test_the_dates_of_splits_and_trades_do_not_tell(tmp_path: Path) -> None:
    trade = "!Type:Invst\nD12/24'2025\nNBuy\n^\n"
    with pytest.raises(Undecided):
        told(bank(tmp_path, entry("2/3'2025", "-5", "Sx", "D12/24'2025", "$-5"), trade))


# Money


@pytest.mark.parametrize("said", [None, "", "€", "EURO", "XXX", "eu"])
def test_the_currency_is_asked_for(said: str | None, tmp_path: Path) -> None:
    with pytest.raises(Undecided) as caught:
        read(bank(tmp_path), **({} if said is None else {"qif.currency": said}))
    assert "--answer qif.currency=EUR" in caught.value.advice
    (report,) = gathered(bank(tmp_path))
    assert report.problem == "needs-answer"
    assert "--answer qif.currency=EUR" in report.hint


@pytest.mark.parametrize("said", ["EUR", "eur", " usd "])
def test_the_answer_is_the_currency_of_every_line(said: str, tmp_path: Path) -> None:
    (found,) = only(read(bank(tmp_path), **{"qif.currency": said}))
    assert money(found)[1] == said.strip().upper()


def test_a_file_of_names_and_settings_asks_nothing_and_is_empty(tmp_path: Path) -> None:
    path = written(tmp_path / "a.qif", "!Type:Cat\nNFood\nD1/2'2025\nTTrue\nE\n^\n!Type:Memorized\nKC\nT-5\nPx\n^\n")
    assert told(path) == ["empty-export"]
    assert shown(read(path)) == ["empty-export"]


@pytest.mark.parametrize(
    ("amount", "told_"),
    [("-1,234.56", ("out", "1234.56")), ("1.234,56", ("in", "1234.56")), ("-12,50", ("out", "12.50")),
     ("5", ("in", "5")), ("0.00", (None, "0.00")), ("1,234", None), ("", None), ("$5", None),
     ("abc", None), ("9" * 99, None), ("1e5", None)],
)  # fmt: skip
def test_an_amount_is_read_where_it_can_be_one_thing_only(
    amount: str, told_: tuple[object, str] | None, tmp_path: Path
) -> None:
    (item,) = told(bank(tmp_path, entry(amount=amount)))
    assert item == "bad-number" if told_ is None else isinstance(item, tuple) and item[:2] == told_


@pytest.mark.parametrize(("other", "value"), [("-12.50", "1234"), ("-12,50", "1.234")])
def test_the_cents_of_the_other_lines_say_which_mark_is_the_decimal_one(other: str, value: str, tmp_path: Path) -> None:
    item = told(bank(tmp_path, entry(amount="1,234"), entry(amount=other)))[0]
    assert isinstance(item, tuple)
    assert item[1] == value


@pytest.mark.parametrize("lines", ["T-5.00\nU-5.00\n", "U-5.00\n", "U-5.00\nT-5.00\n", "T\nU-5.00\n"])
def test_the_amount_stands_in_either_field_and_counts_once(lines: str, tmp_path: Path) -> None:
    assert told(bank(tmp_path, f"D12/24'2025\n{lines}Px\n^\n")) == [("out", "5.00", "EUR", "2025-12-24")]


@pytest.mark.parametrize(("lines", "reason"), [("T5.00\nPx\n", "no-time"), ("D12/24'2025\nPx\n", "bad-number")])
def test_an_entry_without_date_or_amount_is_a_reason(lines: str, reason: str, tmp_path: Path) -> None:
    assert told(bank(tmp_path, f"{lines}^\n")) == [reason]


def test_splits_stay_one_record(tmp_path: Path) -> None:
    split = (
        "LFood",
        "SFood",
        "Esome food",
        "$-10.00",
        "SFun",
        "D1/10'2020",
        "Mother memo",
        "Pother",
        "T-99",
        "$-2.50",
        "%50",
    )
    (found,) = only(read(bank(tmp_path, entry("12/24'2025", "-12.50", *split)), **EUR))
    assert shown([found]) == [("out", "12.50", "EUR", "2025-12-24")]
    assert (fact(found, "participant"), fact(found, "description")) == ("A shop", "Thanks")


@pytest.mark.parametrize(
    ("lines", "party"),
    [
        ("Px\nL[Savings]\n", "x"),
        ("L[Savings]\n", "Savings"),
        ("L[12345678]\n", None),
        ("LFood\n", None),
        ("P\nL[]\n", None),
    ],
)
def test_the_other_side_is_the_payee_or_ones_own_other_account(lines: str, party: object, tmp_path: Path) -> None:
    (found,) = only(read(bank(tmp_path, f"D12/24'2025\nT5\n{lines}^\n"), **EUR))
    assert fact(found, "participant") == party


@pytest.mark.parametrize("party", ["Opening Balance", "OPENING BALANCE", "Anfangssaldo", "Solde initial"])
def test_an_opening_balance_moves_no_money(party: str, tmp_path: Path) -> None:
    assert told(bank(tmp_path, entry("1/2'2025", "500.00", "L[Checking]", party=party))) == ["balance-memo"]
    assert told(bank(tmp_path / "b", entry("12/24'2025", "5.00", "LFood", party=party)))[0] != "balance-memo"


def test_what_was_made_void_is_counted(tmp_path: Path) -> None:
    assert told(bank(tmp_path, entry(amount="0.00", party="**VOID**A shop"))) == ["cancelled"]


# Accounts and sections


def test_each_account_of_a_file_has_its_own_name(tmp_path: Path) -> None:
    accounts = "!Option:AutoSwitch\n!Account\nNChecking\nTBank\n^\nNVisa card\nTCCard\n^\n!Clear:AutoSwitch\n"
    first = f"!Account\nNChecking\nTBank\n^\n!Type:Bank\n{entry()}"
    second = f"!Account\nNVisa card\nTCCard\n^\n!Type:CCard\n{entry()}"
    items = only(read(written(tmp_path / "a.qif", accounts + first + second), **EUR))
    assert [item.source for item in items] == ["bank-checking", "bank-visa-card"]


def test_an_account_named_by_its_number_does_not_tell_it(tmp_path: Path) -> None:
    text = f"!Account\nNGiro 0532013000\n^\n!Type:Bank\n{entry(party='from 0532013000')}"
    path = written(tmp_path / "a.qif", text)
    (found,) = only(read(path, **EUR))
    assert "0532013000" not in repr(found)
    assert found.source not in ("bank-qif", "bank-giro-0532013000")
    (named,) = only(read(path, **EUR, **{"bank.3000": "Giro"}))
    assert named.source == "bank-giro"


def test_the_person_can_say_which_account_it_is(tmp_path: Path) -> None:
    (found,) = only(read(bank(tmp_path), **EUR, **{"qif.account": "Joint account"}))
    assert (found.source, fact(found, "account")) == ("bank-joint-account", "bank-joint-account")


def test_trades_and_sections_nobody_knows_are_counted(tmp_path: Path) -> None:
    trades = "!Type:Invst\nD12/24'2025\nNBuy\nYACME\nI5\nQ1\n^\nD12/25'2025\nNSell\n^\n!Type:Widgets\nDx\n^\n"
    assert told(bank(tmp_path, entry(), trades))[1:] == ["other-class", "other-class", "not-an-activity"]
    assert told(written(tmp_path / "b.qif", trades)) == ["other-class", "other-class", "not-an-activity"]


def test_names_and_settings_are_no_lines(tmp_path: Path) -> None:
    lists = "".join(
        f"!Type:{kind}\nNx\nD1/2'2025\nT5\n^\nNy\n^\n"
        for kind in ("Cat", "Class", "Security", "Prices", "Memorized", "Tag")
    )
    assert told(written(tmp_path / "a.qif", f"{lists}!Type:Bank\n{entry()}{lists}")) == [
        ("out", "12.50", "EUR", "2025-12-24")
    ]


# Texts, damage, repetition


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "cp1252"])
def test_texts_are_read_by_their_bytes(encoding: str, tmp_path: Path) -> None:
    (found,) = only(read(bank(tmp_path, entry(party="Café Müller"), encoding=encoding), **EUR))
    assert fact(found, "participant") == "Café Müller"


def test_addresses_categories_and_numbers_do_not_come_through(tmp_path: Path) -> None:
    hush = "Canary7Hush"
    more = (f"A{hush} 1", f"A{hush} 2", f"N{hush}", f"L{hush}", f"S{hush}", f"E{hush}", f"X{hush}", f"F{hush}", "C*")
    items = read(
        bank(tmp_path, entry("12/24'2025", "-5", *more, party="IBAN DE89370400440532013000"), entry(hush)), **EUR
    )
    pages = b"".join(filed([only(items)]).values()).decode()
    assert hush not in pages + repr(items).replace(str(tmp_path), "")
    assert "3704" not in pages


def test_an_odd_name_of_300_characters_is_a_name(tmp_path: Path) -> None:
    (found,) = only(read(bank(tmp_path, entry(party="😀ש\u202e" * 100)), **EUR))
    assert len(str(fact(found, "participant"))) >= 200


def test_two_equal_entries_are_two_payments_in_any_order_of_imports(tmp_path: Path) -> None:
    items = only(read(bank(tmp_path, entry(), entry(), entry("12/25'2025")), **EUR))
    once = filed([items])
    assert once == filed([items], [items]) == filed([items[1:]], [items]) == filed([items[::-1]])
    assert b"".join(once.values()).count(b"schema:MoneyTransfer") == 3
    assert len({name_of(item) for item in items}) == 2


def test_a_file_that_was_cut_off_gives_what_was_read_so_far(tmp_path: Path) -> None:
    whole = bank(tmp_path, entry(), entry("12/25'2025"), entry("12/26'2025")).read_text()
    for end in range(whole.index("^") + 2, len(whole) - 2):
        items = told(written(tmp_path / "b.qif", whole[:end]))
        read_ = whole[:end].count("^")
        assert len(only(read(tmp_path / "b.qif", **EUR))) == read_
        assert items[read_:] in ([], ["malformed"])
        assert items[read_:] or whole[:end].rstrip().endswith("^")


def test_a_line_without_end_is_too_large(tmp_path: Path) -> None:
    assert told(bank(tmp_path, entry(), "P" + "x" * 3_000_000)) [-1] == "too-large"  # fmt: skip


def test_a_new_section_ends_an_entry_that_was_left_open(tmp_path: Path) -> None:
    assert told(bank(tmp_path, entry().removesuffix("^\n"), "!Type:CCard\n", entry()))[1:] == [
        ("out", "12.50", "EUR", "2025-12-24")
    ]


def test_entries_of_no_section_are_counted(tmp_path: Path) -> None:
    assert told(written(tmp_path / "a.qif", f"!Option:MDY\n{entry()}")) == ["not-an-activity"]


# Files of others


@pytest.mark.parametrize("name", FIXTURES)
def test_a_file_of_others_has_as_many_lines_as_others_see(name: str) -> None:
    items = read(FIXTURES[name], **{"qif.currency": "USD"})
    reasons = [item for item in shown(items) if isinstance(item, str)]
    assert {"records": len(only(items)), **{reason: reasons.count(reason) for reason in reasons}} == COUNTS[name]


@pytest.mark.parametrize("name", FIXTURES)
def test_every_line_is_as_another_reader_reads_it(name: str) -> None:
    seen = theirs(FIXTURES[name])
    assert ours(read(FIXTURES[name], **{"qif.currency": "USD"})) == [
        line for line in seen if line[2] != "Opening Balance"
    ]


def test_our_own_samples_are_as_another_reader_reads_them(tmp_path: Path) -> None:
    entries = (
        entry(),
        entry("2/3'2025", "1,234.56", party="Café"),
        entry("1/ 1'2000", "5", party="x"),
        entry("12/31/1999"),
    )
    path = bank(tmp_path, *entries)
    assert ours(read(path, **EUR)) == theirs(path)


def ours(items: list[Item]) -> list[tuple[object, ...]]:
    return sorted(
        (
            day(item),
            Decimal(money(item)[0]) * (-1 if fact(item, "direction") == "out" else 1),
            fact(item, "participant") or "",
            fact(item, "description") or "",
        )
        for item in only(items)
    )


def theirs(path: Path) -> list[tuple[object, ...]]:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        from quiffen import Qif

        accounts = Qif.parse(path).accounts.values()
    return sorted(
        (line.date.date().isoformat(), line.amount, line.payee or "", line.memo or "")
        for account in accounts
        for kind, lines in account.transactions.items()
        if kind.name != "INVST"
        for line in lines
    )


def test_damage_of_every_kind_gives_records_reasons_or_a_question(tmp_path: Path) -> None:
    samples = [
        bank(tmp_path, entry(), entry("2/3'2025", "1,234.56"), entry("25.12.25")).read_bytes(),
        f"!Account\nNGiro\n^\n!Type:Bank\n{entry()}{entry(party='Café')}".encode("cp1252"),
        *(path.read_bytes() for path in FIXTURES.values()),
    ]
    damaged(samples, tmp_path / "a.qif", 150, EUR)
    damaged(samples, tmp_path / "a.qif", 50, {**EUR, "qif.dates": "dmy"})
