"""Everyone a rule could let in, and what each of them could see."""

from __future__ import annotations

from tests.tui.stage import ACME, BASE, VISA, Seat, agent_rule, hide, seated, small_pod, stage_of
from textual.widgets import OptionList

from lifepod.tui.widgets.answers import Answers
from lifepod.tui.widgets.tree import PlaceTree


async def choose(seat: Seat, audience: str) -> None:
    """Go to the agents and pick one."""
    await seat.press("2")
    box = seat.app.screen.query_one("#agents", OptionList)
    box.highlighted = next(n for n, o in enumerate(box.options) if str(o.prompt) == audience)
    await seat.settle()


async def test_the_list_names_everyone_whom_a_rule_names_and_the_owner_last() -> None:
    async with seated(await stage_of(small_pod()).keep()) as seat:
        await seat.settle()
        await seat.press("2")
        box = seat.app.screen.query_one("#agents", OptionList)
        assert [str(o.prompt) for o in box.options] == ["public", "signed-in", "localhost:3000/acme-shop", "you"]
        assert seat.focus is box
        assert "public (anyone)" in seat.said("#agent")


async def test_the_arrows_show_what_the_next_one_could_see_folded_and_counted() -> None:
    async with seated(await stage_of(small_pod()).keep(), (120, 26)) as seat:
        await seat.settle()
        await seat.press("2", "down", "down")
        assert seat.said("#agent") == ACME
        assert seat.said("#count").startswith("could use 5 of 21 places")
        assert "journal/purchases/ 2 places yes no no no" in seat.said("#sees")
        assert "inbox/ as signed-in no yes no no" in seat.said("#sees")
        assert "README as public yes no no no" in seat.said("#sees")


async def test_what_is_not_known_is_counted_apart_and_said() -> None:
    double = small_pod()
    hide(double, "journal/searches/")
    async with seated(await stage_of(double).keep(), (120, 26)) as seat:
        await seat.settle()
        await choose(seat, "localhost:3000/acme-shop")
        assert "journal/searches/ 4 places, not known unknown unknown unknown unknown" in seat.said("#sees")
        assert "could use 5 of 21 places, perhaps 5 more. 2 places could not be looked into." in seat.said("#count")


async def test_a_click_picks_a_place_out_a_second_one_or_enter_leads_to_the_tree() -> None:
    async with seated(await stage_of(small_pod()).keep(), (120, 26)) as seat:
        await seat.settle()
        await choose(seat, "localhost:3000/acme-shop")
        answers = seat.app.screen.query_one(Answers)
        row = next(n for n, line in enumerate(seat.lines) if "journal/purchases/" in line) - answers.region.y
        await seat.click("#sees", (4, row))
        assert answers.picked == BASE + "journal/purchases/"
        assert seat.app.current_mode == "agents"
        await seat.press("enter")
        assert seat.app.current_mode == "places"
        assert seat.app.screen.query_one(PlaceTree).chosen == BASE + "journal/purchases/"
        assert seat.said("#place") == "journal/purchases/"
        await seat.press("2")
        assert await seat.pilot.click("#sees", offset=(4, 0), times=2)
        await seat.settle()
        assert seat.app.current_mode == "places"
        assert seat.said("#place") == "README"


async def test_a_place_hidden_by_the_filter_of_the_tree_is_shown_all_the_same() -> None:
    async with seated(await stage_of(small_pod()).keep(), (120, 26)) as seat:
        await seat.settle()
        await seat.press("slash", *"inb", "enter")
        await choose(seat, "localhost:3000/acme-shop")
        seat.app.post_message(type(seat.app._agents).Wanted(BASE + "journal/purchases/2026.ttl"))
        await seat.settle()
        assert seat.app.screen.query_one(PlaceTree).chosen == BASE + "journal/purchases/2026.ttl"


async def test_the_filter_finds_an_agent_by_part_of_its_webid() -> None:
    async with seated(await stage_of(small_pod()).keep()) as seat:
        await seat.settle()
        await seat.press("2", "slash", "a", "c")
        box = seat.app.screen.query_one("#agents", OptionList)
        assert [str(o.prompt) for o in box.options] == ["localhost:3000/acme-shop"]
        assert seat.said("#agent") == ACME
        assert seat.said("#found") == "1 of 4"
        await seat.press("z")
        assert seat.said("#found") == "no match; Esc shows all"
        await seat.press("escape")
        assert box.option_count == 4


async def test_a_new_picture_keeps_whoever_was_chosen() -> None:
    stage = await stage_of(small_pod()).keep()
    async with seated(stage) as seat:
        await seat.settle()
        await choose(seat, "localhost:3000/acme-shop")
        stage.double.owner_acl("journal/searches/", agent_rule(stage.double, "journal/searches/", VISA))
        await seat.press("u")
        assert seat.said("#agent") == ACME
        assert "localhost:3000/visa-express" in seat.text
