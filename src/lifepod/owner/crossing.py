"""Audiences beside classes of data, in numbers, for the screen: what everybody could use of what, and by which rules.

It refuses to paint, and to count what is not known as closed.
"""

from __future__ import annotations

import gc
from dataclasses import dataclass

from lifepod.access.audit import Audit as Audit
from lifepod.access.audit import Entry, visitor_of
from lifepod.access.matrix import Count as Count
from lifepod.access.matrix import Counts as Counts
from lifepod.access.matrix import behind
from lifepod.access.matrix import counts as counts
from lifepod.access.rules import NOBODY, Visitor
from lifepod.access.tally import MEMBER, Answers, Tally


@dataclass(frozen=True, slots=True)
class Listed:
    """The places of a column, and beside each what an audience has there."""

    urls: list[str]
    answers: list[Answers]


def listed(audit: Audit, column: str, audience: str) -> Listed:
    """What :func:`~lifepod.access.matrix.behind` finds, as two flat lists; takes a while for many places.

    A pair for each of a hundred thousand places would set off a search for garbage through the whole survey, which
    holds up every thread for a quarter of a second. So nobody searches while there are pairs, and none is kept.
    """
    was = gc.isenabled()
    gc.disable()
    try:
        pairs = behind(audit, column, audience)
        found = Listed([url for url, _ in pairs], [answers for _, answers in pairs])
        del pairs
    finally:
        if was:
            gc.enable()
    return found


def stands(audit: Audit, url: str, audience: str) -> Entry:
    """What one audience has at one place as :func:`listed` has it, and every rule that gives it or may.

    A group is asked about as a member of it alone; an agent may come by any app and login, or signed out (access V7).
    """
    key = audit.source_of(url)
    if audience in audit.groups:
        basis = audit.basis_of(key)
        alone = {iri: frozenset({MEMBER} if iri == audience else ()) for iri in audit.groups}
        tally, agent = Tally(basis.rules, basis.blind, alone), visitor_of(MEMBER).agent
    else:
        tally, agent = audit.tally(key), visitor_of(audience).agent
    named = [Visitor(agent, *way) for way in tally.ways] if agent is not None else []
    via = dict.fromkeys(rule for one in (*named, NOBODY) for rule in tally.via(one))
    return Entry(url, audience, tally.reach(agent), tuple(via))
