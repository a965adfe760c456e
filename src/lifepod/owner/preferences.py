"""How a person wants the screen: its colours, what it opens with, how often it asks a pod that does not tell.

It refuses to be fatal and to be silent: what cannot be read or used is left at what it is without it, and said.
"""

from __future__ import annotations

import json
import os
import stat
from dataclasses import asdict, dataclass, fields, replace
from pathlib import Path

from lifepod.plain import plain
from lifepod.solid.dirs import config_dir, write_private
from lifepod.solid.locks import sole_writer

EVERY = (0, 15, 60, 300, 900)
"""Seconds between two looks for changes that can be chosen; 0 never looks by itself."""
_MOST_BYTES = 65_536


@dataclass(frozen=True, slots=True)
class Preferences:
    """What was chosen."""

    theme: str = "lifepod-dark"
    first: str = "home"
    """Screen that it opens with."""
    every: int = 60
    """Seconds between two looks for changes where the pod does not tell of them by itself; 0 for never."""


DEFAULT = Preferences()


def path() -> Path:
    """Where they are kept; raises :class:`~lifepod.errors.NotReady` where that folder cannot be."""
    return config_dir() / "screen.json"


def load() -> tuple[Preferences, str]:
    """What was chosen, and in words what of it cannot be used; empty where all is well.

    Raises :class:`~lifepod.errors.NotReady` only where the folder of all settings cannot be made.
    """
    place = path()
    try:
        raw = _read(place)
    except FileNotFoundError:
        return DEFAULT, ""
    except OSError as error:
        return DEFAULT, f"The settings in {plain(place)} cannot be read ({error.strerror or error})."
    except (ValueError, RecursionError):
        raw = None
    if not isinstance(raw, dict):
        return (
            DEFAULT,
            f"The settings in {plain(place)} are damaged; they stay as in the beginning until you change one.",
        )
    taken, bad = DEFAULT, []
    for name in (field.name for field in fields(DEFAULT)):
        if name in raw and _fits(name, raw[name]):
            taken = replace(taken, **{name: raw[name]})
        elif name in raw:
            bad.append(name)
    return taken, f"In {plain(place)} this cannot be used and was left out: {', '.join(bad)}." if bad else ""


def _read(place: Path) -> object:
    # Without O_NONBLOCK a pipe in that place would hold us for ever.
    handle = os.open(place, os.O_RDONLY | os.O_NONBLOCK)
    with os.fdopen(handle, "rb") as file:
        if not stat.S_ISREG(os.fstat(handle).st_mode):
            raise ValueError("no file")
        found: object = json.loads(file.read(_MOST_BYTES))
        return found


def _fits(name: str, value: object) -> bool:
    if name == "every":
        return isinstance(value, int) and not isinstance(value, bool) and value in EVERY
    return isinstance(value, str) and 0 < len(value) <= 100


def keep(**changes: str | int) -> Preferences:
    """Change some and keep all; what another lifepod chose meanwhile stays. Raises :class:`NotReady`."""
    place = path()
    with sole_writer(place):
        chosen = replace(load()[0], **changes)  # type: ignore[arg-type]  # the callers are typed by the fields
        write_private(place, json.dumps(asdict(chosen), indent=1, sort_keys=True).encode())
    return chosen
