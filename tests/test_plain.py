"""Text from outside loses its power over a terminal, and keeps everything else."""

from __future__ import annotations

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lifepod.plain import plain

HARMFUL = {
    "colour": "\x1b[31m",
    "window title": "\x1b]0;mine\x07",
    "eight-bit control sequence": "\x9b2J",
    "clipboard": "\x1bP\x1b\\",
    "backspace": "\x08",
    "delete": "\x7f",
    "null": "\x00",
    "right to left": "\u202e",
    "isolate": "\u2066",
    "Arabic letter mark": "\u061c",
    "zero-width space": "\u200b",
    "word joiner": "\u2060",
    "line separator": "\u2028",
    "byte order mark": "\ufeff",
    "interlinear mark": "\ufff9",
    "lone surrogate": "\ud800",
    "tag letter": "\U000e0041",
}


@pytest.mark.parametrize("text", HARMFUL.values(), ids=HARMFUL.keys())
def test_what_steers_a_terminal_is_shown_as_its_code(text: str) -> None:
    shown = plain(f"a{text}b")
    assert not set(shown) & {c for c in text if not c.isprintable()}
    assert shown.isprintable()
    assert shown.startswith("a\\")
    assert shown.endswith("b")


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("\x1b[2J", "\\x1b[2J"),
        ("\u202egpj.exe", "\\u202egpj.exe"),
        ("one\ntwo\tthree\r", "one two three "),
        ("Grüße aus 東京, [bold]שלום[/bold]", "Grüße aus 東京, [bold]שלום[/bold]"),
        ("back\\slash", "back\\slash"),
        ("", ""),
    ],
)
def test_text_stays_readable(text: str, shown: str) -> None:
    assert plain(text) == shown


def test_anything_can_be_shown() -> None:
    assert plain(None) == "None"
    assert plain(ValueError("no\x1b")) == "no\\x1b"


def test_what_is_too_long_ends_in_a_mark() -> None:
    assert plain("a" * 500) == "a" * 500
    assert plain("a" * 501) == "a" * 499 + "…"
    assert plain("a" * 10, 4) == "aaa…"
    assert plain("\x00" * 10, 6) == "\\x00\\…"


@given(st.text(alphabet=st.characters(exclude_categories=()), max_size=80))
def test_no_text_moves_the_cursor_or_hides(text: str) -> None:
    shown = plain(text)
    assert len(shown) <= 500
    assert "\n" not in shown
    assert {unicodedata.category(c) for c in shown} & {"Cc", "Cs", "Zl", "Zp"} == set()
    assert not set(shown) & set("\u200b\u200e\u200f\u202a\u202b\u202d\u202e\u2066\u2067\u2068\u2069\ufeff")
    shown.encode()


@given(st.text())
def test_showing_twice_changes_nothing(text: str) -> None:
    assert plain(plain(text)) == plain(text)


@given(st.text(alphabet=st.characters(categories=["L", "N", "P", "S"]), max_size=80))
def test_letters_digits_and_signs_stay_as_they_are(text: str) -> None:
    assert plain(text) == text.replace("\ufffc", "\\ufffc").replace("\ufffd", "\\ufffd")
