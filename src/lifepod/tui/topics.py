"""Help topics that stand apart from the sheet that shows them.

It refuses to paint.
"""

from __future__ import annotations

_Line = tuple[str, str, str]
MATRIX: tuple[str, tuple[_Line, ...], tuple[str, ...]] = (
    "Matrix: who could use how much of what",
    (
        ("↑ ↓  ← →", "another cell; ← to the name", "matrix"),
        ("Enter", "on a cell: the places behind it", "who PATH"),
        ("Enter", "on a name: all they could see", "sees AGENT"),
        ("s", "sort: name, most, this column", ""),
    ),
    (
        "R A W C: read, append, write, control everywhere; small letters: in some places; ?: not known, it may be "
        "open; -: nowhere. 3+2?/12: open in 3 of 12 places, perhaps in 2 more.",
    ),
)
"""Title, keys, words."""
