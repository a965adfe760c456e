"""A key at work, and the time of the run that signs with it.

It refuses to sign a graph that two implementations read differently.
"""

from __future__ import annotations

from dataclasses import replace

from lifepod.parties.identity import public_of, ready_key
from lifepod.rdf.closed import Closed
from lifepod.rdf.second import must_agree
from lifepod.solid.keyring import Store
from lifepod.solid.pod import Pod
from lifepod.terms.events import Event, event_record
from lifepod.terms.policy import Policy, PublicKey
from lifepod.terms.proof import Key, sign
from lifepod.terms.record import policy_of as policy_of  # what is signed, read back
from lifepod.terms.record import record_of


class Pen:
    """Signs for one WebID."""

    def __init__(self, key: Key, now: str) -> None:
        self._key = key
        self.now = now
        """UTC, whole seconds, ``Z``."""

    @property
    def public(self) -> PublicKey:
        """The half that records name."""
        return public_of(self._key)

    def signed(self, record: Closed) -> Closed:
        """The record with our proof, dated now; another implementation must read the same words first."""
        must_agree(record)
        return sign(record, self._key, self.now)

    def policy(self, policy: Policy) -> Closed:
        """A request or counter-offer with our proof."""
        return self.signed(record_of(policy))

    def terms(self, policy: Policy) -> Closed:
        """Terms that name our key, with our proof."""
        return self.policy(replace(policy, keys=(self.public,)))

    def event(self, event: Event) -> Closed:
        """An event that names our key, with our proof."""
        return self.signed(event_record(replace(event, keys=(self.public,))))


async def pen_for(pod: Pod, store: Store, now: str) -> Pen:
    """A pen with the login's key, which is made and shown in the WebID document where there is none."""
    key, _ = await ready_key(pod, store, now)
    return Pen(key, now)
