"""A pod in memory whose server has a login for browsers: registration, consent, codes, refresh tokens, id tokens.

It refuses what oidc-provider refuses (Community Solid Server is built on it): a code twice or without its verifier, a
key other than the one announced, and a refresh token that was used before, which ends the whole login. Everything it
says can be forged: that is what the knobs of :class:`LoginDesk` are for.
"""

from __future__ import annotations

import base64
import hashlib
import json
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import parse_qs, urlencode, urlsplit

import httpx2
from joserfc import jwt
from joserfc.jwk import ECKey
from tests.double.pod_double import PodDouble
from tests.double.tokens import BadProofError, Token, TokenDesk

SCOPE = {"openid", "webid", "offline_access"}
Signer = Callable[[dict[str, Any]], object]
"""Makes an id token of its claims; what it gives back is sent as it is."""


class NoWayBackError(Exception):
    """The browser is shown an error page: the request cannot be answered to whoever sent it."""


@dataclass(slots=True)
class Grant:
    """One consent: a code, and what came of it."""

    asked: Mapping[str, str]
    """The parameters of the authorization request."""
    webid: str
    code_used: bool = False
    ended: bool = False
    refresh_tokens: list[str] = field(default_factory=list)
    """Oldest first; where they are rotated only the last one is good."""
    access_tokens: list[str] = field(default_factory=list)


class LoginDesk(TokenDesk):
    """Logins of browsers beside client credentials, at one origin."""

    def __init__(self, origin: str, webid: str) -> None:
        super().__init__(origin)
        self.webid = webid
        """Who logs in."""
        self.authorization, self.registration = origin + "/.oidc/auth", origin + "/.oidc/reg"
        self.jwks = origin + "/.oidc/jwks"
        self.key = ECKey.generate_key("P-256", parameters={"kid": "k1", "alg": "ES256", "use": "sig"})
        self.clients: dict[str, list[str]] = {}
        """Client id → redirect addresses; a client identifier document can be put in by hand."""
        self.rotates = True
        self.sign: Signer = self.signed
        self.described: dict[str, object] = {}
        """Overrides of the configuration; ``None`` leaves a field out, as in all of these."""
        self.said: dict[str, str | None] = {}
        """Overrides of the answer the browser brings."""
        self.claims: dict[str, object] = {}
        """Overrides of the id token's claims."""
        self.answers: dict[str, object] = {}
        """Overrides of the token answer."""
        self.registers: dict[str, object] = {}
        """Overrides of the answer to a registration."""
        self.registered: list[dict[str, Any]] = []
        """What programs said of themselves."""
        self.grants: list[Grant] = []
        self.refreshed: list[str] = []
        """Refresh tokens that were presented, in order."""

    @property
    def origin(self) -> str:
        """Scheme, host and port of its own."""
        return self.issuer.rstrip("/")

    def configuration(self) -> httpx2.Response:
        """OpenID discovery, now with a login for browsers (RFC 8414, RFC 9207)."""
        right = {
            "issuer": self.issuer,
            "token_endpoint": self.endpoint,
            "authorization_endpoint": self.authorization,
            "registration_endpoint": self.registration,
            "jwks_uri": self.jwks,
            "authorization_response_iss_parameter_supported": True,
        }
        return httpx2.Response(200, json=_with(right, self.described))

    def keys(self) -> httpx2.Response:
        """The public keys."""
        return httpx2.Response(200, json={"keys": [self.key.as_dict(private=False)]})

    def register(self, request: httpx2.Request) -> httpx2.Response:
        """Dynamic registration (RFC 7591)."""
        about = json.loads(request.content)
        if request.method != "POST" or not about.get("redirect_uris") or about.get("response_types") != ["code"]:
            return httpx2.Response(400, json={"error": "invalid_client_metadata"})
        client_id = f"client-{len(self.clients) + 1}"
        self.registered.append(about)
        self.clients[client_id] = about["redirect_uris"]
        return httpx2.Response(201, json=_with({**about, "client_id": client_id}, self.registers))

    def consent(self, address: str) -> str:
        """The address a browser ends at when somebody logs in and says yes; raises :class:`NoWayBackError`."""
        url, query = urlsplit(address), parse_qs(urlsplit(address).query)
        asked = {name: values[0] for name, values in query.items() if len(values) == 1}
        if f"{url.scheme}://{url.netloc}{url.path}" != self.authorization or len(asked) != len(query):
            raise NoWayBackError("this is no login page")
        client_id, redirect = asked.get("client_id", ""), asked.get("redirect_uri", "")
        if client_id not in self.clients or not any(_same_place(redirect, one) for one in self.clients[client_id]):
            raise NoWayBackError("unknown program, or another place to go back to")
        back: dict[str, str | None] = {"state": asked.get("state"), "iss": self.issuer}
        problem = _problem(asked)
        if problem:
            back["error"] = problem
        else:
            self.grants.append(Grant(asked, self.webid))
            back["code"] = f"code-{len(self.grants)}"
        said = {name: value for name, value in _with(back, self.said).items() if value is not None}
        return f"{redirect}?{urlencode(said)}"

    def token(self, request: httpx2.Request) -> httpx2.Response:
        """The token endpoint, for codes and refresh tokens too (RFC 6749 §4.1.3 and §6, RFC 7636, RFC 9449 §10)."""
        form = {name: values[0] for name, values in parse_qs(request.content.decode()).items()}
        kind = form.get("grant_type")
        if kind not in ("authorization_code", "refresh_token"):
            return super().token(request)
        try:
            thumbprint = self._checked(request, None)
        except BadProofError as error:
            return self._no_good_proof(400, str(error))
        grant = self._redeemed(form, thumbprint) if kind == "authorization_code" else self._renewed(form, thumbprint)
        if grant is None:
            return httpx2.Response(400, json={"error": "invalid_grant"})
        return self._issued(grant, thumbprint, first=kind == "authorization_code")

    def _redeemed(self, form: dict[str, str], thumbprint: str) -> Grant | None:
        number = form.get("code", "").removeprefix("code-")
        if not number.isdecimal() or not 0 < int(number) <= len(self.grants):
            return None
        grant = self.grants[int(number) - 1]
        if grant.code_used:
            self._end(grant)  # whoever comes second may be a thief, and so may whoever came first
            return None
        asked, verifier = grant.asked, form.get("code_verifier", "")
        right = (
            asked["code_challenge"] == _s256(verifier)
            and (asked["client_id"], asked["redirect_uri"]) == (form.get("client_id"), form.get("redirect_uri"))
            and asked["dpop_jkt"] == thumbprint
        )
        grant.code_used = True
        return grant if right else None

    def _renewed(self, form: dict[str, str], thumbprint: str) -> Grant | None:
        shown = form.get("refresh_token", "")
        self.refreshed.append(shown)
        grant = next((one for one in self.grants if shown in one.refresh_tokens), None)
        if grant is None or grant.ended or form.get("client_id") != grant.asked["client_id"]:
            return None
        if self.rotates and shown != grant.refresh_tokens[-1]:
            self._end(grant)
            return None
        return grant if grant.asked["dpop_jkt"] == thumbprint else None

    def _end(self, grant: Grant) -> None:
        grant.ended = True
        for value in grant.access_tokens:
            self.issued.pop(value, None)

    def _issued(self, grant: Grant, thumbprint: str, *, first: bool) -> httpx2.Response:
        value = f"access-{len(self.issued) + 1}-{len(self._proofs)}"
        self.issued[value] = Token(grant.webid, thumbprint, time.monotonic() + self.lifetime)
        grant.access_tokens.append(value)
        right: dict[str, object] = {"access_token": value, "token_type": "DPoP", "expires_in": self.lifetime}
        if first or self.rotates:
            grant.refresh_tokens.append(f"refresh-{self.grants.index(grant) + 1}-{len(grant.refresh_tokens) + 1}")
            right["refresh_token"] = grant.refresh_tokens[-1]
        if first:
            right["id_token"] = self.sign(_with(self._claimed(grant), self.claims))
        return httpx2.Response(200, json=_with(right, self.answers))

    def _claimed(self, grant: Grant) -> dict[str, object]:
        now, client_id = int(time.time()), grant.asked["client_id"]
        who: dict[str, object] = {"sub": grant.webid, "webid": grant.webid, "nonce": grant.asked.get("nonce")}
        return who | {"iss": self.issuer, "aud": client_id, "azp": client_id, "iat": now, "exp": now + 3600}

    def signed(self, claims: dict[str, Any]) -> str:
        """An id token as it should be."""
        return jwt.encode({"alg": "ES256", "kid": "k1"}, claims, self.key)


class IssuerDouble(PodDouble):
    """A pod whose own server lets people log in with a browser."""

    def __init__(self, base: str = "https://pod.example/alice/") -> None:
        super().__init__(base)
        self.desk = LoginDesk(self.origin, self.owner)
        self.tokens = self.desk

    def _answer(self, request: httpx2.Request, url: str, agent: str | None, problem: str) -> httpx2.Response:
        if url == self.desk.jwks:
            return self.desk.keys()
        if url == self.desk.registration:
            return self.desk.register(request)
        return super()._answer(request, url, agent, problem)


def _problem(asked: Mapping[str, str]) -> str:
    """Why a request is refused; empty where it is good."""
    if asked.get("response_type") != "code":
        return "unsupported_response_type"
    if not SCOPE.issubset(asked.get("scope", "").split()):
        return "invalid_scope"
    if "consent" not in asked.get("prompt", "").split():
        return "consent_required"  # a server may else give no refresh token: OpenID Connect Core §11
    if asked.get("code_challenge_method") != "S256" or len(asked.get("code_challenge", "")) != 43:
        return "invalid_request"
    return "" if asked.get("dpop_jkt") and asked.get("nonce") else "invalid_request"


def _same_place(redirect: str, registered: str) -> bool:
    # RFC 8252 §7.3: of a loopback address any port is good.
    one, other = urlsplit(redirect), urlsplit(registered)
    return one.hostname == "127.0.0.1" and (one.scheme, one.hostname, one.path) == ("http", other.hostname, other.path)


def _s256(verifier: str) -> str:
    return base64.urlsafe_b64encode(hashlib.sha256(verifier.encode()).digest()).rstrip(b"=").decode()


def _with(right: Mapping[str, Any], more: Mapping[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in {**right, **more}.items() if value is not None}
