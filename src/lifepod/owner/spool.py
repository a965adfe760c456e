"""Records on their way from exports to the pod, in a private temporary database that SQLite removes by itself.

It refuses to outlive the import and to be the truth of anything: it is only there so that memory stays flat.
"""

from __future__ import annotations

import sqlite3
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import groupby
from operator import itemgetter
from typing import Self

from lifepod.journal.activity import KINDS, Activity
from lifepod.journal.layout import Granularity, class_of
from lifepod.journal.triples import Record, name_of, one_of, record_of

_WIDTH = {Granularity.YEAR: 4, Granularity.MONTH: 6, Granularity.DAY: 8}
_BATCH = 2000


@dataclass(frozen=True, slots=True)
class Batch:
    """What belongs into one partition."""

    path: str
    """Below the source: ``2025/12.ttl``."""
    kinds: tuple[str, ...]
    records: tuple[Record, ...]


class Spool:
    """Takes records in any order, gives them back by partition; of two with one name the richer one."""

    def __init__(self) -> None:
        # An empty name is a private file that is unlinked at once; two threads use it, never at the same time.
        self._db = sqlite3.connect("", check_same_thread=False, isolation_level=None)
        self._db.executescript(
            "PRAGMA journal_mode=OFF; PRAGMA synchronous=OFF;"
            "CREATE TABLE r (class TEXT, source TEXT, day TEXT, name TEXT, size INT,"
            " blocks TEXT, prefixes TEXT, kind TEXT);"
        )
        self._rows: list[tuple[str, str, str, str, int, str, str, str]] = []
        self._repeated: Counter[str] = Counter()
        self.added = 0
        """Records taken, repetitions included."""

    def __enter__(self) -> Self:
        """The spool itself."""
        return self

    def __exit__(self, *exc: object) -> None:
        """Gone, with all it held."""
        self._db.close()

    def next_file(self) -> None:
        """What is added from now on comes from another file; two of its equal rows can be two real things."""
        self._repeated.clear()

    def add(self, activity: Activity) -> None:
        """Take one record; raises :class:`~lifepod.errors.Malformed` where linked data cannot hold it."""
        name = name_of(activity)
        self._repeated[name] += 1
        again = self._repeated[name]
        # A repetition of the source's own id, or of what stands, is the same record; of our key it is a second one.
        same = again == 1 or activity.native or KINDS[activity.kind].stands
        record = record_of(activity, name if same else f"{name}-{again}")
        shown = name[:8] if activity.when else ""
        blocks = "\0".join(record.blocks)
        self._rows.append(
            (
                class_of(activity),
                activity.source,
                shown,
                record.name,
                record.size,
                blocks,
                record.prefixes,
                activity.kind,
            )
        )
        self.added += 1
        if len(self._rows) >= _BATCH:
            self._flush()

    def _flush(self) -> None:
        self._db.execute("BEGIN")
        self._db.executemany("INSERT INTO r VALUES (?,?,?,?,?,?,?,?)", self._rows)
        self._db.execute("COMMIT")
        self._rows.clear()

    def _settle(self) -> None:
        self._flush()
        self._db.execute("CREATE INDEX IF NOT EXISTS i ON r (class, source, day)")

    def sources(self) -> tuple[tuple[str, str], ...]:
        """Class and source of everything taken, sorted."""
        self._settle()
        return tuple(self._db.execute("SELECT DISTINCT class, source FROM r ORDER BY 1, 2"))

    def classes(self) -> dict[str, int]:
        """Distinct records by class."""
        self._settle()
        rows = self._db.execute(
            "SELECT class, count(*) FROM (SELECT DISTINCT class, source, name FROM r) GROUP BY 1 ORDER BY 1"
        )
        return dict(rows)

    def span(self) -> tuple[str, str]:
        """First and last day of the records, ISO; empty where none has a time."""
        self._settle()
        first, last = self._db.execute("SELECT min(day), max(day) FROM r WHERE day != ''").fetchone()
        return _iso(first), _iso(last)

    def batches(self, journal_class: str, source: str, granularity: Granularity) -> Iterator[Batch]:
        """One batch per partition, in order of time."""
        self._settle()
        where, width = (journal_class, source), _WIDTH[granularity]
        periods = self._db.execute(
            "SELECT DISTINCT substr(day, 1, ?) FROM r WHERE class=? AND source=? ORDER BY 1", (width, *where)
        ).fetchall()
        for (period,) in periods:
            yield self._batch(where, period)

    def _batch(self, where: tuple[str, str], period: str) -> Batch:
        rows = self._db.execute(
            "SELECT name, size, blocks, prefixes, kind FROM r WHERE class=? AND source=? AND day>=? AND day<=?"
            " ORDER BY name, size DESC, blocks DESC",
            (*where, period, period + "~" if period else ""),
        )
        kinds, records = set[str](), list[Record]()
        for _, told in groupby(rows, key=itemgetter(0)):
            tellings = [(Record(name, size, tuple(b.split("\0")), p), kind) for name, size, b, p, kind in told]
            kinds.update(kind for _, kind in tellings)
            # What happened does not change: the richest telling comes first. What stands has to be joined.
            one, kind = tellings[0]
            records.append(one_of([r for r, _ in tellings]) if KINDS[kind].stands and len(tellings) > 1 else one)
        parts = [p for p in (period[:4], period[4:6], period[6:]) if p]
        return Batch("/".join(parts or ["undated"]) + ".ttl", tuple(sorted(kinds)), tuple(records))


def _iso(day: str | None) -> str:
    return f"{day[:4]}-{day[4:6]}-{day[6:]}" if day else ""
