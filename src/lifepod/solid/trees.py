"""Whole trees of a pod: what a removal or a copy would touch, and then just that, leaf by leaf.

It refuses to delete what was not listed, or in another version than was listed; to take a tree for known where a part
of it could not be looked into; and to let rules be lost in silence: what has rules of its own is named in the plan.

* Nothing is ever deleted as a tree: some servers would take what came in meanwhile, and some a pod's root with it.
* A copy carries bytes and media type. Who may see it is decided by the container it lands in.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from itertools import groupby
from tempfile import SpooledTemporaryFile
from typing import BinaryIO, cast

from lifepod.errors import Conflict, LifepodError, Malformed, Missing, Undecided
from lifepod.plain import plain
from lifepod.solid.download import download
from lifepod.solid.resources import Resources
from lifepod.solid.upload import Parcel, upload
from lifepod.solid.wire import Reply, failure_of, own_spelling

Step = Callable[[str, int, int], None]
"""Hears what is being done, how many are done, and how many there are."""
_AT_ONCE = 6
"""Files that are copied at the same time."""
_IN_MEMORY = 4 * 1024 * 1024
"""Bytes of one file that are held in memory while it is copied; more goes through a temporary file."""


def quiet(doing: str, done: int, total: int) -> None:
    """Says nothing."""


@dataclass(frozen=True, slots=True)
class Item:
    """One place as it was listed."""

    url: str
    etag: str = ""
    """The version that was seen; empty where the server names none."""
    control: str = ""
    """Its own access document; empty where it inherits, ``"?"`` where we may not look."""


@dataclass(frozen=True, slots=True)
class Tree:
    """A place and all below it."""

    root: str
    items: tuple[Item, ...]
    """From the leaves up: what a container holds comes before it."""
    unread: tuple[tuple[str, LifepodError], ...] = ()
    """Containers that could not be listed, and why."""

    @property
    def with_rules(self) -> tuple[str, ...]:
        """Places with rules of their own, or where that cannot be seen."""
        return tuple(item.url for item in self.items if item.control)


@dataclass(frozen=True, slots=True)
class Copying:
    """What a copy would make."""

    tree: Tree
    target: str
    standing: tuple[str, ...]
    """Targets where something stands already."""
    pairs: tuple[tuple[Item, str], ...] = field(default=())
    """Each place and where it goes, containers before what they hold."""


async def look_at(pod: Resources, url: str, tell: Step = quiet) -> Tree:
    """All places from ``url`` down with their versions; raises :class:`~lifepod.errors.Missing` where there is none."""
    place = own_spelling(url)
    await pod.head(place)
    found, unread = [place], []
    if place.endswith("/"):
        async for listing in pod.walk(place):
            if listing.failure is not None or listing.cut:
                reason = listing.failure or Malformed(f"{plain(listing.url)} holds more than is walked.")
                unread.append((listing.url, reason))
            found += [member for member, _ in listing.members]
            tell("looking", len(found), 0)
    items = await _items(pod, list(dict.fromkeys(found)), tell)
    rules = {item.control for item in items}
    # Some servers list access documents beside what they rule; they go with it and are no places of their own.
    places = [item for item in items if item.url not in rules]
    ordered = sorted(places, key=lambda item: (-item.url.rstrip("/").count("/"), item.url.endswith("/"), item.url))
    return Tree(place, tuple(ordered), tuple(unread))


async def _items(pod: Resources, urls: list[str], tell: Step) -> list[Item]:
    done = 0

    async def one(url: str) -> Item | None:
        nonlocal done
        item = await _item(pod, url)
        done += 1
        tell("looking", done, len(urls))
        return item

    found = []
    for first in range(0, len(urls), 500):
        found += await asyncio.gather(*(one(url) for url in urls[first : first + 500]))
    return [item for item in found if item is not None]


async def _item(pod: Resources, url: str) -> Item | None:
    try:
        reply = await pod.head(url)
    except Missing:
        return None  # gone since it was listed
    return Item(url, reply.etag or "", await _own_control(pod, reply))


async def _own_control(pod: Resources, reply: Reply) -> str:
    link = reply.link("acl")
    if link is None or link == reply.url:
        return ""
    found = await pod.ask("HEAD", link)
    if found.status == 404:
        return ""
    return own_spelling(link) if found.status < 300 else "?"


def must_be_whole(tree: Tree) -> None:
    """Raise where a part of the tree could not be looked into: then nobody knows what would be touched."""
    for url, failure in tree.unread:
        raise Undecided(
            f"{plain(url)} could not be looked into ({plain(failure, 200)}), so nothing was changed.",
            advice="Take a place below it that you may read, or ask its owner.",
        )


async def remove(pod: Resources, tree: Tree, tell: Step = quiet) -> int:
    """Delete what was listed, leaf by leaf, each in the version that was listed; how many.

    Raises :class:`~lifepod.errors.Conflict` at the first that changed since: what was deleted by then is gone, and what
    is left still stands.
    """
    must_be_whole(tree)
    if tree.root == pod.storage:
        said = f"{plain(tree.root)} is the root of a pod; it is never deleted."
        raise Malformed(said, place=tree.root, advice="Name what is to go below it.")
    done, total = 0, len(tree.items)
    for group in _groups(tree.items):
        tell("deleting", done, total)
        outcomes = await asyncio.gather(*(_delete(pod, item) for item in group), return_exceptions=True)
        failures = [one for one in outcomes if isinstance(one, BaseException) and not isinstance(one, Missing)]
        done += len(group) - len(failures)
        for failure in failures:
            if isinstance(failure, Conflict):
                raise Conflict(f"{done} of {total} were deleted, then: {failure}", advice=failure.advice) from None
            raise failure
    tell("deleting", total, total)
    return total


def _groups(items: Iterable[Item], most: int = 24) -> Iterator[list[Item]]:
    """Items of one depth together, some at a time: a container never before what it holds."""
    for _, level in groupby(items, lambda item: (item.url.rstrip("/").count("/"), item.url.endswith("/"))):
        alike = list(level)
        for first in range(0, len(alike), most):
            yield alike[first : first + most]


async def _delete(pod: Resources, item: Item) -> None:
    rules = item.control if item.control not in ("", "?") else ""
    if not item.url.endswith("/"):
        await pod.delete(item.url, match=item.etag or None)
        if rules:
            await _gone(pod, rules)
        return
    # A container's version moves with every member that went, so its own emptiness is what is asked for.
    try:
        await pod.delete(item.url)
    except Conflict:
        # Where a server lists its rules as a member, they go last of all: it is empty but for them.
        if not rules or {url for url, _ in (await pod.list(item.url)).members} != {rules}:
            raise
        await _gone(pod, rules)
        await pod.delete(item.url)


async def _gone(pod: Resources, control: str) -> None:
    reply = await pod.ask("DELETE", control)
    if reply.status not in (404, 405) and (failure := failure_of("DELETE", reply)) is not None:
        raise failure


async def plan_copy(pod: Resources, source: str, target: str, tell: Step = quiet) -> Copying:
    """What a copy would make; raises :class:`Malformed` where a container would go into itself or become a file."""
    tree, goal = await look_at(pod, source, tell), own_spelling(target)
    if tree.root.endswith("/") is not goal.endswith("/"):
        said = f"{plain(goal)} must end in a slash just if {plain(tree.root)} does."
        raise Malformed(said, place=goal, advice="Containers end in a slash, files do not.")
    if goal.startswith(tree.root) and tree.root.endswith("/"):
        said = f"{plain(goal)} lies in {plain(tree.root)}; it cannot be copied into itself."
        raise Malformed(said, place=goal, advice="Name a container beside it.")
    must_be_whole(tree)
    pairs = tuple((item, goal + item.url[len(tree.root) :]) for item in reversed(tree.items))
    heads = await asyncio.gather(*(pod.ask("HEAD", url) for _, url in pairs if not url.endswith("/")))
    return Copying(tree, goal, tuple(reply.url for reply in heads if reply.status < 300), pairs)


async def copy(pod: Resources, plan: Copying, tell: Step = quiet, *, overwrite: bool = False) -> int:
    """Make the copy; how many places. Raises :class:`~lifepod.errors.Conflict` where something stands in the way.

    Each file is copied in the version that was listed, and put where nothing stands; with ``overwrite`` what stood
    there when it was planned is replaced.
    """
    if plan.standing and not overwrite:
        raise _in_the_way(plan.standing)
    total, done = len(plan.pairs), 0
    for _, url in plan.pairs:
        if url.endswith("/"):
            await pod.create_container(url)
            done += 1
    files = [(item, url) for item, url in plan.pairs if not url.endswith("/")]
    for first in range(0, len(files), _AT_ONCE):
        tell("copying", done, total)
        some = files[first : first + _AT_ONCE]
        async with asyncio.TaskGroup() as group:
            tasks = [group.create_task(_copied(pod, item, url, url in plan.standing)) for item, url in some]
        for failure in (task.result() for task in tasks):
            if failure is not None:
                raise failure
        done += len(some)
    tell("copying", total, total)
    return total


async def _copied(pod: Resources, item: Item, url: str, replace: bool) -> LifepodError | None:
    try:
        await _copy_one(pod, item, url, replace=replace)
    except LifepodError as failure:
        return failure  # a group would wrap what is raised
    return None


def _in_the_way(standing: Iterable[str]) -> Conflict:
    first = next(iter(standing))
    return Conflict(
        f"{plain(first)} is there already; nothing was copied.",
        place=first,
        advice="Choose another name, or say --overwrite.",
    )


async def _copy_one(pod: Resources, item: Item, url: str, *, replace: bool) -> None:
    match = None
    if replace:
        match = (await pod.head(url)).etag or "*"
    with SpooledTemporaryFile(max_size=_IN_MEMORY) as held:
        between = cast(BinaryIO, held)
        fetched = await download(pod, item.url, between)
        if item.etag and fetched.etag and fetched.etag != item.etag:
            raise Conflict(f"{plain(item.url)} was changed by someone else meanwhile.", place=item.url)
        await upload(pod, Parcel(between, fetched.content_type, match), url)


async def move(
    pod: Resources, plan: Copying, tell: Step = quiet, *, overwrite: bool = False, drop_rules: bool = False
) -> int:
    """Copy, then delete what was copied, each in the version that was; how many places.

    Raises :class:`~lifepod.errors.Undecided` before anything is written where places have rules of their own: they
    would be lost, and what was closed might stand open. With ``drop_rules`` the new containers decide alone.
    """
    if plan.tree.with_rules and not drop_rules:
        raise Undecided(
            f"{plain(plan.tree.with_rules[0])} has rules of its own, which would not move along.",
            choices=plan.tree.with_rules,
            advice="Copy it, set its access there (`lifepod who`), then remove the old one; or say --drop-rules.",
        )
    count = await copy(pod, plan, tell, overwrite=overwrite)
    await remove(pod, plan.tree, tell)
    return count
