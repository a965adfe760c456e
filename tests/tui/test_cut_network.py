"""The network below the desk dies in the middle of a journey, after so many requests, and comes back later.

While it is away the screen answers keys and says in a sentence what is wrong; when it is back another try brings the
journey to its end, and the pod holds what that says: all of it, never a part.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from pathlib import Path

import httpx2
import pytest
from tests.double.pod_double import PodDouble
from tests.owner.signed import searches
from tests.tui import test_journal
from tests.tui.cutting import SIZE, Journey, Wire, ends, every_cut, is_away, offered, press, stays_alive, told
from tests.tui.mailbox import still
from tests.tui.stage import ACME, BASE, VISA, Seat, Stage, agent_rule, seated, small_pod, stage_of
from tests.vendor.market import Market, asked, new_market

from lifepod.owner.words import wish
from lifepod.tui.widgets.files import FilePicker

SEARCHES, PURCHASES = "journal/searches/", "journal/purchases/"
MEDIA = test_journal.MEDIA
CANNOT = "It cannot be done now"
Make = Callable[[], Awaitable[Journey]]


@pytest.fixture(autouse=True)
def clock(monkeypatch: pytest.MonkeyPatch) -> None:
    """The desk's clock stands where the shop asked."""
    still(monkeypatch)


def small_wire(double: PodDouble) -> tuple[Wire, Stage]:
    """A line to one pod, and the desk at its end."""
    wire = Wire(httpx2.MockTransport(double))
    double.owner_acl("lifepod/")
    return wire, stage_of(double, through=wire)


# Access


async def a_grant() -> Journey:
    """Visa is let into the searches."""
    wire, stage = small_wire(small_pod())
    await stage.keep()

    async def go(seat: Seat) -> None:
        await press(seat, "g")
        seat.fill("#agent", VISA)
        seat.fill("#place", SEARCHES)
        seat.app.screen.query_one("#place").focus()
        await press(seat, "enter")

    def reads() -> bool:
        return stage.double.modes(SEARCHES, VISA) == {"read"}

    return Journey(wire, stage, "2", go, reads, lambda: stage.double.modes(SEARCHES, VISA) == set())


async def an_out() -> Journey:
    """Acme is shut out of two places at once."""
    double = small_pod()
    double.owner_acl(SEARCHES, agent_rule(double, SEARCHES, ACME))
    wire, stage = small_wire(double)
    await stage.keep()

    async def go(seat: Seat) -> None:
        seat.app.screen_of("agents").point_at(ACME)
        await seat.settle()
        await press(seat, "x")

    def reads() -> list[bool]:
        return ["read" in double.modes(place, ACME) for place in (PURCHASES, SEARCHES)]

    return Journey(wire, stage, "3", go, lambda: not any(reads()), lambda: all(reads()))


async def an_undo() -> Journey:
    """What Visa was granted is taken back."""
    wire, stage = small_wire(small_pod())
    await stage.keep()
    async with stage.desk as desk:
        granted = wish("grant", VISA, await desk.place(SEARCHES), ("read",))
        await desk.apply(await desk.rehearse(granted, unchecked=True))

    async def go(seat: Seat) -> None:
        await press(seat, "z")

    def reads() -> bool:
        return stage.double.modes(SEARCHES, VISA) == {"read"}

    return Journey(wire, stage, "8", go, lambda: stage.double.modes(SEARCHES, VISA) == set(), reads)


# Requests


_ASKED: list[Market] = []


async def an_approval() -> Journey:
    """A shop's request is signed and opened."""
    if not _ASKED:
        market = await new_market()
        await asked(market)
        _ASKED.append(market)
    market = _ASKED[0].again()
    wire = Wire(market.street)
    stage = stage_of(market.home, "alice", wire)
    for name, secret in market.hers.kept.items():
        stage.desk._door.store().put(name, secret)

    async def go(seat: Seat) -> None:
        await press(seat, "a")

    def modes() -> frozenset[str]:
        return market.home.modes(PURCHASES, market.shop.owner)

    return Journey(wire, stage, "5", go, lambda: modes() == {"read"}, lambda: modes() == set())


# The journal


async def an_import() -> Journey:
    """Two months of searches come in."""
    export = searches(Path.home() / "Downloads", "red shoes", "green tea")
    wire, stage = small_wire(small_pod())
    await stage.keep()

    async def go(seat: Seat) -> None:
        await press(seat, "i")
        seat.app.screen.query_one(FilePicker).choose([export])
        await seat.settle()

    def held() -> list[bool]:
        paths = [f"{SEARCHES}google-search/2025/0{month}.ttl" for month in (1, 2)]
        return [stage.double.body(path) is not None for path in paths]

    return Journey(wire, stage, "2", go, lambda: all(held()), lambda: not any(held()), steps=("c", "c", "y"))


async def a_record(key: str) -> Journey:
    """A journal of three records, and a key that does something to the first one."""
    wire, stage = small_wire(test_journal.pod())
    await stage.keep()

    async def go(seat: Seat) -> None:
        await press(seat, *(("z",) if key == "z" else ("home", key)))

    def holds(word: str) -> Callable[[], bool]:
        return lambda: word.encode() in (stage.double.body(BASE + MEDIA) or b"")

    there, new = holds(test_journal.FIRST), holds("Casablanca 1942")
    if key == "e":
        return Journey(wire, stage, "7", go, new, lambda: not new(), more=corrected, settled=CANNOT)
    if key == "z":
        return Journey(wire, stage, "7", go, there, lambda: not there(), before=deleted)
    return Journey(wire, stage, "7", go, lambda: not there(), there, settled=CANNOT)


async def corrected(seat: Seat) -> None:
    """Fill in the form of a record, if it is there."""
    if "next" in offered(seat):
        seat.fill("#field-0", "Casablanca 1942")
        seat.app.screen.query_one("#field-0").focus()
        await press(seat, "enter")


async def deleted(seat: Seat) -> None:
    """Delete the first record."""
    await press(seat, "home", "d", "y", "escape")


JOURNEYS: dict[str, Make] = {
    "grant": a_grant,
    "out everywhere": an_out,
    "undo a change": an_undo,
    "approve": an_approval,
    "import": an_import,
    "edit": lambda: a_record("e"),
    "delete": lambda: a_record("d"),
    "undo a deletion": lambda: a_record("z"),
}


@pytest.mark.parametrize("name", JOURNEYS)
async def test_a_journey_that_is_cut_off_says_so_and_comes_to_its_end_when_the_network_is_back(name: str) -> None:
    await every_cut(JOURNEYS[name], last=name == "grant")


# Each screen


@pytest.mark.parametrize(("after", "keys"), [(0, "12345678"), (2, "257")])
async def test_each_screen_opens_without_a_network_and_reads_again_when_it_is_back(after: int, keys: str) -> None:
    wire, stage = small_wire(test_journal.pod())
    stage.double.put("inbox/")
    await stage.keep()
    async with seated(stage, SIZE) as seat:
        await seat.settle()
        for key in keys:
            wire.cut(after)
            await press(seat, key)
            if key == "2":
                await press(seat, "u")
            await stays_alive(seat)
            clear = is_away(seat) or "that you are online" in told(seat) or "blind spots" in told(seat)
            assert clear or wire.was_whole, f"{key}:\n{seat.text}"
        wire.mend()
        for key in set(keys) & set("25678"):
            await press(seat, key, "u")
            assert not is_away(seat), f"{key}:\n{seat.text}"
            assert "could be read" not in told(seat), f"{key}:\n{seat.text}"
            assert "blind spots" not in told(seat), f"{key}:\n{seat.text}"


# What is told wrongly yet


async def cut_at(journey: Journey, end: str, *, tried: bool = False) -> str:
    """What the sheet says when the line dies at a request after the yes.

    With ``tried`` that request arrives and its answer is lost, and what is said after another try is given.
    """
    async with seated(journey.stage, SIZE) as seat:
        await seat.settle()
        await press(seat, journey.mode)
        await journey.before(seat)
        await journey.go(seat)
        journey.wire.cut_at(end, loses=tried)
        title = await ends(seat, journey)
        assert not journey.wire.was_whole
        assert title.startswith("Not confirmed"), title
        if tried:
            journey.wire.mend()
            await seat.click("#again")
        return told(seat)


async def test_a_look_that_met_nobody_finds_nothing() -> None:
    said = await cut_at(await an_undo(), f"GET /{SEARCHES}.acl")
    assert "finds otherwise" not in said
    assert "cannot be reached" in said


async def test_a_folder_that_nobody_could_look_into_is_not_called_open() -> None:
    said = await cut_at(await a_record("z"), "GET /lifepod/.acl")
    assert "Everyone may be able" not in said
    assert "cannot be reached" in said


async def test_a_deletion_whose_answer_was_lost_is_told_as_done_when_it_is_tried_again() -> None:
    said = await cut_at(await a_record("d"), f"PUT /{MEDIA}", tried=True)
    assert "There is no record" not in said
    assert "deleted" in said


async def test_a_correction_whose_answer_was_lost_is_told_as_done_when_it_is_tried_again() -> None:
    said = await cut_at(await a_record("e"), f"PUT /{MEDIA}", tried=True)
    assert "Somebody changed this record" not in said
    assert "nothing was written" not in said
