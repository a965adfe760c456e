"""Signed records as files of a pod: written once, read back, never changed.

It refuses to overwrite a record, and to say that one is kept before its bytes were read back.
"""

from __future__ import annotations

from dataclasses import dataclass

from lifepod.errors import Conflict, LifepodError, Missing, Unconfirmed
from lifepod.plain import plain
from lifepod.rdf.closed import Closed as Closed  # part of what is filed
from lifepod.rdf.closed import digest_of, multihash, read_closed, write_closed
from lifepod.rdf.flat import write_flat
from lifepod.rdf.second import must_agree as must_agree  # whoever checks a record may have it read twice
from lifepod.solid.pod import Pod
from lifepod.solid.wire import JSON_LD

HELD, AGREEMENTS, REQUESTS = "lifepod/held/", "lifepod/agreements/", "lifepod/requests/"
"""Where a vendor keeps its copies; where a person keeps agreements, and requests; below the pod."""
ACCEPT = "application/ld+json, */*;q=0.1"
"""What is asked for, so that a server hands out the very bytes."""


@dataclass(frozen=True, slots=True)
class Filed:
    """A record as it lies in a pod."""

    url: str
    record: Closed
    body: bytes

    @property
    def digest(self) -> str:
        """Of the bytes."""
        return multihash(self.body)

    @property
    def graph_digest(self) -> str:
        """Of what is said, without the proofs."""
        return digest_of(self.record)


def opened(body: bytes) -> Closed:
    """Bytes of a record; raises :class:`~lifepod.errors.Malformed` or :class:`~lifepod.errors.TooBig`."""
    return read_closed(body)


async def file_record(pod: Pod, url: str, record: Closed) -> Filed:
    """Keep a record; a second time with the same bytes is done already, with others :class:`Conflict`."""
    return Filed(url, record, await file_bytes(pod, url, write_closed(record)))


async def file_bytes(pod: Pod, url: str, body: bytes, content_type: str = JSON_LD) -> bytes:
    """Keep bytes as they are; raises :class:`Conflict` where others stand there, :class:`Unconfirmed`."""
    try:
        await pod.put(url, body, match=None, content_type=content_type)
    except Conflict:
        if (await pod.get(url, accept=f"{content_type}, */*;q=0.1")).body != body:
            raise Conflict(
                f"{plain(url)} holds another record already; records are never changed.",
                place=url,
                advice="Look at both; the one that stands there was first.",
            ) from None
        return body
    back = (await pod.get(url, accept=f"{content_type}, */*;q=0.1")).body
    if back != body:
        raise Unconfirmed(f"{plain(url)} was written, but gives back other bytes.", place=url)
    return body


async def read_record(pod: Pod, url: str) -> Filed:
    """A record that lies in a pod; raises :class:`~lifepod.errors.Malformed` where it is none."""
    body = (await pod.get(url, accept=ACCEPT)).body
    return Filed(url, read_closed(body), body)


async def records_in(pod: Pod, folder: str) -> tuple[tuple[Filed, ...], tuple[tuple[str, LifepodError], ...]]:
    """Every record of a folder, and those that cannot be read with why; empty where there is no such folder."""
    try:
        listing = await pod.list(folder)
    except Missing:
        return (), ()
    found, unread = list[Filed](), list[tuple[str, LifepodError]]()
    for url, _ in listing.members:
        if url.endswith(".jsonld"):
            try:
                found.append(await read_record(pod, url))
            except LifepodError as error:
                unread.append((url, error))
    return tuple(found), tuple(unread)


async def folders_in(pod: Pod, place: str) -> tuple[str, ...]:
    """The containers in a container, sorted; empty where there is none."""
    try:
        listing = await pod.list(place)
    except Missing:
        return ()
    return tuple(sorted(url for url, _ in listing.members if url.endswith("/")))


def as_turtle(record: Closed) -> bytes:
    """The readable twin of a record, for people and queries; it is never what was signed."""
    return write_flat(record.triples)
