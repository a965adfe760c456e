"""One of several, in one line: the arrows change it, and it holds at once.

It refuses to open anything: what can be chosen next is one key away.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import ClassVar

from textual import events
from textual.binding import Binding, BindingType
from textual.content import Content
from textual.message import Message
from textual.widgets import Static

from lifepod.plain import plain


class Chooser(Static, can_focus=True):
    """``‹ every minute ›``"""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("right,enter,space", "step(1)", "Next", show=False),
        Binding("left,backspace", "step(-1)", "Before", show=False),
    ]
    DEFAULT_CSS = """
    Chooser {
        width: 1fr; height: 1; text-wrap: nowrap; text-overflow: ellipsis;
        &:focus { background: $block-cursor-background; color: $block-cursor-foreground; text-style: bold; }
        &:focus:nocolor { text-style: reverse bold; }
        &:hover { text-style: underline; }
    }
    """

    @dataclass
    class Changed(Message):
        """Another one was chosen."""

        chooser: Chooser
        value: str

        @property
        def control(self) -> Chooser:
            """Whose it is."""
            return self.chooser

    def __init__(self, choices: Sequence[tuple[str, str]], value: str, *, id: str) -> None:
        super().__init__("", id=id, markup=False)
        self._choices = tuple(choices)
        self._at = next((i for i, (one, _) in enumerate(self._choices) if one == value), 0)

    def on_mount(self) -> None:
        """Show the present one."""
        self._paint()

    def _paint(self) -> None:
        number = f"  {self._at + 1} of {len(self._choices)}"
        self.update(Content.assemble("‹ ", plain(self._choices[self._at][1]), " ›", (number, "$foreground 60%")))

    def show(self, value: str) -> None:
        """It was changed elsewhere."""
        self._at = next((i for i, (one, _) in enumerate(self._choices) if one == value), self._at)
        self._paint()

    def action_step(self, by: int) -> None:
        """The next one, or the one before; after the last comes the first."""
        self._at = (self._at + by) % len(self._choices)
        self._paint()
        self.post_message(self.Changed(self, self._choices[self._at][0]))

    def on_click(self, event: events.Click) -> None:
        """The left end steps back, the rest on."""
        event.stop()
        self.focus()
        self.action_step(-1 if event.x < 2 else 1)
