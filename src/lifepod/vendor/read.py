"""Reading what was granted, with the vendor's own login.

It refuses to show a refusal as an empty answer, and to go where it was not let in by another way.
"""

from __future__ import annotations

from collections.abc import AsyncIterator

from lifepod.journal.reading import Json, records_in
from lifepod.solid.pod import Pod


async def read(pod: Pod, url: str) -> AsyncIterator[Json]:
    """The records at or below ``url``, in order; raises :class:`~lifepod.errors.Refused` at the first closed place."""
    if not url.endswith("/"):
        for record in await _partition(pod, url):
            yield record
        return
    async for listing in pod.walk(url):
        if listing.failure is not None:
            raise listing.failure
        for member, _ in listing.members:
            if member.endswith(".ttl"):
                for record in await _partition(pod, member):
                    yield record


async def _partition(pod: Pod, url: str) -> list[Json]:
    reply = await pod.get(url, accept="text/turtle")
    return records_in(reply.body, reply.url)


async def knock(pod: Pod, url: str) -> int:
    """What the pod's server answers to a plain read: 200 where we are let in, 401 or 403 where not."""
    return (await pod.ask("GET", url, {"Accept": "text/turtle"})).status
