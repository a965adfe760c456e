"""Terms in plain words, each clause with who keeps it."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.terms.changes import (
    AT,
    COUNTER,
    PLACE,
    REQUEST,
    TERMS,
    adding,
    limit,
    plus,
    rule,
    with_constraint,
    with_rule,
)
from tests.terms.policies import offers, requests

from lifepod.names import DPV, LP, ODRL, XSD
from lifepod.terms.clauses import CLAUSES
from lifepod.terms.policy import Policy, Value
from lifepod.terms.within import differences
from lifepod.terms.words import Dialect, Line, as_text, difference_in_words, lines_of, title_of


def line(policy: Policy, clause: str, dialect: Dialect = "wac") -> Line:
    found = [one for one in lines_of(policy, dialect) if one.clause == clause]
    assert len(found) == 1, found
    return found[0]


@pytest.mark.parametrize(
    ("clause", "by", "detail"),
    [
        ("read", "pod", PLACE),
        ("append", "pod", PLACE + "from-shop.example/"),
        ("until", "pod, by guard", "until 2027-05-01 00:00 UTC"),
        ("app", "vendor", "https://shop.example/app/client.jsonld"),
        ("purpose", "vendor", "Service Personalisation"),
        ("no-storage", "vendor", PLACE),
        ("delete-after-use", "vendor", PLACE + ", within 1 day"),
        ("give-back", "vendor", PLACE + "from-shop.example/"),
        ("deliver", "vendor", ""),
        ("pay", "vendor", "6 EUR, every 30 days"),
    ],
)
def test_each_clause_says_who_keeps_it_and_how_much_it_is(clause: str, by: str, detail: str) -> None:
    found = line(REQUEST, clause)
    assert (found.by, found.detail, found.says) == (by, detail, CLAUSES[clause].says)
    assert found.node == f"{REQUEST.root}#{clause}"


@pytest.mark.parametrize(("dialect", "by"), [("acp", "pod"), ("wac", "vendor"), ("", "vendor")])
def test_an_app_is_kept_apart_by_one_language_of_access_alone(dialect: Dialect, by: str) -> None:
    assert line(REQUEST, "app", dialect).by == by


def test_terms_count_from_the_signature_and_name_the_least_price() -> None:
    assert line(TERMS, "until").detail == "within 180 days of your signature"
    assert line(TERMS, "pay").detail == "at least 5 EUR, every 30 days"


def test_a_payment_says_where_to_and_once() -> None:
    paid = with_rule("pay", constraints=(), pay_to="https://wallet.example/alice")(REQUEST)
    assert line(paid, "pay").detail == "6 EUR, once, to https://wallet.example/alice"


def test_what_the_pod_does_not_open_it_cannot_close() -> None:
    until = limit("dateTime", "lteq", "2027-05-01T00:00:00Z", "dateTime")
    both = plus(rule("training", "permission", "lp:train", PLACE, constraints=(until,)))(REQUEST)
    assert [(one.by, one.node) for one in lines_of(both, "") if one.clause == "until"] == [
        ("pod, by guard", REQUEST.root + "#until"),
        ("vendor", until.node),
    ]


def test_clauses_come_in_the_order_people_read_them() -> None:
    names = [one.clause for one in lines_of(REQUEST, "wac")]
    assert names == sorted(names, key=list(CLAUSES).index)


def test_what_is_no_clause_is_shown_raw_at_the_end() -> None:
    odd = plus(rule("dance", "obligation", "lp:dance", PLACE))(
        adding("no-onward", limit("lp:weekday", "neq", "Sunday", "string"))(REQUEST)
    )
    odd = replace(odd, strange=((f"<{odd.root}>", f"<{LP}may>", f"<{LP}c-read>"),))
    raw = [one for one in lines_of(odd, "acp") if one.by == "unknown"]
    assert [one.clause for one in raw] == ["unknown"] * 3
    assert "dance" in raw[0].says and "weekday neq Sunday" in raw[1].says and "c-read" in raw[2].says
    assert list(lines_of(odd, "acp"))[-3:] == raw
    assert not [one for one in lines_of(odd, "acp") if one.clause == "no-onward"]


def test_a_constraint_that_is_not_understood_is_not_put_in_plain_words() -> None:
    odd = with_constraint("read", "purpose", operator=ODRL + "neq")(REQUEST)
    assert not [one for one in lines_of(odd, "wac") if one.clause == "purpose"]
    assert [one.says for one in lines_of(odd, "wac") if one.by == "unknown"] == ["purpose neq ServicePersonalisation"]


def test_a_purpose_that_nobody_defined_is_shown_as_it_stands() -> None:
    odd = with_constraint("read", "purpose", right=Value("https://shop.example/p#\u202efun"))(REQUEST)
    assert line(odd, "purpose").detail == "https://shop.example/p#\\u202efun"


EVIL = "\x1b[2J\u202e**free**"


def test_the_vendor_s_words_stand_in_no_line_and_no_title() -> None:
    assert REQUEST.proposal is not None
    worded = with_rule("deliver", description=EVIL)(replace(REQUEST, title=EVIL))
    worded = replace(worded, proposal=replace(REQUEST.proposal, description=EVIL))
    shown = title_of(worded) + as_text(worded) + repr(lines_of(worded, "wac"))
    assert "free" not in shown


@pytest.mark.parametrize(
    ("policy", "title"),
    [
        (TERMS, "Shops may read my purchases and keep nothing"),
        (replace(TERMS, title=""), "The service, nothing else, and my data back"),
        (REQUEST, "shop.example: the service, nothing else, and my data back"),
        (COUNTER, "shop.example: the service, nothing else, and my data back"),
        (replace(REQUEST, roster=LP + "own"), "shop.example: an agreement that no roster names"),
        (replace(TERMS, title="a\u202eb"), "a\\u202eb"),
    ],
)
def test_a_title_is_the_person_s_or_ours(policy: Policy, title: str) -> None:
    assert title_of(policy) == title


def test_a_difference_is_a_sentence() -> None:
    later = with_constraint("read", "until", right=Value("2028-01-01T00:00:00Z", XSD + "dateTime"))(REQUEST)
    (found,) = differences(later, TERMS, AT)
    assert difference_in_words(found) == (
        "read · until: you offer within 180 days; asked is until 2028-01-01 00:00 UTC."
    )
    odd = adding("read", limit("spatial", "eq", "https://a.example/BE"))(REQUEST)
    (unclear,) = differences(odd, TERMS, AT)
    assert difference_in_words(unclear) == "read: you offer nothing; asked is spatial eq BE (this cannot be compared)."


def test_the_published_words_are_made_from_labels() -> None:
    text = as_text(TERMS)
    assert text.startswith(
        "Shops may read my purchases and keep nothing\n\nTerms of https://alice.example/profile/card#me"
    )
    assert "* Nothing may be kept. (promised by the vendor)\n" in text
    assert "* The vendor may read this. (kept by the pod)\n  " + PLACE in text
    assert "sd-base-dp" in text and "only" not in text.split("\n")[0] and text.endswith(".\n")
    assert all(CLAUSES[name].says in text for name in ("no-sale", "delete-at-end", "pay", "until", "purpose"))


@given(offers() | requests(), st.sampled_from(["wac", "acp", ""]))
def test_every_rule_and_constraint_has_its_line_and_only_the_pod_s_own_are_its(
    policy: Policy, dialect: Dialect
) -> None:
    found = lines_of(policy, dialect)
    duties = [duty for rule in policy.rules for duty in rule.duties]
    bounds = [one for rule in policy.of("permission") for one in rule.constraints]
    nodes = {*(one.node for one in policy.rules), *(one.node for one in duties), *(one.node for one in bounds)}
    assert {one.node for one in found} == nodes
    assert {one.clause for one in found if one.by.startswith("pod")} <= {"read", "append", "change", "until", "app"}
    assert all(one.by != "unknown" for one in found)
    assert DPV not in repr([one.detail for one in found])
