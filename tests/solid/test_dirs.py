"""Folders of our own, and files that replace each other whole."""

from __future__ import annotations

import os
import stat
from collections.abc import Callable
from pathlib import Path

import pytest

from lifepod.errors import NotReady
from lifepod.solid.dirs import cache_dir, config_dir, state_dir, write_private

FOLDERS = [(config_dir, "config"), (state_dir, "state"), (cache_dir, "cache")]


@pytest.mark.parametrize(("folder", "name"), FOLDERS)
def test_one_variable_puts_every_folder_below_one(folder: Callable[[], Path], name: str, tmp_path: Path) -> None:
    assert folder() == tmp_path / "lifepod" / name
    assert folder().is_dir()
    assert stat.S_IMODE(folder().stat().st_mode) == 0o700
    assert folder() == folder()


@pytest.mark.parametrize(("folder", "name"), FOLDERS)
def test_without_it_they_are_where_the_system_wants_them(
    folder: Callable[[], Path], name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("LIFEPOD_DIR")
    for kind in ("CONFIG", "STATE", "CACHE"):
        monkeypatch.setenv(f"XDG_{kind}_HOME", str(tmp_path / kind.lower()))
    assert folder() == tmp_path / name / "lifepod"
    assert stat.S_IMODE(folder().stat().st_mode) == 0o700


@pytest.mark.parametrize(("folder", "name"), FOLDERS)
def test_a_folder_that_cannot_be_is_one_sentence(folder: Callable[[], Path], name: str, tmp_path: Path) -> None:
    (tmp_path / "lifepod").mkdir()
    (tmp_path / "lifepod" / name).write_text("a file of the person's")
    with pytest.raises(NotReady) as stop:
        folder()
    assert "LIFEPOD_DIR" in stop.value.advice
    assert (tmp_path / "lifepod" / name).read_text() == "a file of the person's"


def test_a_file_is_replaced_whole_and_stays_private(tmp_path: Path) -> None:
    path = tmp_path / "x"
    path.write_text("old")
    path.chmod(0o644)
    write_private(path, b"new")
    assert path.read_bytes() == b"new"
    assert stat.S_IMODE(path.stat().st_mode) == 0o600


def test_a_draft_that_was_left_over_is_no_hindrance(tmp_path: Path) -> None:
    (tmp_path / f".x.{os.getpid()}.new").symlink_to(tmp_path / "victim")
    (tmp_path / "victim").write_text("untouched")
    write_private(tmp_path / "x", b"new")
    assert (tmp_path / "victim").read_text() == "untouched"
    assert (tmp_path / "x").read_bytes() == b"new"


def test_a_link_is_replaced_and_not_followed(tmp_path: Path) -> None:
    (tmp_path / "victim").write_text("untouched")
    (tmp_path / "x").symlink_to(tmp_path / "victim")
    write_private(tmp_path / "x", b"new")
    assert (tmp_path / "victim").read_text() == "untouched"
    assert not (tmp_path / "x").is_symlink()


def test_what_cannot_be_written_leaves_the_old_file_and_no_draft(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "x"
    path.write_text("old")

    def no(self: Path, target: Path) -> None:
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr(Path, "replace", no)
    with pytest.raises(NotReady) as stop:
        write_private(path, b"new")
    assert "Permission denied" in str(stop.value)
    assert [p.name for p in tmp_path.iterdir() if p.is_file()] == ["x"]
    assert path.read_text() == "old"


def test_a_folder_that_is_gone_is_one_sentence(tmp_path: Path) -> None:
    with pytest.raises(NotReady):
        write_private(tmp_path / "gone" / "x", b"new")
