"""The long run: `make oracle N=500`. As many random trees as you like, plans in them, and every place to die at.

Exit code 1 where a single answer differs; the seed is printed, and the smallest tree that shows the difference.
"""

from __future__ import annotations

import argparse
import asyncio
import sys
import tempfile
import time
from pathlib import Path

from tests.oracle.carried import carried_out
from tests.oracle.compare import BATCH, Tally, compared
from tests.oracle.killed import MOMENTS, survived
from tests.oracle.stage import Stage, served, staged

from lifepod.access.servers import Dialect


async def _verdicts(stage: Stage, seed: int, trees: int) -> list[str]:
    total = Tally()
    for first in range(0, trees, BATCH):
        total += await compared(stage, seed, range(first, min(first + BATCH, trees)))
        print(f"  {total.line(stage, seed)}", end="\r", file=sys.stderr, flush=True)
    print(total.line(stage, seed), flush=True)
    return total.wrong


async def _one(dialect: Dialect, wanted: argparse.Namespace) -> list[str]:
    with tempfile.TemporaryDirectory(prefix="oracle-") as folder, served(Path(folder) / "pod", dialect) as server:
        async with staged(server, dialect) as stage:
            wrong = await _verdicts(stage, wanted.seed, wanted.trees)
            carried = await carried_out(stage, wanted.seed, range(max(4, wanted.trees // 5)))
            print(carried.line(stage, wanted.seed), flush=True)
            if not wanted.no_kills:
                print((await survived(stage, MOMENTS)).line(stage), flush=True)
            return wrong + carried.wrong


def main() -> int:
    """Both languages, one after the other."""
    parser = argparse.ArgumentParser(prog="oracle", description=__doc__)
    parser.add_argument("--trees", type=int, default=100, help="random trees in each language")
    parser.add_argument("--seed", type=int, default=int(time.time()), help="the same seed gives the same trees")
    parser.add_argument("--only", choices=["wac", "acp"], help="one language alone")
    parser.add_argument("--no-kills", action="store_true", help="leave out the killed processes")
    wanted = parser.parse_args()
    wrong = []
    for dialect in (Dialect.WAC, Dialect.ACP):
        if wanted.only in (None, dialect.value):
            wrong += asyncio.run(_one(dialect, wanted))
    print("\n\n".join(wrong) or f"0 differences, seed {wanted.seed}")
    return 1 if wrong else 0


if __name__ == "__main__":
    raise SystemExit(main())
