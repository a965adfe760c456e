"""Plans as values: what is wanted, the exact edits, what they change for everyone; and the invariants each must keep.

It refuses to write, and to let a plan through that takes control from the owner, moves anybody's answer but the
target's, or misses its target (P1, P2, P4).
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from lifepod.access.audit import Audit, Key, word_of
from lifepod.access.dialects import members_of, rules_of, written_rules
from lifepod.access.rules import MODES, Answer, Kind, Mode, Rule, Visitor
from lifepod.access.servers import WAC_SERVER, Dialect, Server
from lifepod.access.survey import Control, Own, Place, Survey, with_controls
from lifepod.errors import Undecided, WouldLockOut
from lifepod.rdf.turtle import Document, same_triples

APART = " has rules of its own and is not included (--all-below includes it)."
"""What a warning says of a place that a change above does not reach."""


@dataclass(frozen=True, slots=True)
class Wish:
    """What the person wants changed."""

    verb: str
    """``grant``, ``revoke``, ``private`` or ``undo``."""
    agent: str
    """WebID; empty where nobody in particular is meant."""
    place: str
    modes: frozenset[Mode]
    all_below: bool = False
    """Grant, private: also where places below have rules of their own."""
    alone: bool = False
    """Grant: at the place itself, not at what lies in it, so that who may add may not change."""
    everywhere: bool = False
    """Revoke: on every path, groups of the owner included; what cannot be closed is listed instead of refused."""


@dataclass(frozen=True, slots=True)
class Edit:
    """One document as it is and as it would be."""

    place: str
    """The place whose control document it is; of a group's document its own address."""
    document: Document
    """As read; an empty graph without ETag where it does not exist yet."""
    after: Document
    creates: bool
    copied_from: str = ""
    """Place whose inherited rules were copied: later changes there will not reach here."""
    server: Server = WAC_SERVER
    removes: bool = False
    """The document goes, so that the place inherits again."""
    group: str = ""
    """IRI of the group whose members change, where this is no control document."""

    @property
    def rules(self) -> tuple[Rule, ...]:
        """The rules the place would have of its own."""
        return () if self.group or self.removes else rules_of(self.after, self.place, self.server)

    @property
    def reads_back(self) -> bool:
        """Whether the document, written and parsed again, says what was planned."""
        return self.group != "" or written_rules(self.after, self.place, self.server) == self.rules

    @property
    def lines(self) -> tuple[str, ...]:
        """The change in words, rule by rule: ``+`` comes, ``-`` goes."""
        if self.group:
            gone, come = self.moved
            lost = tuple(f"- {agent} is no member of {self.group} any more" for agent in gone)
            return lost + tuple(f"+ {agent} becomes a member of {self.group}" for agent in come)
        before, after = rules_of(self.document, self.place, self.server), self.rules
        lost = tuple(f"- {line_of(rule)}" for rule in before if rule not in after)
        lines = lost + tuple(f"+ {line_of(rule)}" for rule in after if rule not in before)
        idle = not lines and not same_triples(self.document.graph, self.after.graph)
        return ("- a name that is text, without effect here",) if idle and not self.creates else lines

    @property
    def moved(self) -> tuple[tuple[str, ...], tuple[str, ...]]:
        """Who leaves the group and who comes into it, sorted."""
        was, will = (set(members_of(one, self.group)) for one in (self.document, self.after))
        return tuple(sorted(was - will)), tuple(sorted(will - was))


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
    """Control documents by place: every one that exists at or below the place, and those above it."""
    groups: Mapping[str, Document] = field(default_factory=dict)
    """Documents of groups by group IRI, as far as they lie in the owner's own pod and could be read."""

    def target(self, url: str) -> Place:
        """The place, which must be readable access-wise; raises :class:`Undecided`."""
        place = Audit(self.survey).place(url)
        if place.control.own is Own.BLIND:
            raise Undecided(
                f"Who has access to {url} cannot be read ({place.control.cause}), so it cannot be changed safely.",
                advice="Sign in as someone with control over it, or mend its access document first.",
            )
        return place


def planned(ground: Ground, wish: Wish, edits: tuple[Edit, ...]) -> Plan:
    """The plan these edits make, if it keeps every invariant; raises :class:`Undecided` or :class:`WouldLockOut`."""
    after = Audit(forecast(ground.survey, edits))
    _must_keep_owner(after, edits)
    shifts = _shifts(Audit(ground.survey), after)
    _must_move_only(shifts, wish, ground.survey.owner)
    still_open = _still_open(after, wish) if wish.verb == "revoke" else ()
    _must_reach(after, still_open, wish)
    return Plan(wish, edits, shifts, _warnings(ground.survey, wish, edits), still_open, after.survey)


def forecast(survey: Survey, edits: tuple[Edit, ...]) -> Survey:
    """The survey as it would be with the edits in place."""
    controls = {
        e.place: Control(Own.NONE, e.document.url)
        if e.removes
        else Control(Own.RULES, e.after.url, rules_of(e.after, e.place, e.server))
        for e in edits
        if not e.group
    }
    return with_controls(survey, controls, _members_after(survey, edits))


def _members_after(survey: Survey, edits: tuple[Edit, ...]) -> dict[str, tuple[str, ...]]:
    groups = dict(survey.groups)
    out: dict[str, tuple[str, ...]] = {}
    for edit in edits:
        members = groups.get(edit.group)
        if edit.group and members is not None:
            gone, come = edit.moved
            out[edit.group] = tuple(sorted({*members, *come} - {*gone}))
    return out


def must_keep_owner(after: Survey, edits: tuple[Edit, ...]) -> None:
    """P1: wherever we write, a rule without any condition gives the owner Control, here and below."""
    _must_keep_owner(Audit(after), edits)


def _must_keep_owner(audit: Audit, edits: tuple[Edit, ...]) -> None:
    owner = audit.survey.owner
    for edit in edits:
        if edit.group:
            continue
        bases = [audit.basis(edit.place), *([audit.below_of(edit.place)] if edit.place.endswith("/") else [])]
        for basis in bases:
            keeps = any(Mode.CONTROL in r.modes and r.lets_in(owner) for r in basis.rules)
            denied = any(r.deny and Mode.CONTROL in r.modes and not _spares(r, owner) for r in basis.rules)
            if not keeps or denied:
                raise WouldLockOut(
                    f"The access document of {edit.place} would not name you ({owner}) with control.",
                    place=edit.place,
                    who=owner,
                    advice="Nothing was written. Add a rule that gives your WebID control there, then try again.",
                )


def _spares(rule: Rule, agent: str) -> bool:
    """Whether a denial is about other agents by name alone."""
    return all(w.kind is Kind.AGENT and w.iri != agent for w in rule.audience) and bool(rule.audience)


def _must_move_only(shifts: tuple[Shift, ...], wish: Wish, owner: str) -> None:
    """P2: nobody's answer moves but the target's; what is made private may only close, and never for the owner."""
    for shift in shifts:
        if shift.who == wish.agent or (wish.verb == "undo" and not wish.agent):
            continue
        if wish.verb == "private" and shift.who != owner and shift.after < shift.before:
            continue
        raise Undecided(
            f"This would also change what {shift.who} may {shift.mode.value} at {shift.places[0]}.",
            advice="Nothing was written. Change that person's access on its own first.",
        )


def _must_reach(audit: Audit, still_open: tuple[Open, ...], wish: Wish) -> None:
    """P4: a change reaches its target, or says why it cannot."""
    if wish.verb == "grant":
        _must_be_granted(audit, wish)
    if wish.verb == "private":
        _must_be_private(audit, wish)
    for left in () if wish.everywhere else still_open:
        if left.place == wish.place and wish.place != audit.survey.storage:
            sure = "would still" if left.answer is Answer.YES else "might still"
            if left.through == wish.agent:
                said = f"{wish.agent} is no single agent, so a revoke cannot take its access to {wish.place}."
                raise Undecided(said, advice=f"`lifepod private {wish.place}` keeps it for you alone.")
            raise Undecided(
                f"{wish.agent} {sure} {left.mode.value} {wish.place}, through {left.through}.",
                advice=f"What {left.through} may cannot be taken from one agent alone. `lifepod private {wish.place}` "
                "closes it for everyone but you; grants can be made anew after that.",
            )


def _must_be_granted(audit: Audit, wish: Wish) -> None:
    for mode in sorted(wish.modes):
        verdict = audit.verdict(wish.place, Visitor(wish.agent), mode)
        if verdict.answer is not Answer.YES:
            against = [audit.stands_at(r) for r in verdict.rules if r.deny] or [b.place for b in verdict.blind]
            raise Undecided(
                f"{wish.agent} could not {mode.value} {wish.place} all the same: {', '.join(against)} forbids it.",
                advice="Nothing was written. Take that denial away first, or choose another place.",
            )


def _must_be_private(audit: Audit, wish: Wish) -> None:
    for entry in audit.who(wish.place):
        if entry.audience != audit.survey.owner:
            source = ", ".join(sorted({audit.stands_at(r) for r in entry.via})) or wish.place
            raise Undecided(
                f"{entry.audience} would still have access to {wish.place}, by the rules of {source}.",
                advice="Close it there first: on this server a place cannot shut out what comes from above.",
            )


def shifts_between(before: Survey, after: Survey) -> tuple[Shift, ...]:
    """Every answer of everyone (access V5) that differs between two surveys, at the places of the first."""
    return _shifts(Audit(before), Audit(after))


def _shifts(old: Audit, new: Audit) -> tuple[Shift, ...]:
    same_groups = old.survey.groups == new.survey.groups
    alike: dict[tuple[Key, Key], list[str] | None] = {}
    for url, was, will in _paired(old, new):
        if (was, will) not in alike:
            same = same_groups and old.basis_of(was) == new.basis_of(will)
            alike[was, will] = None if same else []
        if (urls := alike[was, will]) is not None:
            urls.append(url)
    everyone = sorted({*old.everyone, *new.everyone}, key=repr)
    moved: dict[tuple[str, Mode, Answer, Answer], set[str]] = {}
    for (was, will), urls in alike.items():
        if urls is None:
            continue
        before, after = old.tally(was), new.tally(will)
        for visitor in everyone:
            for mode, one, other in zip(MODES, before.answers(visitor), after.answers(visitor), strict=True):
                if one is not other:
                    moved.setdefault((word_of(visitor), mode, one, other), set()).update(urls)
    return tuple(Shift(*key, tuple(sorted(urls))) for key, urls in moved.items())


def _paired(old: Audit, new: Audit) -> Iterator[tuple[str, Key, Key]]:
    """Every place of the first with what speaks for it in both."""
    places, others = old.survey.places, new.survey.places
    if len(places) == len(others) and all(one.url == other.url for one, other in zip(places, others, strict=True)):
        for (url, was), (_, will) in zip(old.sources(), new.sources(), strict=True):
            yield url, was, will
        return
    # A look after a change may find a place more (the record of the change itself), or one less.
    now = dict(new.sources())
    for url, was in old.sources():
        yield url, was, now.get(url) or new.source_of(url)


def _still_open(audit: Audit, wish: Wish) -> tuple[Open, ...]:
    """Where the agent would still get in after a revoke, folded to the places where it begins."""
    out = []
    for entry in audit.sees(wish.agent):
        inside = entry.place.startswith(wish.place) if wish.place.endswith("/") else entry.place == wish.place
        above = wish.place.startswith(entry.place) and entry.place.endswith("/")
        for mode, answer in zip(MODES, entry.answers, strict=True):
            if mode in wish.modes and answer is not Answer.NO and (inside or above):
                place = entry.place if inside else wish.place
                if audit.reach(audit.source_of(place), wish.agent)[MODES.index(mode)] is not Answer.NO:
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
        if e.copied_from and survey.server.dialect is Dialect.WAC
    ]
    if wish.verb in ("grant", "private") and not wish.all_below:
        below = (p for p in Audit(survey).below(wish.place) if p.url != wish.place)
        apart = [p.url for p in below if p.control.own is not Own.NONE]
        if survey.server.dialect is Dialect.WAC or wish.verb == "private":
            out += [url + APART for url in apart]
    for edit in edits:
        if edit.group:
            out.append(f"{edit.group} is a group: whoever leaves it loses every place it opens.")
    return tuple(out)


def line_of(rule: Rule) -> str:
    """One rule in a few words."""
    who = ", ".join(sorted(w.word for w in rule.audience)) or "whoever it means"
    modes = ", ".join(mode.value for mode in MODES if mode in rule.modes)
    reach = {(True, True): "here and below", (True, False): "here", (False, True): "below"}[rule.here, rule.below]
    return f"{who} may {'not ' if rule.deny else ''}{modes} {reach}"


def in_safe_order(plan: Plan) -> tuple[Edit, ...]:
    """The edits in an order in which no moment gives anyone more than before and after together (P11).

    Raises :class:`Undecided` where there is none.
    """
    if len(plan.edits) < 2 or _stand_alone(plan):
        return plan.edits
    rest, done = sorted(plan.edits, key=lambda e: e.place), list[Edit]()
    start = _before(plan)
    allowed = {(s.who, s.mode, place) for s in plan.shifts if s.after is not Answer.NO for place in s.places}
    while rest:
        step = next((e for e in rest if not _opens(start, (*done, e), allowed)), None)
        if step is None:
            raise Undecided(
                "These documents cannot be written one after the other without opening something in between.",
                advice="Nothing was written. Change the places one by one.",
            )
        rest.remove(step)
        done.append(step)
    return tuple(done)


def _stand_alone(plan: Plan) -> bool:
    """Whether each place is spoken for by one document all along, so that it is as before or as after at any moment.

    So it is in WAC as long as no document comes or goes; checking it edit by edit would take long for hundreds.
    """
    wac = plan.forecast.server.dialect is Dialect.WAC
    return wac and not any(edit.creates or edit.removes or edit.group for edit in plan.edits)


def _before(plan: Plan) -> Survey:
    controls = {
        e.place: Control(Own.NONE, e.document.url)
        if e.creates
        else Control(Own.RULES, e.document.url, rules_of(e.document, e.place, e.server))
        for e in plan.edits
        if not e.group
    }
    return with_controls(plan.forecast, controls)


def _opens(start: Survey, edits: tuple[Edit, ...], allowed: set[tuple[str, Mode, str]]) -> bool:
    shifts = shifts_between(start, forecast(start, edits))
    return any((s.who, s.mode, p) not in allowed for s in shifts if s.after > s.before for p in s.places)
