"""Records line by line, as many as there are: only those in view are drawn, and more are asked for near the end.

It refuses to hide what could not be read (it has a line of its own), and to be given text that was not made harmless.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import ClassVar

from rich.segment import Segment
from rich.style import Style
from textual import events
from textual.binding import Binding, BindingType
from textual.geometry import Size
from textual.message import Message
from textual.strip import Strip

from lifepod.owner.browsing import Line as Line  # what stands in a line
from lifepod.owner.browsing import Unread as Unread
from lifepod.plain import plain
from lifepod.tui.widgets.bars import fit
from lifepod.tui.widgets.cursor import MOVES, Cursor

Item = Line | Unread
_AHEAD = 100
"""Lines before the last one at which more are asked for."""
_TIME, _CLASS, _SOURCE, _WITH = 16, 9, 17, 22
_NARROW, _WIDE = 72, 110
"""Cells below which sources are cut, and from which there is a column for who was on the other side."""
Part = tuple[str, str]


class Timeline(Cursor, can_focus=True):
    """The newest first; one of them is picked out."""

    COMPONENT_CLASSES: ClassVar[set[str]] = {
        f"timeline--{one}" for one in ("quiet", "class", "alert", "cursor", "hover")
    }
    DEFAULT_CSS = """
    Timeline {
        height: 1fr; background: $surface; scrollbar-size: 0 1; scrollbar-gutter: stable; padding: 0 0 0 1;
        & > .timeline--quiet { color: $foreground 70%; }
        & > .timeline--class { color: $primary; }
        & > .timeline--alert { color: $warning; }
        & > .timeline--hover { background: $foreground 8%; }
        & > .timeline--cursor { background: $foreground 12%; text-style: bold; }
        &:focus > .timeline--cursor { background: $block-cursor-background; color: $block-cursor-foreground; }
        &:nocolor > .timeline--cursor { text-style: reverse bold; }
    }
    """
    BINDINGS: ClassVar[list[BindingType]] = [
        *MOVES,
        Binding("left,shift+up", "day(-1)", "Newer day", show=False),
        Binding("right,shift+down", "day(1)", "Older day", show=False),
    ]

    @dataclass
    class Opened(Message):
        """A line was chosen."""

        item: Item

    @dataclass
    class Moved(Message):
        """Another line is picked out."""

    @dataclass
    class Short(Message):
        """The end is near: more would be welcome."""

    def __init__(self, *, id: str) -> None:
        super().__init__(id=id)
        self._items: list[Item] = []
        self._hover = -1

    def count(self) -> int:
        """How many lines came so far."""
        return len(self._items)

    def moved(self) -> None:
        """Another line is picked out, and more may be wanted."""
        self.post_message(self.Moved())
        self._want()

    def __len__(self) -> int:
        return len(self._items)

    def __bool__(self) -> bool:
        return True  # a widget without lines is still one

    @property
    def items(self) -> Sequence[Item]:
        """All that came so far."""
        return self._items

    @property
    def picked(self) -> Item | None:
        """The picked line."""
        return self._items[self.cursor] if self.cursor < len(self._items) else None

    # What it holds

    def clear(self) -> None:
        """No lines."""
        self._items, self.cursor = [], 0
        self._lay_out()
        self.scroll_to(0, 0, animate=False)

    def more(self, items: Sequence[Item]) -> None:
        """These too, below."""
        self._items.extend(items)
        self._lay_out()
        self._want()

    def put(self, line: Line) -> None:
        """A record in place of what was told of it, or where its time belongs; it is picked out."""
        at = self.find(line.url)
        if at is not None:
            self._items[at] = line
        else:
            older = (n for n, one in enumerate(self._items) if isinstance(one, Line) and one.when < line.when)
            at = next(older, len(self._items))
            self._items.insert(at, line)
        self._lay_out()
        self._to(at)

    def drop(self, url: str) -> None:
        """Without a record."""
        at = self.find(url)
        if at is not None:
            del self._items[at]
            self._lay_out()
            self._to(self.cursor - (at < self.cursor))

    def find(self, url: str) -> int | None:
        """The number of the line of a record."""
        return next((n for n, one in enumerate(self._items) if isinstance(one, Line) and one.url == url), None)

    def _lay_out(self) -> None:
        self.virtual_size = Size(0, len(self._items))
        self.refresh()

    def _want(self) -> None:
        if max(self.cursor, self.scroll_offset.y + self.size.height) + _AHEAD >= len(self._items):
            self.post_message(self.Short())

    def watch_scroll_y(self, before: float, after: float) -> None:
        """Scrolling near the end asks for more."""
        super().watch_scroll_y(before, after)
        self._want()

    # Drawing

    def render_line(self, y: int) -> Strip:
        """One line in view, the picked one in its own colours."""
        at, width = y + self.scroll_offset.y, self.size.width
        ground = self.rich_style
        if at >= len(self._items):
            return Strip.blank(width, ground)
        dated = y == 0 or at == self.cursor or _day(self._items[at]) != _day(self._items[at - 1])
        parts = parts_of(self._items[at], width, dated=dated)
        if at == self.cursor:
            style = self.get_component_rich_style("timeline--cursor")
            segments = [Segment(text, style) for text, _ in parts]
        else:
            style = self.get_component_rich_style("timeline--hover") if at == self._hover else ground
            tones = {tone: self.get_component_rich_style(f"timeline--{tone}") for _, tone in parts if tone}
            back = Style(bgcolor=style.bgcolor)
            segments = [Segment(text, tones[tone] + back if tone else style) for text, tone in parts]
        return Strip(segments).adjust_cell_length(width, style)

    # Moving

    def action_day(self, by: int) -> None:
        """To the next day that has a record, or the day before."""
        at, here = self.cursor, self.picked
        if here is None:
            return
        while 0 <= at + by < len(self._items) and _day(self._items[at]) == _day(here):
            at += by
        while by < 0 and at > 0 and _day(self._items[at - 1]) == _day(self._items[at]):
            at -= 1
        self._to(at)

    def action_open(self) -> None:
        """The picked record, whole."""
        if self.picked is not None:
            self.post_message(self.Opened(self.picked))

    def on_mouse_move(self, event: events.MouseMove) -> None:
        """Show what a click would pick."""
        self._point(event.y + self.scroll_offset.y)

    def on_leave(self, event: events.Leave) -> None:
        """Nothing is pointed at."""
        self._point(-1)

    def _point(self, at: int) -> None:
        if at != self._hover:
            self._hover = at
            self.refresh()


def _day(item: Item) -> str:
    return item.when[:10] if isinstance(item, Line) else "?"


def _columns(width: int) -> tuple[int, int, int]:
    """Cells of source, other side, and what; none for the other side in a narrow window."""
    source, other = (_SOURCE + 3, _WITH) if width >= _WIDE else (_SOURCE if width >= _NARROW else 8, 0)
    left = width - (_TIME + 2 + _CLASS + 2 + source + 2 + (other + 2 if other else 0))
    return source, other, max(8, left)


def heading(width: int) -> str:
    """What stands over the lines."""
    source, other, _ = _columns(width)
    words = fit("when", _TIME) + "  " + fit("class", _CLASS) + "  " + fit("source", source) + "  "
    return words + (fit("with", other) + "  " if other else "") + "what"


def parts_of(item: Item, width: int, *, dated: bool) -> tuple[Part, ...]:
    """A line in exactly ``width`` cells, with its tones."""
    source, other, what = _columns(width)
    if isinstance(item, Unread):
        said = f"could not be read: {plain(item.path, 200)}  {plain(item.why)}"
        return ((fit("?", _TIME + 2), "alert"), (fit(said, max(8, width - _TIME - 2)), "alert"))
    day, _, time = item.when.partition("T")
    parts: list[Part] = [(fit(day if dated else "", 10) + " ", "quiet"), (fit(time[:5], 5) + "  ", "")]
    if not day:
        parts = [(fit("no time" if dated else "", _TIME + 2), "quiet")]
    told = item.source + "".join(f" +{len(item.also)}" for _ in item.also[:1])
    parts += [(fit(item.journal_class, _CLASS) + "  ", "class")]
    parts += [(fit(told, source) + "  ", "quiet" if item.verified else "alert")]
    if other:
        parts.append((fit(item.who, other) + "  ", "quiet"))
    mark = ("  unverified" if not item.verified else "") + ("  edited" if item.edited else "")
    words = item.what or item.who or "(nothing is said)"
    room = max(6, what - len(mark))
    return (*parts, (fit(words, room), ""), (mark[: what - room], "alert" if not item.verified else "quiet"))
