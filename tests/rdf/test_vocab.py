"""The vocabulary, the names in the code and the words for other apps say the same."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest
from rdflib import URIRef

from lifepod import names
from lifepod.journal.activity import KINDS
from lifepod.rdf.jsonld import vocab_file
from lifepod.rdf.turtle import iris, parse_turtle

ROOT = Path(__file__).resolve().parents[2]
OWL = "http://www.w3.org/2002/07/owl#"
DEFINITION = "http://www.w3.org/2004/02/skos/core#definition"
VOCABULARY = parse_turtle(vocab_file("lifepod.ttl"), "https://w3id.org/lifepod")
TERMS = parse_turtle(vocab_file("terms.ttl"), "https://w3id.org/lifepod/terms")
DEFINED = {str(s) for s in VOCABULARY.subjects() if str(s).startswith(names.LP)}
AGREED = {str(s) for s in TERMS.subjects() if str(s).startswith(names.LP)}
"""Those of ``vocab/terms.ttl``; that each is where it should be is the matter of ``tests/terms/test_vocabulary.py``."""
OWN = {value for name, value in vars(names).items() if name.startswith("LP_")}
SOURCES = sorted((ROOT / "src" / "lifepod").rglob("*.py"))
CONSTANTS = sorted(v for k, v in vars(names).items() if k.isupper() and isinstance(v, str))
CONTEXT: dict[str, str | dict[str, str]] = json.loads(vocab_file("context.jsonld"))["@context"]


def test_every_own_name_is_defined_and_every_definition_has_a_name() -> None:
    assert OWN - AGREED == DEFINED


@pytest.mark.parametrize("path", SOURCES, ids=lambda path: path.stem)
def test_no_file_uses_a_term_that_is_not_defined(path: Path) -> None:
    text = path.read_text("utf-8")
    used = re.findall(r"""\bLP \+ "(\w+)"|\{(?:names\.)?LP\}(\w+)(?![\w-])|w3id\.org/lifepod#(\w+)""", text)
    assert {names.LP + term for found in used for term in found if term} <= DEFINED | AGREED


@pytest.mark.parametrize("term", sorted(DEFINED))
def test_a_term_has_a_type_a_label_and_a_sentence(term: str) -> None:
    types = iris(VOCABULARY, term, names.RDF_TYPE)
    is_class = term.removeprefix(names.LP)[0].isupper()
    assert (OWL + "Class" in types) is is_class
    assert (names.RDF + "Property" in types) is not is_class
    labels = list(VOCABULARY.objects(URIRef(term), URIRef(names.RDFS + "label")))
    sentences = list(VOCABULARY.objects(URIRef(term), URIRef(DEFINITION)))
    assert (len(labels), len(sentences)) == (1, 1)
    assert str(sentences[0]).endswith(".")
    assert bool(iris(VOCABULARY, term, names.RDFS + "range")) is (OWL + "DatatypeProperty" in types)


def test_a_property_has_the_kind_its_range_says() -> None:
    for term in DEFINED:
        for found in iris(VOCABULARY, term, names.RDFS + "range"):
            assert found.startswith(names.XSD), term


@pytest.mark.parametrize("value", CONSTANTS)
def test_a_constant_is_a_whole_iri_under_a_known_vocabulary(value: str) -> None:
    assert re.fullmatch(r"https?://[^\s<>\"{}|\\^`]+", value)
    besides = (names.ACP, names.VCARD, names.ODRL, names.SEC, names.IEEE7012)
    assert value.startswith((*(namespace for _, namespace in names.PREFIXES), *besides))


def test_prefixes_are_sorted_and_each_stands_for_one_vocabulary() -> None:
    assert list(names.PREFIXES) == sorted(names.PREFIXES)
    assert len(dict(names.PREFIXES)) == len({namespace for _, namespace in names.PREFIXES}) == len(names.PREFIXES)
    assert all(namespace.endswith(("#", "/")) for _, namespace in names.PREFIXES)


def test_every_kind_of_record_has_types_of_known_vocabularies() -> None:
    for kind in KINDS.values():
        assert kind.types
        assert all(t.startswith((names.SCHEMA, names.AS, names.ICAL, names.VCARD)) or t in DEFINED for t in kind.types)
        assert all(c.startswith(names.PD) for c in kind.categories)


def test_the_context_knows_the_prefixes_we_write() -> None:
    assert {k: v for k, v in CONTEXT.items() if isinstance(v, str) and "://" in v} == dict(names.PREFIXES)


@pytest.mark.parametrize(
    "word", [k for k, v in CONTEXT.items() if isinstance(v, dict) or (v.count(":") == 1 and "/" not in v)]
)
def test_a_word_of_the_context_leads_to_a_term_that_exists(word: str) -> None:
    meant = CONTEXT[word]
    leads, kind = (meant, None) if isinstance(meant, str) else (meant["@id"], meant["@type"])
    prefix, _, term = leads.partition(":")
    whole = dict(names.PREFIXES)[prefix] + term
    assert term == word
    if prefix == "lp":
        range_of = iris(VOCABULARY, whole, names.RDFS + "range")
        literal = names.XSD + kind.removeprefix("xsd:") if kind else names.XSD_STRING
        assert range_of == (() if kind == "@id" else (literal,))


def test_words_for_other_apps_name_only_terms_that_exist() -> None:
    readme = vocab_file("README.md").decode()
    assert {names.LP + term for term in re.findall(r"\blp:(\w+)", readme)} <= DEFINED
    assert set(re.findall(r"`(\w+):\w+`", readme)) <= set(dict(names.PREFIXES))


@pytest.mark.parametrize("kind", sorted({t for kind in KINDS.values() for t in kind.types}))
def test_words_for_other_apps_name_every_type_we_write(kind: str) -> None:
    prefix, namespace = next(pair for pair in names.PREFIXES if kind.startswith(pair[1]))
    assert f"`{prefix}:{kind.removeprefix(namespace)}`" in vocab_file("README.md").decode()
