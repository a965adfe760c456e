"""Records on their way from exports to the pod, in a private temporary database that SQLite removes by itself.

It refuses to outlive the import and to be the truth of anything: it is only there so that memory stays flat.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import groupby
from operator import itemgetter
from typing import Self

from lifepod.journal.activity import KINDS, Activity
from lifepod.journal.layout import Granularity
from lifepod.journal.record import Record, name_of, record_of
from lifepod.journal.returning import Partition
from lifepod.journal.triples import one_of

_WIDTH = {Granularity.YEAR: 4, Granularity.MONTH: 6, Granularity.DAY: 8}
_HELD = 8_000_000
"""Characters of records that wait in memory until they are written together."""
_NAMES = 200_000
"""Names of one file that are counted in memory."""
_READ, _TOLD, _EDITED = "0", "1", "2"
"""How a record came: read by an importer, told by an export of ours, or told as the person's own word."""
_FIELD, _ROW = "\x1f", "\x1e"
"""What stands between the fields of a record and between records; no name, kind or text of a record holds them."""


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
            # Many records of one month in one row: the database has little to do for each of them.
            "CREATE TABLE r (class TEXT, source TEXT, month TEXT, told INT, names TEXT, records TEXT);"
            "CREATE TABLE e (class TEXT, source TEXT, day TEXT, name TEXT, size INT, text TEXT, prefixes TEXT);"
            # What exported partitions say of themselves (head) and of other things, and files that go back whole.
            "CREATE TABLE p (class TEXT, source TEXT, day TEXT, span TEXT, kinds TEXT, others TEXT, head TEXT,"
            " prefixes TEXT);"
            "CREATE TABLE w (path TEXT PRIMARY KEY, type TEXT, data BLOB);"
            "CREATE TABLE n (name TEXT PRIMARY KEY, times INT) WITHOUT ROWID;"
        )
        self._rows: dict[tuple[str, str, str, bool], list[str]] = {}
        """Class, source, month and whether an export tells them → records that wait to be written."""
        self._held = 0
        self._repeated: dict[str, int] = {}
        self._first, self._last = "", ""
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
        name, kind = name_of(activity), activity.kind
        again, how = self._times(name), KINDS[kind]
        if again > 1 and not (activity.native or how.stands):
            # A repetition of the source's own id, or of what stands, is the same record; of our key a second one.
            name = f"{name}-{again}"
        record = record_of(activity, name)
        self._take((how.journal_class, activity.source), "" if name[0] == "u" else name[:8], (kind, _READ), record)

    def _take(self, where: tuple[str, str], day: str, said: tuple[str, str], record: Record) -> None:
        """Keep one record of a day; ``said`` are its kind and how it came."""
        key = (*where, day[:6], said[1] != _READ)
        row = _FIELD.join((record.name, said[1], str(record.size), day, said[0], record.prefixes, record.text))
        if key in self._rows:
            self._rows[key].append(row)
        else:
            self._rows[key] = [row]
        if day:
            self._first = day if not self._first or day < self._first else self._first
            self._last = max(self._last, day)
        self.added += 1
        self._held += len(row)
        if self._held > _HELD:
            self._flush()

    def _times(self, name: str) -> int:
        """How often this name has come from this file; beyond so many names they are counted on disk."""
        times = self._repeated.get(name, 0) + 1
        if times > 1 or len(self._repeated) < _NAMES:
            self._repeated[name] = times
            return times
        count = "INSERT INTO n VALUES (?, 1) ON CONFLICT DO UPDATE SET times = times + 1 RETURNING times"
        return int(self._db.execute(count, (name,)).fetchone()[0])

    def add_told(self, told: Partition) -> None:
        """Take a partition of an export of ours, with all it says."""
        where = told.journal_class, told.source
        for one in told.records:
            record = one.record
            self._take(where, one.day, (one.kind, _EDITED if one.edited else _TOLD), record)
            if one.edited:
                row = (*where, one.day, record.name, record.size, record.text, record.prefixes)
                self._db.execute("INSERT INTO e VALUES (?,?,?,?,?,?,?)", row)
        said = (" ".join(told.kinds), "\0".join(told.others), told.head, told.prefixes)
        self._db.execute("INSERT INTO p VALUES (?,?,?,?,?,?,?,?)", (*where, told.day, told.granularity, *said))

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
        found = self._db.execute("SELECT 1 FROM r WHERE NOT told AND source LIKE 'bank-%' LIMIT 1")
        return found.fetchone() is not None

    def _flush(self) -> None:
        rows = (
            (*key, "\n".join(row[: row.index(_FIELD)] for row in rows), _ROW.join(rows))
            for key, rows in self._rows.items()
        )
        self._db.execute("BEGIN")
        self._db.executemany("INSERT INTO r VALUES (?,?,?,?,?,?)", rows)
        self._db.execute("COMMIT")
        self._rows.clear()
        self._held = 0

    def _settle(self) -> None:
        self._flush()
        self._db.execute("CREATE INDEX IF NOT EXISTS i ON r (class, source, month)")

    def sources(self) -> tuple[tuple[str, str], ...]:
        """Class and source of everything taken, sorted."""
        self._settle()
        both = "SELECT class, source FROM r UNION SELECT class, source FROM p ORDER BY 1, 2"
        return tuple(self._db.execute(both))

    def classes(self) -> dict[str, int]:
        """Distinct records by class."""
        self._settle()
        found: dict[str, int] = {}
        rows = self._db.execute("SELECT class, source, month, names FROM r ORDER BY 1, 2, 3")
        for (journal_class, *_), many in groupby(rows, key=itemgetter(0, 1, 2)):
            distinct = {name for *_, names in many for name in names.split("\n")}
            found[journal_class] = found.get(journal_class, 0) + len(distinct)
        return found

    def span(self) -> tuple[str, str]:
        """First and last day of the records, ISO; empty where none has a time."""
        return _iso(self._first), _iso(self._last)

    def batches(self, journal_class: str, source: str, granularity: Granularity) -> Iterator[Batch]:
        """One batch per partition, in order of time."""
        self._settle()
        where, width = (journal_class, source), _WIDTH[granularity]
        periods = self._db.execute(
            "SELECT substr(month, 1, ?1) FROM r WHERE class=?2 AND source=?3"
            " UNION SELECT substr(day, 1, min(?1, 6)) FROM p WHERE class=?2 AND source=?3 ORDER BY 1",
            (width, *where),
        ).fetchall()
        for (period,) in periods:
            rows = self._taken(where, period)
            if granularity is not Granularity.DAY or not period:
                yield self._batch(where, period, rows)
            else:
                yield from self._days(where, period, rows)

    def _taken(self, where: tuple[str, str], period: str) -> list[str]:
        """The records of a month or year, sorted by name."""
        rows = (
            self._db.execute(
                "SELECT records FROM r WHERE class=? AND source=? AND substr(month, 1, ?)=?",
                (*where, len(period), period),
            )
            if period
            else self._db.execute("SELECT records FROM r WHERE class=? AND source=? AND month=''", where)
        )
        return sorted(row for (many,) in rows for row in many.split(_ROW))

    def _days(self, where: tuple[str, str], month: str, rows: Iterable[str]) -> Iterator[Batch]:
        """The same for each day of a month."""
        days: dict[str, list[str]] = {}
        for row in rows:
            days.setdefault(row.split(_FIELD, 4)[3], []).append(row)
        told = "SELECT DISTINCT day FROM p WHERE class=? AND source=? AND substr(day, 1, 6)=?"
        for (day,) in self._db.execute(told, (*where, month)).fetchall():
            days.setdefault(day, [])
        for day in sorted(days):
            yield self._batch(where, day, days[day])

    def heads(self, journal_class: str, source: str, granularity: Granularity) -> Iterator[Batch]:
        """What others said of whole partitions, to be joined once these stand."""
        rows = self._db.execute(
            "SELECT DISTINCT substr(day, 1, ?), head, prefixes FROM p WHERE class=? AND source=? AND head!=''"
            " ORDER BY 1, 2",
            (_WIDTH[granularity], journal_class, source),
        ).fetchall()
        for period, head, prefixes in rows:
            yield Batch(_path(period), (), (Record("", 0, head, prefixes),))

    def edits(self, journal_class: str, source: str, granularity: Granularity) -> Iterator[Batch]:
        """Records of exported partitions that the person had edited, the same way."""
        rows = self._db.execute(
            "SELECT substr(day, 1, ?), name, size, text, prefixes FROM e WHERE class=? AND source=?"
            " ORDER BY 1, name, size DESC, text DESC",
            (_WIDTH[granularity], journal_class, source),
        ).fetchall()
        for period, told in groupby(rows, key=itemgetter(0)):
            yield Batch(_path(period), (), tuple(Record(*record) for _, *record in told))

    def _batch(self, where: tuple[str, str], period: str, rows: Iterable[str]) -> Batch:
        """One partition of sorted rows."""
        kinds, found, several, known = set[str](), dict[str, Record](), dict[str, list[str]](), dict[str, str]()
        before = ""
        for row in rows:
            name, state, size, _, kind, prefixes, text = row.split(_FIELD)
            if state == _READ:  # an exported partition says in its head which kinds it held
                kinds.add(kind)
            if name in found:
                several.setdefault(name, [before]).append(row)
            # Records have few combinations of prefixes, and each is held once.
            found[name] = Record(name, int(size), text, known.setdefault(prefixes, prefixes))
            before = row
        found.update((name, _standing(tellings)) for name, tellings in several.items())
        document = self._document(where, period, kinds)
        return Batch(_path(period), tuple(sorted(kinds)), (*found.values(), *document))

    def _document(self, where: tuple[str, str], period: str, kinds: set[str]) -> tuple[Record, ...]:
        """What exported partitions say of other things, as a nameless record; ``kinds`` gets those in their heads."""
        rows = self._db.execute(
            "SELECT kinds, others, prefixes FROM p WHERE class=? AND source=? AND day>=? AND day<=? ORDER BY others",
            (*where, period, period + "~" if period else ""),
        ).fetchall()
        kinds.update(kind for said, _, _ in rows for kind in said.split())
        blocks = dict.fromkeys(one for _, others, _ in rows for one in others.split("\0") if one)
        used = " ".join(sorted({prefix for _, others, prefixes in rows if others for prefix in prefixes.split()}))
        return (Record("", 0, "\0".join(blocks), used),) if rows else ()


def _standing(tellings: Iterable[str]) -> Record:
    """Of several rows of one name the record that stands."""
    split = [row.split(_FIELD) for row in tellings]
    told = [
        (state == _EDITED, int(size), text, kind, prefixes, name)
        for name, state, size, _, kind, prefixes, text in split
    ]
    told.sort(reverse=True)
    records = [Record(name, size, text, prefixes) for _, size, text, _, prefixes, name in told]
    edited, _, _, kind, _, _ = told[0]
    # What happened does not change: the richest telling comes first. What stands has to be joined.
    return one_of(records) if not edited and kind and KINDS[kind].stands else records[0]


def _path(period: str) -> str:
    """The partition of a period, below its source."""
    parts = [part for part in (period[:4], period[4:6], period[6:]) if part]
    return "/".join(parts or ["undated"]) + ".ttl"


def _iso(day: str | None) -> str:
    return f"{day[:4]}-{day[4:6]}-{day[6:]}" if day else ""
