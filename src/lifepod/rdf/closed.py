"""Closed records: the one JSON-LD form in which terms, requests, agreements and events are signed, kept and sent.

It refuses whatever a reader could drop in silence: a document is taken only if its graph, written back, is the same
document. So what is signed is all that is shown, and what is shown is all that is signed.

* Two contexts, by name, both carried along: nothing is fetched. No blank node, one root, each node written once.
* Without blank nodes RDFC-1.0 (https://www.w3.org/TR/rdf-canon/) is the sorted list of N-Quads, which is what
  :func:`canonical` gives.
"""

from __future__ import annotations

import base64
import hashlib
import json
import re
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cache, lru_cache
from typing import Any

import pyoxigraph as ox

from lifepod.errors import Malformed, TooBig
from lifepod.limits import LIMITS, Limits
from lifepod.names import DCT, RDF_TYPE, SEC, XSD
from lifepod.plain import plain
from lifepod.rdf.flat import FlatTriple
from lifepod.rdf.jsonld import TERMS_CONTEXT, vocab_file

CONTEXTS = ("https://www.w3.org/ns/credentials/v2", TERMS_CONTEXT)
"""The only ``@context`` a closed record has: the first defines proofs, the second our twelve prefixes."""
_PROOF_KEYS = ("type", "cryptosuite", "created", "verificationMethod", "proofPurpose", "proofValue")
_TYPE = f"<{RDF_TYPE}>"
Json = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Closed:
    """A record as it was read: its graph without proofs, and its proofs as they stood."""

    root: str
    """IRI of the record."""
    triples: tuple[FlatTriple, ...]
    """All that is said, in N-Triples syntax with absolute IRIs, sorted."""
    proofs: tuple[Mapping[str, str], ...] = ()
    """Each with the six keys of a Data Integrity proof, unjudged."""


def read_closed(data: bytes, limits: Limits = LIMITS) -> Closed:
    """Bytes → record; raises :class:`Malformed` (with what is wrong) or :class:`TooBig`."""
    document = _json(data, limits)
    proofs = _proofs(document.pop("proof", []))
    if document.pop("@context", None) != list(CONTEXTS):
        raise Malformed("It uses a vocabulary we do not load.", advice=_ADVICE)
    root = document.get("id")
    if not isinstance(root, str) or ":" not in root:
        raise Malformed("It has no address of its own.", advice=_ADVICE)
    triples = _triples(document, limits)
    record = Closed(root, triples, proofs)
    _check(record)
    if _tree(record) != document:
        _must_say_all(record, document)
    return record


def write_closed(record: Closed) -> bytes:
    """Record → bytes, the same for equal records: keys sorted, proofs last, one space of indent, LF at the end.

    Raises :class:`Malformed` for what no record can say.
    """
    try:
        _check(record)
    except Malformed as error:
        said = f"This cannot be put on record: {str(error).removeprefix(_NOT_OURS)}"
        raise Malformed(said, advice=f"Plain text of at most {LIMITS.record_text} characters can be said.") from None
    body: Json = {"@context": list(CONTEXTS)} | _tree(record)
    if record.proofs:
        proofs = [{key: proof[key] for key in _PROOF_KEYS} for proof in record.proofs]
        body["proof"] = proofs if len(proofs) > 1 else proofs[0]
    return json.dumps(body, ensure_ascii=False, indent=1).encode() + b"\n"


def canonical(triples: Iterable[FlatTriple]) -> bytes:
    """Canonical N-Quads (RDFC-1.0) of triples without blank nodes."""
    return "".join(sorted(f"{s} {p} {o} .\n" for s, p, o in set(triples))).encode()


def multihash(data: bytes) -> str:
    """SHA-256 as a multihash in multibase (``u`` + base64url), as ``lp:graphDigest`` and ``lp:bytesDigest`` hold it."""
    return "u" + base64.urlsafe_b64encode(b"\x12\x20" + hashlib.sha256(data).digest()).decode().rstrip("=")


def digest_of(record: Closed) -> str:
    """``lp:graphDigest``: of all that is said, without the proofs."""
    return multihash(canonical(record.triples))


_ADVICE = "Ask whoever sent it for a lifepod record; nothing was believed of this one."


# Reading JSON


def _json(data: bytes, limits: Limits) -> Json:
    if len(data) > limits.record_bytes:
        raise TooBig(f"It is too big to be a record ({len(data)} bytes); not opened.", bound=limits.record_bytes)
    if _depth(data) > limits.record_depth:
        raise TooBig(f"It is nested deeper than {limits.record_depth}; not opened.", bound=limits.record_depth)
    try:
        value = json.loads(data.decode("utf-8"), object_pairs_hook=_single, parse_constant=_no_number)
    except UnicodeDecodeError:
        raise Malformed("It is not UTF-8.", advice=_ADVICE) from None
    except json.JSONDecodeError as error:
        said = f"It is not readable as JSON: line {error.lineno}."
        raise Malformed(said, line=error.lineno, column=error.colno, advice=_ADVICE) from None
    except (ValueError, RecursionError):
        raise Malformed("It is not readable as JSON.", advice=_ADVICE) from None
    if not isinstance(value, dict):
        raise Malformed("It is JSON, but no record.", advice=_ADVICE)
    if any("@context" in one for one in _objects(value) if one is not value):
        raise Malformed("It brings a vocabulary of its own inside.", advice=_ADVICE)
    return value


_STRINGS = re.compile(rb'"(?:[^"\\]|\\.)*+"?', re.DOTALL)
_NO_BRACKETS = bytes(set(range(256)) - set(b"[]{}"))


def _depth(data: bytes) -> int:
    """How deep the brackets go, those in texts aside."""
    depth = deepest = 0
    for byte in _STRINGS.sub(b"", data).translate(None, _NO_BRACKETS):
        depth += 1 if byte in b"[{" else -1
        deepest = max(deepest, depth)
    return deepest


def _single(pairs: list[tuple[str, Any]]) -> Json:
    out = dict(pairs)
    if len(out) != len(pairs):
        raise Malformed("It says the same key twice.", advice=_ADVICE)
    return out


def _no_number(word: str) -> None:
    raise ValueError(word)


def _objects(value: Any) -> list[Json]:
    found, rest = list[Json](), [value]
    while rest:
        one = rest.pop()
        if isinstance(one, dict):
            found.append(one)
            rest += one.values()
        elif isinstance(one, list):
            rest += one
    return found


def _proofs(value: Any) -> tuple[Mapping[str, str], ...]:
    found = value if isinstance(value, list) else [value]
    for proof in found:
        if not isinstance(proof, dict) or set(proof) != set(_PROOF_KEYS):
            raise Malformed("A proof of it has other keys than the six of a Data Integrity proof.", advice=_ADVICE)
        if not all(isinstance(one, str) and len(one) <= 2048 for one in proof.values()):
            raise Malformed("A proof of it holds something else than text.", advice=_ADVICE)
    if len(found) > 2:
        raise Malformed("It has more than two proofs; a record has one from each side.", advice=_ADVICE)
    return tuple(found)


# JSON-LD to triples


@cache
def prefixes() -> Mapping[str, str]:
    """The twelve prefixes of records; frozen: a change of them would be another context."""
    found: Mapping[str, str] = json.loads(vocab_file("terms-context.jsonld"))["@context"]
    return found


@cache
def _context() -> Json:
    """What the two contexts mean for a closed record: of the first one it uses two words.

    Every other word of that context is refused by the closed form, whichever way it is read; a test reads all that is
    accepted here with both contexts whole, in another implementation.
    """
    return {"id": "@id", "type": "@type"} | dict(prefixes())


def _triples(document: Json, limits: Limits) -> tuple[FlatTriple, ...]:
    data = json.dumps({"@context": _context()} | document).encode()
    out = set()
    try:
        for quad in ox.parse(data, format=ox.RdfFormat.JSON_LD):
            if not isinstance(quad.graph_name, ox.DefaultGraph):
                raise Malformed("It speaks in several graphs.", advice=_ADVICE)
            out.add((str(quad.subject), str(quad.predicate), str(quad.object)))
            if len(out) > limits.record_triples:
                said = f"It says more than {limits.record_triples} things; not opened."
                raise TooBig(said, bound=limits.record_triples)
    except (SyntaxError, ValueError):
        raise Malformed("It is not readable as JSON-LD.", advice=_ADVICE) from None
    if not out:
        raise Malformed("It says nothing.", advice=_ADVICE)
    return tuple(sorted(out))


# Triples back to the document


def _tree(record: Closed) -> Json:
    """The document without context and proofs: each node written out once, at its shallowest place."""
    said: dict[str, dict[str, list[str]]] = {}
    for subject, predicate, obj in record.triples:
        said.setdefault(subject, {}).setdefault(predicate, []).append(obj)
    root = f"<{record.root}>"
    if root not in said:
        raise Malformed("It says nothing of itself.", advice=_ADVICE)
    body: Json = {"id": record.root}
    placed, rest = {root}, [(root, body, 1)]
    for subject, node, depth in rest:  # grows while it is walked: breadth first
        if depth > LIMITS.record_depth:
            raise TooBig(f"It is nested deeper than {LIMITS.record_depth}.", bound=LIMITS.record_depth)
        for predicate, objects in sorted(said[subject].items(), key=lambda one: (one[0] != _TYPE, _short(one[0]))):
            terms = sorted(objects, key=_sort_key) if len(objects) > 1 else objects
            values = [_value(term) for term in terms]
            for term, value in zip(terms, values, strict=True):
                if term in said and term not in placed and predicate != _TYPE:
                    placed.add(term)
                    rest.append((term, value, depth + 1))
            kinds = [value["id"] for value in values] if predicate == _TYPE else values
            node[_key(predicate)] = kinds if len(kinds) > 1 else kinds[0]
    if len(placed) < len(said):
        raise Malformed("Part of it hangs from nothing.", advice=_ADVICE)
    return body


def _sort_key(term: str) -> str:
    if term.startswith("<"):
        return f'{{"id": "{_short(term)}"}}'  # as JSON writes it: an address holds nothing to escape
    return json.dumps(_value(term), ensure_ascii=False)


def _key(predicate: str) -> str:
    return "type" if predicate == _TYPE else _short(predicate)


def _value(term: str) -> Any:
    if term.startswith("<"):
        return {"id": _short(term)}
    text, _, datatype = term.rpartition('"')
    value = json.loads(text + '"') if "\\" in text else text[1:]
    if not datatype:
        return value
    return {"type": _short(datatype[2:]), "@value": value}


@lru_cache(maxsize=4096)
def _short(term: str) -> str:
    iri = term[1:-1]
    for prefix, namespace in prefixes().items():
        if iri.startswith(namespace) and _LOCAL.match(iri, len(namespace)):
            return f"{prefix}:{iri[len(namespace) :]}"
    return iri


_LOCAL = re.compile(r"[A-Za-z][A-Za-z0-9-]*\Z")


def _must_say_all(record: Closed, document: Json) -> None:
    """The graph, written back, must be the document (arrays in any order); raises :class:`Malformed`, saying where."""
    ours, theirs = Counter(_ends(_tree(record))), Counter(_ends(document))
    if ours != theirs:
        more = sorted(theirs - ours) or sorted(ours - theirs)
        said = f"It says more than it signs, or says it in another form: {plain(more[0], 120)}."
        raise Malformed(said, advice=_ADVICE)


def _ends(value: Any, path: str = "") -> Iterator[str]:
    """Every end of a document with the way to it; what lies in an array is on the way by its own address."""
    if isinstance(value, dict):
        own = value.get("id")
        way = f"{path}{{{own}}}" if isinstance(own, str) else path
        yield f"{way}."
        for key, one in value.items():
            yield from _ends(one, f"{way}/{key}")
    elif isinstance(value, list) and len(value) > 1 and not any(isinstance(one, list) for one in value):
        for one in value:
            yield from _ends(one, path)
    else:
        yield f"{path}={json.dumps(value)[:200]}"


# What may stand in a record


_FOREIGN = re.compile(
    r"https://[^/?#@\s]+(?:[/?#]|\Z)|urn:uuid:[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}(?:#|\Z)|"
    r"http://(?:localhost|127(?:\.\d{1,3}){3}|\[::1\]|[a-z0-9-]+\.localhost)(?::\d{1,5})?/"
)
"""Addresses beside the terms of the twelve namespaces; plain http only of this machine."""
_TEXTS = frozenset(f"<{DCT}{name}>" for name in ("title", "description"))
_TOKEN = re.compile(r"[!-~]{1,100}\Z")
_NOT_SHOWN = re.compile(
    "[\x00-\x09\x0b-\x1f\x7f-\x9f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069\ud800-\udfff\ufdd0-\ufdef\ufffe\uffff]"
    "|[" + "".join(f"{chr(plane * 0x10000 + 0xFFFE)}{chr(plane * 0x10000 + 0xFFFF)}" for plane in range(1, 17)) + "]"
)
"""Characters that other writers escape in another way, that turn a line round, or that are none."""
_FORMS = {
    "dateTime": r"\d{4}-(?:0[1-9]|1[0-2])-(?:0[1-9]|[12]\d|3[01])T(?:[01]\d|2[0-3]):[0-5]\d:[0-5]\dZ",
    "date": r"\d{4}-(?:0[1-9]|1[0-2])-(?:0[1-9]|[12]\d|3[01])",
    "duration": r"P(?=[1-9T])(?:[1-9]\d{0,5}D)?(?:T(?:[1-9]|1\d|2[0-3])H)?",
    "decimal": r"-?(?:0|[1-9]\d{0,17})(?:\.\d{0,8}[1-9])?",
    "integer": r"-?(?:0|[1-9]\d{0,17})",
}
_LITERALS = {f"<{XSD}{name}>": re.compile(form + r"\Z") for name, form in _FORMS.items()} | {
    f"<{SEC}multibase>": re.compile(r"[uz][A-Za-z0-9_-]{1,200}\Z")
}
"""Forms that survive every store and reader; of durations days and hours alone, because ``P1M`` means two things."""


def _check(record: Closed) -> None:
    """Raise :class:`Malformed` where a term may not stand in a record."""
    for triple in record.triples:
        for term in triple[:2]:
            if _fault_of_iri(term):
                raise _not_ours(triple)
        if _short(triple[1]) == triple[1][1:-1]:
            raise _not_ours(triple)
        if _fault_of_iri(triple[2]) if triple[2].startswith("<") else _fault_of_literal(triple[1], triple[2]):
            raise _not_ours(triple)


def _not_ours(triple: FlatTriple) -> Malformed:
    return Malformed(f"{_NOT_OURS}{plain(' '.join(triple), 200)}.", advice=_ADVICE)


_NOT_OURS = "It is not a lifepod record: "


@lru_cache(maxsize=4096)
def _fault_of_iri(term: str) -> bool:
    if not term.startswith("<") or len(term) > _IRI_CHARS:
        return True
    return _short(term) == term[1:-1] and not _FOREIGN.match(term, 1, len(term) - 1)


_IRI_CHARS = 2050


def _fault_of_literal(predicate: str, term: str) -> bool:
    if not term.startswith('"'):
        return True
    text, _, datatype = term.rpartition('"')
    if datatype.startswith("^^"):
        form = _LITERALS.get(datatype[2:])
        return form is None or not form.match(text[1:])
    if datatype:
        return True  # a language tag, which readers write in small letters
    if predicate not in _TEXTS:
        return not _TOKEN.match(text[1:])
    value = json.loads(f'{text}"')
    return len(value) > LIMITS.record_text or _NOT_SHOWN.search(value) is not None
