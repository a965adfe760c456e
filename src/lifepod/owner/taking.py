"""Files of an export of ours into the spool: records as they stood, and what goes back as it is.

It refuses to hand a file of an export to any other importer: what a vendor delivered into the journal would become the
person's own word.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field

from lifepod.errors import TooBig
from lifepod.journal.exporting import Manifest, read_manifest
from lifepod.journal.returning import NOWHERE, Place, goes_back, is_kept, must_be_turtle, partition_of, place_of
from lifepod.journal.source import Member
from lifepod.limits import LIMITS
from lifepod.owner.spool import Spool
from lifepod.plain import plain

_TURTLE, _BYTES = "text/turtle", "application/octet-stream"
_MOST_BYTES = 256 * 1024 * 1024
_COPY = "the same records in another form"
_AGAIN = "Export again into the same folder, then import again."


@dataclass(frozen=True, slots=True)
class Taken:
    """What one file of an export is."""

    path: str
    shape: str
    records: int = 0
    whole: bool = False
    """It goes back as it is, or not at all; it holds no records."""
    problem: str = ""
    hint: str = ""

    stays: bool = False
    """It stays in the export."""

    @property
    def is_copy(self) -> bool:
        """Whether another file of the export says the same."""
        return self.shape == _COPY


@dataclass(slots=True)
class _Export:
    """One export in the pile, while it is read."""

    listed: Manifest
    path: str
    seen: set[str] = field(default_factory=set)


class Returns:
    """Knows files of our exports, and takes them into the spool."""

    def __init__(self, spool: Spool) -> None:
        self._spool = spool
        self._exports: dict[str, _Export] = {}

    def take(self, member: Member) -> Taken | None:
        """One file of the pile; ``None`` where it belongs to no export of ours. Raises :class:`Malformed`."""
        place = place_of(member.path, member.head(4096))
        if place is None:
            return None
        if place.form == "list":
            return self._listed(member, place)
        if place.form in ("jsonld", "csv"):
            return Taken(member.path, _COPY, whole=True)
        export = self._exports.get(place.root)
        if export is not None:
            export.seen.add(place.name)
        if not goes_back(place.path):
            if place.path.rsplit("/", 1)[-1].endswith((".new", ".part")):
                return Taken(member.path, _COPY, whole=True)  # half a file of an export that was cut off
            hint = "Its name cannot be an address of a file in a pod; put it there yourself if you want it."
            return Taken(member.path, "not put back", problem="malformed", hint=hint)
        if place.path.startswith("lifepod/") and not is_kept(place.path):
            hint = "It speaks of addresses of the old pod: it stays in the export, and is not put back."
            return Taken(member.path, "not put back", whole=True, hint=hint, stays=True)
        return self._file(member, place, export.listed if export else None)

    def _listed(self, member: Member, place: Place) -> Taken:
        listed = read_manifest(_bytes_of(member, _MOST_BYTES))
        self._exports[place.root] = _Export(listed, member.path)
        if listed.made:
            return Taken(member.path, "list of an export", whole=True, stays=True)
        return Taken(member.path, "list of an export", problem="malformed", hint=f"It was cut off. {_AGAIN}")

    def _file(self, member: Member, place: Place, listed: Manifest | None) -> Taken:
        data = _bytes_of(member, LIMITS.document_bytes)
        hint, wanted = "", listed.files.get(place.name) if listed else ""
        if wanted and member.sha256() != wanted:
            hint = "It was changed since it was exported."
        if place.form == "turtle":
            told = partition_of(data, (listed.storage if listed else NOWHERE) + place.path, place.path)
            if told is not None:
                self._spool.add_told(told)
                return Taken(member.path, "partition", len(told.records), not told.records, hint=hint)
            must_be_turtle(data, place.path)
        kind = _TURTLE if place.form == "turtle" else (listed.types.get(place.name, "") if listed else "") or _BYTES
        self._spool.add_whole(place.path, kind, data)
        return Taken(member.path, "file of its own", whole=True, hint=hint)

    def missing(self) -> Iterator[Taken]:
        """What an export lists and does not hold."""
        for root, export in self._exports.items():
            for name in export.listed.files:
                if name.startswith(("turtle/", "other/")) and name not in export.seen and export.listed.made:
                    yield Taken(root + name, "missing", problem="malformed", hint=f"It is not there. {_AGAIN}")


def _bytes_of(member: Member, most: int) -> bytes:
    with member.open() as stream:
        data = stream.read(most + 1)
    if len(data) > most:
        raise TooBig(f"{plain(member.path)} is larger than {most} bytes.", bound=most, place=member.path)
    return data
