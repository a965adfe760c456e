"""Questions about changing what is there, without overwriting anybody."""

from __future__ import annotations

from rdflib import BNode, Graph, Literal, URIRef
from tests.interop.stage import Kind, Stage
from tests.interop.suite import Can, capability, no, partly

from lifepod.errors import Conflict, Malformed

A, B = URIRef("https://terms.example/a"), URIRef("https://terms.example/b")
START = b'<https://terms.example/a> <https://terms.example/b> "one", "two".'
_NO_VERSIONS = "linked data has no version tags; read again and compared before and after, so a race stays possible"


async def _made(stage: Stage, name: str) -> str:
    url = await stage.room(name) + "a.ttl"
    await stage.owner.write(url, START, match=None)
    return url


async def _said(stage: Stage, url: str) -> set[str]:
    return {str(value) for value in (await stage.owner.read(url)).graph.objects(A, B)}


@capability("New containers; an empty one is deleted, a full one never")
async def containers(stage: Stage) -> None:
    """A container that holds something is refused by us, because some servers would delete all of it (S19)."""
    room = await stage.room("containers")
    assert await stage.owner.create_container(room + "c/")
    assert not await stage.owner.create_container(room + "c/")
    await stage.owner.write(room + "c/deep/er/a.ttl", START, match=None)
    with stage.line.watched() as seen:
        await _must_raise(Conflict, stage.owner.delete(room + "c/"))
    assert not [request for request in seen if request.method == "DELETE"]
    for name in ("c/deep/er/a.ttl", "c/deep/er/", "c/deep/", "c/"):
        await stage.owner.delete(room + name)
    assert (await stage.knock("owner", "GET", room + "c/")).status == 404


@capability("A new document never overwrites")
async def never_overwrites(stage: Stage) -> None:
    """``If-None-Match: *``."""
    url = await _made(stage, "overwrite")
    await _must_raise(Conflict, stage.owner.write(url, b"", match=None))
    assert await _said(stage, url) == {"one", "two"}


@capability(
    "Edits go as a patch of just the difference",
    {Kind.JSS: no("answers 204 to a patch with a dot in an address and does nothing; then the whole is written")},
)
async def patches(stage: Stage) -> Can:
    """N3 Patch, with the version where there is one; whatever the server says, the edit is made."""
    url = await _made(stage, "patched")
    with stage.line.watched() as seen:
        async with stage.owner.edit(url) as graph:
            graph.remove((A, B, Literal("one")))
            graph.add((A, B, Literal("three")))
    assert await _said(stage, url) == {"two", "three"}
    sent = [(request.method, request.headers["content-type"]) for request in seen if "content-type" in request.headers]
    assert sent[0] == ("PATCH", "text/n3")
    return Can.YES if len(sent) == 1 else Can.NO


@capability(
    "Edits with blank nodes, as a whole",
    {Kind.JSS: no("turns a blank node that is a subject into an address, and tears it off where it is an object")},
)
async def blank_nodes(stage: Stage) -> Can:
    """What a patch cannot name is written whole, under the same guard (S9)."""
    url = await _made(stage, "blank")
    for word in ("first", "second"):
        node = BNode()
        async with stage.owner.edit(url) as graph:
            graph.add((A, B, node))
            graph.add((node, B, Literal(word)))
    found = (await stage.owner.read(url)).graph
    said = {str(found.value(node, B)) for node in found.objects(A, B) if isinstance(node, BNode)}
    assert said in ({"first", "second"}, {"None"})
    return Can.YES if said == {"first", "second"} else Can.NO


@capability(
    "Two writers: the second is told, nothing is lost",
    {Kind.NSS: partly(_NO_VERSIONS)},
)
async def two_writers(stage: Stage) -> Can:
    """Both read, one writes, then the other one (S8)."""
    url = await _made(stage, "race")
    first, second = await stage.owner.read(url), await stage.owner.read(url)
    await stage.owner.update(first, _with(first.graph, "first"))
    with stage.line.watched() as seen:
        await _must_raise(Conflict, stage.owner.update(second, _with(second.graph, "second")))
    assert await _said(stage, url) == {"one", "two", "first"}
    sent = [request for request in seen if request.method in ("PATCH", "PUT")]
    return Can.YES if sent and "if-match" in sent[0].headers else Can.PARTLY


@capability("A wrong If-Match is refused by the server", {Kind.NSS: no("ignores If-Match")})
async def if_match(stage: Stage) -> Can:
    """The server's own guard, without ours."""
    url = await _made(stage, "guard")
    reply = await stage.knock("owner", "PUT", url, b"", Content_Type="text/turtle", If_Match='"never"')
    return Can.YES if reply.status == 412 else Can.NO


@capability("Malformed data is refused before it is sent")
async def malformed(stage: Stage) -> None:
    """By us: what nobody could read back never leaves."""
    room = await stage.room("malformed")
    with stage.line.watched() as seen:
        await _must_raise(Malformed, stage.owner.write(room + "a.ttl", b"<a> <b", match=None))
        bad = stage.owner.write(room + "a.jsonld", b"{", match=None, content_type="application/ld+json")
        await _must_raise(Malformed, bad)
    assert seen == []


_STORES = no("stores what nobody can read back")


@capability(
    "Malformed Turtle is refused by the server",
    {Kind.CSS_WAC: _STORES, Kind.CSS_ACP: _STORES, Kind.NSS: _STORES},
)
async def server_refuses(stage: Stage) -> Can:
    """The server's own check, without ours."""
    url = await stage.room("unchecked") + "a.ttl"
    reply = await stage.knock("owner", "PUT", url, b"<a> <b", Content_Type="text/turtle")
    return Can.YES if reply.status == 400 else Can.NO


@capability("Posting under a name the server chooses")
async def posts(stage: Stage) -> None:
    """As for an inbox; the answer says where it is."""
    room = await stage.room("posted")
    urls = {await stage.owner.post(room, START, slug="note") for _ in range(2)}
    assert len(urls) == 2
    assert {url for url, _ in (await stage.owner.list(room)).members} == urls


def _with(graph: Graph, word: str) -> Graph:
    out = Graph()
    for triple in graph:
        out.add(triple)
    out.add((A, B, Literal(word)))
    return out


async def _must_raise(error: type[Exception], doing: object) -> None:
    try:
        await doing  # type: ignore[misc]
    except error:
        return
    raise AssertionError(f"no {error.__name__} was raised")
