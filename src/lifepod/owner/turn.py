"""Whose turn it is to change access in a pod, on this machine: a lock that dies with its process, and what was begun.

It refuses to say anything about other machines: whether a change goes on there, only its record's age can tell.
"""

from __future__ import annotations

import fcntl
import hashlib
import os

from lifepod.errors import NotReady
from lifepod.solid.dirs import state_dir


class Turn:
    """One process's turn in one pod; the system takes it back when the process dies, however it dies."""

    def __init__(self, storage: str) -> None:
        name = hashlib.sha256(storage.encode()).hexdigest()[:32]
        self._path = state_dir() / f"access-{name}.lock"
        self._handle: int | None = None

    def take(self) -> bool:
        """Whether it is ours now; raises :class:`NotReady` where the lock cannot be kept."""
        if self._handle is not None:
            return True
        try:
            handle = os.open(self._path, os.O_RDWR | os.O_CREAT | os.O_NOFOLLOW, 0o600)
        except OSError as error:
            raise NotReady(f"{self._path} cannot be written ({error.strerror}).") from None
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            os.close(handle)
            return False
        self._handle = handle
        return True

    @property
    def begun(self) -> str:
        """Name of the change that was last begun here; only while the turn is ours."""
        if self._handle is None:
            return ""
        return os.pread(self._handle, 400, 0).decode("ascii", "replace")

    def begin(self, name: str) -> None:
        """Remember what is begun, before its record stands in the pod."""
        if self._handle is not None:
            os.ftruncate(self._handle, 0)
            os.pwrite(self._handle, name.encode("ascii", "replace")[:400], 0)
            os.fsync(self._handle)

    def release(self) -> None:
        """Give the turn back."""
        if self._handle is not None:
            os.close(self._handle)
            self._handle = None
