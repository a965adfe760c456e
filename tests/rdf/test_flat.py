"""Triples as text: the same set, the same bytes, and every reader takes them."""

from __future__ import annotations

import random
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st
from rdflib import Graph
from tests.rdf.graphs import BASE, GRAPHS

from lifepod import names
from lifepod.errors import Malformed, TooBig
from lifepod.limits import LIMITS
from lifepod.rdf.flat import (
    FlatTriple,
    iri,
    is_iri,
    members,
    read_flat,
    text,
    typed,
    value_of,
    write_flat,
)
from lifepod.rdf.turtle import parse_turtle, write_turtle

NAME, TYPE = f"<{names.SCHEMA}name>", f"<{names.RDF_TYPE}>"
ANY_TEXT = st.text(alphabet=st.characters(exclude_categories=["Cs"]), max_size=20)


def flat(graph: Graph) -> list[FlatTriple]:
    return read_flat(write_turtle(graph), BASE)


@given(GRAPHS)
def test_what_is_written_reads_back_as_the_same_triples(graph: Graph) -> None:
    triples = flat(graph)
    assert len(triples) == len(graph)
    assert sorted(read_flat(write_flat(triples), BASE)) == sorted(triples)


@given(GRAPHS)
def test_the_other_reader_finds_the_same_graph(graph: Graph) -> None:
    assert set(parse_turtle(write_flat(flat(graph)), BASE)) == set(graph)


@given(GRAPHS, st.randoms(use_true_random=False))
def test_equal_sets_of_triples_give_equal_bytes(graph: Graph, chance: random.Random) -> None:
    triples = flat(graph)
    data = write_flat(triples)
    shuffled = triples * 2
    chance.shuffle(shuffled)
    assert write_flat(shuffled) == data
    assert write_flat(read_flat(data, BASE)) == data


def test_a_partition_as_it_is_written() -> None:
    item, part = "<#20250101T000000Z-1f0c>", "<#20250101T000000Z-1f0c-object>"
    triples = [
        (part, NAME, text("Pilot")),
        (item, f"<{names.SCHEMA}object>", part),
        (item, TYPE, f"<{names.SCHEMA}WatchAction>"),
        (item, NAME, text("b")),
        (item, NAME, text("a")),
        (item, f"<{names.SCHEMA}startTime>", typed("2025-01-01T00:00:00Z", names.XSD_DATETIME)),
        ("<>", f"<{names.DCT_MODIFIED}>", typed("2025-01-02", names.XSD_DATE)),
        ("<>", TYPE, f"<{names.LP_PARTITION}>"),
    ]
    assert write_flat(triples).decode() == (
        "@prefix dct: <http://purl.org/dc/terms/> .\n"
        "@prefix lp: <https://w3id.org/lifepod#> .\n"
        "@prefix schema: <https://schema.org/> .\n"
        "@prefix xsd: <http://www.w3.org/2001/XMLSchema#> .\n"
        "\n"
        "<> a lp:Partition ;\n"
        '    dct:modified "2025-01-02"^^xsd:date .\n'
        "<#20250101T000000Z-1f0c> a schema:WatchAction ;\n"
        '    schema:name "a" , "b" ;\n'
        "    schema:object <#20250101T000000Z-1f0c-object> ;\n"
        '    schema:startTime "2025-01-01T00:00:00Z"^^xsd:dateTime .\n'
        '<#20250101T000000Z-1f0c-object> schema:name "Pilot" .\n'
    )


@pytest.mark.parametrize("tail", ["9lives", "a.b", "a/b", "a-b", "", "%41", "ü", "a:b"])
def test_a_name_that_a_prefix_cannot_hold_is_written_in_full(tail: str) -> None:
    term = f"<{names.SCHEMA}{tail}>"
    data = write_flat([("<>", NAME, term)])
    assert term.encode() in data
    assert read_flat(data, BASE) == [("<>", NAME, term)]


def test_every_prefix_in_use_is_declared_however_many_words_were_seen_before() -> None:
    many = [("<>", NAME, f"<{names.AS}w{n}>") for n in range(5000)]
    assert len(read_flat(write_flat(many), BASE)) == 5000
    late = [("<#late>", f"<{names.DCT}late>", f"<{names.PD}Late>")]
    assert read_flat(write_flat(late), BASE) == late


def test_only_the_documents_own_addresses_become_relative() -> None:
    data = f'<{BASE}> <{BASE}#p> <{BASE}#a> , <{BASE}?q#a> , <{BASE}2> , "<{BASE}#a>" .'.encode()
    assert {obj for _, _, obj in read_flat(data, BASE)} == {
        "<#a>", f"<{BASE}?q#a>", f"<{BASE}2>", f'"<{BASE}#a>"',
    }  # fmt: skip
    assert read_flat(data, BASE)[0][:2] == ("<>", f"<{BASE}#p>")


@pytest.mark.parametrize(
    "document",
    ["<#s> <#p> [] .", "[] <#p> <#o> .", "<#s> <#p> (1) .", "<#s> <#p> <<( <#a> <#b> <#c> )>> .", "<#s> <#p> "],
)
def test_a_document_that_is_no_partition_is_malformed(document: str) -> None:
    with pytest.raises(Malformed) as caught:
        read_flat(document.encode(), BASE)
    assert caught.value.place == BASE


def test_a_document_past_the_bounds_is_too_big() -> None:
    with pytest.raises(TooBig):
        read_flat(b"<#s> <#p> 1, 2 .", BASE, replace(LIMITS, triples=1))


@given(ANY_TEXT)
def test_any_text_comes_back_as_it_was(value: str) -> None:
    ((_, _, term),) = read_flat(write_flat([("<>", NAME, text(value))]), BASE)
    assert value_of(term) == value
    assert value_of(text(value)) == value


@given(ANY_TEXT)
def test_the_text_of_a_typed_value_comes_back_too(value: str) -> None:
    assert value_of(typed(value, names.XSD_DATE)) == value


@pytest.mark.parametrize(
    ("term", "value"),
    [
        ("<https://x.example/>", "https://x.example/"),
        ('"a"@en', "a"),
        ('"a\\"@b"@en', 'a"@b'),
        (f'"1"^^<{names.XSD_INTEGER}>', "1"),
        ('"\\u00e9\\U0001F600\\b\\f\\t\\r\\n\\\\n"', "é😀\b\f\t\r\n\\n"),
    ],
)
def test_the_value_of_a_term(term: str, value: str) -> None:
    assert value_of(term) == value


@pytest.mark.parametrize(
    "value",
    [
        "", "no scheme", "/relative", "#me", "https://a b/", "https://a/\n", "https://a/<x>", 'https://a/"', "https://a/{x}",
        "https://a/|", "https://a/\\", "https://a/^", "https://a/`", "https://a/%zz", "https://a/> <b", "https://[::1",
    ],
)  # fmt: skip
def test_an_address_that_no_document_can_hold_is_refused(value: str) -> None:
    assert not is_iri(value)
    with pytest.raises(Malformed):
        iri(value)


@pytest.mark.parametrize(
    "value", ["https://x.example/ü?q=a%20b#c", "urn:uuid:1", "mailto:a@b.example", "http://[::1]/"]
)
def test_a_good_address_is_a_term(value: str) -> None:
    assert is_iri(value)
    assert iri(value) == f"<{value}>"


CONTAINER = "https://pod.example/journal/"


def test_members_of_a_container_come_sorted_with_the_time_they_changed() -> None:
    listing = f"""
        @prefix ldp: <{names.LDP}> . @prefix dct: <{names.DCT}> . @prefix xsd: <{names.XSD}> .
        <> a ldp:Container ; dct:modified "2024-01-01T00:00:00Z"^^xsd:dateTime ; ldp:contains <b.ttl> , <a/> .
        <b.ttl> dct:modified "2025-01-01T00:00:00Z"^^xsd:dateTime .
        <stranger.ttl> dct:modified "2025-01-01T00:00:00Z"^^xsd:dateTime .
        <a/> ldp:contains <a/hidden.ttl> .
    """
    assert members(listing.encode(), CONTAINER) == {
        CONTAINER + "a/": "",
        CONTAINER + "b.ttl": "2025-01-01T00:00:00Z",
    }
    assert list(members(listing.encode(), CONTAINER)) == [CONTAINER + "a/", CONTAINER + "b.ttl"]


def test_a_listing_that_contains_an_unnamed_node_or_a_text_does_not_stop_the_walk() -> None:
    listing = f'<> <{names.LDP_CONTAINS}> [] , "text" , <a.ttl> . [] <{names.DCT_MODIFIED}> "2025" .'
    assert CONTAINER + "a.ttl" in members(listing.encode(), CONTAINER)
