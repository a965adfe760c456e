"""Exports → the journal in the pod: plan, then write only what changes, so that a second import sends nothing.

It refuses to succeed with nothing read, to write an unchanged partition, and to put anything where others could read.

* The run's record says ``started`` before the first partition and ``finished`` after the last; an import that was cut
  off goes on when it is run again, because finished partitions compare equal.
* Every partition is one conditional write: it is old or new, never half.
"""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import partial

from lifepod.errors import LifepodError, NothingRead
from lifepod.journal.runs import Run
from lifepod.owner.filing import Filed, Shelf, Shelves
from lifepod.owner.gather import FileReport, gather, lacking, now, run_of
from lifepod.owner.gather import Wanted as Wanted  # what a collect is asked for
from lifepod.owner.returning import keep_edits, put_back
from lifepod.owner.settle import PRIVATE, ensure_private, must_be_closed
from lifepod.owner.spool import Batch, Spool
from lifepod.solid.pod import Pod

Hear = Callable[[str, int, int], None]
"""Hears what is being done, how much of it is done, and how much there is (0: not known)."""

_AT_ONCE = 4


@dataclass(frozen=True, slots=True)
class Collected:
    """What an import did, or would do."""

    files: tuple[FileReport, ...]
    classes: tuple[tuple[str, int], ...]
    """Records by class, repetitions aside."""
    written: int
    """Records that are new in the pod, or richer than before."""
    unchanged: int
    duplicates: int
    """Records that stood in more than one of the files."""
    first: str
    last: str
    """Days of the first and last record, ISO; empty where none has a time."""
    partitions: tuple[str, ...] = ()
    """Paths of the resources that were written."""
    run: str = ""
    """Path of the run's record; empty where nothing was written."""
    dry: bool = False
    deleted: int = 0
    """Records that the person had deleted, and that stay deleted."""
    put_back: tuple[str, ...] = ()
    """What was done with the files of an export of ours that are no records, one sentence each."""

    @property
    def notes(self) -> tuple[str, ...]:
        """What the pile lacks, and what became of files that are no records, one sentence each."""
        return (*lacking(self.files), *self.put_back)

    @property
    def seen(self) -> int:
        """Everything read: records and skipped."""
        return sum(f.seen for f in self.files)

    @property
    def skipped(self) -> tuple[tuple[str, int], ...]:
        """Reasons and counts of single records, over all files."""
        total: Counter[str] = Counter()
        for report in self.files:
            total.update(dict(report.skipped))
        return tuple(sorted(total.items()))

    def must_have_read(self) -> None:
        """Raise :class:`NothingRead` where a recognised file, or the whole pile, gave nothing."""
        good = {f.importer for f in self.files if f.records or f.known or f.whole}
        empty = [f for f in self.files if f.importer and not (f.known or f.records or f.whole) and not _aside(f, good)]
        if empty:
            one = empty[0]
            raise NothingRead(f"{one.path} was recognised, but gave no record ({one.problem}).", advice=one.hint)
        if not any(f.importer for f in self.files):
            broken = next((f for f in self.files if f.problem), None)
            if broken is not None:
                raise NothingRead(f"{broken.path} could not be read ({broken.problem}).", advice=broken.hint)
            raise NothingRead("None of these files is an export that lifepod knows.")


def _aside(report: FileReport, good: set[str]) -> bool:
    """Whether a file without records is no failure beside what was read; ``good`` are the importers that gave some.

    What an export holds beside what we read fails nothing; an empty list only where its own kind gave nothing else.
    """
    if report.problem in ("unsupported-version", "encrypted-placeholder"):
        return bool(good)
    return report.problem == "empty-export" and report.importer in good


async def preview(wanted: Wanted, hear: Hear) -> Collected:
    """Read everything and write nothing: no pod and no login are needed."""
    with Spool() as spool:
        files = await asyncio.to_thread(gather, wanted, spool, _reading(hear))
        return summary(files, spool, dry=True)


async def collect(pod: Pod, wanted: Wanted, hear: Hear) -> Collected:
    """Read and file; raises what the pod raises, after which the same import goes on where it stopped."""
    shelves = Shelves(pod)
    answers = {"bank.key": await shelves.secret(), **wanted.answers}
    wanted = replace(wanted, finished=await shelves.finished_runs(), answers=answers)
    with Spool() as spool:
        files = await asyncio.to_thread(gather, wanted, spool, _reading(hear))
        filing = Filing(pod, shelves, run_of(files))
        try:
            await filing.file(spool, wanted.partition, hear)
        except LifepodError as error:
            if filing.saved:
                error.advice = f"{error.advice} Then run the same import again: it goes on where it stopped."
            raise
        return filing.told(summary(files, spool, dry=False))


def _reading(hear: Hear) -> Callable[[str, int], None]:
    def heard(path: str, count: int) -> None:
        if count:  # of the thousands of files that nobody knows there is nothing to say
            hear(f"reading {path}", count, 0)

    return heard


def summary(files: tuple[FileReport, ...], spool: Spool, *, dry: bool) -> Collected:
    """What was read, before any of it was compared with a pod."""
    classes = spool.classes()
    first, last = spool.span()
    return Collected(
        files=files,
        classes=tuple(classes.items()),
        written=sum(classes.values()),
        unchanged=0,
        duplicates=spool.added - sum(classes.values()),
        first=first,
        last=last,
        dry=dry,
    )


class Filing:
    """One import on its way into one pod. ``hear`` may raise: what was filed until then stands."""

    def __init__(self, pod: Pod, shelves: Shelves, run: Run) -> None:
        self._pod, self._shelves = pod, shelves
        self._lock = asyncio.Lock()
        self.run = run
        self.saved = ""
        """Path of the run's record, once it is written."""
        self.deleted = 0
        """Records that stay deleted."""
        self.put_back: list[str] = []
        """Sentences about files of exports that are no records."""
        self.filed: list[Filed] = []
        """What every batch did that came to its end."""
        self.under_way: tuple[str, ...] = ()
        """Partitions that are being joined and written just now."""
        self._names_accounts = False

    def told(self, read: Collected) -> Collected:
        """What was read, with what was done with it so far."""
        return replace(
            read,
            written=self.run.written,
            unchanged=self.run.unchanged,
            partitions=tuple(dict.fromkeys(path for path, _ in self.run.introduced)),
            run=self.saved,
            deleted=self.deleted,
            put_back=tuple(self.put_back),
        )

    async def file(self, spool: Spool, partition: str | None, hear: Hear) -> None:
        """Every batch of every source, a few at a time; then the type index and the end of the run."""
        sources, classes = spool.sources(), set[str]()
        self._names_accounts = spool.names_accounts
        self.put_back += await put_back(self._pod, spool, self._begin, runs=False)
        for number, (journal_class, source) in enumerate(sources):
            step = partial(hear, f"filing {journal_class}/{source}", number, len(sources))
            step()
            shelf = await self._shelves.shelf(journal_class, source, partition)
            if partition is None and shelf.standing <= {"undated.ttl"}:
                # As in the pod it comes from, so that the addresses of its records stay the same.
                kept = spool.granularity(journal_class, source)
                shelf = replace(shelf, granularity=kept or shelf.granularity)
            batches = list[Batch]()
            for batch in spool.batches(journal_class, source, shelf.granularity):
                batches.append(batch)
                if len(batches) == _AT_ONCE:
                    await self._together(shelf, batches)
                    batches.clear()
                    step()
            await self._together(shelf, batches)
            await self._told(shelf, spool, (journal_class, source))
            if any(path.startswith(shelf.path) for path, _ in self.run.introduced):
                classes.add(journal_class)
        self.put_back += await put_back(self._pod, spool, self._begin, runs=True)
        await self._end(spool, classes)
        hear("done", len(sources), len(sources))

    async def _end(self, spool: Spool, classes: set[str]) -> None:
        """The type index, and the end of the run on record."""
        was_cut_off = self.run.name in self._shelves.cut_off
        if self.saved or was_cut_off:
            # What it filed before it was cut off compares equal now, and may not be registered yet.
            await self._shelves.register(set(spool.classes()) if was_cut_off else classes)
            first, last = spool.span()
            repeated = spool.added - sum(spool.classes().values())
            self.run = replace(self.run, ended=now(), earliest=first, latest=last, duplicates=repeated)
            self.saved = await self._shelves.save_run(self.run)

    async def _told(self, shelf: Shelf, spool: Spool, where: tuple[str, str]) -> None:
        """What exports of ours say of whole partitions, and what the person had edited there."""
        heads = list(spool.heads(*where, shelf.granularity))
        await self._together(replace(shelf, standing=shelf.standing | {b.path for b in heads}), heads)
        for batch in spool.edits(*where, shelf.granularity):
            path = shelf.path + batch.path
            changed = await keep_edits(self._pod, path, batch.records, self._begin)
            if changed:
                introduced = (*self.run.introduced, (path, changed))
                self.run = replace(self.run, written=self.run.written + len(changed), introduced=introduced)

    async def _together(self, shelf: Shelf, batches: list[Batch]) -> None:
        jobs = (self._shelves.file(shelf, batch, self._begin) for batch in batches)
        self.under_way = tuple(shelf.path + batch.path for batch in batches)
        for filed, batch in zip(await asyncio.gather(*jobs, return_exceptions=True), batches, strict=True):
            if isinstance(filed, BaseException):
                raise filed
            nameless = 0 if filed.names else sum(not record.name for record in batch.records)
            written = self.run.written + max(0, filed.written - nameless)
            self.run = replace(self.run, written=written, unchanged=self.run.unchanged + filed.unchanged)
            self.deleted += filed.deleted
            self.filed.append(replace(filed, written=max(0, filed.written - nameless)))
            if filed.changed and not (nameless and filed.path in dict(self.run.introduced)):
                entry = (filed.path, filed.names)
                self.run = replace(self.run, introduced=(*self.run.introduced, entry))
        self.under_way = ()

    async def _begin(self) -> None:
        """Before the first byte: what we write must be for the owner alone, and the run must be on record."""
        async with self._lock:
            if self.saved:
                return
            for name in PRIVATE:
                if not await ensure_private(self._pod, name):
                    await must_be_closed(self._pod, name)
            if self._names_accounts:
                await self._shelves.keep_secret()
            self.saved = await self._shelves.save_run(self.run)
