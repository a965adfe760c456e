"""Logging in through a real browser at a real login server, in other processes as a person does it."""

from __future__ import annotations

import asyncio
import json
import logging
import os
import select
import shutil
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

import httpx2
import pytest
from tests.live import chromium
from tests.live.chromium import Account, Chromium, Ended
from tests.live.conftest import HomeServer

from lifepod.home.accounts import NewPod
from lifepod.solid.dirs import state_dir
from lifepod.solid.entry import Talk, log_in
from lifepod.solid.keyring import FileStore
from lifepod.solid.remembered import choose
from lifepod.solid.session import open_pod, remember

pytestmark = pytest.mark.live
SECONDS = 60.0


@dataclass(frozen=True, slots=True)
class Said:
    """What one command line answered."""

    code: int
    out: str
    err: str

    @property
    def value(self) -> Any:
        """Its JSON."""
        return json.loads(self.out.splitlines()[-1])


@contextmanager
def begun(*argv: str) -> Iterator[subprocess.Popen[str]]:
    """A command in a process of its own, which is over at the end."""
    command = [sys.executable, "-m", "lifepod", *argv]
    pipe = subprocess.PIPE
    with subprocess.Popen(command, stdin=pipe, stdout=pipe, stderr=pipe, text=True) as process:
        try:
            yield process
        finally:
            if process.poll() is None:
                process.kill()


def ended(process: subprocess.Popen[str], told: str = "") -> Said:
    out, err = process.communicate(told, timeout=SECONDS)
    assert "Traceback" not in err
    return Said(process.returncode, out, err)


def cli(*argv: str) -> Said:
    with begun(*argv) as process:
        return ended(process)


def address_of(process: subprocess.Popen[str]) -> str:
    """The address that the command shows."""
    assert process.stderr is not None
    for line in process.stderr:
        if line.startswith("  http"):
            return line.strip()
    raise AssertionError("no address was shown")


@pytest.fixture(scope="module", name="browser")
def _browser() -> Iterator[Chromium]:
    with chromium.running() as browser:
        yield browser


@pytest.fixture(scope="module", name="alice")
def _alice(home_server: HomeServer) -> NewPod:
    return home_server.new_pod("browser-alice")


def account(new: NewPod, *, agrees: bool = True) -> Account:
    return Account(new.email, new.account_password, new.webid, agrees)


def logs_in(browser: Chromium, who: Account, *argv: str) -> tuple[Said, Ended]:
    """``lifepod login``, the address opened in the browser, and what both came to."""
    with begun("login", *argv, "--no-browser", "--json") as process:
        seen = browser.logs_in(address_of(process), who).result(SECONDS)
        return ended(process), seen


@pytest.fixture(scope="module", name="made")
def _made(browser: Chromium, alice: NewPod, tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Said, Ended]:
    """A login as ``x``, made once with the login server's address."""
    top = tmp_path_factory.mktemp("logins")
    with pytest.MonkeyPatch.context() as world:
        world.setenv("LIFEPOD_DIR", str(top))
        world.setenv("PYTHON_KEYRING_BACKEND", "keyring.backends.fail.Keyring")
        return top, *logs_in(browser, account(alice), alice.issuer, "--name", "x")


@pytest.fixture(name="login")
def _login(made: tuple[Path, Said, Ended]) -> None:
    """This test's own copy of it."""
    shutil.copytree(made[0], os.environ["LIFEPOD_DIR"], dirs_exist_ok=True)


def secret() -> dict[str, Any]:
    """The one login that is kept."""
    (text,) = json.loads((state_dir() / "logins.json").read_text()).values()
    found: dict[str, Any] = json.loads(text)
    return found


def token_is_over() -> None:
    """As if the kept access token had ended meanwhile."""
    path = state_dir() / "logins.json"
    kept = {name: json.dumps(json.loads(text) | {"ends": 1.0}) for name, text in json.loads(path.read_text()).items()}
    path.write_text(json.dumps(kept))
    path.chmod(0o600)


def test_a_person_logs_in_at_a_login_server(made: tuple[Path, Said, Ended], alice: NewPod) -> None:
    _, said, _ = made
    assert said.code == 0, said.err
    assert said.value == {
        "name": "x", "webid": alice.webid, "pod": alice.pod, "issuer": alice.issuer, "default": True,
    }  # fmt: skip


def test_the_page_at_the_end_shows_nothing_of_the_answer(made: tuple[Path, Said, Ended]) -> None:
    *_, seen = made
    assert "Your answer has arrived" in seen.said
    for values in parse_qs(urlsplit(seen.address).query).values():
        assert values[0] not in seen.said


def test_the_login_reads_and_writes_the_pod(login: None, alice: NewPod, tmp_path: Path) -> None:
    assert cli("whoami", "--profile", "x", "--json").value["webid"] == alice.webid
    (tmp_path / "note.txt").write_text("written with a browser's login")
    put = cli("put", str(tmp_path / "note.txt"), "browser/note.txt", "--profile", "x", "--json")
    assert put.code == 0, put.err
    got = cli("get", "browser/note.txt", "--profile", "x")
    assert (got.code, got.out) == (0, "written with a browser's login")
    assert httpx2.get(f"{alice.pod}browser/note.txt").status_code == 401


def test_two_commands_at_once_renew_a_login_that_both_keep(login: None) -> None:
    token_is_over()
    before = secret()
    with begun("whoami", "--profile", "x") as one, begun("whoami", "--profile", "x") as other:
        both = ended(one), ended(other)
    assert [said.code for said in both] == [0, 0], both
    after = secret()
    assert after["access_token"] != before["access_token"]
    assert after["key"] == before["key"]
    again = cli("whoami", "--profile", "x")
    assert again.code == 0, again.err
    assert secret() == after  # a token that is still good is not renewed


def test_a_login_is_renewed_again_and_again(login: None) -> None:
    seen = {secret()["access_token"]}
    for _ in range(2):
        token_is_over()
        said = cli("whoami", "--profile", "x")
        assert said.code == 0, said.err
        seen.add(secret()["access_token"])
    assert len(seen) == 3


def test_a_refresh_token_that_is_no_good_says_log_in_again(login: None) -> None:
    path = state_dir() / "logins.json"
    token_is_over()
    path.write_text(path.read_text().replace(secret()["refresh_token"], "A" * 43))
    said = cli("whoami", "--profile", "x")
    assert said.code == 3
    assert "invalid_grant" in said.err
    assert "lifepod login" in said.err


def test_logging_out_forgets_the_login(login: None) -> None:
    words = {secret()["refresh_token"], secret()["access_token"], secret()["key"]["d"]}
    assert cli("logout", "--profile", "x").code == 0
    kept = "".join(path.read_text() for path in Path(os.environ["LIFEPOD_DIR"]).rglob("*") if path.is_file())
    assert not [word for word in words if word in kept]
    assert cli("whoami", "--profile", "x").code == 3


def test_a_copy_of_a_login_is_of_no_use_after_logging_out(login: None, tmp_path: Path) -> None:
    shutil.copytree(os.environ["LIFEPOD_DIR"], tmp_path / "copy")
    assert cli("logout", "--profile", "x", "--json").value["revoked"] is True
    shutil.copytree(tmp_path / "copy", os.environ["LIFEPOD_DIR"], dirs_exist_ok=True)
    token_is_over()
    assert cli("whoami", "--profile", "x").code == 3


def test_a_person_logs_in_with_a_webid_and_the_browser_of_this_machine(
    browser: Chromium, alice: NewPod, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What the browser is started with leads to the login, but holds nothing of it: command lines can be read."""
    script, pipe = tmp_path / "browser", tmp_path / "pipe"
    script.write_text(f'#!/bin/sh\nprintf "%s\\n" "$1" > {pipe}\n')
    script.chmod(0o755)
    os.mkfifo(pipe)
    monkeypatch.setenv("BROWSER", f"{script} %s")
    waiting = os.open(pipe, os.O_RDWR)
    with begun("login", alice.webid, "--json") as process:
        address = address_of(process)
        assert select.select([waiting], [], [], SECONDS)[0]
        door = os.read(waiting, 4096).decode().strip()
        seen = browser.logs_in(door, account(alice)).result(SECONDS)
        said = ended(process)
    os.close(waiting)
    assert urlsplit(door).hostname == "127.0.0.1"
    said_there = parse_qs(urlsplit(address).query)
    assert not [name for name in ("state", "nonce", "client_id", "code_challenge") if said_there[name][0] in door]
    assert said.code == 0, said.err
    assert (said.value["name"], said.value["pod"]) == ("browser-alice", alice.pod)
    assert "arrived" in seen.said


def test_the_browser_may_be_on_another_device(browser: Chromium, alice: NewPod) -> None:
    with begun("login", alice.issuer, "--name", "y", "--paste", "--json") as process:
        seen = browser.logs_in(address_of(process), account(alice), away=True).result(SECONDS)
        said = ended(process, f"{seen.address}\n")
    assert said.code == 0, said.err
    assert (said.value["name"], said.value["webid"]) == ("y", alice.webid)


def test_whoever_says_no_is_not_logged_in(browser: Chromium, alice: NewPod) -> None:
    said, _ = logs_in(browser, account(alice, agrees=False), alice.issuer)
    assert (said.code, said.out) == (3, "")
    assert "You said no" in said.err
    assert not (state_dir() / "logins.json").exists()


class Watched(httpx2.AsyncHTTPTransport):
    """The real line, and the secrets that went over it."""

    def __init__(self) -> None:
        super().__init__()
        self.secrets: set[str] = set()
        self.used: set[str] = set()

    async def handle_async_request(self, request: httpx2.Request) -> httpx2.Response:
        """One request, passed on."""
        self.used.add(request.headers.get("authorization", "").removeprefix("DPoP "))
        answer = await super().handle_async_request(request)
        if not str(request.url).endswith("/token"):
            return answer
        sent = parse_qs((await request.aread()).decode())
        body = json.loads(await answer.aread())
        await answer.aclose()
        self.secrets |= {value for name in ("code", "code_verifier", "refresh_token") for value in sent.get(name, [])}
        self.secrets |= {body[name] for name in ("access_token", "refresh_token", "id_token") if name in body}
        return httpx2.Response(answer.status_code, json=body)


async def test_no_secret_of_a_whole_session_is_logged_at_any_level(
    browser: Chromium, alice: NewPod, caplog: pytest.LogCaptureFixture
) -> None:
    """From the login through the door in the browser to a renewal, with everything logged that can be."""
    caplog.set_level(1)
    for name in list(logging.root.manager.loggerDict):
        caplog.set_level(1, logger=name)
    loop, going, line = asyncio.get_running_loop(), [], Watched()
    loop.set_debug(True)
    loop.slow_callback_duration = 0.0

    def show(address: str, door: str) -> None:
        going.append(browser.logs_in(door, account(alice)))

    login = await log_in(alice.issuer, Talk(show), transport=line)
    seen = await asyncio.wrap_future(going[0])
    store = FileStore(state_dir() / "logins.json", lambda sentence: None)
    remember("x", login, alice.pod, store)
    token_is_over()
    async with await open_pod(choose("x"), store, transport=line) as pod:
        await pod.get(alice.pod + "profile/card")
        await pod.write(alice.pod + "logged.txt", b"x", match=None, content_type="text/plain")
        shown = repr(pod) + repr(login) + f"{vars(pod)}"
    kept = secret()
    words = line.secrets | {kept["refresh_token"], kept["access_token"], kept["key"]["d"], alice.client_secret}
    words |= set(parse_qs(urlsplit(seen.address).query)["code"])
    assert len(words) >= 8
    assert kept["access_token"] in line.used
    assert "HTTP Request: POST" in caplog.text
    assert "httpcore2" in caplog.text
    assert "Executing" in caplog.text  # the event loop's own words, with what its tasks hold
    assert [word for word in words if word in caplog.text + shown] == []
    loop.set_debug(False)
