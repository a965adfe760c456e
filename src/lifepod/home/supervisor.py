"""Keeps the pod at home running after the command that started it has gone (``python -m lifepod.home.supervisor``).

It refuses to signal a process that is not its own, and to outlive its server.
"""

from __future__ import annotations

import fcntl
import json
import os
import shutil
import signal
import subprocess
import sys
import tarfile
import threading
import time
from collections.abc import Callable
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from pathlib import Path

from lifepod.errors import NotReady
from lifepod.home.install import installed_server
from lifepod.home.server import HomeFolder, RunningServer

_FILE = "supervisor.json"
_UP_SECONDS, _DOWN_SECONDS = 75.0, 20.0


@dataclass(frozen=True, slots=True)
class Status:
    """How a pod at home is doing."""

    running: bool
    url: str
    port: int
    folder: str
    pid: int | None = None
    """Process that holds the server; to be stopped with ``down``."""
    since: str = ""
    """UTC, ISO 8601."""


def status(folder: HomeFolder) -> Status:
    """Whether the pod in this folder runs, told by its lock, never by a stale file."""
    down = Status(False, folder.base_url, folder.port, str(folder.path))
    if not _held(folder.path / ".running"):
        return down
    try:
        told = json.loads((folder.path / _FILE).read_text())
        return Status(True, folder.base_url, folder.port, str(folder.path), int(told["pid"]), str(told["since"]))
    except (FileNotFoundError, ValueError, KeyError, TypeError):
        return Status(True, folder.base_url, folder.port, str(folder.path))


def _held(lock: Path) -> bool:
    try:
        with lock.open("r") as file:
            fcntl.flock(file, fcntl.LOCK_SH | fcntl.LOCK_NB)
            return False
    except FileNotFoundError:
        return False
    except BlockingIOError:
        return True


def up(folder: HomeFolder, say: Callable[[str], None] = lambda line: None) -> Status:
    """Start it and come back when it answers; nothing happens where it runs already. Raises :class:`NotReady`."""
    now = status(folder)
    if now.running:
        return now
    installed_server(say)
    say(f"starting the pod server at {folder.base_url}")
    report, told = os.pipe()
    with os.fdopen(report, "rb") as answer:
        process = subprocess.Popen(
            [sys.executable, "-m", "lifepod.home.supervisor", str(folder.path), str(told)],
            pass_fds=(told,), stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
            start_new_session=True,
        )  # fmt: skip
        os.close(told)
        # The child writes one line when the server answers, or why it does not; if it dies, the pipe just closes.
        line = answer.readline().decode()
    if not line:
        process.wait(5)
        raise NotReady("The pod server could not be started.", advice=f"Its log may tell: {folder.path}/server.log")
    said = json.loads(line)
    if said.get("error"):
        process.wait(5)
        raise NotReady(said["error"], advice=said["advice"])
    return status(folder)


def down(folder: HomeFolder) -> Status:
    """Stop it and wait until it is gone; nothing happens where it does not run. Raises :class:`NotReady`."""
    now = status(folder)
    if not now.running:
        return now
    if now.pid is None:
        raise NotReady(
            f"The pod in {folder.path} is run by another program (a demo, or `home up --foreground`).",
            advice="Stop it there, with Ctrl-C.",
        )
    os.kill(now.pid, signal.SIGTERM)
    until = time.monotonic() + _DOWN_SECONDS
    while time.monotonic() < until:
        if not _held(folder.path / ".running"):
            return status(folder)
        time.sleep(0.05)
    raise NotReady(
        f"The pod server (process {now.pid}) does not stop.", advice="Look at what it is doing, then kill it."
    )


def backup(folder: HomeFolder, target: Path) -> Path:
    """All of a pod that does not run, as a ``.tar.gz`` that only its owner can read; raises :class:`NotReady`."""
    _must_rest(folder)
    if target.exists():
        raise NotReady(f"{target} is there already.", advice="Name a new file.")
    handle = os.open(target, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(handle, "wb") as out, tarfile.open(fileobj=out, mode="w:gz") as tar:
        tar.add(folder.path, arcname="home")
    return target


def remove(folder: HomeFolder) -> None:
    """Delete a pod that does not run, with everything in it."""
    _must_rest(folder)
    shutil.rmtree(folder.path)


def _must_rest(folder: HomeFolder) -> None:
    if status(folder).running:
        raise NotReady(f"The pod in {folder.path} is running.", advice="Stop it first: lifepod home down")


def hold(folder: HomeFolder, ready: Callable[[RunningServer], None], say: Callable[[str], None]) -> int:
    """Run the server here until it ends or someone stops us (SIGTERM, Ctrl-C); its exit code, 0 when stopped."""
    stop = threading.Event()
    for number in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP):
        signal.signal(number, lambda *_: stop.set())
    with RunningServer.start(folder, say) as server:
        note = folder.path / _FILE
        me = {"pid": os.getpid(), "since": datetime.now(UTC).isoformat(timespec="seconds").replace("+00:00", "Z")}
        note.write_text(json.dumps(me))
        try:
            ready(server)
            while not stop.wait(0.2):
                if server.poll() is not None:
                    return server.poll() or 0
            return 0
        finally:
            note.unlink(missing_ok=True)


def _main(path: str, pipe: str) -> int:
    def tell(value: dict[str, object]) -> None:
        with os.fdopen(int(pipe), "w") as out:
            out.write(json.dumps(value) + "\n")

    try:
        folder = HomeFolder.at(Path(path))
        return hold(folder, lambda server: tell({"up": asdict(status(folder))}), lambda line: None)
    except NotReady as error:
        tell({"error": str(error), "advice": error.advice})
        return 1


if __name__ == "__main__":
    raise SystemExit(_main(*sys.argv[1:3]))
