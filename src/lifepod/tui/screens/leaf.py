"""Reading the journal on the screen: a page when it is looked at, to its end for the pictures, stopped with a key.

It refuses to read more than that, to call a list whole that is not, and to pass over a file it cannot read.
"""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import aclosing
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING

from textual import events, work
from textual.app import ComposeResult
from textual.containers import Horizontal, Vertical
from textual.content import Content
from textual.message import Message
from textual.widgets import Button, Static
from textual.worker import Worker, WorkerState

from lifepod.errors import LifepodError
from lifepod.tui import leafing
from lifepod.tui.screens.pod import Clock as Clock  # what its screen is made with
from lifepod.tui.screens.pod import Foot, Picture, PodScreen, Trouble
from lifepod.tui.widgets.head import Head
from lifepod.tui.widgets.heatmap import Heatmap
from lifepod.tui.widgets.heatmap import OverTime as OverTime
from lifepod.tui.widgets.heatmap import Rhythm as Rhythm
from lifepod.tui.widgets.timeline import Item, Unread, heading
from lifepod.tui.widgets.timeline import Line as Line
from lifepod.tui.widgets.timeline import Timeline as Timeline

if TYPE_CHECKING:
    from lifepod.tui.leafing import Desk as Desk
    from lifepod.tui.leafing import Leafing, Reading

PAGE = 300
"""Records that are read at once."""


class LeafScreen(PodScreen):
    """A timeline that fills as it is read; or, of the same records, two pictures."""

    MODE, FILTER = "journal", "words in a record: a name, a shop, an address"

    @dataclass
    class Heard(Message):
        """How far reading has come."""

        leafing: Leafing
        reading: Reading

        def can_replace(self, message: Message) -> bool:
            """Only the newest counts."""
            return isinstance(message, LeafScreen.Heard)

    @dataclass
    class Came(Message):
        """Some more records."""

        leafing: Leafing
        items: Sequence[Item]

    @dataclass
    class Rests(Message):
        """A page was read, or all."""

        leafing: Leafing

    @dataclass
    class Lost(Message):
        """It could not be read on."""

        leafing: Leafing
        trouble: Trouble

    def __init__(self, desk: Desk, clock: Clock) -> None:
        super().__init__(desk, clock)
        self._sought = leafing.Sought()
        self._zone = leafing.zone_of(clock())
        self._leafing: Leafing | None = None
        self._shelves: frozenset[str] = frozenset()
        self._reading: Reading | None = None
        """How far it has come; ``None`` while nothing is read."""
        self._stopped = self._paused = False
        """Stopped by a key, until one reads on; paused while another screen is looked at."""
        self._trouble: Trouble | None = None
        self._at: datetime | None = None
        self._unread: list[Unread] = []
        self._rhythm = Rhythm()

    def compose(self) -> ComposeResult:
        """Head, filters, the timeline or the pictures, foot."""
        yield Head(self.MODE, self.named())
        with Vertical(id="body"):
            yield from self.filter_box()
            yield Static("", id="sought", markup=False)
            yield Static("", id="columns", markup=False)
            yield Timeline(id="timeline")
            with Vertical(id="none"):
                yield Static("", id="why", markup=False)
                with Horizontal():
                    yield Button("Import", id="import", variant="primary", compact=True)
                    yield Button("Show all", id="unfilter", compact=True)
                    yield Button("Try again", id="look", compact=True)
            with Vertical(id="pictures"):
                yield OverTime(id="over-time")
                yield Heatmap(id="heatmap")
        yield Foot()

    def on_mount(self) -> None:
        """Read at once; the timeline has the keys."""
        super().on_mount()
        self.query_one("#pictures").display = False
        self.focus_list()
        self.action_look()

    def show(self, picture: Picture) -> None:
        """A picture of who has access is not what is shown here."""
        self.picture = picture

    def imported(self) -> None:
        """From the newest one on, since there are others."""
        if self._at is not None:
            self.look_afresh()

    def focus_list(self) -> None:
        """To the timeline, or to the pictures."""
        self.query_one("#over-time" if self._draws else "#timeline").focus()

    @property
    def _draws(self) -> bool:
        return self.query_one("#pictures").display

    @property
    def _timeline(self) -> Timeline:
        return self.query_one(Timeline)

    # Reading

    def action_look(self) -> None:
        """Read on where it was stopped; else from the newest one on."""
        if self._stopped:
            self._read_on()
        else:
            self.look_afresh()

    def look_afresh(self) -> None:
        """Read from the newest one on, with the filters there are."""
        old, self._leafing = self._leafing, leafing.Leafing(self.desk.pod, self._sought, self._zone, self._hear)
        self._unread, self._rhythm, self._trouble, self._at = [], Rhythm(), None, self._clock()
        self._timeline.clear()
        self._read_on(old)

    def _read_on(self, old: Leafing | None = None) -> None:
        """The next page in the background; all there is while the pictures are shown."""
        if self._leafing is not None:
            self._reading, self._trouble = leafing.Reading(), None
            self._stopped = self._paused = False
            self._say()
            self._read(self._leafing, float("inf") if self._draws else PAGE, old)

    @work(exclusive=True, group="read", exit_on_error=False)
    async def _read(self, reader: Leafing, most: float, old: Leafing | None) -> None:
        try:
            if old is not None:
                await old.aclose()
            async with aclosing(reader.page(most)) as page:
                async for items in page:
                    self.post_message(self.Came(reader, items))
            self.post_message(self.Rests(reader))
        except LifepodError as error:
            self.post_message(self.Lost(reader, Trouble.of(error)))

    def _hear(self, reading: Reading) -> None:
        if self._leafing is not None:
            self.post_message(self.Heard(self._leafing, reading))

    async def on_unmount(self) -> None:
        """Read no more."""
        if self._leafing is not None:
            await self._leafing.aclose()

    def on_screen_suspend(self) -> None:
        """Another screen is wanted: a search that is under way stops, and goes on when one comes back."""
        if self._reading is not None and self.app.screen_stack[-1].is_modal is False:
            self._stop()
            self._paused = True

    def on_screen_resume(self) -> None:
        """Go on where another screen stopped it; what a key stopped rests."""
        if self._paused:
            self._read_on()

    def _stop(self) -> None:
        for worker in self.workers:
            if worker.group == "read" and worker.node is self:
                worker.cancel()
        self._reading, self._stopped = None, True
        self._say()

    def on_leaf_screen_heard(self, event: Heard) -> None:
        """Say how far it has come; a late word after the end says nothing."""
        event.stop()
        if event.leafing is self._leafing and self._reading is not None:
            self._reading = event.reading
            self._shelves |= event.reading.shelves
            self._say()

    def on_leaf_screen_came(self, event: Came) -> None:
        """Below what there is."""
        event.stop()
        if event.leafing is not self._leafing:
            return
        self._unread += [one for one in event.items if isinstance(one, Unread)]
        self._rhythm.add(one.when for one in event.items if isinstance(one, Line))
        self._timeline.more(event.items)
        self._say()
        if self._draws:
            self._draw()

    def on_leaf_screen_rests(self, event: Rests) -> None:
        """A page is there."""
        event.stop()
        if event.leafing is self._leafing:
            self._reading = None
            self._say()
            self._timeline.more(())
            if self._draws:
                self._draw()

    def on_leaf_screen_lost(self, event: Lost) -> None:
        """Keep what there is, and say why there is no more."""
        event.stop()
        if event.leafing is self._leafing:
            self._reading, self._trouble = None, event.trouble
            self._say()

    def on_timeline_short(self, event: Timeline.Short) -> None:
        """The end is near: read on, unless somebody said stop."""
        event.stop()
        reader = self._leafing
        if reader and not (reader.is_done or self._reading or self._stopped or self._trouble):
            self._read_on()

    def on_worker_state_changed(self, event: Worker.StateChanged) -> None:
        """A fault of ours is told like any other."""
        if event.state is WorkerState.ERROR and event.worker.group == "read" and self._leafing is not None:
            self.post_message(self.Lost(self._leafing, Trouble.fault(event.worker.error)))
        else:
            super().on_worker_state_changed(event)

    # Saying

    def _count(self) -> int:
        return len(self._timeline) - len(self._unread)

    @property
    def _is_done(self) -> bool:
        return self._leafing is not None and self._leafing.is_done

    def _say(self) -> None:
        head = next(iter(self.query(Head)), None)
        if head is None:
            return
        taken = leafing.count_words(self._count(), done=self._is_done) if self._at else "not read yet"
        busy = f"{leafing.reading_words(self._reading)}  Esc stops" if self._reading else ""
        notice = leafing.unread_notice(self._unread)
        if self._trouble is not None:
            notice = f"{self._trouble.sentence} {self._trouble.advice} u tries again."
        head.say(taken, busy or ("stopped: u reads on" if self._stopped else ""), notice)
        words = leafing.sought_words(self._sought)
        line = self.query_one("#sought", Static)
        line.display = bool(words)
        line.update(Content.assemble("Only ", (words, "bold"), ("   Esc shows all", "$foreground 70%")))
        self._say_nothing()

    def _say_nothing(self) -> None:
        """What stands in place of an empty list: never an empty look while nobody knows."""
        empty, filtered = not len(self._timeline), self._sought != leafing.Sought()
        self.query_one("#none").display = empty and not self._draws
        self._timeline.display = self.query_one("#columns").display = not empty and not self._draws
        self.call_after_refresh(self._name_columns)
        if not empty:
            return
        why = "Reading your journal …"
        if self._trouble is not None:
            why = "Nothing could be read."
        elif self._stopped:
            why = "Stopped before anything was found."
        elif self._is_done:
            why = "No record fits." if filtered else _EMPTY
        self.query_one("#why", Static).update(Content(why))
        self.query_one("#import").display = self._is_done and not filtered
        self.query_one("#unfilter").display = filtered
        self.query_one("#look").display = self._trouble is not None or self._stopped

    def on_resize(self, event: events.Resize) -> None:
        """The heads of the columns stand where the columns stand."""
        self.call_after_refresh(self._name_columns)

    def _name_columns(self) -> None:
        for line in self.query("#columns").results(Static):
            line.update(Content(heading(self._timeline.size.width)))

    def action_stop(self) -> None:
        """Read no further for now."""
        if self._reading is not None:
            self._stop()

    def _draw(self) -> None:
        self.query_one(OverTime).paint(self._rhythm)
        self.query_one(Heatmap).paint(self._rhythm)


_EMPTY = "Your journal is empty. Import an export of your data: i, or lifepod import PATH."
