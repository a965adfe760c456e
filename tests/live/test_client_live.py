"""The client against the real server: what the double only claims is asked here of Community Solid Server itself."""

from __future__ import annotations

import time
from collections.abc import AsyncIterator, Iterator
from dataclasses import dataclass

import httpx2
import pytest
from rdflib import BNode, Graph, Literal, URIRef
from tests.live.conftest import HomeServer

from lifepod.errors import Conflict, Malformed, Missing, NotSignedIn, Refused, TooBig, Unreachable
from lifepod.home.accounts import NewPod
from lifepod.limits import LIMITS, Limits
from lifepod.solid.login import Credentials, DPoPClient, sign_in
from lifepod.solid.pod import Listing, Pod
from lifepod.solid.profile import check_webid, read_profile
from lifepod.solid.send import Sender

pytestmark = pytest.mark.live

A, B, C = (URIRef(f"https://terms.example/{name}") for name in "abc")
START = f"<{A}> <{B}> <{C}>.\n".encode()


class Watched(httpx2.AsyncHTTPTransport):
    """The real line, and what went over it."""

    def __init__(self) -> None:
        super().__init__()
        self.seen: list[httpx2.Request] = []

    async def handle_async_request(self, request: httpx2.Request) -> httpx2.Response:
        self.seen.append(request)
        return await super().handle_async_request(request)

    def sent(self, *methods: str) -> list[httpx2.Request]:
        return [request for request in self.seen if request.method in methods]


@dataclass(frozen=True, slots=True)
class Visit:
    """Someone signed in at their own pod."""

    pod: Pod
    client: DPoPClient
    line: Watched
    account: NewPod

    def url(self, name: str) -> str:
        return self.pod.url("client/" + name)


def credentials(account: NewPod) -> Credentials:
    return Credentials(account.webid, account.issuer, account.client_id, account.client_secret)


@pytest.fixture(scope="module", name="account")
def _account(home_server: HomeServer) -> Iterator[NewPod]:
    yield home_server.new_pod("client-alice")


@pytest.fixture(name="visit")
async def _visit(account: NewPod) -> AsyncIterator[Visit]:
    line = Watched()
    client = await sign_in(credentials(account), transport=line)
    nobody = Sender.anonymous(account.pod)
    line.seen.clear()
    async with Pod(Sender(client), nobody=nobody, webid=account.webid, storage=account.pod) as pod:
        yield Visit(pod, client, line, account)


# Signing in


async def test_the_token_is_bound_to_our_key_and_lives_ten_minutes(visit: Visit) -> None:
    """S1."""
    assert visit.client.token["token_type"] == "DPoP"
    assert visit.client.token["expires_in"] == 600
    assert (await read_profile(visit.pod, visit.account.webid)).issuers == (visit.account.issuer,)


async def test_a_token_is_renewed_before_it_ends_and_the_new_one_works(
    visit: Visit, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = visit.client.token["access_token"]
    visit.client.token["expires_at"] = int(time.time()) + 59
    await visit.pod.list(visit.pod.storage)
    assert visit.client.token["access_token"] != before
    assert [request.method for request in visit.line.seen] == ["POST", "GET"]


@pytest.mark.parametrize(
    ("part", "value"), [("client_secret", "wrong"), ("client_secret", "a+b%/:é"), ("client_id", "nobody")]
)
async def test_a_wrong_login_is_told_with_advice_and_without_its_secret(account: NewPod, part: str, value: str) -> None:
    right = {name: getattr(credentials(account), name) for name in ("webid", "issuer", "client_id", "client_secret")}
    with pytest.raises(NotSignedIn) as stop:
        await sign_in(Credentials(**(right | {part: value})))
    assert "credential" in stop.value.advice
    assert value not in str(stop.value)


async def test_the_issuer_is_named_to_its_last_slash(account: NewPod) -> None:
    with pytest.raises(NotSignedIn) as stop:
        await sign_in(Credentials(account.webid, account.issuer.rstrip("/"), account.client_id, account.client_secret))
    assert account.issuer in str(stop.value)


async def test_a_page_that_is_no_login_server_is_told(account: NewPod) -> None:
    with pytest.raises(Unreachable):
        await sign_in(Credentials(account.webid, account.pod + "profile/", account.client_id, account.client_secret))


async def test_a_proof_that_was_used_is_refused_which_is_why_each_request_has_its_own(visit: Visit) -> None:
    url = visit.url("replay.ttl")
    await visit.pod.create(url, START)
    await visit.pod.get(url)
    used = dict(visit.line.seen[-1].headers)
    async with httpx2.AsyncClient(trust_env=False) as client:
        again = await client.request("GET", url, headers=used)
    assert again.status_code == 401


# The round trip


async def test_write_read_edit_list_walk_and_delete(visit: Visit) -> None:
    pod, url = visit.pod, visit.url("trip/deep/x.ttl")
    await pod.create(url, START)
    document = await pod.read(url)
    assert set(document.graph) == {(A, B, C)}
    assert document.etag
    assert (await pod.get(url, unless=document.etag)).status == 304
    async with pod.edit(url) as graph:
        graph.add((A, B, Literal("01")))
    assert (await pod.head(url)).etag != document.etag
    assert [u for u, _ in (await pod.list(visit.url("trip/deep/"))).members] == [url]
    places = [listing.url async for listing in pod.walk(visit.url("trip/"))]
    assert sorted(places) == [visit.url("trip/"), visit.url("trip/deep/")]
    with pytest.raises(Conflict):
        await pod.delete(visit.url("trip/deep/"))
    await pod.delete(url)
    await pod.delete(visit.url("trip/deep/"))
    with pytest.raises(Missing):
        await pod.read(url)
    assert (await pod.list(visit.url("trip/"))).members == ()


async def test_nothing_is_written_over_a_version_that_was_not_read(visit: Visit) -> None:
    pod, url = visit.pod, visit.url("conflict.ttl")
    await pod.create(url, START)
    with pytest.raises(Conflict):
        await pod.create(url, b"")
    old = await pod.read(url)
    await pod.write(url, f"<{A}> <{B}> <{A}>.".encode(), match=old.etag)
    for after in (Graph().add((A, B, Literal("mine"))), Graph().add((A, B, BNode()))):
        with pytest.raises(Conflict):
            await pod.update(old, after)
    with pytest.raises(Conflict):
        await pod.delete(url, match=old.etag)
    assert set((await pod.read(url)).graph) == {(A, B, A)}


async def test_an_edit_is_a_patch_where_it_can_be_and_the_whole_where_it_must(visit: Visit) -> None:
    """S9: the server answers 422 to blank nodes in a patch."""
    pod, url = visit.pod, visit.url("edit.ttl")
    await pod.create(url, START)
    visit.line.seen.clear()
    async with pod.edit(url) as graph:
        graph.remove((A, B, C))
        graph.add((A, B, Literal('ü "quoted"\n\\', lang="de")))
    (patch,) = visit.line.sent("PATCH", "PUT")
    assert patch.method == "PATCH"
    assert patch.headers["if-match"].startswith('"')
    async with pod.edit(url) as graph:
        node = BNode()
        graph.add((A, C, node))
        graph.add((node, B, Literal("inside")))
    assert [request.method for request in visit.line.sent("PATCH", "PUT")] == ["PATCH", "PUT"]
    async with pod.edit(url) as graph:
        graph.add((C, B, Literal("beside")))
    assert [request.method for request in visit.line.sent("PATCH", "PUT")] == ["PATCH", "PUT", "PATCH"]
    texts = {str(o) for o in (await pod.read(url)).graph.objects() if isinstance(o, Literal)}
    assert texts == {'ü "quoted"\n\\', "inside", "beside"}


async def test_a_patch_of_what_is_gone_meanwhile_is_a_conflict(visit: Visit) -> None:
    pod, url = visit.pod, visit.url("gone.ttl")
    await pod.create(url, START)
    with pytest.raises((Conflict, Missing)):
        async with pod.edit(url) as graph:
            graph.remove((A, B, C))
            await pod.delete(url)
    with pytest.raises(Missing):
        await pod.head(url)


NAMES = ["a b.ttl", "50%.ttl", "é.ttl", "日本.ttl", "a+b.ttl", "a@b.ttl", "a,b;c=d&e$f.ttl", "(x)!~'.ttl", "%2525.ttl"]


@pytest.mark.parametrize("name", NAMES)
async def test_a_name_of_any_characters_makes_its_whole_way(visit: Visit, name: str) -> None:
    """S4: the listing spells it as we do, and the server takes our proof for it."""
    url = visit.url("names/" + name)
    await visit.pod.create(url, START)
    listed = [u for u, _ in (await visit.pod.list(visit.url("names/"))).members]
    assert url in listed
    async with visit.pod.edit(url) as graph:
        graph.add((A, B, Literal("more")))
    assert len((await visit.pod.read(url)).graph) == 2
    await visit.pod.delete(url)


async def test_a_colon_is_signed_as_the_server_wants_it(visit: Visit) -> None:
    """The file system stores it escaped and lists an alias; both addresses are one document (never minted by us)."""
    url = visit.url("colon/a:b.ttl")
    await visit.pod.create(url, START)
    (listed,) = [u for u, _ in (await visit.pod.list(visit.url("colon/"))).members]
    assert url.endswith("a%3Ab.ttl")
    assert len((await visit.pod.read(listed)).graph) == len((await visit.pod.read(url)).graph) == 1
    await visit.pod.delete(url)


async def test_a_container_in_a_container_is_made_once(visit: Visit) -> None:
    assert await visit.pod.create_container(visit.url("made/box/"))
    assert not await visit.pod.create_container(visit.url("made/box/"))
    assert await visit.pod.create_container(visit.url("made/a b/"))
    with pytest.raises(Conflict):
        await visit.pod.create(visit.url("made/box/"))


async def test_the_root_is_never_deleted_even_where_we_were_not_told_that_it_is_one(visit: Visit) -> None:
    root, visit.pod.storage = visit.pod.storage, ""
    with pytest.raises(Malformed):
        await visit.pod.delete(root)
    visit.pod.storage = root
    with pytest.raises(Malformed):
        await visit.pod.delete((await visit.pod.head(root)).link("acl") or "")
    assert visit.line.sent("DELETE") == []


# What others left there


async def test_broken_turtle_of_another_program_is_malformed_and_the_walk_goes_on(visit: Visit) -> None:
    """S10: the server stores it with 201."""
    url = visit.url("broken/x.ttl")
    reply = await visit.pod.ask("PUT", url, {"Content-Type": "text/turtle"}, b"<a> <b")
    assert reply.status == 201
    with pytest.raises(Malformed) as stop:
        await visit.pod.read(url)
    assert stop.value.line == 1
    assert [u for u, _ in (await visit.pod.list(visit.url("broken/"))).members] == [url]


async def test_an_answer_that_never_comes_is_given_up_within_our_time(visit: Visit, account: NewPod) -> None:
    """S10: asked for broken Turtle as JSON-LD, the server hangs."""
    url = visit.url("hangs.ttl")
    await visit.pod.ask("PUT", url, {"Content-Type": "text/turtle"}, b"<a> <b")
    hasty = Sender(await sign_in(credentials(account)), Limits(request_seconds=1))
    with pytest.raises(Unreachable) as stop:
        await hasty.send("GET", url, {"Accept": "application/ld+json"})
    await hasty.aclose()
    assert "in time" in str(stop.value)


async def test_a_picture_is_no_linked_data_and_is_read_as_a_file(visit: Visit) -> None:
    url = visit.url("pic.png")
    await visit.pod.create(url, b"\x89PNG\r\n", content_type="image/png")
    with pytest.raises(Malformed) as stop:
        await visit.pod.read(url)
    assert "linked data" in str(stop.value)
    assert (await visit.pod.get(url)).body == b"\x89PNG\r\n"


async def test_a_body_over_our_bound_is_not_taken(visit: Visit, account: NewPod) -> None:
    url = visit.url("big.bin")
    await visit.pod.create(url, b"x" * 200_000, content_type="application/octet-stream")
    small = Sender(await sign_in(credentials(account)), Limits(document_bytes=100_000))
    with pytest.raises(TooBig):
        await small.send("GET", url)
    await small.aclose()


async def test_strangers_and_nobody_are_told_whose_move_is_next(visit: Visit, home_server: HomeServer) -> None:
    url = visit.url("closed.ttl")
    await visit.pod.create(url, START)
    bob = home_server.new_pod("client-bob")
    client = await sign_in(credentials(bob))
    async with Pod(Sender(client), nobody=Sender.anonymous(bob.pod), webid=bob.webid, storage=bob.pod) as theirs:
        with pytest.raises(Refused) as stop:
            await theirs.read(url)
        assert stop.value.place == url
        refused = [listing async for listing in theirs.walk(visit.url(""))]
    assert [type(listing.failure) for listing in refused] == [Refused]
    assert isinstance(refused[0], Listing)
    reply = await visit.pod.nobody.send("GET", url)
    assert reply.status == 401
    assert (await check_webid(visit.pod.nobody, bob.webid)).issuers == (bob.issuer,)
    with pytest.raises(Missing):
        await check_webid(visit.pod.nobody, bob.webid.replace("#me", "#you"))


async def test_a_server_nobody_runs_cannot_be_reached(visit: Visit) -> None:
    from lifepod.home.port import free_port

    with pytest.raises(Unreachable) as stop:
        await visit.pod.get(f"http://localhost:{free_port()}/")
    assert stop.value.advice == Unreachable.advice
    assert LIMITS.request_seconds == 30
