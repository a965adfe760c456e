"""Amazon orders: the older header and the one of 2025/26, columns by name.

It refuses to use column positions, to add up a shipment's repeated subtotal, and to keep addresses, gift texts,
tracking numbers or means of payment.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal

from lifepod.errors import Malformed
from lifepod.journal.activity import Activity, Decimal10, Fact, Reason, Skipped, Thing
from lifepod.journal.importers.clock import moment_of
from lifepod.journal.importers.tables import Columns, has, header, rows
from lifepod.journal.record import stamp
from lifepod.journal.redact import clean_text, slug
from lifepod.journal.source import Importer, Match, Member
from lifepod.names import LP_QUANTITY, SCHEMA

_ALIASES: Columns = {
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
        columns = header(member.head(8192))
        if not has(columns, _ALIASES, _MUST_HAVE):
            return _sibling(member) if columns else None
        shape = "order-history-2025" if "total amount" in map(str.lower, columns) else "retail-order-history"
        usual = re.search(r"Order ?History(?:\.\d+)?\.csv$", member.path)
        why = (
            f"it has the columns {', '.join(_ALIASES[name][0] for name in _MUST_HAVE[:3])} and {len(columns) - 3} more"
        )
        return Match(member, shape, str(len(columns)), 0.9 if usual else 0.7, why)

    def activities(self, match: Match, answers: Mapping[str, str]) -> Iterator[Activity | Skipped]:
        """Every row in the order of the file."""
        path, now = match.member.path, answers.get("now", "")
        try:
            for number, row in rows(match.member, _ALIASES, nothing=_NOTHING):
                found = _purchase(_Row(**row), now)
                yield Skipped(found, f"{path}#{number}") if isinstance(found, str) else found
        except Malformed as error:
            yield Skipped("malformed", f"{path}#{error.line}")


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
    if row.quantity and not re.fullmatch(r"[0-9]{1,6}", row.quantity):
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
    key = (_order(row.order), clean_text(row.asin), _second(row.shipped))
    match = (key[1], start.value.isoformat()[:10])
    return Activity("purchase", source, key, start, name, facts, _things(row, name), match)


def _order(number: str) -> str:
    """An order's number; in its usual form it may look like a card's and is none."""
    return number if re.fullmatch(r"[A-Z0-9]{3}-[0-9]{7}-[0-9]{7}", number) else clean_text(number)


def _second(shipped: str) -> str:
    """A ship date as it stands in a key: to the second, because only some exports have more digits."""
    moment = moment_of(shipped, "")
    return clean_text(shipped) if isinstance(moment, str) else stamp(moment)


def _things(row: _Row, name: str) -> tuple[Thing, ...]:
    product: tuple[Fact, ...] = ((SCHEMA + "name", name),)
    if row.asin:
        product += ((SCHEMA + "productID", clean_text(row.asin)),)
    order: tuple[Fact, ...] = ((SCHEMA + "orderNumber", _order(row.order)),)
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
    """A number with a decimal point; ``1.234,50`` is none, because guessing would make other prices of it."""
    digits = text.strip("'\" ")
    if not re.fullmatch(r"-?(?:[0-9]{1,12}|[0-9]{1,3}(?:,[0-9]{3}){1,3})(?:\.[0-9]{1,6})?", digits):
        return None
    return str(Decimal(digits.replace(",", "")))


def _sibling(member: Member) -> Match | None:
    if not _LATER.search(member.path) or "amazon" not in member.path.lower():
        return None
    why = "it is another file of the same export"
    hint = "Orders are read; this file is not read yet."
    return Match(member, "amazon-other", "", 0.4, why, problem=Skipped("unsupported-version", member.path), hint=hint)


IMPORTER: Importer = AmazonOrders()
"""What the entry point names."""
