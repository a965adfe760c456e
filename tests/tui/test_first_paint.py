"""What the first paint does not wait for: code of rooms nobody entered yet, styles that were read already."""

from __future__ import annotations

import subprocess
import sys

import pytest
from tests.tui.stage import seated, small_pod, stage_of
from textual.css.stylesheet import Stylesheet

from lifepod.owner import preferences
from lifepod.tui.later import SCREENS
from lifepod.tui.themes import LIGHT


async def test_showing_a_screen_for_the_first_time_reads_no_styles_again(monkeypatch: pytest.MonkeyPatch) -> None:
    read: list[int] = []
    again = Stylesheet.reparse

    def reparse(sheet: Stylesheet) -> None:
        read.append(1)
        again(sheet)

    monkeypatch.setattr(Stylesheet, "reparse", reparse)
    async with seated(await stage_of(small_pod()).keep()) as seat:
        await seat.settle()
        for number in range(1, len(SCREENS) + 1):
            await seat.press(str(number))
        assert read == []
        await seat.press("t")  # other colours
        await seat.settle()
        assert read == [1]


async def test_the_colours_that_were_chosen_are_there_from_the_first_paint_on() -> None:
    preferences.keep(theme=LIGHT.name)
    stage = await stage_of(small_pod()).keep()
    assert stage.app().theme == LIGHT.name
    async with seated(stage) as seat:
        assert seat.app.theme == LIGHT.name
        assert seat.app.get_css_variables()["surface"].lower() == str(LIGHT.surface).lower()


def test_the_way_to_the_screen_reads_no_command_line() -> None:
    code = (
        "import sys, lifepod.__main__ as hall, lifepod.tui.app as app\n"
        "from lifepod.cli import opening\n"
        "opening.has_screen = lambda: True\n"
        "app.show = lambda profile, beginnings: print('click' in sys.modules, 'httpx2' in sys.modules) or 0\n"
        "sys.argv = ['lifepod']\n"
        "hall.main()"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert (done.stdout, done.returncode) == ("False False\n", 0), done.stderr


def test_what_stops_the_screen_is_said_as_a_command_says_it() -> None:
    code = (
        "import sys, lifepod.__main__ as hall, lifepod.tui.app as app\n"
        "from lifepod.cli import opening\n"
        "from lifepod.errors import NotReady\n"
        "def show(profile, beginnings):\n    raise NotReady('It stopped.', advice='Go on.')\n"
        "opening.has_screen, app.show, sys.argv = lambda: True, show, ['lifepod']\n"
        "hall.main()"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert "It stopped." in done.stderr
    assert "Traceback" not in done.stderr
    assert done.returncode == 15
