"""Down through containers, as many at a time as answer, within bounds.

It refuses to stop for one container that cannot be listed, and to walk in circles.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, Awaitable, Callable
from dataclasses import replace

from lifepod.errors import LifepodError
from lifepod.limits import Limits
from lifepod.solid.reading import Listing

Lister = Callable[[str], Awaitable[Listing]]
"""Lists one container; raises where it cannot be listed."""


async def walked(url: str, lister: Lister, limits: Limits, levels: int | None = None) -> AsyncGenerator[Listing, None]:
    """Every container from ``url`` down, in the order they answer; a failure is a value, limits are kept.

    With ``levels`` no more of them are listed, one under the other; what lies deeper was not asked for and is not cut.
    """
    seen, count, tasks = {url}, 1, {asyncio.create_task(_listed(lister, url, 0))}
    done: set[asyncio.Task[tuple[Listing, int]]] = set()
    try:
        while tasks:
            done, tasks = await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
            for listing, depth in (task.result() for task in done):
                count += len(listing.members)
                deeper = levels is None or depth + 1 < levels
                below = [u for u, _ in listing.members if deeper and u.endswith("/") and u not in seen]
                cut = bool(below) and (depth >= limits.walk_depth or count > limits.walk_count)
                if not cut:
                    seen.update(below)
                    tasks |= {asyncio.create_task(_listed(lister, u, depth + 1)) for u in below}
                yield replace(listing, cut=cut)
    finally:
        for task in tasks:
            task.cancel()
        # Those that are done too: where one of them failed in a way that is no finding, nobody asks the others.
        await asyncio.gather(*tasks, *done, return_exceptions=True)


async def _listed(lister: Lister, url: str, depth: int) -> tuple[Listing, int]:
    try:
        return await lister(url), depth
    except LifepodError as error:
        return Listing(url, failure=error), depth
