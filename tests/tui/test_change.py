"""Granting and revoking: the form, the plan as a preview, the write, and what a fresh look then found."""

from __future__ import annotations

import itertools
import shlex
from datetime import UTC, datetime

import pytest
from tests.double import faults
from tests.double.faults import Answer, Hang
from tests.owner.letters import at_home, letter, new_town, signed_request
from tests.terms.samples import SHOP
from tests.tui.stage import ACME, BASE, GHOST, VISA, Seat, Stage, agent_rule, hide, seated, small_pod, stage_of
from textual.widgets import Button, Input

from lifepod.cli.main import lifepod
from lifepod.owner.ending import apply_and_end
from lifepod.owner.share import NO_NOTE, rehearse, silent
from lifepod.owner.words import wish
from lifepod.tui.preview import outcome_words
from lifepod.tui.screens.ask import AskScreen
from lifepod.tui.screens.change import ChangeScreen
from lifepod.tui.screens.places import PlacesScreen
from lifepod.tui.widgets.tick import Tick

SEARCHES = "journal/searches/"


def writes(stage: Stage) -> list[str]:
    """Every write that arrived, but for signing in and the change log's own."""
    sent = [r for r in stage.double.requests if r.method in ("PUT", "PATCH", "DELETE") and "/lifepod/" not in r.url]
    return [f"{r.method} {r.url}" for r in sent]


def buttons(seat: Seat) -> list[str]:
    return [str(button.label) for button in seat.app.screen.query(Button) if button.display]


async def ask(seat: Seat, verb: str, agent: str = VISA, place: str = SEARCHES) -> None:
    """Fill in the form and ask for the plan."""
    await seat.press("g" if verb == "grant" else "r")
    seat.fill("#agent", agent)
    seat.fill("#place", place)
    await seat.settle()
    seat.app.screen.query_one("#place").focus()
    await seat.press("enter")


async def test_a_grant_is_planned_shown_written_and_looked_at_again() -> None:
    stage = await stage_of(small_pod()).keep()
    async with seated(stage, (100, 32)) as seat:
        await seat.settle()
        await ask(seat, "grant")
        assert seat.said("#title") == "The plan: nothing is written yet"
        plan = seat.said("#plan")
        assert f"Grant read to {VISA} at {SEARCHES}" in plan
        assert f"makes {SEARCHES}.acl" in plan
        assert f"{VISA} gains read, no → yes, at 4 places from {SEARCHES}" in plan
        assert "Nobody else's access changes." in plan
        assert "later changes there will not reach it" in plan
        assert writes(stage) == []
        await seat.press("y")
        assert seat.said("#title") == "Done, and confirmed"
        assert "now: read yes, append no, write no, control no" in seat.said("#plan")
        assert writes(stage) == [f"PUT {BASE}{SEARCHES}.acl"]
        assert stage.double.modes(SEARCHES, VISA) == {"read"}
        await seat.press("enter")
        assert seat.on(PlacesScreen)
        row = next(line for line in seat.lines if " searches/ " in line)
        assert "1 agent" in row, "the picture was not renewed"
        assert "just now" in seat.text


async def test_the_first_answer_to_a_plan_is_no() -> None:
    stage = await stage_of(small_pod()).keep()
    async with seated(stage, (100, 32)) as seat:
        await seat.settle()
        await ask(seat, "grant")
        assert isinstance(seat.focus, Button)
        assert seat.focus.id == "no"
        await seat.press("enter")
        assert seat.on(AskScreen)
        assert seat.app.screen.query_one("#agent", Input).value == VISA
        await seat.press("escape")
        assert seat.on(PlacesScreen)
        assert writes(stage) == []
        assert "14:03" in seat.text, "it looked again although nothing was written"


@pytest.mark.parametrize("size", [(60, 20), (140, 45)])
async def test_the_answers_to_a_long_plan_are_always_in_view(size: tuple[int, int]) -> None:
    double = small_pod(*(f"{SEARCHES}own/p{n}.ttl" for n in range(40)))
    for n in range(40):
        path = f"{SEARCHES}own/p{n}.ttl"
        double.owner_acl(path, agent_rule(double, path, VISA))
    async with seated(await stage_of(double).keep(), size) as seat:
        await seat.settle()
        await ask(seat, "revoke", place="")
        seat.fill("#place", "/")
        await seat.press("enter")
        assert "No, leave it" in seat.text
        assert "Yes, write it" in seat.text
        await seat.press("shift+tab", "end")
        assert "The same as: lifepod revoke" in seat.said("#plan-box")


async def test_a_revoke_begins_with_whoever_is_picked_out_and_says_what_stays_open() -> None:
    stage = stage_of(small_pod())
    below = agent_rule(stage.double, "club/list", ACME)
    group = f"[] a acl:Authorization; acl:agentGroup <https://gone.example/list#us>; acl:accessTo <{BASE}club/list>;"
    stage.double.owner_acl("club/list", f"{below}{group} acl:mode acl:Read.\n")
    stage.double.owner_acl("club/", agent_rule(stage.double, "club/", ACME, "Read Append"))
    await stage.keep()
    async with seated(stage, (100, 32)) as seat:
        await seat.settle()
        seat.app.screen_of("places").point_at(BASE + "club/")
        await seat.press("r")
        form = seat.app.screen
        assert form.query_one("#agent", Input).value == ACME
        assert form.query_one("#place", Input).value == "club/"
        await seat.press("enter")
        plan = seat.said("#plan")
        assert f"Revoke everything of {ACME} at club/" in plan
        assert "What stays open" in plan
        assert "they could perhaps still read club/list, through https://gone.example/list#us" in plan
        assert "A revoke closes future reads only." in plan
        await seat.press("y")
        assert seat.said("#title") == "Done, and confirmed"
        assert "What stays open was listed in the plan." in seat.said("#plan")
        assert ACME not in (stage.double.body("club/.acl") or b"").decode()


async def test_a_grant_from_the_tree_is_for_somebody_new_and_offers_those_it_knows() -> None:
    stage = await stage_of(small_pod()).keep()
    async with seated(stage, (100, 32)) as seat:
        await seat.settle()
        seat.app.screen_of("places").point_at(BASE + "journal/purchases/")
        await seat.press("g")
        assert seat.app.screen.query_one("#agent", Input).value == ""
        assert seat.focus is seat.app.screen.query_one("#agent")
        await seat.press("tab", "enter")
        assert seat.app.screen.query_one("#agent", Input).value == ACME
        await seat.press("enter")
        assert seat.said("#title") == "Nothing needs to change"
        assert buttons(seat) == ["Close"]
        await seat.press("y")
        assert seat.said("#title") == "Nothing needs to change"
        assert writes(stage) == []


async def test_the_mouse_grants_from_the_first_click_to_the_last() -> None:
    stage = await stage_of(small_pod()).keep()
    async with seated(stage, (100, 32)) as seat:
        await seat.settle()
        await seat.press("g")
        seat.fill("#place", SEARCHES)
        await seat.click("#known", (3, 0))
        assert seat.app.screen.query_one("#agent", Input).value == ACME
        await seat.click("#append")
        await seat.click("#next")
        assert f"Grant read, append to {ACME}" in seat.said("#plan")
        await seat.click("#yes")
        assert stage.double.modes(SEARCHES, ACME) == {"read", "append"}
        await seat.click("#no")
        assert seat.on(PlacesScreen)


NOT_READY = (
    ("", SEARCHES, "Nobody is named."),
    ("acme", SEARCHES, "acme is neither a WebID nor the name of a login."),
    ("public", SEARCHES, "public is not one agent."),
    (VISA, "", "No place is named."),
    ("http://[::1", SEARCHES, "is not an http(s) address"),
    ("\x1b[31m[bold]x", SEARCHES, r"\x1b[31m[bold]x is neither"),
)


async def test_a_form_that_is_not_ready_says_what_is_missing() -> None:
    stage = await stage_of(small_pod()).keep()
    async with seated(stage, (100, 32)) as seat:
        await seat.settle()
        await seat.press("g")
        for agent, place, said in NOT_READY:
            seat.fill("#agent", agent)
            seat.fill("#place", place)
            seat.app.screen.query_one("#place").focus()
            await seat.press("enter")
            assert seat.on(AskScreen)
            assert said in seat.said("#trouble")
    assert stage.double.requests == []


async def test_a_grant_of_nothing_is_not_planned() -> None:
    async with seated(await stage_of(small_pod()).keep(), (100, 32)) as seat:
        await seat.settle()
        await seat.press("g")
        seat.app.screen.query_one("#read", Tick).value = False
        seat.fill("#agent", VISA)
        seat.fill("#place", SEARCHES)
        await seat.press("enter")
        assert "Nothing is ticked." in seat.said("#trouble")


async def test_everything_and_single_modes_exclude_each_other() -> None:
    async with seated(await stage_of(small_pod()).keep(), (100, 32)) as seat:
        await seat.settle()
        await seat.press("r")

        def ticked() -> list[str | None]:
            return [box.id for box in seat.app.screen.query(Tick) if box.value]

        assert ticked() == ["all"]
        await seat.click("#append")
        assert ticked() == ["append"]
        await seat.click("#all")
        assert ticked() == ["all"]


async def test_a_tick_can_be_read_without_colour() -> None:
    async with seated(await stage_of(small_pod()).keep(), (100, 32)) as seat:
        await seat.settle()
        await seat.press("g")
        assert "[x] read" in seat.text
        assert "[ ] append" in seat.text


async def test_a_webid_that_does_not_answer_is_told_and_can_be_granted_to_all_the_same() -> None:
    stage = await stage_of(small_pod()).keep()
    async with seated(stage, (100, 32)) as seat:
        await seat.settle()
        await ask(seat, "grant", GHOST)
        assert seat.said("#title") == "No plan could be made"
        assert "cannot be checked" in seat.said("#plan")
        assert "Check the spelling of the WebID" in seat.said("#plan")
        await seat.press("escape")
        seat.app.screen.query_one("#unchecked", Tick).value = True
        seat.app.screen.query_one("#agent").focus()
        await seat.press("enter")
        assert seat.said("#title") == "The plan: nothing is written yet"
        assert "--unchecked" in seat.said("#plan")


async def test_a_grant_reaches_places_with_own_rules_only_when_that_is_ticked() -> None:
    double = small_pod()
    double.owner_acl("journal/searches/2026/")
    stage = await stage_of(double).keep()
    async with seated(stage, (100, 32)) as seat:
        await seat.settle()
        await ask(seat, "grant")
        assert "makes journal/searches/.acl" in seat.said("#plan")
        assert "edits journal/searches/2026/.acl" not in seat.said("#plan")
        await seat.press("escape")
        seat.app.screen.query_one("#all-below", Tick).value = True
        seat.app.screen.query_one("#agent").focus()
        await seat.press("enter")
        assert "edits journal/searches/2026/.acl" in seat.said("#plan")
        assert "--all-below" in seat.said("#plan")


PLANNING: tuple[tuple[Answer, str], ...] = (
    (401, ""),
    (403, ""),
    (faults.busy(), ""),
    (faults.refused_connection(), "cannot be reached"),
    (faults.page(), ""),
    (KeyError("some fault of ours"), "through a fault of lifepod: KeyError"),
)


async def test_a_plan_that_cannot_be_made_is_told_and_can_be_tried_again() -> None:
    stage = await stage_of(small_pod()).keep()
    async with seated(stage, (100, 32)) as seat:
        await seat.settle()
        stage.double.script("*", "", PLANNING[0][0], times=None)
        await ask(seat, "grant")
        for answer, said in PLANNING:
            stage.double.scripts.clear()
            for method, path in itertools.product(("HEAD", "GET"), ("", ".acl")):
                stage.double.script(method, path, answer, times=None)
            await seat.click("#again")

            def told(wanted: str = said) -> bool:
                return seat.said("#title") == "No plan could be made" and wanted in seat.said("#plan")

            await seat.until(told)
            assert len(seat.said("#plan").split(". ")) >= 2, "a sentence without an advice"
            assert buttons(seat) == ["Try again", "Close"]
        stage.double.scripts.clear()
        await seat.click("#again")
        await seat.until(lambda: seat.said("#title") == "The plan: nothing is written yet")
        assert writes(stage) == []


UNSURE = "Not confirmed: it may have been written"
WRITING: tuple[tuple[Answer, bool, str], ...] = (
    (412, False, "It was not done"),
    (500, True, "Done, and confirmed"),  # so is this one: some servers fail after they wrote
    (faults.dropped(), True, "Done, and confirmed"),  # it is looked after, and had arrived
    (KeyError("some fault of ours"), True, UNSURE),
)


async def test_a_write_that_fails_is_never_called_undone_unless_that_is_certain() -> None:
    stage = await stage_of(small_pod()).keep()
    async with seated(stage, (100, 32)) as seat:
        await seat.settle()
        for answer, after, title in WRITING:
            await ask(seat, "grant")
            stage.double.script("PUT", f"{SEARCHES}.acl", answer, after=after)
            looks = listings(stage)
            await seat.press("y")
            assert seat.said("#title") == title, answer
            await seat.press("escape")
            assert seat.on(PlacesScreen)
            assert listings(stage) == looks + 1, "the pod may have changed, and nobody looked"
            row = next(line for line in seat.lines if " searches/ " in line)
            assert ("1 agent" in row) is after
            if stage.double.body(f"{SEARCHES}.acl") is not None:
                stage.double.shelf.delete_control(BASE + SEARCHES)


def listings(stage: Stage) -> int:
    """How often the whole pod was looked at."""
    # Not the root: that is listened to as well, which lists it now and then.
    return sum(r.method == "GET" and r.url == BASE + "profile/" for r in stage.double.requests)


async def test_somebody_elses_change_meanwhile_is_not_overwritten() -> None:
    stage = await stage_of(small_pod()).keep()
    async with seated(stage, (100, 32)) as seat:
        await seat.settle()
        await ask(seat, "grant")
        stage.double.owner_acl(SEARCHES, agent_rule(stage.double, SEARCHES, ACME))
        await seat.press("y")
        assert seat.said("#title") == "It was not done"
        assert stage.double.modes(SEARCHES, ACME) == {"read"}
        assert stage.double.modes(SEARCHES, VISA) == set()
        await seat.click("#again")
        await seat.press("y")
        assert stage.double.modes(SEARCHES, ACME) == stage.double.modes(SEARCHES, VISA) == {"read"}


async def test_one_can_leave_while_it_plans_but_not_while_it_writes() -> None:
    stage = await stage_of(small_pod()).keep()
    async with seated(stage, (100, 32)) as seat:
        await seat.settle()
        stage.double.script("GET", ".acl", Hang())
        await seat.press("g")
        seat.fill("#agent", VISA)
        seat.fill("#place", SEARCHES)
        await seat.pilot.press("enter")
        await seat.until(lambda: seat.on(ChangeScreen))
        assert seat.said("#title") == "Working out the plan"
        await seat.press("escape")
        assert seat.on(AskScreen)
        seat.app.screen.query_one("#agent").focus()
        await seat.press("enter")
        gate = stage.double
        gate.script("PUT", f"{SEARCHES}.acl", Hang(), after=True)
        await seat.pilot.press("y")
        await seat.until(lambda: bool(writes(stage)))
        await seat.pilot.press("escape", "n", "enter")
        assert seat.on(ChangeScreen)
        assert seat.said("#title") == "Writing"
        assert buttons(seat) == []


async def test_what_hides_who_has_access_is_not_edited() -> None:
    double = small_pod()
    hide(double, SEARCHES)
    stage = await stage_of(double).keep()
    async with seated(stage, (100, 32)) as seat:
        await seat.settle()
        await ask(seat, "grant")
        assert seat.said("#title") == "No plan could be made"
        assert "cannot be read" in seat.said("#plan")
    assert writes(stage) == []


@pytest.mark.parametrize("verb", ["grant", "revoke"])
async def test_the_command_that_does_the_same_is_shown_and_is_one(verb: str) -> None:
    place = "journal/it's 100% here/"
    async with seated(await stage_of(small_pod(place)).keep(), (100, 32)) as seat:
        await seat.settle()
        await ask(seat, verb, ACME, place)
        words = shlex.split(seat.said("#plan").split("The same as: ")[1])
        assert words[:4] == ["lifepod", verb, ACME, place]
        # Parsing is strict: an option or a number of words that the command does not know raises.
        context = lifepod.commands[verb].make_context(verb, words[2:])
        assert {ACME, place} <= set(map(str, context.params.values()))


async def test_a_revoke_that_ends_an_agreement_says_so() -> None:
    town, secrets, offer = await new_town()
    letter(town, signed_request(town, offer))
    async with at_home(town, secrets) as (pod, papers):
        await papers.approve((await papers.inbox()).requests[0])
        plan = await rehearse(pod, wish("revoke", SHOP, pod.url("journal/purchases/")))
        outcome = await apply_and_end(pod, secrets, plan, silent, NO_NOTE)
    said = outcome_words(outcome, datetime.now(UTC)).plain
    assert "This ended an agreement." in said
    assert "delete-at-end by" in said
