"""Dataclasses declared against a vocabulary, read from graphs and written into them.

It refuses to fetch, to drop a value it cannot read, and to touch a triple whose property is not declared. A class says
which IRI it stands for, each field which property it holds::

    @thing("https://schema.org/Person")
    @dataclass(frozen=True)
    class Person:
        iri: str
        name: Annotated[str, at("https://schema.org/name")]
        emails: Annotated[tuple[str, ...], at("https://schema.org/email")] = ()
        born: Annotated[date | None, at("https://schema.org/birthDate")] = None

    async with pod.edit(url) as graph:
        ada = read_thing(Person, graph, url + "#ada")
        write_thing(graph, replace(ada, born=date(1815, 12, 10)))

* ``T`` is exactly one value, ``T | None`` at most one, ``tuple[T, ...]`` or ``frozenset[T]`` any number. RDF knows no
  order and no repetition, so a tuple comes sorted and without doubles.
* ``T`` is one of ``str Text Iri int bool float Decimal datetime date time``. A time without a zone stays without one.
* Values that did not change keep their triple as it stands there: ``"01"`` stays ``"01"``, ``"Ada"@en`` stays English.
* A value of another type is :class:`~lifepod.errors.Malformed`, in reading and in writing. With ``at(…, mixed=True)``
  such values may stand there; they are not read and not touched.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, fields, is_dataclass
from types import NoneType, UnionType
from typing import Annotated, TypeVar, Union, get_args, get_origin, get_type_hints
from weakref import WeakKeyDictionary

from rdflib import BNode, Graph, Literal, URIRef
from rdflib.term import Node

from lifepod.errors import Malformed, Missing
from lifepod.names import RDF_TYPE
from lifepod.plain import plain
from lifepod.rdf.flat import is_iri
from lifepod.rdf.values import CODECS, Codec, lexical
from lifepod.rdf.values import Iri as Iri  # what a class is declared with
from lifepod.rdf.values import Text as Text

T = TypeVar("T")
_MEND = "Mend the declaration of the class."
_Holder = Callable[[Iterable[object]], tuple[object, ...] | frozenset[object]]
_HOLDERS: dict[object, _Holder] = {tuple: tuple, frozenset: frozenset}


@dataclass(frozen=True, slots=True)
class Property:
    """Where the values of a field stand; made by :func:`at`."""

    iri: str
    datatype: str = ""
    mixed: bool = False


def at(iri: str, *, datatype: str = "", mixed: bool = False) -> Property:
    """The property of a field, for ``Annotated``.

    ``datatype`` is for fields of type ``str`` whose literals have another datatype than a text (``xsd:duration``);
    with ``mixed`` values of other types may stand beside, and are left alone.
    """
    return Property(iri, datatype, mixed)


def thing(kind: str) -> Callable[[type[T]], type[T]]:
    """Declare that a dataclass stands for the class with this IRI; raises :class:`Malformed` on a wrong declaration."""

    def declared(cls: type[T]) -> type[T]:
        _SHAPES[cls] = _shape_of(cls, kind)
        return cls

    return declared


def read_thing(kind: type[T], graph: Graph, iri: str) -> T:
    """The thing of a class that has this IRI.

    Raises :class:`Missing` where the graph knows none, and :class:`Malformed` where a declared property is missing,
    there too often or of another type.
    """
    shape = _shape(kind)
    if (URIRef(iri), URIRef(RDF_TYPE), shape.kind) not in graph:
        raise Missing(f"There is no {plain(kind.__name__)} {plain(iri)} in this graph.", place=iri)
    return _read(kind, shape, graph, URIRef(iri))


def read_things(kind: type[T], graph: Graph) -> tuple[T, ...]:
    """Every thing of a class, sorted by IRI; raises :class:`Malformed` as :func:`read_thing`, and on one unnamed."""
    shape = _shape(kind)
    subjects = sorted(graph.subjects(URIRef(RDF_TYPE), shape.kind), key=str)
    if any(isinstance(subject, BNode) for subject in subjects):
        said = f"A {plain(kind.__name__)} in this graph has no address (it is a blank node)."
        raise Malformed(said, advice="Read those that have one by their address, each with read_thing.")
    return tuple(_read(kind, shape, graph, subject) for subject in subjects)


def write_thing(graph: Graph, value: object) -> None:
    """Put a thing into a graph, or turn what stands there into it: only triples whose values changed are touched.

    Raises :class:`Malformed`, before anything is touched, where a value cannot be written or what stands there could
    not be read.
    """
    shape = _shape(type(value))
    iri = getattr(value, "iri", None)
    if not isinstance(iri, str) or not is_iri(iri):
        raise Malformed(f"{plain(iri)} is no address for a thing: it must be a whole IRI.", advice="Give a full IRI.")
    subject = URIRef(iri)
    gone: list[tuple[Node, Node, Node]] = []
    come: list[tuple[Node, Node, Node]] = [(subject, URIRef(RDF_TYPE), shape.kind)]
    for name, field in shape.fields.items():
        wanted = field.written(getattr(value, name), iri)
        there = field.found(graph, subject)
        gone += [(subject, field.predicate, term) for term, key in there.items() if key not in wanted]
        come += [(subject, field.predicate, term) for key, term in wanted.items() if key not in set(there.values())]
    for triple in gone:
        graph.remove(triple)
    for triple in come:
        graph.add(triple)


def remove_thing(kind: type[T], graph: Graph, iri: str) -> None:
    """Take a thing out of a graph: that it is one, and its declared properties; what else is said of it stays.

    Raises :class:`Missing` where there is none, and :class:`Malformed` where a value could not have been read.
    """
    read_thing(kind, graph, iri)
    shape, subject = _shape(kind), URIRef(iri)
    for field in shape.fields.values():
        for term in field.found(graph, subject):
            graph.remove((subject, field.predicate, term))
    graph.remove((subject, URIRef(RDF_TYPE), shape.kind))


# Declarations


@dataclass(frozen=True, slots=True)
class _Field:
    label: str
    predicate: URIRef
    codec: Codec
    mixed: bool
    least: int
    holder: _Holder | None
    """What many values are put into."""

    def found(self, graph: Graph, subject: Node) -> dict[Node, object]:
        """The terms that stand there, each with the key of its value; raises :class:`Malformed`."""
        return {term: _key(value) for term, value in self.values(graph, subject)}

    def values(self, graph: Graph, subject: Node) -> list[tuple[Node, object]]:
        out = []
        for term in graph.objects(subject, self.predicate):
            try:
                out.append((term, self.codec.read(term)))
            except (ValueError, ArithmeticError):
                if not self.mixed:
                    shown = plain(term.n3(), 120)
                    raise self.malformed(str(subject), f"is {shown}, which is no {self.codec.name}") from None
        return out

    def read(self, graph: Graph, subject: Node) -> object:
        values = list({_key(value): value for _, value in self.values(graph, subject)}.values())
        if len(values) < self.least:
            raise self.malformed(str(subject), "is missing")
        if self.holder is None and len(values) > 1:
            raise self.malformed(str(subject), f"has {len(values)} values where one is declared")
        if self.holder is not None:
            return self.holder(sorted(values, key=str))
        return values[0] if values else None

    def written(self, value: object, iri: str) -> dict[object, Literal | URIRef]:
        """The terms to write, by the key of their value; raises :class:`Malformed`."""
        if self.holder is not None:
            if not isinstance(value, tuple | frozenset):
                raise self.malformed(iri, f"should be many values, but is {plain(repr(value), 120)}")
            each = list(value)
        else:
            each = [] if value is None and not self.least else [value]
        try:
            return {_key(one): self.codec.write(one) for one in each}
        except (ValueError, ArithmeticError):
            raise self.malformed(iri, f"cannot be written as {self.codec.name}: {plain(repr(value), 120)}") from None

    def malformed(self, iri: str, said: str) -> Malformed:
        return Malformed(f"{self.label} (<{plain(self.predicate)}>) of {plain(iri)} {said}.", place=iri)


@dataclass(frozen=True, slots=True)
class _Shape:
    kind: URIRef
    fields: Mapping[str, _Field]


_SHAPES: WeakKeyDictionary[type, _Shape] = WeakKeyDictionary()


def _shape(cls: type) -> _Shape:
    found = _SHAPES.get(cls)
    if found is None:
        raise Malformed(f"{plain(cls.__name__)} is not declared with @thing.", advice=_MEND)
    return found


def _read(kind: Callable[..., T], shape: _Shape, graph: Graph, subject: Node) -> T:
    values = {name: field.read(graph, subject) for name, field in shape.fields.items()}
    return kind(iri=str(subject), **values)


def _shape_of(cls: type, kind: str) -> _Shape:
    if not is_dataclass(cls):
        raise Malformed(f"{cls.__name__} is no dataclass; @thing stands above @dataclass.", advice=_MEND)
    hints = get_type_hints(cls, include_extras=True)
    if hints.get("iri") is not str or not is_iri(kind):
        raise Malformed(f"{cls.__name__} needs a field `iri: str` and a class with a whole IRI.", advice=_MEND)
    found = {}
    for field in fields(cls):
        if field.name == "iri":
            continue
        label = f"{cls.__name__}.{field.name}"
        marks = [mark for mark in get_args(hints[field.name])[1:] if isinstance(mark, Property)]
        if get_origin(hints[field.name]) is not Annotated or len(marks) != 1 or not is_iri(marks[0].iri):
            raise Malformed(f"{label} does not say which property it is (Annotated[…, at(IRI)]).", advice=_MEND)
        if not field.init:
            raise Malformed(f"{label} cannot be given when a {cls.__name__} is made.", advice=_MEND)
        found[field.name] = _field_of(label, get_args(hints[field.name])[0], marks[0])
    return _Shape(URIRef(kind), found)


def _field_of(label: str, hint: object, said: Property) -> _Field:
    least, holder, inner = 1, None, hint
    args = get_args(hint)
    if get_origin(hint) in (Union, UnionType) and len(args) == 2 and NoneType in args:
        least, inner = 0, next(arg for arg in args if arg is not NoneType)
    elif get_origin(hint) is tuple and len(args) == 2 and args[1] is ...:
        least, holder, inner = 0, _HOLDERS[tuple], args[0]
    elif get_origin(hint) is frozenset:
        least, holder, inner = 0, _HOLDERS[frozenset], args[0]
    codec = CODECS.get(inner)
    if codec is None or (said.datatype and inner is not str):
        known = "str, Text, Iri, int, bool, float, Decimal, datetime, date, time; T | None; tuple[T, ...]; frozenset[T]"
        raise Malformed(f"{label} has a type that cannot be kept as linked data (there are: {known}).", advice=_MEND)
    if said.datatype:
        codec = lexical(said.datatype)
    return _Field(label, URIRef(said.iri), codec, said.mixed, least, holder)


def _key(value: object) -> object:
    # A value that is not equal to itself would be written anew each time.
    return "NaN" if value != value else value
