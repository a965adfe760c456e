"""What ending an agreement would close, as plans over a fresh look; nothing is written.

It refuses to plan for what the agreement did not open: whatever else the vendor may do there stays.
"""

from __future__ import annotations

from dataclasses import replace

from lifepod.access.rules import Mode
from lifepod.errors import Missing
from lifepod.owner.opening import wishes
from lifepod.owner.share import Plan, rehearse
from lifepod.owner.surveys import Tell, quiet
from lifepod.solid.pod import Pod
from lifepod.terms.policy import Policy


async def rehearse_closing(pod: Pod, policy: Policy, tell: Tell = quiet) -> tuple[Plan, ...]:
    """The plan for each place; places that are gone need none. Raises what planning raises."""
    found, plans = list(wishes(policy)), list[Plan]()
    for place in dict.fromkeys(wish.place for wish in found):
        here = [wish for wish in found if wish.place == place]
        modes = frozenset(mode for wish in here for mode in wish.modes)
        modes |= {Mode.APPEND} if Mode.WRITE in modes else set()  # to write includes to add
        try:
            plans.append(await rehearse(pod, replace(here[0], verb="revoke", modes=modes, alone=False), tell=tell))
        except Missing:
            continue
    return tuple(plans)
