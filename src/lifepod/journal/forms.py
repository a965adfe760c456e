"""One record as a form: its values one by one, and the record again with some of them written anew.

It refuses to change what a record is or which parts it has, and a value that is none of its kind.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass

from lifepod import names
from lifepod.errors import Malformed
from lifepod.journal.reading import short
from lifepod.plain import plain
from lifepod.rdf.flat import FlatTriple, iri, is_iri, read_flat, text, typed, value_of, write_flat

_HIDDEN = frozenset(f"<{name}>" for name in (names.RDF_TYPE, names.LP_MATCH_KEY, names.LP_EDITED))
_KINDS = {
    names.XSD_DATE: "day",
    names.XSD_DATETIME: "time",
    names.XSD_DECIMAL: "number",
    names.XSD_INTEGER: "whole number",
    names.XSD_BOOLEAN: "true or false",
    names.XSD_DURATION: "duration",
}
_SHAPES = {
    "number": (re.compile(r"[+-]?\d+(\.\d+)?"), "12.50"),
    "whole number": (re.compile(r"[+-]?\d+"), "3"),
    "true or false": (re.compile(r"true|false"), "true"),
    "duration": (re.compile(r"P(?=.)(\d+D)?(T(?=.)(\d+H)?(\d+M)?(\d+(\.\d+)?S)?)?"), "PT1H30M"),
}
"""How a value of a kind is written, and an example; days and times are looked at where a record is put back."""


@dataclass(frozen=True, slots=True)
class Field:
    """One value of a record."""

    part: str
    """Name of the part it belongs to (``object``, ``amount``); empty for the record itself."""
    term: str
    """The property: ``schema:name``."""
    value: str
    kind: str
    """``text``, ``address``, or what :data:`_KINDS` has."""
    triple: FlatTriple
    """Where it stands."""


def fields_of(data: bytes, url: str, name: str) -> tuple[Field, ...]:
    """Every value of a record (:func:`~lifepod.journal.editing.record_text`) that can be written anew."""
    triples = read_flat(data, url)
    nodes = {subject for subject, _, _ in triples}
    found = [
        Field(
            subject[2 + len(name) + 1 : -1],
            short(predicate[1:-1]),
            value_of(obj),
            _kind(obj),
            (subject, predicate, obj),
        )
        for subject, predicate, obj in triples
        if predicate not in _HIDDEN and obj not in nodes and not obj.startswith("<#")
    ]
    return tuple(sorted(found, key=lambda one: (one.part, one.term, one.value)))


def _kind(obj: str) -> str:
    if obj.startswith("<"):
        return "address"
    datatype = obj[obj.rindex('"') + 1 :].removeprefix("^^<").removesuffix(">")
    return _KINDS.get(datatype, "text")


def with_values(data: bytes, url: str, said: Mapping[Field, str]) -> bytes:
    """The record with other values; an empty one takes the property away. Raises :class:`Malformed`."""
    triples = set(read_flat(data, url))
    for one, value in said.items():
        triples.discard(one.triple)
        if value.strip():
            triples.add((*one.triple[:2], _term(one, value)))
    return write_flat(triples)


def _term(field: Field, value: str) -> str:
    if field.kind == "address":
        if not is_iri(value.strip()):
            raise Malformed(
                f"{plain(value, 60)} is no address.", advice="Write it whole, such as https://example.org/."
            )
        return iri(value.strip())
    tail = field.triple[2][field.triple[2].rindex('"') + 1 :]
    shape = _SHAPES.get(field.kind)
    if shape is not None and not shape[0].fullmatch(value.strip()):
        raise Malformed(f"{plain(value, 60)} is no {field.kind}.", advice=f"Write it like {shape[1]}.")
    if tail.startswith("^^"):
        return typed(value.strip(), tail[3:-1])
    return text(value) + tail
