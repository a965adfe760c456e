"""Amazon orders: by the names of columns in any order, in both headers, with nothing guessed and no address kept."""

from __future__ import annotations

from pathlib import Path

import pytest
from tests.journal import exports
from tests.journal.exports import NEW_ORDER, OLD_ORDER, fact, filed, gathered, one, orders, read, reasons, written

from lifepod import names
from lifepod.journal import shelf
from lifepod.journal.activity import Activity, Decimal10, Iri, Moment

BOTH = pytest.mark.parametrize("usual", [NEW_ORDER, OLD_ORDER], ids=["2025", "older"])
Order = dict[str, str]


def order(path: Path, usual: Order, *rows: Order) -> Path:
    return written(path / "Order History.csv", orders(usual, *rows))


def part(found: Activity, name: str, fact_name: str) -> object:
    thing = next(thing for thing in found.things if thing.part == name)
    value = dict(thing.facts).get(names.SCHEMA + fact_name)
    return value.value if isinstance(value, Iri) else value


@BOTH
def test_an_order_says_what_was_bought_when_and_for_how_much(usual: Order, tmp_path: Path) -> None:
    found = one(order(tmp_path, usual))
    assert (found.kind, found.source, found.name) == ("purchase", "amazon-de", "A lamp")
    assert found.start == Moment(exports.NOON.replace(microsecond=0))
    assert (fact(found, "price"), fact(found, "priceCurrency")) == (Decimal10("23.80"), "EUR")
    assert (fact(found, "quantity"), fact(found, "seller")) == (2, "Amazon.de")
    assert (part(found, "object", "name"), part(found, "object", "productID")) == ("A lamp", "B000000001")
    assert (part(found, "order", "orderNumber"), part(found, "order", "orderStatus")) == (
        "305-1234567-1234567",
        "Closed",
    )
    assert found.match == ("B000000001", "2025-12-01")


def test_both_headers_give_the_same_bytes(tmp_path: Path) -> None:
    new, old = (read(order(tmp_path / name, usual)) for name, usual in (("a", NEW_ORDER), ("b", OLD_ORDER)))
    assert filed([[i for i in new if isinstance(i, Activity)]]) == filed([[i for i in old if isinstance(i, Activity)]])


@BOTH
def test_the_order_of_columns_changes_nothing(usual: Order, tmp_path: Path) -> None:
    path = written(tmp_path / "a.csv", orders(usual, columns=sorted(usual, reverse=True)))
    assert one(path) == one(order(tmp_path, usual))


@pytest.mark.parametrize("other", ["2025-12-02T08:00:00.518Z", "2025-12-02 08:00:00 UTC", "2025-12-02T09:00:00+01:00"])
def test_another_form_of_the_ship_date_is_the_same_order(other: str, tmp_path: Path) -> None:
    first, second = one(order(tmp_path / "a", NEW_ORDER)), one(order(tmp_path / "b", NEW_ORDER, {"Ship Date": other}))
    assert first.key == second.key


@pytest.mark.parametrize(
    "change", [{"Order ID": "x"}, {"ASIN": "x"}, {"Ship Date": "2025-12-03"}, {"Website": "Amazon.com"}]
)
def test_another_shipment_is_another_record(change: Order, tmp_path: Path) -> None:
    assert len(filed_names(tmp_path, {}, change)) == 2


def filed_names(path: Path, *rows: Order) -> set[str]:
    from lifepod.journal.record import name_of

    return {name_of(item) for item in read(order(path, NEW_ORDER, *rows)) if isinstance(item, Activity)}


def test_two_equal_rows_are_two_things_and_stay_two(tmp_path: Path) -> None:
    items = [i for i in read(order(tmp_path, NEW_ORDER, {}, {})) if isinstance(i, Activity)]
    (once,), (twice,) = filed([items]).values(), filed([items], [items, items]).values()
    assert once == twice
    assert once.count(b"schema:BuyAction") == 2


@BOTH
def test_what_is_no_purchase_yet_or_any_more_is_counted(usual: Order, tmp_path: Path) -> None:
    rows: list[Order] = [
        {"Order Status": "Cancelled"}, {"Order Status": "Authorized", "Ship Date": "Not Available"},
        {"Ship Date": "", "Order Status": "New"},
        {"Order ID": ""}, {"Product Name": "Not Applicable"}, {"Order Date": "not-a-date"},
        {"Order Date": "01/12/2025"},
        {"Order Date": "Not Available"}, {"Order Date": "1970-01-01T00:00:00Z"}, {"Currency": "Not Available"},
        {"Currency": "€"},
    ]  # fmt: skip
    assert reasons(order(tmp_path, usual, *rows)) == [
        "cancelled", "pending", "pending", "no-object", "no-object", "bad-time", "bad-time", "no-time", "bad-time",
        "bad-currency", "bad-currency",
    ]  # fmt: skip


def test_an_order_that_was_pending_arrives_with_the_next_export_once(tmp_path: Path) -> None:
    early = read(order(tmp_path / "a", NEW_ORDER, {"Order Status": "Authorized", "Ship Date": "Not Available"}))
    late = read(order(tmp_path / "b", NEW_ORDER))
    (data,) = filed(
        [[i for i in early if isinstance(i, Activity)]], [[i for i in late if isinstance(i, Activity)]]
    ).values()
    assert data.count(b"schema:BuyAction") == 1


def test_a_closed_order_without_a_ship_date_is_a_purchase(tmp_path: Path) -> None:
    assert one(order(tmp_path, NEW_ORDER, {"Ship Date": "Not Available"})).kind == "purchase"


@pytest.mark.parametrize(
    ("total", "price"),
    [
        ("1,234.50", "1234.50"), ("'-14.39'", "-14.39"), ("1,234,567", "1234567"), ("0", "0"), ("007.50", "7.50"),
        ("12", "12"),
        # What cannot be read is worked out from the unit price and its tax.
        ("Not Available", "23.80"), ("abc", "23.80"), ("1.234,50", "23.80"), ("12,50", "23.80"), ("1,23.4",
        "23.80"), ("1e5", "23.80"),
        ("NaN", "23.80"), ("9" * 50, "23.80"), ("$12.00", "23.80"),
    ],
)  # fmt: skip
def test_a_price_is_read_in_its_own_digits_or_worked_out_and_never_guessed(
    total: str, price: str, tmp_path: Path
) -> None:
    assert fact(one(order(tmp_path, NEW_ORDER, {"Total Amount": total})), "price") == Decimal10(price)


def test_the_repeated_subtotal_of_a_shipment_is_never_added_up(tmp_path: Path) -> None:
    found = one(order(tmp_path, NEW_ORDER, {"Shipment Item Subtotal": "999.00"}))
    assert "999" not in repr(found)


@pytest.mark.parametrize(
    "change",
    [
        {"Total Amount": "x", "Unit Price": "x"}, {"Total Amount": "", "Unit Price": ""},
        {"Original Quantity": "²"}, {"Original Quantity": "abc"},
        {"Original Quantity": "1.5"}, {"Original Quantity": "-1"}, {"Original Quantity": "9" * 30},
        {"Original Quantity": "٣"},
    ],
)  # fmt: skip
def test_a_number_that_is_none_is_counted(change: Order, tmp_path: Path) -> None:
    assert reasons(order(tmp_path, NEW_ORDER, change)) == ["bad-number"]


def test_a_row_without_a_quantity_has_none(tmp_path: Path) -> None:
    found = one(order(tmp_path, NEW_ORDER, {"Original Quantity": "Not Available", "Total Amount": "x"}))
    assert (fact(found, "quantity"), fact(found, "price")) == (None, Decimal10("11.90"))


@pytest.mark.parametrize("number", ["305-1234567-1234567", "503-0000000-0000006", "D01-1234567-1234567"])
def test_an_order_number_is_never_taken_for_a_card(number: str, tmp_path: Path) -> None:
    assert part(one(order(tmp_path, NEW_ORDER, {"Order ID": number})), "order", "orderNumber") == number


# Tables


@pytest.mark.parametrize(
    ("encoding", "name"), [("utf-8", "Bettwäsche 🛏"), ("utf-8-sig", "Bettwäsche 🛏"), ("utf-16", "Bettwäsche 🛏"),
    ("cp1252", "Bettwäsche €")]
)  # fmt: skip
def test_every_usual_encoding_is_read(encoding: str, name: str, tmp_path: Path) -> None:
    text = orders(NEW_ORDER, *[{"Product Name": "lamp"}] * 900, {"Product Name": name})
    items = read(written(tmp_path / "Order History.csv", text, encoding))
    assert isinstance(items[-1], Activity)
    assert items[-1].name == name


def test_of_two_equal_columns_the_first_that_says_something_counts(tmp_path: Path) -> None:
    header, row = orders(NEW_ORDER).splitlines()
    path = written(tmp_path / "a.csv", f"{header},Original Quantity,Product Name\r\n{row},7,Other\r\n")
    assert (fact(one(path), "quantity"), one(path).name) == (2, "A lamp")
    path = written(tmp_path / "b.csv", f"Product Name,{header}\r\nNot Available,{row}\r\n")
    assert one(path).name == "A lamp"


def test_unknown_columns_and_other_writings_of_their_names_do_no_harm(tmp_path: Path) -> None:
    header, row = orders(NEW_ORDER).splitlines()
    path = written(
        tmp_path / "a.csv", f"New Column, {header.lower().replace('order id', 'ORDER  ID')} ,Another\r\nx,{row},y\r\n"
    )
    assert one(path) == one(order(tmp_path, NEW_ORDER))


def test_short_long_and_empty_rows_are_rows_or_nothing(tmp_path: Path) -> None:
    header, row = orders(NEW_ORDER).splitlines()
    path = written(tmp_path / "a.csv", f"{header}\r\n\r\nB0\r\n{row},x,y,z\r\n,,,\r\n")
    assert [getattr(i, "reason", "record") for i in read(path)] == ["no-object", "record", "no-object"]


@pytest.mark.parametrize("missing", ["Order ID", "Order Date", "ASIN", "Product Name", "Currency", "Website"])
def test_a_table_without_a_needed_column_is_not_known(missing: str, tmp_path: Path) -> None:
    path = written(tmp_path / "Order History.csv", orders(NEW_ORDER, columns=[c for c in NEW_ORDER if c != missing]))
    assert shelf.recognise(exports.members(path)[0]) == ()


@pytest.mark.parametrize("content", ["", "\n", "a;b;c", "a,b\n1,2", "\x00,\x00", '"', ",,,,"])
def test_other_tables_are_not_known(content: str, tmp_path: Path) -> None:
    assert shelf.recognise(exports.members(written(tmp_path / "Order History.csv", content))[0]) == ()


@pytest.mark.parametrize(
    ("name", "confidence"), [("Retail.OrderHistory.1.csv", 0.9), ("Order History.csv", 0.9), ("x.txt", 0.7)]
)
def test_its_name_makes_it_surer(name: str, confidence: float, tmp_path: Path) -> None:
    path = written(tmp_path / name, orders(OLD_ORDER))
    assert shelf.recognise(exports.members(path)[0])[0][1].confidence == confidence


def test_a_table_without_rows_is_empty_and_not_a_success(tmp_path: Path) -> None:
    (report,) = gathered(written(tmp_path / "Order History.csv", orders(NEW_ORDER).splitlines()[0]))
    assert (report.importer, report.problem) == ("amazon", "empty-export")


def test_a_file_of_the_same_export_that_is_not_read_yet_is_named(tmp_path: Path) -> None:
    path = written(tmp_path / "Your Amazon Orders" / "Digital Content Orders.csv", "A,B\n1,2\n")
    (report,) = gathered(path)
    assert (report.importer, report.problem) == ("amazon", "unsupported-version")
    assert report.hint


def test_a_field_past_the_bound_ends_the_file_with_a_reason(tmp_path: Path) -> None:
    path = order(tmp_path, NEW_ORDER, {}, {"Product Name": "x" * 1_100_000}, {})
    (report,) = gathered(path)
    assert (report.records, report.problem) == (1, "malformed")


def test_a_long_name_is_cut(tmp_path: Path) -> None:
    assert len(one(order(tmp_path, NEW_ORDER, {"Product Name": "x" * 9000})).name or "") == 4000
