"""One comparison of an index with the pod: walk, ask for what may have changed, put it into the store.

It refuses to hide what it could not read, and to keep what this login may no longer read. Requests are conditional (RFC
9110 §13.1.2) wherever the version held is one that can be relied on.

* What is gone, refused or no longer linked data is dropped from the store; what could only not be reached is kept as it
  was, and told.
"""

from __future__ import annotations

import asyncio
import hashlib
import time
from collections.abc import Awaitable, Callable, Iterable
from contextlib import aclosing
from dataclasses import dataclass, field

from lifepod.errors import LifepodError, Malformed, Missing, NotReady, NotSignedIn, Refused, TooBig, Unreachable
from lifepod.limits import Limits
from lifepod.plain import plain
from lifepod.rdf.quadstore import Quads, QuadStore, quads_in
from lifepod.solid.indexed import Held, Indexed, Shelf
from lifepod.solid.reading import AS_IT_LIES, Listing, turtle_of
from lifepod.solid.resources import Resources
from lifepod.solid.wire import JSON_LD, Reply, failure_of, settled_tag

Tell = Callable[[str, int, int], None]
"""Hears what is being done, how much of it is done, and of how many (0: not known yet)."""
Apart = Callable[[Callable[[], None]], Awaitable[None]]
"""Runs work that takes a while beside the event loop."""


def silent(doing: str, done: int, total: int) -> None:
    """Nobody listens."""


@dataclass(frozen=True, slots=True)
class Unread:
    """A document, or a container with all below it, that could not be read."""

    url: str
    failure: LifepodError
    kept: bool
    """Whether answers still hold what was read there earlier (the place could not be reached this time)."""


@dataclass(frozen=True, slots=True)
class Refreshed:
    """What a refresh did, in documents."""

    read: int
    """New or changed, and in the index now."""
    unchanged: int
    gone: int
    """No longer there, and dropped."""
    skipped: int
    """No linked data."""
    unreadable: tuple[Unread, ...]
    """Sorted by URL."""


_NOT_LINKED = frozenset({406, 415, 501})
"""What servers answer where they have no linked data to give."""
_LOST = (Refused, NotSignedIn, Missing)
"""What was read there before is no longer ours to show."""
_BATCH_TRIPLES, _BATCH_DOCUMENTS = 20_000, 1_000


@dataclass(slots=True)
class Round:
    """One refresh under way."""

    pod: Resources
    known: Indexed
    store: QuadStore
    apart: Apart
    limits: Limits
    _pending: dict[str, tuple[Quads, Held]] = field(default_factory=dict)
    _weight: int = 0
    _flushing: asyncio.Lock = field(default_factory=asyncio.Lock)
    _broken: NotReady | None = None
    _counts: dict[str, int] = field(default_factory=lambda: dict.fromkeys(("read", "unchanged", "gone", "skipped"), 0))
    _unread: list[Unread] = field(default_factory=list)
    _unlisted: list[str] = field(default_factory=list)
    """Containers below which nothing is known this time, and what was known is kept."""

    async def run(self, begin: str, tell: Tell) -> Refreshed:
        """Compare all from ``begin`` down; raises :class:`LifepodError` where that cannot be listed."""
        documents = await self._walk(begin, tell) if begin.endswith("/") else {begin}
        await self._read_all(sorted(documents), tell)
        await self._flush()
        # Only a walk tells of what is no longer there; "a.ttl" is also the beginning of "a.ttl2".
        gone = self._gone(self.known.documents, begin, documents) if begin.endswith("/") else []
        self._counts["gone"] += len(gone)
        await self._drop(gone)
        unread = tuple(sorted(self._unread, key=lambda one: one.url))
        return Refreshed(**self._counts, unreadable=unread)

    async def _walk(self, begin: str, tell: Tell) -> set[str]:
        documents: set[str] = set()
        shelves: dict[str, Shelf] = {}
        listed: set[str] = set()
        async with aclosing(self.pod.walk(begin, self._listed)) as walk:
            async for listing in walk:
                listed.add(listing.url)
                tell("listing", len(listed), 0)
                if listing.failure is not None:
                    await self._cannot_list(listing.url, listing.failure, begin)
                    continue
                members = tuple(url for url, _ in listing.members)
                documents.update(url for url in members if not url.endswith("/"))
                if not listing.unchanged:
                    shelves[listing.url] = Shelf(listing.etag, members)
                if listing.cut:
                    bound = TooBig(f"{plain(listing.url)} holds more than is walked.", place=listing.url)
                    self._unread.append(Unread(listing.url, bound, kept=True))
                    self._unlisted += [url for url in members if url.endswith("/")]
        self.known.enter_containers(shelves)
        self.known.cross_out(self._gone(self.known.containers, begin, listed))
        return documents

    def _gone(self, known: Iterable[str], begin: str, there: set[str]) -> list[str]:
        kept = tuple(self._unlisted)
        return [name for name in known if name.startswith(begin) and name not in there and not name.startswith(kept)]

    async def _listed(self, url: str) -> Listing:
        shelf = self.known.containers.get(url)
        earlier = Listing(url, tuple((m, "") for m in shelf.members), etag=shelf.tag) if shelf and shelf.tag else None
        return await self.pod.list(url, known=earlier)

    async def _cannot_list(self, url: str, failure: LifepodError, begin: str) -> None:
        # Where even the beginning wants a login, it is the login that is no good any more.
        lost = isinstance(failure, _LOST) and not (url == begin and isinstance(failure, NotSignedIn))
        self._unread.append(Unread(url, failure, kept=not lost))
        if lost:
            await self._drop([name for name in self.known.documents if name.startswith(url)])
            self.known.cross_out([name for name in self.known.containers if name.startswith(url)])
        else:
            self._unlisted.append(url)
        if url == begin:
            raise failure

    async def _read_all(self, urls: list[str], tell: Tell) -> None:
        left, done = iter(urls), 0

        async def worker() -> None:
            nonlocal done
            for url in left:
                if self._broken is not None:
                    return
                await self._read(url)
                done += 1
                tell("reading", done, len(urls))

        async with asyncio.TaskGroup() as group:
            for _ in range(self.limits.in_flight):
                group.create_task(worker())
        if self._broken is not None:
            raise self._broken

    async def _read(self, url: str) -> None:
        """Ask for one document; its failure is a value, only a store that fails stops the round."""
        held = self.known.documents.get(url)
        headers = {"Accept": AS_IT_LIES} | ({"If-None-Match": held.tag} if held and held.tag else {})
        began = time.monotonic()
        try:
            reply = await self.pod.ask("GET", url, headers)
            self._judge(url, reply, held, settled_tag(reply, time.monotonic() - began))
            if self._weight > _BATCH_TRIPLES or len(self._pending) > _BATCH_DOCUMENTS:
                await self._flush()
        except NotReady as error:
            self._broken = error
        except Missing:
            self._counts["gone"] += held is not None
            await self._drop([url])
        except LifepodError as error:
            lost = isinstance(error, (*_LOST, Malformed))
            self._unread.append(Unread(url, error, kept=not lost and held is not None))
            if lost:
                await self._drop([url])

    def _judge(self, url: str, reply: Reply, held: Held | None, tag: str) -> None:
        """What one answer means; raises the failure it stands for."""
        if reply.status == 304 and held is not None and held.tag:
            self._counts["unchanged" if held.digest else "skipped"] += 1
            return
        if reply.status in _NOT_LINKED:
            self._no_data(url, held, "")
            return
        failure = failure_of("GET", reply)
        if failure is not None:
            raise failure
        if reply.status == 304:
            raise Unreachable(f"{plain(url)} is said to be as before, but nobody asked that.", host=url)
        try:
            turtle = turtle_of(reply, self.limits)
        except Malformed:
            if reply.content_type == JSON_LD:
                raise
            self._no_data(url, held, tag)
            return
        digest = hashlib.sha256(reply.content_type.encode() + b"\n" + reply.body).hexdigest()
        if held is not None and held.digest == digest:
            self._counts["unchanged"] += 1
            if held.tag != tag:
                self.known.enter({url: Held(tag, digest)})
            return
        self._later(url, quads_in(url, turtle, reply.url, self.limits), Held(tag, digest))
        self._counts["read"] += 1

    def _no_data(self, url: str, held: Held | None, tag: str) -> None:
        self._counts["skipped"] += 1
        if held != Held(tag, ""):
            self._later(url, Quads([]), Held(tag, ""))

    # The store

    def _later(self, url: str, quads: Quads, held: Held) -> None:
        self._pending[url] = (quads, held)
        self._weight += len(quads)

    async def _flush(self) -> None:
        """Put what was read into the store: crossed out first, entered last."""
        async with self._flushing:
            pending, self._pending, self._weight = self._pending, {}, 0
            if not pending:
                return
            self.known.cross_out(pending)
            quads = {url: quads for url, (quads, _) in pending.items()}
            await self.apart(lambda: self.store.put(quads))
            self.known.enter({url: held for url, (_, held) in pending.items()})

    async def _drop(self, names: list[str]) -> None:
        there = [name for name in names if name in self.known.documents]
        if there:
            async with self._flushing:
                self.known.cross_out(there)
                await self.apart(lambda: self.store.drop(there))
