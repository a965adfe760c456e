"""What stands in an access document and has no effect, in words: rules that somebody thought would do something.

It refuses to mend anything, and to say so of a rule that works on some server: for that there are notes beside rules.
"""

from __future__ import annotations

from collections.abc import Iterator

from rdflib import BNode, Graph, URIRef
from rdflib.term import Node

from lifepod import names
from lifepod.access.servers import Dialect, Server

_TYPE, _AUTHORIZATION = URIRef(names.RDF_TYPE), URIRef(names.ACL_AUTHORIZATION)
_MODE = URIRef(names.ACL_MODE)
_OBJECTS = (URIRef(names.ACL_ACCESS_TO), URIRef(names.ACL_DEFAULT))
_AGENT, _CLASS, _GROUP = (URIRef(i) for i in (names.ACL_AGENT, names.ACL_AGENT_CLASS, names.ACL_AGENT_GROUP))
_PARTS = (_MODE, *_OBJECTS, _AGENT, _CLASS, _GROUP)
_MODES = {names.ACL_READ, names.ACL_APPEND, names.ACL_WRITE, names.ACL_CONTROL}
_EVERYONE, _SIGNED_IN = URIRef(names.FOAF_AGENT), URIRef(names.ACL_AUTHENTICATED)
_RESOURCE, _APPLY = URIRef(names.ACP + "resource"), URIRef(names.ACP + "apply")
_ALL, _ANY = URIRef(names.ACP + "allOf"), URIRef(names.ACP + "anyOf")


def idle_in(graph: Graph, place: str, server: Server) -> tuple[str, ...]:
    """What has no effect in the access document of ``place``, one sentence each, sorted."""
    found = _policies(graph, place, server) if server.dialect is Dialect.ACP else _authorizations(graph, place)
    return tuple(sorted(set(found)))


def _authorizations(graph: Graph, place: str) -> Iterator[str]:
    nodes = {*graph.subjects(_TYPE, _AUTHORIZATION), *(s for p in _PARTS for s in graph.subjects(p))}
    for node in nodes:
        objects = {str(o) for p in _OBJECTS for o in graph.objects(node, p)}
        for other in objects - {place}:
            # Compared as text: another spelling of the same address is another place (access W25).
            yield f"{_name(node)} names {other}, and this document speaks for {place} alone"
        if not objects:
            yield f"{_name(node)} names no place"
        if (node, _TYPE, _AUTHORIZATION) not in graph:
            yield f"{_name(node)} is not typed acl:Authorization; some servers take it for a rule all the same"
        if not any(str(mode) in _MODES for mode in graph.objects(node, _MODE)):  # servers take text for it too
            yield f"{_name(node)} names no mode that servers know"
        if (node, _AGENT, _EVERYONE) in graph:
            yield f"{_name(node)} names the class of all agents as one agent, which is nobody"
        elif not _has_audience(graph, node):
            yield f"{_name(node)} names nobody"


def _has_audience(graph: Graph, node: Node) -> bool:
    named = [o for p in (_AGENT, _GROUP) for o in graph.objects(node, p)]
    classes = [c for c in graph.objects(node, _CLASS) if c in (_EVERYONE, _SIGNED_IN)]
    return any(isinstance(o, URIRef) for o in (*named, *classes))


def _policies(graph: Graph, place: str, server: Server) -> Iterator[str]:
    if len(graph) and place not in map(str, graph.objects(None, _RESOURCE)):
        yield f"it has no entry for {place}"
    for policy in set(graph.objects(None, _APPLY)):
        if (policy, None, None) not in graph:
            if server.is_measured:
                yield f"{_name(policy)} is in another document, which this server does not read"
        elif (policy, _ALL, None) not in graph and (policy, _ANY, None) not in graph:
            yield f"{_name(policy)} has no matcher that must hold, so it is never satisfied"


def _name(node: Node) -> str:
    return "a rule without a name" if isinstance(node, BNode) else str(node)
