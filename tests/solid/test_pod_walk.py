"""Listing and walking: what a container may name, and where a walk ends."""

from __future__ import annotations

import asyncio

import httpx2
import pytest
from tests.double import faults
from tests.double.pod_double import PodDouble
from tests.solid.visits import FAILURES, QUICK, START, visit

from lifepod.errors import (
    LifepodError,
    Malformed,
    TooBig,
)
from lifepod.limits import Limits
from lifepod.solid.pod import Listing, Pod


@pytest.fixture(name="double")
def _double() -> PodDouble:
    double = PodDouble()
    double.put("x.ttl", START)
    return double


async def listings(pod: Pod, url: str) -> list[Listing]:
    return [listing async for listing in pod.walk(url)]


# Listing and walking


async def test_a_listing_names_members_their_times_and_its_access_document(double: PodDouble) -> None:
    double.put("box/b.ttl", START)
    double.put("box/a/")
    async with visit(double) as pod:
        found = await pod.list(double.url("box/"))
    assert [url for url, _ in found.members] == [double.url("box/a/"), double.url("box/b.ttl")]
    assert all(when.startswith("2026-01-01T") for _, when in found.members)
    assert found.control == double.url("box/") + ".acl"
    assert found.wac_allow
    assert found.failure is None


async def test_a_document_is_not_listed(double: PodDouble) -> None:
    async with visit(double) as pod:
        with pytest.raises(Malformed):
            await pod.list(double.url("x.ttl"))


STRANGE = """@prefix ldp: <http://www.w3.org/ns/ldp#>.
<> ldp:contains <good.ttl>, <sub/>, <>, <./>, <../>, <../../bob/>, <https://evil.example/box/x>, <sub/deeper.ttl>,
   <%2e%2e/>, <%2E/>, <.%2e>, <//evil.example/>, <?q=1>, <#me>, <x?q>, <x#me>, <http://pod.example/alice/box/y>,
   "text", [].
<https://pod.example/alice/> ldp:contains <https://pod.example/alice/box/not-mine.ttl>.
<sub/> ldp:contains <sub/hidden.ttl>.
"""


async def test_a_listing_names_only_what_lies_in_its_container(double: PodDouble) -> None:
    double.put("box/")
    answer = httpx2.Response(200, headers={"Content-Type": "text/turtle"}, content=STRANGE.encode())
    double.script("GET", "box/", answer, None)
    async with visit(double) as pod:
        found = await pod.list(double.url("box/"))
        assert [url for url, _ in found.members] == [double.url("box/good.ttl"), double.url("box/sub/")]
        places = {listing.url for listing in await listings(pod, double.url("box/"))}
    assert places == {double.url("box/"), double.url("box/sub/")}
    assert {s.url for s in double.requests} == places


async def test_a_walk_lists_each_container_once(double: PodDouble) -> None:
    for path in ("w/a/1.ttl", "w/a/b/2.ttl", "w/c/3.ttl", "w/d/"):
        double.put(path, START)
    async with visit(double) as pod:
        found = await listings(pod, double.url("w/"))
    assert sorted(listing.url for listing in found) == [double.url(f"w/{p}") for p in ("", "a/", "a/b/", "c/", "d/")]
    assert len(double.requests) == 5
    assert not any(listing.cut or listing.failure for listing in found)


@pytest.mark.parametrize(
    ("answer", "family"), [*FAILURES, (faults.not_turtle(), Malformed), (faults.page(), Malformed)]
)
async def test_what_cannot_be_listed_is_a_finding_and_the_walk_goes_on(
    double: PodDouble, answer: faults.Answer, family: type[LifepodError]
) -> None:
    for path in ("w/a/1.ttl", "w/bad/2.ttl", "w/c/3.ttl"):
        double.put(path, START)
    double.script("GET", "w/bad/", answer, None)
    async with visit(double, limits=QUICK) as pod:
        found = {listing.url: listing for listing in await listings(pod, double.url("w/"))}
    assert len(found) == 4
    assert type(found[double.url("w/bad/")].failure) is family
    assert found[double.url("w/c/")].members


async def test_a_walk_that_cannot_begin_says_why(double: PodDouble) -> None:
    async with visit(double) as pod:
        for start in ("gone/", "x.ttl"):
            (only,) = await listings(pod, double.url(start))
            assert isinstance(only.failure, LifepodError)


async def test_a_well_without_bottom_ends_at_its_bound_and_says_so(double: PodDouble) -> None:
    """Each container names another inside itself, for ever."""

    def deeper(request: httpx2.Request) -> httpx2.Response:
        body = b"<> <http://www.w3.org/ns/ldp#contains> <d/>, <x.ttl>."
        return httpx2.Response(200, headers={"Content-Type": "text/turtle"}, content=body)

    async with visit(double, limits=Limits(walk_depth=5)) as pod:
        double.script("GET", "*", deeper, None)
        found = await listings(pod, double.url("w/"))
    assert len(found) == 6
    assert [listing.cut for listing in found] == [False] * 5 + [True]


async def test_too_many_places_end_the_walk_and_it_says_so(double: PodDouble) -> None:
    for number in range(20):
        double.put(f"w/{number}/x.ttl", START)
    async with visit(double, limits=Limits(walk_count=10)) as pod:
        found = await listings(pod, double.url("w/"))
    assert [(listing.url, listing.cut, len(listing.members)) for listing in found] == [(double.url("w/"), True, 20)]
    assert len(double.requests) == 1


async def test_a_listing_that_leads_round_in_circles_is_walked_once(double: PodDouble) -> None:
    double.put("w/a/x.ttl", START)
    double.script("GET", "w/a/", faults.redirect("/alice/w/"), None)
    async with visit(double) as pod:
        found = await listings(pod, double.url("w/"))
    assert len(found) == 2
    assert len(double.requests) == 3


async def test_a_walk_that_is_left_early_asks_no_more(double: PodDouble) -> None:
    for number in range(50):
        double.put(f"w/{number}/x.ttl", START)
    async with visit(double, limits=Limits(in_flight=2)) as pod:
        walk = pod.walk(double.url("w/"))
        await anext(aiter(walk))
        await walk.aclose()
        asked = len(double.requests)
        for _ in range(10):
            await asyncio.sleep(0)
        assert len(double.requests) == asked < 10


async def test_a_listing_over_the_bound_is_a_finding(double: PodDouble) -> None:
    double.put("w/x.ttl", START)
    double.script("GET", "w/", faults.oversized(10_000), None)
    async with visit(double, limits=Limits(document_bytes=5000)) as pod:
        (only,) = await listings(pod, double.url("w/"))
    assert isinstance(only.failure, TooBig)


async def test_requests_are_counted(double: PodDouble) -> None:
    async with visit(double) as pod:
        await pod.get(double.url("x.ttl"))
        await pod.nobody.send("GET", double.url("README"))
        assert pod.requests == len(double.requests) == 2
