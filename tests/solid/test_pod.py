"""A pod as its resources: addresses, reading, writing, creating and deleting."""

from __future__ import annotations

import json
from collections.abc import Callable

import httpx2
import pytest
from rdflib import Graph, Literal, URIRef
from tests.double import faults
from tests.double.pod_double import PodDouble
from tests.solid.visits import FAILURES, QUICK, START, sent, visit

from lifepod.errors import (
    Conflict,
    LifepodError,
    Malformed,
    Missing,
    TooBig,
    Unconfirmed,
    Unreachable,
)
from lifepod.limits import Limits
from lifepod.rdf.turtle import same_triples
from lifepod.solid.pod import Pod
from lifepod.solid.wire import parts_told

A, B, C = (URIRef(f"https://pod.example/alice/x.ttl#{name}") for name in "abc")


@pytest.fixture(name="double")
def _double() -> PodDouble:
    double = PodDouble()
    double.put("x.ttl", START)
    return double


def held(double: PodDouble, path: str = "x.ttl") -> str:
    return (double.body(path) or b"").decode()


# Addresses


@pytest.mark.parametrize(
    ("place", "url"),
    [
        ("", "https://pod.example/alice/"),
        ("journal/purchases/", "https://pod.example/alice/journal/purchases/"),
        ("/journal/", "https://pod.example/alice/journal/"),
        ("a b/50%/é", "https://pod.example/alice/a%20b/50%25/%C3%A9"),
        ("what?.ttl", "https://pod.example/alice/what%3F.ttl"),
        ("no #1.ttl", "https://pod.example/alice/no%20%231.ttl"),
        ("100%25.txt", "https://pod.example/alice/100%2525.txt"),
        ("%2e%2e/", "https://pod.example/alice/%252e%252e/"),
        ("https://Other.example/a+b#me", "https://other.example/a%2Bb"),
    ],
)
async def test_a_place_is_a_name_below_the_pod_or_a_full_address(double: PodDouble, place: str, url: str) -> None:
    async with visit(double) as pod:
        assert pod.url(place) == url


@pytest.mark.parametrize(
    "place", ["../bob/", "a/../../b", "https://pod.example/a/%2e%2e/", "./x", "file:///etc/passwd", "https://"]
)
async def test_a_place_does_not_climb_out_of_the_pod(double: PodDouble, place: str) -> None:
    async with visit(double) as pod:
        with pytest.raises(Malformed):
            pod.url(place)


async def test_a_name_needs_a_pod_to_stand_in(double: PodDouble) -> None:
    async with visit(double) as pod:
        pod.storage = ""
        with pytest.raises(Malformed):
            pod.url("journal/")


SPECIAL = [
    "a b.ttl",
    "50%.ttl",
    "é.ttl",
    "日本.ttl",
    "a+b.ttl",
    "a:b.ttl",
    "a@b.ttl",
    "a,b;c=d&e$f.ttl",
    "(x)!~*'.ttl",
    "%2525.ttl",
]


@pytest.mark.parametrize("name", SPECIAL)
async def test_a_name_of_any_characters_makes_its_whole_way(double: PodDouble, name: str) -> None:
    """S4: written, listed, read, edited and deleted, each with a proof that the server takes."""
    async with visit(double) as pod:
        url = pod.url("box/" + name)
        await pod.write(url, START.encode(), match=None)
        (listed,) = (await pod.list(pod.url("box/"))).members
        assert listed[0] == url
        async with pod.edit(listed[0]) as graph:
            graph.add((A, B, Literal("more")))
        assert len((await pod.read(url)).graph) == 2
        await pod.delete(url)
    assert all(seen.webid == double.owner for seen in double.requests)


# Reading


async def test_a_document_is_read_with_its_address_and_version(double: PodDouble) -> None:
    async with visit(double) as pod:
        document = await pod.read(double.url("x.ttl"))
        head = await pod.head(double.url("x.ttl"))
        unchanged = await pod.get(double.url("x.ttl"), unless=document.etag or "")
    assert set(document.graph) == {(A, B, C)}
    assert document.url == double.url("x.ttl")
    assert document.etag == head.etag == double.shelf.things[double.url("x.ttl")].etag
    assert (head.body, head.link("acl")) == (b"", double.url("x.ttl") + ".acl")
    assert (unchanged.status, unchanged.body) == (304, b"")


async def test_json_ld_is_read_where_a_server_has_nothing_else(double: PodDouble) -> None:
    double.put("x.jsonld", json.dumps({"@id": str(A), str(B): {"@id": str(C)}}), "application/ld+json")
    async with visit(double) as pod:
        assert set((await pod.read(double.url("x.jsonld"))).graph) == {(A, B, C)}
    assert sent(double, "GET")[0].headers["accept"].startswith("text/turtle")


@pytest.mark.parametrize(
    "answer",
    [
        faults.page(),
        faults.not_turtle(),
        httpx2.Response(200, content=b"x"),
        httpx2.Response(406),
        httpx2.Response(501),
    ],
)
async def test_what_is_no_linked_data_is_malformed_with_advice(double: PodDouble, answer: httpx2.Response) -> None:
    double.script("GET", "x.ttl", answer, None)
    async with visit(double) as pod:
        with pytest.raises(Malformed) as stop:
            await pod.read(double.url("x.ttl"))
    assert stop.value.place == double.url("x.ttl")
    assert "file" in stop.value.advice or stop.value.line is not None


CALLS: dict[str, Callable[[Pod, str], object]] = {
    "head": lambda pod, url: pod.head(url),
    "get": lambda pod, url: pod.get(url),
    "read": lambda pod, url: pod.read(url),
    "list": lambda pod, url: pod.list(url),
    "write": lambda pod, url: pod.write(url, b"", match=None),
    "create_container": lambda pod, url: pod.create_container(url),
    "delete": lambda pod, url: pod.delete(url),
}


@pytest.mark.parametrize("call", CALLS)
@pytest.mark.parametrize(("answer", "family"), FAILURES)
async def test_every_verb_tells_whose_move_is_next(
    double: PodDouble, call: str, answer: faults.Answer, family: type[LifepodError]
) -> None:
    url = double.put("box/")
    double.script("*", "box/", answer, None)
    async with visit(double, limits=QUICK) as pod:
        with pytest.raises(LifepodError) as stop:
            await CALLS[call](pod, url)  # type: ignore[misc]
    assert isinstance(stop.value, family)
    assert "pod.example" in str(stop.value)
    assert stop.value.advice
    if isinstance(answer, httpx2.Response) and isinstance(stop.value, Unreachable):
        assert stop.value.after == 0


async def test_what_a_server_says_of_a_failure_is_shown_harmlessly(double: PodDouble) -> None:
    said = {"title": "No", "detail": "\x1b]0;pwned\x07 go \u202eaway"}
    answer = httpx2.Response(409, json=said, headers={"Content-Type": "application/problem+json"})
    double.script("PUT", "x.ttl", answer)
    async with visit(double) as pod:
        with pytest.raises(Conflict) as stop:
            await pod.write(double.url("x.ttl"), b"", match='"1"')
    assert "away" in str(stop.value)
    assert not set("\x1b\x07\u202e") & set(str(stop.value))


# Writing


async def test_something_new_is_created_only_where_nothing_is(double: PodDouble) -> None:
    async with visit(double) as pod:
        await pod.create(pod.url("deep/er/y.ttl"), START.encode())
        await pod.create(pod.url("pic.png"), b"\x89PNG", content_type="image/png")
        with pytest.raises(Conflict):
            await pod.create(pod.url("x.ttl"), b"<#a> <#b> <#other>.")
    assert held(double) == START
    assert held(double, "deep/er/y.ttl") == START
    assert double.shelf.things[double.url("pic.png")].content_type == "image/png"
    assert all(s.headers["if-none-match"] == "*" and "if-match" not in s.headers for s in sent(double, "PUT"))


async def test_a_container_is_created_once_and_takes_no_body(double: PodDouble) -> None:
    async with visit(double) as pod:
        assert await pod.create_container(pod.url("box/"))
        assert not await pod.create_container(pod.url("box/"))
        await pod.create(pod.url("case/"))
        for body in (START.encode(), b""):
            with pytest.raises(Malformed if body else Conflict):
                await pod.create(pod.url("case/"), body)
        with pytest.raises(Malformed):
            await pod.create_container(pod.url("box"))
    assert held(double, "box/") == held(double, "case/") == ""


async def test_a_graph_is_created_as_turtle(double: PodDouble) -> None:
    graph = Graph().add((A, B, Literal("\x01 é \n")))
    async with visit(double) as pod:
        await pod.create(pod.url("y.ttl"), graph)
        assert same_triples((await pod.read(pod.url("y.ttl"))).graph, graph)


async def test_exactly_the_version_that_was_read_is_replaced(double: PodDouble) -> None:
    async with visit(double) as pod:
        old = await pod.read(double.url("x.ttl"))
        await pod.write(old.url, b"<#a> <#b> <#new>.", match=old.etag)
        with pytest.raises(Conflict):
            await pod.write(old.url, b"<#a> <#b> <#newer>.", match=old.etag)
    assert held(double) == "<#a> <#b> <#new>."


@pytest.mark.parametrize(
    ("body", "kind"),
    [
        (b"<a> <b", "text/turtle"),
        (b"<a> <b", "Text/Turtle; charset=utf-8"),
        (b"<a> <b> << <c> <d> <e> >>.", "text/turtle"),
        (b"\xff\xfe", "text/turtle"),
        (b"<a> <b> <c>", "application/n-triples"),
        (b"{", "application/ld+json"),
        (b'{"@context": "https://evil.example/"}', "application/ld+json; profile=x"),
        (b"[" * 10_000, "application/ld+json"),
    ],
)
async def test_what_nobody_could_read_back_is_not_sent(double: PodDouble, body: bytes, kind: str) -> None:
    """Servers store it unread."""
    async with visit(double) as pod:
        with pytest.raises(Malformed):
            await pod.write(pod.url("y"), body, match=None, content_type=kind)
    assert double.requests == []


@pytest.mark.parametrize(
    "graph",
    [
        Graph().add((URIRef("relative"), B, C)),
        Graph().add((A, B, URIRef("https://a b/"))),
        Graph().add((A, B, Literal("x", datatype=URIRef("not an iri")))),
    ],
)
async def test_a_graph_that_turtle_cannot_hold_is_not_sent(double: PodDouble, graph: Graph) -> None:
    async with visit(double) as pod:
        with pytest.raises(Malformed):
            await pod.create(pod.url("y.ttl"), graph)
    assert double.requests == []


async def test_a_graph_is_not_sent_under_another_name(double: PodDouble) -> None:
    async with visit(double) as pod:
        with pytest.raises(Malformed):
            await pod.create(pod.url("y"), Graph(), content_type="application/ld+json")
    assert double.requests == []


async def test_a_document_over_the_bound_is_not_sent(double: PodDouble) -> None:
    async with visit(double, limits=Limits(document_bytes=100)) as pod:
        with pytest.raises(TooBig):
            await pod.create(pod.url("y.bin"), b"x" * 101, content_type="application/octet-stream")
        await pod.create(pod.url("y.bin"), b"x" * 100, content_type="application/octet-stream")
    assert len(sent(double, "PUT")) == 1


# Deleting


async def test_one_resource_is_deleted_and_only_that_version(double: PodDouble) -> None:
    double.put("y.ttl", START)
    async with visit(double) as pod:
        with pytest.raises(Conflict):
            await pod.delete(double.url("x.ttl"), match='"0-text/turtle"')
        await pod.delete(double.url("x.ttl"))
        await pod.delete(double.url("y.ttl"), match=(await pod.head(double.url("y.ttl"))).etag)
        with pytest.raises(Missing):
            await pod.delete(double.url("x.ttl"))
    assert double.body("x.ttl") is double.body("y.ttl") is None


async def test_an_empty_container_is_deleted_in_the_version_that_was_empty(double: PodDouble) -> None:
    """S19: some servers delete what is below, and somebody may have filed something meanwhile."""
    url = double.put("box/")

    def meanwhile(request: httpx2.Request) -> None:
        double.put("box/new.ttl", START)

    double.script("DELETE", "box/", meanwhile)
    async with visit(double) as pod:
        with pytest.raises(Conflict):
            await pod.delete(url)
        (seen,) = sent(double, "DELETE")
        assert seen.headers["if-match"]
        await pod.delete(url + "new.ttl")
        await pod.delete(url)
    assert double.body("box/") is None


@pytest.mark.parametrize("member", ["<y.ttl>", "<sub/>", "<https://elsewhere.example/>", "<%2e%2e/>", "<./>"])
async def test_a_container_that_holds_anything_is_never_deleted(double: PodDouble, member: str) -> None:
    url = double.put("box/")
    listing = f"<> <http://www.w3.org/ns/ldp#contains> {member}.".encode()
    double.script("GET", "box/", httpx2.Response(200, headers={"Content-Type": "text/turtle"}, content=listing))
    async with visit(double) as pod:
        with pytest.raises(Conflict) as stop:
            await pod.delete(url)
    assert "not empty" in str(stop.value)
    assert sent(double, "DELETE") == []


async def test_a_container_that_cannot_be_read_is_not_deleted(double: PodDouble) -> None:
    url = double.put("box/")
    double.script("GET", "box/", faults.not_turtle(), None)
    async with visit(double) as pod:
        with pytest.raises(Malformed):
            await pod.delete(url)
    assert sent(double, "DELETE") == []


@pytest.mark.parametrize(
    "root", ["https://pod.example/alice/", "https://POD.example:443/alice/", "https://pod.example/%61lice/"]
)
@pytest.mark.parametrize("known", [True, False])
async def test_the_root_of_a_pod_is_never_deleted_however_it_is_spelt(
    double: PodDouble, root: str, known: bool
) -> None:
    """Also where the pod is somebody else's: the server says which container is one."""
    for path in list(double.shelf.members(double.base)):
        double.shelf.delete(path)
    async with visit(double) as pod:
        if known:  # node-solid-server, for one, says it of no pod but its own
            empty = httpx2.Response(200, headers={"Content-Type": "text/turtle"})
            double.script("GET", "", empty, None)
        else:
            pod.storage = ""
        with pytest.raises(Malformed) as stop:
            await pod.delete(root)
    assert "root" in str(stop.value)
    assert sent(double, "DELETE") == []


async def test_the_rules_of_the_pod_are_never_deleted(double: PodDouble) -> None:
    """S19: where they stand is the server's to say, and it is asked once."""
    double.control_at("", "https://pod.example/rules/root")
    double.owner_acl("x.ttl")
    async with visit(double) as pod:
        for _ in "12":
            with pytest.raises(Malformed):
                await pod.delete("https://pod.example/rules/root")
        await pod.delete(double.url("x.ttl") + ".acl")
        await pod.delete(double.url("x.ttl"))
    assert [s.url for s in sent(double, "DELETE")] == [double.url("x.ttl") + ".acl", double.url("x.ttl")]
    assert len(sent(double, "HEAD")) == 1


# A write whose answer never came


@pytest.mark.parametrize("arrives", [False, True])
@pytest.mark.parametrize("there", [False, True])
async def test_a_write_on_a_line_that_broke_is_looked_after(double: PodDouble, arrives: bool, there: bool) -> None:
    url, match = double.url("new.ttl"), None
    async with visit(double) as pod:
        if there:
            double.put("new.ttl", START)
            match = (await pod.read(url)).etag
        double.script("PUT", "new.ttl", faults.dropped(), after=arrives)
        await pod.write(url, b"<a> <b> <c>.", match=match)
    assert double.body("new.ttl") == b"<a> <b> <c>."
    assert len(sent(double, "PUT")) == (1 if arrives else 2)


async def test_a_lost_write_where_somebody_else_wrote_meanwhile_is_told(double: PodDouble) -> None:
    def meanwhile(request: httpx2.Request) -> httpx2.Response:
        double.put("new.ttl", "<#theirs> <#b> <#c>.")
        raise httpx2.RemoteProtocolError("gone", request=request)

    double.script("PUT", "new.ttl", meanwhile)
    async with visit(double) as pod:
        with pytest.raises(Unreachable) as stop:
            await pod.write(double.url("new.ttl"), b"<a> <b> <c>.", match=None)
    assert "may or may not" in str(stop.value)
    assert b"theirs" in (double.body("new.ttl") or b"")


# Something new under a name the server chooses


def _made(where: str) -> httpx2.Response:
    return httpx2.Response(201, headers={"Location": where})


@pytest.mark.parametrize(
    ("where", "url"),
    [
        ("https://pod.example/alice/box/a b.ttl", "https://pod.example/alice/box/a%20b.ttl"),
        ("/alice/box/x", "https://pod.example/alice/box/x"),
        ("x/", "https://pod.example/alice/box/x/"),
    ],
)
async def test_a_post_gives_the_address_the_server_chose(double: PodDouble, where: str, url: str) -> None:
    double.script("POST", "box/", _made(where))
    async with visit(double) as pod:
        assert await pod.post(double.put("box/"), START.encode(), slug="a b.ttl") == url
    (seen,) = sent(double, "POST")
    assert (seen.headers["slug"], seen.headers["link"]) == (
        "a%20b.ttl",
        '<http://www.w3.org/ns/ldp#Resource>; rel="type"',
    )


@pytest.mark.parametrize("where", ["https://evil.example/x", "/alice/other/x", "", "/alice/box/", "/alice/box/../x"])
async def test_a_post_that_says_it_landed_elsewhere_is_unconfirmed(double: PodDouble, where: str) -> None:
    double.script("POST", "box/", _made(where))
    async with visit(double) as pod:
        with pytest.raises(LifepodError) as stop:
            await pod.post(double.put("box/"), START.encode())
    assert isinstance(stop.value, Unconfirmed | Malformed)


async def test_a_post_of_what_cannot_be_read_back_is_not_sent(double: PodDouble) -> None:
    async with visit(double) as pod:
        with pytest.raises(Malformed):
            await pod.post(double.put("box/"), b"<a> <b")
        with pytest.raises(Malformed):
            await pod.post(double.url("box"), START.encode())
    assert double.requests == []


# Parts


async def test_a_part_that_was_not_asked_for_is_not_taken(double: PodDouble) -> None:
    answer = httpx2.Response(206, content=b"cd", headers={"Content-Range": "bytes 2-3/9"})
    double.script("GET", "x.ttl", answer, None)
    async with visit(double) as pod:
        reply = await pod.get(double.url("x.ttl"), part=(2, 3))
        assert parts_told(reply) == (2, 3, 9)
        with pytest.raises(Malformed):
            await pod.get(double.url("x.ttl"), part=(0, 3))
        with pytest.raises(Malformed):
            await pod.get(double.url("x.ttl"))
