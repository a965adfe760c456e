"""The logins remembered here: going over to another closes one desk and opens the next, nothing of the old is left."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace

import httpx2
import pytest
from tests.double import faults
from tests.double.pod_double import PodDouble
from tests.tui.stage import BASE, SIZES, Album, Seat, seated, small_pod, stage_of
from textual.widgets import OptionList

from lifepod.owner import logins
from lifepod.owner.desk import Desk
from lifepod.solid.dirs import config_dir
from lifepod.solid.door import Door
from lifepod.tui.app import LifepodApp
from lifepod.tui.screens.help import HelpScreen
from lifepod.tui.screens.places import PlacesScreen
from lifepod.tui.screens.profiles import LogOutScreen, ProfilesScreen
from lifepod.tui.screens.welcome import WelcomeScreen

OTHER = "http://localhost:3000/kim/"
HOSTILE = "http://localhost:3000/%E6%BC%A2/[red]x[-]/#me"


class Town:
    """Two people's pods, each with its double, its remembered login and its desk."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.sam = stage_of(small_pod())
        double = PodDouble(OTHER)
        double.owner_acl("")
        double.put("diary/one.ttl")
        self.kim = stage_of(double, "kim")
        self.closed: list[str] = []
        self.opened: list[str] = []
        town = self

        class Watched(Desk):
            async def __aexit__(self, *about: object) -> None:
                town.closed.append(self.profile.name)
                await super().__aexit__(None, None, None)

        def opened(name: str | None = None) -> Desk:
            profile = logins.chosen(name)
            town.opened.append(profile.name)
            double = {"sam": town.sam.double, "kim": town.kim.double}[profile.name]
            return Watched(Door(profile, transport=httpx2.MockTransport(double)))

        monkeypatch.setattr(Desk, "open", staticmethod(opened))
        self.sam.desk = opened("sam")
        self.opened.clear()

    def offline(self) -> None:
        """No network at all."""
        for stage in (self.sam, self.kim):
            stage.double.script("*", "*", faults.refused_connection(), times=None)


@pytest.fixture(name="town")
def _town(monkeypatch: pytest.MonkeyPatch) -> Town:
    return Town(monkeypatch)


@asynccontextmanager
async def at_sams(town: Town, size: tuple[int, int] = (100, 30)) -> AsyncIterator[Seat]:
    """Sam in front of the screen, with a kept picture."""
    await town.sam.keep()
    town.closed.clear()
    async with seated(town.sam, size) as seat:
        await seat.settle()
        yield seat


async def arrived(seat: Seat, pod: str) -> None:
    """Wait until the screens stand at a pod."""
    await seat.until(lambda: seat.app.has_desk and seat.app._desk.profile.storage == pod and seat.on(PlacesScreen))
    await seat.settle()


async def test_the_list_marks_where_one_is_and_which_is_the_default(town: Town) -> None:
    async with at_sams(town) as seat:
        await seat.press("at")
        assert seat.on(ProfilesScreen)
        assert "● sam  here now, used where none is named" in seat.text
        assert "  kim  " in seat.text
        assert OTHER in seat.text
        await seat.press("escape")
        assert seat.on(PlacesScreen)
        assert town.opened == []


async def test_going_over_closes_one_desk_and_starts_every_screen_over(town: Town) -> None:
    await town.kim.keep()
    async with at_sams(town) as seat:
        before = seat.app.screen
        town.kim.double.requests.clear()
        await seat.press("at", "home", "enter")  # kim comes first by name
        await arrived(seat, OTHER)
        assert town.closed == ["sam"]
        assert seat.app.screen is not before
        assert OTHER in seat.text
        assert "as kim" in seat.text
        assert "diary/" in seat.text
        assert BASE not in seat.text
        assert "journal/" not in seat.text
        assert town.kim.double.requests == [], "the kept picture needs no network"
        assert not before.is_attached
    assert town.closed == ["sam", "kim"]


async def test_the_present_login_is_gone_over_to_by_staying(town: Town) -> None:
    async with at_sams(town) as seat:
        before = seat.app.screen
        await seat.press("at", "enter")
        assert seat.app.screen is before
        assert town.closed == []


async def test_a_look_that_was_under_way_is_never_seen_at_the_next_desk(town: Town) -> None:
    await town.kim.keep()
    async with at_sams(town) as seat:
        town.sam.double.script("*", BASE + "*", faults.Hang(), times=None)
        await seat.pilot.press("u")
        await seat.until(lambda: bool(town.sam.double.requests))
        await seat.pilot.press("at", "home", "enter")
        await arrived(seat, OTHER)
        assert seat.app.picture.progress is None
        assert seat.app.picture.audit is not None
        assert seat.app.picture.audit.survey.storage == OTHER


async def test_words_of_the_desk_before_that_come_late_change_nothing(town: Town) -> None:
    await town.kim.keep()
    async with at_sams(town) as seat:
        old = seat.app.picture.audit
        assert old is not None
        seat.app.go_over("kim")
        await seat.until(lambda: not seat.app.has_desk)
        seat.app.post_message(LifepodApp.Looked(old))
        seat.app.post_message(LifepodApp.Kept(None))
        seat.app.post_message(LifepodApp.Stirred())
        await arrived(seat, OTHER)
        assert seat.app.picture.audit is not None
        assert seat.app.picture.audit.survey.storage == OTHER


async def test_without_a_network_the_kept_picture_of_the_next_login_is_shown_with_its_age(town: Town) -> None:
    await town.kim.keep()
    async with at_sams(town) as seat:
        town.offline()
        await seat.press("at", "home", "enter")
        await arrived(seat, OTHER)
        assert "diary/" in seat.text
        assert "2 min ago" in seat.text
        await seat.press("u")
        assert "This is the kept picture" in seat.text
        assert "diary/" in seat.text
        await seat.press("at", "end", "enter")
        await arrived(seat, BASE)
        assert "journal/" in seat.text


async def test_without_a_network_and_a_kept_picture_that_is_said_and_can_be_tried_again(town: Town) -> None:
    async with at_sams(town) as seat:
        town.offline()
        await seat.press("at", "home", "enter")
        await arrived(seat, OTHER)
        assert "Try again" in seat.text
        town.kim.double.scripts.clear()
        await seat.press("u")
        assert "diary/" in seat.text


async def test_at_the_start_without_a_network_the_kept_picture_is_shown(town: Town) -> None:
    await town.sam.keep()
    town.offline()
    async with seated(town.sam) as seat:
        await seat.settle()
        assert "journal/" in seat.text
        assert "2 min ago" in seat.text
        await seat.press("u")
        assert "This is the kept picture" in seat.text


async def test_a_login_that_was_forgotten_elsewhere_leaves_all_as_it_is(town: Town) -> None:
    async with at_sams(town) as seat:
        await seat.press("at")
        logins.forget("kim", lambda line: None)
        await seat.press("home", "enter")
        assert "There is no login called kim" in seat.text
        assert town.closed == []
        assert seat.on(PlacesScreen)
        assert "journal/" in seat.text


async def test_logging_out_asks_first_and_no_is_the_answer_of_enter(town: Town) -> None:
    async with at_sams(town) as seat:
        await seat.press("at", "home", "x")
        assert seat.on(LogOutScreen)
        assert "The pod and its rules stay as they are" in seat.text
        assert "lifepod logout --profile kim" in seat.text
        await seat.press("enter")
        assert seat.on(ProfilesScreen)
        await seat.press("x", "n")
        await seat.press("x", "escape")
        assert [one.name for one in logins.every()] == ["kim", "sam"]


async def test_another_login_can_be_logged_out_from_here(town: Town) -> None:
    async with at_sams(town) as seat:
        await seat.press("at", "home", "x", "y")
        assert [one.name for one in logins.every()] == ["sam"]
        assert "Forgot the login kim." in seat.text
        assert seat.on(ProfilesScreen)
        assert town.closed == []
        await seat.press("escape")
        assert "journal/" in seat.text


async def test_logging_out_the_present_login_goes_to_the_default_then_to_the_ways_to_begin(town: Town) -> None:
    await town.kim.keep()
    async with at_sams(town) as seat:
        await seat.press("at", "x", "y")
        await arrived(seat, OTHER)
        assert town.closed == ["sam"]
        assert "diary/" in seat.text
        await seat.press("at", "x", "y")
        await seat.until(lambda: seat.on(WelcomeScreen))
        await seat.settle()
        assert town.closed == ["sam", "kim"]
        assert logins.every() == ()
        assert not seat.app.has_desk


async def test_a_login_that_cannot_be_forgotten_stays(town: Town, monkeypatch: pytest.MonkeyPatch) -> None:
    from lifepod.errors import NotReady

    async def refuses(name: str, warn: object) -> None:
        raise NotReady("The system keyring does not answer.", advice="Unlock it, then try again.")

    async with at_sams(town) as seat:
        monkeypatch.setattr(logins, "log_out", refuses)
        await seat.press("at", "x", "y")
        await arrived(seat, BASE)
        assert "Unlock it" in seat.text
        assert "journal/" in seat.text


async def test_another_login_is_added_on_the_page_of_the_beginnings_which_leads_back(town: Town) -> None:
    async with at_sams(town) as seat:
        await seat.press("at", "l")
        assert seat.on(WelcomeScreen)
        assert "Back" in seat.lines[-1]
        await seat.press("g", "r")
        assert seat.on(WelcomeScreen)
        await seat.press("escape")
        assert seat.on(PlacesScreen)
        await seat.press("at")
        await seat.click("#another")
        assert seat.on(WelcomeScreen)


async def test_everything_here_can_be_clicked_and_is_in_the_palette_and_in_help(town: Town) -> None:
    async with at_sams(town) as seat:
        offered = {one.title: one for one in seat.app.get_system_commands(seat.app.screen)}
        offered["Logins"].callback()
        await seat.settle()
        await seat.press("question_mark")
        assert seat.on(HelpScreen)
        assert "lifepod logout" in seat.text
        await seat.press("escape")
        await seat.click("#out")
        assert seat.on(LogOutScreen)
        await seat.click("#no")
        await seat.click("#leave")
        assert seat.on(PlacesScreen)


async def test_a_damaged_list_is_told_and_harms_nothing(town: Town) -> None:
    async with at_sams(town) as seat:
        (config_dir() / "profiles.json").write_text('{"profiles": [')
        await seat.press("at")
        assert "is damaged" in seat.said("#trouble")
        await seat.press("x", "escape")
        assert "journal/" in seat.text


async def test_odd_names_stay_in_their_lines(town: Town) -> None:
    profile = replace(town.kim.desk.profile, webid=HOSTILE + "x" * 400)
    async with at_sams(town, (80, 24)) as seat:
        seat.app.push_screen(screen := ProfilesScreen("sam"))
        await seat.settle()
        screen._known = (profile,)
        listed = screen.query_one("#known", OptionList)
        listed.clear_options()
        listed.add_option(screen._line(profile))
        await seat.settle()
        assert "[red]x[-]" in seat.text
        assert all(len(line) <= 80 for line in seat.lines)


@pytest.mark.parametrize("size", SIZES, ids=str)
async def test_the_logins_look_as_they_did(town: Town, size: tuple[int, int], request: pytest.FixtureRequest) -> None:
    async with at_sams(town, size) as seat:
        album = Album(seat, size, request)
        await seat.press("at")
        album.shows("logins")
        await seat.press("x")
        album.shows("logout")
