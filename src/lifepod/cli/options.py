"""Options that many commands share, gathered into one value each.

It refuses to act: it only says what was asked for.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, fields
from functools import update_wrapper
from typing import Any

import click

from lifepod.cli.say import Voice

Command = Callable[..., Any]


class AsListed(click.Group):
    """Commands in the order a newcomer needs them."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        """Names as they were added."""
        return list(self.commands)


@dataclass(frozen=True, slots=True)
class Common:
    """What every command knows."""

    profile: str | None
    as_json: bool

    @property
    def voice(self) -> Voice:
        """A voice that speaks as asked."""
        return Voice(as_json=self.as_json)


def common(command: Command) -> Command:
    """``--profile`` and ``--json``; the command gets them as its first argument, a :class:`Common`."""

    def with_common(*args: Any, profile: str | None, as_json: bool, **rest: Any) -> Any:
        chosen = profile or click.get_current_context().find_root().params.get("profile")
        return command(Common(chosen, as_json), *args, **rest)

    update_wrapper(with_common, command)
    named = click.option("--profile", metavar="NAME", help="Login to use (see `lifepod profiles`).")
    shaped = click.option("--json", "as_json", is_flag=True, help="Print one JSON value instead of words.")
    return named(shaped(with_common))


def as_json(command: Command) -> Command:
    """``--json`` alone, for commands that need no login; the command gets a :class:`Voice` first."""

    def with_voice(*args: Any, as_json: bool, **rest: Any) -> Any:
        return command(Voice(as_json=as_json), *args, **rest)

    update_wrapper(with_voice, command)
    return click.option("--json", "as_json", is_flag=True, help="Print one JSON value instead of words.")(with_voice)


def gathered(shape: type[Any]) -> Callable[[Command], Command]:
    """Collect the options that are fields of the dataclass ``shape`` into one value, the last positional argument."""
    wanted = {f.name for f in fields(shape)}

    def decorate(command: Command) -> Command:
        def with_value(*args: Any, **given: Any) -> Any:
            mine = {key: given.pop(key) for key in wanted & set(given)}
            return command(*args, shape(**mine), **given)

        return update_wrapper(with_value, command)

    return decorate
