"""What cannot be read in the inbox, shown and deleted for good from the screen of requests."""

from __future__ import annotations

import pytest
from tests.tui.mailbox import Mailbox, at, sheet, still, with_a_request
from textual.widgets import Button

from lifepod.tui.screens.noting import ClearScreen
from lifepod.tui.screens.requests import RequestsScreen


@pytest.fixture(autouse=True)
def clock(monkeypatch: pytest.MonkeyPatch) -> None:
    still(monkeypatch)


def inbox(box: Mailbox) -> list[str]:
    top = box.market.home.url("inbox/")
    return sorted(url.removeprefix(top) for url in box.market.home.shelf.things if url.startswith(top) and url != top)


async def with_rubbish() -> Mailbox:
    box = await with_a_request()
    box.market.home.put("inbox/rubbish", "{ no json [/bold]", "application/ld+json")
    return box


async def test_what_cannot_be_read_is_listed_first_and_deleted_after_a_yes_only() -> None:
    box = await with_rubbish()
    async with at(box, "5") as seat:
        assert "rubbish" in inbox(box)
        await seat.press("x")
        assert seat.on(ClearScreen)
        assert isinstance(seat.focus, Button)
        assert seat.focus.id == "no"
        assert "1 message that cannot be read" in sheet(seat)
        assert "inbox/rubbish" in sheet(seat)
        assert "lifepod inbox --clear-unreadable" in sheet(seat)
        await seat.press("enter")
        assert seat.on(RequestsScreen)
        assert "rubbish" in inbox(box)
        await seat.press("x", "y")
        assert seat.said("#title") == "Done"
        assert "1 message deleted." in sheet(seat)
        assert "rubbish" not in inbox(box)
        await seat.press("enter", "x")
        assert seat.on(RequestsScreen)


async def test_what_cannot_be_deleted_is_counted_as_still_there() -> None:
    box = await with_rubbish()
    async with at(box, "5") as seat:
        await seat.press("x")
        box.line.cut_at = "DELETE"
        await seat.press("y")
        assert "0 messages deleted." in sheet(seat)
        assert "1 could not be deleted" in sheet(seat)
    assert "rubbish" in inbox(box)
