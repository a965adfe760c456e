"""One remembered login on its way to a pod: opened at the first request, closed once.

It refuses to sign in before it must, to open two lines for one login, and to read the code of signing in before that.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING

from lifepod.errors import Malformed
from lifepod.plain import plain
from lifepod.solid.keyring import Question, Store, Voice, open_store
from lifepod.solid.remembered import Profile, choose, profiles
from lifepod.solid.wire import own_spelling

if TYPE_CHECKING:
    import httpx2

    from lifepod.solid.pod import Pod


def _silent(sentence: str) -> None:
    """Opening a login that is stored already has nothing to warn of."""


class Door:
    """A login and, from the first request on, its pod."""

    def __init__(
        self,
        profile: Profile,
        *,
        transport: httpx2.AsyncBaseTransport | None = None,
        warn: Voice = _silent,
        ask: Question | None = None,
    ) -> None:
        self.profile = profile
        self._transport, self._warn, self._ask = transport, warn, ask
        self._pod: Pod | None = None
        self._lock = asyncio.Lock()

    @classmethod
    def of(cls, name: str | None = None) -> Door:
        """The door of a remembered login; raises :class:`~lifepod.errors.NotSignedIn` where there is none."""
        return cls(choose(name))

    async def pod(self) -> Pod:
        """The pod, signed in; raises :class:`~lifepod.errors.NotSignedIn` or :class:`~lifepod.errors.Unreachable`."""
        from lifepod.solid.session import open_pod

        async with self._lock:
            if self._pod is None:
                store = open_store(self._warn, self._ask)
                self._pod = await open_pod(self.profile, store, transport=self._transport)
            return self._pod

    def store(self) -> Store:
        """Where this machine keeps secrets; the key that signs agreements rests there too."""
        return open_store(self._warn, self._ask)

    async def close(self) -> None:
        """End every connection; the next request would open a new one."""
        async with self._lock:
            if self._pod is not None:
                pod, self._pod = self._pod, None
                await pod.__aexit__(None, None, None)


@asynccontextmanager
async def connect(name: str | None = None) -> AsyncIterator[Pod]:
    """The pod of a remembered login (the default one unless named), signed in; closed at the end."""
    door = Door.of(name)
    try:
        yield await door.pod()
    finally:
        await door.close()


@asynccontextmanager
async def visit(url: str) -> AsyncIterator[Pod]:
    """Whatever everyone may read near ``url``, without a login; closed at the end."""
    from lifepod.solid.session import visitor

    async with visitor(url) as pod:
        yield pod


def agent_of(word: str) -> str:
    """A WebID from what a person typed: a WebID, the name of a remembered login, ``public`` or ``signed-in``."""
    if word in ("public", "signed-in"):
        return word
    if "://" in word:
        own_spelling(word.split("#")[0])  # refuses what is no web address
        return word
    for profile in profiles():
        if profile.name == word:
            return profile.webid
    raise Malformed(
        f"{plain(word, 80)} is neither a WebID nor the name of a login.",
        advice="Give the full WebID (https://…), or a name from `lifepod profiles`.",
    )
