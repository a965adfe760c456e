"""Approves the first request that waits, says so after a number of writes, and waits to be killed."""

from __future__ import annotations

import asyncio
import json
import sys
import time
from pathlib import Path

import httpx2

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

from tests.owner.letters import Secrets

from lifepod.owner.papers import Papers
from lifepod.solid.login import Credentials, sign_in
from lifepod.solid.pod import Pod
from lifepod.solid.send import Sender

WRITES = {"PUT", "POST", "PATCH", "DELETE"}


class Counting(httpx2.AsyncBaseTransport):
    """The real line; after so many writes it says so and goes no further."""

    def __init__(self, pod: str, most: int) -> None:
        self._line, self._pod, self._left = httpx2.AsyncHTTPTransport(), pod, most

    async def handle_async_request(self, request: httpx2.Request) -> httpx2.Response:
        reply = await self._line.handle_async_request(request)
        if request.method in WRITES and ".oidc" not in str(request.url):
            self._left -= 1
            if self._left == 0:
                await reply.aread()
                stand_still()
        return reply


def stand_still() -> None:
    """Say so, and do nothing any more."""
    sys.stdout.write("now\n")
    sys.stdout.flush()
    time.sleep(600)


async def main() -> None:
    """One approval."""
    webid, issuer, client_id, secret, storage, kept, most = sys.stdin.read().split("\n")[:7]
    secrets, line = Secrets(), Counting(storage, int(most))
    secrets.kept.update(json.loads(Path(kept).read_text()))
    client = await sign_in(Credentials(webid, issuer, client_id, secret), transport=line)
    nobody = Sender.anonymous(storage, line)
    async with Pod(Sender(client), nobody=nobody, webid=webid, storage=storage) as pod:
        papers = Papers(pod, secrets)
        for request in await papers.requests():
            if request.is_waiting:
                await papers.approve(request)
    stand_still()


asyncio.run(main())
