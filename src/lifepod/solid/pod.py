"""A pod as programs use it: its resources, and all that is built on them.

It refuses to hold logic: each method hands on to the file that does the work, and loads it when it is first asked for.
"""

from __future__ import annotations

from collections.abc import AsyncGenerator
from pathlib import Path
from typing import BinaryIO

from lifepod.rdf.turtle import Document as Document  # part of what a Pod hands out
from lifepod.solid.download import Fetched, Meter, download, download_to, silent
from lifepod.solid.notify import LISTENING, Listening, Notification, Ready, changes
from lifepod.solid.query import Queried, query
from lifepod.solid.reading import Listing as Listing
from lifepod.solid.reading import document_of as document_of
from lifepod.solid.reading import same_as_text as same_as_text
from lifepod.solid.resources import Resources
from lifepod.solid.trees import Copying, Step, Tree, copy, look_at, move, plan_copy, quiet, remove
from lifepod.solid.upload import Parcel, upload


class Pod(Resources):
    """Async client of one pod; use as a context manager. Errors are those of :mod:`lifepod.errors`."""

    async def download(self, url: str, out: BinaryIO, tell: Meter = silent) -> Fetched:
        """A resource of any size written to ``out``; goes on where the line broke. Raises :class:`TooBig`."""
        return await download(self, url, out, tell)

    async def download_to(self, url: str, path: Path, tell: Meter = silent, *, overwrite: bool = False) -> Fetched:
        """A resource as a file; half a file never stands under its name. Raises :class:`NotReady`."""
        return await download_to(self, url, path, tell, overwrite=overwrite)

    async def upload(
        self, source: BinaryIO, url: str, *, match: str | None = None, content_type: str = "", tell: Meter = silent
    ) -> int:
        """A file of any size, part by part; its bytes. ``match=None``: nothing may stand there; else that version."""
        return await upload(self, Parcel(source, content_type, match, tell), url)

    async def look_at(self, url: str, tell: Step = quiet) -> Tree:
        """A place and all below it with their versions: the plan of a removal."""
        return await look_at(self, url, tell)

    async def remove(self, tree: Tree, tell: Step = quiet) -> int:
        """Delete just what :meth:`look_at` saw, in that version, leaf by leaf; raises :class:`Conflict`."""
        return await remove(self, tree, tell)

    async def plan_copy(self, source: str, target: str, tell: Step = quiet) -> Copying:
        """What a copy of a place and all below it would make; nothing is written."""
        return await plan_copy(self, source, target, tell)

    async def copy(self, plan: Copying, tell: Step = quiet, *, overwrite: bool = False) -> int:
        """Make a planned copy; how many places. Raises :class:`Conflict` where something stands in the way."""
        return await copy(self, plan, tell, overwrite=overwrite)

    async def move(
        self, plan: Copying, tell: Step = quiet, *, overwrite: bool = False, drop_rules: bool = False
    ) -> int:
        """Make a planned copy, then delete what was copied; raises :class:`Undecided` where rules would be lost."""
        return await move(self, plan, tell, overwrite=overwrite, drop_rules=drop_rules)

    async def query(self, text: str, place: str = "", tell: Step = quiet, *, as_known: bool = False) -> Queried:
        """Ask a container (through an index on this machine) or one document in SPARQL; raises :class:`Malformed`."""
        return await query(self, text, place, tell, as_known=as_known)

    def changes(
        self, url: str, *, every: float = 60.0, ready: Ready | None = None, how: Listening = LISTENING
    ) -> AsyncGenerator[Notification, None]:
        """What happens to a place from now on (:func:`lifepod.solid.notify.changes`); close it with ``aclose``."""
        return changes(self, url, every=every, ready=ready, how=how)
