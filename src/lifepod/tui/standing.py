"""An audience in words: what kind it is, which classes of records it could read, since when, until when, by what.

It refuses to say what anyone saw, and to leave out what could not be read.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING

from textual.content import Content

from lifepod.access.rules import MODES, Mode
from lifepod.plain import plain
from lifepod.tui.views import ALERT as ALERT  # how its words are painted
from lifepod.tui.views import QUIET as QUIET
from lifepod.tui.views import day, line, moment
from lifepod.tui.words import brief, place_name

if TYPE_CHECKING:
    from lifepod.owner.desk import Audit
    from lifepod.owner.histories import Log
    from lifepod.owner.reaches import Reach
    from lifepod.owner.standing import Case

EVERYONE, VENDORS, OTHERS, NAMED, GROUPS, YOU = (
    "Everyone", "Vendors", "People and apps", "Named by rules", "Groups", "You"
)  # fmt: skip
_MOST = 4
_ELSEWHERE = "elsewhere"


@dataclass(frozen=True, slots=True)
class Papers:
    """What is on record about the agents of this pod, as far as it could be read."""

    log: Log
    cases: tuple[Case, ...] = ()
    """Agreements, the newest first."""
    asked: frozenset[str] = frozenset()
    """Agents that sent a request."""
    amiss: int = 0
    """Agreements that could not be read."""


def sections(audit: Audit, papers: Papers | None) -> list[tuple[str, list[str]]]:
    """Everyone a rule could let in, by kind; who is a vendor is known once the papers were read."""
    owner = audit.survey.owner
    named = [agent for agent in audit.agents if agent != owner]
    rest: list[tuple[str, list[str]]] = [(NAMED, named)]
    if papers is not None:
        known = papers.asked | {case.policy.assignee for case in papers.cases}
        vendors = [agent for agent in named if agent in known]
        rest = [(VENDORS, vendors), (OTHERS, [agent for agent in named if agent not in known])]
    return [(EVERYONE, ["public", "signed-in"]), *rest, (GROUPS, sorted(audit.groups)), (YOU, [owner])]


def who_words(audit: Audit, audience: str, papers: Papers | None) -> Iterator[Content]:
    """What kind of audience it is; the members of a group, the groups of an agent."""
    owner = audit.survey.owner
    if audience in audit.groups:
        members = audit.groups[audience]
        if members is None:
            yield Content.styled("a group; who is in it is not known", ALERT)
            return
        some = ", ".join(brief(one, owner) for one in sorted(members)[:_MOST])
        more = f" and {len(members) - _MOST} more" if len(members) > _MOST else ""
        yield Content(f"a group of {len(members)}: {some}{more}" if members else "a group without members")
        return
    inside = [iri for iri, members in sorted(audit.groups.items()) if members and audience in members]
    vendor = papers is not None and any(audience in names for name, names in sections(audit, papers) if name == VENDORS)
    said = ["a vendor"] if vendor else []
    said += [f"in the group {plain(one, 200)}" for one in inside[:_MOST]]
    if said:
        yield Content(", ".join(said))


def reach_words(reach: Reach, audit: Audit) -> Iterator[Content]:
    """How much they could use, and which records of which time."""
    sure, unsure, every = reach.places, reach.unsure, len(audit.survey.places)
    words = f"could use {sure} of {every} places" + (f", perhaps {unsure} more" if unsure else "")
    if audit.blind:
        many = len(audit.blind)
        words += f". {many} place{'' if many == 1 else 's'} could not be looked into"
    yield Content.styled(words + ".", QUIET)
    widest = max((len(share.name or _ELSEWHERE) for share in reach.shares), default=0)
    for number, share in enumerate(reach.shares):
        name = plain(share.name or _ELSEWHERE, 40)
        count = [f"{share.places} place{'' if share.places == 1 else 's'}"] if share.places else []
        count += [f"{share.unsure} unknown"] if share.unsure else []
        if share.modes and Mode.READ not in share.modes:
            count.append("not to read")
        times = f", {span(share.first, share.last)}" if share.files else ""
        said = f"{name.ljust(widest)}  {', '.join(count)}{times}"
        tone = ALERT if share.unsure and not share.places else ""
        yield line("" if number else "Data", (said, tone))


def span(first: str, last: str) -> str:
    """``2024-03 to 2026-03``; one of both where they are the same."""
    return first if first == last else f"{first} to {last}"


def agreement_of(papers: Papers | None, audience: str) -> str:
    """The agreement with an agent: the newest open one, else the newest; empty where there is none, or not yet read."""
    mine = [case for case in papers.cases if case.policy.assignee == audience] if papers is not None else []
    opened = (case for case in mine if case.life.is_open)
    return next((case.id for case in (*opened, *mine)), "")


def record_words(papers: Papers, audience: str, storage: str) -> Iterator[Content]:
    """Since when, until when, and under which agreement, as the log and the agreements have it."""
    from lifepod.owner.histories import agreement_in, given_to

    grants = given_to(papers.log, audience)
    changes = {(c.agent, c.place, c.began): c for c in papers.log.changes}
    for grant in grants[:_MOST]:
        change = changes.get((grant.agent, grant.place, grant.since))
        by = agreement_in(change)[:8] if change else ""
        modes = ", ".join(mode.value for mode in MODES if mode in grant.modes | grant.suspended)
        where = place_name(grant.place, storage)
        paused = " (suspended)" if grant.suspended and not grant.modes else ""
        yield line("Since", f"{day(grant.since)}  {modes} at {where}{paused}")
        yield line("Until", (day(grant.until) or "no end") + (f", by agreement {by}" if by else ""))
    if len(grants) > _MOST:
        yield line("", (f"… and {len(grants) - _MOST} more (h shows all)", QUIET))
    if not grants:
        yield line("Since", ("not on record (h: what surveys found)", QUIET))
    mine = [case for case in papers.cases if case.policy.assignee == audience]
    for number, case in enumerate(mine[:_MOST]):
        life = case.life
        end = moment(life.until) or "no end"
        said = f"{case.id[:8]} {plain(life.state, 40)} since {day(life.since)}, until {end}"
        yield line("" if number else "Agreed", said)
    unread = len(papers.log.unread) + papers.amiss
    if unread:
        many = "records" if unread > 1 else "record"
        yield Content.styled(f"{unread} {many} could not be read: what is said here may not be all.", ALERT)
