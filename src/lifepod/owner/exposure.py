"""Who could read how much of the pod: every audience but the owner, the widest first, each place counted once.

It refuses to count what is not known as closed, and to say "saw". Pure: an audit in, counts out. A place counts as open
to an audience if it could read it in any way (access V7); what it could only add to or change is counted apart.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, replace

from lifepod.access.audit import Audit, Key
from lifepod.access.rules import PUBLIC, SIGNED_IN, STRANGER, Answer
from lifepod.access.tally import Answers
from lifepod.journal.layout import JOURNAL
from lifepod.owner.reaches import OUTSIDE, audit_for, reach_of
from lifepod.owner.reaches import Share as Share  # what is told of the journal

_READ, _UNSURE, _OTHER, _NONE = "read", "unsure", "other", ""
_Counts = Counter[tuple[str, str]]
"""How many places, by what could be done there and by class of records."""


@dataclass(frozen=True, slots=True)
class Exposed:
    """How much of the pod one audience could read."""

    audience: str
    """A WebID, the IRI of a group, ``public`` or ``signed-in``."""
    kind: str
    """``public``, ``signed-in``, ``agent`` or ``group``."""
    places: int
    """That it could surely read."""
    unsure: int
    """Of which nobody knows."""
    others: int
    """That it could add to, change or control, and surely not read."""
    classes: tuple[str, ...]
    """Classes of records of which it could surely read a place, by name."""
    unsure_classes: tuple[str, ...] = ()
    """Classes of records of which nobody knows."""
    is_unread: bool = False
    """A group whose members are not known."""

    @property
    def order(self) -> tuple[int, int, int, str]:
        """The widest first, what may be open counted as open."""
        return -(self.places + self.unsure), -self.places, -self.others, self.audience


def exposed(audit: Audit) -> tuple[Exposed, ...]:
    """Every audience with what it could read, the widest first; takes a while for many places."""
    weights = _weights(audit)
    agents = _agents(audit, weights)
    out = [_row(audit, PUBLIC.word, "public", _counted(audit, weights, None))]
    out.append(_row(audit, SIGNED_IN.word, "signed-in", _counted(audit, weights, STRANGER.agent)))
    out += [_row(audit, agent, "agent", counts) for agent, counts in agents.items()]
    for group in audit.groups:
        found, member = audit_for(audit, group)
        row = _row(audit, group, "group", _counted(found, weights, member))
        out.append(replace(row, is_unread=audit.groups[group] is None))
    return tuple(sorted(out, key=lambda one: one.order))


def journal_of(audit: Audit) -> tuple[Share, ...]:
    """The classes of records that lie in the pod, as far as its owner could use them, the one with most files first."""
    shares = [one for one in reach_of(audit, audit.survey.owner).shares if one.name != OUTSIDE]
    return tuple(sorted(shares, key=lambda one: (-one.files, one.name)))


def _weights(audit: Audit) -> dict[Key, Counter[str]]:
    """How many places of each class stand by each control document."""
    top, out = audit.survey.storage + JOURNAL, dict[Key, Counter[str]]()
    for url, key in audit.sources():
        name = url[len(top) :].partition("/")[0] if url.startswith(top) else OUTSIDE
        out.setdefault(key, Counter())[name] += 1
    return out


def _counted(audit: Audit, weights: Mapping[Key, Counter[str]], agent: str | None) -> _Counts:
    out: _Counts = Counter()
    for key, names in weights.items():
        _add(out, _level(audit.reach(key, agent)), names, 1)
    return out


def _agents(audit: Audit, weights: Mapping[Key, Counter[str]]) -> dict[str, _Counts]:
    """Each agent but the owner: whom the rules of a place do not name is like anyone signed in there (access V5)."""
    usual = _counted(audit, weights, STRANGER.agent)
    out = {agent: usual.copy() for agent in audit.agents if agent != audit.survey.owner}
    for key, names in weights.items():
        theirs = _level(audit.reach(key, STRANGER.agent))
        for agent in audit.named_in(audit.tally(key)):
            mine = _level(audit.reach(key, agent)) if agent in out else theirs
            if mine != theirs:
                _add(out[agent], theirs, names, -1)
                _add(out[agent], mine, names, 1)
    return out


def _add(counts: _Counts, level: str, names: Counter[str], times: int) -> None:
    for name, many in names.items() if level else ():
        counts[level, name] += many * times


def _level(answers: Answers) -> str:
    if answers[0] is Answer.YES:
        return _READ
    if answers[0] is Answer.UNKNOWN:
        return _UNSURE
    return _OTHER if Answer.YES in answers else _UNSURE if Answer.UNKNOWN in answers else _NONE


def _row(audit: Audit, audience: str, kind: str, counts: _Counts) -> Exposed:
    read, unsure, other = (sum(_of(counts, level).values()) for level in (_READ, _UNSURE, _OTHER))
    classes, dark = (tuple(sorted(_of(counts, level).keys() - {OUTSIDE})) for level in (_READ, _UNSURE))
    return Exposed(audience, kind, read, unsure, other, classes, dark)


def _of(counts: _Counts, level: str) -> dict[str, int]:
    return {name: many for (one, name), many in counts.items() if one == level and many > 0}
