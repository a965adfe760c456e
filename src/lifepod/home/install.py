"""Puts the pinned pod server on this machine, once, from the lockfile that travels in the package.

It refuses to run install scripts of packages, to leave a half-made folder that looks whole, and to install twice at
the same time.

* The folder's name carries a digest of what was asked for: another lockfile is another folder.
* It appears in one rename, so a folder that is there is whole.
"""

from __future__ import annotations

import fcntl
import hashlib
import os
import re
import shutil
import subprocess
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from importlib.resources import files
from pathlib import Path

import platformdirs

from lifepod.errors import NotReady
from lifepod.home.node import Node, find_node
from lifepod.plain import plain

VERSION = "7.2.0"
"""Of Community Solid Server."""
SERVER_JS = "node_modules/@solid/community-server/bin/server.js"
"""What Node runs, inside the installed folder."""
_FILES = ("package.json", "package-lock.json", ".npmrc", "loopback.cjs")
_SECONDS = 900
_DRAFT = ".css-"
# npm's own patience (ten and sixty seconds between tries) looks like a hang to whoever has no network.
_NPM = (
    "ci", "--omit=dev", "--ignore-scripts", "--no-audit", "--no-fund", "--prefer-offline",
    "--fetch-retries=2", "--fetch-retry-mintimeout=500", "--fetch-retry-maxtimeout=4000",
)  # fmt: skip
_NETWORK = re.compile(r"network|ENOTFOUND|ECONNREFUSED|ECONNRESET|EAI_AGAIN|ETIMEDOUT|ENETUNREACH|EHOSTUNREACH")
_NOISE = re.compile(r"complete log|^at |^npm warn|^(?:code|syscall|errno) ", re.IGNORECASE)


def data_root() -> Path:
    """Where the server and the pods at home lie: ``LIFEPOD_DIR/data``, else the user's data folder."""
    top = os.environ.get("LIFEPOD_DIR")
    return Path(top) / "data" if top else Path(platformdirs.user_data_dir("lifepod"))


def installed_server(say: Callable[[str], None]) -> Path:
    """The folder with the server's ``node_modules``, installed if need be; raises :class:`NotReady`.

    ``LIFEPOD_CSS_DIR`` puts it elsewhere, so that several data folders can share one.
    """
    sources = {name: files("lifepod.home").joinpath("css", name).read_bytes() for name in _FILES}
    digest = hashlib.sha256(b"\0".join(sources[name] for name in _FILES)).hexdigest()[:12]
    root = Path(os.environ.get("LIFEPOD_CSS_DIR") or data_root()).absolute()
    target = root / f"css-{VERSION}-{digest}"
    if _is_whole(target):
        return target
    node = find_node()
    try:
        root.mkdir(mode=0o700, parents=True, exist_ok=True)
        with _alone(root / ".installing", say):
            if not _is_whole(target):
                say(f"installing Community Solid Server {VERSION} (once; about 105 MB, half a minute)")
                _clear(root, target)
                _install(node, sources, target)
    except OSError as error:
        raise NotReady(
            f"The pod server cannot be installed in {root} ({error.strerror or error}).",
            advice="Make room or give yourself the right to write there, or name another folder in LIFEPOD_CSS_DIR.",
        ) from None
    return target


def _is_whole(target: Path) -> bool:
    return (target / SERVER_JS).is_file() and (target / "loopback.cjs").is_file()


@contextmanager
def _alone(path: Path, say: Callable[[str], None]) -> Iterator[None]:
    with path.open("a") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            say("waiting for another lifepod that is installing the server")
            fcntl.flock(lock, fcntl.LOCK_EX)
        yield


def _clear(root: Path, target: Path) -> None:
    """What an install that was killed left, and a folder somebody took files from."""
    for left in [*root.glob(f"{_DRAFT}*"), target]:
        shutil.rmtree(left, ignore_errors=True)


def _install(node: Node, sources: dict[str, bytes], target: Path) -> None:
    draft = Path(tempfile.mkdtemp(prefix=_DRAFT, dir=target.parent))
    try:
        for name, data in sources.items():
            (draft / name).write_bytes(data)
        code, said = _npm(node, draft)
        if code != 0 or not _is_whole(draft):
            raise _failed(said)
        draft.rename(target)
    except subprocess.TimeoutExpired:
        raise NotReady(
            f"Installing the pod server took longer than {_SECONDS} s and was stopped.",
            advice="Try again on a faster line; what was fetched is kept by npm.",
        ) from None
    finally:
        shutil.rmtree(draft, ignore_errors=True)


def _npm(node: Node, draft: Path) -> tuple[int, str]:
    """Run it so that it ends with us, whatever ends us: it too hangs on a pipe that we hold."""
    path = f"{node.path.parent}{os.pathsep}{os.environ.get('PATH', '')}"
    hanging, held = os.pipe()
    try:
        done = subprocess.run(
            [node.path, "--require", draft / "loopback.cjs", node.npm, *_NPM],
            cwd=draft, env={**os.environ, "PATH": path}, stdin=hanging, capture_output=True, timeout=_SECONDS,
        )  # fmt: skip
        return done.returncode, (done.stderr or done.stdout).decode(errors="replace")
    finally:
        os.close(hanging)
        os.close(held)


def _failed(said: str) -> NotReady:
    stripped = (re.sub(r"^npm (?:error|ERR!)\s*", "", line).strip() for line in said.splitlines())
    telling = [line for line in stripped if line and not _NOISE.search(line)]
    network = [line for line in telling if _NETWORK.search(line)]
    if network:
        return NotReady(
            f"The pod server could not be fetched, because npm reaches no registry: {plain(network[0], 160)}",
            advice="Connect this machine to the network (only the first start needs it), then try again.",
        )
    reason = plain(telling[0], 160) if telling else "npm said nothing"
    return NotReady(
        f"The pod server could not be installed: {reason}",
        advice="Mend what npm names, then try again; nothing was left behind.",
    )
