"""Patches as text: what they say, when there is none, and that they lead from the old graph to the new one."""

from __future__ import annotations

import re

import pyoxigraph as ox
import pytest
from hypothesis import given
from rdflib import BNode, Graph, Literal, URIRef
from rdflib.graph import QuotedGraph
from tests.rdf.graphs import BASE, GRAPHS

from lifepod.names import SOLID
from lifepod.rdf.patch import N3, SPARQL, n3_patch, patches, sparql_update
from lifepod.rdf.turtle import copy_of, graph_of, parse_turtle, write_turtle

S, P = URIRef("https://pod.example/s"), URIRef("https://schema.org/name")


def read(text: str) -> Graph:
    return parse_turtle(text.encode(), BASE)


def clause(patch: str, verb: str) -> Graph:
    """The triples of one clause, read as N-Triples; nothing of our own code takes part."""
    found = re.search(rf" solid:{verb} \{{\n((?:    [^\n]* \.\n)*)  \}}", patch)
    lines = found.group(1) if found else ""
    return graph_of(quad for quad in ox.parse(lines, format=ox.RdfFormat.N_QUADS) if isinstance(quad, ox.Quad))


def applied(patch: str, old: Graph) -> Graph:
    """What a server makes of the patch; deleting what is not there is a conflict."""
    new = copy_of(old)
    for triple in clause(patch, "deletes"):
        assert triple in new, "409"
        new.remove(triple)
    for triple in clause(patch, "inserts"):
        new.add(triple)
    return new


@given(GRAPHS, GRAPHS)
def test_a_patch_applied_to_the_old_graph_gives_the_new_one(old: Graph, new: Graph) -> None:
    patch = n3_patch(old, new)
    assert patch is not None
    assert set(applied(patch, old)) == set(new)


@given(GRAPHS, GRAPHS)
def test_a_patch_says_no_more_than_what_changes(old: Graph, new: Graph) -> None:
    patch = n3_patch(old, new)
    assert patch is not None
    assert set(clause(patch, "deletes")) == set(old) - set(new)
    assert set(clause(patch, "inserts")) == set(new) - set(old)
    assert ("solid:deletes" in patch, "solid:inserts" in patch) == (
        bool(set(old) - set(new)),
        bool(set(new) - set(old)),
    )


def test_the_text_of_a_patch() -> None:
    old, new = read(f'<{S}> <{P}> "old" .'), read(f'<{S}> <{P}> "new", "newer" .')
    assert n3_patch(old, new) == (
        "@prefix solid: <http://www.w3.org/ns/solid/terms#>.\n"
        "_:patch a solid:InsertDeletePatch ;\n"
        "  solid:deletes {\n"
        '    <https://pod.example/s> <https://schema.org/name> "old" .\n'
        "  } ;\n"
        "  solid:inserts {\n"
        '    <https://pod.example/s> <https://schema.org/name> "new" .\n'
        '    <https://pod.example/s> <https://schema.org/name> "newer" .\n'
        "  } .\n"
    )


@pytest.mark.filterwarnings("ignore:Dataset.default_context:DeprecationWarning")  # of that library, by itself
def test_another_library_reads_the_patch_as_n3() -> None:
    old = read(f'<{S}> <{P}> "}} ; {{"@en , 1.5 .')
    new = read(f'<{S}> <{P}> "a\\n\\"b\\"\\\\ \\u2028 ü" , <#x> .')
    patch = Graph().parse(data=n3_patch(old, new), format="n3", publicID=BASE)
    for verb, graph in (("deletes", old), ("inserts", new)):
        (formula,) = patch.objects(None, URIRef(SOLID + verb))
        assert isinstance(formula, QuotedGraph)
        assert set(formula) == set(graph)


def test_a_value_is_deleted_in_the_digits_it_was_written_in() -> None:
    old = read(f'<{S}> <{P}> 01, "2025-12-01T20:15:00Z"^^<http://www.w3.org/2001/XMLSchema#dateTime> .')
    patch = n3_patch(old, Graph())
    assert patch is not None
    assert '"01"^^<http://www.w3.org/2001/XMLSchema#integer>' in patch
    assert '"2025-12-01T20:15:00Z"^^<http://www.w3.org/2001/XMLSchema#dateTime>' in patch


@pytest.mark.parametrize(
    "unnamed", ["<#s> <#p> [] .", "[] <#p> <#o> .", "<#s> <#p> ( 1 2 ) ."], ids=["object", "subject", "list"]
)
def test_a_change_that_touches_an_unnamed_node_is_no_patch(unnamed: str) -> None:
    old, new = read("<#a> <#p> 1 ."), read(f"<#a> <#p> 1 . {unnamed}")
    assert n3_patch(old, new) is None
    assert n3_patch(new, old) is None


def test_an_unnamed_node_that_stays_as_it_is_does_not_stand_in_the_way() -> None:
    old = read("<#s> <#p> [ <#q> 1 ] .")
    new = copy_of(old)
    new.add((S, P, Literal("x")))
    patch = n3_patch(old, new)
    assert patch is not None
    assert "_:" not in patch.replace("_:patch", "")
    assert set(applied(patch, old)) == set(new)


@given(GRAPHS, GRAPHS)
def test_an_update_in_sparql_turns_one_graph_into_the_other(old: Graph, new: Graph) -> None:
    update = sparql_update(old, new)
    if update is None:
        assert any(isinstance(term, BNode) for triple in set(old) ^ set(new) for term in triple)
        return
    store, wanted = ox.Store(), ox.Store()
    store.load(write_turtle(old), format=ox.RdfFormat.TURTLE)
    store.update(update)
    wanted.load(write_turtle(new), format=ox.RdfFormat.TURTLE)
    assert {quad.triple for quad in store} == {quad.triple for quad in wanted}


@pytest.mark.parametrize(
    ("accepted", "ways"),
    [
        ({N3}, [N3]),
        ({SPARQL}, [SPARQL]),
        ({N3, SPARQL}, [N3, SPARQL]),
        (set(), [N3]),
        ({"application/json-patch+json"}, [N3]),
    ],
)
def test_a_change_is_said_in_a_language_the_server_takes(accepted: set[str], ways: list[str]) -> None:
    found = patches(read("<#s> <#p> 1 ."), read("<#s> <#p> 2 ."), accepted)
    assert [patch.content_type for patch in found] == ways
    assert patches(read("<#s> <#p> 1 ."), read("<#s> <#p> [] ."), accepted) == ()
