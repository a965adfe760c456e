"""Amazon orders: the older header and the one of 2025/26, columns by name.

It refuses to use column positions, to add up a shipment's repeated subtotal, and to keep addresses, gift texts,
tracking numbers or means of payment.
"""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation

from lifepod.journal.activity import Activity, Decimal10, Fact, Reason, Skipped, Thing
from lifepod.journal.importers.clock import moment_of
from lifepod.journal.redact import clean_text, slug
from lifepod.journal.source import Importer, Match, Member
from lifepod.limits import LIMITS
from lifepod.names import LP_QUANTITY, SCHEMA

_ALIASES: Mapping[str, tuple[str, ...]] = {
    "order": ("Order ID",),
    "date": ("Order Date",),
    "asin": ("ASIN",),
    "product": ("Product Name",),
    "currency": ("Currency",),
    "total": ("Total Amount", "Total Owed"),
    "price": ("Unit Price",),
    "tax": ("Unit Price Tax",),
    "quantity": ("Original Quantity", "Quantity"),
    "status": ("Order Status",),
    "shipped": ("Ship Date",),
    "website": ("Website",),
}
"""Our name of a column → its names over the years, the newest first."""
_MUST_HAVE = ("order", "date", "asin", "product", "currency", "website")
_LATER = re.compile(
    r"(?:Digital Content Orders|Cart History|Refund Details|Viewing History|Search History|Digital Items)\.csv$"
)
_NOTHING = frozenset({"", "not available", "not applicable"})
_DONE = frozenset({"closed", "shipped", "delivered", "complete", "completed"})


class AmazonOrders:
    """Reads ``Order History.csv`` and ``Retail.OrderHistory.N.csv``."""

    name = "amazon"
    title = "Amazon orders"
    version = "1"
    how_to_get = "Amazon: Your Account, Request your data, Your Orders; a zip by e-mail after hours or days."

    def recognise(self, member: Member) -> Match | None:
        """By the names of its columns, in any order."""
        first = (_decoded(member.head(8192)).splitlines() or [""])[0]
        if "," not in first or "\0" in first:
            return None
        columns = next(csv.reader([first]), [])
        known = {ours for ours, names in _ALIASES.items() if any(name in columns for name in names)}
        if not set(_MUST_HAVE) <= known:
            return _sibling(member)
        shape = "order-history-2025" if "Total Amount" in columns else "retail-order-history"
        usual = re.search(r"Order ?History(?:\.\d+)?\.csv$", member.path)
        why = (
            f"it has the columns {', '.join(_ALIASES[name][0] for name in _MUST_HAVE[:3])} and {len(columns) - 3} more"
        )
        return Match(member, shape, str(len(columns)), 0.9 if usual else 0.7, why)

    def activities(self, match: Match, answers: Mapping[str, str]) -> Iterator[Activity | Skipped]:
        """Every row in the order of the file."""
        number, path = 0, match.member.path
        csv.field_size_limit(LIMITS.field_bytes)
        with match.member.open() as stream:
            text = io.TextIOWrapper(stream, encoding=_encoding(match.member.head(4)), errors="replace", newline="")
            try:
                for row in csv.DictReader(text):
                    number += 1
                    found = _purchase(_named(row), answers.get("now", ""))
                    yield Skipped(found, f"{path}#{number}") if isinstance(found, str) else found
            except csv.Error:
                yield Skipped("malformed", f"{path}#{number + 1}")


@dataclass(frozen=True, slots=True)
class _Row:
    order: str
    date: str
    asin: str
    product: str
    currency: str
    total: str
    price: str
    tax: str
    quantity: str
    status: str
    shipped: str
    website: str


def _named(row: Mapping[str | None, object]) -> _Row:
    values = {}
    for ours, names in _ALIASES.items():
        found = next((row[name] for name in names if isinstance(row.get(name), str)), "")
        text = str(found).strip()
        values[ours] = "" if text.lower() in _NOTHING else text
    return _Row(**values)


def _purchase(row: _Row, now: str) -> Activity | Reason:
    if not row.order or not row.product:
        return "no-object"
    status = row.status.lower()
    if status.startswith("cancel"):
        return "cancelled"
    if not row.shipped and status not in _DONE:
        # It gets its ship date in a later export; filing it now would leave the open row beside the shipped one.
        return "pending"
    start = moment_of(row.date, now)
    if isinstance(start, str):
        return start
    if not re.fullmatch(r"[A-Z]{3}", row.currency):
        return "bad-currency"
    if row.quantity and not row.quantity.isdigit():
        return "bad-number"
    paid = _paid(row)
    if paid is None:
        return "bad-number"
    source = slug(row.website) or "amazon"
    name = clean_text(row.product)
    facts: tuple[Fact, ...] = (
        (SCHEMA + "price", Decimal10(paid)),
        (SCHEMA + "priceCurrency", row.currency),
        (SCHEMA + "seller", clean_text(row.website) or "Amazon"),
    )
    if row.quantity:
        facts += ((LP_QUANTITY, int(row.quantity)),)
    day = start.value.isoformat()[:10]
    return Activity(
        "purchase", source, (row.order, row.asin, row.shipped), start, name, facts, _things(row, name), (row.asin, day)
    )


def _things(row: _Row, name: str) -> tuple[Thing, ...]:
    product: tuple[Fact, ...] = ((SCHEMA + "name", name),)
    if row.asin:
        product += ((SCHEMA + "productID", clean_text(row.asin)),)
    order: tuple[Fact, ...] = ((SCHEMA + "orderNumber", clean_text(row.order)),)
    if row.status:
        order += ((SCHEMA + "orderStatus", clean_text(row.status)),)
    return (
        Thing("object", SCHEMA + "object", (SCHEMA + "Product",), product),
        Thing("order", SCHEMA + "result", (SCHEMA + "Order",), order),
    )


def _paid(row: _Row) -> str | None:
    """What the row cost, in its own digits; unit price and tax times the quantity where no total can be read."""
    total = _number(row.total)
    if total is not None:
        return total
    price, tax, count = _number(row.price), _number(row.tax) or "0", _number(row.quantity or "1")
    if price is None or count is None:
        return None
    return str((Decimal(price) + Decimal(tax)) * Decimal(count))


def _number(text: str) -> str | None:
    digits = text.strip("'\" ").replace(",", "")
    if not re.fullmatch(r"-?\d{1,12}(?:\.\d{1,6})?", digits):
        return None
    try:
        return str(Decimal(digits))
    except InvalidOperation:
        return None


def _sibling(member: Member) -> Match | None:
    if not _LATER.search(member.path) or "amazon" not in member.path.lower():
        return None
    why = "it is another file of the same export"
    hint = "Orders are read; this file is not read yet."
    return Match(member, "amazon-other", "", 0.4, why, problem=Skipped("unsupported-version", member.path), hint=hint)


def _encoding(head: bytes) -> str:
    return "utf-16" if head[:2] in (b"\xff\xfe", b"\xfe\xff") else "utf-8-sig"


def _decoded(head: bytes) -> str:
    return head.decode(_encoding(head), errors="replace")


IMPORTER: Importer = AmazonOrders()
"""What the entry point names."""
