"""Closed records: one form, read and written alike; everything a reader would drop in silence is refused."""

from __future__ import annotations

import json
import re
import time
from collections.abc import Callable
from typing import Any

import pyoxigraph as ox
import pytest
from hypothesis import given
from hypothesis import strategies as st
from pyld import BUNDLED_CONTEXTS, jsonld
from tests.terms.samples import EXPECTED, NAMES, agreement, signed, unsigned

from lifepod.errors import Malformed, TooBig
from lifepod.rdf.closed import CONTEXTS, Closed, canonical, digest_of, multihash, prefixes, read_closed, write_closed
from lifepod.rdf.flat import FlatTriple, text


@pytest.mark.parametrize("name", NAMES)
def test_a_record_has_the_digest_it_is_known_by(name: str) -> None:
    if "graphDigest" in EXPECTED[name]:
        assert digest_of(unsigned(name)) == EXPECTED[name]["graphDigest"]
    assert read_closed(write_closed(signed(name))) == signed(name)


def test_an_agreement_has_the_bytes_both_sides_keep() -> None:
    assert multihash(write_closed(agreement())) == EXPECTED["request"]["second"]["bytesDigest"]


def with_whole_contexts() -> list[Any]:
    """Both contexts as the world knows them."""
    first = json.loads(BUNDLED_CONTEXTS[CONTEXTS[0]].read_text("utf-8"))["@context"]
    return [first, dict(prefixes())]


def second_opinion(data: bytes) -> str:
    """Canonical N-Quads of the document without its proofs, by pyld alone, with both contexts whole."""
    document = json.loads(data)
    document.pop("proof", None)
    document["@context"] = with_whole_contexts()
    options = {"algorithm": "URDNA2015", "format": "application/n-quads"}
    return str(jsonld.normalize(document, options))


@pytest.mark.parametrize("name", NAMES)
def test_another_implementation_reads_the_same_words(name: str) -> None:
    assert second_opinion(write_closed(signed(name))) == canonical(unsigned(name).triples).decode()


@pytest.mark.parametrize("name", NAMES)
def test_the_sorted_list_is_the_canonical_form(name: str) -> None:
    data = canonical(unsigned(name).triples)
    graph = ox.Dataset(ox.parse(data, format=ox.RdfFormat.N_QUADS))
    graph.canonicalize(ox.CanonicalizationAlgorithm.RDFC_1_0)
    assert sorted(f"{quad} .\n" for quad in graph) == data.decode().splitlines(keepends=True)


ROOT = "urn:uuid:6a0c2f4e-3d1b-4c57-9a2e-8f0b7d5c1e90"
words = st.text(st.characters(exclude_categories=["Cs"]), min_size=1, max_size=60)


@given(st.dictionaries(st.sampled_from(["a", "b", "c", "d"]), st.tuples(words, st.booleans()), min_size=1))
def test_whatever_is_accepted_is_read_alike_by_two_implementations(said: dict[str, tuple[str, bool]]) -> None:
    triples: list[FlatTriple] = [(f"<{ROOT}>", "<http://purl.org/dc/terms/title>", '"t"')]
    for name, (word, nested) in said.items():
        part = f"<{ROOT}#{name}>"
        triples.append((f"<{ROOT}>", "<https://w3id.org/lifepod#due>", part))
        triples.append((part, "<http://purl.org/dc/terms/description>", text(word)))
        if nested:
            triples.append((part, "<https://w3id.org/lifepod#about>", f"<{ROOT}>"))
    record = Closed(ROOT, tuple(sorted(triples)))
    try:
        data = write_closed(record)
    except Malformed:
        return
    assert read_closed(data) == record
    assert second_opinion(data) == canonical(record.triples).decode()


def changed(change: Callable[[dict[str, Any]], object]) -> bytes:
    """The request with something done to its JSON."""
    document = json.loads(write_closed(signed("request")))
    change(document)
    return json.dumps(document).encode()


def deep(levels: int) -> bytes:
    return b'{"@context": ' + b"[" * levels + b"]" * levels + b"}"


def typed(datatype: str, value: str) -> dict[str, str]:
    return {"type": f"xsd:{datatype}", "@value": value}


_WHOLE = "http://www.w3.org/ns/odrl/2/prohibit"
_PLACE = {"id": "https://alice.example/a b"}
_MORE: list[tuple[str, Callable[[dict[str, Any]], object], str]] = [
    ("a key outside the vocabulary", lambda d: d.update({"secret promise": "x"}), "says more than it signs"),
    ("a word of the other context", lambda d: d.update({"name": "x"}), "says more than it signs"),
    ("an address with a space", lambda d: d.update({"odrl:assigner": _PLACE}), "says more than it signs|not a lifepod"),
    ("a relative address", lambda d: d.update({"odrl:assigner": {"id": "card#me"}}), "says more|not a lifepod"),
    ("a bare number", lambda d: d.update({"schema:price": 5}), "says more than it signs|not a lifepod"),
    ("true", lambda d: d.update({"lp:kept": True}), "says more than it signs|not a lifepod"),
    ("null", lambda d: d.update({"dct:title": None}), "says more than it signs"),
    ("a list", lambda d: d.update({"dct:title": {"@list": ["a", "b"]}}), "says more|not a lifepod"),
    ("a graph of its own", lambda d: d.update({"@graph": [{"id": "urn:x:y", "dct:title": "x"}]}), "graphs|says more"),
    ("included nodes", lambda d: d.update({"@included": [{"id": "urn:x:y", "dct:title": "x"}]}), "not a lifepod"),
    ("a reverse property", lambda d: d.update({"@reverse": {"lp:about": {"id": ROOT + "#x"}}}), "says more|hangs"),
    ("a language", lambda d: d.update({"dct:title": {"@value": "x", "@language": "en"}}), "says more|not a lifepod"),
    ("a direction", lambda d: d.update({"dct:title": {"@value": "x", "@direction": "rtl"}}), "says more|not a lifepod"),
    ("an index", lambda d: d["odrl:conflict"].update({"@index": "x"}), "says more than it signs"),
    ("a blank node", lambda d: d.update({"lp:kept": {"dct:description": "x"}}), "not a lifepod record"),
    ("a named blank node", lambda d: d.update({"lp:kept": {"id": "_:b", "dct:title": "x"}}), "not a lifepod record"),
    ("a context inside", lambda d: d["odrl:conflict"].update({"@context": {}}), "vocabulary of its own"),
    ("another context", lambda d: d.update({"@context": ["https://evil.example/c"]}), "vocabulary we do not load"),
    ("one context", lambda d: d.update({"@context": CONTEXTS[1]}), "vocabulary we do not load"),
    ("a third context", lambda d: d["@context"].append({"x": "urn:x"}), "vocabulary we do not load"),
    ("no address", lambda d: d.pop("id"), "no address of its own"),
    ("an array of one", lambda d: d.update({"odrl:conflict": [d["odrl:conflict"]]}), "another form"),
    ("an array in an array", lambda d: d.update({"dct:title": [["x", "y"]]}), "another form|not a lifepod"),
    ("the same value twice", lambda d: d.update({"type": [*d["type"], d["type"][0]]}), "another form"),
    ("a whole address for a short one", lambda d: d["odrl:conflict"].update(id=_WHOLE), "another form"),
    ("file: addresses", lambda d: d.update({"lp:underTerms": {"id": "file:///etc/passwd"}}), "not a lifepod record"),
    ("javascript: addresses", lambda d: d.update({"lp:underTerms": {"id": "javascript:alert(1)"}}), "not a lifepod"),
    ("open http", lambda d: d.update({"lp:underTerms": {"id": "http://alice.example/x"}}), "not a lifepod record"),
    ("a user in an address", lambda d: d.update({"lp:underTerms": {"id": "https://a@b.example/"}}), "not a lifepod"),
    ("months", lambda d: d.update({"lp:due": typed("duration", "P6M")}), "not a lifepod record"),
    ("hours for a day", lambda d: d.update({"lp:due": typed("duration", "PT24H")}), "not a lifepod"),
    ("a trailing zero", lambda d: d.update({"schema:price": typed("decimal", "5.00")}), "not a lifepod"),
    ("an offset", lambda d: d.update({"dct:issued": typed("dateTime", "2026-11-20T09:00:00+01:00")}), "not a lifepod"),
    ("a control character", lambda d: d.update({"dct:title": "a\x1b[31mb"}), "not a lifepod record"),
    ("a line turned round", lambda d: d.update({"dct:title": "a\u202eb"}), "not a lifepod record"),
    ("a tabulator", lambda d: d.update({"dct:title": "a\tb"}), "not a lifepod record"),
    ("no character", lambda d: d.update({"dct:title": "a\uffffb"}), "not a lifepod record"),
    ("a long text", lambda d: d.update({"dct:title": "x" * 1001}), "not a lifepod record"),
    ("a seventh key in a proof", lambda d: d["proof"].update(nonce="x"), "six of a Data Integrity"),
    ("a chain", lambda d: d["proof"].update(previousProof="urn:x"), "six of a Data Integrity"),
    ("a number in a proof", lambda d: d["proof"].update(created=5), "something else than text"),
    ("three proofs", lambda d: d.update(proof=[d["proof"]] * 3), "more than two proofs"),
    ("a text for a proof", lambda d: d.update(proof="x"), "six of a Data Integrity"),
]  # fmt: skip


@pytest.mark.parametrize(("change", "said"), [case[1:] for case in _MORE], ids=[case[0] for case in _MORE])
def test_what_a_reader_would_drop_or_bend_is_refused(change: Callable[[dict[str, Any]], object], said: str) -> None:
    with pytest.raises(Malformed, match=said):
        read_closed(changed(change))


_BYTES: list[tuple[str, bytes, type[Malformed], str]] = [
    ("nothing", b"", Malformed, "not readable as JSON: line 1"),
    ("Turtle", b"<a> <b> <c> .", Malformed, "not readable as JSON: line 1"),
    ("cut off", write_closed(signed("request"))[:3000], Malformed, "not readable as JSON: line"),
    ("a list", b"[]", Malformed, "no record"),
    ("UTF-16", '{"a": 1}'.encode("utf-16"), Malformed, "not UTF-8|not readable"),
    ("the same key twice", b'{"id": "urn:x:y", "id": "urn:x:z"}', Malformed, "same key twice"),
    ("no number", b'{"id": NaN}', Malformed, "not readable as JSON"),
    ("many digits", b'{"id": ' + b"9" * 5000 + b"}", Malformed, "not readable|vocabulary"),
    ("64 KiB and more", b" " * 65537, TooBig, "too big to be a record \\(65537 bytes\\)"),
    ("a 10 MB literal", b'{"x": "' + b"a" * 10_000_000 + b'"}', TooBig, "too big to be a record"),
    ("five hundred levels", deep(500), TooBig, "nested deeper than 12"),
    ("thirty thousand levels", deep(30_000), TooBig, "nested deeper than 12"),
]


@pytest.mark.parametrize(("data", "kind", "said"), [case[1:] for case in _BYTES], ids=[case[0] for case in _BYTES])
def test_bytes_that_are_no_record_are_refused_at_once(data: bytes, kind: type[Malformed], said: str) -> None:
    began = time.perf_counter()
    with pytest.raises(kind, match=said):
        read_closed(data)
    assert time.perf_counter() - began < 1


def test_ten_thousand_triples_are_refused_in_bounded_time() -> None:
    many = [{"id": f"lp:x{number}"} for number in range(4000)]
    began = time.perf_counter()
    with pytest.raises(TooBig):
        read_closed(changed(lambda d: d.update({"lp:about": many})))
    with pytest.raises(TooBig):
        read_closed(changed(lambda d: d.update({"lp:about": many[:1200]})))
    assert time.perf_counter() - began < 1


def test_the_order_of_keys_and_of_arrays_and_white_space_do_not_matter() -> None:
    def turned(value: Any) -> Any:
        if isinstance(value, dict):
            return {key: value[key] if key == "@context" else turned(value[key]) for key in reversed(value)}
        return [turned(one) for one in reversed(value)] if isinstance(value, list) else value

    document = turned(json.loads(write_closed(signed("request"))))
    assert read_closed(json.dumps(document, indent=7).encode()) == signed("request")


def test_what_cannot_be_read_is_not_written() -> None:
    record = unsigned("request")
    stray = (f"<{ROOT}#stray>", "<http://purl.org/dc/terms/title>", '"x"')
    with pytest.raises(Malformed, match="hangs from nothing"):
        write_closed(Closed(ROOT, (*record.triples, stray)))
    with pytest.raises(Malformed, match="nothing of itself"):
        write_closed(Closed("urn:uuid:9cb71674-aee2-597b-b042-1d21323a3a7b", record.triples))


def test_the_frozen_context_has_its_twelve_prefixes() -> None:
    assert len(prefixes()) == 12
    assert all(re.fullmatch(r"https?://\S+[#/]", one) for one in prefixes().values())
