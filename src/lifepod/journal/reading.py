"""A partition back into records, as a program reads them: one mapping per record, terms in their short form.

It refuses to interpret: what is in the partition is passed on, nothing is added.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from lifepod.journal.joins import by_record
from lifepod.names import PREFIXES, RDF_TYPE
from lifepod.rdf.flat import FlatTriple, read_flat, value_of, write_flat
from lifepod.rdf.jsonld import turtle_as_jsonld

Json = dict[str, "str | list[str | Json] | Json"]
"""A record: ``@id``, ``@type``, and its properties (``schema:name``) with text values or parts."""


@dataclass(frozen=True, slots=True)
class Told:
    """One record of a partition."""

    record: Json
    triples: tuple[FlatTriple, ...]
    """All that is said of it and of its parts, addresses relative to the partition."""


def told_in(data: bytes, url: str) -> list[Told]:
    """The records of a partition in order of time; raises :class:`~lifepod.errors.Malformed`."""
    triples = read_flat(data, url)
    nodes: dict[str, dict[str, list[str]]] = {}
    for subject, predicate, obj in triples:
        nodes.setdefault(subject, {}).setdefault(predicate, []).append(obj)
    bodies = by_record(triples)
    named = sorted(name for name in bodies if name and f"<#{name}>" in nodes)
    return [Told(_record(f"<#{name}>", nodes, url), tuple(sorted(bodies[name]))) for name in named]


def records_in(data: bytes, url: str) -> list[Json]:
    """The records of :func:`told_in` as a program reads them."""
    return [told.record for told in told_in(data, url)]


def as_turtle(told: Iterable[tuple[str, Iterable[FlatTriple]]]) -> bytes:
    """Records (the address of the partition and the triples of each) as one Turtle document with full addresses."""
    return write_flat(
        (_whole(subject, url), predicate, _whole(obj, url)) for url, body in told for subject, predicate, obj in body
    )


def as_jsonld(told: Iterable[tuple[str, Iterable[FlatTriple]]]) -> bytes:
    """The same as one expanded JSON-LD document."""
    return turtle_as_jsonld(as_turtle(told), "urn:lifepod:records")


def _whole(term: str, url: str) -> str:
    return f"<{url}{term[1:]}" if term.startswith("<#") or term == "<>" else term


def _record(subject: str, nodes: dict[str, dict[str, list[str]]], url: str, *, whole: bool = True) -> Json:
    """One node; its own parts stand inside it, one level deep: more than that no journal of ours holds."""
    out: Json = {"@id": url + subject[1:-1]}
    for predicate, objects in sorted(nodes[subject].items()):
        key = "@type" if predicate == f"<{RDF_TYPE}>" else short(predicate[1:-1])
        values: list[str | Json] = []
        for term in sorted(objects):
            if whole and term in nodes and term.startswith(subject[:-1] + "-"):
                values.append(_record(term, nodes, url, whole=False))
            else:
                values.append(short(value_of(term)) if key == "@type" else value_of(term))
        out[key] = values if len(values) > 1 or key == "@type" else values[0]
    return out


def short(iri: str) -> str:
    """An IRI with its prefix, where it has one of ours."""
    for prefix, namespace in PREFIXES:
        if iri.startswith(namespace):
            return f"{prefix}:{iri[len(namespace) :]}"
    return iri
