"""What a login in the browser leaves behind: how it is kept, renewed by one process at a time, and lost by none."""

from __future__ import annotations

import asyncio
import json
import os
import stat
import subprocess
import sys
import time
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from dataclasses import replace
from pathlib import Path

import httpx2
import pytest
from tests.double import faults
from tests.double.issuer_double import IssuerDouble
from tests.solid.browsing import Person, a_store, kept
from tests.solid.visits import QUICK, claims, sent

from lifepod.errors import LifepodError, NotReady, NotSignedIn, Unreachable
from lifepod.solid.dirs import state_dir
from lifepod.solid.keyring import FileStore
from lifepod.solid.login import DPoPClient, take_up
from lifepod.solid.proofs import Proofs
from lifepod.solid.remembered import profiles
from lifepod.solid.send import Sender
from lifepod.solid.session import forget, open_pod, remember
from lifepod.solid.vault import BrowserLogin, Vault, browser_login_of

KEY = Proofs().key_to_keep()
LOGIN = BrowserLogin("https://a.example/#me", "https://a.example/", "c1", "r3fresh", KEY, "acc3ss", 12.5)


@pytest.fixture(name="double")
def _double() -> IssuerDouble:
    return IssuerDouble()


@pytest.fixture(name="vault")
async def _vault(double: IssuerDouble) -> Vault:
    """The owner's login, kept, with a token that is good; what logging in sent is left out of the record."""
    vault = kept(a_store(), await Person(double).logs_in())
    double.requests.clear()
    return vault


async def taken_up(double: IssuerDouble, vault: Vault) -> DPoPClient:
    return await take_up(vault, transport=httpx2.MockTransport(double), limits=QUICK)


@asynccontextmanager
async def sender(double: IssuerDouble, vault: Vault) -> AsyncIterator[Sender]:
    client = await taken_up(double, vault)
    yield Sender(client, QUICK)
    await client.aclose()


def is_over(vault: Vault) -> None:
    """As if the access token had ended meanwhile."""
    vault.write(replace(vault.read(), ends=time.time() + 60))


# How it is kept


def test_a_login_is_kept_whole() -> None:
    assert browser_login_of(LOGIN.text()) == LOGIN


def test_a_login_shown_is_shown_without_its_secrets() -> None:
    shown = f"{LOGIN!r} {LOGIN} {[LOGIN]}"
    for secret in ("r3fresh", "acc3ss", *(KEY[part] for part in "dxy")):
        assert secret not in shown


def damaged(**said: object) -> str:
    return json.dumps(json.loads(LOGIN.text()) | said)


@pytest.mark.parametrize(
    "text",
    [
        None,
        "",
        "{",
        "[]",
        "7",
        "null",
        "[" * 100_000,
        '{"client_id": "a", "client_secret": "b"}',
        '{"kind": "browser"}',
        damaged(kind="other"),
        damaged(key=None),
        damaged(key=["d"]),
        damaged(ends="soon"),
        damaged(ends=None),
    ],
)
def test_what_is_no_login_of_a_browser_is_none(text: str | None) -> None:
    assert browser_login_of(text) is None


async def test_a_login_that_is_gone_or_damaged_says_log_in_again(double: IssuerDouble) -> None:
    store = a_store()
    for text in ("", '{"kind": "browser"}'):
        store.put("x", text)
        with pytest.raises(NotSignedIn) as stop:
            await taken_up(double, Vault(store, "x"))
        assert "lifepod login" in stop.value.advice
    assert double.requests == []


@pytest.mark.parametrize(
    "key",
    [
        {},
        {**KEY, "d": ""},
        {**KEY, "d": "!"},
        {**KEY, "crv": "P-384"},
        {name: value for name, value in KEY.items() if name != "d"},
    ],
)
async def test_a_damaged_key_says_log_in_again(double: IssuerDouble, key: dict[str, str]) -> None:
    vault = kept(a_store(), replace(LOGIN, issuer=double.desk.issuer, key=key))
    with pytest.raises(NotSignedIn) as stop:
        await taken_up(double, vault)
    assert "lifepod login" in stop.value.advice
    assert not [s for s in double.requests if s.method == "POST"]


# The lock


def locks() -> list[Path]:
    return sorted(state_dir().glob("login-*.lock"))


async def test_one_at_a_time_holds_a_login() -> None:
    store, order = a_store(), list[str]()

    async def holds(name: str) -> None:
        async with Vault(store, "x", 5.0).locked():
            order.append(f"{name} in")
            await asyncio.sleep(0.02)
            order.append(f"{name} out")

    await asyncio.gather(holds("a"), holds("b"), holds("c"))
    assert [word.split()[1] for word in order] == ["in", "out"] * 3
    assert [one.split()[0] for one in order[::2]] == [one.split()[0] for one in order[1::2]]


async def test_two_logins_do_not_wait_for_each_other() -> None:
    async with Vault(a_store(), "x").locked(), Vault(a_store(), "y", 0.05).locked():
        assert len(locks()) == 2


async def test_whoever_holds_a_login_too_long_is_named() -> None:
    async with Vault(a_store(), "x").locked():
        with pytest.raises(NotReady) as stop:
            async with Vault(a_store(), "x", 0.1).locked():
                pass
    assert "does not finish" in str(stop.value)


async def test_the_lock_is_given_back_when_the_work_fails() -> None:
    with pytest.raises(KeyError):
        async with Vault(a_store(), "x").locked():
            raise KeyError
    async with Vault(a_store(), "x", 0.05).locked():
        pass


async def test_the_lock_says_nothing_and_is_its_owners_alone() -> None:
    async with Vault(a_store(), "https://a.example/ https://a.example/#me").locked():
        (path,) = locks()
    assert "example" not in path.name
    assert path.read_bytes() == b""
    assert stat.S_IMODE(path.stat().st_mode) == 0o600


async def test_a_link_in_the_place_of_the_lock_is_not_followed(tmp_path: Path) -> None:
    async with Vault(a_store(), "x").locked():
        (path,) = locks()
    path.unlink()
    path.symlink_to(tmp_path / "elsewhere")
    with pytest.raises(NotReady, match="cannot be made"):
        async with Vault(a_store(), "x").locked():
            pass
    assert not (tmp_path / "elsewhere").exists()


HOLDER = """
import asyncio
from lifepod.solid.dirs import state_dir
from lifepod.solid.keyring import FileStore
from lifepod.solid.vault import Vault

async def hold():
    async with Vault(FileStore(state_dir() / "logins.json", print), "x").locked():
        print("held", flush=True)
        await asyncio.sleep(600)

asyncio.run(hold())
"""


@pytest.fixture(name="holder")
def _holder() -> Iterator[subprocess.Popen[str]]:
    """Another process that holds the login."""
    with subprocess.Popen([sys.executable, "-c", HOLDER], stdout=subprocess.PIPE, text=True) as process:
        try:
            assert process.stdout is not None
            assert process.stdout.readline() == "held\n"
            yield process
        finally:
            process.kill()


async def test_another_process_is_waited_for_and_one_that_was_killed_is_not(holder: subprocess.Popen[str]) -> None:
    with pytest.raises(NotReady):
        async with Vault(a_store(), "x", 0.1).locked():
            pass
    holder.kill()
    holder.wait(10)
    async with Vault(a_store(), "x", 0.1).locked():
        pass


# Renewal


async def test_a_token_that_is_good_for_a_while_is_taken_as_it_lies(double: IssuerDouble, vault: Vault) -> None:
    before = vault.read()
    client = await taken_up(double, vault)
    assert client.token["access_token"] == before.access_token
    assert abs(client.token["expires_at"] - before.ends) < 5
    assert double.desk.refreshed == []
    assert vault.read() == before
    await client.aclose()


async def test_a_token_near_its_end_is_renewed_with_the_same_key(double: IssuerDouble, vault: Vault) -> None:
    is_over(vault)
    before = vault.read()
    client = await taken_up(double, vault)
    after = vault.read()
    assert double.desk.refreshed == [before.refresh_token]
    assert after.access_token == client.token["access_token"] != before.access_token
    assert after.refresh_token == double.desk.grants[0].refresh_tokens[-1] != before.refresh_token
    assert after.ends > time.time() + 500
    assert after.key == before.key
    assert double.desk.issued[after.access_token].thumbprint == Proofs(before.key).thumbprint
    await client.aclose()


async def test_the_next_refresh_token_is_stored_before_the_token_is_used(double: IssuerDouble, vault: Vault) -> None:
    """A process that dies in between must not leave the old one, which would end the login."""
    is_over(vault)
    seen: list[tuple[str, str]] = []

    def look(request: httpx2.Request) -> None:
        login = vault.read()
        seen.append((login.refresh_token, request.headers["authorization"].removeprefix("DPoP ")))

    async with sender(double, vault) as line:
        double.script("GET", "README", look)
        assert (await line.send("GET", double.url("README"))).status == 200
    assert seen == [(double.desk.grants[0].refresh_tokens[-1], vault.read().access_token)]


async def test_two_clients_of_one_login_renew_it_once(double: IssuerDouble, vault: Vault) -> None:
    is_over(vault)
    first, second = await asyncio.gather(taken_up(double, vault), taken_up(double, Vault(a_store(), vault._entry, 5.0)))
    assert len(double.desk.refreshed) == 1
    assert first.token["access_token"] == second.token["access_token"] == vault.read().access_token
    for client in (first, second):
        assert (await Sender(client, QUICK).send("GET", double.base)).status == 200
        await client.aclose()


async def test_two_clients_at_work_renew_one_after_the_other_without_ending_the_login(
    double: IssuerDouble, vault: Vault, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with sender(double, vault) as one, sender(double, vault) as other:
        now = time.time()
        for step in range(1, 5):
            monkeypatch.setattr(time, "time", lambda step=step: now + step * 590)
            double.desk.expire()
            replies = await asyncio.gather(*(line.send("GET", double.base) for line in (one, other) for _ in "12"))
            assert [reply.status for reply in replies] == [200] * 4
            assert len(double.desk.refreshed) == step
    assert not double.desk.grants[0].ended


async def test_a_refresh_token_used_twice_ends_the_login(double: IssuerDouble, vault: Vault) -> None:
    """What a thief who copied the store brings about (RFC 9700 §4.14.2)."""
    stolen = vault.read()
    is_over(vault)
    client = await taken_up(double, vault)
    thief = kept(FileStore(state_dir() / "thief.json", lambda sentence: None), replace(stolen, ends=0.0))
    with pytest.raises(NotSignedIn) as stop:
        await taken_up(double, thief)
    assert "invalid_grant" in str(stop.value)
    assert double.desk.grants[0].ended
    is_over(vault)
    with pytest.raises(NotSignedIn) as stop:
        await taken_up(double, vault)
    assert "lifepod login" in stop.value.advice
    await client.aclose()


async def test_a_server_that_sends_no_new_refresh_token_lets_the_old_one_stand(
    double: IssuerDouble, vault: Vault
) -> None:
    double.desk.rotates = False
    before = vault.read().refresh_token
    for _ in range(3):
        is_over(vault)
        await (await taken_up(double, vault)).aclose()
    assert double.desk.refreshed == [before] * 3
    assert vault.read().refresh_token == before


async def test_a_token_that_the_server_took_back_is_renewed_at_once(double: IssuerDouble, vault: Vault) -> None:
    """It lay in the vault and looks good for a while yet."""
    double.desk.expire()
    async with sender(double, vault) as line:
        assert (await line.send("GET", double.base)).status == 200
        assert len(double.desk.refreshed) == 1
        double.desk.expire()
        assert (await line.send("GET", double.base)).status == 401  # moments after a fresh one it is something else
    assert len(double.desk.refreshed) == 1


async def test_who_logs_in_anew_meanwhile_does_not_end_a_program_at_work(double: IssuerDouble, vault: Vault) -> None:
    """The new login has another key, and its refresh token is good with that one alone."""
    async with sender(double, vault) as line:
        double.desk.expire()
        newer = await Person(double).logs_in()
        vault.write(newer)
        assert (await line.send("GET", double.base)).status == 200
        assert double.requests[-1].headers["authorization"] == f"DPoP {newer.access_token}"
        double.desk.expire()
        assert (await line.send("GET", double.base)).status == 200
    assert double.desk.refreshed == [newer.refresh_token]
    assert not double.desk.grants[1].ended


@pytest.mark.parametrize(
    ("answer", "family"),
    [
        (httpx2.Response(400, json={"error": "invalid_grant"}), NotSignedIn),
        (httpx2.Response(401, json={"error": "invalid_client"}), NotSignedIn),
        (httpx2.Response(200, json={"access_token": "t", "token_type": "Bearer", "refresh_token": "r"}), NotSignedIn),
        (httpx2.Response(200, json={"refresh_token": "r", "token_type": "DPoP"}), Unreachable),
        (500, Unreachable),
        (faults.busy(), Unreachable),
        (faults.dropped(), Unreachable),
        (faults.Hang(), Unreachable),
    ],
)
async def test_a_renewal_that_fails_leaves_the_login_as_it_was(
    double: IssuerDouble, vault: Vault, answer: faults.Answer, family: type[LifepodError]
) -> None:
    is_over(vault)
    before = vault.read()
    double.script("POST", double.desk.endpoint, answer, None)
    with pytest.raises(family):
        await taken_up(double, vault)
    assert vault.read() == before
    async with Vault(a_store(), vault._entry, 0.05).locked():
        pass  # and nobody holds it


async def test_a_renewal_sends_a_proof_and_no_secret_but_the_refresh_token(double: IssuerDouble, vault: Vault) -> None:
    is_over(vault)
    await (await taken_up(double, vault)).aclose()
    (seen,) = [s for s in double.requests if s.method == "POST"]
    form = dict(part.split("=") for part in seen.body.decode().split("&"))
    assert set(form) == {"grant_type", "refresh_token", "client_id"}
    assert "authorization" not in seen.headers
    assert "ath" not in claims(seen)
    assert seen.url == double.desk.endpoint


async def test_a_renewal_learns_the_nonce_of_the_login_server(double: IssuerDouble, vault: Vault) -> None:
    is_over(vault)
    double.require_nonce = True
    async with sender(double, vault) as line:
        assert (await line.send("GET", double.base)).status == 200
    assert len(double.desk.refreshed) == 1


async def test_a_store_that_cannot_be_written_lets_no_token_be_used(double: IssuerDouble, vault: Vault) -> None:
    is_over(vault)

    def full(request: httpx2.Request) -> None:
        (state_dir() / "logins.json").chmod(0o644)  # from now on it is neither read nor written

    double.script("POST", double.desk.endpoint, full)
    with pytest.raises(NotReady):
        await taken_up(double, vault)
    assert sent(double, "GET")[1:] == []


# Remembered


async def test_a_login_of_a_browser_is_remembered_opened_and_forgotten(double: IssuerDouble) -> None:
    store, line = a_store(), httpx2.MockTransport(double)
    login = await Person(double).logs_in()
    profile = remember("x", login, double.base, store)
    assert profiles() == (profile,)
    async with await open_pod(profile, store, transport=line) as pod:
        assert (await pod.get(double.base)).status == 200
    everything = "".join(p.read_text() for p in Path(os.environ["LIFEPOD_DIR"]).rglob("*.json") if "config" in str(p))
    assert login.refresh_token not in everything
    forget("x", store)
    assert login.refresh_token not in (state_dir() / "logins.json").read_text()


async def test_logging_in_again_replaces_what_is_kept(double: IssuerDouble) -> None:
    store, person = a_store(), Person(double)
    for _ in range(2):
        login = await person.logs_in()
        remember("x", login, double.base, store)
    (text,) = json.loads((state_dir() / "logins.json").read_text()).values()
    assert browser_login_of(text) == login
