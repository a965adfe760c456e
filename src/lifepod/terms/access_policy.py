"""What a policy opens, in the four nouns that the W3C's draft of access requests for Linked Web Storage uses.

It refuses to hold what those nouns have no room for: prohibitions, duties, prices and proofs stay in the policy.
Source: https://w3c.github.io/lws-protocol/lws10-access-requests/.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from lifepod.terms.clauses import clause_of
from lifepod.terms.policy import Constraint, Policy, Rule
from lifepod.terms.within import CLIENT, DATE, ELAPSED, PURPOSE

ACTIONS: dict[str, tuple[str, ...]] = {"read": ("read",), "append": ("create",), "change": ("modify", "delete")}
"""Clause → actions of the profile. Who may change a file of a pod may delete it."""
_OPERANDS = {PURPOSE: "purpose", DATE: "dateTime", CLIENT: "client", ELAPSED: "elapsedTime"}


@dataclass(frozen=True, slots=True)
class Condition:
    """``odrl:Constraint`` in the short words of the profile."""

    left_operand: str
    """``purpose``, ``dateTime``, ``client``; the IRI of what has no short word."""
    operator: str
    """``eq``, ``lteq`` …"""
    right_operand: str


@dataclass(frozen=True, slots=True)
class AccessPolicy:
    """Who may do what where, under which conditions."""

    action: tuple[str, ...]
    """Of ``read``, ``create``, ``modify``, ``delete``."""
    assignee: str
    """WebID."""
    target: tuple[str, ...]
    """Addresses of containers and documents."""
    constraint: tuple[Condition, ...] = ()


def policies_of(policy: Policy) -> tuple[AccessPolicy, ...]:
    """What each permission of a policy opens; one that no pod can open (training, passing on) is left out."""
    return tuple(_policies(policy))


def _policies(policy: Policy) -> Iterator[AccessPolicy]:
    for rule in policy.of("permission"):
        action = ACTIONS.get(clause_of(rule.kind, rule.action) or "")
        if action:
            yield AccessPolicy(action, policy.assignee, tuple(sorted(rule.targets)), _conditions(rule))


def _conditions(rule: Rule) -> tuple[Condition, ...]:
    return tuple(_condition(one) for one in sorted(rule.constraints, key=lambda one: one.node))


def _condition(one: Constraint) -> Condition:
    # A purpose is one IRI, so "is a" and "is" come to the same for readers without a taxonomy.
    operator = "eq" if one.left == PURPOSE else one.operator.rpartition("/")[2]
    return Condition(_OPERANDS.get(one.left, one.left), operator, one.right.text)
