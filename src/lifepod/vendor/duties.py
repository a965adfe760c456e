"""What a vendor owes, done and put on record: deletions attested, payments receipted, uses told.

It refuses to attest before the end, to receipt what is not owed or in another amount, and to make two records of one
payment: what has the same reference is the same payment.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from decimal import Decimal, InvalidOperation

from lifepod.errors import Conflict, Malformed, Missing, OutsideTerms
from lifepod.parties.cases import ENDED, Case
from lifepod.parties.filing import Filed
from lifepod.plain import plain
from lifepod.terms.clauses import CLAUSES
from lifepod.terms.events import Event, Kept, Step, address_of
from lifepod.terms.life import until_of
from lifepod.terms.policy import PAYMENT, Rule
from lifepod.terms.within import AMOUNT, INTERVAL, amount_of, currency_of, duration_of
from lifepod.vendor.side import FORM, Result, Side, moment

_DELETE, _INFORM = CLAUSES["delete-at-end"].action, CLAUSES["inform"].action


@dataclass(frozen=True, slots=True)
class Exceptions:
    """What a vendor says that it keeps all the same."""

    kept: str = ""
    """What, in words."""
    law: str = ""
    """Address of the law that demands it."""
    backups_gone_by: str = ""
    """A day or a time."""


NONE = Exceptions()


async def attest(side: Side, case: Case, but: Exceptions) -> Result:
    """Say, signed, that everything was deleted that had to be; raises :class:`Missing` where nothing is due yet."""
    if but.law and not but.kept:
        raise Malformed("A law is the reason why something is kept: say what is.", advice="Use --kept TEXT --law URL.")
    rules = [rule for rule in case.policy.of("obligation") if rule.action == _DELETE]
    if case.life.state not in ENDED or not rules:
        said = "it asks for no deletion" if not rules else f"the agreement is {case.life.state}, and has not ended"
        raise Missing(f"There is nothing to attest: {said}.", advice="`lifepod vendor status` shows what is due when.")
    made = [(filed, event) for filed, event in case.events if event.step is Step.ATTESTATION]
    wanted = _attestation(side, case, rules, but)
    same = next((filed for filed, event in made if _says_the_same(event, wanted)), None)
    name = f"{Step.ATTESTATION}-{len(made) + 1}"
    return await _say(side, case, name, wanted, same)


def _attestation(side: Side, case: Case, rules: list[Rule], but: Exceptions) -> Event:
    ending = [event for _, event in case.events if event.step in (Step.REVOCATION, Step.WITHDRAWAL)]
    covers = {target for rule in rules for target in rule.targets or case.policy.targets}
    return replace(
        _event(side, case, Step.ATTESTATION),
        in_reply_to=ending[0].root if ending else "",
        fulfils=tuple(sorted(rule.node for rule in rules)),
        covers=tuple(sorted(covers)),
        ended=side.now,
        backups_gone_by=moment(but.backups_gone_by) if but.backups_gone_by else "",
        kept=(Kept("", but.kept, but.law),) if but.kept else (),
    )


def _says_the_same(one: Event, other: Event) -> bool:
    kept = [[(k.description, k.references) for k in event.kept] for event in (one, other)]
    words = [(event.fulfils, event.covers, event.backups_gone_by, event.in_reply_to) for event in (one, other)]
    return kept[0] == kept[1] and words[0] == words[1]


async def _say(side: Side, case: Case, name: str, event: Event, there: Filed | None) -> Result:
    """Put an event on record under a name, or take the one that says the same already; and tell the person."""
    root = address_of(case.policy.root, name)
    kept = tuple(replace(one, node=f"{root}#kept-{number}") for number, one in enumerate(event.kept, 1))
    event = replace(event, root=root, kept=kept)
    filed = there or await side.on_record(f"{case.folder}{name}.jsonld", event)
    return {"id": case.id, "step": str(event.step), **await side.told(filed, case.policy.assigner)}


def _event(side: Side, case: Case, step: Step) -> Event:
    return Event(
        root=case.policy.root,
        step=step,
        actor=case.policy.assignee,
        target=case.policy.assigner,
        published=side.now,
        object=case.policy.root,
        graph_digest=case.digest,
    )


# Payments


@dataclass(frozen=True, slots=True)
class Paid:
    """A payment that was made."""

    amount: str
    currency: str
    reference: str
    """As it stands in the bank's records."""
    period_start: str = ""
    """A day; the first period without a receipt where empty."""
    paid_at: str = ""
    """A day or a time; now where empty."""


async def pay(side: Side, case: Case, paid: Paid) -> Result:
    """Say, signed, that a payment was made; raises :class:`OutsideTerms` where it is not what was agreed."""
    if case.policy.assigner not in case.signers or case.policy.assignee not in case.signers:
        raise Missing("It is no agreement, so nothing is owed.")
    if not paid.reference.strip():
        raise Malformed("A payment has a reference, or nobody finds it.", advice="Use --ref REF.")
    duty = _owed(case)
    made = [(filed, event) for filed, event in case.events if event.step is Step.RECEIPT]
    price = _price(duty, paid)
    same = next((pair for pair in made if pair[1].identifier == paid.reference), None)
    start = paid.period_start or (same[1].period_start if same else _next(case, duty, made))
    event = replace(
        _event(side, case, Step.RECEIPT),
        fulfils=(duty.node,),
        period_start=_day(start),
        price=price,
        currency=paid.currency.upper(),
        paid_at=moment(paid.paid_at) if paid.paid_at else side.now,
        identifier=paid.reference,
    )
    if same is not None and not _is_same(same[1], event):
        raise Conflict(
            f"There is a receipt with reference {plain(paid.reference, 60)} already, for something else.",
            advice="Give each payment a reference of its own.",
        )
    taken = {one.period_start for _, one in made}
    if same is None and event.period_start in taken:
        raise Conflict(f"There is a receipt for the period from {event.period_start} already.")
    return await _say(side, case, f"{Step.RECEIPT}-{event.period_start}", event, same[0] if same else None)


def _is_same(one: Event, other: Event) -> bool:
    return (one.period_start, one.price, one.currency) == (other.period_start, other.price, other.currency)


def _owed(case: Case) -> Rule:
    for rule in case.policy.of("permission"):
        for duty in rule.duties:
            if duty.action == PAYMENT:
                return duty
    raise Missing("The agreement asks for no payment.")


_PAY = "Pay what was agreed, and say what you paid; less settles nothing."


def _price(duty: Rule, paid: Paid) -> str:
    """The amount as a record holds it; raises :class:`OutsideTerms` where it is less, or in another currency."""
    try:
        amount = Decimal(paid.amount)
    except InvalidOperation:
        raise Malformed(f"{plain(paid.amount, 40)} is no amount.", advice="Say a number: 6 or 4.50.") from None
    agreed = next((one for one in duty.refinements if one.left == AMOUNT), None)
    least = amount_of(agreed) if agreed else None
    if agreed is None or least is None or not amount.is_finite() or amount < least:
        raise OutsideTerms(f"{plain(paid.amount, 40)} is not what was agreed: {least} {_unit(duty)}.", advice=_PAY)
    if currency_of(agreed.unit) != paid.currency.upper():
        raise OutsideTerms(
            f"{plain(paid.currency, 10)} is not the currency that was agreed: {_unit(duty)}.", advice=_PAY
        )
    text = f"{amount.normalize():f}"
    return text.rstrip("0").rstrip(".") if "." in text else text


def _unit(duty: Rule) -> str:
    return next((currency_of(one.unit) for one in duty.refinements if one.left == AMOUNT), "")


def _next(case: Case, duty: Rule, made: Iterable[tuple[Filed, Event]]) -> str:
    """The first day of the first period that has no receipt yet."""
    accept, interval = case.event(Step.ACCEPT), duty.constraint(INTERVAL)
    if accept is None or not accept.access_checked:
        raise Missing("It is not known since when the agreement is open.", advice="Say --period-start DAY.")
    first, taken = datetime.fromisoformat(accept.access_checked), {event.period_start for _, event in made}
    span = duration_of(interval.right.text) if interval else None
    end, number = until_of(case.policy), 0
    while True:
        day = first + (span or timedelta()) * number
        if number and (not span or day.strftime(FORM) >= end):
            raise Missing("Every period has a receipt already.", advice="Say --period-start DAY if one is missing.")
        if day.strftime("%Y-%m-%d") not in taken:
            return day.strftime("%Y-%m-%d")
        number += 1


def _day(text: str) -> str:
    return moment(text)[:10]


# Uses


async def note(side: Side, case: Case, text: str) -> Result:
    """Tell the person, signed, what the data was used for."""
    if case.policy.assignee not in case.signers or case.policy.assigner not in case.signers:
        raise Missing("It is no agreement, so there is no use to tell of.")
    if not text.strip():
        raise Malformed("A note says what the data was used for.")
    made = [(filed, event) for filed, event in case.events if event.step is Step.USE_NOTE]
    today = [(filed, event) for filed, event in made if event.published[:10] == side.now[:10]]
    informs = tuple(rule.node for rule in case.policy.of("obligation") if rule.action == _INFORM)
    same = next((filed for filed, event in today if event.description == text), None)
    name = f"{Step.USE_NOTE}-{side.now[:10]}" + (f"-{len(today) + 1}" if today else "")
    event = replace(_event(side, case, Step.USE_NOTE), fulfils=informs, description=text)
    return await _say(side, case, name, event, same)
