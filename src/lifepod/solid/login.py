"""Signing in with client credentials, each request carrying a fresh proof of possession (DPoP, RFC 9449).

It refuses to send a proof twice, to fall back to Bearer, and to let the HTTP library follow a redirect. Built on
authlib's own client: token requests, renewal before the end and its lock are authlib's; DPoP (authlib#315) is ours.
"""

from __future__ import annotations

import base64
import hashlib
import secrets
import time
from collections.abc import Generator
from dataclasses import dataclass
from http.cookiejar import CookieJar, DefaultCookiePolicy
from typing import Any
from urllib.parse import quote, urlsplit, urlunsplit

import httpx2
from authlib.integrations.base_client import OAuthError
from authlib.integrations.httpx_client import AsyncOAuth2Client, OAuth2Auth, OAuth2ClientAuth
from joserfc import jwt
from joserfc.jwk import ECKey

from lifepod.errors import LifepodError, NotSignedIn, Unreachable
from lifepod.limits import LIMITS, Limits
from lifepod.plain import plain
from lifepod.solid.wire import is_loopback, origin_of


@dataclass(frozen=True, slots=True)
class Credentials:
    """A client credential: who it speaks for and where its tokens come from."""

    webid: str
    issuer: str
    client_id: str
    client_secret: str

    def __repr__(self) -> str:
        """Without the secret: this lands in logs and tracebacks."""
        return f"Credentials(webid={self.webid!r}, issuer={self.issuer!r}, client_id={self.client_id!r})"


class Proofs:
    """Makes proofs with one key; remembers the nonce each origin asked for."""

    def __init__(self) -> None:
        # ES256 only: Community Solid Server issues tokens for EdDSA proofs and then refuses them.
        self._key = ECKey.generate_key("P-256")
        self._public = self._key.as_dict(private=False)
        self._nonces: dict[str, str] = {}

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


class _TokenAuth(OAuth2Auth):
    requires_request_body = False  # or every upload would be buffered a second time
    client: DPoPClient

    def auth_flow(self, request: httpx2.Request) -> Generator[httpx2.Request, httpx2.Response, None]:
        token = self.token["access_token"]
        for last in (False, True):
            request.headers["Authorization"] = f"DPoP {token}"
            request.headers["DPoP"] = self.client.proofs.proof(request.method, str(request.url), token)
            response = yield request
            if last or not (self.client.proofs.learnt_nonce(response) and response.status_code == 401):
                return


class _ClientAuth(OAuth2ClientAuth):
    proofs: Proofs

    def auth_flow(self, request: httpx2.Request) -> Generator[httpx2.Request, httpx2.Response, None]:
        # RFC 6749 §2.3.1: both halves are form-encoded before Basic; authlib leaves that out.
        pair = f"{quote(self.client_id, safe='')}:{quote(self.client_secret, safe='')}"
        for last in (False, True):
            request.headers["Authorization"] = "Basic " + base64.b64encode(pair.encode()).decode()
            request.headers["DPoP"] = self.proofs.proof(request.method, str(request.url))
            response = yield request
            if last or not (self.proofs.learnt_nonce(response) and response.status_code in (400, 401)):
                return


class DPoPClient(AsyncOAuth2Client):
    """authlib's session with proofs: every request signed anew, tokens renewed a minute early, no cookies kept."""

    token_auth_class = _TokenAuth

    def __init__(self, credentials: Credentials, token_endpoint: str, **kwargs: Any) -> None:
        self.proofs = Proofs()
        super().__init__(
            client_id=credentials.client_id,
            client_secret=credentials.client_secret,
            scope="webid",
            token_endpoint=token_endpoint,
            grant_type="client_credentials",
            follow_redirects=False,
            **kwargs,
        )
        self.register_compliance_hook("access_token_response", _must_be_dpop)

    def client_auth(self, auth_method: str) -> _ClientAuth:
        """Our own client authentication, sharing the proof key the token gets bound to."""
        auth = _ClientAuth(self.client_id, self.client_secret, auth_method)
        auth.proofs = self.proofs
        return auth


def _must_be_dpop(response: httpx2.Response) -> httpx2.Response:
    # Without a proof a server may issue a Bearer token and accept it, and nothing would ever fail.
    if response.status_code == 200 and '"token_type"' in response.text:
        kind = response.json().get("token_type", "")
        if str(kind).lower() != "dpop":
            raise NotSignedIn("The server issued a token that is not bound to our key (not DPoP); it is not used.")
    return response


async def sign_in(
    credentials: Credentials, *, transport: httpx2.AsyncBaseTransport | None = None, limits: Limits = LIMITS
) -> DPoPClient:
    """A client signed in as ``credentials.webid``; raises :class:`NotSignedIn` or :class:`Unreachable`.

    Discovery per https://solidproject.org/TR/oidc-primer; the issuer must name itself exactly as asked for.
    """
    options = client_options(credentials.issuer, transport, limits)
    async with httpx2.AsyncClient(**options) as plain_client:
        endpoint = await _token_endpoint(plain_client, credentials.issuer)
    client = DPoPClient(credentials, endpoint, **client_options(credentials.issuer, transport, limits))
    try:
        await client.fetch_token(endpoint, grant_type="client_credentials")
    except LifepodError:
        await client.aclose()
        raise
    except (OAuthError, httpx2.HTTPError, ValueError) as error:
        await client.aclose()
        raise failed_login(error, credentials.issuer) from None
    return client


def client_options(url: str, transport: httpx2.AsyncBaseTransport | None, limits: Limits) -> dict[str, Any]:
    """Options of every HTTP client of ours: no cookies, no redirects, a timeout, no proxy for this machine."""
    options: dict[str, Any] = {
        "timeout": httpx2.Timeout(limits.request_seconds, connect=10.0, pool=None),
        "cookies": CookieJar(policy=DefaultCookiePolicy(allowed_domains=[])),
        "trust_env": not is_loopback(url),
        "limits": httpx2.Limits(max_connections=limits.in_flight + 4, max_keepalive_connections=limits.in_flight),
    }
    if transport is not None:
        options["transport"] = transport
    return options


def failed_login(error: Exception, issuer: str) -> LifepodError:
    """The reason a token could not be had, without anything secret in it."""
    if isinstance(error, OAuthError):
        code = plain(error.error or "", 60)
        return NotSignedIn(
            f"{plain(issuer)} does not accept this login ({code}).",
            issuer=issuer,
            advice="The credential may have been removed; add the profile again.",
        )
    return Unreachable(f"{plain(issuer)} does not answer ({type(error).__name__}).", host=origin_of(issuer))


async def _token_endpoint(client: httpx2.AsyncClient, issuer: str) -> str:
    try:
        answer = await client.get(issuer.rstrip("/") + "/.well-known/openid-configuration")
        found = answer.json() if answer.status_code == 200 and len(answer.content) < 200_000 else {}
    except httpx2.HTTPError as error:
        raise failed_login(error, issuer) from None
    except ValueError:
        found = {}
    endpoint = found.get("token_endpoint") if isinstance(found, dict) else None
    if not isinstance(endpoint, str) or str(found.get("issuer", "")).rstrip("/") != issuer.rstrip("/"):
        raise Unreachable(f"{plain(issuer)} is not a Solid login server (no matching OpenID configuration).")
    if origin_of(endpoint).startswith("http:") and not is_loopback(endpoint):
        raise NotSignedIn(f"{plain(issuer)} wants the login sent unencrypted; it was not sent.", issuer=issuer)
    return endpoint
