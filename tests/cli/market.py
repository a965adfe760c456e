"""A person's pod that is made ready and has terms, and a shop that asks for data with signatures of its own."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

import httpx2
import pytest
from tests.double.pod_double import PodDouble
from tests.owner.pods import settled
from tests.owner.test_desk import remembered
from tests.terms.samples import key_of

from lifepod.cli import main
from lifepod.names import DPV
from lifepod.parties.identity import public_of
from lifepod.rdf.closed import Closed, digest_of, read_closed, write_closed
from lifepod.terms.drafting import Asking, Head, Price, request_of
from lifepod.terms.events import Event, Step, address_of, event_record
from lifepod.terms.policy import Policy
from lifepod.terms.proof import Key, sign
from lifepod.terms.record import policy_of, record_of

SHOP = "https://shop.example/profile/card#org"
KEY = key_of("shop", SHOP)
INBOX = "https://shop.example/inbox/"
UUID = "6a0c2f4e-3d1b-4c57-9a2e-8f0b7d5c1e9"
NEW = ("terms", "new", "shops", "--title", "Shops may look", "--place", "journal/purchases/", "--purpose",
       "Personalisation", "--days", "180")  # fmt: skip
BOUGHT = """@prefix schema: <https://schema.org/>. @prefix xsd: <http://www.w3.org/2001/XMLSchema#>.
<#20260105T100000Z-1> a schema:Order; schema:name "A rain jacket";
    schema:startTime "2026-01-05T10:00:00Z"^^xsd:dateTime.
<#20260106T100000Z-2> a schema:Order; schema:name "A map \\u001b[2J";
    schema:startTime "2026-01-06T10:00:00Z"^^xsd:dateTime.
"""


def moment(days: float = 0) -> str:
    """A time some days from now, as records hold it."""
    return (datetime.now(UTC) + timedelta(days=days)).strftime("%Y-%m-%dT%H:%M:%SZ")


def profile_of(webid: str, key: Key, more: str = "") -> str:
    """A WebID document that shows a key and an inbox."""
    return f"""@prefix sec: <https://w3id.org/security#>. @prefix ldp: <http://www.w3.org/ns/ldp#>.
<{webid}> ldp:inbox <{INBOX}>; sec:assertionMethod <{key.method}>.
<{key.method}> a sec:Multikey; sec:controller <{webid}>; sec:publicKeyMultibase "{key.public}"^^sec:multibase. {more}
"""


@dataclass(frozen=True, slots=True)
class Answer:
    """What one command line said."""

    code: int
    out: str
    err: str

    @property
    def value(self) -> dict[str, Any]:
        """Its JSON, where that is one object."""
        found = json.loads(self.out)
        assert isinstance(found, dict)
        return found


@dataclass
class Market:
    """The pod, the shop, and the command line of the person."""

    double: PodDouble
    capsys: pytest.CaptureFixture[str]
    told: list[Closed] = field(default_factory=list)
    """What the shop's inbox took."""
    closed: bool = False
    """Whether the shop's inbox takes nothing."""
    asked: int = 0

    def run(self, *argv: str) -> Answer:
        """One command line."""
        self.capsys.readouterr()
        code = main.run(list(argv))
        said = self.capsys.readouterr()
        return Answer(int(str(code)), said.out, said.err)

    def offer(self, name: str = "shops-1") -> tuple[Policy, str]:
        """A published version and its digest."""
        record = read_closed(self.double.body(f"lifepod/terms/{name}") or b"")
        return policy_of(record), digest_of(record)

    def asks(
        self, change: Callable[[Policy], Policy] = lambda policy: policy, key: Key | None = KEY, **more: Any
    ) -> Closed:
        """The shop asks under the terms; ``change`` is done before it signs, ``more`` are wishes of its own."""
        (offer, digest), self.asked = self.offer(), self.asked + 1
        wishes: dict[str, Any] = {
            "assignee": SHOP, "until": moment(100), "reply_by": moment(10), "purpose": DPV + "ServicePersonalisation",
            "description": "To suggest parts that fit.", "service": "Part suggestions.",
        } | more  # fmt: skip
        head = Head(f"urn:uuid:{UUID}{self.asked}", moment(-0.01), (*offer.keys, public_of(KEY)))
        policy = request_of(offer, digest, Asking(**wishes), head)
        record = record_of(change(policy))
        signed = sign(record, key, moment(-0.01)) if key else record
        self.posts(write_closed(signed))
        return signed

    def posts(self, body: bytes, content_type: str = "application/ld+json") -> str:
        """Something arrives in the person's inbox."""
        self.asked += 1
        return self.double.put(f"inbox/message-{self.asked}", body, content_type)

    def says(self, step: Step, record: Closed, **more: Any) -> Event:
        """The shop sends an event about an agreement."""
        event = Event(
            address_of(record.root, step), step, SHOP, moment(), record.root, digest_of(record),
            target=self.double.owner, keys=(public_of(KEY),),
        )  # fmt: skip
        event = replace(event, **more)
        self.posts(write_closed(sign(event_record(event), KEY, event.published)))
        return event


def market(world: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], *, terms: bool = True) -> Market:
    """A pod that is ready, with two purchases and (if wanted) terms ``shops-1``."""
    double = PodDouble()
    here = Market(double, capsys)

    async def answer(line: httpx2.AsyncHTTPTransport, request: httpx2.Request) -> httpx2.Response:
        await request.aread()
        if str(request.url) == INBOX and request.method == "POST":
            if here.closed:
                return httpx2.Response(503)
            here.told.append(read_closed(request.content))
            return httpx2.Response(201, headers={"Location": f"{INBOX}{len(here.told)}"})
        return await double(request)

    world.setattr(httpx2.AsyncHTTPTransport, "handle_async_request", answer)
    asyncio.run(_ready(double))
    remembered(double)
    if terms:
        done = here.run(*NEW, "--yes")
        assert done.code == 0, done.err
    return here


async def _ready(double: PodDouble) -> None:
    await settled(double)
    double.put(SHOP.partition("#")[0], profile_of(SHOP, KEY))
    double.put("journal/purchases/acme/2026/01.ttl", BOUGHT)


PRICE = Price(Decimal(6), "EUR", 30)
