"""What a record is, who signed it, and whether their documents show the keys: four answers that are never mixed."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from tests.terms.changes import REQUEST, TERMS
from tests.terms.samples import ALICE, EXPECTED, KEYS, NAMES, SHOP, agreement, key_of, signed, unsigned

from lifepod.errors import Malformed
from lifepod.rdf.closed import Closed
from lifepod.terms.cards import Card, ShownKey
from lifepod.terms.events import event_record
from lifepod.terms.judge import (
    KeyAnswer,
    Read,
    Shown,
    Signature,
    Verdict,
    is_agreed,
    read_as,
    shown_in,
    signatures_of,
    signed_by,
)
from lifepod.terms.policy import Policy, PublicKey
from lifepod.terms.proof import Fit, Key, sign
from lifepod.terms.record import policy_of, record_of

NOW = datetime(2026, 12, 31, tzinfo=UTC)
ASKED, ANSWERED = "2026-11-23T09:58:00Z", "2026-11-24T18:30:00Z"
STRANGER = "https://mallory.example/#me"
MALLORY = key_of("mallory", STRANGER)


def read(policy: Policy, *signers: tuple[Key, str]) -> Read:
    record = record_of(policy)
    for key, created in signers:
        record = sign(record, key, created)
    return read_as(record)


def reasons(judged: Read, now: datetime = NOW) -> list[str]:
    return [one.amiss for one in signatures_of(judged, now)]


@pytest.mark.parametrize("name", NAMES)
def test_each_sample_is_signed_by_its_sender_alone(name: str) -> None:
    judged = read_as(signed(name))
    assert signed_by(judged, NOW) == {{"alice": ALICE, "shop": SHOP}[EXPECTED[name]["by"]]}
    assert not is_agreed(judged, NOW)


def test_two_proofs_make_an_agreement() -> None:
    judged = read_as(agreement())
    assert [(one.by, one.fit, one.amiss) for one in signatures_of(judged, NOW)] == [
        (SHOP, Fit.VALID, ""),
        (ALICE, Fit.VALID, ""),
    ]
    assert is_agreed(judged, NOW)


def test_the_order_of_the_proofs_says_nothing() -> None:
    record = agreement()
    assert is_agreed(read_as(replace(record, proofs=record.proofs[::-1])), NOW)


def test_a_record_without_a_proof_is_signed_by_nobody() -> None:
    judged = read_as(unsigned("request"))
    assert signatures_of(judged, NOW) == ()
    assert signed_by(judged, NOW) == frozenset()


def test_terms_and_events_want_one_signature_agreements_two() -> None:
    assert read_as(signed("terms")).parties == (ALICE,)
    assert read_as(signed("receipt")).parties == (SHOP,)
    assert read_as(signed("request")).parties == (ALICE, SHOP)
    assert Read(unsigned("terms")).parties == () == Read(unsigned("terms")).keys


def test_a_record_that_is_neither_is_no_record() -> None:
    with pytest.raises(Malformed, match="no event"):
        read_as(Closed("urn:uuid:6a0c2f4e-3d1b-4c57-9a2e-8f0b7d5c1e90", ()))


def test_a_broken_policy_says_what_is_broken() -> None:
    record = record_of(REQUEST)
    broken = tuple(one for one in record.triples if "rightOperand" not in one[1])
    with pytest.raises(Malformed, match="rightOperand"):
        read_as(replace(record, triples=broken))


def test_a_second_proof_of_the_same_party_counts_for_nothing() -> None:
    judged = read(REQUEST, (KEYS["shop"], ASKED), (KEYS["shop"], ANSWERED))
    assert reasons(judged) == ["", "this party has signed already"]
    assert not is_agreed(judged, NOW)


def test_a_second_key_of_the_same_party_is_no_second_party() -> None:
    other = key_of("shop two", SHOP)
    other = replace(other, method="https://shop.example/profile/card#lifepod-2")
    named = replace(REQUEST, keys=(*REQUEST.keys, PublicKey(other.method, SHOP, other.public)))
    judged = read(named, (KEYS["shop"], ASKED), (other, ANSWERED))
    assert signed_by(judged, NOW) == {SHOP}


def test_nobody_agrees_with_themselves() -> None:
    alone = replace(TERMS, kind=REQUEST.kind, assignee=ALICE, root=REQUEST.root, rules=(), proposal=REQUEST.proposal)
    judged = read(alone, (KEYS["alice"], ANSWERED))
    assert judged.parties == (ALICE, ALICE)
    assert not is_agreed(judged, NOW)
    twice = read(alone, (KEYS["alice"], ANSWERED), (KEYS["alice"], ANSWERED))
    assert not verdict(twice).is_signed


@pytest.mark.parametrize(
    ("created", "now", "amiss"),
    [
        (ASKED, NOW, ""),
        ("2026-11-23T09:57:59Z", NOW, "before the record itself"),
        (ANSWERED, datetime(2026, 11, 24, 18, 25, tzinfo=UTC), ""),
        (ANSWERED, datetime(2026, 11, 24, 18, 24, 59, tzinfo=UTC), "not possible"),
        ("2027-02-29T00:00:00Z", NOW + timedelta(999), "not possible"),
    ],
)
def test_a_signature_is_made_after_the_record_and_before_now(created: str, now: datetime, amiss: str) -> None:
    (found,) = reasons(read(REQUEST, (KEYS["shop"], created)), now)
    assert amiss in found if amiss else found == ""


def test_an_agreement_cannot_be_dated_back_by_a_date_of_its_own() -> None:
    (found,) = reasons(read(replace(REQUEST, issued="1999-01-01T00:00:00Z"), (KEYS["shop"], "2001-01-01T00:00:00Z")))
    assert "before the record itself" in found


@pytest.mark.parametrize("published", ["", "2026-02-30T00:00:00Z", "9999-02-31T00:00:00Z"])
def test_a_record_without_a_possible_time_is_signed_by_nobody(published: str) -> None:
    assert REQUEST.proposal is not None
    proposal = replace(REQUEST.proposal, published=published)
    assert reasons(read(replace(REQUEST, proposal=proposal), (KEYS["shop"], ASKED))) != [""]


def test_a_stranger_s_key_is_in_no_record() -> None:
    judged = read(REQUEST, (MALLORY, ASKED))
    assert signatures_of(judged, NOW)[0] == Signature(
        "", MALLORY.method, ASKED, Fit.INVALID, "the record names no such key"
    )


def test_a_stranger_cannot_sign_under_the_name_of_a_key() -> None:
    forged = replace(MALLORY, method=KEYS["shop"].method, owner=SHOP)
    (found,) = signatures_of(read(REQUEST, (forged, ASKED)), NOW)
    assert (found.fit, found.counts) == (Fit.INVALID, False)


def test_a_proof_of_another_record_does_not_fit() -> None:
    (proof,) = signed("request").proofs
    moved = replace(unsigned("counter"), proofs=(proof,))
    (found,) = signatures_of(read_as(moved), NOW)
    assert found.fit is Fit.INVALID


@pytest.mark.parametrize(
    ("key", "value", "fit"),
    [
        ("cryptosuite", "eddsa-jcs-2022", Fit.UNKNOWN_SUITE),
        ("type", "Ed25519Signature2020", Fit.UNKNOWN_SUITE),
        ("proofPurpose", "authentication", Fit.INVALID),
        ("created", "2026-11-23T09:58:01Z", Fit.INVALID),
        ("proofValue", "z", Fit.INVALID),
        ("proofValue", "z" + "1" * 64, Fit.INVALID),
        ("proofValue", "u" + "A" * 86, Fit.INVALID),
    ],
)
def test_a_proof_that_is_changed_does_not_fit(key: str, value: str, fit: Fit) -> None:
    record = signed("request")
    changed = replace(record, proofs=({**record.proofs[0], key: value},))
    (found,) = signatures_of(read_as(changed), NOW)
    assert (found.fit, found.counts) == (fit, False)


@pytest.mark.parametrize("place", ["https://alice.example/journal/", "https://alice.example/journal/purchases/x/"])
def test_a_word_that_is_changed_takes_the_signature_away(place: str) -> None:
    record = agreement()
    policy = policy_of(record)
    rules = tuple(replace(one, targets=(place,)) if one.name == "read" else one for one in policy.rules)
    changed = replace(record_of(replace(policy, rules=rules)), proofs=record.proofs)
    assert signed_by(read_as(changed), NOW) == frozenset()


def test_an_event_signed_by_the_other_party_is_signed_by_nobody() -> None:
    event = read_as(signed("accept")).event
    assert event is not None
    shop = PublicKey(KEYS["shop"].method, SHOP, KEYS["shop"].public)
    forged = sign(event_record(replace(event, keys=(*event.keys, shop))), KEYS["shop"], event.published)
    assert signed_by(read_as(forged), NOW) == frozenset()


# Keys in documents

READ_AT = "2026-11-24T18:00:00Z"


def card(*keys: ShownKey) -> Card:
    return Card(SHOP, keys, "", "", READ_AT)


_OWN = ShownKey(KEYS["shop"].method, KEYS["shop"].public)


@pytest.mark.parametrize(
    ("shown", "answer"),
    [
        (card(_OWN), KeyAnswer(SHOP, Shown.YES, READ_AT)),
        (card(), KeyAnswer(SHOP, Shown.NO, READ_AT)),
        (card(replace(_OWN, method=_OWN.method + "0")), KeyAnswer(SHOP, Shown.NO, READ_AT)),
        (card(replace(_OWN, public=MALLORY.public)), KeyAnswer(SHOP, Shown.NO, READ_AT)),
        (card(replace(_OWN, revoked="2026-11-24T00:00:00Z")), KeyAnswer(SHOP, Shown.WITHDRAWN, "2026-11-24T00:00:00Z")),
        (card(replace(_OWN, revoked="2026-11-01T00:00:00Z")), KeyAnswer(SHOP, Shown.WITHDRAWN, "2026-11-01T00:00:00Z")),
        (card(replace(_OWN, revoked="2026-12-01T00:00:00Z")), KeyAnswer(SHOP, Shown.YES, READ_AT)),
        (card(replace(_OWN, expires="2026-11-01T00:00:00Z")), KeyAnswer(SHOP, Shown.WITHDRAWN, "2026-11-01T00:00:00Z")),
        (card(replace(_OWN, expires="2026-11-24T00:00:00Z")), KeyAnswer(SHOP, Shown.YES, READ_AT)),
        (None, KeyAnswer(SHOP, Shown.NO_COPY)),
    ],
)
def test_a_document_shows_the_key_or_does_not_or_no_longer(shown: Card | None, answer: KeyAnswer) -> None:
    assert shown_in(read_as(signed("request")), SHOP, shown, seen_at="2026-11-24T12:00:00Z") == answer


def test_whoever_has_not_signed_has_no_key_that_is_shown() -> None:
    own = Card(ALICE, (ShownKey(KEYS["alice"].method, KEYS["alice"].public),), "", "", READ_AT)
    assert shown_in(read_as(signed("request")), ALICE, own, READ_AT).shown is Shown.NO


# The answers together


def verdict(judged: Read, cached: tuple[KeyAnswer, ...] = (), live: tuple[KeyAnswer, ...] = ()) -> Verdict:
    return Verdict(signatures_of(judged, NOW), judged.parties, cached, live, "agreed")


YES = (KeyAnswer(ALICE, Shown.YES), KeyAnswer(SHOP, Shown.YES))
NOT = (KeyAnswer(ALICE, Shown.YES), KeyAnswer(SHOP, Shown.NO))
GONE = (KeyAnswer(SHOP, Shown.WITHDRAWN),)
UNKNOWN = (KeyAnswer(ALICE, Shown.NO_COPY), KeyAnswer(SHOP, Shown.UNREACHABLE))


@pytest.mark.parametrize(
    ("cached", "live", "contradicted", "confirmed"),
    [
        (YES, (), False, True),
        ((), YES, False, True),
        (YES, UNKNOWN, False, True),
        (YES[:1], YES[1:], False, True),
        (YES[:1], (), False, False),
        (UNKNOWN, UNKNOWN, False, False),
        ((), (), False, False),
        (YES, NOT, True, False),
        (NOT, YES, True, False),
        (YES, GONE, True, False),
    ],
)
def test_one_denial_outweighs_and_silence_is_no_denial(
    cached: tuple[KeyAnswer, ...], live: tuple[KeyAnswer, ...], contradicted: bool, confirmed: bool
) -> None:
    found = verdict(read_as(agreement()), cached, live)
    assert found.is_signed
    assert (found.is_contradicted, found.is_confirmed) == (contradicted, confirmed)


def test_a_request_is_not_signed_by_all() -> None:
    assert not verdict(read_as(signed("request"))).is_signed


def test_a_proof_too_many_makes_it_unsigned() -> None:
    judged = read_as(sign(signed("terms"), MALLORY, "2026-11-21T00:00:00Z"))
    assert signed_by(judged, NOW) == {ALICE}
    assert not verdict(judged).is_signed


def test_nothing_at_all_is_neither_signed_nor_confirmed() -> None:
    found = Verdict((), (), (), (), "")
    assert not found.is_signed and not found.is_confirmed
