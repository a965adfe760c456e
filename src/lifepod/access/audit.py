"""What a survey means: who can see what, by place and by agent, and why.

It refuses to leave out blind spots and to sum a person up in one number. Pure: a survey in, answers out. Places are
folded where a whole subtree is alike: a place is listed when its answers differ from those of its container.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property

from lifepod.access.decide import decide
from lifepod.access.rules import (
    MODES,
    NOBODY,
    PUBLIC,
    SIGNED_IN,
    STRANGER,
    Answer,
    BlindSpot,
    Kind,
    Mode,
    Rule,
    Verdict,
    Visitor,
)
from lifepod.access.survey import Own, Place, Survey, parent_of
from lifepod.errors import Missing

Answers = tuple[Answer, Answer, Answer, Answer]
"""One answer per mode, in the order of :data:`MODES`."""

ALL_UNKNOWN: Answers = (Answer.UNKNOWN,) * 4
ALL_NO: Answers = (Answer.NO,) * 4


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
        self._places = {place.url: place for place in survey.places}
        self._bases: dict[tuple[str, bool], Basis] = {}
        self._verdicts: dict[tuple[str, bool, Visitor, Mode], Verdict] = {}

    @cached_property
    def agents(self) -> tuple[str, ...]:
        """Every WebID that a rule or a group names, sorted; the owner included."""
        named = {w.iri for p in self.survey.places for r in p.control.rules for w in r.audience if w.kind is Kind.AGENT}
        members = {agent for group in self.groups.values() if group for agent in group}
        return tuple(sorted(named | members | {self.survey.owner}))

    @cached_property
    def everyone(self) -> tuple[Visitor, ...]:
        """A finite set of visitors that stands for all (access V5)."""
        return (*(Visitor(agent) for agent in self.agents), STRANGER, NOBODY)

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

    def source_of(self, url: str) -> tuple[str, bool]:
        """Which control document speaks for a place (by the place that owns it), and whether it is its own (WAC W2)."""
        own, here = url, True
        while True:
            place = self._places.get(own)
            if place is None or place.control.own is not Own.NONE:
                return own, here
            above = parent_of(own, self.survey.storage)
            if above is None:
                return "", False
            own, here = above, False

    def basis(self, url: str) -> Basis:
        """The rules in effect for a place (https://solidproject.org/TR/wac#effective-acl-resource)."""
        return self._basis(self.source_of(url))

    def _basis(self, key: tuple[str, bool]) -> Basis:
        if key not in self._bases:
            self._bases[key] = self._work_out(*key)
        return self._bases[key]

    def _work_out(self, source: str, here: bool) -> Basis:
        if not source:
            return Basis((), (BlindSpot(self.survey.storage, "no access document was found up to the root"),), "")
        place = self._places.get(source)
        if place is None:
            return Basis((), (BlindSpot(source, "it was not looked at"),), source)
        if place.control.own is Own.BLIND:
            return Basis((), (BlindSpot(source, place.control.cause),), source)
        return Basis(tuple(r for r in place.control.rules if (r.here if here else r.below)), (), source)

    def verdict(self, url: str, visitor: Visitor, mode: Mode) -> Verdict:
        """Yes, no or unknown for one visitor, place and mode, with what it rests on."""
        key = (*self.source_of(url), visitor, mode)
        if key not in self._verdicts:
            basis = self._basis(key[:2])
            self._verdicts[key] = decide(basis.rules, visitor, mode, self.groups, basis.blind)
        return self._verdicts[key]

    def verdict_below(self, url: str, visitor: Visitor, mode: Mode) -> Verdict:
        """The verdict for what would be put into the container ``url`` and gets no rules of its own."""
        basis = self._basis((self.source_of(url)[0], False))
        return decide(basis.rules, visitor, mode, self.groups, basis.blind)

    def answers(self, url: str, visitor: Visitor) -> Answers:
        """The four answers for one visitor at one place."""
        read, append, write, control = (self.verdict(url, visitor, mode).answer for mode in MODES)
        return read, append, write, control

    def for_agent(self, url: str, agent: str) -> Answers:
        """The four answers for one WebID."""
        return self.answers(url, Visitor(agent))

    def who(self, url: str) -> tuple[Entry, ...]:
        """Who may do what at one place.

        The public and signed-in lines stand first when they say anything; an agent is listed where its answers differ
        from those of anyone signed in.
        """
        if self.basis(url).blind and not any(r.deny for r in self.basis(url).rules):
            return (Entry(url, "anyone", ALL_UNKNOWN),)
        out, public, signed = [], self.answers(url, NOBODY), self.answers(url, STRANGER)
        if public != ALL_NO:
            out.append(self._entry(url, PUBLIC.word, NOBODY, public))
        if signed != public:
            out.append(self._entry(url, SIGNED_IN.word, STRANGER, signed))
        for agent in self.agents:
            answers = self.answers(url, Visitor(agent))
            if answers != signed:
                out.append(self._entry(url, agent, Visitor(agent), answers))
        return tuple(out)

    def _entry(self, url: str, word: str, visitor: Visitor, answers: Answers) -> Entry:
        verdicts = [self.verdict(url, visitor, mode) for mode in MODES]
        via = {r: None for v in verdicts if v.answer is not Answer.NO for r in v.rules}
        return Entry(url, word, answers, tuple(via))

    def who_below(self, url: str, *, fold: bool = True) -> tuple[Entry, ...]:
        """Who may do what, from ``url`` down; alike subtrees folded into the container they begin at."""
        shown: dict[str, list[Entry]] = {}
        head: dict[str, str] = {}
        counts: dict[str, int] = {}
        for place in self.below(url):
            entries = self.who(place.url)
            above = head.get(parent_of(place.url, self.survey.storage) or "")
            same = fold and above is not None and _alike(shown[above], entries)
            top = above if same and above is not None else place.url
            head[place.url] = top
            counts[top] = counts.get(top, 0) + 1
            if not same:
                shown[place.url] = list(entries)
        return tuple(
            Entry(e.place, e.audience, e.answers, e.via, counts[top]) for top, entries in shown.items() for e in entries
        )

    def sees(self, agent: str) -> tuple[Entry, ...]:
        """Every place an agent can reach, or may be able to, folded; ``audience`` says through what."""
        visitor = NOBODY if agent == PUBLIC.word else STRANGER if agent == SIGNED_IN.word else Visitor(agent)
        out: dict[str, Entry] = {}
        head: dict[str, str | None] = {}
        for place in self.survey.places:
            answers = self.answers(place.url, visitor)
            above = head.get(parent_of(place.url, self.survey.storage) or "")
            if above is not None and out[above].answers == answers:
                head[place.url] = above
                out[above] = Entry(above, out[above].audience, answers, out[above].via, out[above].covers + 1)
            elif answers == ALL_NO:
                head[place.url] = None
            else:
                head[place.url] = place.url
                through = self._through(place.url, visitor)
                out[place.url] = self._entry(place.url, through, visitor, answers)
        return tuple(out.values())

    def _through(self, url: str, visitor: Visitor) -> str:
        answers = self.answers(url, visitor)
        if answers == self.answers(url, NOBODY):
            return "anyone" if answers == ALL_UNKNOWN else PUBLIC.word
        if answers == self.answers(url, STRANGER):
            return SIGNED_IN.word
        return visitor.agent or PUBLIC.word


def _alike(one: list[Entry], other: tuple[Entry, ...]) -> bool:
    return [(e.audience, e.answers) for e in one] == [(e.audience, e.answers) for e in other]


def in_words(rule: Rule, owner_of_rule: str) -> str:
    """One rule as a person would say it; ``owner_of_rule`` is the place whose control document it stands in."""
    who = ", ".join(sorted(w.word if w.kind is not Kind.GROUP else f"members of {w.iri}" for w in rule.audience))
    modes = ", ".join(mode.value for mode in MODES if mode in rule.modes)
    reach = {(True, True): "here and below", (True, False): "here only", (False, True): "below only"}
    verb = "denies" if rule.deny else "lets"
    notes = f" (written beside it, perhaps not enforced: {', '.join(rule.notes)})" if rule.notes else ""
    return f"{owner_of_rule} {verb} {who} {modes} {reach[rule.here, rule.below]}{notes}"
