"""The journal on the screen: what happened, the newest first; searched, filtered, corrected, counted over time.

It refuses to change a record before that was shown and said yes to, and to forget how to take it back.
"""

from __future__ import annotations

from collections.abc import Iterable
from contextlib import suppress
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, ClassVar

from textual import work
from textual.app import SystemCommand
from textual.binding import Binding, BindingType
from textual.message import Message
from textual.timer import Timer
from textual.widgets import Button, Input

from lifepod.errors import LifepodError
from lifepod.tui import leafing, recordsheets
from lifepod.tui.screens.leaf import Clock, LeafScreen, Line, OverTime, Rhythm, Timeline

if TYPE_CHECKING:
    from lifepod.tui.leafing import Desk, Sought
    from lifepod.tui.recordsheets import Mend

_PAUSE = 0.3
"""Seconds without a key after which a text is searched for."""


class JournalScreen(LeafScreen):
    """Finds, shows, corrects, counts."""

    MODE, FILTER = "journal", "words in a record: a name, a shop, an address"
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("f", "sift", "Filter"),
        Binding("slash", "filter", "Search", key_display="/"),
        Binding("v", "pictures", "Pictures"),
        Binding("e", "correct", "Edit"),
        Binding("d", "remove", "Delete"),
        Binding("z", "restore", "Undo"),
        Binding("i", "app.import", "Import"),
        Binding("u,f5", "look", "Look", key_display="u", show=False),
        Binding("o", "apart", "Unread", show=False),
        Binding("g", "app.ask('grant')", "Grant", show=False),
        Binding("r", "app.ask('revoke')", "Revoke", show=False),
    ]

    @dataclass
    class Fetched(Message):
        """One record as it stands now."""

        line: Line

    def __init__(self, desk: Desk, clock: Clock) -> None:
        super().__init__(desk, clock)
        self._mends: list[Mend] = []
        """What was corrected or deleted here, and can be taken back; the last one first."""
        self._typing: Timer | None = None
        self._wanted = ""

    # Filters

    def narrow(self, text: str) -> None:
        """Search once nobody types any more."""
        if self._typing is not None:
            self._typing.stop()
        self._typing = self.set_timer(_PAUSE, lambda: self._search(text))

    def _search(self, text: str) -> None:
        self.seek(replace(self._sought, text=text))

    def seek(self, sought: Sought | None) -> None:
        """Show what fits; nothing for none."""
        if sought is not None and sought != self._sought:
            self._sought = sought
            self.look_afresh()

    def found(self, count: int, every: int) -> None:
        """The head says how many there are."""

    def action_sift(self) -> None:
        """The sheet of filters."""
        shelves = self._shelves | leafing.shelves_of(self.picture.audit, self.desk.profile.storage)
        self.app.push_screen(recordsheets.sieve_sheet(self._sought, shelves), self._sifted)

    def _sifted(self, sought: Sought | None) -> None:
        if sought is not None:
            self._write(sought.text)
            self.seek(sought)
        self.focus_list()

    def _write(self, text: str) -> None:
        """Say in the search box what is searched, without searching for it once more."""
        box = self.query_one("#filter", Input)
        with box.prevent(Input.Changed):
            box.value = text
        box.set_class(bool(text), "shown")

    def action_unfilter(self) -> None:
        """Stop what is read; else leave the pictures; else take the filters away."""
        box = self.query_one("#filter", Input)
        if self._reading is not None and not box.has_focus:
            self._stop()
        elif self._draws and not box.has_focus:
            self.action_pictures()
        else:
            if self._typing is not None:
                self._typing.stop()
            self._write("")
            self.seek(leafing.Sought())
        self.focus_list()

    def point_at(self, key: str) -> None:
        """A record by its address is opened; a place of the journal is filtered by its class and source."""
        path = key.removeprefix(self.desk.profile.storage)
        if "#" in key:
            self._wanted = key
            self.call_after_refresh(self._open_wanted)
        elif path.startswith("journal/"):
            parts = [part for part in path.split("/")[1:3] if part]
            self._write("")
            self.seek(leafing.Sought(tuple(parts[:1]), tuple(part for part in parts[1:] if "." not in part)))

    def _open_wanted(self) -> None:
        if self._wanted:
            address, self._wanted = self._wanted, ""
            self._open(address)

    # Pictures

    def action_pictures(self) -> None:
        """The same records as two pictures, or the timeline again."""
        drawn = self.query_one("#pictures").display = not self._draws
        self._say()
        if drawn:
            self._draw()
            if not self._is_done:
                self._read_on()  # to the end, not to the end of a page
        self.focus_list()

    def on_over_time_opened(self, event: OverTime.Opened) -> None:
        """The records of one day, month or year."""
        event.stop()
        self.query_one("#pictures").display = False
        self.seek(replace(self._sought, since=event.period, until=event.period))
        self._say()
        self.focus_list()

    # One record

    def on_timeline_opened(self, event: Timeline.Opened) -> None:
        """The record whole; of a file that cannot be read why."""
        event.stop()
        if isinstance(event.item, Line):
            self._open(event.item.url)
        else:
            self.action_apart()

    def _open(self, address: str) -> None:
        line = self._line_of(address)
        also = line.also if line else ()
        sheet = recordsheets.record_sheet(self.desk, self._clock, address, self.picture.audit, also)
        self.app.push_screen(sheet, self._next)

    def _next(self, wanted: tuple[str, str] | None) -> None:
        verb, key = wanted or ("", "")
        if verb in ("edit", "delete"):
            self._change(verb, key)
        elif verb:
            self.post_message(self.Wanted(verb, key))

    def action_correct(self) -> None:
        """Correct the picked record."""
        self._change("edit", self._address)

    def action_remove(self) -> None:
        """Delete the picked record; the sheet asks first."""
        self._change("delete", self._address)

    @property
    def _address(self) -> str:
        item = self._timeline.picked
        return item.url if isinstance(item, Line) and not self._draws else ""

    def _change(self, verb: str, address: str) -> None:
        if not address:
            self.notify("Pick a record first.", markup=False)
            return
        make = recordsheets.correct_sheet if verb == "edit" else recordsheets.remove_sheet
        sheet = make(self.desk, self._line_of(address), address)
        self.app.push_screen(sheet, lambda touched: self._changed(sheet.mend, address, touched=bool(touched)))

    def _line_of(self, address: str) -> Line | None:
        at = self._timeline.find(address)
        item = self._timeline.items[at] if at is not None else None
        return item if isinstance(item, Line) else None

    def _changed(self, mend: Mend | None, address: str, *, touched: bool) -> None:
        if mend is not None:
            self._mends.append(mend)
            self._mended(address, gone=mend.was_deleted)
        elif touched:
            self.look_afresh()  # nobody knows what was written

    def action_restore(self) -> None:
        """Take back what was corrected or deleted last."""
        if not self._mends:
            self.notify("Nothing was corrected or deleted here since lifepod was opened.", markup=False)
            return
        mend = self._mends[-1]
        sheet = recordsheets.restore_sheet(self.desk, mend)
        self.app.push_screen(sheet, lambda touched: self._restored(mend, done=sheet.is_done, touched=bool(touched)))

    def _restored(self, mend: Mend, *, done: bool, touched: bool) -> None:
        if done:
            self._mends.remove(mend)
            self._mended(mend.address, gone=False)
        elif touched:
            self.look_afresh()

    def _mended(self, address: str, *, gone: bool) -> None:
        if gone:
            self._timeline.drop(address)
            self._recount()
        else:
            self._fetch(address)

    @work(group="fetch", exit_on_error=False)
    async def _fetch(self, address: str) -> None:
        with suppress(LifepodError):  # what is shown of it then is older; the next look tells
            self.post_message(self.Fetched(leafing.line_of((await self.desk.record(address)).found, self._zone)))

    def on_journal_screen_fetched(self, event: Fetched) -> None:
        """Where its time belongs."""
        event.stop()
        self._timeline.put(event.line)
        self._recount()

    def _recount(self) -> None:
        self._rhythm = Rhythm(one.when for one in self._timeline.items if isinstance(one, Line))
        self._say()

    def action_apart(self) -> None:
        """Which files could not be read, and why."""
        if self._unread:
            self.app.push_screen(recordsheets.text_sheet("Could not be read", leafing.unread_words(self._unread)))
        else:
            self.notify("Everything that was looked at could be read.", markup=False)

    async def on_button_pressed(self, event: Button.Pressed) -> None:
        """A button does what its key does."""
        event.stop()
        name = event.button.id
        await self.run_action("app.import" if name == "import" else f"screen.{name}")

    def commands(self) -> Iterable[SystemCommand]:
        """What can be done here, by name."""
        yield SystemCommand("Filter records", "by class, source, days, place (lifepod records)", self.action_sift)
        yield SystemCommand("Pictures", "records over time, the week as a heatmap", self.action_pictures)
        yield SystemCommand("Edit record", "correct the picked one (lifepod records edit)", self.action_correct)
        yield SystemCommand("Delete record", "for good, asks first (lifepod records delete)", self.action_remove)
        yield SystemCommand("Undo edit or delete", "what was done here last", self.action_restore)
        yield SystemCommand("Unread files", "what could not be read, and why", self.action_apart)
        yield SystemCommand("Read again", "your journal, from the newest (lifepod records)", self.action_look)
        yield from super().commands()
