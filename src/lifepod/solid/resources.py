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
from collections.abc import AsyncGenerator, AsyncIterator, Awaitable, Callable, Mapping
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from dataclasses import replace
from types import TracebackType
from typing import Self
from urllib.parse import quote, urljoin

from lifepod.errors import Conflict, LifepodError, Malformed, Missing, Unconfirmed
from lifepod.limits import LIMITS, Limits
from lifepod.names import PIM_STORAGE_TYPE
from lifepod.plain import plain
from lifepod.rdf.patch import Patch, patches
from lifepod.rdf.turtle import Document, Graph, copy_of, same_triples, write_turtle
from lifepod.solid.line import CutOff
from lifepod.solid.reading import RDF, Listing, checked, document_of, listing_of, names_members
from lifepod.solid.send import Body, Opened, Sender
from lifepod.solid.wire import TURTLE, Reply, failure_of, origin_of, own_spelling, parts_told

_NO_PATCH = frozenset({400, 405, 415, 422, 501})


Lister = Callable[[str], Awaitable[Listing]]
"""Lists one container; raises where it cannot be listed."""


class Resources:
    """Async client of one pod; use as a context manager. Errors are those of :mod:`lifepod.errors`."""

    def __init__(
        self, sender: Sender, *, nobody: Sender, webid: str = "", storage: str = "", limits: Limits = LIMITS
    ) -> None:
        self._sender = sender
        self._root_control: str | None = None
        self._patchable: dict[str, frozenset[str]] = {}
        self.limits = limits
        """The bounds it keeps."""
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
        self,
        method: str,
        url: str,
        headers: Mapping[str, str] | None = None,
        body: Body | None = None,
        *,
        at_most: int | None = None,
    ) -> Reply:
        """Any answer whatever its status, for callers to whom a refusal is a finding; ``at_most`` bounds it, bytes."""
        return await self._sender.send(method, url, headers, body, at_most)

    def open(
        self,
        method: str,
        url: str,
        headers: Mapping[str, str] | None = None,
        body: Body | None = None,
        *,
        patient: bool = False,
    ) -> AbstractAsyncContextManager[Opened]:
        """Any answer, its body still on its way (:meth:`lifepod.solid.send.Sender.open`)."""
        return self._sender.open(method, url, headers, body, patient=patient)

    async def _must(self, method: str, url: str, headers: dict[str, str], body: bytes | None = None) -> Reply:
        reply = await self._sender.send(method, url, headers, body)
        failure = failure_of(method, reply)
        if failure is not None:
            raise failure
        return reply

    async def head(self, url: str) -> Reply:
        """Headers only: links, ETag, type; of linked data as Turtle, of everything else as it is."""
        return await self._must("HEAD", url, {"Accept": f"{RDF}, */*;q=0.1"})

    async def get(
        self, url: str, *, accept: str = "*/*", unless: str = "", part: tuple[int, int] | None = None
    ) -> Reply:
        """Bytes as they lie there; with ``unless`` (an ETag) the answer may be 304 with an empty body.

        ``part`` asks for the bytes from the first to the last one named (206; the whole where the server gives no
        parts: RFC 9110 §14).
        """
        headers = {"Accept": accept} | ({"If-None-Match": unless} if unless else {})
        if part is not None:
            headers |= {"Range": f"bytes={part[0]}-{part[1]}", "Accept-Encoding": "identity"}
        reply = await self._must("GET", url, headers)
        if reply.status == 206 and (part is None or (parts_told(reply) or (None,))[0] != part[0]):
            raise Malformed(f"{plain(url)} sent another part than was asked for.", place=url)
        return reply

    async def read(self, url: str) -> Document:
        """A resource as a graph; raises :class:`Malformed` where it holds no linked data."""
        reply = await self.get(url, accept=RDF)
        self._patchable[origin_of(reply.url)] = reply.tokens("accept-patch")
        return document_of(reply, self.limits)

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
        await self.put(url, checked(url, body, content_type, self.limits), match=match, content_type=content_type)

    async def put(self, url: str, data: bytes, *, match: str | None, content_type: str = TURTLE) -> None:
        """As :meth:`write`, for bytes that the caller made itself and knows to be well-formed."""
        guard = {"If-None-Match": "*"} if match is None else {"If-Match": match}
        headers = {"Content-Type": content_type, **guard}
        try:
            await self._must("PUT", url, headers, data)
        except CutOff:
            # It may have arrived. What stands there now tells, and the guard keeps a second try from doing harm.
            now = await self._sender.send("GET", url, {"Accept": content_type})
            if now.status == 200 and now.body == data:
                return
            if (now.status == 404) if match is None else (now.etag == match):
                await self._must("PUT", url, headers, data)
            else:
                raise

    async def post(
        self, container: str, body: bytes | Graph = b"", *, slug: str = "", content_type: str = TURTLE
    ) -> str:
        """Put something new into a container under a name the server chooses; its URL.

        ``slug`` is the name we would like (RFC 5023 §9.7); one that ends in a slash wants a container. Raises
        :class:`Malformed` before anything is sent where the bytes are not what ``content_type`` says. It is not sent
        twice: where the line breaks, the thing may be there.
        """
        if not container.endswith("/"):
            raise Malformed(f"{plain(container)} is no container: those end in a slash.", place=container)
        data = checked(container, body, content_type, self.limits)
        kind = "BasicContainer" if slug.endswith("/") else "Resource"
        headers = {"Content-Type": content_type, "Link": f'<http://www.w3.org/ns/ldp#{kind}>; rel="type"'}
        if slug:
            headers["Slug"] = quote(slug.rstrip("/"))
        reply = await self._must("POST", container, headers, data)
        where = urljoin(reply.url, reply.headers.get("location", ""))
        if not where.startswith(reply.url) or where == reply.url:
            said = f"{plain(container)} took it, but does not say where it is."
            raise Unconfirmed(said, place=container, advice="List the container to find it.")
        return own_spelling(where)

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
            reply = await self.get(url, accept=RDF)
            if any(link.rel == "type" and link.target == PIM_STORAGE_TYPE for link in reply.links):
                raise root
            if names_members(reply, self.limits):
                raise Conflict(f"{plain(url)} is not empty.", place=url, advice="Delete what it holds first.")
            match = match or reply.etag  # somebody may file something in between
        elif self.storage and own_spelling(url) == await self._control_of_root():
            # Some servers would do it, and then nobody but them could open the pod again.
            raise Malformed(f"{plain(url)} says who has access to the pod; it is never deleted.", place=url)
        await self._must("DELETE", url, {"If-Match": match} if match else {})

    async def _control_of_root(self) -> str:
        if self._root_control is None:
            reply = await self._sender.send("HEAD", self.storage, {"Accept": RDF})
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
        reply = await self.get(url, accept=RDF, unless=known.etag if known else "")
        if reply.status == 304 and known is not None:
            return replace(known, unchanged=True)
        return listing_of(reply, time.monotonic() - began, self.limits)

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
                    cut = bool(below) and (depth >= self.limits.walk_depth or count > self.limits.walk_count)
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
        """Turn the document as it was read into ``after``: by a patch, else the whole by PUT, both with its version.

        N3 Patch, then SPARQL Update where the server takes it (``Accept-Patch``), then PUT: a change that names a blank
        node goes whole. Raises :class:`Conflict` where it changed meanwhile, and :class:`Unconfirmed` where a server
        without versions holds something else after the write.
        """
        if same_triples(before.graph, after):
            return
        version = before.etag or await self._unchanged(before)
        guard = {"If-Match": version} if version else {}
        try:
            await self._changed(before, after, guard)
        except CutOff:
            now = await self.read(before.url)
            if not same_triples(now.graph, after):
                if not version or now.etag != version:
                    raise
                await self._changed(before, after, guard)
        if version is None and not same_triples((await self.read(before.url)).graph, after):
            raise Unconfirmed(f"{plain(before.url)} was written, but now holds something else.", place=before.url)

    async def _changed(self, before: Document, after: Graph, guard: dict[str, str]) -> None:
        for patch in patches(before.graph, after, self._patchable.get(origin_of(before.url), frozenset())):
            if await self._patched(before.url, patch, guard):
                return
        await self._must("PUT", before.url, {"Content-Type": TURTLE, **guard}, write_turtle(after))

    async def _patched(self, url: str, patch: Patch, guard: dict[str, str]) -> bool:
        reply = await self._sender.send("PATCH", url, {"Content-Type": patch.content_type, **guard}, patch.body)
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
