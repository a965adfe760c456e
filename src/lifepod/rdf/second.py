"""A second reading of a record before it is signed, by another implementation with both contexts whole.

It refuses nothing by itself but a difference: what two readers read differently is not signed.
"""

from __future__ import annotations

import json
from functools import cache
from typing import Any

from lifepod.errors import Malformed
from lifepod.rdf.closed import CONTEXTS, Closed, canonical, prefixes, write_closed


def must_agree(record: Closed) -> None:
    """Raise :class:`Malformed` where pyld (URDNA2015) does not read the very words that would be signed."""
    if reading(record) != canonical(record.triples).decode():
        raise Malformed("Two readers read this record differently, so it is not signed.")


def reading(record: Closed) -> str:
    """Canonical N-Quads of a record without its proofs, by pyld alone."""
    from pyld import jsonld  # loads slowly; only where something is signed

    document: dict[str, Any] = json.loads(write_closed(record))
    document.pop("proof", None)
    document["@context"] = _contexts()
    options = {"algorithm": "URDNA2015", "format": "application/n-quads", "documentLoader": _nothing}
    return str(jsonld.normalize(document, options))


@cache
def _contexts() -> list[Any]:
    from pyld import BUNDLED_CONTEXTS

    first = json.loads(BUNDLED_CONTEXTS[CONTEXTS[0]].read_text("utf-8"))["@context"]
    return [first, dict(prefixes())]


def _nothing(url: str, options: object) -> object:
    raise Malformed(f"It names a vocabulary that is not carried along ({url[:60]}).")
