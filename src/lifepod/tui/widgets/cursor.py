"""A cursor over lines of which only those in view are drawn: the keys that move it, and what a click does.

It refuses to know what a line holds: the widget says how many there are, and what opening one means.
"""

from __future__ import annotations

from textual import events
from textual.binding import Binding, BindingType
from textual.scroll_view import ScrollView

MOVES: tuple[BindingType, ...] = (
    Binding("up,k", "move(-1)", "Up", show=False),
    Binding("down,j", "move(1)", "Down", show=False),
    Binding("pageup", "page(-1)", "Page up", show=False),
    Binding("pagedown,space", "page(1)", "Page down", show=False),
    Binding("home", "end(0)", "First", show=False),
    Binding("end", "end(1)", "Last", show=False),
    Binding("enter", "open", "Open", show=False),
)
"""For the widget's own ``BINDINGS``."""


class Cursor(ScrollView):
    """Lines one cell high, one of them picked out."""

    cursor = 0

    def count(self) -> int:
        """How many lines there are."""
        raise NotImplementedError

    def action_open(self) -> None:
        """Open the picked line."""
        raise NotImplementedError

    def moved(self) -> None:
        """Tell that another line is picked out."""

    def action_move(self, by: int) -> None:
        """Another line."""
        self._to(self.cursor + by)

    def action_page(self, by: int) -> None:
        """A page on or back."""
        self._to(self.cursor + by * max(1, self.size.height - 1))

    def action_end(self, last: int) -> None:
        """The first or the last line."""
        self._to(self.count() - 1 if last else 0)

    def on_click(self, event: events.Click) -> None:
        """A click picks out, a second one opens."""
        at = event.y + self.scroll_offset.y
        if at < self.count():
            self._to(at)
            if event.chain == 2:
                self.action_open()

    def _to(self, at: int) -> None:
        self.cursor = max(0, min(at, self.count() - 1))
        top, height = self.scroll_offset.y, self.size.height
        if self.cursor < top:
            self.scroll_to(y=self.cursor, animate=False)
        elif self.cursor >= top + height:
            self.scroll_to(y=self.cursor - height + 1, animate=False)
        self.refresh()
        self.moved()
