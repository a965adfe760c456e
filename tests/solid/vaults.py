"""Keyrings as machines have them: real backends of the keyring library, in memory."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import keyring
import keyring.backend
import keyring.errors


class Vault(keyring.backend.KeyringBackend):
    """A keyring that works."""

    priority = 5

    def __init__(self) -> None:
        super().__init__()  # type: ignore[no-untyped-call]
        self.held: dict[tuple[str, str], str] = {}

    def get_password(self, service: str, username: str) -> str | None:
        return self.held.get((service, username))

    def set_password(self, service: str, username: str, password: str) -> None:
        self.held[service, username] = password

    def delete_password(self, service: str, username: str) -> None:
        try:
            del self.held[service, username]
        except KeyError:
            raise keyring.errors.PasswordDeleteError("no such password") from None


class Broken(Vault):
    """A keyring that answers nothing from some point on; its words hold what it was asked to keep."""

    def __init__(self, error: type[Exception], after: int = 0) -> None:
        super().__init__()
        self._error = error
        self._after = after

    def _fail(self, word: str = "") -> None:
        self._after -= 1
        if self._after < 0:
            raise self._error(f"cannot do that with {word}")

    def get_password(self, service: str, username: str) -> str | None:
        self._fail()
        return super().get_password(service, username)

    def set_password(self, service: str, username: str, password: str) -> None:
        self._fail(password)
        super().set_password(service, username, password)

    def delete_password(self, service: str, username: str) -> None:
        self._fail()
        super().delete_password(service, username)


def new(kind: type[Any]) -> keyring.backend.KeyringBackend:
    """One of the library's own, which has no types."""
    made: keyring.backend.KeyringBackend = kind()
    return made


def looks_encrypted() -> Vault:
    """A backend as ``keyrings.alt`` brings it, picked silently where that package is installed."""
    kind = type("PlaintextKeyring", (Vault,), {"__module__": "keyrings.alt.file", "priority": 0.5})
    made: Vault = kind()
    return made


@contextmanager
def machine_with(backend: keyring.backend.KeyringBackend) -> Iterator[None]:
    """A machine whose keyring this is."""
    before = keyring.get_keyring()
    keyring.set_keyring(backend)
    try:
        yield
    finally:
        keyring.set_keyring(before)
