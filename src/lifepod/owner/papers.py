"""All a person does with terms, requests and agreements, in one object that doors hold.

It refuses to hold logic: each method hands on to the room that does the work.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime

from lifepod.errors import Missing
from lifepod.owner import agreements as agreed
from lifepod.owner import deciding, offers, previewing
from lifepod.owner import ledger as ledgers
from lifepod.owner.agreements import Ended as Ended
from lifepod.owner.answers import Answers, Taken
from lifepod.owner.closing import rehearse_closing
from lifepod.owner.deciding import Another, Head, Narrower
from lifepod.owner.deciding import Decided as Decided  # part of what this drawer hands out
from lifepod.owner.intake import Intake, Load, clear, take_in
from lifepod.owner.ledger import Account, Ledger
from lifepod.owner.offers import Drawn as Drawn
from lifepod.owner.offers import Listed, Offering
from lifepod.owner.offers import Offered as Offered
from lifepod.owner.offers import Preferences as Preferences
from lifepod.owner.opening import Rehearsed, apart_below, rehearse_opening
from lifepod.owner.others import ForeignRequest, foreign_requests
from lifepod.owner.previewing import Preview
from lifepod.owner.requests import Request as Request
from lifepod.owner.requests import find, open_now, requests
from lifepod.owner.settle import INBOX
from lifepod.owner.share import Plan as Plan
from lifepod.owner.share import Say, silent
from lifepod.owner.sifting import Letter
from lifepod.owner.surveys import Tell, quiet
from lifepod.parties.cases import Case
from lifepod.parties.outbox import Notice, Told, tell_again, untold
from lifepod.parties.pen import pen_for
from lifepod.parties.rooms import make_room
from lifepod.parties.signing import Desk as Signing
from lifepod.parties.signing import Said as Said
from lifepod.solid.discovery import find_storages
from lifepod.solid.door import visit
from lifepod.solid.keyring import Store
from lifepod.solid.pod import Pod
from lifepod.solid.profile import read_profile
from lifepod.terms.policy import Policy


@dataclass(frozen=True, slots=True)
class Inbox:
    """What waits for the person, and what came in just now."""

    requests: tuple[Request, ...]
    intake: Intake
    answers: tuple[Taken, ...] = ()
    """Offers for what the person wants, that came in just now."""
    foreign: tuple[tuple[Letter, ForeignRequest], ...] = ()
    """Requests in the form of other tools: nobody proved to have sent them."""
    me: str = ""
    """WebID of the person."""


@dataclass(frozen=True, slots=True)
class View:
    """One request, ready to be decided."""

    request: Request
    preview: Preview
    rehearsed: Rehearsed | None
    """``None`` where it cannot be approved anyway."""
    dialect: str
    """``wac`` or ``acp``; empty where it was not asked."""


def stamp() -> str:
    """Now, UTC, whole seconds, as records hold it."""
    return datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


class Papers:
    """The desk's drawer for what is signed."""

    def __init__(self, pod: Pod, store: Store, now: str = "") -> None:
        self._pod, self._store = pod, store
        self.now = now or stamp()
        """UTC: the time that everything of this run is dated."""

    async def _signing(self) -> Signing:
        return Signing(self._pod, await pen_for(self._pod, self._store, self.now))

    async def offers(self) -> tuple[Offered, ...]:
        """Every version of terms, by rank."""
        return await offers.offered(self._pod)

    async def draw_up(self, wish: Offering) -> Drawn:
        """Terms as they would be published; nothing is written."""
        return await offers.draw_up(self._pod, wish, self.now)

    async def publish(self, drawn: Drawn) -> Offered:
        """Sign and publish terms that were drawn up."""
        return await offers.publish(await self._signing(), drawn)

    async def retire(self, name: str) -> Listed:
        """No longer offer a version."""
        return await offers.retire(self._pod, name)

    async def prefer(self, names: tuple[str, ...]) -> tuple[Listed, ...]:
        """Put these terms first."""
        return await offers.prefer(self._pod, names)

    async def preferences(self) -> Preferences:
        """What is never shared, and which terms are usual for what."""
        return (await offers.preferences(self._pod))[0]

    async def set_preferences(self, wanted: Preferences) -> None:
        """Keep preferences."""
        await offers.set_preferences(self._pod, wanted)

    async def inbox(self, tell: Tell = quiet) -> Inbox:
        """Take in what came, and list what waits."""
        known = await requests(self._pod, self.now)
        waiting, recent = open_now(known, self.now)
        address = await self._inbox()
        answers = Answers(self._pod, self.now)
        load = Load(waiting, recent, answers.place)
        found = await take_in(self._pod, address, datetime.fromisoformat(self.now), load, tell)
        foreign = await foreign_requests(found)
        for letter, _ in foreign:
            found.unreadable.remove(letter)
        listed = await requests(self._pod, self.now) if found.filed else known
        return Inbox(listed, found, tuple(answers.taken), foreign, self._pod.webid)

    async def letters(self) -> int:
        """How many messages lie in the inbox, whatever they are; none is opened."""
        return len((await self._pod.list(await self._inbox())).members)

    async def _inbox(self) -> str:
        profile = await read_profile(self._pod, self._pod.webid)
        inside = [one for one in profile.inboxes if one.startswith(self._pod.storage)]
        return inside[0] if inside else self._pod.storage + INBOX

    async def clear(self, intake: Intake, tell: Tell = quiet) -> int:
        """Delete what could not be read from the inbox, for good."""
        return await clear(self._pod, intake.unreadable, tell)

    async def requests(self) -> tuple[Request, ...]:
        """Every request that was taken in, without looking at the inbox."""
        return await requests(self._pod, self.now)

    async def request(self, word: str) -> Request:
        """A request by its number or id; raises :class:`~lifepod.errors.Missing`."""
        return find(await requests(self._pod, self.now), word)

    async def view(self, request: Request, tell: Tell = quiet) -> View:
        """All that is to be known before deciding; nothing is written."""
        policy = request.case.policy
        rehearsed = None if request.outside else await rehearse_opening(self._pod, policy, tell)
        plans = rehearsed.plans if rehearsed else ()
        dialect = plans[0].forecast.server.dialect.value if plans else ""
        apart = {place for plan in plans for place in apart_below(plan)}
        inside = [one for one in policy.targets if one.startswith(self._pod.storage)]
        return View(request, await previewing.preview(self._pod, inside, apart, tell), rehearsed, dialect)

    def must_be_approvable(self, request: Request) -> None:
        """Raise what approving a request would raise before anything is signed."""
        deciding.must_be_approvable(request)

    async def approve(self, request: Request, say: Say = silent) -> Decided:
        """Sign, open, look again, tell the vendor."""
        return await deciding.approve(await self._signing(), request, say)

    async def usual(self, request: Request) -> str:
        """Name of the terms usual for what is asked; empty where none are, or it is made under them."""
        found = await offers.usual_for(self._pod, request.case.policy.targets)
        return found.name if found and found.offer != request.case.policy.under else ""

    def draft_counter(self, request: Request, wish: Narrower, another: Another | None = None) -> Policy:
        """A counter-offer as it would be signed; nothing is written."""
        return deciding.draft_counter(request, wish, Head(request.case.policy.root, self.now, ()), another)

    async def another(self, name: str) -> Another:
        """Another version of the person's terms, for a counter-offer."""
        found = [one for one in await offers.offered(self._pod) if one.policy is not None]
        listed = offers.find(tuple(one.listed for one in found), name)
        policy = next(one.policy for one in found if one.listed == listed)
        assert policy is not None
        return Another(policy, listed.digest)

    async def counter(self, request: Request, wish: Narrower, another: Another | None = None) -> Decided:
        """Offer less, or the same under another version."""
        return await deciding.counter(await self._signing(), request, wish, another)

    async def decline(self, request: Request, because: tuple[str, ...], word: str = "", *, silent: bool) -> Decided:
        """Put a refusal on record."""
        return await deciding.decline(await self._signing(), request, because, word, silent=silent)

    async def agreements(self) -> tuple[tuple[Case, ...], tuple[tuple[str, str], ...]]:
        """Every agreement, the newest first; and folders that cannot be read, with why."""
        return await agreed.agreements(self._pod, self.now)

    async def agreement(self, word: str) -> Case:
        """An agreement by its id or the beginning of it."""
        return agreed.find((await self.agreements())[0], word)

    async def compare(self, case: Case) -> str:
        """Whether the vendor holds the same bytes."""
        async with visit(case.policy.assignee) as nobody:
            found = await find_storages(nobody, case.policy.assignee)
        if not found:
            raise Missing("The vendor's profile names no pod, so its copy cannot be looked at.")
        return await agreed.compared(self._pod, case, f"{found[0]}lifepod/held/")

    async def end(self, case: Case, say: Say = silent) -> Ended:
        """Close what an agreement opened, sign the revocation, tell the vendor."""
        return await agreed.end(await self._signing(), case, say)

    async def rehearse_end(self, case: Case, tell: Tell = quiet) -> tuple[Plan, ...]:
        """What ending an agreement would close; nothing is written."""
        others = await agreed.beside(self._pod, case, self.now)
        return await rehearse_closing(self._pod, case.policy, others, tell)

    async def ledger(self, cases: tuple[Case, ...]) -> Ledger:
        """What these agreements promise, and what became of it."""
        return await ledgers.ledger(self._pod, cases, self.now)

    def must_be_overdue(self, account: Account, clause: str) -> None:
        """Raise :class:`~lifepod.errors.Missing` where nothing is overdue under a clause."""
        ledgers.breach_of(account, clause, self.now)

    async def note_breach(self, case: Case, clause: str) -> Said:
        """Sign a note that a promise was not kept in time; it stays with the person."""
        account = (await self.ledger((case,))).accounts[0]
        name, event = ledgers.breach_of(account, clause, self.now)
        await make_room(self._pod, f"{self._pod.storage}lifepod/")
        await make_room(self._pod, self._pod.storage + ledgers.ROOM)
        return await (await self._signing()).said(f"{self._pod.storage}{ledgers.ROOM}{name}-", event)

    async def ended_by_revoke(self, agent: str, closed: tuple[str, ...], checked: str) -> tuple[Ended, ...]:
        """Put on record that a plain revoke ended agreements with this agent."""
        cases, _ = await self.agreements()
        if not any(case.policy.assignee == agent for case in cases):
            return ()
        return await agreed.ended_by_revoke(await self._signing(), agent, closed, checked)

    async def untold(self) -> tuple[Notice, ...]:
        """What the other side was not told yet."""
        return await untold(self._pod)

    async def tell_again(self) -> tuple[Told, ...]:
        """Send what waits once more."""
        return await tell_again(self._pod, self.now)
