"""What came into the inbox, judged: a proved request or event, something nobody proved, or something unreadable.

It refuses to believe a message about its sender (only a key shown in the sender's WebID document proves one), to fetch
anything else a message names, and to throw anything away: what it cannot use stays where it is.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from urllib.parse import urldefrag

from lifepod.errors import LifepodError, Malformed
from lifepod.parties.cases import id_of
from lifepod.parties.filing import opened
from lifepod.parties.post import Message
from lifepod.parties.senders import Cards
from lifepod.terms.judge import Read, Shown, read_as, shown_in, signatures_of, signed_by
from lifepod.terms.policy import AGREEMENT

REQUEST, COMPLETED, EVENT, UNPROVED, UNREADABLE = "request", "completed", "event", "unproved", "unreadable"


def who(webid: str) -> str:
    """Whom a WebID is counted as: one document may speak of a thousand."""
    return urldefrag(webid).url


SHOWN = 100
"""Unproved and unreadable messages that are shown, of each."""
_JSON = ("application/ld+json", "application/json", "")


@dataclass(frozen=True, slots=True)
class Letter:
    """One message of the inbox, judged."""

    message: Message
    kind: str
    """``request``, ``completed`` (a counter-offer that the vendor signed), ``event``, ``unproved``, ``unreadable``."""
    read: Read | None = None
    sender: str = ""
    """WebID that signed; of what is not proved the one that is named."""
    why: str = ""
    """Why it is not proved, or cannot be read."""

    @property
    def id(self) -> str:
        """UUID of the request or agreement it is or is about; empty where it has none."""
        if self.read is None:
            return ""
        about = self.read.event.object if self.read.event else self.read.record.root
        try:
            return id_of(about)
        except Malformed:
            return ""


async def sift(message: Message, me: str, cards: Cards, now: datetime) -> Letter:
    """Judge one message; ``cards`` asks for the sender's WebID document."""
    if message.failure is not None:
        return Letter(message, UNREADABLE, why=str(message.failure))
    try:
        read = _taken(message, me)
    except LifepodError as error:
        return Letter(message, UNREADABLE, why=str(error))
    sender = _sender(read, me)
    why = _unsigned(read, sender, now)
    if not why:
        why = await _not_shown(read, sender, cards, now)
    kind = REQUEST if read.policy is not None else EVENT
    if read.policy is not None and read.policy.proposal is not None and read.policy.proposal.actor == me:
        kind = COMPLETED
        if not why and me not in signed_by(read, now):
            why = "it says that you proposed it, and your signature is not on it"
    return Letter(message, UNPROVED if why else kind, read, sender, why)


def _taken(message: Message, me: str) -> Read:
    if message.content_type not in _JSON:
        raise Malformed(f"Its type is {message.content_type[:60]}, which no lifepod record has.")
    read = read_as(opened(message.body))
    if read.policy is not None:
        if read.policy.kind != AGREEMENT:
            raise Malformed("It is neither a request nor about an agreement.")
        id_of(read.policy.root)
        if read.policy.assigner != me:
            raise Malformed("It is not about your pod: it names somebody else as the owner.")
    if read.event is not None:
        id_of(read.event.object)
        if read.event.target not in ("", me):
            raise Malformed("It is for somebody else.")
        if read.event.actor == me:
            raise Malformed("It says that you sent it yourself.")
    return read


def _sender(read: Read, me: str) -> str:
    if read.event is not None:
        return read.event.actor
    return "" if read.policy is None or read.policy.assignee == me else read.policy.assignee


def _unsigned(read: Read, sender: str, now: datetime) -> str:
    """Why the sender's own signature is not on it; empty where it is."""
    if not sender:
        return "it names no sender"
    if not read.record.proofs:
        return "it has no signature"
    found = signatures_of(read, now)
    if any(one.by == sender and one.counts for one in found):
        return ""
    mine = next((one for one in found if one.by == sender), found[0])
    return mine.amiss or ("its signature is of another kind" if "suite" in mine.fit else "its signature does not fit")


async def _not_shown(read: Read, sender: str, cards: Cards, now: datetime) -> str:
    """Why the sender's WebID document does not confirm the key; empty where it does."""
    card = await cards.get(sender)
    if isinstance(card, LifepodError):
        return f"the sender's profile cannot be read: {card}"
    answer = shown_in(read, sender, card, now.strftime("%Y-%m-%dT%H:%M:%SZ"))
    if answer.shown is Shown.WITHDRAWN:
        return f"signed with a key that was withdrawn on {answer.at}"
    return "" if answer.shown is Shown.YES else "signed with a key that the sender does not show"
