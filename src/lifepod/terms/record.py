"""Policies read from the graph that is signed, and written to it; the two are inverse.

It refuses to drop what the nouns do not hold: that stays in ``strange``, and is written back.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from lifepod.errors import Malformed
from lifepod.names import AS, DCT, DPV, IEEE7012, LP, ODRL, RDF, RDF_TYPE, SEC, XSD
from lifepod.plain import plain
from lifepod.rdf.closed import Closed
from lifepod.rdf.flat import FlatTriple
from lifepod.terms.policy import AGREEMENT, OFFER, STANDARD_FORM, Constraint, Kind, Policy, Proposal, Rule
from lifepod.terms.said import Said, amiss, iris, key_triples, keys_said, literal, term_of


def policy_of(record: Closed) -> Policy:
    """The policy a closed record holds; raises :class:`Malformed` where it is none."""
    graph, root = Said(record.triples), record.root
    kinds = graph.iris(root, RDF_TYPE)
    kind = next((one for one in (AGREEMENT, OFFER) if one in kinds), "")
    if set(kinds) != {kind, STANDARD_FORM} or graph.iri(root, ODRL + "uid") != root:
        raise Malformed("It is neither terms nor a request nor an agreement.")
    kinds_of_rules: tuple[Kind, ...] = ("permission", "prohibition", "obligation")
    rules = [_rule(graph, node, one) for one in kinds_of_rules for node in graph.iris(root, ODRL + one)]
    assigner, assignee = (graph.iri(root, ODRL + name) for name in ("assigner", "assignee"))
    policy = Policy(
        root=root,
        kind=kind,
        rules=tuple(sorted(rules, key=lambda rule: rule.node)),
        title=graph.literal(root, DCT + "title"),
        issued=graph.literal(root, DCT + "issued", XSD + "dateTime"),
        roster=graph.iri(root, LP + "rosterEntry"),
        standard=graph.iri(root, IEEE7012 + "hasAgreement"),
        under=graph.iri(root, LP + "underTerms"),
        under_digest=graph.literal(root, LP + "termsDigest", SEC + "multibase"),
        data=graph.iris(root, DPV + "hasPersonalData"),
        proposal=_proposal(graph, root),
        keys=keys_said(graph, (assigner, assignee)),
        profile=graph.iri(root, ODRL + "profile"),
        conflict=graph.iri(root, ODRL + "conflict"),
        assigner=assigner,
        assignee=assignee,
    )
    _must_be_its_own(policy)
    return replace(policy, strange=tuple(sorted(graph.left)))


def _must_be_its_own(policy: Policy) -> None:
    """Raise :class:`Malformed` where a clause lies in another record, or is two things at once: events point at it."""
    base, seen = policy.root.partition("#")[0] + "#", dict[str, Rule]()
    for rule in (*policy.rules, *(duty for one in policy.rules for duty in one.duties)):
        parts = [one.node for one in (*rule.constraints, *rule.refinements)]
        for node in (rule.node, *parts, *filter(None, [rule.action_node])):
            if not node.startswith(base):
                raise Malformed(f"{plain(node, 100)} is part of it, and has an address elsewhere.")
        if seen.setdefault(rule.node, rule) != rule:
            raise Malformed(f"{plain(rule.node, 100)} is two clauses in one.")


def _proposal(graph: Said, root: str) -> Proposal | None:
    node = graph.iri(root, LP + "proposal")
    if not node:
        return None
    if node != root.partition("#")[0] + "#proposal":
        raise amiss(root, LP + "proposal")
    if graph.iri(node, RDF_TYPE) != AS + "Offer" or graph.iri(node, AS + "object") != root:
        raise amiss(node, AS + "object")
    return Proposal(
        actor=graph.iri(node, AS + "actor"),
        target=graph.iri(node, AS + "target"),
        published=graph.literal(node, AS + "published", XSD + "dateTime"),
        reply_by=graph.literal(node, LP + "replyBy", XSD + "dateTime"),
        description=graph.literal(node, DCT + "description"),
        in_reply_to=graph.iri(node, AS + "inReplyTo"),
        in_reply_to_digest=graph.literal(node, LP + "inReplyToDigest", SEC + "multibase"),
    )


def _rule(graph: Said, node: str, kind: Kind) -> Rule:
    action, refined = graph.iri(node, ODRL + "action"), ""
    inner = graph.iri(action, RDF + "value")
    if inner:
        refined, action = action, inner
    return Rule(
        node=node,
        kind=kind,
        action=action,
        targets=graph.iris(node, ODRL + "target"),
        constraints=tuple(_constraint(graph, one) for one in graph.iris(node, ODRL + "constraint")),
        duties=tuple(_rule(graph, one, "duty") for one in graph.iris(node, ODRL + "duty")) if kind != "duty" else (),
        description=graph.literal(node, DCT + "description"),
        party=graph.iri(node, ODRL + "compensatedParty"),
        refinements=tuple(_constraint(graph, one) for one in graph.iris(refined, ODRL + "refinement")),
        action_node=refined,
        pay_to=graph.iri(node, LP + "payTo"),
    )


def _constraint(graph: Said, node: str) -> Constraint:
    return Constraint(
        node=node,
        left=graph.iri(node, ODRL + "leftOperand"),
        operator=graph.iri(node, ODRL + "operator"),
        right=graph.value(node, ODRL + "rightOperand"),
        unit=graph.iri(node, ODRL + "unit"),
    )


def record_of(policy: Policy) -> Closed:
    """The policy as a closed record, not signed yet."""
    return Closed(policy.root, tuple(sorted({*_said(policy), *policy.strange})))


def _said(policy: Policy) -> Iterator[FlatTriple]:
    root = policy.root
    yield from iris(root, RDF_TYPE, policy.kind, STANDARD_FORM)
    for predicate, iri in (
        (ODRL + "uid", root),
        (ODRL + "profile", policy.profile),
        (ODRL + "conflict", policy.conflict),
        (ODRL + "assigner", policy.assigner),
        (ODRL + "assignee", policy.assignee),
        (LP + "rosterEntry", policy.roster),
        (IEEE7012 + "hasAgreement", policy.standard),
        (LP + "underTerms", policy.under),
    ):
        yield from iris(root, predicate, iri)
    yield from iris(root, DPV + "hasPersonalData", *policy.data)
    yield from literal(root, DCT + "title", policy.title)
    yield from literal(root, DCT + "issued", policy.issued, XSD + "dateTime")
    yield from literal(root, LP + "termsDigest", policy.under_digest, SEC + "multibase")
    for rule in policy.rules:
        yield from iris(root, ODRL + rule.kind, rule.node)
        yield from _of_rule(rule)
    if policy.proposal is not None:
        yield from _of_proposal(root, policy.proposal)
    yield from key_triples(policy.keys)


def _of_proposal(root: str, proposal: Proposal) -> Iterator[FlatTriple]:
    node = root.partition("#")[0] + "#proposal"
    yield from iris(root, LP + "proposal", node)
    yield from iris(node, RDF_TYPE, AS + "Offer")
    yield from iris(node, AS + "object", root)
    yield from iris(node, AS + "actor", proposal.actor)
    yield from iris(node, AS + "target", proposal.target)
    yield from iris(node, AS + "inReplyTo", proposal.in_reply_to)
    yield from literal(node, AS + "published", proposal.published, XSD + "dateTime")
    yield from literal(node, LP + "replyBy", proposal.reply_by, XSD + "dateTime")
    yield from literal(node, DCT + "description", proposal.description)
    yield from literal(node, LP + "inReplyToDigest", proposal.in_reply_to_digest, SEC + "multibase")


def _of_rule(rule: Rule) -> Iterator[FlatTriple]:
    action = rule.action_node or rule.action
    yield from iris(rule.node, ODRL + "action", action)
    if rule.action_node:
        yield from iris(action, RDF + "value", rule.action)
    yield from iris(rule.node, ODRL + "target", *rule.targets)
    yield from iris(rule.node, ODRL + "compensatedParty", rule.party)
    yield from iris(rule.node, LP + "payTo", rule.pay_to)
    yield from literal(rule.node, DCT + "description", rule.description)
    for subject, predicate, constraints in (
        (rule.node, ODRL + "constraint", rule.constraints),
        (action, ODRL + "refinement", rule.refinements),
    ):
        for one in constraints:
            yield from iris(subject, predicate, one.node)
            yield from iris(one.node, ODRL + "leftOperand", one.left)
            yield from iris(one.node, ODRL + "operator", one.operator)
            yield (f"<{one.node}>", f"<{ODRL}rightOperand>", term_of(one.right))
            yield from iris(one.node, ODRL + "unit", one.unit)
    for duty in rule.duties:
        yield from iris(rule.node, ODRL + "duty", duty.node)
        yield from _of_rule(duty)
