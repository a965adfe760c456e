"""What the guard has told of a pod already, kept on this machine so that it tells it once.

It refuses to be the truth of anything: what is lost or cannot be read is told once more.
"""

from __future__ import annotations

import json

from lifepod.access.drift import Known as Known  # what is kept
from lifepod.owner.kept import folder_of
from lifepod.solid.dirs import write_private


def keep_known(storage: str, owner: str, known: Known) -> None:
    """Keep what the guard has told."""
    value = {"at": known.at, "agents": sorted(known.agents), "risks": sorted(known.risks)}
    write_private(folder_of(storage, owner) / "guard.json", json.dumps(value).encode())


def kept_known(storage: str, owner: str) -> Known | None:
    """What the guard had noticed when it last went round; ``None`` before the first time."""
    try:
        raw = json.loads((folder_of(storage, owner) / "guard.json").read_bytes())
        risks = frozenset((str(kind), str(place), str(who)) for kind, place, who in raw["risks"])
        return Known(str(raw["at"]), frozenset(map(str, raw["agents"])), risks)
    except (OSError, ValueError, KeyError, TypeError):
        return None
