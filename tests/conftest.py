"""What every test stands on: no network unless it is marked live, no trace of the developer's own machine."""

from __future__ import annotations

import os
import socket
from collections.abc import Generator
from pathlib import Path
from typing import Any

import pytest
from hypothesis import settings

SERVER_DIR = os.environ.get("LIFEPOD_CSS_DIR") or str(
    Path(os.environ.get("XDG_DATA_HOME") or Path.home() / ".local/share") / "lifepod"
)
"""Where the pod server is installed, once for all runs; taken before the environment is scrubbed."""

settings.register_profile("ci", deadline=None, derandomize=True)
settings.load_profile("ci")

_SCRUBBED = ("LIFEPOD_", "XDG_", "HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY", "NO_PROXY")


def pytest_addoption(parser: pytest.Parser) -> None:
    """``--update-golden`` writes the golden texts anew."""
    parser.addoption("--update-golden", action="store_true", help="write golden texts anew")


@pytest.fixture(autouse=True)
def own_world(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """A home of its own for every test; settings of the machine do not reach in."""
    for name in list(os.environ):
        if name.upper().startswith(_SCRUBBED):
            monkeypatch.delenv(name)
    monkeypatch.setenv("HOME", str(tmp_path / "home"))
    monkeypatch.setenv("LIFEPOD_DIR", str(tmp_path / "lifepod"))
    monkeypatch.setenv("LIFEPOD_CSS_DIR", SERVER_DIR)
    monkeypatch.setenv("PYTHON_KEYRING_BACKEND", "keyring.backends.fail.Keyring")
    monkeypatch.setenv("TEXTUAL_ANIMATIONS", "none")


@pytest.fixture(autouse=True)
def no_network(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    """Connecting is for live tests; the event loop's own socket pair is not connecting."""
    if request.node.get_closest_marker("live") is None:

        def refuse(self: socket.socket, address: Any) -> None:
            raise AssertionError(f"a test that is not marked live connects to {address!r}")

        monkeypatch.setattr(socket.socket, "connect", refuse)
        monkeypatch.setattr(socket.socket, "connect_ex", refuse)


@pytest.fixture(scope="session")
def anyio_backend() -> str:
    """One event loop, the one the program uses."""
    return "asyncio"


_LIVE_PASSED: list[str] = []


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item: pytest.Item) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """Count the live tests that really ran."""
    report = yield
    if report.when == "call" and report.passed and item.get_closest_marker("live"):
        _LIVE_PASSED.append(item.nodeid)
    return report


def pytest_sessionfinish(session: pytest.Session, exitstatus: int) -> None:
    """In a strict run nothing may be skipped and live tests must have run (a run of one file is never strict)."""
    if not os.environ.get("LIFEPOD_TESTS_STRICT") or session.config.args != session.config.getini("testpaths"):
        return
    reporter = session.config.pluginmanager.get_plugin("terminalreporter")
    assert reporter is not None
    # An expected failure is a test that was not passed; it counts as a skipped one.
    skipped = sum(len(reporter.stats.get(outcome, [])) for outcome in ("skipped", "xfailed", "xpassed"))
    if (skipped or not _LIVE_PASSED) and exitstatus == 0:
        reporter.write_line(f"\nstrict run: {skipped} skipped, {len(_LIVE_PASSED)} live tests passed", red=True)
        session.exitstatus = pytest.ExitCode.TESTS_FAILED
