"""A tree of places folded where a whole subtree is alike.

It refuses to know what "alike" means: whoever folds says what holds at a place, and a place is listed when that
differs from what holds at its container.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Generic, TypeVar

K = TypeVar("K", bound=Hashable)
L = TypeVar("L")


@dataclass(slots=True)
class Region(Generic[K]):
    """A place, and everything below it that stands by the same key all the way down."""

    place: str
    key: K
    above: int
    """Number of the region its container is in; -1 where there is none."""
    covers: int = 1
    """Places in it."""


@dataclass(frozen=True, slots=True)
class Fold(Generic[K, L]):
    """What holds at a place and at so many places at and below it."""

    place: str
    key: K
    line: L
    covers: int


def regions_of(places: Iterable[tuple[str, str | None, K]]) -> list[Region[K]]:
    """The regions of places, each given with its container and its key, containers first."""
    out: list[Region[K]] = []
    home: dict[str | None, int] = {}
    for url, container, key in places:
        above = home.get(container, -1)
        if above >= 0 and out[above].key is key:
            out[above].covers += 1
            home[url] = above
        else:
            home[url] = len(out)
            out.append(Region(url, key, above))
    return out


def folded(regions: Sequence[Region[K]], line_of: Callable[[K], L]) -> Iterator[Fold[K, L]]:
    """The places where what holds differs from what holds at their container, in the order of the regions."""
    known: dict[K, L] = {}
    heads: list[Region[K]] = []
    covers: dict[str, int] = {}
    for region in regions:
        if region.key not in known:
            known[region.key] = line_of(region.key)
        above = heads[region.above] if region.above >= 0 else None
        head = above if above is not None and known[above.key] == known[region.key] else region
        heads.append(head)
        covers[head.place] = covers.get(head.place, 0) + region.covers
    for region, head in zip(regions, heads, strict=True):
        if head is region:
            yield Fold(region.place, region.key, known[region.key], covers[region.place])
