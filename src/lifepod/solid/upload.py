"""Files to a pod, part by part, with progress: whatever their size, memory stays flat.

It refuses to overwrite another version than it was told, to send linked data that nobody can read back, and to leave
half a file behind in silence.

* Some servers write in place, so an upload that is stopped leaves the half under the name. What was made by it is taken
  away again; what it was replacing cannot be brought back, and that is said.
"""

from __future__ import annotations

import asyncio
import os
import time
from collections.abc import AsyncIterator, Coroutine, Sequence
from contextlib import suppress
from dataclasses import dataclass
from typing import BinaryIO, TypeVar, cast

from lifepod.errors import LifepodError, Malformed, NotReady, TooBig, Unconfirmed
from lifepod.plain import plain
from lifepod.solid.download import Meter, silent
from lifepod.solid.line import CutOff
from lifepod.solid.media import media_type_of
from lifepod.solid.reading import checked
from lifepod.solid.resources import Resources
from lifepod.solid.wire import Reply, failure_of, length_told, named_like_rules, quiet_for

T = TypeVar("T")
_PART = 256 * 1024
"""Bytes read from a file at a time."""
_LOOK_SECONDS = 6.0
"""How long a stop may be held up by looking what stands there."""
_PAUSES = (0.2, 0.4, 0.8, 1.0)
"""Seconds that a server gets, again and again, to see that the line is gone."""
_GRAIN = 2.0
"""Seconds: servers tell times in whole ones."""
AS_IT_LIES = {"Accept": "*/*", "Accept-Encoding": "identity"}
"""Asks for what is stored, as it is stored: only then its length tells something."""


class FileBody:
    """A file as the body of a request; its parts come anew each time they are asked for."""

    def __init__(self, source: BinaryIO, size: int, tell: Meter = silent) -> None:
        self._source, self._size, self._tell = source, size, tell

    async def __aiter__(self) -> AsyncIterator[bytes]:
        """Part by part; a file that shrinks meanwhile is sent no further."""
        self._source.seek(0)
        done = 0
        while done < self._size:
            part = self._source.read(min(_PART, self._size - done))
            if not part:
                raise NotReady("The file became shorter while it was sent.", advice="Send it again.")
            done += len(part)
            self._tell(done, self._size)
            yield part


@dataclass(frozen=True, slots=True)
class Parcel:
    """A file to be sent."""

    source: BinaryIO
    content_type: str = ""
    """Media type; by the name where empty."""
    match: str | None = None
    """The version it replaces; ``None``: nothing may stand there yet."""
    tell: Meter = silent


async def upload(pod: Resources, parcel: Parcel, url: str) -> int:
    """Send a file; its size in bytes. Raises :class:`~lifepod.errors.Conflict` where another version stands there.

    Linked data is read before it is sent (:class:`Malformed`), as far as we read such documents at all.
    """
    size, began = examined(pod, parcel, url), time.monotonic()
    try:
        return await _whole(pod, parcel, url, size)
    except asyncio.CancelledError:
        left = asyncio.create_task(_left_behind(pod, parcel, url, (size, began)))
        with suppress(TimeoutError, LifepodError):
            if await asyncio.wait_for(asyncio.shield(left), _LOOK_SECONDS):
                raise
        left.cancel()
        raise Unconfirmed(
            f"{plain(url)} was {'sent' if parcel.match is None else 'replaced'} when this stopped; it may be half now.",
            place=url,
            advice="Send it again with --overwrite, or delete it.",
        ) from None


async def _whole(pod: Resources, parcel: Parcel, url: str, size: int) -> int:
    kind, match = parcel.content_type or _kind_of(url), parcel.match
    if size <= _PART:
        # Small enough to be looked after whole: where the answer is lost, what stands there is compared.
        parcel.source.seek(0)
        await pod.put(url, parcel.source.read(), match=match, content_type=kind)
        parcel.tell(size, size)
        return size
    headers = {"Content-Type": kind, "Content-Length": str(size)}
    headers |= {"If-None-Match": "*"} if match is None else {"If-Match": match}
    body = FileBody(parcel.source, size, parcel.tell)
    try:
        await _sent(pod, url, headers, body, size)
    except CutOff:
        now = await pod.ask("HEAD", url)
        if (now.status != 404) if match is None else (now.etag != match):
            raise
        await _sent(pod, url, headers, body, size)
    return size


async def _left_behind(pod: Resources, parcel: Parcel, url: str, sending: tuple[int, float]) -> bool:
    """After a stop: see that no half file of ours stands there; whether that is sure.

    A server that has not begun to write may still do so with what has come, so it is looked for some time.
    """
    for pause in _PAUSES:
        await asyncio.sleep(pause)
        now = await pod.ask("HEAD", url, AS_IT_LIES)
        untouched = now.status == 404 if parcel.match is None else now.etag == parcel.match
        if not untouched:
            return await _settled(pod, parcel, now, sending)
    return True


async def _settled(pod: Resources, parcel: Parcel, now: Reply, sending: tuple[int, float]) -> bool:
    """Take away the half that stands there; whether it is sure that none does.

    Only what came since we began, is shorter and begins with the same bytes is ours: anything else was there before.
    """
    (size, began), there, quiet = sending, length_told(now), quiet_for(now)
    if parcel.match is not None:
        return now.etag is not None and there == size
    if there is None or quiet is None:
        return False
    if there >= size or quiet > time.monotonic() - began + _GRAIN:
        return True
    if not await _begins_alike(pod, parcel, now.url, there):
        return True
    gone = await pod.ask("DELETE", now.url, {"If-Match": now.etag} if now.etag else {})
    return gone.status < 300 or gone.status == 404


async def _begins_alike(pod: Resources, parcel: Parcel, url: str, there: int) -> bool:
    """Whether the first bytes that stand there are those of the file."""
    count = min(there, _PART)
    if not count:
        return True
    reply = await pod.get(url, part=(0, count - 1))
    parcel.source.seek(0)
    return reply.body[:count] == parcel.source.read(count)


async def together(works: Sequence[Coroutine[None, None, T]]) -> list[T | LifepodError]:
    """Several transfers at the same time; what each came to, in their order.

    Where all are stopped, those that may have left half a file are told: a stop by itself says nothing.
    """
    tasks = [asyncio.ensure_future(work) for work in works]
    try:
        outcomes = await asyncio.gather(*tasks, return_exceptions=True)
    except asyncio.CancelledError:
        ends = [task.exception() for task in tasks if task.done() and not task.cancelled()]
        halves = [end for end in ends if isinstance(end, Unconfirmed)]
        if halves:
            raise Unconfirmed(" ".join(map(str, halves)), place=halves[0].place, advice=halves[0].advice) from None
        raise
    for outcome in outcomes:
        if isinstance(outcome, BaseException) and not isinstance(outcome, LifepodError):
            raise outcome
    return cast(list[T | LifepodError], outcomes)


def must_be_no_rules(url: str) -> None:
    """Raise :class:`Malformed` where what is sent would be taken for rules or a description."""
    if named_like_rules(url):
        raise Malformed(
            f"{plain(url)} is the name of an access document or a description, which no file may have.",
            place=url,
            advice="Access is changed with `lifepod grant` and `lifepod revoke`, which show what would change.",
        )


def examined(pod: Resources, parcel: Parcel, url: str) -> int:
    """The size of a file that may be sent, bytes; raises :class:`TooBig`, or ``Malformed`` for what nobody can read."""
    source = parcel.source
    size = source.seek(0, os.SEEK_END)
    if size > pod.limits.file_bytes:
        raise TooBig(f"{plain(url)} would be larger than {pod.limits.file_bytes} bytes.", place=url)
    if size <= pod.limits.document_bytes:
        source.seek(0)
        checked(url, source.read(), parcel.content_type or _kind_of(url), pod.limits)
    return size


def _kind_of(url: str) -> str:
    return media_type_of(url.rsplit("/", 1)[-1])


async def _sent(pod: Resources, url: str, headers: dict[str, str], body: FileBody, size: int) -> None:
    reply = await pod.ask("PUT", url, headers, body if size else b"")
    failure = failure_of("PUT", reply)
    if failure is not None:
        raise failure
