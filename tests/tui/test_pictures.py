"""The pictures of the README show what the program shows today."""

from __future__ import annotations

import re
from pathlib import Path

from tests.bench.pictures import FOLDER, pictures
from tests.tui.look import text_of

README = Path(__file__).resolve().parents[2] / "README.md"


async def test_the_committed_pictures_are_current() -> None:
    names = []
    async for name, svg in pictures():
        names.append(name)
        kept = (FOLDER / f"{name}.svg").read_text("utf-8")
        assert "url(http" not in kept
        assert text_of(kept) == text_of(svg), "make pictures, and look at them"
        assert len((FOLDER / f"{name}.png").read_bytes()) <= 200_000
    assert sorted(names) == sorted(path.stem for path in FOLDER.glob("*.svg"))
    assert sorted(names) == sorted(path.stem for path in FOLDER.glob("*.png"))


def test_the_readme_shows_pictures_that_are_there() -> None:
    shown = re.findall(r"examples/pictures/([\w-]+\.\w+)", README.read_text("utf-8"))
    assert shown
    assert all((FOLDER / name).is_file() for name in shown)
