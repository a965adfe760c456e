"""Turtle in and out: what other libraries get wrong, and what must come back as it went in."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st
from rdflib import BNode, Graph, Literal, URIRef
from rdflib.namespace import XSD
from tests.rdf.graphs import BASE, GRAPHS

from lifepod import names
from lifepod.errors import Malformed, TooBig
from lifepod.limits import LIMITS
from lifepod.rdf.turtle import (
    copy_of,
    iris,
    parse_turtle,
    same_triples,
    term_text,
    with_iris,
    with_literals,
    write_turtle,
)

S, P = URIRef("https://pod.example/s"), URIRef("https://schema.org/name")


def read(text: str) -> Graph:
    return parse_turtle(text.encode(), BASE)


def only_object(text: str) -> object:
    (found,) = read(text).objects()
    return found


def test_plain_text_is_found_as_plain_text() -> None:
    graph = read(f'<{S}> <{P}> "x", "y"^^<{XSD.string}> .')
    assert (S, P, Literal("x")) in graph
    assert (S, P, Literal("y")) in graph
    assert (S, P, Literal("x", datatype=XSD.string)) not in graph


_ILL = (
    '"not a date"^^xsd:dateTime, "2026-02-30"^^xsd:date, "x"^^xsd:integer, "maybe"^^xsd:boolean, "zz"^^xsd:hexBinary,'
    ' "<"^^<http://www.w3.org/1999/02/22-rdf-syntax-ns#XMLLiteral>'
)


def test_values_that_do_not_fit_their_type_stay_as_they_are_and_nothing_is_logged(
    caplog: pytest.LogCaptureFixture, capfd: pytest.CaptureFixture[str]
) -> None:
    graph = read(f"@prefix xsd: <{XSD}> . <{S}> <{P}> {_ILL} .")
    graph = with_literals(graph, (str(S), str(P), "never", str(XSD.dateTime)))
    assert {str(found) for found in graph.objects()} == {
        "not a date", "2026-02-30", "x", "maybe", "zz", "<", "never",
    }  # fmt: skip
    assert b'"not a date"^^xsd:dateTime' in write_turtle(graph)
    assert caplog.records == []
    assert capfd.readouterr() == ("", "")


@pytest.mark.parametrize("kind", ["token", "normalizedString", "string", "language"])
def test_spaces_stay_where_they_are_whatever_the_type(kind: str) -> None:
    text = f'<https://pod.example/s> <https://schema.org/name> "\\t a  b\\n "^^<{XSD}{kind}> .'
    graph = read(text)
    with_it = with_literals(Graph(), (str(S), str(P), "\t a  b\n ", f"{XSD}{kind}"))
    for found in (graph, read(write_turtle(graph).decode()), copy_of(graph)):
        assert [str(one) for one in found.objects()] == ["\t a  b\n "]
        assert kind == "string" or same_triples(found, with_it)
    assert str(next(iter(with_it.objects()))) == "\t a  b\n "


def test_what_others_do_with_rdflib_is_logged_as_before(caplog: pytest.LogCaptureFixture) -> None:
    read(f'<{S}> <{P}> "x"^^<{XSD.dateTime}> .')
    with pytest.raises(TooBig):
        parse_turtle(b"<a> <b> <c>, <d> .", BASE, replace(LIMITS, triples=1))
    assert Literal("x", datatype=XSD.integer).value is None
    assert [record.name for record in caplog.records] == ["rdflib.term"]


def test_unnamed_nodes_of_two_documents_never_become_one() -> None:
    one, other = read('_:b1 <#p> "x" .'), read('_:b1 <#p> "y" .')
    assert set(one.subjects()).isdisjoint(other.subjects())


@pytest.mark.parametrize(
    ("relative", "absolute"),
    [
        ("", BASE),
        ("#me", BASE + "#me"),
        ("?q=1", BASE + "?q=1"),
        ("a/b", "https://pod.example/journal/a/b"),
        (".", "https://pod.example/journal/"),
        ("..", "https://pod.example/"),
        ("/a/./x", "https://pod.example/a/x"),
        ("/a/../x", "https://pod.example/x"),
        ("//other.example/x", "https://other.example/x"),
        ("https://other.example/a/./x", "https://other.example/a/./x"),
    ],
)
def test_relative_addresses_are_resolved_against_the_document(relative: str, absolute: str) -> None:
    assert only_object(f"<#s> <#p> <{relative}> .") == URIRef(absolute)


@pytest.mark.parametrize(
    ("written", "lexical", "datatype"),
    [
        ("01", "01", XSD.integer),
        ("+1", "+1", XSD.integer),
        ("1.50", "1.50", XSD.decimal),
        ("1E0", "1E0", XSD.double),
        ("true", "true", XSD.boolean),
        (f'"1"^^<{XSD.boolean}>', "1", XSD.boolean),
        (f'"2025-12-01T20:15:00Z"^^<{XSD.dateTime}>', "2025-12-01T20:15:00Z", XSD.dateTime),
        (f'"2025-12-01T20:15:00.000+00:00"^^<{XSD.dateTime}>', "2025-12-01T20:15:00.000+00:00", XSD.dateTime),
        (f'"PT60M"^^<{XSD.duration}>', "PT60M", XSD.duration),
        (f'" 7 "^^<{XSD.integer}>', " 7 ", XSD.integer),
        (f'"never"^^<{XSD.date}>', "never", XSD.date),
    ],
)
def test_the_digits_of_a_value_stay_as_they_were(written: str, lexical: str, datatype: URIRef) -> None:
    graph = read(f"<{S}> <{P}> {written} .")
    again = parse_turtle(write_turtle(graph), BASE)
    for found in (*graph.objects(), *again.objects()):
        assert isinstance(found, Literal)
        assert (str(found), found.datatype) == (lexical, datatype)


def test_what_is_written_names_its_prefixes_and_only_those_in_use() -> None:
    text = write_turtle(read(f'<{S}> a <{names.LP_AD}> ; <{P}> "x" ; <{names.DCT_MODIFIED}> "2025"^^<{XSD.gYear}> .'))
    assert [line.split()[1] for line in text.decode().splitlines() if line.startswith("@prefix")] == [
        "dct:", "lp:", "schema:", "xsd:",
    ]  # fmt: skip
    assert b"a lp:Ad" in text


BROKEN = [
    ("<#s> <#p> <#o>", 1),
    ("<#s> <#p> <#o> .\n<#s> <#p> <http://bad address/> .", 2),
    ("<#s> <#p> <#o> .\n<#s> <#p> <http://[bad> .", 2),
    ("<#s> <#p> undeclared:x .", 1),
    ("<#s> <#p> <#o> .\n\n<html>", 3),
    ('<#s> <#p> "unclosed .', 1),
]


@pytest.mark.parametrize(("text", "line"), BROKEN)
def test_a_fault_anywhere_means_nothing_is_read_and_says_where(text: str, line: int) -> None:
    with pytest.raises(Malformed, match="line") as caught:
        read(text)
    assert (caught.value.place, caught.value.line) == (BASE, line)
    assert caught.value.column is not None


def test_bytes_that_are_not_utf8_are_malformed() -> None:
    with pytest.raises(Malformed):
        parse_turtle(b'<#s> <#p> "\xff" .', BASE)


@pytest.mark.parametrize("base", ["", "journal/2025.ttl", "https://pod example/"])
def test_a_base_is_never_guessed(base: str) -> None:
    with pytest.raises(Malformed):
        parse_turtle(b"<#s> <#p> <#o> .", base)


@pytest.mark.parametrize(
    "text",
    ["<#s> <#p> <<( <#a> <#b> <#c> )>> .", "<< <#a> <#b> <#c> >> <#p> <#o> .", "<#s> <#p> <#o> {| <#a> <#b> |} ."],
)
def test_triples_inside_triples_are_refused(text: str) -> None:
    with pytest.raises(Malformed):
        read(text)


def test_thousands_of_quotes_are_refused_before_the_parser_can_fall_over() -> None:
    depth = 50_000
    with pytest.raises(Malformed, match="quotes triples"):
        read("<#s> <#p> " + "<<( <#a> <#b> " * depth + "1" + " )>>" * depth + " .")
    with pytest.raises(Malformed, match="quotes triples"):
        read("@prefix a: <#> . a:b\\#c <#p> " + "<<(<#a> <#b> " * depth + "1" + " )>>" * depth + " .")


@pytest.mark.parametrize(
    "text",
    ['"a << b"', "'<<('", '"""one\n<< " two"""', "'''it's <<'''", '"\\"<<"', "1 # <<(", "<https://x.example/#a> # <<"],
)
def test_arrows_in_texts_and_comments_are_no_quotes(text: str) -> None:
    lines = "".join(f"<#s{n}> <#p> {text}\n." for n in range(200))
    assert len(read(lines)) == 200


def test_a_text_with_a_direction_is_refused_and_never_loses_it() -> None:
    with pytest.raises(Malformed, match="direction"):
        read('<#s> <#p> "\u0633"@ar--rtl .')


def test_language_tags_come_back_in_lower_case() -> None:
    assert only_object('<#s> <#p> "Grüezi"@de-CH .') == Literal("Grüezi", lang="de-ch")


def test_a_document_past_a_bound_is_too_big() -> None:
    two = b"<#s> <#p> 1, 2 ."
    small, few = replace(LIMITS, document_bytes=len(two) - 1), replace(LIMITS, triples=1)
    assert len(parse_turtle(two, BASE, replace(LIMITS, document_bytes=len(two), triples=2))) == 2
    with pytest.raises(TooBig) as bytes_caught:
        parse_turtle(two, BASE, small)
    with pytest.raises(TooBig) as triples_caught:
        parse_turtle(two, BASE, few)
    assert (bytes_caught.value.bound, triples_caught.value.bound) == (len(two) - 1, 1)


@pytest.mark.parametrize(
    "triple",
    [
        (URIRef("no scheme"), P, Literal("x")),
        (S, URIRef("https://a b/"), Literal("x")),
        (S, P, URIRef("https://x/<>")),
        (S, P, Literal("x", datatype=URIRef("not absolute"))),
    ],
)
def test_a_triple_that_no_reader_would_take_is_not_written(triple: tuple[URIRef, URIRef, URIRef | Literal]) -> None:
    graph = Graph()
    graph.store.add(triple, graph)
    with pytest.raises(Malformed):
        write_turtle(graph)


def test_a_message_never_carries_control_characters_of_an_address() -> None:
    graph = Graph()
    graph.store.add((S, P, URIRef("https://x/\x1b[2J")), graph)
    with pytest.raises(Malformed) as caught:
        write_turtle(graph)
    assert str(caught.value).isprintable()
    with pytest.raises(Malformed) as read_caught:
        parse_turtle(b"<", "https://x/\x1b[2J")
    assert str(read_caught.value).isprintable()


@given(GRAPHS)
def test_what_is_written_reads_back_as_it_was(graph: Graph) -> None:
    assert set(parse_turtle(write_turtle(graph), BASE)) == set(graph)


@given(GRAPHS)
def test_equal_graphs_give_equal_bytes(graph: Graph) -> None:
    backwards = Graph()
    for triple in reversed(list(graph)):
        backwards.add(triple)
    assert write_turtle(backwards) == write_turtle(graph)
    assert write_turtle(parse_turtle(write_turtle(graph), BASE)) == write_turtle(graph)


@given(GRAPHS)
def test_a_copy_is_equal_and_stands_on_its_own(graph: Graph) -> None:
    copy, before = copy_of(graph), set(graph)
    assert set(copy) == before
    copy.add((S, P, Literal("only here")))
    assert set(graph) == before


CHAIN = "_:a <#next> _:b . _:b <#next> _:c . _:c <#name> 'end' ."


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [
        ("<#s> <#p> 1 .", "<#s> <#p> 1 .", True),
        ("<#s> <#p> 1 .", "<#s> <#p> 01 .", False),
        ("<#s> <#p> 1 .", "<#s> <#p> 1, 2 .", False),
        ("<#s> <#p> [ <#q> 1 ] .", "<#s> <#p> [ <#q> 1 ] .", True),
        ("<#s> <#p> [ <#q> 1 ] .", "<#s> <#p> [ <#q> 2 ] .", False),
        ("<#s> <#p> [ <#q> 1 ] .", "<#s> <#p> <#t> .", False),
        ("_:x <#p> <#o> .", "<#x> <#p> <#o> .", False),
        (CHAIN, CHAIN.replace("_:a", "_:z"), True),
        (CHAIN, CHAIN.replace("_:b <#next> _:c", "_:c <#next> _:b"), False),
    ],
)
def test_two_documents_are_the_same_up_to_the_names_of_unnamed_nodes(one: str, other: str, same: bool) -> None:
    assert same_triples(read(one), read(other)) is same


def ring(size: int) -> str:
    return " ".join(f"_:a{n} <#p> _:a{(n + 1) % size} ." for n in range(size))


def everyone_knows_everyone(size: int) -> str:
    return " ".join(f"_:a{n} <#p> _:a{m} ." for n in range(size) for m in range(size) if n != m)


def test_look_alikes_are_told_apart_without_trying_every_order() -> None:
    # Nine nodes that all know each other cost a canonical labelling a minute.
    assert same_triples(read(everyone_knows_everyone(12)), read(everyone_knows_everyone(12)))
    assert same_triples(read(ring(50)), read(ring(50)))
    assert not same_triples(read(ring(6)), read(ring(3) + ring(3).replace("_:a", "_:b")))


def test_past_the_bounds_two_documents_count_as_different() -> None:
    for text in (ring(201), everyone_knows_everyone(46)):
        one, other = read(text), read(text)
        assert same_triples(one, one)
        assert not same_triples(one, other)


@given(GRAPHS, st.lists(st.tuples(st.integers(0, 5), st.integers(0, 2), st.integers(0, 5)), max_size=12))
def test_other_names_for_unnamed_nodes_change_nothing(graph: Graph, links: list[tuple[int, int, int]]) -> None:
    other = copy_of(graph)
    first, second = ({n: BNode() for n in range(6)} for _ in range(2))
    for s, p, o in links:
        graph.add((first[s], URIRef(f"{P}{p}"), first[o]))
        other.add((second[s], URIRef(f"{P}{p}"), second[o]))
    assert same_triples(graph, other)
    if links:
        s, p, o = links[0]
        other.remove((second[s], URIRef(f"{P}{p}"), second[o]))
        assert not same_triples(graph, other)


@pytest.mark.parametrize(
    ("node", "text"),
    [
        (URIRef("https://x.example/a"), "<https://x.example/a>"),
        (Literal('say "a"\n'), '"say \\"a\\"\\n"'),
        (Literal("a", lang="en"), '"a"@en'),
        (Literal("01", datatype=XSD.integer, normalize=False), f'"01"^^<{XSD.integer}>'),
        (BNode("b1"), "_:b1"),
    ],
)
def test_a_term_as_text(node: URIRef | Literal | BNode, text: str) -> None:
    assert term_text(node) == text


def test_addresses_said_of_a_subject_come_sorted_and_without_texts() -> None:
    graph = read(f'<{S}> <{P}> <https://b.example/> , <https://a.example/> , "c", [] .')
    assert iris(graph, str(S), str(P)) == ("https://a.example/", "https://b.example/")
    assert iris(graph, str(S), "https://schema.org/url") == ()


def test_adding_addresses_leaves_the_graph_that_was_read_alone() -> None:
    before = read(f"<{S}> <{P}> <https://a.example/> .")
    after = with_iris(before, (str(S), str(P), "https://b.example/"))
    assert iris(after, str(S), str(P)) == ("https://a.example/", "https://b.example/")
    assert len(before) == 1
