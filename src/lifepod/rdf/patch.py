"""Two graphs → the text of an N3 Patch, or "not patchable: write the whole document".

It refuses to apply a patch and to parse N3. Format: https://solidproject.org/TR/protocol#n3-patch
"""

from __future__ import annotations

from rdflib import BNode, Graph

from lifepod.names import SOLID
from lifepod.rdf.turtle import Triple, term_text


def n3_patch(before: Graph, after: Graph) -> str | None:
    """The patch that turns ``before`` into ``after``; ``None`` where a changed triple has a blank node.

    Servers differ on blank nodes (Community Solid Server answers 422), so a change that touches one is sent whole.
    Deletes name only triples of ``before``, because deleting an absent triple is a conflict (409).
    """
    old, new = set(before), set(after)
    gone, come = old - new, new - old
    if any(isinstance(term, BNode) for triple in gone | come for term in triple):
        return None
    clauses = [
        f"  solid:{verb} {{\n{_block(triples)}  }}"
        for verb, triples in (("deletes", gone), ("inserts", come))
        if triples
    ]
    head = f"@prefix solid: <{SOLID}>.\n_:patch a solid:InsertDeletePatch"
    return " ;\n".join([head, *clauses]) + " .\n"


def _block(triples: set[Triple]) -> str:
    lines = sorted(" ".join(term_text(term) for term in triple) for triple in triples)
    return "".join(f"    {line} .\n" for line in lines)
