"""What the change log says was given: per agent and place what is open, suspended or has ended; a wish, not the truth.

It refuses to read a clock (the time is passed in) and to say what holds: that is for a look at the pod.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

from lifepod.access.changelog import FINISHED, UNCONFIRMED, Change
from lifepod.access.rules import Mode


@dataclass(frozen=True, slots=True)
class Grant:
    """What one agent was given at one place with one end, as far as the log tells."""

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


@dataclass
class _Holding:
    """What one agent holds at one place: each mode with the end it was given with."""

    since: str
    open: dict[Mode, str] = field(default_factory=dict)
    paused: dict[Mode, str] = field(default_factory=dict)

    def grants(self, agent: str, place: str) -> Iterator[Grant]:
        """One for each end."""
        for until in sorted({*self.open.values(), *self.paused.values()}):
            modes, paused = (frozenset(m for m, end in one.items() if end == until) for one in (self.open, self.paused))
            yield Grant(agent, place, modes, self.since, until, paused)


_Held = dict[tuple[str, str], _Holding]


def standing(changes: Iterable[Change]) -> tuple[Change, ...]:
    """The changes that were carried out and not taken back since, in the order given (of time)."""
    out, gone = list[Change](), set[str]()
    for change in reversed([c for c in changes if c.state in (FINISHED, UNCONFIRMED)]):
        if change.name in gone:
            continue  # and what it took back stands again
        if change.undoes:
            gone.add(change.undoes)
        out.append(change)
    return tuple(reversed(out))


def held(changes: Iterable[Change]) -> tuple[Grant, ...]:
    """Every grant that was made and not fully taken back, by agent, place and end; changes in order of time."""
    found: _Held = {}
    for change in standing(changes):
        if not change.undoes:  # an undo, a resume: what it took back is not there any more
            _apply(found, change)
    return tuple(grant for key in sorted(found) for grant in found[key].grants(*key))


def _apply(found: _Held, change: Change) -> None:
    if change.verb in ("grant", "resume"):
        holding = found.setdefault((change.agent, change.place), _Holding(change.began))
        for mode in change.modes:
            end = holding.paused.pop(mode, "") if change.verb == "resume" else ""
            holding.paused.pop(mode, None)
            holding.open[mode] = change.until or end
        if Mode.WRITE in change.modes:
            # Who may write may append, and a revoke of writing leaves that.
            holding.open.setdefault(Mode.APPEND, holding.open[Mode.WRITE])
    elif change.verb in ("suspend", "revoke", "private"):
        _take(found, change)


def _take(found: _Held, change: Change) -> None:
    """A revoke, a suspension or a making private: of the agent, or of everyone, at the place and below."""
    taken = change.modes | ({Mode.WRITE} if Mode.APPEND in change.modes else frozenset())
    pausing = change.verb == "suspend"
    if pausing:
        found.setdefault((change.agent, change.place), _Holding(change.began))
    for key, holding in list(found.items()):
        agent, place = key
        if not _inside(place, change.place) or change.agent not in ("", agent):
            continue
        here = pausing and place == change.place
        for mode in taken:
            end = holding.open.pop(mode, None)
            if pausing and (end is not None or (here and mode in change.modes)):
                holding.paused.setdefault(mode, end or "")
            elif not pausing:
                holding.paused.pop(mode, None)
        if not (holding.open or holding.paused):
            del found[key]


def suspension_of(changes: Iterable[Change], agent: str, place: str) -> Change | None:
    """The newest suspension of this agent at this place that was not taken back."""
    mine = [c for c in standing(changes) if (c.verb, c.agent, c.place) == ("suspend", agent, place)]
    return mine[-1] if mine else None


def suspended_at(changes: Iterable[Change], agent: str, place: str) -> tuple[Grant, ...]:
    """What of this agent is suspended now at this place and below."""
    return tuple(g for g in held(changes) if g.agent == agent and g.suspended and _inside(g.place, place))


def _inside(place: str, top: str) -> bool:
    return place == top or (top.endswith("/") and place.startswith(top))
