"""Yes and no to a request: what would be signed and opened is shown first.

It refuses to sign a request that is not the one that was shown.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING

from textual.app import ComposeResult
from textual.containers import Horizontal
from textual.content import Content
from textual.widgets import Input, Static

from lifepod.errors import Conflict, Missing
from lifepod.owner.statements import clauses_as_value, decided_in_words
from lifepod.plain import plain
from lifepod.tui.deeds import Step as Step  # what other decisions are made of
from lifepod.tui.screens.sign import SignScreen
from lifepod.tui.views import ALERT, TITLE, change_words, clause_words, line, moment, purpose_of, seen_words
from lifepod.tui.widgets.tick import Tick as Tick

if TYPE_CHECKING:
    from lifepod.owner.desk import Desk as Desk
    from lifepod.owner.desk import Papers
    from lifepod.owner.statements import Decided, Request


_ARRIVED = (
    "It had arrived: the agreement is signed, and what it says was opened. It stands among the agreements (6); "
    "Home says so where the vendor was not told yet."
)


class DecideScreen(SignScreen):
    """A decision about one request."""

    def __init__(self, desk: Desk, request: Request) -> None:
        super().__init__(desk)
        self.request = request

    async def afresh(self) -> tuple[Papers, Request]:
        """The request as it lies in the pod now; raises :class:`Conflict` where it is another one than was shown."""
        papers = await self.desk.papers()
        found = await papers.request(self.request.id)
        if found.case.digest != self.request.case.digest:
            raise Conflict("It says something else than what was shown.", advice="Leave, and look at it again.")
        return papers, found

    def must_wait(self, request: Request) -> None:
        """Raise :class:`Conflict` where it waits for no answer of this kind any more."""
        if request.begun or not (request.is_waiting or request.state in ("asked", "countered")):
            since = moment(request.case.life.since)
            raise Conflict(f"It is {request.state} already, since {since}.", advice="Leave, and look again with u.")

    def whole(self, lines: Iterable[Content]) -> Content:
        """Who asks, for what, and more lines."""
        who = self.request.case.policy.assignee
        head = [line("Who", (plain(who, 300), "bold")), line("For", purpose_of(self.request) or "no purpose named")]
        return Content("\n").join([*head, *lines])


class ApproveScreen(DecideScreen):
    """Signs the agreement, opens what it says, and tells the vendor."""

    VERB, ASKS, DOES = "approve", "Approve? Nothing is signed yet", "Yes, sign and open"

    async def prepare(self) -> Content:
        """The terms, what they would see, and the plan."""
        papers, request = await self.afresh()
        papers.must_be_approvable(request)
        view, storage = await papers.view(request, self.tell), self.desk.profile.storage
        lines = [*change_words(view, storage), *seen_words(view, storage)]
        lines.append(Content.styled("\nWhat you would agree to", TITLE))
        lines += clause_words(clauses_as_value(request.case.policy, view.dialect), storage)
        if request.number:
            lines.append(Content.styled(f"\nThe same as: lifepod approve {request.number}", "$foreground 70%"))
        return self.whole(lines)

    async def arrived(self) -> Content | None:
        """The agreement, where the request is none any more because it became one."""
        papers = await self.desk.papers()
        try:
            await papers.request(self.request.id)
        except Missing:
            cases, _ = await papers.agreements()
            if any(case.id == self.request.id and case.life.is_open for case in cases):
                return Content(_ARRIVED)
        return None

    async def act(self) -> Content:
        """Sign, open, look again, tell."""
        papers, request = await self.afresh()
        return done_words(await papers.approve(request, self.hear))


class DeclineScreen(DecideScreen):
    """Puts a no on record, and tells the vendor or keeps silent."""

    VERB, ASKS, DOES = "decline", "Decline? Nothing is signed yet", "Yes, decline"
    LAST = "Putting your no on record."

    def fields(self) -> ComposeResult:
        """A word to the vendor, or silence."""
        with Horizontal(classes="field"):
            yield Static("A word to them", classes="label")
            yield Input(placeholder="may stay empty", id="word", compact=True, max_length=2000)
        yield Tick("keep it to yourself: the vendor is not told", id="silent")

    def asks_more(self, buttons: Sequence[str]) -> bool:
        """Beside the yes."""
        return "yes" in buttons

    async def prepare(self) -> Content:
        """What a no comes to."""
        _, request = await self.afresh()
        self.must_wait(request)
        lines = [Content("Your no is kept, signed. Access does not change.")]
        if request.outside:
            lines += [Content.styled(f"• {plain(one)}", ALERT) for one in request.outside]
        return self.whole(lines)

    def may_sign(self) -> bool:
        """A word that nobody would read is a mistake."""
        silent, word = self.query_one("#silent", Tick).value, self.query_one("#word", Input).value.strip()
        self._said = (word, silent)
        if silent and word:
            self.say_trouble("Nobody would read the word: take it away, or let the vendor be told.")
        return not (silent and word)

    async def act(self) -> Content:
        """Sign the no, and tell."""
        papers, request = await self.afresh()
        self.must_wait(request)
        word, silent = self._said
        self.reached(Step.SIGNING)
        because = ("outside-terms",) if request.weighed.differences else ("no-thanks",)
        return done_words(await papers.decline(request, because, word, silent=silent))


def done_words(decided: Decided) -> Content:
    """What came of a decision: nothing is called open that a fresh look did not find."""
    return Content("\n").join([Content(plain(said, 1000)) for said in decided_in_words(decided)])
