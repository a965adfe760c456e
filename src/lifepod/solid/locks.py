"""One writer at a time for a small file of ours: whoever reads it, changes it and writes it back holds its lock.

It refuses to wait for ever, and to follow a link that somebody put in the lock's place. The lock dies with its process.
"""

from __future__ import annotations

import fcntl
import os
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from lifepod.errors import NotReady

PATIENCE = 15.0
"""How long another process may write before we give up, seconds."""


@contextmanager
def sole_writer(path: Path, patience: float = PATIENCE) -> Iterator[None]:
    """The lock of the file ``path``, beside it; not taken twice. Raises :class:`NotReady` after ``patience`` s."""
    lock = path.with_name(f"{path.name}.lock")
    try:
        handle = os.open(lock, os.O_RDWR | os.O_CREAT | os.O_NOFOLLOW | os.O_NONBLOCK, 0o600)
    except OSError as error:
        raise NotReady(
            f"{lock} cannot be made ({error.strerror}).", advice="Free that place, then try again."
        ) from None
    try:
        _wait(handle, path, time.monotonic() + patience)
        yield
    finally:
        os.close(handle)  # which gives the lock back


def _wait(handle: int, path: Path, until: float) -> None:
    while True:
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
            return
        except BlockingIOError:
            if time.monotonic() >= until:
                raise NotReady(
                    f"Another lifepod is writing {path} and does not finish.",
                    advice="Answer what it asks, or end it; then run the command again.",
                ) from None
        except OSError as error:
            raise NotReady(f"{path} cannot be locked ({error.strerror}).") from None
        time.sleep(0.02)
