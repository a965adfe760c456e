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
import subprocess
import tempfile
import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from types import TracebackType
from typing import IO, Self

import httpx2

from lifepod.errors import NotReady
from lifepod.home.install import SERVER_JS, data_root, installed_server
from lifepod.home.node import find_node
from lifepod.home.port import by_whom, free_port, is_used
from lifepod.plain import plain

MARKER = "lifepod-home.json"
NOTE = "supervisor.json"
"""Who holds the server, in the folder while it runs; written by :mod:`lifepod.home.supervisor`."""
LOCK = ".running"
"""Held by a lock of the operating system as long as the server runs, whatever files say."""
LOG = "server.log"
_FORMAT = 2
"""Of the marker; 1 had no access control language, and stands for WAC."""
_DRAFT = ".lifepod-home-"
_READY_SECONDS = 60.0
_STOP_SECONDS = 10.0
_LOCK_SECONDS = 1.0
_COLOUR = re.compile("\x1b\\[[0-9;]*m")


@dataclass(frozen=True, slots=True)
class HomeFolder:
    """A folder that holds one pod server's data, ours by its marker."""

    path: Path
    port: int
    is_new: bool = False
    acp: bool = False
    """Its server keeps rules as access control policies (ACP) instead of access control lists (WAC)."""

    @property
    def base_url(self) -> str:
        """Where its server answers; the same for as long as the folder lives."""
        return f"http://localhost:{self.port}/"

    @classmethod
    def at(cls, path: Path | None = None, *, port: int | None = None, acp: bool = False) -> Self:
        """The folder at ``path`` (default: the user's own), made if it is not there; raises :class:`NotReady`."""
        folder = _absolute(path)
        try:
            return cls._known(folder, port, acp) if (folder / MARKER).is_file() else cls._made(folder, port, acp)
        except OSError as error:
            raise _unusable(folder, error) from None

    @classmethod
    def named(cls, name: str) -> Self:
        """A folder of ours beside the user's own, such as the demo's."""
        return cls.at(data_root() / name)

    @classmethod
    def existing(cls, path: Path | None = None) -> Self:
        """The folder at ``path`` (default: the user's own), never made; raises :class:`NotReady` if it is not there."""
        folder = _absolute(path)
        try:
            if (folder / MARKER).is_file():
                return cls._known(folder, None, False)
        except OSError as error:
            raise _unusable(folder, error) from None
        raise NotReady(
            f"There is no pod in {plain(folder)}.",
            advice="Make one with `lifepod home up`, or name its folder with --data.",
        )

    @classmethod
    def _made(cls, folder: Path, port: int | None, acp: bool) -> Self:
        there = folder.is_dir() and any(not item.name.startswith(_DRAFT) for item in folder.iterdir())
        # A pod that another process made just now is a pod all the same.
        if there and (folder / MARKER).is_file():
            return cls._known(folder, port, acp)
        if there or (folder.exists() and not folder.is_dir()):
            raise NotReady(
                f"{plain(folder)} holds something that lifepod did not make, so no pod is put there.",
                advice="Name an empty or a new folder with --data DIR.",
            )
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        folder.chmod(0o700)
        chosen = port or free_port()
        made, access = datetime.now(UTC).isoformat(timespec="seconds"), "acp" if acp else "wac"
        told = {"format": _FORMAT, "port": chosen, "created": made, "access": access}
        handle, draft = tempfile.mkstemp(prefix=_DRAFT, dir=folder)
        try:
            with os.fdopen(handle, "w") as file:
                json.dump(told, file)
            # The first of two that make it at the same time chooses the port; the other one reads it.
            os.link(draft, folder / MARKER)
        except FileExistsError:
            return cls._known(folder, port, acp)
        finally:
            Path(draft).unlink()
        return cls(folder, chosen, is_new=True, acp=acp)

    @classmethod
    def _known(cls, folder: Path, port: int | None, acp: bool) -> Self:
        kept, has_acp = _told_by(folder / MARKER)
        if acp and not has_acp:
            raise NotReady(
                f"The pod in {plain(folder)} keeps its rules as access control lists, and that cannot change.",
                advice="Leave --acp away, or make another pod with --data DIR.",
            )
        if port is not None and port != kept:
            raise NotReady(
                f"The pod in {plain(folder)} lives on port {kept} and cannot move: its addresses contain the port.",
                advice="Leave --port away, or make another pod with --data DIR.",
            )
        return cls(folder, kept, acp=has_acp)


def _absolute(path: Path | None) -> Path:
    return (path or data_root() / "home").expanduser().absolute()


def _unusable(folder: Path, error: OSError) -> NotReady:
    return NotReady(
        f"{plain(folder)} cannot be used for a pod ({error.strerror or error}).",
        advice="Name another folder with --data DIR, or mend this one.",
    )


def _told_by(marker: Path) -> tuple[int, bool]:
    """The port, and whether rules are kept as ACP."""
    try:
        told = json.loads(marker.read_bytes()[:4096])
        kept, made, access = told.get("port"), told.get("format"), told.get("access", "wac")
    except (ValueError, AttributeError, RecursionError):
        kept = made = access = None
    if isinstance(made, int) and made > _FORMAT:
        raise NotReady(f"{plain(marker)} was written by a newer lifepod.", advice="Bring lifepod up to date.")
    if made not in (1, _FORMAT) or not isinstance(kept, int) or not 0 < kept < 65536 or access not in ("wac", "acp"):
        raise NotReady(f"{plain(marker)} is damaged.", advice="Restore it from a backup of the pod.")
    return kept, access == "acp"


class RunningServer:
    """A server we started; it ends with us, even by kill -9, because it hangs on a pipe that we hold."""

    def __init__(self, folder: HomeFolder, process: subprocess.Popen[bytes], lock: IO[str]) -> None:
        self.folder = folder
        self._process = process
        self._lock = lock

    @classmethod
    def start(
        cls,
        folder: HomeFolder,
        say: Callable[[str], None] = lambda line: None,
        when_ours: Callable[[], None] = lambda: None,
    ) -> Self:
        """Start it and return when it answers; ``when_ours`` is called once the folder is. Raises :class:`NotReady`."""
        lock = locked(folder)
        try:
            when_ours()
            server = installed_server(say)
            _must_be_free(folder)
            running = cls(folder, _launch(folder, server), lock)
        except BaseException as error:
            _let_go(folder, lock)
            if isinstance(error, OSError):
                raise _unusable(folder.path, error) from None
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
        if self._process.stdin is not None:
            self._process.stdin.close()
        _let_go(self.folder, self._lock)

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


def locked(folder: HomeFolder) -> IO[str]:
    """The folder as ours alone until this is closed or we die; raises :class:`NotReady` where a server holds it."""
    until = time.monotonic() + _LOCK_SECONDS
    try:
        lock = (folder.path / LOCK).open("a")
    except OSError as error:
        raise _unusable(folder.path, error) from None
    while True:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            # Whoever only asks for the state holds it for an instant.
            if time.monotonic() < until:
                time.sleep(0.02)
                continue
            lock.close()
            raise NotReady(
                f"The pod in {plain(folder.path)} is running already.",
                advice="Stop it with `lifepod home down`, or just use it.",
            ) from None
        # What a holder wrote that was killed says nothing about us.
        (folder.path / NOTE).unlink(missing_ok=True)
        return lock


def _let_go(folder: HomeFolder, lock: IO[str]) -> None:
    if not lock.closed:
        (folder.path / NOTE).unlink(missing_ok=True)
        lock.close()


def is_held(folder: HomeFolder) -> bool:
    """Whether some process holds this folder now."""
    try:
        with (folder.path / LOCK).open("r") as file:
            fcntl.flock(file, fcntl.LOCK_SH | fcntl.LOCK_NB)
            return False
    except FileNotFoundError:
        return False
    except BlockingIOError:
        return True
    except OSError as error:
        raise _unusable(folder.path, error) from None


def _launch(folder: HomeFolder, server: Path) -> subprocess.Popen[bytes]:
    command: list[str | Path] = [
        find_node().path, "--require", server / "loopback.cjs",
        server / SERVER_JS,
        "-p", str(folder.port), "-b", folder.base_url, "-c", f"@css:config/file{'-acp' if folder.acp else ''}.json",
        "-f", folder.path / "data", "-l", "warn",
    ]  # fmt: skip
    clean = {k: v for k, v in os.environ.items() if not k.startswith(("LIFEPOD_", "NODE_", "CSS_"))}
    handle = os.open(folder.path / LOG, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
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
        with (folder.path / LOG).open("rb") as file:
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
    lines = [_COLOUR.sub("", line).strip() for line in log_of(folder).splitlines()]
    lines = [line for line in lines if line and not line.startswith(("at ", "lifepod: "))]
    telling = [line for line in lines if re.search(r"[Ee]rror\b|EACCES|EADDRINUSE|ENOSPC|ENOTDIR|EROFS", line)]
    said = telling[:1] or lines[-1:]
    tail = f": {plain(said[0], 200)}" if said else "."
    return NotReady(f"The pod server ended while it was starting{tail}", advice=_look_at(folder))


def _look_at(folder: HomeFolder) -> str:
    return f"Its log tells more: {plain(folder.path / LOG)}"


def _must_be_free(folder: HomeFolder) -> None:
    until = time.monotonic() + _LOCK_SECONDS
    while is_used(folder.port):
        # A server of ours whose holder was killed needs an instant to notice.
        if time.monotonic() > until:
            raise NotReady(
                f"Port {folder.port} is in use{by_whom(folder.port)}, and this pod lives on no other.",
                advice="Stop that program, then try again; or make another pod with --data DIR.",
            )
        time.sleep(0.05)
