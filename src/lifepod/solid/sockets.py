"""Opened channels: a WebSocket or a stream from a pod's server, read message by message within bounds.

It refuses to send a login to a socket (its address is the secret), to connect to another server than the place lies on,
to read more than a channel can honestly have to say, and to show a channel's address in an error or a log.

* A flood, a huge or a broken frame, a silent line: each ends the channel with :class:`Unreachable`, never the program.
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
import time
from collections import deque
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from contextlib import asynccontextmanager, contextmanager
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import httpx2

from lifepod.errors import LifepodError, Malformed, Refused, Unreachable
from lifepod.limits import Limits
from lifepod.plain import plain
from lifepod.solid.channels import (
    LOOK,
    WEBSOCKET_2023,
    Channel,
    Notice,
    Offers,
    channel_of,
    line_of,
    notice_of,
    notices_of,
    offers_of,
    service_of,
    socket_url,
    subscription,
)
from lifepod.solid.line import client_options
from lifepod.solid.reading import RDF, TURTLES, document_of
from lifepod.solid.resources import Resources
from lifepod.solid.wire import JSON_LD, failure_of, origin_of

MESSAGE_BYTES = 64 * 1024
"""One message of a channel, bytes; an honest one has a few hundred."""
FLOOD_BYTES = 1024 * 1024
"""What a channel may send in each :data:`FLOOD_SECONDS`, bytes, pings and empty frames included."""
FLOOD_SECONDS = 10.0
_FRAME_COST = 128
"""What a frame counts for beside its bytes, because the empty ones cost us time too."""
_PART_BYTES = 4096
_TRIES = 64
"""Times that a message which comes in parts is read from its beginning."""
_FLOOD = "says more than a channel can have to say"
_GOODBYE_SECONDS = 5.0
"""How long ending a channel may hold us up."""
GREETING_SECONDS = 10.0
"""How long a server may take to confirm a ``sub``, seconds."""

Arrive = Callable[[], Awaitable[tuple[Notice, ...]]]
"""Waits for the next piece of a channel and gives what it says; raises :class:`Unreachable` where the line breaks."""


class Inlet:
    """An open channel: hands out one message after the other, and can be asked with patience or without."""

    def __init__(self, arrive: Arrive | None) -> None:
        self._arrive = arrive
        self._held: deque[Notice] = deque()
        self._task: asyncio.Future[tuple[Notice, ...]] | None = None

    async def next(self, seconds: float) -> Notice | None:
        """The next message, or ``None`` after so many seconds; raises :class:`Unreachable` where the line breaks."""
        ends = time.monotonic() + seconds
        while not self._held:
            if self._arrive is None:  # nothing is ever told: polling
                await asyncio.sleep(max(0.0, ends - time.monotonic()))
                return None
            if self._task is None:
                self._task = asyncio.ensure_future(self._arrive())
            # Not cancelled at the end of the wait: half a message would be lost with it.
            done, _ = await asyncio.wait({self._task}, timeout=max(0.0, ends - time.monotonic()))
            if not done:
                return None
            task, self._task = self._task, None
            self._held.extend(task.result())
        return self._held.popleft()

    async def aclose(self) -> None:
        """Stop waiting."""
        if self._task is not None:
            self._task.cancel()
            await asyncio.gather(self._task, return_exceptions=True)
            self._task = None


async def offered(pod: Resources, topic: str) -> Offers:
    """Which channels a place's server offers; what cannot be found out is not offered."""
    reply = await pod.ask("HEAD", topic, {"Accept": "*/*"})
    offers = offers_of(reply)
    if not offers.description and pod.storage and topic.startswith(pod.storage) and topic != pod.storage:
        # What does not exist yet does not say which storage it would lie in.
        root = offers_of(await pod.ask("HEAD", pod.storage, {"Accept": "*/*"}))
        offers = replace(offers, description=root.description)
    if not offers.description:
        return offers
    try:
        said = await pod.ask("GET", offers.description, {"Accept": RDF}, at_most=pod.limits.control_bytes)
        failure = failure_of("GET", said)
        if failure is not None:
            return offers
        return replace(offers, service=service_of(document_of(said, pod.limits).graph, WEBSOCKET_2023, topic))
    except LifepodError:
        return offers


@asynccontextmanager
async def subscribed(pod: Resources, topic: str, service: str, seconds: float | None) -> AsyncIterator[Channel]:
    """A WebSocketChannel2023, ended on the server when the block is left; raises as asking does.

    ``seconds`` is how long it shall last; ``None`` leaves it to the server. Its id is a secret (whoever knows it can
    end the channel without a login) and stays out of the log of the HTTP library.
    """
    end = datetime.now(UTC) + timedelta(seconds=seconds) if seconds is not None else None
    body = subscription(topic, WEBSOCKET_2023, end.isoformat(timespec="milliseconds") if end else "")
    headers = {"Content-Type": JSON_LD, "Accept": JSON_LD}
    reply = await pod.ask("POST", service, headers, body, at_most=MESSAGE_BYTES)
    failure = failure_of("POST", reply)
    if failure is not None:
        raise failure
    channel = channel_of(reply, topic)
    try:
        yield channel
    finally:
        if channel.id:
            with contextlib.suppress(LifepodError, TimeoutError), unlogged(channel.id):
                async with asyncio.timeout(_GOODBYE_SECONDS):
                    await pod.ask("DELETE", channel.id)


@asynccontextmanager
async def websocket(
    topic: str, address: str, limits: Limits, transport: httpx2.AsyncBaseTransport | None = None
) -> AsyncIterator[Inlet]:
    """A WebSocketChannel2023 as it stands; raises :class:`Unreachable`, :class:`Malformed` for a foreign address."""
    async with _socket(topic, address, limits, transport) as lines:

        async def told() -> tuple[Notice, ...]:
            return (notice_of(await lines.receive()),)

        async with _inlet(told) as inlet:
            yield inlet


@asynccontextmanager
async def updates_via(
    topic: str, address: str, limits: Limits, transport: httpx2.AsyncBaseTransport | None = None
) -> AsyncIterator[Inlet]:
    """A ``solid-0.1`` socket, subscribed to the topic; raises :class:`Refused` where the server says ``err``."""
    async with _socket(topic, address, limits, transport, "solid-0.1") as lines:
        await lines.send(f"sub {topic}")
        try:
            async with asyncio.timeout(GREETING_SECONDS):
                while (said := line_of(await lines.receive()))[0] != "ack" or said[1] != topic:
                    if said[0] == "err":
                        raise Refused(f"You may not listen to {plain(topic)}.", place=topic, mode="GET")
        except TimeoutError:
            raise _broken(topic, "does not confirm the subscription") from None

        async def told() -> tuple[Notice, ...]:
            return (LOOK,) if line_of(await lines.receive()) == ("pub", topic) else ()

        async with _inlet(told) as inlet:
            yield inlet


@asynccontextmanager
async def streaming(pod: Resources, topic: str, address: str) -> AsyncIterator[Inlet]:
    """A StreamingHTTPChannel2023, signed as the pod's login; raises as reading does, :class:`Malformed` for no Turtle.

    The server's first message tells the state of now, and comes whether or not anything happened.
    """
    if origin_of(address) != origin_of(topic):
        raise Malformed(f"The live channel of {plain(topic)} lies on another server.", place=topic)
    async with pod.open("GET", address, {"Accept": RDF}, patient=True) as opened:
        failure = failure_of("GET", opened.reply)
        if failure is not None:
            raise failure
        if opened.reply.content_type not in TURTLES:
            raise Malformed(f"The live channel of {plain(topic)} is not Turtle.", place=topic)
        pieces = _Pieces(topic, opened.parts)
        async with _inlet(pieces.told) as inlet:
            yield inlet


@asynccontextmanager
async def _inlet(arrive: Arrive) -> AsyncIterator[Inlet]:
    inlet = Inlet(arrive)
    try:
        yield inlet
    finally:
        await inlet.aclose()


class _Pieces:
    """Turtle that comes in parts: a message is whole when it ends in a dot and can be read."""

    def __init__(self, topic: str, parts: AsyncIterator[bytes]) -> None:
        self._topic, self._parts, self._meter = topic, parts, _Meter()
        self._begun, self._tries = b"", 0

    async def told(self) -> tuple[Notice, ...]:
        part = await anext(self._parts, None)
        if part is None:
            raise _broken(self._topic, "was ended by the server")
        self._begun += part
        if not self._meter.takes(len(part)) or len(self._begun) > MESSAGE_BYTES:
            raise _broken(self._topic, _FLOOD)
        if not self._begun.rstrip().endswith(b"."):
            return ()
        self._tries += 1
        if self._tries > _TRIES:
            raise _broken(self._topic, _FLOOD)
        try:
            found = notices_of(self._begun, self._topic)
        except Malformed:
            return ()  # a dot inside an address: the rest is on its way
        if found:
            self._begun, self._tries = b"", 0
        return found


class _Meter:
    """How much came in the last seconds."""

    def __init__(self) -> None:
        self._since, self._bytes = time.monotonic(), 0

    def takes(self, size: int) -> bool:
        """Whether so many bytes more are still within reason."""
        now = time.monotonic()
        if now - self._since > FLOOD_SECONDS:
            self._since, self._bytes = now, 0
        self._bytes += size + 16  # an empty part costs us as much as a small one
        return self._bytes <= FLOOD_BYTES


class _Metered:
    """A network stream that ends where it brings more than a channel can have to say."""

    def __init__(self, stream: Any) -> None:
        self._stream, self.meter = stream, _Meter()

    async def read(self, max_bytes: int, timeout: float | None = None) -> bytes:
        # In small parts, since a single one can hold thousands of frames, which are worked off without a pause.
        data: bytes = await self._stream.read(min(max_bytes, _PART_BYTES), timeout)
        return data if self.meter.takes(len(data)) else b""

    async def write(self, buffer: bytes, timeout: float | None = None) -> None:
        # Whoever sends pings and reads no pongs would hold our farewell for ever.
        await self._stream.write(buffer, timeout or _GOODBYE_SECONDS)

    async def aclose(self) -> None:
        await self._stream.aclose()


class _Lines:
    """The texts of a WebSocket."""

    def __init__(self, topic: str, session: Any) -> None:
        self._topic, self._session = topic, session

    async def receive(self) -> str:
        from httpx2.websockets import HTTPXWSException, WebSocketInvalidTypeReceived

        while True:
            try:
                text: str = await self._session.receive_text()
                return text
            except WebSocketInvalidTypeReceived:
                continue  # bytes mean nothing here
            except HTTPXWSException:
                raise _broken(self._topic, "broke off") from None

    async def send(self, text: str) -> None:
        await self._session.send_text(text)


@asynccontextmanager
async def _socket(
    topic: str, address: str, limits: Limits, transport: httpx2.AsyncBaseTransport | None, protocol: str = ""
) -> AsyncIterator[_Lines]:
    from httpx2.websockets import AsyncWebSocketClient, AsyncWebSocketSession  # loads slowly; only for live updates

    class Session(AsyncWebSocketSession):
        """A session that counts bytes and frames."""

        def __init__(self, stream: Any, **options: Any) -> None:
            line = _Metered(stream)
            super().__init__(line, **options)  # type: ignore[arg-type]  # all that a session uses of it
            frames = self.connection.events

            def counted() -> Iterator[Any]:
                return (frame for frame in frames() if line.meter.takes(_FRAME_COST))

            self.connection.events = counted  # type: ignore[method-assign, assignment]

    raised: BaseException | None = None
    try:
        with unlogged(socket_url(address, topic)):
            async with httpx2.AsyncClient(**client_options(topic, transport, limits)) as client:
                sockets = AsyncWebSocketClient(client, max_message_size_bytes=MESSAGE_BYTES, session_class=Session)
                async with sockets.connect(address, subprotocols=[protocol] if protocol else None) as session:
                    try:
                        yield _Lines(topic, session)
                    except Exception as error:
                        raised = error
                        raise
    except Exception as error:  # of the line, of the upgrade, of the frames: each names its own kind, some in a group
        if raised is not None:
            raise raised from None
        if isinstance(error, LifepodError):
            raise
        raise _broken(topic, f"cannot be used ({type(error).__name__})") from None


def _broken(topic: str, said: str) -> Unreachable:
    return Unreachable(f"The live channel of {plain(topic)} {said}.", host=origin_of(topic))


@contextmanager
def unlogged(address: str) -> Iterator[None]:
    """Keep an address out of the log of the HTTP library, which writes every one that is asked."""

    def without(record: logging.LogRecord) -> bool:
        # As it is sent, or with its scheme turned: the same secret.
        return address.partition("://")[2] not in record.getMessage()

    log = logging.getLogger("httpx2")
    log.addFilter(without)
    try:
        yield
    finally:
        log.removeFilter(without)
