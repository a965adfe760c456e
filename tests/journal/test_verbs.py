"""What the titles of Google say was done."""

from __future__ import annotations

import pytest

from lifepod.journal.activity import KINDS
from lifepod.journal.importers.verbs import VERBS, is_notice, said


@pytest.mark.parametrize("verb", VERBS, ids=lambda verb: f"{verb.before}…{verb.after}")
def test_every_verb_is_found_around_its_thing(verb: object) -> None:
    before, after, kind = (getattr(verb, name) for name in ("before", "after", "kind"))
    assert said(f"{before}my thing{after}") == (kind, "my thing")
    assert kind == "" or kind in KINDS


@pytest.mark.parametrize(
    ("title", "found"),
    [
        ("Searched for cats Watched", ("search", "cats Watched")), ("Viewed area around X", ("", "X")),
        ("Watched Searched for x", ("watch", "Searched for x")),
        ("Watched ", None), ("Searched for", None), ("searched for x", None), ("gesucht", None), ("", None),
        ("Something else", None),
    ],
)  # fmt: skip
def test_a_title_is_never_guessed(title: str, found: tuple[str, str] | None) -> None:
    assert said(title) == found


@pytest.mark.parametrize(
    ("title", "notice"),
    [("1 notification", True), ("12 notifications", True), ("3 Benachrichtigungen", True),
    ("5 cards in your feed", True),
     ("12 Angry Men", False), ("notification", False), ("1", False), ("", False), ("Visited 1 notification", False)],
)  # fmt: skip
def test_lines_about_notifications_are_told_apart(title: str, notice: bool) -> None:
    assert is_notice(title) is notice
