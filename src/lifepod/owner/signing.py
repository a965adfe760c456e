"""Signing in to a pod anywhere: from a WebID or a login server to a login that is remembered here.

It refuses to choose for the person where there is more than one answer, and to keep a login whose WebID does not name
the server that vouched for it.
"""

from __future__ import annotations

import re
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from urllib.parse import urlsplit

from lifepod.errors import Conflict, Malformed, Undecided
from lifepod.plain import plain
from lifepod.solid.discovery import issuer_from, storages_of, vouched
from lifepod.solid.entry import Program as Program  # part of what a login is told
from lifepod.solid.entry import Talk as Talk
from lifepod.solid.entry import log_in
from lifepod.solid.keyring import Store
from lifepod.solid.login import Credentials, sign_in
from lifepod.solid.remembered import Profile, profiles
from lifepod.solid.session import Login, remember, visitor

Choose = Callable[[str, tuple[str, ...]], str | Awaitable[str]]
"""Asks which of several it is, at once or in a while; empty where nobody is there to answer."""


@dataclass(frozen=True, slots=True)
class Ways:
    """How a login can talk with the person."""

    talk: Talk
    choose: Choose
    program: Program = Program()  # noqa: RUF009  # frozen


@dataclass(frozen=True, slots=True)
class Wanted:
    """What the person said of the login."""

    said: str
    """A WebID, or the address of a login server."""
    name: str = ""
    """How the login is to be called here; made from the WebID where empty."""
    pod: str = ""
    """Root of the pod; found where empty."""


async def issuer_of(said: str) -> str:
    """The login server of a WebID, or the address itself where it is one."""
    async with visitor(said) as nobody:
        return await issuer_from(nobody.nobody, said)


async def through_browser(wanted: Wanted, ways: Ways, store: Store) -> Profile:
    """Log in with a browser and remember it.

    Raises :class:`~lifepod.errors.NotSignedIn`, :class:`~lifepod.errors.Undecided` where a choice is left, or
    :class:`~lifepod.errors.Conflict` where somebody else logged in than was named.
    """
    issuer = await issuer_of(wanted.said)
    login = await log_in(issuer, ways.talk, ways.program)
    if issuer != wanted.said:
        _must_be(wanted.said, login)
    return await _kept(wanted, login, ways.choose, store)


async def with_credentials(wanted: Wanted, login: Credentials, choose: Choose, store: Store) -> Profile:
    """Try a client credential and remember it; raises as :func:`through_browser` does."""
    if "#" in wanted.said:
        _must_be(wanted.said, login)
    await (await sign_in(login)).aclose()
    return await _kept(wanted, login, choose, store)


def _must_be(webid: str, login: Login) -> None:
    if login.webid != webid:
        raise Conflict(
            f"You logged in as {plain(login.webid)}, not as {plain(webid)}; that login was not kept.",
            advice="Log out of the login server in your browser, then run the command again.",
        )


async def _kept(wanted: Wanted, login: Login, choose: Choose, store: Store) -> Profile:
    async with visitor(login.webid) as nobody:
        profile = await vouched(nobody.nobody, login.webid, login.issuer)
        found = (wanted.pod,) if wanted.pod else await storages_of(nobody, profile)
    pod = found[0] if len(found) == 1 else ""
    if len(found) > 1:
        said = choose(f"{plain(login.webid)} has several pods.", found)
        pod = said if isinstance(said, str) else await said
        if pod not in found:
            raise Undecided(
                f"{plain(login.webid)} has several pods.",
                choices=found,
                advice="Choose one with --pod: " + " or ".join(found),
            )
    return remember(wanted.name or name_for(login.webid), login, pod, store)


def name_for(webid: str) -> str:
    """A name for a login made from its WebID: the last part of its path that says something, else its host's first."""
    parts = urlsplit(webid)
    path = [one for one in parts.path.split("/") if one and one not in ("profile", "card", "card.ttl", "webid")]
    words = [*reversed(path), (parts.hostname or "").split(".")[0], "me"]
    names = (re.sub(r"[^a-z0-9._-]+", "-", word.lower()).strip("-._")[:32] for word in words)
    wanted = next((name for name in names if name), "me")
    taken = {one.name: one.webid for one in profiles()}
    for name in (wanted, *(f"{wanted}-{number}" for number in range(2, 100))):
        if taken.get(name, webid) == webid:
            return name
    raise Malformed("There are too many logins of that name.", advice="Choose a name of your own with --name.")
