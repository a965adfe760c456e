"""Plans that are carried out in random trees; afterwards everyone knocks, and finds what the plan foresaw."""

from __future__ import annotations

import random
import time
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

from tests.oracle.compare import answered, judged, planted
from tests.oracle.stage import Stage
from tests.oracle.trees import Tree, tree_of

from lifepod.access.audit import Audit
from lifepod.access.plans import Plan, in_safe_order
from lifepod.access.rules import MODES, Mode
from lifepod.errors import Undecided, WouldLockOut
from lifepod.owner.look import look
from lifepod.owner.share import Wish, apply, rehearse


@dataclass
class Carried:
    """What was carried out."""

    done: Counter[str] = field(default_factory=Counter)
    """Plans by verb; wishes that were refused or had nothing to do beside them."""
    cases: int = 0
    shifts: int = 0
    seconds: float = 0.0
    wrong: list[str] = field(default_factory=list)

    def line(self, stage: Stage, seed: int) -> str:
        """For the output."""
        plans = ", ".join(f"{count} {verb}" for verb, count in sorted(self.done.items()))
        return (
            f"{stage.dialect.value}: plans: {plans}; {self.shifts} answers moved, {self.cases} cases "
            f"knocked at afterwards, {len(self.wrong)} differences, seed {seed}, {self.seconds:.0f} s"
        )


async def carried_out(stage: Stage, seed: int, numbers: Iterable[int]) -> Carried:
    """One plan in each tree."""
    told, began = Carried(), time.monotonic()
    for number in numbers:
        await _one(stage, tree_of(seed, number, stage.dialect, tame=True), told)
    told.seconds = time.monotonic() - began
    return told


def wishes_for(tree: Tree, stage: Stage, base: str) -> Iterator[Wish]:
    """Grants, revokes and closings, somewhere in the tree; most trees have something to do for one of them."""
    dice = random.Random(f"wish/{tree.name}")
    for _ in range(5):
        verb = dice.choice(("grant", "revoke", "revoke", "private"))
        agent = stage.people[dice.choice(("acme", "bolt"))].webid if verb != "private" else ""
        modes = frozenset(MODES) if verb == "private" or dice.random() < 0.3 else _modes(dice)
        place = base + dice.choice(sorted(tree.places))
        yield Wish(verb, agent, place, modes, all_below=verb != "revoke" and dice.random() < 0.5)


def _modes(dice: random.Random) -> frozenset[Mode]:
    return frozenset(dice.sample(MODES, dice.choice((1, 1, 2, 3))))


async def _one(stage: Stage, tree: Tree, told: Carried) -> None:
    base = f"{stage.base}plans-{tree.name}/"
    await planted(stage, tree, base)
    before = after = Audit((await look(stage.owner, base)).survey)
    wish = None
    for wish in wishes_for(tree, stage, base):
        plan = await _foreseen(stage, wish)
        if plan is None or not plan.edits:
            told.done["refused" if plan is None else "nothing to do"] += 1
            continue
        await apply(stage.owner, plan)
        told.done[wish.verb] += 1
        told.shifts += sum(len(shift.places) for shift in plan.shifts)
        after = Audit(plan.forecast)
        break
    # Where every wish was refused, everything must be as it was.
    server, seen = await answered(stage, tree, base), {place.url for place in after.survey.places}
    told.cases += len(server)
    wrong = [judged(stage, after if base + c[1] in seen else before, base, c, server) for c in server]
    told.wrong += [f"{why}, after {wish}\n{tree.shown()}" for why in wrong if why][:1]


async def _foreseen(stage: Stage, wish: Wish) -> Plan | None:
    """The plan, in an order that can be written; ``None`` where it is refused."""
    try:
        plan = await rehearse(stage.owner, wish, unchecked=True)
        in_safe_order(plan)
    except (Undecided, WouldLockOut):
        return None
    return plan
