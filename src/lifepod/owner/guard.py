"""The guard: closes grants whose end has come, and reports where records and rules have drifted apart.

It refuses to close anything but what has ended, and to call a pod sound that it could not look into.
"""

from __future__ import annotations

from dataclasses import dataclass

from lifepod.access.audit import Audit
from lifepod.access.drift import Finding, drift
from lifepod.access.grants import Grant as Grant
from lifepod.access.grants import held, suspended_at
from lifepod.access.plans import Wish
from lifepod.access.rules import MODES, Answer, Mode
from lifepod.errors import LifepodError, Missing, Undecided
from lifepod.owner import share
from lifepod.owner.changes import ChangeLog, now
from lifepod.owner.look import Tell, look, quiet
from lifepod.plain import plain
from lifepod.solid.pod import Pod


@dataclass(frozen=True, slots=True)
class Rounds:
    """What one pass of the guard found and did."""

    at: str
    """UTC."""
    closed: tuple[Finding, ...]
    """Grants that had ended, and were closed and confirmed."""
    findings: tuple[Finding, ...]
    """What stands: drift, ended grants that could not be closed, what could not be looked at."""
    blind: tuple[str, ...]

    @property
    def is_sound(self) -> bool:
        """Nothing is left to look after."""
        return not self.findings and not self.blind


async def rounds(pod: Pod, *, dry: bool = False, say: share.Say = share.silent, tell: Tell = quiet) -> Rounds:
    """One pass: recover what was cut off, look, close what has ended, report the rest; ``dry`` closes nothing."""
    log = ChangeLog(pod)
    if not dry:
        await log.recover(say)
    grants, at = held(await log.every()), now()
    audit = Audit((await look(pod, pod.storage, tell=tell)).survey)
    closed, left = list[Finding](), list[Finding]()
    for finding in drift(audit, grants, at):
        if finding.kind == "ended" and not dry and await _closed(pod, finding, say):
            closed.append(finding)
        else:
            left.append(finding)
    return Rounds(at, tuple(closed), tuple(left), tuple(spot.place for spot in audit.blind))


async def _closed(pod: Pod, finding: Finding, say: share.Say) -> bool:
    wish = Wish("revoke", finding.agent, finding.place, frozenset(finding.modes))
    try:
        plan = await share.rehearse(pod, wish)
        await share.apply(pod, plan, say, share.Note(why="its end had come"))
    except LifepodError as error:
        say(f"{plain(finding.agent)} at {plain(finding.place)} could not be closed: {error}")
        return False
    return True


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
