"""What makes a request unanswerable whatever the terms say."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given
from tests.terms.changes import (
    AT,
    COUNTER,
    PLACE,
    REQUEST,
    TERMS,
    Change,
    adding,
    lacking,
    limit,
    plus,
    rule,
    with_constraint,
    with_rule,
)
from tests.terms.policies import AT_ANY, requests
from tests.terms.samples import ALICE, SHOP

from lifepod.names import ACL_CONTROL, DPV, LP, ODRL, XSD
from lifepod.terms.policy import OFFER, Policy, Value
from lifepod.terms.request import MOST_TARGETS, Fault, faults_of

STORAGE = "https://alice.example/"
BOB = "https://bob.example/profile/card#me"


def faults(request: Policy, at: datetime = AT) -> tuple[Fault, ...]:
    return faults_of(request, ALICE, STORAGE, at)


def test_the_sample_request_can_be_answered() -> None:
    assert faults(REQUEST) == ()


def proposed(**changes: Any) -> Change:
    def change(policy: Policy) -> Policy:
        assert policy.proposal is not None
        return replace(policy, proposal=replace(policy.proposal, **changes))

    return change


FAULTY: dict[str, tuple[Change, str]] = {
    "asked of somebody else": (lambda p: proposed(target=BOB)(replace(p, assigner=BOB)), "not-about-you"),
    "asked of nobody": (lambda p: replace(p, assigner=""), "not-about-you"),
    "nobody who asks": (lambda p: proposed(actor="")(replace(p, assignee="")), "actor"),
    "you who ask yourself": (lambda p: proposed(actor=ALICE)(replace(p, assignee=ALICE)), "actor"),
    "asked in another's name": (proposed(actor=BOB), "actor"),
    "asked in your name": (proposed(actor=ALICE), "actor"),
    "addressed to another": (proposed(target=BOB), "actor"),
    "no proposal": (lambda p: replace(p, proposal=None), "actor"),
    "terms, no request": (lambda p: replace(p, kind=OFFER), "unreadable-rule"),
    "permission wins": (lambda p: replace(p, conflict=ODRL + "perm"), "unreadable-rule"),
    "another profile": (lambda p: replace(p, profile=""), "unreadable-rule"),
    "a title": (lambda p: replace(p, title="Win a prize"), "unreadable-rule"),
    "a date of its own": (lambda p: replace(p, issued="2026-01-01T00:00:00Z"), "unreadable-rule"),
    "nothing asked for": (lambda p: replace(p, rules=p.of("prohibition")), "unreadable-rule"),
    "something no noun holds": (
        lambda p: replace(p, strange=((f"<{p.root}#x>", f"<{LP}may>", f"<{LP}c-read>"),)),
        "unreadable-rule",
    ),
    "an unknown action": (with_rule("read", action=LP + "peek"), "unreadable-rule"),
    "a known action that is no clause": (with_rule("read", action=ODRL + "print"), "unreadable-rule"),
    "a deletion after nothing": (lacking("delete-at-end", "after-end"), "unreadable-rule"),
    "a clause under another's name": (with_rule("read", action=ODRL + "modify"), "unreadable-rule"),
    "a clause whose name says more": (
        with_rule("no-tracking", node=REQUEST.root + "#no-tracking-3p"),
        "unreadable-rule",
    ),
    "an unknown operand": (adding("read", limit("spatial", "eq", "https://a.example/BE")), "unreadable-rule"),
    "a weakened prohibition": (
        adding("no-onward", limit("dateTime", "lteq", "2027-01-01T00:00:00Z", "dateTime")),
        "unreadable-rule",
    ),
    "a payment to the payer": (with_rule("pay", party=SHOP), "unreadable-rule"),
    "words beside a clause": (with_rule("no-onward", description="Mostly."), "unreadable-rule"),
    "control": (plus(rule("control", "permission", ACL_CONTROL, PLACE)), "control"),
    "no end": (lacking("read", "until"), "no-end"),
    "no end of one": (lacking("append", "until"), "no-end"),
    "an end that counts from the signature": (
        with_constraint("read", "until", left=ODRL + "elapsedTime", right=Value("P180D", XSD + "duration")),
        "no-end",
    ),
    "an end in months": (
        with_constraint("read", "until", left=ODRL + "elapsedTime", right=Value("P6M", XSD + "duration")),
        "no-end",
    ),
    "a beginning": (with_constraint("read", "until", operator=ODRL + "gteq"), "no-end"),
    "two ends": (adding("read", limit("dateTime", "lteq", "2028-01-01T00:00:00Z", "dateTime")), "no-end"),
    "no purpose": (lacking("read", "purpose"), "no-purpose"),
    "two purposes": (adding("read", limit("purpose", "isA", DPV + "Marketing")), "no-purpose"),
    "a purpose in words": (with_constraint("read", "purpose", right=Value("fun", XSD + "string")), "no-purpose"),
    "an answer before the question": (proposed(reply_by="2026-11-23T09:57:59Z"), "late"),
    "an answer at once": (proposed(reply_by="2026-11-23T09:58:00Z"), "late"),
    "no day for an answer": (proposed(reply_by=""), "late"),
    "no day of the question": (proposed(published=""), "late"),
    "an impossible day": (proposed(published="2026-02-30T00:00:00Z"), "late"),
    "a question from the future": (proposed(published="2026-11-24T18:36:00Z"), "late"),
    "an answer by yesterday": (proposed(reply_by="2026-11-24T18:30:00Z"), "late"),
    "what ended yesterday": (
        with_constraint("append", "until", right=Value("2026-11-23T18:30:00Z", XSD + "dateTime")),
        "late",
    ),
    "no place": (with_rule("read", targets=()), "bad-target"),
    "a document of rules": (with_rule("read", targets=(PLACE + "x.acl",)), "bad-target"),
    "what lifepod keeps": (with_rule("read", targets=("https://alice.example/lifepod/agreements/",)), "bad-target"),
    "the inbox": (with_rule("append", targets=("https://alice.example/inbox/",)), "bad-target"),
    "the profile": (with_rule("read", targets=("https://alice.example/profile/card",)), "bad-target"),
    "the whole pod": (with_rule("read", targets=("https://alice.example/",)), "bad-target"),
    "a folder of rules": (with_rule("read", targets=(PLACE + ".ACR",)), "bad-target"),
    "too many places": (
        with_rule("read", targets=tuple(f"{PLACE}{n}/" for n in range(MOST_TARGETS))),
        "too-many-targets",
    ),
}


@pytest.mark.parametrize("name", FAULTY)
def test_each_of_these_stops_a_request(name: str) -> None:
    change, kind = FAULTY[name]
    found = faults(change(REQUEST))
    assert kind in {one.kind for one in found}
    assert all(one.says.endswith(".") and len(one.says) < 500 for one in found)


@pytest.mark.parametrize(
    ("place", "kind"),
    [
        ("https://bob.example/journal/purchases/", "not-about-you"),
        ("https://alice.example.evil.example/journal/", "not-about-you"),
        ("https://alice.example:8443/journal/", "not-about-you"),
        ("http://alice.example/journal/", "not-about-you"),
        ("https://ALICE.example/journal/", "bad-target"),
        ("https://alice.example:443/journal/", "bad-target"),
        ("https://alice.example/%6aournal/", "bad-target"),
        ("https://alice.example/journal/%c3%bc", "bad-target"),
        ("https://alice.example/journal/../../x", "bad-target"),
        ("https://alice.example/journal/%2e%2e/x", "bad-target"),
        ("https://alice.example/journal/%2E%2E/x", "bad-target"),
        ("https://alice@alice.example/journal/", "bad-target"),
        ("https://alice.example/journal/?ext=acl", "bad-target"),
        ("https://alice.example/journal/#all", "bad-target"),
        ("https://alice.example/journal/\u202e", "bad-target"),
        ("urn:uuid:6a0c2f4e-3d1b-4c57-9a2e-8f0b7d5c1e90", "bad-target"),
        ("", "bad-target"),
    ],
)
@pytest.mark.parametrize("clause", ["read", "give-back", "no-storage"])
def test_a_place_elsewhere_or_spelt_in_another_way_stops_it_wherever_it_stands(
    place: str, kind: str, clause: str
) -> None:
    found = faults(with_rule(clause, targets=(PLACE, place))(REQUEST))
    assert {(one.kind, one.clause) for one in found} == {(kind, clause)}
    assert "\u202e" not in found[0].says


def test_a_pod_below_a_host_is_bounded_by_its_folder() -> None:
    def asked(place: str) -> set[str]:
        request = replace(REQUEST, rules=tuple(replace(one, targets=(place,)) for one in REQUEST.rules if one.targets))
        return {one.kind for one in faults_of(request, ALICE, "https://pods.example/alice/", AT)}

    assert asked("https://pods.example/alice/journal/") == set()
    assert asked("https://pods.example/alice/") == {"bad-target"}, "nobody is offered a pod as a whole"
    assert asked("https://pods.example/alice2/") == asked("https://pods.example/") == {"not-about-you"}


def test_fifty_places_are_not_too_many() -> None:
    places = tuple(sorted(f"{PLACE}{n}/" for n in range(MOST_TARGETS)))
    rules = tuple(replace(one, targets=places) if one.targets else one for one in REQUEST.rules)
    assert faults(replace(REQUEST, rules=rules)) == ()


def test_thousands_of_places_are_counted_and_looked_at_in_part() -> None:
    places = tuple(f"https://bob.example/{n}/" for n in range(5000))
    found = faults(with_rule("read", targets=places)(REQUEST))
    assert len(found) <= MOST_TARGETS + 2
    assert "5002 places" in found[0].says


def test_two_clauses_of_a_kind_may_be_numbered() -> None:
    read = next(one for one in REQUEST.rules if one.name == "read")
    assert faults(plus(replace(read, node=REQUEST.root + "#read-2"))(REQUEST)) == ()


def test_terms_are_no_request() -> None:
    assert {"actor", "no-end", "unreadable-rule"} <= {one.kind for one in faults(TERMS)}


def test_the_person_s_own_counter_offer_comes_back_to_them_addressed_as_they_sent_it() -> None:
    on_the_day = datetime(2026, 11, 25, tzinfo=UTC)
    assert faults(COUNTER, on_the_day) == ()
    assert {one.kind for one in faults(proposed(target=BOB)(COUNTER), on_the_day)} == {"actor"}
    assert {one.kind for one in faults(proposed(in_reply_to="")(COUNTER), on_the_day)} == {"actor"}


@given(requests())
def test_a_well_formed_request_for_places_of_the_pod_can_be_answered(asked: Policy) -> None:
    assert faults_of(asked, ALICE, STORAGE, AT_ANY) == ()
