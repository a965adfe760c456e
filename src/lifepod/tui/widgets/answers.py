"""Lines of yes, no and unknown: somebody or some place, and what is allowed there, in words and colour.

It refuses to use colour alone and to leave "unknown" blank.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from textual import events
from textual.content import Content
from textual.message import Message
from textual.widgets import OptionList
from textual.widgets.option_list import Option

from lifepod.access.rules import MODES, Answer
from lifepod.tui.words import agent_name

if TYPE_CHECKING:
    from lifepod.owner.desk import Entry

MOST = 1000
"""Lines shown at once."""
_CELL, _WIDE = 9, 66
_STYLES = {Answer.YES: "bold $text-success", Answer.NO: "$foreground 55%", Answer.UNKNOWN: "italic $text-warning"}


@dataclass(frozen=True, slots=True)
class Row:
    """One line."""

    key: str
    label: str
    """Text that is safe to show."""
    note: str
    answers: tuple[Answer, ...]


class Answers(OptionList):
    """What is allowed, line by line; one can be picked out."""

    DEFAULT_CSS = """
    Answers {
        height: 1fr; background: $surface; border: none; padding: 0; scrollbar-size-vertical: 1;
        & > .option-list--option { padding: 0 1; }
        &:focus { border: none; background-tint: $foreground 0%; }
    }
    """

    @dataclass
    class Picked(Message):
        """A line was highlighted."""

        widget: Answers
        key: str

        @property
        def control(self) -> Answers:
            """The list it happened in."""
            return self.widget

    @dataclass
    class Opened(Picked):
        """A line was chosen with Enter or a click."""

    def __init__(self, *, id: str) -> None:
        super().__init__(id=id, markup=False)
        self._rows: tuple[Row, ...] = ()
        self._drawn_for = 0

    @property
    def picked(self) -> str:
        """Key of the highlighted line; empty where there is none."""
        at = self.highlighted
        return self._rows[at].key if at is not None and at < len(self._rows) else ""

    def paint(self, rows: Sequence[Row]) -> None:
        """Show these lines; the highlighted one stays where it is still there."""
        before = self.picked
        self._rows = tuple(rows[:MOST])
        self._draw()
        at = next((i for i, row in enumerate(self._rows) if row.key == before), 0)
        self.highlighted = at if self._rows else None

    def _draw(self) -> None:
        width = self._drawn_for = self.size.width
        options = [Option(_line(row, width)) for row in self._rows]
        self.clear_options()
        self.add_options(options)

    def on_resize(self, event: events.Resize) -> None:
        """One line each where there is room, two where there is not."""
        if self._drawn_for != event.size.width:
            at = self.highlighted
            self._draw()
            self.highlighted = at

    def on_option_list_option_highlighted(self, event: OptionList.OptionHighlighted) -> None:
        """Tell who is interested."""
        event.stop()
        self.post_message(self.Picked(self, self.picked))

    def on_option_list_option_selected(self, event: OptionList.OptionSelected) -> None:
        """Tell who is interested."""
        event.stop()
        self.post_message(self.Opened(self, self.picked))


def rows_of(entries: Iterable[Entry], owner: str) -> list[Row]:
    """Audiences of a place as lines."""
    return [Row(e.audience, agent_name(e.audience, owner), "", e.answers) for e in entries]


def heading(width: int, what: str) -> Content:
    """The names of the columns, for a list that is ``width`` cells wide."""
    modes = "".join(mode.value.ljust(_CELL) for mode in MODES)
    room = width - 2 - len(modes)
    return Content.styled((what.ljust(room) if width >= _WIDE else "  ") + modes, "bold $foreground 70%")


def _line(row: Row, width: int) -> Content:
    room = max(10, width - 2)
    cells = [Content.styled(a.word.ljust(_CELL), _STYLES[a]) for a in row.answers]
    name = Content(row.label)
    note = Content.styled(f"  {row.note}", "$foreground 65%") if row.note else Content("")
    if width >= _WIDE:
        room -= _CELL * len(cells)
        name = (name + note).truncate(room - 1, ellipsis=True).pad_right(0)
        return Content("").join([name.pad_right(max(1, room - name.cell_length)), *cells])
    first = (name.truncate(max(8, room - note.cell_length), ellipsis=True) + note).truncate(room, ellipsis=True)
    return Content("").join([first, Content("\n  "), *cells])
