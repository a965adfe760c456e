"""A partition with one record changed or some taken out, told from its bytes alone.

It refuses to change what belongs to another record, to lose triples it does not know, and to take a time that is none,
or one that no search for it would look for in the file the record lies in.
"""

from __future__ import annotations

import re
from datetime import date, datetime

from lifepod import names
from lifepod.errors import Malformed
from lifepod.journal.activity import KINDS
from lifepod.journal.joins import Body, by_record, record_name
from lifepod.plain import plain
from lifepod.rdf.flat import read_flat, typed, value_of, write_flat

_BEGINS = frozenset(f"<{kind.begins}>" for kind in KINDS.values())
_ENDS = frozenset(f"<{kind.ends}>" for kind in KINDS.values())
_DATED = ((f"^^<{names.XSD_DATE}>", date), (f"^^<{names.XSD_DATETIME}>", datetime))
_PERIOD = re.compile(r"/([0-9]{4})(?:/([0-9]{2}))?(?:/([0-9]{2}))?\.ttl\Z")
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

    Raises :class:`Malformed` where the text is no Turtle, speaks of anything else, or moves the record in time out of
    its file.
    """
    body = set(read_flat(text, url))
    if not body or any(record_name(subject) != name for subject, _, _ in body):
        raise Malformed(
            f"The text must speak of <#{plain(name)}> and its parts alone.",
            advice="Change values and add properties; leave the names in angle brackets as they are.",
        )
    there = read_flat(data, url)
    before = {t for t in there if record_name(t[0]) == name}
    if body == before:
        return None
    _must_be_times(body - before)
    _must_stay(url, _times(body, name), _times(before, name))
    others = {t for t in there if record_name(t[0]) != name}
    return write_flat(others | body | {(f"<#{name}>", *_EDITED)})


def _must_be_times(added: Body) -> None:
    for _, _, obj in added:
        for end, kind in _DATED:
            if not obj.endswith(end):
                continue
            shown = value_of(obj)
            try:
                kind.fromisoformat(shown)
            except ValueError:
                raise Malformed(
                    f"{plain(shown, 60)} is no {'day' if kind is date else 'time'}.",
                    advice="Write a day as 2025-12-01, and a time as 2025-12-01T20:15:00Z.",
                ) from None


def _times(body: Body, name: str) -> set[str]:
    """When a record began, else when it ended."""
    said = [(predicate, value_of(obj)) for subject, predicate, obj in body if subject == f"<#{name}>"]
    return {v for p, v in said if p in _BEGINS} or {v for p, v in said if p in _ENDS}


def _must_stay(url: str, now: set[str], before: set[str]) -> None:
    found = _PERIOD.search(url)
    period = "-".join(part for part in found.groups() if part) if found else ""
    if period and now != before and not (now and all(time.startswith(period) for time in now)):
        raise Malformed(
            f"The file of this record holds {period}: with another time, or none, no search would find it there.",
            advice=f"Keep its time within {period}; a record that is wrong can be deleted (`lifepod records delete`).",
        )


def with_record(data: bytes, url: str, name: str, text: bytes) -> bytes:
    """The partition with one record exactly as an earlier :func:`record_text` told it, instead of what stands there."""
    others = {t for t in read_flat(data, url) if record_name(t[0]) != name}
    return write_flat(others | set(read_flat(text, url)))
