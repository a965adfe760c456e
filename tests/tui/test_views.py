"""Papers in words: unknown is never no, what was cut off is never undone, times are read by people."""

from __future__ import annotations

import pytest

from lifepod.tui.deeds import Step, stands, step_after
from lifepod.tui.views import KEEPS, SHOWN, clause_words, moment, shown


@pytest.mark.parametrize(
    ("word", "answer"),
    [("yes", "yes"), ("no", "no"), ("withdrawn", "no"), ("no copy", "unknown"), ("unreachable", "unknown")],
)
def test_what_a_profile_says_of_a_key_is_yes_no_or_unknown(word: str, answer: str) -> None:
    assert shown(word, "2026-11-25T10:00:00Z")[0] == answer


def test_a_word_that_is_not_known_is_unknown_and_harmless() -> None:
    assert shown("\x1b[2J", "") == ("unknown", "\\x1b[2J")
    assert all(answer in ("yes", "no", "unknown") for answer, _ in SHOWN.values())


@pytest.mark.parametrize("verb", ["approve", "counter", "decline", "end"])
def test_only_what_was_merely_read_is_called_not_done(verb: str) -> None:
    assert stands(verb, Step.READING).title == "It was not done"
    found = stands(verb, Step.SIGNING)
    assert "not done" not in found.title.casefold()
    assert "may" in found.sentence


def test_a_step_never_goes_back() -> None:
    step = step_after(Step.READING, "keeping the agreement")
    assert step is Step.SIGNING
    assert step_after(step, "looking again") is Step.SIGNING
    step = step_after(step, "opening what it says")
    assert step is Step.OPENING
    assert step_after(step, "keeping the agreement") is Step.OPENING


@pytest.mark.parametrize(
    ("stamp", "said"),
    [
        ("2026-11-25T10:00:00Z", "2026-11-25 10:00 UTC"),
        ("", ""),
        ("soon\x07", "soon\\x07"),
        ("2026-11-25T10:00:00+02:00", "2026-11-25T10:00:00+02:00"),
    ],
)
def test_a_time_is_told_as_it_is(stamp: str, said: str) -> None:
    assert moment(stamp) == said


def test_each_clause_says_who_keeps_it_and_what_nobody_understands_says_so() -> None:
    for by, (word, _) in KEEPS.items():
        (line,) = clause_words([{"clause": "x", "says": "S.", "by": by, "detail": ""}], "https://a.example/")
        assert line.plain == f"• S.  [{word}]"
    (line, detail) = clause_words(
        [{"clause": "x", "says": "S.", "by": "new", "detail": "https://a.example/b"}], "https://a.example/"
    )
    assert line.plain == "• S.  [not understood]"
    assert detail.plain == "  b"
