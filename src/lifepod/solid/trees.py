"""Whole trees of a pod: what a removal or a copy would touch, and then just that, leaf by leaf.

It refuses to delete what was not listed, or in another version than was listed; to take a tree for known where a part
of it could not be looked into; and to let rules be lost in silence: what has rules of its own is named in the plan.

* An access document goes with what it rules only where nothing else of the tree is what it would delete, and in the
  version that was seen.
* Nothing is ever deleted as a tree: some servers would take what came in meanwhile, and some a pod's root with it.
* A copy carries bytes and media type. Who may see it is decided by the container it lands in.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field, replace
from itertools import groupby
from tempfile import SpooledTemporaryFile
from typing import BinaryIO, cast

from lifepod.errors import Conflict, LifepodError, Malformed, Missing, Undecided
from lifepod.plain import plain
from lifepod.solid.download import download
from lifepod.solid.resources import Resources
from lifepod.solid.upload import Parcel, must_be_no_rules, together, upload
from lifepod.solid.walking import walked as walked  # for those who look at a tree level by level
from lifepod.solid.wire import Reply, named_like_rules, own_spelling

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
    """Its own access document; empty where it inherits, ``"?"`` where we may not look or it is none we believe in."""
    control_etag: str = ""
    """The version of that."""
    is_pod: bool = False
    """The root of a pod, whoever's."""


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
    # Some servers list access documents beside what they rule; they go with it and are no places of their own.
    listed = {item.url for item in items}
    believed = [replace(item, control="?") if _is_a_place(item.control, listed) else item for item in items]
    rules = {item.control for item in believed}
    places = [item for item in believed if item.url not in rules]
    ordered = sorted(places, key=lambda item: (-item.url.rstrip("/").count("/"), item.url.endswith("/"), item.url))
    return Tree(place, tuple(ordered), tuple(unread))


def _is_a_place(control: str, listed: set[str]) -> bool:
    """Whether what was named as an access document is an ordinary file of the tree, which somebody wants to be lost."""
    return control in listed and not named_like_rules(control)


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
    control, version = await _own_control(pod, reply)
    return Item(url, reply.etag or "", control, version, reply.is_storage)


async def _own_control(pod: Resources, reply: Reply) -> tuple[str, str]:
    link = reply.link("acl")
    if link is None or link == reply.url:
        named = any(one.rel == "acl" and one.target != reply.url for one in reply.links)
        return "?" if named else "", ""
    found = await pod.ask("HEAD", link)
    if found.status == 404:
        return "", ""
    # What has an access document of its own is an ordinary place, unless its name says otherwise.
    believed = found.status < 300 and (found.link("acl") in (None, link) or named_like_rules(link))
    return (own_spelling(link), found.etag or "") if believed else ("?", "")


def must_be_whole(tree: Tree) -> None:
    """Raise where a part of the tree could not be looked into: then nobody knows what would be touched."""
    for url, failure in tree.unread:
        raise Undecided(
            f"{plain(url)} could not be looked into ({plain(failure, 200)}), so nothing was changed.",
            advice="Take a place below it that you may read, or ask its owner.",
        )


def must_hold_no_pod(pod: Resources, tree: Tree) -> None:
    """Raise :class:`Malformed` where a pod's root is in the tree, whoever's pod: all below it would be gone first."""
    roots = [item.url for item in tree.items if item.is_pod or item.url == pod.storage]
    if roots or (pod.storage and pod.storage.startswith(tree.root) and tree.root.endswith("/")):
        root = roots[0] if roots else pod.storage
        said = f"{plain(root)} is the root of a pod; it is never deleted."
        raise Malformed(said, place=root, advice="Name what is to go below it.")


async def remove(pod: Resources, tree: Tree, tell: Step = quiet) -> int:
    """Delete what was listed, leaf by leaf, each in the version that was listed; how many.

    Raises :class:`~lifepod.errors.Conflict` at the first that changed since: what was deleted by then is gone, and what
    is left still stands.
    """
    must_be_whole(tree)
    must_hold_no_pod(pod, tree)
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
            await _gone(pod, item)
        return
    # A container's version moves with every member that went, so its own emptiness is what is asked for.
    try:
        await pod.delete(item.url)
    except Conflict:
        # Where a server lists its rules as a member, they go last of all: it is empty but for them.
        if not rules or {url for url, _ in (await pod.list(item.url)).members} != {rules}:
            raise
        await _gone(pod, item)
        await pod.delete(item.url)


async def _gone(pod: Resources, item: Item) -> None:
    """The access document of what was deleted, in the version that was seen; most servers took it along."""
    try:
        await pod.delete(item.control, match=item.control_etag or None)
    except (Missing, Conflict, Malformed):
        if (await pod.ask("HEAD", item.control)).status not in (404, 410):
            raise


async def plan_copy(pod: Resources, source: str, target: str, tell: Step = quiet) -> Copying:
    """What a copy would make; raises :class:`Malformed` where something would go onto or into itself, or become another
    kind of thing.
    """
    goal = own_spelling(target)
    if goal == own_spelling(source):
        said = f"{plain(goal)} is what is to be copied; it cannot be put in its own place."
        raise Malformed(said, place=goal, advice="Name another place.")
    must_be_no_rules(goal)
    tree = await look_at(pod, source, tell)
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
    standing = set(plan.standing)
    files = [(item, url) for item, url in plan.pairs if not url.endswith("/")]
    for first in range(0, len(files), _AT_ONCE):
        tell("copying", done, total)
        some = files[first : first + _AT_ONCE]
        for end in await together([_copy_one(pod, item, url, replacing=url in standing) for item, url in some]):
            if end is not None:
                raise end
        done += len(some)
    tell("copying", total, total)
    return total


def _in_the_way(standing: Iterable[str]) -> Conflict:
    first = next(iter(standing))
    return Conflict(
        f"{plain(first)} is there already; nothing was copied.",
        place=first,
        advice="Choose another name, or say --overwrite.",
    )


async def _copy_one(pod: Resources, item: Item, url: str, *, replacing: bool) -> None:
    match = None
    if replacing:
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
    must_hold_no_pod(pod, plan.tree)
    if plan.tree.with_rules and not drop_rules:
        raise Undecided(
            f"{plain(plan.tree.with_rules[0])} has rules of its own, which would not move along.",
            choices=plan.tree.with_rules,
            advice="Copy it, set its access there (`lifepod who`), then remove the old one; or say --drop-rules.",
        )
    count = await copy(pod, plan, tell, overwrite=overwrite)
    await remove(pod, plan.tree, tell)
    return count
