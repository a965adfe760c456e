"""The end of an agreement: what would be closed and what falls due is shown first.

It refuses to end it without that, and to call it ended before a fresh look found it closed.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from textual.content import Content

from lifepod.errors import Conflict
from lifepod.owner.standing import closing_in_words, ended_in_words
from lifepod.plain import plain
from lifepod.tui.deeds import Step
from lifepod.tui.screens.sign import SignScreen
from lifepod.tui.views import QUIET, TITLE, line, moment, plans_words

if TYPE_CHECKING:
    from lifepod.owner.desk import Desk
    from lifepod.owner.standing import Case


class EndScreen(SignScreen):
    """Closes what was opened, signs the end, tells the vendor."""

    VERB, ASKS, DOES = "end", "End it? Nothing is closed yet", "Yes, end it"
    LAST = "Closing, looking again, then signing the end."

    def __init__(self, desk: Desk, case: Case) -> None:
        super().__init__(desk)
        self._case = case

    async def prepare(self) -> Content:
        """What would be closed, and what the vendor would owe from then on."""
        papers, storage = await self.desk.papers(), self.desk.profile.storage
        case = await papers.agreement(self._case.id)
        if case.life.state not in ("open", "agreed", "expired") and case.event("revocation") is None:
            raise Conflict(
                f"It is {case.life.state} already, since {moment(case.life.since)}.", advice="Nothing is left."
            )
        plans = await papers.rehearse_end(case, self.tell)
        lines = [line("With", (plain(case.policy.assignee, 300), "bold"))]
        lines += [Content.styled("\nWhat ending it would change", TITLE)]
        lines += plans_words(plans, storage) if plans else [Content("Nothing is open any more.")]
        owed = closing_in_words(case, (), papers.now)[2:]
        lines += [Content.styled("\nWhat they would owe", TITLE)] if owed else []
        lines += [Content(f"• {plain(said.strip())}") for said in owed]
        lines.append(Content.styled(f"\nThe same as: lifepod end {case.id[:8]}", QUIET))
        return Content("\n").join(lines)

    async def act(self) -> Content:
        """Close, look again, sign, tell."""
        papers = await self.desk.papers()
        case = await papers.agreement(self._case.id)
        self.reached(Step.SIGNING)
        ended = await papers.end(case, self.hear)
        return Content("\n").join([Content(plain(said, 1000)) for said in ended_in_words(ended)])
