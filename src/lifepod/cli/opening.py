"""The wish for the screen, and whether one can open: what the hall asks before any command line is read.

It refuses to need a command line, and to open anything: the hall does.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Callable
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class OpenScreen:
    """What a command gives back that wants the screen; only the hall opens it."""

    profile: str | None = None
    """Login to open it with; ``None`` for the default."""
    close: Callable[[], None] = lambda: None
    """To be called when the screen is left."""


def has_screen() -> bool:
    """Whether a screen can open: on a terminal, or for a browser that :mod:`lifepod.cli.web` shows it to."""
    return "TEXTUAL_DRIVER" in os.environ or (sys.stdin.isatty() and sys.stdout.isatty())
