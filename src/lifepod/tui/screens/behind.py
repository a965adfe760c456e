"""The places behind one cell of the matrix, each with what the audience could do there, and why.

It refuses to leave out a place that is not known, and to name or explain a place before it is in view.
"""

from __future__ import annotations

import asyncio
import heapq
from dataclasses import dataclass
from typing import ClassVar

from rich.cells import cell_len
from textual import work
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical, VerticalScroll
from textual.content import Content
from textual.message import Message
from textual.screen import ModalScreen
from textual.widgets import Button, Static
from textual.worker import Worker, WorkerState

from lifepod.access.rules import MODES, Answer
from lifepod.owner.crossing import Audit, Listed, listed, stands
from lifepod.tui.picture import Trouble
from lifepod.tui.screens.help import HelpScreen
from lifepod.tui.why import place_name, why
from lifepod.tui.widgets.grid import Grid, Rows, Sheet

_WIDTH = 10
"""Cells of the column of one mode."""
_MEASURED = 64
"""Names that are measured, those with the longest addresses: naming all would cost more than all else here."""
_PAUSE = 0.04
"""Seconds that somebody stays on a line before it is explained: who runs down the list asks for the last one."""


@dataclass(frozen=True, slots=True)
class Places:
    """What lies behind a cell."""

    listed: Listed
    widest: int
    """Terminal cells that the names take."""


class BehindScreen(ModalScreen[str]):
    """A list of places; gives back the address of the one that is wanted, or nothing."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape,q", "leave", "Close", show=False),
        Binding("f1,question_mark", "explain", "Help", show=False),
    ]
    DEFAULT_CSS = """
    BehindScreen {
        align: center middle;
        #sheet { width: 90%; height: 80%; border: round $primary; background: $surface; }
        #title { height: auto; max-height: 3; padding: 0 1; text-style: bold; color: $primary; }
        #why-box { height: 40%; max-height: 14; padding: 0 1; background: $panel; scrollbar-size: 0 1; }
        #why-box:focus { background: $boost; }
        #why { height: auto; }
        #state { height: auto; max-height: 3; padding: 0 1; color: $foreground 70%; }
        #leave { height: 1; margin: 0 1; }
    }
    """

    @dataclass
    class Worked(Message):
        """The places, worked out."""

        places: Places

    @dataclass
    class Explained(Message):
        """Why one place is as it is."""

        url: str
        words: Content

    def __init__(self, audit: Audit, place: str, audience: str, name: str) -> None:
        super().__init__()
        self._audit, self._place, self._audience = audit, place, audience
        self._title = f"{name} at {place_name(place, audit.survey.storage)}"
        self._places = Places(Listed([], []), 0)

    def compose(self) -> ComposeResult:
        """Who and where, the places, why, what goes on."""
        with Vertical(id="sheet"):
            yield Static(Content(self._title), id="title")
            yield Grid(id="behind")
            with VerticalScroll(id="why-box"):
                yield Static("", id="why", markup=False)
            yield Static(Content("working it out …"), id="state")
            yield Button("Close", id="leave", compact=True)

    def on_mount(self) -> None:
        """Work it out in a thread; the list has the keys."""
        self.query_one(Grid).focus()
        self._work_out()

    @work(exclusive=True, group="behind", exit_on_error=False)
    async def _work_out(self) -> None:
        found = await asyncio.to_thread(places_behind, self._audit, self._place, self._audience)
        self.post_message(self.Worked(found))

    def on_behind_screen_worked(self, event: Worked) -> None:
        """Show them: only those in view are named."""
        event.stop()
        self._places, many = event.places, len(event.places.listed.urls)
        rows = Rows(many, self._named, event.places.widest)
        modes = tuple(mode.value for mode in MODES)
        for grid in self.query(Grid):
            grid.paint(Sheet("place", rows, modes, (_WIDTH,) * len(modes), self._cell))
        keys = "Enter shows it in the tree · ? Help · Esc closes"
        self._say("#state", Content(f"{many} place{'' if many == 1 else 's'} · {keys}"))

    def _named(self, row: int) -> str:
        return place_name(self._places.listed.urls[row], self._audit.survey.storage)

    def _cell(self, row: int, column: int) -> tuple[str, str]:
        answer = self._places.listed.answers[row][column]
        return answer.word, {Answer.YES: "open", Answer.UNKNOWN: "alert"}.get(answer, "quiet")

    def _say(self, where: str, words: Content) -> None:
        for line in self.query(where).results(Static):  # none while the screen goes
            line.update(words)

    # Why

    def on_grid_moved(self, event: Grid.Moved) -> None:
        """Another place: why?"""
        event.stop()
        if event.row < len(self._places.listed.urls):
            self._explain(self._places.listed.urls[event.row])

    @work(exclusive=True, group="why", exit_on_error=False)
    async def _explain(self, url: str) -> None:
        await asyncio.sleep(_PAUSE)
        self.post_message(self.Explained(url, await asyncio.to_thread(_why, self._audit, url, self._audience)))

    def on_behind_screen_explained(self, event: Explained) -> None:
        """Say it, unless the cursor is elsewhere by now."""
        event.stop()
        for grid in self.query(Grid):
            if event.url == self._places.listed.urls[grid.row]:
                self._say("#why", event.words)
                self.query_one("#why-box", VerticalScroll).scroll_home(animate=False)

    def on_worker_state_changed(self, event: Worker.StateChanged) -> None:
        """A fault of ours is told where the answer would stand."""
        if event.state is WorkerState.ERROR:
            trouble = Trouble.fault(event.worker.error)
            where = "#why" if event.worker.group == "why" else "#state"
            self._say(where, Content.styled(f"{trouble.sentence} {trouble.advice}", "bold $text-warning"))

    # Leaving

    def on_grid_opened(self, event: Grid.Opened) -> None:
        """That place is wanted."""
        event.stop()
        self.dismiss(self._places.listed.urls[event.row])

    def on_button_pressed(self, event: Button.Pressed) -> None:
        """Close."""
        event.stop()
        self.action_leave()

    def action_leave(self) -> None:
        """Back to the matrix."""
        self.dismiss("")

    def action_explain(self) -> None:
        """What can be done here."""
        self.app.push_screen(HelpScreen("behind"))


def places_behind(audit: Audit, place: str, audience: str) -> Places:
    """The places of a cell, and how wide their names are; takes a while for many, so that a thread should do it."""
    found = listed(audit, place, audience)
    longest = heapq.nlargest(_MEASURED, found.urls, key=len)
    return Places(found, max((cell_len(place_name(url, audit.survey.storage)) for url in longest), default=0))


def _why(audit: Audit, url: str, audience: str) -> Content:
    return why(audit, stands(audit, url, audience))
