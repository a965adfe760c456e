"""Records against rules: what was granted and is not open, what is open and was never granted, what should have ended;
and what is new since an earlier time: agents whom no grant accounts for, and risks.

It refuses to count what could not be looked at as in force, as closed or as gone, and to read a clock.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from lifepod.access.audit import Audit
from lifepod.access.grants import Grant
from lifepod.access.risks import risks
from lifepod.access.rules import MODES, Answer, Mode, Visitor


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing the guard noticed (access §12)."""

    kind: str
    """``ended``, ``record-without-access``, ``access-without-record``, ``suspended-but-open``, ``unverifiable``,
    ``new-agent``, ``new-risk``."""
    agent: str
    place: str
    modes: tuple[Mode, ...]
    said: str


@dataclass(frozen=True, slots=True)
class Known:
    """What was noticed up to some time; a value to compare a later audit with."""

    at: str
    """UTC, ISO 8601."""
    agents: frozenset[str]
    """WebIDs that a rule or a group named."""
    risks: frozenset[tuple[str, str, str]]
    """Kind, place and audience of each risk; notes are left out."""


def known_of(audit: Audit, before: Known | None = None) -> Known:
    """What an audit knows. Where it has blind spots, what was known ``before`` stays known: it may only be hidden."""
    agents, found = frozenset(audit.agents), frozenset(_risky(audit))
    if before is not None and audit.blind:
        agents, found = agents | before.agents, found | before.risks
    return Known(audit.survey.surveyed_at, agents, found)


def news(audit: Audit, before: Known, grants: Iterable[Grant]) -> tuple[Finding, ...]:
    """Agents and risks that were not there before; whom a grant accounts for is no news."""
    accounted = {audit.survey.owner, *before.agents, *(grant.agent for grant in grants)}
    agents = [agent for agent in audit.agents if agent not in accounted]
    out = [_newcomer(audit, agent) for agent in agents]
    for key, says in _risky(audit).items():
        if key not in before.risks:
            out.append(Finding("new-risk", key[2], key[1], (), f"{key[0]}: {says}"))
    return tuple(out)


def _risky(audit: Audit) -> dict[tuple[str, str, str], str]:
    return {(r.danger.value, r.place, r.audience): r.says for r in risks(audit) if not r.danger.is_note}


def _newcomer(audit: Audit, agent: str) -> Finding:
    """Where the newcomer gets in first, and how far; nowhere where rules name it and give it nothing."""
    found = [e for e in audit.sees(agent) if e.audience == agent]
    since = "it was not named here before"
    if not found:
        return Finding("new-agent", agent, audit.survey.storage, (), f"{since}, and nothing is open to it by name")
    first, places = found[0], sum(e.covers for e in found)
    modes = tuple(m for m, a in zip(MODES, first.answers, strict=True) if a is not Answer.NO)
    return Finding("new-agent", agent, first.place, modes, f"{since}; {_places(places)} in all")


def _places(count: int) -> str:
    return "1 place" if count == 1 else f"{count} places"


def drift(audit: Audit, grants: Iterable[Grant], now: str) -> tuple[Finding, ...]:
    """Every grant beside what the rules say, and every rule for a named agent that no grant accounts for."""
    known = tuple(grants)
    found = [finding for grant in known for finding in _of_grant(audit, grant, now)]
    return (*found, *_unrecorded(audit, known))


def _of_grant(audit: Audit, grant: Grant, now: str) -> Iterator[Finding]:
    if not any(place.url == grant.place for place in audit.survey.places):
        if grant.modes:
            yield _finding("record-without-access", grant, grant.modes, "the place is gone")
        return
    answers = {mode: audit.verdict(grant.place, Visitor(grant.agent), mode).answer for mode in MODES}
    dark = frozenset(m for m in grant.modes | grant.suspended if answers[m] is Answer.UNKNOWN)
    if dark:
        yield _finding("unverifiable", grant, dark, "it could not be looked at")
    open_ = frozenset(m for m in grant.modes if answers[m] is Answer.YES)
    closed = frozenset(m for m in grant.modes if answers[m] is Answer.NO)
    if open_ and grant.is_over(now):
        yield _finding("ended", grant, open_, f"it ended {grant.until}, and is still open")
    if closed and not grant.is_over(now):
        yield _finding("record-without-access", grant, closed, "it was granted, and is closed")
    back = frozenset(m for m in grant.suspended if answers[m] is Answer.YES)
    if back:
        yield _finding("suspended-but-open", grant, back, "it was suspended, and is open")


def _finding(kind: str, grant: Grant, modes: frozenset[Mode], said: str) -> Finding:
    return Finding(kind, grant.agent, grant.place, tuple(sorted(modes, key=MODES.index)), said)


def _unrecorded(audit: Audit, grants: tuple[Grant, ...]) -> Iterator[Finding]:
    for agent in audit.agents:
        if agent == audit.survey.owner:
            continue
        for entry in audit.sees(agent):
            if entry.audience != agent:
                continue  # open to more than this agent: that is no grant, and the risks tell of it
            recorded = {m for g in grants if g.agent == agent and _covers(g.place, entry.place) for m in g.modes}
            recorded |= {Mode.APPEND} if Mode.WRITE in recorded else set()
            extra = [m for m, a in zip(MODES, entry.answers, strict=True) if a is Answer.YES and m not in recorded]
            if extra:
                yield Finding(
                    "access-without-record",
                    agent,
                    entry.place,
                    tuple(extra),
                    "it is open, and was not granted with lifepod",
                )


def _covers(granted: str, place: str) -> bool:
    return place == granted or (granted.endswith("/") and place.startswith(granted))
