"""What this machine keeps of a pod: its last surveys with their times, and what a self-test proved of its server.

It refuses to be the truth of anything: all of it can be lost and made again, and what cannot be read counts as lost.
"""

from __future__ import annotations

import hashlib
import json
import re
from dataclasses import asdict, dataclass
from datetime import datetime
from pathlib import Path

from lifepod.access.audit import Audit
from lifepod.access.survey import Survey as Survey  # what is kept
from lifepod.access.survey import from_json, to_json
from lifepod.errors import Malformed
from lifepod.limits import LIMITS
from lifepod.solid.dirs import cache_dir, write_private

_NAME = re.compile(r"(\d{4})(\d\d)(\d\d)T(\d\d)(\d\d)(\d\d)Z-(\d{6})\.json\Z")


@dataclass(frozen=True, slots=True)
class Proof:
    """What a self-test found out about a server (access §6.3)."""

    said: str
    """How the server named itself and its version."""
    dialect: str
    proved: bool
    """Whether version tags of containers tell that access documents came or went."""
    cause: str
    """Why not, in words; empty where it is proved."""
    tested_at: str
    """UTC, ISO 8601."""


def folder_of(storage: str, owner: str) -> Path:
    """Where everything of one pod and login is kept."""
    folder = cache_dir() / "surveys" / hashlib.sha256(f"{storage}\n{owner}".encode()).hexdigest()[:24]
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    return folder


def keep(survey: Survey) -> None:
    """Keep one survey, and let go of the oldest past the bounds."""
    folder = folder_of(survey.storage, survey.owner)
    number = max((int(path.name[-11:-5]) for path in _files(folder)), default=0) + 1
    stamp = re.sub(r"[-:]", "", survey.surveyed_at)
    write_private(folder / f"{stamp}-{number:06d}.json", to_json(survey).encode())
    size = 0
    for place, path in enumerate(_files(folder)):
        size += path.stat().st_size
        if place and (place >= LIMITS.surveys_kept or size > LIMITS.survey_kept_bytes):
            path.unlink(missing_ok=True)


def forget_unfinished(storage: str, owner: str) -> None:
    """Access was changed: what a survey that was cut off found before must not be taken up."""
    (folder_of(storage, owner) / "unfinished").unlink(missing_ok=True)


def times(storage: str, owner: str) -> tuple[str, ...]:
    """When each kept survey was taken, newest first; UTC, ISO 8601."""
    return tuple(_time(path) for path in _files(folder_of(storage, owner)))


def newest(storage: str, owner: str, when: datetime | None = None) -> Survey | None:
    """The newest kept survey that can be read, taken at ``when`` or before if that is given (with a time zone)."""
    for path in _files(folder_of(storage, owner)):
        if when is not None and datetime.fromisoformat(_time(path)) > when:
            continue
        try:
            return from_json(path.read_bytes())
        except (OSError, Malformed):
            continue
    return None


def remembered(storage: str, owner: str, when: datetime | None = None) -> Audit | None:
    """What the survey of :func:`newest` says; ``None`` where there is none that can be read."""
    survey = newest(storage, owner, when)
    return Audit(survey) if survey else None


def _files(folder: Path) -> list[Path]:
    return sorted((path for path in folder.iterdir() if _NAME.match(path.name)), key=lambda p: p.name, reverse=True)


def _time(path: Path) -> str:
    return _NAME.sub(r"\1-\2-\3T\4:\5:\6Z", path.name)


def keep_proof(storage: str, owner: str, proof: Proof) -> None:
    """Keep what a self-test found."""
    write_private(folder_of(storage, owner) / "self-test.json", json.dumps(asdict(proof)).encode())


def kept_proof(storage: str, owner: str, now: datetime) -> Proof | None:
    """What the last self-test found, if it is not too old; ``None`` where there is none."""
    try:
        raw = json.loads((folder_of(storage, owner) / "self-test.json").read_bytes())
        proof = Proof(raw["said"], raw["dialect"], raw["proved"] is True, raw["cause"], raw["tested_at"])
        age = (now - datetime.fromisoformat(proof.tested_at)).total_seconds()
    except (OSError, ValueError, KeyError, TypeError):
        return None
    return proof if 0 <= age <= LIMITS.self_test_seconds else None
