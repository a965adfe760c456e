"""What the screens of a pod have in common: a head, a body that waits for the first picture, a filter, a foot.

It refuses to fetch: pictures are handed to it.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar

from textual.app import ComposeResult, SystemCommand
from textual.binding import Binding, BindingType
from textual.containers import Horizontal
from textual.content import Content
from textual.message import Message
from textual.screen import Screen
from textual.widgets import Input, Static
from textual.worker import Worker, WorkerState

from lifepod.plain import plain
from lifepod.tui.picture import Aim as Aim  # what every screen is made with, and tells
from lifepod.tui.picture import Clock as Clock
from lifepod.tui.picture import Picture as Picture
from lifepod.tui.picture import Trouble as Trouble
from lifepod.tui.screens.help import HelpScreen
from lifepod.tui.widgets.banner import Banner, Head
from lifepod.tui.widgets.foot import Foot as Foot  # at the foot of every screen
from lifepod.tui.widgets.foot import Words as Words  # what screens say in a line or two
from lifepod.tui.widgets.waiting import Waiting

if TYPE_CHECKING:
    from lifepod.owner.desk import Desk


_BREAKS = [(0, "-narrow"), (76, "-beside")]
"""Columns from which the two halves stand beside each other; in a narrower window one stands above the other."""


class PodScreen(Screen[None]):
    """One question about the pod."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("slash", "filter", "Filter", key_display="/"),
        Binding("question_mark,f1", "explain", "Help", key_display="?"),
        Binding("escape", "unfilter", "All", show=False),
    ]
    HORIZONTAL_BREAKPOINTS = _BREAKS
    MODE: ClassVar[str] = ""
    FILTER: ClassVar[str] = ""
    """What the filter asks for."""

    @dataclass
    class Counted(Message):
        """So many requests wait for an answer."""

        waiting: int

    @dataclass
    class Wanted(Message):
        """Somebody wants to see one thing on the screen it belongs to."""

        mode: str
        key: str = ""
        """What :meth:`PodScreen.point_at` of that screen takes: a place, an audience, an address; empty for none."""

    @dataclass
    class Changed(Message):
        """Access may have been changed, so that the picture is old."""

    def __init__(self, desk: Desk, clock: Clock) -> None:
        super().__init__()
        self.desk, self._clock = desk, clock
        self.picture = Picture()
        self._ready, self._waiting = False, 0

    def named(self) -> str:
        """The pod and the login, for the head."""
        profile = self.desk.profile
        return plain(f"{profile.storage or profile.webid}  as {profile.name}")

    def compose(self) -> ComposeResult:
        """Head, waiting state, body, foot."""
        yield Banner(self.MODE, self.named(), self._clock)
        yield Waiting()
        with Horizontal(id="body"):
            yield from self.body()
        yield Foot()

    def body(self) -> ComposeResult:
        """The parts of this screen."""
        yield from ()

    def filter_box(self) -> ComposeResult:
        """The box that narrows the list on the left, and how much it left; hidden until asked for."""
        yield Input(placeholder=self.FILTER, id="filter", compact=True)
        yield Static("", id="found", markup=False)

    def found(self, count: int, every: int) -> None:
        """Say how much the filter left; nothing without one."""
        text, line = self.query_one("#filter", Input).value.strip(), self.query_one("#found", Static)
        line.set_class(bool(text), "shown")
        line.update(Content(f"{count} of {every}" if count else "no match; Esc shows all"))

    def on_mount(self) -> None:
        """Show what was handed over before there was anything to show it with."""
        self._ready = True  # the framework's own is_mounted is still false in here
        self.count(self._waiting)
        self.show(self.picture)

    def count(self, waiting: int) -> None:
        """Say in the head how many requests wait."""
        self._waiting = waiting
        for head in self.query(Head):  # none before the first paint, and none while the program ends
            head.count(waiting)

    def commands(self) -> Iterable[SystemCommand]:
        """What can be done here, by name."""
        yield SystemCommand("Filter", "show only what contains some letters", self.action_filter)
        yield SystemCommand("Show all", "take the filter away", self.action_unfilter)
        yield SystemCommand("Help", "keys and commands of this screen (lifepod --help)", self.action_explain)

    def show(self, picture: Picture) -> None:
        """Paint this picture; the body only where its audit is another one."""
        before, self.picture = self.picture, picture
        if not self._ready:
            return
        self.query_one(Banner).paint(picture)
        waiting = self.query_one(Waiting)
        waiting.display = picture.audit is None
        self.query_one("#body").display = picture.audit is not None
        if picture.audit is None:
            waiting.paint(picture)
        elif picture.audit is not before.audit or before is picture:
            self.paint()

    def paint(self) -> None:
        """Paint the body from a new audit."""

    def imported(self) -> None:
        """Records came in: what shows them reads again."""

    def point_at(self, key: str) -> None:
        """Choose what somebody on another screen wants to see."""

    def aim(self, verb: str) -> Aim:
        """What is selected, for a grant or a revoke."""
        return Aim()

    def action_filter(self) -> None:
        """Show the filter and write into it."""
        box = self.query_one("#filter", Input)
        box.add_class("shown")
        box.focus()

    def action_unfilter(self) -> None:
        """Take the filter away."""
        box = self.query_one("#filter", Input)
        box.value = ""
        box.remove_class("shown")
        self.focus_list()

    def action_explain(self) -> None:
        """What can be done here."""
        self.app.push_screen(HelpScreen(self.MODE))

    def focus_list(self) -> None:
        """Go back to the list on the left."""

    def on_worker_state_changed(self, event: Worker.StateChanged) -> None:
        """A fault of ours is told; it never takes the screen away."""
        if event.state is WorkerState.ERROR:
            trouble = Trouble.fault(event.worker.error)
            self.notify(f"{trouble.sentence} {trouble.advice}", severity="error", markup=False)

    def on_input_changed(self, event: Input.Changed) -> None:
        """Narrow as it is typed."""
        event.stop()
        self.narrow(event.value.strip())

    def narrow(self, text: str) -> None:
        """Show only what matches."""

    def on_input_submitted(self, event: Input.Submitted) -> None:
        """Enter goes from the filter to what it found."""
        event.stop()
        self.focus_list()
