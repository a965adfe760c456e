"""Questions about signing in, finding one's way, and reading."""

from __future__ import annotations

from tests.interop.stage import Kind, Stage
from tests.interop.suite import Can, capability, partly

from lifepod.errors import LifepodError, Malformed, Missing, NotSignedIn, Refused
from lifepod.names import PIM_STORAGE_TYPE
from lifepod.solid.discovery import storage_above, storages_of
from lifepod.solid.pod import Listing, Pod
from lifepod.solid.profile import check_webid

NAMES = ("plain.ttl", "with space.ttl", "é.ttl", "100%.ttl", "a+b.ttl", "a@b.ttl", "a,b;c=d&e$f.ttl", "(it's)!~.ttl")
"""Names whose spelling in addresses differs from one program to the next (S4)."""
COLON = "12:30.ttl"
_TRIPLE = b"<#it> <#says> <#something>."


@capability(
    "Signing in without a browser, DPoP",
    {
        Kind.NSS: partly("its own login wants a browser; it takes client credentials of a Community Solid Server"),
        Kind.JSS: partly("by e-mail and password at an address of its own; only the suite does that"),
    },
)
async def signs_in(stage: Stage) -> Can:
    """The owner gets in where nobody does, and every request carries a proof of its own."""
    place = stage.root + "interop-nothing-here.ttl"
    with stage.line.watched() as seen:
        assert (await stage.knock("owner", "GET", place)).status == 404
        assert (await stage.knock("owner", "GET", place)).status == 404
        assert (await stage.knock("nobody", "GET", place)).status == 401
    signed = [request.headers for request in seen if "authorization" in request.headers]
    assert len(signed) == 2
    assert all(headers["authorization"].startswith("DPoP ") for headers in signed)
    assert len({headers["dpop"] for headers in signed}) == 2
    return Can.YES if stage.kind in (Kind.CSS_WAC, Kind.CSS_ACP) else Can.PARTLY


@capability("A used proof is refused", {Kind.NSS: partly("it takes one proof twice")})
async def refuses_replay(stage: Stage) -> Can:
    """What we never do: the same proof sent again (S2)."""
    place = stage.root + "interop-nothing-here.ttl"
    with stage.line.watched() as seen:
        await stage.knock("owner", "GET", place)
    again = {name: seen[0].headers[name] for name in ("authorization", "dpop")}
    status = (await stage.owner.nobody.send("GET", place, again)).status
    assert status in (401, 404)
    return Can.YES if status == 401 else Can.PARTLY


@capability(
    "The WebID leads to the pod",
    {Kind.NSS: partly("the suite's WebID is at another server; from a place in the pod its root is found")},
)
async def finds_storage(stage: Stage) -> Can:
    """Profile, storage description or the containers above, whichever the server has (S11)."""
    profile = await check_webid(stage.owner.nobody, stage.owner.webid)
    found = await storages_of(stage.owner, profile)
    if stage.owner.webid.startswith(stage.root):
        assert found == (stage.root,)
        return Can.YES
    assert await storage_above(stage.owner, await stage.room("found")) == stage.root
    return Can.PARTLY


@capability(
    "A place leads to the pod it lies in", {Kind.JSS: partly("no server answer says so; only the profile does")}
)
async def finds_root(stage: Stage) -> Can:
    """Asked of a place alone, without a WebID."""
    found = await storage_above(stage.owner, await stage.room("rooted"))
    types = [link.target for link in (await stage.owner.head(stage.root)).links if link.rel == "type"]
    assert (found == stage.root) is (PIM_STORAGE_TYPE in types)
    return Can.YES if found else Can.PARTLY


@capability("Odd names: written, read, deleted")
async def odd_names(stage: Stage) -> None:
    """Our spelling of an address is one the server takes and signs off (S4)."""
    room = await stage.room("odd")
    for name in (*NAMES, COLON):
        url = stage.owner.url(f"interop/odd/{name}")
        body = f"<#it> <#called> '''{name}'''.".encode()
        await stage.owner.write(url, body, match=None)
        assert (await stage.owner.get(url, accept="text/turtle")).body == body or len(await _graph(stage, url)) == 1
        await stage.owner.delete(url)
        assert (await stage.knock("owner", "GET", url)).status == 404
    assert (await stage.owner.list(room)).members == ()


async def _graph(stage: Stage, url: str) -> list[object]:
    return list((await stage.owner.read(url)).graph)


@capability("Odd names: found in listings")
async def lists_odd_names(stage: Stage) -> None:
    """What is listed is spelt as we ask for it (S18)."""
    room = await stage.room("listed")
    urls = sorted(stage.owner.url(f"interop/listed/{name}") for name in (*NAMES, "sub é/"))
    for url in urls:
        await stage.owner.create(url, b"" if url.endswith("/") else _TRIPLE)
    assert sorted(url for url, _ in (await stage.owner.list(room)).members) == urls


@capability(
    "A colon in a name is listed as it was written",
    {
        Kind.CSS_WAC: partly("listed under a second spelling, which rules do not know; never make such names"),
        Kind.CSS_ACP: partly("listed under a second spelling, which rules do not know; never make such names"),
    },
)
async def lists_colons(stage: Stage) -> Can:
    """The one kind of name that has two addresses on some servers."""
    room = await stage.room("colon")
    url = stage.owner.url("interop/colon/" + COLON)
    await stage.owner.write(url, _TRIPLE, match=None)
    ((listed, _),) = (await stage.owner.list(room)).members
    assert (await stage.owner.get(listed)).status == 200
    return Can.YES if listed == url else Can.PARTLY


@capability("Listing and walking containers")
async def walks(stage: Stage) -> None:
    """Every container once, with times of change or without."""
    room = await stage.room("walked")
    for name in ("a/one.ttl", "a/b/two.ttl", "three.txt", "c/"):
        place = f"{room}{name}"
        await stage.owner.create(place, b"" if place.endswith("/") else _TRIPLE, content_type=_type(place))
    found: dict[str, Listing] = {one.url: one async for one in stage.owner.walk(room)}
    assert set(found) == {room, room + "a/", room + "a/b/", room + "c/"}
    assert all(one.failure is None and not one.cut for one in found.values())
    inside = {url for one in found.values() for url, _ in one.members}
    assert inside == {room + name for name in ("a/", "c/", "three.txt", "a/one.ttl", "a/b/", "a/b/two.ttl")}


def _type(url: str) -> str:
    return "text/plain" if url.endswith(".txt") else "text/turtle"


@capability("Unchanged documents are not sent again (304)", {Kind.NSS: partly("not of linked data, which has no ETag")})
async def conditional_get(stage: Stage) -> Can:
    """``If-None-Match`` with the version that was read."""
    room = await stage.room("conditional")
    await stage.owner.write(room + "a.ttl", _TRIPLE, match=None)
    tag = (await stage.owner.get(room + "a.ttl", accept="text/turtle")).etag
    if tag is None:
        return Can.PARTLY
    again = await stage.owner.get(room + "a.ttl", accept="text/turtle", unless=tag)
    assert (again.status, again.body) == (304, b"")
    return Can.YES


@capability("Files of any kind come back byte by byte")
async def files(stage: Stage) -> None:
    """What is no linked data is not looked into."""
    url = await stage.room("files") + "picture.png"
    body = b"\x89PNG\r\n" + bytes(range(256)) * 200
    await stage.owner.write(url, body, match=None, content_type="image/png")
    reply = await stage.owner.get(url)
    assert (reply.body, reply.content_type) == (body, "image/png")


@capability("Refusals are told apart: not signed in, not allowed, not there")
async def refusals(stage: Stage) -> None:
    """401, 403 and 404 become three errors with three kinds of advice."""
    room = await stage.room("refused")
    await stage.owner.write(room + "a.ttl", _TRIPLE, match=None)
    nobody = Pod(stage.owner.nobody, nobody=stage.owner.nobody)
    cases: tuple[tuple[Pod, type[LifepodError], str], ...] = (
        (stage.owner, Missing, room + "nothing.ttl"),
        (stage.friend, Refused, room + "a.ttl"),
        (nobody, NotSignedIn, room + "a.ttl"),
    )
    for visitor, error, place in cases:
        try:
            await visitor.get(place)
        except error:
            continue
        raise AssertionError(f"{place} raises no {error.__name__}")


@capability("Broken Turtle of another program does no harm")
async def broken_turtle(stage: Stage) -> None:
    """Where the server stores it, reading it says so and the rest is still found (S10)."""
    room = await stage.room("broken")
    await stage.knock("owner", "PUT", room + "bad.ttl", b"<a> <b", Content_Type="text/turtle", If_None_Match="*")
    await stage.owner.write(room + "good.ttl", _TRIPLE, match=None)
    listed = {url for url, _ in (await stage.owner.list(room)).members}
    assert room + "good.ttl" in listed
    if room + "bad.ttl" in listed:
        try:
            await stage.owner.read(room + "bad.ttl")
        except Malformed:
            return
        raise AssertionError("broken Turtle was read as a graph")
