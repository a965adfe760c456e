"""What a key costs on large surveys until its effect is painted, what memory that takes, and what it costs to rest.

Run as a program it does one of these in a process of its own and prints JSON: ``keep``, ``press``, ``table``, ``rest``.
It refuses to time a key that painted nothing, and to count the making of the survey as work of the product.
"""

from __future__ import annotations

import asyncio
import json
import os
import pty
import select
import statistics
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field, replace
from functools import partial
from pathlib import Path
from typing import Any, NamedTuple

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

from tests.access.large import Shape, large_survey
from tests.access.worlds import BASE, OWNER
from textual import events
from textual.app import App, ComposeResult
from textual.message_pump import MessagePump
from textual.pilot import Pilot
from textual.screen import Screen
from textual.widgets import DataTable

SIZE = (120, 40)
EARLIER = "2026-02-28T12:00:00Z"
"""When the survey before was taken: who looks every day has one."""
PEER = "a bare textual app with a table of as many rows"
PROGRAM = [sys.executable, "-m", "lifepod"]
MONTH = BASE + "area0/y00/m00/"
"""A container with about a hundred documents, in every shape below."""
NOWHERE = "http://127.0.0.1:9/"
"""A login server that refuses at once: the screen rests without a pod."""
_CHARS = {"slash": "/", "minus": "-"}
_TICKS = os.sysconf("SC_CLK_TCK")


@dataclass(frozen=True, slots=True)
class Walk:
    """Keys pressed one after the other on one screen; each must change what is seen."""

    name: str
    mode: str
    """The key that leads there."""
    keys: tuple[str, ...]
    times: int
    settles: bool = False
    """Whether the next key waits for the work in the background; else it comes as when a key is held down."""
    at: str = ""
    """What the screen points at before the first key."""

    def pressed(self, *, short: bool) -> tuple[str, ...]:
        """All of the keys, or a few with the last one, which leads back."""
        return (*self.keys[:-1][:6], self.keys[-1]) if short else self.keys * self.times


def _by(key: str, times: int) -> tuple[str, ...]:
    return (key,) * times


_PAGES = ("pagedown", "pageup")
_FOLDS = ("right", *_by("down", 20), *_PAGES, *_by("up", 20), "left", *(("right", "left") * 8))
_TYPED = ("slash", *"record", "minus", *"012", *_by("backspace", 5), "escape")
_CROSS = (*_by("right", 5), *_by("down", 20), *_PAGES, *_by("up", 20), *_by("left", 5), *_by("s", 3))
WALKS = (
    Walk("Home", "1", (*_by("down", 8), *_by("up", 4), "a", "b", "w", "right", "left"), 12),
    Walk("Places", "2", _FOLDS, 4, at=MONTH),
    Walk("Places filter", "2", _TYPED, 4),
    Walk("Agents", "3", _by("down", 40), 1, settles=True),
    Walk("Agents held", "3", (*_by("down", 40), *_by("up", 40)), 3),
    Walk("Matrix", "4", _CROSS, 4),
    Walk("Another screen", "1", ("2", "3", "4", "1"), 10, settles=True),
)


class Figure(NamedTuple):
    """One row of the benchmark."""

    what: str
    value: float
    unit: str
    peer: str = ""
    peer_value: float | None = None
    goal: float | None = None


# Keys


class Meter:
    """Presses keys in an app without a terminal and notes when what they did was painted.

    The clock runs from the posting of the key to the moment at which something was painted, no widget waits to be laid
    out or drawn, and every queue is empty. The frames of the app are taken where they leave for the terminal, after
    layout and compositor; without a terminal the app would not make them into text, so that is done here.
    """

    def __init__(self, app: App[None], pilot: Pilot[None]) -> None:
        self._app, self._pilot = app, pilot
        self._painted = 0
        display = app._display

        def painting(screen: Screen[object], frame: Any) -> None:
            display(screen, frame)
            # The app passes over the same ones: nothing to show, several in one, not in front.
            if frame is not None and not app._batch_count and screen is app.screen:
                self._painted += len(self._text(frame))

        app._display = painting  # type: ignore[method-assign, assignment]

    def _text(self, frame: Any) -> str:
        if hasattr(frame, "render_segments"):
            return str(frame.render_segments(self._app.console))
        return "".join(part.text for part in self._app.console.render(frame))

    async def press(self, key: str) -> float:
        """Milliseconds of one key."""
        event = events.Key(key, key if len(key) == 1 else _CHARS.get(key))
        event.set_sender(self._app)
        self._painted, began = 0, time.perf_counter()
        self._app.post_message(event)
        ended = await self._idle()
        if not self._painted:
            raise RuntimeError(f"{key} painted nothing on {self._app.screen}")
        return (ended - began) * 1000

    async def _idle(self) -> float:
        """When everything had come to rest; whether it had is tried by a word through every queue."""
        until = time.perf_counter() + 20
        while time.perf_counter() < until:
            await asyncio.sleep(0.001)
            if self._app._exception is not None:
                raise self._app._exception
            now, painted = time.perf_counter(), self._painted
            if not self._is_idle():
                continue
            # A handler that waits for something has an empty queue too; and what a screen was asked to do after it was
            # painted lies there until the next word to it.
            await self._pilot._wait_for_screen()
            if self._painted == painted and self._is_idle() and not self._app.screen._callbacks:
                return now
        raise RuntimeError(f"no rest within 20 s: {self._waiting()}")

    def _is_idle(self) -> bool:
        return not any(map(bool, self._waiting()))

    def _waiting(self) -> tuple[object, ...]:
        """What is still to be laid out, drawn or heard."""
        screen = self._app.screen
        pumps: list[MessagePump] = [self._app, *screen.walk_children(with_self=True)]
        full = [pump for pump in pumps if pump._message_queue.qsize() + len(pump._next_callbacks)]
        flags = screen._layout_required, screen._scroll_required, screen._repaint_required, screen._recompose_required
        return *flags, screen._dirty_widgets, full

    async def settle(self) -> float:
        """Wait for the work in the background too, and for what it paints; gives when that was."""
        while any(not one.is_finished for one in self._app.workers if one.group not in ("listen", "_loader")):
            await asyncio.sleep(0.001)
        return await self._idle()


@dataclass
class Times:
    """Milliseconds of the keys of one walk."""

    keys: list[tuple[str, float]] = field(default_factory=list)
    whole: list[float] = field(default_factory=list)
    """To the end of the work in the background as well, where that was waited for."""

    def figures(self) -> dict[str, Any]:
        """How many; half of them and all but a hundredth took at most this; the slowest of each key."""
        slowest: dict[str, float] = {}
        for key, ms in self.keys:
            slowest[key] = max(round(ms, 1), slowest.get(key, 0.0))
        found = {"keys": len(self.keys), **_centiles([ms for _, ms in self.keys]), "slowest": slowest}
        return found | ({"whole": _centiles(self.whole)} if self.whole else {})


def _centiles(times: Sequence[float]) -> dict[str, float]:
    cuts = statistics.quantiles(times, n=100, method="inclusive")
    return {"p50": cuts[49], "p99": cuts[98], "most": max(times)}


async def _walked(meter: Meter, walk: Walk, keys: Sequence[str]) -> Times:
    found = Times()
    for key in keys:
        began = time.perf_counter()
        found.keys.append((key, await meter.press(key)))
        if walk.settles:
            found.whole.append((await meter.settle() - began) * 1000)
    return found


async def pressing(*, short: bool) -> dict[str, Any]:
    """Every walk on the kept survey, in the app itself, at the desk of a pod in memory."""
    from tests.double.pod_double import PodDouble
    from tests.tui.stage import Seat, stage_of

    double, out = PodDouble(BASE), dict[str, Any]()
    double.put("inbox/")
    app = replace(stage_of(double, "double"), first="home").app()
    async with app.run_test(size=SIZE, notifications=True) as pilot:
        seat = Seat(app, pilot)
        for number in "12341":  # every screen is there before the clock runs: to make one is told as its own walk
            await seat.press(number)
        meter = Meter(app, pilot)
        for walk in WALKS:
            await seat.press(walk.mode)
            if walk.at:
                app.screen.point_at(walk.at)  # type: ignore[attr-defined]
            await seat.settle()
            out[walk.name] = (await _walked(meter, walk, walk.pressed(short=short))).figures()
    return out


class Table(App[None]):
    """A bare app, as the floor."""

    def __init__(self, rows: int) -> None:
        super().__init__()
        self._rows = rows

    def compose(self) -> ComposeResult:
        yield DataTable[str](id="table")

    def on_mount(self) -> None:
        table = self.query_one("#table", DataTable)
        table.add_columns("place", "who")
        table.add_rows((f"record-{number:06}.ttl", "3 agents") for number in range(self._rows))


async def bare_pressing(rows: int, *, short: bool) -> dict[str, Any]:
    """Arrows and pages in the bare app."""
    app = Table(rows)
    app.animation_level = "none"
    keys = (*_by("down", 20), *_PAGES, *_by("up", 20), "right", "left")
    async with app.run_test(size=SIZE) as pilot:
        await pilot.pause()
        walk = Walk("", "", keys, 5)
        return (await _walked(Meter(app, pilot), walk, walk.pressed(short=short))).figures()


# Memory and rest


class Terminal:
    """A program in a terminal of its own."""

    def __init__(self, command: Sequence[str], patience: float) -> None:
        self._patience = patience
        self._pid, self._line = pty.fork()
        if self._pid == 0:
            os.environ.update(TERM="xterm-256color", COLUMNS=str(SIZE[0]), LINES=str(SIZE[1]))
            os.execvp(command[0], list(command))

    def press(self, keys: bytes) -> None:
        """Send keys, and wait for what they do."""
        os.write(self._line, keys)
        self.settle()

    def read(self, seconds: float) -> int:
        """Take what is painted meanwhile; how many bytes that is."""
        until, count = time.monotonic() + seconds, 0
        while (left := until - time.monotonic()) > 0:
            if select.select([self._line], [], [], left)[0]:
                count += len(os.read(self._line, 65536))
        return count

    def settle(self) -> None:
        """Until it has painted, and for as long as patience asks has done next to nothing more."""
        painted = 0
        for _ in range(int(60 / self._patience)):
            before = self.seconds()
            painted += self.read(self._patience)
            if painted and self.seconds() - before <= 0.03 * self._patience:
                return
        raise RuntimeError(f"no rest within a minute; {painted} bytes were painted")

    def seconds(self) -> float:
        """Time that its threads have worked so far."""
        parts = Path(f"/proc/{self._pid}/stat").read_text().rpartition(")")[2].split()
        return (int(parts[11]) + int(parts[12])) / _TICKS

    def peak(self) -> float:
        """The most memory it has had so far, MB."""
        lines = Path(f"/proc/{self._pid}/status").read_text().splitlines()
        return int(next(line for line in lines if line.startswith("VmHWM")).split()[1]) / 1024

    def close(self) -> None:
        """End it."""
        os.kill(self._pid, 9)
        os.close(self._line)
        os.waitpid(self._pid, 0)


def resting(command: Sequence[str], keys: Sequence[str], seconds: float) -> dict[str, float]:
    """The memory after these keys, and the share of a processor that is used while nothing is pressed."""
    terminal = Terminal(command, min(1.0, seconds / 3))
    try:
        terminal.settle()
        for key in keys:
            terminal.press(key.encode())
        peak, before = terminal.peak(), terminal.seconds()
        terminal.read(seconds)
        worked = max(terminal.seconds() - before, 1 / _TICKS)  # less than a tick cannot be told from none
        return {"peak": peak, "idle": worked / seconds * 100}
    finally:
        terminal.close()


# Put together


def shape_of(places: int, *, short: bool) -> Shape:
    """A pod with rules of its own at every twentieth place."""
    return Shape(places, places // 20, 20 if short else 200, places // 100)


def keep(shape: Shape) -> None:
    """Two surveys on this machine, a day apart, and a login that leads to no server."""
    from lifepod.owner import kept, logins

    survey = large_survey(shape)
    kept.keep(replace(survey, surveyed_at=EARLIER, places=survey.places[:-20]))
    kept.keep(survey)
    logins.add("sam", logins.credentials(OWNER, NOWHERE, "id", "secret"), BASE, lambda line: None)


def figures(short: bool, folder: Path) -> Iterator[Figure]:
    """Every figure of this module, at each size."""
    sizes = {1_000: None} if short else {10_000: 200.0, 100_000: 500.0}
    for places, memory in sizes.items():
        own = folder / f"keys-{places}"
        run("keep", places, own, short=short)
        start = partial(run, places=places, own=own, short=short)
        with ThreadPoolExecutor(4 if short else 1) as pool:  # side by side only where nobody looks at the figures
            pressed, floor, rest, bare = pool.map(start, ("press", "table", "rest", "bare"))
        goal = None if short else 50.0
        for name, one in pressed.items():
            what = f"{places:,} places, {name}"
            yield Figure(f"{what}: p50", one["p50"], "ms", PEER, floor["p50"])
            yield Figure(f"{what}: p99", one["p99"], "ms", PEER, floor["p99"], goal)
            if "whole" in one:
                yield Figure(f"{what}: whole", one["whole"]["p99"], "ms", "its first paint", one["p99"])
        yield Figure(f"{places:,} places: memory", rest["peak"], "MB", PEER, bare["peak"], memory)
        yield Figure(f"{places:,} places: at rest", rest["idle"], "% CPU", PEER, bare["idle"], None if short else 1.0)


def run(verb: str, places: int, own: Path, *, short: bool) -> dict[str, Any]:
    """One of the programs below, with a folder of its own, in colours whatever is said here."""
    world = os.environ | {"LIFEPOD_DIR": str(own), "TERM": "xterm-256color", "COLORTERM": "truecolor"}
    world.pop("NO_COLOR", None)
    command = [sys.executable, __file__, verb, str(places), *(["short"] if short else [])]
    done = subprocess.run(command, stdout=subprocess.PIPE, text=True, env=world)
    if done.returncode:
        raise RuntimeError(f"{verb} at {places} places failed with {done.returncode}")
    return dict(json.loads(done.stdout or "{}"))


def main(verb: str, count: str, *more: str) -> None:
    """One part of the work."""
    places, short = int(count), "short" in more
    seconds = 1.0 if short else 20.0  # long enough for all that the screen does by itself now and then
    if verb == "keep":
        keep(shape_of(places, short=short))
    elif verb == "run":
        Table(places).run()
    elif verb == "press":
        print(json.dumps(asyncio.run(pressing(short=short))))
    elif verb == "table":
        print(json.dumps(asyncio.run(bare_pressing(places, short=short))))
    elif verb == "rest":
        print(json.dumps(resting(PROGRAM, "2341"[: 1 if short else 4], seconds)))
    else:
        print(json.dumps(resting([sys.executable, __file__, "run", count], ["\x1b[B"], seconds)))


if __name__ == "__main__":
    main(*sys.argv[1:])
