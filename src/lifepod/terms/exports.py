"""A request or agreement in the words of others: gConsent, Linked Web Storage, ODRL, AuthApp.

It refuses to hide what each of them has no room for (:data:`LOSES`), and to sign anything. Contexts stand inline where
the form lets them: nothing has to be fetched to read them. The receipt of DPV is :mod:`lifepod.terms.receipts`.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping
from types import MappingProxyType
from typing import Any

from lifepod.names import ACL, DPV, LP, ODRL, RDF_TYPE, RDFS_SEE_ALSO, SCHEMA, XSD
from lifepod.rdf.flat import FlatTriple, write_flat
from lifepod.terms.access_policy import AccessPolicy, policies_of
from lifepod.terms.life import AGREED, ASKED, COUNTERED, EXPIRED, OPEN, REFUSED, REVOKED, WITHDRAWN
from lifepod.terms.policy import Constraint, Policy, Rule

LOSES: Mapping[str, tuple[str, ...]] = MappingProxyType(
    {
        "gconsent": (
            "what the vendor must and must not do: what is forbidden, promised, or to be paid",
            "the app it must be done through, and the terms it was agreed under",
            "both signatures: it is not signed, and no platform issued it",
        ),
        "dpv-27560": (
            "what is forbidden and promised, but for when data is deleted",
            "the places in your pod (kinds of data stand for them), the price, the app",
            "both signatures",
        ),
        "lws": (
            "what the vendor must and must not do: what is forbidden, promised, or to be paid",
            "that a folder means all that lies in it: the draft lets each address stand for itself",
            "who you are (it names your storage), the terms, and both signatures",
        ),
        "odrl-request": (
            "that anything was agreed: it is a request again",
            "who proposed it when, and until when an answer was awaited",
            "both signatures, and the keys that made them",
        ),
        "authapp": (
            "when it ends, and that more than one purpose may stand there",
            "what the vendor must and must not do: what is forbidden, promised, or to be paid",
            "both signatures",
        ),
    }
)
"""Style → what does not come along, in plain words."""
Json = dict[str, Any]
_INTEROP = "http://www.w3.org/ns/solid/interop#"
_ACL = {"read": "Read", "create": "Append", "modify": "Write"}
_GC = "https://w3id.org/GConsent#"
_GC_STATUS = {
    ASKED: "ConsentStatusRequested",
    COUNTERED: "ConsentStatusRequested",
    REFUSED: "ConsentStatusDenied",
    AGREED: "ConsentStatusExplicitlyGiven",
    OPEN: "ConsentStatusExplicitlyGiven",
    EXPIRED: "ConsentStatusExpired",
    REVOKED: "ConsentStatusWithdrawn",
    WITHDRAWN: "ConsentStatusWithdrawn",
}
"""State → status of GConsent; what is not here is over, and its status is told as no longer valid."""


def written(value: Json) -> bytes:
    """JSON as we write it: UTF-8, one space of indent, LF at the end."""
    return json.dumps(value, ensure_ascii=False, indent=1).encode() + b"\n"


def id_of(policy: Policy) -> str:
    """The UUID of a request or agreement."""
    return policy.root.rpartition(":")[2]


def day_of(policy: Policy) -> str:
    """When it was proposed; of terms when they were issued."""
    return policy.proposal.published if policy.proposal else policy.issued


def values_of(policies: Iterable[AccessPolicy], operand: str) -> tuple[str, ...]:
    """What all conditions on an operand name, sorted."""
    return tuple(
        sorted({one.right_operand for each in policies for one in each.constraint if one.left_operand == operand})
    )


# gConsent: https://docs.inrupt.com/ess/latest/services/service-access-grant/


def as_gconsent(policy: Policy, state: str) -> bytes:
    """A credential without proof; ``state``: as in :mod:`lifepod.terms.life`."""
    status, is_asked = _GC_STATUS.get(state, "ConsentStatusInvalidated"), state in (ASKED, COUNTERED)
    kind = "Request" if is_asked else "Denial" if state == REFUSED else "Grant"
    consents = [_consent(one, policy, status, asked=is_asked) for one in policies_of(policy)]
    held: Any = consents[0] if len(consents) == 1 else consents
    subject: Json = (
        {"id": policy.assignee, "hasConsent": held} if is_asked else {"id": policy.assigner, "providedConsent": held}
    )
    ends = values_of(policies_of(policy), "dateTime")
    value: Json = {
        "@context": ["https://www.w3.org/2018/credentials/v1", _GC_CONTEXT],
        "id": policy.root,
        "type": ["VerifiableCredential", f"SolidAccess{kind}"],
        "issuer": policy.assignee if is_asked else policy.assigner,
        "issuanceDate": day_of(policy),
    }
    value |= {"expirationDate": max(ends)} if ends else {}
    return written(value | {"credentialSubject": subject})


def _consent(one: AccessPolicy, policy: Policy, status: str, *, asked: bool) -> Json:
    modes = [ACL + _ACL[action] for action in one.action if action in _ACL]
    value: Json = {"mode": modes, "hasStatus": _GC + status, "forPersonalData": list(one.target), "inherit": True}
    purposes = values_of([one], "purpose")
    value |= {"forPurpose": list(purposes)} if purposes else {}
    return value | ({"isConsentForDataSubject": policy.assigner} if asked else {"isProvidedTo": policy.assignee})


def _by_id(iri: str) -> Json:
    return {"@id": iri, "@type": "@id"}


_SOLID_VC = "http://www.w3.org/ns/solid/vc#"
_GC_CONTEXT: Json = {
    **{f"SolidAccess{kind}": f"{_SOLID_VC}SolidAccess{kind}" for kind in ("Request", "Grant", "Denial")},
    **{name: _by_id(_GC + name) for name in ("hasConsent", "providedConsent", "hasStatus", "forPersonalData")},
    **{name: _by_id(_GC + name) for name in ("forPurpose", "isProvidedTo", "isConsentForDataSubject")},
    "inherit": {"@id": "urn:uuid:71ab2f68-a68b-4452-b968-dd23e0570227", "@type": XSD + "boolean"},
    "mode": _by_id(ACL + "mode"),
}


# Linked Web Storage: https://w3c.github.io/lws-protocol/lws10-access-requests/


def as_lws(policy: Policy, *, granted: bool = False, storage: str = "") -> bytes:
    """An access request, or a grant; ``storage``: the pod, else the nearest place above all that is opened."""
    opened = policies_of(policy)
    value: Json = {
        "@context": ["https://www.w3.org/ns/lws/v1"],
        "type": ["AccessGrant" if granted else "AccessRequest"],
        "storage": storage or _above([target for one in opened for target in one.target]),
        "access": [_access(one) for one in opened],
    }
    return written(value)


def _access(one: AccessPolicy) -> Json:
    return {
        "type": ["AccessPolicy"],
        "action": list(one.action),
        "assignee": one.assignee,
        "target": {"type": "StorageResource", "value": list(one.target)},
        "constraint": [
            {"leftOperand": c.left_operand, "operator": c.operator, "rightOperand": c.right_operand}
            for c in one.constraint
        ],
    }


def _above(places: list[str]) -> str:
    """The nearest container above all places."""
    if not places:
        return ""
    first, last = min(places), max(places)
    same = next((i for i, (a, b) in enumerate(zip(first, last, strict=False)) if a != b), len(first))
    return first[: first.rfind("/", 0, same) + 1]


# ODRL: https://www.w3.org/TR/odrl-model/#policy-request


_ODRL_CONTEXT: Json = {
    "@vocab": ODRL,
    "odrl": ODRL,
    "dpv": DPV,
    "lp": LP,
    "xsd": XSD,
    "schema": SCHEMA,
    "uid": "@id",
    "type": "@type",
    "description": "http://purl.org/dc/terms/description",
    "underTerms": _by_id(LP + "underTerms"),
    "payTo": _by_id(LP + "payTo"),
    "value": {"@id": "http://www.w3.org/1999/02/22-rdf-syntax-ns#value", "@type": "@id"},
    **{name: _by_id(ODRL + name) for name in ("assigner", "assignee", "target", "action", "profile", "conflict")},
    **{name: _by_id(ODRL + name) for name in ("leftOperand", "operator", "unit", "compensatedParty")},
}
"""The keys of ODRL's own context, spelled out, so that nobody has to fetch it."""


def as_odrl_request(policy: Policy) -> bytes:
    """An ``odrl:Request`` (JSON-LD) with every rule; who reads it needs no profile but ours."""
    kinds: tuple[tuple[str, str], ...] = (
        ("permission", "permission"),
        ("prohibition", "prohibition"),
        ("obligation", "obligation"),
    )
    value: Json = {
        "@context": _ODRL_CONTEXT,
        "type": "Request",
        "uid": policy.root,
        "profile": policy.profile,
        "conflict": policy.conflict,
        "assigner": policy.assigner,
        "assignee": policy.assignee,
    }
    value |= {"underTerms": policy.under} if policy.under else {}
    rules = {key: [_rule(one) for one in policy.rules if one.kind == kind] for key, kind in kinds}
    return written(value | {key: found for key, found in rules.items() if found})


def _rule(rule: Rule) -> Json:
    refined = [_constraint(one) for one in rule.refinements]
    value: Json = {"uid": rule.node}
    value["action"] = {"value": rule.action, "refinement": refined} if refined else rule.action
    value |= {"target": list(rule.targets)} if rule.targets else {}
    value |= {"constraint": [_constraint(one) for one in rule.constraints]} if rule.constraints else {}
    value |= {"duty": [_rule(one) for one in rule.duties]} if rule.duties else {}
    value |= {"description": rule.description} if rule.description else {}
    value |= {"compensatedParty": rule.party} if rule.party else {}
    return value | ({"payTo": rule.pay_to} if rule.pay_to else {})


def _constraint(one: Constraint) -> Json:
    right: Any = {"@value": one.right.text, "@type": one.right.datatype} if one.right.datatype else None
    value: Json = {"uid": one.node, "leftOperand": one.left, "operator": one.operator}
    value["rightOperand"] = right or {"@id": one.right.text}
    return value | ({"unit": one.unit} if one.unit else {})


# AuthApp: the shapes of Solid Application Interoperability that it reads


def as_authapp(policy: Policy) -> bytes:
    """Turtle that AuthApp shows as an access request; its addresses are relative to where it is put."""
    return write_flat(_authapp(policy))


def _authapp(policy: Policy) -> Iterator[FlatTriple]:
    root, group = "<#AccessRequest>", "<#Group>"
    yield _said(root, RDF_TYPE, _INTEROP + "AccessRequest")
    for name, agent in (("from", policy.assignee), ("for", policy.assignee), ("to", policy.assigner)):
        yield _said(root, f"{_INTEROP}{name}SocialAgent", agent)
    yield (root, f"<{_INTEROP}hasAccessNeedGroup>", group)
    opened = policies_of(policy)
    for purpose in values_of(opened, "purpose"):
        yield _said(root, DPV + "purpose", purpose)
    for client in values_of(opened, "client"):
        yield _said(root, RDFS_SEE_ALSO, client)
    yield _said(group, RDF_TYPE, _INTEROP + "AccessNeedGroup")
    yield _said(group, _INTEROP + "accessNecessity", _INTEROP + "AccessRequired")
    for number, one in enumerate(opened, 1):
        need = f"<#Need-{number}>"
        yield (group, f"<{_INTEROP}hasAccessNeed>", need)
        yield _said(need, RDF_TYPE, _INTEROP + "AccessNeed")
        yield _said(need, _INTEROP + "accessNecessity", _INTEROP + "AccessRequired")
        for action in one.action:
            if action in _ACL:
                yield _said(need, _INTEROP + "accessMode", ACL + _ACL[action])
        for target in one.target:
            yield _said(need, _INTEROP + "hasDataInstance", target)


def _said(subject: str, predicate: str, obj: str) -> FlatTriple:
    return (subject, f"<{predicate}>", f"<{obj}>")
