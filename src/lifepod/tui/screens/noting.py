"""The note of a breach, and clearing the inbox of what cannot be read: shown before it is done.

It refuses to do either without a yes, and to touch a message that can be read.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from textual.content import Content

from lifepod.errors import Missing
from lifepod.plain import plain
from lifepod.tui import accounts
from lifepod.tui.deeds import Step
from lifepod.tui.screens.mending import Mending

if TYPE_CHECKING:
    from lifepod.owner.desk import Desk as Desk  # what its sheets are made with
    from lifepod.owner.statements import Inbox as Inbox
    from lifepod.owner.statements import Request as Request
    from lifepod.tui.accounts import Case

_MOST = 200
"""Messages that are told one by one."""


def _counted(count: int) -> str:
    return f"{count} message{'' if count == 1 else 's'}"


class BreachScreen(Mending):
    """Signs a note that a promise was not kept in time."""

    VERB, ASKS = "breach", "A note of a breach: nothing is signed yet"
    LAST = "Signing the note. It stays with you."

    def __init__(self, desk: Desk, case: Case, clause: str) -> None:
        super().__init__(desk)
        self._case, self._clause = case, clause

    async def prepare(self) -> Content:
        """What the note would say; raises where nothing is overdue."""
        papers = await self.desk.papers()
        case = await papers.agreement(self._case.id)
        account = (await papers.ledger((case,))).accounts[0]
        papers.must_be_overdue(account, self._clause)
        return Content("\n").join(list(accounts.breach_words(account, self._clause)))

    async def act(self) -> Content:
        """Sign it."""
        papers = await self.desk.papers()
        case = await papers.agreement(self._case.id)
        self.reached(Step.SIGNING)
        done = await papers.note_breach(case, self._clause)
        return Content(f"Noted, and signed: {plain(done.url, 1000)}\nIt stays with you: nobody was told.")


class ClearScreen(Mending):
    """Deletes from the inbox what cannot be read."""

    VERB, ASKS, DOES = "clear", "Delete for good? Nothing is deleted yet", "Yes, delete them"
    LAST = "Deleting."

    def __init__(self, desk: Desk, inbox: Inbox) -> None:
        super().__init__(desk)
        self._inbox = inbox

    async def prepare(self) -> Content:
        """Which messages, and why each cannot be read."""
        found = self._inbox.intake.unreadable
        if not found:
            raise Missing("Nothing lies in the inbox that cannot be read.", advice="Nothing is left to do.")
        lines = [Content.styled(f"{_counted(len(found))} that cannot be read", accounts.TITLE)]
        for letter in found[:_MOST]:
            lines += [Content(f"• {plain(letter.message.url, 600)}")]
            lines += [Content.styled(f"  {plain(letter.why, 600)}", accounts.QUIET)]
        lines += [Content(f"… and {len(found) - _MOST} more")] if len(found) > _MOST else []
        lines.append(Content("\nThey are gone for good then. Requests and answers that can be read are not touched."))
        lines.append(Content.styled("\nThe same as: lifepod inbox --clear-unreadable", accounts.QUIET))
        return Content("\n").join(lines)

    async def act(self) -> Content:
        """Delete them."""
        self.reached(Step.SIGNING)
        wanted = len(self._inbox.intake.unreadable)
        gone = await (await self.desk.papers()).clear(self._inbox.intake, self.tell)
        lines = [Content(f"{_counted(gone)} deleted.")]
        if gone < wanted:
            said = f"{wanted - gone} could not be deleted, or were gone already: u looks again."
            lines.append(Content.styled(said, accounts.ALERT))
        return Content("\n").join(lines)
