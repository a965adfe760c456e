"""What the person signed, as the vendor's own copies: agreements, counter-offers, and what they said of them.

It refuses to keep an agreement that is not the graph the vendor signed, or that one of the two did not sign; a
counter-offer that does not answer a request of ours; an event that its person did not sign. Bytes stay as they came.
"""

from __future__ import annotations

from datetime import UTC, datetime

from lifepod.errors import Conflict, Malformed, Unproved
from lifepod.parties.cases import Case, fault_of, id_of
from lifepod.parties.filing import Filed, file_bytes, opened
from lifepod.parties.senders import Card
from lifepod.plain import plain
from lifepod.terms.events import Event, Step
from lifepod.terms.judge import Read, Shown, is_agreed, read_as, shown_in, signed_by
from lifepod.terms.policy import Policy
from lifepod.vendor.held import counter_of, room_for
from lifepod.vendor.side import Side


async def keep_agreement(side: Side, case: Case, body: bytes) -> Filed:
    """The agreement as the person keeps it, kept; raises :class:`Conflict` or :class:`Unproved` for any other text."""
    url = case.folder + "agreement.jsonld"
    filed = Filed(url, opened(body), body)
    read = read_as(filed.record)
    if read.policy is None or read.policy.root != case.policy.root or filed.graph_digest != case.digest:
        raise Conflict(
            "What they keep as the agreement is not the text that you signed.",
            place=url,
            advice="Nothing was agreed. Show them both texts, or withdraw: `lifepod vendor withdraw`.",
        )
    if not is_agreed(read, side.at):
        raise Unproved("What they keep as the agreement is not signed by both of you.")
    return await side.kept(url) or Filed(url, filed.record, await file_bytes(side.pod, url, body))


async def keep_counter(side: Side, case: Case, body: bytes, digest: str = "") -> Filed:
    """The person's counter-offer to a request, kept in a folder of its own; ``digest``: what was said of its graph."""
    root = counter_of(case.policy.root)
    filed = Filed("", opened(body), body)
    read = read_as(filed.record)
    if read.policy is None or not _answers(read.policy, root, case):
        raise Malformed("What they keep as the counter-offer is none to this request.")
    if digest and filed.graph_digest != digest:
        raise Conflict("The counter-offer is not the text that they said they signed.")
    if case.policy.assigner not in signed_by(read, side.at):
        raise Unproved("The counter-offer is not signed by the person.")
    url = await room_for(side, root, case.policy.assigner) + "counter.jsonld"
    there = await side.kept(url)
    if there is not None and there.graph_digest == filed.graph_digest:
        return there
    return Filed(url, filed.record, await file_bytes(side.pod, url, body))


def _answers(counter: Policy, root: str, case: Case) -> bool:
    proposal, asked = counter.proposal, case.policy
    if asked.proposal is None or asked.proposal.actor != asked.assignee:
        return False  # there is one counter-offer to a request, and none to a counter-offer
    about = proposal is not None and (proposal.in_reply_to, proposal.in_reply_to_digest) == (asked.root, case.digest)
    same = (counter.assigner, counter.assignee) == (asked.assigner, asked.assignee)
    said = proposal is not None and (proposal.actor, proposal.target) == (asked.assigner, asked.assignee)
    return about and same and said and counter.root == root and not counter.strange


def answer_in(body: bytes, me: str) -> tuple[Read, Event]:
    """The event a message is, if it is for us; raises :class:`Malformed`."""
    read = read_as(opened(body))
    if read.event is None:
        raise Malformed("It is no answer to a request.")
    if read.event.target not in ("", me):
        raise Malformed("It is for somebody else.")
    if read.event.actor == me:
        raise Malformed("It says that you sent it yourself.")
    id_of(read.event.object)
    return read, read.event


def must_count(side: Side, case: Case, read: Read, card: Card | None) -> None:
    """Raise :class:`Unproved` where an event does not count: by its words, its signature, or its signer's key.

    ``card``: what the person's WebID document says now; ``None`` where it is not to be had.
    """
    at = datetime.fromisoformat(side.now).astimezone(UTC)
    if read.event is None or read.event.actor != case.policy.assigner:
        raise Unproved("It speaks in the name of somebody else.")
    fault = fault_of(read, case.read, case.digest, at, card)
    if fault:
        raise Unproved(f"It does not count: {fault}.")
    answer = None if card is None else shown_in(read, read.event.actor, card, side.now)
    if answer is not None and answer.shown is Shown.WITHDRAWN:
        raise Unproved(f"It is signed with a key that was withdrawn on {plain(answer.at, 40)}.")


async def keep_event(side: Side, case: Case, event: Event, body: bytes) -> None:
    """An event that counts, kept byte for byte; raises :class:`Conflict` where another of its kind stands there."""
    name = str(event.step)
    if event.step is Step.BREACH:  # there may be several
        name = f"{name}-{id_of(event.root)}"
    await file_bytes(side.pod, f"{case.folder}{name}.jsonld", body)
