"""How each screen looks, as text, at two sizes; and that its colours can be read."""

from __future__ import annotations

import itertools
import re

import pytest
from tests.double import faults
from tests.tui.look import text_of
from tests.tui.stage import BASE, SIZES, VISA, Album, hide, seated, small_pod, stage_of
from textual.color import Color
from textual.theme import Theme

from lifepod.tui.themes import DARK, LIGHT

MODES = "12345678"


@pytest.mark.parametrize("size", SIZES, ids=str)
async def test_each_screen_looks_as_it_did(size: tuple[int, int], request: pytest.FixtureRequest) -> None:
    async with seated(await stage_of(small_pod()).keep(), size) as seat:
        album = Album(seat, size, request)
        await seat.settle()
        seat.app.screen_of("places").point_at(BASE + "journal/purchases/")
        await seat.settle()
        album.shows("places")
        await seat.press("question_mark")
        album.shows("help")
        await seat.press("escape", "3", "down", "down")
        album.shows("agents")
        await seat.press("2", "r", "enter")
        album.shows("revoke-plan")
        await seat.press("escape", "escape", "g")
        seat.fill("#agent", VISA)
        seat.fill("#place", "journal/searches/")
        await seat.settle()
        album.shows("grant")
        await seat.press("enter")
        album.shows("grant-plan")


@pytest.mark.parametrize("size", SIZES, ids=str)
async def test_what_is_missing_looks_as_it_did(size: tuple[int, int], request: pytest.FixtureRequest) -> None:
    stage = stage_of(small_pod())
    hide(stage.double, "journal/searches/")
    await stage.keep()
    async with seated(stage, size) as seat:
        album = Album(seat, size, request)
        await seat.settle()
        seat.app.screen_of("places").point_at(BASE + "journal/searches/2026/03.ttl")
        await seat.settle()
        album.shows("unknown")
        await seat.press("slash", *"ttl")
        album.shows("filter")
        await seat.press("x")
        album.shows("filter-empty")
        stage.double.script("*", "*", faults.refused_connection(), times=None)
        await seat.press("escape", "u")
        album.shows("kept")


@pytest.mark.parametrize("size", SIZES, ids=str)
async def test_the_first_look_looks_as_it_did(size: tuple[int, int], request: pytest.FixtureRequest) -> None:
    stage = stage_of(small_pod())
    stage.double.script("*", "http://localhost:3000/.well-known/openid-configuration", faults.Hang())
    async with seated(stage, size) as seat:
        album = Album(seat, size, request)
        await seat.until(lambda: bool(stage.double.requests))
        await seat.pilot.pause()
        album.shows("first-look")
        stage.double.script("*", "*", faults.refused_connection(), times=None)
        seat.app._look()
        await seat.settle()
        album.shows("first-look-failed")


def contrast(one: Color, other: Color) -> float:
    """As https://www.w3.org/TR/WCAG21/#dfn-contrast-ratio has it."""

    def luminance(colour: Color) -> float:
        parts = [c / 255 / 12.92 if c / 255 <= 0.03928 else ((c / 255 + 0.055) / 1.055) ** 2.4 for c in colour.rgb]
        return 0.2126 * parts[0] + 0.7152 * parts[1] + 0.0722 * parts[2]

    low, high = sorted((luminance(one), luminance(other)))
    return (high + 0.05) / (low + 0.05)


@pytest.mark.parametrize("theme", [DARK, LIGHT], ids=lambda theme: theme.name)
def test_every_colour_can_be_read_on_every_ground_it_stands_on(theme: Theme) -> None:
    words = {
        name: Color.parse(str(getattr(theme, name)))
        for name in ("foreground", "primary", "accent", "warning", "error", "success")
    }
    grounds = {name: Color.parse(str(getattr(theme, name))) for name in ("background", "surface", "panel")}
    for (word, colour), (ground, behind) in itertools.product(words.items(), grounds.items()):
        assert contrast(colour, behind) >= 4.5, f"{word} on {ground}"
    quiet = grounds["surface"].blend(words["foreground"], 0.65)
    assert contrast(quiet, grounds["surface"]) >= 4.5
    cursor = Color.parse(theme.variables["block-cursor-background"])
    for word in ("success", "warning", "foreground"):
        assert contrast(words[word], cursor) >= 3, f"{word} on the cursor"
    assert contrast(Color.parse(theme.variables["block-cursor-foreground"]), cursor) >= 4.5


async def test_no_colour_leaves_every_word_on_every_screen(monkeypatch: pytest.MonkeyPatch) -> None:
    stage = await stage_of(small_pod()).keep()
    coloured = {}
    async with seated(stage) as seat:
        for key in MODES:
            await seat.press(key)
            coloured[key] = seat.lines
    monkeypatch.setenv("NO_COLOR", "1")
    default = ("c5", "c8", "c6")  # of the picture, for what has no colour at all
    async with seated(stage) as seat:
        for key in MODES:
            await seat.press(key)
            assert seat.lines == coloured[key]
            fills = re.findall(r"-r\d+ \{ fill: #(..)(..)(..)", seat.app.export_screenshot())
            assert len(fills) > 2
            assert all(red == green == blue for red, green, blue in set(fills) - {default}), f"colour on {key}"


async def test_a_picture_has_the_text_of_the_screen() -> None:
    async with seated(await stage_of(small_pod("x/日本語.ttl")).keep()) as seat:
        await seat.settle()
        assert text_of(seat.app.export_screenshot()) == seat.lines


def test_a_picture_reads_back_as_its_text() -> None:
    svg = (
        '<text class="t-r1" x="0" y="20" textLength="24.4" clip-path="url(#t-line-0)">a&#160;</text>'
        '<text class="t-r2" x="48.8" y="20" textLength="24.4" clip-path="url(#t-line-0)">&lt;日</text>'
        '<text class="t-r1" x="12.2" y="68" textLength="12.2" clip-path="url(#t-line-2)">c</text>'
    )
    assert text_of(svg) == ["a   <日", "", " c"]
