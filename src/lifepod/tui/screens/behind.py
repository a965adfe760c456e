"""The places behind one cell of the matrix, each with what the audience could do there.

It refuses to leave out a place that is not known.
"""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar

from textual import work
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical
from textual.content import Content
from textual.message import Message
from textual.screen import ModalScreen
from textual.widgets import Button, Static

from lifepod.owner.crossing import behind
from lifepod.tui.widgets.grid import Grid, Sheet
from lifepod.tui.words import agent_name, place_name

if TYPE_CHECKING:
    from lifepod.owner.desk import Audit

_MODES = ("read", "append", "write", "control")


class BehindScreen(ModalScreen[str]):
    """A list of places; gives back the address of the one that is wanted, or nothing."""

    BINDINGS: ClassVar[list[BindingType]] = [Binding("escape,q", "leave", "Close", show=False)]
    DEFAULT_CSS = """
    BehindScreen {
        align: center middle;
        #sheet { width: 90%; height: 80%; border: round $primary; background: $surface; }
        #title { height: auto; max-height: 3; padding: 0 1; text-style: bold; color: $primary; }
        #state { height: 1; padding: 0 1; color: $foreground 70%; }
        #leave { height: 1; margin: 0 1; }
    }
    """

    @dataclass
    class Worked(Message):
        """The places, worked out: address, and the verdict for each mode in words."""

        places: tuple[tuple[str, tuple[str, ...]], ...]

    def __init__(self, audit: Audit, place: str, audience: str) -> None:
        super().__init__()
        self._audit, self._place, self._audience = audit, place, audience
        self._places: tuple[tuple[str, tuple[str, ...]], ...] = ()

    def compose(self) -> ComposeResult:
        """Who and where, the places, what goes on."""
        survey = self._audit.survey
        title = f"{agent_name(self._audience, survey.owner)} at {place_name(self._place, survey.storage)}"
        with Vertical(id="sheet"):
            yield Static(Content(title), id="title")
            yield Grid(id="behind")
            yield Static(Content("working it out …"), id="state")
            yield Button("Close", id="leave", compact=True)

    def on_mount(self) -> None:
        """Work it out in a thread; the list has the keys."""
        self.query_one(Grid).focus()
        self._work_out()

    @work(exclusive=True, group="behind", exit_on_error=False)
    async def _work_out(self) -> None:
        found = await asyncio.to_thread(behind, self._audit, self._place, self._audience)
        self.post_message(self.Worked(tuple((url, tuple(a.word for a in answers)) for url, answers in found)))

    def on_behind_screen_worked(self, event: Worked) -> None:
        """Show them."""
        event.stop()
        self._places = event.places
        storage = self._audit.survey.storage
        names = [place_name(url, storage) for url, _ in event.places]
        for grid in self.query(Grid):
            grid.paint(Sheet("place", names, _MODES, (10,) * len(_MODES), self._cell))
        for line in self.query("#state").results(Static):
            many = len(names)
            line.update(Content(f"{many} place{'' if many == 1 else 's'} · Enter shows it in the tree · Esc closes"))

    def _cell(self, row: int, column: int) -> tuple[str, str]:
        word = self._places[row][1][column]
        return word, {"yes": "open", "unknown": "alert"}.get(word, "quiet")

    def on_grid_moved(self, event: Grid.Moved) -> None:
        """Nothing else depends on the line."""
        event.stop()

    def on_grid_opened(self, event: Grid.Opened) -> None:
        """That place is wanted."""
        event.stop()
        self.dismiss(self._places[event.row][0])

    def on_button_pressed(self, event: Button.Pressed) -> None:
        """Close."""
        event.stop()
        self.action_leave()

    def action_leave(self) -> None:
        """Back to the matrix."""
        self.dismiss("")
