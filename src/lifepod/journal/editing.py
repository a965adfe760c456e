"""A partition with one record changed or some taken out, told from its bytes alone.

It refuses to change what belongs to another record, and to lose triples it does not know.
"""

from __future__ import annotations

from lifepod import names
from lifepod.errors import Malformed
from lifepod.journal.joins import by_record, record_name
from lifepod.plain import plain
from lifepod.rdf.flat import read_flat, typed, write_flat

_EDITED = (f"<{names.LP_EDITED}>", typed("true", names.XSD_BOOLEAN))


def without(data: bytes, url: str, gone: frozenset[str]) -> tuple[bytes, int]:
    """The partition without these records, and how many of them it held; raises :class:`Malformed`."""
    triples = read_flat(data, url)
    left = [t for t in triples if record_name(t[0]) not in gone]
    return write_flat(left), len(gone & by_record(triples).keys())


def record_text(data: bytes, url: str, name: str) -> bytes | None:
    """One record with its parts as Turtle, its addresses relative; ``None`` where it is not there."""
    body = by_record(read_flat(data, url)).get(name)
    return write_flat(body) if body else None


def with_text(data: bytes, url: str, name: str, text: bytes) -> bytes | None:
    """The partition with one record as the person wrote it, marked so; ``None`` where nothing changes.

    Raises :class:`Malformed` where the text is no Turtle or speaks of anything else.
    """
    body = set(read_flat(text, url))
    if not body or any(record_name(subject) != name for subject, _, _ in body):
        raise Malformed(
            f"The text must speak of <#{plain(name)}> and its parts alone.",
            advice="Change values and add properties; leave the names in angle brackets as they are.",
        )
    there = read_flat(data, url)
    if body == {t for t in there if record_name(t[0]) == name}:
        return None
    others = {t for t in there if record_name(t[0]) != name}
    return write_flat(others | body | {(f"<#{name}>", *_EDITED)})
