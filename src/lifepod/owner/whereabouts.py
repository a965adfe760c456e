"""Where this machine keeps what belongs to a person, and which versions are at work, in words to be read.

It refuses to open anything it names, and to make a folder only to name it.
"""

from __future__ import annotations

import platform
from importlib.metadata import PackageNotFoundError, version

from lifepod.errors import NotReady
from lifepod.limits import LIMITS
from lifepod.owner import preferences
from lifepod.plain import plain
from lifepod.solid.dirs import cache_dir, config_dir, state_dir

Fact = tuple[str, str]
"""What it is, and where or which; without a name it goes on with the one before."""


def places() -> tuple[Fact, ...]:
    """The folders, with what each holds and for how long."""
    held = f"the newest {LIMITS.surveys_kept} of each pod, at most {LIMITS.survey_kept_bytes // 2**20} MiB"
    try:
        config, state, cache = config_dir(), state_dir(), cache_dir()
        return (
            ("these settings", plain(preferences.path(), 1000)),
            ("logins, no secrets", plain(config / "profiles.json", 1000)),
            ("their secrets", "the system keyring; where there is none:"),
            ("", plain(state / "logins.json", 1000)),
            ("kept surveys", plain(cache / "surveys", 1000)),
            ("", held),
            ("indexes for queries", plain(cache / "index", 1000)),
        )
    except NotReady as error:
        return (("nowhere", plain(f"{error} {error.advice}", 1000)),)


def versions() -> tuple[Fact, ...]:
    """Of the program and of what it stands on."""
    return (
        ("lifepod", _of("lifepod")),
        ("Python", platform.python_version()),
        ("Textual", _of("textual")),
    )


def _of(package: str) -> str:
    try:
        return plain(version(package))
    except PackageNotFoundError:
        return "not installed as a package"
