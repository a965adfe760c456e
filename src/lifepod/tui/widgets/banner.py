"""The head of a screen: which screen, which pod, which login, and when its picture was taken.

It refuses to let a picture pass for the present: its time is always there.
"""

from __future__ import annotations

from textual.app import ComposeResult
from textual.containers import Horizontal, Vertical
from textual.content import Content
from textual.widgets import Static

from lifepod.plain import plain
from lifepod.tui.picture import Clock, Picture
from lifepod.tui.words import taken

TABS = (("places", "1 Places"), ("agents", "2 Agents"))


class Tab(Static):
    """One screen's name; a click goes there."""

    def __init__(self, mode: str, title: str, *, current: bool) -> None:
        super().__init__(Content(f" {title} "), id=f"tab-{mode}", classes="current" if current else "")
        self._mode = mode

    async def on_click(self) -> None:
        """Go there."""
        await self.run_action(f"app.go('{self._mode}')")


class Banner(Vertical):
    """Two lines on top, a third where something is wrong."""

    DEFAULT_CSS = """
    Banner {
        height: auto; background: $panel;
        & > Horizontal { height: 1; }
        .brand { width: 10; color: $primary; text-style: bold; }
        Tab { width: auto; color: $foreground 70%; margin-right: 1; }
        Tab.current { background: $primary; color: $background; text-style: bold; }
        Tab:hover { text-style: underline; }
        .right { width: 1fr; text-align: right; color: $foreground 80%; padding-right: 1; }
        #pod { width: 1fr; padding-left: 1; color: $foreground 70%; text-wrap: nowrap; text-overflow: ellipsis; }
        #progress { width: auto; padding-right: 1; color: $accent; }
        #notice { display: none; padding: 0 1; background: $warning 20%; color: $foreground; max-height: 3; }
        #notice.shown { display: block; }
    }
    """

    def __init__(self, mode: str, pod: str, clock: Clock) -> None:
        super().__init__()
        self._mode, self._pod, self._clock = mode, pod, clock
        self._picture = Picture()

    def compose(self) -> ComposeResult:
        """Brand, tabs and time; pod, login, and progress or what could not be seen; trouble."""
        with Horizontal():
            yield Static(Content(" lifepod"), classes="brand")
            for mode, title in TABS:
                yield Tab(mode, title, current=mode == self._mode)
            yield Static("", id="taken", classes="right", markup=False)
        with Horizontal():
            yield Static(Content(self._pod), id="pod", markup=False)
            yield Static("", id="progress", markup=False)
        yield Static("", id="notice", markup=False)

    def on_mount(self) -> None:
        """The picture grows older while it is looked at."""
        self.set_interval(20, self._say)

    def paint(self, picture: Picture) -> None:
        """Say what this picture is."""
        self._picture = picture
        self._say()

    def _say(self) -> None:
        audit, progress, trouble = self._picture.audit, self._picture.progress, self._picture.trouble
        now = self._clock()
        self.query_one("#taken", Static).update(Content(taken(audit, now) if audit else "no picture yet"))
        blind = len(audit.blind) if audit else 0
        spots = f"{blind} blind spot{'s' * (blind > 1)}" if blind else ""
        self.query_one("#progress", Static).update(Content(progress.words if progress else spots))
        notice = self.query_one("#notice", Static)
        shown = trouble is not None and audit is not None and progress is None
        notice.set_class(shown, "shown")
        if trouble is not None and shown:
            words = f"{trouble.sentence} {trouble.advice} This is the kept picture; u looks again."
            notice.update(Content(plain(words, 600)))
