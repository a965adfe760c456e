"""The line to a server: options of every HTTP client of ours, an answer read within its bounds, what a break means.

It refuses to keep a cookie, to follow a redirect, to read past a bound, and to wait for ever.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import AbstractAsyncContextManager
from http.cookiejar import CookieJar, DefaultCookiePolicy
from typing import Any

import httpx2

from lifepod.errors import TooBig, Unreachable
from lifepod.limits import Limits
from lifepod.plain import plain
from lifepod.solid.wire import Reply, is_loopback, origin_of


def client_options(url: str, transport: httpx2.AsyncBaseTransport | None, limits: Limits) -> dict[str, Any]:
    """Options of every HTTP client of ours: no cookies, no redirects, a timeout, no proxy for this machine."""
    options: dict[str, Any] = {
        "timeout": httpx2.Timeout(limits.request_seconds, connect=10.0, pool=None),
        "cookies": CookieJar(policy=DefaultCookiePolicy(allowed_domains=[])),
        "follow_redirects": False,
        "trust_env": not is_loopback(url),
        # Node closes a quiet connection after 5 s; a write must not meet that moment, because it is not sent twice.
        "limits": httpx2.Limits(
            max_connections=limits.in_flight + 4, max_keepalive_connections=limits.in_flight, keepalive_expiry=3.0
        ),
    }
    if transport is not None:
        options["transport"] = transport
    return options


async def received(
    opening: AbstractAsyncContextManager[httpx2.Response], url: str, limits: Limits, bound: int
) -> Reply:
    """The answer to one request; raises httpx2's own errors of a broken line, :class:`TooBig` and :class:`Unreachable`.

    ``bound`` is in bytes, unpacked. "Seconds without a byte" alone would let a dripping server hold us for ever, so the
    whole answer has a time of its own.
    """
    try:
        async with asyncio.timeout(limits.request_seconds * 4), opening as answer:
            return replied(answer, url, await _body(answer, url, bound))
    except TimeoutError:
        raise httpx2.ReadTimeout("too slow") from None
    except (ValueError, httpx2.InvalidURL) as error:
        raise Unreachable(f"{plain(url)} sent an answer that is not HTTP ({type(error).__name__}).") from None


def replied(answer: httpx2.Response, url: str, body: bytes = b"") -> Reply:
    """An answer as a value."""
    return Reply(url, answer.status_code, {name.lower(): answer.headers[name] for name in answer.headers}, body)


async def parts_of(answer: httpx2.Response, url: str) -> AsyncIterator[bytes]:
    """The body of an answer, unpacked, part by part; raises :class:`Unreachable` where the line breaks."""
    try:
        async for part in answer.aiter_bytes():
            yield part
    except httpx2.HTTPError as error:
        raise broken(url, error) from None


async def _body(answer: httpx2.Response, url: str, bound: int) -> bytes:
    parts, size = [], 0
    async for part in answer.aiter_bytes():
        size += len(part)
        if size > bound:
            raise TooBig(f"{plain(url)} is larger than {bound} bytes.", bound=bound, place=url)
        parts.append(part)
    return b"".join(parts)


class CutOff(Unreachable):
    """A write whose answer never came: it may or may not have arrived."""

    @classmethod
    def of(cls, url: str, error: httpx2.HTTPError) -> CutOff:
        """As :func:`broken` says it."""
        said = broken(url, error, "The write may or may not have arrived; look before you repeat it.")
        return cls(str(said), host=said.host)


def broken(url: str, error: httpx2.HTTPError, tail: str = "") -> Unreachable:
    """What a broken line means for the person; ``tail`` is one more sentence."""
    if isinstance(error, httpx2.TimeoutException):
        said = "does not answer in time"
    elif isinstance(error, httpx2.ConnectError):
        said = "cannot be reached"
    else:
        said = f"broke off ({type(error).__name__})"
    return Unreachable(f"{plain(url)} {said}.{' ' + tail if tail else ''}", host=origin_of(url))


_NO_PARTS: tuple[bytes, ...] = ()


class _Nothing(httpx2.AsyncByteStream):
    def __init__(self, unread: httpx2.AsyncByteStream) -> None:
        self._unread = unread

    async def __aiter__(self) -> AsyncIterator[bytes]:
        for part in _NO_PARTS:
            yield part

    async def aclose(self) -> None:
        await self._unread.aclose()


def unread(answer: httpx2.Response) -> None:
    """Leave the body of an answer on the line, which is then closed: httpx2 reads it whole before it asks again."""
    if isinstance(answer.stream, httpx2.AsyncByteStream):
        answer.stream = _Nothing(answer.stream)
