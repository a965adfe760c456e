"""Two writers and one access document: nothing that either wrote is lost."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable

import httpx2
import pytest
from tests.access.acp_worlds import Acr, lets, turtle_of
from tests.access.worlds import ACME, OWNER, PREFIXES
from tests.live.conftest import entered
from tests.oracle.stage import Stage

from lifepod.access.rules import MODES, Mode
from lifepod.access.servers import Dialect
from lifepod.errors import Conflict, NotReady, Unconfirmed
from lifepod.owner.share import Wish, apply, rehearse
from lifepod.solid.pod import Pod

pytestmark = pytest.mark.live


class Interrupted(httpx2.AsyncHTTPTransport):
    """A line on which something else happens just before the first write of one address."""

    def __init__(self, url: str, meanwhile: Callable[[], Awaitable[None]]) -> None:
        super().__init__()
        self._url, self._meanwhile, self.happened = url, meanwhile, 0

    async def handle_async_request(self, request: httpx2.Request) -> httpx2.Response:
        if request.method in ("PUT", "PATCH") and str(request.url) == self._url and not self.happened:
            self.happened += 1
            await self._meanwhile()
        return await super().handle_async_request(request)


def for_reading(stage: Stage, who: str, place: str) -> Wish:
    """A grant to read."""
    return Wish("grant", stage.people[who].webid, place, frozenset({Mode.READ}))


def with_vendor(stage: Stage, place: str, *modes: str) -> str:
    """A control document that names its owner, and a vendor who may do ``modes``."""
    if stage.dialect is Dialect.ACP:
        return stage.live(turtle_of(Acr((lets(OWNER, "Read", "Write", "Control"), lets(ACME, *modes))), place))
    rule = "a acl:Authorization; acl:accessTo"
    return stage.live(
        f"{PREFIXES}<#o> {rule} <{place}>; acl:agent <{OWNER}>; acl:mode acl:Read, acl:Write, acl:Control. "
        f"<#v> {rule} <{place}>; acl:agent <{ACME}>; acl:mode acl:{', acl:'.join(modes)}."
    )


@pytest.mark.parametrize("exists", [True, False], ids=["changed meanwhile", "made meanwhile"])
async def test_a_rule_written_between_our_reading_and_our_writing_is_kept(stage: Stage, exists: bool) -> None:
    """T4: another client gives the vendor Append just before our write; then ours is planned again, and both stand."""
    place = f"{stage.base}race/{exists}.ttl"
    await stage.plant(place, with_vendor(stage, place, "Control") if exists else None)

    async def meanwhile() -> None:
        await stage.rule(place, with_vendor(stage, place, "Append"))

    line = Interrupted(stage.control_of(place), meanwhile)
    async with entered(stage.people["owner"], line) as ours:
        plan = await rehearse(ours, for_reading(stage, "bolt", place))
        with pytest.raises((Conflict, Unconfirmed)):
            await apply(ours, plan)
        assert line.happened
        assert await stage.may("acme", place, Mode.APPEND)
        assert not await stage.may("bolt", place, Mode.READ)
        await apply(ours, await rehearse(ours, for_reading(stage, "bolt", place)))
    assert await stage.may("acme", place, Mode.APPEND)
    assert not await stage.may("acme", place, Mode.CONTROL)
    assert await stage.may("bolt", place, Mode.READ)
    for mode in MODES:
        assert await stage.may("owner", place, mode)


async def test_two_grants_at_once_both_come_true(stage: Stage) -> None:
    """Whoever is second is told so, and loses nothing by trying again."""
    place = f"{stage.base}race/both.ttl"
    await stage.plant(place, with_vendor(stage, place, "Append"))

    async def until_done(pod: Pod, who: str) -> int:
        for turn in range(1, 30):
            try:
                await apply(pod, await rehearse(pod, for_reading(stage, who, place)))
                return turn
            except (Conflict, NotReady, Unconfirmed):
                await asyncio.sleep(0)
        raise AssertionError(f"{who} never got a turn")

    async with entered(stage.people["owner"]) as one, entered(stage.people["owner"]) as other:
        await asyncio.gather(until_done(one, "bolt"), until_done(other, "carol"))
    assert await stage.may("bolt", place, Mode.READ)
    assert await stage.may("carol", place, Mode.READ)
    assert await stage.may("acme", place, Mode.APPEND)
