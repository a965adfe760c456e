"""The import on the screen: choose, recognise, answer, dry run, write; stop anywhere; what goes wrong on the way."""

from __future__ import annotations

import asyncio
import os
import time
from pathlib import Path

import httpx2
import pytest
from rich.cells import cell_len
from tests.double import faults
from tests.owner.pods import journal
from tests.owner.signed import purchases, searches
from tests.tui.stage import BASE, SIZES, VISA, Album, Seat, Stage, agent_rule, seated, small_pod, stage_of
from textual.events import Paste
from textual.widget import Widget
from textual.widgets import Button, ContentSwitcher, Input, OptionList

from lifepod.tui.screens.help import HelpScreen
from lifepod.tui.screens.importing import ImportScreen
from lifepod.tui.screens.places import PlacesScreen
from lifepod.tui.screens.sheet import ReadScreen
from lifepod.tui.widgets.chooser import Chooser
from lifepod.tui.widgets.files import FilePicker, Files, PathInput, completions, dropped, fitting
from lifepod.tui.widgets.picks import Picks

SEARCH = "journal/searches/google-search/"
QIF = "!Type:Bank\nD01/02'2025\nT-12.50\nPShop\n^\n"
HOSTILE = ("[red]x[bold] \x1b[2J.csv", "a\nb.csv", "right\u202etfel.csv", "wide 日本 e\u0301.csv")


@pytest.fixture
def downloads() -> Path:
    """The folder that the screen begins in."""
    folder = Path.home() / "Downloads"
    folder.mkdir(parents=True)
    return folder


async def here(stage: Stage | None = None) -> Stage:
    stage = stage or stage_of(small_pod())
    stage.double.owner_acl("lifepod/")
    return await stage.keep()


async def opened(seat: Seat, *paths: Path) -> None:
    """The sheet, with these chosen."""
    await seat.settle()
    await seat.press("i")
    assert seat.on(ImportScreen)
    if paths:
        seat.app.screen.query_one(FilePicker).choose(paths)
        await seat.settle()


def step(seat: Seat) -> str:
    return seat.app.screen.query_one(ContentSwitcher).current or ""


def title(seat: Seat) -> str:
    return seat.said("#title")


def text(seat: Seat) -> str:
    return " ".join(str(seat.app.screen.query_one("#text").render()).split())


def files(seat: Seat) -> list[str]:
    lines = seat.app.screen.query_one(Picks)._lines
    return [" ".join("".join(part for part, _ in line).split()) for line in lines]


def whole(seat: Seat) -> str:
    return " ".join(str(seat.app.screen.query_one("#about").render()).split())


def buttons(seat: Seat) -> list[str]:
    return [str(one.label) for one in seat.app.screen.query("#foot Button").results(Button) if one.display]


def tree(seat: Seat) -> Files:
    return seat.app.screen.query_one(Files)


def focused(seat: Seat, kind: type[Widget]) -> bool:
    return isinstance(seat.focus, kind)


def chosen(seat: Seat) -> list[str]:
    return [path.name for path in seat.app.screen.query_one(FilePicker).chosen]


def written(stage: Stage) -> list[str]:
    sent = [r for r in stage.double.requests if r.method in ("PUT", "PATCH", "POST", "DELETE")]
    return [r.url.removeprefix(BASE) for r in sent if r.url != stage.double.tokens.endpoint]


# From the first key to the records


async def test_an_import_from_the_first_key_to_the_records(downloads: Path) -> None:
    searches(downloads, "red shoes", "green tea")
    purchases(downloads, "Mug")
    (downloads / "notes.txt").write_text("hello")
    stage = await here()
    async with seated(stage, (120, 40)) as seat:
        await opened(seat)
        assert isinstance(seat.focus, Files)
        assert seat.app.screen.query_one("#look", Button).disabled
        await seat.press("space", "c")
        assert step(seat) == "found"
        assert seat.said("#sum").startswith("2 files recognised, 1 not: 3 records, 2025-01-03 to 2025-02-05")
        assert [row.split()[-4:] for row in files(seat)[:2]] == [
            ["1", "2025-01-03", "…", "2025-01-03"],
            ["2", "2025-01-05", "…", "2025-02-05"],
        ]
        assert "not known" in files(seat)[2]
        assert "Left out on purpose: Addresses, gift texts, tracking numbers and means of payment." in whole(seat)
        await seat.press("down", "down")
        assert "No importer knows it. It is not read." in whole(seat)
        assert written(stage) == []
        await seat.press("c")
        assert title(seat) == "Dry run: nothing is written yet"
        assert buttons(seat) == ["Back", "No, leave it", "Yes, write it"]
        assert isinstance(seat.focus, Button)
        assert seat.focus.id == "no"
        plan = text(seat)
        assert plan.startswith("3 records new or richer, 0 there already.")
        assert f"{SEARCH} 2 0 2" in plan
        assert "journal/purchases/amazon-de/ 1 0 1 could be read by localhost:3000/acme-shop" in plan
        assert "The same as: lifepod import ~/Downloads" in plan
        assert written(stage) == []
        await seat.press("y")
        assert title(seat) == "Done"
        assert text(seat).startswith("3 records written into 3 files of the pod, 0 there already.")
        assert "lifepod rm -r journal/purchases/amazon-de/" in text(seat)
        assert f"{SEARCH}2025/01.ttl" in journal(stage.double)
        await seat.click("#close")
        assert seat.on(PlacesScreen)
        assert any(SEARCH in place.url for place in seat.app.picture.audit.survey.places), "the picture was not renewed"  # type: ignore[union-attr]


async def test_enter_never_writes_and_no_leaves_the_pod_as_it_was(downloads: Path) -> None:
    path = searches(downloads, "one")
    for key in ("enter", "n"):
        stage = await here(stage_of(small_pod(), f"sam-{key}"))
        async with seated(stage) as seat:
            await opened(seat, path)
            await seat.press("c", "c", "c", key)
            assert seat.on(PlacesScreen)
        assert written(stage) == []


async def test_a_second_import_finds_nothing_to_write(downloads: Path) -> None:
    path = searches(downloads, "one", "two")
    stage = await here()
    async with seated(stage) as seat:
        await opened(seat, path)
        await seat.press("c", "c", "y", "escape")
        stage.double.requests.clear()
        await opened(seat, path)
        await seat.press("c")
        assert "imported before" in files(seat)[0]
        await seat.press("c")
        assert title(seat) == "Nothing needs to be written"
        assert "Imported before, and not read again: 1 file" in text(seat)
        assert buttons(seat) == ["Back", "Close"]
        await seat.press("escape", "escape")
        assert step(seat) == "choosing"
        await seat.click("#anew")
        await seat.press("c", "c")
        assert title(seat) == "Nothing needs to be written"
        assert "Compared: 2 there already" in text(seat)
        await seat.press("n")
        assert seat.on(PlacesScreen)
        assert written(stage) == []


async def test_the_records_are_shown_where_they_are_wanted(downloads: Path) -> None:
    path = searches(downloads, "one")
    async with seated(await here()) as seat:
        await opened(seat, path)
        await seat.press("c", "c", "y")
        seat.app.screen.query_one("#records", Button).press()
        await seat.settle()
        assert seat.app.current_mode == "journal"


async def test_it_is_in_the_palette_with_its_command() -> None:
    async with seated(await here()) as seat:
        await seat.settle()
        found = {one.title: one for one in seat.app.get_system_commands(seat.app.screen)}
        assert "lifepod import" in found["Import"].help
        found["Import"].callback()
        await seat.settle()
        assert seat.on(ImportScreen)


async def test_help_and_the_sources_come_up_over_it(downloads: Path) -> None:
    async with seated(await here()) as seat:
        await opened(seat)
        await seat.press("question_mark")
        assert seat.on(HelpScreen)
        assert "Import: files first" in seat.text
        await seat.press("escape", "s")
        assert seat.on(ReadScreen)
        assert "Amazon orders" in seat.text
        assert "Left out on purpose: Addresses, gift texts" in seat.text
        await seat.press("escape")
        assert step(seat) == "choosing"


# What only the person knows


async def test_questions_are_asked_and_answered_one_after_the_other(downloads: Path) -> None:
    (downloads / "bank.qif").write_text(QIF)
    searches(downloads, "one")
    stage = await here()
    async with seated(stage, (120, 40)) as seat:
        await opened(seat, downloads)
        await seat.press("c")
        assert files(seat)[0].split() == ["Downloads/bank.qif", "qif", "asks", "you"]
        assert seat.said("#state") == "1 file waits for you"
        assert "Answer 1" in buttons(seat)
        await seat.press("a")
        assert "nothing in it says which number is the month" in " ".join(seat.text.split())
        assert focused(seat, Chooser)
        await seat.press("right")
        assert "the day comes first (31.12.2025)" in seat.text
        await seat.click("#answer")
        assert step(seat) == "found"
        await seat.press("a")
        assert focused(seat, Input)
        await seat.press(*"EUR")
        await seat.click("#answer")
        assert files(seat)[0].split()[1:3] == ["qif", "1"]
        await seat.press("c")
        assert "journal/payments/bank-" in text(seat)
        assert "--answer qif.dates=dmy --answer qif.currency=EUR" in text(seat)


async def test_another_answer_reads_everything_again_and_what_is_none_is_said(downloads: Path) -> None:
    path = searches(downloads, "one")
    async with seated(await here()) as seat:
        await opened(seat, path)
        await seat.press("c", "a", *"nonsense")
        await seat.click("#answer")
        assert "An answer is NAME=VALUE" in seat.said("#state")
        assert step(seat) == "asking"
        await seat.press("escape", "a", *"spotify.incognito=yes")
        await seat.click("#answer")
        assert step(seat) == "found"
        await seat.press("c")
        assert "--answer spotify.incognito=yes" in text(seat)


async def test_a_bank_of_unknown_columns_is_read_with_the_persons_own_profile(downloads: Path) -> None:
    (downloads / "mine.csv").write_text("Wann;Wieviel;Wer\n03.04.2025;-12,50;Shop\n")
    profiles = Path.home() / "profiles"
    profiles.mkdir()
    (profiles / "mine.toml").write_text(
        'title = "My bank"\nmatch = ["Wann", "Wieviel", "Wer"]\ncurrency = { constant = "EUR" }\n'
        'date = { column = "Wann", format = "%d.%m.%Y" }\namount = { column = "Wieviel", decimal = "," }\n'
        'party = ["Wer"]\naccount = { constant = "giro" }\n'
    )
    async with seated(await here()) as seat:
        await opened(seat, downloads / "mine.csv")
        await seat.press("c")
        assert "None of these files is an export" in seat.said("#sum")
        assert "Dry run" not in buttons(seat)
        assert "lifepod sources --draft" in whole(seat)
        await seat.press("a", *"~/profiles")
        await seat.click("#answer")
        assert files(seat)[0].split()[1:3] == ["bank-csv", "1"], whole(seat)


# Stopping


async def test_reading_stops_within_a_second_and_can_begin_again(downloads: Path) -> None:
    long = downloads / "long.qif"
    long.write_text("!Type:Bank\n" + "D03/04'2025\nT-1.00\nPShop\n^\n" * 120_000)
    path = searches(downloads, "one")
    stage = await here()
    async with seated(stage) as seat:
        await opened(seat, long)
        seat.app.screen._answers = {"qif.dates": "dmy", "qif.currency": "EUR"}  # type: ignore[attr-defined]
        look = seat.app.screen.query_one("#look", Button)
        look.press()
        while "000 records" not in seat.text:  # the pilot would wait until nothing is done any more
            await asyncio.sleep(0.01)
        assert seat.said("#doing") == "Reading on this machine; nothing of it leaves"
        assert seat.focus is seat.app.screen.query_one("#stop")
        began = time.monotonic()
        seat.app.simulate_key("enter")
        while step(seat) != "choosing":
            await asyncio.sleep(0.01)
        assert time.monotonic() - began < 1
        assert seat.said("#state") == "Stopped; nothing was written."
        assert written(stage) == []
        seat.app.screen.query_one(FilePicker).choose([long], toggle=True)
        seat.app.screen.query_one(FilePicker).choose([path])
        await seat.press("c")
        assert seat.said("#sum").startswith("1 file recognised: 1 record")


async def test_writing_that_is_stopped_says_what_stands_and_goes_on(downloads: Path) -> None:
    path = searches(downloads, *(f"word {number}" for number in range(12)))
    stage = await here()
    async with seated(stage) as seat:
        await opened(seat, path)
        await seat.press("c", "c")
        stage.double.script("PUT", f"{SEARCH}2025/06.ttl", lambda request: seat.app.screen._stop_it())  # type: ignore[attr-defined]
        await seat.press("y")
        assert title(seat) == "Stopped: what was written stands"
        assert text(seat).startswith("8 records written into 8 files")
        assert "it goes on where it stopped and writes nothing twice" in text(seat)
        assert buttons(seat) == ["Try again", "Close"]
        await seat.click("#again")
        assert title(seat) == "Done"
        assert text(seat).startswith("4 records written into 4 files of the pod, 8 there already.")
        await seat.press("escape")
        assert len([p for p in journal(stage.double) if p.startswith(SEARCH) and p.endswith(".ttl")]) == 12


async def test_a_server_that_hangs_does_not_keep_anybody_from_stopping(downloads: Path) -> None:
    path = searches(downloads, "one", "two")
    stage = await here()
    async with seated(stage) as seat:
        await opened(seat, path)
        await seat.press("c", "c")
        stage.double.script("PUT", f"{SEARCH}2025/02.ttl", faults.Hang())
        await seat.pilot.press("y")
        await seat.until(lambda: any(r.url.endswith("2025/02.ttl") for r in stage.double.requests))
        began = time.monotonic()
        await seat.pilot.press("escape")
        await seat.until(lambda: title(seat) == "Stopped: what was written stands")
        assert time.monotonic() - began < 2
        assert "May have been written just before it was cut off, each wholly or not:" in text(seat)
        assert f"{SEARCH}2025/02.ttl" in text(seat)


# What goes wrong


async def test_a_pod_that_is_away_is_told_and_tried_again(downloads: Path) -> None:
    path = searches(downloads, "one")
    stage = await here()
    async with seated(stage) as seat:
        await opened(seat, path)
        stage.double.script("*", "*", httpx2.ConnectError("down"), times=None)
        await seat.press("c")
        assert title(seat) == "That did not work: nothing was written"
        assert "Nothing was written." in text(seat)
        assert buttons(seat) == ["Try again", "Back", "Close"]
        stage.double.scripts.clear()
        await seat.click("#again")
        assert step(seat) == "found"
        stage.double.script("GET", SEARCH, 500, times=None)
        await seat.press("c")
        assert title(seat) == "That did not work: nothing was written"
        await seat.press("escape")
        assert step(seat) == "found"
        stage.double.scripts.clear()
        await seat.press("c")
        assert title(seat) == "Dry run: nothing is written yet"


@pytest.mark.parametrize("status", [403, 500, 507])
async def test_a_write_that_fails_says_what_stands_and_is_tried_again(downloads: Path, status: int) -> None:
    path = searches(downloads, *(f"word {number}" for number in range(6)))
    stage = await here()
    async with seated(stage) as seat:
        await opened(seat, path)
        await seat.press("c", "c")
        stage.double.script("PUT", f"{SEARCH}2025/06.ttl", status, times=None)
        await seat.press("y")
        assert title(seat) == "Not all was written"
        assert "5 records written into 5 files" in text(seat)
        assert "it goes on where it stopped" in text(seat)
        stage.double.scripts.clear()
        await seat.click("#again")
        assert title(seat) == "Done"


async def test_a_journal_that_is_open_to_all_is_never_written_into(downloads: Path) -> None:
    path = searches(downloads, "one")
    stage = stage_of(small_pod())
    stage.double.owner_acl("journal/", "[] a acl:Authorization; acl:agentClass foaf:Agent; acl:mode acl:Read; "
        f"acl:accessTo <{BASE}journal/>; acl:default <{BASE}journal/>.\n")  # fmt: skip
    await here(stage)
    async with seated(stage) as seat:
        await opened(seat, path)
        await seat.press("c", "c")
        assert "could be read by public" in text(seat)
        await seat.press("y")
        assert title(seat) == "Nothing was written"
        assert "Your pod is as it was." in text(seat)
        assert not [p for p in journal(stage.double) if p.startswith(SEARCH)]


async def test_leaving_while_it_reads_harms_nothing(downloads: Path) -> None:
    long = downloads / "long.qif"
    long.write_text("!Type:Bank\n" + "D03/04'2025\nT-1.00\nPShop\n^\n" * 60_000)
    async with seated(await here()) as seat:
        await opened(seat, long)
        seat.app.simulate_key("c")
        while step(seat) != "work":
            await asyncio.sleep(0.01)
        await asyncio.sleep(0.2)


# Choosing files


async def test_what_is_in_a_chosen_folder_is_not_chosen_twice(downloads: Path) -> None:
    inner = searches(downloads / "exports", "one")
    async with seated(await here()) as seat:
        await opened(seat, inner)
        assert chosen(seat) == ["MyActivity.json"]
        await seat.press("down", "space")
        assert chosen(seat) == ["exports"]
        seat.app.screen.query_one(FilePicker).choose([inner])
        await seat.settle()
        assert chosen(seat) == ["exports"]
        assert "It is in ~/Downloads/exports, which is chosen." in seat.said("#hint")
        await seat.press("right", "right", "down")
        assert "[-] Takeout" in seat.text
        await seat.press("up", "space")
        assert chosen(seat) == []


async def test_the_chosen_can_be_let_go_in_their_list(downloads: Path) -> None:
    for name in ("a.csv", "b.csv"):
        (downloads / name).write_text("x")
    async with seated(await here()) as seat:
        await opened(seat, downloads / "a.csv", downloads / "b.csv")
        seat.app.screen.query_one("#chosen", OptionList).focus()
        await seat.press("down", "enter")
        assert len(chosen(seat)) == 1
        await seat.press("enter")
        assert chosen(seat) == []
        assert isinstance(seat.focus, Files)


async def test_hidden_files_and_the_folder_above(downloads: Path) -> None:
    (downloads / ".secret.csv").write_text("x")
    async with seated(await here()) as seat:
        await opened(seat)
        assert ".secret.csv" not in seat.text
        await seat.press("full_stop")
        assert ".secret.csv" in seat.text
        await seat.press("full_stop")
        assert ".secret.csv" not in seat.text
        await seat.press("home", "backspace")
        assert tree(seat).path == Path.home()
        assert "Downloads" in seat.text


async def test_a_path_is_typed_completed_and_chosen(downloads: Path) -> None:
    for name in ("takeout-001.zip", "takeout-002.zip", "other.csv"):
        (downloads / name).write_text("x")
    async with seated(await here()) as seat:
        await opened(seat)
        box = seat.app.screen.query_one(PathInput)
        box.focus()
        await seat.press(*"~/Dow", "tab", "t", "tab")
        assert box.value == "~/Downloads/takeout-00"
        assert "takeout-001.zip takeout-002.zip" in seat.said("#hint")
        await seat.press("2", "right", "enter")
        assert chosen(seat) == ["takeout-002.zip"]
        await seat.press(*"~/Downloads/*.zip", "enter")
        assert chosen(seat) == ["takeout-002.zip", "takeout-001.zip"]
        await seat.press(*"~/nowhere", "enter")
        assert "~/nowhere is not there." in seat.said("#hint")
        box.value = str(downloads.parent)
        await seat.press("enter")
        assert tree(seat).path == downloads.parent
        assert isinstance(seat.focus, Files)


async def test_files_that_are_dropped_are_chosen_and_other_text_is_typed(downloads: Path) -> None:
    one, two = downloads / "my file.csv", downloads / "two.csv"
    for path in (one, two):
        path.write_text("x")
    async with seated(await here()) as seat:
        await opened(seat)
        box = seat.app.screen.query_one(PathInput)
        box.focus()
        box.post_message(Paste(f"'{one}' file://{two}"))
        await seat.settle()
        assert chosen(seat) == ["my file.csv", "two.csv"]
        assert box.value == ""
        box.post_message(Paste("~/Downloads/no"))
        await seat.settle()
        assert box.value == "~/Downloads/no"
        seat.app.screen.query_one(FilePicker).choose([one], toggle=True)
        tree(seat).focus()
        tree(seat).post_message(Paste(f"'{one}'"))
        await seat.settle()
        assert chosen(seat) == ["two.csv", "my file.csv"]


def test_paths_are_completed_matched_and_told_from_text(downloads: Path) -> None:
    (downloads / "sub").mkdir()
    for name in ("a.csv", ".hidden", "b\x1b[1m.csv"):
        (downloads / name).write_text("x")
    assert completions("~/Downloads/") == ["~/Downloads/a.csv", "~/Downloads/sub/"]
    assert completions("~/Downloads/.h") == ["~/Downloads/.hidden"]
    assert completions("nothing") == completions("~nobody/x") == completions("/none\0/x") == []
    assert fitting("~/Downloads/a*") == [downloads / "a.csv"]
    assert fitting("~/Downloads/a.csv") == []
    assert dropped(f"{downloads}/a.csv") == [downloads / "a.csv"]
    assert dropped("a.csv") == dropped("'open") == dropped("") == dropped("/none/a.csv") == []


async def test_names_that_would_do_harm_are_shown_harmlessly(downloads: Path) -> None:
    for name in HOSTILE:
        (downloads / name).write_text("a,b\n1,2\n")
    bad = os.fsencode(downloads) + b"/not\xff utf.csv"
    with open(bad, "w") as out:  # noqa: PTH123
        out.write("a,b\n")
    async with seated(await here(), (120, 40)) as seat:
        await opened(seat)
        for shown in ("[red]x[bold] \\x1b[2J.csv", "a b.csv", "right\\u202etfel.csv", "wide 日本", "\\udcff utf.csv"):
            assert shown in seat.text
        await seat.press("space", "c")
        assert "\\x1b[2J.csv" in seat.text
        for _ in range(5):
            assert "If it comes from a bank" in whole(seat)
            await seat.press("down")
        assert not any(mark in seat.text for mark in ("\x1b", "\u202e", "\udcff"))
        inside = [row for row in seat.lines if row.count("│") >= 2]
        assert len({cell_len(row[: row.rindex("│")]) for row in inside}) == 1, "a name pushes the frame"


async def test_a_folder_that_may_not_be_read_is_said_and_a_huge_one_is_cut(
    downloads: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("lifepod.tui.widgets.files.MOST", 5)
    for number in range(9):
        (downloads / f"{number}.csv").write_text("x")
    async with seated(await here()) as seat:
        await opened(seat)
        assert "More than 5 files" in seat.said("#hint")
        box = seat.app.screen.query_one(PathInput)
        box.value = str(downloads)
        gone = downloads / "gone"
        gone.mkdir()
        tree(seat).path = gone
        gone.rmdir()
        await seat.settle()
        await tree(seat).reload()
        await seat.settle()
        assert "cannot be read (No such file or directory)" in seat.said("#hint")


# How it looks


@pytest.mark.parametrize("size", SIZES)
async def test_each_step_looks_as_it_was_kept(
    downloads: Path, size: tuple[int, int], request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch
) -> None:
    exports = downloads / "exports"
    searches(exports, "red shoes", "green tea", "blue paint")
    purchases(exports, "Mug", "Lamp")
    (exports / "bank.qif").write_text(QIF)
    (exports / HOSTILE[0]).write_text("a,b\n1,2\n")
    (exports / HOSTILE[3]).write_text("a,b\n1,2\n")
    monkeypatch.chdir(downloads)
    stage = stage_of(small_pod())
    stage.double.owner_acl("journal/searches/", agent_rule(stage.double, "journal/searches/", VISA))
    async with seated(await here(stage), size) as seat:
        album = Album(seat, size, request)
        await opened(seat)
        await seat.press("down", "right", "space")
        album.shows("import-choose")
        await seat.press("c")
        album.shows("import-found")
        await seat.press("down")
        await seat.press("c")
        seat.app.screen.query_one("#text-box").scroll_home(animate=False)
        await seat.settle()
        album.shows("import-dry-run")
        await seat.press("y")
        album.shows("import-done")
        await seat.press("question_mark")
        album.shows("import-help")
