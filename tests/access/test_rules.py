"""The nouns of access control."""

from __future__ import annotations

import pytest

from lifepod.access import rules
from lifepod.access.rules import NOBODY, PUBLIC, SIGNED_IN, STRANGER, Answer, Kind, Mode, Rule, Who

AGENT = Who(Kind.AGENT, "https://acme.example/#me")


@pytest.mark.parametrize(
    ("answer", "swapped"), [(Answer.NO, Answer.YES), (Answer.YES, Answer.NO), (Answer.UNKNOWN, Answer.UNKNOWN)]
)
def test_not_swaps_yes_and_no_and_leaves_unknown(answer: Answer, swapped: Answer) -> None:
    assert ~answer is swapped


def test_unknown_lies_between_no_and_yes_and_has_a_word_of_its_own() -> None:
    """V4: unknown is never shown as no."""
    assert Answer.NO < Answer.UNKNOWN < Answer.YES
    assert [a.word for a in Answer] == ["no", "unknown", "yes"]


@pytest.mark.parametrize(("who", "word"), [(PUBLIC, "public"), (SIGNED_IN, "signed-in"), (AGENT, AGENT.iri)])
def test_an_audience_is_named_as_people_name_it(who: Who, word: str) -> None:
    assert who.word == word


def test_a_rules_audience_is_everyone_named_in_any_of_its_parts() -> None:
    every, some, none = (rules.Test(who=(who,)) for who in (AGENT, PUBLIC, SIGNED_IN))
    rule = Rule("d", "n", frozenset({Mode.READ}), (every,), (some,), (none,))
    assert rule.audience == {AGENT, PUBLIC, SIGNED_IN}


def test_the_unnamed_stranger_is_somebody_and_no_address_on_the_web() -> None:
    assert STRANGER.agent is not None
    assert not STRANGER.agent.startswith("http")
    assert NOBODY.agent is None
