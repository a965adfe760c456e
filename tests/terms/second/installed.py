"""Another implementation of Data Integrity proofs, on this machine once for all runs, and one question put to it.

It refuses to run install scripts of packages, and to leave a half-made folder that looks whole.
"""

from __future__ import annotations

import fcntl
import hashlib
import json
import os
import shutil
import subprocess
import tempfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from tests.conftest import SERVER_DIR

from lifepod.home.node import find_node

HERE = Path(__file__).parent
_FILES = ("package.json", "package-lock.json", ".npmrc", "check.mjs")
_NPM = ("ci", "--ignore-scripts", "--no-audit", "--no-fund", "--prefer-offline")
_SECONDS = 600


def installed() -> Path:
    """The folder with the packages and the script; it appears in one rename, so one that is there is whole."""
    sources = {name: (HERE / name).read_bytes() for name in _FILES}
    digest = hashlib.sha256(b"\0".join(sources[name] for name in _FILES)).hexdigest()[:12]
    root = Path(SERVER_DIR)
    target = root / f"second-{digest}"
    root.mkdir(mode=0o700, parents=True, exist_ok=True)
    with (root / ".installing-second").open("a") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not target.is_dir():
            for left in root.glob(".second-*"):
                shutil.rmtree(left, ignore_errors=True)
            _install(sources, target)
    return target


def _install(sources: Mapping[str, bytes], target: Path) -> None:
    node = find_node()
    draft = Path(tempfile.mkdtemp(prefix=".second-", dir=target.parent))
    try:
        for name, data in sources.items():
            (draft / name).write_bytes(data)
        path = f"{node.path.parent}{os.pathsep}{os.environ.get('PATH', '')}"
        done = subprocess.run(
            [node.path, node.npm, *_NPM], cwd=draft, env={**os.environ, "PATH": path}, stdin=subprocess.DEVNULL,
            capture_output=True, text=True, timeout=_SECONDS, check=False,
        )  # fmt: skip
        assert done.returncode == 0, f"npm could not install the packages:\n{done.stderr[-4000:]}"
        draft.rename(target)
    finally:
        shutil.rmtree(draft, ignore_errors=True)


def answer(folder: Path, question: Mapping[str, object]) -> Any:
    """What the script says; an error is shown with what it wrote."""
    done = subprocess.run(
        [find_node().path, folder / "check.mjs"], input=json.dumps(question), capture_output=True, text=True, timeout=60
    )
    assert done.returncode == 0, done.stderr[-4000:]
    return json.loads(done.stdout)
