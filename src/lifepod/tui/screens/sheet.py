"""A text to read and close.

It refuses to ask anything.
"""

from __future__ import annotations

from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import VerticalScroll
from textual.content import Content
from textual.screen import ModalScreen
from textual.widgets import Static


class ReadScreen(ModalScreen[None]):
    """One sheet; Escape, Enter or a click closes it."""

    BINDINGS: ClassVar[list[BindingType]] = [Binding("escape,enter,q", "leave", "Close", show=False)]

    def __init__(self, title: str, text: Content) -> None:
        super().__init__()
        self._title, self._text = title, text

    def compose(self) -> ComposeResult:
        """The text."""
        foot = Content.styled("\nEsc closes this.", "$foreground 70%")
        with VerticalScroll(id="sheet"):
            head = Content.styled(f"{self._title}\n", "bold $text-primary")
            yield Static(Content("\n").join([head, self._text, foot]), markup=False)

    def action_leave(self) -> None:
        """Back to the screen."""
        self.dismiss()

    def on_click(self) -> None:
        """A click closes it too."""
        self.dismiss()
