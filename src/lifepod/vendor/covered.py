"""Whether something is covered by an agreement, looked up in the vendor's own copy before anything is sent.

It refuses to call covered what is not open, not named, past its day, or for another purpose or app than was agreed.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from lifepod.errors import Malformed, Refused
from lifepod.parties.cases import AGREED, ENDED, OPEN, Case
from lifepod.plain import plain
from lifepod.terms.clauses import CLAUSES
from lifepod.terms.places import is_at_or_below, normalised
from lifepod.terms.policy import Rule
from lifepod.terms.purposes import is_within, label_of
from lifepod.terms.within import CLIENT, DATE, PURPOSE, moment_of
from lifepod.vendor.held import cases, is_id
from lifepod.vendor.side import Side
from lifepod.vendor.wishes import purpose_said

READ, APPEND = CLAUSES["read"].action, CLAUSES["append"].action
_ANEW = "Ask anew: `lifepod vendor ask`."


@dataclass(frozen=True, slots=True)
class Reading:
    """How a vendor reads."""

    agreement: str = ""
    """Id of the agreement it reads under; empty for a plain grant."""
    purpose: str = ""
    """Name of what it is read for; what was agreed where empty."""
    client: str = ""
    """Client id document of the app that reads; the one that was agreed where empty."""
    changes: bool = False
    """Only what changed since the last such reading."""


PLAIN = Reading()
"""Everything, under a plain grant."""


def must_be_open(case: Case) -> None:
    """Raise :class:`Refused` where an agreement is not in force, with why."""
    state, since = case.life.state, case.life.since
    if case.forked:
        raise Refused("Two texts stand under the name of this agreement; nothing is read.", advice=_ANEW)
    if state == OPEN:
        return
    if state == AGREED:
        raise Refused(
            "It is signed by both, but they have not told yet that it is open.",
            advice="`lifepod vendor status` looks whether it is.",
        )
    if state in ENDED:
        due = "".join(f" {one.clause} by {one.due_by}." for one in case.life.duties if one.state in ("due", "overdue"))
        raise Refused(f"The agreement ended on {since} ({state}); nothing may be read any more.{due}", advice=_ANEW)
    raise Refused(f"It is no agreement: it is {state} since {since}.", advice="`lifepod vendor status` shows all.")


def readable(case: Case, place: str, how: Reading, at: datetime) -> tuple[str, ...]:
    """The places to be read: the one that is named, all where none is; raises :class:`Refused` where not covered."""
    must_be_open(case)
    rules = [rule for rule in case.policy.of("permission") if rule.action == READ and _holds(rule, at)]
    fitting = [rule for rule in rules if _is_for(rule, how)]
    if rules and not fitting:
        raise Refused(f"It is agreed for another purpose or app: {_terms(rules[0])}.", advice=_ANEW)
    targets = tuple(dict.fromkeys(target for rule in fitting for target in rule.targets))
    if not targets:
        raise Refused("The agreement lets nothing be read.", advice=_ANEW)
    if not place:
        return tuple(
            one for one in targets if not any(one != above and is_at_or_below(one, above) for above in targets)
        )
    wanted = [one for one in _spelt(place, targets) if any(is_at_or_below(one, target) for target in targets)]
    if not wanted:
        raise Refused(
            f"{plain(place)} is not covered by the agreement, which opens {plain(' '.join(targets), 300)}.",
            place=place,
            advice=_ANEW,
        )
    return (wanted[0],)


def _holds(rule: Rule, at: datetime) -> bool:
    limit = rule.constraint(DATE)
    end = moment_of(limit.right.text) if limit else None
    return end is not None and at < end


def _is_for(rule: Rule, how: Reading) -> bool:
    purpose, client = rule.constraint(PURPOSE), rule.constraint(CLIENT)
    if how.purpose and (purpose is None or not is_within(purpose_said(how.purpose), purpose.right.text)):
        return False
    return not how.client or client is None or how.client == client.right.text


def _terms(rule: Rule) -> str:
    purpose, client = rule.constraint(PURPOSE), rule.constraint(CLIENT)
    said = label_of(purpose.right.text) if purpose else "no purpose"
    return f"{said}, through {plain(client.right.text, 300)}" if client else said


def _spelt(place: str, targets: tuple[str, ...]) -> list[str]:
    """Addresses a place may have: its own, or below any container that a target lies in."""
    if "://" in place:
        if not normalised(place):
            raise Malformed(f"{plain(place)} cannot be a place in a pod.", place=place)
        return [normalised(place)]
    tops = [target[:i] for target in targets for i in _slashes(target)]
    return [url for top in dict.fromkeys(tops) if (url := normalised(top + place.lstrip("/")))]


def _slashes(url: str) -> list[int]:
    """Where the containers above an address end, the root first."""
    start = url.index("://") + 3
    return [i + 1 for i in range(start, len(url) - 1) if url[i] == "/"]


def app_of(case: Case) -> str:
    """The app that reading was agreed for; empty where there is none."""
    found = [one.right.text for rule in case.policy.of("permission") if (one := rule.constraint(CLIENT))]
    return found[0] if found else ""


async def must_not_have_ended(side: Side, url: str) -> None:
    """Raise :class:`Refused` where the only agreements that cover a place have ended; nothing is asked of its server.

    A vendor without a pod holds no agreements.
    """
    if not side.pod.storage:
        return
    held, _ = await cases(side)
    about = [case for case in held if any(is_at_or_below(url, target) for target in case.policy.targets)]
    if about and not any(case.life.is_open for case in about):
        for case in about:
            if case.life.state in ENDED:
                must_be_open(case)


def reading_of(what: str, place: str, *, purpose: str, client: str, changes: bool) -> tuple[str, Reading]:
    """Where to read and how, from what a person typed: the id of an agreement and a place, or an address alone.

    Raises :class:`Malformed` where what belongs to an agreement is said without one.
    """
    if is_id(what):
        return place, Reading(what, purpose, client, changes)
    if place or purpose or client or changes:
        raise Malformed(
            f"{plain(what)} is no id of an agreement; a purpose, an app, changes and a second place go with one.",
            advice="`lifepod vendor status` lists the ids; or give the place alone, in full.",
        )
    return what, Reading()
