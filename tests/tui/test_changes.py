"""The change log on the screen: what was done, how it ended, what happened outside; undo, recover, and two days."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable
from dataclasses import replace

import pytest
from tests.double import faults
from tests.tui.stage import ACME, BASE, SIZES, VISA, Album, Seat, Stage, agent_rule, seated, small_pod, stage_of
from textual.widgets import Button, OptionList

from lifepod.access.changelog import FINISHED, ROLLED_BACK, UNCONFIRMED, Change, Image, write_change
from lifepod.access.rules import Mode
from lifepod.owner.share import Note
from lifepod.owner.words import wish
from lifepod.solid.dirs import cache_dir
from lifepod.tui.screens.agents import AgentsScreen
from lifepod.tui.screens.changes import ChangesScreen
from lifepod.tui.screens.comparing import CompareScreen
from lifepod.tui.screens.mending import GuardScreen, RecoverScreen
from lifepod.tui.screens.places import PlacesScreen
from lifepod.tui.screens.undoing import UndoScreen
from lifepod.tui.widgets.picks import Picks

SEARCHES, PURCHASES = "journal/searches/", "journal/purchases/"
PENDING = "lifepod/access/pending.ttl"
READ = frozenset({Mode.READ})


def rows(seat: Seat) -> list[str]:
    found = seat.app.screen.query_one("#list", OptionList).options
    return [" ".join(str(option.prompt).split()) for option in found]


def whole(seat: Seat) -> str:
    return " ".join(str(seat.app.screen.query_one("#whole").render()).split())


def sheet(seat: Seat) -> str:
    return " ".join(str(seat.app.screen.query_one("#text").render()).split())


def jumps(seat: Seat) -> list[str]:
    return [str(option.prompt) for option in seat.app.screen.query_one("#jumps", OptionList).options]


def deeds(seat: Seat) -> list[str]:
    return [str(button.label) for button in seat.app.screen.query("#deeds Button").results(Button) if button.display]


def answers(seat: Seat) -> list[str]:
    return [str(button.label) for button in seat.app.screen.query("#foot Button").results(Button) if button.display]


def lines(seat: Seat) -> str:
    return "\n".join("".join(text for text, _ in line) for line in seat.app.screen.query_one(Picks)._lines)


def change(verb: str, at: str, path: str = SEARCHES, agent: str = VISA, **more: object) -> Change:
    effects = (f"{agent} read: no -> yes at 4 places",)
    image = Image(BASE + path, f"{BASE}{path}.acl", None, "")
    made = Change(verb, agent, BASE + path, READ, at, (image,), effects, FINISHED, at)
    return replace(made, **more)  # type: ignore[arg-type]


def kept(stage: Stage, changes: Iterable[Change]) -> None:
    """Put finished changes on record."""
    for one in changes:
        stage.double.put(f"lifepod/access/{one.name}.ttl", write_change(one))
    stage.double.owner_acl("lifepod/")


async def story() -> Stage:
    """A grant to Visa that a person made with lifepod, and Acme's rule, which is older than the log."""
    stage = stage_of(small_pod())
    stage.first = "changes"
    await stage.keep()
    async with stage.desk as desk:
        asked = wish("grant", VISA, await desk.place(SEARCHES), ("read",))
        await desk.apply(await desk.rehearse(asked, unchecked=True), note=Note(why="for the card statement"))
    await stage.desk.__aexit__(None, None, None)
    stage.double.requests.clear()
    return stage


def writes(stage: Stage) -> list[str]:
    sent = [r for r in stage.double.requests if r.method in ("PUT", "PATCH", "DELETE") and "/lifepod/" not in r.url]
    return [f"{r.method} {r.url}" for r in sent]


async def test_a_change_is_shown_with_its_outcome_its_edits_and_who_gained_what() -> None:
    async with seated(await story(), (120, 40)) as seat:
        await seat.settle()
        assert seat.on(ChangesScreen)
        _, row = rows(seat)
        assert "done" in row
        assert "grant read to" in row
        assert f"at {SEARCHES}" in row
        text = whole(seat)
        assert f"Whom {VISA}" in text
        assert "Outcome done: a fresh look confirmed it" in text
        assert "Note for the card statement" in text
        assert f"made {SEARCHES}.acl" in text
        assert f"+ {VISA}" in text
        assert f"{VISA} gained read, no → yes, at 4 places" in text
        assert deeds(seat) == ["Undo", "Compare", "Guard"]


async def test_each_outcome_has_its_word_and_the_newest_is_on_top() -> None:
    stage = stage_of(small_pod())
    stage.first = "changes"
    undone = change("grant", "2026-01-05T10:00:00.000Z")
    kept(
        stage,
        (
            change("grant", "2026-01-01T10:00:00.000Z", PURCHASES, ACME),
            change("grant", "2026-01-02T10:00:00.000Z", state=ROLLED_BACK),
            change("grant", "2026-01-03T10:00:00.000Z", state=UNCONFIRMED),
            change("suspend", "2026-01-04T10:00:00.000Z", PURCHASES, ACME),
            undone,
            change("undo", "2026-01-06T10:00:00.000Z", undoes=undone.name),
            change("private", "2026-01-07T10:00:00.000Z", "club/", "", state="started"),
        ),
    )
    await stage.keep()
    async with seated(stage) as seat:
        await seat.settle()
        found = rows(seat)[1:]
        assert found[0] == "2026-01-07 10:00 cut off made private at club/"
        assert found[1].startswith("2026-01-06 10:00 done took back read of")
        assert found[2].startswith("2026-01-05 10:00 taken back grant read to")
        assert found[3].startswith("2026-01-04 10:00 done suspend read of")
        assert found[4].startswith("2026-01-03 10:00 unknown")
        assert found[5].startswith("2026-01-02 10:00 rolled back")
        assert found[6].startswith("2026-01-01 10:00 done")
        assert "a look found something else" not in whole(seat)
        await seat.press("down", "down")
        assert "Taken back by the change of 2026-01-06 10:00" in whole(seat)
        assert "Undo" not in deeds(seat)
        await seat.press("z")
        assert seat.on(ChangesScreen)
        await seat.press("down", "down")
        assert "Outcome unknown: written, and a look found something else than was planned" in whole(seat)
        await seat.press("slash", *"club")
        assert len(rows(seat)) == 1
        await seat.press("escape")
        assert len(rows(seat)) == 8


async def test_what_lifepod_did_not_do_is_told_apart_and_leads_on() -> None:
    async with seated(await story(), (120, 40)) as seat:
        await seat.settle()
        assert "1 thing differs" in rows(seat)[0]
        assert "as of 2026-03-14 14:03" in rows(seat)[0]
        await seat.press("up")
        text = whole(seat)
        assert "open, and not given with lifepod" in text
        assert f"{ACME}: read at {PURCHASES}" in text
        assert VISA not in text, "what was granted after the picture was taken is no difference"
        assert deeds(seat) == ["Compare", "Guard"]
        assert jumps(seat) == [f"→ place  {PURCHASES}", "→ agent  localhost:3000/acme-shop"]
        await seat.press("enter", "down", "enter")
        assert seat.on(AgentsScreen)
        assert seat.said("#agent") == ACME


async def test_enter_leads_to_the_agent_and_to_the_place() -> None:
    async with seated(await story(), (120, 40)) as seat:
        await seat.settle()
        await seat.press("enter", "enter")
        assert seat.on(AgentsScreen)
        await seat.press("8", "down", "enter")
        assert seat.on(PlacesScreen)
        assert seat.said("#place") == SEARCHES


async def test_an_undo_is_planned_shown_and_written_after_a_yes_only() -> None:
    stage = await story()
    async with seated(stage, (120, 40)) as seat:
        await seat.settle()
        await seat.press("z")
        assert seat.on(UndoScreen)
        assert isinstance(seat.focus, Button)
        assert seat.focus.id == "no"
        plan = seat.said("#plan")
        assert "grant read to localhost:3000/visa-express at journal/searches/" in plan
        assert f"removes {SEARCHES}.acl" in plan
        assert f"{VISA} loses read, yes → no" in plan
        assert "A revoke closes future reads only." in plan
        assert "The same as: lifepod undo" in plan
        await seat.press("enter")
        assert seat.on(ChangesScreen)
        assert writes(stage) == []
        assert stage.double.modes(SEARCHES, VISA) == {"read"}
        await seat.click("#undo")
        await seat.press("y")
        assert seat.said("#title") == "Done, and confirmed"
        assert stage.double.modes(SEARCHES, VISA) == set()
        await seat.press("enter")
        assert ["took back" in row for row in rows(seat)[1:]] == [True, False]
        assert "taken back" in rows(seat)[2]
        assert "just now" in (await places(seat)), "the picture was not renewed"


async def places(seat: Seat) -> str:
    await seat.press("2")
    return seat.text


async def test_an_older_change_can_be_taken_back_and_what_came_since_stays() -> None:
    stage = await story()
    async with stage.desk as desk:
        asked = wish("grant", "https://late.example/#me", await desk.place(PURCHASES), ("read",))
        await desk.apply(await desk.rehearse(asked, unchecked=True))
    async with seated(stage, (120, 40)) as seat:
        await seat.settle()
        await seat.press("down", "z")
        plan = seat.said("#plan")
        assert "1 change since: what they wrote stays." in plan
        assert re.search(r"The same as: lifepod undo 2\d{7}T\d+Z-[0-9a-f]{8}", plan)
        await seat.press("y")
        assert seat.said("#title") == "Done, and confirmed"
    assert stage.double.modes(SEARCHES, VISA) == set()
    assert stage.double.modes(PURCHASES, "https://late.example/#me") == {"read"}


async def test_a_suspension_is_resumed() -> None:
    stage = await story()
    async with stage.desk as desk:
        asked = await desk.to_suspend(VISA, await desk.place(SEARCHES))
        await desk.apply(await desk.rehearse(asked), note=Note("suspend"))
    assert stage.double.modes(SEARCHES, VISA) == set()
    async with seated(stage, (120, 40)) as seat:
        await seat.settle()
        assert "suspend read of" in rows(seat)[1]
        await seat.press("z")
        assert f"The same as: lifepod resume '{VISA}' {SEARCHES}" in seat.said("#plan")
        await seat.press("y", "enter")
        assert "resume read to" in rows(seat)[1]
    assert stage.double.modes(SEARCHES, VISA) == {"read"}


async def test_what_was_taken_back_elsewhere_meanwhile_is_not_taken_back_twice() -> None:
    stage = await story()
    async with seated(stage, (120, 40)) as seat:
        await seat.settle()
        name = seat.app.screen.chosen  # type: ignore[attr-defined]
        kept(stage, [change("undo", "2027-01-06T10:00:00.000Z", undoes=name)])
        await seat.press("z")
        assert seat.said("#title") == "No plan could be made"
        assert "taken back already" in seat.said("#plan")
        assert answers(seat) == ["Try again", "Close"]
    assert writes(stage) == []


# A change that was cut off


async def cut_off(verb: str = "grant", *, half: bool = True) -> Stage:
    """A change of two documents whose writer is gone; the first one was written."""
    stage = stage_of(small_pod())
    stage.first = "changes"
    images = []
    for path in (SEARCHES, "journal/browsing/"):
        before = f"@prefix acl: <http://www.w3.org/ns/auth/acl#>.\n{stage.double.owner_rule(path)}"
        after = before + agent_rule(stage.double, path, VISA)
        images.append(Image(BASE + path, f"{BASE}{path}.acl", before, after))
    torn = change(verb, "2026-03-01T09:00:00.000Z", images=tuple(images), state="started", ended="")
    for number, image in enumerate(images):
        text = image.after if half and number == 0 else image.before
        stage.double.acl(image.place.removeprefix(BASE), text or "")
    await stage.keep()
    stage.double.put(PENDING, write_change(torn))
    stage.double.owner_acl("lifepod/")
    return stage


async def test_a_change_that_was_cut_off_is_told_first_and_brought_to_its_end_after_a_yes() -> None:
    stage = await cut_off()
    async with seated(stage, (120, 40)) as seat:
        await seat.settle()
        assert "cut off" in rows(seat)[0]
        assert "c shows what would bring it to its end" in seat.said("#notice")
        text = whole(seat)
        assert "Outcome cut off: whoever began it is gone" in text
        assert f"Roll it back, so that less is open. It writes: • {SEARCHES}.acl" in text
        assert "browsing" not in text.split("It writes:")[1].split("Who gained")[0]
        assert deeds(seat) == ["Recover", "Compare", "Guard"]
        await seat.press("c")
        assert seat.on(RecoverScreen)
        assert f"• {SEARCHES}.acl" in sheet(seat)
        await seat.press("enter")
        assert seat.on(ChangesScreen)
        assert writes(stage) == []
        await seat.click("#recover")
        await seat.press("y")
        assert seat.said("#title") == "Done"
        assert "was cut off: rolled it back" in sheet(seat)
        assert stage.double.modes(SEARCHES, VISA) == set()
        await seat.press("enter")
        assert "rolled back" in rows(seat)[1]
        assert not any("cut off" in row for row in rows(seat))
        assert seat.said("#notice") == ""


@pytest.mark.parametrize(
    ("verb", "half", "said"),
    [
        ("revoke", True, "Finish it, so that less is open. It writes: • journal/browsing/.acl"),
        ("grant", False, "Nothing of it was written: it is put on record as rolled back."),
    ],
)
async def test_what_recovering_would_do_is_what_it_does(verb: str, half: bool, said: str) -> None:
    stage = await cut_off(verb, half=half)
    async with seated(stage, (120, 40)) as seat:
        await seat.settle()
        assert said in whole(seat)
        await seat.press("c", "y")
        assert seat.said("#title") == "Done"
        assert ("finished it" if verb == "revoke" else "rolled it back") in sheet(seat)
    touched = [line for line in writes(stage) if line.endswith(".acl")]
    assert touched == ([f"PUT {BASE}journal/browsing/.acl"] if half else [])


async def test_one_that_somebody_else_wrote_over_is_left_and_called_unconfirmed() -> None:
    stage = await cut_off()
    stage.double.owner_acl(SEARCHES, agent_rule(stage.double, SEARCHES, ACME))
    async with seated(stage, (120, 40)) as seat:
        await seat.settle()
        await seat.press("c")
        assert "Somebody else" in sheet(seat) or "changed by somebody else since" in sheet(seat)
        await seat.press("y", "enter")
        assert "unknown" in rows(seat)[1]
    assert stage.double.modes(SEARCHES, ACME) == {"read"}


async def test_a_change_under_way_elsewhere_is_left_alone() -> None:
    stage = await cut_off()
    reply = (stage.double.body(PENDING) or b"").decode()
    fresh = reply.replace("2026-03-01T09:00:00.000Z", "2099-03-01T09:00:00.000Z")
    stage.double.put(PENDING, fresh)
    async with seated(stage, (120, 40)) as seat:
        await seat.settle()
        assert "under way" in rows(seat)[0]
        assert "has not ended" in seat.said("#notice")
        assert "Recover" not in deeds(seat)
        await seat.press("c")
        assert seat.said("#title") == "It cannot be done now: nothing was written"
        assert answers(seat) == ["Try again", "Close"]
    assert writes(stage) == []


async def test_a_recovery_that_is_refused_is_told_and_never_called_undone() -> None:
    stage = await cut_off()
    async with seated(stage, (120, 40)) as seat:
        await seat.settle()
        await seat.press("c")
        stage.double.script("GET", PENDING, faults.refused_connection(), times=None)
        await seat.press("y")
        assert seat.said("#title") == "Not confirmed: some of it may be written"
        assert "cannot be reached" in sheet(seat)
        stage.double.scripts.clear()
        await seat.click("#again")
        await seat.press("y")
        assert seat.said("#title") == "Done"


async def test_a_record_of_a_cut_off_change_that_cannot_be_read_hides_no_other() -> None:
    stage = await story()
    stage.double.put(PENDING, "this is no Turtle")
    async with seated(stage, (120, 40)) as seat:
        await seat.settle()
        assert "its record cannot be read" in seat.said("#notice")
        assert "delete lifepod/access/pending.ttl" in seat.said("#notice")
        assert "grant read to" in rows(seat)[1]
        await seat.press("c")
        assert seat.said("#title") == "It cannot be done now: nothing was written"


# Failures


LOG = "lifepod/access/"
FAULTS = ((403, ""), (500, ""), (faults.refused_connection(), "cannot be reached"), (KeyError("x"), "KeyError"))


@pytest.mark.parametrize(("answer", "said"), FAULTS, ids=str)
async def test_a_log_that_cannot_be_read_is_told_and_read_again(answer: faults.Answer, said: str) -> None:
    stage = await story()
    stage.double.script("GET", LOG, answer, times=None)
    async with seated(stage, (120, 40)) as seat:
        await seat.settle()
        assert "Nothing could be read." in seat.text
        assert said in seat.said("#notice")
        assert "u tries again" in seat.said("#notice")
        assert rows(seat) == []
        stage.double.scripts.clear()
        await seat.click("#again")
        assert "grant read to" in rows(seat)[1]
        assert seat.said("#notice") == ""


async def test_one_record_that_cannot_be_read_is_counted_and_listed() -> None:
    stage = await story()
    stage.double.put(f"{LOG}20250101T000000000Z-00000000.ttl", "[broken")
    async with seated(stage, (120, 40)) as seat:
        await seat.settle()
        assert len(rows(seat)) == 2
        assert "Could not be read: 1" in seat.said("#apart")
        await seat.press("o")
        assert "20250101T000000000Z-00000000.ttl" in "".join(seat.text.replace("│", " ").split())


async def test_an_undo_that_fails_while_it_is_written_is_not_called_undone() -> None:
    stage = await story()
    async with seated(stage, (120, 40)) as seat:
        await seat.settle()
        await seat.press("z")
        stage.double.script("DELETE", f"{SEARCHES}.acl", KeyError("some fault of ours"), after=True)
        await seat.press("y")
        assert seat.said("#title") == "Not confirmed: it may have been written"
        await seat.press("escape")
        assert seat.on(ChangesScreen)


async def test_hostile_text_stays_text() -> None:
    stage = stage_of(small_pod())
    stage.first = "changes"
    evil = "https://x.example/[bold red]\u202eevil\u0301\u7532"
    why = "[link='x'](x)[/] \x1b[2J\u200f and [/nothing]"
    image = Image(BASE + SEARCHES, f"{BASE}{SEARCHES}.acl", None, "<a> <b> [broken [/red]")
    kept(stage, [change("grant", "2026-01-01T10:00:00.000Z", why=why, images=(image,), effects=("[red]x[/]",))])
    name = change("[b]verb[/b]", "2026-01-02T10:00:00.000Z", effects=(f"{evil} read: no -> yes at [x]",))
    kept(stage, [name])
    await stage.keep()
    async with seated(stage, (120, 40)) as seat:
        await seat.settle()
        assert "[b]verb[/b] read of" in rows(seat)[1]
        assert "\u202e" not in seat.text
        assert "\\u202eevil" in whole(seat)
        await seat.press("down")
        text = whole(seat)
        assert "Note [link='x'](x)[/] \\x1b[2J" in text
        assert "what was in it cannot be told" in text
        assert "[red]x[/]" in text
        column = seat.lines[4].index("▕")
        assert all(line[column] == "▕" for line in seat.lines[2:30])


# Two looks


async def two_looks(stage: Stage, times: tuple[str, str] = ("2026-03-01T08:00:00Z", "2026-03-02T08:00:00Z")) -> None:
    """Two kept surveys; between them Visa was let in with lifepod, and somebody opened the club to Acme without it."""
    for path in (cache_dir() / "surveys").rglob("*.json"):
        path.unlink()
    double = stage.double
    async with stage.desk as desk:
        await desk.survey()
        double.owner_acl(SEARCHES, agent_rule(double, SEARCHES, VISA))
        double.owner_acl("club/", agent_rule(double, "club/", ACME, "Read Append"))
        double.put("club/new.ttl")
        await desk.survey()
    await stage.desk.__aexit__(None, None, None)
    kept(stage, [change("grant", "2026-03-01T12:00:00.000Z")])
    found = sorted((cache_dir() / "surveys").rglob("*.json"), key=lambda path: path.name[-11:])
    for path, when in zip(found, times, strict=True):
        said = json.loads(path.read_text()) | {"surveyed_at": when}
        path.unlink()
        stamp = when.replace("-", "").replace(":", "")
        (path.parent / f"{stamp}-{path.name[-11:]}").write_text(json.dumps(said))
    double.requests.clear()


async def compared() -> Stage:
    stage = stage_of(small_pod())
    stage.first = "changes"
    await two_looks(stage)
    return stage


async def test_two_looks_say_who_gained_what_and_by_which_change() -> None:
    stage = await compared()
    async with seated(stage, (120, 40)) as seat:
        await seat.settle()
        await seat.press("d")
        assert seat.on(CompareScreen)
        assert seat.said("#words").startswith("2026-03-01 08:00 → 2026-03-02 08:00: 2 audiences: gained at ")
        assert "1 place came" in seat.said("#words")
        text = lines(seat)
        assert f"{ACME}\n  + gained read, append at club/" in text
        assert "outside lifepod: no change on record accounts for it" in text.split(VISA)[0]
        assert f"{VISA}\n  + gained read at {SEARCHES}" in text
        assert "with lifepod: grant of 2026-03-01 12:00" in text.split(VISA)[1]
        assert "Places that came" in text
        assert writes(stage) == []
        await seat.press("tab", "tab", "down", "enter")
        assert seat.on(PlacesScreen)
        assert seat.said("#place") == "club/"


async def test_the_other_way_round_is_the_same_and_one_look_alone_is_none() -> None:
    async with seated(await compared(), (120, 40)) as seat:
        await seat.settle()
        await seat.press("d")
        before = lines(seat)
        await seat.press("up")
        assert "one and the same look" in seat.said("#words")
        assert lines(seat) == ""
        await seat.press("tab", "down")
        assert lines(seat) == before


async def test_without_the_log_nothing_is_called_outside() -> None:
    stage = await compared()
    stage.double.script("GET", LOG, 500, times=None)
    async with seated(stage, (120, 40)) as seat:
        await seat.settle()
        await seat.press("d")
        assert "outside lifepod" not in lines(seat)
        assert "no change that could be read accounts for it" in lines(seat)


async def test_a_survey_that_is_gone_or_broken_is_told() -> None:
    stage = await compared()
    async with seated(stage, (120, 40)) as seat:
        await seat.settle()
        oldest = min((cache_dir() / "surveys").rglob("2*.json"))
        oldest.write_text("{}")
        await seat.press("d")
        assert "The survey of 2026-03-01T08:00:00Z is gone, or cannot be read." in seat.said("#words")
        await seat.press("escape")
        assert seat.on(ChangesScreen)


async def test_a_round_of_the_guard_says_what_would_end_and_closes_it_after_a_yes() -> None:
    stage = stage_of(small_pod())
    stage.first = "changes"
    async with stage.desk as desk:
        asked = wish("grant", VISA, await desk.place(SEARCHES), ("read",))
        await desk.apply(await desk.rehearse(asked, unchecked=True), note=Note(until="2026-01-01"))
    await stage.keep()
    async with seated(stage, (120, 40)) as seat:
        await seat.settle()
        await seat.press("w")
        assert seat.on(GuardScreen)
        assert "What would be closed: its end has come" in sheet(seat)
        assert f"{VISA}: read at {SEARCHES}" in sheet(seat)
        assert "open, and not given with lifepod" in sheet(seat)
        assert writes(stage) == []
        await seat.press("enter", "w", "y")
        assert seat.said("#title") == "Done"
        assert "What was closed, and confirmed by a fresh look" in sheet(seat)
    assert stage.double.modes(SEARCHES, VISA) == set()
    assert stage.double.modes(PURCHASES, ACME) == {"read"}


async def test_a_long_log_does_not_hold_the_keys_up() -> None:
    stage = stage_of(small_pod())
    stage.first = "changes"
    kept(stage, [change("grant", f"2026-01-01T{n // 60:02}:{n % 60:02}:00.000Z", why=f"no {n}") for n in range(600)])
    await stage.keep()
    async with seated(stage, (120, 40)) as seat:
        await seat.settle()
        assert len(rows(seat)) == 601
        await seat.press("end")
        assert "Note no 0" in whole(seat)


def of_a_day() -> list[Change]:
    """A few changes with every outcome."""
    grant = change("grant", "2026-03-01T12:00:00.000Z", why="for the card statement")
    return [
        grant,
        change("grant", "2026-02-10T10:00:00.000Z", PURCHASES, ACME, state=ROLLED_BACK),
        change("private", "2026-02-12T10:00:00.000Z", "club/", "", effects=(f"{ACME} read: yes -> no at {BASE}club/",)),
        change("revoke", "2026-02-20T10:00:00.000Z", PURCHASES, ACME, state=UNCONFIRMED),
    ]


@pytest.mark.parametrize("size", SIZES, ids=str)
async def test_each_sheet_looks_as_it_did(size: tuple[int, int], request: pytest.FixtureRequest) -> None:
    stage = await cut_off()
    await two_looks(stage)
    kept(stage, of_a_day()[1:])
    async with seated(stage, size) as seat:
        await seat.settle()
        album = Album(seat, size, request)
        album.shows("changes-cut-off")
        await seat.press("c")
        album.shows("changes-recover")
        await seat.press("escape", "d")
        album.shows("changes-compared")
        await seat.press("escape", "down")
        album.shows("changes-outside")
        await seat.press("down")
        album.shows("changes")
        await seat.press("question_mark")
        album.shows("changes-help")
