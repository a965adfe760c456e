"""Our verdicts against the server's answers, tree by tree; and a tree made small where they differ.

A case is one visitor, place and mode. An answer *unknown* counts as right only where the tree holds what cannot be
known; a difference that is the server's own is counted apart, by the sentence of the specification it leaves.
"""

from __future__ import annotations

import asyncio
import random
import time
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field

from tests.oracle.stage import VISITORS, Stage, told_by
from tests.oracle.trees import Tree, tree_of

from lifepod.access.audit import Audit
from lifepod.access.rules import MODES, Answer, Kind, Mode
from lifepod.owner.look import look

Case = tuple[str, str, Mode]
"""Visitor, path in the tree, mode."""
BATCH = 10
"""Trees that one look surveys."""
TRIES = 120
"""Trees that are planted at most to make one small."""

OWNER_OVERRIDE = "owner reads control documents without a rule"
"""Community Solid Server's own: it lets whoever owns a pod read and write every control document in it
(OwnerPermissionReader). In WAC 1.0 that is what ``acl:Control`` is for – "Allows read/write access to the ACL for the
resource(s)", says its ontology – and access is given only by an Authorization that matches
(https://solidproject.org/TR/wac#authorization-evaluation); in ACP 0.9 only by a satisfied policy
(https://solidproject.org/TR/acp#granted-access-modes). Our verdict is what the rules say."""


@dataclass
class Tally:
    """What was compared."""

    trees: int = 0
    cases: int = 0
    yes: int = 0
    unknown: int = 0
    deletions: int = 0
    requests: int = 0
    seconds: float = 0.0
    pinned: Counter[str] = field(default_factory=Counter)
    wrong: list[str] = field(default_factory=list)

    def __add__(self, other: Tally) -> Tally:
        """Both together."""
        both = Tally(pinned=self.pinned + other.pinned, wrong=self.wrong + other.wrong)
        for name in ("trees", "cases", "yes", "unknown", "deletions", "requests", "seconds"):
            setattr(both, name, getattr(self, name) + getattr(other, name))
        return both

    def line(self, stage: Stage, seed: int) -> str:
        """For the output."""
        pinned = "".join(f", {count} times {what}" for what, count in sorted(self.pinned.items()))
        return (
            f"{stage.dialect.value}: {self.cases} cases ({self.yes} yes, {self.unknown} unknown) and {self.deletions} "
            f"deletions over {self.trees} trees, {len(self.wrong)} differences, seed {seed}, {self.requests} requests, "
            f"{self.seconds:.0f} s{pinned}"
        )


async def compared(stage: Stage, seed: int, numbers: Iterable[int]) -> Tally:
    """Plant, knock and compare; every difference is shown with the smallest tree that has it."""
    tally, began, sent = Tally(), time.monotonic(), _requests(stage)
    trees = [tree_of(seed, number, stage.dialect) for number in numbers]
    for first in range(0, len(trees), BATCH):
        await _batch(stage, trees[first : first + BATCH], tally)
    tally.seconds, tally.requests = time.monotonic() - began, _requests(stage) - sent
    return tally


def _requests(stage: Stage) -> int:
    return sum(pod.requests for pod in stage.pods.values())


async def _batch(stage: Stage, trees: list[Tree], tally: Tally) -> None:
    bed = f"{stage.base}{trees[0].name}/"
    bases = {tree: f"{bed}{number}/" for number, tree in enumerate(trees)}
    await asyncio.gather(*(planted(stage, tree, base) for tree, base in bases.items()))
    audit = Audit((await look(stage.owner, bed)).survey)
    said = await asyncio.gather(*(answered(stage, tree, base) for tree, base in bases.items()))
    for tree, server in zip(trees, said, strict=True):
        tally.trees += 1
        found = {case: why for case in server if (why := judged(stage, audit, bases[tree], case, server, tally))}
        for case, why in list(found.items())[:1]:
            tally.wrong.append(f"{why}\n{(await shrunk(stage, tree, case)).shown()}")
        if not found:
            await _deleted(stage, tree, (audit, bases[tree]), tally)


async def planted(stage: Stage, tree: Tree, base: str) -> None:
    """Places first, rules after, from below upwards: where rules shut the owner out nothing more is to be made."""
    for path in sorted(tree.places):
        await stage.plant(base + path)
    for path in sorted(tree.places, reverse=True):
        control = tree.control(path, base)
        if control is not None:
            await stage.rule(base + path, stage.live(control))


async def answered(stage: Stage, tree: Tree, base: str) -> dict[Case, bool]:
    """What the server lets everyone do in a tree."""
    dice = random.Random(tree.name)
    knocks = [(name, path, dice.random() < 0.35) for path in tree.places for name in VISITORS]
    told = await asyncio.gather(*(_modes(stage, name, base + path, real=real) for name, path, real in knocks))
    return {(name, path, m): m in modes for (name, path, _), modes in zip(knocks, told, strict=True) for m in MODES}


async def _modes(stage: Stage, name: str, url: str, *, real: bool) -> frozenset[Mode]:
    """All modes one visitor has: by doing each, or (WAC) by what the server says of itself where it may be read."""
    reply = await stage.knock(name, "GET", url, Accept="text/turtle")
    reads = stage.is_yes(name, reply, f"{name} reads {url}")
    told = told_by(reply).get("public" if name == "nobody" else "user") if reads else None
    if told is not None and not real:
        return told
    rest = [mode for mode in MODES if mode is not Mode.READ]
    answers = await asyncio.gather(*(stage.may(name, url, mode) for mode in rest))
    modes = frozenset([mode for mode, yes in zip(rest, answers, strict=True) if yes] + [Mode.READ] * reads)
    # What the server tells leaves its override of the owner out (OWNER_OVERRIDE); the deed shows it.
    deeds = modes - {Mode.CONTROL} if name == "owner" and told is not None and Mode.CONTROL not in told else modes
    assert told is None or told == deeds, f"{url} tells {name} {sorted(told)}, and lets {sorted(modes)}"
    return modes


def judged(
    stage: Stage, audit: Audit, base: str, case: Case, server: dict[Case, bool], tally: Tally | None = None
) -> str:
    """What is wrong with our verdict on a case; empty where it is right."""
    name, path, mode = case
    ours, theirs, url = audit.verdict(base + path, stage.visitor(name), mode), server[case], base + path
    counts = tally or Tally()
    counts.cases += 1
    counts.yes += theirs
    if ours.answer is Answer.UNKNOWN:
        counts.unknown += 1
        return "" if _cannot_know(audit, url, base, server) else f"{case}: unknown without a reason, server: {theirs}"
    if (ours.answer is Answer.YES) is theirs:
        return ""
    if name == "owner" and mode is Mode.CONTROL and theirs:
        counts.pinned[OWNER_OVERRIDE] += 1
        return ""
    return f"{case}: we say {ours.answer.word}, the server says {'yes' if theirs else 'no'}"


def _cannot_know(audit: Audit, url: str, base: str, server: dict[Case, bool]) -> bool:
    """Whether the tree holds what nobody can see: an unlisted container, a group that is private, a stray entry."""
    rules = audit.basis(url).rules
    unread = any(w.kind is Kind.GROUP and audit.groups.get(w.iri) is None for r in rules for w in r.audience)
    stray = any("an entry for another place" in rule.notes for rule in rules)
    path = url[len(base) :]
    above = [p for (name, p, mode), yes in server.items() if name == "owner" and mode is Mode.READ and not yes]
    unlisted = any(p != path and path.startswith(p) and (not p or p.endswith("/")) for p in above)
    return unread or stray or unlisted


async def _deleted(stage: Stage, tree: Tree, known: tuple[Audit, str], tally: Tally) -> None:
    """Last of all, one document goes: only for those with Write on it and on its container."""
    audit, base = known
    path = next((p for p in sorted(tree.places, reverse=True) if p and not p.endswith("/")), None)
    if path is None:
        return
    above = base + path[: path.rfind("/") + 1]
    both = {
        name: min(audit.verdict(url, stage.visitor(name), Mode.WRITE).answer for url in (base + path, above))
        for name in VISITORS
    }
    for name in sorted(VISITORS, key=lambda n: both[n]):
        if both[name] is Answer.UNKNOWN:
            continue
        reply = await stage.knock(name, "DELETE", base + path)
        tally.deletions += 1
        if stage.is_yes(name, reply, f"{name} deletes") is not (both[name] is Answer.YES):
            tally.wrong.append(f"DELETE {path} by {name}: {both[name].word} foreseen, {reply.status}\n{tree.shown()}")
        if both[name] is Answer.YES:
            return


async def shrunk(stage: Stage, tree: Tree, case: Case) -> Tree:
    """The smallest tree, one thing taken away at a time, on which we still disagree with the server about the case."""
    name, path, mode = case
    number = 0
    while number < TRIES:
        for smaller in tree.smaller():
            number += 1
            base = f"{stage.base}shrink-{tree.name}-{mode.value}/{name}{number}/"
            if path in smaller.places and await _differs(stage, smaller, base, case):
                tree = smaller
                break
        else:
            return tree
    return tree


async def _differs(stage: Stage, tree: Tree, base: str, case: Case) -> bool:
    await planted(stage, tree, base)
    audit = Audit((await look(stage.owner, base)).survey)
    containers = [p for p in tree.places if not p or p.endswith("/")]
    server = {("owner", p, Mode.READ): await stage.may("owner", base + p, Mode.READ) for p in containers}
    server[case] = await stage.may(case[0], base + case[1], case[2])
    return bool(judged(stage, audit, base, case, server))
