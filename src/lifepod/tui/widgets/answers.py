"""Lines of yes, no and unknown: somebody or some place, and what is allowed there, in words and colour.

It refuses to use colour alone and to leave "unknown" blank.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar

from rich.cells import cell_len
from textual import events
from textual.binding import Binding, BindingType
from textual.content import Content
from textual.message import Message
from textual.widgets import OptionList
from textual.widgets.option_list import Option

from lifepod.access.rules import MODES, Answer
from lifepod.tui.words import agent_name, brief

if TYPE_CHECKING:
    from lifepod.owner.desk import Entry

MOST = 1000
"""Lines shown at once."""
_CELL, _WIDE = 9, 66
_STYLES = {Answer.YES: "bold $text-success", Answer.NO: "$foreground 65%", Answer.UNKNOWN: "italic $text-warning"}


@dataclass(frozen=True, slots=True)
class Row:
    """One line."""

    key: str
    label: str
    """Text that is safe to show."""
    short: str
    """The same where the lines are too narrow for all the labels."""
    note: str
    answers: tuple[Answer, ...]


class Answers(OptionList):
    """What is allowed, line by line; one can be picked out."""

    DEFAULT_CSS = """
    Answers {
        height: 1fr; background: $surface; border: none; padding: 0;
        scrollbar-size: 0 1; scrollbar-gutter: stable;
        & > .option-list--option { padding: 0 1; }
        &:focus { border: none; background-tint: $foreground 0%; }
    }
    """

    BINDINGS: ClassVar[list[BindingType]] = [Binding("enter", "open", "Open", show=False)]

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
        """A line was chosen with Enter or a double click."""

    def __init__(self, *, id: str) -> None:
        super().__init__(id=id, markup=False)
        self._rows: tuple[Row, ...] = ()
        self._drawn_for = 0

    @property
    def picked(self) -> str:
        """Key of the highlighted line; empty where there is none."""
        at = self.highlighted
        return self._rows[at].key if at is not None and at < len(self._rows) else ""

    def paint(self, rows: Sequence[Row], *, keep: bool = True) -> None:
        """Show these lines; with ``keep`` the highlighted one stays where it is still there."""
        before = self.picked if keep else ""
        self._rows = tuple(rows[:MOST])
        self._draw()
        at = next((i for i, row in enumerate(self._rows) if row.key == before), 0)
        self.highlighted = at if self._rows else None

    def _draw(self) -> None:
        width = self._drawn_for = self.size.width
        # All names in full or all of them short: a column that mixes both is hard to read.
        fit = all(cell_len(row.label) <= _room(row, width) for row in self._rows)
        options = [Option(_line(row, row.label if fit else row.short, width)) for row in self._rows]
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
        """A click only picks out."""
        event.stop()

    def on_click(self, event: events.Click) -> None:
        """A second click opens."""
        if event.chain == 2:
            self.action_open()

    def action_open(self) -> None:
        """Tell who is interested."""
        if self.picked:
            self.post_message(self.Opened(self, self.picked))


def rows_of(entries: Iterable[Entry], owner: str) -> list[Row]:
    """Audiences of a place as lines, the owner last; a name is short only where that tells it from all others."""
    others = sorted(entries, key=lambda e: e.audience == owner)
    shorts = Counter(brief(e.audience, owner) for e in others)
    out = []
    for entry in others:
        full, short = agent_name(entry.audience, owner), brief(entry.audience, owner)
        out.append(Row(entry.audience, full, short if shorts[short] == 1 else full, "", entry.answers))
    return out


def heading(width: int, what: str) -> Content:
    """The names of the columns, for a list that is ``width`` cells wide."""
    modes = "".join(mode.value.ljust(_CELL) for mode in MODES)
    room = width - 2 - len(modes)
    return Content.styled((what.ljust(room) if width >= _WIDE else "  ") + modes.rstrip(), "bold $foreground 70%")


def _room(row: Row, width: int) -> int:
    """Cells for the name of a line, its note beside it."""
    return width - 2 - (_CELL * len(MODES) if width >= _WIDE else 0) - (len(row.note) + 3 if row.note else 1)


def _line(row: Row, label: str, width: int) -> Content:
    room = max(10, width - 2)
    cells = [Content.styled(a.word.ljust(_CELL), _STYLES[a]) for a in row.answers[:-1]]
    cells += [Content.styled(a.word, _STYLES[a]) for a in row.answers[-1:]]
    name = Content(label)
    note = Content.styled(f"  {row.note}", "$foreground 65%") if row.note else Content("")
    if width >= _WIDE:
        room -= _CELL * len(cells)
        name = (name + note).truncate(room - 1, ellipsis=True)
        return Content("").join([name.pad_right(max(1, room - name.cell_length)), *cells])
    first = (name.truncate(max(8, room - note.cell_length), ellipsis=True) + note).truncate(room, ellipsis=True)
    return Content("").join([first, Content("\n  "), *cells])
