"""The screen as a whole: looks in the background, failures with a way on, the palette, themes, leaving."""

from __future__ import annotations

import os
import pty
import re
import select
import subprocess
import sys
import time
from collections.abc import Callable

import click
import httpx2
import pytest
from tests.double import faults
from tests.double.faults import Answer, Hang
from tests.tui.look import shown
from tests.tui.stage import BASE, VISA, Stage, agent_rule, seated, small_pod, stage_of
from textual.binding import Binding
from textual.command import CommandPalette

from lifepod.cli.main import lifepod
from lifepod.errors import NotSignedIn
from lifepod.owner.watching import stirrings
from lifepod.tui.app import NAMES, LifepodApp, show
from lifepod.tui.screens.help import TOPICS, HelpScreen
from lifepod.tui.screens.places import PlacesScreen
from lifepod.tui.screens.pod import PodScreen
from lifepod.tui.widgets.head import TABS, Head

NO_PICTURE = "no picture yet"


def listings(stage: Stage) -> int:
    """How often the pod was looked at: each container is listed once a look."""
    # Not the root: that is listened to as well, which lists it now and then.
    return sum(r.method == "GET" and r.url == BASE + "profile/" for r in stage.double.requests)


def everything(stage: Stage, answer: Answer) -> None:
    stage.double.script("*", "*", answer, times=None)


async def afresh(stage: Stage, answer: Answer) -> None:
    """A line that is not open yet, to a server that gives one answer to everything."""
    await stage.desk.__aexit__(None, None, None)
    stage.double.scripts.clear()
    everything(stage, answer)


FAULTS: tuple[tuple[Answer, str], ...] = (
    (faults.refused_connection(), "cannot be reached"),
    (httpx2.ReadTimeout("no byte came"), ""),
    (500, ""),
    (faults.page(), ""),
    (KeyError("a fault of ours"), "through a fault of lifepod: KeyError"),
)


async def test_without_a_picture_a_failed_look_says_why_and_offers_another_try() -> None:
    stage = stage_of(small_pod())
    everything(stage, FAULTS[0][0])
    async with seated(stage) as seat:
        for answer, said in FAULTS:
            await afresh(stage, answer)
            await seat.press("u")
            assert said in seat.said("Waiting"), answer
            assert "Try again" in seat.text
            assert NO_PICTURE in seat.text
        stage.double.scripts.clear()
        await seat.click("Waiting Button")
        assert "journal/" in seat.text


async def test_with_a_picture_a_failed_look_keeps_it_and_says_so() -> None:
    stage = await stage_of(small_pod()).keep()
    async with seated(stage) as seat:
        await seat.settle()
        for answer, said in FAULTS:
            await afresh(stage, answer)
            await seat.press("u")
            assert said in seat.said("#notice"), answer
            assert seat.said("#notice").endswith("This is the kept picture; u looks again.")
            assert "14:03" in seat.text
            assert "purchases/" in seat.text
        stage.double.scripts.clear()
        await seat.press("u")
        assert not seat.app.screen.query_one("#notice").display
        assert "just now" in seat.text


async def test_a_pod_that_no_longer_lets_the_owner_in_is_told_with_an_advice() -> None:
    stage = await stage_of(small_pod()).keep()
    async with seated(stage) as seat:
        await seat.settle()
        for status in (401, 403):
            stage.double.scripts.clear()
            for path in ("", ".acl"):
                stage.double.script("*", path, status, times=None)
            await seat.press("u")
            assert len(seat.said("#notice").split(". ")) >= 3, (
                "a sentence, an advice, and that this is the kept picture"
            )
            assert "14:03" in seat.text


async def test_a_look_tells_how_far_it_has_come() -> None:
    stage = stage_of(small_pod())
    stage.double.script("GET", "journal/", Hang())
    async with seated(stage) as seat:
        await seat.until(lambda: "looked at" in seat.said("#progress"))
        assert "Looking at the pod for the first time" in seat.text
        assert "places" in seat.said("Waiting")


async def test_a_second_look_while_one_runs_is_not_started() -> None:
    stage = await stage_of(small_pod()).keep()
    async with seated(stage) as seat:
        await seat.settle()
        stage.double.script("GET", "journal/", Hang())
        await seat.pilot.press("u")
        await seat.until(lambda: listings(stage) == 1)
        await seat.pilot.press("u", "f5")
        await seat.until(lambda: "Already looking" in seat.text)
        assert listings(stage) == 1
        assert "14:03" in seat.text


async def test_a_change_replaces_a_look_that_began_before_it() -> None:
    stage = await stage_of(small_pod()).keep()
    async with seated(stage, (100, 32)) as seat:
        await seat.settle()
        stage.double.script("GET", "inbox/", Hang())
        await seat.pilot.press("u")
        await seat.until(lambda: listings(stage) == 1)
        await seat.pilot.press("g")
        seat.fill("#agent", VISA)
        seat.fill("#place", "journal/searches/")
        await seat.pilot.press("enter")
        await seat.until(lambda: "The plan: nothing is written yet" in seat.text)
        await seat.pilot.press("y")
        await seat.until(lambda: "Done, and confirmed" in seat.text)
        await seat.press("enter")
        assert listings(stage) == 2
        assert "1 agent" in next(line for line in seat.lines if " searches/ " in line)


@pytest.mark.parametrize("where", [".well-known/openid-configuration", ".oidc/token", "sam/", "sam/journal/"])
async def test_leaving_does_not_wait_for_a_server_that_hangs(where: str) -> None:
    stage = await stage_of(small_pod()).keep()
    stage.double.script("*", f"http://localhost:3000/{where}", Hang(), times=None)
    async with seated(stage) as seat:
        await seat.settle()
        await seat.pilot.press("u")
        await seat.until(lambda: any(r.url.endswith(where) for r in stage.double.requests))
        began = time.monotonic()
        await seat.pilot.press("q")
    assert time.monotonic() - began < 3


async def test_no_broken_line_at_any_step_takes_the_screen_away() -> None:
    """The network dies at the n-th request, for every n that a look and a grant's plan need."""
    stage = await stage_of(small_pod()).keep()
    async with seated(stage, (100, 32)) as seat:
        await seat.settle()

        async def look() -> bool:
            await seat.press("u")
            return "just now" in seat.text

        async def plan() -> bool:
            await seat.press("g")
            seat.fill("#agent", VISA)
            seat.fill("#place", "journal/searches/")
            await seat.press("enter")
            made = seat.said("#title") == "The plan: nothing is written yet"
            assert made or seat.said("#title") == "No plan could be made"
            await seat.press("escape", "escape")
            return made

        for journey, stride in ((plan, 3), (look, 6)):
            steps, done = 0, False
            while not done:
                await stage.desk.__aexit__(None, None, None)
                everything(stage, dying_after(steps))
                done = await journey()
                stage.double.scripts.clear()
                steps += stride
            assert steps > stride, "the line never broke"
            assert seat.on(PlacesScreen)


def dying_after(count: int) -> Callable[[httpx2.Request], httpx2.Response | None]:
    """A line that carries so many requests and breaks for good."""
    left = [count]

    def meddle(request: httpx2.Request) -> httpx2.Response | None:
        left[0] -= 1
        if left[0] < 0:
            raise httpx2.ConnectError("All connection attempts failed", request=request)
        return None

    return meddle


async def test_the_palette_lists_every_action_and_every_command_it_names_exists() -> None:
    actions = {
        **{f"go('{mode}')": name for mode, (name, _) in NAMES.items()},
        "ask('grant')": "Grant",
        "ask('revoke')": "Revoke",
        "look": "Look again",
        "import": "Import",
        "shade": "Dark or light",
        "filter": "Filter",
        "unfilter": "Show all",
        "explain": "Help",
        "quit": "Quit",
    }
    bound = {b.action for b in [*LifepodApp.BINDINGS, *PodScreen.BINDINGS] if isinstance(b, Binding)}
    assert bound - {"command_palette"} == set(actions)
    async with seated(await stage_of(small_pod()).keep()) as seat:
        await seat.settle()
        offered = {c.title: c.help for c in seat.app.get_system_commands(seat.app.screen)}
        assert set(actions.values()) <= set(offered)
        for key, titles in (("5", {"Approve", "Counter", "Decline", "Kept apart"}), ("6", {"Verify", "End"})):
            await seat.press(key)
            here = {c.title: c.help for c in seat.app.get_system_commands(seat.app.screen)}
            assert titles | {"Read again", "Filter", "Help"} <= set(here)
            offered |= here
        for title, text in offered.items():
            named = [part.split()[0] for part in text.split("(lifepod ")[1:]] + [
                part.split(")")[0] for part in text.split(", lifepod ")[1:]
            ]
            known = {*lifepod.commands, "--help"}
            assert {name.rstrip("),") for name in named} <= known, title


async def test_an_action_can_be_found_and_run_by_its_name() -> None:
    async with seated(await stage_of(small_pod()).keep()) as seat:
        await seat.settle()
        await seat.press("ctrl+p")
        assert seat.on(CommandPalette)
        await seat.press("a", "g", "e")
        await seat.press("enter")
        assert seat.app.current_mode == "agents"


async def test_the_names_on_top_can_be_clicked() -> None:
    async with seated(await stage_of(small_pod()).keep()) as seat:
        await seat.settle()
        await seat.click("#tab-agents")
        assert seat.app.current_mode == "agents"
        await seat.click("#tab-places")
        assert seat.app.current_mode == "places"


async def test_the_foot_can_be_clicked() -> None:
    async with seated(await stage_of(small_pod()).keep()) as seat:
        await seat.settle()
        column = seat.lines[-1].index("Grant") + 1
        assert await seat.pilot.click(offset=(column, len(seat.lines) - 1))
        await seat.settle()
        assert "Grant access" in seat.text


async def test_help_says_what_can_be_done_here() -> None:
    async with seated(await stage_of(small_pod()).keep(), (100, 32)) as seat:
        await seat.settle()
        for key, topic in (("", "places"), ("5", "requests"), ("6", "agreements"), ("3", "agents"), ("g", "form")):
            await seat.press(*key)
            before = seat.app.screen
            await seat.press("f1")
            assert seat.on(HelpScreen)
            title, lines, _ = TOPICS[topic]
            for words in (title, *(part for line in lines for part in line)):
                assert words in seat.text
            await seat.press("escape")
            assert seat.app.screen is before


async def test_help_closes_by_any_key_and_by_a_click_but_scrolls() -> None:
    async with seated(await stage_of(small_pod()).keep(), (60, 20)) as seat:
        await seat.settle()
        await seat.press("question_mark", "down", "pagedown")
        assert seat.on(HelpScreen)
        await seat.press("q")
        assert seat.on(PlacesScreen)
        await seat.press("question_mark")
        await seat.click("HelpScreen Static", (4, 4))
        assert seat.on(PlacesScreen)


def test_every_command_that_help_names_exists() -> None:
    twins = {twin for _, lines, _ in TOPICS.values() for _, _, twin in lines}
    named = [words for twin in twins for part in re.split("[·,]", twin) if (words := part.split())]
    assert named
    for first, *rest in named:
        if first.islower() and first.isalpha():
            command = lifepod.commands[first]
            if isinstance(command, click.Group) and rest and rest[0].isalpha() and rest[0].islower():
                assert rest[0] in command.commands


async def test_dark_and_light_show_the_same_words() -> None:
    async with seated(await stage_of(small_pod()).keep()) as seat:
        await seat.settle()
        dark, colours = seat.lines, seat.app.export_screenshot()
        await seat.press("t")
        assert seat.app.theme == "lifepod-light"
        assert seat.lines == dark
        assert seat.app.export_screenshot() != colours
        await seat.press("t")
        assert seat.app.theme == "lifepod-dark"


async def test_a_window_may_be_small_and_change_its_size() -> None:
    async with seated(await stage_of(small_pod()).keep(), (40, 12)) as seat:
        await seat.settle()
        for key in ("3", "g", "escape", "question_mark", "escape", "2"):
            await seat.press(key)
            assert all(len(line) <= 40 for line in seat.lines)
        seat.app.screen_of("places").point_at(BASE + "journal/purchases/")
        for size in ((60, 20), (90, 24), (140, 45)):
            await seat.pilot.resize_terminal(*size)
            await seat.settle()
            assert "purchases/" in seat.said("#tree")
            assert seat.said("#columns").split()[-4:] == ["read", "append", "write", "control"]
            assert "yes no no no" in seat.said("#who")


async def test_names_of_columns_stand_above_the_columns() -> None:
    double = small_pod()
    double.owner_acl("club/", "".join(agent_rule(double, "club/", f"https://a{n}.example/#me") for n in range(60)))
    async with seated(await stage_of(double).keep(), (120, 26)) as seat:
        await seat.settle()
        seat.app.screen_of("places").point_at(BASE + "club/")
        await seat.settle()
        heading = next(line for line in seat.lines if "who could" in line)
        row = next(line for line in seat.lines if "https://a0.example/#me" in line)
        assert row[heading.index("read") :].startswith("yes")
        assert row[heading.index("control") :].startswith("no")


def test_without_a_login_nothing_opens_and_the_advice_says_what_to_do() -> None:
    with pytest.raises(NotSignedIn, match="Nobody is signed in yet") as caught:
        show()
    assert "lifepod home up" in caught.value.advice


def test_the_program_without_a_login_opens_with_the_ways_to_begin() -> None:
    main, terminal = pty.openpty()
    done = subprocess.Popen([sys.executable, "-m", "lifepod"], stdin=terminal, stdout=terminal, stderr=terminal)
    os.close(terminal)
    said = b""
    try:
        while b"Log in" not in said and select.select([main], [], [], 60)[0]:
            said += os.read(main, 4096)
        assert b"\x1b[?1049h" in said
        os.write(main, b"\x11")  # ^q
        while select.select([main], [], [], 60)[0]:
            try:
                os.read(main, 4096)
            except OSError:
                break
            if done.poll() is not None:
                break
        assert done.wait(60) == 0
    finally:
        done.kill()
        done.wait()
        os.close(main)


async def test_what_stirs_in_the_pod_brings_a_new_picture_by_itself(monkeypatch: pytest.MonkeyPatch) -> None:
    """The double has no channel: it is asked again and again, and somebody else wrote meanwhile."""
    monkeypatch.setattr("lifepod.tui.app.SETTLE", 0.0)
    monkeypatch.setattr("lifepod.owner.watching.stirrings", lambda pod, every, places: stirrings(pod, 0.05, places))
    stage = stage_of(small_pod())
    async with seated(stage) as seat:
        await seat.settle()
        before = listings(stage)
        await seat.until(lambda: sum(r.method == "GET" and r.url == BASE for r in stage.double.requests) >= 3)
        stage.double.put("new/x.ttl", "<#a> <#b> <#c>.")
        await seat.until(lambda: listings(stage) > before)
        await seat.settle()
        assert "new/" in seat.text


async def test_every_tab_is_in_view_in_eighty_columns() -> None:
    async with seated(await stage_of(small_pod()).keep(), (80, 24)) as seat:
        seat.app.screen.query_one(Head).count(12)
        await seat.settle()
        first = shown(seat.app.screen)[0]
        assert all(title in first for _, title in TABS)
        assert "5 Requests (12)" in first
