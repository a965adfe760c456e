"""Wants and answers as records: the vector of the design, what is refused, and the comparison side by side."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

import pyoxigraph as ox
import pytest
from tests.terms.samples import ALICE, KEYS, SHOP, key_of

from lifepod.errors import Malformed
from lifepod.rdf.closed import Closed, digest_of, read_closed, write_closed
from lifepod.rdf.second import must_agree
from lifepod.terms.cards import Card, ShownKey
from lifepod.terms.intents import (
    Answer,
    Want,
    answer_address,
    answer_of,
    answer_record,
    answers_compared,
    answers_not,
    decimal_text,
    has_ended,
    not_shown,
    unsigned,
    want_of,
    want_record,
)
from lifepod.terms.policy import PublicKey
from lifepod.terms.proof import Key, sign

NOW = datetime(2026, 11, 26, tzinfo=UTC)
VECTOR = """
@prefix lp: <https://w3id.org/lifepod#> . @prefix dpv: <https://w3id.org/dpv#> . @prefix dct: <http://purl.org/dc/terms/> .
@prefix as: <https://www.w3.org/ns/activitystreams#> . @prefix sec: <https://w3id.org/security#> .
@prefix schema: <https://schema.org/> . @prefix pd: <https://w3id.org/dpv/pd#> .
@prefix xsd: <http://www.w3.org/2001/XMLSchema#> . @prefix alice: <https://alice.example/profile/card#> .
@base <urn:uuid:f04d6c18-2b9e-4a71-8c35-6e1d0a7b9f08> .
<> a schema:Demand ; as:actor alice:me ; as:published "2026-11-25T08:00:00Z"^^xsd:dateTime ; schema:validThrough "2026-12-05T00:00:00Z"^^xsd:dateTime ;
  dct:title "Rain jacket, size M" ; dpv:hasPersonalData pd:Intention ; schema:eligibleRegion "BE" ; schema:priceSpecification <#most> ;
  lp:underTerms <https://alice.example/lifepod/terms/wants-1#terms> .
<#most> schema:maxPrice "100"^^xsd:decimal ; schema:priceCurrency "EUR" .
alice:me sec:assertionMethod alice:lifepod-1 .
alice:lifepod-1 a sec:Multikey ; sec:controller alice:me ; sec:publicKeyMultibase "z6MknFLSEKmsVWV8rcPceeqkCFVjGs7okxcx2eVHj9Yh9cD7"^^sec:multibase .
"""  # noqa: E501
ROOT = "urn:uuid:f04d6c18-2b9e-4a71-8c35-6e1d0a7b9f08"


def public(key: Key) -> PublicKey:
    return PublicKey(key.method, key.owner, key.public)


WANT = Want(
    root=ROOT,
    actor=ALICE,
    published="2026-11-25T08:00:00Z",
    valid_through="2026-12-05T00:00:00Z",
    title="Rain jacket, size M",
    under="https://alice.example/lifepod/terms/wants-1#terms",
    max_price=Decimal(100),
    currency="EUR",
    region="BE",
    keys=(public(KEYS["alice"]),),
)
BOUND = replace(WANT, under_digest="uEiCd_5e2NwCehT4SUzPc-TpfnEgkIi-tmHUmVEKJ-66dhg")


def answer(key: Key = KEYS["shop"], price: str = "80", currency: str = "EUR", **more: Any) -> Answer:
    made = Answer(
        root=answer_address(ROOT, key.public),
        actor=key.owner,
        target=ALICE,
        in_reply_to=ROOT,
        in_reply_to_digest=digest_of(want_record(BOUND)),
        published="2026-11-25T12:00:00Z",
        price=Decimal(price),
        currency=currency,
        valid_through="2026-12-05T00:00:00Z",
        under=BOUND.under,
        under_digest=BOUND.under_digest,
        description="Red, in stock.",
        keys=(public(key),),
    )
    return replace(made, **more)


def vector() -> Closed:
    base = f"{ROOT}"
    quads = ox.parse(
        VECTOR.replace("<#most>", f"<{ROOT}#most>").replace("<> ", f"<{ROOT}> "), format=ox.RdfFormat.TURTLE
    )
    return Closed(base, tuple(sorted({(str(q.subject), str(q.predicate), str(q.object)) for q in quads})))


def test_the_vector_of_the_design_is_read_and_written_back() -> None:
    assert want_of(vector()) == WANT
    assert want_record(WANT) == vector()


@pytest.mark.parametrize("want", [WANT, BOUND, replace(WANT, max_price=None, currency="", region="")])
def test_a_want_goes_through_bytes_and_both_readers(want: Want) -> None:
    record = want_record(want)
    must_agree(record)
    assert want_of(read_closed(write_closed(record))) == want


@pytest.mark.parametrize("made", [answer(), answer(description=""), answer(price="79.95")])
def test_an_answer_goes_through_bytes_and_both_readers(made: Answer) -> None:
    record = answer_record(made)
    must_agree(record)
    assert answer_of(read_closed(write_closed(record))) == made


@pytest.mark.parametrize(
    "more",
    [
        {"title": " "},
        {"actor": ""},
        {"under": ""},
        {"valid_through": "2026-11-25T08:00:00Z"},
        {"valid_through": "soon"},
        {"currency": ""},
        {"max_price": None},
        {"currency": "EURO"},
        {"max_price": Decimal(0)},
        {"max_price": Decimal("NaN")},
        {"root": "https://alice.example/want"},
    ],
)
def test_a_want_that_says_too_little_is_refused(more: dict[str, Any]) -> None:
    with pytest.raises(Malformed):
        want_record(replace(WANT, **more))


@pytest.mark.parametrize(
    "more",
    [
        {"target": ""},
        {"target": SHOP},
        {"under": ""},
        {"in_reply_to_digest": ""},
        {"price": Decimal(-1)},
        {"currency": "XYZ"},
        {"valid_through": "2026-11-25T12:00:00Z"},
        {"keys": ()},
        {"root": "urn:uuid:6a0c2f4e-3d1b-4c57-9a2e-8f0b7d5c1e90"},
        {"keys": (public(KEYS["alice"]),)},
    ],
)
def test_an_answer_that_is_bound_to_nothing_is_refused(more: dict[str, Any]) -> None:
    with pytest.raises(Malformed):
        answer_record(answer(**more))


def test_a_record_that_says_more_is_neither() -> None:
    more = ("<urn:uuid:f04d6c18-2b9e-4a71-8c35-6e1d0a7b9f08>", "<http://purl.org/dc/terms/description>", '"and gold"')
    with pytest.raises(Malformed, match="more than its form"):
        want_of(Closed(ROOT, tuple(sorted([*want_record(WANT).triples, more]))))
    made = answer_record(answer(description=""))
    with pytest.raises(Malformed):
        answer_of(
            Closed(made.root, tuple(sorted([*made.triples, (f"<{made.root}>", *more[1:2], "<https://x.example/>")])))
        )
    with pytest.raises(Malformed):
        answer_of(want_record(WANT))
    with pytest.raises(Malformed):
        want_of(made)


# Proofs


def test_a_signature_of_who_wants_it_counts() -> None:
    record = sign(want_record(WANT), KEYS["alice"], WANT.published)
    assert unsigned(record, WANT.keys, (ALICE, WANT.published), NOW) == ""


@pytest.mark.parametrize(
    ("key", "created", "why"),
    [
        ("alice", "2026-11-25T07:59:59Z", "not possible"),
        ("alice", "2027-01-01T00:00:00Z", "not possible"),
        ("shop", "2026-11-25T08:00:00Z", "does not fit"),
    ],
)
def test_a_signature_that_does_not_count_says_why(key: str, created: str, why: str) -> None:
    record = sign(want_record(WANT), KEYS[key], created)
    assert why in unsigned(record, WANT.keys, (ALICE, WANT.published), NOW)


def test_none_several_and_altered_ones_do_not_count() -> None:
    made = (ALICE, WANT.published)
    record = sign(want_record(WANT), KEYS["alice"], WANT.published)
    assert "no signature" in unsigned(replace(record, proofs=()), WANT.keys, made, NOW)
    assert "several" in unsigned(replace(record, proofs=record.proofs * 2), WANT.keys, made, NOW)
    other = replace(record, triples=want_record(replace(WANT, title="Gold")).triples)
    assert "does not fit" in unsigned(other, WANT.keys, made, NOW)


def test_only_a_key_that_the_profile_shows_counts() -> None:
    key = KEYS["shop"]
    shown = Card(SHOP, (ShownKey(key.method, key.public),), "", "", "2026-11-26T00:00:00Z")
    seen = "2026-11-26T00:00:00Z"
    assert not_shown(shown, public(key), seen, seen) == ""
    assert "does not show" in not_shown(replace(shown, keys=()), public(key), seen, seen)
    gone = replace(shown, keys=(ShownKey(key.method, key.public, revoked="2026-11-25T00:00:00Z"),))
    assert "withdrawn on 2026-11-25" in not_shown(gone, public(key), seen, seen)
    assert "does not show" in not_shown(replace(shown, webid=ALICE), public(key), seen, seen)


# An answer and its want


@pytest.mark.parametrize(
    ("more", "why"),
    [
        ({}, ""),
        ({"in_reply_to_digest": "uEiCd_5e2NwCehT4SUzPc-TpfnEgkIi-tmHUmVEKJ-66dhg"}, "another text"),
        ({"target": "https://bob.example/#me"}, "somebody else"),
        ({"under": "https://alice.example/lifepod/terms/shops-1#terms"}, "does not bind itself"),
        ({"under_digest": ""}, "does not bind itself"),
        ({"published": "2026-11-24T00:00:00Z"}, "before you asked"),
        ({"published": "2026-12-06T00:00:00Z"}, "after that ended"),
    ],
)
def test_whether_an_answer_fits_its_want(more: dict[str, Any], why: str) -> None:
    found = answers_not(BOUND, digest_of(want_record(BOUND)), answer(**more))
    assert why in found
    assert bool(found) == bool(why)


def seller(name: str) -> Key:
    return key_of(name, f"https://{name}.example/profile/card#org")


def test_answers_stand_side_by_side_and_currencies_are_never_mixed() -> None:
    answers = [
        answer(seller("dear"), "120"),
        answer(seller("far"), "10", "USD"),
        answer(seller("fair"), "80"),
        answer(seller("cheap"), "60.5"),
    ]
    rows = answers_compared(BOUND, answers, NOW)
    assert [(decimal_text(row.answer.price), row.answer.currency, row.over) for row in rows] == [
        ("60.5", "EUR", False),
        ("80", "EUR", False),
        ("120", "EUR", True),
        ("10", "USD", None),
    ]


def test_a_key_has_one_answer_the_first() -> None:
    early, late = answer(price="80"), answer(price="70", published="2026-11-25T13:00:00Z")
    (row,) = answers_compared(BOUND, [late, early], NOW)
    assert row.answer == early


def test_no_limit_is_no_answer_over_it_and_time_passes() -> None:
    free = replace(WANT, max_price=None, currency="")
    (row,) = answers_compared(free, [answer(price="1000000")], datetime(2026, 12, 5, tzinfo=UTC))
    assert (row.over, row.ended) == (False, True)
    assert has_ended(WANT, datetime(2026, 12, 5, tzinfo=UTC))
    assert not has_ended(WANT, NOW)
