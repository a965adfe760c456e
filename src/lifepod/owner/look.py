"""A look at the pod: every place with its own access control, as a survey, with the fewest requests.

It refuses to walk without bounds, to hide a blind spot, and to take "could not read" for "inherits".

* Each container is listed once and each access document asked for once.
* Where a proof says that a container's version tells whether access documents came or went, an earlier survey is only
  confirmed: what the server calls unchanged is taken over, all else is asked anew.
* "Inherits" is taken over only below containers whose rules still name us with control: without it, a full look would
  hear a refusal and not "there is none".
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator, Callable
from contextlib import aclosing, asynccontextmanager
from dataclasses import dataclass, field, replace

from lifepod.access.plans import Ground
from lifepod.access.survey import BlindSpot, Control, Own, Place, Survey, keeps_control, parent_of
from lifepod.errors import Malformed, Missing, Unreachable
from lifepod.limits import LIMITS, Limits
from lifepod.owner.findings import Findings
from lifepod.owner.gaze import Gaze
from lifepod.owner.groups import Groups, gather_groups
from lifepod.plain import plain
from lifepod.solid.pod import Listing, Pod

Tell = Callable[[int, int], None]
"""Hears how many places were looked at, of how many are known so far."""


def quiet(done: int, known: int) -> None:
    """A :data:`Tell` that says nothing."""


async def look(pod: Pod, place: str, *, below: bool = True, tell: Tell = quiet, limits: Limits = LIMITS) -> Ground:
    """Survey ``place`` (a URL in the pod), everything under it, and every container above it.

    Raises :class:`Missing` where the place is not there, :class:`Unreachable` or :class:`NotSignedIn` where the pod's
    root does not answer, :class:`Undecided` where the server's language is not known; all else that cannot be seen is a
    blind spot in the survey.
    """
    return await Look(pod, place, Way(below, tell, limits)).run()


@dataclass(frozen=True, slots=True)
class Way:
    """How to look."""

    below: bool = True
    """Also at everything under the place."""
    tell: Tell = quiet
    limits: Limits = LIMITS
    findings: Findings = field(default_factory=Findings)
    """What an unfinished look found already; it grows."""
    earlier: Survey | None = None
    """A survey of the whole pod to be confirmed; only where the server's habits were proved."""
    said: str = ""
    """How the server that was proved named itself; by another one ``earlier`` is not confirmed."""


@dataclass(frozen=True, slots=True)
class _Job:
    url: str
    link: str | None
    before: Control | None = None
    """As the earlier survey found it, where the container says nothing came or went."""


def _instead(pod: Pod, place: str) -> str:
    if pod.storage and place + "/" == pod.storage:
        return f"The pod itself is {plain(pod.storage)} with a slash at the end."
    return "Name a place in this pod, or choose the login of the other with --profile NAME (see `lifepod profiles`)."


_NOT_YET = Control(Own.BLIND, cause="not looked at yet")
_Queue = asyncio.Queue[_Job | None]


def without_controls(listing: Listing) -> Listing:
    """The listing without access documents, which some servers list among the members (JavaScript Solid Server).

    The container's own link tells what this server appends; only beside the place it is for is a member taken for one.
    """
    control = listing.control or ""
    naming = control.removeprefix(listing.url)
    if naming in ("", control):
        return listing
    theirs = {control} | {url + naming for url, _ in listing.members if not url.endswith("/")}
    return replace(listing, members=tuple(one for one in listing.members if one[0] not in theirs))


class Look:
    """One look, which can be read while it grows."""

    def __init__(self, pod: Pod, place: str, way: Way) -> None:
        if not place.startswith(pod.storage) or not pod.storage:
            raise Malformed(
                f"{plain(place)} is not in the pod {plain(pod.storage)}.", place=place, advice=_instead(pod, place)
            )
        self._pod, self._place, self._way = pod, place, way
        self._gaze = Gaze(pod, way.limits)
        self._clock, self._sent = time.monotonic(), pod.requests
        self._controls: dict[str, Control] = {}
        self._listings: dict[str, Listing] = {}
        self._held: list[_Job] = []
        self._firm: dict[str, bool] = {}
        self._earlier: Survey | None = None
        self._before: dict[str, Control] = {}
        self._listed_before: dict[str, Listing] = {}
        self._groups = Groups()
        self._blind: list[BlindSpot] = []
        self._known = self._resumed = self._reused = 0

    async def run(self) -> Ground:
        """Everything there is to see; raises as :func:`look` does."""
        await self._above()
        self._recall()
        if self._place.endswith("/"):
            await self._down()
        self._groups = await gather_groups(self._pod, self._controls.values(), self._earlier, self._way.limits)
        return Ground(self._survey(self._controls, []), self._gaze.documents, self._groups.owned)

    def so_far(self) -> Survey:
        """What was seen until now; what is known to be there and was not looked at yet is blind."""
        found = {url for one in self._listings.values() for url, _ in one.members} | set(self._listings)
        pending = sorted(found - set(self._controls))
        unlisted = [
            BlindSpot(url, "what it holds is not listed yet")
            for url in sorted(found | {self._place})
            if url.endswith("/") and url not in self._listings
        ]
        return self._survey(self._controls | dict.fromkeys(pending, _NOT_YET), unlisted)

    def _survey(self, controls: dict[str, Control], waiting: list[BlindSpot]) -> Survey:
        began = self._way.findings.began
        return Survey(
            storage=self._pod.storage,
            root=self._place,
            owner=self._pod.webid,
            surveyed_at=began.isoformat(timespec="seconds").replace("+00:00", "Z"),
            places=tuple(Place(url, controls[url], self._version(url)) for url in sorted(controls)),
            groups=tuple(sorted(self._groups.members.items())),
            blind=(*self._blind, *self._groups.blind, *waiting),
            server=self._gaze.server,
            requests=self._pod.requests - self._sent,
            seconds=round(time.monotonic() - self._clock, 3),
            group_versions=tuple(sorted(self._groups.versions.items())),
            resumed=self._resumed,
            reused=self._reused,
        )

    def _version(self, url: str) -> str:
        """The version of a listing, if all it names was looked at: only then can the survey tell what it named."""
        listing = self._listings.get(url)
        return listing.etag if listing and all(member in self._controls for member, _ in listing.members) else ""

    async def _above(self) -> None:
        """The containers above, from the root down."""
        chain = []
        up: str | None = self._place
        while up is not None:
            chain.append(up)
            up = parent_of(up, self._pod.storage)
        root = chain.pop()
        self._controls[root] = await self._gaze.root(root)
        for container in reversed(chain[1:]):
            self._controls[container] = await self._gaze.control(container, await self._gaze.link(container))
        if chain and not self._place.endswith("/"):
            link = await self._gaze.link(self._place, must_be_there=True)
            self._controls[self._place] = await self._gaze.control(self._place, link)

    def _recall(self) -> None:
        """Take the earlier survey to be confirmed, if it is of this server as it was proved."""
        earlier = self._way.earlier
        if earlier is None or (self._gaze.server, self._gaze.said) != (earlier.server, self._way.said):
            return
        self._earlier = earlier
        self._before = {place.url: place.control for place in earlier.places}
        inside: dict[str, list[tuple[str, str]]] = {}
        for place in earlier.places:
            inside.setdefault(parent_of(place.url, earlier.storage) or "", []).append((place.url, ""))
        for place in earlier.places:
            if place.listing:
                members, control = tuple(inside.get(place.url, ())), place.control.document
                self._listed_before[place.url] = Listing(place.url, members, control or None, etag=place.listing)

    async def _down(self) -> None:
        """The place and, if wanted, all under it: a walk feeds a few workers that ask for access documents."""
        async with self._crew() as queue:
            if not self._way.below:
                if self._place not in self._controls:
                    queue.put_nowait(_Job(self._place, await self._gaze.link(self._place, must_be_there=True)))
                return
            async with aclosing(self._pod.walk(self._place, self._list)) as walk:
                async for listing in walk:
                    self._take(listing, queue)
                    if self._gaze.is_late:
                        self._blind.append(BlindSpot(self._place, f"{self._gaze.too_long}; more may lie below"))
                        break
        async with self._crew() as queue:
            for job in self._held:
                if job.before is not None and self._is_firm(parent_of(job.url, self._pod.storage)):
                    self._settle(job.url, job.before, reused=True)
                else:
                    queue.put_nowait(_Job(job.url, job.link))

    @asynccontextmanager
    async def _crew(self) -> AsyncIterator[_Queue]:
        queue = _Queue()
        workers = [asyncio.create_task(self._work(queue)) for _ in range(self._way.limits.in_flight)]
        try:
            yield queue
            for _ in workers:
                queue.put_nowait(None)
            await asyncio.gather(*workers)
        finally:
            for worker in workers:
                worker.cancel()

    async def _list(self, url: str) -> Listing:
        found = self._way.findings.listings.get(url)
        if found is not None:
            self._resumed += 1
            return found
        listing = await self._pod.list(url, known=self._listed_before.get(url))
        self._way.findings.listed(listing)
        return listing

    def _take(self, listing: Listing, queue: _Queue) -> None:
        if listing.failure is not None:
            if listing.url == self._place and isinstance(listing.failure, Missing | Unreachable):
                raise listing.failure
            self._blind.append(BlindSpot(listing.url, f"what it holds cannot be listed: {listing.failure}"))
        if listing.cut:
            self._blind.append(BlindSpot(listing.url, "more lies below than one look may walk"))
        listing = without_controls(listing)
        self._listings[listing.url] = listing
        before = self._before if listing.unchanged else {}
        if listing.url not in self._controls:
            queue.put_nowait(_Job(listing.url, listing.control, before.get(listing.url)))
        documents = [url for url, _ in listing.members if not url.endswith("/")]
        for url in documents:
            queue.put_nowait(_Job(url, None, before.get(url)))
        self._known += 1 + len(documents)

    async def _work(self, queue: _Queue) -> None:
        while (job := await queue.get()) is not None:
            found, before = self._way.findings.controls.get(job.url), job.before
            if found is not None:
                self._resumed += 1
                self._settle(job.url, found, spool=False)
            elif before is not None and before.own is Own.NONE:
                self._held.append(job)
            elif before is not None and before.own is Own.RULES and before.etag:
                control = await self._gaze.again(job.url, before)
                self._settle(job.url, control, reused=control is before)
            else:
                self._settle(job.url, await self._gaze.control(job.url, job.link))

    def _settle(self, url: str, control: Control, *, reused: bool = False, spool: bool = True) -> None:
        self._controls[url] = control
        self._reused += reused
        if spool:
            self._way.findings.found(url, control)
        self._way.tell(len(self._controls), max(self._known, len(self._controls)))

    def _is_firm(self, container: str | None) -> bool:
        """Whether we certainly hold control below this container, so that "there is none" is what we would hear."""
        if container is None:
            return True
        if container not in self._firm:
            control = self._controls.get(container)  # missing while it is held itself: it inherits
            up = self._is_firm(parent_of(container, self._pod.storage))
            self._firm[container] = up and (control is None or keeps_control(control, self._pod.webid))
        return self._firm[container]
