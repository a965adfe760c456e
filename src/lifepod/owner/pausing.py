"""What suspend and resume mean: to take what an agent has by name at a place and below, and to give back just that.

It refuses to give back what was not taken, or anything after its end. A resume takes the suspension back, document by
document, as an undo does: so every place gets its own modes again, and what others wrote since stays.
"""

from __future__ import annotations

from lifepod.access.audit import Audit
from lifepod.access.drift import Finding
from lifepod.access.grants import Grant as Grant
from lifepod.access.grants import suspended_at, suspension_of
from lifepod.access.plans import Wish
from lifepod.access.rules import MODES, STRANGER, Answer, Mode
from lifepod.errors import LifepodError, Missing, Undecided
from lifepod.owner.changes import Change, ChangeLog, now
from lifepod.owner.look import look
from lifepod.owner.share import Note, Say, apply, rehearse
from lifepod.plain import plain
from lifepod.solid.pod import Pod


async def to_suspend(pod: Pod, agent: str, place: str) -> Wish:
    """The wish that takes what the agent has by name at the place and below; raises where it has nothing there."""
    modes = by_name(Audit((await look(pod, place)).survey), agent, place)
    if not modes:
        raise Missing(
            f"{plain(agent)} has nothing at {plain(place)} by name, so there is nothing to suspend.",
            place=place,
            advice="`lifepod why AGENT PATH` shows what its access rests on.",
        )
    return Wish("revoke", agent, place, modes)


def by_name(audit: Audit, agent: str, place: str) -> frozenset[Mode]:
    """What an agent has at a place or below and others who are signed in have not."""
    found: set[Mode] = set()
    for key in {audit.source_of(one.url) for one in audit.below(place)} | {audit.source_of(place)}:
        mine, others = audit.reach(key, agent), audit.reach(key, STRANGER.agent)
        both = zip(MODES, mine, others, strict=True)
        found |= {mode for mode, has, have in both if has is Answer.YES and have is not Answer.YES}
    return frozenset(found)


def closing(audit: Audit, ended: Finding) -> Wish:
    """The wish that closes what has ended, as far as it is this agent's alone.

    What others who are signed in have as well cannot be taken from one of them, and must not keep the rest open.
    """
    modes = frozenset(ended.modes)
    return Wish("revoke", ended.agent, ended.place, modes & by_name(audit, ended.agent, ended.place) or modes)


async def to_resume(pod: Pod, agent: str, place: str) -> tuple[Change, str]:
    """The suspension to take back, and the end of what comes back; raises where there is none, or its end has come."""
    changes = await ChangeLog(pod).every()
    change = suspension_of(changes, agent, place)
    if change is None:
        raise Missing(
            f"Nothing of {plain(agent)} is suspended at {plain(place)}.",
            place=place,
            advice="`lifepod changes` lists what was suspended, and where.",
        )
    paused = suspended_at(changes, agent, place)
    over = next((grant.until for grant in paused if grant.is_over(now())), "")
    if over:
        raise Undecided(
            f"What {plain(agent)} had at {plain(place)} ended {over} meanwhile.",
            advice="Grant it anew, with another end, if you want it so.",
        )
    ends = {grant.until for grant in paused}
    return change, ends.pop() if len(ends) == 1 else ""


async def close_ended(pod: Pod, audit: Audit, ended: Finding, say: Say) -> bool:
    """Close what has ended; whether a fresh look found it closed."""
    wish = closing(audit, ended)
    try:
        await apply(pod, await rehearse(pod, wish), say, Note(why="its end had come"))
    except LifepodError as error:
        say(f"{plain(wish.agent)} at {plain(wish.place)} could not be closed: {error}")
        return False
    return True
