"""Logins side by side: remembered, chosen, forgotten, and opened; their secrets rest elsewhere."""

from __future__ import annotations

import json
import stat
import subprocess
import sys
import traceback
from pathlib import Path

import httpx2
import pytest
from tests.double.pod_double import PodDouble
from tests.solid.visits import login

from lifepod.errors import Conflict, LifepodError, Malformed, NotReady, NotSignedIn
from lifepod.solid.dirs import config_dir, state_dir
from lifepod.solid.keyring import FileStore, Store
from lifepod.solid.login import Credentials
from lifepod.solid.remembered import Profile, choose, profiles
from lifepod.solid.session import forget, open_pod, remember

POD = "https://pod.example/alice/"
ALICE = Credentials(POD + "profile/card#me", "https://pod.example/", "id-1", "s3cret-1")
BOB = Credentials("https://bob.example/card#me", "https://login.example/", "id-2", "s3cret-2")


@pytest.fixture(name="store")
def _store() -> Store:
    return FileStore(state_dir() / "logins.json", lambda sentence: None)


def listed() -> Path:
    return config_dir() / "profiles.json"


def kept(store: Store, credentials: Credentials) -> str | None:
    return store.get(f"{credentials.issuer} {credentials.webid}")


# Remembering and choosing


def test_a_login_is_remembered_without_its_secret(store: Store) -> None:
    """The list may be read by anyone; the secret is in the store, one entry for each issuer and WebID."""
    made = remember("me", ALICE, POD, store)
    assert made == Profile("me", ALICE.webid, POD, ALICE.issuer, True)
    assert profiles() == (made,)
    assert "s3cret" not in listed().read_text()
    assert "id-1" not in listed().read_text()
    assert stat.S_IMODE(listed().stat().st_mode) == 0o600
    assert json.loads(kept(store, ALICE) or "") == {"client_id": "id-1", "client_secret": "s3cret-1"}


def test_the_first_login_is_the_default_and_stays_it(store: Store) -> None:
    remember("zoe", ALICE, POD, store)
    bob = remember("bob", BOB, "", store)
    assert not bob.is_default
    assert [(p.name, p.is_default) for p in profiles()] == [("bob", False), ("zoe", True)]


def test_the_name_comes_before_the_variable_and_that_before_the_default(
    store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    remember("one", ALICE, POD, store)
    remember("two", BOB, "", store)
    remember("three", Credentials("https://c.example/#me", BOB.issuer, "id", "s"), "", store)
    assert choose().name == "one"
    monkeypatch.setenv("LIFEPOD_PROFILE", "two")
    assert choose().name == "two"
    assert choose("three").name == "three"
    monkeypatch.setenv("LIFEPOD_PROFILE", "")
    assert choose().name == "one"
    monkeypatch.setenv("LIFEPOD_PROFILE", "gone")
    with pytest.raises(NotSignedIn) as stop:
        choose()
    assert "gone" in str(stop.value)


def test_nobody_signed_in_is_told_how_to_begin() -> None:
    with pytest.raises(NotSignedIn) as stop:
        choose()
    assert "lifepod home up" in stop.value.advice
    assert profiles() == ()


def test_an_unknown_name_is_told_with_those_there_are(store: Store) -> None:
    remember("one", ALICE, POD, store)
    remember("two", BOB, "", store)
    with pytest.raises(NotSignedIn) as stop:
        choose("\x1b[2Jthree")
    assert "one, two" in str(stop.value)
    assert "\x1b" not in str(stop.value)


@pytest.mark.parametrize("name", ["a", "demo-me", "me.2", "x_y", "0", "a" * 40])
def test_names_are_small_and_plain(store: Store, name: str) -> None:
    assert remember(name, ALICE, POD, store).name == name


@pytest.mark.parametrize("name", ["", "A", "-a", ".a", "a b", "a/b", "é", "a\n", "a" * 41, "../x", "a\x1b[31m"])
def test_other_names_are_refused_and_keep_no_secret(store: Store, name: str) -> None:
    with pytest.raises(Malformed) as stop:
        remember(name, ALICE, POD, store)
    assert "\x1b" not in str(stop.value)
    assert kept(store, ALICE) is None
    assert not listed().exists()


def test_a_name_that_stands_for_someone_else_is_a_conflict(store: Store) -> None:
    remember("me", ALICE, POD, store)
    with pytest.raises(Conflict) as stop:
        remember("me", BOB, "", store)
    assert "lifepod logout --profile me" in stop.value.advice
    assert kept(store, BOB) is None
    assert profiles()[0].webid == ALICE.webid


def test_new_credentials_of_the_same_person_take_the_place_of_the_old(store: Store) -> None:
    remember("me", ALICE, POD, store)
    remember("me", Credentials(ALICE.webid, ALICE.issuer, "id-9", "s3cret-9"), POD, store)
    assert "s3cret-9" in (kept(store, ALICE) or "")
    assert len(profiles()) == 1


def test_a_login_server_that_moved_leaves_no_old_secret_behind(store: Store) -> None:
    remember("me", ALICE, POD, store)
    moved = Credentials(ALICE.webid, "https://new.example/", "id-9", "s3cret-9")
    remember("me", moved, POD, store)
    assert kept(store, ALICE) is None
    assert "s3cret-9" in (kept(store, moved) or "")
    assert profiles()[0].issuer == "https://new.example/"


@pytest.mark.parametrize(
    ("storage", "kept_as"),
    [("", ""), ("https://POD.example/alice/", POD), ("https://pod.example:443/a+b/", "https://pod.example/a%2Bb/")],
)
def test_the_pod_is_kept_as_it_will_be_asked_for(store: Store, storage: str, kept_as: str) -> None:
    assert remember("me", ALICE, storage, store).storage == kept_as
    assert profiles()[0].storage == kept_as


@pytest.mark.parametrize(
    "storage", ["https://pod.example/alice", "ftp://pod.example/", "alice/", "https://pod.example/%2e%2e/"]
)
def test_what_is_no_pod_is_refused(store: Store, storage: str) -> None:
    """Without its slash, every place would be resolved to a sibling of the pod."""
    with pytest.raises(Malformed):
        remember("me", ALICE, storage, store)
    assert profiles() == ()


# Forgetting


def test_forgetting_takes_the_secret_and_passes_the_default_on(store: Store) -> None:
    remember("one", ALICE, POD, store)
    remember("two", BOB, "", store)
    forget("one", store)
    assert [(p.name, p.is_default) for p in profiles()] == [("two", True)]
    assert kept(store, ALICE) is None
    assert kept(store, BOB) is not None
    forget("two", store)
    assert profiles() == ()
    assert remember("again", BOB, "", store).is_default


def test_forgetting_a_stranger_changes_nothing(store: Store) -> None:
    remember("one", ALICE, POD, store)
    with pytest.raises(NotSignedIn):
        forget("two", store)
    assert len(profiles()) == 1
    assert kept(store, ALICE) is not None


def test_two_names_for_one_login_share_its_secret_until_the_last_is_gone(store: Store) -> None:
    remember("one", ALICE, POD, store)
    remember("two", ALICE, POD, store)
    forget("one", store)
    assert kept(store, ALICE) is not None
    forget("two", store)
    assert kept(store, ALICE) is None


def test_forgetting_without_a_name_forgets_the_default_whole(store: Store) -> None:
    remember("one", ALICE, POD, store)
    forget("", store)
    assert profiles() == ()
    assert kept(store, ALICE) is None


# A damaged list


@pytest.mark.parametrize(
    "text",
    [
        "",
        "{",
        "[]",
        "7",
        "{}",
        '{"profiles": []}',
        '{"profiles": {"me": {}}}',
        '{"profiles": {"me": {"webid": "w", "storage": "s"}}}',
        '{"profiles": {"me": "w"}}',
        '{"profiles": null}',
        "\xff",
        "[" * 100_000,
    ],
)
def test_a_damaged_list_is_told_and_never_written_over(store: Store, text: str) -> None:
    listed().write_text(text, "latin-1")
    for call in (profiles, choose, lambda: remember("me", ALICE, POD, store), lambda: forget("me", store)):
        with pytest.raises(NotReady) as stop:
            call()
        assert str(listed()) in str(stop.value)
    assert listed().read_text("latin-1") == text
    assert kept(store, ALICE) is None


def test_a_list_that_cannot_be_opened_is_one_sentence() -> None:
    listed().mkdir()
    with pytest.raises(NotReady):
        profiles()


def test_a_default_that_is_gone_is_no_default(store: Store) -> None:
    remember("one", ALICE, POD, store)
    listed().write_text(listed().read_text().replace('"default": "one"', '"default": "gone"'))
    with pytest.raises(NotSignedIn):
        choose()
    assert not profiles()[0].is_default


# Opening


async def test_a_remembered_login_opens_its_pod(store: Store) -> None:
    double = PodDouble()
    profile = remember("me", login(double), double.base, store)
    async with await open_pod(profile, store, transport=httpx2.MockTransport(double)) as pod:
        assert (pod.webid, pod.storage) == (double.owner, double.base)
        assert (await pod.get(pod.url("README"))).status == 200
        assert double.requests[-1].webid == double.owner
        assert pod.requests == 1


async def test_two_logins_are_open_side_by_side(store: Store) -> None:
    """Each with its own key and token."""
    double = PodDouble()
    acme = "https://acme.example/card#me"
    line = httpx2.MockTransport(double)
    one = remember("me", login(double), double.base, store)
    two = remember("acme", login(double, acme), "", store)
    async with await open_pod(one, store, transport=line) as mine, await open_pod(two, store, transport=line) as theirs:
        await mine.ask("GET", double.base + "README")
        await theirs.ask("GET", double.base + "README")
        await mine.ask("GET", double.base + "README")
    assert [s.webid for s in double.requests[-3:]] == [double.owner, acme, double.owner]


async def test_a_secret_that_is_lost_is_told_with_advice(store: Store) -> None:
    profile = remember("me", ALICE, POD, store)
    store.remove(f"{ALICE.issuer} {ALICE.webid}")
    with pytest.raises(NotSignedIn) as stop:
        await open_pod(profile, store)
    assert stop.value.issuer == ALICE.issuer
    assert "Sign in again" in stop.value.advice


@pytest.mark.parametrize(
    "text", ["", "s3cret-1", "[]", "null", '{"client_id": "s3cret-1"}', '["s3cret-1"]', "[" * 100_000]
)
async def test_a_secret_that_is_damaged_is_told_without_it(store: Store, text: str) -> None:
    profile = remember("me", ALICE, POD, store)
    store.put(f"{ALICE.issuer} {ALICE.webid}", text)
    with pytest.raises(LifepodError) as stop:
        await open_pod(profile, store)
    assert "damaged" in str(stop.value)
    assert "s3cret" not in "".join(traceback.format_exception(stop.value))


def test_a_store_that_fails_leaves_no_name_without_a_secret(store: Store) -> None:
    store.put("x", "y")
    (state_dir() / "logins.json").chmod(0o644)
    with pytest.raises(NotReady):
        remember("me", ALICE, POD, store)
    assert profiles() == ()


# Several processes


LOGGING_IN = """
import sys
from lifepod.solid.keyring import FileStore
from lifepod.solid.dirs import state_dir
from lifepod.solid.login import Credentials
from lifepod.solid.session import forget, remember
who, store = sys.argv[1], FileStore(state_dir() / "logins.json", lambda sentence: None)
for number in range(30):
    login = Credentials(f"https://{who}.example/{number}#me", "https://login.example/", "id", "s3cret")
    remember(f"{who}-{number}", login, "", store)
    if number % 3 == 2:
        forget(f"{who}-{number}", store)
"""


def test_two_processes_lose_no_login_of_each_other(store: Store) -> None:
    lines = [[sys.executable, "-c", LOGGING_IN, who] for who in "ab"]
    working = [subprocess.Popen(line) for line in lines]
    assert [one.wait(timeout=120) for one in working] == [0, 0]
    names = {f"{who}-{number}" for who in "ab" for number in range(30) if number % 3 != 2}
    assert {profile.name for profile in profiles()} == names
    assert len(json.loads((state_dir() / "logins.json").read_text())) == len(names)
