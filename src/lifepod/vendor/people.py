"""Whom a vendor deals with: their WebID documents and pods, each asked once in a run, and what lies in their pods.

It refuses to follow an address that lies outside the person's own pod, and to send a login to one in a private network.
"""

from __future__ import annotations

from lifepod.errors import LifepodError, Malformed, Missing
from lifepod.parties.filing import Filed, opened
from lifepod.parties.senders import Card, Cards, must_be_fetchable
from lifepod.plain import plain
from lifepod.solid.discovery import find_storages
from lifepod.solid.pod import Pod
from lifepod.solid.wire import failure_of
from lifepod.terms.places import is_at_or_below

_ACCEPT = {"Accept": "application/ld+json, */*;q=0.1"}


class People:
    """The people of one run."""

    def __init__(self, pod: Pod, now: str) -> None:
        self._pod, self._cards = pod, Cards(pod, now)
        self._storages: dict[str, tuple[str, ...] | LifepodError] = {}

    async def card(self, webid: str) -> Card:
        """What a WebID document says now; raises where it is not to be had."""
        found = await self._cards.get(webid)
        if isinstance(found, LifepodError):
            raise found
        return found

    async def known_card(self, webid: str) -> Card | None:
        """The same, ``None`` where it is not to be had."""
        try:
            return await self.card(webid)
        except LifepodError:
            return None

    async def storages(self, webid: str) -> tuple[str, ...]:
        """The pods of a WebID; raises where they are not to be had."""
        if webid not in self._storages:
            try:
                await self.card(webid)  # within its narrow bounds, before anything else of theirs is read
                found = await find_storages(self._pod, webid)
                for one in found:
                    must_be_fetchable(one, self._pod.storage or self._pod.webid)
                self._storages[webid] = found
            except LifepodError as error:
                self._storages[webid] = error
        known = self._storages[webid]
        if isinstance(known, LifepodError):
            raise known
        return known

    async def storage(self, webid: str, places: tuple[str, ...]) -> str:
        """The pod of a WebID that all these places lie in; raises :class:`Missing` where there is none."""
        for one in await self.storages(webid):
            if places and all(is_at_or_below(place, one) for place in places):
                return one
        raise Missing(f"{plain(webid)} names no pod that {plain(' '.join(places), 300)} lies in.", place=webid)

    async def fetched(self, url: str, storage: str) -> bytes:
        """Bytes of a record in somebody's pod, read with our login; raises where it may not or cannot be read."""
        if not is_at_or_below(url, storage):
            said = f"{plain(url)} is not in {plain(storage)}, the pod this is about; it was not asked."
            raise Malformed(said, place=url)
        reply = await self._pod.ask("GET", url, _ACCEPT, at_most=self._pod.limits.record_bytes)
        failure = failure_of("GET", reply)
        if failure is not None:
            raise failure
        return reply.body

    def graph_digest(self, body: bytes) -> str:
        """Of a record that was fetched; empty for what is none."""
        try:
            return Filed("", opened(body), body).graph_digest
        except LifepodError:
            return ""
