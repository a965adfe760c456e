"""One real pod server for the whole run, installed once for all runs."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

import httpx2
import pytest
from tests.conftest import SERVER_DIR

from lifepod.home import accounts
from lifepod.home.accounts import NewPod
from lifepod.home.server import HomeFolder, RunningServer
from lifepod.solid.login import Credentials, sign_in
from lifepod.solid.pod import Pod
from lifepod.solid.send import Sender


@dataclass(frozen=True, slots=True)
class HomeServer:
    """A Community Solid Server of this run's own."""

    running: RunningServer

    @property
    def base_url(self) -> str:
        """Where it answers."""
        return self.running.base_url

    def new_pod(self, name: str) -> NewPod:
        """An account with a pod, a WebID and a client credential; each name once a run."""
        return accounts.add(self.base_url, name)


@asynccontextmanager
async def entered(new: NewPod, through: httpx2.AsyncBaseTransport | None = None) -> AsyncIterator[Pod]:
    """Somebody's pod, reached with their own login."""
    login = Credentials(new.webid, new.issuer, new.client_id, new.client_secret)
    client = await sign_in(login, transport=through)
    nobody = Sender.anonymous(new.pod, through)
    async with Pod(Sender(client), nobody=nobody, webid=new.webid, storage=new.pod) as pod:
        yield pod


@pytest.fixture(scope="session")
def home_server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[HomeServer]:
    """The server that the tests share; it ends with the run, however the run ends."""
    folder = HomeFolder.at(tmp_path_factory.mktemp("home") / "pod")
    with pytest.MonkeyPatch.context() as world:
        world.setenv("LIFEPOD_CSS_DIR", SERVER_DIR)
        server = RunningServer.start(folder)
    with server:
        yield HomeServer(server)


@pytest.fixture
def a_folder(tmp_path: Path) -> Iterator[Callable[[], HomeFolder]]:
    """Makes folders whose servers are stopped when the test is over, whatever it came to."""
    from lifepod.home import supervisor

    made: list[HomeFolder] = []

    def make() -> HomeFolder:
        made.append(HomeFolder.at(tmp_path / f"pod{len(made)}"))
        return made[-1]

    yield make
    for folder in made:
        supervisor.down(folder)
