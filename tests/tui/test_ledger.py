"""The ledger of a vendor on the screen: what the pod enforces, what was promised, claimed, matched or overdue."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest
from tests.terms.samples import SHOP
from tests.tui.mailbox import Mailbox, at, sheet, shown, still, with_an_agreement
from tests.tui.stage import SIZES, Album, Seat
from textual.widgets import Button

from lifepod.tui.screens.agreements import AgreementsScreen
from lifepod.tui.screens.ledger import LedgerScreen
from lifepod.tui.screens.mending import GuardScreen
from lifepod.tui.screens.noting import BreachScreen
from lifepod.tui.widgets.picks import Picks

LATE = "2026-12-20T10:00:00Z"


@pytest.fixture(autouse=True)
def clock(monkeypatch: pytest.MonkeyPatch) -> None:
    still(monkeypatch, LATE)


async def overdue() -> tuple[Mailbox, str]:
    """An agreement that ended in November; what was owed then is overdue."""
    box, case = await with_an_agreement()
    async with box.market.person("2026-11-26T10:00:00Z") as papers:
        await papers.end(await papers.agreement(case))
    return box, case


@asynccontextmanager
async def in_ledger(box: Mailbox, size: tuple[int, int] = (120, 40)) -> AsyncIterator[Seat]:
    async with at(box, "6", size) as seat:
        await seat.press("l")
        assert seat.on(LedgerScreen)
        yield seat


def lines(seat: Seat) -> list[str]:
    return ["".join(text for text, _ in line) for line in seat.app.screen.query_one(Picks)._lines]


async def to(seat: Seat, word: str) -> None:
    """Pick the first line that begins with a word."""
    at = next(n for n, line in enumerate(lines(seat)) if line.strip().startswith(word))
    await seat.press("home", *["down"] * at)


def entry(seat: Seat) -> str:
    return " ".join(str(seat.app.screen.query_one("#entry").render()).split())


async def test_what_the_pod_enforces_stands_apart_from_what_was_promised() -> None:
    box, case = await overdue()
    async with in_ledger(box) as seat:
        text = "\n".join(lines(seat))
        enforced, promised = text.split("Promised by the vendor", 1)
        assert f"{case[:8]}  shops-1  missed since 2026-11-26" in enforced
        assert "The vendor may read this." in enforced
        assert "delete-at-end" not in enforced
        assert "The vendor may read this." not in promised
        row = next(line for line in lines(seat) if line.strip().startswith("delete-at-end"))
        assert row.split() == ["delete-at-end", "2026-11-27", "-", "overdue"]
        assert "nothing here tells whether it is kept" in text
        assert "Nothing may be sold." in text.split("nothing here tells")[1]
        assert "paid" not in text.lower()


async def test_the_picked_line_is_told_whole() -> None:
    box, _ = await overdue()
    async with in_ledger(box) as seat:
        assert f"Vendor {SHOP}" in entry(seat)
        await to(seat, "read")
        assert "Your pod's rules keep it" in entry(seat)
        await to(seat, "no-sale")
        assert "The vendor promises it" in entry(seat)
        await to(seat, "delete-at-end")
        assert "overdue: Its day passed without word." in entry(seat)


async def test_a_note_of_a_breach_is_shown_first_and_signed_after_a_yes_only() -> None:
    box, case = await overdue()
    async with in_ledger(box) as seat:
        assert "Note a breach" not in shown(seat)
        await seat.press("b")
        assert seat.on(LedgerScreen)
        await to(seat, "delete-at-end")
        assert "Note a breach" in shown(seat)
        await seat.press("b")
        assert seat.on(BreachScreen)
        assert isinstance(seat.focus, Button)
        assert seat.focus.id == "no"
        text = sheet(seat)
        assert "Due by 2026-11-27" in text
        assert "nobody is told" in text
        assert f"The same as: lifepod ledger {case[:8]} --breach delete-at-end" in text
        await seat.press("enter")
        assert box.filed("breach") == []
        await seat.press("b", "y")
        assert seat.said("#title") == "Done"
        assert len(box.filed("breach")) == 1
        await seat.press("enter", "escape")
        assert seat.on(AgreementsScreen)


async def test_a_note_that_is_cut_off_is_not_called_unsigned() -> None:
    box, _ = await overdue()
    async with in_ledger(box) as seat:
        await to(seat, "delete-at-end")
        await seat.press("b")
        box.line.cut_at = "PUT"
        await seat.press("y")
        assert seat.said("#title") == "Not confirmed: the note may be signed"
        assert "cannot be reached" in sheet(seat)
        box.line.cut_at = ""
        await seat.press("enter")
        assert seat.on(LedgerScreen)


async def test_an_attestation_is_the_vendors_word_and_listed_as_signed_by_it() -> None:
    box, case = await overdue()
    async with box.market.vendor("2026-11-27T09:00:00Z") as desk:
        await desk.status()
        await desk.attest(case)
    async with box.market.person("2026-11-27T10:00:00Z") as papers:
        await papers.inbox()
    async with in_ledger(box) as seat:
        row = next(line for line in lines(seat) if line.strip().startswith("delete-at-end"))
        assert "attested" in row
        assert "Signed by the vendor" in "\n".join(lines(seat))
        assert any("attestation" in line for line in lines(seat))
        await to(seat, "delete-at-end")
        assert "It proves nothing." in entry(seat)
        await seat.press("b")
        assert seat.on(LedgerScreen)


async def test_a_round_of_the_guard_tells_what_is_overdue() -> None:
    box, _ = await overdue()
    async with in_ledger(box) as seat:
        await seat.press("w")
        assert seat.on(GuardScreen)
        assert "What would be closed" in sheet(seat)
        await seat.press("escape")
        assert seat.on(LedgerScreen)


async def test_without_a_line_it_says_so_and_reads_again() -> None:
    box, _ = await overdue()
    async with at(box, "6") as seat:
        box.line.left = 0
        await seat.press("l")
        assert "cannot be reached" in entry(seat)
        assert lines(seat) == []
        box.line.left = None
        await seat.click("#again")
        assert any("delete-at-end" in line for line in lines(seat))


@pytest.mark.parametrize("size", SIZES, ids=str)
async def test_each_sheet_looks_as_it_did(size: tuple[int, int], request: pytest.FixtureRequest) -> None:
    box, _ = await overdue()
    async with in_ledger(box, size) as seat:
        album = Album(seat, size, request)
        await to(seat, "delete-at-end")
        album.shows("ledger")
        await seat.press("b")
        album.shows("ledger-breach")
        await seat.press("escape", "question_mark")
        album.shows("ledger-help")
