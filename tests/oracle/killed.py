"""A revoke over ten documents in a process of its own that is killed (-9) at its n-th write; and what comes after.

Run as a program it is that process: who signs in, what is revoked and where it ends come on its standard input.
"""

from __future__ import annotations

import asyncio
import json
import os
import random
import signal
import sys
import time
from collections import Counter
from collections.abc import Iterable
from dataclasses import asdict, dataclass, field
from pathlib import Path

import httpx2
from tests.access.acp_worlds import Acr, lets, turtle_of
from tests.access.worlds import ACME, BOLT, OWNER, PREFIXES
from tests.live.conftest import entered
from tests.oracle.stage import Stage

from lifepod.access.rules import MODES, Mode
from lifepod.access.servers import Dialect
from lifepod.home.accounts import NewPod
from lifepod.owner.share import Wish, apply, rehearse

DOCUMENTS = 10
WRITES = DOCUMENTS + 3
"""The record of what is about to happen, ten documents, the record of what happened, and the first one's removal."""
MOMENTS = tuple((n, moment) for n in range(1, WRITES + 1) for moment in ("before", "after"))
"""Where it may die: before the n-th write is sent, or when it is carried out and its answer not yet heard."""
_WRITING = ("PUT", "PATCH", "DELETE")


class Deadly(httpx2.AsyncHTTPTransport):
    """A line on which this process dies at its n-th write."""

    def __init__(self, number: int, moment: str) -> None:
        super().__init__()
        self._left, self._moment = number, moment

    async def handle_async_request(self, request: httpx2.Request) -> httpx2.Response:
        self._left -= request.method in _WRITING
        last = self._left == 0 and request.method in _WRITING
        if last and self._moment == "before":
            os.kill(os.getpid(), signal.SIGKILL)
        response = await super().handle_async_request(request)
        if last:
            os.kill(os.getpid(), signal.SIGKILL)
        return response


async def _revoke(told: dict[str, str | int], new: NewPod) -> None:
    async with entered(new, Deadly(int(told["number"]), str(told["moment"]))) as pod:
        wish = Wish("revoke", str(told["agent"]), str(told["place"]), frozenset(MODES))
        await apply(pod, await rehearse(pod, wish))


@dataclass
class Survived:
    """What the next command made of each death."""

    ends: Counter[str] = field(default_factory=Counter)
    said: Counter[str] = field(default_factory=Counter)
    seconds: float = 0.0

    def line(self, stage: Stage) -> str:
        """For the output."""
        ends = ", ".join(f"{count} {end}" for end, count in sorted(self.ends.items()))
        said = ", ".join(f"{count} {what}" for what, count in sorted(self.said.items()))
        deaths = sum(self.ends.values())
        return f"{stage.dialect.value}: killed at {deaths} writes; left {ends}; said: {said}, {self.seconds:.0f} s"


def some_moments(seed: int, count: int) -> list[tuple[int, str]]:
    """A few places to die at: on record but nothing done yet, nearly through, and anywhere between."""
    dice = random.Random(seed)
    return [dice.choice(MOMENTS[1:3]), dice.choice(MOMENTS[-4:]), *dice.sample(MOMENTS[4:-4], count - 2)]


async def survived(stage: Stage, moments: Iterable[tuple[int, str]]) -> Survived:
    """Kill a revoke at each of these; the pod must come out old or new, and its owner in control."""
    told, began = Survived(), time.monotonic()
    top = f"{stage.base}killed/"
    await stage.plant(top)
    # The change log is made by the first change of a pod; what is killed here is not the first.
    await _next_command(stage, top, "first")
    for number, moment in moments:
        await _one(stage, top, (number, moment), told)
    told.seconds = time.monotonic() - began
    return told


async def _one(stage: Stage, top: str, death: tuple[int, str], told: Survived) -> None:
    place = f"{top}{death[0]}-{death[1]}/"
    documents = [place, *(f"{place}{n}.ttl" for n in range(1, DOCUMENTS))]
    for url in documents:
        await stage.plant(url, stage.live(_shared(stage, url)))
    await _die(stage, place, death)
    said = await _next_command(stage, top, f"{death[0]}-{death[1]}")
    reads = {url: await stage.may("acme", url, Mode.READ) for url in documents}
    assert len(set(reads.values())) == 1, f"killed {death}: half of it stands, {reads}, and we said {said}"
    for url in documents:
        assert await stage.may("bolt", url, Mode.READ), f"killed {death}: {url} is lost for the others"
        for mode in MODES:
            assert await stage.may("owner", url, mode), f"killed {death}: the owner may not {mode.value} {url}"
    end = "old" if next(iter(reads.values())) else "new"
    words = next((w for w in ("finished it", "rolled it back") if any(w in line for line in said)), "nothing")
    # Nothing is said only where nothing was torn: before the first byte, or after the last.
    allowed = {"old": {"rolled it back", "nothing"}, "new": {"finished it", "nothing"}}[end]
    if death not in (MOMENTS[0], MOMENTS[-1]):
        allowed.discard("nothing")
    assert words in allowed, f"killed {death}: the pod is {end}, and we said {said}"
    told.ends[end] += 1
    told.said[words] += 1


async def _die(stage: Stage, place: str, death: tuple[int, str]) -> None:
    order = {"number": death[0], "moment": death[1], "agent": stage.people["acme"].webid, "place": place}
    text = json.dumps([order, asdict(stage.people["owner"])]).encode()
    root = Path(__file__).resolve().parents[2]
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "tests.oracle.killed", cwd=root,
        env={**os.environ, "PYTHONPATH": os.pathsep.join(filter(None, (str(root), *sys.path)))},
        stdin=asyncio.subprocess.PIPE, stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.STDOUT,
    )  # fmt: skip
    out, _ = await asyncio.wait_for(process.communicate(text), 120)
    assert process.returncode == -signal.SIGKILL, f"it was to be killed at {death}: {process.returncode} {out.decode()}"


async def _next_command(stage: Stage, top: str, name: str) -> list[str]:
    """Some other change, and what it says."""
    said: list[str] = []
    await stage.plant(f"{top}other-{name}.ttl")
    wish = Wish("grant", stage.people["bolt"].webid, f"{top}other-{name}.ttl", frozenset({Mode.READ}))
    await apply(stage.owner, await rehearse(stage.owner, wish), said.append)
    return [line for line in said if "cut off" in line]


def _shared(stage: Stage, url: str) -> str:
    """Rules that let two vendors read; one of them in a rule that both share."""
    everything = ("Read", "Write", "Control")
    if stage.dialect is Dialect.ACP:
        both = (lets(ACME), lets(BOLT))
        policies = (lets(OWNER, *everything), *both)
        return turtle_of(Acr(policies), url)
    below = f"; acl:default <{url}>" if url.endswith("/") else ""
    return (
        f"{PREFIXES}<#o> a acl:Authorization; acl:agent <{OWNER}>; acl:mode acl:Read, acl:Write, acl:Control; "
        f"acl:accessTo <{url}>{below}. <#v> a acl:Authorization; acl:agent <{ACME}>, <{BOLT}>; acl:mode acl:Read; "
        f"acl:accessTo <{url}>."
    )


if __name__ == "__main__":
    order, person = json.loads(sys.stdin.read())
    asyncio.run(_revoke(order, NewPod(**person)))
