"""The guard: closes grants whose end has come, reports where records and rules have drifted apart, and what is new.

It refuses to close anything but what has ended, and to call a pod sound that it could not look into.
"""

from __future__ import annotations

from dataclasses import dataclass

from lifepod.access.drift import Finding, drift, known_of, news
from lifepod.access.grants import held
from lifepod.owner import noticed, surveys
from lifepod.owner.changes import ChangeLog, Say, now, silent
from lifepod.owner.pausing import close_ended
from lifepod.owner.promises import held_contracts, open_beside, promises, spared
from lifepod.owner.surveys import Tell, quiet
from lifepod.solid.pod import Pod


@dataclass(frozen=True, slots=True)
class Rounds:
    """What one pass of the guard found and did."""

    at: str
    """UTC."""
    closed: tuple[Finding, ...]
    """Grants that had ended, and were closed and confirmed."""
    findings: tuple[Finding, ...]
    """What stands: drift, ended grants that could not be closed, what could not be looked at; and what is new."""
    blind: tuple[str, ...]
    since: str
    """When the guard last went round: news are told against that; empty the first time, when nothing is news."""

    @property
    def is_sound(self) -> bool:
        """Nothing is left to look after."""
        return not self.findings and not self.blind


async def rounds(pod: Pod, *, dry: bool = False, say: Say = silent, tell: Tell = quiet) -> Rounds:
    """One pass: recover what was cut off, look, close what has ended, report the rest.

    News (agents, risks) are what the last pass on this machine did not find; ``dry`` closes nothing and keeps them new.
    """
    log = ChangeLog(pod)
    if not dry:
        await log.recover(say)
    grants, at = held(await log.every()), now()
    audit, papers = await surveys.take(pod, tell), await held_contracts(pod, at)
    grants += papers.grants
    before = noticed.kept_known(pod.storage, pod.webid)
    closed, left = list[Finding](), list[Finding]()
    for found in drift(audit, grants, at):
        finding = spared(papers, found) if found.kind == "ended" else found
        if finding is None:
            continue  # another agreement gives the same, for longer
        if finding.kind == "ended" and not dry and await close_ended(pod, audit, finding, say):
            closed.append(finding)
            await open_beside(pod, papers, finding, say)
        else:
            left.append(finding)
    left += news(audit, before, grants) if before else ()
    left += await promises(pod, papers, audit, at, dry=dry)
    if not dry:
        noticed.keep_known(pod.storage, pod.webid, known_of(audit, before))
    blind = tuple(spot.place for spot in audit.blind)
    return Rounds(at, tuple(closed), tuple(left), blind, before.at if before else "")
