"""A document of linked data as a person reads it: rows of subject, property and value, and the same laid out as Turtle.

It refuses to ask for anything, and to leave a triple out. Names of unnamed nodes are counted anew in each document.
"""

from __future__ import annotations

from dataclasses import dataclass

from lifepod.limits import LIMITS, Limits
from lifepod.rdf.flat import FlatTriple, shown, value_of, write_flat
from lifepod.rdf.turtle import quads_of
from lifepod.solid.reading import TURTLES, turtle_of
from lifepod.solid.wire import JSON_LD, Reply

_TYPE = "<http://www.w3.org/1999/02/22-rdf-syntax-ns#type>"


@dataclass(frozen=True, slots=True)
class Table:
    """What one document says."""

    rows: tuple[tuple[str, str, str], ...]
    """Subject, property and value of each triple, short where a prefix is known; rows of one subject lie together."""
    turtle: str
    """All of it with the fixed prefixes, sorted; its own names are relative."""


def is_linked_data(reply: Reply) -> bool:
    """Whether an answer says that it is of a type that :func:`table_of` reads."""
    return reply.content_type == JSON_LD or reply.content_type in TURTLES


def table_of(reply: Reply, limits: Limits = LIMITS) -> Table:
    """An answer as rows; raises :class:`~lifepod.errors.Malformed` where it is no linked data that can be read."""
    triples = _flat(turtle_of(reply, limits), reply.url, limits)
    order: dict[str, int] = {}
    for subject, _, _ in triples:
        order.setdefault(subject, len(order))
    triples.sort(key=lambda one: (order[one[0]], one[1] != _TYPE, one[1], one[2]))
    rows = tuple((_name(s), "a" if p == _TYPE else _name(p), _name(o)) for s, p, o in triples)
    return Table(rows, write_flat(triples).decode())


def _flat(data: bytes, base: str, limits: Limits) -> list[FlatTriple]:
    own, fragment, unnamed = f"<{base}>", f"<{base}#", dict[str, str]()

    def term(node: object) -> str:
        text = str(node)
        if text.startswith("_:"):
            return unnamed.setdefault(text, f"_:{len(unnamed) + 1}")
        if text.startswith(fragment):
            return "<" + text[len(base) + 1 :]
        return "<>" if text == own else text

    found = ((term(quad.subject), str(quad.predicate), term(quad.object)) for quad in quads_of(data, base, limits))
    return list(dict.fromkeys(found))


def _name(term: str) -> str:
    """A term as a table shows it: a text without its quotes, an address in brackets or with a prefix of ours."""
    if not term.startswith('"'):
        return shown(term, set())
    tail = term[term.rindex('"') + 1 :]
    return value_of(term) + (f" {tail}" if tail.startswith("@") else "")
