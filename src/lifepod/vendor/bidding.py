"""A vendor's offer for a want as it is typed, drawn up and shown, before it is signed and sent.

It refuses to send what was not drawn up from the want that was proved.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from decimal import Decimal

from lifepod.errors import Malformed
from lifepod.plain import plain
from lifepod.vendor.offering import Answer, Bid, Seen, draft, offer, read_want
from lifepod.vendor.side import Result, Side, moment
from lifepod.vendor.words import clauses, in_lines

_PRICE = re.compile(r"\s*([0-9]{1,15}(?:\.[0-9]{1,9})?)\s*([A-Za-z]{3})\s*\Z")


@dataclass(frozen=True, slots=True)
class DraftedOffer:
    """An offer that could be sent."""

    seen: Seen
    answer: Answer

    def as_value(self) -> Result:
        """For programs."""
        want, answer = self.seen.want, self.answer
        told: Result = {"want": want.root, "title": plain(want.title, 200), "person": want.actor}
        return told | {"price": str(answer.price), "currency": answer.currency, "until": answer.valid_through}

    def in_words(self) -> list[str]:
        """For people: the want, the offer, and what it binds to."""
        want, answer = self.seen.want, self.answer
        lines = [f"{plain(want.actor, 200)} wants: {plain(want.title, 200)}"]
        lines += [f"  until {want.valid_through}"]
        lines += [f"You offer {answer.price} {answer.currency}, until {answer.valid_through}, and are bound to:"]
        return lines + list(in_lines(clauses(self.seen.terms)))


async def draw_up(side: Side, url: str, bid: tuple[str, str, str]) -> DraftedOffer:
    """The offer as it would be signed: price (``80 EUR``), end (a day, or empty) and words; nothing is written."""
    price, until, say = bid
    found = _PRICE.match(price)
    if found is None:
        raise Malformed(f"{plain(price, 60)} is no price.", advice='Say an amount and its currency: "80 EUR".')
    seen = await read_want(side.pod, url, side.now)
    wish = Bid(Decimal(found[1]), found[2].upper(), moment(until) if until else "", say)
    return DraftedOffer(seen, draft(side.pod, await side.pen(), seen, wish))


async def send(side: Side, drafted: DraftedOffer) -> Result:
    """Sign, keep and send an offer that was drawn up."""
    done = await offer(side.pod, await side.pen(), drafted.seen, drafted.answer)
    return {"record": done.url, "told": done.told.arrived, "why": done.told.why}
