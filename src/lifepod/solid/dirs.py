"""Where lifepod keeps its own files on this machine: settings, state (logins), cache (surveys).

It refuses to hold anything but folders. ``LIFEPOD_DIR`` puts all of them below one folder, for tests and trials.
"""

from __future__ import annotations

import os
from pathlib import Path

import platformdirs

from lifepod.errors import NotReady


def config_dir() -> Path:
    """Settings: profiles without their secrets; like all folders here, raises :class:`NotReady` where it cannot be."""
    return _made("config", platformdirs.user_config_dir("lifepod"))


def state_dir() -> Path:
    """Logins, where the system keyring cannot hold them."""
    return _made("state", platformdirs.user_state_dir("lifepod"))


def cache_dir() -> Path:
    """What can be fetched again: surveys, copies of partitions."""
    return _made("cache", platformdirs.user_cache_dir("lifepod"))


def _made(kind: str, default: str) -> Path:
    top = os.environ.get("LIFEPOD_DIR")
    folder = Path(top) / kind if top else Path(default)
    try:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    except OSError as error:
        raise NotReady(
            f"{folder} cannot be made ({error.strerror}).",
            advice="Free that place, or name another folder with LIFEPOD_DIR.",
        ) from None
    return folder


def write_private(path: Path, data: bytes) -> None:
    """Replace a file whole, readable by its owner alone from its first byte; raises :class:`NotReady`.

    Where that fails, what stood there before still stands.
    """
    draft = path.with_name(f".{path.name}.{os.getpid()}.new")
    try:
        draft.unlink(missing_ok=True)
        handle = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(handle, "wb") as out:
            out.write(data)
            out.flush()
            os.fsync(out.fileno())
        draft.replace(path)
    except OSError as error:
        raise NotReady(
            f"{path} cannot be written ({error.strerror}).",
            advice="See that the disk has room and the folder is yours.",
        ) from None
    finally:
        try:
            draft.unlink(missing_ok=True)
        except OSError:
            pass
