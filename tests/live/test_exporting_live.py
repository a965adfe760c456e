"""A journal taken out of one pod and into another on a real server, by commands alone."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from tests.live.conftest import HomeServer, entered
from tests.owner.signed import purchases, searches

from lifepod.cli import main
from lifepod.cli.home import make
from lifepod.cli.say import Voice
from lifepod.home.accounts import NewPod
from lifepod.owner.collect import Collected, Wanted, collect
from lifepod.owner.exporting import export
from lifepod.owner.records import Found, Sought, records
from lifepod.owner.settle import settle
from lifepod.owner.tending import delete, draft, plan_deletion, save
from lifepod.solid.pod import Pod

pytestmark = pytest.mark.live
TURTLE, PLACE = "text/turtle", "journal/purchases/from-acme/receipt%20(1).ttl"


def silent(doing: str, done: int, of: int) -> None:
    """Nobody watches."""


async def found(pod: Pod, text: str = "") -> list[Found]:
    return [one async for one in records(pod, Sought(text=text)) if isinstance(one, Found)]


async def journal(pod: Pod) -> dict[str, tuple[bytes, str]]:
    """Every file of the journal with its bytes and version."""
    held = {}
    async for listing in pod.walk(pod.storage + "journal/"):
        assert listing.failure is None
        for url, _ in listing.members:
            if not url.endswith("/"):
                reply = await pod.get(url)
                held[url.removeprefix(pod.storage)] = (reply.body, reply.etag or "")
    return held


def bytes_of(held: dict[str, tuple[bytes, str]]) -> dict[str, bytes]:
    return {path: body for path, (body, _) in held.items()}


async def old_pod(new: NewPod, exports: Path) -> None:
    """Three searches, two purchases; one deleted, one edited, and a vendor's receipt with things without names."""
    async with entered(new) as pod:
        await settle(pod)
        await collect(pod, Wanted((exports,)), silent)
        await delete(pod, plan_deletion(await found(pod, "green tea")))
        (lamp,) = await found(pod, "Lamp")
        before = await draft(pod, lamp.url)
        assert await save(pod, before, before.text.replace(b'"Lamp"', b'"A lamp for Ann"'))
        receipt = b"<#x> <https://schema.org/name> [ <https://schema.org/value> 'Tea' ]."
        await pod.write(pod.storage + PLACE, receipt, match=None)
        await pod.write(pod.storage + "journal/purchases/from-acme/scan.pdf", b"%PDF", match=None, content_type="a/pdf")


async def import_into(new: NewPod, *paths: Path, again: bool = False) -> Collected:
    async with entered(new) as pod:
        return await collect(pod, Wanted(paths, again=again), silent)


async def test_a_person_moves_to_another_pod_and_nothing_is_lost(home_server: HomeServer, tmp_path: Path) -> None:
    searches(tmp_path / "in", "red shoes", "green tea", "blue paint")
    purchases(tmp_path / "in", "Mug", "Lamp")
    old, new = home_server.new_pod("export-old"), home_server.new_pod("export-new")
    await old_pod(old, tmp_path / "in")
    async with entered(old) as pod:
        done = await export(pod, tmp_path / "out")
        assert done.left_out == ()
        wanted = bytes_of(await journal(pod))
    async with entered(new) as pod:
        await settle(pod)
    first = await import_into(new, tmp_path / "out")
    first.must_have_read()
    async with entered(new) as pod:
        after = await journal(pod)
        assert bytes_of(after) == wanted
        assert [one.what for one in await found(pod, "Ann")] == ["A lamp for Ann"]
        assert (await pod.nobody.send("GET", pod.storage + PLACE, {})).status == 401
    second = await import_into(new, tmp_path / "out")
    third = await import_into(new, tmp_path / "in", again=True)
    async with entered(new) as pod:
        assert await journal(pod) == after
    assert (first.written, second.written, second.run, second.put_back) == (4, 0, "", ())
    assert (third.written, third.deleted) == (0, 1)


Cli = Callable[..., Any]


@pytest.fixture
def cli(capsys: pytest.CaptureFixture[str]) -> Cli:
    """Runs a command line; the JSON it prints."""

    def run(*argv: str, code: int = 0) -> Any:
        capsys.readouterr()
        assert main.run([*argv, "--json"]) == code, capsys.readouterr()
        return json.loads(capsys.readouterr().out or "null")

    return run


def test_the_commands_say_what_they_did(home_server: HomeServer, tmp_path: Path, cli: Cli) -> None:
    searches(tmp_path / "in", "red shoes", "green tea")
    folder = home_server.running.folder
    make(Voice(), folder, ("exporting", "me"))
    out = str(tmp_path / "out")
    cli("import", str(tmp_path / "in"))
    assert cli("export", out, "--dry-run")["dry_run"] is True
    assert not Path(out).exists()
    done = cli("export", out)
    assert (done["records"], done["classes"], done["left_out"]) == (2, {"searches": 2}, [])
    (tmp_path / "full").mkdir()
    (tmp_path / "full" / "x").write_text("mine")
    cli("export", str(tmp_path / "full"), code=10)
    make(Voice(), folder, ("exporting-2", "other"))
    back = cli("--profile", "other", "import", out)
    assert (back["written"], back["classes"]) == (2, {"searches": 2})
    assert cli("--profile", "other", "import", out)["partitions"] == []
