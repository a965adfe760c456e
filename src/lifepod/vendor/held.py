"""What a vendor holds: a folder for each request and agreement, which the person it is about may read.

It refuses to let anyone but that person into a folder, and anyone at all into the list of them.
"""

from __future__ import annotations

import asyncio
import re

from lifepod.errors import LifepodError, Missing
from lifepod.parties.cases import HELD, id_of, read_case
from lifepod.parties.cases import Case as Case  # what is held
from lifepod.parties.filing import folders_in
from lifepod.parties.rooms import Opens, make_room
from lifepod.plain import plain
from lifepod.terms.events import address_of
from lifepod.terms.policy import Policy
from lifepod.vendor.side import Side

_AT_ONCE = 8
_WORD = re.compile(r"(?:urn:uuid:)?([0-9a-f]{4,8}(?:-[0-9a-f-]{0,27})?)\Z")


async def make_rooms(side: Side) -> tuple[str, ...]:
    """The vendor's private rooms; those that were missing."""
    rooms = (side.place("lifepod/"), side.place(HELD))
    return tuple([url for url in rooms if await make_room(side.pod, url)])


async def room_for(side: Side, root: str, person: str) -> str:
    """The folder of a request or agreement, made where it is missing; only that person may read it too."""
    await make_rooms(side)
    folder = folder_of(side, root)
    await make_room(side.pod, folder, Opens(readers=(person,)))
    return folder


def folder_of(side: Side, root: str) -> str:
    """Where a request or agreement is kept; raises :class:`~lifepod.errors.Malformed` where it is named as none is."""
    return f"{side.place(HELD)}{id_of(root)}/"


def counter_of(root: str) -> str:
    """The address that the one counter-offer to a request has."""
    return address_of(root, "counter")


async def case_at(side: Side, root: str) -> Case:
    """The case of a request's or agreement's address; raises :class:`Missing` where none is held."""
    try:
        return await read_case(side.pod, folder_of(side, root), side.now)
    except LifepodError as error:
        raise Missing(f"Nothing that can be read is held under {plain(root, 100)}: {error}") from None


async def cases(side: Side) -> tuple[tuple[Case, ...], tuple[tuple[str, str], ...]]:
    """Every case that is held, the newest first; and the folders that cannot be read, with why."""
    gate, amiss = asyncio.Semaphore(_AT_ONCE), list[tuple[str, str]]()

    async def one(folder: str) -> Case | None:
        async with gate:
            try:
                return await read_case(side.pod, folder, side.now)
            except LifepodError as error:
                amiss.append((folder, str(error)))
                return None

    every = await asyncio.gather(*(one(folder) for folder in await folders_in(side.pod, side.place(HELD))))
    found = [case for case in every if case is not None]
    return tuple(sorted(found, key=lambda case: (_asked(case.policy), case.id), reverse=True)), tuple(sorted(amiss))


def _asked(policy: Policy) -> str:
    return policy.proposal.published if policy.proposal else ""


def is_id(word: str) -> bool:
    """Whether a word may be the id of a case, or its beginning."""
    return _WORD.match(word.lower()) is not None


async def case_named(side: Side, word: str) -> Case:
    """The case of an id, or of its beginning where that is one case's alone; raises :class:`Missing`."""
    folders, found = await folders_in(side.pod, side.place(HELD)), _WORD.match(word.lower())
    fitting = [one for one in folders if found and one.removeprefix(side.place(HELD)).startswith(found[1])]
    if len(fitting) != 1:
        said = "is more than one" if fitting else "is none"
        raise Missing(
            f"{plain(word, 60)} {said} of the requests and agreements held here.",
            advice="`lifepod vendor status` lists them with their ids.",
        )
    return await read_case(side.pod, fitting[0], side.now)
