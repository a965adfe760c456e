"""Screens that are made when somebody first wants them, so that the first paint does not wait for their code.

It refuses to hold anything: each call makes a new one.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from textual.screen import ModalScreen, Screen

from lifepod.tui.picture import Aim, Clock
from lifepod.tui.screens.pod import PodScreen as PodScreen  # what the screen of every mode is

if TYPE_CHECKING:
    from lifepod.owner.beginnings import Beginnings, Begun
    from lifepod.owner.desk import Desk
    from lifepod.owner.logins import LoggedOut
    from lifepod.owner.preferences import Preferences
    from lifepod.tui.screens.ask import AskScreen
    from lifepod.tui.screens.importing import Imported as Imported  # what an import gives back
    from lifepod.tui.screens.importing import ImportScreen
    from lifepod.tui.screens.profiles import Choice


def ask_screen(desk: Desk, clock: Clock, verb: str, aim: Aim) -> AskScreen:
    """The form of a grant or a revoke."""
    from lifepod.tui.screens.ask import AskScreen

    return AskScreen(desk, clock, verb, aim)


def import_sheet(desk: Desk) -> ImportScreen:
    """To import exports: choose, recognise, dry run, write."""
    from lifepod.tui.screens.importing import ImportScreen

    return ImportScreen(desk)


def _home(desk: Desk, clock: Clock) -> PodScreen:
    from lifepod.tui.screens.home import HomeScreen

    return HomeScreen(desk, clock)


def _places(desk: Desk, clock: Clock) -> PodScreen:
    from lifepod.tui.screens.places import PlacesScreen

    return PlacesScreen(desk, clock)


def _agents(desk: Desk, clock: Clock) -> PodScreen:
    from lifepod.tui.screens.agents import AgentsScreen

    return AgentsScreen(desk, clock)


def _matrix(desk: Desk, clock: Clock) -> PodScreen:
    from lifepod.tui.screens.matrix import MatrixScreen

    return MatrixScreen(desk, clock)


def _requests(desk: Desk, clock: Clock) -> PodScreen:
    from lifepod.tui.screens.requests import RequestsScreen

    return RequestsScreen(desk, clock)


def _agreements(desk: Desk, clock: Clock) -> PodScreen:
    from lifepod.tui.screens.agreements import AgreementsScreen

    return AgreementsScreen(desk, clock)


def _journal(desk: Desk, clock: Clock) -> PodScreen:
    from lifepod.tui.screens.journal import JournalScreen

    return JournalScreen(desk, clock)


def _changes(desk: Desk, clock: Clock) -> PodScreen:
    from lifepod.tui.screens.changes import ChangesScreen

    return ChangesScreen(desk, clock)


def between_screen() -> Screen[None]:
    """Nothing of any login, while one desk is closed and another opened."""
    return Screen()


def welcome_screen(beginnings: Beginnings | None, begun: Callable[[Begun], None]) -> Screen[None]:
    """The ways to begin."""
    from lifepod.tui.screens.welcome import WelcomeScreen

    return WelcomeScreen(beginnings, begun)


def profiles_screen(current: str) -> ModalScreen[Choice]:
    """The logins remembered here; gives back what is to be done with which."""
    from lifepod.tui.screens.profiles import ProfilesScreen

    return ProfilesScreen(current)


def settings_screen(
    chosen: Preferences, colours: tuple[str, tuple[str, ...]], hear: Callable[[str, str | int], None], *, is_plain: bool
) -> ModalScreen[None]:
    """What can be chosen, where things are kept; ``colours`` are those in use and all there are."""
    from lifepod.tui.screens.settings import Offer, SettingsScreen
    from lifepod.tui.widgets.head import TABS

    screens = tuple((mode, title[2:]) for mode, title in TABS)
    return SettingsScreen(Offer(chosen, *colours, screens, is_plain, hear))


def gone_in_words(gone: LoggedOut) -> str:
    """What logging out came to."""
    from lifepod.tui.screens.profiles import gone_in_words

    return gone_in_words(gone)


SCREENS: dict[str, Callable[[Desk, Clock], PodScreen]] = {
    "home": _home,
    "places": _places,
    "agents": _agents,
    "matrix": _matrix,
    "requests": _requests,
    "agreements": _agreements,
    "journal": _journal,
    "changes": _changes,
}
"""What makes the screen of each mode."""


def prepare() -> None:
    """Read the code of the screens that will be wanted; for a thread, while nobody waits for one."""
    from lifepod.tui.screens import agents, agreements, ask, changes, importing, journal, matrix, places, requests  # noqa: F401
