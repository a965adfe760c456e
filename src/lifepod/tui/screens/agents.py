"""Everyone a rule could let in, and what each of them could see.

It refuses to say what anyone saw: a pod keeps no record of that.
"""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from typing import TYPE_CHECKING

from textual import events, work
from textual.app import ComposeResult
from textual.containers import Vertical
from textual.content import Content
from textual.message import Message
from textual.widgets import Input, OptionList, Static
from textual.widgets.option_list import Option

from lifepod.tui.picture import Aim, Clock
from lifepod.tui.screens.pod import PodScreen
from lifepod.tui.widgets.answers import MOST, Answers, Row, heading
from lifepod.tui.words import agent_name, brief, place_name

if TYPE_CHECKING:
    from lifepod.owner.desk import Audit, Desk, Entry


class AgentsScreen(PodScreen):
    """Audiences on the left, what one could see on the right."""

    MODE = "agents"
    FILTER = "part of a WebID"

    @dataclass
    class Worked(Message):
        """What one audience could see, worked out."""

        audit: Audit
        audience: str
        entries: tuple[Entry, ...]

    @dataclass
    class Wanted(Message):
        """Somebody wants to look at a place."""

        url: str

    def __init__(self, desk: Desk, clock: Clock) -> None:
        super().__init__(desk, clock)
        self._audiences: list[str] = []
        self._chosen = ""

    def body(self) -> ComposeResult:
        """List; who, how much, what."""
        with Vertical(id="left"):
            yield from self.filter_box()
            yield OptionList(id="agents", markup=False)
        with Vertical(id="right"):
            yield Static("", id="agent", markup=False)
            yield Static("", id="count", markup=False)
            yield Static("", id="columns", markup=False)
            yield Answers(id="sees")

    def on_mount(self) -> None:
        """The list has the keys."""
        super().on_mount()
        self.focus_list()

    def paint(self) -> None:
        """A new audit: the same audience stays chosen."""
        self.narrow(self.query_one("#filter", Input).value.strip())

    def narrow(self, text: str) -> None:
        """Only audiences whose name contains the text."""
        audit = self.picture.audit
        if audit is None:
            return
        owner, wanted = audit.survey.owner, text.casefold()
        every = ["public", "signed-in", *(a for a in audit.agents if a != owner), owner]
        found = [a for a in every if wanted in a.casefold() or wanted in agent_name(a, owner)]
        self._audiences = found[:MOST]
        self.found(len(found), len(every))
        box = self.query_one("#agents", OptionList)
        box.clear_options()
        box.add_options([Option(Content(brief(a, owner))) for a in self._audiences])
        self._chosen = self._chosen if self._chosen in self._audiences else next(iter(self._audiences), "")
        box.highlighted = self._audiences.index(self._chosen) if self._audiences else None
        self._look(audit, self._chosen)

    def point_at(self, audience: str) -> None:
        """Choose an audience."""
        self._chosen = audience
        if self.query_one("#filter", Input).value:
            self.action_unfilter()
        self.paint()
        self.focus_list()

    def focus_list(self) -> None:
        """To the audiences."""
        self.query_one("#agents", OptionList).focus()

    def aim(self, verb: str) -> Aim:
        """The chosen agent, and the place picked out beside it."""
        audit = self.picture.audit
        named = audit is not None and self._chosen in audit.agents and self._chosen != audit.survey.owner
        return Aim(self.query_one(Answers).picked, self._chosen if named else "")

    def on_option_list_option_highlighted(self, event: OptionList.OptionHighlighted) -> None:
        """Another audience: what could they see?"""
        event.stop()
        audit = self.picture.audit
        if audit is not None and event.option_index < len(self._audiences):
            chosen = self._audiences[event.option_index]
            if chosen != self._chosen:
                self._chosen = chosen
                self._look(audit, chosen)

    @work(exclusive=True, group="sees", exit_on_error=False)
    async def _look(self, audit: Audit, audience: str) -> None:
        entries = await asyncio.to_thread(audit.sees, audience) if audience else ()
        self.post_message(self.Worked(audit, audience, entries))

    def on_agents_screen_worked(self, event: Worked) -> None:
        """Paint it, unless somebody else is chosen by now."""
        event.stop()
        if event.audience != self._chosen or event.audit is not self.picture.audit:
            return
        survey = event.audit.survey
        self.query_one("#agent", Static).update(Content(agent_name(event.audience, survey.owner)))
        self.query_one("#count", Static).update(Content(_count(event.entries, len(survey.places), event.audit)))
        rows = [_row(e, event.audience, survey.storage) for e in event.entries]
        self.query_one(Answers).paint(rows)

    def on_answers_opened(self, event: Answers.Opened) -> None:
        """Enter or a double click on a place shows it in the tree."""
        event.stop()
        self.post_message(self.Wanted(event.key))

    def on_resize(self, event: events.Resize) -> None:
        """The columns stand where the answers stand."""
        self.call_after_refresh(self._name_columns)

    def _name_columns(self) -> None:
        self.query_one("#columns", Static).update(heading(self.query_one(Answers).size.width, "could, at"))


def _count(entries: tuple[Entry, ...], every: int, audit: Audit) -> str:
    sure = sum(e.covers for e in entries if any(a.word == "yes" for a in e.answers))
    unsure = sum(e.covers for e in entries) - sure
    words = f"could use {sure} of {every} places" + (f", perhaps {unsure} more" if unsure else "")
    if len(entries) > MOST:
        words += f"; the first {MOST} of {len(entries)} lines are shown"
    if audit.blind:
        words += f". {len(audit.blind)} places could not be looked into"
    return words + "."


def _row(entry: Entry, audience: str, storage: str) -> Row:
    notes = [f"{entry.covers} places"] if entry.covers > 1 else []
    if entry.audience != audience:
        notes.append("not known" if entry.audience == "anyone" else f"as {entry.audience}")
    name = place_name(entry.place, storage)
    return Row(entry.place, name, name, ", ".join(notes), entry.answers)
