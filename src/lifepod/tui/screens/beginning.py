"""One beginning as a sheet: what will happen, what must be known, how far it is, what went wrong and what to do.

It refuses to go on unasked, to hide what is under way, and to leave anything running that was cancelled.
"""

from __future__ import annotations

from dataclasses import dataclass
from time import monotonic
from typing import TYPE_CHECKING, ClassVar

from textual import work
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Horizontal, Vertical, VerticalScroll
from textual.content import Content
from textual.message import Message
from textual.screen import ModalScreen
from textual.widgets import Button, Input, Static
from textual.worker import Worker, WorkerState

from lifepod.errors import LifepodError
from lifepod.owner.beginnings import Beginnings, Begun
from lifepod.plain import plain
from lifepod.tui.picture import Trouble
from lifepod.tui.screens.help import HelpScreen

if TYPE_CHECKING:
    from textual.timer import Timer

_QUIET, _KEPT = "$foreground 70%", 200
ASKING, DOING, FAILED = "asking", "doing", "failed"
"""What goes on in the sheet."""


class BeginScreen(ModalScreen[Begun | None]):
    """Asks, does, tells; gives back what it came to, or nothing."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape", "leave", "Leave", show=False),
        Binding("f1", "explain", "Help", show=False),
    ]
    NAMED: ClassVar[str] = ""
    SAYS: ClassVar[tuple[str, ...]] = ()
    """What will happen, before anything does."""
    LABEL: ClassVar[str] = ""
    """What must be known; empty for nothing."""
    VALUE: ClassVar[str] = ""
    EXAMPLE: ClassVar[str] = ""
    MISSING: ClassVar[str] = ""

    @dataclass
    class Heard(Message):
        """Something is being done."""

        line: str

    @dataclass
    class Ended(Message):
        """It was done."""

        begun: Begun

    @dataclass
    class Failed(Message):
        """It could not be done."""

        trouble: Trouble

    def __init__(self, beginnings: Beginnings) -> None:
        super().__init__()
        self.beginnings = beginnings
        self.state, self._lines, self._since = ASKING, list[str](), 0.0
        self._ticking: Timer | None = None

    async def do(self, said: str) -> Begun:
        """Do it with what was said; each step is posted as :class:`Heard`."""
        raise NotImplementedError

    def compose(self) -> ComposeResult:
        """Title, text, field, what goes on, buttons."""
        with Vertical(id="sheet"):
            yield Static(Content(self.NAMED), id="title", markup=False)
            with VerticalScroll(id="text-box", can_focus=False):
                yield Static(Content("\n").join(map(Content, self.SAYS)), id="text", markup=False)
            with Vertical(id="fields"):
                yield from self.fields()
            yield from self.extras()
            with VerticalScroll(id="heard-box", can_focus=False):
                yield Static("", id="heard", markup=False)
            yield Static("", id="trouble", markup=False)
            with Horizontal(id="foot"):
                yield Static("", id="state", markup=False)
                yield Button("Leave", id="leave", compact=True)
                yield Button("Begin", id="begin", variant="primary", compact=True)

    def fields(self) -> ComposeResult:
        """What must be known."""
        if self.LABEL:
            with Horizontal(classes="field"):
                yield Static(self.LABEL, classes="label")
                yield Input(self.VALUE, placeholder=self.EXAMPLE, id="said", compact=True)

    def extras(self) -> ComposeResult:
        """What else is shown while it goes on."""
        yield from ()

    def on_mount(self) -> None:
        """Begin by asking."""
        self.turn(ASKING)

    def turn(self, state: str) -> None:
        """Something else goes on."""
        self.state = state
        self.set_class(state == DOING, "doing")
        begin = self.query_one("#begin", Button)
        begin.display = state != DOING
        begin.label = "Try again" if state == FAILED else "Begin"
        self.query_one("#leave", Button).label = "Cancel" if state == DOING else "Leave"
        self._tick()
        if state == DOING:
            self.query_one("#leave").focus()
        else:
            self.query_one("#said" if self.LABEL else "#begin").focus()

    def _tick(self) -> None:
        for line in self.query("#state").results(Static):
            seconds = int(monotonic() - self._since)
            line.update(Content(f"{seconds} s; Esc stops it" if self.state == DOING else ""))

    def on_input_submitted(self, event: Input.Submitted) -> None:
        """Enter goes on."""
        event.stop()
        if event.input.id == "said":
            self._begin()

    def on_button_pressed(self, event: Button.Pressed) -> None:
        """Begin, or leave."""
        event.stop()
        if event.button.id == "begin":
            self._begin()
        elif event.button.id == "leave":
            self.action_leave()

    def _begin(self) -> None:
        said = self.query_one("#said", Input).value.strip() if self.LABEL else ""
        if self.LABEL and not said:
            self._tell(Trouble(self.MISSING, ""))
            return
        self._tell(None)
        self._lines.clear()
        self._since = monotonic()
        self.turn(DOING)
        if self._ticking is None:
            self._ticking = self.set_interval(1, self._tick)
        self._run(said)

    @work(exclusive=True, group="begin", exit_on_error=False)
    async def _run(self, said: str) -> None:
        try:
            self.post_message(self.Ended(await self.do(said)))
        except LifepodError as error:
            self.post_message(self.Failed(Trouble.of(error)))

    def say(self, line: str) -> None:
        """Take a line from whatever does it."""
        self.post_message(self.Heard(line))

    def on_begin_screen_heard(self, event: Heard) -> None:
        """Show it below the others."""
        event.stop()
        self._lines.append(plain(event.line, 400))
        del self._lines[:-_KEPT]
        heard = [Content.styled(f"✓ {line}", _QUIET) for line in self._lines[:-1]]
        heard += [Content(f"· {line}") for line in self._lines[-1:]]
        for shown in self.query("#heard").results(Static):
            shown.update(Content("\n").join(heard))
        for box in self.query("#heard-box").results(VerticalScroll):
            box.scroll_end(animate=False)

    def on_begin_screen_ended(self, event: Ended) -> None:
        """Go on with it."""
        event.stop()
        self.dismiss(event.begun)

    def on_begin_screen_failed(self, event: Failed) -> None:
        """Say why, and let it be tried again."""
        event.stop()
        self._tell(event.trouble)
        self.turn(FAILED)

    def on_worker_state_changed(self, event: Worker.StateChanged) -> None:
        """A fault of ours is told like any other; what was cancelled leads back to the question."""
        if event.worker.group != "begin":
            return
        if event.state is WorkerState.ERROR:
            self.post_message(self.Failed(Trouble.fault(event.worker.error)))
        elif event.state is WorkerState.CANCELLED and self.is_attached:
            said = "Stopped. What was finished by then stands, and beginning again goes on from there."
            self.post_message(self.Failed(Trouble(said, "")))

    def _tell(self, trouble: Trouble | None) -> None:
        words = plain(f"{trouble.sentence} {trouble.advice}".strip(), 900) if trouble else ""
        line = self.query_one("#trouble", Static)
        line.display = bool(words)
        line.update(Content(words))

    def action_leave(self) -> None:
        """Stop what is under way; where nothing is, leave."""
        if self.state == DOING:
            self.workers.cancel_node(self)
        else:
            self.dismiss(None)

    def action_explain(self) -> None:
        """What can be done here."""
        self.app.push_screen(HelpScreen("beginning"))


class AtHomeScreen(BeginScreen):
    """A pod at home."""

    NAMED = "A pod of my own, on this machine"
    SAYS = (
        "• The Community Solid Server is installed once: 105 MB, half a minute.",
        "• It serves this machine alone, until `lifepod home down` stops it.",
        "• A pod is made, closed but for its profile, and you are signed in.",
    )
    LABEL, VALUE, EXAMPLE = "Its name", "me", "small letters, digits, dashes"
    MISSING = "The pod needs a name: it is part of all its addresses."

    async def do(self, said: str) -> Begun:
        """Install, start, make, sign in."""
        return await self.beginnings.at_home(said, self.say)


class DemoScreen(BeginScreen):
    """The demo."""

    NAMED = "Look at the demo"
    SAYS = (
        "• A pod server is installed where there is none yet: once, about 105 MB.",
        "• Two weeks of made-up trails come in; of three vendors one is let in.",
        "• All lies in a folder of its own, made anew; `lifepod demo --clean` removes it.",
        "• Its server stops when you leave lifepod.",
    )

    async def do(self, said: str) -> Begun:
        """The story, up to the screen."""
        return await self.beginnings.demo(self.say)
