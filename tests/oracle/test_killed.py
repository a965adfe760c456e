"""A process that is killed (-9) in the middle of a change leaves the pod as it was or as it was to be."""

from __future__ import annotations

import pytest
from tests.oracle.killed import some_moments, survived
from tests.oracle.stage import Stage

pytestmark = pytest.mark.live
SEED = 3


async def test_a_revoke_that_is_killed_is_finished_or_rolled_back_by_the_next_command(
    stage: Stage, capsys: pytest.CaptureFixture[str]
) -> None:
    """access §9; every place to die at is tried by `make oracle`."""
    told = await survived(stage, some_moments(SEED, 3))
    with capsys.disabled():
        print(f"\n{told.line(stage)}", flush=True)
    assert sum(told.ends.values()) == 3
    assert set(told.ends) == {"old", "new"}
