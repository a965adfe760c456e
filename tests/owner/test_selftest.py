"""A server's version tags are believed only after they were tried, and trying leaves nothing behind."""

from __future__ import annotations

import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import httpx2
import pytest
from tests.double.pod_double import PodDouble
from tests.owner.signed import signed_in, writes

from lifepod.errors import LifepodError
from lifepod.owner import kept, surveys
from lifepod.owner.kept import Proof
from lifepod.owner.selftest import self_test


async def proof_of(double: PodDouble) -> Proof:
    async with signed_in(double) as pod:
        return await self_test(pod, grain=0.0)  # the double's clock ticks at every change


def stored(double: PodDouble) -> tuple[set[str], set[str]]:
    return set(double.shelf.things), set(double.shelf.controls)


async def test_a_server_whose_tags_move_is_proved_for_a_day_and_everything_is_removed() -> None:
    double = PodDouble()
    proof = await proof_of(double)
    assert (proof.proved, proof.cause, proof.dialect) == (True, "", "wac")
    mine = {double.url("lifepod/")}
    assert {url for part in stored(double) for url in part if "lifepod" in url} == mine
    assert double.modes("lifepod/", None) == frozenset()
    now = datetime.now(UTC)
    assert kept.kept_proof(double.base, double.owner, now) == proof
    assert kept.kept_proof(double.base, double.owner, now + timedelta(hours=24, seconds=2)) is None
    assert kept.kept_proof(double.base, "https://mallory.example/#me", now) is None


async def test_while_it_runs_nobody_else_may_see_the_scratch_container() -> None:
    double = PodDouble()
    seen: set[frozenset[str]] = set()

    def watch(request: httpx2.Request) -> None:
        for url in double.shelf.things:
            if "self-test" in url:
                seen.add(double.judge.modes(url, None) | double.judge.modes(url, "https://acme.example/#me"))

    double.script("*", "*", watch, None)
    await proof_of(double)
    assert seen == {frozenset()}


def no_tags(double: PodDouble) -> None:
    double.ldp.versions = False


def deaf_to_rules(double: PodDouble) -> None:
    double.shelf._touch_for_control = lambda place: None  # type: ignore[method-assign]


def deaf_to_own_rules(double: PodDouble) -> None:
    touch = double.shelf._touch_for_control
    double.shelf._touch_for_control = lambda place: None if place.endswith("/") else touch(place)  # type: ignore[method-assign]


def deaf_to_members(double: PodDouble) -> None:
    double.shelf._touch = lambda container: None  # type: ignore[method-assign]


def never_unchanged(double: PodDouble) -> None:
    def forget(request: httpx2.Request) -> None:
        request.headers.pop("if-none-match", None)

    double.script("GET", "*", forget, None)


def always_unchanged(double: PodDouble) -> None:
    def same(request: httpx2.Request) -> httpx2.Response | None:
        return httpx2.Response(304) if "if-none-match" in request.headers else None

    double.script("GET", "*", same, None)


@pytest.mark.parametrize(
    ("habit", "said"),
    [
        (no_tags, "a container has no version tag; an access document has no version tag"),
        (deaf_to_rules, "stays when a member's access document came"),
        (deaf_to_own_rules, "the version of a container stays when its own access document came"),
        (deaf_to_members, "the version of a container stays when a member came"),
        (never_unchanged, "a container is not called unchanged when nothing was done"),
        (always_unchanged, "the version of an access document stays when it was changed"),
    ],
)
async def test_a_server_with_another_habit_is_not_proved_and_says_why(
    habit: Callable[[PodDouble], None], said: str
) -> None:
    double = PodDouble()
    habit(double)
    proof = await proof_of(double)
    assert not proof.proved
    assert said in proof.cause
    assert not [url for part in stored(double) for url in part if "self-test" in url]


async def test_a_test_that_fails_half_way_cleans_up_and_proves_nothing() -> None:
    double = PodDouble()
    count = 0

    def fail(request: httpx2.Request) -> httpx2.Response | None:
        nonlocal count
        count += request.method == "PUT"
        return httpx2.Response(507) if count == 14 and request.method == "PUT" else None

    double.script("PUT", "*", fail, None)
    with pytest.raises(LifepodError):
        await proof_of(double)
    assert not [url for part in stored(double) for url in part if "self-test" in url]
    assert kept.kept_proof(double.base, double.owner, datetime.now(UTC)) is None


async def test_what_a_killed_test_left_is_removed_by_the_next_and_nothing_else_is() -> None:
    double = PodDouble()
    ago = time.time_ns() - 7200 * 10**9
    double.owner_acl("lifepod/")
    left = double.put(f"lifepod/self-test-{ago}/3/a.ttl", "")
    names = ("self-test-mine", f"self-test-{time.time_ns()}/x", "access/1")
    others = [double.put(f"lifepod/{name}", "") for name in names]
    await proof_of(double)
    assert left not in double.shelf.things
    assert set(others) <= set(double.shelf.things)


async def test_a_survey_never_tests_by_itself_because_a_read_never_writes() -> None:
    double = PodDouble()
    async with signed_in(double) as pod:
        await surveys.take(pod)
        await surveys.take(pod)
    assert writes(double) == []
