"""Turtle in and out: bytes ⇄ rdflib graphs, parsed and written by pyoxigraph through one bridge.

It refuses to fetch, to guess a base, to repair bad syntax and to change a lexical form.

* ``01`` stays ``01`` and ``…Z`` stays ``…Z``: patches that delete, and signatures, depend on it.
* Blank nodes of two documents never become one.
* Same graph, same bytes: fixed prefixes, sorted triples.
"""

from __future__ import annotations

import logging
import re
from collections import Counter
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass

import pyoxigraph as ox
from rdflib import BNode, Literal, URIRef
from rdflib import Graph as Graph  # what documents are made of, for rooms without rdflib
from rdflib.term import Node

from lifepod.errors import Malformed, TooBig
from lifepod.limits import LIMITS, Limits
from lifepod.names import PREFIXES, RDF_TYPE, XSD_STRING
from lifepod.plain import plain

Triple = tuple[Node, Node, Node]


@dataclass(frozen=True, slots=True)
class Document:
    """A graph as it was read: with the URL it stands at and the version that was read."""

    url: str
    """Absolute URL of the document; relative IRIs were resolved against it."""
    graph: Graph
    """Its triples. Edit a copy (:func:`copy_of`), not this one."""
    etag: str | None = None
    """Opaque version tag, ``None`` where the server gave none."""


def quads_of(data: bytes, base: str, limits: Limits = LIMITS) -> list[ox.Quad]:
    """Parse Turtle whole before anything is used (pyoxigraph raises after yielding); raises :class:`Malformed`."""
    return list(each_quad(data, base, limits))


def each_quad(data: bytes, base: str, limits: Limits = LIMITS) -> Iterator[ox.Quad]:
    """The same one by one, for who uses nothing before the last; raises :class:`Malformed` at any of them."""
    shown = plain(base)
    if len(data) > limits.document_bytes:
        raise TooBig(f"{shown} is larger than {limits.document_bytes} bytes.", bound=limits.document_bytes, place=base)
    # Thousands of triples inside triples end the whole process in the parser; ours are refused before they get there.
    if data.count(b"<<") > 100 and b"<<" in _NO_SYNTAX.sub(b" ", data):
        raise _quoting(base)
    count = 0
    try:
        for quad in ox.parse(data, format=ox.RdfFormat.TURTLE, base_iri=base, rename_blank_nodes=True):
            if isinstance(quad.object, ox.Triple):
                raise _quoting(base)
            count += 1
            if count > limits.triples:
                raise TooBig(f"{shown} has more than {limits.triples} triples.", bound=limits.triples, place=base)
            yield quad
    except SyntaxError as error:
        raise Malformed(
            f"{shown} is not Turtle: line {error.lineno}, column {error.offset}.",
            place=base,
            line=error.lineno,
            column=error.offset,
        ) from None
    except ValueError as error:
        raise Malformed(f"{shown} cannot be read as Turtle ({type(error).__name__}).", place=base) from None


_NO_SYNTAX = re.compile(
    rb'''\\.|"""(?:[^"\\]|\\.|"(?!""))*+(?:"""|\Z)|"(?:[^"\\\r\n]|\\.)*+"?'''
    rb"""|'''(?:[^'\\]|\\.|'(?!''))*+(?:'''|\Z)|'(?:[^'\\\r\n]|\\.)*+'?|<[^<>"\s]*+>|#[^\r\n]*+""",
    re.DOTALL,
)
"""Escapes, texts, addresses and comments: where ``<<`` means nothing."""


def _quoting(base: str) -> Malformed:
    said = f"{plain(base)} quotes triples inside triples, which no Solid server promises to keep."
    return Malformed(said, place=base)


def parse_turtle(data: bytes, base: str, limits: Limits = LIMITS) -> Graph:
    """Turtle bytes → rdflib graph; raises :class:`Malformed` with line and column, or :class:`TooBig`."""
    return graph_of(quads_of(data, base, limits))


def graph_of(quads: Iterable[ox.Quad]) -> Graph:
    """Parsed triples as an rdflib graph, lexical forms as they were read."""
    graph = Graph()
    with _quietly():
        for quad in quads:
            graph.store.add((_node(quad.subject), _node(quad.predicate), _node(quad.object)), graph)
    return graph


# rdflib turns every literal into a Python value, which we never ask it for, and logs a traceback of each that does not
# fit its datatype: strangers could fill the screen of whoever reads them. Its logger is everybody's, so neither its
# level nor its handlers are ours to set, and a handler would not keep a program's own log clean; rdflib has no switch
# (NORMALIZE_LITERALS only changes lexical forms). This filter drops what is logged while we make literals, and no more.
_READING: ContextVar[bool] = ContextVar("lifepod_reading", default=False)


def _is_not_ours(record: logging.LogRecord) -> bool:
    return not _READING.get()


logging.getLogger("rdflib.term").addFilter(_is_not_ours)


@contextmanager
def _quietly() -> Iterator[None]:
    token = _READING.set(True)
    try:
        yield
    finally:
        _READING.reset(token)


def write_turtle(graph: Graph) -> bytes:
    """rdflib graph → Turtle bytes, the same for equal graphs (blank nodes aside): fixed prefixes, sorted triples."""
    triples = sorted((_triple(t) for t in graph), key=_sort_key)
    text = ox.serialize(triples, format=ox.RdfFormat.TURTLE, prefixes=_used_prefixes(triples)) or b""
    lines = text.split(b"\n")
    count = next((i for i, line in enumerate(lines) if not line.startswith(b"@prefix ")), 0)
    return b"\n".join(sorted(lines[:count]) + lines[count:])  # the serialiser's prefix order changes run by run


def copy_of(graph: Graph) -> Graph:
    """A graph with the same triples that can be edited on its own."""
    copy = Graph()
    for triple in graph:
        copy.store.add(triple, copy)
    return copy


def same_triples(one: Graph, other: Graph) -> bool:
    """Whether two graphs hold the same triples, up to the names of blank nodes."""
    left, right = set(one), set(other)
    if left == right:
        return True
    if len(left) != len(right) or not (has_blank_nodes(one) and has_blank_nodes(other)):
        return False
    left_shape = _shape(one)
    return left_shape is not None and left_shape == _shape(other)


def has_blank_nodes(graph: Graph) -> bool:
    """Whether any subject or object is a blank node."""
    return any(isinstance(s, BNode) or isinstance(o, BNode) for s, _, o in graph)


def _shape(graph: Graph) -> frozenset[tuple[object, object, object]] | None:
    """The triples, each blank node named by what stands around it; ``None`` past the bounds.

    Equal shapes prove that the graphs are the same. The reverse holds for all but graphs made to confuse: those count
    as different, which costs a write or a read. A full canonical form would cost a minute for nine such nodes.
    """
    around = [triple for triple in graph if isinstance(triple[0], BNode) or isinstance(triple[2], BNode)]
    blanks = {node for s, _, o in around for node in (s, o) if isinstance(node, BNode)}
    number: dict[Node, int] = {node: i for i, node in enumerate(blanks)}
    if len(number) > 200 or len(around) > 2000:
        return None
    links = [
        (number.get(s, -1), number.get(o, -1), hash((None if s in number else s, p, None if o in number else o)))
        for s, p, o in around
    ]
    names = _refined([0] * len(number), links)
    while len(count := Counter(names)) < len(names):
        # Look-alikes: one of them is singled out, and its neighbours follow.
        alike = min(name for name, times in count.items() if times > 1)
        names[names.index(alike)] = hash((alike, "this one"))
        names = _refined(names, links)
    named = {node: names[i] for node, i in number.items()}
    return frozenset((named.get(s, s), p, named.get(o, o)) for s, p, o in graph)


def _refined(names: list[int], links: list[tuple[int, int, int]]) -> list[int]:
    while True:
        seen = [[name] for name in names]
        for s, o, link in links:
            if s >= 0:
                seen[s].append(hash((link, "to", names[o] if o >= 0 else None)))
            if o >= 0:
                seen[o].append(hash((link, "from", names[s] if s >= 0 else None)))
        finer = [hash(tuple(sorted(said))) for said in seen]
        if len(set(finer)) <= len(set(names)):
            return names
        names = finer


def _used_prefixes(triples: list[ox.Triple]) -> dict[str, str]:
    text = {term.value for t in triples for term in _iris(t) if term.value != RDF_TYPE}
    return {prefix: iri for prefix, iri in PREFIXES if any(name.startswith(iri) for name in text)}


def _iris(triple: ox.Triple) -> Iterator[ox.NamedNode]:
    for term in (triple.subject, triple.predicate, triple.object):
        if isinstance(term, ox.NamedNode):
            yield term
        elif isinstance(term, ox.Literal):
            yield term.datatype


def _sort_key(triple: ox.Triple) -> tuple[str, bool, str, str]:
    predicate = triple.predicate.value
    return str(triple.subject), not predicate.endswith("22-rdf-syntax-ns#type"), predicate, str(triple.object)


def _node(term: object) -> URIRef | BNode | Literal:
    if isinstance(term, ox.NamedNode):
        return URIRef(term.value)
    if isinstance(term, ox.Literal):
        if term.direction:
            raise Malformed("A text says in which direction it runs, which no Solid server promises to keep.")
        if term.language:
            return Literal(term.value, lang=term.language)
        if term.datatype.value == XSD_STRING:
            return Literal(term.value)
        return _typed(term.value, term.datatype.value)
    if isinstance(term, ox.BlankNode):
        return BNode(term.value)
    raise Malformed("A triple quotes another triple.")


def _typed(text: str, datatype: str) -> Literal:
    made = Literal(text, datatype=URIRef(datatype), normalize=False)
    if str(made) == text:
        return made
    kept = str.__new__(Literal, text)  # of xsd:token and xsd:normalizedString it folds the spaces, whatever it is told
    for name in Literal.__slots__:
        setattr(kept, name, getattr(made, name))
    return kept


def _triple(triple: Triple) -> ox.Triple:
    subject, predicate, obj = triple
    try:
        return ox.Triple(_resource(subject), ox.NamedNode(str(predicate)), _object(obj))
    except ValueError as error:
        raise Malformed(f"A triple cannot be written: {plain(error)}.") from None


def _resource(node: Node) -> ox.NamedNode | ox.BlankNode:
    return ox.BlankNode(str(node)) if isinstance(node, BNode) else ox.NamedNode(str(node))


def _object(node: Node) -> ox.NamedNode | ox.BlankNode | ox.Literal:
    if not isinstance(node, Literal):
        return _resource(node)
    if node.language:
        return ox.Literal(str(node), language=node.language)
    if node.datatype:
        return ox.Literal(str(node), datatype=ox.NamedNode(str(node.datatype)))
    return ox.Literal(str(node))


def term_text(node: Node) -> str:
    """One term in N-Triples syntax, as N3 Patch wants it."""
    return str(_object(node))


def iris(graph: Graph, subject: str, predicate: str) -> tuple[str, ...]:
    """The IRIs that ``subject`` has for ``predicate``, sorted; a small API for rooms without rdflib."""
    found = graph.objects(URIRef(subject), URIRef(predicate))
    return tuple(sorted(str(o) for o in found if isinstance(o, URIRef)))


def literals(graph: Graph, subject: str, predicate: str) -> tuple[str, ...]:
    """The literals that ``subject`` has for ``predicate``, as they are written, sorted."""
    found = graph.objects(URIRef(subject), URIRef(predicate))
    return tuple(sorted(str(o) for o in found if isinstance(o, Literal)))


def with_literals(graph: Graph, *triples: tuple[str, str, str, str]) -> Graph:
    """A copy of the graph with these added: subject, predicate, text, datatype (empty for a plain one)."""
    out = copy_of(graph)
    with _quietly():
        for subject, predicate, value, datatype in triples:
            literal = _typed(value, datatype) if datatype else Literal(value)
            out.store.add((URIRef(subject), URIRef(predicate), literal), out)
    return out


def without_triple(graph: Graph, subject: str, predicate: str, obj: str) -> Graph:
    """A copy of the graph without one triple of IRIs."""
    out = copy_of(graph)
    s, p, o = (URIRef(term) for term in (subject, predicate, obj))
    out.remove((s, p, o))
    return out


def with_iris(graph: Graph, *triples: tuple[str, str, str]) -> Graph:
    """A copy of the graph with these triples of IRIs added."""
    out = copy_of(graph)
    for triple in triples:
        s, p, o = (URIRef(term) for term in triple)
        out.add((s, p, o))
    return out
