"""How the screen is wanted: colours, what it opens with, how often it looks; where things are kept; versions.

It refuses to ask for a yes: each choice holds at once, can be seen behind the sheet, and is taken back the same way.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import ClassVar

from textual import events
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Horizontal, Vertical, VerticalScroll
from textual.content import Content
from textual.screen import ModalScreen
from textual.widgets import Button, Static

from lifepod.owner import whereabouts
from lifepod.owner.preferences import EVERY, Preferences
from lifepod.plain import plain
from lifepod.tui.screens.help import HelpScreen
from lifepod.tui.widgets.chooser import Chooser

_QUIET, _LABEL, _AROUND = "$foreground 70%", 20, 15
"""Tone; cells of a name; lines around the facts: border, title, choices, notes, foot."""
_OWN = {"lifepod-dark": "lifepod dark", "lifepod-light": "lifepod light"}


@dataclass(frozen=True, slots=True)
class Offer:
    """What there is to choose from, and what is chosen."""

    chosen: Preferences
    theme: str
    themes: Sequence[str]
    screens: Sequence[tuple[str, str]]
    """Mode and name of each screen."""
    is_plain: bool
    """``NO_COLOR`` is set."""
    hear: Callable[[str, str | int], None]
    """Takes what was changed, and to what."""


class SettingsScreen(ModalScreen[None]):
    """A sheet of choices and facts."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape,q,comma", "leave", "Close", show=False),
        Binding("up,k", "app.focus_previous", "Before", show=False),
        Binding("down,j", "app.focus_next", "Next", show=False),
        Binding("t", "app.shade", "Dark or light", show=False),
        Binding("f1,question_mark", "explain", "Help", show=False),
    ]

    def __init__(self, offer: Offer) -> None:
        super().__init__()
        self._offer = offer

    def compose(self) -> ComposeResult:
        """The choices on top, the facts below."""
        offer = self._offer
        with Vertical(id="sheet"):
            yield Static(Content("Settings"), id="title", markup=False)
            yield from self._row("Colours", Chooser(_themes(offer.themes), offer.theme, id="theme"))
            first = offer.chosen.first
            yield from self._row("First screen", Chooser(offer.screens, first, id="first"))
            yield from self._row("Look for changes", Chooser(_ways_to_look(), str(offer.chosen.every), id="every"))
            yield Static(_notes(offer), id="notes", markup=False)
            with VerticalScroll(id="facts-box"):
                yield Static(_facts(), id="facts", markup=False)
            with Horizontal(id="foot"):
                yield Static("← → change; it holds at once", id="state", markup=False)
                yield Button("Close", id="leave", compact=True)

    def _row(self, label: str, chooser: Chooser) -> ComposeResult:
        with Horizontal(classes="field"):
            yield Static(label, classes="label")
            yield chooser

    def on_mount(self) -> None:
        """Begin with the first choice; follow colours that are changed by their own key."""
        self.query_one("#theme").focus()
        self.app.theme_changed_signal.subscribe(self, lambda theme: self.query_one("#theme", Chooser).show(theme.name))

    def on_resize(self, event: events.Resize) -> None:
        """Long facts scroll; what can be chosen is always in view."""
        self.query_one("#facts-box").styles.max_height = max(3, event.size.height - _AROUND)

    def on_chooser_changed(self, event: Chooser.Changed) -> None:
        """It holds at once."""
        event.stop()
        name = event.chooser.id or ""
        self._offer.hear(name, int(event.value) if name == "every" else event.value)

    def on_button_pressed(self, event: Button.Pressed) -> None:
        """Close."""
        event.stop()
        self.dismiss()

    def action_leave(self) -> None:
        """All is kept already."""
        self.dismiss()

    def action_explain(self) -> None:
        """What can be done here."""
        self.app.push_screen(HelpScreen("settings"))


def _themes(known: Sequence[str]) -> list[tuple[str, str]]:
    own = [(name, said) for name, said in _OWN.items() if name in known]
    return own + [(name, name.replace("-", " ")) for name in sorted(known) if name not in _OWN]


def _ways_to_look() -> list[tuple[str, str]]:
    said = {0: "only when I ask (u)", 60: "every minute"}
    return [
        (str(n), said.get(n, f"every {n} seconds" if n < 60 else f"every {n // 60} minutes")) for n in EVERY
    ]  # fmt: skip


def _notes(offer: Offer) -> Content:
    words = "Where a pod tells of changes by itself they are shown at once; else it is asked that often."
    if offer.is_plain:
        words += " NO_COLOR is set here: everything is shown without colours, whichever are chosen."
    return Content.styled(words, _QUIET)


def _facts() -> Content:
    lines = [Content.styled("Where things are kept", "bold $text-primary")]
    lines += [_fact(*one) for one in whereabouts.places()]
    lines += [Content(""), Content.styled("Versions", "bold $text-primary")]
    lines += [_fact(*one) for one in whereabouts.versions()]
    return Content("\n").join(lines)


def _fact(label: str, said: str) -> Content:
    return Content.assemble((label.ljust(_LABEL), _QUIET), plain(said, 1200))
