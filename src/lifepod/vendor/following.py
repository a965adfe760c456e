"""Reading under an agreement, all of it or what changed since the last time.

It refuses to send anything before the vendor's own copy says that it may, and to note a partition as read before its
records were handed out.
"""

from __future__ import annotations

import json
from collections.abc import AsyncGenerator
from pathlib import Path

from lifepod.journal.reading import Json
from lifepod.parties.cases import Case
from lifepod.plain import plain
from lifepod.solid.dirs import cache_dir, write_private
from lifepod.vendor.covered import Reading, app_of, readable
from lifepod.vendor.read import Aside, changed, partitions
from lifepod.vendor.side import Side


async def follow(side: Side, case: Case, place: str, how: Reading, say: Aside) -> AsyncGenerator[Json, None]:
    """The records an agreement covers, at one place or at all; raises :class:`~lifepod.errors.Refused` before asking.

    With ``how.changes`` only partitions whose version is another than the last time; what is gone is said.
    """
    places = readable(case, place, how, side.at)
    if app_of(case) and not how.client:
        say(f"It was agreed that this is read through {plain(app_of(case))} alone; this counts as that app.")
    noted = _Noted(case.id) if how.changes else None
    for url in places:
        there = await partitions(side.pod, url, say)
        for one in there:
            found = await changed(side.pod, one, noted.tag(one) if noted else "")
            if found is None:
                continue
            for record in found[0]:
                yield record
            if noted:
                noted.keep(one, found[1])
        if noted:
            for gone in noted.drop(url, set(there)):
                say(f"{plain(gone)} is gone since the last time.")


class _Noted:
    """Versions of partitions as they were read last, on this machine."""

    def __init__(self, case: str) -> None:
        self._path: Path = cache_dir() / f"read-{case}.json"
        try:
            raw = json.loads(self._path.read_bytes())
            self._tags = {str(url): str(tag) for url, tag in raw.items()}
        except (OSError, ValueError, AttributeError, RecursionError):
            self._tags = {}  # it can be made anew: everything is read once more

    def tag(self, url: str) -> str:
        return self._tags.get(url, "")

    def keep(self, url: str, tag: str) -> None:
        self._tags[url] = tag
        self._save()

    def drop(self, place: str, there: set[str]) -> list[str]:
        """Forget what is no longer there; its addresses."""
        gone = sorted(url for url in self._tags if url.startswith(place) and url not in there)
        for url in gone:
            del self._tags[url]
        if gone:
            self._save()
        return gone

    def _save(self) -> None:
        write_private(self._path, json.dumps(self._tags, indent=1, sort_keys=True).encode())
