"""The list of logins remembered on this machine, without their secrets, and which one is meant.

It refuses to hold a secret and to open a connection: whoever only wants to know who is signed in loads nothing more.
"""

from __future__ import annotations

import json
import os
from collections.abc import Iterable
from contextlib import AbstractContextManager
from dataclasses import dataclass
from pathlib import Path

from lifepod.errors import Malformed, NotReady, NotSignedIn
from lifepod.plain import plain
from lifepod.solid.dirs import config_dir, write_private
from lifepod.solid.locks import sole_writer
from lifepod.solid.wire import own_spelling


@dataclass(frozen=True, slots=True)
class Profile:
    """A remembered login, without its secret."""

    name: str
    webid: str
    storage: str
    """Root container of the pod; empty for an agent without one."""
    issuer: str
    is_default: bool = False


TRIAL = "demo-"
"""How the names of a trial's logins begin."""


def profiles() -> tuple[Profile, ...]:
    """Every remembered login, sorted by name."""
    default, kept = load()
    return tuple(
        Profile(name, raw["webid"], raw["storage"], raw["issuer"], name == default)
        for name, raw in sorted(kept.items())
    )


def root_of(storage: str) -> str:
    """The root of a pod in our spelling; empty for none. Raises :class:`Malformed` where it is no container."""
    spelt = own_spelling(storage) if storage else ""
    if spelt and not spelt.endswith("/"):
        raise Malformed(f"{plain(storage)} is no pod: its root ends in a slash.", place=storage)
    return spelt


def choose(name: str | None = None) -> Profile:
    """The login to use: the named one, else ``LIFEPOD_PROFILE``, else the default; raises :class:`NotSignedIn`."""
    known = {profile.name: profile for profile in profiles()}
    wanted = name or os.environ.get("LIFEPOD_PROFILE") or next((p.name for p in known.values() if p.is_default), None)
    if wanted is None:
        raise NotSignedIn(
            "Nobody is signed in yet.",
            advice="Start a pod at home: `lifepod home up`, then `lifepod home add me`. Or see it all: `lifepod demo`.",
        )
    if wanted not in known:
        names = plain(", ".join(known), 200) or "none yet"
        raise NotSignedIn(f"There is no login called {plain(wanted, 60)} (there are: {names}).")
    return known[wanted]


def load() -> tuple[str, dict[str, dict[str, str]]]:
    """Name of the default login, and name → webid, storage, issuer; raises :class:`NotReady`."""
    path = _path()
    try:
        raw = json.loads(path.read_bytes())
        kept = {
            str(name): {key: str(one[key]) for key in ("webid", "storage", "issuer")}
            for name, one in raw["profiles"].items()
        }
        return str(raw.get("default") or ""), kept
    except FileNotFoundError:
        return "", {}
    except OSError as error:
        raise NotReady(f"The list of logins in {path} cannot be read ({error.strerror}).") from None
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError):
        raise NotReady(f"The list of logins in {path} is damaged.", advice="Mend or move the file away.") from None


def default_of(wanted: str, kept: Iterable[str]) -> str:
    """The login that is used when none is named; never one of a trial, whose server is gone when the trial is over."""
    own = sorted(name for name in kept if not name.startswith(TRIAL))
    return wanted if wanted in own else next(iter(own), "")


def changing() -> AbstractContextManager[None]:
    """Held from :func:`load` to :func:`save`, so that nobody writes between them; raises :class:`NotReady`."""
    return sole_writer(_path())


def save(default: str, kept: dict[str, dict[str, str]]) -> None:
    """Keep the list, inside :func:`changing`; raises :class:`NotReady`."""
    text = json.dumps({"default": default, "profiles": kept}, indent=1, sort_keys=True)
    write_private(_path(), text.encode())


def _path() -> Path:
    return config_dir() / "profiles.json"
