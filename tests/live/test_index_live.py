"""The index on a real server: built, confirmed by versions alone, kept fresh, and no more than a login may read."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import httpx2
import pytest
from tests.live.conftest import HomeServer, entered

from lifepod.errors import NotSignedIn, Refused
from lifepod.home.accounts import NewPod
from lifepod.rdf.sparql import Rows
from lifepod.rdf.turtle import Graph, parse_turtle
from lifepod.solid.index import Index
from lifepod.solid.login import Credentials, sign_in
from lifepod.solid.pod import Pod
from lifepod.solid.send import Sender

pytestmark = pytest.mark.live
GRAIN = 3.0
"""Seconds after which a version can be relied on."""
ALL = "SELECT ?o { ?s <urn:p> ?o }"


class Heard(httpx2.AsyncBaseTransport):
    """The real line, and what went over it."""

    def __init__(self) -> None:
        self._line = httpx2.AsyncHTTPTransport()
        self.exchanges: list[tuple[str, str, bool, int]] = []
        """Method, URL, whether it was conditional, status."""

    async def handle_async_request(self, request: httpx2.Request) -> httpx2.Response:
        answer = await self._line.handle_async_request(request)
        conditional = "if-none-match" in request.headers
        self.exchanges.append((request.method, str(request.url), conditional, answer.status_code))
        return answer

    async def aclose(self) -> None:
        await self._line.aclose()


@asynccontextmanager
async def filled(new: NewPod) -> AsyncIterator[tuple[Pod, str, Heard]]:
    """A container with six documents on three levels and a picture."""
    heard = Heard()
    async with entered(new, heard) as pod:
        top = f"{pod.storage}w/"
        for number in range(6):
            await pod.write(f"{top}{'sub/' * (number % 3)}d{number}.ttl", triple(number), match=None)
        await pod.write(f"{top}photo.jpg", b"\xff\xd8\xff\xe0", match=None, content_type="image/jpeg")
        await asyncio.sleep(GRAIN)
        heard.exchanges.clear()
        yield pod, top, heard


def triple(number: int) -> Graph:
    return parse_turtle(f"<#it> <urn:p> {number} .".encode(), "https://x.example/")


async def values(index: Index) -> list[str]:
    found = await index.ask(ALL)
    assert isinstance(found, Rows)
    return sorted(row[0].value for row in found.rows if row[0])


async def test_an_index_is_built_and_then_confirmed_by_versions_alone(home_server: HomeServer) -> None:
    async with filled(home_server.new_pod("index-sam")) as (pod, top, heard):
        async with Index(pod.storage, pod.webid, top) as index:
            done = await index.refresh(pod)
            assert (done.read, done.unchanged, done.gone, done.skipped, done.unreadable) == (6, 0, 0, 1, ())
            assert await values(index) == ["0", "1", "2", "3", "4", "5"]
        heard.exchanges.clear()
        async with Index(pod.storage, pod.webid, top) as index:
            done = await index.refresh(pod)
            assert (done.read, done.unchanged, done.gone, done.skipped) == (0, 6, 0, 1)
            picture = [one for one in heard.exchanges if one[1].endswith(".jpg")]
            others = [one for one in heard.exchanges if one not in picture]
            assert len(picture) == 1
            assert len(others) == 3 + 6
            assert {(method, conditional, status) for method, _, conditional, status in others} == {("GET", True, 304)}
            assert await values(index) == ["0", "1", "2", "3", "4", "5"]


async def test_a_change_and_a_deletion_are_seen(home_server: HomeServer) -> None:
    async with (
        filled(home_server.new_pod("index-kim")) as (pod, top, _),
        Index(pod.storage, pod.webid, top) as index,
    ):
        await index.refresh(pod)
        async with pod.edit(f"{top}d0.ttl") as graph:
            graph += triple(70)
        await pod.write(f"{top}new/d7.ttl", triple(71), match=None)
        await pod.delete(f"{top}d3.ttl")
        done = await index.refresh(pod)
        assert (done.read, done.unchanged, done.gone, done.skipped, done.unreadable) == (2, 4, 1, 1, ())
        assert await values(index) == ["0", "1", "2", "4", "5", "70", "71"]
        await pod.delete(f"{top}new/d7.ttl")
        assert (await index.refresh(pod, f"{top}new/d7.ttl")).gone == 1
        assert "71" not in await values(index)


@asynccontextmanager
async def visiting(new: NewPod, pod: Pod) -> AsyncIterator[Pod]:
    """Somebody else's login at this pod."""
    client = await sign_in(Credentials(new.webid, new.issuer, new.client_id, new.client_secret))
    nobody = Sender.anonymous(pod.storage)
    async with Pod(Sender(client), nobody=nobody, webid=new.webid, storage=pod.storage) as visitor:
        yield visitor


def rules(owner: str, reader: str, place: str) -> bytes:
    """Access to a place and all below: the owner everything, one other reading."""
    head = "@prefix acl: <http://www.w3.org/ns/auth/acl#> .\n"
    for name, who, modes in (("owner", owner, "acl:Read, acl:Write, acl:Control"), ("reader", reader, "acl:Read")):
        default = f" acl:default <{place}> ;" if place.endswith("/") else ""
        head += f"<#{name}> a acl:Authorization ; acl:agent <{who}> ; acl:accessTo <{place}> ;{default}"
        head += f" acl:mode {modes} .\n"
    return head.encode()


async def test_what_a_login_may_not_read_is_listed_and_never_answered(home_server: HomeServer) -> None:
    acme = home_server.new_pod("index-acme")
    async with filled(home_server.new_pod("index-lee")) as (pod, top, _), visiting(acme, pod) as visitor:
        for place, reader in ((top, acme.webid), (f"{top}d0.ttl", pod.webid), (f"{top}sub/", pod.webid)):
            control = (await pod.head(place)).link("acl")
            assert control is not None
            await pod.write(control, rules(pod.webid, reader, place), match=None)
        async with Index(pod.storage, pod.webid, top) as index:
            await index.refresh(pod)
            assert len(await values(index)) == 6
        async with Index(visitor.storage, visitor.webid, top) as index:
            assert await values(index) == []
            done = await index.refresh(visitor)
            told = [(one.url, type(one.failure), one.kept) for one in done.unreadable]
            assert told == [(f"{top}d0.ttl", Refused, False), (f"{top}sub/", Refused, False)]
            assert await values(index) == ["3"]
        async with Index(pod.storage, "", top) as index:
            nobody = Pod(pod.nobody, nobody=pod.nobody, storage=pod.storage)
            with pytest.raises(NotSignedIn):
                await index.refresh(nobody)
            assert await values(index) == []
