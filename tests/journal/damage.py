"""Damage as it happens to exports: cut off, flipped, keys gone, other types, languages, encodings and odd times.

Everything follows from a seed, so that whatever is found can be found again.
"""

from __future__ import annotations

import copy
import random
import re
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

from tests.journal import exports

from lifepod.errors import LifepodError
from lifepod.journal.activity import Activity, Skipped
from lifepod.journal.source import Importer, Match

Chance = random.Random
_TIMES = (
    b"1601-01-01T00:00:00Z", b"1970-01-01T00:00:00Z", b"2001-01-01T00:00:00Z", b"2038-01-19T03:14:08Z",
    b"2016-12-31T23:59:60Z", b"2025-03-30T02:30:00", b"0000-00-00", b"99999-01-01T00:00:00Z", b"yesterday",
)  # fmt: skip
_ODD = (b"null", b"[]", b"{}", b"true", b"-1", b"1e999", b'""', b"[[[[[[[[]]]]]]]]", b'"\\ud800"', b"9" * 400)
_WORDS = (
    "\u202etxt.exe",
    "\x1b[2J",
    "💸" * 300,
    "שלום עולם",
    "Ã¼Ã¤",
    "a" * 5000,
    "'; DROP TABLE",
    "=cmd()",
    "\x00",
    "<#x> a <y> .",
)


def cut(data: bytes, chance: Chance) -> bytes:
    return data[: chance.randrange(len(data) + 1)]


def flip(data: bytes, chance: Chance) -> bytes:
    out = bytearray(data)
    for _ in range(chance.randint(1, 8)):
        if out:
            out[chance.randrange(len(out))] ^= 1 << chance.randrange(8)
    return bytes(out)


def without_keys(data: bytes, chance: Chance) -> bytes:
    """A key, a column or a tag renamed everywhere."""
    keys = sorted(set(re.findall(rb'"(\w{2,40})"\s*:', data))) or sorted(
        set(re.findall(rb"[A-Za-z]{3,20}", data[:4000]))
    )
    return data.replace(chance.choice(keys), b"gone") if keys else data


def other_types(data: bytes, chance: Chance) -> bytes:
    """Some values of a JSON document of another type; some cells of a table empty or odd."""
    values = list(re.finditer(rb':\s*("(?:[^"\\]|\\.)*"|-?[0-9.]+)', data)) or list(re.finditer(rb",([^,\n]*)", data))
    for found in sorted(chance.sample(values, k=min(3, len(values))), key=lambda f: -f.start(1)):
        data = data[: found.start(1)] + chance.choice(_ODD) + data[found.end(1) :]
    return data


def other_times(data: bytes, chance: Chance) -> bytes:
    return re.sub(
        rb"[12][0-9]{3}-?[01][0-9]-?[0-3][0-9](?:T?[0-9:.]*Z?)?", lambda f: chance.choice((f.group(), *_TIMES)), data
    )


def other_words(data: bytes, chance: Chance) -> bytes:
    word = chance.choice(_WORDS).encode()
    texts = sorted(set(re.findall(rb"[A-Za-z ]{5,30}", data)))
    return data.replace(chance.choice(texts), word) if texts else data


def other_encoding(data: bytes, chance: Chance) -> bytes:
    text = data.decode("latin-1")
    return chance.choice(
        (
            b"\xef\xbb\xbf" + data,
            text.encode("utf-16"),
            text.encode("utf-8"),
            data.replace(b"\n", b"\r"),
            data.replace(b"\n", b"\r\n"),
        )
    )


def doubled(data: bytes, chance: Chance) -> bytes:
    at = chance.randrange(len(data) + 1)
    return data[:at] + data[at // 2 : at] * chance.randint(1, 3) + data[at:]


WAYS: tuple[Callable[[bytes, Chance], bytes], ...] = (
    cut, flip, without_keys, other_types, other_times, other_words, other_encoding, doubled,
)  # fmt: skip


def damaged(data: bytes, seed: int) -> bytes:
    """One to three kinds of damage, by a seed."""
    chance = random.Random(seed)
    for way in chance.sample(WAYS, k=chance.randint(1, 3)):
        data = way(data, chance)
    return data[: 4 * 1024 * 1024]


# What the tests of single formats use beside it: the damage that hurts their form most.

Damage = Callable[[bytes, Chance], bytes]
_ODD_VALUES: tuple[object, ...] = (
    None, True, 0, -1, 10**30, 1.5, "", "x", "\x00", "\ud800", "²", [], [[]], {}, {"name": 5}, {"value": 5}, "x" * 9000,
)  # fmt: skip


def spoiled(value: object, chance: Chance) -> object:
    """A JSON value some of whose parts are gone or of another type."""
    if chance.random() < 0.1:
        return copy.deepcopy(chance.choice(_ODD_VALUES))
    if isinstance(value, dict):
        return {k: spoiled(v, chance) for k, v in value.items() if chance.random() > 0.08}
    return [spoiled(v, chance) for v in value] if isinstance(value, list) else value


def clipped(data: bytes, chance: Chance) -> bytes:
    """Cut off, one bit flipped, or a piece gone."""
    at, out = chance.randrange(len(data)), bytearray(data)
    how = chance.randrange(3)
    if how == 0:
        return data[:at]
    if how == 1:
        out[at] ^= 1 << chance.randrange(8)
        return bytes(out)
    return data[:at] + data[at + chance.randint(1, 60) :]


def mutated(data: bytes, chance: Chance, odd: Sequence[bytes], *more: Damage) -> bytes:
    """Cut, flipped, a piece gone or doubled, something odd in between, or one of ``more``."""
    at, to = sorted(chance.randrange(len(data)) for _ in range(2))
    ways: list[Damage] = [
        lambda data, chance: data[:at],
        lambda data, chance: data[:at] + bytes([data[at] ^ (1 << chance.randrange(8))]) + data[at + 1 :],
        lambda data, chance: data[:at] + data[to:],
        lambda data, chance: data[:to] + data[at:],
        lambda data, chance: data[:at] + chance.choice(odd) + data[at:],
        *more,
    ]
    return chance.choice(ways)(data, chance)


def other_digits(data: bytes, chance: Chance) -> bytes:
    return re.sub(rb"[0-9]", lambda m: b"%d" % chance.randrange(10), data)


def without_lines(data: bytes, chance: Chance) -> bytes:
    return b"\n".join(line for line in data.split(b"\n") if chance.random() > 0.1)


def other_values(odd: Sequence[bytes]) -> Damage:
    """Some lines ``NAME:value`` with an odd value."""

    def retype(data: bytes, chance: Chance) -> bytes:
        lines = data.split(b"\n")
        return b"\n".join(
            line.split(b":")[0] + b":" + chance.choice(odd) if chance.random() < 0.15 else line for line in lines
        )

    return retype


def survived(
    importer: Importer, path: Path, match: Match | None = None, answers: Mapping[str, str] | None = None
) -> list[Activity | Skipped] | None:
    """What an importer makes of a damaged file, after checking that it is records and reasons and can be filed.

    ``None`` where it does not know the file any more, or says in an error of ours why it cannot be read.
    """
    (member,) = exports.members(path)
    known = match or importer.recognise(member)
    if known is None or known.problem is not None:
        return None
    try:
        items = list(importer.activities(known, {"now": exports.NOW, **(answers or {})}))
    except LifepodError:
        return None
    assert all(isinstance(item, Activity | Skipped) for item in items)
    exports.filed([[item for item in items if isinstance(item, Activity)]])
    return items
