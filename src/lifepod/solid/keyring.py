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
from typing import Any, Protocol

from lifepod.errors import NotReady, NotSignedIn
from lifepod.solid.dirs import state_dir, write_private
from lifepod.solid.locks import sole_writer

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
    """The safest place this machine has; what an earlier file holds is still found, and forgotten with the rest."""
    file = FileStore(state_dir() / "logins.json", warn, ask)
    backend = _trusted_backend()
    return file if backend is None else _System(backend, file)


class _System:
    def __init__(self, backend: Any, file: FileStore) -> None:
        self._backend = backend
        self._file = file

    def get(self, name: str) -> str | None:
        found = _ask(self._backend.get_password, SERVICE, name)
        return found if isinstance(found, str) else self._file.get(name)

    def put(self, name: str, secret: str) -> None:
        _ask(self._backend.set_password, SERVICE, name, secret)
        try:
            self._file.remove(name)
        except NotReady:
            pass  # a file that cannot be used is no reason to lose what the keyring holds now

    def remove(self, name: str) -> None:
        import keyring.errors

        try:
            _ask(self._backend.delete_password, SERVICE, name)
        except keyring.errors.PasswordDeleteError:
            pass  # it was not there
        self._file.remove(name)


def _ask(call: Callable[..., Any], *words: str) -> Any:
    import keyring.errors

    try:
        return call(*words)
    except keyring.errors.PasswordDeleteError:
        raise
    except Exception as error:  # each backend has its own kinds; none of their texts is repeated
        raise NotReady(
            f"The system keyring does not answer ({type(error).__name__}).", advice="Unlock it, then try again."
        ) from None


_UNTRUSTED = ("keyrings.alt", "keyring.backends.fail", "keyring.backends.null")


def _trusted_backend() -> Any:
    """The keyring of this machine, ``None`` where it has none or only one that looks encrypted."""
    import keyring  # 64 ms: only when a login is really needed
    from keyring.backends.chainer import ChainerBackend

    try:
        found = keyring.get_keyring()
        # The chain hides who would answer: with keyrings.alt installed it may be all there is in it.
        candidates = found.backends if isinstance(found, ChainerBackend) else [found]
        backend = next((one for one in candidates if not _looks_only_encrypted(one)), None)
        if backend is not None:
            backend.get_password(SERVICE, "is anybody there")
    except Exception:  # a setting that names no keyring, no session bus, a locked one: no keyring then, and said aloud
        return None
    return backend


def _looks_only_encrypted(backend: object) -> bool:
    return any(kind.__module__.startswith(_UNTRUSTED) for kind in type(backend).__mro__)


class FileStore:
    """The fallback: one JSON file, mode 0600 from its first byte; two processes never lose each other's entries."""

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
        with sole_writer(self._path):
            self._save(self._all() | {name: secret})

    def remove(self, name: str) -> None:
        """Forget a secret."""
        if name not in self._all():
            return  # and no lock is made where there is no file
        with sole_writer(self._path):
            kept = self._all()
            if kept.pop(name, None) is not None:
                self._save(kept)

    def _all(self) -> dict[str, str]:
        try:
            # Without O_NONBLOCK a pipe in that place would hold us for ever.
            handle = os.open(self._path, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK)
        except FileNotFoundError:
            return {}
        except OSError as error:
            raise NotReady(f"The logins in {self._path} cannot be read ({error.strerror}).") from None
        seen = os.fstat(handle)
        if not stat.S_ISREG(seen.st_mode):
            os.close(handle)
            raise NotReady(f"{self._path} is no file; no login is read from it.", advice="Move it away.")
        with os.fdopen(handle, "rb") as file:
            if seen.st_uid != os.getuid() or stat.S_IMODE(seen.st_mode) & 0o077:
                raise NotReady(
                    f"Others can read the logins in {self._path}; they are not used.",
                    advice=f"Make it yours alone (chmod 600 {self._path}) and, if in doubt, make new credentials.",
                )
            try:
                found = json.loads(file.read())
            except (ValueError, RecursionError):
                found = None
        if not isinstance(found, dict):
            raise NotReady(f"The logins in {self._path} are damaged.", advice="Move the file away and sign in again.")
        return {str(k): str(v) for k, v in found.items()}

    def _save(self, kept: dict[str, str]) -> None:
        write_private(self._path, json.dumps(kept, indent=1, sort_keys=True).encode())
