"""Whether to go on: shown first, rehearsed on request, asked with "no" as the answer of whoever says nothing.

It refuses to take silence for a yes: where nobody can be asked, ``--yes`` must be said.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

import click

from lifepod.cli.options import Command
from lifepod.cli.say import Voice
from lifepod.errors import Undecided


@dataclass(frozen=True, slots=True)
class How:
    """How to carry something out."""

    dry_run: bool
    yes: bool


def how(command: Command) -> Command:
    """``--dry-run`` and ``--yes``, to be gathered into :class:`How`."""
    command = click.option("--yes", is_flag=True, help="Do not ask.")(command)
    return click.option("--dry-run", is_flag=True, help="Show what would be done, and write nothing.")(command)


def declined(voice: Voice, way: How, question: str) -> str:
    """Empty where it may go on, else the sentence that says why nothing was written.

    Raises :class:`~lifepod.errors.Undecided` where nobody is there to answer.
    """
    if way.dry_run:
        return "Nothing was written."
    if way.yes:
        return ""
    if not voice.may_ask:
        raise Undecided(
            f"{question} Nobody can be asked.", advice="Say --yes to go on without being asked; --dry-run only shows."
        )
    return "" if voice.ask(question) else "Nothing was written, as you chose."


def tell(voice: Voice, lines: Iterable[str]) -> None:
    """What is to be known before an answer, to stderr."""
    for line in lines:
        voice.talk(line)
