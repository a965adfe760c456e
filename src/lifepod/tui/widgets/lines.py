"""Thousands of lines to read: only those in view are drawn; what is too wide is reached with the arrows.

It refuses to take its texts for markup, and to be given text that was not made harmless.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from typing import ClassVar

from rich.cells import cell_len, chop_cells
from rich.segment import Segment
from textual import events
from textual.geometry import Size
from textual.scroll_view import ScrollView
from textual.strip import Strip

Part = tuple[str, str]
"""A text that is safe to show, and its tone: one of :data:`TONES`, or empty."""
Line = tuple[Part, ...]
TONES = ("title", "name", "quiet", "alert")


class Lines(ScrollView, can_focus=True):
    """A text, line by line; a first line can stay in view."""

    COMPONENT_CLASSES: ClassVar[set[str]] = {f"lines--{tone}" for tone in TONES}
    DEFAULT_CSS = """
    Lines {
        height: 1fr; background: $surface; scrollbar-size: 1 1;
        & > .lines--title { color: $primary; text-style: bold; }
        & > .lines--name { color: $accent; }
        & > .lines--quiet { color: $foreground 70%; }
        & > .lines--alert { color: $warning; }
    }
    """

    def __init__(self, *, id: str) -> None:
        super().__init__(id=id)
        self._lines: Sequence[Line] = ()
        self._folded: Sequence[Line] = ()
        self._head: Line = ()
        self._wraps = False

    def paint(self, lines: Sequence[Line], head: Line = (), *, top: bool = True, wrap: bool = False) -> None:
        """Show these lines below the head; with ``top`` from the first one on; ``wrap`` folds those too wide."""
        self._lines = self._folded = lines
        self._head, self._wraps = head, wrap
        self._lay_out()
        if top:
            self.scroll_to(0, 0, animate=False)

    def on_resize(self, event: events.Resize) -> None:
        """Folded lines are folded anew."""
        if self._wraps:
            self._lay_out()

    def _lay_out(self) -> None:
        head, lines = self._head, self._lines
        room = self.scrollable_content_region.width
        if self._wraps and room > 0:
            lines = [part for line in lines for part in folded(line, room)]
        self._folded = lines
        width = max((_width(line) for line in (head, *lines)), default=0)
        self.virtual_size = Size(width, len(lines) + bool(head))
        self.refresh()

    def render_line(self, y: int) -> Strip:
        """One line in view."""
        left, above = self.scroll_offset
        at = y + above
        line = self._head if self._head and y == 0 else self._at(at - bool(self._head))
        ground = self.rich_style
        segments = [
            Segment(text, self.get_component_rich_style(f"lines--{tone}") if tone else ground) for text, tone in line
        ]
        return Strip(segments).crop_extend(left, left + self.size.width, ground)

    def _at(self, number: int) -> Line:
        return self._folded[number] if 0 <= number < len(self._folded) else ()


def _width(line: Line) -> int:
    return sum(cell_len(text) for text, _ in line)


_WORDS = re.compile(r"\s*\S+|\s+")


def folded(line: Line, room: int) -> Iterator[Line]:
    """A line as lines of at most ``room`` cells, broken between words; those that follow stand below its text."""
    if _width(line) <= room:
        yield line
        return
    first = line[0][0]
    indent = " " * min(len(first) - len(first.lstrip()) + 2, room // 2)
    out, used = list[Part](), 0
    for text, tone in line:
        for word in _WORDS.findall(text):
            if out and used + cell_len(word) > room:
                yield tuple(out)
                out, used, word = [(indent, "")], len(indent), word.lstrip()
            for piece in chop_cells(word, room - len(indent)):
                if used + cell_len(piece) > room:
                    yield tuple(out)
                    out, used = [(indent, "")], len(indent)
                out.append((piece, tone))
                used += cell_len(piece)
    yield tuple(out)
