"""Rules and a visitor in, yes, no or unknown out: V1 sound, V2 order-free, V3 with its basis."""

from __future__ import annotations

import itertools
from random import Random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from lifepod.access import rules as nouns
from lifepod.access.decide import Groups, decide, satisfied
from lifepod.access.rules import (
    NOBODY,
    PUBLIC,
    SIGNED_IN,
    STRANGER,
    Answer,
    BlindSpot,
    Kind,
    Mode,
    Rule,
    Visitor,
    Who,
)

A, B = "https://a.example/card#me", "https://b.example/card#me"
GROUP, OTHER_GROUP = "https://g.example/doc#us", "https://g.example/doc#them"
NO, UNKNOWN, YES = Answer.NO, Answer.UNKNOWN, Answer.YES
FOG = (BlindSpot("https://pod.example/c/", "403"),)
READ = frozenset({Mode.READ})


def agent(iri: str) -> Who:
    return Who(Kind.AGENT, iri)


def group(iri: str) -> Who:
    return Who(Kind.GROUP, iri)


def allow(*who: Who, modes: frozenset[Mode] = READ, node: str = "n") -> Rule:
    return Rule("doc", node, modes, (nouns.Test(who=who),))


def deny(*who: Who, modes: frozenset[Mode] = READ, node: str = "d") -> Rule:
    return Rule("doc", node, modes, (nouns.Test(who=who),), deny=True)


# What one rule says

VISITORS = (NOBODY, STRANGER, Visitor(A), Visitor(B))


@pytest.mark.parametrize(
    ("who", "answers"),
    [
        (PUBLIC, (YES, YES, YES, YES)),
        (SIGNED_IN, (NO, YES, YES, YES)),
        (agent(A), (NO, NO, YES, NO)),
        (agent(A.removesuffix("#me")), (NO, NO, NO, NO)),
        (agent(A + "you"), (NO, NO, NO, NO)),
        (group(GROUP), (NO, NO, YES, NO)),
        (group(OTHER_GROUP), (NO, UNKNOWN, UNKNOWN, UNKNOWN)),
    ],
)
def test_who_an_audience_lets_in(who: Who, answers: tuple[Answer, ...]) -> None:
    """W10: a WebID matches whole, fragment included. W11: everyone, and anyone signed in. W12: groups by exact IRI."""
    groups: Groups = {GROUP: frozenset({A}), OTHER_GROUP: None}
    assert tuple(decide([allow(who)], v, Mode.READ, groups).answer for v in VISITORS) == answers


@pytest.mark.parametrize(
    ("written", "granted"),
    [
        ({Mode.READ}, {Mode.READ}),
        ({Mode.APPEND}, {Mode.APPEND}),
        ({Mode.WRITE}, {Mode.WRITE, Mode.APPEND}),
        ({Mode.CONTROL}, {Mode.CONTROL}),
    ],
)
def test_write_implies_append_and_nothing_else_implies_anything(written: set[Mode], granted: set[Mode]) -> None:
    """W14."""
    rules = [allow(agent(A), modes=frozenset(written))]
    assert {m for m in Mode if decide(rules, Visitor(A), m, {}).answer is YES} == granted


def test_two_rules_that_match_by_halves_are_no_match() -> None:
    """W9: each rule must match on its own."""
    halves = [allow(agent(A), modes=frozenset({Mode.WRITE})), allow(agent(B), modes=READ)]
    assert decide(halves, Visitor(A), Mode.READ, {}).answer is NO


def test_one_rule_grants_every_subject_every_mode() -> None:
    """W9: the full product."""
    rule = allow(agent(A), agent(B), modes=frozenset({Mode.READ, Mode.CONTROL}))
    answers = [decide([rule], Visitor(v), m, {}).answer for v in (A, B) for m in (Mode.READ, Mode.CONTROL)]
    assert answers == [YES] * 4


@pytest.mark.parametrize(
    ("origin", "answer"),
    [(None, YES), ("https://app.example", YES), ("https://other.example", NO)],
)
def test_an_origin_restricts_only_requests_that_name_one(origin: str | None, answer: Answer) -> None:
    """W13."""
    test = nouns.Test(who=(agent(A),), origins=("https://app.example",))
    rule = Rule("doc", "n", READ, (test,))
    assert decide([rule], Visitor(A, origin=origin), Mode.READ, {}).answer is answer


@pytest.mark.parametrize(
    ("rules", "answer"),
    [
        ([allow(PUBLIC), deny(agent(A))], NO),
        ([allow(agent(A)), deny(agent(A))], NO),
        ([allow(agent(A)), deny(agent(B))], YES),
        ([allow(agent(A)), deny(group(OTHER_GROUP))], UNKNOWN),
        ([deny(agent(A))], NO),
        ([], NO),
    ],
)
def test_a_denial_beats_every_allow_in_whatever_order(rules: list[Rule], answer: Answer) -> None:
    """T1: a later allow does not cancel an earlier deny."""
    for order in itertools.permutations(rules):
        assert decide(order, Visitor(A), Mode.READ, {}).answer is answer


NEVER, ALWAYS = nouns.Test(), nouns.Test(who=(PUBLIC,))


@pytest.mark.parametrize(
    ("every", "some", "none", "answer"),
    [
        ((), (), (), NO),
        ((), (), (NEVER,), NO),
        ((ALWAYS,), (), (), YES),
        ((), (NEVER, ALWAYS), (), YES),
        ((ALWAYS, NEVER), (ALWAYS,), (), NO),
        ((ALWAYS,), (NEVER,), (), NO),
        ((ALWAYS,), (ALWAYS,), (ALWAYS,), NO),
        ((ALWAYS,), (), (NEVER,), YES),
    ],
)
def test_when_a_rule_of_several_parts_is_satisfied(
    every: tuple[nouns.Test, ...], some: tuple[nouns.Test, ...], none: tuple[nouns.Test, ...], answer: Answer
) -> None:
    """ACP A7, A8: none alone is never satisfied, an empty matcher never matches."""
    assert satisfied(Rule("doc", "n", READ, every, some, none), Visitor(A), {}) is answer


# What a verdict rests on


def test_a_yes_names_exactly_the_rules_that_grant() -> None:
    """V3."""
    one, two, other = allow(agent(A), node="1"), allow(PUBLIC, node="2"), allow(agent(B), node="3")
    assert set(decide([one, two, other], Visitor(A), Mode.READ, {}).rules) == {one, two}


def test_a_blind_spot_makes_every_answer_unknown_that_no_denial_settles() -> None:
    """V3, V4: an unknown names its blind spots; only a known denial is a no through fog."""
    seen = decide([allow(agent(A))], Visitor(A), Mode.READ, {}, FOG)
    unseen = decide([], Visitor(B), Mode.READ, {}, FOG)
    denied = decide([deny(agent(A))], Visitor(A), Mode.READ, {}, FOG)
    assert (seen.answer, seen.blind, unseen.answer, unseen.blind) == (UNKNOWN, FOG, UNKNOWN, FOG)
    assert denied.answer is NO


def test_a_no_names_the_denials_or_else_the_rules_that_were_not_enough() -> None:
    """V3: a denial that may not even apply is not what a no rests on."""
    shut, other, maybe = deny(agent(A)), allow(agent(B)), deny(group(OTHER_GROUP))
    assert decide([allow(PUBLIC), shut], Visitor(A), Mode.READ, {}).rules == (shut,)
    assert decide([other], Visitor(A), Mode.READ, {}).rules == (other,)
    assert decide([other, maybe], Visitor(A), Mode.READ, {OTHER_GROUP: None}).rules == (other,)


# Properties over all kinds of rules

AUDIENCES = st.sampled_from([PUBLIC, SIGNED_IN, agent(A), agent(B), group(GROUP), group(OTHER_GROUP)])
APPS = st.sampled_from([(), ("https://app.example/id",), ("https://other.example/id",)])
MATCHERS = st.builds(
    nouns.Test,
    who=st.lists(AUDIENCES, max_size=2).map(tuple),
    clients=APPS,
    issuers=APPS,
    unclear=st.booleans(),
)
RULES = st.builds(
    Rule,
    document=st.just("doc"),
    node=st.uuids().map(str),
    modes=st.frozensets(st.sampled_from(Mode), min_size=1),
    every=st.lists(MATCHERS, max_size=2).map(tuple),
    some=st.lists(MATCHERS, max_size=2).map(tuple),
    none=st.lists(MATCHERS, max_size=1).map(tuple),
    deny=st.booleans(),
)
WORLDS = st.lists(RULES, max_size=5)
KNOCKS = st.builds(
    Visitor,
    agent=st.sampled_from([None, A, B, "urn:someone"]),
    client=st.sampled_from([None, "https://app.example/id"]),
    issuer=st.sampled_from([None, "https://app.example/id"]),
)
MEMBERS = st.one_of(st.none(), st.frozensets(st.sampled_from([A, B])))
GROUPS = st.fixed_dictionaries({GROUP: MEMBERS, OTHER_GROUP: MEMBERS})
MODE = st.sampled_from(Mode)


@given(WORLDS, KNOCKS, MODE, GROUPS, st.booleans(), st.randoms(use_true_random=False))
@settings(max_examples=150, deadline=None)
def test_the_order_of_rules_means_nothing(
    rules: list[Rule], visitor: Visitor, mode: Mode, groups: Groups, foggy: bool, random: Random
) -> None:
    """V2."""
    fog = FOG if foggy else ()
    one = decide(rules, visitor, mode, groups, fog)
    mixed = list(rules)
    random.shuffle(mixed)
    other = decide(mixed, visitor, mode, groups, fog)
    assert (one.answer, set(one.rules), one.blind) == (other.answer, set(other.rules), other.blind)


def completions(rule: Rule, clear: list[bool]) -> Rule:
    """The rule with each unclear matcher turned out to match as far as we can read it, or not at all."""

    def settled(test: nouns.Test) -> nouns.Test:
        if not test.unclear:
            return test
        bare = not (test.who or test.clients or test.issuers)
        plain = nouns.Test((PUBLIC,) if bare else test.who, test.clients, test.issuers)
        return plain if clear.pop() else nouns.Test()

    parts = [tuple(settled(test) for test in part) for part in (rule.every, rule.some, rule.none)]
    return Rule(rule.document, rule.node, rule.modes, parts[0], parts[1], parts[2], rule.deny)


@given(WORLDS, KNOCKS, MODE, GROUPS, st.one_of(st.none(), WORLDS), st.data())
@settings(max_examples=250, deadline=None)
def test_a_definite_answer_survives_whatever_the_unknown_turns_out_to_be(
    rules: list[Rule], visitor: Visitor, mode: Mode, groups: Groups, hidden: list[Rule] | None, data: st.DataObject
) -> None:
    """V1: unread groups get any members, unclear matchers match or not, a blind spot may hold any rules."""
    answer = decide(rules, visitor, mode, groups, () if hidden is None else FOG).answer
    clear = [data.draw(st.booleans()) for rule in rules for part in (rule.every, rule.some, rule.none) for _ in part]
    known: Groups = {
        iri: data.draw(st.frozensets(st.sampled_from([A, B, "urn:someone"]))) if members is None else members
        for iri, members in groups.items()
    }
    settled = [completions(rule, clear) for rule in rules]
    settled += [completions(rule, [True] * 9) for rule in hidden or []]
    truth = decide(settled, visitor, mode, known).answer
    assert truth is not UNKNOWN
    assert answer in (UNKNOWN, truth)


@given(WORLDS, KNOCKS, MODE, GROUPS, st.booleans())
@settings(max_examples=150, deadline=None)
def test_rules_outside_the_basis_can_go_without_changing_the_answer(
    rules: list[Rule], visitor: Visitor, mode: Mode, groups: Groups, foggy: bool
) -> None:
    """V3."""
    fog = FOG if foggy else ()
    verdict = decide(rules, visitor, mode, groups, fog)
    assert set(verdict.rules) <= set(rules)
    assert decide(verdict.rules, visitor, mode, groups, verdict.blind).answer is verdict.answer


@given(WORLDS, MODE, GROUPS)
@settings(max_examples=100, deadline=None)
def test_without_denials_signing_in_never_takes_anything_away(rules: list[Rule], mode: Mode, groups: Groups) -> None:
    """V7: what an agent can reach is at least what nobody can, in a dialect that only adds (W9)."""
    adding = [Rule(r.document, r.node, r.modes, r.every, r.some) for r in rules if not r.deny]
    nobody, stranger, named = (decide(adding, v, mode, groups).answer for v in (NOBODY, STRANGER, Visitor(A)))
    assert nobody <= stranger <= named


@given(WORLDS, MODE, GROUPS, st.booleans())
@settings(max_examples=100, deadline=None)
def test_one_unnamed_agent_stands_for_all_that_no_document_names(
    rules: list[Rule], mode: Mode, groups: Groups, foggy: bool
) -> None:
    """V5."""
    fog = FOG if foggy else ()
    other = Visitor("https://never-mentioned.example/#me")
    assert decide(rules, other, mode, groups, fog) == decide(rules, STRANGER, mode, groups, fog)
