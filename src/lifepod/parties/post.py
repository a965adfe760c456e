"""Messages: delivered to an inbox, and taken in from one's own, one at a time (https://www.w3.org/TR/ldn/).

It refuses to take the address of an answer from a message (it comes from the WebID document), to fetch anything a
message names, and to delete what was not filed.
"""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import dataclass

from lifepod.errors import LifepodError, Malformed, Missing, TooBig, Unreachable
from lifepod.limits import Limits
from lifepod.parties.senders import must_be_reachable
from lifepod.plain import plain
from lifepod.solid.pod import Pod
from lifepod.solid.wire import JSON_LD, failure_of, length_told, own_spelling
from lifepod.terms.cards import Card

_READ = "*/*"
"""A message is taken as it lies there: asked for one type, a server would rewrite what came in another."""


async def deliver(pod: Pod, card: Card, body: bytes, name: str, content_type: str = JSON_LD) -> str:
    """Put a message into the inbox a card names; the address it got, empty where the server tells none.

    Raises :class:`Missing` where there is no inbox, and what posting raises. ``name`` is a wish for the file's name.
    """
    if not card.inbox:
        raise Missing(
            f"{plain(card.webid)} names no inbox, so nothing can be sent.",
            place=card.webid,
            advice="Ask them to make one; what you filed stays, and can be sent later.",
        )
    if not card.inbox.endswith("/"):
        raise Malformed(f"The inbox of {plain(card.webid)} is no container.", place=card.inbox)
    await _must_be_theirs(pod, card)
    reply = await pod.ask("POST", card.inbox, {"Content-Type": content_type, "Slug": name}, body)
    failure = failure_of("POST", reply)
    if isinstance(failure, Unreachable):
        raise failure
    if failure is not None:
        raise type(failure)(f"The inbox of {plain(card.webid)} did not take it: {failure}") from None
    return reply.headers.get("location", "")


async def _must_be_theirs(pod: Pod, card: Card) -> None:
    """Raise :class:`Malformed` for an inbox in one's own pod, or where only an attacker would have us write.

    A WebID document names its inbox freely, and what is sent there is sent with one's own login.
    """
    inbox = own_spelling(card.inbox)
    await must_be_reachable(inbox, pod.storage or pod.webid)
    if pod.storage and inbox.startswith(own_spelling(pod.storage)) and card.webid != pod.webid:
        said = f"{plain(card.webid)} names an inbox in your own pod ({plain(inbox)}); nothing is sent there."
        raise Malformed(said, place=inbox)


@dataclass(frozen=True, slots=True)
class Message:
    """One thing that lies in the inbox."""

    url: str
    body: bytes = b""
    content_type: str = ""
    at: str = ""
    """When the server says it came; empty where it does not."""
    failure: LifepodError | None = None
    """Why it was not opened."""


async def messages(pod: Pod, inbox: str, limits: Limits) -> AsyncIterator[Message]:
    """What lies in an inbox, by name, one in memory at a time; what is too big is named and not opened."""
    listing = await pod.list(inbox)
    for url, when in listing.members:
        if url.endswith("/"):
            continue
        yield await _opened(pod, url, when, limits)


async def _opened(pod: Pod, url: str, when: str, limits: Limits) -> Message:
    try:
        size = length_told(await pod.ask("HEAD", url, {"Accept": _READ}))
        if size is not None and size > limits.record_bytes:
            said = f"It is too big to be a message ({size} bytes); not opened."
            return Message(url, at=when, failure=TooBig(said, bound=limits.record_bytes, place=url))
        reply = await pod.ask("GET", url, {"Accept": _READ}, at_most=limits.record_bytes)
    except LifepodError as error:
        return Message(url, at=when, failure=error)
    return Message(url, reply.body, reply.content_type, when, failure_of("GET", reply))
