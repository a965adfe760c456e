"""Whether a request stays within terms: whatever asks for more, in any way, is a difference."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.terms.changes import (
    AT,
    COUNTER,
    OWN,
    PLACE,
    REQUEST,
    TERMS,
    Change,
    adding,
    lacking,
    limit,
    plus,
    rule,
    rule_of,
    whole,
    with_constraint,
    with_rule,
    without,
)
from tests.terms.policies import AT_ANY, narrowed_at_random, offers, requests
from tests.terms.samples import ALICE, SHOP

from lifepod.names import ACL_CONTROL, DPV, IEEE7012, LP, ODRL, XSD
from lifepod.solid.wire import own_spelling
from lifepod.terms.places import is_at_or_below, normalised
from lifepod.terms.policy import Constraint, Policy, Rule, Value
from lifepod.terms.within import (
    OUTSIDE,
    UNCLEAR,
    amount_of,
    currency_of,
    differences,
    duration_of,
    later,
    moment_of,
)

OTHER = "https://alice.example/journal/payments/"
SUNDAYS = limit("lp:weekday", "neq", "Sunday", "string")
EURO = LP + "currency-EUR"


def kinds(asked: Policy, offered: Policy = TERMS) -> set[str]:
    return {one.kind for one in differences(asked, offered, AT)}


@pytest.mark.parametrize(
    ("asked", "offered"),
    [(REQUEST, TERMS), (COUNTER, TERMS), (COUNTER, REQUEST), (TERMS, TERMS), (REQUEST, REQUEST)],
)
def test_the_samples_are_within_what_they_answer(asked: Policy, offered: Policy) -> None:
    assert differences(asked, offered, AT) == ()


def test_a_request_is_not_within_its_narrower_counter_offer() -> None:
    found = differences(REQUEST, COUNTER, AT)
    assert [(one.clause, one.kind) for one in found] == [("append · until", OUTSIDE), ("read · until", OUTSIDE)]
    assert "2027-02-22" in found[0].offered and "2027-05-01" in found[0].asked


WIDER: dict[str, Change] = {
    "another place": with_rule("read", targets=(OTHER,)),
    "the place above": with_rule("read", targets=("https://alice.example/journal/",)),
    "a name that begins alike": with_rule("read", targets=("https://alice.example/journal/purchases-more/",)),
    "two places, one outside": with_rule("read", targets=(PLACE, OTHER)),
    "the same place elsewhere": with_rule("read", targets=(PLACE.replace("alice", "mallory"),)),
    "the same place on another port": with_rule("read", targets=(PLACE.replace("example/", "example:8443/"),)),
    "the same place without encryption": with_rule("read", targets=(PLACE.replace("https", "http"),)),
    "adding in a place that is not opened": with_rule("append", targets=(OTHER,)),
    "changing where reading is offered": with_rule("read", action=ODRL + "modify"),
    "training where reading is offered": plus(rule("training", "permission", "lp:train", PLACE)),
    "passing on": plus(rule("share-anonymised", "permission", "distribute", PLACE)),
    "selling": plus(rule("sell", "permission", "sell", PLACE)),
    "a later end": with_constraint("read", "until", right=Value("2027-05-24T00:00:00Z", XSD + "dateTime")),
    "no end": lacking("read", "until"),
    "no end of one of two permissions": lacking("append", "until"),
    "no purpose": lacking("read", "purpose"),
    "a permission with no constraint": with_rule("read", constraints=()),
    "a wider purpose": with_constraint("read", "purpose", right=Value(DPV + "Purpose")),
    "another purpose": with_constraint("read", "purpose", right=Value(DPV + "Marketing")),
    "a purpose nobody defined": with_constraint("read", "purpose", right=Value("https://shop.example/p#any")),
    "no payment": with_rule("read", duties=()),
    "a lower price": with_constraint("pay", "amount", right=Value("4.99", XSD + "decimal")),
    "another currency": with_constraint("pay", "amount", unit=LP + "currency-USD"),
    "payment less often": with_constraint("pay", "period", right=Value("P31D", XSD + "duration")),
    "payment once": with_rule("pay", constraints=()),
    "payment at an address of its own": with_rule("pay", pay_to="https://wallet.example/shop"),
    "a prohibition left out": without("no-storage"),
    "a prohibition elsewhere": with_rule("no-onward", targets=(OTHER,)),
    "a prohibition of less than is opened": with_rule("no-onward", targets=(OWN,)),
    "a prohibition with no place": with_rule("no-onward", targets=()),
    "a narrower prohibition": with_rule("no-tracking", action=DPV + "TrackingByThirdParty"),
    "a prohibition turned into a permission": with_rule("no-onward", kind="permission"),
    "a prohibition turned into an obligation": with_rule("no-onward", kind="obligation"),
    "a weakened prohibition": adding("no-storage", SUNDAYS),
    "a prohibition with a known operand more": adding("no-storage", limit("dateTime", "lteq", "2027-01-01T00:00:00Z")),
    "a duty left out": without("delete-at-end"),
    "a deletion later": with_constraint("delete-at-end", "one-day", right=Value("P2D", XSD + "duration")),
    "a deletion without a time": lacking("delete-at-end", "one-day"),
    "a deletion of less than is opened": with_rule("delete-at-end", targets=(OWN,)),
    "a deletion after another event": with_constraint("delete-at-end", "after-end", right=Value(ODRL + "policyUsage")),
    "a deletion after no event": lacking("delete-at-end", "after-end"),
    "a deletion with an event more": adding("delete-at-end", limit("event", "gt", "policyUsage")),
    "a service with a time limit": adding("deliver", limit("elapsedTime", "lteq", "P1D", "duration")),
    "giving back elsewhere": with_rule("give-back", targets=("https://shop.example/data/",)),
    "giving back nowhere": with_rule("give-back", targets=()),
    "giving back in a wider place": with_rule("give-back", targets=("https://alice.example/journal/",)),
    "another person": lambda p: replace(p, assigner=SHOP),
    "another entry of the roster": lambda p: replace(p, roster=LP + "sd-base-atp"),
    "another public entry": lambda p: replace(p, standard=IEEE7012 + "SD-BASE-ATP"),
}


@pytest.mark.parametrize("name", WIDER)
def test_asking_for_more_is_outside(name: str) -> None:
    asked = WIDER[name](REQUEST)
    assert asked != REQUEST
    assert OUTSIDE in kinds(asked)


BESIDE: dict[str, Change] = {
    "control": with_rule("read", action=ACL_CONTROL),
    "an action nobody knows": with_rule("read", action=LP + "peek"),
    "no action": with_rule("read", action=""),
    "no place": with_rule("read", targets=()),
    "an unknown operand": adding("read", limit("spatial", "eq", "https://www.iso.org/BE")),
    "an unknown operator on the end": with_constraint("read", "until", operator=ODRL + "gteq"),
    "an unknown operator on the purpose": with_constraint("read", "purpose", operator=ODRL + "neq"),
    "an unknown operator on the app": with_constraint("read", "app", operator=ODRL + "neq"),
    "no operator": with_constraint("read", "app", operator=""),
    "a purpose that is a text": with_constraint(
        "read", "purpose", right=Value(DPV + "ServicePersonalisation", XSD + "string")
    ),
    "an app that is a text": with_constraint("read", "app", right=Value("any", XSD + "string")),
    "a purpose given twice": adding("read", limit("purpose", "isA", DPV + "Personalisation")),
    "two ends": adding("read", limit("dateTime", "lteq", "2028-01-01T00:00:00Z", "dateTime")),
    "two ends, of either kind": adding("read", limit("elapsedTime", "lteq", "P10D", "duration")),
    "an end that is a day": with_constraint("read", "until", right=Value("2027-05-01", XSD + "date")),
    "an end that is no time": with_constraint("read", "until", right=Value("2027-02-30T00:00:00Z", XSD + "dateTime")),
    "an end in months": with_constraint(
        "read", "until", left=ODRL + "elapsedTime", right=Value("P6M", XSD + "duration")
    ),
    "an end in years": with_constraint(
        "read", "until", left=ODRL + "elapsedTime", right=Value("P1Y", XSD + "duration")
    ),
    "a deletion in months": with_constraint("delete-at-end", "one-day", right=Value("P1M", XSD + "duration")),
    "payment in months": with_constraint("pay", "period", right=Value("P1M", XSD + "duration")),
    "a price of nothing": with_constraint("pay", "amount", right=Value("0", XSD + "decimal")),
    "a price below nothing": with_constraint("pay", "amount", right=Value("-6", XSD + "decimal")),
    "a price that is no number": with_constraint("pay", "amount", right=Value("NaN", XSD + "decimal")),
    "a price that is a text": with_constraint("pay", "amount", right=Value("6", XSD + "string")),
    "at most this price": with_constraint("pay", "amount", operator=ODRL + "lteq"),
    "two prices": with_rule(
        "pay",
        refinements=(
            *rule_of(REQUEST, "pay").refinements,
            limit("payAmount", "eq", "1", "decimal", EURO),
        ),
    ),
    "a price without a currency": with_constraint("pay", "amount", unit=""),
    "a currency nobody knows": with_constraint("pay", "amount", unit="https://shop.example/points"),
    "a currency that is gone": with_constraint("pay", "amount", unit=LP + "currency-DEM"),
    "a price with a refinement nobody knows": with_rule(
        "pay", refinements=(*rule_of(REQUEST, "pay").refinements, limit("lp:mood", "eq", "good", "string"))
    ),
    "payment to the payer": with_rule("pay", party=SHOP),
    "payment to nobody": with_rule("pay", party=""),
    "a payment of its own to the payer": with_rule(
        "append", duties=(replace(rule_of(REQUEST, "pay"), party=SHOP, node=REQUEST.root + "#pay-2"),)
    ),
    "a duty nobody knows": with_rule("append", duties=(rule("dance", "duty", "lp:dance"),)),
    "a prohibition whose action is refined": with_rule(
        "no-storage", action_node=REQUEST.root + "#long", refinements=(limit("elapsedTime", "gt", "P30D", "duration"),)
    ),
    "a permission whose action is refined": with_rule(
        "read", action_node=REQUEST.root + "#some", refinements=(limit("count", "lteq", "1", "integer"),)
    ),
    "a prohibition with a duty": with_rule("no-storage", duties=(rule("pay-2", "duty", "compensate", party=ALICE),)),
    "a prohibition with words beside it": with_rule("no-onward", description="Except to our partners."),
    "a permission with words beside it": with_rule("read", description="And whatever we may need."),
    "an event nobody knows": with_constraint("delete-at-end", "after-end", right=Value(LP + "someday")),
    "a duty before its event": with_constraint("delete-at-end", "after-end", operator=ODRL + "lt"),
    "an obligation nobody knows": plus(rule("dance", "obligation", "lp:dance")),
    "a prohibition nobody knows": plus(rule("no-dance", "prohibition", "lp:dance", PLACE)),
    "permission wins": lambda p: replace(p, conflict=ODRL + "perm"),
    "no word on conflicts": lambda p: replace(p, conflict=""),
    "another profile": lambda p: replace(p, profile="https://shop.example/profile"),
    "something that no noun holds": lambda p: replace(p, strange=((f"<{p.root}>", f"<{LP}may>", f"<{LP}c-read>"),)),
}


@pytest.mark.parametrize("name", BESIDE)
def test_what_cannot_be_compared_is_said_to_be_so(name: str) -> None:
    assert UNCLEAR in kinds(BESIDE[name](REQUEST))


@pytest.mark.parametrize("name", sorted({*WIDER, *BESIDE} - {"a deletion with an event more"}))
def test_each_of_these_leaves_the_request_it_was_made_from(name: str) -> None:
    assert differences((WIDER | BESIDE)[name](REQUEST), REQUEST, AT) != ()


@pytest.mark.parametrize("name", [name for name in BESIDE if "nobody knows" in name or "wins" in name])
def test_what_both_sides_say_alike_and_nobody_knows_cannot_be_compared_either(name: str) -> None:
    both = BESIDE[name](REQUEST)
    assert UNCLEAR in kinds(both, both)


SPELT = [
    "https://alice.example/journal/purchases/../payments/",
    "https://alice.example/journal/purchases/%2e%2e/payments/",
    "https://alice.example/journal/purchases/%2E./payments/",
    "https://alice.example/journal/purchases/./a",
    "https://alice.example/journal/purchases/%61",
    "https://alice.example/journal/purchases/a%2fb",
    "https://alice.example/journal/purchases/a%2Fb",
    "https://alice.example/journal/purchases/?ext=acl",
    "https://alice.example/journal/purchases/#all",
    "https://alice.example/journal/purchases/a\\..\\..",
    "https://alice.example/journal/purchases/a b",
    "https://alice.example/journal/purchases/ü",
    "https://alice.example/Journal/purchases/",
    "https://ALICE.example/journal/purchases/",
    "HTTPS://alice.example/journal/purchases/",
    "https://alice.example:443/journal/purchases/",
    "https://alice.example:8443/journal/purchases/",
    "https://shop@alice.example/journal/purchases/",
    "https://alice.example@shop.example/journal/purchases/",
    "https://alice.example./journal/purchases/",
    "https://[::1/journal/purchases/",
    "https://alice.example:99999/journal/purchases/",
    "urn:uuid:6a0c2f4e-3d1b-4c57-9a2e-8f0b7d5c1e90",
    "//alice.example/journal/purchases/",
    "",
]


@pytest.mark.parametrize("place", SPELT)
def test_another_spelling_of_a_place_is_another_place(place: str) -> None:
    assert differences(with_rule("read", targets=(place,))(REQUEST), TERMS, AT) != ()


@pytest.mark.parametrize("place", [*SPELT[:13], PLACE, "https://a.example", "https://a.example/x%20y/(1)!*'~"])
def test_a_place_has_at_most_one_spelling_and_it_is_the_one_requests_are_sent_in(place: str) -> None:
    spelt = normalised(place)
    assert spelt == "" or spelt == normalised(spelt) == own_spelling(place)


@given(st.text(st.characters(codec="ascii"), max_size=20))
def test_any_path_that_keeps_its_spelling_is_sent_as_it_is(path: str) -> None:
    place = "https://alice.example/" + path
    if normalised(place) == place:
        assert own_spelling(place) == place


@pytest.mark.parametrize(
    ("place", "above", "inside"),
    [
        (PLACE, PLACE, True),
        (PLACE + "2026.ttl", PLACE, True),
        (PLACE + "a/b/", PLACE, True),
        (PLACE, PLACE[:-1], False),
        (PLACE[:-1], PLACE, False),
        (PLACE + "..", PLACE, False),
        (PLACE + "../x/", PLACE + "../x/", False),
        (PLACE, "", False),
        ("", "", False),
    ],
)
def test_places_lie_below_others_by_whole_segments(place: str, above: str, inside: bool) -> None:
    assert is_at_or_below(place, above) is inside


LESS: dict[str, Change] = {
    "a document of the place": with_rule("read", targets=(PLACE + "2026.ttl",)),
    "two places inside": with_rule("read", targets=(PLACE + "a/", PLACE + "b/")),
    "an earlier end": with_constraint("read", "until", right=Value("2026-12-01T00:00:00Z", XSD + "dateTime")),
    "the very end of the terms": with_constraint(
        "read", "until", right=Value("2027-05-23T18:30:00Z", XSD + "dateTime")
    ),
    "a narrower purpose": with_constraint("read", "purpose", right=Value(DPV + "PersonalisedBenefits")),
    "this purpose and no narrower one": with_constraint("read", "purpose", operator=ODRL + "eq"),
    "any app": lacking("read", "app"),
    "no adding": without("append"),
    "a higher price": with_constraint("pay", "amount", right=Value("600.5", XSD + "decimal")),
    "at least the price": with_constraint("pay", "amount", operator=ODRL + "gteq"),
    "payment more often": with_constraint("pay", "period", right=Value("P1D", XSD + "duration")),
    "a second payment": with_rule("append", duties=(replace(rule_of(REQUEST, "pay"), node=REQUEST.root + "#pay-2"),)),
    "a prohibition more": plus(rule("no-training", "prohibition", "lp:train", PLACE)),
    "a wider prohibition": with_rule("no-onward", action=ODRL + "use"),
    "a prohibition in a wider place": with_rule("no-onward", targets=("https://alice.example/",)),
    "a prohibition twice": plus(replace(rule_of(REQUEST, "no-onward"), node=REQUEST.root + "#no-onward-2")),
    "a permission twice": plus(replace(rule_of(REQUEST, "read"), node=REQUEST.root + "#read-2")),
    "a deletion sooner": with_constraint("delete-at-end", "one-day", right=Value("PT1H", XSD + "duration")),
    "a promise more": plus(
        rule("inform", "obligation", "inform", constraints=(limit("timeInterval", "lteq", "P7D", "duration"),))
    ),
    "another service": with_rule("deliver", description="Free parts."),
}


@pytest.mark.parametrize("name", LESS)
def test_asking_for_less_and_promising_more_is_within(name: str) -> None:
    asked = LESS[name](REQUEST)
    assert asked != REQUEST
    assert differences(asked, TERMS, AT) == ()


def test_the_end_of_terms_counts_from_the_signature() -> None:
    on_the_day = with_constraint("read", "until", right=Value("2027-05-23T18:30:00Z", XSD + "dateTime"))(REQUEST)
    assert differences(on_the_day, TERMS, AT) == ()
    assert differences(on_the_day, TERMS, AT - timedelta(seconds=1)) != ()


def test_an_offer_with_two_permissions_for_the_same_covers_what_either_covers_and_never_a_mixture() -> None:
    paid = rule_of(TERMS, "read")
    free = replace(
        paid,
        node=paid.node + "-2",
        targets=(PLACE + "open/",),
        duties=(),
        constraints=tuple(c for c in paid.constraints if c.name != "purpose"),
    )
    offer = plus(free)(TERMS)
    in_open = with_rule("read", targets=(PLACE + "open/",), duties=())(REQUEST)
    assert differences(in_open, offer, AT) == ()
    assert differences(with_rule("read", targets=(PLACE,), duties=())(REQUEST), offer, AT) != ()
    assert differences(lacking("read", "purpose")(with_rule("read", targets=(PLACE,))(REQUEST)), offer, AT) != ()


def test_an_offered_prohibition_below_what_is_opened_must_stand_in_the_request() -> None:
    narrow = with_rule("no-storage", targets=(PLACE + "health/",))(TERMS)
    assert differences(REQUEST, narrow, AT) == ()
    assert differences(with_rule("no-storage", targets=(PLACE + "health/",))(REQUEST), narrow, AT) == ()
    for places in ((OTHER,), (PLACE + "food/",), ()):
        assert differences(with_rule("no-storage", targets=places)(REQUEST), narrow, AT) != ()


def test_an_offered_prohibition_without_a_place_is_about_everything() -> None:
    everywhere = with_rule("no-storage", targets=())(TERMS)
    assert differences(REQUEST, everywhere, AT) == ()
    assert differences(with_rule("no-storage", targets=(OTHER,))(REQUEST), everywhere, AT) != ()


def test_an_app_that_terms_name_must_be_the_one_asked_for() -> None:
    offer = adding("read", limit("lp:client", "eq", "https://shop.example/app/client.jsonld"))(TERMS)
    assert differences(REQUEST, offer, AT) == ()
    other = with_constraint("read", "app", right=Value("https://shop.example/other"))(REQUEST)
    assert differences(other, offer, AT) != ()
    assert differences(lacking("read", "app")(REQUEST), offer, AT) != ()


def test_terms_for_this_purpose_alone_do_not_let_narrower_ones_in() -> None:
    offer = with_constraint("read", "purpose", operator=ODRL + "eq", right=Value(DPV + "ServicePersonalisation"))(TERMS)
    assert differences(REQUEST, offer, AT) != ()
    assert differences(with_constraint("read", "purpose", operator=ODRL + "eq")(REQUEST), offer, AT) == ()


def test_where_it_is_paid_to_and_what_is_delivered_are_the_words_of_the_terms() -> None:
    offer = with_rule("pay", pay_to="https://wallet.example/alice")(TERMS)
    assert differences(REQUEST, offer, AT) != ()
    assert differences(with_rule("pay", pay_to="https://wallet.example/alice")(REQUEST), offer, AT) == ()
    worded = with_rule("deliver", description="Parts that fit.")(TERMS)
    assert UNCLEAR in kinds(REQUEST, worded)
    assert differences(with_rule("deliver", description="Parts that fit.")(REQUEST), worded, AT) == ()


def test_terms_made_for_one_vendor_are_not_for_another() -> None:
    assert differences(REQUEST, replace(TERMS, assignee=SHOP), AT) == ()
    assert OUTSIDE in kinds(REQUEST, replace(TERMS, assignee="https://other.example/#me"))


def test_a_policy_without_rules_lacks_all_that_is_demanded() -> None:
    found = {one.clause for one in differences(replace(REQUEST, rules=()), TERMS, AT)}
    assert {"no-storage", "no-onward", "delete-at-end", "deliver", "give-back"} <= found


def test_what_a_difference_shows_is_harmless() -> None:
    evil = with_rule("read", node=REQUEST.root + "#re\x1b[2J\u202ead", targets=("https://a.example/\u202e\x1b",))(
        REQUEST
    )
    shown = "".join(one.clause + one.offered + one.asked for one in differences(evil, TERMS, AT))
    assert "\x1b" not in shown and "\u202e" not in shown


@pytest.mark.parametrize(
    ("text", "length"),
    [
        ("P30D", timedelta(30)),
        ("PT12H", timedelta(hours=12)),
        ("P1DT6H", timedelta(1, hours=6)),
        ("P6M", None),
        ("P1Y", None),
        ("PT5M", None),
        ("P", None),
        ("PT", None),
        ("-P1D", None),
        ("P1.5D", None),
        ("P١D", None),
        ("P9999999D", None),
        ("", None),
    ],
)
def test_durations_are_days_and_hours(text: str, length: timedelta | None) -> None:
    assert duration_of(text) == length


@pytest.mark.parametrize(
    "text",
    ["2027-5-1T0:0:0Z", "2027-05-01T00:00:00+00:00", "2027-05-01", "2027-02-29T00:00:00Z", "٢٠٢٧-05-01T00:00:00Z", ""],
)
def test_other_forms_of_a_time_are_none(text: str) -> None:
    assert moment_of(text) is None


def test_a_span_that_leaves_the_calendar_ends_with_it() -> None:
    assert later(datetime(9999, 12, 31, tzinfo=UTC), timedelta(999_999)).year == 9999
    assert later(AT, timedelta(1)) == AT + timedelta(1)


@pytest.mark.parametrize(
    ("text", "amount"),
    [("6", Decimal(6)), ("-4.5", Decimal("-4.5")), ("NaN", None), ("1e9", None), ("1_0", None), ("", None)],
)
def test_amounts_are_plain_decimals(text: str, amount: Decimal | None) -> None:
    assert amount_of(Constraint("", whole("payAmount"), "", Value(text, XSD + "decimal"))) == amount


@pytest.mark.parametrize(("unit", "code"), [(EURO, "EUR"), ("EUR", ""), (LP + "currency-DEM", ""), ("", "")])
def test_units_are_currencies_in_use(unit: str, code: str) -> None:
    assert currency_of(unit) == code


# Properties


@given(offers() | requests())
def test_everything_is_within_itself(policy: Policy) -> None:
    assert differences(policy, policy, AT_ANY) == ()


@given(offers(), st.data())
def test_narrower_than_narrower_is_within_the_first(offer: Policy, data: st.DataObject) -> None:
    second = narrowed_at_random(offer, data)
    third = narrowed_at_random(second, data)
    assert differences(second, offer, AT_ANY) == ()
    assert differences(third, second, AT_ANY) == ()
    assert differences(third, offer, AT_ANY) == ()


@given(requests(), requests(), requests())
def test_within_is_transitive(first: Policy, second: Policy, third: Policy) -> None:
    if not differences(first, second, AT_ANY) and not differences(second, third, AT_ANY):
        assert differences(first, third, AT_ANY) == ()


@given(requests(), offers(), st.data())
def test_narrowing_a_request_never_makes_it_worse(asked: Policy, offer: Policy, data: st.DataObject) -> None:
    before = len(differences(asked, offer, AT_ANY))
    assert len(differences(narrowed_at_random(asked, data), offer, AT_ANY)) <= before


@given(requests(), offers(), st.sampled_from(["archive", "distribute", "sell", "use", "lp:train"]))
def test_adding_a_prohibition_never_makes_it_worse(asked: Policy, offer: Policy, action: str) -> None:
    more: Rule = rule("more", "prohibition", action, PLACE)
    found = set(differences(asked, offer, AT_ANY))
    assert len(differences(plus(more)(asked), offer, AT_ANY)) <= len(found)
