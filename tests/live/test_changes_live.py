"""Changes of access against the real server, in both languages: suspend, resume, undo, private, everywhere, guard.

Each is followed by real requests of the vendor with its own login.
"""

from __future__ import annotations

import json
import os
import shutil
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from tests.conftest import SERVER_DIR
from tests.owner.signed import purchases, searches

from lifepod.cli import main
from lifepod.cli.home import make
from lifepod.cli.say import Voice
from lifepod.home.server import HomeFolder, RunningServer

pytestmark = pytest.mark.live
PURCHASES, SEARCHES = "journal/purchases/", "journal/searches/"
FILE = PURCHASES + "amazon-de/2025.ttl"


@dataclass(frozen=True, slots=True)
class World:
    """A pod with a journal, two vendors, and the folder that remembers their logins."""

    top: Path
    pod: str


@pytest.fixture(scope="module", params=["wac", "acp"])
def world(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    top = tmp_path_factory.mktemp(request.param)
    with pytest.MonkeyPatch.context() as settings:
        settings.setenv("LIFEPOD_DIR", str(top / "logins"))
        settings.setenv("LIFEPOD_CSS_DIR", SERVER_DIR)
        settings.setenv("PYTHON_KEYRING_BACKEND", "keyring.backends.fail.Keyring")
        server = RunningServer.start(HomeFolder.at(top / "home", acp=request.param == "acp"))
        with server:
            pods = [make(Voice(), server.folder, (name, name))[0].pod for name in ("me", "acme", "bolt")]
            # Two classes of one month are enough, and each command looks at all there is.
            searches(top / "exports", "red shoes")
            purchases(top / "exports", "Mug")
            assert main.run(["import", str(top / "exports"), "--json"]) == 0
            yield World(top / "logins", pods[0])


Cli = Callable[..., Any]


@pytest.fixture
def cli(world: World, capsys: pytest.CaptureFixture[str]) -> Cli:
    """Runs a command line and gives back its JSON; the logins are those of the module."""
    shutil.copytree(world.top, os.environ["LIFEPOD_DIR"], dirs_exist_ok=True)

    def run(*argv: str, code: int = 0) -> Any:
        capsys.readouterr()
        assert main.run([*argv, "--json"]) == code, capsys.readouterr()
        out = capsys.readouterr().out
        return json.loads(out.splitlines()[-1]) if out else None

    return run


@pytest.fixture
def knock(world: World) -> Callable[..., int]:
    """The status the server gives a vendor, or nobody, for a plain read."""
    import asyncio

    import httpx2

    from lifepod.vendor.desk import VendorDesk

    async def ask(name: str, path: str) -> int:
        if name == "nobody":
            async with httpx2.AsyncClient() as client:
                return (await client.get(world.pod + path)).status_code
        async with VendorDesk.open(name) as desk:
            return await desk.knock(world.pod + path)

    return lambda name, path=PURCHASES: asyncio.run(ask(name, path))


def test_suspend_remembers_and_resume_gives_back_exactly_that(cli: Cli, knock: Callable[..., int]) -> None:
    cli("grant", "acme", PURCHASES, "--read", "--append", "--until", "2999-01-01")
    cli("grant", "bolt", PURCHASES, "--read")
    assert (knock("acme"), knock("bolt")) == (200, 200)
    suspended = cli("suspend", "acme", PURCHASES)
    assert set(suspended["now"].values()) == {"no"}
    assert (knock("acme"), knock("bolt")) == (403, 200)
    assert cli("guard")["findings"] == []
    resumed = cli("resume", "acme", PURCHASES)
    assert resumed["now"] == {"read": "yes", "append": "yes", "write": "no", "control": "no"}
    assert knock("acme") == 200
    last = cli("changes")[-1]
    assert (last["verb"], last["until"], last["state"]) == ("resume", "2999-01-01", "finished")
    cli("resume", "acme", PURCHASES, code=5)
    cli("revoke", "acme", PURCHASES)
    cli("revoke", "bolt", PURCHASES)
    assert (knock("acme"), knock("bolt")) == (403, 403)


def test_undo_takes_back_a_grant_and_then_nothing_is_left_of_it(cli: Cli, knock: Callable[..., int]) -> None:
    before = entries_of(cli)
    cli("grant", "acme", SEARCHES, "--read", "--why", "a trial")
    assert knock("acme", SEARCHES) == 200
    undone = cli("undo")
    assert undone["plan"]["changes"][0]["after"] == "no"
    assert knock("acme", SEARCHES) == 403
    assert entries_of(cli) == before
    log = cli("changes")
    assert (log[-1]["verb"], log[-1]["undoes"], log[-2]["why"]) == ("undo", log[-2]["name"], "a trial")


def entries_of(cli: Cli) -> list[dict[str, Any]]:
    """Who sees what everywhere but in the change log, which grows."""
    entries = cli("who", "--all")["entries"]
    return [{k: v for k, v in e.items() if k != "via"} for e in entries if "/lifepod/access/" not in e["place"]]


def test_undo_takes_back_a_revoke(cli: Cli, knock: Callable[..., int]) -> None:
    cli("grant", "acme", SEARCHES, "--read")
    cli("revoke", "acme", SEARCHES)
    assert knock("acme", SEARCHES) == 403
    cli("undo")
    assert knock("acme", SEARCHES) == 200
    cli("revoke", "acme", SEARCHES)


def test_revoke_everywhere_closes_every_path_and_names_what_stays(cli: Cli, knock: Callable[..., int]) -> None:
    cli("grant", "acme", "journal/", "--read")
    cli("grant", "acme", FILE, "--read", "--write")
    cli("grant", "bolt", FILE, "--read")
    cli("grant", "acme", "inbox/", "--read")
    reached = [e["place"] for e in cli("sees", "acme")["entries"] if e["read"] == "yes" and e["audience"] != "public"]
    assert reached
    done = cli("revoke", "acme", "--everywhere")
    assert done["applied"]
    assert [o["through"] for o in done["plan"]["still_open"]]
    assert {o["through"] for o in done["plan"]["still_open"]} <= {"public", "signed-in"}
    for path in ("journal/", PURCHASES, FILE, "inbox/"):
        assert knock("acme", path) == 403, path
    assert knock("bolt", FILE) == 200
    seen = {e["audience"] for e in cli("sees", "acme")["entries"]}
    assert seen <= {"public", "signed-in"}
    assert cli("revoke", "acme", "--everywhere")["plan"]["edits"] == []
    cli("revoke", "bolt", "--everywhere")


def test_one_child_of_an_open_container_can_be_closed(cli: Cli, knock: Callable[..., int]) -> None:
    cli("grant", "acme", PURCHASES, "--read")
    cli("revoke", "acme", FILE)
    assert (knock("acme", FILE), knock("acme")) == (403, 200)
    cli("grant", "acme", FILE, "--read")
    assert knock("acme", FILE) == 200
    cli("revoke", "acme", "--everywhere")


def test_private_keeps_a_place_for_the_owner_alone(cli: Cli, knock: Callable[..., int]) -> None:
    cli("grant", "acme", SEARCHES, "--read")
    cli("grant", "bolt", SEARCHES, "--append")
    made = cli("private", SEARCHES)
    assert {c["after"] for c in made["plan"]["changes"]} == {"no"}
    assert (knock("acme", SEARCHES), knock("nobody", SEARCHES)) == (403, 401)
    assert [e["audience"].split("/")[3] for e in cli("who", SEARCHES)["entries"]] == ["me"]
    assert cli("private", "README", "--all-below")["applied"]
    assert knock("nobody", "README") == 401
    cli("undo")
    assert knock("nobody", "README") == 200


def test_the_guard_closes_what_has_ended(cli: Cli, knock: Callable[..., int]) -> None:
    cli("grant", "acme", SEARCHES, "--read", "--until", (datetime.now(UTC) + timedelta(hours=1)).isoformat())
    assert cli("guard")["closed"] == []
    cli("revoke", "acme", SEARCHES)
    end = datetime.now(UTC) + timedelta(seconds=5)
    cli("grant", "acme", SEARCHES, "--read", "--until", end.isoformat())
    while datetime.now(UTC) < end + timedelta(seconds=1):
        time.sleep(0.1)
    assert [f["kind"] for f in cli("guard", "--dry-run", code=18)["findings"]] == ["ended"]
    assert knock("acme", SEARCHES) == 200
    assert [f["kind"] for f in cli("guard")["closed"]] == ["ended"]
    assert knock("acme", SEARCHES) == 403
    assert cli("changes")[-1]["why"] == "its end had come"
    assert cli("guard")["findings"] == []


@pytest.mark.parametrize("end", ["2001-01-01", "tomorrow", "2026-13-01"])
def test_an_end_that_is_none_is_wrong_use(end: str, cli: Cli) -> None:
    cli("grant", "acme", SEARCHES, "--read", "--until", end, code=2)
