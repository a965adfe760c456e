"""A person's pod and a vendor's pod on one street, with one login server, and whatever else is posted there."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import httpx2
from tests.double.pod_double import PodDouble
from tests.owner.letters import SHOP_KEY, profile
from tests.owner.pods import settled
from tests.owner.signed import signed_in
from tests.terms.samples import SHOP

from lifepod.solid.pod import Pod


class Street(httpx2.AsyncBaseTransport):
    """Requests go to the pod they are for."""

    def __init__(self, *pods: PodDouble) -> None:
        self.pods = pods
        self.profiles: dict[str, str] = {}
        """WebID documents that lie nowhere in these pods, by address."""

    async def handle_async_request(self, request: httpx2.Request) -> httpx2.Response:
        await request.aread()
        url = str(request.url)
        for pod in self.pods:
            if url.startswith(pod.origin):
                return await pod(request)
        found = self.profiles.get(url)
        return httpx2.Response(200 if found else 404, headers={"Content-Type": "text/turtle"}, text=found or "")


class Shops:
    """The person, and a shop with a pod of its own."""

    def __init__(self, home: PodDouble, shop: PodDouble) -> None:
        self.home, self.shop = home, shop
        shop.tokens = home.tokens  # both pods trust the same login server
        self.street = Street(home, shop)

    @asynccontextmanager
    async def at_home(self) -> AsyncIterator[Pod]:
        """The owner at their pod."""
        async with signed_in(self.home, through=self.street) as pod:
            yield pod

    @asynccontextmanager
    async def at_the_shop(self) -> AsyncIterator[Pod]:
        """The shop, with its own login, at its own pod."""
        async with signed_in(self.home, SHOP, through=self.street) as pod:
            pod.storage = self.shop.base
            yield pod


async def new_street() -> Shops:
    """Both pods ready, each with an inbox; the shop's profile shows its key and its inbox."""
    home = await settled(PodDouble())
    shop = PodDouble("https://shop.example/", owner=SHOP)
    inbox = shop.put("inbox/")
    adds = f"[] a acl:Authorization; acl:agent <{home.owner}>; acl:accessTo <{inbox}>; acl:mode acl:Append."
    shop.owner_acl("inbox/", adds)
    shop.put("profile/card", profile(SHOP, (SHOP_KEY,), inbox))
    return Shops(home, shop)
