"""Live updates: one iterator over what happens to a place, by whatever channel its server offers.

It refuses to lose a change in silence, to wait for a consumer that is slow (what does not fit is told as ``unknown``),
and to promise silence after a revocation: a server may go on telling through a channel that stands.
Source: https://solidproject.org/TR/notifications-protocol

* WebSocketChannel2023, then StreamingHTTPChannel2023, then an ``Updates-Via`` socket, then polling: one loop for all.
* Each time a channel stands anew the place is looked at and compared with what was known; so is it from time to time.
* The channel we made on the server is ended when the iterator is closed.
"""

from __future__ import annotations

import asyncio
import hashlib
import random
import time
from collections import Counter, deque
from collections.abc import AsyncGenerator, AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace

import httpx2

from lifepod.errors import LifepodError, Malformed, Missing, NotSignedIn, Refused, Unreachable
from lifepod.limits import Limits
from lifepod.plain import plain
from lifepod.solid import channels as ch
from lifepod.solid.channels import Notice, Offers, Version, after, change_of, confirmed, differences, is_known
from lifepod.solid.channels import Notification as Notification  # what the iterator hands out
from lifepod.solid.reading import Listing
from lifepod.solid.resources import Resources
from lifepod.solid.sockets import Inlet, offered, streaming, subscribed, updates_via, websocket
from lifepod.solid.wire import failure_of, is_loopback, origin_of, settled_tag


@dataclass(frozen=True, slots=True)
class Listening:
    """How a place is listened to."""

    kinds: tuple[str, ...] = ch.KINDS
    """Channels that may be used, the best one first."""
    channel_seconds: float | None = None
    """How long a subscription shall last; ``None`` leaves it to the server."""
    first_pause: float = 0.5
    """Seconds before a broken channel is opened again; doubled each time it breaks at once, and spread by chance."""
    longest_pause: float = 60.0
    settle_seconds: float = 3.5
    """Quiet after a message until the place is looked at, so that its version is beyond doubt."""
    look_seconds: float = 0.5
    """The shortest time between two looks that messages ask for."""
    held: int = 1000
    """Changes that wait for a slow consumer."""
    transport: httpx2.AsyncBaseTransport | None = None
    """The line of sockets, for tests."""


LISTENING = Listening()
_STEADY_SECONDS = 30.0
"""A channel that stood so long has not broken at once."""
_TRIES = 3
"""Times in a row that a channel may fail before a lesser one is used for a while."""
_SHORTEST_PAUSE = 0.01
_POLLS = 10
"""Polls until a channel that failed is tried again."""

_RENEWED_AT = 0.8
"""Part of its life after which a subscription is made anew."""
_SHORTEST_SECONDS = 1.0
"""A subscription that lasts no longer would be made anew all the time."""
_GREETING_SECONDS = 1.0
_GOODBYE_SECONDS = 8.0

Ready = Callable[[str], None]
"""Hears the kind of each channel that stands."""


async def changes(
    pod: Resources, url: str, *, every: float = 60.0, ready: Ready | None = None, how: Listening = LISTENING
) -> AsyncGenerator[Notification, None]:
    """What happens to a place from now on; for a container also the members that come and go. It never ends by itself.

    ``every`` is the pause between two polls, seconds. ``ready`` is called with the kind of channel each time one
    stands: what happens after that is told. Raises what the first look raises, and later
    :class:`~lifepod.errors.Refused` or :class:`~lifepod.errors.NotSignedIn` where a look is no longer allowed; a server
    that is away is waited for. Close the iterator (``aclose``) to end the channel on the server too.
    """
    topic = pod.url(url)
    if not topic.startswith("https:") and not is_loopback(topic):
        raise Malformed(f"{plain(topic)} is not encrypted; it is not listened to.", place=topic)
    outbox = _Outbox(topic, how.held)
    task = asyncio.create_task(_Watch(pod, topic, every, outbox, how).run(ready or _unheard))
    task.add_done_callback(lambda _: outbox.news.set())
    try:
        while True:
            while (change := outbox.take()) is not None:
                yield change
            if task.done():
                task.result()
                return
            outbox.news.clear()
            await outbox.news.wait()
    finally:
        while not task.done():
            task.cancel()
            await asyncio.wait({task}, timeout=_GOODBYE_SECONDS)
        if not task.cancelled():
            task.exception()  # told already, or nobody is left to hear it


def _unheard(kind: str) -> None:
    """Nobody asked to hear it."""


class _Outbox:
    """What waits for the consumer, within bounds."""

    def __init__(self, topic: str, most: int) -> None:
        self._topic, self._most, self._lost = topic, most, False
        self._waiting: deque[Notification] = deque()
        self.news = asyncio.Event()

    def put(self, change: Notification) -> None:
        if len(self._waiting) >= self._most:
            self._lost = True
        else:
            self._waiting.append(change)
        self.news.set()

    def take(self) -> Notification | None:
        if self._waiting:
            return self._waiting.popleft()
        if self._lost:
            self._lost = False
            return Notification(self._topic, "unknown")
        return None


class _Watch:
    """One place, listened to until it is cancelled or no longer allowed."""

    def __init__(self, pod: Resources, topic: str, every: float, outbox: _Outbox, how: Listening) -> None:
        self._pod, self._topic, self._outbox, self._how = pod, topic, outbox, how
        self._every = max(every, _SHORTEST_PAUSE)
        self._known: Version | None = None
        self._looked = 0.0
        """When, by our clock."""
        self._states_are_tags = False
        self._names: deque[tuple[str, ...]] = deque(maxlen=256)
        self._bad: Counter[str] = Counter()

    async def run(self, ready: Ready) -> None:
        """Keep a channel standing; raises what :func:`changes` says."""
        broken = 0
        while True:
            began = time.monotonic()
            try:
                await self._round(ready)
                broken = 0
                continue
            except Unreachable:
                if self._known is None:
                    raise
            broken = 0 if time.monotonic() - began > _STEADY_SECONDS else broken + 1
            pause = min(self._how.longest_pause, self._how.first_pause * 2 ** min(broken, 20))
            await asyncio.sleep(pause * random.uniform(0.5, 1.0))  # noqa: S311  # no secret

    async def _round(self, ready: Ready) -> None:
        """Open the best channel there is and hold it until it is time to open one anew."""
        offers = await offered(self._pod, self._topic)
        failure: LifepodError | None = None
        for kind in (k for k in self._how.kinds if self._bad[k] < _TRIES):
            stands = False
            try:
                async with self._opened(kind, offers) as (inlet, lasts):
                    stands = True
                    await self._hold(kind, inlet, lasts, ready)
                    return
            except LifepodError as error:
                # Refused or unreadable: asking again at once would not help.
                self._bad[kind] += 0 if kind == ch.POLL else 1 if isinstance(error, Unreachable) else _TRIES
                if stands:
                    raise
                failure = error
        self._bad.clear()
        raise failure or Unreachable(f"Nothing tells of {plain(self._topic)} now.", host=origin_of(self._topic))

    @asynccontextmanager
    async def _opened(self, kind: str, offers: Offers) -> AsyncIterator[tuple[Inlet, float | None]]:
        """A channel and how many seconds it lasts yet; raises :class:`Missing` where none of the kind is offered."""
        topic, limits, line = self._topic, self._pod.limits, self._how.transport
        address = {ch.WEBSOCKET: offers.service, ch.STREAMING: offers.streaming, ch.UPDATES_VIA: offers.updates_via}
        if kind == ch.POLL:
            yield Inlet(None), None
        elif not address[kind]:
            raise Missing(f"{plain(topic)} offers no live channel of this kind.", place=topic)
        elif kind == ch.STREAMING:
            async with streaming(self._pod, topic, address[kind]) as inlet:
                await inlet.next(_GREETING_SECONDS)  # how things stand, which we are about to see ourselves
                yield inlet, None
        elif kind == ch.UPDATES_VIA:
            async with updates_via(topic, address[kind], limits, line) as inlet:
                yield inlet, None
        else:
            asked, began = self._how.channel_seconds, time.monotonic()
            async with (
                subscribed(self._pod, topic, address[kind], asked) as channel,
                websocket(topic, channel.receive_from, limits, line) as inlet,
            ):
                lasts = None if channel.seconds is None else channel.seconds - (time.monotonic() - began)
                if lasts is not None and lasts < _SHORTEST_SECONDS:
                    raise Unreachable(f"The live channel of {plain(topic)} is over before it began.")
                yield inlet, lasts

    async def _hold(self, kind: str, inlet: Inlet, lasts: float | None, ready: Ready) -> None:
        """Tell what a channel tells until it must be renewed; raises :class:`Unreachable` where it breaks."""
        began = time.monotonic()
        ends = began + (1e9 if lasts is None else lasts * _RENEWED_AT)
        polls = _POLLS if kind == ch.POLL and self._bad else None
        await self._compare(ch.POLL, gap=True)
        ready(kind)
        asked, check = False, self._due(kind)
        while (now := time.monotonic()) < ends and polls != 0:
            if now - began > _STEADY_SECONDS:
                self._bad.pop(kind, None)
            notice = await inlet.next(min(check, ends) - now)
            if notice is not None and not notice.kind:
                asked, check = True, min(check, self._looked + self._how.look_seconds)
            elif notice is not None:
                check = self._due(kind) if self._tell(notice, kind) and not asked else check
            elif time.monotonic() >= check:
                await self._checked(kind, asked)
                asked, check, polls = False, self._due(kind), polls and polls - 1
        if polls == 0:
            self._bad.clear()

    def _due(self, kind: str) -> float:
        """When to look next, unasked."""
        known = self._known or Version()
        # A socket is pinged, a stream is not: its line may be dead without a sign.
        pause = self._every * (10 if kind in (ch.WEBSOCKET, ch.UPDATES_VIA) else random.uniform(0.9, 1.0))  # noqa: S311
        unsure = known.told or bool(known.tag and not known.settled)
        return time.monotonic() + (min(pause, self._how.settle_seconds) if unsure else pause)

    async def _checked(self, kind: str, asked: bool) -> None:
        """Look while a channel stands; raises :class:`Unreachable` where it should have told what we find."""
        alone = kind in (ch.WEBSOCKET, ch.STREAMING) and not asked
        try:
            untold = await self._compare(kind if asked else ch.POLL, gap=asked)
        except (Refused, NotSignedIn):
            if not alone:
                raise
            self._looked = time.monotonic()  # the channel may go on telling; a new one will not be given
        else:
            if untold and alone:
                raise Unreachable(f"The live channel of {plain(self._topic)} does not tell all.")

    async def _compare(self, via: str, *, gap: bool) -> bool:
        """Look, and tell what differs from what was known; whether anything did."""
        known, since = self._known, time.monotonic() - self._looked
        self._looked = time.monotonic()
        now = await look(self._pod, self._topic, known)
        self._known = confirmed(known, now, since) if known else now
        if known is None:
            return False
        self._states_are_tags |= known.told and bool(now.tag) and known.tag == now.tag
        found = differences(known, now, self._topic)
        if known.told and not gap:
            # No message was missed; and that a state is written unlike a tag is no change.
            real = {"created", "deleted", "added", "removed"} | ({"updated"} if self._states_are_tags else set())
            found = tuple(change for change in found if change.kind in real)
        for change in found:
            self._outbox.put(replace(change, via=via))
        return bool(found)

    def _tell(self, notice: Notice, kind: str) -> bool:
        """Hand on what a message says, once; whether it said anything of the place."""
        change = change_of(notice, self._topic, kind)
        name = (notice.name, notice.kind, notice.subject, notice.state)
        if change is None or (notice.name and name in self._names):
            return False
        self._names.append(name)
        known = self._known or Version()
        if not is_known(known, change):
            self._known = after(known, change)
            self._outbox.put(change)
        return True


async def look(pod: Resources, url: str, known: Version | None = None) -> Version:
    """What a place holds now; the body is read only where its tag does not tell. Raises what reading raises."""
    tag = known.tag if known and known.there and known.settled else ""
    if url.endswith("/"):
        try:
            listing = await pod.list(url, known=Listing(url, etag=tag) if known and known.members is not None else None)
        except Missing:
            return Version(there=False)
        except Malformed:
            pass  # a listing that cannot be read still has bytes to compare
        else:
            if listing.unchanged and known is not None:
                return known
            inside = frozenset(member for member, _ in listing.members)
            return Version(True, listing.etag, bool(listing.etag), members=inside)
    began = time.monotonic()
    headers = {"Accept": "*/*"} | ({"If-None-Match": tag} if tag else {})
    async with pod.open("GET", url, headers) as opened:
        reply = opened.reply
        if reply.status == 304 and known is not None:
            return known
        if reply.status in (404, 410):
            return Version(there=False)
        failure = failure_of("GET", reply)
        if failure is not None:
            raise failure
        settled, when = settled_tag(reply, time.monotonic() - began), reply.headers.get("last-modified", "")
        if settled and not (known and known.digest and known.tag == settled):
            return Version(True, settled, True, when=when)
        # The same tag may have stood for two bodies as long as it was young.
        digest = await _digest(opened.parts, url, pod.limits)
        return Version(True, reply.etag or "", bool(settled), digest, when=when)


async def _digest(parts: AsyncIterator[bytes], url: str, limits: Limits) -> str:
    """Of a body, or empty where it is larger than a document may be."""
    digest, size = hashlib.sha256(), 0
    try:
        async with asyncio.timeout(limits.request_seconds * 4):
            async for part in parts:
                size += len(part)
                if size > limits.document_bytes:
                    return ""
                digest.update(part)
    except TimeoutError:
        raise Unreachable(f"{plain(url)} does not answer in time.", host=origin_of(url)) from None
    return digest.hexdigest()
