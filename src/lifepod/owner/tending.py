"""What a person changes in the journal: a record edited, records deleted, and taken off the list of deletions.

It refuses to delete before the deletion is on record (else the next import brings everything back), to write without
the version it read, and to touch what a vendor delivered.

* A deletion that was cut off is finished by asking for it again.
"""

from __future__ import annotations

from calendar import monthrange
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from lifepod.errors import Conflict, Missing, Undecided
from lifepod.journal.editing import record_text, with_text, without
from lifepod.journal.finding import Found, Sought
from lifepod.journal.tombstones import PLACE, Stretch, write_tombstones
from lifepod.journal.tombstones import Tombstones as Tombstones
from lifepod.limits import LIMITS
from lifepod.owner.filing import deleted
from lifepod.owner.records import address_of
from lifepod.owner.settle import ensure_private, must_be_closed
from lifepod.plain import plain
from lifepod.solid.pod import Pod

_TURTLE = "text/turtle"
Heard = Callable[[int, int], None]
"""Hears how many partitions are done, and how many there are."""


@dataclass(frozen=True, slots=True)
class Deletion:
    """What will be deleted."""

    records: tuple[tuple[str, tuple[str, ...]], ...]
    """Partition path → names of records in it."""
    stretches: tuple[Stretch, ...] = ()
    """Stretches of time that stay empty, also of what a later import would bring."""

    @property
    def count(self) -> int:
        """How many records."""
        return sum(len(found) for _, found in self.records)


def plan_deletion(found: Sequence[Found], sought: Sought | None = None) -> Deletion:
    """The deletion of what was found; by time and source alone (``sought``) it holds for what comes later too."""
    by_path: dict[str, list[str]] = {}
    for one in found:
        if not one.verified:
            raise Undecided(
                f"{plain(one.path)} was delivered by a vendor; it is not deleted with your own records.",
                advice=f"Delete the file itself: lifepod rm {plain(one.path)}",
            )
        by_path.setdefault(one.path, []).append(one.url.partition("#")[2])
    stretches: set[Stretch] = set()
    if sought is not None and not (sought.text or sought.vendor or sought.place):
        first, last = sought.since or "0001", sought.until or "9999"
        if all(len(day) in (4, 7, 10) for day in (first, last)):
            bounds = (first + "0001-01-01"[len(first) :], _last_day(last))
            stretches = {Stretch("/".join(path.split("/")[:3]) + "/", *bounds) for path in by_path}
    return Deletion(tuple((path, tuple(sorted(n))) for path, n in sorted(by_path.items())), tuple(sorted(stretches)))


def _last_day(period: str) -> str:
    """The last day of a year, a month or a day."""
    if len(period) == 4:
        return f"{period}-12-31"
    year, month = int(period[:4]), int(period[5:7])
    return period if len(period) == 10 else f"{period}-{monthrange(year, month)[1]:02}"


async def delete(pod: Pod, plan: Deletion, hear: Heard = lambda done, whole: None) -> int:
    """Put the deletion on record, then take the records out; how many went. Raises :class:`Conflict`."""

    def more(stones: Tombstones) -> Tombstones:
        for path, found in plan.records:
            stones = stones.with_names("/".join(path.split("/")[:3]) + "/", found)
        return stones.with_stretches(plan.stretches)

    await _remember(pod, more)
    gone = 0
    for number, (path, found) in enumerate(plan.records):
        hear(number, len(plan.records))
        gone += await _take_out(pod, pod.storage + path, frozenset(found))
    hear(len(plan.records), len(plan.records))
    return gone


async def deletions(pod: Pod) -> Tombstones:
    """Everything that is kept from coming back."""
    return (await deleted(pod))[0]


async def let_return(pod: Pod, source: str, found: Sequence[str] = ()) -> int:
    """Take records of a source (all, with its stretches of time, where none is named) off the list of deletions.

    Returns how many entries went. The next import of their export, read again, brings them back. Raises
    :class:`~lifepod.errors.Missing` where nothing of it was deleted, :class:`Undecided` for a single record of a time
    that was deleted whole.
    """
    path, found = _named(pod, source, found)
    before = await deletions(pod)
    whole = sorted(stretch for stretch in before.stretches if stretch.source == path)
    for name in found:
        for stretch in (one for one in whole if one.covers(name)):
            raise Undecided(
                f"{plain(name)} was deleted with all of {plain(path)} from {stretch.first} to {stretch.last}, and"
                " cannot return alone.",
                advice=f"Let all of it return: lifepod records restore {plain(path)}",
            )
    after = before.without(path, found)
    count = len(before.names.get(path, ())) - len(after.names.get(path, ()))
    count += len(before.stretches) - len(after.stretches)
    if not count:
        raise Missing(
            f"Nothing of {plain(source)} was deleted under these names.", advice="`lifepod records deleted` lists it."
        )
    await _remember(pod, lambda stones: stones.without(path, found))
    return count


def _named(pod: Pod, source: str, found: Sequence[str]) -> tuple[str, tuple[str, ...]]:
    """A source as deletions name it, and the records; also from the address of a record."""
    place, _, name = source.removeprefix(pod.storage).partition("#")
    if name:
        return "/".join(place.split("/")[:3]) + "/", (name, *found)
    return place.removesuffix("/") + "/", tuple(found)


async def _remember(pod: Pod, change: Callable[[Tombstones], Tombstones]) -> None:
    if not await ensure_private(pod, "lifepod/"):
        await must_be_closed(pod, "lifepod/")
    for _ in range(LIMITS.write_tries):
        before, version = await deleted(pod)
        after = change(before)
        if after == before:
            return
        try:
            return await pod.put(pod.storage + PLACE, write_tombstones(after), match=version)
        except Conflict:
            continue
    raise Conflict(f"{PLACE} keeps being changed by someone else; nothing was deleted.", place=PLACE)


async def _take_out(pod: Pod, url: str, found: frozenset[str]) -> int:
    for _ in range(LIMITS.write_tries):
        try:
            there = await pod.get(url, accept=_TURTLE)
        except Missing:
            return 0
        left, gone = without(there.body, there.url, found)
        if not gone:
            return 0
        try:
            await pod.put(url, left, match=there.etag or "*")
        except Conflict:
            continue
        return gone
    raise Conflict(f"{plain(url)} keeps being changed by someone else; ask for the deletion again.", place=url)


@dataclass(frozen=True, slots=True)
class Draft:
    """One record as text, for an editor."""

    url: str
    """Its document."""
    name: str
    etag: str
    text: bytes
    """Turtle of the record and its parts, addresses relative to the document."""


async def draft(pod: Pod, word: str) -> Draft:
    """A record to be edited; raises :class:`~lifepod.errors.Missing`, and :class:`Undecided` for a vendor's."""
    url, name = address_of(pod, word)
    if url[len(pod.storage) :].split("/")[2].startswith("from-"):
        raise Undecided(
            f"{plain(word)} was delivered by a vendor; what somebody else said is not edited.",
            advice="Delete it (`lifepod rm`), or add a record of your own.",
        )
    there = await pod.get(url, accept=_TURTLE)
    text = record_text(there.body, there.url, name)
    if text is None:
        raise Missing(f"There is no record {plain(name)} in {plain(url)}.", place=url)
    return Draft(url, name, there.etag or "*", text)


async def save(pod: Pod, before: Draft, text: bytes) -> bool:
    """The record as it was edited, marked as the person's own word; whether it changed.

    Raises :class:`Malformed` where the text is no Turtle or speaks of something else, :class:`Conflict` where somebody
    else wrote meanwhile.
    """
    there = await pod.get(before.url, accept=_TURTLE)
    whole = with_text(there.body, there.url, before.name, text)
    if whole is None:
        return False
    await pod.put(before.url, whole, match=before.etag)
    return True
