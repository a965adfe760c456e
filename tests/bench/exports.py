"""Importers beside the readers that people use today, on one synthetic file each: speed, memory, and a second import.

The files are made up, large enough that starting costs nothing, and the same in every run.
"""

from __future__ import annotations

import json
import sqlite3
import subprocess
import sys
from collections.abc import Callable
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

from tests.bench import peers

_OURS = """
import resource, sys, time
from pathlib import Path
from lifepod.owner.gather import Wanted, gather
from lifepod.owner.spool import Spool
from lifepod.journal.layout import default_granularity
from lifepod.journal.triples import head_of, new_partition
began = time.process_time()
with Spool() as spool:
    (report,) = gather(Wanted((Path(sys.argv[1]),)), spool)
    for name, source in spool.sources():
        for batch in spool.batches(name, source, default_granularity(name)):
            new_partition(head_of(batch.kinds), batch.records)
print(report.seen, time.process_time() - began, resource.getrusage(resource.RUSAGE_SELF).ru_maxrss)
"""
"""An export to the bytes of its partitions, without a pod: seen, CPU seconds, kilobytes of memory at most."""
_WHOLE = """
import json, sys, time
began = time.process_time()
json.load(open(sys.argv[1]))
print(time.process_time() - began)
"""


def firefox(path: Path, visits: int) -> Path:
    """A ``places.sqlite`` of so many visits to a third as many pages."""
    with closing(sqlite3.connect(path)) as db:
        db.executescript(
            "CREATE TABLE moz_places(id INTEGER PRIMARY KEY, url TEXT, title TEXT, description TEXT,"
            " preview_image_url TEXT);"
            "CREATE TABLE moz_historyvisits(id INTEGER PRIMARY KEY, from_visit INTEGER, place_id INTEGER,"
            " visit_date INTEGER, visit_type INTEGER); CREATE INDEX p ON moz_historyvisits(place_id);"
        )
        pages = visits // 3 + 1
        db.executemany(
            "INSERT INTO moz_places VALUES(?,?,?,NULL,NULL)",
            ((n, f"https://site{n % 997}.example/page/{n}?view={n % 7}", f"Page {n}") for n in range(1, pages + 1)),
        )
        db.executemany(
            "INSERT INTO moz_historyvisits VALUES(?,0,?,?,1)",
            ((n, 1 + n * 7919 % pages, 1_500_000_000_000_000 + n * 150_000_000) for n in range(1, visits + 1)),
        )
        db.commit()
    return path


def my_activity(path: Path, entries: int) -> Path:
    """A ``MyActivity.json`` of so many searches and visits, as Takeout writes it."""
    with path.open("w") as out:
        for n in range(entries):
            query = f"synthetic question number {n}"
            entry = {
                "header": "Search",
                "title": f"Searched for {query}",
                "titleUrl": f"https://www.google.com/search?q={query.replace(' ', '+')}",
                "time": f"20{10 + n % 15}-{1 + n % 12:02}-{1 + n % 28:02}T{n % 24:02}:{n % 60:02}:00.{n % 1000:03}Z",
                "products": ["Search"],
                "activityControls": ["Web & App Activity"],
            }
            out.write(("[" if n == 0 else ",\n") + json.dumps(entry))
        out.write("]\n")
    return path


def run(script: str, path: Path) -> list[float]:
    """What a reader prints, in a process of its own."""
    done = subprocess.run([sys.executable, "-c", script, str(path)], capture_output=True, text=True, check=True)
    return [float(word) for word in done.stdout.split()]


@dataclass(frozen=True, slots=True)
class Read:
    """What reading one export to the bytes of its partitions took, beside the reader people use today."""

    what: str
    records: float
    """A second of CPU."""
    megabytes: float
    """Of the file, a second of CPU."""
    memory: float
    """At most, megabytes."""
    size: float
    """Of the file, megabytes."""
    floor: float | None
    """Megabytes a second of CPU that the standard library takes to read it whole; ``None`` where it cannot."""
    peers: tuple[tuple[str, float | None], ...]
    """Records a second of CPU that each reader takes in; they name, clean and keep none. ``None``: not installed."""


def read_beside(folder: Path, entries: int) -> list[Read]:
    """Each export by us and by the others; the best of two."""
    found = []
    for what, (make, readers) in KINDS.items():
        path = make(folder / what.replace(" ", "-"), entries)
        ours = min((run(_OURS, path) for _ in range(2)), key=lambda told: told[1])
        assert ours[0] == entries, ours
        theirs = tuple((name, peers.read_by(script, path)) for name, script in readers.items())
        size = path.stat().st_size / 1e6
        floor = size / run(_WHOLE, path)[0] if make is my_activity else None
        found.append(Read(what, entries / ours[1], size / ours[1], ours[2] / 1000, size, floor, theirs))
    return found


KINDS: dict[str, tuple[Callable[[Path, int], Path], dict[str, str]]] = {
    "Firefox visits": (firefox, peers.OF_BROWSERS),
    "My Activity entries": (my_activity, peers.OF_GOOGLE),
}
"""What is read → how to make it, and the readers people use today."""
