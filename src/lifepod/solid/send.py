"""One request out, one answer in: signed anew each time, within the limits, redirects followed by hand.

It refuses to interpret what it carries, to send a write twice where that could do harm, and to wait for ever. Failures
of the line become the errors of :mod:`lifepod.errors`; nothing above this room sees an HTTP class.

* A read on a line that broke is asked again; a write is not, because it may have arrived (:class:`CutOff`).
* A server that is busy and says for how long (429, 503 with ``Retry-After``) is asked again then, if it is soon. Of a
  503 only what is safe or guarded by a version is repeated: a gateway may have let the request through.
* A token that the server no longer takes is renewed once, and the request goes out again: a 401 did nothing.
"""

from __future__ import annotations

import asyncio
import re
from collections.abc import AsyncIterable, AsyncIterator, Mapping
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass

import httpx2

from lifepod.errors import Malformed, Unreachable
from lifepod.limits import LIMITS, Limits
from lifepod.plain import plain
from lifepod.solid.line import CutOff, broken, client_options, parts_of, received, replied
from lifepod.solid.pacing import Gate, pause_before
from lifepod.solid.wire import SAFE, Reply, origin_of, own_spelling, redirect_of, seconds_of

_REDIRECTS = frozenset({301, 302, 303, 307, 308})
_HEADER = re.compile(r"[\x20-\x7e]*\Z")
Body = bytes | AsyncIterable[bytes]
"""What a request carries; parts must come anew each time they are asked for, because a request may go out twice."""
Gates = dict[str, Gate]
"""Origin → its gate."""


@dataclass(frozen=True, slots=True)
class Opened:
    """An answer whose body is still on its way."""

    reply: Reply
    """Status and headers; its body is empty."""
    parts: AsyncIterator[bytes]
    """The body, unpacked, as it comes; raises :class:`~lifepod.errors.Unreachable` where the line breaks."""


@dataclass(frozen=True, slots=True)
class _Request:
    method: str
    url: str
    headers: dict[str, str]
    body: Body | None

    @property
    def guarded(self) -> bool:
        return self.method in SAFE or any(name.lower() in ("if-match", "if-none-match") for name in self.headers)

    def at(self, url: str) -> _Request:
        return _Request(self.method, url, self.headers, self.body)


class Sender:
    """A client with a gate for each server: at most ``limits.in_flight`` requests to it at the same time."""

    def __init__(self, client: httpx2.AsyncClient, limits: Limits = LIMITS, gates: Gates | None = None) -> None:
        self._client = client
        self._limits = limits
        self._gates: Gates = {} if gates is None else gates
        self.sent = 0
        """Requests sent so far, retries and redirects included."""

    @classmethod
    def anonymous(
        cls,
        url: str,
        transport: httpx2.AsyncBaseTransport | None = None,
        limits: Limits = LIMITS,
        gates: Gates | None = None,
    ) -> Sender:
        """A sender that is nobody, for public documents near ``url``."""
        return cls(httpx2.AsyncClient(**client_options(url, transport, limits)), limits, gates)

    async def aclose(self) -> None:
        """End every connection."""
        await self._client.aclose()

    async def send(
        self,
        method: str,
        url: str,
        headers: Mapping[str, str] | None = None,
        body: Body | None = None,
        at_most: int | None = None,
    ) -> Reply:
        """Any answer, whatever its status; raises :class:`Unreachable`, :class:`TooBig` or :class:`NotSignedIn`.

        ``at_most`` bounds the body in bytes (default ``limits.document_bytes``).
        """
        request, bound = self._request(method, url, headers, body), at_most or self._limits.document_bytes
        for _ in range(self._limits.redirects + 1):
            reply = await self._steadily(request, bound)
            if reply.status not in _REDIRECTS:
                return reply
            request = request.at(self._onward(request, reply))
        raise self._dizzy(url)

    @asynccontextmanager
    async def open(
        self,
        method: str,
        url: str,
        headers: Mapping[str, str] | None = None,
        body: Body | None = None,
        *,
        patient: bool = False,
    ) -> AsyncIterator[Opened]:
        """An answer whose body is read part by part; raises as :meth:`send` does.

        The gate is kept only until the head of the answer is here, so that a long stream holds up nobody. ``patient``
        waits for ever between two parts, for streams that speak when something happens.
        """
        request = self._request(method, url, headers, body)
        for _ in range(self._limits.redirects + 1):
            async with AsyncExitStack() as stack:
                opened = await self._opened(request, stack, patient=patient)
                if opened.reply.status not in _REDIRECTS:
                    yield opened
                    return
                request = request.at(self._onward(request, opened.reply))
        raise self._dizzy(url)

    def _request(self, method: str, url: str, headers: Mapping[str, str] | None, body: Body | None) -> _Request:
        request = _Request(method, own_spelling(url), dict(headers or {}), body)
        if not all(_HEADER.match(value) for value in request.headers.values()):
            said = f"A header for {plain(request.url)} holds characters that HTTP cannot carry."
            raise Malformed(said, place=request.url)
        return request

    def _onward(self, request: _Request, reply: Reply) -> str:
        return own_spelling(redirect_of(request.method, request.url, reply.status, reply.headers.get("location")))

    def _dizzy(self, url: str) -> Unreachable:
        return Unreachable(f"{plain(url)} redirects more than {self._limits.redirects} times.", host=origin_of(url))

    def _gate(self, url: str) -> Gate:
        origin = origin_of(url)
        if origin not in self._gates:
            self._gates[origin] = Gate(self._limits)
        return self._gates[origin]

    async def _steadily(self, request: _Request, bound: int) -> Reply:
        gate, turn, renewed = self._gate(request.url), 0, False
        while True:
            turn += 1
            token = self._token()
            try:
                reply = await self._once(request, bound, gate)
            except (httpx2.RemoteProtocolError, httpx2.ReadError, httpx2.WriteError) as error:
                # A kept-alive connection may have been closed under us; only a read may simply be asked again.
                if request.method not in SAFE:
                    raise CutOff.of(request.url, error) from None
                wait = pause_before(turn, 0.0 if turn == 1 else None, self._limits)
                if wait is None:
                    raise broken(request.url, error) from None
            except httpx2.HTTPError as error:
                raise broken(request.url, error) from None
            else:
                if reply.status == 401 and not renewed and await self._renewed(token):
                    renewed = True
                    continue
                wait = self._wait(request, reply, turn, gate)
                if wait is None:
                    return reply
            await asyncio.sleep(wait)

    async def _once(self, request: _Request, bound: int, gate: Gate) -> Reply:
        async with gate:
            self.sent += 1
            opening = self._client.stream(
                request.method, request.url, headers=request.headers, content=request.body or None
            )
            return await received(opening, request.url, self._limits, bound)

    async def _opened(self, request: _Request, stack: AsyncExitStack, *, patient: bool) -> Opened:
        seconds = self._limits.request_seconds
        pauses = httpx2.Timeout(seconds, connect=10.0, pool=None, read=None if patient else seconds)
        try:
            async with asyncio.timeout(seconds * 4), self._gate(request.url):
                self.sent += 1
                opening = self._client.stream(
                    request.method, request.url, headers=request.headers, content=request.body or None, timeout=pauses
                )
                answer = await stack.enter_async_context(opening)
        except TimeoutError:
            raise broken(request.url, httpx2.ReadTimeout("too slow")) from None
        except httpx2.HTTPError as error:
            raise broken(request.url, error) from None
        return Opened(replied(answer, request.url), parts_of(answer, request.url))

    def _wait(self, request: _Request, reply: Reply, turn: int, gate: Gate) -> float | None:
        if reply.status not in (429, 503):
            gate.well()
            return None
        asked = seconds_of(reply.headers.get("retry-after", ""))
        wait = None if asked is None else pause_before(turn, asked, self._limits)
        gate.busy(wait or 0.0)
        return wait if reply.status == 429 or request.guarded else None

    def _token(self) -> str:
        token = getattr(self._client, "token", None)
        return str(token.get("access_token", "")) if isinstance(token, dict) else ""

    async def _renewed(self, token: str) -> bool:
        renew = getattr(self._client, "renewed", None)
        return bool(token and renew is not None and await renew(token))
