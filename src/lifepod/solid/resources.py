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
from collections.abc import AsyncGenerator, AsyncIterator, Mapping
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from dataclasses import replace
from types import TracebackType
from typing import Self
from urllib.parse import quote, urljoin

from lifepod.errors import Conflict, Malformed, Missing, Unconfirmed
from lifepod.limits import LIMITS, Limits
from lifepod.plain import plain
from lifepod.rdf.turtle import Document, Graph, copy_of, same_triples
from lifepod.solid.comparing import Patch, as_stored, holds, left_to_do, patches
from lifepod.solid.line import CutOff
from lifepod.solid.reading import AS_IT_LIES, RDF, Listing, checked, document_of, escaped, listing_of, names_members
from lifepod.solid.send import Body, Opened, Sender
from lifepod.solid.walking import Lister, walked
from lifepod.solid.wire import JSON_LD, TURTLE, Reply, failure_of, origin_of, own_spelling, parts_told

_NO_PATCH = frozenset({400, 405, 415, 422, 501})
_NSS = "solid-server/"
_PATCH_WELL = ("community solid server", _NSS)
"""Servers whose patches were measured; of others a patch is read back, because some answer 204 and do nothing."""


class Resources:
    """Async client of one pod; use as a context manager. Errors are those of :mod:`lifepod.errors`."""

    def __init__(
        self, sender: Sender, *, nobody: Sender, webid: str = "", storage: str = "", limits: Limits = LIMITS
    ) -> None:
        self._sender = sender
        self._root_control: str | None = None
        self._patchable: dict[str, frozenset[str]] = {}
        self._powered: dict[str, str] = {}
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
        """An absolute URL: ``journal/purchases/`` is resolved against the pod; raises :class:`Malformed`.

        What is no full address is taken as a name, just as a listing shows it: ``100%.txt``, ``a b?``.
        """
        if "://" in place:
            return own_spelling(place)
        if not self.storage:
            raise Malformed(f"{plain(place)} is no full address, and no pod is known to resolve it against.")
        # A place is a name, not an address: what would mean something in an address is part of the name.
        name = place.lstrip("/").replace("%", "%25").replace("?", "%3F").replace("#", "%23")
        return own_spelling(self.storage + name)

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
        return self._learnt(await self._sender.send(method, url, headers, body, at_most))

    def _learnt(self, reply: Reply) -> Reply:
        """What an answer tells of its server: what it is, and which patches it takes."""
        origin, said = origin_of(reply.url), reply.headers.get("x-powered-by", "").lower()
        if said:
            self._powered[origin] = said[:200]
        if "accept-patch" in reply.headers:
            self._patchable[origin] = reply.tokens("accept-patch")
        return reply

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
        reply = self._learnt(await self._sender.send(method, url, headers, body))
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
        reply = await self.get(url, accept=AS_IT_LIES)
        return document_of(reply, self.limits)

    async def follow(self, url: str, *, at_most: int | None = None) -> Document:
        """A document whose address stood in somebody's data: with the login at its own pod and WebID, else as nobody.

        A token is of no use without its key, and still no business of whoever a profile points at.
        """
        target = own_spelling(url)
        at_home = origin_of(target) in {origin_of(home) for home in (self.storage, self.webid) if home}
        sender = self._sender if at_home else self.nobody
        reply = self._learnt(await sender.send("GET", target, {"Accept": AS_IT_LIES}, at_most=at_most))
        failure = failure_of("GET", reply)
        if failure is not None:
            raise failure
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
        await self._surely("PUT", url, headers, data)

    async def _surely(self, method: str, url: str, headers: dict[str, str], data: bytes | None = None) -> None:
        """Send a guarded write; where its answer is lost, or the server failed on the way, look what stands there.

        JavaScript Solid Server answers 500 to writes that come at the same time, before or after it has written.
        """
        for turn in range(1, self.limits.retries + 2):
            try:
                reply = await self._sender.send(method, url, headers, data)
                failure = failure_of(method, reply)
                if failure is None:
                    return
                if reply.status != 500 or turn > self.limits.retries:
                    raise failure
            except CutOff as error:
                if turn > 1:
                    raise
                failure = error
            # It may have arrived. What stands there now tells, and the guard keeps another try from doing harm.
            await asyncio.sleep(0.05 * turn)
            now = await self._sender.send("GET", url, {"Accept": headers.get("Content-Type", RDF)})
            if (now.status == 404) if data is None else holds(now, data, self.limits):
                return
            same = now.etag == headers["If-Match"] if "If-Match" in headers else now.status == 404
            if not same and (data is not None or "If-Match" in headers):
                raise failure

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
        """Make a container; whether it is new. Servers answer 409 or 412 where it exists.

        Raises :class:`Conflict` where a file of that name stands there.
        """
        if not url.endswith("/"):
            raise Malformed(f"{plain(url)} is no container address: those end in a slash.", place=url)
        reply = await self._sender.send("PUT", url, {"Content-Type": TURTLE, "If-None-Match": "*"}, b"")
        if reply.status in (405, 409, 412):
            try:
                await self.head(url)
            except Missing:
                said = f"{plain(url)} cannot be made: a file of that name is there."
                raise Conflict(said, place=url, advice="Choose another name, or move the file.") from None
            return False
        failure = failure_of("PUT", reply)
        if failure is not None:
            raise failure
        return reply.status == 201  # node-solid-server answers 204 where it stands already

    async def delete(self, url: str, *, match: str | None = None) -> None:
        """Delete one resource; never a container that still holds something, nor a pod's root and its rules."""
        root = Malformed(f"{plain(url)} is the root of a pod; it is never deleted.", place=url)
        if own_spelling(url) == self.storage:
            raise root
        if url.endswith("/"):
            # Some servers delete all that is below without asking, so what a listing names in any way counts.
            reply = await self.get(url, accept=RDF)
            if reply.is_storage:
                raise root
            if names_members(reply, self.limits):
                raise Conflict(f"{plain(url)} is not empty.", place=url, advice="Delete what it holds first.")
            match = match or reply.etag  # somebody may file something in between
        elif self.storage and own_spelling(url) == await self._control_of_root():
            # Some servers would do it, and then nobody but them could open the pod again.
            raise Malformed(f"{plain(url)} says who has access to the pod; it is never deleted.", place=url)
        await self._surely("DELETE", url, {"If-Match": match} if match else {})

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
        took = time.monotonic() - began
        try:
            return listing_of(reply, took, self.limits)
        except Malformed:
            # JavaScript Solid Server names members unescaped, which Turtle cannot hold; in JSON they can be told apart.
            raw = await self.get(url, accept=JSON_LD)
            return listing_of(escaped(raw, self.limits), took, self.limits)

    def walk(self, url: str, lister: Lister | None = None) -> AsyncGenerator[Listing, None]:
        """Every container from ``url`` down, in the order they answer; a failure is a value, limits are kept.

        ``lister`` lists one container in place of :meth:`list`, for callers that know some of them already.
        """
        return walked(url, lister or self.list, self.limits)

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

    async def update(self, before: Document, after: Graph, *, at_once: bool = False) -> None:
        """Turn the document as it was read into ``after``: by a patch, else the whole by PUT, both with its version.

        N3 Patch, then SPARQL Update where the server takes it (``Accept-Patch``), then PUT: a change that names a blank
        node goes whole. ``at_once`` is for access documents: node-solid-server goes by the old rules for ten seconds
        after a patch, so there they go whole. Raises :class:`Conflict` where it changed meanwhile, and
        :class:`Unconfirmed` where a server holds something else after the write.
        """
        if same_triples(before.graph, after):
            return
        version = before.etag or await self._unchanged(before)
        guard = {"If-Match": version} if version else {}
        try:
            await self._changed(before, after, guard, whole=at_once and self._is((_NSS,), before.url))
        except CutOff:
            now = await self.read(before.url)
            if not same_triples(now.graph, after):
                if not version or now.etag != version:
                    raise
                await self._changed(before, after, guard, whole=at_once and self._is((_NSS,), before.url))
        if version is None and not same_triples((await self.read(before.url)).graph, after):
            raise Unconfirmed(f"{plain(before.url)} was written, but now holds something else.", place=before.url)

    async def _changed(self, before: Document, after: Graph, guard: dict[str, str], *, whole: bool) -> None:
        accepted = self._patchable.get(origin_of(before.url), frozenset())
        for patch in () if whole else patches(before.graph, after, accepted):
            if await self._patched(before.url, patch, guard):
                if not guard or self._is(_PATCH_WELL, before.url):
                    return  # without versions it is read back in any case
                guard = left_to_do(before, after, await self.read(before.url))
                if not guard:
                    return
                break
        # An access document is Turtle everywhere (https://solidproject.org/TR/wac#server-get-acl-turtle).
        stored = None if whole else await self._sender.send("HEAD", before.url, {"Accept": "*/*"})
        kind, body = as_stored(after, stored, self.limits)
        await self._must("PUT", before.url, {"Content-Type": kind, **guard}, body)

    def _is(self, servers: tuple[str, ...], url: str) -> bool:
        said = self._powered.get(origin_of(url), "")
        return any(name in said for name in servers)

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
