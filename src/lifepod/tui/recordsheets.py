"""The sheets that come up over the journal, each made when it is wanted.

It refuses to hold anything: each call makes a new one.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from textual.content import Content
from textual.screen import ModalScreen

if TYPE_CHECKING:
    from lifepod.tui.screens.correcting import CorrectScreen, RemoveScreen, RestoreScreen
    from lifepod.tui.screens.correcting import Mend as Mend
    from lifepod.tui.screens.record import Clock
    from lifepod.tui.screens.sieve import Sought
    from lifepod.tui.telling import Audit, Desk
    from lifepod.tui.widgets.timeline import Line


def record_sheet(
    desk: Desk, clock: Clock, address: str, audit: Audit | None, also: Sequence[str]
) -> ModalScreen[tuple[str, str] | None]:
    """One record whole; gives back a verb (``edit``, ``delete``) or a screen, and a key.

    Other sources that tell of the same (``also``) are named.
    """
    from lifepod.tui.screens.record import RecordScreen

    return RecordScreen(desk, clock, address, audit, also)


def sieve_sheet(sought: Sought, shelves: frozenset[str]) -> ModalScreen[Sought | None]:
    """What is to be shown."""
    from lifepod.tui.screens.sieve import SieveScreen

    return SieveScreen(sought, shelves)


def correct_sheet(desk: Desk, line: Line | None, address: str) -> CorrectScreen:
    """To correct a record."""
    from lifepod.tui.screens.correcting import CorrectScreen

    return CorrectScreen(desk, address, line.also if line else ())


def remove_sheet(desk: Desk, line: Line | None, address: str) -> RemoveScreen:
    """To delete a record."""
    from lifepod.tui.screens.correcting import RemoveScreen

    return RemoveScreen(desk, address, line.also if line else ())


def restore_sheet(desk: Desk, mend: Mend) -> RestoreScreen:
    """To take back a correction or a deletion."""
    from lifepod.tui.screens.correcting import RestoreScreen

    return RestoreScreen(desk, mend)


def text_sheet(title: str, text: Content) -> ModalScreen[None]:
    """Something to read."""
    from lifepod.tui.screens.sheet import ReadScreen

    return ReadScreen(title, text)
