"""What a large survey costs, measured in a process of its own: ``keep FILE``, ``audit FILE``, ``plan``; JSON out.

It refuses to count the making of the survey as work of the product.
"""

from __future__ import annotations

import gc
import json
import resource
import sys
import time
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import TypeVar

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

from tests.access.large import EVERY, FULL, Shape, agent, documents_of, large_survey

from lifepod.access.audit import Audit
from lifepod.access.change import plan
from lifepod.access.plans import Ground, Wish
from lifepod.access.risks import risks
from lifepod.access.survey import from_json, to_json

T = TypeVar("T")
SMALL = Shape(5_000, 250, 50, containers=60)


def _timed(work: Callable[[], T]) -> tuple[float, T]:
    began = time.perf_counter()
    result = work()
    return time.perf_counter() - began, result


def _best(work: Callable[[], object]) -> float:
    return min(_timed(work)[0] for _ in range(5))


def audit(kept: Path) -> dict[str, float]:
    """Load, everything for everyone, risks; then single questions to what is loaded."""
    text = kept.read_bytes()

    def full() -> Audit:
        found = Audit(from_json(text))
        assert found.who_below(found.survey.root)
        assert risks(found)
        return found

    whole, found = _timed(full)
    memory = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024  # MB on Linux
    deep = found.survey.places[-1].url
    month = deep[: deep.rfind("/") + 1]
    # The slowest question, each at the best of five: what else the machine does is not ours.
    sees = max(_best(partial(found.sees, who)) for who in (agent(3), "public", found.survey.owner))
    who = max(_best(partial(found.who_below, url)) for url in (deep, month))
    floor, _ = _timed(lambda: json.loads(text))
    return {"full": whole, "memory": memory, "sees": sees, "who": who, "floor": floor}


def planning(shape: Shape) -> dict[str, float]:
    """Revoke everywhere; the floor looks once into every access document for the agent."""
    survey = large_survey(shape)
    ground = Ground(survey, documents_of(survey))
    gc.collect()
    seconds, found = _timed(lambda: plan(ground, Wish("revoke", agent(3), survey.storage, EVERY, everywhere=True)))
    floor, _ = _timed(lambda: [any(str(o) == agent(3) for o in d.graph.objects()) for d in ground.documents.values()])
    return {"seconds": seconds, "edits": len(found.edits), "floor": floor}


def main(verb: str, *rest: str) -> None:
    """One figure or several."""
    shape = SMALL if "short" in rest else FULL
    if verb == "keep":
        Path(rest[0]).write_text(to_json(large_survey(shape)))
    else:
        print(json.dumps(audit(Path(rest[0])) if verb == "audit" else planning(shape)))


if __name__ == "__main__":
    main(*sys.argv[1:])
