"""Signing and fitting: known bytes, every change found, every way of writing the same graph still fits."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pyoxigraph as ox
import pytest
import rdflib
from hypothesis import given
from hypothesis import strategies as st
from tests.terms.samples import EXPECTED, KEYS, NAMES, agreement, signed, unsigned

from lifepod.errors import Malformed
from lifepod.rdf.closed import Closed, canonical, read_closed, write_closed
from lifepod.terms.proof import Fit, Key, base58, fit_of, sign, unbase58, verified

WHOLE = write_closed(agreement())
AGREED = agreement()
SIGNERS = [KEYS[EXPECTED["request"]["by"]], KEYS[EXPECTED["request"]["second"]["by"]]]


def fits(record: Closed) -> list[Fit]:
    """Of the agreement's proofs, by the keys as their owners show them."""
    return [fit_of(record, proof, key.public) for proof, key in zip(record.proofs, SIGNERS, strict=True)]


# Known bytes


@pytest.mark.parametrize("name", NAMES)
def test_a_record_has_the_proof_it_is_known_by(name: str) -> None:
    record = signed(name)
    if "proofValue" in EXPECTED[name]:
        assert record.proofs[0]["proofValue"] == EXPECTED[name]["proofValue"]
    assert fit_of(record, record.proofs[0], KEYS[EXPECTED[name]["by"]].public) == Fit.VALID


def test_an_agreement_has_the_second_proof_it_is_known_by() -> None:
    assert AGREED.proofs[1]["proofValue"] == EXPECTED["request"]["second"]["proofValue"]
    assert fits(AGREED) == [Fit.VALID, Fit.VALID]


@pytest.mark.parametrize("name", NAMES)
def test_signing_twice_gives_the_same_bytes(name: str) -> None:
    assert write_closed(signed(name)) == write_closed(signed(name))


def test_either_side_may_sign_first() -> None:
    first, second = AGREED.proofs
    by_second = sign(unsigned("request"), SIGNERS[1], second["created"])
    assert sign(by_second, SIGNERS[0], first["created"]).proofs == (second, first)


# Changes


def never_valid_if_changed(data: bytes) -> None:
    """What may happen: refused, read as the same, or found not to fit wherever it differs."""
    try:
        record = read_closed(data)
    except Malformed:
        return
    same = record.triples == AGREED.triples
    assert len(record.proofs) == 2
    for proof, fit, before in zip(record.proofs, fits(record), AGREED.proofs, strict=True):
        assert (fit == Fit.VALID) is (same and proof == before)


def test_every_byte_of_an_agreement_counts() -> None:
    for offset in range(len(WHOLE)):
        mask = 1 << offset * 3 % 8
        never_valid_if_changed(WHOLE[:offset] + bytes([WHOLE[offset] ^ mask]) + WHOLE[offset + 1 :])


@given(st.integers(0, len(WHOLE) - 1), st.integers(0, 255))
def test_any_byte_in_place_of_another_is_found(offset: int, byte: int) -> None:
    never_valid_if_changed(WHOLE[:offset] + bytes([byte]) + WHOLE[offset + 1 :])


@given(st.integers(0, len(WHOLE)), st.integers(0, 200), st.binary(max_size=6))
def test_any_bytes_put_in_or_taken_out_are_found(offset: int, out: int, more: bytes) -> None:
    never_valid_if_changed(WHOLE[:offset] + more + WHOLE[offset + out :])


@given(st.integers(0, len(AGREED.triples) - 1), st.integers(0, 2), st.data())
def test_any_letter_of_any_word_counts(number: int, part: int, data: Any) -> None:
    triple = list(AGREED.triples[number])
    offset = data.draw(st.integers(1, len(triple[part]) - 2))
    letter = data.draw(st.sampled_from("abz09/#-"))
    word = triple[part][:offset] + letter + triple[part][offset + 1 :]
    changed = [*AGREED.triples[:number], (*triple[:part], word, *triple[part + 1 :]), *AGREED.triples[number + 1 :]]
    record = replace(AGREED, triples=tuple(sorted(changed)))
    assert fits(record) == [Fit.VALID if word == triple[part] else Fit.INVALID] * 2


@given(st.integers(0, 87), st.sampled_from("123456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz0OIl-"))
def test_any_letter_of_a_signature_counts(offset: int, letter: str) -> None:
    value = AGREED.proofs[0]["proofValue"]
    other = value[: offset + 1] + letter + value[offset + 2 :]
    expected = Fit.VALID if other == value else Fit.INVALID
    assert fit_of(AGREED, {**AGREED.proofs[0], "proofValue": other}, SIGNERS[0].public) == expected


@given(st.integers(0, 46), st.sampled_from("123456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz0OIl-"))
def test_any_letter_of_a_key_counts(offset: int, letter: str) -> None:
    public = SIGNERS[0].public
    other = public[: offset + 1] + letter + public[offset + 2 :]
    assert fit_of(AGREED, AGREED.proofs[0], other) == (Fit.VALID if other == public else Fit.INVALID)


Proof = dict[str, str]
_PROOFS: list[tuple[str, Callable[[Proof], object], Fit]] = [
    ("as it is", lambda p: None, Fit.VALID),
    ("another suite", lambda p: p.update(cryptosuite="eddsa-jcs-2022"), Fit.UNKNOWN_SUITE),
    ("a suite of another case", lambda p: p.update(cryptosuite="EdDSA-rdfc-2022"), Fit.UNKNOWN_SUITE),
    ("no suite", lambda p: p.pop("cryptosuite"), Fit.UNKNOWN_SUITE),
    ("another kind of proof", lambda p: p.update(type="Ed25519Signature2020"), Fit.UNKNOWN_SUITE),
    ("another purpose", lambda p: p.update(proofPurpose="authentication"), Fit.INVALID),
    ("another time", lambda p: p.update(created="2026-11-23T09:58:01Z"), Fit.INVALID),
    ("the same time, with an offset", lambda p: p.update(created="2026-11-23T09:58:00+00:00"), Fit.INVALID),
    ("more in a time", lambda p: p.update(created='2026-11-23T09:58:00Z"^^<urn:x> .\n'), Fit.INVALID),
    ("another key's address", lambda p: p.update(verificationMethod="https://a.example/#k"), Fit.INVALID),
    ("more in an address", lambda p: p.update(verificationMethod="https://a.example/> .\n<urn:x"), Fit.INVALID),
    ("no address", lambda p: p.pop("verificationMethod"), Fit.INVALID),
    ("no signature", lambda p: p.pop("proofValue"), Fit.INVALID),
    ("an empty one", lambda p: p.update(proofValue="z"), Fit.INVALID),
    ("63 bytes", lambda p: p.update(proofValue="z" + base58(b"\1" * 63)), Fit.INVALID),
    ("65 bytes", lambda p: p.update(proofValue="z" + base58(unbase58(p["proofValue"]) + b"\0")), Fit.INVALID),
    ("a zero before it", lambda p: p.update(proofValue="z1" + p["proofValue"][1:]), Fit.INVALID),
    ("64 zeros", lambda p: p.update(proofValue="z" + "1" * 64), Fit.INVALID),
    ("base64", lambda p: p.update(proofValue="u" + p["proofValue"][1:]), Fit.INVALID),
    ("a megabyte", lambda p: p.update(proofValue="z" * 1_000_000), Fit.INVALID),
]  # fmt: skip


@pytest.mark.parametrize(("change", "fit"), [case[1:] for case in _PROOFS], ids=[case[0] for case in _PROOFS])
def test_a_proof_fits_only_as_it_was_made(change: Callable[[Proof], object], fit: Fit) -> None:
    proof = dict(AGREED.proofs[0])
    change(proof)
    assert fit_of(AGREED, proof, SIGNERS[0].public) == fit


@pytest.mark.parametrize(
    "public",
    [
        "",
        "z",
        "z6Mk",
        "z" + base58(b"\xed\x01" + b"\0" * 31),
        "z" + base58(b"\x80\x24" + b"\1" * 33),
        SIGNERS[1].public,
    ],
    ids=["none", "empty", "short", "33 bytes", "of another curve", "of another person"],
)
def test_a_proof_fits_no_other_key(public: str) -> None:
    assert fit_of(AGREED, AGREED.proofs[0], public) == Fit.INVALID
    assert not verified(public, unbase58(AGREED.proofs[0]["proofValue"]), b"")


def test_a_proof_fits_no_other_record() -> None:
    assert fit_of(unsigned("counter"), AGREED.proofs[0], SIGNERS[0].public) == Fit.INVALID


def test_a_smaller_or_greater_number_of_words_is_another_record() -> None:
    assert fits(replace(AGREED, triples=AGREED.triples[1:])) == [Fit.INVALID] * 2
    more = ("<urn:uuid:6a0c2f4e-3d1b-4c57-9a2e-8f0b7d5c1e90>", "<http://purl.org/dc/terms/title>", '"x"')
    assert fits(replace(AGREED, triples=(*AGREED.triples, more))) == [Fit.INVALID] * 2


# Other ways to write the same


def turned(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: value[key] if key == "@context" else turned(value[key]) for key in reversed(value)}
    return [turned(one) for one in reversed(value)] if isinstance(value, list) else value


@pytest.mark.parametrize("indent", [None, 0, 7])
def test_order_and_white_space_do_not_matter(indent: int | None) -> None:
    record = read_closed(json.dumps(turned(json.loads(WHOLE)), indent=indent).encode())
    assert fits(replace(record, proofs=record.proofs[::-1])) == [Fit.VALID, Fit.VALID]


def through(record: Closed, form: ox.RdfFormat) -> Closed:
    """Written in another format and read again, by a parser that changes no lexical form."""
    data = ox.serialize(ox.parse(canonical(record.triples), format=ox.RdfFormat.N_TRIPLES), format=form)
    assert data is not None
    triples = ((str(t.subject), str(t.predicate), str(t.object)) for t in ox.parse(data, format=form))
    return replace(record, triples=tuple(sorted(triples)))


@pytest.mark.parametrize(
    "form", [ox.RdfFormat.TURTLE, ox.RdfFormat.N_QUADS, ox.RdfFormat.RDF_XML, ox.RdfFormat.JSON_LD]
)
def test_a_round_trip_through_another_format_still_fits(form: ox.RdfFormat) -> None:
    assert fits(through(AGREED, form)) == [Fit.VALID, Fit.VALID]


@pytest.mark.parametrize(("normal", "fit"), [(True, Fit.INVALID), (False, Fit.VALID)])
def test_what_rdflib_has_normalised_no_longer_fits(normal: bool, fit: Fit, monkeypatch: pytest.MonkeyPatch) -> None:
    # Z becomes +00:00: other words. So nothing that went through rdflib's parsers is ever signed or digested.
    monkeypatch.setattr(rdflib, "NORMALIZE_LITERALS", normal)
    graph = rdflib.Graph().parse(data=canonical(AGREED.triples), format="nt")
    written = graph.serialize(format="nt", encoding="utf-8")
    triples = (
        (str(t.subject), str(t.predicate), str(t.object)) for t in ox.parse(written, format=ox.RdfFormat.N_TRIPLES)
    )
    assert fits(replace(AGREED, triples=tuple(sorted(triples)))) == [fit, fit]


def test_what_an_oxigraph_store_held_may_no_longer_fit() -> None:
    store = ox.Store()
    price = ("<urn:x:y>", "<https://schema.org/price>", '"5.00"^^<http://www.w3.org/2001/XMLSchema#decimal>')
    record = sign(Closed("urn:x:y", (price,)), SIGNERS[0], "2026-11-23T09:58:00Z")
    store.extend(ox.parse(canonical(record.triples), format=ox.RdfFormat.N_QUADS))
    held = tuple((str(quad.subject), str(quad.predicate), str(quad.object)) for quad in store)
    assert fit_of(record, record.proofs[0], SIGNERS[0].public) == Fit.VALID
    assert fit_of(replace(record, triples=held), record.proofs[0], SIGNERS[0].public) == Fit.INVALID


# Keys


def test_a_secret_is_never_shown() -> None:
    key = Key("https://a.example/#k", "https://a.example/#me", b"\xabsecret" + b"s" * 25)
    for shown in (repr(key), str(key), f"{key}", repr([key]), repr({"key": key})):
        assert "secret" not in shown
        assert "ab" not in shown.replace("https://a.example", "")
        assert key.method in shown


@pytest.mark.parametrize(
    ("method", "created"),
    [
        ("https://a.example/#k", "2026-11-23T09:58:00+00:00"),
        ("https://a.example/#k", "2026-11-23"),
        ("https://a.example/#k", ""),
        ("https://a.example/#k", "2026-11-23T09:58:00Z\n"),
        ("https://a.example/> <urn:x", "2026-11-23T09:58:00Z"),
        ("https://a.example/\n", "2026-11-23T09:58:00Z"),
        ("", "2026-11-23T09:58:00Z"),
    ],
)
def test_what_no_record_has_is_not_signed(method: str, created: str) -> None:
    with pytest.raises(Malformed, match="options that no lifepod record has"):
        sign(unsigned("request"), replace(SIGNERS[0], method=method), created)


@given(st.binary(max_size=80))
def test_base58_there_and_back(data: bytes) -> None:
    if data:
        assert unbase58("z" + base58(data)) == data


@pytest.mark.parametrize("text", ["", "z", "6Mk", "z0", "zO", "zI", "zl", "z ", "zé", "z" + "2" * 121])
def test_what_is_not_base58_is_refused(text: str) -> None:
    with pytest.raises(Malformed, match="base58"):
        unbase58(text)
