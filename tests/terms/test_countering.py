"""Counter-offers: less of what was asked, or the same under another version; never more, and never nothing."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime

import pytest
from tests.terms.samples import EXPECTED, unsigned

from lifepod.errors import Malformed, OutsideTerms
from lifepod.names import DPV
from lifepod.rdf.closed import digest_of
from lifepod.terms.countering import Head, Narrower, narrowed, under_another
from lifepod.terms.policy import Policy
from lifepod.terms.record import policy_of, record_of
from lifepod.terms.within import differences

TERMS, REQUEST, COUNTER = (policy_of(unsigned(name)) for name in ("terms", "request", "counter"))
DIGEST, TERMS_DIGEST = (digest_of(unsigned(name)) for name in ("request", "terms"))
AT, REPLY = EXPECTED["counter"]["signed"], "2026-12-08T00:00:00Z"
HEAD = Head(COUNTER.root, AT, ())
ASKED, PLACE = "2027-05-01T00:00:00Z", "https://alice.example/journal/purchases/"


def less(**wish: object) -> Policy:
    """A counter-offer to the sample request."""
    return narrowed(REQUEST, DIGEST, replace(Narrower(reply_by=REPLY), **wish), HEAD)  # type: ignore[arg-type]


def test_an_earlier_end_gives_the_counter_offer_of_the_sample() -> None:
    made = less(until="2027-02-22T00:00:00Z", description="Three months first, please.")
    assert record_of(made) == unsigned("counter")


@pytest.mark.parametrize(
    "wish",
    [
        {"until": "2027-02-22T00:00:00Z"},
        {"places": (PLACE + "amazon/",)},
        {"until": "2027-02-22T00:00:00Z", "places": (PLACE + "amazon/2026.ttl",)},
    ],
)
def test_less_is_within_what_was_asked_and_not_the_other_way_round(wish: dict[str, object]) -> None:
    made, at = less(**wish), datetime.fromisoformat(AT).astimezone(UTC)
    assert differences(made, REQUEST, at) == ()
    assert differences(REQUEST, made, at)


@pytest.mark.parametrize(
    ("wish", "said"),
    [
        ({"until": "2027-05-01T00:00:01Z"}, "later end"),
        ({"until": "2030-01-01T00:00:00Z"}, "later end"),
        ({"purpose": DPV + "Personalisation"}, "more, not less"),
        ({"purpose": DPV + "Marketing"}, "more, not less"),
        ({"places": ("https://alice.example/journal/",)}, "only name places"),
        ({"places": ("https://alice.example/journal/media/",)}, "only name places"),
        ({"places": (PLACE + "../media/",)}, "only name places"),
    ],
)
def test_more_is_refused(wish: dict[str, object], said: str) -> None:
    with pytest.raises(OutsideTerms, match=said):
        less(**wish)


@pytest.mark.parametrize("wish", [{}, {"until": ASKED}, {"purpose": DPV + "ServicePersonalisation"}])
def test_a_counter_offer_that_changes_nothing_is_refused(wish: dict[str, object]) -> None:
    with pytest.raises(Malformed, match=r"changes (?:something|nothing)"):
        less(**wish)


@pytest.mark.parametrize("reply_by", ["", "2026-11-24T18:30:00Z", "2026-11-01T00:00:00Z", "soon"])
def test_the_vendor_has_time_to_answer(reply_by: str) -> None:
    with pytest.raises(Malformed, match="time to answer"):
        less(until="2027-02-22T00:00:00Z", reply_by=reply_by)


def test_a_counter_offer_does_not_end_before_it_begins() -> None:
    with pytest.raises(Malformed, match="ends some time from now"):
        less(until="2026-11-01T00:00:00Z")


def test_the_same_wish_under_another_version_is_within_that_version() -> None:
    other = replace(TERMS, root="https://alice.example/lifepod/terms/shops-2#terms")
    made = under_another(REQUEST, DIGEST, (other, TERMS_DIGEST), Narrower(reply_by=REPLY), HEAD)
    assert (made.under, made.under_digest) == (other.root, TERMS_DIGEST)
    assert made.proposal is not None
    assert (made.proposal.actor, made.proposal.in_reply_to) == (REQUEST.assigner, REQUEST.root)
    assert differences(made, other, datetime.fromisoformat(AT).astimezone(UTC)) == ()
