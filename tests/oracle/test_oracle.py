"""The server is the oracle: in random trees our verdict is what the server really does, for everyone and every mode."""

from __future__ import annotations

import pytest
from tests.oracle.compare import compared
from tests.oracle.stage import Stage

pytestmark = pytest.mark.live
SEED, TREES = 20261125, 50


async def test_the_server_does_what_we_say_it_does(stage: Stage, capsys: pytest.CaptureFixture[str]) -> None:
    """access §14.1."""
    tally = await compared(stage, SEED, range(TREES))
    with capsys.disabled():
        print(f"\n{tally.line(stage, SEED)}", flush=True)
    assert not tally.wrong, "\n\n".join(tally.wrong)
    assert tally.trees >= 50
    assert tally.cases >= 2000
    assert tally.unknown <= tally.cases * 0.15
    assert tally.cases * 0.1 <= tally.yes <= tally.cases * 0.9
    assert tally.deletions >= 50
