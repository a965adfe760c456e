"""Suspend and resume: what is taken is all that was given by name, at the place and below, and just that comes back."""

from __future__ import annotations

import pytest
from tests.double.pod_double import PodDouble
from tests.owner.shared import EVERYONE, PLACE, SHARED, everything, granted, shared_pod
from tests.owner.signed import ACME, BOLT, rule, signed_in

from lifepod.errors import Missing, Undecided
from lifepod.owner import pausing, share
from lifepod.owner.guard import rounds
from lifepod.owner.share import Note
from lifepod.solid.pod import Pod

TOP = "journal/"


async def change(pod: Pod, wish: share.Wish, verb: str = "", until: str = "") -> None:
    await share.apply(pod, await share.rehearse(pod, wish), note=Note(verb, until))


async def suspend(pod: Pod, double: PodDouble, path: str, agent: str = ACME) -> None:
    await change(pod, await pausing.to_suspend(pod, agent, double.url(path)), "suspend")


async def resume(pod: Pod, double: PodDouble, path: str, agent: str = ACME) -> str:
    paused, end = await pausing.to_resume(pod, agent, double.url(path))
    plan = await share.rehearse_undo(pod, paused)
    await share.apply(pod, plan, note=Note("resume", end, undoes=paused.name))
    return end


@pytest.fixture(name="double")
def _double() -> PodDouble:
    return shared_pod()


async def test_places_below_with_rules_of_their_own_get_back_their_own_modes(double: PodDouble) -> None:
    async with signed_in(double) as pod:
        await change(pod, granted(double, TOP, "read"))
        before = everything(double)
        await suspend(pod, double, TOP)
        assert "write" not in double.modes(SHARED, ACME)
        assert double.modes(TOP, ACME) == frozenset()
        assert everything(double, but=ACME).items() <= before.items()
        await resume(pod, double, TOP)
        assert everything(double) == before
        found = (await rounds(pod, dry=True)).findings
    assert [finding for finding in found if finding.kind in ("record-without-access", "suspended-but-open")] == []


async def test_what_comes_from_a_container_above_can_be_suspended_below_it(double: PodDouble) -> None:
    async with signed_in(double) as pod:
        await change(pod, granted(double, TOP, "read"))
        before = everything(double)
        await suspend(pod, double, PLACE)
        assert "read" not in double.modes(PLACE, ACME)
        assert "read" in double.modes("journal/searches/", ACME)
        await resume(pod, double, PLACE)
        assert everything(double) == before


async def test_a_grant_on_top_of_a_suspension_does_not_forget_it(double: PodDouble) -> None:
    async with signed_in(double) as pod:
        await change(pod, granted(double, PLACE, "read"))
        await suspend(pod, double, PLACE)
        await change(pod, granted(double, PLACE, "append"))
        assert "read" not in double.modes(PLACE, ACME)
        await resume(pod, double, PLACE)
        assert {"read", "append"} <= double.modes(PLACE, ACME)


async def test_what_somebody_else_wrote_meanwhile_stays(double: PodDouble) -> None:
    async with signed_in(double) as pod:
        await suspend(pod, double, SHARED)
        text = (double.body(f"{SHARED}.acl") or b"").decode()
        double.acl(SHARED, text + rule(double, SHARED, "https://carol.example/#me"))
        await resume(pod, double, SHARED)
    assert "read" in double.modes(SHARED, "https://carol.example/#me")
    assert {"read", "write"} <= double.modes(SHARED, ACME)
    assert {"read", "write"} <= double.modes(SHARED, BOLT)


async def test_the_end_of_what_was_suspended_is_told_and_kept(double: PodDouble) -> None:
    async with signed_in(double) as pod:
        await change(pod, granted(double, PLACE, "read"), until="2999-01-01")
        await suspend(pod, double, PLACE)
        assert await resume(pod, double, PLACE) == "2999-01-01"


async def test_what_has_ended_meanwhile_does_not_come_back(double: PodDouble) -> None:
    async with signed_in(double) as pod:
        await change(pod, granted(double, PLACE, "read"), until="2026-01-01")
        await suspend(pod, double, PLACE)
        with pytest.raises(Undecided):
            await resume(pod, double, PLACE)


async def test_what_everyone_has_is_nothing_by_name(double: PodDouble) -> None:
    double.owner_acl(SHARED, rule(double, SHARED, EVERYONE))
    async with signed_in(double) as pod:
        with pytest.raises(Missing):
            await pausing.to_suspend(pod, ACME, double.url(SHARED))


async def test_a_resume_without_a_suspension_says_where_to_look(double: PodDouble) -> None:
    async with signed_in(double) as pod:
        with pytest.raises(Missing) as stop:
            await pausing.to_resume(pod, ACME, double.url(PLACE))
    assert "lifepod changes" in stop.value.advice


async def test_an_end_is_closed_for_its_own_modes_alone(double: PodDouble) -> None:
    """A grant without an end on top of one with an end, and the other way round."""
    async with signed_in(double) as pod:
        await change(pod, granted(double, PLACE, "read"), until="2026-01-01")
        await change(pod, granted(double, PLACE, "append"))
        await change(pod, granted(double, "journal/searches/", "read"))
        await change(pod, granted(double, "journal/searches/", "write"), until="2026-01-01")
        found = await rounds(pod)
    assert {(f.place, *f.modes) for f in found.closed} >= {(double.url(PLACE), "read")}
    assert double.modes(PLACE, ACME) == {"append"}
    assert "read" in double.modes("journal/searches/", ACME)
    assert "write" not in double.modes("journal/searches/", ACME)
