"""A change of access with all that follows from it: a revoke that takes what an agreement opened ends the agreement.

It refuses to let the record of an end stand in the way of the closing: access is closed first, whatever comes after.
"""

from __future__ import annotations

from dataclasses import replace

from lifepod.errors import LifepodError
from lifepod.owner.agreements import ended_by_revoke, has_any
from lifepod.owner.share import Note, Outcome, Plan, Say, apply
from lifepod.parties.pen import pen_for
from lifepod.parties.signing import Desk as Signing
from lifepod.plain import plain
from lifepod.solid.keyring import Store
from lifepod.solid.pod import Pod


async def apply_and_end(pod: Pod, store: Store, plan: Plan, say: Say, note: Note) -> Outcome:
    """Apply a plan; after a revoke, sign the end of the agreements it ended and tell the vendor; raises as applying."""
    outcome = await apply(pod, plan, say, note)
    wish = plan.wish
    if wish.verb == "revoke" and outcome.wrote and note.verb != "suspend":
        try:
            if await has_any(pod):
                say("putting on record what this ended")
                return replace(outcome, follows=await _ended(pod, store, outcome))
        except LifepodError as error:
            said = f"Access is closed, but its end was not put on record: {error} `lifepod end` does that."
            return replace(outcome, follows=(said,))
    return outcome


async def _ended(pod: Pod, store: Store, outcome: Outcome) -> tuple[str, ...]:
    wish, checked = outcome.plan.wish, outcome.confirmed_at[:19] + "Z"
    signing, out = Signing(pod, await pen_for(pod, store, checked)), list[str]()
    for ended in await ended_by_revoke(signing, wish.agent, (wish.place,), checked):
        owed = ", ".join(f"{clause} by {day}" for clause, day in ended.dues)
        told = "was told" if ended.told else f"was not told yet ({ended.untold})"
        out.append(f"This ended an agreement. {plain(wish.agent)} {told}." + (f" Still owed: {owed}." if owed else ""))
    return tuple(out)
