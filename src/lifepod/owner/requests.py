"""Requests as the person meets them: all that were taken in, in order, and those that wait for an answer.

It refuses to number what waits for nobody, and to guess which of two requests a word means.
"""

from __future__ import annotations

import asyncio
import json
from collections import Counter
from collections.abc import Iterable
from dataclasses import replace
from datetime import datetime, timedelta

from lifepod.errors import LifepodError, Missing
from lifepod.owner.offers import preferences
from lifepod.owner.sifting import who
from lifepod.owner.weighing import Request as Request  # part of what this room hands out
from lifepod.owner.weighing import Scales
from lifepod.parties.cases import AGREED, AGREEMENTS, COUNTERED, REQUESTS, read_case
from lifepod.parties.filing import folders_in
from lifepod.plain import plain
from lifepod.solid.pod import Pod

_AT_ONCE = 8


async def requests(pod: Pod, now: str) -> tuple[Request, ...]:
    """Every request that was taken in and every counter-offer that came back signed, the oldest first."""
    scales = Scales(pod, now, (await preferences(pod))[0].never)
    cases, gate = _Folders(pod, now, scales), asyncio.Semaphore(_AT_ONCE)

    async def one(folder: str, *, back: bool) -> Request | None:
        async with gate:
            return await (cases.returned(folder) if back else cases.received(folder))

    asked, agreed = [await folders_in(pod, pod.storage + place) for place in (REQUESTS, AGREEMENTS)]
    cases.agreed = frozenset(agreed)
    works = [one(folder, back=False) for folder in asked] + [one(folder, back=True) for folder in agreed]
    found = [got for got in await asyncio.gather(*works) if got is not None]
    known = sorted(found, key=lambda one: (one.first_seen, one.id))
    numbers = {one.id: number for number, one in enumerate((one for one in known if one.is_waiting), 1)}
    return tuple(replace(one, number=numbers.get(one.id, 0) if one.is_waiting else 0) for one in known)


class _Folders:
    """Cases in folders, as requests."""

    def __init__(self, pod: Pod, now: str, scales: Scales) -> None:
        self._pod, self._now, self._scales = pod, now, scales
        self.agreed: frozenset[str] = frozenset()
        """Folders of agreements and counter-offers."""

    async def received(self, folder: str) -> Request | None:
        """A request; ``None`` where it became an agreement, or was only begun: its message still lies in the inbox."""
        try:
            case = await read_case(self._pod, folder, self._now)
        except LifepodError:
            return None
        agreed = f"{self._pod.storage}{AGREEMENTS}{case.id}/"
        if agreed in self.agreed and await _is_there(self._pod, agreed + "agreement.jsonld"):
            return None  # it is met again as an agreement, where it was only begun
        return await self._scales.weighed(case, await _about(self._pod, folder))

    async def returned(self, folder: str) -> Request | None:
        """A counter-offer that the vendor signed, or an agreement that was signed here and not opened yet."""
        names = {url.rpartition("/")[2] for url, _ in (await self._pod.list(folder)).members}
        begun = "agreement.jsonld" in names
        if begun and names & {"accept.jsonld", "revocation.jsonld"}:
            return None
        if not begun and "completed.jsonld" not in names:
            return None
        case = await read_case(self._pod, folder, self._now)
        found = await self._scales.weighed(case, {"first_seen": case.life.since})
        return replace(found, completed=not begun, begun=begun and case.life.state == AGREED)


async def _is_there(pod: Pod, url: str) -> bool:
    try:
        await pod.head(url)
    except Missing:
        return False
    return True


async def _about(pod: Pod, folder: str) -> dict[str, str]:
    try:
        raw = json.loads((await pod.get(folder + "about.json", accept="application/json")).body)
        return {str(key): str(value) for key, value in raw.items()}
    except (LifepodError, ValueError, AttributeError, RecursionError):
        return {}


def find(all_of: Iterable[Request], word: str) -> Request:
    """The request of a number in the list, or of an id or its beginning; raises :class:`Missing`."""
    known = tuple(all_of)
    by_number = [one for one in known if word.isdecimal() and len(word) < 6 and one.number == int(word)]
    by_id = [one for one in known if len(word) >= 4 and one.id.startswith(word.lower().removeprefix("urn:uuid:"))]
    found = by_number or by_id
    if len(found) != 1:
        said = "is more than one request" if found else "is no request"
        raise Missing(f"{plain(word, 60)} {said}.", advice="`lifepod inbox` lists them with their numbers.")
    return found[0]


def open_now(all_of: Iterable[Request], now: str) -> tuple[Counter[str], Counter[str]]:
    """How many requests of each sender (by WebID document) wait, and how many came within the last day."""
    day = (datetime.fromisoformat(now) - timedelta(days=1)).strftime("%Y-%m-%dT%H:%M:%SZ")
    known = tuple(all_of)
    waiting = Counter(who(one.case.policy.assignee) for one in known if one.is_waiting and one.state != COUNTERED)
    return waiting, Counter(who(one.case.policy.assignee) for one in known if one.first_seen > day)
