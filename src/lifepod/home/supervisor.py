"""Keeps the pod at home running after the command that started it has gone (``python -m lifepod.home.supervisor``).

It refuses to signal a process that is not its own, and to outlive its server.

* Whether a pod runs is told by the lock on its folder alone; ``supervisor.json`` only says by whom and since when.
* The server hangs on a pipe of whoever holds it: no way of ending the holder leaves a server behind.
"""

from __future__ import annotations

import json
import os
import shutil
import signal
import subprocess
import sys
import tarfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from lifepod.errors import NotReady
from lifepod.home.install import installed_server
from lifepod.home.server import LOCK, LOG, MARKER, NOTE, HomeFolder, RunningServer, is_held, locked
from lifepod.plain import plain

_UP_SECONDS, _DOWN_SECONDS = 75.0, 20.0
_STOPPING = (signal.SIGTERM, signal.SIGINT, signal.SIGHUP)


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
    """UTC, ISO 8601; empty as long as it does not answer yet."""
    acp: bool = False
    """Rules are kept as access control policies."""


def status(folder: HomeFolder) -> Status:
    """Whether the pod in this folder runs, told by its lock, never by a stale file."""
    held = is_held(folder)
    pid, since = _noted(folder) if held else (None, "")
    return Status(held, folder.base_url, folder.port, str(folder.path), pid, since, folder.acp)


def _noted(folder: HomeFolder) -> tuple[int | None, str]:
    try:
        told = json.loads((folder.path / NOTE).read_bytes()[:4096])
        pid, since = told["pid"], told["since"]
        # A number that was given to another process since is nobody of ours.
        if isinstance(pid, int) and pid > 1 and isinstance(since, str) and told["birth"] == _birth(pid):
            return pid, since
    except (OSError, ValueError, KeyError, TypeError, RecursionError):
        pass
    return None, ""


def _birth(pid: int) -> str:
    """When this process began, in the kernel's own count; empty where the system does not tell."""
    try:
        return (Path("/proc") / str(pid) / "stat").read_text(errors="replace").rsplit(")", 1)[1].split()[19]
    except (OSError, IndexError):
        return ""


def up(folder: HomeFolder, say: Callable[[str], None] = lambda line: None) -> Status:
    """Start it and come back when it answers; nothing happens where it runs already. Raises :class:`NotReady`."""
    now = _answering(folder)
    if now.running:
        return now
    installed_server(say)
    say(f"starting the pod server at {folder.base_url}")
    report, told = os.pipe()
    with os.fdopen(report, "rb") as answer:
        try:
            process = subprocess.Popen(
                [sys.executable, "-P", "-m", "lifepod.home.supervisor", str(folder.path), str(told)],
                pass_fds=(told,), stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
                start_new_session=True, cwd=folder.path,
            )  # fmt: skip
        except OSError as error:
            raise NotReady(f"The pod server could not be started ({error.strerror or error}).") from None
        finally:
            os.close(told)
        try:
            process.wait()
            # One line when the server answers, or why it does not; if the supervisor dies, the pipe just closes.
            line = answer.readline(65536)
        except BaseException:
            _stop_group(process.pid)
            answer.read()
            raise
    if line == b"{}\n":
        return status(folder)
    other = _answering(folder)
    if other.running:
        return other
    raise _reported(folder, line)


def _stop_group(group: int) -> None:
    try:
        os.killpg(group, signal.SIGTERM)
    except ProcessLookupError:
        pass


def _reported(folder: HomeFolder, line: bytes) -> NotReady:
    try:
        said = json.loads(line)
        return NotReady(str(said["error"]), advice=str(said["advice"]))
    except (ValueError, KeyError, TypeError):
        return NotReady("The pod server could not be started.", advice=f"Its log may tell: {plain(folder.path / LOG)}")


def _answering(folder: HomeFolder) -> Status:
    """The state, once another ``up`` on this folder has come to its end."""
    until = time.monotonic() + _UP_SECONDS
    while (now := status(folder)).running and now.pid is not None and not now.since and time.monotonic() < until:
        time.sleep(0.05)
    return now


def down(folder: HomeFolder) -> Status:
    """Stop it and wait until it is gone; nothing happens where it does not run. Raises :class:`NotReady`."""
    now = status(folder)
    if not now.running:
        return now
    if now.pid is None:
        raise NotReady(
            f"The pod in {plain(folder.path)} is run by another program, such as a demo.",
            advice="Stop it there, with Ctrl-C.",
        )
    try:
        os.kill(now.pid, signal.SIGTERM)
    except ProcessLookupError:
        pass
    except PermissionError:
        raise NotReady(
            f"The pod in {plain(folder.path)} is run by another user (process {now.pid}).",
            advice="Ask them to stop it.",
        ) from None
    until = time.monotonic() + _DOWN_SECONDS
    while time.monotonic() < until:
        if not is_held(folder):
            return status(folder)
        time.sleep(0.05)
    raise NotReady(
        f"The pod server (process {now.pid}) does not stop.", advice="Look at what it is doing, then kill it."
    )


def backup(folder: HomeFolder, target: Path) -> Path:
    """All of a pod that does not run, as a ``.tar.gz`` that only its owner can read; raises :class:`NotReady`."""
    inside = target.resolve().is_relative_to(folder.path.resolve())
    if inside or target.exists():
        lack = "lies inside the pod's own folder" if inside else "is there already"
        raise NotReady(f"{plain(target)} {lack}.", advice="Name a new file elsewhere.")
    with _resting(folder):
        try:
            handle = os.open(target, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
            try:
                with os.fdopen(handle, "wb") as out, tarfile.open(fileobj=out, mode="w:gz") as tar:
                    tar.add(folder.path.resolve(), arcname="home", filter=_kept)
            except BaseException:
                target.unlink(missing_ok=True)
                raise
        except OSError as error:
            raise NotReady(f"{plain(target)} cannot be written ({error.strerror or error}).") from None
    return target


def _kept(member: tarfile.TarInfo) -> tarfile.TarInfo | None:
    return None if member.name in {f"home/{name}" for name in (LOCK, LOG, NOTE)} else member


def remove(folder: HomeFolder) -> None:
    """Delete a pod that does not run, with everything in it; raises :class:`NotReady`."""
    with _resting(folder):
        try:
            # The marker last: a removal that was cut short can be run again.
            for item in folder.path.iterdir():
                if item.name not in (MARKER, LOCK):
                    shutil.rmtree(item) if item.is_dir() and not item.is_symlink() else item.unlink()
            shutil.rmtree(folder.path.resolve())
        except OSError as error:
            raise NotReady(
                f"{plain(folder.path)} cannot be deleted ({error.strerror or error}).",
                advice="Mend that, then try again.",
            ) from None


@contextmanager
def _resting(folder: HomeFolder) -> Iterator[None]:
    if not (folder.path / MARKER).is_file():
        raise NotReady(f"{plain(folder.path)} is no pod of lifepod's.", advice="Check the folder named with --data.")
    if is_held(folder):
        raise NotReady(f"The pod in {plain(folder.path)} is running.", advice="Stop it first: lifepod home down")
    with locked(folder):
        yield


def hold(folder: HomeFolder, ready: Callable[[RunningServer], None], say: Callable[[str], None]) -> int:
    """Run the server here until someone stops us (SIGTERM, Ctrl-C): 0. Raises :class:`NotReady` if it ends itself."""
    for number in _STOPPING:
        signal.signal(number, signal.default_int_handler)
    try:
        with RunningServer.start(folder, say, lambda: _note(folder, "")) as server:
            try:
                _note(folder, datetime.now(UTC).isoformat(timespec="seconds").replace("+00:00", "Z"))
                ready(server)
                while server.poll() is None:
                    time.sleep(0.1)
                raise NotReady(
                    f"The pod server ended by itself (code {server.poll()}).",
                    advice=f"Its log may tell: {plain(folder.path / LOG)}",
                )
            finally:
                # A second Ctrl-C must not cut the stopping short.
                for number in _STOPPING:
                    signal.signal(number, signal.SIG_IGN)
    except KeyboardInterrupt:
        return 0


def _note(folder: HomeFolder, since: str) -> None:
    me = {"pid": os.getpid(), "birth": _birth(os.getpid()), "since": since, "url": folder.base_url}
    draft = folder.path / f".{NOTE}"
    with os.fdopen(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w") as file:
        json.dump(me, file)
    draft.replace(folder.path / NOTE)


def _main(path: str, pipe: str) -> int:
    def tell(value: dict[str, str]) -> None:
        # Nobody there to read it: whoever asked for the server has gone, and so do we.
        os.write(int(pipe), json.dumps(value).encode() + b"\n")
        os.close(int(pipe))

    # Twice removed from whoever asked, so that it need not outlive us to see us end.
    if os.fork():
        return 0
    is_up = False

    def ready(server: RunningServer) -> None:
        nonlocal is_up
        tell({})
        is_up = True

    try:
        code = hold(HomeFolder.existing(Path(path)), ready, lambda line: None)
        if not is_up:
            tell({"error": "The pod server was stopped while it was starting.", "advice": NotReady.advice})
        return code
    except NotReady as error:
        if not is_up:
            tell({"error": str(error), "advice": error.advice})
        return 1
    except BrokenPipeError:
        return 1


if __name__ == "__main__":
    raise SystemExit(_main(*sys.argv[1:3]))
