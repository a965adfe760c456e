"""What of the journal is to be shown: classes, sources, days, who was on the other side, where.

It refuses a day that is none, and to search before all of it is said.
"""

from __future__ import annotations

from dataclasses import replace
from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Horizontal, ItemGrid, Vertical, VerticalScroll
from textual.content import Content
from textual.screen import ModalScreen
from textual.widgets import Button, Input, Static

from lifepod.errors import LifepodError
from lifepod.owner.browsing import CLASSES
from lifepod.owner.browsing import Sought as Sought  # what it gives back
from lifepod.plain import plain
from lifepod.tui.screens.help import HelpScreen
from lifepod.tui.widgets.tick import Tick

_FIELDS = (
    ("since", "From", "2020, 2020-05 or 2020-05-17; that day too"),
    ("until", "To", "the same; to its end"),
    ("text", "Words", "stand anywhere in the record"),
    ("vendor", "With", "who was on the other side, or part of a host"),
    ("place", "Where", "part of a name, or LATITUDE,LONGITUDE for at most 500 m"),
)


class SieveScreen(ModalScreen[Sought | None]):
    """Gives back what is sought; ``None`` to leave it as it was."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape", "leave", "Leave", show=False),
        Binding("f1", "explain", "Help", show=False),
    ]

    def __init__(self, sought: Sought, shelves: frozenset[str]) -> None:
        super().__init__()
        self._sought = sought
        known = {one.partition("/")[0] for one in shelves} | set(sought.classes)
        self._class_names = [name for name in CLASSES if name in known or not shelves]
        self._source_names = sorted({one.partition("/")[2] for one in shelves} | set(sought.sources))

    def compose(self) -> ComposeResult:
        """Days and words, classes, sources, buttons."""
        with Vertical(id="sheet"):
            yield Static("Show only", id="title")
            for name, label, hint in _FIELDS:
                with Horizontal(classes="field"):
                    yield Static(label, classes="label")
                    value = getattr(self._sought, name)
                    yield Input(value, placeholder=hint, id=name, compact=True, max_length=500)
            with VerticalScroll(id="ticks", can_focus=False):
                yield Static("Classes (none ticked: all)", classes="head")
                with ItemGrid(min_column_width=18):
                    for number, name in enumerate(self._class_names):
                        yield Tick(name, value=name in self._sought.classes, id=f"class-{number}")
                yield Static("Sources (none ticked: all)", classes="head")
                with ItemGrid(min_column_width=24):
                    for number, name in enumerate(self._source_names):
                        yield Tick(plain(name, 40), value=name in self._sought.sources, id=f"source-{number}")
            yield Static("", id="trouble", markup=False)
            with Horizontal(id="foot"):
                yield Static("", id="state")
                yield Button("Leave", id="leave", compact=True)
                yield Button("Clear all", id="clear", compact=True)
                yield Button("Show", id="apply", variant="primary", compact=True)

    def on_mount(self) -> None:
        """The days first."""
        self.query_one("#since").focus()

    def on_input_submitted(self, event: Input.Submitted) -> None:
        """Enter shows what fits."""
        event.stop()
        self.action_apply()

    def action_apply(self) -> None:
        """Show what fits, if it can be sought."""
        ticked = {box.id for box in self.query(Tick) if box.value}
        words = {name: self.query_one(f"#{name}", Input).value.strip() for name, _, _ in _FIELDS}
        sought = replace(
            self._sought,
            classes=tuple(name for n, name in enumerate(self._class_names) if f"class-{n}" in ticked),
            sources=tuple(name for n, name in enumerate(self._source_names) if f"source-{n}" in ticked),
            **words,
        )
        try:
            self.dismiss(sought.checked())
        except LifepodError as error:
            self.query_one("#trouble", Static).update(Content(f"{error} {error.advice}"))

    def action_clear(self) -> None:
        """Nothing is asked for: everything fits."""
        for box in self.query(Tick):
            box.value = False
        for field in self.query(Input):
            field.value = ""

    def action_leave(self) -> None:
        """As it was."""
        self.dismiss(None)

    async def on_button_pressed(self, event: Button.Pressed) -> None:
        """A button does what it says."""
        event.stop()
        await self.run_action(event.button.id or "leave")

    def action_explain(self) -> None:
        """What can be done here."""
        self.app.push_screen(HelpScreen("sieve"))
