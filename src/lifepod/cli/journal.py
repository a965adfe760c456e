"""Commands about the journal: ``import`` and ``sources``.

It refuses to read an export itself.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import click

from lifepod.cli.options import Common, as_json, common, gathered
from lifepod.cli.say import Voice, counted, run, table

if TYPE_CHECKING:
    from lifepod.owner.collect import Collected
    from lifepod.owner.gather import FileReport


@dataclass(frozen=True, slots=True)
class How:
    """How to import."""

    dry_run: bool
    again: bool
    partition: str | None
    answers: tuple[str, ...]

    @property
    def said(self) -> dict[str, str]:
        """The answers by their names."""
        pairs = (answer.partition("=") for answer in self.answers)
        # A shell leaves ~ as it is behind an equals sign.
        return {
            name.strip(): str(Path(value).expanduser()) if value.startswith("~/") else value.strip()
            for name, _, value in pairs
        }


def _answered(context: click.Context, option: click.Parameter, given: tuple[str, ...]) -> tuple[str, ...]:
    for answer in given:
        if not answer.partition("=")[2]:
            raise click.BadParameter(f"{answer!r} is no answer; say NAME=VALUE, such as netflix.profile=Alice.")
    return given


@click.command("import")
@click.argument("paths", nargs=-1, required=True, type=click.Path(path_type=Path))
@click.option("--dry-run", is_flag=True, help="Read and count; write nothing. Needs no login and no pod.")
@click.option("--again", is_flag=True, help="Read files again that were imported before.")
@click.option(
    "--partition", type=click.Choice(["year", "month", "day"]), help="How much time one file of a NEW source holds."
)
@click.option(
    "--answer",
    "answers",
    multiple=True,
    metavar="NAME=VALUE",
    callback=_answered,
    help="Answer a question of an importer: netflix.profile=Alice, netflix.dates=dmy, qif.currency=EUR; repeatable.",
)
@common
@gathered(How)
def import_(options: Common, how: How, paths: tuple[Path, ...]) -> None:
    """Bring exports home: files, folders and zips.

    They are recognised by what is in them. Import as often as you like: what is in the journal already is not sent
    again. An import that was cut off goes on
    when it is run again.

    \b
    Examples: lifepod import ~/Downloads/takeout-*.zip --dry-run
              lifepod import ~/.mozilla/firefox ~/exports
    --json: {"files": [{"path", "importer", "shape", "why", "seen", "records", "skipped", "problem", "hint", "known"}],
             "classes": {class: records}, "seen", "written", "unchanged", "duplicates", "deleted",
             "skipped": {reason: n}, "notes": [what is missing], "first", "last", "partitions", "run", "dry_run"}
    """
    result = run(_import(options, how, paths))
    options.voice.data(_value(result), _words(result))
    result.must_have_read()


async def _import(options: Common, how: How, paths: tuple[Path, ...]) -> Collected:
    from lifepod.owner.collect import Wanted, preview
    from lifepod.owner.desk import Desk

    voice = options.voice
    try:
        if how.dry_run:
            return await preview(Wanted(paths, how.said), voice.progress)
        async with Desk.open(options.profile) as desk:
            return await desk.collect(paths, voice.progress, again=how.again, partition=how.partition, answers=how.said)
    finally:
        voice.clear()


def _file(report: FileReport) -> dict[str, object]:
    keys = ("path", "importer", "version", "shape", "why", "seen", "records", "problem", "hint", "known")
    return {key: getattr(report, key) for key in keys} | {"skipped": dict(report.skipped)}


def _value(result: Collected) -> dict[str, object]:
    return {
        "files": [_file(report) for report in result.files],
        "classes": dict(result.classes),
        "seen": result.seen,
        "records": sum(dict(result.classes).values()),
        "written": 0 if result.dry else result.written,
        "unchanged": result.unchanged,
        "duplicates": result.duplicates,
        "deleted": result.deleted,
        "skipped": dict(result.skipped),
        "notes": list(result.notes),
        "first": result.first,
        "last": result.last,
        "partitions": result.partitions,
        "run": result.run,
        "dry_run": result.dry,
    }


def _words(result: Collected) -> list[str]:
    rows = [(_what(f), str(f.seen or ""), str(f.records or ""), _left_out(f), f.path) for f in result.files]
    lines = table(("what it is", "seen", "records", "left out", "file"), rows)
    lines += [f"  {f.path}: {f.hint}" for f in result.files if f.hint and not f.known]
    lines += [f"  {note}" for note in result.notes]
    lines += (
        ["", *table(("class", "records"), ((name, str(n)) for name, n in result.classes))] if result.classes else []
    )
    span = f", {result.first} to {result.last}" if result.first else ""
    if result.dry:
        lines.append(
            f"Seen {result.seen}: {counted(result.written, 'record')} would be filed{span}. Nothing was written."
        )
    else:
        left_out, changed = sum(dict(result.skipped).values()), counted(len(result.partitions), "file")
        kept_out = f" {result.deleted} stay deleted." if result.deleted else ""
        lines.append(
            f"Seen {result.seen}{span}: {result.written} written, {result.unchanged} unchanged, {result.duplicates} in"
            f" more than one file, {left_out} left out.{kept_out} {changed} of the pod changed."
        )
    lines += [f"  left out, {reason}: {count}" for reason, count in result.skipped]
    return lines


def _what(report: FileReport) -> str:
    if report.known:
        return f"{report.importer}: imported before"
    return f"{report.importer} ({report.shape})" if report.importer else "not known"


def _left_out(report: FileReport) -> str:
    return report.problem or str(sum(dict(report.skipped).values()) or "")


@click.command()
@click.option(
    "--draft",
    type=click.Path(path_type=Path, exists=True, dir_okay=False),
    metavar="FILE.csv",
    help="Print the profile of columns that the CSV of a bank needs, to be filled in and kept in a folder.",
)
@as_json
def sources(voice: Voice, draft: Path | None) -> None:
    """List what can be imported and how to get each export.

    \b
    Examples: lifepod sources
              lifepod sources --draft statement.csv > ~/profiles/mybank.toml
              lifepod import statement.csv --answer bank.profiles=~/profiles
    --json: [{"name", "title", "version", "how_to_get", "problem"}], or {"draft"}
    """
    from lifepod.owner.sources import draft_profile, known_sources

    if draft is not None:
        text = draft_profile(draft)
        return voice.data({"draft": text}, text.splitlines())

    found = known_sources()
    words: list[str] = []
    for source in found:
        words += [f"{source.name}: {source.title}", f"    {source.problem or source.how_to_get}", ""]
    keys = ("name", "title", "version", "how_to_get", "problem")
    voice.data([{key: getattr(source, key) for key in keys} for source in found], words)
