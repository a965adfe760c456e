"""Where logins rest: the system keyring, or a file that is said aloud and that only its owner can read."""

from __future__ import annotations

import json
import os
import stat
import subprocess
import sys
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path

import keyring
import keyring.backend
import keyring.errors
import pytest
from keyring.backends import fail, null
from keyring.backends.chainer import ChainerBackend
from tests.solid.vaults import Broken, Vault, looks_encrypted, machine_with, new

from lifepod.errors import LifepodError, NotReady, NotSignedIn
from lifepod.solid import keyring as store_room
from lifepod.solid.dirs import state_dir
from lifepod.solid.keyring import FileStore, Store, open_store
from lifepod.solid.locks import sole_writer

SECRET = "s3cret-word"


@pytest.fixture(name="said")
def _said() -> list[str]:
    return []


@pytest.fixture(autouse=True)
def _no_keyring() -> Iterator[None]:
    with machine_with(new(fail.Keyring)):
        yield


def file_of_logins() -> Path:
    return state_dir() / "logins.json"


def uses(store: Store) -> list[Callable[[], object]]:
    """Everything a store can be asked to do."""
    return [partial(store.put, "a", SECRET), partial(store.get, "a"), partial(store.remove, "a")]


def never(question: str) -> bool:
    raise AssertionError(f"asked: {question}")


# The system keyring


def test_a_secret_rests_in_the_system_keyring_and_nowhere_else(said: list[str]) -> None:
    vault = Vault()
    with machine_with(vault):
        store = open_store(said.append, never)
        store.put("issuer webid", SECRET)
        assert store.get("issuer webid") == SECRET
        assert store.get("another") is None
        store.put("issuer webid", "newer")
        assert vault.held == {("lifepod", "issuer webid"): "newer"}
        store.remove("issuer webid")
        store.remove("issuer webid")
    assert vault.held == {}
    assert said == []
    assert not file_of_logins().exists()


@pytest.mark.parametrize(
    "backend",
    [
        new(fail.Keyring),
        new(null.Keyring),
        looks_encrypted(),
        type("Mine", (type(looks_encrypted()),), {"__module__": "mine"})(),
        Broken(keyring.errors.KeyringLocked),
        Broken(keyring.errors.InitError),
        Broken(RuntimeError),
        Broken(OSError),
    ],
    ids=lambda backend: f"{type(backend).__module__}.{type(backend).__name__}",
)
def test_a_keyring_that_keeps_nothing_or_only_looks_encrypted_is_none(
    backend: keyring.backend.KeyringBackend, said: list[str]
) -> None:
    """The person hears of the file."""
    with machine_with(backend):
        open_store(said.append).put("a", SECRET)
    assert getattr(backend, "held", {}) == {}
    assert file_of_logins().exists()
    assert len(said) == 1


def test_a_setting_that_names_no_keyring_is_none(said: list[str], monkeypatch: pytest.MonkeyPatch) -> None:
    def misset() -> keyring.backend.KeyringBackend:
        raise ModuleNotFoundError("No module named 'nonsense'")

    monkeypatch.setattr(keyring, "get_keyring", misset)
    open_store(said.append).put("a", SECRET)
    assert len(said) == 1


@pytest.mark.parametrize("real", [True, False])
def test_a_chain_of_keyrings_hides_no_false_one(real: bool, said: list[str], monkeypatch: pytest.MonkeyPatch) -> None:
    """With two backends of ``keyrings.alt`` the library picks its chain, whose own name says nothing."""
    vault, false = Vault(), looks_encrypted()
    monkeypatch.setattr(ChainerBackend, "backends", [false, vault] if real else [false, looks_encrypted()])
    with machine_with(new(ChainerBackend)):
        open_store(said.append).put("a", SECRET)
    assert false.held == {}
    assert bool(vault.held) is real
    assert bool(said) is not real


@pytest.mark.parametrize("error", [keyring.errors.PasswordSetError, keyring.errors.KeyringLocked, RuntimeError])
def test_a_keyring_that_fails_later_is_told_without_the_secret(error: type[Exception], said: list[str]) -> None:
    """Falling back to the file in silence is not done."""
    with machine_with(Broken(error, after=1)):
        store = open_store(said.append)
        for call in uses(store):
            with pytest.raises(NotReady) as stop:
                call()
            assert SECRET not in str(stop.value)
            assert "Unlock" in stop.value.advice
    assert not file_of_logins().exists()


def test_what_an_earlier_file_holds_is_still_found_and_forgotten(said: list[str]) -> None:
    """Somebody signed in over ssh first, where there was no keyring."""
    open_store(said.append).put("a", SECRET)
    vault = Vault()
    with machine_with(vault):
        store = open_store(said.append)
        assert store.get("a") == SECRET
        store.put("a", "newer")
        assert SECRET not in file_of_logins().read_text()
        assert store.get("a") == "newer"
        store.remove("a")
        assert store.get("a") is None


def test_forgetting_reaches_the_file_behind_a_keyring(said: list[str]) -> None:
    open_store(said.append).put("a", SECRET)
    with machine_with(Vault()):
        open_store(said.append).remove("a")
    assert SECRET not in file_of_logins().read_text()


# The file


def test_the_file_is_its_owners_alone_from_its_first_byte(
    tmp_path: Path, said: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    modes: list[int] = []
    write = os.fdopen

    def watched(handle: int, mode: str) -> object:
        modes.append(stat.S_IMODE(os.fstat(handle).st_mode))
        return write(handle, mode)

    before = os.umask(0)
    try:
        monkeypatch.setattr(os, "fdopen", watched)
        FileStore(tmp_path / "logins.json", said.append).put("a", SECRET)
    finally:
        os.umask(before)
    assert modes == [0o600]
    assert stat.S_IMODE((tmp_path / "logins.json").stat().st_mode) == 0o600
    assert sorted(path.name for path in tmp_path.iterdir() if path.is_file()) == ["logins.json", "logins.json.lock"]


def test_the_person_is_asked_where_someone_is_there_and_warned_where_not(tmp_path: Path, said: list[str]) -> None:
    asked: list[str] = []

    def yes(question: str) -> bool:
        asked.append(question)
        return True

    FileStore(tmp_path / "one.json", said.append, yes).put("a", SECRET)
    FileStore(tmp_path / "two.json", said.append).put("a", SECRET)
    assert len(asked) == len(said) == 1
    for sentence in asked + said:
        assert "not encrypted" in sentence
        assert SECRET not in sentence


def test_the_person_is_told_once(tmp_path: Path, said: list[str]) -> None:
    for name in ("a", "b"):
        FileStore(tmp_path / "logins.json", said.append).put(name, SECRET)
    assert len(said) == 1


def test_a_no_leaves_nothing_behind(tmp_path: Path, said: list[str]) -> None:
    with pytest.raises(NotSignedIn) as stop:
        FileStore(tmp_path / "logins.json", said.append, lambda question: False).put("a", SECRET)
    assert "keyring" in stop.value.advice
    assert SECRET not in str(stop.value)
    assert list(tmp_path.glob("*.json")) == []


def test_several_logins_lie_side_by_side_and_go_one_by_one(tmp_path: Path, said: list[str]) -> None:
    store = FileStore(tmp_path / "logins.json", said.append)
    assert store.get("a") is None
    store.remove("a")
    assert not (tmp_path / "logins.json").exists()
    store.put("a", "one")
    store.put("é\n", "zwei")
    store.remove("a")
    again = FileStore(tmp_path / "logins.json", said.append)
    assert (again.get("a"), again.get("é\n")) == (None, "zwei")


@pytest.mark.parametrize("mode", [0o640, 0o604, 0o660, 0o644, 0o620, 0o601])
def test_a_file_that_others_reach_is_not_used(tmp_path: Path, said: list[str], mode: int) -> None:
    path = tmp_path / "logins.json"
    store = FileStore(path, said.append)
    store.put("a", SECRET)
    path.chmod(mode)
    for call in uses(store):
        with pytest.raises(NotReady) as stop:
            call()
        assert "chmod 600" in stop.value.advice
        assert SECRET not in str(stop.value)
    assert stat.S_IMODE(path.stat().st_mode) == mode


def test_a_link_a_pipe_or_a_folder_in_its_place_is_not_read(tmp_path: Path, said: list[str]) -> None:
    """A link may lead to a file of somebody else's making; a pipe would hold us for ever."""
    real = FileStore(tmp_path / "real.json", said.append)
    real.put("a", SECRET)
    (tmp_path / "link").symlink_to(tmp_path / "real.json")
    (tmp_path / "dangling").symlink_to(tmp_path / "nowhere")
    (tmp_path / "folder").mkdir(mode=0o700)
    os.mkfifo(tmp_path / "pipe", 0o600)
    for name in ("link", "dangling", "folder", "pipe"):
        with pytest.raises(NotReady):
            FileStore(tmp_path / name, said.append).get("a")
    assert real.get("a") == SECRET


@pytest.mark.parametrize("text", ["", "{", "[]", "null", '"a"', "7", "\x00", "[" * 100_000])
def test_a_damaged_file_is_told_and_left_as_it_is(tmp_path: Path, said: list[str], text: str) -> None:
    path = tmp_path / "logins.json"
    path.write_text(text)
    path.chmod(0o600)
    store = FileStore(path, said.append)
    for call in uses(store):
        with pytest.raises(LifepodError) as stop:
            call()
        assert "damaged" in str(stop.value)
    assert path.read_text() == text


def test_a_disk_that_is_full_loses_no_login(tmp_path: Path, said: list[str], monkeypatch: pytest.MonkeyPatch) -> None:
    store = FileStore(tmp_path / "logins.json", said.append)
    store.put("a", SECRET)

    def full(handle: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(NotReady) as stop:
        store.put("b", "x")
    monkeypatch.undo()
    assert "No space left" in str(stop.value)
    assert (store.get("a"), store.get("b")) == (SECRET, None)
    assert sorted(path.name for path in tmp_path.iterdir() if path.is_file()) == ["logins.json", "logins.json.lock"]


def test_the_room_loads_no_keyring_until_a_login_is_needed() -> None:
    """It costs 64 ms."""
    assert not hasattr(store_room, "keyring")


# Several processes


WRITER = """
import sys
from pathlib import Path
from lifepod.solid.keyring import FileStore
store = FileStore(Path(sys.argv[1]), lambda sentence: None)
for number in range(100):
    store.put(f"{sys.argv[2]}-{number}", "s3cret-word")
    if number % 10 == 9:
        store.remove(f"{sys.argv[2]}-{number}")
"""


def test_two_processes_lose_no_entry_of_each_other(tmp_path: Path) -> None:
    path = tmp_path / "logins.json"
    lines = [[sys.executable, "-c", WRITER, str(path), name] for name in "ab"]
    writing = [subprocess.Popen(line) for line in lines]
    assert [one.wait(timeout=60) for one in writing] == [0, 0]
    kept = {f"{name}-{number}" for name in "ab" for number in range(100) if number % 10 != 9}
    assert set(json.loads(path.read_text())) == kept
    assert stat.S_IMODE((tmp_path / "logins.json.lock").stat().st_mode) == 0o600


def test_a_lock_that_is_never_given_back_is_told(tmp_path: Path, said: list[str]) -> None:
    path = tmp_path / "logins.json"
    with sole_writer(path), pytest.raises(NotReady) as stop, sole_writer(path, patience=0.1):
        pass
    assert "does not finish" in str(stop.value)
    FileStore(path, said.append).put("a", SECRET)


def test_a_link_in_the_place_of_the_lock_is_not_followed(tmp_path: Path, said: list[str]) -> None:
    (tmp_path / "logins.json.lock").symlink_to(tmp_path / "elsewhere")
    with pytest.raises(NotReady):
        FileStore(tmp_path / "logins.json", said.append).put("a", SECRET)
    assert not (tmp_path / "elsewhere").exists()
