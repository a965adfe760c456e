"""Each server with its people, started once for all questions; one at a time, but for the one that NSS logs in at."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator

import pytest
from tests.conftest import SERVER_DIR
from tests.interop.stage import Kind, Stage, css, staged

from lifepod.home.server import RunningServer


@pytest.fixture(scope="session", autouse=True)
def _installed_where() -> Iterator[None]:
    """Servers are started before the first test has its own world."""
    with pytest.MonkeyPatch.context() as world:
        world.setenv("LIFEPOD_CSS_DIR", SERVER_DIR)
        yield


@pytest.fixture(scope="session")
def _wac_server(_installed_where: None, tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningServer]:
    with css(tmp_path_factory.mktemp("interop")) as server:
        yield server


@pytest.fixture(scope="session", params=[Kind.NSS, Kind.JSS], ids=str)
async def stage(request: pytest.FixtureRequest, _installed_where: None) -> AsyncIterator[Stage]:
    """The two servers that no other test asks; `make interop` asks all four. One after the other."""
    shared = request.param in (Kind.CSS_WAC, Kind.NSS)
    async with staged(request.param, request.getfixturevalue("_wac_server") if shared else None) as ready:
        yield ready
