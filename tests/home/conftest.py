"""A workshop in place of the machine's own Node and npm."""

from __future__ import annotations

from pathlib import Path

import pytest
from tests.home.workshop import Workshop


@pytest.fixture
def workshop(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Workshop:
    made = Workshop(tmp_path / "workshop")
    monkeypatch.setenv("PATH", str(made.bin))
    monkeypatch.setenv("LIFEPOD_CSS_DIR", str(made.servers))
    return made
