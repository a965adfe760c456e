"""Documents of strangers: which addresses are asked, each document once, and none may hold up a whole run."""

from __future__ import annotations

import asyncio
import socket
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any

import httpx2
import pytest
from tests.owner.letters import INBOX, NOW, profile
from tests.terms.samples import SHOP

from lifepod.errors import LifepodError, Malformed, Missing, Unreachable
from lifepod.limits import LIMITS
from lifepod.parties import senders
from lifepod.parties.senders import Card, Cards, card_at, must_be_fetchable
from lifepod.solid.pod import Pod
from lifepod.solid.send import Sender

MINE, HOME = "https://alice.example/", "http://localhost:3000/alice/"
ELSEWHERE = [(socket.AF_INET, socket.SOCK_STREAM, 6, "", ("93.184.215.14", 443))]


@dataclass
class Net:
    """Documents of the open net by address, what was asked, and a clock that only moves as the net says."""

    documents: dict[str, str] = field(default_factory=dict)
    hangs: Callable[[str], bool] = lambda url: False
    asked: list[str] = field(default_factory=list)
    time: float = 0.0

    async def __call__(self, request: httpx2.Request) -> httpx2.Response:
        url = str(request.url)
        self.asked.append(url)
        started = self.time
        if self.hangs(url):
            await asyncio.sleep(0.02)  # whatever is asked at the same time begins too
            self.time = max(self.time, started + 5.0)
            raise httpx2.ConnectTimeout("hangs")
        found = self.documents.get(url)
        return httpx2.Response(200 if found else 404, headers={"Content-Type": "text/turtle"}, text=found or "")

    @asynccontextmanager
    async def pod(self, own: str = MINE) -> AsyncIterator[Pod]:
        lines = [Sender.anonymous(own, httpx2.MockTransport(self)) for _ in range(2)]
        async with Pod(lines[0], nobody=lines[1], webid=f"{own}profile/card#me", storage=own, limits=LIMITS) as pod:
            yield pod


@pytest.fixture(autouse=True)
def names(monkeypatch: pytest.MonkeyPatch) -> dict[str, list[str]]:
    """What names stand for; nobody knows any other."""
    known: dict[str, list[str]] = {}

    def looked_up(host: str, port: Any, *more: Any, **others: Any) -> list[Any]:
        if host not in known:
            raise socket.gaierror(-2, "Name or service not known")
        return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", (address, port)) for address in known[host]]

    monkeypatch.setattr(socket, "getaddrinfo", looked_up)
    return known


NOWHERE = [
    *("https://[x]/c#me", "https://[v1.a:b]/c#me", "https://", "nope", "mailto:a@b.example", "https://a..b/c"),
    *("http://shop.example/c", "https://user@shop.example/c", "https://shop.example:99999/c", "https://a/\udcff"),
]  # fmt: skip
INSIDE = [
    *("localhost", "localhost.", "127.0.0.1", "127.0.0.1.", "127.1", "0x7f.1", "0177.0.0.1", "2130706433"),
    *("10.0.0.1", "10.0.0.1.", "10.1", "192.168.1.1", "100.64.0.1", "169.254.169.254.", "224.0.0.1", "0", "1.2.3.4.5"),
    *("999.1.1.1", "08.0.0.1", "x.local.", "metadata.google.internal.", "printer.lan", "fritz.box", "router.home.arpa"),
    *("printer", "①27.0.0.1", "127。0。0。1", "[::1]", "[::]", "[::127.0.0.1]", "[64:ff9b::7f00:1]", "[64:ff9b:1::1]"),
    *("[::ffff:127.0.0.1]", "[::ffff:10.0.0.1]", "[2002:7f00:1::]", "[fe80::1%25lo]", "[fd00::1]", "[ff0e::1]"),
]


@pytest.mark.parametrize("url", NOWHERE)
def test_what_is_no_address_is_malformed(url: str) -> None:
    with pytest.raises(Malformed):
        must_be_fetchable(url, MINE)


@pytest.mark.parametrize("host", INSIDE)
async def test_no_spelling_of_a_private_place_is_asked(host: str) -> None:
    net = Net()
    async with net.pod() as pod:
        with pytest.raises(Malformed):
            await card_at(pod, f"https://{host}/profile/card#me", NOW)
    assert net.asked == []


@pytest.mark.parametrize(
    "host", ["shop.example", "shop.example.", "shop.example:8443", "8.8.8.8", "[2606:4700::1111]", "[64:ff9b::808:808]",
             "mylocal.example", "127.0.0.1.evil.example", "bücher.example"],
)  # fmt: skip
def test_the_open_net_is_asked(host: str) -> None:
    must_be_fetchable(f"https://{host}/profile/card#me", MINE)
    must_be_fetchable(f"https://{host}/profile/card#me", HOME)


def test_this_machine_is_asked_by_a_pod_at_home_alone() -> None:
    must_be_fetchable("http://localhost:3001/shop/card#me", HOME)
    for own in (MINE, ""):
        with pytest.raises(Malformed):
            must_be_fetchable("http://localhost:3001/shop/card#me", own)
    with pytest.raises(Malformed):
        must_be_fetchable("http://192.168.1.1/", HOME)


@pytest.mark.parametrize(
    "addresses", [["127.0.0.1"], ["93.184.215.14", "10.0.0.1"], ["::1"], ["fe80::1%lo"], ["::ffff:169.254.169.254"]]
)
async def test_a_name_that_leads_inside_is_not_asked(names: dict[str, list[str]], addresses: list[str]) -> None:
    net, names["shop.example"] = Net({SHOP.partition("#")[0]: profile(SHOP, (), INBOX)}), addresses
    async with net.pod() as pod:
        with pytest.raises(Malformed, match="private network"):
            await card_at(pod, SHOP, NOW)
        assert net.asked == []
        names["shop.example"] = ["93.184.215.14", "2606:4700::1111"]
        assert (await card_at(pod, SHOP, NOW))[0].inbox == INBOX


async def test_the_server_of_the_own_pod_may_stand_in_a_private_network(names: dict[str, list[str]]) -> None:
    names["alice.example"] = names["bob.alice.example"] = ["192.168.1.7"]
    await senders.must_be_reachable("https://alice.example/bob/card#me", MINE)
    for url in ("https://alice.example:8443/card", "https://bob.alice.example/card"):
        with pytest.raises(Malformed):
            await senders.must_be_reachable(url, MINE)


async def test_a_name_nobody_knows_is_left_to_whoever_asks() -> None:
    net = Net(hangs=lambda url: True)
    await senders.must_be_reachable(SHOP, MINE)
    await senders.must_be_reachable("http://localhost:3001/", HOME)
    async with net.pod() as pod:
        with pytest.raises(Unreachable):
            await card_at(pod, SHOP, NOW)


def crowd(count: int) -> tuple[str, list[str]]:
    """One document that speaks of many, and their WebIDs."""
    webids = [f"https://evil.example/card#m{number}" for number in range(count)]
    return "\n".join(profile(webid, (), f"{INBOX}{webid.partition('#')[2]}/") for webid in webids), webids


async def test_a_document_is_asked_once_for_all_it_speaks_of() -> None:
    text, webids = crowd(40)
    net = Net({"https://evil.example/card": text})
    async with net.pod() as pod:
        cards = Cards(pod, NOW)
        found = await asyncio.gather(*(cards.get(webid) for webid in webids[:8]))
        found += [await cards.get(webid) for webid in webids[8:]]
        nobody = await cards.get("https://evil.example/card#nobody")
    assert net.asked == ["https://evil.example/card"]
    inboxes = {card.webid: card.inbox for card in found if isinstance(card, Card)}
    assert inboxes == {webid: f"{INBOX}{webid.partition('#')[2]}/" for webid in webids}
    assert isinstance(nobody, Missing)
    assert set(cards.bodies) == set(webids)


async def test_documents_that_were_put_away_are_read_again_and_not_asked_again() -> None:
    text, webids = crowd(2)
    urls = [f"https://shop{number}.example/card" for number in range(20)]
    net = Net({"https://evil.example/card": text} | {url: profile(f"{url}#me", (), INBOX) for url in urls})
    async with net.pod() as pod:
        cards = Cards(pod, NOW)
        first = await cards.get(webids[0])
        for url in urls:
            assert isinstance(await cards.get(f"{url}#me"), Card)
        second = await cards.get(webids[1])
        alone = (await card_at(pod, webids[1], NOW))[0]
    assert isinstance(first, Card)
    assert second == alone
    assert net.asked == ["https://evil.example/card", *urls, "https://evil.example/card"]


async def test_hosts_that_hang_do_not_hold_up_a_run_for_ever() -> None:
    net = Net({SHOP.partition("#")[0]: profile(SHOP, (), INBOX)}, hangs=lambda url: "evil" in url)
    async with net.pod() as pod:
        cards = Cards(pod, NOW, 30.0, lambda: net.time)
        assert isinstance(await cards.get(SHOP), Card)
        first = await asyncio.gather(*(cards.get(f"https://evil{n}.example/card#me") for n in range(8)))
        assert net.time == 5.0  # they hang at the same time, which counts once
        later = [await cards.get(f"https://evil{n}.example/card#me") for n in range(8, 30)]
        heard = await cards.get(SHOP.replace("#org", "#staff"))
        before = await cards.get(SHOP.replace("card#org", "other#org"))
    assert net.time == 30.0
    assert all(isinstance(one, Unreachable) for one in (*first, *later))
    left = [one for one in later if isinstance(one, LifepodError) and "not asked any more in this pass" in str(one)]
    assert (len(left), sum("evil" in url for url in net.asked)) == (17, 13)
    assert isinstance(heard, Missing)
    assert isinstance(before, Missing)  # who has answered before is asked on
    assert senders._PATIENCE == 30.0
