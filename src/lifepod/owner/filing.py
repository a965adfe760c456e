"""The journal's shelves in the pod: which partitions stand, one batch joined with what is there, the runs, the index.

It refuses to overwrite without the version it read, and to change the granularity of a source that stands.
"""

from __future__ import annotations

import asyncio
import secrets
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, replace

from lifepod.errors import Conflict, Malformed, Missing, TooBig, Undecided
from lifepod.journal.layout import (
    IMPORTS,
    JOURNAL,
    Granularity,
    default_granularity,
    granularity_of,
    main_type,
    source_path,
)
from lifepod.journal.runs import Fingerprint, Run, finished_inputs, read_key, write_key, write_run
from lifepod.journal.tombstones import PLACE, Tombstones, read_tombstones
from lifepod.journal.triples import head_of, joined_partition, new_partition
from lifepod.limits import LIMITS
from lifepod.owner.spool import Batch
from lifepod.solid.pod import Pod
from lifepod.solid.typeindex import register

_TURTLE = "text/turtle"


@dataclass(frozen=True, slots=True)
class Shelf:
    """One source of one class, as it stands in the pod."""

    path: str
    """``journal/<class>/<source>/``."""
    granularity: Granularity
    standing: frozenset[str]
    """Partitions that exist, below :attr:`path`."""


@dataclass(frozen=True, slots=True)
class Filed:
    """What one batch did."""

    path: str
    changed: bool
    written: int
    unchanged: int
    names: tuple[str, ...]
    """Records it brought; empty where it made the whole partition."""
    deleted: int = 0
    """Records that the person had deleted, and that stay deleted."""


async def deleted(pod: Pod) -> tuple[Tombstones, str | None]:
    """What the person deleted, with the version that was read (``None``: nothing was ever deleted)."""
    try:
        reply = await pod.get(pod.storage + PLACE, accept=_TURTLE)
    except Missing:
        return Tombstones(), None
    return read_tombstones(reply.body, reply.url), reply.etag or "*"


def _fitting(path: str, data: bytes) -> bytes:
    """A partition that can be read back once it is written; raises :class:`TooBig` for one that could not."""
    if len(data) > LIMITS.document_bytes:
        raise TooBig(
            f"{path} would hold more than {LIMITS.document_bytes} bytes, which nothing here reads back; it was left as"
            " it is.",
            bound=LIMITS.document_bytes,
            place=path,
            advice="Import into files of a day each: --partition day. That needs a new source: where it stands already,"
            f" take {'/'.join(path.split('/')[:3])}/ out first (lifepod rm -r).",
        )
    return data


_KEY_FILE = "lifepod/key.ttl"
"""Holds the pod's own secret, with which names of bank accounts are made; for the owner alone."""


class Shelves:
    """The journal of one pod."""

    def __init__(self, pod: Pod) -> None:
        self._pod = pod
        self.cut_off: frozenset[str] = frozenset()
        """Names of runs that began and never ended; known after :meth:`finished_runs`."""
        self._stones: Tombstones | None = None
        self._secret = ""

    async def finished_runs(self) -> frozenset[Fingerprint]:
        """Every file that a finished run has read."""
        try:
            listing = await self._pod.list(self._pod.storage + IMPORTS)
        except Missing:
            return frozenset()
        found, cut = set[Fingerprint](), set[str]()
        for url, _ in listing.members:
            if not url.endswith(".ttl"):
                continue
            reply = await self._pod.get(url, accept=_TURTLE)
            try:
                inputs = finished_inputs(reply.body, reply.url)
            except Malformed:
                continue  # a damaged record of a run only means that its files are read again
            found |= inputs
            if not inputs:
                cut.add(url.rsplit("/", 1)[-1].removesuffix(".ttl"))
        self.cut_off = frozenset(cut)
        return frozenset(found)

    async def secret(self) -> str:
        """The pod's own secret, hex; where there is none yet a new one, which :meth:`keep_secret` writes."""
        try:
            reply = await self._pod.get(self._pod.storage + _KEY_FILE, accept=_TURTLE)
        except Missing:
            self._secret = secrets.token_hex(16)
            return self._secret
        return read_key(reply.body, reply.url)

    async def keep_secret(self) -> None:
        """Write a new secret before anything is named with it; raises :class:`Conflict` where another import did."""
        if self._secret:
            await self._pod.put(self._pod.storage + _KEY_FILE, write_key(self._secret), match=None)
            self._secret = ""

    async def shelf(self, journal_class: str, source: str, partition: str | None) -> Shelf:
        """The shelf as it stands; raises :class:`Undecided` where another granularity is asked of a standing one."""
        path = source_path(journal_class, source)
        root, standing = self._pod.storage + path, set[str]()
        async for listing in self._pod.walk(root):
            if isinstance(listing.failure, Missing) and listing.url == root:
                break
            if listing.failure is not None:
                raise listing.failure
            standing |= {url[len(root) :] for url, _ in listing.members if not url.endswith("/")}
        has, wanted = granularity_of(sorted(standing)), Granularity(partition) if partition else None
        if has and wanted and has is not wanted:
            raise Undecided(f"{path} is kept by {has}; that never changes, because it would move the records.")
        return Shelf(path, has or wanted or default_granularity(journal_class), frozenset(standing))

    async def file(self, shelf: Shelf, batch: Batch, begin: Callable[[], Awaitable[None]]) -> Filed:
        """Join one batch with its partition and write it if anything changes; somebody else's write is joined too."""
        if self._stones is None:
            self._stones, _ = await deleted(self._pod)
        kept = tuple(r for r in batch.records if not self._stones.covers(shelf.path, r.name))
        gone = len(batch.records) - len(kept)
        if not kept:
            return Filed(shelf.path + batch.path, False, 0, 0, (), gone)
        filed = await self._file(shelf, replace(batch, records=kept), begin)
        return replace(filed, deleted=gone)

    async def _file(self, shelf: Shelf, batch: Batch, begin: Callable[[], Awaitable[None]]) -> Filed:
        path, exists = shelf.path + batch.path, batch.path in shelf.standing
        for _ in range(LIMITS.write_tries):
            try:
                return await self._file_once(path, batch, exists, begin)
            except Conflict:
                exists = True
            except Missing:
                if not exists:
                    raise
                exists = False  # taken away since it was listed
        raise Conflict(f"{path} keeps being changed by someone else; it was left as it is.", place=path)

    async def _file_once(self, path: str, batch: Batch, exists: bool, begin: Callable[[], Awaitable[None]]) -> Filed:
        url, head = self._pod.storage + path, head_of(batch.kinds)
        if not exists:
            data = _fitting(path, await asyncio.to_thread(new_partition, head, batch.records))
            await begin()
            await self._pod.put(url, data, match=None)
            return Filed(path, True, len(batch.records), 0, ())
        there = await self._pod.get(url, accept=_TURTLE)
        joined = await asyncio.to_thread(joined_partition, there.body, there.url, head, batch.records)
        if joined.data is None:
            return Filed(path, False, 0, joined.unchanged, ())
        data = _fitting(path, joined.data)
        await begin()
        await self._pod.put(url, data, match=there.etag or "*")
        return Filed(path, True, len(joined.written), joined.unchanged, joined.written)

    async def register(self, classes: set[str]) -> None:
        """Name each class in the private type index, so that other apps find it; those that stand are left."""
        wanted = {f"{self._pod.storage}{JOURNAL}{name}/": main_type(name) for name in sorted(classes)}
        await register(self._pod, wanted)

    async def save_run(self, run: Run) -> str:
        """Write the record of a run, or the next state of it; its path."""
        path = f"{IMPORTS}{run.name}.ttl"
        url, data = self._pod.storage + path, write_run(run)
        try:
            await self._pod.put(url, data, match=None)
        except Conflict:
            there = await self._pod.get(url, accept=_TURTLE)
            await self._pod.put(url, data, match=there.etag or "*")
        return path
