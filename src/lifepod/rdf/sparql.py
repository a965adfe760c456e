"""SPARQL over one graph or one store: SELECT, ASK, CONSTRUCT and DESCRIBE, answered within bounds.

It refuses updates, and everything that would send a request: a ``SERVICE`` is refused before the query runs, because
pyoxigraph would follow it. It has no clock; whoever waits for an answer says when to stop.

* Query language: https://www.w3.org/TR/sparql11-query/. The prefixes of :data:`lifepod.names.PREFIXES` need not be
  declared.
* A store changes lexical forms (``1.50`` becomes ``1.5``): answers are for reading and never written back to a pod.
* Between two rows a query can be stopped. While it works on its first row it cannot (``COUNT`` and ``ORDER BY`` have
  only a first one); then nobody waits for it any longer, but it runs to its end or to the end of the program.
"""

from __future__ import annotations

import csv
import io
import json
import re
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from typing import Literal, TypeVar

import pyoxigraph as ox
from rdflib import BNode, Graph
from rdflib import Literal as RdfLiteral
from rdflib.term import Node

from lifepod.errors import Malformed, TooBig
from lifepod.limits import LIMITS, Limits
from lifepod.names import PREFIXES, XSD_STRING
from lifepod.plain import plain
from lifepod.rdf.turtle import graph_of

T = TypeVar("T")
Stop = Callable[[], bool]
"""Whether nobody waits for the answer any longer."""

QUERY_CHARS = 50_000
"""Characters of a query."""
_DEPTH = 64
"""Brackets inside brackets; thousands end the whole process in the parser."""
_CHAIN = 400
"""Operators and UNIONs of a query."""
_STEPS = 100
"""Steps of its paths; a path of four hundred holds the parser for ten seconds, one of a thousand for ever."""


@dataclass(frozen=True, slots=True)
class Term:
    """One value in an answer."""

    kind: Literal["iri", "blank", "literal"]
    value: str
    """The IRI, the label of a blank node (good within one answer), or the text of a literal."""
    datatype: str = ""
    """IRI of the datatype of a literal; empty for plain texts and for those with a language."""
    language: str = ""


@dataclass(frozen=True, slots=True)
class Rows:
    """The answer to a SELECT."""

    names: tuple[str, ...]
    """The variables, without question mark."""
    rows: tuple[tuple[Term | None, ...], ...]
    """One value for each name; ``None`` where a variable has none."""


Answer = Rows | bool | Graph
"""A SELECT gives rows, an ASK yes or no, a CONSTRUCT or DESCRIBE a graph."""


@dataclass(frozen=True, slots=True)
class Query:
    """A query that may be run; made by :func:`query_of`."""

    text: str
    has_dataset: bool
    """Whether it says itself (``FROM``) which documents it is about."""


def query_of(text: str) -> Query:
    """A text as a query that sends no request; raises :class:`Malformed` with line and column, or :class:`TooBig`."""
    _within_bounds(text)
    return Query(text, _is_keyword("from", _without_service(text)))


def query_graph(
    graph: Graph, query: Query, base: str = "", *, limits: Limits = LIMITS, stop: Stop = lambda: False
) -> Answer:
    """Ask one graph; as :func:`query_store`. ``GRAPH`` finds nothing in it."""
    if query.has_dataset:
        raise Malformed("One graph is asked here; FROM has nothing to choose from.", advice="Leave FROM out.")
    store = ox.Store()
    try:
        store.extend(ox.Quad(_resource(s), ox.NamedNode(str(p)), _object(o)) for s, p, o in graph)
    except ValueError as error:
        raise Malformed(f"A triple cannot be asked about: {plain(error, 200)}.") from None
    return query_store(store, query, base, limits=limits, stop=stop)


def query_store(
    store: ox.Store, query: Query, base: str = "", *, limits: Limits = LIMITS, stop: Stop = lambda: False
) -> Answer:
    """Ask a store, by default about all its graphs together; ``FROM`` and ``GRAPH`` choose some.

    Relative IRIs are resolved against ``base``. Raises :class:`TooBig` past ``limits.query_rows`` or when ``stop``
    says so, and :class:`Malformed` where the query cannot be answered.
    """
    found = _run(store, query, base)
    if isinstance(found, ox.QueryBoolean):
        return bool(found)
    if isinstance(found, ox.QueryTriples):
        triples = _bounded(found, limits.triples, "triples", stop)
        return graph_of(ox.Quad(t.subject, t.predicate, t.object) for t in triples)
    names = tuple(variable.value for variable in found.variables)
    rows = _bounded(found, limits.query_rows, "rows", stop)
    return Rows(names, tuple(tuple(map(_term, row)) for row in rows))


def _run(store: ox.Store, query: Query, base: str) -> ox.QuerySolutions | ox.QueryBoolean | ox.QueryTriples:
    try:
        # "All graphs together" would overrule what the query itself says it is about.
        return store.query(
            query.text,
            base_iri=base or None,
            prefixes=dict(PREFIXES),
            use_default_graph_as_union=not query.has_dataset,
        )
    except SyntaxError as error:
        raise _no_query(query.text, str(error)) from None
    except ValueError as error:
        raise Malformed(f"The query cannot be answered: {plain(error, 200)}.", advice=_MEND) from None


def _bounded(found: Iterable[T], most: int, what: str, stop: Stop) -> Iterator[T]:
    for count, one in enumerate(found):
        if count >= most:
            raise TooBig(f"The answer has more than {most} {what}.", bound=most, advice="Add a LIMIT to the query.")
        if stop():
            raise TooBig("The query was given up.", advice="Ask for less: name a class or a property, or add a LIMIT.")
        yield one


# What may be asked


_MEND = "Mend the query; nothing was asked."
_SERVICE = "SERVICE would send your question to another server; lifepod never does that."
_NO_STRUCTURE = re.compile(
    r"""\\.|\"{3}(?:[^"\\]|\\.|"(?!""))*+(?:\"{3}|\Z)|"(?:[^"\\\r\n]|\\.)*+"?"""
    r"""|'{3}(?:[^'\\]|\\.|'(?!''))*+(?:'{3}|\Z)|'(?:[^'\\\r\n]|\\.)*+'?|<[^<>"{}|^`\\\s]*+>|\#[^\r\n]*+""",
    re.DOTALL,
)
"""Texts, addresses and comments: where a bracket means nothing."""
_BARE_SERVICE = re.compile(r"""(?<![\w?$:@'"/#<.-])service(?![\w:-])""", re.IGNORECASE)
"""What was probably meant as the keyword; for the message alone."""
_OPERATOR = re.compile(r"[!/|^+*-]|&&|\b(?:union|optional|minus)\b", re.IGNORECASE)


def _within_bounds(text: str) -> None:
    if len(text) > QUERY_CHARS:
        raise TooBig(f"The query is longer than {QUERY_CHARS} characters.", bound=QUERY_CHARS, advice=_MEND)
    bare = _NO_STRUCTURE.sub(" ", text)
    depth = deepest = 0
    for letter in bare:
        depth += (letter in "{([") - (letter in "})]")
        deepest = max(deepest, depth)
    if deepest > _DEPTH or bare.count("<<") > _DEPTH:
        raise TooBig(f"The query has more than {_DEPTH} brackets inside brackets.", bound=_DEPTH, advice=_MEND)
    if len(_OPERATOR.findall(bare)) > _CHAIN:
        raise TooBig(f"The query has more than {_CHAIN} operators and UNIONs.", bound=_CHAIN, advice=_MEND)
    if sum(map(bare.count, "/|^")) > _STEPS:
        raise TooBig(f"The query has paths of more than {_STEPS} steps.", bound=_STEPS, advice=_MEND)


def _without_service(text: str) -> str:
    """The query with a meaningless word for ``service``; raises :class:`Malformed` where that is no query.

    The word stands in texts, names and addresses as well as another. Only as a keyword it cannot be replaced, so what
    is still a query had no such keyword, by the judgement of the very parser that would follow it.
    """
    if not re.search("service", text, re.IGNORECASE):
        return text
    harmless = re.sub("service", "zervicq", text, flags=re.IGNORECASE)
    error = _syntax_error(harmless)
    if error is None:
        return harmless
    refused = _no_query(text, error)
    at = _offset(text, refused)
    if any(match.start() <= at for match in _BARE_SERVICE.finditer(text)):
        raise Malformed(f"The query is not run: {_SERVICE}", line=refused.line, column=refused.column, advice=_MEND)
    raise refused


def _is_keyword(word: str, text: str) -> bool:
    """Whether a word is a keyword somewhere in a query, found out in the same way."""
    if not re.search(word, text, re.IGNORECASE):
        return False
    return _syntax_error(re.sub(word, "z" * len(word), text, flags=re.IGNORECASE)) is not None


def _syntax_error(text: str) -> str | None:
    try:
        # Over nothing; what the name of a prefix or a base stands for does not matter here.
        ox.Store().query(text, base_iri="http://localhost/", prefixes=dict(PREFIXES))
    except (SyntaxError, ValueError) as error:
        return str(error)
    return None


_PLACE = re.compile(r"error at (\d+):(\d+)")


def _no_query(text: str, said: str) -> Malformed:
    found = _PLACE.search(said)
    if found is None:
        return Malformed(f"This is not SPARQL: {plain(said, 200)}.", advice=_MEND)
    line, column = int(found[1]), int(found[2])
    lines = text.split("\n")
    near = lines[line - 1][column - 1 :] if line <= len(lines) else ""
    shown = f"at {plain(near, 40)!r}" if near.strip() else "it ends too early"
    return Malformed(
        f"This is not a SPARQL query: line {line}, column {column}, {shown}.", line=line, column=column, advice=_MEND
    )


def _offset(text: str, where: Malformed) -> int:
    lines = text.split("\n")
    return sum(len(line) + 1 for line in lines[: (where.line or 1) - 1]) + (where.column or 1) - 1


# Terms


def _term(value: object) -> Term | None:
    if value is None:
        return None
    if isinstance(value, ox.NamedNode):
        return Term("iri", value.value)
    if isinstance(value, ox.BlankNode):
        return Term("blank", value.value)
    if not isinstance(value, ox.Literal):
        raise Malformed("The answer quotes a triple, which lifepod does not show.", advice=_MEND)
    if value.language:
        return Term("literal", value.value, "", value.language)
    return Term("literal", value.value, "" if value.datatype.value == XSD_STRING else value.datatype.value)


def _resource(node: Node) -> ox.NamedNode | ox.BlankNode:
    return ox.BlankNode(str(node)) if isinstance(node, BNode) else ox.NamedNode(str(node))


def _object(node: Node) -> ox.NamedNode | ox.BlankNode | ox.Literal:
    if not isinstance(node, RdfLiteral):
        return _resource(node)
    if node.language:
        return ox.Literal(str(node), language=node.language)
    return ox.Literal(str(node), datatype=ox.NamedNode(str(node.datatype))) if node.datatype else ox.Literal(str(node))


# Answers as text


def cells(found: Rows) -> tuple[tuple[str, ...], ...]:
    """Every row as texts that are harmless to show; empty where there is no value."""
    return tuple(tuple(plain(_shown(term)) for term in row) for row in found.rows)


def _shown(term: Term | None) -> str:
    if term is None:
        return ""
    return f"_:{term.value}" if term.kind == "blank" else term.value


def write_json(found: Rows | bool) -> bytes:
    """An answer in the SPARQL 1.1 Query Results JSON Format (https://www.w3.org/TR/sparql11-results-json/)."""
    value: dict[str, object]
    if isinstance(found, bool):
        value = {"head": {}, "boolean": found}
    else:
        bindings = [
            {name: _binding(term) for name, term in zip(found.names, row, strict=True) if term is not None}
            for row in found.rows
        ]
        value = {"head": {"vars": list(found.names)}, "results": {"bindings": bindings}}
    return json.dumps(value, ensure_ascii=False).encode()


def _binding(term: Term) -> dict[str, str]:
    kind = {"iri": "uri", "blank": "bnode", "literal": "literal"}[term.kind]
    more = {"xml:lang": term.language} if term.language else {"datatype": term.datatype} if term.datatype else {}
    return {"type": kind, "value": term.value, **more}


def write_csv(found: Rows) -> bytes:
    """Rows as CSV (https://www.w3.org/TR/sparql11-results-csv-tsv/): the values alone, lines ended by CR LF.

    The text is as it stands in the pod; a spreadsheet may take what begins with ``=`` for a formula.
    """
    out = io.StringIO(newline="")
    writer = csv.writer(out, lineterminator="\r\n")
    writer.writerow(found.names)
    writer.writerows([_shown(term) for term in row] for row in found.rows)
    return out.getvalue().encode()
