"""What audits and plans say: in sentences for people, as plain values for ``--json``.

It refuses to decide anything and to say "saw" where only "could see" is known.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from datetime import UTC, date, datetime

from lifepod.access.audit import Audit
from lifepod.access.audit import in_words as in_words  # a rule, for who shows why
from lifepod.access.audit import visitor_of as visitor_of
from lifepod.access.plans import APART, Edit, Plan, Wish
from lifepod.access.rules import MODES, NOBODY, Answer, Mode, Verdict, Visitor
from lifepod.errors import Malformed
from lifepod.owner.share import Note as Note  # what the change log is told beside a wish
from lifepod.plain import plain

Value = dict[str, object]


def wish(verb: str, agent: str, place: str, modes: Iterable[str] = (), **extent: bool) -> Wish:
    """A wish from plain words (``read``, ``append``, ``write``); a revoke without modes takes all of them.

    ``all_below`` and ``everywhere`` are those of :class:`~lifepod.access.plans.Wish`.
    """
    chosen = frozenset(Mode(mode) for mode in modes)
    return Wish(verb, agent, place, chosen or frozenset(Mode), **extent)


def end_of(said: str, now: datetime) -> str:
    """A day or a UTC time that lies ahead, as the change log keeps it; empty for no end.

    Raises :class:`~lifepod.errors.Malformed` for anything else; ``now`` has a time zone.
    """
    if not said:
        return ""
    try:
        if re.fullmatch(r"\d{4}-\d\d-\d\d", said):
            ahead, kept = date.fromisoformat(said) >= now.astimezone(UTC).date(), said
        else:
            end = datetime.fromisoformat(said)
            end = (end if end.tzinfo else end.astimezone()).astimezone(UTC)
            ahead, kept = end > now, end.isoformat(timespec="seconds").replace("+00:00", "Z")
    except (ValueError, OverflowError):  # also what no clock can show once it is put into UTC
        raise Malformed(
            f"{plain(said, 40)} is no day and no time.", advice="Say a day (2026-12-31) or a time (2026-12-31T18:00)."
        ) from None
    if not ahead:
        raise Malformed(f"{plain(said, 40)} lies in the past.", advice="Say when it ends, or leave it empty.")
    return kept


def explained(audit: Audit, url: str, agent: str) -> Value:
    """Why an agent may or may not use a place, mode by mode, as a plain value."""
    source, own = audit.source_of(url)
    out: Value = {"agent": agent, "place": url, "rules_of": source, "own_rules": own}
    for mode in MODES:
        verdict, visitor = audit.best(url, agent, mode)
        out[mode.value] = {"answer": verdict.answer.word, "because": _because(verdict, source)} | _way(agent, visitor)
    return out


def _way(agent: str, visitor: Visitor) -> Value:
    """How an agent must come to be let in, where it matters."""
    found: Value = {"app": visitor.client, "issuer": visitor.issuer}
    found["signed_out"] = visitor == NOBODY and visitor_of(agent) != NOBODY
    return {key: value for key, value in found.items() if value}


def condition(app: str | None, issuer: str | None) -> str:
    """What access hangs on, to be put behind whom it is about; empty where on nothing."""
    return (f", through the app {app}" if app else "") + (f", with a login from {issuer}" if issuer else "")


def explained_in_words(audit: Audit, url: str, agent: str) -> list[str]:
    """The same as a person would say it."""
    source, own = audit.source_of(url)
    where = (
        "rules of its own" if own else f"the rules of {source}, which it inherits" if source else "no rules we found"
    )
    lines = [f"{agent}", f"at {url}, by {where}:"]
    for mode in MODES:
        verdict, visitor = audit.best(url, agent, mode)
        because = _because(verdict, source)
        answer = verdict.answer.word + condition(visitor.client, visitor.issuer)
        answer += ", signed out" if _way(agent, visitor).get("signed_out") else ""
        lines.append(f"  {mode.value:8}{answer}" + (f": {because[0]}" if because else ""))
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
    lines = [f"Plan: {_wished(plan.wish)}"]
    for edit in plan.edits:
        lines += _edited(edit, several=len(plan.edits) > 1)
    for shift in plan.shifts:
        places = f"{len(shift.places)} places" if len(shift.places) > 1 else shift.places[0]
        lines.append(f"  {shift.who} {shift.mode.value}: {shift.before.word} -> {shift.after.word} at {places}")
    lines += [f"  Note: {warning}" for warning in _folded(plan.warnings)]
    lines += [
        f"  Stays open: {o.mode.value} at {o.place} through {o.through} ({o.answer.word})" for o in plan.still_open
    ]
    return [*lines, "  Nobody else's access changes." if plan.shifts else "  Nobody's access changes."]


def _wished(wish: Wish) -> str:
    modes = ", ".join(mode.value for mode in MODES if mode in wish.modes)
    if wish.verb == "private":
        return f"keep {wish.place} for you alone" + (", and all below it" if wish.all_below else "")
    if not wish.agent:
        return f"{wish.verb} the change at {wish.place}"
    return f"{wish.verb} {modes} {'to' if wish.verb == 'grant' else 'of'} {wish.agent} at {wish.place}"


def _edited(edit: Edit, *, several: bool) -> list[str]:
    """One document: what is done to it, and the rules that come and go; one line where there is little to say."""
    verb = "makes" if edit.creates else "removes" if edit.removes else "edits"
    head = f"  {verb} {edit.after.url}" + (", so that the place inherits again" if edit.removes else "")
    if edit.removes:
        return [head]
    if several and len(edit.lines) == 1:
        return [f"{head}: {edit.lines[0]}"]
    return [head, *(f"    {line}" for line in edit.lines)]


def _folded(warnings: tuple[str, ...]) -> list[str]:
    """The warnings, of those that differ by the place alone the first few and a count."""
    apart = [warning for warning in warnings if warning.endswith(APART)]
    if len(apart) <= _MOST:
        return list(warnings)
    first = ", ".join(warning.removesuffix(APART) for warning in apart[:_MOST])
    told = f"{len(apart)} places below have rules of their own and are not included (--all-below includes them): "
    return [*(w for w in warnings if w not in apart), f"{told}{first} … (--json lists all)"]


_MOST = 3


def plan_as_value(plan: Plan) -> Value:
    """A plan as a plain value: ``verb agent place modes edits changes warnings still_open``."""
    return {
        "verb": plan.wish.verb,
        "agent": plan.wish.agent,
        "place": plan.wish.place,
        "modes": sorted(plan.wish.modes),
        "edits": [
            {
                "place": e.place,
                "document": e.after.url,
                "creates": e.creates,
                "removes": e.removes,
                "lines": list(e.lines),
            }
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
