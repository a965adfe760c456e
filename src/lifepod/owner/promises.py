"""Agreements as the guard sees them: signed and not opened, duties overdue, messages that did not arrive.

It refuses to call a promise kept or broken: overdue is a date that passed without word.
"""

from __future__ import annotations

from dataclasses import dataclass

from lifepod.access.audit import Audit
from lifepod.access.drift import Finding
from lifepod.access.grants import Grant
from lifepod.access.rules import Answer, Mode, Visitor
from lifepod.owner.agreements import contracts
from lifepod.owner.opening import wishes
from lifepod.owner.untold import not_told
from lifepod.parties.cases import AGREED, OPEN, Case
from lifepod.solid.pod import Pod


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
