"""Questions to a graph or a store: answers, their forms, and what is never asked."""

from __future__ import annotations

import csv
import io
import json
from pathlib import Path

import pyoxigraph as ox
import pytest
from rdflib import Graph

from lifepod.errors import LifepodError, Malformed, NotReady, TooBig
from lifepod.limits import Limits
from lifepod.names import XSD_INTEGER
from lifepod.rdf.quadstore import Damaged, QuadStore, quads_in
from lifepod.rdf.sparql import Answer, Rows, Term, cells, query_graph, query_of, write_csv, write_json
from lifepod.rdf.turtle import parse_turtle

BASE = "https://pod.example/people.ttl"
PEOPLE = """@prefix schema: <https://schema.org/> .
<#ada> a schema:Person ; schema:name "Ada"@en ; schema:age 36 ; schema:knows <#bob>, [ schema:name "Nobody" ] .
<#bob> a schema:Person ; schema:name "Bob, \\"the\\" builder" ; schema:service <#x> .
"""


def ask(text: str, turtle: str = PEOPLE, limits: Limits | None = None) -> Answer:
    return query_graph(parse_turtle(turtle.encode(), BASE), query_of(text), BASE, limits=limits or Limits())


def rows(text: str, turtle: str = PEOPLE) -> Rows:
    found = ask(text, turtle)
    assert isinstance(found, Rows)
    return found


def test_a_select_gives_rows_of_terms() -> None:
    found = rows("SELECT ?name ?age { ?who a schema:Person ; schema:name ?name OPTIONAL { ?who schema:age ?age } }")
    assert found.names == ("name", "age")
    assert set(found.rows) == {
        (Term("literal", "Ada", "", "en"), Term("literal", "36", XSD_INTEGER)),
        (Term("literal", 'Bob, "the" builder'), None),
    }


def test_addresses_and_unnamed_nodes_are_told_apart() -> None:
    found = rows("SELECT ?other { <#ada> schema:knows ?other } ORDER BY isIRI(?other)")
    assert [row[0].kind for row in found.rows if row[0]] == ["blank", "iri"]
    assert found.rows[1] == (Term("iri", BASE + "#bob"),)


@pytest.mark.parametrize(("text", "holds"), [("ASK { ?s schema:age 36 }", True), ("ASK { ?s schema:age 37 }", False)])
def test_an_ask_gives_yes_or_no(text: str, holds: bool) -> None:
    assert ask(text) is holds


@pytest.mark.parametrize("text", ["CONSTRUCT { ?s schema:age ?o } { ?s schema:age ?o }", "DESCRIBE <#bob>"])
def test_a_construct_or_describe_gives_a_graph(text: str) -> None:
    found = ask(text)
    assert isinstance(found, Graph)
    assert len(found) in (1, 3)


@pytest.mark.parametrize(
    ("text", "line", "column"),
    [
        ("SELECT * { ?s ?p", 1, 17),
        ("SELECT *\nWHERE {\n  ?s ?p ) .\n}", 3, 9),
        ("", 1, 1),
        ("INSERT DATA { <urn:a> <urn:b> <urn:c> }", 1, 10),
        ("LOAD <https://evil.example/>", 1, 6),
        ("DELETE WHERE { ?s ?p ?o }", 1, 1),
        ("SELECT ?x { ?s nope:p ?x }", 1, 16),
    ],
)
def test_what_is_no_query_is_told_with_line_and_column(text: str, line: int, column: int) -> None:
    with pytest.raises(Malformed) as caught:
        ask(text)
    assert caught.value.line == line
    assert caught.value.column is not None
    assert abs(caught.value.column - column) <= 9
    assert f"line {line}, column {caught.value.column}" in str(caught.value)


SERVICES = [
    "SELECT * { SERVICE <https://evil.example/> { ?s ?p ?o } }",
    "SELECT * { ?s ?p ?o service silent <https://evil.example/> { ?s ?p ?x } }",
    "ASK { ?s ?p ?o FILTER EXISTS { SERVICE <https://evil.example/> { ?s ?p ?o } } }",
    "SELECT * { ?s ?p ?o { SELECT ?s { SERVICE ?x { ?s ?p ?o } } } }",
    "CONSTRUCT { ?s ?p ?o } { SERVICE <https://evil.example/> { ?s ?p ?o } }",
    "SELECT * { ?s ?p ?a FILTER(?a<?b)SERVICE#>\n<https://evil.example/>{?s ?p ?o} }",
    "SELECT * { ?s ?p 1SERVICE<https://evil.example/>{?s ?p ?o} }",
    "PREFIX : <https://evil.example/> SELECT * { ?s ?p ?o . SERVICE:x { ?s ?p ?o } }",
    "SELECT * { ?s ?p 'service' . SERVICE <https://evil.example/> { ?s ?p ?o } }",
    "SELECT * { ?s ?p ?o } # {\nVALUES ?service { 1 } SERVICE <https://evil.example/> { }",
    "SELECT * { SERV\\u0049CE <https://evil.example/> { ?s ?p ?o } }",
]


@pytest.mark.parametrize("text", SERVICES)
def test_no_question_is_ever_sent_to_another_server(text: str) -> None:
    """pyoxigraph would follow it from below Python, so nothing but the check stands in between."""
    with pytest.raises(Malformed):
        query_of(text)
        ask(text)


def test_a_refused_service_is_named() -> None:
    with pytest.raises(Malformed, match="another server"):
        query_of(SERVICES[0])


@pytest.mark.parametrize(
    "text",
    [
        "SELECT ?service { ?s schema:service ?service }",
        "PREFIX service: <https://schema.org/> SELECT * { ?s service:service ?o } # SERVICE",
        "SELECT * { ?s <https://schema.org/service> ?o FILTER(STR(?o) != 'customer SERVICE {') }",
        'SELECT * { ?s schema:service ?o FILTER(STR(?o) != """a "quoted" service""") }',
    ],
)
def test_the_word_alone_is_no_reason_to_refuse(text: str) -> None:
    assert len(rows(text).rows) == 1


@pytest.mark.parametrize(
    "text",
    [
        "SELECT * " + "{" * 5000 + "}" * 5000,
        "SELECT * { FILTER(" + "(" * 5000 + "1" + ")" * 5000 + ") }",
        "SELECT * { FILTER(" + "!" * 5000 + "1) }",
        "SELECT * { ?s <urn:p>" + "/<urn:p>" * 500 + " ?o }",
        "SELECT * { FILTER(1" + "+1" * 5000 + ") }",
        "SELECT * { {} " + "UNION {} " * 3000 + "}",
        "SELECT * { ?s ?p " + "<<(" * 5000 + " }",
        "SELECT * { ?s ?p '" + "x" * 60_000 + "' }",
    ],
)
def test_a_query_that_would_break_the_parser_is_too_big(text: str) -> None:
    with pytest.raises(TooBig):
        query_of(text)


def test_answers_are_bounded() -> None:
    many = "".join(f"<#{n}> <urn:p> {n} ." for n in range(11))
    for text in ("SELECT * { ?s ?p ?o }", "CONSTRUCT WHERE { ?s ?p ?o }"):
        with pytest.raises(TooBig) as caught:
            ask(text, many, Limits(query_rows=10, triples=10))
        assert "LIMIT" in caught.value.advice
        ask(text, many, Limits(query_rows=11, triples=11))


def test_a_query_ends_between_two_rows_when_nobody_waits() -> None:
    graph = parse_turtle("".join(f"<#{n}> <urn:p> {n} ." for n in range(50)).encode(), BASE)
    asked: list[int] = []

    def third_time() -> bool:
        asked.append(1)
        return len(asked) > 2

    with pytest.raises(TooBig, match="given up"):
        query_graph(graph, query_of("SELECT * { ?s ?p ?o }"), stop=third_time)
    assert len(asked) == 3


def test_one_graph_has_no_parts_to_choose_from() -> None:
    with pytest.raises(Malformed, match="FROM"):
        ask("SELECT * FROM <https://evil.example/> { ?s ?p ?o }")


# Forms


def test_rows_are_shown_as_harmless_text() -> None:
    found = rows("SELECT ?o ?none { <#x> ?p ?o }", '<#x> <urn:p> "\\u001B[31mred\\nand more" .')
    assert cells(found) == (("\\x1b[31mred and more", ""),)


def test_json_is_the_format_of_the_standard() -> None:
    """Examples of https://www.w3.org/TR/sparql11-results-json/#select-encode-terms"""
    found = Rows(
        ("a", "b", "c", "d", "e"),
        (
            (
                Term("iri", "urn:x"),
                Term("blank", "r1"),
                Term("literal", "z", "", "en"),
                Term("literal", "7", "urn:t"),
                None,
            ),
        ),
    )
    assert json.loads(write_json(found)) == {
        "head": {"vars": ["a", "b", "c", "d", "e"]},
        "results": {
            "bindings": [
                {
                    "a": {"type": "uri", "value": "urn:x"},
                    "b": {"type": "bnode", "value": "r1"},
                    "c": {"type": "literal", "value": "z", "xml:lang": "en"},
                    "d": {"type": "literal", "value": "7", "datatype": "urn:t"},
                }
            ]
        },
    }
    assert json.loads(write_json(True)) == {"head": {}, "boolean": True}


def test_json_is_read_by_others() -> None:
    found = rows("SELECT ?s ?p ?o { ?s ?p ?o }")
    again = ox.parse_query_results(write_json(found), format=ox.QueryResultsFormat.JSON)
    assert isinstance(again, ox.QuerySolutions)
    assert sum(1 for _ in again) == len(found.rows)


def test_csv_holds_the_values_alone() -> None:
    found = rows(
        "SELECT ?name ?age { ?s a schema:Person ; schema:name ?name OPTIONAL { ?s schema:age ?age } } ORDER BY ?age"
    )
    text = write_csv(found).decode()
    assert text == 'name,age\r\n"Bob, ""the"" builder",\r\nAda,36\r\n'
    assert next(csv.reader(io.StringIO(text))) == ["name", "age"]


# Many documents on disk


ONE, TWO = "https://pod.example/one.ttl", "https://pod.example/two.ttl"


@pytest.fixture(name="store")
def _store(tmp_path: Path) -> QuadStore:
    store = QuadStore(tmp_path / "quads")
    store.put({url: quads_in(url, f"<#it> <urn:p> {n} .".encode(), url) for n, url in ((1, ONE), (2, TWO))})
    return store


def values(store: QuadStore, text: str) -> list[str]:
    found = store.ask(text, "https://pod.example/")
    assert isinstance(found, Rows)
    return sorted(row[0].value for row in found.rows if row[0])


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("SELECT ?o { ?s <urn:p> ?o }", ["1", "2"]),
        (f"SELECT ?o FROM <{ONE}> {{ ?s <urn:p> ?o }}", ["1"]),
        ("SELECT ?o FROM <two.ttl> { ?s <urn:p> ?o }", ["2"]),
        (f"SELECT ?o {{ GRAPH <{TWO}> {{ ?s <urn:p> ?o }} }}", ["2"]),
        ("SELECT ?g { GRAPH ?g { ?s <urn:p> 1 } }", [ONE]),
        (f"SELECT ?o FROM NAMED <{TWO}> {{ GRAPH ?g {{ ?s <urn:p> ?o }} }}", ["2"]),
        ("SELECT ?from { ?s <urn:p> ?from FILTER(?from != 'from') }", ["1", "2"]),
        ("SELECT ?o FROM <https://evil.example/> { ?s ?p ?o }", []),
    ],
)
def test_a_query_is_about_all_documents_or_those_it_names(store: QuadStore, text: str, found: list[str]) -> None:
    assert values(store, text) == found


def test_a_document_is_replaced_and_dropped_whole(store: QuadStore) -> None:
    store.put({ONE: quads_in(ONE, b"<#new> <urn:p> 9 .", ONE)})
    assert values(store, "SELECT ?o { ?s ?p ?o }") == ["2", "9"]
    store.drop([ONE, "https://pod.example/never-there.ttl"])
    assert values(store, "SELECT ?o { ?s ?p ?o }") == ["2"]


def test_a_large_document_is_put_too(store: QuadStore) -> None:
    text = "".join(f"<#{n}> <urn:q> {n} ." for n in range(6000)).encode()
    store.put({TWO: quads_in(TWO, text, TWO)})
    assert values(store, "SELECT (COUNT(*) AS ?n) { ?s <urn:q> ?o }") == ["6000"]
    assert values(store, "SELECT ?o { ?s <urn:p> ?o }") == ["1"]


def test_a_second_holder_is_told_to_wait(store: QuadStore, tmp_path: Path) -> None:
    with pytest.raises(NotReady) as caught:
        QuadStore(tmp_path / "quads")
    assert not isinstance(caught.value, Damaged)


def test_a_closed_store_says_so(store: QuadStore) -> None:
    store.close()
    with pytest.raises(NotReady, match="closed"):
        values(store, "SELECT * { ?s ?p ?o }")


@pytest.mark.parametrize("name", ["CURRENT", "MANIFEST-*", "*.sst"])
def test_what_is_no_store_any_more_is_damaged(store: QuadStore, tmp_path: Path, name: str) -> None:
    store.close()
    for path in (tmp_path / "quads").glob(name):
        path.write_bytes(b"nonsense" * 200)
    with pytest.raises(Damaged):
        values(QuadStore(tmp_path / "quads"), "SELECT ?o { ?s ?p ?o }")


def test_a_graph_is_named_by_an_address_only() -> None:
    with pytest.raises(LifepodError, match="no address"):
        quads_in("no address", b"", BASE)
