"""What a vendor owes: deletions attested, payments receipted, uses told, records given back; each once."""

from __future__ import annotations

import pytest
from tests.owner.letters import later
from tests.vendor.market import (
    LATER,
    PURCHASES,
    SOON,
    Market,
    approved,
    asked,
    case_in,
    each_cut,
    ended,
    held,
    new_market,
    open_market,
    status,
)

from lifepod.errors import Conflict, LifepodError, Malformed, Missing, OutsideTerms, Refused
from lifepod.parties.filing import opened
from lifepod.terms.events import Event, event_of
from lifepod.vendor.desk import Exceptions, Paid

RECORD = b"<#a> <https://schema.org/name> 'Receipt 118'."
OWN = f"{PURCHASES}from-shop.example/"


def event(market: Market, case: str, name: str) -> Event:
    body = market.shop.body(f"lifepod/held/{case}/{name}.jsonld")
    assert body is not None
    return event_of(opened(body))


async def over() -> tuple[Market, str]:
    """An agreement that its person ended."""
    market, case = await open_market()
    await ended(market, case)
    await status(market, LATER)
    return market, case


# Deletion


async def test_an_attestation_settles_every_deletion_that_is_due() -> None:
    market, case = await over()
    async with market.vendor(LATER) as desk:
        said = await desk.attest(case)
    assert said["told"] is True
    made = event(market, case, "attestation-1")
    assert {node.rpartition("#")[2] for node in made.fulfils} == {"delete-at-end", "delete-after-use"}
    assert market.home.url(PURCHASES) in made.covers
    assert case_in(await status(market, LATER), case)["state"] == "settled"
    async with market.person(LATER) as papers:
        await papers.inbox()
        assert (await papers.agreement(case)).life.state == "settled"


async def test_what_is_kept_all_the_same_is_said_with_its_reason() -> None:
    market, case = await over()
    async with market.vendor(LATER) as desk:
        await desk.attest(case, Exceptions("Invoice 118.", "https://law.example/147", "2026-12-15"))
    made = event(market, case, "attestation-1")
    assert [(one.description, one.references) for one in made.kept] == [("Invoice 118.", "https://law.example/147")]
    assert made.backups_gone_by == "2026-12-15T00:00:00Z"
    assert str(case_in(await status(market, LATER), case)["duties"]).count("attested, except") == 1


async def test_the_same_attestation_is_one_record_and_another_one_another() -> None:
    market, case = await over()
    for now in (LATER, later(2)):
        async with market.vendor(now) as desk:
            await desk.attest(case)
    assert {name for name in held(market, case) if "attestation" in name} == {"attestation-1.jsonld"}
    async with market.vendor(later(2)) as desk:
        await desk.attest(case, Exceptions("An invoice."))
    assert {name for name in held(market, case) if "attestation" in name} == {
        "attestation-1.jsonld",
        "attestation-2.jsonld",
    }


async def test_before_the_end_there_is_nothing_to_attest() -> None:
    market, case = await open_market()
    async with market.vendor() as desk:
        with pytest.raises(Missing, match="has not ended"):
            await desk.attest(case)
        with pytest.raises(Malformed, match="reason"):
            await desk.attest(case, Exceptions(law="https://law.example/147"))


# Payment


async def test_a_receipt_is_for_the_first_period_that_has_none() -> None:
    market, case = await open_market(price="6 EUR")
    async with market.vendor(later(30)) as desk:
        assert (await desk.pay(case, Paid("6", "EUR", "RF1")))["told"] is True
        await desk.pay(case, Paid("6.00", "eur", "RF2"))
    first, second = (event(market, case, f"receipt-{day}") for day in ("2026-11-25", "2026-12-25"))
    assert (first.price, first.currency, first.identifier) == ("6", "EUR", "RF1")
    assert (second.price, second.period_start, second.identifier) == ("6", "2026-12-25", "RF2")
    assert [node.rpartition("#")[2] for node in first.fulfils] == ["pay"]


async def test_one_reference_is_one_payment() -> None:
    market, case = await open_market(price="6 EUR")
    for now in (later(1), later(2)):
        async with market.vendor(now) as desk:
            await desk.pay(case, Paid("6", "EUR", "RF1"))
    assert {name for name in held(market, case) if "receipt" in name} == {"receipt-2026-11-25.jsonld"}
    assert event(market, case, "receipt-2026-11-25").published == later(1)
    async with market.vendor(later(3)) as desk:
        with pytest.raises(Conflict, match="something else"):
            await desk.pay(case, Paid("7", "EUR", "RF1"))
        with pytest.raises(Conflict, match="already"):
            await desk.pay(case, Paid("6", "EUR", "RF9", "2026-11-25"))


WRONG: dict[str, tuple[Paid, type[LifepodError]]] = {
    "too little": (Paid("5.99", "EUR", "RF1"), OutsideTerms),
    "another currency": (Paid("6", "USD", "RF1"), OutsideTerms),
    "no number": (Paid("six", "EUR", "RF1"), Malformed),
    "no end of it": (Paid("Infinity", "EUR", "RF1"), OutsideTerms),
    "nothing at all": (Paid("NaN", "EUR", "RF1"), OutsideTerms),
    "no reference": (Paid("6", "EUR", " "), Malformed),
    "no day": (Paid("6", "EUR", "RF1", "soon"), Malformed),
}


@pytest.mark.parametrize(("paid", "error"), WRONG.values(), ids=WRONG.keys())
async def test_what_was_not_agreed_is_not_receipted(paid: Paid, error: type[LifepodError]) -> None:
    market, case = await open_market(price="6 EUR")
    async with market.vendor(LATER) as desk:
        with pytest.raises(error):
            await desk.pay(case, paid)
    assert not [name for name in held(market, case) if "receipt" in name]


async def test_where_nothing_is_owed_nothing_is_receipted() -> None:
    market = await new_market()
    case = await asked(market)
    async with market.vendor() as desk:
        with pytest.raises(Missing, match="no agreement"):
            await desk.pay(case, Paid("6", "EUR", "RF1"))
        with pytest.raises(Missing, match="no agreement"):
            await desk.note(case, "Used.")
    await approved(market)
    await status(market)
    async with market.vendor() as desk:
        with pytest.raises(Missing, match="no payment"):
            await desk.pay(case, Paid("6", "EUR", "RF1"))


# Notes


async def test_a_note_is_kept_once_a_day_for_each_text() -> None:
    market, case = await open_market()
    for text in ("Two suggestions.", "Two suggestions.", "A third one."):
        async with market.vendor(SOON) as desk:
            assert (await desk.note(case, text))["told"] is True
    assert {name for name in held(market, case) if "note" in name} == {
        "use-note-2026-11-25.jsonld",
        "use-note-2026-11-25-2.jsonld",
    }
    assert event(market, case, "use-note-2026-11-25").description == "Two suggestions."
    async with market.vendor(SOON) as desk:
        with pytest.raises(Malformed):
            await desk.note(case, "x" * 1_001)
        with pytest.raises(Malformed):
            await desk.note(case, " ")


# Giving back


async def test_records_go_into_the_container_of_the_agreement_once() -> None:
    market, case = await open_market()
    for now in (SOON, LATER):
        async with market.vendor(now) as desk:
            said = await desk.append(case, "receipt.ttl", RECORD)
    assert market.home.body(str(said["place"])) == RECORD
    assert str(said["place"]).startswith(market.home.url(OWN))
    top = market.home.url(OWN)
    assert len([url for url in market.home.shelf.things if url.startswith(top)]) == 2
    assert {s.method for s in market.home.requests if OWN in s.url} <= {"POST"}


@pytest.mark.parametrize(("name", "body"), [("a.ttl", b"<a> <b"), ("a.jsonld", b"{"), ("a.txt", b"x"), ("ttl", b"")])
async def test_what_nobody_could_read_back_is_not_sent(name: str, body: bytes) -> None:
    market, case = await open_market()
    async with market.vendor(SOON) as desk:
        market.home.requests.clear()
        with pytest.raises(Malformed):
            await desk.append(case, name, body)
    assert market.asked_of_home() == []


async def test_after_the_end_nothing_is_added() -> None:
    market, case = await over()
    async with market.vendor(LATER) as desk:
        market.home.requests.clear()
        with pytest.raises(Refused, match="revoked"):
            await desk.append(case, "a.ttl", RECORD)
    assert market.asked_of_home() == []


async def test_where_adding_was_not_agreed_nothing_is_added() -> None:
    market = await new_market()
    case = await asked(market, mode=("read",))
    await approved(market)
    await status(market)
    async with market.vendor() as desk:
        with pytest.raises(Refused, match="add anything"):
            await desk.append(case, "a.ttl", RECORD)


# Cut off


async def test_an_attestation_a_receipt_and_a_note_can_be_cut_off_anywhere() -> None:
    market, case = await open_market(price="6 EUR")
    assert await each_cut(market, lambda desk, one: desk.note(one, "Used."), case, SOON) > 5
    assert await each_cut(market, lambda desk, one: desk.pay(one, Paid("6", "EUR", "RF1")), case, SOON) > 5
    async with market.vendor(SOON) as desk:
        await desk.withdraw(case)
    assert await each_cut(market, lambda desk, one: desk.attest(one), case, LATER) > 5
