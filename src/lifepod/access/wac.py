"""ACL document ⇄ rules, after Web Access Control 1.0 (https://solidproject.org/TR/wac).

It refuses to append ``.acl`` to a URL, to name a rule after a part of a WebID, and to drop what it cannot read: edits
are made in the graph as it was read, so unknown triples, conditions and origins stay.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator

from rdflib import BNode, Graph, Literal, URIRef
from rdflib.term import Node

from lifepod import names
from lifepod.access.rules import PUBLIC, SIGNED_IN, Kind, Mode, Rule, Test, Who
from lifepod.access.servers import Dialect, Server
from lifepod.rdf.turtle import copy_of

IRI_OF = {
    Mode.READ: URIRef(names.ACL_READ),
    Mode.APPEND: URIRef(names.ACL_APPEND),
    Mode.WRITE: URIRef(names.ACL_WRITE),
    Mode.CONTROL: URIRef(names.ACL_CONTROL),
}
"""Modes as both languages write them."""
_MODE_OF = {str(iri): mode for mode, iri in IRI_OF.items()}
_TYPE = URIRef(names.RDF_TYPE)
_AGENT, _CLASS, _GROUP = (URIRef(i) for i in (names.ACL_AGENT, names.ACL_AGENT_CLASS, names.ACL_AGENT_GROUP))
_ACCESS_TO, _DEFAULT, _MODE = (URIRef(i) for i in (names.ACL_ACCESS_TO, names.ACL_DEFAULT, names.ACL_MODE))
_ORIGIN, _CONDITION = URIRef(names.ACL_ORIGIN), URIRef(names.ACL_CONDITION)
_AUTHORIZATION = URIRef(names.ACL_AUTHORIZATION)
_CSS = Server(Dialect.WAC, "css")


def mode_of(term: Node) -> Mode | None:
    """The mode a term names, also where somebody wrote its IRI as text."""
    return _MODE_OF.get(str(term))


def read_rules(graph: Graph, document: str, place: str, server: Server = _CSS) -> tuple[Rule, ...]:
    """The rules of the ACL ``document`` that belongs to ``place``; what grants nothing is left out (W5, W8, W11, W16).

    ``place`` is compared as text (W25). A mode that is text counts where that was measured, and is *unclear* elsewhere.
    Order-free: sorted by node.
    """
    nodes = set(graph.subjects(_TYPE, _AUTHORIZATION))
    rules = (rule for node in nodes for rule in _rules(graph, node, (document, place), server))
    return tuple(sorted(rules, key=_rule_order))


def _rule_order(rule: Rule) -> tuple[str, list[Mode], list[Who], bool]:
    return rule.node, sorted(rule.modes), sorted(rule.audience), rule.here


def names_place(graph: Graph, place: str) -> bool:
    """Whether any rule of the document names ``place``: the check that a learned ACL address was right."""
    own = URIRef(place)
    return any((None, p, own) in graph for p in (_ACCESS_TO, _DEFAULT))


def _rules(graph: Graph, node: Node, where: tuple[str, str], server: Server) -> Iterator[Rule]:
    document, place = where
    own = URIRef(place)
    here, below = (node, _ACCESS_TO, own) in graph, (node, _DEFAULT, own) in graph and place.endswith("/")
    who = tuple(sorted(_subjects(graph, node)))
    if not (here or below) or not who:
        return
    given = list(graph.objects(node, _MODE))
    sure = {mode_of(term) for term in given if server.is_measured or not isinstance(term, Literal)}
    origins = tuple(sorted(str(o) for o in graph.objects(node, _ORIGIN)))
    notes = tuple(f"origin {o}" for o in origins)
    notes += tuple("condition" for _ in graph.objects(node, _CONDITION))
    for modes, unclear in ((sure, False), ({mode_of(term) for term in given} - sure, True)):
        if known := frozenset(mode for mode in modes if mode is not None):
            yield Rule(
                document=document,
                node="_:" if isinstance(node, BNode) else str(node),  # blank names change at every reading
                modes=known,
                every=(Test(who=who, origins=origins, unclear=unclear),),
                here=here,
                below=below,
                notes=notes,
            )


def _subjects(graph: Graph, node: Node) -> Iterator[Who]:
    for agent in graph.objects(node, _AGENT):
        if isinstance(agent, URIRef):
            yield Who(Kind.AGENT, str(agent))
    for group in graph.objects(node, _GROUP):
        if isinstance(group, URIRef):
            yield Who(Kind.GROUP, str(group))
    for cls in graph.objects(node, _CLASS):
        if str(cls) == names.FOAF_AGENT and not isinstance(cls, Literal):
            yield PUBLIC
        elif str(cls) == names.ACL_AUTHENTICATED and not isinstance(cls, Literal):
            yield SIGNED_IN


def inherited_copy(graph: Graph, ancestor: str, document: str, place: str) -> Graph:
    """A first own ACL ``document`` for ``place`` that says what it inherits today from the ACL of ``ancestor``.

    Every rule with ``acl:default <ancestor>`` is copied whole, its objects rewritten to the place; a container keeps
    passing them on (access §8, WAC recipes).
    """
    out = Graph()
    for node in sorted(set(graph.subjects(_DEFAULT, URIRef(ancestor))), key=str):
        copy = minted(document, str(node), "inherited")
        for predicate, obj in graph.predicate_objects(node):
            if predicate not in (_ACCESS_TO, _DEFAULT):
                _copy(graph, out, copy, (predicate, obj))
        _aim(out, copy, place)
    return out


def named_as_in(graph: Graph, copy: Graph) -> Graph:
    """The ``copy`` with each rule that says just what a rule of ``graph`` says under the name it has there.

    A copy of a rule without a name gets another name at every reading.
    """
    out, named = Graph(), {about: node for node, about in _described(graph)}
    for node, about in _described(copy):
        for predicate, obj in about:
            out.add((named.get(about, node), predicate, obj))
    return out


def _described(graph: Graph) -> Iterator[tuple[Node, frozenset[tuple[Node, Node]]]]:
    return ((node, frozenset(graph.predicate_objects(node))) for node in set(graph.subjects()))


def _copy(source: Graph, out: Graph, subject: Node, said: tuple[Node, Node], depth: int = 32) -> None:
    predicate, obj = said
    out.add((subject, predicate, obj))
    if isinstance(obj, BNode) and depth > 0 and (obj, None, None) not in out:
        for pair in source.predicate_objects(obj):
            _copy(source, out, obj, pair, depth - 1)


def _aim(graph: Graph, node: Node, place: str) -> None:
    graph.add((node, _ACCESS_TO, URIRef(place)))
    if place.endswith("/"):
        graph.add((node, _DEFAULT, URIRef(place)))


def with_agent(graph: Graph, document: str, place: str, agent: str, modes: Iterable[Mode]) -> Graph:
    """A copy of the ACL with one more authorization, for this agent alone; unchanged where it says so already."""
    out = copy_of(graph)
    wanted = frozenset(modes)
    node = minted(document, agent, place, ",".join(sorted(wanted)))
    out.add((node, _TYPE, _AUTHORIZATION))
    out.add((node, _AGENT, URIRef(agent)))
    for mode in wanted:
        out.add((node, _MODE, IRI_OF[mode]))
    _aim(out, node, place)
    return out


def without_agent(graph: Graph, document: str, agent: str, modes: frozenset[Mode] = frozenset(Mode)) -> Graph:
    """A copy of the ACL in which no rule gives this agent any of ``modes`` by name, be names IRIs or text.

    A rule shared with others is split, never dropped (P7): the others keep it whole, the agent keeps the modes that
    were not taken. Taking Append takes Write too, which implies it; taking Write alone leaves Append (W14).
    """
    mine = {(node, who) for node, who in graph.subject_objects(_AGENT) if str(who) == agent}
    if not mine:
        return graph
    out = copy_of(graph)
    for node, who in sorted(mine, key=lambda pair: (str(pair[0]), isinstance(pair[1], Literal))):
        given = set(graph.objects(node, _MODE))
        held = {mode for mode in map(mode_of, given) if mode is not None}
        kept = _kept(held, modes)
        if kept == held:
            continue
        left: set[Node] = {term for term in given if mode_of(term) in kept} | {IRI_OF[m] for m in kept - held}
        if modes != frozenset(Mode):
            left |= {term for term in given if mode_of(term) is None}  # modes of a later version are not ours to drop
        if any(str(o) != agent for p in (_AGENT, _CLASS, _GROUP) for o in graph.objects(node, p)):
            out.remove((node, _AGENT, who))
            _split(graph, out, node, (minted(document, str(node), agent, ",".join(sorted(map(str, left)))), who, left))
        elif left:
            out.remove((node, _MODE, None))
            for mode in left:
                out.add((node, _MODE, mode))
        else:
            out.remove((node, None, None))
            _drop_orphans(out, graph, node)
    return out


def _kept(held: set[Mode], taken: frozenset[Mode]) -> set[Mode]:
    kept = held - taken
    if Mode.APPEND in taken:
        kept.discard(Mode.WRITE)
    elif Mode.WRITE in taken and Mode.WRITE in held:
        kept.add(Mode.APPEND)
    return kept


def _split(graph: Graph, out: Graph, node: Node, part: tuple[URIRef, Node, set[Node]]) -> None:
    copy, who, left = part
    if not left:
        return
    for predicate, obj in graph.predicate_objects(node):
        if predicate not in (_AGENT, _CLASS, _GROUP, _MODE):
            _copy(graph, out, copy, (predicate, obj))
    out.add((copy, _AGENT, who))
    for mode in left:
        out.add((copy, _MODE, mode))


def _drop_orphans(out: Graph, graph: Graph, node: Node) -> None:
    for obj in graph.objects(node):
        if isinstance(obj, BNode) and (None, None, obj) not in out and (obj, None, None) in out:
            out.remove((obj, None, None))
            _drop_orphans(out, graph, obj)


def with_agent_here(graph: Graph, document: str, place: str, agent: str, modes: Iterable[Mode]) -> Graph:
    """As :func:`with_agent`, at the place alone: who may add to a container may not change what lies in it (W9)."""
    wanted = frozenset(modes)
    node = minted(document, agent, place, "here", ",".join(sorted(wanted)))
    return _authorized(graph, node, (_AGENT, URIRef(agent)), (place, wanted))


def with_signed_in(graph: Graph, document: str, place: str, modes: Iterable[Mode]) -> Graph:
    """A copy of the ACL with an authorization for anyone signed in, at the place alone."""
    node = minted(document, "signed-in", place)
    return _authorized(graph, node, (_CLASS, URIRef(names.ACL_AUTHENTICATED)), (place, modes))


def with_public(graph: Graph, document: str, place: str, modes: Iterable[Mode]) -> Graph:
    """A copy of the ACL with an authorization for everyone, at the place and below."""
    node = minted(document, "public", place)
    out = _authorized(graph, node, (_CLASS, URIRef(names.FOAF_AGENT)), (place, modes))
    _aim(out, node, place)
    return out


def _authorized(graph: Graph, node: Node, who: tuple[Node, Node], what: tuple[str, Iterable[Mode]]) -> Graph:
    out, (place, modes) = copy_of(graph), what
    out.add((node, _TYPE, _AUTHORIZATION))
    out.add((node, *who))
    out.add((node, _ACCESS_TO, URIRef(place)))
    for mode in modes:
        out.add((node, _MODE, IRI_OF[mode]))
    return out


def without_audience(graph: Graph, keep: frozenset[str]) -> Graph:
    """A copy of the ACL in which no rule names anyone but the agents ``keep``; a rule shared with others keeps them."""
    out, kept = copy_of(graph), {URIRef(agent) for agent in keep}
    subjects = {s for p in (_AGENT, _CLASS, _GROUP) for s in graph.subjects(p)}
    for node in subjects:
        others = [(p, o) for p in (_AGENT, _CLASS, _GROUP) for o in graph.objects(node, p) if o not in kept]
        for predicate, obj in others:
            out.remove((node, predicate, obj))
        if not any((node, p, None) in out for p in (_AGENT, _CLASS, _GROUP)):
            out.remove((node, None, None))
            _drop_orphans(out, graph, node)
    return out


def without_public(graph: Graph) -> Graph:
    """A copy of the ACL in which no rule names the public; a rule shared with others keeps them."""
    out, public = copy_of(graph), URIRef(names.FOAF_AGENT)
    for node in set(graph.subjects(_CLASS, public)):
        if any(o != public for p in (_AGENT, _CLASS, _GROUP) for o in graph.objects(node, p)):
            out.remove((node, _CLASS, public))
        else:
            out.remove((node, None, None))
            _drop_orphans(out, graph, node)
    return out


def minted(document: str, *parts: str) -> URIRef:
    """The name of a rule of ours in a document."""
    # Named by a digest, so that two WebIDs with one last segment never meet in one rule (access T9).
    digest = hashlib.sha256("\x1f".join(parts).encode()).hexdigest()[:12]
    return URIRef(f"{document}#rule-{digest}")
