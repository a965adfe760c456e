"""Exports → spool: what each file is, what is in it, and what is left out and why. No pod, no login.

It refuses to let one broken file stop the rest, and to leave anything uncounted: of every file recognised,
seen = records + skipped.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from lifepod.errors import LifepodError, NotReady, TooBig, Undecided
from lifepod.journal import shelf, tree
from lifepod.journal.activity import KINDS, Skipped
from lifepod.journal.pile import notes
from lifepod.journal.returning import IMPORTER
from lifepod.journal.returning import VERSION as EXPORT_VERSION
from lifepod.journal.runs import Fingerprint, Input, Run
from lifepod.journal.source import Importer, Match, Member
from lifepod.owner.spool import Spool
from lifepod.owner.taking import Returns, Taken

Hear = Callable[[str, int], None]
"""Hears the file being read and how many records were read from it so far."""

OF_FILES = frozenset(
    {
        "empty-export", "raw-only", "no-usable-records", "malformed", "html-instead-of-json", "encrypted-placeholder",
        "unsupported-version", "needs-answer", "locked", "too-large", "unsafe-archive",
    }
)  # fmt: skip
"""Reasons that speak of a whole file; the others speak of one record."""


@dataclass(frozen=True, slots=True)
class FileReport:
    """What came of one file."""

    path: str
    importer: str = ""
    """Empty where no importer knows it."""
    version: str = ""
    shape: str = ""
    why: str = ""
    sha256: str = ""
    size: int = 0
    seen: int = 0
    records: int = 0
    skipped: tuple[tuple[str, int], ...] = ()
    """Reasons and counts of single records."""
    problem: str = ""
    """Reason why the file, or the rest of it, could not be used."""
    hint: str = ""
    """What the person can do about it."""
    known: bool = False
    """A finished import has read exactly this file already; it was not read again."""
    whole: bool = False
    """Part of an export of ours that holds no records: it goes back as it is, or stays out on purpose."""
    classes: tuple[tuple[str, int], ...] = ()
    """Records by class, repetitions included."""
    first: str = ""
    last: str = ""
    """Days on which the first and the last of them began, ISO; empty where none tells."""
    asks: str = ""
    """Name of the answer that it needs."""
    choices: tuple[str, ...] = ()
    """What may be answered; empty where it is no choice among a few."""


@dataclass(frozen=True, slots=True)
class Wanted:
    """What to read and how."""

    paths: Sequence[Path]
    answers: Mapping[str, str] = field(default_factory=dict)
    """Answers to questions of importers."""
    finished: frozenset[Fingerprint] = frozenset()
    """Files that need not be read again."""
    again: bool = False
    """Read them again all the same."""
    partition: str | None = None
    """``year``, ``month`` or ``day``: how much one file of a new source holds; a standing source never changes."""
    only: frozenset[str] | None = None
    """Of all files those of these paths, as the reports name them."""


class Stopped(BaseException):
    """Raised by whoever hears, to end the reading. No error: nothing that bears errors may take it for one."""


def gather(wanted: Wanted, spool: Spool, hear: Hear = lambda path, count: None) -> tuple[FileReport, ...]:
    """Read every export below the paths into the spool; raises :class:`~lifepod.errors.Missing` for a wrong path."""
    return tuple(each(wanted, spool, hear))


def each(wanted: Wanted, spool: Spool, hear: Hear) -> Iterator[FileReport]:
    """The same, one report at a time; ``hear`` is called before every file, and may raise :class:`Stopped`."""
    returns = Returns(spool)
    for item in tree.members(wanted.paths):
        path = item.where if isinstance(item, Skipped) else item.path
        if wanted.only is not None and path not in wanted.only:
            continue
        hear(path, 0)
        told = _told(item, returns, hear)
        if told is None:
            yield _one(item, wanted, spool, hear)
        elif told.shape or told.problem:
            yield told
    yield from (_of_export(one) for one in returns.missing())


def _told(item: Member | Skipped, returns: Returns, hear: Hear) -> FileReport | None:
    """A file of an export of ours, without a shape where another of its files says the same; ``None`` for others."""
    if isinstance(item, Skipped):
        return None
    try:
        taken = returns.take(item)
        if taken is None:
            return None
        if taken.is_copy:
            return FileReport(item.path, IMPORTER)
        hear(item.path, taken.records)
        report = _of_export(taken)
        return report if taken.problem or taken.stays else replace(report, sha256=item.sha256(), size=item.size)
    except LifepodError as error:
        hint = f"{error} {error.advice}"
        return FileReport(item.path, IMPORTER, EXPORT_VERSION, size=item.size, problem=_reason(error), hint=hint)


def _of_export(one: Taken) -> FileReport:
    return FileReport(
        one.path, IMPORTER, EXPORT_VERSION, one.shape, "it lies where an export of a journal has it",
        seen=one.records, records=one.records, problem=one.problem, hint=one.hint, whole=one.whole,
    )  # fmt: skip


def lacking(files: Sequence[FileReport]) -> tuple[str, ...]:
    """What the pile lacks, one sentence each."""
    return notes((f.path, f.importer) for f in files)


def _one(item: Member | Skipped, wanted: Wanted, spool: Spool, hear: Hear) -> FileReport:
    if isinstance(item, Skipped):
        office = item.reason == "unsupported-version" and "!/" not in item.where
        return FileReport(item.where, problem=item.reason, hint=_OFFICE if office else _HINTS.get(item.reason, ""))
    try:
        matches = shelf.recognise(item, wanted.answers)
        if not matches:
            return _strange(item)
        importer, match = matches[0]
        report = FileReport(
            item.path, importer.name, importer.version, match.shape, match.why, size=item.size, hint=match.hint
        )
        if match.problem is not None:
            return replace(
                report, problem=match.problem.reason, hint=match.hint or _HINTS.get(match.problem.reason, "")
            )
        report = replace(report, sha256=item.sha256())
        fingerprint = (report.sha256, importer.name, importer.version)
        if fingerprint in wanted.finished and not wanted.again:
            return replace(report, known=True)
        return _read(importer, match, report, (wanted, spool, hear))
    except LifepodError as error:
        return FileReport(item.path, size=item.size, problem=_reason(error), hint=f"{error} {error.advice}")


def _strange(item: Member) -> FileReport:
    """A file that no importer knows; what could hold an export in another wrapping is told how to get it out."""
    head = item.head(512)
    hint = _PACKED if head.startswith(_ARCHIVES) or head[257:262] == b"ustar" else ""
    hint = hint or (_OFFICE if head.startswith(_OLD_OFFICE) else "")
    if hint:
        return FileReport(item.path, size=item.size, problem="unsupported-version", hint=hint)
    return FileReport(item.path, size=item.size, hint=_CSV if item.path.lower().endswith(".csv") else "")


def _read(importer: Importer, match: Match, report: FileReport, tools: tuple[Wanted, Spool, Hear]) -> FileReport:
    wanted, spool, hear = tools
    skipped: Counter[str] = Counter()
    kinds, span = dict[str, int](), ["~", ""]
    count, problem, hint = 0, "", report.hint
    spool.next_file()
    try:
        answers = {"now": datetime.now(UTC).isoformat(), **wanted.answers}
        for item in importer.activities(match, answers):
            if isinstance(item, Skipped):
                if item.reason in OF_FILES:
                    problem, hint = item.reason, hint or _HINTS.get(item.reason, "")
                else:
                    skipped[item.reason] += 1
                continue
            count += 1
            spool.add(item)
            kinds[item.kind] = kinds.get(item.kind, 0) + 1
            if item.start is not None:
                _widen(span, item.start.text)
            if count % 1000 == 0:
                hear(match.member.path, count)
    except LifepodError as error:
        problem, hint, report = _reason(error), f"{error} {error.advice}", _asking(report, error)
    except Exception as error:  # a plug-in's own fault must not stop the rest, nor pass for an empty file
        problem, hint = "malformed", f"The importer {importer.name} failed on it ({type(error).__name__}); report that."
    hear(match.member.path, count)
    if not count and not problem:
        problem = "no-usable-records" if skipped else "empty-export"
        hint = hint or _HINTS[problem]
    return replace(
        report,
        seen=count + sum(skipped.values()),
        records=count,
        skipped=tuple(sorted(skipped.items())),
        problem=problem,
        hint=hint,
        **_about(kinds, span),
    )


def _widen(span: list[str], text: str) -> None:
    if text < span[0]:
        span[0] = text
    if text > span[1]:
        span[1] = text


def _about(kinds: Mapping[str, int], span: Sequence[str]) -> dict[str, Any]:
    """Classes, first and last of what was read; what stands has no days."""
    classes: Counter[str] = Counter()
    for kind, count in kinds.items():
        classes[KINDS[kind].journal_class] += count
    dated = span[1] and not all(KINDS[kind].stands for kind in kinds)
    first, last = (span[0][:10], span[1][:10]) if dated else ("", "")
    return {"classes": tuple(classes.most_common()), "first": first, "last": last}


def _asking(report: FileReport, error: LifepodError) -> FileReport:
    """What an importer asks, told from the advice that every importer gives where only the person knows."""
    found = _ANSWER.search(error.advice) if isinstance(error, Undecided) else None
    if found is None or not isinstance(error, Undecided):
        return report
    return replace(report, asks=found[1], choices=error.choices)


def _reason(error: LifepodError) -> str:
    if isinstance(error, TooBig):
        return "too-large"
    if isinstance(error, Undecided):
        return "needs-answer"
    return "locked" if isinstance(error, NotReady) else "malformed"


def run_of(files: Sequence[FileReport]) -> Run:
    """The record of an import that begins now."""
    read = (f for f in files if f.sha256 and not f.known)
    inputs = tuple(
        Input(f.sha256, f.path.rsplit("/", 1)[-1], f.size, f.importer, f.version, f.shape, f.seen, f.skipped)
        for f in read
    )
    return Run(inputs, started=now())


def now() -> str:
    """The time, UTC, to the second."""
    return datetime.now(UTC).isoformat(timespec="seconds").replace("+00:00", "Z")


_ANSWER = re.compile(r"--answer ['\"]?([A-Za-z0-9][A-Za-z0-9._-]*)=")
_CSV = "If it comes from a bank: `lifepod sources --draft FILE` writes the profile of columns that it needs."
_ARCHIVES = (b"\x1f\x8b", b"7z\xbc\xaf\x27\x1c", b"Rar!\x1a\x07", b"BZh", b"\xfd7zXZ\x00", b"\x28\xb5\x2f\xfd")
"""How files begin that gzip (.gz, .tgz), 7-Zip, RAR, bzip2, xz and zstd made."""
_OLD_OFFICE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
"""How Excel and its like began their files before 2007."""
_PACKED = "Only zip archives are looked into. Unpack it yourself and import the folder."
_OFFICE = "It is a document of an office program. If it holds a table, open it, save that as CSV, and import the CSV."
_HINTS = {
    "raw-only": "It holds raw signals only, and no visits or trips. Export the Timeline on the phone again.",
    "empty-export": "It holds no records. Ask for the export again, with all of the time you want.",
    "no-usable-records": "None of its entries can become a record; the reasons are counted beside it.",
    "malformed": "The file is damaged or was cut off. Download it again.",
    "unsafe-archive": "The archive names files outside itself; nothing was read. Do not trust where it came from.",
    "encrypted-placeholder": "It is encrypted. Unpack it yourself and import the folder.",
    "locked": "It could not be opened. Close the program that holds it, or see that you may read it, and import again.",
    "too-large": "It unpacks to more than is safe. If you trust it, unpack it yourself and import the folder.",
    "needs-answer": "It can be read in more than one way; see `lifepod import --help` for how to say which.",
    "unsupported-version": "This shape of the export is not supported yet.",
}
"""What the person can do, where the importer says nothing better."""
