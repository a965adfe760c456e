"""Requests as other tools send them, short and after what is in the field; each with its source."""

from __future__ import annotations

import json
from typing import Any

ALICE, SHOP = "https://alice.example/profile/card#me", "https://shop.example/profile/card#org"
PURCHASES = "https://alice.example/journal/purchases/"

# After the shapes that AuthApp (github.com/uvdsl/solid-authorization-app) reads and its demo sends.
AUTHAPP = """
@prefix interop: <http://www.w3.org/ns/solid/interop#> .
@prefix acl: <http://www.w3.org/ns/auth/acl#> .
@prefix dpv: <https://w3id.org/dpv#> .
@prefix rdfs: <http://www.w3.org/2000/01/rdf-schema#> .
<#AccessRequest> a interop:AccessRequest ;
  interop:fromSocialAgent <https://shop.example/profile/card#org> ;
  interop:toSocialAgent <https://alice.example/profile/card#me> ;
  interop:forSocialAgent <https://shop.example/profile/card#org> ;
  interop:hasAccessNeedGroup <#AccessNeedGroup-0> ;
  dpv:purpose dpv:ServicePersonalisation ; rdfs:seeAlso <https://shop.example/app/client.jsonld> .
<#AccessNeedGroup-0> a interop:AccessNeedGroup ;
  interop:accessNecessity interop:AccessRequired ; interop:accessScenario interop:sharedAccess ;
  interop:authenticatesAs interop:SocialAgent ; interop:hasAccessNeed <#AccessNeed-0-0> .
<#AccessNeed-0-0> a interop:AccessNeed ;
  interop:accessMode acl:Read, acl:Append ; interop:accessNecessity interop:AccessRequired ;
  interop:hasDataInstance <https://alice.example/journal/purchases/> .
"""

# The same in blank nodes, with the modes of SAI's sample data, and a text as purpose.
BLANK = """
@prefix interop: <http://www.w3.org/ns/solid/interop#> .
@prefix acl: <http://www.w3.org/ns/auth/acl#> .
[] a interop:AccessRequest ; interop:fromSocialAgent <https://shop.example/profile/card#org> ;
  interop:toSocialAgent <https://alice.example/profile/card#me> ;
  <https://w3id.org/dpv#purpose> "to make you an offer" ;
  interop:hasAccessNeedGroup [ interop:hasAccessNeed [
    interop:accessMode acl:read, acl:Update, acl:Control, acl:Write ;
    interop:hasDataInstance <https://alice.example/notes/> ] , [
    interop:accessMode acl:Read ; interop:registeredShapeTree <https://trees.example/#Project> ] ] .
"""

# After the credentials in github.com/inrupt/solid-client-access-grants-js (MIT), with made-up values.
GCONSENT: dict[str, Any] = {
    "@context": ["https://www.w3.org/2018/credentials/v1", "https://vc.inrupt.com/credentials/v1"],
    "id": "https://vc.example/vc/52ff98a9",
    "type": ["VerifiableCredential", "SolidAccessRequest"],
    "issuer": "https://vc.example",
    "issuanceDate": "2026-11-08T08:48:54.428Z",
    "expirationDate": "2027-05-01T02:00:00.5+02:00",
    "credentialSubject": {
        "id": SHOP,
        "inbox": "https://shop.example/inbox/",
        "hasConsent": {
            "mode": ["http://www.w3.org/ns/auth/acl#Read"],
            "hasStatus": "https://w3id.org/GConsent#ConsentStatusRequested",
            "forPersonalData": [PURCHASES],
            "forPurpose": "https://w3id.org/dpv#ServicePersonalisation",
            "isConsentForDataSubject": ALICE,
        },
    },
    "proof": {"type": "Ed25519Signature2020", "proofValue": "zSfZG"},
}

# As terms §8 has it: the later draft of W3C LWS access requests.
LWS: dict[str, Any] = {
    "@context": ["https://www.w3.org/ns/lws/v1"],
    "type": ["AccessRequest"],
    "storage": "https://alice.example/",
    "inbox": "https://shop.example/inbox/",
    "access": [
        {
            "type": ["AccessPolicy"],
            "action": ["read"],
            "assignee": SHOP,
            "target": {"type": "StorageResource", "value": [PURCHASES]},
            "constraint": [
                {"leftOperand": "purpose", "operator": "eq", "rightOperand": "https://w3id.org/dpv#Marketing"},
                {"leftOperand": "dateTime", "operator": "lteq", "rightOperand": "2027-05-01T00:00:00Z"},
                {"leftOperand": "client", "operator": "eq", "rightOperand": "https://shop.example/app"},
            ],
        }
    ],
}

# The example of the draft at github.com/w3c/lws-protocol, commit 09aa7a8, lws10-access-requests (W3C licence).
LWS_EARLIER: dict[str, Any] = {
    "@context": ["https://www.w3.org/ns/lws/v1"],
    "type": ["AccessRequest"],
    "inbox": "https://id.example/agent/inbox/",
    "storage": "https://storage.example/",
    "access": {
        "type": ["ODRLAccessPolicy"],
        "action": ["read", "create"],
        "assignee": "https://id.example/agent",
        "target": ["https://storage.example/projects/"],
        "hasPurpose": ["https://purpose.example/collaboration"],
        "constraint": [{"leftOperand": "dateTime", "operator": "lteq", "rightOperand": "2026-06-09T10:00:00Z"}],
    },
}


def body(value: dict[str, Any]) -> bytes:
    """As it is sent."""
    return json.dumps(value).encode()
