"""Data Integrity proofs of documents that others signed, a W3C credential for one: whether each signature fits.

It refuses to fetch a key or a context, and to say more than "this key signed these words": who a key belongs to, what
it may assert and whether the time is right are told by others. Unknown is not invalid. Sources:
https://www.w3.org/TR/vc-data-integrity/#verify-proof-sets-and-chains, https://www.w3.org/TR/vc-di-eddsa/.

* What was signed is :attr:`Foreign.said`; whoever shows the document shows that.
* Each proof is judged alone. One that names others was made over the document with those in it.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass

from lifepod.errors import Malformed, TooBig
from lifepod.limits import LIMITS, Limits
from lifepod.rdf.canon import NO_MORE, Document, canonical_jsonld, read_document
from lifepod.terms.proof import SUITE, Fit, unbase58, verified

_PROOFS = 8
"""Proofs of one document."""
_DID_KEY = "did:key:"


@dataclass(frozen=True, slots=True)
class Checked:
    """One proof, as it stood, and whether it fits."""

    method: str
    """Address of the key it names, unjudged."""
    purpose: str
    """What the signer says it is for: ``assertionMethod``, or another."""
    created: str
    """The signer's word, not read as a time; empty where it says none."""
    expires: str
    """The same."""
    after: tuple[str, ...]
    """Addresses of the proofs it was made over; empty in a set."""
    fit: Fit | None
    """``None`` where no key is known for it: neither valid nor invalid."""


@dataclass(frozen=True, slots=True)
class Foreign:
    """A signed document of others."""

    said: bytes
    """All that is signed, as canonical N-Quads, without the proofs."""
    proofs: tuple[Checked, ...]
    """In their order in the document."""


def read_foreign(
    data: bytes, keys: Mapping[str, str], contexts: Mapping[str, Document] = NO_MORE, limits: Limits = LIMITS
) -> Foreign:
    """Bytes → what was said and how each proof fits; raises :class:`Malformed` or :class:`TooBig`.

    ``keys`` are public keys (``z6Mk…``) by the address a proof names; a ``did:key`` is its own.
    """
    document = read_document(data, limits)
    proofs = _proofs(document.pop("proof", []))
    said = canonical_jsonld(document, contexts, limits)
    ask = _Asked(document, proofs, contexts, limits)
    return Foreign(said, tuple(_checked(proof, ask, said, _key(proof, keys)) for proof in proofs))


@dataclass(frozen=True, slots=True)
class _Asked:
    """What every proof is checked against."""

    document: Document
    proofs: tuple[Document, ...]
    contexts: Mapping[str, Document]
    limits: Limits

    def canonical(self, document: Document) -> bytes:
        """Of a part, read with the vocabulary of the whole."""
        whole = {"@context": self.document.get("@context", [])} | dict(document)
        return canonical_jsonld(whole, self.contexts, self.limits)


def _proofs(value: object) -> tuple[Document, ...]:
    found = value if isinstance(value, list) else [value]
    if len(found) > _PROOFS:
        raise TooBig(f"It has more than {_PROOFS} proofs; not opened.", bound=_PROOFS)
    if not all(isinstance(proof, dict) for proof in found):
        raise Malformed("A proof of it is no object.")
    return tuple(found)


def _text(proof: Document, name: str) -> str:
    value = proof.get(name)
    return value if isinstance(value, str) else ""


def _key(proof: Document, keys: Mapping[str, str]) -> str | None:
    method = _text(proof, "verificationMethod")
    if method in keys:
        return keys[method]
    did, _, fragment = method.partition("#")
    return fragment if did.startswith(_DID_KEY) and did == _DID_KEY + fragment else None


def _checked(proof: Document, ask: _Asked, said: bytes, key: str | None) -> Checked:
    before = proof.get("previousProof", [])
    return Checked(
        method=_text(proof, "verificationMethod"),
        purpose=_text(proof, "proofPurpose"),
        created=_text(proof, "created"),
        expires=_text(proof, "expires"),
        after=tuple(one for one in (before if isinstance(before, list) else [before]) if isinstance(one, str)),
        fit=_fit(proof, ask, said, key),
    )


def _fit(proof: Document, ask: _Asked, said: bytes, key: str | None) -> Fit | None:
    if _text(proof, "type") != "DataIntegrityProof" or _text(proof, "cryptosuite") != SUITE:
        return Fit.UNKNOWN_SUITE
    if key is None:
        return None
    try:
        signature, message = unbase58(_text(proof, "proofValue")), _signed(proof, ask, said)
    except Malformed:  # a stranger can add a proof that cannot be read; the others still count
        return Fit.INVALID
    return Fit.VALID if verified(key, signature, message) else Fit.INVALID


def _signed(proof: Document, ask: _Asked, said: bytes) -> bytes:
    """What is signed: the digest of the options, then that of the document (vc-di-eddsa §3.2.4)."""
    options = {name: value for name, value in proof.items() if name != "proofValue"}
    if options.pop("@context", ask.document.get("@context")) != ask.document.get("@context"):
        raise Malformed("A proof brings a vocabulary of its own.")
    if "previousProof" in proof:
        said = ask.canonical({**ask.document, "proof": _named(proof["previousProof"], ask.proofs)})
    return hashlib.sha256(ask.canonical(options)).digest() + hashlib.sha256(said).digest()


def _named(before: object, proofs: tuple[Document, ...]) -> list[Document]:
    """The proofs that a proof names, each once and all of them there; raises :class:`Malformed`."""
    names = before if isinstance(before, list) else [before]
    found = [proof for proof in proofs if proof.get("id") in names]
    if not names or sorted(map(str, names)) != sorted(_text(proof, "id") for proof in found):
        raise Malformed("It was made over proofs that are not here.")
    return found
