"""Letting in and shutting out: rehearse → on record → apply with the version read → look again → compare.

It refuses to say "done" before it has read back, to write what does not parse back to the plan, and to go on after
somebody else's change.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

from lifepod.access.audit import Answers, Audit
from lifepod.access.change import must_be_meant, plan, restored
from lifepod.access.changelog import FINISHED, UNCONFIRMED, Change, change_of
from lifepod.access.plans import Edit, Shift, in_safe_order, shifts_between
from lifepod.access.plans import Plan as Plan  # part of what this room hands out
from lifepod.access.plans import Wish as Wish
from lifepod.access.rules import Answer
from lifepod.errors import Conflict, LifepodError, Missing, Unconfirmed, Undecided, Unreachable
from lifepod.owner.changes import ChangeLog, stamp
from lifepod.owner.changes import Say as Say  # part of what applying takes
from lifepod.owner.changes import silent as silent
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
    """Documents written."""
    change: Change
    """Its record in the change log."""
    follows: tuple[str, ...] = ()
    """What followed from it, in sentences: agreements that it ended."""


@dataclass(frozen=True, slots=True)
class Note:
    """What the change log is told beside the plan."""

    verb: str = ""
    """Where it says more than the wish's own: ``suspend``, ``resume``."""
    until: str = ""
    why: str = ""
    undoes: str = ""


NO_NOTE = Note()


async def rehearse(pod: Pod, wish: Wish, *, unchecked: bool = False, tell: Tell = quiet) -> Plan:
    """The exact edits and everyone's answers before and after, over a fresh look; nothing is written.

    A grant first checks that the WebID answers (``unchecked`` leaves that out), because a misspelt one opens the pod to
    whoever takes that name.
    """
    must_be_meant(wish, pod.webid)
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


async def apply(pod: Pod, agreed: Plan, say: Say = silent, note: Note = NO_NOTE) -> Outcome:
    """Put the plan on record, write its edits, look again, and compare.

    Raises :class:`Unconfirmed` where the pod says otherwise, and after an edit that failed half-way; what was cut off
    then is finished or rolled back by the next change (:mod:`lifepod.owner.changes`).
    """
    log, change = ChangeLog(pod), change_of(agreed, note.verb or agreed.wish.verb, stamp())
    change = replace(change, until=note.until, why=note.why, undoes=note.undoes)
    try:
        if agreed.edits:
            await log.begin(change, say)
        return await _carried_out(pod, agreed, say, (log, change))
    finally:
        log.release()


async def _carried_out(pod: Pod, agreed: Plan, say: Say, record: tuple[ChangeLog, Change]) -> Outcome:
    log, change = record
    wrote: list[str] = []
    for edit in in_safe_order(agreed):
        say(f"writing who has access to {edit.place}")
        try:
            if wrote:
                await log.still(change)
            await _write(pod, edit, agreed)
        except LifepodError as error:
            if not wrote and not isinstance(error, Unreachable):
                await log.drop()
                raise
            done = ", ".join(wrote) or "perhaps that one"
            raise Unconfirmed(
                f"Stopped half-way at {edit.place}: {error} Written by then: {done}.",
                advice="The next change of access, or `lifepod changes`, finishes it or rolls it back, and says which.",
            ) from None
        wrote.append(edit.document.url)
    say("looking again")
    try:
        outcome = await _verified(pod, agreed, (tuple(wrote), change))
    except Unconfirmed:
        if wrote:
            await _ended(log, change, UNCONFIRMED, say)
        raise
    return replace(outcome, change=await _ended(log, change, FINISHED, say)) if wrote else outcome


async def _ended(log: ChangeLog, change: Change, state: str, say: Say) -> Change:
    """The change on record as it ended; where that cannot be written now, the next change does it."""
    try:
        return await log.end(change, state)
    except LifepodError as error:
        say(f"The change log could not be brought up to date: {error}")
        return change


async def _write(pod: Pod, edit: Edit, agreed: Plan) -> None:
    if edit.group:
        await pod.update(edit.document, edit.after.graph)
        return
    head = await pod.head(edit.place)
    if head.link("acl") != edit.after.url:
        raise Undecided(f"The server now names another access document for {edit.place}.", advice="Plan it again.")
    if edit.removes:
        await pod.delete(edit.after.url, match=edit.document.etag)
        return
    if not edit.reads_back:
        raise Unconfirmed(f"The new access document of {edit.place} does not read back as planned; it was not sent.")
    if edit.creates:
        await _must_still_inherit(pod, edit, agreed)
        await pod.write(edit.after.url, edit.after.graph, match=None)
    else:
        await pod.update(edit.document, edit.after.graph, at_once=True)


async def _must_still_inherit(pod: Pod, edit: Edit, agreed: Plan) -> None:
    """A copy of rules that are gone by now would let in again whom they no longer name."""
    if not edit.copied_from:
        return
    fresh, then = Audit((await look(pod, edit.place, below=False)).survey), Audit(agreed.forecast)
    source, _ = fresh.source_of(edit.place)
    dark = {spot.place for spot in then.blind}  # the plan took that as it was
    if spots := [spot for spot in fresh.basis(edit.place).blind if spot.place not in dark]:
        raise Undecided(f"What {edit.place} inherits cannot be looked at now: {spots[0].cause}")
    same = source == edit.copied_from and fresh.place(source).control.rules == then.place(source).control.rules
    if not same:
        raise Conflict(f"What {edit.place} inherits was changed after the plan was made.", place=edit.place)


async def _verified(pod: Pod, agreed: Plan, done: tuple[tuple[str, ...], Change]) -> Outcome:
    wrote, change = done
    try:
        fresh = (await look(pod, agreed.wish.place)).survey
        await _probe_public(pod, agreed)
    except LifepodError as error:
        if not wrote:
            raise
        raise Unconfirmed(f"The change was written, but could not be looked at again: {error}") from None
    wrong = shifts_between(agreed.forecast, fresh)
    # By place: what stays dark may be dark for another reason now.
    dark = {spot.place for spot in Audit(agreed.forecast).blind}
    blind = [spot for spot in Audit(fresh).blind if spot.place not in dark]
    otherwise = [shift for shift in wrong if shift.after is not Answer.UNKNOWN]
    if otherwise:
        raise Unconfirmed(f"The change was written, but a fresh look finds otherwise: {_said(otherwise[0])}.")
    if wrong or blind:  # where nobody could look, nothing was found
        said = f"{blind[0].place} cannot be looked into now ({blind[0].cause})" if blind else _said(wrong[0])
        raise Unconfirmed(f"The change was written, but could not be looked at again: {said}.")
    answers = Audit(fresh).for_agent(agreed.wish.place, agreed.wish.agent)
    return Outcome(agreed, fresh.surveyed_at, answers, wrote, change)


async def _probe_public(pod: Pod, agreed: Plan) -> None:
    """Where the public's reading was meant to change, knock as nobody: rules that read well can still be ignored."""
    for shift in agreed.shifts:
        if shift.who != "public" or shift.mode.value != "read":
            continue
        place = shift.places[0]
        status = (await pod.nobody.send("GET", place, {"Accept": "text/turtle"})).status
        if (status < 400) != (shift.after is Answer.YES):
            raise Unconfirmed(f"The change was written, but {place} answers {status} to everyone.")


def _said(shift: Shift) -> str:
    return f"{shift.who} {shift.mode.value} at {shift.places[0]}: {shift.after.word}, planned {shift.before.word}"


async def rehearse_undo(pod: Pod, change: Change, tell: Tell = quiet) -> Plan:
    """The plan that takes a change back, over a fresh look; what others wrote since stays."""
    ground = await look(pod, change.place, tell=tell)
    groups = dict(ground.groups)
    for image in change.images:
        if image.group and image.group not in groups:
            groups[image.group] = await pod.read(image.document)
    return restored(replace(ground, groups=groups), change)
