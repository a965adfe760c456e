"""A journal on its way out of a pod: names of files, the list of what was written, rows of a table, JSON-LD.

It refuses to let a server choose what a file is called on this machine beyond letters, digits and ``._~%-``, and to let
a cell be taken for a formula by a spreadsheet.

* ``turtle/<place>`` holds what is linked data, ``other/<place>`` what is not, as it was served; ``jsonld/`` and
  ``csv/`` say the same again for programs that read no Turtle.
* :data:`LISTED` is written before the first file and again after the last: an export that was cut off says so.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass, field

from lifepod.errors import Malformed
from lifepod.journal.finding import Found
from lifepod.plain import plain
from lifepod.rdf.flat import is_iri
from lifepod.rdf.jsonld import turtle_as_jsonld

LISTED = "lifepod-export.json"
"""The list of everything in an export, beside its folders."""
FORMS = ("turtle", "jsonld", "csv", "other")
"""Folders of an export."""
COLUMNS = ("when", "source", "what", "who", "url", "facts")
"""Of each table; ``facts`` is the whole record as JSON."""
_VERSION = 1
_MOST_BYTES = 256 * 1024 * 1024
_SEGMENT = re.compile(r"[A-Za-z0-9._~%-]{1,200}\Z")
_ALSO = str.maketrans({character: f"%{ord(character):02X}" for character in "!*'()"})
_RULES = (".acl", ".acr", ".meta")
_FORMULA = frozenset("=+-@\t\r\n")


@dataclass(frozen=True, slots=True)
class Manifest:
    """What an export holds."""

    webid: str
    storage: str
    """Root of the pod it was taken from."""
    made: str = ""
    """When it was finished, UTC; empty while it is not."""
    files: Mapping[str, str] = field(default_factory=dict)
    """Name below the export's folder → sha256 of the file, hex; empty where it may not be there yet."""
    types: Mapping[str, str] = field(default_factory=dict)
    """Media types of the files below ``other/``."""


def write_manifest(manifest: Manifest) -> bytes:
    """The list as a JSON document."""
    value = {
        "lifepod_export": _VERSION,
        "webid": manifest.webid,
        "storage": manifest.storage,
        "made": manifest.made,
        "files": dict(sorted(manifest.files.items())),
        "types": dict(sorted(manifest.types.items())),
    }
    return json.dumps(value, indent=1).encode()


def read_manifest(data: bytes) -> Manifest:
    """The list back; raises :class:`Malformed` where it is none."""
    refused = Malformed(f"{LISTED} is not the list of an export.", advice="Export again into an empty folder.")
    if len(data) > _MOST_BYTES:
        raise refused
    try:
        raw = json.loads(data)
        if raw["lifepod_export"] != _VERSION:
            raise refused
        said = [raw["webid"], raw["storage"], raw["made"]]
        maps = [raw["files"], raw.get("types", {})]
        texts = [*said, *(text for one in maps for pair in one.items() for text in pair)]
    except (ValueError, RecursionError, KeyError, TypeError, AttributeError):
        raise refused from None
    if not all(isinstance(text, str) for text in texts):
        raise refused
    storage = said[1]
    if not (re.match(r"https?://", storage) and storage.endswith("/") and is_iri(storage)):
        raise refused
    return Manifest(said[0], storage, said[2], *maps)


def local_name(place: str) -> str:
    """The file in which a place below the pod is kept, ``/`` between its parts; empty where it can be in none."""
    name = place.translate(_ALSO)
    return name if is_safe(name) else ""


def is_safe(name: str) -> bool:
    """Whether a name leads to a file below where it starts, whatever the machine."""
    return all(_SEGMENT.match(part) and part not in (".", "..") for part in name.split("/"))


def is_rules(place: str) -> bool:
    """Whether a place is one under which servers keep what rules or describes another."""
    return place.endswith(_RULES)


def as_jsonld(data: bytes, url: str) -> bytes:
    """A Turtle document as expanded JSON-LD with full addresses; raises :class:`Malformed`."""
    return turtle_as_jsonld(data, url)


def row_of(found: Found) -> tuple[str, ...]:
    """A record as cells in the order of :data:`COLUMNS`, none of which a spreadsheet takes for a formula."""
    facts = json.dumps({k: v for k, v in found.record.items() if k != "@id"}, ensure_ascii=False, sort_keys=True)
    return tuple(guarded(cell) for cell in (found.when, found.source, found.what, found.who, found.url, facts))


def guarded(cell: str) -> str:
    """A cell with an apostrophe before what would begin a formula (OWASP, "CSV Injection")."""
    return "'" + cell if cell and cell[0] in _FORMULA else cell


def why_unnamed(place: str) -> str:
    """Why a place has no file, in words."""
    return f"{plain(place, 120)} has a name that no file should have"
