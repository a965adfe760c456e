"""Graphs checked against shapes (SHACL), by pyshacl where it is installed: ``pip install 'lifepod[shacl]'``.

It refuses to fetch (``owl:imports`` is left alone), to run queries or programs that shapes bring along (SHACL-SPARQL,
SHACL-JS), to add triples by inference, and to change either graph. Source: https://www.w3.org/TR/shacl/ (Core).

* A regular expression in a shape (``sh:pattern``) is run as it stands: take shapes from whom you trust.
"""

from __future__ import annotations

import warnings
from dataclasses import dataclass

import rdflib
from rdflib import BNode, Graph, URIRef
from rdflib import Literal as RdfLiteral
from rdflib.term import Node

from lifepod.errors import Malformed, NotReady, TooBig
from lifepod.limits import LIMITS, Limits
from lifepod.names import RDF
from lifepod.plain import plain
from lifepod.rdf.turtle import copy_of

SH = "http://www.w3.org/ns/shacl#"
_PROGRAMS = frozenset(
    {"sparql", "select", "ask", "construct", "update", "expression", "function", "rule", "target", "values"}
    | {"js", "jsLibrary", "jsFunctionName", "validator", "nodeValidator", "propertyValidator", "entailment"}
)
"""What in a shape would be run, or would change what is looked at; a query could even fetch."""
_MEND = "Mend the shapes; SHACL Core is all that is understood."


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that does not fit its shape; all texts are as they stand in the graphs."""

    focus: str
    """The node that was looked at: an IRI, ``_:label`` or a text."""
    path: str
    """The property, as a SPARQL path in full IRIs; empty where the node itself does not fit."""
    value: str
    """What does not fit; empty where something is missing."""
    message: str
    severity: str
    """``violation``, ``warning``, ``info``, or the IRI of another."""


@dataclass(frozen=True, slots=True)
class Report:
    """Whether a graph fits its shapes."""

    conforms: bool
    """Whether there are no findings, of whatever severity."""
    findings: tuple[Finding, ...]
    """Sorted by focus, path, value."""


def validate(data: Graph, shapes: Graph, limits: Limits = LIMITS) -> Report:
    """Check a graph against shapes.

    Raises :class:`NotReady` where pyshacl is not installed, :class:`Malformed` where the shapes cannot be used, and
    :class:`TooBig` past ``limits.triples`` (either graph) or ``limits.query_rows`` (findings).
    """
    for graph, what in ((data, "graph"), (shapes, "shapes")):
        if len(graph) > limits.triples:
            raise TooBig(f"The {what} to check has more than {limits.triples} triples.", bound=limits.triples)
    used = {str(predicate).removeprefix(SH) for predicate in shapes.predicates()} & _PROGRAMS
    if used:
        raise Malformed(f"The shapes bring along something to run (sh:{min(used)}), which is refused.", advice=_MEND)
    conforms, report = _validated(data, shapes)
    found = [_finding(report, result) for result in report.objects(None, URIRef(SH + "result"))]
    if len(found) > limits.query_rows:
        raise TooBig(f"More than {limits.query_rows} things do not fit.", bound=limits.query_rows)
    found.sort(key=lambda one: (one.focus, one.path, one.value, one.message))
    if conforms != (not found):
        raise Malformed("The validator contradicts itself; its answer is not used.", advice=_MEND)
    return Report(conforms, tuple(found))


def _validated(data: Graph, shapes: Graph) -> tuple[bool, Graph]:
    try:
        import pyshacl  # slow to load, and only there as an extra
        from pyshacl.errors import ShapeRecursionWarning
    except ImportError:
        raise NotReady(
            "Checking against shapes needs pyshacl, which is not installed.", advice="pip install 'lifepod[shacl]'"
        ) from None
    normal = rdflib.NORMALIZE_LITERALS
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            warnings.simplefilter("error", ShapeRecursionWarning)
            conforms, report, _ = pyshacl.validate(
                copy_of(data),
                shacl_graph=copy_of(shapes),
                inference="none",
                advanced=False,
                js=False,
                do_owl_imports=False,
                meta_shacl=False,
            )
    except ShapeRecursionWarning:
        raise Malformed("The shapes refer to each other in circles.", advice=_MEND) from None
    except RecursionError:
        raise Malformed("The shapes are nested too deep.", advice=_MEND) from None
    except Exception as error:  # the library raises many kinds; each means that the shapes cannot be used
        raise Malformed(f"The shapes cannot be used: {plain(error, 200)}.", advice=_MEND) from None
    finally:
        rdflib.NORMALIZE_LITERALS = normal  # pyshacl turns it off for the whole process
    if not isinstance(report, Graph):
        raise Malformed(f"The shapes cannot be used: {plain(report, 200)}.", advice=_MEND)
    return bool(conforms), report


def _finding(report: Graph, result: Node) -> Finding:
    def said(name: str) -> Node | None:
        return report.value(result, URIRef(SH + name))

    path, severity = said("resultPath"), _shown(said("resultSeverity"))
    known = {SH + name: name.lower() for name in ("Violation", "Warning", "Info")}
    return Finding(
        _shown(said("focusNode")),
        _path(report, path, 0) if path is not None else "",
        _shown(said("value")),
        "; ".join(sorted(map(str, report.objects(result, URIRef(SH + "resultMessage"))))),
        known.get(severity, severity),
    )


def _shown(term: Node | None) -> str:
    return "" if term is None else f"_:{term}" if isinstance(term, BNode) else str(term)


_AFTER = {"zeroOrMorePath": "*", "oneOrMorePath": "+", "zeroOrOnePath": "?"}


def _path(graph: Graph, node: Node, depth: int) -> str:
    """A property path as SPARQL writes it (https://www.w3.org/TR/shacl/#property-paths)."""
    if isinstance(node, URIRef):
        return f"<{node}>"
    if isinstance(node, RdfLiteral) or depth > 16:
        return "…"
    first = graph.value(node, URIRef(RDF + "first"))
    if first is not None:
        steps = [_path(graph, step, depth + 1) for step in _listed(graph, node)]
        return _grouped("/".join(steps), depth)
    choice = graph.value(node, URIRef(SH + "alternativePath"))
    if choice is not None:
        return _grouped("|".join(_path(graph, step, depth + 1) for step in _listed(graph, choice)), depth)
    back = graph.value(node, URIRef(SH + "inversePath"))
    if back is not None:
        return "^" + _path(graph, back, depth + 1)
    for name, sign in _AFTER.items():
        inner = graph.value(node, URIRef(SH + name))
        if inner is not None:
            return _path(graph, inner, depth + 1) + sign
    return "…"


def _grouped(text: str, depth: int) -> str:
    return f"({text})" if depth else text


def _listed(graph: Graph, node: Node) -> list[Node]:
    out: list[Node] = []
    rest: Node | None = node
    while rest is not None and len(out) < 64 and (first := graph.value(rest, URIRef(RDF + "first"))) is not None:
        out.append(first)
        rest = graph.value(rest, URIRef(RDF + "rest"))
    return out
