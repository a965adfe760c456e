"""One request out, one answer in: signed anew each time, within the limits, redirects followed by hand.

It refuses to interpret what it carries, to send a write twice, and to wait for ever. Failures of the line become the
errors of :mod:`lifepod.errors`; nothing above this room sees an HTTP class.
"""

from __future__ import annotations

import asyncio
from collections.abc import Mapping

import httpx2
from authlib.integrations.base_client import OAuthError

from lifepod.errors import TooBig, Unreachable
from lifepod.limits import LIMITS, Limits
from lifepod.plain import plain
from lifepod.solid.login import client_options, failed_login
from lifepod.solid.wire import SAFE, Reply, origin_of, own_spelling, redirect_of

_REDIRECTS = frozenset({301, 302, 303, 307, 308})


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
        target, bound = own_spelling(url), at_most or self._limits.document_bytes
        async with self._gate:
            for _ in range(self._limits.redirects + 1):
                reply = await self._steadily(httpx2.Request(method, target, headers=headers, content=body), bound)
                if reply.status not in _REDIRECTS:
                    return reply
                target = redirect_of(method, target, reply.status, reply.headers.get("location"))
        raise Unreachable(f"{plain(url)} redirects more than {self._limits.redirects} times.", host=origin_of(url))

    async def _steadily(self, request: httpx2.Request, bound: int) -> Reply:
        try:
            return await self._once(request, bound)
        except (httpx2.RemoteProtocolError, httpx2.ReadError, httpx2.WriteError) as error:
            # A kept-alive connection may have been closed under us; only a read may simply be asked again.
            if request.method not in SAFE:
                raise _broken(
                    request, error, "The write may or may not have arrived; look before you repeat it."
                ) from None
        except httpx2.HTTPError as error:
            raise _broken(request, error) from None
        try:
            return await self._once(request, bound)
        except httpx2.HTTPError as error:
            raise _broken(request, error) from None

    async def _once(self, request: httpx2.Request, bound: int) -> Reply:
        self.sent += 1
        url = str(request.url)
        headers = {k: v for k, v in request.headers.items() if k not in ("host", "content-length")}
        # "Seconds without a byte" alone would let a dripping server hold us for ever.
        try:
            async with (
                asyncio.timeout(self._limits.request_seconds * 4),
                self._client.stream(request.method, url, headers=headers, content=request.content or None) as answer,
            ):
                return Reply(url, answer.status_code, _joined(answer.headers), await _body(answer, url, bound))
        except TimeoutError:
            raise _broken(request, httpx2.ReadTimeout("too slow")) from None
        except OAuthError as error:
            raise failed_login(error, origin_of(url)) from None
        except (ValueError, httpx2.InvalidURL) as error:
            raise Unreachable(f"{plain(url)} sent an answer that is not HTTP ({type(error).__name__}).") from None


async def _body(answer: httpx2.Response, url: str, bound: int) -> bytes:
    parts, size = [], 0
    async for part in answer.aiter_bytes():
        size += len(part)
        if size > bound:
            raise TooBig(f"{plain(url)} is larger than {bound} bytes.", bound=bound, place=url)
        parts.append(part)
    return b"".join(parts)


def _joined(headers: httpx2.Headers) -> dict[str, str]:
    return {name.lower(): headers[name] for name in headers}


def _broken(request: httpx2.Request, error: httpx2.HTTPError, tail: str = "") -> Unreachable:
    url = str(request.url)
    if isinstance(error, httpx2.TimeoutException):
        said = "does not answer in time"
    elif isinstance(error, httpx2.ConnectError):
        said = "cannot be reached"
    else:
        said = f"broke off ({type(error).__name__})"
    return Unreachable(f"{plain(url)} {said}.{' ' + tail if tail else ''}", host=origin_of(url))
