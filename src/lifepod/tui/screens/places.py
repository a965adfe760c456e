"""What is in the pod, and for the selected place: who can see it, and why.

It refuses to work out a place before it is in view, and to show unknown as no.
"""

from __future__ import annotations

from dataclasses import dataclass

from textual import events
from textual.app import ComposeResult
from textual.containers import Vertical, VerticalScroll
from textual.content import Content
from textual.message import Message
from textual.widgets import Input, Static

from lifepod.tui.picture import Aim
from lifepod.tui.screens.pod import PodScreen
from lifepod.tui.why import reasons
from lifepod.tui.widgets.answers import Answers, heading, rows_of
from lifepod.tui.widgets.tree import PlaceTree
from lifepod.tui.words import place_name


class PlacesScreen(PodScreen):
    """Places on the left, who and why on the right."""

    MODE = "places"
    FILTER = "part of a name"

    @dataclass
    class Wanted(Message):
        """Somebody wants to know what an audience could see."""

        audience: str

    def body(self) -> ComposeResult:
        """Tree; place, who, why."""
        with Vertical(id="left"):
            yield from self.filter_box()
            yield PlaceTree(id="tree")
        with Vertical(id="right"):
            yield Static("", id="place", markup=False)
            yield Static("", id="columns", markup=False)
            yield Answers(id="who")
            with VerticalScroll(id="why-box"):
                yield Static("", id="why", markup=False)

    def on_mount(self) -> None:
        """The tree has the keys."""
        self._asked = ""
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

    def point_at(self, url: str) -> None:
        """Select a place."""
        if self.query_one("#filter", Input).value:
            self.action_unfilter()
            self.narrow("")  # the box tells of its change only later
        self.query_one(PlaceTree).point_at(url)

    def aim(self, verb: str) -> Aim:
        """The selected place, and whoever is picked out beside it; a grant is for somebody new unless one was meant."""
        audit, answers = self.picture.audit, self.query_one(Answers)
        meant = verb == "revoke" or answers.has_focus
        named = audit is not None and answers.picked in audit.agents and answers.picked != audit.survey.owner
        return Aim(self.query_one(PlaceTree).chosen, answers.picked if meant and named else "")

    def on_place_tree_chosen(self, event: PlaceTree.Chosen) -> None:
        """Another place: who can see it?"""
        event.stop()
        audit = self.picture.audit
        if audit is None:
            return
        survey, same = audit.survey, event.url == self._asked
        self._asked = event.url
        name = place_name(event.url, survey.storage)
        self.query_one("#place", Static).update(Content("/  the whole pod" if name == "/" else name))
        self.query_one(Answers).paint(rows_of(audit.who(event.url), survey.owner), keep=same)
        self._explain()

    def on_answers_opened(self, event: Answers.Opened) -> None:
        """Enter or a double click on an audience shows what else it could see."""
        event.stop()
        if event.key != "anyone":
            self.post_message(self.Wanted(event.key))

    def on_answers_picked(self, event: Answers.Picked) -> None:
        """Another audience: why?"""
        event.stop()
        self._explain()

    def _explain(self) -> None:
        audit, url = self.picture.audit, self.query_one(PlaceTree).chosen
        if audit is not None and url:
            self.query_one("#why", Static).update(reasons(audit, url, self.query_one(Answers).picked))
            self.query_one("#why-box", VerticalScroll).scroll_home(animate=False)

    def on_resize(self, event: events.Resize) -> None:
        """The columns stand where the answers stand."""
        self.call_after_refresh(self._name_columns)

    def _name_columns(self) -> None:
        self.query_one("#columns", Static).update(heading(self.query_one(Answers).size.width, "who could"))
