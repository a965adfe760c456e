"""Where a record lies in the pod: class first, then source, then time, because a grant is a grant on a container.

It refuses a resource per record, and to change the granularity of a source after its first import: that would move
the addresses of records.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from enum import StrEnum

from lifepod.errors import Malformed
from lifepod.journal.activity import KINDS, Activity

JOURNAL = "journal/"
"""Container of all records, below the pod's root."""
IMPORTS = "lifepod/imports/"
"""Container of the import runs; for the owner alone."""


class Granularity(StrEnum):
    """How much time one partition holds."""

    YEAR = "year"
    MONTH = "month"
    DAY = "day"


_OF_CLASS = {"purchases": Granularity.YEAR, "calendar": Granularity.YEAR, "cookies": Granularity.YEAR}
_SHAPES = {
    Granularity.YEAR: re.compile(r"[0-9]{4}\.ttl"),
    Granularity.MONTH: re.compile(r"[0-9]{4}/[0-9]{2}\.ttl"),
    Granularity.DAY: re.compile(r"[0-9]{4}/[0-9]{2}/[0-9]{2}\.ttl"),
}
_SLUG = re.compile(r"[a-z0-9-]{1,40}\Z")


def default_granularity(journal_class: str) -> Granularity:
    """The fixed table: a year for what is rare, else a month."""
    return _OF_CLASS.get(journal_class, Granularity.MONTH)


def source_path(journal_class: str, source: str) -> str:
    """``journal/<class>/<source>/``; raises :class:`Malformed` for a slug that is none (a plug-in's mistake)."""
    if not _SLUG.match(source) or source.startswith("from-"):
        raise Malformed(f"An importer named a source that cannot be an address: {source[:60]!r}.")
    return f"{JOURNAL}{journal_class}/{source}/"


def granularity_of(paths: Iterable[str]) -> Granularity | None:
    """The granularity a source has, told from the partitions that stand below it; ``None`` where there are none."""
    for path in paths:
        for granularity, shape in _SHAPES.items():
            if shape.fullmatch(path):
                return granularity
    return None


def main_type(journal_class: str) -> str:
    """The RDF class under which other apps find the records of a class in the type index."""
    return next(kind.types[0] for kind in KINDS.values() if kind.journal_class == journal_class)


def class_of(activity: Activity) -> str:
    """The class (container) an activity is filed under."""
    return KINDS[activity.kind].journal_class
