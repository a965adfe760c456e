"""Cases and terms as values for programs and lines for people.

It refuses to decide: what stands in a value was found elsewhere.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from lifepod.parties.cases import Case
from lifepod.terms.policy import Policy
from lifepod.terms.within import PURPOSE
from lifepod.terms.words import lines_of, title_of
from lifepod.vendor.side import Result


def clauses(policy: Policy) -> list[Result]:
    """Clause by clause: what it says, who keeps it, and its places, days and amounts."""
    return [
        {"clause": one.clause, "says": one.says, "by": one.by, "detail": one.detail} for one in lines_of(policy, "")
    ]


def terms_value(policy: Policy) -> Result:
    """Terms, a request or a counter-offer, in plain words."""
    return {"title": title_of(policy), "clauses": clauses(policy)}


def in_lines(found: Iterable[object]) -> Iterator[str]:
    """The clauses of :func:`clauses`, line by line."""
    for one in found:
        if isinstance(one, dict):
            yield f"  {one['says']} ({one['by']}){': ' if one['detail'] else ''}{one['detail']}"


def purpose_of(policy: Policy) -> str:
    """IRI of the purpose that reading is for; empty where there is none."""
    found = [one.right.text for rule in policy.of("permission") if (one := rule.constraint(PURPOSE))]
    return found[0] if found else ""


def case_value(case: Case, state: str, same_copy: str, amiss: Iterable[tuple[str, str]] = ()) -> Result:
    """A case as ``vendor status`` tells it."""
    policy, life = case.policy, case.life
    agreed = case.main.url.endswith("/agreement.jsonld")
    duties = [{"clause": one.clause, "due_by": one.due_by, "state": one.state} for one in life.duties]
    return {
        "id": case.id,
        "person": policy.assigner,
        "under": policy.under,
        "state": state,
        "since": life.since,
        "until": life.until,
        "places": list(policy.targets),
        "purpose": purpose_of(policy),
        "duties": duties,
        "bytes_digest": case.main.digest if agreed else "",
        "same_copy": same_copy,
        "amiss": [{"place": place, "why": why} for place, why in (*case.amiss, *amiss)],
    }
