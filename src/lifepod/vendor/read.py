"""Reading what was granted, with the vendor's own login.

It refuses to show a refusal as an empty answer, and to go where it was not let in by another way.
"""

from __future__ import annotations

import re
import time
from collections.abc import AsyncGenerator, Callable
from contextlib import aclosing

from lifepod.errors import Refused, TooBig
from lifepod.journal.reading import Json, records_in
from lifepod.plain import plain
from lifepod.solid.pod import Listing, Pod
from lifepod.solid.wire import settled_tag

Aside = Callable[[str], None]
"""Told what a person may want to know."""
_RETURNED = re.compile(r"/from-[^/]+/\Z")
"""A container of what some vendor gave back; it has rules of its own."""


async def read(pod: Pod, url: str) -> AsyncGenerator[Json, None]:
    """The records at or below ``url``, by address of their partition, then by time.

    Raises :class:`~lifepod.errors.Refused` where a container is closed before it hands out anything, and at the first
    closed partition; :class:`~lifepod.errors.TooBig` where more lies below than one reading may walk.
    """
    for member in await partitions(pod, url):
        for record in await _partition(pod, member):
            yield record


def silent(sentence: str) -> None:
    """Nobody wants to know."""


async def partitions(pod: Pod, url: str, say: Aside | None = None) -> list[str]:
    """Addresses of the partitions at or below ``url``, in order.

    With ``say`` containers of what vendors gave back are passed over where we are not let in, and that is said.
    """
    if not url.endswith("/"):
        return [url]
    found: list[str] = []
    async with aclosing(pod.walk(url)) as walk:
        async for listing in walk:
            if say is not None and listing.url != url and _is_theirs(listing):
                say(f"{plain(listing.url)} has rules of its own and is closed to us; it was passed over.")
                continue
            if listing.failure is not None:
                raise listing.failure
            if listing.cut:
                raise TooBig(f"{plain(listing.url)}: more lies below than one reading may walk.", place=listing.url)
            found += [member for member, _ in listing.members if member.endswith(".ttl")]
    return sorted(found)


def _is_theirs(listing: Listing) -> bool:
    return isinstance(listing.failure, Refused) and _RETURNED.search(listing.url) is not None


async def _partition(pod: Pod, url: str) -> list[Json]:
    reply = await pod.get(url, accept="text/turtle")
    return records_in(reply.body, reply.url)


async def changed(pod: Pod, url: str, known: str) -> tuple[list[Json], str] | None:
    """The records of a partition and its version, empty where that may still move; ``None``: still as it was known."""
    began = time.monotonic()
    reply = await pod.get(url, accept="text/turtle", unless=known)
    if reply.status == 304:
        return None
    return records_in(reply.body, reply.url), settled_tag(reply, time.monotonic() - began)


async def knock(pod: Pod, url: str) -> int:
    """What the pod's server answers to a plain read: 200 where we are let in, 401 or 403 where not."""
    return (await pod.ask("GET", url, {"Accept": "text/turtle"})).status
