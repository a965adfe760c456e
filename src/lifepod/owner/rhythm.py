"""When things happened: how many in each year, month and day, and in each hour of the week. Pure: times in, counts out.

It refuses to guess: what has no time of day is in no hour, what has no day is only counted.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date, timedelta

GRAINS = ("day", "month", "year")
"""The finest first."""
_SIZES = {"day": 10, "month": 7, "year": 4}


@dataclass(frozen=True, slots=True)
class Span:
    """A day, a month or a year, and what happened in it."""

    period: str
    """``2026-03-14``, ``2026-03`` or ``2026``."""
    count: int


class Rhythm:
    """Counts times as they come; a time is ``2026-03-14T21:05``, longer, or as short as a day."""

    def __init__(self, times: Iterable[str] = ()) -> None:
        self.days: Counter[str] = Counter()
        self.hours: Counter[tuple[int, int]] = Counter()
        """Weekday (Monday is 0) and hour."""
        self.undated = self.unhoured = 0
        self.add(times)

    def add(self, times: Iterable[str]) -> None:
        """Count these too."""
        for time in times:
            day = _day(time)
            if day is None:
                self.undated += 1
                continue
            self.days[time[:10]] += 1
            hour = time[11:13]
            if hour.isdigit() and len(hour) == 2 and int(hour) < 24:
                self.hours[day.weekday(), int(hour)] += 1
            else:
                self.unhoured += 1

    @property
    def dated(self) -> int:
        """How many have a day."""
        return self.days.total()

    def per(self, grain: str) -> Counter[str]:
        """How many in each period that has any."""
        found: Counter[str] = Counter()
        for day, count in self.days.items():
            found[day[: _SIZES[grain]]] += count
        return found

    def over_time(self, most: int) -> tuple[str, tuple[Span, ...], int]:
        """The finest grain that needs at most so many spans, those spans without a gap, and how many are older.

        Where even years are too many the last of them are given.
        """
        if not self.days or most < 1:
            return "day", (), 0
        first, last = min(self.days), max(self.days)
        grain = next((one for one in GRAINS if _distance(first, last, one) <= most), "year")
        counts = self.per(grain)
        spans = tuple(Span(one, counts[one]) for one in _periods(first, last, grain, most))
        return grain, spans, self.dated - sum(span.count for span in spans)

    def weekdays(self) -> tuple[int, ...]:
        """How many on each day of the week, Monday first; only what has an hour."""
        return tuple(sum(self.hours[day, hour] for hour in range(24)) for day in range(7))

    def peak(self) -> tuple[int, int] | None:
        """The fullest hour of the week; ``None`` where nothing has an hour."""
        return max(self.hours, key=lambda at: (self.hours[at], -at[0], -at[1])) if self.hours else None


def _day(time: str) -> date | None:
    try:
        return date.fromisoformat(time[:10]) if len(time) >= 10 else None
    except ValueError:
        return None


def _distance(first: str, last: str, grain: str) -> int:
    """How many periods there are from the first to the last."""
    if grain == "day":
        return (date.fromisoformat(last) - date.fromisoformat(first)).days + 1
    years = int(last[:4]) - int(first[:4])
    return years + 1 if grain == "year" else years * 12 + int(last[5:7]) - int(first[5:7]) + 1


def _periods(first: str, last: str, grain: str, most: int) -> Iterator[str]:
    """Every period from the first to the last, but only the last ``most`` of them."""
    count = min(_distance(first, last, grain), most)
    if grain == "day":
        end = date.fromisoformat(last)
        yield from ((end - timedelta(days=back)).isoformat() for back in reversed(range(count)))
        return
    if grain == "year":
        yield from (f"{int(last[:4]) - back:04}" for back in reversed(range(count)))
        return
    whole = int(last[:4]) * 12 + int(last[5:7]) - 1
    yield from (f"{(whole - back) // 12:04}-{(whole - back) % 12 + 1:02}" for back in reversed(range(count)))


def levels(counts: Iterable[int], most: int = 4) -> tuple[int, ...]:
    """The upper bound of each of at most ``most`` levels between one and the largest count; empty for none."""
    top = max(counts, default=0)
    steps = min(most, top)
    return tuple(-(-top * number // steps) for number in range(1, steps + 1))


def level_of(count: int, bounds: tuple[int, ...]) -> int:
    """The level of a count, from one; nought for none."""
    return next((number for number, bound in enumerate(bounds, 1) if count <= bound), len(bounds)) if count > 0 else 0
