"""The logins remembered on this machine: go over to one, log one out, add another.

It refuses to log out without a yes, and to do anything itself: what was chosen is given back to whoever holds the desk.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar

from textual import events
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Horizontal, Vertical, VerticalScroll
from textual.content import Content
from textual.screen import ModalScreen
from textual.widgets import Button, OptionList, Static
from textual.widgets.option_list import Option

from lifepod.errors import LifepodError
from lifepod.plain import plain
from lifepod.tui.picture import Trouble
from lifepod.tui.screens.help import HelpScreen

if TYPE_CHECKING:
    from lifepod.owner.logins import LoggedOut, Profile

_QUIET, _AROUND = "$foreground 70%", 10
"""Tone; lines around the list: border, title, trouble, foot."""


@dataclass(frozen=True, slots=True)
class Choice:
    """What is to be done."""

    verb: str
    """``go``, ``out`` or ``another``."""
    name: str = ""
    """Of the login."""


class ProfilesScreen(ModalScreen[Choice]):
    """A list to choose from."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape,q", "leave", "Close", show=False),
        Binding("x", "out", "Log out", show=False),
        Binding("l", "another", "Log in to another", show=False),
        Binding("f1,question_mark", "explain", "Help", show=False),
    ]

    def __init__(self, current: str) -> None:
        super().__init__()
        self._current = current
        self._known: tuple[Profile, ...] = ()

    def compose(self) -> ComposeResult:
        """Title, list, what is wrong, buttons."""
        with Vertical(id="sheet"):
            yield Static(Content("Logins on this machine"), id="title", markup=False)
            yield OptionList(id="known", markup=False)
            yield Static("", id="trouble", markup=False)
            with Horizontal(id="foot"):
                yield Static("Enter goes there", id="state", markup=False)
                yield Button("Log in to another (l)", id="another", compact=True)
                yield Button("Log out (x)", id="out", compact=True)
                yield Button("Close", id="leave", compact=True)

    def on_mount(self) -> None:
        """Read the list, the present login first in the eye."""
        from lifepod.owner import logins

        trouble = ""
        try:
            self._known = logins.every()
        except LifepodError as error:
            found = Trouble.of(error)
            trouble = f"{found.sentence} {found.advice}"
        if not self._known and not trouble:
            trouble = "No login is remembered here yet."
        listed = self.query_one("#known", OptionList)
        listed.add_options([Option(self._line(one)) for one in self._known])
        listed.display = bool(self._known)
        names = [one.name for one in self._known]
        listed.highlighted = names.index(self._current) if self._current in names else 0 if names else None
        told = self.query_one("#trouble", Static)
        told.update(Content(plain(trouble, 600)))
        told.display = bool(trouble)
        self.query_one("#out", Button).display = bool(names)
        self.query_one("#state", Static).display = bool(names)
        self.query_one("#known" if names else "#another").focus()

    def on_resize(self, event: events.Resize) -> None:
        """A long list scrolls; the buttons are always in view."""
        self.query_one("#known").styles.max_height = max(3, event.size.height - _AROUND)

    def _line(self, profile: Profile) -> Content:
        here = profile.name == self._current
        marks = [*(["here now"] if here else []), *(["used where none is named"] if profile.is_default else [])]
        head = Content.assemble(
            ("● " if here else "  ", "$text-accent"),
            (plain(profile.name), "bold"),
            (f"  {', '.join(marks)}" if marks else "", _QUIET),
        )
        pod = plain(profile.storage, 300) if profile.storage else "no pod: it can be used as a visitor"
        return Content("\n").join([head, Content.styled(f"  {plain(profile.webid, 300)}\n  {pod}", _QUIET)])

    @property
    def _pointed(self) -> Profile | None:
        at = self.query_one("#known", OptionList).highlighted
        return self._known[at] if at is not None and at < len(self._known) else None

    def on_option_list_option_selected(self, event: OptionList.OptionSelected) -> None:
        """Go over to it."""
        event.stop()
        self.dismiss(Choice("go", self._known[event.option_index].name))

    def on_button_pressed(self, event: Button.Pressed) -> None:
        """What its name says."""
        event.stop()
        {"another": self.action_another, "out": self.action_out}.get(event.button.id or "", self.action_leave)()

    def action_out(self) -> None:
        """Ask before the login under the cursor is logged out."""
        profile = self._pointed
        if profile is not None:
            self.app.push_screen(LogOutScreen(profile), self._answered)

    def _answered(self, yes: bool | None) -> None:
        profile = self._pointed
        if yes and profile is not None:
            self.dismiss(Choice("out", profile.name))

    def action_another(self) -> None:
        """Add one."""
        self.dismiss(Choice("another"))

    def action_leave(self) -> None:
        """Leave all as it is."""
        self.dismiss()

    def action_explain(self) -> None:
        """What can be done here."""
        self.app.push_screen(HelpScreen("logins"))


class LogOutScreen(ModalScreen[bool]):
    """What logging out takes away, and what it leaves."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape,n", "answer(False)", "No", show=False),
        Binding("y", "answer(True)", "Yes", show=False),
    ]

    def __init__(self, profile: Profile) -> None:
        super().__init__()
        self._profile = profile

    def compose(self) -> ComposeResult:
        """What happens, and the question."""
        with Vertical(id="sheet"):
            yield Static(Content("Log out? Nothing is forgotten yet"), id="title", markup=False)
            with VerticalScroll(id="text-box"):
                yield Static(_leaving_words(self._profile), id="text", markup=False)
            with Horizontal(id="foot"):
                yield Static("", id="state", markup=False)
                yield Button("No, stay", id="no", compact=True)
                yield Button("Yes, log out", id="yes", variant="warning", compact=True)

    def on_mount(self) -> None:
        """No, unless said."""
        self.query_one("#no").focus()

    def on_button_pressed(self, event: Button.Pressed) -> None:
        """The answer."""
        event.stop()
        self.dismiss(event.button.id == "yes")

    def action_answer(self, yes: bool) -> None:
        """The answer by a key."""
        self.dismiss(yes)


def _leaving_words(profile: Profile) -> Content:
    lines = [
        Content.assemble(("Login  ", _QUIET), (plain(profile.name), "bold")),
        Content.assemble(("WebID  ", _QUIET), plain(profile.webid, 300)),
        Content(""),
        Content("• Its secret and its query index go from this machine."),
        Content(
            "• Its login server is told, so that what it gave ends; a client credential stays until deleted there."
        ),
        Content(
            "• The pod and its rules stay as they are. So do the surveys kept here, which tell what changed since."
        ),
        Content.styled(f"\nThe same as: lifepod logout --profile {plain(profile.name)}", _QUIET),
    ]
    return Content("\n").join(lines)


def gone_in_words(gone: LoggedOut) -> str:
    """What logging out came to."""
    words = [f"Forgot the login {gone.profile.name}."]
    if gone.told is True:
        words.append("Its login server took back what it gave.")
    elif gone.told is False:
        words.append(
            f"{gone.profile.issuer} could not be told; what it gave is gone from here and ends there by itself."
        )
    if gone.account:
        words.append(f"The password of its account at home ({gone.account}) stays here: nobody could get it again.")
    return plain(" ".join(words), 900)
