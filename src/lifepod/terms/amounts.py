"""Amounts of time and money as records hold them.

It refuses to read what means two things, such as a month, and a currency that ISO 4217 does not know.
"""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta
from decimal import Decimal

from lifepod.names import LP, XSD
from lifepod.terms.clauses import CURRENCIES
from lifepod.terms.policy import Constraint

_DURATION = re.compile(r"P(?:([0-9]{1,6})D)?(?:T([0-9]{1,2})H)?\Z")
_MOMENT = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}T(?:[01][0-9]|2[0-3]):[0-9]{2}:[0-9]{2}Z\Z")
_AMOUNT = re.compile(r"-?[0-9]{1,18}(?:\.[0-9]{1,9})?\Z")


def duration_of(text: str) -> timedelta | None:
    """``P30D``, ``PT12H``; ``None`` for anything else: of ``P1M`` nobody knows whether months or minutes are meant."""
    found = _DURATION.match(text)
    if found is None or not any(found.groups()):
        return None
    return timedelta(days=int(found[1] or 0), hours=int(found[2] or 0))


def moment_of(text: str) -> datetime | None:
    """``2027-05-01T00:00:00Z`` as a moment in UTC; ``None`` for what is no such time."""
    try:
        return datetime.fromisoformat(text) if _MOMENT.match(text) else None
    except ValueError:
        return None


def later(moment: datetime, span: timedelta) -> datetime:
    """A moment after a span; the last one there is where it would lie beyond."""
    last = datetime.max.replace(microsecond=0, tzinfo=UTC)
    return last if span > last - moment else moment + span


def amount_of(constraint: Constraint) -> Decimal | None:
    """The number of a constraint; ``None`` where it is none."""
    right = constraint.right
    return Decimal(right.text) if right.datatype == XSD + "decimal" and _AMOUNT.match(right.text) else None


def currency_of(unit: str) -> str:
    """``EUR`` of ``lp:currency-EUR``; empty for a unit that is no currency of ISO 4217."""
    code = unit.removeprefix(LP + "currency-")
    return code if unit != code and code in CURRENCIES else ""
