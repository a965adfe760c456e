"""Graphs and terms out of thin air, for the property tests of this room."""

from __future__ import annotations

from hypothesis import strategies as st
from rdflib import Graph, Literal, URIRef
from rdflib.term import Node

from lifepod import names

BASE = "https://pod.example/journal/2025.ttl"

_TEXT = st.text(alphabet=st.characters(exclude_categories=["Cs"]), max_size=12)
_IRIS = st.sampled_from(
    [
        BASE,
        BASE + "#20250101T000000Z-1f0c",
        BASE + "#20250101T000000Z-1f0c-object",
        "https://pod.example/journal/2025.ttl?q=1",
        "https://pod.example/",
        "https://pod.example/a%20b",
        "https://other.example/ü/東京#me",
        "urn:uuid:4f8c98d9-0000-4000-8000-000000000000",
        "mailto:ada@example.org",
        names.RDF_TYPE,
        names.SCHEMA + "name",
        names.SCHEMA + "9lives",
        names.SCHEMA + "a.b",
        names.SCHEMA + "a/b",
        names.LP_AD,
        names.LP,
    ]
)
_LEXICAL = st.sampled_from(
    [
        ("01", names.XSD_INTEGER), ("1.50", names.XSD_DECIMAL), ("+3", names.XSD_INTEGER), ("1", names.XSD_BOOLEAN),
        ("2025-12-01T20:15:00Z", names.XSD_DATETIME), ("2025-12-01T20:15:00+00:00", names.XSD_DATETIME),
        ("2025-12-01", names.XSD_DATE), ("no date", names.XSD_DATE), ("PT60M", names.XSD_DURATION),
    ]
)  # fmt: skip
_LITERALS = st.one_of(
    _TEXT.map(Literal),
    st.builds(lambda text, tag: Literal(text, lang=tag), _TEXT, st.sampled_from(["en", "de-ch"])),
    _LEXICAL.map(lambda pair: Literal(pair[0], datatype=URIRef(pair[1]), normalize=False)),
)
_RESOURCES = _IRIS.map(URIRef)

TRIPLES: st.SearchStrategy[tuple[Node, Node, Node]] = st.tuples(
    _RESOURCES, _RESOURCES, st.one_of(_RESOURCES, _LITERALS)
)


def graph_with(triples: list[tuple[Node, Node, Node]]) -> Graph:
    """A graph of these triples."""
    graph = Graph()
    for triple in triples:
        graph.add(triple)
    return graph


GRAPHS = st.lists(TRIPLES, max_size=12).map(graph_with)
