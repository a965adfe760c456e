"""An index of all linked data below one place of a pod, on this machine's disk, to be asked with SPARQL.

It refuses to be the source of anything: nothing is ever written back out of it, and it can be deleted at any time. It
lies in the cache folder, readable by its owner alone, one for each pod, login and place, so that nobody's query sees
what another login may read.

* Each document is a graph named by its URL; a query is about all of them unless it says ``FROM`` or ``GRAPH``.
* It is compared with the pod by version tags: what has not changed is asked for (``If-None-Match``) and not sent. Where
  a server has no tags that can be relied on, documents are read again and compared by their digest.
* What cannot be read is told, never hidden: see :class:`Unread`.
* Access documents and containers are not part of it, other than where a server lists them as documents.
"""

from __future__ import annotations

import asyncio
import hashlib
import os
from collections.abc import Callable
from datetime import UTC, datetime
from types import TracebackType
from typing import Self

from lifepod.errors import Malformed
from lifepod.limits import LIMITS, Limits
from lifepod.plain import plain
from lifepod.rdf.quadstore import Damaged, QuadStore
from lifepod.solid.asking import Answer as Answer  # what is handed out
from lifepod.solid.asking import in_time
from lifepod.solid.index_folder import close_to_others, folder_of, locked, make_private, remove
from lifepod.solid.index_folder import forget as forget  # the other thing to do with an index
from lifepod.solid.indexed import Indexed
from lifepod.solid.refresh import Refreshed as Refreshed  # what a refresh tells
from lifepod.solid.refresh import Round, Tell, silent
from lifepod.solid.refresh import Unread as Unread
from lifepod.solid.resources import Resources

LOCK_SECONDS = 10.0
"""How long another process may hold the index before we give up, seconds."""


class Index:
    """The index of one place of a pod for one login; use as an async context manager."""

    def __init__(
        self, storage: str, webid: str, root: str = "", *, limits: Limits = LIMITS, patience: float = LOCK_SECONDS
    ) -> None:
        """``root`` is a container of the pod as :meth:`Resources.url` spells it (default: all of it)."""
        self.root = root or storage
        """All documents below this container are indexed."""
        if not self.root.endswith("/"):
            raise Malformed(f"{plain(self.root)} is no container: those end in a slash.", place=self.root)
        self._limits, self._patience = limits, patience
        self._whose = {"storage": storage, "webid": webid, "root": self.root}
        self._folder = folder_of(storage, webid) / hashlib.sha256(self.root.encode()).hexdigest()[:24]
        self._lock: int | None = None
        self._work: asyncio.Task[None] | None = None

    async def __aenter__(self) -> Self:
        """Open it, or make an empty one; raises :class:`NotReady` where another process holds it for too long."""
        self._make_folders()
        self._lock = await locked(self._folder / "lock", self._patience)
        try:
            self._open()
        except BaseException:
            self._unlock()
            raise
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Let go of it."""
        if self._work is not None:
            await asyncio.wait([self._work])  # a write that was cut off ends before the next may begin
        self._store.close()
        close_to_others(self._folder / "quads")
        self._unlock()

    def _unlock(self) -> None:
        if self._lock is not None:
            os.close(self._lock)
            self._lock = None

    def _open(self) -> None:
        known = Indexed.opened(self._folder / "known", self._whose)
        if known is not None and (self._folder / "quads").is_dir():
            try:
                self._store, self._known = QuadStore(self._folder / "quads"), known
                return
            except Damaged:
                pass
        self._make_anew()

    def _make_folders(self) -> None:
        for folder in (self._folder.parent.parent, self._folder.parent, self._folder):
            make_private(folder)

    def _make_anew(self) -> None:
        self._make_folders()
        (self._folder / "known").unlink(missing_ok=True)
        remove(self._folder / "quads")
        self._store, self._known = QuadStore(self._folder / "quads"), Indexed(self._folder / "known")
        self._known.write_anew(self._whose)

    @property
    def refreshed_at(self) -> str:
        """When the whole was last compared with the pod, UTC, ISO 8601; empty for never."""
        return self._known.refreshed_at

    @property
    def size(self) -> int:
        """Documents of linked data that are held."""
        return sum(bool(held.digest) for held in self._known.documents.values())

    async def refresh(self, pod: Resources, start: str = "", tell: Tell = silent) -> Refreshed:
        """Compare with the pod, from ``start`` down (default: the whole; a document: that one), and read what changed.

        Raises :class:`LifepodError` where ``start`` itself cannot be listed; what below cannot be read is told.
        """
        begin = pod.url(start or self.root)
        if (pod.webid, pod.storage) != (self._whose["webid"], self._whose["storage"]):
            raise Malformed("This index belongs to another login.", advice="Open the index of the pod you are in.")
        if not begin.startswith(self.root):
            raise Malformed(f"{plain(begin)} is not below {plain(self.root)}.", place=begin)
        began = datetime.now(UTC)
        try:
            done = await self._round(pod, begin, tell)
        except Damaged:
            self._store.close()
            self._make_anew()
            done = await self._round(pod, begin, tell)
        if begin == self.root:
            self._known.refreshed_at = began.isoformat(timespec="seconds")
            self._known.write_anew(self._whose)  # what was only added to is made short again, now and then
        close_to_others(self._folder / "quads")
        return done

    async def _round(self, pod: Resources, begin: str, tell: Tell) -> Refreshed:
        return await Round(pod, self._known, self._store, self._apart, self._limits).run(begin, tell)

    async def _apart(self, work: Callable[[], None]) -> None:
        """Write to the store beside the event loop; it is never left in the middle."""
        if self._work is not None:
            await asyncio.wait([self._work])  # of a refresh that was cut off
        self._work = asyncio.create_task(asyncio.to_thread(work))
        await asyncio.shield(self._work)

    async def ask(self, text: str) -> Answer:
        """Ask what is held; raises :class:`Malformed`, :class:`TooBig`, and :class:`NotReady` where it is damaged.

        A damaged index is emptied, so that the next refresh makes it anew.
        """
        store = self._store
        try:
            return await in_time(lambda stop: store.ask(text, self.root, self._limits, stop), self._limits)
        except Damaged:
            store.close()
            self._make_anew()
            raise
