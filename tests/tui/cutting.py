"""A line to pods in memory that dies after so many requests, and a journey that is cut off by it and tried again."""

from __future__ import annotations

import os
import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from random import Random

import httpx2
from tests.tui.stage import Seat, Stage, seated
from textual.widgets import Button

from lifepod.tui.screens.help import HelpScreen

SEED = 20260314
SIZE = (80, 30)
PATIENCE = 2.0
"""Seconds within which a key is answered, whatever the network does."""
PENDING = "lifepod/access/pending.ttl"
AWAY = ("cannot be reached", "broke off")
"""How it is told that the network is away."""
TOLD = (
    "Done",
    "Nothing needs to be written",
    "No plan could be made",
    "It was not done",
    "It cannot be d",
    "Not ",
    "Signed, and not confirmed",
    "That did not work: nothing was written",
    "Nothing was written",
)
"""How the title of a sheet may begin where nothing is under way on it."""
UNSURE = ("Not ", "Signed, and not confirmed")
"""How it begins where some of it may be done."""


class Wire(httpx2.AsyncBaseTransport):
    """A line; from some request on nobody is at its other end."""

    def __init__(self, line: httpx2.AsyncBaseTransport) -> None:
        self._line, self._loses = line, False
        self._left: int | None = None
        self._end = ""
        self.sent = 0
        """Requests since it was cut or mended last."""

    def cut(self, after: int, *, loses: bool = False) -> None:
        """So many requests pass; with ``loses`` one more arrives, and its answer is lost."""
        self._left, self._loses, self.sent = after, loses, 0

    def cut_at(self, end: str, *, loses: bool = False) -> None:
        """From the first request like this on, ``PUT /2026.ttl``; with ``loses`` it arrives, and its answer is lost."""
        self._end, self._loses = end, loses

    def mend(self) -> None:
        """All pass again."""
        self._left, self._end, self.sent = None, "", 0

    @property
    def was_whole(self) -> bool:
        """Whether nothing was cut off yet."""
        return self._left is None or self.sent <= self._left

    async def handle_async_request(self, request: httpx2.Request) -> httpx2.Response:
        self.sent += 1
        method, _, path = self._end.partition(" ")
        if self._end and request.method == method and str(request.url).endswith(path):
            self._left, self._end = self.sent - 1, ""
        if self._left is None or self.sent <= self._left:
            return await self._line.handle_async_request(request)
        if self._loses and self.sent == self._left + 1:
            await self._line.handle_async_request(request)
            raise httpx2.ReadError("the line broke", request=request)
        raise httpx2.ConnectError("All connection attempts failed", request=request)


async def nothing(seat: Seat) -> None:
    """Nothing is to be done."""


@dataclass
class Journey:
    """What a person does from a screen on, and what the pod holds when it is done."""

    wire: Wire
    stage: Stage
    mode: str
    """The key of the screen where it begins."""
    go: Callable[[Seat], Awaitable[None]]
    """Opens its sheet."""
    is_made: Callable[[], bool]
    is_unmade: Callable[[], bool]
    more: Callable[[Seat], Awaitable[None]] = nothing
    """Fills in what the sheet asks for, if it asks."""
    before: Callable[[Seat], Awaitable[None]] = nothing
    """What happened on the screen before it began."""
    steps: tuple[str, ...] = ("y",)
    """Keys that go on from sheet to sheet, each where it is offered."""
    settled: str = "Nothing needs to"
    """How the title begins when it is tried again and was done already."""


def told(seat: Seat) -> str:
    """All that is in view, in one line."""
    # What lies behind a sheet would stand between its lines.
    sheets = [seat.said(name) for name in ("#plan", "#text") if seat.app.screen.query(name)]
    return " ".join([*sheets, *seat.text.replace("│", " ").split()])


def is_away(seat: Seat) -> bool:
    """Whether the screen says that the network is away."""
    return any(word in told(seat) for word in AWAY)


def offered(seat: Seat) -> set[str]:
    """Ids of the buttons that the sheet in front shows."""
    return {button.id or "" for button in seat.app.screen.query(Button) if button.display and not button.disabled}


async def press(seat: Seat, *keys: str) -> None:
    """Press keys; each is taken in time, even if what it begins takes longer."""
    for key in keys:
        began = time.monotonic()
        await seat.pilot.press(key)
        assert time.monotonic() - began < PATIENCE, f"{key} was not answered"
    await seat.settle()


async def stays_alive(seat: Seat) -> None:
    """Help comes over whatever is in front, and goes; no fault of the program is shown."""
    assert "Traceback" not in seat.text
    assert "through a fault of lifepod" not in told(seat), seat.text
    below, began = seat.app.screen, time.monotonic()
    await seat.pilot.press("f1")
    await seat.until(lambda: seat.on(HelpScreen))
    await seat.pilot.press("escape")
    await seat.until(lambda: seat.app.screen is below)
    assert time.monotonic() - began < PATIENCE, "the screen does not answer"


async def ends(seat: Seat, journey: Journey) -> str:
    """Go on where it is offered; the title of the sheet at the end."""
    await journey.more(seat)
    for key in journey.steps:
        if key == "y" and "yes" not in offered(seat):
            break
        await press(seat, key)
    return seat.said("#title")


async def cut_off(seat: Seat, journey: Journey, after: int, *, loses: bool) -> int:
    """The journey with the line cut after some requests, then mended, then tried again: how many that took."""
    where = f"seed {SEED}, cut after {after}, answer lost: {loses}"
    journey.wire.cut(after, loses=loses)
    await journey.go(seat)
    title = await ends(seat, journey)
    assert title.startswith(TOLD), f"{where}: {title}\n{seat.text}"
    if title.startswith("Done"):
        assert journey.is_made(), where
    else:
        assert is_away(seat), f"{where}\n{seat.text}"
        assert title.startswith(UNSURE) or journey.is_unmade(), f"{where}: {title}"
    await stays_alive(seat)
    if not title.startswith("Done"):
        await again(seat, journey, leaves=bool(after % 2), where=where)
    total = journey.wire.sent
    journey.wire.mend()
    await press(seat, "escape")
    await rests(journey, where)
    assert journey.is_made(), where
    return total


async def again(seat: Seat, journey: Journey, *, leaves: bool, where: str) -> None:
    """The same once more with the network back: by the sheet's own button, or from the screen on after a look."""
    if not leaves and "again" in offered(seat):
        journey.wire.mend()
        await seat.click("#again")
    else:
        while seat.app.screen.is_modal:
            await press(seat, "escape")
        await stays_alive(seat)
        journey.wire.mend()
        await press(seat, "u")
        assert not is_away(seat), f"{where}: a look after the network came back did not help\n{seat.text}"
        if journey.is_made():
            return
        await journey.go(seat)
    title = await ends(seat, journey)
    done = title.startswith("Done") or (journey.is_made() and title.startswith(journey.settled))
    assert done, f"{where}: {title}\n{seat.text}"


async def rests(journey: Journey, where: str) -> None:
    """Every change came to an end; one whose last word was cut off does when the next one begins, or is asked to."""
    double, desk = journey.stage.double, journey.stage.desk
    if double.body(PENDING) is not None:
        assert await desk.recover() is not None, f"{where}: nobody can bring it to its end"
    assert double.body(PENDING) is None, where
    assert {one.state for one in await desk.changes()} <= {"finished", "rolled-back"}, where


def moments(total: int, *, last: bool) -> list[tuple[int, bool]]:
    """Where it is cut once it has begun, by a lot that is always the same; whether an answer is lost is drawn, too.

    ``last``: also at its last request, where a change of access takes itself off the record. ``CUTS=every``
    in the environment: at every request, with its answer lost and without (``make cuts``).
    """
    if os.environ.get("CUTS") == "every":
        return [(after, loses) for after in range(1, total) for loses in (False, True)]
    lot = Random(SEED)
    found = {lot.randrange(1, total), *([total - 1] if last else [])}
    return [(after, lot.random() < 0.5) for after in sorted(found)]


async def every_cut(make: Callable[[], Awaitable[Journey]], *, last: bool) -> None:
    """With a fresh pod and a fresh screen for each: without a network at first, which counts what the rest takes."""
    cuts, counted = [(0, False)], False
    while cuts:
        journey = await make()
        async with seated(journey.stage, SIZE) as seat:
            await seat.settle()
            await press(seat, journey.mode)
            await journey.before(seat)
            after, loses = cuts.pop()
            total = await cut_off(seat, journey, after, loses=loses)
            if not counted:
                cuts, counted = moments(total, last=last), True
