"""What happens to a request or an agreement, each a signed record of its own: accepted, refused, ended, attested, paid.

It refuses to change what it is about (it names it by address and digest), and to say that money moved or data is gone:
a receipt and an attestation are the vendor's word. Sources: https://www.w3.org/TR/activitystreams-vocabulary/, DPV.

The address of an event is made from the agreement's and the step (RFC 9562 §5.5), so that a step that is repeated
writes the same record.
"""

from __future__ import annotations

import re
import uuid
from collections.abc import Iterator
from dataclasses import dataclass, replace
from enum import StrEnum
from typing import Any

from lifepod.errors import Malformed
from lifepod.names import AS, DCT, DPV, IEEE7012, LP, PROV, RDF_TYPE, SCHEMA, SEC, XSD
from lifepod.plain import plain
from lifepod.rdf.closed import Closed
from lifepod.rdf.flat import FlatTriple
from lifepod.terms.policy import PublicKey
from lifepod.terms.said import Said, iris, key_triples, keys_said, literal


class Step(StrEnum):
    """What an event is."""

    ACCEPT = "accept"
    TENTATIVE = "tentative"
    """A counter-offer was made."""
    REFUSAL = "refusal"
    REVOCATION = "revocation"
    """The person ends it."""
    WITHDRAWAL = "withdrawal"
    """The vendor takes its request back, or ends the agreement."""
    ATTESTATION = "attestation"
    """The vendor says that it deleted."""
    RECEIPT = "receipt"
    """The vendor says that it paid."""
    USE_NOTE = "use-note"
    """The vendor says what it used."""
    BREACH = "breach"
    """The person notes that a promise was not kept in time."""


_TYPES: dict[Step, tuple[str, ...]] = {
    Step.ACCEPT: (AS + "Accept",),
    Step.TENTATIVE: (AS + "TentativeAccept",),
    Step.REFUSAL: (AS + "Reject", LP + "Refusal"),
    Step.REVOCATION: (AS + "Undo", LP + "Revocation"),
    Step.WITHDRAWAL: (AS + "Undo",),
    Step.ATTESTATION: (AS + "Announce", LP + "DeletionAttestation"),
    Step.RECEIPT: (AS + "Announce", LP + "PaymentReceipt", SCHEMA + "PayAction"),
    Step.USE_NOTE: (AS + "Announce", LP + "UseNote"),
    Step.BREACH: (AS + "Create", LP + "Breach"),
}
_STATUS: dict[Step, tuple[str, str]] = {
    Step.TENTATIVE: (DPV + "hasStatus", IEEE7012 + "AgreementNegotiationCounterOfferMade"),
    Step.REFUSAL: (DPV + "hasStatus", IEEE7012 + "AgreementRefused"),
    Step.REVOCATION: (DPV + "hasContractStatus", DPV + "ContractTerminated"),
    Step.BREACH: (DPV + "hasContractStatus", DPV + "ContractViolated"),
}


@dataclass(frozen=True, slots=True)
class Due:
    """A duty that outlives the access, and its day."""

    node: str
    fulfils: str
    """IRI of the clause."""
    by: str
    """UTC."""


@dataclass(frozen=True, slots=True)
class Kept:
    """What the vendor says it keeps all the same, and why it may."""

    node: str
    description: str
    references: str = ""


@dataclass(frozen=True, slots=True)
class Event:
    """One signed activity; which fields are filled depends on its step."""

    root: str
    step: Step
    actor: str
    published: str
    """UTC, whole seconds, ``Z``; so are all times here unless they say otherwise."""
    object: str
    """The request or agreement it is about."""
    graph_digest: str
    target: str = ""
    """Who is told; empty where nobody is."""
    url: str = ""
    """Where the agreement or counter-offer lies."""
    bytes_digest: str = ""
    access_checked: str = ""
    """When a fresh look found the access as agreed (or closed)."""
    result: str = ""
    result_digest: str = ""
    because: tuple[str, ...] = ()
    """IRIs of reasons."""
    about: tuple[str, ...] = ()
    """IRIs of clauses."""
    description: str = ""
    dues: tuple[Due, ...] = ()
    in_reply_to: str = ""
    fulfils: tuple[str, ...] = ()
    covers: tuple[str, ...] = ()
    ended: str = ""
    backups_gone_by: str = ""
    kept: tuple[Kept, ...] = ()
    period_start: str = ""
    """A day."""
    price: str = ""
    currency: str = ""
    paid_at: str = ""
    identifier: str = ""
    due_by: str = ""
    derived_from: str = ""
    keys: tuple[PublicKey, ...] = ()
    strange: tuple[FlatTriple, ...] = ()


_UUID = re.compile(r"urn:uuid:[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}\Z")


def address_of(about: str, step: str) -> str:
    """The address of an event or a counter-offer: ``urn:uuid:`` made from what it is about and the step's name.

    Raises :class:`Malformed` where it is about something that has no such address: only requests and agreements have.
    """
    if not _UUID.match(about):
        raise Malformed(f"{plain(about, 100)} is no address of a request or an agreement.")
    return f"urn:uuid:{uuid.uuid5(uuid.UUID(about.removeprefix('urn:uuid:')), step)}"


_IRIS: tuple[tuple[str, str], ...] = (
    ("actor", AS + "actor"),
    ("target", AS + "target"),
    ("object", AS + "object"),
    ("url", AS + "url"),
    ("result", AS + "result"),
    ("in_reply_to", AS + "inReplyTo"),
    ("derived_from", PROV + "wasDerivedFrom"),
)
_MANY: tuple[tuple[str, str], ...] = (
    ("because", LP + "because"),
    ("about", LP + "about"),
    ("fulfils", LP + "fulfils"),
    ("covers", LP + "covers"),
)
_LITERALS: tuple[tuple[str, str, str], ...] = (
    ("published", AS + "published", XSD + "dateTime"),
    ("graph_digest", LP + "graphDigest", SEC + "multibase"),
    ("bytes_digest", LP + "bytesDigest", SEC + "multibase"),
    ("access_checked", LP + "accessChecked", XSD + "dateTime"),
    ("result_digest", LP + "resultDigest", SEC + "multibase"),
    ("description", DCT + "description", ""),
    ("ended", PROV + "endedAtTime", XSD + "dateTime"),
    ("backups_gone_by", LP + "backupsGoneBy", XSD + "dateTime"),
    ("period_start", LP + "periodStart", XSD + "date"),
    ("price", SCHEMA + "price", XSD + "decimal"),
    ("currency", SCHEMA + "priceCurrency", ""),
    ("paid_at", SCHEMA + "endTime", XSD + "dateTime"),
    ("identifier", SCHEMA + "identifier", ""),
    ("due_by", LP + "dueBy", XSD + "dateTime"),
)


def event_of(record: Closed) -> Event:
    """The event a closed record is; raises :class:`Malformed` where it is none."""
    graph, root = Said(record.triples), record.root
    types = set(graph.iris(root, RDF_TYPE))
    step = next((one for one, wanted in _TYPES.items() if set(wanted) == types), None)
    if step is None:
        raise Malformed("It is no event of an agreement.")
    if step in _STATUS and graph.iri(root, _STATUS[step][0]) != _STATUS[step][1]:
        raise Malformed("It says one thing by its kind and another by its status.")
    words: dict[str, Any] = {name: graph.iri(root, predicate) for name, predicate in _IRIS}
    words |= {name: graph.literal(root, predicate, datatype) for name, predicate, datatype in _LITERALS}
    words |= {name: graph.iris(root, predicate) for name, predicate in _MANY}
    if not words["actor"] or not words["object"] or not words["published"]:
        raise Malformed("It does not say who did what when.")
    if not words["graph_digest"]:
        raise Malformed("It does not say which graph it is about.")
    event = Event(
        root=root,
        step=step,
        dues=tuple(_due(graph, node) for node in graph.iris(root, LP + "due")),
        kept=tuple(_kept(graph, node) for node in graph.iris(root, LP + "kept")),
        keys=keys_said(graph, (words["actor"],)),
        **words,
    )
    return replace(event, strange=tuple(sorted(graph.left)))


def _due(graph: Said, node: str) -> Due:
    by = graph.literal(node, LP + "dueBy", XSD + "dateTime")
    return Due(node, graph.iri(node, LP + "fulfils"), by)


def _kept(graph: Said, node: str) -> Kept:
    return Kept(node, graph.literal(node, DCT + "description"), graph.iri(node, DCT + "references"))


def event_record(event: Event) -> Closed:
    """The event as a closed record, not signed yet."""
    return Closed(event.root, tuple(sorted({*_said(event), *event.strange})))


def _said(event: Event) -> Iterator[FlatTriple]:
    root = event.root
    yield from iris(root, RDF_TYPE, *_TYPES[event.step])
    if event.step in _STATUS:
        yield from iris(root, *_STATUS[event.step])
    for name, predicate in _IRIS:
        yield from iris(root, predicate, getattr(event, name))
    for name, predicate in _MANY:
        yield from iris(root, predicate, *getattr(event, name))
    for name, predicate, datatype in _LITERALS:
        yield from literal(root, predicate, getattr(event, name), datatype)
    for due in event.dues:
        yield from iris(root, LP + "due", due.node)
        yield from iris(due.node, LP + "fulfils", due.fulfils)
        yield from literal(due.node, LP + "dueBy", due.by, XSD + "dateTime")
    for one in event.kept:
        yield from iris(root, LP + "kept", one.node)
        yield from literal(one.node, DCT + "description", one.description)
        yield from iris(one.node, DCT + "references", one.references)
    yield from key_triples(event.keys)
