"""What can be imported and how a person gets it; the profile of columns that the CSV of a bank needs.

It refuses to read records.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from lifepod.errors import LifepodError, Malformed
from lifepod.journal import shelf, tree
from lifepod.journal.activity import Skipped
from lifepod.journal.importers.bank_profiles import draft
from lifepod.journal.importers.tables import header
from lifepod.plain import plain


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
    (member,) = (one for one in tree.members([path]) if not isinstance(one, Skipped))
    columns = header(member.head())
    if not columns:
        raise Malformed(
            f"{plain(path)} has no line of column names.",
            advice="Name a CSV file whose first line says what stands below.",
        )
    return draft(columns)
