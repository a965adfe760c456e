"""Screens that are made when somebody first wants them, so that the first paint does not wait for their code.

It refuses to hold anything: each call makes a new one.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from lifepod.tui.picture import Aim, Clock
from lifepod.tui.screens.pod import PodScreen as PodScreen  # what the screen of every mode is

if TYPE_CHECKING:
    from lifepod.owner.desk import Desk
    from lifepod.tui.screens.ask import AskScreen


def ask_screen(desk: Desk, clock: Clock, verb: str, aim: Aim) -> AskScreen:
    """The form of a grant or a revoke."""
    from lifepod.tui.screens.ask import AskScreen

    return AskScreen(desk, clock, verb, aim)


def requests_screen(desk: Desk, clock: Clock) -> PodScreen:
    """Who asks for what."""
    from lifepod.tui.screens.requests import RequestsScreen

    return RequestsScreen(desk, clock)


def agreements_screen(desk: Desk, clock: Clock) -> PodScreen:
    """What was agreed."""
    from lifepod.tui.screens.agreements import AgreementsScreen

    return AgreementsScreen(desk, clock)
