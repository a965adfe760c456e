"""Folders to a pod and containers to a folder: what would go, and then just that, several files at a time.

It refuses names that mean something else on the other side (``..``, a slash inside a name, access documents), links
that lead out of a folder, to overwrite what it was not told to, and to call something kept that is not the same.
"""

from __future__ import annotations

import asyncio
import os
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import BinaryIO
from urllib.parse import quote, unquote

from lifepod.errors import LifepodError, Malformed, NotReady
from lifepod.plain import plain
from lifepod.rdf.turtle import same_triples
from lifepod.solid.download import download_to
from lifepod.solid.media import media_type_of
from lifepod.solid.reading import TURTLES, document_of
from lifepod.solid.resources import Resources
from lifepod.solid.upload import AS_IT_LIES, Parcel, must_be_no_rules, together, upload
from lifepod.solid.wire import JSON_LD, Reply, length_told, named_like_rules, own_spelling

Step = Callable[[str, int, int], None]
"""Hears what is being done, how many are done, and how many there are."""
_AT_ONCE = 6
"""Files on their way at the same time."""
_LOOKS = 24
"""Looks at what stands at the same time."""


@dataclass(frozen=True, slots=True)
class Cargo:
    """One file and where it goes."""

    path: Path
    url: str
    standing: bool = False
    """Something stands where it goes."""
    there: int | None = None
    """How many bytes that has; ``None`` where it was not said."""


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
    """Containers and folders below that could not be looked into, and why: what they hold is missing."""


@dataclass(frozen=True, slots=True)
class Shipped:
    """What went."""

    sent: int
    size: int
    """Bytes."""
    kept: tuple[str, ...]
    """What stood there already and was left as it is."""
    failed: tuple[tuple[str, LifepodError], ...] = ()
    """What did not go, and why; of a container that could not be made, all that belongs into it."""
    differing: tuple[tuple[str, str], ...] = ()
    """What stood there, was left as it is and is not what would have been sent, and how it differs."""


async def plan_upload(pod: Resources, source: Path, target: str) -> Shipment:
    """A file or folder to a place of the pod; raises :class:`NotReady` where it cannot be read."""
    return await _seen(pod, _packed(source, own_spelling(target)))


def _packed(source: Path, goal: str) -> Shipment:
    if not _asked(source, Path.exists):
        raise NotReady(f"{source} is not there.", advice="Check the name of the file or folder.")
    if not source.is_dir():
        url = own_spelling(goal + quote(source.name, safe="-_.!~*'()") if goal.endswith("/") else goal)
        if not source.is_file():  # a pipe would hold us for ever
            raise NotReady(f"{source} is no regular file.")
        must_be_no_rules(url)
        return Shipment(True, (Cargo(source, url),))
    if not goal.endswith("/"):
        raise Malformed(f"A folder goes to a container, and {plain(goal)} does not end in a slash.", place=goal)
    files, left_out, places = [], [], [goal]
    unread: list[tuple[str, str]] = []
    for path in _below(source, unread):
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
    return Shipment(True, tuple(files), tuple(places), tuple(left_out), tuple(unread))


def _asked(path: Path, question: Callable[[Path], bool]) -> bool:
    try:
        return question(path)
    except OSError as error:
        raise NotReady(f"{path} cannot be read ({error.strerror}).") from None


def _below(source: Path, unread: list[tuple[str, str]]) -> Iterator[Path]:
    """What lies below a folder, the outer ones first; what cannot be looked into goes to ``unread``."""
    waiting = [source]
    while waiting:
        folder = waiting.pop()
        try:
            # The kind of each is asked here: in a folder that may be listed and not entered, that fails.
            found = [(path, path.is_dir() and not path.is_symlink()) for path in sorted(folder.iterdir())]
        except OSError as error:
            if folder == source:
                raise NotReady(f"{folder} cannot be read ({error.strerror}).") from None
            unread.append((str(folder), f"{folder} cannot be read ({error.strerror})"))
            continue
        waiting += [path for path, is_folder in reversed(found) if is_folder and path.name.isprintable()]
        yield from (path for path, _ in found)


def _why_not(path: Path, parts: tuple[str, ...]) -> str:
    if path.is_symlink():
        return "a link: it may lead out of the folder"
    if not path.is_dir() and not path.is_file():
        return "no file"
    if named_like_rules(parts[-1]):
        return "the name of an access document or a description"
    if any(part in (".", "..") or not part.isprintable() or "\\" in part for part in parts):
        return "a name that is none in a pod"
    return ""


async def _seen(pod: Resources, shipment: Shipment) -> Shipment:
    files: list[Cargo] = []
    for first in range(0, len(shipment.files), 500):
        some = shipment.files[first : first + 500]
        heads = await asyncio.gather(*(pod.ask("HEAD", one.url, AS_IT_LIES) for one in some))
        told = zip(some, heads, strict=True)
        files += [replace(one, standing=head.status < 300, there=length_told(head)) for one, head in told]
    return replace(shipment, files=tuple(files))


async def plan_download(pod: Resources, source: str, target: Path) -> Shipment:
    """A place of the pod to a file or folder; raises :class:`~lifepod.errors.Missing` where there is none."""
    place = own_spelling(source)
    if not place.endswith("/"):
        await pod.head(place)
        return _single(place, target)
    found, unread = [], []
    async for listing in pod.walk(place):
        if listing.failure is not None and listing.url == place:
            raise listing.failure
        if listing.failure is not None or listing.cut:
            unread.append((listing.url, plain(listing.failure or "it holds more than is walked", 200)))
        found += [url for url, _ in listing.members]
    return replace(_unpacked(place, sorted(found), target), unread=tuple(unread))


def _unpacked(place: str, found: list[str], target: Path) -> Shipment:
    """Where each place goes, the outer ones before what they hold; no two to one name."""
    files, left_out, places, taken = [], [], [str(target)], {target: place}
    shut: set[str] = set()
    for url in found:
        path = _path_of(url, place, target)
        if any(url.startswith(one) for one in shut):
            continue  # said of the container that holds it
        if path is None or path in taken:
            same = f"on this machine it has the same name as {plain(taken[path])}" if path in taken else ""
            left_out.append((url, same or "a name that no file can have"))
            shut |= {url} if url.endswith("/") else set()
            continue
        taken[path] = url
        if url.endswith("/"):
            places.append(str(path))
        else:
            files.append(_cargo(path, url))
    return Shipment(False, tuple(files), tuple(places), tuple(left_out))


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
    """Send or fetch it all; what stands already is kept unless ``overwrite``. A failure of one stops no other.

    What is kept is compared by its size, so that half a file of an earlier time is not taken for the whole.
    """
    failed = await _made(pod, shipment)
    shut = {place for place, _ in failed}
    files = [one for one in shipment.files if not shut or shut.isdisjoint(_above(shipment, one))]
    wanted = [one for one in files if overwrite or not one.standing]
    size, sent = 0, 0
    for first in range(0, len(wanted), _AT_ONCE):
        tell(wanted[first].path.name, first, len(wanted))
        some = wanted[first : first + _AT_ONCE]
        outcomes = await together([_one(pod, shipment, one, overwrite) for one in some])
        for one, outcome in zip(some, outcomes, strict=True):
            if isinstance(outcome, LifepodError):
                failed.append((one.url, outcome))
            else:
                size, sent = size + outcome, sent + 1
    kept, differing = await _compared(pod, shipment, [] if overwrite else [one for one in files if one.standing])
    tell("done", len(wanted), len(wanted))
    return Shipped(sent, size, kept, tuple(failed), differing)


async def _made(pod: Resources, shipment: Shipment) -> list[tuple[str, LifepodError]]:
    """Make the containers or folders; those that could not be, but for what lies in them. Raises for the outermost."""
    failed: dict[str, LifepodError] = {}
    for place in shipment.places:
        inner = Cargo(Path(place), place)
        if failed and not failed.keys().isdisjoint(_above(shipment, inner)):
            continue
        try:
            if shipment.to_pod:
                await pod.create_container(place)
            else:
                _make_folder(inner.path)
        except LifepodError as failure:
            if place == shipment.places[0]:
                raise
            failed[place] = failure
    return list(failed.items())


def _above(shipment: Shipment, one: Cargo) -> set[str]:
    """The containers or folders that something goes into, as far up as there are."""
    if not shipment.to_pod:
        return {str(folder) for folder in one.path.parents}
    parts = one.url.rstrip("/").split("/")
    return {"/".join(parts[:count]) + "/" for count in range(3, len(parts))}


_Compared = tuple[tuple[str, ...], tuple[tuple[str, str], ...]]


async def _compared(pod: Resources, shipment: Shipment, standing: list[Cargo]) -> _Compared:
    """What was kept, and what of it is known to be something else than would have come."""
    kept, differing = [], []
    for first in range(0, len(standing), _LOOKS):
        some = standing[first : first + _LOOKS]
        for one, how in zip(some, await together([_differs(pod, shipment, one) for one in some]), strict=True):
            name = one.url if shipment.to_pod else str(one.path)
            if isinstance(how, str) and how:
                differing.append((name, how))
            else:
                kept.append(name)
    return tuple(kept), tuple(differing)


async def _differs(pod: Resources, shipment: Shipment, one: Cargo) -> str:
    """How the two sides differ; empty where they do not, or where nobody says how much there is."""
    here = one.path.stat().st_size if one.path.is_file() else None
    there = one.there if shipment.to_pod else length_told(await pod.ask("HEAD", one.url, AS_IT_LIES))
    if here is None or there is None or here == there or await _says_the_same(pod, one, max(here, there)):
        return ""
    return f"{there} bytes in the pod, {here} on this machine"


async def _says_the_same(pod: Resources, one: Cargo, most: int) -> bool:
    """Whether linked data is the same in other words: some servers keep what it says, and not how it was written."""
    kind = media_type_of(one.path.name)
    if kind not in {*TURTLES, JSON_LD} or most > pod.limits.document_bytes:
        return False
    try:
        with opened(one.path) as source:
            ours = Reply(one.url, 200, {"content-type": kind}, source.read())
        return same_triples((await pod.read(one.url)).graph, document_of(ours, pod.limits).graph)
    except LifepodError:
        return False


async def _one(pod: Resources, shipment: Shipment, one: Cargo, overwrite: bool) -> int:
    if not shipment.to_pod:
        return (await download_to(pod, one.url, one.path, overwrite=overwrite)).size
    match = None
    if one.standing:
        match = (await pod.head(one.url)).etag or "*"
    try:
        with opened(one.path) as source:
            return await upload(pod, Parcel(source, match=match), one.url)
    except OSError as error:
        raise NotReady(f"{one.path} cannot be read ({error.strerror}).") from None


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
