"""A person's pod in memory for commands: what they send reaches the double, and an output that is a terminal."""

from __future__ import annotations

import io
import os
import pty
import sys
import termios
import threading
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass

import httpx2
import pytest
from tests.double.pod_double import PodDouble

from lifepod.cli import main
from lifepod.owner import logins


def signed_in(double: PodDouble, world: pytest.MonkeyPatch, name: str = "me") -> PodDouble:
    """Remembers the owner's login; whatever opens a line of its own, as commands do, reaches the double."""

    async def answer(line: httpx2.AsyncHTTPTransport, request: httpx2.Request) -> httpx2.Response:
        await request.aread()
        return await double(request)

    world.setattr(httpx2.AsyncHTTPTransport, "handle_async_request", answer)
    who = logins.credentials(double.owner, double.tokens.issuer, *double.credentials(double.owner))
    logins.add(name, who, double.base, lambda sentence: None)
    return double


@dataclass(frozen=True, slots=True)
class Said:
    """What one command line answered."""

    code: int
    out: bytes
    err: str

    @property
    def words(self) -> str:
        """Its output as text."""
        return self.out.decode()


def ran(world: pytest.MonkeyPatch, *argv: str, encoding: str = "utf-8") -> Said:
    """One command line whose output a program reads."""
    out, err = io.TextIOWrapper(io.BytesIO(), encoding), io.StringIO()
    with world.context() as here:
        here.setattr(sys, "stdout", out)
        here.setattr(sys, "stderr", err)
        code = main.run(list(argv))
    out.flush()
    written: object = out.buffer
    assert isinstance(written, io.BytesIO)
    return Said(int(str(code)), written.getvalue(), err.getvalue())


_LAST = b"\x04the end\x04"


def seen(world: pytest.MonkeyPatch, *argv: str) -> Said:
    """One command line whose output is a real terminal."""
    ours, theirs = pty.openpty()
    mode = termios.tcgetattr(theirs)
    mode[1] &= ~termios.OPOST
    termios.tcsetattr(theirs, termios.TCSANOW, mode)
    shown, err = bytearray(), io.StringIO()

    def read() -> None:
        while not shown.endswith(_LAST):
            shown.extend(os.read(ours, 65536))

    reader = threading.Thread(target=read)
    reader.start()
    with os.fdopen(theirs, "w", encoding="utf-8") as terminal, world.context() as here:
        here.setattr(sys, "stdout", terminal)
        here.setattr(sys, "stderr", err)
        try:
            code = main.run(list(argv))
        finally:
            terminal.write(_LAST.decode())
            terminal.flush()
            reader.join()
    os.close(ours)
    return Said(int(str(code)), bytes(shown.removesuffix(_LAST)), err.getvalue())


def in_parts(size: int, made: list[int], part: int = 1024 * 1024) -> Callable[[httpx2.Request], httpx2.Response]:
    """A big answer that is made while it is read; ``made`` hears of each part."""

    async def parts() -> AsyncIterator[bytes]:
        for first in range(0, size, part):
            made.append(first)
            yield b"x" * min(part, size - first)

    return lambda request: httpx2.Response(200, content=parts(), headers={"Content-Type": "video/mp4", "ETag": '"1"'})
