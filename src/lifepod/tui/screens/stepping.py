"""A sheet of several steps, of which some take long: one in view, buttons below, work that can be stopped at any time.

It refuses to hold up the screen while something is read or written, and to know what the steps are for.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, ClassVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Horizontal, Vertical, VerticalScroll
from textual.content import Content
from textual.message import Message
from textual.screen import ModalScreen
from textual.widgets import Button, ContentSwitcher, Static
from textual.worker import Worker, WorkerState

from lifepod.errors import LifepodError
from lifepod.owner.importing import Importing, Stopped
from lifepod.tui import arrivals
from lifepod.tui.screens.help import HelpScreen
from lifepod.tui.screens.sheet import ReadScreen
from lifepod.tui.widgets.arriving import Asking, Choosing, Finding, Working

if TYPE_CHECKING:
    from textual.timer import Timer

PATIENCE = 0.8
"""Seconds that a write which was stopped may take to come to its end; then it is cut off."""
_STEPS = {"choosing": 1, "found": 2, "asking": 2, "text-box": 3, "work": 0}
READING, ANSWERING, COMPARING, WRITING = "reading", "answering", "comparing", "writing"
"""What takes long."""
DOING = {
    READING: ("Recognising your files", 2),
    ANSWERING: ("Reading with your answers", 2),
    COMPARING: ("Working out what would be written", 3),
    WRITING: ("Writing", 4),
}


_NAMES = {1: "1 choose", 2: "2 recognise", 3: "3 dry run", 4: "4 write"}
_BUTTONS: tuple[tuple[str, str, Any], ...] = (
    ("sources", "Sources", "default"),
    ("again", "Try again", "default"),
    ("ask", "Answers", "default"),
    ("back", "Back", "default"),
    ("no", "No, leave it", "default"),
    ("leave", "Leave", "default"),
    ("records", "Show the records", "primary"),
    ("close", "Close", "default"),
    ("stop", "Stop", "default"),
    ("look", "Look inside", "primary"),
    ("plan", "Dry run", "primary"),
    ("answer", "Read with these answers", "primary"),
    ("yes", "Yes, write it", "warning"),
)


@dataclass(frozen=True, slots=True)
class Imported:
    """How an import was left."""

    touched: bool
    """Whether the pod may have changed."""
    show: bool = False
    """Whether the records are wanted."""


class StepSheet(ModalScreen[Imported]):
    """Shows a step, does the work of one, says how far it is."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape", "back", "Back", show=False),
        Binding("n", "no", "No", show=False),
        Binding("y", "press('#yes')", "Yes", show=False),
        Binding("c", "on", "Go on", show=False),
        Binding("a", "press('#ask')", "Answer", show=False),
        Binding("s", "sources", "What can be imported", show=False),
        Binding("f1,question_mark", "explain", "Help", show=False),
    ]

    @dataclass
    class Failed(Message):
        """A step did not come to its end."""

        trouble: arrivals.Trouble | None
        """``None`` where it was stopped."""

    _import: Importing | None = None
    _doing, _stopping = "", False
    _job: Worker[None] | None = None
    _patience: Timer | None = None

    def compose(self) -> ComposeResult:
        """A title, one step, buttons."""
        with Vertical(id="sheet"):
            with Horizontal(id="top"):
                yield Static("", id="title", markup=False)
                yield Static("", id="steps", markup=False)
            with ContentSwitcher(initial="choosing"):
                yield Choosing(())
                yield Finding()
                yield Asking()
                yield Working()
                with VerticalScroll(id="text-box"):
                    yield Static("", id="text", markup=False)
            with Horizontal(id="foot"):
                yield Static("", id="state", markup=False)
                for name, label, variant in _BUTTONS:
                    yield Button(label, id=name, variant=variant, compact=True)

    def on_mount(self) -> None:
        """The first step."""
        self.begin()
        self.set_interval(0.1, self._tick)

    def begin(self) -> None:
        """Show the first step."""

    # What is in view

    def _show(self, step: str, title: str, buttons: str, focus: str = "", number: int = 0) -> None:
        self.query_one(ContentSwitcher).current = step
        self.query_one("#title", Static).update(Content(title))
        at = number or _STEPS[step]
        parts = [Content.styled(name, "bold $text-accent") if i == at else Content(name) for i, name in _NAMES.items()]
        wide = Content(" · ").join(parts)
        self.query_one("#steps", Static).update(wide if self.app.size.width > 100 else Content(f"step {at} of 4"))
        self._say("")
        for button in self.query("#foot Button").results(Button):
            button.display = button.id in buttons.split()
        if focus:
            self.query_one(focus).focus()

    def _say(self, words: str) -> None:
        self.query_one("#state", Static).update(Content(words))

    def _text(self, title: str, body: Content, buttons: str, number: int) -> None:
        text = self.query_one("#text", Static)
        text.update(body)
        self.call_after_refresh(text.refresh, layout=True)
        self.query_one("#text-box", VerticalScroll).scroll_home(animate=False)
        # The safe answer has the focus: Enter never writes by accident.
        self._show("text-box", title, buttons, f"#{buttons.split()[-1] if 'yes' not in buttons else 'no'}", number)

    # Work

    def _start(self, doing: str, job: Callable[[], Awaitable[None]]) -> None:
        title, number = DOING[doing]
        self._doing, self._stopping = doing, False
        self._show("work", title, "stop", "#stop", number)
        self._tick()
        self._job = self.run_worker(self._step(job), group="import", exclusive=True, exit_on_error=False)

    async def _step(self, job: Callable[[], Awaitable[None]]) -> None:
        try:
            await job()
        except LifepodError as error:
            self.post_message(self.Failed(arrivals.Trouble.of(error)))
        except Stopped:
            self.post_message(self.Failed(None))

    def on_worker_state_changed(self, event: Worker.StateChanged) -> None:
        """A fault of ours is told like any other; a step that was cut off was stopped."""
        if event.worker is not self._job:
            return
        if event.state is WorkerState.ERROR:
            self.post_message(self.Failed(arrivals.Trouble.fault(event.worker.error)))
        elif event.state is WorkerState.CANCELLED:
            self.post_message(self.Failed(None))

    def _tick(self) -> None:
        if self._doing and not self._stopping and self._import is not None:
            for part in self.query(Working):
                part.show(self._import.progress, self._import.files)

    def _stop_it(self) -> None:
        if not self._doing or self._import is None or self._stopping:
            self._cut_off()
            return
        self._stopping = True
        self._import.stop()
        if self._doing == WRITING:
            self._say("Stopping: what is being written comes to its end …")
            self._patience = self.set_timer(PATIENCE, self._cut_off)
        else:
            self._cut_off()  # nothing is written: there is nothing to wait for

    def _cut_off(self) -> None:
        if self._job is not None and not self._job.is_finished:
            self._job.cancel()

    def action_press(self, selector: str) -> None:
        """A key that presses a button, where it is shown."""
        button = self.query_one(selector, Button)
        if button.display and not button.disabled:
            button.press()

    def action_sources(self) -> None:
        """What can be imported, and how to get it."""
        self.run_worker(self._sources(), group="sources", exclusive=True, exit_on_error=False)

    async def _sources(self) -> None:
        words = await asyncio.to_thread(arrivals.sources_words)
        self.app.push_screen(ReadScreen("What can be imported, and how to get it", words))

    def action_explain(self) -> None:
        """What can be done here."""
        self.app.push_screen(HelpScreen("import"))
