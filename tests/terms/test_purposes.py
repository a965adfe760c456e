"""Purposes of DPV: within which, by which label, found by a word."""

from __future__ import annotations

import graphlib

import pytest

from lifepod.names import DPV
from lifepod.terms.purposes import NOTICE, PURPOSES, VERSION, find, is_within, known, label_of


@pytest.mark.parametrize(
    ("purpose", "wider"),
    [
        ("ServicePersonalisation", "Personalisation"),
        ("ServicePersonalisation", "ServiceManagement"),
        ("UserInterfacePersonalisation", "Personalisation"),
        ("TargetedAdvertising", "Marketing"),
        ("RecruitmentTargetedAdvertising", "HumanResourceManagement"),
        ("Marketing", "Marketing"),
        ("Marketing", "Purpose"),
        ("ScientificResearch", "ResearchAndDevelopment"),
    ],
)
def test_a_purpose_is_within_itself_and_all_above_it(purpose: str, wider: str) -> None:
    assert is_within(DPV + purpose, DPV + wider)


@pytest.mark.parametrize(
    ("purpose", "wider"),
    [
        ("Personalisation", "ServicePersonalisation"),
        ("Advertising", "Personalisation"),
        ("Marketing", "Advertising"),
        ("ServiceOptimisation", "ServiceProvision"),
        ("Purpose", "Marketing"),
        ("RightsFulfilment", "Purpose"),
        ("Unheard", "Purpose"),
    ],
)
def test_a_purpose_is_within_nothing_else(purpose: str, wider: str) -> None:
    assert not is_within(DPV + purpose, DPV + wider)


def test_a_purpose_of_others_is_within_itself_alone() -> None:
    theirs = "https://shop.example/why#fun"
    assert is_within(theirs, theirs)
    assert not is_within(theirs, DPV + "Purpose")


def test_purposes_are_those_of_one_version_and_run_in_no_circle() -> None:
    assert VERSION == "2.3"
    assert len(PURPOSES) == 122
    tuple(graphlib.TopologicalSorter({iri: set(broader) for iri, (_, broader) in PURPOSES.items()}).static_order())


def test_all_but_one_purpose_lead_up_to_purpose_itself() -> None:
    assert [iri for iri in PURPOSES if not is_within(iri, DPV + "Purpose")] == [DPV + "RightsFulfilment"]


def test_a_label_is_the_one_of_dpv() -> None:
    assert label_of(DPV + "ProtectionOfIPR") == "Protection of Intellectual Property Rights"
    assert label_of(DPV + "Purpose") == "Purpose"


def test_what_is_no_purpose_is_shown_by_its_name_made_harmless() -> None:
    assert label_of("https://shop.example/\u202ewhy") == "https://shop.example/\\u202ewhy"


def test_only_purposes_of_dpv_are_known() -> None:
    assert known(DPV + "Personalisation")
    assert not known(DPV + "Sector")
    assert not known(DPV + "hasPurpose")
    assert not known("Personalisation")


@pytest.mark.parametrize(
    ("word", "found"),
    [
        ("personalisation", ["Personalisation", "ServicePersonalisation", "UserInterfacePersonalisation"]),
        ("Personalization", ["Personalisation", "ServicePersonalisation", "UserInterfacePersonalisation"]),
        (" targeted ", ["RecruitmentTargetedAdvertising", "TargetedAdvertising"]),
        ("intellectual property", ["ProtectionOfIPR"]),
        ("OfIPR", ["ProtectionOfIPR"]),
        ("marketing", ["Marketing", "DirectMarketing", "SocialMediaMarketing"]),
        ("no such word", []),
        ("", []),
        ("  ", []),
    ],
)
def test_a_purpose_is_found_by_a_word(word: str, found: list[str]) -> None:
    assert list(find(word)) == [DPV + name for name in found]


def test_the_licence_of_dpv_travels_with_its_purposes() -> None:
    assert "Permission to copy, modify, and distribute this work" in NOTICE
    assert "https://w3id.org/dpv/2.3" in NOTICE
