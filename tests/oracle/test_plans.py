"""What a plan foresees for everyone is what everyone finds."""

from __future__ import annotations

import pytest
from tests.oracle.carried import carried_out
from tests.oracle.stage import Stage

pytestmark = pytest.mark.live
SEED, TREES = 7, 12


async def test_after_a_plan_everyone_finds_what_it_foresaw(stage: Stage, capsys: pytest.CaptureFixture[str]) -> None:
    """P1 to P5, on the real server."""
    told = await carried_out(stage, SEED, range(TREES))
    with capsys.disabled():
        print(f"\n{told.line(stage, SEED)}", flush=True)
    assert not told.wrong, "\n\n".join(told.wrong)
    carried = [told.done[verb] for verb in ("grant", "revoke", "private")]
    assert min(carried) >= 1
    assert sum(carried) >= TREES * 0.7
    assert told.shifts >= TREES
