"""Accounts, pods and client credentials on the pod server at home, through its own account API.

It refuses to touch a server that is not on this machine, and to guess an address: every next step is taken from the
server's last answer (Community Solid Server 7, https://communitysolidserver.github.io/CommunitySolidServer/).
"""

from __future__ import annotations

import json
import re
import secrets
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

import httpx2

from lifepod.errors import Conflict, Malformed, NotReady, TooBig, Unreachable
from lifepod.limits import LIMITS
from lifepod.plain import plain

_NAME = re.compile(r"[a-z0-9][a-z0-9-]{0,39}\Z")
_OTHER_NAME = "Choose another name."
_OTHER_SERVER = "Look with `lifepod home status` which server answers there; it is not the one lifepod installs."


@dataclass(frozen=True, slots=True)
class NewPod:
    """What a new account got; shown once."""

    webid: str
    pod: str
    issuer: str
    client_id: str
    client_secret: str
    email: str
    account_password: str

    def __repr__(self) -> str:
        """Without the secrets: this lands in logs and tracebacks."""
        return f"NewPod(webid={self.webid!r}, pod={self.pod!r})"


def new_password() -> str:
    """A password nobody has to remember."""
    return secrets.token_urlsafe(24)


def checked_name(name: str) -> str:
    """The name as it may stand in an address; raises :class:`Malformed`."""
    if not _NAME.match(name):
        raise Malformed(f"{plain(name, 60)} cannot name a pod.", advice="Use small letters, digits and dashes.")
    return name


def add(base_url: str, name: str, *, email: str = "", password: str = "") -> NewPod:
    """Make an account with a pod, its WebID and a client credential.

    Raises :class:`Conflict` where the name is taken and :class:`Unreachable` where no server answers.
    """
    base = _at_home(base_url)
    checked_name(name)
    # The address is random: a name whose pod was never finished can be asked for again.
    email, password = email or f"{name}-{secrets.token_hex(4)}@localhost.invalid", password or new_password()
    with httpx2.Client(trust_env=False, timeout=30.0, headers={"Accept": "application/json"}) as client:
        account = _Account(client, base)
        _must_be_new(client, base, name)
        account.sign_up(email, password)
        pod = account.post("account", "pod", {"name": name})
        webid = _text(pod, "webId")
        key = account.post("account", "clientCredentials", {"name": "lifepod", "webId": webid})
        issuer = _text(account.ask("GET", base + ".well-known/openid-configuration"), "issuer")
        return NewPod(webid, _text(pod, "pod"), issuer, _text(key, "id"), _text(key, "secret"), email, password)


def _at_home(base_url: str) -> str:
    try:
        parts = urlsplit(base_url)
        host, scheme = parts.hostname, parts.scheme
    except ValueError:
        host = scheme = None
    if host not in ("localhost", "127.0.0.1", "::1") or scheme not in ("http", "https"):
        raise Malformed(
            f"{plain(base_url)} is not on this machine; pods are made at home only.",
            advice="Make the account where that server is, then sign in: lifepod login",
        )
    return base_url if base_url.endswith("/") else base_url + "/"


def _must_be_new(client: httpx2.Client, base: str, name: str) -> None:
    """A pod's profile is public when it is made: seen before an account exists that would then stand empty."""
    if _sent(client, "HEAD", f"{base}{name}/profile/card").status_code == 200:
        raise Conflict(f"There is a pod called {name} on this server already.", advice=_OTHER_NAME)


class _Account:
    """One account; every address is taken from the ``controls`` of the server's last answer."""

    def __init__(self, client: httpx2.Client, base: str) -> None:
        self._client, self._base = client, base
        self._controls = self._listed()

    def _listed(self) -> dict[str, Any]:
        controls = self.ask("GET", self._base + ".account/").get("controls")
        if not isinstance(controls, dict):
            raise NotReady(f"{plain(self._base)} is no Community Solid Server.", advice=_OTHER_SERVER)
        return controls

    def sign_up(self, email: str, password: str) -> None:
        token = _text(self.post("account", "create", {}), "authorization")
        self._client.headers["Authorization"] = f"CSS-Account-Token {token}"
        self._controls = self._listed()
        self.post("password", "create", {"email": email, "password": password})

    def post(self, group: str, name: str, body: dict[str, str]) -> dict[str, Any]:
        known = self._controls.get(group)
        url = known.get(name) if isinstance(known, dict) else None
        # The account's token goes to the server that gave it, wherever an answer may point.
        if not isinstance(url, str) or not url.startswith(self._base):
            raise NotReady("The server's account API is not the one this release knows.", advice=_OTHER_SERVER)
        return self.ask("POST", url, body)

    def ask(self, method: str, url: str, body: dict[str, str] | None = None) -> dict[str, Any]:
        reply = _sent(self._client, method, url, body)
        try:
            value = json.loads(reply.content)
        except (ValueError, RecursionError):
            value = None
        if not isinstance(value, dict):
            raise NotReady(f"{plain(url)} is no Community Solid Server.", advice=_OTHER_SERVER)
        if reply.status_code < 400:
            return value
        said = plain(value.get("message", ""), 200)
        if reply.status_code == 409 or "already" in said.lower():
            raise Conflict(f"That name or e-mail is taken on this server ({said}).", advice=_OTHER_NAME)
        raise NotReady(f"The pod server refused ({reply.status_code}): {said}", advice=_OTHER_SERVER)


def _sent(client: httpx2.Client, method: str, url: str, body: dict[str, str] | None = None) -> httpx2.Response:
    try:
        with client.stream(method, url, json=body) as reply:
            held = b""
            for part in reply.iter_bytes():
                held += part
                if len(held) > LIMITS.control_bytes:
                    raise TooBig(f"The answer of {plain(url)} is too long.", bound=LIMITS.control_bytes, place=url)
            return httpx2.Response(reply.status_code, content=held)
    except httpx2.HTTPError:
        raise Unreachable(
            f"No pod server answers at {plain(url)}.", host=url, advice="Start it with `lifepod home up`."
        ) from None


def _text(value: dict[str, Any], key: str) -> str:
    found = value.get(key)
    if not isinstance(found, str):
        raise NotReady(f"The server's answer lacks {key}.", advice=_OTHER_SERVER)
    return found
