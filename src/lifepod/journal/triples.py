"""Activities as linked data: the identity of a record, its text in a partition, and partitions joined.

It refuses to mint blank nodes, to lose triples it did not write, and to let the order of imports show: joins are
commutative, and equal sets of records give equal bytes.

* ``#<YYYYMMDDTHHMMSSZ>-<16 hex>`` names a record; its parts are ``…-object``, ``…-amount``.
* A record's own text never depends on another source, nor on when it was imported.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from functools import reduce

from lifepod import names
from lifepod.journal.activity import KINDS, Activity, Decimal10, Duration, Iri, Moment, Value
from lifepod.journal.joins import better, by_record, joined
from lifepod.rdf.flat import (
    assemble,
    block,
    iri,
    laid_out,
    read_flat,
    shown,
    subject_order,
    text,
    typed,
    write_flat,
)

_TYPE, _NAME = f"<{names.RDF_TYPE}>", f"<{names.SCHEMA}name>"
_MATCH, _PRECISION = f"<{names.LP_MATCH_KEY}>", f"<{names.LP_TIME_PRECISION}>"
_CLASSES = {name: tuple(f"<{t}>" for t in kind.types) for name, kind in KINDS.items()}
_TIMES = {name: (f"<{kind.begins}>", f"<{kind.ends}>") for name, kind in KINDS.items()}
_UNIT, _NOWHERE = "\x1f", "https://nowhere.invalid/"
LAYOUT = "1"
"""Version of the layout, written into every partition as ``lp:layout``."""


@dataclass(frozen=True, slots=True)
class Record:
    """One activity as it stands in a partition."""

    name: str
    """Fragment, without ``#``."""
    size: int
    """Triples."""
    blocks: tuple[str, ...]
    """Turtle of the record and then of each of its parts, sorted."""
    prefixes: str
    """Prefixes the body uses, separated by blanks."""


def stamp(moment: Moment | None) -> str:
    """The sortable time in a record's name: to the second, to the day, or ``undated``."""
    if moment is None:
        return "undated"
    value = moment.value
    # By hand, because strftime takes longer than all the rest of a record's name.
    day = f"{value.year:04}{value.month:02}{value.day:02}"
    if not isinstance(value, datetime):
        return day
    return f"{day}T{value.hour:02}{value.minute:02}{value.second:02}{'Z' if value.tzinfo else ''}"


def lexical(moment: Moment) -> tuple[str, str]:
    """The canonical text of a time and its datatype: ``Z`` for instants, no zone where none is known."""
    value = moment.value
    if not isinstance(value, datetime):
        return value.isoformat(), names.XSD_DATE
    digits = value.isoformat().removesuffix("+00:00")
    if value.microsecond:
        digits = digits.rstrip("0")
    return digits + ("Z" if value.tzinfo else ""), names.XSD_DATETIME


def name_of(activity: Activity) -> str:
    """The name of a record: its time and 16 hex digits of its identity (kind, source, key)."""
    parts = _UNIT.join((activity.kind, activity.source, *activity.key))
    return f"{stamp(activity.when)}-{hashlib.sha256(parts.encode()).hexdigest()[:16]}"


def record_of(activity: Activity, name: str) -> Record:
    """The record's text under ``name`` (:func:`name_of`, with ``-2`` … for real repetitions)."""
    used: set[str] = set()
    said = _said(activity)
    predicates = [predicate for predicate, _ in said]
    objects = [_shown(value, used) for _, value in said]
    blocks: list[str | None] = []
    size = 0
    for thing in sorted(activity.things, key=lambda thing: thing.part):
        part = f"<#{name}-{thing.part}>"
        predicates.append(f"<{thing.link}>")
        objects.append(part)
        about = tuple([f"<{p}>" for p, _ in thing.facts])
        values = [_shown(value, used) for _, value in thing.facts]
        types = tuple([f"<{t}>" for t in thing.types])
        blocks.append(laid_out(part, types, about, values, used))
        size += len(types) + len(about)
    types = _CLASSES[activity.kind]
    whole = laid_out(f"<#{name}>", types, tuple(predicates), objects, used)
    if whole is None or None in blocks or len({thing.part for thing in activity.things}) < len(blocks):
        return _with_repeats(activity, name)
    texts = (whole, *[one for one in blocks if one is not None])
    return Record(name, size + len(types) + len(predicates), texts, " ".join(sorted(used)))


def _said(activity: Activity) -> list[tuple[str, Value]]:
    """All that is said of the record itself but its classes and parts, properties as ``<…>``."""
    said: list[tuple[str, Value]] = []
    if activity.name:
        said.append((_NAME, activity.name))
    minute = False
    for predicate, moment in zip(_TIMES[activity.kind], (activity.start, activity.end), strict=True):
        if moment is not None:
            said.append((predicate, moment))
            minute |= moment.precision == "minute"
    if minute:
        said.append((_PRECISION, "minute"))
    if activity.match:
        said.append((_MATCH, match_key(activity)))
    said += [(f"<{p}>", v) for p, v in activity.facts]
    return said


def _with_repeats(activity: Activity, name: str) -> Record:
    """The same for a record that says one thing of itself more than once."""
    subject, used = f"<#{name}>", set[str]()
    pairs = [(_TYPE, t) for t in _CLASSES[activity.kind]] + [(p, _term(v)) for p, v in _said(activity)]
    parts: dict[str, set[tuple[str, str]]] = {}
    for thing in activity.things:
        part = f"<#{name}-{thing.part}>"
        pairs.append((f"<{thing.link}>", part))
        about = parts.setdefault(part, set())
        about.update((_TYPE, f"<{t}>") for t in thing.types)
        about.update((f"<{p}>", _term(v)) for p, v in thing.facts)
    size = len(set(pairs)) + sum(map(len, parts.values()))
    blocks = [block(part, parts[part], used) for part in sorted(parts, key=subject_order)]
    return Record(name, size, (block(subject, pairs, used), *blocks), " ".join(sorted(used)))


def _shown(value: Value, used: set[str]) -> str:
    """What a document shows of a value; see :func:`lifepod.rdf.flat.shown`."""
    if isinstance(value, str):
        return text(value)
    if isinstance(value, Moment):
        used.add("xsd")
        digits, datatype = lexical(value)
        return f'"{digits}"^^xsd:{"date" if datatype == names.XSD_DATE else "dateTime"}'
    return shown(_term(value), used)


def one_of(tellings: Sequence[Record]) -> Record:
    """Several tellings under one name as the one that stands; see :mod:`lifepod.journal.joins`."""
    bodies = [set(read_flat(new_partition([], [record]), _NOWHERE)) for record in tellings]
    best, used = reduce(joined, bodies), set[str]()
    pairs: dict[str, list[tuple[str, str]]] = {}
    for subject, predicate, obj in best:
        pairs.setdefault(subject, []).append((predicate, obj))
    blocks = tuple(block(subject, pairs[subject], used) for subject in sorted(pairs, key=subject_order))
    return Record(tellings[0].name, len(best), blocks, " ".join(sorted(used)))


def match_key(activity: Activity) -> str:
    """Equal for the same happening told by two sources: 16 hex of kind, main object and time."""
    return hashlib.sha256(_UNIT.join((activity.kind, *activity.match)).encode()).hexdigest()[:16]


def _time(moment: Moment) -> str:
    return typed(*lexical(moment))


def _term(value: Value) -> str:
    if isinstance(value, str):
        return text(value)
    if isinstance(value, Iri):
        return iri(value.value)
    if isinstance(value, bool):
        return typed("true" if value else "false", names.XSD_BOOLEAN)
    if isinstance(value, int):
        return typed(str(value), names.XSD_INTEGER)
    if isinstance(value, Decimal10):
        return typed(value.value, names.XSD_DECIMAL)
    if isinstance(value, Duration):
        return typed(value.value, names.XSD_DURATION)
    return _time(value)


def head_of(kinds: Iterable[str]) -> list[tuple[str, str]]:
    """What a partition says of itself: its type, layout version and the kinds of personal data in it."""
    categories = {category for kind in kinds for category in KINDS[kind].categories}
    return [
        (_TYPE, f"<{names.LP_PARTITION}>"),
        (f"<{names.LP_LAYOUT}>", typed(LAYOUT, names.XSD_INTEGER)),
        *((f"<{names.DPV_HAS_PERSONAL_DATA}>", f"<{c}>") for c in sorted(categories)),
    ]


def new_partition(head: list[tuple[str, str]], records: Iterable[Record]) -> bytes:
    """A partition that does not exist yet; the same bytes as :func:`joined_partition` would give."""
    used: set[str] = set()
    blocks: list[str] = []
    for record in records:
        blocks.extend(record.blocks)
        used.update(record.prefixes.split())
    blocks.sort(key=_subject)
    return assemble([block("<>", head, used), *blocks] if head else blocks, used)


def _subject(shown: str) -> str:
    """What :func:`subject_order` is of the subject of a block."""
    return shown[: shown.index(">")]


@dataclass(frozen=True, slots=True)
class Joined:
    """A partition after a join."""

    data: bytes | None
    """What to write; ``None`` where nothing changes."""
    written: tuple[str, ...]
    """Names of records that are new or richer now."""
    unchanged: int
    """Records that stood there already, as they are."""


def joined_partition(old: bytes, url: str, head: list[tuple[str, str]], records: Iterable[Record]) -> Joined:
    """Join incoming records with the partition as it was read.

    Which of two tellings of one record stands is decided by :mod:`lifepod.journal.joins`. Triples of others stay.
    """
    standing = read_flat(old, url)
    there = by_record(standing)
    incoming = by_record(read_flat(new_partition(head, records), url))
    whole = {"": there.get("", set()) | incoming.pop("", set())}
    written = []
    for name, body in incoming.items():
        richer = better(body, there.get(name, set()))
        if richer is not None:
            whole[name] = richer
            written.append(name)
    result = {t for name, body in (there | whole).items() for t in body}
    if result == set(standing):
        return Joined(None, (), len(incoming))
    return Joined(write_flat(result), tuple(sorted(written)), len(incoming) - len(written))


def day_of(moment: Moment | None) -> date | None:
    """The day a record is filed under: UTC for instants, the local day where no zone is known."""
    if moment is None:
        return None
    return moment.value.date() if isinstance(moment.value, datetime) else moment.value
