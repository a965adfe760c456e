"""The folder of an export on this machine: each file replaced whole, for its owner alone, and a list of them all.

It refuses a folder that holds anything but an earlier export of the same pod, to remove what that export does not name,
and to be held in memory: rows of tables go to disk as they come.
"""

from __future__ import annotations

import csv
import hashlib
import io
import os
import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import BinaryIO

from lifepod.errors import Malformed, NotReady, Undecided
from lifepod.journal.activity import CLASSES
from lifepod.journal.exporting import (
    COLUMNS,
    FORMS,
    LISTED,
    Manifest,
    as_jsonld,
    is_safe,
    local_name,
    read_manifest,
    row_of,
    write_manifest,
)
from lifepod.journal.finding import Found
from lifepod.journal.layout import JOURNAL
from lifepod.journal.reading import told_in
from lifepod.plain import plain
from lifepod.solid.dirs import write_private

_TURTLE = "text/turtle"
_HALF = re.compile(r"\..+(?:\.[0-9]+\.new|\.part)\Z")
"""What is left of a file that was being written when its program was killed."""


def former(folder: Path, storage: str) -> Manifest | None:
    """The list of the export that stands in a folder; ``None`` for an empty folder, or one that is not there.

    Raises :class:`Undecided` where anything else lies there.
    """
    try:
        names = sorted(path.name for path in folder.iterdir()) if folder.exists() else []
        if LISTED not in names:
            if names:
                raise Undecided(
                    f"{plain(folder)} holds other things ({plain(names[0], 80)}); nothing was written.",
                    advice="Name a folder that is empty or not there yet, or one with an earlier export of this pod.",
                )
            return None
        old = read_manifest((folder / LISTED).read_bytes())
    except OSError as error:
        raise NotReady(f"{plain(folder)} cannot be used ({error.strerror}).", advice="Name another folder.") from None
    if old.storage != storage:
        raise Undecided(
            f"{plain(folder)} holds an export of {plain(old.storage)}; nothing was written.",
            advice="Name another folder for this pod.",
        )
    return old


class _Table:
    """One class as rows, under its name once it is whole."""

    def __init__(self, path: Path) -> None:
        self._path, self._draft = path, path.with_name(f".{path.name}.part")
        flags = os.O_WRONLY | os.O_CREAT | os.O_TRUNC | os.O_NOFOLLOW
        self._out: BinaryIO = os.fdopen(os.open(self._draft, flags, 0o600), "wb")
        self._digest = hashlib.sha256()
        self.add(COLUMNS)

    def add(self, row: Sequence[str]) -> None:
        line = io.StringIO()
        csv.writer(line).writerow(row)
        data = line.getvalue().encode()
        self._digest.update(data)
        self._out.write(data)

    def finish(self) -> str:
        """Its sha256, hex."""
        self._out.flush()
        os.fsync(self._out.fileno())
        self._out.close()
        self._draft.replace(self._path)
        return self._digest.hexdigest()

    def close(self) -> None:
        self._out.close()
        self._draft.unlink(missing_ok=True)


class Cabinet:
    """One export on its way into a folder."""

    def __init__(self, folder: Path, webid: str, storage: str, old: Manifest | None) -> None:
        self._folder = folder
        self._old = old or Manifest(webid, storage)
        self._files: dict[str, str] = {}
        self._types: dict[str, str] = {}
        self._table: tuple[str, _Table] | None = None
        self._new = Manifest(webid, storage)
        self.places = 0
        """Files of the pod that are kept."""
        self.size = 0
        """Bytes of them."""
        self.rows: Counter[str] = Counter()
        """Rows by class."""
        self.without_rows: list[str] = []
        """Places of the journal that are in no table."""

    def begin(self, places: Sequence[str]) -> None:
        """Make the folder and write a list that says what may stand there soon, so that a later export can tidy up."""
        _make(self._folder, self._folder)
        self._folder.chmod(0o700)
        names = [f"{form}/{local_name(place)}" for place in places for form in ("turtle", "other")]
        names += [_jsonld_name(place) for place in places] + [_table_name(one) for one in CLASSES]
        files = dict.fromkeys(names, "") | dict(self._old.files)
        self._list(replace(self._new, files=files, types=self._old.types))

    def keep(self, place: str, content_type: str, data: bytes) -> list[tuple[str, str]]:
        """One file of the pod in every form it has; what it could not be brought into, and why.

        Places come in order, those of one class together.
        """
        form = "turtle" if content_type == _TURTLE else "other"
        name, left_out = f"{form}/{local_name(place)}", list[tuple[str, str]]()
        if self._is_taken(name):
            return [(place, "Another place of the pod is a file where this one needs a folder, or the reverse.")]
        self._write(name, data)
        self.places, self.size = self.places + 1, self.size + len(data)
        url = self._new.storage + place
        if form == "other":
            self._types[name] = content_type
            self.without_rows += [place] if place.startswith(JOURNAL) else []
            return left_out
        try:
            copy = _jsonld_name(place)
            # A file and its like without the ending ``.ttl`` never share a copy.
            self._write(f"jsonld/{local_name(place)}.jsonld" if copy in self._files else copy, as_jsonld(data, url))
        except Malformed as error:
            left_out.append((place, f"Kept as it was served: {plain(error, 300)}"))
        else:
            self._tabulate(place, url, data)
        return left_out

    def _is_taken(self, name: str) -> bool:
        path = self._folder / name
        return path.is_dir() or any(above.is_file() for above in path.parents)

    def _tabulate(self, place: str, url: str, data: bytes) -> None:
        parts = place.split("/")
        if parts[0] + "/" != JOURNAL:
            return
        try:
            told = told_in(data, url) if len(parts) > 3 and parts[1] in CLASSES else []
        except Malformed:  # things without a name, as vendors write them
            told = []
        if not told:
            self.without_rows.append(place)
            return
        table = self._table_of(parts[1])
        for one in told:
            table.add(row_of(Found(str(one.record["@id"]), place, one)))
        self.rows[parts[1]] += len(told)

    def _table_of(self, journal_class: str) -> _Table:
        if self._table is None or self._table[0] != journal_class:
            self._end_table()
            path = self._folder / _table_name(journal_class)
            _make(self._folder, path.parent)
            self._table = journal_class, _Table(path)
        return self._table[1]

    def _end_table(self) -> None:
        if self._table is not None:
            self._files[_table_name(self._table[0])] = self._table[1].finish()
            self._table = None

    def finish(self, made: str, *, whole: bool) -> int:
        """End the tables, remove what only an earlier export names, write the list; how many files went.

        Where something could not be read (not ``whole``), what an earlier export holds may be all there is of it: it
        stays and stays listed.
        """
        self._end_table()
        gone = [name for name in self._old.files if name not in self._files and self._stands(name)]
        if not whole:
            self._files |= {name: _sha256((self._folder / name).read_bytes()) for name in gone}
            self._types |= {n: t for n, t in self._old.types.items() if n in self._files and n not in self._types}
            gone = []
        for name in gone:
            (self._folder / name).unlink()
        self._tidy()
        self._list(replace(self._new, made=made, files=self._files, types=self._types))
        return len(gone)

    def _stands(self, name: str) -> bool:
        """Whether a listed name leads to a file of this folder; a list can be written by anyone."""
        path = self._folder / name
        if not is_safe(name) or name.split("/")[0] not in FORMS or not path.is_file() or path.is_symlink():
            return False
        return path.resolve().is_relative_to(self._folder.resolve())

    def _tidy(self) -> None:
        """Halves of files that a killed export left, and folders that hold nothing any more."""
        for form in FORMS:
            for where, _, names in os.walk(self._folder / form, topdown=False):
                for name in names:
                    if _HALF.match(name) and Path(where, name).relative_to(self._folder).as_posix() not in self._files:
                        Path(where, name).unlink()
                if not any(Path(where).iterdir()):
                    Path(where).rmdir()

    def _write(self, name: str, data: bytes) -> None:
        path = self._folder / name
        _make(self._folder, path.parent)
        write_private(path, data)
        self._files[name] = _sha256(data)

    def _list(self, manifest: Manifest) -> None:
        write_private(self._folder / LISTED, write_manifest(manifest))

    def close(self) -> None:
        """Let go of a table that is not whole."""
        if self._table is not None:
            self._table[1].close()


def _sha256(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()


def _jsonld_name(place: str) -> str:
    return f"jsonld/{local_name(place).removesuffix('.ttl')}.jsonld"


def _table_name(journal_class: str) -> str:
    return f"csv/{journal_class}.csv"


def _make(top: Path, folder: Path) -> None:
    """A folder and those above it down from ``top``, for its owner alone; raises :class:`NotReady`."""
    try:
        if not top.exists():
            top.mkdir(mode=0o700, parents=True)
        for above in reversed([folder, *folder.parents]):
            if above.is_relative_to(top) and not above.is_dir():
                above.mkdir(mode=0o700)
    except OSError as error:
        raise NotReady(f"{plain(folder)} cannot be made ({error.strerror}).", advice="Name another folder.") from None
