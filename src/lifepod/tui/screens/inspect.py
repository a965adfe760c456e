"""What a place of the pod holds, to read: as a table, as Turtle, as it lies there.

It refuses to write anything, and to let what was read before pass for what could not be read now.
"""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar

from textual import work
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.content import Content
from textual.message import Message
from textual.widgets import Button, Static

from lifepod.errors import LifepodError
from lifepod.owner import previews
from lifepod.tui import past
from lifepod.tui.screens.reading import Line, Lines, LinesSheet, Trouble
from lifepod.tui.words import WHOLE, place_name

if TYPE_CHECKING:
    from lifepod.owner.desk import Desk

_NAMES = {"table": "1 Table", "turtle": "2 Turtle", "raw": "3 Raw"}


class HoldsScreen(LinesSheet):
    """What a place holds: as a table, as Turtle, as it lies there."""

    BINDINGS: ClassVar[list[BindingType]] = [
        *(Binding(str(number), f"view('{name}')", name, show=False) for number, name in enumerate(past.VIEWS, 1)),
        Binding("v,tab", "next", "Next view", show=False),
    ]
    TOPIC = "holds"

    @dataclass
    class Came(Message):
        """It was read."""

        held: previews.Held
        pages: dict[str, tuple[Line, list[Line]]]

    def __init__(self, desk: Desk, url: str) -> None:
        self._path = place_name(url, desk.profile.storage, WHOLE)
        super().__init__(desk, "/  the whole pod" if self._path == "/" else self._path)
        self._url, self._view = url, past.VIEWS[0]
        self._pages: dict[str, tuple[Line, list[Line]]] = {}
        self._is_laid_out = False

    def views(self) -> ComposeResult:
        """Table, Turtle, raw."""
        for name in past.VIEWS:
            yield Button(_NAMES[name], id=name, compact=True, classes="view")

    def read(self) -> None:
        """Read the place within bounds."""
        self._take()

    @work(exclusive=True, group="inspect", exit_on_error=False)
    async def _take(self) -> None:
        try:
            held = await previews.held(await self._desk.pod(), self._url)
            self.post_message(self.Came(held, await asyncio.to_thread(past.pages_of, held, self._path)))
        except LifepodError as error:
            self.post_message(self.Lost(Trouble.of(error)))

    def on_holds_screen_came(self, event: Came) -> None:
        """Show it; text that is no linked data as it lies there."""
        event.stop()
        self._pages, self._is_laid_out = event.pages, event.held.text is not None
        self.query_one("#facts", Static).update(Content(past.facts_of(event.held)))
        self.say("↑ ↓ ← → scroll · v next view · Esc close")
        self.action_view(self._view if event.held.table is not None else "raw")

    def lost(self, trouble: Trouble) -> None:
        """Nothing that was read before passes for what is there."""
        self._pages = {}
        self.query_one("#facts", Static).update(Content(""))
        super().lost(trouble)

    def action_view(self, name: str) -> None:
        """Another view of the same."""
        self._view = name
        for button in self.query(".view"):
            button.set_class(button.id == name, "current")
        if name in self._pages:
            head, lines = self._pages[name]
            self.query_one(Lines).paint(lines, head, wrap=not self._is_laid_out)
        self.query_one(Lines).focus()

    def action_next(self) -> None:
        """The next view."""
        self.action_view(past.VIEWS[(past.VIEWS.index(self._view) + 1) % len(past.VIEWS)])
