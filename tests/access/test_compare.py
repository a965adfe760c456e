"""The difference between two surveys: who gained and lost, what became unknown or known, what came and went."""

from __future__ import annotations

from dataclasses import replace

import pytest
from tests.access.acp_worlds import ISSUER, Acr, Matcher, Policy, acp_world, denies, lets
from tests.access.worlds import ACME, ANYONE, BASE, BOLT, OWNER, SIGNED, TEAM, at, owned, rule, world

from lifepod.access.audit import Audit
from lifepod.access.compare import Difference, compare
from lifepod.access.plans import Ground
from lifepod.errors import Undecided

PLAIN = {"": owned("")}
KINDS = ("gained", "lost", "unknown", "found_open", "found_closed")


def between(before: Ground, after: Ground) -> Difference:
    return compare(Audit(before.survey), Audit(after.survey))


def told(found: Difference) -> list[tuple[str, str, str, str, int]]:
    return [
        (m.audience, kind, ",".join(mode.value for mode in getattr(m, kind)), m.place.removeprefix(BASE), m.covers)
        for m in found.moves
        for kind in KINDS
        if getattr(m, kind)
    ]


def test_the_same_pod_twice_has_no_difference() -> None:
    ground = world(PLAIN, "c/x.ttl", blind={"d/": "403"})
    assert between(ground, ground).is_empty


def test_a_grant_is_told_once_where_it_begins() -> None:
    after = world({"": owned(""), "c/": owned("c/", rule("a", ACME, here="c/", below="c/"))}, "c/d/x.ttl", "e.ttl")
    found = between(world(PLAIN, "c/d/x.ttl", "e.ttl"), after)
    assert told(found) == [(ACME, "gained", "read", "c/", 3)]
    back = between(after, world(PLAIN, "c/d/x.ttl", "e.ttl"))
    assert told(back) == [(ACME, "lost", "read", "c/", 3)]


@pytest.mark.parametrize(("line", "audience"), [(ANYONE, "public"), (SIGNED, "signed-in"), (BOLT, BOLT)])
def test_what_a_wider_audience_gained_is_not_told_again_of_each_agent(line: str, audience: str) -> None:
    base = rule("a", ACME, "Append", here=".")
    after = world({"": owned("", base + rule("r", line, here="."))})
    found = told(between(world({"": owned("", base)}), after))
    assert (audience, "gained", "read", "", 1) in found
    assert OWNER not in {who for who, *_ in found}


def test_not_known_any_more_is_neither_gained_nor_lost() -> None:
    """V4."""
    before, after = world(PLAIN, "c/x.ttl"), world(PLAIN, "c/x.ttl", blind={"c/": "403"})
    found = between(before, after)
    assert {kind for _, kind, *_ in told(found)} == {"unknown"}
    assert {(m.place, m.covers) for m in found.moves} == {(at("c/"), 2)}
    assert [b.place for b in found.blind] == [at("c/")]
    known = told(between(after, before))
    assert {kind for _, kind, *_ in known} == {"found_open", "found_closed"}
    assert ("public", "found_closed", "read,append,write,control", "c/", 2) in known


def test_a_new_place_that_stands_as_its_container_does_only_came() -> None:
    found = between(world({"": owned("", rule("a", ACME, below="."))}),
                    world({"": owned("", rule("a", ACME, below="."))}, "c/d/x.ttl", "y.ttl"))  # fmt: skip
    assert found.moves == ()
    assert found.came == ((at("c/"), 3), (at("y.ttl"), 1))


def test_a_new_place_with_rules_of_its_own_tells_what_they_give_beyond_the_container() -> None:
    after = world({"": owned(""), "new.ttl": owned("new.ttl", rule("a", ACME, here="new.ttl"))})
    found = between(world(PLAIN), after)
    assert told(found) == [(ACME, "gained", "read", "new.ttl", 1)]
    assert found.came == ((at("new.ttl"), 1),)


def test_a_place_that_went_is_told_and_nobody_has_lost_it() -> None:
    before = world({"": owned(""), "c/x.ttl": owned("c/x.ttl", rule("a", ACME, here="c/x.ttl"))}, "c/y.ttl")
    found = between(before, world(PLAIN))
    assert (found.moves, found.went) == ((), ((at("c/"), 3),))


def test_a_member_who_came_into_a_group_gained_what_it_opens() -> None:
    acl = {"": owned("", rule("g", f"acl:agentGroup <{TEAM}>", here="."))}
    found = between(world(acl, groups={TEAM: ()}), world(acl, groups={TEAM: (ACME,)}))
    assert told(found) == [(ACME, "gained", "read", "", 1)]


def test_a_denial_is_a_loss_in_the_other_dialect_too() -> None:
    root = Acr((lets(OWNER, "Control"),), (lets(OWNER, "Control"), lets(ACME)))
    before = acp_world({"": root, "c/": None, "c/x.ttl": None})
    after = acp_world({"": root, "c/": Acr((denies(ACME),), (denies(ACME),)), "c/x.ttl": None})
    assert told(compare(before, after)) == [(ACME, "lost", "read", "c/", 2)]


def test_surveys_of_two_pods_are_not_compared() -> None:
    survey = world(PLAIN).survey
    with pytest.raises(Undecided, match="two pods"):
        compare(Audit(survey), Audit(replace(survey, storage="https://other.example/", places=())))


def test_what_an_issuers_logins_gain_is_told_once_and_never_as_the_publics() -> None:
    by_issuer = Policy(("Read",), any_of=(Matcher({"issuer": (ISSUER,)}),))
    before = acp_world({"": Acr((lets(OWNER, "Control"), lets(ACME, "Append")))})
    after = acp_world({"": Acr((lets(OWNER, "Control"), lets(ACME, "Append"), by_issuer))})
    moves = {(m.audience, m.issuer) for m in compare(before, after).moves}
    assert moves == {("signed-in", ISSUER), (ACME, ISSUER), (OWNER, ISSUER)}
