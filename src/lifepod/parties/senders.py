"""Other people's WebID documents: read as nobody, within narrow bounds, and the card in them.

It refuses to send a login along, to follow an address out of a message, and to fetch from private networks.
"""

from __future__ import annotations

import asyncio
from dataclasses import replace
from ipaddress import ip_address
from urllib.parse import urldefrag, urlsplit

from lifepod.errors import LifepodError, Malformed, Missing, Unreachable
from lifepod.limits import LIMITS
from lifepod.plain import plain
from lifepod.rdf.turtle import Document, parse_turtle, write_turtle
from lifepod.solid.pod import Pod, document_of
from lifepod.solid.wire import failure_of, is_loopback
from lifepod.terms.cards import Card as Card  # part of what is known of a sender
from lifepod.terms.cards import card_of

_BYTES = 256 * 1024
_SECONDS = 5.0
_RDF = {"Accept": "text/turtle, application/ld+json;q=0.5"}


async def card_at(pod: Pod, webid: str, at: str) -> tuple[Card, bytes]:
    """The card of a WebID and a copy of its document as Turtle; raises where it is not to be had.

    https only, but for this machine's own addresses where our own pod is one of them; at most 256 KiB and 5 s.
    """
    must_be_fetchable(webid, pod.storage or pod.webid)
    url = urldefrag(webid).url
    try:
        async with asyncio.timeout(_SECONDS):
            reply = await pod.nobody.send("GET", url, _RDF, at_most=_BYTES)
    except TimeoutError:
        raise Unreachable(f"{plain(url)} took longer than {_SECONDS:.0f} s.", host=url) from None
    failure = failure_of("GET", reply)
    if failure is not None:
        raise failure
    document = document_of(reply, replace(pod.limits, document_bytes=_BYTES, triples=20_000))
    card = card_of(document, webid, at)
    if not any(str(subject) == webid for subject in document.graph.subjects()):
        raise Missing(f"{plain(url)} answers, but does not speak of {plain(webid)}.", place=webid)
    return card, write_turtle(document.graph)


def card_from(body: bytes, webid: str, at: str) -> Card:
    """The card in a kept copy of a WebID document (Turtle); raises :class:`Malformed`."""
    url = urldefrag(webid).url
    limits = replace(LIMITS, document_bytes=_BYTES, triples=20_000)
    return card_of(Document(url, parse_turtle(body, url, limits)), webid, at)


def must_be_fetchable(url: str, own: str) -> None:
    """Raise :class:`Malformed` for addresses that only an attacker has us ask."""
    parts = urlsplit(url)
    if is_loopback(url):
        if is_loopback(own):
            return
    elif parts.scheme == "https" and "@" not in parts.netloc and not _is_private(parts.hostname or ""):
        return
    raise Malformed(f"{plain(url)} is not an address that is asked: https in the open net.", place=url)


def _is_private(host: str) -> bool:
    try:
        return not ip_address(host).is_global
    except ValueError:
        return host.endswith((".local", ".internal", ".localhost")) or "." not in host


class Cards:
    """Cards of one run, each sender asked once."""

    def __init__(self, pod: Pod, at: str) -> None:
        self._pod, self._at = pod, at
        self._known: dict[str, Card | LifepodError] = {}
        self.bodies: dict[str, bytes] = {}
        """What each card was read from, by WebID."""

    async def get(self, webid: str) -> Card | LifepodError:
        """The card, or why it is not to be had."""
        if webid not in self._known:
            try:
                self._known[webid], self.bodies[webid] = await card_at(self._pod, webid, self._at)
            except LifepodError as error:
                self._known[webid] = error
        return self._known[webid]
