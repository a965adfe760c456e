"""What one place of the pod holds, as far as a screen can show it: linked data as rows, text, or a description.

It refuses to take more than a bound of it, to hand on bytes that are no text, and to pass a part off as the whole.
"""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, replace
from enum import StrEnum

from lifepod.errors import LifepodError, TooBig, Unreachable
from lifepod.plain import plain
from lifepod.solid.pod import Pod
from lifepod.solid.rows import Table, is_linked_data, table_of
from lifepod.solid.wire import Reply, failure_of, origin_of

AT_MOST = 2 * 1024 * 1024
"""Bytes that are taken of one place."""
_ACCEPT = "text/turtle, application/ld+json, */*;q=0.1"
"""No wish for one kind of linked data: a server then hands out what lies there."""
_SECONDS = 60.0
_SNIFFED = 4096
_TEXTS = ("text/", "application/json", "application/xml", "application/javascript", "application/sparql-update")
_TEXT_ENDS = ("+json", "+xml", "/yaml", "/x-yaml", "/n-quads", "/trig", "/toml", "/csv", "/ld+json", "/n-triples")
_UNTOLD = ("", "application/octet-stream")


class Kind(StrEnum):
    """What a place holds."""

    LINKED = "linked data"
    TEXT = "text"
    BINARY = "binary"


@dataclass(frozen=True, slots=True)
class Held:
    """What a place holds, read within bounds."""

    url: str
    kind: Kind
    media_type: str
    """As the server says it, without parameters; empty where it does not."""
    size: int | None
    """Bytes; ``None`` where nobody knows, because the server does not say and not all was taken."""
    modified: str = ""
    """As the server says it."""
    table: Table | None = None
    """Of linked data that was taken whole and can be read."""
    text: str | None = None
    """As it lies there; ``None`` for what is binary."""
    is_cut: bool = False
    """Only the first :data:`AT_MOST` bytes were taken."""
    notes: tuple[str, ...] = ()
    """What a reader has to know, in sentences."""


async def held(pod: Pod, url: str) -> Held:
    """Read a place within bounds; raises as reading does."""
    reply, is_cut = await _taken(pod, url)
    return await asyncio.to_thread(_held, pod, reply, is_cut)


async def _taken(pod: Pod, url: str) -> tuple[Reply, bool]:
    body = bytearray()
    try:
        async with asyncio.timeout(_SECONDS), pod.open("GET", url, {"Accept": _ACCEPT}) as opened:
            failure = failure_of("GET", opened.reply)
            if failure is not None:
                raise failure
            async for part in opened.parts:
                body += part
                if len(body) > AT_MOST:
                    break
    except TimeoutError:
        host = origin_of(url)
        raise Unreachable(f"{plain(url)} comes too slowly to be shown.", host=host) from None
    return replace(opened.reply, body=bytes(body[:AT_MOST])), len(body) > AT_MOST


def _held(pod: Pod, reply: Reply, is_cut: bool) -> Held:
    kind = reply.content_type
    size = _size_of(reply) if is_cut else len(reply.body)
    found = Held(reply.url, Kind.BINARY, kind, size, reply.headers.get("last-modified", ""), is_cut=is_cut)
    linked = is_linked_data(reply)
    if not (linked or _is_text(kind, reply.body)):
        return found
    text = reply.body.decode("utf-8", errors="replace")
    notes = ["Bytes that are no UTF-8 are shown as \ufffd."] if "\ufffd" in text and not is_cut else []
    if is_cut:
        notes.append(f"It is long: the first {AT_MOST // 1024 // 1024} MiB are shown, as they lie there.")
    found = replace(found, kind=Kind.TEXT, text=text, notes=tuple(notes))
    return _with_table(pod, found, reply) if linked and not is_cut else found


def _with_table(pod: Pod, found: Held, reply: Reply) -> Held:
    try:
        return replace(found, kind=Kind.LINKED, table=table_of(reply, pod.limits))
    except TooBig:
        said = "It says too much to be laid out as a table."
    except LifepodError as error:
        said = f"It is called linked data and cannot be read as such: {error}"
    return replace(found, notes=(*found.notes, said))


def _size_of(reply: Reply) -> int | None:
    said = reply.headers.get("content-length", "")
    told = said.isdecimal() and len(said) < 19 and "content-encoding" not in reply.headers
    return int(said) if told else None


def _is_text(media_type: str, body: bytes) -> bool:
    """Whether these bytes can be read: their type says so, or does not say otherwise, and they look like it."""
    if b"\x00" in body:
        return False
    if media_type.startswith(_TEXTS) or media_type.endswith(_TEXT_ENDS):
        return True
    if media_type not in _UNTOLD:
        return False
    start = body[:_SNIFFED]
    try:
        text = start.decode("utf-8")
    except UnicodeDecodeError as error:
        if error.start < len(start) - 3 or len(body) <= _SNIFFED:  # not just a letter cut in two
            return False
        text = start[: error.start].decode("utf-8")
    return all(letter.isprintable() or letter in "\t\n\r\f" for letter in text)
