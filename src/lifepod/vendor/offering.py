"""An answer to a want: a price, said once, signed, bound to the terms of the want, sent to who wants it.

It refuses to answer what is not proved or is over, to answer twice with one key in different words, and to send the
answer anywhere but to the inbox that the person's WebID document names.
"""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal

from lifepod.errors import Conflict
from lifepod.parties.filing import file_bytes, file_record
from lifepod.parties.outbox import Notice, Told, put_aside, tell
from lifepod.parties.pen import Pen
from lifepod.parties.rooms import make_room
from lifepod.solid.pod import Pod
from lifepod.vendor.reading_wants import Answer as Answer  # part of what this room hands out
from lifepod.vendor.reading_wants import Seen as Seen
from lifepod.vendor.reading_wants import answer_address, answer_record
from lifepod.vendor.reading_wants import read_want as read_want

OFFERS = "lifepod/offers/"
"""Where a vendor keeps wants it answered, with its answers; for itself alone."""


@dataclass(frozen=True, slots=True)
class Bid:
    """What a vendor offers."""

    price: Decimal
    currency: str
    """ISO 4217."""
    until: str = ""
    """How long it holds, UTC, whole seconds, ``Z``; as long as the want where empty."""
    say: str = ""
    """In the vendor's own words, at most 1,000 characters."""


@dataclass(frozen=True, slots=True)
class Offered:
    """An answer that was made."""

    url: str
    """Where our own copy lies."""
    answer: Answer
    told: Told


def draft(pod: Pod, pen: Pen, seen: Seen, bid: Bid) -> Answer:
    """The answer as it would be signed; raises :class:`~lifepod.errors.Malformed` where it makes none."""
    want = seen.want
    if want.actor == pod.webid:
        raise Conflict("It is a want of your own.", advice="Somebody else answers it.")
    answer = Answer(
        root=answer_address(want.root, pen.public.public),
        actor=pod.webid,
        target=want.actor,
        in_reply_to=want.root,
        in_reply_to_digest=seen.digest,
        published=pen.now,
        price=bid.price,
        currency=bid.currency,
        valid_through=bid.until or want.valid_through,
        under=want.under,
        under_digest=want.under_digest,
        description=bid.say,
        keys=(pen.public,),
    )
    answer_record(answer)
    return answer


async def offer(pod: Pod, pen: Pen, seen: Seen, answer: Answer) -> Offered:
    """Sign, keep and send an answer; raises :class:`Conflict` where this key has answered in other words."""
    await make_room(pod, pod.storage + "lifepod/")
    await make_room(pod, pod.storage + OFFERS)
    name = seen.want.root.removeprefix("urn:uuid:")
    folder = f"{pod.storage}{OFFERS}{name}/"
    await file_bytes(pod, folder + "want.jsonld", seen.filed.body)
    url = folder + f"answer-{answer.root.removeprefix('urn:uuid:')}.jsonld"
    note = Notice(f"lifepod-{answer.root.removeprefix('urn:uuid:')}", answer.target, url)
    await put_aside(pod, note)
    try:
        await file_record(pod, url, pen.signed(answer_record(answer)))
    except Conflict:
        raise Conflict(
            "You have answered this want already, in other words.",
            place=url,
            advice="A key answers a want once; your first answer stands, and is sent again with the same words.",
        ) from None
    return Offered(url, answer, await tell(pod, note, pen.now))
