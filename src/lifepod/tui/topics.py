"""Help topics that stand apart from the sheet that shows them.

It refuses to paint.
"""

from __future__ import annotations

_Line = tuple[str, str, str]
Topic = tuple[str, tuple[_Line, ...], tuple[str, ...]]
"""Title, keys, words."""
_MATRIX: Topic = (
    "Matrix: who could use how much of what",
    (
        ("↑ ↓  ← →", "another cell; ← to the name", "matrix"),
        ("Enter", "on a cell: the places behind it", "who PATH"),
        ("Enter", "on a name: all they could see", "sees AGENT"),
        ("s", "sort: name, most, this column", ""),
    ),
    (
        "R A W C: read, append, write, control everywhere; small letters: in some places; ?: not known, it may be "
        "open; -: nowhere. 3+2?/12: open in 3 of 12 places, perhaps in 2 more. vendor: asked for something or agreed "
        "to something; of an agent without that word nothing of the kind is on record.",
    ),
)
_BEHIND: Topic = (
    "The places behind a cell of the matrix",
    (
        ("↑ ↓", "another place: what, and why", "why AGENT PATH"),
        ("Enter", "show it in the tree", "who PATH"),
        ("Tab", "to the reasons, to scroll them", ""),
        ("Esc", "close", ""),
    ),
    (
        "Every place the cell counts, one by one. Why: the rules that let them in, the document these stand in, and "
        "from where they are inherited. unknown: nobody could look; it may be open. A group is asked about as "
        "somebody who is in that group alone.",
    ),
)
APART = {"matrix": _MATRIX, "behind": _BEHIND}
