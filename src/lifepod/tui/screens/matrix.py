"""Everyone a rule could let in beside every class of data: who could use how much of what, at one glance.

It refuses to show unknown as no, to tell cells apart by colour alone, to call anybody no vendor, and to say what anyone
used.
"""

from __future__ import annotations

import asyncio
from collections.abc import Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar

from rich.cells import cell_len
from textual import work
from textual.app import ComposeResult, SystemCommand
from textual.binding import Binding, BindingType
from textual.containers import Vertical
from textual.content import Content
from textual.message import Message
from textual.widgets import Input, Static
from textual.worker import Worker, WorkerState

from lifepod.errors import LifepodError
from lifepod.owner.crossing import Count, Counts, counts
from lifepod.tui.kinds import agent_name, kind_of, place_name, row_names, vendors_of
from lifepod.tui.screens.behind import BehindScreen
from lifepod.tui.screens.pod import Aim, Clock, PodScreen, Trouble, Words
from lifepod.tui.widgets.grid import HEADER, Grid, Rows, Sheet

if TYPE_CHECKING:
    from lifepod.owner.desk import Audit, Desk

SORTS = ("name", "most first", "this column")
_LEGEND = "RAWC everywhere · rawc in some · ? not known · - nowhere · 3+2?/12: open in 3 of 12, perhaps 2"
_LOST = "Who is a vendor is not known: what is on record could not be read."
_WORDS = ("read", "append", "write", "control")


class MatrixScreen(PodScreen):
    """Audiences down, classes of data across."""

    MODE, FILTER = "matrix", "part of a WebID, vendor or group"
    BINDINGS: ClassVar[list[BindingType]] = [Binding("s", "sort", "Sort")]
    DEFAULT_CSS = """
    MatrixScreen {
        #body { height: 1fr; background: $surface; }
        #filter { display: none; height: 1; background: $panel; padding: 0 1; }
        #filter.shown { display: block; }
        #found { display: none; height: 1; background: $panel; color: $foreground 70%; padding: 0 1; }
        #found.shown { display: block; }
        #cell { height: auto; max-height: 4; min-height: 2; background: $panel; padding: 0 1; }
        #amiss { display: none; height: auto; max-height: 4; padding: 0 1; color: $warning; }
        #amiss.shown { display: block; }
        #legend { height: auto; color: $foreground 70%; padding: 0 1; }
    }
    """

    @dataclass
    class Worked(Message):
        """The whole matrix, worked out."""

        audit: Audit
        counts: Counts

    @dataclass
    class Told(Message):
        """Who is a vendor, or why that cannot be read."""

        vendors: frozenset[str]
        trouble: Trouble | None = None

    def __init__(self, desk: Desk, clock: Clock) -> None:
        super().__init__(desk, clock)
        self._audit: Audit | None = None
        self._counts: Counts | None = None
        self._vendors: frozenset[str] = frozenset()
        """Those that are known."""
        self._names: list[str] = []
        """Of all audiences, as their rows show them."""
        self._amiss: dict[str, str] = {}
        """What did not work, by the worker that failed."""
        self._rows: list[int] = []
        self._columns: list[int] = []
        self._chosen, self._sort = "", 0

    def body(self) -> ComposeResult:
        """The grid, the cell in words, the signs."""
        with Vertical():
            yield from self.filter_box()
            yield Grid(id="grid")
            yield Words("working it out …", id="cell")
            yield Static("", id="amiss", markup=False)
            yield Static(Content(_LEGEND), id="legend")

    def on_mount(self) -> None:
        """The grid has the keys."""
        super().on_mount()
        self.focus_list()

    def focus_list(self) -> None:
        """To the grid."""
        self.query_one(Grid).focus()

    def paint(self) -> None:
        """A new audit: worked out in a thread; what is shown stays until then. Who is a vendor is read anew."""
        if self.picture.audit is not None:
            self._work_out(self.picture.audit)
            self._ask()

    @work(exclusive=True, group="matrix", exit_on_error=False)
    async def _work_out(self, audit: Audit) -> None:
        self.post_message(self.Worked(audit, await asyncio.to_thread(counts, audit)))

    def on_matrix_screen_worked(self, event: Worked) -> None:
        """Show it, unless there is a newer picture by now."""
        event.stop()
        if event.audit is self.picture.audit:
            self._tell("matrix", "")
            self._audit, self._counts = event.audit, event.counts
            journal = event.audit.survey.storage + "journal/"
            columns = event.counts.columns
            # Classes of records first: the journal's own files and the rest after them.
            inside = [n for n, (place, _) in enumerate(columns) if place.startswith(journal) and place != journal]
            self._columns = inside + [n for n in range(len(columns)) if n not in set(inside)]
            self._list()

    @work(exclusive=True, group="vendors", exit_on_error=False)
    async def _ask(self) -> None:
        try:
            self.post_message(self.Told(await vendors_of(self.desk)))
        except LifepodError as error:
            self.post_message(self.Told(self._vendors, Trouble.of(error)))

    def on_matrix_screen_told(self, event: Told) -> None:
        """Now it is known who is a vendor; where it cannot be read, who was known before stays known."""
        event.stop()
        lost, before, self._vendors = event.trouble, self._vendors, event.vendors
        self._tell("vendors", f"{_LOST} {lost.sentence} {lost.advice} u tries again." if lost else "")
        if event.vendors != before:
            self._list()

    def on_worker_state_changed(self, event: Worker.StateChanged) -> None:
        """What could not be worked out is said here until it can be: a notice would go away, and cover it meanwhile."""
        worker = event.worker
        if event.state is WorkerState.ERROR and worker.group in ("matrix", "vendors"):
            event.prevent_default()
            trouble = Trouble.fault(worker.error)
            older = " What is shown is the picture before." if worker.group == "matrix" and self._counts else ""
            self._tell(worker.group, f"{trouble.sentence} u tries again.{older}")
            if self._counts is None:
                self.query_one("#cell", Words).say(Content("The matrix is not known."))

    def _tell(self, group: str, said: str) -> None:
        """Say what did not work until it does."""
        self._amiss[group] = said
        every = [one for one in self._amiss.values() if one]
        for line in self.query("#amiss").results(Static):  # none while the screen goes
            line.set_class(bool(every), "shown")
            line.update(Content("\n".join(every)))

    def _list(self) -> None:
        if self.query("#filter"):
            self.narrow(self.query_one("#filter", Input).value.strip())

    def narrow(self, text: str) -> None:
        """Only audiences whose name, or kind and name, contains the text."""
        audit, found = self._audit, self._counts
        if audit is None or found is None:
            return
        owner, wanted, grid = audit.survey.owner, text.casefold(), self.query_one(Grid)
        every = range(len(found.audiences))
        self._names = row_names(found.audiences, audit, self._vendors)
        said = [
            f"{name}\n{agent_name(who, owner)}\n{who}" for name, who in zip(self._names, found.audiences, strict=True)
        ]
        fits = [n for n in every if wanted in said[n].casefold()]
        self._rows = self._sorted(fits, grid.column)
        self.found(len(fits), len(every))
        titles = [self._title(n) for n in self._columns]
        widths = [
            max(cell_len(title), 6 + len(f"{found.columns[n][1]}") * 3 + 3) + 2
            for title, n in zip(titles, self._columns, strict=True)
        ]
        shown = Rows.of([self._names[n] for n in self._rows])
        at = next((i for i, n in enumerate(self._rows) if found.audiences[n] == self._chosen), 0)
        grid.paint(Sheet(f"by {SORTS[self._sort]}", shown, titles, widths, self._cell), at, grid.column)

    def _sorted(self, rows: list[int], column: int) -> list[int]:
        found = self._counts
        assert found is not None
        if self._sort == 0:
            return rows
        held = self._columns[column : column + 1] if self._sort == 2 and column > HEADER else self._columns

        def weight(row: int) -> tuple[int, int]:
            cells = [found.cells[row][n] for n in held]
            return -sum(cell.any_yes for cell in cells), -sum(cell.any_unknown for cell in cells)

        return sorted(rows, key=weight)

    def _title(self, column: int) -> str:
        assert self._audit is not None and self._counts is not None
        storage = self._audit.survey.storage
        name = place_name(self._counts.columns[column][0], storage, 60)
        return name.removeprefix("journal/") if len(name) > len("journal/") else name

    def _named(self, who: str) -> str:
        """An audience in full, and of which kind it is where that is known."""
        assert self._audit is not None
        kind, name = kind_of(who, self._audit, self._vendors), agent_name(who, self._audit.survey.owner)
        return f"{name}, a {kind}," if kind else name

    def _cell(self, row: int, column: int) -> tuple[str, str]:
        assert self._counts is not None
        at = self._columns[column]
        return cell_signs(self._counts.cells[self._rows[row]][at], self._counts.columns[at][1])

    # What is under the cursor

    def _picked(self) -> tuple[str, str, Count | None]:
        """Audience, place and count under the cursor; no place on the name of a row."""
        grid, found = self.query_one(Grid), self._counts
        if found is None or not 0 <= grid.row < len(self._rows):
            return "", "", None
        row = self._rows[grid.row]
        if not HEADER < grid.column < len(self._columns):
            return found.audiences[row], "", None
        at = self._columns[grid.column]
        return found.audiences[row], found.columns[at][0], found.cells[row][at]

    def on_grid_moved(self, event: Grid.Moved) -> None:
        """Say the cell in words."""
        event.stop()
        who, place, count = self._picked()
        self._chosen = who or self._chosen
        line, audit = self.query_one("#cell", Words), self._audit
        if audit is None or self._counts is None:
            return  # it still says why there is nothing
        if not who:
            line.say(Content("nobody matches"))
            return
        name = self._named(who)
        if count is None:
            line.say(Content(f"{name.removesuffix(',')}\nEnter: all they could see"))
            return
        covers = dict(self._counts.columns)[place]
        words = cell_words(count, covers)
        line.say(Content(f"{name} at {place_name(place, audit.survey.storage)}\n{words}. Enter: place by place"))

    def on_grid_opened(self, event: Grid.Opened) -> None:
        """On a name to that agent; on a cell to the places behind it."""
        event.stop()
        who, place, count = self._picked()
        if not who or self._audit is None:
            return
        if count is None:
            self.post_message(self.Wanted("agents", who))
        else:
            self.app.push_screen(BehindScreen(self._audit, place, who, self._named(who)), self._went)

    def _went(self, url: str | None) -> None:
        if url:
            self.post_message(self.Wanted("places", url))

    def action_sort(self) -> None:
        """By name, by how much they could see, by the column under the cursor."""
        self._sort = (self._sort + 1) % len(SORTS)
        self._list()

    def action_open(self) -> None:
        """What Enter does."""
        self.query_one(Grid).action_open()

    def point_at(self, key: str) -> None:
        """Choose an audience."""
        self._chosen = key
        self.action_unfilter()
        self._list()

    def aim(self, verb: str) -> Aim:
        """Agent and place of the cell."""
        who, place, _ = self._picked()
        audit = self._audit
        is_agent = audit is not None and who in audit.agents and who != audit.survey.owner
        return Aim(place, who if is_agent else "")

    def commands(self) -> Iterable[SystemCommand]:
        """What can be done here, by name."""
        yield SystemCommand("Places behind the cell", "verdict by place (lifepod matrix, who)", self.action_open)
        yield SystemCommand("Sort", "by name, by how much, by this column", self.action_sort)
        yield from super().commands()


def cell_signs(count: Count, covers: int) -> tuple[str, str]:
    """A cell as signs, and its tone: capital everywhere, small in some, ``?`` where it is not known."""
    signs = ""
    for word, yes, unknown in zip(_WORDS, count.yes, count.unknown, strict=True):
        letter = word[0]
        signs += letter.upper() if yes == covers and yes else letter if yes else "?" if unknown else "-"
    # A mode open in some places may be unknown in others: that must not get lost behind its letter.
    signs += "?" if any(y and u for y, u in zip(count.yes, count.unknown, strict=True)) else " "
    tone = "open" if count.any_yes else "alert" if count.any_unknown else "quiet"
    perhaps = f"+{count.any_unknown}?" if count.any_unknown else ""
    return f"{signs} {count.any_yes}{perhaps}/{covers}", tone


def cell_words(count: Count, covers: int) -> str:
    """A cell in words: nothing that is not known is left out."""
    parts = []
    for word, yes, unknown in zip(_WORDS, count.yes, count.unknown, strict=True):
        if yes or unknown:
            said = [f"{yes} of {covers}"] if yes else []
            parts.append(f"{word} {', '.join([*said, *([f'{unknown} unknown'] if unknown else [])])}")
    return "Could " + "; ".join(parts) if parts else f"Nothing in any of {covers} places"
