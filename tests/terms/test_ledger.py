"""What an agreement promises and what became of it; nothing here says that money moved or that data is gone."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.terms.changes import (
    PLACE,
    REQUEST,
    limit,
    plus,
    rule,
    rule_of,
    with_constraint,
    with_rule,
    without,
)
from tests.terms.samples import ALICE, SHOP, unsigned

from lifepod.names import XSD
from lifepod.terms.events import Event, Kept, Step, address_of, event_of
from lifepod.terms.ledger import MOST_ROWS, Evidence, Payment, Row, ledger_of, sums_of
from lifepod.terms.policy import Constraint, Policy, Value

ACCEPT, REVOKE, ATTEST, RECEIPT = (
    event_of(unsigned(name)) for name in ("accept", "revocation", "attestation", "receipt")
)
DIGEST = ACCEPT.graph_digest
PAY = REQUEST.root + "#pay"
BANK = Payment(
    "https://alice.example/journal/payments/2026.ttl#1",
    datetime(2026, 12, 26, tzinfo=UTC),
    Decimal("6.00"),
    "EUR",
    "RF18539007547034",
    "Shop Ltd",
)


def at(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


def rows(*events: Event, now: str = "2026-12-27", policy: Policy = REQUEST, **more: Any) -> tuple[Row, ...]:
    return ledger_of(policy, DIGEST, Evidence((ACCEPT, *events), **more), at(now))


def pays(*events: Event, **more: Any) -> list[Row]:
    return [row for row in rows(*events, **more) if row.kind == "pay"]


def only(kind: str, *events: Event, clause: str = "", **more: Any) -> Row:
    (found,) = [row for row in rows(*events, **more) if row.kind == kind and row.clause.endswith(clause)]
    return found


def receipt(name: str = "receipt-2", **changes: Any) -> Event:
    return replace(RECEIPT, root=address_of(REQUEST.root, name), **changes)


# What falls due


def test_each_full_period_falls_due_up_to_the_end_and_the_next_one_is_promised() -> None:
    assert [(row.due_by, row.state) for row in pays(now="2027-01-30")] == [
        ("2026-12-24T18:30:08Z", "overdue"),
        ("2027-01-23T18:30:08Z", "overdue"),
        ("2027-02-22T18:30:08Z", "promised"),
    ]


def test_nothing_falls_due_after_the_last_full_period() -> None:
    last = pays(now="2028-01-01")
    assert [row.due_by[:10] for row in last] == ["2026-12-24", "2027-01-23", "2027-02-22", "2027-03-24", "2027-04-23"]
    assert {row.state for row in last} == {"overdue"}


def test_a_revocation_ends_what_falls_due() -> None:
    assert pays(REVOKE, now="2027-01-30") == []


def test_nothing_has_a_day_before_the_access_was_open() -> None:
    found = ledger_of(REQUEST, DIGEST, Evidence(()), at("2027-01-30"))
    assert [(row.due_by, row.state) for row in found if row.kind == "pay"] == [("", "promised")]
    known = ledger_of(REQUEST, DIGEST, Evidence((), opened_at=at("2026-11-24")), at("2026-11-25"))
    assert [row.due_by for row in known if row.kind == "pay"] == ["2026-12-24T00:00:00Z"]


def test_each_row_names_agreement_clause_and_money() -> None:
    (first,) = pays(now="2026-12-01")
    assert (first.agreement, first.clause, first.amount, first.currency) == (REQUEST.root, PAY, Decimal(6), "EUR")
    assert first.says == "The vendor pays you this much."


@pytest.mark.parametrize(
    ("constraints", "due"),
    [
        ((), "2027-05-01T00:00:00Z"),
        ((limit("elapsedTime", "lteq", "P10D", "duration"),), "2026-12-04T18:30:08Z"),
        ((limit("timeInterval", "eq", "P1M", "duration"),), ""),
        ((limit("elapsedTime", "lteq", "P1M", "duration"),), "2027-05-01T00:00:00Z"),
    ],
)
def test_a_single_payment_is_due_in_its_time_or_by_the_end(constraints: tuple[Constraint, ...], due: str) -> None:
    (found,) = pays(policy=with_rule("pay", constraints=constraints)(REQUEST), now="2026-11-25")
    assert found.due_by == due


def test_an_hourly_payment_for_centuries_is_counted_up_to_a_bound() -> None:
    policy = with_constraint("pay", "period", right=Value("PT1H", XSD + "duration"))(REQUEST)
    for name in ("read", "append"):
        policy = with_constraint(name, "until", right=Value("9999-01-01T00:00:00Z", XSD + "dateTime"))(policy)
    assert len(pays(policy=policy, now="3000-01-01")) == MOST_ROWS


def test_one_payment_that_hangs_from_two_permissions_is_one() -> None:
    both = with_rule("append", duties=rule_of(REQUEST, "read").duties)(REQUEST)
    assert len(pays(policy=both, now="2026-12-01")) == 1


# Receipts


def test_a_receipt_is_the_vendor_s_claim() -> None:
    first = pays(RECEIPT)[0]
    assert (first.state, first.claim, first.match) == ("claimed", RECEIPT.root, "")
    assert first.says == "The vendor says it paid, on 2026-12-24."


def test_a_late_receipt_is_said_to_be_late() -> None:
    assert "late" in pays(receipt(paid_at="2026-12-26T00:00:00Z", published="2026-12-26T01:00:00Z"))[0].says


@pytest.mark.parametrize(
    ("changes", "why"),
    [
        ({"price": "5.99"}, "less than was promised"),
        ({"price": ""}, "less than was promised"),
        ({"price": "-6"}, "less than was promised"),
        ({"currency": "USD"}, "it is in USD"),
        ({"currency": ""}, "it is in no currency"),
        ({"period_start": "2026-11-25"}, "a period that is none"),
        ({"period_start": ""}, "a period that is none"),
        ({"period_start": "2027-11-24"}, "a period that is none"),
        ({"paid_at": ""}, "names no day that has come"),
        ({"paid_at": "2027-01-01T00:00:00Z"}, "names no day that has come"),
    ],
)
def test_a_receipt_of_another_amount_currency_or_period_settles_nothing_and_says_why(
    changes: dict[str, str], why: str
) -> None:
    found = pays(receipt(**changes), now="2026-12-25")
    assert found[0].state == "overdue"
    assert found[-1].state == "not counted"
    assert why in found[-1].says and found[-1].claim == receipt().root


def test_a_second_receipt_for_a_period_is_a_duplicate() -> None:
    second = receipt(published="2026-12-24T08:00:00Z")
    found = pays(RECEIPT, second)
    assert (found[0].state, found[0].claim) == ("claimed", RECEIPT.root)
    assert (found[-1].state, found[-1].claim) == ("not counted", second.root)
    assert "second for its period" in found[-1].says


@pytest.mark.parametrize(
    "changes",
    [
        {"actor": ALICE},
        {"actor": "https://mallory.example/#me"},
        {"graph_digest": "uEiA"},
        {"object": "urn:uuid:9cb71674-aee2-597b-b042-1d21323a3a7b"},
        {"step": Step.USE_NOTE},
        {"published": "2027-12-24T07:00:00Z"},
    ],
)
def test_an_event_of_the_wrong_party_or_about_another_graph_counts_nowhere(changes: dict[str, Any]) -> None:
    assert [row.state for row in pays(receipt(**changes))] == ["overdue", "promised"]


def test_a_receipt_for_no_clause_of_the_agreement_is_a_row_without_one() -> None:
    found = pays(receipt(fulfils=(REQUEST.root + "#tip",)))
    assert (found[-1].clause, found[-1].state, found[-1].amount) == ("", "not counted", Decimal(6))


def test_more_than_was_promised_is_claimed_as_it_is() -> None:
    assert pays(receipt(price="600"))[0].amount == Decimal(600)


# Bank records


@pytest.mark.parametrize(
    ("changes", "state"),
    [
        ({}, "matched"),
        ({"reference": ""}, "possible"),
        ({"reference": "RF00"}, "claimed"),
        ({"amount": Decimal("5.99")}, "claimed"),
        ({"amount": Decimal("6.01")}, "claimed"),
        ({"currency": "USD"}, "claimed"),
        ({"when": at("2026-12-22T06:58:00")}, "matched"),
        ({"when": at("2026-12-22T06:57:59")}, "claimed"),
        ({"when": at("2027-01-03T06:58:00")}, "matched"),
        ({"when": at("2027-01-03T06:58:01")}, "claimed"),
        ({"payer": ""}, "matched"),
    ],
)
def test_a_bank_record_matches_by_amount_currency_day_and_reference(changes: dict[str, Any], state: str) -> None:
    found = pays(RECEIPT, payments=(replace(BANK, **changes),))[0]
    assert found.state == state
    assert bool(found.match) is (state != "claimed")


def test_without_a_reference_on_the_receipt_the_person_is_asked() -> None:
    assert pays(receipt(identifier=""), payments=(BANK,))[0].state == "possible"


def test_a_bank_record_without_a_receipt_matches_nothing() -> None:
    assert {row.state for row in pays(payments=(BANK,))} == {"overdue", "promised"}


def test_one_bank_record_is_one_payment_and_a_reference_chooses_first() -> None:
    weekly = with_constraint("pay", "period", right=Value("P3D", XSD + "duration"))(REQUEST)
    first = receipt("a", period_start="2026-11-24", identifier="", paid_at="2026-12-24T06:58:00Z")
    second = receipt("b", period_start="2026-11-27", published="2026-12-24T08:00:00Z")
    found = pays(first, second, policy=weekly, payments=(BANK,))
    assert [(row.state, row.match) for row in found[:2]] == [("claimed", ""), ("matched", BANK.address)]
    twice = pays(first, second, policy=weekly, payments=(BANK, replace(BANK, address=BANK.address + "2", reference="")))
    assert [row.state for row in twice[:2]] == ["possible", "matched"]


@given(
    st.lists(
        st.builds(
            Row,
            st.just(REQUEST.root),
            st.just(PAY),
            st.sampled_from(["pay", "delete"]),
            st.just(""),
            st.sampled_from(["claimed", "matched"]),
            st.none() | st.decimals(0, 1000, places=2),
            st.sampled_from(["EUR", "USD", "JPY"]),
        )
    )
)
def test_currencies_are_never_added_together(found: list[Row]) -> None:
    sums = sums_of(found, "claimed")
    for code, total in sums.items():
        mine = [row for row in found if (row.kind, row.state, row.currency) == ("pay", "claimed", code)]
        assert total == sum((row.amount or Decimal() for row in mine), Decimal())
        assert isinstance(total, Decimal)


# What is not money


def test_a_deletion_is_promised_then_due_then_overdue() -> None:
    def delete(now: str, *events: Event) -> Row:
        return only("delete", *events, clause="delete-at-end", now=now)

    assert delete("2026-11-30").state == "promised"
    due = delete("2026-12-02T08:00:04", REVOKE)
    assert (due.state, due.due_by) == ("due", "2026-12-02T08:00:05Z")
    assert delete("2026-12-02T08:00:05", REVOKE).state == "overdue"


def test_an_attestation_is_the_vendor_s_word_with_its_exceptions() -> None:
    found = only("delete", REVOKE, ATTEST, clause="delete-at-end", now="2026-12-02")
    assert (found.state, found.claim) == ("attested, except", ATTEST.root)
    used = only("delete", REVOKE, ATTEST, clause="delete-after-use", now="2026-12-02")
    assert (used.state, used.claim) == ("attested, except", ATTEST.root)
    whole_of_it = replace(ATTEST, kept=(), backups_gone_by="")
    assert only("delete", REVOKE, whole_of_it, clause="delete-after-use", now="2026-12-02").state == "attested"


@pytest.mark.parametrize(
    "changes",
    [
        {"covers": (PLACE + "from-shop.example/",)},
        {"ended": "2026-11-20T00:00:00Z"},
        {"ended": "2026-12-09T00:00:00Z"},
    ],
)
def test_an_attestation_of_less_before_or_ahead_settles_nothing_and_says_why(changes: dict[str, Any]) -> None:
    for clause, state in (("delete-at-end", "due"), ("delete-after-use", "promised")):
        found = only("delete", REVOKE, replace(ATTEST, **changes), clause=clause, now="2026-12-02")
        assert (found.state, found.claim) == (state, "")
        assert found.says.startswith("An attestation came, but")


def test_an_attestation_for_no_clause_is_a_row_without_one() -> None:
    odd = replace(ATTEST, fulfils=(), kept=(Kept("#k", "x"),))
    assert [row.state for row in rows(REVOKE, odd, now="2026-12-02") if row.kind == "delete" and not row.clause] == [
        "not counted"
    ]


def test_records_that_came_are_seen_and_counted() -> None:
    came = (at("2026-11-20"), at("2026-12-01"), at("2026-12-24"), at("2028-01-01"))
    found = only("give-back", given_back=came)
    assert (found.state, found.says) == ("seen", "2 records came, the last on 2026-12-24.")
    assert only("give-back").state == "promised"
    assert only("give-back", REVOKE).state == "due"


def test_a_service_is_for_the_person_to_judge() -> None:
    assert only("deliver").state == "promised"


INFORM = plus(rule("inform", "obligation", "inform", constraints=(limit("timeInterval", "lteq", "P7D", "duration"),)))(
    without("give-back")(REQUEST)
)


def test_notes_are_counted_week_by_week() -> None:
    note = Event(address_of(REQUEST.root, "n"), Step.USE_NOTE, SHOP, "2026-12-03T00:00:00Z", REQUEST.root, DIGEST)
    found = [row for row in rows(note, policy=INFORM, now="2026-12-09") if row.kind == "inform"]
    assert [(row.due_by[:10], row.state) for row in found] == [
        ("2026-12-01", "overdue"),
        ("2026-12-08", "claimed"),
        ("2026-12-15", "promised"),
    ]
    assert found[1].claim == note.root


def test_rules_of_no_known_kind_are_in_no_ledger() -> None:
    odd = plus(rule("dance", "obligation", "lp:dance"))(REQUEST)
    assert {row.clause for row in rows(policy=odd)} == {row.clause for row in rows()}


@given(
    st.lists(st.sampled_from([RECEIPT, ATTEST, REVOKE, receipt(price="1"), receipt("r3", currency="USD")])),
    st.integers(0, 500),
    st.booleans(),
)
def test_nothing_ever_says_paid_or_deleted(events: list[Event], days: int, banked: bool) -> None:
    now = at("2026-11-25") + timedelta(days)
    found = ledger_of(REQUEST, DIGEST, Evidence((ACCEPT, *events), (BANK,) if banked else ()), now)
    assert {row.state for row in found} <= {
        "promised", "due", "overdue", "claimed", "matched", "possible", "seen", "not counted",
        "attested", "attested, except", "attested late", "attested late, except",
    }  # fmt: skip
    assert not any("was paid" in row.says or "is deleted." in row.says for row in found if row.kind == "pay")
    assert len({row.match for row in found if row.match}) == len([row for row in found if row.match])
    assert len({row.claim for row in found if row.state == "claimed"}) == len(
        [r for r in found if r.state == "claimed"]
    )
    assert all(row.clause.startswith(REQUEST.root) or row.state == "not counted" for row in found)


def test_an_event_that_is_there_twice_counts_once() -> None:
    assert rows(RECEIPT, RECEIPT) == rows(RECEIPT)
