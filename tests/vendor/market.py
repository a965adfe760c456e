"""A person with terms and a vendor, each with a pod, on one street; both sides act through their own desks."""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from copy import deepcopy
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from email.utils import format_datetime

import httpx2
from tests.double.pod_double import PodDouble
from tests.owner.cut import CutLine, CutOff
from tests.owner.letters import NOW, Secrets, offering
from tests.owner.pods import settled
from tests.owner.signed import signed_in
from tests.owner.street import Street
from tests.terms.samples import SHOP

from lifepod.owner.offers import Offering
from lifepod.owner.papers import Papers
from lifepod.solid.door import Door
from lifepod.solid.keyring import Store
from lifepod.solid.pod import Pod
from lifepod.solid.session import Profile
from lifepod.terms.drafting import Price
from lifepod.vendor.desk import Ask, VendorDesk
from lifepod.vendor.side import Result

PURCHASES = "journal/purchases/"
LAMP = (
    "@prefix schema: <https://schema.org/>. <#20250301T100000Z-a> a schema:BuyAction;"
    ' schema:startTime "2025-03-01T10:00:00Z"^^<http://www.w3.org/2001/XMLSchema#dateTime>; schema:name "{name}".'
)
UNTIL = "2027-02-01"
SOON, LATER = "2026-11-25T11:00:00Z", "2026-11-26T10:00:00Z"


class OpenDoor(Door):
    """A door that stands open: a login that is signed in already."""

    def __init__(self, pod: Pod, store: Store) -> None:
        super().__init__(Profile("shop", pod.webid, pod.storage, "https://login.example/"))
        self._open, self._secrets = pod, store

    async def pod(self) -> Pod:
        return self._open

    def store(self) -> Store:
        return self._secrets

    async def close(self) -> None:
        """Whoever opened it closes it."""


class Market:
    """Both pods, and what both sides keep on their machines."""

    def __init__(self, home: PodDouble, shop: PodDouble) -> None:
        self.home, self.shop = home, shop
        shop.tokens = home.tokens  # both pods trust the same login server
        self.street = Street(home, shop)
        self.hers, self.its = Secrets(), Secrets()
        self.heard: list[str] = []
        """What the vendor was told beside the records."""

    @asynccontextmanager
    async def person(self, now: str = NOW) -> AsyncIterator[Papers]:
        async with signed_in(self.home, through=self.street) as pod:
            yield Papers(pod, self.hers, now)

    @asynccontextmanager
    async def vendor(
        self, now: str = NOW, through: httpx2.AsyncBaseTransport | None = None
    ) -> AsyncIterator[VendorDesk]:
        async with signed_in(self.home, SHOP, through=through or self.street) as pod:
            pod.storage = self.shop.base
            self.shop.requests.clear()
            yield VendorDesk(OpenDoor(pod, self.its), now)

    def again(self) -> Market:
        """Another one just like it."""
        self.home.requests.clear()
        self.shop.requests.clear()
        return deepcopy(self)

    def asked_of_home(self) -> list[str]:
        """What reached the person's pod; logins aside."""
        return [
            f"{s.method} {s.url}" for s in self.home.requests if "/.oidc/" not in s.url and ".well-known" not in s.url
        ]


class CutStreet(CutLine):
    """The street, cut off after so many requests."""

    def __init__(self, market: Market, limit: int) -> None:
        super().__init__(market.home, limit)
        self._line = market.street  # type: ignore[assignment]


class Clocked(httpx2.AsyncBaseTransport):
    """The street as its servers are that have a clock, a minute after their last change."""

    def __init__(self, market: Market) -> None:
        self._market = market

    async def handle_async_request(self, request: httpx2.Request) -> httpx2.Response:
        answer = await self._market.street.handle_async_request(request)
        if "last-modified" in answer.headers:
            when = datetime.fromisoformat(answer.headers["last-modified"])
            now = datetime.fromtimestamp(self._market.home.shelf.tick() / 1000, UTC) + timedelta(minutes=1)
            answer.headers["Last-Modified"] = format_datetime(when.astimezone(UTC), usegmt=True)
            answer.headers["Date"] = format_datetime(now, usegmt=True)
        return answer


_MADE: dict[tuple[tuple[str, ...], bool], Market] = {}


async def new_market(modes: tuple[str, ...] = ("read", "append"), *, price: bool = False) -> Market:
    """A person who offers ``shops-1`` over a purchase, and a vendor that is ready to ask; one of its own each time."""
    if (modes, price) not in _MADE:
        _MADE[modes, price] = await _made(modes, price=price)
    return _MADE[modes, price].again()


async def _made(modes: tuple[str, ...], *, price: bool) -> Market:
    market = await offering_at(NOW, modes, price=price)
    async with market.vendor() as desk:
        await desk.init()
    return market


async def offering_at(now: str, modes: tuple[str, ...] = ("read", "append"), *, price: bool = False) -> Market:
    """A person who offers ``shops-1`` since some time, and a vendor that has done nothing yet."""
    home = await settled(PodDouble())
    home.put(f"{PURCHASES}amazon/2025.ttl", LAMP.format(name="Lamp"))
    market = Market(home, PodDouble("https://shop.example/", owner=SHOP))
    async with market.person(now) as papers:
        wish = offering(home.url(PURCHASES), modes=modes)
        await papers.publish(await papers.draw_up(priced(wish) if price else wish))
    return market


def priced(wish: Offering) -> Offering:
    """The same for 5 EUR each 30 days."""
    return replace(wish, price=Price(Decimal(5), "EUR", 30))


async def asked(market: Market, now: str = NOW, **more: object) -> str:
    """Ask the person for their purchases; the id."""
    async with market.vendor(now) as desk:
        drafted = await desk.draft(market.home.owner, Ask(until=UNTIL, **more))  # type: ignore[arg-type]
        said = await desk.ask(drafted)
    assert said["told"], said["why"]
    return str(said["id"])


async def approved(market: Market, now: str = NOW) -> None:
    """The person says yes to what waits."""
    async with market.person(now) as papers:
        await papers.inbox()
        for request in await papers.requests():
            if request.is_waiting:
                await papers.approve(request)


async def status(market: Market, now: str = NOW, case: str = "") -> Result:
    """How everything stands for the vendor."""
    async with market.vendor(now) as desk:
        return await desk.status(case)


_OPEN: dict[str, tuple[Market, str]] = {}


async def open_market(price: str = "") -> tuple[Market, str]:
    """A market with an agreement that is open and known to both, and its id; a market of one's own each time."""
    if price not in _OPEN:
        market = await new_market(price=bool(price))
        _OPEN[price] = market, await opened_case(market, price=price, every=30 if price else 0)
    market, case = _OPEN[price]
    return market.again(), case


async def opened_case(market: Market, **more: object) -> str:
    """An agreement that is open and known to both."""
    case = await asked(market, **more)  # type: ignore[arg-type]
    await approved(market)
    await status(market)
    return case


def letters(market: Market) -> list[str]:
    top = market.shop.url("inbox/")
    return sorted(url.removeprefix(top) for url in market.shop.shelf.things if url.startswith(top) and url != top)


def held(market: Market, case: str) -> set[str]:
    top = market.shop.url(f"lifepod/held/{case}/")
    return {url.removeprefix(top) for url in market.shop.shelf.things if url.startswith(top)} - {""}


def case_in(said: dict[str, object], case: str) -> dict[str, object]:
    cases = said["cases"]
    assert isinstance(cases, list)
    (found,) = [one for one in cases if one["id"] == case]
    assert isinstance(found, dict)
    return found


async def ended(market: Market, case: str, now: str = LATER) -> None:
    async with market.person(now) as papers:
        await papers.end(await papers.agreement(case))


Move = Callable[[VendorDesk, str], Awaitable[object]]


async def state_after(market: Market) -> dict[str, bytes]:
    """What the vendor's pod holds at the end; but what is dated by the run, and the keys."""
    cut = len(market.shop.base)
    return {url[cut:]: thing.body for url, thing in market.shop.shelf.things.items() if "/asked/" not in url}


async def each_cut(start: Market, move: Move, case: str, now: str) -> int:
    """Do it cut off after each request, then again at another time: always the same records. How many were cut."""
    whole_one = start.again()
    async with whole_one.vendor(now) as desk:
        await move(desk, case)
    limit, cuts, done = 0, 0, False
    while not done:
        market = start.again()
        line = CutStreet(market, limit)
        try:
            async with market.vendor(now, through=line) as desk:
                line.begin()
                await move(desk, case)
        except CutOff:
            cuts += 1
        done = line.was_whole
        async with market.vendor(now) as desk:
            await move(desk, case)
        assert set(await state_after(market)) == set(await state_after(whole_one)), limit
        assert await state_after(market) == await state_after(whole_one), limit
        limit += 1
    return cuts
