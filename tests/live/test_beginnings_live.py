"""The ways to begin as the screen has them: real servers, really stopped, in processes of their own."""

from __future__ import annotations

import asyncio
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from lifepod.cli.beginnings import beginnings
from lifepod.errors import LifepodError, NotReady
from lifepod.home import supervisor
from lifepod.home.install import data_root
from lifepod.home.port import is_used
from lifepod.home.server import HomeFolder, is_held
from lifepod.owner import logins
from lifepod.owner.desk import Desk

pytestmark = pytest.mark.live


@pytest.fixture(name="home")
def _home() -> Iterator[HomeFolder]:
    """The person's own folder, whose server is stopped at the end."""
    folder = HomeFolder.at()
    yield folder
    supervisor.down(folder)


async def test_a_pod_at_home_in_one_step(home: HomeFolder) -> None:
    heard: list[str] = []
    begun = await beginnings().at_home("me", heard.append)
    assert begun.login == "me"
    assert f"starting the pod server at {home.base_url}" in heard
    assert any("keyring" in line for line in begun.warnings), "where the secret lies was not said"
    (profile,) = logins.every()
    assert profile.storage == f"{home.base_url}me/"
    assert profile.is_default
    async with Desk.open(begun.login) as desk:
        assert (await desk.survey()).survey.storage == profile.storage
    await begun.close()
    assert supervisor.status(home).running, "the pod at home goes on without the screen"

    with pytest.raises(LifepodError, match="A login called me exists already") as caught:
        await beginnings().at_home("me", heard.append)
    assert "lifepod logout --profile me" in caught.value.advice


async def test_the_demo_lasts_as_long_as_it_is_held() -> None:
    heard: list[str] = []
    begun = await beginnings().demo(heard.append)
    folder = HomeFolder.named("demo")
    assert begun.login == "demo-sam"
    assert any(line.startswith("imported purchases") for line in heard)
    assert is_held(folder)
    async with Desk.open(begun.login) as desk:
        assert (await desk.survey()).agents
    await begun.close()
    assert not is_held(folder)
    assert not is_used(folder.port)
    await begun.close()  # once more harms nothing


async def test_a_demo_that_is_stopped_leaves_no_server() -> None:
    heard: list[str] = []
    begins = asyncio.ensure_future(beginnings().demo(heard.append))
    while not any("making a pod" in line for line in heard):
        assert not begins.done(), heard
        await asyncio.sleep(0.05)
    folder = HomeFolder.named("demo")
    assert is_held(folder)
    begins.cancel()
    with pytest.raises(asyncio.CancelledError):
        await begins
    assert not is_held(folder)
    assert not is_used(folder.port)


def test_a_demo_whose_holder_was_killed_ends_by_itself(tmp_path: Path) -> None:
    code = (
        "import asyncio, os\n"
        "from lifepod.cli.beginnings import beginnings\n"
        "async def main():\n"
        "    await beginnings().demo(lambda line: None)\n"
        "    os.kill(os.getpid(), 9)\n"
        "asyncio.run(main())\n"
    )
    assert subprocess.run([sys.executable, "-c", code]).returncode == -9
    folder = HomeFolder.named("demo")

    async def ended() -> None:
        async with asyncio.timeout(30):
            while is_held(folder):
                await asyncio.sleep(0.05)

    asyncio.run(ended())


async def test_what_stands_in_the_way_is_told_with_its_advice() -> None:
    place = data_root() / "home"
    place.mkdir(parents=True)
    (place / "mine.txt").write_text("not lifepod's")
    with pytest.raises(NotReady, match="holds something that lifepod did not make") as caught:
        await beginnings().at_home("me", lambda line: None)
    assert "--data" in caught.value.advice
    assert logins.every() == ()
