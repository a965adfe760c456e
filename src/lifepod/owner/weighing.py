"""One request beside the person's terms: who signed it, what it asks, and why it cannot be approved, if so.

It refuses to call one approvable that is outside the terms, not proved, forked, or about what is never shared.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime

from lifepod.errors import LifepodError
from lifepod.owner.offers import Offered, version_named
from lifepod.parties.cases import AGREED, ASKED, REQUESTS, Case, id_of
from lifepod.parties.senders import Card, card_from
from lifepod.solid.pod import Pod
from lifepod.terms.judge import KeyAnswer, Shown, shown_in
from lifepod.terms.weighing import Person, Weighed, weigh


@dataclass(frozen=True, slots=True)
class Request:
    """One request that was taken in."""

    case: Case
    first_seen: str
    """UTC."""
    sender: KeyAnswer
    """Whether the copy of the sender's WebID document shows the key that signed."""
    offered: Offered | None
    """The version of the person's terms it names; ``None`` where that is none of theirs."""
    weighed: Weighed
    amiss: str = ""
    """Why its terms are none of the person's, in words."""
    number: int = 0
    """In the list of those that wait, the oldest is 1."""
    completed: bool = False
    """It is a counter-offer of the person's own that the vendor has signed."""
    begun: bool = False
    """The person has signed it, and what it opens was not opened yet: approving goes on."""

    @property
    def id(self) -> str:
        """The UUID."""
        return self.case.id

    @property
    def state(self) -> str:
        """As in :mod:`lifepod.terms.life`."""
        return self.case.life.state

    @property
    def is_waiting(self) -> bool:
        """Whether the person's answer is awaited."""
        agreed = (self.completed or self.begun) and self.state == AGREED
        return agreed or (self.state == ASKED and not self.case.forked)

    @property
    def outside(self) -> tuple[str, ...]:
        """Why it cannot be approved, in words; empty where it can."""
        if self.begun:
            return ()
        out = [fault.says for fault in self.weighed.faults]
        if self.case.forked:
            out.append("Two texts were sent under its one name.")
        if self.sender.shown is not Shown.YES:
            out.append("The sender's profile does not show the key that signed it.")
        if self.offered is None:
            out.append(self.amiss or "It is not made under terms of yours.")
        elif self.offered.listed.state != "open":
            out.append(f"It is made under {self.offered.listed.name}, which you no longer offer.")
        out += [f"{one.clause}: {one.kind}" for one in self.weighed.differences]
        return tuple(dict.fromkeys(out))


class Scales:
    """Weighs requests against what is read once for all of them."""

    def __init__(self, pod: Pod, now: str, never: tuple[str, ...]) -> None:
        self._pod, self._now = pod, now
        self._person = Person(pod.webid, pod.storage, never)
        self._at = datetime.fromisoformat(now).astimezone(UTC)
        self._cards: dict[tuple[str, bytes, str], Card] = {}
        self._versions: dict[tuple[str, str], Offered | LifepodError] = {}

    async def weighed(self, case: Case, about: dict[str, str]) -> Request:
        """The request of a case; ``about``: when it was first seen, and when the sender's profile was read."""
        policy, first_seen = case.policy, about.get("first_seen", self._now)
        card = await self._card(case, about)
        answer = shown_in(case.read, policy.assignee, card, first_seen)
        offer = await self._version(policy.under, policy.under_digest)
        known, why = (None, str(offer)) if isinstance(offer, LifepodError) else (offer, "")
        found = weigh(policy, known.policy if known else None, self._person, self._at)
        return Request(case, first_seen, answer, known, found, why)

    async def _card(self, case: Case, about: dict[str, str]) -> Card | None:
        first = case.policy.proposal.in_reply_to if case.policy.proposal else ""
        asked = f"{self._pod.storage}{REQUESTS}{id_of(first) if first else case.id}/"
        try:
            body = (await self._pod.get(asked + "sender.ttl", accept="text/turtle")).body
            key = (case.policy.assignee, body, about.get("read_at", self._now))
            if key not in self._cards:
                self._cards[key] = card_from(body, key[0], key[2])
            return self._cards[key]
        except LifepodError:
            return None

    async def _version(self, root: str, digest: str) -> Offered | LifepodError:
        key = (root, digest)
        if key not in self._versions:
            try:
                self._versions[key] = await version_named(self._pod, root, digest)
            except LifepodError as error:
                self._versions[key] = error
        return self._versions[key]
