"""The N3 Patch documents that lifepod writes, read and applied (https://solidproject.org/TR/protocol#n3-patch).

It refuses blank nodes and variables, as Community Solid Server refuses them (422).
"""

from __future__ import annotations

import re
from dataclasses import dataclass

import pyoxigraph as ox

_HEAD = re.compile(r"\s*(?:@prefix\s+[^\s:]*:\s*<[^<>]*>\s*\.\s*)*")
_CLAUSE = re.compile(r"solid:(deletes|inserts|where)\s*\{")
_TOKEN = re.compile(r'"(?:\\.|[^"\\])*"|<[^<>]*>|[^"<{}]+|[{}]', re.DOTALL)


class BadPatchError(Exception):
    """The patch cannot be read or used; carries the HTTP status it deserves."""

    def __init__(self, status: int, message: str) -> None:
        super().__init__(message)
        self.status = status


@dataclass(frozen=True, slots=True)
class Patch:
    """What goes and what comes."""

    deletes: frozenset[ox.Triple]
    inserts: frozenset[ox.Triple]
    has_where: bool


def read_patch(text: str, base: str) -> Patch:
    """Read one patch; raises :class:`BadPatchError`."""
    head = _HEAD.match(text)
    prefixes = head.group() if head else ""
    if "solid:InsertDeletePatch" not in text:
        raise BadPatchError(422, "Missing solid:InsertDeletePatch")
    blocks = {"deletes": "", "inserts": "", "where": ""}
    for clause in _CLAUSE.finditer(text):
        blocks[clause.group(1)] = _block(text, clause.end())
    if "?" in re.sub(r'"(?:\\.|[^"\\])*"|<[^<>]*>', "", "".join(blocks.values())):
        raise BadPatchError(422, "Variables are not supported by the double")
    deletes, inserts = (_triples(prefixes + blocks[name], base) for name in ("deletes", "inserts"))
    return Patch(deletes, inserts, bool(blocks["where"].strip()))


def _block(text: str, start: int) -> str:
    out: list[str] = []
    for token in _TOKEN.finditer(text, start):
        if token.group() == "}":
            return "".join(out)
        out.append(token.group())
    raise BadPatchError(400, "A clause is not closed")


def _triples(turtle: str, base: str) -> frozenset[ox.Triple]:
    # In N3 the last full stop of a formula may be left out, in Turtle not.
    closed = turtle if turtle.rstrip().endswith(".") or not turtle.strip() else turtle + " ."
    try:
        quads = list(ox.parse(closed, format=ox.RdfFormat.TURTLE, base_iri=base))
    except SyntaxError as error:
        raise BadPatchError(400, str(error)) from None
    if any(isinstance(term, ox.BlankNode) for quad in quads for term in (quad.subject, quad.object)):
        raise BadPatchError(422, "An N3 patch may not hold blank nodes")
    return frozenset(quad.triple for quad in quads)


def apply_patch(patch: Patch, body: bytes, base: str) -> bytes:
    """The document after the patch, written anew: comments are lost; raises :class:`BadPatchError` (409)."""
    held = {quad.triple for quad in ox.parse(body, format=ox.RdfFormat.TURTLE, base_iri=base)}
    if patch.deletes - held:
        raise BadPatchError(409, "The document does not contain all triples the patch requests to delete")
    after = (held - patch.deletes) | patch.inserts
    return ox.serialize(sorted(after, key=str), format=ox.RdfFormat.TURTLE) or b""
