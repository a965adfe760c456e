"""Data Integrity proofs of closed records: keys, signing, and whether a signature fits (``eddsa-rdfc-2022``).

It refuses to fetch a key, to say more than "this key signed these words", and to take a proof of another suite or
purpose for one of ours. Sources: https://www.w3.org/TR/vc-di-eddsa/, https://www.w3.org/TR/vc-data-integrity/,
https://www.w3.org/TR/cid-1.0/#Multikey.

* Proofs form a set: each side signs the same graph, in any order; none covers the other.
* Ed25519 is deterministic: signing again gives the same bytes, so a step that was cut off can be repeated.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Mapping
from dataclasses import dataclass, replace
from enum import StrEnum

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

from lifepod.errors import Malformed
from lifepod.rdf.closed import Closed, canonical

SUITE = "eddsa-rdfc-2022"
_PREFIX = b"\xed\x01"
"""Multicodec of an Ed25519 public key."""
_ALPHABET = "123456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz"
_OPTIONS = (
    '_:c14n0 <http://purl.org/dc/terms/created> "{created}"^^<http://www.w3.org/2001/XMLSchema#dateTime> .\n'
    "_:c14n0 <http://www.w3.org/1999/02/22-rdf-syntax-ns#type> <https://w3id.org/security#DataIntegrityProof> .\n"
    "_:c14n0 <https://w3id.org/security#cryptosuite> "
    '"eddsa-rdfc-2022"^^<https://w3id.org/security#cryptosuiteString> .\n'
    "_:c14n0 <https://w3id.org/security#proofPurpose> <https://w3id.org/security#assertionMethod> .\n"
    "_:c14n0 <https://w3id.org/security#verificationMethod> <{method}> .\n"
)
"""Canonical N-Quads of a proof's options: five of its six keys, always the same five (§3.2.5)."""
_TIME = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ\Z")
_ADDRESS = re.compile(r"[!-;=?-\[\]_a-z~]{1,2048}\Z")


class Fit(StrEnum):
    """Whether a signature fits."""

    VALID = "valid"
    INVALID = "invalid"
    UNKNOWN_SUITE = "unknown suite"


@dataclass(frozen=True, slots=True)
class Key:
    """A key that signs; its secret never shows."""

    method: str
    """IRI of the public key in its owner's WebID document."""
    owner: str
    """WebID."""
    seed: bytes
    """32 bytes: the secret."""

    def __repr__(self) -> str:
        """Without the secret."""
        return f"Key(method={self.method!r}, owner={self.owner!r})"

    @property
    def public(self) -> str:
        """The public key as a Multikey says it: ``z6Mk…``."""
        raw = Ed25519PrivateKey.from_private_bytes(self.seed).public_key().public_bytes_raw()
        return "z" + base58(_PREFIX + raw)


def sign(record: Closed, key: Key, created: str) -> Closed:
    """The record with one proof more; ``created`` is UTC, whole seconds, with ``Z``."""
    options = {
        "type": "DataIntegrityProof",
        "cryptosuite": SUITE,
        "created": created,
        "verificationMethod": key.method,
        "proofPurpose": "assertionMethod",
    }
    signature = Ed25519PrivateKey.from_private_bytes(key.seed).sign(_signed(words_of(record), options))
    proof = {**options, "proofValue": "z" + base58(signature)}
    return replace(record, proofs=(*record.proofs, proof))


def words_of(record: Closed) -> bytes:
    """SHA-256 of what each proof of a record is over: the same for all of them."""
    return hashlib.sha256(canonical(record.triples)).digest()


def fit_of(record: Closed, proof: Mapping[str, str], public: str, words: bytes = b"") -> Fit:
    """Whether one proof fits the record and a public key (``z6Mk…``); ``words``: :func:`words_of`, where known."""
    if proof.get("type") != "DataIntegrityProof" or proof.get("cryptosuite") != SUITE:
        return Fit.UNKNOWN_SUITE
    try:
        key, signature = unbase58(public), unbase58(proof.get("proofValue", ""))
        if key[:2] != _PREFIX or len(key) != 34 or len(signature) != 64:
            return Fit.INVALID
        Ed25519PublicKey.from_public_bytes(key[2:]).verify(signature, _signed(words or words_of(record), proof))
    except (InvalidSignature, Malformed, ValueError):
        return Fit.INVALID
    return Fit.VALID


def _signed(words: bytes, options: Mapping[str, str]) -> bytes:
    """What is signed: the digest of the options, then that of the record (vc-di-eddsa §3.2.4)."""
    created, method, purpose = (options.get(name, "") for name in ("created", "verificationMethod", "proofPurpose"))
    if not _TIME.match(created) or not _ADDRESS.match(method) or purpose != "assertionMethod":
        raise Malformed("A proof has options that no lifepod record has.")
    said = _OPTIONS.format(created=created, method=method).encode()
    return hashlib.sha256(said).digest() + words


def base58(data: bytes) -> str:
    """Bytes in the alphabet of Bitcoin (https://www.w3.org/TR/cid-1.0/#base-58-btc)."""
    number, out = int.from_bytes(data), ""
    while number:
        number, rest = divmod(number, 58)
        out = _ALPHABET[rest] + out
    return "1" * (len(data) - len(data.lstrip(b"\0"))) + out


def unbase58(text: str) -> bytes:
    """``z`` and base58 back to bytes; raises :class:`Malformed`."""
    body = text[1:]
    if text[:1] != "z" or not body or len(body) > 120 or any(c not in _ALPHABET for c in body):
        raise Malformed("A key or signature is not in base58.")
    number = 0
    for letter in body:
        number = number * 58 + _ALPHABET.index(letter)
    zeros = len(body) - len(body.lstrip("1"))
    return b"\0" * zeros + number.to_bytes((number.bit_length() + 7) // 8)


def verified(public: str, signature: bytes, message: bytes) -> bool:
    """Whether a signature fits a message and a public key (``z6Mk…``): for documents that are no records of ours."""
    try:
        key = unbase58(public)
        if key[:2] != _PREFIX or len(key) != 34:
            return False
        Ed25519PublicKey.from_public_bytes(key[2:]).verify(signature, message)
    except (InvalidSignature, Malformed, ValueError):
        return False
    return True
