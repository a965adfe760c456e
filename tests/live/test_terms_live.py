"""The full story on real servers, in both languages, with four accounts: ask, decide, both sign, read, end, prove."""

from __future__ import annotations

import asyncio
import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TypeVar

import pytest
from tests.conftest import SERVER_DIR
from tests.live.conftest import HomeServer, entered
from tests.owner.letters import Secrets

from lifepod.home.accounts import NewPod
from lifepod.home.server import HomeFolder, RunningServer
from lifepod.names import DPV
from lifepod.owner.deciding import Narrower
from lifepod.owner.exporting import export
from lifepod.owner.guard import rounds
from lifepod.owner.offers import Offering
from lifepod.owner.papers import Papers, stamp
from lifepod.owner.settle import settle
from lifepod.parties.filing import read_record
from lifepod.parties.identity import show_in_profile
from lifepod.parties.pen import Pen, pen_for
from lifepod.parties.post import deliver
from lifepod.parties.rooms import Opens, make_room
from lifepod.parties.senders import card_at
from lifepod.rdf.closed import write_closed
from lifepod.rdf.sparql import Rows
from lifepod.solid.pod import Pod
from lifepod.terms.drafting import Asking, Head, request_of, vendor_name
from lifepod.terms.policy import Policy, PublicKey
from lifepod.terms.record import policy_of
from lifepod.terms.roster import ROSTER

pytestmark = pytest.mark.live
T = TypeVar("T")
PURCHASE = (
    b'@prefix schema: <https://schema.org/>. <#20250301T100000Z-a> a schema:BuyAction; schema:name "Lamp";'
    b' schema:startTime "2025-03-01T10:00:00Z"^^<http://www.w3.org/2001/XMLSchema#dateTime>.'
)


@pytest.fixture(scope="module", params=["wac", "acp"])
def server(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[HomeServer]:
    """A server of each language."""
    folder = HomeFolder.at(tmp_path_factory.mktemp("terms") / "pod", acp=request.param == "acp")
    with pytest.MonkeyPatch.context() as world:
        world.setenv("LIFEPOD_CSS_DIR", SERVER_DIR)
        running = RunningServer.start(folder)
    with running:
        yield HomeServer(running)


@dataclass(frozen=True, slots=True)
class Side:
    """Somebody with a pod and a key."""

    new: NewPod
    pod: Pod
    secrets: Secrets

    def papers(self) -> Papers:
        return Papers(self.pod, self.secrets)

    async def pen(self) -> Pen:
        return await pen_for(self.pod, self.secrets, stamp())


_NUMBERS = iter(range(1000))


async def side(server: HomeServer, name: str) -> AsyncIterator[Side]:
    new = server.new_pod(f"{name}{next(_NUMBERS)}")
    async with entered(new) as pod:
        yield Side(new, pod, Secrets())


@pytest.fixture
async def person(server: HomeServer) -> AsyncIterator[Side]:
    """A person with one purchase and terms for shops."""
    async for one in side(server, "me"):
        await settle(one.pod)
        place = one.pod.url("journal/purchases/")
        await one.pod.write(place + "amazon/2025.ttl", PURCHASE, match=None)
        wish = Offering("shops", ROSTER["sd-once"], "Shops", (place,), DPV + "Personalisation", 180, ("read", "append"))
        papers = one.papers()
        await papers.publish(await papers.draw_up(wish))
        yield one


@pytest.fixture
async def shop(server: HomeServer) -> AsyncIterator[Side]:
    """A vendor with an inbox and a key."""
    async for one in side(server, "shop"):
        await make_room(one.pod, one.pod.storage + "inbox/", Opens(signed_in=True))
        await show_in_profile(one.pod, stamp(), inbox=one.pod.storage + "inbox/")
        await one.pen()
        yield one


@pytest.fixture
async def rival(server: HomeServer) -> AsyncIterator[Side]:
    """Another one."""
    async for one in side(server, "rival"):
        await one.pen()
        yield one


def in_days(days: int) -> str:
    return (datetime.now(UTC) + timedelta(days=days)).strftime("%Y-%m-%dT%H:%M:%SZ")


async def ask(person: Side, shop: Side, number: int = 1) -> Policy:
    """A request for the purchases, sent to the person's inbox."""
    pen = await shop.pen()
    card, _ = await card_at(shop.pod, person.new.webid, stamp())
    offer = await read_record(shop.pod, person.pod.url("lifepod/terms/shops-1"))
    asking = Asking(
        assignee=shop.new.webid,
        until=in_days(90),
        reply_by=in_days(10),
        purpose=DPV + "ServicePersonalisation",
        service="Suggestions",
        give_back=person.pod.url(f"journal/purchases/from-{vendor_name(shop.new.webid)}/"),
    )
    keys = (pen.public, PublicKey(card.keys[0].method, person.new.webid, card.keys[0].public))
    root = f"urn:uuid:00000000-0000-4000-8000-{number:012}"
    policy = request_of(policy_of(offer.record), offer.graph_digest, asking, Head(root, pen.now, keys))
    await deliver(shop.pod, card, write_closed(pen.policy(policy)), f"lifepod-{root[9:]}")
    return policy


async def status(side: Side, url: str) -> int:
    return (await side.pod.ask("GET", url, {"Accept": "*/*"})).status


async def added(side: Side, container: str) -> int:
    return (await side.pod.ask("POST", container, {"Content-Type": "text/turtle"}, b"<#a> <#b> <#c>.")).status


async def test_the_story_from_terms_to_deletion_due(person: Side, shop: Side, rival: Side) -> None:
    policy = await ask(person, shop)
    record = person.pod.url("journal/purchases/amazon/2025.ttl")
    own = person.pod.url(f"journal/purchases/from-{vendor_name(shop.new.webid)}/")
    assert await status(shop, record) == 403
    box = await person.papers().inbox()
    (request,) = box.requests
    assert request.outside == ()
    done = await person.papers().approve(request)
    assert done.told
    assert [await status(one, record) for one in (shop, rival)] == [200, 403]
    assert [await status(one, done.record) for one in (shop, rival)] == [200, 403]
    assert await status(shop, person.pod.url("lifepod/agreements/")) == 403
    assert await status(shop, person.pod.url("journal/")) == 403
    assert (
        await shop.pod.ask("POST", own, {"Content-Type": "text/turtle", "Slug": "r"}, b"<#a> <#b> <#c>.")
    ).status == 201
    assert (await rival.pod.ask("POST", own, {"Content-Type": "text/turtle"}, b"<#a> <#b> <#c>.")).status == 403
    assert (await read_record(shop.pod, done.record)).body == (await read_record(person.pod, done.record)).body
    assert (await rounds(person.pod)).findings == ()
    (case,) = (await person.papers().agreements())[0]
    assert (case.policy, case.life.state) == (policy, "open")
    ended = await person.papers().end(case)
    assert (ended.told, [clause for clause, _ in ended.dues]) == (True, ["delete-at-end"])
    assert await status(shop, record) == 403
    assert await status(shop, done.record) == 200
    assert (await person.papers().agreements())[0][0].life.state == "revoked"
    assert len((await shop.pod.list(shop.pod.storage + "inbox/")).members) == 2


async def test_what_was_signed_is_asked_about_and_taken_along_as_it_lies(
    person: Side, shop: Side, tmp_path: Path
) -> None:
    """A server asked for Turtle of a signed record would fetch the record's contexts from the network, and hang."""
    await ask(person, shop)
    await person.papers().approve((await person.papers().inbox()).requests[0])
    (case,) = (await person.papers().agreements())[0]
    began = time.monotonic()
    found = await person.pod.query(
        f"SELECT DISTINCT ?by {{ <{case.policy.root}> <http://www.w3.org/ns/odrl/2/assignee> ?by }}"
    )
    assert isinstance(found.answer, Rows)
    assert [row[0].value for row in found.answer.rows if row[0]] == [shop.new.webid]
    done = await export(person.pod, tmp_path / "out")
    assert done.left_out == ()
    place = case.main.url.removeprefix(person.pod.storage)
    assert [path.read_bytes() for path in (tmp_path / "out" / "other").rglob(Path(place).name)] == [case.main.body]
    assert time.monotonic() - began < 20


async def test_a_forged_sender_and_a_replay_open_nothing(person: Side, shop: Side, rival: Side) -> None:
    policy = await ask(person, shop)
    card, _ = await card_at(rival.pod, person.new.webid, stamp())
    forged = (await rival.pen()).policy(policy)  # the shop's own words, signed by somebody else
    await deliver(rival.pod, card, write_closed(forged), "lifepod-forged")
    box = await person.papers().inbox()
    assert [one.why for one in box.intake.unproved] == ["the record names no such key"]
    await person.papers().decline(box.requests[0], ("no-thanks",), silent=False)
    await ask(person, shop)
    again = await person.papers().inbox()
    assert [one.is_waiting for one in again.requests] == [False]
    assert await status(shop, person.pod.url("journal/purchases/amazon/2025.ttl")) == 403


async def test_a_counter_offer_is_opened_only_when_both_have_signed_it(person: Side, shop: Side) -> None:
    await ask(person, shop)
    (request,) = (await person.papers().inbox()).requests
    done = await person.papers().counter(request, Narrower(until=in_days(20), reply_by=in_days(5)))
    assert done.told
    offer = await read_record(shop.pod, done.record)
    card, _ = await card_at(shop.pod, person.new.webid, stamp())
    await deliver(shop.pod, card, write_closed((await shop.pen()).signed(offer.record)), "lifepod-signed")
    assert await status(shop, person.pod.url("journal/purchases/amazon/2025.ttl")) == 403
    request = next(one for one in (await person.papers().inbox()).requests if one.completed)
    await person.papers().approve(request)
    assert await status(shop, person.pod.url("journal/purchases/amazon/2025.ttl")) == 200
    (case,) = (await person.papers().agreements())[0]
    assert (case.life.state, case.life.until) == ("open", in_days(20)[:10] + case.life.until[10:])


async def soon(look: Callable[[], Awaitable[T]], wanted: T) -> T:
    """What is found as soon as it is what is wanted, or after five seconds."""
    deadline = time.monotonic() + 5
    while (found := await look()) != wanted and time.monotonic() < deadline:
        await asyncio.sleep(0.1)
    return found


KILLED = Path(__file__).with_name("killed_approval.py")


@pytest.mark.parametrize("writes", range(1, 16) if os.environ.get("LIFEPOD_LONG") else [4, 9])
async def test_an_approval_killed_after_a_write_goes_on_and_opens_only_what_was_agreed(
    person: Side, shop: Side, writes: int, tmp_path: Path
) -> None:
    await ask(person, shop, 100 + writes)
    await person.papers().inbox()
    kept = tmp_path / "secrets.json"
    kept.write_text(json.dumps(person.secrets.kept))
    new = person.new
    words = (new.webid, new.issuer, new.client_id, new.client_secret, new.pod, str(kept), str(writes))
    process = subprocess.Popen([sys.executable, str(KILLED)], stdin=subprocess.PIPE, stdout=subprocess.PIPE)
    assert process.stdin is not None
    assert process.stdout is not None
    process.stdin.write("\n".join(words).encode() + b"\n")
    process.stdin.close()
    process.stdout.readline()  # it says so when the write was made, or at the end
    os.kill(process.pid, signal.SIGKILL)
    process.wait()
    process.stdout.close()
    record = person.pod.url("journal/purchases/amazon/2025.ttl")
    agreed = person.pod.url(f"lifepod/agreements/00000000-0000-4000-8000-{100 + writes:012}/agreement.jsonld")
    if await status(shop, record) == 200:
        assert await status(person, agreed) == 200
    papers = person.papers()
    for request in await papers.requests():
        if request.is_waiting:
            await papers.approve(request)
    assert await soon(lambda: status(shop, record), 200) == 200
    (case,) = (await papers.agreements())[0]
    assert case.life.state == "open"

    async def findings() -> list[str]:
        return [f"{one.kind} {one.place} {one.said}" for one in (await rounds(person.pod)).findings]

    nothing: list[str] = []
    assert await soon(findings, nothing) == nothing
    assert (await shop.pod.list(shop.pod.storage + "inbox/")).members
