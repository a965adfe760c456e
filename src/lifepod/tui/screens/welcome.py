"""The first thing a person sees who has no login here: the ways to begin.

It refuses to begin without being told to, and to install or write anything before it was said what that is.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, ClassVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical
from textual.content import Content
from textual.screen import ModalScreen, Screen
from textual.widgets import OptionList, Static
from textual.widgets.option_list import Option

from lifepod.tui.screens.help import HelpScreen
from lifepod.tui.widgets.foot import Foot

if TYPE_CHECKING:
    from lifepod.owner.beginnings import Beginnings, Begun

_QUIET = "$foreground 70%"
WAYS = (
    (
        "home",
        "A pod of my own, on this machine",
        "A real pod server, installed once; nobody reaches it from elsewhere.",
        "home up",
    ),
    ("login", "Log in to the pod I have", "In your browser, at the login server of your pod, anywhere.", "login"),
    ("demo", "Look at the demo", "Made-up trails and vendors, in a folder of their own.", "demo"),
)
"""Which it is, what it is called, what happens, and the command that does the same."""


class WelcomeScreen(Screen[None]):
    """Three ways, one of them under the cursor."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("enter", "begin", "Begin"),
        *(Binding(str(number), f"choose({number - 1})", way[1], show=False) for number, way in enumerate(WAYS, 1)),
        Binding("at", "app.logins", "Logins", key_display="@"),
        Binding("comma", "app.settings", "Settings", key_display=","),
        Binding("question_mark,f1", "explain", "Help", key_display="?"),
        Binding("escape", "back", "Back"),
    ]

    def __init__(self, beginnings: Beginnings | None, begun: Callable[[Begun], None]) -> None:
        super().__init__()
        self._beginnings, self._begun = beginnings, begun

    def compose(self) -> ComposeResult:
        """What this is, the ways, the foot."""
        with Vertical(id="page"):
            yield Static(Content("lifepod"), id="name", markup=False)
            yield Static(
                Content("Your activity data in your own pod, and who can see what."),
                id="claim", markup=False,
            )  # fmt: skip
            yield OptionList(*(Option(_line(n, *way)) for n, way in enumerate(WAYS, 1)), id="ways", markup=False)
            yield Static(Content("Nothing begins before you have said yes to it."), id="promise", markup=False)
        yield Foot()

    def on_mount(self) -> None:
        """The first way under the cursor."""
        listed = self.query_one("#ways", OptionList)
        listed.highlighted = 0
        listed.focus()

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """There is a way back only for whoever came from a desk."""
        if action == "back":
            return bool(getattr(self.app, "has_desk", False))
        return super().check_action(action, parameters)

    def on_option_list_option_selected(self, event: OptionList.OptionSelected) -> None:
        """Begin that way."""
        event.stop()
        self.action_choose(event.option_index)

    def action_begin(self) -> None:
        """The one under the cursor."""
        self.action_choose(self.query_one("#ways", OptionList).highlighted or 0)

    def action_choose(self, number: int) -> None:
        """Ask what is to be known before it begins."""
        if self._beginnings is None:
            self.notify(f"Say it on the command line: lifepod {WAYS[number][3]}", markup=False)
            return
        self.query_one("#ways", OptionList).highlighted = number
        self.app.push_screen(_sheet(WAYS[number][0], self._beginnings), self._ended)

    def _ended(self, begun: Begun | None) -> None:
        if begun is not None:
            self._begun(begun)

    async def action_back(self) -> None:
        """To the screens of the login there is."""
        await self.run_action("app.go_back")

    def action_explain(self) -> None:
        """What can be done here."""
        self.app.push_screen(HelpScreen("welcome"))


def _line(number: int, _: str, title: str, what: str, twin: str) -> Content:
    return Content.assemble(
        (f" {number}  ", "$text-accent"), (title, "bold"), (f"   lifepod {twin}", _QUIET), ("\n    " + what, "")
    )


def _sheet(way: str, beginnings: Beginnings) -> ModalScreen[Begun | None]:
    """The sheet of one way: ``home``, ``login`` or ``demo``."""
    if way == "login":
        from lifepod.tui.screens.login import LogInScreen

        return LogInScreen(beginnings)
    from lifepod.tui.screens.beginning import AtHomeScreen, DemoScreen

    return {"home": AtHomeScreen, "demo": DemoScreen}[way](beginnings)
