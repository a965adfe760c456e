"""The time at which the letters of these tests are written: what the real clock tells must not decide about them."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
import time_machine
from tests.owner.letters import NOW


@pytest.fixture(autouse=True)
def that_day() -> Iterator[None]:
    """The clock of the machine stands at the time that the letters are written at; it goes on from there."""
    with time_machine.travel(NOW):
        yield
