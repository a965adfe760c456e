"""The list of terms a person offers, and what they keep to themselves about it.

The index is public, not signed, and changes; the versions it names never do. Preferences are private: which kinds of
records are never shared, and which terms go with which kind.

It refuses to list anything but addresses with their digests, and to guess an order: the rank is the order.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass

from lifepod.errors import Malformed
from lifepod.names import LP, LP_DEFAULT_TERMS, LP_NEVER_CLASS, SEC, XSD
from lifepod.plain import plain
from lifepod.rdf.flat import FlatTriple, iri, read_flat, text, typed, value_of, write_flat

OPEN, RETIRED = "open", "retired"
_RANK = re.compile(r"\d{1,6}\Z")
_MOST = 1_000


@dataclass(frozen=True, slots=True)
class Listed:
    """One version of terms in the index."""

    offer: str
    """IRI of the terms: the document with ``#terms``."""
    digest: str
    """``lp:graphDigest`` of the version."""
    rank: int
    """1 is what the person likes best."""
    state: str = OPEN

    @property
    def document(self) -> str:
        """Where the version lies."""
        return self.offer.partition("#")[0]

    @property
    def name(self) -> str:
        """``shops-1``."""
        return self.document.rpartition("/")[2]


def read_index(data: bytes, url: str) -> tuple[Listed, ...]:
    """What an index lists, by rank; raises :class:`Malformed`."""
    nodes: dict[str, dict[str, str]] = {}
    for subject, predicate, obj in read_flat(data, url):
        nodes.setdefault(subject, {})[predicate[1:-1]] = obj
    found = [_listed(one, url) for one in nodes.values() if LP + "offer" in one]
    if len(found) > _MOST:
        raise Malformed(f"{plain(url)} lists more than {_MOST} terms.", place=url)
    return tuple(sorted(found, key=lambda one: (one.rank, one.offer)))


def _listed(said: dict[str, str], url: str) -> Listed:
    try:
        offer, rank = said[LP + "offer"], value_of(said[LP + "rank"])
        state = said[LP + "state"][1:-1].removeprefix(LP)
        digest = value_of(said[LP + "graphDigest"])
    except KeyError:
        raise Malformed(f"{plain(url)} lists terms without rank, digest or state.", place=url) from None
    if not offer.startswith("<http") or not _RANK.match(rank) or state not in (OPEN, RETIRED):
        raise Malformed(f"{plain(url)} lists terms in a way no index does.", place=url)
    return Listed(offer[1:-1], digest, int(rank), state)


def write_index(listed: Iterable[Listed]) -> bytes:
    """The index as Turtle, the same for equal lists."""
    return write_flat(triple for number, one in enumerate(listed, 1) for triple in _said(f"<#{number}>", one))


def _said(node: str, one: Listed) -> Iterable[FlatTriple]:
    yield (node, f"<{LP}offer>", iri(one.offer))
    yield (node, f"<{LP}rank>", typed(str(one.rank), XSD + "integer"))
    yield (node, f"<{LP}graphDigest>", typed(one.digest, SEC + "multibase"))
    yield (node, f"<{LP}state>", iri(LP + one.state))


@dataclass(frozen=True, slots=True)
class Preferences:
    """What a person decided once for all requests; private."""

    never: tuple[str, ...] = ()
    """Kinds of records (``browsing``) that are refused before anyone is asked."""
    default: tuple[tuple[str, str], ...] = ()
    """Kind of records and the name of the terms that go with it."""


_NEVER, _DEFAULT = f"<{LP_NEVER_CLASS}>", f"<{LP_DEFAULT_TERMS}>"


def read_preferences(data: bytes, url: str) -> Preferences:
    """Preferences as they are kept; raises :class:`Malformed`."""
    never, default = set(), {}
    for subject, predicate, obj in read_flat(data, url):
        if predicate == _NEVER:
            never.add(value_of(obj))
        elif predicate == _DEFAULT:
            default[subject.removeprefix("<#").rstrip(">")] = value_of(obj)
    return Preferences(tuple(sorted(never)), tuple(sorted(default.items())))


def write_preferences(wanted: Preferences) -> bytes:
    """Preferences as Turtle."""
    triples: list[FlatTriple] = [("<#me>", _NEVER, text(kind)) for kind in wanted.never]
    triples += [(f"<#{kind}>", _DEFAULT, text(name)) for kind, name in wanted.default]
    return write_flat(triples)
