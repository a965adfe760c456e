"""Files from a pod, part by part, with progress: whatever their size, memory stays flat.

It refuses to leave half a file under its name, to overwrite what it was not told to, and to be held by a server that
drips. A download that breaks goes on where it broke, if the server says that it is still the same version.
Source: RFC 9110 §14 (ranges) and §13.1.5 (``If-Range``).
"""

from __future__ import annotations

import os
import time
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

from lifepod.errors import Malformed, NotReady, TooBig, Unreachable
from lifepod.limits import Limits
from lifepod.plain import plain
from lifepod.solid.pacing import pause_before
from lifepod.solid.resources import Resources
from lifepod.solid.send import Opened
from lifepod.solid.wire import Reply, failure_of, origin_of, parts_told

Meter = Callable[[int, int], None]
"""Hears how many bytes are done, and how many there are (0 where nobody knows)."""


def silent(done: int, total: int) -> None:
    """Says nothing."""


@dataclass(frozen=True, slots=True)
class Fetched:
    """What came."""

    url: str
    size: int
    """Bytes."""
    content_type: str
    """As the server said it."""
    etag: str
    """Version that came; empty where the server names none."""


async def download(pod: Resources, url: str, out: BinaryIO, tell: Meter = silent) -> Fetched:
    """A resource written to ``out`` as it comes; raises what reading raises, and :class:`TooBig` past the bound."""
    done, version, first = 0, "", None
    for turn in range(1, pod.limits.retries + 2):
        try:
            async with pod.open("GET", url, _ask_for(done, version)) as opened:
                if done and not _goes_on(opened.reply, done, version):
                    raise Unreachable(f"{plain(url)} changed while it was read.", host=origin_of(url))
                first = first or _must_be_file(opened.reply)
                version = first.etag or ""
                total = _size_of(first)
                async for part in _steady(opened, pod.limits):
                    out.write(part)
                    done += len(part)
                    if done > pod.limits.file_bytes:
                        raise TooBig(f"{plain(url)} is larger than {pod.limits.file_bytes} bytes.", place=url)
                    tell(done, total)
                return Fetched(opened.reply.url, done, first.headers.get("content-type", ""), version)
        except Unreachable:
            # Only a version that can be named can be gone on with.
            if not version or not done or pause_before(turn, 0.0, pod.limits) is None:
                raise
    raise AssertionError("the last try returns or raises")


def _ask_for(done: int, version: str) -> dict[str, str]:
    headers = {"Accept": "*/*", "Accept-Encoding": "identity"}
    return headers | ({"Range": f"bytes={done}-", "If-Range": version} if done else {})


def _must_be_file(reply: Reply) -> Reply:
    failure = failure_of("GET", reply)
    if failure is not None:
        raise failure
    if reply.status != 200:
        raise Malformed(f"{plain(reply.url)} sent a part where the whole was asked for.", place=reply.url)
    return reply


def _goes_on(reply: Reply, done: int, version: str) -> bool:
    told = parts_told(reply)
    return reply.status == 206 and told is not None and told[0] == done and reply.etag in (None, version)


def _size_of(reply: Reply) -> int:
    said = reply.headers.get("content-length", "")
    return int(said) if said.isdecimal() and len(said) < 19 and "content-encoding" not in reply.headers else 0


async def _steady(opened: Opened, limits: Limits) -> AsyncIterator[bytes]:
    """The parts, as long as enough of them come: "some seconds without a byte" alone lets a server drip for ever."""
    since, got = time.monotonic(), 0
    async for part in opened.parts:
        yield part
        got += len(part)
        now = time.monotonic()
        if now - since > limits.drip_seconds:
            if got < limits.drip_bytes:
                host = origin_of(opened.reply.url)
                raise Unreachable(f"{plain(opened.reply.url)} comes too slowly to be taken.", host=host)
            since, got = now, 0


async def download_to(
    pod: Resources, url: str, path: Path, tell: Meter = silent, *, overwrite: bool = False
) -> Fetched:
    """A resource as a file; half a file never stands under its name. Raises :class:`NotReady` where it cannot be."""
    with _drafted(path, overwrite=overwrite) as out:
        return await download(pod, url, out, tell)


@contextmanager
def _drafted(path: Path, *, overwrite: bool) -> Iterator[BinaryIO]:
    draft = path.with_name(f".{path.name}.{os.getpid()}.part")
    if path.exists() and not overwrite:
        raise NotReady(f"{path} is there already.", advice="Name another file, or say --overwrite.")
    try:
        handle = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW, 0o600)
    except OSError as error:  # a draft that is somebody else's is not ours to take away
        raise NotReady(f"{path} cannot be written ({error.strerror}).") from None
    try:
        with os.fdopen(handle, "wb") as out:
            yield out
        draft.replace(path)
    except OSError as error:
        raise NotReady(f"{path} cannot be written ({error.strerror}).") from None
    finally:
        draft.unlink(missing_ok=True)
