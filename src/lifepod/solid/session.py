"""Logins side by side: remember, choose, sign in, hand out a :class:`Pod`.

It refuses to prompt and to print (callers pass a voice), and keeps no secret itself: those rest in the store.
"""

from __future__ import annotations

import json
import os
import re
from collections.abc import Iterable
from dataclasses import asdict, dataclass

import httpx2

from lifepod.errors import Conflict, Malformed, NotReady, NotSignedIn
from lifepod.limits import LIMITS, Limits
from lifepod.plain import plain
from lifepod.solid.dirs import config_dir, write_private
from lifepod.solid.keyring import Store
from lifepod.solid.login import Credentials, sign_in
from lifepod.solid.pod import Pod
from lifepod.solid.send import Sender
from lifepod.solid.wire import own_spelling


@dataclass(frozen=True, slots=True)
class Profile:
    """A remembered login, without its secret."""

    name: str
    webid: str
    storage: str
    """Root container of the pod; empty for an agent without one."""
    issuer: str
    is_default: bool = False


_NAME = re.compile(r"[a-z0-9][a-z0-9._-]{0,39}\Z")


TRIAL = "demo-"
"""How the names of a trial's logins begin."""


def profiles() -> tuple[Profile, ...]:
    """Every remembered login, sorted by name."""
    default, kept = _load()
    return tuple(
        Profile(name, raw["webid"], raw["storage"], raw["issuer"], name == default)
        for name, raw in sorted(kept.items())
    )


def choose(name: str | None = None) -> Profile:
    """The login to use: the named one, else ``LIFEPOD_PROFILE``, else the default; raises :class:`NotSignedIn`."""
    known = {profile.name: profile for profile in profiles()}
    wanted = name or os.environ.get("LIFEPOD_PROFILE") or next((p.name for p in known.values() if p.is_default), None)
    if wanted is None:
        raise NotSignedIn(
            "Nobody is signed in yet.",
            advice="Start a pod at home: `lifepod home up`, then `lifepod home add me`. Or see it all: `lifepod demo`.",
        )
    if wanted not in known:
        names = plain(", ".join(known), 200) or "none yet"
        raise NotSignedIn(f"There is no login called {plain(wanted, 60)} (there are: {names}).")
    return known[wanted]


def remember(name: str, credentials: Credentials, storage: str, store: Store) -> Profile:
    """Keep a login; the first that is no trial's becomes the default.

    Raises :class:`Conflict` where the name stands for another.
    """
    if not _NAME.match(name):
        raise Malformed(f"{plain(name, 60)} cannot name a login.", advice="Use small letters, digits, dots and dashes.")
    default, kept = _load()
    if name in kept and kept[name]["webid"] != credentials.webid:
        raise Conflict(
            f"A login called {name} exists already, for {plain(kept[name]['webid'])}.",
            advice=f"Choose another name, or forget that one first: `lifepod logout --profile {name}`.",
        )
    if storage and not own_spelling(storage).endswith("/"):
        raise Malformed(f"{plain(storage)} is no pod: its root ends in a slash.", place=storage)
    profile = Profile(name, credentials.webid, own_spelling(storage) if storage else "", credentials.issuer)
    before = kept.get(name)
    secret = {"client_id": credentials.client_id, "client_secret": credentials.client_secret}
    store.put(_entry(profile.issuer, profile.webid), json.dumps(secret))
    kept[name] = {k: v for k, v in asdict(profile).items() if k in ("webid", "storage", "issuer")}
    first = _default(default or name, kept)
    _save(first, kept)
    if before is not None:
        _drop_secret(before, kept, store)  # the login server has moved; the old secret is of no more use
    return Profile(profile.name, profile.webid, profile.storage, profile.issuer, first == name)


def forget(name: str, store: Store) -> None:
    """Forget a login and its secret on this machine; the credential on the server stays until it is deleted there."""
    default, kept = _load()
    profile = choose(name)
    gone = kept.pop(profile.name)
    _drop_secret(gone, kept, store)
    _save(_default(default, kept), kept)


def _drop_secret(gone: dict[str, str], kept: dict[str, dict[str, str]], store: Store) -> None:
    # Two names may stand for one login; its one secret stays as long as either does.
    if all(_entry(one["issuer"], one["webid"]) != _entry(gone["issuer"], gone["webid"]) for one in kept.values()):
        store.remove(_entry(gone["issuer"], gone["webid"]))


async def open_pod(
    profile: Profile, store: Store, *, transport: httpx2.AsyncBaseTransport | None = None, limits: Limits = LIMITS
) -> Pod:
    """Sign in and hand out the pod; raises :class:`NotSignedIn` or :class:`Unreachable`."""
    secret = store.get(_entry(profile.issuer, profile.webid))
    if secret is None:
        raise NotSignedIn(f"The secret of login {profile.name} is gone from the keyring.", issuer=profile.issuer)
    try:
        raw = json.loads(secret)
        client_id, client_secret = str(raw["client_id"]), str(raw["client_secret"])
    except (ValueError, KeyError, TypeError, RecursionError):
        raise NotSignedIn(f"The secret of login {profile.name} is damaged.", issuer=profile.issuer) from None
    credentials = Credentials(profile.webid, profile.issuer, client_id, client_secret)
    client = await sign_in(credentials, transport=transport, limits=limits)
    nobody = Sender.anonymous(profile.storage or profile.issuer, transport, limits)
    return Pod(Sender(client, limits), nobody=nobody, webid=profile.webid, storage=profile.storage, limits=limits)


def _entry(issuer: str, webid: str) -> str:
    return f"{issuer} {webid}"


def _load() -> tuple[str, dict[str, dict[str, str]]]:
    path = config_dir() / "profiles.json"
    try:
        raw = json.loads(path.read_bytes())
        kept = {
            str(name): {key: str(one[key]) for key in ("webid", "storage", "issuer")}
            for name, one in raw["profiles"].items()
        }
        return str(raw.get("default") or ""), kept
    except FileNotFoundError:
        return "", {}
    except OSError as error:
        raise NotReady(f"The list of logins in {path} cannot be read ({error.strerror}).") from None
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError):
        raise NotReady(f"The list of logins in {path} is damaged.", advice="Mend or move the file away.") from None


def _default(wanted: str, kept: Iterable[str]) -> str:
    """The login that is used when none is named; never one of a trial, whose server is gone when the trial is over."""
    own = sorted(name for name in kept if not name.startswith(TRIAL))
    return wanted if wanted in own else next(iter(own), "")


def _save(default: str, kept: dict[str, dict[str, str]]) -> None:
    text = json.dumps({"default": default, "profiles": kept}, indent=1, sort_keys=True)
    write_private(config_dir() / "profiles.json", text.encode())
