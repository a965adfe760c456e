"""The state of things in one look: who could read how much, what changed, what waits, how fresh it is, what lies here.

It refuses to wait: the kept picture is painted at once, and each part that must be worked out or asked for comes by
itself into the place that is kept for it.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Iterable
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, ClassVar

from textual import events, work
from textual.app import ComposeResult, SystemCommand
from textual.binding import Binding, BindingType
from textual.containers import Horizontal
from textual.message import Message
from textual.worker import Worker, WorkerState

from lifepod.access.rules import BlindSpot
from lifepod.owner.pictured import Gap, Glance, pictured
from lifepod.tui import briefing
from lifepod.tui.screens.pod import Aim, Clock, Picture, PodScreen, Trouble
from lifepod.tui.widgets.board import Board, Picks, Row

if TYPE_CHECKING:
    from lifepod.owner.desk import Audit, Desk

WIDE = 110
"""Columns from which two boards stand beside each other."""

PARTS = (
    ("w", "who", "Who could read how much", "matrix"),
    ("a", "waiting", "Waiting for you", "inbox"),
    ("c", "since", "What changed", "diff"),
    ("b", "picture", "Blind spots, and how fresh the picture is", "blind"),
    ("s", "journal", "Your records", "records"),
)
"""Key, name, title and command of each part."""


class HomeScreen(PodScreen):
    """One board; in a wide window a second one beside it."""

    BINDINGS: ClassVar[list[BindingType]] = [
        *(Binding(key, f"part('{name}')", title, show=False) for key, name, title, _ in PARTS)
    ]
    MODE = "home"
    FILTER = "part of any line"

    @dataclass
    class Glanced(Message):
        """A part was found."""

        audit: Audit
        glance: Glance

    @dataclass
    class Rounded(Message):
        """All parts were looked at once."""

        audit: Audit

    def __init__(self, desk: Desk, clock: Clock) -> None:
        super().__init__(desk, clock)
        self._glance = Glance()
        self._blind: tuple[BlindSpot, ...] = ()
        self._seen: Audit | None = None
        """The audit whose every part was worked out."""
        self._filter = ""
        self._busy = False

    def body(self) -> ComposeResult:
        """The filter, the boards."""
        yield from self.filter_box()
        with Horizontal(id="boards"):
            yield Board(id="board")
            yield Board(id="aside")

    def on_mount(self) -> None:
        """The first board has the keys; what grows old says so by itself."""
        super().on_mount()
        self.focus_list()
        self.set_interval(20, self._lay)

    # Looking

    def show(self, picture: Picture) -> None:
        """A look that brought no newer picture is no reason to leave the rest as it was."""
        before = self.picture
        super().show(picture)
        ended = before.progress is not None and picture.progress is None
        if self._ready and ended and picture.audit is before.audit:
            self._look()

    def paint(self) -> None:
        """A new audit: what is known of the last one stays until the same of this one is known."""
        audit = self.picture.audit
        if audit is not None:
            self._blind = audit.blind
            self._lay()
            self._look()

    def on_screen_resume(self) -> None:
        """Somebody comes back: what was decided elsewhere shows here."""
        if not self._busy:
            self._look()

    def _look(self) -> None:
        """Gather what belongs to this picture, while this screen is in front; else when it comes back."""
        if self.picture.audit is not None and self.is_current:
            self._busy = True
            # Not before the paint: threads would take its time away.
            self.call_after_refresh(self._begin)

    def _begin(self) -> None:
        if (audit := self.picture.audit) is not None:
            self._gather(audit, here=self._seen is not audit)

    @work(exclusive=True, group="glance", exit_on_error=False)
    async def _gather(self, audit: Audit, *, here: bool) -> None:
        def tell(glance: Glance) -> None:
            self.post_message(self.Glanced(audit, glance))

        known = await pictured(audit, self._glance, tell) if here else self._glance
        await (await asyncio.to_thread(_gatherer))(self.desk, audit, known, tell, here=here)
        self.post_message(self.Rounded(audit))

    def on_home_screen_glanced(self, event: Glanced) -> None:
        """Paint what was found, unless there is a newer picture by now."""
        event.stop()
        if event.audit is self.picture.audit:
            self._glance = event.glance
            self._lay()

    def on_home_screen_rounded(self, event: Rounded) -> None:
        """All was looked at: say in the head how many requests wait, where that is known."""
        event.stop()
        if event.audit is not self.picture.audit:
            return  # a newer one is being looked at
        self._seen, self._busy = event.audit, False
        asking = self._glance.asking
        if asking is not None and not asking.is_unknown:
            self.post_message(self.Counted(len(asking.found)))

    def on_worker_state_changed(self, event: Worker.StateChanged) -> None:
        """A fault of ours leaves what was found, and says of the rest that it is not known."""
        if event.state is not WorkerState.ERROR or event.worker.group != "glance":
            super().on_worker_state_changed(event)
            return
        trouble = Trouble.fault(event.worker.error)
        self._glance = self._glance.given_up(Gap(trouble.sentence, trouble.advice))
        self._seen, self._busy = None, False
        self._lay()

    # Painting

    def on_resize(self, event: events.Resize) -> None:
        """One board or two."""
        self._lay()

    def narrow(self, text: str) -> None:
        """Only lines that contain the text, of all there are."""
        self._filter = text
        self._lay()

    def _lay(self) -> None:
        audit = self.picture.audit
        if audit is None or not self._ready:
            return
        wide = self.size.width >= WIDE and not self._filter
        self.set_class(wide, "-wide")
        every = self.size.width
        left = every * 4 // 7 if wide else every
        scene, aside = (
            briefing.Scene(audit, self._clock(), width - 4, self.size.height - 4, self._blind, whole=bool(self._filter))
            for width in (left, every - left)
        )
        shown = briefing.boards(self._glance, scene, aside if wide else None)
        if self._filter:
            shown = self._matching(shown[0]), []
        for board, rows in zip(self.query(Board), shown, strict=False):
            board.lay(rows)

    def _matching(self, rows: list[Row]) -> list[Row]:
        wanted, lines = self._filter.casefold(), [row for row in rows if row.key is not None]
        some = [row for row in lines if row.has(wanted)]
        self.found(len(some), len(lines))
        return some

    # Going about

    def focus_list(self) -> None:
        """To the board that had the keys, or the first one."""
        boards = list(self.query(Board))
        if not any(board.has_focus for board in boards):
            boards[0].focus()

    def action_section(self, by: int) -> None:
        """The first line of the next or the last section, on either board."""
        starts = [(board, at) for board in self.query(Board) if board.display for at in board.starts()]
        here = next((board for board in self.query(Board) if board.has_focus), None)
        if here is None or not starts:
            return
        past = [n for n, (board, at) in enumerate(starts) if board is here and at <= here.cursor]
        now = past[-1] if past else 0
        board, at = starts[max(0, min(now + by, len(starts) - 1))]
        board.focus()
        board.go(at)

    def on_picks_opened(self, event: Picks.Opened) -> None:
        """A line leads to its screen."""
        event.stop()
        self.post_message(self.Wanted(*event.key))

    def aim(self, verb: str) -> Aim:
        """The place or the agent that the picked line is about."""
        audit = self.picture.audit
        board = next((board for board in self.query(Board) if board.has_focus), None)
        mode, key = board.picked or ("", "") if board is not None else ("", "")
        named = audit is not None and key in audit.agents and key != audit.survey.owner
        return Aim(key if mode == "places" else "", key if mode == "agents" and named else "")

    def action_part(self, name: str) -> None:
        """The first line of a part."""
        for board in self.query(Board):
            if board.display and (at := board.start_of(name)) is not None:
                board.focus()
                board.go(at)

    def commands(self) -> Iterable[SystemCommand]:
        """What can be done here, by name."""
        for _, name, title, twin in PARTS:
            yield SystemCommand(title, f"go to this part of Home (lifepod {twin})", partial(self.action_part, name))
        yield from super().commands()


def _gatherer() -> Callable[..., Awaitable[None]]:
    """What gathers the rest of a glance; its code is read in a thread, while the screen goes on."""
    from lifepod.owner.roundup import gather

    return gather
