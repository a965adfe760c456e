"""Who holds the server, and what is done to a pod that rests."""

from __future__ import annotations

import json
import stat
import subprocess
import tarfile
from collections.abc import Iterator
from pathlib import Path

import pytest
from tests.home.workshop import DIES, Workshop

from lifepod.errors import NotReady
from lifepod.home import supervisor
from lifepod.home.server import LOCK, LOG, MARKER, NOTE, HomeFolder, locked


@pytest.fixture
def folder(tmp_path: Path) -> HomeFolder:
    made = HomeFolder.at(tmp_path / "pod")
    (made.path / "data").mkdir()
    (made.path / "data" / "card.ttl").write_text("<#me> a <#Person> .")
    return made


@pytest.fixture
def stranger() -> Iterator[subprocess.Popen[bytes]]:
    """A process that has nothing to do with us."""
    with subprocess.Popen(["/bin/sleep", "60"]) as process:
        yield process
        process.kill()


def note(folder: HomeFolder, **told: object) -> None:
    (folder.path / NOTE).write_text(json.dumps(told))


def test_a_pod_that_rests_is_not_running_and_down_does_nothing(folder: HomeFolder) -> None:
    assert supervisor.status(folder) == supervisor.down(folder)
    status = supervisor.status(folder)
    assert (status.running, status.pid, status.since) == (False, None, "")
    assert (status.url, status.port, status.folder) == (folder.base_url, folder.port, str(folder.path))


def test_a_note_without_a_lock_is_stale(folder: HomeFolder, stranger: subprocess.Popen[bytes]) -> None:
    note(folder, pid=stranger.pid, birth="1", since="2026-01-01T00:00:00Z")
    assert not supervisor.status(folder).running
    assert not supervisor.down(folder).running
    assert stranger.poll() is None


def test_a_process_that_only_got_an_old_number_is_never_signalled(
    folder: HomeFolder, stranger: subprocess.Popen[bytes]
) -> None:
    with locked(folder):
        note(folder, pid=stranger.pid, birth="1", since="2026-01-01T00:00:00Z")
        status = supervisor.status(folder)
        assert (status.running, status.pid) == (True, None)
        with pytest.raises(NotReady, match="is run by another program"):
            supervisor.down(folder)
    assert stranger.poll() is None


@pytest.mark.parametrize(
    "text", ["", "[]", "{}", "nonsense", '{"pid": "1", "birth": "", "since": ""}', '{"pid": -1}', "[" * 4096]
)
def test_a_damaged_note_names_nobody(folder: HomeFolder, text: str) -> None:
    with locked(folder):
        (folder.path / NOTE).write_text(text)
        status = supervisor.status(folder)
    assert (status.running, status.pid) == (True, None)


def test_why_a_server_does_not_start_comes_back_from_the_process_that_tried(
    folder: HomeFolder, workshop: Workshop
) -> None:
    workshop.npm_does(server=DIES)
    said: list[str] = []
    with pytest.raises(NotReady) as caught:
        supervisor.up(folder, said.append)
    assert str(caught.value).endswith("starting: 2026 [Main] error: no room for \\u202eyou")
    assert caught.value.advice == f"Its log tells more: {folder.path / LOG}"
    assert said[-1] == f"starting the pod server at {folder.base_url}"
    assert not supervisor.status(folder).running


def test_a_module_in_the_folder_is_not_run_in_place_of_ours(folder: HomeFolder, workshop: Workshop) -> None:
    workshop.npm_does(server=DIES)
    (folder.path / "json.py").write_text("open('ran', 'w')")
    with pytest.raises(NotReady, match="no room"):
        supervisor.up(folder)
    assert not (folder.path / "ran").exists()


def test_a_backup_holds_the_pod_and_is_for_its_owner_alone(folder: HomeFolder, tmp_path: Path) -> None:
    for passing in (LOCK, LOG, NOTE):
        (folder.path / passing).write_text("x")
    made = supervisor.backup(folder, tmp_path / "pod.tar.gz")
    assert stat.S_IMODE(made.stat().st_mode) == 0o600
    with tarfile.open(made) as tar:
        assert set(tar.getnames()) == {"home", "home/data", "home/data/card.ttl", f"home/{MARKER}"}
        tar.extractall(tmp_path / "restored", filter="data")
    assert HomeFolder.existing(tmp_path / "restored" / "home").port == folder.port


def test_a_backup_overwrites_nothing(folder: HomeFolder, tmp_path: Path) -> None:
    (tmp_path / "old.tar.gz").write_text("precious")
    with pytest.raises(NotReady, match="is there already"):
        supervisor.backup(folder, tmp_path / "old.tar.gz")
    assert (tmp_path / "old.tar.gz").read_text() == "precious"


@pytest.mark.parametrize(
    ("target", "sentence"),
    [("pod/data/b.tar.gz", "lies inside the pod's own folder"), ("missing/b.tar.gz", "cannot be written")],
)
def test_a_backup_to_an_impossible_place_is_one_sentence(
    folder: HomeFolder, tmp_path: Path, target: str, sentence: str
) -> None:
    with pytest.raises(NotReady, match=sentence):
        supervisor.backup(folder, tmp_path / target)
    assert not (tmp_path / target).exists()


def test_a_pod_that_runs_is_neither_kept_nor_removed(folder: HomeFolder, tmp_path: Path) -> None:
    with locked(folder):
        with pytest.raises(NotReady, match="is running"):
            supervisor.backup(folder, tmp_path / "b.tar.gz")
        with pytest.raises(NotReady, match="is running"):
            supervisor.remove(folder)
    assert (folder.path / "data" / "card.ttl").is_file()
    assert not (tmp_path / "b.tar.gz").exists()


def test_removing_a_pod_leaves_nothing_of_it(folder: HomeFolder, tmp_path: Path) -> None:
    supervisor.remove(folder)
    assert list(tmp_path.glob("pod*")) == []


def test_removing_follows_no_link_out_of_the_pod(folder: HomeFolder, tmp_path: Path) -> None:
    (tmp_path / "elsewhere").mkdir()
    (tmp_path / "elsewhere" / "thesis.tex").write_text("years")
    (folder.path / "link").symlink_to(tmp_path / "elsewhere")
    supervisor.remove(folder)
    assert (tmp_path / "elsewhere" / "thesis.tex").is_file()


def test_a_folder_that_is_not_ours_is_never_removed(tmp_path: Path) -> None:
    (tmp_path / "thesis.tex").write_text("years")
    with pytest.raises(NotReady, match="is no pod of lifepod's"):
        supervisor.remove(HomeFolder(tmp_path, 4321))
    assert (tmp_path / "thesis.tex").is_file()
