"""At whose desk the screens stand: at none yet, at this login's, at another's; and how the person wants the screen.

It refuses to let anything of one login be seen at another's desk: screens, lines and words under way end first.
"""

from __future__ import annotations

import asyncio
import os
import sys
from collections.abc import Awaitable, Callable, Iterable
from contextlib import suppress
from dataclasses import dataclass, replace
from functools import partial
from typing import TYPE_CHECKING, ClassVar

from textual import work
from textual.app import App, SystemCommand
from textual.binding import Binding, BindingType
from textual.message import Message
from textual.screen import Screen
from textual.worker import WorkerCancelled, WorkerFailed

from lifepod.errors import LifepodError
from lifepod.owner import preferences
from lifepod.plain import plain
from lifepod.tui import later
from lifepod.tui.themes import DARK, LIGHT, Styles

if TYPE_CHECKING:
    from lifepod.owner.beginnings import Beginnings, Begun
    from lifepod.owner.desk import Desk
    from lifepod.owner.preferences import Preferences
    from lifepod.tui.screens.profiles import Choice

WELCOME, BETWEEN = "welcome", "between"
"""The modes without a desk."""
_OF_DESK = ("look", "count", "listen")
"""Groups of the app's workers that work at the desk."""
_NEEDS_DESK = ("ask", "look", "go", "import")


def _chosen() -> tuple[Preferences, str]:
    """How the person wants the screen, and what of it could not be read."""
    try:
        return preferences.load()
    except LifepodError as error:
        return preferences.DEFAULT, f"{error} {error.advice}"


class Entrance(App[None]):
    """Opens and closes desks, remembers what was chosen."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("at,P", "logins", "Logins", key_display="@", show=False),
        Binding("comma", "settings", "Settings", key_display=",", show=False),
    ]

    @dataclass
    class Cleared(Message):
        """Nothing is under way any more at the desk before; everything that was said there was heard before this."""

        desk: Desk | None

    def __init__(self, desk: Desk | None, beginnings: Beginnings | None) -> None:
        super().__init__()
        self._open, self._beginnings, self._before = desk, beginnings, "home"
        self.chosen, self._amiss = _chosen()
        for theme in (DARK, LIGHT):
            self.register_theme(theme)
        # Before the styles are read for the first time: to read them costs more than all else that is painted first.
        known = self.chosen.theme in self.available_themes
        self.set_reactive(Entrance.theme, self.chosen.theme if known else DARK.name)
        self.stylesheet = Styles(variables=self.get_css_variables())
        self._closers: list[Callable[[], Awaitable[None]]] = []
        self.add_mode(WELCOME, self._welcome)
        self.add_mode(BETWEEN, later.between_screen)

    @property
    def _desk(self) -> Desk:
        """The desk; whoever asks for it made sure that there is one."""
        if self._open is None:
            raise LookupError("nobody is signed in")
        return self._open

    @property
    def has_desk(self) -> bool:
        """Whether somebody is signed in."""
        return self._open is not None

    def start(self) -> None:
        """At a desk: show its screens. To be said by whoever knows them."""

    def forget(self) -> None:
        """Let go of every screen and picture of the desk before."""

    def prepare(self) -> None:
        """Take up what was chosen; what of it cannot be used is said."""
        amiss = self._amiss
        if self.theme != self.chosen.theme:
            amiss += f" There are no colours called {self.chosen.theme} here."
            self.chosen = replace(self.chosen, theme=self.theme)  # which is not kept until something is chosen
        if amiss:
            self.notify(plain(amiss.strip(), 600), severity="warning", markup=False)
        if self.is_web:
            self.set_interval(5, partial(self._not_alone, os.getppid()))
        elif not self.is_headless:
            self.set_interval(2, self._seen)
        self.theme_changed_signal.subscribe(self, lambda theme: self.choose(theme=theme.name))

    def _not_alone(self, server: int) -> None:
        """A screen whose server was killed is seen by nobody."""
        if os.getppid() != server:
            self.exit()

    def _seen(self) -> None:
        """A terminal that was closed without a word (SIGHUP) is read from for ever otherwise, as fast as that goes."""
        if sys.__stdin__ is None or not sys.__stdin__.isatty():
            self.exit()

    def choose(self, **changes: str | int) -> None:
        """Keep a setting for the next start; it holds from now on."""
        if any(getattr(self.chosen, name) != value for name, value in changes.items()):
            self._keep(changes)

    @work(group="settings", exit_on_error=False)
    async def _keep(self, changes: dict[str, str | int]) -> None:
        before = self.chosen.every
        try:
            self.chosen = await asyncio.to_thread(partial(preferences.keep, **changes))
        except LifepodError as error:
            self.notify(plain(f"{error} {error.advice}", 600), severity="error", markup=False)
        if self.chosen.every != before:
            self.listen_anew()

    def listen_anew(self) -> None:
        """How often to look for changes is another number."""

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """Without a desk there is nothing to look at and nobody to let in."""
        if action in _NEEDS_DESK and (not self.has_desk or (action != "go" and self.current_mode == WELCOME)):
            return False
        return super().check_action(action, parameters)

    def entrance_commands(self) -> Iterable[SystemCommand]:
        """What can be done about logins and settings, by name."""
        yield SystemCommand("Logins", "another login, log in, log out (lifepod profiles)", self.action_logins)
        yield SystemCommand(
            "Settings", "colours, first screen, how often to look, where things are", self.action_settings
        )
        yield SystemCommand("Log in", "a pod at home, a pod you have, the demo (lifepod login)", self.action_welcome)

    def action_welcome(self) -> None:
        """The ways to begin."""
        if self.current_mode in later.SCREENS:
            self._before = self.current_mode
        self.switch_mode(WELCOME)

    def action_go_back(self) -> None:
        """From the ways to begin to where one was."""
        if self.has_desk:
            self.switch_mode(self._before)

    def action_settings(self) -> None:
        """What can be chosen, where things are kept, which versions these are."""
        colours = self.theme, tuple(name for name in self.available_themes if name != "textual-ansi")
        self.push_screen(later.settings_screen(self.chosen, colours, self._hear, is_plain=self.no_color))

    def _hear(self, name: str, value: str | int) -> None:
        if name == "theme":
            self.theme = str(value)  # and is kept like every other change of colours
        else:
            self.choose(**{name: value})

    def action_logins(self) -> None:
        """The logins remembered here."""
        self.push_screen(later.profiles_screen(self._open.profile.name if self._open else ""), self._chosen_login)

    def _chosen_login(self, choice: Choice | None) -> None:
        if choice is None:
            return
        if choice.verb == "another":
            self.action_welcome()
        elif choice.verb == "out":
            self._log_out(choice.name)
        elif self._open is None or choice.name != self._open.profile.name:
            self.go_over(choice.name)

    def _welcome(self) -> Screen[None]:
        return later.welcome_screen(self._beginnings, self._has_begun)

    def _has_begun(self, begun: Begun) -> None:
        """Go on with the login of a beginning."""
        self._closers.append(begun.close)
        for line in begun.warnings:
            self.notify(plain(line, 600), severity="warning", timeout=20, markup=False)
        self.go_over(begun.login)

    def go_over(self, name: str) -> None:
        """To the desk of a remembered login; where it cannot be opened all stays as it is."""
        from lifepod.owner.desk import Desk

        try:
            desk = Desk.open(name)
        except LifepodError as error:
            self.notify(plain(f"{error} {error.advice}", 600), severity="error", markup=False)
            return
        self._pass(desk)

    @work(exclusive=True, group="passage", exit_on_error=False)
    async def _pass(self, desk: Desk) -> None:
        try:
            await self._clear()
        finally:
            self.post_message(self.Cleared(desk))

    @work(exclusive=True, group="passage", exit_on_error=False)
    async def _log_out(self, name: str) -> None:
        from lifepod.owner import logins
        from lifepod.owner.desk import Desk

        current = self._open.profile.name if self._open else ""
        if current == name:
            await self._clear()
        try:
            gone = await logins.log_out(name, self._warn)
            self.notify(later.gone_in_words(gone), markup=False)
            after = gone.default
        except LifepodError as error:
            self._warn(f"{error} {error.advice}")
            after = name
        if current != name:
            self.action_logins()
            return
        desk = None
        with suppress(LifepodError):
            desk = Desk.open(after) if after else None
        self.post_message(self.Cleared(desk))

    def _warn(self, line: str) -> None:
        self.notify(plain(line, 600), severity="warning", timeout=20, markup=False)

    async def _clear(self) -> None:
        """Leave the desk: its workers, its screens, its lines, in this order; nothing of it is in view from now on."""
        if not self.is_running:
            return  # the program is ending, which closes everything
        await self.switch_mode(BETWEEN)
        desk, self._open = self._open, None
        try:
            working = [one for one in self.workers if one.node is self and one.group in _OF_DESK]
            for worker in working:
                worker.cancel()
            for worker in working:
                with suppress(WorkerCancelled, WorkerFailed):
                    await worker.wait()
            for mode in later.SCREENS:
                if self.is_running:
                    await self.remove_mode(mode)
            self.forget()
        finally:
            if desk is not None:
                with suppress(LifepodError):
                    await desk.__aexit__(None, None, None)

    def on_entrance_cleared(self, event: Cleared) -> None:
        """To the new desk, or to the ways to begin."""
        if not self.is_running:
            return
        self.forget()  # once more: what was still said before has been heard by now
        self._open = event.desk
        for mode in later.SCREENS:
            self.add_mode(mode, partial(self.screen_of, mode))
        if self._open is None:
            self.switch_mode(WELCOME)
        else:
            self.start()

    def screen_of(self, mode: str) -> Screen[None]:
        """The screen of a mode; to be said by whoever knows them."""
        raise NotImplementedError

    async def on_unmount(self) -> None:
        """Close the lines to the pod, and stop what runs for this program alone."""
        if self._open is not None:
            await self._open.__aexit__(None, None, None)
        await asyncio.gather(*(close() for close in self._closers), return_exceptions=True)
