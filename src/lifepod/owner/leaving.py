"""The end of a login on this machine: its secret, its index, its word to the server that it is over.

It refuses to keep a login because its server cannot be told or its index cannot be deleted; both are said. Kept on
purpose: surveys (what changed since is told from them) and the password of an account at home, which nobody could get
again.
"""

from __future__ import annotations

from dataclasses import dataclass

from lifepod.errors import NotReady
from lifepod.solid import index_folder, session
from lifepod.solid.farewell import revoked
from lifepod.solid.keyring import Store, Voice, open_store
from lifepod.solid.vault import BrowserLogin


@dataclass(frozen=True, slots=True)
class LoggedOut:
    """A login that is gone from this machine."""

    profile: session.Profile
    told: bool | None
    """Whether its server took the refresh token back; ``None`` where there was none to take back."""
    default: str
    """The login that is used now where none is named; empty for none."""
    account: str
    """The account at home whose password stays; empty for none."""


async def log_out(name: str, warn: Voice) -> LoggedOut:
    """Forget a login, its secret and its index, then tell its server; it goes whether that can be told or not."""
    store = open_store(warn)
    profile, login = _forgotten(name, store, warn)
    default = next((one.name for one in session.profiles() if one.is_default), "")
    told = None if login is None else await revoked(login)
    return LoggedOut(profile, told, default, store.get(_account_of(profile.storage)) or "")


def forget(name: str, warn: Voice) -> session.Profile:
    """Forget a login, its secret and its index on this machine."""
    return _forgotten(name, open_store(warn), warn)[0]


def _forgotten(name: str, store: Store, warn: Voice) -> tuple[session.Profile, BrowserLogin | None]:
    profile = session.choose(name)
    login = session.forget(profile.name, store)
    if not any((p.storage, p.webid) == (profile.storage, profile.webid) for p in session.profiles()):
        try:
            index_folder.forget(profile.storage, profile.webid)
        except NotReady as error:
            warn(f"{error} {error.advice}")
    return profile, login


def keep_account(email: str, password: str, base_url: str, warn: Voice) -> None:
    """Keep the password of an account on the server at home, where the logins rest too."""
    store = open_store(warn)
    store.put(f"account {email} {base_url}", password)
    # The address of an account at home begins with the name of its pod; what follows the last dash is random.
    store.put(_account_of(f"{base_url}{email.rsplit('-', 1)[0]}/"), email)


def _account_of(storage: str) -> str:
    return f"account of {storage}"
