"""What stands behind a cell of the matrix, place by place, with the rules that give it."""

from __future__ import annotations

import gc

from tests.access.worlds import ACME, BOLT, OWNER, SIGNED, TEAM, at, owned, rule, world

from lifepod.access.audit import Audit
from lifepod.access.rules import Answer
from lifepod.owner.crossing import counts, listed, stands

GROUP = rule("g", f"acl:agentGroup <{TEAM}>", below="journal/")
GROUND = world(
    {
        "": owned("", rule("signed", SIGNED, below=".")),
        "journal/": owned("journal/", rule("a", ACME, below="journal/") + GROUP),
    },
    "journal/places/2026.ttl",
    "x.ttl",
    blind={"dark/": "403"},
    groups={TEAM: (BOLT,)},
)


def test_one_place_says_the_same_as_the_list_for_everybody() -> None:
    audit = Audit(GROUND.survey)
    found = counts(audit)
    for who in found.audiences:
        for column, covers in found.columns:
            places = listed(audit, column, who)
            assert len(places.urls) == covers
            assert [stands(audit, url, who).answers for url in places.urls] == places.answers
    assert gc.isenabled()


def test_the_rules_are_those_that_let_the_audience_in() -> None:
    audit, place = Audit(GROUND.survey), at("journal/places/2026.ttl")
    ways = {who: [one.node.rpartition("#")[2] for one in stands(audit, place, who).via] for who in (ACME, TEAM, BOLT)}
    assert ways == {ACME: ["a"], TEAM: ["g"], BOLT: ["g"]}
    assert [r.node.rpartition("#")[2] for r in stands(audit, at("x.ttl"), ACME).via] == ["signed"]
    assert stands(audit, place, "public").via == ()
    assert [r.node.rpartition("#")[2] for r in stands(audit, place, OWNER).via] == ["owner"]


def test_where_nobody_could_look_nothing_is_no() -> None:
    audit = Audit(GROUND.survey)
    assert stands(audit, at("dark/"), TEAM).answers == (Answer.UNKNOWN,) * 4
