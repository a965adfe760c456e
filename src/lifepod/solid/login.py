"""Signing in, each request carrying a fresh proof of possession (DPoP, RFC 9449): with client credentials, or anew with
what a login in the browser left.

It refuses to send a proof twice, to fall back to Bearer, to take a secret or a token over an open line, and to let the
HTTP library follow a redirect. Built on authlib's own client: renewal before the end and its lock are authlib's; DPoP
(authlib#315) and a token request within bounds are ours.
"""

from __future__ import annotations

import base64
import math
import re
import time
from collections.abc import Generator, Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote

import httpx2
from authlib.integrations.httpx_client import AsyncOAuth2Client, OAuth2Auth, OAuth2ClientAuth

from lifepod.errors import NotSignedIn, Unreachable
from lifepod.limits import LIMITS, Limits
from lifepod.plain import plain
from lifepod.solid.issuer import Issuer, busy, discovered, object_of, reply_of
from lifepod.solid.line import client_options, unread
from lifepod.solid.proofs import Proofs
from lifepod.solid.vault import BrowserLogin, Vault
from lifepod.solid.wire import Reply, must_be_closed, origin_of, own_spelling

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


class _TokenAuth(OAuth2Auth):
    requires_request_body = False  # or every upload would be buffered a second time
    client: DPoPClient

    def auth_flow(self, request: httpx2.Request) -> Generator[httpx2.Request, httpx2.Response, None]:
        must_be_closed(str(request.url))
        token, proofs = self.token["access_token"], self.client.proofs
        for last in (False, True):
            request.headers["Authorization"] = f"DPoP {token}"
            request.headers["DPoP"] = proofs.proof(request.method, str(request.url), token)
            response = yield request
            if not proofs.learnt_nonce(response) or response.status_code != 401 or last:
                return
            unread(response)


class ProofAuth(httpx2.Auth):
    """Sends a proof with a request to the login server, once more where it asks for a nonce."""

    def __init__(self, proofs: Proofs) -> None:
        self._proofs = proofs

    def auth_flow(self, request: httpx2.Request) -> Generator[httpx2.Request, httpx2.Response, None]:
        """httpx2's own protocol for signing."""
        for last in (False, True):
            request.headers["DPoP"] = self._proofs.proof(request.method, str(request.url))
            response = yield request
            if not self._proofs.learnt_nonce(response) or response.status_code not in (400, 401) or last:
                return
            unread(response)


class _ClientAuth(OAuth2ClientAuth):
    proofs: Proofs

    def auth_flow(self, request: httpx2.Request) -> Generator[httpx2.Request, httpx2.Response, None]:
        # RFC 6749 §2.3.1: both halves are form-encoded before Basic; authlib leaves that out.
        pair = f"{quote(self.client_id, safe='')}:{quote(self.client_secret, safe='')}"
        request.headers["Authorization"] = "Basic " + base64.b64encode(pair.encode()).decode()
        yield from ProofAuth(self.proofs).auth_flow(request)


class DPoPClient(AsyncOAuth2Client):
    """authlib's session with proofs: every request signed anew, tokens renewed a minute early, no cookies kept."""

    token_auth_class = _TokenAuth

    def __init__(
        self,
        credentials: Credentials,
        token_endpoint: str,
        bounds: Limits,
        *,
        proofs: Proofs | None = None,
        **kwargs: Any,
    ) -> None:
        self.proofs = proofs or Proofs()
        self._issuer = credentials.issuer
        self._bounds = bounds
        self._fetched = 0.0
        # authlib renews a token by asking fetch_token for this kind of grant; ours then asks for what it must.
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
        form = {"grant_type": "client_credentials", "scope": "webid"}
        reply = await self._posted(url, form, self.client_auth(self.token_endpoint_auth_method))
        return self._taken(token_of(reply, self._issuer))

    async def _posted(self, url: str, form: Mapping[str, str], auth: httpx2.Auth) -> Reply:
        headers = {"Accept": "application/json"}
        opening = httpx2.AsyncClient.stream(self, "POST", url, data=dict(form), headers=headers, auth=auth)
        return await reply_of(opening, self._issuer, url, self._bounds)

    def _taken(self, token: dict[str, Any]) -> Any:
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


class RenewedClient(DPoPClient):
    """The client of a login made in the browser: its refresh token lies in a vault, and so does the key it is bound to.

    A refresh token is good once where the server rotates it, and used twice ends the whole login (RFC 9700 §4.14.2).
    So the vault is locked, read, and written with the new one before the new token is used; another process that
    waited finds a token that is still good.
    """

    def __init__(self, vault: Vault, login: BrowserLogin, issuer: Issuer, bounds: Limits, **kwargs: Any) -> None:
        self._vault, self._key = vault, dict(login.key)
        bare = Credentials(login.webid, login.issuer, login.client_id, "")
        super().__init__(bare, issuer.token_endpoint, bounds, **kwargs)

    async def fetch_token(self, url: str, **kwargs: Any) -> Any:  # type: ignore[override]  # as above
        """The token that lies in the vault, if it is another than ours and good for a while; else a fresh one."""
        used = self.token["access_token"] if self.token else ""
        async with self._vault.locked() as slot:
            login = slot.read()
            if login.key != self._key:  # somebody logged in anew meanwhile; tokens to come are bound to that key
                self._key, self.proofs = dict(login.key), Proofs(login.key)
            left = login.ends - time.time()
            if login.access_token not in ("", used) and left > _GOOD_FOR:
                taken = self._taken(_dpop(login.access_token, int(left)))
                self._fetched = -math.inf  # an old one: where it is refused, a fresh one may help
                return taken
            form = {"grant_type": "refresh_token", "refresh_token": login.refresh_token, "client_id": login.client_id}
            reply = await self._posted(url, form, ProofAuth(self.proofs))
            token, next_one = token_of(reply, self._issuer), object_of(reply).get("refresh_token")
            slot.write(login.renewed(token["access_token"], time.time() + token["expires_in"], next_one))
        return self._taken(token)


_GOOD_FOR = 90
"""Seconds a token must last yet to be taken from another process."""


def token_of(reply: Reply, issuer: str) -> dict[str, Any]:
    """The token of an answer, its parts checked; what else the server adds is not taken."""
    if reply.status == 429 or reply.status >= 500:
        raise busy("POST", reply, issuer)
    found = object_of(reply)
    if reply.status in (400, 401, 403) or "error" in found:
        code = found.get("error")
        said = code if code in _CODES else f"status {reply.status}"
        raise NotSignedIn(
            f"{plain(issuer)} does not accept this login ({said}).",
            issuer=issuer,
            advice="The credential or the login may have been taken away; log in again: `lifepod login`.",
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
    return _dpop(token, _lifetime(found.get("expires_in")))


def _dpop(token: str, seconds: int) -> dict[str, Any]:
    return {"access_token": token, "token_type": "DPoP", "expires_in": seconds}


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
    issuer = await _described(credentials.issuer, transport, limits)
    options = client_options(credentials.issuer, transport, limits)
    return await _entered(DPoPClient(credentials, issuer.token_endpoint, limits, **options), issuer)


async def take_up(
    vault: Vault, *, transport: httpx2.AsyncBaseTransport | None = None, limits: Limits = LIMITS
) -> DPoPClient:
    """A client that takes up a login made in the browser; raises :class:`NotSignedIn` or :class:`Unreachable`."""
    login = vault.read()
    proofs = Proofs(login.key)  # before the client: authlib's leaves a traceback where it is made by half
    issuer = await _described(login.issuer, transport, limits)
    options = client_options(login.issuer, transport, limits)
    return await _entered(RenewedClient(vault, login, issuer, limits, proofs=proofs, **options), issuer)


async def _described(issuer: str, transport: httpx2.AsyncBaseTransport | None, limits: Limits) -> Issuer:
    own_spelling(issuer)
    must_be_closed(issuer)
    async with httpx2.AsyncClient(**client_options(issuer, transport, limits)) as client:
        return await discovered(client, issuer, limits)


async def _entered(client: DPoPClient, issuer: Issuer) -> DPoPClient:
    try:
        await client.fetch_token(issuer.token_endpoint)
    except BaseException:
        await client.aclose()
        raise
    return client
