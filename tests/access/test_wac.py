"""ACL documents read strictly, and edited in the graph as it was read."""

from __future__ import annotations

import pytest
from rdflib import Graph, Literal, URIRef
from tests.access.worlds import ACME, ANYONE, BOLT, OWNER, SIGNED, TEAM, at, document, owned, rule

from lifepod import names
from lifepod.access import wac
from lifepod.access.decide import decide
from lifepod.access.rules import PUBLIC, SIGNED_IN, Answer, Kind, Mode, Rule, Visitor, Who
from lifepod.access.servers import WAC_SERVER
from lifepod.rdf.turtle import parse_turtle, same_triples, write_turtle

CONTAINER, ACL = at("c/"), at("c/.acl")


def rules_of(turtle: str, path: str = "c/") -> tuple[Rule, ...]:
    found = document(path, turtle)
    return wac.read_rules(found.graph, found.url, at(path))


def who_may(turtle: str, path: str = "c/") -> set[tuple[str, str]]:
    return {(w.word, m.value) for r in rules_of(turtle, path) for w in r.audience for m in r.modes}


# Reading

FULL = rule("r", ACME, here="c/")


@pytest.mark.parametrize(
    ("turtle", "reading"),
    [
        (FULL, {(ACME, "read")}),
        (FULL.replace(" a acl:Authorization;", ""), set()),
        (FULL.replace("acl:Authorization", "acl:Authorisation"), set()),
        (rule("r", ACME, ""), set()),
        (rule("r", ACME), set()),
        (FULL.replace(f"acl:agent <{ACME}>; ", ""), set()),
        (FULL.replace("<#r>", "[]", 1).replace("[] a", "[ a").rstrip(" .\n") + " ].\n", {(ACME, "read")}),
        (FULL.replace("<#r>", "_:r"), {(ACME, "read")}),
    ],
)
def test_a_rule_counts_only_with_type_object_mode_and_subject(turtle: str, reading: set[tuple[str, str]]) -> None:
    """W8: a blank-node subject is fine."""
    assert who_may(turtle) == reading


@pytest.mark.parametrize(
    ("turtle", "here", "below"),
    [
        (rule("r", ACME, here="c/"), True, False),
        (rule("r", ACME, below="c/"), False, True),
        (rule("r", ACME, here="c/", below="c/"), True, True),
    ],
)
def test_access_to_is_for_the_place_itself_and_default_for_what_is_below(turtle: str, here: bool, below: bool) -> None:
    """W5."""
    (found,) = rules_of(turtle)
    assert (found.here, found.below) == (here, below)


@pytest.mark.parametrize("path", ["", "d/", "c/d/", "c/x.ttl"])
def test_rules_that_name_another_place_give_nothing(path: str) -> None:
    """W5, W6: neither accessTo nor default of another place, not even of a child."""
    assert rules_of(rule("r", ACME, here=path or ".", below=path or ".")) == ()


def test_a_document_passes_nothing_on() -> None:
    """W5: default in a document's own ACL means nothing."""
    assert rules_of(rule("r", ACME, below="x.ttl"), "x.ttl") == ()


@pytest.mark.parametrize(
    "spelt",
    [
        "https://POD.example/alice/c/",
        "https://pod.example/alice/x/../c/",
        "https://pod.example/alice/c",
        "https://pod.example/alice/c/#it",
        "https://pod.example/alice/%63/",
        "https://pod.example:443/alice/c/",
        "http://pod.example/alice/c/",
    ],
)
def test_places_are_compared_letter_by_letter(spelt: str) -> None:
    """W25: host case, dots, the missing slash, a fragment, percent-encoding: each one misses."""
    assert rules_of(FULL.replace(CONTAINER, spelt)) == ()


@pytest.mark.parametrize(
    ("written", "place"),
    [("caf%C3%A9.ttl", "caf%c3%a9.ttl"), ("caf%C3%A9.ttl", "café.ttl"), ("a%2Bb.ttl", "a+b.ttl")],
)
def test_percent_encodings_are_not_unified(written: str, place: str) -> None:
    """W25."""
    assert rules_of(rule("r", ACME, here=written), place) == ()
    assert len(rules_of(rule("r", ACME, here=place), place)) == 1


@pytest.mark.parametrize(("turtle", "count"), [("<./>", 1), ("<../c/>", 1), ("<.>", 1), ("<>", 0), ('"c/"', 0)])
def test_relative_names_are_resolved_against_the_documents_own_address(turtle: str, count: int) -> None:
    """W25: a literal never matches."""
    assert len(rules_of(FULL.replace(f"<{CONTAINER}>", turtle))) == count


@pytest.mark.parametrize(
    ("subject", "audience"),
    [
        (ANYONE, {PUBLIC}),
        (SIGNED, {SIGNED_IN}),
        (f"acl:agentGroup <{TEAM}>", {Who(Kind.GROUP, TEAM)}),
        (f"acl:agent <{ACME}>, <{BOLT}>", {Who(Kind.AGENT, ACME), Who(Kind.AGENT, BOLT)}),
        ("acl:agentClass foaf:Person", set()),
        ("acl:agentClass <https://evil.example/Agent>", set()),
        ('acl:agentClass "http://xmlns.com/foaf/0.1/Agent"', set()),
        (f'acl:agent "{ACME}"', set()),
        ('acl:agent [ foaf:name "Acme" ]', set()),
        ("acl:origin <https://app.example>", set()),
    ],
)
def test_who_a_rule_names(subject: str, audience: set[Who]) -> None:
    """W11: other classes, literals and unnamed agents give nothing; W13: an origin alone neither."""
    assert {who for r in rules_of(rule("r", subject, here="c/")) for who in r.audience} == audience


def test_foaf_agent_as_an_agent_is_an_agent_that_nobody_is() -> None:
    """W11: it is not everyone."""
    (found,) = rules_of(rule("r", "acl:agent foaf:Agent", here="c/"))
    assert found.audience == {Who(Kind.AGENT, names.FOAF_AGENT)}


@pytest.mark.parametrize(
    ("modes", "read"),
    [
        ("acl:Read, acl:Write, acl:Append, acl:Control", set(Mode)),
        ("acl:Read, <https://example.org/Print>", {Mode.READ}),
        ("acl:Access", set()),
        ("acl:read", set()),
        ('"http://www.w3.org/ns/auth/acl#Print"', set()),
    ],
)
def test_unknown_modes_are_passed_over_and_never_widen(modes: str, read: set[Mode]) -> None:
    """W16: acl:Access is a superclass, not a mode."""
    found = rules_of(FULL.replace("acl:mode acl:Read", f"acl:mode {modes}"))
    assert {m for r in found for m in r.modes} == read


TEXT_MODE = rule("r", ACME, "Write", here="c/").replace("acl:Write", f"acl:Write, '{names.ACL_READ}'")


@pytest.mark.parametrize(("measured", "answer"), [(True, Answer.YES), (False, Answer.UNKNOWN)])
def test_a_mode_written_as_text_counts_where_that_was_measured_and_is_unknown_elsewhere(
    measured: bool, answer: Answer
) -> None:
    """W25; tests/oracle/test_literals.py has what Community Solid Server does."""
    server = {} if measured else {"server": WAC_SERVER}
    found = wac.read_rules(graph_of(TEXT_MODE), ACL, CONTAINER, **server)
    said = {mode: decide(found, Visitor(ACME), mode, {}).answer for mode in Mode}
    assert said == {Mode.READ: answer, Mode.WRITE: Answer.YES, Mode.APPEND: Answer.YES, Mode.CONTROL: Answer.NO}


@pytest.mark.parametrize("taken", [{Mode.READ}, set(Mode)])
@pytest.mark.parametrize("shared", [False, True])
def test_a_mode_written_as_text_is_taken_like_any_other(taken: set[Mode], shared: bool) -> None:
    turtle = TEXT_MODE.replace(f"<{ACME}>", f"<{ACME}>, <{BOLT}>") if shared else TEXT_MODE
    left = without(turtle, taken)
    assert (ACME, "read") not in left
    assert ((ACME, "write") in left) is (Mode.WRITE not in taken)
    assert ((BOLT, "read") in left) is shared


def test_an_agent_written_as_text_is_taken_out_of_the_document_all_the_same() -> None:
    """Some server may take it for a name."""
    graph = graph_of(FULL.replace(f"<{ACME}>", f"'{ACME}', <{BOLT}>"))
    left = wac.without_agent(graph, ACL, ACME)
    assert Literal(ACME) not in set(left.objects())
    assert who_may(write_turtle(left).decode()) >= {(BOLT, "read")}


def test_conditions_and_origins_are_noted_and_do_not_hide_the_rule() -> None:
    """W13, W17: the grant is wider than it reads, so it is shown with a note."""
    turtle = FULL.rstrip(" .\n") + "; acl:origin <https://app.example>; acl:condition [ a acl:ClientCondition ].\n"
    (found,) = rules_of(turtle)
    assert found.notes == ("origin https://app.example", "condition")
    assert who_may(turtle) == {(ACME, "read")}


def test_the_order_of_triples_means_nothing() -> None:
    """V2, W9."""
    lines = [rule("a", ACME, here="c/"), rule("b", ANYONE, below="c/"), rule("c", BOLT, "Write", here="c/")]
    assert rules_of("".join(lines)) == rules_of("".join(reversed(lines)))


def test_rules_on_unnamed_nodes_read_alike_at_every_reading() -> None:
    """V2: the label of a blank node changes with each parse, the reading must not."""
    turtle = FULL.replace("<#r>", "_:x") + rule("y", BOLT, here="c/").replace("<#y>", "_:y")
    assert rules_of(turtle) == rules_of(turtle)


@pytest.mark.parametrize(
    ("turtle", "answer"),
    [(FULL, True), (rule("r", ACME, below="c/"), True), (rule("r", ACME, here="d/"), False), ("", False)],
)
def test_whether_a_document_speaks_of_a_place_at_all(turtle: str, answer: bool) -> None:
    """W1: the check on an address that was learned."""
    assert wac.names_place(document("c/", turtle).graph, CONTAINER) is answer


# Giving


def graph_of(turtle: str, path: str = "c/") -> Graph:
    return document(path, turtle).graph


def after_reading(graph: Graph, url: str = ACL) -> Graph:
    return parse_turtle(write_turtle(graph), url)


def test_two_agents_whose_webids_end_alike_stay_apart() -> None:
    """T9: rules are named by a digest of the whole WebID, not by its last part."""
    graph = wac.with_agent(graph_of(owned("c/")), ACL, CONTAINER, ACME, {Mode.READ})
    graph = wac.with_agent(graph, ACL, CONTAINER, BOLT, {Mode.WRITE})
    found = {
        (w.word, m) for r in wac.read_rules(after_reading(graph), ACL, CONTAINER) for w in r.audience for m in r.modes
    }
    assert {pair for pair in found if pair[0] != OWNER} == {(ACME, Mode.READ), (BOLT, Mode.WRITE)}


def test_giving_adds_one_rule_and_touches_no_other_triple() -> None:
    """P6, P7, T14: unknown triples, groups, origins, conditions and comments on rules stay."""
    odd = '<#odd> <https://example.org/note> "keep me"; acl:origin <https://app.example>.\n'
    before = graph_of(owned("c/", odd + rule("g", f"acl:agentGroup <{TEAM}>", below="c/")))
    after = wac.with_agent(before, ACL, CONTAINER, ACME, {Mode.READ, Mode.APPEND})
    come = set(after) - set(before)
    assert set(before) <= set(after)
    assert len({s for s, _, _ in come}) == 1
    assert not same_triples(before, after)


def test_giving_twice_is_giving_once() -> None:
    """P12, T16."""
    once = wac.with_agent(graph_of(owned("c/")), ACL, CONTAINER, ACME, {Mode.READ})
    assert same_triples(wac.with_agent(once, ACL, CONTAINER, ACME, {Mode.READ}), once)


def test_documents_never_get_a_default() -> None:
    """T16."""
    graph = wac.with_agent(Graph(), at("x.ttl.acl"), at("x.ttl"), ACME, {Mode.READ})
    assert not list(graph.triples((None, URIRef(names.ACL_DEFAULT), None)))


def test_the_graph_that_was_read_is_not_changed() -> None:
    before = graph_of(owned("c/", FULL))
    count = len(before)
    wac.with_agent(before, ACL, CONTAINER, BOLT, {Mode.READ})
    wac.without_agent(before, ACL, ACME)
    assert len(before) == count


# Taking

SHARED = rule(
    "s", f"acl:agent <{ACME}>, <{BOLT}>; {SIGNED}; acl:agentGroup <{TEAM}>", "Read Write", here="c/", below="c/"
)


def without(turtle: str, taken: set[Mode] | None = None) -> set[tuple[str, str]]:
    graph = wac.without_agent(graph_of(turtle), ACL, ACME, frozenset(taken or Mode))
    back = after_reading(graph)
    return {(w.word, m.value) for r in wac.read_rules(back, ACL, CONTAINER) for w in r.audience for m in r.modes}


def test_taking_from_a_shared_rule_leaves_the_others_whole() -> None:
    """P7, T10."""
    left = {(who, mode) for who in (BOLT, "signed-in", TEAM) for mode in ("read", "write")}
    assert without(SHARED) == left
    assert without(SHARED, {Mode.WRITE}) == left | {(ACME, "read"), (ACME, "append")}


@pytest.mark.parametrize(
    ("held", "taken", "left"),
    [
        ("Read Write", {Mode.WRITE}, {"read", "append"}),
        ("Read Write", {Mode.APPEND}, {"read"}),
        ("Read Write", {Mode.WRITE, Mode.APPEND}, {"read"}),
        ("Read Write", {Mode.READ}, {"write"}),
        ("Read Append", {Mode.WRITE}, {"read", "append"}),
        ("Read", {Mode.WRITE}, {"read"}),
        ("Read Write Control", set(Mode), set()),
        ("Append", {Mode.APPEND}, set()),
    ],
)
@pytest.mark.parametrize("shared", [False, True])
def test_which_modes_are_left(held: str, taken: set[Mode], left: set[str], shared: bool) -> None:
    """W14: taking Append takes Write with it; taking Write alone leaves Append."""
    who = f"acl:agent <{ACME}>, <{BOLT}>" if shared else ACME
    found = without(rule("r", who, held, here="c/"), taken)
    assert {mode for word, mode in found if word == ACME} == left
    assert {mode for word, mode in found if word == BOLT} == ({m.lower() for m in held.split()} if shared else set())


def test_a_split_rule_keeps_its_reach_its_origins_and_its_conditions() -> None:
    """P6, P7, T14."""
    turtle = SHARED.rstrip(" .\n") + (
        "; acl:origin <https://app.example>; acl:condition [ a acl:ClientCondition; acl:client <https://app.example> ];"
        ' <https://example.org/note> "keep me".\n'
    )
    back = after_reading(wac.without_agent(graph_of(turtle), ACL, ACME, frozenset({Mode.WRITE})))
    (mine,) = [r for r in wac.read_rules(back, ACL, CONTAINER) if Who(Kind.AGENT, ACME) in r.audience]
    assert (mine.here, mine.below, mine.notes) == (True, True, ("origin https://app.example", "condition"))
    assert len(set(back.subjects(URIRef("https://example.org/note"), Literal("keep me")))) == 2
    assert len(set(back.subjects(URIRef(names.ACL + "client"), None))) >= 1


def test_modes_we_do_not_know_stay_unless_everything_is_taken() -> None:
    """P6, W16: a mode of a later version is not ours to drop."""
    turtle = FULL.replace("acl:Read", "acl:Read, acl:Write, <https://example.org/Print>")
    some = wac.without_agent(graph_of(turtle), ACL, ACME, frozenset({Mode.WRITE}))
    everything = wac.without_agent(graph_of(turtle), ACL, ACME)
    printing = URIRef("https://example.org/Print")
    assert list(some.subjects(URIRef(names.ACL_MODE), printing))
    assert not list(everything.triples((None, None, URIRef(ACME))))


def test_taking_leaves_no_loose_ends_of_the_rule() -> None:
    turtle = FULL.rstrip(" .\n") + '; acl:condition [ a acl:ClientCondition; acl:client [ foaf:name "x" ] ].\n'
    assert len(wac.without_agent(graph_of(turtle), ACL, ACME)) == 0


def test_taking_what_is_not_there_changes_nothing() -> None:
    """P12."""
    before = graph_of(owned("c/", FULL))
    assert same_triples(wac.without_agent(before, ACL, BOLT), before)
    assert same_triples(wac.without_agent(before, ACL, ACME, frozenset({Mode.CONTROL})), before)


def test_taking_twice_is_taking_once() -> None:
    """P12."""
    once = wac.without_agent(graph_of(SHARED), ACL, ACME, frozenset({Mode.WRITE}))
    assert same_triples(wac.without_agent(once, ACL, ACME, frozenset({Mode.WRITE})), once)


# A first ACL of its own


def copied(turtle: str, path: str) -> Graph:
    return wac.inherited_copy(graph_of(turtle), CONTAINER, at(path) + ".acl", at(path))


@pytest.mark.parametrize("path", ["c/x.ttl", "c/d/"])
def test_a_first_acl_says_what_the_place_inherits_and_no_more(path: str) -> None:
    """W3, T8: every inherited rule is copied, the owner's among them; what is for the ancestor alone is not."""
    turtle = owned("c/", SHARED + rule("here", ANYONE, here="c/") + rule("down", BOLT, "Append", below="c/"))
    found = wac.read_rules(after_reading(copied(turtle, path), at(path) + ".acl"), at(path) + ".acl", at(path))
    audience = {w.word for r in found for w in r.audience}
    assert audience == {OWNER, ACME, BOLT, "signed-in", TEAM}
    assert all(r.here and r.below is path.endswith("/") for r in found)


def test_a_copied_rule_brings_its_origins_conditions_and_unknown_parts() -> None:
    """P6, T14."""
    turtle = rule("r", BOLT, below="c/").rstrip(" .\n") + (
        '; acl:origin <https://app.example>; acl:condition [ a acl:ClientCondition ]; <https://example.org/n> "keep".\n'
    )
    graph = copied(turtle, "c/x.ttl")
    (found,) = wac.read_rules(graph, at("c/x.ttl.acl"), at("c/x.ttl"))
    assert found.notes == ("origin https://app.example", "condition")
    assert list(graph.subjects(URIRef("https://example.org/n"), Literal("keep")))
    assert list(graph.objects(None, URIRef(names.RDF_TYPE))).count(URIRef(names.ACL + "ClientCondition")) == 1
