"""The state of things in one look: who could read how much, what changed, what waits, what ends, what is overdue.

It refuses to fetch (:mod:`lifepod.owner.roundup` does), to read a clock, and to let a part that could not be looked at
pass for an empty one: each says what could not be read, and one that nobody looked at yet is ``None``.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Generic, TypeVar

from lifepod.access.rules import MODES
from lifepod.errors import LifepodError

if TYPE_CHECKING:  # the first screen paints an empty glance, before the rooms that fill it are entered
    from lifepod.access.grants import Grant
    from lifepod.owner.differences import Compared as Compared  # part of a glance
    from lifepod.owner.exposure import Exposed as Exposed
    from lifepod.owner.exposure import Share as Share
    from lifepod.owner.ledger import Case as Case
    from lifepod.owner.ledger import Ledger
    from lifepod.owner.requests import Request
    from lifepod.parties.outbox import Notice as Notice  # part of a glance

T = TypeVar("T")
SOON = timedelta(days=14)
"""What ends within this time is told beforehand."""


@dataclass(frozen=True, slots=True)
class Gap:
    """Something that could not be looked at."""

    why: str
    advice: str = ""

    @classmethod
    def of(cls, error: LifepodError) -> Gap:
        """What an error says."""
        return cls(str(error), error.advice)


@dataclass(frozen=True, slots=True)
class Part(Generic[T]):
    """One part of a glance, as far as it could be read."""

    found: tuple[T, ...] = ()
    gaps: tuple[Gap, ...] = ()
    """Why there may be more; where nothing was found, why that is not known."""

    @property
    def is_unknown(self) -> bool:
        """Nothing was found, and nobody can say that there is nothing."""
        return not self.found and bool(self.gaps)


@dataclass(frozen=True, slots=True)
class Asking:
    """A request that waits for the person."""

    id: str
    who: str
    """WebID."""
    since: str
    """UTC."""
    reply_by: str = ""
    """UTC; empty for any day."""


@dataclass(frozen=True, slots=True)
class Ending:
    """A grant or an agreement whose end is near, or has come."""

    who: str
    until: str
    """A day (its last one) or a time, UTC."""
    over: bool
    """Its end has come, and nothing on record closed it."""
    agreement: str = ""
    """Id; empty for a grant without one."""
    place: str = ""
    """Of a grant."""
    modes: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Late:
    """A promise whose day passed without word."""

    agreement: str
    who: str
    due_by: str
    says: str


@dataclass(frozen=True, slots=True)
class Since:
    """What differs from the survey that was kept before the present one."""

    at: str = ""
    """Time of the earlier one, UTC; empty where none is kept."""
    compared: Compared | None = None
    is_explained: bool = False
    """Whether the change log was read, so that it is known what was done with lifepod."""


@dataclass(frozen=True, slots=True)
class Glance:
    """All parts; ``None`` for each that nobody looked at yet."""

    exposed: tuple[Exposed, ...] | None = None
    """Everyone but the owner, the widest first."""
    journal: tuple[Share, ...] | None = None
    """Classes of records that the owner's pod holds, by number of files."""
    since: Since | None = None
    vendors: frozenset[str] | None = None
    """Who asked for something or agreed to something."""
    asking: Part[Asking] | None = None
    letters: int | None = None
    """Messages in the inbox, whatever they are."""
    ending: Part[Ending] | None = None
    late: Part[Late] | None = None
    untold: Part[Notice] | None = None
    lost: Gap | None = None
    """Why looking broke off before all parts were found."""

    @property
    def gaps(self) -> tuple[Gap, ...]:
        """All that could not be looked at, each once."""
        parts = (self.asking, self.ending, self.late, self.untold)
        return tuple(dict.fromkeys(gap for part in parts if part is not None for gap in part.gaps))

    def given_up(self, gap: Gap) -> Glance:
        """The same where looking broke off: what was not looked at by now is not known."""
        lost: Part[Asking] = Part((), (gap,))
        return replace(
            self,
            asking=self.asking or lost,
            ending=self.ending or Part((), (gap,)),
            late=self.late or Part((), (gap,)),
            untold=self.untold or Part((), (gap,)),
            lost=gap,
        )


def asking_in(requests: Iterable[Request]) -> tuple[Asking, ...]:
    """Those that wait for the person, the oldest first."""
    out = []
    for one in requests:
        if one.is_waiting:
            proposal = one.case.policy.proposal
            by = proposal.reply_by if proposal is not None else ""
            out.append(Asking(one.id, one.case.policy.assignee, one.case.life.since, by))
    return tuple(sorted(out, key=lambda one: (one.since, one.id)))


def ending_in(cases: Iterable[Case], grants: Iterable[Grant], now: str) -> tuple[Ending, ...]:
    """What ends within :data:`SOON`, and grants whose end has come; ``now`` is UTC, ISO 8601 with Z.

    What was granted by an open agreement ends with it, and is told once.
    """
    last = (datetime.fromisoformat(now) + SOON).strftime("%Y-%m-%dT%H:%M:%SZ")
    opened = [case for case in cases if case.life.is_open and case.life.until]
    ends = {(case.policy.assignee, case.life.until) for case in opened}
    out = [Ending(c.policy.assignee, c.life.until, over=False, agreement=c.id) for c in opened if c.life.until <= last]
    for grant in grants:
        near = bool(grant.until) and grant.until <= last[: len(grant.until)]
        if near and grant.modes and (grant.agent, grant.until) not in ends:
            modes = tuple(mode.value for mode in MODES if mode in grant.modes)
            out.append(Ending(grant.agent, grant.until, grant.is_over(now), place=grant.place, modes=modes))
    return tuple(sorted(out, key=lambda one: (one.until, one.who, one.place)))


def late_in(ledger: Ledger) -> tuple[Late, ...]:
    """Every promise whose day passed without word, the oldest first."""
    from lifepod.owner.ledger import says_of

    found = [
        Late(account.case.id, account.case.policy.assignee, row.due_by, row.says or says_of(row))
        for account in ledger.accounts
        for row in account.rows
        if row.state == "overdue"
    ]
    return tuple(sorted(found, key=lambda one: (one.due_by, one.agreement)))


def vendors_in(requests: Iterable[Request], cases: Iterable[Case]) -> frozenset[str]:
    """Who asked for something, or agreed to something."""
    return frozenset((*(r.case.policy.assignee for r in requests), *(c.policy.assignee for c in cases)))
