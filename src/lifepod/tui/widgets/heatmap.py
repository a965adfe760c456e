"""Records over time as columns, and the week as a heatmap of days and hours; both can be walked through with the keys.

They refuse to show something as nothing, and to need colour: shades are letters, and numbers stand beside them.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import ClassVar

from rich.segment import Segment
from rich.style import Style
from textual import events
from textual.binding import Binding, BindingType
from textual.message import Message
from textual.strip import Strip
from textual.widget import Widget

from lifepod.owner.rhythm import Rhythm as Rhythm  # what both paint
from lifepod.owner.rhythm import Span, level_of, levels
from lifepod.tui.widgets.bars import fit

DAYS = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")
SHADES = "·░▒▓█"
_EIGHTHS = " ▁▂▃▄▅▆▇█"
_TONES = ("none", "one", "two", "three", "four")
Part = tuple[str, str]
_MOVES: list[BindingType] = [
    Binding("left,h", "walk(-1, 0)", "Left", show=False),
    Binding("right,l", "walk(1, 0)", "Right", show=False),
    Binding("up,k", "walk(0, -1)", "Up", show=False),
    Binding("down,j", "walk(0, 1)", "Down", show=False),
]


class Picture(Widget, can_focus=True):
    """Lines drawn from counts; one place of them is picked out."""

    COMPONENT_CLASSES: ClassVar[set[str]] = {f"picture--{tone}" for tone in (*_TONES, "quiet", "title", "cursor")}
    DEFAULT_CSS = """
    Picture {
        background: $surface; padding: 0 1;
        & > .picture--none { color: $foreground 35%; }
        & > .picture--one { color: $primary 55%; }
        & > .picture--two { color: $primary 75%; }
        & > .picture--three { color: $primary; }
        & > .picture--four { color: $accent; }
        & > .picture--quiet { color: $foreground 70%; }
        & > .picture--title { color: $primary; text-style: bold; }
        & > .picture--cursor { background: $foreground 15%; }
        &:focus > .picture--cursor { background: $block-cursor-background; color: $block-cursor-foreground; }
        &:nocolor > .picture--cursor { text-style: reverse; }
    }
    """

    def __init__(self, *, id: str) -> None:
        super().__init__(id=id)
        self.rhythm = Rhythm()
        self._lines: Sequence[tuple[Part, ...]] = ()

    def paint(self, rhythm: Rhythm) -> None:
        """Show these counts."""
        self.rhythm = rhythm
        self.lay_out()

    def on_resize(self, event: events.Resize) -> None:
        """Drawn anew for another size."""
        self.lay_out()

    def on_focus(self) -> None:
        """The picked place shows that it has the keys."""
        self.lay_out()

    def on_blur(self) -> None:
        """And that it has not."""
        self.lay_out()

    def lay_out(self) -> None:
        """Work the lines out once; painting takes them as they are."""
        width, height = self.size
        self._lines = list(self.drawn(width, height)) if width > 12 and height > 2 else ()
        self.refresh()

    def drawn(self, width: int, height: int) -> list[tuple[Part, ...]]:
        """The lines."""
        raise NotImplementedError

    def render_line(self, y: int) -> Strip:
        """One line in view."""
        ground, width = self.rich_style, self.size.width
        line = self._lines[y] if y < len(self._lines) else ()
        segments = [
            Segment(text, ground + self.get_component_rich_style(f"picture--{tone}") if tone else ground)
            for text, tone in line
        ]
        plain_ground = Style(bgcolor=ground.bgcolor)
        return Strip(segments).adjust_cell_length(width, plain_ground)


class OverTime(Picture):
    """How many records in each day, month or year, as columns."""

    BINDINGS: ClassVar[list[BindingType]] = [
        *_MOVES,
        Binding("home", "walk(-100000, 0)", "First", show=False),
        Binding("end", "walk(100000, 0)", "Last", show=False),
        Binding("enter", "open", "Show", show=False),
    ]

    @dataclass
    class Opened(Message):
        """The records of one day, month or year are wanted."""

        period: str

    def __init__(self, *, id: str) -> None:
        super().__init__(id=id)
        self._spans: tuple[Span, ...] = ()
        self._period = ""
        self._step = 1

    @property
    def picked(self) -> Span | None:
        """The picked column: the last one until another is chosen."""
        return next(
            (one for one in self._spans if one.period == self._period), self._spans[-1] if self._spans else None
        )

    def drawn(self, width: int, height: int) -> list[tuple[Part, ...]]:
        """Title, columns, what they stand for, the picked one."""
        margin = len(str(max(self.rhythm.days.values(), default=0))) + 4
        room = width - margin
        grain, self._spans, older = self.rhythm.over_time(room)
        title = f"Records per {grain}"
        if not self._spans:
            return [((title, "title"),), (("nothing has a day yet", "quiet"),)]
        self._step = max(1, min(9, room // len(self._spans)))
        top, chosen = max(span.count for span in self._spans), self.picked
        margin, rows = len(f"{top} "), max(1, height - 4)
        lines: list[tuple[Part, ...]] = [
            ((title, "title"), (f"   {older} older ones left out" if older else "", "quiet"))
        ]
        for row in range(rows, 0, -1):
            mark = str(top) if row == rows else "0" if row == 1 else ""
            parts: list[Part] = [(mark.rjust(margin - 1) + " ", "quiet")]
            for span in self._spans:
                parts += self._cell(span, top, (row, rows), picked=span is chosen)
            lines.append(tuple(parts))
        lines.append(((" " * margin, ""), (self._axis(width - margin), "quiet")))
        if chosen is not None:
            lines.append(((" " * margin, ""), (f"{chosen.period}: ", "quiet"), (counted(chosen.count), "")))
        return lines

    def _cell(self, span: Span, top: int, at: tuple[int, int], *, picked: bool) -> list[Part]:
        row, rows = at
        eighths = max(round(span.count * rows * 8 / top), bool(span.count)) if top else 0
        glyph = _EIGHTHS[max(0, min(8, eighths - (row - 1) * 8))]
        if row == 1 and not span.count:
            glyph = "·"
        wide = max(1, self._step - (self._step > 1))
        tone = "cursor" if picked else "none" if not span.count else "three"
        found: list[Part] = [(glyph * wide, tone)]
        return [*found, (" ", "")] if self._step > 1 else found

    def _axis(self, room: int) -> str:
        """The names of some columns, as many as stand apart."""
        text = ""
        for number, span in enumerate(self._spans):
            at, name = number * self._step, span.period
            if at >= len(text) + (2 if text else 0) and at + len(name) <= room:
                text += " " * (at - len(text)) + name
        return text

    def action_walk(self, across: int, down: int) -> None:
        """Another column."""
        chosen = self.picked
        if chosen is not None and across:
            at = max(0, min(self._spans.index(chosen) + across, len(self._spans) - 1))
            self._period = self._spans[at].period
            self.lay_out()

    def action_open(self) -> None:
        """The records of the picked column."""
        if self.picked is not None:
            self.post_message(self.Opened(self.picked.period))

    def on_click(self, event: events.Click) -> None:
        """A click picks a column, a second one shows its records."""
        top = max((span.count for span in self._spans), default=0)
        at = (event.x - 1 - len(f"{top} ")) // self._step
        if 0 <= at < len(self._spans):
            self._period = self._spans[at].period
            self.lay_out()
            if event.chain == 2:
                self.action_open()


class Heatmap(Picture):
    """The week: days down, hours across, shades and numbers."""

    BINDINGS: ClassVar[list[BindingType]] = list(_MOVES)

    def __init__(self, *, id: str) -> None:
        super().__init__(id=id)
        self._at: tuple[int, int] | None = None

    @property
    def picked(self) -> tuple[int, int] | None:
        """Weekday and hour: the fullest until another is chosen."""
        return self._at or self.rhythm.peak()

    def drawn(self, width: int, height: int) -> list[tuple[Part, ...]]:
        """Title, hours, seven days, legend, the picked hour."""
        rhythm = self.rhythm
        title: tuple[Part, ...] = (("The week by the hour", "title"),)
        if not rhythm.hours:
            return [title, (("nothing has a time of day yet", "quiet"),)]
        cell = _cell_width(width)
        bounds, chosen = levels(rhythm.hours.values()), self.picked
        hours = "".join(
            fit(f"{hour:02}", cell) if not hour % (3 if cell < 3 else 1) else " " * cell for hour in range(24)
        )
        lines: list[tuple[Part, ...]] = [title, (("    ", ""), (hours, "quiet"))]
        for day, whole in enumerate(rhythm.weekdays()):
            parts: list[Part] = [(f"{DAYS[day]} ", "quiet")]
            parts += [
                self._cell(rhythm.hours[day, hour], bounds, cell, picked=(day, hour) == chosen) for hour in range(24)
            ]
            lines.append((*parts, (f"{whole:>6}", "quiet")))
        lines.append(_legend(bounds))
        if chosen is not None:
            day, hour = chosen
            lines.append(
                ((f"    {DAYS[day]} {hour:02}:00 to {hour:02}:59: ", "quiet"), (counted(rhythm.hours[day, hour]), ""))
            )
        if rhythm.unhoured or rhythm.undated:
            lines.append(((f"    not here: {_without(rhythm)}", "quiet"),))
        return lines[:height]

    def _cell(self, count: int, bounds: tuple[int, ...], cell: int, *, picked: bool) -> Part:
        shade = _shade(level_of(count, bounds), bounds)
        return SHADES[shade] * cell if shade else fit(SHADES[0], cell), "cursor" if picked else _TONES[shade]

    def action_walk(self, across: int, down: int) -> None:
        """Another hour."""
        if self.picked is not None:
            day, hour = self.picked
            self._at = (day + down) % 7, (hour + across) % 24
            self.lay_out()

    def on_click(self, event: events.Click) -> None:
        """A click picks an hour."""
        if self.rhythm.hours:
            cell = _cell_width(self.size.width)
            hour, day = (event.x - 1 - 4) // cell, event.y - 2
            if 0 <= hour < 24 and 0 <= day < 7:
                self._at = day, hour
                self.lay_out()


def _cell_width(width: int) -> int:
    return max(1, min(4, (width - 11) // 24))


def _shade(level: int, bounds: tuple[int, ...]) -> int:
    """Number of the shade of a level: the highest level has the fullest, however few there are."""
    return 4 if level and level == len(bounds) else level


def _legend(bounds: tuple[int, ...]) -> tuple[Part, ...]:
    parts: list[Part] = [("    ", ""), (SHADES[0], "none"), (" none", "quiet")]
    below = 0
    for number, bound in enumerate(bounds, 1):
        shade = _shade(number, bounds)
        span = f"{bound}" if bound == below + 1 else f"{below + 1}–{bound}"
        parts += [
            ("   ", ""),
            (SHADES[shade] * 2, _TONES[shade]),
            (f" {span}", "quiet"),
        ]
        below = bound
    return tuple(parts)


def _without(rhythm: Rhythm) -> str:
    said = [f"{rhythm.unhoured} with a day only"] if rhythm.unhoured else []
    return ", ".join([*said, *([f"{rhythm.undated} without a time"] if rhythm.undated else [])])


def counted(count: int) -> str:
    """``1 record``, ``12 records``."""
    return f"{count} record{'' if count == 1 else 's'}"
