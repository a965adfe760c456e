"""The journal on the screen: leafed through, searched, filtered, corrected, deleted, taken back, counted over time."""

from __future__ import annotations

from dataclasses import replace

import pytest
from tests.double.pod_double import PodDouble
from tests.tui.stage import ACME, BASE, SIZES, Album, Seat, Stage, agent_rule, demo_stage, seated, stage_of
from textual.widgets import Input

from lifepod.owner.browsing import Line, Unread
from lifepod.owner.rhythm import Rhythm
from lifepod.tui.screens.agents import AgentsScreen
from lifepod.tui.screens.correcting import CorrectScreen, RemoveScreen, RestoreScreen
from lifepod.tui.screens.help import HelpScreen
from lifepod.tui.screens.journal import JournalScreen
from lifepod.tui.screens.leaf import PAGE
from lifepod.tui.screens.places import PlacesScreen
from lifepod.tui.screens.record import RecordScreen
from lifepod.tui.screens.sieve import SieveScreen
from lifepod.tui.widgets.heatmap import Heatmap, OverTime
from lifepod.tui.widgets.picks import Picks
from lifepod.tui.widgets.timeline import Timeline, parts_of

HEAD = "@prefix schema: <https://schema.org/>. @prefix xsd: <http://www.w3.org/2001/XMLSchema#>.\n"
MEDIA, SHOP = "journal/media/netflix/2026/03.ttl", "journal/purchases/amazon-de/2026.ttl"
FIRST = "20260312T210000Z-00000000000000a1"


def watched(name: str, what: str, when: str) -> str:
    said = what.replace("\\", "\\\\").replace('"', '\\"')
    return f'<#{name}> a schema:WatchAction; schema:name "{said}"; schema:startTime "{when}"^^xsd:dateTime.\n'


def bought(name: str, what: str, day: str) -> str:
    price = 'schema:price "12.50"^^xsd:decimal; schema:seller "Amazon.de"'
    return f'<#{name}> a schema:BuyAction; schema:name "{what}"; {price}; schema:startTime "{day}"^^xsd:date.\n'


def pod(*more: str) -> PodDouble:
    """Two films in March, a lamp in February; Acme reads purchases."""
    double = PodDouble(BASE)
    double.owner_acl("")
    films = [watched(FIRST, "Casablanca", "2026-03-12T21:00:00Z"), *more]
    films.append(watched("20260310T200000Z-00000000000000a2", "Metropolis", "2026-03-10T20:00:00Z"))
    double.put(MEDIA, (HEAD + "".join(films)).encode())
    double.put(SHOP, (HEAD + bought("20260201-00000000000000b1", "Lamp", "2026-02-01")).encode())
    double.owner_acl("journal/")
    double.owner_acl("journal/purchases/", agent_rule(double, "journal/purchases/", ACME))
    double.owner_acl("lifepod/")
    return double


async def stage(double: PodDouble | None = None) -> Stage:
    found = stage_of(double or pod())
    found.first = "journal"
    return await found.keep()


def timeline(seat: Seat) -> Timeline:
    return seat.app.screen.query_one(Timeline)


def names(seat: Seat) -> list[str]:
    found = seat.app.screen_of("journal").query_one(Timeline).items
    return [one.what if isinstance(one, Line) else f"? {one.path}" for one in found]


def lines(seat: Seat) -> str:
    return "\n".join("".join(text for text, _ in line) for line in seat.app.screen.query_one(Picks)._lines)


def writes(found: Stage) -> list[str]:
    return [f"{r.method} {r.url}" for r in found.double.requests if r.method in ("PUT", "PATCH", "DELETE")]


async def test_records_stand_newest_first_with_time_class_source_and_name() -> None:
    async with seated(await stage(), (100, 30)) as seat:
        await seat.settle()
        assert seat.on(JournalScreen)
        assert seat.focus is timeline(seat)
        rows = [" ".join(line.split()) for line in seat.lines[3:6]]
        assert rows[0] == "2026-03-12 21:00 media netflix Casablanca"
        assert rows[2] == "2026-02-01 purchases amazon-de Lamp"
        assert "3 records" in seat.lines[1]
        assert "so far" not in seat.lines[1]


async def test_an_empty_journal_leads_to_the_import() -> None:
    double = PodDouble(BASE)
    double.owner_acl("")
    async with seated(await stage(double)) as seat:
        await seat.settle()
        assert "Your journal is empty" in seat.text
        assert seat.app.screen.query_one("#import").display
        assert not seat.app.screen.query_one("#look").display


def long_pod(count: int = 900) -> PodDouble:
    """One partition for each of three months, with a third of the records each."""
    double = PodDouble(BASE)
    double.owner_acl("")
    for month in (1, 2, 3):
        body = HEAD
        for n in range(count // 3):
            day, minute = 1 + n // 20, n % 20
            name = f"2026{month:02}{day:02}T10{minute:02}00Z-{n:016x}"
            body += watched(name, f"film {month} {n}", f"2026-{month:02}-{day:02}T10:{minute:02}:00Z")
        double.put(f"journal/media/netflix/2026/{month:02}.ttl", body.encode())
    return double


async def test_it_reads_a_page_at_a_time_as_one_scrolls() -> None:
    found = await stage(long_pod())
    async with seated(found) as seat:
        await seat.settle()
        assert PAGE <= len(timeline(seat)) < 900
        assert "so far" in seat.lines[1]
        for _ in range(4):
            await seat.press("end")
        assert len(timeline(seat)) == 900
        assert timeline(seat).cursor == 899
        assert "900 records" in seat.lines[1]
        assert "so far" not in seat.lines[1]
        await seat.press("home", "right")
        assert isinstance(picked := timeline(seat).picked, Line)
        assert picked.when.startswith("2026-03-14")
        await seat.press("left")
        assert timeline(seat).cursor == 0


async def test_a_text_is_searched_in_all_records_and_taken_away_again() -> None:
    async with seated(await stage()) as seat:
        await seat.settle()
        await seat.press("slash", *"metro")
        await seat.until(lambda: names(seat) == ["Metropolis"])
        assert "Only “metro”" in seat.text
        await seat.press("enter")
        assert seat.focus is timeline(seat)
        await seat.press("escape")
        assert names(seat) == ["Casablanca", "Metropolis", "Lamp"]
        assert "Only" not in seat.text


async def test_what_fits_nothing_is_said_and_can_be_taken_away_with_the_mouse() -> None:
    async with seated(await stage()) as seat:
        await seat.settle()
        await seat.press("slash", *"zzz")
        await seat.until(lambda: "No record fits." in seat.text)
        await seat.click("#unfilter")
        assert len(names(seat)) == 3


async def test_the_sheet_filters_by_class_source_and_days() -> None:
    async with seated(await stage(), (100, 30)) as seat:
        await seat.settle()
        await seat.press("f")
        assert seat.on(SieveScreen)
        assert "[ ] media" in seat.text
        assert "[ ] amazon-de" in seat.text
        assert "[ ] cookies" not in seat.text
        await seat.click("#class-1")
        await seat.click("#apply")
        assert names(seat) == ["Lamp"]
        assert "Only purchases" in seat.text
        await seat.press("f")
        await seat.click("#clear")
        seat.fill("#since", "2026-03-11")
        seat.app.screen.query_one("#since", Input).focus()
        await seat.press("enter")
        assert names(seat) == ["Casablanca"]
        await seat.press("f", "escape")
        assert names(seat) == ["Casablanca"]


async def test_a_day_that_is_none_is_said_on_the_sheet() -> None:
    async with seated(await stage(), (100, 30)) as seat:
        await seat.settle()
        await seat.press("f")
        seat.fill("#until", "tomorrow")
        await seat.press("enter")
        assert seat.on(SieveScreen)
        assert "tomorrow is no time." in seat.said("#trouble")


async def test_a_record_tells_its_properties_where_it_lies_and_who_could_see_it() -> None:
    async with seated(await stage(), (110, 40)) as seat:
        await seat.settle()
        await seat.press("end", "enter")
        assert seat.on(RecordScreen)
        text = lines(seat)
        assert "kind              buy action" in text
        assert "price             12.50" in text
        assert "No import on record tells where it came from." in text
        assert f"→ {ACME}  could read" in text
        assert f"lifepod records show {SHOP}#20260201-00000000000000b1" in text.replace("\n  ", " ")
        box = seat.app.screen.query_one(Picks)
        box._to(next(n for n, key in enumerate(box._keys) if key and key[0] == "agents"))
        await seat.press("enter")
        assert seat.on(AgentsScreen)


async def test_w_shows_the_file_of_a_record_among_the_places() -> None:
    async with seated(await stage(), (110, 40)) as seat:
        await seat.settle()
        await seat.press("enter", "w")
        assert seat.on(PlacesScreen)
        assert seat.said("#place") == MEDIA


async def test_a_file_newer_than_the_picture_is_unknown_and_never_private() -> None:
    found = await stage()
    found.double.put(
        "journal/media/netflix/2026/04.ttl",
        (HEAD + watched("20260401T100000Z-00000000000000c1", "New", "2026-04-01T10:00:00Z")).encode(),
    )
    async with seated(found, (110, 40)) as seat:
        await seat.settle()
        await seat.press("enter")
        assert "Unknown: the picture is older than this file." in lines(seat)
        assert "Nobody but you" not in lines(seat)


async def test_a_record_that_cannot_be_read_is_told_and_tried_again() -> None:
    found = await stage()
    async with seated(found, (110, 40)) as seat:
        await seat.settle()
        found.double.script("GET", MEDIA, 500, times=None)
        await seat.press("enter")
        assert seat.said("#title") == "It could not be read"
        assert not seat.app.screen.query_one("#delete").display
        await seat.press("e", "d")
        assert seat.on(RecordScreen)
        found.double.scripts.clear()
        await seat.click("#again")
        assert seat.said("#title") == "Casablanca"


# Correct, delete, take back


async def test_a_correction_shows_what_changes_and_is_written_after_a_yes() -> None:
    found = await stage()
    async with seated(found, (110, 40)) as seat:
        await seat.settle()
        await seat.press("e")
        assert seat.on(CorrectScreen)
        seat.fill("#field-0", "Casablanca (1942)")
        await seat.press("enter")
        assert "Write this? Nothing is written yet" in seat.text
        assert "was Casablanca now Casablanca (1942)" in seat.said("#text")
        assert writes(found) == []
        await seat.press("enter")
        assert seat.on(JournalScreen)
        assert writes(found) == []
        await seat.press("e")
        seat.fill("#field-0", "Casablanca (1942)")
        await seat.press("enter", "y")
        assert seat.said("#title") == "Done"
        await seat.press("escape")
        assert names(seat)[0] == "Casablanca (1942)"
        assert "edited" in seat.lines[3]
        await seat.press("z")
        assert seat.on(RestoreScreen)
        await seat.press("y", "escape")
        assert names(seat)[0] == "Casablanca"
        await seat.press("z")
        assert seat.on(JournalScreen)
    after = found.double.body(BASE + MEDIA) or b""
    assert b"edited" not in after
    assert b"1942" not in after
    assert b"Casablanca" in after


async def test_a_wrong_value_leads_back_to_the_form_with_what_was_filled_in() -> None:
    found = await stage()
    async with seated(found, (110, 40)) as seat:
        await seat.settle()
        await seat.press("end", "e")
        fields = list(seat.app.screen.query("#form Input").results(Input))
        at = next(n for n, field in enumerate(fields) if field.value == "12.50")
        seat.fill(f"#field-{at}", "cheap")
        await seat.press("enter")
        assert "cheap is no number" in seat.said("#trouble")
        assert seat.app.screen.query_one(f"#field-{at}", Input).value == "cheap"
    assert writes(found) == []


async def test_a_deletion_asks_first_and_the_safe_answer_has_the_focus() -> None:
    found = await stage()
    async with seated(found, (110, 40)) as seat:
        await seat.settle()
        await seat.press("d")
        assert seat.on(RemoveScreen)
        assert "Delete this record? Nothing is deleted yet" in seat.text
        await seat.press("enter")
        assert seat.on(JournalScreen)
        assert writes(found) == []
        assert names(seat)[0] == "Casablanca"


async def test_a_deleted_record_goes_from_the_list_and_undo_brings_it_back() -> None:
    found = await stage()
    async with seated(found, (110, 40)) as seat:
        await seat.settle()
        await seat.press("enter", "d", "y")
        assert seat.said("#title") == "Done"
        await seat.press("escape")
        assert names(seat) == ["Metropolis", "Lamp"]
        assert "2 records" in seat.lines[1]
        assert FIRST.encode() in (found.double.body(BASE + "lifepod/deleted.ttl") or b"")
        await seat.press("z", "y", "escape")
        assert names(seat) == ["Casablanca", "Metropolis", "Lamp"]
        assert FIRST.encode() not in (found.double.body(BASE + "lifepod/deleted.ttl") or b"")


@pytest.mark.parametrize("fault", [500, 403])
async def test_a_deletion_that_fails_half_way_is_not_called_undone(fault: int) -> None:
    found = await stage()
    async with seated(found, (110, 40)) as seat:
        await seat.settle()
        await seat.press("d")
        found.double.script("PUT", MEDIA, fault, times=None)
        await seat.press("y")
        assert seat.said("#title") == "Not confirmed: the record may be deleted"
        found.double.scripts.clear()
        await seat.press("escape")
        assert names(seat)[0] == "Casablanca"


async def test_what_somebody_changed_meanwhile_is_not_deleted() -> None:
    found = await stage()
    async with seated(found, (110, 40)) as seat:
        await seat.settle()
        await seat.press("d")
        body = (found.double.body(BASE + MEDIA) or b"").replace(b"Casablanca", b"Vertigo")
        found.double.put(MEDIA, body)
        await seat.press("y")
        assert seat.said("#title") == "It was not done"
    assert FIRST.encode() in (found.double.body(BASE + MEDIA) or b"")
    assert writes(found) == []


async def test_what_a_vendor_delivered_is_marked_and_neither_edited_nor_deleted() -> None:
    double = pod()
    double.put(
        "journal/media/from-acme/r.ttl",
        (HEAD + watched("20260313T100000Z-00000000000000d1", "Pen", "2026-03-13T10:00:00Z")).encode(),
    )
    found = await stage(double)
    async with seated(found, (110, 40)) as seat:
        await seat.settle()
        assert "unverified" in seat.lines[3]
        await seat.press("d")
        assert "delivered by a vendor" in seat.text
        await seat.press("escape", "enter")
        assert not seat.app.screen.query_one("#delete").display
        assert "nobody has checked it" in lines(seat)
    assert writes(found) == []


async def test_nothing_to_undo_is_said() -> None:
    async with seated(await stage()) as seat:
        await seat.settle()
        await seat.press("z")
        assert seat.on(JournalScreen)


# Failures


@pytest.mark.parametrize("fault", [500, 403, b"<#a> <"])
async def test_a_file_that_cannot_be_read_has_a_line_and_a_notice_with_advice(fault: int | bytes) -> None:
    found = await stage()
    if isinstance(fault, bytes):
        found.double.put(MEDIA, fault)
    else:
        found.double.script("GET", MEDIA, fault, times=None)
    async with seated(found, (110, 30)) as seat:
        await seat.settle()
        assert f"? {MEDIA}" in names(seat)
        assert "Could not be read" in seat.said("#notice")
        assert "1 record" in seat.lines[1]
        await seat.press("o")
        assert MEDIA in seat.text
        await seat.press("escape")


async def test_without_a_network_it_says_so_and_u_tries_again() -> None:
    found = await stage()
    found.double.script("GET", "journal/", 500, times=None)
    async with seated(found, (110, 30)) as seat:
        await seat.settle()
        assert "u tries again" in seat.said("#notice")
        found.double.scripts.clear()
        await seat.press("u")
        assert len(names(seat)) == 3
        assert seat.said("#notice") == ""


async def test_leaving_while_it_reads_stops_and_coming_back_goes_on() -> None:
    async with seated(await stage(long_pod())) as seat:
        await seat.until(lambda: seat.on(JournalScreen))
        screen = seat.app.screen
        assert isinstance(screen, JournalScreen)
        screen.action_pictures()
        screen.action_look()
        await seat.press("2")
        await seat.press("7")
        await seat.settle()
        await seat.until(lambda: len(names(seat)) == 900)


async def test_escape_stops_reading_and_the_list_says_that_it_is_not_whole() -> None:
    async with seated(await stage(long_pod())) as seat:
        await seat.settle()
        screen = seat.app.screen
        assert isinstance(screen, JournalScreen)
        screen._read_on()
        assert "reading" in str(screen.query_one("#progress").render()) or "looking" in str(
            screen.query_one("#progress").render()
        )
        screen.action_unfilter()
        await seat.settle()
        assert "so far" in seat.lines[1]
        assert "stopped: u reads on" in seat.lines[1]


async def test_what_a_key_stopped_rests_until_a_key_reads_on() -> None:
    async with seated(await stage(long_pod())) as seat:
        await seat.settle()
        screen = seat.app.screen
        assert isinstance(screen, JournalScreen)
        screen._read_on()
        screen.action_unfilter()
        await seat.settle()
        kept = names(seat)
        await seat.press("enter")
        await seat.settle()
        assert seat.on(RecordScreen)
        await seat.press("escape")
        await seat.settle()
        assert names(seat) == kept
        assert "stopped: u reads on" in seat.lines[1]
        await seat.press("u")
        await seat.settle()
        assert names(seat)[: len(kept)] == kept
        assert len(names(seat)) > len(kept)
        assert "stopped" not in seat.lines[1]


# Pictures


async def test_pictures_count_everything_that_fits_and_a_column_leads_to_its_records() -> None:
    async with seated(await stage(long_pod()), (100, 30)) as seat:
        await seat.settle()
        await seat.press("v")
        await seat.until(lambda: "900 records" in seat.lines[1])
        assert "so far" not in seat.lines[1]
        assert "The week by the hour" in seat.text
        assert "Records per day" in seat.text
        assert "2026-03-15: 20 records" in seat.text
        await seat.press("left", "enter")
        assert not seat.app.screen.query_one("#pictures").display
        assert len(names(seat)) == 20
        assert "Only in 2026-03-14" in seat.text
        await seat.press("v", "tab")
        assert isinstance(seat.focus, Heatmap)
        await seat.press("right")
        assert "Sat 11:00 to 11:59: 0 records" in seat.text
        await seat.press("escape")
        assert not seat.app.screen.query_one("#pictures").display


async def test_shades_are_letters_so_that_no_colour_is_needed() -> None:
    box = Heatmap(id="x")
    box.rhythm = Rhythm(["2026-03-09T10:00"] * 8 + ["2026-03-10T11:00"] * 3 + ["2026-03-11T12:00"])
    text = ["".join(part for part, _ in line) for line in box.drawn(80, 13)]
    assert text[2][4 + 20 : 4 + 22] == "██"
    assert text[3][4 + 22 : 4 + 24] == "▒▒"
    assert text[4][4 + 24 : 4 + 26] == "░░"
    assert [line.split()[-1] for line in text[2:9]] == ["8", "3", "1", "0", "0", "0", "0"]
    assert text[9].split() == ["·", "none", "░░", "1–2", "▒▒", "3–4", "▓▓", "5–6", "██", "7–8"]


async def test_the_smallest_column_has_a_stroke() -> None:
    box = OverTime(id="x")
    box.rhythm = Rhythm(["2026-03-09"] * 1000 + ["2026-03-10"])
    last = box.drawn(60, 10)[-3]
    assert "▁" in "".join(part for part, _ in last)


# Hostile text, help, looks

EVIL = "[red]x[/red] \x1b[2J \u202egnp.exe e\u0301 甲乙丙丁 \u200b end"


async def test_hostile_text_stays_text_and_columns_stay_where_they_are() -> None:
    evil = watched("20260313T210000Z-00000000000000e1", "EVIL", "2026-03-13T21:00:00Z")
    evil = evil.replace("EVIL", EVIL.replace("\x1b", "\\u001B"))
    async with seated(await stage(pod(evil)), (110, 40)) as seat:
        await seat.settle()
        assert "[red]x[/red] \\x1b[2J \\u202egnp.exe" in seat.lines[3]
        assert "\u202e" not in seat.text
        assert seat.lines[3].index("media") == seat.lines[4].index("media")
        await seat.press("enter")
        assert "[red]x[/red] \\x1b[2J" in lines(seat)
        assert seat.said("#title").startswith("[red]x[/red]")
        await seat.press("d")
        assert "[red]x[/red]" in seat.said("#text")


@pytest.mark.parametrize("width", [60, 80, 110, 140])
@pytest.mark.parametrize("what", ["", "short", "甲" * 200, EVIL.replace("\x1b", "")])
def test_a_line_has_exactly_its_width(what: str, width: int) -> None:
    from rich.cells import cell_len

    line = Line("u", "p", "2026-03-13T21:00:00", what, "乙" * 40, "purchases", "x" * 60, ("a", "b"), False, True)
    for one in (line, replace(line, when=""), replace(line, verified=True, edited=False)):
        assert sum(cell_len(text) for text, _ in parts_of(one, width, dated=True)) == width


async def test_a_place_or_a_record_can_be_pointed_at() -> None:
    async with seated(await stage(), (110, 40)) as seat:
        await seat.settle()
        screen = seat.app.screen
        assert isinstance(screen, JournalScreen)
        screen.point_at(BASE + "journal/purchases/amazon-de/")
        await seat.settle()
        assert names(seat) == ["Lamp"]
        screen.point_at(f"{BASE}{MEDIA}#{FIRST}")
        await seat.settle()
        assert seat.on(RecordScreen)
        assert seat.said("#title") == "Casablanca"


async def test_every_action_stands_in_the_palette_and_in_the_help() -> None:
    async with seated(await stage(), (110, 45)) as seat:
        await seat.settle()
        said = {command.title for command in seat.app.get_system_commands(seat.app.screen)}
        assert {"Filter records", "Pictures", "Edit record", "Delete record", "Undo edit or delete"} <= said
        await seat.press("question_mark")
        assert seat.on(HelpScreen)
        for words in ("records edit", "records delete", "take back", "the week by the hour"):
            assert words in seat.text


def test_a_line_for_what_cannot_be_read_names_it() -> None:
    from lifepod.errors import Missing

    parts = parts_of(Unread("journal/x\x1b.ttl", Missing("It is gone.", place="x")), 80, dated=True)
    assert "could not be read: journal/x\\x1b.ttl" in "".join(text for text, _ in parts)


@pytest.mark.parametrize("size", SIZES, ids=str)
async def test_each_view_looks_as_it_did(size: tuple[int, int], request: pytest.FixtureRequest) -> None:
    found = await demo_stage()
    found.first = "journal"
    async with seated(found, size) as seat:
        await seat.settle()
        album = Album(seat, size, request)
        album.shows("journal")
        await seat.press("v")
        album.shows("journal-pictures")
        await seat.press("v", "f")
        album.shows("journal-filter")
        await seat.press("escape", "e")
        album.shows("journal-edit")
        await seat.press("escape", "d")
        album.shows("journal-delete")
        await seat.press("escape", "question_mark")
        album.shows("journal-help")


@pytest.mark.parametrize("size", SIZES, ids=str)
async def test_a_record_looks_as_it_did(size: tuple[int, int], request: pytest.FixtureRequest) -> None:
    async with seated(await stage(), size) as seat:
        await seat.settle()
        await seat.press("end", "enter")
        Album(seat, size, request).shows("record")
