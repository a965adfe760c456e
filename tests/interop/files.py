"""Questions about files and whole trees, and about hearing of changes."""

from __future__ import annotations

import asyncio
import io
import os
from contextlib import aclosing
from dataclasses import replace

from rdflib import Literal, URIRef
from tests.interop.logins import Line
from tests.interop.stage import Kind, Stage
from tests.interop.suite import Can, capability, no

from lifepod.errors import LifepodError
from lifepod.solid.notify import LISTENING

A, B = URIRef("https://terms.example/a"), URIRef("https://terms.example/b")
START = b'<https://terms.example/a> <https://terms.example/b> "one".'


@capability("A large file up and down, part by part")
async def streams(stage: Stage) -> None:
    """Two megabytes, byte for byte."""
    room, data, back = await stage.room("streams"), os.urandom(2_000_000), io.BytesIO()
    await stage.owner.upload(io.BytesIO(data), room + "a.bin")
    await stage.owner.download(room + "a.bin", back)
    assert back.getvalue() == data


@capability("A part of a file")
async def ranges(stage: Stage) -> Can:
    """RFC 9110 §14: 206, or the whole where the server gives no parts."""
    room = await stage.room("ranges")
    await stage.owner.upload(io.BytesIO(bytes(range(100))), room + "a.bin")
    reply = await stage.owner.get(room + "a.bin", part=(10, 19))
    if reply.status == 206:
        assert reply.body == bytes(range(10, 20))
    return Can.YES if reply.status == 206 else Can.NO


@capability("Whole trees: copied, moved and removed leaf by leaf")
async def whole_trees(stage: Stage) -> None:
    """What was listed and nothing else (S19)."""
    room, pod = await stage.room("trees"), stage.owner
    await pod.write(room + "a/x.ttl", START, match=None)
    await pod.write(room + "a/deep/y.txt", b"y", match=None, content_type="text/plain")
    await pod.copy(await pod.plan_copy(room + "a/", room + "b/"))
    assert (await pod.get(room + "b/deep/y.txt")).body == b"y"
    await pod.move(await pod.plan_copy(room + "b/", room + "c/"))
    assert (await stage.knock("owner", "GET", room + "b/")).status == 404
    for name in ("a/", "c/"):
        await pod.remove(await pod.look_at(room + name))
    assert [url for url, _ in (await pod.list(room)).members if not url.endswith((".acl", ".acr"))] == []


@capability(
    "SPARQL Update changes just the difference",
    {Kind.JSS: no("answers 204 to a patch with a dot in an address and does nothing; then the whole is written")},
)
async def sparql(stage: Stage) -> Can:
    """The patch that is tried where a server takes no N3."""
    url = await stage.room("sparql") + "a.ttl"
    await stage.owner.write(url, START, match=None)
    update = b'INSERT DATA { <https://terms.example/a> <https://terms.example/b> "two" }'
    reply = await stage.knock("owner", "PATCH", url, update, Content_Type="application/sparql-update")
    found = {str(o) for o in (await stage.owner.read(url)).graph.objects(A, B)}
    return Can.YES if reply.status < 300 and found == {"one", "two"} else Can.NO


@capability(
    "A change is heard of without asking",
    {Kind.JSS: no("its sockets tell only of what everyone may read; other places are asked for instead")},
)
async def heard(stage: Stage) -> Can:
    """Over the best channel the server has; where it has none that lets us in, the place is asked for."""
    url, kinds = await stage.room("heard") + "a.ttl", list[str]()
    await stage.owner.write(url, START, match=None)
    standing = asyncio.Event()

    def ready(kind: str) -> None:
        kinds.append(kind)
        standing.set()

    how = replace(LISTENING, transport=Line(stage.line.verify))  # sockets trust the certificate of this run, too
    async with aclosing(stage.owner.changes(url, every=0.5, ready=ready, how=how)) as changes:
        coming = asyncio.ensure_future(anext(changes))
        async with asyncio.timeout(60):
            await standing.wait()
            async with stage.owner.edit(url) as graph:
                graph.add((A, B, Literal("two")))
            change = await coming
    assert change.url == url
    return Can.NO if kinds[-1] == "poll" else Can.YES


@capability("A query in SPARQL over a container")
async def queried(stage: Stage) -> None:
    """Through the index on this machine; what is not linked data is left out."""
    room, pod = await stage.room("queried"), stage.owner
    await pod.write(room + "a.ttl", START, match=None)
    await pod.write(room + "b.txt", b"b", match=None, content_type="text/plain")
    try:
        asked = await pod.query("SELECT ?v { <https://terms.example/a> <https://terms.example/b> ?v }", room)
    except LifepodError as error:
        raise AssertionError(str(error)) from error
    assert asked.table()[1] == (("one",),)
