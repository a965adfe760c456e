"""A request against the terms it is made under and what the person never shares: all that keeps it from a yes.

It refuses to decide: whoever may say yes is shown every reason not to.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from lifepod.plain import plain
from lifepod.terms.policy import Policy
from lifepod.terms.request import Fault, faults_of
from lifepod.terms.within import Difference, differences


@dataclass(frozen=True, slots=True)
class Weighed:
    """What a request looks like beside the terms."""

    differences: tuple[Difference, ...]
    """Where it leaves the terms."""
    faults: tuple[Fault, ...]
    """What is amiss with it whatever the terms say."""


@dataclass(frozen=True, slots=True)
class Person:
    """Whom a request is to be about."""

    webid: str
    storage: str
    never: tuple[str, ...] = ()
    """Kinds of records that are never shared."""


def weigh(request: Policy, offer: Policy | None, person: Person, at: datetime) -> Weighed:
    """Everything that speaks against a request if it were signed at a time; ``offer``: the terms it names."""
    faults = [*faults_of(request, person.webid, person.storage, at)]
    faults += never_shared(request.targets, person.storage, person.never)
    return Weighed(() if offer is None else differences(request, offer, at), tuple(faults))


def never_shared(targets: Iterable[str], storage: str, never: Iterable[str]) -> list[Fault]:
    """Faults of a request for kinds of records that the person never shares."""
    out = []
    for kind in never:
        place = f"{storage}journal/{kind}/"
        if any(target.startswith(place) or place.startswith(target) for target in targets):
            out.append(Fault("never-class", kind, f"You never share {plain(kind)}."))
    return out
