"""The ways to begin, each a command line of its own in a process of its own, so that it can be stopped at any moment.

It refuses to print (the screen has the terminal), and to leave a process behind: what it started it ends, by its id.
"""

from __future__ import annotations

import asyncio
import signal
import sys
import webbrowser
from asyncio.subprocess import PIPE, Process
from contextlib import suppress
from dataclasses import dataclass, field

from lifepod.errors import LifepodError, NotReady
from lifepod.owner.beginnings import Beginnings, Begun, Say
from lifepod.plain import plain

_PATIENCE = 15.0
"""Seconds a process may take to end when it is asked to; npm and the server clean up after themselves."""
_MOST = 1_000_000
"""Bytes of one line."""


def beginnings() -> Beginnings:
    """All of them."""
    return Beginnings(_at_home, _demo, _browse)


async def _at_home(name: str, say: Say) -> Begun:
    up = await _Command.begun("home", "up")
    await up.to_the_end(say)
    add = await _Command.begun("home", "add", name)
    await add.to_the_end(say)
    return Begun(name, warnings=tuple(line for line in add.heard if "keyring" in line))


async def _demo(say: Say) -> Begun:
    demo = await _Command.begun("demo", "--stay")
    login = await demo.first_word(say)
    return Begun(login, demo.end)


def _browse(address: str) -> bool:
    """A browser that would take the terminal is none."""
    try:
        found = webbrowser.get()
        if type(found) is webbrowser.GenericBrowser:
            return False
        return bool(found.open(address))
    except (webbrowser.Error, OSError):
        return False


@dataclass(slots=True)
class _Command:
    """One command line at work."""

    process: Process
    heard: list[str] = field(default_factory=list)
    """What it said."""

    @classmethod
    async def begun(cls, *argv: str) -> _Command:
        """Start it; its standard input is a pipe that we hold."""
        try:
            return cls(
                await asyncio.create_subprocess_exec(
                    sys.executable, "-P", "-m", "lifepod", *argv, stdin=PIPE, stdout=PIPE, stderr=PIPE, limit=_MOST
                )
            )
        except OSError as error:
            raise NotReady(f"lifepod cannot start another process ({error.strerror or error}).") from None

    async def to_the_end(self, say: Say) -> None:
        """Pass on what it says until it is done; raises what it ended with, and ends it where we are cancelled."""
        listening = asyncio.create_task(self._listen(say))
        try:
            assert self.process.stdout is not None
            while await self.process.stdout.read(65_536):
                pass  # its result is for programs; what a person should know it says
            await listening
            if await self.process.wait() != 0:
                raise self._failed()
        finally:
            listening.cancel()
            await self.end()

    async def first_word(self, say: Say) -> str:
        """Pass on what it says until it tells its result; it goes on then. Raises and ends as :meth:`to_the_end`."""
        listening = asyncio.create_task(self._listen(say))
        is_ready = False
        try:
            assert self.process.stdout is not None
            line = await self.process.stdout.readline()
            if not line:
                await listening
                await self.process.wait()
                raise self._failed()
            is_ready = True
            return line.decode(errors="replace").strip()
        finally:
            listening.cancel()
            if not is_ready:
                await self.end()

    async def _listen(self, say: Say) -> None:
        assert self.process.stderr is not None
        async for raw in self.process.stderr:
            line = plain(raw.decode(errors="replace").rstrip(), 2000)
            self.heard.append(line)
            say(line)

    def _failed(self) -> LifepodError:
        """The error it ended with, as it was said."""
        begin = "lifepod: "
        at = next((i for i in reversed(range(len(self.heard))) if self.heard[i].startswith(begin)), None)
        if at is None:
            last = self.heard[-1] if self.heard else "it said nothing"
            return NotReady(f"That ended by itself (code {self.process.returncode}): {last}")
        advice = "".join(line.strip() for line in self.heard[at + 1 : at + 2])
        return NotReady(self.heard[at].removeprefix(begin), advice=advice or None)

    async def end(self) -> None:
        """End it and wait for that; were we killed, it would end by itself, as we hold its input."""
        if self.process.returncode is not None:
            return
        with suppress(ProcessLookupError):
            self.process.send_signal(signal.SIGINT)
        try:
            async with asyncio.timeout(_PATIENCE):
                await self.process.wait()
        except TimeoutError:
            with suppress(ProcessLookupError):
                self.process.kill()
            await self.process.wait()
