"""A line that is cut after the n-th request, for every n: what a killed process leaves behind on a server."""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable

import httpx2
from tests.double.pod_double import PodDouble


class CutOff(Exception):
    """The process is gone: nothing after this request is sent, and nothing catches it."""


class CutLine(httpx2.AsyncBaseTransport):
    """Lets ``limit`` requests through; the next one never leaves."""

    def __init__(self, double: PodDouble, limit: int) -> None:
        self._line = httpx2.MockTransport(double)
        self._count: int | None = None
        self.limit = limit

    def begin(self) -> None:
        """Count from here on; signing in is over."""
        self._count = 0

    @property
    def was_whole(self) -> bool:
        """Whether nothing was cut off."""
        return self._count is not None and self._count <= self.limit

    async def handle_async_request(self, request: httpx2.Request) -> httpx2.Response:
        """Pass it on, or be gone."""
        if self._count is not None:
            self._count += 1
            if self._count > self.limit:
                raise CutOff
        return await self._line.handle_async_request(request)


async def after_each_request(
    fresh: Callable[[], PodDouble | Awaitable[PodDouble]],
) -> AsyncIterator[tuple[PodDouble, CutLine]]:
    """A fresh pod and a line that is cut after 0, 1, 2 … requests; ends after the first that was not cut."""
    limit, line = 0, None
    while line is None or not line.was_whole:
        made = fresh()
        double = made if isinstance(made, PodDouble) else await made
        line = CutLine(double, limit)
        yield double, line
        limit += 1
