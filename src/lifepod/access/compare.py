"""What changed between two surveys of one pod: who gained, who lost, what became known or unknown, what came and went.

It refuses to call an unknown answer a loss, and to compare surveys of two pods. A place that came is compared with what
its container would have passed on before; a place that went is told, and nobody is said to have lost it.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from lifepod.access.audit import Audit, Key, word_of
from lifepod.access.folds import Fold, folded, regions_of
from lifepod.access.rules import MODES, NOBODY, STRANGER, Answer, BlindSpot, Mode, Visitor
from lifepod.access.survey import parent_of
from lifepod.access.tally import Answers, Tally, ways_of
from lifepod.errors import Undecided
from lifepod.plain import plain

_Pair = tuple[Key, Key]


@dataclass(frozen=True, slots=True)
class Move:
    """What one audience may do now and could not, or could and may not, at a place and what is folded below it."""

    place: str
    audience: str
    """A WebID, ``public`` or ``signed-in``."""
    before: Answers
    after: Answers
    covers: int = 1
    app: str = ""
    issuer: str = ""

    def turned(self, before: Iterable[Answer], after: Answer) -> tuple[Mode, ...]:
        """The modes whose answer was one of ``before`` and is ``after``."""
        was = set(before)
        return tuple(m for m, a, b in zip(MODES, self.before, self.after, strict=True) if a in was and b is after)

    @property
    def gained(self) -> tuple[Mode, ...]:
        """Surely closed before, surely open now."""
        return self.turned([Answer.NO], Answer.YES)

    @property
    def lost(self) -> tuple[Mode, ...]:
        """Surely open before, surely closed now."""
        return self.turned([Answer.YES], Answer.NO)

    @property
    def unknown(self) -> tuple[Mode, ...]:
        """Known before, not known now."""
        return self.turned([Answer.NO, Answer.YES], Answer.UNKNOWN)

    @property
    def found_open(self) -> tuple[Mode, ...]:
        """Not known before, open now."""
        return self.turned([Answer.UNKNOWN], Answer.YES)

    @property
    def found_closed(self) -> tuple[Mode, ...]:
        """Not known before, closed now."""
        return self.turned([Answer.UNKNOWN], Answer.NO)


@dataclass(frozen=True, slots=True)
class Difference:
    """Two surveys side by side."""

    since: str
    until: str
    moves: tuple[Move, ...]
    came: tuple[tuple[str, int], ...]
    """Places that were not there before, each with how many places came with it, itself included."""
    went: tuple[tuple[str, int], ...]
    blind: tuple[BlindSpot, ...]
    """Where the later look could not see."""
    blind_before: tuple[BlindSpot, ...]

    @property
    def is_empty(self) -> bool:
        """Nothing moved, came or went."""
        return not (self.moves or self.came or self.went)


def compare(before: Audit, after: Audit) -> Difference:
    """The difference between two surveys of one pod; raises :class:`Undecided` where they are of two."""
    if before.survey.storage != after.survey.storage:
        raise Undecided(
            f"{plain(before.survey.storage)} and {plain(after.survey.storage)} are two pods.",
            advice="Compare two surveys of one pod.",
        )
    old, new = ({place.url for place in audit.survey.places} for audit in (before, after))
    return Difference(
        before.survey.surveyed_at,
        after.survey.surveyed_at,
        tuple(_moves(before, after, old)),
        _tops(new - old, after.survey.storage),
        _tops(old - new, after.survey.storage),
        after.blind,
        before.blind,
    )


def _tops(urls: set[str], storage: str) -> tuple[tuple[str, int], ...]:
    places = ((url, parent_of(url, storage), "") for url in sorted(urls))
    # Every place has the same key, so each region is a whole subtree.
    return tuple((region.place, region.covers) for region in regions_of(places))


def _moves(before: Audit, after: Audit, old: set[str]) -> Iterator[Move]:
    pairs: dict[_Pair, _Pair] = {}

    def keyed() -> Iterator[tuple[str, str | None, _Pair]]:
        for url, key in after.sources():
            pair = _source_before(before, url, old), key
            yield url, parent_of(url, after.survey.storage), pairs.setdefault(pair, pair)

    def line_of(pair: _Pair) -> tuple[Move, ...]:
        return tuple(_moved(before, after, pair))

    folds: Iterator[Fold[_Pair, tuple[Move, ...]]] = folded(regions_of(keyed()), line_of)
    for fold in folds:
        for m in fold.line:
            yield Move(fold.place, m.audience, m.before, m.after, fold.covers, m.app, m.issuer)


def _source_before(before: Audit, url: str, old: set[str]) -> Key:
    """What spoke for the place before, or would have, had it been there."""
    if url in old:
        return before.source_of(url)
    above = parent_of(url, before.survey.storage)
    while above is not None and above not in old:
        above = parent_of(above, before.survey.storage)
    return before.source_of(url) if above is None else before.source_below(above)


def _moved(before: Audit, after: Audit, pair: _Pair) -> Iterator[Move]:
    one, other = before.tally(pair[0]), after.tally(pair[1])
    same = one.rules == other.rules and one.blind == other.blind
    if same and before.survey.groups == after.survey.groups:
        return
    agents = sorted({*before.named_in(one), *after.named_in(other)})
    ways = ways_of((*one.rules, *other.rules))
    signed = _both(one, other, STRANGER)
    # Whom no rule names is like anyone signed in (access V5), and anyone signed in is told once.
    for agent in (None, STRANGER.agent, *agents):
        plainly = _both(one, other, Visitor(agent))
        wider = None if agent is None else _both(one, other, NOBODY) if agent == STRANGER.agent else signed
        for client, issuer in ways if agent is not None else ways[:1]:
            visitor = Visitor(agent, client, issuer)
            was, will = both = _both(one, other, visitor)
            told = both == wider if (client, issuer) == ways[0] else both == plainly
            if agent not in (None, STRANGER.agent):
                told = told or both == _both(one, other, Visitor(STRANGER.agent, client, issuer))
            if was != will and not told:
                yield Move("", word_of(visitor), was, will, app=client or "", issuer=issuer or "")


def _both(one: Tally, other: Tally, visitor: Visitor) -> tuple[Answers, Answers]:
    return one.answers(visitor), other.answers(visitor)
