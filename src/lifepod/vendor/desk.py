"""Everything a vendor can do, in one object; the vendor's twin of the person's desk.

It refuses to hold logic.
"""

from __future__ import annotations

from collections.abc import AsyncIterator
from types import TracebackType
from typing import Self

from lifepod.journal.reading import Json
from lifepod.solid.door import Door
from lifepod.vendor import read


class VendorDesk:
    """A vendor at somebody's pod. Use as an async context manager."""

    def __init__(self, door: Door) -> None:
        self._door = door
        self.profile = door.profile
        """The vendor's own login."""

    @classmethod
    def open(cls, profile: str | None = None) -> Self:
        """The desk of a remembered login; nothing is sent yet."""
        return cls(Door.of(profile))

    async def __aenter__(self) -> Self:
        """The desk itself."""
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Close every connection."""
        await self._door.close()

    async def read(self, url: str) -> AsyncIterator[Json]:
        """The records at or below a URL of somebody's pod; raises :class:`~lifepod.errors.Refused` where closed."""
        async for record in read.read(await self._door.pod(), url):
            yield record

    async def knock(self, url: str) -> int:
        """The status the server answers to a plain read."""
        return await read.knock(await self._door.pod(), url)
