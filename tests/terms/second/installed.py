"""Another implementation of Data Integrity proofs, on this machine once for all runs, and one question put to it.

It refuses to judge: the tests do.
"""

from __future__ import annotations

import json
import subprocess
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from tests import npm

from lifepod.home.node import find_node

HERE = Path(__file__).parent
_FILES = ("package.json", "package-lock.json", ".npmrc", "check.mjs")


def installed() -> Path:
    """The folder with the packages and the script."""
    return npm.installed("second", HERE, _FILES)


def answer(folder: Path, question: Mapping[str, object]) -> Any:
    """What the script says; an error is shown with what it wrote."""
    done = subprocess.run(
        [find_node().path, folder / "check.mjs"], input=json.dumps(question), capture_output=True, text=True, timeout=60
    )
    assert done.returncode == 0, done.stderr[-4000:]
    return json.loads(done.stdout)
