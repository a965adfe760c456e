"""The double's login server: client credentials, tokens bound to a key, proofs checked (RFC 9449).

It refuses a proof that is used twice, names another request or another token, or is signed by another key. Like
Community Solid Server it issues a Bearer token to who sends no proof; the client must notice.
"""

from __future__ import annotations

import base64
import hashlib
import time
from dataclasses import dataclass
from typing import Any
from urllib.parse import parse_qs, unquote

import httpx2
from joserfc import jwt
from joserfc.errors import JoseError
from joserfc.jwk import ECKey
from joserfc.jws import extract_compact
from tests.double.shelf import canonical


class BadProofError(Exception):
    """The proof or the token is not good for this request."""


@dataclass(frozen=True, slots=True)
class Token:
    """One issued access token."""

    webid: str
    thumbprint: str
    """Of the key it is bound to; empty for a Bearer token."""
    ends: float


class TokenDesk:
    """Issues and checks tokens for one origin."""

    def __init__(self, origin: str) -> None:
        self.issuer = origin + "/"
        self.endpoint = origin + "/.oidc/token"
        self.lifetime = 600
        self.nonce = ""
        """Nonce that every proof must carry; empty for none."""
        self._secrets: dict[str, tuple[str, str]] = {}
        self.issued: dict[str, Token] = {}
        self._proofs: set[str] = set()

    def credentials(self, webid: str) -> tuple[str, str]:
        """A new client credential: id and secret, both with characters that must be form-encoded."""
        number = len(self._secrets) + 1
        client_id, secret = f"vendor app+{number}", f"s3cret:%/{number}"
        self._secrets[client_id] = (secret, webid)
        return client_id, secret

    def withdraw(self, client_id: str) -> None:
        """The credential stops working; issued tokens live on."""
        del self._secrets[client_id]

    def expire(self) -> None:
        """Every issued token ends now."""
        self.issued.clear()

    def configuration(self) -> httpx2.Response:
        """OpenID discovery."""
        return httpx2.Response(200, json={"issuer": self.issuer, "token_endpoint": self.endpoint})

    def token(self, request: httpx2.Request) -> httpx2.Response:
        """The token endpoint."""
        form = parse_qs(request.content.decode())
        webid = self._client(request.headers.get("authorization", ""))
        if webid is None:
            return _oauth_error(401, "invalid_client")
        if form.get("grant_type") != ["client_credentials"]:
            return _oauth_error(400, "unsupported_grant_type")
        if form.get("scope") != ["webid"]:
            return _oauth_error(400, "invalid_scope")
        kind, thumbprint = "Bearer", ""
        if "dpop" in request.headers:
            try:
                thumbprint = self._checked(request, None)
            except BadProofError as error:
                return self._no_good_proof(400, str(error))
            kind = "DPoP"
        value = f"token-{len(self.issued) + 1}-{len(self._proofs)}"
        self.issued[value] = Token(webid, thumbprint, time.monotonic() + self.lifetime)
        return httpx2.Response(
            200, json={"access_token": value, "token_type": kind, "expires_in": self.lifetime, "scope": "webid"}
        )

    def _client(self, header: str) -> str | None:
        if not header.startswith("Basic "):
            return None
        client_id, _, secret = base64.b64decode(header[6:]).decode().partition(":")
        known = self._secrets.get(unquote(client_id.replace("+", " ")))
        return known[1] if known and known[0] == unquote(secret.replace("+", " ")) else None

    def requester(self, request: httpx2.Request) -> str | None:
        """The WebID that a request proves, ``None`` for nobody; raises :class:`BadProofError`."""
        header = request.headers.get("authorization")
        if header is None:
            return None
        kind, _, value = header.partition(" ")
        token = self.issued.get(value)
        if token is None or token.ends < time.monotonic():
            raise BadProofError("invalid_token")
        if kind != ("DPoP" if token.thumbprint else "Bearer"):
            raise BadProofError("the token is bound to a key")
        if token.thumbprint and self._checked(request, value) != token.thumbprint:
            raise BadProofError("the proof is signed by another key")
        return token.webid

    def _no_good_proof(self, status: int, why: str) -> httpx2.Response:
        code = "use_dpop_nonce" if why == "use_dpop_nonce" else "invalid_dpop_proof"
        headers = {"DPoP-Nonce": self.nonce} if self.nonce else {}
        return httpx2.Response(status, json={"error": code, "error_description": why}, headers=headers)

    def challenge(self, why: str) -> dict[str, str]:
        """Headers of a 401 to a proof that was no good."""
        if why != "use_dpop_nonce":
            return {"WWW-Authenticate": f'DPoP error="{why}"'}
        return {"WWW-Authenticate": 'DPoP error="use_dpop_nonce"', "DPoP-Nonce": self.nonce}

    def _checked(self, request: httpx2.Request, token: str | None) -> str:
        proof = request.headers.get("dpop", "")
        try:
            head = extract_compact(proof.encode()).headers()
            key = ECKey.import_key(head["jwk"])
            claims: dict[str, Any] = jwt.decode(proof, key, algorithms=["ES256"]).claims
        except (JoseError, ValueError, KeyError, TypeError) as error:
            raise BadProofError(f"unreadable ({type(error).__name__})") from None
        if head.get("typ") != "dpop+jwt" or key.is_private:
            raise BadProofError("not a proof")
        if claims.get("htm") != request.method or claims.get("htu") != canonical(str(request.url)):
            raise BadProofError("the proof is for another request")
        if abs(time.time() - claims.get("iat", 0)) > 60:
            raise BadProofError("the proof is old")
        if token is not None and claims.get("ath") != _digest(token):
            raise BadProofError("the proof is for another token")
        if self.nonce and claims.get("nonce") != self.nonce:
            raise BadProofError("use_dpop_nonce")
        if claims.get("jti") in self._proofs or not claims.get("jti"):
            raise BadProofError("the proof was used before")
        self._proofs.add(claims["jti"])
        return key.thumbprint()


def _digest(token: str) -> str:
    return base64.urlsafe_b64encode(hashlib.sha256(token.encode()).digest()).rstrip(b"=").decode()


def _oauth_error(status: int, code: str) -> httpx2.Response:
    return httpx2.Response(status, json={"error": code})
