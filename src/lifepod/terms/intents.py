"""Wants and the offers that answer them: what a person looks for, said to vendors under terms; what each asks for it.

It refuses to add up or convert currencies, to say which offer is best, and to put more into a want than the want: no
record of the journal goes with it. What a vendor learns is the WebID and its wants; a second WebID is the remedy.

* A want is ``schema:Demand``, an answer ``as:Offer`` and ``schema:Offer``; each is a closed record with one proof.
* An answer binds who makes it to the terms of the want: it names both by address and digest.
* The address of an answer is made from the want's and the signing key, so a key has one answer to a want.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal

from lifepod.errors import Malformed
from lifepod.names import AS, DCT, DPV, LP, PD, RDF_TYPE, SCHEMA, SEC, XSD
from lifepod.plain import plain
from lifepod.rdf.closed import Closed
from lifepod.rdf.flat import FlatTriple
from lifepod.terms.cards import Card, is_withdrawn
from lifepod.terms.clauses import CURRENCIES
from lifepod.terms.events import address_of
from lifepod.terms.policy import PublicKey
from lifepod.terms.proof import Fit, fit_of
from lifepod.terms.said import Said, iris, key_triples, keys_said, literal
from lifepod.terms.within import moment_of

ROSTER = "pdc-intent"
"""The entry of the roster that wants are made under."""
_AHEAD = timedelta(minutes=5)
_DATETIME, _DECIMAL = XSD + "dateTime", XSD + "decimal"


@dataclass(frozen=True, slots=True)
class Want:
    """``schema:Demand``: what a person looks for."""

    root: str
    """``urn:uuid:…``."""
    actor: str
    """WebID of the person."""
    published: str
    """UTC, whole seconds, ``Z``; so are all times here."""
    valid_through: str
    title: str
    under: str
    """IRI of the version of terms that every answer is bound to."""
    max_price: Decimal | None = None
    currency: str = ""
    """ISO 4217."""
    region: str = ""
    """Where it must be had: a code of ISO 3166."""
    under_digest: str = ""
    keys: tuple[PublicKey, ...] = ()


@dataclass(frozen=True, slots=True)
class Answer:
    """``as:Offer`` and ``schema:Offer``: what a vendor asks for it."""

    root: str
    actor: str
    """WebID of the vendor."""
    target: str
    """WebID of the person."""
    in_reply_to: str
    """Address of the want."""
    in_reply_to_digest: str
    published: str
    price: Decimal
    currency: str
    valid_through: str
    under: str
    under_digest: str = ""
    description: str = ""
    """The vendor's own words."""
    keys: tuple[PublicKey, ...] = ()


def answer_address(want: str, public: str) -> str:
    """The one address of a key's answer to a want; ``public``: ``z6Mk…``."""
    return address_of(want, f"answer {public}")


# Wants as records


def want_record(want: Want) -> Closed:
    """The want as a closed record, not signed yet; raises :class:`Malformed` for one that says too little."""
    _must_be_sound(want)
    return Closed(want.root, tuple(sorted(set(_want(want)))))


def _want(want: Want) -> Iterator[FlatTriple]:
    root, most = want.root, f"{want.root}#most"
    yield from iris(root, RDF_TYPE, SCHEMA + "Demand")
    yield from iris(root, AS + "actor", want.actor)
    yield from iris(root, DPV + "hasPersonalData", PD + "Intention")
    yield from iris(root, LP + "underTerms", want.under)
    yield from literal(root, LP + "termsDigest", want.under_digest, SEC + "multibase")
    yield from literal(root, AS + "published", want.published, _DATETIME)
    yield from literal(root, SCHEMA + "validThrough", want.valid_through, _DATETIME)
    yield from literal(root, DCT + "title", want.title)
    yield from literal(root, SCHEMA + "eligibleRegion", want.region)
    if want.max_price is not None:
        yield from iris(root, SCHEMA + "priceSpecification", most)
        yield from literal(most, SCHEMA + "maxPrice", decimal_text(want.max_price), _DECIMAL)
        yield from literal(most, SCHEMA + "priceCurrency", want.currency)
    yield from key_triples(want.keys)


def want_of(record: Closed) -> Want:
    """The want a closed record is; raises :class:`Malformed` where it is none."""
    graph, root = Said(record.triples), record.root
    if graph.iris(root, RDF_TYPE) != (SCHEMA + "Demand",):
        raise Malformed("It is no want.")
    if graph.iris(root, DPV + "hasPersonalData") != (PD + "Intention",):
        raise Malformed("It is a want about other data than what somebody wants.")
    actor, most = graph.iri(root, AS + "actor"), graph.iri(root, SCHEMA + "priceSpecification")
    if most and most != f"{root}#most":
        raise Malformed("Its price is said elsewhere.")
    price = graph.literal(most, SCHEMA + "maxPrice", _DECIMAL) if most else ""
    want = Want(
        root=root,
        actor=actor,
        published=graph.literal(root, AS + "published", _DATETIME),
        valid_through=graph.literal(root, SCHEMA + "validThrough", _DATETIME),
        title=graph.literal(root, DCT + "title"),
        under=graph.iri(root, LP + "underTerms"),
        max_price=Decimal(price) if price else None,
        currency=graph.literal(most, SCHEMA + "priceCurrency") if most else "",
        region=graph.literal(root, SCHEMA + "eligibleRegion"),
        under_digest=graph.literal(root, LP + "termsDigest", SEC + "multibase"),
        keys=keys_said(graph, (actor,)),
    )
    _must_be_all(graph)
    _must_be_sound(want)
    return want


def _must_be_all(graph: Said) -> None:
    if graph.left:
        raise Malformed(f"It says more than its form: {plain(' '.join(next(iter(graph.left))), 200)}.")


def _must_be_sound(want: Want) -> None:
    said, until = "", moment_of(want.valid_through)
    asked = moment_of(want.published)
    address_of(want.root, "answer")  # raises for what no answer could be addressed to
    if not want.actor or not want.title.strip():
        said = "A want says who wants what"
    elif asked is None or until is None or until <= asked:
        said = "A want ends after it was published"
    elif not want.under:
        said = "A want names the terms that answers are bound to"
    elif (want.max_price is None) == bool(want.currency):
        said = "The most it may cost is an amount and a currency"
    elif want.max_price is not None:
        said = _fault_of(want.max_price, want.currency)
    if said:
        raise Malformed(said + ".", advice="`lifepod intent --help` shows an example.")


def _fault_of(price: Decimal, currency: str) -> str:
    sound = price.is_finite() and 0 < price < 10**17 and price == round(price, 9)
    return "" if sound and currency in CURRENCIES else "A price is an amount above nothing in a currency of ISO 4217"


# Answers as records


def answer_record(answer: Answer) -> Closed:
    """The answer as a closed record, not signed yet; raises :class:`Malformed` for one that says too little."""
    _must_be_bound(answer)
    return Closed(answer.root, tuple(sorted(set(_answer(answer)))))


def _answer(answer: Answer) -> Iterator[FlatTriple]:
    root = answer.root
    yield from iris(root, RDF_TYPE, AS + "Offer", SCHEMA + "Offer")
    yield from iris(root, AS + "actor", answer.actor)
    yield from iris(root, AS + "target", answer.target)
    yield from iris(root, AS + "inReplyTo", answer.in_reply_to)
    yield from literal(root, LP + "inReplyToDigest", answer.in_reply_to_digest, SEC + "multibase")
    yield from iris(root, LP + "underTerms", answer.under)
    yield from literal(root, LP + "termsDigest", answer.under_digest, SEC + "multibase")
    yield from literal(root, AS + "published", answer.published, _DATETIME)
    yield from literal(root, SCHEMA + "validThrough", answer.valid_through, _DATETIME)
    yield from literal(root, SCHEMA + "price", decimal_text(answer.price), _DECIMAL)
    yield from literal(root, SCHEMA + "priceCurrency", answer.currency)
    yield from literal(root, DCT + "description", answer.description)
    yield from key_triples(answer.keys)


def answer_of(record: Closed) -> Answer:
    """The answer a closed record is; raises :class:`Malformed` where it is none."""
    graph, root = Said(record.triples), record.root
    if set(graph.iris(root, RDF_TYPE)) != {AS + "Offer", SCHEMA + "Offer"}:
        raise Malformed("It is no answer to a want.")
    actor, price = graph.iri(root, AS + "actor"), graph.literal(root, SCHEMA + "price", _DECIMAL)
    answer = Answer(
        root=root,
        actor=actor,
        target=graph.iri(root, AS + "target"),
        in_reply_to=graph.iri(root, AS + "inReplyTo"),
        in_reply_to_digest=graph.literal(root, LP + "inReplyToDigest", SEC + "multibase"),
        published=graph.literal(root, AS + "published", _DATETIME),
        price=Decimal(price or 0),
        currency=graph.literal(root, SCHEMA + "priceCurrency"),
        valid_through=graph.literal(root, SCHEMA + "validThrough", _DATETIME),
        under=graph.iri(root, LP + "underTerms"),
        under_digest=graph.literal(root, LP + "termsDigest", SEC + "multibase"),
        description=graph.literal(root, DCT + "description"),
        keys=keys_said(graph, (actor,)),
    )
    _must_be_all(graph)
    _must_be_bound(answer)
    return answer


def _must_be_bound(answer: Answer) -> None:
    said, made, until = "", moment_of(answer.published), moment_of(answer.valid_through)
    if not answer.actor or not answer.target or answer.actor == answer.target:
        said = "An answer says who makes it to whom"
    elif not answer.in_reply_to_digest or not answer.under:
        said = "An answer names the want and the terms it is bound to"
    elif len(answer.keys) != 1 or answer.root != answer_address(answer.in_reply_to, answer.keys[0].public):
        said = "An answer is addressed by the one key that signs it"
    elif made is None or until is None or until <= made:
        said = "An answer holds for some time after it was made"
    said = said or _fault_of(answer.price, answer.currency)
    if said:
        raise Malformed(said + ".")


# Judging


def unsigned(record: Closed, keys: Iterable[PublicKey], made: tuple[str, str], now: datetime) -> str:
    """Why a want or answer is not signed by who makes it, in words; empty where it is; ``made``: by whom, and when."""
    (actor, said), found = made, list(record.proofs)
    if len(found) != 1:
        return "it has no signature" if not found else "it has several signatures"
    key = next((one for one in keys if one.method == found[0]["verificationMethod"] and one.owner == actor), None)
    if key is None or fit_of(record, found[0], key.public) is not Fit.VALID:
        return "its signature does not fit"
    signed, made_at = moment_of(found[0]["created"]), moment_of(said)
    if signed is None or made_at is None or not made_at <= signed <= now + _AHEAD:
        return "it is dated at a time that is not possible"
    return ""


def answers_not(want: Want, digest: str, answer: Answer) -> str:
    """Why an answer is none to this want, in words; empty where it is one; ``digest``: of the want's graph."""
    if (answer.in_reply_to, answer.in_reply_to_digest) != (want.root, digest):
        return "it answers another text than what you want"
    if answer.target != want.actor:
        return "it is for somebody else"
    if (answer.under, answer.under_digest) != (want.under, want.under_digest):
        return "it does not bind itself to the terms of what you want"
    made, asked, until = (moment_of(one) for one in (answer.published, want.published, want.valid_through))
    if made is None or asked is None or until is None or not asked - _AHEAD <= made <= until:
        return "it was made before you asked, or after that ended"
    return ""


@dataclass(frozen=True, slots=True)
class Row:
    """One answer beside the others."""

    answer: Answer
    over: bool | None
    """Whether it costs more than the most the want names; ``None`` where that cannot be told: another currency."""
    ended: bool
    """Whether its time is over."""


def answers_compared(want: Want, answers: Iterable[Answer], now: datetime) -> tuple[Row, ...]:
    """One row for each key, its first answer: by currency (that of the want first), then by price; never mixed."""
    first: dict[str, Answer] = {}
    for answer in sorted(answers, key=lambda one: (one.published, one.root)):
        first.setdefault(answer.keys[0].public if answer.keys else answer.actor, answer)
    rows = [Row(one, _is_over(want, one), _is_past(one.valid_through, now)) for one in first.values()]
    return tuple(sorted(rows, key=lambda row: _order(want, row.answer)))


def _order(want: Want, answer: Answer) -> tuple[bool, str, Decimal, str]:
    return answer.currency != want.currency, answer.currency, answer.price, answer.root


def _is_over(want: Want, answer: Answer) -> bool | None:
    if want.max_price is None:
        return False
    return answer.price > want.max_price if answer.currency == want.currency else None


def _is_past(until: str, now: datetime) -> bool:
    end = moment_of(until)
    return end is None or end <= now


def has_ended(want: Want, now: datetime) -> bool:
    """Whether the time for answers is over."""
    return _is_past(want.valid_through, now)


def decimal_text(amount: Decimal) -> str:
    """An amount in the one form records have: no trailing zero."""
    text = f"{amount.normalize():f}"
    return text.rstrip("0").rstrip(".") if "." in text else text


def not_shown(card: Card, key: PublicKey, created: str, seen_at: str) -> str:
    """Why a WebID document does not confirm a key that signed, in words; empty where it does."""
    shown = card.key(key.method)
    if card.webid != key.owner or shown is None or shown.public != key.public:
        return "it is signed with a key that its sender does not show"
    since = is_withdrawn(shown, created, seen_at)
    return f"it is signed with a key that was withdrawn on {since}" if since else ""
