"""Text from outside, made harmless to show: the one place where control sequences lose their power.

It refuses to know where the text is shown, and never changes what is stored. Markup is the screen's own matter: widgets
take text as text.
"""

from __future__ import annotations

import re

_HARMFUL = re.compile(
    "[\x00-\x1f\x7f-\x9f\u061c\u200b-\u200f\u2028-\u202e\u2060-\u2069\ufeff\ufff9-\uffff\ud800-\udfff\U000e0000-\U000e0fff]"
)


def plain(text: object, limit: int = 500) -> str:
    """One line, at most ``limit`` long; control, bidi-override and invisible characters are shown as ``\\xNN``."""
    shown = _HARMFUL.sub(_escaped, str(text)[: limit * 2])
    return shown if len(shown) <= limit else shown[: limit - 1] + "…"


def _escaped(match: re.Match[str]) -> str:
    code = ord(match.group())
    if match.group() in "\t\n\r":
        return " "
    return f"\\x{code:02x}" if code < 256 else f"\\u{code:04x}"
