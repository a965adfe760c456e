"""Agreements on the screen: how they stand, what is owed, checked and ended."""

from __future__ import annotations

import pytest
from tests.terms.samples import SHOP
from tests.tui.mailbox import at, sheet, shown, still, whole, with_an_agreement
from tests.tui.mailbox import rows_of as rows
from tests.tui.stage import SIZES, Album
from tests.vendor.market import letters
from textual.widgets import Button

from lifepod.solid.session import visitor
from lifepod.tui.screens.agreements import AgreementsScreen
from lifepod.tui.screens.ending import EndScreen
from lifepod.tui.screens.ledger import LedgerScreen
from lifepod.tui.screens.mending import GuardScreen
from lifepod.tui.screens.sheet import ReadScreen


@pytest.fixture(autouse=True)
def clock(monkeypatch: pytest.MonkeyPatch) -> None:
    still(monkeypatch)


async def test_an_agreement_is_listed_and_shown_with_its_promises() -> None:
    box, case = await with_an_agreement()
    async with at(box, "6") as seat:
        (row,) = rows(seat)
        assert row.startswith("shop.example")
        assert "open since 2026-11-25" in row
        assert "until 2027-02-01" in row
        text = whole(seat)
        assert f"Id {case}" in text
        assert "Terms shops-1" in text
        assert "Digest graph" in text
        assert "• delete-at-end: promised" in text
        assert "2026-11-25 10:00 UTC accept by https://pod.example/alice/profile/card#me" in text
        assert "The vendor may read this. [enforced by the pod]" in text
        assert "Nothing may be sold. [promised by the vendor]" in text


async def test_a_check_gives_four_answers_and_compares_both_copies(monkeypatch: pytest.MonkeyPatch) -> None:
    box, _ = await with_an_agreement()
    async with at(box, "6") as seat:
        await seat.press("v")
        assert seat.on(ReadScreen)
        text = " ".join(seat.text.replace("│", " ").split())
        assert "1 Are the signatures valid? yes, 2 of 2 count" in text
        assert f"yes: {SHOP}, in the copy of 2026-11-25" in text
        assert "unknown: https://pod.example/alice/profile/card#me, there is no copy of the profile" in text
        assert f"yes: {SHOP}, asked at 2026-11-26" in text
        assert "4 How does it stand? open since 2026-11-25" in text
        assert "the vendor's copy could not be read: nothing is known of it" in text
        await seat.press("escape")
        monkeypatch.setattr("lifepod.owner.papers.visit", lambda url: visitor(url, transport=box.line))
        await seat.click("#verify")
        assert "the vendor holds the very same bytes" in seat.text
        await seat.press("escape")
        box.line.left = 0
        await seat.press("v")
        assert "cannot be reached" in " ".join(seat.text.replace("│", " ").split())
        assert "Four answers" in seat.text


async def test_an_end_is_planned_shown_closed_signed_and_told() -> None:
    box, _ = await with_an_agreement()
    before = letters(box.market)
    async with at(box, "6") as seat:
        await seat.press("e")
        assert seat.on(EndScreen)
        assert isinstance(seat.focus, Button)
        assert seat.focus.id == "no"
        assert shown(seat) == ["No, leave it", "Yes, end it"]
        text = sheet(seat)
        assert f"{SHOP} loses read, yes → no" in text
        assert text.count("A revoke closes future reads only.") == 1
        assert "The vendor would owe delete-at-end by 2026-11-27" in text
        await seat.press("enter")
        assert seat.on(AgreementsScreen)
        assert box.modes() == {"read"}
        assert letters(box.market) == before
        await seat.click("#end")
        await seat.press("y")
        assert seat.said("#title") == "Done"
        assert "Closed, confirmed by a fresh look" in sheet(seat)
        assert "The vendor's inbox took the notice." in sheet(seat)
        assert box.modes() == set()
        assert len(letters(box.market)) == len(before) + 1
        await seat.press("enter")
        assert "revoked since 2026-11-26" in rows(seat)[0]
        assert "delete-at-end due 2026-11-27" in rows(seat)[0]
        assert "delete-at-end: due, by 2026-11-27" in whole(seat)
        assert not seat.app.screen.query_one("#end").display


async def test_an_end_that_is_cut_off_is_not_called_undone_and_goes_on() -> None:
    box, _ = await with_an_agreement()
    async with at(box, "6") as seat:
        await seat.press("e")
        box.line.cut_at = "revocation.jsonld"
        await seat.press("y")
        assert seat.said("#title") == "Not confirmed: it may be closed"
        assert "Access may be closed already" in sheet(seat)
        assert box.modes() == set()
        box.line.cut_at = ""
        await seat.press("enter", "e", "y")
        assert seat.said("#title") == "Done"
        assert box.filed("revocation.jsonld") != []


async def test_what_became_of_an_overdue_promise_is_said(monkeypatch: pytest.MonkeyPatch) -> None:
    box, case = await with_an_agreement()
    async with box.market.person("2026-11-26T10:00:00Z") as papers:
        await papers.end(await papers.agreement(case))
    still(monkeypatch, "2026-12-20T10:00:00Z")
    async with at(box, "6") as seat:
        assert "delete-at-end overdue 2026-11-27" in rows(seat)[0]
        assert "missed since" in rows(seat)[0]
        assert "delete-at-end by 2026-11-27: overdue" in whole(seat)
        await seat.press("slash", *"overdue")
        assert len(rows(seat)) == 1
        await seat.press("z")
        assert rows(seat) == []


async def test_the_ledger_of_its_vendor_and_a_round_of_the_guard_are_a_key_or_a_click_away() -> None:
    box, _ = await with_an_agreement()
    async with at(box, "6") as seat:
        await seat.click("#ledger")
        assert seat.on(LedgerScreen)
        assert seat.said("#title") == "Ledger: shop.example/profile/card#org"
        await seat.press("escape", "l")
        assert seat.on(LedgerScreen)
        await seat.press("escape", "w")
        assert seat.on(GuardScreen)
        assert "What would be closed" in sheet(seat)
        await seat.press("escape")
        assert seat.on(AgreementsScreen)
        names = {command.title: command.help for command in seat.app.get_system_commands(seat.app.screen)}
        assert "lifepod ledger" in names["Ledger"]
        assert "lifepod guard" in names["Guard"]


async def test_what_somebody_wants_to_see_is_chosen_before_and_after_the_list_is_read() -> None:
    box, case = await with_an_agreement()
    async with at(box, "2") as seat:
        seat.app.screen_of("agreements").point_at(case[:8])
        await seat.press("6")
        assert f"Id {case}" in whole(seat)
        await seat.press("slash", *"zz")
        assert rows(seat) == []
        seat.app.screen.point_at(case)  # type: ignore[attr-defined]
        await seat.settle()
        assert f"Id {case}" in whole(seat)


async def test_without_a_line_nothing_is_called_empty() -> None:
    box, _ = await with_an_agreement()
    async with at(box, "2") as seat:
        box.line.left = 0
        await seat.press("6")
        assert "Nothing could be read." in seat.said("#none")
        assert "cannot be reached" in seat.said("#notice")
        box.line.left = None
        await seat.press("u")
        assert len(rows(seat)) == 1


@pytest.mark.parametrize("size", SIZES, ids=str)
async def test_each_sheet_looks_as_it_did(size: tuple[int, int], request: pytest.FixtureRequest) -> None:
    box, _ = await with_an_agreement()
    async with at(box, "6", size) as seat:
        album = Album(seat, size, request)
        album.shows("agreements")
        await seat.press("question_mark")
        album.shows("agreements-help")
        await seat.press("escape", "v")
        album.shows("verify")
        await seat.press("escape", "e")
        album.shows("end")
