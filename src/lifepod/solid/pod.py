"""A pod as its resources: read, write, create, delete, list, walk and edit, for one login or for nobody.

It refuses to overwrite without a version, and to interpret what it carries: what a graph means is another room's
matter. Sources: https://solidproject.org/TR/protocol (LDP, N3 Patch), RFC 9110 (conditional requests).

* Every change of something that exists goes with ``If-Match``; something new goes with ``If-None-Match: *``.
* On a server without (strong) version tags a change is read, compared, written, read again and compared again.
* Linked data is parsed before it is sent, because servers store what nobody can read back.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncGenerator, AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from types import TracebackType
from typing import Self
from urllib.parse import unquote

from rdflib import Graph

from lifepod.errors import Conflict, LifepodError, Malformed, Missing, TooBig, Unconfirmed
from lifepod.limits import LIMITS, Limits
from lifepod.names import PIM_STORAGE_TYPE
from lifepod.plain import plain
from lifepod.rdf.flat import members
from lifepod.rdf.jsonld import read_jsonld
from lifepod.rdf.patch import n3_patch
from lifepod.rdf.turtle import Document as Document  # part of what a Pod hands out
from lifepod.rdf.turtle import copy_of, parse_turtle, same_triples, write_turtle
from lifepod.solid.send import Sender
from lifepod.solid.wire import JSON_LD, N3_PATCH, TURTLE, Reply, failure_of, own_spelling, settled_tag

_RDF = f"{TURTLE}, {JSON_LD};q=0.5"
_TURTLES = frozenset({TURTLE, "text/n3", "application/n-triples", "application/x-turtle"})
_NO_PATCH = frozenset({400, 405, 415, 422, 501})


@dataclass(frozen=True, slots=True)
class Listing:
    """A container as it was listed, or why it could not be."""

    url: str
    members: tuple[tuple[str, str], ...] = ()
    """URL and time of change (``""`` where the server does not say) of each member, sorted by URL."""
    control: str | None = None
    """Target of ``Link rel="acl"``, if one came along."""
    wac_allow: bool = False
    """Whether the answer carried ``WAC-Allow``."""
    failure: LifepodError | None = None
    cut: bool = False
    """A limit was reached: there is more below than was walked."""
    etag: str = ""
    """Its settled version (:func:`~lifepod.solid.wire.settled_tag`), to ask again whether it changed."""
    unchanged: bool = False
    """The server says that it is what was known before (304)."""


Lister = Callable[[str], Awaitable[Listing]]
"""Lists one container; raises where it cannot be listed."""


class Pod:
    """Async client of one pod; use as a context manager. Errors are those of :mod:`lifepod.errors`."""

    def __init__(
        self, sender: Sender, *, nobody: Sender, webid: str = "", storage: str = "", limits: Limits = LIMITS
    ) -> None:
        self._sender = sender
        self._limits = limits
        self._root_control: str | None = None
        self.nobody = nobody
        """The same line without a login, for what anyone may read."""
        self.webid = webid
        """Who is signed in; empty for nobody."""
        self.storage = storage
        """Root container of the person's pod; empty where it is not known."""

    async def __aenter__(self) -> Self:
        """The pod itself."""
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Close every connection."""
        await self._sender.aclose()
        await self.nobody.aclose()

    @property
    def requests(self) -> int:
        """Requests sent so far."""
        return self._sender.sent + self.nobody.sent

    def url(self, place: str) -> str:
        """An absolute URL: ``journal/purchases/`` is resolved against the pod; raises :class:`Malformed`."""
        if "://" in place:
            return own_spelling(place)
        if not self.storage:
            raise Malformed(f"{plain(place)} is no full address, and no pod is known to resolve it against.")
        # A place is a name, not an address: what would begin a query or a fragment is part of the name.
        return own_spelling(self.storage + place.lstrip("/").replace("?", "%3F").replace("#", "%23"))

    async def ask(
        self, method: str, url: str, headers: dict[str, str] | None = None, body: bytes | None = None
    ) -> Reply:
        """Any answer whatever its status, for callers to whom a refusal is a finding."""
        return await self._sender.send(method, url, headers, body)

    async def _must(self, method: str, url: str, headers: dict[str, str], body: bytes | None = None) -> Reply:
        reply = await self._sender.send(method, url, headers, body)
        failure = failure_of(method, reply)
        if failure is not None:
            raise failure
        return reply

    async def head(self, url: str) -> Reply:
        """Headers only: links, ETag, type."""
        return await self._must("HEAD", url, {"Accept": _RDF})

    async def get(self, url: str, *, accept: str = "*/*", unless: str = "") -> Reply:
        """Bytes as they lie there; with ``unless`` (an ETag) the answer may be 304 with an empty body."""
        headers = {"Accept": accept} | ({"If-None-Match": unless} if unless else {})
        return await self._must("GET", url, headers)

    async def read(self, url: str) -> Document:
        """A resource as a graph; raises :class:`Malformed` where it holds no linked data."""
        return document_of(await self.get(url, accept=_RDF), self._limits)

    async def create(self, url: str, body: bytes | Graph = b"", *, content_type: str = TURTLE) -> None:
        """Make something new, with the containers above it; raises :class:`Conflict` where there is something already.

        An address that ends in a slash makes a container, which holds nothing and takes no body.
        """
        if not url.endswith("/"):
            await self.write(url, body, match=None, content_type=content_type)
        elif len(body):
            raise Malformed(f"{plain(url)} is a container; what it holds has addresses of its own.", place=url)
        elif not await self.create_container(url):
            raise Conflict(f"{plain(url)} is there already.", place=url)

    async def write(self, url: str, body: bytes | Graph, *, match: str | None, content_type: str = TURTLE) -> None:
        """Create (``match=None``: must not exist yet) or replace exactly the version ``match``.

        Raises :class:`Conflict` where someone else was there first, and :class:`Malformed` before anything is sent
        where the bytes are not what ``content_type`` says.
        """
        kind = content_type.split(";")[0].strip().lower()
        if isinstance(body, Graph) and kind != TURTLE:
            raise Malformed(f"A graph is written as Turtle, not as {plain(content_type, 60)}.", place=url)
        data = write_turtle(body) if isinstance(body, Graph) else body
        if len(data) > self._limits.document_bytes:
            raise TooBig(f"{plain(url)} would be larger than {self._limits.document_bytes} bytes.", place=url)
        if kind == JSON_LD:
            read_jsonld(data, url, self._limits)
        elif kind in _TURTLES and not isinstance(body, Graph):
            parse_turtle(data, url, self._limits)
        await self.put(url, data, match=match, content_type=content_type)

    async def put(self, url: str, data: bytes, *, match: str | None, content_type: str = TURTLE) -> None:
        """As :meth:`write`, for bytes that the caller made itself and knows to be well-formed."""
        guard = {"If-None-Match": "*"} if match is None else {"If-Match": match}
        await self._must("PUT", url, {"Content-Type": content_type, **guard}, data)

    async def create_container(self, url: str) -> bool:
        """Make a container; whether it is new. Servers answer 409 or 412 where it exists."""
        if not url.endswith("/"):
            raise Malformed(f"{plain(url)} is no container address: those end in a slash.", place=url)
        reply = await self._sender.send("PUT", url, {"Content-Type": TURTLE, "If-None-Match": "*"}, b"")
        if reply.status in (405, 409, 412):
            await self.head(url)
            return False
        failure = failure_of("PUT", reply)
        if failure is not None:
            raise failure
        return True

    async def delete(self, url: str, *, match: str | None = None) -> None:
        """Delete one resource; never a container that still holds something, nor a pod's root and its rules."""
        root = Malformed(f"{plain(url)} is the root of a pod; it is never deleted.", place=url)
        if own_spelling(url) == self.storage:
            raise root
        if url.endswith("/"):
            # Some servers delete all that is below without asking, so what a listing names in any way counts.
            reply = await self.get(url, accept=_RDF)
            if any(link.rel == "type" and link.target == PIM_STORAGE_TYPE for link in reply.links):
                raise root
            if members(turtle_of(reply, self._limits), reply.url, self._limits):
                raise Conflict(f"{plain(url)} is not empty.", place=url, advice="Delete what it holds first.")
            match = match or reply.etag  # somebody may file something in between
        elif self.storage and own_spelling(url) == await self._control_of_root():
            # Some servers would do it, and then nobody but them could open the pod again.
            raise Malformed(f"{plain(url)} says who has access to the pod; it is never deleted.", place=url)
        await self._must("DELETE", url, {"If-Match": match} if match else {})

    async def _control_of_root(self) -> str:
        if self._root_control is None:
            reply = await self._sender.send("HEAD", self.storage, {"Accept": _RDF})
            link = reply.link("acl")
            self._root_control = own_spelling(link) if link else ""
        return self._root_control

    async def list(self, url: str, *, known: Listing | None = None) -> Listing:
        """The members of a container; raises where it cannot be listed.

        With a listing that is ``known`` and has a version the server may say that it is still true.
        """
        if not url.endswith("/"):
            raise Malformed(f"{plain(url)} is no container: those end in a slash.", place=url)
        began = time.monotonic()
        reply = await self.get(url, accept=_RDF, unless=known.etag if known else "")
        if reply.status == 304 and known is not None:
            return replace(known, unchanged=True)
        found = members(turtle_of(reply, self._limits), reply.url, self._limits)
        inside = tuple((u, when) for u, when in found.items() if _is_member(u, reply.url))
        tag = settled_tag(reply, time.monotonic() - began)
        return Listing(reply.url, inside, reply.link("acl"), "wac-allow" in reply.headers, etag=tag)

    async def walk(self, url: str, lister: Lister | None = None) -> AsyncGenerator[Listing, None]:
        """Every container from ``url`` down, in the order they answer; a failure is a value, limits are kept.

        ``lister`` lists one container in place of :meth:`list`, for callers that know some of them already.
        """
        lister = lister or self.list
        seen, count, tasks = {url}, 1, {asyncio.create_task(_listed(lister, url, 0))}
        try:
            while tasks:
                done, tasks = await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
                for listing, depth in (task.result() for task in done):
                    count += len(listing.members)
                    below = [u for u, _ in listing.members if u.endswith("/") and u not in seen]
                    cut = bool(below) and (depth >= self._limits.walk_depth or count > self._limits.walk_count)
                    if not cut:
                        seen.update(below)
                        tasks |= {asyncio.create_task(_listed(lister, u, depth + 1)) for u in below}
                    yield replace(listing, cut=cut)
        finally:
            for task in tasks:
                task.cancel()
            await asyncio.gather(*tasks, return_exceptions=True)

    @asynccontextmanager
    async def edit(self, url: str, *, create: bool = False) -> AsyncIterator[Graph]:
        """A copy of the graph to change; at the end exactly the difference is sent.

        Raises :class:`Conflict` where the resource changed meanwhile. With ``create`` a missing one starts empty. An
        exception inside the block sends nothing.
        """
        try:
            before = await self.read(url)
        except Missing:
            if not create:
                raise
            before = None
        draft = copy_of(before.graph) if before else Graph()
        yield draft
        if before is None:
            await self.write(url, draft, match=None)
        else:
            await self.update(before, draft)

    async def update(self, before: Document, after: Graph) -> None:
        """Turn the document as it was read into ``after``: N3 Patch, else the whole by PUT, both with its version.

        Raises :class:`Conflict` where it changed meanwhile, and :class:`Unconfirmed` where a server without versions
        holds something else after the write.
        """
        if same_triples(before.graph, after):
            return
        version = before.etag or await self._unchanged(before)
        guard = {"If-Match": version} if version else {}
        if not await self._patched(before, after, guard):
            await self._must("PUT", before.url, {"Content-Type": TURTLE, **guard}, write_turtle(after))
        if version is None and not same_triples((await self.read(before.url)).graph, after):
            raise Unconfirmed(f"{plain(before.url)} was written, but now holds something else.", place=before.url)

    async def _patched(self, before: Document, after: Graph, guard: dict[str, str]) -> bool:
        patch = n3_patch(before.graph, after)
        if patch is None:
            return False
        reply = await self._sender.send("PATCH", before.url, {"Content-Type": N3_PATCH, **guard}, patch.encode())
        if reply.status in _NO_PATCH:
            return False
        failure = failure_of("PATCH", reply)
        if failure is not None:
            raise failure
        return True

    async def _unchanged(self, before: Document) -> str | None:
        """For servers without version tags: read again just before writing and compare (a race stays possible)."""
        now = await self.read(before.url)
        if not same_triples(now.graph, before.graph):
            raise Conflict(f"{plain(before.url)} was changed by someone else.", place=before.url)
        return now.etag


async def _listed(lister: Lister, url: str, depth: int) -> tuple[Listing, int]:
    try:
        return await lister(url), depth
    except LifepodError as error:
        return Listing(url, failure=error), depth


def document_of(reply: Reply, limits: Limits = LIMITS) -> Document:
    """An answer as a graph, by its media type; raises :class:`Malformed`."""
    if reply.content_type == JSON_LD:
        return Document(reply.url, read_jsonld(reply.body, reply.url, limits), reply.etag)
    return Document(reply.url, parse_turtle(turtle_of(reply, limits), reply.url, limits), reply.etag)


def same_as_text(document: Document | None, text: str | None) -> bool:
    """Whether a document says what a kept Turtle text says; no document is no text."""
    if document is None or text is None:
        return document is None and text is None
    return same_triples(document.graph, parse_turtle(text.encode(), document.url))


def turtle_of(reply: Reply, limits: Limits = LIMITS) -> bytes:
    """The body of an answer as Turtle; raises :class:`Malformed` for other media types."""
    if reply.content_type in _TURTLES:
        return reply.body
    if reply.content_type == JSON_LD:
        return write_turtle(read_jsonld(reply.body, reply.url, limits))
    raise Malformed(
        f"{plain(reply.url)} is no linked data (it is {plain(reply.content_type or 'of unknown type', 60)}).",
        place=reply.url,
        advice="Read it as a file; lifepod interprets only Turtle and JSON-LD.",
    )


def _is_member(url: str, container: str) -> bool:
    # What a listing names outside its own container is not the container's to name.
    rest = url[len(container) :] if url.startswith(container) else ""
    name = rest.removesuffix("/")
    return bool(name) and unquote(name) not in (".", "..") and not set(name) & set("/?#")
