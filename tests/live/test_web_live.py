"""The screen in a real browser, through ``lifepod web``: one browser is let in once, everything else is refused."""

from __future__ import annotations

import json
import os
import re
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import httpx2
import pytest
from playwright.sync_api import BrowserContext, Page, WebSocket, sync_playwright
from tests.live.chromium import found
from tests.live.conftest import HomeServer

from lifepod.owner import logins

pytestmark = pytest.mark.live
SECONDS = 60.0
_ESCAPES = re.compile(r"\x1b(?:\[[0-9;?<>=$]*[ -/]*[@-~]|\][^\x07\x1b]*(?:\x07|\x1b\\)|[@-Z\\-_])")


@dataclass
class Served:
    """One run of ``lifepod web``."""

    process: subprocess.Popen[str]
    url: str
    page: Path
    heard: Path
    """What it said on its error output."""

    @property
    def host(self) -> str:
        return self.url.removeprefix("http://").rstrip("/")

    @property
    def entrance(self) -> str:
        """The address that lets in, out of the file that only its owner can read."""
        found = re.search(r'href="([^"]+)"', self.page.read_text())
        assert found is not None
        return found[1]

    def children(self) -> list[int]:
        """The processes it has begun and that are still there."""
        out = []
        for stat in Path("/proc").glob("[0-9]*/stat"):
            try:
                fields = stat.read_text().rsplit(")", 1)[1].split()
            except OSError:
                continue
            if int(fields[1]) == self.process.pid and fields[0] != "Z":
                out.append(int(stat.parent.name))
        return out


@contextmanager
def web(tmp_path: Path, *argv: str) -> Iterator[Served]:
    """It, until the end of the test; a second one would have another folder."""
    heard = tmp_path / "heard"
    command = [sys.executable, "-m", "lifepod", "web", "--no-open", "--json", *argv]
    with heard.open("w") as told, subprocess.Popen(command, stdout=subprocess.PIPE, stderr=told, text=True) as process:
        try:
            assert process.stdout is not None
            said = json.loads(process.stdout.readline())
            yield Served(process, said["url"], Path(said["page"]), heard)
        finally:
            if process.poll() is None:
                process.send_signal(signal.SIGTERM)
                process.wait(SECONDS)


def gone(pid: int) -> bool:
    """Whether a process is no more."""
    try:
        return (Path("/proc") / str(pid) / "stat").read_text().rsplit(")", 1)[1].split()[0] == "Z"
    except OSError:
        return True


def until(claim: Callable[[], bool], why: Callable[[], str] = lambda: "") -> None:
    """Wait for something to become true."""
    end = time.monotonic() + SECONDS
    while not claim():
        assert time.monotonic() < end, f"it did not happen within {SECONDS:.0f} s. {why()}"
        time.sleep(0.05)


@dataclass
class Tab:
    """A page of a browser, and what its screen was told to show."""

    page: Page
    frames: list[bytes] = field(default_factory=list)
    elsewhere: list[str] = field(default_factory=list)
    """Addresses it asked for that are not of this machine."""
    closed: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.page.on("websocket", self._listen)
        self.page.on("request", self._note)

    def _listen(self, line: WebSocket) -> None:
        line.on(
            "framereceived", lambda frame: self.frames.append(frame if isinstance(frame, bytes) else frame.encode())
        )
        line.on("close", lambda line: self.closed.append(line.url))

    def _note(self, request: object) -> None:
        url = str(getattr(request, "url", ""))
        if not url.startswith(("http://127.0.0.1:", "file:///", "data:")):
            self.elsewhere.append(url)

    @property
    def text(self) -> str:
        """All that was painted since it was last forgotten, without colours and places."""
        return _ESCAPES.sub(" ", b"".join(self.frames).decode("utf-8", "replace"))

    def shows(self, words: str) -> None:
        """Wait until some words are painted."""
        end = time.monotonic() + SECONDS
        while words not in self.text:
            assert time.monotonic() < end, f"{words!r} was not painted; this was: {self.text[-3000:]}"
            self.page.wait_for_timeout(100)

    def press(self, key: str) -> None:
        """Press a key; what is painted from now on counts."""
        self.frames.clear()
        self.page.keyboard.press(key)


@pytest.fixture(name="context")
def _context() -> Iterator[tuple[BrowserContext, Callable[..., object]]]:
    """A browser's window, and what runs in its thread: its library has an event loop of its own."""
    with ThreadPoolExecutor(1) as thread:

        def here(work: Callable[..., object], *about: object) -> object:
            return thread.submit(work, *about).result()

        library = thread.submit(lambda: sync_playwright().start()).result()
        browser = thread.submit(lambda: library.chromium.launch(executable_path=found())).result()
        window = thread.submit(lambda: browser.new_context(viewport={"width": 1200, "height": 760})).result()
        try:
            yield window, here
        finally:
            here(browser.close)
            here(library.stop)


Window = tuple[BrowserContext, Callable[..., object]]


@pytest.fixture(name="login", scope="module")
def _login(home_server: HomeServer) -> Callable[[], None]:
    """Remembers, in the folder of the test, a login at a real pod with something in it."""
    new = home_server.new_pod("webby")

    def remember() -> None:
        who = logins.credentials(new.webid, new.issuer, new.client_id, new.client_secret)
        logins.add("webby", who, new.pod, lambda line: None)
        file = Path(os.environ["LIFEPOD_DIR"]) / "diary.ttl"
        file.write_text('<#it> <http://schema.org/name> "a day".\n')
        put = [sys.executable, "-m", "lifepod", "put", str(file), "journal/diary.ttl"]
        told = subprocess.run(put, capture_output=True, text=True)
        assert told.returncode == 0, told.stderr

    return remember


def test_the_places_of_a_real_pod_in_a_real_browser(context: Window, login: Callable[[], None], tmp_path: Path) -> None:
    window, here = context
    login()

    def journey(served: Served) -> None:
        tab = Tab(window.new_page())
        tab.page.goto(served.page.as_uri())
        tab.page.wait_for_selector("body.-first-byte")
        tab.shows("webby")
        tab.press("2")
        tab.shows("journal/")
        tab.press(",")
        tab.shows("First screen")
        assert tab.elsewhere == []
        cookie = next(one for one in window.cookies() if one["name"] == "lifepod")
        assert cookie["httpOnly"]
        assert cookie["sameSite"] == "Strict"
        assert len(cookie["path"]) > 30, "another server of this machine would be sent the cookie"
        assert "lifepod" not in str(tab.page.evaluate("document.cookie"))
        tab.press("Escape")
        tab.page.wait_for_timeout(1000)  # an escape and a letter in one breath would be another key
        tab.press("q")
        tab.page.wait_for_selector("text=This screen is closed")
        tab.page.click("text=Open it again")
        tab.page.wait_for_selector("body.-first-byte")
        tab.shows("webby")

    with web(tmp_path) as served:
        here(journey, served)
        assert not served.page.exists(), "the page with the word outlived its use"
        (pid,) = served.children()
        served.process.send_signal(signal.SIGINT)
        assert served.process.wait(SECONDS) == 0
        until(lambda: gone(pid))
        assert served.heard.read_text().splitlines()[-1] == "Stopped."


def test_closing_the_tab_ends_its_process_and_no_other(context: Window, tmp_path: Path) -> None:
    window, here = context

    def opened(address: str) -> Tab:
        tab = Tab(window.new_page())
        tab.page.goto(address)
        tab.page.wait_for_selector("body.-first-byte")
        tab.shows("A pod of my own")
        return tab

    with web(tmp_path) as served:
        first = here(opened, served.page.as_uri())
        assert isinstance(first, Tab)
        inside = str(here(lambda: first.page.url))
        before = set(served.children())
        second = here(opened, inside)
        assert isinstance(second, Tab)
        (new,) = set(served.children()) - before
        here(second.page.close)
        until(lambda: gone(new))
        assert set(served.children()) == before


def test_a_screen_whose_server_was_killed_ends_by_itself(context: Window, tmp_path: Path) -> None:
    window, here = context

    def opened(address: str) -> None:
        page = window.new_page()
        page.goto(address)
        page.wait_for_selector("body.-first-byte")

    with web(tmp_path) as served:
        here(opened, served.page.as_uri())
        (pid,) = served.children()
        os.kill(served.process.pid, signal.SIGKILL)
        served.process.wait(SECONDS)
        until(lambda: gone(pid))


def upgrade(client: httpx2.Client, served: Served, path: str, **headers: str) -> int:
    """Ask for a line as a browser does; the status of the answer."""
    asked = {
        "Connection": "Upgrade", "Upgrade": "websocket", "Sec-WebSocket-Version": "13",
        "Sec-WebSocket-Key": "dGhlIHNhbXBsZSBub25jZQ==", **headers,
    }  # fmt: skip
    with client.stream("GET", served.url.rstrip("/") + path, headers=asked) as answer:
        return answer.status_code


def test_the_word_works_once_and_everybody_else_is_refused(tmp_path: Path) -> None:
    """With a program of its own instead of a browser, which would never send some of this."""
    with web(tmp_path) as served, httpx2.Client(trust_env=False) as client, httpx2.Client(trust_env=False) as other:
        entrance = served.entrance
        word = entrance.rsplit("/", 1)[1]
        assert len(word) > 40
        assert served.page.stat().st_mode & 0o777 == 0o600
        assert served.page.parent.stat().st_mode & 0o777 == 0o700
        for path in (
            "/",
            "/ws",
            "/line",
            "/static/js/textual.js",
            "/enter/",
            "/enter/x",
            f"/enter/{word[:-1]}",
            "/%2e%2e/",
        ):
            assert other.get(served.url.rstrip("/") + path).status_code in (403, 404), path
        for host in ("evil.example", f"evil.example:{served.host.split(':')[1]}", "localhost:1", "127.0.0.1"):
            assert other.get(entrance, headers={"Host": host}).status_code == 403, host
        assert other.head(entrance).status_code in (403, 405), "a glance used up the word"
        assert other.post(entrance).status_code in (403, 405)

        let_in = client.get(entrance)
        assert let_in.status_code == 200
        assert "HttpOnly" in let_in.headers["set-cookie"]
        assert "SameSite=Strict" in let_in.headers["set-cookie"]
        again = other.get(entrance)
        assert again.status_code == 403
        assert "set-cookie" not in again.headers
        assert not served.page.exists()

        root = re.search(r"/[0-9a-f]{32}/", let_in.text)
        assert root is not None
        inside = served.url.rstrip("/") + root[0]
        page = client.get(inside)
        assert page.status_code == 200
        assert "default-src 'none'" in page.headers["content-security-policy"]
        assert "https://" not in page.text, "something would come from elsewhere"
        assert page.headers["cache-control"] == "no-store"
        for name in ("static/js/textual.js", "static/fonts/RobotoMono-VariableFont_wght.ttf", "focus.js"):
            assert client.get(inside + name).status_code == 200
            assert other.get(inside + name).status_code == 403
        assert client.get(inside + "static/../../web_server.py").status_code in (403, 404)
        assert client.get(inside + "static/").status_code in (403, 404), "it lists its files"
        assert other.get(inside, headers={"Cookie": "lifepod=" + "x" * 43}).status_code == 403
        assert client.get(inside, headers={"Host": "evil.example"}).status_code == 403

        line, own = root[0] + "line", f"http://{served.host}"
        assert upgrade(client, served, line, Origin="http://evil.example") == 403
        assert upgrade(client, served, line, Origin="null") == 403
        assert upgrade(client, served, line) == 403, "a line without an origin was opened"
        assert upgrade(client, served, line, Origin=own, Host="evil.example") == 403
        assert upgrade(other, served, line, Origin=own) == 403
        assert served.children() == []
        assert upgrade(client, served, line, Origin=own) == 101

        told = served.heard.read_text()
        assert word not in told
        commands = [path.read_bytes() for path in Path("/proc").glob("[0-9]*/cmdline") if path.exists()]
        assert not any(word.encode() in one for one in commands)


def test_it_listens_on_loopback_alone(tmp_path: Path) -> None:
    with web(tmp_path) as served:
        port = int(served.host.split(":")[1])
        for name in ("tcp", "tcp6"):
            for row in (Path("/proc/net") / name).read_text().splitlines()[1:]:
                address, number = row.split()[1].split(":")
                if int(number, 16) == port and row.split()[3] == "0A":
                    assert address == "0100007F", f"it listens on {address}"


def test_a_port_that_is_taken_is_said_in_a_sentence(tmp_path: Path) -> None:
    with web(tmp_path) as served:
        port = served.host.split(":")[1]
        done = subprocess.run(
            [sys.executable, "-m", "lifepod", "web", "--no-open", "--port", port], capture_output=True, text=True
        )
        assert done.returncode == 15
        assert f"Port {port} of this machine cannot be used" in done.stderr
        assert "--port" in done.stderr
        assert done.stdout == ""
