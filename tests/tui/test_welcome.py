"""The first run: the ways to begin, how far each is, what goes wrong; and the program goes on with the new desk."""

from __future__ import annotations

import asyncio
import os
import pty
import select
import subprocess
import sys
from dataclasses import dataclass, field, replace
from typing import Any

import httpx2
import pytest
from tests.double.issuer_double import IssuerDouble
from tests.double.pod_double import PodDouble
from tests.solid.browsing import every_line_leads_to
from tests.tui.stage import BASE, NOW, SIZES, Album, Seat, Stage, seated, small_pod, stage_of
from textual.widgets import Button, Input, OptionList

from lifepod.errors import LifepodError, NotReady
from lifepod.owner import logins
from lifepod.owner.beginnings import Beginnings, Begun, Say
from lifepod.owner.desk import Desk
from lifepod.solid.door import Door
from lifepod.tui.app import LifepodApp
from lifepod.tui.screens.beginning import AtHomeScreen, BeginScreen, DemoScreen
from lifepod.tui.screens.help import HelpScreen
from lifepod.tui.screens.login import LogInScreen
from lifepod.tui.screens.places import PlacesScreen
from lifepod.tui.screens.welcome import WelcomeScreen

HOSTILE = "made \x1b[31mred\x1b[0m [bold]loud[/] 漢字 e\u0301 \u202etfel"


@dataclass
class Hands:
    """Ways to begin that a test holds in its hand: it says what they say, and when and how they end."""

    stage: Stage
    asked: list[str] = field(default_factory=list)
    stopped: list[str] = field(default_factory=list)
    closed: list[str] = field(default_factory=list)
    browsed: list[str] = field(default_factory=list)
    says: tuple[str, ...] = ("installing the server", "starting the pod server")
    fails: LifepodError | None = None
    goes_on: asyncio.Event = field(default_factory=asyncio.Event)

    def ways(self) -> Beginnings:
        return Beginnings(self.at_home, self.demo, self.browse)

    async def at_home(self, name: str, say: Say) -> Begun:
        return await self._one(f"home {name}", say)

    async def demo(self, say: Say) -> Begun:
        return await self._one("demo", say)

    def browse(self, address: str) -> bool:
        self.browsed.append(address)
        return True

    async def _one(self, what: str, say: Say) -> Begun:
        self.asked.append(what)
        for line in self.says:
            say(line)
        try:
            await self.goes_on.wait()
        except asyncio.CancelledError:
            self.stopped.append(what)
            raise
        if self.fails is not None:
            raise self.fails

        async def close() -> None:
            self.closed.append(what)

        return Begun("sam", close, ("No system keyring here: the login is kept in a file.",))


@dataclass
class Newcomer(Stage):
    """Somebody in front of the screen who has no login yet."""

    ways: Beginnings | None = None

    def app(self) -> LifepodApp:
        app = LifepodApp(None, lambda: NOW, self.first, self.ways)
        app.animation_level = "none"
        return app


def newcomer(double: PodDouble, monkeypatch: pytest.MonkeyPatch) -> tuple[Newcomer, Hands]:
    """A pod whose login is made by a beginning; until then nobody is signed in."""
    stage = stage_of(double)
    profile = stage.desk.profile

    def opened(name: str | None = None) -> Desk:
        assert name == "sam"
        return Desk(Door(replace(profile, name="sam"), transport=httpx2.MockTransport(double)))

    monkeypatch.setattr(Desk, "open", staticmethod(opened))
    hands = Hands(stage)
    return Newcomer(double, stage.desk, ways=hands.ways()), hands


async def doing(seat: Seat) -> None:
    """Wait until something is under way."""
    await seat.until(lambda: isinstance(s := seat.app.screen, BeginScreen) and s.state == "doing")
    for _ in range(3):
        await seat.pilot.pause()


async def test_a_pod_at_home_is_one_step_and_the_program_goes_on_with_it(monkeypatch: pytest.MonkeyPatch) -> None:
    stage, hands = newcomer(small_pod(), monkeypatch)
    async with seated(stage) as seat:
        await seat.settle()
        assert seat.on(WelcomeScreen)
        await seat.press("enter")
        assert seat.on(AtHomeScreen)
        assert hands.asked == [], "it began before it was told to"
        await seat.pilot.press("enter")
        await doing(seat)
        assert hands.asked == ["home me"]
        assert "✓ installing the server" in seat.text
        assert "· starting the pod server" in seat.text
        assert "Esc stops it" in seat.text
        hands.goes_on.set()
        await seat.settle()
        await seat.until(lambda: "journal/" in seat.text)
        assert seat.on(PlacesScreen)
        assert BASE in seat.text
        assert "No system keyring here" in seat.text
    assert hands.closed == ["home me"]


async def test_the_pod_gets_the_name_that_was_said(monkeypatch: pytest.MonkeyPatch) -> None:
    stage, hands = newcomer(small_pod(), monkeypatch)
    async with seated(stage) as seat:
        await seat.settle()
        await seat.press("1")
        seat.fill("#said", "  ")
        await seat.press("enter")
        assert "The pod needs a name" in seat.text
        assert hands.asked == []
        seat.fill("#said", "work")
        assert await seat.pilot.click("#begin")
        await doing(seat)
        assert hands.asked == ["home work"]


async def test_what_is_under_way_can_be_stopped_and_begun_again(monkeypatch: pytest.MonkeyPatch) -> None:
    stage, hands = newcomer(small_pod(), monkeypatch)
    async with seated(stage) as seat:
        await seat.settle()
        await seat.press("3")
        assert seat.on(DemoScreen)
        await seat.pilot.press("enter")
        await doing(seat)
        await seat.press("escape")
        assert hands.stopped == ["demo"]
        assert seat.on(DemoScreen)
        assert "Stopped." in seat.said("#trouble")
        assert str(seat.app.screen.query_one("#begin", Button).label) == "Try again"
        hands.goes_on.set()
        await seat.press("enter")
        assert hands.asked == ["demo", "demo"]
        assert seat.on(PlacesScreen)
    assert hands.closed == ["demo"]


async def test_leaving_the_program_stops_what_is_under_way(monkeypatch: pytest.MonkeyPatch) -> None:
    stage, hands = newcomer(small_pod(), monkeypatch)
    async with seated(stage) as seat:
        await seat.settle()
        await seat.press("3")
        await seat.pilot.press("enter")
        await doing(seat)
    assert hands.stopped == ["demo"]


async def test_what_goes_wrong_is_said_with_its_advice_and_can_be_tried_again(monkeypatch: pytest.MonkeyPatch) -> None:
    stage, hands = newcomer(small_pod(), monkeypatch)
    hands.fails = NotReady("npm reaches no registry: \x1b[31m[red]x", advice="Connect this machine to the network.")
    hands.goes_on.set()
    async with seated(stage) as seat:
        await seat.settle()
        await seat.press("1", "enter")
        assert seat.on(AtHomeScreen)
        assert "npm reaches no registry: \\x1b[31m[red]x Connect this machine to the network." in seat.said("#trouble")
        hands.fails = None
        await seat.press("enter")
        assert seat.on(PlacesScreen)


async def test_a_fault_of_ours_is_told_and_ends_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    stage, hands = newcomer(small_pod(), monkeypatch)
    hands.fails = RuntimeError("odd")  # type: ignore[assignment]
    hands.goes_on.set()
    async with seated(stage) as seat:
        await seat.settle()
        await seat.press("1", "enter")
        assert "a fault of lifepod: RuntimeError: odd" in seat.said("#trouble")
        await seat.press("escape")
        assert seat.on(WelcomeScreen)


async def test_what_is_said_by_others_is_harmless(monkeypatch: pytest.MonkeyPatch) -> None:
    stage, hands = newcomer(small_pod(), monkeypatch)
    hands.says = (HOSTILE, "b" * 3000)
    async with seated(stage, (80, 24)) as seat:
        await seat.settle()
        await seat.press("1")
        await seat.pilot.press("enter")
        await doing(seat)
        assert "\x1b" not in seat.text
        assert "\u202e" not in seat.text
        assert "[bold]loud[/]" in "".join(str(line) for line in seat.app.screen._lines)  # type: ignore[attr-defined]
        assert "Cancel" in seat.text


async def test_leaving_at_the_very_moment_when_it_is_done_is_no_crash(monkeypatch: pytest.MonkeyPatch) -> None:
    stage, hands = newcomer(small_pod(), monkeypatch)
    async with seated(stage) as seat:
        await seat.settle()
        await seat.press("1")
        await seat.pilot.press("enter")
        await doing(seat)
        hands.goes_on.set()


async def test_without_a_desk_its_keys_do_nothing_and_the_others_work(monkeypatch: pytest.MonkeyPatch) -> None:
    stage, _ = newcomer(small_pod(), monkeypatch)
    async with seated(stage) as seat:
        await seat.settle()
        await seat.press("g", "r", "u", "4", "8", "escape")
        assert seat.on(WelcomeScreen)
        await seat.press("question_mark")
        assert seat.on(HelpScreen)
        assert "lifepod home · login · demo" in seat.text
        await seat.press("escape", "down", "down", "enter")
        assert seat.on(DemoScreen)
        offered = {command.title for command in seat.app.get_system_commands(seat.app.screen)}
        assert offered == {"Logins", "Settings", "Log in", "Theme", "Dark or light", "Quit"}
        await seat.press("escape")
        await seat.click("#ways", (5, 3))
        assert seat.on(LogInScreen)


async def test_a_program_that_cannot_begin_says_what_to_type(monkeypatch: pytest.MonkeyPatch) -> None:
    stage, _ = newcomer(small_pod(), monkeypatch)
    stage.ways = None
    async with seated(stage) as seat:
        await seat.settle()
        await seat.press("enter")
        assert "lifepod home up" in seat.text
        assert seat.on(WelcomeScreen)


@dataclass
class Browsing:
    """A login server, and a browser at it."""

    double: IssuerDouble
    opens: bool = True
    seen: list[str] = field(default_factory=list)

    def ways(self) -> Beginnings:
        async def never(*_: Any) -> Begun:
            raise AssertionError("another way was begun")

        return Beginnings(never, never, self.browse)

    def browse(self, door: str) -> bool:
        self.seen.append(door)
        return self.opens


def with_issuer(monkeypatch: pytest.MonkeyPatch, *, opens: bool = False) -> tuple[Newcomer, Browsing]:
    double = IssuerDouble()
    every_line_leads_to(double, monkeypatch)
    browsing = Browsing(double, opens)
    monkeypatch.setattr(Desk, "open", staticmethod(lambda name=None: Desk(Door.of(name))))
    return Newcomer(small_pod(), None, ways=browsing.ways()), browsing  # type: ignore[arg-type]


async def to_the_address(seat: Seat, who: str) -> str:
    """Ask for a login with an answer brought by hand, and read the address off the sheet."""
    await seat.settle()
    await seat.press("2")
    seat.fill("#said", who)
    await seat.press("tab", "space")
    await seat.pilot.click("#begin")
    await seat.until(lambda: any(box.display for box in seat.app.screen.query("#address-box")))
    address = seat.app.screen._address  # type: ignore[attr-defined]
    assert address[:40] in seat.text
    return str(address)


async def test_a_login_by_hand_ends_at_the_desk(monkeypatch: pytest.MonkeyPatch) -> None:
    stage, browsing = with_issuer(monkeypatch)
    async with seated(stage) as seat:
        address = await to_the_address(seat, "https://pod.example/")
        assert browsing.seen == [], "a browser was opened on this device"
        assert isinstance(seat.focus, Input)
        seat.fill("#pasted", browsing.double.desk.consent(address))
        await seat.pilot.press("enter")
        await seat.until(lambda: seat.on(PlacesScreen))
        await seat.settle()
        assert browsing.double.base in seat.text
        assert [one.webid for one in logins.every()] == [browsing.double.owner]
        assert "No system keyring here" in seat.text


async def test_a_wrong_answer_is_told_and_the_login_can_be_tried_again(monkeypatch: pytest.MonkeyPatch) -> None:
    stage, _ = with_issuer(monkeypatch)
    async with seated(stage) as seat:
        await to_the_address(seat, "https://pod.example/")
        seat.fill("#pasted", "https://elsewhere.example/?code=1")
        await seat.pilot.press("enter")
        await seat.until(lambda: isinstance(s := seat.app.screen, LogInScreen) and s.state == "failed")
        await seat.settle()
        assert seat.said("#trouble")
        assert "Try again" in seat.text
        assert logins.every() == ()


async def test_nobody_named_is_asked_for(monkeypatch: pytest.MonkeyPatch) -> None:
    stage, _ = with_issuer(monkeypatch)
    async with seated(stage) as seat:
        await seat.settle()
        await seat.press("2", "enter")
        assert "Name your WebID" in seat.said("#trouble")
        seat.fill("#said", "not an address")
        await seat.press("enter")
        assert seat.said("#trouble")
        assert seat.on(LogInScreen)


async def test_of_several_pods_one_is_chosen(monkeypatch: pytest.MonkeyPatch) -> None:
    stage, browsing = with_issuer(monkeypatch)
    double = browsing.double
    pim = "http://www.w3.org/ns/pim/space#storage"
    own = f"<#me> <http://www.w3.org/ns/solid/terms#oidcIssuer> <https://pod.example/>; <{pim}> <{double.base}>, "
    double.put("https://bob.example/card", f"{own}<https://other.example/>.")
    double.desk.webid = "https://bob.example/card#me"
    async with seated(stage) as seat:
        address = await to_the_address(seat, "https://pod.example/")
        seat.fill("#pasted", double.desk.consent(address))
        await seat.pilot.press("enter")
        await seat.until(lambda: seat.app.screen.query_one("#pods").display)
        await seat.pilot.pause()
        pods = seat.app.screen.query_one("#pods", OptionList)
        assert {str(pods.get_option_at_index(n).prompt) for n in (0, 1)} == {double.base, "https://other.example/"}
        names = [str(pods.get_option_at_index(n).prompt) for n in (0, 1)]
        await seat.pilot.press(*(["down"] * names.index(double.base)), "enter")
        await seat.until(lambda: seat.on(PlacesScreen))
        await seat.settle()
        assert [one.storage for one in logins.every()] == [double.base]


async def test_the_login_server_that_cannot_be_reached_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    stage, browsing = with_issuer(monkeypatch)
    browsing.double.script("*", "*", 503, times=None)
    async with seated(stage) as seat:
        await seat.settle()
        await seat.press("2")
        seat.fill("#said", "https://pod.example/")
        await seat.press("enter")
        assert seat.said("#trouble")
        assert "Try again" in seat.text


@pytest.mark.parametrize("size", SIZES, ids=str)
async def test_the_first_run_looks_as_it_did(
    size: tuple[int, int], request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch
) -> None:
    stage, hands = newcomer(small_pod(), monkeypatch)
    monkeypatch.setattr("lifepod.tui.screens.beginning.monotonic", lambda: 7.0)
    async with seated(stage, size) as seat:
        album = Album(seat, size, request)
        await seat.settle()
        album.shows("welcome")
        await seat.press("enter")
        album.shows("welcome-home")
        await seat.pilot.press("enter")
        await doing(seat)
        album.shows("welcome-doing")
        await seat.press("escape")
        album.shows("welcome-stopped")
        await seat.press("escape", "2")
        album.shows("welcome-login")
        assert hands.stopped


def on_a_terminal(*argv: str, until: bytes, keys: bytes = b"") -> tuple[int, bytes]:
    """Run the program on a terminal until it says something, press some keys; its exit code and all it said."""
    main, terminal = pty.openpty()
    command = [sys.executable, "-m", "lifepod", *argv]
    process = subprocess.Popen(command, stdin=terminal, stdout=terminal, stderr=terminal)
    os.close(terminal)
    said = b""
    while select.select([main], [], [], 20)[0]:
        try:
            said += os.read(main, 65_536)
        except OSError:
            break
        if keys and until in said:
            os.write(main, keys)
            keys = b""
    os.close(main)
    return process.wait(20), said


def test_the_program_without_a_login_opens_the_ways_to_begin() -> None:
    code, said = on_a_terminal(until=b"demo", keys=b"q")
    assert code == 0
    assert b"\x1b[?1049h" in said
    assert "A pod of my own" in said.decode(errors="replace")


def test_the_program_with_a_login_that_is_not_there_opens_nothing() -> None:
    code, said = on_a_terminal("--profile", "ghost", until=b"ghost")
    assert code == 3
    assert b"There is no login called ghost" in said
    assert b"\x1b[?1049h" not in said
