"""Live channels in memory: sockets and streams that a test speaks into, behind the client's own transport.

It refuses to answer for the pod; that is :class:`~tests.double.pod_double.PodDouble`. The frames are wsproto's.
"""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator, Callable
from contextlib import aclosing, asynccontextmanager

import httpx2
from tests.double.pod_double import PodDouble
from wsproto.connection import Connection, ConnectionType
from wsproto.events import CloseConnection, Message, Ping, TextMessage

from lifepod.solid.notify import Listening, Notification, changes
from lifepod.solid.pod import Pod

PATIENCE = 30.0
"""Seconds until something that should have happened has not."""
SECRET = "5ec3e7"
DESCRIPTION = """@prefix n: <http://www.w3.org/ns/solid/notifications#>.
<{service}> n:channelType n:WebSocketChannel2023.
"""


class Wire:
    """One socket, seen from the server's end."""

    def __init__(self, request: httpx2.Request) -> None:
        self.request = request
        self.heard: asyncio.Queue[str] = asyncio.Queue()
        self.closed = asyncio.Event()
        self._end = Connection(ConnectionType.SERVER)
        self._bytes: asyncio.Queue[bytes] = asyncio.Queue()
        self._rest = b""

    async def read(self, max_bytes: int, timeout: float | None = None) -> bytes:
        data = self._rest or await self._bytes.get()
        self._rest = data[max_bytes:]
        return data[:max_bytes]

    async def write(self, buffer: bytes, timeout: float | None = None) -> None:
        self._end.receive_data(buffer)
        for event in self._end.events():
            if isinstance(event, TextMessage):
                self.heard.put_nowait(event.data)
            elif isinstance(event, Ping):
                self.raw(self._end.send(event.response()))
            elif isinstance(event, CloseConnection):
                self.closed.set()

    async def aclose(self) -> None:
        self.closed.set()
        self.cut()

    def raw(self, data: bytes) -> None:
        """Send these very bytes."""
        self._bytes.put_nowait(data)

    def says(self, *texts: str) -> None:
        """Send texts, a frame each."""
        for text in texts:
            self.raw(self._end.send(Message(data=text)))

    def cut(self) -> None:
        """The line ends without a farewell."""
        self.raw(b"")


class Harbour:
    """Where sockets land: every upgrade is taken, and hands a :class:`Wire` to the test."""

    def __init__(self, greet: Callable[[Wire], None] | None = None) -> None:
        self.wires: asyncio.Queue[Wire] = asyncio.Queue()
        self.asked: list[httpx2.Request] = []
        self.greet = greet
        """What is said first on each."""

    async def __call__(self, request: httpx2.Request) -> httpx2.Response:
        self.asked.append(request)
        wire = Wire(request)
        if self.greet is not None:
            self.greet(wire)
        self.wires.put_nowait(wire)
        return httpx2.Response(101, extensions={"network_stream": wire})

    async def wire(self) -> Wire:
        """The next socket that is opened."""
        return await asyncio.wait_for(self.wires.get(), PATIENCE)

    def how(self, *kinds: str, held: int = 1000) -> Listening:
        """Listening through this harbour, in no hurry to look unasked."""
        return Listening(
            kinds=kinds or Listening().kinds,
            first_pause=0.001,
            longest_pause=0.01,
            settle_seconds=60.0,
            look_seconds=0.0,
            held=held,
            transport=httpx2.MockTransport(self),
        )


class Ear:
    """Someone who listens, beside the test."""

    def __init__(self) -> None:
        self.kinds: asyncio.Queue[str] = asyncio.Queue()
        self.told: asyncio.Queue[Notification] = asyncio.Queue()

    async def stands(self) -> str:
        """The channel that stands now."""
        return await asyncio.wait_for(self.kinds.get(), PATIENCE)

    async def hears(self) -> Notification:
        """The next change."""
        return await asyncio.wait_for(self.told.get(), PATIENCE)


@asynccontextmanager
async def listening(pod: Pod, url: str, how: Listening, every: float = 60.0) -> AsyncIterator[Ear]:
    """An ear at a place."""
    ear = Ear()

    async def listen() -> None:
        async with aclosing(changes(pod, url, every=every, ready=ear.kinds.put_nowait, how=how)) as told:
            async for change in told:
                ear.told.put_nowait(change)

    task = asyncio.create_task(listen())
    try:
        yield ear
    finally:
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)


def offer_sockets(double: PodDouble, place: str, receive_from: str = "", service: str = "", end_at: str = "") -> None:
    """Let the pod offer WebSocketChannel2023 for a place, and answer each subscription with ``receive_from``."""
    origin = double.origin
    service = service or f"{origin}/.notifications/WebSocketChannel2023/"
    link = f'<{double.base}.well-known/solid>; rel="http://www.w3.org/ns/solid/terms#storageDescription"'
    double.script("HEAD", place, httpx2.Response(200, headers={"Link": link}), None)
    said = httpx2.Response(200, headers={"Content-Type": "text/turtle"}, text=DESCRIPTION.format(service=service))
    double.script("GET", ".well-known/solid", said, None)
    answer = {
        "id": f"{origin}/.notifications/WebSocketChannel2023/{SECRET}",
        "topic": double.url(place),
        "receiveFrom": receive_from or f"wss://{origin.partition('://')[2]}/.notifications/{SECRET}",
    }
    answer |= {"endAt": end_at} if end_at else {}
    head = {"Content-Type": "application/ld+json", "Date": "Wed, 25 Nov 2026 12:00:00 GMT"}
    double.script("POST", service, httpx2.Response(200, headers=head, content=json.dumps(answer).encode()), None)
    double.script("DELETE", answer["id"], 205, None)


def message(url: str, kind: str = "Update", name: str = "", **more: str) -> str:
    """A message of WebSocketChannel2023."""
    return json.dumps({"type": kind, "object": url} | ({"id": name} if name else {}) | more)
