"""The nouns of an agreement: constraints, rules, keys, proposals, policies.

It refuses to interpret free text, and to leave out what it does not know: that is kept as ``strange``, shown raw, and
stops an approval. Sources: https://www.w3.org/TR/odrl-model/, https://www.w3.org/TR/odrl-vocab/, https://w3id.org/dpv.

Terms are an ``odrl:Offer``; a request, a counter-offer and an agreement are one ``odrl:Agreement`` each: which of them
it is, its proofs tell.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from lifepod.names import DPV, LP, ODRL, XSD
from lifepod.rdf.flat import FlatTriple, text, typed

Kind = Literal["permission", "prohibition", "obligation", "duty"]
PROFILE = LP + "profile-1"
STANDARD_FORM = DPV + "ConsumerStandardFormContract"
AGREEMENT, OFFER = ODRL + "Agreement", ODRL + "Offer"
PAYMENT = ODRL + "compensate"


@dataclass(frozen=True, slots=True)
class Value:
    """The right side of a constraint: an IRI, or a literal with its datatype."""

    text: str
    datatype: str = ""
    """IRI of the datatype; empty for an IRI."""

    @property
    def term(self) -> str:
        """In N-Triples syntax."""
        if self.datatype == XSD + "string":
            return text(self.text)
        return typed(self.text, self.datatype) if self.datatype else f"<{self.text}>"


@dataclass(frozen=True, slots=True)
class Constraint:
    """``odrl:Constraint``, with an address of its own."""

    node: str
    left: str
    """IRI, such as ``odrl:purpose``."""
    operator: str
    """IRI, such as ``odrl:lteq``."""
    right: Value
    unit: str = ""
    """IRI of the unit, for amounts."""

    @property
    def name(self) -> str:
        """What stands after ``#``."""
        return self.node.rpartition("#")[2]


@dataclass(frozen=True, slots=True)
class Rule:
    """``odrl:Permission``, ``odrl:Prohibition`` or ``odrl:Duty`` (an obligation, or the duty of a permission)."""

    node: str
    kind: Kind
    action: str
    """IRI; of a payment ``odrl:compensate``."""
    targets: tuple[str, ...] = ()
    constraints: tuple[Constraint, ...] = ()
    duties: tuple[Rule, ...] = ()
    description: str = ""
    party: str = ""
    """WebID of who is paid."""
    refinements: tuple[Constraint, ...] = ()
    """Of the action: the amount of a payment."""
    action_node: str = ""
    """Address of the action, where it is refined."""
    pay_to: str = ""
    """Where to pay: an Open Payments address. Shown, never followed."""

    @property
    def name(self) -> str:
        """What stands after ``#``: in our records the name of the clause."""
        return self.node.rpartition("#")[2]

    def constraint(self, left: str) -> Constraint | None:
        """The first constraint on an operand."""
        return next((one for one in self.constraints if one.left == left), None)


@dataclass(frozen=True, slots=True)
class PublicKey:
    """A key that the signed graph names itself."""

    method: str
    owner: str
    public: str
    """``z6Mk…``."""


@dataclass(frozen=True, slots=True)
class Proposal:
    """``as:Offer``: who proposes, to whom, until when the answer is awaited."""

    actor: str
    target: str
    published: str
    """UTC, whole seconds, ``Z``."""
    reply_by: str
    description: str = ""
    """The proposer's own words."""
    in_reply_to: str = ""
    in_reply_to_digest: str = ""


@dataclass(frozen=True, slots=True)
class Policy:
    """Terms, a request, a counter-offer or an agreement."""

    root: str
    kind: str
    """``odrl:Offer`` or ``odrl:Agreement``."""
    assigner: str
    """WebID of the person: first party."""
    rules: tuple[Rule, ...]
    assignee: str = ""
    """WebID of the vendor: second party; empty in terms."""
    title: str = ""
    issued: str = ""
    roster: str = ""
    """IRI of our roster entry."""
    standard: str = ""
    """IRI of the public roster's entry."""
    under: str = ""
    """IRI of the version of terms it is made under."""
    under_digest: str = ""
    data: tuple[str, ...] = ()
    """``dpv:hasPersonalData``: categories, as IRIs."""
    proposal: Proposal | None = None
    keys: tuple[PublicKey, ...] = ()
    profile: str = PROFILE
    conflict: str = ODRL + "prohibit"
    strange: tuple[FlatTriple, ...] = ()
    """What it says beyond what these nouns hold."""

    def of(self, kind: Kind) -> tuple[Rule, ...]:
        """Its rules of one kind."""
        return tuple(rule for rule in self.rules if rule.kind == kind)

    @property
    def targets(self) -> tuple[str, ...]:
        """Every place that a permission opens, sorted."""
        return tuple(sorted({target for rule in self.of("permission") for target in rule.targets}))
