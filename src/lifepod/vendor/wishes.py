"""What a vendor wishes for, as a request within terms: words and days that a person typed, made exact.

It refuses to choose a purpose or an end that is not said or offered, and to draw up what the terms do not cover.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal, InvalidOperation

from lifepod.errors import Malformed, OutsideTerms, Undecided
from lifepod.journal.activity import KINDS
from lifepod.plain import plain
from lifepod.solid.wire import own_spelling
from lifepod.terms.clauses import CLAUSES
from lifepod.terms.drafting import Asking as Asking  # part of what a request is made of
from lifepod.terms.drafting import Head as Head
from lifepod.terms.drafting import Price, request_of, vendor_name
from lifepod.terms.policy import Policy
from lifepod.terms.purposes import find
from lifepod.terms.request import faults_of
from lifepod.vendor.side import moment
from lifepod.vendor.words import purpose_of

_WITHIN = "Ask within the terms; --dry-run shows what they offer."
_APPEND = CLAUSES["append"].action


@dataclass(frozen=True, slots=True)
class Ask:
    """What a vendor wants of somebody."""

    until: str
    """A day or a time."""
    under: str = ""
    """Name or address of the terms; the best-liked that fit where empty."""
    purpose: str = ""
    """Name of a purpose of DPV; that of the terms where empty."""
    place: tuple[str, ...] = ()
    """Paths below the person's pod, or addresses; all of the terms' places where empty."""
    mode: tuple[str, ...] = ()
    """Of ``read``, ``append``, ``change``; all that the terms open where empty."""
    say: str = ""
    """The vendor's own words."""
    service: str = ""
    """What it delivers."""
    client: str = ""
    """Its client id document."""
    price: str = ""
    """``6 EUR``."""
    every: int = 0
    """Days between payments; 0 pays once."""
    reply_by: str = ""


def places_of(said: tuple[str, ...], person: str, storages: tuple[str, ...]) -> tuple[str, ...]:
    """Addresses of the places that were said: paths lie below the person's only pod; raises :class:`Undecided`."""
    out = []
    for place in said:
        if "://" not in place and len(storages) != 1:
            why = "names several pods" if storages else "names no pod"
            raise Undecided(
                f"{plain(person)} {why}; {plain(place)} could be anywhere.",
                choices=storages,
                advice="Give the full address of the place.",
            )
        out.append(own_spelling(place if "://" in place else storages[0] + place.lstrip("/")))
    return tuple(out)


def asking_of(ask: Ask, vendor: str, places: tuple[str, ...], offer: Policy) -> Asking:
    """The exact wish of a vendor (WebID) under terms; raises :class:`Malformed` where a word of it means nothing."""
    first = (places or offer.targets)[0]
    gives = any(rule.action == _APPEND and rule.kind in ("permission", "obligation") for rule in offer.rules)
    own = f"{first}from-{vendor_name(vendor)}/" if gives and first.endswith("/") else ""
    return Asking(
        assignee=vendor,
        until=moment(ask.until),
        reply_by=moment(ask.reply_by) if ask.reply_by else "",
        purpose=purpose_said(ask.purpose) if ask.purpose else purpose_of(offer),
        description=ask.say,
        service=ask.service,
        places=places,
        modes=ask.mode,
        give_back=own,
        client=ask.client,
        price=_price(ask.price, ask.every) if ask.price else None,
        data=_categories(places or offer.targets),
    )


def purpose_said(word: str) -> str:
    """IRI of a purpose of DPV by its name or label; an address stays as it is. Raises :class:`Malformed`."""
    if "://" in word:
        return word
    found = find(word)
    if not found:
        raise Malformed(f"{plain(word, 80)} is no purpose that DPV knows.", advice="See https://w3id.org/dpv#purposes.")
    return found[0]


def _price(text: str, every: int) -> Price:
    amount, _, currency = text.strip().partition(" ")
    try:
        return Price(Decimal(amount), currency.strip().upper(), every)
    except InvalidOperation:
        raise Malformed(f"{plain(text, 40)} is no price.", advice='Say an amount and a currency: "6 EUR".') from None


def _categories(places: tuple[str, ...]) -> tuple[str, ...]:
    """The categories of personal data in parts of a journal, by the names of their containers."""
    named = {segment for place in places for segment in place.partition("/journal/")[2].split("/")[:1]}
    return tuple(sorted({one for kind in KINDS.values() if kind.journal_class in named for one in kind.categories}))


def drawn_up(offer: tuple[Policy, str], asking: Asking, head: Head, storages: tuple[str, ...], at: datetime) -> Policy:
    """The request under an offer (its text and digest); raises :class:`OutsideTerms` where it could not be approved."""
    try:
        policy = request_of(offer[0], offer[1], asking, head)
    except (Malformed, OutsideTerms) as error:
        raise OutsideTerms(f"{error}", clauses=getattr(error, "clauses", ()), advice=_WITHIN) from None
    storage = next((one for one in storages if policy.targets[0].startswith(one)), "")
    faults = faults_of(policy, policy.assigner, storage, at) if storage else ()
    if not storage or faults:
        said = faults[0].says if faults else "These terms open places outside the person's pod."
        raise OutsideTerms(said, clauses=tuple(fault.says for fault in faults), advice=_WITHIN)
    return policy
