"""A receipt of an agreement after DPV's guide to ISO/IEC TS 27560, for tools that keep consent records.

It refuses to call a contract a consent: the legal basis is a contract, and that is said in words. What the guide
demands and no agreement says (where the data is stored) is told as not said.
Source: https://w3id.org/dpv/guides/consent-27560.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from lifepod.names import DPV, ODRL, PD, XSD
from lifepod.terms.clauses import CLAUSES, clause_of
from lifepod.terms.events import Event, Step
from lifepod.terms.exports import Json, day_of, id_of, written
from lifepod.terms.life import (
    AGREED,
    ASKED,
    COUNTERED,
    DPV_STATUS,
    ENDED,
    EXPIRED,
    LAPSED,
    OPEN,
    REFUSED,
    REVOKED,
    WITHDRAWN,
    Life,
    until_of,
    waits_for,
)
from lifepod.terms.policy import Policy, Rule
from lifepod.terms.purposes import label_of
from lifepod.terms.within import ELAPSED, PURPOSE

CONFORMS = "https://w3id.org/dpv/schema/dpv-27560#receipt-record"
BASIS = (
    "This is a receipt of a contract that two parties signed, on the person's own terms. The legal basis is that "
    "contract, not consent; the consent states below only tell when it was proposed, signed, refused or ended."
)
_PREFIXES = {
    "dct": "http://purl.org/dc/terms/",
    "dpv": DPV,
    "ieee-7012": "https://w3id.org/dpv/standards/ieee/7012#",
    "pd": PD,
    "rdf": "http://www.w3.org/1999/02/22-rdf-syntax-ns#",
    "skos": "http://www.w3.org/2004/02/skos/core#",
    "xsd": XSD,
}
_ADDRESSES: Json = {
    key: {"@id": _PREFIXES[key.partition(":")[0]] + key.partition(":")[2], "@type": "@id"}
    for key in (
        *("dct:conformsTo", "dct:creator", "skos:broader", "dpv:hasPersonalData", "dpv:hasDataController"),
        *("dpv:hasRecipient", "dpv:hasContractStatus", "dpv:isIndicatedBy", "dpv:hasLocation"),
    )
} | {"dpv:hasEntity": {"@id": DPV + "hasEntity", "@container": "@id"}}
"""Keys whose texts are addresses: plain texts for who reads JSON, IRIs for who reads JSON-LD."""
_STATES = {
    ASKED: "ConsentRequested",
    COUNTERED: "ConsentRequested",
    REFUSED: "ConsentRefused",
    LAPSED: "ConsentRequestDeferred",
    AGREED: "ConsentGiven",
    OPEN: "ConsentGiven",
    EXPIRED: "ConsentExpired",
    REVOKED: "ConsentWithdrawn",
    WITHDRAWN: "ConsentRevoked",
}
_STEPS = {
    Step.ACCEPT: "ConsentGiven",
    Step.REFUSAL: "ConsentRefused",
    Step.REVOCATION: "ConsentWithdrawn",
    Step.WITHDRAWAL: "ConsentRevoked",
}
_OVER = {"ConsentWithdrawn", "ConsentRevoked"}
_PROCESSING = {"read": ("Access", "Use"), "append": ("Record",), "change": ("Modify", "Erase")}


def as_dpv_27560(policy: Policy, events: Iterable[Event], life: Life) -> bytes:
    """The receipt as JSON-LD with the keys the guide demands, its context inline."""
    known = tuple(events)
    value: Json = {
        "@context": _PREFIXES | _ADDRESSES,
        "@id": f"{policy.root}#receipt",
        "dct:conformsTo": CONFORMS,
        "dct:description": BASIS,
        "dpv:hasIdentifier": id_of(policy),
        "dpv:hasDataSubject": {"@type": ["dpv:DataSubject"], "dpv:hasIdentifier": policy.assigner},
        "dct:created": max([day_of(policy), life.since, *(one.published for one in known)]),
        "dct:creator": policy.assigner,
        "dct:language": "en",
        "dpv:hasProcess": [_process(policy, known, life)],
        "dpv:hasNotice": [{"@type": ["dpv:Notice"], "dpv:hasIdentifier": policy.under or policy.root}],
        "dpv:hasEntity": {
            policy.assigner: {"@type": ["dpv:DataSubject"], "dpv:hasName": policy.assigner},
            policy.assignee: {
                "@type": ["dpv:DataController", "dpv:Recipient"],
                "dpv:hasName": policy.assignee,
                "dpv:hasContact": policy.assignee,
            },
        },
    }
    return written(value)


def _process(policy: Policy, events: tuple[Event, ...], life: Life) -> Json:
    purposes = sorted({c.right.text for r in policy.of("permission") for c in r.constraints if c.left == PURPOSE})
    return {
        "@type": ["dpv:Process"],
        "dpv:hasPurpose": [
            {"@type": ["dpv:Purpose"], "skos:broader": _short(one), "skos:prefLabel": label_of(one)} for one in purposes
        ],
        "dpv:hasPersonalData": [_short(one) for one in policy.data] or ["dpv:PersonalData"],
        "dpv:hasProcessing": list(_processing(policy)),
        "dpv:hasDataController": [policy.assignee],
        "dpv:hasRecipient": [policy.assignee],
        "dpv:hasDataSource": [{"@type": ["dpv:DataSubjectDataSource", "dpv:NonPublicDataSource"]}],
        "dpv:hasStorageCondition": list(_storage(policy)),
        "dpv:hasLegalBasis": [
            {
                "@type": "dpv:LegalBasis",
                "skos:broader": ["dpv:Contract"],
                "skos:prefLabel": "Contract, not consent",
                "skos:definition": BASIS,
            }
        ],
        "dpv:hasContractStatus": DPV_STATUS[life.state],
        "dpv:hasConsentStatus": list(_states(policy, events, life)),
    }


def _processing(policy: Policy) -> Iterator[Json]:
    for rule in policy.of("permission"):
        name = clause_of(rule.kind, rule.action) or ""
        if name in CLAUSES:
            broader = [f"dpv:{word}" for word in _PROCESSING.get(name, ("Use",))]
            yield {"@type": ["dpv:Processing"], "skos:broader": broader, "skos:prefLabel": CLAUSES[name].says}


def _storage(policy: Policy) -> Iterator[Json]:
    said = "The agreement does not say where."
    yield {"@type": ["dpv:StorageLocation"], "dpv:hasLocation": "dpv:Location", "skos:prefLabel": said}
    deletions = [rule for rule in policy.of("obligation") if rule.action == ODRL + "delete"]
    for rule in deletions:
        label = CLAUSES[clause_of(rule.kind, rule.action, waits_for(rule)) or "delete-at-end"].says
        yield _lasts("dpv:UntilEventDuration", _until(rule), label)
    if not deletions:
        yield _lasts("dpv:IndeterminateDuration", "", "The agreement does not say when it is deleted.")


def _lasts(kind: str, value: str, label: str) -> Json:
    lasts = {"@type": kind} | ({"rdf:value": value} if value else {})
    return {"@type": ["dpv:StorageDuration"], "dpv:hasDuration": lasts, "skos:prefLabel": label}


def _until(rule: Rule) -> str:
    limit = rule.constraint(ELAPSED)
    after = {"use": "use of the data", "end": "end of the agreement"}.get(waits_for(rule), "an event not known")
    return f"{limit.right.text} after the {after}" if limit else f"the {after}"


def _states(policy: Policy, events: tuple[Event, ...], life: Life) -> Iterator[Json]:
    """What happened, by whom and when; the last one is how it stands."""
    until, proposal = until_of(policy), policy.proposal
    if proposal is not None:
        yield _state("ConsentRequested", proposal.published, proposal.actor, policy)
    told = {"ConsentRequested"}
    for event in sorted(events, key=lambda one: one.published):
        if event.step in _STEPS and event.published <= life.since:
            told.add(_STEPS[event.step])
            value = _state(_STEPS[event.step], event.published, event.actor, policy)
            lasts = {"@type": ["dpv:UntilTimeDuration"], "rdf:value": until}
            yield value | ({"dpv:hasDuration": lasts} if until and event.step is Step.ACCEPT else {})
    now = _STATES.get(life.state, "ConsentExpired")
    if now not in told and not (life.state in ENDED and told & _OVER):
        yield _state(now, life.until if now == "ConsentExpired" and life.until else life.since, "", policy)


def _state(name: str, at: str, by: str, policy: Policy) -> Json:
    value: Json = {"@type": [f"dpv:{name}"], "dpv:isIndicatedAtTime": at, "dpv:isExercisedAt": policy.root}
    return value | ({"dpv:isIndicatedBy": by} if by else {})


def _short(iri: str) -> str:
    for prefix, namespace in _PREFIXES.items():
        if iri.startswith(namespace):
            return f"{prefix}:{iri.removeprefix(namespace)}"
    return iri
