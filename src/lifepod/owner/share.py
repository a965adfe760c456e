"""Letting in and shutting out: rehearse → apply with the version read → look again → compare with the forecast.

It refuses to say "done" before it has read back, to write what does not parse back to the plan, and to go on after
somebody else's change.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from lifepod.access.audit import Answers, Audit
from lifepod.access.change import Edit, Shift, plan, shifts_between
from lifepod.access.change import Plan as Plan  # part of what this room hands out
from lifepod.access.change import Wish as Wish
from lifepod.access.dialects import written_rules
from lifepod.errors import Conflict, LifepodError, Missing, Unconfirmed, Undecided, Unreachable
from lifepod.owner.look import Tell, look, quiet
from lifepod.plain import plain
from lifepod.solid.pod import Pod
from lifepod.solid.profile import check_webid


@dataclass(frozen=True, slots=True)
class Outcome:
    """What a change did, as a fresh look found it."""

    plan: Plan
    confirmed_at: str
    """UTC time of the look that confirmed it."""
    answers: Answers
    """What the agent may do at the place now, in the order of :data:`~lifepod.access.rules.MODES`."""
    wrote: tuple[str, ...]
    """Access documents written."""


async def rehearse(pod: Pod, wish: Wish, *, unchecked: bool = False, tell: Tell = quiet) -> Plan:
    """The exact edits and everyone's answers before and after, over a fresh look; nothing is written.

    A grant first checks that the WebID answers (``unchecked`` leaves that out), because a misspelt one opens the pod to
    whoever takes that name.
    """
    if wish.verb == "grant" and not unchecked:
        await _check(pod, wish.agent)
    return plan(await look(pod, wish.place, tell=tell), wish)


async def _check(pod: Pod, webid: str) -> None:
    advice = "Check the spelling of the WebID; --unchecked grants to it all the same."
    try:
        await check_webid(pod.nobody, webid)
    except (Missing, Unreachable) as error:
        raise type(error)(f"The WebID {plain(webid)} cannot be checked: {error}", advice=advice) from None
    except LifepodError as error:
        raise Missing(f"{plain(webid)} is no WebID: {error}", place=webid, advice=advice) from None


async def apply(pod: Pod, agreed: Plan, tell: Callable[[str], None] = lambda line: None) -> Outcome:
    """Write the plan's edits, look again, and compare; raises :class:`Unconfirmed` where the pod says otherwise.

    A later edit that fails stops the rest; the error says what was written by then.
    """
    wrote: list[str] = []
    for edit in sorted(agreed.edits, key=lambda e: e.place):
        tell(f"writing who has access to {edit.place}")
        try:
            await _write(pod, edit, agreed)
        except LifepodError as error:
            if not wrote:
                raise
            done, open_ = ", ".join(wrote), edit.place
            raise Unconfirmed(f"Stopped half-way at {open_}: {error} Written before that: {done}.") from None
        wrote.append(edit.after.url)
    tell("looking again")
    return await _verified(pod, agreed, tuple(wrote))


async def _write(pod: Pod, edit: Edit, agreed: Plan) -> None:
    head = await pod.head(edit.place)
    if head.link("acl") != edit.after.url:
        raise Undecided(f"The server now names another access document for {edit.place}.", advice="Plan it again.")
    if written_rules(edit.after, edit.place) != edit.rules:
        raise Unconfirmed(f"The new access document of {edit.place} does not read back as planned; it was not sent.")
    if edit.creates:
        await _must_still_inherit(pod, edit, agreed)
        await pod.write(edit.after.url, edit.after.graph, match=None)
    else:
        await pod.update(edit.document, edit.after.graph)


async def _must_still_inherit(pod: Pod, edit: Edit, agreed: Plan) -> None:
    """A copy of rules that are gone by now would let in again whom they no longer name."""
    now, then = Audit((await look(pod, edit.place, below=False)).survey), Audit(agreed.forecast)
    source, _ = now.source_of(edit.place)
    same = source == edit.copied_from and now.place(source).control.rules == then.place(source).control.rules
    if not same:
        raise Conflict(f"What {edit.place} inherits was changed after the plan was made.", place=edit.place)


async def _verified(pod: Pod, agreed: Plan, wrote: tuple[str, ...]) -> Outcome:
    try:
        fresh = (await look(pod, agreed.wish.place)).survey
    except LifepodError as error:
        if not wrote:
            raise
        raise Unconfirmed(f"The change was written, but could not be looked at again: {error}") from None
    wrong = shifts_between(agreed.forecast, fresh)
    # By place: what stays dark may be dark for another reason now.
    dark = {spot.place for spot in Audit(agreed.forecast).blind}
    blind = sorted({spot.place for spot in Audit(fresh).blind} - dark)
    if wrong or blind:
        said = _said(wrong[0]) if wrong else f"{blind[0]} can no longer be looked into"
        raise Unconfirmed(f"The change was written, but a fresh look finds otherwise: {said}.")
    answers = Audit(fresh).for_agent(agreed.wish.place, agreed.wish.agent)
    return Outcome(agreed, fresh.surveyed_at, answers, wrote)


def _said(shift: Shift) -> str:
    return f"{shift.who} {shift.mode.value} at {shift.places[0]}: {shift.after.word}, planned {shift.before.word}"
