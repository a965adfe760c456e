"""What differs between two surveys kept on this machine, which changes on record account for it, and which do not.

It refuses to name a culprit: what no change on record accounts for was made outside lifepod, or by a change whose
record is gone. Nor does it take silence for sameness: where one of the two looks was blind, that is told beside it.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from lifepod.access.audit import Audit
from lifepod.access.changelog import Change
from lifepod.access.compare import Difference as Difference  # what a comparison is made of
from lifepod.access.compare import Move as Move
from lifepod.access.compare import compare as compare
from lifepod.access.drift import Finding as Finding
from lifepod.access.drift import drift
from lifepod.access.grants import Grant as Grant
from lifepod.access.grants import held
from lifepod.access.rules import Mode
from lifepod.errors import Missing
from lifepod.owner import kept
from lifepod.owner.kept import times as times  # of the surveys there are


@dataclass(frozen=True, slots=True)
class Explained:
    """One move, and the changes on record that account for it."""

    move: Move
    by: tuple[Change, ...]
    """Empty where it was made outside lifepod, or its record is gone, or it came with an agreement."""
    agreed: bool = False
    """Whether it let a vendor read its own agreement, as every agreement does."""

    @property
    def is_ours(self) -> bool:
        """Whether something on record accounts for it."""
        return self.agreed or bool(self.by)

    @property
    def modes(self) -> frozenset[Mode]:
        """What surely opened or closed."""
        return frozenset((*self.move.gained, *self.move.lost))


@dataclass(frozen=True, slots=True)
class Compared:
    """Two kept surveys side by side."""

    found: Difference
    moves: tuple[Explained, ...]


Contracts = Iterable[tuple[str, str]]
"""Vendors, each with the folder of an agreement, which it reads for good: no change on record gave that."""


def compared(
    storage: str, owner: str, times: tuple[str, str], changes: Iterable[Change], contracts: Contracts = ()
) -> Compared:
    """The kept surveys of two times, the earlier first, beside the change log; reads this machine's files only.

    Raises :class:`Missing` where one of them is gone or cannot be read.
    """
    before, after = (_kept(storage, owner, when) for when in times)
    return explained(compare(before, after), changes, after.survey.seconds, contracts)


def explained(found: Difference, changes: Iterable[Change], seconds: float, contracts: Contracts = ()) -> Compared:
    """A difference with the changes on record that account for it; ``seconds``: how long the later look took. Pure."""
    times = (found.since, found.until)
    # However it ended: one that was rolled back may have been found half-way by a look.
    between = tuple(c for c in changes if _is_between(c, times, seconds))
    folders = frozenset(contracts)
    return Compared(found, tuple(Explained(m, _by(m, between), _is_agreed(m, folders)) for m in found.moves))


def _is_agreed(move: Move, folders: frozenset[tuple[str, str]]) -> bool:
    modes = {*move.gained, *move.lost}
    return modes == {Mode.READ} and bool(move.gained) and (move.audience, move.place) in folders


def _kept(storage: str, owner: str, when: str) -> Audit:
    audit = kept.remembered(storage, owner, datetime.fromisoformat(when))
    # One that cannot be read is passed over for an older one, which would be the answer to another question.
    if audit is None or audit.survey.surveyed_at != when:
        raise Missing(
            f"The survey of {when} is gone, or cannot be read.",
            advice="Choose another one; `lifepod survey` keeps a new one.",
        )
    return audit


def kept_before(audit: Audit) -> Audit | None:
    """The newest survey on this machine that is older than this one and can be read; ``None`` where there is none."""
    survey = audit.survey
    at = datetime.fromisoformat(survey.surveyed_at) - timedelta(seconds=1)
    if not any(datetime.fromisoformat(when) <= at for when in kept.times(survey.storage, survey.owner)):
        return None
    return kept.remembered(survey.storage, survey.owner, at)


def _is_between(change: Change, times: tuple[str, str], seconds: float) -> bool:
    """Whether a change went on between two looks, or during one: a look may find what is written meanwhile.

    ``seconds``: how long the later look took.
    """
    try:
        since, until, began, ended = map(_moment, (*times, change.began, change.ended or change.began))
    except ValueError:
        return False
    return began <= until + timedelta(seconds=seconds) and ended >= since


def _moment(stamp: str) -> datetime:
    found = datetime.fromisoformat(stamp)
    if found.tzinfo is None:
        raise ValueError(stamp)
    return found


def _by(move: Move, changes: Sequence[Change]) -> tuple[Change, ...]:
    modes = {mode.value for mode in (*move.gained, *move.lost)}
    return tuple(c for c in changes if _near(move.place, c) and _moved(move, c, modes))


def _near(place: str, change: Change) -> bool:
    top = change.place
    return any(a == b or (b.endswith("/") and a.startswith(b)) for a, b in ((place, top), (top, place)))


def _moved(move: Move, change: Change, modes: set[str]) -> bool:
    """Whether a change says that it moved this audience; its effects say so, one audience and mode each."""
    if change.effects:
        return any(effect.startswith(f"{move.audience} {mode}:") for effect in change.effects for mode in modes)
    return change.agent == move.audience and bool(modes & {mode.value for mode in change.modes})


def outside(audit: Audit, changes: Iterable[Change], contracts: Iterable[Grant]) -> tuple[Finding, ...]:
    """Where the rules, as an audit found them, differ from what was done with lifepod until then; pure.

    ``contracts``: each vendor's right to read its own agreement, which no change on record gave. What was changed since
    the look began is left out: only the next look can tell.
    """
    at, extra, log = audit.survey.surveyed_at, tuple(contracts), tuple(changes)
    before = [c for c in log if (c.ended or c.began) <= at]
    since, folders = [c for c in log if (c.ended or c.began) > at], {grant.place for grant in extra}
    found = drift(audit, (*held(before), *extra), at)
    return tuple(f for f in found if not _is_too_new(f, since, folders))


def _is_too_new(finding: Finding, since: Iterable[Change], folders: set[str]) -> bool:
    # A contract signed after the look is not missing in it.
    unread = finding.kind == "record-without-access" and finding.place in folders
    return unread or any(c.agent in ("", finding.agent) and _near(finding.place, c) for c in since)
