"""Proves by trying whether a server's version tags can be relied on for a cheap survey (access §6.3).

In a scratch container of ours, closed to everybody else, access documents and members come, go and change; each time
the version of what should show it must move, and what was left alone must be called unchanged. It refuses to believe
in a product's name, and to leave anything behind.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime

from lifepod.access.fresh import private_rules
from lifepod.access.rules import Mode
from lifepod.errors import LifepodError, Missing, Unconfirmed, Undecided
from lifepod.limits import LIMITS
from lifepod.owner.gaze import Gaze
from lifepod.owner.kept import Proof, keep_proof
from lifepod.owner.settle import ensure_private
from lifepod.solid.pod import Pod

GRAIN = 1.1
"""Seconds between two changes: the coarsest clock that version tags are made from ticks once a second."""
_HOME, _NAME = "lifepod/", "self-test-"
_OLD = 3600 * 10**9
"""Nanoseconds after which a scratch container was left behind by somebody who was killed."""


async def self_test(pod: Pod, *, grain: float = GRAIN) -> Proof:
    """Try it, keep the result for a day, and give it; raises what a pod raises that cannot be written to.

    Raises :class:`Unconfirmed` where the scratch container could not be removed.
    """
    gaze = Gaze(pod, LIMITS)
    await gaze.root(pod.storage)
    await ensure_private(pod, _HOME)
    await _clear_what_was_left(pod)
    scratch = f"{pod.storage}{_HOME}{_NAME}{time.time_ns()}/"
    try:
        causes = await _tried(pod, gaze, scratch, grain)
    finally:
        gone = await _cleared(pod, scratch)
    if not gone:
        raise Unconfirmed(f"{scratch} was made for a test and could not be removed.", place=scratch)
    now = datetime.now(UTC).isoformat(timespec="seconds").replace("+00:00", "Z")
    proof = Proof(gaze.said, gaze.server.dialect.value, not causes, "; ".join(causes), now)
    keep_proof(pod.storage, pod.webid, proof)
    return proof


@dataclass(frozen=True, slots=True)
class _Room:
    """One container of the test."""

    pod: Pod
    gaze: Gaze
    url: str
    links: dict[str, str] = field(default_factory=dict)

    async def link(self, name: str) -> str:
        if name not in self.links:
            link = (await self.pod.head(self.url + name)).link("acl")
            if link is None:
                raise Undecided(f"The server names no access document for {self.url + name}.")
            self.links[name] = link
        return self.links[name]

    async def version(self, name: str | None) -> tuple[str, str]:
        """Address and version of the container (``None``) or of a member's access document."""
        url = self.url if name is None else await self.link(name)
        return url, (await self.pod.get(url, accept="text/turtle")).etag or ""


_Step = Callable[[_Room], Awaitable[None]]


def _member(name: str) -> _Step:
    async def step(room: _Room) -> None:
        await room.pod.write(room.url + name, b"", match=None)

    return step


def _no_member(name: str) -> _Step:
    async def step(room: _Room) -> None:
        await room.pod.delete(room.url + name)

    return step


def _rules(name: str, *modes: Mode) -> _Step:
    async def step(room: _Room) -> None:
        link = await room.link(name)
        graph = private_rules(link, room.url + name, room.pod.webid, room.gaze.server, modes or Mode)
        if modes:
            there = (await room.pod.head(link)).etag or "*"
            await room.pod.write(link, graph, match=there)
        else:
            await room.pod.write(link, graph, match=None)

    return step


def _no_rules(name: str) -> _Step:
    async def step(room: _Room) -> None:
        await room.pod.delete(await room.link(name))

    return step


@dataclass(frozen=True, slots=True)
class _Trial:
    """What is made ready, what is done after the clock's grain, and whose version must move."""

    what: str
    ready: tuple[_Step, ...]
    act: tuple[_Step, ...]
    watched: str | None = None
    """``None``: the container; else the member whose access document is watched."""


_LESS = (Mode.READ, Mode.WRITE, Mode.CONTROL)
"""Another rule than at first, by which all can still be removed."""
_TRIALS = (
    _Trial("nothing was done", (_member("a.ttl"), _rules("a.ttl")), ()),
    _Trial("nothing was done to it", (_member("a.ttl"), _rules("a.ttl")), (), "a.ttl"),
    _Trial("a member came", (), (_member("a.ttl"),)),
    _Trial("a member went", (_member("a.ttl"),), (_no_member("a.ttl"),)),
    _Trial("a member's access document came", (_member("a.ttl"),), (_rules("a.ttl"),)),
    _Trial("a member's access document went", (_member("a.ttl"), _rules("a.ttl")), (_no_rules("a.ttl"),)),
    _Trial("its own access document came", (), (_rules(""),)),
    _Trial("its own access document went", (_rules(""),), (_no_rules(""),)),
    _Trial("it was changed", (_member("a.ttl"), _rules("a.ttl")), (_rules("a.ttl", *_LESS),), "a.ttl"),
    _Trial("it was changed", (_rules(""),), (_rules("", *_LESS),), ""),
)


async def _tried(pod: Pod, gaze: Gaze, scratch: str, grain: float) -> list[str]:
    """Why the tags cannot be relied on, in words; empty where they can."""
    await pod.create_container(scratch)
    rooms = [(trial, _Room(pod, gaze, f"{scratch}{number}/")) for number, trial in enumerate(_TRIALS)]
    await asyncio.gather(*(_made_ready(trial, room) for trial, room in rooms))
    await asyncio.sleep(grain)  # all was made before, all is done after: one wait is enough for every trial
    before = [await room.version(trial.watched) for trial, room in rooms]
    await asyncio.gather(*(_done(trial.act, room) for trial, room in rooms))
    causes = []
    for (trial, _), (url, tag) in zip(rooms, before, strict=True):
        reply = await pod.get(url, accept="text/turtle", unless=tag)
        thing = "a container" if trial.watched is None else "an access document"
        if not tag:
            causes.append(f"{thing} has no version tag")
        elif trial.act and (reply.status == 304 or reply.etag == tag):
            causes.append(f"the version of {thing} stays when {trial.what}")
        elif not trial.act and reply.status != 304:
            causes.append(f"{thing} is not called unchanged when {trial.what}")
    return list(dict.fromkeys(causes))


async def _made_ready(trial: _Trial, room: _Room) -> None:
    await room.pod.create_container(room.url)
    await _done(trial.ready, room)


async def _done(steps: tuple[_Step, ...], room: _Room) -> None:
    for step in steps:
        await step(room)


async def _cleared(pod: Pod, container: str) -> bool:
    """Remove a scratch container with all it holds; whether it is gone."""
    try:
        inside = [url for url, _ in (await pod.list(container)).members]
        await asyncio.gather(*(_cleared(pod, url) if url.endswith("/") else pod.delete(url) for url in inside))
        await pod.delete(container)
    except Missing:
        return True
    except LifepodError:
        return False
    return True


async def _clear_what_was_left(pod: Pod) -> None:
    """Scratch containers of tests that were killed."""
    home = pod.storage + _HOME
    for url, _ in (await pod.list(home)).members:
        number = url[len(home) :].removeprefix(_NAME).removesuffix("/")
        if url == f"{home}{_NAME}{number}/" and number.isdigit() and time.time_ns() - int(number) > _OLD:
            await _cleared(pod, url)
