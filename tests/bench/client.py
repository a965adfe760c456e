"""What the client costs: bulk reads, large files, live updates, thousands of requests over several tokens.

Run as a program it moves one large file up and down and says how much memory that took. It refuses to measure what is
not the client's: every figure stands beside the same requests without it.
"""

from __future__ import annotations

import asyncio
import json
import os
import resource
import statistics
import sys
import time
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import cast

import httpx2

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

from tests.bench.worlds import together

from lifepod.errors import NotSignedIn
from lifepod.solid.door import connect
from lifepod.solid.login import DPoPClient
from lifepod.solid.pod import Pod

Figures = dict[str, float]


async def timed(work: Callable[[], Awaitable[object]]) -> float:
    """Seconds."""
    began = time.perf_counter()
    await work()
    return time.perf_counter() - began


def line_of(pod: Pod) -> DPoPClient:
    """The signed line below the client, for the bare loop."""
    client = pod._sender._client
    assert isinstance(client, DPoPClient)
    return client


async def bulk(login: str, count: int) -> Figures:
    """Many small documents read whole, beside a loop that only signs and sends."""
    async with connect(login) as pod:
        urls = [f"{pod.storage}bulk/d{number:04d}.ttl" for number in range(count)]
        await pod.write(urls[0], b"<#a> <#b> <#c>.", match=None)
        await together(pod.write(url, b"<#a> <#b> <#c>.", match=None) for url in urls[1:])
        gate = asyncio.Semaphore(pod.limits.in_flight)
        client = cast(httpx2.AsyncClient, line_of(pod))  # authlib's stub of `stream` is off

        async def bare(url: str) -> None:
            async with gate, client.stream("GET", url, headers={"Accept": "text/turtle"}) as reply:
                assert len(await reply.aread()) > 0

        async def ours(url: str) -> None:
            assert (await pod.get(url, accept="text/turtle")).body

        floors, took = [], []
        for _ in range(3):  # in turns, and the best of each: what else the machine does is no figure of ours
            floors.append(await timed(lambda: together(bare(url) for url in urls)))
            took.append(await timed(lambda: together(ours(url) for url in urls)))
    return {"seconds": min(took), "floor": min(floors)}


async def seen(login: str, tries: int) -> Figures:
    """From the start of a PUT until a subscriber has it in hand, and until the PUT itself is answered; milliseconds."""
    async with connect(login) as pod, connect(login) as other:
        url = pod.url("seen.ttl")
        await pod.write(url, b"<#a> <#b> 0.", match=None)
        standing, heard, answered = asyncio.Event(), [], []
        changes = pod.changes(url, ready=lambda kind: standing.set())
        coming = asyncio.ensure_future(anext(changes))
        await standing.wait()
        for number in range(1, tries + 1):
            tag = (await other.head(url)).etag
            began = time.perf_counter()
            putting = asyncio.ensure_future(other.put(url, f"<#a> <#b> {number}.".encode(), match=tag))
            putting.add_done_callback(lambda _, began=began: answered.append(time.perf_counter() - began))  # type: ignore[misc]
            await coming
            heard.append(time.perf_counter() - began)
            await putting
            coming = asyncio.ensure_future(anext(changes))
            await asyncio.sleep(0.05)
        coming.cancel()
        await asyncio.gather(coming, return_exceptions=True)
        await changes.aclose()
    return {"ms": statistics.median(heard) * 1000, "floor": statistics.median(answered) * 1000}


async def tireless(login: str, count: int, renewals: int) -> Figures:
    """Many requests while the token is made to end again and again; how many met a 401."""
    refused, tokens = 0, set()
    async with connect(login) as pod:
        client, url = line_of(pod), pod.url("profile/card")

        async def one() -> None:
            nonlocal refused
            try:
                await pod.head(url)
            except NotSignedIn:
                refused += 1

        began = time.perf_counter()
        for _ in range(renewals + 1):
            tokens.add(client.token["access_token"])
            await together(one() for _ in range(count // (renewals + 1)))
            client.token["expires_at"] = int(time.time()) - 1
        took = time.perf_counter() - began
        await one()
        tokens.add(client.token["access_token"])
    return {"refused": refused, "tokens": len(tokens), "seconds": took, "requests": count}


async def _there_and_back(login: str, size: int, folder: Path) -> Figures:
    source, back = folder / "large.bin", folder / "back.bin"
    with source.open("wb") as out:
        for _ in range(size // 1_000_000):
            out.write(os.urandom(1_000_000))
    async with connect(login) as pod:
        url = pod.url("large.bin")
        await pod.head(pod.storage)
        before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
        with source.open("rb") as file:
            up = await timed(lambda: pod.upload(file, url))
        down = await timed(lambda: pod.download_to(url, back))
        grown = (resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before) / 1000
        assert back.stat().st_size == source.stat().st_size == size
        await pod.delete(url)
    return {"up": up, "down": down, "grown": grown}


if __name__ == "__main__":
    name, size, folder = sys.argv[1:]
    print(json.dumps(asyncio.run(_there_and_back(name, int(size), Path(folder)))))
