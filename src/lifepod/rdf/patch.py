"""Two graphs → the text of a patch, N3 or SPARQL Update, or "not patchable: write the whole document".

It refuses to apply a patch and to parse either language. Formats: https://solidproject.org/TR/protocol#n3-patch,
https://www.w3.org/TR/sparql11-update/ (§3.1.1 and §3.1.2, with data alone)
"""

from __future__ import annotations

from collections.abc import Set
from dataclasses import dataclass

from rdflib import BNode, Graph

from lifepod.names import SOLID
from lifepod.rdf.turtle import Triple, term_text

N3, SPARQL = "text/n3", "application/sparql-update"
"""Media types of the two languages."""


@dataclass(frozen=True, slots=True)
class Patch:
    """One way to say a change."""

    content_type: str
    body: bytes


def patches(before: Graph, after: Graph, accepted: Set[str] = frozenset()) -> tuple[Patch, ...]:
    """The ways to say a change to a server that takes the media types ``accepted``, the one to try first first.

    Without a word of the server N3 is tried, which every Solid server must take (Solid Protocol §5.3.1). Empty where
    the change can only be written whole.
    """
    ways = [(N3, n3_patch(before, after))]
    if SPARQL in accepted:
        ways.append((SPARQL, sparql_update(before, after)))
    wanted = accepted & {N3, SPARQL}
    return tuple(Patch(kind, text.encode()) for kind, text in ways if text and (not wanted or kind in wanted))


def n3_patch(before: Graph, after: Graph) -> str | None:
    """The patch that turns ``before`` into ``after``; ``None`` where a changed triple has a blank node.

    Servers differ on blank nodes (Community Solid Server answers 422), so a change that touches one is sent whole.
    Deletes name only triples of ``before``, because deleting an absent triple is a conflict (409).
    """
    gone, come = _difference(before, after)
    if _blank(gone | come):
        return None
    clauses = [
        f"  solid:{verb} {{\n{_block(triples)}  }}"
        for verb, triples in (("deletes", gone), ("inserts", come))
        if triples
    ]
    head = f"@prefix solid: <{SOLID}>.\n_:patch a solid:InsertDeletePatch"
    return " ;\n".join([head, *clauses]) + " .\n"


def sparql_update(before: Graph, after: Graph) -> str | None:
    """The update that turns ``before`` into ``after``; ``None`` where a changed triple has a blank node.

    A new blank node could be said, but not a second time the same; the whole document is clearer.
    """
    gone, come = _difference(before, after)
    if _blank(gone | come):
        return None
    parts = ((verb, triples) for verb, triples in (("DELETE", gone), ("INSERT", come)) if triples)
    return " ;\n".join(f"{verb} DATA {{\n{_block(triples)}}}" for verb, triples in parts) + "\n"


def _difference(before: Graph, after: Graph) -> tuple[set[Triple], set[Triple]]:
    old, new = set(before), set(after)
    return old - new, new - old


def _blank(triples: set[Triple]) -> bool:
    return any(isinstance(term, BNode) for triple in triples for term in triple)


def _block(triples: set[Triple]) -> str:
    lines = sorted(" ".join(term_text(term) for term in triple) for triple in triples)
    return "".join(f"    {line} .\n" for line in lines)
