"""Which of two tellings stands: the same whatever the order and the grouping, and never against the person."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, datetime
from itertools import permutations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.journal.exports import filed

from lifepod import names
from lifepod.journal.activity import Activity, Moment
from lifepod.journal.joins import joined
from lifepod.journal.record import name_of, record_of
from lifepod.journal.triples import new_partition
from lifepod.rdf.flat import FlatTriple, read_flat

URL = "https://pod.example/a.ttl"


def at(day: int) -> Moment:
    return Moment(datetime(2025, 1, day, tzinfo=UTC))


def cookie(created: int, used: int, host: str = "shop.example") -> Activity:
    facts = ((names.LP_HOST, host), (names.LP_LAST_ACCESS, at(used)))
    return Activity("cookie", "firefox-a", (host, "id", "/"), at(created), "id", facts, end=at(used + 9))


def event(sequence: int, day: int, title: str = "Tea") -> Activity:
    return Activity("event", "ics", ("uid-1",), at(day), title, ((names.ICAL_SEQUENCE, sequence),), native=True)


def all_of(bodies: Iterable[set[FlatTriple]]) -> frozenset[FlatTriple]:
    whole: set[FlatTriple] = set()
    for one in bodies:
        whole = joined(whole, one)
    return frozenset(whole)


def body(activity: Activity) -> set[FlatTriple]:
    return set(read_flat(new_partition([], [record_of(activity, name_of(activity))]), URL))


def test_a_cookie_keeps_its_first_day_and_its_last_use() -> None:
    whole = joined(body(cookie(3, 5)), body(cookie(1, 4)))
    assert whole == body(
        Activity("cookie", "firefox-a", ("shop.example", "id", "/"), at(1), "id", cookie(3, 5).facts, end=at(14))
    )


def test_a_use_half_a_second_later_is_later() -> None:
    late = Moment(datetime(2025, 1, 5, 10, 0, 0, 500_000, tzinfo=UTC))
    early = Moment(datetime(2025, 1, 5, 10, tzinfo=UTC))
    told = [
        Activity(
            "cookie", "firefox-a", ("h", "id", "/"), at(1), "id", ((names.LP_HOST, "h"), (names.LP_LAST_ACCESS, used))
        )
        for used in (early, late)
    ]
    assert joined(*map(body, told)) == body(told[1])


def test_an_event_that_was_moved_is_one_event_where_it_was_moved_to() -> None:
    assert name_of(event(0, 1)) == name_of(event(1, 20))
    assert joined(body(event(1, 20)), body(event(0, 1, "A longer title of old"))) == body(event(1, 20))


STANDING = st.one_of(
    st.builds(cookie, st.integers(1, 4), st.integers(1, 4)),
    st.builds(event, st.integers(0, 2), st.integers(1, 4), st.sampled_from(["a", "b"])),
)


@given(st.lists(st.builds(cookie, st.integers(1, 4), st.integers(1, 4)), min_size=2, max_size=4))
def test_cookies_join_to_the_same_in_any_order(told: list[Activity]) -> None:
    bodies = [body(one) for one in told]
    assert len({all_of(order) for order in permutations(bodies)}) == 1


@given(st.lists(STANDING, min_size=1, max_size=4), st.data())
def test_what_stands_ends_in_the_same_bytes_in_any_order_and_grouping(
    told: list[Activity], data: st.DataObject
) -> None:
    order = data.draw(st.permutations(told))
    cut = data.draw(st.integers(0, len(order)))
    assert filed([told]) == filed([order]) == filed([order[:cut]], [order[cut:]]) == filed([order[cut:]], [order, told])


@pytest.mark.parametrize("kind", ["cookie", "event", "person", "organisation", "audience"])
def test_what_stands_has_no_time_in_its_name(kind: str) -> None:
    one, other = (Activity(kind, "x", ("a",), at(day)) for day in (1, 2))
    assert name_of(one) == name_of(other)
    assert name_of(one).startswith("undated-")


def test_what_is_known_by_its_end_alone_is_named_by_it() -> None:
    assert name_of(Activity("listen", "x", ("a",), None, end=at(3))).startswith("20250103T000000Z-")
