"""Proofs of possession: one signed text for one request, so that a token is of no use to whoever steals it (RFC 9449).

It refuses to make a proof that fits two requests, and to show its key in a log.
"""

from __future__ import annotations

import base64
import hashlib
import secrets
import time
from collections.abc import Mapping
from typing import Any
from urllib.parse import urlsplit, urlunsplit

import httpx2
from joserfc import jwt
from joserfc.errors import JoseError
from joserfc.jwk import ECKey

from lifepod.errors import NotSignedIn
from lifepod.solid.wire import origin_of


class Proofs:
    """Makes proofs with one key; remembers the nonce each origin asked for."""

    def __init__(self, kept: Mapping[str, str] | None = None) -> None:
        """With a ``kept`` private key (:meth:`key_to_keep`), else with a new one."""
        # ES256 only: Community Solid Server issues tokens for EdDSA proofs and then refuses them.
        self._key = ECKey.generate_key("P-256") if kept is None else _key_of(kept)
        self._public = self._key.as_dict(private=False)
        self._nonces: dict[str, str] = {}

    @property
    def thumbprint(self) -> str:
        """Of the public key (RFC 7638): what tokens are bound to."""
        return self._key.thumbprint()

    def key_to_keep(self) -> dict[str, str]:
        """The private key as a JSON web key: a secret, for the keyring alone."""
        return {name: str(value) for name, value in self._key.as_dict(private=True).items() if isinstance(value, str)}

    def proof(self, method: str, url: str, token: str | None = None) -> str:
        """One proof for one request; ``token`` is bound in as ``ath`` whenever it goes along."""
        parts = urlsplit(url)
        claims: dict[str, Any] = {
            "jti": secrets.token_urlsafe(16),
            "htm": method,
            "htu": urlunsplit((parts.scheme, parts.netloc, parts.path, "", "")),
            "iat": int(time.time()),
        }
        if token is not None:
            claims["ath"] = base64.urlsafe_b64encode(hashlib.sha256(token.encode()).digest()).rstrip(b"=").decode()
        nonce = self._nonces.get(origin_of(url))
        if nonce:
            claims["nonce"] = nonce
        return jwt.encode({"typ": "dpop+jwt", "alg": "ES256", "jwk": self._public}, claims, self._key)

    def learnt_nonce(self, response: httpx2.Response) -> bool:
        """Remember the nonce of an answer; whether it is a new one, so that one more try makes sense."""
        nonce, origin = response.headers.get("DPoP-Nonce"), origin_of(str(response.request.url))
        if not nonce or self._nonces.get(origin) == nonce:
            return False
        self._nonces[origin] = nonce
        return True


def _key_of(kept: Mapping[str, str]) -> ECKey:
    try:
        key = ECKey.import_key({name: kept[name] for name in ("kty", "crv", "x", "y", "d")})
    except (JoseError, KeyError, ValueError, TypeError):
        raise NotSignedIn("The key of this login is damaged.", advice="Log in again: `lifepod login`.") from None
    if key.curve_name != "P-256":
        raise NotSignedIn("The key of this login is of another kind.", advice="Log in again: `lifepod login`.")
    return key
