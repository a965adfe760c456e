"""The rules in effect for a place, added up once, so that each visitor's four answers cost one look.

It refuses to know more than :func:`~lifepod.access.decide.decide`: for each mode it gives the answer that ``decide``
gives, and only the way there is shorter. Nearly all rules let some audience in without any condition; those become
sums of modes by agent. Every other rule is asked anew for each visitor.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from functools import lru_cache
from itertools import product

from lifepod.access.decide import Groups, decide, satisfied
from lifepod.access.rules import MODES, Answer, BlindSpot, Kind, Mode, Rule, Visitor, Who

Answers = tuple[Answer, Answer, Answer, Answer]
"""One answer per mode, in the order of :data:`MODES`."""
Ways = tuple[tuple[str | None, str | None], ...]
"""Apps and issuers somebody may come by."""

ALL_UNKNOWN: Answers = (Answer.UNKNOWN,) * 4
ALL_NO: Answers = (Answer.NO,) * 4
MEMBER = "urn:lifepod:a-member"
"""Stands for one who is in a group and in no other, where a group is asked about."""

_BIT = {mode: 1 << n for n, mode in enumerate(MODES)}
_SIMPLE = frozenset({Kind.PUBLIC, Kind.SIGNED_IN, Kind.AGENT, Kind.GROUP})


class Tally:
    """Everyone's answers where exactly these rules are in effect."""

    def __init__(self, rules: tuple[Rule, ...], blind: tuple[BlindSpot, ...], groups: Groups) -> None:
        self.rules, self.blind, self._groups = rules, blind, groups
        self._by_agent: dict[str, int] = {}
        self._public = self._signed_in = self._perhaps = 0
        self._asked: list[tuple[Rule, int]] = []
        self.has_unread_group = False
        """Whether anyone that is named anywhere may be in a group of these rules."""
        for rule in rules:
            modes = _bits(rule.modes)
            if _lets_in_as_such(rule):
                for who in rule.every[0].who:
                    self._add(who, modes)
            else:
                self._asked.append((rule, modes))
                self.has_unread_group |= any(self._is_unread(who) for who in rule.audience)

    def _add(self, who: Who, modes: int) -> None:
        if who.kind is Kind.AGENT:
            self._by_agent[who.iri] = self._by_agent.get(who.iri, 0) | modes
        elif who.kind is Kind.PUBLIC:
            self._public |= modes
        elif who.kind is Kind.SIGNED_IN:
            self._signed_in |= modes
        elif (members := self._groups.get(who.iri)) is not None:
            for agent in members:
                self._by_agent[agent] = self._by_agent.get(agent, 0) | modes
        else:
            self._perhaps |= modes
            self.has_unread_group = True

    def _is_unread(self, who: Who) -> bool:
        return who.kind is Kind.GROUP and self._groups.get(who.iri) is None

    @property
    def named(self) -> frozenset[str]:
        """Every agent that these rules or their groups name."""
        audience = {who for rule, _ in self._asked for who in rule.audience}
        agents = {who.iri for who in audience if who.kind is Kind.AGENT}
        members = {a for who in audience if who.kind is Kind.GROUP for a in self._groups.get(who.iri) or ()}
        return frozenset(agents | members | self._by_agent.keys())

    @property
    def ways(self) -> Ways:
        """Apps and issuers these rules name, each with each and with none; none first."""
        return ways_of(rule for rule, _ in self._asked)

    def answers(self, visitor: Visitor) -> Answers:
        """The four answers for one visitor."""
        if not self._asked:
            return self._as_such(visitor.agent)
        yes, perhaps = self._sums(visitor.agent)
        denied = maybe_denied = 0
        for rule, modes in self._asked:
            holds = satisfied(rule, visitor, self._groups)
            if holds is Answer.NO:
                continue
            if rule.deny:
                denied |= modes if holds is Answer.YES else 0
                maybe_denied |= modes
            else:
                yes |= modes if holds is Answer.YES else 0
                perhaps |= modes
        return _answers(yes, perhaps, denied, maybe_denied, bool(self.blind))

    def _sums(self, agent: str | None) -> tuple[int, int]:
        if agent is None:
            return self._public, 0
        return self._public | self._signed_in | self._by_agent.get(agent, 0), self._perhaps

    def _as_such(self, agent: str | None) -> Answers:
        yes, perhaps = self._sums(agent)
        return _answers(yes, perhaps, 0, 0, bool(self.blind))

    def reach(self, agent: str | None) -> Answers:
        """The best of what an agent gets as itself, by any app and login, and as nobody (access V7)."""
        if not self._asked:
            return self._as_such(agent)  # nothing is denied, so signing in takes nothing away
        agents = (agent, None) if agent is not None else (None,)
        # Nobody who is signed out has an app or a login: those come with a token.
        ways = [Visitor(a, *way) for a in agents for way in self.ways if a is not None or way == (None, None)]
        every = [self.answers(visitor) for visitor in ways]
        read, append, write, control = (max(each) for each in zip(*every, strict=True))
        return read, append, write, control

    def via(self, visitor: Visitor) -> tuple[Rule, ...]:
        """The rules that give the visitor anything, or may."""
        if not (self._asked or self._perhaps or self.blind):
            mine = self._is_of
            return tuple(r for r in self.rules if any(mine(who, visitor.agent) for who in r.every[0].who))
        verdicts = (decide(self.rules, visitor, mode, self._groups, self.blind) for mode in MODES)
        return tuple(dict.fromkeys(r for v in verdicts if v.answer is not Answer.NO for r in v.rules))

    def _is_of(self, who: Who, agent: str | None) -> bool:
        if who.kind is Kind.AGENT:
            return who.iri == agent
        if who.kind is Kind.PUBLIC or agent is None:
            return who.kind is Kind.PUBLIC
        return who.kind is Kind.SIGNED_IN or agent in (self._groups.get(who.iri) or ())


def ways_of(rules: Iterable[Rule]) -> Ways:
    """Apps and issuers that rules name, each with each and with none: the ways in which somebody may come."""
    tests = [test for rule in rules for part in (rule.every, rule.some, rule.none) for test in part]
    clients = sorted({client for test in tests for client in test.clients})
    issuers = sorted({issuer for test in tests for issuer in test.issuers})
    return tuple(product((None, *clients), (None, *issuers)))


def _lets_in_as_such(rule: Rule) -> bool:
    """Whether nothing but being of its audience is asked for."""
    if rule.deny or rule.some or rule.none or len(rule.every) != 1:
        return False
    test = rule.every[0]
    narrowed = test.clients or test.issuers or test.origins or test.unclear or test.never
    return not narrowed and all(who.kind in _SIMPLE for who in test.who)


@lru_cache(maxsize=32)
def _bits(modes: frozenset[Mode]) -> int:
    return sum(_BIT[mode] for mode in modes)


@lru_cache(maxsize=4096)
def _answers(yes: int, perhaps: int, denied: int, maybe_denied: int, foggy: bool) -> Answers:
    fog = Answer.UNKNOWN if foggy else Answer.NO

    def strict(bit: int) -> Answer:
        allow, deny = _level(bit, yes, perhaps), _level(bit, denied, maybe_denied)
        return min(max(allow, fog), ~max(deny, fog))

    read, append, write, control = (strict(_BIT[mode]) for mode in MODES)
    return read, max(append, write), write, control  # whoever may write may append


def _level(bit: int, sure: int, perhaps: int) -> Answer:
    return Answer.YES if bit & sure else Answer.UNKNOWN if bit & perhaps else Answer.NO


def openings(answers: Answers) -> Iterator[tuple[Mode, Answer]]:
    """The modes that are open or may be, and which of the two."""
    return ((mode, answer) for mode, answer in zip(MODES, answers, strict=True) if answer is not Answer.NO)
