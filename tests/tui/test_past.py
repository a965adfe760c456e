"""What a place holds and the history of access, in lines; lines folded to the width there is."""

from __future__ import annotations

import pytest
from rich.cells import cell_len

from lifepod.owner.previews import Held, Kind
from lifepod.solid.rows import Table
from lifepod.tui.past import facts_of, pages_of, size_words
from lifepod.tui.widgets.lines import Line, folded


@pytest.mark.parametrize(
    ("size", "said"),
    [
        (None, "size unknown"),
        (0, "0 bytes"),
        (1, "1 byte"),
        (1023, "1023 bytes"),
        (1024, "1.0 KiB"),
        (49_357, "48.2 KiB"),
        (5 * 1024**3, "5.0 GiB"),
        (3 * 1024**6, "3145728.0 TiB"),
    ],
)
def test_a_size_is_said_in_the_unit_that_fits(size: int | None, said: str) -> None:
    assert size_words(size) == said


def held(**more: object) -> Held:
    return Held(**({"url": "u", "kind": Kind.TEXT, "media_type": "text/plain", "size": 3, "text": "a"} | more))  # type: ignore[arg-type]


def text_of(lines: list[Line]) -> list[str]:
    return ["".join(text for text, _ in line) for line in lines]


def test_a_long_raw_line_goes_on_in_the_next_and_loses_nothing() -> None:
    text = "".join(chr(97 + n % 26) for n in range(2500))
    _, lines = pages_of(held(text=text), "u")["raw"]
    assert "".join(text_of(lines)) == text
    assert max(map(len, text_of(lines))) == 1000


def test_a_control_character_takes_no_part_of_a_line_away() -> None:
    _, lines = pages_of(held(text="\x1b" * 1000 + "end"), "u")["raw"]
    assert text_of(lines)[0] == "\\x1b" * 1000


def test_columns_are_as_wide_as_they_must_be_and_no_wider_than_they_may() -> None:
    rows = (("<#" + "日" * 40 + ">", "schema:name", "x"), ("<#b>", "p" * 60, "a value " * 40))
    head, lines = pages_of(held(table=Table(rows, "")), "u")["table"]
    starts = {cell_len("".join(text for text, _ in line[:2])) for line in lines}
    assert starts == {cell_len(head[0][0]) - len("value")}
    assert text_of(lines)[1].endswith("a value " * 40), "a value is cut"


def test_hostile_facts_are_one_harmless_line() -> None:
    said = facts_of(held(media_type="text/\x1b[31m\nplain", modified="\u202eyesterday"))
    assert said == "text/\\x1b[31m plain · 3 bytes · changed \\u202eyesterday"


@pytest.mark.parametrize("room", [12, 20, 33, 70])
def test_folded_lines_fit_and_say_the_same(room: int) -> None:
    line: Line = (
        ("  2026-03-01  ", "quiet"),
        ("grant read at a/very/long/place/that/goes/on", "name"),
        (" 日本語 end", ""),
    )
    parts = list(folded(line, room))
    assert all(cell_len("".join(text for text, _ in part)) <= room for part in parts)
    whole = "".join("".join(text for text, _ in part).strip() for part in parts)
    assert whole.replace(" ", "") == "".join(text for text, _ in line).replace(" ", "")
    tones = {tone for part in parts for text, tone in part if text.strip()}
    assert tones == {"quiet", "name", ""}
