"""Access documents of a new pod: a root closed to the public, containers for the owner alone, an inbox.

It refuses to write, and to give out a document that does not keep the owner in control.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace

from lifepod.access import dialects
from lifepod.access.rules import PUBLIC, Mode
from lifepod.access.servers import Server
from lifepod.errors import WouldLockOut
from lifepod.rdf.turtle import Document, Graph, same_triples


def private_rules(document: str, place: str, owner: str, server: Server, modes: Iterable[Mode] = Mode) -> Graph:
    """The smallest access document that names the owner alone, for a place and all below."""
    return dialects.with_agent(Document(document, Graph()), place, owner, modes, server)


@dataclass(frozen=True, slots=True)
class Opens:
    """Whom a new container lets in beside its owner."""

    readers: tuple[str, ...] = ()
    """WebIDs that may read it and what is put there."""
    adders: tuple[str, ...] = ()
    """WebIDs that may add to it, and not change what lies there."""
    public: bool = False
    """Whether everyone may read it and what is put there."""
    signed_in: bool = False
    """Whether anyone signed in may add to it: an inbox (https://www.w3.org/TR/ldn/#receiver)."""


def room_rules(document: Document, place: str, owner: str, server: Server, opens: Opens) -> Graph:
    """The document of a container with these rules and no others; the owner keeps all of it."""
    now = replace(document, graph=private_rules(document.url, place, owner, server))
    for reader in opens.readers:
        now = replace(now, graph=dialects.with_agent(now, place, reader, {Mode.READ}, server))
    for adder in opens.adders:
        now = replace(now, graph=dialects.with_agent_here(now, place, adder, {Mode.APPEND}, server))
    if opens.public:
        now = replace(now, graph=dialects.with_public(now, place, {Mode.READ}, server))
    if opens.signed_in:
        now = replace(now, graph=dialects.with_signed_in(now, place, {Mode.APPEND}, server))
    return now.graph


def closed_to_public(document: Document, place: str, owner: str, server: Server) -> Graph | None:
    """The document without what it gives the public, ``None`` where it gives nothing; raises :class:`WouldLockOut`."""
    graph = dialects.without_public(document, server)
    if same_triples(graph, document.graph):
        return None
    rules = dialects.rules_of(replace(document, graph=graph), place, server)
    if any(PUBLIC in rule.audience for rule in rules):
        raise WouldLockOut(f"What {place} gives the public cannot be taken away rule by rule.", place=place)
    keeps = [rule for rule in rules if Mode.CONTROL in rule.modes and rule.lets_in(owner)]
    if not any(rule.here for rule in keeps) or not any(rule.below for rule in keeps):
        raise WouldLockOut(f"The access document of {place} does not name you with control.", place=place, who=owner)
    return graph
