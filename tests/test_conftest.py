"""The ground the tests stand on, tried out in a small test folder of its own."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import keyring
import keyring.errors
import pytest

CONFTEST = Path(__file__).with_name("conftest.py")
SETTINGS = (
    "[tool.pytest.ini_options]\ntestpaths = ['tests']\nanyio_mode = 'auto'\nfilterwarnings = ['error']\n"
    "markers = ['live']\naddopts = '--strict-markers --import-mode=importlib'\n"
)
PASSES = "def test_passes(): pass\n"
LIVE = "import pytest\n@pytest.mark.live\ndef test_live(): pass\n"
TWO = ("-p", "xdist", "-n", "2")
KNOCKS = (
    "import socket\ndef knock():\n"
    "    with socket.socket() as door, socket.socket() as caller:\n"
    "        door.bind(('127.0.0.1', 0))\n        door.listen()\n        caller.{0}(door.getsockname())\n"
)


def outcome(folder: Path, text: str, *, strict: bool = False, args: tuple[str, ...] = ()) -> tuple[int, str]:
    """Exit code and output of a run of one test file under our conftest."""
    (folder / "tests").mkdir()
    (folder / "pyproject.toml").write_text(SETTINGS)
    (folder / "tests" / "conftest.py").write_text(CONFTEST.read_text("utf-8"))
    (folder / "tests" / "test_it.py").write_text(text)
    # Only the plugin our settings speak of: the others cost a second at each start.
    environment = {
        **os.environ,
        "PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1",
        **({"LIFEPOD_TESTS_STRICT": "1"} if strict else {}),
    }
    command = [sys.executable, "-m", "pytest", "-p", "no:cacheprovider", "-p", "anyio.pytest_plugin", *args]
    done = subprocess.run(command, cwd=folder, env=environment, capture_output=True, text=True)
    return done.returncode, done.stdout


@pytest.mark.parametrize(
    ("text", "strict", "args", "code"),
    [
        (PASSES + LIVE, True, (), 0),
        (PASSES, True, (), 1),
        (LIVE + "def test_skips(): pytest.skip('not today')\n", True, (), 1),
        (LIVE + "@pytest.mark.xfail\ndef test_expected(): assert 0\n", True, (), 1),
        (LIVE.replace("pass", "pytest.skip('no server')"), True, (), 1),
        (PASSES + LIVE, True, ("-m", "not live"), 1),
        (PASSES, True, ("tests/test_it.py",), 0),
        (LIVE + "@pytest.mark.parametrize('path', [])\ndef test_files(path): assert 0\n", True, (), 0),
        (LIVE + "@pytest.mark.parametrize('path', [])\ndef test_files(path): assert 0\n", True, TWO, 0),
        (PASSES + LIVE, True, TWO, 0),
        (PASSES, True, TWO, 1),
        (LIVE + "def test_skips(): pytest.skip('not today')\n", True, TWO, 1),
        (PASSES + "import pytest\ndef test_skips(): pytest.skip('not today')\n", False, (), 0),
    ],
)
def test_a_strict_run_wants_live_tests_and_no_skips(
    text: str, strict: bool, args: tuple[str, ...], code: int, tmp_path: Path
) -> None:
    assert outcome(tmp_path, text, strict=strict, args=args)[0] == code


@pytest.mark.parametrize("way", ["connect", "connect_ex"])
def test_a_test_that_is_not_live_cannot_connect(way: str, tmp_path: Path) -> None:
    code, said = outcome(tmp_path, KNOCKS.format(way) + "def test_it(): knock()\n")
    assert code == 1
    assert "a test that is not marked live connects to ('127.0.0.1'," in said


def test_a_live_test_can_connect(tmp_path: Path) -> None:
    code, said = outcome(tmp_path, KNOCKS.format("connect") + LIVE.replace("pass", "knock()"))
    assert code == 0, said


def test_async_tests_run_without_a_mark_and_on_asyncio(tmp_path: Path) -> None:
    text = "import asyncio\nasync def test_it(): assert asyncio.current_task() is None\n"
    code, said = outcome(tmp_path, text)
    assert code == 1
    assert "AssertionError" in said


def test_the_machine_does_not_reach_in(tmp_path: Path) -> None:
    assert os.environ["HOME"] == str(tmp_path / "home")
    assert os.environ["LIFEPOD_DIR"] == str(tmp_path / "lifepod")
    assert [n for n in os.environ if n.upper().endswith("_PROXY") or n.startswith("XDG_")] == []
    with pytest.raises(keyring.errors.NoKeyringError):
        keyring.get_password("lifepod", "anyone")


def test_a_test_with_a_keyring_of_its_own_leaves_none_behind(tmp_path: Path) -> None:
    text = (
        "import keyring, keyring.errors, pytest\n"
        "def test_first(monkeypatch):\n"
        "    monkeypatch.setenv('PYTHON_KEYRING_BACKEND', 'keyring.backends.null.Keyring')\n"
        "    assert keyring.get_password('lifepod', 'anyone') is None\n"
        "def test_second():\n"
        "    with pytest.raises(keyring.errors.NoKeyringError): keyring.get_password('lifepod', 'anyone')\n"
    )
    code, said = outcome(tmp_path, text)
    assert code == 0, said


def test_settings_of_the_machine_are_scrubbed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("LIFEPOD_PROFILE", "XDG_CONFIG_HOME", "https_proxy", "NO_PROXY"):
        monkeypatch.setenv(name, "from-outside")
    code, said = outcome(tmp_path, "import os\ndef test_it(): assert 'from-outside' not in os.environ.values()\n")
    assert code == 0, said
