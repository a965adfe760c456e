"""Makes a fresh pod ready: closed root, profile with storage, inbox and type index, containers for the owner alone.

It refuses to touch a pod without saying what it found and did, and to close what somebody opened on purpose: it closes
only what a new pod has open by the server's own default.

A container's rules are written before the container: it is never open, not for a moment, and wherever this is cut off,
doing it again ends in the same pod.
"""

from __future__ import annotations

from dataclasses import dataclass

from lifepod.access.audit import Audit
from lifepod.access.rules import NOBODY, STRANGER, Answer, Mode
from lifepod.errors import Conflict, Undecided
from lifepod.owner.look import look
from lifepod.parties.rooms import Opens, close_root, make_room
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
    if not listed and await close_root(pod):
        done.append("closed the list of your pod's contents, which the server had made public")
    if await make_room(pod, pod.storage + INBOX, Opens(signed_in=True)):
        done.append("made an inbox: anyone signed in may leave a message, nobody else reads it")
    if await _make_type_index(pod):
        done.append("made a private type index")
    if await _complete_profile(pod):
        done.append("named storage, inbox and type index in your profile")
    for name in PRIVATE:
        if await ensure_private(pod, name):
            done.append(f"made {name} for you alone")
    return Settled(tuple(done))


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
    return await make_room(pod, pod.storage + name)


async def must_be_closed(pod: Pod, name: str) -> None:
    """Raise :class:`Undecided` where the public or anyone signed in may reach the container or what is put there.

    Agents that were let in by name are the person's own choice.
    """
    url = pod.storage + name
    audit = Audit((await look(pod, url, below=False)).survey)
    for visitor, word in ((NOBODY, "everyone"), (STRANGER, "anyone signed in")):
        answers = {m: [v(url, visitor, m).answer for v in (audit.verdict, audit.verdict_below)] for m in Mode}
        if opened := [mode for mode, found in answers.items() if Answer.YES in found]:
            raise Undecided(
                f"{word.capitalize()} is able to {opened[0]} {url} or what lies in it, so nothing was put there.",
                advice=f"Close it first (`lifepod who {name}` shows why it is open), then try again.",
            )
        if unsure := [mode for mode, found in answers.items() if Answer.UNKNOWN in found]:
            why = f": {audit.blind[0].place} could not be looked into ({audit.blind[0].cause})" if audit.blind else ""
            raise Undecided(
                f"Nobody can tell whether {word} is able to {unsure[0]} {url}{why}. So nothing was put there.",
                advice=f"Try again; `lifepod blind` tells where nobody can look, `lifepod who {name}` who gets in.",
            )
