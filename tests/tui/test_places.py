"""The places of a pod as a tree, and for the selected one who could see it and why."""

from __future__ import annotations

from tests.tui.stage import ACME, BASE, Seat, agent_rule, hide, seated, small_pod, stage_of
from textual.widgets import Input

from lifepod.tui.screens.places import PlacesScreen
from lifepod.tui.widgets.answers import Answers
from lifepod.tui.widgets.head import Head
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
