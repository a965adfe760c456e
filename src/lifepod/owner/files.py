"""Files of a pod as a person works with them in a shell: list, find, take, put, edit, copy, move, remove.

It refuses to write without the version that was read, and to guess which side a name is on: ``pod:`` and full addresses
are the pod's, everything else is this machine's.
"""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import aclosing
from dataclasses import dataclass
from datetime import UTC, datetime
from fnmatch import fnmatchcase
from pathlib import Path
from urllib.parse import quote, unquote

from lifepod.errors import Conflict, LifepodError, Malformed
from lifepod.plain import plain
from lifepod.solid import shipping, trees, upload
from lifepod.solid.download import Fetched as Fetched
from lifepod.solid.download import Meter, silent
from lifepod.solid.pod import Pod
from lifepod.solid.query import Queried as Queried
from lifepod.solid.shipping import Shipment as Shipment
from lifepod.solid.shipping import Shipped as Shipped
from lifepod.solid.trees import Copying as Copying
from lifepod.solid.trees import Step as Step
from lifepod.solid.trees import Tree as Tree

POD = "pod:"
"""How a name of the pod begins, where names of this machine are possible too."""


@dataclass(frozen=True, slots=True)
class Entry:
    """One member of a container."""

    url: str
    modified: str
    """Time of change as the server says it; empty where it does not."""

    @property
    def name(self) -> str:
        """Its last part, as a person reads it; a container's ends in a slash."""
        tail = "/" if self.url.endswith("/") else ""
        return unquote(self.url.rstrip("/").rsplit("/", 1)[-1]) + tail


@dataclass(frozen=True, slots=True)
class Held:
    """A file as it was read."""

    url: str
    body: bytes
    content_type: str
    etag: str | None


def is_remote(word: str) -> bool:
    """Whether a word names a place of a pod."""
    return word.startswith(POD) or "://" in word


def place_of(pod: Pod, word: str) -> str:
    """The address of a place: ``journal/``, ``pod:journal/`` and a full address all name one."""
    return pod.url(word.removeprefix(POD))


async def listed(pod: Pod, word: str) -> tuple[Entry, ...]:
    """The members of a container, or the one file a word names; raises what listing raises."""
    url = place_of(pod, word)
    if not url.endswith("/"):
        await pod.head(url)
        return (Entry(url, ""),)
    return tuple(Entry(member, when) for member, when in (await pod.list(url)).members)


def container_of(pod: Pod, word: str) -> str:
    """The address of a container, also where its slash was left out."""
    url = place_of(pod, word)
    return url if url.endswith("/") else url + "/"


async def below(
    pod: Pod, word: str, depth: int | None = None
) -> AsyncIterator[tuple[str, tuple[Entry, ...], LifepodError | None]]:
    """Each container from a place down to ``depth`` levels, with its members or why they cannot be listed.

    Raises what listing the place itself raises.
    """
    root = container_of(pod, word)
    async with aclosing(trees.walked(root, pod.list, pod.limits, depth)) as walk:
        async for listing in walk:
            failure = listing.failure
            if failure is not None and listing.url == root:
                raise failure
            if listing.cut:
                failure = Malformed(f"{plain(listing.url)} holds more than is walked.")
            yield listing.url, tuple(Entry(member, when) for member, when in listing.members), failure


def moment_of(text: str) -> datetime | None:
    """A time or a day in ISO 8601, in UTC where it does not say; ``None`` for anything else."""
    try:
        found = datetime.fromisoformat(text.strip())
        return (found if found.tzinfo else found.replace(tzinfo=UTC)).astimezone(UTC)
    except (ValueError, OverflowError):
        return None


@dataclass(frozen=True, slots=True)
class Search:
    """What to find."""

    pattern: str = "*"
    """As a shell writes it, over the name alone."""
    kind: str = ""
    """``container``, ``file``, or empty for both."""
    since: datetime | None = None
    """Changed at or after this time; what has no time is not found then."""

    def fits(self, entry: Entry) -> bool:
        """Whether an entry is meant."""
        container = entry.url.endswith("/")
        if self.kind and (self.kind == "container") is not container:
            return False
        changed = moment_of(entry.modified) if self.since else None
        if self.since and (changed is None or changed < self.since):
            return False
        return fnmatchcase(entry.name.rstrip("/").casefold(), self.pattern.casefold())


async def held(pod: Pod, word: str) -> Held:
    """A file's bytes with their type and version."""
    reply = await pod.get(place_of(pod, word))
    return Held(reply.url, reply.body, reply.headers.get("content-type", ""), reply.etag)


async def put_back(pod: Pod, before: Held, body: bytes) -> None:
    """The changed file in the place of the version that was read.

    Raises :class:`~lifepod.errors.Malformed` before anything is sent where it is no longer what it says it is, and
    :class:`~lifepod.errors.Conflict` where somebody else wrote meanwhile.
    """
    if before.etag is None and (await pod.get(before.url)).body != before.body:
        raise Conflict(f"{plain(before.url)} was changed by someone else meanwhile.", place=before.url)
    kind = before.content_type or "application/octet-stream"
    await pod.write(before.url, body, match=before.etag or "*", content_type=kind)


@dataclass(frozen=True, slots=True)
class Bringing:
    """One file on its way into the pod."""

    path: Path
    place: str
    content_type: str = ""
    overwrite: bool = False
    dry_run: bool = False


@dataclass(frozen=True, slots=True)
class Sent:
    """What was brought, or would be."""

    url: str
    size: int
    replaced: bool


async def bring(pod: Pod, wish: Bringing, tell: Meter = silent) -> Sent:
    """A file into the pod; raises :class:`Conflict` where something stands there and is not to be replaced."""
    url = place_of(pod, wish.place)
    if url.endswith("/"):
        url = pod.url(url + quote(wish.path.name, safe="-_.!~*'()"))
    upload.must_be_no_rules(url)
    there = await pod.ask("HEAD", url)
    standing = there.status < 300
    if standing and not wish.overwrite:
        raise Conflict(f"{plain(url)} is there already.", place=url, advice="Say --overwrite to replace it.")
    with shipping.opened(wish.path) as source:
        match = (there.etag or "*") if standing else None
        parcel = upload.Parcel(source, wish.content_type, match, tell)
        size = upload.examined(pod, parcel, url) if wish.dry_run else await upload.upload(pod, parcel, url)
    return Sent(url, size, standing)


async def plan_crossing(pod: Pod, source: str, target: str) -> Shipment:
    """What a copy between this machine and the pod would send or fetch."""
    if is_remote(source):
        return await shipping.plan_download(pod, place_of(pod, source), Path(target))
    return await shipping.plan_upload(pod, Path(source), place_of(pod, target))


async def cross(pod: Pod, plan: Shipment, tell: Step, *, overwrite: bool = False) -> Shipped:
    """Make it so."""
    return await shipping.ship(pod, plan, tell, overwrite=overwrite)


async def plan_within(pod: Pod, source: str, target: str, tell: Step) -> Copying:
    """What a copy or a move inside the pod would make; into a container where the target is one and the source none."""
    start, goal = place_of(pod, source), place_of(pod, target)
    if goal.endswith("/") and not start.endswith("/"):
        goal += start.rsplit("/", 1)[-1]
    return await trees.plan_copy(pod, start, goal, tell)


copy = trees.copy
move = trees.move
remove = trees.remove


async def plan_removal(pod: Pod, word: str, tell: Step) -> Tree:
    """What a removal would delete."""
    return await trees.look_at(pod, place_of(pod, word), tell)
