"""What a write should have left and what is found instead, and how a graph is written whole: decisions, no request.

It refuses to ask for anything, and to write a document in another media type than its readers know it in.
"""

from __future__ import annotations

from lifepod.errors import LifepodError, Unconfirmed, Undecided
from lifepod.limits import Limits
from lifepod.plain import plain
from lifepod.rdf.patch import Patch as Patch
from lifepod.rdf.patch import patches as patches
from lifepod.rdf.turtle import Document, Graph, parse_turtle, same_triples, write_turtle
from lifepod.solid.reading import document_of
from lifepod.solid.wire import JSON_LD, TURTLE, Reply


def holds(now: Reply, data: bytes, limits: Limits) -> bool:
    """Whether an answer holds what was sent, be it in other words."""
    if now.status != 200 or now.body == data:
        return now.status == 200
    try:
        return same_triples(document_of(now, limits).graph, parse_turtle(data, now.url, limits))
    except LifepodError:
        return False


def left_to_do(before: Document, after: Graph, now: Document) -> dict[str, str]:
    """After a patch: the guard to write the whole with, where the server did not do all of it; else empty.

    Raises :class:`Unconfirmed` where it holds something that is neither.
    """
    if same_triples(now.graph, after):
        return {}
    old, new, there = set(before.graph), set(after), set(now.graph)
    if now.etag is None or not (same_triples(now.graph, before.graph) or old & new <= there <= old | new):
        raise Unconfirmed(f"{plain(before.url)} was patched, but now holds something else.", place=before.url)
    return {"If-Match": now.etag}


def as_stored(graph: Graph, stored: Reply | None, limits: Limits) -> tuple[str, bytes]:
    """Media type and bytes of a graph for a place that answers as ``stored`` when asked for as it lies there.

    Servers hand out Turtle for what is stored as JSON-LD, whose readers want it back. Raises :class:`Undecided` where
    the graph cannot be said in that.
    """
    if stored is None or stored.status != 200 or stored.content_type != JSON_LD:
        return TURTLE, write_turtle(graph)
    data = graph.serialize(format="json-ld", encoding="utf-8")
    try:
        said = document_of(Reply(stored.url, 200, {"content-type": JSON_LD}, data), limits).graph
    except LifepodError:
        said = Graph()
    if same_triples(said, graph):
        return JSON_LD, data
    raise Undecided(
        f"{plain(stored.url)} is stored as JSON-LD, which this change cannot be written in.",
        advice="Write it as Turtle if its readers know that (write), or change what has names only. Nothing was sent.",
    )
