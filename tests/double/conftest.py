"""A fresh double for each test, and who knocks at it."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from tests.double.caller import ACME, Caller
from tests.double.pod_double import PodDouble


@pytest.fixture
def double() -> PodDouble:
    return PodDouble()


@pytest.fixture
async def owner(double: PodDouble) -> Caller:
    caller = Caller(double)
    await caller.sign_in(double.owner)
    return caller


@pytest.fixture
async def acme(double: PodDouble) -> Caller:
    caller = Caller(double)
    await caller.sign_in(ACME)
    return caller


@pytest.fixture
def nobody(double: PodDouble) -> Iterator[Caller]:
    yield Caller(double)
