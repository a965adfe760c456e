"""JSON-LD ⇄ graph, with a closed loader over the contexts that travel with lifepod.

It refuses to reach the network for a context: a document that names one we do not carry is :class:`Malformed`.

pyld resolves contexts, pyoxigraph does the rest: pyld's own way to triples takes minutes where a property has 20,000
values.
"""

from __future__ import annotations

import json
import re
from functools import cache
from importlib.resources import files
from pathlib import Path
from typing import Any

import pyoxigraph as ox
from rdflib import Graph

from lifepod.errors import Malformed, TooBig
from lifepod.limits import LIMITS, Limits
from lifepod.names import RDF_TYPE
from lifepod.plain import plain
from lifepod.rdf.turtle import graph_of, quads_of, write_turtle

CONTEXT = "https://w3id.org/lifepod/context.jsonld"
"""Address under which our own context is known; it is read from ``vocab/context.jsonld``, never fetched."""

TERMS_CONTEXT = "https://w3id.org/lifepod/terms/v1"
"""The second context of every signed record; likewise."""

_SCOPED_WORK = 1_000_000
"""Terms of contexts inside contexts, times objects of the document: each of them may be set up for each of these."""
_TEXTS = re.compile(rb'"(?:[^"\\]|\\.)*+"?', re.DOTALL)
_NO_BRACKETS = bytes(set(range(256)) - set(b"[]{}"))


def read_jsonld(data: bytes, base: str, limits: Limits = LIMITS) -> Graph:
    """JSON-LD bytes → graph (the default graph); raises :class:`Malformed` or :class:`TooBig`."""
    value = _json(data, base, limits)
    from pyld import jsonld  # loads slowly; only where JSON-LD really appears

    try:
        expanded = json.dumps(jsonld.expand(value, {"base": base, "documentLoader": _loader()})).encode()
        quads = list(ox.parse(expanded, format=ox.RdfFormat.JSON_LD, base_iri=base, rename_blank_nodes=True))
    except Exception as error:  # the library raises many kinds; each means that the document cannot be read
        raise _unreadable(error, base) from None
    found = [quad for quad in quads if isinstance(quad.graph_name, ox.DefaultGraph)]
    if len(found) > limits.triples:
        raise TooBig(f"{plain(base)} has more than {limits.triples} triples.", bound=limits.triples, place=base)
    return graph_of(found)


def write_jsonld(graph: Graph, base: str) -> bytes:
    """Graph → JSON-LD compacted with our own context, which is named and not repeated."""
    from pyld import jsonld

    expanded = ox.serialize(quads_of(write_turtle(graph), base), format=ox.RdfFormat.JSON_LD) or b"[]"
    nodes = json.loads(expanded)
    for node in nodes:
        said = node.pop(RDF_TYPE, [])
        node["@type"] = [one["@id"] for one in said if "@id" in one]
        if texts := [one for one in said if "@id" not in one]:
            node[RDF_TYPE] = texts
    try:
        compact = jsonld.compact(nodes, CONTEXT, {"documentLoader": _loader(), "base": base})
    except Exception as error:  # an address that reads like one of our prefixes, for one
        raise _unreadable(error, base) from None
    return json.dumps(compact, indent=1, ensure_ascii=False, sort_keys=True).encode()


def turtle_as_jsonld(data: bytes, base: str) -> bytes:
    """Turtle → expanded JSON-LD, for documents of any size; raises :class:`Malformed`."""
    return ox.serialize(quads_of(data, base), format=ox.RdfFormat.JSON_LD) or b"[]"


def vocab_file(name: str) -> bytes:
    """A file of ``vocab/``: from the installed package, else from the checkout the package lies in."""
    packed = files("lifepod").joinpath("vocab", name)
    if packed.is_file():
        return packed.read_bytes()
    # An editable install does not carry the folder; there it stands beside src/.
    return (Path(__file__).resolve().parents[3] / "vocab" / name).read_bytes()


def _json(data: bytes, base: str, limits: Limits) -> Any:
    shown = plain(base)
    if len(data) > limits.document_bytes:
        raise TooBig(f"{shown} is larger than {limits.document_bytes} bytes.", bound=limits.document_bytes, place=base)
    if _deepest(data) > limits.json_depth:
        raise TooBig(f"{shown} is nested deeper than {limits.json_depth}.", bound=limits.json_depth, place=base)
    try:
        value = json.loads(data.decode("utf-8-sig"), parse_constant=_no_number)
    except (ValueError, RecursionError):
        raise Malformed(f"{shown} is not JSON.", place=base) from None
    if not isinstance(value, dict | list):
        raise Malformed(f"{shown} is JSON, but neither an object nor an array.", place=base)
    objects, scoped = _weight(value)
    if objects * scoped > _SCOPED_WORK:
        raise TooBig(f"{shown} has contexts inside contexts that take too long.", bound=_SCOPED_WORK, place=base)
    return value


def _deepest(data: bytes) -> int:
    depth = deepest = 0
    for byte in _TEXTS.sub(b"", data).translate(None, _NO_BRACKETS):
        depth += 1 if byte in b"[{" else -1
        deepest = max(deepest, depth)
    return deepest


def _no_number(said: str) -> float:
    raise ValueError(said)


def _weight(value: object) -> tuple[int, int]:
    """Objects in the document, and terms in contexts that stand inside contexts."""
    objects = scoped = 0
    rest: list[tuple[object, int]] = [(value, 0)]
    while rest:
        part, contexts = rest.pop()
        if isinstance(part, list):
            rest += [(item, contexts) for item in part]
        elif isinstance(part, dict):
            objects += not contexts
            scoped += len(part) if contexts > 1 else 0
            rest += [(item, contexts + (key == "@context")) for key, item in part.items()]
    return objects, scoped


@cache
def _loader() -> Any:
    from pyld import BUNDLED_CONTEXTS, FrozenDocumentLoader

    own = {
        CONTEXT: json.loads(vocab_file("context.jsonld")),
        TERMS_CONTEXT: json.loads(vocab_file("terms-context.jsonld")),
    }
    return FrozenDocumentLoader(documents=dict(BUNDLED_CONTEXTS, **own))


def _unreadable(error: Exception, base: str) -> Malformed:
    # The innermost error says which context or keyword it is about. That comes from outside and is shown harmless.
    cause: BaseException = error
    while cause.__cause__ is not None:
        cause = cause.__cause__
    named = getattr(cause, "details", None)
    url = named.get("url") if isinstance(named, dict) else None
    if url is not None:
        said = f"it names the context {plain(url, 120)}, which lifepod does not carry and never fetches"
    else:
        said = plain(next(iter(cause.args), type(cause).__name__), 200).rstrip(".")
    return Malformed(f"{plain(base)} cannot be read as JSON-LD: {said}.", place=base)
