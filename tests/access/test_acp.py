"""ACP 0.9 as documents say it: every rule of access.md §3 by its number, in both orders where order could matter."""

from __future__ import annotations

from collections.abc import Mapping

import pytest
from rdflib import Graph
from tests.access.acp_worlds import (
    ACP,
    APP,
    CSS,
    ISSUER,
    Acr,
    Matcher,
    Policy,
    acp_world,
    agents,
    denies,
    lets,
    turtle_of,
)
from tests.access.worlds import ACME, BASE, BOLT, OWNER

from lifepod.access import acp
from lifepod.access.decide import decide
from lifepod.access.rules import NOBODY, STRANGER, Answer, Mode, Visitor
from lifepod.access.servers import Dialect, Server
from lifepod.rdf.turtle import parse_turtle

PUBLIC, SIGNED = ACP + "PublicAgent", ACP + "AuthenticatedAgent"
UNKNOWN_SERVER = Server(Dialect.ACP)
ME = Visitor(ACME)


def may(acrs: Mapping[str, Acr | None], path: str, visitor: Visitor = ME, mode: Mode = Mode.READ) -> str:
    return acp_world(acrs).verdict(BASE + path, visitor, mode).answer.word


def test_a2_an_acr_that_speaks_of_another_place_says_nothing_certain() -> None:
    url = BASE + "d/.acr"
    graph = parse_turtle(turtle_of(Acr((lets(ACME),)), BASE + "elsewhere/").encode(), url)
    rules = acp.read_rules(graph, url, BASE + "d/", CSS)
    assert [r.every[0].unclear for r in rules] == [True]
    assert not acp.names_place(graph, BASE + "d/")


def test_a3_member_controls_are_for_all_below_and_not_for_the_container_itself() -> None:
    tree: dict[str, Acr | None] = {"": Acr(member=(lets(ACME),)), "c/": None, "c/d.ttl": None}
    assert [may(tree, p) for p in ("", "c/", "c/d.ttl")] == ["no", "yes", "yes"]


def test_a3_own_controls_are_for_the_container_alone() -> None:
    tree: dict[str, Acr | None] = {"": Acr(own=(lets(ACME),)), "c/": None}
    assert [may(tree, p) for p in ("", "c/")] == ["yes", "no"]


def test_a4_policies_of_all_ancestors_add_up() -> None:
    tree = {"": Acr(member=(lets(ACME),)), "c/": Acr(member=(lets(BOLT),)), "c/d.ttl": Acr(own=(lets(OWNER),))}
    assert [may(tree, "c/d.ttl", Visitor(a)) for a in (ACME, BOLT, OWNER)] == ["yes"] * 3
    assert [may(tree, "c/", Visitor(a)) for a in (ACME, BOLT, OWNER)] == ["yes", "no", "no"]


def test_a5_an_empty_acr_stops_nothing() -> None:
    assert may({"": Acr(member=(lets(ACME),)), "c/": Acr()}, "c/") == "yes"


@pytest.mark.parametrize("order", [1, -1])
def test_a6_a_denial_beats_every_allow_in_any_order(order: int) -> None:
    both = (lets(ACME), denies(ACME))[::order]
    assert may({"": Acr(own=both)}, "") == "no"
    assert may({"": Acr(member=(denies(ACME),)), "c/": Acr(own=(lets(ACME),))}, "c/") == "no"
    assert may({"": Acr(member=(lets(ACME),)), "c/": Acr(own=(denies(ACME),))}, "c/") == "no"


@pytest.mark.parametrize(
    ("policy", "answer"),
    [
        (Policy(("Read",), none_of=(agents(BOLT),)), "no"),
        (Policy(("Read",), all_of=(agents(ACME),)), "yes"),
        (Policy(("Read",), all_of=(agents(ACME), agents(BOLT))), "no"),
        (Policy(("Read",), any_of=(agents(ACME), agents(BOLT))), "yes"),
        (Policy(("Read",), all_of=(agents(PUBLIC),), any_of=(agents(BOLT),)), "no"),
        (Policy(("Read",), any_of=(agents(PUBLIC),), none_of=(agents(ACME),)), "no"),
        (Policy(("Read",)), "no"),
    ],
)
def test_a7_when_a_policy_is_satisfied(policy: Policy, answer: str) -> None:
    assert may({"": Acr(own=(policy,))}, "") == answer


@pytest.mark.parametrize(
    ("values", "visitor", "answer"),
    [
        ({}, ME, "no"),
        ({"agent": (ACME, BOLT)}, ME, "yes"),
        ({"agent": (ACME,), "client": (APP,)}, ME, "no"),
        ({"agent": (ACME,), "client": (APP,)}, Visitor(ACME, APP), "yes"),
        ({"agent": (ACME,), "client": (APP,)}, Visitor(BOLT, APP), "no"),
        ({"client": (ACP + "PublicClient",)}, NOBODY, "yes"),
        ({"agent": (ACME,), "client": (ACP + "PublicClient",)}, ME, "yes"),
        ({"issuer": (ISSUER,)}, Visitor(ACME, None, ISSUER), "yes"),
        ({"issuer": (ISSUER,)}, ME, "no"),
        ({"agent": (PUBLIC,)}, NOBODY, "yes"),
        ({"agent": (SIGNED,)}, NOBODY, "no"),
        ({"agent": (SIGNED,)}, STRANGER, "yes"),
    ],
)
def test_a8_to_a11_when_a_matcher_matches(values: dict[str, tuple[str, ...]], visitor: Visitor, answer: str) -> None:
    assert may({"": Acr(own=(Policy(("Read",), any_of=(Matcher(values),)),))}, "", visitor) == answer


OPTIONAL = [
    {"agent": (ACP + "OwnerAgent",)},
    {"agent": (ACP + "CreatorAgent",)},
    {"agent": (ACME,), "issuer": (ACP + "PublicIssuer",)},
    {"agent": (ACME,), "vc": ("https://vc.example/Adult",)},
]


@pytest.mark.parametrize("values", OPTIONAL)
def test_a9_a11_a12_what_a_measured_server_never_matches_is_no_and_unknown_elsewhere(
    values: dict[str, tuple[str, ...]],
) -> None:
    acrs: dict[str, Acr | None] = {"": Acr(own=(Policy(("Read",), any_of=(Matcher(values),)),))}
    assert acp_world(acrs).verdict(BASE, ME, Mode.READ).answer is Answer.NO
    assert acp_world(acrs, UNKNOWN_SERVER).verdict(BASE, ME, Mode.READ).answer is Answer.UNKNOWN


def test_a9_a_role_beside_an_agent_leaves_the_agent() -> None:
    policy = Policy(("Read",), any_of=(Matcher({"agent": (ACP + "OwnerAgent", ACME)}),))
    assert may({"": Acr(own=(policy,))}, "") == "yes"


@pytest.mark.parametrize(
    ("allow", "deny", "append", "write"),
    [
        (("Write",), ("Append",), "yes", "yes"),
        (("Write", "Append"), ("Write",), "yes", "no"),
        (("Write",), ("Write",), "no", "no"),
        (("Append",), ("Append",), "no", "no"),
        (("Append",), (), "yes", "no"),
    ],
)
def test_a14_write_includes_append_after_denials(
    allow: tuple[str, ...], deny: tuple[str, ...], append: str, write: str
) -> None:
    tree: dict[str, Acr | None] = {"": Acr(own=(Policy(allow, deny, any_of=(agents(ACME),)),))}
    assert [may(tree, "", ME, m) for m in (Mode.APPEND, Mode.WRITE)] == [append, write]


def test_a16_a_policy_in_another_document_is_nothing_on_a_measured_server_and_unknown_elsewhere() -> None:
    url, text = BASE + ".acr", f"<#acr> <{ACP}resource> <{BASE}>; <{ACP}accessControl> <#c>. <#c> <{ACP}apply> </p#x>."
    graph = parse_turtle(text.encode(), url)
    assert acp.read_rules(graph, url, BASE, CSS) == ()
    rules = acp.read_rules(graph, url, BASE, UNKNOWN_SERVER)
    assert {r.deny for r in rules} == {True, False}
    assert all(r.every[0].unclear for r in rules)


def test_who_lists_an_app_where_it_makes_a_difference() -> None:
    policy = Policy(("Read",), any_of=(Matcher({"agent": (ACME,), "client": (APP,)}),))
    entries = acp_world({"": Acr(own=(policy, lets(OWNER, *("Read", "Write", "Control"))))}).who(BASE)
    assert [(e.audience, e.app, e.answers[0].word) for e in entries] == [
        (ACME, APP, "yes"), (OWNER, "", "yes"),
    ]  # fmt: skip


ISSUED = {
    "acme by the issuer": (Matcher({"agent": (ACME,), "issuer": (ISSUER,)}), [(ACME, ISSUER)]),
    "anyone by the issuer": (Matcher({"issuer": (ISSUER,)}), [("signed-in", ISSUER)]),
    "anyone by the app": (Matcher({"client": (APP,)}), [("signed-in", APP)]),
}


@pytest.mark.parametrize(("matcher", "listed"), ISSUED.values(), ids=ISSUED)
def test_who_lists_a_login_from_an_issuer_and_never_the_public_with_one(
    matcher: Matcher, listed: list[tuple[str, str]]
) -> None:
    """Whoever comes without a login has neither app nor issuer: a signed-out GET gets 401 (measured)."""
    audit = acp_world({"": Acr((Policy(("Read",), any_of=(matcher,)),))})
    assert [(e.audience, e.app or e.issuer) for e in audit.who(BASE)] == listed
    assert audit.sees("public") == ()
    assert audit.reach(audit.source_of(BASE), None)[0] is Answer.NO
    assert [(e.audience, e.app or e.issuer) for e in audit.sees(ACME)] == listed
    assert all(visitor.agent or not (visitor.client or visitor.issuer) for visitor in audit.everyone)


@pytest.mark.parametrize("matcher", [matcher for matcher, _ in ISSUED.values()], ids=ISSUED)
def test_the_best_verdict_of_an_agent_names_the_way_it_must_come(matcher: Matcher) -> None:
    audit = acp_world({"": Acr((Policy(("Read",), any_of=(matcher,)), lets(BOLT, "Append")))})
    verdict, visitor = audit.best(BASE, ACME, Mode.READ)
    assert (verdict.answer, visitor.agent) == (Answer.YES, ACME)
    assert {visitor.client, visitor.issuer} & {APP, ISSUER}
    assert audit.best(BASE, BOLT, Mode.APPEND) == (audit.verdict(BASE, Visitor(BOLT), Mode.APPEND), Visitor(BOLT))
    assert audit.best(BASE, "public", Mode.READ)[0].answer is Answer.NO


def test_the_best_verdict_of_whom_a_rule_denies_is_that_of_everyone_where_everyone_may() -> None:
    """V7: it can come signed out."""
    audit = acp_world({"": Acr((denies(ACME), lets(PUBLIC)))})
    assert audit.best(BASE, ACME, Mode.READ) == (audit.verdict(BASE, NOBODY, Mode.READ), NOBODY)


def test_what_an_agent_sees_counts_the_best_way_it_can_come() -> None:
    by_app = Policy(("Read",), any_of=(Matcher({"agent": (ACME,), "client": (APP,)}),))
    denied_but_public = (denies(BOLT), Policy(("Read",), any_of=(agents(PUBLIC),)))
    audit = acp_world({"": Acr(own=(by_app,)), "open/": Acr(own=denied_but_public)})
    assert [(e.place, e.app) for e in audit.sees(ACME)] == [(BASE, APP), (BASE + "open/", "")]
    # A denial of one agent beside a public allow closes nothing: it can come signed out (V7).
    assert [(e.place, e.audience) for e in audit.sees(BOLT)] == [(BASE + "open/", "public")]


def rules_after(graph: Graph, place: str = BASE) -> list[tuple[str, ...]]:
    url = BASE + ".acr"
    return [
        (*sorted(w.word for w in r.audience), "deny" if r.deny else "allow", *sorted(r.modes))
        for r in acp.read_rules(graph, url, place, CSS)
    ]


def graph_of(acr: Acr) -> Graph:
    return parse_turtle(turtle_of(acr, BASE).encode(), BASE + ".acr")


def test_a_grant_adds_nodes_of_its_own_and_a_revoke_takes_exactly_those() -> None:
    before = graph_of(Acr((lets(OWNER, "Read", "Control"),), (lets(OWNER, "Read", "Control"),)))
    granted = acp.with_agent(before, BASE + ".acr", BASE, ACME, {Mode.READ})
    assert (ACME, "allow", "read") in rules_after(granted)
    assert set(before) < set(granted)
    assert set(acp.with_agent(granted, BASE + ".acr", BASE, ACME, {Mode.READ})) == set(granted)
    assert set(acp.without_agent(granted, BASE + ".acr", ACME)) == set(before)


def test_two_agents_with_one_last_segment_stay_apart() -> None:
    graph = acp.with_agent(Graph(), BASE + ".acr", BASE, ACME, {Mode.READ})
    graph = acp.with_agent(graph, BASE + ".acr", BASE, BOLT, {Mode.WRITE})
    assert sorted(rules_after(graph)) == [(ACME, "allow", "read"), (BOLT, "allow", "write")]


def test_an_agent_leaves_a_shared_matcher_and_the_others_stay() -> None:
    graph = graph_of(Acr((Policy(("Read", "Write"), any_of=(agents(ACME, BOLT),)),)))
    assert rules_after(acp.without_agent(graph, BASE + ".acr", ACME)) == [(BOLT, "allow", "read", "write")]


def test_an_agent_keeps_the_modes_that_were_not_taken() -> None:
    graph = graph_of(Acr((Policy(("Read", "Write"), any_of=(agents(ACME, BOLT),)),)))
    after = acp.without_agent(graph, BASE + ".acr", ACME, frozenset({Mode.READ}))
    audit_of = {a: acp_answers(after, a) for a in (ACME, BOLT)}
    assert audit_of == {ACME: ["no", "yes", "yes", "no"], BOLT: ["yes", "yes", "yes", "no"]}


def acp_answers(graph: Graph, agent: str) -> list[str]:
    rules = acp.read_rules(graph, BASE + ".acr", BASE, CSS)
    return [decide(rules, Visitor(agent), mode, {}).answer.word for mode in Mode]


def test_p8_taking_an_agent_out_never_widens_a_matcher() -> None:
    graph = graph_of(Acr((Policy(("Read",), any_of=(Matcher({"agent": (ACME, BOLT), "client": (APP,)}),)),)))
    after = acp.without_agent(graph, BASE + ".acr", ACME)
    rules = acp.read_rules(after, BASE + ".acr", BASE, CSS)
    said = {v: decide(rules, v, Mode.READ, {}).answer.word for v in (Visitor(ACME, APP), Visitor(BOLT, APP), STRANGER)}
    assert list(said.values()) == ["no", "yes", "no"]


def test_unknown_triples_stay() -> None:
    url = BASE + ".acr"
    noted = turtle_of(Acr((lets(ACME),)), BASE) + '\n<#acr> <https://x.example/note> "kept".'
    graph = acp.without_agent(parse_turtle(noted.encode(), url), url, ACME)
    assert any(str(o) == "kept" for _, _, o in graph)


def test_a_denial_names_one_agent_and_a_grant_lifts_it() -> None:
    url = BASE + "c/.acr"
    graph = acp.with_denial(Graph(), url, BASE + "c/", ACME, {Mode.READ})
    assert [(r.deny, r.here, r.below) for r in acp.read_rules(graph, url, BASE + "c/", CSS)] == [(True, True, True)]
    lifted = acp.with_agent(graph, url, BASE + "c/", ACME, {Mode.READ})
    assert [r.deny for r in acp.read_rules(lifted, url, BASE + "c/", CSS)] == [False]


def test_without_the_public_others_stay() -> None:
    graph = graph_of(Acr((Policy(("Read",), any_of=(agents(PUBLIC, ACME),)), lets(PUBLIC))))
    assert rules_after(acp.without_public(graph)) == [(ACME, "allow", "read")]


# IRIs that somebody wrote as text: tests/oracle/test_literals.py has what Community Solid Server makes of them


def as_text(acr: Acr, *iris: str) -> Graph:
    turtle = turtle_of(acr, BASE)
    for iri in iris:
        turtle = turtle.replace(f"<{iri}>", f'"{iri}"')
    return parse_turtle(turtle.encode(), BASE + ".acr")


@pytest.mark.parametrize(
    ("name", "seen"),
    [
        (PUBLIC, {ACME: "yes", "": "yes"}),
        (ACP + "AuthenticatedAgent", {ACME: "yes", "": "no"}),
        (ACP + "CreatorAgent", {ACME: "no", "": "no"}),
        (ACP + "OwnerAgent", {ACME: "no", "": "no"}),
        (ACME, {ACME: "yes", "": "no"}),
    ],
)
def test_a_name_written_as_text_is_that_name_on_the_measured_server_and_unclear_elsewhere(
    name: str, seen: dict[str, str]
) -> None:
    graph = as_text(Acr((lets(name),)), name)
    found = {server: acp.read_rules(graph, BASE + ".acr", BASE, server) for server in (CSS, UNKNOWN_SERVER)}
    said = {who: decide(found[CSS], Visitor(who or None), Mode.READ, {}).answer.word for who in seen}
    assert said == seen
    assert decide(found[UNKNOWN_SERVER], Visitor(ACME), Mode.READ, {}).answer is Answer.UNKNOWN


@pytest.mark.parametrize("others", [(), (BOLT,)])
def test_an_agent_written_as_text_is_taken_out_like_any_other(others: tuple[str, ...]) -> None:
    graph = as_text(Acr((Policy(("Read", "Write"), any_of=(agents(ACME, *others),)),)), ACME)
    after = acp.without_agent(graph, BASE + ".acr", ACME)
    assert acp_answers(after, ACME) == ["no"] * 4
    assert acp_answers(after, BOLT) == acp_answers(graph, BOLT)
    some = acp.without_agent(graph, BASE + ".acr", ACME, frozenset({Mode.READ}))
    assert acp_answers(some, ACME) == ["no", "yes", "yes", "no"]


def test_a_mode_written_as_text_is_taken_like_any_other() -> None:
    read = "http://www.w3.org/ns/auth/acl#Read"
    url, said = BASE + ".acr", turtle_of(Acr((lets(ACME, "Read", "Write"),)), BASE)
    graph = parse_turtle(said.replace("acl:Read", f"'{read}'").encode(), url)
    assert acp_answers(graph, ACME) == ["yes", "yes", "yes", "no"]
    rules = acp.read_rules(graph, url, BASE, UNKNOWN_SERVER)
    assert [decide(rules, Visitor(ACME), m, {}).answer.word for m in Mode] == ["unknown", "yes", "yes", "no"]
    assert acp_answers(acp.without_agent(graph, url, ACME, frozenset({Mode.READ})), ACME) == ["no", "yes", "yes", "no"]


def test_the_public_written_as_text_is_shut_out_like_any_other() -> None:
    graph = as_text(Acr((Policy(("Read",), any_of=(agents(PUBLIC, ACME),)), lets(PUBLIC))), PUBLIC)
    assert rules_after(acp.without_public(graph)) == [(ACME, "allow", "read")]
    assert rules_after(acp.without_audience(graph, frozenset({ACME}))) == [(ACME, "allow", "read")]
