"""An import in words: what each file is, what is asked, what would be filed, what was filed.

It refuses to pass over what was not recognised or left out, and to show a name that was not made harmless.
"""

from __future__ import annotations

import os
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from shlex import quote
from typing import TYPE_CHECKING

from rich.cells import cell_len, set_cell_size
from textual.content import Content

from lifepod.access.rules import Answer
from lifepod.errors import Missing
from lifepod.owner.importing import Collected, Filed, FileReport, Forecast, Shelved
from lifepod.owner.omitted import about, importers
from lifepod.plain import plain
from lifepod.tui.picture import Trouble as Trouble  # what goes wrong on the way
from lifepod.tui.words import WHOLE, brief

if TYPE_CHECKING:
    from lifepod.owner.desk import Audit
    from lifepod.owner.desk import Desk as Desk  # at which it all happens

QUIET, ALERT, TITLE = "$foreground 70%", "$text-warning", "bold $text-primary"
_MOST = 1000
"""Files that nobody knows, of which each has a line."""
_SHOWN = 12
"""Names of one kind in a text."""
PROFILES, _WRONG_PROFILE = "bank.profiles", "is no bank profile"
Picked = tuple[tuple[str, str] | None, tuple[tuple[str, str], ...]]
"""A line of a list with a cursor."""
_ORDERS = {"dmy": "the day comes first (31.12.2025)", "mdy": "the month comes first (12/31/2025)"}
_COMMAND = re.compile(r"[:.]? ?--answer .*", re.DOTALL)


@dataclass(frozen=True, slots=True)
class Question:
    """What only the person knows."""

    key: str
    """Name of the answer: ``netflix.profile``."""
    says: str
    choices: tuple[str, ...]
    """Empty where it is to be written."""
    paths: frozenset[str]
    """Files that wait for it."""


def questions(files: Iterable[FileReport]) -> tuple[Question, ...]:
    """What is asked, one question for each answer; tables that nobody knows may be of a bank."""
    found: dict[str, Question] = {}
    for one in files:
        table = not one.importer and ("sources --draft" in one.hint or _WRONG_PROFILE in one.hint)
        key = one.asks or (PROFILES if table else "")
        if not key:
            continue
        says = (
            "No importer knows this table. If it is of a bank, name the folder with your profile of its columns "
            "(a .toml file; lifepod sources --draft FILE writes one)."
            if key == PROFILES
            else _COMMAND.sub(".", _hint(one))
        )
        before = found.get(key, Question(key, says, (), frozenset()))
        choices = tuple(dict.fromkeys((*before.choices, *one.choices)))
        found[key] = Question(key, before.says, choices, before.paths | {one.path})
    return tuple(found.values())


def options(question: Question) -> list[tuple[str, str]]:
    """What can be chosen, and how it is called; the first is not to answer."""
    return [("", "leave these files out"), *((one, _ORDERS.get(one, one)) for one in question.choices)]


# The files


def state(report: FileReport) -> tuple[str, str]:
    """How a file stands, in a word or two, and its tone."""
    if report.known:
        return "imported before", "quiet"
    if not report.importer:
        return report.problem.replace("-", " ") or "not known", "quiet"
    if report.asks:
        return "asks you", "alert"
    if report.problem:
        return ("in part" if report.records else report.problem.replace("-", " ")), "alert"
    return (f"{report.records:,}" if report.records else "goes back"), ""


def in_order(files: Iterable[FileReport]) -> list[FileReport]:
    """What waits for the person first, then what is known, then the rest."""
    return sorted(files, key=lambda one: (not one.asks, not one.importer, not one.problem if one.importer else 0))


def rows(files: Sequence[FileReport], width: int, base: str = "") -> list[Picked]:
    """One line for each file: its name below ``base``, which importer knows it, how it stands, from when to when."""
    known = sum(1 for one in files if one.importer)
    shown = files[: known + _MOST]
    found: list[Picked] = [(("", str(at)), _row(one, width, base)) for at, one in enumerate(shown)]
    if len(files) > len(shown):
        found.append((None, ((f"… and {len(files) - len(shown):,} more that no importer knows", "quiet"),)))
    return found


def columns(width: int) -> tuple[int, int, int, int]:
    """Cells of name, importer, state and days."""
    days = 23 if width >= 90 else 15
    return max(12, width - 16 - 15 - days - 3), 16, 15, days


def head(width: int) -> str:
    """What the columns are."""
    name, importer, records, days = columns(width)
    first = f"{set_cell_size('file', name)} {set_cell_size('importer', importer)}"
    return f"{first} {'records':>{records}} from, to"[: width + days]


def _row(report: FileReport, width: int, base: str) -> tuple[tuple[str, str], ...]:
    name, importer, records, days = columns(width)
    word, tone = state(report)
    span = f"{report.first} … {report.last}" if days > 15 else f"{report.first[:7]}…{report.last[:7]}"
    return (
        (tail(report.path.removeprefix(base), name), "" if report.importer else "quiet"),
        (" " + set_cell_size(plain(report.importer, 60), importer), "name"),
        (" " + set_cell_size(f"{word:>{records}}", records), tone),
        (" " + (span if report.first else ""), "quiet"),
    )


def tail(path: str, room: int) -> str:
    """The end of a path, which says more than its beginning, in just so many cells."""
    text = plain(path, WHOLE)
    if cell_len(text) <= room:
        return set_cell_size(text, room)
    used, begin = 1, len(text)
    while begin and used + cell_len(text[begin - 1]) <= room:
        begin -= 1
        used += cell_len(text[begin])
    return set_cell_size("…" + text[begin:], room)


def about_file(report: FileReport) -> Content:
    """Everything about one file."""
    lines = [Content.styled(at_home(report.path), "bold")]
    if report.importer:
        said = about(report.importer)
        shape = f" ({plain(report.shape, 80)})" if report.shape else ""
        lines.append(Content(f"{plain(said.title)}{shape}: {plain(report.why, 200) or 'recognised by what is in it'}"))
        lines += _counts(report)
        lines.append(_line("Left out on purpose", said.left_out or "its maker says; lifepod does not know."))
    elif not report.problem:
        lines.append(Content.styled("No importer knows it. It is not read.", QUIET))
    if report.known:
        lines.append(Content("A finished import has read exactly this file. It is not read again."))
    elif report.problem:
        lines.append(Content.styled(f"Problem: {report.problem.replace('-', ' ')}.", ALERT))
    if report.hint and not report.known:
        lines.append(Content.styled(_hint(report), ALERT if report.problem else QUIET))
    return Content("\n").join(lines)


def _counts(report: FileReport) -> Iterator[Content]:
    if report.classes:
        span = f", {report.first} to {report.last}" if report.first else ""
        yield _line("Read", ", ".join(f"{name} {count:,}" for name, count in report.classes) + span)
    if report.skipped:
        yield _line("Not records", _reasons(report.skipped))


def _reasons(skipped: Iterable[tuple[str, int]]) -> str:
    return ", ".join(f"{reason.replace('-', ' ')} {count:,}" for reason, count in skipped)


def _line(label: str, text: str) -> Content:
    return Content.assemble((f"{label}: ", QUIET), plain(text, 1000))


def found_words(read: Collected) -> str:
    """What was found, in one line."""
    known = sum(1 for one in read.files if one.importer)
    span = f", {read.first} to {read.last}" if read.first else ""
    strange = len(read.files) - known
    rest = f", {strange:,} not" if strange else ""
    return f"{many(known, 'file')} recognised{rest}: {many(_all(read), 'record')}{span}"


# What would be filed, and what was


def plan_words(forecast: Forecast, audiences: Mapping[str, str], command: str) -> Content:
    """The dry run."""
    read, lines = forecast.read, list[Content]()
    new = sum(one.new for one in forecast.shelves)
    lines.append(Content.styled(f"{many(new, 'record')} new or richer", "bold"))
    lines[0] += Content(f", {_there(forecast.shelves)}.")
    lines += [Content(""), *_shelf_lines(forecast.shelves, audiences)]
    size = sum(one.size for one in forecast.shelves)
    if read.partitions:
        volume = f", {_bytes(size)} with what stands in them" if size else ""
        lines.append(_line("\nWould be written", f"{many(len(read.partitions), 'file')} of the pod{volume}"))
        lines.append(Content("What stands in them stays; the import itself goes on record in lifepod/imports/."))
    lines += [Content(""), *_rest(read), _line("The same as", command)]
    return Content("\n").join(lines)


def _there(shelves: Sequence[Shelved]) -> str:
    deleted = sum(one.deleted for one in shelves)
    there = f"{sum(one.there for one in shelves):,} there already"
    return f"{there}, {deleted:,} stay deleted, as you deleted them" if deleted else there


def _shelf_lines(shelves: Sequence[Shelved], audiences: Mapping[str, str]) -> Iterator[Content]:
    room = max((cell_len(one.path) for one in shelves), default=0)
    if shelves:
        yield Content.styled(f"{'where':<{room}} {'new':>9} {'there':>9} {'files':>7}", QUIET)
    for one in shelves:
        counts = f" {one.new:>9,} {one.there:>9,} {one.files:>7,}"
        yield Content.assemble((set_cell_size(plain(one.path, 200), room), "$text-accent"), counts)
        if one.deleted:
            yield Content.styled(f"  {one.deleted:,} stay deleted", QUIET)
        if audiences.get(one.path):
            yield Content.styled(f"  could be read by {audiences[one.path]}", ALERT)


def _rest(read: Collected) -> Iterator[Content]:
    if read.duplicates:
        yield _line("In several files", f"{many(read.duplicates, 'record')}, filed once")
    if read.skipped:
        yield _line("Not records", _reasons(read.skipped))
    for note in read.notes:
        yield Content.styled(plain(note, 600), ALERT)
    yield from _not_read(read.files)


def _not_read(files: Sequence[FileReport]) -> Iterator[Content]:
    amiss = [one for one in files if one.importer and one.problem]
    for one in amiss[:_SHOWN]:
        what = "Read in part" if one.records else "Not read"
        yield _line(what, f"{at_home(one.path)} ({one.problem.replace('-', ' ')})")
    if len(amiss) > _SHOWN:
        yield Content.styled(f"… and {len(amiss) - _SHOWN:,} more files like these", QUIET)


def nothing_words(forecast: Forecast) -> Content:
    """What is said where there is nothing to write."""
    known = sum(1 for one in forecast.read.files if one.known)
    lines = [Content.styled("Everything in these files is in your pod already.", "bold")]
    if known:
        lines.append(_line("Imported before, and not read again", many(known, "file")))
    if forecast.shelves:
        lines.append(_line("Compared", _there(forecast.shelves)))
    return Content("\n").join([*lines, *_rest(forecast.read)])


def done_words(filed: Filed) -> Content:
    """What was filed, whole or until it was cut off, and what to do next."""
    read = filed.read
    lines = [Content.styled(f"{many(read.written, 'record')} written", "bold")]
    lines[0] += Content(f" into {many(len(read.partitions), 'file')} of the pod, {_there(filed.shelves)}.")
    if filed.shelves:
        lines += [Content(""), *_shelf_lines(filed.shelves, {})]
    if filed.unsure:
        lines.append(Content.styled("\nMay have been written just before it was cut off, each wholly or not:", ALERT))
        lines += [Content(f"  {plain(path, 300)}") for path in filed.unsure]
    if filed.whole:
        lines += [Content(""), *_rest(read)]
    if read.run:
        lines.append(_line("On record", read.run))
    lines.append(Content(""))
    lines += _next(filed)
    return Content("\n").join(lines)


def _next(filed: Filed) -> Iterator[Content]:
    if not filed.whole:
        yield Content("Import the same files again: it goes on where it stopped and writes nothing twice.")
        yield Content("What was written stands; each record can be deleted in the Journal (7).")
        return
    yield Content("The Journal (7) shows them. What you correct or delete there stays so in later imports.")
    yield Content("An import is not taken back as one: delete records in the Journal, or a whole source:")
    for one in [shelf for shelf in filed.shelves if shelf.new][:_SHOWN]:
        yield Content.styled(f"  lifepod rm -r {quote(one.path)}", QUIET)


def trouble_words(trouble: Trouble, more: str = "") -> Content:
    """What went wrong, and what to do next."""
    said = [Content(plain(trouble.sentence, 2000)), Content.styled(plain(trouble.advice, 1000), ALERT)]
    return Content("\n").join([*said, *([Content(f"\n{more}")] if more else [])])


def sources_words() -> Content:
    """What can be imported, how to get each export, and what is left out; importers are loaded for it."""
    lines = [Content.styled("The same as: lifepod sources\n", QUIET)]
    for one in importers():
        lines.append(Content.styled(plain(one.title, 200), "bold"))
        lines.append(Content(plain(one.how_to_get, 1000)))
        if one.left_out:
            lines.append(_line("Left out on purpose", one.left_out))
        lines.append(Content(""))
    return Content("\n").join(lines)


def readers(audit: Audit, path: str) -> str:
    """Who else could read what is put at a path, as the last picture has it; empty for nobody."""
    storage, owner = audit.survey.storage, audit.survey.owner
    url, below = storage + path, ""
    while True:
        try:
            audit.place(url)
            break
        except Missing:
            if url == storage or not url.startswith(storage):
                return "nobody knows: it is in no picture of the pod"
            below, url = url, url[: url.rstrip("/").rfind("/") + 1]
    entries = audit.lines(audit.source_below(url) if below else audit.source_of(url))
    others = [one for one in entries if one.audience != owner]
    found = [brief(one.audience, owner) for one in others if one.answers[0] is Answer.YES]
    if any(one.answers[0] is Answer.UNKNOWN for one in others):
        found.append("others (unknown)")
    names = ", ".join(dict.fromkeys(found[:_SHOWN]))
    return f"{names} and {len(found) - _SHOWN} more" if len(found) > _SHOWN else names


# Small things


def at_home(path: str, limit: int = WHOLE) -> str:
    """A path as it is shown: harmless, and short where it is at home."""
    home = f"{Path.home()}{os.sep}"
    return plain(f"~/{path.removeprefix(home)}" if path.startswith(home) else path, limit)


def _hint(report: FileReport) -> str:
    """What is said of a file, without the long way to it."""
    return plain(report.hint.replace(plain(report.path), at_home(report.path)), 1000)


def command(paths: Iterable[str], more: Sequence[str]) -> str:
    """The command that does the same."""
    return " ".join(["lifepod", "import", *(_typed(at_home(path)) for path in paths), *more])


def _typed(path: str) -> str:
    return f"~/{quote(path[2:])}" if path.startswith("~/") else quote(path)


def many(count: int, what: str) -> str:
    """``1 record``, ``1,204 records``."""
    return f"{count:,} {what}{'' if count == 1 else 's'}"


def _all(read: Collected) -> int:
    return sum(count for _, count in read.classes)


def _bytes(size: int) -> str:
    for unit, one in (("MB", 1_000_000), ("kB", 1000)):
        if size >= one:
            return f"{size / one:.1f} {unit}"
    return f"{size} bytes"
