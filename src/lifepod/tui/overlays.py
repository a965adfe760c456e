"""The sheets that come up over places and agents, each made when it is wanted: to look closer, to close in one step.

It refuses to hold anything: each call makes a new one.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from textual.screen import ModalScreen

from lifepod.tui.words import WHOLE, Request
from lifepod.tui.words import agent_name as agent_name  # how those it is about are called
from lifepod.tui.words import brief as brief
from lifepod.tui.words import place_name as place_name

if TYPE_CHECKING:
    from lifepod.owner.desk import Desk
    from lifepod.tui.picture import Clock
    from lifepod.tui.screens.change import Done as Done  # what a sheet that writes gives back


def holds_sheet(desk: Desk, url: str) -> ModalScreen[None]:
    """What a place holds."""
    from lifepod.tui.screens.inspect import HoldsScreen

    return HoldsScreen(desk, url)


def history_sheet(desk: Desk, title: str, key: str, *, is_place: bool) -> ModalScreen[None]:
    """The history of access of a place (by its URL) or of an audience."""
    from lifepod.tui.screens.history import HistoryScreen

    return HistoryScreen(desk, title, key, is_place=is_place)


def private_sheet(desk: Desk, clock: Clock, url: str, *, all_below: bool) -> ModalScreen[Done]:
    """The plan that keeps a place for the owner alone; written after a yes."""
    path = place_name(url, desk.profile.storage, WHOLE)
    return _change(desk, Request("private", "", "" if path == "/" else path, (), all_below=all_below), clock)


def out_sheet(desk: Desk, clock: Clock, agent: str) -> ModalScreen[Done]:
    """The plan that shuts an agent out everywhere; written after a yes."""
    return _change(desk, Request("revoke", agent, "", (), everywhere=True), clock)


def _change(desk: Desk, request: Request, clock: Clock) -> ModalScreen[Done]:
    from lifepod.tui.screens.change import ChangeScreen

    return ChangeScreen(desk, request, clock)
