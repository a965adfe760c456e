"""The screen of lifepod: who can see what in a pod, agents, grant and revoke with a preview.

It receives a desk and refuses to decide anything: what it shows and writes is worked out behind the desk. The last
picture is shown at once; looking happens in the background.
"""

from __future__ import annotations

import asyncio
import gc
import os
from collections.abc import Iterable
from contextlib import aclosing, suppress
from dataclasses import dataclass, replace
from datetime import datetime
from functools import partial
from pathlib import PurePath
from typing import TYPE_CHECKING, ClassVar

from textual import work
from textual.app import SystemCommand
from textual.binding import Binding, BindingType
from textual.message import Message
from textual.screen import Screen
from textual.worker import Worker, WorkerState

from lifepod.errors import LifepodError, NotSignedIn
from lifepod.tui import later
from lifepod.tui.entrance import Entrance
from lifepod.tui.later import SCREENS, PodScreen, ask_screen, import_sheet
from lifepod.tui.picture import Aim, Clock, Picture, Progress, Trouble
from lifepod.tui.themes import DARK, LIGHT

if TYPE_CHECKING:
    from lifepod.owner.beginnings import Beginnings
    from lifepod.owner.desk import Audit, Desk
    from lifepod.tui.later import Imported


_THRESHOLDS = gc.get_threshold()
_SWEEP = 20.0
"""Seconds between two looks for memory that nobody needs."""
_WHOLE = 30
"""Of so many looks one goes through what was put aside as well."""
SETTLE = 2.0
"""Seconds after a word from the pod in which more of the same change is expected."""


def _now() -> datetime:
    return datetime.now().astimezone()


def show(profile: str | None = None, beginnings: Beginnings | None = None) -> int:
    """Open the screen with a remembered login; where there is none, with the ways to begin.

    Raises :class:`~lifepod.errors.NotSignedIn` where a named login is not there, or no way to begin is given.
    """
    from lifepod.owner.desk import Desk

    try:
        desk = Desk.open(profile)
    except NotSignedIn:
        if beginnings is None or profile or os.environ.get("LIFEPOD_PROFILE"):
            raise
        desk = None
    app = LifepodApp(desk, beginnings=beginnings)
    app.run()
    return app.return_code or 0


_STYLES: list[str | PurePath] = [
    "app.tcss",
    *(
        f"screens/{name}.tcss"
        for name in (
            "home",
            "places",
            "agents",
            "papers",
            "changes",
            "journal",
            "importing",
            "sign",
            "ask",
            "change",
            "help",
            "welcome",
        )
    ),
]
"""All at once: a screen that brings its own has every style there is parsed again when it is first shown."""


NAMES = {
    "home": ("Home", "the state of things in one look"),
    "places": ("Places", "who could see a place, and why (lifepod who, lifepod why)"),
    "agents": ("Agents", "what each of them could see (lifepod sees)"),
    "matrix": ("Matrix", "everyone beside every class of your data (lifepod matrix)"),
    "requests": ("Requests", "who asks for what (lifepod inbox)"),
    "agreements": ("Agreed", "what was agreed, and the ledger (lifepod agreements, lifepod ledger)"),
    "journal": ("Journal", "your records: look, search, correct, delete, import (lifepod records, lifepod import)"),
    "changes": ("Changes", "what was changed and when, what differs between two days, undo (lifepod changes)"),
}
"""What each mode is called in the palette, and what it shows."""


class LifepodApp(Entrance):
    """Routes keys, themes and pictures."""

    TITLE = "lifepod"
    CSS_PATH = _STYLES
    BINDINGS: ClassVar[list[BindingType]] = [
        *(Binding(str(number), f"go('{mode}')", mode, show=False) for number, mode in enumerate(SCREENS, 1)),
        Binding("g", "ask('grant')", "Grant"),
        Binding("r", "ask('revoke')", "Revoke"),
        Binding("i", "import", "Import", show=False),
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

    def __init__(
        self, desk: Desk | None, clock: Clock = _now, first: str = "", beginnings: Beginnings | None = None
    ) -> None:
        super().__init__(desk, beginnings)
        self._clock, self._first = clock, first
        self.picture = Picture()
        self._listens = False
        self._screens: dict[str, PodScreen] = {}
        self._waiting = self._sweeps = 0
        for mode in SCREENS:
            self.add_mode(mode, partial(self.screen_of, mode))

    def screen_of(self, mode: str) -> PodScreen:
        """The screen of a mode; it is made when it is first wanted, and has the picture of the others."""
        if mode not in self._screens:
            screen = self._screens[mode] = SCREENS[mode](self._desk, self._clock)
            screen.count(self._waiting)
            screen.show(self.picture)
        return self._screens[mode]

    def on_mount(self) -> None:
        """What was chosen, then the desk or the ways to begin."""
        self.prepare()
        gc.set_threshold(2_000, 10, 1_000)
        self.set_interval(_SWEEP, self._sweep)
        if self.has_desk:
            self.start()
        else:
            self.action_welcome()

    def start(self) -> None:
        """The kept picture first."""
        first = self._first or self.chosen.first
        self.switch_mode(first if first in SCREENS else "home")
        self._recall()

    def forget(self) -> None:
        """The screens and the picture of another desk."""
        self.picture, self._waiting, self._listens = Picture(), 0, False
        self._screens.clear()
        gc.unfreeze()  # so that nothing of the other login stays in memory

    def listen_anew(self) -> None:
        """With the number that was chosen just now."""
        if self._listens and self.has_desk:
            self._listen()

    @work(exclusive=True, group="look", exit_on_error=False)
    async def _recall(self) -> None:
        self.post_message(self.Kept(await asyncio.to_thread(self._desk.kept)))
        self._prepare()

    @work(exclusive=True, group="prepare", exit_on_error=False)
    async def _prepare(self) -> None:
        """Read what will be wanted next while nobody waits for it."""
        await asyncio.to_thread(self._desk.prepare)
        await asyncio.to_thread(later.prepare)
        gc.freeze()

    @work(exclusive=True, group="look", exit_on_error=False)
    async def _survey(self) -> None:
        try:
            await asyncio.to_thread(self._desk.prepare)  # reading that code here would hold up every key
            self.post_message(self.Looked(await self._desk.survey(self._tell)))
        except LifepodError as error:
            self.post_message(self.Failed(Trouble.of(error)))

    def _tell(self, done: int, known: int) -> None:
        self.post_message(self.Looking(Progress(done, known)))

    def on_lifepod_app_kept(self, event: Kept) -> None:
        """Show it; where there is none, look."""
        if not self.has_desk:
            return
        if event.audit is None:
            self._look()
        else:
            gc.freeze()
            self._show(Picture(event.audit))

    def _sweep(self) -> None:
        """Look for what nobody needs, and put aside what is needed still: it is not looked through again.

        A picture of a hundred thousand places is half a million objects. Python looks through all of them whenever it
        finds that many came to be, and holds every key up for half a second then.
        """
        if self.picture.progress is not None or not gc.isenabled():
            return  # what a look is making is put aside with its end
        self._sweeps += 1
        if self._sweeps % _WHOLE == 0:  # sheets that were put aside while they were open are garbage since they closed
            gc.unfreeze()
        gc.collect()
        gc.freeze()

    async def on_unmount(self) -> None:
        """What was put aside is looked through again."""
        gc.unfreeze()
        gc.set_threshold(*_THRESHOLDS)

    def on_lifepod_app_looking(self, event: Looking) -> None:
        """Say how far it has come; a late word after the end says nothing."""
        if self.picture.progress is not None:
            self._show(replace(self.picture, progress=event.progress))

    def on_lifepod_app_looked(self, event: Looked) -> None:
        """Show the new picture, and listen from the first one on for what makes it old."""
        if not self.has_desk:
            return  # a last word of the desk before
        gc.freeze()
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
        if not self.chosen.every:
            return
        with suppress(LifepodError):
            async with aclosing(self._desk.stirrings(self.chosen.every)) as words:
                async for _ in words:
                    await asyncio.sleep(SETTLE)
                    self.post_message(self.Stirred())

    def on_lifepod_app_stirred(self, event: Stirred) -> None:
        """Look again by itself, unless a look is under way or somebody is deciding over the present picture."""
        if self.has_desk and self.picture.progress is None and len(self.screen_stack) == 1:
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

    async def on_pod_screen_wanted(self, event: PodScreen.Wanted) -> None:
        """Show one thing on the screen that it belongs to."""
        await self.switch_mode(event.mode)
        if event.key:
            self.screen_of(event.mode).point_at(event.key)

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

    def action_import(self) -> None:
        """Bring exports home; a new look where something was written, because there may be new places."""
        self.push_screen(import_sheet(self._desk), self._imported)

    def _imported(self, imported: Imported | None) -> None:
        if imported is not None and imported.touched:
            self._look()
            for screen in self._screens.values():
                screen.imported()
        if imported is not None and imported.show:
            self.action_go("journal")

    def _asked(self, touched: bool | None) -> None:
        if touched:
            self._look()  # one that began before the change would show the past

    def _aim(self, verb: str) -> Aim:
        audit = self.picture.audit
        if audit is None:
            return Aim()
        aim, places = self._shown.aim(verb), self._screens.get("places")
        known = tuple(agent for agent in audit.agents if agent != audit.survey.owner)
        return Aim(aim.place or (places.aim(verb).place if places else ""), aim.agent, known)

    @property
    def _shown(self) -> PodScreen:
        return self.screen_of(self.current_mode)

    def get_system_commands(self, screen: Screen[object]) -> Iterable[SystemCommand]:
        """Every action by name, each with the command that does the same."""
        if self.current_mode in SCREENS:
            yield from self._at_desk()
        yield from self._always()

    def _at_desk(self) -> Iterable[SystemCommand]:
        for mode, (name, what) in NAMES.items():
            yield SystemCommand(name, what, partial(self.action_go, mode))
        yield SystemCommand("Grant", "let somebody in (lifepod grant)", lambda: self.action_ask("grant"))
        yield SystemCommand("Revoke", "shut somebody out (lifepod revoke)", lambda: self.action_ask("revoke"))
        yield SystemCommand("Import", "bring exports home, dry run first (lifepod import PATH…)", self.action_import)
        yield SystemCommand("Look again", "at the whole pod, in the background (lifepod survey)", self.action_look)
        yield from self._shown.commands()

    def _always(self) -> Iterable[SystemCommand]:
        yield from self.entrance_commands()
        yield SystemCommand("Theme", "choose from all of them", self.search_themes)
        yield SystemCommand("Dark or light", "the two of lifepod", self.action_shade)
        yield SystemCommand("Quit", "leave lifepod", self.exit)
