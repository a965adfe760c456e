"""A decision as a sheet: what it comes to is shown first, and only a yes signs anything.

It refuses to sign without that yes, to take Enter for one, and to say "not done" where it may have been done.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar

from textual import events, work
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Horizontal, Vertical, VerticalScroll
from textual.content import Content
from textual.message import Message
from textual.screen import ModalScreen
from textual.widgets import Button, Static
from textual.worker import Worker, WorkerState

from lifepod.errors import LifepodError
from lifepod.plain import plain
from lifepod.tui.deeds import Step, stands, step_after
from lifepod.tui.picture import Trouble
from lifepod.tui.preview import failure_words
from lifepod.tui.screens.help import HelpScreen

if TYPE_CHECKING:
    from lifepod.owner.desk import Desk

_AROUND = 7
"""Lines around the text: border, title, foot, and one outside the sheet."""


class SignScreen(ModalScreen[bool]):
    """Prepares, shows, asks, signs, tells; gives back whether anything may have changed."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape,n", "leave", "No", show=False),
        Binding("y", "press('#yes')", "Yes", show=False),
        Binding("f1,question_mark", "explain", "Help", show=False),
    ]
    VERB: ClassVar[str] = ""
    """``approve``, ``counter``, ``decline`` or ``end``."""
    TOPIC: ClassVar[str] = "sign"
    ASKS: ClassVar[str] = ""
    """Title over what would be done."""
    DOES: ClassVar[str] = "Yes, sign it"
    LAST: ClassVar[str] = "Signing; access is looked at again before it is called done."
    READS: ClassVar[str] = "Reading it afresh. Nothing is signed."
    CANNOT: ClassVar[str] = "It cannot be done now: nothing was signed"
    """Title over why it cannot be decided now."""

    @dataclass
    class Heard(Message):
        """How far the work has come."""

        line: str

        def can_replace(self, message: Message) -> bool:
            """Only the newest counts."""
            return isinstance(message, SignScreen.Heard)

    @dataclass
    class Ready(Message):
        """What would be done is known."""

        body: Content

    @dataclass
    class Ended(Message):
        """It was done."""

        body: Content

    @dataclass
    class Failed(Message):
        """It could not be prepared or done."""

        trouble: Trouble
        step: Step | None
        """How far it came after a yes; ``None`` before one."""

    def __init__(self, desk: Desk) -> None:
        super().__init__()
        self.desk = desk
        self._step: Step | None = None
        self._busy, self._touched = False, False

    def compose(self) -> ComposeResult:
        """Title, text, fields, buttons."""
        with Vertical(id="sheet"):
            yield Static("", id="title", markup=False)
            with VerticalScroll(id="text-box"):
                yield Static("", id="text", markup=False)
            with Vertical(id="fields"):
                yield from self.fields()
            yield Static("", id="trouble", markup=False)
            with Horizontal(id="foot"):
                yield Static("", id="state", markup=False)
                yield Button("Try again", id="again", compact=True)
                yield Button("Back", id="back", compact=True)
                yield Button("No, leave it", id="no", compact=True)
                yield Button("Show what would be signed", id="next", variant="primary", compact=True)
                yield Button(self.DOES, id="yes", variant="warning", compact=True)

    def fields(self) -> ComposeResult:
        """What is asked beside the yes."""
        yield from ()

    def on_mount(self) -> None:
        """Begin by reading what it is about."""
        self.begin()

    def on_resize(self, event: events.Resize) -> None:
        """A long text scrolls; the fields and buttons below it are always in view."""
        self._fit(event.size.height)

    def _fit(self, height: int) -> None:
        fields = self.query_one("#fields")
        more = len(fields.children) + 3 if fields.display else 0  # margin, and two lines for what is wrong
        self.query_one("#text-box").styles.max_height = max(3, height - _AROUND - more)

    def begin(self) -> None:
        """Work out what would be done."""
        self.paint("Working it out", Content(self.READS), buttons="no")
        self._prepare()

    def paint(self, title: str, body: Content, *, buttons: str, leave: str = "No, leave it") -> None:
        """Show a text and some buttons; the fields where there is a yes to give."""
        self.query_one("#title", Static).update(Content(title))
        text = self.query_one("#text", Static)
        text.update(body)
        # A text that changes while the sheet is laid out for the first time would keep the height of the one before.
        self.call_after_refresh(text.refresh, layout=True)
        for name in ("#state", "#trouble"):
            self.query_one(name, Static).update(Content(""))
        shown: Sequence[str] = buttons.split()
        for button in self.query("#foot Button").results(Button):
            button.display = button.id in shown
        self.query_one("#fields").display = self.asks_more(shown)
        self._fit(self.size.height)
        self.query_one("#no", Button).label = leave
        self.query_one("#text-box", VerticalScroll).scroll_home(animate=False)
        # The safe answer has the focus: Enter never signs by accident.
        self.query_one("#no", Button).focus()

    def asks_more(self, buttons: Sequence[str]) -> bool:
        """Whether the fields are shown beside these buttons."""
        return False

    # Work

    async def prepare(self) -> Content:
        """What would be done; nothing is written. Raises what reading raises."""
        raise NotImplementedError

    async def arrived(self) -> Content | None:
        """After a try whose answer was lost: what to say where it was done all the same. Raises what reading raises."""
        return None

    async def act(self) -> Content:
        """Do it, and say how it ended; raises what doing raises."""
        raise NotImplementedError

    def prepare_again(self) -> None:
        """Work it out with what was filled in since."""
        self._prepare()

    @work(exclusive=True, group="sign", exit_on_error=False)
    async def _prepare(self) -> None:
        try:
            arrived = await self.arrived() if self._touched else None
            self.post_message(self.Ready(await self.prepare()) if arrived is None else self.Ended(arrived))
        except LifepodError as error:
            self.post_message(self.Failed(Trouble.of(error), None))

    @work(exclusive=True, group="sign", exit_on_error=False)
    async def _act(self) -> None:
        try:
            self.post_message(self.Ended(await self.act()))
        except LifepodError as error:
            self.post_message(self.Failed(Trouble.of(error), self._step))

    def on_worker_state_changed(self, event: Worker.StateChanged) -> None:
        """A fault of ours is told; what it cut off is not called undone."""
        if event.state is WorkerState.ERROR:
            self.post_message(self.Failed(Trouble.fault(event.worker.error), self._step))

    def reached(self, step: Step) -> None:
        """From here on that much may be done."""
        self._step = step

    def hear(self, line: str) -> None:
        """What the work says of itself."""
        self._step = step_after(self._step or Step.READING, line)
        self.post_message(self.Heard(plain(line)))

    def tell(self, done: int, known: int) -> None:
        """How far reading has come."""
        self.post_message(self.Heard(f"looked at {done}" + (f" of {known}" if known else "")))

    def on_sign_screen_heard(self, event: Heard) -> None:
        """Say how far it has come."""
        self.query_one("#state", Static).update(Content(event.line))

    async def on_sign_screen_ready(self, event: Ready) -> None:
        """It is known what would be done."""
        await self.ready(event.body)

    async def ready(self, body: Content) -> None:
        """Show it and ask."""
        self.paint(self.ASKS, body, buttons="no yes")

    def on_sign_screen_ended(self, event: Ended) -> None:
        """Say how it ended."""
        self._busy, self._touched = False, True
        self.paint("Done", event.body, buttons="no", leave="Close")

    def on_sign_screen_failed(self, event: Failed) -> None:
        """Say why, and how it stands."""
        self._busy = False
        if event.step is None:
            self.unready(event.trouble)
            return
        self._touched = self._touched or event.step > Step.READING
        found = stands(self.VERB, event.step)
        body = Content("\n").join([Content(found.sentence), failure_words(event.trouble)])
        self.paint(found.title, body, buttons="again no", leave="Close")

    def unready(self, trouble: Trouble) -> None:
        """Say why it cannot be decided now; after a try that may have arrived nothing is called undone."""
        title = "It cannot be looked at now: how it stands is not known" if self._touched else self.CANNOT
        self.paint(title, failure_words(trouble), buttons="again no", leave="Close")

    # Answers

    def may_sign(self) -> bool:
        """Whether what was filled in can be signed; says why not."""
        return True

    def on_button_pressed(self, event: Button.Pressed) -> None:
        """Yes signs; anything else does not."""
        event.stop()
        name = event.button.id
        if name == "yes" and not self._busy and self.may_sign():
            self._busy, self._step = True, Step.READING
            self.paint("Under way", Content(self.LAST), buttons="")
            self._act()
        elif name in ("again", "back"):
            self._step = None
            self.begin()
        elif name == "next":
            self.go_on()
        elif name == "no":
            self.action_leave()

    def go_on(self) -> None:
        """From the fields to what would be signed."""

    def say_trouble(self, sentence: str) -> None:
        """Say what is wrong with what was filled in."""
        self.query_one("#trouble", Static).update(Content(plain(sentence, 600)))

    def action_press(self, selector: str) -> None:
        """A key that presses a button, where it is shown."""
        button = self.query_one(selector, Button)
        if button.display:
            button.press()

    def action_leave(self) -> None:
        """Leave; while something is being signed, wait for how it ends."""
        if not self._busy:
            self.dismiss(self._touched)

    def action_explain(self) -> None:
        """What can be done here."""
        self.app.push_screen(HelpScreen(self.TOPIC))
