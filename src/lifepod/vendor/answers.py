"""Answers: taken from the vendor's inbox and from the person's pod, each checked and kept before it counts.

It refuses to delete a message before what it says was kept and read back, to follow an address outside the person's
pod, and to throw anything away: what it cannot use stays in the inbox and is counted.
"""

from __future__ import annotations

from lifepod.errors import LifepodError, Malformed, Missing, NotSignedIn, Refused
from lifepod.parties.cases import AGREEMENTS, Case
from lifepod.parties.post import Message, messages
from lifepod.terms.events import Event, Step
from lifepod.vendor.copies import answer_in, keep_agreement, keep_counter, keep_event, must_count
from lifepod.vendor.held import case_at, counter_of, folder_of
from lifepod.vendor.people import People
from lifepod.vendor.side import Side

_JSON = ("application/ld+json", "application/json", "")
IDENTICAL, SAME_GRAPH, DIFFERENT, NOT_READABLE = "identical", "same graph, other bytes", "different", "not readable"
Left = list[tuple[str, str]]
"""Addresses, each with why it could not be used."""
_BEFORE = ("asked", "countered", "lapsed")


async def take_in(side: Side, people: People, inbox: str) -> Left:
    """Go through the inbox once; what was handled is gone from it, the rest is handed back with why."""
    left: Left = []
    async for message in messages(side.pod, inbox, side.pod.limits):
        try:
            await _take(side, people, message)
            await side.pod.delete(message.url)
        except LifepodError as error:
            left.append((message.url, str(error)))
    return left


async def _take(side: Side, people: People, message: Message) -> None:
    if message.failure is not None:
        raise message.failure
    if message.content_type not in _JSON:
        raise Malformed(f"Its type is {message.content_type[:60]}, which no lifepod record has.")
    read, event = answer_in(message.body, side.pod.webid)
    case = await case_at(side, event.object)
    must_count(side, case, read, await people.known_card(case.policy.assigner))
    await _fetch(side, people, case, event)
    await keep_event(side, case, event, message.body)


async def _fetch(side: Side, people: People, case: Case, event: Event) -> None:
    """What an answer says is signed, from where it says it lies; nothing where we hold it already."""
    if event.step is Step.ACCEPT and _has(case, "agreement"):
        return
    if event.step in (Step.ACCEPT, Step.TENTATIVE):
        storage = await people.storage(case.policy.assigner, case.policy.targets)
        body = await people.fetched(event.url, storage)
        if event.step is Step.ACCEPT:
            await keep_agreement(side, case, body)
        else:
            await keep_counter(side, case, body, event.result_digest)


def _has(case: Case, name: str) -> bool:
    return case.main.url == f"{case.folder}{name}.jsonld"


async def look(side: Side, people: People, case: Case, amiss: Left) -> tuple[Case, ...]:
    """The case after a look at the person's pod for answers that no message told of, and a counter-offer found there.

    ``amiss`` takes what was wrong.
    """
    if case.life.state in ("refused", "withdrawn", "settled", "missed"):
        return (case,)
    try:
        storage = await people.storage(case.policy.assigner, case.policy.targets)
    except LifepodError as error:
        amiss.append((case.policy.assigner, str(error)))
        return (case,)
    way, new = _Way(side, people, storage, amiss), False
    if not _has(case, "agreement") and case.life.state in _BEFORE:
        if await way.agreement(case):
            case = await case_at(side, case.policy.root)
        elif _has(case, "request") and await way.counter(case):
            return (case, await case_at(side, counter_of(case.policy.root)))
    for step in (Step.ACCEPT, Step.REVOCATION) if _has(case, "agreement") else ():
        new = (case.event(step) is None and await way.event(case, step)) or new
    return (await case_at(side, case.policy.root) if new else case,)


class _Way:
    """To one person's pod."""

    def __init__(self, side: Side, people: People, storage: str, amiss: Left) -> None:
        self._side, self._people, self._storage, self._amiss = side, people, storage, amiss

    def _url(self, root: str, name: str) -> str:
        return f"{self._storage}{AGREEMENTS}{root.rpartition(':')[2]}/{name}.jsonld"

    async def _body(self, url: str) -> bytes | None:
        """What lies there; ``None`` where nothing does, or where we are not let in yet."""
        try:
            return await self._people.fetched(url, self._storage)
        except (Missing, Refused, NotSignedIn):
            return None
        except LifepodError as error:
            self._amiss.append((url, str(error)))
            return None

    async def agreement(self, case: Case) -> bool:
        """Take the agreement where there is one; whether it was taken. So below."""
        url = self._url(case.policy.root, "agreement")
        body = await self._body(url)
        try:
            if body is not None:
                await keep_agreement(self._side, case, body)
                return True
        except LifepodError as error:
            self._amiss.append((url, str(error)))
        return False

    async def counter(self, case: Case) -> bool:
        root = counter_of(case.policy.root)
        if await self._side.kept(folder_of(self._side, root) + "counter.jsonld") is not None:
            return False
        url = self._url(root, "counter")
        body = await self._body(url)
        try:
            if body is not None:
                await keep_counter(self._side, case, body)
                return True
        except LifepodError as error:
            self._amiss.append((url, str(error)))
        return False

    async def event(self, case: Case, step: Step) -> bool:
        url = self._url(case.policy.root, str(step))
        body = await self._body(url)
        try:
            if body is not None:
                read, event = answer_in(body, self._side.pod.webid)
                if event.step is not step:
                    raise Malformed("It is another event than its name says.")
                must_count(self._side, case, read, await self._people.known_card(case.policy.assigner))
                await keep_event(self._side, case, event, body)
                return True
        except LifepodError as error:
            self._amiss.append((url, str(error)))
        return False


async def same_copy(people: People, case: Case, amiss: Left) -> str:
    """The person's agreement beside ours; empty where nothing is agreed and none of theirs is another text."""
    if not case.main.url.endswith("/agreement.jsonld"):
        return DIFFERENT if any("not the text that you signed" in why for _, why in amiss) else ""
    try:
        storage = await people.storage(case.policy.assigner, case.policy.targets)
        body = await people.fetched(f"{storage}{AGREEMENTS}{case.id}/agreement.jsonld", storage)
        if body == case.main.body:
            return IDENTICAL
        return SAME_GRAPH if case.digest == people.graph_digest(body) else DIFFERENT
    except LifepodError:
        return NOT_READABLE
