"""Terms and requests drawn up from choices: always within, or refused."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.terms.changes import OWN, PLACE, REQUEST, TERMS, adding, limit, rule_of, with_rule
from tests.terms.samples import ALICE, SHOP

from lifepod.errors import Malformed, OutsideTerms
from lifepod.names import DPV, LP, ODRL
from lifepod.rdf.closed import read_closed, write_closed
from lifepod.terms.clauses import CLAUSES
from lifepod.terms.drafting import Asking, Head, Offering, Price, offer_of, request_of, vendor_name
from lifepod.terms.policy import Policy
from lifepod.terms.record import policy_of, record_of
from lifepod.terms.request import faults_of
from lifepod.terms.roster import ROSTER
from lifepod.terms.within import differences, moment_of

TERMS_HEAD = Head("https://alice.example/lifepod/terms/shops-1#terms", "2026-11-20T09:00:00Z", TERMS.keys)
HEAD = Head(REQUEST.root, "2026-11-23T09:58:00Z", REQUEST.keys)
AT = datetime(2026, 11, 23, 9, 58, tzinfo=UTC)
STORAGE = "https://alice.example/"
WISH = Offering(
    name="shops",
    entry=ROSTER["sd-base-dp"],
    title="Shops may read my purchases and keep nothing",
    places=(PLACE,),
    purpose=DPV + "Personalisation",
    days=180,
    modes=("read", "append"),
    more=("no-storage", "delete-after-use", "delete-at-end"),
    price=Price(Decimal(5), "EUR", 30),
)
ASKING = Asking(
    assignee=SHOP,
    until="2027-05-01T00:00:00Z",
    reply_by="2026-12-07T00:00:00Z",
    purpose=DPV + "ServicePersonalisation",
    description="To suggest parts that fit what you already own.",
    service="Part suggestions on shop.example and in its app.",
    give_back=OWN,
    client="https://shop.example/app/client.jsonld",
    price=Price(Decimal(6), "EUR", 30),
)


def test_the_sample_terms_are_drawn_up_from_their_choices() -> None:
    drawn = offer_of(WISH, TERMS_HEAD, ALICE)
    assert differences(drawn, TERMS, AT) == () == differences(TERMS, drawn, AT)
    assert (drawn.title, drawn.roster, drawn.standard) == (TERMS.title, TERMS.roster, TERMS.standard)


def test_the_sample_request_is_drawn_up_from_its_choices() -> None:
    drawn = request_of(TERMS, REQUEST.under_digest, replace(ASKING, data=REQUEST.data), HEAD)
    assert drawn == REQUEST


NO_OFFER: dict[str, dict[str, Any]] = {
    "a name with a slash": {"name": "a/b"},
    "no name": {"name": ""},
    "a name with a line": {"name": "shops\n"},
    "no place": {"places": ()},
    "a place that is none": {"places": ("journal/purchases/",)},
    "one place spelt in another way": {"places": (PLACE, "https://alice.example/a/../b/")},
    "a place with a fragment": {"places": (PLACE + "#x",)},
    "a purpose nobody defined": {"purpose": "https://shop.example/p"},
    "no purpose": {"purpose": ""},
    "a purpose beside that of the roster": {"entry": ROSTER["pdc-good"], "more": ()},
    "no days": {"days": 0},
    "days for ever": {"days": 36_501},
    "deletion at once": {"delete_days": 0},
    "deletion before": {"delete_days": -1},
    "telling never": {"inform_days": 0},
    "nothing opened": {"modes": ()},
    "control": {"modes": ("read", "control")},
    "an obligation of nothing known": {"more": ("dance",)},
    "a permission as a promise": {"more": ("read",)},
    "a constraint as a promise": {"more": ("until",)},
    "a price of nothing": {"price": Price(Decimal(0), "EUR")},
    "a price below nothing": {"price": Price(Decimal(-5), "EUR")},
    "a price without an end": {"price": Price(Decimal("Infinity"), "EUR")},
    "a price that is no number": {"price": Price(Decimal("NaN"), "EUR")},
    "a price with too many places": {"price": Price(Decimal("0.0000000001"), "EUR")},
    "a currency that is gone": {"price": Price(Decimal(5), "DEM")},
    "a payment every minus day": {"price": Price(Decimal(5), "EUR", -1)},
    "a wallet with a query": {"price": Price(Decimal(5), "EUR", 0, "https://wallet.example/a?x=1")},
    "a wallet with a user": {"price": Price(Decimal(5), "EUR", 0, "https://a@wallet.example/")},
    "a wallet without encryption": {"price": Price(Decimal(5), "EUR", 0, "http://wallet.example/a")},
    "no reading where the roster wants a purpose": {"entry": ROSTER["pdc-ai"], "modes": ("append",), "more": ()},
    "a sale forbidden, but not passing on": {"entry": ROSTER["sd-base-atp-s3p"], "more": ()},
}


@pytest.mark.parametrize("name", NO_OFFER)
def test_choices_that_make_no_offer_are_refused(name: str) -> None:
    with pytest.raises(Malformed):
        offer_of(replace(WISH, **NO_OFFER[name]), TERMS_HEAD, ALICE)


def test_choices_made_twice_count_once() -> None:
    twice = replace(WISH, places=(PLACE, PLACE), modes=("read", "append", "read"), more=(*WISH.more, *WISH.more))
    assert offer_of(twice, TERMS_HEAD, ALICE) == offer_of(WISH, TERMS_HEAD, ALICE)


OUT: dict[str, dict[str, Any]] = {
    "a later end": {"until": "2027-11-01T00:00:00Z"},
    "another purpose": {"purpose": DPV + "Marketing"},
    "a purpose nobody defined": {"purpose": "https://shop.example/p"},
    "a place elsewhere": {"places": ("https://alice.example/journal/payments/",)},
    "one place of two elsewhere": {"places": (PLACE, "https://alice.example/journal/")},
    "a place in another spelling": {"places": (PLACE + "%61/",)},
    "a mode that is not opened": {"modes": ("change",)},
    "a mode more than is opened": {"modes": ("read", "change")},
    "giving back elsewhere": {"give_back": "https://shop.example/x/"},
    "a lower price": {"price": Price(Decimal("4.99"), "EUR", 30)},
    "another currency": {"price": Price(Decimal(6), "USD", 30)},
    "payment once": {"price": Price(Decimal(6), "EUR")},
    "payment less often": {"price": Price(Decimal(6), "EUR", 31)},
}


@pytest.mark.parametrize("name", OUT)
def test_asking_outside_the_terms_is_refused_with_the_clause(name: str) -> None:
    with pytest.raises(OutsideTerms) as caught:
        request_of(TERMS, "udigest", replace(ASKING, **OUT[name]), HEAD)
    assert caught.value.clauses


NO_REQUEST: dict[str, dict[str, Any]] = {
    "no end": {"until": ""},
    "an end in months": {"until": "P6M"},
    "an end that has passed": {"until": "2026-11-01T00:00:00Z"},
    "an answer before the question": {"reply_by": "2026-11-23T09:58:00Z"},
    "no day for an answer": {"reply_by": ""},
    "nobody who asks": {"assignee": ""},
    "somebody who asks themselves": {"assignee": ALICE},
    "a price of nothing": {"price": Price(Decimal(0), "EUR", 30)},
    "a price that is no number": {"price": Price(Decimal("NaN"), "EUR", 30)},
}


@pytest.mark.parametrize("name", NO_REQUEST)
def test_choices_that_make_no_request_are_refused(name: str) -> None:
    with pytest.raises(Malformed):
        request_of(TERMS, "udigest", replace(ASKING, **NO_REQUEST[name]), HEAD)


def test_a_price_is_refused_where_the_terms_ask_for_none() -> None:
    with pytest.raises(Malformed, match="ask for no payment"):
        request_of(with_rule("read", duties=())(TERMS), "udigest", ASKING, HEAD)


def test_where_it_is_paid_to_stays_the_word_of_the_terms() -> None:
    offer = with_rule("pay", pay_to="https://wallet.example/alice")(TERMS)
    price = Price(Decimal(6), "EUR", 30, "https://wallet.example/shop")
    assert (
        rule_of(request_of(offer, "u", replace(ASKING, price=price), HEAD), "pay").pay_to
        == "https://wallet.example/alice"
    )


def test_the_offered_price_is_promised_exactly_where_none_is_named() -> None:
    paid = rule_of(request_of(TERMS, "u", replace(ASKING, price=None), HEAD), "pay")
    (amount,), (period,) = paid.refinements, paid.constraints
    assert (amount.right.text, amount.operator, period.operator) == ("5", ODRL + "eq", ODRL + "eq")


def test_what_terms_for_everyone_leave_open_is_said_in_the_request() -> None:
    bare = with_rule("append", constraints=())(with_rule("read", constraints=())(TERMS))
    drawn = request_of(bare, "u", ASKING, HEAD)
    assert {one.name for one in rule_of(drawn, "read").constraints} == {"app", "purpose", "until"}
    assert faults_of(drawn, ALICE, STORAGE, AT) == ()


def test_the_app_that_terms_name_is_not_named_twice() -> None:
    offer = adding("read", limit("lp:client", "eq", ASKING.client))(TERMS)
    drawn = request_of(offer, "u", ASKING, HEAD)
    assert [one.left for one in rule_of(drawn, "read").constraints].count(LP + "client") == 1
    with pytest.raises(OutsideTerms):
        request_of(offer, "u", replace(ASKING, client="https://other.example/app"), HEAD)


@pytest.mark.parametrize(
    ("webid", "name"),
    [
        ("https://shop.example/profile/card#org", "shop.example"),
        ("https://pods.example/shop/profile/card#me", "pods.example-shop"),
        ("https://Shop.Example/", "shop.example"),
        ("https://pods.example/../x#me", "pods.example-.."),
        ("https://[::1/x", "vendor"),
        ("", "vendor"),
    ],
)
def test_a_vendor_is_called_by_its_host_and_first_folder(webid: str, name: str) -> None:
    assert vendor_name(webid).strip(".-") == name.strip(".-")
    assert "/" not in vendor_name(webid)


_ENTRIES = [entry for key, entry in ROSTER.items() if not key.startswith("sd-base-atp-s3p")]
_MORE = [name for name, clause in CLAUSES.items() if clause.kind in ("prohibition", "obligation")]
_PRICES = st.builds(
    Price,
    st.decimals(Decimal("0.01"), Decimal(1000), places=2),
    st.sampled_from(["EUR", "JPY"]),
    st.sampled_from([0, 30]),
    st.sampled_from(["", "https://wallet.example/alice"]),
)


@st.composite
def wishes(draw: st.DrawFn) -> Offering:
    """Choices for terms, most of which make an offer."""
    entry = draw(st.sampled_from(_ENTRIES))
    modes = draw(st.lists(st.sampled_from(["read", "append", "change"]), min_size=1, unique=True))
    return Offering(
        name="any",
        entry=entry,
        title=draw(st.sampled_from(["", "Some terms"])),
        places=tuple(draw(st.lists(st.sampled_from([PLACE, OWN, STORAGE + "b/", STORAGE + "c/-/"]), min_size=1))),
        purpose=DPV + draw(st.sampled_from(["Personalisation", "PublicBenefit", "Purpose"])),
        days=draw(st.integers(1, 400)),
        modes=tuple(modes),
        more=tuple(draw(st.lists(st.sampled_from(_MORE), max_size=4))),
        delete_days=draw(st.integers(1, 30)),
        price=draw(st.none() | _PRICES),
    )


def drawn_or_none(wish: Offering) -> Policy | None:
    """The offer, where the choices make one."""
    try:
        return offer_of(wish, TERMS_HEAD, ALICE)
    except Malformed:
        return None


@given(wishes())
def test_whatever_is_offered_is_a_record_that_comes_back(wish: Offering) -> None:
    offer = drawn_or_none(wish)
    if offer is not None:
        assert policy_of(read_closed(write_closed(record_of(offer)))) == offer
        assert differences(offer, offer, AT) == ()
        assert {"no-onward", *wish.entry.must_not} <= {rule.name for rule in offer.rules} | {"no-onward"}


@given(wishes(), st.integers(0, 400), st.booleans(), st.none() | _PRICES)
def test_whatever_is_asked_is_within_what_is_offered(wish: Offering, days: int, own: bool, price: Price | None) -> None:
    offer = drawn_or_none(wish)
    if offer is None:
        return
    until = (AT + timedelta(days)).strftime("%Y-%m-%dT%H:%M:%SZ")
    place = wish.places[0] + "mine/" if own else ""
    asking = replace(ASKING, until=until, purpose=wish.purpose, give_back=place, price=price)
    try:
        asked = request_of(offer, "udigest", asking, HEAD)
    except (Malformed, OutsideTerms):
        return
    assert differences(asked, offer, AT) == ()
    assert faults_of(asked, ALICE, STORAGE, AT) == ()
    assert policy_of(read_closed(write_closed(record_of(replace(asked, under_digest="uEiA"))))).rules == asked.rules
    assert moment_of(asked.proposal.published if asked.proposal else "") == AT
