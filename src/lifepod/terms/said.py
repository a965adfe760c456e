"""What a graph says, taken out property by property, so that nothing of it is read past; and the way back.

It refuses to guess: two values where one is meant, or an address where a text is meant, are :class:`Malformed`.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator

from lifepod.errors import Malformed
from lifepod.names import RDF_TYPE, SEC, XSD_STRING
from lifepod.plain import plain
from lifepod.rdf.flat import FlatTriple, text, typed
from lifepod.terms.policy import PublicKey, Value


class Said:
    """Triples by subject and property, each ticked off as it is read; what is left is strange."""

    def __init__(self, triples: Iterable[FlatTriple]) -> None:
        self._by: dict[tuple[str, str], list[str]] = {}
        for subject, predicate, obj in triples:
            self._by.setdefault((subject, predicate), []).append(obj)
        self._read: set[tuple[str, str]] = set()

    @property
    def left(self) -> tuple[FlatTriple, ...]:
        """What nobody asked for."""
        rest = (key for key in self._by if key not in self._read)
        return tuple((*key, obj) for key in rest for obj in self._by[key])

    def all(self, subject: str, predicate: str) -> list[str]:
        """Objects, as terms, sorted."""
        key = (f"<{subject}>", f"<{predicate}>")
        found = self._by.get(key)
        if found is None:
            return []
        self._read.add(key)
        return sorted(found) if len(found) > 1 else found

    def iris(self, subject: str, predicate: str) -> tuple[str, ...]:
        """Objects, all IRIs."""
        found = self.all(subject, predicate)
        if not found:
            return ()
        if any(term[0] != "<" for term in found):
            raise amiss(subject, predicate)
        return tuple(sorted([term[1:-1] for term in found]))

    def iri(self, subject: str, predicate: str) -> str:
        """The one IRI, or empty."""
        return self._one(self.iris(subject, predicate), subject, predicate)

    def literal(self, subject: str, predicate: str, datatype: str = "") -> str:
        """The one literal of a datatype (a plain one unless named), or empty."""
        values = [value_of(term) for term in self.all(subject, predicate)]
        if any(one.datatype != (datatype or XSD_STRING) or not one.text for one in values):
            raise amiss(subject, predicate)  # an empty text too: no noun tells it from none
        return self._one(tuple(one.text for one in values), subject, predicate)

    def _one(self, values: tuple[str, ...], subject: str, predicate: str) -> str:
        if len(values) > 1:
            raise amiss(subject, predicate)
        return values[0] if values else ""

    def value(self, subject: str, predicate: str) -> Value:
        """The one object, whatever it is; raises where there is none."""
        found = self.all(subject, predicate)
        if len(found) != 1:
            raise amiss(subject, predicate)
        return value_of(found[0])


def amiss(subject: str, predicate: str) -> Malformed:
    """The failure of a property that is not said as records say it."""
    said = f"{plain(subject, 100)} says {plain(predicate.rpartition('#')[2] or predicate, 60)} in a way no record does."
    return Malformed(said)


def value_of(term: str) -> Value:
    """A term of N-Triples as a value; raises :class:`Malformed` for a text with a language tag."""
    if term.startswith("<"):
        return Value(term[1:-1])
    body, _, datatype = term.rpartition('"')
    if datatype and not datatype.startswith("^^"):
        raise Malformed("It says a text in a language, which no record does.")
    return Value(json.loads(body + '"'), datatype[3:-1] or XSD_STRING)


def term_of(value: Value) -> str:
    """A value as a term of N-Triples: the way back from :func:`value_of`."""
    return text(value.text) if value.datatype == XSD_STRING else value.term


def keys_said(graph: Said, owners: Iterable[str]) -> tuple[PublicKey, ...]:
    """The keys that a signed graph names for these WebIDs."""
    found = []
    for owner in dict.fromkeys(owners):
        for method in graph.iris(owner, SEC + "assertionMethod"):
            public = graph.literal(method, SEC + "publicKeyMultibase", SEC + "multibase")
            if graph.iri(method, RDF_TYPE) != SEC + "Multikey" or graph.iri(method, SEC + "controller") != owner:
                raise amiss(method, SEC + "controller")
            found.append(PublicKey(method, owner, public))
    return tuple(sorted(found, key=lambda key: key.method))


def key_triples(keys: Iterable[PublicKey]) -> Iterator[FlatTriple]:
    """Keys as the signed graph names them."""
    for key in keys:
        yield from iris(key.owner, SEC + "assertionMethod", key.method)
        yield from iris(key.method, RDF_TYPE, SEC + "Multikey")
        yield from iris(key.method, SEC + "controller", key.owner)
        yield from literal(key.method, SEC + "publicKeyMultibase", key.public, SEC + "multibase")


def iris(subject: str, predicate: str, *objects: str) -> Iterator[FlatTriple]:
    """Triples to IRIs; empty ones are left out."""
    for obj in objects:
        if obj:
            yield (f"<{subject}>", f"<{predicate}>", f"<{obj}>")


def literal(subject: str, predicate: str, value: str, datatype: str = "") -> Iterator[FlatTriple]:
    """A triple to a literal, a plain one unless its datatype is named; nothing where it is empty."""
    if value:
        yield (f"<{subject}>", f"<{predicate}>", typed(value, datatype) if datatype else text(value))
