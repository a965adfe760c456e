"""How a request and an agreement stand at a time, and what falls due after the end."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from itertools import permutations, product

import pytest
from tests.terms.changes import (
    COUNTER,
    PLACE,
    REQUEST,
    TERMS,
    lacking,
    rule_of,
    with_constraint,
    with_rule,
    without,
)
from tests.terms.samples import ALICE, SHOP, unsigned

from lifepod.names import LP, ODRL, XSD
from lifepod.terms.events import Due, Event, Kept, Step, address_of, event_of
from lifepod.terms.life import (
    _MOVES,
    AGREED,
    ASKED,
    COUNTERED,
    DPV_STATUS,
    ENDED,
    EXPIRED,
    LAPSED,
    MISSED,
    OPEN,
    REFUSED,
    REVOKED,
    SETTLED,
    WITHDRAWN,
    Life,
    dues_at,
    fits,
    life_of,
    until_of,
    waits_for,
)
from lifepod.terms.policy import Policy, Value

EVENT = {name: event_of(unsigned(name)) for name in ("accept", "tentative", "refusal", "revocation", "attestation")}
DIGEST = EVENT["accept"].graph_digest
ACCEPT, REVOKE, ATTEST = EVENT["accept"], EVENT["revocation"], EVENT["attestation"]
NODE = REQUEST.root + "#delete-at-end"
UNTIL = "2027-05-01T00:00:00Z"


def event(step: Step, published: str, actor: str = SHOP, **more: object) -> Event:
    """An event about the sample."""
    plain = Event(address_of(REQUEST.root, step + published), step, actor, published, REQUEST.root, DIGEST)
    return replace(plain, **more)  # type: ignore[arg-type]


def at(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


def life(
    *events: Event,
    now: str = "2026-12-01T08:00:06",
    agreed: bool = True,
    policy: Policy = REQUEST,
    digest: str = DIGEST,
) -> Life:
    return life_of(policy, digest, events, at(now), agreed=agreed)


WITHDRAW = event(Step.WITHDRAWAL, "2026-12-01T08:00:05Z")


@pytest.mark.parametrize(
    ("events", "agreed", "state"),
    [
        ((), False, ASKED),
        ((), True, AGREED),
        ((ACCEPT,), True, OPEN),
        ((ACCEPT,), False, ASKED),
        ((EVENT["tentative"],), False, COUNTERED),
        ((EVENT["refusal"],), False, REFUSED),
        ((EVENT["tentative"], event(Step.REFUSAL, "2026-11-25T00:00:00Z")), False, REFUSED),
        ((event(Step.WITHDRAWAL, "2026-11-25T00:00:00Z"),), False, WITHDRAWN),
        ((ACCEPT, REVOKE), True, REVOKED),
        ((REVOKE,), True, REVOKED),
        ((ACCEPT, WITHDRAW), True, WITHDRAWN),
        ((ACCEPT, REVOKE, ATTEST), True, SETTLED),
        ((EVENT["refusal"], ACCEPT), False, REFUSED),
        ((event(Step.REFUSAL, "2026-11-24T00:00:00Z", ALICE), ACCEPT), True, REFUSED),
        ((event(Step.REFUSAL, "2026-11-24T00:00:00Z", SHOP), ACCEPT), True, OPEN),  # no vendor is rid of its duties so
        ((REVOKE, event(Step.ACCEPT, "2026-12-01T08:00:06Z", ALICE, access_checked=UNTIL)), True, REVOKED),
    ],
)
def test_each_step_moves_what_it_may(events: tuple[Event, ...], agreed: bool, state: str) -> None:
    assert life(*events, agreed=agreed, now="2026-12-01T20:20:00").state == state


def test_events_that_come_in_any_order_make_the_same_life() -> None:
    lives = {life(*events, now="2026-12-02T00:00:00") for events in permutations([ACCEPT, REVOKE, ATTEST])}
    assert len(lives) == 1


@pytest.mark.parametrize(("state", "step"), list(product(DPV_STATUS, Step)))
def test_no_step_leads_back_or_out_of_an_end(state: str, step: Step) -> None:
    rank = [ASKED, COUNTERED, AGREED, OPEN, REFUSED, WITHDRAWN, REVOKED]
    following = _MOVES.get((state, step))
    assert following is None or rank.index(following) > rank.index(state)
    assert following is None or state not in (*ENDED, REFUSED, LAPSED)


def test_every_state_has_its_word_in_dpv() -> None:
    assert {*ENDED, ASKED, COUNTERED, REFUSED, LAPSED, AGREED, OPEN} == set(DPV_STATUS)


@pytest.mark.parametrize(
    "wrong",
    [
        replace(ACCEPT, actor=SHOP),
        replace(ACCEPT, actor="https://mallory.example/#me"),
        replace(ACCEPT, object=COUNTER.root),
        replace(ACCEPT, graph_digest="uEiA"),
        replace(ACCEPT, graph_digest=""),
        replace(ACCEPT, access_checked=""),
        replace(ACCEPT, access_checked="soon"),
        replace(ACCEPT, published="2026-13-01T00:00:00Z"),
        replace(ACCEPT, published="2026-12-01T08:06:00Z"),
        replace(ACCEPT, step=Step.RECEIPT),
    ],
)
def test_only_the_person_opens_this_very_agreement_after_a_look_at_the_access(wrong: Event) -> None:
    assert life(wrong).state == AGREED


@pytest.mark.parametrize(
    ("step", "person", "vendor"),
    [
        (Step.ACCEPT, True, False),
        (Step.TENTATIVE, True, False),
        (Step.REFUSAL, True, True),
        (Step.REVOCATION, True, False),
        (Step.WITHDRAWAL, False, True),
        (Step.ATTESTATION, False, True),
        (Step.RECEIPT, False, True),
        (Step.USE_NOTE, False, True),
        (Step.BREACH, True, False),
    ],
)
def test_each_step_is_one_party_s(step: Step, person: bool, vendor: bool) -> None:
    assert fits(REQUEST, DIGEST, event(step, UNTIL, ALICE)) is person
    assert fits(REQUEST, DIGEST, event(step, UNTIL, SHOP)) is vendor
    assert not fits(REQUEST, DIGEST, event(step, UNTIL, "https://mallory.example/#me"))
    assert not fits(REQUEST, "", event(step, UNTIL, ALICE, graph_digest=""))


# Time


@pytest.mark.parametrize(
    ("now", "state"),
    [("2027-04-30T23:59:59", OPEN), ("2027-05-01T00:00:00", EXPIRED), ("2027-05-02T00:00:00", MISSED)],
)
def test_an_agreement_ends_on_its_day_and_is_missed_when_nothing_comes(now: str, state: str) -> None:
    assert life(ACCEPT, now=now).state == state


@pytest.mark.parametrize(("now", "state"), [("2026-12-06T23:59:59", ASKED), ("2026-12-07T00:00:00", LAPSED)])
def test_a_request_lapses_on_its_day(now: str, state: str) -> None:
    assert life(now=now, agreed=False) == Life(state, "2026-12-07T00:00:00Z" if state == LAPSED else AT_ASKED, UNTIL)


AT_ASKED = "2026-11-23T09:58:00Z"


def test_an_answer_after_the_time_for_it_changes_nothing() -> None:
    late = event(Step.TENTATIVE, "2026-12-08T00:00:00Z", ALICE)
    assert life(late, now="2026-12-09T00:00:00", agreed=False).state == LAPSED


def test_a_counter_offer_waits_for_the_vendor() -> None:
    assert life(policy=COUNTER, agreed=False, now="2026-11-25T00:00:00").state == COUNTERED
    assert life(policy=COUNTER, agreed=False, now="2026-12-08T00:00:00").state == LAPSED


@pytest.mark.parametrize("step", [Step.WITHDRAWAL, Step.REVOCATION])
def test_nobody_ends_again_what_has_ended_to_win_time(step: Step) -> None:
    again = event(step, "2027-06-01T00:00:00Z", SHOP if step is Step.WITHDRAWAL else ALICE)
    found = life(ACCEPT, again, now="2027-06-01T00:00:01")
    assert (found.state, found.since) == (MISSED, UNTIL)
    assert found.duties[0].due_by == "2027-05-02T00:00:00Z"


def test_what_opens_after_the_end_stays_closed() -> None:
    late = replace(ACCEPT, published="2027-05-01T00:00:01Z")
    assert life(late, now="2027-05-01T00:00:02").state == EXPIRED


def test_the_first_end_counts() -> None:
    early = event(Step.WITHDRAWAL, "2026-11-30T00:00:00Z")
    found = life(ACCEPT, REVOKE, early, now="2026-11-30T12:00:00")
    assert (found.state, found.since) == (WITHDRAWN, "2026-11-30T00:00:00Z")


def test_an_event_from_the_future_has_not_happened() -> None:
    assert life(ACCEPT, REVOKE, now="2026-12-01T07:55:04").state == OPEN
    assert life(ACCEPT, REVOKE, now="2026-12-01T07:55:05").state == REVOKED  # clocks lie apart


@pytest.mark.parametrize(
    ("policy", "until"),
    [
        (REQUEST, UNTIL),
        (TERMS, ""),
        (lacking("append", "until")(REQUEST), ""),
        (with_constraint("append", "until", operator=ODRL + "gteq")(REQUEST), ""),
        (
            with_constraint("append", "until", right=Value("2027-06-01T00:00:00Z", XSD + "dateTime"))(REQUEST),
            "2027-06-01T00:00:00Z",
        ),
        (replace(REQUEST, rules=()), ""),
    ],
)
def test_the_end_is_the_last_of_all_permissions_and_none_where_one_never_ends(policy: Policy, until: str) -> None:
    assert until_of(policy) == until


# Duties


def test_the_revocation_of_the_sample_lists_what_falls_due() -> None:
    assert dues_at(REQUEST, REVOKE.root, REVOKE.published) == REVOKE.dues


def test_a_deletion_after_use_or_after_something_unknown_has_no_day() -> None:
    odd = with_constraint("delete-at-end", "after-end", right=Value(LP + "someday"))(REQUEST)
    assert dues_at(odd, REQUEST.root, UNTIL) == ()
    assert waits_for(rule_of(odd, "delete-at-end")) == "unknown"
    assert [waits_for(rule_of(REQUEST, n)) for n in ("delete-at-end", "delete-after-use", "deliver")] == [
        "end",
        "use",
        "",
    ]


def test_a_deadline_that_cannot_be_read_is_due_and_never_forgotten() -> None:
    odd = with_constraint("delete-at-end", "one-day", right=Value("P1M", XSD + "duration"))(REQUEST)
    found = life(ACCEPT, REVOKE, policy=odd, now="2027-04-01T00:00:00")
    assert [(duty.due_by, duty.state) for duty in found.duties] == [("", "due")]
    assert found.state == REVOKED


def test_a_deletion_without_a_time_is_due_at_once() -> None:
    found = life(ACCEPT, REVOKE, policy=lacking("delete-at-end", "one-day")(REQUEST))
    assert (found.duties[0].due_by, found.state) == (REVOKE.published, MISSED)


def test_the_end_of_the_calendar_is_no_accident() -> None:
    assert dues_at(REQUEST, REQUEST.root, "9999-12-31T23:59:59Z")[0].by == "9999-12-31T23:59:59Z"


def test_days_follow_from_the_agreement_whatever_a_revocation_lists() -> None:
    harsh = replace(REVOKE, dues=(Due(REVOKE.root + "#due-1", NODE, "2020-01-01T00:00:00Z"),))
    assert life(ACCEPT, harsh).duties[0].due_by == "2026-12-02T08:00:05Z"


@pytest.mark.parametrize(
    ("changes", "state", "settled"),
    [
        ({}, "attested, except", True),
        ({"kept": (), "backups_gone_by": ""}, "attested", True),
        ({"kept": (Kept("#k", "x"),), "backups_gone_by": ""}, "attested, except", True),
        ({"kept": ()}, "attested, except", True),
        ({"published": "2026-12-03T00:00:00Z"}, "attested late, except", True),
        ({"covers": ("https://alice.example/",)}, "attested, except", True),
        ({"covers": (PLACE + "from-shop.example/",)}, "due", False),
        ({"covers": ("https://alice.example/journal/payments/",)}, "due", False),
        ({"covers": (PLACE + "../",)}, "due", False),
        ({"covers": ()}, "due", False),
        ({"ended": "2026-12-01T08:00:04Z"}, "due", False),
        ({"ended": ""}, "due", False),
        ({"ended": "2026-12-02T00:00:00Z"}, "due", False),
        ({"fulfils": (REQUEST.root + "#delete-after-use",)}, "due", False),
        ({"fulfils": ()}, "due", False),
        ({"actor": ALICE}, "due", False),
        ({"graph_digest": "uEiA"}, "due", False),
        ({"object": COUNTER.root}, "due", False),
        ({"step": Step.USE_NOTE}, "due", False),
    ],
)
def test_an_attestation_settles_what_it_is_about_after_the_end_and_nothing_else(
    changes: dict[str, object], state: str, settled: bool
) -> None:
    came = replace(ATTEST, **changes)  # type: ignore[arg-type]
    now = "2026-12-03T00:00:01" if "late" in state else "2026-12-01T20:20:00"
    found = life(ACCEPT, REVOKE, came, now=now)
    assert [duty.state for duty in found.duties] == [state]
    assert (found.state == SETTLED) is settled
    assert found.duties[0].by == (came.root if settled else "")


def test_an_attestation_that_settles_nothing_says_why_and_does_not_stop_the_clock() -> None:
    came = replace(ATTEST, covers=())
    found = life(ACCEPT, REVOKE, came, now="2026-12-02T08:00:05")
    assert (found.state, found.duties[0].state) == (MISSED, "overdue")
    assert found.duties[0].amiss == "it covers less than the clause"


def test_a_second_attestation_mends_the_first() -> None:
    first = replace(ATTEST, root=address_of(REQUEST.root, "attestation-0"), covers=(), published="2026-12-01T20:14:00Z")
    assert life(ACCEPT, REVOKE, first, ATTEST, now="2026-12-02T00:00:00").state == SETTLED


def test_a_deletion_with_no_place_covers_all_that_was_open() -> None:
    anywhere = with_rule("delete-at-end", targets=())(REQUEST)
    partly = replace(ATTEST, covers=(PLACE + "from-shop.example/",))
    assert life(ACCEPT, REVOKE, partly, policy=anywhere, now="2026-12-01T20:20:00").state == REVOKED
    assert life(ACCEPT, REVOKE, ATTEST, policy=anywhere, now="2026-12-01T20:20:00").state == SETTLED


def test_an_agreement_without_duties_is_neither_settled_nor_missed() -> None:
    bare = without("delete-at-end")(REQUEST)
    assert life(ACCEPT, REVOKE, policy=bare, now="2027-12-01T00:00:00") == Life(REVOKED, REVOKE.published, UNTIL)


def test_a_withdrawn_request_owes_nothing() -> None:
    gone = event(Step.WITHDRAWAL, "2026-11-25T00:00:00Z")
    assert life(gone, agreed=False, now="2026-12-01T00:00:00").duties == ()


def test_only_an_open_agreement_may_be_used() -> None:
    assert life(ACCEPT).is_open
    assert not any(one.is_open for one in (life(), life(agreed=False), life(ACCEPT, REVOKE), life(ACCEPT, WITHDRAW)))
