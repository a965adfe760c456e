"""A plan, an outcome and a failure in words, as the preview shows them.

It refuses to leave anything out that is in the plan: every edit, every shift, every warning, everything still open.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from typing import TYPE_CHECKING

from textual.content import Content

from lifepod.access.rules import MODES, Answer
from lifepod.plain import plain
from lifepod.tui.picture import Trouble
from lifepod.tui.words import place_name, read_time

if TYPE_CHECKING:
    from lifepod.owner.desk import Outcome, Plan

_TITLE, _QUIET, _ALERT = "bold $text-primary", "$foreground 70%", "$text-warning"
_TONES = {"+": "$text-success", "-": "$text-error"}
_MOST = 12
REVOKED = (
    "A revoke closes future reads only. Whatever they could see until now, they may have read and kept; "
    "a live channel that is open may go on until its server ends it."
)


def plan_words(plan: Plan, storage: str, command: str, until: str = "") -> Content:
    """The preview of a plan; ``command`` is its twin on the command line, ``until`` when a grant is to end."""
    return Content("\n").join(
        [
            *_asked(plan, storage),
            *_end(until),
            *_edits(plan, storage),
            *_shifts(plan, storage),
            *_notes(plan, storage),
            *_foot(command),
        ]
    )


def _asked(plan: Plan, storage: str) -> Iterator[Content]:
    wish = plan.wish
    if wish.verb == "private":
        yield Content.assemble(("Keep ", "bold"), (place_name(wish.place, storage), "bold"), (" for you alone", "bold"))
        if wish.place.endswith("/"):
            yield Content("with all below it" if wish.all_below else "with what below it has no rules of its own")
        return
    if wish.verb == "undo":
        yield Content.assemble(
            ("Take back ", "bold"), "what was changed at ", (place_name(wish.place, storage), "bold")
        )
        return
    modes = "everything" if len(wish.modes) == len(MODES) else ", ".join(m.value for m in MODES if m in wish.modes)
    verb, to = ("Grant", "to") if wish.verb == "grant" else ("Revoke", "of")
    yield Content.assemble((f"{verb} ", "bold"), f"{modes} {to} ", (plain(wish.agent), "bold"))
    if wish.everywhere:
        yield Content.assemble("everywhere: ", ("at every place, and out of every group of yours", "bold"))
    else:
        yield Content.assemble("at ", (place_name(wish.place, storage), "bold"))


def _end(until: str) -> Iterator[Content]:
    if until:
        yield Content.assemble("until ", (until, "bold"), ": nothing closes by itself; the guard does (lifepod guard)")


def _edits(plan: Plan, storage: str) -> Iterator[Content]:
    if plan.edits:
        yield Content.styled("\nWhat is written", _TITLE)
    for edit in plan.edits:
        does = "makes" if edit.creates else "removes" if edit.removes else "edits"
        yield Content(f"{does} {place_name(edit.after.url, storage)}")
        for line in edit.lines:
            yield Content.styled(f"  {plain(line, 900)}", _TONES.get(line[:1], ""))


def _shifts(plan: Plan, storage: str) -> Iterator[Content]:
    yield Content.styled("\nWho gains or loses what", _TITLE)
    for shift in plan.shifts:
        first = place_name(shift.places[0], storage)
        where = first if len(shift.places) == 1 else f"{len(shift.places)} places from {first}"
        gains = "gains" if shift.after > shift.before else "loses"
        tone = _TONES["+" if shift.after > shift.before else "-"]
        words = f"{shift.mode.value}, {shift.before.word} → {shift.after.word}"
        yield Content.assemble(f"{plain(shift.who)} ", (gains, f"bold {tone}"), f" {words}, at {where}")
    yield Content("Nobody else's access changes." if plan.shifts else "Nobody's access changes.")


def _notes(plan: Plan, storage: str) -> Iterator[Content]:
    if plan.warnings:
        yield Content.styled("\nGood to know", _TITLE)
        yield from (Content.styled(f"• {plain(warning)}", _ALERT) for warning in plan.warnings[:_MOST])
        if len(plan.warnings) > _MOST:
            yield Content.styled(f"• … and {len(plan.warnings) - _MOST} more of the kind", _ALERT)
    if plan.still_open:
        yield Content.styled("\nWhat stays open", f"bold {_ALERT}")
    for left in plan.still_open:
        sure = "could still" if left.answer is Answer.YES else "could perhaps still"
        where = place_name(left.place, storage)
        yield Content.styled(f"• they {sure} {left.mode.value} {where}, through {plain(left.through)}", _ALERT)
    if closes(plan):
        yield Content.styled(f"\n{REVOKED}", _QUIET)


def closes(plan: Plan) -> bool:
    """Whether somebody loses anything by it, or was to lose it."""
    return plan.wish.verb in ("revoke", "private") or any(shift.after < shift.before for shift in plan.shifts)


def _foot(command: str) -> Iterator[Content]:
    yield Content.styled(f"\nThe same as: {command}", _QUIET)


def outcome_words(outcome: Outcome, now: datetime) -> Content:
    """What a fresh look found after the change."""
    wish, at = outcome.plan.wish, read_time(outcome.confirmed_at, now)
    lines = [Content(f"Confirmed by a fresh look at {at:%H:%M}." if at else "Confirmed by a fresh look.")]
    if wish.agent:
        lines += [Content.assemble((plain(wish.agent), "bold"), " at ", plain(wish.place))]
        answers = ", ".join(f"{m.value} {a.word}" for m, a in zip(MODES, outcome.answers, strict=True))
        lines += [Content(f"now: {answers}")]
    else:
        lines += [Content(plain(wish.place))]
    lines += [Content.styled(f"wrote {plain(url)}", _QUIET) for url in outcome.wrote]
    if outcome.plan.still_open:
        lines += [Content.styled("What stays open was listed in the plan.", _ALERT)]
    lines += [Content.styled(plain(said, 1000), _ALERT) for said in outcome.follows]
    if closes(outcome.plan):
        lines += [Content.styled(f"\n{REVOKED}", _QUIET)]
    return Content("\n").join(lines)


def failure_words(trouble: Trouble) -> Content:
    """A sentence, and what to do next."""
    return Content("\n").join([Content(plain(trouble.sentence, 2000)), Content.styled(plain(trouble.advice), _ALERT)])
