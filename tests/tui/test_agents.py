"""Everyone a rule could let in, and what each of them could see."""

from __future__ import annotations

import threading
from dataclasses import replace
from typing import Any

import pytest
from tests.double import faults
from tests.double.pod_double import PodDouble
from tests.tui.mailbox import with_an_agreement
from tests.tui.stage import ACME, BASE, SIZES, VISA, Album, Seat, agent_rule, hide, seated, small_pod, stage_of
from textual.widgets import OptionList

from lifepod.access.audit import Audit
from lifepod.access.changelog import Change, write_change
from lifepod.access.rules import Mode
from lifepod.tui.gathering import Sight, sight_of
from lifepod.tui.screens.agents import AgentsScreen
from lifepod.tui.screens.change import ChangeScreen
from lifepod.tui.screens.history import HistoryScreen
from lifepod.tui.screens.pod import PodScreen
from lifepod.tui.widgets.answers import Answers
from lifepod.tui.widgets.tree import PlaceTree


async def choose(seat: Seat, audience: str) -> None:
    """Go to the agents and pick one."""
    await seat.press("3")
    box = seat.app.screen.query_one("#agents", OptionList)
    box.highlighted = next(n for n, o in enumerate(box.options) if str(o.prompt).strip() == audience)
    await seat.settle()


def listed(seat: Seat) -> list[str]:
    """The list on the left, headings with a hash."""
    box = seat.app.screen.query_one("#agents", OptionList)
    return [("# " if o.disabled else "") + str(o.prompt).strip() for o in box.options]


async def test_the_list_names_everyone_whom_a_rule_names_by_kind_and_the_owner_last() -> None:
    async with seated(await stage_of(small_pod()).keep()) as seat:
        await seat.settle()
        await seat.press("3")
        assert listed(seat) == [
            "# Everyone",
            "public",
            "signed-in",
            "# People and apps",
            "localhost:3000/acme-shop",
            "# Groups",
            "localhost:3000/sam/club/list#us",
            "# You",
            "you",
        ]
        assert seat.focus is seat.app.screen.query_one("#agents")
        assert "public (anyone)" in seat.said("#agent")


async def test_the_arrows_show_what_the_next_one_could_see_folded_and_counted() -> None:
    async with seated(await stage_of(small_pod()).keep(), (120, 26)) as seat:
        await seat.settle()
        await seat.press("3", "down", "down")
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
        await seat.press("3")
        assert await seat.pilot.click("#sees", offset=(4, 0), times=2)
        await seat.settle()
        assert seat.app.current_mode == "places"
        assert seat.said("#place") == "README"


async def test_a_place_hidden_by_the_filter_of_the_tree_is_shown_all_the_same() -> None:
    async with seated(await stage_of(small_pod()).keep(), (120, 26)) as seat:
        await seat.settle()
        await seat.press("slash", *"inb", "enter")
        await choose(seat, "localhost:3000/acme-shop")
        seat.app.post_message(PodScreen.Wanted("places", BASE + "journal/purchases/2026.ttl"))
        await seat.settle()
        assert seat.app.screen.query_one(PlaceTree).chosen == BASE + "journal/purchases/2026.ttl"


async def test_the_filter_finds_an_agent_by_part_of_its_webid() -> None:
    async with seated(await stage_of(small_pod()).keep()) as seat:
        await seat.settle()
        await seat.press("3", "slash", "a", "c")
        box = seat.app.screen.query_one("#agents", OptionList)
        assert listed(seat) == ["# People and apps", "localhost:3000/acme-shop"]
        assert seat.said("#agent") == ACME
        assert seat.said("#found") == "1 of 5"
        await seat.press("z")
        assert seat.said("#found") == "no match; Esc shows all"
        await seat.press("escape")
        assert box.option_count == 9


async def test_a_new_picture_keeps_whoever_was_chosen() -> None:
    stage = await stage_of(small_pod()).keep()
    async with seated(stage) as seat:
        await seat.settle()
        await choose(seat, "localhost:3000/acme-shop")
        stage.double.owner_acl("journal/searches/", agent_rule(stage.double, "journal/searches/", VISA))
        await seat.press("u")
        assert seat.said("#agent") == ACME
        assert "localhost:3000/visa-express" in seat.text


# Since when, until when, by what


def on_record(double: PodDouble, *changes: Change) -> PodDouble:
    """A change log that holds these."""
    double.owner_acl("lifepod/")
    for one in changes:
        double.put(f"lifepod/access/{one.name}.ttl", write_change(one))
    return double


def changed(verb: str, path: str, day: int, **more: Any) -> Change:
    when = f"2026-03-{day:02}T10:00:00Z"
    done = Change(verb, ACME, BASE + path, frozenset({Mode.READ}), when, state="finished", ended=when)
    return replace(done, **more)


GIVEN = changed(
    "grant", "journal/purchases/", 1, until="2026-12-31", why=f"agreement {'1a2b3c4d'}-1111-4222-8333-123456789abc"
)


async def test_an_agent_has_its_classes_with_their_times_and_since_until_and_by_what() -> None:
    double = on_record(small_pod("journal/purchases/2024.ttl"), GIVEN)
    async with seated(await stage_of(double).keep(), (120, 40)) as seat:
        await seat.settle()
        await choose(seat, "localhost:3000/acme-shop")
        assert "Data purchases 3 places, 2024 to 2026 elsewhere 3 places, 1 unknown" in seat.said("#count")
        record = seat.said("#record")
        assert "Since 2026-03-01 read at journal/purchases/" in record
        assert "Until 2026-12-31, by agreement 1a2b3c4d" in record


async def test_a_grant_that_no_log_knows_is_said_to_be_on_no_record() -> None:
    async with seated(await stage_of(small_pod()).keep(), (120, 40)) as seat:
        await seat.settle()
        await choose(seat, "localhost:3000/acme-shop")
        assert "Since not on record (h: what surveys found)" in seat.said("#record")
        await choose(seat, "public")
        assert not seat.app.screen.query_one("#record").display


async def test_whoever_agreed_to_something_is_a_vendor_and_has_the_agreement_beside_it() -> None:
    box, case = await with_an_agreement()
    await box.stage.keep()
    async with seated(box.stage, (120, 40)) as seat:
        await seat.settle()
        await seat.press("3")
        names = listed(seat)
        vendor = names[names.index("# Vendors") + 1]
        await choose(seat, vendor)
        assert seat.said("#agent") == box.market.shop.owner
        assert seat.said("#count").startswith("a vendor")
        assert f"Agreed {case[:8]} open since " in seat.said("#record")
        assert f"by agreement {case[:8]}" in seat.said("#record")


async def test_a_key_or_a_click_leads_to_the_agreement_with_an_agent_and_where_there_is_none_that_is_said() -> None:
    box, case = await with_an_agreement()
    await box.stage.keep()
    for way in ("key", "click"):
        async with seated(box.stage, (120, 40)) as seat:
            await seat.settle()
            await seat.press("3", "a")
            assert seat.app.current_mode == "agents"
            assert any("Nothing was agreed" in one.message for one in seat.app._notifications)
            names = listed(seat)
            await choose(seat, names[names.index("# Vendors") + 1])
            await (seat.press("a") if way == "key" else seat.click("#agreement"))
            await seat.settle()
            assert seat.app.current_mode == "agreements"
            assert seat.app.screen.chosen == case  # type: ignore[attr-defined]


async def test_where_the_log_cannot_be_reached_that_is_unknown_and_a_new_look_tries_again() -> None:
    stage = await stage_of(on_record(small_pod(), GIVEN)).keep()
    stage.double.script("*", "*", faults.refused_connection(), times=None)
    async with seated(stage, (120, 40)) as seat:
        await seat.settle()
        await choose(seat, "localhost:3000/acme-shop")
        assert "unknown: what is on record could not be read" in seat.said("#record")
        assert "u tries again" in seat.said("#record")
        assert listed(seat)[3] == "# Named by rules", "who is a vendor is not known"
        stage.double.scripts.clear()
        await seat.press("u")
        assert "Since 2026-03-01" in seat.said("#record")


async def test_a_record_that_cannot_be_read_is_counted() -> None:
    double = on_record(small_pod(), GIVEN)
    double.put("lifepod/access/x.ttl", "no turtle")
    async with seated(await stage_of(double).keep(), (120, 40)) as seat:
        await seat.settle()
        await choose(seat, "localhost:3000/acme-shop")
        assert "1 record could not be read: what is said here may not be all." in seat.said("#record")


async def test_a_group_says_how_many_it_has_and_what_a_member_could_use() -> None:
    double = small_pod()
    url = double.url("club/list")
    rules = f"[] a acl:Authorization; acl:agentGroup <{url}#us>; acl:accessTo <{url}>; acl:mode acl:Read.\n"
    double.owner_acl("club/list", rules + agent_rule(double, "club/list", double.owner, "Read Write Control"))
    stage = await stage_of(double).keep()
    async with seated(stage, (120, 40)) as seat:
        await seat.settle()
        await choose(seat, "localhost:3000/sam/club/list#us")
        assert "club/list yes no no no" in seat.said("#sees")
        assert not seat.app.screen.query_one("#out").display
        await seat.press("x")
        assert "That is not one agent." in seat.text
        assert seat.app.screen_stack[-1] is seat.app.screen_of("agents")


# Out, and the history


async def test_out_shows_the_plan_first_closes_every_path_after_a_yes_and_looks_again() -> None:
    double = small_pod()
    double.owner_acl("journal/searches/", agent_rule(double, "journal/searches/", ACME))
    stage = await stage_of(double).keep()
    async with seated(stage, (120, 40)) as seat:
        await seat.settle()
        await choose(seat, "localhost:3000/acme-shop")
        await seat.press("x")
        assert seat.on(ChangeScreen)
        said = seat.said("#plan")
        assert "everywhere: at every place, and out of every group of yours" in said
        assert "edits journal/purchases/.acl" in said
        assert "edits journal/searches/.acl" in said
        assert f"revoke '{ACME}' --everywhere" in said
        assert seat.focus is seat.app.screen.query_one("#no")
        await seat.press("enter")
        assert double.modes("journal/purchases/", ACME), "Enter wrote"
        await seat.press("x", "y")
        assert "Done, and confirmed" in seat.text
        assert not double.modes("journal/purchases/", ACME)
        assert not double.modes("journal/searches/", ACME)
        await seat.press("escape")
        assert "purchases" not in seat.said("#sees")


async def test_out_by_a_click_and_a_plan_that_cannot_be_made_changes_nothing() -> None:
    stage = await stage_of(small_pod()).keep()
    async with seated(stage, (120, 40)) as seat:
        await seat.settle()
        await choose(seat, "localhost:3000/acme-shop")
        stage.double.script("*", "*", faults.refused_connection(), times=None)
        await seat.click("#out")
        assert "No plan could be made" in seat.text
        await seat.press("escape")
        assert seat.app.current_mode == "agents"
    assert stage.double.modes("journal/purchases/", ACME)


async def test_the_history_of_an_agent_has_the_log_and_what_the_surveys_found() -> None:
    later = changed("revoke", "journal/", 2, state="unconfirmed", why="they never answered")
    stage = await stage_of(on_record(small_pod(), GIVEN, later)).keep()
    async with seated(stage, (120, 40)) as seat:
        await seat.settle()
        await choose(seat, "localhost:3000/acme-shop")
        await seat.press("h")
        assert seat.on(HistoryScreen)
        said = seat.said("#lines")
        assert said.index("revoke read at journal/") < said.index("grant read at journal/purchases/")
        assert "because: they never answered" in said
        assert "not confirmed: a look found something else" in said
        assert "until 2026-12-31; by agreement 1a2b3c4d" in said
        assert "2026-03-14 14:03 1 survey purchases: 2 places, to read elsewhere: 3 places" in said
        await seat.press("escape")
        await seat.click("#history")
        assert seat.on(HistoryScreen)
        await seat.click("#leave")
        assert seat.app.current_mode == "agents"


async def test_a_long_list_is_run_down_without_working_out_every_line() -> None:
    double = small_pod()
    more = "".join(agent_rule(double, "journal/", f"https://v{n}.example/#me") for n in range(60))
    double.owner_acl("journal/", more)
    async with seated(await stage_of(double).keep(), (120, 40)) as seat:
        await seat.settle()
        await seat.press("3")
        screen = seat.app.screen
        assert isinstance(screen, AgentsScreen)
        for _ in range(30):  # as fast as a key that is held down
            screen.query_one("#agents", OptionList).action_cursor_down()
        await seat.settle()
        assert len(screen._sights) < 5, "every line was worked out"
        assert seat.said("#agent") == screen._chosen


async def test_while_one_is_worked_out_nothing_of_another_stands_there(monkeypatch: pytest.MonkeyPatch) -> None:
    go = threading.Event()

    def slowly(audit: Audit, audience: str) -> Sight:
        if audience == ACME:
            go.wait(10)
        return sight_of(audit, audience)

    monkeypatch.setattr("lifepod.tui.screens.agents.sight_of", slowly)
    async with seated(await stage_of(small_pod()).keep(), (120, 40)) as seat:
        await seat.settle()
        await seat.press("3")
        await seat.pilot.press("down", "down")
        await seat.until(lambda: "working it out" in seat.text)
        assert seat.said("#agent") == ACME
        assert seat.said("#sees") == ""
        go.set()
        await seat.settle()
        assert "could use 5 of 21 places" in seat.said("#count")
        assert "Since" in seat.said("#record")


@pytest.mark.parametrize("size", SIZES, ids=str)
async def test_agents_look_as_they_did(size: tuple[int, int], request: pytest.FixtureRequest) -> None:
    later = changed("revoke", "inbox/", 2, state="unconfirmed", why="they never answered")
    stage = await stage_of(on_record(small_pod("journal/purchases/2024.ttl"), GIVEN, later)).keep()
    async with seated(stage, size) as seat:
        album = Album(seat, size, request)
        await seat.settle()
        await seat.press("3", "down", "down")
        album.shows("agent-on-record")
        await seat.press("h")
        album.shows("agent-history")
        await seat.press("escape", "x")
        album.shows("agent-out")
