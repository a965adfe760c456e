"""Which of two tellings of one record stands in a partition, told from their triples alone.

It refuses to know which was there first or where they came from: every join here is commutative and associative, so
that the order of imports never shows. Only what the person changed themselves stands against all.

* What happened does not change: the telling with more triples stands, then the greater text.
* What stands may change: the higher ``ical:sequence``, then the later ``dct:modified``, then the rule above.
* A cookie keeps its earliest ``dct:created`` and the rest of the telling with the latest ``lp:lastAccess``.
"""

from __future__ import annotations

from collections.abc import Iterable

from lifepod import names
from lifepod.rdf.flat import FlatTriple, block, subject_order, typed, value_of

_TYPE, _COOKIE = f"<{names.RDF_TYPE}>", f"<{names.LP_COOKIE}>"
_CREATED, _ACCESS = f"<{names.DCT}created>", f"<{names.LP_LAST_ACCESS}>"
_SEQUENCE, _MODIFIED = f"<{names.ICAL_SEQUENCE}>", f"<{names.DCT_MODIFIED}>"
_EDITED, _TRUE = f"<{names.LP_EDITED}>", typed("true", names.XSD_BOOLEAN)
_OUR_PROPERTIES = (f"<{names.SCHEMA}", f"<{names.LP}", f"<{names.ICAL}", f"<{names.VCARD}", _CREATED, _MODIFIED)
_OUR_CLASSES = (*_OUR_PROPERTIES, f"<{names.AS}")
"""How the terms begin that every importer writes; others in a record that stands are somebody else's."""

Body = set[FlatTriple]
"""Everything said of one record and of its parts."""


def better(body: Body, there: Body) -> Body | None:
    """The record after an import brings ``body``, with what others said of it; ``None`` where nothing changes."""
    if body <= there or is_edited(there):
        return None
    told = {predicate for _, predicate, _ in body}
    others = {t for t in there if not _is_ours(t, told)}
    result = joined(body, there - others) | others
    return None if result == there else result


def joined(one: Body, other: Body) -> Body:
    """Of two tellings of an importer the one that stands."""
    if not one or not other:
        return one or other
    if (_TYPE, _COOKIE) in {(p, o) for _, p, o in one}:
        return _cookie(one, other)
    return max(one, other, key=lambda body: (_version(body), _rank(body)))


def _cookie(one: Body, other: Body) -> Body:
    created = sorted(t for t in one | other if t[1] == _CREATED)
    bare = [{t for t in body if t[1] != _CREATED} for body in (one, other)]
    return max(bare, key=lambda body: (_latest(body, _ACCESS), _rank(body))) | set(created[:1])


def _version(body: Body) -> tuple[int, str]:
    digits = _latest(body, _SEQUENCE)
    return int(digits) if digits.isascii() and digits.isdigit() and len(digits) < 10 else 0, _latest(body, _MODIFIED)


def _latest(body: Body, predicate: str) -> str:
    # Without the Z, because 10:00:00Z is earlier than 10:00:00.5Z and greater as text.
    return max((value_of(o).removesuffix("Z") for _, p, o in body if p == predicate), default="")


def is_edited(body: Body) -> bool:
    """Whether the person changed it, so that no import does."""
    return any(predicate == _EDITED and obj == _TRUE for _, predicate, obj in body)


def _is_ours(triple: FlatTriple, told: set[str]) -> bool:
    """Whether an importer may have written it: ``told`` are the properties that it writes now."""
    _, predicate, obj = triple
    if predicate == _TYPE:
        return obj.startswith(_OUR_CLASSES)
    return predicate in told or predicate.startswith(_OUR_PROPERTIES)


def by_record(triples: Iterable[FlatTriple]) -> dict[str, Body]:
    """Triples by the record they belong to; ``""`` for what is said of the document."""
    found: dict[str, Body] = {}
    for triple in triples:
        found.setdefault(record_name(triple[0]), set()).add(triple)
    return found


def record_name(subject: str) -> str:
    """The record a subject belongs to: ``<#x-object>`` belongs to ``x``; the document itself to ``""``."""
    if not subject.startswith("<#"):
        return ""
    parts = subject[2:-1].split("-")
    keep = 3 if len(parts) > 2 and parts[2].isdigit() else 2
    return "-".join(parts[:keep])


def _rank(body: set[FlatTriple]) -> tuple[int, str]:
    """The order of :attr:`Record.size` and :attr:`Record.blocks`, so that it is the same wherever two bodies meet."""
    pairs: dict[str, list[tuple[str, str]]] = {}
    for subject, predicate, obj in body:
        pairs.setdefault(subject, []).append((predicate, obj))
    return len(body), "\0".join(block(subject, pairs[subject], set()) for subject in sorted(pairs, key=subject_order))
