"""Partitions: documents of many records, made new, and joined with what stands there.

It refuses to lose triples it did not write, and to let the order of imports show: joins are commutative, and equal
sets of records give equal bytes.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from functools import reduce
from itertools import pairwise

from lifepod import names
from lifepod.journal.activity import KINDS, Moment
from lifepod.journal.joins import Body, better, joined, record_name
from lifepod.journal.record import Record
from lifepod.rdf.flat import Block, assemble, block, read_blocks, read_flat, subject_order, typed

_TYPE = f"<{names.RDF_TYPE}>"
_NOWHERE = "https://nowhere.invalid/"
LAYOUT = "1"
"""Version of the layout, written into every partition as ``lp:layout``."""


def one_of(tellings: Sequence[Record]) -> Record:
    """Several tellings under one name as the one that stands; see :mod:`lifepod.journal.joins`."""
    return _record(tellings[0].name, reduce(joined, map(_body, tellings)))


def _body(record: Record) -> Body:
    """The triples of a record."""
    return set(read_flat(new_partition([], [record]), _NOWHERE))


def _record(name: str, body: Body) -> Record:
    """The record that these triples are."""
    pairs, used = dict[str, list[tuple[str, str]]](), set[str]()
    for subject, predicate, obj in body:
        pairs.setdefault(subject, []).append((predicate, obj))
    blocks = [block(subject, pairs[subject], used) for subject in sorted(pairs, key=subject_order)]
    return Record(name, len(body), "\0".join(blocks), " ".join(sorted(used)))


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
    records = [record for record in records if record.text]
    used = {prefix for said in {record.prefixes for record in records} for prefix in said.split()}
    text = "\0".join([record.text for record in records])
    if _in_order(records):
        blocks = [text.replace("\0", "")]
    else:
        blocks = sorted(text.split("\0"), key=_subject) if records else []
    return assemble([block("<>", head, used), *blocks] if head else blocks, used)


def _in_order(records: Sequence[Record]) -> bool:
    """Whether the records, each with its parts, stand one after another as their blocks do.

    They do not where one name begins with another: ``x-2`` stands between ``x`` and ``x-object``.
    """
    names_ = [record.name for record in records]
    return all(one < other and not other.startswith(one) for one, other in pairwise(names_)) and "" not in names_


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
    Records are compared as texts, which are equal where their triples are, so that only what differs is taken apart.
    """
    standing, said = _standing(read_blocks(old, url))
    incoming = {record.name: record for record in records}
    told = incoming.pop("", Record("", 0, "", ""))
    document = said | _document(head, told, url)
    written = []
    for name, record in incoming.items():
        there = standing.get(name)
        if there is None:
            standing[name] = record
        elif there.text == record.text:
            continue
        else:
            richer = better(_body(record), _body(there))
            if richer is None:
                continue
            standing[name] = _record(name, richer)
        written.append(name)
    unchanged = len(incoming) - len(written)
    if not written and document == said:
        return Joined(None, (), unchanged)
    return Joined(new_partition([], [_record("", document), *standing.values()]), tuple(sorted(written)), unchanged)


def _document(head: list[tuple[str, str]], told: Record, url: str) -> Body:
    """What an import says of the document and of things that are no record of it."""
    return {("<>", predicate, obj) for predicate, obj in head} | set(read_flat(new_partition([], [told]), url))


def _standing(blocks: dict[str, Block]) -> tuple[dict[str, Record], Body]:
    """The records of a document, and all else that it says."""
    mine: dict[str, list[str]] = {}
    for subject in sorted(blocks, key=subject_order):
        mine.setdefault(record_name(subject), []).append(subject)
    others = _joined("", [blocks[subject] for subject in mine.pop("", [])])
    return {name: _joined(name, [blocks[s] for s in subjects]) for name, subjects in mine.items()}, _body(others)


def _joined(name: str, blocks: list[Block]) -> Record:
    """Blocks in their order as one record."""
    if len(blocks) == 1:
        return Record(name, blocks[0].size, blocks[0].text, blocks[0].prefixes)
    used = sorted({prefix for one in blocks for prefix in one.prefixes.split()})
    return Record(name, sum(one.size for one in blocks), "\0".join(one.text for one in blocks), " ".join(used))


def day_of(moment: Moment | None) -> date | None:
    """The day a record is filed under: UTC for instants, the local day where no zone is known."""
    if moment is None:
        return None
    return moment.value.date() if isinstance(moment.value, datetime) else moment.value
