"""Canonical form of documents that others made: as the standard's tests have it, and never longer than a second."""

from __future__ import annotations

import json
import time
from collections.abc import Iterator
from itertools import product
from pathlib import Path
from typing import Any

import pyoxigraph as ox
import pytest
from hypothesis import given
from hypothesis import strategies as st
from pyld import jsonld

from lifepod.errors import Malformed, TooBig
from lifepod.limits import Limits
from lifepod.rdf.canon import canonical_jsonld, canonical_nquads, read_document

SUITE = Path(__file__).with_name("rdf-canon")
CASES = sorted(path.name[4:7] for path in SUITE.glob("test*-in.nq"))
PAST_THE_BOUND = {"023", "024", "029", "030", "057", "058", "063", "070", "071", "072", "073", "075"}
"""Circles, diamonds, nodes that are named more than once, nameless graphs of nameless nodes: no tree."""
CONTROLS = {"060"}
VC = "https://www.w3.org/ns/credentials/v2"


def given_and_expected(number: str) -> tuple[bytes, bytes]:
    return (SUITE / f"test{number}-in.nq").read_bytes(), (SUITE / f"test{number}-rdfc10.nq").read_bytes()


def unbounded(data: bytes, how: ox.CanonicalizationAlgorithm = ox.CanonicalizationAlgorithm.RDFC_1_0) -> bytes:
    """What ours does once the bound is passed."""
    graph = ox.Dataset(ox.parse(data, format=ox.RdfFormat.N_QUADS))
    graph.canonicalize(how)
    return "".join(sorted(f"{quad} .\n" for quad in graph)).encode()


def by_pyld(data: bytes) -> bytes:
    options = {"algorithm": "URDNA2015", "inputFormat": "application/n-quads", "format": "application/n-quads"}
    return str(jsonld.normalize(data.decode(), options)).encode()


@pytest.mark.parametrize("number", CASES)
def test_the_algorithm_passes_the_tests_of_the_standard(number: str) -> None:
    how = ox.CanonicalizationAlgorithm
    data, expected = given_and_expected(number)
    assert unbounded(data, how.RDFC_1_0_SHA_384 if number == "075" else how.RDFC_1_0) == expected


@pytest.mark.parametrize("number", CASES)
def test_ours_gives_the_same_or_refuses(number: str) -> None:
    data, expected = given_and_expected(number)
    if number in PAST_THE_BOUND | CONTROLS:
        with pytest.raises(Malformed, match="control characters" if number in CONTROLS else "no tree"):
            canonical_nquads(data)
    else:
        assert canonical_nquads(data) == expected


@pytest.mark.parametrize("number", CASES)
def test_a_second_implementation_passes_all_but_two(number: str) -> None:
    data, expected = given_and_expected(number)
    assert (by_pyld(data) == expected) is (number not in {"060", "075"})


def test_the_poison_of_the_standard_is_refused_at_once() -> None:
    nodes = [f"_:e{number}" for number in range(10)]
    lines = [f"{one} <http:/example.com/p> {other} .\n" for one, other in product(nodes, nodes)]
    began = time.process_time()
    with pytest.raises(TooBig, match="not opened"):
        canonical_nquads("".join(lines).encode())
    assert time.process_time() - began < 0.1


def edges(pairs: Iterator[tuple[str, str]] | list[tuple[str, str]]) -> bytes:
    return "".join(f"_:{one} <urn:p> _:{other} .\n" for one, other in pairs).encode()


def tree(fans: tuple[int, ...], name: str = "t") -> list[tuple[str, str]]:
    """A tree whose nodes on one level have equally many children."""
    out, level = list[tuple[str, str]](), [name]
    for fan in fans:
        below = [(node, f"{node}c{number}") for node in level for number in range(fan)]
        out += below
        level = [child for _, child in below]
    return out


def nodes_of(pairs: list[tuple[str, str]]) -> list[str]:
    return sorted({node for pair in pairs for node in pair})


def texts(names: list[str], text: str) -> bytes:
    return "".join(f'_:{name} <urn:t> "{text}" .\n' for name in names).encode()


LAYERS = [(f"a{row}x{one}", f"a{row + 1}x{other}") for row in range(19) for one in range(2) for other in range(2)]
_HOSTILE: list[tuple[str, bytes, str]] = [
    ("a clique of three", edges([(a, b) for a in "abc" for b in "abc" if a != b]), "no tree"),
    ("twenty layers of two", edges(LAYERS), "no tree"),
    ("two equal parents of five", edges(tree((5,), "s") + tree((5,), "t")), "no tree"),
    ("two equal parents of eight", edges(tree((8,), "s") + tree((8,), "t")), "no tree"),
    ("two equal parents of ten", edges(tree((10,), "s") + tree((10,), "t")), "no tree"),
    ("a node that names itself", edges([("a", "a")]), "no tree"),
    ("a circle", edges([(f"n{i}", f"n{(i + 1) % 30}") for i in range(30)]), "no tree"),
    ("a circle with a tail", edges([("a", "b"), ("b", "c"), ("c", "a"), ("c", "d")]), "no tree"),
    ("a node named twice", edges([("a", "c"), ("b", "c")]), "no tree"),
    ("a node named twice by names", b"<urn:a> <urn:p> _:c .\n<urn:b> <urn:p> _:c .\n", "no tree"),
    ("a nameless graph of nameless nodes", b"_:a <urn:p> <urn:o> _:g .\n", "no tree"),
    ("sixty-five nodes", edges([(f"a{i}", f"b{i}") for i in range(33)]), "more than 64 nodes"),
    ("three hundred thousand nodes", texts([f"n{i}" for i in range(300_000)], "x"), "more than 64 nodes"),
    ("thirty-three that look alike", texts([f"n{i}" for i in range(33)], "x"), "look alike"),
    ("much said of what looks alike", texts(["a", "b"], "x" * 10_000), "look alike"),
    ("a long chain, all alike", edges([(f"n{i}", f"n{i + 1}") for i in range(40)]), "look alike"),
    ("very much said of one node", texts(["a"], "x" * 1_100_000), "1048576 bytes"),
    ("a text past all buffers", texts(["a"], "x" * 20_000_000), "text that is too long|1048576 bytes"),
    ("a big document", b"#" * 33 * 2**20, "larger than 33554432 bytes"),
    ("triples in triples", b"<urn:a> <urn:p> <<( <urn:a> <urn:p> <urn:o> )>> .\n", "no words for"),
    ("triples in triples in triples", b"<urn:a> <urn:p> " + b"<<( <urn:a> <urn:p> " * 50_000, "triples inside triples"),
    ("a direction", b'<urn:a> <urn:p> "x"@en--rtl .\n', "no words for"),
    ("a control character", rb'<urn:a> <urn:p> "a\u0000b" .' + b"\n", "control characters"),
    ("Turtle", b"@prefix : <urn:x> . :a :b :c .", "not readable as N-Quads"),
    ("cut off", b"<urn:a> <urn:p> <urn:", "not readable as N-Quads"),
    ("no UTF-8", b'<urn:a> <urn:p> "\xff" .', "not readable as N-Quads"),
]  # fmt: skip


@pytest.mark.parametrize(("data", "said"), [case[1:] for case in _HOSTILE], ids=[case[0] for case in _HOSTILE])
def test_a_hostile_graph_is_refused_in_bounded_time(data: bytes, said: str) -> None:
    began = time.process_time()
    with pytest.raises(Malformed, match=said):
        canonical_nquads(data)
    assert time.process_time() - began < 1


_WORST: list[tuple[str, list[tuple[str, str]]]] = [
    ("twelve trees", [pair for i in range(6) for pair in tree((4,), f"t{i}")]),
    ("a tree of twenty-one", tree((4, 4))),
    ("a stem and a tree", tree((1, 1, 1, 1, 4, 4))),
    ("stems between", tree((1, 1, 1, 1, 4, 1, 1, 4))),
    ("stems between, shorter", tree((1, 1, 4, 1, 4))),
    ("twins", tree((2, 2, 2), "s") + tree((2, 2, 2), "t")),
    ("twin chains", tree((1,) * 15, "s") + tree((1,) * 15, "t")),
]


@pytest.mark.parametrize(("pairs"), [case[1] for case in _WORST], ids=[case[0] for case in _WORST])
def test_the_worst_that_is_let_in_takes_less_than_a_second(pairs: list[tuple[str, str]]) -> None:
    names = nodes_of(pairs)
    data = edges(pairs) + texts(names, "x" * (12_000 // len(names)))
    began = time.process_time()
    found = canonical_nquads(data)
    assert time.process_time() - began < 1
    assert found.count(b"\n") == len(pairs) + len(names)


def test_a_long_text_of_a_named_node_costs_no_more_than_reading_it() -> None:
    data = b'<urn:a> <urn:p> "' + b"x" * 10_000_000 + b'" .\n'
    began = time.process_time()
    assert canonical_nquads(data + edges([("a", "b")])).endswith(b"_:c14n1 <urn:p> _:c14n0 .\n")
    assert time.process_time() - began < 1


def test_more_triples_than_the_limit_are_refused() -> None:
    data = "".join(f"<urn:a> <urn:p> <urn:{number}> .\n" for number in range(11)).encode()
    with pytest.raises(TooBig, match="more than 10 things"):
        canonical_nquads(data, Limits(triples=10))


# U+0085 and U+2028, which we read, end a line in the reader of the other one.
values = st.one_of(
    st.text(st.characters(max_codepoint=0x2FF, exclude_characters="\x85"), max_size=4),
    st.sampled_from(["\t", "\n", "\r", '"', "\\", "\u202e", "🌃"]),
)


@st.composite
def forests(draw: st.DrawFn) -> bytes:
    """Blank nodes below one another or below names, with texts and in graphs; often alike."""
    quads = []
    for number in range(draw(st.integers(1, 9))):
        above = draw(st.sampled_from(["<urn:s>", *(f"_:n{one}" for one in range(number))]))
        graph = draw(st.sampled_from(["", "", "<urn:g>"]))
        quads.append((above, f"<urn:p{draw(st.integers(0, 1))}>", f"_:n{number}", graph))
        for value in draw(st.lists(values, max_size=2)):
            kind = draw(st.sampled_from(["", "@en", "^^<urn:d>"]))
            term = str(ox.Literal(value)) + kind
            quads.append((f"_:n{number}", "<urn:t>", term, graph))
    return "".join(" ".join(filter(None, quad)) + " .\n" for quad in draw(st.permutations(quads))).encode()


@given(forests())
def test_two_implementations_agree_on_all_that_is_let_in(data: bytes) -> None:
    try:
        found = canonical_nquads(data)
    except Malformed:
        return
    assert found == by_pyld(data)


@given(forests(), st.randoms(use_true_random=False))
def test_order_and_labels_do_not_matter(data: bytes, chance: Any) -> None:
    try:
        found = canonical_nquads(data)
    except Malformed:
        return
    lines = data.decode().split(" .\n")[:-1]
    chance.shuffle(lines)
    again = "".join(f"{line} .\n" for line in lines).replace("_:n", "_:c14n").encode()
    assert canonical_nquads(again) == found
    assert canonical_nquads(found) == found


DIFFERENT = [*range(0x09), 0x0B, 0x0C, *range(0x0E, 0x20), 0x7F, 0xFFFE, 0xFFFF]


@pytest.mark.parametrize("code", DIFFERENT)
def test_characters_that_implementations_write_in_different_ways_are_refused(code: int) -> None:
    document = {"@context": {"p": "urn:p"}, "@id": "urn:s", "p": f"a{chr(code)}b"}
    options = {"algorithm": "URDNA2015", "format": "application/n-quads"}
    quads = ox.parse(json.dumps(document).encode(), format=ox.RdfFormat.JSON_LD)
    written = "".join(f"{quad} .\n" for quad in quads)
    # The reason; once it no longer holds, the bound can go.
    assert written != jsonld.normalize(document, options)
    with pytest.raises(Malformed, match="control characters"):
        canonical_jsonld(document)


WITH_VOCAB: dict[str, object] = {"@context": {"@vocab": "urn:x:"}, "@id": "urn:s"}
_READ_ALIKE: list[object] = [
    5, 5.0, 5.5, -0.0, 0.1, 1e-7, 123456789012345, 2**53, True, "x", ["a", "b"], {"@list": [1, 2]}, {"@list": []},
    {"@value": "x", "@language": "EN-us"}, {"@value": 5, "@type": "urn:d"}, {"@value": True, "@type": "urn:d"},
    {"@value": {"b": 1.0, "a": [0.1, "€"]}, "@type": "@json"}, {"a": {"b": "c"}}, {"@id": "urn:o"}, {"@type": "T"},
]  # fmt: skip


@pytest.mark.parametrize("value", _READ_ALIKE, ids=str)
def test_a_value_of_json_is_read_as_a_second_implementation_reads_it(value: object) -> None:
    document = WITH_VOCAB | {"p": value}
    options = {"algorithm": "URDNA2015", "format": "application/n-quads"}
    assert canonical_jsonld(document).decode() == jsonld.normalize(document, options)


def credentials(count: int, **more: object) -> dict[str, object]:
    subjects = [{"id": f"urn:s:{number}", "type": "VerifiableCredential"} | more for number in range(count)]
    return {"@context": VC, "type": "VerifiableCredential", "credentialSubject": subjects}


def nested(levels: int) -> dict[str, object]:
    inner: dict[str, object] = {"id": "urn:s"}
    for number in range(levels):
        inner = {"id": f"urn:s:{number}", "type": "VerifiableCredential", "credentialSubject": inner}
    return {"@context": VC, **inner}


_HEAVY: list[tuple[str, dict[str, object], str]] = [
    ("thousand objects", credentials(1000), "10000 values or 1000 objects"),
    ("twenty thousand values", WITH_VOCAB | {"p": [str(number) for number in range(20_000)]}, "10000 values"),
    ("a hundred levels", nested(100), "nested deeper than 64"),
    ("nine contexts", {"@id": "urn:s", "@context": [VC] * 9}, "more than 8 vocabularies"),
    ("a context inside a context", {"@context": {"a": {"@id": "urn:a", "@context": {}}}}, "vocabulary of its own"),
    ("an import", {"@context": {"@import": "https://a.example/"}}, "vocabulary of its own"),
    ("a context that is none", {"@context": 5}, "vocabulary we do not load"),
    ("a context nobody carries", {"@context": "https://a.example/\x1b"}, r"https://a.example/\\x1b, which lifepod"),
    ("a text past all buffers", WITH_VOCAB | {"p": "x" * 20_000_000}, "text that is too long"),
    ("a number that is none", WITH_VOCAB | {"p": float("inf")}, "not every reader"),
    ("a clique", {"@context": {"p": {"@id": "urn:p", "@type": "@id"}}, "@graph": [
        {"@id": f"_:{one}", "p": [f"_:{other}" for other in "abcdefghij"]} for one in "abcdefghij"
    ]}, "no tree"),
]  # fmt: skip


@pytest.mark.parametrize(("document", "said"), [case[1:] for case in _HEAVY], ids=[case[0] for case in _HEAVY])
def test_a_heavy_document_is_refused_in_bounded_time(document: dict[str, object], said: str) -> None:
    began = time.process_time()
    with pytest.raises(Malformed, match=said):
        canonical_jsonld(document)
    assert time.process_time() - began < 1


@pytest.mark.parametrize("document", [credentials(990), nested(30)], ids=["many objects", "many levels"])
def test_the_heaviest_document_that_is_let_in_takes_less_than_two_seconds(document: dict[str, object]) -> None:
    began = time.process_time()
    canonical_jsonld(document)
    assert time.process_time() - began < 2


def test_a_document_is_read_whole_or_not_at_all() -> None:
    assert read_document(b'{"a": [1, "x,[{"]}') == {"a": [1, "x,[{"]}
    with pytest.raises(TooBig, match="larger than 10 bytes"):
        read_document(b'{"a": "123456"}', Limits(document_bytes=10))
