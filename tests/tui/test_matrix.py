"""Audiences beside classes of data: signs, words, the way to what is behind a cell."""

from __future__ import annotations

import pytest
from tests.tui.stage import ACME, BASE, SIZES, Album, Seat, hide, seated, small_pod, stage_of

from lifepod.tui.screens.behind import BehindScreen
from lifepod.tui.widgets.grid import HEADER, Grid
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
        wanted = seat.app.screen._places[1][0]  # type: ignore[attr-defined]
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


@pytest.mark.parametrize("size", SIZES)
async def test_the_look(size: tuple[int, int], request: pytest.FixtureRequest) -> None:
    double = small_pod()
    hide(double, "journal/searches/")
    async with seated(await stage_of(double).keep(), size) as seat:
        await at_matrix(seat)
        await seat.press("down", "down")
        Album(seat, size, request).shows("matrix")
