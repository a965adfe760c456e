"""Times as exports write them, within the bounds of what can have happened.

It refuses to read a clock (now is an answer of the engine) and to clamp: a time out of bounds is no time.
"""

from __future__ import annotations

import re
from datetime import UTC, date, datetime, timedelta
from functools import lru_cache

from lifepod.journal.activity import Moment, Precision, Reason

_EPOCHS = tuple(datetime(year, 1, 1, tzinfo=UTC) for year in (1601, 1970, 2001))
"""A value exactly there was never set."""
_FOREVER = datetime.max.replace(tzinfo=UTC)
_TIME = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}(?:[T ]([0-9]{2}:[0-9]{2})(:[0-9]{2}(?:[.,][0-9]+)?)?(?P<zone>.*))?")


@lru_cache(maxsize=8)
def bounds(now: str) -> tuple[datetime, datetime]:
    """What can have happened: from 1990 to two days after ``now`` (ISO; empty: not known)."""
    last = datetime.fromisoformat(now) + timedelta(days=2) if now else _FOREVER
    return datetime(1990, 1, 1, tzinfo=UTC), last


def out_of_bounds(value: datetime, now: str) -> bool:
    """Whether a time cannot have happened, or was never set."""
    first, last = bounds(now)
    return not first <= value <= last or value in _EPOCHS


def moment_of(text: object, now: str) -> Moment | Reason:
    """An ISO 8601 time, minute or day with its precision, or why it is none; without a zone it is UTC."""
    if not isinstance(text, str) or not text.strip():
        return "no-time"
    shown = text.strip().removesuffix(" UTC")
    found = _TIME.fullmatch(shown)
    if found is None:
        return "bad-time"
    try:
        if found.group(1) is None:
            day = date.fromisoformat(shown)
            whole = datetime(day.year, day.month, day.day, tzinfo=UTC)
            return "bad-time" if out_of_bounds(whole, now) else Moment(day, "day")
        value = datetime.fromisoformat(shown)
        if value.tzinfo is not UTC:
            value = (value if value.tzinfo else value.replace(tzinfo=UTC)).astimezone(UTC)
    except (ValueError, OverflowError):
        return "bad-time"
    precision: Precision = "instant" if found.group(2) else "minute"
    return "bad-time" if out_of_bounds(value, now) else Moment(value, precision)


class Stamps:
    """Times as a count of microseconds since an epoch, as databases keep them."""

    def __init__(self, epoch: datetime, now: str) -> None:
        """``epoch`` is where the count begins, ``now`` as in :func:`bounds`."""
        self._epoch = epoch
        first, last = bounds(now)
        self._first, self._last = _micro(first - epoch), _micro(last - epoch)
        self._unset = frozenset(_micro(unset - epoch) for unset in _EPOCHS)

    def moment(self, count: int) -> Moment | Reason:
        """The moment, or why it is none."""
        if not count:
            return "no-time"
        if not self._first <= count <= self._last or count in self._unset:
            return "bad-time"
        return Moment(self._epoch + timedelta(microseconds=count))


def _micro(span: timedelta) -> int:
    return span // timedelta(microseconds=1)
