"""Answers as what they mean: a graph by its media type, a container's members, what a document may be patched with.

It refuses to ask for anything, and to take a member that a container cannot have.
"""

from __future__ import annotations

import json
import re
from dataclasses import dataclass, replace
from urllib.parse import unquote

from lifepod.errors import LifepodError, Malformed, TooBig
from lifepod.limits import LIMITS, Limits
from lifepod.plain import plain
from lifepod.rdf.flat import members
from lifepod.rdf.jsonld import read_jsonld
from lifepod.rdf.turtle import Document, Graph, parse_turtle, same_triples, write_turtle
from lifepod.solid.wire import JSON_LD, TURTLE, Reply, own_spelling, settled_tag

RDF = f"{TURTLE}, {JSON_LD};q=0.5"
"""What we ask for where linked data is wanted."""
AS_IT_LIES = f"{TURTLE}, {JSON_LD}"
"""The same without a wish for one of them: no server then rewrites a document.

Asked for Turtle of JSON-LD, Community Solid Server fetches the contexts that it names from the network, and hangs where
there is none.
"""
TURTLES = frozenset({TURTLE, "text/n3", "application/n-triples", "application/x-turtle"})
"""Media types that a Turtle parser reads."""


@dataclass(frozen=True, slots=True)
class Listing:
    """A container as it was listed, or why it could not be."""

    url: str
    members: tuple[tuple[str, str], ...] = ()
    """URL and time of change (``""`` where the server does not say) of each member, sorted by URL."""
    control: str | None = None
    """Target of ``Link rel="acl"``, if one came along."""
    wac_allow: bool = False
    """Whether the answer carried ``WAC-Allow``."""
    failure: LifepodError | None = None
    cut: bool = False
    """A limit was reached: there is more below than was walked."""
    etag: str = ""
    """Its settled version (:func:`~lifepod.solid.wire.settled_tag`), to ask again whether it changed."""
    unchanged: bool = False
    """The server says that it is what was known before (304)."""


def listing_of(reply: Reply, took: float, limits: Limits = LIMITS) -> Listing:
    """A container's answer → its listing; ``took`` is how long it was under way, seconds. Raises :class:`Malformed`."""
    found = members(turtle_of(reply, limits), reply.url, limits)
    # The one spelling we ask for, whatever the server's is; two spellings of one member are one.
    spelt = {own_spelling(u): when for u, when in found.items() if _is_member(u, reply.url)}
    inside = tuple(sorted(spelt.items()))
    return Listing(reply.url, inside, reply.link("acl"), "wac-allow" in reply.headers, etag=settled_tag(reply, took))


def names_members(reply: Reply, limits: Limits = LIMITS) -> bool:
    """Whether a container's answer names anything it holds, in whatever spelling."""
    return bool(members(turtle_of(reply, limits), reply.url, limits))


def document_of(reply: Reply, limits: Limits = LIMITS) -> Document:
    """An answer as a graph, by its media type; raises :class:`Malformed`."""
    if reply.content_type == JSON_LD:
        return Document(reply.url, read_jsonld(reply.body, reply.url, limits), reply.etag)
    if _is_unnamed_jsonld(reply):
        graph = read_jsonld(_one_context(reply.body), reply.url, limits)
        if not len(graph):
            raise Malformed(f"{plain(reply.url)} has no type and holds no linked data.", place=reply.url)
        return Document(reply.url, graph, reply.etag)
    return Document(reply.url, parse_turtle(turtle_of(reply, limits), reply.url, limits), reply.etag)


def _is_unnamed_jsonld(reply: Reply) -> bool:
    """Whether an answer without a telling type is JSON-LD by its content: access documents of JavaScript Solid Server.

    WAC wants Turtle here (https://solidproject.org/TR/wac#server-get-acl-turtle).
    """
    if reply.content_type not in ("", "application/octet-stream"):
        return False
    start = reply.body[:4096].lstrip()
    return start[:1] in (b"{", b"[") and b'"@context"' in start


def _one_context(body: bytes) -> bytes:
    """A list of nodes whose first one carries the context of all, as JavaScript Solid Server writes and reads it."""
    try:
        nodes = json.loads(body)
    except (ValueError, RecursionError):
        return body
    if not isinstance(nodes, list) or not all(isinstance(node, dict) for node in nodes):
        return body
    if any("@context" in node for node in nodes[1:]):
        return body
    return json.dumps({"@context": nodes[0].pop("@context", {}), "@graph": nodes}).encode()


def escaped(reply: Reply, limits: Limits = LIMITS) -> Reply:
    """A listing in JSON-LD whose members stand there as they are called, made into one whose members are addresses."""
    if reply.content_type != JSON_LD or len(reply.body) > limits.document_bytes:
        raise Malformed(f"{plain(reply.url)} cannot be listed.", place=reply.url)

    def repaired(found: re.Match[bytes]) -> bytes:
        return found[1] + _UNSAFE.sub(lambda one: b"%%%02X" % one[0][0], found[2]) + b'"'

    return replace(reply, body=_IDS.sub(repaired, reply.body))


_IDS = re.compile(rb'("@id"\s*:\s*")((?:[^"\\]|\\.)*)"')
_UNSAFE = re.compile(rb"[\x00-\x20<>{}|^`]|%(?![0-9A-Fa-f]{2})")


def same_as_text(document: Document | None, text: str | None) -> bool:
    """Whether a document says what a kept Turtle text says; no document is no text."""
    if document is None or text is None:
        return document is None and text is None
    return same_triples(document.graph, parse_turtle(text.encode(), document.url))


def turtle_of(reply: Reply, limits: Limits = LIMITS) -> bytes:
    """The body of an answer as Turtle; raises :class:`Malformed` for other media types."""
    if reply.content_type in TURTLES:
        return reply.body
    if reply.content_type == JSON_LD:
        return write_turtle(read_jsonld(reply.body, reply.url, limits))
    raise Malformed(
        f"{plain(reply.url)} is no linked data (it is {plain(reply.content_type or 'of unknown type', 60)}).",
        place=reply.url,
        advice="Read it as a file; lifepod interprets only Turtle and JSON-LD.",
    )


def _is_member(url: str, container: str) -> bool:
    # What a listing names outside its own container is not the container's to name.
    rest = url[len(container) :] if url.startswith(container) else ""
    name = rest.removesuffix("/")
    return bool(name) and unquote(name) not in (".", "..") and not set(name) & set("/?#")


def checked(url: str, body: bytes | Graph, content_type: str, limits: Limits = LIMITS) -> bytes:
    """The bytes to send; raises :class:`Malformed` where they are not what their type says, or :class:`TooBig`."""
    kind = content_type.split(";")[0].strip().lower()
    if isinstance(body, Graph) and kind != TURTLE:
        raise Malformed(f"A graph is written as Turtle, not as {plain(content_type, 60)}.", place=url)
    data = write_turtle(body) if isinstance(body, Graph) else body
    if len(data) > limits.document_bytes:
        raise TooBig(f"{plain(url)} would be larger than {limits.document_bytes} bytes.", place=url)
    if kind == JSON_LD:
        read_jsonld(data, url, limits)
    elif kind in TURTLES and not isinstance(body, Graph):
        parse_turtle(data, url, limits)
    return data
