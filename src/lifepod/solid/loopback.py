"""Where the browser brings the answer of a login: a listener on 127.0.0.1 that takes one answer and is gone.

It refuses to listen anywhere else, to answer for another host name (a web page could point one here), to take an
answer to another question, and to show anything of what it was told. RFC 8252 §7.3 and §8.3.
"""

from __future__ import annotations

import asyncio
import secrets
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager

from lifepod.errors import NotReady, NotSignedIn

HOST = "127.0.0.1"
_REQUEST_BYTES = 32_768
_REQUEST_SECONDS = 5.0
_STRANGERS = 200
"""Requests that are no answer; more is somebody who wants in."""
_PAGE = """<!doctype html><html lang="en"><meta charset="utf-8"><title>lifepod</title>
<style>body{{font:1.2em sans-serif;max-width:32em;margin:4em auto;color:#222}}</style>
<h1>lifepod</h1><p>{said}</p></html>"""
_DONE = "Your answer has arrived. You can close this page and go back to your terminal."
_NOT_OURS = "There is nothing here. If you came from a login page, start the login again in your terminal."


class Listener:
    """One open ear."""

    def __init__(self, is_answer: Callable[[str], bool] | None = None) -> None:
        self._is_answer = is_answer
        self._answer: asyncio.Future[str] = asyncio.get_running_loop().create_future()
        self._strangers = 0
        self._doors: dict[str, str] = {}
        self.port = 0

    @property
    def redirect(self) -> str:
        """The address a login server sends the browser to."""
        return f"http://{HOST}:{self.port}/"

    def door_to(self, address: str) -> str:
        """An address of this machine that leads a browser to ``address``, once."""
        path = "/" + secrets.token_urlsafe(24)
        self._doors[path] = address
        return self.redirect.rstrip("/") + path

    async def answer(self, is_answer: Callable[[str], bool], seconds: float) -> str:
        """The first address that is an answer; raises :class:`NotSignedIn` after ``seconds`` without one."""
        self._is_answer = is_answer
        try:
            async with asyncio.timeout(seconds):
                return await self._answer
        except TimeoutError:
            raise NotSignedIn(
                f"No answer came from the browser within {seconds / 60:.0f} minutes.",
                advice="Run the command again; with --paste you can bring the answer by hand.",
            ) from None

    async def heard(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """One connection: one request, one page."""
        try:
            async with asyncio.timeout(_REQUEST_SECONDS):
                head = await reader.readuntil(b"\r\n\r\n")
                writer.write(self._page(head))
                await writer.drain()
        except (TimeoutError, asyncio.IncompleteReadError, asyncio.LimitOverrunError, ConnectionError):
            pass  # somebody who does not finish a sentence
        finally:
            writer.close()

    def _page(self, head: bytes) -> bytes:
        lines = head.decode("latin-1").split("\r\n")
        method, _, rest = lines[0].partition(" ")
        target = rest.partition(" ")[0]
        hosts = [line.partition(":")[2].strip().lower() for line in lines[1:] if line.lower().startswith("host:")]
        ours = hosts == [f"{HOST}:{self.port}"] and method == "GET"
        address = self.redirect.rstrip("/") + target
        if ours and target in self._doors:
            return _answered("303 See Other", "", f"Location: {self._doors.pop(target)}\r\n")
        if (
            ours
            and target.partition("?")[0] == "/"
            and self._is_answer is not None
            and not self._answer.done()
            and self._is_answer(address)
        ):
            self._answer.set_result(address)
            return _answered("200 OK", _DONE)
        self._strangers += 1
        if self._strangers > _STRANGERS and not self._answer.done():
            self._answer.set_exception(NotSignedIn("Too many requests came that were no answer; the login was ended."))
        return _answered("404 Not Found", _NOT_OURS)


def _answered(status: str, said: str, more: str = "") -> bytes:
    body = _PAGE.format(said=said).encode()
    head = (
        f"HTTP/1.1 {status}\r\n{more}Content-Type: text/html; charset=utf-8\r\nContent-Length: {len(body)}\r\n"
        "Content-Security-Policy: default-src 'none'; style-src 'unsafe-inline'\r\nReferrer-Policy: no-referrer\r\n"
        "Cache-Control: no-store\r\nX-Content-Type-Options: nosniff\r\nConnection: close\r\n\r\n"
    )
    return head.encode() + body


@asynccontextmanager
async def listening(port: int = 0) -> AsyncIterator[Listener]:
    """An open ear on this machine, on any free port unless one is named; raises :class:`NotReady`."""
    ear = Listener()
    try:
        server = await asyncio.start_server(ear.heard, HOST, port, limit=_REQUEST_BYTES)
    except OSError as error:
        raise NotReady(f"Port {port} of this machine cannot be listened on ({error.strerror}).") from None
    async with server:
        ear.port = server.sockets[0].getsockname()[1]
        yield ear
