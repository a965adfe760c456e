"""Damage as it happens to exports: cut off, flipped, keys gone, other types, languages, encodings and odd times.

Everything follows from a seed, so that whatever is found can be found again.
"""

from __future__ import annotations

import random
import re
from collections.abc import Callable

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
