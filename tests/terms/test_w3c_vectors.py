"""The test vectors of W3C's vc-di-eddsa: every reader says that every proof fits, and ours is one of them."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pyoxigraph as ox
import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from pyld import BUNDLED_CONTEXTS, FrozenDocumentLoader, jsonld
from tests.terms.samples import KEYS, agreement, signed

from lifepod.errors import Malformed, TooBig
from lifepod.rdf.canon import canonical_jsonld
from lifepod.rdf.closed import CONTEXTS, canonical, write_closed
from lifepod.terms.foreign import Foreign, read_foreign
from lifepod.terms.proof import Fit, base58, unbase58, verified

W3C = Path(__file__).with_name("w3c")
EXAMPLES = "https://www.w3.org/ns/credentials/examples/v2"
MORE: dict[str, dict[str, object]] = {
    EXAMPLES: {"@context": {"@vocab": "https://www.w3.org/ns/credentials/examples#"}},
    "https://w3id.org/citizenship/v4rc1": json.loads((W3C / "citizenship-v4rc1.jsonld").read_text("utf-8")),
}
ALL = {address: json.loads(path.read_text("utf-8")) for address, path in BUNDLED_CONTEXTS.items()} | MORE
Document = dict[str, Any]


def vector(name: str) -> Document:
    found: Document = json.loads((W3C / f"{name}.json").read_text("utf-8"))
    return found


def shortened(name: str, proofs: int) -> Document:
    """A chain is a set at first: its first proofs alone are the shorter vectors."""
    document = vector(name)
    document["proof"] = document["proof"][:proofs] if proofs > 1 else document["proof"][0]
    return document


VECTORS = {
    "alumni": vector("signedDataInt"),
    "employ": vector("signedDataInt-employ"),
    "set 1": shortened("signedProofChain2", 1),
    "set 2": shortened("signedProofChain2", 2),
    "chain 1": shortened("signedProofChain2", 3),
    "chain 2": vector("signedProofChain2"),
    "set 2, did:key": shortened("signedProofChain2-didkey", 2),
    "chain 2, did:key": vector("signedProofChain2-didkey"),
}


def by_pyoxigraph(document: Document) -> bytes:
    inside = {**document, "@context": [ALL[address]["@context"] for address in document["@context"]]}
    return by_oxigraph_of(json.dumps(inside))


def by_oxigraph_of(data: str) -> bytes:
    graph = ox.Dataset(ox.parse(data, format=ox.RdfFormat.JSON_LD))
    graph.canonicalize(ox.CanonicalizationAlgorithm.RDFC_1_0)
    return "".join(sorted(f"{quad} .\n" for quad in graph)).encode()


def by_both(document: Document) -> bytes:
    return by_oxigraph_of(json.dumps(jsonld.expand(document, {"documentLoader": FrozenDocumentLoader(documents=ALL)})))


def by_pyld(document: Document) -> bytes:
    options = {"algorithm": "URDNA2015", "format": "application/n-quads"}
    return str(jsonld.normalize(document, options | {"documentLoader": FrozenDocumentLoader(documents=ALL)})).encode()


def by_us(document: Document) -> bytes:
    return canonical_jsonld(document, MORE)


READERS = [by_pyoxigraph, by_both, by_pyld, by_us]


def proofs_of(document: Document) -> list[Document]:
    return document["proof"] if isinstance(document["proof"], list) else [document["proof"]]


def message(document: Document, proof: Document, read: Callable[[Document], bytes]) -> bytes:
    """What one proof signs, written down once more from the standard."""
    secured = {key: value for key, value in document.items() if key != "proof"}
    options = {key: value for key, value in proof.items() if key != "proofValue"}
    if before := proof.get("previousProof"):
        named = [before] if isinstance(before, str) else before
        secured["proof"] = [one for one in proofs_of(document) if one.get("id") in named]
    parts = (read({"@context": document["@context"]} | options), read(secured))
    return b"".join(hashlib.sha256(part).digest() for part in parts)


@pytest.mark.parametrize("name", VECTORS)
@pytest.mark.parametrize("read", READERS)
def test_every_proof_fits_whoever_reads(name: str, read: Callable[[Document], bytes]) -> None:
    document = VECTORS[name]
    for proof in proofs_of(document):
        public = proof["verificationMethod"].split("#")[1]
        assert verified(public, unbase58(proof["proofValue"]), message(document, proof, read))


def test_the_key_pair_makes_the_proof_of_the_alumni_credential_again() -> None:
    pair, document = vector("keyPair"), VECTORS["alumni"]
    key = Ed25519PrivateKey.from_private_bytes(unbase58(pair["privateKeyMultibase"])[2:])
    assert "z" + base58(b"\xed\x01" + key.public_key().public_bytes_raw()) == pair["publicKeyMultibase"]
    made = key.sign(message(document, document["proof"], by_us))
    assert "z" + base58(made) == document["proof"]["proofValue"]


def test_the_key_pairs_make_the_proofs_of_the_chain_again() -> None:
    document, pairs = VECTORS["chain 2"], vector("multiKeyPairs")
    secrets = {pair["publicKeyMultibase"]: unbase58(pair["privateKeyMultibase"])[2:] for pair in pairs.values()}
    for proof in document["proof"]:
        key = Ed25519PrivateKey.from_private_bytes(secrets[proof["verificationMethod"].split("#")[1]])
        assert "z" + base58(key.sign(message(document, proof, by_us))) == proof["proofValue"]


def shown(document: Document) -> dict[str, str]:
    """The keys that the vectors name, as if their owners had shown them."""
    methods = [str(proof.get("verificationMethod")) for proof in proofs_of(document)]
    return {one: one.split("#")[1] for one in methods if "#" in one and not one.startswith("did:")}


def read(document: Document, keys: dict[str, str] | None = None) -> Foreign:
    return read_foreign(json.dumps(document).encode(), shown(document) if keys is None else keys, MORE)


def fits(document: Document, keys: dict[str, str] | None = None) -> list[Fit | None]:
    return [proof.fit for proof in read(document, keys).proofs]


@pytest.mark.parametrize("name", VECTORS)
def test_we_find_each_proof_valid(name: str) -> None:
    assert set(fits(VECTORS[name])) == {Fit.VALID}


def test_what_was_signed_is_told_without_the_proofs() -> None:
    found = read(VECTORS["chain 2"])
    assert b'alumniOf> "The School of Examples"' in found.said
    assert b"proofValue" not in found.said
    assert [len(proof.after) for proof in found.proofs] == [0, 0, 2, 1]
    assert found.proofs[0].purpose == "assertionMethod"
    assert found.proofs[0].created == "2023-02-24T23:36:38Z"


def test_without_a_key_nothing_is_said_of_a_proof() -> None:
    assert fits(VECTORS["alumni"], {}) == [None]


def test_a_did_key_is_believed_for_itself_alone() -> None:
    document = json.loads(json.dumps(VECTORS["set 2, did:key"]))
    first, second = document["proof"]
    first["verificationMethod"] = first["verificationMethod"].split("#")[0] + "#" + second["verificationMethod"][8:56]
    assert fits(document) == [None, Fit.VALID]


def test_our_records_can_be_read_like_any_credential() -> None:
    keys = {key.method: key.public for key in KEYS.values()}
    found = read_foreign(write_closed(agreement()), keys)
    assert found.said == canonical(agreement().triples)
    assert [proof.fit for proof in found.proofs] == [Fit.VALID, Fit.VALID]
    assert [proof.fit for proof in read_foreign(write_closed(signed("accept")), keys).proofs] == [Fit.VALID]


def changed(name: str, change: Callable[[Document], object]) -> Document:
    document: Document = json.loads(json.dumps(VECTORS[name]))
    change(document)
    return document


FITS, NOT, OTHER = Fit.VALID, Fit.INVALID, Fit.UNKNOWN_SUITE
_CHANGES: list[tuple[str, str, Callable[[Document], object], list[Fit | None]]] = [
    ("another name", "alumni", lambda d: d.update(name="x"), [NOT]),
    ("another subject", "alumni", lambda d: d["credentialSubject"].update(id="did:example:x"), [NOT]),
    ("one thing less", "alumni", lambda d: d.pop("description"), [NOT]),
    ("another time", "alumni", lambda d: d["proof"].update(created="2024-02-24T23:36:38Z"), [NOT]),
    ("another purpose", "alumni", lambda d: d["proof"].update(proofPurpose="authentication"), [NOT]),
    ("an end", "alumni", lambda d: d["proof"].update(expires="2099-02-24T23:36:38Z"), [NOT]),
    ("another suite", "alumni", lambda d: d["proof"].update(cryptosuite="eddsa-jcs-2022"), [OTHER]),
    ("another kind of proof", "alumni", lambda d: d["proof"].update(type="Ed25519Signature2020"), [OTHER]),
    ("a short signature", "alumni", lambda d: d["proof"].update(proofValue="z21EVs3eX"), [NOT]),
    ("no signature", "alumni", lambda d: d["proof"].pop("proofValue"), [NOT]),
    ("a signature that is no text", "alumni", lambda d: d["proof"].update(proofValue=5), [NOT]),
    ("a word nobody knows in a proof", "alumni", lambda d: d["proof"].update({"urn x": "x"}), [NOT]),
    ("a vocabulary in a proof", "alumni", lambda d: d["proof"].update({"@context": {"a": "urn:a"}}), [NOT]),
    ("the same vocabulary in a proof", "alumni", lambda d: d["proof"].update({"@context": d["@context"]}), [FITS]),
    ("another order", "chain 2", lambda d: d["proof"].reverse(), [FITS, FITS, FITS, FITS]),
    ("the last of a chain gone", "chain 2", lambda d: d["proof"].pop(), [FITS, FITS, FITS]),
    ("the first of a chain gone", "chain 2", lambda d: d["proof"].pop(0), [FITS, NOT, FITS]),
    ("the middle of a chain gone", "chain 2", lambda d: d["proof"].pop(2), [FITS, FITS, NOT]),
    ("one of two of a name", "chain 1", lambda d: d["proof"][1].update(id=d["proof"][0]["id"]), [FITS, NOT, NOT]),
    ("a chain made a set", "chain 1", lambda d: d["proof"][2].pop("previousProof"), [FITS, FITS, NOT]),
    ("made over itself", "set 1", lambda d: d["proof"].update(previousProof=d["proof"]["id"]), [NOT]),
    ("made over nothing", "set 1", lambda d: d["proof"].update(previousProof=[]), [NOT]),
    ("a proof added by a stranger", "set 2", lambda d: d["proof"].append({"type": "x"}), [FITS, FITS, OTHER]),
    ("no proofs", "alumni", lambda d: d.update(proof=[]), []),
]  # fmt: skip


@pytest.mark.parametrize(
    ("name", "change", "expected"), [case[1:] for case in _CHANGES], ids=[case[0] for case in _CHANGES]
)
def test_a_change_is_found(name: str, change: Callable[[Document], object], expected: list[Fit | None]) -> None:
    assert fits(changed(name, change), shown(VECTORS[name])) == expected


_REFUSED: list[tuple[str, Callable[[Document], object], str]] = [
    ("another vocabulary", lambda d: d.update({"@context": "https://evil.example/c"}), "https://evil.example/c"),
    ("a word nobody knows", lambda d: d.update({"@context": CONTEXTS[0], "secret promise": "x"}), "more than it signs"),
    ("a vocabulary inside", lambda d: d["credentialSubject"].update({"@context": {}}), "vocabulary of its own"),
    ("a relative address", lambda d: d["credentialSubject"].update(id="card#me"), "more than it signs|different ways"),
    ("an address with a space", lambda d: d["credentialSubject"].update(id="https://a.example/ b"), "more than it"),
    ("a note beside a value", lambda d: d.update(name={"@value": "x", "@index": "y"}), "more than it signs: @index"),
    ("a direction", lambda d: d.update(name={"@value": "x", "@direction": "rtl"}), "more than it signs: @direction"),
    ("a control character", lambda d: d.update(name="a\x1bb"), "control characters"),
    ("a number too big", lambda d: d.update(name=2**53 + 1), "not every reader holds"),
    ("a number too fine", lambda d: d.update(name=0.1 + 0.2), "not every reader holds"),
    ("nine proofs", lambda d: d.update(proof=[d["proof"]] * 9), "more than 8 proofs"),
    ("a proof that is none", lambda d: d.update(proof=["x"]), "no object"),
]  # fmt: skip


@pytest.mark.parametrize(("change", "said"), [case[1:] for case in _REFUSED], ids=[case[0] for case in _REFUSED])
def test_what_readers_drop_in_silence_is_refused(change: Callable[[Document], object], said: str) -> None:
    with pytest.raises(Malformed, match=said):
        read(changed("alumni", change), {})


def test_bytes_that_are_no_document_are_refused() -> None:
    for data in (b"", b"[]", b"{", b'{"a": 1, "a": 2}', b'{"a": NaN}', b"\xff", b'{"a":' * 50_000):
        with pytest.raises(Malformed):
            read_foreign(data, {})
    with pytest.raises(TooBig):
        read_foreign(b'{"a": [' + b"[]," * 1_000_000 + b"[]]}", {})
