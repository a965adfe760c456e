"""What a command says: data apart from words, nothing raw on a terminal, an exit code for every family of errors."""

from __future__ import annotations

import io
import json
import sys

import pytest

from lifepod import errors
from lifepod.cli.say import Voice, code_of, table

NASTY = "a\x1b[31mred\x1b[0m\x07 \u202egpj.exe\u202c [bold]x[/bold] \r\nnext"


def families() -> list[type[errors.LifepodError]]:
    kinds = [v for v in vars(errors).values() if isinstance(v, type) and issubclass(v, errors.LifepodError)]
    return [kind for kind in kinds if kind is not errors.LifepodError]


def test_every_family_of_errors_has_a_code_of_its_own() -> None:
    codes = {kind.__name__: code_of(kind("x")) for kind in families()}
    assert len(set(codes.values())) == len(codes), codes
    assert not set(codes.values()) & {0, 1, 2, 14, 130}


def test_an_error_nobody_named_is_a_fault_of_ours() -> None:
    assert code_of(errors.LifepodError("x")) == 1


@pytest.mark.parametrize("kind", families(), ids=lambda kind: kind.__name__)
def test_every_error_comes_with_an_advice(kind: type[errors.LifepodError], capsys: pytest.CaptureFixture[str]) -> None:
    code = Voice().failure(kind("Something is so."))
    said = capsys.readouterr()
    assert said.out == ""
    first, advice = said.err.splitlines()
    assert first == "lifepod: Something is so."
    assert advice.strip().endswith((".", ")")), advice
    assert code == code_of(kind("x"))


def test_nothing_from_outside_reaches_the_terminal_raw(capsys: pytest.CaptureFixture[str]) -> None:
    voice = Voice()
    voice.data({"x": NASTY}, [NASTY])
    voice.talk(NASTY)
    voice.failure(errors.Malformed(NASTY, advice=NASTY))
    said = capsys.readouterr()
    for text in (said.out, said.err):
        assert not set(text) & {"\x1b", "\x07", "\r", "\u202e", "\u202c"}, text
        assert "[bold]x[/bold]" in text  # markup means nothing here and is shown as it is


def test_json_is_one_line_of_ascii_that_reads_back(capsys: pytest.CaptureFixture[str]) -> None:
    value = {"text": NASTY + "\u2028 ü 漢 😀"}
    Voice(as_json=True).data(value, ["never shown"])
    said = capsys.readouterr().out
    assert said.count("\n") == 1
    assert said.isascii()
    assert "\x1b" not in said
    assert json.loads(said) == value


def test_words_go_to_stderr_so_that_json_stays_alone(capsys: pytest.CaptureFixture[str]) -> None:
    voice = Voice(as_json=True)
    voice.talk("about to begin")
    voice.data([1], [])
    said = capsys.readouterr()
    assert (said.out, said.err) == ("[1]\n", "about to begin\n")


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


def test_progress_is_drawn_over_itself_and_taken_away(monkeypatch: pytest.MonkeyPatch) -> None:
    screen = Terminal()
    monkeypatch.setattr(sys, "stderr", screen)
    voice = Voice()
    voice.progress("looking \x1b[2J at things", 10, 10)
    voice.clear()
    assert "[####################] 10/10 looking" in screen.getvalue()
    assert "\x1b" not in screen.getvalue()
    assert screen.getvalue().endswith("\r")


def test_progress_says_nothing_where_nobody_looks(capsys: pytest.CaptureFixture[str]) -> None:
    Voice().progress("looking", 1, 2)
    assert capsys.readouterr().err == ""


def test_nobody_there_to_answer_means_no(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "stdin", io.StringIO("y\n"))
    assert Voice().ask("Write this?") is False


@pytest.mark.parametrize(
    ("typed", "answer"), [("y\n", True), ("YES\n", True), ("\n", False), ("n\n", False), ("", False)]
)
def test_a_question_is_no_unless_somebody_says_yes(typed: str, answer: bool, monkeypatch: pytest.MonkeyPatch) -> None:
    keyboard, screen = Terminal(typed), Terminal()
    monkeypatch.setattr(sys, "stdin", keyboard)
    monkeypatch.setattr(sys, "stderr", screen)
    assert Voice().ask("Write \x1b[31mthis?") is answer
    assert screen.getvalue() == "Write \\x1b[31mthis? [y/N] "


def test_a_screen_needs_a_terminal(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "stdin", io.StringIO(""))
    with pytest.raises(errors.NotReady) as caught:
        Voice().must_have_screen("Do it without.")
    assert caught.value.advice == "Do it without."


def test_columns_are_aligned_by_what_is_seen() -> None:
    rows = [("漢字", "x"), ("e\u0301", "y"), ("plain", "z"), ("\x1b", "w")]
    lines = table(("name", "n"), rows)
    # Wide characters take two cells, combining ones none; the second column begins in the same cell everywhere.
    assert lines == ["name   n", "漢字   x", "e\u0301      y", "plain  z", "\\x1b   w"]
