"""The sheets that come up over the screens of papers, each made when it is wanted.

It refuses to hold anything: each call makes a new one.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from textual.content import Content
from textual.screen import ModalScreen

if TYPE_CHECKING:
    from lifepod.tui.screens.ledger import Case, Desk
    from lifepod.tui.screens.ledger import Left as Left  # what a sheet gives back
    from lifepod.tui.screens.noting import Inbox, Request


def answer_sheet(desk: Desk, request: Request, verb: str) -> ModalScreen[bool]:
    """To ``approve``, ``counter`` or ``decline`` a request; gives back whether anything may have changed."""
    from lifepod.tui.screens.answer import ApproveScreen, CounterScreen, DeclineScreen

    kinds = {"approve": ApproveScreen, "counter": CounterScreen, "decline": DeclineScreen}
    return kinds[verb](desk, request)


def end_sheet(desk: Desk, case: Case) -> ModalScreen[bool]:
    """To end an agreement; gives back whether anything may have changed."""
    from lifepod.tui.screens.ending import EndScreen

    return EndScreen(desk, case)


def clear_sheet(desk: Desk, inbox: Inbox) -> ModalScreen[bool]:
    """To delete what cannot be read from the inbox; gives back whether anything may have gone."""
    from lifepod.tui.screens.noting import ClearScreen

    return ClearScreen(desk, inbox)


def ledger_sheet(desk: Desk, case: Case) -> ModalScreen[Left]:
    """What a vendor promised under its agreements, and what is known of it."""
    from lifepod.tui.screens.ledger import LedgerScreen

    return LedgerScreen(desk, case)


def guard_sheet(desk: Desk) -> ModalScreen[bool]:
    """What a round of the guard would close, and the round; gives back whether anything may have changed."""
    from lifepod.tui.screens.mending import GuardScreen

    return GuardScreen(desk)


def text_sheet(title: str, text: Content) -> ModalScreen[None]:
    """Something to read."""
    from lifepod.tui.screens.sheet import ReadScreen

    return ReadScreen(title, text)
