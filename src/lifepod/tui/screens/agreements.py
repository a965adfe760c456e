"""What was agreed with whom, how it stands, what is still owed; checked and ended from here.

It refuses to call a promise kept because the vendor says so.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar

from textual import work
from textual.app import ComposeResult, SystemCommand
from textual.binding import Binding, BindingType
from textual.content import Content
from textual.message import Message
from textual.widgets import Button

from lifepod.errors import LifepodError
from lifepod.plain import plain
from lifepod.tui import agreed
from lifepod.tui.screens.papers import Clock, PapersScreen, Row, Trouble
from lifepod.tui.sheets import end_sheet, guard_sheet, ledger_sheet, text_sheet

if TYPE_CHECKING:
    from lifepod.owner.desk import Desk
    from lifepod.owner.standing import Case, Ledger
    from lifepod.tui.sheets import Left


class AgreementsScreen(PapersScreen):
    """Agreements on the left, one of them whole on the right."""

    MODE, TWIN, FILTER = "agreements", "agreements", "part of a name or a state"
    LOOKING, EMPTY = "reading agreements …", "No agreements yet. A request that you approve becomes one."
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("v", "verify", "Verify"),
        Binding("e", "end", "End"),
        Binding("l", "ledger", "Ledger"),
        Binding("w", "rounds", "Guard", show=False),
        Binding("o", "apart", "Apart", show=False),
    ]

    @dataclass
    class Came(Message):
        """The agreements were read."""

        cases: tuple[Case, ...]
        amiss: tuple[tuple[str, str], ...]

    @dataclass
    class Kept(Message):
        """What became of the promises of one, or why it could not be found out."""

        case: Case
        ledger: Ledger | None
        trouble: Trouble | None = None

    @dataclass
    class Checked(Message):
        """The answers about one agreement, in words."""

        words: Content

    def __init__(self, desk: Desk, clock: Clock) -> None:
        super().__init__(desk, clock)
        self._cases: dict[str, Case] = {}
        self._kept: dict[str, AgreementsScreen.Kept] = {}
        self._amiss: tuple[tuple[str, str], ...] = ()

    def deeds(self) -> ComposeResult:
        """What can be done with one, for the mouse."""
        yield Button("Verify", id="verify", compact=True)
        yield Button("End", id="end", compact=True)
        yield Button("Ledger", id="ledger", compact=True)

    # Reading

    async def gather(self) -> Message:
        """Every agreement, and folders that cannot be read."""
        papers = await self.desk.papers()
        return self.Came(*await papers.agreements())

    def on_agreements_screen_came(self, event: Came) -> None:
        """Show them."""
        event.stop()
        self._cases, self._kept, self._amiss = {case.id: case for case in event.cases}, {}, event.amiss
        button = self.query_one("#apart", Button)
        button.display = bool(event.amiss)
        button.label = Content(f"Could not be read: {len(event.amiss)}  (o lists why)")
        prompts = [(case.id, agreed.case_row(case)) for case in event.cases]
        self.came([Row(key, f"{prompt.plain} {key}", prompt) for key, prompt in prompts])

    def choose(self, key: str) -> None:
        """What is known at once; the ledger is read in the background."""
        case = self._cases.get(key)
        for name in ("#verify", "#ledger"):
            self.query_one(name).display = case is not None
        self.query_one("#end").display = case is not None and case.life.state in ("open", "agreed", "expired")
        if case is None:
            self.whole(Content(""))
        elif key in self._kept:
            self._paint(self._kept[key])
        else:
            waits = Content.styled("\nLooking up what became of the promises …", agreed.QUIET)
            self.whole(Content("\n").join(list(agreed.case_words(case, self.desk.profile.storage, [waits]))))
            self._look_up(case)

    @work(exclusive=True, group="view", exit_on_error=False)
    async def _look_up(self, case: Case) -> None:
        try:
            papers = await self.desk.papers()
            self.post_message(self.Kept(case, await papers.ledger((case,))))
        except LifepodError as error:
            self.post_message(self.Kept(case, None, Trouble.of(error)))

    def on_agreements_screen_kept(self, event: Kept) -> None:
        """Show it, unless another one is chosen or it was read again by now."""
        event.stop()
        if self._cases.get(event.case.id) is event.case:
            self._kept[event.case.id] = event
            if event.case.id == self.chosen:
                self._paint(event)

    def _paint(self, found: Kept) -> None:
        storage = self.desk.profile.storage
        promises: list[Content] = []
        if found.ledger is not None:
            promises = list(agreed.ledger_words(found.ledger, storage))
        elif found.trouble is not None:
            said = Content.styled("\nUnknown: what became of the promises", agreed.ALERT)
            promises = [said, agreed.failure_words(found.trouble)]
        self.whole(Content("\n").join(list(agreed.case_words(found.case, storage, promises))), top=False)

    # Deeds

    def _chosen(self) -> Case | None:
        case = self._cases.get(self.chosen)
        if case is None:
            self.notify("Choose an agreement first.", markup=False)
        return case

    def action_verify(self) -> None:
        """Check one, and compare both copies, in the background."""
        if (case := self._chosen()) is not None:
            self.doing("checking, and asking the profiles …")
            self._check(case)

    @work(exclusive=True, group="check", exit_on_error=False)
    async def _check(self, case: Case) -> None:
        from lifepod.owner.checking import check

        try:
            found = await check(await self.desk.pod(), case, (await self.desk.papers()).now)
            copy = await self._copy(case)
            self.post_message(self.Checked(Content("\n").join(list(agreed.check_words(found, copy)))))
        except LifepodError as error:
            self.post_message(self.Checked(agreed.failure_words(Trouble.of(error))))

    async def _copy(self, case: Case) -> str:
        """How the vendor's copy compares; what could not be looked at is not known."""
        try:
            return await (await self.desk.papers()).compare(case)
        except LifepodError as error:
            return f"the vendor's copy could not be read: nothing is known of it ({plain(error)})"

    def on_agreements_screen_checked(self, event: Checked) -> None:
        """Show the answers."""
        event.stop()
        self.doing("")
        self.app.push_screen(text_sheet("Is it what it says? Four answers", event.words))

    def action_end(self) -> None:
        """The sheet of an end."""
        if (case := self._chosen()) is not None:
            self.app.push_screen(end_sheet(self.desk, case), self._ended)

    def _ended(self, touched: bool | None) -> None:
        if touched:
            self._busy = ""  # a look that began before would show the past
            self.action_look()
            self.post_message(self.Changed())

    def action_ledger(self) -> None:
        """All that the vendor promised, line by line."""
        if (case := self._chosen()) is not None:
            self.app.push_screen(ledger_sheet(self.desk, case), self._left)

    def _left(self, left: Left | None) -> None:
        if left is not None:
            self._ended(left.touched)
            if left.jump is not None:
                self.post_message(self.Wanted(*left.jump))

    def action_rounds(self) -> None:
        """What a round of the guard would close."""
        self.app.push_screen(guard_sheet(self.desk), self._ended)

    def action_apart(self) -> None:
        """Which folders could not be read, and why."""
        lines = [Content(f"{plain(folder, 300)}: {plain(why)}") for folder, why in self._amiss]
        if lines:
            self.app.push_screen(text_sheet("Could not be read", Content("\n").join(lines)))

    def commands(self) -> Iterable[SystemCommand]:
        """What can be done here, by name."""
        yield SystemCommand("Verify", "four answers, and both copies (lifepod verify)", self.action_verify)
        yield SystemCommand("End", "close, sign the end, tell them (lifepod end)", self.action_end)
        yield SystemCommand("Ledger", "promised, claimed, matched; breaches (lifepod ledger)", self.action_ledger)
        yield SystemCommand("Guard", "close what has ended, shown first (lifepod guard)", self.action_rounds)
        yield from super().commands()
