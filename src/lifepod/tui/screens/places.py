"""What is in the pod, and for the selected place: who can see it, and why.

It refuses to work out a place before it is in view, and to show unknown as no.
"""

from __future__ import annotations

from textual import events
from textual.app import ComposeResult
from textual.containers import Vertical, VerticalScroll
from textual.content import Content
from textual.widgets import Input, Static

from lifepod.tui.picture import Aim
from lifepod.tui.screens.pod import PodScreen
from lifepod.tui.why import reasons
from lifepod.tui.widgets.answers import Answers, heading, rows_of
from lifepod.tui.widgets.tree import PlaceTree
from lifepod.tui.words import place_name


class PlacesScreen(PodScreen):
    """Places on the left, who and why on the right."""

    CSS_PATH = "places.tcss"
    MODE = "places"
    FILTER = "part of a name"

    def body(self) -> ComposeResult:
        """Tree; place, who, why."""
        with Vertical(id="left"):
            yield self.filter_box()
            yield PlaceTree(id="tree")
        with Vertical(id="right"):
            yield Static("", id="place", markup=False)
            yield Static("", id="columns", markup=False)
            yield Answers(id="who")
            with VerticalScroll(id="why-box"):
                yield Static("", id="why", markup=False)

    def on_mount(self) -> None:
        """The tree has the keys."""
        super().on_mount()
        self.focus_list()

    def paint(self) -> None:
        """A new audit: the same branches open as before."""
        audit = self.picture.audit
        if audit is not None:
            self.query_one(PlaceTree).paint(audit, self.query_one("#filter", Input).value.strip())

    def narrow(self, text: str) -> None:
        """Only places whose name contains the text."""
        if self.picture.audit is not None:
            self.query_one(PlaceTree).paint(self.picture.audit, text)

    def focus_list(self) -> None:
        """To the tree."""
        self.query_one(PlaceTree).focus()

    def point_at(self, url: str) -> None:
        """Select a place."""
        if self.is_mounted and self.query_one("#filter", Input).value:
            self.action_unfilter()
        self.query_one(PlaceTree).point_at(url)

    def aim(self) -> Aim:
        """The selected place, and whoever is picked out beside it."""
        audit = self.picture.audit
        picked = self.query_one(Answers).picked
        named = picked if audit and picked in audit.agents and picked != audit.survey.owner else ""
        return Aim(self.query_one(PlaceTree).chosen, named)

    def on_place_tree_chosen(self, event: PlaceTree.Chosen) -> None:
        """Another place: who can see it?"""
        event.stop()
        audit = self.picture.audit
        if audit is None:
            return
        survey = audit.survey
        self.query_one("#place", Static).update(Content(place_name(event.url, survey.storage)))
        self.query_one(Answers).paint(rows_of(audit.who(event.url), survey.owner))
        self._explain()

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
