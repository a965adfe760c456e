"""The colours of the screen: one calm dark set, one light, both with enough contrast.

It refuses to carry meaning by colour alone: every colour stands beside a word.
"""

from __future__ import annotations

from textual.css.stylesheet import Stylesheet
from textual.theme import Theme

DARK = Theme(
    name="lifepod-dark",
    primary="#7fb7be",
    secondary="#a3b8cc",
    accent="#e9c46a",
    warning="#f0b45b",
    error="#ef7f72",
    success="#8fcf8a",
    foreground="#dfe6e9",
    background="#11181c",
    surface="#162026",
    panel="#1d2a31",
    dark=True,
    variables={
        "footer-background": "#1d2a31",
        "footer-key-foreground": "#e9c46a",
        "block-cursor-background": "#264852",
        "block-cursor-foreground": "#ffffff",
        "block-cursor-text-style": "bold",
        "block-cursor-blurred-background": "#24343c",
        "input-selection-background": "#264852",
        "scrollbar": "#264852",
        "scrollbar-hover": "#3f7180",
        "scrollbar-active": "#7fb7be",
        "scrollbar-background": "#162026",
        "scrollbar-background-hover": "#162026",
        "scrollbar-background-active": "#162026",
    },
)
LIGHT = Theme(
    name="lifepod-light",
    primary="#1f6f78",
    secondary="#45606f",
    accent="#7a5200",
    warning="#7d5100",
    error="#a8322a",
    success="#2c6e31",
    foreground="#1c262b",
    background="#f6f4ee",
    surface="#fbfaf6",
    panel="#e9e5da",
    dark=False,
    variables={
        "footer-background": "#e9e5da",
        "footer-key-foreground": "#7a5200",
        "block-cursor-background": "#bcdfe2",
        "block-cursor-foreground": "#10181c",
        "block-cursor-text-style": "bold",
        "block-cursor-blurred-background": "#e2e8e6",
        "input-selection-background": "#bcdfe2",
        "scrollbar": "#a9c6c9",
        "scrollbar-hover": "#7fa9ad",
        "scrollbar-active": "#1f6f78",
        "scrollbar-background": "#fbfaf6",
        "scrollbar-background-hover": "#fbfaf6",
        "scrollbar-background-active": "#fbfaf6",
    },
)


class Styles(Stylesheet):
    """A stylesheet that is read once for each set of colours.

    Textual reads all of it again whenever a screen is shown for the first time, though nothing changed.
    """

    def __init__(self, *, variables: dict[str, str]) -> None:
        super().__init__(variables=variables)
        self._colours, self._stale = variables, False

    def set_variables(self, variables: dict[str, str]) -> None:
        """Take other colours."""
        if variables != self._colours:
            self._colours, self._stale = variables, True
            super().set_variables(variables)

    def reparse(self) -> None:
        """Read everything with the colours there are now, unless that is how it was read."""
        if self._stale:
            super().reparse()
            self._stale = False
