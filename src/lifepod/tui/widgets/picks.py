"""Thousands of lines to read, one of which is picked out: it may lead to something with a screen of its own.

It refuses to know where: a line has a key or none.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import ClassVar

from rich.segment import Segment
from textual.binding import Binding, BindingType
from textual.message import Message
from textual.strip import Strip

from lifepod.tui.widgets.cursor import MOVES, Cursor
from lifepod.tui.widgets.lines import Line, Lines
from lifepod.tui.widgets.lines import Part as Part  # what a line is made of

Key = tuple[str, str]
"""The mode of a screen, and what is shown there."""
Picked = tuple[Key | None, Line]


class Picks(Lines, Cursor, inherit_bindings=False):  # styles come from the first of them
    """Lines with a cursor."""

    COMPONENT_CLASSES: ClassVar[set[str]] = {"lines--good", "lines--bad", "picks--cursor"}
    DEFAULT_CSS = """
    Picks {
        & > .lines--good { color: $text-success; }
        & > .lines--bad { color: $text-error; }
        & > .picks--cursor { background: $foreground 12%; text-style: bold; }
        &:focus > .picks--cursor { background: $block-cursor-background; color: $block-cursor-foreground; }
        &:focus:nocolor > .picks--cursor { text-style: reverse bold; }
    }
    """
    BINDINGS: ClassVar[list[BindingType]] = [
        *MOVES,
        Binding("left", "scroll_left", "Left", show=False),
        Binding("right", "scroll_right", "Right", show=False),
    ]

    @dataclass
    class Opened(Message):
        """A line that leads somewhere was chosen."""

        key: Key

    @dataclass
    class Moved(Message):
        """Another line is picked out."""

        widget: Picks
        at: int

    def __init__(self, *, id: str) -> None:
        super().__init__(id=id)
        self._keys: Sequence[Key | None] = ()

    def count(self) -> int:
        """How many lines there are."""
        return len(self._keys)

    def moved(self) -> None:
        """Say which line it is now."""
        self.post_message(self.Moved(self, self.cursor))

    def show(self, rows: Sequence[Picked], *, keep: bool = False) -> None:
        """Show these lines; with ``keep`` the cursor stays where it is."""
        self._keys = [key for key, _ in rows]
        self.cursor = min(self.cursor, max(0, len(rows) - 1)) if keep else 0
        self.paint([line for _, line in rows], top=not keep)
        self.post_message(self.Moved(self, self.cursor))

    @property
    def picked(self) -> Key | None:
        """What the picked line leads to."""
        return self._keys[self.cursor] if self.cursor < len(self._keys) else None

    def render_line(self, y: int) -> Strip:
        """One line in view, the picked one in its own colours."""
        strip = super().render_line(y)
        if y + self.scroll_offset.y != self.cursor or not self._keys:
            return strip
        style = self.get_component_rich_style("picks--cursor")
        return Strip([Segment(part.text, style, part.control) for part in strip], strip.cell_length)

    def action_open(self) -> None:
        """Where it leads to."""
        if self.picked is not None:
            self.post_message(self.Opened(self.picked))
