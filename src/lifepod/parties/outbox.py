"""What is to be told to the other side: put aside before it is sent, and taken away when their inbox took it.

It refuses to put a message aside for an address that nobody can have, to forget one that was not delivered, and to let
one of them stop the others. One that was sent and not taken away is sent again, which does no harm: records are the
same under the same name.
"""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import dataclass

from lifepod.errors import Conflict, LifepodError, Malformed, Missing
from lifepod.parties.filing import ACCEPT
from lifepod.parties.post import deliver
from lifepod.parties.rooms import make_room
from lifepod.parties.senders import card_at, must_be_fetchable
from lifepod.plain import plain
from lifepod.solid.pod import Pod

OUTBOX = "lifepod/outbox/"


@dataclass(frozen=True, slots=True)
class Notice:
    """A record that somebody is to be told of."""

    name: str
    """Of the message: ``lifepod-<uuid>``."""
    to: str
    """WebID."""
    record: str
    """Where the record lies in our own pod."""


@dataclass(frozen=True, slots=True)
class Told:
    """Whether a message arrived."""

    note: Notice
    arrived: bool
    why: str = ""
    """Why it did not."""


def must_be_tellable(pod: Pod, webids: Iterable[str]) -> None:
    """Raise :class:`Malformed` for a WebID that nobody could ever be told under; nothing is asked."""
    for webid in webids:
        why = why_never(pod, webid)
        if why:
            raise Malformed(
                f"{plain(webid)} is no WebID that can be told: {why}",
                place=webid,
                advice="Give the full WebID of whom you mean, such as https://shop.example/profile/card#me.",
            )


def why_never(pod: Pod, webid: str) -> str:
    """Why nothing can ever be sent to a WebID, in words; empty where it can be tried."""
    try:
        must_be_fetchable(webid, pod.storage or pod.webid)
    except Malformed as error:
        return plain(error)
    return ""


async def put_aside(pod: Pod, note: Notice) -> None:
    """Notice that somebody is to be told of a record, before the record itself is kept: so no record stays untold."""
    await make_room(pod, pod.storage + "lifepod/")
    url = f"{pod.storage}{OUTBOX}{note.name}.json"
    said = json.dumps({"to": note.to, "record": note.record}, indent=1).encode()
    try:
        await pod.put(url, said, match=None, content_type="application/json")
    except Conflict:
        pass  # from a time before, when it did not arrive


async def tell(pod: Pod, note: Notice, now: str) -> Told:
    """Send a record that was put aside; where it cannot be delivered it stays in the outbox."""
    try:
        card, _ = await card_at(pod, note.to, now)
        body = (await pod.get(note.record, accept=ACCEPT)).body
        await deliver(pod, card, body, note.name)
    except (LifepodError, ValueError) as error:  # nothing that lies in the outbox may stop what lies beside it
        return Told(note, arrived=False, why=plain(error))
    try:
        await take_away(pod, note)
    except LifepodError:
        pass  # it arrived; that it is sent once more does no harm
    return Told(note, arrived=True)


async def take_away(pod: Pod, note: Notice) -> None:
    """Forget a message: it arrived, or what it told was taken back and nobody could ever be told."""
    try:
        await pod.delete(f"{pod.storage}{OUTBOX}{note.name}.json")
    except Missing:
        pass


async def untold(pod: Pod) -> tuple[Notice, ...]:
    """What waits in the outbox."""
    try:
        listing = await pod.list(pod.storage + OUTBOX)
    except Missing:
        return ()
    out = []
    for url, _ in listing.members:
        try:
            raw = json.loads((await pod.get(url, accept="application/json")).body)
            out.append(Notice(url.rpartition("/")[2].removesuffix(".json"), str(raw["to"]), str(raw["record"])))
        except (LifepodError, ValueError, KeyError, TypeError, RecursionError):
            continue  # nothing of ours
    return tuple(note for note in out if note.record.startswith(pod.storage))


async def tell_again(pod: Pod, now: str) -> tuple[Told, ...]:
    """Send all that waits once more."""
    return tuple([await tell(pod, note, now) for note in await untold(pod)])
