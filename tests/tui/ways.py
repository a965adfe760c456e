"""Steps that a person does with the keyboard alone or with the mouse alone, and what is to be read after each.

The mouse clicks on words that can be seen, wherever they stand; only text is typed, into the field it clicked.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass

import pytest
from rich.cells import cell_len
from tests.tui.look import shown
from tests.tui.stage import Seat
from textual.command import CommandPalette
from textual.widgets import Input

FRAMES = str.maketrans("│▕", "  ")


@dataclass(frozen=True, slots=True)
class Step:
    """One thing a person does, in both ways, and what is to be read afterwards."""

    keys: str
    """What the keyboard presses, with a space between two keys."""
    words: str
    """What the mouse clicks on."""
    sees: str = ""
    """What the screen says then."""
    clicks: int = 1


@dataclass(frozen=True, slots=True)
class Fill:
    """A text that goes into a field in place of what is there."""

    field: str
    text: str


Do = Step | Fill
Way = Callable[[Seat, Do], Awaitable[None]]


def visible(seat: Seat) -> list[str]:
    """What can be clicked: on a sheet nothing but the sheet; the rows stay where they are."""
    screen = seat.app.screen
    if not screen.is_modal or isinstance(screen, CommandPalette):
        return seat.lines
    region = max((part.region for part in screen.children if part.id != "textual-toastrack"), key=lambda one: one.area)
    above = [""] * region.y
    return above + [" " * region.x + line for line in shown(screen, region)]


def spot(seat: Seat, words: str) -> tuple[int, int]:
    """The cell where some words begin; the lowest of them, because tables and answers stand below their heads."""
    for row, line in reversed(list(enumerate(visible(seat)))):
        if words in line:
            return cell_len(line[: line.index(words)]) + len(words) - len(words.lstrip()), row
    raise AssertionError(f"{words!r} is nowhere to be clicked; the screen says:\n{seat.text}")


async def by_keys(seat: Seat, do: Do) -> None:
    """With the keyboard alone: a field is reached with Tab."""
    if isinstance(do, Step):
        if do.keys:
            await seat.press(*do.keys.split())
        return
    field = seat.app.screen.query_one(do.field, Input)
    for _ in range(30):
        if seat.focus is field:
            break
        await seat.pilot.press("tab")
    assert seat.focus is field, f"Tab never comes to {do.field}"
    await typed(seat, do.text)


async def by_mouse(seat: Seat, do: Do) -> None:
    """With the mouse alone, but for text."""
    if isinstance(do, Step):
        assert await seat.pilot.click(offset=spot(seat, do.words), times=do.clicks)
        await seat.settle()
        return
    field = seat.app.screen.query_one(do.field, Input)
    assert await seat.pilot.click(offset=(field.region.x + 1, field.region.y))
    assert seat.focus is field, f"a click does not lead into {do.field}"
    await typed(seat, do.text)


async def typed(seat: Seat, text: str) -> None:
    """A text in place of what is in the field that has the keys."""
    await seat.press("end", "ctrl+u", *text)


WAYS = pytest.mark.parametrize("way", [by_keys, by_mouse], ids=["keys", "mouse"])


async def walk(seat: Seat, way: Way, *steps: Do) -> None:
    """Do one after the other; after each the screen says what it should."""
    await seat.settle()
    for step in steps:
        await way(seat, step)
        if isinstance(step, Step) and step.sees:
            said = " ".join("\n".join(visible(seat)).translate(FRAMES).split())
            assert step.sees in said, f"after {step}:\n{seat.text}"
