"""What the change log says was given: per agent and place what is open, suspended or has ended; a wish, not the truth.

It refuses to read a clock (the time is passed in) and to say what holds: that is for a look at the pod.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace

from lifepod.access.changelog import FINISHED, UNCONFIRMED, Change
from lifepod.access.rules import Mode


@dataclass(frozen=True, slots=True)
class Grant:
    """What one agent was given at one place, as far as the log tells."""

    agent: str
    place: str
    modes: frozenset[Mode]
    since: str
    until: str = ""
    suspended: frozenset[Mode] = frozenset()
    """Modes that were taken for a while and are remembered."""

    def is_over(self, now: str) -> bool:
        """Whether its end has come; ``until`` is a day (its last one) or a time, ``now`` is UTC, ISO 8601 with Z."""
        return bool(self.until) and (
            now[: len(self.until)] > self.until if len(self.until) == 10 else now >= self.until
        )


def held(changes: Iterable[Change]) -> tuple[Grant, ...]:
    """Every grant that was made and not fully taken back, by agent and place; changes in order of time."""
    done = [c for c in changes if c.state in (FINISHED, UNCONFIRMED)]
    undone = {c.undoes for c in done if c.undoes}
    found: dict[tuple[str, str], Grant] = {}
    for change in done:
        if change.name not in undone and change.verb != "undo":
            _apply(found, change)
    return tuple(found[key] for key in sorted(found))


def _apply(found: dict[tuple[str, str], Grant], change: Change) -> None:
    key = (change.agent, change.place)
    if change.verb in ("grant", "resume"):
        old = found.get(key)
        modes = change.modes | (old.modes if old else frozenset())
        until = change.until or (old.until if old and change.verb == "resume" else "")
        found[key] = Grant(change.agent, change.place, modes, change.began, until)
    elif change.verb == "suspend":
        old = found.get(key) or Grant(change.agent, change.place, frozenset(), change.began)
        found[key] = replace(old, modes=old.modes - change.modes, suspended=change.modes | old.suspended)
    else:
        _take(found, change)


def _take(found: dict[tuple[str, str], Grant], change: Change) -> None:
    """A revoke or a making private: of the agent, or of everyone, at the place and below."""
    for key, grant in list(found.items()):
        whose = change.agent in ("", grant.agent)
        inside = grant.place == change.place or (change.place.endswith("/") and grant.place.startswith(change.place))
        if whose and inside:
            left = replace(grant, modes=grant.modes - change.modes, suspended=grant.suspended - change.modes)
            if left.modes or left.suspended:
                found[key] = left
            else:
                del found[key]


def suspended_at(changes: Iterable[Change], agent: str, place: str) -> Grant | None:
    """The grant of this agent at this place that is suspended now, if any."""
    return next((g for g in held(changes) if (g.agent, g.place) == (agent, place) and g.suspended), None)
