"""Where a record lies in the pod: class first, then source, then time, because a grant is a grant on a container.

It refuses a resource per record, and to change the granularity of a source after its first import: that would move
the addresses of records.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from enum import StrEnum

from lifepod.errors import Malformed
from lifepod.journal.activity import KINDS, Activity, Moment
from lifepod.journal.triples import day_of

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
_SLUG = re.compile(r"[a-z0-9-]{1,40}\Z")


def default_granularity(journal_class: str) -> Granularity:
    """The fixed table: a year for what is rare, else a month."""
    return _OF_CLASS.get(journal_class, Granularity.MONTH)


def source_path(journal_class: str, source: str) -> str:
    """``journal/<class>/<source>/``; raises :class:`Malformed` for a slug that is none (a plug-in's mistake)."""
    if not _SLUG.match(source) or source.startswith("from-"):
        raise Malformed(f"An importer named a source that cannot be an address: {source[:60]!r}.")
    return f"{JOURNAL}{journal_class}/{source}/"


def partition_path(moment: Moment | None, granularity: Granularity) -> str:
    """Path of the partition below its source: ``2025.ttl``, ``2025/12.ttl``, ``2025/12/01.ttl`` or ``undated.ttl``."""
    day = day_of(moment)
    if day is None:
        return "undated.ttl"
    shape = {Granularity.YEAR: "%Y", Granularity.MONTH: "%Y/%m", Granularity.DAY: "%Y/%m/%d"}[granularity]
    return day.strftime(shape) + ".ttl"


def granularity_of(paths: Iterable[str]) -> Granularity | None:
    """The granularity a source has, told from the partitions that stand below it; ``None`` where there are none."""
    shapes = {
        Granularity.YEAR: r"\d{4}\.ttl",
        Granularity.MONTH: r"\d{4}/\d\d\.ttl",
        Granularity.DAY: r"\d{4}/\d\d/\d\d\.ttl",
    }
    for path in paths:
        for granularity, shape in shapes.items():
            if re.fullmatch(shape, path):
                return granularity
    return None


def main_type(journal_class: str) -> str:
    """The RDF class under which other apps find the records of a class in the type index."""
    return next(kind.types[0] for kind in KINDS.values() if kind.journal_class == journal_class)


def class_of(activity: Activity) -> str:
    """The class (container) an activity is filed under."""
    return KINDS[activity.kind].journal_class
