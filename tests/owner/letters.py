"""A person with terms, and a vendor who writes to them: one pod in memory, the vendor's profile and inbox beside it."""

from __future__ import annotations

import uuid
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import httpx2
from tests.double.pod_double import PodDouble
from tests.owner.pods import settled
from tests.owner.signed import signed_in
from tests.terms.samples import SHOP, key_of

from lifepod.names import DPV, XSD
from lifepod.owner.offers import Offered, Offering
from lifepod.owner.papers import Papers
from lifepod.rdf.closed import Closed, write_closed
from lifepod.solid.pod import Pod
from lifepod.terms.drafting import Asking, Head, request_of, vendor_name
from lifepod.terms.policy import Policy, PublicKey, Rule, Value
from lifepod.terms.proof import Key, sign
from lifepod.terms.record import record_of
from lifepod.terms.roster import ROSTER

NOW = "2026-11-25T10:00:00Z"
INBOX = "https://shop.example/inbox/"
SHOP_KEY = key_of("shop", SHOP)
PURPOSE, NARROWER = DPV + "Personalisation", DPV + "ServicePersonalisation"


class Secrets:
    """A keyring in memory."""

    def __init__(self) -> None:
        self.kept: dict[str, str] = {}

    def get(self, name: str) -> str | None:
        return self.kept.get(name)

    def put(self, name: str, secret: str) -> None:
        self.kept[name] = secret

    def remove(self, name: str) -> None:
        self.kept.pop(name, None)


def profile(webid: str, keys: tuple[Key, ...], inbox: str, more: str = "") -> str:
    """A WebID document with its keys."""
    lines = [
        "@prefix sec: <https://w3id.org/security#>. @prefix solid: <http://www.w3.org/ns/solid/terms#>.",
        f"<{webid}> solid:oidcIssuer <https://login.example/>.",
    ]
    lines += [f"<{webid}> <http://www.w3.org/ns/ldp#inbox> <{inbox}>."] if inbox else []
    for key in keys:
        lines.append(
            f"<{webid}> sec:assertionMethod <{key.method}>."
            f"<{key.method}> a sec:Multikey; sec:controller <{key.owner}>;"
            f' sec:publicKeyMultibase "{key.public}"^^sec:multibase.'
        )
    return "\n".join([*lines, more])


class Town(httpx2.AsyncBaseTransport):
    """The person's pod, and a street of vendors; what is posted to a vendor is kept."""

    def __init__(self, double: PodDouble) -> None:
        self.double = double
        self.line: httpx2.AsyncBaseTransport = httpx2.MockTransport(double)
        self.profiles: dict[str, str] = {SHOP.split("#")[0]: profile(SHOP, (SHOP_KEY,), INBOX)}
        self.posted: list[bytes] = []
        self.refuses = False
        """Whether the vendor's inbox is closed."""
        self.asked: list[str] = []

    async def handle_async_request(self, request: httpx2.Request) -> httpx2.Response:
        url = str(request.url)
        if url.startswith(self.double.origin):
            return await self.line.handle_async_request(request)
        self.asked.append(f"{request.method} {url}")
        if request.method == "POST":
            if self.refuses:
                return httpx2.Response(403)
            self.posted.append(await request.aread())
            return httpx2.Response(201, headers={"Location": f"{url}{len(self.posted)}"})
        found = self.profiles.get(url)
        return httpx2.Response(200 if found else 404, headers={"Content-Type": "text/turtle"}, text=found or "")


@asynccontextmanager
async def at_home(town: Town, secrets: Secrets, now: str = NOW) -> AsyncIterator[tuple[Pod, Papers]]:
    """The owner at their pod."""
    async with signed_in(town.double, through=town) as pod:
        yield pod, Papers(pod, secrets, now)


async def new_town() -> tuple[Town, Secrets, Offered]:
    """A settled pod with one purchase and published terms ``shops-1``."""
    double = await settled(PodDouble())
    purchase = (
        "@prefix schema: <https://schema.org/>. <#20250301T100000Z-a> a schema:BuyAction;"
        ' schema:startTime "2025-03-01T10:00:00Z"^^<http://www.w3.org/2001/XMLSchema#dateTime>; schema:name "Lamp".'
    )
    double.put("journal/purchases/amazon/2025.ttl", purchase)
    town, secrets = Town(double), Secrets()
    async with at_home(town, secrets) as (pod, papers):
        drawn = await papers.draw_up(offering(pod.url("journal/purchases/")))
        offer = await papers.publish(drawn)
    double.requests.clear()
    return town, secrets, offer


def offering(place: str, name: str = "shops", days: int = 180, modes: tuple[str, ...] = ("read", "append")) -> Offering:
    """Terms for shops."""
    return Offering(name, ROSTER["sd-once"], "Shops may read and keep nothing", (place,), PURPOSE, days, modes)


def later(days: int, since: str = NOW) -> str:
    """So many days after a time."""
    moment = datetime.fromisoformat(since).astimezone(UTC) + timedelta(days=days)
    return moment.strftime("%Y-%m-%dT%H:%M:%SZ")


def asked(town: Town, offer: Offered, days: int = 90, key: Key = SHOP_KEY, number: int = 1, at: str = NOW) -> Policy:
    """A request within the terms, by the owner of a key."""
    assert offer.policy is not None
    place, person = town.double.url("journal/purchases/"), town.double.owner
    asking = Asking(
        assignee=key.owner,
        until=later(days),
        reply_by=later(10),
        purpose=NARROWER,
        description="To suggest parts that fit.",
        service="Suggestions",
        give_back=f"{place}from-{vendor_name(key.owner)}/",
    )
    keys = (PublicKey(key.method, key.owner, key.public), *(k for k in offer.policy.keys if k.owner == person))
    root = f"urn:uuid:{uuid.uuid5(uuid.NAMESPACE_URL, f'request {number}')}"
    return request_of(offer.policy, offer.listed.digest, asking, Head(root, at, keys))


def stretched(policy: Policy, days: int) -> Policy:
    """The same until another day, whatever the terms say."""
    until = Value(later(days), XSD + "dateTime")

    def longer(rule: Rule) -> Rule:
        constraints = (replace(one, right=until) if one.name == "until" else one for one in rule.constraints)
        return replace(rule, constraints=tuple(constraints))

    return replace(policy, rules=tuple(longer(rule) for rule in policy.rules))


def signed_request(town: Town, offer: Offered, days: int = 90, key: Key = SHOP_KEY, number: int = 1) -> Closed:
    """The same as it is sent."""
    policy = asked(town, offer, min(days, 170), key, number)
    policy = stretched(policy, days) if days > 170 else policy
    assert policy.proposal is not None
    return sign(record_of(policy), key, policy.proposal.published)


def changed(record: Closed, **more: object) -> Closed:
    """The same with something else in it, and the old proofs."""
    return replace(record, **more)  # type: ignore[arg-type]


def letter(town: Town, body: Closed | bytes, name: str = "", content_type: str = "application/ld+json") -> str:
    """Something that lies in the inbox; gives its address."""
    data = write_closed(body) if isinstance(body, Closed) else body
    count = sum("inbox/" in url for url in town.double.shelf.things)
    return town.double.put(f"inbox/{name or f'letter-{count}'}", data, content_type)


def in_inbox(town: Town) -> list[str]:
    """What still lies there."""
    top = town.double.url("inbox/")
    return sorted(url.removeprefix(top) for url in town.double.shelf.things if url.startswith(top) and url != top)
