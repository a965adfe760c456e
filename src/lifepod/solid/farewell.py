"""The end of a login made in a browser, told to its login server (RFC 7009), so that a copy of the token is of no use.

It refuses to keep a login because its server cannot be told, and to send the token anywhere but to that server.
"""

from __future__ import annotations

import asyncio

import httpx2

from lifepod.errors import LifepodError
from lifepod.limits import LIMITS, Limits
from lifepod.solid.issuer import discovered, reply_of
from lifepod.solid.line import client_options
from lifepod.solid.vault import BrowserLogin

_SECONDS = 8.0
"""How long a person waits for a server that does not answer, seconds."""


async def revoked(
    login: BrowserLogin, *, transport: httpx2.AsyncBaseTransport | None = None, limits: Limits = LIMITS
) -> bool:
    """Whether the login server took the refresh token back; never raises, because the login goes anyway."""
    try:
        options = client_options(login.issuer, transport, limits)
        async with asyncio.timeout(_SECONDS), httpx2.AsyncClient(**options) as client:
            issuer = await discovered(client, login.issuer, limits)
            if not issuer.revocation_endpoint:
                return False
            form = {"token": login.refresh_token, "token_type_hint": "refresh_token", "client_id": login.client_id}
            opening = client.stream("POST", issuer.revocation_endpoint, data=form)
            return (await reply_of(opening, issuer.issuer, issuer.revocation_endpoint, limits)).status == 200
    except (LifepodError, httpx2.HTTPError, TimeoutError):
        return False
