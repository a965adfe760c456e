"""What is in the pod, and for the selected place: who can see it, and why.

It refuses to work out a place before it is in view, and to show unknown as no.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING, ClassVar

from textual import events
from textual.app import ComposeResult, SystemCommand
from textual.binding import Binding, BindingType
from textual.containers import Horizontal, Vertical, VerticalScroll
from textual.content import Content
from textual.widgets import Button, Input, Static

from lifepod.tui.overlays import history_sheet, holds_sheet, private_sheet
from lifepod.tui.screens.pod import Aim, PodScreen, Words
from lifepod.tui.why import place_name, reasons
from lifepod.tui.widgets.answers import Answers, heading, rows_of
from lifepod.tui.widgets.tree import PlaceTree

if TYPE_CHECKING:
    from lifepod.owner.desk import Audit
    from lifepod.tui.overlays import Done


class PlacesScreen(PodScreen):
    """Places on the left, who and why on the right."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("v", "holds", "View"),
        Binding("h", "history", "History"),
        Binding("p", "private", "Private", show=False),
        Binding("P", "private(True)", "Private, all below", show=False),
    ]
    MODE = "places"
    FILTER = "part of a name"

    def body(self) -> ComposeResult:
        """Tree; place, who, why."""
        with Vertical(id="left"):
            yield from self.filter_box()
            yield PlaceTree(id="tree")
        with Vertical(id="right"):
            yield Words(id="place")
            yield Static("", id="columns", markup=False)
            yield Answers(id="who")
            with VerticalScroll(id="why-box"):
                yield Static("", id="why", markup=False)
            with Horizontal(id="deeds"):
                yield Button("View", id="holds", compact=True)
                yield Button("History", id="history", compact=True)
                yield Button("Make private (p)", id="private", compact=True)

    def on_mount(self) -> None:
        """The tree has the keys."""
        self._asked = ""
        self._explained: tuple[Audit | None, str, str] = (None, "", "")
        super().on_mount()
        self.focus_list()

    def paint(self) -> None:
        """A new audit: the same branches open as before."""
        if self.picture.audit is not None:
            self.narrow(self.query_one("#filter", Input).value.strip())

    def narrow(self, text: str) -> None:
        """Only places whose name contains the text."""
        if self.picture.audit is not None:
            count = self.query_one(PlaceTree).paint(self.picture.audit, text)
            self.found(count, len(self.picture.audit.survey.places))

    def focus_list(self) -> None:
        """To the tree."""
        self.query_one(PlaceTree).focus()

    def point_at(self, key: str) -> None:
        """Select a place, by its URL."""
        if self.query_one("#filter", Input).value:
            self.action_unfilter()
            self.narrow("")  # the box tells of its change only later
        self.query_one(PlaceTree).point_at(key)

    def aim(self, verb: str) -> Aim:
        """The selected place, and whoever is picked out beside it; a grant is for somebody new unless one was meant."""
        audit, answers = self.picture.audit, self.query_one(Answers)
        meant = verb == "revoke" or answers.has_focus
        named = audit is not None and answers.picked in audit.agents and answers.picked != audit.survey.owner
        return Aim(self.query_one(PlaceTree).chosen, answers.picked if meant and named else "")

    # Looking closer, and closing

    def action_holds(self) -> None:
        """What the selected place holds."""
        if url := self.query_one(PlaceTree).chosen:
            self.app.push_screen(holds_sheet(self.desk, url))

    def action_history(self) -> None:
        """The history of access of the selected place."""
        if url := self.query_one(PlaceTree).chosen:
            self.app.push_screen(history_sheet(self.desk, self._named(url), url, is_place=True))

    def action_private(self, all_below: bool = False) -> None:
        """Keep the selected place for the owner alone: the plan comes first."""
        if url := self.query_one(PlaceTree).chosen:
            sheet = private_sheet(self.desk, self._clock, url, all_below=all_below and url.endswith("/"))
            self.app.push_screen(sheet, self._changed)

    def _changed(self, done: Done | None) -> None:
        if done is not None and done.touched:
            self.post_message(self.Changed())

    async def on_button_pressed(self, event: Button.Pressed) -> None:
        """A button does what its key does; the keys go back to the list."""
        event.stop()
        self.focus_list()
        await self.run_action(f"screen.{event.button.id}")

    def commands(self) -> Iterable[SystemCommand]:
        """What can be done here, by name."""
        yield SystemCommand("View", "what the selected place holds (lifepod get)", self.action_holds)
        yield SystemCommand("History of the place", "of access to it (lifepod changes)", self.action_history)
        yield SystemCommand("Make private", "shut out everybody but you (lifepod private)", self.action_private)
        yield SystemCommand(
            "Make private with all below",
            "places with own rules too (lifepod private --all-below)",
            lambda: self.action_private(all_below=True),
        )
        yield from super().commands()

    def on_place_tree_wanted(self, event: PlaceTree.Wanted) -> None:
        """Enter on a document shows what it holds."""
        event.stop()
        self.action_holds()

    def _named(self, url: str) -> str:
        name = place_name(url, self.desk.profile.storage)
        return "/  the whole pod" if name == "/" else name

    def on_place_tree_chosen(self, event: PlaceTree.Chosen) -> None:
        """Another place: who can see it?"""
        event.stop()
        audit = self.picture.audit
        if audit is None:
            return
        survey, same = audit.survey, event.url == self._asked
        self._asked = event.url
        self.query_one("#place", Words).say(Content(self._named(event.url)))
        self.query_one(Answers).paint(rows_of(audit.who(event.url), survey.owner), keep=same)
        self._explain()

    def on_answers_opened(self, event: Answers.Opened) -> None:
        """Enter or a double click on an audience shows what else it could see."""
        event.stop()
        if event.key != "anyone":
            self.post_message(self.Wanted("agents", event.key))

    def on_answers_picked(self, event: Answers.Picked) -> None:
        """Another audience: why?"""
        event.stop()
        self._explain()

    def _explain(self) -> None:
        audit, url = self.picture.audit, self.query_one(PlaceTree).chosen
        picked = self.query_one(Answers).picked
        if audit is not None and url and not (audit is self._explained[0] and (url, picked) == self._explained[1:]):
            self._explained = (audit, url, picked)
            self.query_one("#why", Static).update(reasons(audit, url, picked))
            self.query_one("#why-box", VerticalScroll).scroll_home(animate=False)

    def on_resize(self, event: events.Resize) -> None:
        """The columns stand where the answers stand."""
        self.call_after_refresh(self._name_columns)

    def _name_columns(self) -> None:
        self.query_one("#columns", Static).update(heading(self.query_one(Answers).size.width, "who could"))
