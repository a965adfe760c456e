"""Surveys on the real server, in both languages: tags are tried, a confirmed survey is true, a kill costs little."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager

import pytest
from tests.conftest import SERVER_DIR
from tests.live.conftest import entered

from lifepod.access.fresh import Opens, room_rules
from lifepod.access.rules import Mode
from lifepod.access.survey import Own, Survey
from lifepod.home import accounts
from lifepod.home.accounts import NewPod
from lifepod.home.server import HomeFolder, RunningServer
from lifepod.owner import surveys
from lifepod.owner.selftest import self_test
from lifepod.rdf.turtle import Document, Graph
from lifepod.solid.pod import Pod

pytestmark = pytest.mark.live
GRAIN = 3.0
"""Seconds after which a version can be relied on."""


@pytest.fixture(scope="module", params=["wac", "acp"])
def person(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[NewPod]:
    with pytest.MonkeyPatch.context() as world:
        world.setenv("LIFEPOD_CSS_DIR", SERVER_DIR)
        folder = HomeFolder.at(tmp_path_factory.mktemp(request.param) / "home", acp=request.param == "acp")
        server = RunningServer.start(folder)
        with server:
            yield accounts.add(server.base_url, "me")


@asynccontextmanager
async def filled(person: NewPod, name: str) -> AsyncIterator[tuple[Pod, str]]:
    """A container of this test's own: twelve documents in three containers, one of them with rules."""
    async with entered(person) as pod:
        top = f"{pod.storage}{name}/"
        for number in range(12):
            await pod.write(f"{top}c{number % 3}/d{number}.ttl", b"", match=None)
        await rules(pod, f"{top}c0/d0.ttl")
        yield pod, top


async def rules(pod: Pod, place: str, *, inbox: bool = False, new: bool = True) -> None:
    server = (await surveys.at(pod, place, below=False)).survey.server
    link = (await pod.head(place)).link("acl")
    assert link is not None
    made = room_rules(Document(link, Graph()), place, pod.webid, server, Opens(signed_in=inbox))
    await pod.write(link, made, match=None if new else (await pod.head(link)).etag)


def said(survey: Survey) -> list[tuple[str, Own, tuple[object, ...]]]:
    # Names of blank nodes are the parser's own.
    return [
        (p.url, p.control.own, tuple((r.modes, r.every, r.some, r.none, r.here, r.below) for r in p.control.rules))
        for p in survey.places
    ]


async def test_the_server_at_home_passes_and_leaves_no_trace(person: NewPod) -> None:
    async with entered(person) as pod:
        proof = await self_test(pod)
        assert (proof.proved, proof.cause) == (True, "")
        assert not [url for url, _ in (await pod.list(f"{pod.storage}lifepod/")).members if "self-test" in url]


async def test_an_unchanged_pod_is_confirmed_and_each_change_is_found(person: NewPod) -> None:
    async with filled(person, "again") as (pod, top):
        await self_test(pod)
        await asyncio.sleep(GRAIN)
        first = (await surveys.take(pod, full=True)).survey
        again = (await surveys.take(pod)).survey
        containers = sum(p.is_container for p in first.places)
        own = sum(p.control.own is Own.RULES for p in first.places)
        assert again.places == first.places
        assert again.requests <= containers + own + 2
        await rules(pod, f"{top}c1/d1.ttl")
        await rules(pod, f"{top}c0/d0.ttl", inbox=True, new=False)
        await rules(pod, f"{top}c2/")
        await pod.write(f"{top}c2/new.ttl", b"", match=None)
        await pod.delete(f"{top}c0/d3.ttl")
        changed = (await surveys.take(pod)).survey
        assert 0 < changed.reused < again.reused
        full = (await surveys.take(pod, full=True)).survey
        assert said(changed) == said(full) != said(first)
        assert changed.requests < full.requests
        assert Mode.APPEND in {
            m for p in full.places if p.url == f"{top}c0/d0.ttl" for r in p.control.rules for m in r.modes
        }


async def test_a_survey_that_was_cut_off_is_taken_up(person: NewPod) -> None:
    async with filled(person, "cut") as (pod, _):
        whole = (await surveys.take(pod, full=True)).survey
        task: asyncio.Task[object] | None = None

        def stop(done: int, known: int) -> None:
            assert task is not None
            if done == len(whole.places) // 2:
                task.cancel()

        task = asyncio.create_task(surveys.take(pod, stop, full=True))
        with pytest.raises(asyncio.CancelledError):
            await task
        again = (await surveys.take(pod, full=True)).survey
        assert again.resumed >= len(whole.places) // 3
        assert again.requests <= whole.requests - again.resumed + 3
        assert said(again) == said(whole)
