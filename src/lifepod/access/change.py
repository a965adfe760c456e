"""Plans: the exact edits a grant or revoke would make, and who gains or loses what, before anything is written.

It refuses to write, to leave a place without its owner in Control, to edit what could not be read, and to change what
anyone else may do. Invariants P1–P12 are those of WAC 1.0 read strictly: rules only add, an own ACL replaces what was
inherited (https://solidproject.org/TR/wac#effective-acl-resource).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

from lifepod.access import wac
from lifepod.access.audit import Audit
from lifepod.access.rules import MODES, NOBODY, STRANGER, Answer, Kind, Mode, Rule, Visitor
from lifepod.access.survey import Control, Own, Place, Survey, with_controls
from lifepod.errors import Undecided, WouldLockOut
from lifepod.plain import plain
from lifepod.rdf.flat import is_iri
from lifepod.rdf.turtle import Document, same_triples


@dataclass(frozen=True, slots=True)
class Wish:
    """What the person wants changed."""

    verb: str
    """``grant`` or ``revoke``."""
    agent: str
    """WebID."""
    place: str
    modes: frozenset[Mode]
    all_below: bool = False
    """Grant: also where places below have rules of their own."""


@dataclass(frozen=True, slots=True)
class Edit:
    """One control document as it is and as it would be."""

    place: str
    document: Document
    """As read; an empty graph without ETag where it does not exist yet."""
    after: Document
    creates: bool
    copied_from: str = ""
    """Place whose inherited rules were copied: later changes there will not reach here."""

    @property
    def rules(self) -> tuple[Rule, ...]:
        """The rules the place would have of its own."""
        return wac.read_rules(self.after.graph, self.after.url, self.place)

    @property
    def lines(self) -> tuple[str, ...]:
        """The change in words, rule by rule: ``+`` comes, ``-`` goes."""
        before, after = wac.read_rules(self.document.graph, self.document.url, self.place), self.rules
        gone = tuple(f"- {_line(rule)}" for rule in before if rule not in after)
        return gone + tuple(f"+ {_line(rule)}" for rule in after if rule not in before)


@dataclass(frozen=True, slots=True)
class Shift:
    """One visitor's answer that would change, at all places where it changes alike."""

    who: str
    mode: Mode
    before: Answer
    after: Answer
    places: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Open:
    """A place the agent would still reach, and through what."""

    place: str
    mode: Mode
    answer: Answer
    through: str


@dataclass(frozen=True, slots=True)
class Plan:
    """Edits, and everyone's answers before and after."""

    wish: Wish
    edits: tuple[Edit, ...]
    shifts: tuple[Shift, ...]
    warnings: tuple[str, ...]
    still_open: tuple[Open, ...]
    forecast: Survey
    """The survey as it should look when the edits are in place."""


@dataclass(frozen=True, slots=True)
class Ground:
    """What a plan stands on, read fresh."""

    survey: Survey
    documents: Mapping[str, Document]
    """Control documents by place: every one that exists at or below the place, and the one it inherits from."""

    def target(self, url: str) -> Place:
        """The place, which must be readable access-wise; raises :class:`Undecided`."""
        place = Audit(self.survey).place(url)
        if place.control.own is Own.BLIND:
            raise Undecided(
                f"Who has access to {url} cannot be read ({place.control.cause}), so it cannot be changed safely.",
                advice="Sign in as someone with control over it, or mend its access document first.",
            )
        return place


def plan(ground: Ground, wish: Wish) -> Plan:
    """Work out a grant or revoke; raises :class:`Undecided` or :class:`WouldLockOut`, never writes."""
    if wish.agent == ground.survey.owner:
        raise WouldLockOut(
            "You are the owner: your own access is not granted or revoked here.",
            place=wish.place,
            who=wish.agent,
            advice="Name the vendor's WebID; `lifepod profiles` shows yours.",
        )
    if wish.verb == "grant" and not (wish.agent.startswith(("http://", "https://")) and is_iri(wish.agent)):
        # Written as an agent, "public" would be a relative address: a rule for whoever comes to hold it.
        raise Undecided(
            f"{plain(wish.agent) or 'Nobody'} is no WebID, and access is granted to WebIDs only.",
            advice="Give the full WebID (https://…) of the one you want to let in.",
        )
    edits = _grant(ground, wish) if wish.verb == "grant" else _revoke(ground, wish)
    after = _forecast(ground.survey, edits)
    _guard_owner(after, edits)
    shifts = shifts_between(ground.survey, after)
    _guard_others(shifts, wish)
    still_open = _still_open(after, wish) if wish.verb == "revoke" else ()
    _guard_target(still_open, wish, after.storage)
    return Plan(wish, edits, shifts, _warnings(ground.survey, wish, edits), still_open, after)


def _grant(ground: Ground, wish: Wish) -> tuple[Edit, ...]:
    audit = Audit(ground.survey)
    targets = [ground.target(wish.place)]
    if wish.all_below:
        own = (p for p in audit.below(wish.place) if p.url != wish.place and p.control.own is not Own.NONE)
        targets += [ground.target(p.url) for p in own]
    edits = []
    for place in targets:
        if _has(audit, place.url, wish):
            continue
        before, start, copied = _starting_point(ground, place)
        graph = wac.with_agent(start.graph, start.url, place.url, wish.agent, wish.modes)
        edits.append(Edit(place.url, before, replace(start, graph=graph), place.control.own is Own.NONE, copied))
    return tuple(edits)


def _has(audit: Audit, url: str, wish: Wish) -> bool:
    """Whether the agent already has the modes, for a container also for all that inherits from it (P12)."""
    visitor = Visitor(wish.agent)
    if any(audit.verdict(url, visitor, mode).answer is not Answer.YES for mode in wish.modes):
        return False
    below = [r for r in audit.basis(url).rules if r.below or not audit.place(url).is_container]
    named = {mode for r in below for mode in r.modes if _names(r, wish.agent)}
    reached = named | ({Mode.APPEND} if Mode.WRITE in named else set())
    return wish.modes <= reached


def _names(rule: Rule, agent: str) -> bool:
    return any(w.kind is Kind.AGENT and w.iri == agent for w in rule.audience)


def _starting_point(ground: Ground, place: Place) -> tuple[Document, Document, str]:
    """The document as it is, the document to edit, and where its rules were copied from."""
    if place.control.own is Own.RULES:
        document = ground.documents[place.url]
        return document, document, ""
    source, _ = Audit(ground.survey).source_of(place.url)
    inherited = ground.documents.get(source)
    if inherited is None:
        raise Undecided(
            f"What {place.url} inherits cannot be read (it comes from {source or 'nowhere we could see'}).",
            advice="Nothing was written. Sign in as someone with control over the container above.",
        )
    graph = wac.inherited_copy(inherited.graph, source, place.control.document, place.url)
    empty = Document(place.control.document, type(graph)())
    return empty, replace(empty, graph=graph), source


def _revoke(ground: Ground, wish: Wish) -> tuple[Edit, ...]:
    audit = Audit(ground.survey)
    edits = []
    for place in audit.below(wish.place):
        if place.control.own is Own.RULES:
            document = ground.documents[place.url]
            graph = wac.without_agent(document.graph, document.url, wish.agent, wish.modes)
            if not same_triples(graph, document.graph):
                edits.append(Edit(place.url, document, replace(document, graph=graph), creates=False))
        elif place.url == wish.place and place.control.own is Own.NONE and _is_named(audit, wish):
            empty, start, source = _starting_point(ground, place)
            graph = wac.without_agent(start.graph, start.url, wish.agent, wish.modes)
            if not same_triples(graph, start.graph):
                edits.append(Edit(place.url, empty, replace(start, graph=graph), creates=True, copied_from=source))
    return tuple(edits)


def _is_named(audit: Audit, wish: Wish) -> bool:
    return any(_names(rule, wish.agent) for rule in audit.basis(wish.place).rules)


def _forecast(survey: Survey, edits: tuple[Edit, ...]) -> Survey:
    return with_controls(
        survey,
        {e.place: Control(Own.RULES, e.after.url, wac.read_rules(e.after.graph, e.after.url, e.place)) for e in edits},
    )


def _guard_owner(after: Survey, edits: tuple[Edit, ...]) -> None:
    """P1: in every document we write, a rule without any condition gives the owner Control, here and below."""
    for edit in edits:
        rules = wac.read_rules(edit.after.graph, edit.after.url, edit.place)
        keeps = [r for r in rules if Mode.CONTROL in r.modes and _names(r, after.owner) and not r.notes]
        if not any(r.here for r in keeps) or (edit.place.endswith("/") and not any(r.below for r in keeps)):
            raise WouldLockOut(
                f"The access document of {edit.place} would not name you ({after.owner}) with control.",
                place=edit.place,
                who=after.owner,
                advice="Nothing was written. Add a rule that gives your WebID control there, then try again.",
            )


def _guard_others(shifts: tuple[Shift, ...], wish: Wish) -> None:
    """P2: nobody else's answer moves."""
    for shift in shifts:
        if shift.who != wish.agent:
            raise Undecided(
                f"This would also change what {shift.who} may {shift.mode.value} at {shift.places[0]}.",
                advice="Nothing was written. Change that person's access on its own first.",
            )


def _guard_target(still_open: tuple[Open, ...], wish: Wish, storage: str) -> None:
    """P4: a revoke closes its place, or says why it cannot; over the whole pod it lists what stays open."""
    for left in still_open:
        if left.place == wish.place and wish.place != storage:
            sure = "would still" if left.answer is Answer.YES else "might still"
            raise Undecided(
                f"{wish.agent} {sure} {left.mode.value} {wish.place}, through {left.through}.",
                advice=f"Close that first: access through {left.through} cannot be taken from one agent alone.",
            )


def shifts_between(before: Survey, after: Survey) -> tuple[Shift, ...]:
    """Every answer of everyone (access V5) that differs between two surveys of the same places."""
    old, new = Audit(before), Audit(after)
    everyone = sorted({*old.everyone, *new.everyone}, key=lambda v: (v.agent is not None, v.agent or ""))
    alike: dict[tuple[object, object], list[str]] = {}
    for place in before.places:
        alike.setdefault((old.source_of(place.url), new.source_of(place.url)), []).append(place.url)
    moved: dict[tuple[str, Mode, Answer, Answer], list[str]] = {}
    for urls in alike.values():
        if old.basis(urls[0]) == new.basis(urls[0]):
            continue
        for visitor in everyone:
            for mode in MODES:
                was, will = (a.verdict(urls[0], visitor, mode).answer for a in (old, new))
                if was is not will:
                    moved.setdefault((word_of(visitor), mode, was, will), []).extend(urls)
    return tuple(Shift(*key, tuple(sorted(urls))) for key, urls in moved.items())


def word_of(visitor: Visitor) -> str:
    """A visitor as people name it."""
    if visitor == NOBODY:
        return "public"
    return "signed-in" if visitor == STRANGER else (visitor.agent or "public")


def _still_open(after: Survey, wish: Wish) -> tuple[Open, ...]:
    """Where the agent would still get in after a revoke, folded to the places where it begins."""
    audit, out = Audit(after), []
    for entry in audit.sees(wish.agent):
        inside = entry.place.startswith(wish.place) if wish.place.endswith("/") else entry.place == wish.place
        above = wish.place.startswith(entry.place) and entry.place.endswith("/")
        for mode, answer in zip(MODES, entry.answers, strict=True):
            if mode in wish.modes and answer is not Answer.NO and (inside or above):
                place = entry.place if inside else wish.place
                if audit.verdict(place, Visitor(wish.agent), mode).answer is not Answer.NO:
                    out.append(Open(place, mode, answer, _through(entry.via, entry.audience)))
    return tuple(dict.fromkeys(out))


def _through(via: tuple[Rule, ...], fallback: str) -> str:
    kinds = {w for r in via for w in r.audience}
    words = [w.word for w in sorted(kinds) if w.kind is not Kind.AGENT]
    return ", ".join(words) or fallback


def _warnings(survey: Survey, wish: Wish, edits: tuple[Edit, ...]) -> tuple[str, ...]:
    out = [
        f"{e.place} gets rules of its own, copied from {e.copied_from}; later changes there will not reach it."
        for e in edits
        if e.copied_from
    ]
    if wish.verb == "grant" and not wish.all_below:
        audit = Audit(survey)
        apart = [p.url for p in audit.below(wish.place) if p.url != wish.place and p.control.own is not Own.NONE]
        out += [f"{url} has rules of its own and is not included (--all-below includes it)." for url in apart]
    return tuple(out)


def _line(rule: Rule) -> str:
    who = ", ".join(sorted(w.word for w in rule.audience))
    modes = ", ".join(mode.value for mode in MODES if mode in rule.modes)
    reach = {(True, True): "here and below", (True, False): "here", (False, True): "below"}[rule.here, rule.below]
    return f"{who} may {modes} {reach}"
