"""Somebody's terms as a vendor reads them: the public list, each version with its digest and signature checked.

It refuses to rely on a version whose digest is not the listed one, or that is not signed with a key its person shows,
and to send a login along: what is public is read as nobody.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from lifepod.errors import LifepodError, Missing, OutsideTerms, Unproved
from lifepod.parties.filing import Filed, opened
from lifepod.parties.senders import Card as Card  # whose offers these are
from lifepod.parties.senders import must_be_fetchable
from lifepod.plain import plain
from lifepod.solid.pod import Pod
from lifepod.solid.wire import failure_of
from lifepod.terms.index import OPEN, Listed, read_index
from lifepod.terms.judge import Shown, read_as, shown_in, signed_by
from lifepod.terms.places import is_at_or_below
from lifepod.terms.policy import OFFER, Policy

_MOST = 50
"""Versions that are read to find one that fits."""


@dataclass(frozen=True, slots=True)
class Offer:
    """One version of somebody's terms."""

    listed: Listed
    policy: Policy | None
    """``None`` where it cannot be relied on."""
    amiss: LifepodError | None = None
    """Why not."""

    @property
    def is_open(self) -> bool:
        """Whether it can be asked under."""
        return self.listed.state == OPEN and self.policy is not None


async def offers(pod: Pod, card: Card, now: datetime) -> tuple[Offer, ...]:
    """What a person offers, the best-liked first; raises :class:`Missing` where they offer nothing."""
    if not card.terms:
        raise Missing(
            f"{plain(card.webid)} offers no terms.",
            place=card.webid,
            advice="Ask them to make some: `lifepod terms new`.",
        )
    listed = read_index(await _public(pod, card.terms), card.terms)
    return tuple([await _offer(pod, card, one, now) for one in listed[:_MOST]])


async def _public(pod: Pod, url: str) -> bytes:
    must_be_fetchable(url, pod.storage or pod.webid)
    headers = {"Accept": "text/turtle, application/ld+json;q=0.9, */*;q=0.1"}
    reply = await pod.nobody.send("GET", url, headers, at_most=4 * pod.limits.record_bytes)
    failure = failure_of("GET", reply)
    if failure is not None:
        raise failure
    return reply.body


async def _offer(pod: Pod, card: Card, listed: Listed, now: datetime) -> Offer:
    try:
        return Offer(listed, await _checked(pod, card, listed, now))
    except LifepodError as error:
        return Offer(listed, None, error)


async def _checked(pod: Pod, card: Card, listed: Listed, now: datetime) -> Policy:
    name, body = plain(listed.name, 80), await _public(pod, listed.document)
    filed = Filed(listed.document, opened(body), body)
    read = read_as(filed.record)
    policy = read.policy
    if policy is None or policy.kind != OFFER or policy.root != listed.offer or policy.assigner != card.webid:
        raise Unproved(f"What is listed as {name} is not these terms of {plain(card.webid)}.")
    if filed.graph_digest != listed.digest:
        raise Unproved(f"{name} is not the text that is listed: its digest differs.")
    if card.webid not in signed_by(read, now):
        raise Unproved(f"{name} is not signed by {plain(card.webid)}.")
    if shown_in(read, card.webid, card, policy.issued).shown not in (Shown.YES, Shown.WITHDRAWN):
        raise Unproved(f"{name} is signed with a key that {plain(card.webid)} does not show.")
    return policy


def chosen(found: tuple[Offer, ...], under: str, places: tuple[str, ...]) -> Offer:
    """The version to ask under: the named one, of ``shops`` the newest open one, else the best-liked that fits.

    Raises :class:`Missing` for none, :class:`OutsideTerms` for one that is not offered any more, and what is amiss.
    """
    if under:
        named = [one for one in found if under in (one.listed.name, one.listed.offer, one.listed.document)]
        named = named or [one for one in found if _base(one) == under and one.listed.state == OPEN]
        if not named:
            raise Missing(f"They offer no terms called {plain(under, 80)}.", advice=_ADVICE)
        offer = named[0]
    else:
        fitting = [one for one in found if one.is_open and _opens(one, places)]
        if not fitting:
            amiss = next((one.amiss for one in found if one.amiss and one.listed.state == OPEN), None)
            raise amiss or OutsideTerms("None of the terms they offer opens these places.", advice=_ADVICE)
        offer = fitting[0]
    if offer.amiss is not None:
        raise offer.amiss
    if offer.listed.state != OPEN:
        raise OutsideTerms(f"{plain(offer.listed.name, 80)} is no longer offered.", advice=_ADVICE)
    return offer


_ADVICE = "`lifepod vendor ask PERSON --until DATE --dry-run` shows what they offer."


def _base(offer: Offer) -> str:
    name, _, number = offer.listed.name.rpartition("-")
    return name if number.isdigit() else offer.listed.name


def _opens(offer: Offer, places: tuple[str, ...]) -> bool:
    targets = offer.policy.targets if offer.policy else ()
    return all(any(is_at_or_below(place, target) for target in targets) for place in places)
