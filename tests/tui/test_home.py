"""Home: the kept picture at once, each part as it comes, nothing called none that nobody could look at."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from dataclasses import replace

import pytest
from rich.cells import cell_len
from tests.double import faults
from tests.double.faults import Answer, Hang
from tests.tui.mailbox import Mailbox, still, with_a_request, with_an_agreement
from tests.tui.stage import (
    ACME,
    BASE,
    NOW,
    SIZES,
    TAKEN,
    VISA,
    Album,
    Seat,
    Stage,
    agent_rule,
    hide,
    seated,
    small_pod,
    stage_of,
)
from tests.vendor.market import LATER
from tests.vendor.market import ended as end_it
from textual.events import ScreenResume

from lifepod.owner import kept
from lifepod.owner.glance import Asking, Ending, Gap, Glance, Late, Part
from lifepod.parties.outbox import Notice
from lifepod.tui.briefing import Scene, boards
from lifepod.tui.screens.agents import AgentsScreen
from lifepod.tui.screens.agreements import AgreementsScreen
from lifepod.tui.screens.ask import AskScreen
from lifepod.tui.screens.changes import ChangesScreen
from lifepod.tui.screens.help import TOPICS, HelpScreen
from lifepod.tui.screens.home import PARTS, HomeScreen
from lifepod.tui.screens.places import PlacesScreen
from lifepod.tui.screens.requests import RequestsScreen
from lifepod.tui.tidings import waiting_rows
from lifepod.tui.widgets.bars import bar, fit
from lifepod.tui.widgets.board import Board, Row

BEFORE = "2026-03-12T09:10:00Z"
LABELS = ("Requests", "Ending", "Overdue", "Not told")


@pytest.fixture(autouse=True)
def clock(monkeypatch: pytest.MonkeyPatch) -> None:
    still(monkeypatch, "2026-03-14T14:05:00Z")


async def home(stage: Stage) -> Stage:
    """The kept picture is there, and Home is what opens."""
    stage.first = "home"
    return await stage.keep()


def redate(stage: Stage, *times: str) -> None:
    """The last surveys that were kept, dated otherwise."""
    files = sorted(kept.folder_of(stage.desk.profile.storage, stage.desk.profile.webid).glob("*T*Z-*.json"))
    for path, at in zip(sorted(files, key=lambda one: one.name[-11:])[-len(times) :], times, strict=True):
        text = json.dumps(json.loads(path.read_text()) | {"surveyed_at": at})
        path.unlink()
        path.with_name(f"{re.sub(r'[-:]', '', at)}{path.name[-12:]}").write_text(text)


async def two_days(stage: Stage) -> Stage:
    """Between two surveys somebody was let in and a place came; then the pod is as it is now."""
    await stage.desk.survey()
    double = stage.double
    double.put("journal/stays/phone/2026.ttl")
    double.owner_acl("journal/searches/", agent_rule(double, "journal/searches/", VISA))
    await stage.desk.survey()
    redate(stage, BEFORE, TAKEN)
    await stage.desk.__aexit__(None, None, None)
    double.requests.clear()
    stage.first = "home"
    return stage


def part(seat: Seat, title: str) -> list[str]:
    """The lines of one part, on whichever board it is."""
    out: list[str] = []
    for board in seat.app.screen.query(Board):
        inside = False
        for row in board._rows:
            text = "".join(one for one, _ in row.line)
            inside = text.startswith(title) if row.name.endswith(" title") else inside
            out += [text.rstrip()] if inside and row.key else []
    return out


def label(seat: Seat, name: str) -> str:
    """What is said beside a label."""
    return next(line for line in part(seat, "Waiting for you") if line.startswith(name)).removeprefix(name).strip()


def everything(stage: Stage, answer: Answer) -> None:
    stage.double.script("*", "*", answer, times=None)


# What is painted, and when


async def test_the_kept_picture_is_painted_before_anything_is_asked_and_what_is_not_known_yet_says_so() -> None:
    stage = await home(stage_of(small_pod()))
    everything(stage, Hang())
    async with seated(stage) as seat:
        await seat.until(lambda: "acme-shop" in seat.text)
        await seat.until(lambda: "2024-03 to 2026-03" in seat.text)
        assert "picture of 14:03, 2 min ago" in seat.text
        for name in LABELS:
            assert label(seat, name) == "looking …"
        assert "none" not in " ".join(part(seat, "Waiting for you"))
        seat.app.exit()  # while all of it is still under way


async def test_every_part_says_what_is_so_in_a_quiet_pod() -> None:
    stage = await home(stage_of(small_pod()))
    async with seated(stage) as seat:
        await seat.settle()
        assert seat.on(HomeScreen)
        who = part(seat, "Who could read how much of 21 places")
        assert [line.split("  ")[0] for line in who] == [
            "localhost:3000/acme-shop",
            "club/list#us",
            "anyone signed in",
            "anyone",
        ]
        assert re.search(r"agent +█+░─+ +4 places +1 unknown, purchases", who[0])
        assert [label(seat, name) for name in LABELS] == [
            "none waits",
            "nothing ends within 14 days",
            "no promise is overdue",
            "everyone was told what was decided",
        ]
        assert part(seat, "What changed") == ["no earlier survey is kept here to compare with"]
        taken, blind = part(seat, "How much")
        assert taken.split("  ")[0] == "Taken"
        assert "14:03, 2 min ago" in taken
        assert blind.endswith("club/list#us: the group's members could not be read")
        browsing, searches, purchases = part(seat, "Your records")
        assert browsing.endswith("3 files  2024-03 to 2026-03")
        assert searches.endswith("2 files  2026-02 to 2026-03")
        assert purchases.endswith("1 file   2026")
        assert all(r.method in ("GET", "HEAD", "POST") for r in stage.double.requests)
        assert not [r for r in stage.double.requests if r.method == "POST" and r.url.startswith(BASE)]


async def test_what_could_not_be_looked_into_is_unknown_and_leads_to_its_place() -> None:
    stage = stage_of(small_pod())
    hide(stage.double, "journal/searches/")
    async with seated(await home(stage)) as seat:
        await seat.settle()
        acme = part(seat, "Who could read")[0]
        assert "░" in acme
        assert "5 unknown" in acme
        assert "journal/searches/: 403: we may not read who has access" in seat.text
        assert part(seat, "Your records")[-1].endswith("0 files  4 unknown")
        await seat.press("b", "down", "enter")
        assert seat.on(PlacesScreen)
        assert seat.app.screen_of("places").aim("grant").place == BASE + "journal/searches/"


async def test_an_old_picture_is_called_old() -> None:
    stage = stage_of(small_pod())
    await home(stage)
    redate(stage, "2026-03-12T09:10:00Z")
    async with seated(stage) as seat:
        await seat.settle()
        assert "12 Mar 2026 09:10, 2 days ago; old: u looks again" in " ".join(part(seat, "How much"))


# What changed


async def test_what_changed_since_the_survey_before_is_told_and_whether_it_was_done_with_lifepod() -> None:
    async with seated(await two_days(stage_of(small_pod()))) as seat:
        await seat.settle()
        said = part(seat, "What changed since 12 Mar 2026 09:10")
        assert said[0] == "1 outside lifepod, access changed for 1, 3 places came, partly blind"
        assert "+ localhost:3000/visa-express gained read at journal/searches/ (4 places)" in said[1]
        assert "+ journal/stays/ came (3 places)" in said[2]
        await seat.press("c", "down", "enter")
        assert seat.app.screen_of("places").aim("grant").place == BASE + "journal/searches/"
        await seat.press("1", "c", "enter")
        assert seat.on(ChangesScreen)


async def test_without_the_change_log_nobody_is_said_to_have_acted_outside_lifepod() -> None:
    stage = await two_days(stage_of(small_pod()))
    stage.double.script("GET", BASE + "lifepod/access/", 500, times=None)
    async with seated(stage) as seat:
        await seat.settle()
        assert part(seat, "What changed")[0] == "access changed for 1, 3 places came, partly blind"
        assert label(seat, "Ending").startswith("unknown: ")
        assert "500" in label(seat, "Ending")
        assert label(seat, "Requests") == "none waits"


# What waits


@pytest.fixture
def box_clock(monkeypatch: pytest.MonkeyPatch) -> None:
    still(monkeypatch, LATER)


async def opened(box: Mailbox) -> Stage:
    await box.stage.desk.survey()
    await box.stage.desk.__aexit__(None, None, None)
    box.stage.first = "home"
    return box.stage


@pytest.mark.usefixtures("box_clock")
async def test_a_request_is_counted_before_it_is_taken_in_and_named_after_and_gone_once_declined() -> None:
    box = await with_a_request()
    async with seated(await opened(box), (100, 40)) as seat:
        await seat.settle()
        assert label(seat, "Requests") == "none is taken in; 1 message in the inbox, which 5 looks through"
        await seat.press("a", "enter")
        assert seat.on(RequestsScreen)
        await seat.press("1")
        assert re.match(r"shop\.example/profile/card#org asks since 25 Nov, answer by \d+ Dec", label(seat, "Requests"))
        assert "5 Requests (1)" in seat.text
        assert "vendor" not in part(seat, "Who could read")[0], "who may not see anything yet is in no list"
        await seat.press("a", "enter")
        assert seat.on(RequestsScreen)
        await seat.press("d", "y", "enter", "1")
        assert label(seat, "Requests") == "none waits"
        assert "5 Requests (" not in seat.text


@pytest.mark.usefixtures("box_clock")
async def test_ends_late_promises_and_what_was_not_told_lead_to_their_agreement(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    box, case = await with_an_agreement()
    stage = await opened(box)
    still(monkeypatch, "2027-01-25T10:00:00Z")
    async with seated(stage) as seat:
        await seat.settle()
        assert label(seat, "Ending").startswith("shop.example/profile/card#org: agreement ends 1 Feb 2027")
        assert re.search(r"shop\.example\S* +vendor", part(seat, "Who could read")[0])
        await seat.press("a", "down", "enter")
        assert seat.on(AgreementsScreen)
        assert seat.app.screen_of("agreements").chosen == case  # type: ignore[attr-defined]
    await end_it(box.market, case, LATER)
    note = {
        "to": "https://shop.example/profile/card#org",
        "record": box.market.home.url(f"lifepod/agreements/{case}/revocation.jsonld"),
    }
    box.market.home.put("lifepod/outbox/lifepod-x.json", json.dumps(note), "application/json")
    async with seated(stage) as seat:
        await seat.settle()
        assert label(seat, "Ending") == "nothing ends within 14 days"
        assert re.match(r"shop\.example\S+: due 27 Nov, Everything", label(seat, "Overdue"))
        assert "shop.example/profile/card#org: revocation; lifepod guard tries again" in label(seat, "Not told")
        await seat.press("a", "down", "down", "down", "enter")
        assert seat.app.screen_of("agreements").chosen == case  # type: ignore[attr-defined]


# What could not be read


FAULTS: tuple[tuple[Answer, str], ...] = (
    (faults.refused_connection(), "cannot be reached"),
    (500, "500"),
    (faults.page(), ""),
    (KeyError("a fault of ours"), "through a fault of lifepod: KeyError"),
)


@pytest.mark.parametrize(("answer", "said"), FAULTS, ids=["down", "500", "page", "fault"])
async def test_without_the_pod_the_rest_is_unknown_with_why_and_the_way_on(answer: Answer, said: str) -> None:
    stage = await home(stage_of(small_pod()))
    everything(stage, answer)
    async with seated(stage) as seat:
        await seat.settle()
        assert "localhost:3000/acme-shop" in seat.text
        for name in LABELS:
            assert label(seat, name).startswith("unknown"), name
        lines = part(seat, "Waiting for you")
        why = " ".join(" ".join(lines[4:]).split())
        assert why.startswith("Why ")
        assert said in why
        assert why.endswith("u tries again.")
        await seat.press("u")
        assert label(seat, "Requests").startswith("unknown: ")
        stage.double.scripts.clear()
        await seat.press("u")
        assert label(seat, "Requests") == "none waits"
        assert "u tries again" not in " ".join(part(seat, "Waiting for you"))


@pytest.mark.parametrize(
    ("path", "unknown"),
    [
        ("lifepod/requests/", {"Requests"}),
        ("lifepod/agreements/", {"Requests", "Ending", "Overdue"}),
        ("lifepod/access/", {"Ending"}),
        ("lifepod/outbox/", {"Not told"}),
        ("inbox/", {"Requests"}),
    ],
)
async def test_one_part_that_cannot_be_read_takes_no_other_along(path: str, unknown: set[str]) -> None:
    stage = await home(stage_of(small_pod()))
    stage.double.script("GET", BASE + path, 403, times=None)
    async with seated(stage) as seat:
        await seat.settle()
        assert {name for name in LABELS if label(seat, name).startswith("unknown")} == unknown


async def test_a_record_that_cannot_be_read_leaves_the_ends_unknown_and_not_none() -> None:
    stage = stage_of(small_pod())
    stage.double.put("lifepod/access/2026-03-01T00-00-00Z-aaaa.ttl", "this is no Turtle <")
    async with seated(await home(stage)) as seat:
        await seat.settle()
        assert label(seat, "Ending") == "unknown: 1 record of the change log could not be read"


async def test_a_fault_of_ours_is_told_and_leaves_what_was_found(monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(audit: object) -> None:
        raise KeyError("a fault of ours")

    stage = await home(stage_of(small_pod()))
    monkeypatch.setattr("lifepod.owner.pictured.exposed", fail)
    async with seated(stage) as seat:
        await seat.settle()
        assert part(seat, "Who could read")[0].startswith("unknown: That did not work, through a fault of lifepod")
        assert label(seat, "Requests").startswith(("unknown: ", "none waits"))
        monkeypatch.undo()


async def test_a_look_that_fails_still_asks_again_for_what_was_unknown() -> None:
    stage = await home(stage_of(small_pod()))
    stage.double.script("GET", BASE + "lifepod/outbox/", 500, times=None)
    async with seated(stage) as seat:
        await seat.settle()
        assert label(seat, "Not told").startswith("unknown")
        stage.double.scripts.clear()
        stage.double.script("*", BASE, 500, times=None)  # the survey fails at the root
        await seat.press("u")
        assert label(seat, "Not told") == "everyone was told what was decided"


async def test_what_is_known_stays_while_it_is_looked_up_again() -> None:
    stage = await home(stage_of(small_pod()))
    async with seated(stage) as seat:
        await seat.settle()
        before = seat.text
        everything(stage, Hang())
        seat.app.screen_of("home").post_message(ScreenResume())
        await seat.pilot.pause()
        assert seat.text == before
        seat.app.exit()


# Going about


async def test_keys_go_from_line_to_line_and_part_to_part_and_titles_are_never_picked() -> None:
    async with seated(await home(stage_of(small_pod())), (80, 24)) as seat:
        await seat.settle()
        board = seat.app.screen.query_one("#board", Board)
        assert seat.focus is board
        names = []
        for _ in range(30):
            assert board.chosen is not None
            names.append(board.chosen.name)
            await seat.pilot.press("down")
        assert list(dict.fromkeys(names)) == [row.name for row in board._rows if row.key]
        await seat.press("home")
        parts = []
        for _ in range(5):
            assert board.chosen is not None
            parts.append(board.chosen.name.split(" ")[0])
            await seat.press("right")
        assert parts == ["who", "Requests", "since", "taken", "journal"]
        await seat.press("left")
        assert board.chosen is not None
        assert board.chosen.name == "taken"
        for key, name, title, _ in PARTS:
            await seat.press("home", key)
            assert board._rows[board.cursor - 1].name == f"{name} title", key
            assert "".join(text for text, _ in board._rows[board.cursor - 1].line)[:12] in seat.text, (
                f"{title} is in view"
            )


async def test_in_a_wide_window_the_keys_cross_to_the_other_board_and_only_one_line_is_picked() -> None:
    async with seated(await home(stage_of(small_pod())), (140, 45)) as seat:
        await seat.settle()
        board, aside = seat.app.screen.query(Board)
        assert [one.id for one in (board, aside) if one.display] == ["board", "aside"]
        assert seat.focus is board
        await seat.press("right", "right")
        assert seat.focus is aside
        assert aside.chosen is not None
        assert aside.chosen.name == "Requests"
        cursor = board.get_component_rich_style("picks--cursor").bgcolor
        assert all(part.style is None or part.style.bgcolor != cursor for part in board.render_line(board.cursor))
        await seat.press("s")
        assert seat.focus is board
        await seat.pilot.resize_terminal(80, 24)
        await seat.settle()
        assert [one.id for one in (board, aside) if one.display] == ["board"]
        await seat.press("a", "enter")
        assert seat.on(RequestsScreen)


async def test_a_window_that_gets_narrow_gives_the_keys_to_the_board_that_is_left() -> None:
    async with seated(await home(stage_of(small_pod())), (140, 45)) as seat:
        await seat.settle()
        await seat.press("a")
        await seat.pilot.resize_terminal(80, 24)
        await seat.settle()
        assert seat.focus is seat.app.screen.query_one("#board")


async def test_a_line_leads_where_it_says_by_enter_and_by_one_click() -> None:
    async with seated(await home(stage_of(small_pod()))) as seat:
        await seat.settle()
        await seat.press("enter")
        assert seat.on(AgentsScreen)
        assert seat.app.screen_of("agents").aim("revoke").agent == ACME
        await seat.press("1")
        at = next(n for n, row in enumerate(seat.app.screen.query_one("#board", Board)._rows) if row.name == "Requests")
        await seat.click("#board", (4, at))
        assert seat.on(RequestsScreen)
        await seat.press("1")
        assert seat.on(HomeScreen)
        await seat.click("#board", (4, 0))
        assert seat.on(HomeScreen), "a title leads nowhere"
        await seat.pilot.hover("#board", offset=(4, 2))
        assert seat.app.screen.query_one("#board", Board)._hover == 2
        await seat.pilot.hover("Footer")
        assert seat.app.screen.query_one("#board", Board)._hover == -1


async def test_a_class_of_records_leads_to_its_records_and_no_other_line_goes_anywhere_else() -> None:
    stage = stage_of(small_pod())
    hide(stage.double, "journal/searches/")
    async with seated(await home(stage)) as seat:
        await seat.settle()
        rows = {row.name: row.key for board in seat.app.screen.query(Board) for row in board._rows if row.key}
        assert rows["journal browsing"] == ("journal", f"{BASE}journal/browsing/")
        assert rows["taken"] == rows["since"] == ("changes", "")
        assert rows["who public"] == ("agents", "public")
        assert rows["Overdue"] == rows["Not told"] == ("agreements", "")
        assert {mode for mode, _ in rows.values()} == {
            "places", "agents", "requests", "agreements", "journal", "changes"
        }  # fmt: skip


async def test_a_grant_begins_from_what_is_picked() -> None:
    stage = stage_of(small_pod())
    hide(stage.double, "journal/searches/")
    async with seated(await home(stage)) as seat:
        await seat.settle()
        assert seat.app.screen_of("home").aim("grant").agent == ACME
        await seat.press("b", "down")
        assert seat.app.screen_of("home").aim("grant").place == BASE + "journal/searches/"
        await seat.press("g")
        assert seat.on(AskScreen)
        assert seat.app.screen.query_one("#place").value == "journal/searches/"  # type: ignore[attr-defined]


async def test_the_filter_leaves_lines_of_all_parts_and_says_how_many() -> None:
    async with seated(await home(stage_of(small_pod())), (80, 24)) as seat:
        await seat.settle()
        await seat.press("slash", *"purchases")
        board = seat.app.screen.query_one("#board", Board)
        assert [row.name for row in board._rows] == [f"who {ACME}", "journal purchases"]
        assert re.fullmatch(r"2 of \d+", seat.said("#found"))
        await seat.press("enter")
        assert seat.focus is board
        await seat.press("escape")
        assert len(board._rows) > 10
        await seat.press("slash", *"zzz")
        assert seat.said("#found") == "no match; Esc shows all"
        await seat.press("enter", "down", "enter", "escape")
        assert board.chosen is not None


async def test_every_part_is_in_the_palette_and_every_key_in_the_help() -> None:
    async with seated(await home(stage_of(small_pod())), (80, 40)) as seat:
        await seat.settle()
        commands = {one.title: one for one in seat.app.get_system_commands(seat.app.screen)}
        for _, name, title, twin in PARTS:
            assert f"lifepod {twin}" in commands[title].help
            commands[title].callback()
            board = seat.app.screen.query_one("#board", Board)
            assert board._rows[board.cursor - 1].name == f"{name} title"
        keys = " ".join(key for key, _, _ in TOPICS["home"][1]).split()
        assert {key for key, _, _, _ in PARTS} <= set(keys)
        await seat.press("question_mark")
        assert seat.on(HelpScreen)
        assert "Home: the state of things in one look" in seat.text


async def test_a_line_keeps_its_place_when_others_come_above_it() -> None:
    async with seated(await home(stage_of(small_pod()))) as seat:
        await seat.settle()
        await seat.press("b")
        board = seat.app.screen.query_one("#board", Board)
        assert board.chosen is not None
        assert board.chosen.name == "taken"
        board.lay([Row("new", (("x", ""),), ("agents", "")), *board._rows])
        assert board.chosen is not None
        assert board.chosen.name == "taken"


# Looks


async def test_names_that_would_do_harm_are_harmless_and_the_columns_stay_straight() -> None:
    hostile = (
        "https://evil.example/%5Bbold%5D(red)x(/)/#me",
        "https://\u65e5\u672c\u8a9e.example/\u732b\u732b\u732b\u732b\u732b\u732b\u732b/#me",
        "https://e\u0301e\u0301.example/#me",
        "https://\u05d0\u05d1\u05d2.example/#me",
        "https://evil.example/\u200btxt/#me",
        "https://evil.example/" + "long/" * 60 + "#me",
    )
    double = small_pod()
    rules = "".join(agent_rule(double, "journal/purchases/", name) for name in hostile)
    double.owner_acl("journal/purchases/", rules)
    for size in SIZES:
        async with seated(await home(stage_of(double)), size) as seat:
            await seat.settle()
            rows = [row for row in seat.app.screen.query_one("#board", Board)._rows if row.name.startswith("who http")]
            assert len(rows) == len(hostile) + 1 if size[1] > 30 else len(rows) >= 4
            assert len({cell_len("".join(text for text, _ in row.line[:2])) for row in rows}) == 1
            said = "\n".join("".join(text for text, _ in row.line) for row in rows)
            assert "\x1b" not in said
            assert "\u200b" not in said
            assert all(cell_len(line) <= size[0] - 4 for line in said.split("\n"))
            assert all(cell_len(line) <= size[0] for line in seat.lines)


async def test_everything_that_waits_is_told_in_few_lines_and_no_day_is_cut_off() -> None:
    stage = stage_of(small_pod())
    audit = await stage.desk.survey()
    await stage.desk.__aexit__(None, None, None)
    shop = "https://a-shop-with-a-long-name.example/profile/card#me"
    agreed = Ending(shop, "2026-03-20T10:00:00Z", over=False, agreement="8a" * 16)
    granted = Ending(shop, "2026-03-15", over=False, place=BASE + "journal/purchases/", modes=("read", "append"))
    glance = Glance(
        asking=Part(tuple(Asking(f"{n}", shop, "2026-03-01T10:00:00Z", "2026-03-21T10:00:00Z") for n in range(9))),
        letters=3,
        ending=Part((agreed, granted, replace(granted, until="2026-03-12", over=True)), (Gap("One record is torn."),)),
        late=Part((Late("8a" * 16, shop, "2026-03-13T10:00:00Z", "Everything is deleted."),)),
        untold=Part((Notice("lifepod-x", shop, f"{BASE}lifepod/agreements/{'8a' * 16}/refusal.jsonld"),)),
    )
    for width, tall, each in ((57, 41, 5), (76, 20, 2)):
        rows = [row for row in waiting_rows(glance, Scene(audit, NOW, width, tall)) if row.key]
        said = ["".join(text for text, _ in row.line) for row in rows]
        assert all(cell_len(line) <= width for line in said)
        assert sum(" asks since 1 Mar, answer by 21 Mar" in line for line in said) == each - 1
        assert f"and {9 - each + 1} more" in " ".join(said)
        assert "and 3 messages in the inbox" in " ".join(said)
        assert len({row.name for row in rows}) == len(rows)
        ends = [(row, line) for row, line in zip(rows, said, strict=True) if row.name.startswith("Ending")]
        assert ": agreement ends 20 Mar, in 6 days" in ends[0][1]
        assert ends[0][0].key == ("agreements", "8a" * 16)
        assert "perhaps more: One record is torn." in ends[-1][1]
        if each == 5:
            assert ": ends 15 Mar, tomorrow" in ends[1][1]
            assert ": ended 12 Mar, not closed" in ends[2][1]
            assert ends[2][0].key == ("agents", shop)
        assert any(line.startswith("Overdue") and ": due 13 Mar" in line for line in said)
        (told,) = [row for row in rows if row.name.startswith("Not told")]
        assert told.key == ("agreements", "8a" * 16)
        assert told.has("refusal; lifepod guard tries again")


def shapes() -> Iterator[tuple[int, int]]:
    """Widths and heights from too small to very large."""
    for width in (1, 20, 40, 79, 80, 109, 110, 200):
        for height in (1, 10, 24, 60):
            yield width, height


async def test_no_line_is_wider_than_its_window_whatever_that_is() -> None:
    stage = stage_of(small_pod())
    hide(stage.double, "journal/searches/")
    audit = await stage.desk.survey()
    gap = Gap("The pod at https://pod.example/ cannot be reached. " * 9, "Check that you are online.")
    for width, height in shapes():
        scene = Scene(audit, NOW, width, height, audit.blind)
        for glance in (Glance(), Glance().given_up(gap), Glance(asking=Part((), (gap,)))):
            for row in boards(glance, scene, None)[0]:
                wide = cell_len("".join(text for text, _ in row.line))
                # Of a title and a label the whole is kept: it is scrolled to.
                assert wide <= max(width, 64), (width, row)
    await stage.desk.__aexit__(None, None, None)


async def test_the_smallest_window_shows_home_without_a_fault() -> None:
    async with seated(await home(stage_of(small_pod())), (20, 8)) as seat:
        await seat.settle()
        await seat.press("down", "right", "end", "pageup", "pagedown")
        assert seat.on(HomeScreen)


@pytest.mark.parametrize("size", SIZES, ids=str)
async def test_home_looks_as_it_did(size: tuple[int, int], request: pytest.FixtureRequest) -> None:
    stage = await two_days(stage_of(small_pod("notes/draft.md")))
    async with seated(stage, size) as seat:
        album = Album(seat, size, request)
        await seat.settle()
        album.shows("home")
        await seat.press("question_mark")
        album.shows("home-help")


@pytest.mark.parametrize("size", SIZES, ids=str)
async def test_home_with_nothing_known_yet_looks_as_it_did(
    size: tuple[int, int], request: pytest.FixtureRequest
) -> None:
    stage = stage_of(small_pod())
    hide(stage.double, "journal/searches/")
    await home(stage)
    everything(stage, Hang())
    async with seated(stage, size) as seat:
        album = Album(seat, size, request)
        await seat.until(lambda: "no earlier survey" in seat.text)
        album.shows("home-waits")
        stage.double.scripts.clear()
        everything(stage, faults.refused_connection())
        seat.app.screen_of("home")._look()  # type: ignore[attr-defined]
        await seat.until(lambda: "unknown: " in seat.text)
        await seat.settle()
        album.shows("home-unknown")


@pytest.mark.usefixtures("box_clock")
@pytest.mark.parametrize("size", SIZES, ids=str)
async def test_home_with_much_to_do_looks_as_it_did(
    size: tuple[int, int], request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch
) -> None:
    box, _ = await with_an_agreement()
    stage = await opened(box)
    redate(stage, "2027-01-25T09:58:00Z")
    still(monkeypatch, "2027-01-25T10:00:00Z")
    monkeypatch.setattr("tests.tui.stage.NOW", NOW.replace(year=2027, month=1, day=25, hour=10, minute=0))
    async with seated(stage, size) as seat:
        await seat.settle()
        Album(seat, size, request).shows("home-ends")


@pytest.mark.parametrize(
    ("sure", "unsure", "whole", "drawn"),
    [
        (0, 0, 10, "──────────"),
        (10, 0, 10, "██████████"),
        (1, 0, 10_000, "▏─────────"),
        (0, 1, 10_000, "░─────────"),
        (10_000, 1, 10_001, "█████████░"),
        (5, 5, 10, "█████░░░░░"),
        (1, 0, 16, "▋─────────"),
        (3, 0, 0, "██████████"),
    ],
)
def test_a_bar_shows_every_part_that_there_is(sure: int, unsure: int, whole: int, drawn: str) -> None:
    assert "".join(text for text, _ in bar(sure, unsure, whole, 10)) == drawn


def test_a_bar_is_as_wide_as_was_asked_whatever_it_shows() -> None:
    for width in range(8):
        for sure in range(12):
            for unsure in range(12 - sure):
                assert sum(len(text) for text, _ in bar(sure, unsure, 11, width)) == width, (sure, unsure, width)


@pytest.mark.parametrize(
    "text", ["", "abc", "abcdefghij", "日本語日本語", "e\u0301e\u0301e\u0301e\u0301e\u0301e\u0301"]
)
def test_a_text_takes_just_the_cells_it_was_given(text: str) -> None:
    for width in range(12):
        assert cell_len(fit(text, width)) == width
