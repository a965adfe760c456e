"""One door to both access control languages: documents into rules, and edits of documents.

It refuses to read or edit anything where the language is not decided.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Protocol

from lifepod.access import acp, wac
from lifepod.access.idle import idle_in
from lifepod.access.rules import Mode, Rule
from lifepod.access.servers import Dialect, Server
from lifepod.names import VCARD_HAS_MEMBER
from lifepod.rdf.turtle import Document, Graph, iris, parse_turtle, without_triple, write_turtle


class _Codec(Protocol):
    """What both languages can do to the graph of a document."""

    def names_place(self, graph: Graph, place: str) -> bool: ...
    def with_agent(self, graph: Graph, document: str, place: str, agent: str, modes: Iterable[Mode]) -> Graph: ...
    def without_agent(self, graph: Graph, document: str, agent: str, modes: frozenset[Mode]) -> Graph: ...
    def with_agent_here(self, graph: Graph, document: str, place: str, agent: str, modes: Iterable[Mode]) -> Graph: ...
    def with_signed_in(self, graph: Graph, document: str, place: str, modes: Iterable[Mode]) -> Graph: ...
    def with_public(self, graph: Graph, document: str, place: str, modes: Iterable[Mode]) -> Graph: ...
    def without_public(self, graph: Graph) -> Graph: ...
    def without_audience(self, graph: Graph, keep: frozenset[str]) -> Graph: ...


def _codec(server: Server) -> _Codec:
    # Modules, each with these functions.
    return acp if server.dialect is Dialect.ACP else wac


def rules_of(document: Document, place: str, server: Server) -> tuple[Rule, ...]:
    """The rules a control document holds for ``place``."""
    if server.dialect is Dialect.ACP:
        return acp.read_rules(document.graph, document.url, place, server)
    return wac.read_rules(document.graph, document.url, place, server)


def idle_of(document: Document, place: str, server: Server) -> tuple[str, ...]:
    """What stands in a control document and has no effect, in words."""
    return idle_in(document.graph, place, server)


def written_rules(document: Document, place: str, server: Server) -> tuple[Rule, ...]:
    """The rules a reader will find once the document is written: they must be those that were planned."""
    back = parse_turtle(write_turtle(document.graph), document.url)
    return rules_of(Document(document.url, back), place, server)


def names_place(document: Document, place: str, server: Server) -> bool:
    """Whether the document speaks of ``place`` at all: the check on an address that was learned, not given."""
    return _codec(server).names_place(document.graph, place)


def with_agent(document: Document, place: str, agent: str, modes: Iterable[Mode], server: Server) -> Graph:
    """The document's graph with access for this agent alone; unchanged where it says so already."""
    return _codec(server).with_agent(document.graph, document.url, place, agent, modes)


def with_agent_here(document: Document, place: str, agent: str, modes: Iterable[Mode], server: Server) -> Graph:
    """As :func:`with_agent`, at the place alone and not below."""
    return _codec(server).with_agent_here(document.graph, document.url, place, agent, modes)


def without_agent(document: Document, agent: str, modes: frozenset[Mode], server: Server) -> Graph:
    """The document's graph in which no rule gives this agent any of ``modes`` by name; nobody else's access moves.

    The very graph, not a copy, where no rule names the agent.
    """
    return _codec(server).without_agent(document.graph, document.url, agent, modes)


def with_denial(document: Document, place: str, agent: str, modes: Iterable[Mode], server: Server) -> Graph:
    """The document's graph with a denial for this one agent; only ACP has that."""
    assert server.dialect is Dialect.ACP, "WAC has no denials"
    return acp.with_denial(document.graph, document.url, place, agent, modes)


def for_these_alone(document: Document, keep: frozenset[str], server: Server) -> Graph:
    """The document's graph in which rules let in nobody but these agents."""
    return _codec(server).without_audience(document.graph, keep)


def without_public(document: Document, server: Server) -> Graph:
    """The document's graph in which no rule names the public."""
    return _codec(server).without_public(document.graph)


def with_signed_in(document: Document, place: str, modes: Iterable[Mode], server: Server) -> Graph:
    """The document's graph with access for anyone signed in, at the place alone."""
    return _codec(server).with_signed_in(document.graph, document.url, place, modes)


def with_public(document: Document, place: str, modes: Iterable[Mode], server: Server) -> Graph:
    """The document's graph with access for everyone, at the place and below."""
    return _codec(server).with_public(document.graph, document.url, place, modes)


def first_document(inherited: Document | None, source: str, place: str, own: str, server: Server) -> Document | None:
    """What a first control document ``own`` of ``place`` must say so that nothing changes yet.

    In WAC it replaces what was inherited, so that is copied (access W3); ``None`` where it could not be read. In ACP it
    adds to what is inherited, so it begins empty (A4).
    """
    if server.dialect is Dialect.ACP:
        return Document(own, Graph())
    if inherited is None:
        return None
    return Document(own, wac.inherited_copy(inherited.graph, source, own, place))


def members_of(document: Document, group: str) -> tuple[str, ...]:
    """The members of exactly this group (https://solidproject.org/TR/wac#acl-agentgroup)."""
    return iris(document.graph, group, VCARD_HAS_MEMBER)


def without_member(document: Document, group: str, agent: str) -> Graph:
    """A copy of a group's document without one member; everything else stays."""
    return without_triple(document.graph, group, VCARD_HAS_MEMBER, agent)
