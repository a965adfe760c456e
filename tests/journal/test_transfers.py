"""What all bank formats share: the record of one line, amounts, ids that banks reuse, and numbers that stay hidden."""

from __future__ import annotations

import random
from collections.abc import Callable, Iterable, Iterator
from dataclasses import replace
from datetime import UTC, date, datetime
from pathlib import Path

import pytest
from tests.journal.exports import NOW, Item, fact, filed, members, written

from lifepod.errors import Malformed, TooBig, Undecided
from lifepod.journal import shelf
from lifepod.journal.activity import Activity, Decimal10, Iri, Moment, Reason, Skipped
from lifepod.journal.importers import transfers
from lifepod.journal.importers.transfers import Line, amount_of, mended, text_lines, transfer
from lifepod.journal.record import match_key, name_of
from lifepod.journal.redact import clean_text
from lifepod.names import SCHEMA

FIXTURES = Path(__file__).resolve().parents[3] / "shared/fixtures"
"""Files of other projects; where the folder is missing, the tests with them have no cases."""
DAY = date(2025, 12, 1)
LINE = Line("bank-household", DAY, "-12.50", "EUR", "A shop", "Thanks", "ID1", read_at=NOW)
IBAN, CARD = "DE89370400440532013000", "4111111111111111"


def made(line: Line) -> Activity:
    """The record of a line that is one."""
    found = transfer(line)
    assert isinstance(found, Activity), found
    return found


def money(found: Activity) -> tuple[str, str]:
    """Value and currency of a record."""
    (thing,) = found.things
    facts = dict(thing.facts)
    value, currency = facts[SCHEMA + "value"], facts[SCHEMA + "currency"]
    assert isinstance(value, Decimal10)
    return value.value, str(currency)


def shown(items: Iterable[Item]) -> list[object]:
    """Each item in short: direction, value, currency and day, or why it is none."""
    return [
        item.reason if isinstance(item, Skipped) else (fact(item, "direction"), *money(item), day(item))
        for item in items
    ]


def day(found: Activity) -> str:
    assert found.start is not None
    return found.start.value.isoformat()


def only(items: Iterable[Item]) -> list[Activity]:
    """The records among the items."""
    return [item for item in items if isinstance(item, Activity)]


def fixtures(*patterns: str) -> list[Path]:
    return [path for pattern in patterns for path in sorted(FIXTURES.glob(pattern))]


def damaged(samples: list[bytes], path: Path, times: int, answers: dict[str, str]) -> None:
    """Cut, flip, insert and leave out, with a fixed seed: only records and reasons, never nothing, never an error."""
    chance = random.Random(940)
    for _ in range(times):
        data = bytearray(chance.choice(samples))
        for _ in range(chance.randint(1, 4)):
            at = chance.randrange(len(data) or 1)
            how = chance.randrange(5)
            if how == 0:
                del data[at:]
            elif how == 1:
                for _ in range(chance.randint(1, 20)):
                    if data:
                        data[chance.randrange(len(data))] ^= 1 << chance.randrange(8)
            elif how == 2:
                odd = [
                    b"\0",
                    b"\xff\xfe",
                    b"<",
                    b"<![CDATA[",
                    b"9" * 500,
                    b"\r",
                    b"\xef\xbb\xbf",
                    b":86:",
                    b"!",
                    b"^\n",
                ]
                data[at:at] = chance.choice(odd)
            elif how == 3:
                del data[at : at + chance.randint(1, 80)]
            else:
                data[at:at] = data[chance.randrange(len(data) or 1) :][: chance.randint(1, 200)]
        path.write_bytes(bytes(data))
        accounted(path, answers)


def accounted(path: Path, answers: dict[str, str]) -> None:
    (member,) = members(path)
    for one, match in shelf.recognise(member)[:1]:
        try:
            items = list(one.activities(match, {"now": NOW, **answers}))
        except Undecided as error:
            assert "--answer" in error.advice
            continue
        assert items, path.read_bytes()
        assert {type(item) for item in items} <= {Activity, Skipped}
        filed([only(items)])


def test_a_line_says_who_what_when_how_much_and_which_way() -> None:
    found = made(replace(LINE, value_day=date(2025, 12, 3)))
    assert (found.kind, found.source, found.start, found.end) == (
        "transfer", "bank-household", Moment(DAY, "day"), None,
    )  # fmt: skip
    assert money(found) == ("12.50", "EUR")
    assert {name.rsplit("/", 1)[-1].rsplit("#", 1)[-1]: value for name, value in found.facts} == {
        "account": "bank-household", "direction": "out", "participant": "A shop", "description": "Thanks",
        "identifier": "ID1", "valueDate": Moment(date(2025, 12, 3), "day"),
    }  # fmt: skip
    assert found.native


@pytest.mark.parametrize(
    ("amount", "direction", "value"),
    [("-12.50", "out", "12.50"), ("12.50", "in", "12.50"), ("+12", "in", "12"), ("0.00", None, "0.00"),
     ("-0.00", None, "0.00"), ("-007.5", "out", "7.5"), (".5", "in", "0.5"), ("107.", "in", "107")],
)  # fmt: skip
def test_the_sign_says_the_direction_and_the_digits_stay(amount: str, direction: object, value: str) -> None:
    found = made(replace(LINE, amount=amount))
    assert (fact(found, "direction"), money(found)[0]) == (direction, value)


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        ({"day": None}, "no-time"),
        ({"day": date(1970, 1, 1)}, "bad-time"),
        ({"day": date(1601, 1, 1)}, "bad-time"),
        ({"day": date(1989, 12, 31)}, "bad-time"),
        ({"day": date(2001, 1, 1)}, "bad-time"),
        ({"day": date(2026, 3, 9)}, "bad-time"),
        ({"day": date(2038, 1, 19)}, "bad-time"),
        ({"day": date.max}, "bad-time"),
        ({"amount": ""}, "bad-number"),
        ({"amount": "-"}, "bad-number"),
        ({"amount": "."}, "bad-number"),
        ({"amount": "1e5"}, "bad-number"),
        ({"amount": "NaN"}, "bad-number"),
        ({"amount": "1,5"}, "bad-number"),
        ({"amount": "٣"}, "bad-number"),
        ({"amount": "9" * 40}, "bad-number"),
        ({"currency": ""}, "bad-currency"),
        ({"currency": "eur"}, "bad-currency"),
        ({"currency": "€"}, "bad-currency"),
        ({"currency": "XXX"}, "bad-currency"),
        ({"currency": "ABC"}, "bad-currency"),
    ],
)
def test_what_is_no_payment_is_a_reason(change: dict[str, object], reason: Reason) -> None:
    assert transfer(replace(LINE, **change)) == reason  # type: ignore[arg-type]


def test_money_that_is_no_more_is_money() -> None:
    assert money(made(replace(LINE, currency="DEM", day=date(1999, 1, 4)))) == ("12.50", "DEM")


def test_a_moment_is_kept_where_the_source_really_knows_it() -> None:
    at = Moment(datetime(2025, 12, 1, 12, 30, tzinfo=UTC))
    assert made(replace(LINE, day=at)).start == at
    local = Moment(datetime(2025, 3, 30, 2, 30))
    assert made(replace(LINE, day=local)).start == local


@pytest.mark.parametrize("odd", [date(1601, 1, 1), date(2999, 1, 1)])
def test_an_impossible_value_date_is_left_out_and_the_line_stays(odd: date) -> None:
    assert fact(made(replace(LINE, value_day=odd)), "valueDate") is None


def test_a_value_date_may_still_come() -> None:
    later = date(2026, 6, 1)
    assert fact(made(replace(LINE, value_day=later)), "valueDate") == Moment(later, "day")


@pytest.mark.parametrize("same", [{"counterparty": "A  shop "}, {"description": "Thanks a lot"}, {"amount": "-12.5"}])
def test_the_banks_id_names_the_record_whatever_else_is_written(same: dict[str, str]) -> None:
    assert name_of(made(LINE)) == name_of(made(replace(LINE, **same)))  # type: ignore[arg-type]


@pytest.mark.parametrize("other", [{"amount": "-12.51"}, {"currency": "USD"}, {"native": "ID2"}, {"source": "bank-x"}])
def test_another_amount_account_or_id_is_another_record(other: dict[str, str]) -> None:
    assert name_of(made(LINE)) != name_of(made(replace(LINE, **other)))  # type: ignore[arg-type]


@pytest.mark.parametrize("none", ["", "0", "000000", "NONREF", "nonref", "NOTPROVIDED", "N/A", "-", " "])
def test_what_banks_write_for_no_id_is_none(none: str) -> None:
    found, other = (made(replace(LINE, native=none, counterparty=party)) for party in ("A shop", "Another"))
    assert not found.native
    assert fact(found, "identifier") is None
    assert name_of(found) != name_of(other)


def test_two_equal_lines_without_an_id_are_two_payments_however_often_they_are_imported() -> None:
    line = made(replace(LINE, native=""))
    (once,), (again,) = filed([[line, line]]).values(), filed([[line, line]], [[line], [line, line]]).values()
    assert once == again
    assert once.count(b"schema:MoneyTransfer") == 2


def test_a_reference_is_kept_and_makes_no_line_unique() -> None:
    found = made(replace(LINE, native="", reference="E2E-7"))
    assert (fact(found, "identifier"), found.native) == ("E2E-7", False)
    assert fact(made(replace(LINE, reference="E2E-7")), "identifier") == "ID1"


@pytest.mark.parametrize("same", [{"native": "other"}, {"counterparty": "Paypal *shop"}, {"source": "bank-csv"}])
def test_the_match_key_is_day_amount_and_currency_across_sources(same: dict[str, str]) -> None:
    assert match_key(made(LINE)) == match_key(made(replace(LINE, amount="-12.5", **same)))  # type: ignore[arg-type]


@pytest.mark.parametrize("other", [{"amount": "12.50"}, {"day": date(2025, 12, 2)}, {"currency": "USD"}])
def test_the_other_direction_day_or_money_does_not_match(other: dict[str, object]) -> None:
    assert match_key(made(LINE)) != match_key(made(replace(LINE, **other)))  # type: ignore[arg-type]


def test_a_moment_matches_the_booking_date_of_another_source() -> None:
    at = Moment(datetime(2025, 12, 1, 12, 30, tzinfo=UTC))
    assert match_key(made(LINE)) == match_key(made(replace(LINE, day=at)))


# Numbers that stay hidden


@pytest.mark.parametrize(
    ("number", "text", "hidden"),
    [
        (IBAN, f"from {IBAN} to", "0532013000"),
        (IBAN, "KTO 0532013000 BLZ", "0532013000"),
        (IBAN, "KTO 532013000", "532013000"),
        ("12300 000012345678", "0000123456782009040100001", "12345678"),
        ("12300 000012345678", "12345678", "12345678"),
        ("37040044/0532013000", "0532013000", "0532013000"),
        ("1234-5678-90", "acct 1234567890.", "1234567890"),
        ("1234567890", "acct 1234 5678 90", "1234 5678"),
        ("", f"card {CARD}, {IBAN}", "3704"),
        ("", f"card {CARD}", "41111111"),
    ],
)
@pytest.mark.parametrize("place", ["counterparty", "description", "native", "reference"])
def test_account_numbers_show_their_last_four_wherever_they_stand(
    number: str, text: str, hidden: str, place: str
) -> None:
    found = made(replace(LINE, **{"native": "", "number": number, place: text}))  # type: ignore[arg-type]
    assert hidden not in repr(found)
    assert "…" in repr(found)


@pytest.mark.parametrize("number", ["", "1234", "Household", IBAN])
def test_other_numbers_stay(number: str) -> None:
    found = made(replace(LINE, description="Invoice 20250001 of 01.12.2025, 5 pieces", number=number))
    assert fact(found, "description") == "Invoice 20250001 of 01.12.2025, 5 pieces"


def test_long_odd_texts_are_made_small_and_harmless() -> None:
    name = "😀\u202eש" * 100 + "\x1b[31m\0"
    found = made(replace(LINE, counterparty=name, description="x" * 20_000))
    assert fact(found, "participant") == clean_text(name)
    assert len(str(fact(found, "description"))) <= 4000
    (data,) = filed([[found]]).values()
    assert b"\x1b" not in data


def test_a_text_that_says_the_same_twice_is_said_once() -> None:
    assert fact(made(replace(LINE, description="A shop")), "description") is None


# Amounts


@pytest.mark.parametrize(
    ("text", "amount"),
    [
        ("-6.60", "-6.60"), ("12,50", "12.50"), ("1,234.56", "1234.56"), ("1.234,56", "1234.56"),
        ("1,234,567", "1234567"), ("1.234.567", "1234567"), ("1 234,50", "1234.50"), ("1\u202f234,50", "1234.50"),
        ("1'234.50", "1234.50"), ("1’234.50", "1234.50"), ("12.50-", "-12.50"), ("(12.50)", "-12.50"),
        ("\u221212.50", "-12.50"), ("+5", "5"), ("107,", "107"), ("1.234", "1.234"), (" 5 ", "5"), ("-,5", "-0.5"),
        ("-1.234.567,89", "-1234567.89"),
        ("1,234", None), ("-1,234", None), ("", None), ("-", None), ("$120", None), ("1,23.4", None), ("1.2.3", None),
        ("1,2,3", None), ("1e5", None), ("NaN", None), ("Infinity", None), ("٣", None), ("12 34", None), ("--5", None),
        ("1" * 400, None), (",", None), ("(", None), ("12.50EUR", None), ("0x10", None), ("1_000", None),
    ],
)  # fmt: skip
def test_an_amount_is_read_when_it_can_be_one_thing_only(text: str, amount: str | None) -> None:
    assert amount_of(text) == amount


@pytest.mark.parametrize(
    ("text", "decimal", "amount"),
    [("1,234", ".", "1234"), ("1,234", ",", "1.234"), ("1.234", ",", "1234"), ("1.5", ",", None), ("5,5", ".", None)],
)
def test_a_format_can_say_which_mark_is_the_decimal_one(text: str, decimal: str, amount: str | None) -> None:
    assert amount_of(text, decimal=decimal) == amount


def test_a_currency_of_three_decimals_has_three() -> None:
    assert amount_of("1,234", "KWD") == "1.234"


# Files


def of(*lines: Line | Reason, broken: Malformed | None = None) -> Callable[[], Iterator[tuple[int, Line | Reason]]]:
    def begin() -> Iterator[tuple[int, Line | Reason]]:
        yield from enumerate(lines, 1)
        if broken is not None:
            raise broken

    return begin


def test_a_file_gives_records_and_reasons_with_their_numbers() -> None:
    items = list(transfers.transfers("a.ofx", of(LINE, "pending", replace(LINE, amount=""), replace(LINE, native="2"))))
    assert items[1:3] == [Skipped("pending", "a.ofx#2"), Skipped("bad-number", "a.ofx#3")]
    assert len(only(items)) == 2


def test_a_file_without_lines_is_an_empty_export() -> None:
    assert list(transfers.transfers("a.ofx", of())) == [Skipped("empty-export", "a.ofx")]


@pytest.mark.parametrize(
    ("error", "reason"), [(Malformed("x"), "malformed"), (TooBig("x"), "too-large")], ids=["damaged", "too big"]
)
def test_a_broken_file_gives_what_was_read_so_far(error: Malformed, reason: Reason) -> None:
    items = list(transfers.transfers("a.ofx", of(LINE, broken=error)))
    assert items == [made(LINE), Skipped(reason, "a.ofx#2")]


REUSED = (LINE, replace(LINE, counterparty="Another shop"), replace(LINE, native="ID2"))


def names(*lines: Line) -> set[str]:
    return {name_of(item) for item in only(transfers.transfers("a", of(*lines)))}


def test_a_repeated_id_is_one_record() -> None:
    items = only(transfers.transfers("a", of(LINE, LINE)))
    (data,) = filed([items]).values()
    assert data.count(b"schema:MoneyTransfer") == 1
    assert names(LINE, LINE) == names(LINE)


def test_a_reused_id_with_another_content_is_another_record() -> None:
    assert len(names(*REUSED)) == 3


def test_the_order_of_lines_does_not_change_what_reused_ids_are_called() -> None:
    assert names(*REUSED) == names(*reversed(REUSED))


def test_a_reused_id_on_another_day_changes_nothing() -> None:
    later = replace(LINE, day=date(2025, 12, 2), counterparty="Another shop")
    assert names(LINE, later) == names(LINE) | names(later)


def test_a_reused_id_in_a_broken_file_is_seen_too() -> None:
    items = list(transfers.transfers("a", of(*REUSED, broken=Malformed("x"))))
    assert {name_of(item) for item in only(items)} == names(*REUSED)


def test_memory_stays_flat_where_there_are_more_ids_than_are_remembered(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(transfers, "_REMEMBERED", 1)
    assert len(names(*REUSED)) == 3
    assert len(names(replace(LINE, native="ID2"), *REUSED)) == 2


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "cp1252"])
@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
def test_lines_are_read_in_the_encodings_and_ends_there_are(encoding: str, end: str, tmp_path: Path) -> None:
    path = tmp_path / "a.txt"
    path.write_bytes(end.join(["Müller", "", "Café"]).encode(encoding))
    assert list(text_lines(members(path)[0])) == ["Müller", "", "Café"]


def test_a_line_that_is_too_long_is_too_big(tmp_path: Path) -> None:
    with pytest.raises(TooBig):
        list(text_lines(members(written(tmp_path / "a.txt", "x" * 2_000_000))[0]))


@pytest.mark.parametrize(("charset", "text"), [("cp1251", "Привет"), ("iso-8859-2", "Łódź"), ("cp1252", "Café")])
def test_a_text_is_mended_by_the_charset_it_says(charset: str, text: str) -> None:
    assert mended(text.encode(charset).decode("utf-8", "surrogateescape"), charset) == text


@pytest.mark.parametrize("charset", ["none", "hex", "cp99999", "ascii"])
def test_a_charset_that_is_none_is_cp1252(charset: str) -> None:
    assert mended("Café".encode("cp1252").decode("utf-8", "surrogateescape"), charset) == "Café"


def test_every_record_is_one_resource_with_one_amount_in_the_pod() -> None:
    ((where, path), data) = next(iter(filed([[made(LINE)]]).items()))
    assert (where, path) == ("payments/bank-household", "2025/12.ttl")
    assert b"-amount>" in data
    assert b'schema:value "12.50"^^xsd:decimal' in data or b"schema:value 12.50" in data
    assert not any(isinstance(value, Iri) for _, value in made(LINE).facts)
