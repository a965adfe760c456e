"""A box to tick that shows its state by its sign, so that it can be read without colour.

It refuses to look ticked when it is not: the framework's own box tells the two apart by colour alone.
"""

from __future__ import annotations

from textual.content import Content
from textual.widgets import Checkbox


class Tick(Checkbox):
    """``[x]`` or ``[ ]``."""

    DEFAULT_CSS = """
    Tick { width: auto; margin-right: 2; background: $surface; border: none; padding: 0; }
    Tick:focus { border: none; background-tint: $foreground 0%; }
    Tick:focus > .toggle--label { background: $block-cursor-background; color: $block-cursor-foreground; }
    """

    def __init__(self, label: str, *, value: bool = False, id: str) -> None:
        super().__init__(label, value=value, id=id, compact=True)

    @property
    def _button(self) -> Content:
        style = "bold $text-success" if self.value else "$foreground 70%"
        return Content.styled("[x]" if self.value else "[ ]", style)
