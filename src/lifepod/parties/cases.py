"""A case: one request or agreement with all that happened to it, as it lies in a folder of a pod.

It refuses to let an unsigned or wrongly signed event count, and to hide one: it is listed with what is amiss.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import UTC, datetime

from lifepod.errors import LifepodError, Malformed
from lifepod.parties.filing import AGREEMENTS as AGREEMENTS
from lifepod.parties.filing import HELD as HELD
from lifepod.parties.filing import REQUESTS as REQUESTS
from lifepod.parties.filing import Filed, records_in
from lifepod.rdf.closed import digest_of
from lifepod.solid.pod import Pod
from lifepod.terms.cards import Card
from lifepod.terms.events import Event
from lifepod.terms.judge import Read, is_agreed_by, read_as, signed_by
from lifepod.terms.life import AGREED as AGREED  # the states that the wings ask about
from lifepod.terms.life import ASKED as ASKED
from lifepod.terms.life import COUNTERED as COUNTERED
from lifepod.terms.life import ENDED as ENDED
from lifepod.terms.life import OPEN as OPEN
from lifepod.terms.life import Life, fits, life_of
from lifepod.terms.life import dues_at as dues_at
from lifepod.terms.policy import Policy

_UUID = re.compile(r"urn:uuid:([0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12})\Z")
_MAIN = ("agreement", "completed", "counter", "received", "request")
"""Names of the file that is the case itself, the furthest first."""


@dataclass(frozen=True, slots=True)
class Case:
    """One request or agreement."""

    folder: str
    main: Filed
    """The record itself: the agreement where there is one, else the counter-offer or the request."""
    read: Read
    """The same, as what it is."""
    policy: Policy
    digest: str
    """Of its graph."""
    signers: frozenset[str]
    """Parties whose valid signature it has."""
    events: tuple[tuple[Filed, Event], ...]
    """What happened, checked, in order of time."""
    amiss: tuple[tuple[str, str], ...]
    """Files that do not count, and why."""
    life: Life
    forked: bool = False
    """Whether two texts stand under its one name: neither can be signed then."""

    @property
    def id(self) -> str:
        """The UUID, as people type it."""
        return id_of(self.policy.root)

    def event(self, step: str) -> Event | None:
        """The first event of a step."""
        return next((event for _, event in self.events if event.step == step), None)


def id_of(root: str) -> str:
    """The UUID of a request's or agreement's address; raises :class:`Malformed` where it is none.

    It becomes part of a path, so nothing else passes.
    """
    found = _UUID.match(root)
    if found is None:
        raise Malformed("It is not named as a request is (urn:uuid: and a lower-case UUID).")
    return found[1]


async def read_case(pod: Pod, folder: str, now: str, card: Card | None = None) -> Case:
    """The case in a folder; raises :class:`Malformed` where there is none that can be read."""
    filed, unread = await records_in(pod, folder)
    named = {one.url.rpartition("/")[2].removesuffix(".jsonld"): one for one in filed}
    main = next((named[name] for name in _MAIN if name in named), None)
    if main is None:
        raise next((error for _, error in unread), Malformed("There is no record in it.", place=folder))
    return case_of(folder, main, (filed, unread), now, card)


Lying = tuple[tuple[Filed, ...], tuple[tuple[str, LifepodError], ...]]


def case_of(folder: str, main: Filed, lying: Lying, now: str, card: Card | None = None) -> Case:
    """The case that a record and the files beside it make; ``card``: the other side's, for keys changed since."""
    at = datetime.fromisoformat(now).astimezone(UTC)
    read = read_as(main.record)
    if read.policy is None:
        raise Malformed("It is no request and no agreement.", place=main.url)
    policy, digest = read.policy, digest_of(main.record)
    events, amiss, forked = list[tuple[Filed, Event]](), [(url, str(error)) for url, error in lying[1]], False
    for one in lying[0]:
        if one.url == main.url:
            continue
        try:
            other = read_as(one.record)
        except LifepodError as error:
            amiss.append((one.url, str(error)))
            continue
        if other.event is None:
            # An earlier state of the same case, such as the request beside its agreement, says the same.
            forked = forked or (one.record.root == main.record.root and digest_of(one.record) != digest)
            continue
        fault = fault_of(other, read, digest, at, card)
        if fault:
            amiss.append((one.url, fault))
        else:
            events.append((one, other.event))
    events.sort(key=lambda pair: (pair[1].published, pair[1].step, pair[1].root))
    signers = signed_by(read, at)
    life = life_of(policy, digest, [event for _, event in events], at, agreed=is_agreed_by(read, signers))
    return Case(folder, main, read, policy, digest, signers, tuple(events), tuple(amiss), life, forked)


def fault_of(read: Read, about: Read, digest: str, now: datetime, card: Card | None = None) -> str:
    """Why an event does not count for a request or agreement; empty where it does.

    It must be signed with the key that the agreement itself names for its actor, or with one that the actor's WebID
    document shows.
    """
    event, policy = read.event, about.policy
    if event is None or policy is None:
        return "it is no event"
    if not fits(policy, digest, event):
        return "it is about something else, or not for its sender to say"
    if event.actor not in signed_by(read, now):
        return "its signature does not fit"
    known = {(key.method, key.public) for key in about.keys if key.owner == event.actor}
    if card is not None and card.webid == event.actor:
        known |= {(key.method, key.public) for key in card.keys if not key.revoked}
    used = {(key.method, key.public) for key in read.keys}
    return "" if used & known else "it is signed with a key that its sender does not show"
