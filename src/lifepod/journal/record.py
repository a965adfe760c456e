"""One activity as linked data: the name of its record, and the record's text as it stands in a partition.

It refuses to mint blank nodes, to let a record depend on another source or on when it was imported, and to write what
no linked-data document can hold.

* ``#<YYYYMMDDTHHMMSSZ>-<16 hex>`` names a record; its parts are ``…-object``, ``…-amount``.
* Records have few shapes (which properties, which parts), so the text around the values is made once for each.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Callable, Sequence
from functools import lru_cache
from operator import itemgetter
from typing import NamedTuple

from lifepod import names
from lifepod.journal.activity import KINDS, Activity, Decimal10, Duration, Iri, Moment, Thing, Value
from lifepod.rdf.flat import block, iri, laid_out, shown, subject_order, text, typed

_TYPE, _NAME = f"<{names.RDF_TYPE}>", f"<{names.SCHEMA}name>"
_MATCH, _PRECISION = f"<{names.LP_MATCH_KEY}>", f"<{names.LP_TIME_PRECISION}>"
_CLASSES = {name: tuple(f"<{t}>" for t in kind.types) for name, kind in KINDS.items()}
_TIMES = {name: (f"<{kind.begins}>", f"<{kind.ends}>") for name, kind in KINDS.items()}
_UNIT, _BETWEEN = "\x1f", "\0"
_MINUTE = '"minute"'


class Record(NamedTuple):
    """One activity as it stands in a partition; a tuple, because an import makes hundreds of thousands of them."""

    name: str
    """Fragment, without ``#``."""
    size: int
    """Triples."""
    text: str
    """Turtle of the record and then of each of its parts, sorted, with a NUL between each two."""
    prefixes: str
    """Prefixes the text uses, sorted, separated by blanks."""

    @property
    def blocks(self) -> tuple[str, ...]:
        """The record and each of its parts."""
        return tuple(self.text.split(_BETWEEN))


def stamp(moment: Moment | None) -> str:
    """The sortable time in a record's name: to the second, to the day, or ``undated``."""
    if moment is None:
        return "undated"
    # By hand, because strftime takes longer than all the rest of a record's name.
    t = moment.text
    if len(t) == len("2025-12-31"):
        return t.replace("-", "")
    return f"{t[:4]}{t[5:7]}{t[8:13]}{t[14:16]}{t[17:19]}{'Z' if t.endswith('+00:00') else ''}"


def lexical(moment: Moment) -> tuple[str, str]:
    """The canonical text of a time and its datatype: ``Z`` for instants, no zone where none is known."""
    t = moment.text
    if len(t) == len("2025-12-31"):
        return t, names.XSD_DATE
    zone = "Z" if t.endswith("+00:00") else ""
    digits = t[:-6] if zone else t
    return (digits.rstrip("0") if "." in digits else digits) + zone, names.XSD_DATETIME


def name_of(activity: Activity) -> str:
    """The name of a record: its time and 16 hex digits of its identity (kind, source, key)."""
    parts = _UNIT.join((activity.kind, activity.source, *activity.key))
    return f"{stamp(activity.when)}-{hashlib.sha256(parts.encode()).hexdigest()[:16]}"


def match_key(activity: Activity) -> str:
    """Equal for the same happening told by two sources: 16 hex of kind, main object and time."""
    return hashlib.sha256(_UNIT.join((activity.kind, *activity.match)).encode()).hexdigest()[:16]


def record_of(activity: Activity, name: str) -> Record:
    """The record's text under ``name`` (:func:`name_of`, with ``-2`` … for real repetitions)."""
    used: set[str] = set()
    values = [name]
    if activity.name:
        values.append(text(activity.name))
    start, end, facts, things = activity.start, activity.end, activity.facts, activity.things
    if start is not None:
        values.append(_shown(start, used))
    if end is not None:
        values.append(_shown(end, used))
    minute = (start is not None and start.precision == "minute") or (end is not None and end.precision == "minute")
    if minute:
        values.append(_MINUTE)
    if activity.match:
        values.append(f'"{match_key(activity)}"')
    values += [_shown(value, used) for _, value in facts]
    about: tuple[object, ...] = ()
    if things:
        things = tuple(sorted(things, key=_part)) if len(things) > 1 else things
        values += [_shown(value, used) for thing in things for _, value in thing.facts]
        about = tuple([(t.part, t.link, t.types, tuple([p for p, _ in t.facts])) for t in things])
    times = (start is None, end is None, minute)
    key = (activity.kind, not activity.name, times, not activity.match, tuple([p for p, _ in facts]), about)
    if key not in _SHAPES:
        if len(_SHAPES) >= _MOST_SHAPES:
            _SHAPES.clear()
        _SHAPES[key] = _shape(activity, things)
    shape = _SHAPES[key]
    if shape is None:
        return _with_repeats(activity, name)
    return Record(name, shape.size, shape.template % shape.pick(values), shape.with_prefixes(used))


def _part(thing: Thing) -> str:
    return thing.part


class _Shape(NamedTuple):
    """The text of all records that say the same properties of themselves and of the same parts."""

    template: str
    pick: Callable[[Sequence[str]], tuple[str, ...]]
    """The record's name and values → what stands in the places of the template."""
    size: int
    prefixes: frozenset[str]
    """Those of the template."""
    said: dict[frozenset[str], str]
    """Prefixes that the values need → all prefixes, sorted, as a record names them."""

    def with_prefixes(self, used: set[str]) -> str:
        key = frozenset(used)
        if key not in self.said:
            self.said[key] = " ".join(sorted(self.prefixes | used))
        return self.said[key]


_MOST_SHAPES = 4096
_SHAPES: dict[tuple[object, ...], _Shape | None] = {}
"""Kinds with their properties and parts → their shape; ``None`` where one thing is said more than once."""
_PLACE = re.compile("\1([0-9]+)\1")
_NAMED = "\x010\x01"
"""The mark of a value by its number, and that of the record's name, which is the first."""


def _shape(activity: Activity, things: tuple[Thing, ...]) -> _Shape | None:
    """The shape of a record: its text with a mark in the place of each value, made into a template."""
    used, predicates = set[str](), [predicate for predicate, _ in _said(activity)]
    objects = [f"\1{place}\1" for place, _ in enumerate(predicates, 1)]
    blocks: list[str | None] = []
    size, places = 0, len(predicates)
    for thing in things:
        part = f"<#{_NAMED}-{thing.part}>"
        predicates.append(f"<{thing.link}>")
        objects.append(part)
        values = [f"\1{places + number}\1" for number, _ in enumerate(thing.facts, 1)]
        places += len(values)
        types = tuple([f"<{t}>" for t in thing.types])
        blocks.append(laid_out(part, types, tuple([f"<{p}>" for p, _ in thing.facts]), values, used))
        size += len(types) + len(values)
    types = _CLASSES[activity.kind]
    blocks.insert(0, laid_out(f"<#{_NAMED}>", types, tuple(predicates), objects, used))
    whole = [one for one in blocks if one is not None]
    if len(whole) < len(blocks) or len({thing.part for thing in things}) < len(things):
        return None
    marked = _BETWEEN.join(whole)
    at = [int(number) for number in _PLACE.findall(marked)]
    pick = itemgetter(*at) if len(at) > 1 else lambda values: tuple(values)
    template = _PLACE.sub("%s", marked.replace("%", "%%"))
    return _Shape(template, pick, size + len(types) + len(predicates), frozenset(used), {})


def _with_repeats(activity: Activity, name: str) -> Record:
    """The same for a record that says one thing of itself more than once."""
    used = set[str]()
    pairs = [(_TYPE, t) for t in _CLASSES[activity.kind]] + _said(activity)
    parts: dict[str, set[tuple[str, str]]] = {}
    for thing in activity.things:
        part = f"<#{name}-{thing.part}>"
        pairs.append((f"<{thing.link}>", part))
        about = parts.setdefault(part, set())
        about.update((_TYPE, f"<{t}>") for t in thing.types)
        about.update((f"<{p}>", _term(v)) for p, v in thing.facts)
    size = len(set(pairs)) + sum(map(len, parts.values()))
    blocks = [block(part, parts[part], used) for part in sorted(parts, key=subject_order)]
    return Record(name, size, _BETWEEN.join((block(f"<#{name}>", pairs, used), *blocks)), " ".join(sorted(used)))


def _said(activity: Activity) -> list[tuple[str, str]]:
    """All that is said of the record itself but its classes and parts, in the order of :func:`record_of`'s values."""
    begins, ends = _TIMES[activity.kind]
    times = [(p, m) for p, m in ((begins, activity.start), (ends, activity.end)) if m is not None]
    said = [(_NAME, text(activity.name))] if activity.name else []
    said += [(predicate, _term(moment)) for predicate, moment in times]
    said += [(_PRECISION, _MINUTE)] if any(moment.precision == "minute" for _, moment in times) else []
    said += [(_MATCH, text(match_key(activity)))] if activity.match else []
    return said + [(f"<{p}>", _term(v)) for p, v in activity.facts]


def _shown(value: Value, used: set[str]) -> str:
    """What a document shows of a value; see :func:`lifepod.rdf.flat.shown`."""
    if isinstance(value, str):
        return text(value)
    if isinstance(value, Iri):
        prefix, name = _named(value.value)
        if prefix:
            used.add(prefix)
        return name
    if isinstance(value, Moment):
        used.add("xsd")
        digits, datatype = lexical(value)
        return f'"{digits}"^^xsd:{"date" if datatype == names.XSD_DATE else "dateTime"}'
    return shown(_term(value), used)


@lru_cache(maxsize=131_072)
def _named(value: str) -> tuple[str, str]:
    """Prefix and text of an address, as a document shows it; records name the same ones again and again."""
    used: set[str] = set()
    name = shown(iri(value), used)
    return "".join(used), name


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
    return typed(*lexical(value))
