"""The logins remembered on this machine: list, add, forget, and whether one still works.

It refuses to hand a secret back out.
"""

from __future__ import annotations

from dataclasses import dataclass

from lifepod.owner.leaving import LoggedOut as LoggedOut
from lifepod.owner.leaving import forget as forget
from lifepod.owner.leaving import keep_account as keep_account
from lifepod.owner.leaving import log_out as log_out
from lifepod.owner.settle import settle
from lifepod.solid import session
from lifepod.solid.door import Door
from lifepod.solid.keyring import Question, Voice, open_store
from lifepod.solid.profile import read_profile
from lifepod.solid.session import Profile as Profile

every = session.profiles
chosen = session.choose
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
