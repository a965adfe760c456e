"""The main journeys of the screen against the real server: after each it is asked what the pod really holds.

One server for all of them but the first run, which starts its own as a person's first run does.
"""

from __future__ import annotations

import os
import shutil
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

import httpx2
import pytest
from tests.live.conftest import HomeServer, entered
from tests.live.test_terms_live import PURCHASE, Side, ask, in_days, status
from tests.owner.letters import Secrets
from tests.owner.signed import searches
from tests.tui.mailbox import rows_of, sheet, whole
from tests.tui.stage import Seat
from textual.widgets import OptionList

from lifepod.cli.beginnings import beginnings
from lifepod.errors import Missing
from lifepod.home import supervisor
from lifepod.home.accounts import NewPod
from lifepod.home.server import HomeFolder
from lifepod.names import DPV
from lifepod.owner import logins
from lifepod.owner.desk import Desk
from lifepod.owner.offers import Offering
from lifepod.owner.settle import settle
from lifepod.owner.words import wish
from lifepod.parties.identity import show_in_profile
from lifepod.parties.rooms import Opens, make_room
from lifepod.solid.pod import Pod
from lifepod.terms.roster import ROSTER
from lifepod.tui.app import LifepodApp
from lifepod.tui.screens.agents import AgentsScreen
from lifepod.tui.screens.home import HomeScreen
from lifepod.tui.screens.ledger import LedgerScreen
from lifepod.tui.screens.welcome import WelcomeScreen
from lifepod.tui.widgets.files import FilePicker
from lifepod.tui.widgets.timeline import Timeline

pytestmark = pytest.mark.live
SIZE = (120, 40)
PURCHASES, SEARCHES = "journal/purchases/", "journal/searches/"
FILE, MEDIA = PURCHASES + "amazon/2025.ttl", "journal/media/netflix/2026/03.ttl"
FILMS = b"""@prefix schema: <https://schema.org/>. @prefix xsd: <http://www.w3.org/2001/XMLSchema#>.
<#20260312T210000Z-00000000000000a1> a schema:WatchAction;
    schema:name "Casablanca"; schema:startTime "2026-03-12T21:00:00Z"^^xsd:dateTime.
<#20260310T200000Z-00000000000000a2> a schema:WatchAction;
    schema:name "Metropolis"; schema:startTime "2026-03-10T20:00:00Z"^^xsd:dateTime.
"""


@dataclass(frozen=True, slots=True)
class World:
    """A person with a journal and terms, a shop, and the folder that remembers the person's login."""

    top: Path
    me: NewPod
    shop: NewPod


@pytest.fixture(scope="module")
async def world(home_server: HomeServer, tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[World]:
    """Made once for the file; each journey leaves nothing open."""
    made = World(tmp_path_factory.mktemp("logins"), home_server.new_pod("walks"), home_server.new_pod("walks-shop"))
    with pytest.MonkeyPatch.context() as settings:
        settings.setenv("LIFEPOD_DIR", str(made.top))
        settings.setenv("PYTHON_KEYRING_BACKEND", "keyring.backends.fail.Keyring")
        new = made.me
        login = logins.credentials(new.webid, new.issuer, new.client_id, new.client_secret)
        logins.add("me", login, new.pod, lambda line: None)
        async with Desk.open("me") as desk:
            pod = await desk.pod()
            await settle(pod)
            await pod.write(pod.url(FILE), PURCHASE, match=None)
            await pod.write(pod.url(MEDIA), FILMS, match=None)
            papers, place = await desk.papers(), (pod.url(PURCHASES),)
            terms = Offering("shops", ROSTER["sd-once"], "Shops", place, DPV + "Personalisation", 180, ("read",))
            await papers.publish(await papers.draw_up(terms))
            await desk.survey()  # kept beside the login, so that no journey has to wait for a first look
        async with entered(made.shop) as its:
            await make_room(its, its.storage + "inbox/", Opens(signed_in=True))
    yield made


@dataclass
class Street:
    """Both of them signed in, to ask the server what is so."""

    me: Side
    shop: Side

    async def text(self, path: str) -> str:
        """What a file of the person's pod holds, as it lies; empty where it is not there."""
        try:
            return (await self.me.pod.get(self.me.pod.url(path))).body.decode()
        except Missing:
            return ""

    async def knocks(self, *paths: str) -> list[int]:
        """What the server answers the shop at these places."""
        return [await status(self.shop, self.me.pod.url(path)) for path in paths]

    async def log(self) -> list[str]:
        """What was changed so far, the oldest first."""
        async with Desk.open("me") as desk:
            return [f"{one.verb} {one.state}" for one in await desk.changes()]


@pytest.fixture
async def street(world: World) -> AsyncIterator[Street]:
    """With the login of the module, copied so that no journey can spoil it."""
    shutil.copytree(world.top, os.environ["LIFEPOD_DIR"], dirs_exist_ok=True)
    async with entered(world.me) as mine, entered(world.shop) as its:
        yield Street(Side(world.me, mine, Secrets()), Side(world.shop, its, Secrets()))


@asynccontextmanager
async def seated(app: LifepodApp) -> AsyncIterator[Seat]:
    """Somebody in front of a screen whose desk is real."""
    app.animation_level = "none"
    async with app.run_test(size=SIZE, notifications=True) as pilot:
        seat = Seat(app, pilot)
        await seat.settle()
        yield seat


@asynccontextmanager
async def at(key: str) -> AsyncIterator[Seat]:
    """The person on the screen of a key, with the last picture."""
    async with seated(LifepodApp(Desk.open("me"), _now, "places")) as seat:
        await seat.until(lambda: seat.app.picture.audit is not None and seat.app.picture.progress is None)
        await seat.press(key)
        yield seat


def _now() -> datetime:
    return datetime.now().astimezone()


async def yes(seat: Seat, title: str) -> None:
    """Say yes to what is shown, and wait for the word of how it ended."""
    await seat.press("y")
    await seat.until(lambda: seat.said("#title") == title)


# 1


@pytest.fixture(name="home")
def _home() -> Iterator[HomeFolder]:
    """The person's own folder, whose server is stopped at the end."""
    folder = HomeFolder.at()
    yield folder
    supervisor.down(folder)


async def test_the_first_run_makes_a_pod_at_home_and_arrives_there(home: HomeFolder) -> None:
    async with seated(LifepodApp(None, _now, beginnings=beginnings())) as seat:
        assert seat.on(WelcomeScreen)
        await seat.press("enter")
        seat.fill("#said", "newcomer")
        await seat.pilot.press("enter")
        for _ in range(4):  # each waits for twenty seconds: a server starts, and a pod is made
            if not seat.on(HomeScreen):
                await seat.settle()
        assert seat.on(HomeScreen)
        await seat.until(lambda: seat.app.picture.audit is not None)
        assert f"{home.base_url}newcomer/" in seat.text
    assert supervisor.status(home).running
    (profile,) = logins.every()
    assert profile.storage == f"{home.base_url}newcomer/"
    async with httpx2.AsyncClient(trust_env=False) as nobody:
        assert (await nobody.get(profile.webid)).status_code == 200
        assert (await nobody.get(profile.storage + "journal/")).status_code == 401
    async with Desk.open("newcomer") as desk:
        pod = await desk.pod()
        assert (await pod.get(pod.url("journal/"))).status == 200


# 2, 3, 4


async def granted(seat: Seat, street: Street) -> None:
    """Grant the purchases to the shop, from the tree to the word that a look confirmed it."""
    seat.app.screen_of("places").point_at(street.me.pod.url(PURCHASES))
    await seat.press("g")
    seat.fill("#agent", street.shop.new.webid)
    seat.app.screen.query_one("#agent").focus()
    await seat.press("enter")
    await seat.until(lambda: seat.said("#title") == "The plan: nothing is written yet")
    assert f"Grant read to {street.shop.new.webid} at {PURCHASES}" in seat.said("#plan")
    assert await street.knocks(FILE) == [403], "it was written before the yes"
    await yes(seat, "Done, and confirmed")
    await seat.press("enter")


async def test_a_vendor_is_let_in_seen_with_the_reason_and_shut_out_again(street: Street) -> None:
    before = await street.log()
    async with at("2") as seat:
        await granted(seat, street)
        assert await street.knocks(FILE) == [200]
        assert f"<{street.shop.new.webid}>" in await street.text(f"{PURCHASES}.acl")
        await seat.until(lambda: seat.app.picture.progress is None)
        seat.app.screen_of("places").point_at(street.me.pod.url(FILE))
        await seat.settle()
        assert "walks-shop yes no no no" in seat.said("#who")
        assert f"{PURCHASES} lets" in seat.said("#why")
        await seat.press("tab", "home")
        assert f"Why {street.shop.new.webid}" in seat.said("#why")
        seat.app.screen_of("places").point_at(street.me.pod.url(PURCHASES))
        await seat.settle()
        await seat.press("r", "enter")
        await seat.until(lambda: seat.said("#title") == "The plan: nothing is written yet")
        assert "A revoke closes future reads only." in seat.said("#plan")
        await yes(seat, "Done, and confirmed")
    assert await street.knocks(FILE) == [403]
    assert street.shop.new.webid not in await street.text(f"{PURCHASES}.acl")
    assert await street.log() == [*before, "grant finished", "revoke finished"]


# 5


async def opened(street: Street, *paths: str) -> None:
    """The shop is let in at these places, without the screen."""
    async with Desk.open("me") as desk:
        for path in paths:
            asked = wish("grant", street.shop.new.webid, await desk.place(path), ("read",))
            await desk.apply(await desk.rehearse(asked))
        await desk.survey()
    assert set(await street.knocks(*paths)) == {200}


async def test_one_agent_is_shut_out_everywhere_after_the_plan(street: Street) -> None:
    await opened(street, PURCHASES, MEDIA)
    async with at("3") as seat:
        assert seat.on(AgentsScreen)
        seat.app.screen_of("agents").point_at(street.shop.new.webid)
        await seat.settle()
        await seat.press("x")
        await seat.until(lambda: seat.said("#title") == "The plan: nothing is written yet")
        assert f"{PURCHASES}.acl" in seat.said("#plan")
        await seat.press("enter")
        assert await street.knocks(FILE, MEDIA) == [200, 200], "the first answer was not no"
        await seat.press("x")
        await seat.until(lambda: seat.said("#title") == "The plan: nothing is written yet")
        await yes(seat, "Done, and confirmed")
        await seat.press("enter")
        await seat.until(lambda: seat.app.picture.progress is None)
        listed = seat.app.screen.query_one("#agents", OptionList).options
        assert not [one for one in listed if "walks-shop" in str(one.prompt)]
    assert await street.knocks(FILE, MEDIA) == [403, 403]
    for path in (f"{PURCHASES}.acl", f"{MEDIA}.acl"):
        assert street.shop.new.webid not in await street.text(path)


# 6, 7


async def test_one_request_is_approved_another_declined_and_the_agreement_ended(street: Street) -> None:
    await show_in_profile(street.shop.pod, in_days(0), inbox=street.shop.pod.storage + "inbox/")
    policies = [await ask(street.me, street.shop, number) for number in (701, 702)]
    folders = [f"lifepod/agreements/{policy.root.removeprefix('urn:uuid:')}/" for policy in policies]
    async with at("5") as seat:
        assert "5 Requests (2)" in seat.text
        assert "Personalisation" in whole(seat)
        assert await street.knocks(FILE) == [403]
        first = folders.index(next(one for one in folders if one.split("/")[2] in seat.app.screen.chosen))  # type: ignore[attr-defined]
        await seat.press("a")
        await seat.until(lambda: "Yes, sign and open" in seat.text)
        await yes(seat, "Done")
        assert "Open, confirmed by a fresh look" in sheet(seat)
        await seat.press("enter")
        assert "5 Requests (1)" in seat.text
        await seat.press("d")
        seat.fill("#word", "Not now.")
        await yes(seat, "Done")
        await seat.press("enter")
        assert "refused" in "\n".join(rows_of(seat))
        assert await street.knocks(FILE, f"{folders[first]}agreement.jsonld") == [200, 200]
        assert await street.text(f"{folders[1 - first]}agreement.jsonld") == ""
        await the_end(seat, street)
    assert await street.knocks(FILE) == [403]
    assert "revocation" in "\n".join(await files_in(street.me.pod, folders[first]))
    # A notice each of the agreement, of the refusal and of the end.
    assert len((await street.shop.pod.list(street.shop.pod.storage + "inbox/")).members) == 3


async def the_end(seat: Seat, street: Street) -> None:
    """Look at what was promised and ended, and end it."""
    await seat.press("6")
    assert "open since" in rows_of(seat)[0]
    assert "delete-at-end: promised" in whole(seat)
    await seat.press("l")
    assert seat.on(LedgerScreen)
    assert "walks-shop" in seat.said("#title")
    await seat.press("escape", "e")
    await seat.until(lambda: "Yes, end it" in seat.text)
    assert "loses read, yes → no" in sheet(seat)
    assert await street.knocks(FILE) == [200]
    await yes(seat, "Done")
    await seat.press("enter")
    assert "revoked since" in rows_of(seat)[0]


async def files_in(pod: Pod, path: str) -> list[str]:
    """Names of what lies in a folder."""
    return [url.rsplit("/", 1)[-1] for url, _ in (await pod.list(pod.url(path))).members]


# 8, 9


def names(seat: Seat) -> list[str]:
    """What the journal lists."""
    return [str(getattr(one, "what", one)) for one in seat.app.screen.query_one(Timeline).items]


async def test_a_file_is_imported_through_the_wizard_and_its_records_are_found(street: Street, tmp_path: Path) -> None:
    export = searches(tmp_path, "red shoes", "green tea")
    async with at("2") as seat:
        await seat.press("i")
        seat.app.screen.query_one(FilePicker).choose([export])
        await seat.press("c")
        await seat.until(lambda: seat.said("#title") == "Import: what the files are")
        assert seat.said("#sum").startswith("1 file recognised: 2 records")
        await seat.press("c")
        await seat.until(lambda: seat.said("#title") == "Dry run: nothing is written yet")
        assert await street.text(f"{SEARCHES}google-search/2025/01.ttl") == ""
        await yes(seat, "Done")
        await seat.press("shift+tab", "enter")
        await seat.until(lambda: "green tea" in seat.text)
        assert seat.app.current_mode == "journal"
        assert {"red shoes", "green tea"} <= set(names(seat))
    for month, said in ((1, "red shoes"), (2, "green tea")):
        assert said in await street.text(f"{SEARCHES}google-search/2025/0{month}.ttl")
    (run,) = await files_in(street.me.pod, "lifepod/imports/")
    assert '"finished"' in await street.text(f"lifepod/imports/{run}")
    assert await street.knocks(f"{SEARCHES}google-search/2025/01.ttl") == [403]


async def test_a_record_is_edited_another_deleted_and_that_is_taken_back(street: Street) -> None:
    async with at("7") as seat:
        await seat.until(lambda: "Casablanca" in seat.text)
        await seat.press("home", "e")
        seat.fill("#field-0", "Casablanca 1942")
        await seat.press("enter")
        await seat.until(lambda: "Write this? Nothing is written yet" in seat.text)
        assert "1942" not in await street.text(MEDIA)
        await yes(seat, "Done")
        assert "Casablanca 1942" in await street.text(MEDIA)
        await seat.press("escape", "down", "d")
        await seat.until(lambda: "Delete this record? Nothing is deleted yet" in seat.text)
        await yes(seat, "Done")
        assert "Metropolis" not in await street.text(MEDIA)
        assert "00000000000000a2" in await street.text("lifepod/deleted.ttl")
        await seat.press("escape")
        assert "Metropolis" not in names(seat)
        await seat.press("z")
        await seat.until(lambda: "Take this back?" in seat.text)
        await yes(seat, "Done")
        await seat.press("escape")
        assert names(seat)[:2] == ["Casablanca 1942", "Metropolis"]
    held = await street.text(MEDIA)
    assert [word in held for word in ("Casablanca 1942", "Metropolis")] == [True, True]
    assert "00000000000000a2" not in await street.text("lifepod/deleted.ttl")


# 10


async def test_a_change_is_seen_in_the_log_and_taken_back(street: Street) -> None:
    await opened(street, PURCHASES)
    before = await street.log()
    async with at("8") as seat:
        newest = rows_of(seat)[1]
        assert "grant read" in newest
        assert "walks-shop" in newest
        await seat.press("z")
        await seat.until(lambda: seat.said("#title") == "The plan: nothing is written yet")
        assert "loses read, yes → no" in seat.said("#plan")
        assert await street.knocks(FILE) == [200]
        await yes(seat, "Done, and confirmed")
        await seat.press("enter")
        assert "took back read" in rows_of(seat)[1]
        assert "taken back" in rows_of(seat)[2]
    assert await street.knocks(FILE) == [403]
    assert await street.log() == [*before, "undo finished"]
    assert street.shop.new.webid not in await street.text(f"{PURCHASES}.acl")
