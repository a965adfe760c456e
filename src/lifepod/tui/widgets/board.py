"""Lines in sections, each of which leads to a screen; what is painted anew leaves the picked line where it was.

It refuses to pick a line that leads nowhere, and to move what somebody is looking at.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import ClassVar

from rich.segment import Segment
from rich.style import Style
from textual import events
from textual.binding import Binding, BindingType
from textual.strip import Strip

from lifepod.tui.widgets import bars
from lifepod.tui.widgets.lines import Line, Lines
from lifepod.tui.widgets.picks import Key as Key  # where a line leads to
from lifepod.tui.widgets.picks import Picks as Picks


@dataclass(frozen=True, slots=True)
class Row:
    """One line."""

    name: str
    """What it is about: the same when it is painted anew; unique on its board."""
    line: Line
    key: Key | None = None
    """Where it leads to; ``None`` for a title."""
    words: str = ""
    """What else a filter finds it by."""

    def has(self, text: str) -> bool:
        """Whether a filter finds it; ``text`` is case-folded."""
        return text in f"{''.join(part for part, _ in self.line)}\n{self.words}".casefold()


class Board(Picks):
    """Lines with a cursor, of which one click opens one."""

    COMPONENT_CLASSES: ClassVar[set[str]] = {f"lines--{tone}" for tone in bars.TONES} | {"board--hover"}
    DEFAULT_CSS = (
        """
    Board {
        padding: 0 1;
        & > .board--hover { background: $foreground 8%; }
    """
        + bars.STYLES
        + "}"
    )
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("right", "screen.section(1)", "Next part", show=False),
        Binding("left", "screen.section(-1)", "Part before", show=False),
    ]

    def __init__(self, *, id: str) -> None:
        super().__init__(id=id)
        self._rows: Sequence[Row] = ()
        self._hover = -1

    @property
    def chosen(self) -> Row | None:
        """The picked line; ``None`` where nothing can be picked."""
        row = self._rows[self.cursor] if self.cursor < len(self._rows) else None
        return row if row is not None and row.key is not None else None

    def lay(self, rows: Sequence[Row]) -> None:
        """Show these lines; the picked one stays picked, and stays where it is where that can be."""
        if self._rows == rows:
            return  # nothing moves, so nothing is drawn
        before, above = self.chosen, self.cursor - self.scroll_offset.y
        self._rows = rows
        self.show([(row.key, row.line) for row in rows], keep=True)
        names = [row.name for row in rows]
        if before is not None and before.name in names and before.key is not None:
            self.cursor = names.index(before.name)
            if self.scroll_offset.y:
                self.scroll_to(y=max(0, self.cursor - above), animate=False)
        else:
            self.cursor = self._near(min(self.cursor, len(rows) - 1), 1)
        self.refresh()

    def starts(self) -> list[int]:
        """The first line of each section that leads somewhere."""
        keys = [row.key for row in self._rows]
        return [at for at, key in enumerate(keys) if key is not None and (at == 0 or keys[at - 1] is None)]

    def start_of(self, section: str) -> int | None:
        """The first line of a section that leads somewhere; ``None`` where the section is not here."""
        at = next((n for n, row in enumerate(self._rows) if row.name == f"{section} title"), None)
        return None if at is None else self._near(at, 1)

    def go(self, at: int) -> None:
        """Pick a line, its title in view."""
        self._to(at)
        if at and self._rows[at - 1].key is None and at - 1 < self.scroll_offset.y:
            self.scroll_to(y=at - 1, animate=False)

    def render_line(self, y: int) -> Strip:
        """One line in view; the picked one on its own ground while this board has the keys, its bar as it was."""
        at = y + self.scroll_offset.y
        strip = Lines.render_line(self, y)
        picked = self.has_focus and self.chosen is not None and at == self.cursor
        if picked:
            style = self.get_component_rich_style("picks--cursor")
            if style.reverse:  # without colours the whole line turns round
                return Strip([Segment(s.text, style, s.control) for s in strip], strip.cell_length)
            quiet = [self.get_component_rich_style(f"lines--{tone}").color for tone in bars.TONES]
            ground = Style(bgcolor=style.bgcolor)
            parts = [
                Segment(s.text, s.style + ground if s.style and s.style.color in quiet else style, s.control)
                for s in strip
            ]
            return Strip(parts, strip.cell_length)
        if at == self._hover:
            ground = Style(bgcolor=self.get_component_rich_style("board--hover").bgcolor)
            return Strip([Segment(s.text, (s.style or Style()) + ground, s.control) for s in strip], strip.cell_length)
        return strip

    def action_move(self, by: int) -> None:
        """The next line that leads somewhere."""
        self._to(self._near(self.cursor + by, by))
        if not any(row.key for row in self._rows[: self.cursor]):
            self.scroll_to(y=0, animate=False)  # the title above the first one

    def action_page(self, by: int) -> None:
        """A page on or back."""
        self._to(self._near(self.cursor + by * max(1, self.size.height - 1), by))

    def action_end(self, last: int) -> None:
        """The first or the last line."""
        self._to(self._near(len(self._rows) - 1 if last else 0, -1 if last else 1))
        if not last:
            self.scroll_to(y=0, animate=False)

    def _near(self, at: int, by: int) -> int:
        """The line at or next to a number that leads somewhere, first in one direction, then in the other."""
        if not self._rows:
            return 0
        at = max(0, min(at, len(self._rows) - 1))
        ways = range(at, len(self._rows)), range(at, -1, -1)
        for way in ways if by > 0 else reversed(ways):
            found = next((n for n in way if self._rows[n].key is not None), None)
            if found is not None:
                return found
        return at

    def _line_at(self, y: int) -> int:
        at = y + self.scroll_offset.y
        return at if 0 <= at < len(self._rows) and self._rows[at].key is not None else -1

    def on_click(self, event: events.Click) -> None:
        """A click opens."""
        event.prevent_default()
        at = self._line_at(event.y)
        if at >= 0:
            self._to(at)
            self.action_open()

    def on_mouse_move(self, event: events.MouseMove) -> None:
        """Show what a click would open."""
        self._point(self._line_at(event.y))

    def on_leave(self, event: events.Leave) -> None:
        """Nothing is pointed at."""
        self._point(-1)

    def _point(self, at: int) -> None:
        if at != self._hover:
            self._hover = at
            self.refresh()
