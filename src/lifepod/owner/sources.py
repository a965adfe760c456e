"""What can be imported and how a person gets it; the profile of columns that the CSV of a bank needs.

It refuses to read records.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from lifepod.errors import LifepodError, Malformed
from lifepod.journal import shelf, tree
from lifepod.journal.importers.bank_profiles import draft
from lifepod.journal.importers.entries import encoding_of
from lifepod.journal.importers.tables import header
from lifepod.plain import plain

_MOST_LINES = 60
"""Lines that may stand before the names of the columns, as of a bank's CSV that is read."""
_VALUE = re.compile(r"[+-]?[0-9][0-9.,:/ -]*\D{0,4}|[A-Z]{2}[0-9]{2}[ A-Z0-9]{10,}.*")
"""A day, an amount or the number of an account."""


@dataclass(frozen=True, slots=True)
class Source:
    """What can be imported, and how a person gets it."""

    name: str
    title: str
    version: str
    how_to_get: str
    problem: str = ""
    """Why the importer cannot be used, if it cannot."""


def known_sources() -> tuple[Source, ...]:
    """Every importer that is installed; a broken one is listed with its reason."""
    pairs = zip(shelf.names(), shelf.every(), strict=True)
    return tuple(
        Source(name, name, "", "", f"{one} {one.advice}")
        if isinstance(one, LifepodError)
        else Source(name, one.title, one.version, one.how_to_get)
        for name, one in pairs
    )


def draft_profile(path: Path) -> str:
    """The profile that a bank's CSV needs, filled in as far as its header tells, as TOML.

    Raises :class:`~lifepod.errors.Malformed` for a file that is no table.
    """
    columns = _columns(tree.OnDisk(path, path.as_posix(), 0).head()) if path.is_file() else ()
    if not columns:
        raise Malformed(
            f"{plain(path)} has no line of column names.",
            advice="Name a CSV file of the bank; unpack an archive first, and save a spreadsheet as CSV.",
        )
    return draft(columns)


def _columns(head: bytes) -> Sequence[str]:
    """The names of the columns: the widest line in which no cell is a value. Banks write of the account before it."""
    found: Sequence[str] = ()
    for skip in range(_MOST_LINES if b"\0" not in head or encoding_of(head) == "utf-16" else 0):
        names = [name for name in header(head, skip) if name]
        if len(names) > len(found) and not any(_VALUE.fullmatch(name) for name in names):
            found = names
    return found
