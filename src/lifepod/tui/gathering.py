"""What the screen of agents needs to know of one of them, and of all: worked out, or read from the pod.

It refuses to paint, and to take what could not be read for nothing.
"""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from typing import TYPE_CHECKING

from lifepod.owner import histories
from lifepod.owner.reaches import Reach, reach_of, sights_of
from lifepod.tui.standing import Papers

if TYPE_CHECKING:
    from lifepod.owner.desk import Audit, Desk, Entry


@dataclass(frozen=True, slots=True)
class Sight:
    """What one audience could use, in one picture."""

    audit: Audit
    audience: str
    entries: tuple[Entry, ...]
    reach: Reach


def sight_of(audit: Audit, audience: str) -> Sight:
    """Work it out; takes a while for many places, so that a thread should do it."""
    return Sight(audit, audience, sights_of(audit, audience), reach_of(audit, audience))


async def papers_of(desk: Desk, before: Papers | None = None) -> Papers:
    """The change log, the agreements, and who asked; raises what reading raises. ``before``: what was read last."""
    papers = await desk.papers()
    log, (cases, amiss), asked = await asyncio.gather(
        histories.log_of(await desk.pod(), before.log if before else None), papers.agreements(), papers.requests()
    )
    return Papers(log, cases, frozenset(one.case.policy.assignee for one in asked), len(amiss))
