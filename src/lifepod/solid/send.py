"""One request out, one answer in: signed anew each time, within the limits, redirects followed by hand.

It refuses to interpret what it carries, to send a write twice, and to wait for ever. Failures of the line become the
errors of :mod:`lifepod.errors`; nothing above this room sees an HTTP class.
"""

from __future__ import annotations

import asyncio
import re
from collections.abc import Mapping

import httpx2

from lifepod.errors import Malformed, Unreachable
from lifepod.limits import LIMITS, Limits
from lifepod.plain import plain
from lifepod.solid.line import broken, client_options, received
from lifepod.solid.wire import SAFE, Reply, origin_of, own_spelling, redirect_of

_REDIRECTS = frozenset({301, 302, 303, 307, 308})
_HEADER = re.compile(r"[\x20-\x7e]*\Z")


class Sender:
    """A client with a gate: at most ``limits.in_flight`` requests to the pod at the same time."""

    def __init__(self, client: httpx2.AsyncClient, limits: Limits = LIMITS) -> None:
        self._client = client
        self._limits = limits
        self._gate = asyncio.Semaphore(limits.in_flight)
        self.sent = 0
        """Requests sent so far, retries and redirects included."""

    @classmethod
    def anonymous(cls, url: str, transport: httpx2.AsyncBaseTransport | None = None, limits: Limits = LIMITS) -> Sender:
        """A sender that is nobody, for public documents near ``url``."""
        return cls(httpx2.AsyncClient(**client_options(url, transport, limits)), limits)

    async def aclose(self) -> None:
        """End every connection."""
        await self._client.aclose()

    async def send(
        self,
        method: str,
        url: str,
        headers: Mapping[str, str] | None = None,
        body: bytes | None = None,
        at_most: int | None = None,
    ) -> Reply:
        """Any answer, whatever its status; raises :class:`Unreachable`, :class:`TooBig` or :class:`NotSignedIn`.

        ``at_most`` bounds the body in bytes (default ``limits.document_bytes``).
        """
        target, bound, sent = own_spelling(url), at_most or self._limits.document_bytes, dict(headers or {})
        if not all(_HEADER.match(value) for value in sent.values()):
            raise Malformed(f"A header for {plain(target)} holds characters that HTTP cannot carry.", place=target)
        async with self._gate:
            for _ in range(self._limits.redirects + 1):
                reply = await self._steadily(method, target, sent, body, bound)
                if reply.status not in _REDIRECTS:
                    return reply
                target = own_spelling(redirect_of(method, target, reply.status, reply.headers.get("location")))
        raise Unreachable(f"{plain(url)} redirects more than {self._limits.redirects} times.", host=origin_of(url))

    async def _steadily(self, method: str, url: str, headers: dict[str, str], body: bytes | None, bound: int) -> Reply:
        for last in (False, True):
            self.sent += 1
            try:
                opening = self._client.stream(method, url, headers=headers, content=body or None)
                return await received(opening, url, self._limits, bound)
            except (httpx2.RemoteProtocolError, httpx2.ReadError, httpx2.WriteError) as error:
                # A kept-alive connection may have been closed under us; only a read may simply be asked again.
                if method not in SAFE:
                    said = "The write may or may not have arrived; look before you repeat it."
                    raise broken(url, error, said) from None
                if last:
                    raise broken(url, error) from None
            except httpx2.HTTPError as error:
                raise broken(url, error) from None
        raise AssertionError("the second try returns or raises")
