"""Taking in: one pass over the inbox; what is proved is filed, the rest stays where it is and is counted.

It refuses to delete a message before its filed copy was read back, to let one sender crowd out the others, and to let
what nobody proved crowd out what is proved.
"""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import dataclass, field
from datetime import datetime

from lifepod.errors import Conflict, LifepodError, Missing
from lifepod.owner.look import Tell, quiet
from lifepod.owner.shelving import shelve
from lifepod.owner.sifting import REQUEST, SHOWN, UNPROVED, UNREADABLE, Letter, sift, who
from lifepod.parties.post import Message, messages
from lifepod.parties.senders import Cards
from lifepod.solid.pod import Pod

OPEN_EACH, DAILY_EACH = 5, 20
"""Open requests and messages a day of one proved sender."""
_AT_ONCE = 8


@dataclass
class Intake:
    """What one pass over the inbox found."""

    filed: list[Letter] = field(default_factory=list)
    again: list[Letter] = field(default_factory=list)
    """Sent before, and known."""
    unproved: list[Letter] = field(default_factory=list)
    unreadable: list[Letter] = field(default_factory=list)
    waiting: Counter[str] = field(default_factory=Counter)
    """Messages that were left because their sender sends too many, by WebID."""
    folded: Counter[str] = field(default_factory=Counter)
    """How many more there are than are shown, by kind."""


Place = Callable[[Letter], Awaitable[tuple[Letter, bool] | None]]
"""Takes what sifting cannot read, where it is for it: the letter, judged, and whether it is new; else ``None``."""


async def nowhere(letter: Letter) -> None:
    """Nobody takes what sifting cannot read."""


@dataclass(frozen=True, slots=True)
class Load:
    """What proved senders have before us already, by WebID document (:func:`~lifepod.owner.sifting.who`)."""

    open: Counter[str]
    """Requests that wait for an answer."""
    recent: Counter[str]
    """Messages of the last day."""
    place: Place = nowhere


async def take_in(pod: Pod, inbox: str, now: datetime, load: Load, tell: Tell = quiet) -> Intake:
    """Look through the inbox once, a few messages at a time; what is proved is filed."""
    found, done = Intake(), 0
    cards = Cards(pod, _stamp(now))
    async for batch in _batches(pod, inbox):
        letters = await asyncio.gather(*(sift(one, pod.webid, cards, now) for one in batch))
        for letter in letters:
            await _place(pod, letter, found, _Way(cards, now, load))
        done += len(batch)
        tell(done, 0)
    return found


@dataclass(frozen=True, slots=True)
class _Way:
    cards: Cards
    now: datetime
    load: Load


async def _batches(pod: Pod, inbox: str) -> AsyncIterator[list[Message]]:
    batch: list[Message] = []
    async for message in messages(pod, inbox, pod.limits):
        batch.append(message)
        if len(batch) == _AT_ONCE:
            yield batch
            batch = []
    if batch:
        yield batch


async def _place(pod: Pod, letter: Letter, found: Intake, way: _Way) -> None:
    placed = await way.load.place(letter) if letter.kind == UNREADABLE else None
    if placed is not None:
        letter, new = placed
    if letter.kind in (UNPROVED, UNREADABLE):
        _set_aside(letter, found)
        return
    if placed is not None:
        (found.filed if new else found.again).append(letter)
        return
    if _is_too_much(letter, way.load):
        found.waiting[letter.sender] += 1
        return
    try:
        new = await shelve(pod, letter, way.cards.bodies.get(letter.sender, b""), _stamp(way.now))
    except Conflict as error:
        _set_aside(Letter(letter.message, UNREADABLE, letter.read, letter.sender, str(error)), found)
        return
    except Missing:
        why = "it is about an agreement or request that is not known here"
        _set_aside(Letter(letter.message, UNREADABLE, letter.read, letter.sender, why), found)
        return
    (found.filed if new else found.again).append(letter)
    way.load.recent[who(letter.sender)] += new
    way.load.open[who(letter.sender)] += new and letter.kind == REQUEST
    await pod.delete(letter.message.url)


def _set_aside(letter: Letter, found: Intake) -> None:
    shown = found.unproved if letter.kind == UNPROVED else found.unreadable
    if len(shown) < SHOWN:
        shown.append(letter)
    else:
        found.folded[letter.kind] += 1


def _is_too_much(letter: Letter, load: Load) -> bool:
    many = letter.kind == REQUEST and load.open[who(letter.sender)] >= OPEN_EACH
    return many or load.recent[who(letter.sender)] >= DAILY_EACH


def _stamp(now: datetime) -> str:
    return now.strftime("%Y-%m-%dT%H:%M:%SZ")


def counted(found: Intake) -> dict[str, int]:
    """How many of each kind there were."""
    return {
        "filed": len(found.filed),
        "again": len(found.again),
        UNPROVED: len(found.unproved) + found.folded[UNPROVED],
        UNREADABLE: len(found.unreadable) + found.folded[UNREADABLE],
        "waiting": sum(found.waiting.values()),
    }


def reasons(letters: list[Letter]) -> list[tuple[str, str, str]]:
    """Address, sender and reason of what was set aside."""
    return [(one.message.url, one.sender, one.why) for one in letters]


async def clear(pod: Pod, letters: list[Letter], tell: Tell = quiet) -> int:
    """Delete messages from the inbox for good; how many were there."""
    gone = 0
    for letter in letters:
        try:
            await pod.delete(letter.message.url)
            gone += 1
        except LifepodError:
            continue  # gone meanwhile, or not to be deleted: it is counted as what still lies there
        tell(gone, len(letters))
    return gone
