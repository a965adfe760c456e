"""Signed documents of others, such as W3C credentials: whether each proof fits a key that is given.

It refuses to fetch a key or a context, to judge what such a document says, and to call a proof wrong whose key is not
known. It is no agreement of ours, whatever it says.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping

from lifepod.errors import Malformed
from lifepod.owner.words import Value
from lifepod.plain import plain
from lifepod.terms.foreign import Checked, Foreign, read_foreign
from lifepod.terms.proof import Fit, unbase58
from lifepod.terms.within import moment_of

SOUND, WRONG, UNKNOWN = "sound", "wrong", "unknown"
_ANSWERS = {
    SOUND: "Every proof fits the key that was given. Whose key that is, this does not tell.",
    WRONG: "A proof does not fit, has run out, or there is none.",
    UNKNOWN: "Nothing is known of some of its proofs: give the signer's --key, or it is of a kind we do not read.",
}


def check(body: bytes, keys: Iterable[str], contexts: Mapping[str, bytes]) -> Foreign:
    """The document with each proof judged; ``keys``: ``ADDRESS=z6Mk…``, or ``z6Mk…`` for whatever address it names.

    Raises :class:`Malformed` for what cannot be read within bounds, names a vocabulary that is not given, or is no key.
    """
    known = {address: _context(address, data) for address, data in contexts.items()}
    named = [one.rpartition("=") for one in keys]
    for _, _, key in named:
        _must_be_key(key)
    methods = [proof.method for proof in read_foreign(body, {}, known).proofs]
    by_address = {method: key for address, _, key in named for method in ([address] if address else methods)}
    return read_foreign(body, by_address, known)


_ED25519 = b"\xed\x01"
"""What the bytes of an Ed25519 Multikey begin with (https://www.w3.org/TR/cid-1.0/#Multikey)."""


def _must_be_key(key: str) -> None:
    """Raise :class:`Malformed` for what is no public key: no proof fits it, which says nothing about the proof."""
    try:
        raw = unbase58(key)
    except Malformed:
        raw = b""
    if len(raw) != len(_ED25519) + 32 or not raw.startswith(_ED25519):
        said = f"{plain(key, 80) or 'Nothing'} is no public key that lifepod reads."
        raise Malformed(said, advice="Give an Ed25519 key as a Multikey, whole: --key z6Mk…")


def _context(address: str, data: bytes) -> Mapping[str, object]:
    try:
        found = json.loads(data)
    except (ValueError, RecursionError):
        raise Malformed(f"The vocabulary given for {plain(address, 200)} is not readable as JSON.") from None
    if not isinstance(found, dict):
        raise Malformed(f"The vocabulary given for {plain(address, 200)} is no JSON object.")
    return found


def outcome(found: Foreign, now: str) -> str:
    """What its proofs come to at a time (UTC)."""
    fits = {proof.fit for proof in found.proofs}
    if not found.proofs or Fit.INVALID in fits or any(_is_over(proof, now) for proof in found.proofs):
        return WRONG
    return SOUND if fits == {Fit.VALID} else UNKNOWN


def _is_over(proof: Checked, now: str) -> bool:
    end, at = moment_of(proof.expires), moment_of(now)
    return end is not None and at is not None and end <= at


def as_value(name: str, found: Foreign, came_to: str) -> Value:
    """``file kind outcome proofs statements``."""
    proofs = [
        {
            "method": one.method,
            "purpose": one.purpose,
            "created": one.created,
            "expires": one.expires,
            "after": list(one.after),
            "fit": str(one.fit) if one.fit else "key not known",
        }
        for one in found.proofs
    ]
    said = found.said.decode().splitlines()
    return {"file": name, "kind": "foreign", "outcome": came_to, "proofs": proofs, "statements": said}


def in_words(name: str, found: Foreign, came_to: str) -> list[str]:
    """The same for people; what was signed is shown as it is, statement by statement."""
    lines = [f"{plain(name, 200)}: a foreign credential, no agreement of ours", "What was signed:"]
    lines += [f"  {plain(line, 300)}" for line in found.said.decode().splitlines()]
    lines.append(f"Proofs: {len(found.proofs)}")
    for one in found.proofs:
        fit = str(one.fit) if one.fit else "key not known"
        dated = f", dated {plain(one.created, 40)}" if one.created else ""
        ends = f", until {plain(one.expires, 40)}" if one.expires else ""
        lines.append(f"  {fit}: {plain(one.method, 200) or 'no key named'} ({plain(one.purpose, 60)}{dated}{ends})")
    return [*lines, _ANSWERS[came_to]]
