"""Horizontal bars, drawn in letters: how much of a whole is sure, how much is not known, how much is left.

It refuses to show something as nothing: the smallest part has a stroke. What is not known has a pattern of its own,
so that it can be told without colours.
"""

from __future__ import annotations

from rich.cells import cell_len, set_cell_size

SURE, UNKNOWN, REST = "bar", "bar-unknown", "bar-rest"
"""Tones of the three parts of a bar; a widget that shows bars gives them colours (:data:`STYLES`)."""
TONES = (SURE, UNKNOWN, REST)
STYLES = """
        & > .lines--bar { color: $primary; }
        & > .lines--bar-unknown { color: $warning; }
        & > .lines--bar-rest { color: $foreground 20%; }
"""
_EIGHTHS = "▏▎▍▌▋▊▉"
_FULL, _PATTERN, _TRACK = "█", "░", "─"


def bar(sure: int, unsure: int, whole: int, width: int) -> tuple[tuple[str, str], ...]:
    """The parts of a bar with their tones, together ``width`` cells; ``sure`` and ``unsure`` are parts of ``whole``."""
    if width <= 0:
        return ()
    whole = max(whole, sure + unsure, 1)
    eighths = max(round(sure * width * 8 / whole), bool(sure))
    fogged = max(round(unsure * width / whole), bool(unsure))
    # Beside something that is not known the sure part ends at a whole cell.
    eighths = min(-(-eighths // 8) * 8 if fogged else eighths, (width - bool(fogged)) * 8)
    full, part = divmod(eighths, 8)
    text = _FULL * full + (_EIGHTHS[part - 1] if part else "")
    fogged = min(fogged, width - len(text))
    parts = ((text, SURE), (_PATTERN * fogged, UNKNOWN), (_TRACK * (width - len(text) - fogged), REST))
    return tuple(one for one in parts if one[0])


def fit(text: str, width: int) -> str:
    """A text that is safe to show, in exactly ``width`` cells: cut with an ellipsis, or filled with blanks."""
    if cell_len(text) <= width:
        return text + " " * (width - cell_len(text))
    return set_cell_size(text, width - 1) + "…" if width > 0 else ""
