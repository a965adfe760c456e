"""The record of an import run: which files, by which importer, what came of them. For the owner alone.

It refuses to hold anything of the records themselves, so that the journal's bytes never depend on how it was imported,
and the account numbers that banks put into the names of files.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from dataclasses import dataclass
from urllib.parse import quote

from lifepod import names
from lifepod.errors import Malformed
from lifepod.journal.redact import masked
from lifepod.plain import plain
from lifepod.rdf.flat import FlatTriple, read_flat, text, typed, value_of, write_flat

Fingerprint = tuple[str, str, str]
"""sha256 of a file, name and version of the importer that read it."""


@dataclass(frozen=True, slots=True)
class Input:
    """One file of a run."""

    sha256: str
    name: str
    size: int
    """Bytes."""
    importer: str
    version: str
    shape: str
    seen: int
    skipped: tuple[tuple[str, int], ...]
    """Reasons with their counts."""


@dataclass(frozen=True, slots=True)
class Run:
    """One import; ``ended`` is empty until it is finished."""

    inputs: tuple[Input, ...]
    started: str
    """UTC, ISO 8601 with ``Z``."""
    ended: str = ""
    written: int = 0
    unchanged: int = 0
    duplicates: int = 0
    earliest: str = ""
    latest: str = ""
    introduced: tuple[tuple[str, tuple[str, ...]], ...] = ()
    """Partition path and the names of the records it brought; no names where it made the whole partition."""

    @property
    def name(self) -> str:
        """Same files, same importers, same name: a run that was cut off is completed, never doubled."""
        prints = sorted("\x1f".join((i.sha256, i.importer, i.version)) for i in self.inputs)
        return f"run-{hashlib.sha256(chr(30).join(prints).encode()).hexdigest()[:16]}"


_RDF_TYPE, _USED = f"<{names.RDF_TYPE}>", f"<{names.PROV}used>"
_STATE, _SHA = f"<{names.LP_STATE}>", f"<{names.SCHEMA}sha256>"
_NAME = f"<{names.SCHEMA}name>"
_ABOUT, _VERSION = f"<{names.PROV}wasAttributedTo>", f"<{names.SCHEMA}softwareVersion>"


def write_run(run: Run) -> bytes:
    """The record as a document."""
    triples: list[FlatTriple] = [
        ("<>", _RDF_TYPE, f"<{names.LP_IMPORT_RUN}>"),
        ("<>", _RDF_TYPE, f"<{names.PROV}Activity>"),
        ("<>", f"<{names.PROV}startedAtTime>", typed(run.started, names.XSD_DATETIME)),
        ("<>", _STATE, text("finished" if run.ended else "started")),
    ]
    if run.ended:
        triples.append(("<>", f"<{names.PROV}endedAtTime>", typed(run.ended, names.XSD_DATETIME)))
        triples += [
            ("<>", f"<{p}>", _number(n))
            for p, n in (
                (names.LP_WRITTEN, run.written),
                (names.LP_UNCHANGED, run.unchanged),
                (names.LP_DUPLICATES, run.duplicates),
            )
        ]
    triples += [
        ("<>", f"<{p}>", text(v)) for p, v in ((names.LP_EARLIEST, run.earliest), (names.LP_LATEST, run.latest)) if v
    ]
    for number, one in enumerate(run.inputs, 1):
        triples += _input(f"<#input-{number}>", one)
    for number, (path, records) in enumerate(run.introduced, 1):
        part = f"<#partition-{number}>"
        triples.append(("<>", f"<{names.PROV}generated>", part))
        triples.append((part, f"<{names.SCHEMA}name>", text(path)))
        triples += [(part, f"<{names.LP_INTRODUCED}>", text(name)) for name in records or ("all",)]
    return write_flat(triples)


def _input(node: str, one: Input) -> Iterable[FlatTriple]:
    # A stranger's importer may have any name; it must not reach the address as it is.
    agent = f"<#importer-{quote(one.importer, safe='')}>"
    yield "<>", _USED, node
    yield node, _RDF_TYPE, f"<{names.PROV}Entity>"
    yield node, f"<{names.SCHEMA}name>", text(plain(masked(one.name)))
    yield node, f"<{names.SCHEMA}contentSize>", text(f"{one.size} B")
    yield node, _SHA, text(one.sha256)
    yield node, f"<{names.LP_RECOGNISED_SHAPE}>", text(one.shape)
    yield node, f"<{names.LP_SEEN}>", _number(one.seen)
    yield node, _ABOUT, agent
    yield agent, _RDF_TYPE, f"<{names.PROV}SoftwareAgent>"
    yield agent, _NAME, text(one.importer)
    yield agent, _VERSION, text(one.version)
    for reason, count in one.skipped:
        skip = f"{node[:-1]}-{reason}>"
        yield node, f"<{names.LP_SKIPPED}>", skip
        yield skip, f"<{names.LP_REASON}>", text(reason)
        yield skip, f"<{names.LP_COUNT}>", _number(count)


def _number(value: int) -> str:
    return typed(str(value), names.XSD_INTEGER)


def read_run(data: bytes, url: str) -> Run:
    """The record of a run back, without counts of single reasons; raises :class:`~lifepod.errors.Malformed`."""
    said: dict[str, dict[str, list[str]]] = {}
    for subject, predicate, obj in read_flat(data, url):
        said.setdefault(subject, {}).setdefault(predicate, []).append(obj)

    def one(node: str, predicate: str) -> str:
        return value_of(min(said.get(node, {}).get(predicate, ['""'])))

    def of_input(node: str) -> Input:
        agent = min(said.get(node, {}).get(_ABOUT, [""]))
        size, seen = one(node, f"<{names.SCHEMA}contentSize>").removesuffix(" B"), one(node, f"<{names.LP_SEEN}>")
        return Input(
            one(node, _SHA), one(node, _NAME), _count(size), one(agent, _NAME), one(agent, _VERSION),
            one(node, f"<{names.LP_RECOGNISED_SHAPE}>"), _count(seen), (),
        )  # fmt: skip

    whole = said.get("<>", {})
    parts = [
        (one(part, _NAME), tuple(value_of(o) for o in sorted(said.get(part, {}).get(f"<{names.LP_INTRODUCED}>", []))))
        for part in sorted(whole.get(f"<{names.PROV}generated>", []))
    ]
    return Run(
        tuple(of_input(node) for node in sorted(whole.get(_USED, []))),
        one("<>", f"<{names.PROV}startedAtTime>"),
        one("<>", f"<{names.PROV}endedAtTime>"),
        introduced=tuple((path, () if brought == ("all",) else brought) for path, brought in parts),
    )


def _count(digits: str) -> int:
    return int(digits) if digits.isascii() and digits.isdigit() and len(digits) < 19 else 0


def brought(runs: Iterable[Run], path: str, name: str) -> Run | None:
    """The first run that brought a record into a partition, as far as the runs on record tell."""
    whole = single = None
    for run in sorted(runs, key=lambda run: run.started):
        for where, found in run.introduced:
            if where == path and name in found:
                single = single or run
            elif where == path and not found:
                whole = whole or run
    # A run that made the whole partition brought everything that no later one names.
    return single or whole


def finished_inputs(data: bytes, url: str) -> frozenset[Fingerprint]:
    """The files of a finished run; empty for one that was cut off. Raises :class:`~lifepod.errors.Malformed`."""
    said: dict[tuple[str, str], str] = {(s, p): o for s, p, o in read_flat(data, url)}
    if said.get(("<>", _STATE)) != text("finished"):
        return frozenset()
    found = set()
    for (node, predicate), sha in said.items():
        if predicate == _SHA:
            agent = said.get((node, _ABOUT), "")
            said_of = (said.get((agent, _NAME), '""'), said.get((agent, _VERSION), '""'))
            found.add((value_of(sha), value_of(said_of[0]), value_of(said_of[1])))
    return frozenset(found)


_KEY = f"<{names.SCHEMA}identifier>"


def write_key(secret: str) -> bytes:
    """The document that keeps the pod's own secret."""
    return write_flat([("<>", _KEY, text(secret))])


def read_key(data: bytes, url: str) -> str:
    """The secret back; raises :class:`~lifepod.errors.Malformed`."""
    found = sorted(value_of(obj) for subject, predicate, obj in read_flat(data, url) if predicate == _KEY)
    if not found:
        raise Malformed(
            f"{plain(url)} holds no key.", place=url, advice="Restore it, or delete it: accounts get new names then."
        )
    return found[0]
