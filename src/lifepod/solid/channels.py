"""Live updates as values: which channels a place offers, what a subscription and a message say, what changed in a gap.

It refuses to open a connection, to take an address on another server, and to believe a message about another place.
Sources: https://solidproject.org/TR/notifications-protocol, https://solid.github.io/notifications/websocket-channel-2023,
https://solid.github.io/notifications/streaming-http-channel-2023, https://github.com/solid/solid-spec/blob/master/api-websockets.md

* Unreadable is never silent: a message that cannot be read is a :class:`Notice` of kind ``""``, "look yourself".
* A version tag proves sameness only where it was settled (:func:`~lifepod.solid.wire.settled_tag`) or the body is
  known as well.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from email.utils import parsedate_to_datetime
from urllib.parse import urlsplit

from lifepod.errors import LifepodError, Malformed
from lifepod.names import AS, RDF_TYPE, SOLID, SOLID_STORAGE_DESCRIPTION
from lifepod.plain import plain
from lifepod.rdf.turtle import Graph, parse_turtle
from lifepod.solid.wire import Reply, is_loopback, origin_of, own_spelling

NOTIFY = "http://www.w3.org/ns/solid/notifications#"
NOTIFY_CONTEXT = "https://www.w3.org/ns/solid/notification/v1"
WEBSOCKET_2023 = NOTIFY + "WebSocketChannel2023"
STREAMING_2023 = SOLID + "updatesViaStreamingHttp2023"

WEBSOCKET, STREAMING, UPDATES_VIA, POLL = "websocket", "streaming", "updates-via", "poll"
KINDS = (WEBSOCKET, STREAMING, UPDATES_VIA, POLL)
"""Channels, the best one first."""
_ACTIVITIES = {"Create": "created", "Update": "updated", "Delete": "deleted", "Add": "added", "Remove": "removed"}
_DIFFERENCES = 10_000
"""Members that came or went in one gap and are told one by one; past that the container is told as a whole."""
_UNSEEN = 20_000
"""Members that messages may add to what we remember between two looks; past that only versions are compared."""
_NAME_CHARS, _STATE_CHARS = 1000, 1000
"""No file system has longer names, no server longer tags; a server that tells them would fill our memory."""


@dataclass(frozen=True, slots=True)
class Notification:
    """Something that happened to a place."""

    url: str
    kind: str
    """``created``, ``updated``, ``deleted``, ``added``, ``removed``, or ``unknown``: it may have changed unseen."""
    when: str = ""
    """Time as the server tells it; empty where it does not."""
    state: str = ""
    """Version after the change (ETag); empty where it is not known."""
    via: str = POLL
    """The channel that told it; ``poll`` for what was found by comparing versions."""
    container: str = ""
    """For ``added`` and ``removed``: the container that :attr:`url` is a member of."""


@dataclass(frozen=True, slots=True)
class Notice:
    """One message of a channel, not yet believed."""

    kind: str = ""
    """As in :class:`Notification`; empty: something happened, look yourself."""
    subject: str = ""
    target: str = ""
    when: str = ""
    state: str = ""
    name: str = ""
    """What the server calls the message."""


LOOK = Notice()
"""Something happened, and the message does not say what."""


@dataclass(frozen=True, slots=True)
class Offers:
    """Addresses through which a place can be listened to, all on its own server; empty where there is none."""

    description: str = ""
    """The storage description, which names subscription services."""
    streaming: str = ""
    updates_via: str = ""
    service: str = ""
    """Where a WebSocketChannel2023 is subscribed to."""


@dataclass(frozen=True, slots=True)
class Channel:
    """A subscription that stands. Whoever knows its addresses can listen and end it: they are never shown."""

    id: str = field(repr=False)
    receive_from: str = field(repr=False)
    seconds: float | None = None
    """How long it lasts from when it was made; ``None`` where the server names no end."""


@dataclass(frozen=True, slots=True)
class Version:
    """What a place held when it was looked at, or when a message told of it."""

    there: bool = True
    tag: str = ""
    settled: bool = False
    """Whether every later change must have another :attr:`tag`."""
    digest: str = ""
    """Of the body; empty where it was not read."""
    members: frozenset[str] | None = None
    """Of a container."""
    when: str = ""
    """``Last-Modified``."""
    told: bool = False
    """It comes from a message; nobody looked."""
    unseen: frozenset[str] = frozenset()
    """Of :attr:`members`, those that only messages told of: servers tell of some that they never list."""


# Finding channels


def offers_of(reply: Reply) -> Offers:
    """What a place's headers offer; addresses on other servers are left out, since the login goes along."""
    description, streaming = reply.link(SOLID_STORAGE_DESCRIPTION) or "", reply.link(STREAMING_2023) or ""
    try:
        updates_via = socket_url(reply.headers.get("updates-via", ""), reply.url)
    except Malformed:
        updates_via = ""
    if reply.status >= 300:
        streaming = ""  # Community Solid Server names a blank node there for what does not exist
    same = origin_of(reply.url)
    return Offers(
        description if origin_of(description) == same else "",
        streaming if origin_of(streaming) == same else "",
        updates_via,
    )


def service_of(description: Graph, channel_type: str, topic: str) -> str:
    """The subscription service of one channel type on the topic's own server, from a storage description; or empty."""
    named = {str(s) for s, p, o in description if str(p) == NOTIFY + "channelType" and str(o) == channel_type}
    return next((url for url in sorted(named) if origin_of(url) == origin_of(topic)), "")


def socket_url(address: str, topic: str) -> str:
    """A WebSocket address on the topic's own server; raises :class:`Malformed`, without naming it: it is a secret."""
    refused = Malformed(f"The live channel of {plain(topic)} lies on another server or is not encrypted.", place=topic)
    try:
        there, here = urlsplit(address), urlsplit(topic)
        ports = (there.port or {"ws": 80}.get(there.scheme, 443), here.port or {"http": 80}.get(here.scheme, 443))
    except ValueError:
        raise refused from None
    secure = there.scheme == "wss" or (there.scheme == "ws" and here.scheme == "http" and is_loopback(topic))
    if not secure or there.hostname != here.hostname or ports[0] != ports[1] or there.username or there.fragment:
        raise refused
    return address


# Subscribing


def subscription(topic: str, channel_type: str, end_at: str = "") -> bytes:
    """The request for a channel (Notifications Protocol §Subscription Request); ``end_at`` as ``xsd:dateTime``."""
    said = {"@context": [NOTIFY_CONTEXT], "type": channel_type, "topic": topic}
    return json.dumps(said | ({"endAt": end_at} if end_at else {})).encode()


def channel_of(reply: Reply, topic: str) -> Channel:
    """What the server answered to a subscription; raises :class:`Malformed`.

    Its life is counted from the server's own ``Date``, since its clock is not ours.
    """
    said = _object(reply.body.decode("utf-8", "replace"))
    if said is None:
        raise Malformed(f"{plain(topic)}: the server's answer to a subscription cannot be read.", place=topic)
    asked = _text(said, "topic")
    if asked and not _same(asked, topic):
        raise Malformed(f"{plain(topic)}: the server subscribed to another place than was asked for.", place=topic)
    name = _text(said, "id")
    own = name if name and origin_of(name) == origin_of(topic) else ""
    return Channel(own, socket_url(_text(said, "receiveFrom"), topic), _life(_text(said, "endAt"), reply))


def _life(end_at: str, reply: Reply) -> float | None:
    try:
        ends, now = datetime.fromisoformat(end_at), parsedate_to_datetime(reply.headers.get("date", ""))
        return max(0.0, (ends - now).total_seconds())
    except (ValueError, TypeError, OverflowError):
        return None


# Messages


def notice_of(text: str) -> Notice:
    """One ActivityStreams message in JSON-LD, as WebSocketChannel2023 sends it; unreadable ones mean :data:`LOOK`."""
    said = _object(text)
    if said is None:
        return LOOK
    types = said.get("type", said.get("@type"))
    kinds = [_kind(one) for one in (types if isinstance(types, list) else [types]) if isinstance(one, str)]
    kind = next((one for one in kinds if one), "")
    return Notice(kind, *(_text(said, key) for key in ("object", "target", "published", "state", "id")))


def notices_of(turtle: bytes, base: str) -> tuple[Notice, ...]:
    """The messages in a piece of Turtle, as StreamingHTTPChannel2023 sends them; raises :class:`Malformed`."""
    graph = parse_turtle(turtle, base)
    said: dict[str, dict[str, str]] = {}
    for s, p, o in graph:
        said.setdefault(str(s), {})[_tail(str(p)) if str(p) != RDF_TYPE else "type"] = str(o)
    return tuple(
        Notice(
            _kind(one["type"]),
            one.get("object", ""),
            one.get("target", ""),
            one.get("published", ""),
            one.get("state", ""),
            name,
        )
        for name, one in sorted(said.items(), key=lambda item: item[1].get("published", ""))
        if "type" in one
    )


def line_of(text: str) -> tuple[str, str]:
    """A line of the ``solid-0.1`` protocol: its word (``ack``, ``pub``, ``err``) and the place it names."""
    words = text[:20_000].split()
    return (words[0].lower() if words else "", words[1] if len(words) > 1 else "")


def change_of(notice: Notice, topic: str, via: str) -> Notification | None:
    """What a message says of the topic; ``None`` where it speaks of another place, which is not its to tell."""
    when, state = plain(notice.when, 60), notice.state[:_STATE_CHARS]
    if _same(notice.subject, topic):
        kind = notice.kind if notice.kind in ("created", "updated", "deleted") else "unknown"
        return Notification(topic, kind, when, state, via)
    member = _spelt(notice.subject)
    name = member.removeprefix(topic).removesuffix("/") if topic.endswith("/") and member.startswith(topic) else ""
    if notice.kind not in ("added", "removed") or not name or "/" in name or not _same(notice.target or topic, topic):
        return None
    if len(name) > _NAME_CHARS:
        return Notification(topic, "unknown", when, state, via)
    return Notification(member, notice.kind, when, state, via, topic)


# Versions


def after(known: Version, change: Notification) -> Version:
    """What a place holds after a change that a message told of."""
    if change.kind == "deleted":
        return Version(there=False, told=True)
    members, unseen = known.members, known.unseen
    if change.kind == "created" and members is not None:
        members = unseen = frozenset()
    elif change.kind == "added" and members is not None and len(unseen) < _UNSEEN:
        members, unseen = members | {change.url}, unseen | ({change.url} - members)
    elif change.kind == "removed" and members is not None:
        members, unseen = members - {change.url}, unseen - {change.url}
    elif change.container:
        members, unseen = None, frozenset()
    return Version(True, change.state, members=members, when=change.when, told=True, unseen=unseen)


def is_known(known: Version, change: Notification) -> bool:
    """Whether the state a message tells of is exactly the one we know."""
    return bool(change.state) and known.there and known.settled and change.state == known.tag


def confirmed(known: Version, now: Version, since: float) -> Version:
    """``now``, with its tag settled where the same body carried it ``since`` seconds ago, longer than a tag's grain."""
    same = bool(now.tag and now.digest) and (known.tag, known.digest) == (now.tag, now.digest)
    return replace(now, settled=True) if same and since >= 2.0 else now


def differences(known: Version, now: Version, topic: str) -> tuple[Notification, ...]:
    """What changed between two looks; ``unknown`` where neither tag nor body can tell."""
    whole = Notification(topic, "updated", plain(now.when, 60), now.tag)
    if not known.there or not now.there:
        if known.there == now.there:
            return ()
        return (replace(whole, kind="created"),) if now.there else (Notification(topic, "deleted"),)
    tags = bool(known.tag and now.tag)
    moved = tags and known.tag != now.tag
    if known.members is not None and now.members is not None:
        came, went = sorted(now.members - known.members), sorted(known.members - now.members)
        if len(came) + len(went) > _DIFFERENCES:
            return (whole,)
        told = [replace(whole, url=url, kind="added", container=topic) for url in came]
        told += [
            replace(whole, url=url, kind="unknown" if url in known.unseen else "removed", container=topic)
            for url in went
        ]
        return tuple(told) or ((whole,) if moved and not known.told else ())
    if moved:
        return (whole,)
    if tags and known.settled:
        return ()
    if known.digest and now.digest:
        return () if known.digest == now.digest else (whole,)
    return (replace(whole, kind="unknown"),)


# Reading


def _object(text: str) -> Mapping[str, object] | None:
    try:
        said = json.loads(text)
    except (ValueError, RecursionError):
        return None
    return said if isinstance(said, dict) else None


def _text(said: Mapping[str, object], key: str) -> str:
    names = (key, "@" + key, "notify:" + key, "as:" + key, NOTIFY + key)
    found = next((said[name] for name in names if name in said), "")
    if isinstance(found, dict):
        found = found.get("id", found.get("@id", found.get("@value", "")))
    return found if isinstance(found, str) else ""


def _kind(activity: str) -> str:
    return _ACTIVITIES.get(activity.removeprefix(AS).removeprefix("as:"), "")


def _tail(iri: str) -> str:
    return iri.removeprefix(AS).removeprefix(NOTIFY)


def _spelt(url: str) -> str:
    try:
        return own_spelling(url)
    except LifepodError:
        return ""


def _same(url: str, topic: str) -> bool:
    return bool(url) and _spelt(url) == topic
