"""Asking: what a vendor draws up, signs and sends; what it will not ask; and what a cut line leaves behind."""

from __future__ import annotations

import re
from datetime import datetime

import pytest
from tests.owner.cut import CutOff
from tests.owner.letters import NOW, offering
from tests.terms.samples import SHOP
from tests.vendor.market import (
    PURCHASES,
    UNTIL,
    CutStreet,
    Market,
    approved,
    asked,
    new_market,
    status,
)

from lifepod.errors import LifepodError, Malformed, Missing, NotReady, OutsideTerms, Undecided, Unproved
from lifepod.owner.papers import Papers
from lifepod.parties.filing import opened
from lifepod.terms.judge import read_as, signed_by
from lifepod.terms.policy import Policy
from lifepod.vendor.asking import offers_value
from lifepod.vendor.desk import Ask
from lifepod.vendor.side import moment

OWN = f"{PURCHASES}from-shop.example/"


def request(market: Market, case: str) -> Policy:
    body = market.shop.body(f"lifepod/held/{case}/request.jsonld")
    assert body is not None
    policy = read_as(opened(body)).policy
    assert policy is not None
    return policy


def messages(market: Market) -> list[str]:
    top = market.home.url("inbox/")
    return sorted(url.removeprefix(top) for url in market.home.shelf.things if url.startswith(top) and url != top)


async def test_making_ready_says_what_it_did_and_a_second_time_does_nothing() -> None:
    market = await new_market()
    async with market.vendor() as desk:
        again = await desk.init()
    assert again["did"] == []
    assert again["key"] == "https://shop.example/profile/card#lifepod-1"
    assert again["inbox"] == "https://shop.example/inbox/"
    assert {s.method for s in market.shop.requests} <= {"GET", "HEAD"}
    assert market.shop.modes("inbox/", market.home.owner) == {"append"}
    assert market.shop.modes("inbox/", None) == frozenset()
    assert market.shop.modes("lifepod/held/", market.home.owner) == frozenset()


async def test_what_cannot_be_put_on_record_leaves_nothing_behind() -> None:
    market = await new_market()
    async with market.vendor() as desk:
        drafted = await desk.draft(market.home.owner, Ask(until=UNTIL, service="a\x1b[2J"))
        with pytest.raises(Malformed, match="cannot be put on record"):
            await desk.ask(drafted)
        assert (await desk.status())["cases"] == []
    assert [url for url in market.shop.shelf.things if "/outbox/" in url and not url.endswith("/")] == []


async def test_another_key_takes_the_place_of_the_first_which_stays_revoked() -> None:
    market = await new_market()
    async with market.vendor() as desk:
        assert str((await desk.init(new_key=True))["key"]).endswith("#lifepod-2")
    card = (market.shop.body("profile/card") or b"").decode()
    assert "revoked" in card
    assert "lifepod-1" in card


async def test_a_request_is_signed_kept_where_the_person_reads_it_and_delivered() -> None:
    market = await new_market()
    case = await asked(market, say="To suggest parts.", service="Suggestions")
    policy = request(market, case)
    assert (policy.assigner, policy.assignee) == (market.home.owner, SHOP)
    assert {key.owner for key in policy.keys} == {market.home.owner, SHOP}
    assert policy.targets == (market.home.url(PURCHASES), market.home.url(OWN))
    assert market.shop.modes(f"lifepod/held/{case}/request.jsonld", market.home.owner) == {"read"}
    assert market.shop.modes(f"lifepod/held/{case}/request.jsonld", None) == frozenset()
    (name,) = messages(market)
    assert name == f"lifepod-{case}"
    assert market.home.body(f"inbox/{name}") == market.shop.body(f"lifepod/held/{case}/request.jsonld")


async def test_what_is_sent_is_what_was_shown() -> None:
    market = await new_market()
    async with market.vendor() as desk:
        drafted = await desk.draft(market.home.owner, Ask(until=UNTIL))
        before = set(market.shop.shelf.things)
        said = await desk.ask(drafted)
    assert drafted.value["id"] == said["id"]
    assert not any(str(said["id"]) in url for url in before)
    assert [one["clause"] for one in drafted.value["clauses"]][:2] == ["read", "append"]  # type: ignore[attr-defined]
    sent = request(market, str(said["id"]))
    assert sent == drafted.policy


async def test_a_dry_run_writes_nothing_anywhere() -> None:
    market = await new_market()
    async with market.vendor() as desk:
        found = await desk.offers(market.home.owner)
        await desk.draft(market.home.owner, Ask(until=UNTIL), found)
    assert {s.method for s in (*market.shop.requests, *market.home.requests)} <= {"GET", "HEAD"}
    (value,) = offers_value(found)
    assert (value["name"], value["state"], value["amiss"]) == ("shops-1", "open", "")


async def test_the_terms_are_read_as_nobody() -> None:
    market = await new_market()
    async with market.vendor() as desk:
        await desk.offers(market.home.owner)
    seen = [s for s in market.home.requests if "/terms/" in s.url or "profile" in s.url]
    assert seen
    assert {s.webid for s in seen} == {None}


@pytest.mark.parametrize("under", ["", "shops", "shops-1", "https://pod.example/alice/lifepod/terms/shops-1#terms"])
async def test_terms_are_found_by_name_by_address_and_without_either(under: str) -> None:
    market = await new_market()
    assert request(market, await asked(market, under=under)).under.endswith("shops-1#terms")


async def published(market: Market, name: str, days: int = 180) -> None:
    async with market.person() as papers:
        assert isinstance(papers, Papers)
        await papers.publish(await papers.draw_up(offering(market.home.url("journal/searches/"), name, days)))


async def test_without_a_name_the_best_liked_terms_that_open_the_place_are_taken() -> None:
    market = await new_market()
    await published(market, "finders")
    assert request(market, await asked(market, place=("journal/searches/",))).under.endswith("finders-1#terms")
    assert request(market, await asked(market)).under.endswith("shops-1#terms")


OUTSIDE: dict[str, tuple[Ask, type[LifepodError]]] = {
    "too long": (Ask(until="2028-02-01"), OutsideTerms),
    "over already": (Ask(until="2026-01-01"), OutsideTerms),
    "another place": (Ask(until=UNTIL, place=("journal/browsing/",)), OutsideTerms),
    "another place under these": (Ask(until=UNTIL, under="shops", place=("journal/browsing/",)), OutsideTerms),
    "another mode": (Ask(until=UNTIL, mode=("change",)), OutsideTerms),
    "another purpose": (Ask(until=UNTIL, purpose="Marketing"), OutsideTerms),
    "a price nobody asks": (Ask(until=UNTIL, price="6 EUR"), OutsideTerms),
    "no such terms": (Ask(until=UNTIL, under="friends"), Missing),
    "no purpose": (Ask(until=UNTIL, purpose="Wizardry"), Malformed),
    "no price": (Ask(until=UNTIL, price="six"), Malformed),
    "no day": (Ask(until="soon"), Malformed),
    "outside the pod": (Ask(until=UNTIL, place=("https://other.example/x/",)), OutsideTerms),
    "above": (Ask(until=UNTIL, place=("journal/purchases/../browsing/",)), Malformed),
}


@pytest.mark.parametrize(("ask", "error"), OUTSIDE.values(), ids=OUTSIDE.keys())
async def test_what_is_outside_the_terms_is_not_asked(ask: Ask, error: type[LifepodError]) -> None:
    market = await new_market()
    async with market.vendor() as desk:
        with pytest.raises(error) as raised:
            await desk.draft(market.home.owner, ask)
    assert raised.value.advice
    assert messages(market) == []


async def test_terms_that_are_retired_cannot_be_asked_under() -> None:
    market = await new_market()
    async with market.person() as papers:
        await papers.retire("shops-1")
    async with market.vendor() as desk:
        with pytest.raises(OutsideTerms, match="no longer offered"):
            await desk.draft(market.home.owner, Ask(until=UNTIL, under="shops-1"))
        with pytest.raises(OutsideTerms):
            await desk.draft(market.home.owner, Ask(until=UNTIL))


async def test_a_price_is_asked_at_least_as_high_as_it_is_offered() -> None:
    market = await new_market(price=True)
    async with market.vendor() as desk:
        with pytest.raises(OutsideTerms):
            await desk.draft(market.home.owner, Ask(until=UNTIL, price="4 EUR", every=30))
        drafted = await desk.draft(market.home.owner, Ask(until=UNTIL, price="6 eur", every=30))
    assert "6 EUR" in str(drafted.value["clauses"])


FORGED = {
    "another text": (b"Shops may read", b"Shops shall read"),
    "another signer": (b"lifepod-1", b"lifepod-9"),
    "no record": (b"{", b"["),
}


@pytest.mark.parametrize(("old", "new"), FORGED.values(), ids=FORGED.keys())
async def test_terms_that_were_changed_are_not_asked_under(old: bytes, new: bytes) -> None:
    market = await new_market()
    url = market.home.url("lifepod/terms/shops-1")
    thing = market.home.shelf.things[url]
    market.home.put(url, thing.body.replace(old, new), thing.content_type)
    async with market.vendor() as desk:
        (offer,) = await desk.offers(market.home.owner)
        assert offer.policy is None
        with pytest.raises((Unproved, Malformed)):
            await desk.draft(market.home.owner, Ask(until=UNTIL))


async def test_terms_whose_key_the_person_does_not_show_are_not_asked_under() -> None:
    market = await new_market()
    url = market.home.url("profile/card")
    body = market.home.shelf.things[url].body.decode()
    market.home.put(url, re.sub(r'"z6Mk[^"]+"', '"z6MkmHx3Pi23YzZrqLrdDDgSzTjao2VZrTajSao7p6vQqsyo"', body))
    async with market.vendor() as desk:
        with pytest.raises(Unproved, match="does not show"):
            await desk.draft(market.home.owner, Ask(until=UNTIL))


async def test_who_offers_no_terms_is_not_asked() -> None:
    market = await new_market()
    url = market.home.url("profile/card")
    body = market.home.shelf.things[url].body.decode()
    market.home.put(url, re.sub(r"<https://w3id.org/lifepod#terms>|lp:terms", "<urn:x:other>", body))
    async with market.vendor() as desk:
        with pytest.raises(Missing, match="offers no terms"):
            await desk.offers(market.home.owner)


async def test_without_key_or_inbox_nothing_is_asked() -> None:
    market = await new_market()
    market.its.kept.clear()
    async with market.vendor() as desk:
        with pytest.raises(NotReady, match="no key") as raised:
            await desk.draft(market.home.owner, Ask(until=UNTIL))
    assert "vendor init" in raised.value.advice


@pytest.mark.parametrize("person", ["http://10.0.0.1/card#me", "https://127.0.0.1/card#me", "http://pod.example/x#me"])
async def test_no_profile_is_asked_that_only_an_attacker_would_name(person: str) -> None:
    market = await new_market()
    async with market.vendor() as desk:
        market.shop.requests.clear()
        market.home.requests.clear()
        with pytest.raises(Malformed):
            await desk.offers(person)
    assert market.asked_of_home() == []


async def test_a_path_in_one_of_several_pods_is_for_the_vendor_to_say() -> None:
    market = await new_market()
    url = market.home.url("profile/card")
    body = market.home.shelf.things[url].body.decode()
    more = f"<{market.home.owner}> <http://www.w3.org/ns/pim/space#storage> <https://pod.example/second/>."
    market.home.put(url, f"{body}\n{more}")
    async with market.vendor() as desk:
        with pytest.raises(Undecided, match="several pods"):
            await desk.draft(market.home.owner, Ask(until=UNTIL, place=(PURCHASES,)))
        assert await desk.draft(market.home.owner, Ask(until=UNTIL, place=(market.home.url(PURCHASES),)))


async def test_the_same_request_is_sent_again_while_it_waits_and_anew_once_it_was_answered() -> None:
    market = await new_market()
    first = await asked(market)
    later = "2026-11-26T10:00:00Z"
    assert await asked(market, later) == first
    bodies = {market.home.body(f"inbox/{name}") for name in messages(market)}
    assert len(bodies) == 1
    async with market.person(later) as papers:
        await papers.inbox()
        (waiting,) = [one for one in await papers.requests() if one.is_waiting]
        await papers.decline(waiting, (), silent=False)
    await status(market, later)
    assert await asked(market, "2026-11-27T10:00:00Z") != first


async def test_a_closed_inbox_is_told_and_the_request_waits() -> None:
    market = await new_market()
    market.home.script("POST", "inbox/", 403)
    async with market.vendor() as desk:
        said = await desk.ask(await desk.draft(market.home.owner, Ask(until=UNTIL)))
    assert said["told"] is False
    assert "403" in str(said["why"])
    assert messages(market) == []
    assert (await status(market))["untold"] == []
    assert messages(market) == [f"lifepod-{said['id']}"]


async def test_asking_that_is_cut_off_anywhere_ends_in_the_same_once_it_is_repeated() -> None:
    limit, whole, steps = 0, False, 0
    while not whole:
        market = await new_market()
        line = CutStreet(market, limit)
        try:
            async with market.vendor(through=line) as desk:
                line.begin()
                await desk.ask(await desk.draft(market.home.owner, Ask(until=UNTIL)))
        except CutOff:
            steps += 1
        whole = line.was_whole
        held = {url for url in market.shop.shelf.things if "/held/" in url and url.count("/") > 5}
        case = await asked(market, "2026-11-25T10:05:00Z")
        folders = {url for url in market.shop.shelf.things if "/held/" in url and url.count("/") > 5}
        assert len(folders) == 2, (limit, held)  # the folder and the request in it
        assert {market.home.body(f"inbox/{name}") for name in messages(market)} == {
            market.shop.body(f"lifepod/held/{case}/request.jsonld")
        }
        assert not [url for url in market.shop.shelf.things if "/outbox/" in url and url.endswith(".json")]
        limit += 1
    assert steps > 10


async def test_what_was_asked_can_be_approved() -> None:
    market = await new_market()
    await asked(market)
    await approved(market)
    assert market.home.modes(f"{PURCHASES}amazon/2025.ttl", SHOP) == {"read"}
    assert market.home.modes(OWN, SHOP) == {"append"}


async def test_the_person_signs_the_very_bytes_the_vendor_holds() -> None:
    market = await new_market()
    case = await asked(market)
    await approved(market)
    body = market.home.body(f"lifepod/agreements/{case}/agreement.jsonld") or b""
    read = read_as(opened(body))
    assert signed_by(read, datetime.fromisoformat(NOW)) == {SHOP, market.home.owner}


@pytest.mark.parametrize(
    ("said", "kept"),
    [
        ("2027-05-01", "2027-05-01T00:00:00Z"),
        ("2027-05-01T18:00Z", "2027-05-01T18:00:00Z"),
        ("2027-05-01T18:00:00+02:00", "2027-05-01T16:00:00Z"),
    ],
)
def test_days_and_times_are_kept_in_utc(said: str, kept: str) -> None:
    assert moment(said) == kept
