"""The terms that wants are made under: the person's own, drawn up once, of the roster's entry for answering a want.

It refuses to publish them without their having been shown, and to open anything by them that is not public anyway.
"""

from __future__ import annotations

from lifepod.owner.offers import Drawn as Drawn  # what is shown before it is published
from lifepod.owner.offers import Offered, Offering, draw_up, offered
from lifepod.solid.pod import Pod
from lifepod.terms.intents import ROSTER as ENTRY
from lifepod.terms.purposes import find
from lifepod.terms.roster import ROSTER

NAME = "wants"
PUBLIC = "lifepod/wants-public/"
"""Where wants lie that everyone may read: the one place these terms speak of."""
_TITLE = "Answer what I want, for that alone, and keep nothing"
_MORE = ("no-storage", "no-training", "delete-after-use", "delete-at-end")
_DAYS = 90


async def wants_terms(pod: Pod) -> Offered | None:
    """The version of one's own terms that is offered for wants; ``None`` where there is none yet."""
    for one in await offered(pod):
        is_open = one.listed.state == "open" and one.listed.name.rpartition("-")[0] == NAME
        if is_open and one.policy is not None and not one.amiss and one.policy.roster == ROSTER[ENTRY].iri:
            return one
    return None


async def draw_up_terms(pod: Pod, now: str) -> Drawn:
    """Such terms as they would be published; nothing is written."""
    (purpose,) = find("EstablishContractualAgreement")
    places = (pod.storage + PUBLIC,)
    return await draw_up(pod, Offering(NAME, ROSTER[ENTRY], _TITLE, places, purpose, _DAYS, more=_MORE), now)
