"""Reading under an agreement: what is not covered is refused before anything is sent; and what changed since."""

from __future__ import annotations

from collections.abc import Awaitable, Callable

import pytest
from tests.owner.letters import later
from tests.terms.samples import SHOP
from tests.vendor.market import (
    LAMP,
    LATER,
    PURCHASES,
    SOON,
    Clocked,
    Market,
    approved,
    asked,
    ended,
    new_market,
    open_market,
    opened_case,
    status,
)

from lifepod.errors import Malformed, Missing, Refused
from lifepod.journal.reading import Json
from lifepod.solid.dirs import cache_dir
from lifepod.vendor.covered import PLAIN, Reading, reading_of

AGREED = "ServicePersonalisation"
FILE = f"{PURCHASES}amazon/2025.ttl"


async def read(market: Market, place: str = "", how: Reading = PLAIN, now: str = SOON) -> list[Json]:
    heard = list[str]()
    async with market.vendor(now, through=Clocked(market)) as desk:
        market.home.requests.clear()
        found = [record async for record in desk.read(place, how, heard.append)]
    market.heard = heard
    return found


def names(records: list[Json]) -> list[object]:
    return [record["schema:name"] for record in records]


PLACES = [
    "",
    PURCHASES,
    "journal/purchases/amazon/",
    FILE,
    "https://pod.example/alice/journal/purchases/amazon/2025.ttl",
]


@pytest.mark.parametrize("place", PLACES)
async def test_what_is_covered_is_read(place: str) -> None:
    market, case = await open_market()
    assert names(await read(market, place, Reading(case[:8]))) == ["Lamp"]
    assert {s.method for s in market.home.requests if "/journal/" in s.url} == {"GET"}


async def test_what_others_gave_back_is_passed_over_and_that_is_said() -> None:
    market, case = await open_market()
    await read(market, "", Reading(case))
    assert [line for line in market.heard if "from-shop.example" in line and "passed over" in line]


async def test_a_closed_place_that_nobody_gave_back_is_a_refusal() -> None:
    market, case = await open_market()
    market.home.put(f"{PURCHASES}secret/2025.ttl", LAMP.format(name="Ring"))
    market.home.owner_acl(f"{PURCHASES}secret/")
    with pytest.raises(Refused, match="secret"):
        await read(market, "", Reading(case))


Before = Callable[[Market], Awaitable[str]]


async def _asked(market: Market) -> str:
    return await asked(market)


async def _not_told(market: Market) -> str:
    case = await asked(market)
    await approved(market)
    body = market.home.body(f"lifepod/agreements/{case}/agreement.jsonld") or b""
    market.shop.put(f"lifepod/held/{case}/agreement.jsonld", body, "application/ld+json")
    return case


async def _revoked(market: Market) -> str:
    case = await opened_case(market)
    await ended(market, case, SOON)
    await status(market, SOON)
    return case


async def _withdrawn(market: Market) -> str:
    case = await opened_case(market)
    async with market.vendor(SOON) as desk:
        await desk.withdraw(case)
    return case


async def _forked(market: Market) -> str:
    case = await opened_case(market)
    url = market.shop.url(f"lifepod/held/{case}/request.jsonld")
    body = market.shop.shelf.things[url].body
    market.shop.put(url, body.replace(b"2027-02-01T", b"2027-02-02T"), "application/ld+json")
    return case


NOT_OPEN: dict[str, tuple[Before, str, str]] = {
    "only asked": (_asked, SOON, "is no agreement: it is asked"),
    "signed, not told": (_not_told, SOON, "not told yet"),
    "revoked": (_revoked, LATER, r"ended on .* \(revoked\)"),
    "withdrawn": (_withdrawn, LATER, r"ended on .* \(withdrawn\)"),
    "forked": (_forked, SOON, "Two texts"),
    "expired": (opened_case, "2027-02-01T00:00:00Z", r"ended on .* \(expired\)"),
}


@pytest.mark.parametrize(("before", "now", "why"), NOT_OPEN.values(), ids=NOT_OPEN.keys())
async def test_without_an_agreement_in_force_nothing_is_sent(before: Before, now: str, why: str) -> None:
    market = await new_market()
    case = await before(market)
    with pytest.raises(Refused, match=why) as raised:
        await read(market, "", Reading(case), now)
    assert raised.value.advice
    assert market.asked_of_home() == []
    with pytest.raises(Refused):
        await read(market, FILE, Reading(case, changes=True), now)
    assert market.asked_of_home() == []


async def test_after_the_end_the_due_deletion_is_said() -> None:
    market = await new_market()
    case = await _revoked(market)
    with pytest.raises(Refused, match=f"delete-at-end by {later(1, SOON)}"):
        await read(market, "", Reading(case), SOON)


UNCOVERED = {
    "beside": ("journal/browsing/", Reading()),
    "above": ("journal/", Reading()),
    "in another pod": ("https://bob.example/journal/purchases/", Reading()),
    "a name that begins the same": ("journal/purchases-old/", Reading()),
    "climbing": ("https://pod.example/alice/journal/purchases/%2e%2e/browsing/", Reading()),
    "another purpose": ("", Reading(purpose="Marketing")),
    "a wider purpose": ("", Reading(purpose="Purpose")),
    "another app": ("", Reading(client="https://shop.example/other.jsonld")),
}


@pytest.mark.parametrize(("place", "how"), UNCOVERED.values(), ids=UNCOVERED.keys())
async def test_what_is_not_covered_is_refused_before_anything_is_sent(place: str, how: Reading) -> None:
    market = await new_market()
    case = await asked(market, purpose=AGREED, client="https://shop.example/app/client.jsonld")
    await approved(market)
    await status(market)
    with pytest.raises((Refused, Malformed)):
        await read(market, place, Reading(case, how.purpose, how.client))
    assert market.asked_of_home() == []


async def test_the_purpose_and_the_app_that_were_agreed_may_be_named() -> None:
    market = await new_market()
    app = "https://shop.example/app/client.jsonld"
    case = await asked(market, purpose=AGREED, client=app)
    await approved(market)
    await status(market)
    assert names(await read(market, "", Reading(case, AGREED, app))) == ["Lamp"]
    assert not [line for line in market.heard if app in line]
    assert names(await read(market, "", Reading(case))) == ["Lamp"]
    assert [line for line in market.heard if app in line]


async def test_an_agreement_without_reading_lets_nothing_be_read() -> None:
    market = await new_market()
    case = await asked(market, mode=("append",))
    await approved(market)
    await status(market)
    with pytest.raises(Refused, match="lets nothing be read"):
        await read(market, "", Reading(case))


# Without an agreement


async def test_a_plain_grant_is_read_without_an_agreement() -> None:
    market = await new_market()
    place = market.home.url(PURCHASES)
    rule = (
        f"[] a acl:Authorization; acl:agent <{SHOP}>; acl:accessTo <{place}>; acl:default <{place}>; acl:mode acl:Read."
    )
    market.home.owner_acl(PURCHASES, rule)
    assert names(await read(market, place)) == ["Lamp"]


async def test_what_an_agreement_opened_is_not_read_without_it_once_it_has_ended() -> None:
    market, _ = await open_market()
    url = market.home.url(FILE)
    assert names(await read(market, url)) == ["Lamp"]
    with pytest.raises(Refused, match="ended on 2027-02-01"):
        await read(market, url, now="2027-03-01T00:00:00Z")
    assert market.asked_of_home() == []


async def test_a_newer_agreement_over_the_same_place_counts() -> None:
    market, case = await open_market()
    async with market.vendor(SOON) as desk:
        await desk.withdraw(case)
    async with market.person(SOON) as papers:
        await papers.inbox()
    newer = await asked(market, SOON, say="Again.")
    await approved(market, SOON)
    await status(market, SOON)
    assert newer != case
    assert names(await read(market, market.home.url(FILE))) == ["Lamp"]
    with pytest.raises(Refused):
        await read(market, FILE, Reading(case))


# Changes


async def test_only_what_changed_is_read_again() -> None:
    market = await new_market()
    market.home.put(f"{PURCHASES}amazon/2024.ttl", LAMP.format(name="Chair"))
    case = await opened_case(market)
    how = Reading(case, changes=True)
    assert names(await read(market, "", how)) == ["Chair", "Lamp"]
    for _ in range(2):
        assert names(await read(market, "", how)) == []
    sent = [s.headers.get("if-none-match") for s in market.home.requests if s.url.endswith(".ttl")]
    assert len(sent) == 2
    assert all(sent)
    market.home.put(FILE, LAMP.format(name="Desk"))
    assert names(await read(market, "", how)) == ["Desk"]
    assert names(await read(market, "", Reading(case))) == ["Chair", "Desk"]


async def test_a_server_without_a_clock_is_read_whole_each_time() -> None:
    """Whether a version tag can still move is not known there."""
    market, case = await open_market()
    for _ in range(2):
        async with market.vendor(SOON) as desk:
            assert names([record async for record in desk.read("", Reading(case, changes=True))]) == ["Lamp"]


async def test_what_is_gone_is_said_once() -> None:
    market = await new_market()
    market.home.put(f"{PURCHASES}amazon/2024.ttl", LAMP.format(name="Chair"))
    case = await opened_case(market)
    how = Reading(case, changes=True)
    await read(market, "", how)
    market.home.shelf.delete(market.home.url(FILE))
    assert await read(market, "", how) == []
    assert [line for line in market.heard if "2025.ttl is gone" in line]
    await read(market, "", how)
    assert not [line for line in market.heard if "gone" in line]


async def test_a_reading_that_is_left_half_way_is_not_noted_as_done() -> None:
    market, case = await open_market()
    how = Reading(case, changes=True)
    async with market.vendor(SOON, through=Clocked(market)) as desk:
        records = desk.read("", how)
        await anext(records)
        await records.aclose()  # type: ignore[attr-defined]
    assert names(await read(market, "", how)) == ["Lamp"]


@pytest.mark.parametrize("kept", ["{", "[]", "null", '{"a": 1}'])
async def test_a_damaged_note_of_what_was_read_is_made_anew(kept: str) -> None:
    market, case = await open_market()
    (cache_dir() / f"read-{case}.json").write_text(kept)
    assert names(await read(market, "", Reading(case, changes=True))) == ["Lamp"]
    assert names(await read(market, "", Reading(case, changes=True))) == []


# Words


def test_an_id_and_an_address_are_told_apart() -> None:
    said = {"purpose": "", "client": "", "changes": False}
    assert reading_of("6a0c2f4e", "x/", **said) == ("x/", Reading("6a0c2f4e"))  # type: ignore[arg-type]
    assert reading_of("https://a.example/x/", "", **said) == ("https://a.example/x/", Reading())  # type: ignore[arg-type]
    with pytest.raises(Malformed):
        reading_of("https://a.example/x/", "", purpose=AGREED, client="", changes=False)


async def test_an_id_that_is_not_held_is_told() -> None:
    market = await new_market()
    with pytest.raises(Missing):
        await read(market, "", Reading("0123abcd"))
