"""Agreements after they were signed, over a pod in memory: how they stand, how they end, and what was promised."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest
from tests.cli.market import NEW, PRICE, SHOP, UUID, Market, market, moment, profile_of
from tests.owner.signed import writes
from tests.terms.samples import key_of

from lifepod.owner import papers
from lifepod.rdf.closed import read_closed
from lifepod.terms.events import Step, event_of

ID = f"{UUID}1"
PURCHASES = "journal/purchases/"
BACK = "journal/purchases/from-shop.example/"


@pytest.fixture(name="here")
def _here(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Market:
    here = market(monkeypatch, capsys)
    return agreed(here)


def agreed(here: Market) -> Market:
    """The first request is approved."""
    here.asks()
    here.run("inbox")
    done = here.run("approve", "1", "--yes")
    assert done.code == 0, done.err
    here.told.clear()
    return here


# How they stand


def test_without_agreements_it_says_so(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    here = market(monkeypatch, capsys, terms=False)
    assert here.run("agreements").out == "No agreements yet.\n"
    assert here.run("ledger").out == "No agreements yet, so nothing is promised.\n"
    assert here.run("agreements", "abcdef").code == 5
    assert here.run("end", "abcdef", "--yes").code == 5


def test_agreements_are_listed_with_how_they_stand(here: Market) -> None:
    (one,) = here.run("agreements", "--json").value["agreements"]
    wanted: dict[str, Any] = {"id": ID, "vendor": SHOP, "terms": "shops-1", "state": "open", "duties": [], "copy": None}
    assert {key: one[key] for key in wanted} == wanted
    line = here.run("agreements").out.splitlines()[1]
    assert line.split()[:4] == [ID[:8], SHOP, "shops-1", "open"]


def test_one_agreement_is_shown_with_clauses_events_and_digests(here: Market) -> None:
    words = here.run("agreements", ID[:8]).out
    assert f"signed   {here.double.owner}, {SHOP}" in words
    assert "Nothing may be kept.  [promised by the vendor]" in words
    assert f"accept  by {here.double.owner}" in words
    value = here.run("agreements", ID[:8], "--json").value
    assert [one["step"] for one in value["events"]] == ["accept"]
    assert value["signers"] == sorted((here.double.owner, SHOP))
    graph = next(line for line in words.splitlines() if line.startswith("  graph")).split()[1:]
    assert [len(part) for part in graph] == [4, 4, 4, 4]


def test_the_record_is_printed_as_the_bytes_both_keep(here: Market) -> None:
    said = here.run("agreements", ID, "--record")
    assert said.out.encode() == here.double.body(f"lifepod/agreements/{ID}/agreement.jsonld")
    assert here.run("agreements", "--record").code == 2


def test_a_copy_that_cannot_be_looked_at_is_not_called_different(here: Market) -> None:
    (one,) = here.run("agreements", "--compare", "--json").value["agreements"]
    assert one["copy"].startswith("not readable")
    assert "not readable" in here.run("agreements", ID, "--compare").out


@pytest.mark.parametrize(
    ("change", "found"),
    [(lambda body: body, "identical"), (lambda body: b" " + body, "same graph, other bytes")],
)  # fmt: skip
def test_the_vendors_copy_is_compared_byte_for_byte(here: Market, change: object, found: str) -> None:
    assert callable(change)
    storage = (
        "<https://shop.example/profile/card#org> <http://www.w3.org/ns/pim/space#storage> <https://shop.example/>."
    )
    here.double.put(SHOP.partition("#")[0], profile_of(SHOP, key_of("shop", SHOP), storage))
    body = here.double.body(f"lifepod/agreements/{ID}/agreement.jsonld") or b""
    here.double.put(f"https://shop.example/lifepod/held/{ID}/agreement.jsonld", change(body), "application/ld+json")
    assert here.run("agreements", ID, "--compare", "--json").value["copy"] == found


# How they end


def test_an_end_is_rehearsed_with_what_closes_and_what_falls_due(here: Market) -> None:
    here.double.requests.clear()
    said = here.run("end", ID[:8], "--dry-run")
    assert (said.code, said.out) == (0, "Nothing was written.\n")
    assert f"{SHOP} read: yes -> no" in said.err
    assert "The vendor would owe delete-at-end by " in said.err
    assert writes(here.double) == []
    assert here.run("end", ID[:8]).code == 10  # nobody is there to ask


def test_an_end_closes_first_and_is_then_signed_and_told(here: Market) -> None:
    said = here.run("end", ID[:8], "--yes", "--json")
    assert said.code == 0, said.err
    value = said.value
    assert (value["applied"], value["told"], [due["clause"] for due in value["dues"]]) == (
        True,
        True,
        ["delete-at-end"],
    )
    assert here.double.modes(PURCHASES, SHOP) == set()
    event = event_of(read_closed(here.double.body(f"lifepod/agreements/{ID}/revocation.jsonld") or b""))
    assert event.step is Step.REVOCATION
    (one,) = here.run("agreements", "--json").value["agreements"]
    assert (one["state"], [duty["state"] for duty in one["duties"]]) == ("revoked", ["due"])
    assert "delete-at-end due" in here.run("agreements").out
    again = here.run("end", ID[:8], "--yes", "--json")
    assert (again.code, again.value["record"]) == (0, value["record"])


# What was promised


def test_the_ledger_shows_promises_that_have_no_day(here: Market) -> None:
    value = here.run("ledger", "--json").value
    (account,) = value["accounts"]
    assert (account["agreement"], account["vendor"], value["breach"]) == (ID, SHOP, None)
    assert {row["clause"]: row["state"] for row in account["rows"]} == {
        "deliver": "promised", "give-back": "promised", "delete-after-use": "promised", "delete-at-end": "promised",
    }  # fmt: skip
    words = here.run("ledger", "shop.example").out
    assert words.startswith(f"{SHOP}  {ID[:8]}  open since ")
    assert here.run("ledger", "nobody.example").code == 5


def test_nothing_is_noted_as_broken_before_its_day(here: Market) -> None:
    here.double.requests.clear()
    said = here.run("ledger", ID, "--breach", "delete-at-end", "--yes")
    assert said.code == 5
    assert "Nothing is overdue under delete-at-end." in said.err
    assert writes(here.double) == []


def later(world: pytest.MonkeyPatch, days: float) -> None:
    """From now on the clock of every command is so many days ahead."""
    world.setattr(papers, "stamp", lambda: moment(days))


def test_what_is_overdue_is_shown_and_noted_once_for_the_person_alone(
    here: Market, monkeypatch: pytest.MonkeyPatch
) -> None:
    here.run("end", ID, "--yes")
    later(monkeypatch, 3)
    assert "delete-at-end overdue" in here.run("agreements").out
    assert here.run("ledger", ID, "--breach", "delete-at-end").code == 10  # nobody is there to ask
    assert (
        here.run("ledger", ID, "--breach", "delete-at-end", "--dry-run", "--json").value["breach"]["applied"] is False
    )
    here.told.clear()
    said = here.run("ledger", ID, "--breach", "delete-at-end", "--yes", "--json")
    assert said.code == 0, said.err
    url = said.value["breach"]["record"]
    assert url == here.double.url(f"lifepod/ledger/{ID}-delete-at-end-breach.jsonld")
    event = event_of(read_closed(here.double.body(url) or b""))
    assert (event.step, event.target, event.about) == (Step.BREACH, "", (f"urn:uuid:{ID}#delete-at-end",))
    assert event.derived_from
    assert here.told == []
    assert here.double.modes(url, SHOP) == set()
    first = here.double.body(url)
    later(monkeypatch, 4)
    assert here.run("ledger", ID, "--breach", "delete-at-end", "--yes").code == 0
    assert here.double.body(url) == first


def test_an_attestation_settles_a_deletion_as_the_vendors_word(here: Market, monkeypatch: pytest.MonkeyPatch) -> None:
    agreement = read_closed(here.double.body(f"lifepod/agreements/{ID}/agreement.jsonld") or b"")
    here.run("end", ID, "--yes")
    here.says(
        Step.ATTESTATION, agreement, published=moment(0.5), fulfils=(f"urn:uuid:{ID}#delete-at-end",),
        covers=(here.double.url(PURCHASES),), ended=moment(0.4),
    )  # fmt: skip
    later(monkeypatch, 3)
    assert here.run("inbox", "--json").value["counts"]["filed"] == 1
    (row,) = [
        row for row in here.run("ledger", "--json").value["accounts"][0]["rows"] if row["clause"] == "delete-at-end"
    ]
    assert row["state"] == "attested"
    (one,) = here.run("agreements", "--json").value["agreements"]
    assert one["state"] == "settled"


# Money


BANK = """@prefix schema: <https://schema.org/>. @prefix lp: <https://w3id.org/lifepod#>.
@prefix xsd: <http://www.w3.org/2001/XMLSchema#>.
<#1> a schema:MoneyTransfer; lp:direction "{way}"; schema:startTime "{when}"^^xsd:dateTime; schema:amount <#1-amount>;
    schema:identifier "NTRF-1"; schema:description "Thank you {said}"; schema:participant "Shop".
<#1-amount> a schema:MonetaryAmount; schema:value "{amount}"^^xsd:decimal; schema:currency "EUR".
"""


@pytest.fixture(name="paying")
def _paying(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Market:
    """The shop pays 6 EUR every 30 days, and 40 days have passed."""
    here = market(monkeypatch, capsys, terms=False)
    assert here.run(*NEW, "--price", "5 EUR", "--every", "30", "--yes").code == 0
    here.asks(price=PRICE)
    here.run("inbox")
    assert here.run("approve", "1", "--yes").code == 0
    later(monkeypatch, 40)
    return here


def pays(here: Market) -> list[dict[str, Any]]:
    account = here.run("ledger", "--json").value["accounts"][0]
    return [row for row in account["rows"] if row["clause"] == "pay"]


def receipt(here: Market, **more: Any) -> None:
    agreement = read_closed(here.double.body(f"lifepod/agreements/{ID}/agreement.jsonld") or b"")
    said: dict[str, Any] = {
        "published": moment(31), "fulfils": (f"urn:uuid:{ID}#pay",), "period_start": moment()[:10], "price": "6",
        "currency": "EUR", "paid_at": moment(29), "identifier": "RF18539007547034",
    }  # fmt: skip
    here.says(Step.RECEIPT, agreement, **(said | more))
    assert here.run("inbox", "--json").value["counts"]["filed"] == 1


def test_a_payment_that_nobody_claims_is_overdue_and_can_be_noted(paying: Market) -> None:
    assert [row["state"] for row in pays(paying)] == ["overdue", "promised"]
    assert paying.run("ledger", "--json").value["accounts"][0]["sums"]["overdue"] == {"EUR": "6"}
    assert "Money: promised 6 EUR, overdue 6 EUR" in paying.run("ledger").out
    said = paying.run("ledger", ID, "--breach", "pay", "--yes", "--json")
    assert said.value["breach"]["record"].endswith(f"{ID}-pay-{moment(30)[:10]}-breach.jsonld")


def test_a_receipt_is_the_vendors_claim(paying: Market) -> None:
    receipt(paying)
    assert [row["state"] for row in pays(paying)] == ["claimed", "promised"]


@pytest.mark.parametrize(
    ("way", "amount", "said", "state"),
    [
        ("in", "6.00", "RF18 5390 0754 7034", "matched"),
        ("in", "6", "no reference", "possible"),
        ("in", "5", "RF18539007547034", "claimed"),
        ("out", "6", "RF18539007547034", "claimed"),
    ],
)
def test_a_record_of_the_bank_is_a_match_where_it_looks_alike(
    paying: Market, way: str, amount: str, said: str, state: str
) -> None:
    body = BANK.format(way=way, when=moment(30), amount=amount, said=said)
    paying.double.put(f"journal/payments/bank/{moment(30)[:4]}/{moment(30)[5:7]}.ttl", body)
    receipt(paying)
    first = pays(paying)[0]
    assert first["state"] == state
    assert bool(first["match"]) is (state in ("matched", "possible"))


def test_what_a_vendor_delivers_as_a_payment_is_no_bank_record(paying: Market) -> None:
    body = BANK.format(way="in", when=moment(30), amount="6", said="RF18539007547034")
    paying.double.put("journal/payments/from-shop.example/1.ttl", body)
    receipt(paying)
    assert pays(paying)[0]["state"] == "claimed"


def test_places_that_could_not_be_read_are_named_beside_the_ledger(paying: Market) -> None:
    paying.double.put("journal/payments/bank/2026/12.ttl", "this is not Turtle")
    found = paying.run("ledger", "--json").value["unread"]
    assert [one["path"] for one in found] == ["journal/payments/bank/2026/12.ttl"]
    assert "a match may be missing" in paying.run("ledger").out


def test_what_was_given_back_is_counted_by_the_day_it_came(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    here = market(monkeypatch, capsys, terms=False)
    assert here.run(*NEW, "--mode", "read", "--mode", "append", "--yes").code == 0
    here.asks(give_back=here.double.url(BACK))
    here.run("inbox")
    said = here.run("approve", "1", "--yes")
    assert said.code == 0, said.err
    assert here.double.modes(BACK, SHOP) == {"append"}
    later(monkeypatch, 400)
    url = here.double.put(BACK + "1.ttl", '<#a> <https://schema.org/name> "x".\n<#b> <https://schema.org/name> "y".')
    here.double.shelf.things[url].stamp = int(datetime.now(UTC).timestamp() * 1000) + 1000
    (row,) = [row for row in here.run("ledger", "--json").value["accounts"][0]["rows"] if row["kind"] == "give-back"]
    assert (row["state"], row["says"][:15]) == ("seen", "2 records came,")
