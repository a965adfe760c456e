"""What a survey means: who can see what, by place and by agent, and why.

It refuses to leave out blind spots and to sum a person up in one number. Pure: a survey in, answers out. Places are
folded where a whole subtree is alike: a place is listed when its answers differ from those of its container.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from functools import cached_property
from itertools import product
from typing import TypeVar

from lifepod.access.decide import decide
from lifepod.access.folds import Fold, Region, folded, regions_of
from lifepod.access.rules import (
    MODES,
    NOBODY,
    PUBLIC,
    SIGNED_IN,
    STRANGER,
    BlindSpot,
    Kind,
    Mode,
    Rule,
    Verdict,
    Visitor,
)
from lifepod.access.servers import Dialect
from lifepod.access.survey import Own, Place, Survey, parent_of
from lifepod.access.tally import ALL_NO as ALL_NO
from lifepod.access.tally import ALL_UNKNOWN as ALL_UNKNOWN
from lifepod.access.tally import Answers as Answers
from lifepod.access.tally import Tally, Ways, ways_of
from lifepod.errors import Missing

Key = tuple[str, bool]
"""Which control document speaks for a place, by the place that owns it, and whether it is its own."""
L = TypeVar("L")

_NOWHERE: Key = ("", False)


@dataclass(frozen=True, slots=True)
class Entry:
    """What one audience may do with one place (and with what is folded below it)."""

    place: str
    audience: str
    """A WebID, ``public``, ``signed-in``, or ``anyone`` (a blind spot)."""
    answers: Answers
    via: tuple[Rule, ...] = ()
    """Rules that grant any of it."""
    covers: int = 1
    """Places this line stands for, itself included."""
    app: str = ""
    """Only through this app, where a rule says so."""
    issuer: str = ""
    """Only with a login from this issuer, where a rule says so."""


@dataclass(frozen=True, slots=True)
class Basis:
    """The rules in effect for a place, and what hides them."""

    rules: tuple[Rule, ...]
    blind: tuple[BlindSpot, ...]
    source: str
    """Place whose control document they come from; empty where none was found."""


class Audit:
    """Questions to one survey; keeps what it has worked out."""

    def __init__(self, survey: Survey) -> None:
        self.survey = survey
        self.groups = {iri: None if m is None else frozenset(m) for iri, m in survey.groups}
        self._bases: dict[Key, Basis] = {}
        self._tallies: dict[Key, Tally] = {}
        self._lines: dict[Key, tuple[Entry, ...]] = {}
        self._sources: dict[str, Key] = {}
        self._passed_on: dict[str, Key] = {}

    @cached_property
    def _places(self) -> dict[str, Place]:
        return {place.url: place for place in self.survey.places}

    @cached_property
    def _ruled(self) -> tuple[Place, ...]:
        """The few places that have rules of their own."""
        return tuple(place for place in self.survey.places if place.control.rules)

    @cached_property
    def agents(self) -> tuple[str, ...]:
        """Every WebID that a rule or a group names, sorted; the owner included."""
        named = {w.iri for p in self._ruled for r in p.control.rules for w in r.audience if w.kind is Kind.AGENT}
        members = {agent for group in self.groups.values() if group for agent in group}
        return tuple(sorted(named | members | {self.survey.owner}))

    @cached_property
    def ways(self) -> Ways:
        """Apps and issuers that rules name, each with each and with none: the ways in which somebody may come."""
        return ways_of(rule for place in self._ruled for rule in place.control.rules)

    @cached_property
    def everyone(self) -> tuple[Visitor, ...]:
        """A finite set of visitors that stands for all (access V5)."""
        signed_in = product((*self.agents, STRANGER.agent), self.ways)
        return *(Visitor(agent, client, issuer) for agent, (client, issuer) in signed_in), NOBODY

    @cached_property
    def blind(self) -> tuple[BlindSpot, ...]:
        """Every spot we could not look into, control documents included."""
        documents = (BlindSpot(p.url, p.control.cause) for p in self.survey.places if p.control.own is Own.BLIND)
        unread = (BlindSpot(iri, "the group's members could not be read") for iri, m in self.survey.groups if m is None)
        return tuple(dict.fromkeys((*documents, *unread, *self.survey.blind)))

    def place(self, url: str) -> Place:
        """The place at ``url``; raises :class:`Missing` where the survey has none."""
        try:
            return self._places[url]
        except KeyError:
            raise Missing(f"{url} is not in the survey of {self.survey.root}.", place=url) from None

    def below(self, url: str) -> Iterator[Place]:
        """The place and everything under it, in order of URL."""
        return (p for p in self.survey.places if p.url == url or (url.endswith("/") and p.url.startswith(url)))

    def source_of(self, url: str) -> Key:
        """Which control document speaks for a place (by the place that owns it), and whether it is its own (WAC W2)."""
        found = self._sources.get(url)
        if found is None:
            place = self._places.get(url)
            if place is None or place.control.own is not Own.NONE:
                found = url, True
            else:
                above = parent_of(url, self.survey.storage)
                found = _NOWHERE if above is None else self.source_below(above)
            self._sources[url] = found
        return found

    def source_below(self, url: str) -> Key:
        """Which control document speaks for what inherits from the container ``url``."""
        source, own = key = self.source_of(url)
        # One key for all that inherit from a place: a survey has twenty times as many places as documents.
        return self._passed_on.setdefault(source, (source, False)) if own else key

    def basis(self, url: str) -> Basis:
        """The rules in effect for a place (https://solidproject.org/TR/wac#effective-acl-resource)."""
        return self.basis_of(self.source_of(url))

    def basis_of(self, key: Key) -> Basis:
        """The rules in effect wherever ``key`` speaks."""
        if key not in self._bases:
            self._bases[key] = self._work_out(*key)
        return self._bases[key]

    def _work_out(self, source: str, here: bool) -> Basis:
        if self.survey.server.dialect is Dialect.ACP:
            return self._added_up(source, here)
        if not source:
            return Basis((), (BlindSpot(self.survey.storage, "no access document was found up to the root"),), "")
        return self._own(source, here)

    def _own(self, source: str, here: bool) -> Basis:
        place = self._places.get(source)
        if place is None:
            return Basis((), (BlindSpot(source, "it was not looked at"),), source)
        if place.control.own is Own.BLIND:
            return Basis((), (BlindSpot(source, place.control.cause),), source)
        return Basis(tuple(r for r in place.control.rules if (r.here if here else r.below)), (), source)

    def _added_up(self, source: str, here: bool) -> Basis:
        """ACP: own controls, and the member controls of every container above (ACP 0.9 §effective-policies)."""
        if not source:
            return Basis((), (), "")
        own, above = self._own(source, here), parent_of(source, self.survey.storage)
        if above is None:
            return own
        higher = self.basis_of(self.source_below(above))
        return Basis(own.rules + higher.rules, own.blind + higher.blind, source)

    def below_of(self, url: str) -> Basis:
        """The rules that a new place directly in the container ``url`` would stand by."""
        return self.basis_of(self.source_below(url))

    def stands_at(self, rule: Rule) -> str:
        """The place whose control document a rule stands in."""
        return self._holders.get(rule.document, rule.document)

    @cached_property
    def _holders(self) -> dict[str, str]:
        return {p.control.document: p.url for p in self._ruled}

    def verdict(self, url: str, visitor: Visitor, mode: Mode) -> Verdict:
        """Yes, no or unknown for one visitor, place and mode, with what it rests on."""
        return self._verdict(self.source_of(url), visitor, mode)

    def best(self, url: str, agent: str, mode: Mode) -> tuple[Verdict, Visitor]:
        """The best verdict on an agent (or ``public``, ``signed-in``), and how it must come (access V7).

        As itself without more where that is as good as any app, any login or none.
        """
        key = self.source_of(url)
        ways = _comings(self.tally(key), visitor_of(agent).agent)
        return max(((self._verdict(key, one, mode), one) for one in ways), key=lambda found: found[0].answer)

    def _verdict(self, key: Key, visitor: Visitor, mode: Mode) -> Verdict:
        basis = self.basis_of(key)
        return decide(basis.rules, visitor, mode, self.groups, basis.blind)

    def verdict_below(self, url: str, visitor: Visitor, mode: Mode) -> Verdict:
        """The verdict for what would be put into the container ``url`` and gets no rules of its own."""
        return self._verdict(self.source_below(url), visitor, mode)

    def answers(self, url: str, visitor: Visitor) -> Answers:
        """The four answers for one visitor at one place."""
        return self.tally(self.source_of(url)).answers(visitor)

    def tally(self, key: Key) -> Tally:
        """Everyone's answers wherever ``key`` speaks."""
        found = self._tallies.get(key)
        if found is None:
            basis = self.basis_of(key)
            found = self._tallies[key] = Tally(basis.rules, basis.blind, self.groups)
        return found

    def for_agent(self, url: str, agent: str) -> Answers:
        """The four answers for one WebID."""
        return self.answers(url, Visitor(agent))

    def who(self, url: str) -> tuple[Entry, ...]:
        """Who may do what at one place.

        The public and signed-in lines stand first when they say anything; an agent is listed where its answers differ
        from those of anyone signed in, and once more with an app or issuer where that makes a difference.
        """
        return tuple(_at(line, url) for line in self.lines(self.source_of(url)))

    def lines(self, key: Key) -> tuple[Entry, ...]:
        """What :meth:`who` says wherever ``key`` speaks, without a place."""
        if key not in self._lines:
            self._lines[key] = tuple(self._listed(self.tally(key)))
        return self._lines[key]

    def _listed(self, tally: Tally) -> Iterator[Entry]:
        if tally.blind and not any(rule.deny for rule in tally.rules):
            yield Entry("", "anyone", ALL_UNKNOWN)
            return
        before = {None: ALL_NO, STRANGER.agent: tally.answers(NOBODY)}
        signed, ways = tally.answers(STRANGER), tally.ways[1:]
        # Whom no rule names is like anyone signed in (access V5).
        for agent in (None, STRANGER.agent, *self.named_in(tally)):
            visitor = Visitor(agent)
            if tally.answers(visitor) != before.get(agent, signed):
                yield _entry(tally, visitor)
            for client, issuer in ways if agent is not None else ():
                by_way = Visitor(agent, client, issuer)
                if not _as_without(tally, by_way):
                    yield _entry(tally, by_way)

    def named_in(self, tally: Tally) -> tuple[str, ...]:
        """Agents that may be treated in a way of their own, sorted.

        An unread group may hold anyone: then it is everyone that is named anywhere.
        """
        return self.agents if tally.has_unread_group else tuple(sorted(tally.named))

    def folded(self, line_of: Callable[[Key], L], url: str = "") -> Iterator[Fold[Key, L]]:
        """The places, from ``url`` down (everywhere if empty), where what ``line_of`` says differs from the container.

        ``line_of`` is asked once for each control document that speaks.
        """
        return folded(self._regions if url in ("", self.survey.storage) else self._regions_below(url), line_of)

    def sources(self) -> Iterator[tuple[str, Key]]:
        """Every place with the control document that speaks for it."""
        return ((url, key) for url, _, key in self._keyed(self.survey.places))

    @cached_property
    def _regions(self) -> list[Region[Key]]:
        return self._regions_below(self.survey.storage)

    def _regions_below(self, url: str) -> list[Region[Key]]:
        return regions_of(self._keyed(self.below(url)))

    def _keyed(self, places: Iterable[Place]) -> Iterator[tuple[str, str | None, Key]]:
        storage, last, inherited = self.survey.storage, "", _NOWHERE
        above: str | None
        for place in places:
            url = place.url
            if last and url.rfind("/") == len(last) - 1 and url.startswith(last) and url != last:
                above = last  # one more document of the container before: nearly every place is
            else:
                above = parent_of(url, storage)
                if above != last and above is not None:
                    last, inherited = above, self.source_below(above)
            key = self.source_of(url) if above is None or place.control.own is not Own.NONE else inherited
            yield url, above, key

    def who_below(self, url: str, *, fold: bool = True) -> tuple[Entry, ...]:
        """Who may do what, from ``url`` down; alike subtrees folded into the container they begin at."""
        if not fold:
            return tuple(entry for place in self.below(url) for entry in self.who(place.url))
        folds = self.folded(lambda key: [_shape(line) for line in self.lines(key)], url)
        return tuple(_at(line, fold.place, fold.covers) for fold in folds for line in self.lines(fold.key))

    def sees(self, agent: str) -> tuple[Entry, ...]:
        """Every place an agent can reach, or may be able to, folded; ``audience`` says through what.

        An agent may come signed out or with another app, so its best answers count (access V7).
        """
        who = visitor_of(agent).agent
        folds = self.folded(lambda key: self._seen_by(self.tally(key), who))
        return tuple(self._sight(fold) for fold in folds if fold.line[0] != ALL_NO)

    def _sight(self, fold: Fold[Key, tuple[Answers, str, Visitor]]) -> Entry:
        answers, through, visitor = fold.line
        via = self.tally(fold.key).via(visitor)
        return Entry(fold.place, through, answers, via, fold.covers, visitor.client or "", visitor.issuer or "")

    def _seen_by(self, tally: Tally, agent: str | None) -> tuple[Answers, str, Visitor]:
        answers = _reach(tally, agent)
        if answers == ALL_NO:
            return answers, "", NOBODY
        ways = _comings(tally, agent)
        best = ways[0] if len(tally.ways) == 1 else max(ways, key=lambda visitor: sum(tally.answers(visitor)))
        return answers, _through(tally, agent, answers), best

    def reach(self, key: Key, agent: str | None) -> Answers:
        """The best of what an agent gets as itself, by any app and login, and as nobody."""
        return _reach(self.tally(key), agent)


def _reach(tally: Tally, agent: str | None) -> Answers:
    # App and issuer stand in the token that names the agent, so nobody comes without a login and with one of them.
    return tally.answers(NOBODY) if agent is None else tally.reach(agent)


def _comings(tally: Tally, agent: str | None) -> list[Visitor]:
    """Every way in which an agent may come, itself without more first, and at the end signed out."""
    if agent is None:
        return [NOBODY]
    return [*(Visitor(agent, client, issuer) for client, issuer in tally.ways), NOBODY]


def _through(tally: Tally, agent: str | None, answers: Answers) -> str:
    if answers == tally.answers(NOBODY):
        return "anyone" if answers == ALL_UNKNOWN else PUBLIC.word
    if answers == tally.reach(STRANGER.agent):
        return SIGNED_IN.word
    return agent or PUBLIC.word


def _as_without(tally: Tally, visitor: Visitor) -> bool:
    """Whether an app or issuer makes no difference: not to this agent's answers, nor to a wider audience's."""
    mine, agent = tally.answers(visitor), visitor.agent
    simpler = (Visitor(agent, None, visitor.issuer), Visitor(agent, visitor.client), Visitor(agent))
    if any(mine == tally.answers(one) for one in simpler if one != visitor):
        return True
    wider = NOBODY if agent == STRANGER.agent else Visitor(STRANGER.agent, visitor.client, visitor.issuer)
    return mine == tally.answers(wider)


def _entry(tally: Tally, visitor: Visitor) -> Entry:
    via, answers = tally.via(visitor), tally.answers(visitor)
    return Entry("", word_of(visitor), answers, via, app=visitor.client or "", issuer=visitor.issuer or "")


def _shape(line: Entry) -> tuple[str, Answers, str, str]:
    return line.audience, line.answers, line.app, line.issuer


def _at(line: Entry, place: str, covers: int = 1) -> Entry:
    return Entry(place, line.audience, line.answers, line.via, covers, line.app, line.issuer)


def word_of(visitor: Visitor) -> str:
    """A visitor as people name it."""
    if visitor.agent is None:
        return PUBLIC.word
    return SIGNED_IN.word if visitor.agent == STRANGER.agent else visitor.agent


def visitor_of(agent: str) -> Visitor:
    """The visitor a word stands for: a WebID, ``public`` or ``signed-in``."""
    return {PUBLIC.word: NOBODY, SIGNED_IN.word: STRANGER}.get(agent, Visitor(agent))


def in_words(rule: Rule, owner_of_rule: str) -> str:
    """One rule as a person would say it; ``owner_of_rule`` is the place whose control document it stands in."""
    who = ", ".join(sorted(w.word if w.kind is not Kind.GROUP else f"members of {w.iri}" for w in rule.audience))
    modes = ", ".join(mode.value for mode in MODES if mode in rule.modes)
    reach = {(True, True): "here and below", (True, False): "here only", (False, True): "below only"}
    verb = "denies" if rule.deny else "lets"
    notes = f" (written beside it, perhaps not enforced: {', '.join(rule.notes)})" if rule.notes else ""
    return f"{owner_of_rule} {verb} {who} {modes} {reach[rule.here, rule.below]}{notes}"
