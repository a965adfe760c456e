"""The foot of a screen, made anew only where other keys do something; and words that need no layout of the screen.

It refuses to do work that nobody would see: both are painted at every step of a cursor.
"""

from __future__ import annotations

from textual.content import Content
from textual.screen import Screen
from textual.widgets import Footer, Static


class Foot(Footer):
    """The keys of a screen. Textual makes all of them anew whenever a screen comes to the front or the focus moves."""

    def __init__(self) -> None:
        super().__init__(show_command_palette=False, compact=True)
        self._shown: list[tuple[str, str, bool]] = []

    def bindings_changed(self, screen: Screen[object]) -> None:
        """Make it anew, unless the same keys do the same."""
        if not (screen.app.app_focus and self.is_attached and screen is self.screen):
            super().bindings_changed(screen)
            return
        active = screen.active_bindings.values()
        shown = [(one.binding.key, one.binding.description, one.enabled) for one in active if one.binding.show]
        if shown != self._shown:
            self._shown = shown
            super().bindings_changed(screen)


class Words(Static):
    """A few lines whose height is up to what they say."""

    def __init__(self, words: str = "", *, id: str) -> None:
        super().__init__(words, id=id, markup=False)
        self._took = (0, 0)

    def say(self, words: Content) -> None:
        """Show these; the rest of the screen is laid out anew only where they need another height."""
        width = self.content_size.width
        took = (width, words.get_height({}, width) if width else 0)
        self.update(words, layout=not width or took != self._took)
        self._took = took
