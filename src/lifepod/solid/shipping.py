"""Folders to a pod and containers to a folder: what would go, and then just that, several files at a time.

It refuses names that mean something else on the other side (``..``, a slash inside a name, access documents), links
that lead out of a folder, and to overwrite what it was not told to.
"""

from __future__ import annotations

import asyncio
import os
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO
from urllib.parse import quote, unquote

from lifepod.errors import LifepodError, Malformed, NotReady
from lifepod.plain import plain
from lifepod.solid.download import download_to
from lifepod.solid.resources import Resources
from lifepod.solid.upload import Parcel, upload
from lifepod.solid.wire import own_spelling

Step = Callable[[str, int, int], None]
"""Hears what is being done, how many are done, and how many there are."""
_AT_ONCE = 6
"""Files on their way at the same time."""
_RULES = (".acl", ".acr", ".meta")
"""Endings under which servers keep what rules and describes a file; sent as files they would be taken for that."""


@dataclass(frozen=True, slots=True)
class Cargo:
    """One file and where it goes."""

    path: Path
    url: str
    standing: bool = False
    """Something stands where it goes."""


@dataclass(frozen=True, slots=True)
class Shipment:
    """What would go from one side to the other."""

    to_pod: bool
    files: tuple[Cargo, ...]
    places: tuple[str, ...] = ()
    """Containers (to the pod) or folders (from it) to be made, the outer ones first."""
    left_out: tuple[tuple[str, str], ...] = ()
    """What does not go, and why."""
    unread: tuple[tuple[str, str], ...] = ()
    """Containers below that could not be looked into, and why: what they hold is missing."""


@dataclass(frozen=True, slots=True)
class Shipped:
    """What went."""

    sent: int
    size: int
    """Bytes."""
    kept: tuple[str, ...]
    """What stood there already and was left as it is."""
    failed: tuple[tuple[str, LifepodError], ...] = ()


async def plan_upload(pod: Resources, source: Path, target: str) -> Shipment:
    """A file or folder to a place of the pod; raises :class:`NotReady` where it cannot be read."""
    return await _seen(pod, _packed(source, own_spelling(target)))


def _packed(source: Path, goal: str) -> Shipment:
    if not source.exists():
        raise NotReady(f"{source} is not there.", advice="Check the name of the file or folder.")
    if not source.is_dir():
        url = goal + quote(source.name, safe="-_.!~*'()") if goal.endswith("/") else goal
        return Shipment(True, (Cargo(source, own_spelling(url)),))
    if not goal.endswith("/"):
        raise Malformed(f"A folder goes to a container, and {plain(goal)} does not end in a slash.", place=goal)
    files, left_out, places = [], [], [goal]
    for path in _below(source):
        parts = path.relative_to(source).parts
        why = _why_not(path, parts)
        if why:
            left_out.append((str(path), why))
            continue
        url = own_spelling(goal + "/".join(quote(part, safe="-_.!~*'()") for part in parts))
        if path.is_dir():
            places.append(url + "/")
        else:
            files.append(Cargo(path, url))
    return Shipment(True, tuple(files), tuple(places), tuple(left_out))


def _below(folder: Path) -> Iterator[Path]:
    for path in sorted(folder.iterdir()):
        yield path
        if path.is_dir() and not path.is_symlink() and path.name.isprintable():
            yield from _below(path)


def _why_not(path: Path, parts: tuple[str, ...]) -> str:
    if path.is_symlink():
        return "a link: it may lead out of the folder"
    if not path.is_dir() and not path.is_file():
        return "no file"
    if parts[-1].endswith(_RULES):
        return "the name of an access document or a description"
    if any(part in (".", "..") or not part.isprintable() or "\\" in part for part in parts):
        return "a name that is none in a pod"
    return ""


async def _seen(pod: Resources, shipment: Shipment) -> Shipment:
    heads: list[bool] = []
    for first in range(0, len(shipment.files), 500):
        some = shipment.files[first : first + 500]
        heads += [reply.status < 300 for reply in await asyncio.gather(*(pod.ask("HEAD", one.url) for one in some))]
    files = tuple(Cargo(one.path, one.url, there) for one, there in zip(shipment.files, heads, strict=True))
    return Shipment(True, files, shipment.places, shipment.left_out)


async def plan_download(pod: Resources, source: str, target: Path) -> Shipment:
    """A place of the pod to a file or folder; raises :class:`~lifepod.errors.Missing` where there is none."""
    place = own_spelling(source)
    if not place.endswith("/"):
        await pod.head(place)
        return _single(place, target)
    files, left_out, unread, places = [], [], [], [str(target)]
    async for listing in pod.walk(place):
        if listing.failure is not None and listing.url == place:
            raise listing.failure
        if listing.failure is not None or listing.cut:
            unread.append((listing.url, plain(listing.failure or "it holds more than is walked", 200)))
        folder = _path_of(listing.url, place, target)
        if folder is None:
            continue
        for url, _ in listing.members:
            path = _path_of(url, place, target)
            if path is None:
                left_out.append((url, "a name that no file can have"))
            elif url.endswith("/"):
                places.append(str(path))
            else:
                files.append(_cargo(path, url))
    found = tuple(sorted(files, key=lambda one: one.url))
    return Shipment(False, found, tuple(sorted(places)), tuple(left_out), tuple(unread))


def _single(place: str, target: Path) -> Shipment:
    name = _named(place.rsplit("/", 1)[-1])
    if target.is_dir() and not name:
        raise Malformed(f"{plain(place)} has a name that no file can have.", place=place)
    return Shipment(False, (_cargo(target / name if target.is_dir() else target, place),))


def _cargo(path: Path, url: str) -> Cargo:
    return Cargo(path, url, path.exists())


def _path_of(url: str, root: str, target: Path) -> Path | None:
    names = [_named(part) for part in url[len(root) :].rstrip("/").split("/")] if url != root else []
    return target.joinpath(*names) if all(names) else None


def _named(part: str) -> str:
    """One part of an address as a file's name; empty where it would be a path, or hidden in what is shown."""
    name = unquote(part)
    bad = name in ("", ".", "..") or "/" in name or "\\" in name or not name.isprintable() or len(name.encode()) > 240
    return "" if bad else name


async def ship(pod: Resources, shipment: Shipment, tell: Step, *, overwrite: bool = False) -> Shipped:
    """Send or fetch it all; what stands already is kept unless ``overwrite``. A failure of one stops no other."""
    for place in shipment.places:
        if shipment.to_pod:
            await pod.create_container(place)
        else:
            _make_folder(Path(place))
    wanted = [one for one in shipment.files if overwrite or not one.standing]
    kept = tuple(one.url if shipment.to_pod else str(one.path) for one in shipment.files if one not in wanted)
    size, sent, failed = 0, 0, []
    for first in range(0, len(wanted), _AT_ONCE):
        tell(wanted[first].path.name, first, len(wanted))
        some = wanted[first : first + _AT_ONCE]
        outcomes = await asyncio.gather(*(_one(pod, shipment, one, overwrite) for one in some), return_exceptions=True)
        for one, outcome in zip(some, outcomes, strict=True):
            if isinstance(outcome, LifepodError):
                failed.append((one.url, outcome))
            elif isinstance(outcome, BaseException):
                raise outcome
            else:
                size, sent = size + outcome, sent + 1
    tell("done", len(wanted), len(wanted))
    return Shipped(sent, size, kept, tuple(failed))


async def _one(pod: Resources, shipment: Shipment, one: Cargo, overwrite: bool) -> int:
    if not shipment.to_pod:
        return (await download_to(pod, one.url, one.path, overwrite=overwrite)).size
    match = None
    if one.standing:
        match = (await pod.head(one.url)).etag or "*"
    with opened(one.path) as source:
        return await upload(pod, Parcel(source, match=match), one.url)


def opened(path: Path) -> BinaryIO:
    """A file of ours to be sent; raises :class:`NotReady`. A link is not followed: it may have been put there since."""
    try:
        return os.fdopen(os.open(path, os.O_RDONLY | os.O_NOFOLLOW), "rb")
    except OSError as error:
        raise NotReady(f"{path} cannot be read ({error.strerror}).") from None


def _make_folder(folder: Path) -> None:
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise NotReady(f"{folder} cannot be made ({error.strerror}).") from None
