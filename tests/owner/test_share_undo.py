"""Taking a change back: what it took comes back, what others wrote since stays, and the plan says so first."""

from __future__ import annotations

import pytest
from tests.double.pod_double import PodDouble
from tests.owner.shared import EVERYONE, PLACE, SHARED, everything, granted, revoked, shared_pod
from tests.owner.signed import ACME, BOLT, rule, signed_in

from lifepod.access.changelog import Change
from lifepod.owner import share
from lifepod.owner.words import plan_in_words, wish
from lifepod.solid.pod import Pod

TEAM = "groups/team.ttl"


@pytest.fixture
def double() -> PodDouble:
    return shared_pod()


async def done(pod: Pod, asked: share.Wish) -> Change:
    return (await share.apply(pod, await share.rehearse(pod, asked, unchecked=True))).change


async def undone(pod: Pod, change: Change) -> list[str]:
    plan = await share.rehearse_undo(pod, change)
    await share.apply(pod, plan, note=share.Note("undo", undoes=change.name))
    return plan_in_words(plan)


def grouped(double: PodDouble) -> str:
    """A place that acme reaches through a group of the owner's alone."""
    group = double.url(TEAM) + "#team"
    member = "<http://www.w3.org/2006/vcard/ns#hasMember>"
    double.put(TEAM, f"<#team> {member} <{ACME}>, <{BOLT}>; <urn:x:says> 'keep me'.")
    double.owner_acl(TEAM, rule(double, TEAM, EVERYONE))
    double.owner_acl(SHARED, rule(double, SHARED, f"acl:agentGroup <{group}>"))
    return group


async def test_a_member_that_comes_back_into_a_group_is_foreseen_and_told(double: PodDouble) -> None:
    group = grouped(double)
    asked = wish("revoke", ACME, double.base, everywhere=True)
    async with signed_in(double) as pod:
        before = double.body(TEAM)
        change = await done(pod, asked)
        assert (double.body(TEAM) or b"").count(b"acme.example") == 0
        said = await undone(pod, change)
        assert (double.body(TEAM) or b"").count(b"acme.example") == 1
    assert [line for line in said if line.endswith(f"+ {ACME} becomes a member of {group}")]
    assert [line for line in said if f"{ACME} read: no -> yes" in line]
    assert before is not None


async def test_only_our_rule_goes_where_somebody_added_one_to_the_first_rules_of_a_place(double: PodDouble) -> None:
    async with signed_in(double) as pod:
        change = await done(pod, wish("grant", BOLT, double.url(PLACE), ("control",)))
        theirs = (double.body(f"{PLACE}.acl") or b"").decode() + rule_of(double, PLACE)
        double.acl(PLACE, theirs)
        held = everything(double, but=BOLT)
        await undone(pod, change)
    assert everything(double, but=BOLT) == held
    assert double.modes(PLACE, ACME) == {"read", "append"}  # append is what anyone signed in has
    assert double.modes(PLACE, BOLT) == {"read", "append"}
    assert "control" in double.modes(PLACE, double.owner)


def rule_of(double: PodDouble, path: str) -> str:
    """Acme's reading, in full IRIs."""
    return "\n@prefix acl: <http://www.w3.org/ns/auth/acl#>.\n" + rule(double, path, ACME)


async def test_what_a_first_document_shut_out_comes_back_beside_a_rule_that_somebody_added(double: PodDouble) -> None:
    async with signed_in(double) as pod:
        change = await done(pod, wish("private", "", double.url(PLACE)))
        assert double.modes(PLACE, BOLT) == set()
        double.acl(PLACE, (double.body(f"{PLACE}.acl") or b"").decode() + rule_of(double, PLACE))
        await undone(pod, change)
    assert double.modes(PLACE, BOLT) == {"read", "append"}
    assert double.modes(PLACE, ACME) == {"read", "append"}  # append is what anyone signed in had
    assert "control" in double.modes(PLACE, double.owner)


@pytest.mark.parametrize("path", [PLACE, SHARED])
async def test_where_nobody_wrote_since_everything_is_as_it_was(double: PodDouble, path: str) -> None:
    before = everything(double)
    async with signed_in(double) as pod:
        change = await done(pod, granted(double, path, "control") if path == PLACE else revoked(double, path))
        await undone(pod, change)
    assert everything(double) == before
    assert (double.body(f"{PLACE}.acl") is None) is True


async def test_an_undo_names_each_document_once_and_says_that_it_goes(double: PodDouble) -> None:
    async with signed_in(double) as pod:
        change = await done(pod, granted(double))
        said = await undone(pod, change)
    about = [line for line in said if f"{PLACE}.acl" in line]
    assert about == [f"  removes {double.url(PLACE)}.acl, so that the place inherits again"]
