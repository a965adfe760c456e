"""An exported journal on its way back: what each file of an export is, and one partition as the records it holds.

It refuses to take for a person's own records what lies anywhere but at the place of a partition: a vendor may deliver a
file under any name, also one that looks like an export.

* Every triple of a partition comes back, also those of records and properties nobody here knows.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass

from lifepod import names
from lifepod.errors import Malformed
from lifepod.journal.activity import CLASSES, KINDS
from lifepod.journal.exporting import COLUMNS, LISTED, as_jsonld, is_rules, is_safe
from lifepod.journal.joins import Body, by_record, is_edited
from lifepod.journal.layout import IMPORTS, Granularity, granularity_of, source_path
from lifepod.journal.record import Record
from lifepod.journal.runs import read_key
from lifepod.journal.tombstones import PLACE as DELETED
from lifepod.journal.tombstones import read_tombstones
from lifepod.journal.triples import LAYOUT, head_of, new_partition
from lifepod.plain import plain
from lifepod.rdf.flat import block, read_flat, subject_order, value_of, write_flat

IMPORTER, VERSION = "lifepod-export", "1"
"""Under which the files of an export stand in the record of a run."""
NOWHERE = "https://nowhere.invalid/"
"""Stands for the root of the old pod where the export does not say which it was."""
KEY = "lifepod/key.ttl"
UNDATED = "undated.ttl"
_FORM = re.compile(r"(?P<root>(?:.*?/)??)(?P<form>turtle|jsonld|other)/(?P<place>(?:journal|lifepod)/.+)\Z", re.DOTALL)
_TABLE = re.compile(rf"(?:.*/)?csv/(?:{'|'.join(CLASSES)})\.csv\Z")
_TABLE_HEAD = ",".join(COLUMNS).encode()
_TYPE = f"<{names.RDF_TYPE}>"
_LAYOUT, _CATEGORY = f"<{names.LP_LAYOUT}>", f"<{names.DPV_HAS_PERSONAL_DATA}>"


@dataclass(frozen=True, slots=True)
class Place:
    """Where a file of an export comes from."""

    root: str
    """The export's own folder, with its slash; empty where the path begins with the form."""
    form: str
    """``turtle``, ``jsonld``, ``csv``, ``other``, or ``list`` for the list of all files."""
    path: str
    """Below the pod."""

    @property
    def name(self) -> str:
        """Below the export's folder."""
        return f"{self.form}/{self.path}"


def place_of(path: str, head: bytes) -> Place | None:
    """What a file of a pile is, from its path and its first bytes; ``None`` where it belongs to no export of ours."""
    found = _FORM.match(path)
    if found is not None:
        return Place(found["root"], found["form"], found["place"])
    if _TABLE.match(path) and head.startswith(_TABLE_HEAD):
        return Place("", "csv", path)
    if path.rsplit("/", 1)[-1] == LISTED and b'"lifepod_export"' in head:
        return Place(path[: -len(LISTED)], "list", "")
    return None


def goes_back(path: str) -> bool:
    """Whether a place can be written in another pod: never what would be taken for rules, or is no address."""
    return is_safe(path) and not is_rules(path) and not path.rsplit("/", 1)[-1].startswith(".")


def is_kept(path: str) -> bool:
    """Whether a file below ``lifepod/`` means something in another pod; the log of access speaks of the old one."""
    return path in (DELETED, KEY) or (is_run(path) and path.endswith(".ttl"))


def is_run(path: str) -> bool:
    """Whether a place holds the record of an import."""
    return path.startswith(IMPORTS)


@dataclass(frozen=True, slots=True)
class Returning:
    """One record on its way back."""

    record: Record
    kind: str
    """A key of :data:`KINDS`; empty where nobody here knows it."""
    day: str
    """``YYYYMMDD`` it is filed under; empty where it has no time."""
    edited: bool


@dataclass(frozen=True, slots=True)
class Partition:
    """One partition on its way back."""

    journal_class: str
    source: str
    granularity: Granularity | None
    """How much time its like hold; ``None`` for what has no time."""
    day: str
    """First day of it, ``YYYYMMDD``; empty for what has no time."""
    kinds: tuple[str, ...]
    """Kinds whose categories its head names."""
    records: tuple[Returning, ...]
    others: tuple[str, ...]
    """Blocks about things that are no record of it."""
    head: str
    """What else is said of the document, as a block; empty where nothing is."""
    prefixes: str
    """Prefixes that :attr:`others` and :attr:`head` use, separated by blanks."""


def partition_of(data: bytes, url: str, path: str) -> Partition | None:
    """The partition at ``path`` (``journal/<class>/<source>/2025/12.ttl``); ``None`` for what is none of ours.

    ``url`` is its address in the pod it comes from: its own addresses become relative again. Raises
    :class:`~lifepod.errors.Malformed`, also for a layout that is newer than this program.
    """
    parts = path.split("/", 3)
    if len(parts) < 4 or not _is_source(parts[1], parts[2]):
        return None
    granularity = granularity_of([parts[3]])
    if granularity is None and parts[3] != UNDATED:
        return None
    bodies = by_record(read_flat(data, url))
    document = bodies.pop("", set())
    head = {(p, o) for s, p, o in document if s == "<>"}
    if (_TYPE, f"<{names.LP_PARTITION}>") not in head:
        return None
    layouts = {value_of(o) for p, o in head if p == _LAYOUT}
    if layouts - {LAYOUT}:
        raise Malformed(f"{plain(path)} has a layout that is newer than this program.", advice="Update lifepod first.")
    period = re.sub("[^0-9]", "", parts[3])
    named = {value_of(o) for p, o in head if p == _CATEGORY}
    kinds = tuple(k for k, v in KINDS.items() if v.journal_class == parts[1] and named.issuperset(v.categories))
    used: set[str] = set()
    more = head - set(head_of(kinds))
    others = tuple(block(s, pairs, used) for s, pairs in _subjects(document) if s != "<>")
    return Partition(
        parts[1], parts[2], granularity, (period + "0101")[:8] if period else "", kinds,
        tuple(_returning(name, body, parts[1], period) for name, body in sorted(bodies.items())),
        others, block("<>", more, used) if more else "", " ".join(sorted(used)),
    )  # fmt: skip


def with_edits(data: bytes, url: str, edits: Iterable[Record]) -> tuple[bytes, tuple[str, ...]]:
    """A partition with the person's own word in the place of what imports say, and the names of records that changed.

    What was edited here stays as it is, and what is not here stays away.
    """
    bodies, changed = by_record(read_flat(data, url)), list[str]()
    for record in edits:
        there = bodies.get(record.name)
        if there and not is_edited(there):
            bodies[record.name] = set(read_flat(new_partition([], [record]), url))
            changed.append(record.name)
    return write_flat(triple for body in bodies.values() for triple in body), tuple(changed)


def must_be_turtle(data: bytes, path: str) -> None:
    """Raise :class:`~lifepod.errors.Malformed` where a file that goes back as it is cannot be read, or is no list of
    deletions or key where it should be one.
    """
    url = NOWHERE + path
    if path == DELETED:
        read_tombstones(data, url)
    elif path == KEY:
        read_key(data, url)
    else:
        as_jsonld(data, url)


def _is_source(journal_class: str, source: str) -> bool:
    try:
        return journal_class in CLASSES and bool(source_path(journal_class, source))
    except Malformed:
        return False


def _returning(name: str, body: Body, journal_class: str, period: str) -> Returning:
    used: set[str] = set()
    blocks = "\0".join(block(subject, pairs, used) for subject, pairs in _subjects(body))
    types = {o[1:-1] for s, p, o in body if s == f"<#{name}>" and p == _TYPE}
    # What says its own day belongs to that day, as long as that is in its partition; the rest stays where it was.
    own = name[:8] if re.match(r"[0-9]{8}", name) and name.startswith(period) else (period + "0101")[:8]
    record = Record(name, len(body), blocks, " ".join(sorted(used)))
    return Returning(record, _kind(journal_class, types), own if period else "", is_edited(body))


def _subjects(body: Body) -> list[tuple[str, list[tuple[str, str]]]]:
    pairs: dict[str, list[tuple[str, str]]] = {}
    for subject, predicate, obj in body:
        pairs.setdefault(subject, []).append((predicate, obj))
    return [(subject, pairs[subject]) for subject in sorted(pairs, key=subject_order)]


def _kind(journal_class: str, types: set[str]) -> str:
    fitting = (k for k, v in KINDS.items() if v.journal_class == journal_class and types.issuperset(v.types))
    return max(fitting, key=lambda kind: len(KINDS[kind].types), default="")
