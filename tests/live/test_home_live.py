"""Real servers: they come up, stay on this machine, and go, however their owner goes."""

from __future__ import annotations

import http.server
import json
import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import ClassVar

import httpx2
import pytest
from tests.home.workshop import ANSWERS, NEVER, Workshop, is_alive
from tests.live.conftest import HomeServer

from lifepod.errors import Conflict, Malformed, NotReady, Unreachable
from lifepod.home import accounts, supervisor
from lifepod.home.install import installed_server
from lifepod.home.port import free_port, is_used
from lifepod.home.server import LOG, NOTE, HomeFolder, RunningServer, is_held

pytestmark = pytest.mark.live

Folders = Callable[[], HomeFolder]
HOLD = (
    "import sys; from pathlib import Path;"
    "from lifepod.home.server import HomeFolder; from lifepod.home import supervisor;"
    "folder = HomeFolder.existing(Path(sys.argv[1]));"
    "sys.exit(supervisor.hold(folder, lambda server: print('up', flush=True), lambda line: None))"
)
OWN = (
    "import sys, time; from pathlib import Path; from lifepod.home.server import HomeFolder, RunningServer;"
    "server = RunningServer.start(HomeFolder.existing(Path(sys.argv[1]))); print('up', flush=True); time.sleep(60)"
)


@pytest.fixture(name="workshop")
def _workshop(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Workshop:
    """A small server in place of the big one, where only the process matters; everything around it is real."""
    made = Workshop(tmp_path / "workshop")
    monkeypatch.setenv("PATH", str(made.bin))
    monkeypatch.setenv("LIFEPOD_CSS_DIR", str(made.servers))
    return made


def pid_of(folder: HomeFolder) -> int:
    """The server's own process, as it says itself."""
    line = next(line for line in (folder.path / LOG).read_text().splitlines() if line.startswith("lifepod: listening"))
    return int(line.rsplit(" ", 1)[1])


def soon(claim: Callable[[], bool], seconds: float = 5.0) -> bool:
    """Whether it comes true within this time."""
    until = time.monotonic() + seconds
    while not claim():
        if time.monotonic() > until:
            return False
        time.sleep(0.02)
    return True


def is_gone(folder: HomeFolder, server: int) -> bool:
    return not is_alive(server) and not is_used(folder.port) and not is_held(folder)


def addresses_of(port: int) -> set[str]:
    """Where somebody listens on this port, as the kernel tells."""
    rows = [
        line.split()
        for table in ("/proc/net/tcp", "/proc/net/tcp6")
        for line in Path(table).read_text().splitlines()[1:]
    ]
    ends = [row[1].rsplit(":", 1) for row in rows if row[3] == "0A"]
    return {address for address, number in ends if int(number, 16) == port}


def test_the_server_answers_on_loopback_alone(home_server: HomeServer) -> None:
    assert httpx2.get(home_server.base_url + ".account/", trust_env=False).status_code == 200
    loopback = {"0100007F", "00000000000000000000000001000000"}
    found = addresses_of(home_server.running.folder.port)
    assert found
    assert found <= loopback


def test_two_accounts_have_each_a_pod_a_webid_and_a_login_of_their_own(home_server: HomeServer) -> None:
    ann, ben = home_server.new_pod("home-ann"), home_server.new_pod("home-ben")
    assert ann.pod == home_server.base_url + "home-ann/"
    assert ann.webid == home_server.base_url + "home-ann/profile/card#me"
    assert ann.issuer == ben.issuer == home_server.base_url
    assert ann.client_id != ben.client_id
    for pod in (ann, ben):
        reply = httpx2.get(pod.webid, trust_env=False)
        assert (reply.status_code, pod.issuer in reply.text) == (200, True)
        shown = repr(pod)
        assert not [secret for secret in (pod.client_secret, pod.account_password) if secret in shown]


def test_the_password_that_is_given_opens_the_account_again(home_server: HomeServer) -> None:
    made = accounts.add(home_server.base_url, "home-known", email="known@example.org", password="a b c d e f")
    assert (made.email, made.account_password) == ("known@example.org", "a b c d e f")
    login = {"email": made.email, "password": made.account_password}
    reply = httpx2.post(home_server.base_url + ".account/login/password/", json=login, trust_env=False)
    assert reply.status_code == 200
    assert reply.json()["authorization"]


def test_a_name_that_is_taken_is_a_conflict_with_advice(home_server: HomeServer) -> None:
    home_server.new_pod("home-taken")
    with pytest.raises(Conflict) as caught:
        home_server.new_pod("home-taken")
    assert str(caught.value) == "There is a pod called home-taken on this server already."
    assert caught.value.advice == "Choose another name."


def test_an_e_mail_address_that_is_taken_is_a_conflict_too(home_server: HomeServer) -> None:
    accounts.add(home_server.base_url, "home-mail-a", email="same@example.org")
    with pytest.raises(Conflict, match="is taken on this server"):
        accounts.add(home_server.base_url, "home-mail-b", email="same@example.org")


def test_without_a_server_the_advice_is_to_start_it() -> None:
    with pytest.raises(Unreachable) as caught:
        accounts.add(f"http://localhost:{free_port()}/", "me")
    assert caught.value.advice == "Start it with `lifepod home up`."


class Impostor(http.server.BaseHTTPRequestHandler):
    """A server that is none of ours."""

    answer = b"{}"
    heard: ClassVar[list[str]] = []

    def do_GET(self) -> None:
        self.hear()

    def do_POST(self) -> None:
        self.hear()

    def do_HEAD(self) -> None:
        self.hear()

    def hear(self) -> None:
        self.heard.append(f"{self.command} {self.path} {self.headers.get('Authorization', '')}")
        self.send_response(200 if self.command != "HEAD" else 404)
        self.send_header("Content-Length", str(len(self.answer)))
        self.end_headers()
        self.wfile.write(self.answer if self.command != "HEAD" else b"")

    def log_message(self, format: str, *args: object) -> None:
        """Silent."""


@pytest.fixture
def impostor(monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    monkeypatch.setattr(Impostor, "heard", [])
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), Impostor) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_port}/"
        server.shutdown()


@pytest.mark.parametrize(
    "answer",
    [b"", b"hello", b"[]", b"{}", b"[" * 50_000, b'{"controls": 1}', b'{"controls": {"account": []}}', b"\xff\xfe"],
)
def test_whatever_else_answers_is_no_pod_server(impostor: str, answer: bytes, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Impostor, "answer", answer)
    with pytest.raises(NotReady):
        accounts.add(impostor, "me")


def test_an_endless_answer_is_not_read_to_its_end(impostor: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Impostor, "answer", b" " * (2 * 1024 * 1024))
    with pytest.raises(Malformed, match="is too long"):
        accounts.add(impostor, "me")


def test_nothing_is_sent_to_an_address_elsewhere_that_an_answer_names(
    impostor: str, home_server: HomeServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    controls = {"account": {"create": home_server.base_url + ".account/account/"}}
    monkeypatch.setattr(Impostor, "answer", json.dumps({"controls": controls, "authorization": "x"}).encode())
    with pytest.raises(NotReady, match="account API"):
        accounts.add(impostor, "me")
    assert not [line for line in Impostor.heard if line.startswith("POST")]


def test_a_pod_goes_up_and_down_and_comes_back_with_what_is_in_it(
    a_folder: Folders, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder, said = a_folder(), list[str]()
    first = supervisor.up(folder, said.append)
    assert first == supervisor.status(folder) == supervisor.up(folder)
    assert (first.running, first.url, first.pid is not None) == (True, folder.base_url, True)
    assert first.since.endswith("Z")
    assert said[-1] == f"starting the pod server at {folder.base_url}"
    made, server = accounts.add(first.url, "me"), pid_of(folder)
    with pytest.raises(NotReady, match="is running already"):
        RunningServer.start(folder)
    assert not supervisor.down(folder).running
    assert is_gone(folder, server)
    assert not (folder.path / NOTE).exists()
    supervisor.up(HomeFolder.at(folder.path))
    assert httpx2.get(made.webid, trust_env=False).status_code == 200
    supervisor.down(folder)


def test_two_who_start_one_pod_at_once_get_one_server(a_folder: Folders, workshop: Workshop) -> None:
    folder, found = a_folder(), list[supervisor.Status]()
    both = [threading.Thread(target=lambda: found.append(supervisor.up(folder))) for _ in range(2)]
    for thread in both:
        thread.start()
    for thread in both:
        thread.join()
    assert len(found) == 2
    assert found[0] == found[1]
    assert found[0].running


def test_nothing_is_left_when_the_supervisor_is_killed_and_the_pod_starts_again(a_folder: Folders) -> None:
    folder = a_folder()
    first, server = supervisor.up(folder), pid_of(folder)
    assert first.pid is not None
    os.kill(first.pid, signal.SIGKILL)
    assert soon(lambda: is_gone(folder, server))
    assert not supervisor.status(folder).running
    second = supervisor.up(folder)
    assert second.running
    assert second.pid != first.pid


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT, signal.SIGHUP, signal.SIGKILL], ids=str)
@pytest.mark.parametrize("program", [HOLD, OWN], ids=["in the foreground", "in a program of its own"])
def test_no_way_of_ending_the_owner_leaves_a_server(
    a_folder: Folders, workshop: Workshop, program: str, number: signal.Signals
) -> None:
    folder = a_folder()
    # Whoever runs these tests may ignore SIGHUP (nohup does) or SIGINT (a job in the background does), and so would it.
    heeds = "signal.signal(signal.SIGHUP, signal.SIG_DFL); signal.signal(signal.SIGINT, signal.default_int_handler)"
    program = f"import signal; {heeds}; {program}"
    with subprocess.Popen(
        [sys.executable, "-c", program, str(folder.path)], stdout=subprocess.PIPE, stderr=subprocess.DEVNULL
    ) as owner:
        assert owner.stdout is not None
        assert owner.stdout.readline() == b"up\n"
        server = pid_of(folder)
        assert is_alive(server)
        owner.send_signal(number)
        code = owner.wait(20)
    assert soon(lambda: is_gone(folder, server))
    if program.endswith(HOLD) and number != signal.SIGKILL:
        assert code == 0


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT, signal.SIGKILL], ids=str)
def test_a_start_that_is_broken_off_leaves_no_server(
    a_folder: Folders, workshop: Workshop, number: signal.Signals
) -> None:
    workshop.npm_does(server="console.log('pid', process.pid);" + NEVER)
    folder = a_folder()
    installed_server(lambda line: None)
    with subprocess.Popen(
        [sys.executable, "-c", HOLD, str(folder.path)], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    ) as owner:
        log = folder.path / LOG
        assert soon(lambda: log.is_file() and b"pid" in log.read_bytes(), 20)
        server = int(log.read_text().split()[1])
        owner.send_signal(number)
        owner.wait(20)
    assert soon(lambda: is_gone(folder, server))


def test_down_also_ends_a_pod_that_is_still_starting(a_folder: Folders, workshop: Workshop) -> None:
    workshop.npm_does(server="console.log('pid', process.pid);" + NEVER)
    folder, failed = a_folder(), list[str]()

    def start() -> None:
        with pytest.raises(NotReady) as caught:
            supervisor.up(folder)
        failed.append(str(caught.value))

    starting = threading.Thread(target=start)
    starting.start()
    log = folder.path / LOG
    assert soon(lambda: log.is_file() and b"pid" in log.read_bytes(), 20)
    assert supervisor.status(folder).since == ""
    assert not supervisor.down(folder).running
    starting.join(10)
    assert failed == ["The pod server was stopped while it was starting."]
    assert not is_alive(int(log.read_text().split()[1]))


def test_a_server_that_ends_by_itself_ends_its_supervisor(a_folder: Folders, workshop: Workshop) -> None:
    folder = a_folder()
    status, server = supervisor.up(folder), pid_of(folder)
    os.kill(server, signal.SIGKILL)
    assert status.pid is not None
    holder = status.pid
    assert soon(lambda: not is_alive(holder))
    assert not supervisor.status(folder).running
    assert not (folder.path / NOTE).exists()


def test_an_answer_under_way_is_finished_before_the_server_goes(a_folder: Folders, workshop: Workshop) -> None:
    workshop.npm_does(server=ANSWERS.replace("reply.end('{}')", "setTimeout(() => reply.end('{}'), 700)"))
    folder, replies = a_folder(), list[int]()
    with RunningServer.start(folder) as server:

        def ask() -> None:
            replies.append(httpx2.get(folder.base_url, trust_env=False).status_code)

        asking = threading.Thread(target=ask)
        asking.start()
        time.sleep(0.3)
        server.stop()
        asking.join()
    assert replies == [200]
    assert is_gone(folder, server.pid)


def test_a_data_folder_the_server_cannot_use_is_one_sentence(a_folder: Folders) -> None:
    folder = a_folder()
    (folder.path / "data").write_text("a file where a folder belongs")
    with pytest.raises(NotReady, match=r"ended while it was starting: .*(ENOTDIR|EEXIST|Error)") as caught:
        supervisor.up(folder)
    assert "\n" not in str(caught.value)
    assert str(folder.path / LOG) in caught.value.advice
    assert not is_used(folder.port)


def test_without_a_network_the_install_gives_up_soon_and_says_why(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("LIFEPOD_CSS_DIR", str(tmp_path / "servers"))
    monkeypatch.setenv("npm_config_cache", str(tmp_path / "cache"))
    monkeypatch.setenv("npm_config_registry", f"http://127.0.0.1:{free_port()}/")
    begun = time.monotonic()
    with pytest.raises(NotReady, match=r"could not be fetched, because npm reaches no registry: .*ECONNREFUSED"):
        installed_server(lambda line: None)
    assert time.monotonic() - begun < 40
    assert [item.name for item in (tmp_path / "servers").iterdir()] == [".installing"]
