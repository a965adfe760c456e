"""A database out of an export, opened so that it can do nothing but be read.

It refuses to open the original: a private copy is read, what SQLite keeps beside it included. It refuses to trust the
file: nothing in its schema runs, a query that never ends is stopped, and one cell cannot fill the memory. Where an
importer says which columns it reads, SQLite itself keeps it from any other.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Collection, Iterator, Mapping
from contextlib import closing, contextmanager
from functools import partial

from lifepod.journal.activity import Reason
from lifepod.journal.source import Member
from lifepod.limits import LIMITS

MAGIC = b"SQLite format 3\0"
"""How every SQLite database begins."""
_STEPS = 100_000
"""SQLite instructions between two looks at how much a query has done."""

Readable = Mapping[str, Collection[str]]
"""Table → the columns that may be read, all in small letters."""


@contextmanager
def opened(member: Member, only: Readable | None = None) -> Iterator[sqlite3.Connection]:
    """A private copy of the database, gone afterwards; with ``only``, no other column of it can be read."""
    with member.on_disk() as path, closing(sqlite3.connect(path)) as db:
        # Text that is no UTF-8 spoils one title, not all that comes after it.
        db.text_factory = partial(str, encoding="utf-8", errors="replace")
        db.setlimit(sqlite3.SQLITE_LIMIT_LENGTH, LIMITS.entry_chars)
        db.set_progress_handler(_Patience().ended, _STEPS)
        for pragma in ("trusted_schema = OFF", "cell_size_check = ON", "mmap_size = 0", "query_only = ON"):
            db.execute(f"PRAGMA {pragma}")
        if only is not None:
            _guard(db, only)
        try:
            yield db
        except UnicodeDecodeError:  # out of the text of SQLite's own error, which repeats what is damaged
            raise sqlite3.DatabaseError("it is damaged") from None


def tables(db: sqlite3.Connection) -> set[str]:
    """Names of its tables; a view is none, nor what is computed by a module of SQLite."""
    return {row[0] for row in db.execute("SELECT name FROM sqlite_master WHERE type = 'table' AND rootpage > 0")}


def columns(db: sqlite3.Connection, table: str) -> set[str]:
    """Columns of a table of ours in small letters; what is computed from other columns is none."""
    return {row[1].lower() for row in db.execute(f"PRAGMA table_info({table})")}


def broken(error: sqlite3.Error) -> Reason:
    """Why a database could not be read on."""
    return "too-large" if isinstance(error, sqlite3.DataError) else "malformed"


class _Patience:
    """Counts what a connection has done."""

    def __init__(self) -> None:
        self._steps = 0

    def ended(self) -> bool:
        self._steps += 1
        return self._steps > LIMITS.sqlite_steps


def _guard(db: sqlite3.Connection, only: Readable) -> None:
    def allowed(action: int, one: str | None, two: str | None, *_: str | None) -> int:
        table, column = (one or "").lower(), (two or "").lower()
        fine = (
            action == sqlite3.SQLITE_SELECT
            or (action == sqlite3.SQLITE_PRAGMA and (one == "table_info" or (one, two) == ("user_version", None)))
            or (action == sqlite3.SQLITE_READ and (table == "sqlite_master" or column in only.get(table, ())))
        )
        return sqlite3.SQLITE_OK if fine else sqlite3.SQLITE_DENY

    db.set_authorizer(allowed)
