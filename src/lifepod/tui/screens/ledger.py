"""The ledger of a vendor: what the pod enforces, what was promised, claimed or matched, line by line.

It refuses to call a promise kept, and to sign a note of a breach without showing it first.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar

from textual import work
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Horizontal, Vertical, VerticalScroll
from textual.content import Content
from textual.message import Message
from textual.screen import ModalScreen
from textual.widgets import Button, Static
from textual.worker import Worker, WorkerState

from lifepod.errors import LifepodError
from lifepod.tui import accounts
from lifepod.tui.accounts import Trouble
from lifepod.tui.screens.help import HelpScreen
from lifepod.tui.screens.mending import GuardScreen
from lifepod.tui.screens.noting import BreachScreen
from lifepod.tui.widgets.picks import Picks

if TYPE_CHECKING:
    from lifepod.owner.desk import Desk as Desk
    from lifepod.tui.accounts import Case as Case
    from lifepod.tui.accounts import Ledger


@dataclass(frozen=True, slots=True)
class Left:
    """How somebody left the ledger."""

    jump: tuple[str, str] | None
    """The screen and the thing to go to."""
    touched: bool
    """Whether anything may have been signed or closed."""


class LedgerScreen(ModalScreen[Left]):
    """The lines, and below them what the picked one is about."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape,q", "leave", "Close", show=False),
        Binding("f1,question_mark", "explain", "Help", show=False),
        Binding("u,f5", "again", "Read again", show=False),
        Binding("b", "breach", "Note a breach", show=False),
        Binding("w", "rounds", "What would end", show=False),
    ]

    @dataclass
    class Came(Message):
        """It was read."""

        ledger: Ledger
        amiss: int

    @dataclass
    class Lost(Message):
        """It could not be read."""

        trouble: Trouble

    def __init__(self, desk: Desk, case: Case) -> None:
        super().__init__()
        self._desk, self._vendor = desk, case.policy.assignee
        self._page = accounts.Page((), ())
        self._touched = False

    def compose(self) -> ComposeResult:
        """Title, lines, what one of them is about, buttons."""
        with Vertical(id="sheet"):
            yield Static(Content(f"Ledger: {accounts.brief(self._vendor, '')}"), id="title", markup=False)
            yield Picks(id="lines")
            with VerticalScroll(id="box"):
                yield Static("", id="entry", markup=False)
            with Horizontal(id="foot"):
                yield Static("", id="state", markup=False)
                yield Button("Try again", id="again", compact=True)
                yield Button("Note a breach", id="breach", compact=True)
                yield Button("What would end", id="rounds", compact=True)
                yield Button("Close", id="leave", compact=True)

    def on_mount(self) -> None:
        """Read at once; the lines have the keys."""
        self.query_one(Picks).focus()
        self.action_again()

    def action_again(self) -> None:
        """Read it, or read it again."""
        self._say("reading …")
        self._read()

    @work(exclusive=True, group="read", exit_on_error=False)
    async def _read(self) -> None:
        try:
            papers = await self._desk.papers()
            cases, amiss = await papers.agreements()
            mine = tuple(case for case in cases if case.policy.assignee == self._vendor)
            self.post_message(self.Came(await papers.ledger(mine), len(amiss)))
        except LifepodError as error:
            self.post_message(self.Lost(Trouble.of(error)))

    def on_worker_state_changed(self, event: Worker.StateChanged) -> None:
        """A fault of ours is told like any other."""
        if event.state is WorkerState.ERROR:
            self.post_message(self.Lost(Trouble.fault(event.worker.error)))

    def on_ledger_screen_came(self, event: Came) -> None:
        """Show it."""
        event.stop()
        self._page = accounts.page_of(event.ledger, self._desk.profile.storage)
        unread = f"{event.amiss} agreement{'' if event.amiss == 1 else 's'} could not be read. " if event.amiss else ""
        self._say(unread or "Esc close")
        self.query_one(Picks).show(self._page.rows, keep=True)

    def on_ledger_screen_lost(self, event: Lost) -> None:
        """Say why; what was read before stays."""
        event.stop()
        self._say("not read", again=True)
        said = Content("\n").join([Content(event.trouble.sentence), Content(event.trouble.advice)])
        self.query_one("#entry", Static).update(said)

    def _say(self, words: str, *, again: bool = False) -> None:
        for one in self.query("#state").results(Static):
            one.update(Content(words))
        for button in self.query("#again").results(Button):
            button.display = again

    # The picked line

    @property
    def _entry(self) -> accounts.Entry | None:
        at = self.query_one(Picks).cursor
        return self._page.entries[at] if at < len(self._page.entries) else None

    def on_picks_moved(self, event: Picks.Moved) -> None:
        """What is it about?"""
        event.stop()
        entry = self._entry
        text = self.query_one("#entry", Static)
        text.update(accounts.entry_words(entry))
        self.call_after_refresh(text.refresh, layout=True)
        self.query_one("#box", VerticalScroll).scroll_home(animate=False)
        self.query_one("#breach").display = entry is not None and bool(entry.breach)

    def on_picks_opened(self, event: Picks.Opened) -> None:
        """A bank record that looks alike is shown in the journal."""
        event.stop()
        self.dismiss(Left(event.key, self._touched))

    # Deeds

    def action_breach(self) -> None:
        """The sheet of a note of a breach, where the picked promise is overdue."""
        entry = self._entry
        if entry is None or not entry.breach:
            self.notify("Pick a promise that is overdue first.", markup=False)
            return
        self.app.push_screen(BreachScreen(self._desk, entry.case, entry.breach), self._done)

    def action_rounds(self) -> None:
        """What a round of the guard would close."""
        self.app.push_screen(GuardScreen(self._desk), self._done)

    def _done(self, touched: bool | None) -> None:
        if touched:
            self._touched = True
            self.action_again()

    async def on_button_pressed(self, event: Button.Pressed) -> None:
        """A button does what its key does."""
        event.stop()
        await self.run_action(f"screen.{event.button.id}")

    def action_leave(self) -> None:
        """Back to the agreements."""
        self.dismiss(Left(None, self._touched))

    def action_explain(self) -> None:
        """What can be done here."""
        self.app.push_screen(HelpScreen("ledger"))
