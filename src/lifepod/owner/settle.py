"""Makes a fresh pod ready: closed root, profile with storage, inbox and type index, containers for the owner alone.

It refuses to touch a pod without saying what it found and did, and to close what somebody opened on purpose: it closes
only what a new pod has open by the server's own default.

A container's rules are written before the container: it is never open, not for a moment, and wherever this is cut off,
doing it again ends in the same pod.
"""

from __future__ import annotations

from dataclasses import dataclass

from lifepod.access.audit import Audit
from lifepod.access.fresh import closed_to_public, inbox_rules, private_rules
from lifepod.access.rules import NOBODY, STRANGER, Answer, Mode
from lifepod.errors import Conflict, Missing, Undecided
from lifepod.owner.look import look
from lifepod.solid.pod import Pod
from lifepod.solid.profile import completed, profile_of
from lifepod.solid.typeindex import empty_type_index

INBOX, TYPE_INDEX = "inbox/", "settings/privateTypeIndex.ttl"
PRIVATE = ("journal/", "lifepod/")
"""Containers that belong to the owner alone until they grant something below."""


@dataclass(frozen=True, slots=True)
class Settled:
    """What was done, one sentence each; empty where the pod was ready already."""

    done: tuple[str, ...]


async def settle(pod: Pod, *, listed: bool = False) -> Settled:
    """Make the pod ready; safe to repeat. ``listed`` leaves the root's listing public, as the server made it."""
    done: list[str] = []
    if not listed and await _close_root(pod):
        done.append("closed the list of your pod's contents, which the server had made public")
    if await _made(pod, INBOX, inbox=True):
        done.append("made an inbox: anyone signed in may leave a message, nobody else reads it")
    if await _make_type_index(pod):
        done.append("made a private type index")
    if await _complete_profile(pod):
        done.append("named storage, inbox and type index in your profile")
    for name in PRIVATE:
        if await ensure_private(pod, name):
            done.append(f"made {name} for you alone")
    return Settled(tuple(done))


async def _close_root(pod: Pod) -> bool:
    ground = await look(pod, pod.storage, below=False)
    document = ground.documents.get(pod.storage)
    if document is None:
        raise Undecided(f"The access document of {pod.storage} cannot be read, so its listing was not closed.")
    graph = closed_to_public(document, pod.storage, pod.webid, ground.survey.server)
    if graph is None:
        return False
    await pod.update(document, graph, at_once=True)
    reply = await pod.nobody.send("GET", pod.storage, {"Accept": "text/turtle"})
    if reply.status not in (401, 403):
        raise Conflict(f"The root of {pod.storage} was closed, but still answers {reply.status} to everyone.")
    return True


async def _made(pod: Pod, name: str, *, inbox: bool = False) -> bool:
    """Make a container with rules of its own; whether it was missing."""
    url = pod.storage + name
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
        raise Undecided(f"The server names no access document for {url}.")
    server = (await look(pod, pod.storage, below=False)).survey.server
    rules = (inbox_rules if inbox else private_rules)(link, url, pod.webid, server)
    try:
        await pod.write(link, rules, match=None)
    except Conflict:
        # Rules for what is not there yet: ours from a time that was cut off, or somebody's that lie in wait (W23).
        await pod.update(await pod.read(link), rules, at_once=True)
    await pod.create_container(url)
    return True


async def _make_type_index(pod: Pod) -> bool:
    profile = profile_of(await pod.read(pod.webid.split("#")[0]), pod.webid)
    url = pod.storage + TYPE_INDEX
    if profile.private_type_indexes:
        return False
    try:
        await pod.write(url, empty_type_index(url), match=None)
    except Conflict:
        return False
    return True


async def _complete_profile(pod: Pod) -> bool:
    profile = profile_of(await pod.read(pod.webid.split("#")[0]), pod.webid)
    after = completed(profile, storage=pod.storage, inbox=pod.storage + INBOX, type_index=pod.storage + TYPE_INDEX)
    if len(after) == len(profile.document.graph):
        return False
    await pod.update(profile.document, after)
    return True


async def ensure_private(pod: Pod, name: str) -> bool:
    """See that a container exists, for the owner alone if it is made now; whether it was.

    One that stands is left as it is; :func:`must_be_closed` says whether it may be used.
    """
    return await _made(pod, name)


async def must_be_closed(pod: Pod, name: str) -> None:
    """Raise :class:`Undecided` where the public or anyone signed in may reach the container or what is put there.

    Agents that were let in by name are the person's own choice.
    """
    url = pod.storage + name
    audit = Audit((await look(pod, url, below=False)).survey)
    for visitor, word in ((NOBODY, "everyone"), (STRANGER, "anyone signed in")):
        open_ = [
            m for m in Mode for v in (audit.verdict, audit.verdict_below) if v(url, visitor, m).answer is not Answer.NO
        ]
        if open_:
            raise Undecided(
                f"{word.capitalize()} may be able to {open_[0]} {url} or what lies in it, so nothing was put there.",
                advice=f"Close it first (`lifepod who {name}` shows why it is open), then import again.",
            )
