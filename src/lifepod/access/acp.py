"""ACR document ⇄ rules, after Access Control Policy 0.9 (https://solidproject.org/TR/acp).

It refuses to follow policies outside the document (they become *unknown*), to write a client matcher, and to take a
value out of a matcher where that would widen it: edits are made in the graph as it was read, so unknown triples stay.

* A policy that allows and denies is read as two rules.
* ``accessControl`` is for the place itself, ``memberAccessControl`` for everything below and not for the place.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace

from rdflib import BNode, Graph, Literal, URIRef
from rdflib.term import Node

from lifepod import names
from lifepod.access.rules import PUBLIC, SIGNED_IN, Kind, Mode, Rule, Test, Who
from lifepod.access.servers import Dialect, Server
from lifepod.access.wac import IRI_OF, minted, mode_of
from lifepod.rdf.turtle import copy_of

_TYPE = URIRef(names.RDF_TYPE)


def _term(name: str) -> URIRef:
    return URIRef(names.ACP + name)


_RESOURCE, _APPLY = _term("resource"), _term("apply")
_OWN, _MEMBER = _term("accessControl"), _term("memberAccessControl")
_ALLOW, _DENY = _term("allow"), _term("deny")
_ALL, _ANY, _NONE = _term("allOf"), _term("anyOf"), _term("noneOf")
_AGENT, _CLIENT, _ISSUER, _VC = _term("agent"), _term("client"), _term("issuer"), _term("vc")
_PUBLIC, _SIGNED_IN = _term("PublicAgent"), _term("AuthenticatedAgent")
_PUBLIC_CLIENT, _PUBLIC_ISSUER = _term("PublicClient"), _term("PublicIssuer")
_ROLES = {names.ACP + "CreatorAgent": "whoever made it", names.ACP + "OwnerAgent": "whoever owns it"}
_NAMED = {str(_PUBLIC): PUBLIC, str(_SIGNED_IN): SIGNED_IN} | {r: Who(Kind.BY_ROLE, w) for r, w in _ROLES.items()}
_KNOWN = {_TYPE, _AGENT, _CLIENT, _ISSUER, _VC}
_UNKNOWN_SERVER = Server(Dialect.ACP)


def read_rules(graph: Graph, document: str, place: str, server: Server = _UNKNOWN_SERVER) -> tuple[Rule, ...]:
    """The rules of the ACR ``document`` that belongs to ``place``, sorted; order-free.

    ``place`` is compared as text with ``acp:resource`` (A2). An entry for another place is *unclear* here and below:
    servers take it for more than it says (A17). What an unknown ``server`` makes of an optional feature is unclear too.
    """
    reach: dict[tuple[Node, bool], list[bool]] = {}
    for acr, _, resource in graph.triples((None, _RESOURCE, None)):
        ours = str(resource) == place
        for predicate, below in ((_OWN, False), (_MEMBER, True)):
            for policy in (p for c in graph.objects(acr, predicate) for p in graph.objects(c, _APPLY)):
                both = reach.setdefault((policy, ours), [False, False])
                both[0] |= not below or not ours
                both[1] |= below or not ours
    reader = _Reader(graph, document, server)
    rules = [
        replace(rule, here=here, below=below and place.endswith("/"))
        for (policy, ours), (here, below) in reach.items()
        for rule in reader.policy(policy, ours=ours)
    ]
    return tuple(sorted((rule for rule in rules if rule.here or rule.below), key=_order))


def _order(rule: Rule) -> tuple[str, bool, list[Mode], str, bool, bool]:
    return rule.node, rule.deny, sorted(rule.modes), repr((rule.every, rule.some, rule.none)), rule.here, rule.below


class _Reader:
    """One document, read for one server."""

    def __init__(self, graph: Graph, document: str, server: Server) -> None:
        self._graph, self._document, self._server = graph, document, server

    def policy(self, policy: Node, *, ours: bool) -> Iterator[Rule]:
        """Its allow and its deny as rules, whose reach the caller knows."""
        elsewhere = (policy, None, None) not in self._graph
        if elsewhere and self._server.is_measured:
            return  # A16: a policy that is not in the document itself gives nothing there
        node = "_:" if isinstance(policy, BNode) else str(policy)  # blank names change at every reading
        every, some, none = (self._tests(policy, p) for p in (_ALL, _ANY, _NONE))
        notes: tuple[str, ...] = ()
        if elsewhere or not ours:
            every, some, none = (Test(unclear=True),), (), ()
            notes = ("a policy in another document",) if elsewhere else ("an entry for another place",)
        for predicate, deny in ((_ALLOW, False), (_DENY, True)):
            said = list(self._graph.objects(policy, predicate))
            sure = _modes(term for term in said if not self._is_odd(term))
            if modes := frozenset(Mode) if elsewhere else sure:
                yield Rule(self._document, node, modes, every, some, none, deny, notes=notes)
            if (modes := _modes(said) - sure) and (every or some):
                unclear = (*every, Test(unclear=True))
                yield Rule(self._document, node, modes, unclear, some, none, deny, notes=notes)

    def _is_odd(self, term: Node) -> bool:
        """Text in the place of an IRI: the measured server takes it for one, of others nobody knows."""
        return isinstance(term, Literal) and not self._server.is_measured

    def _tests(self, policy: Node, predicate: URIRef) -> tuple[Test, ...]:
        return tuple(sorted({self._test(m) for m in self._graph.objects(policy, predicate)}, key=repr))

    def _test(self, matcher: Node) -> Test:
        agents = {_NAMED.get(a, Who(Kind.AGENT, a)) for a in _named(self._graph, matcher)}
        clients = {str(client) for client in self._graph.objects(matcher, _CLIENT)}
        issuers = {str(issuer) for issuer in self._graph.objects(matcher, _ISSUER)}
        if str(_PUBLIC_CLIENT) in clients:
            # Holds for every visitor, with or without an app (A10); an attribute all the same, so alone it is enough.
            clients, agents = set(), agents or {PUBLIC}
        never, unclear = self._by_server(matcher, agents, issuers)
        unclear |= any(self._is_odd(o) for p in (_AGENT, _CLIENT, _ISSUER) for o in self._graph.objects(matcher, p))
        return Test(tuple(sorted(agents)), tuple(sorted(clients)), tuple(sorted(issuers)), unclear=unclear, never=never)

    def _by_server(self, matcher: Node, agents: set[Who], issuers: set[str]) -> tuple[bool, bool]:
        """Whether it can never match here, and whether we cannot tell: what depends on the server (A9–A13)."""
        extended = any(p not in _KNOWN and str(p).startswith(names.ACP) for p in self._graph.predicates(matcher))
        credential = (matcher, _VC, None) in self._graph
        roles = {who for who in agents if who.kind is Kind.BY_ROLE}
        if self._server.is_measured:
            lost = bool(roles) and roles == agents
            agents -= set() if lost else roles
            return credential or lost, False
        unclear = extended or credential
        if str(_PUBLIC_ISSUER) in issuers:
            issuers.clear()
            unclear = True
        return False, unclear


def _modes(terms: Iterable[Node]) -> frozenset[Mode]:
    return frozenset(mode for mode in map(mode_of, terms) if mode is not None)


def _take(out: Graph, subject: Node, predicate: URIRef, said: str) -> None:
    """Remove an object, be it an IRI or text."""
    for obj in [o for o in out.objects(subject, predicate) if str(o) == said]:
        out.remove((subject, predicate, obj))


def names_place(graph: Graph, place: str) -> bool:
    """Whether the document is an ACR of ``place``: the check that a learned address was right (A2)."""
    return (None, _RESOURCE, URIRef(place)) in graph


def entry_alone(graph: Graph) -> Graph:
    """What of an ACR says only which place it is for."""
    out = Graph()
    for said in (*graph.triples((None, _RESOURCE, None)), *graph.triples((None, _TYPE, URIRef(names.ACP_RESOURCE)))):
        out.add(said)
    return out


def with_agent(graph: Graph, document: str, place: str, agent: str, modes: Iterable[Mode]) -> Graph:
    """A copy of the ACR with one more policy, for this agent alone, and without our own denials of the same modes."""
    return _with(graph, document, place, _Policy(_ALLOW, agent, frozenset(modes)))


def with_agent_here(graph: Graph, document: str, place: str, agent: str, modes: Iterable[Mode]) -> Graph:
    """As :func:`with_agent`, at the place alone."""
    return _with(graph, document, place, _Policy(_ALLOW, agent, frozenset(modes), below=False))


def with_denial(graph: Graph, document: str, place: str, agent: str, modes: Iterable[Mode]) -> Graph:
    """A copy of the ACR that denies this one agent, at the place and below (P10: never a class of agents)."""
    return _with(graph, document, place, _Policy(_DENY, agent, frozenset(modes)))


def with_signed_in(graph: Graph, document: str, place: str, modes: Iterable[Mode]) -> Graph:
    """A copy of the ACR with a policy for anyone signed in, at the place alone."""
    return _with(graph, document, place, _Policy(_ALLOW, str(_SIGNED_IN), frozenset(modes), below=False))


def with_public(graph: Graph, document: str, place: str, modes: Iterable[Mode]) -> Graph:
    """A copy of the ACR with a policy for everyone, at the place and below."""
    return _with(graph, document, place, _Policy(_ALLOW, str(_PUBLIC), frozenset(modes)))


def _with(graph: Graph, document: str, place: str, policy: _Policy) -> Graph:
    out = copy_of(graph)
    if policy.effect == _ALLOW:
        _lift(out, document, policy.agent, policy.modes)
    _add(out, document, place, policy)
    return out


@dataclass(frozen=True, slots=True)
class _Policy:
    """A policy of ours on its way into a document."""

    effect: URIRef
    agent: str
    modes: frozenset[Mode]
    below: bool = True


def _add(out: Graph, document: str, place: str, policy: _Policy) -> None:
    effect = "allow" if policy.effect == _ALLOW else "deny"
    reach = () if policy.below else ("here",)
    named = minted(document, effect, policy.agent, place, *reach, ",".join(sorted(policy.modes)))
    control, matcher = URIRef(f"{named}-control"), URIRef(f"{named}-matcher")
    acr = next(iter(sorted(out.subjects(_RESOURCE, URIRef(place)), key=str)), URIRef(f"{document}#acr"))
    out.add((acr, _TYPE, URIRef(names.ACP_RESOURCE)))
    out.add((acr, _RESOURCE, URIRef(place)))
    out.add((acr, _OWN, control))
    if policy.below and place.endswith("/"):
        out.add((acr, _MEMBER, control))
    out.add((control, _TYPE, _term("AccessControl")))
    out.add((control, _APPLY, named))
    out.add((named, _TYPE, _term("Policy")))
    for mode in policy.modes:
        out.add((named, policy.effect, IRI_OF[mode]))
    out.add((named, _ANY, matcher))
    out.add((matcher, _TYPE, _term("Matcher")))
    out.add((matcher, _AGENT, URIRef(policy.agent)))


def _lift(out: Graph, document: str, agent: str, modes: frozenset[Mode]) -> None:
    """Take back what a denial of ours says about these modes (the one that a revoke of an inherited grant makes)."""
    for policy in _policies(out):
        if str(policy).startswith(f"{document}#rule-") and _is_for(out, policy, agent):
            for mode in modes | ({Mode.APPEND} if Mode.WRITE in modes else set()):
                _take(out, policy, _DENY, str(IRI_OF[mode]))
            if (policy, _DENY, None) not in out and (policy, _ALLOW, None) not in out:
                _drop(out, policy)


def without_agent(graph: Graph, document: str, agent: str, modes: frozenset[Mode] = frozenset(Mode)) -> Graph:
    """A copy of the ACR in which no policy gives this agent any of ``modes`` by name.

    A policy for the agent alone goes, or keeps the other modes. An agent among others leaves a matcher that has nothing
    but agents. Everything else gets an exclusion (``noneOf``) of this agent, because taking a value out of a matcher
    with other attributes would widen it (P8); what the agent keeps goes into a policy of its own.
    """
    taken = _taken(modes)
    if agent not in map(str, graph.objects(None, _AGENT)):
        return graph
    out = copy_of(graph)
    for policy in sorted(_policies(graph), key=str):
        held = _modes(graph.objects(policy, _ALLOW))
        if not held & taken or agent not in _agents(graph, policy):
            continue
        kept = held - taken | ({Mode.APPEND} if Mode.WRITE in held and Mode.APPEND not in modes else set())
        if _is_for(graph, policy, agent):
            _reduce(out, policy, kept)
        else:
            among = _exclude(out, document, policy, agent)
            if kept:
                _keep(out, graph, _Kept(document, policy, agent, kept, among))
    return out


def _taken(modes: frozenset[Mode]) -> frozenset[Mode]:
    # Whoever may write may append, so taking append takes write too (WAC §access-modes, and CSS in ACP mode).
    return modes | {Mode.WRITE} if Mode.APPEND in modes else modes


def _policies(graph: Graph) -> set[Node]:
    return set(graph.objects(None, _APPLY))


def _matchers(graph: Graph, policy: Node) -> set[Node]:
    return {m for p in (_ALL, _ANY) for m in graph.objects(policy, p)}


def _agents(graph: Graph, policy: Node) -> set[str]:
    return {agent for matcher in _matchers(graph, policy) for agent in _named(graph, matcher)}


def _named(graph: Graph, matcher: Node) -> set[str]:
    return {str(agent) for agent in graph.objects(matcher, _AGENT)}


def _is_for(graph: Graph, policy: Node, agent: str) -> bool:
    """Whether nobody but this agent can satisfy the policy, because each of its ways names the agent alone."""
    some, every = ([_named(graph, m) for m in graph.objects(policy, p)] for p in (_ANY, _ALL))
    return {agent} in every or (bool(some) and all(names == {agent} for names in some))


def _reduce(out: Graph, policy: Node, kept: frozenset[Mode]) -> None:
    held = _modes(out.objects(policy, _ALLOW))
    for mode in held - kept:
        _take(out, policy, _ALLOW, str(IRI_OF[mode]))
    for mode in kept - held:
        out.add((policy, _ALLOW, IRI_OF[mode]))
    if (policy, _ALLOW, None) not in out and (policy, _DENY, None) not in out:
        _drop(out, policy)


def _drop(out: Graph, policy: Node) -> None:
    """Remove a policy, its matchers and its access controls, as far as nothing else uses them."""
    matchers = [m for p in (_ALL, _ANY, _NONE) for m in out.objects(policy, p)]
    controls = list(out.subjects(_APPLY, policy))
    out.remove((policy, None, None))
    out.remove((None, _APPLY, policy))
    for matcher in matchers:
        if (None, None, matcher) not in out:
            out.remove((matcher, None, None))
    for control in controls:
        if (control, _APPLY, None) not in out:
            out.remove((None, None, control))
            out.remove((control, None, None))


def _exclude(out: Graph, document: str, policy: Node, who: str) -> bool:
    """Nobody but this agent loses the policy; whether it could simply leave a list of agents."""
    plain = [m for m in out.objects(policy, _ANY) if who in _named(out, m)]
    alone = all(_has_agents_only(out, m) and set(out.subjects(None, m)) == {policy} for m in plain)
    if plain and alone and not any(who in _named(out, m) for m in out.objects(policy, _ALL)):
        for matcher in plain:
            _take(out, matcher, _AGENT, who)
            if (matcher, _AGENT, None) not in out:
                out.remove((policy, _ANY, matcher))
                out.remove((matcher, None, None))
        return True
    matcher = URIRef(f"{minted(document, 'except', who)}-matcher")
    out.add((policy, _NONE, matcher))
    out.add((matcher, _TYPE, _term("Matcher")))
    out.add((matcher, _AGENT, URIRef(who)))
    return False


def _has_agents_only(graph: Graph, matcher: Node) -> bool:
    return all(p in (_TYPE, _AGENT) for p in graph.predicates(matcher))


@dataclass(frozen=True, slots=True)
class _Kept:
    """What an agent keeps of a policy it shared."""

    document: str
    policy: Node
    who: str
    modes: frozenset[Mode]
    among: bool
    """It stood in a plain list of agents, so no other condition of those lists need be kept."""


def _keep(out: Graph, graph: Graph, kept: _Kept) -> None:
    """A copy of the policy with the agent as a condition more, and the modes left."""
    named = minted(kept.document, "keeps", str(kept.policy), kept.who, ",".join(sorted(kept.modes)))
    matcher = URIRef(f"{named}-matcher")
    for control in graph.subjects(_APPLY, kept.policy):
        out.add((control, _APPLY, named))
    out.add((named, _TYPE, _term("Policy")))
    for predicate in (_ALL, _NONE) if kept.among else (_ALL, _ANY, _NONE):
        for obj in graph.objects(kept.policy, predicate):
            out.add((named, predicate, obj))
    out.add((named, _ALL, matcher))
    out.add((matcher, _TYPE, _term("Matcher")))
    out.add((matcher, _AGENT, URIRef(kept.who)))
    for mode in kept.modes:
        out.add((named, _ALLOW, IRI_OF[mode]))


def without_audience(graph: Graph, keep: frozenset[str]) -> Graph:
    """A copy of the ACR in which no allowing policy can be satisfied by anyone but the agents ``keep``.

    A policy for others alone goes; from a matcher of agents alone the others leave; anything else that lets others in
    is left out whole, which closes more than it opens.
    """
    out = copy_of(graph)
    for policy in sorted(_policies(graph), key=str):
        if (policy, _ALLOW, None) not in graph or _is_only_for(graph, policy, keep):
            continue
        mine = {m for m in graph.objects(policy, _ANY) if _named(graph, m) & keep}
        simple = all(_has_agents_only(graph, m) and set(graph.subjects(None, m)) == {policy} for m in mine)
        if not mine or not simple or any(graph.objects(policy, _ALL)):
            _drop(out, policy)
            continue
        for matcher in list(graph.objects(policy, _ANY)):
            if matcher not in mine:
                out.remove((policy, _ANY, matcher))
                continue
            for agent in _named(graph, matcher) - keep:
                _take(out, matcher, _AGENT, agent)
    return out


def _is_only_for(graph: Graph, policy: Node, kept: frozenset[str]) -> bool:
    """Whether only these agents can satisfy the policy."""
    some, every = ([_named(graph, m) for m in graph.objects(policy, p)] for p in (_ANY, _ALL))
    ours, theirs = ([bool(names) and names <= kept for names in part] for part in (every, some))
    return any(ours) or (bool(theirs) and all(theirs))


def without_public(graph: Graph) -> Graph:
    """A copy of the ACR in which no allowing policy names the public; one shared with others keeps them."""
    out, public = copy_of(graph), str(_PUBLIC)
    for policy in sorted(_policies(graph), key=str):
        if (policy, _ALLOW, None) not in graph or public not in _agents(graph, policy):
            continue
        mine = {m for m in _matchers(graph, policy) if public in _named(graph, m)}
        others = {a for m in mine for a in _named(graph, m)} - {public}
        if others and all(_has_agents_only(graph, m) for m in mine):
            for matcher in mine:
                _take(out, matcher, _AGENT, public)
        else:
            _drop(out, policy)
    return out
