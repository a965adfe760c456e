"""Triples as text, for documents of thousands of records: fast, byte-stable, without rdflib.

A flat triple is three strings in N-Triples syntax, the document's own IRIs relative (``<#id>``). Equal sets of
triples give equal bytes. It refuses blank nodes (they break byte-stable output) and long-form repair of bad terms.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from itertools import groupby
from operator import itemgetter
from typing import NamedTuple

import pyoxigraph as ox

from lifepod.errors import Malformed
from lifepod.limits import LIMITS, Limits
from lifepod.names import DCT_MODIFIED, LDP_CONTAINS, PREFIXES, RDF_TYPE
from lifepod.rdf.turtle import each_quad, quads_of

FlatTriple = tuple[str, str, str]
"""Subject, predicate, object in N-Triples syntax; IRIs below the document are relative to it."""

_TYPE = f"<{RDF_TYPE}>"
_NAMESPACES = {namespace: prefix for prefix, namespace in PREFIXES}
_KNOWN: dict[str, tuple[str, str]] = {}
_SPECIAL = re.compile(r'["\\\x00-\x1f\x7f]')
_ESCAPES = str.maketrans(
    {chr(code): f"\\u{code:04X}" for code in (*range(32), 127)}
    | {"\\": "\\\\", '"': '\\"', "\n": "\\n", "\r": "\\r", "\t": "\\t", "\b": "\\b", "\f": "\\f"}
)
"""As the parser writes them back, so that text written fast and text read and written again are the same."""
_NAME = re.compile(r"[A-Za-z][A-Za-z0-9_]*\Z")


def iri(value: str) -> str:
    """An IRI as a term; raises :class:`Malformed` where Turtle could not hold it."""
    if not is_iri(value):
        raise Malformed("An address holds characters that no linked-data document can.")
    return f"<{value}>"


def is_iri(value: str) -> bool:
    """Whether this is an absolute IRI that every reader will take (RFC 3987)."""
    try:
        ox.NamedNode(value)
    except ValueError:
        return False
    return True


def text(value: str) -> str:
    """A plain literal as a term."""
    return f'"{value}"' if _SPECIAL.search(value) is None else f'"{value.translate(_ESCAPES)}"'


def typed(value: str, datatype: str) -> str:
    """A literal with a datatype IRI as a term."""
    return f"{text(value)}^^<{datatype}>"


def read_flat(data: bytes, base: str, limits: Limits = LIMITS) -> list[FlatTriple]:
    """Turtle → flat triples, own IRIs made relative; raises :class:`Malformed`, also on a blank node."""
    return list(_each_flat(data, base, limits))


def _each_flat(data: bytes, base: str, limits: Limits) -> Iterator[FlatTriple]:
    """The same one by one, so that a document of a million triples is never held as a million tuples."""
    own, fragment = f"<{base}>", f"<{base}#"
    cut = len(base) + 1

    def relative(term: str) -> str:
        if term.startswith(fragment):
            return "<" + term[cut:]
        return "<>" if term == own else term

    for quad in each_quad(data, base, limits):
        subject, predicate, obj = str(quad.subject), str(quad.predicate), str(quad.object)
        if subject.startswith("_:") or obj.startswith("_:"):
            raise Malformed(f"{base} holds unnamed nodes, which no partition of the journal has.", place=base)
        yield relative(subject), predicate, relative(obj)


class Block(NamedTuple):
    """All that a document says of one subject."""

    text: str
    """As :func:`block` writes it."""
    size: int
    """Triples."""
    prefixes: str
    """Prefixes the text uses, sorted, separated by blanks."""


def read_blocks(data: bytes, base: str, limits: Limits = LIMITS) -> dict[str, Block]:
    """Turtle → its subjects, each with its text; equal sets of triples give equal texts.

    Far smaller than its triples, where a document keeps what it says of a subject together, as ours do. Raises what
    :func:`read_flat` raises.
    """
    found: dict[str, Block] = {}
    for subject, triples in groupby(_each_flat(data, base, limits), key=itemgetter(0)):
        if subject in found:
            return _scattered(data, base, limits)
        found[subject] = _block_of(subject, [(predicate, obj) for _, predicate, obj in triples])
    return found


def _scattered(data: bytes, base: str, limits: Limits) -> dict[str, Block]:
    """The same where somebody wrote what is said of one subject in several places."""
    pairs: dict[str, list[tuple[str, str]]] = {}
    for subject, predicate, obj in _each_flat(data, base, limits):
        pairs.setdefault(subject, []).append((predicate, obj))
    return {subject: _block_of(subject, said) for subject, said in pairs.items()}


def _block_of(subject: str, pairs: list[tuple[str, str]]) -> Block:
    used: set[str] = set()
    shown_so = block(subject, pairs, used)
    return Block(shown_so, len(set(pairs)), " ".join(sorted(used)))


def write_flat(triples: Iterable[FlatTriple]) -> bytes:
    """Flat triples → Turtle: used prefixes, subjects sorted, ``a`` first, predicates and objects sorted, LF.

    Sorting is by the text of the terms; the document itself comes first, a record right before its own parts.
    """
    subjects: dict[str, list[tuple[str, str]]] = {}
    for subject, predicate, obj in triples:
        subjects.setdefault(subject, []).append((predicate, obj))
    used: set[str] = set()
    blocks = [block(subject, subjects[subject], used) for subject in sorted(subjects, key=subject_order)]
    return assemble(blocks, used)


def subject_order(subject: str) -> str:
    """Sort key of a subject: without its closing bracket, so that ``<#a>`` stands before ``<#a-object>``."""
    return subject[:-1]


def block(subject: str, pairs: Iterable[tuple[str, str]], used: set[str]) -> str:
    """Everything said of one subject; adds the prefixes it needs to ``used``."""
    lines: list[str] = []
    last = ""
    ordered = sorted(set(pairs))
    if ordered and ordered[0][0] != _TYPE:
        ordered.sort(key=_type_first)
    for predicate, obj in ordered:
        value = shown(obj, used)
        if predicate == last:
            lines[-1] += " , " + value
        else:
            lines.append(f"{'a' if predicate == _TYPE else shown(predicate, used)} {value}")
        last = predicate
    return f"{subject} " + " ;\n    ".join(lines) + " .\n"


def laid_out(
    subject: str, types: tuple[str, ...], predicates: tuple[str, ...], objects: Sequence[str], used: set[str]
) -> str | None:
    """What :func:`block` gives for objects that are shown already; ``None`` where a property or a class comes twice.

    ``types`` and ``predicates`` are ``<…>``, ``objects`` as :func:`shown` gives them.
    """
    if len(set(predicates)) < len(predicates) or _TYPE in predicates or len(set(types)) < len(types) or not types:
        return None
    head = "a " + " , ".join(shown(one, used) for one in sorted(types))
    said = [f"{shown(predicate, used)} {obj}" for predicate, obj in sorted(zip(predicates, objects, strict=True))]
    return f"{subject} " + " ;\n    ".join([head, *said]) + " .\n"


def assemble(blocks: Iterable[str], used: Iterable[str]) -> bytes:
    """Blocks in their order → a document, with exactly the prefixes named in ``used``."""
    wanted = set(used)
    heads = "".join(f"@prefix {prefix}: <{namespace}> .\n" for prefix, namespace in PREFIXES if prefix in wanted)
    return (heads + "\n" + "".join(blocks)).encode()


def _type_first(pair: tuple[str, str]) -> bool:
    return pair[0] != _TYPE


def shown(term: str, used: set[str]) -> str:
    """A term as a document shows it, short where we have a prefix; adds that prefix to ``used``."""
    if term[0] == "<":
        prefix, name = _prefixed(term)
        if prefix:
            used.add(prefix)
        return name
    if term[-1] == ">":
        value, _, datatype = term.rpartition("^^")
        return f"{value}^^{shown(datatype, used)}"
    return term


def _prefixed(term: str) -> tuple[str, str]:
    known = _KNOWN.get(term)
    if known is None:
        cut = max(term.rfind("#"), term.rfind("/")) + 1
        prefix, name = _NAMESPACES.get(term[1:cut], ""), term[cut:-1]
        known = (prefix, f"{prefix}:{name}") if prefix and _NAME.match(name) else ("", term)
        if prefix and len(_KNOWN) < 4096:
            _KNOWN[term] = known  # vocabulary terms come again and again; addresses do not
    return known


def members(data: bytes, container: str, limits: Limits = LIMITS) -> dict[str, str]:
    """The members of a container listing with the time each was modified (``""`` where it does not say).

    https://solidproject.org/TR/protocol#contained-resource-metadata
    """
    found: dict[str, str] = {}
    modified: dict[str, str] = {}
    for quad in quads_of(data, container, limits):
        if quad.predicate.value == LDP_CONTAINS and getattr(quad.subject, "value", "") == container:
            found[getattr(quad.object, "value", "")] = ""
        elif quad.predicate.value == DCT_MODIFIED:
            modified[getattr(quad.subject, "value", "")] = getattr(quad.object, "value", "")
    return {url: modified.get(url, "") for url in sorted(found)}


def value_of(term: str) -> str:
    """The text of a literal, or the IRI, without the syntax around it."""
    if term.startswith("<"):
        return term[1:-1]
    inner = term[1 : term.rindex('"')]
    return _UNESCAPE.sub(_unescaped, inner)


_UNESCAPE = re.compile(r"\\(u[0-9A-Fa-f]{4}|U[0-9A-Fa-f]{8}|.)")
_SHORT_ESCAPES = {"n": "\n", "r": "\r", "t": "\t", "b": "\b", "f": "\f"}


def _unescaped(match: re.Match[str]) -> str:
    code = match.group(1)
    if len(code) > 1:
        return chr(int(code[1:], 16))
    return _SHORT_ESCAPES.get(code, code)
