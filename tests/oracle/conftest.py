"""Both servers with their visitors, started once for all tests here."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest
from tests.conftest import SERVER_DIR
from tests.oracle.stage import Stage, served, staged

from lifepod.access.servers import Dialect


@pytest.fixture(scope="session", params=[Dialect.WAC, Dialect.ACP], ids=["wac", "acp"])
async def stage(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Stage]:
    """A real server of each language; all tests of one language run before the other starts."""
    with pytest.MonkeyPatch.context() as world:
        world.setenv("LIFEPOD_CSS_DIR", SERVER_DIR)
        with served(tmp_path_factory.mktemp("oracle") / "pod", request.param) as server:
            async with staged(server, request.param) as ready:
                yield ready
