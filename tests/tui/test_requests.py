"""Requests on the screen: who asks, what is proved, what a yes would open, and the three answers."""

from __future__ import annotations

from dataclasses import replace

import pytest
from tests.owner.letters import INBOX, SHOP_KEY, Town, asked, letter, offering, profile, signed_request
from tests.terms.samples import SHOP
from tests.tui.mailbox import Mailbox, at, mailbox_of, sheet, shown, still, whole, with_a_request
from tests.tui.mailbox import rows_of as rows
from tests.tui.stage import SIZES, Album
from tests.vendor.market import LAMP, letters, new_market
from tests.vendor.market import asked as asks
from textual.widgets import Button, Input

from lifepod.owner.watching import stirrings
from lifepod.terms.proof import sign
from lifepod.terms.record import record_of
from lifepod.tui.screens.answer import CounterScreen
from lifepod.tui.screens.decide import ApproveScreen, DeclineScreen
from lifepod.tui.screens.requests import RequestsScreen
from lifepod.tui.screens.sheet import ReadScreen
from lifepod.tui.widgets.tick import Tick

READS = {"read"}


@pytest.fixture(autouse=True)
def clock(monkeypatch: pytest.MonkeyPatch) -> None:
    still(monkeypatch)


async def test_a_request_is_listed_and_shown_with_all_that_is_to_be_known() -> None:
    async with at(await with_a_request(), "5") as seat:
        (row,) = rows(seat)
        assert row.startswith(" 1 shop.example")
        assert "asked since 2026-11-25" in row
        assert "Personalisation" in row
        assert "read journal/purchases/" in row
        text = whole(seat)
        assert f"Who {SHOP}" in text
        assert "Signature yes: it holds" in text
        assert "shown in their profile: yes, in the copy of 2026-11-26" in text
        assert "Terms shops-1 (open): Shops may read and keep nothing" in text
        assert "What differs from your terms Nothing." in text
        assert "1 record in 1 file, from 2025-03-01 to 2025-03-01." in text
        assert "2025-03-01 10:00 UTC · Lamp" in text
        assert "The vendor may read this. [enforced by the pod]" in text
        assert "Nothing may be sold. [promised by the vendor]" in text
        assert f"Grant read to {SHOP} at journal/purchases/" in text
        assert f"{SHOP} gains read, no → yes" in text
        assert "The same as" not in text
        assert "5 Requests (1)" in seat.text
        await seat.press("2")
        assert "5 Requests (1)" in seat.text, "every screen says how many wait"


async def test_a_yes_signs_opens_looks_again_and_tells_the_vendor() -> None:
    box = await with_a_request()
    before = letters(box.market)
    async with at(box, "5") as seat:
        await seat.press("a")
        assert seat.on(ApproveScreen)
        assert isinstance(seat.focus, Button)
        assert seat.focus.id == "no"
        assert shown(seat) == ["No, leave it", "Yes, sign and open"]
        text = sheet(seat)
        assert "gains read, no → yes" in text
        assert "Nothing may be sold. [promised by the vendor]" in text
        assert "The same as: lifepod approve 1" in text
        assert box.modes() == set()
        await seat.press("y")
        text = sheet(seat)
        assert "Approved, and signed:" in text
        assert "Open, confirmed by a fresh look at" in text
        assert "The vendor's inbox took the notice." in text
        assert box.modes() == READS
        assert len(letters(box.market)) == len(before) + 1
        await seat.press("enter")
        assert seat.on(RequestsScreen)
        assert rows(seat) == []
        assert "5 Requests (1)" not in seat.text
        assert "Nobody waits for an answer" in seat.text


async def test_a_vendor_who_cannot_be_told_now_is_told_later_and_that_is_said() -> None:
    box = await with_a_request()
    async with at(box, "5") as seat:
        await seat.press("a")
        box.line.cut_at = "POST https://shop.example/inbox/"
        await seat.press("y")
        assert seat.said("#title") == "Done"
        assert "The vendor is not told yet (" in sheet(seat)
    assert box.modes() == READS
    assert len(box.filed("outbox/")) == 2, "the room, and what waits in it"


@pytest.mark.parametrize("size", [(60, 20), (40, 16)], ids=str)
async def test_in_a_small_window_the_answers_are_always_in_view(size: tuple[int, int]) -> None:
    async with at(await with_a_request(), "5", size) as seat:
        assert "shop.example" in seat.text
        assert "Who" in seat.text
        for key, answer in (("a", "No, leave it"), ("d", "No, leave it"), ("c", "No, leave it")):
            await seat.press(key)
            assert answer in seat.text, key
            await seat.press("escape")


async def test_after_a_look_every_screen_says_how_many_wait_that_were_taken_in_before() -> None:
    box = await with_a_request()
    async with box.market.person() as papers:
        await papers.inbox()
    async with at(box, "3") as seat:
        assert "5 Requests (1)" in seat.text


async def test_a_no_changes_nothing() -> None:
    box = await with_a_request()
    async with at(box, "5") as seat:
        before = {url: thing.body for url, thing in box.market.home.shelf.things.items()}
        for key in "ad":
            await seat.press(key)
            await seat.press("enter")
            assert seat.on(RequestsScreen)
        await seat.click("#approve")
        assert seat.on(ApproveScreen)
        await seat.press("f1")
        assert "A decision, before it is signed" in seat.text
        await seat.press("escape", "escape")
        assert seat.on(RequestsScreen)
        assert {url: thing.body for url, thing in box.market.home.shelf.things.items()} == before
        assert box.modes() == set()
        assert len(rows(seat)) == 1


async def test_a_decline_with_a_word_is_on_record_and_told() -> None:
    box = await with_a_request()
    before = letters(box.market)
    async with at(box, "5") as seat:
        await seat.press("d")
        assert seat.on(DeclineScreen)
        seat.fill("#word", "Not now.")
        await seat.press("y")
        assert "Declined, and signed:" in sheet(seat)
        assert "The vendor's inbox took the notice." in sheet(seat)
        await seat.press("enter")
        assert "refused" in rows(seat)[0]
        assert rows(seat)[0].startswith(" - ")
        assert "5 Requests (1)" not in seat.text
    assert box.modes() == set()
    assert len(letters(box.market)) == len(before) + 1


async def test_a_silent_decline_tells_nobody_and_a_word_beside_it_is_a_mistake() -> None:
    box = await with_a_request()
    before = letters(box.market)
    async with at(box, "5") as seat:
        await seat.press("d")
        seat.fill("#word", "Not now.")
        seat.app.screen.query_one("#silent", Tick).value = True
        await seat.press("y")
        assert "Nobody would read the word" in seat.said("#trouble")
        seat.fill("#word", "")
        await seat.press("y")
        assert "The vendor is not told." in sheet(seat)
    assert letters(box.market) == before


async def test_a_counter_offer_is_filled_in_shown_signed_and_sent() -> None:
    box = await with_a_request()
    before = letters(box.market)
    async with at(box, "5") as seat:
        await seat.press("c")
        assert seat.on(CounterScreen)
        assert shown(seat) == ["No, leave it", "Show what would be signed"]
        await seat.click("#next")
        assert "A counter-offer changes something" in seat.said("#trouble")
        seat.fill("#until", "2028-01-01")
        await seat.click("#next")
        assert "would be more, not less" in seat.said("#trouble")
        seat.fill("#until", "2026-12-31")
        seat.fill("#places", "journal/purchases/amazon/")
        seat.fill("#word", "Three weeks first, please.")
        await seat.click("#next")
        assert shown(seat) == ["Back", "No, leave it", "Yes, sign it"]
        assert isinstance(seat.focus, Button)
        assert seat.focus.id == "no"
        text = sheet(seat)
        assert "- It ends on this day. until 2027-02-01 00:00 UTC" in text
        assert "+ It ends on this day. until 2026-12-31 00:00 UTC" in text
        assert "+ The vendor may read this. journal/purchases/amazon/" in text
        assert "Three weeks first, please." in text
        await seat.click("#back")
        assert seat.app.screen.query_one("#until", Input).value == "2026-12-31"
        await seat.click("#next")
        assert letters(box.market) == before
        await seat.press("y")
        assert "Countered, and signed:" in sheet(seat)
        assert "The vendor's inbox took the notice." in sheet(seat)
        await seat.press("enter")
        assert "countered" in rows(seat)[0]
    assert box.modes() == set()
    assert len(letters(box.market)) == len(before) + 1


async def test_a_counter_offer_may_be_under_another_version() -> None:
    market = await new_market()
    async with market.person() as papers:
        wish = offering(market.home.url("journal/purchases/"), "strict", 30)
        await papers.publish(await papers.draw_up(wish))
    await asks(market)
    box = mailbox_of(market)
    async with at(box, "5") as seat:
        await seat.press("c")
        (version,) = seat.app.screen.query("#versions Tick").results(Tick)
        assert str(version.label) == "under strict-1"
        version.value = True
        seat.fill("#until", "2026-12-20")
        await seat.click("#next")
        assert "Under strict-1" in sheet(seat)
        await seat.press("escape")
        assert box.filed("counter.jsonld") == []


async def test_a_cut_before_the_signature_says_that_nothing_was_signed() -> None:
    box = await with_a_request()
    async with at(box, "5") as seat:
        await seat.press("a")
        box.line.left = 0
        await seat.press("y")
        assert seat.said("#title") == "It was not done"
        assert "Nothing was signed, nothing was opened" in sheet(seat)
        assert "cannot be reached" in sheet(seat)
        box.line.left = None
        await seat.click("#again")
        await seat.press("y")
        assert seat.said("#title") == "Done"
    assert box.modes() == READS


@pytest.mark.parametrize(
    ("cut", "title"),
    [
        ("agreement.ttl", "Not opened; it may be signed"),
        ("lifepod/access/", "Signed, and not confirmed: it may be open"),
    ],
)
async def test_a_cut_later_never_says_not_done_and_approving_again_goes_on(cut: str, title: str) -> None:
    box = await with_a_request()
    async with at(box, "5") as seat:
        await seat.press("a")
        box.line.cut_at = cut
        await seat.press("y")
        assert seat.said("#title") == title
        assert "pprove it again" in sheet(seat)
        box.line.cut_at = ""
        await seat.press("enter")
        assert "signed, not opened yet" in rows(seat)[0]
        await seat.press("a", "y")
        assert seat.said("#title") == "Done"
    assert box.modes() == READS


async def test_what_cannot_be_read_is_told_with_a_way_on_and_offline_is_said() -> None:
    box = await with_a_request()
    async with at(box, "2") as seat:
        box.line.left = 0
        await seat.press("5")
        assert "cannot be reached" in seat.said("#notice")
        assert "offline" in seat.said("#progress")
        assert "Nothing could be read." in seat.said("#none")
        box.line.left = None
        await seat.click("#again")
        assert len(rows(seat)) == 1
        assert "offline" not in seat.text
        box.line.left = 0
        await seat.press("u")
        assert len(rows(seat)) == 1, "what was read stays"
        assert "What is shown was read at" in seat.said("#notice")


async def hostile(box: Mailbox) -> None:
    """Words that would take over a screen, in a request and in a record; and three letters nobody can use."""
    async with box.market.person() as papers:
        (offer,) = await papers.offers()
    assert offer.policy is not None
    policy = asked(Town(box.market.home), offer, number=7)
    assert policy.proposal is not None
    policy = replace(policy, proposal=replace(policy.proposal, description="Hi [bold red]me[/] [@click=quit]x[/]"))
    name = "\\u001B[2J\\u001B]0;x\\u0007 [red]Lamp[/] \\u202Egnp.exe"  # as Turtle writes it
    box.market.home.put("journal/purchases/amazon/2025.ttl", LAMP.format(name=name))
    town = Town(box.market.home)
    assert policy.proposal is not None
    letter(town, sign(record_of(policy), SHOP_KEY, policy.proposal.published), "hostile")
    letter(town, b'{"@context": "https://evil.example/\\u001b[2J\\u202e"}', "broken")
    letter(town, b" " * 3_000_000, "huge")
    unsigned = replace(record_of(policy), proofs=())
    letter(town, unsigned, "unsigned")


async def test_hostile_words_are_shown_as_text_and_what_nobody_can_use_is_kept_apart() -> None:
    market = await new_market()
    market.shop.put("profile/card", profile(SHOP, (SHOP_KEY,), INBOX))
    box = mailbox_of(market)
    await hostile(box)
    async with at(box, "5") as seat:
        assert "[bold red]me[/] [@click=quit]x[/]" in whole(seat)
        assert "[red]Lamp[/]" in whole(seat)
        assert "\\x1b[2J" in whole(seat)
        assert "\\u202egnp.exe" in whole(seat)
        assert "\x1b" not in seat.text
        assert "\u202e" not in seat.text
        assert "Kept apart: 3" in seat.said("#apart")
        await seat.press("o")
        assert seat.on(ReadScreen)
        assert "1 not verified: anyone could have sent them" in seat.text
        assert "1 oversized, not opened" in seat.text
        assert "1 malformed" in seat.text
        await seat.press("escape")
        await seat.click("#apart")
        assert seat.on(ReadScreen)
        await seat.press("escape")
        await seat.press("slash", *"zzz")
        assert rows(seat) == []
        assert seat.said("#found") == "no match; Esc shows all"
        await seat.press("escape")
        assert len(rows(seat)) == 1


async def test_a_key_that_nobody_can_look_up_is_unknown_and_a_yes_is_not_offered_for_it() -> None:
    box = await with_a_request()
    async with at(box, "5") as seat:
        kept = next(url for url in box.market.home.shelf.things if url.endswith("/sender.ttl"))
        box.market.home.shelf.delete(kept)
        await seat.press("u")
        assert "shown in their profile: unknown, there is no copy of the profile" in whole(seat)
        assert "It cannot be approved" in whole(seat)
        await seat.press("a")
        assert seat.said("#title") == "It cannot be done now: nothing was signed"
        assert "Nobody has proved to have sent it" in sheet(seat)
        assert "yes" not in [button.id for button in seat.app.screen.query(Button) if button.display]


async def test_who_sends_too_much_is_counted_and_left_in_the_inbox() -> None:
    market = await new_market()
    market.shop.put("profile/card", profile(SHOP, (SHOP_KEY,), INBOX))
    async with market.person() as papers:
        (offer,) = await papers.offers()
    town = Town(market.home)
    for number in range(6):
        letter(town, signed_request(town, offer, number=number))
    async with at(mailbox_of(market), "5") as seat:
        assert len(rows(seat)) == 5
        assert "5 Requests (5)" in seat.text
        await seat.press("down")
        assert rows(seat)[1].startswith(" 2 ")
        await seat.press("o")
        assert "1 too many from one sender" in seat.text


async def test_a_sender_nobody_can_reach_is_kept_apart() -> None:
    box = await with_a_request()
    box.line.cut_at = "GET https://shop.example/profile/card"
    async with at(box, "5") as seat:
        assert rows(seat) == []
        await seat.press("o")
        assert "1 not verified" in seat.text
        assert "profile cannot be read" in " ".join(seat.text.split())
        await seat.press("escape")
        box.line.cut_at = ""
        await seat.press("u")
        assert len(rows(seat)) == 1


async def test_what_comes_into_the_inbox_is_taken_in_by_itself(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("lifepod.tui.screens.requests.SETTLE", 0.0)
    monkeypatch.setattr("lifepod.owner.watching.stirrings", lambda pod, every, places: stirrings(pod, 0.05, places))
    market = await new_market()
    async with at(mailbox_of(market), "5") as seat:
        assert "Nobody waits" in seat.said("#none")
        await seat.press("2")
        await asks(market)
        await seat.until(lambda: "5 Requests (1)" in seat.text)
        await seat.press("5")
        assert len(rows(seat)) == 1


async def test_a_request_outside_the_terms_says_what_differs_and_cannot_be_approved() -> None:
    market = await new_market()
    market.shop.put("profile/card", profile(SHOP, (SHOP_KEY,), INBOX))
    async with market.person() as papers:
        (offer,) = await papers.offers()
    town = Town(market.home)
    letter(town, signed_request(town, offer, days=400))
    async with at(mailbox_of(market), "5") as seat:
        text = whole(seat)
        assert "read · until: you offer" in text
        assert "It cannot be approved" in text
        await seat.press("a")
        assert "It is outside your terms" in sheet(seat)
        await seat.press("escape")
        assert seat.on(RequestsScreen)


@pytest.mark.parametrize("size", SIZES, ids=str)
async def test_each_sheet_looks_as_it_did(size: tuple[int, int], request: pytest.FixtureRequest) -> None:
    async with at(await with_a_request(), "5", size) as seat:
        album = Album(seat, size, request)
        album.shows("requests")
        await seat.press("question_mark")
        album.shows("requests-help")
        await seat.press("escape", "a")
        album.shows("approve")
        await seat.press("escape", "d")
        album.shows("decline")
        await seat.press("escape", "c")
        album.shows("counter")
        seat.fill("#until", "2026-12-31")
        await seat.click("#next")
        album.shows("counter-draft")
