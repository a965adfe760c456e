"""How the screen names agents and places, and says in a word or two who can see a place.

It refuses to shorten "unknown" away or to count it as no; the full WebID is always shown where something is decided.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from shlex import quote
from typing import TYPE_CHECKING
from urllib.parse import unquote

from lifepod.access.rules import MODES, Answer, Mode
from lifepod.plain import plain

if TYPE_CHECKING:
    from lifepod.owner.desk import Audit, Entry


WHOLE = 8000
"""Characters of a name that will be used and not only read: it must not be cut."""


@dataclass(frozen=True, slots=True)
class Badge:
    """Who can see a place, in a word or two, and how to paint it."""

    word: str
    tone: str
    """``public``, ``signed``, ``agents``, ``me`` or ``unknown``."""


@dataclass(frozen=True, slots=True)
class Request:
    """A grant, a revoke or a making private as it was asked for."""

    verb: str
    """``grant``, ``revoke`` or ``private``."""
    agent: str
    """Empty where a place is made private."""
    path: str
    """Below the pod, or a full URL."""
    modes: tuple[str, ...]
    """Empty in a revoke: all of them."""
    all_below: bool = False
    unchecked: bool = False
    everywhere: bool = False
    """Revoke: on every path of the pod, out of the owner's groups too."""
    until: str = ""
    """Day or time at which a grant ends; empty for none."""
    why: str = ""
    """For the change log."""


def badge(entries: Iterable[Entry], owner: str) -> Badge:
    """The strongest audience of a place; what is not known outranks all but the public."""
    others = [e for e in entries if e.audience != owner]
    sure = {e.audience: e for e in others if Answer.YES in e.answers}
    unsure = any(Answer.UNKNOWN in e.answers for e in others)
    if "public" in sure:
        return Badge("public" + _less(sure["public"]), "public")
    if unsure:
        return Badge("unknown", "unknown")
    if "signed-in" in sure:
        return Badge("signed-in" + _less(sure["signed-in"]), "signed")
    if sure:
        readers = [e for e in sure.values() if e.answers[0] is Answer.YES]
        some = readers or list(sure.values())
        return Badge(f"{len(some)} agent{'s' * (len(some) > 1)}{_less(some[0])}", "agents")
    return Badge("me", "me")


def _less(entry: Entry) -> str:
    """What it is instead of reading: `` append`` where they may add but not read."""
    if entry.answers[0] is Answer.YES:
        return ""
    return " " + next(m.value for m, answer in zip(MODES, entry.answers, strict=True) if answer is Answer.YES)


def place_name(url: str, storage: str, limit: int = 300) -> str:
    """A place as a person names it below the pod, and can type it; the pod itself is ``/``."""
    if not url.startswith(storage):
        return plain(url, limit)
    path = url.removeprefix(storage)
    name = unquote(path)
    # A slash inside a name, or what is no text, cannot be typed: there the address says it.
    whole = "%2f" in path.lower() or "\ufffd" in name
    return plain(url if whole else name or "/", limit)


def agent_name(audience: str, owner: str) -> str:
    """An audience in full, and who it is where that is known."""
    known = {
        owner: "you",
        "public": "public (anyone)",
        "signed-in": "signed-in (anyone who signs in)",
        "anyone": "anyone (not known)",
    }
    return known.get(audience) or plain(audience, 300)


def brief(audience: str, owner: str) -> str:
    """An audience as short as it can be told: a WebID without what most of them share."""
    if audience in (owner, "public", "signed-in", "anyone"):
        return "you" if audience == owner else audience
    bare = audience.split("://", 1)[-1]
    for tail in ("/profile/card#me", "/#me", "#me"):
        if bare.endswith(tail):
            return plain(bare.removesuffix(tail), 200)
    return plain(bare, 200)


def could_change_access(entry: Entry, owner: str) -> bool:
    """Whether somebody else can change who sees a place."""
    return entry.audience != owner and entry.answers[MODES.index(Mode.CONTROL)] is Answer.YES


def taken(audit: Audit, now: datetime) -> str:
    """When the picture was taken, in the clock and zone of ``now``: ``picture of 14:03, 2 min ago``."""
    at = read_time(audit.survey.surveyed_at, now)
    if at is None:
        return "picture of an unknown time"
    day = "" if at.date() == now.date() else f"{at:%d %b %Y} "
    return f"picture of {day}{at:%H:%M}, {_ago((now - at).total_seconds())}"


def read_time(stamp: str, now: datetime) -> datetime | None:
    """A UTC stamp in the zone of ``now``; ``None`` where it is none."""
    try:
        at = datetime.fromisoformat(stamp)
    except ValueError:
        return None
    return at.astimezone(now.tzinfo) if at.tzinfo else None


def _ago(seconds: float) -> str:
    if seconds < 60:
        return "just now"
    for size, unit in ((86400, "day"), (3600, "h"), (60, "min")):
        if seconds >= size:
            count = int(seconds // size)
            return f"{count} {unit}{'s' * (unit == 'day' and count > 1)} ago"
    return "just now"


def twin(request: Request, login: str = "") -> str:
    """The command that does the same; ``login`` where it is not the default one."""
    target = [] if request.everywhere else [request.path or "/"]
    who = [request.agent] if request.agent else []
    parts = ["lifepod", *(["--profile", login] if login else []), request.verb, *who, *target]
    parts += ["--everywhere"] * request.everywhere
    parts += [f"--{mode}" for mode in request.modes]
    parts += ["--all-below"] * request.all_below + ["--unchecked"] * request.unchecked
    parts += ["--until", request.until] if request.until else []
    parts += ["--why", request.why] if request.why else []
    return " ".join(quote(plain(part, WHOLE)) for part in parts)
