"""What ending an agreement closes: as plans over a fresh look, and done.

It refuses to close what the agreement did not open, and what another open agreement of the same vendor needs.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from lifepod.access.plans import Wish
from lifepod.access.rules import Mode
from lifepod.errors import Missing
from lifepod.owner.opening import Note, Outcome, open_up, silent
from lifepod.owner.opening import Say as Say  # what closing is told
from lifepod.owner.opening import wishes as wishes  # what it closes
from lifepod.owner.share import Plan, apply, rehearse
from lifepod.owner.surveys import Tell, quiet
from lifepod.parties.cases import id_of
from lifepod.solid.pod import Pod
from lifepod.terms.life import until_of
from lifepod.terms.policy import Policy


async def rehearse_closing(
    pod: Pod, policy: Policy, others: tuple[Policy, ...] = (), tell: Tell = quiet
) -> tuple[Plan, ...]:
    """The plan for each place; places that are gone need none. Raises what planning raises.

    ``others``: the vendor's other agreements that are open, whose access stays.
    """
    plans = list[Plan]()
    for wish in closings(policy, others):
        try:
            plans.append(await rehearse(pod, wish, tell=tell))
        except Missing:
            continue
    return tuple(plans)


def closings(policy: Policy, others: tuple[Policy, ...]) -> Iterator[Wish]:
    """One revoke for each place of an agreement, without what others need at the place."""
    found = list(wishes(policy))
    for place in dict.fromkeys(wish.place for wish in found):
        modes = _with_adding(mode for wish in found if wish.place == place for mode in wish.modes)
        left = modes - needed(others, place)
        if left:
            yield Wish("revoke", policy.assignee, place, left)


def needed(others: tuple[Policy, ...], place: str) -> frozenset[Mode]:
    """What other agreements give at a place or, from above, down to it."""
    given = (wish for other in others for wish in wishes(other))
    return _with_adding(
        mode
        for wish in given
        if wish.place == place or (wish.place.endswith("/") and not wish.alone and place.startswith(wish.place))
        for mode in wish.modes
    )


def _with_adding(modes: Iterable[Mode]) -> frozenset[Mode]:
    found = frozenset(modes)
    return found | {Mode.APPEND} if Mode.WRITE in found else found  # to write includes to add


async def close_down(
    pod: Pod, policy: Policy, others: tuple[Policy, ...], note: Note, say: Say = silent
) -> tuple[Outcome, ...]:
    """Take from the vendor what the agreement opened, place by place, and look again; raises as applying does.

    A revoke closes all paths below its place too: what other open agreements give there is opened again.
    """
    out = []
    for wish in closings(policy, others):
        try:
            out.append(await apply(pod, await rehearse(pod, wish), say, note))
        except Missing:
            continue  # the place is gone
    await open_again(pod, policy.targets, others, say)
    return tuple(out)


async def open_again(pod: Pod, closed: Iterable[str], others: tuple[Policy, ...], say: Say = silent) -> None:
    """Open what other agreements give below places that were closed; raises as applying does."""
    places = tuple(closed)
    for other in others:
        if any(place != above and place.startswith(above) for above in places for place in other.targets):
            say("opening again what another agreement gives")
            await open_up(pod, other, Note(until=until_of(other), why=f"agreement {id_of(other.root)}"), say)
