"""The main journeys twice, by the same steps: with the keyboard alone, and with the mouse alone."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path

import pytest
import time_machine
from tests.owner.signed import searches
from tests.tui import test_changes, test_journal
from tests.tui.mailbox import Mailbox, still, with_a_request, with_an_agreement
from tests.tui.stage import ACME, VISA, Stage, agent_rule, seated, small_pod, stage_of
from tests.tui.test_welcome import newcomer
from tests.tui.ways import WAYS, Fill, Step, Way, walk
from tests.vendor.market import LATER

from lifepod.tui.screens.requests import RequestsScreen

SIZE = (120, 40)
SEARCHES, PURCHASES = "journal/searches/", "journal/purchases/"


async def at_places() -> Stage:
    """The small pod, with the places in front."""
    return await stage_of(small_pod()).keep()


# First run


@WAYS
async def test_the_first_run(way: Way, monkeypatch: pytest.MonkeyPatch) -> None:
    stage, hands = newcomer(small_pod(), monkeypatch)
    stage.first = "home"
    hands.goes_on.set()
    async with seated(stage, SIZE) as seat:
        await walk(
            seat,
            way,
            Step("enter", "A pod of my own", "A pod is made, closed but for its profile"),
            Fill("#said", "work"),
            Step("enter", "Begin", "Who could read how much of"),
        )
        assert hands.asked == ["home work"]
        assert seat.app.current_mode == "home"


# Who could see what


@WAYS
async def test_who_could_read_a_place_and_why(way: Way) -> None:
    async with seated(await at_places(), SIZE) as seat:
        await walk(
            seat,
            way,
            Step("slash p u r c enter", "purchases/", f"Written in {PURCHASES}.acl"),
            Step("tab home", " localhost:3000/acme-shop", f"Why {ACME}"),
            Step("enter", " localhost:3000/acme-shop", "could use 5 of 21 places", clicks=2),
        )
        assert seat.app.current_mode == "agents"
        assert seat.said("#agent") == ACME


@WAYS
async def test_a_grant(way: Way) -> None:
    stage = await at_places()
    async with seated(stage, SIZE) as seat:
        await walk(
            seat,
            way,
            Step("1", "1 Home", "Waiting for you"),
            Step("2", "2 Places"),
            Step("slash s e a r enter", "searches/", SEARCHES),
            Step("g", "g Grant", "Let somebody in."),
            Fill("#agent", VISA),
            Step("tab tab tab tab space", "append", "[x] read [x] append"),
            Step("shift+tab shift+tab enter", "Show the plan", "The plan: nothing is written yet"),
            Step("y", "Yes, write it", "Done, and confirmed"),
            Step("enter", "Close", "just now"),
        )
    assert stage.double.modes(SEARCHES, VISA) == {"read", "append"}


@WAYS
async def test_a_revoke(way: Way) -> None:
    stage = await at_places()
    async with seated(stage, SIZE) as seat:
        await walk(
            seat,
            way,
            Step("slash p u r c enter", "purchases/", f"Written in {PURCHASES}.acl"),
            Step("tab home", " localhost:3000/acme-shop", f"Why {ACME}"),
            Step("r", "r Revoke", "Revoke access"),
            Step("enter", "Show the plan", f"Revoke everything of {ACME} at {PURCHASES}"),
            Step("y", "Yes, write it", "Done, and confirmed"),
            Step("enter", "Close", "just now"),
        )
    assert stage.double.modes(PURCHASES, ACME) == set()


@WAYS
async def test_a_no_to_a_plan(way: Way) -> None:
    stage = await at_places()
    async with seated(stage, SIZE) as seat:
        await walk(
            seat,
            way,
            Step("3", "3 Agents", "Everyone"),
            Step("down down", " localhost:3000/acme-shop", "could use 5 of 21 places"),
            Step("x", "Out: revoke everywhere", "The plan: nothing is written yet"),
            Step("enter", "No, leave it", "could use 5 of 21 places"),
        )
    assert stage.double.modes(PURCHASES, ACME) == {"read"}


@WAYS
async def test_one_agent_out_everywhere(way: Way) -> None:
    double = small_pod()
    double.owner_acl(SEARCHES, agent_rule(double, SEARCHES, ACME))
    stage = await stage_of(double).keep()
    async with seated(stage, SIZE) as seat:
        await walk(
            seat,
            way,
            Step("3", "3 Agents", "Everyone"),
            Step("down down", " localhost:3000/acme-shop", ACME),
            Step("x", "Out: revoke everywhere", "everywhere: at every place"),
            Step("y", "Yes, write it", "Done, and confirmed"),
            Step("enter", "Close", "just now"),
        )
    assert [double.modes(place, ACME) for place in (PURCHASES, SEARCHES)] == [set(), set()]


# Requests and agreements


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> None:
    """The desk's clock stands where the vendor asked."""
    still(monkeypatch)


@pytest.fixture
async def box(clock: None) -> Mailbox:
    """A request waits."""
    return await with_a_request()


@WAYS
async def test_a_request_is_approved(way: Way, box: Mailbox) -> None:
    async with seated(box.stage, SIZE) as seat:
        await walk(
            seat,
            way,
            Step("5", "5 Requests", "5 Requests (1)"),
            Step("a", "Approve", "Approve? Nothing is signed yet"),
            Step("y", "Yes, sign and open", "Approved, and signed:"),
            Step("enter", "Close", "Nobody waits for an answer"),
        )
        assert seat.on(RequestsScreen)
    assert box.modes() == {"read"}


@WAYS
async def test_a_request_is_declined_in_silence(way: Way, box: Mailbox) -> None:
    async with seated(box.stage, SIZE) as seat:
        await walk(
            seat,
            way,
            Step("5", "5 Requests", "5 Requests (1)"),
            Step("d", "Decline", "Decline? Nothing is signed yet"),
            Step("shift+tab space", "keep it to yourself", "[x] keep it to yourself"),
            Step("y", "Yes, decline", "The vendor is not told."),
            Step("enter", "Close", "refused"),
        )
    assert box.modes() == set()
    assert box.filed("refusal") != []


@WAYS
async def test_a_counter_offer(way: Way, box: Mailbox) -> None:
    async with seated(box.stage, SIZE) as seat:
        await walk(
            seat,
            way,
            Step("5", "5 Requests", "5 Requests (1)"),
            Step("c", "Counter", "Show what would be signed"),
            Fill("#until", "2026-12-31"),
            Step("enter", "Show what would be signed", "+ It ends on this day."),
            Step("y", "Yes, sign it", "Countered, and signed:"),
            Step("enter", "Close", "countered"),
        )
    assert box.filed("counter") != []


@WAYS
async def test_an_agreement_is_looked_at_and_ended(way: Way, clock: None) -> None:
    box, _ = await with_an_agreement()
    async with seated(box.stage, SIZE) as seat:
        await walk(
            seat,
            way,
            Step("6", "6 Agreed", "delete-at-end: promised"),
            Step("l", "Ledger", "Ledger: shop.example"),
            Step("escape", "Close", "delete-at-end: promised"),
            Step("v", "Verify", "Four answers"),
            Step("escape", "Four answers", "delete-at-end: promised"),
            Step("e", "End", "End it? Nothing is closed yet"),
            Step("y", "Yes, end it", "Closed, confirmed by a fresh look"),
            Step("enter", "Close", "revoked since"),
        )
    assert box.modes() == set()
    assert box.filed("revocation.jsonld") != []


# The journal


WIZARD = (
    Step("down down space", "MyActivity.json", "Chosen: 1"),
    Step("c", "Look inside", "1 file recognised: 2 records"),
    Step("c", "Dry run", "Dry run: nothing is written yet"),
    Step("y", "Yes, write it", "2 records written into 2 files"),
    Step("shift+tab enter", "Show the records"),
)
"""From the files to the journal."""


async def with_an_export() -> Stage:
    """A pod without searches, and two of them in a file where the wizard begins."""
    export = searches(Path.home() / "Downloads", "red shoes", "green tea")
    export.rename(Path.home() / "Downloads" / "MyActivity.json")
    stage = stage_of(small_pod())
    stage.double.owner_acl("lifepod/")
    return await stage.keep()


@WAYS
async def test_an_import_and_its_records(way: Way) -> None:
    stage = await with_an_export()
    async with seated(stage, SIZE) as seat:
        await walk(
            seat,
            way,
            Step("", "^p Actions"),
            Step("i", "Import", "Import: choose files"),
            *WIZARD,
        )
        assert seat.app.current_mode == "journal"
        assert "green tea" in seat.text
    held = [stage.double.body(f"journal/searches/google-search/2025/0{month}.ttl") for month in (1, 2)]
    assert [text in (body or b"") for text, body in zip((b"red shoes", b"green tea"), held, strict=True)] == [True] * 2


@WAYS
async def test_a_record_is_edited_deleted_and_taken_back(way: Way) -> None:
    stage = await test_journal.stage()
    async with seated(stage, SIZE) as seat:
        await walk(
            seat,
            way,
            Step("home", "Casablanca", "3 records"),
            Step("e", "e Edit", "Correct this record"),
            Fill("#field-0", "Casablanca 1942"),
            Step("enter", "Show the change", "Write this? Nothing is written yet"),
            Step("y", "Yes, write it", "The record was changed."),
            Step("enter", "Close", "Casablanca 1942"),
            Step("down", "Metropolis"),
            Step("enter", "Metropolis", "kind", clicks=2),
            Step("d", "Delete", "Delete this record? Nothing is deleted yet"),
            Step("y", "Yes, delete it", "The record was deleted."),
            Step("enter", "Close", "2 records"),
            Step("z", "z Undo", "Take this back? Nothing is written yet"),
            Step("y", "Yes, take it back", "Done"),
            Step("enter", "Close", "3 records"),
        )
    held = stage.double.body(test_journal.MEDIA) or b""
    assert [text in held for text in (b"Casablanca 1942", b"Metropolis")] == [True, True]


@WAYS
async def test_a_change_is_taken_back(way: Way) -> None:
    stage = await test_changes.story()
    async with seated(stage, SIZE) as seat:
        await walk(
            seat,
            way,
            Step("2", "2 Places"),
            Step("8", "8 Changes", "grant read to"),
            Step("up", "Outside lifepod", "open, and not given with lifepod"),
            Step("down", "grant read", "for the card statement"),
            Step("z", "Undo", "loses read, yes → no"),
            Step("y", "Yes, write it", "Done, and confirmed"),
            Step("enter", "Close", "taken back"),
        )
    assert stage.double.modes(SEARCHES, VISA) == set()


# What stands in every journey


@WAYS
async def test_help_and_the_palette(way: Way) -> None:
    async with seated(await at_places(), SIZE) as seat:
        await walk(
            seat,
            way,
            Step("question_mark", "? Help", "Places"),
            Step("escape", "Places: who", "the whole pod"),
            Step("ctrl+p", "^p Actions", "lifepod sees"),
            Step("escape", "2 Places", "the whole pod"),
        )


@WAYS
async def test_a_whole_folder_is_chosen_for_an_import(way: Way) -> None:
    """A click on a folder opens it, one on its box chooses it."""
    searches(Path.home() / "Downloads", "red shoes")
    async with seated(await at_places(), SIZE) as seat:
        await walk(
            seat,
            way,
            Step("", "^p Actions"),
            Step("i", "Import", "Import: choose files"),
            Step("down space", "[ ] Takeout", "Chosen: 1"),
        )


@WAYS
async def test_a_sheet_is_explained(way: Way) -> None:
    async with seated(await at_places(), SIZE) as seat:
        await walk(
            seat,
            way,
            Step("g", "g Grant", "Let somebody in."),
            Step("f1", "Help", "Grant or revoke"),
        )


@WAYS
async def test_an_open_journal_shows_what_an_import_brought(way: Way) -> None:
    stage = await with_an_export()
    async with seated(stage, SIZE) as seat:
        await walk(
            seat,
            way,
            Step("7", "7 Journal", "i Import"),
            Step("i", "i Import", "Import: choose files"),
            *WIZARD,
        )
        assert seat.app.current_mode == "journal"
        assert "green tea" in seat.text


@WAYS
async def test_an_approval_stands_among_the_agreements_that_were_looked_at_before(way: Way, box: Mailbox) -> None:
    async with seated(box.stage, SIZE) as seat:
        await walk(
            seat,
            way,
            Step("6", "6 Agreed", "No agreements yet."),
            Step("5", "5 Requests", "5 Requests (1)"),
            Step("a", "Approve", "Approve? Nothing is signed yet"),
            Step("y", "Yes, sign and open", "Approved, and signed:"),
            Step("enter", "Close", "Nobody waits for an answer"),
            Step("6", "6 Agreed"),
        )
        assert "open since" in seat.text


@WAYS
@time_machine.travel(datetime.fromisoformat(LATER), tick=True)
async def test_an_agreement_that_ended_with_a_revoke_is_not_called_open(way: Way, clock: None) -> None:
    box, _ = await with_an_agreement()
    async with seated(await box.stage.keep(), SIZE) as seat:
        await walk(
            seat,
            way,
            Step("6", "6 Agreed", "open since"),
            Step("3 slash s h o p enter", "3 Agents", "shop.example"),
            Step("", " shop.example", "a vendor"),
            Step("x", "Out: revoke everywhere", "everywhere: at every place"),
            Step("y", "Yes, write it", "This ended an agreement."),
            Step("enter", "Close", "just now"),
            Step("6", "6 Agreed"),
        )
        assert "open since" not in seat.text
