"""What an agreement opens, as changes of access: rehearsed before it is signed, applied and looked at after.

It refuses to open more than the agreement's permissions say, and to call anything open before the fresh look.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from lifepod.access.plans import Plan, Wish
from lifepod.access.rules import Mode
from lifepod.access.survey import Own
from lifepod.errors import Malformed, Missing
from lifepod.owner.changes import ChangeLog
from lifepod.owner.look import Tell, quiet
from lifepod.owner.share import NO_NOTE, apply, rehearse
from lifepod.owner.share import Note as Note  # what opening is told, and what it tells
from lifepod.owner.share import Outcome as Outcome
from lifepod.owner.share import Say as Say
from lifepod.owner.share import silent as silent
from lifepod.parties.rooms import make_room
from lifepod.plain import plain
from lifepod.solid.pod import Pod
from lifepod.terms.clauses import CLAUSES
from lifepod.terms.policy import Policy

_MODES = {
    CLAUSES["read"].action: Mode.READ,
    CLAUSES["append"].action: Mode.APPEND,
    CLAUSES["change"].action: Mode.WRITE,
}


@dataclass(frozen=True, slots=True)
class Rehearsed:
    """What approving would change."""

    plans: tuple[Plan, ...]
    made: tuple[str, ...]
    """Containers that are not there yet and would be made."""


def wishes(policy: Policy) -> Iterator[Wish]:
    """One wish for each place and action; raises :class:`Malformed` for an action that no pod can open."""
    for rule in policy.of("permission"):
        mode = _MODES.get(rule.action)
        if mode is None:
            raise Malformed(f"{plain(rule.name)} is nothing that a pod can open.")
        for place in rule.targets:
            # Who may add to a container may not change what lies in it: that is the place alone (WAC §5.3).
            alone = mode is Mode.APPEND and place.endswith("/")
            yield Wish("grant", policy.assignee, place, frozenset({mode}), alone=alone)


async def rehearse_opening(pod: Pod, policy: Policy, tell: Tell = quiet) -> Rehearsed:
    """The plan of each wish over a fresh look; raises what planning raises, so that nothing is signed then."""
    plans, made = list[Plan](), list[str]()
    for wish in wishes(policy):
        try:
            plans.append(await rehearse(pod, wish, tell=tell))
        except Missing:
            if not wish.place.endswith("/") or not await _is_missing(pod, wish.place):
                raise
            made.append(wish.place)
    return Rehearsed(tuple(plans), tuple(dict.fromkeys(made)))


def apart_below(plan: Plan) -> tuple[str, ...]:
    """Places below a plan's place that have rules of their own: a grant above does not reach them."""
    below = (one for one in plan.forecast.places if one.url != plan.wish.place and one.url.startswith(plan.wish.place))
    return tuple(one.url for one in below if one.control.own is not Own.NONE)


async def _is_missing(pod: Pod, place: str) -> bool:
    try:
        await pod.head(place)
    except Missing:
        return True
    return False


async def open_up(pod: Pod, policy: Policy, note: Note = NO_NOTE, say: Say = silent) -> tuple[Outcome, ...]:
    """Make the places that are missing, apply each change and look again; done already, it only looks.

    Raises as :func:`lifepod.owner.share.apply` does.
    """
    out = []
    await ChangeLog(pod).recover(say)  # of an opening that was cut off, so that what it opened is on record
    for wish in wishes(policy):
        if wish.place.endswith("/") and await _is_missing(pod, wish.place):
            if wish.alone:
                await make_room(pod, wish.place)  # what a vendor adds is apart from all else: rules of its own
            else:
                await pod.create_container(wish.place)
        out.append(await apply(pod, await rehearse(pod, wish), say, note))
    return tuple(out)
