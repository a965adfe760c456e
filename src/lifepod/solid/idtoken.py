"""Who a login server says has logged in: an id token, checked to its last claim.

It refuses a token that is unsigned, meant for another program or another question, or old. What it says is not yet
proof of a WebID: that the WebID names this login server is asked elsewhere (:mod:`lifepod.solid.browser`).
Sources: https://openid.net/specs/openid-connect-core-1_0.html#IDTokenValidation, https://solidproject.org/TR/oidc
"""

from __future__ import annotations

import json
from typing import Any

from joserfc import jwt
from joserfc.errors import JoseError
from joserfc.jwk import JWKRegistry, Key, KeySet

from lifepod.errors import LifepodError, NotSignedIn
from lifepod.plain import plain
from lifepod.solid.wire import own_spelling

_ALGORITHMS = ["ES256", "RS256", "PS256", "ES384", "RS512"]
"""Signatures with a key of the server's own; never ``none``, and none with a shared secret."""
_LEEWAY = 60
"""Seconds that clocks may differ."""


def webid_of(token: object, keys: bytes, *, issuer: str, client_id: str, nonce: str) -> str:
    """The WebID an id token speaks of; raises :class:`NotSignedIn` naming the claim that is wrong.

    ``keys`` is the server's key set, JSON bytes.
    """
    if not isinstance(token, str) or len(token) > 32_768:
        raise _wrong(issuer, "sent no id token")
    try:
        found = jwt.decode(token, KeySet(_parsed(keys)), algorithms=_ALGORITHMS)
        jwt.JWTClaimsRegistry(
            leeway=_LEEWAY,
            iss={"essential": True, "value": issuer},
            aud={"essential": True, "value": client_id},
            exp={"essential": True},
            iat={"essential": True},
            nonce={"essential": True, "value": nonce},
        ).validate(found.claims)
    except (JoseError, ValueError, KeyError, TypeError, RecursionError) as error:
        raise _wrong(issuer, f"sent an id token that does not hold ({_reason(error)})") from None
    _must_be_ours(found.claims, issuer, client_id)
    said = found.claims.get("webid") or found.claims.get("sub")
    try:
        own_spelling(str(said).split("#")[0])
    except LifepodError:
        raise _wrong(issuer, "names no WebID in its id token") from None
    return str(said)


def _must_be_ours(claims: dict[str, Any], issuer: str, client_id: str) -> None:
    audience = claims.get("aud")
    party = claims.get("azp")
    if isinstance(audience, list) and len(audience) > 1 and party is None and set(audience) - {client_id, "solid"}:
        raise _wrong(issuer, "sent an id token that is meant for others too")
    if party is not None and party != client_id:
        raise _wrong(issuer, "sent an id token that was made for another program")


def _parsed(keys: bytes) -> list[Key]:
    found = json.loads(keys)
    if not isinstance(found, dict) or not isinstance(found.get("keys"), list):
        raise ValueError("no key set")
    known = []
    for one in found["keys"][:50]:
        try:
            # Never a shared secret: whoever can read it could sign.
            known += [JWKRegistry.import_key(one)] if one["kty"] in ("EC", "RSA") else []
        except (JoseError, ValueError, KeyError, TypeError):
            pass  # what we do not know (other curves) must not spoil what we do
    return known


def _reason(error: Exception) -> str:
    claim = getattr(error, "claim", "")
    return plain(claim, 40) if isinstance(claim, str) and claim else type(error).__name__


def _wrong(issuer: str, said: str) -> NotSignedIn:
    return NotSignedIn(
        f"{plain(issuer)} {said}; nobody was signed in.",
        issuer=issuer,
        advice="Try again; if it stays so, ask whoever runs the login server.",
    )
