"""What makes a request unanswerable, whatever the terms say: it is about another pod, never ends, or cannot be read.

It refuses to look at terms (that is :mod:`lifepod.terms.within`), at signatures (:mod:`lifepod.terms.judge`) and at a
clock: the time is passed in.

* A clause calls itself by the name of what it is (``read``, or ``read-2`` where there are two): people read the names.
* Every place a request speaks of is counted and looked at, also where something is only forbidden there.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from lifepod.names import ACL_CONTROL, ODRL
from lifepod.plain import plain
from lifepod.terms.clauses import clause_of
from lifepod.terms.life import SKEW, waits_for
from lifepod.terms.places import RULES, is_at_or_below, is_kept_back, normalised
from lifepod.terms.policy import AGREEMENT, PROFILE, Policy, Rule
from lifepod.terms.within import DATE, ELAPSED, PURPOSE, in_words, moment_of, no_clause

FaultKind = Literal[
    "not-about-you",
    "no-end",
    "no-purpose",
    "control",
    "unreadable-rule",
    "too-many-targets",
    "bad-target",
    "actor",
    "late",
    "never-class",
]
"""The last one is found by whoever knows what the person never shares (:mod:`lifepod.terms.weighing`)."""
MOST_TARGETS = 50
"""Places one request may speak of."""


@dataclass(frozen=True, slots=True)
class Fault:
    """One thing that stops a request before its terms are looked at."""

    kind: FaultKind
    clause: str
    """Name of the node, harmless to show; empty where it is about the whole request."""
    says: str
    """A plain sentence."""


def faults_of(request: Policy, person: str, storage: str, at: datetime) -> tuple[Fault, ...]:
    """What stops a request to a person (WebID) whose pod is ``storage``, looked at at a time (UTC); empty: nothing."""
    found = [*_parties(request, person), *_form(request), *_times(request, at)]
    found += [fault for rule in _rules(request) for fault in _of_rule(rule, request)]
    found += [*_places(request, storage)]
    return tuple(dict.fromkeys(found))


def _rules(request: Policy) -> Iterator[Rule]:
    for rule in request.rules:
        yield rule
        yield from rule.duties


def _parties(request: Policy, person: str) -> Iterator[Fault]:
    proposal, asks = request.proposal, plain(request.assignee, 200) or "nobody"
    if request.assigner != person:
        yield Fault("not-about-you", "", f"It asks {plain(request.assigner, 200) or 'nobody'}, not you.")
    if not request.assignee or request.assignee in (request.assigner, person):
        yield Fault("actor", "", f"Its second party is {asks}, which cannot ask you for anything.")
    if proposal is None:
        yield Fault("actor", "", "It does not say who asks, nor when.")
    elif proposal.actor == request.assigner and proposal.in_reply_to:
        if proposal.target != request.assignee:
            yield Fault("actor", "", f"Your counter-offer is addressed to {plain(proposal.target, 200) or 'nobody'}.")
    elif proposal.actor != request.assignee:
        yield Fault("actor", "", f"{plain(proposal.actor, 200) or 'Somebody'} asks in the name of {asks}.")
    elif proposal.target != request.assigner:
        yield Fault("actor", "", f"It is addressed to {plain(proposal.target, 200) or 'nobody'}.")


def _form(request: Policy) -> Iterator[Fault]:
    if request.kind != AGREEMENT:
        yield Fault("unreadable-rule", "", "It is no request, but terms of somebody.")
    if request.profile != PROFILE or request.conflict != ODRL + "prohibit":
        yield Fault("unreadable-rule", "", "It says by other rules than ours what holds where its clauses disagree.")
    if request.title or request.issued:
        yield Fault("unreadable-rule", "", "It has a title or a date of its own, as terms have and no request.")
    if not request.of("permission"):
        yield Fault("unreadable-rule", "", "It asks for nothing.")
    for subject, predicate, obj in request.strange:
        said = f"It says more than its clauses: {plain(f'{predicate} {obj}', 200)}."
        yield Fault("unreadable-rule", plain(subject[1:-1].rpartition("#")[2], 100), said)


def _times(request: Policy, at: datetime) -> Iterator[Fault]:
    if request.proposal is None:
        return
    asked, reply = moment_of(request.proposal.published), moment_of(request.proposal.reply_by)
    if asked is None or asked > at + SKEW:
        yield Fault("late", "", f"It is dated {plain(request.proposal.published, 40) or 'never'}: not possible.")
    elif reply is None or reply <= asked:
        yield Fault("late", "", "It leaves no time for an answer.")
    elif reply <= at:
        yield Fault("late", "", f"The time for an answer passed on {request.proposal.reply_by}.")
    for rule in request.of("permission"):
        end = rule.constraint(DATE)
        last = moment_of(end.right.text) if end else None
        if end and last is not None and last <= at:
            yield Fault("late", plain(rule.name, 100), f"What it asks for ended on {end.right.text}.")


# Clause by clause


def _of_rule(rule: Rule, request: Policy) -> Iterator[Fault]:
    name = plain(rule.name, 100)
    if rule.action == ACL_CONTROL:
        yield Fault("control", name, "It asks to decide who has access, which nobody can ask for.")
        return
    clause = clause_of(rule.kind, rule.action, waits_for(rule))
    if clause is None:
        shown = plain(rule.action.rpartition("/")[2] or "nothing", 100)
        yield Fault("unreadable-rule", name, f"It is no clause we know: {rule.kind} {shown}.")
    elif not re.match(re.escape(clause) + r"(?:-[0-9]{1,3})?\Z", rule.name):
        yield Fault("unreadable-rule", name, f"It calls itself {name}, and is {clause}.")
    for said in no_clause(rule, request.assigner):
        yield Fault("unreadable-rule", name, f"Part of it is no clause we know: {said}.")
    if rule.description and clause != "deliver":
        yield Fault("unreadable-rule", name, "It has words of its own beside it, which nothing can be made of.")
    if rule.kind == "permission":
        yield from _bounds(rule)


def _bounds(rule: Rule) -> Iterator[Fault]:
    name = plain(rule.name, 100)
    ends = [one for one in rule.constraints if one.left in (DATE, ELAPSED)]
    last = moment_of(ends[0].right.text) if len(ends) == 1 and ends[0].left == DATE else None
    if last is None or ends[0].operator != ODRL + "lteq":
        said = ", ".join(map(in_words, ends)) or "nothing"
        yield Fault("no-end", name, f"It names no day on which it ends: {said}.")
    purposes = [one for one in rule.constraints if one.left == PURPOSE]
    if clause_of(rule.kind, rule.action) == "read" and (len(purposes) != 1 or purposes[0].right.datatype):
        yield Fault("no-purpose", name, "It does not name the one purpose it is for.")


# Places


def _places(request: Policy, storage: str) -> Iterator[Fault]:
    places = sorted({target for rule in _rules(request) for target in rule.targets})
    if len(places) > MOST_TARGETS:
        said = f"It speaks of {len(places)} places; a request may speak of {MOST_TARGETS}."
        yield Fault("too-many-targets", "", said)
    for rule in _rules(request):
        name = plain(rule.name, 100)
        if rule.kind == "permission" and not rule.targets:
            yield Fault("bad-target", name, "It names no place.")
        for place in rule.targets[: MOST_TARGETS + 1]:
            spelt, shown = normalised(place), plain(place, 200)
            if not spelt:
                yield Fault("bad-target", name, f"{shown} cannot be a place in a pod.")
            elif not is_at_or_below(spelt, normalised(storage)):
                yield Fault("not-about-you", name, f"{shown} is not in your pod.")
            elif spelt != place:
                yield Fault("bad-target", name, f"{shown} is not spelt in the usual way, {plain(spelt, 200)}.")
            elif spelt.rstrip("/").lower().endswith(RULES):
                yield Fault("bad-target", name, f"{shown} holds rules of access, which are not shared.")
            elif is_kept_back(spelt, normalised(storage)):
                yield Fault("bad-target", name, f"{shown} is or holds your keys, records, inbox or rules.")
