"""Wishes → edits: grant, revoke (here or everywhere), make private; each becomes a plan that keeps every invariant.

It refuses to write and to edit what could not be read. Recipes of both languages are those of access §8: a first own
document in WAC copies what was inherited; in ACP rules add up, and what comes from above is closed for one agent by a
denial.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from lifepod.access import acp, dialects, wac
from lifepod.access.audit import Audit
from lifepod.access.changelog import Change, Image
from lifepod.access.plans import Edit, Ground, Plan, Wish, planned
from lifepod.access.rules import Answer, Mode, Visitor
from lifepod.access.servers import Dialect
from lifepod.access.survey import Own, Place, parent_of
from lifepod.errors import Undecided, WouldLockOut
from lifepod.plain import plain
from lifepod.rdf.flat import is_iri
from lifepod.rdf.turtle import Document, Graph, copy_of, parse_turtle, same_triples


def plan(ground: Ground, wish: Wish) -> Plan:
    """Work out a wish; raises :class:`Undecided` or :class:`WouldLockOut`, never writes."""
    must_be_meant(wish, ground.survey.owner)
    verbs = {"grant": _grant, "revoke": _revoke, "private": _private}
    edits = tuple(replace(edit, server=ground.survey.server) for edit in verbs[wish.verb](ground, wish))
    return planned(ground, wish, edits)


def must_be_meant(wish: Wish, owner: str) -> None:
    """Stop a wish that can be told wrong before anyone is asked; raises as :func:`plan` does."""
    if wish.agent == owner:
        raise WouldLockOut(
            "You are the owner: your own access is not granted or revoked here.",
            place=wish.place,
            who=wish.agent,
            advice="Name the vendor's WebID; `lifepod profiles` shows yours.",
        )
    if wish.verb == "grant" and not (wish.agent.startswith(("http://", "https://")) and is_iri(wish.agent)):
        # Written as an agent, "public" would be a relative address: a rule for whoever comes to hold it.
        raise Undecided(
            f"{plain(wish.agent) or 'An empty name'} is no WebID, and access is granted to WebIDs only.",
            advice="Give the full WebID (https://…) of the one you want to let in.",
        )


def _grant(ground: Ground, wish: Wish) -> Iterator[Edit]:
    audit = Audit(ground.survey)
    targets = [ground.target(wish.place)]
    if wish.all_below:
        own = (p for p in audit.below(wish.place) if p.url != wish.place and p.control.own is not Own.NONE)
        targets += [ground.target(p.url) for p in own]
    for place in targets:
        if not _has(audit, place.url, wish):
            before, start, copied = _starting_point(ground, place)
            let_in = dialects.with_agent_here if wish.alone else dialects.with_agent
            graph = let_in(start, place.url, wish.agent, wish.modes, ground.survey.server)
            yield Edit(place.url, before, replace(start, graph=graph), place.control.own is Own.NONE, copied)


def _has(audit: Audit, url: str, wish: Wish) -> bool:
    """Whether the agent already has the modes, for a container also for all that inherits from it (P12)."""
    visitor = Visitor(wish.agent)
    if any(audit.verdict(url, visitor, mode).answer is not Answer.YES for mode in wish.modes):
        return False
    if wish.alone:
        return True
    basis = audit.below_of(url) if audit.place(url).is_container else audit.basis(url)
    named = {mode for r in basis.rules if not r.deny for mode in r.modes if r.names(wish.agent)}
    reached = named | ({Mode.APPEND} if Mode.WRITE in named else set())
    return wish.modes <= reached


def _starting_point(ground: Ground, place: Place) -> tuple[Document, Document, str]:
    """The document as it is, the document to edit, and where its rules were copied from."""
    if place.control.own is Own.RULES:
        document = ground.documents[place.url]
        return document, document, ""
    source, _ = Audit(ground.survey).source_of(place.url)
    own, server = place.control.document, ground.survey.server
    start = dialects.first_document(ground.documents.get(source), source, place.url, own, server)
    if start is None:
        raise Undecided(
            f"What {place.url} inherits cannot be read (it comes from {source or 'nowhere we could see'}).",
            advice="Nothing was written. Sign in as someone with control over the container above.",
        )
    empty = Document(own, type(start.graph)())
    return empty, start, source if server.dialect is Dialect.WAC else ""


def _revoke(ground: Ground, wish: Wish) -> Iterator[Edit]:
    audit, server = Audit(ground.survey), ground.survey.server
    for place in audit.below(wish.place):
        if place.control.own is Own.RULES:
            document = ground.documents[place.url]
            graph = dialects.without_agent(document, wish.agent, wish.modes, server)
            if place.url == wish.place:
                graph = _shut(ground, wish, replace(document, graph=graph))
            if graph is not document.graph and not same_triples(graph, document.graph):
                yield Edit(place.url, document, replace(document, graph=graph), creates=False)
        elif place.url == wish.place and place.control.own is Own.NONE and _is_named(audit, wish):
            empty, start, source = _starting_point(ground, place)
            graph = dialects.without_agent(start, wish.agent, wish.modes, server)
            graph = _shut(ground, wish, replace(start, graph=graph))
            if not same_triples(graph, start.graph):
                yield Edit(place.url, empty, replace(start, graph=graph), creates=True, copied_from=source)
    if wish.everywhere:
        yield from _out_of_groups(ground, wish)


def _shut(ground: Ground, wish: Wish, document: Document) -> Graph:
    """ACP: what member controls above give the agent by name is denied here, for this agent alone (P10)."""
    survey, graph = ground.survey, document.graph
    above = parent_of(wish.place, survey.storage)
    if survey.server.dialect is not Dialect.ACP or above is None:
        return graph
    given = {
        mode
        for rule in Audit(survey).below_of(above).rules
        if not rule.deny and rule.names(wish.agent)
        for mode in rule.modes
    }
    closing = given & (wish.modes | ({Mode.WRITE} if Mode.APPEND in wish.modes else set()))
    if Mode.APPEND in wish.modes and Mode.WRITE in given:
        closing.add(Mode.APPEND)
    if not closing:
        return graph
    graph = dialects.with_denial(document, wish.place, wish.agent, closing, survey.server)
    if Mode.WRITE in closing and Mode.APPEND not in wish.modes:
        # Whoever may write may append; the denial of writing must not take that too.
        keeps = replace(document, graph=graph)
        graph = dialects.with_agent(keeps, wish.place, wish.agent, {Mode.APPEND}, survey.server)
    return graph


def _is_named(audit: Audit, wish: Wish) -> bool:
    return any(rule.names(wish.agent) for rule in audit.basis(wish.place).rules)


def _out_of_groups(ground: Ground, wish: Wish) -> Iterator[Edit]:
    """The agent leaves every group that the owner keeps; groups of others are named as still open."""
    for group, members in ground.survey.groups:
        document = ground.groups.get(group)
        if document is not None and members and wish.agent in members:
            after = replace(document, graph=dialects.without_member(document, group, wish.agent))
            yield Edit(document.url, document, after, creates=False, group=group)


def _private(ground: Ground, wish: Wish) -> Iterator[Edit]:
    audit, server, keep = Audit(ground.survey), ground.survey.server, frozenset({ground.survey.owner})
    targets = [ground.target(wish.place)]
    if wish.all_below:
        own = (p for p in audit.below(wish.place) if p.url != wish.place and p.control.own is not Own.NONE)
        targets += [ground.target(p.url) for p in own]
    for place in targets:
        if all(entry.audience == ground.survey.owner for entry in audit.who(place.url)):
            continue
        before, start, copied = _starting_point(ground, place)
        graph = dialects.for_these_alone(start, keep, server)
        after = replace(start, graph=graph)
        kept = [r for r in dialects.rules_of(after, place.url, server) if r.lets_in(ground.survey.owner)]
        if not any(Mode.CONTROL in rule.modes for rule in kept):
            graph = dialects.with_agent(after, place.url, ground.survey.owner, frozenset(Mode), server)
        yield Edit(place.url, before, replace(start, graph=graph), place.control.own is Own.NONE, copied)


def restored(ground: Ground, change: Change) -> Plan:
    """Take one change back: towards its before-images, leaving what others wrote since (access §10).

    Where a document is as we left it, it becomes what it was; else our part alone is taken out of it.
    """
    wish = Wish("undo", change.agent, change.place, change.modes)
    edits = tuple(edit for image in change.images if (edit := _back(ground, image)) is not None)
    return planned(ground, wish, edits)


def _back(ground: Ground, image: Image) -> Edit | None:
    now = ground.groups.get(image.group) if image.group else ground.documents.get(image.place)
    before, after = (_graph(text, image.document) for text in (image.before, image.after))
    standing = now.graph if now is not None else None
    touched = standing is not None and after is not None and not same_triples(standing, after)
    if touched and standing is not None and after is not None:
        # Somebody wrote since: our triples go, those that we took come back, theirs stay.
        mine, was = set(after), set(before if before is not None else _began_with(ground, image, after))
        target = copy_of(standing)
        for triple in mine - was:
            target.remove(triple)
        for triple in was - mine:
            target.add(triple)
    else:
        target = before if before is not None else type(standing or Graph())()
    gone = before is None and not touched
    if standing is None and gone:
        return None
    return Edit(
        image.place,
        now or Document(image.document, Graph()),
        Document(image.document, target),
        creates=now is None,
        server=ground.survey.server,
        removes=gone,
        group=image.group,
    )


def _began_with(ground: Ground, image: Image, after: Graph) -> Graph:
    """What stands in a document that we made, and is not ours: what it said so that nothing changed yet.

    In WAC that is what the place would inherit, in ACP the entry for the place alone.
    """
    survey = ground.survey
    if survey.server.dialect is Dialect.ACP:
        return acp.entry_alone(after)
    above = parent_of(image.place, survey.storage)
    source = Audit(survey).source_below(above)[0] if above else ""
    inherited = ground.documents.get(source)
    start = dialects.first_document(inherited, source, image.place, image.document, survey.server)
    if start is None:
        raise Undecided(
            f"What {image.place} would inherit cannot be read, so what is ours in its rules cannot be told.",
            advice="Nothing was written. Take single rules out with `lifepod revoke`.",
        )
    return wac.named_as_in(after, start.graph)


def _graph(text: str | None, url: str) -> Graph | None:
    return None if text is None else parse_turtle(text.encode(), url)
