"""Content lines, the form of calendars and contacts: unfolded while they stream, and put together into blocks.

It refuses to hold a line that nobody wants (a photo of 20 MB is passed over while it is read), or a block past the
bounds. RFC 5545 §3.1, RFC 6350 §3.2, and the quoted-printable of vCard 2.1.
"""

from __future__ import annotations

import binascii
import io
import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import partial
from typing import Literal

from lifepod.journal.importers.entries import encoding_of
from lifepod.journal.importers.mailaddresses import as_text
from lifepod.journal.source import Member
from lifepod.limits import LIMITS

_ESCAPE = re.compile(r"\\(.)", re.DOTALL)
_PIECE = 64 * 1024
_NAMED = re.compile(r"(?:[A-Za-z0-9_-]+\.)?([A-Za-z0-9_-]{1,64})[ \t]*(?=[;:])")
_DIVIDED = re.compile(r'((?:[^":]++|"[^"]*+")*+):(.*)', re.DOTALL)
_PARAM = re.compile(r'(?:[^;"]++|"[^"]*+"|")++')
_LINE_COST = 100
"""Bytes that a kept line counts beside its own, because it takes memory however short it is."""


@dataclass(frozen=True, slots=True)
class ContentLine:
    """One property: ``DTSTART;TZID=Europe/Berlin:20260301T090000``."""

    name: str
    """In capitals, without the group before it: ``item1.TEL`` is ``TEL``."""
    params: tuple[str, ...]
    """As they stand: ``TZID=Europe/Berlin``, ``WORK``."""
    value: bytes

    def param(self, name: str) -> str:
        """What a parameter says, without quotes; empty where it is not there."""
        for one in self.params:
            key, _, said = one.partition("=")
            if key.strip().upper() == name:
                return said.strip().strip('"')
        return ""

    @property
    def text(self) -> str:
        """The value as text, whatever it says of its own encoding, because that is often a lie."""
        data = self.value
        if any("QUOTED-PRINTABLE" in one.upper() for one in self.params):
            data = binascii.a2b_qp(data)
        return as_text(data, self.param("CHARSET"))


CALENDAR = "VCALENDAR"
"""What entries lie in; none goes on past its end."""
State = Literal["whole", "broken", "nested", "too-long"]


@dataclass(frozen=True, slots=True)
class Block:
    """One entry of a file, such as an event, or a line that stands outside of all entries (``kind`` is empty)."""

    kind: str
    lines: tuple[ContentLine, ...]
    state: State = "whole"


def blocks(member: Member, kinds: frozenset[str], wanted: frozenset[str]) -> Iterator[Block]:
    """The entries of these kinds, each with its wanted lines; what stands in a part of an entry is left out.

    An entry that begins before the last one ended, and one that never ends, is broken.
    """
    kind, kept, size, depth, last = "", list[ContentLine](), 0, 0, ""
    for line in content_lines(member, wanted | {"BEGIN", "END", "AGENT"}):
        part = line.value.strip().decode("latin-1").upper() if line.name in ("BEGIN", "END") else ""
        if part == CALENDAR and kind:
            yield Block(kind, (), "broken")
            kind, depth = "", 0
        if line.name == "BEGIN" and kind and (part not in kinds or last == "AGENT"):
            depth += 1
            if part in kinds:
                yield Block(part, (), "nested")
        elif line.name == "BEGIN" and part in kinds:
            if kind:
                yield Block(kind, (), "broken")
            kind, kept, size, depth = part, [], 0, 0
        elif line.name == "END" and depth and (part != kind or kind == "VCARD"):
            depth -= 1
        elif line.name == "END" and kind and part == kind:
            yield Block(kind, tuple(kept), "too-long" if size > LIMITS.field_bytes else "whole")
            kind, depth = "", 0
        elif not kind:
            yield Block("", (line,))
        elif not depth and line.name in wanted:
            size += len(line.value) + _LINE_COST
            if size > LIMITS.field_bytes:
                kept.clear()
            else:
                kept.append(line)
        last = line.name
    if kind:
        yield Block(kind, (), "broken")


def content_lines(member: Member, wanted: frozenset[str]) -> Iterator[ContentLine]:
    """The lines with a wanted name, unfolded; the others, however long, are forgotten while they are read."""
    wide = encoding_of(member.head(4)) == "utf-16"
    # Latin-1 keeps every byte as it is, because a fold may stand in the middle of a character.
    encoding, unfolder = ("utf-16" if wide else "latin-1"), _Unfolder(wanted)
    with member.open() as stream:
        text = io.TextIOWrapper(stream, encoding, errors="replace")
        for piece in iter(partial(text.readline, _PIECE), ""):
            done = unfolder.take(piece)
            if done:
                yield _line(done, "utf-8" if wide else "latin-1")
        done = unfolder.finished()
        if done:
            yield _line(done, "utf-8" if wide else "latin-1")


def _line(text: str, encoding: str) -> ContentLine:
    found = _NAMED.match(text)
    name, rest = (found.group(1), text[found.end() :]) if found else ("", text)
    divided = _DIVIDED.match(rest)
    params, value = divided.groups() if divided else rest.split(":", 1)
    return ContentLine(name.upper(), tuple(_PARAM.findall(params)), value.encode(encoding, "replace"))


class _Unfolder:
    """Puts together the pieces of a line that was wrapped, bounded."""

    def __init__(self, wanted: frozenset[str]) -> None:
        self._wanted = wanted
        self._kept: list[str] | None = None
        self._size, self._named, self._inside, self._soft, self._printable = 0, False, False, False, False

    def take(self, piece: str) -> str:
        """Add what was read; the line before it, where that ended."""
        done, body = "", piece.rstrip("\n")
        if self._inside or (self._soft and body[:4].upper() != "END:"):
            pass
        elif body[:1] in (" ", "\t") and self._named:
            body = body[1:]
        else:
            done = self.finished()
            self._start(body)
        self._inside = not piece.endswith("\n")
        self._soft = self._printable and not self._inside and body.endswith("=")
        self._add(body[:-1] if self._soft else body)
        return done

    def finished(self) -> str:
        """The line so far, which ends here; empty where it is not wanted."""
        done = "" if self._kept is None else "".join(self._kept)
        self._kept, self._named = None, False
        return done

    def _start(self, body: str) -> None:
        found = _NAMED.match(body.lstrip("\ufeff").removeprefix("ï»¿"))
        self._named = found is not None and ":" in body
        self._kept = [] if found and self._named and found.group(1).upper() in self._wanted else None
        self._size, self._printable = 0, "QUOTED-PRINTABLE" in body[: body.find(":") + 1].upper()

    def _add(self, body: str) -> None:
        if self._kept is None:
            return
        # One more than an entry may hold is enough to see that it holds too much.
        body = body[: LIMITS.field_bytes + 1 - self._size]
        if not self._kept:
            body = body.lstrip("\ufeff").removeprefix("ï»¿")
        self._size += len(body)
        if body:
            self._kept.append(body)


def unescaped(text: str) -> str:
    """A text without the backslashes before commas, semicolons and breaks of lines."""
    return _ESCAPE.sub(lambda m: "\n" if m.group(1) in "nN" else m.group(1), text) if "\\" in text else text
