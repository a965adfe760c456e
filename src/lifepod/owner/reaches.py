"""What one audience could use, in short: by class of records, how many places, and of which time their names tell.

It refuses to count what is not known as closed, and to say "saw". Pure: an audit in, counts out. Dates follow from the
names of partitions (``journal/searches/phone/2026/03.ttl``); what is named otherwise has none.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field, replace

from lifepod.access.audit import Audit, Entry, Key, visitor_of
from lifepod.access.rules import MODES, Answer, Mode
from lifepod.access.tally import ALL_NO, MEMBER, Answers
from lifepod.journal.layout import JOURNAL

OUTSIDE = ""
"""Name of the row for everything that is no record."""
_TIME = re.compile(r"/(\d{4})(?:/(\d\d)(?:/(\d\d))?)?\.ttl\Z")


@dataclass(frozen=True, slots=True)
class Share:
    """What of one class of records an audience could use."""

    name: str
    """Class of records; :data:`OUTSIDE` for what lies outside the journal."""
    places: int = 0
    """Places of which something is surely open."""
    unsure: int = 0
    """Places of which nobody knows."""
    files: int = 0
    """Of :attr:`places` those that could be read and hold records: partitions."""
    first: str = ""
    """Year, month or day of the first partition that could be read; empty where none has one."""
    last: str = ""
    modes: frozenset[Mode] = frozenset()
    """What is surely open somewhere."""


@dataclass(frozen=True, slots=True)
class Reach:
    """All that an audience could use."""

    shares: tuple[Share, ...]
    """Classes of records by name, then what lies outside the journal; none with nothing."""

    @property
    def places(self) -> int:
        """Places of which something is surely open."""
        return sum(share.places for share in self.shares)

    @property
    def unsure(self) -> int:
        """Places of which nobody knows."""
        return sum(share.unsure for share in self.shares)


def is_group(audit: Audit, audience: str) -> bool:
    """Whether an audience is a group that a rule names."""
    return audience in audit.groups


def groups_of(audit: Audit, agent: str) -> tuple[str, ...]:
    """The groups an agent is surely in."""
    return tuple(sorted(iri for iri, members in audit.groups.items() if members and agent in members))


def audit_for(audit: Audit, audience: str) -> tuple[Audit, str]:
    """Where, and about whom, to ask for an audience: a group is asked for as a member who is in no other group."""
    if not is_group(audit, audience):
        return audit, audience
    survey = audit.survey
    groups = tuple((iri, (MEMBER,) if iri == audience else ()) for iri, _ in survey.groups)
    return Audit(replace(survey, groups=groups)), MEMBER


def sights_of(audit: Audit, audience: str) -> tuple[Entry, ...]:
    """What an audience could use, folded (:meth:`~lifepod.access.audit.Audit.sees`); groups too."""
    found, who = audit_for(audit, audience)
    entries = found.sees(who)
    return tuple(replace(e, audience=audience) if e.audience == MEMBER else e for e in entries)


def reach_of(audit: Audit, audience: str) -> Reach:
    """The counts and times of everything an audience could use, or may be able to."""
    found, who = audit_for(audit, audience)
    agent, cut = visitor_of(who).agent, len(audit.survey.storage)
    answers, counts = dict[Key, Answers](), dict[str, _Count]()
    for url, key in found.sources():
        given = answers.get(key)
        if given is None:
            given = answers[key] = found.reach(key, agent)
        if given != ALL_NO:
            name, when = _about(url[cut:])
            counts.setdefault(name, _Count()).add(given, when)
    return Reach(tuple(counts[name].share(name) for name in sorted(counts, key=lambda one: (one == OUTSIDE, one))))


def _about(path: str) -> tuple[str, str]:
    """Class of a place, and the time its name tells."""
    if not path.startswith(JOURNAL):
        return OUTSIDE, ""
    name = path[len(JOURNAL) :].partition("/")[0]
    found = _TIME.search(path)
    return name or OUTSIDE, "-".join(filter(None, found.groups())) if found else ""


@dataclass
class _Count:
    """A share while it is counted."""

    places: int = 0
    unsure: int = 0
    given: set[Answers] = field(default_factory=set)
    files: int = 0
    first: str = ""
    last: str = ""

    def add(self, given: Answers, when: str) -> None:
        """One place, what is given there, and the time that its name tells."""
        if Answer.YES not in given:
            self.unsure += 1
            return
        self.places += 1
        self.given.add(given)
        if when and given[0] is Answer.YES:
            self.files += 1
            self.first = min(self.first or when, when)
            # A year is later than its own months: "2026" reaches to the end of it.
            self.last = max(self.last, when, key=lambda one: one + "~" * (10 - len(one)) if one else "")

    def share(self, name: str) -> Share:
        """As it was counted."""
        modes = {mode for given in self.given for mode, one in zip(MODES, given, strict=True) if one is Answer.YES}
        return Share(name, self.places, self.unsure, self.files, self.first, self.last, frozenset(modes))
