"""A test helper for whoever writes an importer: the text of what it makes of a file, once its promises are checked.

It refuses to touch a pod, and to pass an importer that breaks a promise the engine relies on.

A test keeps a sample and its golden text side by side::

    assert golden(IMPORTER, Path("sample.csv")) == Path("sample.golden").read_text()
"""

from __future__ import annotations

import io
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO

from lifepod.errors import LifepodError, Malformed
from lifepod.journal.activity import KINDS, Activity, Skipped
from lifepod.journal.layout import source_path
from lifepod.journal.record import name_of, record_of
from lifepod.journal.source import Importer, Member
from lifepod.journal.tree import Packed, members
from lifepod.journal.triples import head_of, new_partition

NOW = "2026-01-01T00:00:00+00:00"
"""What an importer is told the time is, so that a golden text stays true."""


def golden(importer: Importer, path: Path, answers: Mapping[str, str] | None = None) -> str:
    """The records of a file as Turtle, by source, and the reasons of what is left out with their counts.

    Raises :class:`~lifepod.errors.Malformed` where the importer breaks a rule: it must know the file by its content and
    not know others, give the same each time, give only records and reasons, and survive a file that was cut or damaged.
    """
    (member,) = (one for one in members([path]) if not isinstance(one, Skipped))
    said = {"now": NOW, **(answers or {})}
    with member.open() as stream:
        data = stream.read()
    _must(
        importer.recognise(_held(b"This is no export.\n", "letter.txt")) is None, "knows a file that is none of its own"
    )
    _must(importer.recognise(_held(data, "renamed")) is not None, "does not know its file under another name")
    items = _read(importer, member, said)
    _must(items == _read(importer, member, said), "gives something else the second time")
    for number, hurt in enumerate(_hurt(data)):
        try:
            _read(importer, _held(hurt, member.path), said)
        except LifepodError:
            continue
        except Exception as error:  # whatever it is, the engine would have to catch it
            raise _broken(f"falls over damaged file number {number} ({type(error).__name__}: {error})") from error
    return _text(items)


def _read(importer: Importer, member: Member, answers: Mapping[str, str]) -> list[Activity | Skipped]:
    match = importer.recognise(member)
    items = list(importer.activities(match, answers)) if match is not None and match.problem is None else []
    for item in items:
        _must(isinstance(item, Activity | Skipped), f"gives a {type(item).__name__}")
        if isinstance(item, Activity):
            _must(item.kind in KINDS, f"gives the kind {item.kind!r}, which there is not")
            source_path(KINDS[item.kind].journal_class, item.source)
    return items


def _must(fine: bool, otherwise: str) -> None:
    if not fine:
        raise _broken(otherwise)


def _broken(how: str) -> Malformed:
    return Malformed(f"The importer {how}.", advice="See the protocol in lifepod.journal.source.")


def _hurt(data: bytes) -> Iterator[bytes]:
    """The file cut off, and with single bytes changed, at places spread over it."""
    for part in range(1, 8):
        at = len(data) * part // 8
        yield data[:at]
        yield data[:at] + b"\xff" + data[at + 1 :]
        yield data[:at] + data[at + 1 :]


def _held(data: bytes, path: str) -> Member:
    @contextmanager
    def opened() -> Iterator[BinaryIO]:
        yield io.BytesIO(data)

    return Packed(path, len(data), opened)


def _text(items: Iterable[Activity | Skipped]) -> str:
    by_source: dict[str, list[Activity]] = {}
    skipped: Counter[str] = Counter()
    for item in items:
        if isinstance(item, Skipped):
            skipped[item.reason] += 1
        else:
            by_source.setdefault(source_path(KINDS[item.kind].journal_class, item.source), []).append(item)
    lines: list[str] = []
    for path, found in sorted(by_source.items()):
        names: Counter[str] = Counter()
        records = []
        for activity in found:
            name = name_of(activity)
            names[name] += 1
            records.append(record_of(activity, name if names[name] == 1 else f"{name}-{names[name]}"))
        data = new_partition(head_of({a.kind for a in found}), sorted(records, key=lambda r: r.name))
        lines += [f"# {path}", data.decode()]
    lines += [f"# left out, {reason}: {count}" for reason, count in sorted(skipped.items())]
    return "\n".join(lines).rstrip("\n") + "\n"
