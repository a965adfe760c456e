"""Where logins rest: the system keyring, else a file that only its owner can read, and that is said aloud.

It refuses to fall back in silence, to read a file that others can read, and to trust keyring backends that only look
encrypted (``keyrings.alt`` is picked silently where it is installed).
"""

from __future__ import annotations

import json
import os
import stat
from collections.abc import Callable
from pathlib import Path
from typing import Protocol

from lifepod.errors import NotReady, NotSignedIn
from lifepod.solid.dirs import state_dir, write_private

SERVICE = "lifepod"


class Store(Protocol):
    """Holds one secret text per name."""

    def get(self, name: str) -> str | None:
        """The secret, or ``None``."""

    def put(self, name: str, secret: str) -> None:
        """Keep a secret."""

    def remove(self, name: str) -> None:
        """Forget a secret; nothing happens where there is none."""


Voice = Callable[[str], None]
"""Says one sentence to the person."""
Question = Callable[[str], bool]
"""Asks a yes/no question; only where someone is there to answer."""


def open_store(warn: Voice, ask: Question | None = None) -> Store:
    """The safest place this machine has."""
    system = _system()
    return system if system is not None else FileStore(state_dir() / "logins.json", warn, ask)


class _System:
    def __init__(self, backend: object) -> None:
        import keyring.backend

        assert isinstance(backend, keyring.backend.KeyringBackend)
        self._backend = backend

    def get(self, name: str) -> str | None:
        return self._backend.get_password(SERVICE, name)

    def put(self, name: str, secret: str) -> None:
        self._backend.set_password(SERVICE, name, secret)

    def remove(self, name: str) -> None:
        import keyring.errors

        try:
            self._backend.delete_password(SERVICE, name)
        except keyring.errors.PasswordDeleteError:
            pass


def _system() -> Store | None:
    import keyring  # 64 ms: only when a login is really needed
    import keyring.errors

    backend = keyring.get_keyring()
    module = type(backend).__module__
    if module.startswith(("keyrings.alt", "keyring.backends.fail", "keyring.backends.null")):
        return None
    try:
        backend.get_password(SERVICE, "is anybody there")
    except keyring.errors.KeyringError:
        return None
    return _System(backend)


class FileStore:
    """The fallback: one JSON file, mode 0600 from its first byte."""

    def __init__(self, path: Path, warn: Voice, ask: Question | None = None) -> None:
        self._path = path
        self._warn = warn
        self._ask = ask

    def get(self, name: str) -> str | None:
        """The secret, or ``None``; raises :class:`NotReady` where others could read the file."""
        return self._all().get(name)

    def put(self, name: str, secret: str) -> None:
        """Keep a secret; asks the first time when someone is there to ask, else warns."""
        told = f"No system keyring here: the login is kept in {self._path}, readable by you alone, not encrypted."
        if not self._path.exists():
            if self._ask is None:
                self._warn(told)
            elif not self._ask(f"{told} Keep it there?"):
                raise NotSignedIn(
                    "The login was not kept, as you chose.",
                    advice="Set up a system keyring (such as GNOME Keyring or KWallet), then try again.",
                )
        self._save(self._all() | {name: secret})

    def remove(self, name: str) -> None:
        """Forget a secret."""
        kept = self._all()
        if kept.pop(name, None) is not None:
            self._save(kept)

    def _all(self) -> dict[str, str]:
        try:
            handle = os.open(self._path, os.O_RDONLY | os.O_NOFOLLOW)
        except FileNotFoundError:
            return {}
        except OSError as error:
            raise NotReady(f"The logins in {self._path} cannot be read ({error.strerror}).") from None
        with os.fdopen(handle, "rb") as file:
            seen = os.fstat(handle)
            if seen.st_uid != os.getuid() or stat.S_IMODE(seen.st_mode) & 0o077:
                raise NotReady(
                    f"Others can read the logins in {self._path}; they are not used.",
                    advice=f"Make it yours alone (chmod 600 {self._path}) and, if in doubt, make new credentials.",
                )
            try:
                found = json.loads(file.read())
            except ValueError:
                found = None
        if not isinstance(found, dict):
            raise NotReady(f"The logins in {self._path} are damaged.", advice="Move the file away and sign in again.")
        return {str(k): str(v) for k, v in found.items()}

    def _save(self, kept: dict[str, str]) -> None:
        write_private(self._path, json.dumps(kept, indent=1, sort_keys=True).encode())
