"""`make pictures`: the pictures of the README, made by the program itself from the demo's story.

It refuses to need a server: the pod is the double, the import, the grant and the survey are real. The same text comes
out every time; a test compares it with what is committed.
"""

from __future__ import annotations

import asyncio
import os
import re
import sys
import tempfile
from collections.abc import AsyncIterator
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

from tests.tui.stage import BASE, VISA, Seat, demo_stage, seated

FOLDER = Path(__file__).resolve().parents[2] / "examples" / "pictures"
SIZE = (120, 28)
_FONTS = "/usr/share/fonts"
_MOST = 200_000
"""Bytes of one picture."""


async def pictures() -> AsyncIterator[tuple[str, str]]:
    """Name and SVG of each picture; ``LIFEPOD_DIR`` must lead to a folder of its own."""
    async with seated(await demo_stage(), SIZE) as seat:
        await seat.settle()
        await seat.press("1")
        yield "home", taken(seat)
        await seat.press("4", "down", "right")
        yield "matrix", taken(seat)
        await seat.press("7")
        yield "journal", taken(seat)
        await seat.press("2")
        seat.app.screen_of("places").point_at(BASE + "journal/purchases/")
        await seat.settle()
        yield "places", taken(seat)
        await seat.press("3", "down", "down")
        yield "agents", taken(seat)
        await seat.press("2", "g")
        seat.fill("#agent", VISA)
        seat.fill("#place", "journal/searches/")
        await seat.press("enter")
        yield "grant", taken(seat)


def taken(seat: Seat) -> str:
    """The picture of this moment; fonts are those of the reader, none is fetched."""
    svg = re.sub(r"@font-face \{.*?\}\s*", "", seat.app.export_screenshot(title="lifepod"), flags=re.DOTALL)
    return svg.replace("Fira Code", "DejaVu Sans Mono")


def as_png(svg: str) -> bytes:
    """The same as pixels."""
    import resvg_py

    return bytes(
        resvg_py.svg_to_bytes(svg_string=svg, font_dirs=[_FONTS], monospace_family="DejaVu Sans Mono", width=1400)
    )


async def make() -> None:
    """Write every picture."""
    FOLDER.mkdir(exist_ok=True)
    async for name, svg in pictures():
        pixels = as_png(svg)
        assert len(pixels) <= _MOST, f"{name}.png has {len(pixels)} bytes"
        (FOLDER / f"{name}.svg").write_text(svg, "utf-8")
        (FOLDER / f"{name}.png").write_bytes(pixels)
        print(f"{name}: {len(svg)} bytes SVG, {len(pixels)} bytes PNG", file=sys.stderr)


if __name__ == "__main__":
    if not list(Path(_FONTS).rglob("DejaVuSansMono.ttf")):
        raise SystemExit("The pictures need the font DejaVu Sans Mono (Debian: apt-get install fonts-dejavu-core).")
    with tempfile.TemporaryDirectory(prefix="lifepod-pictures-") as folder:
        os.environ.update(LIFEPOD_DIR=folder, PYTHON_KEYRING_BACKEND="keyring.backends.fail.Keyring")
        os.environ.update(TEXTUAL_ANIMATIONS="none", COLORTERM="truecolor")
        os.environ.pop("NO_COLOR", None)
        asyncio.run(make())
