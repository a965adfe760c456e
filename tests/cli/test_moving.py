"""Commands over whole trees: nothing is deleted unasked, and what did not go as it should ends with eighteen."""

from __future__ import annotations

import io
import json
import sys
from pathlib import Path

import httpx2
import pytest
from tests.cli.stage import ran, signed_in
from tests.double.pod_double import PodDouble

START = "<#a> <#b> <#c>.\n"


@pytest.fixture(name="pod")
def _pod(monkeypatch: pytest.MonkeyPatch) -> PodDouble:
    return signed_in(PodDouble(), monkeypatch)


class Terminal(io.StringIO):
    """Somebody who answers."""

    def isatty(self) -> bool:
        return True


# rm


@pytest.mark.parametrize("argv", [["box/x.ttl"], ["box/x.ttl", "--json"], ["-r", "box/"], ["-r", "box/", "--json"]])
def test_nothing_is_deleted_where_nobody_can_be_asked(
    pod: PodDouble, monkeypatch: pytest.MonkeyPatch, argv: list[str]
) -> None:
    pod.put("box/x.ttl", START)
    monkeypatch.setattr(sys, "stdin", Terminal("y\n"))  # alone: what would be asked is seen by nobody
    said = ran(monkeypatch, "rm", *argv)
    assert said.code == 10
    assert "--yes" in said.err
    assert pod.body("box/x.ttl") == START.encode()


@pytest.mark.parametrize("argv", [["box/x.ttl", "--yes"], ["-r", "box/", "-y", "--json"]])
def test_a_script_says_yes(pod: PodDouble, monkeypatch: pytest.MonkeyPatch, argv: list[str]) -> None:
    pod.put("box/x.ttl", START)
    assert ran(monkeypatch, "rm", *argv).code == 0
    assert pod.body("box/x.ttl") is None


def test_a_rehearsal_of_a_removal_asks_nobody(pod: PodDouble, monkeypatch: pytest.MonkeyPatch) -> None:
    pod.put("box/x.ttl", START)
    said = ran(monkeypatch, "rm", "-r", "box/", "--dry-run", "--json")
    assert said.code == 0
    assert json.loads(said.words)["deleted"] == 0
    assert pod.body("box/x.ttl") == START.encode()


# cp


def test_what_was_left_out_ends_with_eighteen(pod: PodDouble, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    folder = tmp_path / "from"
    folder.mkdir()
    (folder / "x.txt").write_bytes(b"x")
    (folder / "x.txt.acl").write_bytes(b"x")
    said = ran(monkeypatch, "cp", str(folder), "pod:up/", "--json")
    assert said.code == 18
    assert [Path(one["name"]).name for one in json.loads(said.words)["left_out"]] == ["x.txt.acl"]
    assert pod.body("up/x.txt") == b"x"


def test_what_stands_and_is_not_the_same_ends_with_eighteen(
    pod: PodDouble, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    folder = tmp_path / "from"
    folder.mkdir()
    (folder / "x.txt").write_bytes(b"all of it")
    pod.script("HEAD", "up/x.txt", httpx2.Response(200, headers={"Content-Length": "3", "ETag": '"1"'}), None)
    said = ran(monkeypatch, "cp", str(folder), "pod:up/", "--json")
    assert said.code == 18
    assert json.loads(said.words)["kept"] == []
    ((one),) = json.loads(said.words)["differing"]
    assert one == {"name": pod.url("up/x.txt"), "why": "3 bytes in the pod, 9 on this machine"}
    assert "not the same" in ran(monkeypatch, "cp", str(folder), "pod:up/").words


# tree and find


@pytest.mark.parametrize("argv", [["tree", "none/"], ["tree", "none"], ["find", "*", "none/"]])
def test_a_place_that_is_not_there_is_told(pod: PodDouble, monkeypatch: pytest.MonkeyPatch, argv: list[str]) -> None:
    said = ran(monkeypatch, *argv)
    assert said.code == 5
    assert "not there" in said.err


@pytest.mark.parametrize("argv", [["tree", "box"], ["find", "*", "box/"]])
def test_a_part_that_was_not_looked_into_is_named_and_ends_with_eighteen(
    pod: PodDouble, monkeypatch: pytest.MonkeyPatch, argv: list[str]
) -> None:
    pod.put("box/shut/x.ttl", START)
    pod.put("box/y.ttl", START)
    pod.script("GET", "box/shut/", 403, None)
    said = ran(monkeypatch, *argv, "--json")
    value = json.loads(said.words)
    assert said.code == 18
    assert [one["url"] for one in value["unread"]] == [pod.url("box/shut/")]
    assert {one["name"] for one in value["places"]} == {"shut/", "y.ttl"}
    words = ran(monkeypatch, *argv)
    assert "shut/" in words.words + words.err
    assert words.code == 18


@pytest.mark.parametrize(("since", "code"), [("2025-12-31", 0), ("2025-12-31T10:00Z", 0), ("yesterday", 2), ("", 2)])
def test_a_time_that_is_none_is_wrong_use(
    pod: PodDouble, monkeypatch: pytest.MonkeyPatch, since: str, code: int
) -> None:
    pod.put("box/y.ttl", START)
    said = ran(monkeypatch, "find", "*", "box/", "--since", since)
    assert said.code == code
    assert ("--since" in said.err) is bool(code)


def test_a_tree_of_one_level_is_shown_with_its_members(pod: PodDouble, monkeypatch: pytest.MonkeyPatch) -> None:
    pod.put("box/deep/x.ttl", START)
    pod.put("box/y.ttl", START)
    assert ran(monkeypatch, "tree", "box", "--depth", "1").words.splitlines() == [
        pod.url("box/"),
        "  deep/",
        "  y.ttl",
    ]


def test_a_container_is_not_made_over_a_file(pod: PodDouble, monkeypatch: pytest.MonkeyPatch) -> None:
    pod.put("clash", b"x", "text/plain")
    pod.script("PUT", "clash/", 409, None)
    said = ran(monkeypatch, "mkdir", "clash/")
    assert said.code == 9
    assert "a file of that name is there" in said.err
