"""A login server as it describes itself: where to log in, where tokens come from, what it can do.

It refuses to follow a description that leads to another server, and to read more of an answer than a login needs.
Sources: https://solidproject.org/TR/oidc, https://openid.net/specs/openid-connect-discovery-1_0.html
"""

from __future__ import annotations

import json
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass, replace
from typing import Any

import httpx2

from lifepod.errors import LifepodError, Malformed, NotSignedIn, TooBig, Unreachable
from lifepod.limits import Limits
from lifepod.plain import plain
from lifepod.solid.line import broken, received
from lifepod.solid.wire import Reply, failure_of, must_be_closed, origin_of, own_spelling

_ANSWER_BYTES = 200_000
"""A discovery document, a key set or a token, bytes."""


@dataclass(frozen=True, slots=True)
class Issuer:
    """What a login server says of itself; every address is its own."""

    issuer: str
    """Its name, to the last slash."""
    token_endpoint: str
    authorization_endpoint: str = ""
    """Where a browser logs in; empty where it takes client credentials alone."""
    registration_endpoint: str = ""
    revocation_endpoint: str = ""
    jwks_uri: str = ""
    """Its public keys."""
    names_itself: bool = False
    """Its answer to the browser says who it is (RFC 9207)."""


async def discovered(client: httpx2.AsyncClient, issuer: str, limits: Limits, *, typed: bool = False) -> Issuer:
    """The description of a login server; raises :class:`NotSignedIn` or :class:`Unreachable`.

    It must name itself exactly as asked for, and take logins at its own address. Of a name that a person ``typed`` the
    last slash does not count: the server's own spelling does.
    """
    own_spelling(issuer)
    must_be_closed(issuer)
    url = issuer.rstrip("/") + "/.well-known/openid-configuration"
    reply = await reply_of(client.stream("GET", url, headers={"Accept": "application/json"}), issuer, url, limits)
    if reply.status == 429 or reply.status >= 500:
        raise busy("GET", reply, issuer)
    found = object_of(reply) if reply.status == 200 else {}
    if not isinstance(found.get("token_endpoint"), str) or not isinstance(found.get("issuer"), str):
        raise Unreachable(
            f"{plain(issuer)} is not a Solid login server (no OpenID configuration).",
            host=origin_of(issuer),
            advice="Check the issuer's address; the WebID's profile names it as solid:oidcIssuer.",
        )
    if typed and found["issuer"].rstrip("/") == issuer.rstrip("/"):
        issuer = found["issuer"]
    if found["issuer"] != issuer:
        raise NotSignedIn(
            f"{plain(issuer)} calls itself {plain(found['issuer'], 200)}; the login was not sent.",
            issuer=issuer,
            advice="Name the issuer exactly as it names itself, to the last slash.",
        )
    return Issuer(
        issuer,
        _own(found, "token_endpoint", issuer),
        _own(found, "authorization_endpoint", issuer),
        _own(found, "registration_endpoint", issuer),
        _own(found, "revocation_endpoint", issuer),
        _own(found, "jwks_uri", issuer),
        found.get("authorization_response_iss_parameter_supported") is True,
    )


def _own(found: dict[str, Any], name: str, issuer: str) -> str:
    endpoint = found.get(name)
    if not isinstance(endpoint, str):
        return ""
    try:
        at_home = origin_of(own_spelling(endpoint)) == origin_of(own_spelling(issuer))
    except Malformed:
        at_home = False
    if not at_home:
        raise NotSignedIn(
            f"{plain(issuer)} wants the login sent to {plain(endpoint, 200)}; it was not sent.",
            issuer=issuer,
            advice="Ask whoever runs the login server: it should take logins at its own address.",
        )
    return endpoint


async def reply_of(
    opening: AbstractAsyncContextManager[httpx2.Response], issuer: str, url: str, limits: Limits
) -> Reply:
    """The answer of a login server within its bound; raises :class:`Unreachable`."""
    try:
        return await received(opening, url, limits, _ANSWER_BYTES)
    except TooBig:
        raise Unreachable(f"{plain(issuer)} answers a login with too much text.", host=origin_of(issuer)) from None
    except httpx2.HTTPError as error:
        raise broken(issuer, error) from None


def busy(method: str, reply: Reply, issuer: str) -> LifepodError:
    """What 429 and 5xx of a login server mean; its words are not repeated, because they may repeat what was sent."""
    return failure_of(method, replace(reply, body=b"")) or Unreachable(f"{plain(issuer)} is busy.")


def object_of(reply: Reply) -> dict[str, Any]:
    """The JSON object of an answer; an empty one where it holds none."""
    try:
        found = json.loads(reply.body)
    except (ValueError, RecursionError):
        return {}
    return found if isinstance(found, dict) else {}
