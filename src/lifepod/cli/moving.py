"""Commands that copy, move and remove: ``cp``, ``mv``, ``rm``; each shows its plan with ``--dry-run``.

It refuses to remove or overwrite without being told, and asks first where somebody is there to answer.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import click

from lifepod.cli.options import Common, common, gathered
from lifepod.cli.say import FOUND, Voice, run
from lifepod.errors import Malformed, Undecided

if TYPE_CHECKING:
    from lifepod.owner.files import Copying, Shipment, Shipped, Tree

_THERE = " (is there already)"
_SHOWN = 40
"""Lines of a plan that are shown to a person."""


@dataclass(frozen=True, slots=True)
class How:
    """How to copy or move."""

    dry_run: bool
    overwrite: bool


@click.command()
@click.argument("source")
@click.argument("target")
@click.option("--dry-run", is_flag=True, help="Show what would be copied; write nothing.")
@click.option("--overwrite", is_flag=True, help="Replace what stands there.")
@common
@gathered(How)
def cp(options: Common, how: How, source: str, target: str) -> None:
    """Copy files and folders to, from or inside the pod.

    A place of the pod is written pod:PLACE or as its full address; everything else is a file of this machine. Rules do
    not go along: who may see a copy is decided by the container it lands in. Ends with 18 where something was left out,
    could not be copied, or stands there already and is not the same.

    \b
    Examples: lifepod cp ~/photos/2026 pod:photos/2026/ --dry-run
              lifepod cp pod:journal/ ~/backup/journal
              lifepod cp pod:notes/a.ttl pod:archive/
    --json: {"files": [{"from", "to", "standing"}], "left_out": [{"name", "why"}], "unread": [{"name", "why"}],
             "copied", "bytes", "kept", "differing": [{"name", "why"}], "failed": [{"name", "why"}], "with_rules",
             "dry_run"}
    """
    from lifepod.owner import files

    if files.is_remote(source) and files.is_remote(target):
        _say_within(options.voice, run(_within(options, how, (source, target), moving=None)), how, "copied")
    elif not (files.is_remote(source) or files.is_remote(target)):
        raise Malformed(
            "Neither side is a place of the pod.", advice="Write a place of the pod as pod:PLACE or its full address."
        )
    else:
        plan, shipped = run(_cross(options, how, source, target))
        _say_crossing(options.voice, plan, shipped)


async def _cross(options: Common, how: How, source: str, target: str) -> tuple[Shipment, Shipped | None]:
    from lifepod.owner import files
    from lifepod.owner.desk import Desk

    async with Desk.open(options.profile) as desk:
        pod = await desk.pod()
        try:
            plan = await files.plan_crossing(pod, source, target)
            if how.dry_run:
                return plan, None
            return plan, await files.cross(pod, plan, options.voice.progress, overwrite=how.overwrite)
        finally:
            options.voice.clear()


def _say_crossing(voice: Voice, plan: Shipment, shipped: Shipped | None) -> None:
    ends = [(str(c.path), c.url) if plan.to_pod else (c.url, str(c.path)) for c in plan.files]
    value: dict[str, object] = {
        "files": [{"from": a, "to": b, "standing": c.standing} for (a, b), c in zip(ends, plan.files, strict=True)],
        "left_out": [{"name": name, "why": why} for name, why in plan.left_out],
        "unread": [{"name": name, "why": why} for name, why in plan.unread],
        "with_rules": [],
        "dry_run": shipped is None,
    }
    words = [f"left out: {name}: {why}" for name, why in plan.left_out]
    words += [f"not looked into: {why}" for _, why in plan.unread]
    pairs = [f"{a} -> {b}{_THERE if c.standing else ''}" for (a, b), c in zip(ends, plan.files, strict=True)]
    if shipped is None:
        words += _some(pairs)
        voice.data(value, [*words, f"{len(plan.files)} files would be copied. Nothing was written."])
        return
    value |= {"copied": shipped.sent, "bytes": shipped.size, "kept": list(shipped.kept)}
    value["failed"] = [{"name": name, "why": str(why)} for name, why in shipped.failed]
    value["differing"] = [{"name": name, "why": why} for name, why in shipped.differing]
    words += [f"kept as it is: {one}" for one in _some(list(shipped.kept))]
    differing = [f"not the same: {name}: {why}" for name, why in shipped.differing]
    words += [*_some(differing), *(["--overwrite replaces what is not the same."] if differing else [])]
    words += [f"not copied: {why}" for _, why in shipped.failed]
    voice.data(value, [*words, f"{shipped.sent} files copied ({shipped.size} bytes)."])
    if shipped.failed or shipped.differing or plan.unread or plan.left_out:
        raise click.exceptions.Exit(FOUND)


def _some(lines: list[str]) -> list[str]:
    return lines if len(lines) <= _SHOWN else [*lines[:_SHOWN], f"... and {len(lines) - _SHOWN} more"]


@dataclass(frozen=True, slots=True)
class Moving:
    """What a move may lose."""

    drop_rules: bool


async def _within(
    options: Common, how: How, names: tuple[str, str], moving: Moving | None
) -> tuple[Copying, int | None]:
    from lifepod.owner import files
    from lifepod.owner.desk import Desk

    tell = options.voice.progress
    async with Desk.open(options.profile) as desk:
        pod = await desk.pod()
        try:
            plan = await files.plan_within(pod, *names, tell)
            if how.dry_run:
                return plan, None
            if moving is None:
                return plan, await files.copy(pod, plan, tell, overwrite=how.overwrite)
            return plan, await files.move(pod, plan, tell, overwrite=how.overwrite, drop_rules=moving.drop_rules)
        finally:
            options.voice.clear()


def _say_within(voice: Voice, outcome: tuple[Copying, int | None], how: How, verb: str) -> None:
    plan, done = outcome
    value = {
        "files": [{"from": item.url, "to": url, "standing": url in plan.standing} for item, url in plan.pairs],
        "left_out": [],
        "unread": [],
        "copied": done or 0,
        "with_rules": list(plan.tree.with_rules),
        "dry_run": how.dry_run,
    }
    words = [f"{url} has rules of its own; they do not go along." for url in _some(list(plan.tree.with_rules))]
    if how.dry_run:
        words += _some([f"{i.url} -> {u}{_THERE if u in plan.standing else ''}" for i, u in plan.pairs])
        words.append(f"{len(plan.pairs)} places would be {verb}. Nothing was written.")
    else:
        words.append(
            f"{done} places {verb}. Who may see them is decided by {plan.target}: `lifepod who {plan.target}`."
        )
    voice.data(value, words)


@click.command()
@click.argument("source")
@click.argument("target")
@click.option("--dry-run", is_flag=True, help="Show what would be moved; write nothing.")
@click.option("--overwrite", is_flag=True, help="Replace what stands there.")
@click.option("--drop-rules", is_flag=True, help="Move although rules of its own would be lost.")
@common
@gathered(How)
@gathered(Moving)
def mv(options: Common, how: How, moving: Moving, source: str, target: str) -> None:
    """Move places of the pod: copy, then delete what was copied.

    What has rules of its own is not moved unless you say --drop-rules: what was closed could stand open.

    \b
    Example: lifepod mv notes/ archive/notes/ --dry-run
    --json: as `cp`
    """
    _say_within(options.voice, run(_within(options, how, (source, target), moving)), how, "moved")


@dataclass(frozen=True, slots=True)
class Removing:
    """How to remove."""

    recursive: bool
    dry_run: bool
    yes: bool


@click.command()
@click.argument("place")
@click.option("-r", "--recursive", is_flag=True, help="A container with all it holds.")
@click.option("--dry-run", is_flag=True, help="Show what would be deleted; delete nothing.")
@click.option("-y", "--yes", is_flag=True, help="Do not ask.")
@common
@gathered(Removing)
def rm(options: Common, how: Removing, place: str) -> None:
    """Delete a file, or a container with all it holds. There is no undo: a pod has no bin.

    Asks first; where nobody can be asked (scripts, --json), say --yes.

    \b
    Examples: lifepod rm notes/old.ttl
              lifepod rm -r archive/ --dry-run
              lifepod rm -r archive/ --yes
    --json: {"places": [url], "deleted", "dry_run"}
    """
    tree, done = run(_rm(options, how, place))
    value = {"places": [item.url for item in tree.items], "deleted": done or 0, "dry_run": how.dry_run}
    if done is None:
        words = _some([item.url for item in tree.items])
        said = "would be deleted. Nothing was." if how.dry_run else "were left as they are."
        options.voice.data(value, [*words, f"{len(tree.items)} places {said}"])
    else:
        options.voice.data(value, [f"{done} places deleted."])


def _agreed(voice: Voice, tree: Tree) -> bool:
    """Whether the person says yes; raises :class:`Undecided` where nobody is there to say it."""
    count = len(tree.items)
    if not voice.may_ask:
        raise Undecided(
            f"{tree.root if count == 1 else f'{count} places'} would be deleted for good, and nobody can be asked.",
            advice="Say --yes to delete without being asked; --dry-run shows what would go.",
        )
    return voice.ask(f"Delete {tree.root}?" if count == 1 else f"Delete {count} places?")


async def _rm(options: Common, how: Removing, place: str) -> tuple[Tree, int | None]:
    from lifepod.owner import files
    from lifepod.owner.desk import Desk

    voice = options.voice
    async with Desk.open(options.profile) as desk:
        pod = await desk.pod()
        try:
            tree = await files.plan_removal(pod, place, voice.progress)
            if len(tree.items) > 1 and not (how.recursive or how.dry_run):
                raise Malformed(
                    f"{tree.root} holds {len(tree.items) - 1} places.",
                    advice="Say -r to delete them too; --dry-run shows them.",
                )
            voice.clear()
            if how.dry_run or not (how.yes or _agreed(voice, tree)):
                return tree, None
            return tree, await files.remove(pod, tree, voice.progress)
        finally:
            voice.clear()
