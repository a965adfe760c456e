"""Agreements: how each stands, whether the other side holds the same bytes, and how one ends.

It refuses to call one ended before a fresh look found it closed, and to call a copy the same that could not be read.
Closing: access first, record second, notice last.
"""

from __future__ import annotations

import asyncio
from dataclasses import dataclass

from lifepod.errors import Conflict, LifepodError, Missing
from lifepod.owner.closing import close_down
from lifepod.owner.opening import Note, Outcome, Say
from lifepod.parties.cases import AGREEMENTS, ENDED, OPEN, Case, dues_at, read_case
from lifepod.parties.filing import folders_in, read_record
from lifepod.parties.signing import Desk as Signing
from lifepod.plain import plain
from lifepod.solid.pod import Pod
from lifepod.terms.events import Event, Step, address_of
from lifepod.terms.policy import Policy

_AT_ONCE = 8
IDENTICAL, SAME_GRAPH, DIFFERENT, NOT_READABLE = "identical", "same graph, other bytes", "different", "not readable"


async def agreements(pod: Pod, now: str) -> tuple[tuple[Case, ...], tuple[tuple[str, str], ...]]:
    """Every agreement, the newest first; and folders that cannot be read, with why."""
    cases, amiss = await contracts(pod, now)
    signed = [case for case in cases if case.main.url.endswith("/agreement.jsonld")]
    order = sorted(signed, key=lambda case: (case.life.since, case.id), reverse=True)
    return tuple(order), amiss


async def contracts(pod: Pod, now: str) -> tuple[tuple[Case, ...], tuple[tuple[str, str], ...]]:
    """Every folder that a vendor may read: agreements and counter-offers; and those that cannot be read, with why."""
    gate, amiss = asyncio.Semaphore(_AT_ONCE), list[tuple[str, str]]()

    async def one(folder: str) -> Case | None:
        async with gate:
            try:
                return await read_case(pod, folder, now)
            except LifepodError as error:
                amiss.append((folder, str(error)))
                return None

    found = await asyncio.gather(*(one(folder) for folder in await folders_in(pod, pod.storage + AGREEMENTS)))
    return tuple(case for case in found if case is not None), tuple(sorted(amiss))


async def has_any(pod: Pod) -> bool:
    """Whether anything was ever agreed in this pod."""
    return bool(await folders_in(pod, pod.storage + AGREEMENTS))


def find(cases: tuple[Case, ...], word: str) -> Case:
    """The agreement of an id or its beginning; raises :class:`Missing`."""
    wanted = word.lower().removeprefix("urn:uuid:")
    found = [case for case in cases if len(wanted) >= 4 and case.id.startswith(wanted)]
    if len(found) != 1:
        said = "is more than one agreement" if found else "is no agreement"
        raise Missing(f"{plain(word, 60)} {said}.", advice="`lifepod agreements` lists them.")
    return found[0]


async def compared(pod: Pod, case: Case, held: str) -> str:
    """The other side's copy beside ours; ``held``: the folder where it keeps such things."""
    try:
        theirs = await read_record(pod, f"{held}{case.id}/agreement.jsonld")
    except LifepodError:
        return NOT_READABLE
    if theirs.body == case.main.body:
        return IDENTICAL
    return SAME_GRAPH if theirs.record.triples == case.main.record.triples else DIFFERENT


@dataclass(frozen=True, slots=True)
class Ended:
    """What came of an end."""

    record: str
    outcomes: tuple[Outcome, ...]
    dues: tuple[tuple[str, str], ...]
    """What the vendor still owes: clause and day."""
    told: bool
    untold: str


async def beside(pod: Pod, case: Case, now: str) -> tuple[Policy, ...]:
    """The other agreements with the same vendor that are open: what they give stays when this one ends."""
    cases, _ = await agreements(pod, now)
    return tuple(
        one.policy
        for one in cases
        if one.id != case.id and one.policy.assignee == case.policy.assignee and one.life.state == OPEN
    )


async def end(signing: Signing, case: Case, say: Say) -> Ended:
    """Close what an agreement opened, look again, sign the revocation, and tell the vendor."""
    pod, policy = signing.pod, case.policy
    if case.life.state in ENDED and case.event(Step.REVOCATION) is None and case.life.state != "expired":
        raise Conflict(f"It is {case.life.state} already, since {case.life.since}.")
    others = await beside(pod, case, signing.now)
    outcomes = await close_down(pod, policy, others, Note(why=f"end of agreement {case.id}"), say)
    checked = max((one.confirmed_at[:19] + "Z" for one in outcomes), default=signing.now)
    event = case.event(Step.REVOCATION) or revocation(case, signing.now, checked)  # signed once
    told = await signing.said(case.folder, event)
    dues = tuple((due.fulfils.rpartition("#")[2], due.by) for due in event.dues)
    return Ended(told.url, outcomes, dues, told.arrived, told.why)


def revocation(case: Case, now: str, checked: str) -> Event:
    """The record of an end: what falls due from now on is counted from it."""
    policy = case.policy
    root = address_of(policy.root, Step.REVOCATION)
    return Event(
        root=root,
        step=Step.REVOCATION,
        actor=policy.assigner,
        target=policy.assignee,
        published=now,
        object=policy.root,
        graph_digest=case.digest,
        access_checked=checked,
        dues=dues_at(policy, root, now),
    )


async def ended_by_revoke(signing: Signing, agent: str, closed: tuple[str, ...], checked: str) -> tuple[Ended, ...]:
    """After a plain revoke: the agreements with this agent that lost a place they opened are ended, on record."""
    cases, _ = await agreements(signing.pod, signing.now)
    out = []
    for case in cases:
        if case.policy.assignee == agent and case.life.state == OPEN and _touched(case, closed):
            event = revocation(case, signing.now, checked)
            told = await signing.said(case.folder, event)
            dues = tuple((due.fulfils.rpartition("#")[2], due.by) for due in event.dues)
            out.append(Ended(told.url, (), dues, told.arrived, told.why))
    return tuple(out)


def _touched(case: Case, closed: tuple[str, ...]) -> bool:
    return any(target == one or target.startswith(one) for target in case.policy.targets for one in closed)
