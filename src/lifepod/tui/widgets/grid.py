"""A table of any size with a frozen head and first column: only the cells in view are worked out and drawn.

It refuses to take its texts for markup, and to be given text that was not made harmless.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import accumulate
from typing import ClassVar

from rich.cells import cell_len, set_cell_size
from rich.segment import Segment
from textual import events
from textual.binding import Binding, BindingType
from textual.geometry import Region, Size
from textual.message import Message
from textual.scroll_view import ScrollView
from textual.strip import Strip

from lifepod.tui.widgets.tree import fitted

TONES = ("title", "name", "quiet", "alert", "open", "cursor")
HEADER = -1
"""The column of the cursor while it stands on the name of a row."""


@dataclass(frozen=True, slots=True)
class Rows:
    """The names of the rows, asked one by one: a hundred thousand places are not named at once."""

    count: int
    name: Callable[[int], str]
    """Of a row; asked only for what is in view."""
    widest: int
    """Terminal cells of the longest name; one that is longer all the same is cut."""

    @classmethod
    def of(cls, names: Sequence[str]) -> Rows:
        """These names, all of them measured."""
        return cls(len(names), names.__getitem__, max(map(cell_len, names), default=0))


@dataclass(frozen=True, slots=True)
class Sheet:
    """What a grid shows."""

    corner: str
    rows: Rows
    columns: Sequence[str]
    widths: Sequence[int]
    """In cells, of each column."""
    cell: Callable[[int, int], tuple[str, str]]
    """Text and tone of a row and a column; asked only for what is in view."""


EMPTY = Sheet("", Rows.of(()), (), (), lambda row, column: ("", ""))


class Grid(ScrollView, can_focus=True):
    """A sheet with a cursor."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("up", "walk(-1, 0)", "Up", show=False),
        Binding("down", "walk(1, 0)", "Down", show=False),
        Binding("left", "walk(0, -1)", "Left", show=False),
        Binding("right", "walk(0, 1)", "Right", show=False),
        Binding("pageup", "page(-1)", "Page up", show=False),
        Binding("pagedown", "page(1)", "Page down", show=False),
        Binding("home", "walk(0, -100000)", "First column", show=False),
        Binding("end", "walk(0, 100000)", "Last column", show=False),
        Binding("ctrl+home", "walk(-10000000, 0)", "First row", show=False),
        Binding("ctrl+end", "walk(10000000, 0)", "Last row", show=False),
        Binding("enter", "open", "Open", show=False),
    ]
    COMPONENT_CLASSES: ClassVar[set[str]] = {f"grid--{tone}" for tone in TONES}
    DEFAULT_CSS = """
    Grid {
        height: 1fr; background: $surface; scrollbar-size: 1 1;
        & > .grid--title { color: $primary; text-style: bold; }
        & > .grid--name { color: $foreground; }
        & > .grid--quiet { color: $foreground 60%; }
        & > .grid--alert { color: $warning; }
        & > .grid--open { color: $accent; text-style: bold; }
        & > .grid--cursor { background: $foreground 15%; text-style: bold; }
        &:focus > .grid--cursor {
            background: $block-cursor-background; color: $block-cursor-foreground; text-style: bold;
        }
        &:nocolor > .grid--cursor { text-style: reverse; }
    }
    """

    @dataclass
    class Moved(Message):
        """The cursor stands on another cell; :data:`HEADER` is the name of the row."""

        row: int
        column: int

    @dataclass
    class Opened(Message):
        """Enter or a double click on a cell."""

        row: int
        column: int

    def __init__(self, *, id: str) -> None:
        super().__init__(id=id)
        self._sheet, self._starts, self._first = EMPTY, [0], 0
        self.row, self.column = 0, 0

    def paint(self, sheet: Sheet, row: int = 0, column: int = 0) -> None:
        """Show this sheet with the cursor on a cell."""
        self._sheet = sheet
        self._starts = [0, *accumulate(sheet.widths)]
        self._lay_out()
        self._stand(row, column)

    def on_resize(self, event: events.Resize) -> None:
        """The first column takes what it needs, and at most two fifths or what the others leave."""
        self._lay_out()
        self._keep_in_view()

    def _lay_out(self) -> None:
        rows, room, others = self._sheet.rows, self.size.width, self._starts[-1]
        # Terminal cells, not letters: a wide letter takes two of them, and a mark above a letter none.
        needed = max(rows.widest, cell_len(self._sheet.corner), 12) + 2
        self._first = min(needed, max(14, room * 2 // 5, room - others))
        self.virtual_size = Size(self._first + others, rows.count + 1)
        self.refresh()

    def _stand(self, row: int, column: int) -> None:
        before, place = self.row, self.scroll_offset
        self.row = max(0, min(row, self._sheet.rows.count - 1))
        self.column = max(HEADER, min(column, len(self._sheet.columns) - 1))
        self._keep_in_view()
        if self.scroll_offset != place:
            self.refresh()
        else:  # the head, which marks the column, the row that was left, the row that was reached
            lines = {0, before + 1 - place.y, self.row + 1 - place.y}
            self.refresh(*(Region(0, y, self.size.width, 1) for y in lines if 0 <= y < self.size.height))
        self.post_message(self.Moved(self.row, self.column))

    def _keep_in_view(self) -> None:
        room = self.scrollable_content_region.size
        left, top = self.scroll_offset
        below = max(1, room.height - 1)
        top = min(max(top, self.row - below + 1), self.row)
        if HEADER < self.column < len(self._sheet.columns):
            begin, end = self._starts[self.column], self._starts[self.column + 1]
            if end - left > room.width - self._first:  # to the start of a column, so that none is cut
                need = end - (room.width - self._first)
                left = next((start for start in self._starts if start >= need), begin)
            left = min(left, begin)
        self.scroll_to(left, top, animate=False, immediate=True)

    def action_walk(self, down: int, right: int) -> None:
        """The cursor moves by so many cells."""
        self._stand(self.row + down, self.column + right)
        if right and self.column == HEADER:  # the name is always in view: what belongs beside it is the first column
            self.scroll_to(0, animate=False, immediate=True)

    def action_page(self, pages: int) -> None:
        """By so many windows."""
        self._stand(self.row + pages * max(1, self.size.height - 2), self.column)

    def action_open(self) -> None:
        """Tell who is interested."""
        if self._sheet.rows.count:
            self.post_message(self.Opened(self.row, self.column))

    def on_click(self, event: events.Click) -> None:
        """A click stands on a cell, a second one opens it."""
        row = event.y - 1 + self.scroll_offset.y
        if event.y < 0 or row >= self._sheet.rows.count:
            return
        at = event.x - self._first
        column = HEADER if at < 0 else bisect_right(self._starts, at + self.scroll_offset.x) - 1
        self._stand(self.row if event.y == 0 else row, column)
        if event.chain == 2 and event.y > 0:
            self.action_open()

    def render_line(self, y: int) -> Strip:
        """The head, or one row in view."""
        left, top = self.scroll_offset
        row, width, ground = y - 1 + top, self.size.width, self.rich_style
        if y and row >= self._sheet.rows.count:
            return Strip.blank(width, ground)
        name, tone = (self._sheet.rows.name(row), "name") if y else (self._sheet.corner, "title")
        frozen = self._segment(name, self._first, tone, picked=bool(y) and (row, HEADER) == (self.row, self.column))
        first = max(0, bisect_right(self._starts, left) - 1)
        cells, at = list[Segment](), self._starts[first]
        for column in range(first, len(self._sheet.columns)):
            beyond = at + self._sheet.widths[column] > left + width - self._first
            if at >= left + width - self._first:
                break
            text, tone = self._sheet.cell(row, column) if y else (self._sheet.columns[column], "title")
            if (beyond and column > first) or at < left:  # half a cell would say something else
                text, tone = "" if at < left else "›", "quiet"
            picked = column == self.column and (row == self.row if y else False)
            cells.append(self._segment(text, self._sheet.widths[column], tone, picked=picked))
            at += self._sheet.widths[column]
        cut = left - self._starts[first]
        rest = Strip(cells).crop_extend(cut, cut + max(0, width - self._first), ground)
        return Strip([frozen, *rest]).crop_extend(0, width, ground)

    def _segment(self, text: str, width: int, tone: str, *, picked: bool) -> Segment:
        style = self.rich_style + self.get_component_rich_style(f"grid--{'cursor' if picked else tone or 'name'}")
        return Segment(set_cell_size(" " + fitted(text, max(1, width - 2), end=False), width), style)
