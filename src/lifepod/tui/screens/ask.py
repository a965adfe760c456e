"""The form of a grant or a revoke: who, where, what.

It refuses to send anything itself: the plan is shown before anything is written.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, ClassVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Horizontal, VerticalScroll
from textual.content import Content
from textual.screen import ModalScreen
from textual.suggester import SuggestFromList
from textual.widgets import Button, Checkbox, Input, OptionList, Static
from textual.widgets.option_list import Option

from lifepod.errors import LifepodError
from lifepod.plain import plain
from lifepod.tui.picture import Aim, Clock, Trouble
from lifepod.tui.screens.change import ChangeScreen, Done, end_of
from lifepod.tui.screens.help import HelpScreen
from lifepod.tui.widgets.tick import Tick
from lifepod.tui.words import WHOLE, Request, place_name

if TYPE_CHECKING:
    from lifepod.owner.desk import Desk

_SAY = {
    "grant": "Let somebody in. For a container: to everything that inherits from it.",
    "revoke": "Shut somebody out, here and below. It closes future reads only: what was read before stays "
    "with whoever read it.",
}
MODES = ("read", "append", "write")


class AskScreen(ModalScreen[bool]):
    """Asks what to grant or revoke."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape", "leave", "Leave", show=False),
        Binding("f1", "explain", "Help", show=False),
    ]

    def __init__(self, desk: Desk, clock: Clock, verb: str, aim: Aim) -> None:
        super().__init__()
        self._desk, self._clock, self._verb, self._aim = desk, clock, verb, aim
        self._known = aim.known

    def compose(self) -> ComposeResult:
        """Title, who, where, what, buttons."""
        grant = self._verb == "grant"
        where = place_name(self._aim.place, self._desk.profile.storage, WHOLE) if self._aim.place else ""
        with VerticalScroll(id="form", can_focus=False):
            yield Static(Content("Grant access" if grant else "Revoke access"), id="title")
            yield Static(Content(_SAY[self._verb]), id="say")
            with Horizontal(classes="field"):
                yield Static("Who", classes="label")
                yield Input(
                    plain(self._aim.agent, WHOLE), placeholder="a WebID, or the name of a login", id="agent",
                    suggester=SuggestFromList(self._known), compact=True,
                )  # fmt: skip
            yield OptionList(*(Option(Content(plain(a, 300))) for a in self._known[:200]), id="known", markup=False)
            with Horizontal(classes="field"):
                yield Static("Where", classes="label")
                yield Input(where, placeholder="journal/purchases/", id="place", compact=True)
            with Horizontal(classes="field"):
                yield Static("What", classes="label")
                if not grant:
                    yield Tick("everything", value=True, id="all")
                for mode in MODES:
                    yield Tick(mode, value=grant and mode == "read", id=mode)
            with Horizontal(classes="field"):
                if grant:
                    yield Static("Until", classes="label")
                    yield Input(placeholder="2027-01-31; empty: no end", id="until", compact=True, max_length=40)
                yield Static("Why", classes="label" if not grant else "label beside")
                yield Input(placeholder="for the change log", id="why", compact=True, max_length=400)
            if grant:
                with Horizontal(id="more"):
                    yield Tick("also places below with own rules", id="all-below")
                    yield Tick("without checking the WebID", id="unchecked")
            yield Static("", id="trouble", markup=False)
            with Horizontal(id="buttons"):
                yield Button("Help", id="explain", compact=True)
                yield Button("Leave", id="leave", compact=True)
                yield Button("Show the plan", id="next", variant="primary", compact=True)

    def on_mount(self) -> None:
        """Ask first for what is not known yet."""
        self.query_one("#known").display = bool(self._known) and not self._aim.agent
        self.query_one("#next" if self._aim.agent and self._aim.place else "#agent").focus()

    def on_option_list_option_selected(self, event: OptionList.OptionSelected) -> None:
        """Take a known agent."""
        self.query_one("#agent", Input).value = self._known[event.option_index]
        self.query_one("#next").focus()

    def on_checkbox_changed(self, event: Checkbox.Changed) -> None:
        """ "Everything" and single modes exclude each other."""
        if self._verb != "revoke" or not event.value:
            return
        for box in self.query(Checkbox):
            if (box.id == "all") is not (event.checkbox.id == "all"):
                box.value = False

    def on_input_submitted(self, event: Input.Submitted) -> None:
        """Enter goes on."""
        event.stop()
        self._go_on()

    def on_button_pressed(self, event: Button.Pressed) -> None:
        """Go on, leave, or explain."""
        event.stop()
        if event.button.id == "next":
            self._go_on()
        elif event.button.id == "explain":
            self.action_explain()
        else:
            self.dismiss(False)

    def action_leave(self) -> None:
        """Leave without asking for anything."""
        self.dismiss(False)

    def action_explain(self) -> None:
        """What can be done here."""
        self.app.push_screen(HelpScreen("form"))

    def _ticked(self, name: str) -> bool:
        return any(box.value for box in self.query(Checkbox) if box.id == name)

    def _go_on(self) -> None:
        word = self.query_one("#agent", Input).value.strip()
        path = self.query_one("#place", Input).value.strip()
        modes = tuple(mode for mode in MODES if self._ticked(mode))
        if not word:
            self._tell(Trouble("Nobody is named.", "Give a WebID (https://…), or the name of a login."), "#agent")
            return
        try:
            agent = self._desk.agent(word)
        except LifepodError as error:
            self._tell(Trouble.of(error), "#agent")
            return
        if agent in ("public", "signed-in"):
            advice = "Name a WebID; rules for everybody are changed in the access document itself."
            self._tell(Trouble(f"{agent} is not one agent.", advice), "#agent")
        elif not path:
            self._tell(
                Trouble("No place is named.", "Give a path below the pod, such as journal/purchases/."), "#place"
            )
        elif not modes and not self._ticked("all"):
            self._tell(Trouble("Nothing is ticked.", "Tick what they may do."), "#read")
        else:
            self._show(Request(self._verb, agent, "" if path == "/" else path, modes))

    def _show(self, request: Request) -> None:
        """The plan of what was asked for, with what else was said."""
        said = {one.id: one.value.strip() for one in self.query(Input)}
        try:
            until = end_of(said.get("until", ""), self._clock())
        except LifepodError as error:
            self._tell(Trouble.of(error), "#until")
            return
        deep, unchecked = self._ticked("all-below"), self._ticked("unchecked")
        request = replace(request, all_below=deep, unchecked=unchecked, until=until, why=said["why"])
        self.query_one("#trouble", Static).update(Content(""))
        self.query_one("#form").visible = False  # one sheet at a time
        self.app.push_screen(ChangeScreen(self._desk, request, self._clock), self._after)

    def _after(self, done: Done | None) -> None:
        """A plan that was left leads back to the form; the form gives back whether the pod may have changed."""
        if done is not None and done.touched:
            self.dismiss(True)
        else:
            self.query_one("#form").visible = True

    def _tell(self, trouble: Trouble, where: str) -> None:
        self.query_one("#trouble", Static).update(Content(plain(f"{trouble.sentence} {trouble.advice}", 600)))
        self.query_one(where).focus()
