"""A person's pod in the double, and a real desk at it, for the tests and the pictures of the screen: no sockets.

It refuses to fake the desk: only the network below it is a double. ``LIFEPOD_DIR`` must lead to a folder of its own.
"""

from __future__ import annotations

import json
import re
import tempfile
from collections.abc import AsyncIterator, Callable, Iterable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import httpx2
import pytest
from tests.double.pod_double import PodDouble
from tests.tui.look import faint, same_as_kept, shown
from textual.pilot import Pilot
from textual.screen import Screen
from textual.widget import Widget
from textual.widgets import Input

from lifepod.home.story_files import write_story
from lifepod.owner import logins
from lifepod.owner.desk import Desk
from lifepod.owner.words import wish
from lifepod.solid.dirs import cache_dir
from lifepod.solid.door import Door
from lifepod.tui.app import LifepodApp
from lifepod.tui.themes import DARK, LIGHT

BASE = "http://localhost:3000/sam/"
SERVER = "http://localhost:3000/"
ACME, VISA, PHOTO = (f"{SERVER}{name}/profile/card#me" for name in ("acme-shop", "visa-express", "photo-booth"))
GHOST = "https://nobody.example/card#me"
"""A WebID that does not answer."""
NOW = datetime(2026, 3, 14, 14, 5, tzinfo=UTC)
SIZES = [(80, 24), (140, 45)]
"""Of the texts that are kept of each screen."""
GOLDEN = Path(__file__).parent / "golden"
CHANCE = re.compile(r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}|[0-9a-f]{4}(?: [0-9a-f]{4}){3}|\b[0-9a-f]{8}\b")
"""Names and digests that are others in each run."""
TAKEN = "2026-03-14T14:03:00Z"
"""When the kept picture says it was taken."""


@dataclass
class Stage:
    """A pod, its owner's desk, and the screen in front of it."""

    double: PodDouble
    desk: Desk
    first: str = "places"
    """The screen it opens with."""

    def app(self) -> LifepodApp:
        """A fresh screen; its clock stands still."""
        app = LifepodApp(self.desk, lambda: NOW, self.first)
        app.animation_level = "none"
        return app

    async def keep(self, more: Iterable[str] = ()) -> Stage:
        """Take the picture that the screen finds when it starts; ``more`` places are only in the picture."""
        await self.desk.survey()
        await self.desk.__aexit__(None, None, None)
        for path in (cache_dir() / "surveys").rglob("*.json"):
            kept = json.loads(path.read_text()) | {"surveyed_at": TAKEN}
            urls = {self.double.base + name for place in more for name in (place, place[: place.rfind("/") + 1])}
            kept["places"] = sorted(kept["places"] + [[url, "none", f"{url}.acl", "", "", ""] for url in urls])
            path.write_text(json.dumps(kept))
        self.double.requests.clear()
        return self


def stage_of(double: PodDouble, name: str = "sam", through: httpx2.AsyncBaseTransport | None = None) -> Stage:
    """The owner's login at this pod, remembered, and a desk that reaches nothing but the double, or a line to it."""
    client_id, secret = double.credentials(double.owner)
    who = logins.credentials(double.owner, double.tokens.issuer, client_id, secret)
    profile = logins.add(name, who, double.base, lambda line: None)
    for vendor in (ACME, VISA, PHOTO):
        double.credentials(vendor)
    return Stage(double, Desk(Door(profile, transport=through or httpx2.MockTransport(double))))


def agent_rule(double: PodDouble, path: str, agent: str, modes: str = "Read") -> str:
    """A rule that lets an agent into a place and what inherits from it."""
    place = double.url(path)
    below = f"acl:default <{place}>;" if place.endswith("/") else ""
    allowed = ", ".join(f"acl:{mode}" for mode in modes.split())
    return f"[] a acl:Authorization; acl:agent <{agent}>; acl:accessTo <{place}>; {below} acl:mode {allowed}.\n"


def small_pod(*more: str) -> PodDouble:
    """A pod with one place of every kind: public, for the signed-in, for an agent, for a group, private; and ``more``.

    The journal holds purchases (Acme reads them), searches and three years of browsing, each by its own branch.
    """
    double = PodDouble(BASE)
    double.owner_acl("")
    for path in (
        "journal/purchases/2026.ttl",
        "journal/searches/2026/02.ttl",
        "journal/searches/2026/03.ttl",
        *(f"journal/browsing/{year}/03.ttl" for year in (2024, 2025, 2026)),
        "inbox/",
        "club/list",
        *more,
    ):
        double.put(path)
    double.owner_acl("journal/")
    double.owner_acl("journal/purchases/", agent_rule(double, "journal/purchases/", ACME))
    signed = f"[] a acl:Authorization; acl:agentClass acl:AuthenticatedAgent; acl:accessTo <{BASE}inbox/>;"
    double.owner_acl("inbox/", f"{signed} acl:mode acl:Append.\n")
    group = f"[] a acl:Authorization; acl:agentGroup <{BASE}club/list#us>; acl:accessTo <{BASE}club/list>;"
    double.owner_acl("club/list", f"{group} acl:mode acl:Read, acl:Control.\n")
    double.put("club/list", f"<#us> <http://www.w3.org/2006/vcard/ns#hasMember> <{VISA}>.\n")
    return double


def hide(double: PodDouble, path: str, status: int = 403) -> None:
    """The access document of a place cannot be read: who has access there is unknown."""
    double.owner_acl(path)
    double.script("GET", double.judge.control_url(double.url(path)), status, times=None)


async def demo_stage() -> Stage:
    """The demo's story up to the screen: a pod made ready, the sample exports imported, purchases granted to Acme."""
    stage = stage_of(PodDouble(BASE), "demo-sam")
    async with stage.desk as desk:
        await desk.settle()
        with tempfile.TemporaryDirectory() as folder:
            write_story(Path(folder))
            await desk.collect([Path(folder)], lambda what, done, total: None)
        granted = wish("grant", ACME, await desk.place("journal/purchases/"), ("read",))
        await desk.apply(await desk.rehearse(granted))
        return await stage.keep()


@dataclass
class Seat:
    """Somebody in front of the screen: presses keys, clicks, reads."""

    app: LifepodApp
    pilot: Pilot[None]

    async def settle(self) -> None:
        """Wait until all work in the background is done and painted."""
        await self.pilot.pause()
        while not self._rests():
            await self.until(self._rests)
            await self.pilot.pause()
        for _ in range(3):  # what a worker said last, what was made of it, and the painting of that
            await self.pilot.pause(0)

    def _rests(self) -> bool:
        # What listens for changes in the pod listens until the end; so does what waits for folders to be opened.
        return all(one.is_finished for one in self.app.workers if one.group not in ("listen", "_loader"))

    async def until(self, claim: Callable[[], bool]) -> None:
        """Wait for something to become true."""
        for _ in range(2000):
            if claim():
                return
            await self.pilot.pause(0.01)
        raise AssertionError("it did not happen within twenty seconds; the screen says:\n" + self.text)

    async def press(self, *keys: str) -> None:
        """Press keys, and wait for what they do."""
        await self.pilot.press(*keys)
        await self.settle()

    async def click(self, selector: str, offset: tuple[int, int] = (1, 0)) -> None:
        """Click into a widget, and wait for what it does.

        A button takes no second click while it still shows the first one (a fifth of a second).
        """
        await self.until(lambda: not self.app.screen.query_one(selector).has_class("-active"))
        assert await self.pilot.click(selector, offset=offset), f"{selector} cannot be clicked"
        await self.settle()

    def fill(self, selector: str, text: str) -> None:
        """Put a text into a field in place of what is there."""
        self.app.screen.query_one(selector, Input).value = text

    @property
    def lines(self) -> list[str]:
        """What the screen shows."""
        return shown(self.app.screen)

    @property
    def text(self) -> str:
        """The same in one."""
        return "\n".join(self.lines)

    def said(self, selector: str) -> str:
        """The words one widget shows, in one line, whatever the line breaks."""
        rows = shown(self.app.screen, self.app.screen.query_one(selector).region)
        return " ".join(" ".join(rows).split())

    def on(self, kind: type[Screen[Any]]) -> bool:
        """Whether a screen of this kind is in front."""
        return isinstance(self.app.screen, kind)

    @property
    def focus(self) -> Widget | None:
        """What has the keys."""
        return self.app.focused


@asynccontextmanager
async def seated(stage: Stage, size: tuple[int, int] = (100, 30)) -> AsyncIterator[Seat]:
    """Open the screen; a crash of it fails the test."""
    app = stage.app()
    async with app.run_test(size=size, notifications=True) as pilot:
        yield Seat(app, pilot)


class Album:
    """Compares what a seat shows with what was kept under a name and a size."""

    def __init__(self, seat: Seat, size: tuple[int, int], request: pytest.FixtureRequest) -> None:
        self._seat, self._size = seat, size
        self._update = bool(request.config.getoption("--update-golden"))

    def shows(self, name: str) -> None:
        path = GOLDEN / f"{name}-{self._size[0]}x{self._size[1]}.txt"
        lines = [CHANCE.sub(lambda found: "x" * len(found[0]), line) for line in self._seat.lines]
        same_as_kept(lines, path, update=self._update)
        self._can_be_read()

    def _can_be_read(self) -> None:
        """The same words stand there in the other colours, and none is too faint in either."""
        app, before = self._seat.app, self._seat.lines
        for theme in (LIGHT, DARK):
            app.set_reactive(LifepodApp.theme, theme.name)
            app.refresh_css(animate=False)
            assert self._seat.lines == before
            assert faint(app.screen, 4.5) == [], theme.name
