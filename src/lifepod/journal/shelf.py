"""Importers by entry point, at three grains: their names, one, all.

It refuses to load them to name them, and to let one broken importer stop the rest. Ours and a stranger's come the same
way.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from importlib.metadata import entry_points

from lifepod.errors import LifepodError, Malformed, Missing
from lifepod.journal.source import Importer, Match, Member, TakesAnswers
from lifepod.plain import plain

GROUP = "lifepod.importers"


@cache
def names() -> tuple[str, ...]:
    """Names of every importer that is installed, sorted; looked up once."""
    return tuple(sorted({point.name for point in entry_points(group=GROUP)}))


@cache
def importer(name: str) -> Importer:
    """One importer; raises :class:`Missing`, or :class:`Malformed` where it cannot be loaded."""
    for point in entry_points(group=GROUP, name=name):
        try:
            found = point.load()
        except (Exception, SystemExit) as error:  # whatever a stranger's module does while it is loaded
            raise Malformed(
                f"The importer {plain(name)} cannot be loaded ({type(error).__name__}: {plain(error, 120)}).",
                advice="Update or remove the package it comes from.",
            ) from None
        if (
            isinstance(found, type)
            or not isinstance(found, Importer)
            or not all(isinstance(said, str) for said in (found.name, found.title, found.how_to_get, found.version))
        ):
            raise Malformed(
                f"The importer {plain(name)} lacks part of what an importer has.",
                advice="Update or remove the package it comes from.",
            )
        return found
    raise Missing(f"There is no importer called {plain(name)}.", advice="`lifepod sources` lists them.")


@cache
def every() -> tuple[Importer | Malformed, ...]:
    """All importers, in order of name; a broken one is the reason why."""
    found: list[Importer | Malformed] = []
    for name in names():
        try:
            found.append(importer(name))
        except Malformed as error:
            found.append(error)
    return tuple(found)


def recognise(member: Member, answers: Mapping[str, str] | None = None) -> tuple[tuple[Importer, Match], ...]:
    """Who knows this file, the surest first; raises what kept them from looking where nobody does.

    ``answers`` go to importers that know files by what the person told them, such as the columns of a bank.
    """
    found, failures = list[tuple[Importer, Match]](), list[LifepodError]()
    for one in every():
        if isinstance(one, Malformed):
            continue
        try:
            match = (
                one.recognise(member, answers) if isinstance(one, TakesAnswers) and answers else one.recognise(member)
            )
        except LifepodError as error:
            failures.append(error)
            match = None
        except Exception:  # a stranger's importer that stumbles over a file does not know that file
            match = None
        if isinstance(match, Match):
            found.append((one, match))
    if failures and not found:
        raise failures[0]
    return tuple(sorted(found, key=lambda pair: (-pair[1].confidence, pair[0].name)))
