"""An import in a process of its own, which kills itself without warning after a given number of requests.

Run as ``python killed_import.py LIMIT FOLDER``; ``-1`` never kills. Prints how many requests it sent.
"""

from __future__ import annotations

import asyncio
import os
import signal
import sys
from pathlib import Path

import httpx2

from lifepod.owner.desk import Desk
from lifepod.solid.door import Door
from lifepod.solid.remembered import choose


class Fuse(httpx2.AsyncHTTPTransport):
    """Counts; the last request is on its way, and perhaps done, when the process dies."""

    def __init__(self, limit: int) -> None:
        super().__init__()
        self.limit, self.count = limit, 0

    async def handle_async_request(self, request: httpx2.Request) -> httpx2.Response:
        self.count += 1
        if self.count == self.limit:
            self.last = asyncio.ensure_future(super().handle_async_request(request))
            # Odd ones die before a byte has left, even ones with the answer on its way.
            await asyncio.sleep(0.0 if self.limit % 2 else 0.02)
            os.kill(os.getpid(), signal.SIGKILL)
        return await super().handle_async_request(request)


async def main(limit: int, folder: Path) -> int:
    """One import of everything in the folder, with the one remembered login."""
    fuse = Fuse(limit)
    async with Desk(Door(choose(), transport=fuse)) as desk:
        await desk.collect([folder], lambda doing, done, of: None)
    return fuse.count


if __name__ == "__main__":
    print(asyncio.run(main(int(sys.argv[1]), Path(sys.argv[2]))))
