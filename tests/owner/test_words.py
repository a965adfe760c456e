"""Audits and plans in words and as plain values: complete, one line each, and harmless once shown."""

from __future__ import annotations

import json

import pytest
from tests.access.acp_worlds import ISSUER, Acr, Matcher, Policy, acp_world, denies, lets
from tests.access.worlds import ACME, ANYONE, BASE, BOLT, OWNER, SIGNED, TEAM, at, owned, rule, world

from lifepod.access.audit import Audit
from lifepod.access.change import plan
from lifepod.access.plans import Ground
from lifepod.access.rules import NOBODY, STRANGER, Visitor
from lifepod.owner.words import explained, explained_in_words, plan_as_value, plan_in_words, visitor_of, wish
from lifepod.plain import plain

EVIL = "https://evil.example/$(reboot);%1b%5b31m#';me"
"""As hostile as a WebID can be: no control character, bracket or bidi override can stand in an IRI."""


@pytest.fixture
def ground() -> Ground:
    return world(
        {
            "": owned("", rule("all", ANYONE, here=".")),
            "a/": owned("a/", rule("acme", ACME, "Read Write", here="a/", below="a/")),
            "a/own/": owned("a/own/", rule("evil", EVIL, here="a/own/")),
            "team/": owned("team/", rule("g", f"acl:agentGroup <{TEAM}>", here="team/", below="team/")),
        },
        "a/x.ttl",
        "b/y.ttl",
        blind={"dark/": "403: we may not \x1b[31mread\x07 who\nhas access"},
        groups={TEAM: None},
    )


@pytest.mark.parametrize(("word", "visitor"), [("public", NOBODY), ("signed-in", STRANGER), (ACME, Visitor(ACME))])
def test_a_word_stands_for_a_visitor(word: str, visitor: Visitor) -> None:
    assert visitor_of(word) == visitor


@pytest.mark.parametrize(
    ("path", "agent", "lines"),
    [
        ("a/x.ttl", ACME, ["at https://pod.example/alice/a/x.ttl, by the rules of https://pod.example/alice/a/, which",
                           f"read    yes: https://pod.example/alice/a/ lets {ACME} read, write here and below",
                           "append  yes", "write   yes", f"control no: no rule of {at('a/')} lets them"]),
        ("a/own/", BOLT, ["by rules of its own:", "read    no: no rule of https://pod.example/alice/a/own/ lets them"]),
        ("", "public", ["read    yes: https://pod.example/alice/ lets public read here only"]),
        ("dark/", ACME, ["read    unknown: https://pod.example/alice/dark/ could not be looked into (403"]),
        ("team/", ACME, [f"read    unknown: it may be that {at('team/')} lets members of {TEAM} read"]),
    ],
)  # fmt: skip
def test_why_is_said_with_the_rules_it_rests_on(ground: Ground, path: str, agent: str, lines: list[str]) -> None:
    said = explained_in_words(Audit(ground.survey), at(path), agent)
    assert said[0] == agent
    for line in lines:
        assert any(line in one for one in said), (line, said)


def test_the_value_of_why_has_its_documented_shape(ground: Ground) -> None:
    value = explained(Audit(ground.survey), at("a/x.ttl"), ACME)
    assert set(value) == {"agent", "place", "rules_of", "own_rules", "read", "append", "write", "control"}
    assert (value["rules_of"], value["own_rules"]) == (at("a/"), False)
    assert value["control"] == {"answer": "no", "because": [f"no rule of {at('a/')} lets them"]}


def test_where_nothing_was_found_it_says_so() -> None:
    ground = world({}, "a.ttl")
    said = explained_in_words(Audit(ground.survey), at("a.ttl"), ACME)
    assert "no rules we found" in said[1]
    assert "unknown" in said[2]


def test_a_plan_in_words_names_edits_changes_warnings_and_what_stays_open(ground: Ground) -> None:
    said = "\n".join(plan_in_words(plan(ground, wish("grant", BOLT, at("a/"), ("read",)))))
    assert f"Plan: grant read to {BOLT} at {at('a/')}" in said
    assert f"edits {at('a/')}.acl" in said
    assert f"+ {BOLT} may read here and below" in said
    assert f"{BOLT} read: no -> yes at 2 places" in said
    assert f"Note: {at('a/own/')} has rules of its own" in said
    assert said.endswith("Nobody else's access changes.")
    made = "\n".join(plan_in_words(plan(ground, wish("grant", BOLT, at("a/x.ttl"), ("read",)))))
    assert f"makes {at('a/x.ttl')}.acl" in made
    assert "later changes there will not reach it" in made
    closed = "\n".join(plan_in_words(plan(ground, wish("revoke", ACME, BASE))))
    assert f"Stays open: read at {BASE} through public (yes)" in closed
    nothing = plan_in_words(plan(ground, wish("revoke", BOLT, at("a/"))))
    assert nothing[-1] == "  Nobody's access changes."


def test_a_plan_as_a_value_has_its_documented_shape(ground: Ground) -> None:
    value = plan_as_value(plan(ground, wish("revoke", ACME, BASE)))
    assert set(value) == {"verb", "agent", "place", "modes", "edits", "changes", "warnings", "still_open"}
    assert value["modes"] == ["append", "control", "read", "write"]
    assert json.loads(json.dumps(value))["still_open"][0] == {
        "place": BASE, "mode": "read", "answer": "yes", "through": "public",
    }  # fmt: skip


def test_hostile_names_and_causes_are_one_harmless_line_each_once_shown(ground: Ground) -> None:
    audit = Audit(ground.survey)
    lines = [line for p in ("dark/", "a/own/") for line in explained_in_words(audit, at(p), EVIL)]
    lines += plan_in_words(plan(ground, wish("revoke", EVIL, at("a/"))))
    assert any("\x1b" in line for line in lines)  # what a server says is kept as it came, and shown harmless
    for line in lines:
        shown = plain(line, 2000)
        assert not set(shown) & {"\x1b", "\x07", "\n", "\u202e"}
    values = [explained(audit, at("dark/"), EVIL), plan_as_value(plan(ground, wish("revoke", EVIL, at("a/"))))]
    assert json.dumps(values).isascii()
    assert OWNER in json.dumps(plan_as_value(plan(ground, wish("grant", BOLT, at("b/y.ttl"), ("read",))))["edits"])


def test_why_names_the_login_that_an_agent_must_come_with() -> None:
    audit = acp_world({"": Acr((Policy(("Read",), any_of=(Matcher({"agent": (ACME,), "issuer": (ISSUER,)}),)),))})
    assert f"  read    yes, with a login from {ISSUER}: {BASE} lets {ACME} read here only" in explained_in_words(
        audit, BASE, ACME
    )
    said = explained(audit, BASE, ACME)
    assert said["read"] == {"answer": "yes", "because": [f"{BASE} lets {ACME} read here only"], "issuer": ISSUER}
    assert said["write"] == {"answer": "no", "because": [f"no rule of {BASE} lets them"]}


def test_why_says_that_a_denied_agent_gets_in_signed_out() -> None:
    """V7."""
    audit = acp_world({"": Acr((denies(ACME), lets("http://www.w3.org/ns/solid/acp#PublicAgent")))})
    assert any("read    yes, signed out: " in line for line in explained_in_words(audit, BASE, ACME))


@pytest.mark.parametrize(("all_below", "tail"), [(False, ""), (True, ", and all below it")])
def test_a_plan_that_makes_private_names_nobody_and_no_modes(ground: Ground, all_below: bool, tail: str) -> None:
    lines = plan_in_words(plan(ground, wish("private", "", at("a/"), all_below=all_below)))
    assert lines[0] == f"Plan: keep {at('a/')} for you alone{tail}"


def test_places_that_are_not_included_are_counted_and_the_first_few_named() -> None:
    """All of them stand in the JSON."""
    ground = world({"": owned("")} | {f"a/{n}/": owned(f"a/{n}/") for n in range(70)})
    made = plan(ground, wish("grant", ACME, at("a/"), ("read",)))
    notes = [line for line in plan_in_words(made) if "not included" in line]
    assert notes == [
        "  Note: 70 places below have rules of their own and are not included (--all-below includes them): "
        f"{at('a/0/')}, {at('a/1/')}, {at('a/10/')} … (--json lists all)"
    ]
    assert len([w for w in plan_as_value(made)["warnings"] if "not included" in w]) == 70  # type: ignore[attr-defined]
    few = plan(ground, wish("grant", ACME, at("a/0/"), ("read",)))
    assert not [line for line in plan_in_words(few) if "not included" in line]


def test_a_document_with_one_rule_moved_is_one_line_where_there_are_several() -> None:
    ground = world({"": owned("")} | {f"a/{n}/": owned(f"a/{n}/") for n in range(3)})
    made = plan_in_words(plan(ground, wish("grant", ACME, at(""), ("read",), all_below=True)))
    edits = [line for line in made if line.startswith("  edits ")]
    assert edits[1] == f"  edits {at('a/0/.acl')}: + {ACME} may read here and below"
    assert len(edits) == 4
    assert not [line for line in made if line.startswith("    ")]


def test_the_public_and_the_signed_in_are_words_of_their_own() -> None:
    ground = world({"": owned("", rule("s", SIGNED, "Append", here="."))})
    said = explained_in_words(Audit(ground.survey), BASE, "signed-in")
    assert any("append  yes" in line for line in said)
    assert any("append  no" in line for line in explained_in_words(Audit(ground.survey), BASE, "public"))
