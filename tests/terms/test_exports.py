"""Agreements in the forms of others: what comes along, what is said to be lost, and that it can be read back."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import pyoxigraph as ox
import pytest
from tests.terms.samples import ALICE, SHOP, agreement, signed

from lifepod.names import DPV, ODRL
from lifepod.rdf.closed import digest_of
from lifepod.rdf.jsonld import read_jsonld
from lifepod.terms.access_policy import AccessPolicy, Condition, policies_of
from lifepod.terms.events import event_of
from lifepod.terms.exports import LOSES, as_authapp, as_gconsent, as_lws, as_odrl_request
from lifepod.terms.life import DPV_STATUS, life_of
from lifepod.terms.policy import Policy
from lifepod.terms.reading_others import read_foreign_request
from lifepod.terms.receipts import BASIS, CONFORMS, as_dpv_27560
from lifepod.terms.record import policy_of

PURCHASES = "https://alice.example/journal/purchases/"
POLICY = policy_of(agreement())
EVENTS = tuple(event_of(signed(name)) for name in ("accept", "revocation"))
UNTIL = "2027-05-01T00:00:00Z"


def receipt(*events: Any, at: str = "2026-12-01T09:00:00Z", agreed: bool = True) -> dict[str, Any]:
    now = datetime.fromisoformat(at).astimezone(UTC)
    life = life_of(POLICY, digest_of(agreement()), events, now, agreed=agreed)
    value: dict[str, Any] = json.loads(as_dpv_27560(POLICY, events, life))
    return value


def test_what_a_policy_opens_in_four_nouns() -> None:
    append, read = policies_of(POLICY)
    assert append.action == ("create",)
    assert read == AccessPolicy(
        ("read",),
        SHOP,
        (PURCHASES,),
        (
            Condition("client", "eq", "https://shop.example/app/client.jsonld"),
            Condition("purpose", "eq", DPV + "ServicePersonalisation"),
            Condition("dateTime", "lteq", UNTIL),
        ),
    )


def test_every_form_says_what_it_loses() -> None:
    assert set(LOSES) == {"gconsent", "dpv-27560", "lws", "odrl-request", "authapp"}
    assert all(any("signature" in loss for loss in losses) for losses in LOSES.values())


# gConsent


def test_a_request_as_gconsent_is_read_back_as_it_was() -> None:
    found = read_foreign_request(as_gconsent(POLICY, "asked"), "application/ld+json")
    assert (found.asker, found.person, found.until) == (SHOP, ALICE, UNTIL)
    assert (found.modes, found.purposes) == (("read", "append"), (DPV + "ServicePersonalisation",))
    assert found.places == tuple(sorted({t for p in policies_of(POLICY) for t in p.target}))
    assert found.inherit


@pytest.mark.parametrize(
    ("state", "kind", "status"),
    [
        ("asked", "SolidAccessRequest", "ConsentStatusRequested"),
        ("open", "SolidAccessGrant", "ConsentStatusExplicitlyGiven"),
        ("refused", "SolidAccessDenial", "ConsentStatusDenied"),
        ("revoked", "SolidAccessGrant", "ConsentStatusWithdrawn"),
        ("settled", "SolidAccessGrant", "ConsentStatusInvalidated"),
    ],
)
def test_the_state_of_gconsent_follows_the_life(state: str, kind: str, status: str) -> None:
    value = json.loads(as_gconsent(POLICY, state))
    assert value["type"] == ["VerifiableCredential", kind]
    subject = value["credentialSubject"]
    consents = subject["hasConsent" if state == "asked" else "providedConsent"]
    assert subject["id"] == (SHOP if state == "asked" else ALICE)
    assert {one["hasStatus"].rpartition("#")[2] for one in consents} == {status}
    assert "proof" not in value


# LWS


def test_a_grant_as_lws_is_read_back_as_it_was() -> None:
    body = as_lws(POLICY, granted=True)
    value = json.loads(body)
    assert (value["type"], value["storage"]) == (["AccessGrant"], PURCHASES)
    assert set(value["access"][0]) == {"type", "action", "assignee", "target", "constraint"}
    found = read_foreign_request(as_lws(POLICY, storage="https://alice.example/"), "application/lws+json")
    assert (found.asker, found.until) == (SHOP, UNTIL)
    assert "https://alice.example/." in " ".join(found.notes)


# AuthApp


def test_a_request_for_authapp_has_its_shape() -> None:
    found = read_foreign_request(as_authapp(POLICY), "text/turtle")
    assert (found.asker, found.person) == (SHOP, ALICE)
    assert (found.modes, found.purposes) == (("read", "append"), (DPV + "ServicePersonalisation",))
    assert PURCHASES in found.places
    quads = list(ox.parse(as_authapp(POLICY), format=ox.RdfFormat.TURTLE, base_iri="https://x.example/r"))
    assert not any(isinstance(quad.subject, ox.BlankNode) for quad in quads)


# ODRL


def test_an_odrl_request_holds_every_rule_as_the_agreement_does() -> None:
    graph = read_jsonld(as_odrl_request(POLICY), "https://x.example/")
    triples = {(str(s), str(p), str(o)) for s, p, o in graph}
    root = POLICY.root
    assert (root, "http://www.w3.org/1999/02/22-rdf-syntax-ns#type", ODRL + "Request") in triples
    for rule in POLICY.rules:
        assert (root, ODRL + rule.kind, rule.node) in triples
        assert (rule.node, ODRL + "action", rule.action) in triples
        for target in rule.targets:
            assert (rule.node, ODRL + "target", target) in triples
        for one in rule.constraints:
            assert (one.node, ODRL + "rightOperand", one.right.text) in triples
    assert any(p == ODRL + "refinement" for _, p, _ in triples)


# The receipt of DPV


def test_a_receipt_has_the_keys_the_guide_demands() -> None:
    value = receipt(EVENTS[0], at="2026-11-25T00:00:00Z")
    assert value["dct:conformsTo"] == CONFORMS
    assert value["dpv:hasIdentifier"] == POLICY.root.removeprefix("urn:uuid:")
    assert value["dpv:hasDataSubject"]["dpv:hasIdentifier"] == ALICE
    assert value["dct:language"] == "en"
    assert value["dct:creator"] in value["dpv:hasEntity"]
    (process,) = value["dpv:hasProcess"]
    for key in ("hasPurpose", "hasPersonalData", "hasProcessing", "hasDataController", "hasDataSource", "hasRecipient",
                "hasStorageCondition", "hasLegalBasis", "hasConsentStatus"):  # fmt: skip
        assert process[f"dpv:{key}"], key
    assert all(entity in value["dpv:hasEntity"] for entity in process["dpv:hasDataController"])
    assert process["dpv:hasPersonalData"] == ["pd:Purchase"]
    assert process["dpv:hasPurpose"][0]["skos:broader"] == "dpv:ServicePersonalisation"
    kinds = {one for each in process["dpv:hasStorageCondition"] for one in each["@type"]}
    assert kinds == {"dpv:StorageLocation", "dpv:StorageDuration"}


def test_a_receipt_says_in_words_that_it_was_a_contract() -> None:
    value = receipt(EVENTS[0], at="2026-11-25T00:00:00Z")
    assert value["dct:description"] == BASIS
    (basis,) = value["dpv:hasProcess"][0]["dpv:hasLegalBasis"]
    assert basis["skos:broader"] == ["dpv:Contract"]
    assert "not consent" in basis["skos:definition"]


def test_a_receipt_tells_who_did_what_when() -> None:
    (process,) = receipt(*EVENTS)["dpv:hasProcess"]
    states = process["dpv:hasConsentStatus"]
    assert [(one["@type"][0], one["dpv:isIndicatedBy"]) for one in states] == [
        ("dpv:ConsentRequested", SHOP),
        ("dpv:ConsentGiven", ALICE),
        ("dpv:ConsentWithdrawn", ALICE),
    ]
    assert states[1]["dpv:hasDuration"] == {"@type": ["dpv:UntilTimeDuration"], "rdf:value": UNTIL}
    assert process["dpv:hasContractStatus"] == DPV_STATUS["revoked"]


def test_a_receipt_of_an_agreement_that_ran_out_says_so() -> None:
    (process,) = receipt(EVENTS[0], at="2027-06-01T00:00:00Z")["dpv:hasProcess"]
    last = process["dpv:hasConsentStatus"][-1]
    assert (last["@type"], last["dpv:isIndicatedAtTime"]) == (["dpv:ConsentExpired"], UNTIL)
    assert process["dpv:hasContractStatus"] == DPV_STATUS["missed"]


def test_a_receipt_is_linked_data_without_anything_fetched() -> None:
    now = datetime(2026, 11, 25, tzinfo=UTC)
    life = life_of(POLICY, digest_of(agreement()), EVENTS[:1], now, agreed=True)
    graph = read_jsonld(as_dpv_27560(POLICY, EVENTS[:1], life), "https://x.example/")
    said = {(str(p), str(o)) for _, p, o in graph}
    assert ("http://purl.org/dc/terms/conformsTo", CONFORMS) in said
    assert (DPV + "hasContractStatus", DPV + "ContractActive") in said
    assert (DPV + "hasDataController", SHOP) in said


def without_deletions(policy: Policy) -> Policy:
    return replace(policy, rules=tuple(rule for rule in policy.rules if rule.action != ODRL + "delete"))


def test_a_receipt_does_not_make_up_a_deletion() -> None:
    now = datetime(2026, 11, 25, tzinfo=UTC)
    life = life_of(POLICY, digest_of(agreement()), (), now, agreed=True)
    value = json.loads(as_dpv_27560(without_deletions(POLICY), (), life))
    lasts = value["dpv:hasProcess"][0]["dpv:hasStorageCondition"][-1]
    assert lasts["dpv:hasDuration"] == {"@type": "dpv:IndeterminateDuration"}
