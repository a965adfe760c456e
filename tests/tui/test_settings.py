"""What a person chose for the screen: it holds at once, survives a restart, and never keeps the screen from opening."""

from __future__ import annotations

import json
import os
import stat
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from tests.tui.stage import NOW, SIZES, Album, Stage, seated, small_pod, stage_of

from lifepod.errors import NotReady
from lifepod.owner import preferences
from lifepod.owner.preferences import DEFAULT, Preferences
from lifepod.tui.app import LifepodApp
from lifepod.tui.screens.agents import AgentsScreen
from lifepod.tui.screens.help import HelpScreen
from lifepod.tui.screens.home import HomeScreen
from lifepod.tui.screens.places import PlacesScreen
from lifepod.tui.screens.settings import SettingsScreen


class AsChosen(Stage):
    """Opens with the screen that was chosen."""

    def app(self) -> LifepodApp:
        app = LifepodApp(self.desk, lambda: NOW)
        app.animation_level = "none"
        return app


async def as_chosen() -> AsChosen:
    stage = await stage_of(small_pod()).keep()
    return AsChosen(stage.double, stage.desk)


def kept() -> object:
    return json.loads(preferences.path().read_bytes())


async def test_colours_change_while_they_are_chosen_and_are_there_at_the_next_start() -> None:
    stage = await as_chosen()
    async with seated(stage) as seat:
        await seat.settle()
        assert not preferences.path().exists(), "looking changes nothing"
        await seat.press("comma")
        assert seat.on(SettingsScreen)
        colours = seat.app.export_screenshot()
        await seat.press("right")
        assert seat.app.theme == "lifepod-light"
        assert "‹ lifepod light ›" in seat.text
        assert seat.app.export_screenshot() != colours
        await seat.press("right", "left")
        assert seat.app.theme == "lifepod-light"
    assert kept() == {"theme": "lifepod-light", "first": "home", "every": 60}
    async with seated(await as_chosen()) as seat:
        assert seat.app.theme == "lifepod-light"


async def test_the_key_for_dark_and_light_is_remembered_too_and_shown_in_the_sheet() -> None:
    async with seated(await as_chosen()) as seat:
        await seat.settle()
        await seat.press("t")
        assert preferences.load()[0].theme == "lifepod-light"
        await seat.press("comma", "t")
        assert "‹ lifepod dark ›" in seat.text
        assert preferences.load()[0].theme == "lifepod-dark"


async def test_the_first_screen_is_the_one_that_was_chosen() -> None:
    async with seated(await as_chosen()) as seat:
        await seat.settle()
        assert seat.on(HomeScreen)
        await seat.press("comma", "down", "right", "right")
        assert "‹ Agents ›" in seat.text
    async with seated(await as_chosen()) as seat:
        await seat.settle()
        assert seat.on(AgentsScreen)


async def test_how_often_to_look_holds_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    heard: list[float] = []

    async def listens(pod: object, every: float, places: object) -> AsyncIterator[str]:
        heard.append(every)
        for word in list[str]():
            yield word

    monkeypatch.setattr("lifepod.owner.watching.stirrings", listens)
    monkeypatch.setattr("lifepod.tui.app.SETTLE", 0.0)
    stage = await as_chosen()
    stage.first = "places"
    async with seated(stage) as seat:
        await seat.settle()
        await seat.press("u")
        assert set(heard) == {60}
        heard.clear()
        await seat.press("comma", "down", "down")
        assert seat.focus is not None
        assert seat.focus.id == "every"
        await seat.press("right")
        assert "‹ every 5 minutes ›" in seat.text
        await seat.until(lambda: bool(heard))
        assert set(heard) == {300}
        await seat.press("right", "right")
        heard.clear()
        assert "only when I ask" in seat.text
        await seat.press("escape", "u")
        assert heard == []
        assert preferences.load()[0].every == 0


async def test_every_choice_can_be_clicked() -> None:
    async with seated(await as_chosen()) as seat:
        await seat.settle()
        await seat.press("comma")
        await seat.click("#first", (6, 0))
        assert "‹ Places ›" in seat.text
        await seat.click("#first", (0, 0))
        assert "‹ Home ›" in seat.text
        await seat.click("#leave")
        assert seat.on(HomeScreen)


async def test_settings_are_in_the_palette_and_have_their_help() -> None:
    async with seated(await as_chosen()) as seat:
        await seat.settle()
        {one.title: one for one in seat.app.get_system_commands(seat.app.screen)}["Settings"].callback()
        await seat.settle()
        assert seat.on(SettingsScreen)
        await seat.press("f1")
        assert seat.on(HelpScreen)
        assert "it holds at once" in seat.text
        await seat.press("escape", "comma")
        assert seat.on(HomeScreen)


async def test_it_says_where_things_are_and_which_versions() -> None:
    async with seated(await as_chosen(), (140, 45)) as seat:
        await seat.settle()
        await seat.press("comma")
        told = "".join(line.strip(" │") for line in seat.lines)
        for words in (str(preferences.path()), "profiles.json", "the newest 20 of each pod", "Textual", "Python"):
            assert words.replace(" ", "") in told.replace(" ", "")


async def test_no_colour_is_respected_and_said(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("NO_COLOR", "1")
    async with seated(await as_chosen()) as seat:
        await seat.settle()
        await seat.press("comma")
        assert "NO_COLOR is set here" in seat.text
        await seat.press("right", "down")
        rows = seat.app.screen.query_one("#theme"), seat.app.screen.query_one("#first")
        assert [row.text_style.reverse for row in rows] == [None, True], "where one is must be seen without colour"


@pytest.mark.parametrize(
    ("text", "said", "then"),
    [
        ("", "are damaged", DEFAULT),
        ("[1]", "are damaged", DEFAULT),
        ("[" * 100_000, "are damaged", DEFAULT),
        ('{"theme": 7, "first": "agents"}', "theme", Preferences(first="agents")),
        ('{"every": 1}', "every", DEFAULT),
        ('{"every": true}', "every", DEFAULT),
        ('{"every": 0, "unheard": "of"}', "", Preferences(every=0)),
        ('{"first": "' + "x" * 200 + '"}', "first", DEFAULT),
        ("\x00\xff", "are damaged", DEFAULT),
    ],
)
def test_what_cannot_be_used_is_said_and_the_rest_is_used(text: str, said: str, then: Preferences) -> None:
    preferences.path().write_bytes(text.encode("latin-1"))
    found, amiss = preferences.load()
    assert found == then
    assert said in amiss
    assert bool(said) == bool(amiss)


@pytest.mark.parametrize("kind", ["folder", "pipe", "locked away"])
def test_whatever_lies_there_it_is_never_waited_for(kind: str) -> None:
    place = preferences.path()
    if kind == "folder":
        place.mkdir()
    elif kind == "pipe":
        os.mkfifo(place)
    else:
        place.symlink_to(place)  # a link to itself, which nobody can open
    assert preferences.load()[0] == DEFAULT
    assert str(place) in preferences.load()[1]


@pytest.mark.parametrize("text", ["{", '{"theme": "neon \\u001b[31m[red]", "first": "attic"}'])
async def test_bad_settings_are_told_and_the_screen_opens_all_the_same(text: str) -> None:
    stage = await as_chosen()
    preferences.path().write_text(text)
    async with seated(stage) as seat:
        await seat.settle()
        assert seat.on(HomeScreen)
        assert seat.app.theme == "lifepod-dark"
        assert "\x1b" not in seat.text
        assert "damaged" in seat.text or "neon" in seat.text
        assert preferences.path().read_text() == text, "it was written over without being asked"
        await seat.press("comma", "right")
        assert preferences.load() == (Preferences(theme="lifepod-light", first=seat.app.chosen.first), "")


async def test_settings_that_cannot_be_kept_hold_until_the_end_and_that_is_told(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def full(**changes: object) -> Preferences:
        raise NotReady("screen.json cannot be written (No space left on device).", advice="Make room.")

    async with seated(await as_chosen()) as seat:
        await seat.settle()
        monkeypatch.setattr(preferences, "keep", full)
        await seat.press("comma", "right")
        assert seat.app.theme == "lifepod-light"
        assert "No space left" in seat.text
        assert seat.on(SettingsScreen)


def test_they_are_written_whole_and_for_their_owner_alone() -> None:
    preferences.keep(first="places")
    assert preferences.keep(every=15) == Preferences(first="places", every=15)
    place = preferences.path()
    assert stat.S_IMODE(place.stat().st_mode) == 0o600
    assert sorted(path.name for path in place.parent.iterdir()) == ["screen.json", "screen.json.lock"]


def test_a_place_that_cannot_be_written_is_an_error_with_advice(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    (tmp_path / "file").write_text("")
    monkeypatch.setenv("LIFEPOD_DIR", str(tmp_path / "file"))
    with pytest.raises(NotReady, match="cannot be made"):
        preferences.keep(every=15)


async def test_even_a_folder_that_cannot_be_made_keeps_no_screen_from_opening(monkeypatch: pytest.MonkeyPatch) -> None:
    def nowhere() -> None:
        raise NotReady("/lifepod cannot be made (Permission denied).", advice="Free that place.")

    stage = await as_chosen()
    monkeypatch.setattr(preferences, "load", nowhere)
    async with seated(stage) as seat:
        await seat.settle()
        assert "Permission denied" in seat.text
        assert seat.on(HomeScreen)


@pytest.mark.parametrize("size", SIZES, ids=str)
async def test_the_settings_look_as_they_did(
    size: tuple[int, int], request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch
) -> None:
    facts = [
        ("these settings", "/home/sam/.config/lifepod/screen.json"),
        ("kept surveys", "/home/sam/.cache/" + "x" * 90),
    ]
    monkeypatch.setattr("lifepod.owner.whereabouts.places", lambda: facts)
    monkeypatch.setattr("lifepod.owner.whereabouts.versions", lambda: [("lifepod", "1.0"), ("Python", "3.13.1")])
    stage = await stage_of(small_pod()).keep()
    async with seated(stage, size) as seat:
        album = Album(seat, size, request)
        await seat.settle()
        await seat.press("comma", "down")
        album.shows("settings")
        await seat.press("escape")
        assert seat.on(PlacesScreen)
