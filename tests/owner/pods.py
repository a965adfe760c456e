"""Imports into a pod in memory, and what of the pod's state must be the same however it came about."""

from __future__ import annotations

import re
from pathlib import Path

import httpx2
import pyoxigraph as ox
from tests.double.pod_double import PodDouble
from tests.owner.signed import signed_in

from lifepod.owner.collect import Collected, Wanted, collect
from lifepod.owner.settle import settle

TIMES = re.compile(rb'"[0-9-]{10}T[0-9:]{8}Z"\^\^')


def silent(doing: str, done: int, of: int) -> None:
    """Nobody watches."""


async def settled(double: PodDouble) -> PodDouble:
    """A pod made ready as a new one is."""
    async with signed_in(double) as pod:
        await settle(pod)
    return double


async def imported(
    double: PodDouble, *paths: Path, again: bool = False, through: httpx2.AsyncBaseTransport | None = None
) -> Collected:
    """One import, as the owner."""
    async with signed_in(double, through=through) as pod:
        return await collect(pod, Wanted(tuple(paths), again=again), silent)


def journal(double: PodDouble) -> dict[str, bytes]:
    """The journal's resources with their bytes, by path."""
    cut, top = len(double.base), double.url("journal/")
    return {url[cut:]: thing.body for url, thing in double.shelf.things.items() if url.startswith(top)}


def index(double: PodDouble) -> list[str]:
    """What the private type index says; its bytes depend on who patched it."""
    url = double.url("settings/privateTypeIndex.ttl")
    return sorted(str(quad) for quad in ox.parse(double.body(url) or b"", format=ox.RdfFormat.TURTLE, base_iri=url))


def state(double: PodDouble) -> dict[str, bytes]:
    """All of the pod but its versions: resources, access documents, and the runs without their clock times."""
    cut = len(double.base)
    found = {url[cut:]: TIMES.sub(b"T", thing.body) for url, thing in double.shelf.things.items()}
    found["settings/privateTypeIndex.ttl"] = "\n".join(index(double)).encode()
    return found | {f"acl of {url[cut:]}": thing.body for url, thing in double.shelf.controls.items()}


def versions(double: PodDouble) -> dict[str, str]:
    """The version tag of everything that is stored."""
    found = {url: thing.etag for url, thing in double.shelf.things.items()}
    return found | {f"acl of {url}": thing.etag for url, thing in double.shelf.controls.items()}
