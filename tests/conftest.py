"""What every test stands on: no network unless it is marked live, no trace of the developer's own machine."""

from __future__ import annotations

import os
import socket
from collections.abc import Generator
from pathlib import Path
from typing import Any

import keyring.core
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


_LONG = ("tests/oracle", "tests/test_readme.py", "tests/interop", "tests/live", "tests/bench", "tests/tui")
"""Where the long tests are, the longest first: two workers end at the same time only if those do not come last."""


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """The long files first, within a file in their order; tests over files that are not on this machine are none."""
    items[:] = [item for item in items if not _without_cases(item)]

    def place(item: pytest.Item) -> int:
        return next((i for i, folder in enumerate(_LONG) if item.nodeid.startswith(folder)), len(_LONG))

    items.sort(key=place)


def _without_cases(item: pytest.Item) -> bool:
    """Whether a table of cases is empty: the exports that others wrote are not everywhere, which is no skipped test."""
    return any("empty parameter set" in str(mark.kwargs.get("reason")) for mark in item.iter_markers("skip"))


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
    # keyring asks the environment once for the life of the process; each test has its own to be asked.
    monkeypatch.setattr(keyring.core, "_keyring_backend", None)
    monkeypatch.setenv("TEXTUAL_ANIMATIONS", "none")


@pytest.fixture(autouse=True)
def no_network(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    """Connecting is for live tests; the event loop's own socket pair is not connecting. And no test asks for a name."""
    monkeypatch.setattr(socket, "getaddrinfo", _nobody_knows)
    if request.node.get_closest_marker("live") is None:

        def refuse(self: socket.socket, address: Any) -> None:
            raise AssertionError(f"a test that is not marked live connects to {address!r}")

        monkeypatch.setattr(socket.socket, "connect", refuse)
        monkeypatch.setattr(socket.socket, "connect_ex", refuse)


_ASKED = socket.getaddrinfo


def _nobody_knows(host: Any, *more: Any, **named: Any) -> Any:
    """Addresses of this machine alone; any other name is unknown, at once."""
    name = host.decode() if isinstance(host, bytes) else host
    if name and name != "localhost" and not name.endswith(".localhost") and not name.startswith(("127.", "::1")):
        raise socket.gaierror(socket.EAI_NONAME, "no name is asked for in tests")
    return _ASKED(host, *more, **named)


@pytest.fixture(scope="session")
def anyio_backend() -> str:
    """One event loop, the one the program uses."""
    return "asyncio"


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item: pytest.Item) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """Say of each report whether it is a live test's; the report may travel from a worker's process."""
    report = yield
    if item.get_closest_marker("live"):
        report.user_properties.append(("live", True))
    return report


def pytest_sessionfinish(session: pytest.Session, exitstatus: int) -> None:
    """In a strict run nothing may be skipped and live tests must have run (a run of one file is never strict)."""
    reporter = session.config.pluginmanager.get_plugin("terminalreporter")
    whole = session.config.args == session.config.getini("testpaths")
    if not os.environ.get("LIFEPOD_TESTS_STRICT") or not whole or reporter is None or _is_worker(session):
        return
    # An expected failure is a test that was not passed; it counts as a skipped one.
    skipped = sum(len(reporter.stats.get(outcome, [])) for outcome in ("skipped", "xfailed", "xpassed"))
    live = sum(("live", True) in report.user_properties for report in reporter.stats.get("passed", []))
    if (skipped or not live) and exitstatus == 0:
        reporter.write_line(f"\nstrict run: {skipped} skipped, {live} live tests passed", red=True)
        session.exitstatus = pytest.ExitCode.TESTS_FAILED


def _is_worker(session: pytest.Session) -> bool:
    return hasattr(session.config, "workerinput")
