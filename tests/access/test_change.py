"""Plans: the edits of a grant or revoke, proved on the edited rules before anything is written."""

from __future__ import annotations

from collections.abc import Mapping

import pytest
from rdflib import Graph, URIRef
from tests.access.worlds import (
    ACME,
    ANYONE,
    BASE,
    BOLT,
    OWNER,
    SIGNED,
    TEAM,
    allowed,
    applied,
    at,
    owned,
    rule,
    world,
)

from lifepod import names
from lifepod.access.audit import Audit
from lifepod.access.change import plan
from lifepod.access.plans import Ground, Plan, Wish, shifts_between
from lifepod.access.rules import Answer, Mode
from lifepod.errors import Missing, Undecided, WouldLockOut
from lifepod.rdf.turtle import same_triples

READ = frozenset({Mode.READ})
ALL = frozenset(Mode)


def grant(
    ground: Ground, path: str, modes: frozenset[Mode] = READ, *, agent: str = ACME, all_below: bool = False
) -> Plan:
    return plan(ground, Wish("grant", agent, at(path), modes, all_below))


def revoke(ground: Ground, path: str, modes: frozenset[Mode] = ALL, *, agent: str = ACME) -> Plan:
    return plan(ground, Wish("revoke", agent, at(path), modes))


def pod(more: Mapping[str, str] | None = None) -> Ground:
    """The owner's root passes all on; ``more`` are ACLs below it."""
    return world({"": owned("")} | dict(more or {}), "c/x.ttl", "c/d/y.ttl", "e/z.ttl")


# Granting


def test_a_grant_where_rules_are_inherited_copies_them_so_the_owner_stays() -> None:
    """T8, T15, P1, P2, P3: the owner is not shut out, and the plan says which rules were copied from where."""
    ground = pod()
    made = grant(ground, "c/")
    after = applied(ground, made)
    (edit,) = made.edits
    assert (edit.place, edit.creates, edit.copied_from) == (at("c/"), True, BASE)
    assert [allowed(after, path, ACME) for path in ("", "c/", "c/x.ttl", "c/d/y.ttl", "e/z.ttl")] == [
        "",
        "r",
        "r",
        "r",
        "",
    ]
    assert allowed(after, "c/", OWNER) == allowed(after, "c/d/y.ttl", OWNER) == "rawc"
    assert any(at("c/") in line and BASE in line for line in made.warnings)


def test_a_grant_beside_rules_of_its_own_adds_one_rule() -> None:
    """P6, P7: least edit, in the document as read."""
    ground = pod({"c/": owned("c/", rule("b", BOLT, here="c/"))})
    (edit,) = grant(ground, "c/").edits
    before = ground.documents[at("c/")]
    assert edit.document is before
    assert set(before.graph) <= set(edit.after.graph)
    assert (edit.creates, edit.copied_from) == (False, "")
    assert [line[0] for line in edit.lines] == ["+"]
    assert f"{ACME} may read here and below" in edit.lines[0]


def test_a_grant_on_a_document_passes_nothing_on_and_touches_nothing_else() -> None:
    """T16: documents never get a default; P2: the container and its other members stay as they were."""
    ground = pod()
    made = grant(ground, "c/x.ttl")
    (edit,) = made.edits
    assert not list(edit.after.graph.triples((None, URIRef(names.ACL_DEFAULT), None)))
    assert [(s.who, s.places) for s in made.shifts] == [(ACME, (at("c/x.ttl"),))]


def test_places_with_rules_of_their_own_are_named_and_included_only_when_asked() -> None:
    """§8: a grant on a container covers what inherits from it."""
    ground = pod({"c/d/": owned("c/d/")})
    plain, everything = grant(ground, "c/"), grant(ground, "c/", all_below=True)
    assert any(at("c/d/") in line for line in plain.warnings)
    assert not any(at("c/d/") in line and "not included" in line for line in everything.warnings)
    assert allowed(applied(ground, plain), "c/d/y.ttl", ACME) == ""
    assert allowed(applied(ground, everything), "c/d/y.ttl", ACME) == "r"
    assert {e.place for e in everything.edits} == {at("c/"), at("c/d/")}


@pytest.mark.parametrize("path", ["", "c/", "c/x.ttl"])
@pytest.mark.parametrize("modes", [READ, frozenset({Mode.WRITE}), ALL], ids=["read", "write", "all"])
def test_planning_again_after_success_gives_no_edits(path: str, modes: frozenset[Mode]) -> None:
    """P12, T16: no new rule on every grant; nor on every revoke."""
    ground = pod({"c/": owned("c/")})
    given = applied(ground, grant(ground, path, modes))
    assert grant(given, path, modes).edits == ()
    taken = applied(given, revoke(given, path, modes))
    assert revoke(taken, path, modes).edits == ()


def test_a_grant_reaches_below_also_where_the_agent_could_see_the_container_alone() -> None:
    """P4, P12: having a mode at the container is not having it below."""
    ground = pod({"c/": owned("c/", rule("h", ACME, here="c/"))})
    after = applied(ground, grant(ground, "c/"))
    assert allowed(after, "c/x.ttl", ACME) == "r"


def test_append_is_there_already_where_write_is() -> None:
    """W14, P12."""
    ground = pod({"c/": owned("c/", rule("w", ACME, "Write", here="c/", below="c/"))})
    assert grant(ground, "c/", frozenset({Mode.APPEND})).edits == ()


def test_two_agents_with_webids_that_end_alike_stay_apart() -> None:
    """T9."""
    ground = pod()
    one = applied(ground, grant(ground, "c/", READ))
    both = applied(one, grant(one, "c/", frozenset({Mode.WRITE}), agent=BOLT))
    assert (allowed(both, "c/", ACME), allowed(both, "c/", BOLT)) == ("r", "aw")
    gone = applied(both, revoke(both, "c/", ALL, agent=ACME))
    assert (allowed(gone, "c/", ACME), allowed(gone, "c/", BOLT)) == ("", "aw")


# Revoking

SHARED = rule("s", f"acl:agent <{ACME}>, <{BOLT}>", "Read Write", here="c/", below="c/")


def test_revoking_one_agent_of_a_shared_rule_leaves_the_other() -> None:
    """T10, P7: the rule is split."""
    ground = pod({"c/": owned("c/", SHARED)})
    made = revoke(ground, "c/")
    after = applied(ground, made)
    assert [allowed(after, path, ACME) for path in ("c/", "c/x.ttl")] == ["", ""]
    assert [allowed(after, path, BOLT) for path in ("c/", "c/x.ttl")] == ["raw", "raw"]
    assert {s.who for s in made.shifts} == {ACME}
    assert made.still_open == ()


@pytest.mark.parametrize("path", ["c/", "c/x.ttl", "c/d/"])
def test_revoking_works_where_the_rule_is_inherited(path: str) -> None:
    """T11: the place gets its own rules without the agent; the rest of the subtree stays as it was."""
    ground = world({"": owned("", rule("r", ACME, "Read Write", below="."))}, "c/x.ttl", "c/d/y.ttl", "e/z.ttl")
    made = revoke(ground, path)
    after = applied(ground, made)
    assert allowed(after, path, ACME) == ""
    assert allowed(after, "e/z.ttl", ACME) == "raw"
    assert allowed(after, path, OWNER) == "rawc"
    assert [e.copied_from for e in made.edits] == [BASE]
    assert {s.who for s in made.shifts} == {ACME}


@pytest.mark.parametrize(
    ("held", "taken", "left"),
    [
        ("Read Write", {Mode.WRITE}, "ra"),
        ("Read Write", {Mode.APPEND}, "r"),
        ("Write", {Mode.APPEND}, ""),
        ("Read Append", {Mode.READ}, "a"),
        ("Read Write Control", {Mode.CONTROL}, "raw"),
    ],
)
@pytest.mark.parametrize("inherited", [False, True], ids=["own", "inherited"])
def test_taking_some_modes_leaves_the_others(held: str, taken: set[Mode], left: str, inherited: bool) -> None:
    """W14, T11: own rules and inherited ones alike."""
    acl = {"": owned("", rule("r", ACME, held, below="."))} if inherited else {}
    acl = acl or {"c/": owned("c/", rule("r", ACME, held, here="c/", below="c/"))}
    ground = pod(acl)
    after = applied(ground, revoke(ground, "c/", frozenset(taken)))
    assert [allowed(after, path, ACME) for path in ("c/", "c/x.ttl")] == [left, left]


def test_a_revoke_reaches_every_document_below_that_names_the_agent() -> None:
    """§11: own ACLs below never saw the parent's change."""
    ground = pod({"c/": owned("c/", SHARED), "c/d/": owned("c/d/", rule("r", ACME, here="c/d/", below="c/d/"))})
    made = revoke(ground, "c/")
    after = applied(ground, made)
    assert {e.place for e in made.edits} == {at("c/"), at("c/d/")}
    assert allowed(after, "c/d/", ACME) == allowed(after, "c/d/y.ttl", ACME) == ""
    assert allowed(after, "c/d/", OWNER) == "rawc"


def test_no_revoke_ever_leaves_an_empty_document_or_takes_one_away() -> None:
    """P9, T19: an empty ACL shuts everybody out."""
    ground = pod({"c/": owned("c/", rule("r", ACME, here="c/"))})
    for edit in revoke(ground, "").edits:
        assert allowed(applied(ground, revoke(ground, "")), edit.place.removeprefix(BASE), OWNER) == "rawc"
        assert len(edit.after.graph) > 0


@pytest.mark.parametrize(
    ("who", "through", "groups"),
    [
        (ANYONE, "public", {}),
        (SIGNED, "signed-in", {}),
        (f"acl:agentGroup <{TEAM}>", TEAM, {TEAM: (ACME,)}),
        (f"acl:agentGroup <{TEAM}>", TEAM, {TEAM: None}),
    ],
)
def test_what_cannot_be_closed_for_one_agent_is_refused_with_the_reason(
    who: str, through: str, groups: dict[str, tuple[str, ...] | None]
) -> None:
    """P4, T6, §11: public, signed in, groups; an unread group may let the agent in."""
    acl = owned("c/", rule("r", ACME, here="c/", below="c/") + rule("x", who, here="c/", below="c/"))
    ground = world({"": owned(""), "c/": acl}, groups=groups)
    with pytest.raises(Undecided) as stop:
        revoke(ground, "c/")
    assert through in str(stop.value)
    assert stop.value.advice


def test_over_the_whole_pod_a_revoke_names_what_stays_open() -> None:
    """§11: each path that is left, with what it goes through."""
    ground = pod(
        {
            "c/": owned("c/", rule("r", ACME, here="c/", below="c/")),
            "e/": owned("e/", rule("p", ANYONE, here="e/", below="e/")),
        }
    )
    made = revoke(ground, "")
    assert [(o.place, o.mode, o.answer, o.through) for o in made.still_open] == [
        (at("e/"), Mode.READ, Answer.YES, "public")
    ]
    assert {e.place for e in made.edits} == {at("c/")}


def test_places_nobody_could_look_into_are_never_counted_as_closed() -> None:
    """V4, P5, §12."""
    ground = world({"": owned("", rule("r", ACME, below="."))}, "e/z.ttl", blind={"c/": "403"})
    left = revoke(ground, "").still_open
    assert {(o.place, o.answer) for o in left} == {(at("c/"), Answer.UNKNOWN)}


# Guards


@pytest.mark.parametrize("verb", ["grant", "revoke"])
def test_the_owners_own_access_is_never_planned(verb: str) -> None:
    """P1."""
    with pytest.raises(WouldLockOut):
        plan(pod(), Wish(verb, OWNER, at("c/"), READ))


WITHOUT_OWNER = {
    "nobody": rule("b", BOLT, here="c/", below="c/"),
    "no control": rule("o", OWNER, "Read Write", here="c/", below="c/"),
    "here only": rule("o", OWNER, "Control", here="c/"),
    "below only": rule("o", OWNER, "Control", below="c/"),
    "through a group": rule("o", f"acl:agentGroup <{TEAM}>", "Control", here="c/", below="c/"),
    "only from one app": rule(
        "o", f"acl:agent <{OWNER}>; acl:origin <https://x.example>", "Control", here="c/", below="c/"
    ),
    "on a condition": rule("o", f"acl:agent <{OWNER}>; acl:condition [ a acl:X ]", "Control", here="c/", below="c/"),
    "by everyone": rule("o", ANYONE, "Control", here="c/", below="c/"),
}


@pytest.mark.parametrize("acl", WITHOUT_OWNER.values(), ids=WITHOUT_OWNER)
@pytest.mark.parametrize("path", ["c/", "c/x.ttl"])
def test_no_document_is_written_that_does_not_keep_the_owner_in_control(acl: str, path: str) -> None:
    """P1, T15: by name, here and below, without any condition; copied rules are held to it too."""
    ground = world({"": owned(""), "c/": acl}, "c/x.ttl", groups={TEAM: (OWNER,)})
    kept_for_documents = acl in (WITHOUT_OWNER["below only"],) and path == "c/x.ttl"
    if kept_for_documents:
        assert allowed(applied(ground, grant(ground, path)), path, OWNER) == "c"
        return
    with pytest.raises(WouldLockOut) as stop:
        grant(ground, path)
    assert stop.value.who == OWNER


@pytest.mark.parametrize("verb", ["grant", "revoke"])
@pytest.mark.parametrize("path", ["c/", "c/x.ttl"])
def test_what_could_not_be_read_is_never_edited(verb: str, path: str) -> None:
    """P5: neither the blind place nor what may inherit from it."""
    ground = world({"": owned("")}, "c/x.ttl", blind={"c/": "403: we may not read who has access"})
    with pytest.raises(Undecided):
        plan(ground, Wish(verb, ACME, at(path), READ))


def test_a_place_that_is_not_there_is_missing() -> None:
    with pytest.raises(Missing):
        grant(pod(), "absent.ttl")


def test_nobody_elses_answer_moves_and_a_plan_that_would_is_refused() -> None:
    """P2: somebody else was put into the very rule a grant would mend."""
    granted = grant(pod({"c/": owned("c/")}), "c/").edits[0].after
    (node,) = {s for s, _, o in granted.graph if o == URIRef(ACME)}
    meddled = f"<{node}> a acl:Authorization; acl:agent <{ACME}>, <{BOLT}>; acl:accessTo <{at('c/')}>.\n"
    with pytest.raises(Undecided, match="bolt"):
        grant(pod({"c/": owned("c/", meddled)}), "c/")


@pytest.mark.parametrize("verb", ["grant", "revoke"])
def test_unknown_triples_groups_origins_and_conditions_stay(verb: str) -> None:
    """P6, T14: in the edited document and in a first one copied from above."""
    odd = (
        '<#odd> <https://example.org/note> "keep me".\n'
        + rule("g", f"acl:agentGroup <{TEAM}>; <https://example.org/why> <#odd>", below=".")
        + rule("c", f"acl:agent <{BOLT}>; acl:origin <https://x.example>; acl:condition [ a acl:X ]", below=".")
        + rule("a", ACME, "Write", below=".")
    )
    ground = world({"": owned("", odd)}, "c/x.ttl", groups={TEAM: (BOLT,)})
    own, copied = plan(ground, Wish(verb, ACME, BASE, ALL)), plan(ground, Wish(verb, ACME, at("c/"), ALL))
    (edit,) = own.edits
    assert {t for t in ground.documents[BASE].graph if URIRef(ACME) not in t} - set(edit.after.graph) <= {
        t for t in ground.documents[BASE].graph if str(t[0]).endswith("#a")
    }
    (edit,) = copied.edits
    assert _objects(edit.after.graph, "origin") == {"https://x.example"}
    assert _objects(edit.after.graph, "agentGroup") == {TEAM}
    assert len(_objects(edit.after.graph, "condition")) == 1


def _objects(graph: Graph, name: str) -> set[str]:
    return {str(o) for o in graph.objects(None, URIRef(names.ACL + name))}


def test_no_moment_is_more_open_than_before_or_after() -> None:
    """P11: after each single write, in any order, everyone has at most what they have before or after."""
    ground = pod(
        {
            "c/": owned("c/", SHARED + rule("p", SIGNED, below="c/")),
            "c/d/": owned("c/d/", rule("r", ACME, "Write", here="c/d/", below="c/d/")),
        }
    )
    taken = revoke(ground, "c/", frozenset({Mode.WRITE, Mode.APPEND, Mode.CONTROL}))
    given = grant(ground, "c/", ALL, agent="https://third.example/#me", all_below=True)
    for made in (taken, given):
        assert len(made.edits) == 2
        between = applied(ground, made, only=1)
        everyone = [v.agent for v in Audit(made.forecast).everyone]
        for path in ("c/", "c/x.ttl", "c/d/", "c/d/y.ttl", ""):
            for agent in everyone:
                ends = set(allowed(ground, path, agent)) | set(allowed(made.forecast, path, agent))
                assert set(allowed(between, path, agent)) <= ends


def test_the_forecast_is_what_a_reader_finds_once_the_edits_are_written() -> None:
    """T19: written as Turtle and read back, nothing differs from the plan."""
    ground = pod({"c/": owned("c/", SHARED)})
    for made in (grant(ground, "c/d/", ALL, agent=BOLT), revoke(ground, "c/d/y.ttl"), revoke(ground, "")):
        assert made.edits
        assert shifts_between(made.forecast, applied(ground, made).survey) == ()


def test_shifts_say_who_gains_or_loses_which_mode_and_where() -> None:
    """P2: before and after, over everyone that a document names and those that none names."""
    ground = pod({"c/": owned("c/")})
    opened = world({"": owned(""), "c/": owned("c/", rule("p", ANYONE, below="c/"))}, "c/x.ttl", "c/d/y.ttl", "e/z.ttl")
    shifts = shifts_between(ground.survey, opened.survey)
    assert {(s.who, s.mode, s.before, s.after) for s in shifts} == {
        (who, Mode.READ, Answer.NO, Answer.YES) for who in ("public", "signed-in")
    }
    assert {s.places for s in shifts} == {(at("c/d/"), at("c/d/y.ttl"), at("c/x.ttl"))}


def test_equal_surveys_have_no_shifts_in_whatever_order_rules_stand() -> None:
    """V2."""
    one = pod({"c/": owned("c/", SHARED + rule("p", ANYONE, here="c/"))})
    other = pod({"c/": rule("p", ANYONE, here="c/") + SHARED + owned("c/")})
    assert shifts_between(one.survey, other.survey) == ()
    assert same_triples(one.documents[at("c/")].graph, other.documents[at("c/")].graph)


def test_the_lines_of_an_edit_name_what_goes_before_what_comes() -> None:
    (edit,) = revoke(pod({"c/": owned("c/", SHARED)}), "c/", frozenset({Mode.WRITE, Mode.APPEND})).edits
    assert [line[:2] for line in edit.lines] == ["- ", "+ ", "+ "]


@pytest.mark.parametrize(
    "agent", ["public", "signed-in", "", "acme", "mailto:a@b.example", "https://a b/#me", "//x/#me"]
)
def test_only_a_webid_is_granted_anything(agent: str) -> None:
    """Any other word would be written as a relative address: a rule for whoever comes to hold it."""
    ground = world({"": owned("")}, "a.ttl")
    with pytest.raises(Undecided, match="no WebID"):
        plan(ground, Wish("grant", agent, at("a.ttl"), frozenset({Mode.READ})))


def test_an_agent_that_is_no_webid_can_still_be_shut_out() -> None:
    ground = world({"": owned("", rule("odd", "acl:agent <mailto:a@b.example>", here=".", below="."))})
    planned = plan(ground, Wish("revoke", "mailto:a@b.example", BASE, frozenset(Mode)))
    assert [e.place for e in planned.edits] == [BASE]
    assert planned.still_open == ()


def test_a_place_that_came_or_went_since_is_no_fault_of_the_comparison() -> None:
    before = world({"": owned(""), "c/": owned("c/", rule("r", ACME, here="c/", below="c/"))}, "c/x.ttl").survey
    more = world(
        {"": owned(""), "c/": owned("c/", rule("r", ACME, here="c/", below="c/"))}, "c/x.ttl", "c/new.ttl"
    ).survey
    assert shifts_between(before, more) == ()
    gone = shifts_between(more, before)
    assert {s.after.word for s in gone} == {"unknown"}
    assert {s.places for s in gone} == {(at("c/new.ttl"),)}
