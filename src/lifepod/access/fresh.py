"""Access documents of a new pod: a root closed to the public, containers for the owner alone, an inbox.

It refuses to write, and to give out a document that does not keep the owner in control.
"""

from __future__ import annotations

from rdflib import Graph

from lifepod.access import wac
from lifepod.access.rules import PUBLIC, Kind, Mode, Who
from lifepod.errors import WouldLockOut
from lifepod.rdf.turtle import Document, same_triples


def private_rules(document: str, place: str, owner: str) -> Graph:
    """The smallest ACL that keeps a place, and all below, for its owner alone."""
    return wac.with_agent(Graph(), document, place, owner, Mode)


def inbox_rules(document: str, place: str, owner: str) -> Graph:
    """As :func:`private_rules`, and anyone signed in may append here (https://www.w3.org/TR/ldn/#receiver)."""
    return wac.with_signed_in(private_rules(document, place, owner), document, place, {Mode.APPEND})


def closed_to_public(document: Document, place: str, owner: str) -> Graph | None:
    """The ACL without what it gives the public, ``None`` where it gives nothing; raises :class:`WouldLockOut`."""
    graph = wac.without_public(document.graph)
    if same_triples(graph, document.graph):
        return None
    rules = wac.read_rules(graph, document.url, place)
    if any(PUBLIC in rule.audience for rule in rules):
        raise WouldLockOut(f"What {place} gives the public cannot be taken away rule by rule.", place=place)
    keeps = [r for r in rules if Mode.CONTROL in r.modes and Who(Kind.AGENT, owner) in r.audience and not r.notes]
    if not any(r.here for r in keeps) or not any(r.below for r in keeps):
        raise WouldLockOut(f"The access document of {place} does not name you with control.", place=place, who=owner)
    return graph
