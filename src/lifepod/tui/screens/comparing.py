"""Two surveys kept on this machine side by side: who gained, who lost what and where, and by which change.

It refuses to look at the pod, and to say "outside lifepod" where the change log could not be read.
"""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar

from textual import work
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Horizontal, Vertical
from textual.content import Content
from textual.message import Message
from textual.screen import ModalScreen
from textual.widgets import Button, OptionList, Static
from textual.worker import Worker, WorkerState

from lifepod.errors import LifepodError
from lifepod.owner.differences import compared, times
from lifepod.tui import logged, outside
from lifepod.tui.picture import Trouble
from lifepod.tui.screens.help import HelpScreen
from lifepod.tui.widgets.picks import Picked, Picks

if TYPE_CHECKING:
    from lifepod.owner.differences import Contracts
    from lifepod.tui.logged import Desk, Log

_PAUSE = 0.05
"""Seconds that somebody stays on a time before it is compared: who runs down the list asks for the last one."""


def _time(stamp: str, *, picked: bool) -> Content:
    return Content(f"{'▸' if picked else ' '} {logged.when(stamp)} UTC")


class CompareScreen(ModalScreen[tuple[str, str] | None]):
    """Two lists of times, and below them what differs; gives back where to go, if anywhere."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape,q", "leave", "Close", show=False),
        Binding("f1,question_mark", "explain", "Help", show=False),
    ]

    @dataclass
    class Listed(Message):
        """When the kept surveys were taken, the newest first."""

        times: tuple[str, ...]

    @dataclass
    class Compared(Message):
        """What differs between two of them, in short and line by line."""

        words: str
        rows: list[Picked]

    def __init__(self, desk: Desk, log: Log | None, contracts: Contracts) -> None:
        super().__init__()
        self._desk, self._log, self._contracts = desk, log, contracts
        self._times: tuple[str, ...] = ()

    def compose(self) -> ComposeResult:
        """Times, differences, buttons."""
        with Vertical(id="sheet"):
            yield Static(Content("What differs between two looks"), id="title", markup=False)
            with Horizontal(id="times"):
                for name, title in (("earlier", "From the look of"), ("later", "to the look of")):
                    with Vertical():
                        yield Static(Content(title), classes="label", markup=False)
                        yield OptionList(id=name, markup=False)
            yield Static("", id="words", markup=False)
            yield Picks(id="lines")
            with Horizontal(id="foot"):
                yield Static("", id="state", markup=False)
                yield Button("Close", id="leave", compact=True)

    def on_mount(self) -> None:
        """Which are kept?"""
        self.query_one("#earlier").focus()
        self._say("reading what is kept …")
        self._read()

    @work(exclusive=True, group="read", exit_on_error=False)
    async def _read(self) -> None:
        profile = self._desk.profile
        self.post_message(self.Listed(await asyncio.to_thread(times, profile.storage, profile.webid)))

    def on_compare_screen_listed(self, event: Listed) -> None:
        """The last two first."""
        event.stop()
        self._times = event.times
        for name, at in (("earlier", 1), ("later", 0)):
            box = self.query_one(f"#{name}", OptionList)
            box.add_options([_time(stamp, picked=False) for stamp in event.times])
            box.highlighted = at if at < len(event.times) else None
        if len(event.times) < 2:
            many = "One survey is" if event.times else "No survey is"
            self._say(f"{many} kept on this machine; two are needed. u on any screen keeps another one.")

    def on_option_list_option_highlighted(self, event: OptionList.OptionHighlighted) -> None:
        """Another time: compare again."""
        event.stop()
        # The picked time is marked, too: the list that has not the keys shows it by a shade alone.
        for number, stamp in enumerate(self._times):
            event.option_list.replace_option_prompt_at_index(number, _time(stamp, picked=number == event.option_index))
        picked = [self.query_one(f"#{name}", OptionList).highlighted for name in ("earlier", "later")]
        times = sorted(self._times[at] for at in picked if at is not None and at < len(self._times))
        if len(times) == 2 and times[0] == times[1]:
            self._say("This is one and the same look: choose another one on the left or on the right.")
            self.query_one(Picks).show([])
        elif len(times) == 2:
            self._say("comparing …")
            self._compare((times[0], times[1]))

    def on_option_list_option_selected(self, event: OptionList.OptionSelected) -> None:
        """Enter goes on to what differs."""
        event.stop()
        self.query_one(Picks).focus()

    @work(exclusive=True, group="compare", exit_on_error=False)
    async def _compare(self, times: tuple[str, str]) -> None:
        await asyncio.sleep(_PAUSE)
        try:
            self.post_message(await asyncio.to_thread(self._differences, times))
        except LifepodError as error:
            self.post_message(self.Compared(f"{error} {error.advice}", []))

    def _differences(self, times: tuple[str, str]) -> Compared:
        """Worked out in a thread: a large pod takes a while."""
        profile, log = self._desk.profile, self._log
        found = compared(profile.storage, profile.webid, times, log.changes if log else (), self._contracts)
        whole = log is not None and not log.unread
        rows = outside.difference_lines(found, profile.storage, profile.webid, whole=whole)
        return self.Compared(f"{logged.when(times[0])} → {logged.when(times[1])}: {outside.summary(found)}", rows)

    def on_worker_state_changed(self, event: Worker.StateChanged) -> None:
        """A fault of ours is told like any other."""
        if event.state is WorkerState.ERROR:
            trouble = Trouble.fault(event.worker.error)
            self._say(f"{trouble.sentence} {trouble.advice}")

    def on_compare_screen_compared(self, event: Compared) -> None:
        """Show it."""
        event.stop()
        self._say(event.words)
        self.query_one(Picks).show(event.rows)

    def _say(self, words: str) -> None:
        for line in self.query("#words").results(Static):
            line.update(Content(words))

    def on_picks_moved(self, event: Picks.Moved) -> None:
        """Say whether Enter leads on."""
        event.stop()
        self.query_one("#state", Static).update(Content("Enter: show it" if event.widget.picked else ""))

    def on_picks_opened(self, event: Picks.Opened) -> None:
        """The place in the tree, the audience among the agents."""
        event.stop()
        self.dismiss(event.key)

    def on_button_pressed(self, event: Button.Pressed) -> None:
        """Close."""
        event.stop()
        self.action_leave()

    def action_leave(self) -> None:
        """Back to the changes."""
        self.dismiss(None)

    def action_explain(self) -> None:
        """What can be done here."""
        self.app.push_screen(HelpScreen("compare"))
