"""A partition back into records, as a program reads them: one mapping per record, terms in their short form.

It refuses to interpret: what is in the partition is passed on, nothing is added.
"""

from __future__ import annotations

from lifepod.journal.triples import record_name
from lifepod.names import PREFIXES, RDF_TYPE
from lifepod.rdf.flat import read_flat, value_of

Json = dict[str, "str | list[str | Json] | Json"]
"""A record: ``@id``, ``@type``, and its properties (``schema:name``) with text values or parts."""


def records_in(data: bytes, url: str) -> list[Json]:
    """The records of a partition in order of time; raises :class:`~lifepod.errors.Malformed`."""
    nodes: dict[str, dict[str, list[str]]] = {}
    for subject, predicate, obj in read_flat(data, url):
        nodes.setdefault(subject, {}).setdefault(predicate, []).append(obj)
    names = sorted(subject[2:-1] for subject in nodes if subject[2:-1] == record_name(subject) and subject != "<>")
    return [_record(f"<#{name}>", nodes, url) for name in names]


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
