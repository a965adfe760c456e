"""Is this record what it says? Four answers, never one: signatures, keys as once copied, keys as shown now, status.

It refuses to fetch and to read a clock (cards and the time are passed in), to boil the answers down to one word, and to
say that a signature proves a time or a legal person: it proves control of a WebID document.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from lifepod.errors import Malformed
from lifepod.rdf.closed import Closed
from lifepod.terms.cards import Card, is_withdrawn
from lifepod.terms.events import Event, event_of
from lifepod.terms.policy import OFFER, Policy, PublicKey
from lifepod.terms.proof import Fit, fit_of, words_of
from lifepod.terms.record import policy_of
from lifepod.terms.within import moment_of

_AHEAD = timedelta(minutes=5)


class Shown(StrEnum):
    """Whether a WebID document shows the key that signed."""

    YES = "yes"
    NO = "no"
    WITHDRAWN = "withdrawn"
    NO_COPY = "no copy"
    UNREACHABLE = "unreachable"
    NOT_ASKED = "not asked"


@dataclass(frozen=True, slots=True)
class Signature:
    """One proof, judged by the record alone."""

    by: str
    """WebID of the signer; empty where the record names no such key."""
    method: str
    created: str
    fit: Fit
    amiss: str = ""
    """Why it does not count although it fits, in words; empty where it counts."""

    @property
    def counts(self) -> bool:
        """Whether it is a valid signature of a party."""
        return self.fit is Fit.VALID and not self.amiss


@dataclass(frozen=True, slots=True)
class KeyAnswer:
    """What a WebID document says of the key that signed."""

    by: str
    shown: Shown
    at: str = ""
    """When the document was read, or since when the key is withdrawn; UTC."""


@dataclass(frozen=True, slots=True)
class Read:
    """A record with what it is: a policy or an event."""

    record: Closed
    policy: Policy | None = None
    event: Event | None = None

    @property
    def parties(self) -> tuple[str, ...]:
        """Whose signatures it wants: terms and events one, agreements two."""
        if self.policy is not None:
            found = (self.policy.assigner, self.policy.assignee)
            return found[:1] if self.policy.kind == OFFER else found
        return (self.event.actor,) if self.event else ()

    @property
    def keys(self) -> tuple[PublicKey, ...]:
        """The keys it names."""
        return self.policy.keys if self.policy else self.event.keys if self.event else ()

    @property
    def said_at(self) -> str:
        """When it was first said, by its own word."""
        if self.event is not None:
            return self.event.published
        if self.policy is None:
            return ""
        return self.policy.proposal.published if self.policy.proposal else self.policy.issued


def read_as(record: Closed) -> Read:
    """What a closed record is; raises :class:`Malformed` where it is neither a policy nor an event."""
    try:
        return Read(record, policy=policy_of(record))
    except Malformed as first:
        try:
            return Read(record, event=event_of(record))
        except Malformed as second:
            raise (first if "neither" not in str(first) else second) from None


def signatures_of(read: Read, now: datetime) -> tuple[Signature, ...]:
    """Each proof of a record, judged by the record alone."""
    seen: set[str] = set()
    out, words = [], words_of(read.record) if read.record.proofs else b""
    for proof in read.record.proofs:
        method, created = proof["verificationMethod"], proof["created"]
        key = next((one for one in read.keys if one.method == method), None)
        if key is None:
            out.append(Signature("", method, created, Fit.INVALID, "the record names no such key"))
            continue
        fit = fit_of(read.record, proof, key.public, words)
        out.append(Signature(key.owner, method, created, fit, _amiss(read, key, created, seen, now)))
        if fit is Fit.VALID:
            seen.add(key.owner)
    return tuple(out)


def _amiss(read: Read, key: PublicKey, created: str, seen: set[str], now: datetime) -> str:
    when, said = moment_of(created), moment_of(read.said_at)
    if key.owner not in read.parties:
        return "it is signed by somebody who is no party"
    if key.owner in seen:
        return "this party has signed already"
    if when is None or when > now + _AHEAD:
        return f"dated {created}: not possible"
    if said is None:
        return "the record does not say when it was made"
    if when < said:
        return f"dated {created}, before the record itself"
    return ""


def signed_by(read: Read, now: datetime) -> frozenset[str]:
    """The parties whose valid signature it has."""
    return frozenset(one.by for one in signatures_of(read, now) if one.counts)


def is_agreed(read: Read, now: datetime) -> bool:
    """Whether both parties signed; nobody agrees with themselves."""
    return is_agreed_by(read, signed_by(read, now))


def is_agreed_by(read: Read, signers: frozenset[str]) -> bool:
    """The same where it is known who signed: a signature costs more to check than all else of a record."""
    return len(set(read.parties)) == 2 and signers == frozenset(read.parties)


def shown_in(read: Read, by: str, card: Card | None, seen_at: str) -> KeyAnswer:
    """Whether a WebID's document shows the key its owner signed with; ``seen_at``: when we first had the record."""
    if card is None:
        return KeyAnswer(by, Shown.NO_COPY)
    named = [key for key in read.keys if key.owner == by]
    for proof in read.record.proofs:
        key = next((one for one in named if one.method == proof["verificationMethod"]), None)
        if key is None:
            continue
        found = card.key(key.method)
        if found is None or found.public != key.public:
            return KeyAnswer(by, Shown.NO, card.read_at)
        since = is_withdrawn(found, proof["created"], seen_at)
        return KeyAnswer(by, Shown.WITHDRAWN, since) if since else KeyAnswer(by, Shown.YES, card.read_at)
    return KeyAnswer(by, Shown.NO, card.read_at)


@dataclass(frozen=True, slots=True)
class Verdict:
    """The answers about one record."""

    signatures: tuple[Signature, ...]
    wanted: tuple[str, ...]
    """WebIDs whose signature it wants."""
    cached: tuple[KeyAnswer, ...]
    live: tuple[KeyAnswer, ...]
    status: str

    @property
    def is_signed(self) -> bool:
        """Whether every party signed, and nothing else is on it."""
        good = {one.by for one in self.signatures if one.counts}
        return bool(good) and good == set(self.wanted) and len(self.signatures) == len(self.wanted) == len(good)

    @property
    def is_contradicted(self) -> bool:
        """Whether a document says that a key that signed is not, or no longer, its own."""
        return any(one.shown in (Shown.NO, Shown.WITHDRAWN) for one in (*self.cached, *self.live))

    @property
    def is_confirmed(self) -> bool:
        """Whether for each party some document shows the key, and none denies it."""
        shown = {one.by for one in (*self.cached, *self.live) if one.shown is Shown.YES}
        return bool(shown) and shown >= set(self.wanted) and not self.is_contradicted


Cards = Mapping[str, Card]
"""Cards by WebID."""
