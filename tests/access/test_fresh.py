"""The access documents of a new pod."""

from __future__ import annotations

import pytest
from rdflib import Graph
from tests.access.worlds import ACME, ANYONE, BASE, OWNER, at, document, owned, rule

from lifepod.access import wac
from lifepod.access.fresh import Opens, closed_to_public, private_rules, room_rules
from lifepod.access.rules import Mode
from lifepod.access.servers import WAC_SERVER
from lifepod.errors import WouldLockOut
from lifepod.rdf.turtle import Document, parse_turtle, write_turtle

ACL, PLACE = at("c/.acl"), at("c/")


def grants(graph: Graph, url: str = ACL, place: str = PLACE) -> set[tuple[str, str, str]]:
    back = parse_turtle(write_turtle(graph), url)
    return {
        (who.word, mode.value, reach)
        for found in wac.read_rules(back, url, place)
        for who in found.audience
        for mode in found.modes
        for reach, reaches in (("here", found.here), ("below", found.below))
        if reaches
    }


OWNERS = {(OWNER, mode.value, reach) for mode in Mode for reach in ("here", "below")}


def test_the_smallest_acl_keeps_a_place_for_its_owner_alone() -> None:
    assert grants(private_rules(ACL, PLACE, OWNER, WAC_SERVER)) == OWNERS


@pytest.mark.parametrize(
    ("opens", "found"),
    [
        (Opens(), set()),
        (Opens(signed_in=True), {("signed-in", "append", "here")}),
        (Opens(readers=(ACME,)), {(ACME, "read", "here"), (ACME, "read", "below")}),
        # Below, adding would be adding to what somebody else wrote.
        (Opens(adders=(ACME,)), {(ACME, "append", "here")}),
        (Opens(public=True), {("public", "read", "here"), ("public", "read", "below")}),
    ],
)
def test_a_room_lets_in_its_owner_and_whom_it_was_made_for(opens: Opens, found: set[tuple[str, str, str]]) -> None:
    assert grants(room_rules(Document(ACL, Graph()), PLACE, OWNER, WAC_SERVER, opens)) == OWNERS | found


def test_closing_a_root_takes_the_public_out_and_leaves_everyone_else() -> None:
    """P6, P7: a rule shared with the public keeps the others."""
    shared = rule("s", f"{ANYONE}; acl:agent <{ACME}>", here=".", below=".")
    opened = document("", owned("", rule("p", ANYONE, here=".") + shared))
    closed = closed_to_public(opened, BASE, OWNER, WAC_SERVER)
    assert closed is not None
    named = {who for who, _, _ in grants(closed, BASE + ".acl", BASE)}
    assert named == {OWNER, ACME}


def test_a_root_without_public_rules_needs_no_closing() -> None:
    """P12."""
    assert closed_to_public(document("", owned("")), BASE, OWNER, WAC_SERVER) is None


@pytest.mark.parametrize(
    "owner",
    [
        "",
        rule("o", OWNER, "Control", here="."),
        rule("o", OWNER, "Control", below="."),
        rule("o", OWNER, "Read Write", here=".", below="."),
        rule("o", f"acl:agent <{OWNER}>; acl:origin <https://app.example>", "Control", here=".", below="."),
    ],
)
def test_a_root_that_would_lose_its_owner_is_not_closed(owner: str) -> None:
    """P1."""
    with pytest.raises(WouldLockOut):
        closed_to_public(document("", rule("p", ANYONE, here=".") + owner), BASE, OWNER, WAC_SERVER)


def test_the_owner_is_an_agent_not_a_group_of_that_name() -> None:
    """P1: a group cannot keep the owner in control."""
    impostor = rule("o", f"acl:agentGroup <{OWNER}>", "Control", here=".", below=".")
    with pytest.raises(WouldLockOut):
        closed_to_public(document("", rule("p", ANYONE, here=".") + impostor), BASE, OWNER, WAC_SERVER)
