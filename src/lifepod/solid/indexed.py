"""What an index holds of each document and container, in a file that is only added to while the index changes.

It refuses to be believed for another index: its first line says whose it is and in which format. A last line that was
cut off counts as not written; any other that cannot be read makes the whole worthless.

* A document is crossed out before the store is touched and entered after it, so that whatever is cut off is read anew.
"""

from __future__ import annotations

import json
import os
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from lifepod.errors import NotReady
from lifepod.rdf.quadstore import Damaged
from lifepod.solid.dirs import write_private

FORMAT = 1
"""Changed whenever an older index cannot be used; then it is made anew."""


@dataclass(frozen=True, slots=True)
class Held:
    """One document as it was last read."""

    tag: str
    """Settled version tag, to ask whether it changed; empty where the server gives none that can be relied on."""
    digest: str
    """SHA-256 of the bytes, hexadecimal; empty for what is no linked data and is not in the store."""


@dataclass(frozen=True, slots=True)
class Shelf:
    """One container as it was last listed."""

    tag: str
    members: tuple[str, ...]


@dataclass(slots=True)
class Indexed:
    """All of it; every change goes to the file at once."""

    path: Path
    documents: dict[str, Held] = field(default_factory=dict)
    containers: dict[str, Shelf] = field(default_factory=dict)
    refreshed_at: str = ""
    """When the whole was last compared with the pod, UTC, ISO 8601; empty for never."""

    @classmethod
    def opened(cls, path: Path, whose: Mapping[str, str]) -> Indexed | None:
        """What the file tells; ``None`` where there is none for ``whose`` index in our format."""
        try:
            *lines, rest = path.read_bytes().split(b"\n")
        except OSError:
            return None
        found = cls(path)
        try:
            if json.loads(lines[0]) != {"format": FORMAT, **whose}:
                return None
            for line in lines[1:]:
                found._take(json.loads(line))
            if rest:
                found.write_anew(whose)  # or the next line would be written behind half a line
        except (IndexError, ValueError, KeyError, TypeError, AttributeError, RecursionError):
            return None
        return found

    def _take(self, line: dict[str, object]) -> None:
        name = str(line.get("u", ""))
        if "at" in line:
            self.refreshed_at = str(line["at"])
        elif line.get("gone"):
            self.documents.pop(name, None)
            self.containers.pop(name, None)
        elif "members" in line:
            members = line["members"]
            if not isinstance(members, list):
                raise ValueError
            self.containers[name] = Shelf(str(line["tag"]), tuple(map(str, members)))
        else:
            self.documents[name] = Held(str(line["tag"]), str(line["digest"]))

    def cross_out(self, names: Iterable[str]) -> None:
        """Nothing is known of these any longer; safe on disk when this returns."""
        there = [name for name in names if name in self.documents or name in self.containers]
        for name in there:
            self.documents.pop(name, None)
            self.containers.pop(name, None)
        self._add(({"u": name, "gone": True} for name in there), safe=True)

    def enter(self, documents: Mapping[str, Held]) -> None:
        """These documents are in the store, or known to be no linked data."""
        self.documents.update(documents)
        self._add({"u": name, "tag": held.tag, "digest": held.digest} for name, held in documents.items())

    def enter_containers(self, containers: Mapping[str, Shelf]) -> None:
        """These containers were listed."""
        self.containers.update(containers)
        self._add({"u": name, "tag": c.tag, "members": c.members} for name, c in containers.items())

    def write_anew(self, whose: Mapping[str, str]) -> None:
        """Replace the file by one without what was crossed out; raises :class:`NotReady`."""
        first = {"format": FORMAT, **whose}
        lines = [
            json.dumps(first),
            json.dumps({"at": self.refreshed_at}),
            *(json.dumps({"u": n, "tag": h.tag, "digest": h.digest}) for n, h in self.documents.items()),
            *(json.dumps({"u": n, "tag": c.tag, "members": c.members}) for n, c in self.containers.items()),
        ]
        write_private(self.path, ("\n".join(lines) + "\n").encode())

    def _add(self, lines: Iterable[dict[str, object]], *, safe: bool = False) -> None:
        text = "".join(json.dumps(line) + "\n" for line in lines)
        if not text:
            return
        try:
            handle = os.open(self.path, os.O_WRONLY | os.O_APPEND)
            with os.fdopen(handle, "ab") as out:
                out.write(text.encode())
                if safe:
                    out.flush()
                    os.fsync(out.fileno())
        except FileNotFoundError:
            raise Damaged("The index was deleted while it was in use.") from None
        except OSError as error:
            raise NotReady(
                f"The index cannot be written ({error.strerror}).",
                advice="See that the disk has room and the cache folder is yours; then run the command again.",
            ) from None
