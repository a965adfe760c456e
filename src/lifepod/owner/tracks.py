"""All that was done to the access of a pod, read at once: the change log, a change that has not ended, the contracts.

It refuses to let one record that cannot be read hide the others, and to write anything.
"""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from dataclasses import dataclass

from lifepod.access.changelog import FINISHED as FINISHED  # how a change may have ended
from lifepod.access.changelog import ROLLED_BACK as ROLLED_BACK
from lifepod.access.changelog import STARTED as STARTED
from lifepod.access.changelog import UNCONFIRMED as UNCONFIRMED
from lifepod.access.changelog import Image as Image
from lifepod.access.grants import Grant, standing
from lifepod.access.images import lines_of
from lifepod.access.servers import WAC_SERVER, Server
from lifepod.errors import Conflict, LifepodError, Malformed, Missing, Undecided
from lifepod.owner.changes import Change as Change
from lifepod.owner.changes import ChangeLog, now
from lifepod.owner.changes import Torn as Torn
from lifepod.owner.histories import Log as Log
from lifepod.owner.histories import log_of as log_of
from lifepod.owner.promises import Contracts as Contracts
from lifepod.owner.promises import held_contracts as held_contracts
from lifepod.owner.share import Note as Note  # what a change that takes one back is told
from lifepod.plain import plain
from lifepod.solid.pod import Pod


@dataclass(frozen=True, slots=True)
class Tracks:
    """What is on record."""

    log: Log
    torn: Torn | None = None
    amiss: str = ""
    """Why the change that was cut off, or what it left, cannot be told; with what to do."""
    contracts: tuple[Grant, ...] = ()
    unread: tuple[tuple[str, str], ...] = ()
    """Folders of agreements that could not be read, and why."""

    @property
    def gone(self) -> dict[str, str]:
        """Name of each change that was taken back → name of the one that took it back and stands."""
        return {one.undoes: one.name for one in standing(self.log.changes) if one.undoes}

    def can_be_taken_back(self, change: Change) -> bool:
        """Whether it was carried out, stands, wrote something, and took nothing back itself."""
        stands = any(one.name == change.name for one in standing(self.log.changes))
        return stands and change.verb not in ("undo", "resume") and bool(change.images)

    @property
    def newest(self) -> Change | None:
        """The change that ``lifepod undo`` takes back."""
        done = [one for one in standing(self.log.changes) if one.verb != "undo"]
        return done[-1] if done else None


async def to_take_back(pod: Pod, name: str) -> tuple[Change, int]:
    """The change of this name (its beginning is enough) that stands and can be taken back, and how many came since.

    Raises :class:`~lifepod.errors.Missing` where none is called so, :class:`~lifepod.errors.Malformed` where several
    are, and :class:`~lifepod.errors.Conflict` where it does not stand any more.
    """
    log = await log_of(pod)
    found = [one for one in log.changes if one.name.startswith(name)]
    if not found and log.unread:
        raise Undecided(
            f"No change that could be read is called {plain(name, 80)}; {len(log.unread)} could not be read.",
            advice="`lifepod changes` tells the name of each.",
        )
    if not found:
        raise Missing(f"No change is called {plain(name, 80)}.", advice="`lifepod changes` tells the name of each.")
    if len(found) > 1:
        raise Malformed(f"{len(found)} changes are called {plain(name, 80)}….", advice="Write more of the name.")
    if found[0].verb == "suspend":
        raise Conflict(
            f"{found[0].name} is a suspension: it is resumed, with the end it had.",
            advice=f"lifepod resume {plain(found[0].agent, 200)} PATH",
        )
    if not Tracks(log).can_be_taken_back(found[0]):
        raise Conflict(
            f"The change {found[0].name} cannot be taken back: it does not stand any more, or took another one back.",
            advice="`lifepod changes` tells how each stands.",
        )
    return found[0], sum(one.began > found[0].began for one in log.changes)


async def tracks_of(pod: Pod, before: Log | None = None) -> Tracks:
    """Read all of it; raises what reading the log raises. ``before``: what was read last."""
    log, (torn, amiss), held = await asyncio.gather(log_of(pod, before), _torn(pod), held_contracts(pod, now()))
    return Tracks(log, torn, amiss, held.grants, held.amiss)


async def _torn(pod: Pod) -> tuple[Torn | None, str]:
    try:
        return await ChangeLog(pod).torn(), ""
    except LifepodError as error:
        return None, f"{error} {error.advice}"


def written(change: Change, server: Server | None) -> Iterator[tuple[Image, tuple[str, ...], str]]:
    """Each document of a change, the rules that came and went, and why they cannot be told where they cannot."""
    for image in change.images:
        try:
            yield image, lines_of(image, server or WAC_SERVER), ""
        except LifepodError as error:
            yield image, (), str(error)
