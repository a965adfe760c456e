"""The sheets that come up over the screens of papers, each made when it is wanted.

It refuses to hold anything: each call makes a new one.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from textual.content import Content
from textual.screen import ModalScreen

if TYPE_CHECKING:
    from lifepod.owner.desk import Desk
    from lifepod.owner.standing import Case
    from lifepod.owner.statements import Request


def answer_sheet(desk: Desk, request: Request, verb: str) -> ModalScreen[bool]:
    """To ``approve``, ``counter`` or ``decline`` a request; gives back whether anything may have changed."""
    from lifepod.tui.screens.answer import ApproveScreen, CounterScreen, DeclineScreen

    kinds = {"approve": ApproveScreen, "counter": CounterScreen, "decline": DeclineScreen}
    return kinds[verb](desk, request)


def end_sheet(desk: Desk, case: Case) -> ModalScreen[bool]:
    """To end an agreement; gives back whether anything may have changed."""
    from lifepod.tui.screens.ending import EndScreen

    return EndScreen(desk, case)


def text_sheet(title: str, text: Content) -> ModalScreen[None]:
    """Something to read."""
    from lifepod.tui.screens.sheet import ReadScreen

    return ReadScreen(title, text)
