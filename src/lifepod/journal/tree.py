"""One safe view over files, folders, zips and zips inside zips.

It refuses to unpack an archive to disk, to follow a name out of its tree, and to believe what an archive says of its
own sizes: bytes are counted while they are read.
"""

from __future__ import annotations

import hashlib
import io
import os
import re
import shutil
import stat
import tempfile
import zipfile
from collections.abc import Callable, Container, Iterator, Sequence
from contextlib import AbstractContextManager, ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any, BinaryIO, cast

from lifepod.errors import Malformed, Missing, NotReady, TooBig
from lifepod.journal.activity import Skipped
from lifepod.journal.source import Member
from lifepod.limits import LIMITS, Limits
from lifepod.plain import plain

_NOISE = re.compile(r"(?:^|/)(?:__MACOSX/|\._|\.DS_Store$|Thumbs\.db$|desktop\.ini$)")
_BESIDE = ("-wal", "-journal")
"""What SQLite keeps beside a database; it travels with it and is no export of its own."""
_METHODS = (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED)
"""What exports are packed with. The other methods unpack whole blocks at once: a few bytes into gigabytes of memory."""
_IS_BESIDE = re.compile(r"-(?:wal|shm|journal)\Z")
_DOCUMENT = frozenset({"[Content_Types].xml", "mimetype"})
"""What the archives hold that are a document of an office program: a workbook, a text, a book."""


def members(paths: Sequence[Path], limits: Limits = LIMITS) -> Iterator[Member | Skipped]:
    """Every file below the paths, sorted, archives looked into; what cannot be read stands in the stream as a value.

    A file in an archive can be read until the next one is asked for.
    Raises :class:`Missing` for a path that is not there, before anything is read.
    """
    for path in paths:
        if not os.path.exists(path):  # noqa: PTH110  (Path.exists raises for some names that cannot be)
            raise Missing(
                f"{plain(path)} is not there.", advice="Check the path; folders and zips can be named as they are."
            )
    for path in paths:
        yield from _below(path, limits)


def _below(path: Path, limits: Limits) -> Iterator[Member | Skipped]:
    if not path.is_dir():
        yield from _file(path, limits)
        return
    root, closed = Path(os.path.realpath(path)), list[OSError]()
    for folder, names, found in os.walk(path, onerror=closed.append):
        names.sort()
        for name in sorted(found):
            file = Path(folder, name)
            if _NOISE.search(file.as_posix()) or _is_beside(name, found):
                continue
            # Not Path.resolve, which raises for a link that leads to itself.
            if file.is_symlink() and not Path(os.path.realpath(file)).is_relative_to(root):
                continue
            yield from _file(file, limits)
    for error in closed:
        yield Skipped("locked", str(error.filename))


def _is_beside(name: str, there: Container[str]) -> bool:
    """Whether SQLite keeps it beside a database; a file that is only called a journal may be anything."""
    end = _IS_BESIDE.search(name)
    return end is not None and (end.group() != "-journal" or name[: end.start()] in there)


def _file(path: Path, limits: Limits) -> Iterator[Member | Skipped]:
    try:
        seen = path.stat()
        if not stat.S_ISREG(seen.st_mode):
            return
        member = OnDisk(path, path.as_posix(), seen.st_size)
        if member.head(4).startswith(b"PK\x03\x04") or path.suffix.lower() == ".zip":
            yield from _archive(member, path.open("rb"), 1, limits)
        else:
            yield member
    except FileNotFoundError:
        return
    except (OSError, NotReady):
        yield Skipped("locked", path.as_posix())


@dataclass(frozen=True, slots=True)
class OnDisk:
    """A file on disk."""

    file: Path
    path: str
    size: int

    def head(self, count: int = 65536) -> bytes:
        """The first bytes."""
        with self.open() as stream:
            return stream.read(count)

    @contextmanager
    def open(self) -> Iterator[BinaryIO]:
        """The file itself; raises :class:`NotReady` where it may not be read."""
        try:
            stream = self.file.open("rb")
            with stream:
                yield stream
        except OSError as error:  # while it is opened, and while it is read
            raise NotReady(f"{plain(self.path)} cannot be read ({error.strerror or error}).") from None

    def sha256(self) -> str:
        """Digest of its bytes, hex."""
        return _digest(self.open())

    @contextmanager
    def on_disk(self) -> Iterator[Path]:
        """A private copy, with what SQLite keeps beside it."""
        with tempfile.TemporaryDirectory(prefix="lifepod-") as folder:
            copy = Path(folder, "copy")
            with self.open() as stream, copy.open("wb") as out:
                shutil.copyfileobj(stream, out)
                for end in _BESIDE:
                    beside = self.file.with_name(self.file.name + end)
                    if beside.is_file():
                        shutil.copyfile(beside, copy.with_name("copy" + end))
            yield copy


@dataclass(frozen=True, slots=True)
class Packed:
    """A file inside an archive."""

    path: str
    size: int
    opener: Callable[[], AbstractContextManager[BinaryIO]]
    beside: tuple[tuple[str, Callable[[], AbstractContextManager[BinaryIO]]], ...] = ()

    def head(self, count: int = 65536) -> bytes:
        """The first bytes."""
        with self.opener() as stream:
            return stream.read(count)

    def open(self) -> AbstractContextManager[BinaryIO]:
        """A stream that counts; raises :class:`TooBig` or :class:`Malformed` while it is read."""
        return self.opener()

    def sha256(self) -> str:
        """Digest of its bytes, hex."""
        return _digest(self.opener())

    @contextmanager
    def on_disk(self) -> Iterator[Path]:
        """A private copy of this one file, removed afterwards."""
        with tempfile.TemporaryDirectory(prefix="lifepod-") as folder:
            for end, opener in (("", self.opener), *self.beside):
                with opener() as stream, Path(folder, "copy" + end).open("wb") as out:
                    shutil.copyfileobj(stream, out)
            yield Path(folder, "copy")


def _digest(opened: AbstractContextManager[BinaryIO]) -> str:
    digest = hashlib.sha256()
    with opened as stream:
        while part := stream.read(1 << 20):
            digest.update(part)
    return digest.hexdigest()


class _Counted(io.RawIOBase):
    """A member's stream that stops at the bounds, whatever the archive's headers say."""

    def __init__(self, inner: IO[bytes], path: str, packed: int, limits: Limits) -> None:
        self._inner, self._path, self._limits = inner, path, limits
        self._most = max(limits.archive_grace, packed * limits.archive_ratio)
        self._read = 0

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int:
        view = memoryview(buffer)
        try:
            data = self._inner.read(len(view))
        except Exception:  # zipfile, zlib, lzma and bz2 each have errors of their own
            raise Malformed(f"{plain(self._path)} is damaged or was cut off.", advice="Download it again.") from None
        self._read += len(data)
        if self._read > min(self._most, self._limits.archive_bytes):
            raise TooBig(f"{plain(self._path)} unpacks to far more than it should.", bound=self._most, place=self._path)
        view[: len(data)] = data
        return len(data)


def _archive(member: Member, stream: BinaryIO, depth: int, limits: Limits) -> Iterator[Member | Skipped]:
    with stream:
        try:
            archive = zipfile.ZipFile(stream)
            infos = archive.infolist()
        except Exception:  # what it says of itself is not to be believed, and breaks in many ways
            yield Skipped("malformed", member.path)
            return
        if len(infos) > limits.archive_members:
            yield Skipped("too-large", member.path)
        elif any(_climbs(info) for info in infos):
            yield Skipped("unsafe-archive", member.path)
        elif not infos:
            yield Skipped("empty-export", member.path)
        elif not member.path.lower().endswith(".zip") and any(info.filename in _DOCUMENT for info in infos):
            yield Skipped("unsupported-version", member.path)
        else:
            yield from _packed(member, archive, depth, limits)


def _packed(outer: Member, archive: zipfile.ZipFile, depth: int, limits: Limits) -> Iterator[Member | Skipped]:
    infos = [info for info in archive.infolist() if not info.is_dir()]
    named = {info.filename: info for info in infos}
    left = limits.archive_bytes
    for info in sorted(infos, key=lambda info: (info.filename, info.header_offset)):
        name, shown = info.filename, f"{outer.path}!/{info.filename}"
        if _NOISE.search(name) or _is_beside(name, named):
            continue
        if info.flag_bits & 1:
            yield Skipped("encrypted-placeholder", shown)
            continue
        if info.compress_type not in _METHODS:
            yield Skipped("unsupported-version", shown)
            continue
        left -= info.file_size
        if left < 0:
            yield Skipped("too-large", outer.path)
            return
        beside = tuple(
            (end, _opener(archive, named[name + end], shown, limits)) for end in _BESIDE if name + end in named
        )
        packed = Packed(shown, info.file_size, _opener(archive, info, shown, limits), beside)
        if name.lower().endswith(".zip"):
            yield from _nested(packed, depth, limits)
        else:
            yield packed


def _nested(packed: Packed, depth: int, limits: Limits) -> Iterator[Member | Skipped]:
    if depth >= limits.archive_nesting:
        yield Skipped("too-large", packed.path)
        return
    with ExitStack() as stack:
        try:
            # A zip is read from its end, so it must be seekable; the file has no name and goes with its last reader.
            copy = stack.enter_context(tempfile.TemporaryFile())
            with packed.open() as stream:
                shutil.copyfileobj(stream, copy)
        except Malformed as error:
            yield Skipped("too-large" if isinstance(error, TooBig) else "malformed", packed.path)
            return
        except OSError:  # no room for the copy
            yield Skipped("too-large", packed.path)
            return
        copy.seek(0)
        yield from _archive(packed, copy, depth + 1, limits)


def _opener(
    archive: zipfile.ZipFile, info: zipfile.ZipInfo, shown: str, limits: Limits
) -> Callable[[], AbstractContextManager[BinaryIO]]:
    @contextmanager
    def opened() -> Iterator[BinaryIO]:
        try:
            inner = archive.open(info)
        except Exception:  # as above: a damaged archive breaks in many ways
            raise Malformed(f"{plain(shown)} cannot be unpacked.", advice="Download the archive again.") from None
        with inner:
            counted = _Counted(inner, shown, info.compress_size, limits)
            yield cast(BinaryIO, io.BufferedReader(counted))

    return opened


def _climbs(info: zipfile.ZipInfo) -> bool:
    name = info.orig_filename.replace("\\", "/")
    link = stat.S_ISLNK(info.external_attr >> 16)
    return bool(link or name.startswith("/") or "\0" in name or re.match(r"[A-Za-z]:", name) or ".." in name.split("/"))
