"""What is asked of every server: a capability is one question with one answer, and the answer is pinned.

A question is an async function of a :class:`~tests.interop.stage.Stage` that gives what it *found*: ``Can.YES`` (or
nothing), ``Can.PARTLY`` or ``Can.NO``. What is not pinned is expected to be yes. Whoever raises, or finds anything else
than what is pinned, has failed: a fault is never shown as "no", and a server that learns something is noticed too.

To add a capability, write a function below :func:`capability` in one of the files that ``QUESTIONS`` names.
"""

from __future__ import annotations

import importlib
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from enum import StrEnum

from tests.interop.stage import Kind, Stage

QUESTIONS = ("reading", "writing", "files", "access")
"""Files beside this one, in the order of the table."""


class Can(StrEnum):
    """What a server can do."""

    YES = "yes"
    PARTLY = "partly"
    NO = "no"


@dataclass(frozen=True, slots=True)
class Pin:
    """What is known of a server, and why."""

    can: Can
    why: str = ""
    """A short reason, for the footnote."""


def no(why: str) -> Pin:
    """The server cannot."""
    return Pin(Can.NO, why)


def partly(why: str) -> Pin:
    """The server can, with a limit."""
    return Pin(Can.PARTLY, why)


Question = Callable[[Stage], Awaitable[Can | None]]
_YES = Pin(Can.YES)


@dataclass(frozen=True, slots=True)
class Capability:
    """One row of the table."""

    title: str
    ask: Question
    pins: Mapping[Kind, Pin]

    @property
    def name(self) -> str:
        """Its short name, for tests."""
        return getattr(self.ask, "__name__", self.title)

    def pin(self, kind: Kind) -> Pin:
        """What is expected of a server."""
        return self.pins.get(kind, _YES)

    async def asked(self, stage: Stage) -> Pin:
        """Ask, and give what is pinned; raises ``AssertionError`` where something else was found."""
        found, pin = await self.ask(stage) or Can.YES, self.pin(stage.kind)
        assert found is pin.can, f"{self.title}: {stage.kind} answers {found.value}, and {pin.can.value} is pinned"
        return pin


CAPABILITIES: list[Capability] = []


def capability(title: str, pins: Mapping[Kind, Pin] | None = None) -> Callable[[Question], Question]:
    """Put a question into the suite."""

    def put(ask: Question) -> Question:
        CAPABILITIES.append(Capability(title, ask, pins or {}))
        return ask

    return put


def capabilities() -> tuple[Capability, ...]:
    """All of them, in the order of the table."""
    for name in QUESTIONS:
        importlib.import_module(f"tests.interop.{name}")
    return tuple(CAPABILITIES)
