"""The roster, under each of the names it goes by."""

from __future__ import annotations

import pytest

from lifepod.names import DPV, IEEE7012, LP
from lifepod.terms.clauses import CLAUSES, clause_of, standing_alone
from lifepod.terms.purposes import known
from lifepod.terms.roster import P7012, ROSTER, entry_of, missing

IDS = [
    "sd-base", "sd-base-dp", "sd-base-a", "sd-base-a-dp", "sd-base-at", "sd-base-at-dp", "sd-base-atp",
    "sd-base-atp-dp", "sd-base-atp-s3p", "sd-base-atp-s3p-dp", "pdc-intent", "pdc-ai", "pdc-good", "sd-once",
]  # fmt: skip
SERVICE = [one for one in IDS if one.startswith("sd-")]


def test_the_roster_is_complete() -> None:
    assert list(ROSTER) == IDS


@pytest.mark.parametrize("one", IDS)
def test_an_entry_is_made_of_clauses_of_the_right_kind(one: str) -> None:
    entry = ROSTER[one]
    assert {CLAUSES[name].kind for name in entry.must_not} == {"prohibition"}
    assert {CLAUSES[name].kind for name in entry.must} <= {"obligation", "constraint"}
    assert {CLAUSES[name].kind for name in entry.may} <= {"permission", "obligation"}
    assert not set(entry.may) & set(entry.must)


@pytest.mark.parametrize("one", IDS)
def test_an_entry_does_not_forbid_what_it_allows(one: str) -> None:
    entry = ROSTER[one]
    for name in entry.may:
        assert clause_of("prohibition", CLAUSES[name].action) not in entry.must_not


@pytest.mark.parametrize("one", IDS)
def test_no_clause_of_an_entry_stands_alone(one: str) -> None:
    entry = ROSTER[one]
    held = {*entry.may, *entry.must, *entry.must_not, "anonymise"}
    assert standing_alone(held) == ()


@pytest.mark.parametrize("one", SERVICE)
def test_service_is_delivered_and_with_portability_data_is_given_back(one: str) -> None:
    entry = ROSTER[one]
    assert "deliver" in entry.must
    assert ("give-back" in entry.must) is (one.endswith("-dp") or one == "sd-once")


@pytest.mark.parametrize(
    ("one", "must_not"),
    [
        ("sd-base", "no-onward no-sale no-analytics no-tracking no-profiling"),
        ("sd-base-a", "no-onward no-sale no-tracking no-profiling"),
        ("sd-base-at-dp", "no-onward no-sale no-profiling no-tracking-3p"),
        ("sd-base-atp", "no-onward no-sale no-tracking-3p"),
        ("sd-base-atp-s3p-dp", "no-sale no-tracking-3p"),
        ("pdc-ai", "no-onward no-sale no-analytics no-tracking no-profiling"),
        ("sd-once", "no-storage no-onward no-sale no-analytics no-tracking no-profiling no-training"),
    ],
)
def test_an_entry_forbids(one: str, must_not: str) -> None:
    assert " ".join(ROSTER[one].must_not) == must_not


def test_a_contribution_is_for_one_purpose() -> None:
    assert all("purpose" in entry.must for entry in ROSTER.values() if entry.id.startswith("pdc-"))
    assert ROSTER["pdc-good"].purpose == DPV + "PublicBenefit"
    assert known(ROSTER["pdc-good"].purpose)
    assert "training" in ROSTER["pdc-ai"].may


PLACES = [LP, IEEE7012, P7012, "https://myterms.info/agreements/", "https://customercommons.org/agreements/"]


@pytest.mark.parametrize("place", PLACES)
@pytest.mark.parametrize("one", [one for one in IDS if one != "sd-once"])
def test_an_entry_is_found_by_every_name_it_goes_by(one: str, place: str) -> None:
    assert entry_of(place + (one if place == LP else one.upper())) is ROSTER[one]


@pytest.mark.parametrize(("name", "one"), [("SD-BY", "sd-base"), ("SD-BY-ATP-S3P-DP", "sd-base-atp-s3p-dp")])
def test_the_names_of_dpv_2_2_are_read(name: str, one: str) -> None:
    assert entry_of(P7012 + name) is ROSTER[one]


def test_our_own_entry_has_our_own_name_alone() -> None:
    assert entry_of(LP + "sd-once") is ROSTER["sd-once"]
    assert entry_of(IEEE7012 + "SD-BASE") is ROSTER["sd-base"]
    assert entry_of(IEEE7012 + "SD-ONCE") is None


@pytest.mark.parametrize(
    "iri",
    [
        "", "SD-BASE", "sd-base", IEEE7012, IEEE7012 + "sd-base", IEEE7012 + "SD-BY", IEEE7012 + "TPR",
        P7012 + "SD-BYE", "https://myterms.info/agreements/SD-BASE/", "https://evil.example/agreements/SD-BASE",
    ],
)  # fmt: skip
def test_a_name_we_do_not_know_is_no_entry(iri: str) -> None:
    assert entry_of(iri) is None


def test_what_a_policy_leaves_out_is_told_in_the_order_of_the_entry() -> None:
    entry = ROSTER["sd-base-dp"]
    held = ["read", "append", "no-onward", "no-tracking", "no-storage", "give-back"]
    assert missing(entry, held) == ("deliver", "no-sale", "no-analytics", "no-profiling")


def test_more_promises_than_the_entry_asks_for_are_no_fault() -> None:
    entry = ROSTER["sd-base"]
    assert missing(entry, [*CLAUSES]) == ()


def test_a_wider_prohibition_stands_for_a_narrower_one_and_not_the_other_way() -> None:
    at = ROSTER["sd-base-at"]
    assert missing(at, ["deliver", "no-onward", "no-sale", "no-profiling", "no-tracking"]) == ()
    base = ROSTER["sd-base"]
    held = ["deliver", "no-onward", "no-sale", "no-analytics", "no-profiling", "no-tracking-3p"]
    assert missing(base, held) == ("no-tracking",)


def test_what_is_allowed_is_not_missed() -> None:
    entry = ROSTER["sd-base"]
    assert missing(entry, [*entry.must, *entry.must_not]) == ()
