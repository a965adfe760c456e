"""Grant and revoke on servers that fail, lie or fall silent: a change that was not found again is never called done."""

from __future__ import annotations

from collections.abc import Callable

import httpx2
import pytest
from tests.double import faults
from tests.double.pod_double import PodDouble
from tests.owner.shared import EVERYONE, PLACE, SHARED, everything, granted, revoked, shared_pod
from tests.owner.signed import ACME, rule, signed_in

from lifepod.access.rules import Answer
from lifepod.errors import Unconfirmed
from lifepod.owner import share

YES = Answer.YES


@pytest.fixture
def double() -> PodDouble:
    return shared_pod()


# A server that does not do what it says


def ignored(_: PodDouble) -> faults.Answer:
    return 205


def opened_to_all(double: PodDouble) -> faults.Answer:
    def wrong(_: httpx2.Request) -> httpx2.Response:
        double.owner_acl(SHARED, rule(double, SHARED, EVERYONE))
        return httpx2.Response(205)

    return wrong


def closed_to_us(double: PodDouble) -> faults.Answer:
    def wrong(_: httpx2.Request) -> httpx2.Response:
        double.ldp.owner_override = False
        double.acl(SHARED, rule(double, SHARED, ACME))
        return httpx2.Response(205)

    return wrong


def falls_silent(double: PodDouble) -> faults.Answer:
    def wrong(_: httpx2.Request) -> httpx2.Response:
        double.script("*", "*", faults.refused_connection(), None)
        return httpx2.Response(205)

    return wrong


def loses_the_place(double: PodDouble) -> faults.Answer:
    def wrong(_: httpx2.Request) -> httpx2.Response:
        double.script("*", SHARED, 404, None)
        return httpx2.Response(205)

    return wrong


@pytest.mark.parametrize("act", [ignored, opened_to_all, closed_to_us, falls_silent, loses_the_place])
async def test_a_change_that_a_fresh_look_does_not_find_is_never_called_done(
    double: PodDouble, act: Callable[[PodDouble], faults.Answer]
) -> None:
    async with signed_in(double) as pod:
        plan = await share.rehearse(pod, granted(double, SHARED, "control"))
        for method in ("PATCH", "PUT"):
            double.script(method, f"{SHARED}.acl", act(double), None)
        with pytest.raises(Unconfirmed, match="was written") as raised:
            await share.apply(pod, plan)
    assert "lifepod who" in raised.value.advice


async def test_a_revoke_that_the_server_ignores_is_never_called_done(double: PodDouble) -> None:
    async with signed_in(double) as pod:
        plan = await share.rehearse(pod, revoked(double, SHARED))
        for method in ("PATCH", "PUT"):
            double.script(method, f"{SHARED}.acl", 205, None)
        with pytest.raises(Unconfirmed):
            await share.apply(pod, plan)


@pytest.mark.parametrize("path", [PLACE, SHARED])
async def test_a_line_that_stays_broken_while_writing_leaves_the_old_rules_and_says_that_it_is_not_known(
    double: PodDouble, path: str
) -> None:
    before, scripts = everything(double, but=ACME), double.scripts
    async with signed_in(double) as pod:
        plan = await share.rehearse(pod, granted(double, path, "read", "control"))
        for method in ("PATCH", "PUT"):
            double.script(method, f"{path}.acl", faults.dropped(), None)
        with pytest.raises(Unconfirmed, match="may or may not have arrived"):
            await share.apply(pod, plan)
        assert everything(double, but=ACME) == before
        assert "control" not in double.modes(path, ACME)
        scripts.clear()
        again = await share.rehearse(pod, granted(double, path, "read", "control"))
        assert (await share.apply(pod, again)).answers[3] is YES
    assert everything(double, but=ACME) == before


@pytest.mark.parametrize("arrived", [False, True])
@pytest.mark.parametrize("path", [PLACE, SHARED])
async def test_a_line_that_breaks_once_while_writing_is_looked_after_and_the_change_is_made_once(
    double: PodDouble, path: str, arrived: bool
) -> None:
    before = everything(double, but=ACME)
    async with signed_in(double) as pod:
        plan = await share.rehearse(pod, granted(double, path, "read", "control"))
        for method in ("PATCH", "PUT"):
            double.script(method, f"{path}.acl", faults.dropped(), after=arrived)
        assert (await share.apply(pod, plan)).answers[3] is YES
    assert everything(double, but=ACME) == before


@pytest.mark.parametrize(
    ("fault", "word"), [(403, "403"), (412, "412"), (500, "500"), (faults.dropped(), "broke off")], ids=str
)
async def test_a_second_write_that_fails_says_what_was_written_before_it(
    double: PodDouble, fault: faults.Answer, word: str
) -> None:
    double.owner_acl("journal/searches/")
    async with signed_in(double) as pod:
        plan = await share.rehearse(pod, granted(double, "journal/", all_below=True))
        for method in ("PATCH", "PUT"):
            double.script(method, "journal/searches/.acl", fault, None)
        with pytest.raises(Unconfirmed, match="half-way") as raised:
            await share.apply(pod, plan)
    assert word in str(raised.value)
    assert f"Written by then: {double.url('journal/.acl')}" in str(raised.value)


async def test_a_place_that_was_dark_before_does_not_spoil_the_confirmation(double: PodDouble) -> None:
    dark = "journal/purchases/amazon/2025.ttl"
    double.script("GET", f"{dark}.acl", httpx2.Response(500, json={"message": "first"}), 2)
    double.script("GET", f"{dark}.acl", httpx2.Response(403), None)
    async with signed_in(double) as pod:
        outcome = await share.apply(pod, await share.rehearse(pod, granted(double)))
    assert outcome.answers[0] is YES
