"""Commands that change access: ``grant revoke suspend resume private undo changes``; the plan comes first.

It refuses to write without a plan that was shown, and to say "done" before the desk has looked again.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import partial
from typing import TYPE_CHECKING, Any

import click

from lifepod.cli.options import Common, common, gathered
from lifepod.cli.say import Voice, run, table
from lifepod.errors import Malformed
from lifepod.plain import plain

if TYPE_CHECKING:
    from lifepod.owner.desk import Change, Desk, Note, Outcome, Plan, Wish

MODES = ("read", "append", "write", "control")


def _desk(options: Common) -> Desk:
    from lifepod.owner.desk import Desk

    return Desk.open(options.profile)


@dataclass(frozen=True, slots=True)
class How:
    """How to carry a change out."""

    dry_run: bool
    yes: bool
    why: str = ""


@dataclass(frozen=True, slots=True)
class What:
    """What a grant or revoke was asked to do."""

    read: bool
    append: bool
    write: bool
    all_below: bool = False
    unchecked: bool = False
    everywhere: bool = False
    until: str = ""

    @property
    def modes(self) -> tuple[str, ...]:
        """The modes that were named."""
        return tuple(m for m in MODES[:3] if getattr(self, m))


def _modes(command: Any) -> Any:
    for flag, text in (
        ("--write", "May change and delete (includes append)."),
        ("--append", "May add."),
        ("--read", "May read."),
    ):
        command = click.option(flag, is_flag=True, help=text)(command)
    return command


def _how(command: Any) -> Any:
    command = click.option("--why", metavar="TEXT", default="", help="A reason, for the change log.")(command)
    command = click.option("--yes", is_flag=True, help="Do not ask before writing.")(command)
    return click.option("--dry-run", is_flag=True, help="Show the plan and write nothing.")(command)


def _end(context: click.Context, parameter: click.Parameter, value: str) -> str:
    """A day or a UTC time that lies ahead, as the log keeps it."""
    if not value:
        return ""
    from lifepod.owner.words import end_of

    try:
        return end_of(value, datetime.now(UTC))
    except Malformed as error:
        raise click.BadParameter(f"{error} {error.advice}") from None


def _given(context: click.Context, parameter: click.Parameter, value: str | None) -> str | None:
    """An argument that is not empty: in a script, that is a variable nobody set."""
    if value == "":
        raise click.BadParameter('it is empty; "/" is the whole pod.' if parameter.name == "path" else "it is empty.")
    return value


def _place(context: click.Context, parameter: click.Parameter, value: str | None) -> str | None:
    """A path or address in which every segment is a name."""
    said = _given(context, parameter, value)
    path = (said or "").split("://", 1)[-1]
    if "//" in path:
        raise click.BadParameter(f"{plain(path)} has an empty segment: leave one of the two slashes out.")
    if any(segment in (".", "..") for segment in path.split("/")):
        raise click.BadParameter(f"{plain(path)} has a segment . or ..: name the place itself, from the pod's root.")
    return said


_agent = click.argument("agent", callback=_given)
_path = click.argument("path", callback=_place)


@click.command()
@_agent
@_path
@_modes
@_how
@click.option("--until", metavar="DATE", default="", callback=_end, help="A day or time at which it ends (see guard).")
@click.option("--all-below", is_flag=True, help="Also where places below have rules of their own.")
@click.option("--unchecked", is_flag=True, help="Grant even to a WebID that does not answer.")
@common
@gathered(How)
@gathered(What)
def grant(options: Common, how: How, what: What, agent: str, path: str) -> None:
    """Let AGENT in to PATH.

    A grant on a container covers all that inherits from it. The plan is shown first; nobody else's access moves,
    and a fresh look confirms the result. No server closes a grant by itself: `lifepod guard` does when its end comes.

    \b
    Examples: lifepod grant https://shop.example/card#me journal/purchases/ --read
              lifepod grant acme journal/purchases/ --read --until 2026-12-31 --dry-run
    --json: {"plan": {"edits", "changes", "warnings", "still_open"}, "applied", "confirmed_at", "now", "change"}
    """
    if not what.modes:
        raise click.UsageError("Say what to allow: --read, --append or --write.")
    run(_change(options, how, _wish("grant", what, (agent, path))))


@click.command()
@_agent
@click.argument("path", required=False, callback=_place)
@_modes
@_how
@click.option("--everywhere", is_flag=True, help="On every path of the pod, out of your own groups too.")
@common
@gathered(How)
@gathered(What)
def revoke(options: Common, how: How, what: What, agent: str, path: str | None) -> None:
    """Shut AGENT out of PATH and of everything below it.

    All modes are taken unless some are named. It closes future reads. What was read before stays with whoever read it,
    and a live channel that is open may go on until its server ends it. With --everywhere, what cannot be closed for one
    agent alone (the public, anyone signed in, somebody else's group) is listed.

    \b
    Examples: lifepod revoke https://shop.example/card#me journal/purchases/
              lifepod revoke acme --everywhere
    --json: {"plan": {"edits", "changes", "warnings", "still_open"}, "applied", "confirmed_at", "now", "change"}
    """
    if (path is not None) is what.everywhere:
        raise click.UsageError("Name a PATH, or say --everywhere.")
    run(_change(options, how, _wish("revoke", what, (agent, path or "/"))))


@click.command()
@_path
@_how
@click.option("--all-below", is_flag=True, help="Also where places below have rules of their own.")
@common
@gathered(How)
def private(options: Common, how: How, path: str, all_below: bool) -> None:
    """Keep PATH and all below it for yourself alone.

    \b
    Example: lifepod private journal/ --dry-run
    --json: {"plan": {"edits", "changes", "warnings", "still_open"}, "applied", "confirmed_at", "now", "change"}
    """
    run(_change(options, how, _wish("private", What(False, False, False, all_below), ("", path))))


@click.command()
@_agent
@_path
@_how
@common
@gathered(How)
def suspend(options: Common, how: How, agent: str, path: str) -> None:
    """Shut AGENT out of PATH for a while; what it had is remembered.

    \b
    Example: lifepod suspend acme journal/purchases/
    --json: {"plan": {"edits", "changes", "warnings", "still_open"}, "applied", "confirmed_at", "now", "change"}
    """

    async def wanted(desk: Desk) -> tuple[Wish, dict[str, str]]:
        return await desk.to_suspend(desk.agent(agent), await desk.place(path)), {"verb": "suspend"}

    run(_change(options, how, wanted))


@click.command()
@_agent
@_path
@_how
@common
@gathered(How)
def resume(options: Common, how: How, agent: str, path: str) -> None:
    """Give AGENT back what was suspended at PATH, with its old end.

    \b
    Example: lifepod resume acme journal/purchases/
    --json: {"plan": {"edits", "changes", "warnings", "still_open"}, "applied", "confirmed_at", "now", "change"}
    """

    run(_resume(options, how, (agent, path)))


async def _resume(options: Common, how: How, target: tuple[str, str]) -> None:
    from lifepod.owner.share import Note

    voice = options.voice
    async with _desk(options) as desk:
        if not how.dry_run:
            await desk.recover(voice.talk)
        paused, end = await desk.to_resume(desk.agent(target[0]), await desk.place(target[1]))
        plan = await desk.rehearse_undo(paused, partial(voice.progress, "looking at who has access"))
        await _carry_out(voice, desk, (plan, Note("resume", end, how.why, paused.name)), how)


Wanted = Callable[["Desk"], Awaitable[tuple["Wish", dict[str, str]]]]
"""What is wished for, and what the change log is told beside it."""


def _wish(verb: str, what: What, target: tuple[str, str]) -> Wanted:
    async def wanted(desk: Desk) -> tuple[Wish, dict[str, str]]:
        from lifepod.owner.words import wish

        agent = desk.agent(target[0]) if target[0] else ""
        place = await desk.place(target[1])
        extent = {"all_below": what.all_below, "everywhere": what.everywhere}
        return wish(verb, agent, place, what.modes, **extent), {"until": what.until}

    return wanted


async def _change(options: Common, how: How, wanted: Wanted) -> None:
    voice = options.voice
    async with _desk(options) as desk:
        tell = partial(voice.progress, "looking at who has access")
        if not how.dry_run:
            await desk.recover(voice.talk)
        asked, told = await wanted(desk)
        unchecked = bool(click.get_current_context().params.get("unchecked"))
        plan = await desk.rehearse(asked, unchecked=unchecked, tell=tell)
        await _carry_out(voice, desk, (plan, _note(told, how)), how)


def _note(told: dict[str, str], how: How) -> Note:
    from lifepod.owner.share import Note

    return Note(**told, why=how.why)


async def _carry_out(voice: Voice, desk: Desk, what: tuple[Plan, Note], how: How) -> None:
    from lifepod.owner.words import plan_as_value, plan_in_words

    plan, note = what
    for line in plan_in_words(plan):
        voice.talk(line)
    if how.dry_run or not plan.edits:
        said = "Nothing was written." if how.dry_run else "Nothing needs to change."
        voice.data({"plan": plan_as_value(plan), "applied": False}, [said])
        return
    if voice.may_ask and not how.yes and not voice.ask("Write this?"):
        voice.data({"plan": plan_as_value(plan), "applied": False}, ["Nothing was written, as you chose."])
        return
    _tell_outcome(voice, await desk.apply(plan, voice.progress, note))


def _tell_outcome(voice: Voice, outcome: Outcome) -> None:
    from lifepod.owner.words import plan_as_value

    plan: Plan = outcome.plan
    now = {mode: answer.word for mode, answer in zip(MODES, outcome.answers, strict=True)}
    words = [f"Done, and confirmed by a fresh look at {outcome.confirmed_at}."]
    if plan.wish.agent:
        words.append(f"{plan.wish.agent} at {plan.wish.place}: " + ", ".join(f"{m} {a}" for m, a in now.items()))
    words += [f"Still open: {o.mode.value} at {o.place} through {o.through}" for o in plan.still_open]
    words += outcome.follows
    value = {"plan": plan_as_value(plan), "applied": True, "confirmed_at": outcome.confirmed_at, "now": now}
    voice.data(value | {"change": outcome.change.name, "follows": outcome.follows}, words)


@click.command()
@click.argument("change", required=False, metavar="[CHANGE]", callback=_given)
@_how
@common
@gathered(How)
def undo(options: Common, how: How, change: str | None) -> None:
    """Take a change of access back: the last, or CHANGE.

    CHANGE is how the name of an older one begins (`lifepod changes`).
    It is a new plan towards how things were: what others changed since stays, and it is shown first.

    \b
    Examples: lifepod undo --dry-run    lifepod undo 20260314T140500
    --json: {"plan": {"edits", "changes", "warnings", "still_open"}, "applied", "confirmed_at", "now", "change"}
    """
    run(_undo(options, change, how))


async def _undo(options: Common, name: str | None, how: How) -> None:
    from lifepod.errors import Missing
    from lifepod.owner.share import Note

    voice = options.voice
    async with _desk(options) as desk:
        if not how.dry_run:
            await desk.recover(voice.talk)
        change, later = await desk.change(name) if name is not None else (await desk.last_change(), 0)
        if change is None:
            raise Missing("There is no change of access to take back.", advice="`lifepod changes` lists them all.")
        since = f" ({later} change{'s' * (later > 1)} since: what they wrote stays)" if later else ""
        voice.talk(f"Taking back: {_said(change)}{since}")
        plan = await desk.rehearse_undo(change)
        await _carry_out(voice, desk, (plan, Note(verb="undo", why=how.why, undoes=change.name)), how)


@click.command()
@common
def changes(options: Common) -> None:
    """List every change of access made with lifepod, the newest last.

    A change that was cut off is brought to its end first, and that is said.

    \b
    --json: [{"name", "verb", "agent", "place", "modes", "began", "ended", "state", "until", "why", "undoes",
              "effects"}]
    """
    voice = options.voice

    async def listed() -> tuple[Change, ...]:
        async with _desk(options) as desk:
            await desk.recover(voice.talk)
            return await desk.changes()

    found = sorted(run(listed()), key=_shown_at)
    rows = [(_shown_at(c), c.state, c.name, _said(c)) for c in found]
    words = table(("when", "state", "name", "what"), rows) if rows else ["No changes yet."]
    keys = ("name", "verb", "agent", "place", "began", "ended", "state", "until", "why", "undoes", "effects")
    voice.data([{key: getattr(c, key) for key in keys} | {"modes": sorted(c.modes)} for c in found], words)


def _shown_at(change: Change) -> str:
    return change.ended or change.began


def _said(change: Change) -> str:
    modes = ", ".join(mode for mode in MODES if mode in change.modes) if change.verb != "private" else ""
    parts = [change.verb, modes, change.agent, f"at {change.place}"]
    parts += [f"until {change.until}"] if change.until else []
    parts += [f"({change.why})"] if change.why else []
    return " ".join(part for part in parts if part)
