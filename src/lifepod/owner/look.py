"""A look at the pod: every place with its own access control, as a survey, with the fewest requests.

It refuses to walk without bounds, to hide a blind spot, and to take "could not read" for "inherits".

* Each container is listed once and each access document asked for once.
* Where a document's access document lies is never assumed: the naming is learned from one ``Link`` and proved at
  every answer. A 404 proves it only on servers that link even a missing *resource* to an access document (so that a
  404 without such a link came from an access document itself); on others every document is asked for its link.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable
from contextlib import aclosing
from datetime import UTC, datetime

from lifepod.access.change import Ground
from lifepod.access.dialects import dialect_of, members_of, must_be_wac, names_place, rules_of
from lifepod.access.rules import BlindSpot, Kind
from lifepod.access.survey import Control, Own, Place, Survey, parent_of
from lifepod.errors import LifepodError, Malformed, Missing, NotSignedIn, TooBig, Unreachable
from lifepod.limits import LIMITS, Limits
from lifepod.plain import plain
from lifepod.solid.pod import Document, Listing, Pod, document_of
from lifepod.solid.wire import Reply, failure_of

Tell = Callable[[int, int], None]
"""Hears how many places were looked at, of how many are known so far."""

_ACCEPT = {"Accept": "text/turtle"}
_NOWHERE = "lifepod-asks-for-nothing-here"
_Queue = asyncio.Queue[tuple[str, str | None] | None]


def quiet(done: int, known: int) -> None:
    """A :data:`Tell` that says nothing."""


async def look(pod: Pod, place: str, *, below: bool = True, tell: Tell = quiet, limits: Limits = LIMITS) -> Ground:
    """Survey ``place`` (a URL in the pod), everything under it, and every container above it.

    Raises :class:`Missing` where the place is not there, :class:`Unreachable` or :class:`NotSignedIn` where the pod's
    root does not answer, :class:`Undecided` where the server does not speak WAC; all else that cannot be seen is a
    blind spot in the survey.
    """
    if not place.startswith(pod.storage) or not pod.storage:
        raise Malformed(f"{plain(place)} is not in the pod {plain(pod.storage)}.", place=place)
    began, clock, sent = datetime.now(UTC), time.monotonic(), pod.requests
    gaze = _Gaze(pod, tell, limits)
    await gaze.above(place)
    await gaze.down(place, below)
    await gaze.gather_groups()
    survey = Survey(
        storage=pod.storage,
        root=place,
        owner=pod.webid,
        surveyed_at=began.isoformat(timespec="seconds").replace("+00:00", "Z"),
        places=tuple(Place(url, gaze.controls[url]) for url in sorted(gaze.controls)),
        groups=tuple(sorted(gaze.groups.items())),
        blind=tuple(gaze.blind),
        requests=pod.requests - sent,
        seconds=round(time.monotonic() - clock, 3),
    )
    return Ground(survey, gaze.documents)


class _Gaze:
    def __init__(self, pod: Pod, tell: Tell, limits: Limits) -> None:
        self._pod, self._tell, self._limits = pod, tell, limits
        self._ends = time.monotonic() + limits.survey_seconds
        self._naming: str | None = None
        self._naming_lock = asyncio.Lock()
        self._asked_naming = False
        self._holds_control = False
        self.known = 0
        self.controls: dict[str, Control] = {}
        self.documents: dict[str, Document] = {}
        self.groups: dict[str, tuple[str, ...] | None] = {}
        self.blind: list[BlindSpot] = []

    async def above(self, place: str) -> None:
        """The containers above, from the root down; the root tells the dialect and whether we hold control."""
        chain = []
        up: str | None = place
        while up is not None:
            chain.append(up)
            up = parent_of(up, self._pod.storage)
        root = chain.pop()
        head = await self._reply("HEAD", root)
        failure = failure_of("HEAD", head) if isinstance(head, Reply) else head
        if isinstance(head, LifepodError) or isinstance(failure, Unreachable | NotSignedIn | Missing):
            raise failure or Unreachable(f"{plain(root)} does not answer.")
        link = head.link("acl")
        reply = await self._reply("GET", link) if link else None
        types = [li.target for li in reply.links if li.rel == "type"] if isinstance(reply, Reply) else []
        # Someone with control alone gets a bare 403 for the root, and WAC-Allow only with its access document.
        told = [r for r in (head, reply) if isinstance(r, Reply) and "wac-allow" in r.headers]
        must_be_wac(dialect_of(types, has_wac_allow=bool(told)), root)
        self._holds_control = isinstance(reply, Reply) and reply.status == 200
        self.controls[root] = self._judged(root, link or "", reply)
        for container in reversed(chain[1:]):
            self.controls[container] = await self._control(container, await self._link(container))
        if chain and not place.endswith("/"):
            self.controls[place] = await self._control(place, await self._link(place, must_be_there=True))

    async def down(self, place: str, below: bool) -> None:
        """The place and, if wanted, all under it: a walk feeds a few workers that ask for access documents."""
        if not place.endswith("/"):
            return
        queue = _Queue()
        workers = [asyncio.create_task(self._work(queue)) for _ in range(self._limits.in_flight)]
        try:
            if below:
                async with aclosing(self._pod.walk(place)) as walk:
                    async for listing in walk:
                        self._take(listing, queue, place)
                        if self._late:
                            self.blind.append(BlindSpot(place, f"{self._too_long}; more may lie below"))
                            break
            elif place not in self.controls:
                queue.put_nowait((place, await self._link(place, must_be_there=True)))
            for _ in workers:
                queue.put_nowait(None)
            await asyncio.gather(*workers)
        finally:
            for worker in workers:
                worker.cancel()

    @property
    def _late(self) -> bool:
        return time.monotonic() >= self._ends

    @property
    def _too_long(self) -> str:
        return f"the look took longer than {self._limits.survey_seconds:.0f} s"

    def _take(self, listing: Listing, queue: _Queue, root: str) -> None:
        if listing.failure is not None:
            if listing.url == root and isinstance(listing.failure, Missing | Unreachable):
                raise listing.failure
            self.blind.append(BlindSpot(listing.url, f"what it holds cannot be listed: {listing.failure}"))
        if listing.cut:
            self.blind.append(BlindSpot(listing.url, "more lies below than one look may walk"))
        if listing.url not in self.controls:
            queue.put_nowait((listing.url, listing.control))
        for url, _ in listing.members:
            if not url.endswith("/"):
                queue.put_nowait((url, None))
        self.known += 1 + sum(not url.endswith("/") for url, _ in listing.members)

    async def _work(self, queue: _Queue) -> None:
        while (job := await queue.get()) is not None:
            url, link = job
            self.controls[url] = await self._control(url, link)
            self._tell(len(self.controls), max(self.known, len(self.controls)))

    async def _control(self, url: str, link: str | None) -> Control:
        """A place's own control document, by its given link or by the learned naming, which the answer must prove."""
        if self._late:
            return Control(Own.BLIND, link or "", cause=self._too_long)
        if link:
            return self._judged(url, link, await self._reply("GET", link))
        naming, guessed = await self._learned(url), None
        if naming is not None and naming not in url[len(self._pod.storage) :]:
            guessed = await self._reply("GET", url + naming)
            if isinstance(guessed, Reply) and self._proves(guessed, url):
                return self._judged(url, url + naming, guessed)
        given = await self._link(url)
        if not given:
            return Control(Own.BLIND, cause="the server names no access document for it")
        if guessed is not None and given == url + (naming or ""):
            return self._judged(url, given, guessed)  # the name was right; what it answered proved nothing
        return self._judged(url, given, await self._reply("GET", given))

    def _proves(self, reply: Reply, url: str) -> bool:
        """Whether the answer can only have come from the access document of ``url``."""
        if reply.status == 404:
            return reply.link("acl") is None
        if reply.status != 200:
            return False
        try:
            return names_place(document_of(reply), url)
        except LifepodError:
            return False

    async def _learned(self, url: str) -> str | None:
        """What the server appends to a document's address, learned once; ``None`` where a 404 would prove nothing."""
        async with self._naming_lock:
            if not self._asked_naming:
                self._asked_naming = True
                absent = await self._reply("HEAD", self._pod.storage + _NOWHERE)
                linked = isinstance(absent, Reply) and absent.status == 404 and absent.link("acl") is not None
                link = await self._link(url) if linked else None
                if link and link.startswith(url):
                    self._naming = link[len(url) :]
            return self._naming

    async def _link(self, url: str, *, must_be_there: bool = False) -> str | None:
        reply = await self._reply("HEAD", url)
        if isinstance(reply, LifepodError):
            if must_be_there:
                raise reply
            return None
        if must_be_there and reply.status == 404:
            raise failure_of("HEAD", reply) or Missing(f"{plain(url)} is not there.", place=url)
        return reply.link("acl")

    def _judged(self, url: str, link: str, reply: Reply | LifepodError | None) -> Control:
        """What an answer on a control document means (only a 404 told to someone with control means "none")."""
        if reply is None:
            return Control(Own.BLIND, cause="the server names no access document for it")
        if isinstance(reply, LifepodError):
            return Control(Own.BLIND, link, cause=str(reply))
        if reply.status == 404 and self._holds_control:
            return Control(Own.NONE, link)
        if reply.status == 200:
            try:
                if len(reply.body) > self._limits.control_bytes:
                    raise TooBig(f"it is larger than {self._limits.control_bytes} bytes.", place=link)
                document = document_of(reply)
                self.documents[url] = document
                return Control(Own.RULES, link, rules_of(document, url), document.etag or "")
            except LifepodError as error:
                return Control(Own.BLIND, link, cause=f"its access document cannot be read: {error}")
        causes = {
            401: "we are not signed in",
            403: "we may not read who has access",
            404: "told to nobody in particular",
        }
        return Control(Own.BLIND, link, cause=f"{reply.status}: {causes.get(reply.status, 'the server failed')}")

    async def _reply(self, method: str, url: str) -> Reply | LifepodError:
        """An answer or why there is none; asked once more where only time can tell."""
        reply = await self._once(method, url)
        if isinstance(reply, Unreachable) or (isinstance(reply, Reply) and reply.status >= 500):
            reply = await self._once(method, url)
        return reply

    async def _once(self, method: str, url: str) -> Reply | LifepodError:
        try:
            return await self._pod.ask(method, url, dict(_ACCEPT))
        except LifepodError as error:
            return error

    async def gather_groups(self) -> None:
        """Members of every group a rule names, read as nobody: that is how servers read them."""
        named = {w.iri for c in self.controls.values() for r in c.rules for w in r.audience if w.kind is Kind.GROUP}
        lists: dict[str, Document | None] = {}
        for group in sorted(named):
            url = group.split("#")[0]
            if url not in lists:
                lists[url] = await self._group_list(url)
            document = lists[url]
            self.groups[group] = None if document is None else members_of(document, group)

    async def _group_list(self, url: str) -> Document | None:
        try:
            reply = await self._pod.nobody.send("GET", url, dict(_ACCEPT))
            return document_of(reply) if reply.status == 200 else None
        except LifepodError:
            return None
