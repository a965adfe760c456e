"""What a screen has to show at one moment: the last audit, how far a look has come, and what went wrong.

It refuses to change: a new moment is a new value.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING

from lifepod.plain import plain

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

    @classmethod
    def fault(cls, error: BaseException | None) -> Trouble:
        """What a fault of our own says: never silent, never the end of the screen."""
        said = plain(f"{type(error).__name__}: {error}")
        return cls(f"That did not work, through a fault of lifepod: {said}.", "Try again; if it stays, report it.")


@dataclass(frozen=True, slots=True)
class Progress:
    """How far a look has come."""

    done: int = 0
    known: int = 0
    """Places known so far; grows while looking."""

    @property
    def words(self) -> str:
        """``looked at 312 of 1020 places``."""
        return f"looked at {self.done} of {self.known} places" if self.known else "looking …"


@dataclass(frozen=True, slots=True)
class Picture:
    """All that the screens paint from."""

    audit: Audit | None = None
    """``None`` before the kept one was read, and where there is none."""
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
