"""What stirs in a pod: the word to look again, for whoever shows or guards it.

It refuses to say what changed in who can see what: servers announce members that come and go, and no change of a rule
(decided by a look). What no channel tells is found by the looks that go on all the same.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, Iterable
from contextlib import aclosing

from lifepod.errors import LifepodError
from lifepod.owner.changes import CHANGES
from lifepod.solid.pod import Pod

PLACES = ("", "journal/", CHANGES)
"""Containers that are listened to, below the pod: its root, the journal, the change log that other devices write."""
_WAITING = 100
"""Words that wait to be heard; more say nothing more."""


async def stirrings(pod: Pod, every: float = 60.0, places: Iterable[str] = PLACES) -> AsyncGenerator[str, None]:
    """The address of each thing that came, went or changed in one of ``places``, until it is closed.

    Places are containers, named below the pod; one that cannot be listened to is left out. ``every`` is how often it
    is asked where there is no channel, seconds.
    """
    heard: asyncio.Queue[str] = asyncio.Queue(_WAITING)
    listening = [asyncio.create_task(_listen(pod, pod.storage + place, every, heard)) for place in places]
    try:
        while True:
            yield await heard.get()
    finally:
        for task in listening:
            task.cancel()
        await asyncio.gather(*listening, return_exceptions=True)


async def _listen(pod: Pod, url: str, every: float, heard: asyncio.Queue[str]) -> None:
    try:
        async with aclosing(pod.changes(url, every=every)) as changes:
            async for change in changes:
                if not heard.full():
                    heard.put_nowait(change.url)
    except LifepodError:
        return  # it is not there, or closed to us
