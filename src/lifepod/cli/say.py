"""The only writer: data to stdout (words or JSON), talk to stderr, errors to exit codes; and the one ``asyncio.run``.

It refuses to know what a command does. Nothing raw reaches a terminal: words pass :func:`lifepod.plain.plain`, JSON is
ASCII.

Exit codes: 0 done · 1 a fault of ours · 2 usage · 3 not signed in · 4 refused · 5 not there · 6 unreachable ·
7 unreadable · 8 too big · 9 changed by someone else · 10 undecided · 11 would lock you out · 12 not proved ·
13 outside the terms · 14 signed, but the keys are not confirmed · 15 not ready · 16 nothing read ·
17 written but not confirmed · 18 a guard or check found something · 130 stopped by you.
"""

from __future__ import annotations

import io
import json
import os
import sys
import time
import unicodedata
from collections.abc import Coroutine, Iterable, Iterator, Sequence
from contextlib import contextmanager, suppress
from typing import BinaryIO, TypeVar

from lifepod import errors
from lifepod.cli.opening import OpenScreen as OpenScreen  # what a command may give back
from lifepod.cli.opening import has_screen
from lifepod.plain import plain

T = TypeVar("T")

_CODES: tuple[tuple[type[errors.LifepodError], int], ...] = (
    (errors.Unconfirmed, 17),
    (errors.TooBig, 8),
    (errors.NotSignedIn, 3),
    (errors.Refused, 4),
    (errors.Missing, 5),
    (errors.Unreachable, 6),
    (errors.Malformed, 7),
    (errors.Conflict, 9),
    (errors.Undecided, 10),
    (errors.WouldLockOut, 11),
    (errors.Unproved, 12),
    (errors.OutsideTerms, 13),
    (errors.NotReady, 15),
    (errors.NothingRead, 16),
)
USAGE, UNCONFIRMED_KEYS, FOUND, STOPPED = 2, 14, 18, 130


def code_of(error: errors.LifepodError) -> int:
    """The exit code of an error, by its family."""
    return next((code for family, code in _CODES if isinstance(error, family)), 1)


def settle_streams() -> None:
    """Characters that an output's encoding lacks are shown escaped; an output that was closed takes all in silence."""
    for name in ("stdout", "stderr"):
        stream = getattr(sys, name)
        if stream is None:
            setattr(sys, name, os.fdopen(os.open(os.devnull, os.O_WRONLY), "w"))
        elif isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="backslashreplace")


def unwritten(error: OSError) -> errors.NotReady:
    """The output takes nothing more: that in a sentence. Nothing is tried again, also not when the program ends."""
    with suppress(OSError):
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
    return errors.NotReady(
        f"The output cannot be written ({error.strerror}).", advice="See that there is room, or send it elsewhere."
    )


@contextmanager
def _printing() -> Iterator[None]:
    try:
        yield
        sys.stdout.flush()
    except BrokenPipeError as gone:
        unwritten(gone)  # whoever read our output has gone, which is no fault
        raise SystemExit(0) from None
    except OSError as error:
        raise unwritten(error) from None


def _aloud(text: str) -> None:
    """To stderr. Where even that cannot be written, the exit code has to do."""
    with suppress(OSError):
        print(text, file=sys.stderr, flush=True)


class Voice:
    """How one command speaks."""

    def __init__(self, *, as_json: bool = False) -> None:
        self.as_json = as_json
        self._drawn = 0.0
        self._width = 0

    def data(self, value: object, words: Iterable[str]) -> None:
        """The result: ``value`` as one line of JSON where that was asked for, else ``words`` line by line."""
        if not self.as_json:
            self.clear()
        lines = [json.dumps(value, ensure_ascii=True)] if self.as_json else (plain(line, 2000) for line in words)
        with _printing():
            for line in lines:
                print(line, flush=True)

    def document(self, body: bytes) -> None:
        """Bytes of a pod just as they are; on a terminal as lines of text made harmless, however long."""
        if not self.on_terminal:
            with self.pipe() as out:
                out.write(body)
            return
        self.clear()
        with _printing():
            for line in body.decode("utf-8", "replace").removesuffix("\n").split("\n"):
                print(plain(line.removesuffix("\r"), 8 * len(line) + 1))

    @contextmanager
    def pipe(self) -> Iterator[BinaryIO]:
        """The output, for bytes as they come; only where it is no terminal."""
        with _printing():
            yield sys.stdout.buffer

    @property
    def on_terminal(self) -> bool:
        """Whether a person reads the output."""
        return sys.stdout.isatty()

    def talk(self, sentence: str) -> None:
        """Something the person may want to know, to stderr."""
        self.clear()
        _aloud(plain(sentence, 2000))

    def progress(self, doing: str, done: int = 0, total: int = 0) -> None:
        """One line on a terminal that is drawn over again; nothing where stderr is no terminal."""
        now = time.monotonic()
        if not sys.stderr.isatty() or (now - self._drawn < 0.05 and done != total):
            return
        self._drawn = now
        bar = ""
        if total:
            filled = round(20 * min(done, total) / total)
            bar = f"[{'#' * filled}{'.' * (20 - filled)}] {done}/{total} "
        elif done:
            bar = f"{done} "
        line = plain(bar + doing, 100)
        sys.stderr.write("\r" + line.ljust(self._width))
        sys.stderr.flush()
        self._width = len(line)

    def clear(self) -> None:
        """Take the progress line away."""
        if self._width:
            sys.stderr.write("\r" + " " * self._width + "\r")
            sys.stderr.flush()
            self._width = 0

    def failure(self, error: errors.LifepodError) -> int:
        """One sentence and one advice to stderr; the exit code."""
        self.clear()
        _aloud(f"lifepod: {plain(str(error), 2000)}")
        if error.advice:
            _aloud(f"         {plain(error.advice, 2000)}")
        return code_of(error)

    @property
    def may_ask(self) -> bool:
        """Whether someone is there to answer."""
        return sys.stdin.isatty() and sys.stderr.isatty()

    def must_have_screen(self, instead: str) -> None:
        """Raise :class:`~lifepod.errors.NotReady` where no screen can open; ``instead`` is what can be done."""
        if not has_screen():
            raise errors.NotReady("The screen needs a terminal, and there is none here.", advice=instead)

    def ask(self, question: str) -> bool:
        """Yes or no, no unless said; no where nobody is there to answer."""
        if not self.may_ask:
            return False
        self.clear()
        sys.stderr.write(f"{plain(question, 2000)} [y/N] ")
        sys.stderr.flush()
        return sys.stdin.readline().strip().lower() in ("y", "yes")

    def choose(self, said: str, choices: tuple[str, ...]) -> str:
        """One of several, by its number; empty where nobody is there to answer or no number is said."""
        if not self.may_ask:
            return ""
        self.talk(said)
        for number, choice in enumerate(choices, 1):
            self.talk(f"  {number}  {choice}")
        sys.stderr.write("Which one? ")
        sys.stderr.flush()
        answer = sys.stdin.readline().strip()
        return choices[int(answer) - 1] if answer.isdecimal() and 0 < int(answer) <= len(choices) else ""


def run(work: Coroutine[object, object, T]) -> T:
    """Run a command's coroutine; the only event loop of the command line."""
    import asyncio  # a third of the time that --help takes

    return asyncio.run(work)


def counted(number: int, what: str) -> str:
    """``1 record``, ``2 records``."""
    return f"{number} {what}{'' if number == 1 else 's'}"


def table(head: Sequence[str], rows: Iterable[Sequence[object]]) -> list[str]:
    """Columns as wide as they must be, counting wide characters as two; the last column is not padded."""
    cells = [[plain(cell, 200) for cell in row] for row in (head, *rows)]
    widths = [max(_width(row[i]) for row in cells) for i in range(len(head))]
    return ["  ".join(_padded(c, w) for c, w in zip(row[:-1], widths, strict=False)) + "  " + row[-1] for row in cells]


def _width(text: str) -> int:
    return sum(0 if unicodedata.combining(c) else 2 if unicodedata.east_asian_width(c) in "WF" else 1 for c in text)


def _padded(text: str, width: int) -> str:
    return text + " " * (width - _width(text))
