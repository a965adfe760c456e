"""Terms, requests and agreements in plain words, clause by clause, each with who keeps it: the pod or the vendor.

It refuses to put the words of a vendor beside ours (a description is shown elsewhere, in a box of its own), to store a
label, and to call anything kept by the pod that only the vendor promises. What it does not know it shows raw.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal

from lifepod.names import LP
from lifepod.plain import plain
from lifepod.terms.clauses import CLAUSES, clause_of
from lifepod.terms.drafting import vendor_name
from lifepod.terms.life import waits_for
from lifepod.terms.policy import OFFER, PAYMENT, Constraint, Policy, Rule
from lifepod.terms.purposes import label_of
from lifepod.terms.roster import entry_of
from lifepod.terms.within import (
    AMOUNT,
    CLIENT,
    DATE,
    ELAPSED,
    INTERVAL,
    PURPOSE,
    UNCLEAR,
    Difference,
    in_words,
    no_clause,
    places_in_words,
)

Dialect = Literal["wac", "acp", ""]
By = Literal["pod", "pod, by guard", "vendor", "unknown"]


@dataclass(frozen=True, slots=True)
class Line:
    """One clause as a person reads it."""

    clause: str
    """Its name in the table of clauses; ``unknown`` for what is none."""
    says: str
    """The plain sentence; what stands there, raw, where it is no clause."""
    by: By
    """Who keeps it."""
    detail: str
    """Places, amounts, days, the purpose: harmless to show; empty where there is nothing to add."""
    node: str
    """Address of the clause in the record."""


def lines_of(policy: Policy, dialect: Dialect) -> tuple[Line, ...]:
    """The clauses in the order people read them; ``dialect``: the access language of the pod, empty if not known."""
    every = [line for rule in policy.rules for line in _of_rule(rule, policy, dialect)]
    order = list(CLAUSES)
    known = [line for line in dict.fromkeys(every) if line.clause in CLAUSES]
    raw = [Line("unknown", plain(" ".join(one), 300), "unknown", "", one[0][1:-1]) for one in policy.strange]
    unknown = [line for line in dict.fromkeys(every) if line.clause not in CLAUSES]
    return (*sorted(known, key=lambda line: order.index(line.clause)), *unknown, *raw)


def _of_rule(rule: Rule, policy: Policy, dialect: Dialect) -> Iterator[Line]:
    clause = clause_of(rule.kind, rule.action, waits_for(rule))
    unclear = list(no_clause(rule, policy.assigner))
    if clause is None or (unclear and rule.kind != "permission"):
        said = [f"{rule.kind} {places_in_words(rule)}", *(unclear or map(in_words, rule.constraints))]
        yield Line("unknown", "; ".join(said), "unknown", "", rule.node)
    else:
        by: By = "pod" if CLAUSES[clause].by_pod else "vendor"
        yield Line(clause, CLAUSES[clause].says, by, _detail(rule), rule.node)
        yield from (Line("unknown", said, "unknown", "", rule.node) for said in unclear)
    if rule.kind == "permission":
        for one in rule.constraints:
            if in_words(one) not in unclear:
                yield from _of_constraint(one, dialect, by_pod=clause is not None and CLAUSES[clause].by_pod)
    for duty in rule.duties if rule.kind != "duty" else ():
        yield from _of_rule(duty, policy, dialect)


def _of_constraint(one: Constraint, dialect: Dialect, *, by_pod: bool) -> Iterator[Line]:
    if one.left in (DATE, ELAPSED):
        ends: By = "pod, by guard" if by_pod else "vendor"  # what the pod does not open it cannot close
        signed = " of your signature" if one.left == ELAPSED else ""
        yield Line("until", CLAUSES["until"].says, ends, in_words(one) + signed, one.node)
    elif one.left == PURPOSE:
        yield Line("purpose", CLAUSES["purpose"].says, "vendor", label_of(one.right.text), one.node)
    elif one.left == CLIENT:
        by: By = "pod" if dialect == "acp" and by_pod else "vendor"
        yield Line("app", CLAUSES["app"].says, by, plain(one.right.text, 300), one.node)


def _detail(rule: Rule) -> str:
    if rule.action == PAYMENT:
        return _price(rule)
    times = [in_words(one) for one in rule.constraints if one.left in (ELAPSED, INTERVAL) and rule.kind != "permission"]
    return ", ".join([*(plain(place, 300) for place in rule.targets), *times])


def _price(rule: Rule) -> str:
    amounts = [one for one in rule.refinements if one.left == AMOUNT]
    said = [in_words(one) for one in amounts]
    said += [in_words(one) for one in rule.constraints] or ["once"]
    return ", ".join([*said, *([f"to {plain(rule.pay_to, 200)}"] if rule.pay_to else [])])


def title_of(policy: Policy) -> str:
    """One line that names it: the person's own title of terms; of a request who asks and what it comes to.

    The words of a vendor are never in it.
    """
    entry = entry_of(policy.roster)
    reads = entry.reads if entry else "an agreement that no roster names"
    if policy.kind == OFFER:
        return plain(policy.title, 200) or reads[0].upper() + reads[1:]
    return f"{vendor_name(policy.assignee)}: {reads}"


def difference_in_words(difference: Difference) -> str:
    """``read · until: you offer X; asked is Y.``"""
    offered, asked = difference.offered or "nothing", difference.asked or "nothing"
    unclear = " (this cannot be compared)" if difference.kind == UNCLEAR else ""
    return f"{difference.clause}: you offer {offered}; asked is {asked}{unclear}."


_WHO: dict[By, str] = {
    "pod": "kept by the pod",
    "pod, by guard": "kept by the pod, each time guard runs",
    "vendor": "promised by the vendor",
    "unknown": "not understood",
}


def as_text(policy: Policy) -> str:
    """Terms in plain words, as they are published beside the signed record; only that record counts."""
    entry = entry_of(policy.roster)
    head = [title_of(policy), "", f"Terms of {plain(policy.assigner, 300)}, {plain(policy.issued, 40)}."]
    if entry is not None:
        head.append(f"They come to: {entry.reads} ({entry.iri.removeprefix(LP)}).")
    body = []
    for line in lines_of(policy, ""):
        body.append(f"* {line.says} ({_WHO[line.by]})")
        if line.detail:
            body.append(f"  {line.detail}")
    return "\n".join([*head, "", *body, "", "What counts is the signed record; this is what it says.", ""])
