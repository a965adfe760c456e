"""What a screen shows, as lines of text, from the screen or from a picture of it; and texts kept to compare.

The only place that knows how the framework paints a screen, and how it draws a picture.
"""

from __future__ import annotations

import html
import re
from pathlib import Path

from rich.cells import cell_len
from rich.color_triplet import ColorTriplet
from textual.geometry import Region
from textual.screen import ModalScreen, Screen

_TEXT = re.compile(
    r'<text class="[^"]*-r\d+" x="([\d.]+)" y="[\d.]+" [^>]*clip-path="url\(#[^"]*-line-(\d+)\)">(.*?)</text>'
)
_WORD = re.compile(r"\w\w")
_CELL = 12.2
"""Width of one cell in the picture."""


def text_of(svg: str) -> list[str]:
    """The lines of a picture; blanks at their ends are left out."""
    lines: dict[int, str] = {}
    for x, number, text in _TEXT.findall(svg):
        line, column = lines.get(int(number), ""), round(float(x) / _CELL)
        lines[int(number)] = line + " " * (column - cell_len(line)) + html.unescape(text).replace("\xa0", " ")
    return [lines.get(number, "").rstrip() for number in range(max(lines, default=0) + 1)]


def shown(screen: Screen[object], region: Region | None = None) -> list[str]:
    """The lines of a screen, or of a part of it; the same as in its picture, only sooner."""
    strips = screen._compositor.render_strips()
    if region is not None:
        strips = [strip.crop(region.x, region.right) for strip in strips[region.y : region.bottom]]
    return [strip.text.rstrip() for strip in strips]


def faint(screen: Screen[object], least: float) -> list[tuple[str, float]]:
    """Words whose colour differs too little from what is behind them (WCAG 2.2 §1.4.3 has the measure)."""
    found = []
    # What lies behind a sheet is dimmed.
    front = screen.children[0].region if isinstance(screen, ModalScreen) else screen.region
    for strip in screen._compositor.render_strips()[front.y : front.bottom]:
        for text, style, _ in strip.crop(front.x, front.right):
            if _WORD.search(text) and style is not None and style.color and style.bgcolor:
                one, other = (_light(colour.get_truecolor()) for colour in (style.color, style.bgcolor))
                ratio = (max(one, other) + 0.05) / (min(one, other) + 0.05)
                if ratio < least:
                    found.append((text, round(ratio, 2)))
    return found


def _light(colour: ColorTriplet) -> float:
    red, green, blue = (
        part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in colour.normalized
    )
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def same_as_kept(lines: list[str], path: Path, *, update: bool) -> None:
    """Compare with a kept text, or keep this one."""
    text = "\n".join(lines).rstrip() + "\n"
    if update:
        path.parent.mkdir(exist_ok=True)
        path.write_text(text, "utf-8")
    assert path.exists(), f"{path.name} was never kept; look at the screen, then run with --update-golden"
    assert text == path.read_text("utf-8"), (
        "if the new look is wanted, run with --update-golden and read the difference"
    )
