"""What was done to access and when, what was done outside lifepod, and what differs between two days; taken back here.

It refuses to call a change done that no look confirmed, and to take one back before its plan was shown.
"""

from __future__ import annotations

import asyncio
from collections.abc import Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar

from textual import work
from textual.app import ComposeResult, SystemCommand
from textual.binding import Binding, BindingType
from textual.containers import Horizontal, Vertical, VerticalScroll
from textual.content import Content
from textual.message import Message
from textual.widgets import Button, OptionList, Static
from textual.widgets.option_list import Option

from lifepod.owner.differences import outside as differing
from lifepod.owner.tracks import tracks_of
from lifepod.tui import logged, outside, turning
from lifepod.tui.screens.papers import Clock, Foot, Head, PapersScreen, Picture, Row

if TYPE_CHECKING:
    from lifepod.tui.logged import Audit, Change, Desk, Tracks
    from lifepod.tui.outside import Finding

TORN, OUTSIDE = "torn", "outside"
"""Keys of the rows that are no change on record."""


class ChangesScreen(PapersScreen):
    """Changes on the left, the newest first; one of them whole on the right, and where it leads to."""

    MODE, TWIN, FILTER = "changes", "changes", "part of a name, a place or a note"
    LOOKING, EMPTY = "reading the change log …", "No change of access was made with lifepod yet."
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("z", "undo", "Undo"),
        Binding("c", "recover", "Recover", show=False),
        Binding("d", "compare", "Compare"),
        Binding("w", "rounds", "Guard", show=False),
        Binding("o", "apart", "Apart", show=False),
    ]

    @dataclass
    class Came(Message):
        """The change log was read."""

        tracks: Tracks

    @dataclass
    class Judged(Message):
        """What differs from the log in a picture of the pod."""

        audit: Audit
        tracks: Tracks
        findings: tuple[Finding, ...]

    def __init__(self, desk: Desk, clock: Clock) -> None:
        super().__init__(desk, clock)
        self._tracks: Tracks | None = None
        self._changes: dict[str, Change] = {}
        self._judged: ChangesScreen.Judged | None = None
        self._jumps: tuple[logged.Jump, ...] = ()

    def compose(self) -> ComposeResult:
        """The list; one of it, where it leads to, deeds."""
        yield Head(self.MODE, self.named())
        with Horizontal(id="body"):
            with Vertical(id="left"):
                yield from self.filter_box()
                yield Static("", id="none", markup=False)
                yield Button("Try again", id="again", compact=True)
                yield OptionList(id="list", markup=False)
                yield Button("", id="apart", compact=True)
            with Vertical(id="right"):
                with VerticalScroll(id="box"):
                    yield Static("", id="whole", markup=False)
                yield OptionList(id="jumps", markup=False)
                with Horizontal(id="deeds"):
                    yield from self.deeds()
        yield Foot()

    def deeds(self) -> ComposeResult:
        """What can be done, for the mouse."""
        yield Button("Undo", id="undo", compact=True)
        yield Button("Recover", id="recover", compact=True)
        yield Button("Compare", id="compare", compact=True)
        yield Button("Guard", id="rounds", compact=True)

    # Reading

    def show(self, picture: Picture) -> None:
        """A new picture is held beside the log; after a change the log is read again."""
        before, self.picture = self.picture, picture
        if picture.audit is not before.audit and self._ready and self._at is not None:
            self._judge()
            if before.audit is not None and not self._busy:
                self.action_look()

    async def gather(self) -> Message:
        """The log, what was cut off, and the agreements."""
        before = self._tracks.log if self._tracks else None
        return self.Came(await tracks_of(await self.desk.pod(), before))

    def on_changes_screen_came(self, event: Came) -> None:
        """Show it."""
        event.stop()
        tracks = self._tracks = event.tracks
        found = sorted(tracks.log.changes, key=lambda one: ((one.ended or one.began)[:19], one.began), reverse=True)
        self._changes = {one.name: one for one in found}
        many = len(tracks.log.unread) + len(tracks.unread)
        button = self.query_one("#apart", Button)
        button.display = bool(many)
        button.label = Content(f"Could not be read: {many}  (o lists why)")
        if not self.chosen:
            self.chosen = TORN if tracks.torn else next(iter(self._changes), OUTSIDE)
        self._list()
        self._judge()

    def warning(self) -> str:
        """A change that was cut off is told first of all."""
        tracks = self._tracks
        if tracks is None or (tracks.torn is None and not tracks.amiss):
            return ""
        if tracks.torn is None:
            return tracks.amiss
        if tracks.torn.waits:
            return f"A change of access has not ended: {tracks.torn.waits}."
        return "A change was cut off half-way. c shows what would bring it to its end."

    def _list(self) -> None:
        tracks, storage = self._tracks, self.desk.profile.storage
        if tracks is None:
            return
        rows = list[Row]()
        if tracks.torn is not None:
            prompt = logged.torn_row(tracks.torn, storage)
            rows.append(Row(TORN, prompt.plain, prompt))
        prompt = outside.outside_row(self._findings, self._seen_at)
        rows.append(Row(OUTSIDE, prompt.plain, prompt))
        gone = tracks.gone
        for name, change in self._changes.items():
            prompt = logged.change_row(change, storage, gone)
            rows.append(Row(name, f"{prompt.plain} {change.agent} {change.place} {change.why}", prompt))
        self.came(rows)

    @property
    def _seen_at(self) -> str:
        return self.picture.audit.survey.surveyed_at if self.picture.audit else ""

    @property
    def _findings(self) -> tuple[Finding, ...] | None:
        """What differs; ``None`` where it was not worked out for what is shown."""
        judged = self._judged
        fits = judged is not None and judged.audit is self.picture.audit and judged.tracks is self._tracks
        return judged.findings if judged is not None and fits else None

    @work(exclusive=True, group="judge", exit_on_error=False)
    async def _judge(self) -> None:
        audit, tracks = self.picture.audit, self._tracks
        if audit is not None and tracks is not None:
            found = await asyncio.to_thread(differing, audit, tracks.log.changes, tracks.contracts)
            self.post_message(self.Judged(audit, tracks, found))

    def on_changes_screen_judged(self, event: Judged) -> None:
        """Say it in the list, and whole where it is chosen."""
        event.stop()
        self._judged = event
        box, prompt = self.query_one("#list", OptionList), outside.outside_row(self._findings, self._seen_at)
        self.rows = [Row(OUTSIDE, prompt.plain, prompt) if row.key == OUTSIDE else row for row in self.rows]
        if any(option.id == OUTSIDE for option in box.options):
            box.replace_option_prompt(OUTSIDE, prompt)
        if self.chosen == OUTSIDE:
            self.choose(OUTSIDE)

    # One of them

    def choose(self, key: str) -> None:
        """All that is on record of it, and where it leads to."""
        tracks, storage, lines = self._tracks, self.desk.profile.storage, list[Content]()
        change, self._jumps = self._changes.get(key), ()
        if tracks is not None and change is not None:
            lines += logged.change_words(change, tracks, self.picture.audit, storage)
            self._jumps = logged.jumps_of(change, storage)
        elif tracks is not None and key == TORN and tracks.torn is not None:
            lines += logged.torn_words(tracks.torn, storage)
            self._jumps = logged.jumps_of(tracks.torn.change, storage)
        elif key == OUTSIDE:
            lines += outside.outside_words(self._findings, self._seen_at, storage)
            self._jumps = outside.finding_jumps(self._findings or (), storage)
        self.whole(Content("\n").join(lines))
        box = self.query_one("#jumps", OptionList)
        box.clear_options()
        box.add_options([Option(Content(f"→ {jump.label}"), id=f"{n}") for n, jump in enumerate(self._jumps)])
        box.display = bool(self._jumps)
        torn = tracks is not None and tracks.torn is not None and not tracks.torn.waits
        self.query_one("#recover").display = torn
        self.query_one("#undo").display = bool(tracks and change and tracks.can_be_taken_back(change))

    def on_option_list_option_selected(self, event: OptionList.OptionSelected) -> None:
        """Enter goes from the list to where the change leads to, and from there to its screen."""
        event.stop()
        event.prevent_default()
        if event.option_list.id == "jumps":
            jump = self._jumps[event.option_index]
            self.post_message(self.Wanted(jump.mode, jump.key))
        else:
            self.query_one("#jumps", OptionList).highlighted = 0 if self._jumps else None
            self.query_one("#jumps" if self._jumps else "#box").focus()

    # Deeds

    def action_undo(self) -> None:
        """The plan that takes the chosen change back."""
        tracks, change = self._tracks, self._changes.get(self.chosen)
        if tracks is None or change is None:
            self.notify("Choose a change first.", markup=False)
        elif not tracks.can_be_taken_back(change):
            word, _, means = logged.outcome_of(change, tracks.gone)
            why = "An undo is not taken back" if change.verb in ("undo", "resume") else f"{word}: {means}"
            self.notify(f"It cannot be taken back. {why}.", markup=False)
        else:
            self.app.push_screen(turning.undo_sheet(self.desk, change, self._clock), self._undone)

    def _undone(self, done: turning.Done | None) -> None:
        self._done(done is not None and done.touched)

    def action_recover(self) -> None:
        """What would bring a change that was cut off to its end."""
        if self._tracks is None or (self._tracks.torn is None and not self._tracks.amiss):
            self.notify("No change was cut off.", markup=False)
        else:
            self.app.push_screen(turning.recover_sheet(self.desk), self._done)

    def action_rounds(self) -> None:
        """What a round of the guard would close."""
        self.app.push_screen(turning.guard_sheet(self.desk), self._done)

    def action_compare(self) -> None:
        """Two kept surveys side by side."""
        tracks = self._tracks
        folders = [(one.agent, one.place) for one in tracks.contracts] if tracks else []
        self.app.push_screen(turning.compare_sheet(self.desk, tracks.log if tracks else None, folders), self._go)

    def _go(self, key: tuple[str, str] | None) -> None:
        if key is not None:
            self.post_message(self.Wanted(*key))

    def _done(self, touched: bool | None) -> None:
        if touched:
            self._busy = ""  # a look that began before would show the past
            self.action_look()
            self.post_message(self.Changed())

    def action_apart(self) -> None:
        """Which records could not be read, and why."""
        if self._tracks is not None:
            found = (*self._tracks.log.unread, *self._tracks.unread)
            self.app.push_screen(turning.text_sheet("Could not be read", logged.unread_words(found)))

    def commands(self) -> Iterable[SystemCommand]:
        """What can be done here, by name."""
        yield SystemCommand("Undo", "take the chosen change back, plan first (lifepod undo)", self.action_undo)
        yield SystemCommand(
            "Recover", "bring a change that was cut off to its end (lifepod changes)", self.action_recover
        )
        yield SystemCommand("Compare", "who gained or lost what between two looks (lifepod diff)", self.action_compare)
        yield SystemCommand("Guard", "close what has ended, shown first (lifepod guard)", self.action_rounds)
        yield from super().commands()
