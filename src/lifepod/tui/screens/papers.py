"""What the screens of signed papers have in common: a list, one of it whole, deeds below; read in the background.

It refuses to look empty where nothing could be read, and to let what was read pass for the present.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import ClassVar

from textual import work
from textual.app import ComposeResult, SystemCommand
from textual.binding import Binding, BindingType
from textual.containers import Horizontal, Vertical, VerticalScroll
from textual.content import Content
from textual.message import Message
from textual.widgets import Button, Input, OptionList, Static
from textual.widgets.option_list import Option
from textual.worker import Worker, WorkerState

from lifepod.errors import LifepodError, Unreachable
from lifepod.tui.picture import Clock as Clock  # what its screens are made with, and tell
from lifepod.tui.picture import Picture as Picture
from lifepod.tui.picture import Trouble as Trouble
from lifepod.tui.screens.pod import Foot as Foot
from lifepod.tui.screens.pod import PodScreen
from lifepod.tui.widgets.head import Head as Head


@dataclass(frozen=True, slots=True)
class Row:
    """One line of the list."""

    key: str
    words: str
    """What the filter searches."""
    prompt: Content


class PapersScreen(PodScreen):
    """A list on the left, one of it on the right."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("u,f5", "look", "Look", key_display="u"),
        Binding("g", "app.ask('grant')", "Grant", show=False),
        Binding("r", "app.ask('revoke')", "Revoke", show=False),
    ]
    LOOKING: ClassVar[str] = ""
    TWIN: ClassVar[str] = ""
    """The command that lists the same."""
    EMPTY: ClassVar[str] = ""
    """What is said where there is nothing."""

    @dataclass
    class Heard(Message):
        """How far it has come."""

        words: str

        def can_replace(self, message: Message) -> bool:
            """Only the newest counts."""
            return isinstance(message, PapersScreen.Heard)

    @dataclass
    class Lost(Message):
        """It could not be read."""

        trouble: Trouble
        offline: bool

    rows: Sequence[Row] = ()
    chosen = ""
    """Key of the row that is shown whole."""
    _at: datetime | None = None
    _busy, _doing, _offline = "", "", False
    _stale = False
    """Whether it is to be read again when somebody looks."""
    FOLLOWS: ClassVar[bool] = True
    """Whether a new picture is a reason to read again."""
    _trouble: Trouble | None = None

    def compose(self) -> ComposeResult:
        """Head, body, foot."""
        yield Head(self.MODE, self.named())
        with Horizontal(id="body"):
            with Vertical(id="left"):
                yield from self.filter_box()
                yield Static("", id="none", markup=False)
                yield Button("Try again", id="again", compact=True)
                yield OptionList(id="list", markup=False)  # always there, so that it can have the keys
                yield Button("", id="apart", compact=True)
            with Vertical(id="right"):
                with VerticalScroll(id="box"):
                    yield Static("", id="whole", markup=False)
                with Horizontal(id="deeds"):
                    yield from self.deeds()
        yield Foot()

    def deeds(self) -> ComposeResult:
        """Buttons below what is chosen."""
        yield from ()

    def on_mount(self) -> None:
        """Read at once; the list has the keys."""
        super().on_mount()
        self.query_one("#apart").display = False
        self.focus_list()
        self.action_look()

    def show(self, picture: Picture) -> None:
        """A picture of who has access is not what is shown here; but where that changed, papers may have."""
        before, self.picture = self.picture, picture
        if (
            self.FOLLOWS
            and (self._at is not None or self._busy)
            and before.audit is not None
            and picture.audit is not before.audit
        ):
            self._stale = True
            self._renew()

    def on_screen_resume(self) -> None:
        """Read again what may have changed meanwhile."""
        self._renew()

    def _renew(self) -> None:
        if self._stale and self.is_current and not self._busy:
            self._stale = False
            self.action_look()

    def focus_list(self) -> None:
        """To the list."""
        self.query_one("#list", OptionList).focus()

    # Reading

    def action_look(self) -> None:
        """Read again, in the background; one at a time."""
        if self._busy:
            self.notify("Already looking; what comes is shown by itself.", markup=False)
            return
        self._busy, self._trouble, self._offline = self.LOOKING, None, False
        self._say()
        self._gather()

    @work(exclusive=True, group="gather", exit_on_error=False)
    async def _gather(self) -> None:
        try:
            self.post_message(await self.gather())
        except LifepodError as error:
            self.post_message(self.Lost(Trouble.of(error), isinstance(error, Unreachable)))

    async def gather(self) -> Message:
        """Read what is listed here; raises what reading raises."""
        raise NotImplementedError

    def tell(self, done: int, known: int) -> None:
        """How far reading has come."""
        self.post_message(self.Heard(f"looked at {done}" + (f" of {known}" if known else "")))

    def on_papers_screen_heard(self, event: Heard) -> None:
        """Say how far it has come; a late word after the end says nothing."""
        event.stop()
        if self._busy:
            self._busy = event.words
            self._say()

    def on_papers_screen_lost(self, event: Lost) -> None:
        """Keep what there is, and say why there is nothing newer."""
        event.stop()
        self._busy, self._trouble, self._offline = "", event.trouble, event.offline
        self._say()
        self.narrow(self._filter)

    def came(self, rows: Sequence[Row]) -> None:
        """Show what was read."""
        self._busy, self._at, self.rows = "", self._clock(), rows
        self._say()
        self.narrow(self._filter)
        self._renew()

    def on_worker_state_changed(self, event: Worker.StateChanged) -> None:
        """A fault of ours is told like any other."""
        if event.state is WorkerState.ERROR and event.worker.group == "gather":
            self.post_message(self.Lost(Trouble.fault(event.worker.error), offline=False))
        else:
            super().on_worker_state_changed(event)

    def doing(self, words: str) -> None:
        """Say what else goes on; nothing for an empty text."""
        self._doing = words
        self._say()

    def _say(self) -> None:
        taken = f"read at {self._at:%H:%M}" if self._at else "not read yet"
        notice = self.warning()
        if self._trouble is not None:
            kept = f" What is shown was read at {self._at:%H:%M};" if self._at else ""
            notice = f"{self._trouble.sentence} {self._trouble.advice}{kept} u tries again."
        self.query_one(Head).say(taken, self._busy or self._doing or ("offline" if self._offline else ""), notice)

    def warning(self) -> str:
        """What is to be told above all that was read; empty where nothing is."""
        return ""

    # The list

    def point_at(self, key: str) -> None:
        """Choose the row of a key, or the first whose key begins with it; before the list was read, once it was."""
        found = next((row.key for row in self.rows if row.key.startswith(key)), key)
        self.chosen = found
        if self._at is not None:
            self.query_one("#filter", Input).value = ""
            self.narrow("")
            self.focus_list()

    @property
    def _filter(self) -> str:
        return self.query_one("#filter", Input).value.strip()

    def narrow(self, text: str) -> None:
        """Only rows that contain the text; the same one stays chosen."""
        shown = [row for row in self.rows if text.casefold() in row.words.casefold()]
        self.found(len(shown), len(self.rows))
        box = self.query_one("#list", OptionList)
        box.clear_options()
        box.add_options([Option(row.prompt, id=row.key) for row in shown])
        keys = [row.key for row in shown]
        self.chosen = self.chosen if self.chosen in keys else next(iter(keys), "")
        box.highlighted = keys.index(self.chosen) if keys else None
        none, again = self.query_one("#none", Static), self.query_one("#again", Button)
        none.display = not self.rows
        again.display = self._trouble is not None
        none.update(Content(self.EMPTY if self._at else "Nothing could be read." if self._trouble else self.LOOKING))
        self.choose(self.chosen)

    def choose(self, key: str) -> None:
        """Show one of the list; none for an empty key."""

    def whole(self, content: Content, *, top: bool = True) -> None:
        """Paint what is chosen."""
        text = self.query_one("#whole", Static)
        text.update(content)
        # A text that changes while it is laid out for the first time would keep the height of the one before.
        self.call_after_refresh(text.refresh, layout=True)
        if top:
            self.query_one("#box", VerticalScroll).scroll_home(animate=False)

    def on_option_list_option_highlighted(self, event: OptionList.OptionHighlighted) -> None:
        """Another one."""
        event.stop()
        key = event.option_id or ""
        if key and key != self.chosen and any(row.key == key for row in self.rows):
            self.chosen = key
            self.choose(key)

    def on_option_list_option_selected(self, event: OptionList.OptionSelected) -> None:
        """Enter goes to the text, to scroll it."""
        event.stop()
        self.query_one("#box").focus()

    async def on_button_pressed(self, event: Button.Pressed) -> None:
        """A button does what its key does."""
        event.stop()
        deed = {"again": "look", "apart": "apart"}.get(event.button.id or "", event.button.id)
        await self.run_action(f"screen.{deed}")

    def commands(self) -> Iterable[SystemCommand]:
        """What can be done here, by name."""
        yield SystemCommand("Read again", f"{self.LOOKING} (lifepod {self.TWIN})", self.action_look)
        yield from super().commands()
