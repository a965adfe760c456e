"""The person's desk from login to pod, over the double: what each call hands on, and what the desk remembers."""

from __future__ import annotations

import stat
from pathlib import Path

import httpx2
import pytest
from tests.double.pod_double import PodDouble
from tests.owner.pods import silent
from tests.owner.signed import ACME, searches, writes

from lifepod.access.audit import Audit
from lifepod.errors import Conflict, Malformed, NotSignedIn
from lifepod.owner import kept, logins
from lifepod.owner.desk import Desk
from lifepod.owner.words import wish
from lifepod.solid.dirs import cache_dir, config_dir, state_dir
from lifepod.solid.door import Door
from lifepod.solid.remembered import Profile


def remembered(double: PodDouble, name: str = "me") -> Profile:
    client_id, secret = double.credentials(double.owner)
    login = logins.credentials(double.owner, double.tokens.issuer, client_id, secret)
    return logins.add(name, login, double.base, warnings.append)


warnings: list[str] = []


@pytest.fixture
def double() -> PodDouble:
    warnings.clear()
    return PodDouble()


@pytest.fixture
def desk(double: PodDouble) -> Desk:
    return Desk(Door(remembered(double), transport=httpx2.MockTransport(double)))


async def test_nothing_is_sent_before_something_remote_is_asked_for(double: PodDouble, desk: Desk) -> None:
    async with desk:
        assert desk.profile.webid == double.owner
        assert desk.kept() is None
        assert desk.agent("me") == double.owner
        assert (desk.agent("public"), desk.agent(ACME)) == ("public", ACME)
        with pytest.raises(Malformed, match="neither a WebID nor"):
            desk.agent("nobody-i-know")
        assert double.requests == []
        assert await desk.place("journal/") == double.url("journal/")
        assert len(double.requests) == 2  # discovery and a token: one login for all that follows
        await desk.place("inbox/")
        assert len(double.requests) == 2


async def test_a_day_at_the_desk(double: PodDouble, desk: Desk, tmp_path: Path) -> None:
    double.credentials(ACME)
    async with desk:
        assert (await desk.settle()).done
        done = await desk.collect([searches(tmp_path, "one")], silent)
        assert done.written == 1
        place = await desk.place("journal/searches/")
        plan = await desk.rehearse(wish("grant", ACME, place, ("read",)))
        assert [a.word for a in (await desk.apply(plan)).answers] == ["yes", "no", "no", "no"]
        assert place in [e.place for e in (await desk.survey()).sees(ACME) if e.audience == ACME]
        looked = await desk.look("journal/searches/", below=False)
        assert looked.for_agent(place, ACME)[0].word == "yes"
        assert (await desk.collect([searches(tmp_path, "one")], silent, again=True)).unchanged == 1
    assert double.modes("journal/searches/", ACME) == {"read"}


async def test_the_last_survey_is_kept_and_says_when_it_was_taken(double: PodDouble, desk: Desk) -> None:
    async with desk:
        taken = await desk.survey()
        await desk.look("profile/")
    last = desk.kept()
    assert last is not None
    assert last.survey == taken.survey
    assert writes(double) == []
    file = next((cache_dir() / "surveys").rglob("*.json"))
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert stat.S_IMODE(file.parent.stat().st_mode) == 0o700
    assert kept.remembered(double.base, ACME) is None
    assert kept.remembered(double.base + "x/", double.owner) is None


@pytest.mark.parametrize(
    "damage",
    [b"", b"{}", b"[1, 2", b"\xff\xfe", b'{"format": 2}', b"[" * 100_000, b'{"format": 1, "rules": 3}', b"null"],
    ids=lambda raw: repr(raw[:12]),
)
async def test_a_damaged_kept_survey_is_as_if_there_were_none(double: PodDouble, desk: Desk, damage: bytes) -> None:
    async with desk:
        await desk.survey()
    file = next((cache_dir() / "surveys").rglob("*.json"))
    whole = file.read_bytes()
    file.write_bytes(damage)
    assert desk.kept() is None
    file.write_bytes(whole[: len(whole) // 2])
    assert desk.kept() is None
    file.write_bytes(whole)
    assert isinstance(desk.kept(), Audit)


async def test_a_kept_survey_that_cannot_be_opened_is_as_if_there_were_none(double: PodDouble, desk: Desk) -> None:
    async with desk:
        await desk.survey()
    file = next((cache_dir() / "surveys").rglob("*.json"))
    file.unlink()
    file.mkdir()
    assert desk.kept() is None


# Logins


def test_a_login_is_kept_without_its_secret_beside_it_and_a_warning_is_given(double: PodDouble) -> None:
    profile = remembered(double)
    assert (profile.name, profile.webid, profile.storage, profile.is_default) == ("me", double.owner, double.base, True)
    assert logins.every() == (profile,)
    assert "not encrypted" in warnings[0]
    assert "s3cret" not in (config_dir() / "profiles.json").read_text()
    store = state_dir() / "logins.json"
    assert "s3cret" in store.read_text()
    assert stat.S_IMODE(store.stat().st_mode) == 0o600
    assert "s3cret" not in repr(profile) + repr(logins.credentials("w", "i", "c", "s3cret"))


def test_a_name_that_stands_for_somebody_else_is_not_taken_over(double: PodDouble) -> None:
    remembered(double)
    other = logins.credentials(ACME, double.tokens.issuer, "x", "y")
    with pytest.raises(Conflict, match="exists already"):
        logins.add("me", other, "", warnings.append)


def test_a_forgotten_login_leaves_no_secret(double: PodDouble) -> None:
    remembered(double)
    assert logins.forget("me", warnings.append).name == "me"
    assert logins.every() == ()
    assert "s3cret" not in (state_dir() / "logins.json").read_text()
    with pytest.raises(NotSignedIn):
        logins.chosen()


def test_the_password_of_an_account_rests_where_the_logins_rest() -> None:
    logins.keep_account("me@localhost.invalid", "pass-word", "http://localhost:3000/", warnings.append)
    assert "pass-word" in (state_dir() / "logins.json").read_text()


async def test_whoami_and_make_ready_sign_in_and_leave_nothing_open(
    double: PodDouble, monkeypatch: pytest.MonkeyPatch
) -> None:
    """``Door.of`` is where a remembered login meets the network; here it meets the double."""
    remembered(double)
    monkeypatch.setattr(Door, "of", lambda name=None: Door(logins.chosen(name), transport=httpx2.MockTransport(double)))
    assert len(await logins.make_ready("me", listed=False)) == 6
    who = await logins.whoami(None)
    assert (who.profile.name, who.storages, who.inboxes) == ("me", (double.base,), (double.url("inbox/"),))
    assert who.issuers == (double.tokens.issuer,)
    assert await logins.make_ready("me", listed=False) == ()
