"""What a request would let its sender read: how many records of which span, and a few real rows.

It refuses to read beyond the places in question, and to leave out what could not be read.
"""

from __future__ import annotations

from collections.abc import Iterable
from contextlib import aclosing
from dataclasses import dataclass, field

from lifepod.errors import LifepodError, Malformed, Missing
from lifepod.journal.finding import Found
from lifepod.journal.reading import told_in
from lifepod.owner.look import Tell, quiet
from lifepod.plain import plain
from lifepod.solid.pod import Pod

ROWS = 5


@dataclass
class Preview:
    """What lies at the places of a request now."""

    records: int = 0
    earliest: str = ""
    latest: str = ""
    rows: list[tuple[str, str, str]] = field(default_factory=list)
    """Time, what, with whom: of the newest records, as a person would name them."""
    files: int = 0
    """Documents that hold them."""
    others: int = 0
    """Documents that hold no records of the journal."""
    unread: list[tuple[str, str]] = field(default_factory=list)
    """Places that could not be read, and why."""
    apart: list[str] = field(default_factory=list)
    """Places below that have rules of their own and are not included."""


async def preview(pod: Pod, places: Iterable[str], apart: Iterable[str] = (), tell: Tell = quiet) -> Preview:
    """Look at all that lies at and below the places, without what has rules of its own."""
    found, left = Preview(apart=sorted(apart)), set(apart)
    documents: list[str] = []
    for place in places:
        documents += await _documents(pod, place, left, found) if place.endswith("/") else [place]
    best: list[tuple[str, str, str]] = []
    for number, url in enumerate(sorted(set(documents), reverse=True)):
        best += await _read(pod, url, found)
        best = sorted(best, reverse=True)[:ROWS]
        tell(number + 1, len(documents))
    found.rows = best
    return found


async def _documents(pod: Pod, place: str, left: set[str], found: Preview) -> list[str]:
    out: list[str] = []
    async with aclosing(pod.walk(place)) as walk:
        async for listing in walk:
            if listing.failure is not None:
                if not isinstance(listing.failure, Missing):
                    found.unread.append((listing.url, str(listing.failure)))
                continue
            inside = [url for url, _ in listing.members if not url.endswith("/")]
            out += [url for url in inside if not any(url.startswith(one) for one in left)]
    return out


async def _read(pod: Pod, url: str, found: Preview) -> list[tuple[str, str, str]]:
    try:
        reply = await pod.get(url, accept="text/turtle, */*;q=0.1")
        told = told_in(reply.body, reply.url) if reply.content_type == "text/turtle" else []
    except Malformed:
        told = []
    except LifepodError as error:
        found.unread.append((url, str(error)))
        return []
    path = url.removeprefix(pod.storage)
    records = [Found(str(one.record["@id"]), path, one) for one in told if path.count("/") > 2]
    if not records:
        found.others += 1
        return []
    found.files += 1
    found.records += len(records)
    times = sorted(one.when for one in records if one.when)
    if times:
        found.earliest = min(filter(None, (found.earliest, times[0])))
        found.latest = max(found.latest, times[-1])
    return [(one.when, plain(one.what, 80), plain(one.who, 60)) for one in records]
