"""Rules added up once give the answers that deciding each mode gives; subtrees fold without losing a place."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.access.acp_worlds import Acr, acp_world, denies, lets
from tests.access.test_decide import FOG, GROUPS, KNOCKS, WORLDS, A, agent, allow, group
from tests.access.worlds import ACME, ANYONE, BASE, BOLT, OWNER, SIGNED, TEAM, at, owned, rule, world

from lifepod.access.audit import Audit
from lifepod.access.decide import Groups, decide
from lifepod.access.rules import MODES, PUBLIC, STRANGER, Answer, Kind, Rule, Visitor
from lifepod.access.tally import Tally

AS_SUCH = st.lists(st.builds(allow, st.sampled_from([PUBLIC, agent(A), group("https://g.example/doc#us")])), max_size=4)


@given(st.one_of(WORLDS, AS_SUCH), KNOCKS, GROUPS, st.booleans())
@settings(max_examples=300, deadline=None)
def test_the_sum_says_what_deciding_each_mode_says(
    rules: list[Rule], visitor: Visitor, groups: Groups, foggy: bool
) -> None:
    fog = FOG if foggy else ()
    verdicts = [decide(rules, visitor, mode, groups, fog) for mode in MODES]
    tally = Tally(tuple(rules), fog, groups)
    assert tally.answers(visitor) == tuple(v.answer for v in verdicts)
    assert set(tally.via(visitor)) == {r for v in verdicts if v.answer is not Answer.NO for r in v.rules}


@given(WORLDS, st.sampled_from([A, "https://b.example/card#me", STRANGER.agent, None]), GROUPS, st.booleans())
@settings(max_examples=150, deadline=None)
def test_reach_is_the_best_of_every_way_in(rules: list[Rule], who: str | None, groups: Groups, foggy: bool) -> None:
    """V7."""
    fog = FOG if foggy else ()
    apps = (None, "https://app.example/id", "https://other.example/id")
    pairs = [(c, i) for c in apps for i in apps]
    ways = [Visitor(None), *(Visitor(who, c, i) for c, i in pairs if who is not None)]
    best = tuple(max(decide(rules, v, mode, groups, fog).answer for v in ways) for mode in MODES)
    assert Tally(tuple(rules), fog, groups).reach(who) == best


@given(WORLDS, GROUPS, st.booleans())
@settings(max_examples=100, deadline=None)
def test_whoever_is_not_named_is_like_anyone_signed_in(rules: list[Rule], groups: Groups, foggy: bool) -> None:
    """V5."""
    tally = Tally(tuple(rules), FOG if foggy else (), groups)
    unread = any(w.kind is Kind.GROUP and groups.get(w.iri) is None for r in rules for w in r.audience)
    assert tally.has_unread_group is unread
    for name in {A, "https://b.example/card#me"} - tally.named:
        assert tally.answers(Visitor(name)) == tally.answers(STRANGER) or unread


WAC = world(
    {
        "": owned("", rule("a", ACME, below=".") + rule("s", SIGNED, "Append", here=".")),
        "c/": owned("c/", rule("g", f"acl:agentGroup <{TEAM}>", here="c/", below="c/")),
        "c/d/x.ttl": owned("c/d/x.ttl", rule("p", ANYONE, here="c/d/x.ttl")),
    },
    "c/d/y.ttl",
    "e/z.ttl",
    blind={"f/": "403"},
    groups={TEAM: (BOLT,)},
)
ACP = acp_world(
    {
        "": Acr((lets(OWNER, "Read", "Control"),), (lets(OWNER, "Read", "Control"), lets(ACME))),
        "c/": Acr((denies(ACME),), (denies(ACME),)),
        "c/x.ttl": None,
        "d/": None,
        "d/y.ttl": Acr((lets(BOLT, "Write"),)),
    }
)


@pytest.mark.parametrize("audit", [Audit(WAC.survey), ACP], ids=["wac", "acp"])
def test_folding_keeps_every_place_and_every_answer_in_both_dialects(audit: Audit) -> None:
    flat = {p.url: {(e.audience, e.answers) for e in audit.who(p.url)} for p in audit.survey.places}
    folds = list(audit.folded(lambda key: frozenset((e.audience, e.answers) for e in audit.lines(key))))
    assert sum(fold.covers for fold in folds) == len(flat)
    for place, lines in flat.items():
        above = [f for f in folds if place == f.place or (f.place.endswith("/") and place.startswith(f.place))]
        assert lines == max(above, key=lambda fold: len(fold.place)).line


@pytest.mark.parametrize("audit", [Audit(WAC.survey), ACP], ids=["wac", "acp"])
def test_each_place_has_the_source_that_is_found_one_by_one(audit: Audit) -> None:
    fresh = Audit(audit.survey)
    assert dict(audit.sources()) == {p.url: fresh.source_of(p.url) for p in audit.survey.places}
    assert fresh.source_of(BASE) == (BASE, True)
    assert at("c/") in dict(audit.sources())
