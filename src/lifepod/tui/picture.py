"""What a screen has to show at one moment: the last audit, how far a look has come, and what went wrong.

It refuses to change: a new moment is a new value.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from lifepod.errors import LifepodError
    from lifepod.owner.desk import Audit

Clock = Callable[[], datetime]
"""The present, with a time zone."""


@dataclass(frozen=True, slots=True)
class Trouble:
    """A failure as a person reads it."""

    sentence: str
    advice: str

    @classmethod
    def of(cls, error: LifepodError) -> Trouble:
        """What an error says."""
        return cls(str(error), error.advice)


@dataclass(frozen=True, slots=True)
class Progress:
    """How far a look has come."""

    done: int = 0
    known: int = 0
    """Places known so far; grows while looking."""

    @property
    def words(self) -> str:
        """``looking: 312 of 1020``."""
        return f"looking: {self.done} of {self.known}" if self.known else "looking …"


@dataclass(frozen=True, slots=True)
class Picture:
    """All that the screens paint from."""

    audit: Audit | None = None
    progress: Progress | None = None
    """``None`` while nobody is looking."""
    trouble: Trouble | None = None
    """Why the last look failed."""


@dataclass(frozen=True, slots=True)
class Aim:
    """What a grant or revoke would begin from: what is selected."""

    place: str = ""
    """URL; empty where nothing is selected."""
    agent: str = ""
    """WebID; empty where none is selected."""
    known: tuple[str, ...] = ()
    """WebIDs that can be suggested."""
