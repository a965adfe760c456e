"""Asking: a request within somebody's terms, drawn up, shown, signed, kept and delivered.

It refuses to ask for what is outside the terms, to ask under terms it could not check, and to ask twice for the same
thing while the first request waits: then that one is delivered again.

What was chosen is noted first, with the id and the time of the request; so whatever is cut off can be repeated.
"""

from __future__ import annotations

import hashlib
import json
import uuid
from dataclasses import asdict, dataclass, replace
from datetime import timedelta

from lifepod.errors import LifepodError, Missing
from lifepod.terms.policy import Policy, PublicKey
from lifepod.vendor.held import case_at, make_rooms, room_for
from lifepod.vendor.offers import Card, Offer, chosen
from lifepod.vendor.side import FORM, Result, Side
from lifepod.vendor.wishes import Ask as Ask  # what a request is drawn up from
from lifepod.vendor.wishes import Asking, Head, asking_of, drawn_up, places_of
from lifepod.vendor.words import terms_value

_DAYS = 14
"""How long an answer is awaited unless another day is said."""
_KEYS = 5
"""Keys of one person that a request names."""


@dataclass(frozen=True, slots=True)
class Drafted:
    """A request that is ready to be signed."""

    policy: Policy
    person: str
    offer: str
    """Name of the version it is made under."""
    note: str
    """Where it is noted that this was asked."""
    noted: bytes
    match: str | None
    """Version of the note that stands there; ``None`` for none."""

    @property
    def value(self) -> Result:
        """What would be sent, in plain words."""
        proposal = self.policy.proposal
        said = {"until": proposal.reply_by, "words": proposal.description} if proposal else {}
        head = {"id": self.policy.root.rpartition(":")[2], "person": self.person, "under": self.policy.under}
        return {**head, "reply_by": said.get("until", ""), "words": said.get("words", "")} | terms_value(self.policy)


def offers_value(found: tuple[Offer, ...]) -> list[Result]:
    """What a person offers, in plain words."""
    out = []
    for one in found:
        head: Result = {"name": one.listed.name, "url": one.listed.offer, "rank": one.listed.rank}
        head |= {"state": one.listed.state, "amiss": str(one.amiss or "")}
        out.append(head | (terms_value(one.policy) if one.policy else {"title": "", "clauses": []}))
    return out


@dataclass(frozen=True, slots=True)
class Toward:
    """Whom a request is for."""

    card: Card
    storages: tuple[str, ...]
    offers: tuple[Offer, ...]


async def draft(side: Side, toward: Toward, ask: Ask, mine: PublicKey) -> Drafted:
    """The request as it would be signed; nothing is written. Raises :class:`OutsideTerms`."""
    places = places_of(ask.place, toward.card.webid, toward.storages)
    offer = chosen(toward.offers, ask.under, places)
    assert offer.policy is not None
    asking = asking_of(ask, side.pod.webid, places, offer.policy)
    keys = (mine, *_shown(toward.card, side.now))
    url = side.place(f"lifepod/asked/{_name(asking, offer, toward.card.webid)}.json")
    root, at, reply_by, match = await _noted(side, url)
    asking = replace(asking, reply_by=asking.reply_by or reply_by)
    if not root:
        root, at = f"urn:uuid:{uuid.uuid4()}", side.now
        asking = replace(asking, reply_by=asking.reply_by or (side.at + timedelta(days=_DAYS)).strftime(FORM))
    offered = (offer.policy, offer.listed.digest)
    policy = drawn_up(offered, asking, Head(root, at, keys), toward.storages, side.at)
    noted = json.dumps({"id": root, "at": at, "reply_by": asking.reply_by}, indent=1).encode()
    return Drafted(policy, toward.card.webid, offer.listed.name, url, noted, match)


def _name(asking: Asking, offer: Offer, person: str) -> str:
    """The same for the same wish to the same person under the same text."""
    wish = {key: str(value) for key, value in asdict(asking).items()}
    said = json.dumps([person, offer.listed.offer, offer.listed.digest, wish], sort_keys=True)
    return hashlib.sha256(said.encode()).hexdigest()[:32]


async def _noted(side: Side, url: str) -> tuple[str, str, str, str | None]:
    """Id, time and last day of the same request where one waits already; and the version of the note."""
    try:
        reply = await side.pod.get(url, accept="application/json")
    except Missing:
        return "", "", "", None
    match = reply.etag or "*"
    try:
        raw = json.loads(reply.body)
        root, at, reply_by = str(raw["id"]), str(raw["at"]), str(raw["reply_by"])
    except (ValueError, KeyError, TypeError, RecursionError):
        return "", "", "", match
    try:
        waits = (await case_at(side, root)).life.state == "asked"
    except LifepodError:
        waits = reply_by > side.now  # noted, and then cut off before it was filed
    return (root, at, reply_by, match) if waits else ("", "", "", match)


def _shown(card: Card, now: str) -> tuple[PublicKey, ...]:
    """The keys the person may sign with: all that are shown and hold."""
    live = [one for one in card.keys if not one.revoked and (not one.expires or one.expires > now)]
    return tuple(PublicKey(one.method, card.webid, one.public) for one in live[-_KEYS:])


async def send(side: Side, drafted: Drafted) -> Result:
    """Note it, sign it, keep it where the person can read it, and deliver it."""
    await make_rooms(side)
    await side.pod.put(drafted.note, drafted.noted, match=drafted.match, content_type="application/json")
    folder = await room_for(side, drafted.policy.root, drafted.person)
    filed = await side.signed(folder + "request.jsonld", drafted.policy)
    told = await side.told(filed, drafted.person)
    return {"id": drafted.policy.root.rpartition(":")[2], "person": drafted.person, "under": drafted.offer} | told
