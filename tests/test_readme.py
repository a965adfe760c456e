"""The README does what it says: every block runs, every command and code it names is there, and the examples run.

Not run here, with the reason: ``make test`` (this is it) and ``make demo`` without words (it opens a screen; its
headless twin is run).
"""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from tests.conftest import SERVER_DIR

from lifepod.cli import main, say

ROOT = Path(__file__).resolve().parents[1]
README = (ROOT / "README.md").read_text("utf-8")
NOT_RUN = ("make demo", "make test", "lifepod login ")
"""The first has a test of its own, the second is this, the third needs a browser (its test is a live one)."""
SHELL = "set -eu\n"


def blocks(language: str) -> list[str]:
    return re.findall(rf"^```{language}\n(.*?)^```$", README, re.DOTALL | re.MULTILINE)


class World:
    """A person's machine: a folder of their own, and the program on the path."""

    def __init__(self, folder: Path) -> None:
        bin_dir = Path(sys.executable).parent
        self._env = {
            **os.environ,
            "PATH": f"{bin_dir}{os.pathsep}{os.environ['PATH']}",
            "HOME": str(folder),
            "LIFEPOD_DIR": str(folder / "lifepod"),
            "LIFEPOD_CSS_DIR": SERVER_DIR,
            "PYTHON_KEYRING_BACKEND": "keyring.backends.fail.Keyring",
        }

    def run(self, *command: str | Path, code: int = 0) -> str:
        done = subprocess.run(command, cwd=ROOT, env=self._env, capture_output=True, text=True, timeout=300)
        assert done.returncode == code, (command, done.returncode, done.stdout[-1500:], done.stderr[-1500:])
        assert "Traceback" not in done.stderr
        return done.stdout


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    here = World(tmp_path_factory.mktemp("world"))
    yield here
    here.run("lifepod", "home", "down")


@pytest.mark.live
def test_the_readme_word_for_word_with_the_examples(world: World) -> None:
    own, vendor, files, terms = (block for block in blocks("sh") if not block.startswith(NOT_RUN))
    world.run("bash", "-c", SHELL + own)
    [program] = blocks("python")
    assert "Passport photo set" in world.run(sys.executable, "-c", program)
    for example in sorted((ROOT / "examples").glob("*.py")):
        world.run(sys.executable, example)
    # The examples closed what the block before had opened: open it again, as the reader would find it.
    world.run("lifepod", "grant", "acme", "journal/purchases/", "--read")
    said = world.run("bash", "-c", SHELL + vendor)
    assert "Passport photo set, six prints" in said
    assert "shut out, as it should be" in said
    assert "Late Frost" in world.run("bash", "-c", SHELL + files)
    world.run("lifepod", "home", "up")  # the block before ended with the pod going down
    said = world.run("bash", "-c", SHELL + terms)
    world.run("lifepod", "home", "down")
    assert "Every party signed it" in said
    assert "revoked" in said.split("Every party signed it")[1]


@pytest.mark.live
def test_the_demo_says_what_the_readme_shows(world: World) -> None:
    began = time.monotonic()
    said = json.loads(world.run("make", "--no-print-directory", "demo", "ARGS=--headless --json").splitlines()[-1])
    [shown] = [json.loads(block) for block in blocks("json")]
    for answer in (said, shown):
        for text in (answer.pop("pod"), answer.pop("webid"), answer["vendor"].pop("webid")):
            assert re.match(r"http://localhost:\d+/(sam|acme-shop)/", text)
    assert said == shown
    assert time.monotonic() - began < 240
    world.run("lifepod", "demo", "--clean")


def test_every_command_of_the_readme_is_one() -> None:
    named = set(re.findall(r"^lifepod ([a-z]+)", "\n".join(blocks("sh")), re.MULTILINE))
    named |= {
        word for row in re.findall(r"^\| `lifepod (.*?)\|", README, re.MULTILINE) for word in re.findall("[a-z]+", row)
    }
    known = set(main.lifepod.commands)
    for group in ("home", "intents", "records", "terms", "vendor"):
        known |= set(getattr(main.lifepod.commands[group], "commands", ()))
    assert named - known == {"read"} - known
    assert set(main.lifepod.commands) - named == set()


def test_every_exit_code_of_the_readme_is_one_and_none_is_missing() -> None:
    table = README.split("## Exit codes")[1].split("##")[0]
    told = {int(code) for code in re.findall(r"\| (\d+) \|", table)}
    assert told == {0, 1, say.USAGE, say.FOUND, say.UNCONFIRMED_KEYS, say.STOPPED} | {code for _, code in say._CODES}


def test_every_page_and_picture_the_readme_points_at_is_there() -> None:
    targets = {t for t in re.findall(r"\]\(([^)#]+)\)", README) if "://" not in t}
    assert targets
    missing = [target for target in targets if not (ROOT / target).exists()]
    assert missing == []


def test_the_pages_speak_of_no_machine_and_no_registry() -> None:
    files = subprocess.run(["git", "ls-files"], cwd=ROOT, capture_output=True, text=True, check=True).stdout.split("\n")
    hosts = re.compile("registry" + r"\.npmjs|pypi" + r"\.org|files\.python" + "hosted|/ro" + "ot/|/wo" + "rk/")
    wrong = []
    for name in filter(None, files):
        path = ROOT / name
        if path.is_file() and hosts.search(path.read_bytes().decode("utf-8", errors="replace")):
            wrong.append(name)
    assert wrong == []
