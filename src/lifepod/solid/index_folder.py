"""Where indexes lie on this machine: private folders in the cache, each held by one process at a time.

It refuses to use a folder that belongs to somebody else or that a link leads to.
"""

from __future__ import annotations

import asyncio
import fcntl
import hashlib
import os
import shutil
import stat
import time
from pathlib import Path

from lifepod.errors import NotReady
from lifepod.solid.dirs import cache_dir


def forget(storage: str, webid: str) -> bool:
    """Delete every index of a login to a pod; whether there was one. Raises :class:`NotReady` where that fails."""
    folder = folder_of(storage, webid)
    there = folder.is_dir()
    remove(folder)
    return there


def folder_of(storage: str, webid: str) -> Path:
    """Where the indexes of a login to a pod lie, one folder for each place."""
    return cache_dir() / "index" / hashlib.sha256(f"{storage}\n{webid}".encode()).hexdigest()[:24]


def make_private(folder: Path) -> None:
    """A folder for its owner alone; raises :class:`NotReady` where it is somebody else's or leads elsewhere."""
    refused = NotReady(f"{folder} is not a folder of yours alone.", advice="Delete it, then run the command again.")
    try:
        folder.mkdir(mode=0o700, exist_ok=True)
        seen = folder.lstat()
        if not stat.S_ISDIR(seen.st_mode) or seen.st_uid != os.getuid():
            raise refused
        folder.chmod(0o700)
    except OSError:
        raise refused from None


def close_to_others(folder: Path) -> None:
    """Let nobody but the owner read what lies in a folder."""
    # The folders above are closed already; this is for whoever opens or copies them.
    for path in [folder, *folder.glob("*")]:
        try:
            path.chmod(0o700 if path == folder else 0o600)
        except FileNotFoundError:
            pass  # the store tidies up by itself


def remove(path: Path) -> None:
    """Delete a file or a folder with all in it; raises :class:`NotReady` where that fails."""
    try:
        if path.is_dir() and not path.is_symlink():
            shutil.rmtree(path)
        else:
            path.unlink(missing_ok=True)
    except OSError as error:
        raise NotReady(f"{path} cannot be deleted ({error.strerror}).", advice="Delete it yourself.") from None


async def locked(path: Path, patience: float) -> int:
    """A file held open and locked, or :class:`NotReady` after ``patience`` seconds; closing it lets go."""
    until = time.monotonic() + patience
    handle = os.open(path, os.O_RDWR | os.O_CREAT | os.O_NOFOLLOW | os.O_CLOEXEC, 0o600)
    try:
        while True:
            try:
                fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
                return handle
            except BlockingIOError:
                if time.monotonic() >= until:
                    raise NotReady(
                        "Another lifepod is working on the index of this pod.",
                        advice="Wait until it is done, then run the command again.",
                    ) from None
            await asyncio.sleep(0.05)
    except BaseException:
        os.close(handle)
        raise
