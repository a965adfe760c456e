"""The places of a pod as a tree, and for the selected one who could see it and why."""

from __future__ import annotations

import pytest
from tests.double import faults
from tests.double.pod_double import PodDouble
from tests.tui.stage import ACME, BASE, SIZES, Album, Seat, agent_rule, hide, seated, small_pod, stage_of
from textual.widgets import Input

from lifepod.access.changelog import Change, write_change
from lifepod.access.rules import Mode
from lifepod.tui.screens.change import ChangeScreen
from lifepod.tui.screens.history import HistoryScreen
from lifepod.tui.screens.inspect import HoldsScreen
from lifepod.tui.screens.places import PlacesScreen
from lifepod.tui.widgets.answers import Answers
from lifepod.tui.widgets.head import Head
from lifepod.tui.widgets.lines import Lines
from lifepod.tui.widgets.tree import PAGE, PlaceTree


def tree(seat: Seat) -> PlaceTree:
    return seat.app.screen.query_one(PlaceTree)


def line_of(seat: Seat, name: str) -> str:
    """The line of the tree that names a place."""
    [line] = [line[: tree(seat).size.width] for line in seat.lines if f" {name} " in line[: tree(seat).size.width]]
    return line


async def at(seat: Seat, path: str) -> None:
    """Select a place."""
    tree(seat).point_at(BASE + path)
    await seat.settle()


async def test_the_kept_picture_is_shown_at_once_and_nobody_is_asked() -> None:
    stage = await stage_of(small_pod()).keep()
    async with seated(stage) as seat:
        await seat.settle()
        assert "picture of 14:03, 2 min ago" in seat.text
        assert "journal/" in seat.text
        assert seat.focus is tree(seat)
    assert stage.double.requests == []


async def test_where_nothing_is_kept_it_looks_by_itself_and_keeps_what_it_finds() -> None:
    stage = stage_of(small_pod())
    async with seated(stage) as seat:
        await seat.until(lambda: "journal/" in seat.text)
        assert "just now" in seat.text
    kept = stage.desk.kept()
    assert kept is not None
    assert BASE + "journal/" in {place.url for place in kept.survey.places}


async def test_a_count_that_comes_while_the_screen_goes_harms_nothing() -> None:
    stage = await stage_of(small_pod()).keep()
    async with seated(stage) as seat:
        await seat.settle()
        screen = seat.app.screen
        assert isinstance(screen, PlacesScreen)
        await screen.query(Head).remove()
        screen.count(2)
        await seat.settle()


async def test_a_small_pod_is_open_as_far_as_it_fits_in_view() -> None:
    stage = await stage_of(small_pod()).keep()
    async with seated(stage, (100, 13)) as low:
        await low.settle()
        assert "purchases/" not in low.text
    async with seated(stage, (100, 18)) as high:
        await high.settle()
        assert "purchases/" in high.text
        assert "2026.ttl" not in high.text


async def test_branches_are_built_when_they_are_opened_and_closed_by_the_arrows() -> None:
    stage = await stage_of(small_pod()).keep()
    async with seated(stage, (100, 13)) as seat:
        await seat.settle()
        await at(seat, "journal/")
        node = tree(seat).cursor_node
        assert node is not None
        assert not node.children, "built before anybody looked"
        await seat.press("right")
        assert [child.data.url for child in node.children if child.data] == [
            BASE + "journal/browsing/",
            BASE + "journal/purchases/",
            BASE + "journal/searches/",
        ]
        await seat.press("right")
        assert tree(seat).chosen == BASE + "journal/browsing/"
        await seat.press("left")
        assert tree(seat).chosen == BASE + "journal/"
        await seat.press("left")
        assert not node.is_expanded
        await seat.press("left")
        assert tree(seat).chosen == BASE


async def test_each_place_says_who_can_see_it_in_a_word() -> None:
    double = small_pod()
    hide(double, "journal/searches/")
    double.owner_acl("club/", agent_rule(double, "club/", ACME, "Append"))
    stage = await stage_of(double).keep()
    async with seated(stage, (100, 32)) as seat:
        await seat.settle()
        told = {
            "README": "◆ public",
            "inbox/": "◆ signed-in append",
            "purchases/": "◆ 1 agent",
            "browsing/": "me",
            "searches/": "◆ unknown",
            "list": "◆ unknown",  # the group's members cannot be read by everybody
            "club/": "◆ 1 agent append",
            "journal/": "◆ me",
        }
        for name, words in told.items():
            assert " ".join(line_of(seat, name).split()).endswith(f"{name} {words}"), name


async def test_the_selected_place_says_who_and_why() -> None:
    stage = await stage_of(small_pod()).keep()
    async with seated(stage, (120, 26)) as seat:
        await seat.settle()
        await at(seat, "journal/purchases/")
        assert "localhost:3000/acme-shop" in seat.text
        assert "It has rules of its own." in seat.text
        assert "Written in journal/purchases/.acl" in seat.text
        assert f"journal/purchases/ lets {ACME} read here and below" in seat.said("#why")
        await at(seat, "journal/purchases/2026.ttl")
        assert "It inherits the rules of journal/purchases/" in seat.text
        assert f"Why {ACME}" in seat.text


async def test_another_audience_gets_its_own_reasons() -> None:
    stage = await stage_of(small_pod()).keep()
    async with seated(stage, (120, 26)) as seat:
        await seat.settle()
        await at(seat, "journal/purchases/")
        assert f"Why {ACME}" in seat.text
        await seat.press("tab", "down")
        assert "Why you" in seat.text
        assert "Other rules here" in seat.text


async def test_unknown_is_said_and_never_painted_as_no() -> None:
    double = small_pod()
    hide(double, "journal/searches/")
    stage = await stage_of(double).keep()
    async with seated(stage, (120, 34)) as seat:
        await seat.settle()
        await at(seat, "journal/searches/2026/03.ttl")
        row = next(line for line in seat.lines if "anyone (not known)" in line)
        assert row.split("not known)")[1].split() == ["unknown"] * 4
        assert f"Not known: {BASE}journal/searches/ (403: we may not read who has access)." in seat.said("#why")
        assert "2 blind spots" in seat.text
        await at(seat, "")
        assert "Where nobody could look" in seat.text
        assert "journal/searches/: 403: we may not read who has access" in seat.said("#why")


async def test_a_group_nobody_could_read_leaves_its_place_unknown() -> None:
    stage = await stage_of(small_pod()).keep()
    async with seated(stage, (120, 34)) as seat:
        await seat.settle()
        await at(seat, "club/list")
        row = next(line for line in seat.lines if "signed-in (anyone" in line)
        assert row.split("signs in)")[1].split()[:4] == ["unknown", "no", "no", "unknown"]
        assert "It is not known whether these rules let them in" in seat.said("#why")
        assert f"Not known: who is in {BASE}club/list#us." in seat.said("#why")


async def test_who_could_change_access_is_pointed_out() -> None:
    double = small_pod()
    double.owner_acl("club/", agent_rule(double, "club/", ACME, "Read Control"))
    async with seated(await stage_of(double).keep(), (120, 26)) as seat:
        await seat.settle()
        await at(seat, "club/")
        assert "Control: they could change who sees this." in seat.said("#why")


async def test_the_filter_finds_by_letters_counts_and_gives_all_back() -> None:
    stage = await stage_of(small_pod()).keep()
    async with seated(stage) as seat:
        await seat.settle()
        before = seat.said("#tree")
        await seat.press("slash", "S", "E")
        seat.fill("#filter", "SEAR")
        await seat.settle()
        assert "4 of 21" in seat.text
        assert "journal/searches/2026/02.ttl" in seat.text
        assert "browsing" not in seat.text
        await seat.press("enter", "down", "down")
        assert seat.focus is tree(seat)
        assert tree(seat).chosen.startswith(BASE + "journal/searches/2026/")
        await seat.press("slash", "end", "x")
        assert "no match; Esc shows all" in seat.text
        assert not tree(seat).root.children
        await seat.press("escape")
        assert not seat.app.screen.query_one("#filter", Input).display
        assert seat.said("#tree") == before
        assert tree(seat).root.is_expanded


async def test_another_filter_selects_what_it_finds_on_the_same_line() -> None:
    stage = await stage_of(small_pod()).keep()
    async with seated(stage) as seat:
        await seat.settle()
        for text, place in (("inbox", "inbox/"), ("card", "profile/card")):
            seat.fill("#filter", text)
            await seat.settle()
            assert tree(seat).cursor_line == 1
            assert tree(seat).chosen == BASE + place
            assert seat.said("#place") == place


async def test_a_click_on_a_place_shows_who_could_see_it() -> None:
    stage = await stage_of(small_pod()).keep()
    async with seated(stage, (100, 32)) as seat:
        await seat.settle()
        row = next(n for n, line in enumerate(seat.lines) if "purchases/" in line)
        await seat.click("#tree", (10, row - tree(seat).region.y))
        assert tree(seat).chosen == BASE + "journal/purchases/"
        assert "localhost:3000/acme-shop" in seat.text
        await seat.click("#tree", (4, row - tree(seat).region.y))
        assert "2026.ttl" in seat.text
        await seat.click("#who", (4, 2))
        assert seat.app.screen.query_one(Answers).picked == stage.double.owner
        assert "Why you" in seat.text


async def test_enter_on_an_audience_shows_all_it_could_see() -> None:
    stage = await stage_of(small_pod()).keep()
    async with seated(stage, (120, 26)) as seat:
        await seat.settle()
        await at(seat, "journal/purchases/")
        await seat.press("tab", "enter")
        assert seat.app.current_mode == "agents"
        assert ACME in seat.text
        assert "journal/purchases/" in seat.text


async def test_a_new_picture_keeps_the_place_or_goes_to_what_held_it() -> None:
    stage = await stage_of(small_pod()).keep()
    async with seated(stage) as seat:
        await seat.settle()
        await at(seat, "journal/searches/2026/02.ttl")
        await seat.press("u")
        assert tree(seat).chosen == BASE + "journal/searches/2026/02.ttl"
        for path in ("journal/searches/2026/02.ttl", "journal/searches/2026/03.ttl", "journal/searches/2026/"):
            stage.double.shelf.delete(BASE + path)
        await seat.press("u")
        assert tree(seat).chosen == BASE + "journal/searches/"


async def test_thousands_of_places_in_one_container_come_by_the_page() -> None:
    stage = await stage_of(small_pod()).keep(f"many/d{n:04}.ttl" for n in range(5000))
    async with seated(stage) as seat:
        await seat.settle()
        await at(seat, "many/")
        await seat.press("right")
        node = tree(seat).cursor_node
        assert node is not None
        assert len(node.children) == PAGE + 1
        await seat.press("left", "left", "right")
        await seat.press("end")
        await at(seat, "many/d4990.ttl")
        assert tree(seat).chosen == BASE + "many/d4990.ttl"
        assert "d4990.ttl" in seat.text


async def test_enter_on_the_last_line_of_a_page_brings_the_next_page() -> None:
    stage = await stage_of(small_pod()).keep(f"many/d{n:04}.ttl" for n in range(PAGE + 20))
    async with seated(stage) as seat:
        await seat.settle()
        await at(seat, "many/")
        await seat.press("right")
        node = tree(seat).cursor_node
        assert node is not None
        tree(seat).move_cursor(node.children[-1])
        await seat.settle()
        assert "… 20 more" in seat.text
        await seat.press("enter")
        assert len(node.children) == PAGE + 20
        assert "more" not in str(node.children[-1].label)


# What a place holds

ORDERS = """@prefix schema: <https://schema.org/> .
<#a> a schema:Order ; schema:orderNumber "302-1" ; schema:name "Mug" , "Becher"@de ;
    schema:seller [ schema:name "[bold]Acme[/] \\u001B[31m & \\u202Eco" ] ; schema:url <https://shop.example/mug> .
<#b> a schema:Order ; schema:orderNumber "302-2" ; schema:name "\u65e5\u672c\u8a9e\u306e\u672c" .
"""
BOUGHT = "journal/purchases/2026.ttl"


def with_orders() -> PodDouble:
    double = small_pod()
    double.put(BOUGHT, ORDERS)
    double.put("photo.png", b"\x89PNG\x00\x01" * 100, "image/png")
    return double


async def test_what_a_place_holds_is_a_table_turtle_and_raw() -> None:
    async with seated(await stage_of(with_orders()).keep(), (120, 30)) as seat:
        await seat.settle()
        await at(seat, BOUGHT)
        await seat.press("v")
        assert seat.on(HoldsScreen)
        assert seat.said("#title") == BOUGHT
        assert "text/turtle · " in seat.said("#facts")
        assert " · 10 rows" in seat.said("#facts")
        assert "subject property value <#a> a schema:Order schema:name Becher @de schema:name Mug" in seat.said(
            "#lines"
        )
        await seat.press("2")
        assert '<#a> a schema:Order ; schema:name "Becher"@de , "Mug" ;' in seat.said("#lines")
        await seat.press("v")
        assert 'schema:name "Mug" , "Becher"@de ;' in seat.said("#lines")
        await seat.press("1")
        assert "subject property value" in seat.said("#lines")
        await seat.click("#raw")
        assert 'schema:name "Mug" , "Becher"@de ;' in seat.said("#lines")
        await seat.press("question_mark")
        assert "What a place holds" in seat.text
        await seat.press("escape", "escape")
        assert seat.focus is tree(seat)


async def test_hostile_text_stays_text_and_the_columns_stand() -> None:
    async with seated(await stage_of(with_orders()).keep(), (120, 30)) as seat:
        await seat.settle()
        await at(seat, BOUGHT)
        await seat.press("enter")
        rows = [line for line in seat.lines if "schema:name" in line]
        assert any("[bold]Acme[/] \\x1b[31m & \\u202eco" in line for line in rows)
        assert any("\u65e5\u672c\u8a9e\u306e\u672c" in line for line in rows)
        assert len({line.index("schema:name") for line in rows}) == 1
        assert all(line.rstrip().endswith("│") or "│" in line for line in rows)


async def test_what_is_binary_is_described_and_never_dumped() -> None:
    async with seated(await stage_of(with_orders()).keep(), (120, 30)) as seat:
        await seat.settle()
        await at(seat, "photo.png")
        await seat.press("enter")
        assert "image/png · 600 bytes" in seat.said("#facts")
        assert "Binary: its bytes are not shown. lifepod get photo.png FILE keeps it as a file." in seat.said("#lines")
        assert "PNG" not in seat.said("#lines")


async def test_text_is_shown_as_it_lies_there() -> None:
    double = small_pod()
    double.put("notes.txt", "first line\n\tsecond \x1b[2J line\n", "text/plain")
    async with seated(await stage_of(double).keep(), (120, 30)) as seat:
        await seat.settle()
        await at(seat, "notes.txt")
        await seat.press("v")
        assert "first line second \\x1b[2J line" in seat.said("#lines")
        await seat.press("1")
        assert "No linked data to lay out here; the raw view shows what lies there." in seat.said("#lines")


async def test_a_container_holds_its_members() -> None:
    async with seated(await stage_of(with_orders()).keep(), (120, 30)) as seat:
        await seat.settle()
        await at(seat, "journal/purchases/")
        await seat.click("#holds")
        assert "ldp:contains" in seat.said("#lines")
        await seat.press("escape", "enter")
        assert not seat.on(HoldsScreen), "Enter opens and closes a container"


@pytest.mark.parametrize("answer", [403, 404, 500, faults.refused_connection()], ids=str)
async def test_a_place_that_cannot_be_read_says_why_and_can_be_tried_again(answer: faults.Answer) -> None:
    stage = await stage_of(with_orders()).keep()
    async with seated(stage, (120, 30)) as seat:
        await seat.settle()
        await at(seat, BOUGHT)
        stage.double.script("GET", BASE + BOUGHT, answer, times=None)
        await seat.press("v")
        assert seat.said("#lines")
        assert seat.app.screen.query_one("#again").display
        assert seat.said("#facts") == ""
        await seat.press("2", "3")
        assert "Mug" not in seat.said("#lines")
        stage.double.scripts.clear()
        await seat.click("#again")
        assert "Mug" in seat.said("#lines")
        assert not seat.app.screen.query_one("#again").display


async def test_a_sheet_that_is_closed_while_it_reads_harms_nothing() -> None:
    stage = await stage_of(with_orders()).keep()
    stage.double.script("GET", BASE + BOUGHT, faults.Hang(), times=None)
    async with seated(stage, (120, 30)) as seat:
        await seat.settle()
        await at(seat, BOUGHT)
        await seat.pilot.press("v", "escape", "h", "escape")
        await seat.settle()
        assert seat.focus is tree(seat)


async def test_ten_thousand_lines_are_scrolled_and_only_those_in_view_drawn() -> None:
    double = small_pod()
    double.put("long.txt", "".join(f"line {n}\n" for n in range(10_000)), "text/plain")
    async with seated(await stage_of(double).keep(), (120, 30)) as seat:
        await seat.settle()
        await at(seat, "long.txt")
        await seat.press("v", "end")
        assert "line 9999" in seat.said("#lines")
        assert "line 5000" not in seat.said("#lines")
        await seat.press("home")
        assert seat.said("#lines").startswith("line 0 line 1 ")


async def test_a_wide_line_is_reached_with_the_arrows() -> None:
    double = small_pod()
    double.put("wide.txt", "a" * 300 + "THE END\n", "text/plain")
    async with seated(await stage_of(double).keep(), (80, 24)) as seat:
        await seat.settle()
        await at(seat, "wide.txt")
        await seat.press("v")
        assert "THE END" not in seat.text
        lines = seat.app.screen.query_one(Lines)
        lines.scroll_to(x=300, animate=False)
        await seat.settle()
        assert "THE END" in seat.text


# Its history


def on_record(double: PodDouble) -> PodDouble:
    """A change log with two changes."""
    double.owner_acl("lifepod/")
    read, first, second = frozenset({Mode.READ}), "2026-03-01T10:00:00Z", "2026-03-02T10:00:00Z"
    why = "agreement 1a2b3c4d-1111-4222-8333-123456789abc"
    for one in (
        Change("grant", ACME, BASE + "journal/purchases/", read, first, (), (), "finished", first, "2026-12-31", why),
        Change("private", "", BASE + "journal/", frozenset(Mode), second, (), (), "rolled-back", second),
        Change("grant", ACME, BASE + "inbox/", read, second, (), (), "finished", second),
    ):
        double.put(f"lifepod/access/{one.name}.ttl", write_change(one))
    return double


async def test_the_history_of_a_place_has_what_was_changed_by_what_and_what_surveys_found() -> None:
    async with seated(await stage_of(on_record(small_pod())).keep(), (120, 30)) as seat:
        await seat.settle()
        await at(seat, "journal/purchases/")
        await seat.press("h")
        assert seat.on(HistoryScreen)
        said = seat.said("#lines")
        assert "2026-03-01 10:00 grant read at journal/purchases/" in said
        assert f"to {ACME} until 2026-12-31; by agreement 1a2b3c4d" in said
        assert "2026-03-02 10:00 made journal/ private: only you rolled back" in said
        assert "inbox/" not in said
        assert f"2026-03-14 14:03 1 survey {ACME} could read" in said
        await seat.press("escape")
        await at(seat, "journal/searches/")
        await seat.click("#history")
        assert "1 survey nobody but you" in seat.said("#lines")


async def test_a_log_that_cannot_be_read_leaves_the_surveys_and_can_be_tried_again() -> None:
    stage = await stage_of(on_record(small_pod())).keep()
    async with seated(stage, (120, 30)) as seat:
        await seat.settle()
        await at(seat, "journal/purchases/")
        stage.double.script("*", "*", faults.refused_connection(), times=None)
        await seat.press("h")
        said = seat.said("#lines")
        assert "The change log could not be read" in said
        assert f"{ACME} could read" in said
        stage.double.scripts.clear()
        await seat.click("#again")
        assert "grant read at journal/purchases/" in seat.said("#lines")


# Private


async def test_private_shows_the_plan_first_shuts_out_everybody_after_a_yes_and_looks_again() -> None:
    double = small_pod()
    async with seated(await stage_of(double).keep(), (120, 40)) as seat:
        await seat.settle()
        await at(seat, "journal/purchases/")
        await seat.press("p")
        assert seat.on(ChangeScreen)
        said = seat.said("#plan")
        assert said.startswith("Keep journal/purchases/ for you alone with what below it has no rules of its own")
        assert f"{ACME} loses read, yes → no" in said
        assert "private journal/purchases/" in said
        assert seat.focus is seat.app.screen.query_one("#no")
        await seat.press("enter")
        assert double.modes("journal/purchases/", ACME), "Enter wrote"
        await seat.click("#private")
        await seat.press("y")
        assert "Done, and confirmed" in seat.text
        assert "journal/purchases/" in seat.said("#plan")
        assert not double.modes("journal/purchases/", ACME)
        await seat.press("escape")
        assert line_of(seat, "purchases/").split()[-1] == "me"


async def test_private_with_all_below_reaches_places_with_rules_of_their_own() -> None:
    double = small_pod()
    async with seated(await stage_of(double).keep(), (120, 40)) as seat:
        await seat.settle()
        await at(seat, "journal/")
        await seat.press("p")
        assert (
            "has rules of its own and is not included" in seat.said("#plan") or "Nothing needs to change" in seat.text
        )
        await seat.press("escape", "P")
        assert "with all below it" in seat.said("#plan")
        assert "--all-below" in seat.said("#plan")
        await seat.press("y")
        assert not double.modes("journal/purchases/", ACME)


async def test_the_palette_names_what_can_be_done_with_a_place_and_its_command() -> None:
    async with seated(await stage_of(small_pod()).keep()) as seat:
        await seat.settle()
        found = {one.title: one.help for one in seat.app.get_system_commands(seat.app.screen)}
        assert "lifepod get" in found["View"]
        assert "lifepod changes" in found["History of the place"]
        assert "lifepod private" in found["Make private"]
        assert "--all-below" in found["Make private with all below"]


@pytest.mark.parametrize("size", SIZES, ids=str)
async def test_the_sheets_look_as_they_did(size: tuple[int, int], request: pytest.FixtureRequest) -> None:
    async with seated(await stage_of(on_record(with_orders())).keep(), size) as seat:
        album = Album(seat, size, request)
        await seat.settle()
        await at(seat, BOUGHT)
        await seat.press("v")
        album.shows("holds-table")
        await seat.press("2")
        album.shows("holds-turtle")
        await seat.press("escape", "h")
        album.shows("place-history")
        await seat.press("escape", "p")
        album.shows("private-plan")
        await seat.press("escape")
        await at(seat, "photo.png")
        await seat.press("v")
        album.shows("holds-binary")
