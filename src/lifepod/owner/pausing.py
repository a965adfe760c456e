"""What suspend and resume wish for: what an agent has at a place by name, and what was taken from it for a while.

It refuses to give back more than the change log remembers, or anything after its end.
"""

from __future__ import annotations

from lifepod.access.audit import Audit
from lifepod.access.grants import Grant as Grant
from lifepod.access.grants import suspended_at
from lifepod.access.plans import Wish
from lifepod.access.rules import MODES, Answer, Mode
from lifepod.errors import Missing, Undecided
from lifepod.owner.changes import ChangeLog, now
from lifepod.owner.look import look
from lifepod.plain import plain
from lifepod.solid.pod import Pod


async def to_suspend(pod: Pod, agent: str, place: str) -> Wish:
    """The wish that takes for a while what the agent has by name at the place; raises where it has nothing."""
    audit = Audit((await look(pod, place)).survey)
    entries = [e for e in audit.sees(agent) if e.place == place and e.audience == agent]
    modes = {m for e in entries for m, a in zip(MODES, e.answers, strict=True) if a is Answer.YES}
    if not modes:
        raise Missing(
            f"{plain(agent)} has nothing at {plain(place)} by name, so there is nothing to suspend.",
            place=place,
            advice="`lifepod why AGENT PATH` shows what its access rests on.",
        )
    return Wish("revoke", agent, place, frozenset(modes))


async def to_resume(pod: Pod, agent: str, place: str) -> tuple[Wish, Grant]:
    """The wish that gives back what was suspended; raises where nothing was, or where its end has come meanwhile."""
    grant = suspended_at(await ChangeLog(pod).every(), agent, place)
    if grant is None:
        raise Missing(f"Nothing of {plain(agent)} is suspended at {plain(place)}.", place=place)
    if grant.is_over(now()):
        raise Undecided(
            f"What {plain(agent)} had at {plain(place)} ended {grant.until} meanwhile.",
            advice="Grant it anew, with another end, if you want it so.",
        )
    # Who may write may append, and that is said once.
    modes = grant.suspended - ({Mode.APPEND} if Mode.WRITE in grant.suspended else frozenset())
    return Wish("grant", agent, place, frozenset(modes)), grant
