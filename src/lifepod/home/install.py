"""Puts the pinned pod server on this machine, once, from the lockfile that travels in the package.

It refuses to run install scripts of packages, to leave a half-made folder that looks whole, and to install twice at
the same time.
"""

from __future__ import annotations

import fcntl
import hashlib
import os
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
_FILES = ("package.json", "package-lock.json", ".npmrc", "loopback.cjs")
_SECONDS = 600


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
    root = Path(os.environ.get("LIFEPOD_CSS_DIR") or data_root())
    target = root / f"css-{VERSION}-{digest}"
    if target.is_dir():
        return target
    node = find_node()
    try:
        root.mkdir(mode=0o700, parents=True, exist_ok=True)
        with _alone(root / ".installing"):
            if not target.is_dir():
                say(f"installing Community Solid Server {VERSION} (once; about 105 MB, half a minute)")
                _install(node, sources, target)
    except OSError as error:
        raise NotReady(f"The pod server cannot be installed in {root} ({error.strerror}).") from None
    return target


@contextmanager
def _alone(path: Path) -> Iterator[None]:
    with path.open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


def _install(node: Node, sources: dict[str, bytes], target: Path) -> None:
    draft = Path(tempfile.mkdtemp(prefix=".css-", dir=target.parent))
    try:
        for name, data in sources.items():
            (draft / name).write_bytes(data)
        command: list[str | Path] = [
            node.path,
            node.npm,
            "ci",
            "--omit=dev",
            "--ignore-scripts",
            "--no-audit",
            "--no-fund",
        ]
        path = f"{node.path.parent}{os.pathsep}{os.environ.get('PATH', '')}"
        done = subprocess.run(
            command, cwd=draft, env={**os.environ, "PATH": path}, capture_output=True, text=True, timeout=_SECONDS
        )
        if done.returncode != 0:
            raise NotReady(
                f"The pod server could not be installed: {_reason(done.stderr)}",
                advice="Check that this machine reaches the npm registry, then try again; nothing was left behind.",
            )
        draft.replace(target)
    except subprocess.TimeoutExpired:
        raise NotReady(f"Installing the pod server took longer than {_SECONDS} s and was stopped.") from None
    finally:
        shutil.rmtree(draft, ignore_errors=True)


def _reason(text: str) -> str:
    lines = [line.removeprefix("npm error").removeprefix("npm ERR!").strip() for line in text.splitlines()]
    telling = [line for line in lines if line and "complete log" not in line.lower() and not line.startswith("/")]
    network = [line for line in telling if "network" in line or "ENOTFOUND" in line or "ECONNREFUSED" in line]
    return plain((network or telling or ["npm said nothing"])[0], 200)
