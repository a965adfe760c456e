"""What the person deleted from the journal, so that no import brings it back.

It refuses to keep anything of a deleted record but its name, and to forget a deletion by itself.

* ``lifepod/deleted.ttl``: one ``lp:Deleted`` for each source with the names of single records
  (``schema:identifier``), and one for each stretch of time that was deleted whole (``schema:startTime``,
  ``schema:endTime``; both days count).
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from lifepod import names
from lifepod.rdf.flat import FlatTriple, read_flat, text, typed, value_of, write_flat

PLACE = "lifepod/deleted.ttl"
"""Where they are kept, below the pod's root; for the owner alone."""
_TYPE, _DELETED = f"<{names.RDF_TYPE}>", f"<{names.LP_DELETED}>"
_OF, _NAME = f"<{names.SCHEMA}name>", f"<{names.SCHEMA}identifier>"
_FROM, _TO = f"<{names.SCHEMA}startTime>", f"<{names.SCHEMA}endTime>"
_FIRST, _LAST = "0001-01-01", "9999-12-31"


@dataclass(frozen=True, slots=True, order=True)
class Stretch:
    """All records of one source in a stretch of time."""

    source: str
    """``journal/<class>/<source>/``."""
    first: str = _FIRST
    """ISO day; the first day there is where it does not matter."""
    last: str = _LAST
    """ISO day, which is deleted too."""

    def covers(self, name: str) -> bool:
        """Whether a record of its source lies in it; what has no time lies only in one without bounds."""
        if name.startswith("undated-"):
            return (self.first, self.last) == (_FIRST, _LAST)
        day = f"{name[:4]}-{name[4:6]}-{name[6:8]}"
        return self.first <= day <= self.last


@dataclass(frozen=True, slots=True)
class Tombstones:
    """Everything that was deleted."""

    names: Mapping[str, frozenset[str]] = field(default_factory=dict)
    """Source path → names of single records."""
    stretches: frozenset[Stretch] = frozenset()

    def covers(self, source: str, name: str) -> bool:
        """Whether this record was deleted."""
        if name in self.names.get(source, ()):
            return True
        return any(s.source == source and s.covers(name) for s in self.stretches)

    def with_names(self, source: str, more: Iterable[str]) -> Tombstones:
        """These and more."""
        whole = dict(self.names)
        whole[source] = self.names.get(source, frozenset()) | frozenset(more)
        return Tombstones(whole, self.stretches)

    def with_stretches(self, more: Iterable[Stretch]) -> Tombstones:
        """These and more."""
        return Tombstones(self.names, self.stretches | frozenset(more))

    def without(self, source: str, gone: Iterable[str] = ()) -> Tombstones:
        """These, but for single records of a source that may come back; without names all of it may."""
        taken = frozenset(gone)
        whole = dict(self.names)
        left = self.names.get(source, frozenset()) - taken if taken else frozenset[str]()
        if left:
            whole[source] = left
        else:
            whole.pop(source, None)
        kept = self.stretches if taken else frozenset(s for s in self.stretches if s.source != source)
        return Tombstones(whole, kept)


def write_tombstones(stones: Tombstones) -> bytes:
    """The document; equal deletions give equal bytes."""
    triples: list[FlatTriple] = []
    for number, (source, found) in enumerate(sorted(stones.names.items()), 1):
        node = f"<#records-{number}>"
        triples += [(node, _TYPE, _DELETED), (node, _OF, text(source))]
        triples += [(node, _NAME, text(name)) for name in found]
    for number, one in enumerate(sorted(stones.stretches), 1):
        node = f"<#stretch-{number}>"
        triples += [(node, _TYPE, _DELETED), (node, _OF, text(one.source))]
        triples += [(node, _FROM, typed(one.first, names.XSD_DATE)), (node, _TO, typed(one.last, names.XSD_DATE))]
    return write_flat(triples)


def read_tombstones(data: bytes, url: str) -> Tombstones:
    """The document back; raises :class:`~lifepod.errors.Malformed`, for an import that cannot know would undo it."""
    said: dict[str, dict[str, list[str]]] = {}
    for subject, predicate, obj in read_flat(data, url):
        said.setdefault(subject, {}).setdefault(predicate, []).append(value_of(obj))
    found, stretches = dict[str, frozenset[str]](), set[Stretch]()
    for about in said.values():
        for source in about.get(_OF, ()):
            single = about.get(_NAME)
            if single:
                found[source] = found.get(source, frozenset()) | frozenset(single)
            if about.get(_FROM) and about.get(_TO):
                stretches.add(Stretch(source, min(about[_FROM]), max(about[_TO])))
    return Tombstones(found, frozenset(stretches))
