"""Signing in with client credentials, each request carrying a fresh proof of possession (DPoP, RFC 9449).

It refuses to send a proof twice, to fall back to Bearer, to take a secret or a token over an open line, and to let the
HTTP library follow a redirect. Built on authlib's own client: renewal before the end and its lock are authlib's; DPoP
(authlib#315) and a token request within bounds are ours.
"""

from __future__ import annotations

import base64
import hashlib
import json
import re
import secrets
import time
from collections.abc import Generator
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote, urlsplit, urlunsplit

import httpx2
from authlib.integrations.httpx_client import AsyncOAuth2Client, OAuth2Auth, OAuth2ClientAuth
from joserfc import jwt
from joserfc.jwk import ECKey

from lifepod.errors import Malformed, NotSignedIn, TooBig, Unreachable
from lifepod.limits import LIMITS, Limits
from lifepod.plain import plain
from lifepod.solid.line import broken, client_options, received, unread
from lifepod.solid.wire import Reply, failure_of, is_loopback, origin_of, own_spelling

_ANSWER_BYTES = 200_000
"""A discovery document or a token, bytes."""
_TOKEN = re.compile(r"[\x21-\x7e]{1,16384}\Z")
_MOMENT = 5.0
"""Seconds in which a token does not go stale."""
_CODES = (
    "access_denied",
    "invalid_client",
    "invalid_dpop_proof",
    "invalid_grant",
    "invalid_request",
    "invalid_scope",
    "unauthorized_client",
    "unsupported_grant_type",
    "use_dpop_nonce",
)
"""What a login server may call its refusal (RFC 6749 §5.2, RFC 9449); other words of its are not repeated."""


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
        _must_be_closed_line(str(request.url))
        token, proofs = self.token["access_token"], self.client.proofs
        for last in (False, True):
            request.headers["Authorization"] = f"DPoP {token}"
            request.headers["DPoP"] = proofs.proof(request.method, str(request.url), token)
            response = yield request
            if not proofs.learnt_nonce(response) or response.status_code != 401 or last:
                return
            unread(response)


class _ClientAuth(OAuth2ClientAuth):
    proofs: Proofs

    def auth_flow(self, request: httpx2.Request) -> Generator[httpx2.Request, httpx2.Response, None]:
        # RFC 6749 §2.3.1: both halves are form-encoded before Basic; authlib leaves that out.
        pair = f"{quote(self.client_id, safe='')}:{quote(self.client_secret, safe='')}"
        for last in (False, True):
            request.headers["Authorization"] = "Basic " + base64.b64encode(pair.encode()).decode()
            request.headers["DPoP"] = self.proofs.proof(request.method, str(request.url))
            response = yield request
            if not self.proofs.learnt_nonce(response) or response.status_code not in (400, 401) or last:
                return
            unread(response)


class DPoPClient(AsyncOAuth2Client):
    """authlib's session with proofs: every request signed anew, tokens renewed a minute early, no cookies kept."""

    token_auth_class = _TokenAuth

    def __init__(self, credentials: Credentials, token_endpoint: str, bounds: Limits, **kwargs: Any) -> None:
        self.proofs = Proofs()
        self._issuer = credentials.issuer
        self._bounds = bounds
        self._fetched = 0.0
        super().__init__(
            client_id=credentials.client_id,
            client_secret=credentials.client_secret,
            token_endpoint=token_endpoint,
            grant_type="client_credentials",
            **kwargs,
        )

    def client_auth(self, auth_method: str) -> _ClientAuth:
        """Our own client authentication, sharing the proof key the token gets bound to."""
        auth = _ClientAuth(self.client_id, self.client_secret, auth_method)
        auth.proofs = self.proofs
        return auth

    async def fetch_token(self, url: str, **kwargs: Any) -> Any:  # type: ignore[override]  # as authlib's own async one
        """A fresh token from the token endpoint; raises :class:`NotSignedIn` or :class:`Unreachable`.

        authlib calls this for a renewal too. Its own would read an answer of any size and take a token of any kind.
        """
        opening = httpx2.AsyncClient.stream(
            self,
            "POST",
            url,
            data={"grant_type": "client_credentials", "scope": "webid"},
            headers={"Accept": "application/json"},
            auth=self.client_auth(self.token_endpoint_auth_method),
        )
        token = _token_of(await _reply_of(opening, self._issuer, url, self._bounds), self._issuer)
        # A token that lives shorter than authlib's minute would otherwise be fetched anew for every request.
        self.leeway = min(60, token["expires_in"] // 2)
        self.token = token
        self._fetched = time.monotonic()
        return self.token

    async def renewed(self, used: str) -> bool:
        """Whether there is another token than the one that was ``used`` and refused; a fresh one is fetched at once.

        A token that is only moments old is not fetched again: the server refuses something else then.
        """
        async with self._token_refresh_lock:  # type: ignore[attr-defined]  # authlib's own, left out of its stubs
            if self.token["access_token"] == used:
                if time.monotonic() - self._fetched < _MOMENT:
                    return False
                await self.fetch_token(self.metadata["token_endpoint"])
        return True


def _token_of(reply: Reply, issuer: str) -> dict[str, Any]:
    """The token of an answer, its parts checked; what else the server adds is not taken."""
    if reply.status == 429 or reply.status >= 500:
        raise failure_of("POST", reply) or Unreachable(f"{plain(issuer)} is busy.")
    found = _object_of(reply)
    if reply.status in (400, 401, 403) or "error" in found:
        code = found.get("error")
        said = code if code in _CODES else f"status {reply.status}"
        raise NotSignedIn(
            f"{plain(issuer)} does not accept this login ({said}).",
            issuer=issuer,
            advice="The credential may have been removed; add the profile again.",
        )
    token = found.get("access_token")
    if reply.status != 200 or not isinstance(token, str) or not _TOKEN.match(token):
        raise Unreachable(f"{plain(issuer)} did not send a token (status {reply.status}).", host=origin_of(issuer))
    # Without a proof a server may issue a Bearer token and accept it, and nothing would ever fail.
    if str(found.get("token_type", "")).lower() != "dpop":
        raise NotSignedIn(
            "The server issued a token that is not bound to our key (not DPoP); it is not used.",
            issuer=issuer,
            advice="Choose a login server that supports DPoP, as Solid-OIDC wants it.",
        )
    return {"access_token": token, "token_type": "DPoP", "expires_in": _lifetime(found.get("expires_in"))}


def _lifetime(said: Any) -> int:
    """Seconds a token lives; where the server does not say, five minutes, so that it is renewed at all."""
    try:
        return max(1, min(int(said), 86_400))
    except (TypeError, ValueError, OverflowError):
        return 300


async def sign_in(
    credentials: Credentials, *, transport: httpx2.AsyncBaseTransport | None = None, limits: Limits = LIMITS
) -> DPoPClient:
    """A client signed in as ``credentials.webid``; raises :class:`NotSignedIn` or :class:`Unreachable`.

    Discovery per https://solidproject.org/TR/oidc-primer; the issuer must name itself exactly as asked for, and take
    the login at its own address.
    """
    own_spelling(credentials.issuer)
    _must_be_closed_line(credentials.issuer)
    options = client_options(credentials.issuer, transport, limits)
    async with httpx2.AsyncClient(**options) as plain_client:
        endpoint = await _token_endpoint(plain_client, credentials.issuer, limits)
    client = DPoPClient(credentials, endpoint, limits, **client_options(credentials.issuer, transport, limits))
    try:
        await client.fetch_token(endpoint)
    except BaseException:
        await client.aclose()
        raise
    return client


async def _token_endpoint(client: httpx2.AsyncClient, issuer: str, limits: Limits) -> str:
    url = issuer.rstrip("/") + "/.well-known/openid-configuration"
    reply = await _reply_of(client.stream("GET", url, headers={"Accept": "application/json"}), issuer, url, limits)
    if reply.status == 429 or reply.status >= 500:
        raise failure_of("GET", reply) or Unreachable(f"{plain(issuer)} is busy.")
    found = _object_of(reply) if reply.status == 200 else {}
    endpoint, named = found.get("token_endpoint"), found.get("issuer")
    if not isinstance(endpoint, str) or not isinstance(named, str):
        raise Unreachable(
            f"{plain(issuer)} is not a Solid login server (no OpenID configuration).",
            host=origin_of(issuer),
            advice="Check the issuer's address; the WebID's profile names it as solid:oidcIssuer.",
        )
    if named != issuer:
        raise NotSignedIn(
            f"{plain(issuer)} calls itself {plain(named, 200)}; the login was not sent.",
            issuer=issuer,
            advice="Name the issuer exactly as it names itself, to the last slash.",
        )
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


async def _reply_of(opening: Any, issuer: str, url: str, limits: Limits) -> Reply:
    try:
        return await received(opening, url, limits, _ANSWER_BYTES)
    except TooBig:
        raise Unreachable(f"{plain(issuer)} answers a login with too much text.", host=origin_of(issuer)) from None
    except httpx2.HTTPError as error:
        raise broken(issuer, error) from None


def _object_of(reply: Reply) -> dict[str, Any]:
    try:
        found = json.loads(reply.body)
    except (ValueError, RecursionError):
        return {}
    return found if isinstance(found, dict) else {}


def _must_be_closed_line(url: str) -> None:
    if urlsplit(url).scheme != "https" and not is_loopback(url):
        raise NotSignedIn(
            f"{plain(url)} is not encrypted (http); your login is not sent there.",
            advice="Use its https address.",
        )
