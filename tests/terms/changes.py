"""The sample terms and requests as nouns, and small ways to change one thing in them."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

from tests.terms.samples import signed

from lifepod.names import LP, ODRL, XSD
from lifepod.terms.policy import Constraint, Policy, Rule, Value
from lifepod.terms.record import policy_of

TERMS, REQUEST, COUNTER = (policy_of(signed(name)) for name in ("terms", "request", "counter"))
AT = datetime(2026, 11, 24, 18, 30, tzinfo=UTC)
"""When Alice would sign."""
PLACE = "https://alice.example/journal/purchases/"
OWN = PLACE + "from-shop.example/"
Change = Callable[[Policy], Policy]


def rule_of(policy: Policy, name: str) -> Rule:
    """The rule, or the duty of a permission, that a node names."""
    every = [*policy.rules, *(duty for rule in policy.rules for duty in rule.duties)]
    return next(rule for rule in every if rule.name == name)


def with_rule(name: str, **changes: Any) -> Change:
    """One rule, or one duty of a permission, with these fields changed."""

    def changed(rule: Rule) -> Rule:
        rule = replace(rule, duties=tuple(changed(duty) for duty in rule.duties))
        return replace(rule, **changes) if rule.name == name else rule

    return lambda policy: replace(policy, rules=tuple(changed(rule) for rule in policy.rules))


def with_constraint(rule: str, name: str, **changes: Any) -> Change:
    """One constraint, or refinement, of one rule with these fields changed."""

    def change(policy: Policy) -> Policy:
        found = rule_of(policy, rule)
        parts = {
            part: tuple(replace(c, **changes) if c.name == name else c for c in getattr(found, part))
            for part in ("constraints", "refinements")
        }
        return with_rule(rule, **parts)(policy)

    return change


def adding(rule: str, *constraints: Constraint) -> Change:
    """One rule with constraints more."""
    return lambda policy: with_rule(rule, constraints=(*rule_of(policy, rule).constraints, *constraints))(policy)


def lacking(rule: str, name: str) -> Change:
    """One rule without one of its constraints."""

    def change(policy: Policy) -> Policy:
        return with_rule(rule, constraints=tuple(c for c in rule_of(policy, rule).constraints if c.name != name))(
            policy
        )

    return change


def without(name: str) -> Change:
    """The policy without one rule."""
    return lambda policy: replace(policy, rules=tuple(rule for rule in policy.rules if rule.name != name))


def plus(*rules: Rule) -> Change:
    """The policy with rules more."""
    return lambda policy: replace(policy, rules=tuple(sorted((*policy.rules, *rules), key=lambda rule: rule.node)))


def limit(left: str, operator: str, right: str, datatype: str = "", unit: str = "") -> Constraint:
    """A constraint; names without a namespace are ODRL's, ``lp:`` ours; datatypes are XML Schema's."""
    value = Value(right, XSD + datatype) if datatype else Value(whole(right))
    return Constraint(f"{REQUEST.root}#extra-{left[-8:]}", whole(left), whole(operator), value, unit)


def whole(name: str) -> str:
    """An IRI from a short name."""
    return name if "://" in name else LP + name[3:] if name.startswith("lp:") else ODRL + name


def rule(name: str, kind: Any, action: str, *targets: str, **more: Any) -> Rule:
    """A rule of the sample request."""
    return Rule(f"{REQUEST.root}#{name}", kind, whole(action), targets, **more)
