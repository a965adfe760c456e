"""Agents × places: what everyone who is named can reach in each top container of a pod and each class of its journal.

It refuses to show unknown as no, and to show as alike what is not: a cell says what holds everywhere in its row and
what holds somewhere in it.
"""

from __future__ import annotations

from dataclasses import dataclass

from lifepod.access.audit import Audit, Key
from lifepod.access.rules import PUBLIC, SIGNED_IN, STRANGER
from lifepod.access.survey import parent_of
from lifepod.access.tally import Answers

_OPENED = ("journal/",)
"""Containers whose members get rows of their own."""


@dataclass(frozen=True, slots=True)
class Cell:
    """What one audience can reach in the places of a row (access V7)."""

    least: Answers
    """At every place of the row."""
    most: Answers
    """At one of them or other."""


@dataclass(frozen=True, slots=True)
class Row:
    """A place with all below it that has no row of its own."""

    place: str
    covers: int
    cells: tuple[Cell, ...]
    """In the order of the audiences."""


@dataclass(frozen=True, slots=True)
class Matrix:
    """The whole pod at one glance."""

    audiences: tuple[str, ...]
    """``public``, ``signed-in``, and every WebID that is named."""
    rows: tuple[Row, ...]


def matrix(audit: Audit) -> Matrix:
    """Every place is in exactly one row: that of the nearest place above it that has one."""
    storage = audit.survey.storage
    counts: dict[str, int] = {}
    keys: dict[str, set[Key]] = {}
    row_of: dict[str | None, str] = {}
    opened = {storage, *(storage + path for path in _OPENED)}
    for url, key in audit.sources():
        above = parent_of(url, storage)
        own = url.endswith("/") and (above in opened or above is None)
        row = row_of[url] = url if own else row_of.get(above, url)
        counts[row] = counts.get(row, 0) + 1
        keys.setdefault(row, set()).add(key)
    who: tuple[str | None, ...] = (None, STRANGER.agent, *audit.agents)
    rows = (
        Row(place, counts[place], tuple(_cell(audit, found, agent) for agent in who)) for place, found in keys.items()
    )
    return Matrix((PUBLIC.word, SIGNED_IN.word, *audit.agents), tuple(rows))


def _cell(audit: Audit, keys: set[Key], agent: str | None) -> Cell:
    every = {audit.reach(key, agent) for key in keys}
    columns = list(zip(*every, strict=True))
    least, most = (tuple(pick(column) for column in columns) for pick in (min, max))
    return Cell((least[0], least[1], least[2], least[3]), (most[0], most[1], most[2], most[3]))
