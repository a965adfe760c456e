"""Logging out: what goes from this machine, what stays on purpose, and that both are said."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest
from tests.cli.stage import ran, signed_in
from tests.double.pod_double import PodDouble

from lifepod.cli import main
from lifepod.owner import logins
from lifepod.solid import index_folder


@pytest.fixture(name="pod")
def _pod(monkeypatch: pytest.MonkeyPatch) -> PodDouble:
    return signed_in(PodDouble(), monkeypatch)


def indexed(pod: PodDouble) -> Path:
    """Asks the pod once, so that there is an index of it."""
    assert main.run(["query", "SELECT * { ?s ?p ?o }", "--in", "profile/"]) == 0
    folder = index_folder.folder_of(pod.base, pod.owner)
    assert folder.is_dir()
    return folder


def remembered(name: str, webid: str, storage: str = "") -> None:
    logins.add(name, logins.credentials(webid, "https://login.example/", "id", "s3cret"), storage, lambda line: None)


def test_the_query_index_goes_with_the_login(pod: PodDouble, monkeypatch: pytest.MonkeyPatch) -> None:
    folder = indexed(pod)
    said = ran(monkeypatch, "logout")
    assert said.code == 0
    assert not folder.exists()
    assert "No default login is left." in said.words


def test_the_index_stays_while_another_name_stands_for_the_same_login(
    pod: PodDouble, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = indexed(pod)
    remembered("again", pod.owner, pod.base)
    assert ran(monkeypatch, "logout", "--profile", "again").code == 0
    assert folder.is_dir()
    assert ran(monkeypatch, "logout", "--profile", "me").code == 0
    assert not folder.exists()


def test_an_index_that_cannot_be_deleted_is_said_and_the_login_goes(
    pod: PodDouble, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = indexed(pod)

    def refused(path: Path) -> None:
        raise PermissionError(13, "Permission denied")

    with monkeypatch.context() as world:
        world.setattr(shutil, "rmtree", refused)  # whoever runs the tests as root may delete anything
        said = ran(world, "logout", "--json")
    assert said.code == 0
    assert f"{folder} cannot be deleted" in said.err
    assert logins.every() == ()


def test_who_takes_over_as_the_default_is_said(pod: PodDouble, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("work", "zoe"):
        remembered(name, f"https://{name}.example/#me")
    said = ran(monkeypatch, "logout")
    assert "The default login is work now." in said.words.splitlines()
    value = json.loads(ran(monkeypatch, "logout", "--profile", "zoe", "--json").out)
    assert (value["forgotten"], value["default"], value["account"]) == ("zoe", "work", None)
    assert json.loads(ran(monkeypatch, "logout", "--json").out)["default"] is None


def test_a_default_that_stays_is_not_told(pod: PodDouble, monkeypatch: pytest.MonkeyPatch) -> None:
    remembered("work", "https://work.example/#me")
    assert "default" not in ran(monkeypatch, "logout", "--profile", "work").words


def test_the_password_of_an_account_at_home_stays_and_that_is_said(
    pod: PodDouble, monkeypatch: pytest.MonkeyPatch
) -> None:
    home = "http://localhost:3000/"
    remembered("sam", f"{home}sam-2/profile/card#me", f"{home}sam-2/")
    logins.keep_account("sam-2-0a1b2c3d@localhost.invalid", "pass-word", home, lambda line: None)
    said = ran(monkeypatch, "logout", "--profile", "sam")
    assert "sam-2-0a1b2c3d@localhost.invalid" in said.words
    assert "pass-word" not in said.words
    assert "account" not in ran(monkeypatch, "logout").words


def test_forgetting_without_a_word_to_the_server_takes_the_index_too(pod: PodDouble) -> None:
    """As the demo does with what an earlier demo left."""
    folder = index_folder.folder_of(pod.base, pod.owner)
    folder.mkdir(parents=True)
    assert logins.forget("me", lambda line: None).name == "me"
    assert not folder.exists()
