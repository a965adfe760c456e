"""JSON-LD in and out, and every way a stranger's document could cost us the network, the time or the process."""

from __future__ import annotations

import json
import subprocess
import sys
from dataclasses import replace

import pytest
from hypothesis import given
from rdflib import Graph, Literal, URIRef
from rdflib.namespace import RDF, XSD
from tests.rdf.graphs import BASE, GRAPHS

from lifepod import names
from lifepod.errors import Malformed, TooBig
from lifepod.limits import LIMITS
from lifepod.rdf.jsonld import CONTEXT, read_jsonld, vocab_file, write_jsonld
from lifepod.rdf.turtle import parse_turtle, same_triples

P = "https://x.example/p"


def read(document: object) -> Graph:
    return read_jsonld(json.dumps(document).encode(), BASE)


RECORD = f"""
    @prefix lp: <{names.LP}> . @prefix schema: <{names.SCHEMA}> . @prefix xsd: <{names.XSD}> .
    <#r> a schema:BuyAction ; schema:name "Grüße" ; schema:price 12.50 ; schema:object <#r-object> ; lp:quantity 2 ;
        schema:startTime "2025-01-01T00:00:00Z"^^xsd:dateTime ; schema:provider <https://shop.example/> .
    <#r-object> a schema:Product ; schema:startTime "2025-01-01"^^xsd:date .
"""


def test_a_record_in_our_own_words() -> None:
    graph = parse_turtle(RECORD.encode(), BASE)
    data = write_jsonld(graph, BASE)
    parts = {part["id"]: part for part in json.loads(data)["@graph"]}
    assert json.loads(data)["@context"] == CONTEXT
    assert parts["#r"] == {
        "id": "#r",
        "type": "schema:BuyAction",
        "name": "Grüße",
        "price": "12.50",
        "object": "#r-object",
        "quantity": "2",
        "startTime": "2025-01-01T00:00:00Z",
        "provider": "https://shop.example/",
    }
    assert set(read_jsonld(data, BASE)) == set(graph)


@given(GRAPHS)
def test_what_is_written_reads_back_as_it_was(graph: Graph) -> None:
    assert set(read_jsonld(write_jsonld(graph, BASE), BASE)) == set(graph)


@given(GRAPHS)
def test_equal_graphs_give_equal_json(graph: Graph) -> None:
    backwards = Graph()
    for triple in reversed(list(graph)):
        backwards.add(triple)
    assert write_jsonld(backwards, BASE) == write_jsonld(graph, BASE)


def test_unnamed_nodes_are_kept() -> None:
    graph = parse_turtle(b"<#s> <#p> [ <#q> 1 ; <#r> ( 1 2 ) ] .", BASE)
    assert same_triples(read_jsonld(write_jsonld(graph, BASE), BASE), graph)


def test_unnamed_nodes_of_two_documents_never_become_one() -> None:
    document = {"@id": "_:b0", P: "x"}
    assert set(read(document).subjects()).isdisjoint(read(document).subjects())


@pytest.mark.parametrize(
    ("value", "literal"),
    [
        ("x", Literal("x")),
        ({"@value": "x", "@language": "de-CH"}, Literal("x", lang="de-ch")),
        (1, Literal("1", datatype=XSD.integer)),
        (1.5, Literal("1.5E0", datatype=XSD.double, normalize=False)),
        (True, Literal("true", datatype=XSD.boolean)),
        ({"@value": "01", "@type": str(XSD.integer)}, Literal("01", datatype=XSD.integer, normalize=False)),
        ({"@value": {"b": 1, "a": [None]}, "@type": "@json"}, Literal('{"a":[null],"b":1}', datatype=RDF.JSON)),
    ],
)
def test_values_become_literals(value: object, literal: Literal) -> None:
    assert set(read({"@id": "#s", P: value})) == {(URIRef(BASE + "#s"), URIRef(P), literal)}


@pytest.mark.parametrize(
    ("document", "triples"),
    [
        ({"@context": "https://www.w3.org/ns/activitystreams", "type": "Like", "actor": "https://a.example/"}, 2),
        ({"@context": CONTEXT, "id": "#a", "type": "lp:Ad", "name": "x"}, 2),
        ([{"@id": "#a", P: 1}, {"@id": "#b", P: 2}], 2),
        ({"@id": "#a", P: {"@list": [1, 2]}}, 5),
        ({"@id": "#a", "@reverse": {P: {"@id": "#b"}}}, 1),
        ({"@id": "https://a b.example/", P: 1}, 0),
        ({"@id": "#named", "@graph": [{"@id": "#a", P: 1}]}, 0),
        ([], 0),
    ],
)
def test_what_counts_as_a_triple(document: object, triples: int) -> None:
    assert len(read(document)) == triples


@pytest.mark.parametrize(
    ("context", "named"),
    [
        ("https://evil.example/context", "https://evil.example/context"),
        ("http://169.254.169.254/latest", "http://169.254.169.254/latest"),
        ("file:///etc/passwd", "file:///etc/passwd"),
        ("mine.jsonld", "https://pod.example/journal/mine.jsonld"),
        (["https://www.w3.org/ns/activitystreams", "https://evil.example/2"], "https://evil.example/2"),
        ({"@version": 1.1, "@import": "https://evil.example/3"}, "https://evil.example/3"),
        ({"@version": 1.1, "a": {"@id": P, "@context": "https://evil.example/4"}}, "https://evil.example/4"),
        ("https://w3id.org/lifepod/context.jsonld?", "https://w3id.org/lifepod/context.jsonld?"),
        ("https://evil.example/\u202e\x1b", "https://evil.example/\\u202e\\x1b"),
    ],
)
def test_a_context_that_we_do_not_carry_is_named_and_never_fetched(context: object, named: str) -> None:
    with pytest.raises(Malformed, match="which lifepod does not carry") as caught:
        read({"@context": context, "a": "x"})
    assert named in str(caught.value)
    assert str(caught.value).isprintable()
    assert caught.value.place == BASE


@pytest.mark.parametrize(
    "data",
    [
        b"", b"{", b"true", b"null", b"3", b'"https://evil.example/document"', b'{"a": NaN}', b'{"a": Infinity}',
        b'{"https://x.example/p": 1e999}', b'{"a": "\xff"}', '{"a": 1}'.encode("utf-16"),
        b'{"https://x.example/p": "\\ud800"}', b'{"https://x.example/p": 1' + b"0" * 5000 + b"}",
        b'{"@id": 5}', b'{"@context": 5}', b'{"@context": {"a": "b:x", "b": "a:y"}, "a": 1}',
        b'{"https://x.example/p": {"@value": "1", "@type": "no iri"}}',
        b'{"https://x.example/p": {"@value": "x", "@language": 5}}',
    ],
)  # fmt: skip
def test_what_is_not_json_ld_is_malformed(data: bytes) -> None:
    with pytest.raises(Malformed) as caught:
        read_jsonld(data, BASE)
    assert str(caught.value).isprintable()
    assert caught.value.place == BASE


def test_a_byte_order_mark_is_taken_off() -> None:
    assert len(read_jsonld(b'\xef\xbb\xbf{"@id": "#a", "https://x.example/p": 1}', BASE)) == 1


def nested(depth: int) -> bytes:
    return b'{"https://x.example/p":' * depth + b"1" + b"}" * depth


def test_the_bounds_hold_before_the_work_is_done() -> None:
    assert len(read_jsonld(nested(LIMITS.json_depth), BASE)) == LIMITS.json_depth
    for data, limits in (
        (nested(LIMITS.json_depth + 1), LIMITS),
        (b"[" * 1_000_000, LIMITS),
        (b'{"@id": "#a"}', replace(LIMITS, document_bytes=12)),
        (b'{"@id": "#a", "https://x.example/p": [1, 2]}', replace(LIMITS, triples=1)),
    ):
        with pytest.raises(TooBig) as caught:
            read_jsonld(data, BASE, limits)
        assert caught.value.bound > 0


def test_brackets_in_texts_are_not_depth() -> None:
    sad = {"@id": "#a", P: [f':[ "{n}" {{ \\' for n in range(200)]}
    assert len(read(sad)) == 200


def test_contexts_inside_contexts_are_weighed_before_they_are_set_up() -> None:
    def document(terms: int, objects: int) -> object:
        inner = {f"t{n}": f"https://x.example/{n}" for n in range(terms)}
        return {"@context": {"a": {"@id": P, "@context": inner}}, "a": [{"t1": n} for n in range(objects)]}

    assert len(read(document(10, 20))) == 40
    with pytest.raises(TooBig, match="contexts inside contexts"):
        read(document(2000, 2000))


def test_many_values_of_one_property_are_read_in_one_pass() -> None:
    # In pyld alone these take minutes.
    assert len(read({"@id": "#a", P: [{"@id": f"#{n}"} for n in range(20_000)]})) == 20_000


def test_a_graph_that_json_ld_cannot_say_is_malformed() -> None:
    graph = Graph()
    graph.add((URIRef(BASE), URIRef(P), URIRef("lp:this-is-a-scheme-and-not-our-prefix")))
    with pytest.raises(Malformed):
        write_jsonld(graph, BASE)


def test_files_of_the_vocabulary_are_found_by_name() -> None:
    assert b"@prefix lp:" in vocab_file("lifepod.ttl")
    with pytest.raises(FileNotFoundError):
        vocab_file("nothing.ttl")


def test_the_slow_library_is_loaded_only_when_json_ld_appears() -> None:
    code = "import sys, lifepod.rdf.jsonld\nassert 'pyld' not in sys.modules"
    assert subprocess.run([sys.executable, "-c", code], capture_output=True).returncode == 0
