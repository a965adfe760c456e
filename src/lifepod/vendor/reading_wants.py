"""A want of somebody, read by a vendor: who says it, whether they proved it, and the terms every answer is bound to.

It refuses to show a want as somebody's whose WebID document does not show the key, to follow an address into a private
network, and to take terms that the person did not sign or that are not the ones the want names.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime

from lifepod.errors import Conflict, LifepodError, Malformed, Unproved
from lifepod.parties.filing import ACCEPT, Filed, opened
from lifepod.parties.senders import Card, card_at, must_be_fetchable
from lifepod.plain import plain
from lifepod.solid.pod import Pod
from lifepod.solid.wire import failure_of
from lifepod.terms.intents import Answer as Answer  # what is made of a want
from lifepod.terms.intents import Want, has_ended, not_shown, unsigned, want_of
from lifepod.terms.intents import answer_address as answer_address
from lifepod.terms.intents import answer_record as answer_record
from lifepod.terms.judge import Shown, read_as, shown_in, signed_by
from lifepod.terms.policy import OFFER, Policy


@dataclass(frozen=True, slots=True)
class Seen:
    """A want that is proved, and its terms."""

    filed: Filed
    want: Want
    terms: Policy
    """What whoever answers is bound to."""

    @property
    def digest(self) -> str:
        """Of the want's graph."""
        return self.filed.graph_digest


async def read_want(pod: Pod, url: str, now: str) -> Seen:
    """The want that lies at an address, proved; ``now``: UTC.

    Raises :class:`Unproved`, :class:`Malformed` where it is none, :class:`Conflict` where its time is over.
    """
    must_be_fetchable(url, pod.storage)
    reply = await pod.ask("GET", url, {"Accept": ACCEPT}, at_most=pod.limits.record_bytes)
    failure, body = failure_of("GET", reply), reply.body
    if failure is not None:
        raise failure
    at, record = datetime.fromisoformat(now).astimezone(UTC), opened(body)
    want, filed = want_of(record), Filed(url, record, body)
    who = plain(want.actor, 200)
    why = unsigned(record, want.keys, (want.actor, want.published), at)
    if why:
        raise Unproved(f"It says that {who} wants it, but {why}.")
    card, _ = await card_at(pod, want.actor, now)
    why = not_shown(card, want.keys[0], record.proofs[0]["created"], now)
    if why:
        raise Unproved(f"It says that {who} wants it, but {why}.")
    if has_ended(want, at):
        raise Conflict(f"The time for answers was over on {want.valid_through}.", advice="Nothing was sent.")
    return Seen(filed, want, await _terms(pod, want, card, at))


async def _terms(pod: Pod, want: Want, card: Card, at: datetime) -> Policy:
    must_be_fetchable(want.under, pod.storage)
    url, said = want.under.partition("#")[0], "The terms of this want"
    reply = await pod.nobody.send("GET", url, {"Accept": ACCEPT}, at_most=pod.limits.record_bytes)
    failure = failure_of("GET", reply)
    if failure is not None:
        raise type(failure)(f"{said} cannot be read: {failure}")
    try:
        filed = Filed(url, opened(reply.body), reply.body)
        read = read_as(filed.record)
    except LifepodError as error:
        raise Malformed(f"{said} cannot be read: {error}", place=url) from None
    policy = read.policy
    if policy is None or policy.kind != OFFER or policy.root != want.under or policy.assigner != want.actor:
        raise Malformed(f"{said} are no terms of {plain(want.actor, 200)}.", place=url)
    stamp = at.strftime("%Y-%m-%dT%H:%M:%SZ")
    if want.actor not in signed_by(read, at) or shown_in(read, want.actor, card, stamp).shown is not Shown.YES:
        raise Unproved(f"{said} are not signed by who wants it.")
    if filed.graph_digest != want.under_digest:
        raise Unproved(f"{said} are another text than the one it names.")
    return policy
