"""A server on a real socket that does its worst: it is left in bounded time and memory, with a sentence."""

from __future__ import annotations

import asyncio
import io
import resource
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager

import pytest

from lifepod.errors import LifepodError, TooBig, Unreachable
from lifepod.limits import Limits
from lifepod.solid.pod import Pod
from lifepod.solid.send import Sender

pytestmark = pytest.mark.live
Act = Callable[[asyncio.StreamWriter], Awaitable[None]]
SMALL = Limits(document_bytes=2_000_000, file_bytes=4_000_000, request_seconds=1.0, drip_seconds=1.0, retries=0)
HEAD = b"HTTP/1.1 200 OK\r\nContent-Type: text/turtle\r\n"


@asynccontextmanager
async def facing(act: Act) -> AsyncIterator[tuple[Pod, str]]:
    """A pod client in front of a server that does one thing to every request."""

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            await reader.readuntil(b"\r\n\r\n")
            await act(writer)
        except (ConnectionError, asyncio.IncompleteReadError):
            pass
        finally:
            writer.close()

    server = await asyncio.start_server(serve, "127.0.0.1", 0)
    url = f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}/"
    sender = Sender.anonymous(url, None, SMALL)
    async with server, Pod(sender, nobody=sender, storage=url, limits=SMALL) as pod:
        yield pod, url


async def _flood(writer: asyncio.StreamWriter, part: bytes, total: int = 1_000_000_000) -> None:
    for _ in range(total // len(part)):
        writer.write(part)
        await writer.drain()


async def a_gigabyte_of_header(writer: asyncio.StreamWriter) -> None:
    writer.write(HEAD + b"X-Long: ")
    await _flood(writer, b"x" * 65536)


async def a_million_headers(writer: asyncio.StreamWriter) -> None:
    writer.write(HEAD)
    await _flood(writer, b"X-More: yes\r\n" * 5000)


async def an_endless_body(writer: asyncio.StreamWriter) -> None:
    writer.write(HEAD + b"Connection: close\r\n\r\n")
    await _flood(writer, b"# more\n" * 9000)


async def a_drip(writer: asyncio.StreamWriter) -> None:
    writer.write(HEAD + b"Content-Length: 100000\r\n\r\n")
    while True:
        writer.write(b"#")
        await writer.drain()
        await asyncio.sleep(0.05)


async def a_status_line_without_end(writer: asyncio.StreamWriter) -> None:
    writer.write(b"HTTP/1.1 200 ")
    await _flood(writer, b"O" * 65536)


async def silence(writer: asyncio.StreamWriter) -> None:
    await asyncio.sleep(60)


ACTS: list[tuple[Act, type[LifepodError]]] = [
    (a_gigabyte_of_header, Unreachable),
    (a_million_headers, Unreachable),
    (an_endless_body, TooBig),
    (a_drip, Unreachable),
    (a_status_line_without_end, Unreachable),
    (silence, Unreachable),
]


@pytest.mark.parametrize(("act", "family"), ACTS)
async def test_a_server_that_does_its_worst_is_left(act: Act, family: type[LifepodError]) -> None:
    before, began = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss, time.monotonic()
    async with facing(act) as (pod, url):
        with pytest.raises(family):
            await pod.read(url + "x.ttl")
        with pytest.raises(LifepodError):
            await pod.download(url + "x.ttl", io.BytesIO())
    assert time.monotonic() - began < 30
    grown = (resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before) / 1000
    assert grown < 60, f"{grown} MB"
