"""Canonical N-Quads (RDFC-1.0) of documents that others made: W3C credentials and N-Quads, which may hold blank nodes.

It refuses to fetch a context, to pass over what readers drop in silence, and to begin what may not end in time.

* Two readers, always: pyoxigraph on the document, pyld's expansion beside it; where they differ nothing is believed.
* The cost of RDFC-1.0 grows with how many blank nodes look alike and how much is said of those, so both are bounded,
  and the rest is a forest; all of it is checked before the algorithm runs (https://www.w3.org/TR/rdf-canon/#dataset-poisoning).
* A digest is :func:`lifepod.rdf.closed.multihash` of the result.
"""

from __future__ import annotations

import json
import math
import re
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from functools import cache
from typing import Any

import pyoxigraph as ox

from lifepod.errors import Malformed, TooBig
from lifepod.limits import LIMITS, Limits
from lifepod.plain import plain
from lifepod.rdf.closed import CONTEXTS
from lifepod.rdf.jsonld import vocab_file

Document = Mapping[str, object]
"""JSON object as it was read; of a context, the whole document with its ``@context``."""
NO_MORE: Mapping[str, Document] = {}
"""No contexts beside those we carry."""

_NODES = 64
"""Blank nodes in one document."""
_CHILDREN = 4
"""Blank nodes a blank node names."""
_ALIKE = 32
"""Blank nodes that look like another one."""
_ALIKE_BYTES = 16 * 1024
"""What is said of those, bytes: it is hashed anew in every order the algorithm tries."""
_BLANK_BYTES = 1024 * 1024
"""What is said of blank nodes in all, bytes."""
_VALUES = 10_000
"""Values in one JSON-LD document: members, items, objects."""
_OBJECTS = 1_000
"""Objects in one: each may set up a vocabulary of its own."""
_CONTEXTS = 8
"""Contexts that one document names."""
_ADVICE = "Ask whoever sent it for a plainer document; nothing was believed of this one."
Json = dict[str, Any]


def read_document(data: bytes, limits: Limits = LIMITS) -> dict[str, object]:
    """Bytes → JSON object, each key once; raises :class:`Malformed` or :class:`TooBig`."""
    if len(data) > limits.document_bytes:
        raise _too_big(f"It is larger than {limits.document_bytes} bytes", limits.document_bytes)
    bare = _TEXTS.sub(b"", data)
    if sum(map(bare.count, (b",", b"[", b"{"))) > 2 * _VALUES:
        raise _too_big(f"It has more than {_VALUES} values", _VALUES)
    try:
        value = json.loads(data.decode("utf-8"), object_pairs_hook=_single, parse_constant=_no_number)
    except (ValueError, RecursionError):
        raise Malformed("It is not readable as JSON.", advice=_ADVICE) from None
    if not isinstance(value, dict):
        raise Malformed("It is JSON, but no object.", advice=_ADVICE)
    return value


def canonical_jsonld(document: Document, contexts: Mapping[str, Document] = NO_MORE, limits: Limits = LIMITS) -> bytes:
    """JSON-LD → canonical N-Quads; ``contexts`` are those a caller knows beside ours, by address.

    Raises :class:`Malformed`, also where a part of the document would not be in the result, or :class:`TooBig`.
    """
    body = {key: value for key, value in document.items() if key != "@context"}
    named = document.get("@context", [])
    _weigh([body, named], limits)
    known = [one for item in _listed(named) for one in _known(item, contexts)]
    plain_document = {"@context": known} | _numbers(body)
    first = _canonical(_read(json.dumps(plain_document).encode(), ox.RdfFormat.JSON_LD, limits))
    expanded = _expanded(plain_document)
    second = _canonical(_read(json.dumps(expanded).encode(), ox.RdfFormat.JSON_LD, limits))
    if first != second:
        raise Malformed("Two readers understand it in different ways.", advice=_ADVICE)
    return first


def canonical_nquads(data: bytes, limits: Limits = LIMITS) -> bytes:
    """N-Quads → canonical N-Quads; raises :class:`Malformed` or :class:`TooBig`."""
    if len(data) > limits.document_bytes:
        raise _too_big(f"It is larger than {limits.document_bytes} bytes", limits.document_bytes)
    # Thousands of triples inside triples end the whole process in the parser.
    if data.count(b"<<(") > _OBJECTS:
        raise Malformed("It quotes triples inside triples.", advice=_ADVICE)
    return _canonical(_read(data, ox.RdfFormat.N_QUADS, limits))


def _too_big(said: str, bound: int) -> TooBig:
    return TooBig(f"{said}; not opened.", bound=bound, advice=_ADVICE)


# Reading JSON-LD

_TEXTS = re.compile(rb'"(?:[^"\\]|\\.)*+"?', re.DOTALL)
_MOST = 2**53
"""Whole numbers past it are not the same in every reader."""


def _single(pairs: list[tuple[str, object]]) -> dict[str, object]:
    out = dict(pairs)
    if len(out) != len(pairs):
        raise Malformed("It says the same key twice.", advice=_ADVICE)
    return out


def _no_number(word: str) -> None:
    raise ValueError(word)


def _weigh(value: object, limits: Limits) -> None:
    values = objects = 0
    rest = [(value, 0)]
    while rest:
        one, depth = rest.pop()
        values += 1
        objects += isinstance(one, dict)
        if values > _VALUES or objects > _OBJECTS:
            raise _too_big(f"It has more than {_VALUES} values or {_OBJECTS} objects", _VALUES)
        if depth > limits.json_depth:
            raise _too_big(f"It is nested deeper than {limits.json_depth}", limits.json_depth)
        if isinstance(one, dict):
            if depth and ("@context" in one or "@import" in one):
                raise Malformed("It brings a vocabulary of its own inside.", advice=_ADVICE)
            rest += [(inner, depth + 1) for inner in one.values()]
        elif isinstance(one, list):
            rest += [(inner, depth + 1) for inner in one]


def _numbers(value: Any) -> Any:
    """Whole numbers without a fraction; raises :class:`Malformed` for those that readers round in different ways."""
    if isinstance(value, dict):
        return {key: _numbers(one) for key, one in value.items()}
    if isinstance(value, list):
        return [_numbers(one) for one in value]
    if isinstance(value, bool) or not isinstance(value, int | float):
        return value
    if not math.isfinite(value) or abs(value) > _MOST or (isinstance(value, float) and float(f"{value:.14e}") != value):
        raise Malformed("It has a number that not every reader holds exactly.", advice=_ADVICE)
    return int(value) if value == int(value) else value


def _listed(value: object) -> list[object]:
    found = value if isinstance(value, list) else [value]
    if len(found) > _CONTEXTS:
        raise _too_big(f"It names more than {_CONTEXTS} vocabularies", _CONTEXTS)
    return found


def _known(context: object, more: Mapping[str, Document], depth: int = 0) -> list[object]:
    """A context by its content: what its address stands for, or what it says itself."""
    if isinstance(context, dict):
        return [context]
    if not isinstance(context, str) or depth > _CONTEXTS:
        raise Malformed("It uses a vocabulary we do not load.", advice=_ADVICE)
    found = more[context] if context in more else _carried(context)
    if found is None:
        said = f"It uses the vocabulary {plain(context, 120)}, which lifepod does not carry and never fetches."
        raise Malformed(said, advice=_ADVICE)
    return [one for item in _listed(found.get("@context")) for one in _known(item, more, depth + 1)]


@cache
def _bundled() -> Mapping[str, Any]:
    from pyld import BUNDLED_CONTEXTS  # loads slowly; only where JSON-LD really appears

    own = {CONTEXTS[1]: vocab_file("terms-context.jsonld")}
    return own | {address: path.read_bytes() for address, path in BUNDLED_CONTEXTS.items()}


def _carried(address: str) -> Json | None:
    data = _bundled().get(address)
    return None if data is None else json.loads(data)


def _expanded(document: Json) -> Any:
    """By pyld, with nothing to fetch from; raises :class:`Malformed` for what it would drop."""
    from pyld import FrozenDocumentLoader, jsonld

    dropped: list[object] = []
    options = {"documentLoader": FrozenDocumentLoader(documents={}), "base": ""}
    try:
        expanded = jsonld.expand(document, options, on_property_dropped=dropped.append)
    except Exception as error:  # the library raises many kinds; each means that the document cannot be read
        raise Malformed(f"It cannot be read as JSON-LD ({type(error).__name__}).", advice=_ADVICE) from None
    for name in dropped:
        raise _unsaid(name)
    _must_say_all(expanded)
    return expanded


_ABSOLUTE = re.compile(r'(?:_:|[A-Za-z][A-Za-z0-9+.-]*:)[^\x00-\x20<>"{}|^`\\]*\Z')
_KEYWORDS = {"@id", "@type", "@value", "@language", "@list", "@graph", "@included", "@reverse", "@set"}


def _must_say_all(expanded: object) -> None:
    """Raise :class:`Malformed` for what has no place in a graph: relative addresses, notes beside a value."""
    rest = [expanded]
    while rest:
        one = rest.pop()
        if isinstance(one, list):
            rest += one
        if not isinstance(one, dict):
            continue
        for key, value in one.items():
            if key not in _KEYWORDS if key.startswith("@") else not _ABSOLUTE.match(key):
                raise _unsaid(key)
            if key in ("@id", "@type"):
                for address in value if isinstance(value, list) else [value]:
                    if address != "@json" and not _ABSOLUTE.match(str(address)):
                        raise _unsaid(address)
        rest += [value for key, value in one.items() if key not in ("@id", "@type", "@value")]


def _unsaid(what: object) -> Malformed:
    return Malformed(f"It says more than it signs: {plain(what, 120)}.", advice=_ADVICE)


# Graphs


def _read(data: bytes, form: ox.RdfFormat, limits: Limits) -> Iterator[ox.Quad]:
    try:
        for number, quad in enumerate(ox.parse(data, format=form, rename_blank_nodes=True)):
            if number >= limits.triples:
                raise _too_big(f"It says more than {limits.triples} things", limits.triples)
            yield quad
    except MemoryError:
        raise _too_big("It has a text that is too long", limits.document_bytes) from None
    except (SyntaxError, ValueError):
        raise Malformed(f"It is not readable as {form.name}.", advice=_ADVICE) from None


_NOT_SIMPLE = re.compile(r"\\|<<|--|_:")
"""In a line of N-Quads: escapes, quoted triples, directions, blank nodes; all other lines are what they are."""


def _canonical(quads: Iterable[ox.Quad]) -> bytes:
    lines = set[str]()
    blank = set[ox.Quad]()
    nodes = set[ox.BlankNode]()
    for quad in quads:
        line = f"{quad} .\n"
        if _NOT_SIMPLE.search(line):
            _must_be_plain(quad.object)
            if found := _blank(quad):
                blank.add(quad)
                nodes.update(found)
                if len(nodes) > _NODES:
                    raise _too_big(f"It has more than {_NODES} nodes without a name", _NODES)
                continue
        lines.add(line)
    if blank:
        _must_end_soon(blank)
        dataset = ox.Dataset(blank)
        dataset.canonicalize(ox.CanonicalizationAlgorithm.RDFC_1_0)
        lines.update(f"{quad} .\n" for quad in dataset)
    return "".join(sorted(lines)).encode()


_UNLIKE = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\ufffe\uffff]")
"""Characters that implementations of RDFC-1.0 write in different ways."""


def _must_be_plain(value: object) -> None:
    if isinstance(value, ox.Triple) or getattr(value, "direction", None) is not None:
        raise Malformed("It says things that RDF 1.1 has no words for.", advice=_ADVICE)
    if isinstance(value, ox.Literal) and _UNLIKE.search(value.value):
        raise Malformed("It has control characters in a text.", advice=_ADVICE)


def _blank(quad: ox.Quad) -> list[ox.BlankNode]:
    return [one for one in (quad.subject, quad.object, quad.graph_name) if isinstance(one, ox.BlankNode)]


def _must_end_soon(quads: Iterable[ox.Quad]) -> None:
    """Raise :class:`TooBig` unless the blank nodes are a forest, and those that look alike few."""
    said: dict[ox.BlankNode, list[ox.Quad]] = {}
    parents: dict[ox.BlankNode, ox.BlankNode | None] = {}
    children: Counter[ox.BlankNode] = Counter()
    for quad in quads:
        for node in {*_blank(quad)}:
            said.setdefault(node, []).append(quad)
        if isinstance(quad.graph_name, ox.BlankNode) and len(_blank(quad)) > 1:
            raise _tangled()
        if isinstance(quad.object, ox.BlankNode):
            if quad.object in parents:
                raise _tangled()
            above = quad.subject if isinstance(quad.subject, ox.BlankNode) else None
            parents[quad.object] = above
            if above is not None:
                children[above] += 1
    if max(children.values(), default=0) > _CHILDREN or any(_circles(node, parents) for node in said):
        raise _tangled()
    _must_differ(said)


def _tangled() -> TooBig:
    said = f"Its nodes without a name are no tree of at most {_CHILDREN} branches each"
    return _too_big(said, _CHILDREN)


def _circles(node: ox.BlankNode, parents: Mapping[ox.BlankNode, ox.BlankNode | None]) -> bool:
    at: ox.BlankNode | None = node
    for _ in range(_NODES + 1):
        if at is None:
            return False
        at = parents.get(at)
    return True


def _must_differ(said: Mapping[ox.BlankNode, list[ox.Quad]]) -> None:
    """Looking alike is what RDFC-1.0 sees first: the same quads, other blank nodes left out (§4.6)."""
    if sum(len(str(quad)) for quads in said.values() for quad in quads) > _BLANK_BYTES:
        raise _too_big(f"It says more than {_BLANK_BYTES} bytes of nodes without a name", _BLANK_BYTES)
    looks = {node: "\n".join(sorted(_seen(quad, node) for quad in quads)) for node, quads in said.items()}
    often = Counter(looks.values())
    alike = [look for look in looks.values() if often[look] > 1]
    if len(alike) > _ALIKE or sum(map(len, alike)) > _ALIKE_BYTES:
        raise _too_big(f"More than {_ALIKE} of its nodes without a name look alike, or much is said of them", _ALIKE)


def _seen(quad: ox.Quad, node: ox.BlankNode) -> str:
    parts = (quad.subject, quad.predicate, quad.object, quad.graph_name)
    return " ".join(("_:a" if one == node else "_:z") if isinstance(one, ox.BlankNode) else str(one) for one in parts)
