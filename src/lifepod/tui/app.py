"""The screen of lifepod: who can see what in a pod, agents, grant and revoke with a preview.

It receives a desk and refuses to decide anything: what it shows and writes is worked out behind the desk. The last
picture is shown at once; looking happens in the background.
"""

from __future__ import annotations

import asyncio
from collections.abc import Iterable
from contextlib import aclosing, suppress
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import PurePath
from typing import TYPE_CHECKING, ClassVar

from textual import work
from textual.app import App, SystemCommand
from textual.binding import Binding, BindingType
from textual.message import Message
from textual.screen import Screen
from textual.worker import Worker, WorkerState

from lifepod.errors import LifepodError
from lifepod.tui.later import PodScreen, agreements_screen, ask_screen, requests_screen
from lifepod.tui.picture import Aim, Clock, Picture, Progress, Trouble
from lifepod.tui.screens.agents import AgentsScreen
from lifepod.tui.screens.places import PlacesScreen
from lifepod.tui.themes import DARK, LIGHT

if TYPE_CHECKING:
    from lifepod.owner.desk import Audit, Desk


SETTLE = 2.0
"""Seconds after a word from the pod in which more of the same change is expected."""


def _now() -> datetime:
    return datetime.now().astimezone()


def show(profile: str | None = None) -> int:
    """Open the screen with a remembered login; raises :class:`~lifepod.errors.NotSignedIn` where there is none."""
    from lifepod.owner.desk import Desk

    app = LifepodApp(Desk.open(profile))
    app.run()
    return app.return_code or 0


_STYLES: list[str | PurePath] = [
    "app.tcss",
    *(f"screens/{name}.tcss" for name in ("places", "agents", "papers", "sign", "ask", "change", "help")),
]
"""All at once: a screen that brings its own has every style there is parsed again when it is first shown."""


class LifepodApp(App[None]):
    """Routes keys, themes and pictures."""

    TITLE = "lifepod"
    CSS_PATH = _STYLES
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("1", "go('places')", "Places", show=False),
        Binding("2", "go('agents')", "Agents", show=False),
        Binding("3", "go('requests')", "Requests", show=False),
        Binding("4", "go('agreements')", "Agreements", show=False),
        Binding("g", "ask('grant')", "Grant"),
        Binding("r", "ask('revoke')", "Revoke"),
        Binding("u,f5", "look", "Look", key_display="u"),
        Binding("t", "shade", "Theme", show=False),
        Binding("ctrl+p", "command_palette", "Actions", key_display="^p"),
        Binding("q", "quit", "Quit"),
    ]

    @dataclass
    class Kept(Message):
        """The last picture, or none."""

        audit: Audit | None

    @dataclass
    class Looking(Message):
        """How far a look has come."""

        progress: Progress

        def can_replace(self, message: Message) -> bool:
            """Only the newest counts."""
            return isinstance(message, LifepodApp.Looking)

    @dataclass
    class Looked(Message):
        """A new picture."""

        audit: Audit

    @dataclass
    class Failed(Message):
        """The look could not be finished."""

        trouble: Trouble

    @dataclass
    class Stirred(Message):
        """Something came, went or changed in the pod: the picture may be old."""

        def can_replace(self, message: Message) -> bool:
            """Once is enough."""
            return isinstance(message, LifepodApp.Stirred)

    def __init__(self, desk: Desk, clock: Clock = _now) -> None:
        super().__init__()
        self._desk, self._clock = desk, clock
        self.picture = Picture()
        self._listens = False
        self._places, self._agents = PlacesScreen(desk, clock), AgentsScreen(desk, clock)
        self.add_mode("places", lambda: self._places)
        self.add_mode("agents", lambda: self._agents)
        self.add_mode("requests", lambda: self._later("requests", requests_screen(desk, clock)))
        self.add_mode("agreements", lambda: self._later("agreements", agreements_screen(desk, clock)))
        self._screens: dict[str, PodScreen] = {"places": self._places, "agents": self._agents}
        self._waiting = 0

    def _later(self, mode: str, screen: PodScreen) -> PodScreen:
        """A screen that is made when it is first wanted."""
        self._screens[mode] = screen
        screen.count(self._waiting)
        return screen

    def on_mount(self) -> None:
        """The kept picture first."""
        for theme in (DARK, LIGHT):
            self.register_theme(theme)
        self.theme = DARK.name
        self.switch_mode("places")
        self._recall()

    async def on_unmount(self) -> None:
        """Close the lines to the pod."""
        await self._desk.__aexit__(None, None, None)

    @work(exclusive=True, group="look", exit_on_error=False)
    async def _recall(self) -> None:
        self.post_message(self.Kept(await asyncio.to_thread(self._desk.kept)))

    @work(exclusive=True, group="look", exit_on_error=False)
    async def _survey(self) -> None:
        try:
            self.post_message(self.Looked(await self._desk.survey(self._tell)))
        except LifepodError as error:
            self.post_message(self.Failed(Trouble.of(error)))

    def _tell(self, done: int, known: int) -> None:
        self.post_message(self.Looking(Progress(done, known)))

    def on_lifepod_app_kept(self, event: Kept) -> None:
        """Show it; where there is none, look."""
        if event.audit is None:
            self._look()
        else:
            self._show(Picture(event.audit))

    def on_lifepod_app_looking(self, event: Looking) -> None:
        """Say how far it has come; a late word after the end says nothing."""
        if self.picture.progress is not None:
            self._show(replace(self.picture, progress=event.progress))

    def on_lifepod_app_looked(self, event: Looked) -> None:
        """Show the new picture, and listen from the first one on for what makes it old."""
        self._show(Picture(event.audit))
        if not self._listens:
            self._listens = True
            self._listen()
        if "requests" not in self._screens:  # which counts for itself
            self._count()

    @work(exclusive=True, group="count", exit_on_error=False)
    async def _count(self) -> None:
        """How many requests that were taken in before wait; the inbox itself is looked into where they are shown."""
        with suppress(LifepodError):
            known = await (await self._desk.papers()).requests()
            self.post_message(PodScreen.Counted(sum(one.is_waiting for one in known)))

    @work(exclusive=True, group="listen", exit_on_error=False)
    async def _listen(self) -> None:
        with suppress(LifepodError):
            async with aclosing(self._desk.stirrings()) as words:
                async for _ in words:
                    await asyncio.sleep(SETTLE)
                    self.post_message(self.Stirred())

    def on_lifepod_app_stirred(self, event: Stirred) -> None:
        """Look again by itself, unless a look is under way or somebody is deciding over the present picture."""
        if self.picture.progress is None and len(self.screen_stack) == 1:
            self._look()

    def on_lifepod_app_failed(self, event: Failed) -> None:
        """Keep the picture there is, and say why there is no newer one."""
        self._show(Picture(self.picture.audit, trouble=event.trouble))

    def on_worker_state_changed(self, event: Worker.StateChanged) -> None:
        """A fault of ours is told like any other; it never takes the screen away."""
        if event.state is WorkerState.ERROR:
            self.post_message(self.Failed(Trouble.fault(event.worker.error)))

    def _show(self, picture: Picture) -> None:
        self.picture = picture
        for screen in self._screens.values():
            screen.show(picture)

    def on_pod_screen_counted(self, event: PodScreen.Counted) -> None:
        """Every screen says how many requests wait."""
        self._waiting = event.waiting
        for screen in self._screens.values():
            screen.count(event.waiting)

    def on_pod_screen_changed(self, event: PodScreen.Changed) -> None:
        """Look again: access was changed."""
        self._look()

    def action_go(self, mode: str) -> None:
        """Another screen."""
        self.switch_mode(mode)

    async def on_agents_screen_wanted(self, event: AgentsScreen.Wanted) -> None:
        """Show a place in the tree."""
        await self.switch_mode("places")
        self._places.point_at(event.url)

    async def on_places_screen_wanted(self, event: PlacesScreen.Wanted) -> None:
        """Show what an audience could see."""
        await self.switch_mode("agents")
        self._agents.point_at(event.audience)

    def action_look(self) -> None:
        """Look at the whole pod in the background; one look at a time."""
        if self.picture.progress is None:
            self._look()
        else:
            self.notify("Already looking; the new picture comes by itself.", markup=False)

    def _look(self) -> None:
        """A fresh look, in place of one that may be running."""
        self._show(replace(self.picture, progress=Progress(), trouble=None))
        self._survey()

    def action_shade(self) -> None:
        """Dark or light."""
        self.theme = LIGHT.name if self.theme != LIGHT.name else DARK.name

    def action_ask(self, verb: str) -> None:
        """A grant or revoke: the form, the plan, and a new look where something was written."""
        self.push_screen(ask_screen(self._desk, self._clock, verb, self._aim(verb)), self._asked)

    def _asked(self, touched: bool | None) -> None:
        if touched:
            self._look()  # one that began before the change would show the past

    def _aim(self, verb: str) -> Aim:
        audit = self.picture.audit
        if audit is None:
            return Aim()
        aim = self._shown.aim(verb)
        known = tuple(agent for agent in audit.agents if agent != audit.survey.owner)
        return Aim(aim.place or self._places.aim(verb).place, aim.agent, known)

    @property
    def _shown(self) -> PlacesScreen | AgentsScreen:
        return self._agents if self.current_mode == "agents" else self._places

    def get_system_commands(self, screen: Screen[object]) -> Iterable[SystemCommand]:
        """Every action by name, each with the command that does the same."""
        yield SystemCommand(
            "Places", "who could see a place, and why (lifepod who, lifepod why)", lambda: self.action_go("places")
        )
        yield SystemCommand("Agents", "what each of them could see (lifepod sees)", lambda: self.action_go("agents"))
        yield SystemCommand("Requests", "who asks for what (lifepod inbox)", lambda: self.action_go("requests"))
        yield SystemCommand("Agreements", "what was agreed (lifepod agreements)", lambda: self.action_go("agreements"))
        yield SystemCommand("Grant", "let somebody in (lifepod grant)", lambda: self.action_ask("grant"))
        yield SystemCommand("Revoke", "shut somebody out (lifepod revoke)", lambda: self.action_ask("revoke"))
        yield SystemCommand("Look again", "at the whole pod, in the background (lifepod survey)", self.action_look)
        yield from self._screens.get(self.current_mode, self._places).commands()
        yield SystemCommand("Theme", "choose from all of them", self.search_themes)
        yield SystemCommand("Dark or light", "the two of lifepod", self.action_shade)
        yield SystemCommand("Quit", "leave lifepod", self.exit)
