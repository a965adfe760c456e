"""JSON of strangers, read by key name within narrow bounds.

It refuses contexts (nothing is expanded or fetched), doubled keys, and whatever is larger or deeper than a record.
"""

from __future__ import annotations

import json
from typing import Any

from lifepod.errors import Malformed, TooBig
from lifepod.limits import LIMITS, Limits

Json = dict[str, Any]


def json_of(data: bytes, limits: Limits = LIMITS) -> Json:
    """An object; raises :class:`Malformed` where it is none, :class:`TooBig` past the bounds of a record."""
    if len(data) > limits.record_bytes:
        raise TooBig(f"It is too big to be a record ({len(data)} bytes); not opened.", bound=limits.record_bytes)
    try:
        value = json.loads(data.decode("utf-8"), object_pairs_hook=_single, parse_constant=_no_number)
    except UnicodeDecodeError:
        raise Malformed("It is not UTF-8.") from None
    except json.JSONDecodeError as error:
        said = f"It is not readable as JSON: line {error.lineno}."
        raise Malformed(said, line=error.lineno, column=error.colno) from None
    except (ValueError, RecursionError):
        raise Malformed("It is not readable as JSON.") from None
    if not isinstance(value, dict):
        raise Malformed("It is JSON, but no object.")
    _must_be_small(value, limits)
    return value


def _single(pairs: list[tuple[str, Any]]) -> Json:
    out = dict(pairs)
    if len(out) != len(pairs):
        raise Malformed("It says the same key twice.")
    return out


def _no_number(word: str) -> None:
    raise ValueError(word)


def _must_be_small(value: Json, limits: Limits) -> None:
    count, rest = 0, [(1, one) for one in value.values()]
    while rest:
        depth, one = rest.pop()
        count += 1
        inner = list(one.values()) if isinstance(one, dict) else one if isinstance(one, list) else []
        if inner and depth >= limits.record_depth:
            raise TooBig(f"It is nested deeper than {limits.record_depth}; not opened.", bound=limits.record_depth)
        rest += [(depth + 1, part) for part in inner]
        if count > limits.record_triples:
            raise TooBig(f"It says more than {limits.record_triples} things; not opened.", bound=limits.record_triples)


def as_list(value: object) -> list[Any]:
    """What stands there, one or several; nothing where nothing stands there."""
    return value if isinstance(value, list) else [] if value is None else [value]


def strings(value: object) -> list[str]:
    """The texts of what stands there; an object counts by its ``id``, as JSON-LD writes a reference."""
    found = [one.get("id", one.get("@id")) if isinstance(one, dict) else one for one in as_list(value)]
    return [one for one in found if isinstance(one, str) and one]
