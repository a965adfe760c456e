"""One import, step by step: read, ask what only the person knows, compare with the pod, and only then file.

It refuses to write before it is told to, to read a file twice, and to go on once it was stopped; whenever it ends, it
can say what was written.

* Files are read in a thread of their own; nobody waits for it once it was stopped, and it closes what it holds itself.
* To compare is to file into the pod as it stands, through a client that sends nothing but questions.
"""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Callable
from contextlib import ExitStack, suppress
from dataclasses import dataclass, replace
from typing import Any, TypeVar

from lifepod.journal import tree
from lifepod.journal.runs import Run
from lifepod.owner.collect import Collected as Collected  # what is told of an import
from lifepod.owner.collect import Filing, summary
from lifepod.owner.filing import Shelves
from lifepod.owner.gather import FileReport as FileReport
from lifepod.owner.gather import Stopped as Stopped
from lifepod.owner.gather import Wanted as Wanted
from lifepod.owner.gather import each, run_of
from lifepod.owner.spool import Spool
from lifepod.solid.pod import Pod

_T = TypeVar("_T")


@dataclass(frozen=True, slots=True)
class Progress:
    """How far a step has come."""

    doing: str = ""
    """``looking``, ``reading``, ``comparing`` or ``writing``; empty while nothing is done."""
    what: str = ""
    """The file that is read, or the class and source that is filed."""
    done: int = 0
    of: int = 0
    """Files, or sources; 0 where it is not known."""
    records: int = 0
    """Read so far."""
    files: int = 0
    """Files of the pod written so far."""


@dataclass(frozen=True, slots=True)
class Shelved:
    """What one source of one class gets, or got."""

    path: str
    """``journal/<class>/<source>/``."""
    new: int
    """Records that are new in the pod, or richer than before."""
    there: int
    deleted: int
    """Records that the person had deleted, and that stay deleted."""
    files: int
    """Files of the pod that change."""
    size: int = 0
    """Bytes of those files, with what stands in them already; 0 where it was not told."""


@dataclass(frozen=True, slots=True)
class Forecast:
    """What filing would do, worked out against the pod as it stood."""

    read: Collected
    """As it would be told afterwards."""
    shelves: tuple[Shelved, ...]

    @property
    def changes(self) -> bool:
        """Whether anything would be written."""
        return bool(self.read.partitions or self.read.put_back)


@dataclass(frozen=True, slots=True)
class Filed:
    """How far filing came."""

    read: Collected
    shelves: tuple[Shelved, ...]
    whole: bool
    """Whether it came to its end."""
    unsure: tuple[str, ...] = ()
    """Paths that were being written when it was cut off: each is old or new, never half."""


class Importing:
    """One import of one person. One step at a time; :attr:`progress` and :meth:`stop` are for anyone."""

    def __init__(self, pod: Pod) -> None:
        self._pod = pod
        self._held = ExitStack()
        self._spool: Spool | None = None
        self._stop = threading.Event()
        self._run: Run | None = None
        self._filing: Filing | None = None
        self._read = Collected((), (), 0, 0, 0, "", "", dry=True)
        self._wanted = Wanted(())
        self.progress = Progress()
        self.files: list[FileReport] = []
        """What was found in each file so far."""

    @property
    def read_so_far(self) -> Collected:
        """What was read last."""
        return self._read

    def stop(self) -> None:
        """End the step that is under way at its next breath; it raises :class:`Stopped`."""
        self._stop.set()

    def close(self) -> None:
        """Forget what was read. Not while a step is under way."""
        self._held.close()
        self._spool = None

    # Reading

    async def read(self, wanted: Wanted) -> Collected:
        """Read every file into a private temporary database; raises what the pod and the paths raise."""
        self._begin("looking")
        self.close()
        shelves = Shelves(self._pod)
        answers = {"bank.key": await shelves.secret(), **wanted.answers}
        self._wanted = replace(wanted, finished=await shelves.finished_runs(), answers=answers)
        self.files = []
        return await self._taken(self._wanted, Spool())

    async def answer(self, answers: dict[str, str], paths: frozenset[str]) -> Collected:
        """Read some of the files once more, with what was answered; the others stay as they were read."""
        if self._spool is None:
            raise ValueError("nothing was read yet")
        self._begin("looking")
        self._wanted = replace(self._wanted, answers={**self._wanted.answers, **answers})
        spool = self._spool
        self._held.pop_all()  # from here on the thread holds it
        self._spool = None
        return await self._taken(replace(self._wanted, only=paths), spool)

    async def _taken(self, wanted: Wanted, spool: Spool) -> Collected:
        stop, before = self._stop, self.files
        self._read, held = await _in_thread(lambda: self._all_of(wanted, spool, stop, before))
        self._spool = spool
        self._held.push(held)
        self.files = list(self._read.files)
        self._run = run_of(self._read.files)
        self.progress = Progress()
        return self._read

    def _all_of(
        self, wanted: Wanted, spool: Spool, stop: threading.Event, before: list[FileReport]
    ) -> tuple[Collected, ExitStack]:
        """In a thread: everything into the spool, which is closed where that was stopped."""
        with ExitStack() as stack:
            stack.enter_context(spool)
            count = 0
            for item in tree.members(wanted.paths):
                _may_go_on(stop)
                count += wanted.only is None or getattr(item, "path", "") in wanted.only
                self._say(stop, Progress("looking", "", count))
            found = _Found(before, wanted.only)
            hear = self._reading(stop, found, count)
            for report in each(wanted, spool, hear):
                found.take(report)
                self.files = found.files if stop is self._stop else self.files
            _may_go_on(stop)
            return summary(tuple(found.files), spool, dry=True), stack.pop_all()

    def _reading(self, stop: threading.Event, found: _Found, of: int) -> Callable[[str, int], None]:
        def hear(path: str, count: int) -> None:
            _may_go_on(stop)
            self._say(stop, Progress("reading", path, found.count, of, found.records + count))

        return hear

    # Filing

    async def compare(self) -> Forecast:
        """What filing would do; nothing is written. Raises what the pod raises."""
        self._begin("comparing")
        reader = _Reader(self._pod)
        shelves = Shelves(reader)
        await shelves.secret()
        filing = _Rehearsal(reader, shelves, self._run or Run((), ""))
        await self._filed(filing)
        told = replace(filing.told(self._read), dry=True, run="")
        return Forecast(told, shelved(filing, reader.sizes))

    async def file(self) -> Filed:
        """Write it; raises what the pod raises. What was written until then :meth:`so_far` says."""
        self._begin("writing")
        shelves = Shelves(self._pod)
        await shelves.secret()
        await shelves.finished_runs()  # which of them were cut off: one of those may be this one
        filing = self._filing = Filing(self._pod, shelves, self._run or Run((), ""))
        await self._filed(filing)
        return Filed(replace(filing.told(self._read), dry=False), shelved(filing), True)

    def so_far(self) -> Filed:
        """What was written by a filing that did not come to its end."""
        filing = self._filing
        if filing is None:
            return Filed(self._read, (), False)
        told = replace(filing.told(self._read), dry=False)
        return Filed(told, shelved(filing), False, filing.under_way if filing.saved else ())

    async def _filed(self, filing: Filing) -> None:
        if self._spool is None:
            raise ValueError("nothing was read yet")
        stop, doing, records = self._stop, self.progress.doing, sum(count for _, count in self._read.classes)

        def hear(what: str, done: int, of: int) -> None:
            _may_go_on(stop)
            files = sum(one.changed for one in filing.filed)
            self._say(stop, Progress(doing, what.removeprefix("filing "), done, of, records, files))

        await filing.file(self._spool, self._wanted.partition, hear)
        self.progress = Progress()

    def _begin(self, doing: str) -> None:
        self._stop, self.progress = threading.Event(), Progress(doing)
        if doing != "writing":
            self._filing = None

    def _say(self, stop: threading.Event, progress: Progress) -> None:
        if stop is self._stop:  # else it is the last word of a step that was left
            self.progress = progress


class _Found:
    """Reports while they come: of a second reading each takes the place of the first one."""

    def __init__(self, before: list[FileReport], only: frozenset[str] | None) -> None:
        self.files = [] if only is None else list(before)
        self._at = {report.path: place for place, report in enumerate(self.files)}
        self.count = self.records = 0

    def take(self, report: FileReport) -> None:
        self.count += 1
        self.records += report.records
        if report.path in self._at:
            self.files[self._at[report.path]] = report
        else:
            self.files.append(report)


class _Reader(Pod):
    """A pod as it stands: what would be written goes nowhere, and its size is kept."""

    def __init__(self, pod: Pod) -> None:
        vars(self).update(vars(pod))  # the same line and login
        self.sizes: dict[str, int] = {}
        """Path below the pod → bytes."""

    async def put(self, url: str, data: bytes, *, match: str | None, content_type: str = "text/turtle") -> None:
        """Nothing is sent."""
        self.sizes[url.removeprefix(self.storage)] = len(data)

    async def write(self, url: str, body: Any, *, match: str | None, content_type: str = "text/turtle") -> None:
        """Nothing is sent."""
        self.sizes[url.removeprefix(self.storage)] = len(body)


class _Rehearsal(Filing):
    """A filing without its beginning and its end, which write more than records."""

    async def _begin(self) -> None:
        """Nothing is made ready, and no run is on record."""

    async def _end(self, spool: Spool, classes: set[str]) -> None:
        """Nothing is registered."""


def shelved(filing: Filing, sizes: dict[str, int] | None = None) -> tuple[Shelved, ...]:
    """What a filing did, or would do, by class and source."""
    found: dict[str, list[int]] = {}
    for one in filing.filed:
        path = "/".join(one.path.split("/")[:3]) + "/"
        sums = found.setdefault(path, [0] * 5)
        size = (sizes or {}).get(one.path, 0)
        for place, more in enumerate((one.written, one.unchanged, one.deleted, int(one.changed), size)):
            sums[place] += more
    return tuple(Shelved(path, *sums) for path, sums in sorted(found.items()))


def _may_go_on(stop: threading.Event) -> None:
    if stop.is_set():
        raise Stopped


async def _in_thread(work: Callable[[], _T]) -> _T:
    """Done in a thread that nobody waits for at the end of the program; its result, or what it raised."""
    loop, done = asyncio.get_running_loop(), asyncio.get_running_loop().create_future()

    def settle(result: _T | None, error: BaseException | None) -> None:
        if done.done():  # cancelled
            return
        if error is not None:
            done.set_exception(error)
        else:
            done.set_result(result)

    def run() -> None:
        try:
            outcome: tuple[_T | None, BaseException | None] = work(), None
        except BaseException as error:
            outcome = None, error
        with suppress(RuntimeError):  # the loop is closed: the program has ended
            loop.call_soon_threadsafe(settle, *outcome)

    threading.Thread(target=run, name="lifepod-reading", daemon=True).start()
    found: _T = await done
    return found
