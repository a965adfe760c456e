"""Everything a vendor can do, in one object; the vendor's twin of the person's desk.

It refuses to hold logic.
"""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import aclosing
from types import TracebackType
from typing import Self

from lifepod.journal.reading import Json
from lifepod.solid.door import Door, agent_of
from lifepod.vendor import asking, bidding, covered, deciding, duties, giving, read, ready, standing
from lifepod.vendor.asking import Ask as Ask
from lifepod.vendor.asking import Drafted as Drafted
from lifepod.vendor.bidding import DraftedOffer as DraftedOffer
from lifepod.vendor.covered import Reading as Reading
from lifepod.vendor.duties import Exceptions as Exceptions
from lifepod.vendor.duties import Paid as Paid
from lifepod.vendor.following import follow
from lifepod.vendor.held import case_named
from lifepod.vendor.offers import Offer as Offer
from lifepod.vendor.offers import offers
from lifepod.vendor.people import People
from lifepod.vendor.read import Aside, silent
from lifepod.vendor.side import Side, stamp


class VendorDesk:
    """A vendor at somebody's pod. Use as an async context manager."""

    def __init__(self, door: Door, now: str = "") -> None:
        self._door, self._now = door, now
        self.profile = door.profile
        """The vendor's own login."""

    @classmethod
    def open(cls, profile: str | None = None) -> Self:
        """The desk of a remembered login; nothing is sent yet."""
        return cls(Door.of(profile))

    async def __aenter__(self) -> Self:
        """The desk itself."""
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Close every connection."""
        await self._door.close()

    async def _side(self) -> Side:
        return Side(await self._door.pod(), self._door.store(), self._now or stamp())

    async def init(self, *, new_key: bool = False) -> dict[str, object]:
        """Make the signing key, the inbox and the room for agreements where they are missing."""
        return await ready.init(await self._side(), another_key=new_key)

    async def offers(self, person: str) -> tuple[Offer, ...]:
        """What somebody (WebID or name of a login) offers, the best-liked first, each checked; nothing is written."""
        side = await self._side()
        card = await People(side.pod, side.now).card(agent_of(person))
        return await offers(side.pod, card, side.at)

    async def draft(self, person: str, ask: Ask, found: tuple[Offer, ...] | None = None) -> Drafted:
        """The request as it would be signed; raises :class:`~lifepod.errors.OutsideTerms`. Nothing is written."""
        side, webid = await self._side(), agent_of(person)
        people = People(side.pod, side.now)
        mine, card = await ready.signing_key(side), await people.card(webid)
        known = await offers(side.pod, card, side.at) if found is None else found
        return await asking.draft(side, asking.Toward(card, await people.storages(webid), known), ask, mine)

    async def ask(self, drafted: Drafted) -> dict[str, object]:
        """Sign a request, keep it where the person can read it, and deliver it."""
        return await asking.send(await self._side(), drafted)

    async def status(self, case: str = "") -> dict[str, object]:
        """Take in what came, and tell how each request and agreement stands."""
        return await standing.status(await self._side(), case)

    async def shown(self, case: str, *, counter: bool = False) -> dict[str, object]:
        """A request, agreement or (``counter``) the counter-offer to it in plain words; nothing is written."""
        side = await self._side()
        return deciding.shown(await (deciding.countered(side, case) if counter else case_named(side, case)))

    async def accept(self, case: str) -> dict[str, object]:
        """Sign the person's counter-offer and deliver the agreement."""
        side = await self._side()
        return await deciding.accept(side, await deciding.countered(side, case))

    async def decline(self, case: str, words: str = "") -> dict[str, object]:
        """Refuse the person's counter-offer."""
        side = await self._side()
        return await deciding.decline(side, await deciding.countered(side, case), words)

    async def withdraw(self, case: str) -> dict[str, object]:
        """Take a request back, or end an agreement."""
        side = await self._side()
        return await deciding.withdraw(side, await case_named(side, case))

    async def read(self, place: str = "", how: Reading = covered.PLAIN, say: Aside = silent) -> AsyncIterator[Json]:
        """Records of somebody's pod: at or below a URL, or what an agreement covers (``how.agreement``).

        Raises :class:`~lifepod.errors.Refused` where closed; where an agreement ended, before anything is sent.
        """
        side = await self._side()
        if how.agreement:
            found = follow(side, await case_named(side, how.agreement), place, how, say)
        else:
            await covered.must_not_have_ended(side, place)
            found = read.read(side.pod, place)
        async with aclosing(found) as records:
            async for record in records:
                yield record

    async def knock(self, url: str) -> int:
        """The status the server answers to a plain read."""
        return await read.knock(await self._door.pod(), url)

    async def append(self, case: str, name: str, body: bytes) -> dict[str, object]:
        """Give records back: a Turtle or JSON-LD file, into the agreement's own container."""
        side = await self._side()
        return await giving.append(side, await case_named(side, case), name, body)

    async def attest(self, case: str, but: Exceptions = duties.NONE) -> dict[str, object]:
        """Say, signed, that everything was deleted that had to be, and what was not."""
        side = await self._side()
        return await duties.attest(side, await case_named(side, case), but)

    async def pay(self, case: str, paid: Paid) -> dict[str, object]:
        """Say, signed, that a payment was made."""
        side = await self._side()
        return await duties.pay(side, await case_named(side, case), paid)

    async def note(self, case: str, text: str) -> dict[str, object]:
        """Tell the person, signed, what the data was used for."""
        side = await self._side()
        return await duties.note(side, await case_named(side, case), text)

    async def draft_offer(self, want: str, price: str, until: str = "", say: str = "") -> DraftedOffer:
        """An answer to somebody's want (its address) as it would be signed; nothing is written."""
        return await bidding.draw_up(await self._side(), want, (price, until, say))

    async def offer(self, drafted: DraftedOffer) -> dict[str, object]:
        """Sign an answer to a want, keep it, and send it."""
        return await bidding.send(await self._side(), drafted)
