"""The command ``guard``: one round, or one after the other until Ctrl-C.

It refuses to close anything that has not ended, and to stop because a server was away for one round.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from contextlib import suppress
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, Any

import click

from lifepod.cli.options import Common, common, gathered
from lifepod.cli.say import FOUND, Voice, run
from lifepod.errors import LifepodError, Unreachable

if TYPE_CHECKING:
    from lifepod.owner.desk import Rounds


@dataclass(frozen=True, slots=True)
class Watch:
    """How to stand guard."""

    dry_run: bool
    watch: bool
    every: int
    install: bool


@click.command()
@click.option("--dry-run", is_flag=True, help="Close nothing; only report.")
@click.option("--watch", is_flag=True, help="Go on until Ctrl-C: at once when something stirs.")
@click.option("--every", type=click.IntRange(10), default=300, show_default=True, help="Seconds between two passes.")
@click.option("--install", is_flag=True, help="Run it every hour from now on (a systemd user timer).")
@common
@gathered(Watch)
def guard(options: Common, watch: Watch) -> int:
    """Close what has ended, and report what differs and what is new.

    Closes grants whose --until has come. Reports access that was never granted with lifepod, grants that are closed,
    suspended access that is open, places that could not be looked at; and agents and risks that were not there when the
    guard last went round on this machine. Exit code 0: nothing to report; 18: some.

    \b
    Examples: lifepod guard    lifepod guard --watch --every 60    lifepod guard --install
    --json: {"at", "since", "closed": [{"kind", "agent", "place", "modes", "said"}], "findings": [...], "blind": [..]}
    """
    if watch.install:
        from lifepod.cli.timer import install

        return install(options)
    if watch.watch:
        run(_watching(options, watch))
    found = run(_rounds(options, dry=watch.dry_run))
    _tell_rounds(options.voice, found)
    return 0 if found.is_sound else FOUND


async def _watching(options: Common, watch: Watch) -> None:
    """Round after round, at once when something stirs in the pod, else after the wait; ends when it is stopped."""
    import asyncio

    from lifepod.owner.desk import Desk

    stirred = asyncio.Event()

    async def listen() -> None:
        async with Desk.open(options.profile) as desk:
            async for _ in desk.stirrings(every=min(60.0, watch.every)):
                stirred.set()

    listening = asyncio.create_task(_tirelessly(listen))
    try:
        while True:
            try:
                _tell_rounds(options.voice, await _rounds(options, dry=watch.dry_run))
            except Unreachable as error:
                options.voice.failure(error)  # a server that is away now is looked at again the next time round
            stirred.clear()
            with suppress(TimeoutError):
                async with asyncio.timeout(watch.every):
                    await stirred.wait()
                    await asyncio.sleep(_SETTLE)
    finally:
        listening.cancel()


async def _tirelessly(listen: Callable[[], Awaitable[None]]) -> None:
    import asyncio

    while True:
        with suppress(LifepodError):
            await listen()
        await asyncio.sleep(_AGAIN)


_SETTLE = 2.0
"""Seconds after a word in which more of the same change is expected."""
_AGAIN = 30.0
"""Seconds before a server that could not be listened to is tried again."""


async def _rounds(options: Common, *, dry: bool) -> Rounds:
    from lifepod.owner.desk import Desk

    voice = options.voice
    async with Desk.open(options.profile) as desk:
        tell = partial(voice.progress, "looking at who has access")
        found = await desk.rounds(dry=dry, say=voice.talk, tell=tell)
        voice.clear()
        return found


def _tell_rounds(voice: Voice, found: Rounds) -> None:
    def value(finding: Any) -> dict[str, object]:
        modes = [mode.value for mode in finding.modes]
        return {"kind": finding.kind, "agent": finding.agent, "place": finding.place, "modes": modes} | {
            "said": finding.said
        }

    def line(finding: Any) -> str:
        modes = ", ".join(mode.value for mode in finding.modes)
        return f"{finding.kind}: {finding.agent} {modes} at {finding.place}: {finding.said}"

    words = [f"closed: {line(f)}" for f in found.closed] + [line(f) for f in found.findings]
    words += [f"could not look: {place}" for place in found.blind]
    words = words or [f"All is as it was granted ({found.at})."]
    if not found.since:
        words.append("This was the first round on this machine: from now on, agents and risks that are new are told.")
    shapes = {"closed": [value(f) for f in found.closed], "findings": [value(f) for f in found.findings]}
    voice.data({"at": found.at, "since": found.since} | shapes | {"blind": found.blind}, words)
