"""Packages of npm that tests need, on this machine once for all runs.

It refuses to run install scripts of packages, and to leave a half-made folder that looks whole.
"""

from __future__ import annotations

import fcntl
import hashlib
import os
import shutil
import subprocess
import tempfile
from collections.abc import Mapping, Sequence
from pathlib import Path

from tests.conftest import SERVER_DIR

from lifepod.home.node import find_node

_NPM = ("ci", "--ignore-scripts", "--no-audit", "--no-fund", "--prefer-offline")
_SECONDS = 900


class NotInstalled(Exception):
    """npm did not do it; it says what npm said."""


def installed(name: str, source: Path, files: Sequence[str]) -> Path:
    """The folder with these files and their packages; it appears in one rename, so one that is there is whole."""
    sources = {file: (source / file).read_bytes() for file in files}
    digest = hashlib.sha256(b"\0".join(sources[file] for file in files)).hexdigest()[:12]
    root = Path(SERVER_DIR)
    target = root / f"{name}-{digest}"
    root.mkdir(mode=0o700, parents=True, exist_ok=True)
    with (root / f".installing-{name}").open("a") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not target.is_dir():
            for left in root.glob(f".{name}-*"):
                shutil.rmtree(left, ignore_errors=True)
            _install(sources, target)
    return target


def _install(sources: Mapping[str, bytes], target: Path) -> None:
    node = find_node()
    draft = Path(tempfile.mkdtemp(prefix=f".{target.name}-", dir=target.parent))
    try:
        for name, data in sources.items():
            (draft / name).write_bytes(data)
        path = f"{node.path.parent}{os.pathsep}{os.environ.get('PATH', '')}"
        done = subprocess.run(
            [node.path, node.npm, *_NPM], cwd=draft, env={**os.environ, "PATH": path}, stdin=subprocess.DEVNULL,
            capture_output=True, text=True, timeout=_SECONDS, check=False,
        )  # fmt: skip
        if done.returncode != 0:
            raise NotInstalled(f"npm could not install what {target.name} needs:\n{done.stderr[-4000:]}")
        draft.rename(target)
    finally:
        shutil.rmtree(draft, ignore_errors=True)
