"""The protocol of an importer, over one safe view of files, folders and archives.

An importer recognises and reads; counting, planning and writing are the engine's. The protocol refuses to grow a
third method, and no archive is ever unpacked to disk (a SQLite database is copied to a private temporary file, because
SQLite can read nothing else).
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import AbstractContextManager
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO, Protocol, runtime_checkable

from lifepod.journal.activity import Activity, Skipped


class Member(Protocol):
    """One file, wherever it lies: on disk, in a folder, in a zip, in a zip inside a zip."""

    @property
    def path(self) -> str:
        """Path as the person would name it, with ``/``; archives show as ``export.zip!/inner/path``."""

    @property
    def size(self) -> int:
        """Bytes, as its container says (never believed while reading)."""

    def head(self, count: int = 65536) -> bytes:
        """The first ``count`` bytes."""

    def open(self) -> AbstractContextManager[BinaryIO]:
        """A stream within the limits; raises :class:`~lifepod.errors.TooBig` past them."""

    def sha256(self) -> str:
        """Digest of its bytes, hex, read in parts."""

    def on_disk(self) -> AbstractContextManager[Path]:
        """A private copy on disk for readers that need a path (SQLite, its ``-wal`` beside it when there is one)."""


@dataclass(frozen=True, slots=True)
class Match:
    """What an importer says of one member it knows."""

    member: Member
    shape: str
    """Name of the shape: ``firefox-places``, ``my-activity-2024``, ``order-history-2025``."""
    version: str
    """Version of the shape as far as the file tells, else ``""``."""
    confidence: float
    """0 to 1: signature 0.7, with the right path 0.9."""
    why: str
    """One line a person understands: ``has tables moz_places and moz_historyvisits``."""
    problem: Skipped | None = None
    """Set when the file is known and cannot be used (HTML instead of JSON, empty, locked)."""
    hint: str = ""
    """What the person can do about the problem: ``choose JSON under …``."""
    label: str = ""
    """Source slug this file's records get, when the file tells (a browser profile)."""


@runtime_checkable
class Importer(Protocol):
    """What the entry-point group ``lifepod.importers`` names; ours and a stranger's alike."""

    name: str
    title: str
    how_to_get: str
    version: str

    def recognise(self, member: Member) -> Match | None:
        """Say whether this member is known, by content first; the path only raises confidence."""

    def activities(self, match: Match, answers: Mapping[str, str]) -> Iterator[Activity | Skipped]:
        """Read the records of a match, in the order of the file; broken records become :class:`Skipped`.

        ``answers`` has ``now`` (ISO 8601) and what the person answered, by names such as ``netflix.profile``. Where a
        file can be read in more than one way and no answer says which, it raises
        :class:`~lifepod.errors.Undecided` whose advice names the answers there are: ``Say which is you: --answer
        netflix.profile=Alice (or =Bob).``
        """


@runtime_checkable
class TakesAnswers(Protocol):
    """An importer that knows more files with what the person told it; it says so by :attr:`takes_answers`."""

    takes_answers: bool

    def recognise(self, member: Member, answers: Mapping[str, str] | None = None) -> Match | None:
        """As :meth:`Importer.recognise`."""
