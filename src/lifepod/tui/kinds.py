"""The rows of the matrix by name: vendors and groups are told from people where that is known.

It refuses to call anybody no vendor: where nothing is on record an agent is just an agent.
"""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Sequence
from typing import TYPE_CHECKING

from lifepod.owner.glance import vendors_in
from lifepod.tui.words import agent_name as agent_name  # what else the matrix calls by name
from lifepod.tui.words import brief
from lifepod.tui.words import place_name as place_name

if TYPE_CHECKING:
    from lifepod.owner.desk import Audit, Desk

GROUP, VENDOR = "group", "vendor"
_WORDS = ("public", "signed-in", "anyone", "you")
"""Names that we give ourselves."""


async def vendors_of(desk: Desk) -> frozenset[str]:
    """Who asked for something or agreed to something, as it is on record; raises what reading raises."""
    papers = await desk.papers()
    (cases, _), asked = await asyncio.gather(papers.agreements(), papers.requests())
    return vendors_in(asked, cases)


def kind_of(audience: str, audit: Audit, vendors: frozenset[str]) -> str:
    """:data:`GROUP`, :data:`VENDOR`, or nothing; ``vendors`` are those that are known."""
    if audience in audit.groups:
        return GROUP
    return VENDOR if audience in vendors and audience != audit.survey.owner else ""


def row_names(audiences: Sequence[str], audit: Audit, vendors: frozenset[str]) -> list[str]:
    """Each audience in short with its kind before it; in full where the short name would do for something else too."""
    owner = audit.survey.owner
    shorts = [brief(one, owner) for one in audiences]
    often = Counter(shorts)
    out = []
    for audience, short in zip(audiences, shorts, strict=True):
        ours = audience == owner or audience in _WORDS
        # A WebID may be made to look like one of our own words, or like a kind and a name.
        misleads = often[short] > 1 or short in _WORDS or any(letter.isspace() for letter in short)
        name = agent_name(audience, owner) if misleads and not ours else short
        out.append(f"{kind_of(audience, audit, vendors)} {name}".lstrip())
    return out
