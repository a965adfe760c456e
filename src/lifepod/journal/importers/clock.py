"""Times as exports write them, within the bounds of what can have happened.

It refuses to read a clock (now is an answer of the engine) and to clamp: a time out of bounds is no time.
"""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

from lifepod.journal.activity import Moment, Reason

_FIRST = datetime(1990, 1, 1, tzinfo=UTC)
_EPOCHS = frozenset({datetime(year, 1, 1, tzinfo=UTC) for year in (1601, 1970, 2001)})
"""A value exactly there was never set."""


def out_of_bounds(value: datetime, now: str) -> bool:
    """Whether it lies before 1990, more than two days after ``now`` (ISO; empty: not known), or on an epoch."""
    if value < _FIRST or value in _EPOCHS:
        return True
    return bool(now) and value > _now(now) + timedelta(days=2)


def moment_of(text: object, now: str) -> Moment | Reason:
    """An ISO 8601 time or day with its precision, or why it is none."""
    if not isinstance(text, str) or not text.strip():
        return "no-time"
    shown = text.strip().removesuffix(" UTC")
    try:
        if len(shown) == 10:
            day = date.fromisoformat(shown)
            whole = datetime(day.year, day.month, day.day, tzinfo=UTC)
            return "bad-time" if out_of_bounds(whole, now) else Moment(day, "day")
        value = datetime.fromisoformat(shown)
        value = (value if value.tzinfo else value.replace(tzinfo=UTC)).astimezone(UTC)
    except (ValueError, OverflowError):
        return "bad-time"
    return "bad-time" if out_of_bounds(value, now) else Moment(value)


def _now(text: str) -> datetime:
    return datetime.fromisoformat(text)
