"""The life of a request and an agreement: one table of moves, and what is due after the end.

It refuses to read a clock (now is passed in), to let an event of the wrong party or about another graph move anything,
and to call a promise kept that was only attested: that is the vendor's word.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

from lifepod.names import DPV, IEEE7012, LP, ODRL
from lifepod.terms.events import Due, Event, Step
from lifepod.terms.policy import Policy, Rule
from lifepod.terms.within import DATE, ELAPSED, EVENT, duration_of, end_of, is_at_or_below, moment_of

ASKED = "asked"
COUNTERED = "countered"
REFUSED = "refused"
LAPSED = "lapsed"
AGREED = "agreed"
OPEN = "open"
EXPIRED = "expired"
REVOKED = "revoked"
WITHDRAWN = "withdrawn"
SETTLED = "settled"
MISSED = "missed"
ENDED = (EXPIRED, REVOKED, WITHDRAWN, SETTLED, MISSED)
"""States in which nothing may be read any more."""
_MOVES: dict[tuple[str, Step], str] = {
    (ASKED, Step.TENTATIVE): COUNTERED,
    (ASKED, Step.REFUSAL): REFUSED,
    (ASKED, Step.WITHDRAWAL): WITHDRAWN,
    (COUNTERED, Step.REFUSAL): REFUSED,
    (COUNTERED, Step.WITHDRAWAL): WITHDRAWN,
    (AGREED, Step.ACCEPT): OPEN,
    (AGREED, Step.REVOCATION): REVOKED,
    (AGREED, Step.WITHDRAWAL): WITHDRAWN,
    (OPEN, Step.REVOCATION): REVOKED,
    (OPEN, Step.WITHDRAWAL): WITHDRAWN,
}
"""State and step → state; every other pair moves nothing. Time moves the rest (:func:`life_of`)."""
_BY_PERSON = {Step.ACCEPT, Step.TENTATIVE, Step.REFUSAL, Step.REVOCATION, Step.BREACH}
_BY_VENDOR = {Step.REFUSAL, Step.WITHDRAWAL, Step.ATTESTATION, Step.RECEIPT, Step.USE_NOTE}
DPV_STATUS = {
    ASKED: DPV + "ContractOffered",
    COUNTERED: IEEE7012 + "AgreementNegotiationCounterOfferMade",
    REFUSED: DPV + "ContractRejected",
    LAPSED: IEEE7012 + "AgreementNegotiationExpired",
    AGREED: DPV + "ContractFullySigned",
    OPEN: DPV + "ContractActive",
    EXPIRED: DPV + "ContractExpired",
    REVOKED: DPV + "ContractTerminated",
    WITHDRAWN: DPV + "ContractTerminated",
    SETTLED: DPV + "ContractFulfilled",
    MISSED: DPV + "ContractViolated",
}
"""Each state in the words of DPV 2.3, for exports."""


@dataclass(frozen=True, slots=True)
class Duty:
    """A promise that outlives the access, and how it stands."""

    clause: str
    """Name of the clause, ``delete-at-end``."""
    node: str
    due_by: str
    """UTC."""
    state: str
    """``due``, ``overdue``, ``attested``, ``attested, except``, ``attested late``."""
    by: str = ""
    """The attestation's address."""
    amiss: str = ""
    """Why an attestation that came settles nothing."""


@dataclass(frozen=True, slots=True)
class Life:
    """How a request or agreement stands at a time."""

    state: str
    since: str
    """UTC: of the event, or of the day that passed."""
    until: str = ""
    """When it ends or ended by itself; empty where it never says."""
    duties: tuple[Duty, ...] = ()

    @property
    def is_open(self) -> bool:
        """Whether access is agreed and may be used."""
        return self.state == OPEN


def until_of(policy: Policy) -> str:
    """The last moment any permission of an agreement holds, UTC; empty where one never ends or cannot be told."""
    ends = []
    for rule in policy.of("permission"):
        limit = rule.constraint(DATE)
        if limit is None or moment_of(limit.right.text) is None:
            return ""
        ends.append(limit.right.text)
    return max(ends, default="")


def fits(policy: Policy, digest: str, event: Event) -> bool:
    """Whether an event is about this very graph and by the party whose step it is."""
    who = {policy.assigner: _BY_PERSON, policy.assignee: _BY_VENDOR}
    return event.object == policy.root and event.graph_digest == digest and event.step in who.get(event.actor, set())


def life_of(policy: Policy, digest: str, events: Iterable[Event], now: datetime, *, agreed: bool) -> Life:
    """How it stands; ``events`` are those whose signature is valid, ``agreed`` whether both parties signed."""
    known = sorted((e for e in events if fits(policy, digest, e)), key=lambda e: (e.published, e.step, e.root))
    proposal = policy.proposal
    countered = proposal is not None and proposal.in_reply_to != "" and proposal.actor == policy.assigner
    state, since = (AGREED if agreed else COUNTERED if countered else ASKED), proposal.published if proposal else ""
    for event in known:
        following = _MOVES.get((state, event.step))
        if following:
            state, since = following, event.published
    until = until_of(policy)
    if state in (AGREED, OPEN) and until and _passed(until, now):
        state, since = EXPIRED, until
    if state in (ASKED, COUNTERED) and proposal is not None and _passed(proposal.reply_by, now):
        state, since = LAPSED, proposal.reply_by
    duties = duties_after(policy, known, (state, since), now) if agreed and state in ENDED else ()
    if duties:
        if any(duty.state == "overdue" for duty in duties):
            return Life(MISSED, since, until, duties)
        if all(duty.state.startswith("attested") for duty in duties):
            return Life(SETTLED, since, until, duties)
    return Life(state, since, until, duties)


def _passed(moment: str, now: datetime) -> bool:
    found = moment_of(moment)
    return found is not None and now >= found


def duties_after(policy: Policy, events: Iterable[Event], ended: tuple[str, str], now: datetime) -> tuple[Duty, ...]:
    """The deletions that fall due when an agreement has ended, each beside the attestation that answers it."""
    told = tuple(events)
    dues = next((event.dues for event in told if event.step is Step.REVOCATION and event.dues), None)
    if dues is None:
        dues = dues_at(policy, policy.root, ended[1])
    return tuple(_duty(policy, due, told, (ended[1], now)) for due in dues)


def dues_at(policy: Policy, root: str, end: str) -> tuple[Due, ...]:
    """What falls due when the agreement ends at a time, as a revocation lists it."""
    moment, out = moment_of(end), list[Due]()
    for rule in policy.of("obligation"):
        span = _after_end(rule)
        if span is not None and moment is not None:
            by = (moment + span).strftime("%Y-%m-%dT%H:%M:%SZ")
            out.append(Due(f"{root}#due-{len(out) + 1}", rule.node, by))
    return tuple(out)


def _after_end(rule: Rule) -> timedelta | None:
    event, limit = rule.constraint(EVENT), rule.constraint(ELAPSED)
    if rule.action != ODRL + "delete" or event is None or event.right.text != LP + "end":
        return None
    return duration_of(limit.right.text) if limit else timedelta()


def _duty(policy: Policy, due: Due, events: tuple[Event, ...], times: tuple[str, datetime]) -> Duty:
    ended, now = times
    name, amiss = due.fulfils.rpartition("#")[2], ""
    for event in events:
        if event.step is not Step.ATTESTATION or due.fulfils not in event.fulfils:
            continue
        amiss = _settles_not(policy, due, event, ended)
        if not amiss:
            late = " late" if event.published > due.by else ""
            but = ", except" if event.kept or event.backups_gone_by else ""
            return Duty(name, due.fulfils, due.by, f"attested{late}{but}", event.root)
    return Duty(name, due.fulfils, due.by, "overdue" if _passed(due.by, now) else "due", amiss=amiss)


def _settles_not(policy: Policy, due: Due, event: Event, ended: str) -> str:
    rule = next((rule for rule in policy.rules if rule.node == due.fulfils), None)
    if rule is None:
        return "it names a clause that is none"
    if event.ended < ended:
        return "it speaks of a time before the end"
    if not all(any(is_at_or_below(target, covered) for covered in event.covers) for target in rule.targets):
        return "it covers less than the clause"
    return ""


def ends_of(policy: Policy, at: datetime) -> tuple[datetime | None, ...]:
    """When each permission ends if it is signed at a time; ``None`` for one without an end that can be told."""
    limits = [rule.constraint(DATE) or rule.constraint(ELAPSED) for rule in policy.of("permission")]
    return tuple(end_of(one, at) if one else None for one in limits)
