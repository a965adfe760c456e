"""The journal's records as a person looks at them: found, shown in order of time, told where they came from.

It refuses to pass over a partition that cannot be read: it stands in the stream with its reason.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, AsyncIterator, Callable, Iterator, Sequence
from contextlib import aclosing
from dataclasses import dataclass
from itertools import groupby

from lifepod.errors import LifepodError, Malformed, Missing
from lifepod.journal.finding import Found as Found
from lifepod.journal.finding import Sought as Sought  # what a person asks for
from lifepod.journal.finding import once
from lifepod.journal.layout import IMPORTS, JOURNAL
from lifepod.journal.reading import as_jsonld, as_turtle, told_in
from lifepod.journal.runs import Run, brought, read_run
from lifepod.plain import plain
from lifepod.solid.pod import Pod

_TURTLE = "text/turtle"
_AT_ONCE = 8


@dataclass(frozen=True, slots=True)
class Unread:
    """A place of the journal that could not be read."""

    path: str
    """Below the pod's root."""
    why: LifepodError


@dataclass(frozen=True, slots=True)
class Reading:
    """How far a search has come."""

    done: int = 0
    """Partitions that were read."""
    whole: int = 0
    """Partitions that may hold what is sought; nought while they are looked for."""
    shelves: frozenset[str] = frozenset()
    """Every ``<class>/<source>`` the journal has, sought or not, as far as it was looked through."""


Hear = Callable[[Reading], None]


def _unheard(reading: Reading) -> None:
    """Nobody listens."""


async def records(
    pod: Pod, sought: Sought, *, newest_first: bool = True, as_told: bool = False
) -> AsyncGenerator[Found | Unread, None]:
    """Every record that fits, in order of time; what has no time comes last.

    What several sources tell is shown once, unless it is wanted ``as_told``. Partitions that cannot hold one are not
    fetched, and one day of each source is held at a time.
    """
    async with aclosing(heard(pod, sought, _unheard, newest_first=newest_first, as_told=as_told)) as found:
        async for one in found:
            yield one


async def heard(
    pod: Pod, sought: Sought, hear: Hear, *, newest_first: bool = True, as_told: bool = False
) -> AsyncGenerator[Found | Unread, None]:
    """The same, and ``hear`` hears how far it has come."""
    streams: dict[tuple[str, bool], list[str]] = {}
    shelves, done = set[str](), 0
    async for listing in pod.walk(pod.storage + JOURNAL):
        hear(Reading(shelves=frozenset(shelves)))
        if listing.failure is not None:
            if not isinstance(listing.failure, Missing) or listing.url != pod.storage + JOURNAL:
                yield Unread(listing.url.removeprefix(pod.storage), listing.failure)
            continue
        for url, _ in listing.members:
            path = url.removeprefix(pod.storage)
            if path.count("/") > 2:
                shelves.add("/".join(path.split("/")[1:3]))
            if not url.endswith("/") and sought.may_hold(path):
                # What lies in a file by itself is in no order with the source's other files.
                alone = not path.rsplit("/", 1)[-1][:-4].isdigit()
                key = (path if alone else "/".join(path.split("/")[:3]), alone)
                streams.setdefault(key, []).append(url)
    whole = sum(map(len, streams.values()))

    def read() -> None:
        nonlocal done
        done += 1
        hear(Reading(done, whole, frozenset(shelves)))

    hear(Reading(done, whole, frozenset(shelves)))
    days = [
        _days(pod, sorted(urls, reverse=newest_first), (sought, newest_first), read)
        for _, urls in sorted(streams.items())
    ]
    async for one in _merged(days, newest_first=newest_first, as_told=as_told):
        yield one


_Day = tuple[str, list[Found]]


async def _days(
    pod: Pod, urls: Sequence[str], wanted: tuple[Sought, bool], read: Callable[[], None]
) -> AsyncGenerator[_Day | Unread, None]:
    """The days of one source, one partition after the other, the next one fetched meanwhile."""
    following: asyncio.Task[list[Found] | Unread] | None = None
    try:
        for number, url in enumerate(urls):
            got = await (following or asyncio.ensure_future(_partition(pod, url)))
            following = asyncio.ensure_future(_partition(pod, urls[number + 1])) if number + 1 < len(urls) else None
            read()
            if isinstance(got, Unread):
                yield got
                continue
            # Beside the loop: a month of browsing is some ten thousand records.
            for day in await asyncio.to_thread(_by_day, got, *wanted):
                yield day
    finally:
        if following is not None:
            following.cancel()


def _by_day(got: Sequence[Found], sought: Sought, newest_first: bool) -> list[_Day]:
    fitting = sorted((f for f in got if sought.fits(f)), key=lambda f: f.when, reverse=newest_first)
    return [(day, list(found)) for day, found in groupby(fitting, key=lambda f: f.when[:10])]


async def _partition(pod: Pod, url: str) -> list[Found] | Unread:
    path = url.removeprefix(pod.storage)
    try:
        reply = await pod.get(url, accept=_TURTLE)
        told = await asyncio.to_thread(told_in, reply.body, reply.url)
        return [Found(str(one.record["@id"]), path, one) for one in told]
    except LifepodError as error:
        return Unread(path, error)


async def _merged(
    streams: Sequence[AsyncGenerator[_Day | Unread, None]], *, newest_first: bool, as_told: bool
) -> AsyncIterator[Found | Unread]:
    heads: list[_Day | Unread | None] = []
    for start in range(0, len(streams), _AT_ONCE):
        heads += await asyncio.gather(*(anext(stream, None) for stream in streams[start : start + _AT_ONCE]))
    while any(head is not None for head in heads):
        for number, head in enumerate(heads):
            if isinstance(head, Unread):
                yield head
                heads[number] = await anext(streams[number], None)
                break
        else:
            day = _first((head[0] for head in heads if isinstance(head, tuple)), newest_first=newest_first)
            same = [(n, head[1]) for n, head in enumerate(heads) if isinstance(head, tuple) and head[0] == day]
            together = [found for _, told in same for found in told]
            for found in sorted(together if as_told else once(together), key=lambda f: f.when, reverse=newest_first):
                yield found
            for n, _ in same:
                heads[n] = await anext(streams[n], None)


def _first(days: Iterator[str], *, newest_first: bool) -> str:
    """The next day; what has none comes last."""
    return max(days) if newest_first else min(days, key=lambda day: day or "~")


def turtle_of(found: Sequence[Found]) -> bytes:
    """Records as one Turtle document with full addresses."""
    return as_turtle((one.url.partition("#")[0], one.told.triples) for one in found)


def jsonld_of(found: Sequence[Found]) -> bytes:
    """Records as one expanded JSON-LD document."""
    return as_jsonld((one.url.partition("#")[0], one.told.triples) for one in found)


@dataclass(frozen=True, slots=True)
class Shown:
    """One record with where it came from."""

    found: Found
    run: Run | None
    """The import that brought it; ``None`` where no run on record tells."""


def address_of(pod: Pod, word: str) -> tuple[str, str]:
    """Document and name of a record, from its address or the part of it below the pod; raises :class:`Malformed`."""
    place, _, name = word.partition("#")
    url = pod.url(place) if place else ""
    inside = url.startswith(pod.storage + JOURNAL) and url[len(pod.storage) :].count("/") > 2
    if not name or not inside or url.endswith("/"):
        raise Malformed(
            f"{plain(word)} names no record of the journal.",
            advice="Take the address as `lifepod records` prints it: journal/media/netflix/2025/12.ttl#2025….",
        )
    return url, name


async def show(pod: Pod, word: str) -> Shown:
    """One record by its address; raises :class:`~lifepod.errors.Missing`."""
    url, name = address_of(pod, word)
    got = await _partition(pod, url)
    if isinstance(got, Unread):
        raise got.why
    found = next((f for f in got if f.url == f"{url}#{name}"), None)
    if found is None:
        raise Missing(f"There is no record {plain(name)} in {plain(url)}.", place=url)
    return Shown(found, brought(await runs(pod), found.path, name))


async def runs(pod: Pod) -> tuple[Run, ...]:
    """Every import on record that can be read."""
    try:
        listing = await pod.list(pod.storage + IMPORTS)
    except Missing:
        return ()
    found: list[Run] = []
    for url, _ in listing.members:
        try:
            reply = await pod.get(url, accept=_TURTLE)
            found.append(read_run(reply.body, reply.url))
        except Malformed:
            continue  # a damaged record of a run takes nothing from the record that is shown
    return tuple(found)
