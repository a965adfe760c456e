"""The profiles of others as they are now, asked as nobody.

It refuses to send a login along, and to ask this machine's own addresses unless a pod at home is remembered here.
"""

from __future__ import annotations

import asyncio
from collections.abc import Iterable

from lifepod.errors import LifepodError
from lifepod.parties.senders import Card, card_at
from lifepod.solid.door import visit
from lifepod.solid.remembered import profiles
from lifepod.solid.wire import is_loopback


async def profiles_now(webids: Iterable[str], now: str) -> dict[str, Card | LifepodError]:
    """The card of each WebID, or why it is not to be had."""
    asked = tuple(dict.fromkeys(webids))
    return dict(zip(asked, await asyncio.gather(*(_one(webid, now) for webid in asked)), strict=True))


async def _one(webid: str, now: str) -> Card | LifepodError:
    try:
        async with visit(webid) as pod:
            pod.storage = next((one.storage for one in profiles() if is_loopback(one.storage)), "")
            return (await card_at(pod, webid, now))[0]
    except LifepodError as error:
        return error
