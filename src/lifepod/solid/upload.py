"""Files to a pod, part by part, with progress: whatever their size, memory stays flat.

It refuses to overwrite another version than it was told, and to send linked data that nobody can read back.
"""

from __future__ import annotations

import os
from collections.abc import AsyncIterator
from dataclasses import dataclass
from typing import BinaryIO

from lifepod.errors import NotReady, TooBig
from lifepod.plain import plain
from lifepod.solid.download import Meter, silent
from lifepod.solid.line import CutOff
from lifepod.solid.media import media_type_of
from lifepod.solid.reading import checked
from lifepod.solid.resources import Resources
from lifepod.solid.wire import failure_of

_PART = 256 * 1024
"""Bytes read from a file at a time."""


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
    size, match = examined(pod, parcel, url), parcel.match
    kind = parcel.content_type or _kind_of(url)
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
