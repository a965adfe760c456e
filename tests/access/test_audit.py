"""What a survey means: who can see what, by place and by agent, and why."""

from __future__ import annotations

import pytest
from tests.access.worlds import ACME, ANYONE, BASE, BOLT, OWNER, SIGNED, TEAM, allowed, at, owned, rule, world

from lifepod.access.audit import Audit, in_words
from lifepod.access.rules import MODES, NOBODY, STRANGER, Answer, Mode, Visitor
from lifepod.errors import Missing

YES, NO, UNKNOWN = Answer.YES, Answer.NO, Answer.UNKNOWN


# Which document speaks for a place


def test_the_nearest_document_speaks_alone() -> None:
    """W2, W3: an own ACL replaces what was inherited, whole; nothing accumulates."""
    ground = world(
        {
            "": owned("", rule("r", ACME, below=".")),
            "c/": owned("c/", rule("r", BOLT, here="c/", below="c/")),
        },
        "c/d/x.ttl",
        "e/x.ttl",
    )
    assert [allowed(ground, path, ACME) for path in ("", "c/", "c/d/x.ttl", "e/x.ttl")] == ["", "", "", "r"]
    assert [allowed(ground, path, BOLT) for path in ("", "c/", "c/d/", "c/d/x.ttl", "e/")] == ["", "r", "r", "r", ""]
    assert Audit(ground.survey).source_of(at("c/d/x.ttl")) == (at("c/"), False)


@pytest.mark.parametrize("path", ["c/", "c/x.ttl"])
def test_an_empty_document_shuts_everybody_out(path: str) -> None:
    """W4: the owner too."""
    ground = world({"": owned("", rule("p", ANYONE, here=".", below=".")), path: ""}, "c/x.ttl")
    assert allowed(ground, path, OWNER) == allowed(ground, path, None) == ""


def test_a_container_that_passes_nothing_on_closes_all_below() -> None:
    """W7: the search does not go further up."""
    ground = world(
        {"": owned("", rule("p", ANYONE, here=".", below=".")), "c/": rule("o", OWNER, "Read", here="c/")},
        "c/x.ttl",
        "c/d/y.ttl",
    )
    assert [allowed(ground, p, OWNER) for p in ("c/", "c/x.ttl", "c/d/y.ttl")] == ["r", "", ""]


def test_what_is_for_the_container_does_not_reach_its_children_nor_the_other_way() -> None:
    """W5."""
    ground = world({"": owned("", rule("h", ACME, here=".") + rule("b", BOLT, below="."))}, "x.ttl")
    assert [allowed(ground, p, ACME) for p in ("", "x.ttl")] == ["r", ""]
    assert [allowed(ground, p, BOLT) for p in ("", "x.ttl")] == ["", "r"]


def test_a_default_for_a_child_in_its_parents_document_gives_nothing() -> None:
    """W6."""
    ground = world({"": owned("", rule("r", ACME, here="c/", below="c/"))}, "c/x.ttl")
    assert allowed(ground, "c/", ACME) == allowed(ground, "c/x.ttl", ACME) == ""


def test_a_blind_spot_hides_every_document_above_it() -> None:
    """T2, §5: could not read is not the same as inherits."""
    ground = world({"": owned("", rule("p", ANYONE, here=".", below="."))}, "c/x.ttl", "y.ttl", blind={"c/": "403"})
    everything_unknown = "r?a?w?c?"
    for agent in (OWNER, ACME, None):
        assert allowed(ground, "c/", agent) == allowed(ground, "c/x.ttl", agent) == everything_unknown
    assert allowed(ground, "y.ttl", None) == "r"
    verdict = Audit(ground.survey).verdict(at("c/x.ttl"), NOBODY, Mode.READ)
    assert [(b.place, b.cause) for b in verdict.blind] == [(at("c/"), "403")]


def test_without_any_document_up_to_the_root_nothing_is_known() -> None:
    """W19: the root always has one, so not finding it is a blind spot."""
    assert allowed(world({}, "x.ttl"), "x.ttl", OWNER) == "r?a?w?c?"


# Why


def test_access_by_public_signed_in_group_inheritance_and_name_is_all_seen() -> None:
    """T6."""
    ground = world(
        {
            "": owned("", rule("s", SIGNED, "Append", below=".")),
            "p/": owned("p/", rule("p", ANYONE, here="p/")),
            "g/": owned("g/", rule("g", f"acl:agentGroup <{TEAM}>", "Write", here="g/")),
        },
        "s/x.ttl",
        groups={TEAM: (ACME,)},
    )
    assert [allowed(ground, path, ACME) for path in ("p/", "g/", "s/x.ttl", "")] == ["r", "aw", "a", ""]
    audit = Audit(ground.survey)
    assert [e.audience for e in audit.sees(ACME)] == [ACME, "public", "signed-in"]
    verdict = audit.verdict(at("g/"), Visitor(ACME), Mode.WRITE)
    assert [r.node for r in verdict.rules] == [at("g/.acl#g")]


def test_a_nearer_document_that_takes_access_away_is_named() -> None:
    """T20, W3: the basis of the no is the nearer document, not the one that would have let in."""
    ground = world({"": owned("", rule("r", ACME, below=".")), "c/": owned("c/")}, "c/x.ttl")
    audit = Audit(ground.survey)
    verdict = audit.verdict(at("c/x.ttl"), Visitor(ACME), Mode.READ)
    assert verdict.answer is NO
    assert {r.document for r in verdict.rules} == {at("c/.acl")}
    assert audit.basis(at("c/x.ttl")).source == at("c/")
    assert [(e.place, e.audience) for e in audit.who_below(BASE) if e.audience == ACME] == []


def test_an_unread_group_may_hold_anyone_who_is_signed_in_but_nobody_else() -> None:
    """§5, V4: its members are unknown, so are their answers."""
    ground = world({"": owned("", rule("g", f"acl:agentGroup <{TEAM}>", here="."))}, groups={TEAM: None})
    assert [allowed(ground, "", a) for a in (ACME, STRANGER.agent, None)] == ["r?", "r?", ""]
    assert [b.place for b in Audit(ground.survey).blind] == [TEAM]


# Who may, at one place


def lines(ground_path: str, *acls: tuple[str, str], **more: tuple[str, ...] | None) -> list[tuple[str, str]]:
    groups = {TEAM: more["team"]} if "team" in more else {}
    ground = world(dict(acls), ground_path, groups=groups)
    return [
        (entry.audience, "".join(m.value[0] for m, a in zip(MODES, entry.answers, strict=True) if a is YES))
        for entry in Audit(ground.survey).who(at(ground_path))
    ]


def test_public_and_signed_in_stand_first_and_agents_only_where_they_differ() -> None:
    """Who: an agent is listed where its answers differ from those of anyone signed in."""
    acl = owned(
        "",
        rule("p", ANYONE, here=".")
        + rule("s", SIGNED, "Append", here=".")
        + rule("a", ACME, "Write", here=".")
        + rule("b", BOLT, "Read", here="."),
    )
    assert lines("", ("", acl)) == [("public", "r"), ("signed-in", "ra"), (ACME, "raw"), (OWNER, "rawc")]


def test_group_members_are_listed_by_name() -> None:
    acl = owned("", rule("g", f"acl:agentGroup <{TEAM}>", here="."))
    assert lines("", ("", acl), team=(BOLT, ACME)) == [(ACME, "r"), (BOLT, "r"), (OWNER, "rawc")]


def test_a_place_nobody_could_look_into_is_one_line_for_anyone_with_four_unknowns() -> None:
    """V4."""
    ground = world({"": owned("")}, blind={"c/": "403"})
    (entry,) = Audit(ground.survey).who(at("c/"))
    assert (entry.audience, entry.answers) == ("anyone", (UNKNOWN,) * 4)


def test_a_place_open_to_nobody_has_no_lines() -> None:
    """W4."""
    assert lines("c/", ("", owned("")), ("c/", "")) == []


def test_a_line_names_the_rules_that_grant_any_of_it() -> None:
    ground = world({"": owned("", rule("p", ANYONE, here=".") + rule("a", ACME, "Write", here="."))})
    found = {e.audience: {r.node.rpartition("#")[2] for r in e.via} for e in Audit(ground.survey).who(BASE)}
    assert found == {"public": {"p"}, ACME: {"p", "a"}, OWNER: {"p", "owner"}}


# Whole trees

TREE = {
    "": owned("", rule("r", ACME, below=".")),
    "shut/": owned("shut/"),
    "open/x.ttl": owned("open/x.ttl", rule("p", ANYONE, here="open/x.ttl")),
}
FILES = ("a/b/one.ttl", "a/b/two.ttl", "shut/three.ttl", "open/four.ttl")


def test_alike_subtrees_are_folded_and_counted_and_no_place_is_lost() -> None:
    audit = Audit(world(TREE, *FILES).survey)
    folded, flat = audit.who_below(BASE), audit.who_below(BASE, fold=False)
    heads = {e.place: e.covers for e in folded}
    assert set(heads) == {BASE, at("a/"), at("open/"), at("open/x.ttl")}
    assert sum(heads.values()) == len({e.place for e in flat}) == len(audit.survey.places)
    assert (heads[BASE], heads[at("a/")]) == (3, 4)


def test_what_an_agent_sees_is_folded_and_told_through_what() -> None:
    audit = Audit(world(TREE, *FILES).survey)
    assert [(e.place.removeprefix(BASE), e.audience, e.covers) for e in audit.sees(ACME)] == [
        ("a/", ACME, 4),
        ("open/", ACME, 2),
        ("open/x.ttl", "public", 1),
    ]
    assert [(e.place, e.audience) for e in audit.sees("public")] == [(at("open/x.ttl"), "public")]


def test_folding_never_hides_or_invents_access() -> None:
    """Each place an agent may read lies under exactly one line, and lines cover nothing else."""
    audit = Audit(world(TREE, *FILES).survey)
    for word, visitor in ((ACME, Visitor(ACME)), ("public", NOBODY), ("signed-in", STRANGER), (OWNER, Visitor(OWNER))):
        open_places = [p.url for p in audit.survey.places if any(audit.answers(p.url, visitor))]
        assert sum(e.covers for e in audit.sees(word)) == len(open_places)


def test_a_place_that_was_not_surveyed_is_missing_not_closed() -> None:
    audit = Audit(world({"": owned("")}).survey)
    with pytest.raises(Missing, match="not in the survey"):
        audit.place(at("absent.ttl"))
    assert audit.verdict(at("c/absent.ttl"), NOBODY, Mode.READ).answer is UNKNOWN


@pytest.mark.parametrize(
    ("turtle", "words"),
    [
        (rule("r", ACME, "Read Write", here="c/", below="c/"), f"X lets {ACME} read, write here and below"),
        (rule("r", ANYONE, here="c/"), "X lets public read here only"),
        (rule("r", SIGNED, "Append", below="c/"), "X lets signed-in append below only"),
        (rule("r", f"acl:agentGroup <{TEAM}>", here="c/"), f"X lets members of {TEAM} read here only"),
    ],
)
def test_rules_can_be_said_in_words(turtle: str, words: str) -> None:
    (found,) = world({"c/": turtle}).survey.places[-1].control.rules
    assert in_words(found, "X") == words


def test_a_restriction_that_may_not_be_enforced_is_said_beside_the_rule() -> None:
    """W17: wider than it reads."""
    turtle = rule("r", ACME, here="c/").rstrip(" .\n") + "; acl:condition [ a acl:ClientCondition ].\n"
    (found,) = world({"c/": turtle}).survey.places[-1].control.rules
    assert in_words(found, "X").endswith("(written beside it, perhaps not enforced: condition)")


@pytest.mark.parametrize(
    ("turtle", "here", "below"),
    [
        (rule("p", ANYONE, here="c/"), "yes", "no"),
        (rule("p", ANYONE, below="c/"), "no", "yes"),
        (rule("p", ANYONE, here="c/", below="c/"), "yes", "yes"),
        ("", "no", "no"),
    ],
)
def test_what_would_be_put_into_a_container_is_judged_apart_from_the_container(
    turtle: str, here: str, below: str
) -> None:
    audit = Audit(world({"": owned(""), "c/": owned("c/", turtle)}).survey)
    assert audit.verdict(at("c/"), NOBODY, Mode.READ).answer.word == here
    assert audit.verdict_below(at("c/"), NOBODY, Mode.READ).answer.word == below


def test_what_would_be_put_where_nobody_could_look_is_unknown() -> None:
    audit = Audit(world({"": owned("")}, "c/", blind={"c/": "403"}).survey)
    assert audit.verdict_below(at("c/"), NOBODY, Mode.READ).answer is Answer.UNKNOWN
