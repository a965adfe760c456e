"""What a login made in the browser leaves behind: a refresh token, the key it is bound to, and where both rest.

It refuses to let two processes renew one login at the same time, and to show a secret. A refresh token is replaced the
moment it is used (RFC 6749 §6, RFC 9449 §5), so whoever renews holds a lock from reading it to storing the next one.
"""

from __future__ import annotations

import asyncio
import fcntl
import hashlib
import json
import os
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import asdict, dataclass, replace
from typing import Any

from lifepod.errors import NotReady, NotSignedIn
from lifepod.solid.dirs import state_dir
from lifepod.solid.keyring import Store

KIND = "browser"
"""How a kept login says what it is."""


@dataclass(frozen=True, slots=True)
class BrowserLogin:
    """A login that a person made in a browser, as it is kept."""

    webid: str
    issuer: str
    client_id: str
    refresh_token: str
    key: Mapping[str, str]
    """Private key of the proofs, as a JSON web key."""
    access_token: str = ""
    ends: float = 0.0
    """When the access token ends, seconds since 1970."""

    def __repr__(self) -> str:
        """Without its secrets: this lands in logs and tracebacks."""
        return f"BrowserLogin(webid={self.webid!r}, issuer={self.issuer!r}, client_id={self.client_id!r})"

    def renewed(self, access_token: str, ends: float, refresh_token: object) -> BrowserLogin:
        """After a renewal; a server that sends no new refresh token lets the old one stand."""
        following = refresh_token if isinstance(refresh_token, str) and refresh_token else self.refresh_token
        return replace(self, access_token=access_token, ends=ends, refresh_token=following)

    def text(self) -> str:
        """For the store: a secret."""
        return json.dumps({"kind": KIND} | asdict(self))


class Vault:
    """One login in the store, and the lock around it."""

    def __init__(self, store: Store, entry: str, seconds: float = 30.0) -> None:
        self._store, self._entry, self._seconds = store, entry, seconds

    def read(self) -> BrowserLogin:
        """The login as it is kept; raises :class:`NotSignedIn` where it is gone or damaged."""
        login = browser_login_of(self._store.get(self._entry))
        if login is None:
            raise NotSignedIn("The secret of this login is gone or damaged.", advice="Log in again: `lifepod login`.")
        return login

    def write(self, login: BrowserLogin) -> None:
        """Keep a newer state; only with the lock held."""
        self._store.put(self._entry, login.text())

    @asynccontextmanager
    async def locked(self) -> AsyncIterator[Vault]:
        """The vault while no other process has it; raises :class:`NotReady` where one keeps it too long."""
        name = hashlib.sha256(self._entry.encode()).hexdigest()[:32]
        path = state_dir() / f"login-{name}.lock"
        try:
            handle = os.open(path, os.O_RDWR | os.O_CREAT | os.O_NOFOLLOW, 0o600)
        except OSError as error:
            raise NotReady(
                f"{path} cannot be made ({error.strerror}).", advice="Free that place, then try again."
            ) from None
        try:
            await self._turn(handle)
            yield self
        finally:
            os.close(handle)  # which gives the lock back, also when this process dies

    async def _turn(self, handle: int) -> None:
        for _ in range(max(1, int(self._seconds / 0.05))):
            try:
                fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
                return
            except BlockingIOError:
                await asyncio.sleep(0.05)
        raise NotReady(
            "Another lifepod is renewing this login and does not finish.",
            advice="End the other program, then run the command again.",
        )


def browser_login_of(text: str | None) -> BrowserLogin | None:
    """A kept login; ``None`` where the text is none of a login in the browser."""
    try:
        raw: Any = json.loads(text or "")
        if raw["kind"] != KIND:
            return None
        words = {name: str(raw[name]) for name in ("webid", "issuer", "client_id", "refresh_token", "access_token")}
        return BrowserLogin(**words, key={str(k): str(v) for k, v in raw["key"].items()}, ends=float(raw["ends"]))
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError):
        return None
