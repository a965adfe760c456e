"""The history of access of one place or one audience: what the change log says was done, what kept surveys found.

It refuses to take the one for the other: a change on record is what was wished and confirmed then, a survey is what a
look found. Between two surveys nobody looked, and neither says what anyone saw.
"""

from __future__ import annotations

import asyncio
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime

from lifepod.access.audit import Audit
from lifepod.access.changelog import Change as Change  # what a history is made of
from lifepod.access.changelog import read_change
from lifepod.access.grants import Grant as Grant
from lifepod.access.grants import held
from lifepod.access.rules import MODES, Answer
from lifepod.errors import LifepodError, Missing
from lifepod.owner import kept
from lifepod.owner.changes import CHANGES
from lifepod.owner.reaches import OUTSIDE, reach_of
from lifepod.solid.pod import Pod

_AT_ONCE = 8
_PENDING = "pending.ttl"
_AGREEMENT = re.compile(r"\bagreement ([0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12})\b")


@dataclass(frozen=True, slots=True)
class Log:
    """The change log as far as it can be read."""

    changes: tuple[Change, ...] = ()
    """In order of time."""
    unread: tuple[tuple[str, str], ...] = ()
    """Records that could not be read, and why."""
    known: Mapping[str, tuple[str, Change]] = field(default_factory=dict)
    """Every record that was read by its URL, with the time of change that the server told."""


@dataclass(frozen=True, slots=True)
class Found:
    """What kept surveys found, as long as it stayed alike."""

    first: str
    """Time of the first survey that found it; UTC."""
    last: str
    """Time of the last one."""
    surveys: int
    lines: tuple[str, ...]
    """One for each audience, or each class of records: in words; empty for nobody and nothing."""
    unknown: bool = False
    """Whether anything of it was not known."""
    missing: bool = False
    """Whether the place was not there."""


async def log_of(pod: Pod, before: Log | None = None) -> Log:
    """Every change on record, eight at a time; one that cannot be read hides no other. Raises what listing raises.

    What was read ``before`` and was not changed since is not read again.
    """
    try:
        listing = await pod.list(pod.storage + CHANGES)
    except Missing:
        return Log()
    wanted = [(url, when) for url, when in listing.members if url.endswith(".ttl") and not url.endswith(f"/{_PENDING}")]
    gate, unread = asyncio.Semaphore(_AT_ONCE), list[tuple[str, str]]()
    known = dict(before.known) if before else {}

    async def one(url: str, when: str) -> tuple[str, tuple[str, Change]] | None:
        if when and url in known and known[url][0] == when:
            return url, known[url]
        async with gate:
            try:
                reply = await pod.get(url, accept="text/turtle")
                return url, (when, read_change(reply.body, reply.url))
            except LifepodError as error:
                unread.append((url, str(error)))
                return None

    read = dict(filter(None, await asyncio.gather(*(one(url, when) for url, when in wanted))))
    changes = sorted((change for _, change in read.values()), key=lambda change: change.began)
    return Log(tuple(changes), tuple(sorted(unread)), read)


def about_place(log: Log, url: str) -> tuple[Change, ...]:
    """The changes at a place, above it or below it, the newest first."""
    return tuple(c for c in reversed(log.changes) if _inside(url, c.place) or _inside(c.place, url))


def about_agent(log: Log, audience: str) -> tuple[Change, ...]:
    """The changes that were about an audience or moved it, the newest first."""
    moved = f"{audience} "
    return tuple(c for c in reversed(log.changes) if c.agent == audience or any(e.startswith(moved) for e in c.effects))


def _inside(place: str, top: str) -> bool:
    return place == top or (top.endswith("/") and place.startswith(top))


def agreement_in(change: Change) -> str:
    """The id of the agreement by which a change was made, or whose end it was; empty where the log names none."""
    found = _AGREEMENT.search(change.why)
    return found[1] if found else ""


def given_to(log: Log, agent: str) -> tuple[Grant, ...]:
    """What the log says an agent was given and not fully lost again, the oldest first."""
    return tuple(sorted((g for g in held(log.changes) if g.agent == agent), key=lambda g: (g.since, g.place)))


# Kept surveys


def at_place(storage: str, owner: str, url: str) -> Iterator[Found]:
    """What each kept survey found at a place, the newest first; one value a survey, each read when it is asked for."""
    for audit in _kept(storage, owner):
        yield _place_in(audit, url)


def of_audience(storage: str, owner: str, audience: str) -> Iterator[Found]:
    """What each kept survey found an audience could use, the newest first."""
    for audit in _kept(storage, owner):
        reach, lines = reach_of(audit, audience), list[str]()
        for share in reach.shares:
            what = share.name if share.name != OUTSIDE else "elsewhere"
            modes = ", ".join(mode.value for mode in MODES if mode in share.modes)
            lines += [f"{what}: {_counted(share.places)}, to {modes}"] if share.places else []
            lines += [f"{what}: not known of {_counted(share.unsure)}"] if share.unsure else []
        at = audit.survey.surveyed_at
        yield Found(at, at, 1, tuple(lines), unknown=reach.unsure > 0)


def joined(found: Iterable[Found]) -> tuple[Found, ...]:
    """Neighbours that are alike as one; the newest first, as they come."""
    out = list[Found]()
    for one in found:
        last = out[-1] if out else None
        if last is not None and (last.lines, last.missing) == (one.lines, one.missing):
            out[-1] = replace(last, first=one.first, surveys=last.surveys + one.surveys)
        else:
            out.append(one)
    return tuple(out)


def _kept(storage: str, owner: str) -> Iterator[Audit]:
    before = ""
    for at in kept.times(storage, owner):
        audit = kept.remembered(storage, owner, datetime.fromisoformat(at))
        # In place of one that cannot be read comes the one before it: once is enough.
        if audit is not None and audit.survey.surveyed_at != before:
            before = audit.survey.surveyed_at
            yield audit


def _place_in(audit: Audit, url: str) -> Found:
    at = audit.survey.surveyed_at
    try:
        audit.place(url)
    except Missing:
        return Found(at, at, 1, (), missing=True)
    lines, unknown = list[str](), False
    for entry in audit.who(url):
        if entry.audience == audit.survey.owner:
            continue
        through = "".join(f", through {name}" for name in (entry.app, entry.issuer) if name)
        for answer, said in ((Answer.YES, "could"), (Answer.UNKNOWN, "could perhaps")):
            modes = [mode.value for mode, one in zip(MODES, entry.answers, strict=True) if one is answer]
            lines += [f"{entry.audience}{through} {said} {', '.join(modes)}"] if modes else []
            unknown = unknown or bool(modes and answer is Answer.UNKNOWN)
    return Found(at, at, 1, tuple(lines), unknown)


def _counted(count: int) -> str:
    return f"{count} place{'' if count == 1 else 's'}"
