"""Containers with rules of their own, made so that they are never open to anyone else, not for a moment.

It refuses to touch a container that stands already, and to make one where the server's language is not known.

The rules are written before the container, so wherever this is cut off, doing it again ends in the same pod.
"""

from __future__ import annotations

from lifepod.access.fresh import Opens as Opens  # part of what a room is made with
from lifepod.access.fresh import closed_to_public, room_rules
from lifepod.access.servers import Server, must_be_decided, server_of
from lifepod.errors import Conflict, Malformed, Missing, Refused, Undecided
from lifepod.plain import plain
from lifepod.rdf.turtle import Document, Graph
from lifepod.solid.pod import Pod

FOR_OWNER = Opens()


async def language_of(pod: Pod) -> Server:
    """Which access control language the pod's server speaks; raises :class:`Undecided`."""
    head = await pod.head(pod.storage)
    link = head.link("acl")
    types = [] if link is None else [one.target for one in (await pod.ask("GET", link)).links if one.rel == "type"]
    server = server_of(head.headers, types)
    must_be_decided(server, pod.storage)
    return server


async def make_room(pod: Pod, url: str, opens: Opens = FOR_OWNER, server: Server | None = None) -> bool:
    """Make a container that lets in its owner and whom ``opens`` names; whether it was missing."""
    try:
        await pod.head(url)
        return False
    except Missing:
        link = (await pod.ask("HEAD", url)).link("acl")
    if link is None:
        # This server names an access document only for what is there.
        await pod.create_container(url)
        link = (await pod.head(url)).link("acl")
    if link is None:
        raise Undecided(f"The server names no access document for {plain(url)}.")
    rules = room_rules(Document(link, Graph()), url, pod.webid, server or await language_of(pod), opens)
    try:
        await pod.write(link, rules, match=None)
    except Conflict:
        # Rules for what is not there yet: ours from a time that was cut off, or somebody's that lie in wait (W23).
        await pod.update(await pod.read(link), rules, at_once=True)
    await pod.create_container(url)
    return True


async def close_root(pod: Pod) -> bool:
    """Take out of the root's rules what they give the public; whether there was any. Raises :class:`Undecided`."""
    link = (await pod.head(pod.storage)).link("acl")
    if link is None:
        raise _unread(pod)
    server = await language_of(pod)
    try:
        document = await pod.read(link)
    except (Refused, Missing, Malformed):
        raise _unread(pod) from None
    graph = closed_to_public(document, pod.storage, pod.webid, server)
    if graph is None:
        return False
    await pod.update(document, graph, at_once=True)
    reply = await pod.nobody.send("GET", pod.storage, {"Accept": "text/turtle"})
    if reply.status not in (401, 403):
        raise Conflict(f"The root of {pod.storage} was closed, but still answers {reply.status} to everyone.")
    return True


def _unread(pod: Pod) -> Undecided:
    return Undecided(f"The access document of {pod.storage} cannot be read, so its listing was not closed.")
