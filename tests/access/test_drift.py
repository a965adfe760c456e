"""What the guard notices: records beside rules, and what is new beside what was known."""

from __future__ import annotations

import pytest
from tests.access.worlds import ACME, ANYONE, BASE, BOLT, TEAM, at, owned, rule, world

from lifepod.access.audit import Audit
from lifepod.access.drift import Finding, Known, drift, known_of, news
from lifepod.access.grants import Grant
from lifepod.access.rules import Mode
from lifepod.access.survey import Control, Own, with_controls

NOW = "2026-11-25T12:00:00Z"
READ = frozenset({Mode.READ})


def audit_of(*lines: str, groups: dict[str, tuple[str, ...] | None] | None = None) -> Audit:
    return Audit(world({"": owned("", "".join(lines))}, "c/x.ttl", groups=groups or {}).survey)


def blind_at(audit: Audit, path: str) -> Audit:
    return Audit(with_controls(audit.survey, {at(path): Control(Own.BLIND, cause="403")}))


def grant(place: str = "", modes: frozenset[Mode] = READ, until: str = "", **more: frozenset[Mode]) -> Grant:
    return Grant(ACME, at(place), modes, "2026-01-01T00:00:00Z", until, **more)


def kinds(found: tuple[Finding, ...]) -> list[tuple[str, str, str]]:
    return [(f.kind, f.agent, f.place.removeprefix(BASE)) for f in found]


OPEN, SHUT = audit_of(rule("a", ACME, here=".", below=".")), audit_of()


@pytest.mark.parametrize(
    ("audit", "grants", "expected"),
    [
        (OPEN, [grant()], []),
        (OPEN, [], [("access-without-record", ACME, "")]),
        (SHUT, [grant()], [("record-without-access", ACME, "")]),
        (SHUT, [grant("gone/")], [("record-without-access", ACME, "gone/")]),
        (OPEN, [grant(until="2026-11-25")], []),
        (OPEN, [grant(until="2026-11-24")], [("ended", ACME, "")]),
        (OPEN, [grant(until=NOW)], [("ended", ACME, "")]),
        (SHUT, [grant(until="2026-11-24")], []),
        (blind_at(OPEN, ""), [grant()], [("unverifiable", ACME, "")]),
        (blind_at(OPEN, ""), [grant(until="2026-11-24")], [("unverifiable", ACME, "")]),
        (SHUT, [grant(modes=frozenset(), suspended=READ)], []),
        (OPEN, [grant(), grant("c/", frozenset(), suspended=READ)], [("suspended-but-open", ACME, "c/")]),
    ],
)
def test_records_are_held_against_the_rules(
    audit: Audit, grants: list[Grant], expected: list[tuple[str, str, str]]
) -> None:
    """access §12."""
    assert kinds(drift(audit, grants, NOW)) == expected


def test_what_was_known_is_no_news() -> None:
    audit = audit_of(rule("a", ACME, "Control", here="."), rule("p", ANYONE, "Write", here="."))
    assert news(audit, known_of(audit), ()) == ()


def test_an_agent_nobody_granted_anything_and_a_risk_that_was_not_there_are_news() -> None:
    before = known_of(audit_of())
    audit = audit_of(rule("a", ACME, "Read", here=".", below="."), rule("p", ANYONE, "Write", here="."))
    found = news(audit, before, ())
    assert kinds(found) == [("new-agent", ACME, ""), ("new-risk", "public", "")]
    assert found[0].modes == (Mode.READ, Mode.APPEND, Mode.WRITE)
    assert "3 places" in found[0].said
    assert found[1].said.startswith("public-change: ")


def test_an_agent_that_was_granted_something_with_lifepod_is_no_news() -> None:
    assert news(OPEN, known_of(SHUT), [grant()]) == ()


def test_a_grant_at_one_place_is_a_note_and_no_news() -> None:
    before = Audit(world({"": owned("")}, "c/x.ttl").survey)
    after = Audit(world({"": owned(""), "c/": owned("c/", rule("a", ACME, here="."))}, "c/x.ttl").survey)
    assert kinds(news(after, known_of(before), [grant("c/")])) == []


def test_a_member_of_a_group_is_an_agent_too() -> None:
    line = rule("g", f"acl:agentGroup <{TEAM}>", here=".")
    before, after = (audit_of(line, groups={TEAM: who}) for who in ((ACME,), (ACME, BOLT)))
    assert kinds(news(after, known_of(before), ())) == [("new-agent", BOLT, "")]


def test_an_agent_that_rules_name_and_give_nothing_is_told_as_that() -> None:
    audit = audit_of(rule("a", ACME, here="."), rule("p", ANYONE, here=".", below="."))
    found = news(audit, known_of(audit_of()), ())
    assert [f.said for f in found if f.kind == "new-agent"] == [
        "it was not named here before, and nothing is open to it by name"
    ]


def test_what_a_blind_spot_hides_stays_known_and_is_no_news_when_it_is_seen_again() -> None:
    risky = audit_of(rule("a", ACME, "Control", here="."))
    hidden = known_of(blind_at(risky, ""), known_of(risky))
    assert news(risky, hidden, ()) == ()
    seen = known_of(audit_of(), hidden)
    assert (ACME in hidden.agents, ACME in seen.agents) == (True, False)


def test_what_is_known_is_a_value() -> None:
    assert known_of(SHUT) == Known(SHUT.survey.surveyed_at, frozenset(SHUT.agents), frozenset())
