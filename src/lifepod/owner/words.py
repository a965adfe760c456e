"""What audits and plans say: in sentences for people, as plain values for ``--json``.

It refuses to decide anything and to say "saw" where only "could see" is known.
"""

from __future__ import annotations

from collections.abc import Iterable

from lifepod.access.audit import Audit, in_words
from lifepod.access.plans import Plan, Wish
from lifepod.access.rules import MODES, NOBODY, STRANGER, Answer, Mode, Verdict, Visitor

Value = dict[str, object]


def wish(verb: str, agent: str, place: str, modes: Iterable[str] = (), **extent: bool) -> Wish:
    """A wish from plain words (``read``, ``append``, ``write``); a revoke without modes takes all of them.

    ``all_below`` and ``everywhere`` are those of :class:`~lifepod.access.plans.Wish`.
    """
    chosen = frozenset(Mode(mode) for mode in modes)
    return Wish(verb, agent, place, chosen or frozenset(Mode), **extent)


def visitor_of(agent: str) -> Visitor:
    """The visitor a word stands for: a WebID, ``public`` or ``signed-in``."""
    return {"public": NOBODY, "signed-in": STRANGER}.get(agent, Visitor(agent))


def explained(audit: Audit, url: str, agent: str) -> Value:
    """Why an agent may or may not use a place, mode by mode, as a plain value."""
    source, own = audit.source_of(url)
    out: Value = {"agent": agent, "place": url, "rules_of": source, "own_rules": own}
    for mode in MODES:
        verdict = audit.verdict(url, visitor_of(agent), mode)
        out[mode.value] = {"answer": verdict.answer.word, "because": _because(verdict, source)}
    return out


def explained_in_words(audit: Audit, url: str, agent: str) -> list[str]:
    """The same as a person would say it."""
    source, own = audit.source_of(url)
    where = (
        "rules of its own" if own else f"the rules of {source}, which it inherits" if source else "no rules we found"
    )
    lines = [f"{agent}", f"at {url}, by {where}:"]
    for mode in MODES:
        verdict = audit.verdict(url, visitor_of(agent), mode)
        because = _because(verdict, source)
        lines.append(f"  {mode.value:8}{verdict.answer.word}" + (f": {because[0]}" if because else ""))
        lines += [f"  {'':8}and {reason}" for reason in because[1:]]
    return lines


def _because(verdict: Verdict, source: str) -> list[str]:
    if verdict.answer is Answer.UNKNOWN:
        spots = [f"{spot.place} could not be looked into ({spot.cause})" for spot in verdict.blind]
        return spots + [f"it may be that {in_words(rule, source)}" for rule in verdict.rules]
    if verdict.answer is Answer.YES or any(rule.deny for rule in verdict.rules):
        return [in_words(rule, source) for rule in verdict.rules]
    return [f"no rule of {source} lets them" if source else "no rule lets them"]


def plan_in_words(plan: Plan) -> list[str]:
    """What a plan would write and what that changes, before it is written."""
    wish = plan.wish
    modes = ", ".join(mode.value for mode in MODES if mode in wish.modes)
    lines = [f"Plan: {wish.verb} {modes} {'to' if wish.verb == 'grant' else 'of'} {wish.agent} at {wish.place}"]
    for edit in plan.edits:
        lines.append(f"  {'makes' if edit.creates else 'edits'} {edit.after.url}")
        lines += [f"    {line}" for line in edit.lines]
    for shift in plan.shifts:
        places = f"{len(shift.places)} places" if len(shift.places) > 1 else shift.places[0]
        lines.append(f"  {shift.who} {shift.mode.value}: {shift.before.word} -> {shift.after.word} at {places}")
    lines += [f"  Note: {warning}" for warning in plan.warnings]
    lines += [
        f"  Stays open: {o.mode.value} at {o.place} through {o.through} ({o.answer.word})" for o in plan.still_open
    ]
    return [*lines, "  Nobody else's access changes." if plan.shifts else "  Nobody's access changes."]


def plan_as_value(plan: Plan) -> Value:
    """A plan as a plain value: ``verb agent place modes edits changes warnings still_open``."""
    return {
        "verb": plan.wish.verb,
        "agent": plan.wish.agent,
        "place": plan.wish.place,
        "modes": sorted(plan.wish.modes),
        "edits": [
            {"place": e.place, "document": e.after.url, "creates": e.creates, "lines": list(e.lines)}
            for e in plan.edits
        ],
        "changes": [
            {"who": s.who, "mode": s.mode.value, "before": s.before.word, "after": s.after.word, "places": s.places}
            for s in plan.shifts
        ],
        "warnings": list(plan.warnings),
        "still_open": [
            {"place": o.place, "mode": o.mode.value, "answer": o.answer.word, "through": o.through}
            for o in plan.still_open
        ],
    }
