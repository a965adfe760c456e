"""The folder of a pod at home, and a server that does not come up."""

from __future__ import annotations

import json
import os
import socket
import stat
import threading
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from tests.home.workshop import DIES, Workshop

from lifepod.errors import NotReady
from lifepod.home.server import LOG, MARKER, HomeFolder, RunningServer, is_held, locked


def mode(path: Path) -> int:
    return stat.S_IMODE(path.stat().st_mode)


def test_a_new_folder_is_for_its_owner_alone_and_keeps_its_port(tmp_path: Path) -> None:
    made = HomeFolder.at(tmp_path / "a" / "pod")
    assert made.is_new
    assert mode(made.path) == 0o700
    assert made.base_url == f"http://localhost:{made.port}/"
    again = HomeFolder.at(tmp_path / "a" / "pod")
    assert (again.port, again.is_new) == (made.port, False)


def test_an_empty_folder_becomes_a_pod_and_is_closed(tmp_path: Path) -> None:
    tmp_path.joinpath("empty").mkdir(mode=0o755)
    made = HomeFolder.at(tmp_path / "empty", port=4321)
    assert (made.is_new, made.port, mode(made.path)) == (True, 4321, 0o700)
    told = json.loads((made.path / MARKER).read_text())
    assert (told["format"], told["port"]) == (2, 4321)


def test_without_a_path_it_lies_among_lifepods_own_data(tmp_path: Path) -> None:
    assert HomeFolder.at().path == tmp_path / "lifepod/data/home"
    assert HomeFolder.named("demo").path == tmp_path / "lifepod/data/demo"


def test_another_port_for_a_pod_that_exists_is_refused_with_the_reason(tmp_path: Path) -> None:
    HomeFolder.at(tmp_path / "pod", port=4321)
    assert HomeFolder.at(tmp_path / "pod", port=4321).port == 4321
    with pytest.raises(NotReady, match="lives on port 4321 and cannot move: its addresses contain the port"):
        HomeFolder.at(tmp_path / "pod", port=4322)
    assert HomeFolder.at(tmp_path / "pod").port == 4321


def test_a_folder_with_something_of_somebody_else_is_not_touched(tmp_path: Path) -> None:
    (tmp_path / "thesis.tex").write_text("years")
    before = mode(tmp_path)
    with pytest.raises(NotReady, match="holds something that lifepod did not make"):
        HomeFolder.at(tmp_path)
    assert [item.name for item in tmp_path.iterdir()] == ["thesis.tex"]
    assert mode(tmp_path) == before


def test_a_file_in_place_of_a_folder_is_refused(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("x")
    with pytest.raises(NotReady, match="holds something that lifepod did not make"):
        HomeFolder.at(tmp_path / "file")
    with pytest.raises(NotReady, match="cannot be used for a pod"):
        HomeFolder.at(tmp_path / "file" / "below")


@pytest.mark.parametrize(
    "marker",
    [
        "",
        "[]",
        "{}",
        "nonsense",
        '{"format": 1}',
        '{"format": 1, "port": "80"}',
        '{"format": 1, "port": 0}',
        '{"format": 1, "port": 70000}',
        '{"format": null, "port": 4321}',
        "[" * 5000,
        "\x00\xff",
    ],
)
def test_a_damaged_marker_is_one_sentence(tmp_path: Path, marker: str) -> None:
    (tmp_path / MARKER).write_text(marker)
    with pytest.raises(NotReady, match="is damaged"):
        HomeFolder.at(tmp_path)


def test_a_folder_of_a_newer_lifepod_is_left_alone(tmp_path: Path) -> None:
    (tmp_path / MARKER).write_text('{"format": 3, "place": "elsewhere"}')
    with pytest.raises(NotReady, match="was written by a newer lifepod"):
        HomeFolder.at(tmp_path)


def test_asking_for_a_pod_that_is_not_there_makes_nothing(tmp_path: Path) -> None:
    with pytest.raises(NotReady, match="There is no pod in"):
        HomeFolder.existing(tmp_path / "typo")
    assert not (tmp_path / "typo").exists()
    made = HomeFolder.at(tmp_path / "pod")
    assert HomeFolder.existing(tmp_path / "pod").port == made.port


def test_many_who_make_the_same_pod_at_once_agree_on_its_port(tmp_path: Path) -> None:
    start = threading.Barrier(8)

    def make(_: int) -> int:
        start.wait()
        return HomeFolder.at(tmp_path / "pod").port

    with ThreadPoolExecutor(8) as pool:
        ports = set(pool.map(make, range(8)))
    assert ports == {HomeFolder.existing(tmp_path / "pod").port}
    assert [item.name for item in (tmp_path / "pod").iterdir()] == [MARKER]


def test_a_control_character_in_a_path_does_not_reach_the_screen(tmp_path: Path) -> None:
    with pytest.raises(NotReady) as caught:
        HomeFolder.existing(tmp_path / "evil\x1b[2J")
    assert "\x1b" not in str(caught.value)


def test_a_folder_that_is_held_is_not_started_a_second_time(tmp_path: Path) -> None:
    folder = HomeFolder.at(tmp_path / "pod")
    with locked(folder):
        assert is_held(folder)
        with pytest.raises(NotReady, match="is running already"):
            RunningServer.start(folder)
    assert not is_held(folder)


def test_a_port_in_use_is_refused_with_the_name_of_who_uses_it(tmp_path: Path, workshop: Workshop) -> None:
    with socket.create_server(("127.0.0.1", 0)) as other:
        folder = HomeFolder.at(tmp_path / "pod", port=other.getsockname()[1])
        with pytest.raises(NotReady) as caught:
            RunningServer.start(folder)
    name = Path("/proc/self/comm").read_text().strip()
    whom = f"{name} (process {os.getpid()})"
    assert str(caught.value) == f"Port {folder.port} is in use by {whom}, and this pod lives on no other."
    assert not is_held(folder)


def test_a_server_that_dies_while_starting_says_why_in_one_harmless_line(tmp_path: Path, workshop: Workshop) -> None:
    workshop.npm_does(server=DIES)
    folder = HomeFolder.at(tmp_path / "pod")
    with pytest.raises(NotReady) as caught:
        RunningServer.start(folder)
    assert str(caught.value) == (
        "The pod server ended while it was starting: 2026 [Main] error: no room for \\u202eyou"
    )
    assert caught.value.advice == f"Its log tells more: {folder.path / LOG}"
    assert mode(folder.path / LOG) == 0o600
    assert not is_held(folder)


def test_a_server_that_dies_without_a_word_is_reported_too(tmp_path: Path, workshop: Workshop) -> None:
    workshop.npm_does(server="process.exit(0);")
    with pytest.raises(NotReady, match=r"^The pod server ended while it was starting\.$"):
        RunningServer.start(HomeFolder.at(tmp_path / "pod"))


def test_the_server_sees_nothing_of_ours_in_its_environment(
    tmp_path: Path, workshop: Workshop, monkeypatch: pytest.MonkeyPatch
) -> None:
    workshop.npm_does(server="console.error('error: ' + JSON.stringify(Object.keys(process.env))); process.exit(1);")
    monkeypatch.setenv("LIFEPOD_PASSWORD", "hidden")
    monkeypatch.setenv("NODE_OPTIONS", "--no-warnings")
    monkeypatch.setenv("CSS_PORT", "1")
    folder = HomeFolder.at(tmp_path / "pod")
    with pytest.raises(NotReady):
        RunningServer.start(folder)
    seen = (folder.path / LOG).read_text()
    assert "PATH" in seen
    assert not {name for name in ("LIFEPOD_", "NODE_OPTIONS", "CSS_") if name in seen}


def test_a_log_that_cannot_be_written_is_one_sentence(tmp_path: Path, workshop: Workshop) -> None:
    folder = HomeFolder.at(tmp_path / "pod")
    (folder.path / LOG).mkdir()
    with pytest.raises(NotReady, match="cannot be used for a pod"):
        RunningServer.start(folder)
    assert not is_held(folder)


def test_the_language_of_its_rules_is_chosen_once_and_kept(tmp_path: Path) -> None:
    assert HomeFolder.at(tmp_path / "pod", acp=True).acp
    assert HomeFolder.at(tmp_path / "pod").acp
    assert HomeFolder.existing(tmp_path / "pod").acp
    HomeFolder.at(tmp_path / "lists")
    with pytest.raises(NotReady, match="keeps its rules as access control lists, and that cannot change"):
        HomeFolder.at(tmp_path / "lists", acp=True)


def test_a_folder_of_the_first_format_keeps_lists(tmp_path: Path) -> None:
    (tmp_path / MARKER).write_text('{"format": 1, "port": 4321}')
    assert HomeFolder.at(tmp_path) == HomeFolder(tmp_path, 4321)
