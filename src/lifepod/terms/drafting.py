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

from lifepod.errors import Malformed, OutsideTerms
from lifepod.names import DPV, IEEE7012, LP, ODRL, XSD
from lifepod.plain import plain
from lifepod.terms.clauses import CLAUSES, CURRENCIES, clause_of, standing_alone
from lifepod.terms.places import is_at_or_below, normalised
from lifepod.terms.places import is_kept_back as is_kept_back  # asked before terms are drawn up
from lifepod.terms.policy import AGREEMENT, OFFER, PAYMENT, Constraint, Policy, Proposal, PublicKey, Rule, Value
from lifepod.terms.purposes import is_within, known, label_of
from lifepod.terms.roster import Entry, missing
from lifepod.terms.within import (
    AMOUNT,
    CLIENT,
    DATE,
    ELAPSED,
    EVENT,
    INTERVAL,
    PURPOSE,
    differences,
    moment_of,
)

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
    wish = replace(wish, places=tuple(sorted(set(wish.places))), modes=tuple(dict.fromkeys(wish.modes)))
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
        keys=tuple(sorted(head.keys, key=lambda key: key.method)),
    )


def _must_be_an_offer(wish: Offering) -> None:
    said, days = "", (wish.days, wish.delete_days, wish.inform_days)
    own = [CLAUSES.get(name) for name in wish.more]
    if not _NAME.match(wish.name):
        said = f"{plain(wish.name, 60)} cannot name terms; use small letters, digits and dashes"
    elif not wish.title.strip():
        said = "Terms have a title, for whoever reads them"
    elif not wish.places:
        said = "Terms name the places they open"
    elif amiss := [place for place in wish.places if normalised(place) != place]:
        said = f"{plain(amiss[0], 200)} is no address of a place in a pod, in full and in the usual spelling"
    elif not known(wish.purpose):
        said = f"{plain(wish.purpose, 80)} is no purpose that DPV defines"
    elif wish.entry.purpose and not is_within(wish.purpose, wish.entry.purpose):
        said = f"This agreement of the roster is for {label_of(wish.entry.purpose)}, or a narrower purpose"
    elif not all(1 <= one <= _MOST_DAYS for one in days):
        said = "Terms and what they ask for end after some days, at least 1"
    elif not wish.modes or not set(wish.modes) <= {"read", "append", "change"}:
        said = "Terms open reading, adding or changing"
    elif unknown := [n for n, c in zip(wish.more, own, strict=True) if not c or c.kind not in _KINDS]:
        said = f"{plain(unknown[0], 60)} is neither forbidden nor promised by terms"
    said = said or (_fault_of(wish.price) if wish.price else "")
    if said:
        raise Malformed(said + ".", advice="`lifepod terms --help` shows an example.")
    names = [*wish.entry.must, *wish.entry.must_not, *wish.more, *wish.modes]
    # A purpose is said of what is read, and of nothing else.
    held = [one for one in names if one != "purpose"] + (["purpose"] if "read" in wish.modes else [])
    lone = [*standing_alone(names), *((name, "reading") for name in missing(wish.entry, held))]
    if lone:
        raise Malformed(f"{lone[0][0]} needs {lone[0][1]} beside it.")


_KINDS = ("prohibition", "obligation")
_MOST_DAYS = 36_500
_PAY_TO = re.compile(r"https://[a-z0-9][a-z0-9.-]*(?:/[A-Za-z0-9._~!$&'()*+,;=:@%/-]*)?\Z")
"""An Open Payments address: no user, port, query or fragment."""


def _fault_of(price: Price) -> str:
    """What is amiss with a price; empty where nothing is."""
    sound = price.amount.is_finite() and 0 < price.amount < 10**17 and price.amount == round(price.amount, 9)
    if price.currency not in CURRENCIES or not sound:
        return "A price is an amount above nothing in a currency of ISO 4217"
    if not 0 <= price.days <= _MOST_DAYS:
        return "A price is paid once, or again after some days"
    if price.pay_to and not _PAY_TO.match(price.pay_to):
        return f"{plain(price.pay_to, 100)} is no address of a wallet"
    return ""


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
    """A request under terms: the agreement that only the vendor has signed so far.

    Raises :class:`OutsideTerms` where the choices leave the terms, :class:`Malformed` where they make no request.
    """
    base, modes = head.root, asking.modes or tuple(_name(rule) for rule in offer.of("permission"))
    asked = [r for r in offer.rules if r.kind != "permission" or _name(r) in modes]
    _must_be_a_request(offer, asking, head)
    rules = [_asked(rule, asking, (offer.root.partition("#")[0], base)) for rule in asked]
    request = Policy(
        root=base,
        kind=AGREEMENT,
        assigner=offer.assigner,
        assignee=asking.assignee,
        rules=tuple(sorted(rules, key=lambda rule: rule.node)),
        roster=offer.roster,
        standard=offer.standard,
        under=offer.root,
        under_digest=digest,
        data=tuple(sorted(set(asking.data))),
        proposal=Proposal(asking.assignee, offer.assigner, head.at, asking.reply_by, asking.description),
        keys=tuple(sorted(head.keys, key=lambda key: key.method)),
    )
    at = moment_of(head.at)
    found = differences(request, offer, at) if at else ()
    if found:
        said = f"{found[0].clause}: offered is {found[0].offered or 'nothing'}, not {found[0].asked or 'nothing'}."
        raise OutsideTerms(said, clauses=tuple(one.clause for one in found))
    return request


def _must_be_a_request(offer: Policy, asking: Asking, head: Head) -> None:
    at, reply, until = (moment_of(one) for one in (head.at, asking.reply_by, asking.until))
    opened = [rule for rule in offer.of("permission") if not asking.modes or _name(rule) in asking.modes]
    elsewhere = [one for one in asking.places if not any(_is_open(one, rule) for rule in opened)]
    unknown = sorted(set(asking.modes) - {_name(rule) for rule in opened}) or ([] if opened else ["nothing"])
    said = outside = ""
    if at is None or reply is None or reply <= at:
        said = "The day of the answer comes after the day of the question"
    elif until is None or until <= at:
        said = "What is asked for ends on a day to come"
    elif not asking.assignee or asking.assignee == offer.assigner:
        said = "Whoever asks is somebody else than who is asked"
    elif unknown or elsewhere:
        outside = f"These terms do not open {plain([*unknown, *elsewhere][0], 200)}"
    elif asking.price and not any(duty.action == PAYMENT for rule in opened for duty in rule.duties):
        said = "These terms ask for no payment"
    said = said or (_fault_of(asking.price) if asking.price else "")
    if said:
        raise Malformed(said + ".", advice="Choose within the terms, or ask for other terms.")
    if outside:
        raise OutsideTerms(outside + ".", clauses=(*unknown, *elsewhere))


def _name(rule: Rule) -> str:
    """Name of the clause a rule is; that of its node where it is none."""
    return clause_of(rule.kind, rule.action) or rule.name


def _is_open(place: str, rule: Rule) -> bool:
    return any(is_at_or_below(place, above) for above in rule.targets)


def _asked(rule: Rule, asking: Asking, bases: tuple[str, str]) -> Rule:
    old, base = bases
    places = tuple(one for one in asking.places if rule.kind == "permission" and _is_open(one, rule))
    if asking.give_back and rule.action == LP + "append" and rule.kind in ("permission", "obligation"):
        places = (asking.give_back,)
    constraints = [moved(one, old, base) for one in rule.constraints]
    if rule.kind == "permission":
        constraints = _narrowed(rule, constraints, asking, base)
    return replace(
        rule,
        node=moved_node(rule.node, old, base),
        targets=tuple(sorted(set(places))) or rule.targets,
        constraints=tuple(sorted(constraints, key=lambda one: one.node)),
        duties=tuple(_paid(duty, asking.price, bases) for duty in rule.duties),
        description=rule.description or (asking.service if _name(rule) == "deliver" else ""),
    )


def _narrowed(rule: Rule, given: list[Constraint], asking: Asking, base: str) -> list[Constraint]:
    """The constraints of a permission, tightened as is asked; an end, a purpose and an app where none stood."""
    lefts, reads = {one.left for one in given}, _name(rule) == "read"
    until = Constraint(f"{base}#until", DATE, ODRL + "lteq", Value(asking.until, XSD + "dateTime"))
    purpose = Constraint(f"{base}#purpose", PURPOSE, ODRL + "isA", Value(asking.purpose))
    app = Constraint(f"{base}#app", CLIENT, ODRL + "eq", Value(asking.client))
    out = [] if lefts & {ELAPSED, DATE} else [until]
    out += [purpose] if reads and PURPOSE not in lefts else []
    out += [app] if reads and asking.client and CLIENT not in lefts else []
    for one in given:
        if one.left in (ELAPSED, DATE):
            out.append(replace(one, left=DATE, operator=ODRL + "lteq", right=until.right))
        elif one.left in (PURPOSE, CLIENT) and (one.left == PURPOSE or asking.client):
            out.append(replace(one, right=Value(asking.purpose if one.left == PURPOSE else asking.client)))
        else:
            out.append(one)
    return out


def _paid(duty: Rule, price: Price | None, bases: tuple[str, str]) -> Rule:
    old, base = bases
    if duty.action == PAYMENT and price is not None:
        # Where it is paid to is the person's word, never the payer's.
        return replace(_payment(price, base, duty.party, ODRL + "eq"), pay_to=duty.pay_to)
    exact = [_exact(moved(one, old, base)) for one in duty.constraints]
    return replace(
        duty,
        node=moved_node(duty.node, old, base),
        action_node=moved_node(duty.action_node, old, base),
        constraints=tuple(exact),
        refinements=tuple(_exact(moved(one, old, base)) for one in duty.refinements),
    )


def _exact(one: Constraint) -> Constraint:
    return replace(one, operator=ODRL + "eq") if one.left in (AMOUNT, INTERVAL) else one


def moved(one: Constraint, old: str, new: str) -> Constraint:
    """The same constraint as part of another document."""
    return replace(one, node=moved_node(one.node, old, new))


def moved_node(node: str, old: str, new: str) -> str:
    """The same part's address in another document; addresses of anything else stay."""
    return new + node.removeprefix(old) if node.startswith(old + "#") else node


def vendor_name(webid: str) -> str:
    """What a vendor is called in addresses: its host, and what tells it apart from others there."""
    try:
        parts = urlsplit(webid)
    except ValueError:
        return "vendor"
    words = [one for one in parts.path.split("/") if one and one not in ("profile", "card", "card.ttl", "webid")]
    name = "-".join([parts.hostname or "", *words[:1]]).lower()
    return re.sub(r"[^a-z0-9.-]+", "-", name).strip("-.")[:60] or "vendor"


def _days(days: int) -> Value:
    return Value(f"P{days}D", XSD + "duration")


def _decimal(amount: Decimal) -> str:
    text = f"{amount.normalize():f}"
    return text.rstrip("0").rstrip(".") if "." in text else text


CATEGORY = DPV + "PersonalData"
