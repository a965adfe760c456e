"""Policies and their graphs are the same thing in two forms; what the nouns do not hold is kept or refused."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.terms.changes import REQUEST, TERMS, adding
from tests.terms.policies import offers, requests
from tests.terms.samples import ALICE, signed, unsigned

from lifepod.errors import Malformed
from lifepod.names import DCT, LP, ODRL, RDF, RDF_TYPE, SEC, XSD
from lifepod.rdf.closed import Closed, read_closed, write_closed
from lifepod.terms.policy import Constraint, Policy, PublicKey, Value
from lifepod.terms.record import policy_of, record_of
from lifepod.terms.said import Said, term_of, value_of

ROOT = REQUEST.root
_BASE = unsigned("request").triples


def with_triples(*more: tuple[str, str, str], drop: tuple[str, str] = ("", "")) -> Closed:
    """The sample request with triples more, and without those of one subject and property; names are short."""
    kept = [one for one in _BASE if one[:2] != (term(drop[0]), term(drop[1]))]
    return Closed(ROOT, tuple(sorted({*kept, *((term(s), term(p), term(o)) for s, p, o in more)})))


def term(text: str) -> str:
    """``#read`` in the request; whole IRIs; literals as they stand."""
    if text.startswith('"'):
        return text
    return f"<{ROOT}{text}>" if text.startswith("#") or not text else f"<{text}>"


@pytest.mark.parametrize("name", ["terms", "request", "counter"])
def test_the_samples_come_back_as_they_are(name: str) -> None:
    record = unsigned(name)
    policy = policy_of(record)
    assert record_of(policy) == record
    assert policy.strange == ()


@given(offers() | requests())
def test_any_policy_comes_back_as_it_was(policy: Policy) -> None:
    assert policy_of(record_of(policy)) == policy


@given(offers() | requests())
def test_any_record_of_a_policy_can_be_sent_and_read(policy: Policy) -> None:
    record = record_of(policy)
    assert read_closed(write_closed(record)) == record
    assert record_of(policy_of(record)) == record


def test_places_and_constraints_whose_names_begin_alike_keep_their_order() -> None:
    places = ("https://a.example/x/", "https://a.example/x/-/", "https://a.example/x/1/")
    extra = tuple(Constraint(f"{ROOT}#{n}", LP + "client", ODRL + "eq", Value(places[0])) for n in ("app-1", "app-2"))
    read = next(one for one in REQUEST.rules if one.name == "read")
    changed = replace(
        read, targets=places, constraints=tuple(sorted((*read.constraints, *extra), key=lambda c: c.node))
    )
    policy = replace(REQUEST, rules=tuple(changed if one is read else one for one in REQUEST.rules))
    assert policy_of(record_of(policy)) == policy


STRANGE = [
    (ROOT, LP + "may", "<" + LP + "c-read>"),
    (ROOT + "#read", DCT + "title", '"and more"'),
    (ROOT + "#until", LP + "rank", '"1"^^<' + XSD + "integer>"),
    (ROOT + "#pay", ODRL + "duty", f"<{ROOT}#deliver>"),
    (ROOT + "#proposal", DCT + "title", '"read me"'),
    (
        "https://shop.example/profile/card#lifepod-1",
        SEC + "expiration",
        '"2030-01-01T00:00:00Z"^^<' + XSD + "dateTime>",
    ),
]


@pytest.mark.parametrize(("subject", "predicate", "obj"), STRANGE)
def test_what_no_noun_holds_is_kept_aside_and_written_back(subject: str, predicate: str, obj: str) -> None:
    triple = (f"<{subject}>", f"<{predicate}>", obj)
    record = Closed(ROOT, tuple(sorted({*_BASE, triple})))
    assert policy_of(record).strange == (triple,)
    assert record_of(policy_of(record)) == record


AMISS = {
    "two first parties": with_triples(("", ODRL + "assigner", "https://bob.example/#me")),
    "two actions": with_triples(("#read", ODRL + "action", ODRL + "modify")),
    "two ends in one": with_triples(("#until", ODRL + "rightOperand", '"2028-01-01T00:00:00Z"^^<' + XSD + "dateTime>")),
    "no right side": with_triples(drop=("#until", ODRL + "rightOperand")),
    "a place that is a text": with_triples(("#read", ODRL + "target", '"everything"')),
    "a title that is an address": with_triples(("", DCT + "title", "https://a.example/")),
    "an empty title": with_triples(("", DCT + "title", '""')),
    "an empty description": with_triples(
        ("#deliver-2", DCT + "description", '""'), ("", ODRL + "obligation", "#deliver-2")
    ),
    "a description in a language": with_triples(("#read", DCT + "description", '"mehr"@de')),
    "two kinds": with_triples(("", RDF_TYPE, ODRL + "Offer")),
    "no kind": with_triples(drop=("", RDF_TYPE)),
    "a kind more": with_triples(("", RDF_TYPE, ODRL + "Set")),
    "another identifier": with_triples(("", ODRL + "uid", "urn:uuid:00000000-0000-4000-8000-000000000000")),
    "two identifiers": with_triples(("", ODRL + "uid", "#other")),
    "two proposals": with_triples(("", LP + "proposal", "#proposal-2")),
    "a proposal elsewhere": with_triples(("", LP + "proposal", "#other"), drop=("", LP + "proposal")),
    "a proposal of something else": with_triples(
        ("#proposal", "https://www.w3.org/ns/activitystreams#object", "#other")
    ),
    "a clause in another record": with_triples(
        ("", ODRL + "prohibition", "https://shop.example/r#no-use"),
        ("https://shop.example/r#no-use", ODRL + "action", ODRL + "use"),
    ),
    "an action in another record": with_triples(
        ("#read", ODRL + "action", "https://shop.example/r#a"),
        ("https://shop.example/r#a", RDF + "value", ODRL + "read"),
        drop=("#read", ODRL + "action"),
    ),
    "a word of ODRL made another": with_triples((ODRL + "read", RDF + "value", ODRL + "modify")),
    "one clause as two": with_triples(("", ODRL + "prohibition", "#read")),
    "a key of somebody else": with_triples(
        ("https://shop.example/profile/card#lifepod-1", SEC + "controller", "https://m.example/#me")
    ),
    "a key shown twice": with_triples(
        ("https://shop.example/profile/card#lifepod-1", SEC + "publicKeyMultibase", '"z6Mkx"^^<' + SEC + "multibase>")
    ),
}


@pytest.mark.parametrize("name", AMISS)
def test_what_can_be_read_in_two_ways_is_read_in_none(name: str) -> None:
    with pytest.raises(Malformed) as caught:
        policy_of(AMISS[name])
    assert "\n" not in str(caught.value) and len(str(caught.value)) < 300


@pytest.mark.parametrize("name", ["accept", "revocation", "receipt"])
def test_an_event_is_no_policy(name: str) -> None:
    with pytest.raises(Malformed, match="neither terms nor a request nor an agreement"):
        policy_of(signed(name))


@given(st.text(st.characters(exclude_categories=["Cs"]), min_size=1), st.sampled_from(["string", "dateTime", "token"]))
def test_a_value_and_its_term_are_the_same(text: str, kind: str) -> None:
    value = Value(text, XSD + kind)
    assert value_of(term_of(value)) == value


def test_a_plain_text_on_the_right_side_stays_a_plain_text() -> None:
    odd = Constraint(f"{ROOT}#on", LP + "weekday", ODRL + "neq", Value("Sunday", XSD + "string"))
    record = record_of(adding("no-storage", odd)(REQUEST))
    assert (f"<{ROOT}#on>", f"<{ODRL}rightOperand>", '"Sunday"') in record.triples
    assert record_of(policy_of(record)) == record


def test_a_key_is_named_once_where_both_parties_are_one() -> None:
    alone = replace(TERMS, assignee=ALICE)
    assert policy_of(record_of(alone)).keys == TERMS.keys


def test_keys_are_read_with_their_owners() -> None:
    assert [(key.owner, key.method) for key in REQUEST.keys] == [
        (ALICE, "https://alice.example/profile/card#lifepod-1"),
        ("https://shop.example/profile/card#org", "https://shop.example/profile/card#lifepod-1"),
    ]
    assert all(isinstance(key, PublicKey) and key.public.startswith("z6Mk") for key in REQUEST.keys)


def test_what_was_taken_out_of_a_graph_is_no_longer_left() -> None:
    graph = Said(_BASE)
    assert graph.iri(ROOT, ODRL + "assigner") == ALICE
    assert graph.iri(ROOT, ODRL + "assigner") == ALICE  # a second look says the same
    assert len(graph.left) == len(_BASE) - 1
