"""What waits for the person, counted without taking anything in; and the word that something came or was decided.

It refuses to write, and to say what a message is before it was looked at: that is the inbox's own pass.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator
from contextlib import aclosing
from dataclasses import dataclass

from lifepod.errors import LifepodError, Missing
from lifepod.owner.desk import Desk
from lifepod.owner.settle import INBOX
from lifepod.parties.cases import AGREEMENTS, REQUESTS
from lifepod.solid.pod import Pod
from lifepod.solid.profile import read_profile

_MOST = 1000
"""Words that wait to be heard; more say nothing more."""


@dataclass(frozen=True, slots=True)
class Waiting:
    """What waits for an answer, and what nobody looked at yet."""

    requests: int = 0
    messages: int = 0
    """Everything that lies in the inbox, whatever it is."""


async def waiting(desk: Desk) -> Waiting:
    """How much waits now; raises as reading does."""
    pod = await desk.pod()
    known = await (await desk.papers()).requests()
    try:
        messages = len((await pod.list(await _inbox(pod))).members)
    except Missing:
        messages = 0
    return Waiting(sum(one.is_waiting for one in known), messages)


async def _inbox(pod: Pod) -> str:
    profile = await read_profile(pod, pod.webid)
    inside = [one for one in profile.inboxes if one.startswith(pod.storage)]
    return inside[0] if inside else pod.storage + INBOX


async def stirrings(desk: Desk, every: float = 60.0) -> AsyncGenerator[str, None]:
    """The address of what came, went or changed in the inbox, among requests or agreements, until it is closed.

    A place that cannot be listened to is left out. ``every`` is how often it is asked where there is no channel,
    seconds.
    """
    pod = await desk.pod()
    heard: asyncio.Queue[str] = asyncio.Queue(_MOST)
    places = (await _inbox(pod), *(pod.storage + place for place in (REQUESTS, AGREEMENTS)))
    listening = [asyncio.create_task(_listen(pod, place, every, heard)) for place in places]
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
