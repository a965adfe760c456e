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
from lifepod.journal.returning import Partition
from lifepod.journal.triples import Record, name_of, one_of, record_of

_WIDTH = {Granularity.YEAR: 4, Granularity.MONTH: 6, Granularity.DAY: 8}
_BATCH = 2000
_NAMES = 200_000
"""Names of one file that are counted in memory."""
_READ, _TOLD, _EDITED = 0, 1, 2
"""How a record came: read by an importer, told by an export of ours, or told as the person's own word."""


@dataclass(frozen=True, slots=True)
class Batch:
    """What belongs into one partition."""

    path: str
    """Below the source: ``2025/12.ttl``."""
    kinds: tuple[str, ...]
    records: tuple[Record, ...]
    """A nameless one says something of the partition itself."""


class Spool:
    """Takes records in any order, gives them back by partition; of two with one name the richer one."""

    def __init__(self) -> None:
        # An empty name is a private file that is unlinked at once; two threads use it, never at the same time.
        self._db = sqlite3.connect("", check_same_thread=False, isolation_level=None)
        self._db.executescript(
            "PRAGMA journal_mode=OFF; PRAGMA synchronous=OFF;"
            "CREATE TABLE r (class TEXT, source TEXT, day TEXT, name TEXT, size INT,"
            " blocks TEXT, prefixes TEXT, kind TEXT, told INT DEFAULT 0);"
            # What exported partitions say of themselves (head) and of other things, and files that go back whole.
            "CREATE TABLE p (class TEXT, source TEXT, day TEXT, span TEXT, kinds TEXT, others TEXT, head TEXT,"
            " prefixes TEXT);"
            "CREATE TABLE w (path TEXT PRIMARY KEY, type TEXT, data BLOB);"
            "CREATE TABLE n (name TEXT PRIMARY KEY, times INT) WITHOUT ROWID;"
        )
        self._rows: list[tuple[str, str, str, str, int, str, str, str, int]] = []
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
        if len(self._repeated) == _NAMES:
            self._db.execute("DELETE FROM n")
        self._repeated.clear()

    def add(self, activity: Activity) -> None:
        """Take one record; raises :class:`~lifepod.errors.Malformed` where linked data cannot hold it."""
        name = name_of(activity)
        again = self._times(name)
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
                _READ,
            )
        )
        self.added += 1
        if len(self._rows) >= _BATCH:
            self._flush()

    def _times(self, name: str) -> int:
        """How often this name has come from this file; beyond so many names they are counted on disk."""
        if name in self._repeated or len(self._repeated) < _NAMES:
            self._repeated[name] += 1
            return self._repeated[name]
        count = "INSERT INTO n VALUES (?, 1) ON CONFLICT DO UPDATE SET times = times + 1 RETURNING times"
        return int(self._db.execute(count, (name,)).fetchone()[0])

    def add_told(self, told: Partition) -> None:
        """Take a partition of an export of ours, with all it says."""
        where = told.journal_class, told.source
        for one in told.records:
            record, blocks = one.record, "\0".join(one.record.blocks)
            state = _EDITED if one.edited else _TOLD
            self._rows.append(
                (*where, one.day, record.name, record.size, blocks, record.prefixes, one.kind, state)
            )  # fmt: skip
        said = (" ".join(told.kinds), "\0".join(told.others), told.head, told.prefixes)
        self._db.execute("INSERT INTO p VALUES (?,?,?,?,?,?,?,?)", (*where, told.day, told.granularity, *said))
        self.added += len(told.records)
        if len(self._rows) >= _BATCH:
            self._flush()

    def add_whole(self, path: str, content_type: str, data: bytes) -> None:
        """Take a file of an export of ours that goes back as it is; the first one of its path."""
        self._db.execute("INSERT OR IGNORE INTO w VALUES (?,?,?)", (path, content_type, data))

    def wholes(self) -> Iterator[tuple[str, str, bytes]]:
        """Path below the pod, media type and bytes of each such file, one at a time in memory."""
        for (path,) in self._db.execute("SELECT path FROM w ORDER BY path").fetchall():
            yield self._db.execute("SELECT path, type, data FROM w WHERE path=?", (path,)).fetchone()

    def granularity(self, journal_class: str, source: str) -> Granularity | None:
        """How much time one file of a source holds in the export it comes from; ``None`` where none tells."""
        found = self._db.execute(
            "SELECT span FROM p WHERE class=? AND source=? AND span IS NOT NULL ORDER BY day LIMIT 1",
            (journal_class, source),
        ).fetchone()
        return Granularity(found[0]) if found else None

    @property
    def names_accounts(self) -> bool:
        """Whether names of bank accounts were made while it was filled."""
        self._flush()
        found = self._db.execute("SELECT 1 FROM r WHERE told=? AND source LIKE 'bank-%' LIMIT 1", (_READ,))
        return found.fetchone() is not None

    def _flush(self) -> None:
        self._db.execute("BEGIN")
        self._db.executemany("INSERT INTO r VALUES (?,?,?,?,?,?,?,?,?)", self._rows)
        self._db.execute("COMMIT")
        self._rows.clear()

    def _settle(self) -> None:
        self._flush()
        self._db.execute("CREATE INDEX IF NOT EXISTS i ON r (class, source, day)")

    def sources(self) -> tuple[tuple[str, str], ...]:
        """Class and source of everything taken, sorted."""
        self._settle()
        both = "SELECT class, source FROM r UNION SELECT class, source FROM p ORDER BY 1, 2"
        return tuple(self._db.execute(both))

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
            "SELECT substr(day, 1, ?) FROM r WHERE class=? AND source=?"
            " UNION SELECT substr(day, 1, ?) FROM p WHERE class=? AND source=? ORDER BY 1",
            (width, *where, width, *where),
        ).fetchall()
        for (period,) in periods:
            yield self._batch(where, period)

    def heads(self, journal_class: str, source: str, granularity: Granularity) -> Iterator[Batch]:
        """What others said of whole partitions, to be joined once these stand."""
        rows = self._db.execute(
            "SELECT DISTINCT substr(day, 1, ?), head, prefixes FROM p WHERE class=? AND source=? AND head!=''"
            " ORDER BY 1, 2",
            (_WIDTH[granularity], journal_class, source),
        ).fetchall()
        for period, head, prefixes in rows:
            yield Batch(_path(period), (), (Record("", 0, (head,), prefixes),))

    def edits(self, journal_class: str, source: str, granularity: Granularity) -> Iterator[Batch]:
        """Records of exported partitions that the person had edited, the same way."""
        rows = self._db.execute(
            "SELECT substr(day, 1, ?), name, size, blocks, prefixes FROM r WHERE class=? AND source=? AND told=?"
            " ORDER BY 1, name, size DESC, blocks DESC",
            (_WIDTH[granularity], journal_class, source, _EDITED),
        ).fetchall()
        for period, told in groupby(rows, key=itemgetter(0)):
            records = (Record(name, size, tuple(blocks.split("\0")), used) for _, name, size, blocks, used in told)
            yield Batch(_path(period), (), tuple(records))

    def _batch(self, where: tuple[str, str], period: str) -> Batch:
        rows = self._db.execute(
            "SELECT name, size, blocks, prefixes, kind, told FROM r WHERE class=? AND source=? AND day>=? AND day<=?"
            " ORDER BY name, told=? DESC, size DESC, blocks DESC",
            (*where, period, period + "~" if period else "", _EDITED),
        )
        kinds, records = set[str](), list[Record]()
        for _, told in groupby(rows, key=itemgetter(0)):
            tellings = [(Record(name, size, tuple(b.split("\0")), p), *said) for name, size, b, p, *said in told]
            # An exported partition says in its head which kinds it held.
            kinds.update(kind for _, kind, state in tellings if state == _READ)
            # What happened does not change: the richest telling comes first. What stands has to be joined.
            one, kind, state = tellings[0]
            several = len(tellings) > 1 and state != _EDITED and kind and KINDS[kind].stands
            records.append(one_of([r for r, *_ in tellings]) if several else one)
        document = self._document(where, period, kinds)
        return Batch(_path(period), tuple(sorted(kinds)), (*records, *document))

    def _document(self, where: tuple[str, str], period: str, kinds: set[str]) -> tuple[Record, ...]:
        """What exported partitions say of other things, as a nameless record; ``kinds`` gets those in their heads."""
        rows = self._db.execute(
            "SELECT kinds, others, prefixes FROM p WHERE class=? AND source=? AND day>=? AND day<=? ORDER BY others",
            (*where, period, period + "~" if period else ""),
        ).fetchall()
        kinds.update(kind for said, _, _ in rows for kind in said.split())
        blocks = dict.fromkeys(one for _, others, _ in rows for one in others.split("\0") if one)
        used = " ".join(sorted({prefix for _, others, prefixes in rows if others for prefix in prefixes.split()}))
        return (Record("", 0, tuple(blocks), used),) if rows else ()


def _path(period: str) -> str:
    """The partition of a period, below its source."""
    parts = [part for part in (period[:4], period[4:6], period[6:]) if part]
    return "/".join(parts or ["undated"]) + ".ttl"


def _iso(day: str | None) -> str:
    return f"{day[:4]}-{day[4:6]}-{day[6:]}" if day else ""
