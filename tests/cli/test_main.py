"""The command line as a whole: every command explains itself, wrong use is told, and the hall opens the right door."""

from __future__ import annotations

import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import click
import pytest

from lifepod import __main__ as hall
from lifepod.cli import main
from lifepod.cli.opening import OpenScreen

ROOT = Path(__file__).resolve().parents[2]
GROUPS = {"home", "vendor"}


def commands(group: click.Group = main.lifepod, above: str = "") -> Iterator[tuple[str, click.Command]]:
    for name, command in group.commands.items():
        if isinstance(command, click.Group):
            yield from commands(command, f"{above}{name} ")
        else:
            yield above + name, command


EVERY = dict(commands())


def test_every_command_of_this_release_is_there() -> None:
    assert set(EVERY) == {
        "demo", "home up", "home down", "home status", "home add", "home backup", "home remove", "profiles", "whoami",
        "logout", "import", "export", "sources", "who", "sees", "why", "blind", "survey", "grant", "revoke",
        "vendor read", "suspend", "resume", "private", "undo", "changes", "guard", "matrix", "risks", "diff",
        "login", "ls", "tree", "find", "get", "put", "edit", "mkdir", "cp", "mv", "rm", "query", "web",
        "terms show", "terms new", "terms retire", "terms prefer", "terms never", "terms usual", "terms roster",
        "terms purposes", "inbox", "approve", "counter", "decline", "agreements", "end", "verify", "ledger", "receipt",
        "intent", "intents show", "intents send", "intents withdraw", "vendor init", "vendor ask",
        "vendor status", "vendor accept", "vendor decline", "vendor withdraw", "vendor append", "vendor attest",
        "vendor pay", "vendor note", "vendor offer",
        "records show", "records edit", "records delete", "records deleted", "records restore",
    }  # fmt: skip


@pytest.mark.parametrize("name", EVERY)
def test_every_command_explains_itself(name: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert main.run([*name.split(), "--help"]) == 0
    said = capsys.readouterr().out
    assert "--json" in said
    assert re.search(r"--json[^:]*: ", said), "the shape of its JSON is not told"
    takes = [p for p in EVERY[name].params if isinstance(p, click.Argument)]
    if takes and not name.startswith("home "):
        assert "Example" in said
    for line in said.splitlines():
        assert len(line) <= 130


@pytest.mark.parametrize("name", EVERY)
def test_the_first_sentence_of_every_command_fits_into_the_list(name: str) -> None:
    said = EVERY[name].get_short_help_str(64)
    assert said, name
    assert not said.endswith("..."), said


@pytest.mark.parametrize("option", ["--dry-run"])
@pytest.mark.parametrize("name", ["import", "grant", "revoke"])
def test_whatever_writes_to_the_pod_can_be_rehearsed(name: str, option: str) -> None:
    assert any(option in parameter.opts for parameter in EVERY[name].params)


@pytest.mark.parametrize(
    ("argv", "said"),
    [
        (["grant", "https://a.example/#me"], "Missing argument"),
        (["grant", "https://a.example/#me", "x/"], "Say what to allow"),
        (["fly"], "No such command"),
        (["import"], "Missing argument"),
        (["home", "up", "--port", "80"], "80 is not in the range"),
        (["who", "--frobnicate"], "No such option"),
    ],
)
def test_wrong_use_is_told_and_ends_with_two(argv: list[str], said: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert main.run(argv) == 2
    heard = capsys.readouterr()
    assert said in heard.err
    assert heard.out == ""


@pytest.mark.parametrize(
    "argv", [["who"], ["sees", "https://a.example/#me"], ["why", "https://a.example/#me", "x/"], ["whoami"],
             ["grant", "https://a.example/#me", "x/", "--read"], ["revoke", "https://a.example/#me", "x/"],
             ["import", "."], ["survey"], ["blind"], ["logout"], ["vendor", "read", "http://localhost:1/x/"]],
)  # fmt: skip
def test_without_a_login_every_command_says_how_to_get_one(argv: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    assert main.run(argv) == 3
    said = capsys.readouterr()
    assert said.out == ""
    assert "Nobody is signed in yet." in said.err
    assert "lifepod home up" in said.err


def test_a_login_that_is_not_there_is_named(capsys: pytest.CaptureFixture[str]) -> None:
    assert main.run(["--profile", "gh\x1bost", "who"]) == 3
    said = capsys.readouterr().err
    assert "gh\\x1bost" in said
    assert "\x1b" not in said


def test_no_logins_is_an_empty_list(capsys: pytest.CaptureFixture[str]) -> None:
    assert main.run(["profiles", "--json"]) == 0
    assert capsys.readouterr().out == "[]\n"


def test_sources_lists_every_importer_and_how_to_get_its_export(capsys: pytest.CaptureFixture[str]) -> None:
    assert main.run(["sources"]) == 0
    said = capsys.readouterr().out
    for name in ("browser", "google-activity", "amazon"):
        assert f"{name}: " in said
    assert "takeout.google.com" in said


def test_ctrl_c_is_told_and_ends_with_130(capsys: pytest.CaptureFixture[str]) -> None:
    def interrupted() -> object:
        raise KeyboardInterrupt

    assert main.speaking(interrupted) == 130
    assert "Stopped" in capsys.readouterr().err


def test_a_reader_that_has_gone_is_no_error() -> None:
    tail = f"{sys.executable} -m lifepod sources --json | true; exit ${{PIPESTATUS[0]}}"
    done = subprocess.run(["bash", "-c", tail], capture_output=True, text=True, cwd=ROOT)
    assert (done.returncode, done.stderr) == (0, "")


def test_the_hall_opens_the_screen_only_for_a_person_without_a_command(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sys.argv", ["lifepod"])
    with pytest.raises(SystemExit) as ended:
        hall.main()  # standard input is no terminal here: the list of commands instead
    assert ended.value.code == 2


def test_the_demo_without_a_terminal_says_so_before_it_begins(capsys: pytest.CaptureFixture[str]) -> None:
    assert main.run(["demo"]) == 15
    said = capsys.readouterr().err
    assert "needs a terminal" in said
    assert "--headless" in said


def test_a_screen_that_is_left_closes_what_was_opened_for_it(monkeypatch: pytest.MonkeyPatch) -> None:
    closed: list[bool] = []
    wish = OpenScreen("nobody-has-this-login", lambda: closed.append(True))
    monkeypatch.setattr("sys.argv", ["lifepod", "demo"])
    monkeypatch.setattr("lifepod.cli.main.run", lambda argv: wish)
    with pytest.raises(SystemExit) as ended:
        hall.main()
    assert (ended.value.code, closed) == (3, [True])


def test_the_logins_of_the_demo_are_never_the_default(capsys: pytest.CaptureFixture[str]) -> None:
    """Whoever goes on with a pod of their own after the demo must not knock at the demo's server, which is gone."""
    from lifepod.owner import logins

    for name in ("demo-sam", "me"):
        who = logins.credentials(f"http://localhost:1/{name}/card#me", "http://localhost:1/", "id", "secret")
        logins.add(name, who, f"http://localhost:1/{name}/", lambda line: None)
        assert [p.name for p in logins.every() if p.is_default] == ([] if name == "demo-sam" else ["me"])
    logins.forget("me", lambda line: None)
    assert main.run(["who"]) == 3
    assert "lifepod home up" in capsys.readouterr().err
