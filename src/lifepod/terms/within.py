"""Whether what is asked stays within what is offered, clause by clause.

It refuses to call anything within that it cannot compare, and to read a clock: times are passed in (UTC).

* Each permission of the request is covered by one of the offer: same action or an included one, same place or below,
  every constraint of the offer there, equal or tighter.
* Each prohibition, obligation and duty of the offer stands in the request, as wide or wider, and nothing is added to it
  that could weaken it: no constraint, no refinement, no words. More of them is always within.
* Whatever stands in the request in a form that is no clause's is "cannot compare", wherever it stands.
* Not here: whether the request names these very terms and their digest.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime

from lifepod.names import LP, ODRL, XSD
from lifepod.plain import plain
from lifepod.terms.amounts import amount_of as amount_of  # read where clauses are compared
from lifepod.terms.amounts import currency_of as currency_of
from lifepod.terms.amounts import duration_of as duration_of
from lifepod.terms.amounts import later as later
from lifepod.terms.amounts import moment_of as moment_of
from lifepod.terms.clauses import includes
from lifepod.terms.places import is_at_or_below as is_at_or_below
from lifepod.terms.policy import PAYMENT, PROFILE, Constraint, Policy, Rule
from lifepod.terms.purposes import is_within as purpose_within
from lifepod.terms.purposes import known, label_of

OUTSIDE, UNCLEAR = "outside", "cannot compare"
_AT_MOST, _AT_LEAST, _IS, _IS_A, _AFTER = (ODRL + name for name in ("lteq", "gteq", "eq", "isA", "gt"))
PURPOSE, DATE, ELAPSED, EVENT, INTERVAL, AMOUNT = (
    ODRL + name for name in ("purpose", "dateTime", "elapsedTime", "event", "timeInterval", "payAmount")
)
CLIENT = LP + "client"
_EVENTS = (ODRL + "policyUsage", LP + "end")
_OPERANDS: dict[str, tuple[str, ...]] = {
    "permission": (PURPOSE, DATE, ELAPSED, CLIENT),
    "prohibition": (),
    "obligation": (EVENT, ELAPSED, INTERVAL),
    "duty": (ELAPSED, INTERVAL),
}
"""Kind of rule → what its constraints may speak of."""
_OPERATORS: dict[str, tuple[str, ...]] = {
    PURPOSE: (_IS_A, _IS),
    DATE: (_AT_MOST,),
    ELAPSED: (_AT_MOST,),
    CLIENT: (_IS,),
    EVENT: (_AFTER,),
    INTERVAL: (_AT_MOST, _IS),
    AMOUNT: (_AT_LEAST, _IS),
}


@dataclass(frozen=True, slots=True)
class Difference:
    """One clause in which a request leaves the terms."""

    clause: str
    """Name of the node, as a person sees it."""
    kind: str
    """``outside`` or ``cannot compare``."""
    offered: str
    asked: str
    """Both in a few words, harmless to show; empty where there is none."""


def differences(asked: Policy, offered: Policy, at: datetime) -> tuple[Difference, ...]:
    """Where ``asked`` is not within ``offered``, if it were signed at a time; empty where it is within."""
    found = [_heads(asked, offered), _permissions(asked, offered, at), _demands(asked, offered), _raw(asked, offered)]
    return tuple(dict.fromkeys(one for part in found for one in part))


def _heads(asked: Policy, offered: Policy) -> Iterator[Difference]:
    for theirs, ours, fixed in (
        (offered.conflict, asked.conflict, ODRL + "prohibit"),
        (offered.profile, asked.profile, PROFILE),
    ):
        if not theirs == ours == fixed:
            yield Difference("policy", UNCLEAR, _tail(theirs), _tail(ours))
    for name, theirs, ours in (
        ("first party", offered.assigner, asked.assigner),
        ("second party", offered.assignee or asked.assignee, asked.assignee),
        ("roster", offered.roster, asked.roster),
        ("roster", offered.standard, asked.standard),
    ):
        if theirs != ours:
            yield Difference(name, OUTSIDE, plain(theirs, 200), plain(ours, 200))


def _raw(asked: Policy, offered: Policy) -> Iterator[Difference]:
    for policy in (asked, offered):
        for subject, predicate, obj in policy.strange:
            said = plain(f"{predicate} {obj}", 300)
            both = ("", said) if policy is asked else (said, "")
            yield Difference(_tail(subject[1:-1]), UNCLEAR, *both)
    for rule in (*asked.rules, *(duty for one in asked.rules for duty in one.duties)):
        for said in no_clause(rule, asked.assigner):
            yield Difference(plain(rule.name, 100), UNCLEAR, "", said)
        like = {one.description for one in _like(rule, offered)}
        if rule.description not in like and (rule.action != LP + "deliverService" or like - {""}):
            yield Difference(
                plain(rule.name, 100), UNCLEAR, plain("; ".join(sorted(like)), 200), plain(rule.description, 200)
            )


def _like(rule: Rule, policy: Policy) -> list[Rule]:
    every = (*policy.rules, *(duty for one in policy.rules for duty in one.duties))
    alike = [one for one in every if one.action == rule.action and one.kind == rule.kind]
    found = [one for one in alike if _event(one) == _event(rule)]
    return found or [Rule("", rule.kind, rule.action)]


# What has the form of a clause


def no_clause(rule: Rule, payee: str) -> Iterator[str]:
    """What in a rule cannot be compared with anything, in words; ``payee`` is who may be paid."""
    if not includes(rule.action, rule.action):
        yield f"unknown action {_tail(rule.action) or '(none)'}"
    if rule.duties and rule.kind != "permission":
        yield "a duty that hangs from no permission"
    for one in rule.constraints:
        if one.left not in _OPERANDS[rule.kind] or not _is_read(one):
            yield in_words(one)
    lefts = [DATE if one.left == ELAPSED and rule.kind == "permission" else one.left for one in rule.constraints]
    yield from (f"{_tail(left)} said twice" for left in dict.fromkeys(lefts) if lefts.count(left) > 1)
    if rule.kind == "duty" and rule.action == PAYMENT:
        yield from _no_payment(rule, payee)
    elif rule.refinements or rule.action_node or rule.party or rule.pay_to:
        yield f"{_tail(rule.action)}, but not all of it: {', '.join(map(in_words, rule.refinements)) or 'refined'}"


def _no_payment(rule: Rule, payee: str) -> Iterator[str]:
    amounts = [one for one in rule.refinements if one.left == AMOUNT]
    yield from (in_words(one) for one in rule.refinements if one.left != AMOUNT or not _is_read(one))
    if len(amounts) != 1:
        yield f"a payment with {len(amounts) or 'no'} amounts"
    if rule.party != payee:
        yield f"a payment to {plain(rule.party, 200) or 'nobody'}"
    if rule.targets:
        yield "a payment with a place"


def _is_read(one: Constraint) -> bool:
    """Whether its operator and its right side are as one reads them here."""
    right = one.right
    if one.operator not in _OPERATORS.get(one.left, ()) or bool(one.unit) != (one.left == AMOUNT):
        return False
    if one.left == AMOUNT:
        amount = amount_of(one)
        return amount is not None and amount > 0 and currency_of(one.unit) != ""
    if one.left == DATE:
        return right.datatype == XSD + "dateTime" and moment_of(right.text) is not None
    if one.left in (ELAPSED, INTERVAL):
        return right.datatype == XSD + "duration" and duration_of(right.text) is not None
    return not right.datatype and (one.left != EVENT or right.text in _EVENTS)


# Permissions


def _permissions(asked: Policy, offered: Policy, at: datetime) -> Iterator[Difference]:
    for rule in asked.of("permission"):
        best: list[Difference] | None = None
        for offer in offered.of("permission"):
            if not _covers(offer, rule):
                continue
            found = [*_constraints(rule, offer, at), *_duties(rule, offer)]
            if best is None or len(found) < len(best):
                best = found
        if best is None:
            unclear = not rule.targets or not includes(rule.action, rule.action)
            kind = UNCLEAR if unclear else OUTSIDE
            yield Difference(plain(rule.name, 100), kind, _offer_of(offered, rule), places_in_words(rule))
        else:
            yield from best


def _covers(offer: Rule, rule: Rule) -> bool:
    # Adding is offered as adding alone: who may change may add, but not the other way round.
    return (
        includes(offer.action, rule.action)
        and bool(rule.targets)
        and all(any(is_at_or_below(target, above) for above in offer.targets) for target in rule.targets)
    )


def _offer_of(offered: Policy, rule: Rule) -> str:
    same = [one for one in offered.of("permission") if includes(one.action, rule.action)]
    return "; ".join(places_in_words(one) for one in same)


def places_in_words(rule: Rule) -> str:
    """``read https://…/journal/purchases/``."""
    return f"{_tail(rule.action)} {plain(' '.join(rule.targets), 500) or '(no place)'}"


def _constraints(rule: Rule, offer: Rule, at: datetime) -> Iterator[Difference]:
    name = plain(rule.name, 100)
    if offer.refinements or offer.action_node:
        yield Difference(name, UNCLEAR, _asks(offer), _asks(rule))
    for wanted in offer.constraints:
        mine = _same_operand(rule, wanted)
        kind = OUTSIDE if mine is None else _compare(mine, wanted, at)
        if kind:
            where = f"{name} · {plain(wanted.name, 100)}"
            yield Difference(where, kind, in_words(wanted), in_words(mine) if mine else "")


def _same_operand(rule: Rule, wanted: Constraint) -> Constraint | None:
    times = (DATE, ELAPSED)
    lefts = times if wanted.left in times else (wanted.left,)
    found = [one for one in rule.constraints if one.left in lefts]
    return found[0] if len(found) == 1 else None


def _compare(mine: Constraint, wanted: Constraint, at: datetime) -> str:
    """Empty where ``mine`` is as tight as ``wanted`` or tighter; else what is amiss."""
    if not _is_read(mine) or not _is_read(wanted):
        return UNCLEAR
    if wanted.left == PURPOSE:
        if wanted.operator == _IS:  # this very purpose; "is a" lets the narrower ones in as well
            return "" if (mine.operator, mine.right) == (_IS, wanted.right) else OUTSIDE
        return "" if purpose_within(mine.right.text, wanted.right.text) else OUTSIDE
    if wanted.left == CLIENT:
        return "" if mine.right == wanted.right else OUTSIDE
    ends = end_of(mine, at), end_of(wanted, at)
    if ends[0] is None or ends[1] is None:
        return UNCLEAR
    return "" if ends[0] <= ends[1] else OUTSIDE


def end_of(constraint: Constraint, at: datetime) -> datetime | None:
    """Up to when a constraint on time holds, if it is signed at ``at``; ``None`` where it cannot be told."""
    if constraint.left == DATE and constraint.right.datatype == XSD + "dateTime":
        return moment_of(constraint.right.text)
    if constraint.left == ELAPSED and constraint.right.datatype == XSD + "duration":
        span = duration_of(constraint.right.text)
        return None if span is None else later(at, span)
    return None


# What the vendor must and must not


def _demands(asked: Policy, offered: Policy) -> Iterator[Difference]:
    reach = asked.targets
    for wanted in offered.of("prohibition"):
        found = [mine for mine in asked.of("prohibition") if includes(mine.action, wanted.action)]
        if not any(_reaches(mine, wanted, reach) and _is_bare(mine) for mine in found):
            kind = OUTSIDE if includes(wanted.action, wanted.action) else UNCLEAR
            yield Difference(wanted.name, kind, "forbidden", "weakened" if found else "left out")
    for wanted in offered.of("obligation"):
        same = [mine for mine in asked.of("obligation") if mine.action == wanted.action]
        faults = [_weaker(mine, wanted, reach) for mine in same if _event(mine) == _event(wanted)]
        if "" not in faults:
            kind = UNCLEAR if UNCLEAR in faults else OUTSIDE
            yield Difference(wanted.name, kind, _asks(wanted), _asks(same[0]) if same else "left out")


def _is_bare(rule: Rule) -> bool:
    return not (rule.constraints or rule.refinements or rule.action_node or rule.duties)


def _event(rule: Rule) -> tuple[tuple[str, str], ...]:
    return tuple(sorted((one.operator, one.right.text) for one in rule.constraints if one.left == EVENT))


def _weaker(mine: Rule, wanted: Rule, reach: Iterable[str]) -> str:
    """Empty where an obligation is as strict as the one wanted; else what is amiss."""
    if mine.action == LP + "append":  # what is given back may have a place of its own below
        places = mine.targets or ("",)
        covered = not wanted.targets or all(any(is_at_or_below(t, w) for w in wanted.targets) for t in places)
    else:
        covered = _reaches(mine, wanted, reach)
    return _looser(mine, wanted) or ("" if covered else OUTSIDE)


def _reaches(mine: Rule, wanted: Rule, reach: Iterable[str]) -> bool:
    """Whether a rule covers all that the request opens there; one without places is about everything."""
    if not mine.targets:
        return not wanted.targets
    there = list(reach)
    if wanted.targets:
        inside = [one for one in there if any(is_at_or_below(one, above) for above in wanted.targets)]
        there = inside + [one for one in wanted.targets if any(is_at_or_below(one, place) for place in reach)]
    return all(any(is_at_or_below(place, one) for one in mine.targets) for place in there)


def _looser(mine: Rule, wanted: Rule) -> str:
    """Empty where exactly the times of the offer stand there, as short or shorter; else what is amiss."""
    if any(not _is_read(one) for one in (*mine.constraints, *wanted.constraints)):
        return UNCLEAR
    lefts, theirs = [one.left for one in mine.constraints], [one.left for one in wanted.constraints]
    if len(set(lefts)) < len(lefts) or len(set(theirs)) < len(theirs):
        return UNCLEAR
    fits = all(_shorter(ours, limit) for limit in wanted.constraints for ours in [mine.constraint(limit.left)])
    return "" if fits and set(lefts) == set(theirs) else OUTSIDE


def _shorter(mine: Constraint | None, limit: Constraint) -> bool:
    if mine is None or limit.left == EVENT:
        return mine is not None and mine.right == limit.right
    ours, theirs = duration_of(mine.right.text), duration_of(limit.right.text)
    return ours is not None and theirs is not None and ours <= theirs


def _duties(rule: Rule, offer: Rule) -> Iterator[Difference]:
    for wanted in offer.duties:
        found = [mine for mine in rule.duties if mine.action == wanted.action]
        faults = [_pays_less(mine, wanted) or _looser(mine, wanted) for mine in found]
        if "" not in faults:
            kind = UNCLEAR if UNCLEAR in faults else OUTSIDE
            where = f"{plain(rule.name, 100)} · {plain(wanted.name, 100)}"
            yield Difference(where, kind, _asks(wanted), _asks(found[0]) if found else "left out")


def _pays_less(mine: Rule, wanted: Rule) -> str:
    """Empty where as much or more is paid, to the same, in the same currency; else what is amiss."""
    if (mine.party, mine.pay_to, mine.targets) != (wanted.party, wanted.pay_to, wanted.targets):
        return OUTSIDE
    if not mine.refinements and not wanted.refinements:
        return ""
    if len(mine.refinements) != 1 or len(wanted.refinements) != 1:
        return UNCLEAR
    (ours,), (least,) = mine.refinements, wanted.refinements
    if not _is_read(ours) or not _is_read(least) or ours.left != AMOUNT or least.left != AMOUNT:
        return UNCLEAR
    return "" if ours.unit == least.unit and (amount_of(ours) or 0) >= (amount_of(least) or 0) else OUTSIDE


# Words and amounts


def in_words(constraint: Constraint) -> str:
    """``within 180 days``, harmless to show; ``count lteq 5`` for what has not the form of a clause."""
    if _is_read(constraint):
        return _read_aloud(constraint)
    unit = f" {_tail(constraint.unit).removeprefix('currency-')}" if constraint.unit else ""
    said = plain(constraint.right.text, 200) if constraint.right.datatype else _tail(constraint.right.text)
    return f"{_tail(constraint.left)} {_tail(constraint.operator)} {said}{unit}"


def _read_aloud(one: Constraint) -> str:
    text, span, moment = one.right.text, duration_of(one.right.text), moment_of(one.right.text)
    if one.left == DATE and moment is not None:
        return f"until {moment:%Y-%m-%d %H:%M} UTC"
    if span is not None:
        days, hours = span.days, span.seconds // 3600
        parts = [f"{days} day{'s' if days != 1 else ''}"] if days else []
        parts += [f"{hours} hour{'s' if hours != 1 else ''}"] if hours else []
        return f"{'every' if one.left == INTERVAL else 'within'} {' and '.join(parts) or 'no time'}"
    if one.left == AMOUNT:
        return f"{'at least ' if one.operator == _AT_LEAST else ''}{amount_of(one)} {currency_of(one.unit)}"
    if one.left == EVENT:
        return "after use" if text == _EVENTS[0] else "after the end"
    if one.left == CLIENT:
        return f"through {plain(text, 200)} only"
    return f"for {label_of(text) if known(text) else plain(text, 200)}"


def _asks(rule: Rule) -> str:
    parts = [in_words(one) for one in (*rule.refinements, *rule.constraints)]
    paid = [f"to {plain(one, 200)}" for one in (rule.party, rule.pay_to) if one]
    return ", ".join([_tail(rule.action), *parts, *paid])


def _tail(iri: str) -> str:
    return plain(re.split(r"[#/]", iri.rstrip("/#"))[-1], 100) if iri else ""
