"""Media types from file names, for what a person sends.

It refuses to look into a file: what a name does not tell is ``application/octet-stream``.
"""

from __future__ import annotations

import mimetypes

_LINKED_DATA = {
    ".ttl": "text/turtle",
    ".jsonld": "application/ld+json",
    ".nt": "application/n-triples",
    ".n3": "text/n3",
    ".rdf": "application/rdf+xml",
}
_UNKNOWN = "application/octet-stream"


def media_type_of(name: str) -> str:
    """``x.ttl`` → ``text/turtle``; the system's own table is not asked, so that two machines agree."""
    lower = name.lower()
    known = next((kind for ending, kind in _LINKED_DATA.items() if lower.endswith(ending)), None)
    return known or _TABLE.guess_type(lower)[0] or _UNKNOWN


_TABLE = mimetypes.MimeTypes()
