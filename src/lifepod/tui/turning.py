"""The sheets that come up over the changes of access, each made when it is wanted.

It refuses to hold anything: each call makes a new one.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from textual.screen import ModalScreen

from lifepod.tui.sheets import guard_sheet as guard_sheet  # as over agreements
from lifepod.tui.sheets import text_sheet as text_sheet

if TYPE_CHECKING:
    from lifepod.owner.differences import Contracts
    from lifepod.tui.logged import Change, Desk, Log
    from lifepod.tui.screens.undoing import Clock
    from lifepod.tui.screens.undoing import Done as Done  # what a sheet that writes gives back


def undo_sheet(desk: Desk, change: Change, clock: Clock) -> ModalScreen[Done]:
    """To take a change of access back: the plan first."""
    from lifepod.tui.screens.undoing import UndoScreen

    return UndoScreen(desk, change, clock)


def recover_sheet(desk: Desk) -> ModalScreen[bool]:
    """To bring a change that was cut off to its end; gives back whether anything may have changed."""
    from lifepod.tui.screens.mending import RecoverScreen

    return RecoverScreen(desk)


def compare_sheet(desk: Desk, log: Log | None, contracts: Contracts = ()) -> ModalScreen[tuple[str, str] | None]:
    """Two kept surveys side by side; gives back the screen and the thing to go to."""
    from lifepod.tui.screens.comparing import CompareScreen

    return CompareScreen(desk, log, contracts)
