"""Single files from and to the pod: nothing raw on a terminal, nothing held whole that can flow, no draft left over."""

from __future__ import annotations

import json
import os
import stat
import subprocess
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path

import click
import pytest
from tests.cli.stage import in_parts, ran, seen, signed_in
from tests.double.pod_double import PodDouble

from lifepod.cli import draft
from lifepod.cli.say import Voice
from lifepod.errors import Conflict, LifepodError, NotReady

NASTY = "a\x1b[31mred\x1b]0;owned\x07 \x9b2J \u202egpj"
DANGEROUS = {"\x1b", "\x07", "\x9b", "\u202e"}
TEXT = "text/plain"


@pytest.fixture(name="pod")
def _pod(monkeypatch: pytest.MonkeyPatch) -> PodDouble:
    return signed_in(PodDouble(), monkeypatch)


@pytest.fixture(name="drafts")
def _drafts(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Path:
    """Where drafts lie."""
    folder = tmp_path / "drafts"
    folder.mkdir()
    monkeypatch.setattr(tempfile, "tempdir", str(folder))
    return folder


def an_editor(folder: Path, script: str) -> str:
    """A program that edits a file as the script says."""
    path = folder / "editor"
    path.write_text(f"#!/bin/sh\n{script}\n")
    path.chmod(0o700)
    return str(path)


# get


def test_a_file_is_harmless_on_a_terminal_and_exact_in_a_pipe(pod: PodDouble, monkeypatch: pytest.MonkeyPatch) -> None:
    body = f"{NASTY}\r\n{'long ' * 800}end\n".encode()
    pod.put("n.txt", body, TEXT)
    shown = seen(monkeypatch, "get", "n.txt").words
    assert not DANGEROUS & set(shown)
    assert "\\x1b[31mred" in shown
    assert "\\x9b2J" in shown
    assert shown.endswith("long end\n")
    assert ran(monkeypatch, "get", "n.txt").out == body


def test_a_file_larger_than_any_document_flows_to_the_output(pod: PodDouble, monkeypatch: pytest.MonkeyPatch) -> None:
    made: list[int] = []
    pod.put("film.mp4")
    pod.script("GET", "film.mp4", in_parts(40_000_000, made), None)
    said = ran(monkeypatch, "get", "film.mp4")
    assert (said.code, said.err, len(said.out)) == (0, "", 40_000_000)
    assert len(made) == 39


def test_json_without_a_file_is_wrong_use(pod: PodDouble, monkeypatch: pytest.MonkeyPatch) -> None:
    pod.put("n.txt", b"x", TEXT)
    said = ran(monkeypatch, "get", "n.txt", "--json")
    assert (said.code, said.out) == (2, b"")
    assert "name FILE" in said.err


def test_a_folder_takes_the_file_under_its_own_name(
    pod: PodDouble, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    pod.put("notes/a%20b.txt", b"x", TEXT)
    said = ran(monkeypatch, "get", "notes/a b.txt", str(tmp_path), "--json")
    assert said.code == 0, said.err
    assert json.loads(said.out)["file"] == str(tmp_path / "a b.txt")
    assert (tmp_path / "a b.txt").read_bytes() == b"x"
    again = ran(monkeypatch, "get", "notes/a b.txt", str(tmp_path))
    assert again.code == 15
    assert "a b.txt is there already" in again.err


def test_a_container_goes_into_no_folder_by_get(
    pod: PodDouble, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    said = ran(monkeypatch, "get", "notes/", str(tmp_path))
    assert said.code == 7
    assert "lifepod cp" in said.err


# put


def a_pipe(folder: Path) -> Path:
    os.mkfifo(folder / "pipe")
    return folder / "pipe"


def a_link(folder: Path) -> Path:
    (folder / "real.txt").write_text("x")
    (folder / "link.txt").symlink_to("real.txt")
    return folder / "link.txt"


def no_text(folder: Path) -> Path:
    path = Path(os.fsdecode(os.fsencode(folder) + b"/\xff.txt"))
    path.write_text("x")
    return path


@pytest.mark.parametrize(
    ("make", "said"), [(a_pipe, "no regular file"), (a_link, "is a link"), (no_text, "a name that is none in a pod")]
)
def test_what_cannot_be_put_is_one_sentence(
    make: Callable[[Path], Path], said: str, pod: PodDouble, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """A pipe would hold the command for ever."""
    answer = ran(monkeypatch, "put", str(make(tmp_path)), "odd/")
    assert (answer.code, answer.out) == (15, b"")
    assert said in answer.err
    assert pod.requests == []


def test_a_name_that_is_no_text_can_be_given_another(
    pod: PodDouble, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    assert ran(monkeypatch, "put", str(no_text(tmp_path)), "odd/x.txt").code == 0
    assert pod.body("odd/x.txt") == b"x"


@pytest.mark.parametrize("argv", [("ls", "\udcff"), ("get", "\udcff.txt"), ("mkdir", "\udcff/"), ("rm", "pod:\udcff")])
def test_a_place_that_is_no_text_is_one_sentence(
    argv: tuple[str, ...], pod: PodDouble, monkeypatch: pytest.MonkeyPatch
) -> None:
    said = ran(monkeypatch, *argv)
    assert (said.code, said.out) == (7, b"")
    assert len(said.err.splitlines()) == 2


# edit


def test_what_was_saved_is_sent_and_no_draft_stays(
    pod: PodDouble, drafts: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    pod.put("n.txt", b"one\n", TEXT)
    monkeypatch.setenv("EDITOR", an_editor(tmp_path, f'ls -l "$1" > {tmp_path}/seen; echo two >> "$1"'))
    said = ran(monkeypatch, "edit", "n.txt", "--json")
    assert json.loads(said.out)["changed"] is True
    assert pod.body("n.txt") == b"one\ntwo\n"
    assert (tmp_path / "seen").read_text().startswith("-rw-------")
    assert list(drafts.iterdir()) == []


@pytest.mark.parametrize(
    ("script", "why"),
    [
        ("exit 1", "Editing failed"),
        ('rm "$1"', "left no file"),
        ('rm "$1"; mkdir "$1"', "left no file"),
        ("exit 0", ""),
    ],
)
def test_an_editor_that_fails_leaves_no_draft_of_what_was_not_changed(
    script: str, why: str, pod: PodDouble, drafts: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    pod.put("n.txt", b"one\n", TEXT)
    monkeypatch.setenv("EDITOR", an_editor(tmp_path, script))
    said = ran(monkeypatch, "edit", "n.txt")
    assert said.code == (15 if why else 0)
    assert why in said.err
    assert pod.body("n.txt") == b"one\n"
    assert [path for path in drafts.iterdir() if path.is_file()] == []


def test_an_editor_that_fails_after_a_change_loses_nothing(
    pod: PodDouble, drafts: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    pod.put("n.txt", b"one\n", TEXT)
    monkeypatch.setenv("EDITOR", an_editor(tmp_path, 'echo two >> "$1"; exit 1'))
    said = ran(monkeypatch, "edit", "n.txt")
    assert said.code == 15
    (kept,) = drafts.iterdir()
    assert f"What you wrote is kept in {kept}." in said.err
    assert kept.read_bytes() == b"one\ntwo\n"
    assert stat.S_IMODE(kept.stat().st_mode) == 0o600
    assert pod.body("n.txt") == b"one\n"


@pytest.mark.parametrize("changed", [False, True])
@pytest.mark.parametrize("stop", [Conflict("x"), KeyboardInterrupt()], ids=["refused", "Ctrl-C"])
def test_a_draft_stays_only_where_what_was_written_could_not_be_sent(
    stop: BaseException, changed: bool, drafts: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("EDITOR", an_editor(tmp_path, 'echo two >> "$1"' if changed else "true"))
    with pytest.raises(type(stop)), draft.edited(Voice(), b"one\n", "n.txt"):
        raise stop
    assert len(list(drafts.iterdir())) == changed


@pytest.mark.parametrize("name", ["x" * 300, "\x00", "a\nb", "\udcff", "é" * 200, "../../x", "", "."])
def test_any_name_of_a_file_can_be_edited(name: str, drafts: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("EDITOR", "true")
    with draft.edited(Voice(), b"one", name) as text:
        assert text == b"one"
        assert len(list(drafts.iterdir())) == 1


def test_a_folder_for_drafts_that_is_gone_is_one_sentence(drafts: Path) -> None:
    drafts.rmdir()
    with pytest.raises(NotReady), draft.edited(Voice(), b"one", "n.txt"):
        pass


def test_no_editor_at_all_is_one_sentence(drafts: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("EDITOR", "/nowhere/editor")
    with pytest.raises(LifepodError) as stop, draft.edited(Voice(), b"one", "n.txt"):
        pass
    assert not isinstance(stop.value, click.ClickException)
    assert list(drafts.iterdir()) == []


# query


@pytest.mark.parametrize("form", ["csv", "json", "turtle"])
def test_answers_are_harmless_on_a_terminal_and_exact_in_a_pipe(
    form: str, pod: PodDouble, monkeypatch: pytest.MonkeyPatch
) -> None:
    escaped = NASTY.replace("\x1b", "\\u001B").replace("\x07", "\\u0007").replace("\x9b", "\\u009B")
    pod.put("n.ttl", f'<#a> <https://schema.org/name> "{escaped}".\n')
    asked = "CONSTRUCT WHERE { ?s ?p ?o }" if form == "turtle" else "SELECT ?o { ?s ?p ?o }"
    argv = ("query", asked, "--in", "n.ttl", "--format", form)
    shown = seen(monkeypatch, *argv).words
    assert "red" in shown
    assert not DANGEROUS & set(shown)
    raw = ran(monkeypatch, *argv)
    assert raw.code == 0
    assert raw.out.count(b"red") == 1
    if form == "csv":
        assert "\x1b[31mred" in raw.words


# What cannot be printed


def printed(tail: str, **world: str) -> subprocess.CompletedProcess[str]:
    command = f"exec {sys.executable} -m lifepod {tail}"
    return subprocess.run(["bash", "-c", command], capture_output=True, text=True, env={**os.environ, **world})


@pytest.mark.parametrize("tail", ["sources", "sources --json", "--help", "get --help", "--version"])
def test_an_output_without_room_is_one_sentence(tail: str) -> None:
    done = printed(f"{tail} > /dev/full")
    assert done.returncode == 15
    assert done.stderr.startswith("lifepod: The output cannot be written (No space left on device).")
    assert len(done.stderr.splitlines()) == 2


def test_messages_without_room_do_not_change_the_exit_code() -> None:
    done = printed("who 2> /dev/full")
    assert (done.returncode, done.stdout) == (3, "")


@pytest.mark.parametrize("tail", ["sources >&-", "sources >&- 2>&-", "who 2>&-"])
def test_an_output_that_was_closed_is_no_fault_of_ours(tail: str) -> None:
    done = printed(tail)
    assert done.returncode in (0, 3)
    assert done.stderr == done.stdout == ""


def test_characters_that_the_output_lacks_are_escaped(pod: PodDouble, monkeypatch: pytest.MonkeyPatch) -> None:
    pod.put("ü漢.txt", b"x", TEXT)
    said = ran(monkeypatch, "ls", encoding="ascii")
    assert (said.code, said.err) == (0, "")
    assert "\\xfc\\u6f22.txt" in said.words
