"""Someone signed in at a pod in memory, and what was sent there: the real client down to the transport."""

from __future__ import annotations

import base64
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import httpx2
from tests.double import faults
from tests.double.pod_double import PodDouble, Seen

from lifepod.errors import Conflict, LifepodError, Missing, NotSignedIn, Refused, TooBig, Unreachable
from lifepod.limits import LIMITS, Limits
from lifepod.solid.login import Credentials, sign_in
from lifepod.solid.pod import Pod
from lifepod.solid.send import Sender

QUICK = Limits(request_seconds=0.02, retry_seconds=0.0)
"""A hanging server is given up at once."""
START = "<#a> <#b> <#c>.\n"
"""A small document."""
FAILURES: list[tuple[faults.Answer, type[LifepodError]]] = [
    (401, NotSignedIn),
    (403, Refused),
    (404, Missing),
    (410, Missing),
    (409, Conflict),
    (412, Conflict),
    (413, TooBig),
    (faults.busy(429), Unreachable),
    (500, Unreachable),
    (faults.busy(503), Unreachable),
    (faults.Hang(), Unreachable),
    (faults.refused_connection(), Unreachable),
    (faults.dropped(), Unreachable),
]
"""What a server may do to us, and whose move is next."""


def login(double: PodDouble, webid: str = "", issuer: str = "") -> Credentials:
    """A client credential for ``webid`` (the owner unless named)."""
    who = webid or double.owner
    client_id, secret = double.credentials(who)
    return Credentials(who, issuer or double.tokens.issuer, client_id, secret)


@asynccontextmanager
async def visit(double: PodDouble, webid: str = "", limits: Limits = LIMITS) -> AsyncIterator[Pod]:
    """The pod as ``webid`` reaches it; what signing in sent is left out of the record."""
    line = httpx2.MockTransport(double)
    client = await sign_in(login(double, webid), transport=line, limits=limits)
    nobody = Sender.anonymous(double.base, line, limits)
    double.requests.clear()
    who = webid or double.owner
    async with Pod(Sender(client, limits), nobody=nobody, webid=who, storage=double.base, limits=limits) as pod:
        yield pod


def sent(double: PodDouble, *methods: str) -> list[Seen]:
    """What arrived with one of these methods, in order; tokens aside."""
    return [s for s in double.requests if s.method in methods and s.url != double.tokens.endpoint]


def claims(seen: Seen) -> dict[str, Any]:
    """What the proof of a request says."""
    return _part(seen, 1)


def proof_head(seen: Seen) -> dict[str, Any]:
    """How the proof of a request was made."""
    return _part(seen, 0)


def _part(seen: Seen, number: int) -> dict[str, Any]:
    text = seen.headers["dpop"].split(".")[number]
    found: dict[str, Any] = json.loads(base64.urlsafe_b64decode(text + "=" * (-len(text) % 4)))
    return found
