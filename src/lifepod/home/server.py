"""The pod at home: a folder of its own and the server that runs on it, on loopback alone.

It refuses to listen beyond this machine, to use a folder that is not ours, to change the port of a folder (WebIDs,
rules and signed records contain it), and to reuse whatever else answers on that port.
"""

from __future__ import annotations

import fcntl
import json
import os
import re
import signal
import socket
import subprocess
import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from types import TracebackType
from typing import IO, Self

import httpx2

from lifepod.errors import NotReady
from lifepod.home.install import data_root, installed_server
from lifepod.home.node import find_node
from lifepod.plain import plain

MARKER = "lifepod-home.json"
_READY_SECONDS = 60.0
_STOP_SECONDS = 10.0


@dataclass(frozen=True, slots=True)
class HomeFolder:
    """A folder that holds one pod server's data, ours by its marker."""

    path: Path
    port: int
    is_new: bool = False

    @property
    def base_url(self) -> str:
        """Where its server answers; the same for as long as the folder lives."""
        return f"http://localhost:{self.port}/"

    @classmethod
    def at(cls, path: Path | None = None, *, port: int | None = None) -> Self:
        """The folder at ``path`` (default: the user's own), made if it is not there; raises :class:`NotReady`."""
        folder = (path or data_root() / "home").expanduser().absolute()
        marker = folder / MARKER
        try:
            if marker.is_file():
                return cls._known(folder, port)
            if folder.exists() and (not folder.is_dir() or any(folder.iterdir())):
                raise NotReady(
                    f"{folder} holds something that lifepod did not make, so no pod is put there.",
                    advice="Name an empty or a new folder with --data DIR.",
                )
            folder.mkdir(mode=0o700, parents=True, exist_ok=True)
            folder.chmod(0o700)
            chosen = port or _free_port()
            told = {"format": 1, "port": chosen, "created": datetime.now(UTC).isoformat(timespec="seconds")}
            marker.write_text(json.dumps(told))
            return cls(folder, chosen, is_new=True)
        except OSError as error:
            raise NotReady(f"{folder} cannot be used for a pod ({error.strerror}).") from None

    @classmethod
    def named(cls, name: str) -> Self:
        """A folder of ours beside the user's own, such as the demo's."""
        return cls.at(data_root() / name)

    @classmethod
    def _known(cls, folder: Path, port: int | None) -> Self:
        try:
            kept = json.loads((folder / MARKER).read_text())["port"]
        except (ValueError, KeyError, TypeError):
            raise NotReady(f"{folder / MARKER} is damaged.", advice="Restore it from a backup of the pod.") from None
        if not isinstance(kept, int) or not 0 < kept < 65536:
            raise NotReady(f"{folder / MARKER} is damaged.", advice="Restore it from a backup of the pod.")
        if port is not None and port != kept:
            raise NotReady(
                f"The pod in {folder} lives on port {kept}, and a pod never moves: its addresses contain the port.",
                advice="Leave --port away, or make another pod with --data DIR.",
            )
        return cls(folder, kept)


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("localhost", 0))
        return int(probe.getsockname()[1])


class RunningServer:
    """A server we started; it ends with us, even by kill -9, because it hangs on a pipe that we hold."""

    def __init__(self, folder: HomeFolder, process: subprocess.Popen[bytes], lock: IO[str]) -> None:
        self.folder = folder
        self._process = process
        self._lock = lock

    @classmethod
    def start(cls, folder: HomeFolder, say: Callable[[str], None] = lambda line: None) -> Self:
        """Start it and return when it answers; raises :class:`NotReady`."""
        lock = _locked(folder)
        try:
            server = installed_server(say)
            _must_be_free(folder)
            running = cls(folder, _launch(folder, server), lock)
        except BaseException:
            lock.close()
            raise
        try:
            say(f"starting the pod server at {folder.base_url}")
            running._wait()
        except BaseException:
            running.stop()
            raise
        return running

    def __enter__(self) -> Self:
        """The server itself."""
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Stop it."""
        self.stop()

    @property
    def base_url(self) -> str:
        """Where it answers."""
        return self.folder.base_url

    @property
    def pid(self) -> int:
        """Process id of the server itself."""
        return self._process.pid

    def poll(self) -> int | None:
        """Its exit code once it has ended, else ``None``."""
        return self._process.poll()

    def stop(self) -> None:
        """End it and wait for that; safe to repeat."""
        if self._process.stdin is not None:
            self._process.stdin.close()
        for number, seconds in ((signal.SIGTERM, _STOP_SECONDS), (signal.SIGKILL, 5.0)):
            if self._process.poll() is not None:
                break
            try:
                os.killpg(self._process.pid, number)
            except ProcessLookupError:
                break
            try:
                self._process.wait(seconds)
            except subprocess.TimeoutExpired:
                continue
        self._lock.close()

    def _wait(self) -> None:
        until = time.monotonic() + _READY_SECONDS
        ours = f"lifepod: listening on {self.folder.port} as {self.pid}"
        with httpx2.Client(trust_env=False, timeout=5.0) as client:
            while time.monotonic() < until:
                if self.poll() is not None:
                    raise _died(self.folder)
                if ours in log_of(self.folder) and _answers(client, self.base_url):
                    return
                time.sleep(0.05)
        raise NotReady(f"The pod server did not answer within {_READY_SECONDS:.0f} s.", advice=_look_at(self.folder))


def _locked(folder: HomeFolder) -> IO[str]:
    lock = (folder.path / ".running").open("w")
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        lock.close()
        raise NotReady(
            f"The pod in {folder.path} is running already.", advice="Stop it with `lifepod home down`, or just use it."
        ) from None
    return lock


def _launch(folder: HomeFolder, server: Path) -> subprocess.Popen[bytes]:
    command: list[str | Path] = [
        find_node().path, "--require", server / "loopback.cjs",
        server / "node_modules/@solid/community-server/bin/server.js",
        "-p", str(folder.port), "-b", folder.base_url, "-c", "@css:config/file.json",
        "-f", folder.path / "data", "-l", "warn",
    ]  # fmt: skip
    clean = {k: v for k, v in os.environ.items() if not k.startswith(("LIFEPOD_", "NODE_", "CSS_"))}
    handle = os.open(folder.path / "server.log", os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    try:
        return subprocess.Popen(
            command, stdin=subprocess.PIPE, stdout=handle, stderr=handle, cwd=folder.path, env=clean, process_group=0
        )
    except OSError as error:
        raise NotReady(f"Node could not be started ({error.strerror}).") from None
    finally:
        os.close(handle)


def log_of(folder: HomeFolder) -> str:
    """The last part of what the server said."""
    try:
        with (folder.path / "server.log").open("rb") as file:
            file.seek(max(0, os.fstat(file.fileno()).st_size - 65536))
            return file.read().decode(errors="replace")
    except FileNotFoundError:
        return ""


def _answers(client: httpx2.Client, base: str) -> bool:
    try:
        return client.get(base + ".account/", headers={"Accept": "application/json"}).status_code == 200
    except httpx2.HTTPError:
        return False


def _died(folder: HomeFolder) -> NotReady:
    said = re.findall(r"^.*(?:[Ee]rror|EACCES|EADDRINUSE|ENOSPC).*$", log_of(folder), re.MULTILINE)
    tail = f": {plain(said[0], 200)}" if said else "."
    return NotReady(f"The pod server ended while it was starting{tail}", advice=_look_at(folder))


def _look_at(folder: HomeFolder) -> str:
    return f"Its log tells more: {folder.path / 'server.log'}"


def _must_be_free(folder: HomeFolder) -> None:
    for family, address in ((socket.AF_INET, "127.0.0.1"), (socket.AF_INET6, "::1")):
        with socket.socket(family) as probe:
            probe.settimeout(1)
            if probe.connect_ex((address, folder.port)) == 0:
                raise NotReady(
                    f"Port {folder.port} is in use{_by_whom(folder.port)}, and this pod lives on no other.",
                    advice="Stop that program, then try again; or make another pod with --data DIR.",
                )


def _by_whom(port: int) -> str:
    """Process id and name of whoever listens, where Linux tells."""
    inodes = set()
    for table in ("/proc/net/tcp", "/proc/net/tcp6"):
        try:
            rows = [line.split() for line in Path(table).read_text().splitlines()[1:]]
        except OSError:
            continue
        inodes |= {f"socket:[{r[9]}]" for r in rows if r[3] == "0A" and int(r[1].rsplit(":", 1)[1], 16) == port}
    for process in Path("/proc").glob("[0-9]*"):
        try:
            if any(str(handle.readlink()) in inodes for handle in (process / "fd").iterdir()):
                name = (process / "comm").read_text().strip()
                return f" by {plain(name, 40)} (process {process.name})"
        except OSError:
            continue
    return ""
