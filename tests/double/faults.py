"""Faults a test can script into the double: slow, broken, hostile or busy servers.

It refuses to decide when they happen; :meth:`PodDouble.script` does.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import dataclass

import httpx2

Meddle = Callable[[httpx2.Request], httpx2.Response | None]
"""Called in place of the server; ``None`` lets the server go on (someone else may have written meanwhile)."""


@dataclass(frozen=True, slots=True)
class Hang:
    """No answer until the client's own read timeout, or until it gives up."""


Answer = httpx2.Response | Exception | Hang | Meddle | int


@dataclass(slots=True)
class Script:
    """One scripted answer."""

    method: str
    url: str
    answer: Answer
    left: int | None
    """Times still to play; ``None`` for always."""
    after: bool
    """Whether the server does its work first and only the answer is lost."""

    def fits(self, method: str, url: str) -> bool:
        """Whether it plays for this request."""
        return self.left != 0 and self.method in ("*", method) and self.url in ("*", url)

    async def play(self, request: httpx2.Request) -> httpx2.Response | None:
        """The answer, or the exception, or ``None`` to go on."""
        if self.left is not None:
            self.left -= 1
        if isinstance(self.answer, Hang):
            await _hang(request)
        if isinstance(self.answer, Exception):
            raise self.answer
        if isinstance(self.answer, int):
            return httpx2.Response(self.answer)
        if isinstance(self.answer, httpx2.Response):
            return httpx2.Response(
                self.answer.status_code, headers=list(self.answer.headers.items()), content=self.answer.content
            )
        return self.answer(request) if callable(self.answer) else None


async def _hang(request: httpx2.Request) -> None:
    timeout = request.extensions.get("timeout", {}).get("read")
    await asyncio.sleep(3600 if timeout is None else timeout)
    raise httpx2.ReadTimeout("no byte came in time", request=request)


def dropped() -> Exception:
    """The connection closes without an answer."""
    return httpx2.RemoteProtocolError("Server disconnected without sending a response.")


def refused_connection() -> Exception:
    """Nobody listens."""
    return httpx2.ConnectError("All connection attempts failed")


def busy(status: int = 429, retry_after: str = "0") -> httpx2.Response:
    """Too many requests, or down for a while; the test waits as long as it says."""
    return httpx2.Response(status, headers={"Retry-After": retry_after})


def redirect(target: str, status: int = 302) -> httpx2.Response:
    """Go elsewhere."""
    return httpx2.Response(status, headers={"Location": target})


def oversized(count: int) -> httpx2.Response:
    """A Turtle comment of ``count`` bytes."""
    return httpx2.Response(200, headers={"Content-Type": "text/turtle"}, content=b"#" * count)


def not_turtle() -> httpx2.Response:
    """Says Turtle, is none."""
    return httpx2.Response(200, headers={"Content-Type": "text/turtle", "ETag": '"1-text/turtle"'}, content=b"<a> <b")


def page(status: int = 200) -> httpx2.Response:
    """An HTML page where data was asked for."""
    return httpx2.Response(status, headers={"Content-Type": "text/html"}, content=b"<html><body>Hello</body></html>")
