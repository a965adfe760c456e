"""All a person does with wants, in one object that the doors hold; it signs in when the first remote thing is asked.

It refuses to publish terms or a want by itself: each is drawn up first, to be shown.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from decimal import Decimal
from types import TracebackType
from typing import Self

from lifepod.errors import Malformed
from lifepod.owner import wanting
from lifepod.owner.answers import Taken as Taken  # part of what this drawer hands out
from lifepod.owner.papers import Papers, stamp
from lifepod.owner.surveys import Tell, quiet
from lifepod.owner.want_terms import Drawn as Drawn
from lifepod.owner.want_terms import draw_up_terms, wants_terms
from lifepod.owner.wanting import Told as Told
from lifepod.owner.wanting import Want as Want
from lifepod.owner.wanting import Wanted as Wanted
from lifepod.owner.wanting import Wish as Wish
from lifepod.owner.wanting import pen_for
from lifepod.plain import plain
from lifepod.solid.door import Door

_PRICE = re.compile(r"\s*([0-9]{1,15}(?:[.,][0-9]{1,9})?)\s*([A-Za-z]{3})\s*\Z")
_REGION = re.compile(r"[A-Z]{2}(?:-[A-Z0-9]{1,3})?\Z")


class Wants:
    """The drawer for wants. Use as an async context manager; errors are those of :mod:`lifepod.errors`."""

    def __init__(self, door: Door, now: str = "") -> None:
        self._door = door
        self.now = now or stamp()
        """UTC: the time that everything of this run is dated."""
        self.profile = door.profile
        """The login in use."""

    @classmethod
    def open(cls, profile: str | None = None) -> Self:
        """The drawer of a remembered login (the default one unless named); nothing is sent yet."""
        return cls(Door.of(profile))

    async def __aenter__(self) -> Self:
        """The drawer itself."""
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Close every connection."""
        await self._door.close()

    async def draw_up_terms(self) -> Drawn | None:
        """The terms for wants as they would be published; ``None`` where they stand already."""
        pod = await self._door.pod()
        return None if await wants_terms(pod) else await draw_up_terms(pod, self.now)

    async def publish_terms(self, drawn: Drawn) -> tuple[str, str]:
        """Sign and publish terms that were drawn up and shown; their address and digest."""
        done = await Papers(await self._door.pod(), self._door.store(), self.now).publish(drawn)
        return done.listed.offer, done.listed.digest

    async def draft(self, wish: Wish, terms: tuple[str, str] | None = None) -> Want:
        """The want as it would be signed; ``terms``: those just published, or drawn up, else those that stand."""
        pod = await self._door.pod()
        if terms is None:
            there = await wants_terms(pod)
            if there is None:
                raise Malformed("There are no terms for wants yet.", advice="`lifepod intent` makes them.")
            terms = there.listed.offer, there.listed.digest
        return wanting.draft(pod, wish, terms, self.now)

    async def must_be_tellable(self, to: Iterable[str]) -> None:
        """Raise :class:`Malformed` for a WebID that nobody could be told under; asks nobody."""
        wanting.must_be_tellable(await self._door.pod(), to)

    async def publish(self, want: Want, to: Iterable[str], *, public: bool) -> tuple[Wanted, tuple[Told, ...]]:
        """Sign, file, make public if wanted, and send."""
        pod = await self._door.pod()
        pen = await pen_for(pod, self._door.store(), self.now)
        return await wanting.publish(pod, pen, want, to, public=public)

    async def wants(self) -> tuple[tuple[Wanted, ...], tuple[tuple[str, str], ...]]:
        """Every want, the newest first; and folders that cannot be read, with why."""
        return await wanting.wants(await self._door.pod(), self.now)

    async def want(self, word: str) -> Wanted:
        """A want by its id or the beginning of it."""
        return wanting.find((await self.wants())[0], word)

    async def take_in(self, tell: Tell = quiet) -> tuple[Taken, ...]:
        """Look through the inbox, and file the answers in it (and whatever else is proved, as ``inbox`` does)."""
        pod = await self._door.pod()
        return (await Papers(pod, self._door.store(), self.now).inbox(tell)).answers

    async def send(self, one: Wanted, to: Iterable[str]) -> tuple[Told, ...]:
        """Send a want to more vendors."""
        return await wanting.send(await self._door.pod(), one, to, self.now)

    async def withdraw(self, one: Wanted) -> tuple[Wanted, tuple[Told, ...]]:
        """Take a want back, and tell those it was sent to."""
        pod = await self._door.pod()
        return await wanting.withdraw(pod, await pen_for(pod, self._door.store(), self.now), one)

    async def take_down_ended(self) -> tuple[Wanted, ...]:
        """Delete the public copies of wants whose time is over."""
        return await wanting.take_down_ended(await self._door.pod(), self.now)


def price_of(said: str) -> tuple[Decimal, str] | None:
    """``100 EUR``; ``None`` where nothing is said. Raises :class:`Malformed`."""
    if not said:
        return None
    found = _PRICE.match(said)
    if found is None:
        raise Malformed(f"{plain(said, 40)} is no price.", advice="Say an amount and a currency: --max '100 EUR'.")
    return Decimal(found[1].replace(",", ".")), found[2].upper()


def region_of(said: str) -> str:
    """A code of ISO 3166 (``BE``, ``BE-BRU``), or empty; raises :class:`Malformed`."""
    if said and not _REGION.match(said.upper()):
        raise Malformed(f"{plain(said, 40)} is no region.", advice="Say a code of ISO 3166, such as BE or BE-BRU.")
    return said.upper()
