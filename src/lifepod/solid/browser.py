"""A login in the browser: the question we ask, the answer that must fit it, and what it is redeemed for.

Authorization code with PKCE and DPoP for a program on the person's own machine (RFC 6749, 7636, 8252, 9207, 9449;
https://solidproject.org/TR/oidc). It refuses an answer to another question, from another login server, or for a WebID
that does not name this login server.

* Each question has its own state, nonce and verifier; none is used twice.
* The code is worth nothing to whoever overhears it: only who knows the verifier and holds the key can redeem it.
"""

from __future__ import annotations

import hmac
import secrets
import time
from dataclasses import dataclass
from urllib.parse import parse_qs, urlsplit

import httpx2
from authlib.common.urls import add_params_to_uri
from authlib.oauth2.rfc7636 import create_s256_code_challenge

from lifepod.errors import NotSignedIn, Unreachable
from lifepod.limits import LIMITS, Limits
from lifepod.plain import plain
from lifepod.solid.idtoken import webid_of
from lifepod.solid.issuer import Issuer, busy, object_of, reply_of
from lifepod.solid.login import ProofAuth, token_of
from lifepod.solid.proofs import Proofs
from lifepod.solid.vault import BrowserLogin
from lifepod.solid.wire import origin_of

SCOPE = "openid webid offline_access"
NAME = "lifepod"
_REFUSALS = {
    "access_denied": "You said no, or the login server did.",
    "login_required": "The login server wants you to log in there first.",
    "consent_required": "The login server wants your consent first.",
}


@dataclass(frozen=True, slots=True)
class Question:
    """One login that was begun in a browser."""

    issuer: Issuer
    client_id: str
    redirect: str
    """Where the browser brings the answer: an address of this machine."""
    state: str
    nonce: str
    verifier: str
    address: str
    """To be opened in a browser."""

    def __repr__(self) -> str:
        """Without what only we may know."""
        return f"Question(issuer={self.issuer.issuer!r}, client_id={self.client_id!r})"


async def registered(client: httpx2.AsyncClient, issuer: Issuer, redirect: str, limits: Limits = LIMITS) -> str:
    """Make this program known to a login server; its client id (RFC 7591). Raises :class:`NotSignedIn`."""
    if not issuer.registration_endpoint:
        raise NotSignedIn(
            f"{plain(issuer.issuer)} does not let programs make themselves known.",
            issuer=issuer.issuer,
            advice="Name a client identifier document that it accepts: `lifepod login … --client-id URL --port PORT`.",
        )
    about = {
        "client_name": NAME,
        "application_type": "native",
        "redirect_uris": [redirect],
        "grant_types": ["authorization_code", "refresh_token"],
        "response_types": ["code"],
        "token_endpoint_auth_method": "none",
        "scope": SCOPE,
    }
    url = issuer.registration_endpoint
    opening = client.stream("POST", url, json=about, headers={"Accept": "application/json"})
    reply = await reply_of(opening, issuer.issuer, url, limits)
    if reply.status == 429 or reply.status >= 500:
        raise busy("POST", reply, issuer.issuer)
    client_id = object_of(reply).get("client_id")
    if reply.status not in (200, 201) or not isinstance(client_id, str) or not 0 < len(client_id) < 4000:
        raise NotSignedIn(f"{plain(issuer.issuer)} does not take us as a program (status {reply.status}).")
    return client_id


def question(issuer: Issuer, client_id: str, redirect: str, proofs: Proofs) -> Question:
    """A new question; raises :class:`NotSignedIn` where the server has no login for browsers."""
    if not issuer.authorization_endpoint or not issuer.jwks_uri:
        raise NotSignedIn(f"{plain(issuer.issuer)} has no login for a browser.", issuer=issuer.issuer)
    state, nonce, verifier = (secrets.token_urlsafe(32) for _ in range(3))
    asked = {
        "response_type": "code",
        "client_id": client_id,
        "redirect_uri": redirect,
        "scope": SCOPE,
        "state": state,
        "nonce": nonce,
        "code_challenge": str(create_s256_code_challenge(verifier)),  # type: ignore[no-untyped-call]
        "code_challenge_method": "S256",
        "dpop_jkt": proofs.thumbprint,
        # Without it a server may give no refresh token (OpenID Connect Core §11).
        "prompt": "consent",
    }
    address = add_params_to_uri(issuer.authorization_endpoint, list(asked.items()))
    return Question(issuer, client_id, redirect, state, nonce, verifier, address)


def fits(asked: Question, address: str) -> bool:
    """Whether an address is the answer to this question, yes or no; all other addresses are strangers'."""
    said = _said(address)
    return hmac.compare_digest(said.get("state", "").encode(errors="replace"), asked.state.encode())


def code_of(asked: Question, address: str) -> str:
    """The code of an answer; raises :class:`NotSignedIn` where it is a refusal, a forgery or somebody else's."""
    said, issuer = _said(address), asked.issuer
    if not fits(asked, address):
        raise NotSignedIn(
            "That address is not the answer to this login.",
            advice="Copy the whole address your browser ended at, from http to the end, and use it only once.",
        )
    named = said.get("iss")
    if named != issuer.issuer if named is not None or issuer.names_itself else False:
        raise NotSignedIn(
            f"The answer comes from {plain(named or 'nobody', 200)}, not from {plain(issuer.issuer)}; it was not used.",
            issuer=issuer.issuer,
        )
    if "error" in said:
        why = _REFUSALS.get(said["error"], f"The login server says: {plain(said['error'], 60)}.")
        raise NotSignedIn(f"You were not logged in. {why}", issuer=issuer.issuer)
    if not said.get("code"):
        raise NotSignedIn("The answer of the login server holds no code.", issuer=issuer.issuer)
    return said["code"]


def _said(address: str) -> dict[str, str]:
    try:
        query = parse_qs(urlsplit(address.strip()[:16_384]).query, max_num_fields=20)
    except ValueError:
        return {}
    # RFC 6749 §3.1: no parameter may come twice. Two readers of such an answer could read two different ones.
    return {name: values[0] for name, values in query.items()} if all(len(v) == 1 for v in query.values()) else {}


async def redeemed(
    client: httpx2.AsyncClient, asked: Question, code: str, proofs: Proofs, limits: Limits = LIMITS
) -> BrowserLogin:
    """What a code is worth: a login with its refresh token; raises :class:`NotSignedIn` or :class:`Unreachable`."""
    issuer = asked.issuer
    form = {
        "grant_type": "authorization_code",
        "code": code,
        "redirect_uri": asked.redirect,
        "client_id": asked.client_id,
        "code_verifier": asked.verifier,
    }
    url, headers = issuer.token_endpoint, {"Accept": "application/json"}
    opening = client.stream("POST", url, data=form, headers=headers, auth=ProofAuth(proofs))
    reply = await reply_of(opening, issuer.issuer, url, limits)
    token, found = token_of(reply, issuer.issuer), object_of(reply)
    keys = await reply_of(
        client.stream("GET", issuer.jwks_uri, headers=headers), issuer.issuer, issuer.jwks_uri, limits
    )
    if keys.status != 200:
        raise Unreachable(f"{plain(issuer.issuer)} does not show its keys ({keys.status}).", host=origin_of(url))
    webid = webid_of(
        found.get("id_token"), keys.body, issuer=issuer.issuer, client_id=asked.client_id, nonce=asked.nonce
    )
    refresh = found.get("refresh_token")
    if not isinstance(refresh, str) or not refresh:
        raise NotSignedIn(
            f"{plain(issuer.issuer)} gives logins that cannot be kept (no refresh token).",
            issuer=issuer.issuer,
            advice="Use client credentials if it has them: `lifepod login … --credentials`.",
        )
    ends = time.time() + token["expires_in"]
    kept = BrowserLogin(webid, issuer.issuer, asked.client_id, refresh, proofs.key_to_keep())
    return kept.renewed(token["access_token"], ends, refresh)
