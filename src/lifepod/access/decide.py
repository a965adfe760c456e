"""Rules × visitor × mode → verdict.

It refuses to know the dialect, to read a clock and to show *unknown* as *no*. Order-free; deny beats allow.
Sources: https://solidproject.org/TR/wac#authorization-evaluation, https://solidproject.org/TR/acp#granted-access-modes
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from lifepod.access.rules import Answer, BlindSpot, Kind, Mode, Rule, Test, Verdict, Visitor, Who

Groups = Mapping[str, "frozenset[str] | None"]
"""Members of each group that was read; ``None`` where the group could not be read."""

NO, UNKNOWN, YES = Answer.NO, Answer.UNKNOWN, Answer.YES


def decide(
    rules: Iterable[Rule], visitor: Visitor, mode: Mode, groups: Groups, blind: tuple[BlindSpot, ...] = ()
) -> Verdict:
    """May ``visitor`` use ``mode`` where exactly these ``rules`` are in effect?

    ``blind`` are documents that would belong to ``rules`` and could not be read: they may hold an allow and a deny, so
    a blind spot leaves no definite yes, and a definite no only by a known deny.
    """
    considered = tuple(rules)
    verdict = _strict(considered, visitor, mode, groups, blind)
    if mode is not Mode.APPEND or verdict.answer is YES:
        return verdict
    # Whoever may write may append (WAC §access-modes); a denial of append alone does not take that (access A14).
    writing = _strict(considered, visitor, Mode.WRITE, groups, blind)
    return writing if writing.answer > verdict.answer else _both(verdict, writing)


def _both(one: Verdict, other: Verdict) -> Verdict:
    if one.answer is not other.answer:
        return one
    rules, blind = one.rules + other.rules, one.blind + other.blind
    return Verdict(one.answer, tuple(dict.fromkeys(rules)), tuple(dict.fromkeys(blind)))


def _strict(
    considered: tuple[Rule, ...], visitor: Visitor, mode: Mode, groups: Groups, blind: tuple[BlindSpot, ...]
) -> Verdict:
    allow = _best(considered, visitor, mode, groups, deny=False)
    deny = _best(considered, visitor, mode, groups, deny=True)
    fog = UNKNOWN if blind else NO
    answer = min(max(allow[0], fog), ~max(deny[0], fog))
    if answer is YES:
        return Verdict(answer, allow[1])
    if answer is UNKNOWN:
        return Verdict(answer, allow[1] + deny[1], blind)
    if deny[0] is YES:
        return Verdict(answer, deny[1])
    return Verdict(answer, tuple(r for r in considered if not r.deny))


def _best(
    rules: tuple[Rule, ...], visitor: Visitor, mode: Mode, groups: Groups, *, deny: bool
) -> tuple[Answer, tuple[Rule, ...]]:
    found = [(rule, satisfied(rule, visitor, groups)) for rule in rules if rule.deny is deny and mode in rule.modes]
    top = max((answer for _, answer in found), default=NO)
    because = tuple(rule for rule, answer in found if answer is top) if top is not NO else ()
    return top, because


def satisfied(rule: Rule, visitor: Visitor, groups: Groups) -> Answer:
    """Whether the rule matches the visitor (ACP 0.9 §satisfied-policy, also true for a WAC authorization)."""
    if not rule.every and not rule.some:
        return NO
    every = min((_holds(test, visitor, groups) for test in rule.every), default=YES)
    some = max((_holds(test, visitor, groups) for test in rule.some), default=YES)
    none = max((_holds(test, visitor, groups) for test in rule.none), default=NO)
    return min(every, some, ~none)


def _holds(test: Test, visitor: Visitor, groups: Groups) -> Answer:
    if test.never:
        return NO
    parts = [max(_matches(who, visitor, groups) for who in test.who)] if test.who else []
    for wanted, shown in ((test.clients, visitor.client), (test.issuers, visitor.issuer)):
        if wanted:
            parts.append(YES if shown in wanted else NO)
    if test.origins and visitor.origin is not None:
        # Without an Origin header the restriction does not apply (WAC §web-origin-authorization).
        parts.append(YES if visitor.origin in test.origins else NO)
    if not parts:
        return UNKNOWN if test.unclear else NO
    return min(*parts, UNKNOWN) if test.unclear else min(parts)


def _matches(who: Who, visitor: Visitor, groups: Groups) -> Answer:
    if who.kind is Kind.PUBLIC:
        return YES
    if visitor.agent is None:
        return NO
    if who.kind is Kind.SIGNED_IN:
        return YES
    if who.kind is Kind.BY_ROLE:
        return UNKNOWN
    if who.kind is Kind.AGENT:
        return YES if who.iri == visitor.agent else NO
    members = groups.get(who.iri)
    if members is None:
        return UNKNOWN
    return YES if visitor.agent in members else NO
