"""Records in commands, on a real server: found, shown, edited, deleted for good, and let back in."""

from __future__ import annotations

import json
import os
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pyoxigraph as ox
import pytest
from tests.live.conftest import HomeServer
from tests.owner.signed import purchases, searches

from lifepod.cli import main
from lifepod.cli.home import make
from lifepod.cli.say import Voice

pytestmark = pytest.mark.live
Cli = Callable[..., Any]


@pytest.fixture(scope="module")
def made(home_server: HomeServer, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A person with five records; the folder that remembers the login, and beside it the exports."""
    top = tmp_path_factory.mktemp("records")
    searches(top / "exports", "red shoes", "green tea", "blue paint")
    purchases(top / "exports", "Mug", "Lamp")
    with pytest.MonkeyPatch.context() as world:
        world.setenv("LIFEPOD_DIR", str(top / "logins"))
        world.setenv("PYTHON_KEYRING_BACKEND", "keyring.backends.fail.Keyring")
        make(Voice(), home_server.running.folder, ("records", "me"))
        assert main.run(["import", str(top / "exports")]) == 0
    return top


@pytest.fixture
def cli(made: Path, capsys: pytest.CaptureFixture[str]) -> Cli:
    """Command lines of that person; the JSON of each, or its text with ``text=True``."""
    shutil.copytree(made / "logins", os.environ["LIFEPOD_DIR"], dirs_exist_ok=True)

    def run(*argv: str, code: int = 0, text: bool = False) -> Any:
        capsys.readouterr()
        assert main.run(list(argv) if text else [*argv, "--json"]) == code, capsys.readouterr()
        out = capsys.readouterr().out
        return out if text else json.loads(out) if out else None

    return run


def test_a_record_is_found_shown_deleted_and_let_back_in(cli: Cli, made: Path) -> None:
    found = cli("records", "--class", "purchases", "--since", "2025")
    assert [one["what"] for one in found["records"]] == ["Lamp", "Mug"]
    assert (found["more"], found["unread"]) == (False, [])
    url = found["records"][0]["url"]
    shown = cli("records", "show", url)
    assert [f["importer"] for f in shown["import"]["files"]] == ["amazon", "google-activity"]
    assert "schema:BuyAction" in shown["turtle"]
    assert cli("records", "delete", url, "--dry-run")["deleted"] == 0
    assert cli("records", "delete", url)["deleted"] == 1
    assert [one["what"] for one in cli("records", "--class", "purchases")["records"]] == ["Mug"]
    again = cli("import", str(made / "exports"), "--again")
    assert (again["deleted"], again["written"]) == (1, 0)
    (gone,) = cli("records", "deleted")["records"]
    cli("records", "restore", gone["source"], gone["name"])
    assert cli("import", str(made / "exports"), "--again")["written"] == 1
    assert len(cli("records")["records"]) == 5


def test_all_that_fit_are_deleted_and_what_is_chosen_by_time_stays_empty(cli: Cli, made: Path) -> None:
    chosen = ("--class", "searches", "--until", "2025-01")
    plan = cli("records", "delete", *chosen, "--dry-run")
    assert (len(plan["records"]), plan["deleted"], plan["dry_run"]) == (1, 0, True)
    said = cli("records", "delete", *chosen, "--dry-run", text=True)
    assert said.splitlines()[-1] == "1 record would be deleted. Nothing was."
    assert cli("records", "delete", *chosen)["deleted"] == 1
    assert cli("import", str(made / "exports"), "--again")["deleted"] == 1
    (stretch,) = cli("records", "deleted")["stretches"]
    assert stretch == {"source": "journal/searches/google-search/", "first": "0001-01-01", "last": "2025-01-31"}
    cli("records", "restore", "journal/searches/google-search/")
    assert cli("import", str(made / "exports"), "--again")["written"] == 1


def test_records_are_printed_as_a_table_as_turtle_and_as_json_ld(cli: Cli) -> None:
    table = cli("records", "--limit", "2", text=True).splitlines()
    assert [line.split()[0] for line in table[:3]] == ["when", "2025-03-05", "2025-02-05"]
    assert "more than these 2" in table[-1]
    turtle = cli("records", "--turtle", text=True).encode()
    jsonld = cli("records", "--jsonld", text=True).encode()
    graphs = [set(ox.parse(turtle, format=ox.RdfFormat.TURTLE)), set(ox.parse(jsonld, format=ox.RdfFormat.JSON_LD))]
    assert graphs[0] == graphs[1]
    assert len(graphs[0]) > 30


def test_an_editor_changes_one_record_for_good(
    cli: Cli, made: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (mug,) = cli("records", "--text", "Mug")["records"]
    editor = tmp_path / "editor"
    editor.write_text('#!/bin/sh\nsed -i \'s/"Mug"/"A mug for Ann"/\' "$1"\n')
    editor.chmod(0o700)
    monkeypatch.setenv("EDITOR", str(editor))
    monkeypatch.setenv("VISUAL", str(editor))
    assert cli("records", "edit", mug["url"])["changed"] is True
    assert cli("import", str(made / "exports"), "--again")["written"] == 0
    assert [one["what"] for one in cli("records", "--text", "Ann")["records"]] == ["A mug for Ann"]


@pytest.mark.parametrize(
    ("argv", "code"),
    [
        (["records", "--class", "shopping"], 10),
        (["records", "--since", "yesterday"], 10),
        (["records", "delete"], 10),
        (["records", "show", "journal/purchases/amazon-de/2025.ttl#20250101-aa"], 5),
        (["records", "show", "README"], 7),
        (["records", "restore", "journal/media/none/"], 5),
    ],
)
def test_what_cannot_be_meant_is_said(argv: list[str], code: int, cli: Cli) -> None:
    cli(*argv, code=code)
