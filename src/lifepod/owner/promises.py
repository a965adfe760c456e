"""Agreements as the guard sees them: signed and not opened, duties overdue, messages that did not arrive.

It refuses to call a promise kept or broken: overdue is a date that passed without word.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

from lifepod.access.audit import Audit
from lifepod.access.drift import Finding
from lifepod.access.grants import Grant
from lifepod.access.rules import Answer, Mode, Visitor
from lifepod.errors import LifepodError
from lifepod.owner.agreements import contracts
from lifepod.owner.closing import Say, needed, open_again, wishes
from lifepod.owner.untold import not_told
from lifepod.parties.cases import AGREED, OPEN, Case
from lifepod.plain import plain
from lifepod.solid.pod import Pod
from lifepod.terms.policy import Policy


@dataclass(frozen=True, slots=True)
class Contracts:
    """What lies in the folders of agreements."""

    cases: tuple[Case, ...]
    amiss: tuple[tuple[str, str], ...]

    @property
    def grants(self) -> tuple[Grant, ...]:
        """Each vendor's right to read its own contract, which was given when the folder was made."""
        read = frozenset({Mode.READ})
        return tuple(Grant(case.policy.assignee, case.folder, read, case.life.since) for case in self.cases)


async def held_contracts(pod: Pod, now: str) -> Contracts:
    """Agreements and counter-offers as they lie in the pod."""
    return Contracts(*await contracts(pod, now))


def spared(held: Contracts, finding: Finding) -> Finding | None:
    """A grant that has ended, without what an open agreement of the same agent gives; ``None`` where that is all."""
    left = [mode for mode in finding.modes if mode not in needed(_open_with(held, finding.agent), finding.place)]
    return replace(finding, modes=tuple(left)) if left else None


async def open_beside(pod: Pod, held: Contracts, closed: Finding, say: Say) -> None:
    """Open again what open agreements give below a place that was closed to their vendor; what fails is told."""
    try:
        await open_again(pod, [closed.place], _open_with(held, closed.agent), say)
    except LifepodError as error:
        say(f"What else was agreed with {plain(closed.agent)} could not be opened again: {error}")


def _open_with(held: Contracts, agent: str) -> tuple[Policy, ...]:
    return tuple(case.policy for case in held.cases if case.policy.assignee == agent and case.life.state == OPEN)


async def promises(pod: Pod, held: Contracts, audit: Audit, now: str, *, dry: bool) -> tuple[Finding, ...]:
    """What stands with agreements, beside who can see what; messages that wait are sent once more, unless ``dry``."""
    cases, amiss = held.cases, held.amiss
    found = [finding for case in cases for finding in (*_of(case), *_closed(case, audit))]
    found += [Finding("unverifiable", "", folder, (), f"an agreement cannot be read: {why}") for folder, why in amiss]
    return (*found, *await not_told(pod, now, dry=dry))


def _of(case: Case) -> list[Finding]:
    vendor, out = case.policy.assignee, list[Finding]()
    if case.life.state == AGREED:
        said = f"agreement {case.id[:8]} is signed and was not opened: `lifepod approve {case.id[:8]}` goes on"
        out.append(Finding("agreement-not-open", vendor, case.folder, (), said))
    for duty in case.life.duties:
        if duty.state == "overdue":
            why = f", and what came settles nothing: {duty.amiss}" if duty.amiss else ""
            said = f"{duty.clause} of agreement {case.id[:8]} was due {duty.due_by}; nothing came{why}"
            out.append(Finding("duty-overdue", vendor, case.folder, (), said))
    return out


def _closed(case: Case, audit: Audit) -> list[Finding]:
    """Places that an open agreement opens, and that are closed to the vendor; not those we could not look at."""
    if case.life.state != OPEN:
        return []
    out = []
    known = {one.url for one in audit.survey.places}
    for wish in wishes(case.policy):
        gone = wish.place not in known
        shut = [m for m in wish.modes if gone or audit.verdict(wish.place, Visitor(wish.agent), m).answer is Answer.NO]
        if shut:
            said = "the place is gone" if gone else "it is closed"
            said = f"agreement {case.id[:8]} opens it, and {said}: `lifepod end {case.id[:8]}` puts the end on record"
            out.append(Finding("agreement-without-access", wish.agent, wish.place, tuple(shut), said))
    return out
