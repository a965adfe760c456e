"""Rows of a CSV export, one at a time, columns by their names and never by their places.

It refuses to guess what a column means, and to hold more than one row.

* A byte order mark and UTF-16 are seen; a cell that is no UTF-8 is read as cp1252, which spreadsheets save in.
* Of two columns of one name, and of the older and newer names of one column, the first that says something counts.
"""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterator, Mapping, Sequence

from lifepod.errors import Malformed, TooBig
from lifepod.journal.importers.entries import encoding_of
from lifepod.journal.source import Member
from lifepod.limits import LIMITS
from lifepod.plain import plain

Columns = Mapping[str, Sequence[str]]
"""Our name of a column → its names over the years and languages, the newest first."""
Row = Mapping[str, str]
"""Our name of a column → the text of its cell, trimmed; empty where it says nothing."""
NOTHING = frozenset({""})
_DELIMITERS = ",;\t|"
_BEFORE = re.compile(r'\ufeff?\s*"?(?:sep=.)?"?\s*', re.IGNORECASE)
"""What may stand in a line before the names: nothing, or for a spreadsheet the mark that divides."""


def header(head: bytes, skip: int = 0) -> tuple[str, ...]:
    """The names in the first line of a table (after ``skip`` lines), whitespace evened; empty where it is no table."""
    encoding = encoding_of(head)
    lines = head.decode(encoding, errors="replace" if encoding == "utf-16" else "surrogateescape").splitlines()[skip:]
    first = _mended(next((line for line in lines if not _BEFORE.fullmatch(line)), ""))
    if "\0" in first or not any(mark in first for mark in _DELIMITERS):
        return ()
    return tuple(" ".join(name.split()) for name in next(csv.reader([first], delimiter=delimiter_of(first)), []))


def delimiter_of(line: str) -> str:
    """The mark that divides a header most often."""
    return max(_DELIMITERS, key=line.count)


def has(names: Sequence[str], columns: Columns, needed: Sequence[str]) -> bool:
    """Whether a header holds each of the needed columns under one of its names, in any order."""
    there = {name.casefold() for name in names}
    return all(any(alias.casefold() in there for alias in columns[ours]) for ours in needed)


def rows(
    member: Member, columns: Columns, skip: int = 0, nothing: frozenset[str] = NOTHING
) -> Iterator[tuple[int, Row]]:
    """Each row that is not empty with its number, from 1; raises :class:`Malformed` with the number where it breaks.

    ``nothing`` are the words, in small letters, with which a cell says that it says nothing.
    """
    csv.field_size_limit(LIMITS.field_bytes)
    head, number = member.head(), 0
    encoding = encoding_of(head)
    errors = "replace" if encoding == "utf-16" else "surrogateescape"
    with member.open() as stream:
        text = io.TextIOWrapper(stream, encoding=encoding, errors=errors, newline="")
        try:
            for _ in range(skip):
                text.readline(LIMITS.field_bytes)
            first = _mended(_first(text))
            mark = delimiter_of(first)
            places = _places(next(csv.reader([first], delimiter=mark), []), columns)
            for row in csv.reader(_lines(text, member.path), delimiter=mark):
                if not row:
                    continue
                number += 1
                yield number, {ours: _cell(row, where, nothing) for ours, where in places.items()}
        except (csv.Error, UnicodeError, TooBig):
            raise Malformed(
                f"{plain(member.path)} goes wrong at row {number + 1}.", place=plain(member.path), line=number + 1
            ) from None


def _first(text: io.TextIOWrapper) -> str:
    """The line with the names of the columns."""
    while (line := text.readline(LIMITS.field_bytes)) and _BEFORE.fullmatch(line):
        pass
    return line


def _lines(text: io.TextIOWrapper, path: str) -> Iterator[str]:
    """The lines of a file, none longer than a field may be; raises :class:`TooBig`."""
    while line := text.readline(LIMITS.field_bytes):
        if len(line) >= LIMITS.field_bytes and not line.endswith(("\n", "\r")):
            raise TooBig(f"{plain(path)} has a line that is too long.", bound=LIMITS.field_bytes, place=plain(path))
        yield line


def _places(names: Sequence[str], columns: Columns) -> dict[str, list[int]]:
    """Our name of a column → where it stands, the newest alias and then the first of two equal names first."""
    there = [" ".join(name.split()).casefold() for name in names]
    return {
        ours: [at for alias in aliases for at, name in enumerate(there) if name == alias.casefold()]
        for ours, aliases in columns.items()
    }


def _cell(row: Sequence[str], where: Sequence[int], nothing: frozenset[str]) -> str:
    for at in where:
        text = row[at].strip() if at < len(row) else ""
        if text.lower() not in nothing:
            return text if text.isascii() else _mended(text)
    return ""


def _mended(text: str) -> str:
    if not any("\udc80" <= c <= "\udcff" for c in text):
        return text
    return text.encode("utf-8", "surrogateescape").decode("cp1252", "replace")
