"""What an agreement promises and what became of it: payments, deletions, what is given back, told and delivered.

It refuses to say that money moved, that data is gone, or that a service was good: a receipt, an attestation and a note
are the vendor's word, and a bank record that looks alike is a match and no proof. It adds no amounts across currencies,
reads no clock, and is a view: nothing is kept here that the records do not say.

* A payment falls due each full period after the access was found open, up to the end; the last, shorter period owes
  nothing.
* One receipt answers one period, one bank record one receipt. What answers nothing is a row of its own, with why.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Literal

from lifepod.plain import plain
from lifepod.terms.clauses import CLAUSES, clause_of
from lifepod.terms.events import Event, Step
from lifepod.terms.life import ENDED, SKEW, Life, fits, life_of, settles_not, waits_for
from lifepod.terms.policy import PAYMENT, Policy, Rule
from lifepod.terms.within import AMOUNT, ELAPSED, INTERVAL, amount_of, currency_of, duration_of, later, moment_of

RowKind = Literal["pay", "delete", "give-back", "inform", "deliver"]
MOST_ROWS = 1_000
"""Periods of one promise that are counted one by one."""
_BEFORE, _AFTER = timedelta(days=2), timedelta(days=10)
"""How far a bank's day may lie from the day the receipt names."""
_FORM = "%Y-%m-%dT%H:%M:%SZ"


@dataclass(frozen=True, slots=True)
class Payment:
    """One record of money that came in, as a bank tells it."""

    address: str
    """IRI of the record in the journal."""
    when: datetime
    """With its zone."""
    amount: Decimal
    currency: str
    """ISO 4217."""
    reference: str = ""
    payer: str = ""


@dataclass(frozen=True, slots=True)
class Evidence:
    """All that is known beside the agreement itself."""

    events: tuple[Event, ...]
    """Those whose signature is valid."""
    payments: tuple[Payment, ...] = ()
    given_back: tuple[datetime, ...] = ()
    """When records were appended where the vendor gives back, with their zone."""
    opened_at: datetime | None = None
    """When access was found open; as the acceptance says where ``None``."""


@dataclass(frozen=True, slots=True)
class Row:
    """One promise in one period, or one thing that answers none."""

    agreement: str
    """IRI."""
    clause: str
    """IRI of the clause."""
    kind: RowKind
    due_by: str
    """UTC; empty where no day can be told."""
    state: str
    """``promised``, ``due``, ``overdue``; ``claimed`` and ``attested`` are the vendor's word, ``matched`` and
    ``possible`` are bank records that look alike; ``seen``: records came; ``not counted``: it answers nothing."""
    amount: Decimal | None = None
    currency: str = ""
    claim: str = ""
    """Address of the vendor's event."""
    match: str = ""
    """Address of the bank record."""
    says: str = ""
    """A plain sentence; the clause's own where there is nothing to add."""


@dataclass(frozen=True, slots=True)
class _Case:
    policy: Policy
    events: tuple[Event, ...]
    opened: datetime | None
    end: datetime | None
    life: Life
    at: datetime

    def told(self, step: Step, node: str) -> list[Event]:
        """Events of a step that name a clause, in their order, without those dated in the future."""
        found = [one for one in self.events if one.step is step and (node in one.fulfils or not node)]
        return [one for one in found if (at := moment_of(one.published)) is not None and at <= self.at + SKEW]


def ledger_of(policy: Policy, digest: str, evidence: Evidence, now: datetime) -> tuple[Row, ...]:
    """The rows of an agreement that both parties signed, in the order of its clauses and their days; ``now``: UTC."""
    about = {one for one in evidence.events if fits(policy, digest, one)}
    events = tuple(sorted(about, key=lambda one: (one.published, one.root)))
    life = life_of(policy, digest, events, now, agreed=True)
    accepted = [moment_of(one.access_checked) for one in events if one.step is Step.ACCEPT]
    opened = evidence.opened_at or next((one for one in accepted if one is not None), None)
    ends = [moment_of(life.until), moment_of(life.since) if life.state in ENDED else None]
    case = _Case(policy, events, opened, min((one for one in ends if one), default=None), life, now)
    rows = list[Row]()
    duties = {duty.node: duty for rule in policy.of("permission") for duty in rule.duties}
    for duty in duties.values():
        rows += _matched(_pays(case, duty), evidence.payments, case) if duty.action == PAYMENT else []
    for rule in policy.of("obligation"):
        rows += _obligation(case, rule, evidence.given_back)
    return (*rows, *_astray(case, {*duties, *(rule.node for rule in policy.rules)}))


def _obligation(case: _Case, rule: Rule, given_back: Sequence[datetime]) -> Iterator[Row]:
    clause = clause_of(rule.kind, rule.action, waits_for(rule))
    says = CLAUSES[clause].says if clause else ""
    if clause == "deliver":
        yield Row(case.policy.root, rule.node, "deliver", "", "promised", says="Whether it was, you say.")
    elif clause == "inform":
        yield from _informs(case, rule)
    elif clause == "give-back":
        came = sorted(one for one in given_back if case.opened and case.opened <= one <= case.at)
        said = f"{len(came)} records came, the last on {came[-1]:%Y-%m-%d}." if came else says
        silent = "due" if case.life.state in ENDED else "promised"
        yield Row(case.policy.root, rule.node, "give-back", "", "seen" if came else silent, says=said)
    elif clause is not None:
        yield _deletes(case, rule, says)


# Deletions


def _deletes(case: _Case, rule: Rule, says: str) -> Row:
    row = Row(case.policy.root, rule.node, "delete", "", "promised", says=says)
    duty = next((one for one in case.life.duties if one.node == rule.node), None)
    if duty is not None:
        said = f"An attestation came, but {duty.amiss}." if duty.amiss else says
        return replace(row, due_by=duty.due_by, state=duty.state, claim=duty.by, says=said)
    amiss, start = "", (case.opened or case.at).strftime(_FORM)
    for event in case.told(Step.ATTESTATION, rule.node) if waits_for(rule) == "use" else ():
        amiss = settles_not(case.policy, rule.node, event, (start, case.at))
        if not amiss:
            but = ", except" if event.kept or event.backups_gone_by else ""
            return replace(row, state=f"attested{but}", claim=event.root)
    return replace(row, says=f"An attestation came, but {amiss}.") if amiss else row


# Money


def _pays(case: _Case, duty: Rule) -> list[Row]:
    """The periods of a payment with the receipts that answer them, then the receipts that answer none."""
    amount, currency = next(
        ((amount_of(o), currency_of(o.unit)) for o in duty.refinements if o.left == AMOUNT), (None, "")
    )
    blank = Row(case.policy.root, duty.node, "pay", "", "promised", amount, currency, says=CLAUSES["pay"].says)
    rows = [(begins, replace(blank, due_by=due)) for begins, due in _periods(case, duty)]
    answered, astray = dict[str, Event](), list[Row]()
    for event in case.told(Step.RECEIPT, duty.node):
        amiss = _no_receipt(blank, event, case.at)
        if not amiss and event.period_start not in {begins for begins, _ in rows}:
            amiss = "it is for a period that is none"
        if not amiss and event.period_start in answered:
            amiss = "it is the second for its period"
        if amiss:
            astray.append(_stray(blank, event, amiss))
        else:
            answered[event.period_start] = event
    return [*(_stands(row, answered.get(begins), case.at) for begins, row in rows), *astray]


def _periods(case: _Case, duty: Rule) -> Iterator[tuple[str, str]]:
    """First day and due time of each period up to the next one due."""
    if case.opened is None:
        yield "", ""
        return
    every, once = duty.constraint(INTERVAL), duty.constraint(ELAPSED)
    day, last = f"{case.opened:%Y-%m-%d}", case.end
    span = duration_of(every.right.text) if every else None
    if every is None:
        within = duration_of(once.right.text) if once else None
        due = later(case.opened, within) if within is not None else last
        yield day, due.strftime(_FORM) if due else ""
    elif span:
        start = case.opened
        for _ in range(MOST_ROWS):
            due = later(start, span)
            if (last is not None and due > last) or due == start:
                return
            yield f"{start:%Y-%m-%d}", due.strftime(_FORM)
            if due > case.at:
                return
            start = due
    else:
        yield day, ""


def _no_receipt(row: Row, event: Event, now: datetime) -> str:
    """Why a receipt does not answer a promise whatever its period, in words; empty where it may."""
    paid, amount = moment_of(event.paid_at), _amount(event)
    if event.currency != row.currency:
        return f"it is in {plain(event.currency, 20) or 'no currency'}"
    if amount is None or row.amount is None or amount < row.amount:
        return "it is for less than was promised"
    if paid is None or paid > now + SKEW:
        return "it names no day that has come"
    return ""


def _amount(event: Event) -> Decimal | None:
    text = event.price
    sound = text.replace(".", "", 1).isdecimal() and text.isascii() and len(text) <= 30
    return Decimal(text) if sound else None


def _stray(row: Row, event: Event, amiss: str) -> Row:
    said = f"A receipt came, but {amiss}."
    amount, currency = _amount(event), plain(event.currency, 20)
    return replace(row, state="not counted", amount=amount, currency=currency, claim=event.root, says=said)


def _stands(row: Row, receipt: Event | None, now: datetime) -> Row:
    due = moment_of(row.due_by)
    if receipt is None:
        return replace(row, state="overdue" if due is not None and now >= due else "promised")
    late = due is not None and (moment_of(receipt.paid_at) or now) > due
    said = f"The vendor says it paid, {'late, ' if late else ''}on {receipt.paid_at[:10]}."
    return replace(row, state="claimed", amount=_amount(receipt), claim=receipt.root, says=said)


def _matched(rows: list[Row], payments: Sequence[Payment], case: _Case) -> list[Row]:
    """Claimed rows with the bank records that look alike; those with the same reference choose first."""
    receipts, used, out = {one.root: one for one in case.events}, set[str](), list(rows)
    for exact in (True, False):
        for at, row in enumerate(out):
            if row.state != "claimed":
                continue
            receipt = receipts[row.claim]
            found = [one for one in payments if one.address not in used and _is_alike(row, receipt, one)]
            same = [one for one in found if bool(receipt.identifier) and one.reference == receipt.identifier]
            loose = [one for one in found if not (receipt.identifier and one.reference)]
            for one in (same if exact else loose)[:1]:
                used.add(one.address)
                said = "A bank record matches it." if exact else "A bank record may be it: do you know it?"
                out[at] = replace(row, state="matched" if exact else "possible", match=one.address, says=said)
    return out


def _is_alike(row: Row, receipt: Event, one: Payment) -> bool:
    paid = moment_of(receipt.paid_at)
    same = (one.amount, one.currency) == (row.amount, row.currency)
    return same and paid is not None and paid - _BEFORE <= one.when <= paid + _AFTER


# Notes, and what names no clause


def _informs(case: _Case, rule: Rule) -> Iterator[Row]:
    notes = case.told(Step.USE_NOTE, "")
    for begins, due in _periods(case, rule):
        row = Row(case.policy.root, rule.node, "inform", due, "promised", says=CLAUSES["inform"].says)
        found = next((one for one in notes if begins and begins <= one.published[:10] and one.published <= due), None)
        if found is not None:
            yield replace(row, state="claimed", claim=found.root, says="The vendor sent a note in this time.")
        else:
            yield _stands(row, None, case.at)


def _astray(case: _Case, nodes: set[str]) -> Iterator[Row]:
    """Receipts and attestations that name no clause of this agreement."""
    kinds: dict[Step, RowKind] = {Step.RECEIPT: "pay", Step.ATTESTATION: "delete"}
    for event in case.events:
        if event.step in kinds and not nodes & set(event.fulfils):
            said = "It names no clause of this agreement."
            row = Row(case.policy.root, "", kinds[event.step], "", "not counted", claim=event.root, says=said)
            yield replace(row, amount=_amount(event), currency=plain(event.currency, 20))


def sums_of(rows: Iterable[Row], state: str) -> dict[str, Decimal]:
    """What the payments in a state come to, each currency for itself."""
    out = dict[str, Decimal]()
    for row in rows:
        if row.kind == "pay" and row.state == state and row.amount is not None:
            out[row.currency] = out.get(row.currency, Decimal()) + row.amount
    return out
