"""Logins side by side: remember, choose, sign in, hand out a :class:`Pod`.

It refuses to prompt and to print (callers pass a voice), and keeps no secret itself: those rest in the store.
"""

from __future__ import annotations

import json
import re
from dataclasses import asdict

import httpx2

from lifepod.errors import Conflict, Malformed, NotSignedIn
from lifepod.limits import LIMITS, Limits
from lifepod.plain import plain
from lifepod.solid.keyring import Store
from lifepod.solid.login import Credentials as Credentials  # part of what can be remembered
from lifepod.solid.login import sign_in, take_up
from lifepod.solid.pod import Pod
from lifepod.solid.remembered import Profile as Profile
from lifepod.solid.remembered import changing, default_of, load, root_of, save
from lifepod.solid.remembered import choose as choose  # what a login is chosen by
from lifepod.solid.remembered import profiles as profiles
from lifepod.solid.send import Gates, Sender
from lifepod.solid.vault import BrowserLogin, Vault, browser_login_of

Login = Credentials | BrowserLogin
"""What can be remembered."""
_NAME = re.compile(r"[a-z0-9][a-z0-9._-]{0,39}\Z")


def remember(name: str, login: Login, storage: str, store: Store) -> Profile:
    """Keep a login; the first that is no trial's becomes the default.

    Raises :class:`Conflict` where the name stands for another.
    """
    if not _NAME.match(name):
        raise Malformed(f"{plain(name, 60)} cannot name a login.", advice="Use small letters, digits, dots and dashes.")
    with changing():
        return _remembered(name, login, storage, store)


def _remembered(name: str, login: Login, storage: str, store: Store) -> Profile:
    default, kept = load()
    if name in kept and kept[name]["webid"] != login.webid:
        raise Conflict(
            f"A login called {name} exists already, for {plain(kept[name]['webid'])}.",
            advice=f"Choose another name, or forget that one first: `lifepod logout --profile {name}`.",
        )
    profile = Profile(name, login.webid, root_of(storage), login.issuer)
    before = kept.get(name)
    store.put(_entry(profile.issuer, profile.webid), _secret_of(login))
    kept[name] = {k: v for k, v in asdict(profile).items() if k in ("webid", "storage", "issuer")}
    first = default_of(default or name, kept)
    save(first, kept)
    if before is not None:
        _drop_secret(before, kept, store)  # the login server has moved; the old secret is of no more use
    return Profile(profile.name, profile.webid, profile.storage, profile.issuer, first == name)


def _secret_of(login: Login) -> str:
    if isinstance(login, BrowserLogin):
        return login.text()
    return json.dumps({"client_id": login.client_id, "client_secret": login.client_secret})


def forget(name: str, store: Store) -> BrowserLogin | None:
    """Forget a login and its secret on this machine.

    The login of a browser whose secret went with it is handed back, so that its server can be told; a client credential
    stays valid until it is deleted on the server.
    """
    with changing():
        default, kept = load()
        profile = choose(name)
        gone = kept.pop(profile.name)
        secret = _drop_secret(gone, kept, store)
        save(default_of(default, kept), kept)
    return browser_login_of(secret)


def _drop_secret(gone: dict[str, str], kept: dict[str, dict[str, str]], store: Store) -> str | None:
    """Remove the secret and give it back, unless another name stands for the same login and needs it."""
    entry = _entry(gone["issuer"], gone["webid"])
    if any(_entry(one["issuer"], one["webid"]) == entry for one in kept.values()):
        return None
    secret = store.get(entry)
    store.remove(entry)
    return secret


async def open_pod(
    profile: Profile, store: Store, *, transport: httpx2.AsyncBaseTransport | None = None, limits: Limits = LIMITS
) -> Pod:
    """Sign in and hand out the pod; raises :class:`NotSignedIn` or :class:`Unreachable`."""
    entry, gates = _entry(profile.issuer, profile.webid), Gates()
    secret = store.get(entry)
    if secret is None:
        raise NotSignedIn(f"The secret of login {profile.name} is gone from the keyring.", issuer=profile.issuer)
    if browser_login_of(secret) is not None:
        client = await take_up(Vault(store, entry), transport=transport, limits=limits)
    else:
        client = await sign_in(_credentials(profile, secret), transport=transport, limits=limits)
    nobody = Sender.anonymous(profile.storage or profile.issuer, transport, limits, gates)
    sender = Sender(client, limits, gates)
    return Pod(sender, nobody=nobody, webid=profile.webid, storage=profile.storage, limits=limits)


def visitor(url: str, *, transport: httpx2.AsyncBaseTransport | None = None, limits: Limits = LIMITS) -> Pod:
    """A pod client that is nobody, near ``url``: what everyone may read."""
    sender = Sender.anonymous(url, transport, limits)
    return Pod(sender, nobody=sender, limits=limits)


def _credentials(profile: Profile, secret: str) -> Credentials:
    try:
        raw = json.loads(secret)
        return Credentials(profile.webid, profile.issuer, str(raw["client_id"]), str(raw["client_secret"]))
    except (ValueError, KeyError, TypeError, RecursionError):
        raise NotSignedIn(f"The secret of login {profile.name} is damaged.", issuer=profile.issuer) from None


def _entry(issuer: str, webid: str) -> str:
    return f"{issuer} {webid}"
