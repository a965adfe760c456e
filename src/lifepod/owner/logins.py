"""The logins remembered on this machine: list, add, forget, and whether one still works.

It refuses to hand a secret back out.
"""

from __future__ import annotations

from dataclasses import dataclass

from lifepod.owner.settle import settle
from lifepod.solid import remembered, session
from lifepod.solid.door import Door
from lifepod.solid.farewell import revoked
from lifepod.solid.keyring import Question, Voice, open_store
from lifepod.solid.profile import read_profile
from lifepod.solid.remembered import Profile as Profile

every = remembered.profiles
chosen = remembered.choose
store = open_store
credentials = session.Credentials


@dataclass(frozen=True, slots=True)
class Whoami:
    """A login that was tried just now."""

    profile: Profile
    issuers: tuple[str, ...]
    """Login servers the WebID itself names."""
    storages: tuple[str, ...]
    inboxes: tuple[str, ...]


def add(name: str, login: session.Login, storage: str, warn: Voice, ask: Question | None = None) -> Profile:
    """Remember a login under a name; raises :class:`~lifepod.errors.Conflict` where the name is taken."""
    return session.remember(name, login, storage, open_store(warn, ask))


def forget(name: str, warn: Voice) -> Profile:
    """Forget a login and its secret on this machine."""
    profile = remembered.choose(name)
    session.forget(profile.name, open_store(warn))
    return profile


@dataclass(frozen=True, slots=True)
class LoggedOut:
    """A login that is gone from this machine."""

    profile: Profile
    told: bool | None
    """Whether its server took the refresh token back; ``None`` where there was none to take back."""


async def log_out(name: str, warn: Voice) -> LoggedOut:
    """Forget a login and its secret, then tell its server; the login goes whether the server can be told or not."""
    profile = remembered.choose(name)
    login = session.forget(profile.name, open_store(warn))
    return LoggedOut(profile, None if login is None else await revoked(login))


def keep_account(email: str, password: str, base_url: str, warn: Voice) -> None:
    """Keep the password of an account on the server at home, where the logins rest too."""
    open_store(warn).put(f"account {email} {base_url}", password)


async def whoami(name: str | None) -> Whoami:
    """Sign in and read the WebID's own profile; raises what signing in raises."""
    door = Door.of(name)
    try:
        pod = await door.pod()
        said = await read_profile(pod, pod.webid)
        return Whoami(door.profile, said.issuers, said.storages, said.inboxes)
    finally:
        await door.close()


async def make_ready(name: str, *, listed: bool) -> tuple[str, ...]:
    """Make the fresh pod of a login ready; says what was done (:mod:`lifepod.owner.settle`)."""
    door = Door.of(name)
    try:
        return (await settle(await door.pod(), listed=listed)).done
    finally:
        await door.close()
