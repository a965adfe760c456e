"""`make bench`: what lifepod costs, each figure beside a named floor or peer measured in the same run.

It refuses to print a figure that was not measured just now, and to hide a goal that was missed.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import os
import pty
import select
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Awaitable, Callable, Mapping, Sequence
from contextlib import closing
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import TypeVar

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

from tests.bench import client as clients
from tests.bench import keys
from tests.bench.exports import read_beside
from tests.bench.worlds import Size, add_login, fill, history, together

from lifepod.home.server import HomeFolder, RunningServer
from lifepod.owner import surveys
from lifepod.owner.collect import Wanted, preview
from lifepod.owner.desk import Desk
from lifepod.owner.selftest import self_test
from lifepod.solid.door import Door
from lifepod.solid.pod import Pod

T = TypeVar("T")
PROGRAM = [sys.executable, "-m", "lifepod"]
_SECRET_FREE = ("LIFEPOD_PROFILE", "TEXTUAL_DRIVER")


@dataclass(frozen=True, slots=True)
class Row:
    """One figure."""

    what: str
    value: float
    unit: str
    peer: str = ""
    """Floor or peer, by name."""
    peer_value: float | None = None
    goal: float | None = None
    """At most this (requests, seconds), or at least."""
    at_least: bool = False

    @property
    def ratio(self) -> float | None:
        """Ours over the peer's."""
        return self.value / self.peer_value if self.peer_value else None

    @property
    def verdict(self) -> str:
        """Whether the goal was met."""
        if self.goal is None:
            return ""
        met = self.value >= self.goal if self.at_least else self.value <= self.goal
        return f"goal {self.goal:g}: {'met' if met else 'MISSED'}"


def start_up(tries: int) -> list[Row]:
    """The command line's help, beside a bare interpreter and one that only imports click."""
    bare = _median(tries, lambda: _process([sys.executable, "-c", "pass"]))
    click = _median(tries, lambda: _process([sys.executable, "-c", "import click"]))
    ours = _median(tries, lambda: _process([*PROGRAM, "--help"]))
    return [
        Row("lifepod --help", ours, "s", "python -c pass", bare, 0.15),
        Row("lifepod --help", ours, "s", "python -c 'import click'", click),
    ]


def _process(command: Sequence[str]) -> float:
    began = time.perf_counter()
    subprocess.run(command, check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    return time.perf_counter() - began


def _median(tries: int, measure: Callable[[], float]) -> float:
    measure()  # the first one warms the disk
    return statistics.median(measure() for _ in range(tries))


_BARE_APP = (
    "from textual.app import App\nfrom textual.widgets import Tree\n"
    "class A(App):\n"
    "    def compose(self):\n        t = Tree('journal/'); t.root.expand(); yield t\n"
    "A().run()"
)


def screen(tries: int, short: bool, folder: Path) -> list[Row]:
    """The screen on a saved survey in a real terminal: from the start of the process to its first words painted."""
    places, own = 1_000 if short else 10_000, folder / "first-paint"
    keys.run("keep", places, own, short=short)
    ours = _median(tries, lambda: _painted(PROGRAM, b"Who could read", own))
    bare = _median(tries, lambda: _painted([sys.executable, "-c", _BARE_APP], b"journal/", own))
    goal = None if short else 0.6
    return [Row(f"first paint, {places:,} places", ours, "s", "a bare textual app with one tree", bare, goal)]


def _painted(command: Sequence[str], wanted: bytes, own: Path) -> float:
    began = time.perf_counter()
    pid, terminal = pty.fork()
    if pid == 0:
        os.environ.update(TERM="xterm-256color", COLUMNS="120", LINES="40", LIFEPOD_DIR=str(own))
        os.execvp(command[0], list(command))
    seen, took = b"", 0.0
    try:
        while not took:
            if not select.select([terminal], [], [], 20)[0]:
                raise RuntimeError(f"nothing painted within 20 s: {seen[-300:]!r}")
            seen += os.read(terminal, 65536)
            if wanted in seen:
                took = time.perf_counter() - began
    finally:
        os.kill(pid, 9)
        os.close(terminal)
        os.waitpid(pid, 0)
    return took


def reading(visits: int, folder: Path) -> list[Row]:
    """A long history read, cleaned, named and spooled, beside SQLite handing out the same rows."""
    path = history(folder / "History", visits)
    began = time.perf_counter()
    found = asyncio.run(preview(Wanted((path,)), lambda what, done, total: None))
    ours = visits / (time.perf_counter() - began)
    assert found.seen == visits, found
    began = time.perf_counter()
    rows = _bare_rows(path)
    floor = rows / (time.perf_counter() - began)
    return [Row(f"{visits} visits read (dry run)", ours, "records/s", "SQLite's rows alone", floor)]


def exports_read(entries: int, folder: Path) -> list[Row]:
    """Exports to the bytes of their partitions, beside the readers people use today; they name no records."""
    rows = []
    for told in read_beside(folder, entries):
        for name, theirs in told.peers:
            peer = name if theirs else f"{name} (not installed)"
            rows.append(Row(f"{told.what} to Turtle", told.records, "records/s", peer, theirs, 60_000, at_least=True))
        rows.append(Row(f"{told.what}: memory", told.memory, "MB", "the size of the file", told.size, 250))
        if told.floor is not None:
            rows.append(Row(f"{told.what}: speed", told.megabytes, "MB/s", "json.load", told.floor, 40, at_least=True))
    return rows


def _bare_rows(path: Path) -> int:
    import sqlite3

    with closing(sqlite3.connect(path)) as db:
        query = "SELECT v.visit_time, u.url, u.title FROM visits v JOIN urls u ON u.id = v.url ORDER BY v.visit_time"
        return len(db.execute(query).fetchall())


async def importing(visits: int, path: Path, logins: tuple[str, str]) -> list[Row]:
    """The same history into a real pod, then once more; beside a bare loop that sends the same bodies."""
    async with Desk.open(logins[0]) as desk:
        await desk.settle()
        first, done = await _timed(lambda: desk.collect([path], lambda what, n, total: None))
        again, twice = await _timed(lambda: desk.collect([path], lambda what, n, total: None))
        forced, thrice = await _timed(lambda: desk.collect([path], lambda what, n, total: None, again=True))
    assert done.written == done.seen == visits, done
    assert not twice.partitions, twice
    assert not thrice.partitions, thrice
    pod, other = await Door.of(logins[0]).pod(), await Door.of(logins[1]).pod()
    async with pod, other:
        bodies = [(path, (await pod.get(pod.storage + path)).body) for path in done.partitions]
        floor, _ = await _timed(lambda: _send(other, bodies))
    return [
        Row(f"{visits} visits imported", visits / first, "records/s", "the same PUTs alone", visits / floor),
        Row("imported again: seconds", again, "s", "the first import", first),
        Row("read and compared again (--again)", forced, "s", "the first import", first),
    ]


async def _send(pod: Pod, bodies: list[tuple[str, bytes]]) -> None:
    for path, body in bodies:
        headers = {"Content-Type": "text/turtle", "If-None-Match": "*"}
        reply = await pod.ask("PUT", pod.storage + path, headers, body)
        assert reply.status == 201, reply.status


async def _timed(work: Callable[[], Awaitable[T]]) -> tuple[float, T]:
    began = time.perf_counter()
    result = await work()
    return time.perf_counter() - began, result


async def surveying(size: Size, login: str) -> list[Row]:
    """A survey of a filled pod and one that confirms it, beside the bare requests, and beside place by place."""
    pod = await Door.of(login).pod()
    async with pod:
        await fill(pod, size)
        proof = await self_test(pod)
        assert proof.proved, proof
        await asyncio.sleep(3)  # what was changed in this very second cannot be relied on
        survey = (await surveys.take(pod, full=True)).survey  # the line is open and the server warm
        documents = [p.url for p in survey.places if not p.is_container]
        containers = [p.url for p in survey.places if p.is_container]
        own = sum(place.control.own.value == "rules" for place in survey.places)
        budget = len(documents) + 2 * len(containers) + own + 10  # 1,160 for the thousand of the long form
        urls = [*containers, *(f"{url}.acl" for url in [*containers, *documents])]
        # In turns, and the best of each: what else this machine does meanwhile is no figure of ours.
        floors, ours = [], []
        for _ in range(3):
            floors.append((await _timed(lambda: _bare(pod, urls)))[0] * survey.requests / len(urls))
            ours.append((await _timed(lambda: surveys.take(pod, full=True)))[0])
        each, _ = await _timed(lambda: _place_by_place(pod, [*containers, *documents]))
        seconds, again = await _timed(lambda: surveys.take(pod))
        assert not survey.blind, survey.blind
        assert again.survey.places == survey.places
    what, floor, took = f"survey of {len(survey.places)} places", min(floors), min(ours)
    return [
        Row(f"{what}: requests", survey.requests, "requests", "documents + 2 containers + own + 10", budget, budget),
        Row(f"{what}: seconds", took, "s", "as many bare authenticated GETs", floor, 1.15 * floor),
        Row(f"{what}: seconds", took, "s", "HEAD and access document of each place", each),
        Row("survey again: requests", again.survey.requests, "requests", "the first survey", survey.requests, 140),
        Row("survey again: seconds", seconds, "s", "the first survey", took),
    ]


async def _bare(pod: Pod, urls: list[str]) -> None:
    await together(pod.ask("GET", url, {"Accept": "text/turtle"}) for url in urls)


async def _place_by_place(pod: Pod, places: list[str]) -> None:
    async def one(url: str) -> None:
        link = (await pod.head(url)).link("acl")
        assert link is not None
        await pod.ask("GET", link, {"Accept": "text/turtle"})

    await together(one(url) for url in places)


def auditing(short: bool, folder: Path) -> list[Row]:
    """A large kept survey: all of it judged, single questions, and a plan over it, each in a process of its own."""
    script, more = Path(__file__).with_name("audits.py"), ["short"] if short else []
    kept = folder / "large.json"

    def figures(*words: str) -> dict[str, float]:
        done = subprocess.run([sys.executable, script, *words, *more], check=True, capture_output=True, text=True)
        return dict(json.loads(done.stdout or "{}"))

    figures("keep", str(kept))
    audit, plan = figures("audit", str(kept)), figures("plan")
    peer, goals = "json.loads of the same file", (None,) * 4 if short else (2.0, 400.0, 0.05, 1.0)
    return [
        Row("large audit: load, who, risks", audit["full"], "s", peer, audit["floor"], goals[0]),
        Row("large audit: memory", audit["memory"], "MB", "the kept file", kept.stat().st_size / 1e6, goals[1]),
        Row("large audit: sees AGENT", audit["sees"], "s", peer, audit["floor"], goals[2]),
        Row("large audit: who PATH", audit["who"], "s", peer, audit["floor"], goals[2]),
        Row("large plan: revoke everywhere", plan["seconds"], "s", "reading each graph", plan["floor"], goals[3]),
    ]


def agreeing(short: bool) -> list[Row]:
    """Agreements verified, requests listed after their fetch, and messages that nobody proved; each in a process."""
    script = Path(__file__).with_name("papers.py")

    def figures(what: str, count: int) -> dict[str, float]:
        done = subprocess.run([sys.executable, script, what, str(count)], check=True, capture_output=True, text=True)
        return dict(json.loads(done.stdout))

    many, spam = (20, 50) if short else (1_000, 10_000)
    proved, listed, heard = figures("verify", many), figures("list", many), figures("spam", spam)
    goals = (None,) * 3 if short else (3.0, 2.0, 60.0)
    return [
        Row(f"{many} agreements verified", proved["seconds"], "s", "their signatures alone", proved["floor"], goals[0]),
        Row(f"{many} requests listed", listed["seconds"], "s", "json.loads of the same", listed["floor"], goals[1]),
        Row(f"{spam} unproved messages: memory", heard["grown"], "MB", "their bytes", heard["bytes"] / 1e6, goals[2]),
    ]


def pressing(short: bool, folder: Path) -> list[Row]:
    """Keys until they are painted, memory, and rest, on large surveys."""
    return [Row(*figure) for figure in keys.figures(short, folder)]


def importing_the_library(tries: int) -> list[Row]:
    """``import lifepod``, over a bare interpreter."""
    bare = _median(tries, lambda: _process([sys.executable, "-c", "pass"]))
    ours = _median(tries, lambda: _process([sys.executable, "-c", "import lifepod"]))
    return [Row("import lifepod", max(ours - bare, 0.0001), "s", "python -c pass", bare, 0.06)]


def developing(short: bool, login: str, folder: Path) -> list[Row]:
    """The client on a real server."""
    count, tries, size = (40, 3, 3_000_000) if short else (2_000, 30, 100_000_000)
    bulk = asyncio.run(clients.bulk(login, count))
    seen = asyncio.run(clients.seen(login, tries))
    many = asyncio.run(clients.tireless(login, 120 if short else 10_000, 5))
    assert many["tokens"] >= 5, many
    script = Path(clients.__file__)
    done = subprocess.run(
        [sys.executable, script, login, str(size), str(folder)], check=True, capture_output=True, text=True
    )
    moved: dict[str, float] = json.loads(done.stdout)
    bare, goal = "a loop that only signs and sends", None if short else bulk["floor"] / 0.85
    mb = size / 1e6
    return [
        Row(f"{count} small resources read", bulk["seconds"], "s", bare, bulk["floor"], goal),
        Row("a PUT is seen by a subscriber", seen["ms"], "ms", "the PUT's own answer", seen["floor"], 100),
        Row(f"{many['requests']} requests over {many['tokens']} tokens: 401s", many["refused"], "", goal=0),
        Row(f"{mb:.0f} MB up", mb / moved["up"], "MB/s", "down", mb / moved["down"]),
        Row(f"{mb:.0f} MB up and down: memory grown by", moved["grown"], "MB", "the file", mb, None if short else 40),
    ]


PARTS = ("start", "audit", "papers", "exports", "screen", "keys", "survey", "import", "client")
"""What can be measured on its own."""


def measure(short: bool, folder: Path, parts: Sequence[str]) -> list[Row]:
    """Every figure; the short form is smaller and only shows that all of it still works."""
    tries, visits = (1, 2_000) if short else (9, 100_000)
    size = Size(3, 30, 5) if short else Size(20, 995, 100)
    local = {
        "start": lambda: start_up(tries) + importing_the_library(tries),
        "audit": lambda: auditing(short, folder),
        "papers": lambda: agreeing(short),
        "exports": lambda: reading(visits, folder) + exports_read(visits, folder),
        "screen": lambda: screen(tries, short, folder),
        "keys": lambda: pressing(short, folder),
    }
    remote = {
        "survey": lambda: asyncio.run(surveying(size, "bench")),
        "import": lambda: asyncio.run(importing(visits, history(folder / "Visits", visits), ("one", "two"))),
        "client": lambda: developing(short, "dev", folder),
    }
    rows = _measured(local, parts)
    if any(name in parts for name in remote):
        with RunningServer.start(HomeFolder.at(folder / "home"), lambda line: print(line, file=sys.stderr)) as server:
            for name in ("bench", "one", "two", "dev"):
                add_login(server.base_url, name)
            rows += _measured(remote, parts)
    return rows


def _measured(works: Mapping[str, Callable[[], list[Row]]], parts: Sequence[str]) -> list[Row]:
    rows: list[Row] = []
    for name, work in works.items():
        if name in parts:
            print(f"measuring: {name}", file=sys.stderr)
            rows += work()
    return rows


def shown(rows: Sequence[Row]) -> list[str]:
    """The table."""
    lines = []
    for row in rows:
        beside = f"{row.ratio:6.2f} x {row.peer} ({row.peer_value:,.3g})" if row.ratio is not None else ""
        lines.append(f"{row.what:<38} {row.value:>10,.3f} {row.unit:<10} {beside:<64} {row.verdict}".rstrip())
    return lines


def main(argv: Sequence[str]) -> int:
    """Measure, print, and say by the exit code whether every goal was met."""
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--short", action="store_true", help="a small form, for CI")
    options.add_argument("--json", action="store_true", help="print one JSON value")
    options.add_argument("--only", action="append", choices=PARTS, help="measure this part alone; can be repeated")
    chosen = options.parse_args(argv)
    with tempfile.TemporaryDirectory(prefix="lifepod-bench-") as folder:
        os.environ.setdefault("LIFEPOD_CSS_DIR", str(_server_folder()))
        os.environ.update(LIFEPOD_DIR=f"{folder}/own", PYTHON_KEYRING_BACKEND="keyring.backends.fail.Keyring")
        for name in _SECRET_FREE:
            os.environ.pop(name, None)
        rows = measure(chosen.short, Path(folder), chosen.only or PARTS)
    if chosen.json:
        print(json.dumps([asdict(row) | {"ratio": row.ratio} for row in rows]))
    else:
        print("\n".join(shown(rows)))
    return int(any("MISSED" in row.verdict for row in rows))


def _server_folder() -> Path:
    from lifepod.home.install import data_root

    return data_root()


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
