"""Reading what was granted, with the vendor's own login.

It refuses to show a refusal as an empty answer, and to go where it was not let in by another way.
"""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import aclosing

from lifepod.errors import TooBig
from lifepod.journal.reading import Json, records_in
from lifepod.plain import plain
from lifepod.solid.pod import Pod


async def read(pod: Pod, url: str) -> AsyncIterator[Json]:
    """The records at or below ``url``, by address of their partition, then by time.

    Raises :class:`~lifepod.errors.Refused` where a container is closed before it hands out anything, and at the first
    closed partition; :class:`~lifepod.errors.TooBig` where more lies below than one reading may walk.
    """
    if not url.endswith("/"):
        for record in await _partition(pod, url):
            yield record
        return
    for member in await _partitions(pod, url):
        for record in await _partition(pod, member):
            yield record


async def _partitions(pod: Pod, url: str) -> list[str]:
    found: list[str] = []
    async with aclosing(pod.walk(url)) as walk:
        async for listing in walk:
            if listing.failure is not None:
                raise listing.failure
            if listing.cut:
                raise TooBig(f"{plain(listing.url)}: more lies below than one reading may walk.", place=listing.url)
            found += [member for member, _ in listing.members if member.endswith(".ttl")]
    return sorted(found)


async def _partition(pod: Pod, url: str) -> list[Json]:
    reply = await pod.get(url, accept="text/turtle")
    return records_in(reply.body, reply.url)


async def knock(pod: Pod, url: str) -> int:
    """What the pod's server answers to a plain read: 200 where we are let in, 401 or 403 where not."""
    return (await pod.ask("GET", url, {"Accept": "text/turtle"})).status
