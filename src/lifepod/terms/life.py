"""The life of a request and an agreement: one table of moves, and what is due after the end.

It refuses to read a clock (now is passed in), to let an event of the wrong party or about another graph move anything,
and to call a promise kept that was only attested: that is the vendor's word.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

from lifepod.names import DPV, IEEE7012, LP, ODRL
from lifepod.terms.clauses import clause_of
from lifepod.terms.events import Due, Event, Step
from lifepod.terms.policy import Policy, Rule
from lifepod.terms.within import DATE, ELAPSED, EVENT, duration_of, is_at_or_below, later, moment_of

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
    (AGREED, Step.REFUSAL): REFUSED,  # of the person alone: see :func:`_counts`
    (AGREED, Step.REVOCATION): REVOKED,
    (AGREED, Step.WITHDRAWAL): WITHDRAWN,
    (OPEN, Step.REVOCATION): REVOKED,
    (OPEN, Step.WITHDRAWAL): WITHDRAWN,
}
"""State and step → state; every other pair moves nothing. Time moves the rest (:func:`life_of`)."""
_BY_PERSON = {Step.ACCEPT, Step.TENTATIVE, Step.REFUSAL, Step.REVOCATION, Step.BREACH}
_BY_VENDOR = {Step.REFUSAL, Step.WITHDRAWAL, Step.ATTESTATION, Step.RECEIPT, Step.USE_NOTE}
SKEW = timedelta(minutes=5)
"""How far the clocks of two parties may lie apart: what is dated later has not happened yet."""
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
        if limit is None or limit.operator != ODRL + "lteq" or moment_of(limit.right.text) is None:
            return ""
        ends.append(limit.right.text)
    return max(ends, default="")


def fits(policy: Policy, digest: str, event: Event) -> bool:
    """Whether an event is about this very graph and by the party whose step it is."""
    who = {policy.assignee: _BY_VENDOR, policy.assigner: _BY_PERSON}
    about = event.object == policy.root and event.graph_digest == digest != ""
    return about and event.step in who.get(event.actor, set())


def life_of(policy: Policy, digest: str, events: Iterable[Event], now: datetime, *, agreed: bool) -> Life:
    """How it stands; ``events`` are those whose signature is valid, ``agreed`` whether both parties signed.

    Whichever comes first counts: an event after the end, or after the time for an answer, changes neither any more.
    """
    known = sorted((e for e in events if fits(policy, digest, e)), key=lambda e: (e.published, e.step, e.root))
    proposal = policy.proposal
    countered = proposal is not None and proposal.in_reply_to != "" and proposal.actor == policy.assigner
    state, since = (AGREED if agreed else COUNTERED if countered else ASKED), proposal.published if proposal else ""
    until = until_of(policy)
    for event in known:
        at = moment_of(event.published)
        if at is None or at > now + SKEW:
            continue
        state, since = _in_time(policy, (state, since), until, at)
        following = _MOVES.get((state, event.step))
        if following and _counts(policy, (state, following), event):
            state, since = following, event.published
    state, since = _in_time(policy, (state, since), until, now)
    duties = duties_after(policy, known, (state, since), now) if agreed and state in ENDED else ()
    if any(duty.state == "overdue" for duty in duties):
        state = MISSED
    elif duties and all(duty.state.startswith("attested") for duty in duties):
        state = SETTLED
    return Life(state, since, until, duties)


def _counts(policy: Policy, move: tuple[str, str], event: Event) -> bool:
    """Whether an event makes this move.

    What is open was looked at. What both signed is refused by the person alone, before it is opened: with a refusal
    dated before the opening a vendor would be rid of all it owes.
    """
    if move[1] == OPEN:
        return moment_of(event.access_checked) is not None
    return move != (AGREED, REFUSED) or event.actor == policy.assigner


def _in_time(policy: Policy, stands: tuple[str, str], until: str, now: datetime) -> tuple[str, str]:
    """State and since when, after what time alone has done by ``now``."""
    reply_by = policy.proposal.reply_by if policy.proposal else ""
    if stands[0] in (AGREED, OPEN) and _passed(until, now):
        return EXPIRED, until
    if stands[0] in (ASKED, COUNTERED) and _passed(reply_by, now):
        return LAPSED, reply_by
    return stands


def _passed(moment: str, now: datetime) -> bool:
    found = moment_of(moment)
    return found is not None and now >= found


def duties_after(policy: Policy, events: Iterable[Event], ended: tuple[str, str], now: datetime) -> tuple[Duty, ...]:
    """The deletions that fall due when an agreement has ended, each beside the attestation that answers it.

    The days follow from the agreement alone: what a revocation lists is what its signer made of them. ``events`` are
    about this agreement and by the right party (:func:`fits`).
    """
    told = tuple(events)
    return tuple(_duty(policy, due, told, (ended[1], now)) for due in dues_at(policy, policy.root, ended[1]))


def dues_at(policy: Policy, root: str, end: str) -> tuple[Due, ...]:
    """What falls due when the agreement ends at a time, as a revocation lists it; no day where none can be told."""
    moment, out = moment_of(end), list[Due]()
    for rule in policy.of("obligation"):
        if clause_of(rule.kind, rule.action, waits_for(rule)) == "delete-at-end":
            span = _span(rule)
            by = later(moment, span).strftime(_FORM) if moment is not None and span is not None else ""
            out.append(Due(f"{root}#due-{len(out) + 1}", rule.node, by))
    return tuple(out)


def waits_for(rule: Rule) -> str:
    """What a deletion waits for, as :func:`lifepod.terms.clauses.clause_of` calls it: ``use``, ``end`` or nothing."""
    event = rule.constraint(EVENT)
    if event is None:
        return ""
    known = {ODRL + "policyUsage": "use", LP + "end": "end"}
    return known.get(event.right.text, "unknown") if event.operator == ODRL + "gt" else "unknown"


def _span(rule: Rule) -> timedelta | None:
    limit = rule.constraint(ELAPSED)
    return duration_of(limit.right.text) if limit else timedelta()


_FORM = "%Y-%m-%dT%H:%M:%SZ"


def _duty(policy: Policy, due: Due, events: tuple[Event, ...], times: tuple[str, datetime]) -> Duty:
    name, amiss = due.fulfils.rpartition("#")[2], ""
    for event in events:
        if event.step is not Step.ATTESTATION or due.fulfils not in event.fulfils:
            continue
        amiss = settles_not(policy, due.fulfils, event, times)
        if not amiss:
            late = " late" if due.by and event.published > due.by else ""
            but = ", except" if event.kept or event.backups_gone_by else ""
            return Duty(name, due.fulfils, due.by, f"attested{late}{but}", event.root)
    return Duty(name, due.fulfils, due.by, "overdue" if _passed(due.by, times[1]) else "due", amiss=amiss)


def settles_not(policy: Policy, node: str, event: Event, times: tuple[str, datetime]) -> str:
    """Why an attestation does not settle a deletion, in words; empty where it does; ``times``: the end, and now."""
    rule = next((rule for rule in policy.rules if rule.node == node), None)
    end, gone, told = (moment_of(one) for one in (times[0], event.ended, event.published))
    if rule is None or rule.action != ODRL + "delete":
        return "it names a clause that is none"
    if end is None or gone is None or told is None or gone < end:
        return "it speaks of a time before the end"
    if gone > told or told > times[1] + SKEW:
        return "it speaks of a time that has not come"
    if not all(any(is_at_or_below(target, covered) for covered in event.covers) for target in _all(rule, policy)):
        return "it covers less than the clause"
    return ""


def _all(rule: Rule, policy: Policy) -> tuple[str, ...]:
    return rule.targets or policy.targets
