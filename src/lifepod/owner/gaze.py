"""One access document at a time: where it lies, and what an answer on it means.

It refuses to take "could not read" for "inherits", and to believe in a name that no answer has proved.

* Where a document's access document lies is never assumed: the naming is learned from one ``Link`` and proved at
  every answer. A 404 proves it only on servers that link even a missing *resource* to an access document (so that a
  404 without such a link came from an access document itself); on others every document is asked for its link.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Mapping

from lifepod.access.dialects import idle_of, names_place, rules_of
from lifepod.access.servers import WAC_SERVER, Dialect, must_be_decided, server_of
from lifepod.access.survey import Control, Own
from lifepod.errors import LifepodError, Missing, NotSignedIn, Refused, TooBig, Unreachable
from lifepod.limits import Limits
from lifepod.plain import plain
from lifepod.solid.pod import Document, Pod, document_of
from lifepod.solid.wire import Reply, failure_of, settled_tag

ACCEPT: Mapping[str, str] = {"Accept": "text/turtle"}
_NOWHERE = "lifepod-asks-for-nothing-here"
_CAUSES = {
    401: "we are not signed in",
    403: "we may not read who has access",
    404: "told to nobody in particular",
}


def said_by(reply: Reply) -> str:
    """How a server names itself and its version, for comparing with a later time."""
    return plain(f"{reply.headers.get('server', '')} {reply.headers.get('x-powered-by', '')}".strip(), 200)


class Gaze:
    """Asks for access documents of one pod, and knows what it has learned of the server."""

    def __init__(self, pod: Pod, limits: Limits) -> None:
        self._pod, self._limits = pod, limits
        self._ends = time.monotonic() + limits.survey_seconds
        self._naming: str | None = None
        self._naming_lock = asyncio.Lock()
        self._asked_naming = False
        self._holds_control = False
        self.documents: dict[str, Document] = {}
        """Access documents that were read, by place."""
        self.server = WAC_SERVER
        self.said = ""
        """How the server names itself."""

    @property
    def is_late(self) -> bool:
        """Whether the time for one survey is over."""
        return time.monotonic() >= self._ends

    @property
    def too_long(self) -> str:
        """That, in words."""
        return f"the look took longer than {self._limits.survey_seconds:.0f} s"

    async def root(self, root: str) -> Control:
        """The root's own control document; it tells the dialect and whether we hold control.

        Raises :class:`Unreachable`, :class:`NotSignedIn` or :class:`Missing` where the root does not answer, and
        :class:`Undecided` where the server's language is not known.
        """
        began = time.monotonic()
        head = await self._reply("HEAD", root)
        failure = failure_of("HEAD", head) if isinstance(head, Reply) else head
        if isinstance(head, LifepodError) or isinstance(failure, Unreachable | NotSignedIn | Missing):
            raise failure or Unreachable(f"{plain(root)} does not answer.")
        link = head.link("acl")
        reply = await self._reply("GET", link) if link else None
        types = [li.target for li in reply.links if li.rel == "type"] if isinstance(reply, Reply) else []
        # Someone with control alone gets a bare 403 for the root, and WAC-Allow only with its access document.
        more = dict(reply.headers) if isinstance(reply, Reply) else {}
        self.server = server_of(more | dict(head.headers), types)
        self.said = said_by(head)
        told = isinstance(reply, Reply) and reply.status != 403
        if self.server.dialect is Dialect.UNDECIDED and isinstance(failure, Refused) and not told:
            raise failure  # a login that may look at nothing: that, and not the server's language, is what is wrong
        must_be_decided(self.server, root)
        self._holds_control = isinstance(reply, Reply) and reply.status == 200
        return self._judged(root, link or "", reply, began)

    async def control(self, url: str, link: str | None) -> Control:
        """A place's own control document, by its given link or by the learned naming, which the answer must prove."""
        began = time.monotonic()
        if self.is_late:
            return Control(Own.BLIND, link or "", cause=self.too_long)
        if link:
            return self._judged(url, link, await self._reply("GET", link), began)
        naming, guessed = await self._learned(url), None
        if naming is not None and naming not in url[len(self._pod.storage) :]:
            guessed = await self._reply("GET", url + naming)
            if isinstance(guessed, Reply) and self._proves(guessed, url):
                return self._judged(url, url + naming, guessed, began)
        head = await self._reply("HEAD", url)
        if isinstance(head, LifepodError):
            return Control(Own.BLIND, cause=str(head))
        given = head.link("acl")
        if not given:
            return Control(Own.BLIND, cause="the server names no access document for it")
        if guessed is not None and given == url + (naming or ""):
            return self._judged(url, given, guessed, began)  # the name was right; what it answered proved nothing
        return self._judged(url, given, await self._reply("GET", given), began)

    async def again(self, url: str, before: Control) -> Control:
        """A control document that was read earlier: ``before`` itself where the server says it is still the same."""
        began = time.monotonic()
        if self.is_late:
            return Control(Own.BLIND, before.document, cause=self.too_long)
        reply = await self._reply("GET", before.document, {"If-None-Match": before.etag})
        if isinstance(reply, Reply) and reply.status == 304:
            return before
        return self._judged(url, before.document, reply, began)

    def _proves(self, reply: Reply, url: str) -> bool:
        """Whether the answer can only have come from the access document of ``url``."""
        if reply.status == 404:
            return all(link.rel != "acl" for link in reply.links)  # also one that leads elsewhere is a link
        if reply.status != 200:
            return False
        try:
            return names_place(document_of(reply), url, self.server)
        except LifepodError:
            return False

    async def _learned(self, url: str) -> str | None:
        """What the server appends to a document's address, learned once; ``None`` where a 404 would prove nothing."""
        async with self._naming_lock:
            if not self._asked_naming:
                self._asked_naming = True
                absent = await self._reply("HEAD", self._pod.storage + _NOWHERE)
                linked = isinstance(absent, Reply) and absent.status == 404 and absent.link("acl") is not None
                link = await self.link(url) if linked else None
                if link and link.startswith(url):
                    self._naming = link[len(url) :]
            return self._naming

    async def link(self, url: str, *, must_be_there: bool = False) -> str | None:
        """The access document's address by the place's own ``Link``; may raise where the place ``must_be_there``."""
        reply = await self._reply("HEAD", url)
        if isinstance(reply, LifepodError):
            if must_be_there:
                raise reply
            return None
        if must_be_there and reply.status == 404:
            raise failure_of("HEAD", reply) or Missing(f"{plain(url)} is not there.", place=url)
        return reply.link("acl")

    def _judged(self, url: str, link: str, reply: Reply | LifepodError | None, began: float) -> Control:
        """What an answer on a control document means (only a 404 told to someone with control means "none")."""
        if reply is None:
            return Control(Own.BLIND, cause="the server names no access document for it")
        if isinstance(reply, LifepodError):
            return Control(Own.BLIND, link, cause=str(reply))
        if reply.status == 404 and self._holds_control:
            return Control(Own.NONE, link)
        if reply.status != 200:
            return Control(Own.BLIND, link, cause=f"{reply.status}: {_CAUSES.get(reply.status, 'the server failed')}")
        try:
            if len(reply.body) > self._limits.control_bytes:
                raise TooBig(f"it is larger than {self._limits.control_bytes} bytes.", place=link)
            document = document_of(reply)
            rules = rules_of(document, url, self.server)
        except LifepodError as error:
            return Control(Own.BLIND, link, cause=f"its access document cannot be read: {error}")
        self.documents[url] = document
        tag, idle = settled_tag(reply, time.monotonic() - began), idle_of(document, url, self.server)
        return Control(Own.RULES, link, rules, tag, idle=idle)

    async def _reply(self, method: str, url: str, more: Mapping[str, str] = {}) -> Reply | LifepodError:
        """An answer or why there is none; asked once more where only time can tell."""
        reply = await self._once(method, url, {**ACCEPT, **more})
        if isinstance(reply, Unreachable) or (isinstance(reply, Reply) and reply.status >= 500):
            reply = await self._once(method, url, {**ACCEPT, **more})
        return reply

    async def _once(self, method: str, url: str, headers: dict[str, str]) -> Reply | LifepodError:
        try:
            return await self._pod.ask(method, url, headers)
        except LifepodError as error:
            return error
