"""Deciding: approve, counter, decline; each a signed record, in an order that survives being cut off anywhere.

It refuses to sign what is outside the terms, not proved, or not what was shown, and to sign before the plan is known
to be possible. Opening: record first, access second, notice last; each step can be repeated and writes the same.
"""

from __future__ import annotations

from dataclasses import dataclass

from lifepod.errors import Conflict, Missing, OutsideTerms, Unproved
from lifepod.owner.opening import Note, Outcome, Say, open_up, rehearse_opening
from lifepod.owner.weighing import Request
from lifepod.parties.cases import ASKED, COUNTERED
from lifepod.parties.signing import Desk as Signing
from lifepod.terms.clauses import reason
from lifepod.terms.countering import Head as Head  # what a counter-offer is drawn up with
from lifepod.terms.countering import Narrower as Narrower
from lifepod.terms.countering import narrowed, under_another
from lifepod.terms.events import Event, Step, address_of
from lifepod.terms.life import until_of
from lifepod.terms.policy import Policy


@dataclass(frozen=True, slots=True)
class Decided:
    """What came of a decision."""

    record: str
    """Where the signed record lies."""
    said: str
    """``approved``, ``countered`` or ``declined``."""
    outcomes: tuple[Outcome, ...] = ()
    """Changes of access, each confirmed by a fresh look."""
    told: bool = False
    """Whether the vendor's inbox took the notice."""
    untold: str = ""
    """Why it did not; the notice waits and is sent again."""


def must_be_approvable(request: Request) -> None:
    """Raise :class:`Unproved`, :class:`OutsideTerms` or :class:`Conflict` where a request cannot be approved."""
    case = request.case
    if request.begun:
        return
    if case.policy.assignee not in case.signers or request.sender.shown != "yes":
        raise Unproved("Nobody has proved to have sent it, so it cannot be approved.")
    if request.completed and case.policy.assigner not in case.signers:
        raise Unproved("It says that you proposed it, and your signature is not on it.")
    if case.forked:
        raise Conflict(
            "Two texts were sent under its one name, so neither can be approved.",
            advice="Decline it, and ask the vendor to ask anew.",
        )
    if not request.is_waiting:
        raise Conflict(f"It is {request.state} already, since {case.life.since}.", advice="`lifepod inbox` shows more.")
    outside = request.outside
    if outside:
        raise OutsideTerms(f"It is outside your terms: {'; '.join(outside)}", clauses=outside)


async def approve(signing: Signing, request: Request, say: Say) -> Decided:
    """Sign the agreement, keep it where the vendor can read it, open what it says, look again, and tell the vendor."""
    must_be_approvable(request)
    case, pod = request.case, signing.pod
    await rehearse_opening(pod, case.policy)
    say("keeping the agreement")
    folder = await signing.folder_for(case.id, case.policy.assignee)
    filed = await signing.agreement(folder, case.main.record, request.completed or request.begun)
    say("opening what it says")
    note = Note(until=until_of(case.policy), why=f"agreement {case.id}")
    outcomes = await open_up(pod, case.policy, note, say)
    accept = Event(
        root=address_of(case.policy.root, Step.ACCEPT),
        step=Step.ACCEPT,
        actor=pod.webid,
        target=case.policy.assignee,
        published=signing.now,
        object=case.policy.root,
        graph_digest=case.digest,
        bytes_digest=filed.digest,
        access_checked=max((one.confirmed_at[:19] + "Z" for one in outcomes), default=signing.now),
        url=filed.url,
    )
    told = await signing.said(folder, accept)
    return Decided(filed.url, "approved", outcomes, told.arrived, told.why)


@dataclass(frozen=True, slots=True)
class Another:
    """Another version of the person's terms, for a counter-offer under it."""

    policy: Policy
    digest: str


async def counter(signing: Signing, request: Request, wish: Narrower, another: Another | None = None) -> Decided:
    """Offer less, or the same under another version; once for each request. The person's signature is on it."""
    case, pod = request.case, signing.pod
    if not request.is_waiting or request.completed or request.begun:
        raise Conflict(f"It is {request.state} already, since {case.life.since}.")
    root = address_of(case.policy.root, "counter")
    head = Head(root, signing.now, case.policy.keys)
    draft = draft_counter(request, wish, head, another)
    folder = await signing.folder_for(root.removeprefix("urn:uuid:"), case.policy.assignee)
    try:
        filed = await signing.there(folder + "counter.jsonld")
    except Missing:
        filed = await signing.proposal(folder + "counter.jsonld", draft)
    tentative = Event(
        root=address_of(case.policy.root, Step.TENTATIVE),
        step=Step.TENTATIVE,
        actor=pod.webid,
        target=case.policy.assignee,
        published=signing.now,
        object=case.policy.root,
        graph_digest=case.digest,
        result=root,
        result_digest=filed.graph_digest,
        url=filed.url,
    )
    told = await signing.said(case.folder, tentative)
    return Decided(filed.url, "countered", told=told.arrived, untold=told.why)


def draft_counter(request: Request, wish: Narrower, head: Head, another: Another | None) -> Policy:
    """The counter-offer as it would be signed; raises :class:`OutsideTerms` where it would be more."""
    case = request.case
    if another is not None:
        return under_another(case.policy, case.digest, (another.policy, another.digest), wish, head)
    return narrowed(case.policy, case.digest, wish, head)


async def decline(
    signing: Signing, request: Request, because: tuple[str, ...], word: str = "", *, silent: bool
) -> Decided:
    """Put a refusal on record, and tell the vendor unless the person prefers silence or nobody proved to have asked."""
    case, pod = request.case, signing.pod
    if request.begun or not (request.is_waiting or request.state in (ASKED, COUNTERED)):
        raise Conflict(f"It is {request.state} already, since {case.life.since}.")
    proved = case.policy.assignee in case.signers and request.sender.shown == "yes"
    refusal = Event(
        root=address_of(case.policy.root, Step.REFUSAL),
        step=Step.REFUSAL,
        actor=pod.webid,
        target=case.policy.assignee if proved and not silent else "",
        published=signing.now,
        object=case.policy.root,
        graph_digest=case.digest,
        because=tuple(reason(one) for one in because),
        about=tuple(sorted({f"{case.policy.root}#{name}" for name in _clauses(request)})),
        description=word,
    )
    told = await signing.said(case.folder, refusal)
    return Decided(told.url, "declined", told=told.arrived, untold=told.why)


def _clauses(request: Request) -> set[str]:
    """Names of the clauses that a refusal is about."""
    names = {one.clause.rpartition(" · ")[2] for one in request.weighed.differences}
    nodes = {one.node.rpartition("#")[2] for rule in request.case.policy.rules for one in rule.constraints}
    return names & (nodes | {rule.name for rule in request.case.policy.rules})
