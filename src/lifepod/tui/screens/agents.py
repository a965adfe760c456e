"""Everyone a rule could let in, by kind, and what each of them could see, since when, until when, by what agreement.

It refuses to say what anyone saw: a pod keeps no record of that.
"""

from __future__ import annotations

import asyncio
from collections.abc import Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar

from textual import events, work
from textual.app import ComposeResult, SystemCommand
from textual.binding import Binding, BindingType
from textual.containers import Horizontal, Vertical, VerticalScroll
from textual.content import Content
from textual.message import Message
from textual.widgets import Button, Input, OptionList, Static
from textual.widgets.option_list import Option

from lifepod.errors import LifepodError
from lifepod.tui import standing
from lifepod.tui.gathering import Sight, papers_of, sight_of
from lifepod.tui.overlays import agent_name, brief, history_sheet, out_sheet, place_name
from lifepod.tui.screens.pod import Aim, Clock, PodScreen, Trouble
from lifepod.tui.widgets.answers import MOST, Answers, Row, heading

if TYPE_CHECKING:
    from lifepod.owner.desk import Audit, Desk, Entry
    from lifepod.tui.overlays import Done

_PAUSE = 0.04
"""Seconds that somebody stays on a line before it is worked out: who runs down the list asks for the last one."""
_PATIENCE = 0.15
"""Seconds after which it is said that somebody is being worked out."""


class AgentsScreen(PodScreen):
    """Audiences on the left, what one could see on the right."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("h", "history", "History"),
        Binding("a", "agreement", "Agreement", show=False),
        Binding("x", "out", "Out"),
    ]
    MODE = "agents"
    FILTER = "part of a WebID"

    @dataclass
    class Worked(Message):
        """What one audience could see, worked out."""

        sight: Sight

    @dataclass
    class Waits(Message):
        """It is not worked out at once."""

        audience: str

    @dataclass
    class Told(Message):
        """What is on record about all of them, or why it cannot be read."""

        audit: Audit
        papers: standing.Papers | None
        trouble: Trouble | None = None

    def __init__(self, desk: Desk, clock: Clock) -> None:
        super().__init__(desk, clock)
        self._audiences: list[str] = []
        self._chosen = ""
        self._sights: dict[str, Sight] = {}
        self._papers: standing.Papers | None = None
        self._trouble: Trouble | None = None

    def body(self) -> ComposeResult:
        """List; who, how much, since when, what."""
        with Vertical(id="left"):
            yield from self.filter_box()
            yield OptionList(id="agents", markup=False)
        with Vertical(id="right"):
            yield Static("", id="agent", markup=False)
            with VerticalScroll(id="facts", can_focus=False):
                yield Static("", id="count", markup=False)
                yield Static("", id="record", markup=False)
            yield Static("", id="columns", markup=False)
            yield Answers(id="sees")
            with Horizontal(id="deeds"):
                yield Button("History", id="history", compact=True)
                yield Button("Agreement", id="agreement", compact=True)
                yield Button("Out: revoke everywhere", id="out", compact=True)

    def on_mount(self) -> None:
        """The list has the keys."""
        super().on_mount()
        self.focus_list()

    def paint(self) -> None:
        """A new audit: the same audience stays chosen, and what is on record is read again."""
        self._sights = {}
        self._list()
        if self.picture.audit is not None:
            self._ask(self.picture.audit)

    # The list

    def _list(self) -> None:
        """The same list anew; whoever the cursor has come to by now stays chosen."""
        at = self.query_one("#agents", OptionList).highlighted
        self._chosen = (self._audiences[at] if at is not None else "") or self._chosen
        self.narrow(self.query_one("#filter", Input).value.strip())

    def narrow(self, text: str) -> None:
        """Only audiences whose name contains the text."""
        audit = self.picture.audit
        if audit is None:
            return
        owner, wanted = audit.survey.owner, text.casefold()
        found = every = 0
        options, self._audiences = list[Option](), []
        for title, names in standing.sections(audit, self._papers):
            fits = [a for a in names if wanted in a.casefold() or wanted in agent_name(a, owner)]
            found, every = found + len(fits), every + len(names)
            shown = fits[: max(0, MOST - len(options))]
            if shown:
                options.append(Option(Content.styled(title, "bold $text-primary"), disabled=True))
                options += [Option(Content(f" {brief(a, owner)}"), id=a) for a in shown]
                self._audiences += ["", *shown]
        self.found(found, every)
        box = self.query_one("#agents", OptionList)
        box.clear_options()
        box.add_options(options)
        shown_names = [name for name in self._audiences if name]
        self._chosen = self._chosen if self._chosen in shown_names else next(iter(shown_names), "")
        box.highlighted = self._audiences.index(self._chosen) if self._chosen else None
        self._show(self._chosen)

    def point_at(self, key: str) -> None:
        """Choose an audience."""
        self._chosen = key
        if self.query_one("#filter", Input).value:
            self.action_unfilter()
        self.narrow("")
        self.focus_list()

    def focus_list(self) -> None:
        """To the audiences."""
        self.query_one("#agents", OptionList).focus()

    def aim(self, verb: str) -> Aim:
        """The chosen agent, and the place picked out beside it."""
        return Aim(self.query_one(Answers).picked, self._chosen if self._is_agent() else "")

    def _is_agent(self) -> bool:
        """Whether one agent is chosen that is not the owner."""
        audit = self.picture.audit
        return audit is not None and self._chosen in audit.agents and self._chosen != audit.survey.owner

    def on_option_list_option_highlighted(self, event: OptionList.OptionHighlighted) -> None:
        """Another audience: what could they see?"""
        event.stop()
        chosen = event.option_id or ""
        if chosen in self._audiences and chosen != self._chosen:  # one that is gone was told of late
            self._chosen = chosen
            self._show(chosen)

    # One of them

    def _show(self, audience: str) -> None:
        audit = self.picture.audit
        if audit is None or not audience:
            for part in ("#agent", "#count", "#record"):
                self.query_one(part, Static).update(Content(""))
            self.query_one(Answers).paint([])
        elif audience in self._sights:
            self._paint(self._sights[audience])
        else:
            self._look(audit, audience)
        self.query_one("#out").display = self._is_agent()
        self.query_one("#agreement").display = bool(standing.agreement_of(self._papers, audience))

    @work(exclusive=True, group="sees", exit_on_error=False)
    async def _look(self, audit: Audit, audience: str) -> None:
        await asyncio.sleep(_PAUSE)
        work_out = asyncio.ensure_future(asyncio.to_thread(sight_of, audit, audience))
        done, _ = await asyncio.wait([work_out], timeout=_PATIENCE)
        if not done:  # nobody takes what is known of the last one for this one
            self.post_message(self.Waits(audience))
        self.post_message(self.Worked(await work_out))

    def on_agents_screen_waits(self, event: Waits) -> None:
        """It takes a while: say so, under the right name."""
        event.stop()
        audit = self.picture.audit
        if audit is not None and event.audience == self._chosen and event.audience not in self._sights:
            self.query_one("#agent", Static).update(Content(agent_name(event.audience, audit.survey.owner)))
            self.query_one("#count", Static).update(Content.styled("working it out …", standing.QUIET))
            self.query_one("#record").display = False
            self.query_one(Answers).paint([])

    def on_agents_screen_worked(self, event: Worked) -> None:
        """Paint it, unless somebody else is chosen by now."""
        event.stop()
        if event.sight.audit is self.picture.audit:
            self._sights[event.sight.audience] = event.sight
            if event.sight.audience == self._chosen:
                self._paint(event.sight)

    def _paint(self, sight: Sight) -> None:
        audit, who = sight.audit, sight.audience
        self.query_one("#agent", Static).update(Content(agent_name(who, audit.survey.owner)))
        lines = [*standing.who_words(audit, who, self._papers), *standing.reach_words(sight.reach, audit)]
        if len(sight.entries) > MOST:
            lines.append(Content(f"The first {MOST} of {len(sight.entries)} lines are shown."))
        self.query_one("#count", Static).update(Content("\n").join(lines))
        self._paint_record(who)
        rows = [_row(e, who, audit.survey.storage) for e in sight.entries[:MOST]]
        self.query_one(Answers).paint(rows)
        self.query_one("#facts", VerticalScroll).scroll_home(animate=False)

    def on_answers_opened(self, event: Answers.Opened) -> None:
        """Enter or a double click on a place shows it in the tree."""
        event.stop()
        self.post_message(self.Wanted("places", event.key))

    # On record

    @work(exclusive=True, group="record", exit_on_error=False)
    async def _ask(self, audit: Audit) -> None:
        try:
            self.post_message(self.Told(audit, await papers_of(self.desk, self._papers)))
        except LifepodError as error:
            self.post_message(self.Told(audit, None, Trouble.of(error)))

    def on_agents_screen_told(self, event: Told) -> None:
        """Now it is known who is a vendor, since when and until when."""
        event.stop()
        if event.audit is self.picture.audit:
            self._papers, self._trouble = event.papers or self._papers, event.trouble
            self._list()

    def _paint_record(self, who: str) -> None:
        lines: list[Content] = []
        if self._trouble is not None:
            said = f"unknown: what is on record could not be read. {self._trouble.sentence} {self._trouble.advice}"
            lines.append(Content.styled(f"{said} u tries again.", standing.ALERT))
        if self._papers is not None and self._is_agent():
            lines += standing.record_words(self._papers, who, self.desk.profile.storage)
        elif self._trouble is None and self._is_agent():
            lines.append(Content.styled("Since     reading what is on record …", standing.QUIET))
        self.query_one("#agreement").display = bool(standing.agreement_of(self._papers, who))
        record = self.query_one("#record", Static)
        record.update(Content("\n").join(lines))
        record.display = bool(lines)

    def action_history(self) -> None:
        """The history of access of the chosen audience."""
        audit = self.picture.audit
        if audit is not None and self._chosen:
            name = agent_name(self._chosen, audit.survey.owner)
            self.app.push_screen(history_sheet(self.desk, name, self._chosen, is_place=False))

    def action_agreement(self) -> None:
        """To the agreement with the chosen agent."""
        found = standing.agreement_of(self._papers, self._chosen)
        if found:
            self.post_message(self.Wanted("agreements", found))
        elif self._papers is None:
            self.notify("What was agreed is not known here yet.", markup=False)
        else:
            self.notify("Nothing was agreed with them.", markup=False)

    def action_out(self) -> None:
        """Shut the chosen agent out everywhere: the plan comes first."""
        if self._is_agent():
            self.app.push_screen(out_sheet(self.desk, self._clock, self._chosen), self._changed)
        else:
            self.notify(
                "That is not one agent. Make places private (2, then p), or revoke its members one by one.",
                markup=False,
            )

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
        yield SystemCommand("History of the agent", "of what they could use (lifepod changes)", self.action_history)
        yield SystemCommand("Agreement of the agent", "the newest open one (lifepod agreements)", self.action_agreement)
        yield SystemCommand(
            "Out", "shut the chosen agent out everywhere (lifepod revoke --everywhere)", self.action_out
        )
        yield from super().commands()

    def on_resize(self, event: events.Resize) -> None:
        """The columns stand where the answers stand."""
        self.call_after_refresh(self._name_columns)

    def _name_columns(self) -> None:
        self.query_one("#columns", Static).update(heading(self.query_one(Answers).size.width, "could, at"))


def _row(entry: Entry, audience: str, storage: str) -> Row:
    notes = [f"{entry.covers} places"] if entry.covers > 1 else []
    if entry.audience != audience:
        notes.append("not known" if entry.audience == "anyone" else f"as {entry.audience}")
    name = place_name(entry.place, storage)
    return Row(entry.place, name, name, ", ".join(notes), entry.answers)
