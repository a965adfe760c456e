"""Graphs against shapes: what does not fit, and what shapes may not bring along."""

from __future__ import annotations

import sys

import pytest
import rdflib
from rdflib import Graph

from lifepod.errors import Malformed, NotReady, TooBig
from lifepod.limits import Limits
from lifepod.rdf.shapes import Finding, validate
from lifepod.rdf.turtle import copy_of, parse_turtle, same_triples

HEAD = """@prefix sh: <http://www.w3.org/ns/shacl#> . @prefix schema: <https://schema.org/> .
@prefix xsd: <http://www.w3.org/2001/XMLSchema#> . @prefix owl: <http://www.w3.org/2002/07/owl#> .
@prefix : <https://pod.example/x#> .
"""
PERSON = """:person a sh:NodeShape ; sh:targetClass schema:Person ; sh:property
  [ sh:path schema:name ; sh:minCount 1 ; sh:datatype xsd:string ; sh:message "A person has a name" ] ,
  [ sh:path schema:age ; sh:maxInclusive 150 ; sh:severity sh:Warning ; sh:message "That is old" ] .
"""


def graph(turtle: str) -> Graph:
    return parse_turtle((HEAD + turtle).encode(), "https://pod.example/x")


def test_a_graph_that_fits_conforms_without_findings() -> None:
    report = validate(graph(':ada a schema:Person ; schema:name "Ada" ; schema:age 36 .'), graph(PERSON))
    assert report.conforms
    assert report.findings == ()


def test_what_does_not_fit_is_named_with_node_path_value_and_message() -> None:
    report = validate(graph(":ada a schema:Person ; schema:age 200 ."), graph(PERSON))
    assert not report.conforms
    ada = "https://pod.example/x#ada"
    assert report.findings == (
        Finding(ada, "<https://schema.org/age>", "200", "That is old", "warning"),
        Finding(ada, "<https://schema.org/name>", "", "A person has a name", "violation"),
    )


@pytest.mark.parametrize(
    ("path", "shown"),
    [
        ("[ sh:inversePath schema:knows ]", "^<https://schema.org/knows>"),
        ("( schema:knows schema:name )", "<https://schema.org/knows>/<https://schema.org/name>"),
        ("[ sh:alternativePath ( schema:a schema:b ) ]", "<https://schema.org/a>|<https://schema.org/b>"),
        ("[ sh:zeroOrMorePath schema:knows ]", "<https://schema.org/knows>*"),
        (
            "( [ sh:alternativePath ( schema:a schema:b ) ] [ sh:oneOrMorePath schema:c ] )",
            "(<https://schema.org/a>|<https://schema.org/b>)/<https://schema.org/c>+",
        ),
    ],
)
def test_a_path_is_shown_as_sparql_writes_it(path: str, shown: str) -> None:
    shape = f":s a sh:NodeShape ; sh:targetNode :ada ; sh:property [ sh:path {path} ; sh:minCount 9 ] ."
    (finding,) = validate(graph(":ada a schema:Person ."), graph(shape)).findings
    assert finding.path == shown


def test_neither_graph_is_changed_nor_the_way_literals_are_made() -> None:
    data, shapes = graph(':ada a schema:Person ; schema:age "01"^^xsd:integer .'), graph(PERSON)
    before = copy_of(data), copy_of(shapes), rdflib.NORMALIZE_LITERALS
    validate(data, shapes)
    assert same_triples(data, before[0])
    assert same_triples(shapes, before[1])
    assert before[2] == rdflib.NORMALIZE_LITERALS


def test_imports_are_never_fetched() -> None:
    """Connecting fails the test: no unit test may."""
    imports = "<https://pod.example/x> owl:imports <https://evil.example/more> , <file:///etc/passwd> ."
    assert validate(graph(imports + " :a :b :c ."), graph(PERSON + imports)).conforms


@pytest.mark.parametrize(
    "brought",
    [
        ':s sh:sparql [ sh:select "SELECT $this WHERE { SERVICE <https://evil.example/> { ?s ?p ?o } }" ] .',
        ':s sh:js [ sh:jsFunctionName "f" ] .',
        ":s sh:rule [ a sh:TripleRule ] .",
        ':s sh:target [ a sh:SPARQLTarget ; sh:select "SELECT ?this {}" ] .',
        ':c a sh:ConstraintComponent ; sh:validator [ sh:ask "ASK {}" ] .',
    ],
)
def test_shapes_that_bring_something_to_run_are_refused(brought: str) -> None:
    with pytest.raises(Malformed, match="something to run"):
        validate(graph(":a a schema:Person ."), graph(PERSON + brought))


@pytest.mark.parametrize(
    "shapes",
    [
        ":s a sh:NodeShape ; sh:targetNode :a ; sh:node :s .",
        ':s a sh:NodeShape ; sh:targetNode :a ; sh:pattern "((" .',
        ":s a sh:NodeShape ; sh:targetNode :a ; sh:and :l . :l <http://www.w3.org/1999/02/22-rdf-syntax-ns#rest> :l .",
        ":s a sh:NodeShape ; sh:targetNode :a ; sh:property [ sh:minCount 1 ] .",
    ],
)
def test_shapes_that_cannot_be_used_are_malformed(shapes: str) -> None:
    with pytest.raises(Malformed) as caught:
        validate(graph(":a a schema:Person ."), graph(shapes))
    assert "shapes" in str(caught.value)
    assert "\n" not in str(caught.value)


def test_graphs_past_the_bounds_are_too_big() -> None:
    many = graph("".join(f":p{n} a schema:Person ." for n in range(20)))
    with pytest.raises(TooBig):
        validate(many, graph(PERSON), Limits(triples=19))
    with pytest.raises(TooBig):
        validate(many, graph(PERSON), Limits(query_rows=19))


def test_without_pyshacl_it_says_how_to_get_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "pyshacl", None)
    with pytest.raises(NotReady) as caught:
        validate(Graph(), Graph())
    assert caught.value.advice == "pip install 'lifepod[shacl]'"
