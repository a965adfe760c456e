"""JSON-LD ⇄ graph, with a closed loader over the contexts that travel with lifepod.

It refuses to reach the network for a context: a document that names one we do not carry is :class:`Malformed`.
"""

from __future__ import annotations

import json
from functools import cache
from importlib.resources import files
from pathlib import Path
from typing import Any

import pyoxigraph as ox
from rdflib import Graph

from lifepod.errors import Malformed, TooBig
from lifepod.limits import LIMITS, Limits
from lifepod.plain import plain
from lifepod.rdf.turtle import graph_of, quads_of, write_turtle

CONTEXT = "https://w3id.org/lifepod/context.jsonld"
"""Address under which our own context is known; it is read from ``vocab/context.jsonld``, never fetched."""


def read_jsonld(data: bytes, base: str, limits: Limits = LIMITS) -> Graph:
    """JSON-LD bytes → graph (the default graph); raises :class:`Malformed` or :class:`TooBig`."""
    if len(data) > limits.document_bytes:
        raise TooBig(f"{plain(base)} is larger than {limits.document_bytes} bytes.", place=base)
    value = _json(data, base, limits)
    from pyld import jsonld  # loads slowly; only where JSON-LD really appears

    try:
        options = {"base": base, "documentLoader": _loader(), "format": "application/n-quads"}
        text = jsonld.to_rdf(value, options)
    except Exception as error:  # the library raises many kinds; each means that the document cannot be read
        raise _unreadable(error, base) from None
    quads = ox.parse(str(text).encode(), format=ox.RdfFormat.N_QUADS, rename_blank_nodes=True)
    found = [quad for quad in quads if isinstance(quad.graph_name, ox.DefaultGraph)]
    if len(found) > limits.triples:
        raise TooBig(f"{plain(base)} has more than {limits.triples} triples.", bound=limits.triples, place=base)
    return graph_of(found)


def write_jsonld(graph: Graph, base: str) -> bytes:
    """Graph → JSON-LD compacted with our own context, which is named and not repeated."""
    from pyld import jsonld

    quads = quads_of(write_turtle(graph), base)
    lines = "".join(f"{q.subject} {q.predicate} {q.object} .\n" for q in quads)
    expanded = jsonld.from_rdf(lines, {"format": "application/n-quads"})
    compact = jsonld.compact(expanded, CONTEXT, {"documentLoader": _loader(), "base": base})
    return json.dumps(compact, indent=1, ensure_ascii=False, sort_keys=True).encode()


def vocab_file(name: str) -> bytes:
    """A file of ``vocab/``: from the installed package, else from the checkout the package lies in."""
    packed = files("lifepod").joinpath("vocab", name)
    if packed.is_file():
        return packed.read_bytes()
    # An editable install does not carry the folder; there it stands beside src/.
    return (Path(__file__).resolve().parents[3] / "vocab" / name).read_bytes()


def _json(data: bytes, base: str, limits: Limits) -> Any:
    depth = deepest = 0
    for byte in data:
        if byte in b"[{":
            depth += 1
            deepest = max(deepest, depth)
        elif byte in b"]}":
            depth -= 1
    # Brackets inside strings count too: that refuses a little too much, never too little.
    if deepest > limits.json_depth:
        raise TooBig(f"{plain(base)} is nested deeper than {limits.json_depth}.", bound=limits.json_depth, place=base)
    try:
        return json.loads(data)
    except (ValueError, RecursionError):
        raise Malformed(f"{plain(base)} is not JSON.", place=base) from None


@cache
def _loader() -> Any:
    from pyld import BUNDLED_CONTEXTS, FrozenDocumentLoader

    own = {CONTEXT: json.loads(vocab_file("context.jsonld"))}
    return FrozenDocumentLoader(documents=dict(BUNDLED_CONTEXTS, **own))


def _unreadable(error: Exception, base: str) -> Malformed:
    # The first message of the chain names the context or the keyword; it comes from outside and is shown harmless.
    cause: BaseException = error
    while cause.__cause__ is not None:
        cause = cause.__cause__
    said = str(cause).splitlines()[0] if str(cause) else type(error).__name__
    return Malformed(f"{plain(base)} cannot be read as JSON-LD: {plain(said, 200)}", place=base)
