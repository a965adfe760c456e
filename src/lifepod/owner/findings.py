"""What a survey has found so far, appended to a private file as it arrives, so that one that was cut off goes on.

It refuses to be taken up by another pod, another login or another day, and to believe in a line that was damaged.
A disk that takes no more ends the file and never the survey.
"""

from __future__ import annotations

import fcntl
import json
import os
import stat
import zlib
from datetime import UTC, datetime
from pathlib import Path

from lifepod.access.survey import FORMAT, Control, Own, control_from_line, control_to_line
from lifepod.errors import Malformed
from lifepod.limits import LIMITS
from lifepod.solid.pod import Listing


class Findings:
    """Listings and controls by address; in memory alone unless made by :meth:`opened`."""

    def __init__(self, began: datetime | None = None) -> None:
        self._file: int | None = None
        self._path: Path | None = None
        self.began = began or datetime.now(UTC)
        """When the look began to which they belong."""
        self.listings: dict[str, Listing] = {}
        self.controls: dict[str, Control] = {}

    @classmethod
    def opened(cls, path: Path, mark: str, now: datetime) -> Findings:
        """What an earlier look with the same ``mark`` left at ``path``, or nothing; new findings are added there."""
        found = cls(now)
        try:
            file = os.open(path, os.O_RDWR | os.O_CREAT | os.O_APPEND | os.O_NOFOLLOW | os.O_CLOEXEC, 0o600)
        except OSError:
            return found
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
            _must_be_ours(file)
            found._take_up(file, mark)
        except OSError:  # somebody else is looking, or it is not our file
            os.close(file)
            return found
        found._file, found._path = file, path
        return found

    def _take_up(self, file: int, mark: str) -> None:
        now = self.began
        with os.fdopen(os.dup(file), "rb") as text:
            data = text.read()
        whole = data[: data.rfind(b"\n") + 1]  # a line that was cut off with its writer is no damage
        try:
            head, *lines = whole.decode().splitlines()
            began = datetime.fromisoformat(_checked(head, f"0{mark} "))
            if not 0 <= (now - began).total_seconds() <= LIMITS.survey_part_seconds:
                raise ValueError("of another day")
            for line in lines:
                self._read(line)
            self.began = began
            os.ftruncate(file, len(whole))
        except (ValueError, TypeError, Malformed, RecursionError):
            self.listings.clear()
            self.controls.clear()
            os.ftruncate(file, 0)
            os.write(file, _line(f"0{mark} {now.isoformat()}"))

    def _read(self, line: str) -> None:
        text = _checked(line, "")
        if text[0] == "l":
            url, members, control, etag, unchanged = json.loads(text[1:])
            inside = tuple((member, "") for member in members)
            self.listings[url] = Listing(url, inside, control, etag=etag, unchanged=unchanged)
        else:
            url, found = control_from_line(text[1:])
            self.controls[url] = found

    def listed(self, listing: Listing) -> None:
        """Add a container that was listed."""
        parts = [listing.url, [url for url, _ in listing.members], listing.control, listing.etag, listing.unchanged]
        self._add("l" + json.dumps(parts, separators=(",", ":")))

    def found(self, url: str, control: Control) -> None:
        """Add a control document; one that could not be read is asked for again by whoever goes on."""
        if control.own is not Own.BLIND:
            self._add("c" + control_to_line(url, control))

    def _add(self, text: str) -> None:
        if self._file is None:
            return
        try:
            data = _line(text)
            if os.write(self._file, data) != len(data):
                raise OSError("the disk is full")
        except OSError:
            self.close()

    def close(self, *, done: bool = False) -> None:
        """Let go of the file; with ``done`` it has served and is removed."""
        if self._file is None:
            return
        if done and self._path is not None:
            self._path.unlink(missing_ok=True)
        os.close(self._file)
        self._file = None


def mark_of(storage: str, owner: str, earlier: str) -> str:
    """What must be equal for findings to be taken up: the pod, the login, and the survey that was built upon."""
    return json.dumps([FORMAT, storage, owner, earlier], separators=(",", ":"))


def _must_be_ours(file: int) -> None:
    status = os.fstat(file)
    if not stat.S_ISREG(status.st_mode) or status.st_uid != os.getuid() or status.st_mode & 0o077:
        raise PermissionError("not our own private file")


def _line(text: str) -> bytes:
    return f"{zlib.crc32(text.encode()):08x}{text}\n".encode()


def _checked(line: str, begin: str) -> str:
    text = line[8:]
    if not text.startswith(begin) or int(line[:8], 16) != zlib.crc32(text.encode()):
        raise ValueError("damaged or foreign")
    return text[len(begin) :]
