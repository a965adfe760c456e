"""Terms, requests and counter-offers drawn up from choices; what is drawn up is what the signer is shown.

It refuses to fill in a purpose or an end that nobody chose, and to draw up what :mod:`lifepod.terms.within` would call
outside the terms. Identifiers and times are passed in.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from decimal import Decimal
from urllib.parse import urlsplit

from lifepod.errors import Malformed
from lifepod.names import DPV, IEEE7012, LP, ODRL, XSD
from lifepod.plain import plain
from lifepod.terms.clauses import CLAUSES, CURRENCIES, standing_alone
from lifepod.terms.policy import AGREEMENT, OFFER, PAYMENT, Constraint, Policy, Proposal, PublicKey, Rule, Value
from lifepod.terms.purposes import known
from lifepod.terms.roster import Entry, missing
from lifepod.terms.within import AMOUNT, CLIENT, DATE, ELAPSED, EVENT, INTERVAL, PURPOSE

_NAME = re.compile(r"[a-z0-9][a-z0-9-]{0,39}\Z")


@dataclass(frozen=True, slots=True)
class Price:
    """What the vendor pays."""

    amount: Decimal
    currency: str
    """ISO 4217."""
    days: int = 0
    """Once in so many days; 0 for a single payment."""
    pay_to: str = ""


@dataclass(frozen=True, slots=True)
class Offering:
    """What a person chooses when they make terms."""

    name: str
    """``shops``; with the version it names the document."""
    entry: Entry
    title: str
    places: tuple[str, ...]
    """Containers or documents, full addresses."""
    purpose: str
    """IRI of a DPV purpose; what is asked must be it or narrower."""
    days: int
    """How long, at most, from the signature on."""
    modes: tuple[str, ...] = ("read",)
    """Of ``read``, ``append``, ``change``."""
    more: tuple[str, ...] = ()
    """Prohibitions and obligations beyond the entry, by clause name."""
    delete_days: int = 1
    inform_days: int = 30
    price: Price | None = None


@dataclass(frozen=True, slots=True)
class Head:
    """Who draws up what, where and when."""

    root: str
    at: str
    """UTC, whole seconds, ``Z``."""
    keys: tuple[PublicKey, ...]


def offer_of(wish: Offering, head: Head, assigner: str) -> Policy:
    """Terms: ``odrl:Offer``; raises :class:`Malformed` where the choices make no offer."""
    _must_be_an_offer(wish)
    base = head.root.partition("#")[0]
    names = [*wish.entry.must, *wish.entry.must_not, *(n for n in wish.more if n not in wish.entry.must_not)]
    rules = [*_permissions(wish, base, assigner), *_demands(dict.fromkeys(names), wish, base)]
    return Policy(
        root=head.root,
        kind=OFFER,
        assigner=assigner,
        rules=tuple(sorted(rules, key=lambda rule: rule.node)),
        title=wish.title,
        issued=head.at,
        roster=wish.entry.iri,
        standard=IEEE7012 + wish.entry.public,
        keys=head.keys,
    )


def _must_be_an_offer(wish: Offering) -> None:
    said = ""
    if not _NAME.match(wish.name):
        said = f"{plain(wish.name, 60)} cannot name terms; use small letters, digits and dashes"
    elif not wish.places or not all(place.startswith(("https://", "http://")) for place in wish.places):
        said = "Terms name the places they open"
    elif not known(wish.purpose):
        said = f"{plain(wish.purpose, 80)} is no purpose that DPV defines"
    elif not 1 <= wish.days <= 36_500:
        said = "Terms end after some days, at least 1"
    elif not wish.modes or not set(wish.modes) <= {"read", "append", "change"}:
        said = "Terms open reading, adding or changing"
    elif wish.price and (wish.price.currency not in CURRENCIES or wish.price.amount <= 0):
        said = "A price is an amount above nothing in a currency of ISO 4217"
    elif unknown := [name for name in wish.more if CLAUSES[name].kind not in ("prohibition", "obligation")]:
        said = f"{unknown[0]} is neither forbidden nor promised by terms"
    if said:
        raise Malformed(said + ".", advice="`lifepod terms --help` shows an example.")
    names = [*wish.entry.must, *wish.entry.must_not, *wish.more, *wish.modes]
    lone = [*standing_alone(names), *((name, "") for name in missing(wish.entry, [*names, "purpose"]))]
    if lone:
        raise Malformed(f"{lone[0][0]} needs {lone[0][1] or 'more'} beside it.")


def _permissions(wish: Offering, base: str, payee: str) -> Iterator[Rule]:
    until = Constraint(f"{base}#until", ELAPSED, ODRL + "lteq", _days(wish.days))
    purpose = Constraint(f"{base}#purpose", PURPOSE, ODRL + "isA", Value(wish.purpose))
    for mode in wish.modes:
        first = mode == ("read" if "read" in wish.modes else wish.modes[0])
        yield Rule(
            node=f"{base}#{mode}",
            kind="permission",
            action=CLAUSES[mode].action,
            targets=wish.places,
            constraints=(purpose, until) if mode == "read" else (until,),
            duties=(_payment(wish.price, base, payee, ODRL + "gteq"),) if wish.price and first else (),
        )


def _payment(price: Price, base: str, payee: str, operator: str) -> Rule:
    amount = Value(_decimal(price.amount), XSD + "decimal")
    every = Constraint(f"{base}#period", INTERVAL, _stricter(operator), _days(price.days))
    return Rule(
        node=f"{base}#pay",
        kind="duty",
        action=PAYMENT,
        party=payee,
        constraints=(every,) if price.days else (),
        action_node=f"{base}#payment",
        refinements=(Constraint(f"{base}#amount", AMOUNT, operator, amount, f"{LP}currency-{price.currency}"),),
        pay_to=price.pay_to,
    )


def _stricter(operator: str) -> str:
    return ODRL + "eq" if operator == ODRL + "eq" else ODRL + "lteq"


def _demands(names: Iterable[str], wish: Offering, base: str) -> Iterator[Rule]:
    for name in names:
        clause = CLAUSES[name]
        if clause.kind == "prohibition":
            yield Rule(f"{base}#{name}", "prohibition", clause.action, wish.places)
        elif clause.kind == "obligation":
            places = () if name in ("deliver", "inform") else wish.places
            yield Rule(f"{base}#{name}", "obligation", clause.action, places, tuple(_times(name, wish, base)))


def _times(name: str, wish: Offering, base: str) -> Iterator[Constraint]:
    event = CLAUSES[name].event
    if event:
        right = Value(ODRL + "policyUsage" if event == "use" else LP + "end")
        yield Constraint(f"{base}#after-{event}", EVENT, ODRL + "gt", right)
        yield Constraint(f"{base}#in-time", ELAPSED, ODRL + "lteq", _days(wish.delete_days))
    if name == "inform":
        yield Constraint(f"{base}#regularly", INTERVAL, ODRL + "lteq", _days(wish.inform_days))


@dataclass(frozen=True, slots=True)
class Asking:
    """What a vendor chooses within somebody's terms."""

    assignee: str
    until: str
    """UTC, whole seconds, ``Z``."""
    reply_by: str
    purpose: str
    description: str = ""
    """In the vendor's own words."""
    service: str = ""
    """What it delivers."""
    places: tuple[str, ...] = ()
    """Within the terms' places; all of them where empty."""
    modes: tuple[str, ...] = ()
    """Of those the terms open; all of them where empty."""
    give_back: str = ""
    """Container of its own for what it adds."""
    client: str = ""
    """Its client id document."""
    price: Price | None = None
    data: tuple[str, ...] = ()
    """Categories of personal data (DPV)."""


def request_of(offer: Policy, digest: str, asking: Asking, head: Head) -> Policy:
    """A request under terms: the agreement that only the vendor has signed so far."""
    base, old = head.root, offer.root.partition("#")[0]
    modes = asking.modes or tuple(rule.name for rule in offer.of("permission"))
    rules = [
        _asked(rule, asking, (old, base)) for rule in offer.rules if rule.kind != "permission" or rule.name in modes
    ]
    return Policy(
        root=base,
        kind=AGREEMENT,
        assigner=offer.assigner,
        assignee=asking.assignee,
        rules=tuple(sorted(rules, key=lambda rule: rule.node)),
        roster=offer.roster,
        standard=offer.standard,
        under=offer.root,
        under_digest=digest,
        data=tuple(sorted(asking.data)),
        proposal=Proposal(asking.assignee, offer.assigner, head.at, asking.reply_by, asking.description),
        keys=tuple(sorted(head.keys, key=lambda key: key.method)),
    )


def _asked(rule: Rule, asking: Asking, bases: tuple[str, str]) -> Rule:
    old, base = bases
    own = bool(asking.give_back) and rule.action == LP + "append"
    places = (asking.give_back,) if own else asking.places if rule.kind == "permission" else ()
    constraints = [moved(one, old, base) for one in rule.constraints]
    if rule.kind == "permission":
        constraints = [_narrowed(one, asking) for one in constraints]
        if asking.client and rule.name == "read":
            constraints.append(Constraint(f"{base}#app", CLIENT, ODRL + "eq", Value(asking.client)))
    return replace(
        rule,
        node=_moved(rule.node, old, base),
        targets=tuple(sorted(places)) or rule.targets,
        constraints=tuple(sorted(constraints, key=lambda one: one.node)),
        duties=tuple(_paid(duty, asking.price, bases) for duty in rule.duties),
        description=asking.service if rule.name == "deliver" else rule.description,
    )


def _narrowed(one: Constraint, asking: Asking) -> Constraint:
    if one.left in (ELAPSED, DATE):
        return replace(one, left=DATE, operator=ODRL + "lteq", right=Value(asking.until, XSD + "dateTime"))
    if one.left == PURPOSE:
        return replace(one, right=Value(asking.purpose))
    return one


def _paid(duty: Rule, price: Price | None, bases: tuple[str, str]) -> Rule:
    old, base = bases
    if duty.action == PAYMENT and price is not None:
        return _payment(price, base, duty.party, ODRL + "eq")
    exact = [_exact(moved(one, old, base)) for one in duty.constraints]
    return replace(
        duty,
        node=_moved(duty.node, old, base),
        action_node=_moved(duty.action_node, old, base),
        constraints=tuple(exact),
        refinements=tuple(_exact(moved(one, old, base)) for one in duty.refinements),
    )


def _exact(one: Constraint) -> Constraint:
    return replace(one, operator=ODRL + "eq") if one.left in (AMOUNT, INTERVAL) else one


def moved(one: Constraint, old: str, new: str) -> Constraint:
    """The same constraint as part of another document."""
    return replace(one, node=_moved(one.node, old, new))


def _moved(node: str, old: str, new: str) -> str:
    return new + node.removeprefix(old) if node.startswith(old + "#") else node


def vendor_name(webid: str) -> str:
    """What a vendor is called in addresses: its host, and what tells it apart from others there."""
    parts = urlsplit(webid)
    words = [one for one in parts.path.split("/") if one and one not in ("profile", "card", "card.ttl", "webid")]
    name = "-".join([parts.hostname or "", *words[:1]]).lower()
    return re.sub(r"[^a-z0-9.-]+", "-", name).strip("-.")[:60] or "vendor"


def _days(days: int) -> Value:
    return Value(f"P{days}D", XSD + "duration")


def _decimal(amount: Decimal) -> str:
    text = f"{amount.normalize():f}"
    return text.rstrip("0").rstrip(".") if "." in text else text


CATEGORY = DPV + "PersonalData"
