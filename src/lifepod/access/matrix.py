"""Agents × places: what everyone who is named can reach in each top container of a pod and each class of its journal.

It refuses to show unknown as no, and to show as alike what is not: a cell says what holds everywhere in its row and
what holds somewhere in it.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from lifepod.access.audit import Audit, Key
from lifepod.access.rules import PUBLIC, SIGNED_IN, STRANGER, Answer
from lifepod.access.survey import parent_of
from lifepod.access.tally import MEMBER, Answers, Tally

_OPENED = ("journal/",)
"""Containers whose members get rows of their own."""


@dataclass(frozen=True, slots=True)
class Cell:
    """What one audience can reach in the places of a row (access V7)."""

    least: Answers
    """At every place of the row."""
    most: Answers
    """At one of them or other."""


@dataclass(frozen=True, slots=True)
class Row:
    """A place with all below it that has no row of its own."""

    place: str
    covers: int
    cells: tuple[Cell, ...]
    """In the order of the audiences."""


@dataclass(frozen=True, slots=True)
class Matrix:
    """The whole pod at one glance."""

    audiences: tuple[str, ...]
    """``public``, ``signed-in``, and every WebID that is named."""
    rows: tuple[Row, ...]


def matrix(audit: Audit) -> Matrix:
    """Every place is in exactly one row: that of the nearest place above it that has one."""
    held = _by_column(audit)
    who: tuple[str | None, ...] = (None, STRANGER.agent, *audit.agents)
    rows = (
        Row(place, sum(keys.values()), tuple(_cell(audit, set(keys), agent) for agent in who))
        for place, keys in held.items()
    )
    return Matrix((PUBLIC.word, SIGNED_IN.word, *audit.agents), tuple(rows))


def _cell(audit: Audit, keys: set[Key], agent: str | None) -> Cell:
    every = {audit.reach(key, agent) for key in keys}
    columns = list(zip(*every, strict=True))
    least, most = (tuple(pick(column) for column in columns) for pick in (min, max))
    return Cell((least[0], least[1], least[2], least[3]), (most[0], most[1], most[2], most[3]))


@dataclass(frozen=True, slots=True)
class Count:
    """In how many places of a column one audience has each mode, by the order of the modes."""

    yes: tuple[int, int, int, int]
    unknown: tuple[int, int, int, int]
    any_yes: int
    """Places where anything at all is surely open."""
    any_unknown: int
    """Places where nothing is surely open, and something may be."""


@dataclass(frozen=True, slots=True)
class Counts:
    """The matrix with numbers: a column for each top container and each class of the journal."""

    audiences: tuple[str, ...]
    """``public``, ``signed-in``, every WebID that is named, every group."""
    columns: tuple[tuple[str, int], ...]
    """Place, and how many places it stands for."""
    cells: tuple[tuple[Count, ...], ...]
    """By audience, then by column."""


def counts(audit: Audit) -> Counts:
    """The whole pod in numbers; takes a while for many places, so that a thread should do it."""
    held = _by_column(audit)
    groups = {iri: _alone(audit, iri) for iri in sorted(audit.groups)}
    who = (PUBLIC.word, SIGNED_IN.word, *audit.agents, *groups)
    columns = tuple((place, sum(keys.values())) for place, keys in held.items())
    by_column = [_column(audit, keys, groups) for keys in held.values()]
    cells = tuple(tuple(column[one] for column in by_column) for one in who)
    return Counts(who, columns, cells)


def behind(audit: Audit, column: str, audience: str) -> tuple[tuple[str, Answers], ...]:
    """Every place of a column, and what the audience has there."""
    found, known = list[tuple[str, Answers]](), dict[Key, Answers]()
    alone = _alone(audit, audience) if audience in audit.groups else None
    for url, place, key in _placed(audit):
        if place == column:
            if key not in known:
                known[key] = _answers(audit, key, audience, alone)
            found.append((url, known[key]))
    return tuple(found)


def _placed(audit: Audit) -> Iterator[tuple[str, str, Key]]:
    storage = audit.survey.storage
    row_of: dict[str | None, str] = {}
    opened = {storage, *(storage + path for path in _OPENED)}
    for url, key in audit.sources():
        above = parent_of(url, storage)
        own = url.endswith("/") and (above in opened or above is None)
        row = row_of[url] = url if own else row_of.get(above, url)
        yield url, row, key


def _by_column(audit: Audit) -> dict[str, dict[Key, int]]:
    held: dict[str, dict[Key, int]] = {}
    for _, row, key in _placed(audit):
        keys = held.setdefault(row, {})
        keys[key] = keys.get(key, 0) + 1
    return held


_Alone = dict[str, frozenset[str] | None]


def _alone(audit: Audit, group: str) -> _Alone:
    """A group with one member who is in no other."""
    return {iri: frozenset({MEMBER} if iri == group else ()) for iri in audit.groups}


def _answers(audit: Audit, key: Key, audience: str, alone: _Alone | None) -> Answers:
    if alone is not None:
        basis = audit.basis_of(key)
        return Tally(basis.rules, basis.blind, alone).reach(MEMBER)
    return audit.reach(key, {PUBLIC.word: None, SIGNED_IN.word: STRANGER.agent}.get(audience, audience))


def _column(audit: Audit, keys: dict[Key, int], groups: dict[str, _Alone]) -> dict[str, Count]:
    """Whom no rule names is like anyone signed in (access V5): only the others are asked for one by one."""
    who = (PUBLIC.word, SIGNED_IN.word, *audit.agents, *groups)
    common: dict[Answers, int] = {}
    own: dict[str, dict[Answers, int]] = {one: {} for one in who}
    for key, places in keys.items():
        tally = audit.tally(key)
        usual = audit.reach(key, STRANGER.agent)
        named = [
            iri
            for iri in groups
            if tally.has_unread_group or any(w.iri == iri for r in tally.rules for w in r.audience)
        ]
        common[usual] = common.get(usual, 0) + places
        for one in (PUBLIC.word, *audit.named_in(tally), *named):
            answers = _answers(audit, key, one, groups.get(one))
            if answers != usual and one in own:
                own[one][answers] = own[one].get(answers, 0) + places
                own[one][usual] = own[one].get(usual, 0) - places
    return {one: _count(common, own[one]) for one in who}


def _count(common: dict[Answers, int], own: dict[Answers, int]) -> Count:
    yes, unknown, any_yes, any_unknown = [0] * 4, [0] * 4, 0, 0
    for answers in common.keys() | own.keys():
        places = common.get(answers, 0) + own.get(answers, 0)
        for at, answer in enumerate(answers):
            yes[at] += places * (answer is Answer.YES)
            unknown[at] += places * (answer is Answer.UNKNOWN)
        any_yes += places * (max(answers) is Answer.YES)
        any_unknown += places * (max(answers) is Answer.UNKNOWN)
    return Count(
        (yes[0], yes[1], yes[2], yes[3]), (unknown[0], unknown[1], unknown[2], unknown[3]), any_yes, any_unknown
    )
