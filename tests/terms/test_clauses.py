"""The table of clauses, and which action includes which."""

from __future__ import annotations

import pytest

from lifepod.names import DPV, LP, LP_APPEND, LP_DELIVER_SERVICE, LP_TRAIN, ODRL
from lifepod.terms.clauses import CLAUSES, CURRENCIES, INCLUDED_IN, clause_of, includes, standing_alone

TERM_MAP = (
    "read append change until app purpose no-storage delete-after-use delete-at-end no-onward no-sale no-analytics "
    "no-profiling no-tracking no-tracking-3p no-training give-back deliver inform pay"
)


def test_clauses_come_in_the_order_of_the_term_map() -> None:
    assert " ".join(CLAUSES).startswith(TERM_MAP)
    assert all(name == clause.name for name, clause in CLAUSES.items())


def test_the_pod_itself_keeps_four_clauses_and_no_more() -> None:
    assert [c.name for c in CLAUSES.values() if c.by_pod] == ["read", "append", "change", "until"]


@pytest.mark.parametrize("name", CLAUSES)
def test_a_clause_is_one_plain_sentence(name: str) -> None:
    says = CLAUSES[name].says
    assert says.endswith(".") and says.count(".") == 1 and says[0].isupper()
    assert ":" not in says and len(says) <= 80


@pytest.mark.parametrize(
    ("kind", "action", "event", "name"),
    [
        ("permission", ODRL + "read", "", "read"),
        ("permission", LP_APPEND, "", "append"),
        ("obligation", LP_APPEND, "", "give-back"),
        ("permission", ODRL + "modify", "", "change"),
        ("prohibition", ODRL + "archive", "", "no-storage"),
        ("obligation", ODRL + "delete", "use", "delete-after-use"),
        ("obligation", ODRL + "delete", "end", "delete-at-end"),
        ("prohibition", ODRL + "distribute", "", "no-onward"),
        ("permission", ODRL + "distribute", "", "share-anonymised"),
        ("prohibition", LP_TRAIN, "", "no-training"),
        ("permission", LP_TRAIN, "", "training"),
        ("prohibition", DPV + "TrackingByThirdParty", "", "no-tracking-3p"),
        ("obligation", LP_DELIVER_SERVICE, "", "deliver"),
        ("duty", ODRL + "compensate", "", "pay"),
        ("duty", ODRL + "anonymize", "", "anonymise"),
    ],
)
def test_a_rule_is_one_clause(kind: str, action: str, event: str, name: str) -> None:
    assert clause_of(kind, action, event) == name


@pytest.mark.parametrize(
    ("kind", "action", "event"),
    [
        ("obligation", ODRL + "delete", ""),
        ("obligation", ODRL + "delete", "never"),
        ("permission", ODRL + "delete", ""),
        ("permission", ODRL + "use", ""),
        ("permission", ODRL + "append", ""),
        ("prohibition", ODRL + "read", "use"),
        ("prohibition", LP + "archive", ""),
        ("constraint", "", ""),
        ("", "", ""),
    ],
)
def test_what_is_no_clause_is_none(kind: str, action: str, event: str) -> None:
    assert clause_of(kind, action, event) is None


def test_no_two_clauses_are_the_same_rule() -> None:
    rules = [c for c in CLAUSES.values() if c.kind != "constraint"]
    assert [clause_of(c.kind, c.action, c.event) for c in rules] == [c.name for c in rules]


@pytest.mark.parametrize(
    ("held", "lacking"),
    [
        ({"no-sale"}, (("no-sale", "no-onward"),)),
        ({"no-sale", "no-onward"}, ()),
        ({"no-sale", "share-anonymised", "anonymise"}, ()),
        ({"share-anonymised"}, (("share-anonymised", "anonymise"),)),
        ({"read", "what-is-this"}, ()),
        (set(), ()),
    ],
)
def test_a_clause_that_needs_another_does_not_stand_alone(held: set[str], lacking: tuple[tuple[str, str], ...]) -> None:
    assert standing_alone(held) == lacking


@pytest.mark.parametrize("needed", sorted({need for clause in CLAUSES.values() for need in clause.needs}))
def test_what_a_clause_needs_is_a_clause(needed: str) -> None:
    assert needed in CLAUSES


@pytest.mark.parametrize(
    ("wider", "narrower"),
    [
        ("odrl:use", "odrl:read"),
        ("odrl:read", "odrl:read"),
        ("odrl:modify", "lp:append"),
        ("odrl:use", "lp:append"),
        ("odrl:use", "lp:train"),
        ("odrl:use", "dpv:TrackingByThirdParty"),
        ("dpv:Tracking", "dpv:TrackingByThirdParty"),
        ("odrl:use", "odrl:distribute"),
        ("odrl:transfer", "odrl:sell"),
        ("odrl:reproduce", "odrl:extract"),
        ("odrl:use", "odrl:display"),
    ],
)
def test_an_action_includes_what_lies_below_it(wider: str, narrower: str) -> None:
    assert includes(whole(wider), whole(narrower))


@pytest.mark.parametrize(
    ("wider", "narrower"),
    [
        ("odrl:read", "odrl:use"),
        ("odrl:use", "odrl:sell"),
        ("odrl:use", "odrl:transfer"),
        ("odrl:distribute", "odrl:sell"),
        ("dpv:TrackingByThirdParty", "dpv:Tracking"),
        ("lp:append", "odrl:modify"),
        ("odrl:append", "odrl:append"),
        ("lp:unheard", "lp:unheard"),
        ("odrl:use", "lp:unheard"),
        ("lp:unheard", "odrl:read"),
    ],
)
def test_nothing_else_is_included_and_nothing_is_said_of_unknown_actions(wider: str, narrower: str) -> None:
    assert not includes(whole(wider), whole(narrower))


def test_an_empty_action_includes_nothing() -> None:
    assert not includes("", ODRL + "use")
    assert not includes("", "")


def whole(name: str) -> str:
    prefix, _, local = name.partition(":")
    return {"odrl": ODRL, "dpv": DPV, "lp": LP}[prefix] + local


def test_every_action_of_a_clause_has_its_place() -> None:
    assert {c.action for c in CLAUSES.values() if c.action} <= set(INCLUDED_IN)


def test_currencies_are_three_capitals_and_gone_ones_are_gone() -> None:
    assert all(len(code) == 3 and code.isascii() and code.isupper() for code in CURRENCIES)
    assert {"EUR", "USD", "JPY", "XCG", "ZWG"} <= CURRENCIES
    assert not {"HRK", "BGN", "ANG", "DEM", "ZWL"} & CURRENCIES
