"""The history of access of one place or one audience: the change log of the pod, and the surveys kept on this machine.

It refuses to wait for the one before it shows the other, and to write anything.
"""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING

from textual import work
from textual.content import Content
from textual.message import Message
from textual.widgets import Static

from lifepod.errors import LifepodError
from lifepod.owner import histories
from lifepod.tui import past
from lifepod.tui.screens.reading import Line, Lines, LinesSheet, Trouble

if TYPE_CHECKING:
    from lifepod.owner.desk import Desk


class HistoryScreen(LinesSheet):
    """The history of access of a place, or of an audience."""

    TOPIC = "history"

    @dataclass
    class Logged(Message):
        """The change log was read, or could not be."""

        lines: list[Line]
        failed: bool

    @dataclass
    class Kept(Message):
        """So much of the kept surveys was read."""

        found: tuple[histories.Found, ...]
        whole: bool

    def __init__(self, desk: Desk, title: str, key: str, *, is_place: bool) -> None:
        super().__init__(desk, title)
        self._key, self._is_place = key, is_place
        self._log: list[Line] = []
        self._found: tuple[histories.Found, ...] = ()
        self._whole = False

    def on_mount(self) -> None:
        """Say what this is."""
        super().on_mount()
        what = "who could use it" if self._is_place else "what they could use"
        self.query_one("#facts", Static).update(Content(f"History of access: {what}, never who did. Times are UTC."))

    def read(self) -> None:
        """The change log from the pod, the surveys from this machine: neither waits for the other."""
        self._log, self._found, self._whole = [(("reading the change log …", "quiet"),)], (), False
        self._ask()
        self._recall()

    @work(exclusive=True, group="log", exit_on_error=False)
    async def _ask(self) -> None:
        storage = self._desk.profile.storage
        try:
            log = await histories.log_of(await self._desk.pod())
        except LifepodError as error:
            trouble = Trouble.of(error)
            said = past.failure_lines(f"The change log could not be read: {trouble.sentence}", trouble.advice)
            self.post_message(self.Logged(said, failed=True))
            return
        if self._is_place:
            lines = list(past.log_lines(histories.about_place(log, self._key), log, storage))
        else:
            lines = list(past.log_lines(histories.about_agent(log, self._key), log, storage, about=self._key))
        self.post_message(self.Logged(lines, failed=False))

    @work(exclusive=True, group="recall", exit_on_error=False)
    async def _recall(self) -> None:
        profile = self._desk.profile
        ask = histories.at_place if self._is_place else histories.of_audience
        each: Iterator[histories.Found] = ask(profile.storage, profile.webid, self._key)
        found: tuple[histories.Found, ...] = ()
        # One survey at a time: each is read whole, and keys pressed meanwhile come first.
        while (one := await asyncio.to_thread(next, each, None)) is not None:
            found = histories.joined((*found, one))
            self.post_message(self.Kept(found, whole=False))
        self.post_message(self.Kept(found, whole=True))

    def on_history_screen_logged(self, event: Logged) -> None:
        """Show it above the surveys."""
        event.stop()
        self._log = event.lines
        self.say("" if event.failed else "↑ ↓ scroll · Esc close", again=event.failed)
        self._paint()

    def on_history_screen_kept(self, event: Kept) -> None:
        """Show as much as there is."""
        event.stop()
        self._found, self._whole = event.found, event.whole
        self._paint()

    def _paint(self) -> None:
        found = past.found_lines(self._found, agent=not self._is_place, whole=self._whole)
        self.query_one(Lines).paint([*self._log, *found], top=False, wrap=True)
