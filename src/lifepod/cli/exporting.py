"""The command ``export``: the whole journal as files, to keep or to take to another pod.

It refuses to call an export whole that is not: what is missing is named, and then the command fails.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import click

from lifepod.cli.options import Common, common, gathered
from lifepod.cli.say import FOUND, run, table

if TYPE_CHECKING:
    from lifepod.owner.exporting import Exported

_SHOWN = 40
"""Lines of one kind that are shown to a person."""


@dataclass(frozen=True, slots=True)
class How:
    """How to export."""

    dry_run: bool


@click.command()
@click.argument("folder", type=click.Path(path_type=Path, file_okay=False))
@click.option("--dry-run", is_flag=True, help="Count what would be written; write nothing.")
@common
@gathered(How)
def export(options: Common, how: How, folder: Path) -> None:
    """Take your whole journal out of the pod, as files.

    The folder gets every record and all that lifepod keeps beside them as Turtle and as JSON-LD, and a table (CSV) for
    each class. `lifepod import FOLDER` reads it back, into this pod or another one: addresses, deletions and your own
    edits stay as they are. It must be empty, or hold an earlier export of the same pod, which is brought up to date.

    It holds the key with which names of bank accounts are made; keep it to yourself. Rules of access are not in it.

    \b
    Example: lifepod export ~/journal-2026
    --json: {"folder", "places", "bytes", "records", "classes": {class: records}, "left_out": [{"name", "why"}],
             "without_rows": [place], "removed", "dry_run"}
    """
    done = run(_export(options, how, folder))
    options.voice.data(_value(done), _words(done))
    if done.left_out:
        raise click.exceptions.Exit(FOUND)


async def _export(options: Common, how: How, folder: Path) -> Exported:
    from lifepod.owner.desk import Desk

    try:
        async with Desk.open(options.profile) as desk:
            return await desk.export(folder, options.voice.progress, dry=how.dry_run)
    finally:
        options.voice.clear()


def _value(done: Exported) -> dict[str, object]:
    return {
        "folder": str(done.folder),
        "places": done.places,
        "bytes": done.size,
        "records": sum(count for _, count in done.classes),
        "classes": dict(done.classes),
        "left_out": [{"name": name, "why": why} for name, why in done.left_out],
        "without_rows": list(done.without_rows),
        "removed": done.removed,
        "dry_run": done.dry,
    }


def _words(done: Exported) -> list[str]:
    lines = _some([f"not in it: {name}: {why}" for name, why in done.left_out])
    if done.dry:
        return [*lines, f"{done.places} files of the pod would be written to {done.folder}. Nothing was."]
    lines += _some([f"in no table: {name}" for name in done.without_rows])
    lines += table(("class", "records"), ((name, str(n)) for name, n in done.classes)) if done.classes else []
    gone = f" {done.removed} files went that the pod no longer has." if done.removed else ""
    lines.append(f"{done.places} files of the pod ({done.size} bytes) are in {done.folder}.{gone}")
    if done.left_out:
        lines.append("It is not whole: see above. Mend that, then export again into the same folder.")
    else:
        lines.append(f"To read it back into this or another pod: lifepod import {done.folder}")
    return lines


def _some(lines: list[str]) -> list[str]:
    return lines if len(lines) <= _SHOWN else [*lines[:_SHOWN], f"... and {len(lines) - _SHOWN} more"]
