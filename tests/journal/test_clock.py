"""Times within the bounds of what can have happened, as exactly as they were told."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.journal.exports import NOW, unix

from lifepod.journal.activity import Moment
from lifepod.journal.importers.clock import Stamps, moment_of, out_of_bounds

UNIX, WEBKIT = datetime(1970, 1, 1, tzinfo=UTC), datetime(1601, 1, 1, tzinfo=UTC)
NOW_AT = datetime.fromisoformat(NOW)
TICK = timedelta(microseconds=1)


@pytest.mark.parametrize(
    ("text", "value", "precision"),
    [
        ("2025-12-01T12:00:00.500Z", datetime(2025, 12, 1, 12, 0, 0, 500_000, tzinfo=UTC), "instant"),
        ("2025-12-01T12:00:00Z", datetime(2025, 12, 1, 12, tzinfo=UTC), "instant"),
        ("2025-12-01T14:00:00+02:00", datetime(2025, 12, 1, 12, tzinfo=UTC), "instant"),
        ("2025-12-01 12:00:00 UTC", datetime(2025, 12, 1, 12, tzinfo=UTC), "instant"),
        ("2025-12-01T12:00:00", datetime(2025, 12, 1, 12, tzinfo=UTC), "instant"),
        (" 2025-12-01T12:00Z ", datetime(2025, 12, 1, 12, tzinfo=UTC), "minute"),
        ("2025-12-01 12:00", datetime(2025, 12, 1, 12, tzinfo=UTC), "minute"),
        ("2025-12-01", date(2025, 12, 1), "day"),
        ("2024-02-29", date(2024, 2, 29), "day"),
    ],
)
def test_a_time_is_read_as_exactly_as_it_is_told(text: str, value: date, precision: str) -> None:
    moment = moment_of(text, NOW)
    assert isinstance(moment, Moment)
    assert (moment.value, moment.precision) == (value, precision)


@pytest.mark.parametrize("text", [None, "", "  ", 5, 1.5, True, [], {}])
def test_nothing_is_no_time(text: object) -> None:
    assert moment_of(text, NOW) == "no-time"


@pytest.mark.parametrize(
    "text",
    [
        "01/12/2025", "12.01.2025", "20251201", "2025-W49-1", "2025-335", "1764590400", "2025-13-01", "2025-02-30",
        "2025-12-01T25:00:00Z", "2025-12-01T12:00:00Zx", "2025-12-01T", "yesterday", "2025-12-01T12:00:00+99:00",
        "٢٠٢٥-١٢-٠١", "9999-12-31T23:59:59-23:59", "0001-01-01T00:00:00+23:59", "2025-12-01T12", "x" * 100_000,
    ],
)  # fmt: skip
def test_what_is_no_iso_time_is_never_guessed(text: str) -> None:
    assert moment_of(text, NOW) == "bad-time"


BOUNDS = [
    (datetime(1990, 1, 1, tzinfo=UTC), False), (datetime(1990, 1, 1, tzinfo=UTC) - TICK, True),
    (NOW_AT + timedelta(days=2), False), (NOW_AT + timedelta(days=2) + TICK, True),
    (datetime(2001, 1, 1, tzinfo=UTC), True), (datetime(2001, 1, 1, tzinfo=UTC) + TICK, False),
    (UNIX, True), (WEBKIT, True),
]  # fmt: skip


@pytest.mark.parametrize(("value", "outside"), BOUNDS)
def test_what_cannot_have_happened_or_was_never_set_is_no_time(value: datetime, outside: bool) -> None:
    assert out_of_bounds(value, NOW) is outside
    assert (moment_of(value.isoformat(timespec="microseconds"), NOW) == "bad-time") is outside
    for epoch in (UNIX, WEBKIT):
        count = (value - epoch) // TICK
        assert (Stamps(epoch, NOW).moment(count) in ("bad-time", "no-time")) is outside


def test_without_a_now_the_future_is_open() -> None:
    assert moment_of("2999-01-01", "") == Moment(date(2999, 1, 1), "day")
    assert Stamps(UNIX, "").moment(2**62) == "bad-time"


@pytest.mark.parametrize("count", [2**63, -(2**63), 10**30, -1, 1])
def test_a_count_that_no_calendar_holds_is_a_bad_time(count: int) -> None:
    assert Stamps(UNIX, NOW).moment(count) == "bad-time"


def test_a_count_of_zero_was_never_set() -> None:
    assert Stamps(WEBKIT, NOW).moment(0) == "no-time"


@given(st.datetimes(datetime(1990, 1, 1), datetime(2026, 3, 1), timezones=st.just(UTC)))
def test_a_count_is_exact_to_the_microsecond(value: datetime) -> None:
    moment = Stamps(UNIX, NOW).moment(unix(value))
    assert value == datetime(2001, 1, 1, tzinfo=UTC) or moment == Moment(value)
