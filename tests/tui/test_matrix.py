"""Audiences beside classes of data: signs, words, the way to what is behind a cell."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import Any

import pytest
from rich.cells import cell_len
from tests.access.large import Shape, large_survey
from tests.double import faults
from tests.tui.mailbox import with_an_agreement
from tests.tui.stage import ACME, BASE, SIZES, Album, Seat, hide, seated, small_pod, stage_of
from textual import events

from lifepod.access.audit import Audit
from lifepod.access.rules import Kind, Mode, Rule, Who
from lifepod.access.rules import Test as Match
from lifepod.owner.crossing import counts
from lifepod.tui.kinds import row_names
from lifepod.tui.picture import Picture
from lifepod.tui.screens import behind, matrix
from lifepod.tui.screens.agents import AgentsScreen
from lifepod.tui.screens.behind import BehindScreen
from lifepod.tui.screens.help import TOPICS, HelpScreen
from lifepod.tui.screens.matrix import MatrixScreen
from lifepod.tui.screens.places import PlacesScreen
from lifepod.tui.widgets.grid import HEADER, Grid, Rows, Sheet
from lifepod.tui.widgets.tree import PlaceTree


async def at_matrix(seat: Seat) -> Grid:
    """Go to the matrix."""
    await seat.settle()
    await seat.press("4")
    return seat.app.screen.query_one(Grid)


def row_of(seat: Seat, name: str) -> str:
    """The line of an audience, blanks closed up."""
    return " ".join(next(line for line in seat.lines if line.strip().startswith(name)).split())


async def test_a_cell_counts_and_the_cursor_says_it_in_words() -> None:
    async with seated(await stage_of(small_pod()).keep(), (140, 30)) as seat:
        grid = await at_matrix(seat)
        assert "RA" not in row_of(seat, "localhost:3000/acme-shop")
        assert "R--- 2/2" in row_of(seat, "localhost:3000/acme-shop")
        await seat.press("down", "down")
        while (grid.column, "journal/purchases/" in seat.said("#cell"))[1] is False:
            await seat.press("right")
            assert grid.column < 12
        assert seat.said("#cell") == f"{ACME} at journal/purchases/ Could read 2 of 2. Enter: place by place"
        assert seat.app.screen.aim("grant").agent == ACME  # type: ignore[attr-defined]
        assert seat.app.screen.aim("grant").place == BASE + "journal/purchases/"  # type: ignore[attr-defined]


async def test_what_is_not_known_has_a_sign_of_its_own() -> None:
    double = small_pod()
    hide(double, "journal/searches/")
    async with seated(await stage_of(double).keep(), (140, 30)) as seat:
        await at_matrix(seat)
        assert "???? 0+4?/4" in row_of(seat, "public")
        assert "---- 0/" in row_of(seat, "public")


async def test_enter_leads_to_the_places_behind_a_cell_and_on_to_the_tree() -> None:
    async with seated(await stage_of(small_pod()).keep(), (140, 30)) as seat:
        await at_matrix(seat)
        await seat.press("down", "down", "right", "enter")
        assert seat.on(BehindScreen)
        wanted = seat.app.screen._places.listed.urls[1]  # type: ignore[attr-defined]
        assert "2 places" in seat.said("#state")
        await seat.press("down", "enter")
        assert seat.app.current_mode == "places"
        assert seat.app.screen.query_one(PlaceTree).chosen == wanted
        await seat.press("4", "enter", "escape")
        assert seat.app.current_mode == "matrix"


async def test_enter_on_a_name_leads_to_the_agent() -> None:
    async with seated(await stage_of(small_pod()).keep(), (120, 30)) as seat:
        grid = await at_matrix(seat)
        await seat.press("down", "down", "left")
        assert grid.column == HEADER
        await seat.press("enter")
        assert seat.app.current_mode == "agents"
        assert seat.said("#agent") == ACME


async def test_the_filter_narrows_and_sorting_goes_round() -> None:
    async with seated(await stage_of(small_pod()).keep(), (120, 30)) as seat:
        await at_matrix(seat)
        await seat.press("s")
        assert "by most first" in seat.text
        assert "you" in seat.lines[seat.lines.index(next(x for x in seat.lines if "by most first" in x)) + 1]
        await seat.press("s", "s", "slash", *"acme", "enter")
        assert "1 of" in seat.said("#found")
        assert "signed-in" not in seat.said("#grid")
        await seat.press("escape")
        assert "signed-in" in seat.said("#grid")


async def test_a_click_stands_on_a_cell() -> None:
    async with seated(await stage_of(small_pod()).keep(), (120, 30)) as seat:
        grid = await at_matrix(seat)
        await seat.click("#grid", (2, 3))
        assert (grid.row, grid.column) == (2, HEADER)
        await seat.click("#grid", (60, 2))
        assert grid.row == 1
        assert grid.column > HEADER


HOSTILE = {
    "control sequences": "https://evil.example/\x1b[31mred\x1b]0;title\x07",
    "markup": "https://evil.example/[red]red[/red][@click=app.quit]quit[/]",
    "wide": "https://日本語.example/データ",
    "emoji": "https://evil.example/🙂🙂",
    "combining": "https://evil.example/e\u0301e\u0301e\u0301a\u0300",
    "right to left": "https://evil.example/مرحبا\u202eabc",
    "our own word": "https://public/#me",
    "looks like a kind": "https://vendor\u00a0bank.example/#me",
}


def crowded(audit: Audit) -> Audit:
    """The same pod where a rule at its root lets in everybody with a hostile name."""
    survey = audit.survey
    root = next(place for place in survey.places if place.url == survey.storage)
    who = tuple(Who(Kind.AGENT, one) for one in sorted(HOSTILE.values()))
    more = Rule(
        root.control.document,
        "#more",
        frozenset({Mode.READ}),
        (
            Match(
                (who),
            ),
        ),
        here=True,
        below=True,
    )
    changed = replace(root, control=replace(root.control, rules=(*root.control.rules, more)))
    return Audit(replace(survey, places=tuple(changed if p is root else p for p in survey.places)))


async def shows(seat: Seat, audit: Audit) -> Grid:
    """Hand the matrix another picture."""
    assert isinstance(seat.app.screen, MatrixScreen)
    seat.app.screen.show(Picture(audit))
    await seat.settle()
    return seat.app.screen.query_one(Grid)


def audit_of(seat: Seat) -> Audit:
    """What the screen in front paints from."""
    audit = seat.app.screen.picture.audit  # type: ignore[attr-defined]
    assert isinstance(audit, Audit)
    return audit


async def test_hostile_names_are_harmless_and_every_column_stands_where_its_title_stands() -> None:
    async with seated(await stage_of(small_pod("日本語/🙂.ttl", "e\u0301e\u0301/x.ttl")).keep(), (160, 40)) as seat:
        await at_matrix(seat)
        grid = await shows(seat, crowded(audit_of(seat)))
        # In a picture each cell of the terminal is one column: a wide letter takes two of them.
        strips = [grid.render_line(y) for y in range(grid.virtual_size.height)]
        text = "\n".join(strip.text for strip in strips)
        assert len({strip.cell_length for strip in strips}) == 1
        for strip in strips[1:]:
            assert re.match(r" +[RAWCrawc?-]{4}[ ?] \d", strip.crop(grid._first).text), strip.text
        assert "\\x1b[31mred" in text
        assert "\x1b" not in text
        assert "\u202e" not in text
        assert "[red]red[/red]" in text
        assert "日本語.example" in text
        assert "日本語/" in strips[0].text


def test_a_name_that_could_be_taken_for_a_word_of_ours_is_shown_in_full() -> None:
    audit = crowded(Audit(large_survey(Shape(60, 5, 8, 2))))
    names = row_names(["public", *audit.agents], audit, frozenset())
    assert names.count("public") == 1
    assert "https://public/#me" in names
    assert not any(name.startswith("vendor") and "bank" in name for name in names)


async def test_whoever_agreed_to_something_is_called_a_vendor_and_can_be_filtered_by_that() -> None:
    box, _ = await with_an_agreement()
    await box.stage.keep()
    async with seated(box.stage, (140, 30)) as seat:
        grid = await at_matrix(seat)
        rows = [grid._sheet.rows.name(n) for n in range(grid._sheet.rows.count)]
        [vendor] = [n for n, name in enumerate(rows) if name.startswith("vendor ")]
        await seat.press(*["down"] * vendor)
        assert seat.said("#cell").startswith(f"{box.market.shop.owner}, a vendor, at ")
        await seat.press("slash", *"vendor", "enter")
        assert "1 of" in seat.said("#found")
        await seat.press("enter")
        assert ", a vendor, at " in seat.said("#title")


async def test_where_nobody_can_tell_who_is_a_vendor_that_is_said_and_a_new_look_tries_again() -> None:
    stage = await stage_of(small_pod()).keep()
    stage.double.script("*", "*", faults.refused_connection(), times=None)
    async with seated(stage, (140, 30)) as seat:
        await at_matrix(seat)
        assert "Who is a vendor is not known" in seat.said("#amiss")
        assert "R--- 2/2" in row_of(seat, "localhost:3000/acme-shop")
        stage.double.scripts.clear()
        await seat.press("u")
        assert not seat.app.screen.query_one("#amiss").has_class("shown")


async def test_a_matrix_that_cannot_be_worked_out_says_so_and_the_screen_goes_on(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def fails(audit: Audit) -> Any:
        raise RuntimeError("no [red]numbers")

    works = counts
    async with seated(await stage_of(small_pod()).keep(), (140, 30)) as seat:
        monkeypatch.setattr(matrix, "counts", fails)
        await at_matrix(seat)
        assert "RuntimeError: no [red]numbers" in seat.said("#amiss")
        await seat.press("down", "enter", "s", "slash", *"acme", "escape")
        assert seat.said("#cell").startswith("The matrix is not known.")
        monkeypatch.setattr(matrix, "counts", works)
        await seat.press("u")
        assert "R--- 2/2" in row_of(seat, "localhost:3000/acme-shop")
        assert not seat.app.screen.query_one("#amiss").has_class("shown")
        monkeypatch.setattr(matrix, "counts", fails)
        await seat.press("u")
        assert "What is shown is the picture before." in seat.said("#amiss")
        await seat.press("3")
        assert seat.on(AgentsScreen)


async def test_places_that_cannot_be_listed_or_explained_are_told_and_the_sheet_closes(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def fails(*said: object) -> Any:
        raise RuntimeError("not today")

    async with seated(await stage_of(small_pod()).keep(), (140, 40)) as seat:
        await at_matrix(seat)
        with monkeypatch.context() as broken:
            broken.setattr(behind, "stands", fails)
            await seat.press("enter")
            await seat.until(lambda: "RuntimeError: not today" in seat.said("#why"))
            await seat.press("escape")
            broken.setattr(behind, "listed", fails)
            await seat.press("enter")
            assert "RuntimeError: not today" in seat.said("#state")
            await seat.press("down", "enter", "escape")
        assert seat.on(MatrixScreen)


async def test_the_place_under_the_cursor_says_which_rule_gives_it_and_from_where() -> None:
    double = small_pod()
    hide(double, "journal/searches/")
    async with seated(await stage_of(double).keep(), (140, 45)) as seat:
        grid = await at_matrix(seat)
        await seat.press("down", "down", "right", "enter")
        assert seat.said("#why").startswith("journal/purchases/ It has rules of its own.")
        await seat.press("down")
        why = seat.said("#why")
        assert why.startswith("journal/purchases/2026.ttl It inherits the rules of journal/purchases/")
        assert "Written in journal/purchases/.acl" in why
        assert f"Why {ACME} • journal/purchases/ lets {ACME} read here and below" in why
        await seat.press("escape", "right", "enter")
        assert "Not known:" in seat.said("#why")
        assert "No rule lets" not in seat.said("#why")
        await seat.press("escape")
        while "club/" not in seat.said("#cell").split(" at ")[1]:
            await seat.press("right")
        await seat.press("down", "down", "enter", "down")
        why = seat.said("#why")
        assert f"Why {BASE}club/list#us Control: they could change who sees this." in why
        assert f"• club/list lets members of {BASE}club/list#us read, control here only" in why
        assert grid.row == 4


async def test_the_drill_down_has_help_of_its_own() -> None:
    async with seated(await stage_of(small_pod()).keep(), (120, 40)) as seat:
        await at_matrix(seat)
        await seat.press("enter", "question_mark")
        assert seat.on(HelpScreen)
        assert TOPICS["behind"][0] in seat.text
        await seat.press("escape")
        assert seat.on(BehindScreen)


async def test_a_hundred_thousand_places_are_named_only_where_they_are_in_view(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    named = list[str]()

    def counted(url: str, storage: str) -> str:
        named.append(url)
        return url.removeprefix(storage)

    audit = Audit(large_survey(Shape(100_000, 500, 20)))
    column = max(counts(audit).columns, key=lambda one: one[1])
    monkeypatch.setattr(behind, "place_name", counted)
    async with seated(await stage_of(small_pod()).keep(), (120, 40)) as seat:
        await seat.settle()
        seat.app.push_screen(BehindScreen(audit, column[0], audit.agents[3], "somebody"))
        await seat.settle()
        grid = seat.app.screen.query_one(Grid)
        assert grid._sheet.rows.count == column[1] > 5000
        await seat.press("ctrl+end", "pageup")
        assert grid.row > 5000
        assert len(set(named)) < 300
        await seat.press("escape")
        assert seat.on(PlacesScreen)


async def test_the_wheel_scrolls_a_double_click_opens_and_keys_keep_the_cursor_in_view() -> None:
    async with seated(await stage_of(small_pod()).keep(), (80, 24)) as seat:
        await at_matrix(seat)
        grid = await shows(seat, Audit(large_survey(Shape(400, 60, 50, 20))))
        middle = (grid.region.x + 40, grid.region.y + 5)
        await seat.pilot._post_mouse_events([events.MouseScrollDown], offset=middle, button=0)
        await seat.settle()
        assert grid.scroll_offset.y > 0
        top = grid.scroll_offset.y
        await seat.click("#grid", (34, 2))
        assert (grid.row, grid.column) == (top + 1, 0)
        for _ in range(len(grid._sheet.columns)):
            await seat.press("right")
            left, room = grid.scroll_offset.x, grid.scrollable_content_region.width - grid._first
            assert left <= grid._starts[grid.column]
            assert grid._starts[grid.column + 1] <= left + room
        await seat.press("home", "ctrl+home", "left")
        assert (grid.row, grid.column, grid.scroll_offset.x) == (0, HEADER, 0)
        assert await seat.pilot.click("#grid", offset=(34, 2), times=2)
        await seat.settle()
        assert seat.on(BehindScreen)


async def test_without_colours_the_same_signs_and_the_same_legend_stand_there(monkeypatch: pytest.MonkeyPatch) -> None:
    double = small_pod()
    hide(double, "journal/searches/")
    stage = await stage_of(double).keep()
    async with seated(stage, (140, 30)) as seat:
        await at_matrix(seat)
        coloured = seat.lines
        await stage.desk.__aexit__(None, None, None)
    monkeypatch.setenv("NO_COLOR", "1")
    async with seated(stage, (140, 30)) as seat:
        grid = await at_matrix(seat)
        assert seat.lines == coloured
        assert "? not known · - nowhere" in seat.said("#legend")
        marked = [part.text for part in grid.render_line(1) if part.style and part.style.reverse]
        assert len(marked) == 1, "the cursor is told by its background turned round"


def test_a_grid_measures_names_in_cells_of_the_terminal() -> None:
    names = ["日本語", "e\u0301e\u0301"]
    assert Rows.of(names).widest == cell_len("日本語") == 6
    assert Sheet("", Rows.of(()), (), (), lambda row, column: ("", "")).rows.widest == 0


@pytest.mark.parametrize("size", SIZES)
async def test_the_look(size: tuple[int, int], request: pytest.FixtureRequest) -> None:
    double = small_pod()
    hide(double, "journal/searches/")
    async with seated(await stage_of(double).keep(), size) as seat:
        await at_matrix(seat)
        await seat.press("down", "down")
        album = Album(seat, size, request)
        album.shows("matrix")
        await seat.press("right", "enter", "down")
        album.shows("matrix-behind")
