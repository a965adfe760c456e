"""Accounts, pods and client credentials on the pod server at home, through its own account API.

It refuses to touch a server that is not on this machine, and to guess an address: every next step is taken from the
server's last answer (Community Solid Server 7, https://communitysolidserver.github.io/CommunitySolidServer/).
"""

from __future__ import annotations

import re
import secrets
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

import httpx2

from lifepod.errors import Conflict, Malformed, NotReady, Unreachable
from lifepod.plain import plain

_NAME = re.compile(r"[a-z0-9][a-z0-9-]{0,39}\Z")


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
    if urlsplit(base_url).hostname not in ("localhost", "127.0.0.1", "::1"):
        raise Malformed(f"{plain(base_url)} is not on this machine; pods are made at home only.")
    checked_name(name)
    email, password = email or f"{name}@localhost.invalid", password or new_password()
    with httpx2.Client(trust_env=False, timeout=30.0, headers={"Accept": "application/json"}) as client:
        account = _Account(client, base_url)
        account.sign_up(email, password)
        pod = account.post("account", "pod", {"name": name})
        webid = _text(pod, "webId")
        key = account.post("account", "clientCredentials", {"name": "lifepod", "webId": webid})
        issuer = _issuer(client, base_url)
        return NewPod(webid, _text(pod, "pod"), issuer, _text(key, "id"), _text(key, "secret"), email, password)


class _Account:
    def __init__(self, client: httpx2.Client, base_url: str) -> None:
        self._client, self._index = client, base_url + ".account/"
        self._controls: dict[str, Any] = _answer(client, "GET", self._index)["controls"]

    def sign_up(self, email: str, password: str) -> None:
        token = _text(self.post("account", "create", {}), "authorization")
        self._client.headers["Authorization"] = f"CSS-Account-Token {token}"
        self._controls = _answer(self._client, "GET", self._index)["controls"]
        self.post("password", "create", {"email": email, "password": password})

    def post(self, group: str, name: str, body: dict[str, str]) -> dict[str, Any]:
        try:
            url = self._controls[group][name]
        except (KeyError, TypeError):
            raise NotReady("The server's account API is not the one this release knows.") from None
        return _answer(self._client, "POST", url, body)


def _answer(client: httpx2.Client, method: str, url: str, body: dict[str, str] | None = None) -> dict[str, Any]:
    try:
        reply = client.request(method, url, json=body)
        value = reply.json()
    except httpx2.HTTPError:
        raise Unreachable(
            f"No pod server answers at {plain(url)}.", host=url, advice="Start it with `lifepod home up`."
        ) from None
    except ValueError:
        raise NotReady(f"{plain(url)} is no Community Solid Server.") from None
    if reply.status_code >= 400:
        said = plain(value.get("message", ""), 200)
        if "already" in said.lower():
            raise Conflict(f"That name or e-mail is taken on this server ({said}).", advice="Choose another name.")
        raise NotReady(f"The pod server refused ({reply.status_code}): {said}")
    return dict(value)


def _issuer(client: httpx2.Client, base_url: str) -> str:
    return _text(_answer(client, "GET", base_url + ".well-known/openid-configuration"), "issuer")


def _text(value: dict[str, Any], key: str) -> str:
    found = value.get(key)
    if not isinstance(found, str):
        raise NotReady(f"The server's answer lacks {key}.")
    return found
