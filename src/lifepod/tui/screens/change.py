"""The plan of a grant or revoke as a preview; on a yes it is written, and looked at again before it is called done.

It refuses to write without that yes, and to say more than a fresh look has shown.
"""

from __future__ import annotations

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

from lifepod.errors import Conflict, LifepodError, Unconfirmed, Undecided, WouldLockOut
from lifepod.owner.words import Note, wish
from lifepod.owner.words import end_of as end_of  # what its form asks for
from lifepod.plain import plain
from lifepod.tui.picture import Clock, Progress, Trouble
from lifepod.tui.preview import failure_words, outcome_words, plan_words
from lifepod.tui.screens.help import HelpScreen
from lifepod.tui.words import Request, twin

if TYPE_CHECKING:
    from lifepod.owner.desk import Desk, Outcome, Plan


_AROUND = 7
"""Lines around the plan: border, title, foot, and one outside the sheet."""


def _nothing_written(error: LifepodError) -> bool:
    """Whether an error while writing means that the server took nothing."""
    return isinstance(error, Conflict | Undecided | WouldLockOut) and not isinstance(error, Unconfirmed)


@dataclass(frozen=True, slots=True)
class Done:
    """How a change ended."""

    outcome: Outcome | None
    """``None`` where nothing is confirmed."""
    touched: bool
    """Whether the pod may have changed, so that the picture is old."""


class ChangeScreen(ModalScreen[Done]):
    """Rehearses, shows, asks, writes, tells."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape,n", "leave", "No", show=False),
        Binding("y", "press('#yes')", "Yes", show=False),
        Binding("f1,question_mark", "explain", "Help", show=False),
    ]

    @dataclass
    class Heard(Message):
        """How far the work has come."""

        line: str

        def can_replace(self, message: Message) -> bool:
            """Only the newest counts."""
            return isinstance(message, ChangeScreen.Heard)

    @dataclass
    class Planned(Message):
        """The plan is there."""

        plan: Plan

    @dataclass
    class Written(Message):
        """It was written and a fresh look confirmed it."""

        outcome: Outcome

    @dataclass
    class Failed(Message):
        """It could not be planned or written."""

        trouble: Trouble
        sure: bool
        """Whether nothing was written, for certain."""
        planned: bool
        """Whether there was a plan to write."""

    def __init__(self, desk: Desk, request: Request, clock: Clock) -> None:
        super().__init__()
        self._desk, self._request, self._clock = desk, request, clock
        self._plan: Plan | None = None
        self._done = Done(None, False)
        self._busy = False

    def compose(self) -> ComposeResult:
        """Title, plan, buttons."""
        with Vertical(id="sheet"):
            yield Static("", id="title", markup=False)
            with VerticalScroll(id="plan-box"):
                yield Static("", id="plan", markup=False)
            with Horizontal(id="foot"):
                yield Static("", id="state", markup=False)
                yield Button("Try again", id="again", compact=True)
                yield Button("No, leave it", id="no", compact=True)
                yield Button("Yes, write it", id="yes", variant="warning", compact=True)

    def on_mount(self) -> None:
        """Begin with the rehearsal."""
        self._begin()

    def on_resize(self, event: events.Resize) -> None:
        """A long plan scrolls; the buttons below it are always in view."""
        self.query_one("#plan-box").styles.max_height = max(3, event.size.height - _AROUND)

    def _begin(self) -> None:
        self._paint("Working out the plan", Content("Reading who has access now. Nothing is written."), buttons="no")
        self._rehearse()

    def _paint(self, title: str, body: Content, *, buttons: str, leave: str = "No, leave it") -> None:
        self.query_one("#title", Static).update(Content(title))
        plan = self.query_one("#plan", Static)
        plan.update(body)
        # A text that changes while the sheet is laid out for the first time would keep the height of the one before.
        self.call_after_refresh(plan.refresh, layout=True)
        self.query_one("#state", Static).update(Content(""))
        for button in self.query(Button):
            button.display = button.id in buttons.split()
        self.query_one("#no", Button).label = leave
        # The safe answer has the focus: Enter never writes by accident.
        self.query_one("#no", Button).focus()

    @work(exclusive=True, group="change", exit_on_error=False)
    async def _rehearse(self) -> None:
        try:
            self.post_message(self.Planned(await self.planned()))
        except LifepodError as error:
            self.post_message(self.Failed(Trouble.of(error), sure=True, planned=False))

    async def planned(self) -> Plan:
        """The plan of what was asked for; nothing is written. Raises what planning raises."""
        request, desk = self._request, self._desk
        place = await desk.place(request.path)
        extent = {"all_below": request.all_below, "everywhere": request.everywhere}
        asked = wish(request.verb, request.agent, place, request.modes, **extent)
        return await desk.rehearse(asked, unchecked=request.unchecked, tell=self.tell)

    async def carried_out(self, plan: Plan) -> Outcome:
        """Write it and look again; raises what applying raises."""
        request = self._request
        return await self._desk.apply(plan, self.hear, Note(until=request.until, why=request.why))

    def shown(self, plan: Plan) -> Content:
        """The plan in words."""
        until = self._request.until if plan.edits else ""  # where nothing is written, no end is put on record
        login = "" if self._desk.profile.is_default else self._desk.profile.name
        return plan_words(plan, self._desk.profile.storage, twin(self._request, login), until)

    @work(exclusive=True, group="change", exit_on_error=False)
    async def _apply(self, plan: Plan) -> None:
        try:
            self.post_message(self.Written(await self.carried_out(plan)))
        except LifepodError as error:
            self.post_message(self.Failed(Trouble.of(error), sure=_nothing_written(error), planned=True))

    def on_worker_state_changed(self, event: Worker.StateChanged) -> None:
        """A fault of ours is told where the plan would stand; a write that it cut off is not called undone."""
        if event.state is WorkerState.ERROR:
            trouble = Trouble.fault(event.worker.error)
            self.post_message(self.Failed(trouble, sure=not self._busy, planned=self._busy))

    def hear(self, line: str) -> None:
        """What the work says of itself."""
        self.post_message(self.Heard(plain(line)))

    def tell(self, done: int, known: int) -> None:
        """How far a look has come."""
        self.post_message(self.Heard(Progress(done, known).words))

    def on_change_screen_heard(self, event: Heard) -> None:
        """Say how far it has come."""
        self.query_one("#state", Static).update(Content(event.line))

    def on_change_screen_planned(self, event: Planned) -> None:
        """Show the plan and ask."""
        self._plan = plan = event.plan
        body = self.shown(plan)
        if plan.edits:
            self._paint("The plan: nothing is written yet", body, buttons="no yes")
        else:
            self._paint("Nothing needs to change", body, buttons="no", leave="Close")

    def on_change_screen_written(self, event: Written) -> None:
        """Say what a fresh look found."""
        self._busy, self._done = False, Done(event.outcome, True)
        body = outcome_words(event.outcome, self._clock())
        self._paint("Done, and confirmed", body, buttons="no", leave="Close")

    def on_change_screen_failed(self, event: Failed) -> None:
        """Say why, and offer another try where nothing was written."""
        self._busy = False
        # A write that failed half-way leaves the picture old, and so may one that was refused.
        self._done = Done(None, touched=self._done.touched or event.planned)
        done = "It was not done" if event.sure else "Not confirmed: it may have been written"
        title = done if event.planned else "No plan could be made"
        self._paint(title, failure_words(event.trouble), buttons="again no", leave="Close")

    def on_button_pressed(self, event: Button.Pressed) -> None:
        """Yes writes; anything else does not."""
        event.stop()
        if event.button.id == "yes" and self._plan is not None:
            self._busy = True
            body = Content("Writing with the version that was read, then looking again.")
            self._paint("Writing", body, buttons="")
            self._apply(self._plan)
        elif event.button.id == "again":
            self._plan = None
            self._begin()
        elif event.button.id == "no":
            self.action_leave()

    def action_press(self, selector: str) -> None:
        """A key that presses a button, where it is shown."""
        button = self.query_one(selector, Button)
        if button.display:
            button.press()

    def action_leave(self) -> None:
        """Leave; while something is being written, wait for how it ends."""
        if not self._busy:
            self.dismiss(self._done)

    def action_explain(self) -> None:
        """What can be done here."""
        self.app.push_screen(HelpScreen("plan"))
