"""One record whole: every property in words, where it came from, where it lies, and who could see it.

It refuses to say who saw it, and to take for private what nobody looked at.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, ClassVar

from textual import events, work
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Horizontal, Vertical
from textual.content import Content
from textual.message import Message
from textual.screen import ModalScreen
from textual.widgets import Button, Static
from textual.worker import Worker, WorkerState

from lifepod.errors import LifepodError
from lifepod.tui import telling
from lifepod.tui.picture import Clock as Clock  # what it is made with
from lifepod.tui.picture import Trouble
from lifepod.tui.screens.help import HelpScreen
from lifepod.tui.widgets.lines import Line, folded
from lifepod.tui.widgets.picks import Key, Picks

if TYPE_CHECKING:
    from lifepod.tui.telling import Audit, Desk, Shown


class RecordScreen(ModalScreen[Key | None]):
    """Gives back ``edit`` or ``delete`` with the address, or the screen and the key that are wanted; or nothing."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape,q", "leave", "Close", show=False),
        Binding("e", "want('edit')", "Edit", show=False),
        Binding("d", "want('delete')", "Delete", show=False),
        Binding("w", "place", "Place", show=False),
        Binding("u,f5", "again", "Read again", show=False),
        Binding("f1,question_mark", "explain", "Help", show=False),
    ]

    @dataclass
    class Came(Message):
        """It was read."""

        shown: Shown

    @dataclass
    class Lost(Message):
        """It could not be read."""

        trouble: Trouble

    def __init__(self, desk: Desk, clock: Clock, address: str, audit: Audit | None, also: Sequence[str] = ()) -> None:
        super().__init__()
        self._desk, self._address, self._audit, self._also = desk, address, audit, tuple(also)
        self._zone = telling.zone_of(clock())
        self._shown: Shown | None = None
        self._rows: list[tuple[Key | None, Line]] = [(None, (("Reading it …", "quiet"),))]

    def compose(self) -> ComposeResult:
        """Title, lines, buttons."""
        with Vertical(id="sheet"):
            yield Static("", id="title", markup=False)
            yield Picks(id="lines")
            with Horizontal(id="foot"):
                yield Static("", id="state", markup=False)
                yield Button("Try again", id="again", compact=True)
                yield Button("Edit", id="edit", compact=True)
                yield Button("Delete", id="delete", compact=True)
                yield Button("Place", id="place", compact=True)
                yield Button("Close", id="leave", compact=True)

    def on_mount(self) -> None:
        """Read at once; the lines have the keys."""
        self.query_one(Picks).focus()
        self.action_again()

    def action_again(self) -> None:
        """Read, or read again."""
        self._offer()
        self.query_one("#again").display = False
        self.query_one("#state", Static).update(Content("reading …"))
        self._take()

    @work(exclusive=True, group="record", exit_on_error=False)
    async def _take(self) -> None:
        try:
            self.post_message(self.Came(await self._desk.record(self._address)))
        except LifepodError as error:
            self.post_message(self.Lost(Trouble.of(error)))

    def on_worker_state_changed(self, event: Worker.StateChanged) -> None:
        """A fault of ours is told like any other."""
        if event.state is WorkerState.ERROR:
            self.post_message(self.Lost(Trouble.fault(event.worker.error)))

    def on_record_screen_came(self, event: Came) -> None:
        """Show all of it."""
        event.stop()
        shown = self._shown = replace(event.shown, found=replace(event.shown.found, also=self._also))
        self.query_one("#title", Static).update(Content(telling.title_of(shown)))
        self.query_one("#state", Static).update(Content("Enter on → goes there"))
        self._rows = list(telling.record_rows(shown, self._audit, self._zone, self._desk.profile.storage))
        self._offer()
        self._lay_out()

    def on_record_screen_lost(self, event: Lost) -> None:
        """Say why, and offer another try; what was read before does not pass for the present."""
        event.stop()
        self._shown = None
        self.query_one("#title", Static).update(Content("It could not be read"))
        self.query_one("#state", Static).update(Content(""))
        self.query_one("#again").display = True
        self._rows = [(None, line) for line in telling.trouble_lines(event.trouble.sentence, event.trouble.advice)]
        self._offer()
        self._lay_out()

    def _offer(self) -> None:
        """Only what can be done."""
        for name in ("edit", "delete"):
            self.query_one(f"#{name}").display = self._shown is not None and self._shown.found.verified
        self.query_one("#place").display = self._shown is not None

    def on_resize(self, event: events.Resize) -> None:
        """Long values are folded anew."""
        self.call_after_refresh(self._lay_out)

    def _lay_out(self) -> None:
        for box in self.query(Picks):
            room = max(20, box.scrollable_content_region.width)
            box.show(list(self._folded(room)), keep=True)

    def _folded(self, room: int) -> Iterator[tuple[Key | None, Line]]:
        for key, line in self._rows:
            for part in folded(line, room) if line else ((),):
                yield key, part

    def on_picks_opened(self, event: Picks.Opened) -> None:
        """To the screen it belongs to."""
        event.stop()
        self.dismiss(event.key)

    def action_want(self, verb: str) -> None:
        """To the sheet that changes it."""
        if self._shown is not None:
            self.dismiss((verb, self._shown.found.url))

    def action_place(self) -> None:
        """Its file in the tree of places: who could see it, and why."""
        if self._shown is not None:
            self.dismiss(("places", self._shown.found.url.partition("#")[0]))

    async def on_button_pressed(self, event: Button.Pressed) -> None:
        """A button does what its key does."""
        event.stop()
        name = event.button.id or ""
        await self.run_action(f"want('{name}')" if name in ("edit", "delete") else name)

    def action_leave(self) -> None:
        """Back to the journal."""
        self.dismiss(None)

    def action_explain(self) -> None:
        """What can be done here."""
        self.app.push_screen(HelpScreen("record"))
