"""The head of every screen: which screens there are, how many requests wait, which pod, which login, what goes on.

It refuses to know what a screen shows: it is told the words.
"""

from __future__ import annotations

from textual import events
from textual.app import ComposeResult
from textual.containers import Horizontal, Vertical
from textual.content import Content
from textual.widgets import Static

from lifepod.plain import plain

TABS = (
    ("home", "1 Home"),
    ("places", "2 Places"),
    ("agents", "3 Agents"),
    ("matrix", "4 Matrix"),
    ("requests", "5 Requests"),
    ("agreements", "6 Agreed"),
    ("journal", "7 Journal"),
    ("changes", "8 Changes"),
)
"""The mode and the name of each screen; together they fit into eighty columns."""
_ROOM = 98
"""Columns that the tabs take with the brand before them and air between them."""
COUNTED = "requests"
"""The screen whose name is followed by how many wait."""


class Tab(Static):
    """One screen's name; a click goes there."""

    def __init__(self, mode: str, title: str, *, current: bool) -> None:
        super().__init__(Content(title), id=f"tab-{mode}", classes="current" if current else "")
        self._mode, self._title = mode, title

    def count(self, waiting: int) -> None:
        """Say how many wait there; nothing for none."""
        self.update(Content(f"{self._title} ({waiting})" if waiting else self._title))

    async def on_click(self) -> None:
        """Go there."""
        await self.run_action(f"app.go('{self._mode}')")


class Head(Vertical):
    """Two lines on top, a third where something is wrong."""

    DEFAULT_CSS = """
    Head {
        height: auto; background: $panel;
        & > Horizontal { height: 1; }
        .brand { width: 10; color: $primary; text-style: bold; }
        Tab { width: auto; padding: 0 1; color: $foreground 70%; }
        &.small .brand { display: none; }
        &.small Tab { padding: 0 0 0 1; }
        Tab.current { background: $primary; color: $background; text-style: bold; }
        Tab:hover { text-style: underline; }
        #pod { width: 1fr; padding-left: 1; color: $foreground 70%; text-wrap: nowrap; text-overflow: ellipsis; }
        #taken { width: auto; padding: 0 1; color: $foreground 80%; }
        #progress { width: auto; padding-right: 1; color: $accent; }
        #notice { display: none; padding: 0 1; background: $warning 20%; color: $foreground; max-height: 3; }
        #notice.shown { display: block; }
    }
    """

    def __init__(self, mode: str, pod: str) -> None:
        super().__init__()
        self._mode, self._pod = mode, pod

    def compose(self) -> ComposeResult:
        """Brand and tabs; pod, login, when it was taken, progress; trouble."""
        with Horizontal():
            yield Static(Content(" lifepod"), classes="brand")
            for mode, title in TABS:
                yield Tab(mode, title, current=mode == self._mode)
        with Horizontal():
            yield Static(Content(self._pod), id="pod", markup=False)
            yield Static("", id="taken", markup=False)
            yield Static("", id="progress", markup=False)
        yield Static("", id="notice", markup=False)

    def on_resize(self, event: events.Resize) -> None:
        """In a small window the tabs stand close, so that the last one is in view."""
        self.set_class(event.size.width < _ROOM, "small")

    def count(self, waiting: int) -> None:
        """How many requests wait for an answer."""
        for tab in self.query(f"#tab-{COUNTED}").results(Tab):
            tab.count(waiting)

    def say(self, taken: str, progress: str, notice: str = "") -> None:
        """When it was taken, how far a look has come, and what is wrong (nothing where it is empty)."""
        self.query_one("#taken", Static).update(Content(plain(taken)))
        self.query_one("#progress", Static).update(Content(plain(progress)))
        line = self.query_one("#notice", Static)
        line.set_class(bool(notice), "shown")
        line.update(Content(plain(notice, 600)))
