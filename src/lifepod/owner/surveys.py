"""Surveys as the questions they answer: taken now, or the last one, kept on this machine for a screen to show at once.

It refuses to pass a memory off as a look: every audit carries the time its survey was taken.
"""

from __future__ import annotations

import hashlib
from pathlib import Path

from lifepod.access.audit import Audit
from lifepod.access.survey import from_json, to_json
from lifepod.errors import Malformed
from lifepod.owner.look import Tell as Tell
from lifepod.owner.look import look
from lifepod.owner.look import quiet as quiet
from lifepod.solid.dirs import cache_dir, write_private
from lifepod.solid.pod import Pod


async def take(pod: Pod, tell: Tell = quiet) -> Audit:
    """Look at the whole pod now, and keep what was found."""
    survey = (await look(pod, pod.storage, tell=tell)).survey
    write_private(_path(survey.storage, survey.owner), to_json(survey).encode())
    return Audit(survey)


async def at(pod: Pod, path: str, *, below: bool = True, tell: Tell = quiet) -> Audit:
    """Look at one place now, with all under it if wanted; not kept."""
    return Audit((await look(pod, pod.url(path), below=below, tell=tell)).survey)


def remembered(storage: str, owner: str) -> Audit | None:
    """The last survey of the whole pod, or ``None`` where there is none that can be read."""
    try:
        return Audit(from_json(_path(storage, owner).read_bytes()))
    except (OSError, Malformed):
        return None


def _path(storage: str, owner: str) -> Path:
    name = hashlib.sha256(f"{storage}\n{owner}".encode()).hexdigest()[:24]
    folder = cache_dir() / "surveys"
    folder.mkdir(mode=0o700, exist_ok=True)
    return folder / f"{name}.json"
