"""A person with signed requests in the inbox, and a vendor who hears the answers: real desks over two pods in memory.

Prepared once for all tests; each gets a copy of its own.
"""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass

import httpx2
import pytest
from tests.tui.stage import Seat, Stage, seated, stage_of
from tests.vendor.market import LATER, Market, asked, new_market, open_market
from textual.widgets import Button, OptionList

SIZE = (120, 40)


@dataclass
class Mailbox:
    """Both pods, and the screen in front of the person's."""

    market: Market
    stage: Stage
    line: Line

    def modes(self) -> frozenset[str]:
        """What the vendor may do with the purchases."""
        return self.stage.double.modes("journal/purchases/", self.market.shop.owner)

    def filed(self, part: str) -> list[str]:
        """Names of files below the person's ``lifepod/`` that contain a word."""
        top = self.market.home.url("lifepod/")
        return sorted(
            url.removeprefix(top) for url in self.market.home.shelf.things if url.startswith(top) and part in url
        )


class Line(httpx2.AsyncBaseTransport):
    """The street, until it is cut."""

    def __init__(self, market: Market) -> None:
        self._market = market
        self.left: int | None = None
        """Requests that still pass; all of them where it is ``None``."""
        self.cut_at = ""
        """A part of an address that no request reaches."""

    async def handle_async_request(self, request: httpx2.Request) -> httpx2.Response:
        if self.left is not None:
            self.left -= 1
            if self.left < 0:
                raise httpx2.ConnectError("All connection attempts failed", request=request)
        if self.cut_at and self.cut_at in f"{request.method} {request.url}":
            raise httpx2.ConnectError("All connection attempts failed", request=request)
        return await self._market.street.handle_async_request(request)


def mailbox_of(market: Market) -> Mailbox:
    """The person's desk at this market."""
    line = Line(market)
    stage = stage_of(market.home, "alice", line)
    store = stage.desk._door.store()
    for name, secret in market.hers.kept.items():
        store.put(name, secret)
    return Mailbox(market, stage, line)


_ASKED: list[Market] = []


async def with_a_request() -> Mailbox:
    """A vendor has asked for the purchases; nobody looked into the inbox yet."""
    if not _ASKED:
        market = await new_market()
        await asked(market)
        _ASKED.append(market)
    return mailbox_of(_ASKED[0].again())


async def with_an_agreement() -> tuple[Mailbox, str]:
    """An agreement that is open and known to both, and its id."""
    market, case = await open_market()
    return mailbox_of(market), case


@asynccontextmanager
async def at(box: Mailbox, key: str, size: tuple[int, int] = SIZE) -> AsyncIterator[Seat]:
    """Somebody on the screen of a key."""
    async with seated(box.stage, size) as seat:
        await seat.settle()
        await seat.press(key)
        yield seat


def still(monkeypatch: pytest.MonkeyPatch, now: str = LATER) -> None:
    """The clock of the person's desk stands."""
    monkeypatch.setattr("lifepod.owner.papers.stamp", lambda: now)


def rows_of(seat: Seat) -> list[str]:
    """What the list says, line by line."""
    return [str(option.prompt) for option in seat.app.screen.query_one("#list", OptionList).options]


def whole(seat: Seat) -> str:
    """All that is said of the chosen one, also what is scrolled away."""
    return " ".join(str(seat.app.screen.query_one("#whole").render()).split())


def sheet(seat: Seat) -> str:
    """All that the sheet in front says."""
    return " ".join(str(seat.app.screen.query_one("#text").render()).split())


def shown(seat: Seat) -> list[str]:
    """The answers it offers."""
    return [str(button.label) for button in seat.app.screen.query("#foot Button").results(Button) if button.display]
