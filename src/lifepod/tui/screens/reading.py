"""What the sheets to read have in common: a title, facts, lines, what goes on; read in the background, and once more.

It refuses to look empty where nothing could be read.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Horizontal, Vertical
from textual.content import Content
from textual.message import Message
from textual.screen import ModalScreen
from textual.widgets import Button, Static
from textual.worker import Worker, WorkerState

from lifepod.tui import past
from lifepod.tui.picture import Trouble as Trouble  # what its sheets tell
from lifepod.tui.screens.help import HelpScreen
from lifepod.tui.widgets.lines import Line as Line  # and paint
from lifepod.tui.widgets.lines import Lines as Lines

if TYPE_CHECKING:
    from lifepod.owner.desk import Desk


class LinesSheet(ModalScreen[None]):
    """Title, a line of facts, lines to read, what goes on."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape,q,enter", "leave", "Close", show=False),
        Binding("f1,question_mark", "explain", "Help", show=False),
        Binding("u,f5", "again", "Read again", show=False),
    ]
    TOPIC: ClassVar[str] = ""

    @dataclass
    class Lost(Message):
        """It could not be read."""

        trouble: Trouble

    def __init__(self, desk: Desk, title: str) -> None:
        super().__init__()
        self._desk, self._title = desk, title

    def compose(self) -> ComposeResult:
        """The sheet."""
        with Vertical(id="sheet"):
            yield Static(Content(self._title), id="title")
            yield Static("", id="facts", markup=False)
            with Horizontal(id="views"):
                yield from self.views()
            yield Lines(id="lines")
            with Horizontal(id="foot"):
                yield Static("", id="state", markup=False)
                yield Button("Try again", id="again", compact=True)
                yield Button("Close", id="leave", compact=True)

    def views(self) -> ComposeResult:
        """Buttons that change the view."""
        yield from ()

    def on_mount(self) -> None:
        """Read at once; the lines have the keys."""
        self.query_one(Lines).focus()
        self.action_again()

    def say(self, words: str, *, again: bool = False) -> None:
        """Say what goes on."""
        for line in self.query("#state").results(Static):
            line.update(Content(words))
        for button in self.query("#again").results(Button):
            button.display = again

    def action_again(self) -> None:
        """Read, or read again."""
        self.say("reading …")
        self.read()

    def read(self) -> None:
        """Read in the background."""
        raise NotImplementedError

    def on_lines_sheet_lost(self, event: Lost) -> None:
        """Say why, and offer another try."""
        event.stop()
        self.lost(event.trouble)
        self.say("", again=True)

    def lost(self, trouble: Trouble) -> None:
        """Show a failure where the lines would stand."""
        said = past.failure_lines(trouble.sentence, trouble.advice)
        self.query_one(Lines).paint(said, wrap=True)

    def on_worker_state_changed(self, event: Worker.StateChanged) -> None:
        """A fault of ours is told like any other."""
        if event.state is WorkerState.ERROR:
            self.post_message(self.Lost(Trouble.fault(event.worker.error)))

    async def on_button_pressed(self, event: Button.Pressed) -> None:
        """A button does what its key does."""
        event.stop()
        name = event.button.id or ""
        await self.run_action(name if name in ("again", "leave") else f"view('{name}')")

    def action_leave(self) -> None:
        """Back to the screen."""
        self.dismiss()

    def action_explain(self) -> None:
        """What can be done here."""
        self.app.push_screen(HelpScreen(self.TOPIC))
