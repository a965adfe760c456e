"""Many documents in one store on disk, each as a graph named by its address, to be asked with SPARQL.

It refuses to be the source of anything: the store changes lexical forms (``1.50`` becomes ``1.5``), so nothing is ever
read back out of it but answers. One process at a time can hold it.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import NewType

import pyoxigraph as ox

from lifepod.errors import Malformed, NotReady
from lifepod.limits import LIMITS, Limits
from lifepod.plain import plain
from lifepod.rdf.sparql import Answer, Stop, query_of, query_store
from lifepod.rdf.turtle import quads_of

Quads = NewType("Quads", list[ox.Quad])
"""A document ready to be put into a store."""

_BULK = 5000
"""From so many triples on they are written as a file of their own, at half the cost of each."""


class Damaged(NotReady):
    """What stands on disk is no store any more; it can be deleted and made again."""

    advice = "Run the command again; the index is made anew."


def quads_in(name: str, turtle: bytes, base: str, limits: Limits = LIMITS) -> Quads:
    """A Turtle document as the graph ``name``; raises :class:`Malformed`."""
    try:
        graph = ox.NamedNode(name)
    except ValueError:
        raise Malformed(f"{plain(name)} is no address that can name a graph.", place=name) from None
    return Quads([ox.Quad(q.subject, q.predicate, q.object, graph) for q in quads_of(turtle, base, limits)])


class QuadStore:
    """An open store."""

    def __init__(self, folder: Path) -> None:
        """Open or make it; raises :class:`NotReady` where somebody else holds it, :class:`Damaged` where it is none."""
        try:
            self._store: ox.Store | None = ox.Store(folder)
        except (OSError, RuntimeError, ValueError) as error:
            if "lock" in str(error).lower() and "LOCK" in str(error):
                raise NotReady("The index is in use.", advice="Wait until the other query has ended.") from None
            raise Damaged(f"The index cannot be opened ({plain(error, 120)}).") from None

    def close(self) -> None:
        """Let go of it; a query that still runs keeps it until it ends."""
        self._store = None

    def put(self, documents: Mapping[str, Quads]) -> None:
        """Hold these documents in place of what was held under their names; raises :class:`Damaged`.

        Cut off in between, some of them may be held in part or not at all.
        """
        try:
            for name in map(ox.NamedNode, documents):
                if self._open.contains_named_graph(name):
                    self._open.remove_graph(name)
            quads = [quad for each in documents.values() for quad in each]
            if len(quads) < _BULK:
                self._open.extend(quads)
            else:
                self._open.bulk_extend(quads)
            self._open.flush()
        except (OSError, RuntimeError) as error:
            raise _damaged(error) from None

    def drop(self, names: Iterable[str]) -> None:
        """Hold nothing under these names; raises :class:`Damaged`."""
        self.put(dict.fromkeys(names, Quads([])))

    def ask(self, text: str, base: str, limits: Limits = LIMITS, stop: Stop = lambda: False) -> Answer:
        """As :func:`~lifepod.rdf.sparql.query_store`; raises :class:`Damaged` too."""
        query = query_of(text)
        try:
            return query_store(self._open, query, base, limits=limits, stop=stop)
        except (OSError, RuntimeError) as error:
            raise _damaged(error) from None

    @property
    def _open(self) -> ox.Store:
        if self._store is None:
            raise NotReady("The index is closed.", advice="Open it again.")
        return self._store


def _damaged(error: Exception) -> Damaged:
    return Damaged(f"The index is damaged ({plain(error, 120)}).")
