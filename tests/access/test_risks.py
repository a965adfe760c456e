"""Each kind of risk in a small pod that has it, and silence in a pod that has none."""

from __future__ import annotations

import pytest
from tests.access.acp_worlds import ACP, APP, Acr, Matcher, Policy, acp_world, denies, lets
from tests.access.worlds import (
    ACME,
    ANYONE,
    BASE,
    BOLT,
    OWNER,
    PREFIXES,
    SIGNED,
    TEAM,
    at,
    document,
    owned,
    rule,
    world,
)

from lifepod.access.audit import Audit
from lifepod.access.dialects import idle_of
from lifepod.access.plans import Ground
from lifepod.access.risks import Danger, Risk, risks
from lifepod.access.servers import WAC_SERVER

SAFE = {"": owned("", rule("a", ACME, below="."))}


def found(ground: Ground | Audit) -> list[Risk]:
    return list(risks(Audit(ground.survey) if isinstance(ground, Ground) else ground))


def kinds(ground: Ground | Audit) -> set[tuple[str, str, str]]:
    return {(r.danger.value, r.place.removeprefix(BASE), r.audience) for r in found(ground)}


def test_a_pod_that_gives_agents_what_they_read_has_no_risk() -> None:
    assert found(world(SAFE, "c/x.ttl", "y.ttl")) == []


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        (rule("p", ANYONE, "Append", here="."), ("public-change", "", "public")),
        (rule("p", ANYONE, "Write", below="."), ("public-change", "x.ttl", "public")),
        (rule("s", SIGNED, "Write", here="."), ("public-change", "", "signed-in")),
        (rule("c", ACME, "Control", here="."), ("control-given", "", ACME)),
        (rule("p", ANYONE, "Read", here="."), ("root-listed", "", "public")),
        (rule("g", f"acl:agentGroup <{TEAM}>", "Read", here="."), ("group-of-others", "", TEAM)),
    ],
)
def test_what_is_too_open_is_named_with_place_and_audience(line: str, expected: tuple[str, str, str]) -> None:
    assert kinds(world({"": owned("", line)}, "x.ttl", groups={TEAM: (ACME,)})) == {expected}


def test_anyone_signed_in_may_append_without_being_a_risk() -> None:
    """That is how an inbox works."""
    assert found(world({"": owned("", rule("s", SIGNED, "Append", here="."))})) == []


def test_a_risk_is_told_where_it_begins_with_the_places_it_holds_for() -> None:
    ground = world({"": owned(""), "c/": owned("c/", rule("p", ANYONE, "Write", here="c/", below="c/"))}, "c/d/x.ttl")
    [risk] = [r for r in found(ground) if r.danger is Danger.PUBLIC_CHANGE]
    assert (risk.place, risk.covers) == (at("c/"), 3)
    assert risk.says == "public may append and write here."


def test_a_group_nobody_could_read_is_a_risk_and_may_hold_anyone() -> None:
    """V4: what may be open is named as that."""
    line = rule("g", f"acl:agentGroup <{TEAM}>", "Read Control", here=".")
    told = found(world({"": owned("", line)}, groups={TEAM: None}))
    assert {r.danger for r in told} == {Danger.GROUP_UNREAD, Danger.GROUP_OF_OTHERS, Danger.CONTROL_GIVEN}
    [control] = [r for r in told if r.danger is Danger.CONTROL_GIVEN]
    assert (control.audience, control.says) == ("signed-in", "signed-in may be able to change who sees this.")


def test_a_group_in_the_pod_is_as_safe_as_its_document() -> None:
    """V6."""
    group = at("groups/g.ttl#us")
    rules = {"": owned("", rule("g", f"acl:agentGroup <{group}>", here=".") + rule("o", OWNER, "Write", below="."))}
    assert found(world(rules, "groups/g.ttl", groups={group: (ACME,)})) == []
    rules["groups/g.ttl"] = owned("groups/g.ttl", rule("w", BOLT, "Write", here="groups/g.ttl"))
    [risk] = [r for r in found(world(rules, groups={group: (ACME,)})) if r.danger is Danger.GROUP_OF_OTHERS]
    assert risk.says == f"{BOLT} can change who is in {group}, and so who has access."


def test_rules_of_its_own_that_leave_out_what_the_container_gives_are_a_cut() -> None:
    """T20, solid/web-access-control-spec#102: what the parent gives and this place does not, and the reverse."""
    ground = world(SAFE | {"c/": owned("c/", rule("b", BOLT, "Write", here="c/", below="c/"))}, "c/x.ttl")
    [risk] = found(ground)
    assert (risk.danger, risk.place, risk.audience) == (Danger.CUT, at("c/"), ACME)
    assert f"leave out what {BASE} gives: {ACME} read" in risk.says
    assert f"beyond it: {BOLT} append, write." in risk.says


def test_a_grant_at_one_place_is_a_note_and_not_a_risk() -> None:
    extra = rule("a", ACME, here="c/", below="c/") + rule("b", BOLT, here="c/")
    [note] = found(world(SAFE | {"c/": owned("c/", extra)}))
    assert (note.danger, note.audience, note.danger.is_note) == (Danger.WIDER, BOLT, True)


@pytest.mark.parametrize(
    ("acl", "says"),
    [
        (rule("r", ACME, here="c/", below="c/"), "Its rules do not give you control;"),
        (rule("o", OWNER, "Control", here="c/"), "Its rules do not give you control for what lies below it;"),
        ("", "Its rules do not give you control;"),
    ],
)
def test_a_place_whose_rules_leave_out_the_owner_is_named(acl: str, says: str) -> None:
    told = found(world({"": owned(""), "c/": acl}, "c/x.ttl"))
    [risk] = [r for r in told if r.danger is Danger.NO_OWNER]
    assert risk.place == at("c/")
    assert risk.says.startswith(says)


def test_an_owner_no_rule_names_is_a_risk_of_the_whole_pod() -> None:
    told = found(world({"": rule("r", ACME, "Read", here=".")}))
    assert {r.danger for r in told} == {Danger.OWNER_UNNAMED, Danger.NO_OWNER}


def test_what_could_not_be_looked_at_is_a_blind_spot_and_no_risk() -> None:
    ground = world({"": owned("")}, "c/x.ttl", blind={"c/": "403"})
    assert found(ground) == []
    assert [spot.place for spot in Audit(ground.survey).blind] == [at("c/")]


def test_a_condition_beside_a_rule_is_told_as_not_enforced() -> None:
    """W13, W17."""
    narrowed = rule("r", ACME, here=".").rstrip(" .\n")
    turtle = narrowed + "; acl:condition [ a acl:ClientCondition ]; acl:origin <https://app.example>.\n"
    told = [r for r in found(world({"": owned("", turtle)})) if r.danger is Danger.NOT_ENFORCED]
    assert len(told) == 2
    assert all(r.audience == ACME for r in told)


@pytest.mark.parametrize(
    ("turtle", "says"),
    [
        (rule("r", ACME, here="other/"), f"{at('c/.acl#r')} names {at('other/')}, and this document speaks for"),
        (rule("r", ACME, below="c"), f"{at('c/.acl#r')} names {at('c')}, and"),
        (rule("r", ACME, "", here="c/"), "names no mode that servers know"),
        (rule("r", "acl:agentClass acl:Friend", here="c/"), "names nobody"),
        (rule("r", "acl:agent foaf:Agent", here="c/"), "names the class of all agents as one agent"),
        (f"<#r> acl:agent <{ACME}>; acl:mode acl:Read; acl:accessTo <{at('c/')}>.", "is not typed acl:Authorization"),
        (f"[] a acl:Authorization; acl:agent <{ACME}>; acl:mode acl:Read.", "a rule without a name names no place"),
    ],
)
def test_what_has_no_effect_in_an_access_document_is_told(turtle: str, says: str) -> None:
    """W6, W8, W11, W25."""
    assert PREFIXES
    [said] = idle_of(document("c/", turtle), at("c/"), WAC_SERVER)
    assert says in said


def test_an_access_document_as_it_should_be_has_nothing_idle() -> None:
    whole = owned("c/", rule("p", ANYONE, here="c/") + rule("g", f"acl:agentGroup <{TEAM}>", below="c/"))
    assert idle_of(document("c/", whole), at("c/"), WAC_SERVER) == ()


def test_in_a_dialect_that_adds_up_nothing_cuts_and_what_cannot_match_is_told() -> None:
    root = (lets(OWNER, "Read", "Control"), lets(ACME))
    asks_app = Policy(allow=("Read",), all_of=(Matcher({"agent": (BOLT,), "client": (APP,)}),))
    asks_role = Policy(allow=("Read",), any_of=(Matcher({"agent": (ACP + "CreatorAgent",)}),))
    audit = acp_world({"": Acr(root, root), "c/": Acr((denies(ACME), asks_app, asks_role))})
    told = found(audit)
    assert {(r.danger, r.place) for r in told} == {(Danger.NOT_ENFORCED, at("c/"))}
    assert any("certain apps" in r.says for r in told)
    assert any("lets nobody in" in r.says for r in told)
