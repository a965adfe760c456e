"""An import that is killed, and run again, on a real server: the same journal, to the byte, as one that never was."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from pathlib import Path
from random import Random

import pyoxigraph as ox
import pytest
from tests.live.conftest import HomeServer, entered

from lifepod.errors import Missing
from lifepod.home.accounts import NewPod
from lifepod.home.story_files import write_story
from lifepod.owner import logins
from lifepod.owner.look import look
from lifepod.owner.settle import settle
from lifepod.solid.pod import Pod

pytestmark = pytest.mark.live
SEED = 20260303
KILLS = 2
SCRIPT = Path(__file__).with_name("killed_import.py")


def imports(new: NewPod, name: str, folder: Path, limit: int) -> tuple[int, str]:
    """One import in a process of its own; its exit status and what it printed."""
    world = os.environ | {"LIFEPOD_PROFILE": name, "PYTHONPATH": os.pathsep.join(sys.path)}
    command = [sys.executable, str(SCRIPT), str(limit), str(folder)]
    done = subprocess.run(command, env=world, capture_output=True, text=True, timeout=120)
    assert done.returncode in (0, -signal.SIGKILL), done.stderr
    return done.returncode, done.stdout.strip()


async def contents(pod: Pod) -> dict[str, bytes]:
    """Every resource of the journal by its path, containers without a body."""
    found: dict[str, bytes] = {}
    async for listing in pod.walk(pod.url("journal/")):
        assert listing.failure is None
        found[listing.url.removeprefix(pod.storage)] = b""
        for url, _ in listing.members:
            if not url.endswith("/"):
                found[url.removeprefix(pod.storage)] = (await pod.get(url, accept="text/turtle")).body
    return found


async def indexed(pod: Pod) -> set[str]:
    """What the type index says, wherever the pod is."""
    url = pod.url("settings/privateTypeIndex.ttl")
    body = (await pod.get(url, accept="text/turtle")).body
    return {str(q).replace(pod.storage, "") for q in ox.parse(body, format=ox.RdfFormat.TURTLE, base_iri=url)}


async def runs(pod: Pod) -> dict[str, bool]:
    """Every run on record, and whether it is finished."""
    try:
        listing = await pod.list(pod.url("lifepod/imports/"))
    except Missing:
        return {}
    return {u.rsplit("/", 1)[-1]: b'"finished"' in (await pod.get(u)).body for u, _ in listing.members}


async def guarded(pod: Pod) -> set[str]:
    """Places with rules of their own."""
    ground = await look(pod, pod.storage)
    assert ground.survey.blind == ()
    return {url.removeprefix(pod.storage) for url in ground.documents}


async def test_killed_in_the_middle_and_run_again_the_journal_is_the_same_to_the_byte(
    home_server: HomeServer, tmp_path: Path
) -> None:
    write_story(tmp_path / "exports")
    random, pods = Random(SEED), [home_server.new_pod(f"import-{name}") for name in ("whole", "killed")]
    for name, new in zip(("whole", "killed"), pods, strict=True):
        login = logins.credentials(new.webid, new.issuer, new.client_id, new.client_secret)
        logins.add(name, login, new.pod, lambda line: None)
        async with entered(new) as pod:
            await settle(pod)
    status, printed = imports(pods[0], "whole", tmp_path / "exports", -1)
    assert status == 0
    total = int(printed)
    moments = sorted(random.sample(range(total // 4, total - 2), KILLS))
    async with entered(pods[1]) as pod:
        for moment in moments:
            status, _ = imports(pods[1], "killed", tmp_path / "exports", moment)
            assert status == -signal.SIGKILL, f"seed {SEED}: not killed after {moment} of {total} requests"
            assert not any((await runs(pod)).values()), f"seed {SEED}, killed after {moment}"
            if moment == moments[0]:
                partly = await contents(pod)
        assert imports(pods[1], "killed", tmp_path / "exports", -1)[0] == 0
        again = await contents(pod)
        async with entered(pods[0]) as reference:
            whole = await contents(reference)
            assert again == whole, f"seed {SEED}, killed after {moments}"
            assert partly.keys() < whole.keys()
            assert await indexed(pod) == await indexed(reference)
            assert await runs(pod) == await runs(reference) == dict.fromkeys(await runs(pod), True)
            assert len(await runs(pod)) == 1
            assert await guarded(pod) == await guarded(reference)
