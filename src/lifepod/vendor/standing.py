"""How everything a vendor asked for stands: the inbox taken in, the people's pods looked at, both copies compared.

It refuses to call two copies the same without having read both, and a state known that is only claimed.
"""

from __future__ import annotations

from lifepod.vendor.answers import Left, look, same_copy, take_in
from lifepod.vendor.held import Case, case_named, cases, counter_of
from lifepod.vendor.people import People
from lifepod.vendor.ready import inbox_of
from lifepod.vendor.side import Result, Side
from lifepod.vendor.words import case_value


async def status(side: Side, word: str = "") -> Result:
    """Take in what came, look at the people's pods, send again what waits, and tell how each case stands."""
    people = People(side.pod, side.now)
    left = await take_in(side, people, await inbox_of(side))
    waiting = await side.untold()
    known, unread = ((await case_named(side, word),), ()) if word else await cases(side)
    amiss: dict[str, Left] = {case.id: [] for case in known}
    looked = list[Case]()
    for case in known:
        looked += await look(side, people, case, amiss[case.id])
    looked = list({case.id: case for case in reversed(looked)}.values())[::-1]
    countered = {counter_of(case.policy.root) for case in looked} & {case.policy.root for case in looked}
    values = []
    for case in looked:
        state = case.life.state
        if state == "asked" and counter_of(case.policy.root) in countered:
            state = "countered"
        wrong = amiss.get(case.id, [])
        same = await same_copy(people, case, wrong)
        values.append(case_value(case, state, same, wrong))
    return {
        "cases": values,
        "left": len(left),
        "why_left": [{"message": url, "why": why} for url, why in left],
        "untold": [{"record": one.note.record, "to": one.note.to, "why": one.why} for one in waiting],
        "unread": [{"place": place, "why": why} for place, why in unread],
    }
