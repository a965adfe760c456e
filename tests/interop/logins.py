"""Ways to sign in that the program itself does not offer, because only tests need them; and a line that is watched.

It refuses a token that is not bound to our key, as the program does.
"""

from __future__ import annotations

import ssl
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import httpx2

from lifepod.limits import LIMITS
from lifepod.solid.issuer import reply_of
from lifepod.solid.line import client_options
from lifepod.solid.login import Credentials, DPoPClient, ProofAuth, token_of


class Line(httpx2.AsyncHTTPTransport):
    """The real line, and what went over it; ``verify`` is what certificates are checked against."""

    def __init__(self, verify: ssl.SSLContext | bool = True) -> None:
        super().__init__(verify=verify, limits=httpx2.Limits(keepalive_expiry=3.0))
        self._seen: list[httpx2.Request] = []
        self.verify = verify

    async def handle_async_request(self, request: httpx2.Request) -> httpx2.Response:
        self._seen.append(request)
        return await super().handle_async_request(request)

    @contextmanager
    def watched(self) -> Iterator[list[httpx2.Request]]:
        """The requests of a stretch of time; complete when it is over."""
        start, out = len(self._seen), list[httpx2.Request]()
        try:
            yield out
        finally:
            out += self._seen[start:]


@dataclass(frozen=True, slots=True)
class Password:
    """A login by password at the server's own address for it (JavaScript Solid Server: ``/idp/credentials``)."""

    webid: str
    issuer: str
    email: str
    password: str


class PasswordClient(DPoPClient):
    """A client whose tokens come for a password; all else is as with a client credential."""

    def __init__(self, login: Password, line: Line) -> None:
        self._login = login
        options = client_options(login.issuer, line, LIMITS)
        bare = Credentials(login.webid, login.issuer, "", "")
        super().__init__(bare, login.issuer + "idp/credentials", LIMITS, **options)

    async def fetch_token(self, url: str, **kwargs: Any) -> Any:  # type: ignore[override]  # as the program's own
        """A fresh token; raises as with a client credential."""
        said = {"email": self._login.email, "password": self._login.password}
        opening = httpx2.AsyncClient.stream(self, "POST", url, json=said, auth=ProofAuth(self.proofs))
        reply = await reply_of(opening, self._login.issuer, url, LIMITS)
        return self._taken(token_of(reply, self._login.issuer))


async def signed_in(login: Password, line: Line) -> PasswordClient:
    """A client that has its first token."""
    client = PasswordClient(login, line)
    try:
        await client.fetch_token(login.issuer + "idp/credentials")
    except BaseException:
        await client.aclose()
        raise
    return client
