"""The entries of a large JSON document, one at a time, within bounds.

It refuses to hold more than one entry, and to go deeper or longer than the bounds say. The parser is the standard
library's, because the streaming one takes the whole program down: ijson 3.6 ends in a segmentation fault on a number of
5,000 digits, and in all of the memory on brackets that are only opened.
"""

from __future__ import annotations

import codecs
import json
import re
from collections.abc import Iterator
from typing import BinaryIO

from lifepod.errors import Malformed, TooBig
from lifepod.limits import LIMITS
from lifepod.plain import plain

_PART = 128 * 1024
_TAIL = 16
"""Characters that the longest word or escape of JSON can be cut off within."""
_DECODER = json.JSONDecoder(strict=False)
_TOKEN = re.compile(r'([][{}])|"((?:[^"\\]|\\.)*)"(\s*:)?', re.DOTALL)
_KEYS = 1000
_SPACE = re.compile(r"[ \t\r\n\ufeff]*")


def encoding_of(head: bytes) -> str:
    """How a text file is encoded, by its first bytes; a byte order mark is taken off."""
    return "utf-16" if head[:2] in (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE) else "utf-8-sig"


def entries(stream: BinaryIO, place: str, under: str | None = None, most: int = LIMITS.entry_chars) -> Iterator[object]:
    """The elements of the list a document is, or of the list it has ``under`` a key.

    Raises :class:`Malformed` where it is damaged or cut off, also behind the list, and :class:`TooBig` past the bounds.
    """
    text = _Text(stream, place, most)
    if under is None:
        yield from text.elements()
    else:
        text.expect("{")
        while not text.at("}"):
            key = text.value()
            text.expect(":")
            if text.peek() == "[":
                for element in text.elements():
                    if key == under:
                        yield element
            else:
                text.value()
            text.comma("}")
    if text.peek():
        raise text.damaged()


def whole(stream: BinaryIO, place: str, most: int = LIMITS.entry_chars) -> object:
    """A document that is small enough to be held; raises as :func:`entries`."""
    text = _Text(stream, place, most)
    found = text.value()
    if text.peek():
        raise text.damaged()
    return found


def outline(head: bytes) -> tuple[str, tuple[str, ...]]:
    """What a document is by its beginning: ``"["`` or ``"{"``, and the keys of the object, or of the first in the list.

    Nothing is checked: what is no JSON gives ``""`` or any keys. A key beyond the end of ``head`` is not known.
    """
    text = head.decode(encoding_of(head), errors="replace").lstrip("\ufeff \t\r\n")
    kind = text[:1] if text[:1] in ("[", "{") else ""
    if not kind:
        return "", ()
    wanted, depth, keys = (1 if kind == "{" else 2), 0, dict[str, None]()
    for found in _TOKEN.finditer(text):
        mark = found.group(1)
        if mark is not None:
            depth += 1 if mark in "[{" else -1
            if depth < wanted - 1 or (depth < wanted and kind == "[" and keys):
                break
        elif depth == wanted and found.group(3) is not None and len(keys) < _KEYS:
            keys[found.group(2)] = None
    return kind, tuple(keys)


class _Text:
    """The part of a document that is being looked at."""

    def __init__(self, stream: BinaryIO, place: str, most: int) -> None:
        self._stream, self._place, self._most = stream, plain(place), most
        first = stream.read(_PART)
        self._decoder = codecs.getincrementaldecoder(encoding_of(first))("replace")
        self._text, self._at, self._ended = self._decoder.decode(first), 0, not first

    def damaged(self) -> Malformed:
        """What to raise where the document goes wrong."""
        return Malformed(f"{self._place} is no whole JSON document.", advice="It may be cut off; download it again.")

    def _more(self) -> bool:
        """Read on, twice as much each time; whether there was anything."""
        if self._ended:
            return False
        left = len(self._text) - self._at
        if left > self._most:
            raise TooBig(f"{self._place} has an entry that is too large.", bound=self._most, place=self._place)
        data = self._stream.read(max(_PART, left))
        self._ended = not data
        self._text, self._at = self._text[self._at :] + self._decoder.decode(data, final=self._ended), 0
        return True

    def peek(self) -> str:
        """The next character that is no space; empty at the end."""
        while True:
            found = _SPACE.match(self._text, self._at)
            self._at = found.end() if found else self._at
            if self._at < len(self._text) or not self._more():
                return self._text[self._at : self._at + 1]

    def at(self, mark: str) -> bool:
        """Whether the next character is this one; it is taken if so."""
        if self.peek() != mark:
            return False
        self._at += 1
        return True

    def expect(self, mark: str) -> None:
        """Take this character."""
        if not self.at(mark):
            raise self.damaged()

    def comma(self, end: str) -> None:
        """Take a comma with something behind it, or stand before the end of the list."""
        if self.at(","):
            if self.peek() == end:
                raise self.damaged()
        elif self.peek() != end:
            raise self.damaged()

    def elements(self) -> Iterator[object]:
        """The elements of a list."""
        self.expect("[")
        while not self.at("]"):
            yield self.value()
            self.comma("]")

    def value(self) -> object:
        """The next value whole."""
        self.peek()
        while True:
            try:
                found, end = _DECODER.raw_decode(self._text, self._at)
            except RecursionError:
                raise self._too_deep() from None
            except ValueError as error:
                if not self._cut_off(error) or not self._more():
                    raise self.damaged() from None
                continue
            # A number at the very end may go on: 1 as 1.5e+7.
            if end + _TAIL < len(self._text) or not self._more():
                break
        if end - self._at > self._most:
            raise TooBig(f"{self._place} has an entry that is too large.", bound=self._most, place=self._place)
        opened = self._text.count("[", self._at, end) + self._text.count("{", self._at, end)
        if opened > LIMITS.json_depth and _depth(found) > LIMITS.json_depth:
            raise self._too_deep()
        self._at = end
        return found

    def _cut_off(self, error: ValueError) -> bool:
        """Whether it may only be the end of what was read that is in the way."""
        if not isinstance(error, json.JSONDecodeError):
            return False  # a number of more digits than Python turns into one
        return error.msg.startswith("Unterminated") or error.pos + _TAIL >= len(self._text)

    def _too_deep(self) -> TooBig:
        message = f"{self._place} is nested deeper than {LIMITS.json_depth}."
        return TooBig(message, bound=LIMITS.json_depth, place=self._place)


def _depth(value: object) -> int:
    """How deep lists and objects stand in each other, as far as the bound."""
    depth, level = 0, [value]
    while depth <= LIMITS.json_depth and (nested := [v for v in level if isinstance(v, dict | list)]):
        level = [inner for v in nested for inner in (v.values() if isinstance(v, dict) else v)]
        depth += 1
    return depth
