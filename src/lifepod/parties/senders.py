"""Other people's WebID documents: read as nobody, within narrow bounds, and the card in them.

It refuses to send a login along, to follow an address out of a message, and to fetch from private networks.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import dataclass, replace
from time import monotonic
from urllib.parse import urldefrag, urlsplit

from lifepod.errors import LifepodError, Malformed, Missing, Unreachable
from lifepod.limits import LIMITS
from lifepod.plain import plain
from lifepod.rdf.turtle import Document, parse_turtle, write_turtle
from lifepod.solid.hosts import leads_inside
from lifepod.solid.pod import Pod, document_of
from lifepod.solid.wire import failure_of, is_loopback, origin_of, own_spelling
from lifepod.terms.cards import Card as Card  # part of what is known of a sender
from lifepod.terms.cards import card_of

_BYTES = 256 * 1024
_SECONDS = 5.0
_PATIENCE = 30.0
"""Seconds that documents which are not to be had may cost one run."""
_OPEN_AT_ONCE = 8
"""Documents that are held as graphs: a graph takes ten times the room of its text."""
_RDF = {"Accept": "text/turtle, application/ld+json;q=0.5"}


async def card_at(pod: Pod, webid: str, at: str) -> tuple[Card, bytes]:
    """The card of a WebID and a copy of its document as Turtle; raises where it is not to be had.

    https only, but for this machine's own addresses where our own pod is one of them; at most 256 KiB and 5 s.
    """
    page = await _page_at(pod, webid)
    return page.card(webid, at), page.body


def card_from(body: bytes, webid: str, at: str) -> Card:
    """The card in a kept copy of a WebID document (Turtle); raises :class:`Malformed`."""
    return card_of(_document_from(body, urldefrag(webid).url), webid, at)


def _document_from(body: bytes, url: str) -> Document:
    limits = replace(LIMITS, document_bytes=_BYTES, triples=20_000)
    return Document(url, parse_turtle(body, url, limits))


@dataclass(frozen=True, slots=True)
class _Page:
    """A WebID document as it was read; it may speak of many."""

    document: Document
    subjects: frozenset[str]
    body: bytes

    def card(self, webid: str, at: str) -> Card:
        if webid not in self.subjects:
            said = f"{plain(self.document.url)} answers, but does not speak of {plain(webid)}."
            raise Missing(said, place=webid)
        return card_of(self.document, webid, at)


def _page_of(document: Document, body: bytes) -> _Page:
    return _Page(document, frozenset(str(subject) for subject in set(document.graph.subjects())), body)


async def _page_at(pod: Pod, webid: str) -> _Page:
    must_be_fetchable(webid, pod.storage or pod.webid)
    url = urldefrag(webid).url
    try:
        async with asyncio.timeout(_SECONDS):
            await must_be_reachable(url, pod.storage or pod.webid)
            reply = await pod.nobody.send("GET", url, _RDF, at_most=_BYTES)
    except TimeoutError:
        raise Unreachable(f"{plain(url)} took longer than {_SECONDS:.0f} s.", host=url) from None
    failure = failure_of("GET", reply)
    if failure is not None:
        raise failure
    document = document_of(reply, replace(pod.limits, document_bytes=_BYTES, triples=20_000))
    return _page_of(document, write_turtle(document.graph))


def must_be_fetchable(url: str, own: str) -> None:
    """Raise :class:`Malformed` for addresses that only an attacker has us ask; ``own``: our pod, or our WebID.

    It is judged as it will be sent, not as it is written: ``①27.0.0.1`` goes to this machine. Names are judged by
    their spelling alone; :func:`must_be_reachable` also looks where they lead.
    """
    spelt = own_spelling(url)
    parts = urlsplit(spelt)
    if is_loopback(spelt):
        if is_loopback(own):
            return
    elif parts.scheme == "https" and not leads_inside(parts.hostname or ""):
        return
    raise Malformed(f"{plain(url)} is not an address that is asked: https in the open net.", place=url)


async def must_be_reachable(url: str, own: str) -> None:
    """The same, and :class:`Malformed` where any address that its name stands for lies in a private network.

    The server of our own pod may stand there. A name that nobody knows passes: whoever asks it is told.
    """
    must_be_fetchable(url, own)
    spelt = own_spelling(url)
    if is_loopback(spelt) or (own and origin_of(spelt) == origin_of(own_spelling(own))):
        return
    parts = urlsplit(spelt)
    try:
        found = await asyncio.get_running_loop().getaddrinfo(parts.hostname, parts.port or 443)
    except (OSError, UnicodeError):
        return
    if any(leads_inside(str(address[0])) for *_, address in found):
        said = f"{plain(url)} leads into a private network; only https in the open net is asked."
        raise Malformed(said, place=url)


class _Patience:
    """How long a run waits for what is not to be had; waits at the same time count once."""

    def __init__(self, seconds: float, clock: Callable[[], float]) -> None:
        self._left, self._clock = seconds, clock
        self._counted = clock()
        self._answered: set[str] = set()

    def now(self) -> float:
        return self._clock()

    def must_last(self, url: str) -> None:
        """Raise :class:`Unreachable` for a host that was not heard yet, once patience is over."""
        if self._left > 0 or origin_of(url) in self._answered:
            return
        said = f"{plain(url)} was not asked any more in this pass, because others kept it waiting; look again later."
        raise Unreachable(said, host=origin_of(url), advice="Look again later.")

    def failed(self, since: float) -> None:
        now = self._clock()
        self._left -= max(0.0, now - max(since, self._counted))
        self._counted = now

    def answered(self, url: str) -> None:
        self._answered.add(origin_of(url))


class Cards:
    """Cards of one run: each document is asked once, whatever it speaks of, and those that hang do not hold it up."""

    def __init__(self, pod: Pod, at: str, patience: float = _PATIENCE, clock: Callable[[], float] = monotonic) -> None:
        self._pod, self._at, self._patience = pod, at, _Patience(patience, clock)
        self._known: dict[str, Card | LifepodError] = {}
        self._copies: dict[str, tuple[bytes, str | None] | LifepodError] = {}
        """Text and version of each document, or why it is not to be had, by its address."""
        self._open: dict[str, _Page] = {}
        self._turns: dict[str, asyncio.Lock] = {}
        self.bodies: dict[str, bytes] = {}
        """What each card was read from, by WebID."""

    async def get(self, webid: str) -> Card | LifepodError:
        """The card, or why it is not to be had."""
        if webid not in self._known:
            try:
                page = await self._page(webid)
                self._known[webid], self.bodies[webid] = page.card(webid, self._at), page.body
            except LifepodError as error:
                self._known[webid] = error
        return self._known[webid]

    async def _page(self, webid: str) -> _Page:
        must_be_fetchable(webid, self._pod.storage or self._pod.webid)  # of what is no address, no part can be taken
        url = urldefrag(webid).url
        async with self._turns.setdefault(url, asyncio.Lock()):
            if url not in self._copies:
                await self._ask(url)
        copy = self._copies[url]
        if isinstance(copy, LifepodError):
            raise copy
        if url not in self._open:
            body, etag = copy
            self._keep_open(url, _page_of(replace(_document_from(body, url), etag=etag), body))
        return self._open[url]

    async def _ask(self, url: str) -> None:
        since = self._patience.now()
        try:
            self._patience.must_last(url)
            page = await _page_at(self._pod, url)
        except LifepodError as error:
            self._patience.failed(since)
            self._copies[url] = error
            return
        self._patience.answered(url)
        self._copies[url] = (page.body, page.document.etag)
        self._keep_open(url, page)

    def _keep_open(self, url: str, page: _Page) -> None:
        while len(self._open) >= _OPEN_AT_ONCE:
            del self._open[next(iter(self._open))]
        self._open[url] = page
