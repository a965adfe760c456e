"""Counter-offers: the whole graph again, narrowed or under another version, proposed by the person.

It refuses to widen anything: what comes out is within what was asked or within the version it names.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime

from lifepod.errors import Malformed, OutsideTerms
from lifepod.names import XSD
from lifepod.terms.amounts import duration_of, later
from lifepod.terms.drafting import Asking, moved, moved_node, request_of
from lifepod.terms.drafting import Head as Head  # part of what a counter-offer needs
from lifepod.terms.life import until_of
from lifepod.terms.places import is_at_or_below
from lifepod.terms.policy import Constraint, Policy, Proposal, Rule, Value
from lifepod.terms.within import DATE, ELAPSED, PURPOSE, differences, moment_of


@dataclass(frozen=True, slots=True)
class Narrower:
    """What the person wants instead; at least one of these."""

    until: str = ""
    """UTC, whole seconds, ``Z``."""
    places: tuple[str, ...] = ()
    purpose: str = ""
    reply_by: str = ""
    description: str = ""
    """In the person's own words."""


def narrowed(asked: Policy, digest: str, wish: Narrower, head: Head) -> Policy:
    """The request with less of it; raises :class:`OutsideTerms` where it would be more, :class:`Malformed`."""
    if not (wish.until or wish.places or wish.purpose):
        raise Malformed("A counter-offer changes something: an earlier end, fewer places, or a narrower purpose.")
    if wish.places and not all(any(is_at_or_below(p, t) for t in asked.targets) for p in wish.places):
        raise OutsideTerms("A counter-offer can only name places that were asked for.")
    if wish.until > until_of(asked):
        raise OutsideTerms(f"A later end than was asked for ({until_of(asked) or 'none'}) would be more, not less.")
    rules = tuple(_narrower(rule, wish, (asked.root, head.root)) for rule in asked.rules)
    kept = tuple(rule for rule in rules if rule.kind != "permission" or rule.targets)
    if kept == tuple(_narrower(rule, Narrower(), (asked.root, head.root)) for rule in asked.rules):
        raise Malformed("That changes nothing of what was asked.", advice="Approve the request, or offer less.")
    return _must_be_less(replace(_proposed(asked, digest, wish, head), rules=kept), asked, head)


def under_another(asked: Policy, digest: str, offer: tuple[Policy, str], wish: Narrower, head: Head) -> Policy:
    """The same wish under another version of terms (the policy and its digest), no longer than that one allows."""
    ends = [one.right.text for rule in asked.of("permission") if (one := rule.constraint(DATE))]
    purpose = next((one.right.text for rule in asked.of("permission") if (one := rule.constraint(PURPOSE))), "")
    own = next((r.targets[0] for r in asked.of("obligation") if r.name == "give-back" and r.targets), "")
    places = tuple(p for p in asked.targets if p != own and _is_offered(p, offer[0]))
    asking = Asking(
        assignee=asked.assignee,
        until=wish.until or min(filter(None, (max(ends, default=""), _longest(offer[0], head.at))), default=""),
        reply_by=wish.reply_by,
        purpose=wish.purpose or purpose,
        service=next((r.description for r in asked.of("obligation") if r.name == "deliver"), ""),
        places=wish.places or places,
        give_back=own,
        data=asked.data,
    )
    drawn = request_of(offer[0], offer[1], asking, Head(head.root, head.at, asked.keys))
    return _must_be_less(replace(drawn, proposal=_proposed(asked, digest, wish, head).proposal), offer[0], head)


def _longest(offer: Policy, at: str) -> str:
    """The last moment that terms allow what is signed at a time; empty where they set none."""
    limits = [rule.constraint(ELAPSED) for rule in offer.of("permission")]
    spans = [span for one in limits if one and (span := duration_of(one.right.text)) is not None]
    return later(datetime.fromisoformat(at), min(spans)).strftime("%Y-%m-%dT%H:%M:%SZ") if spans else ""


def _is_offered(place: str, offer: Policy) -> bool:
    return any(is_at_or_below(place, target) for target in offer.targets)


def _must_be_less(counter: Policy, than: Policy, head: Head) -> Policy:
    at = datetime.fromisoformat(head.at)
    proposal, found = counter.proposal, differences(counter, than, at)
    answer = moment_of(proposal.reply_by) if proposal else None
    if answer is None or answer <= at:
        raise Malformed("A counter-offer gives the vendor time to answer.", advice="Name a day that lies ahead.")
    end = moment_of(until_of(counter))
    if end is not None and end <= at:
        raise Malformed("A counter-offer ends some time from now.", advice="Name a day that lies ahead.")
    if found:
        said = "; ".join(f"{one.clause}: {one.asked or 'missing'}" for one in found)
        raise OutsideTerms(f"That would be more, not less ({said}).", clauses=tuple(one.clause for one in found))
    return counter


def _proposed(asked: Policy, digest: str, wish: Narrower, head: Head) -> Policy:
    proposal = Proposal(
        actor=asked.assigner,
        target=asked.assignee,
        published=head.at,
        reply_by=wish.reply_by,
        description=wish.description,
        in_reply_to=asked.root,
        in_reply_to_digest=digest,
    )
    return replace(asked, root=head.root, proposal=proposal)


def _narrower(rule: Rule, wish: Narrower, bases: tuple[str, str]) -> Rule:
    old, new = bases
    constraints = [moved(one, old, new) for one in rule.constraints]
    targets = rule.targets
    if rule.kind == "permission":
        constraints = [_less(one, wish) for one in constraints]
        if wish.places and rule.name != "append":
            targets = tuple(sorted(p for p in wish.places if any(is_at_or_below(p, t) for t in rule.targets)))
    return replace(
        rule,
        node=moved_node(rule.node, old, new),
        targets=targets,
        constraints=tuple(sorted(constraints, key=lambda one: one.node)),
        duties=tuple(_narrower(duty, Narrower(), bases) for duty in rule.duties),
        action_node=moved_node(rule.action_node, old, new),
        refinements=tuple(moved(one, old, new) for one in rule.refinements),
    )


def _less(one: Constraint, wish: Narrower) -> Constraint:
    if one.left == DATE and wish.until:
        return replace(one, right=Value(min(wish.until, one.right.text), XSD + "dateTime"))
    if one.left == PURPOSE and wish.purpose:
        return replace(one, right=Value(wish.purpose))
    return one
