"""Triples as text, for documents of thousands of records: fast, byte-stable, without rdflib.

A flat triple is three strings in N-Triples syntax, the document's own IRIs relative (``<#id>``). Equal sets of
triples give equal bytes. It refuses blank nodes (they break byte-stable output) and long-form repair of bad terms.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from functools import lru_cache
from itertools import groupby

from lifepod.errors import Malformed
from lifepod.limits import LIMITS, Limits
from lifepod.names import DCT_MODIFIED, LDP_CONTAINS, PREFIXES, RDF_TYPE
from lifepod.rdf.turtle import quads_of

FlatTriple = tuple[str, str, str]
"""Subject, predicate, object in N-Triples syntax; IRIs below the document are relative to it."""

_TYPE = f"<{RDF_TYPE}>"
_ESCAPES = str.maketrans({"\\": "\\\\", '"': '\\"', "\n": "\\n", "\r": "\\r", "\t": "\\t", "\b": "\\b", "\f": "\\f"})
_NAME = re.compile(r"[A-Za-z][A-Za-z0-9_]*\Z")
_BAD_IRI = re.compile(r'[\x00-\x20<>"{}|^`\\]')


def iri(value: str) -> str:
    """An IRI as a term; raises :class:`Malformed` where Turtle could not hold it."""
    if _BAD_IRI.search(value):
        raise Malformed("An address holds characters that no linked-data document can.")
    return f"<{value}>"


def text(value: str) -> str:
    """A plain literal as a term."""
    return f'"{value.translate(_ESCAPES)}"'


def typed(value: str, datatype: str) -> str:
    """A literal with a datatype IRI as a term."""
    return f'"{value.translate(_ESCAPES)}"^^<{datatype}>'


def read_flat(data: bytes, base: str, limits: Limits = LIMITS) -> list[FlatTriple]:
    """Turtle → flat triples, own IRIs made relative; raises :class:`Malformed`, also on a blank node."""
    own, fragment = f"<{base}>", f"<{base}#"
    cut = len(base) + 1

    def relative(term: str) -> str:
        if term.startswith(fragment):
            return "<" + term[cut:]
        return "<>" if term == own else term

    triples: list[FlatTriple] = []
    for quad in quads_of(data, base, limits):
        subject, predicate, obj = str(quad.subject), str(quad.predicate), str(quad.object)
        if subject.startswith("_:") or obj.startswith("_:"):
            raise Malformed(f"{base} holds unnamed nodes, which no partition of the journal has.", place=base)
        triples.append((relative(subject), predicate, relative(obj)))
    return triples


def write_flat(triples: Iterable[FlatTriple]) -> bytes:
    """Flat triples → Turtle: used prefixes, subjects sorted, ``a`` first, predicates and objects sorted, LF.

    Sorting is by the text of the terms; ``<>`` sorts before every fragment.
    """
    ordered = sorted(set(triples), key=_order)
    used: set[str] = set()
    blocks: list[str] = []
    for subject, group in groupby(ordered, key=lambda t: t[0]):
        lines = []
        for predicate, run in groupby(group, key=lambda t: t[1]):
            objects = " , ".join(_short(t[2], used) for t in run)
            lines.append(f"{'a' if predicate == _TYPE else _short(predicate, used)} {objects}")
        blocks.append(f"{subject} " + " ;\n    ".join(lines) + " .\n")
    heads = "".join(f"@prefix {prefix}: <{namespace}> .\n" for prefix, namespace in PREFIXES if prefix in used)
    return (heads + "\n" + "".join(blocks)).encode()


def _order(triple: FlatTriple) -> tuple[bool, str, bool, str, str]:
    return triple[0] != "<>", triple[0], triple[1] != _TYPE, triple[1], triple[2]


def _short(term: str, used: set[str]) -> str:
    if term[0] == "<":
        prefix, name = _prefixed(term)
        if prefix:
            used.add(prefix)
        return name
    if term[-1] == ">":
        value, _, datatype = term.rpartition("^^")
        return f"{value}^^{_short(datatype, used)}"
    return term


@lru_cache(maxsize=4096)
def _prefixed(term: str) -> tuple[str, str]:
    value = term[1:-1]
    for prefix, namespace in PREFIXES:
        if value.startswith(namespace) and _NAME.match(value[len(namespace) :]):
            return prefix, f"{prefix}:{value[len(namespace) :]}"
    return "", term


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
